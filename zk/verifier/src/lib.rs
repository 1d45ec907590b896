//! # zk verifier
//!
//! Checks Groth16 proofs over BLS12-381 against a verifying key. What the chain runs.
//!
//! ## Overview
//!
//! - [`validate_key`]: everything that must hold before a key may be registered; run once.
//! - [`verify`]: one proof against a validated key.
//! - [`development`]: verifying keys of the insecure development setup.
//!
//! ## Terminology
//!
//! The key is `(alpha, beta, gamma, delta, abc_0, .., abc_n)` for `n` public inputs, the proof `(A, B, C)`; both as in
//! Groth, <https://eprint.iacr.org/2016/260>, section 3.2.
//!
//! ```text
//! e(A, B) = e(alpha, beta) e(abc_0 + sum x_i abc_i, gamma) e(C, delta)
//! ```
//!
//! ## Properties
//!
//! - No panics, no allocation beyond the key's points, no secret.
//! - The number of inputs is compared with the key (`ark_groth16`'s own verifier drops what is too much).
//! - Every point of a proof is checked for its curve and for the subgroup of prime order. `ark_bls12_381`'s checked
//!   decoding tests the subgroup alone, so both are tested here.
//! - One statement has many proofs, but one proof has one encoding: an encoding that is not what encoding the decoded
//!   points gives is refused, as is an input at or above the modulus.
//!
//! ## Implementation notes
//!
//! Proofs and keys travel uncompressed ([`PROOF_BYTES`], [`key_bytes`]). A compressed proof would save 192 bytes, and
//! cost three square roots in wasm: in a trial, decoding compressed bytes took longer than the pairings on the host. A
//! stored key is decoded without checks.
//!
//! The curve is the one behind `sp_crypto_ec_utils`' host functions. With feature `portable` it is `ark_bls12_381`,
//! compiled into the caller: four to six times slower in wasm, for tools that know no foreign host functions. Both
//! accept and refuse the same bytes; [`verify_over`] and [`validate_key_over`] are generic, so that tests can compare
//! them.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

pub mod development;
mod error;

pub use error::{KeyError, VerifyError};
pub use neurodata_zk_statements::Fr;

use alloc::vec::Vec;
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::Field;
use ark_groth16::{Proof, VerifyingKey};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, Valid};
use core::ops::Neg;
use neurodata_primitives::FieldBytes;
use neurodata_zk_statements::field;

/// The curve behind the host functions, or compiled in with feature `portable`.
#[cfg(not(feature = "portable"))]
pub type Curve = sp_crypto_ec_utils::bls12_381::Bls12_381;
/// The curve behind the host functions, or compiled in with feature `portable`.
#[cfg(feature = "portable")]
pub type Curve = ark_bls12_381::Bls12_381;

/// The curve compiled into the caller: what provers use.
pub type PlainCurve = ark_bls12_381::Bls12_381;

/// Bytes of a point of the first group.
const G1_BYTES: usize = 96;
/// Bytes of a point of the second group.
const G2_BYTES: usize = 192;
/// Where the number of `abc` points is written.
const COUNT_AT: usize = G1_BYTES + 3 * G2_BYTES;
/// Bytes of that number: u64, little-endian.
const COUNT_BYTES: usize = 8;

/// Bytes of a proof: `A`, `B`, `C` uncompressed.
pub const PROOF_BYTES: usize = 2 * G1_BYTES + G2_BYTES;

/// Most public inputs of a key.
pub const MAX_INPUTS: usize = 16;

/// Bytes of a key with this many public inputs: `alpha`, `beta`, `gamma`, `delta`, the number of `abc` points, the
/// points.
pub const fn key_bytes(inputs: usize) -> usize {
    COUNT_AT + COUNT_BYTES + (inputs + 1) * G1_BYTES
}

/// Bytes of the largest key.
pub const MAX_KEY_BYTES: usize = key_bytes(MAX_INPUTS);

/// Public inputs of the key, by its length and the number it states.
fn inputs_of(key: &[u8]) -> Option<usize> {
    let count = key.get(COUNT_AT..)?.first_chunk::<COUNT_BYTES>().map(|bytes| u64::from_le_bytes(*bytes))?;
    let inputs = usize::try_from(count).ok()?.checked_sub(1)?;
    (inputs <= MAX_INPUTS && key.len() == key_bytes(inputs)).then_some(inputs)
}

fn encodes<T: CanonicalSerialize>(value: &T, bytes: &[u8]) -> bool {
    let mut encoded = Vec::with_capacity(bytes.len());
    value.serialize_uncompressed(&mut encoded).is_ok() && encoded == bytes
}

/// Check everything that must hold before `key` may be registered, and return its number of public inputs.
///
/// A key passes if its length fits the number of points it states, if it is encoded canonically, if every point is on
/// its curve, in the subgroup and not the identity, and if gamma and delta differ. The last two hold for every honest
/// setup; a key without them accepts forged proofs.
pub fn validate_key(key: &[u8]) -> Result<usize, KeyError> {
    validate_key_over::<Curve>(key)
}

/// [`validate_key`] over any implementation of the curve.
pub fn validate_key_over<E: Pairing>(key: &[u8]) -> Result<usize, KeyError> {
    let inputs = inputs_of(key).ok_or(KeyError::Length { found: key.len() })?;
    let decoded = VerifyingKey::<E>::deserialize_uncompressed_unchecked(key).map_err(|_| KeyError::Encoding)?;
    if !encodes(&decoded, key) {
        return Err(KeyError::Encoding);
    }
    decoded.check().map_err(|_| KeyError::Point)?;
    let g2 = [decoded.beta_g2, decoded.gamma_g2, decoded.delta_g2];
    let mut g1 = core::iter::once(&decoded.alpha_g1).chain(&decoded.gamma_abc_g1);
    if g1.any(AffineRepr::is_zero) || g2.iter().any(AffineRepr::is_zero) {
        return Err(KeyError::Identity);
    }
    if decoded.gamma_g2 == decoded.delta_g2 {
        return Err(KeyError::GammaEqualsDelta);
    }
    Ok(inputs)
}

/// Check `proof` for `inputs` against `key`, which [`validate_key`] has accepted before.
///
/// With a key that was not validated the answer means nothing.
pub fn verify(key: &[u8], inputs: &[FieldBytes], proof: &[u8]) -> Result<(), VerifyError> {
    verify_over::<Curve>(key, inputs, proof)
}

/// [`verify`] over any implementation of the curve.
pub fn verify_over<E: Pairing<ScalarField = Fr>>(
    key: &[u8],
    inputs: &[FieldBytes],
    proof: &[u8],
) -> Result<(), VerifyError> {
    let expected = inputs_of(key).ok_or(VerifyError::Key)?;
    if inputs.len() != expected {
        return Err(VerifyError::InputCount { expected, found: inputs.len() });
    }
    if proof.len() != PROOF_BYTES {
        return Err(VerifyError::ProofLength { expected: PROOF_BYTES, found: proof.len() });
    }
    let scalar = |(index, input)| field::decode(input).map_err(|_| VerifyError::NonCanonicalInput { index });
    let scalars = inputs.iter().enumerate().map(scalar).collect::<Result<Vec<Fr>, _>>()?;
    let key = VerifyingKey::<E>::deserialize_uncompressed_unchecked(key).map_err(|_| VerifyError::Key)?;
    let proof = decode_proof::<E>(proof)?;
    if is_satisfied(&key, &scalars, &proof).ok_or(VerifyError::Key)? {
        Ok(())
    } else {
        Err(VerifyError::Rejected)
    }
}

fn decode_proof<E: Pairing>(bytes: &[u8]) -> Result<Proof<E>, VerifyError> {
    let proof = Proof::<E>::deserialize_uncompressed_unchecked(bytes).map_err(|_| VerifyError::ProofEncoding)?;
    if !encodes(&proof, bytes) {
        return Err(VerifyError::ProofEncoding);
    }
    proof.check().map_err(|_| VerifyError::ProofPoint)?;
    Ok(proof)
}

/// Whether the proof satisfies the equation; `None` if the key has another number of points than inputs plus one.
///
/// One Miller loop over four pairs and one final exponentiation: cheaper than `e(alpha, beta)` on its own first.
fn is_satisfied<E: Pairing>(key: &VerifyingKey<E>, inputs: &[E::ScalarField], proof: &Proof<E>) -> Option<bool> {
    let (first, rest) = key.gamma_abc_g1.split_first()?;
    let combined = (E::G1::msm(rest, inputs).ok()? + first).into_affine();
    let g1 = [proof.a.into_group().neg().into_affine(), key.alpha_g1, combined, proof.c];
    let g2 = [proof.b, key.beta_g2, key.gamma_g2, key.delta_g2];
    let product = E::final_exponentiation(E::multi_miller_loop(g1, g2))?;
    Some(product.0 == E::TargetField::ONE)
}

#[cfg(test)]
mod tests;
