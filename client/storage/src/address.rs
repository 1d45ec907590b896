//! The address of a blob.

use multihash::Multihash;
use neurodata_primitives::BlobDigest;
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// Multicodec of raw bytes. Source: multiformats table.
const RAW: u64 = 0x55;
/// Multihash code of sha2-256. Source: multiformats table.
const SHA2_256: u64 = 0x12;
/// Characters of a CIDv1 (raw, sha2-256) in base 32, with its multibase prefix.
const TEXT_CHARACTERS: usize = 59;

/// The address of a blob: a CIDv1 of raw bytes under sha2-256, written in lower-case base 32.
///
/// No other kind of CID can be represented, so a text that parses is safe to be used as a file name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cid(BlobDigest);

/// Why a text is not the address of a blob.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{text:?} is not the address of a blob: {reason}; expected a CIDv1 (raw, sha2-256) in base 32, `bafkrei...`")]
pub struct InvalidCid {
    /// The text, shortened.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Cid {
    /// The address of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(BlobDigest::new(Sha256::digest(bytes).into()))
    }

    /// The digest inside the address: all that distinguishes it from another.
    pub const fn digest(&self) -> BlobDigest {
        self.0
    }
}

impl From<BlobDigest> for Cid {
    fn from(digest: BlobDigest) -> Self {
        Self(digest)
    }
}

impl From<Cid> for BlobDigest {
    fn from(cid: Cid) -> Self {
        cid.0
    }
}

impl fmt::Display for Cid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = Multihash::<64>::wrap(SHA2_256, self.0.as_bytes()).map_err(|_| fmt::Error)?;
        cid::Cid::new_v1(RAW, hash).fmt(formatter)
    }
}

impl fmt::Debug for Cid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Cid {
    type Err = InvalidCid;

    fn from_str(text: &str) -> Result<Self, InvalidCid> {
        let invalid = |reason: String| InvalidCid { text: text.chars().take(2 * TEXT_CHARACTERS).collect(), reason };
        if text.len() != TEXT_CHARACTERS {
            return Err(invalid(format!("it has {} bytes instead of {TEXT_CHARACTERS}", text.len())));
        }
        let parsed = cid::Cid::try_from(text).map_err(|error| invalid(error.to_string()))?;
        if parsed.codec() != RAW || parsed.hash().code() != SHA2_256 {
            return Err(invalid("it addresses something else than raw bytes under sha2-256".into()));
        }
        let digest: [u8; 32] =
            parsed.hash().digest().try_into().map_err(|_| invalid("its digest is not 32 bytes long".into()))?;
        let cid = Self(BlobDigest::new(digest));
        // Other bases and spare bits in the last character would give one blob two names.
        if cid.to_string() != text {
            return Err(invalid("it is not written in the canonical form".into()));
        }
        Ok(cid)
    }
}

impl Serialize for Cid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ipfs add --cid-version 1` of the eleven bytes `hello world`.
    const HELLO_WORLD: &str = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

    #[test]
    fn the_cid_of_known_bytes_is_the_one_that_ipfs_computes() {
        assert_eq!(Cid::of(b"hello world").to_string(), HELLO_WORLD);
    }

    #[test]
    fn text_and_digest_lead_back_to_the_same_cid() {
        let cid = Cid::of(b"some bytes");
        assert_eq!(cid.to_string().parse(), Ok(cid));
        assert_eq!(Cid::from(BlobDigest::from(cid)), cid);
    }

    #[test]
    fn only_the_canonical_text_of_raw_sha2_256_is_an_address() {
        let refused = [
            String::new(),
            "../../etc/passwd".into(),
            HELLO_WORLD.to_uppercase(),
            // One character less, one more, a path behind it.
            HELLO_WORLD[..58].into(),
            format!("{HELLO_WORLD}a"),
            format!("{HELLO_WORLD}/x"),
            // The last character carries two spare bits; another value of theirs decodes to the same bytes.
            format!("{}f", &HELLO_WORLD[..58]),
            // CIDv0, dag-pb, and path characters in place of base 32.
            "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n".into(),
            "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi".into(),
            format!("b{}", "../".repeat(19) + "x"),
        ];
        for text in refused {
            assert!(text.parse::<Cid>().is_err(), "{text} was accepted");
        }
    }
}
