//! `decline_job`.

use super::*;

fn decline(who: AccountId, id: JobId) -> Result<(), DispatchError> {
    ComputeMarket::decline_job(signed(who), id)
}

#[test]
fn a_matched_job_is_declined_for_nothing_and_queued_for_somebody_else() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        pass(2);
        assert_ok!(decline(PROVIDER, id));
        let match_by = 3 + MATCH_PERIOD;
        assert_eq!(state(id), JobState::Open { match_by });
        assert_eq!((job(id).failed_providers.into_inner(), job(id).attempts), (vec![PROVIDER], 0));
        assert_eq!(OpenJobs::<Test>::get().into_inner(), [id]);
        let ends = [Event::JobDeclined { job: id, provider: PROVIDER }, Event::JobQueuedAgain { job: id, match_by }];
        assert!(events().ends_with(&ends));
        assert_eq!((bond_of(PROVIDER), Burned::get()), (MIN_BOND, 0));
        assert!(Failures::get().is_empty());
        assert_eq!(escrow(), ESCROW);
        assert_eq!(Providers::<Test>::get(PROVIDER).map(|record| record.open_jobs), Some(0));
        assert_eq!(Offers::<Test>::get(PROVIDER).map(|offer| offer.slots_taken), Some(0));
    });
}

#[test]
fn a_provider_that_declined_is_not_matched_with_the_job_again() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_ok!(decline(PROVIDER, id));
        idle();
        assert!(matches!(state(id), JobState::Open { .. }));
        offer(SECOND_PROVIDER, MAX_UNIT_PRICE);
        idle();
        assert_eq!(state(id).provider(), Some(&SECOND_PROVIDER));
        // Another job it may have.
        assert_eq!(state(post()).provider(), Some(&PROVIDER));
    });
}

#[test]
fn declining_uses_no_attempt_up() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_ok!(decline(PROVIDER, id));
        for next in [SECOND_PROVIDER, THIRD_PROVIDER] {
            offer(next, UNIT_PRICE);
            idle();
            assert_ok!(decline(next, id));
        }
        offer(FOURTH_PROVIDER, UNIT_PRICE);
        idle();
        assert_eq!(state(id).provider(), Some(&FOURTH_PROVIDER));
    });
}

#[test]
fn a_job_that_too_many_declined_is_closed_and_refunded() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        Jobs::<Test>::mutate_extant(id, |job| {
            let others = (1..job::MAX_FAILED_PROVIDERS).map(|index| 1_000 + u64::from(index));
            job.failed_providers = others.collect::<Vec<_>>().try_into().expect("one place is left");
        });
        assert_ok!(decline(PROVIDER, id));
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
        assert!(OpenJobs::<Test>::get().is_empty());
    });
}

#[test]
fn a_full_queue_does_not_keep_a_provider_from_declining() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        for _ in 0..4 {
            open_job();
        }
        assert_ok!(decline(PROVIDER, id));
        assert_eq!(outcome(id), JobOutcome::Expired);
    });
}

#[test]
fn declining_comes_too_late_when_the_time_to_accept_is_over() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        pass(ACCEPT_PERIOD + 1);
        assert_noop!(decline(PROVIDER, id), Error::<Test>::Expired);
        run_to_block(1 + ACCEPT_PERIOD);
        assert_ok!(decline(PROVIDER, id));
    });
}

#[test]
fn only_the_matched_provider_declines_and_only_before_accepting() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(decline(PROVIDER, JobId::new(7)), Error::<Test>::JobNotFound);
        let open = open_job();
        assert_noop!(decline(PROVIDER, open), Error::<Test>::InvalidState);
        let id = matched_job();
        assert_noop!(decline(SECOND_PROVIDER, id), Error::<Test>::NotAuthorized);
        assert_noop!(decline(JOB_OWNER, id), Error::<Test>::NotAuthorized);
        accept(PROVIDER, id);
        assert_noop!(decline(PROVIDER, id), Error::<Test>::InvalidState);
    });
}
