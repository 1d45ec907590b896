use super::*;
use frame_system::RawOrigin;
use sp_runtime::DispatchError;

#[test]
fn a_retired_key_no_longer_counts_but_stays_known() {
    ExtBuilder::default().build_and_execute(|| {
        System::set_block_number(5);
        assert_ok!(ZkVerifier::retire_key(RawOrigin::Root.into(), STATEMENT));
        assert_eq!(Keys::<Test>::get(STATEMENT), None);
        assert_eq!(KeyHistory::<Test>::get(development_digest()).unwrap().retired_at, Some(5));
        System::assert_last_event(Event::KeyRetired { statement: STATEMENT, key: development_digest() }.into());
    });
}

#[test]
fn a_statement_without_key_has_nothing_to_retire() {
    ExtBuilder::default().without_keys().build_and_execute(|| {
        assert_noop!(ZkVerifier::retire_key(RawOrigin::Root.into(), STATEMENT), Error::<Test>::NotFound);
    });
}

#[test]
fn nobody_but_the_manager_retires_keys() {
    ExtBuilder::default().build_and_execute(|| {
        let origin = RawOrigin::Signed(SUBMITTER).into();
        assert_noop!(ZkVerifier::retire_key(origin, STATEMENT), DispatchError::BadOrigin);
    });
}
