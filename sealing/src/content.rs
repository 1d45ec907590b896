//! What a content key does to the content of a package: cipher, leaves, commitment.
//!
//! Content comes in chunks of 2,048 bytes. A table's chunk is 1,024 cells of two bytes, little-endian; a file's last
//! chunk is filled with zeros.

use alloc::vec::Vec;
use chacha20::{
    cipher::{KeyIvInit, StreamCipher},
    ChaCha20,
};
use codec::Encode;
use neurodata_primitives::{
    layout::{CELLS_PER_CHUNK, CHUNK_BYTES},
    model, ContentCommitment, FieldBytes, KeyCommitment,
};
use neurodata_zk_statements::{leaf_digest, salt};
use sp_crypto_hashing::blake2_256;

/// Domain of the commitment to a model's content key.
const MODEL_KEY_DOMAIN: &[u8; 24] = b"neurodata/model-key/1   ";
/// Bytes of a chunk.
pub(crate) const CHUNK_LENGTH: usize = 2_048;

const _: () = assert!(CHUNK_LENGTH == CHUNK_BYTES as usize && CHUNK_BYTES == 2 * CELLS_PER_CHUNK);

/// Encrypt or decrypt one chunk in place.
///
/// ```text
/// ChaCha20 (RFC 8439); counter 0; nonce: chunk as u32, little-endian, and eight zero bytes
/// ```
///
/// The nonce never repeats under one key as long as the key serves one package.
pub fn apply_cipher(key: &[u8; 32], bytes: &mut [u8], chunk: u32) {
    let mut nonce = [0u8; 12];
    for (into, byte) in nonce.iter_mut().zip(chunk.to_le_bytes()) {
        *into = byte;
    }
    // A key stream has 256 GiB, a chunk 2 KiB: it never ends too early; qed
    ChaCha20::new(key.into(), &nonce.into()).apply_keystream(bytes);
}

/// The commitment to a content key, which ties it to the content that it encrypts.
///
/// ```text
/// table: neurodata_zk_statements::key_commitment
/// file:  BLAKE2b-256(SCALE(MODEL_KEY_DOMAIN, content key, model digest))
/// ```
pub fn key_commitment(key: &[u8; 32], content: &ContentCommitment) -> KeyCommitment {
    match content {
        ContentCommitment::Table { data_root, .. } => neurodata_zk_statements::key_commitment(key, *data_root),
        ContentCommitment::File { model } => KeyCommitment::new(blake2_256(&(MODEL_KEY_DOMAIN, key, model).encode())),
    }
}

/// The leaf that commits to the content `plain` of a chunk.
///
/// `None` if it can't be a chunk: a table's has 2,048 bytes, a file's at most as many.
pub fn content_leaf(key: &[u8; 32], content: &ContentCommitment, chunk: u32, plain: &[u8]) -> Option<FieldBytes> {
    match content {
        ContentCommitment::Table { .. } => leaf_digest(salt(key, chunk), &cells(plain)?).ok(),
        ContentCommitment::File { .. } => {
            (plain.len() <= CHUNK_LENGTH).then(|| FieldBytes::new(model::file_leaf(plain)))
        }
    }
}

/// The cells of a table's chunk; `None` if it has not 2,048 bytes.
pub fn cells(plain: &[u8]) -> Option<Vec<u16>> {
    (plain.len() == CHUNK_LENGTH).then_some(())?;
    plain.chunks_exact(2).map(|pair| pair.try_into().map(u16::from_le_bytes).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{model::file_leaves, DataRoot, LayoutDigest, ModelDigest};

    const KEY: [u8; 32] = [7; 32];
    const FILE: ContentCommitment = ContentCommitment::File { model: ModelDigest::new([9; 32]) };
    const TABLE: ContentCommitment = ContentCommitment::Table {
        data_root: DataRoot::new([9; 32]),
        layout: LayoutDigest::new([0; 32]),
        last_layout: LayoutDigest::new([0; 32]),
    };

    #[test]
    fn chunks_are_chacha20_with_the_chunk_as_nonce() {
        // RFC 8439, A.1, vector 1: key, nonce and counter zero. Other chunks differ in the nonce alone.
        let mut stream = [0; CHUNK_LENGTH];
        apply_cipher(&[0; 32], &mut stream, 0);
        assert_eq!(hex::encode(&stream[..16]), "76b8e0ada0f13d90405d6ae55386bd28");
        let (mut other, mut expected) = ([0; CHUNK_LENGTH], [0; CHUNK_LENGTH]);
        apply_cipher(&[0; 32], &mut other, 0x0403_0201);
        let nonce = [1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0];
        ChaCha20::new(&[0; 32].into(), &nonce.into()).apply_keystream(&mut expected);
        assert_eq!(other, expected);
        apply_cipher(&[0; 32], &mut other, 0x0403_0201);
        assert_eq!(other, [0; CHUNK_LENGTH]);
    }

    #[test]
    fn golden_key_commitments() {
        assert_eq!(key_commitment(&KEY, &TABLE), neurodata_zk_statements::key_commitment(&KEY, DataRoot::new([9; 32])));
        assert_eq!(
            key_commitment(&KEY, &FILE),
            KeyCommitment::new(blake2_256(&[&b"neurodata/model-key/1   "[..], &KEY, &[9; 32]].concat()))
        );
        assert_ne!(key_commitment(&KEY, &FILE), key_commitment(&[8; 32], &FILE));
    }

    #[test]
    fn a_leaf_of_a_table_is_salted_and_that_of_a_file_is_not() {
        let plain: Vec<u8> = (0..1_024u16).flat_map(u16::to_le_bytes).collect();
        let expected = leaf_digest(salt(&KEY, 3), &(0..1_024).collect::<Vec<u16>>()).unwrap();
        assert_eq!(content_leaf(&KEY, &TABLE, 3, &plain), Some(expected));
        assert_ne!(content_leaf(&KEY, &TABLE, 4, &plain), Some(expected));
        assert_eq!(content_leaf(&KEY, &FILE, 3, &plain), Some(FieldBytes::new(file_leaves(&plain)[0])));
        assert_eq!(content_leaf(&KEY, &FILE, 3, &plain), content_leaf(&[8; 32], &FILE, 4, &plain));
        assert_eq!(content_leaf(&KEY, &FILE, 0, &[1, 0]), content_leaf(&KEY, &FILE, 0, &[1]));
    }

    #[test]
    fn what_is_no_chunk_has_no_leaf() {
        for length in [0, 1, 2_046, 2_047, 2_049, 2_050] {
            assert_eq!(content_leaf(&KEY, &TABLE, 0, &vec![0; length]), None);
        }
        assert_eq!(content_leaf(&KEY, &FILE, 0, &[0; 2_049]), None);
    }
}
