use crate::{mock::*, Decision, Error, Event, Instance, PenaltyCause, Rounds, Verdict};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use neurodata_primitives::{HistoryEvent, RoundState, SeatState};
use sp_runtime::Permill;

fn close_sealing(signer: AccountId) -> sp_runtime::DispatchResult {
    ModelValidation::close_sealing(signed(signer), JOB).map(|_| ()).map_err(|refused| refused.error)
}

#[test]
fn silent_members_pay_and_the_others_open() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members);
        seal(members[1], Verdict::Accept, 90);
        seal(members[2], Verdict::Accept, 80);
        run_to_block(14);
        assert_noop!(close_sealing(REPORTER), Error::<Test>::TooEarly);
        run_to_block(15);
        assert_ok!(close_sealing(REPORTER));

        assert_eq!(round_state(), RoundState::Revealing { reveal_by: 21 });
        assert_eq!(last_event(), Event::RevealingStarted { job: JOB, reveal_by: 21 });
        System::assert_has_event(
            Event::EvaluatorSlashed {
                job: Some(JOB),
                evaluator: members[0],
                amount: PENALTY,
                cause: PenaltyCause::NotSealed { job: JOB },
            }
            .into(),
        );
        assert_eq!((held(members[0]), evaluator(members[0]).bond), (BOND - PENALTY, BOND - PENALTY));
        assert_eq!(Balances::free_balance(JOB_OWNER), FUNDS + 40);
        assert_eq!(Balances::free_balance(REPORTER), FUNDS + 20);
        assert_eq!(Burned::get(), 140);
        assert_eq!(Penalties::get(), [(members[0], PENALTY, PenaltyCause::NotSealed { job: JOB })]);
        let got = HistoryEvent::Compensated { job: JOB };
        assert_eq!(Notes::get(), [(JOB_OWNER, 40, got), (REPORTER, 20, got)]);

        assert_ok!(reveal(members[1], Verdict::Accept, 90));
        assert_ok!(reveal(members[2], Verdict::Accept, 80));
        // The silent member is not penalised twice, and two of three decide.
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 85 }, members[1..].to_vec())]);
        assert_eq!(held(members[0]), BOND - PENALTY);
        assert_eq!(evaluator(members[0]).open_seats, 0);
    });
}

#[test]
fn a_silent_compute_provider_withheld_the_keys_and_no_evaluator_pays() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        run_to_block(15);
        assert_ok!(close_sealing(REPORTER));
        assert_eq!(Decisions::get(), [(JOB, Decision::Withheld, vec![])]);
        assert_eq!(last_event(), Event::RoundClosed { job: JOB, decision: Decision::Withheld });
        assert_eq!(Rounds::<Test>::get(JOB), None);
        for member in members {
            assert_eq!((held(member), evaluator(member).open_seats), (BOND, 0));
        }
        assert!(Penalties::get().is_empty());
    });
}

#[test]
fn fewer_keys_than_a_quorum_are_the_compute_providers_silence() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members[..1]);
        run_to_block(15);
        assert_ok!(close_sealing(REPORTER));
        assert_eq!(Decisions::get(), [(JOB, Decision::Withheld, vec![])]);
        assert!(members.iter().all(|member| held(*member) == BOND));
    });
}

#[test]
fn withheld_keys_end_a_round_as_soon_as_the_time_for_keys_is_over() {
    for sealed in [false, true] {
        ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
            let members = draw();
            deliver_keys(&members[1..2]);
            if sealed {
                seal(members[1], Verdict::Accept, 90);
            }
            let RoundState::Sealing { keys_by, seal_by } = round_state() else { panic!("members seal") };
            assert!(keys_by < seal_by);
            run_to_block(keys_by);
            assert_noop!(close_sealing(REPORTER), Error::<Test>::TooEarly);
            run_to_block(keys_by + 1);
            assert_ok!(close_sealing(REPORTER));
            // Who sealed all the same is paid; who had no time for it is not punished.
            let worked = if sealed { vec![members[1]] } else { vec![] };
            assert_eq!(Decisions::get(), [(JOB, Decision::Withheld, worked)]);
            assert!(Penalties::get().is_empty() && Skipped::get().is_empty());
            assert!(members.iter().all(|member| (held(*member), evaluator(*member).open_seats) == (BOND, 0)));
        });
    }
}

#[test]
fn a_round_with_a_quorum_of_keys_is_sealed_until_its_last_block() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members[..2]);
        let RoundState::Sealing { keys_by, seal_by } = round_state() else { panic!("members seal") };
        for block in [keys_by, keys_by + 1, seal_by] {
            run_to_block(block);
            assert_noop!(close_sealing(REPORTER), Error::<Test>::TooEarly);
        }
    });
}

#[test]
fn whoever_ends_sealing_pays_no_fee_and_whoever_tries_too_early_does() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        deliver_keys(&draw());
        let refused = ModelValidation::close_sealing(signed(REPORTER), JOB).unwrap_err();
        assert_eq!((refused.error, refused.post_info.pays_fee), (Error::<Test>::TooEarly.into(), Pays::Yes));
        run_to_block(15);
        assert_eq!(ModelValidation::close_sealing(signed(REPORTER), JOB).unwrap().pays_fee, Pays::No);
    });
}

#[test]
fn a_seat_without_a_key_is_void_and_counts_as_a_rejection() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members[..2]);
        seal(members[0], Verdict::Accept, 90);
        seal(members[1], Verdict::Reject, 1);
        run_to_block(15);
        assert_ok!(close_sealing(REPORTER));
        assert_eq!(seat_of(members[2]), SeatState::AwaitingKey);
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        assert_ok!(reveal(members[1], Verdict::Reject, 1));
        assert_eq!(Decisions::get(), [(JOB, Decision::Rejected, vec![members[1]])]);
        assert!(members.iter().all(|member| held(*member) == BOND));
    });
}

#[test]
fn when_nobody_seals_all_pay_and_a_second_committee_is_asked_for() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members);
        run_to_block(15);
        assert_ok!(close_sealing(REPORTER));
        assert!(Decisions::get().is_empty());
        assert_eq!(round_state(), RoundState::Drawing { opened_at: 15, draw_at: 17, draw_by: 22 });
        assert_eq!(Rounds::<Test>::get(JOB).unwrap().instance, Instance::Second);
        for member in &members {
            assert_eq!((held(*member), evaluator(*member).open_seats), (BOND - PENALTY, 0));
        }
        assert_eq!(Penalties::get().len(), 3);
    });
}

#[test]
fn a_member_that_reports_itself_gets_nothing_for_it() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members);
        seal(members[1], Verdict::Accept, 90);
        seal(members[2], Verdict::Accept, 90);
        run_to_block(15);
        assert_ok!(close_sealing(members[0]));
        assert_eq!(Balances::free_balance(members[0]), FUNDS - BOND);
        assert_eq!(Burned::get(), 160);
    });
}

#[test]
fn a_payee_below_the_existential_deposit_blocks_nobody() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members);
        seal(members[1], Verdict::Accept, 90);
        run_to_block(15);
        assert_ok!(close_sealing(STRANGER));
        // Two members pay; 20 of each part of 10 % does not make an account of STRANGER.
        assert_eq!(Balances::free_balance(STRANGER), 0);
        assert_eq!(Balances::free_balance(JOB_OWNER), FUNDS + 80);
        assert_eq!(Burned::get(), 2 * 160);
        assert_eq!(Notes::get(), [(JOB_OWNER, 40, HistoryEvent::Compensated { job: JOB }); 2], "nobody else got anything");
    });
}

#[test]
fn a_bond_that_covers_no_further_seat_retires_its_evaluator() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        NonRevealSlash::set(Permill::from_percent(60));
        let members = draw();
        deliver_keys(&members);
        seal(members[1], Verdict::Accept, 90);
        seal(members[2], Verdict::Accept, 90);
        run_to_block(15);
        assert_ok!(close_sealing(REPORTER));
        assert_eq!(evaluator(members[0]).retires_at, Some(115));
        assert_eq!(held(members[0]), 400);
        assert!(!active().contains(&members[0]));
    });
}

#[test]
fn only_sealing_is_closed() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        assert_noop!(close_sealing(REPORTER), Error::<Test>::NotFound);
        open_round();
        run_to_block(100);
        assert_noop!(close_sealing(REPORTER), Error::<Test>::WrongState);
    });
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        sealed_round(&[(Verdict::Accept, 90); 3]);
        run_to_block(100);
        assert_noop!(close_sealing(REPORTER), Error::<Test>::WrongState);
    });
}
