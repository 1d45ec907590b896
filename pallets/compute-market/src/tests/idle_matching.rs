//! The idle hook.

use super::*;
use frame_support::{traits::Hooks, weights::Weight};

fn queue() -> Vec<JobId> {
    OpenJobs::<Test>::get().into_inner()
}

fn base() -> Weight {
    <() as WeightInfo>::on_idle_base()
}

fn attempt(offers: u32) -> Weight {
    <() as WeightInfo>::match_attempt(offers)
}

#[test]
fn open_jobs_are_matched_when_there_is_an_offer() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        let used = idle();
        assert_eq!(state(id).provider(), Some(&PROVIDER));
        assert!(queue().is_empty());
        assert_eq!(used, base().saturating_add(attempt(1)));
        assert!(matches!(last_event(), Event::JobMatched { job, .. } if job == id));
    });
}

#[test]
fn every_open_job_has_its_turn() {
    ExtBuilder.build_and_execute(|| {
        let jobs: Vec<_> = (0..3).map(|_| open_job()).collect();
        idle();
        assert_eq!(queue(), [jobs[2], jobs[0], jobs[1]]);
        idle();
        assert_eq!(queue(), [jobs[1], jobs[2], jobs[0]]);
        idle();
        assert_eq!(queue(), jobs);
    });
}

#[test]
fn a_job_that_is_matched_leaves_the_others_in_turn() {
    ExtBuilder.build_and_execute(|| {
        let jobs: Vec<_> = (0..3).map(|_| open_job()).collect();
        offer(PROVIDER, UNIT_PRICE);
        idle();
        assert_eq!(state(jobs[0]).provider(), Some(&PROVIDER));
        assert_eq!(queue(), [jobs[2], jobs[1]]);
    });
}

#[test]
fn a_job_past_its_time_is_left_to_expire() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        pass(MATCH_PERIOD + 1);
        idle();
        assert!(matches!(state(id), JobState::Open { .. }));
        assert_ok!(ComputeMarket::expire_job(signed(STRANGER), id));
    });
}

#[test]
fn the_hook_stops_at_every_unit_of_work() {
    // Attempts by the weight that is left, with a full index of four offers: none, none, one, two, and never more.
    let full = attempt(4);
    let limits = [
        (Weight::zero(), 0),
        (base(), 0),
        (base().saturating_add(full).saturating_sub(Weight::from_parts(1, 0)), 0),
        (base().saturating_add(full), 1),
        (base().saturating_add(full).saturating_add(full), 2),
        (Weight::MAX, 2),
    ];
    for (limit, attempts) in limits {
        ExtBuilder.build_and_execute(|| {
            let jobs: Vec<_> = (0..4).map(|_| open_job()).collect();
            for provider in [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER, FOURTH_PROVIDER] {
                offer(provider, UNIT_PRICE);
            }
            // Every offer has a full look, so that each attempt costs what it reserves.
            let used = ComputeMarket::on_idle(1, limit);
            assert!(used.all_lte(limit));
            assert_eq!(queue(), jobs[attempts..]);
            let matched = jobs.iter().filter(|id| state(**id).provider().is_some()).count();
            assert_eq!(matched, attempts);
        });
    }
}

#[test]
fn an_empty_queue_costs_the_base_weight() {
    ExtBuilder.build_and_execute(|| {
        frame_support::assert_storage_noop!(assert_eq!(idle(), base()));
    });
}
