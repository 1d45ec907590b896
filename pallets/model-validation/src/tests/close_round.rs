use crate::{mock::*, Decision, Error, Event, Instance, PenaltyCause, Rounds, Verdict};
use frame_support::{assert_noop, assert_ok, assert_storage_noop, dispatch::Pays};
use sp_runtime::{traits::Dispatchable, Permill};

fn close_round(signer: AccountId) -> sp_runtime::DispatchResult {
    ModelValidation::close_round(signed(signer), JOB).map(|_| ()).map_err(|refused| refused.error)
}

#[test]
fn whoever_ends_a_round_pays_no_fee_and_whoever_tries_too_early_does() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        sealed_round(&[(Verdict::Accept, 90); 3]);
        let refused = ModelValidation::close_round(signed(REPORTER), JOB).unwrap_err();
        assert_eq!((refused.error, refused.post_info.pays_fee), (Error::<Test>::TooEarly.into(), Pays::Yes));
        run_to_block(11);
        assert_eq!(ModelValidation::close_round(signed(REPORTER), JOB).unwrap().pays_fee, Pays::No);
    });
}

#[test]
fn a_round_goes_from_opening_to_decision() {
    ExtBuilder::default().with_evaluators(5).build_and_execute(|| {
        open_round();
        run_to_block(4);
        assert_ok!(ModelValidation::draw_committee(signed(STRANGER), JOB));
        let members = committee();
        deliver_keys(&members);
        members.iter().for_each(|member| seal(*member, Verdict::Accept, 85));
        for member in &members {
            assert_ok!(reveal(*member, Verdict::Accept, 85));
        }
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 85 }, members)]);
    });
}

#[test]
fn members_that_sealed_and_did_not_open_pay() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90); 3]);
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        run_to_block(10);
        assert_noop!(close_round(REPORTER), Error::<Test>::TooEarly);
        run_to_block(11);
        assert_ok!(close_round(REPORTER));
        assert!(Decisions::get().is_empty());
        let instance = Instance::Second;
        assert_eq!(last_event(), Event::RoundOpened { job: JOB, instance, draw_at: 13, draw_by: 18 });
        assert_eq!(held(members[0]), BOND);
        assert_eq!((held(members[1]), held(members[2])), (BOND - PENALTY, BOND - PENALTY));
        assert_eq!(Balances::free_balance(JOB_OWNER), FUNDS + 2 * 40);
        assert_eq!(Balances::free_balance(REPORTER), FUNDS + 2 * 20);
        assert_eq!(Burned::get(), 2 * 140);
        let silent = |member| (member, PENALTY, PenaltyCause::NotOpened { job: JOB });
        assert_eq!(Penalties::get(), [silent(members[1]), silent(members[2])]);
        assert!(members.iter().all(|member| evaluator(*member).open_seats == 0));
    });
}

#[test]
fn two_openings_decide_without_the_third() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90), (Verdict::Reject, 1), (Verdict::Reject, 1)]);
        assert_ok!(reveal(members[1], Verdict::Reject, 1));
        assert_ok!(reveal(members[2], Verdict::Reject, 1));
        run_to_block(11);
        assert_ok!(close_round(REPORTER));
        assert_eq!(Decisions::get(), [(JOB, Decision::Rejected, members[1..].to_vec())]);
        assert_eq!(held(members[0]), BOND - PENALTY);
    });
}

#[test]
fn nobody_opens_and_all_pay() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90); 3]);
        run_to_block(11);
        assert_ok!(close_round(REPORTER));
        assert!(Decisions::get().is_empty());
        assert!(members.iter().all(|member| held(*member) == BOND - PENALTY));
    });
}

#[test]
fn a_round_without_a_committee_ends_undecided() {
    ExtBuilder::default().build_and_execute(|| {
        open_round();
        run_to_block(8);
        assert_noop!(close_round(REPORTER), Error::<Test>::TooEarly);
        run_to_block(9);
        assert_ok!(close_round(REPORTER));
        assert_eq!(Decisions::get(), [(JOB, Decision::Undecided, vec![])]);
        assert_eq!(Rounds::<Test>::get(JOB), None);
        // The job may be evaluated anew.
        open_round();
    });
}

#[test]
fn a_round_in_sealing_is_not_for_this_call() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        assert_noop!(close_round(REPORTER), Error::<Test>::NotFound);
        draw();
        run_to_block(100);
        assert_noop!(close_round(REPORTER), Error::<Test>::WrongState);
    });
}

#[test]
fn a_payee_that_cannot_receive_has_its_part_burned() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        // The parts of a penalty of 100 are 20 and 10, below the existential deposit of 30.
        NonRevealSlash::set(Permill::from_percent(10));
        sealed_round(&[(Verdict::Accept, 90); 3]);
        Rounds::<Test>::mutate(JOB, |round| round.as_mut().unwrap().job_owner = STRANGER);
        run_to_block(11);
        assert_ok!(close_round(99));
        assert_eq!((Balances::free_balance(STRANGER), Balances::free_balance(99)), (0, 0));
        assert_eq!(Burned::get(), 300);
        assert!(Notes::get().is_empty(), "who got nothing has no line of it");
    });
}

#[test]
fn a_refused_decision_changes_nothing() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90); 3]);
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        assert_ok!(reveal(members[1], Verdict::Accept, 90));
        run_to_block(11);
        DecisionsRefused::set(true);
        let call = RuntimeCall::ModelValidation(crate::Call::close_round { job: JOB });
        assert_storage_noop!(assert!(call.clone().dispatch(signed(REPORTER)).is_err()));
        // The test doubles do not roll back with the storage.
        Burned::set(0);
        DecisionsRefused::set(false);
        assert_ok!(call.dispatch(signed(REPORTER)));
        assert_eq!(held(members[2]), BOND - PENALTY);
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 90 }, members[..2].to_vec())]);
    });
}
