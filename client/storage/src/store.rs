//! What a store of blobs offers and how it fails.

use crate::Cid;
use std::io;

/// Most bytes of a blob: 1 MiB, which every IPFS implementation transfers as one block.
pub const MAX_BLOB_BYTES: usize = 1 << 20;

/// A store of blobs, addressed by what they contain.
///
/// Implementations verify what they return, so that callers may trust a blob as they trust its CID.
pub trait BlobStore: Send + Sync {
    /// Keep `bytes` and return their address. Keeping the same bytes twice is keeping them once.
    fn put(&self, bytes: &[u8]) -> Result<Cid, StoreError>;

    /// The blob at `cid`, verified.
    fn get(&self, cid: &Cid) -> Result<Vec<u8>, StoreError>;

    /// Whether there is a blob at `cid`; says nothing about whether it is intact.
    fn has(&self, cid: &Cid) -> Result<bool, StoreError>;

    /// Stop keeping the blob at `cid`. Says whether there was one.
    fn remove(&self, cid: &Cid) -> Result<bool, StoreError>;
}

/// Why a store could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such blob.
    #[error("blob {cid} is not in {location}; fetch it from another store or ask its owner to publish it")]
    Missing {
        /// The blob.
        cid: Cid,
        /// Where it was looked for.
        location: String,
    },
    /// What is kept under the address is something else.
    #[error("blob {cid} in {location} is corrupt: {problem}; remove it and fetch it again")]
    Corrupt {
        /// The blob.
        cid: Cid,
        /// Where it is kept.
        location: String,
        /// How it differs.
        problem: String,
    },
    /// The bytes are too many for one blob.
    #[error("{bytes} bytes are too many for one blob, which takes at most {MAX_BLOB_BYTES}")]
    TooLarge {
        /// How many there are.
        bytes: usize,
    },
    /// There is no room left.
    #[error("storage full: {location} takes no more bytes; free some space or choose another store")]
    Full {
        /// Where there is no room.
        location: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The operating system refused.
    #[error("cannot {action} {location}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file or folder.
        location: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
}

impl StoreError {
    /// The error for `source`, met while trying to `action` what is at `location`.
    pub(crate) fn io(action: &'static str, location: impl std::fmt::Display, source: io::Error) -> Self {
        let location = location.to_string();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { location, source },
            _ => Self::Io { action, location, source },
        }
    }
}
