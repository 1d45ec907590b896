//! # Storage
//!
//! Content-addressed blobs behind one trait, and files of any size as lists of such blobs.
//!
//! ## Overview
//!
//! - [`Cid`]: the address of a blob, a CIDv1 (raw, sha2-256) computed here, never taken from a store's word.
//! - [`BlobStore`]: put, get, has, remove. [`DirectoryStore`] keeps blobs in a folder.
//! - [`Manifest`]: a file as a list of blocks of at most [`MAX_BLOB_BYTES`]; itself a blob, so that one CID names a
//!   file.
//! - [`write_atomically`]: a file that is replaced as a whole, or not at all.
//! - [`uri`]: `ipfs://<CID of the manifest>`, the form in which locations are written on chain.
//!
//! ## Terminology
//!
//! A **blob** is a byte string of at most 1 MiB with a CID. A **block** is a blob that is part of a file. A
//! **manifest** is the blob that lists a file's blocks.
//!
//! ## Properties
//!
//! - The same bytes have the same CID in a directory, in IPFS and in an object store.
//! - Every read is verified: a store that alters a blob is noticed, and the error names the blob.
//! - A write is either complete and durable or has not happened.
//! - A reader decides beforehand how many bytes it accepts.
//!
//! ## Example
//!
//! ```
//! use neurodata_storage::{manifest, uri, DirectoryStore};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let store = DirectoryStore::open(folder.path())?;
//! let cid = manifest::put_bytes(&store, b"a file")?;
//! assert_eq!(uri::parse(&uri::format(&cid))?, cid);
//! assert_eq!(manifest::read_to_vec(&store, &cid, 1_000)?, b"a file");
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

pub mod address;
pub mod atomic;
pub mod directory;
pub mod manifest;
pub mod store;
pub mod uri;

pub use address::{Cid, InvalidCid};
pub use atomic::{write_atomically, write_atomically_private};
pub use directory::DirectoryStore;
pub use manifest::{BlobReader, Block, Manifest, ManifestError};
pub use store::{BlobStore, StoreError, MAX_BLOB_BYTES};
