//! Keys and proofs that must be refused, over the host-call curve and the plain one.

use super::*;
use crate::development::{example_inputs, DATA_VALIDITY_1, EXAMPLE_PROOF};
use ark_bls12_381::{Bls12_381, Fq, Fq2, G1Affine, G2Affine};
use ark_ec::short_weierstrass::SWCurveConfig;
use ark_ff::PrimeField;

/// Positions of the proof's points.
const PROOF_G1: [usize; 2] = [0, G1_BYTES + G2_BYTES];
const PROOF_G2: usize = G1_BYTES;
/// Positions of the key's points.
const KEY_G1: [usize; 6] =
    [0, key_bytes(0) - 96, key_bytes(1) - 96, key_bytes(2) - 96, key_bytes(3) - 96, key_bytes(4) - 96];
const KEY_G2: [usize; 3] = [G1_BYTES, G1_BYTES + G2_BYTES, G1_BYTES + 2 * G2_BYTES];

#[track_caller]
fn verdict(key: &[u8], inputs: &[FieldBytes], proof: &[u8]) -> Result<(), VerifyError> {
    let host = verify(key, inputs, proof);
    assert_eq!(host, verify_over::<PlainCurve>(key, inputs, proof));
    host
}

#[track_caller]
fn of_proof(proof: &[u8]) -> Result<(), VerifyError> {
    verdict(DATA_VALIDITY_1, &example_inputs(), proof)
}

#[track_caller]
fn of_key(key: &[u8]) -> Result<usize, KeyError> {
    let host = validate_key(key);
    assert_eq!(host, validate_key_over::<PlainCurve>(key));
    host
}

fn uncompressed(point: &impl CanonicalSerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    point.serialize_uncompressed(&mut bytes).unwrap();
    bytes
}

fn with(bytes: &[u8], at: usize, part: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[at..at + part.len()].copy_from_slice(part);
    changed
}

fn proof_points() -> Proof<Bls12_381> {
    Proof::deserialize_uncompressed(EXAMPLE_PROOF).unwrap()
}

/// On the curve and of order 3: (0, 2), as 2^2 = 0^3 + 4.
fn order_three() -> G1Affine {
    let point = G1Affine::new_unchecked(Fq::from(0u64), Fq::from(2u64));
    assert!(point.is_on_curve());
    point
}

/// On the twist but outside its subgroup.
fn outside_g2() -> G2Affine {
    let point = |x: u64| G2Affine::get_point_from_x_unchecked(Fq2::new(Fq::from(x), Fq::from(1u64)), false);
    (0..).find_map(point).filter(|point| !point.is_in_correct_subgroup_assuming_on_curve()).unwrap()
}

/// The modulus plus 1, big-endian: the same coordinate as 1, encoded otherwise.
fn beyond_the_modulus() -> Vec<u8> {
    let mut modulus = Fq::MODULUS;
    modulus.0[0] += 1;
    modulus.0.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect()
}

#[test]
fn the_example_proof_is_accepted() {
    assert_eq!(of_proof(EXAMPLE_PROOF), Ok(()));
}

#[test]
fn another_number_of_inputs_is_refused() {
    let inputs = example_inputs();
    for count in [0, 1, 3] {
        let refusal = VerifyError::InputCount { expected: 4, found: count };
        assert_eq!(verdict(DATA_VALIDITY_1, &inputs[..count], EXAMPLE_PROOF), Err(refusal));
    }
    let mut more = inputs.to_vec();
    more.push(FieldBytes::default());
    let refusal = VerifyError::InputCount { expected: 4, found: 5 };
    assert_eq!(verdict(DATA_VALIDITY_1, &more, EXAMPLE_PROOF), Err(refusal));
}

#[test]
fn an_input_that_is_no_field_element_is_refused() {
    for index in 0..4 {
        let mut inputs = example_inputs();
        inputs[index] = FieldBytes::new([0xff; 32]);
        let refusal = VerifyError::NonCanonicalInput { index };
        assert_eq!(verdict(DATA_VALIDITY_1, &inputs, EXAMPLE_PROOF), Err(refusal));
    }
}

#[test]
fn an_input_plus_the_modulus_is_not_the_same_input() {
    // 4 bytes of missing cells, then zeros: the sum with the modulus fits 32 bytes.
    let mut inputs = example_inputs();
    let mut sum = Fr::MODULUS;
    sum.0[0] += u64::from(inputs[2].as_bytes()[0]);
    let bytes: Vec<u8> = sum.0.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    inputs[2] = FieldBytes::new(bytes.try_into().unwrap());
    assert_eq!(verdict(DATA_VALIDITY_1, &inputs, EXAMPLE_PROOF), Err(VerifyError::NonCanonicalInput { index: 2 }));
}

#[test]
fn other_inputs_and_another_order_are_rejected() {
    for at in 0..4 {
        let mut inputs = example_inputs();
        inputs[at] = field::from_number(1_000_000);
        assert_eq!(verdict(DATA_VALIDITY_1, &inputs, EXAMPLE_PROOF), Err(VerifyError::Rejected));
    }
    let mut inputs = example_inputs();
    inputs.reverse();
    assert_eq!(verdict(DATA_VALIDITY_1, &inputs, EXAMPLE_PROOF), Err(VerifyError::Rejected));
}

#[test]
fn a_proof_of_another_length_is_refused() {
    let mut compressed = Vec::new();
    proof_points().serialize_compressed(&mut compressed).unwrap();
    let mut longer = EXAMPLE_PROOF.to_vec();
    longer.push(0);
    for proof in [&[][..], &compressed, &EXAMPLE_PROOF[..383], &longer] {
        let refusal = VerifyError::ProofLength { expected: 384, found: proof.len() };
        assert_eq!(of_proof(proof), Err(refusal));
    }
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    for at in (0..PROOF_BYTES).step_by(7) {
        let mut proof = EXAMPLE_PROOF.to_vec();
        proof[at] ^= 1;
        let refusal = of_proof(&proof).unwrap_err();
        assert!(matches!(refusal, VerifyError::ProofPoint | VerifyError::ProofEncoding), "byte {at}: {refusal}");
    }
}

#[test]
fn a_point_off_its_curve_is_refused() {
    for at in PROOF_G1 {
        let off = G1Affine::new_unchecked(Fq::from(1u64), Fq::from(1u64));
        assert_eq!(of_proof(&with(EXAMPLE_PROOF, at, &uncompressed(&off))), Err(VerifyError::ProofPoint));
    }
    let off = G2Affine::new_unchecked(Fq2::from(1u64), Fq2::from(1u64));
    assert_eq!(of_proof(&with(EXAMPLE_PROOF, PROOF_G2, &uncompressed(&off))), Err(VerifyError::ProofPoint));
}

#[test]
fn a_point_off_its_subgroup_is_refused() {
    let points = proof_points();
    let stray = order_three();
    for (at, honest) in PROOF_G1.into_iter().zip([points.a, points.c]) {
        let shifted = (honest.into_group() + stray).into_affine();
        assert!(shifted.is_on_curve());
        for point in [stray, shifted] {
            assert_eq!(of_proof(&with(EXAMPLE_PROOF, at, &uncompressed(&point))), Err(VerifyError::ProofPoint));
        }
    }
    let shifted = (points.b.into_group() + outside_g2()).into_affine();
    for point in [outside_g2(), shifted] {
        assert_eq!(of_proof(&with(EXAMPLE_PROOF, PROOF_G2, &uncompressed(&point))), Err(VerifyError::ProofPoint));
    }
}

#[test]
fn a_second_encoding_of_a_point_is_refused() {
    for flag in [0x80, 0x40, 0x20, 0xc0] {
        for at in [PROOF_G1[0], PROOF_G1[1], PROOF_G2] {
            let mut proof = EXAMPLE_PROOF.to_vec();
            proof[at] |= flag;
            assert_eq!(of_proof(&proof), Err(VerifyError::ProofEncoding), "flag {flag:#x} at {at}");
        }
    }
    let proof = with(EXAMPLE_PROOF, PROOF_G1[0], &beyond_the_modulus());
    assert_eq!(of_proof(&proof), Err(VerifyError::ProofEncoding));
    // Zero coordinates are decoded as the identity, whose encoding has a flag.
    assert_eq!(of_proof(&[0; PROOF_BYTES]), Err(VerifyError::ProofEncoding));
    // Flags are masked at the start of a point alone.
    let mut proof = EXAMPLE_PROOF.to_vec();
    proof[G1_BYTES / 2] |= 0x80;
    assert_eq!(of_proof(&proof), Err(VerifyError::ProofEncoding));
}

#[test]
fn other_points_of_the_subgroup_are_rejected() {
    let points = proof_points();
    let identity = uncompressed(&G1Affine::identity());
    let negated = uncompressed(&-points.a);
    for proof in [
        with(EXAMPLE_PROOF, PROOF_G1[0], &identity),
        with(EXAMPLE_PROOF, PROOF_G1[0], &negated),
        with(EXAMPLE_PROOF, PROOF_G1[0], &uncompressed(&points.c)),
        with(EXAMPLE_PROOF, PROOF_G1[1], &uncompressed(&points.a)),
        with(EXAMPLE_PROOF, PROOF_G2, &uncompressed(&G2Affine::identity())),
        [uncompressed(&G1Affine::identity()), uncompressed(&G2Affine::identity()), identity.clone()].concat(),
    ] {
        assert_eq!(of_proof(&proof), Err(VerifyError::Rejected));
    }
}

#[test]
fn a_malleated_proof_is_accepted_so_only_the_statement_identifies_it() {
    let points = proof_points();
    let factor = Fr::from(5u64);
    let malleated = Proof::<Bls12_381> {
        a: (points.a * factor).into_affine(),
        b: (points.b * factor.inverse().unwrap()).into_affine(),
        c: points.c,
    };
    let bytes = uncompressed(&malleated);
    assert_ne!(bytes, EXAMPLE_PROOF);
    assert_eq!(of_proof(&bytes), Ok(()));
}

#[test]
fn a_valid_key_of_another_setup_rejects_the_proof() {
    for at in KEY_G1 {
        let key = with(DATA_VALIDITY_1, at, &uncompressed(&ark_bls12_381::g1::Config::GENERATOR));
        assert_eq!(of_key(&key), Ok(4));
        assert_eq!(verdict(&key, &example_inputs(), EXAMPLE_PROOF), Err(VerifyError::Rejected));
    }
    for at in KEY_G2 {
        let key = with(DATA_VALIDITY_1, at, &uncompressed(&ark_bls12_381::g2::Config::GENERATOR));
        assert_eq!(of_key(&key), Ok(4));
        assert_eq!(verdict(&key, &example_inputs(), EXAMPLE_PROOF), Err(VerifyError::Rejected));
    }
}

#[test]
fn the_development_key_is_valid_and_has_four_inputs() {
    assert_eq!(of_key(DATA_VALIDITY_1), Ok(4));
    assert_eq!(DATA_VALIDITY_1.len(), key_bytes(4));
}

#[test]
fn a_key_whose_length_does_not_fit_its_count_is_refused() {
    let mut longer = DATA_VALIDITY_1.to_vec();
    longer.push(0);
    let wrong_count = |count: u64| with(DATA_VALIDITY_1, COUNT_AT, &count.to_le_bytes());
    let mut too_many = wrong_count(18);
    too_many.resize(key_bytes(17), 0);
    let none = wrong_count(0)[..COUNT_AT + COUNT_BYTES].to_vec();
    for key in [
        Vec::new(),
        DATA_VALIDITY_1[..COUNT_AT].to_vec(),
        DATA_VALIDITY_1[..key_bytes(4) - 1].to_vec(),
        longer,
        wrong_count(0),
        wrong_count(4),
        wrong_count(6),
        wrong_count(u64::MAX),
        too_many,
        none,
    ] {
        assert_eq!(of_key(&key), Err(KeyError::Length { found: key.len() }));
        assert_eq!(verdict(&key, &example_inputs(), EXAMPLE_PROOF), Err(VerifyError::Key));
    }
}

#[test]
fn a_key_with_a_point_encoded_otherwise_is_refused() {
    for at in KEY_G1.into_iter().chain(KEY_G2) {
        for flag in [0x80, 0x40, 0x20] {
            let mut key = DATA_VALIDITY_1.to_vec();
            key[at] |= flag;
            assert_eq!(of_key(&key), Err(KeyError::Encoding));
        }
    }
}

#[test]
fn a_key_with_a_point_off_its_curve_or_subgroup_is_refused() {
    let off = G1Affine::new_unchecked(Fq::from(1u64), Fq::from(1u64));
    for at in KEY_G1 {
        assert_eq!(of_key(&with(DATA_VALIDITY_1, at, &uncompressed(&off))), Err(KeyError::Point));
        assert_eq!(of_key(&with(DATA_VALIDITY_1, at, &uncompressed(&order_three()))), Err(KeyError::Point));
    }
    let off = G2Affine::new_unchecked(Fq2::from(1u64), Fq2::from(1u64));
    for at in KEY_G2 {
        assert_eq!(of_key(&with(DATA_VALIDITY_1, at, &uncompressed(&off))), Err(KeyError::Point));
        assert_eq!(of_key(&with(DATA_VALIDITY_1, at, &uncompressed(&outside_g2()))), Err(KeyError::Point));
    }
}

#[test]
fn a_key_with_the_identity_is_refused() {
    for at in KEY_G1 {
        let key = with(DATA_VALIDITY_1, at, &uncompressed(&G1Affine::identity()));
        assert_eq!(of_key(&key), Err(KeyError::Identity));
    }
    for at in KEY_G2 {
        let key = with(DATA_VALIDITY_1, at, &uncompressed(&G2Affine::identity()));
        assert_eq!(of_key(&key), Err(KeyError::Identity));
    }
}

#[test]
fn a_key_whose_gamma_is_its_delta_is_refused() {
    let delta = &DATA_VALIDITY_1[KEY_G2[2]..KEY_G2[2] + G2_BYTES];
    assert_eq!(of_key(&with(DATA_VALIDITY_1, KEY_G2[1], delta)), Err(KeyError::GammaEqualsDelta));
}
