//! Domain tags: 24 bytes of ASCII, one for each use of a hash, so that no digest of one kind is a digest of another.
//!
//! A tag that goes into a Poseidon sponge is read as a little-endian number (192 bits, below the modulus) and fills the
//! sponge's capacity element. A tag that goes into BLAKE2b-256 is the first item of the hashed SCALE tuple.

use ark_bls12_381::Fr;
use ark_ff::BigInt;

/// A domain tag.
pub type Domain = [u8; 24];

/// Poseidon: leaf over a salt and the cells of a chunk.
pub const LEAF: Domain = *b"neurodata/leaf/1        ";
/// Poseidon: digest of a chunk's layout.
pub const LAYOUT: Domain = *b"neurodata/layout/1      ";
/// Poseidon: inner node of a data tree.
pub const NODE: Domain = *b"neurodata/node/1        ";
/// BLAKE2b-256: commitment to a content key.
pub const CONTENT_KEY: Domain = *b"neurodata/content-key/1 ";
/// BLAKE2b-256: salt of a leaf.
pub const LEAF_SALT: Domain = *b"neurodata/leaf-salt/1   ";
/// BLAKE2b-256: binding of a zk proof.
pub const BINDING: Domain = *b"neurodata/binding/1     ";

/// The tag as a field element.
// Evaluated at compile time only, where `u64::from` is not to be had; the loop stays within the tag.
pub const fn element(domain: &Domain) -> Fr {
    let mut limbs = [0u64; 4];
    let mut at = 0;
    while at < domain.len() {
        limbs[at / 8] |= (domain[at] as u64) << (8 * (at % 8));
        at += 1;
    }
    Fr::new(BigInt::new(limbs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field;
    use neurodata_primitives::FieldBytes;

    #[test]
    fn an_element_is_the_tag_read_little_endian() {
        let mut bytes = [0u8; 32];
        bytes[..24].copy_from_slice(&LEAF);
        assert_eq!(field::encode(element(&LEAF)), FieldBytes::new(bytes));
    }

    #[test]
    fn tags_differ() {
        let mut tags = [LEAF, LAYOUT, NODE, CONTENT_KEY, LEAF_SALT, BINDING];
        tags.sort();
        assert!(tags.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
