//! What the market costs does not grow with it.

use super::{
    counting::{count_undone, Accesses},
    JobState,
};
use crate as market;
use frame_support::weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight};

#[path = "../../examples/world/mod.rs"]
mod world;

fn cost_of(accesses: Accesses) -> u64 {
    let database: RuntimeDbWeight = ParityDbWeight::get();
    database.reads_writes((accesses.reads + accesses.seeks).into(), accesses.writes.into()).ref_time()
}

/// Jobs that are stored and were not closed.
fn unfinished() -> usize {
    let is_closed = |job: &market::JobOf<world::Chain>| matches!(job.state, JobState::Closed { .. });
    market::Jobs::<world::Chain>::iter_values().filter(|job| !is_closed(job)).count()
}

#[test]
fn a_match_among_ten_thousand_offers_reaches_storage_as_often_as_one_among_a_hundred() {
    let (mut small, mut large) = (world::chain(100, 100), world::chain(10_000, 1_000));
    for job in [0, 50, 99] {
        let ((), few) = count_undone(&mut small, || world::match_job(job));
        let ((), many) = count_undone(&mut large, || world::match_job(job));
        assert_eq!(few, many);
        // The first of each of 40 pairs of class and band is known; sought is what comes behind the one that was taken.
        assert_eq!(many.seeks, 1, "{many:?}");
        assert!(cost_of(many) <= <() as market::WeightInfo>::match_job(40, 1, 0).ref_time(), "{many:?}");
    }
}

#[test]
fn the_hook_reaches_storage_as_often_among_ten_thousand_offers_as_among_a_thousand() {
    let (mut small, mut large) = (world::chain(1_000, 1_000), world::chain(10_000, 1_000));
    let (few, many) = (|| world::hook(Weight::MAX), || world::hook(Weight::MAX));
    assert_eq!(count_undone(&mut small, few), count_undone(&mut large, many));
}

#[test]
fn breaches_that_the_hook_finds_cost_no_more_than_is_declared() {
    let mut chain = world::chain(1_000, 100);
    chain.execute_with(|| {
        (0..60).for_each(world::match_job);
        world::pass(world::ACCEPT_PERIOD);
    });
    let (used, accesses) = count_undone(&mut chain, || world::hook(Weight::MAX));
    // Twenty breaches and twenty turns.
    assert!(accesses.writes > 400, "{accesses:?}");
    assert!(cost_of(accesses) <= used.ref_time(), "{accesses:?} cost more than {used:?}");
}

#[test]
fn a_hundred_thousand_jobs_and_deadlines_are_worked_off_within_the_weight_that_is_given() {
    let mut chain = world::chain(0, 100_000);
    let steps = |count: u64| Weight::from_parts(count * 10_000_000_000, count * 1_000_000);
    let limits = [steps(1), steps(3), steps(10), Weight::MAX];
    // Before the deadlines pass and after.
    for go_on in [|| (), || world::pass(world::MATCH_PERIOD)] {
        chain.execute_with(go_on);
        assert_eq!(count_undone(&mut chain, || world::hook(Weight::zero())).0, Weight::zero());
        for limit in limits {
            let (used, accesses) = count_undone(&mut chain, || world::hook(limit));
            assert!(used.all_lte(limit), "{used:?} of {limit:?}");
            // What is declared covers what is done, and what is done is little.
            assert!(cost_of(accesses) <= used.ref_time(), "{accesses:?} cost more than {used:?}");
            assert!(accesses.reads + accesses.seeks < 2_000, "{accesses:?}");
        }
    }
    chain.execute_with(|| {
        // What one block leaves over the next ones work off.
        let before = unfinished();
        (0..5).for_each(|_| {
            world::hook(Weight::MAX);
        });
        // Twenty by their deadlines and twenty in their turns, in each block.
        assert_eq!(before - unfinished(), 200);
    });
}
