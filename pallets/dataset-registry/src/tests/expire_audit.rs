use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn anyone_delists_a_dataset_that_was_not_proved_in_time() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::small();
        let dataset = register(&package);
        let (challenge_at, prove_by) = audit_blocks(dataset);
        run_to_block(challenge_at + 1);
        let proofs = package.audit_proofs(dataset, &[0, 1]);
        assert_ok!(DatasetRegistry::submit_audit(signed(OWNER), dataset, proofs));

        run_to_block(prove_by + 1);
        assert_ok!(DatasetRegistry::expire_audit(signed(STRANGER), dataset));
        let unlocks_at = prove_by + 1 + 50;
        assert_eq!(record(dataset).state, DatasetState::Delisted { unlocks_at });
        assert_eq!(Audits::<Test>::get(dataset), None);
        assert_eq!(held(OWNER), STAKE);
        assert!(happened(Event::AuditExpired { dataset }));
        assert_eq!(last_event(), Event::DatasetDelisted { dataset, unlocks_at });
    });
}

#[test]
fn the_owner_has_until_the_last_block() {
    ExtBuilder.build_and_execute(|| {
        let dataset = register(&Package::small());
        run_to_block(audit_blocks(dataset).1);
        assert_noop!(DatasetRegistry::expire_audit(signed(STRANGER), dataset), Error::<Test>::TooEarly);
    });
}

#[test]
fn only_a_dataset_under_audit_expires() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        run_to_block(1_000);
        assert_noop!(DatasetRegistry::expire_audit(signed(STRANGER), dataset), Error::<Test>::InvalidState);
        assert_noop!(DatasetRegistry::expire_audit(signed(STRANGER), DatasetId::new(9)), Error::<Test>::NotFound);
        assert_noop!(DatasetRegistry::expire_audit(RuntimeOrigin::none(), dataset), DispatchError::BadOrigin);
    });
}

#[test]
fn an_owner_cannot_draw_again_by_registering_the_root_anew() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::small();
        let dataset = register(&package);
        run_to_block(audit_blocks(dataset).1 + 1);
        assert_ok!(DatasetRegistry::expire_audit(signed(OWNER), dataset));
        assert_noop!(
            DatasetRegistry::register_dataset(signed(OWNER), package.commitment, uris(), open_terms(), STAKE, None),
            Error::<Test>::AlreadyExists
        );
    });
}
