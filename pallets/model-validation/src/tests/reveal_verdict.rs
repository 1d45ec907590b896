use crate::{mock::*, validation, Decision, Error, Event, PenaltyCause, Rounds, Verdict, WeightInfo};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{JobId, RoundState, SeatState};
use sp_runtime::DispatchError;

#[test]
fn an_opening_is_recorded() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90); 3]);
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        assert_eq!(seat_of(members[0]), SeatState::Revealed { verdict: Verdict::Accept, score: 90 });
        let opened =
            Event::VerdictRevealed { job: JOB, evaluator: members[0], verdict: Verdict::Accept, score: 90 };
        assert_eq!(last_event(), opened);
        assert!(Decisions::get().is_empty());
    });
}

#[test]
fn the_last_opening_decides() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90), (Verdict::Accept, 70), (Verdict::Accept, 80)]);
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        assert_ok!(reveal(members[1], Verdict::Accept, 70));
        assert_ok!(reveal(members[2], Verdict::Accept, 80));
        let decision = Decision::Accepted { score: 80 };
        assert_eq!(Decisions::get(), [(JOB, decision, members.clone())]);
        assert_eq!(last_event(), Event::RoundClosed { job: JOB, decision });
        assert_eq!(Rounds::<Test>::get(JOB), None);
        for member in members {
            assert_eq!((evaluator(member).open_seats, held(member)), (0, BOND));
        }
        assert!(Penalties::get().is_empty());
    });
}

#[test]
fn the_minority_is_left_out_and_keeps_its_bond() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let verdicts = [(Verdict::Reject, 1), (Verdict::Accept, 90), (Verdict::Reject, 1)];
        let members = sealed_round(&verdicts);
        for (member, (verdict, score)) in members.iter().zip(verdicts) {
            assert_ok!(reveal(*member, verdict, score));
        }
        assert_eq!(Decisions::get(), [(JOB, Decision::Rejected, vec![members[0], members[2]])]);
        assert_eq!(held(members[1]), BOND);
        assert_eq!(Penalties::get(), [(members[1], 0, PenaltyCause::Outvoted { job: JOB })]);
    });
}

#[test]
fn a_wrong_opening_costs_nothing_and_can_be_corrected() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let member = sealed_round(&[(Verdict::Accept, 90); 3])[0];
        assert_noop!(reveal(member, Verdict::Reject, 90), Error::<Test>::SealMismatch);
        assert_noop!(reveal(member, Verdict::Accept, 91), Error::<Test>::SealMismatch);
        let other_salt = ModelValidation::reveal_verdict(signed(member), JOB, Verdict::Accept, 90, [0; 32]);
        assert_noop!(other_salt, Error::<Test>::SealMismatch);
        assert_ok!(reveal(member, Verdict::Accept, 90));
    });
}

#[test]
fn a_seal_made_for_another_job_does_not_open() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members);
        let other = validation::seal_verdict(JobId::new(8), Verdict::Accept, 90, &salt(members[0]), &members[0]);
        assert_ok!(ModelValidation::seal_verdict(signed(members[0]), JOB, other));
        seal(members[1], Verdict::Accept, 90);
        seal(members[2], Verdict::Accept, 90);
        assert_noop!(reveal(members[0], Verdict::Accept, 90), Error::<Test>::SealMismatch);
    });
}

#[test]
fn scores_are_within_1_and_100() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 0), (Verdict::Accept, 101), (Verdict::Reject, 1)]);
        assert_noop!(reveal(members[0], Verdict::Accept, 0), Error::<Test>::InvalidScore);
        assert_noop!(reveal(members[1], Verdict::Accept, 101), Error::<Test>::InvalidScore);
        assert_ok!(reveal(members[2], Verdict::Reject, 1));
    });
}

#[test]
fn data_that_cannot_be_had_are_sealed_and_opened_with_any_score() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let given = [1, 50, 100].map(|score| (Verdict::Unavailable, score));
        let members = sealed_round(&given);
        assert_noop!(reveal(members[0], Verdict::Reject, 1), Error::<Test>::SealMismatch);
        for (member, (verdict, score)) in members.iter().zip(given).take(2) {
            assert_ok!(reveal(*member, verdict, score));
            assert_eq!(seat_of(*member), SeatState::Revealed { verdict, score });
        }
    });
}

#[test]
fn nobody_opens_twice_nor_without_a_seal_nor_without_a_seat() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members[..2]);
        seal(members[0], Verdict::Accept, 90);
        seal(members[1], Verdict::Accept, 90);
        run_to_block(15);
        assert_ok!(ModelValidation::close_sealing(signed(REPORTER), JOB));
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        assert_noop!(reveal(members[0], Verdict::Accept, 90), Error::<Test>::AlreadyExists);
        assert_noop!(reveal(members[2], Verdict::Accept, 90), Error::<Test>::NotSealed);
        assert_noop!(reveal(STRANGER, Verdict::Accept, 90), Error::<Test>::NotOnCommittee);
    });
}

#[test]
fn opening_waits_for_the_end_of_sealing() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        assert_noop!(reveal(EVALUATORS[0], Verdict::Accept, 90), Error::<Test>::NotFound);
        let members = draw();
        deliver_keys(&members);
        seal(members[0], Verdict::Accept, 90);
        assert_noop!(reveal(members[0], Verdict::Accept, 90), Error::<Test>::WrongState);
    });
}

#[test]
fn opening_has_a_last_block() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90); 3]);
        run_to_block(10);
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        run_to_block(11);
        assert_noop!(reveal(members[1], Verdict::Accept, 90), Error::<Test>::Expired);
    });
}

#[test]
fn a_refused_decision_does_not_take_the_last_opening_away() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90); 3]);
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        assert_ok!(reveal(members[1], Verdict::Accept, 90));
        DecisionsRefused::set(true);
        assert_ok!(reveal(members[2], Verdict::Accept, 90));
        assert_eq!(last_event(), Event::DecisionDeferred { job: JOB, error: DispatchError::Unavailable });
        assert_eq!(round_state(), RoundState::Revealing { reveal_by: 10 });
        assert_eq!(evaluator(members[0]).open_seats, 1);

        DecisionsRefused::set(false);
        assert_ok!(ModelValidation::close_round(signed(STRANGER), JOB));
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 90 }, members.clone())]);
        assert!(members.iter().all(|member| held(*member) == BOND));
    });
}

#[test]
fn the_weight_of_the_end_is_refunded_while_the_round_goes_on() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90); 3]);
        let weight_of = |member| {
            let opened = ModelValidation::reveal_verdict(signed(member), JOB, Verdict::Accept, 90, salt(member));
            opened.unwrap().actual_weight
        };
        let paid = [0, 1, 2].map(|seat| weight_of(members[seat]));
        let opening = Some(<() as WeightInfo>::reveal_verdict());
        assert_eq!(paid, [opening, opening, None]);
    });
}
