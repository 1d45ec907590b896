use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn an_active_dataset_is_delisted_with_its_stake_locked() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        let unlocks_at = System::block_number() + 50;
        assert_eq!(record(dataset).state, DatasetState::Delisted { unlocks_at });
        assert_eq!(held(OWNER), STAKE);
        assert_eq!(last_event(), Event::DatasetDelisted { dataset, unlocks_at });
    });
}

#[test]
fn an_audit_ends_with_delisting() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::small();
        let dataset = register(&package);
        run_to_block(audit_blocks(dataset).0 + 1);
        let proofs = package.audit_proofs(dataset, &[0]);
        assert_ok!(DatasetRegistry::submit_audit(signed(OWNER), dataset, proofs));
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_eq!(Audits::<Test>::get(dataset), None);
        assert_eq!(record(dataset).state, DatasetState::Delisted { unlocks_at: System::block_number() + 50 });
    });
}

#[test]
fn delisting_again_does_not_move_the_lock() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_noop!(DatasetRegistry::delist_dataset(signed(OWNER), dataset), Error::<Test>::InvalidState);
    });
}

#[test]
fn only_the_owner_delists() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_noop!(DatasetRegistry::delist_dataset(signed(STRANGER), dataset), Error::<Test>::NotAuthorized);
        assert_noop!(DatasetRegistry::delist_dataset(signed(OWNER), DatasetId::new(9)), Error::<Test>::NotFound);
        assert_noop!(DatasetRegistry::delist_dataset(RuntimeOrigin::none(), dataset), DispatchError::BadOrigin);
    });
}
