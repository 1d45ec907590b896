//! The statement `data-validity/1`: leaves, layouts, bindings and public inputs.
//!
//! Public inputs in order: leaf, layout digest, missing cells, binding. What is proved about them is written down in
//! `docs/design/data-validity-1.md`.

use crate::{domain, field, poseidon::WIDTH_9, StatementError};
use alloc::vec::Vec;
use ark_bls12_381::Fr;
use ark_ff::BigInt;
use codec::Encode;
use neurodata_primitives::{
    layout::{CellBound, CELLS_PER_CHUNK},
    seams::ProofSubject,
    FieldBytes, LayoutDigest,
};
use sp_crypto_hashing::blake2_256;

/// Cells of a chunk.
pub const CELLS: usize = 1_024;
/// Bits of a cell.
pub const CELL_BITS: usize = 16;
/// Cells packed into one element, the first in the lowest bits: 240 bits, below the modulus.
pub const CELLS_PER_ELEMENT: usize = 15;
/// Bits of a packed (bound, nullable) pair. The circuit knows a bound as the sum of two 16-bit numbers: 17 bits.
pub const PAIR_BITS: usize = 18;
/// (bound, nullable) pairs packed into one element, the first in the lowest bits: 252 bits, below the modulus.
pub const PAIRS_PER_ELEMENT: usize = 14;
/// Public inputs.
pub const INPUTS: usize = 4;

/// Domain of a leaf's sponge.
pub const LEAF_DOMAIN: Fr = domain::element(&domain::LEAF);
/// Domain of a layout's sponge.
pub const LAYOUT_DOMAIN: Fr = domain::element(&domain::LAYOUT);

const _: () = assert!(CELLS == CELLS_PER_CHUNK as usize);

/// Pack numbers of `bits` bits into elements, `per_element` in each, the first in the lowest bits.
fn pack(numbers: impl Iterator<Item = u32>, bits: usize, per_element: usize) -> Vec<Fr> {
    let mut elements = Vec::new();
    let (mut limbs, mut position) = ([0u64; 4], 0usize);
    for number in numbers {
        let (limb, shift) = (position / 64, position % 64);
        // A number has at most 18 bits, so that it spans at most two limbs; both halves fit 64 bits; qed
        let wide = u128::from(number) << shift;
        let halves = [wide & u128::from(u64::MAX), wide >> 64];
        for (limb, half) in limbs.iter_mut().skip(limb).zip(halves) {
            *limb |= u64::try_from(half).unwrap_or_default();
        }
        position = position.saturating_add(bits);
        if position >= bits.saturating_mul(per_element) {
            elements.push(Fr::new(BigInt::new(limbs)));
            (limbs, position) = ([0; 4], 0);
        }
    }
    if position > 0 {
        elements.push(Fr::new(BigInt::new(limbs)));
    }
    elements
}

fn ensure_chunk(found: usize) -> Result<(), StatementError> {
    if found == CELLS {
        Ok(())
    } else {
        Err(StatementError::CellCount { expected: CELLS, found })
    }
}

/// The leaf that commits to the cells of a chunk; binding, and hiding as long as the salt is secret.
///
/// ```text
/// leaf = Poseidon_9(LEAF, salt, pack_16(cells))
/// ```
///
/// ## Errors
/// - [`StatementError::CellCount`]: not 1,024 cells.
/// - [`StatementError::NonCanonical`]: the salt is no field element.
pub fn leaf_digest(salt: FieldBytes, cells: &[u16]) -> Result<FieldBytes, StatementError> {
    ensure_chunk(cells.len())?;
    let mut elements = Vec::from([field::decode(&salt)?]);
    elements.extend(pack(cells.iter().copied().map(u32::from), CELL_BITS, CELLS_PER_ELEMENT));
    Ok(field::encode(WIDTH_9.digest(LEAF_DOMAIN, &elements)))
}

/// The digest of a chunk's layout.
///
/// ```text
/// layout = Poseidon_9(LAYOUT, pack_18(2 bound + nullable))
/// ```
///
/// ## Errors
/// - [`StatementError::CellCount`]: not 1,024 cells.
pub fn layout_digest(cells: &[CellBound]) -> Result<LayoutDigest, StatementError> {
    ensure_chunk(cells.len())?;
    let pairs = cells.iter().map(|cell| (u32::from(cell.bound) << 1) | u32::from(cell.nullable));
    let digest = WIDTH_9.digest(LAYOUT_DOMAIN, &pack(pairs, PAIR_BITS, PAIRS_PER_ELEMENT));
    Ok(LayoutDigest::new(*field::encode(digest).as_bytes()))
}

/// Cells without a value: nullable cells that hold 0. Counts the shorter of both lists.
pub fn missing_cells(cells: &[u16], layout: &[CellBound]) -> u32 {
    let missing = cells.iter().zip(layout).filter(|(cell, bound)| bound.nullable && **cell == 0).count();
    u32::try_from(missing).unwrap_or(u32::MAX)
}

/// What a zk proof is bound to, so that it is good for one chain, one dataset or job, one account and one chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Binding<'a> {
    /// Hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// The audited dataset, or the job whose compute provider shows possession.
    pub subject: ProofSubject,
    /// SCALE encoding of the account that submits the proof.
    pub account: &'a [u8],
    /// Index of the chunk, from 0.
    pub chunk: u32,
}

impl Binding<'_> {
    /// The public input.
    ///
    /// ```text
    /// binding = BLAKE2b-256(SCALE(BINDING, genesis, subject, account as bytes, chunk)) with the last byte zeroed
    /// ```
    pub fn to_field_bytes(&self) -> FieldBytes {
        let input = (domain::BINDING, self.genesis, self.subject, self.account, self.chunk);
        field::truncate(blake2_256(&input.encode()))
    }
}

/// The public inputs of `data-validity/1`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DataValidityInputs {
    /// The leaf that commits to the cells.
    pub leaf: FieldBytes,
    /// The layout that the cells satisfy.
    pub layout: LayoutDigest,
    /// Cells without a value, 0 to 1,024 inclusive.
    pub missing_cells: u32,
    /// What the proof is bound to: [`Binding::to_field_bytes`].
    pub binding: FieldBytes,
}

impl DataValidityInputs {
    /// The inputs in the statement's order.
    pub fn to_field_bytes(&self) -> [FieldBytes; INPUTS] {
        [self.leaf, self.layout.into(), field::from_number(self.missing_cells.into()), self.binding]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{DatasetId, JobId};

    const SALT: u64 = 77;

    fn cells() -> Vec<u16> {
        (0..CELLS as u32).map(|at| (at * 40_503 % 65_536) as u16).collect()
    }

    fn layout() -> Vec<CellBound> {
        (0..CELLS).map(|at| CellBound { bound: u16::MAX - at as u16, nullable: at % 3 == 0 }).collect()
    }

    /// Packing by field arithmetic: the definition.
    fn packed(numbers: &[u32], bits: usize, per_element: usize) -> Vec<Fr> {
        let base = Fr::from(1u64 << bits);
        numbers
            .chunks(per_element)
            .map(|part| part.iter().rev().fold(Fr::from(0u64), |sum, n| sum * base + Fr::from(*n)))
            .collect()
    }

    #[test]
    fn packing_puts_the_first_number_into_the_lowest_bits() {
        let numbers: Vec<u32> = cells().into_iter().map(u32::from).collect();
        assert_eq!(pack(numbers.iter().copied(), 16, 15), packed(&numbers, 16, 15));
        let numbers: Vec<u32> = numbers.into_iter().map(|number| number * 4 + 3).collect();
        assert_eq!(pack(numbers.iter().copied(), 18, 14), packed(&numbers, 18, 14));
        assert_eq!(pack(numbers.iter().copied(), 18, 14).len(), 74);
        assert_eq!(pack([1u32; 15].into_iter(), 16, 15).len(), 1);
        assert!(pack(core::iter::empty(), 16, 15).is_empty());
    }

    #[test]
    fn golden_leaf_layout_and_binding() {
        let leaf = leaf_digest(field::from_number(SALT), &cells()).unwrap();
        assert_eq!(hex::encode(leaf.as_bytes()), "396df7bb1fdd94faade779b4d9b7b39bc0b572b99ad1d54b5a242b120460bd13");
        let layout = layout_digest(&layout()).unwrap();
        assert_eq!(hex::encode(layout.as_bytes()), "cc39b72cc0d008ae3ff0ee1648f1c430f46d28073319d0f9fce933efb016e070");
        let subject = ProofSubject::Dataset(DatasetId::new(4));
        let binding = Binding { genesis: [1; 32], subject, account: &[2; 32], chunk: 3 };
        assert_eq!(
            hex::encode(binding.to_field_bytes().as_bytes()),
            "31f4d5f625e9d00135751141e0c9281ad4a8078fbe0f3eab46539f2e584af700"
        );
    }

    #[test]
    fn a_leaf_depends_on_salt_and_every_cell() {
        let leaf = |salt, cells: &[u16]| leaf_digest(field::from_number(salt), cells).unwrap();
        let original = leaf(SALT, &cells());
        assert_ne!(original, leaf(SALT + 1, &cells()));
        for at in [0, 14, 15, 500, 1_023] {
            let mut changed = cells();
            changed[at] ^= 1;
            assert_ne!(original, leaf(SALT, &changed));
        }
    }

    #[test]
    fn a_layout_depends_on_bound_and_nullability() {
        let original = layout_digest(&layout()).unwrap();
        for at in [0, 13, 14, 1_023] {
            let mut changed = layout();
            changed[at].bound ^= 1;
            assert_ne!(original, layout_digest(&changed).unwrap());
            let mut changed = layout();
            changed[at].nullable = !changed[at].nullable;
            assert_ne!(original, layout_digest(&changed).unwrap());
        }
    }

    #[test]
    fn a_chunk_of_another_size_or_a_bad_salt_is_refused() {
        for found in [0, 1_023, 1_025] {
            let refusal = StatementError::CellCount { expected: 1_024, found };
            assert_eq!(leaf_digest(field::from_number(SALT), &vec![0; found]), Err(refusal));
            assert_eq!(layout_digest(&vec![CellBound::default(); found]), Err(refusal));
        }
        assert_eq!(leaf_digest(FieldBytes::new([0xff; 32]), &cells()), Err(StatementError::NonCanonical));
    }

    #[test]
    fn a_binding_depends_on_every_part() {
        let subject = ProofSubject::Dataset(DatasetId::new(4));
        let original = Binding { genesis: [1; 32], subject, account: &[2; 32], chunk: 3 };
        for other in [
            Binding { genesis: [9; 32], ..original },
            Binding { subject: ProofSubject::Dataset(DatasetId::new(5)), ..original },
            Binding { subject: ProofSubject::Job(JobId::new(4)), ..original },
            Binding { account: &[9; 32], ..original },
            Binding { chunk: 4, ..original },
        ] {
            assert_ne!(original.to_field_bytes(), other.to_field_bytes());
        }
    }

    #[test]
    fn only_nullable_zeros_are_missing() {
        let bound = |nullable| CellBound { bound: 9, nullable };
        assert_eq!(missing_cells(&[0, 0, 1, 1], &[bound(true), bound(false), bound(true), bound(false)]), 1);
    }

    #[test]
    fn inputs_are_leaf_layout_missing_binding() {
        let inputs = DataValidityInputs {
            leaf: FieldBytes::new([1; 32]),
            layout: LayoutDigest::new([2; 32]),
            missing_cells: 3,
            binding: FieldBytes::new([4; 32]),
        };
        let expected =
            [FieldBytes::new([1; 32]), FieldBytes::new([2; 32]), field::from_number(3), FieldBytes::new([4; 32])];
        assert_eq!(inputs.to_field_bytes(), expected);
    }
}
