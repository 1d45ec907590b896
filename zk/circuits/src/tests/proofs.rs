use super::{example, prover};
use crate::{example as fixture, CheckError, DataValidity, ProverError};
use neurodata_primitives::{seams::ProofSubject, DatasetId, FieldBytes, JobId};
use neurodata_zk_statements::{field, key_digest, Binding, DataValidityInputs};
use neurodata_zk_verifier::{development, verify, verify_over, PlainCurve, VerifyError, PROOF_BYTES};
use std::sync::OnceLock;

/// One honest proof for all tests.
fn proof() -> &'static [u8] {
    static PROOF: OnceLock<Vec<u8>> = OnceLock::new();
    let (witness, inputs) = example();
    PROOF.get_or_init(|| prover().prove(&witness, &inputs).unwrap())
}

/// What both implementations of the curve say, which must be the same.
#[track_caller]
fn verdict(inputs: &[FieldBytes], proof: &[u8]) -> Result<(), VerifyError> {
    let key = prover().verifying_key();
    let host = verify(key, inputs, proof);
    assert_eq!(host, verify_over::<PlainCurve>(key, inputs, proof));
    host
}

#[test]
fn a_proof_of_a_valid_chunk_is_accepted_and_has_the_stated_length() {
    let (_, inputs) = example();
    assert_eq!(proof().len(), PROOF_BYTES);
    assert_eq!(verdict(&inputs.to_field_bytes(), proof()), Ok(()));
}

#[test]
fn two_proofs_of_one_statement_differ() {
    let (witness, inputs) = example();
    let second = prover().prove(&witness, &inputs).unwrap();
    assert_ne!(second, proof());
    assert_eq!(verdict(&inputs.to_field_bytes(), &second), Ok(()));
}

#[test]
fn the_committed_verifying_key_is_the_provers() {
    assert_eq!(prover().verifying_key(), development::DATA_VALIDITY_1);
    assert_eq!(prover().key_digest(), crate::setup::DEVELOPMENT_KEY_DIGEST);
    assert_eq!(key_digest(development::DATA_VALIDITY_1), crate::setup::DEVELOPMENT_KEY_DIGEST);
}

#[test]
fn the_committed_example_proof_is_of_the_example_chunk() {
    let (_, inputs) = example();
    assert_eq!(inputs.to_field_bytes(), development::example_inputs());
    assert_eq!(verdict(&inputs.to_field_bytes(), development::EXAMPLE_PROOF), Ok(()));
}

#[test]
fn a_replay_for_another_chain_dataset_job_account_or_chunk_is_rejected() {
    let (_, inputs) = example();
    let own = fixture::binding();
    for binding in [
        Binding { genesis: [9; 32], ..own },
        Binding { subject: ProofSubject::Dataset(DatasetId::new(8)), ..own },
        Binding { subject: ProofSubject::Job(JobId::new(7)), ..own },
        Binding { account: &[9; 32], ..own },
        Binding { chunk: fixture::CHUNK + 1, ..own },
    ] {
        let inputs = DataValidityInputs { binding: binding.to_field_bytes(), ..inputs };
        assert_eq!(verdict(&inputs.to_field_bytes(), proof()), Err(VerifyError::Rejected));
    }
}

#[test]
fn other_public_inputs_are_rejected() {
    let (_, inputs) = example();
    for at in 0..4 {
        let mut fields = inputs.to_field_bytes();
        fields[at] = field::from_number(12_345);
        assert_eq!(verdict(&fields, proof()), Err(VerifyError::Rejected));
    }
}

#[test]
fn public_inputs_in_another_order_are_rejected() {
    let (_, inputs) = example();
    for (left, right) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
        let mut fields = inputs.to_field_bytes();
        fields.swap(left, right);
        assert_eq!(verdict(&fields, proof()), Err(VerifyError::Rejected));
    }
}

#[test]
fn a_proof_of_a_false_statement_is_rejected() {
    let (mut witness, _) = example();
    witness.layout[100].bound = 0;
    let inputs = witness.inputs(&fixture::binding()).unwrap();
    let circuit = DataValidity::new(&witness, &inputs).unwrap();
    let forged = prover().prove_unchecked(circuit).unwrap();
    assert_eq!(verdict(&inputs.to_field_bytes(), &forged), Err(VerifyError::Rejected));
}

#[test]
fn the_prover_refuses_an_invalid_witness_and_names_the_cell() {
    let (mut witness, inputs) = example();
    witness.cells[100] = 1_000;
    witness.layout[100].bound = 999;
    let refusal = prover().prove(&witness, &inputs).unwrap_err();
    let expected = CheckError::OutOfBound { cell: 100, value: 1_000, bound: 999 };
    assert!(matches!(&refusal, ProverError::Witness(found) if *found == expected));
    assert_eq!(refusal.to_string(), "nothing to prove: cell 100 holds 1000, above its bound 999");
}
