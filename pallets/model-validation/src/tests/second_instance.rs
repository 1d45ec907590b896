//! What happens to a round that a first committee leaves undecided.

use crate::{mock::*, validation, Decision, Duties, Error, Event, Instance, PenaltyCause, Probes, Rounds, Verdict};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{seams::EvaluationRequest, EarlierVerdict, RoundState, Seed};

const ACCEPT: (Verdict, u8) = (Verdict::Accept, 90);
const REJECT: (Verdict, u8) = (Verdict::Reject, 1);

/// A first committee of which one accepts, one rejects and one keeps its seal closed.
fn disputed() -> Vec<AccountId> {
    let members = sealed_round(&[ACCEPT, REJECT, ACCEPT]);
    assert_ok!(reveal(members[0], Verdict::Accept, 90));
    assert_ok!(reveal(members[1], Verdict::Reject, 1));
    run_to_block(System::block_number() + RevealPeriod::get() + 1);
    assert_ok!(ModelValidation::close_round(signed(REPORTER), JOB));
    members
}

/// Seal and open these verdicts in the order of the seats of a committee that is asked for.
fn decide_by(verdicts: &[(Verdict, u8)]) -> Vec<AccountId> {
    let members = sealed_open_round(verdicts);
    for (member, (verdict, score)) in members.iter().zip(verdicts) {
        assert_ok!(reveal(*member, *verdict, *score));
    }
    members
}

#[test]
fn a_larger_committee_without_the_members_of_the_first_decides() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        let first = disputed();
        let round = Rounds::<Test>::get(JOB).unwrap();
        let now = System::block_number();
        assert_eq!(round.state, RoundState::Drawing { opened_at: now, draw_at: now + 2, draw_by: now + 7 });
        assert_eq!(round.instance, Instance::Second);
        let kept = |member: usize, verdict| EarlierVerdict { evaluator: first[member], verdict };
        let earlier = [kept(0, Some(Verdict::Accept)), kept(1, Some(Verdict::Reject)), kept(2, None)];
        assert_eq!(round.earlier.to_vec(), earlier);
        for member in &first {
            assert_eq!((evaluator(*member).open_seats, Duties::<Test>::contains_key(member)), (0, false));
        }

        let verdicts = [ACCEPT, ACCEPT, REJECT, ACCEPT, REJECT, ACCEPT, ACCEPT];
        let second = decide_by(&verdicts);
        assert_eq!(second.len(), 7);
        assert!(second.iter().all(|member| !first.contains(member)));
        let found = |wanted| second.iter().zip(&verdicts).filter(move |(_, given)| **given == wanted).map(|(who, _)| *who);
        let majority: Vec<_> = [first[0]].into_iter().chain(found(ACCEPT)).collect();
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 90 }, majority)]);
        let outvoted: Vec<_> = [first[1]].into_iter().chain(found(REJECT)).collect();
        let notes: Vec<_> = outvoted.iter().map(|who| (*who, 0, PenaltyCause::Outvoted { job: JOB })).collect();
        assert_eq!(Penalties::get()[1..], notes);
        assert_eq!(Penalties::get()[0], (first[2], PENALTY, PenaltyCause::NotOpened { job: JOB }));
        assert!(outvoted.iter().all(|member| held(*member) == BOND));
        assert!(EVALUATORS.iter().all(|account| evaluator(*account).open_seats == 0));
    });
}

#[test]
fn the_second_committee_has_as_many_seats_as_there_are_evaluators() {
    ExtBuilder::default().with_evaluators(8).build_and_execute(|| {
        let first = disputed();
        let second = decide_by(&[REJECT; 5]);
        assert_eq!(second.len(), 5);
        let majority: Vec<_> = [first[1]].into_iter().chain(second).collect();
        assert_eq!(Decisions::get(), [(JOB, Decision::Rejected, majority)]);
    });
}

#[test]
fn with_fewer_evaluators_than_a_first_committee_has_seats_the_round_ends_undecided() {
    ExtBuilder::default().with_evaluators(5).build_and_execute(|| {
        disputed();
        run_to_block(System::block_number() + 2);
        let refused = ModelValidation::draw_committee(signed(STRANGER), JOB).unwrap_err().error;
        assert_eq!(refused, Error::<Test>::NotEnoughEvaluators.into());
        run_to_block(System::block_number() + DrawPeriod::get());
        assert_noop!(ModelValidation::close_round(signed(REPORTER), JOB), Error::<Test>::TooEarly);
        run_to_block(System::block_number() + 1);
        assert_ok!(ModelValidation::close_round(signed(REPORTER), JOB));
        assert_eq!(Decisions::get(), [(JOB, Decision::Undecided, vec![])]);
        assert_eq!(last_event(), Event::RoundClosed { job: JOB, decision: Decision::Undecided });
        assert_eq!(Rounds::<Test>::get(JOB), None);
    });
}

#[test]
fn undecided_again_is_the_end_and_nobody_is_paid() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        disputed();
        decide_by(&[ACCEPT, ACCEPT, ACCEPT, ACCEPT, REJECT, REJECT, REJECT]);
        assert_eq!(Decisions::get(), [(JOB, Decision::Undecided, vec![])]);
        assert_eq!(Rounds::<Test>::get(JOB), None);
    });
}

#[test]
fn whoever_leaves_a_second_committee_undecided_is_outvoted_and_loses_no_money() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        disputed();
        assert_eq!(Penalties::get().len(), 1, "a dispute in the first is for the second to decide");
        let second = decide_by(&[REJECT, ACCEPT, ACCEPT, REJECT, ACCEPT, ACCEPT, REJECT]);
        assert_eq!(Decisions::get(), [(JOB, Decision::Undecided, vec![])]);
        let outvoted = [0, 3, 6].map(|seat| (second[seat], 0, PenaltyCause::Outvoted { job: JOB }));
        assert_eq!(Penalties::get()[1..], outvoted);
        assert!(second.iter().all(|member| held(*member) == BOND));
    });
}

#[test]
fn of_equal_sides_nobody_is_outvoted() {
    ExtBuilder::default().with_evaluators(9).build_and_execute(|| {
        disputed();
        decide_by(&[ACCEPT, ACCEPT, ACCEPT, REJECT, REJECT, REJECT]);
        assert_eq!(Decisions::get(), [(JOB, Decision::Undecided, vec![])]);
        assert_eq!(Penalties::get().len(), 1, "only the closed seal of the first");
    });
}

#[test]
fn the_verdicts_of_the_first_are_not_counted_with_those_of_the_second() {
    ExtBuilder::default().with_evaluators(9).build_and_execute(|| {
        let members = sealed_round(&[ACCEPT, ACCEPT, REJECT]);
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        run_to_block(System::block_number() + RevealPeriod::get() + 1);
        assert_ok!(ModelValidation::close_round(signed(REPORTER), JOB));
        // Six seats, a quorum of four: three are none, with the earlier one or without.
        decide_by(&[ACCEPT, ACCEPT, ACCEPT, REJECT, REJECT, REJECT]);
        assert_eq!(Decisions::get(), [(JOB, Decision::Undecided, vec![])]);
    });
}

#[test]
fn parties_and_members_of_the_first_never_sit_on_the_second() {
    for byte in 0..30 {
        ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
            SeedByte::set(Some(byte));
            // The parties of this job are evaluators themselves.
            let [job_owner, data_provider, provider, others @ ..] = EVALUATORS;
            open_round_for(JOB, EvaluationRequest { job_owner, data_provider, provider, ..request() });
            let first = draw_open_round();
            assert!(first.iter().all(|member| others.contains(member)));
            let keys: Vec<_> = first.iter().map(|member| (*member, wrapped_key(*member))).collect();
            assert_ok!(ModelValidation::deliver_evaluation_keys(signed(provider), JOB, keys.try_into().unwrap()));
            run_to_block(System::block_number() + SealPeriod::get() + 1);
            assert_ok!(ModelValidation::close_sealing(signed(REPORTER), JOB));
            let second = draw_open_round();
            assert_eq!(second.len(), 6);
            assert!(second.iter().all(|member| others.contains(member) && !first.contains(member)));
        });
    }
}

#[test]
fn everybody_silent_in_both_instances_pays_and_the_round_ends_undecided() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        for (instance, seats) in [(Instance::First, 3), (Instance::Second, 7)] {
            if instance == Instance::First {
                open_round();
            }
            assert_eq!(Rounds::<Test>::get(JOB).unwrap().instance, instance);
            let members = draw_open_round();
            assert_eq!(members.len(), seats);
            deliver_keys(&members);
            run_to_block(System::block_number() + SealPeriod::get() + 1);
            assert_ok!(ModelValidation::close_sealing(signed(REPORTER), JOB));
            assert!(members.iter().all(|member| held(*member) == BOND - PENALTY));
        }
        assert_eq!(Decisions::get(), [(JOB, Decision::Undecided, vec![])]);
        assert_eq!(Penalties::get().len(), 10);
    });
}

#[test]
fn everybody_sealing_and_nobody_opening_pays_in_both_instances() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        open_round();
        for _ in 0..2 {
            let members = sealed_open_round(&[ACCEPT; 7]);
            run_to_block(System::block_number() + RevealPeriod::get() + 1);
            assert_ok!(ModelValidation::close_round(signed(REPORTER), JOB));
            assert!(members.iter().all(|member| held(*member) == BOND - PENALTY));
        }
        assert_eq!(Decisions::get(), [(JOB, Decision::Undecided, vec![])]);
        assert_eq!(Penalties::get().len(), 10);
    });
}

#[test]
fn keys_withheld_from_the_second_committee_outvote_nobody_and_pay_who_worked() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        let first = disputed();
        let second = draw_open_round();
        // Four of seven, one fewer than a quorum.
        deliver_keys(&second[..4]);
        seal(second[2], Verdict::Accept, 90);
        let RoundState::Sealing { keys_by, .. } = round_state() else { panic!("members seal") };
        run_to_block(keys_by + 1);
        assert_ok!(ModelValidation::close_sealing(signed(REPORTER), JOB));
        // Both who opened before the first committee, and who sealed before the second.
        assert_eq!(Decisions::get(), [(JOB, Decision::Withheld, vec![first[0], first[1], second[2]])]);
        assert_eq!(Penalties::get().len(), 1, "only the closed seal of the first");
    });
}

#[test]
fn data_withheld_from_both_committees_end_undecided_and_cost_nobody_anything() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        open_round();
        for instance in [Instance::First, Instance::Second] {
            assert_eq!(Rounds::<Test>::get(JOB).unwrap().instance, instance);
            let members = decide_by(&[(Verdict::Unavailable, 1); 7]);
            assert!(members.iter().all(|member| held(*member) == BOND));
        }
        // Not rejected: the compute provider owes nothing.
        assert_eq!(Decisions::get(), [(JOB, Decision::Undecided, vec![])]);
        assert!(Penalties::get().is_empty());
    });
}

#[test]
fn who_found_no_data_is_not_blamed_for_a_dispute_nor_paid_with_either_side() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        open_round();
        let nothing = (Verdict::Unavailable, 100);
        let first = decide_by(&[nothing, ACCEPT, nothing]);
        let round = Rounds::<Test>::get(JOB).unwrap();
        assert_eq!(round.earlier[0], EarlierVerdict { evaluator: first[0], verdict: Some(Verdict::Unavailable) });
        let second = decide_by(&[REJECT, ACCEPT, ACCEPT, nothing, ACCEPT, ACCEPT, ACCEPT]);
        let majority = vec![first[1], second[1], second[2], second[4], second[5], second[6]];
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 90 }, majority)]);
        assert_eq!(Penalties::get(), [(second[0], 0, PenaltyCause::Outvoted { job: JOB })]);
    });
}

#[test]
fn who_found_no_data_is_not_paid_when_keys_are_withheld_afterwards() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        open_round();
        let first = decide_by(&[(Verdict::Unavailable, 1), ACCEPT, REJECT]);
        draw_open_round();
        let RoundState::Sealing { keys_by, .. } = round_state() else { panic!("members seal") };
        run_to_block(keys_by + 1);
        assert_ok!(ModelValidation::close_sealing(signed(REPORTER), JOB));
        assert_eq!(Decisions::get(), [(JOB, Decision::Withheld, vec![first[1], first[2]])]);
        assert!(Penalties::get().is_empty());
    });
}

#[test]
fn a_bond_added_between_the_instances_draws_only_in_later_rounds() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        // Their registration lies behind every draw.
        run_to_block(200);
        let first = disputed();
        let round = Rounds::<Test>::get(JOB).unwrap();
        let opened_at = System::block_number();
        let ranked = |before| ModelValidation::ranked(JOB, &round, before, &Seed::new([1; 32]));
        let before = ranked(opened_at);
        assert!(first.iter().all(|member| !before.contains(member)));
        let last = *before.last().unwrap();
        assert_ok!(ModelValidation::add_bond(signed(last), 7 * BOND));
        assert_eq!(ranked(opened_at), before, "in the block in which the second committee is asked for");
        run_to_block(opened_at + 2);
        assert_ok!(ModelValidation::draw_committee(signed(STRANGER), JOB));
        assert_eq!(committee(), before[..7]);
    });
}

#[test]
fn seals_and_openings_of_the_first_do_not_serve_in_the_second() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        let first = disputed();
        assert_noop!(reveal(first[0], Verdict::Accept, 90), Error::<Test>::WrongState);
        let second = draw_open_round();
        deliver_keys(&second);
        let seal_of = |member| validation::seal_verdict(JOB, Verdict::Accept, 90, &salt(member), &member);
        let call = ModelValidation::seal_verdict(signed(first[0]), JOB, seal_of(first[0]));
        assert_noop!(call, Error::<Test>::NotOnCommittee);
        // A copied seal of the first opens for nobody of the second.
        for member in &second {
            assert_ok!(ModelValidation::seal_verdict(signed(*member), JOB, seal_of(first[0])));
        }
        let opened =
            ModelValidation::reveal_verdict(signed(second[0]), JOB, Verdict::Accept, 90, salt(first[0])).map(|_| ());
        assert_eq!(opened.unwrap_err().error, Error::<Test>::SealMismatch.into());
        assert_noop!(reveal(first[0], Verdict::Accept, 90), Error::<Test>::NotOnCommittee);
    });
}

#[test]
fn a_secret_that_there_was_no_time_to_open_waits_for_the_second_committee() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        open_round_for(JOB, probed_request(TRACE));
        let members = draw_open_round();
        deliver_keys(&members);
        run_to_block(System::block_number() + SealPeriod::get() + 1);
        assert_ok!(ModelValidation::close_sealing(signed(REPORTER), JOB));
        assert_eq!(Rounds::<Test>::get(JOB).unwrap().probe, Some(commitment()));
        assert!(Penalties::get().iter().all(|(account, ..)| *account != PROVIDER));
        assert!(Probes::<Test>::contains_key(JOB));
    });
}
