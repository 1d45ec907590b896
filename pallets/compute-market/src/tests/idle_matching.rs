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

fn closing() -> Weight {
    <() as WeightInfo>::close_open_job()
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
fn a_job_past_its_time_is_closed_and_refunded() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        pass(MATCH_PERIOD + 1);
        assert_eq!(idle(), base().saturating_add(closing()));
        assert_eq!(outcome(id), JobOutcome::Expired);
        let closed = Event::JobClosed { job: id, owner: JOB_OWNER, outcome: JobOutcome::Expired, refunded: ESCROW };
        assert_eq!(last_event(), closed);
        assert_eq!((balance(JOB_OWNER), escrow()), (FUNDS - DEPOSIT, 0));
        assert!(queue().is_empty());
        assert_noop!(ComputeMarket::expire_job(signed(STRANGER), id), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_job_in_its_last_block_is_still_matched() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        pass(MATCH_PERIOD);
        idle();
        assert_eq!(state(id).provider(), Some(&PROVIDER));
    });
}

#[test]
fn a_job_whose_data_is_no_longer_for_sale_to_its_owner_is_closed() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        Permitted::set(&false);
        assert_eq!(idle(), base().saturating_add(closing()));
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
        assert!(queue().is_empty());
    });
}

#[test]
fn jobs_past_their_time_make_room_without_anybodys_help() {
    ExtBuilder.build_and_execute(|| {
        let jobs: Vec<_> = (0..4).map(|_| open_job()).collect();
        pass(MATCH_PERIOD + 1);
        // Two of them in one block.
        assert_eq!(idle(), base().saturating_add(closing()).saturating_add(closing()));
        assert_eq!(queue(), jobs[2..]);
        idle();
        assert!(queue().is_empty());
        open_job();
    });
}

#[test]
fn the_hook_stops_at_every_unit_of_work() {
    // Turns by the weight that is left, with a full index of four offers: none, none, one, two, and never more. A turn
    // needs what its most expensive kind costs.
    let full = attempt(4).max(closing());
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
            let used = ComputeMarket::on_idle(1, limit);
            assert!(used.all_lte(limit));
            assert_eq!(queue(), jobs[attempts..]);
            let matched = jobs.iter().filter(|id| state(**id).provider().is_some()).count();
            assert_eq!(matched, attempts);
        });
    }
}

#[test]
fn closing_stays_within_the_weight_that_is_left() {
    let full = attempt(4).max(closing());
    let almost = base().saturating_add(full).saturating_sub(Weight::from_parts(1, 0));
    let limits = [(base(), 0), (almost, 0), (base().saturating_add(full), 1), (Weight::MAX, 2)];
    for (limit, turns) in limits {
        ExtBuilder.build_and_execute(|| {
            let jobs: Vec<_> = (0..4).map(|_| open_job()).collect();
            pass(MATCH_PERIOD + 1);
            let used = ComputeMarket::on_idle(System::block_number(), limit);
            assert!(used.all_lte(limit));
            assert_eq!(queue(), jobs[turns..]);
            let closed = jobs.iter().filter(|id| matches!(state(**id), JobState::Closed { .. })).count();
            assert_eq!(closed, turns);
        });
    }
}

#[test]
fn an_empty_queue_costs_the_base_weight() {
    ExtBuilder.build_and_execute(|| {
        frame_support::assert_storage_noop!(assert_eq!(idle(), base()));
    });
}
