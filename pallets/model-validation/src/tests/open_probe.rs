use crate::{mock::*, Decision, Error, Event, Instance, PenaltyCause, Probes, Rounds, Verdict, WeightInfo};
use frame_support::{assert_noop, assert_ok, assert_storage_noop};
use neurodata_primitives::{
    probe, seams::EvaluationRequest, trace, CourseDigest, HistoryEvent, JobId, RoundState, TraceLink, TraceRoot,
};
use sp_runtime::{
    traits::{BadOrigin, Dispatchable},
    Permill,
};

const ACCEPT: (Verdict, u8) = (Verdict::Accept, 90);
const REJECT: (Verdict, u8) = (Verdict::Reject, 1);

/// What stands for [`TRACE`] in a known-answer task.
#[test]
fn the_honest_trace_is_that_of_its_links() {
    assert_eq!(trace::root(&links()), TRACE);
}

fn planted() -> TraceRoot {
    trace::root(&planted_links())
}

/// A round whose provider is drawn and planted, in which members sealed `verdicts`.
fn planted_round(verdicts: &[(Verdict, u8)]) -> Vec<AccountId> {
    open_round_for(JOB, probed_request(planted()));
    sealed_open_round(verdicts)
}

fn accepted_plant(member: AccountId) -> (AccountId, Balance, PenaltyCause) {
    let cause = PenaltyCause::PlantAccepted { job: JOB, planted: planted(), trace: TRACE, secret: SECRET };
    (member, PENALTY, cause)
}

#[test]
fn who_accepted_a_planted_trace_pays_and_who_found_it_out_is_paid() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let members = planted_round(&[REJECT, ACCEPT, REJECT]);
        assert_ok!(open_probe(PROVIDER, SECRET, &links()));
        assert_eq!(last_event(), Event::ProbeOpened { job: JOB, secret: SECRET, planted: Some(TRACE) });
        assert!(Probed::get().is_empty(), "members still open");
        assert_ok!(reveal(members[0], Verdict::Reject, 1));
        assert_ok!(reveal(members[1], Verdict::Accept, 90));
        assert_ok!(reveal(members[2], Verdict::Reject, 1));

        assert_eq!(Penalties::get(), [accepted_plant(members[1])]);
        assert_eq!(held(members[1]), BOND - PENALTY);
        // The provider brought the evidence.
        assert_eq!((Balances::free_balance(JOB_OWNER), Balances::free_balance(PROVIDER)), (FUNDS + 40, FUNDS + 20));
        let got = HistoryEvent::Compensated { job: JOB };
        assert_eq!(Notes::get(), [(JOB_OWNER, 40, got), (PROVIDER, 20, got)]);
        assert_eq!(Burned::get(), 140);
        assert_eq!(FoundOut::get(), [(JOB, vec![members[0], members[2]])]);
        assert_eq!(Probed::get(), [(JOB, TRACE)]);
        assert!(Decisions::get().is_empty());
        System::assert_has_event(
            Event::RoundProbed { job: JOB, trace: TRACE, found_by: vec![members[0], members[2]] }.into(),
        );
        assert!(members.iter().all(|member| evaluator(*member).open_seats == 0));
    });
}

#[test]
fn the_true_trace_is_judged_by_a_new_first_committee_without_a_known_answer() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let members = planted_round(&[REJECT; 3]);
        reveal_all(&members, Verdict::Reject, 1);
        assert_ok!(open_probe(PROVIDER, SECRET, &links()));
        let round = Rounds::<Test>::get(JOB).unwrap();
        assert_eq!((round.trace, round.probe, round.planted), (TRACE, None, None));
        assert_eq!((round.instance, round.earlier.len()), (Instance::First, 0));
        assert!(matches!(round.state, RoundState::Drawing { opened_at, .. } if opened_at == System::block_number()));
        assert!(!Probes::<Test>::contains_key(JOB));

        let members = sealed_open_round(&[ACCEPT; 3]);
        assert_noop!(open_probe(PROVIDER, SECRET, &links()), Error::<Test>::NoProbe);
        reveal_all(&members, Verdict::Accept, 90);
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 90 }, members)]);
    });
}

#[test]
fn a_majority_that_accepted_a_planted_trace_pays_to_the_last_member() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let members = planted_round(&[ACCEPT; 3]);
        reveal_all(&members, Verdict::Accept, 90);
        assert!(Decisions::get().is_empty(), "the secret is still to be opened");
        assert_ok!(open_probe(PROVIDER, SECRET, &links()));
        assert_eq!(Penalties::get(), [0, 1, 2].map(|seat| accepted_plant(members[seat])));
        assert!(members.iter().all(|member| held(*member) == BOND - PENALTY));
        assert_eq!(FoundOut::get(), [(JOB, vec![])]);
        assert_eq!(Probed::get(), [(JOB, TRACE)]);
        assert!(Decisions::get().is_empty());
    });
}

#[test]
fn who_found_no_data_for_a_planted_trace_is_neither_caught_nor_paid() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let verdicts = [(Verdict::Unavailable, 1), ACCEPT, REJECT];
        let members = planted_round(&verdicts);
        assert_ok!(open_probe(PROVIDER, SECRET, &links()));
        for (member, (verdict, score)) in members.iter().zip(verdicts) {
            assert_ok!(reveal(*member, verdict, score));
        }
        assert_eq!(Penalties::get(), [accepted_plant(members[1])]);
        assert_eq!(FoundOut::get(), [(JOB, vec![members[2]])]);
        assert_eq!((held(members[0]), Probed::get()), (BOND, vec![(JOB, TRACE)]));
    });
}

#[test]
fn a_seal_kept_closed_before_a_planted_trace_costs_as_much() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let members = planted_round(&[ACCEPT, REJECT, ACCEPT]);
        assert_ok!(open_probe(PROVIDER, SECRET, &links()));
        assert_ok!(reveal(members[1], Verdict::Reject, 1));
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        assert_noop!(ModelValidation::close_round(signed(REPORTER), JOB), Error::<Test>::TooEarly);
        run_to_block(System::block_number() + RevealPeriod::get() + 1);
        assert_ok!(ModelValidation::close_round(signed(REPORTER), JOB));
        let silent = (members[2], PENALTY, PenaltyCause::NotOpened { job: JOB });
        assert_eq!(Penalties::get(), [silent, accepted_plant(members[0])]);
        assert_eq!((held(members[0]), held(members[2])), (BOND - PENALTY, BOND - PENALTY));
        assert_eq!(Probed::get(), [(JOB, TRACE)]);
    });
}

#[test]
fn an_opened_secret_without_a_planted_trace_lets_the_verdicts_decide() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let probed = probed_request(TRACE);
        ProbeRate::set(Permill::zero());
        open_round_for(JOB, probed);
        let members = sealed_open_round(&[ACCEPT; 3]);
        reveal_all(&members, Verdict::Accept, 90);
        assert_ok!(open_probe(PROVIDER, SECRET, &links()));
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 90 }, members)]);
        assert!(Penalties::get().is_empty() && FoundOut::get().is_empty() && Probed::get().is_empty());
        assert!(!Probes::<Test>::contains_key(JOB));
    });
}

#[test]
fn a_provider_that_was_drawn_and_planted_nothing_skipped_its_task() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        open_round_for(JOB, probed_request(TRACE));
        let members = sealed_open_round(&[ACCEPT; 3]);
        assert_ok!(open_probe(PROVIDER, SECRET, &links()));
        assert_eq!(Skipped::get(), [JOB]);
        reveal_all(&members, Verdict::Accept, 90);
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 90 }, members)]);
        assert_eq!(Skipped::get(), [JOB], "once");
        assert!(Penalties::get().is_empty(), "the market takes and notes it");
    });
}

#[test]
fn a_provider_that_keeps_its_secret_counts_as_drawn_and_the_verdicts_decide() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let members = planted_round(&[REJECT; 3]);
        reveal_all(&members, Verdict::Reject, 1);
        assert_noop!(ModelValidation::close_round(signed(REPORTER), JOB), Error::<Test>::TooEarly);
        run_to_block(System::block_number() + RevealPeriod::get());
        assert_noop!(ModelValidation::close_round(signed(REPORTER), JOB), Error::<Test>::TooEarly);
        run_to_block(System::block_number() + 1);
        assert_noop!(open_probe(PROVIDER, SECRET, &links()), Error::<Test>::Expired);
        assert_ok!(ModelValidation::close_round(signed(REPORTER), JOB));
        assert_eq!(Skipped::get(), [JOB]);
        assert_eq!(Decisions::get(), [(JOB, Decision::Rejected, members)]);
        assert!(!Probes::<Test>::contains_key(JOB));
    });
}

#[test]
fn silence_counts_as_drawn_whatever_the_lot_was() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let probed = probed_request(TRACE);
        ProbeRate::set(Permill::zero());
        open_round_for(JOB, probed);
        let members = sealed_open_round(&[ACCEPT; 3]);
        reveal_all(&members, Verdict::Accept, 90);
        run_to_block(System::block_number() + RevealPeriod::get() + 1);
        assert_ok!(ModelValidation::close_round(signed(REPORTER), JOB));
        assert_eq!(Skipped::get(), [JOB]);
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 90 }, members)]);
    });
}

#[test]
fn a_secret_can_be_opened_in_the_last_block_and_is_no_skip_however_early_members_were() {
    for (trace, opened) in [(planted(), links()), (TRACE, links())] {
        ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
            let probed = probed_request(trace);
            if trace == TRACE {
                ProbeRate::set(Permill::zero());
            }
            open_round_for(JOB, probed);
            let members = sealed_open_round(&[ACCEPT; 3]);
            reveal_all(&members, Verdict::Accept, 90);
            let RoundState::Revealing { reveal_by } = round_state() else { panic!("the secret is still to be opened") };
            run_to_block(reveal_by);
            let early = ModelValidation::close_round(signed(REPORTER), JOB);
            assert_eq!(early.unwrap_err().error, Error::<Test>::TooEarly.into());
            assert_ok!(open_probe(PROVIDER, SECRET, &opened));
            assert!(Skipped::get().is_empty());
            assert_eq!((Decisions::get().len(), Probed::get().len()), if trace == TRACE { (1, 0) } else { (0, 1) });
        });
    }
}

#[test]
fn a_round_without_a_commitment_skips_nothing() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let members = sealed_round(&[ACCEPT; 3]);
        reveal_all(&members, Verdict::Accept, 90);
        assert_eq!(Decisions::get().len(), 1);
        assert!(Skipped::get().is_empty());
    });
}

#[test]
fn a_refused_skip_changes_nothing() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let members = planted_round(&[REJECT; 3]);
        reveal_all(&members, Verdict::Reject, 1);
        DecisionsRefused::set(true);
        let planted_nothing = RuntimeCall::ModelValidation(crate::Call::open_probe {
            job: JOB,
            secret: SECRET,
            links: Some(bounded(&planted_links())),
        });
        assert_storage_noop!(assert!(planted_nothing.dispatch(signed(PROVIDER)).is_err()));
        run_to_block(System::block_number() + RevealPeriod::get() + 1);
        let close = RuntimeCall::ModelValidation(crate::Call::close_round { job: JOB });
        assert_storage_noop!(assert!(close.clone().dispatch(signed(REPORTER)).is_err()));
        DecisionsRefused::set(false);
        assert_ok!(close.dispatch(signed(REPORTER)));
        assert_eq!((Skipped::get().len(), Decisions::get().len()), (1, 1));
    });
}

#[test]
fn a_kept_secret_does_not_follow_into_the_second_instance() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        planted_round(&[REJECT, ACCEPT, ACCEPT]);
        run_to_block(System::block_number() + RevealPeriod::get() + 1);
        assert_ok!(ModelValidation::close_round(signed(REPORTER), JOB));
        assert_eq!(Skipped::get(), [JOB]);
        let round = Rounds::<Test>::get(JOB).unwrap();
        assert_eq!((round.instance, round.probe), (Instance::Second, None));
        sealed_open_round(&[REJECT; 7]);
        assert_noop!(open_probe(PROVIDER, SECRET, &links()), Error::<Test>::NoProbe);
    });
}

#[test]
fn a_planted_trace_comes_to_light_before_the_second_committee_too() {
    ExtBuilder::default().with_evaluators(12).build_and_execute(|| {
        open_round_for(JOB, probed_request(planted()));
        let first = draw_open_round();
        deliver_keys(&first);
        run_to_block(System::block_number() + SealPeriod::get() + 1);
        assert_ok!(ModelValidation::close_sealing(signed(REPORTER), JOB));
        let second = sealed_open_round(&[REJECT, ACCEPT, REJECT, REJECT, REJECT, REJECT, REJECT]);
        assert_eq!(Rounds::<Test>::get(JOB).unwrap().instance, Instance::Second);
        assert_ok!(open_probe(PROVIDER, SECRET, &links()));
        for (place, member) in second.iter().enumerate() {
            let (verdict, score) = if place == 1 { ACCEPT } else { REJECT };
            assert_ok!(reveal(*member, verdict, score));
        }
        assert_eq!(Penalties::get().last(), Some(&accepted_plant(second[1])));
        assert_eq!(Rounds::<Test>::get(JOB).unwrap().instance, Instance::First);
    });
}

#[test]
fn a_trace_that_nothing_had_to_be_planted_for_is_refused() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let probed = probed_request(planted());
        ProbeRate::set(Permill::zero());
        open_round_for(JOB, probed);
        sealed_open_round(&[ACCEPT; 3]);
        assert_noop!(open_probe(PROVIDER, SECRET, &links()), Error::<Test>::ProbeNotDrawn);
    });
}

#[test]
fn a_trace_that_is_not_behind_the_submitted_one_is_refused() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        planted_round(&[ACCEPT; 3]);
        for other in [links()[..2].to_vec(), probe::plant(&planted_links(), &SECRET)] {
            assert_noop!(open_probe(PROVIDER, SECRET, &other), Error::<Test>::PlantMismatch);
        }
        // An honest result cannot be made a known-answer task afterwards.
        assert_ok!(open_probe(PROVIDER, SECRET, &planted_links()));
        assert_eq!(Skipped::get(), [JOB], "that says that nothing was planted");
    });
}

#[test]
fn a_secret_that_was_not_committed_to_is_refused() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        planted_round(&[ACCEPT; 3]);
        assert_noop!(open_probe(PROVIDER, [9; 32], &links()), Error::<Test>::SecretMismatch);
    });
}

#[test]
fn a_secret_committed_to_for_another_job_or_by_another_provider_is_refused() {
    for (job, provider) in [(JobId::new(8), PROVIDER), (JOB, STRANGER)] {
        ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
            let copied = Some(probe::commitment(job, &provider, &SECRET));
            open_round_for(JOB, EvaluationRequest { probe: copied, ..probed_request(planted()) });
            sealed_open_round(&[ACCEPT; 3]);
            assert_noop!(open_probe(PROVIDER, SECRET, &links()), Error::<Test>::SecretMismatch);
        });
    }
}

#[test]
fn only_the_provider_opens_and_only_once() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        assert_noop!(open_probe(PROVIDER, SECRET, &links()), Error::<Test>::NotFound);
        let members = planted_round(&[REJECT; 3]);
        for signer in [JOB_OWNER, STRANGER, members[0]] {
            assert_noop!(open_probe(signer, SECRET, &links()), Error::<Test>::NotAuthorized);
        }
        let by_root = ModelValidation::open_probe(RuntimeOrigin::root(), JOB, SECRET, Some(bounded(&links())));
        assert_eq!(by_root.unwrap_err().error, BadOrigin.into());
        assert_ok!(open_probe(PROVIDER, SECRET, &links()));
        for links in [links(), planted_links()] {
            assert_noop!(open_probe(PROVIDER, SECRET, &links), Error::<Test>::NoProbe);
        }
    });
}

#[test]
fn the_secret_stays_one_while_members_seal() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        open_round_for(JOB, probed_request(planted()));
        assert_noop!(open_probe(PROVIDER, SECRET, &links()), Error::<Test>::WrongState);
        let members = draw_open_round();
        deliver_keys(&members);
        seal(members[0], Verdict::Accept, 90);
        assert_noop!(open_probe(PROVIDER, SECRET, &links()), Error::<Test>::WrongState);
    });
}

#[test]
fn a_round_without_a_commitment_has_nothing_to_open() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        sealed_round(&[ACCEPT; 3]);
        assert_noop!(open_probe(PROVIDER, SECRET, &links()), Error::<Test>::NoProbe);
    });
}

#[test]
fn a_rate_that_changes_meanwhile_makes_no_plant_a_forgery() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let members = planted_round(&[REJECT; 3]);
        ProbeRate::set(Permill::zero());
        assert_ok!(open_probe(PROVIDER, SECRET, &links()));
        reveal_all(&members, Verdict::Reject, 1);
        assert_eq!(Probed::get(), [(JOB, TRACE)]);
    });
}

#[test]
fn a_refused_new_round_does_not_take_the_opening_away() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let members = planted_round(&[REJECT, REJECT, ACCEPT]);
        members.iter().zip([REJECT, REJECT, ACCEPT]).for_each(|(member, (verdict, score))| {
            assert_ok!(reveal(*member, verdict, score));
        });
        DecisionsRefused::set(true);
        let opened = ModelValidation::open_probe(signed(PROVIDER), JOB, SECRET, Some(bounded(&links()))).unwrap();
        assert_eq!(opened.actual_weight, None, "the end was tried");
        assert!(matches!(last_event(), Event::DecisionDeferred { job: JOB, .. }));
        assert_eq!(Rounds::<Test>::get(JOB).unwrap().planted, Some(TRACE));
        assert_eq!(held(members[2]), BOND);
        // The test doubles do not roll back with the storage.
        Burned::set(0);
        DecisionsRefused::set(false);
        assert_ok!(ModelValidation::close_round(signed(STRANGER), JOB));
        assert_eq!(Probed::get(), [(JOB, TRACE)]);
        assert_eq!(held(members[2]), BOND - PENALTY);
    });
}

#[test]
fn the_weight_of_the_end_is_refunded_while_the_round_goes_on() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        planted_round(&[REJECT; 3]);
        let opened = ModelValidation::open_probe(signed(PROVIDER), JOB, SECRET, Some(bounded(&links()))).unwrap();
        assert_eq!(opened.actual_weight, Some(<() as WeightInfo>::open_probe()));
    });
}

#[test]
fn a_run_without_a_course_has_nothing_to_plant() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let zero = CourseDigest::new([0; 32]);
        let links: Vec<_> = links().into_iter().map(|link| TraceLink { course: zero, ..link }).collect();
        open_round_for(JOB, probed_request(trace::root(&links)));
        sealed_open_round(&[ACCEPT; 3]);
        assert_ok!(open_probe(PROVIDER, SECRET, &links));
        assert!(Skipped::get().is_empty());
        assert_eq!(Rounds::<Test>::get(JOB).unwrap().planted, None);
    });
}
