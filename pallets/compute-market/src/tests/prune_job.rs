//! `prune_job`.

use super::*;

#[test]
fn anybody_removes_a_job_that_has_been_over_for_long_enough() {
    ExtBuilder.build_and_execute(|| {
        let id = closed_job();
        pass(PRUNE_PERIOD - 1);
        assert_noop!(ComputeMarket::prune_job(signed(STRANGER), id), Error::<Test>::TooEarly);
        pass(1);
        assert_eq!((balance(JOB_OWNER), deposits_of(JOB_OWNER)), (FUNDS - DEPOSIT, DEPOSIT));
        assert_ok!(ComputeMarket::prune_job(signed(STRANGER), id));
        assert_eq!(last_event(), Event::JobPruned { job: id, owner: JOB_OWNER, deposit: DEPOSIT });
        assert_eq!((balance(JOB_OWNER), deposits_of(JOB_OWNER)), (FUNDS, 0));
        assert!(Jobs::<Test>::get(id).is_none());
        assert_eq!(forgotten(), [id], "what is kept by job goes with it");
        assert_noop!(ComputeMarket::prune_job(signed(STRANGER), id), Error::<Test>::JobNotFound);
    });
}

#[test]
fn a_job_that_is_not_over_stays() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        pass(1_000);
        assert_noop!(ComputeMarket::prune_job(signed(STRANGER), id), Error::<Test>::InvalidState);
    });
}

#[test]
fn the_deposit_that_was_put_down_comes_back_whatever_it_costs_now() {
    ExtBuilder.build_and_execute(|| {
        let (id, other) = (closed_job(), open_job());
        DepositPerJob::set(&(10 * DEPOSIT));
        let dearer = open_job();
        pass(PRUNE_PERIOD);
        assert_ok!(ComputeMarket::prune_job(signed(STRANGER), id));
        assert_eq!(deposits_of(JOB_OWNER), DEPOSIT + 10 * DEPOSIT);
        assert_eq!((job(other).deposit, job(dearer).deposit), (DEPOSIT, 10 * DEPOSIT));
    });
}
