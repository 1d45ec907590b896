use super::*;
use frame_system::RawOrigin;
use neurodata_zk_statements::field;
use sp_runtime::{DispatchError, DispatchResult};

fn submit(inputs: &[FieldBytes], proof: &[u8]) -> DispatchResult {
    let inputs = BoundedVec::try_from(inputs.to_vec()).unwrap();
    let proof = BoundedVec::try_from(proof.to_vec()).unwrap();
    ZkVerifier::verify_proof(RawOrigin::Signed(SUBMITTER).into(), STATEMENT, inputs, proof)
}

#[test]
fn a_proof_that_holds_is_announced_with_its_inputs() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(submit(&example_inputs(), EXAMPLE_PROOF));
        let event = Event::ProofVerified {
            statement: STATEMENT,
            key: development_digest(),
            submitter: SUBMITTER,
            inputs: BoundedVec::try_from(example_inputs().to_vec()).unwrap(),
        };
        System::assert_last_event(event.into());
    });
}

#[test]
fn an_unsigned_submission_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        for origin in [RawOrigin::None, RawOrigin::Root] {
            let (inputs, proof) = (Default::default(), Default::default());
            assert_noop!(ZkVerifier::verify_proof(origin.into(), STATEMENT, inputs, proof), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn without_a_registered_key_nothing_holds() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        assert_noop!(submit(&example_inputs(), EXAMPLE_PROOF), Error::<Test>::NotFound);
    });
}

#[test]
fn under_another_key_the_proof_does_not_hold() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(ZkVerifier::register_key(RawOrigin::Root.into(), STATEMENT, bounded(&other_key())));
        assert_noop!(submit(&example_inputs(), EXAMPLE_PROOF), Error::<Test>::InvalidProof);
    });
}

#[test]
fn another_number_of_inputs_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let inputs = example_inputs();
        assert_noop!(submit(&inputs[..3], EXAMPLE_PROOF), Error::<Test>::InvalidInputCount);
        let more = [&inputs[..], &[FieldBytes::default()]].concat();
        assert_noop!(submit(&more, EXAMPLE_PROOF), Error::<Test>::InvalidInputCount);
    });
}

#[test]
fn an_input_that_is_no_field_element_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let mut inputs = example_inputs();
        inputs[3] = FieldBytes::new([0xff; 32]);
        assert_noop!(submit(&inputs, EXAMPLE_PROOF), Error::<Test>::InvalidInput);
    });
}

#[test]
fn inputs_in_another_order_do_not_hold() {
    ExtBuilder::default().build_and_execute(|| {
        let mut inputs = example_inputs();
        inputs.swap(0, 1);
        assert_noop!(submit(&inputs, EXAMPLE_PROOF), Error::<Test>::InvalidProof);
    });
}

#[test]
fn a_proof_replayed_under_another_binding_does_not_hold() {
    ExtBuilder::default().build_and_execute(|| {
        let mut inputs = example_inputs();
        inputs[3] = field::from_number(1);
        assert_noop!(submit(&inputs, EXAMPLE_PROOF), Error::<Test>::InvalidProof);
    });
}

#[test]
fn a_proof_of_another_length_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(submit(&example_inputs(), &[]), Error::<Test>::InvalidProofLength);
        assert_noop!(submit(&example_inputs(), &EXAMPLE_PROOF[..383]), Error::<Test>::InvalidProofLength);
    });
}

#[test]
fn a_tampered_proof_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let mut flagged = EXAMPLE_PROOF.to_vec();
        flagged[0] |= 0x80;
        assert_noop!(submit(&example_inputs(), &flagged), Error::<Test>::InvalidProofEncoding);
        let mut moved = EXAMPLE_PROOF.to_vec();
        moved[95] ^= 1;
        assert_noop!(submit(&example_inputs(), &moved), Error::<Test>::InvalidProofPoint);
        // A and C change places.
        let mut swapped = EXAMPLE_PROOF.to_vec();
        let (head, last) = swapped.split_at_mut(288);
        head[..96].swap_with_slice(last);
        assert_noop!(submit(&example_inputs(), &swapped), Error::<Test>::InvalidProof);
    });
}

#[test]
fn a_key_altered_past_the_pallet_is_noticed() {
    ExtBuilder::default().build().execute_with(|| {
        Keys::<Test>::mutate_extant(STATEMENT, |record| record.bytes.truncate(100));
        assert_noop!(submit(&example_inputs(), EXAMPLE_PROOF), Error::<Test>::CorruptKey);
        assert!(ZkVerifier::do_try_state().is_err());
    });
}
