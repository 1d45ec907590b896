//! Digests and commitments, 32 bytes each, one type per meaning.

macro_rules! digests {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default,
            codec::Encode, codec::Decode, codec::DecodeWithMemTracking, codec::MaxEncodedLen, scale_info::TypeInfo,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "hex_bytes")] [u8; 32]);

        impl $name {
            /// Wrap the 32 bytes of a digest.
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The bytes of the digest.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                formatter.write_str("0x")?;
                self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, formatter)
            }
        }
    )*};
}

digests! {
    /// An element of BLS12-381's scalar field, 32 bytes little-endian, canonical (below the modulus).
    FieldBytes;
    /// Root of the binary Poseidon tree over a dataset's leaves; binding and, through the leaves' salts, hiding.
    DataRoot;
    /// Root of the binary BLAKE2b-256 tree over a package's encrypted chunks, each with the leaf of its content.
    CipherRoot;
    /// BLAKE2b-256 of (domain tag, content key, data root or model digest); binding, and hiding as long as the key has full
    /// entropy.
    KeyCommitment;
    /// BLAKE2b-256 of a schema file's canonical bytes.
    SchemaDigest;
    /// Poseidon digest of the 1,024 (bound, nullable) pairs of a chunk: a field element.
    LayoutDigest;
    /// SHA-256 of a blob: the digest inside its CIDv1 (raw, sha2-256).
    BlobDigest;
    /// BLAKE2b-256 of a licence text.
    LicenceDigest;
    /// Root of the binary BLAKE2b-256 tree over the chunks of a model file.
    ModelDigest;
    /// Root of the binary BLAKE2b-256 tree over states and courses of a run's checkpoints; see [`crate::trace`].
    TraceRoot;
    /// BLAKE2b-256 of a training run's state at one checkpoint: everything that training goes on from there.
    CheckpointDigest;
    /// Running BLAKE2b-256 of what the steps of a run found on their way; zero before the first step.
    CourseDigest;
    /// BLAKE2b-256 that binds a compute provider's secret for a known-answer task; see [`crate::probe`].
    ProbeCommitment;
    /// BLAKE2b-256 of (domain tag, job, verdict, score, salt, account): a sealed verdict; binding and hiding.
    VerdictSeal;
    /// BLAKE2b-256 of a verifying key's uncompressed encoding.
    KeyDigest;
    /// 32 bytes drawn from chain randomness.
    Seed;
    /// An X25519 public key.
    RecipientKey;
}

impl From<DataRoot> for FieldBytes {
    fn from(root: DataRoot) -> Self {
        Self::new(*root.as_bytes())
    }
}

impl From<LayoutDigest> for FieldBytes {
    fn from(digest: LayoutDigest) -> Self {
        Self::new(*digest.as_bytes())
    }
}

/// Serde of 32 bytes as a string of 0x-prefixed hexadecimal digits.
mod hex_bytes {
    use alloc::{format, string::String};
    use serde::{de::Error, Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::from("0x");
        bytes.iter().for_each(|byte| text.push_str(&format!("{byte:02x}")));
        serializer.serialize_str(&text)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix("0x").unwrap_or(&text).as_bytes();
        if digits.len() != 64 {
            return Err(D::Error::custom(format!("expected 64 hexadecimal digits, found {}", digits.len())));
        }
        let mut bytes = [0u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().try_fold(0u8, |value, digit| {
                let digit = char::from(*digit).to_digit(16).ok_or_else(|| D::Error::custom("not a hexadecimal digit"))?;
                Ok((value << 4) | digit as u8)
            })?;
        }
        Ok(bytes)
    }
}
