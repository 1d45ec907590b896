//! `cancel_job`, in every state.

use super::*;

#[test]
fn an_open_job_is_cancelled_and_refunded() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        assert_ok!(cancel(id));
        let outcome = JobOutcome::Cancelled;
        assert_eq!(state(id), JobState::Closed { outcome: outcome.clone(), prunes_at: 1 + PRUNE_PERIOD });
        assert_eq!(last_event(), Event::JobClosed { job: id, owner: JOB_OWNER, outcome, refunded: ESCROW });
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
        assert_eq!((escrow(), deposits_of(JOB_OWNER)), (0, DEPOSIT));
    });
}

#[test]
fn a_matched_job_is_cancelled_and_slot_and_exposure_are_freed() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let bond = bond_of(PROVIDER);
        assert_ne!(duties(PROVIDER), (0, 0));
        assert_ok!(cancel(id));
        assert_eq!(outcome(id), JobOutcome::Cancelled);
        assert_eq!((duties(PROVIDER), slots_taken(PROVIDER)), ((0, 0), vec![0]));
        assert_eq!((balance(JOB_OWNER), bond_of(PROVIDER)), (FUNDS - DEPOSIT, bond));
    });
}

#[test]
fn a_job_that_awaits_its_key_is_not_cancelled_so_that_no_key_is_overtaken_and_read_unpaid() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        assert_noop!(cancel(id), Error::<Test>::InvalidState);
        pass(SEED_DELAY);
        assert_noop!(cancel(id), Error::<Test>::InvalidState);
        // The key that was on its way comes, and who cancels then pays for it.
        assert_ok!(ComputeMarket::key_delivered(id, training_use(id)));
        assert_ok!(cancel(id));
        assert_eq!(credited_to(DATA_PROVIDER), income(TRAINING_PRICE));
    });
}

#[test]
fn a_job_whose_key_never_comes_is_left_by_the_expiry_of_its_delivery() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        assert_noop!(cancel(id), Error::<Test>::InvalidState);
        assert_ok!(ComputeMarket::key_failed(id, training_use(id)));
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
    });
}

#[test]
fn a_running_job_stops_and_its_data_is_paid() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(beat(PROVIDER, id, 3));
        let JobState::Running { assignment, training_use, seed, challenged_chunk, progress, .. } = state(id) else {
            panic!("the job runs")
        };
        assert_ok!(cancel(id));
        let submit_by = System::block_number() + PROGRESS_PERIOD;
        let stopping = JobState::Stopping { assignment, training_use, seed, challenged_chunk, progress, submit_by };
        assert_eq!(state(id), stopping);
        assert_eq!(last_event(), Event::JobStopping { job: id, provider: PROVIDER, submit_by });
        assert_eq!(credited_to(DATA_PROVIDER), income(TRAINING_PRICE));
        assert_eq!((escrow(), job(id).escrow), (ESCROW - TRAINING_PRICE, ESCROW - TRAINING_PRICE));
        assert!(job(id).training_paid);
        assert_eq!(duties(PROVIDER).0, 1, "the provider still holds it");
    });
}

#[test]
fn an_owner_cannot_get_the_data_computed_on_for_nothing_by_cancelling_in_the_last_block() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        while System::block_number() < 1 + SEED_DELAY + DELIVER_WITHIN {
            pass(1);
            assert_ok!(beat(PROVIDER, id, 64));
        }
        assert_ok!(cancel(id));
        assert_ok!(submit_progress(PROVIDER, id, 65));
        assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 1 }, vec![EVALUATOR]));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE - PRICE);
    });
}

#[test]
fn the_refund_leaves_the_escrow_of_other_jobs() {
    ExtBuilder.build_and_execute(|| {
        let (first, _) = (open_job(), open_job());
        assert_ok!(cancel(first));
        assert_eq!(escrow(), ESCROW);
    });
}

#[test]
fn what_stops_or_is_judged_or_is_over_cannot_be_cancelled() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job();
        assert_noop!(cancel(id), Error::<Test>::InvalidState);
        assert_ok!(submit_progress(PROVIDER, id, 2));
        assert_noop!(cancel(id), Error::<Test>::InvalidState);
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
        assert_noop!(cancel(id), Error::<Test>::InvalidState);
    });
}

#[test]
fn only_the_owner_cancels() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        for who in [STRANGER, PROVIDER, DATA_PROVIDER] {
            assert_noop!(plain(ComputeMarket::cancel_job(signed(who), id)), Error::<Test>::NotAuthorized);
        }
        assert_noop!(cancel(JobId::new(7)), Error::<Test>::JobNotFound);
    });
}
