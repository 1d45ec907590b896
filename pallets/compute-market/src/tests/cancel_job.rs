//! `cancel_job`.

use super::*;

#[test]
fn an_open_job_is_cancelled_and_refunded() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        assert_ok!(ComputeMarket::cancel_job(signed(JOB_OWNER), id));
        let outcome = JobOutcome::Cancelled;
        assert_eq!(state(id), JobState::Closed { outcome: outcome.clone(), prunes_at: 1 + PRUNE_PERIOD });
        assert_eq!(last_event(), Event::JobClosed { job: id, owner: JOB_OWNER, outcome, refunded: ESCROW });
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
        assert_eq!((escrow(), deposits_of(JOB_OWNER)), (0, DEPOSIT));
        assert!(OpenJobs::<Test>::get().is_empty());
    });
}

#[test]
fn a_matched_job_is_cancelled_and_its_slot_freed() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_ok!(ComputeMarket::cancel_job(signed(JOB_OWNER), id));
        assert_eq!(Offers::<Test>::get(PROVIDER).map(|offer| offer.slots_taken), Some(0));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
        assert_eq!(bond_of(PROVIDER), MIN_BOND);
    });
}

#[test]
fn the_refund_leaves_the_escrow_of_other_jobs() {
    ExtBuilder.build_and_execute(|| {
        let (first, _) = (open_job(), open_job());
        assert_ok!(ComputeMarket::cancel_job(signed(JOB_OWNER), first));
        assert_eq!(escrow(), ESCROW);
    });
}

#[test]
fn job_owner_cannot_cancel_after_acceptance() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        let cancel = || ComputeMarket::cancel_job(signed(JOB_OWNER), id);
        assert_noop!(cancel(), Error::<Test>::InvalidState);
        deliver_key(id);
        assert_noop!(cancel(), Error::<Test>::InvalidState);
        submit(PROVIDER, id);
        assert_noop!(cancel(), Error::<Test>::InvalidState);
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
        assert_noop!(cancel(), Error::<Test>::InvalidState);
    });
}

#[test]
fn only_the_owner_cancels() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        assert_noop!(ComputeMarket::cancel_job(signed(STRANGER), id), Error::<Test>::NotAuthorized);
        assert_noop!(ComputeMarket::cancel_job(signed(JOB_OWNER), JobId::new(7)), Error::<Test>::JobNotFound);
    });
}
