//! `prune_job`.

use super::*;

#[test]
fn anybody_removes_a_job_that_has_been_over_for_long_enough() {
    ExtBuilder.build_and_execute(|| {
        let id = closed_job();
        pass(PRUNE_PERIOD - 1);
        assert_noop!(ComputeMarket::prune_job(signed(STRANGER), id), Error::<Test>::TooEarly);
        pass(1);
        assert_ok!(ComputeMarket::prune_job(signed(STRANGER), id));
        assert_eq!(last_event(), Event::JobPruned { job: id });
        assert!(Jobs::<Test>::get(id).is_none());
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
