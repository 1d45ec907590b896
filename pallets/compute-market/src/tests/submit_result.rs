//! `submit_result`.

use super::*;

fn submit_with(id: JobId, result: ResultCommitment, proof: AuditProof) -> Result<(), DispatchError> {
    plain(ComputeMarket::submit_result(signed(PROVIDER), id, result, proof))
}

fn refuse(id: JobId, result: ResultCommitment, error: Error<Test>) {
    let proof = proof(id, PROVIDER, challenged_chunk(id));
    assert_noop!(submit_with(id, result, proof), error);
}

#[test]
fn a_result_with_its_proof_opens_a_round() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(beat(PROVIDER, id, 4));
        let JobState::Running { assignment, seed, training_use, progress, .. } = state(id) else {
            panic!("the job runs")
        };
        submit(PROVIDER, id);
        let submission = Submission::Complete(result());
        let probe = assignment.probe;
        assert!(probe.is_some());
        assert_eq!(state(id), JobState::Evaluating { assignment, training_use, seed, progress, submission });
        let round = EvaluationRequest {
            job_owner: JOB_OWNER,
            data_provider: DATA_PROVIDER,
            provider: PROVIDER,
            work_units: WORK_UNITS,
            seed,
            trace: result().trace,
            probe,
            sampled: false,
        };
        assert_eq!(rounds(), [(id, round)]);
        let (result, training_paid) = (result(), TRAINING_PRICE);
        assert_eq!(last_event(), Event::ResultSubmitted { job: id, provider: PROVIDER, result, training_paid });
        assert_eq!(duties(PROVIDER).0, 1, "the bond stays liable");
    });
}

#[test]
fn the_data_provider_is_paid_with_the_result() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let training_use = training_use(id);
        assert!(Credited::get().is_empty());
        submit(PROVIDER, id);
        assert_eq!(Credited::get(), [(DATA_PROVIDER, 475), (TREASURY, 25)]);
        assert_eq!(Reasons::get(), [PayoutReason::TrainingUse { training_use, job: id }]);
        assert_eq!((escrow(), job(id).escrow), (ESCROW - TRAINING_PRICE, ESCROW - TRAINING_PRICE));
        assert!(job(id).training_paid);
    });
}

#[test]
fn each_delivered_key_is_paid_once_by_whom_it_served() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(release(PROVIDER, id));
        // The first provider paid for the key that it got for nothing.
        assert_eq!((credited_to(DATA_PROVIDER), escrow()), (475, ESCROW));
        offer(SECOND_PROVIDER, UNIT_PRICE);
        assert_ok!(match_job(id));
        accept(SECOND_PROVIDER, id);
        deliver_key(id);
        assert_eq!(credited_to(DATA_PROVIDER), 475);
        submit(SECOND_PROVIDER, id);
        assert_eq!((credited_to(DATA_PROVIDER), escrow()), (950, ESCROW - TRAINING_PRICE));
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![EVALUATOR]));
        assert_eq!(credited_to(DATA_PROVIDER), 950);
    });
}

#[test]
fn free_data_needs_no_payment() {
    ExtBuilder.build_and_execute(|| {
        QuotedPrice::set(&0);
        let id = evaluating_job();
        assert!(Credited::get().is_empty() && Reasons::get().is_empty());
        assert!(job(id).training_paid);
        let Event::ResultSubmitted { training_paid, .. } = last_event() else { panic!("the result was submitted") };
        assert_eq!(training_paid, 0);
    });
}

#[test]
fn a_result_in_the_last_block_counts_even_if_a_heartbeat_was_missed() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        pass(DELIVER_WITHIN);
        submit(PROVIDER, id);
    });
}

#[test]
fn a_late_result_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        pass(DELIVER_WITHIN + 1);
        refuse(id, result(), Error::Expired);
    });
}

#[test]
fn a_result_that_contradicts_spec_or_itself_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let invalid = |result, issue| refuse(id, result, Error::InvalidResult(issue));
        let with = |metrics| ResultCommitment { metrics, ..result() };
        let metrics = result().metrics;
        invalid(ResultCommitment { checkpoints: 10, ..result() }, ResultIssue::Checkpoints);
        invalid(ResultCommitment { model_bytes: 0, ..result() }, ResultIssue::ModelBytes);
        invalid(with(TrainingMetrics { holdout_rows: 61, ..metrics }), ResultIssue::Rows);
        invalid(with(TrainingMetrics { training_rows: 242, ..metrics }), ResultIssue::Rows);
        let quality = |correct, majority_correct| Quality::Classification {
            correct,
            majority_correct,
            log_loss: 0,
            f1: 0,
            roc_auc: 0,
        };
        for quality in [quality(61, 0), quality(0, 61), Quality::Regression { rmse: 0, r_squared: 0 }] {
            invalid(with(TrainingMetrics { quality, ..metrics }), ResultIssue::Metrics);
        }
    });
}

#[test]
fn the_proof_must_be_of_the_challenged_chunk() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let other = (challenged_chunk(id) + 1) % CHUNKS;
        assert_noop!(submit_with(id, result(), proof(id, PROVIDER, other)), Error::<Test>::WrongChunk);
    });
}

#[test]
fn a_proof_for_another_job_or_account_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let chunk = challenged_chunk(id);
        for replayed in [proof(JobId::new(7), PROVIDER, chunk), proof(id, SECOND_PROVIDER, chunk)] {
            assert_noop!(submit_with(id, result(), replayed), DispatchError::Other("bad proof"));
        }
    });
}

#[test]
fn a_proof_that_was_good_for_one_of_the_providers_jobs_is_no_good_for_its_other() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 10 * bond_for_one());
        add(PROVIDER, capability(), UNIT_PRICE, 2);
        let jobs = [post(), post()];
        jobs.into_iter().for_each(|id| accept(PROVIDER, id));
        jobs.into_iter().for_each(deliver_key);
        let [first, second] = jobs;
        submit(PROVIDER, first);
        // The same result and a proof of the right chunk, but bound to the first job.
        let replayed = proof(first, PROVIDER, challenged_chunk(second));
        assert_noop!(submit_with(second, result(), replayed), DispatchError::Other("bad proof"));
        // Nor is the first provider's proof good for who takes the second job over.
        assert_ok!(release(PROVIDER, second));
        offer(SECOND_PROVIDER, UNIT_PRICE);
        assert_ok!(match_job(second));
        accept(SECOND_PROVIDER, second);
        deliver_key(second);
        let replayed = proof(second, PROVIDER, challenged_chunk(second));
        let submitted = plain(ComputeMarket::submit_result(signed(SECOND_PROVIDER), second, result(), replayed));
        assert_noop!(submitted, DispatchError::Other("bad proof"));
    });
}

#[test]
fn only_the_provider_of_a_running_job_submits() {
    ExtBuilder.build_and_execute(|| {
        let submit_as = |who, id| plain(ComputeMarket::submit_result(signed(who), id, result(), proof(id, who, 0)));
        assert_noop!(submit_as(PROVIDER, JobId::new(7)), Error::<Test>::JobNotFound);
        let id = accepted_job();
        assert_noop!(submit_as(PROVIDER, id), Error::<Test>::InvalidState);
        deliver_key(id);
        assert_noop!(submit_as(STRANGER, id), Error::<Test>::NotAuthorized);
        submit(PROVIDER, id);
        assert_noop!(submit_as(PROVIDER, id), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_job_that_was_cancelled_takes_no_whole_result() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job();
        let JobState::Stopping { challenged_chunk, .. } = state(id) else { panic!("the job is stopping") };
        assert_noop!(submit_with(id, result(), proof(id, PROVIDER, challenged_chunk)), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_long_run_with_a_known_answer_task_to_come_is_sampled() {
    ExtBuilder.build_and_execute(|| {
        use neurodata_primitives::training::SAMPLED_UNITS;
        let id = running_job();
        submit(PROVIDER, id);
        let sampled = |work_units: u64, spec: TrainingSpec, probe: bool, partial: bool| {
            let mut job = job(id);
            (job.work_units, job.request.spec) = (work_units, spec);
            let JobState::Evaluating { assignment, submission, .. } = &mut job.state else { panic!("it is judged") };
            if !probe {
                assignment.probe = None;
            }
            if partial {
                *submission = Submission::Partial { checkpoints: 3, trace: submission.trace() };
            }
            assert_ok!(ComputeMarket::open_round(id, &job));
            rounds().last().is_some_and(|(_, round)| round.sampled)
        };
        assert!(sampled(SAMPLED_UNITS, spec(), true, false));
        assert!(!sampled(SAMPLED_UNITS - 1, spec(), true, false));
        assert!(!sampled(SAMPLED_UNITS, with_epochs(19), true, false), "19 segments are too few");
        assert!(!sampled(SAMPLED_UNITS, spec(), false, false), "its states were published beside a planted trace");
        assert!(!sampled(SAMPLED_UNITS, spec(), true, true), "half a run publishes nothing");
    });
}
