//! `submit_progress`: what a cancelled run is paid, and what forged progress comes to.

use super::*;

fn decide(id: JobId, decision: Decision) {
    assert_ok!(ComputeMarket::decided(id, decision, vec![EVALUATOR]));
}

const ACCEPTED: Decision = Decision::Accepted { score: 1 };

#[test]
fn progress_with_its_proof_opens_a_round_over_that_part_of_the_run() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(beat(PROVIDER, id, 3));
        assert_ok!(cancel(id));
        let JobState::Stopping { assignment, training_use, seed, progress, .. } = state(id) else { panic!("it stops") };
        assert_ok!(submit_progress(PROVIDER, id, 4));
        let probe = assignment.probe;
        let submission = Submission::Partial { checkpoints: 4, trace: partial_trace() };
        assert_eq!(state(id), JobState::Evaluating { assignment, training_use, seed, progress, submission });
        let trace = partial_trace();
        assert_eq!(last_event(), Event::ProgressSubmitted { job: id, provider: PROVIDER, checkpoints: 4, trace });
        let [(job, round)] = &rounds()[..] else { panic!("one round was opened") };
        assert_eq!((*job, round.trace, round.seed, round.provider), (id, trace, seed, PROVIDER));
        assert!(round.work_units <= WORK_UNITS && round.work_units >= WORK_UNITS * 4 / 100, "{}", round.work_units);
        assert_eq!(round.probe, probe);
    });
}

#[test]
fn accepted_progress_is_paid_by_its_part_and_makes_no_model() {
    for checkpoints in [2, 4, 7, 65] {
        ExtBuilder.build_and_execute(|| {
            let id = stopping_job_at(checkpoints - 1);
            assert_ok!(submit_progress(PROVIDER, id, checkpoints));
            decide(id, ACCEPTED);
            let paid = part_of_price(PRICE, checkpoints);
            assert_eq!(outcome(id), JobOutcome::Stopped { provider: PROVIDER, paid, checkpoints });
            assert!(RecordedModels::get().is_empty());
            assert_eq!(credited_to(PROVIDER), paid * 60 / 100);
            assert_eq!(credited_to(EVALUATOR), paid * 10 / 100);
            assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE - paid);
            assert_eq!((escrow(), duties(PROVIDER)), (0, (0, 0)));
            assert!(penalties().is_empty());
            assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)], "no model says nothing about the data");
        });
    }
}

#[test]
fn rejected_progress_costs_what_the_owner_paid_for_the_data() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job_at(9);
        let bond = bond_of(PROVIDER);
        assert_ok!(submit_progress(PROVIDER, id, 11));
        decide(id, Decision::Rejected);
        assert_eq!(outcome(id), JobOutcome::Rejected { provider: PROVIDER });
        assert_eq!(bond_of(PROVIDER), bond - TRAINING_PRICE);
        let paid = Event::DamagesPaid { job: id, provider: PROVIDER, to: JOB_OWNER, amount: TRAINING_PRICE };
        assert!(events().contains(&paid));
        assert!(credited_to(PROVIDER) == 0 && credited_to(EVALUATOR) > 0);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - credited_to(EVALUATOR));
        assert!(matches!(penalties()[..], [(PROVIDER, _, PenaltyCause::ResultRejected { job })] if job == id));
    });
}

#[test]
fn undecided_progress_is_not_paid_and_costs_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job_at(4);
        let bond = bond_of(PROVIDER);
        assert_ok!(submit_progress(PROVIDER, id, 5));
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
        assert_eq!(outcome(id), JobOutcome::Undecided { provider: PROVIDER });
        assert_eq!((bond_of(PROVIDER), credited_to(PROVIDER)), (bond, 0));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE);
    });
}

#[test]
fn progress_is_what_the_last_heartbeat_said_or_one_checkpoint_more() {
    for checkpoints in [4, 5] {
        ExtBuilder.build_and_execute(|| {
            // Four checkpoints reached by the heartbeat's own word, 65 there are.
            let id = stopping_job_at(3);
            for checkpoints in [0, 1, 3, 6, 65, 66, u32::MAX] {
                let refused = submit_progress(PROVIDER, id, checkpoints);
                assert_noop!(refused, Error::<Test>::InvalidResult(ResultIssue::Checkpoints));
            }
            assert_ok!(submit_progress(PROVIDER, id, checkpoints));
        });
    }
}

#[test]
fn a_provider_cannot_finish_the_run_after_the_owner_cancelled() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job();
        pass(PROGRESS_PERIOD);
        // Without a heartbeat one checkpoint beyond the initial parameters is believed.
        for checkpoints in [65, 3] {
            let refused = submit_progress(PROVIDER, id, checkpoints);
            assert_noop!(refused, Error::<Test>::InvalidResult(ResultIssue::Checkpoints));
        }
        assert_noop!(beat(PROVIDER, id, 10), Error::<Test>::InvalidState);
        assert_ok!(submit_progress(PROVIDER, id, 2));
        decide(id, ACCEPTED);
        assert_eq!(credited_to(PROVIDER), part_of_price(PRICE, 2) * 60 / 100);
    });
}

#[test]
fn progress_ends_with_the_spec_whatever_the_last_heartbeat_said() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job_at(10);
        for checkpoints in [64, 66] {
            let refused = submit_progress(PROVIDER, id, checkpoints);
            assert_noop!(refused, Error::<Test>::InvalidResult(ResultIssue::Checkpoints));
        }
        assert_ok!(submit_progress(PROVIDER, id, 11));
    });
}

#[test]
fn the_initial_parameters_alone_are_no_progress() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job();
        for checkpoints in [0, 1] {
            let refused = submit_progress(PROVIDER, id, checkpoints);
            assert_noop!(refused, Error::<Test>::InvalidResult(ResultIssue::Checkpoints));
        }
    });
}

#[test]
fn progress_comes_too_late() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job_at(4);
        pass(PROGRESS_PERIOD + 1);
        assert_noop!(submit_progress(PROVIDER, id, 5), Error::<Test>::Expired);
        run_to_block(System::block_number() - 1);
        assert_ok!(submit_progress(PROVIDER, id, 5));
    });
}

#[test]
fn the_proof_is_of_the_challenged_chunk_for_this_job_and_account() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job_at(4);
        let JobState::Stopping { challenged_chunk, .. } = state(id) else { panic!("the job is stopping") };
        let submit = |proof| plain(ComputeMarket::submit_progress(signed(PROVIDER), id, 5, partial_trace(), proof));
        let other = (challenged_chunk + 1) % CHUNKS;
        assert_noop!(submit(proof(id, PROVIDER, other)), Error::<Test>::WrongChunk);
        for replayed in [proof(JobId::new(7), PROVIDER, challenged_chunk), proof(id, SECOND_PROVIDER, challenged_chunk)] {
            assert_noop!(submit(replayed), DispatchError::Other("bad proof"));
        }
        assert_ok!(submit(proof(id, PROVIDER, challenged_chunk)));
    });
}

#[test]
fn only_the_provider_of_a_cancelled_run_proves_its_progress() {
    ExtBuilder.build_and_execute(|| {
        let progress = |who, id| {
            let proof = proof(id, who, 0);
            plain(ComputeMarket::submit_progress(signed(who), id, 5, partial_trace(), proof))
        };
        assert_noop!(progress(PROVIDER, JobId::new(7)), Error::<Test>::JobNotFound);
        let id = running_job();
        assert_noop!(progress(PROVIDER, id), Error::<Test>::InvalidState);
        assert_ok!(beat(PROVIDER, id, 4));
        assert_ok!(cancel(id));
        assert_noop!(progress(STRANGER, id), Error::<Test>::NotAuthorized);
        assert_ok!(submit_progress(PROVIDER, id, 5));
        assert_noop!(progress(PROVIDER, id), Error::<Test>::InvalidState);
    });
}

#[test]
fn progress_cannot_earn_more_than_the_whole_run() {
    ExtBuilder.build_and_execute(|| {
        // A run whose only checkpoints are its beginning and its end.
        let spec = with_epochs(1);
        offer(PROVIDER, UNIT_PRICE);
        let id = post_for(JOB_OWNER, JobRequest { spec, ..request() });
        accept(PROVIDER, id);
        deliver_key(id);
        assert_ok!(cancel(id));
        assert_noop!(submit_progress(PROVIDER, id, 3), Error::<Test>::InvalidResult(ResultIssue::Checkpoints));
        assert_ok!(submit_progress(PROVIDER, id, 2));
        decide(id, ACCEPTED);
        // ceil(243 rows * 13 inputs * 2 classes / 1,000) units at ten: one epoch is the whole price.
        assert_eq!(outcome(id), JobOutcome::Stopped { provider: PROVIDER, paid: 70, checkpoints: 2 });
    });
}
