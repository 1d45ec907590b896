//! `release_job`.

use super::*;

#[test]
fn releasing_a_job_that_awaits_its_key_costs_a_breach() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        pass(2);
        assert_ok!(ComputeMarket::release_job(signed(PROVIDER), id));
        let match_by = 3 + MATCH_PERIOD;
        assert_eq!(state(id), JobState::Open { match_by });
        assert_eq!((job(id).failed_providers.into_inner(), job(id).attempts), (vec![PROVIDER], 1));
        assert_eq!(OpenJobs::<Test>::get().into_inner(), [id]);
        let deposited = events();
        let slash = Event::BondSlashed { job: id, provider: PROVIDER, reporter: PROVIDER, slashed: BREACH };
        let (released, queued) =
            (Event::JobReleased { job: id, provider: PROVIDER }, Event::JobQueuedAgain { job: id, match_by });
        assert!(deposited.ends_with(&[released, slash, queued]));
        assert!(Uses::get().is_empty());
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)]);
        assert_eq!(Failures::get(), [PROVIDER]);
        assert_eq!(escrow(), ESCROW);
        assert_eq!(Offers::<Test>::get(PROVIDER).map(|offer| offer.slots_taken), Some(0));
    });
}

#[test]
fn the_owner_gets_its_part_of_the_breach_and_the_provider_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(ComputeMarket::release_job(signed(PROVIDER), id));
        assert_eq!(bond_of(PROVIDER), MIN_BOND - BREACH);
        assert_eq!(Providers::<Test>::get(PROVIDER).map(|record| record.bond), Some(MIN_BOND - BREACH));
        assert_eq!(balance(PROVIDER), FUNDS - MIN_BOND);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - ESCROW + 20);
        assert_eq!(Burned::get(), 80);
        assert_eq!(Failures::get(), [PROVIDER]);
        assert!(Uses::get().is_empty());
        assert_eq!(escrow(), ESCROW);
    });
}

#[test]
fn after_the_last_attempt_the_job_closes_and_is_refunded() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        assert_ok!(ComputeMarket::release_job(signed(PROVIDER), id));
        for provider in [SECOND_PROVIDER, THIRD_PROVIDER] {
            offer(provider, UNIT_PRICE);
            assert_ok!(ComputeMarket::match_job(signed(STRANGER), id));
            accept(provider, id);
            assert_ok!(ComputeMarket::release_job(signed(provider), id));
        }
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT + 3 * 20);
        assert!(OpenJobs::<Test>::get().is_empty());
    });
}

#[test]
fn a_full_queue_does_not_keep_a_provider_from_leaving() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        for _ in 0..4 {
            open_job();
        }
        assert_ok!(ComputeMarket::release_job(signed(PROVIDER), id));
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(escrow(), 4 * ESCROW);
    });
}

#[test]
fn only_the_provider_that_holds_the_job_releases_it() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        let release = |who| ComputeMarket::release_job(signed(who), id);
        assert_noop!(release(SECOND_PROVIDER), Error::<Test>::NotAuthorized);
        deliver_key(id);
        assert_noop!(release(JOB_OWNER), Error::<Test>::NotAuthorized);
    });
}

#[test]
fn other_states_are_not_released() {
    ExtBuilder.build_and_execute(|| {
        let release = |id| ComputeMarket::release_job(signed(PROVIDER), id);
        assert_noop!(release(JobId::new(7)), Error::<Test>::JobNotFound);
        let (open, closed) = (open_job(), closed_job());
        assert_noop!(release(open), Error::<Test>::InvalidState);
        assert_noop!(release(closed), Error::<Test>::InvalidState);
        let id = matched_job();
        assert_noop!(release(id), Error::<Test>::InvalidState);
        accept(PROVIDER, id);
        deliver_key(id);
        submit(PROVIDER, id);
        assert_noop!(release(id), Error::<Test>::InvalidState);
    });
}
