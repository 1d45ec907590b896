//! `submit_result`.

use super::*;

fn refuse(id: JobId, result: ResultCommitment, error: Error<Test>) {
    let proof = proof(id, PROVIDER, challenged_chunk(id));
    assert_noop!(ComputeMarket::submit_result(signed(PROVIDER), id, result, proof), error);
}

#[test]
fn a_result_with_its_proof_opens_a_round() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let JobState::Running { seed, training_use, .. } = state(id) else { panic!("the job runs") };
        submit(PROVIDER, id);
        assert_eq!(
            state(id),
            JobState::Evaluating { provider: PROVIDER, price: PRICE, training_use, seed, result: result() }
        );
        assert_eq!(Rounds::get(), [(id, JOB_OWNER, DATA_PROVIDER, PROVIDER)]);
        let (result, training_paid) = (result(), TRAINING_PRICE);
        assert_eq!(last_event(), Event::ResultSubmitted { job: id, provider: PROVIDER, result, training_paid });
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
        assert_eq!(Reasons::get(), [PayoutReason::TrainingUse { training_use }]);
        assert_eq!((escrow(), job(id).escrow), (ESCROW - TRAINING_PRICE, ESCROW - TRAINING_PRICE));
        assert!(job(id).training_paid);
    });
}

#[test]
fn the_training_price_is_paid_once_however_many_keys_were_delivered() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(ComputeMarket::release_job(signed(PROVIDER), id));
        offer(SECOND_PROVIDER, UNIT_PRICE);
        assert_ok!(ComputeMarket::match_job(signed(STRANGER), id));
        accept(SECOND_PROVIDER, id);
        assert_eq!(Uses::get().into_iter().map(|(.., price)| price).collect::<Vec<_>>(), [TRAINING_PRICE]);
        deliver_key(id);
        let training_use = training_use(id);
        assert!(Credited::get().is_empty());
        submit(SECOND_PROVIDER, id);
        assert_eq!((credited_to(DATA_PROVIDER), credited_to(TREASURY)), (475, 25));
        assert_eq!(Reasons::get(), [PayoutReason::TrainingUse { training_use }]);
        assert_ok!(ComputeMarket::decided(id, Decision::Rejected, vec![EVALUATOR]));
        assert_eq!(credited_to(DATA_PROVIDER), 475);
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
        invalid(with(TrainingMetrics { holdout_correct: 61, ..metrics }), ResultIssue::Correct);
        invalid(with(TrainingMetrics { majority_correct: 61, ..metrics }), ResultIssue::Correct);
    });
}

#[test]
fn the_proof_must_be_of_the_challenged_chunk() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let other = (challenged_chunk(id) + 1) % CHUNKS;
        let submit = ComputeMarket::submit_result(signed(PROVIDER), id, result(), proof(id, PROVIDER, other));
        assert_noop!(submit, Error::<Test>::WrongChunk);
    });
}

#[test]
fn a_proof_for_another_job_or_account_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let chunk = challenged_chunk(id);
        for replayed in [proof(JobId::new(7), PROVIDER, chunk), proof(id, SECOND_PROVIDER, chunk)] {
            let submit = ComputeMarket::submit_result(signed(PROVIDER), id, result(), replayed);
            assert_noop!(submit, DispatchError::Other("bad proof"));
        }
    });
}

#[test]
fn only_the_provider_of_a_running_job_submits() {
    ExtBuilder.build_and_execute(|| {
        let submit_as = |who, id| ComputeMarket::submit_result(signed(who), id, result(), proof(id, who, 0));
        assert_noop!(submit_as(PROVIDER, JobId::new(7)), Error::<Test>::JobNotFound);
        let id = accepted_job();
        assert_noop!(submit_as(PROVIDER, id), Error::<Test>::InvalidState);
        deliver_key(id);
        assert_noop!(submit_as(STRANGER, id), Error::<Test>::NotAuthorized);
        submit(PROVIDER, id);
        assert_noop!(submit_as(PROVIDER, id), Error::<Test>::InvalidState);
    });
}
