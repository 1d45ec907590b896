//! Elements of BLS12-381's scalar field as 32 canonical bytes, little-endian.

use crate::StatementError;
use alloc::vec::Vec;
use ark_bls12_381::Fr;
use ark_ff::{BigInt, PrimeField};
use neurodata_primitives::FieldBytes;

/// Bytes of an encoded element.
pub const FIELD_BYTES: usize = 32;

/// Decode an element; bytes at or above the modulus are refused.
pub fn decode(bytes: &FieldBytes) -> Result<Fr, StatementError> {
    let mut limbs = [0u64; 4];
    for (limb, part) in limbs.iter_mut().zip(bytes.as_bytes().chunks_exact(8)) {
        *limb = part.iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte));
    }
    Fr::from_bigint(BigInt::new(limbs)).ok_or(StatementError::NonCanonical)
}

/// Decode each element in order.
pub fn decode_all(bytes: &[FieldBytes]) -> Result<Vec<Fr>, StatementError> {
    bytes.iter().map(decode).collect()
}

/// Encode an element.
pub fn encode(element: Fr) -> FieldBytes {
    let mut bytes = [0u8; FIELD_BYTES];
    for (part, limb) in bytes.chunks_exact_mut(8).zip(element.into_bigint().0) {
        part.copy_from_slice(&limb.to_le_bytes());
    }
    FieldBytes::new(bytes)
}

/// The element with this number.
pub fn from_number(number: u64) -> FieldBytes {
    encode(Fr::from(number))
}

/// Drop the top byte of a digest, so that the rest encodes an element: 248 bits, below the modulus.
pub(crate) fn truncate(digest: [u8; FIELD_BYTES]) -> FieldBytes {
    let mut bytes = digest;
    if let Some(top) = bytes.last_mut() {
        *top = 0;
    }
    FieldBytes::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::{BigInteger, One};

    fn modulus() -> [u8; 32] {
        Fr::MODULUS.to_bytes_le().try_into().unwrap()
    }

    #[test]
    fn bytes_are_little_endian() {
        let mut bytes = [0u8; 32];
        bytes[0] = 2;
        bytes[1] = 1;
        assert_eq!(decode(&FieldBytes::new(bytes)), Ok(Fr::from(258u64)));
        assert_eq!(from_number(258), FieldBytes::new(bytes));
    }

    #[test]
    fn the_largest_element_is_decoded_and_the_modulus_refused() {
        let mut largest = modulus();
        largest[0] -= 1;
        assert_eq!(decode(&FieldBytes::new(largest)), Ok(-Fr::one()));
        assert_eq!(encode(-Fr::one()), FieldBytes::new(largest));
        assert_eq!(decode(&FieldBytes::new(modulus())), Err(StatementError::NonCanonical));
        assert_eq!(decode(&FieldBytes::new([0xff; 32])), Err(StatementError::NonCanonical));
    }

    #[test]
    fn a_truncated_digest_is_always_an_element() {
        let bytes = truncate([0xff; 32]);
        assert_eq!(encode(decode(&bytes).unwrap()), bytes);
    }
}
