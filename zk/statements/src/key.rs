//! What derives from a content key: the salts of leaves and the commitment on chain; and the digest of a verifying key.

use crate::{domain, field};
use codec::Encode;
use neurodata_primitives::{DataRoot, FieldBytes, KeyCommitment, KeyDigest};
use sp_crypto_hashing::blake2_256;

/// The salt of the leaf of `chunk`.
///
/// ```text
/// salt = BLAKE2b-256(SCALE(LEAF_SALT, content key, chunk as u32)) with the last byte zeroed
/// ```
///
/// Holders of the content key can compute every leaf, and nobody else can guess cells.
pub fn salt(content_key: &[u8; 32], chunk: u32) -> FieldBytes {
    field::truncate(blake2_256(&(domain::LEAF_SALT, content_key, chunk).encode()))
}

/// The commitment to a content key, which ties it to the data it encrypts.
///
/// ```text
/// commitment = BLAKE2b-256(SCALE(CONTENT_KEY, content key, data root))
/// ```
pub fn key_commitment(content_key: &[u8; 32], data_root: DataRoot) -> KeyCommitment {
    KeyCommitment::new(blake2_256(&(domain::CONTENT_KEY, content_key, data_root).encode()))
}

/// The digest by which a verifying key is known: BLAKE2b-256 of its uncompressed encoding.
pub fn key_digest(key: &[u8]) -> KeyDigest {
    KeyDigest::new(blake2_256(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_salt_and_commitment() {
        let salt = salt(&[7; 32], 3);
        assert_eq!(hex::encode(salt.as_bytes()), "31bc3b95150eab48fb28fc3c71347919fcbbc64d4613ae6d07e9bca3aba3a500");
        let commitment = key_commitment(&[7; 32], DataRoot::new([9; 32]));
        assert_eq!(
            hex::encode(commitment.as_bytes()),
            "09724781e6dd580ff53c357678ee9367022417b46b17ec5385ce855edc5230c6"
        );
    }

    #[test]
    fn a_salt_depends_on_key_and_chunk_and_is_a_field_element() {
        assert_ne!(salt(&[7; 32], 3), salt(&[7; 32], 4));
        assert_ne!(salt(&[7; 32], 3), salt(&[8; 32], 3));
        assert!((0..64).all(|chunk| field::decode(&salt(&[7; 32], chunk)).is_ok()));
    }

    #[test]
    fn a_commitment_depends_on_key_and_root() {
        let root = DataRoot::new([9; 32]);
        assert_ne!(key_commitment(&[7; 32], root), key_commitment(&[8; 32], root));
        assert_ne!(key_commitment(&[7; 32], root), key_commitment(&[7; 32], DataRoot::new([1; 32])));
    }
}
