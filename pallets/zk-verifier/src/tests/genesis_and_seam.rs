use super::*;
use frame_support::traits::Hooks;
use neurodata_primitives::seams::ZkVerifier as Seam;

#[test]
fn constants_pass_the_integrity_test() {
    ExtBuilder::default().build_and_execute(<ZkVerifier as Hooks<u64>>::integrity_test);
}

#[test]
fn genesis_keys_are_in_force_from_the_first_block() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(Keys::<Test>::get(STATEMENT).unwrap().digest, development_digest());
        assert_ok!(<ZkVerifier as Seam>::verify(STATEMENT, &example_inputs(), EXAMPLE_PROOF));
    });
}

#[test]
#[should_panic(expected = "the genesis key of DataValidity1 is refused")]
fn a_bad_genesis_key_stops_the_chain_from_starting() {
    ExtBuilder::default().keys(vec![(STATEMENT, vec![1; 100])]).build();
}

#[test]
fn the_genesis_is_read_from_json() {
    let json = serde_json::json!({ "keys": [["DataValidity1", DATA_VALIDITY_1]] });
    let genesis: crate::GenesisConfig<Test> = serde_json::from_value(json).unwrap();
    assert_eq!(genesis.keys, [(STATEMENT, DATA_VALIDITY_1.to_vec())]);
}

#[test]
fn the_seam_refuses_what_the_call_refuses() {
    ExtBuilder::default().build_and_execute(|| {
        let inputs = example_inputs();
        let refusal = |inputs: &[FieldBytes], proof: &[u8]| <ZkVerifier as Seam>::verify(STATEMENT, inputs, proof);
        assert_noop!(refusal(&inputs[..3], EXAMPLE_PROOF), Error::<Test>::InvalidInputCount);
        assert_noop!(refusal(&inputs, &[0; 384]), Error::<Test>::InvalidProofEncoding);
        let mut other = inputs;
        other[2] = FieldBytes::default();
        assert_noop!(refusal(&other, EXAMPLE_PROOF), Error::<Test>::InvalidProof);
    });
    ExtBuilder::default().without_keys().build_and_execute(|| {
        let refusal = <ZkVerifier as Seam>::verify(STATEMENT, &example_inputs(), EXAMPLE_PROOF);
        assert_eq!(refusal, Err(Error::<Test>::NotFound.into()));
    });
}
