use super::*;
use frame_system::RawOrigin;
use sp_runtime::DispatchError;

/// Root may not register `key`.
#[track_caller]
fn refused(key: &[u8], refusal: Error<Test>) {
    assert_noop!(ZkVerifier::register_key(RawOrigin::Root.into(), STATEMENT, bounded(key)), refusal);
}

#[test]
fn the_first_key_of_a_statement_counts_at_once() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        assert_ok!(ZkVerifier::register_key(RawOrigin::Root.into(), STATEMENT, bounded(DATA_VALIDITY_1)));
        let record = Keys::<Test>::get(STATEMENT).unwrap();
        assert_eq!(record.bytes.as_slice(), DATA_VALIDITY_1);
        assert_eq!((record.digest, record.inputs, record.registered_at), (development_digest(), 4, 1));
        assert_eq!(KeyHistory::<Test>::get(development_digest()).unwrap().retired_at, None);
        let event = Event::KeyRegistered { statement: STATEMENT, key: development_digest(), replaced: None };
        System::assert_last_event(event.into());
    });
}

#[test]
fn another_key_replaces_the_first_which_stays_known() {
    ExtBuilder::default().build_and_execute(|| {
        System::set_block_number(8);
        assert_ok!(ZkVerifier::register_key(RawOrigin::Root.into(), STATEMENT, bounded(&other_key())));
        let digest = key_digest(&other_key());
        assert_eq!(Keys::<Test>::get(STATEMENT).unwrap().digest, digest);
        assert_eq!(KeyHistory::<Test>::get(development_digest()).unwrap().retired_at, Some(8));
        assert_eq!(KeyHistory::<Test>::get(digest).unwrap().registered_at, 8);
        let replaced = Some(development_digest());
        System::assert_last_event(Event::KeyRegistered { statement: STATEMENT, key: digest, replaced }.into());
    });
}

#[test]
fn nobody_but_the_manager_registers_keys() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        for origin in [RawOrigin::Signed(SUBMITTER), RawOrigin::None] {
            let key = bounded(DATA_VALIDITY_1);
            assert_noop!(ZkVerifier::register_key(origin.into(), STATEMENT, key), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn the_key_in_force_cannot_be_registered_again() {
    ExtBuilder::default().build_and_execute(|| refused(DATA_VALIDITY_1, Error::AlreadyExists));
}

#[test]
fn a_retired_key_never_comes_back() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(ZkVerifier::retire_key(RawOrigin::Root.into(), STATEMENT));
        refused(DATA_VALIDITY_1, Error::AlreadyExists);
    });
}

#[test]
fn a_truncated_or_extended_key_is_refused() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        refused(&[], Error::InvalidKeyLength);
        refused(&DATA_VALIDITY_1[..DATA_VALIDITY_1.len() - 1], Error::InvalidKeyLength);
        refused(&[DATA_VALIDITY_1, &[0]].concat(), Error::InvalidKeyLength);
    });
}

#[test]
fn a_key_encoded_otherwise_is_refused() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        let mut key = DATA_VALIDITY_1.to_vec();
        key[GAMMA_AT] |= 0x80;
        refused(&key, Error::InvalidKeyEncoding);
    });
}

#[test]
fn a_key_with_a_point_off_its_curve_is_refused() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        let mut key = DATA_VALIDITY_1.to_vec();
        key[GAMMA_AT + G2_BYTES - 1] ^= 1;
        refused(&key, Error::InvalidKeyPoint);
    });
}

#[test]
fn a_key_with_a_point_off_its_subgroup_is_refused() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        // (0, 2) lies on the curve and has order 3.
        let mut key = DATA_VALIDITY_1.to_vec();
        key[..96].fill(0);
        key[95] = 2;
        refused(&key, Error::InvalidKeyPoint);
    });
}

#[test]
fn a_key_with_the_identity_is_refused() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        let mut key = DATA_VALIDITY_1.to_vec();
        key[..96].fill(0);
        key[0] = 0x40;
        refused(&key, Error::DegenerateKey);
    });
}

#[test]
fn a_key_of_a_setup_that_was_never_completed_is_refused() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        let mut key = DATA_VALIDITY_1.to_vec();
        key.copy_within(DELTA_AT..DELTA_AT + G2_BYTES, GAMMA_AT);
        refused(&key, Error::IncompleteSetup);
    });
}

#[test]
fn a_key_with_another_number_of_inputs_than_the_statement_is_refused() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        let mut key = DATA_VALIDITY_1[..key_bytes(3)].to_vec();
        key[DELTA_AT + G2_BYTES] = 4;
        refused(&key, Error::InvalidKeyInputCount);
    });
}
