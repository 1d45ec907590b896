//! The idle hook: matches, and deadlines that nobody reported.

use super::*;
use frame_support::{traits::Hooks, weights::Weight};

fn base() -> Weight {
    <() as WeightInfo>::on_idle_base()
}

/// The most that a step costs.
fn step() -> Weight {
    <() as WeightInfo>::match_attempt(MAX_HEADS, MAX_LOOKS, MAX_SKIPS)
        .max(<() as WeightInfo>::close_open_job())
        .max(<() as WeightInfo>::end_deadline())
}

/// Let blocks pass until the hook ends a deadline of now and `blocks`.
fn pass_with_grace(blocks: u64) {
    pass(blocks + DEADLINE_GRACE + 1);
}

#[test]
fn open_jobs_are_matched_when_there_is_an_offer() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        let used = idle();
        assert_eq!(holder(id), Some(PROVIDER));
        assert!(base().all_lt(used) && used.all_lte(base().saturating_add(step())));
        assert!(matches!(last_event(), Event::JobMatched { job, .. } if job == id));
    });
}

#[test]
fn the_best_paying_job_is_matched_first_and_among_equals_the_earliest() {
    ExtBuilder.build_and_execute(|| {
        let paying = |max_unit_price| post_for(JOB_OWNER, JobRequest { max_unit_price, ..request() });
        let jobs = [paying(12), paying(15), paying(12), paying(14)];
        register(PROVIDER, 10 * bond_for_one());
        add(PROVIDER, capability(), UNIT_PRICE, 1);
        let offer = offers_of(PROVIDER)[0];
        for (slots, best) in (1..).zip([jobs[1], jobs[3], jobs[0], jobs[2]]) {
            assert_ok!(ComputeMarket::update_offer(signed(PROVIDER), offer, capability(), UNIT_PRICE, slots));
            live(20, || holder(best).is_some());
            let matched: Vec<_> = jobs.into_iter().filter(|id| holder(*id).is_some()).collect();
            assert_eq!(matched.len(), slots as usize);
            assert!(matched.contains(&best), "{matched:?} without {best:?}");
            // The deadlines to accept must not pass here.
            jobs.into_iter().filter(|id| matches!(state(*id), JobState::Matched { .. })).for_each(|id| accept(PROVIDER, id));
        }
    });
}

#[test]
fn jobs_that_cannot_be_matched_do_not_keep_others_from_their_turn() {
    ExtBuilder.build_and_execute(|| {
        // More jobs than a block tries, all better paying and of the same class, that belong to the only provider; and one
        // that it could take.
        fund_owner(SECOND_PROVIDER);
        let tried: u32 = <Test as Config>::MaxMatchesPerBlock::get();
        let own: Vec<_> = (0..2 * tried + 1).map(|_| post_for(SECOND_PROVIDER, request())).collect();
        let id = post_for(JOB_OWNER, JobRequest { max_unit_price: UNIT_PRICE, ..request() });
        offer(SECOND_PROVIDER, UNIT_PRICE);
        let blocks = live(MATCH_PERIOD - 1, || holder(id).is_some());
        assert_eq!(holder(id), Some(SECOND_PROVIDER), "after {blocks} blocks");
        assert!(own.into_iter().all(is_open));
    });
}

fn fund_owner(owner: AccountId) {
    assert_ok!(Balances::transfer_allow_death(signed(STRANGER), owner, FUNDS / 2));
}

#[test]
fn jobs_of_one_class_do_not_keep_another_class_from_its_turn() {
    ExtBuilder.build_and_execute(|| {
        let tried: u32 = <Test as Config>::MaxMatchesPerBlock::get();
        fund_owner(REPORTER);
        (0..3 * tried).for_each(|_| { post_for(REPORTER, request()); });
        let requirements = machine(DeviceClass::Cuda, 0);
        let id = post_for(JOB_OWNER, JobRequest { requirements, max_unit_price: UNIT_PRICE, ..request() });
        register(PROVIDER, bond_for_one());
        add(PROVIDER, requirements, UNIT_PRICE, 1);
        live(MATCH_PERIOD - 1, || holder(id).is_some());
        assert_eq!(holder(id), Some(PROVIDER));
    });
}

#[test]
fn a_job_past_its_time_is_closed_and_refunded_in_its_turn() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        pass(MATCH_PERIOD);
        idle();
        assert!(is_open(id), "in its last block");
        pass(1);
        offer(PROVIDER, UNIT_PRICE);
        let used = idle();
        assert_eq!(used, base().saturating_add(<() as WeightInfo>::close_open_job()));
        assert_eq!(outcome(id), JobOutcome::Expired);
        let closed = Event::JobClosed { job: id, owner: JOB_OWNER, outcome: JobOutcome::Expired, refunded: ESCROW };
        assert_eq!(last_event(), closed);
        assert_eq!((balance(JOB_OWNER), escrow()), (FUNDS - DEPOSIT, 0));
        assert_noop!(expire(id), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_job_in_its_last_block_is_still_matched_and_not_a_block_later() {
    for (blocks, matched) in [(MATCH_PERIOD, true), (MATCH_PERIOD + 1, false)] {
        ExtBuilder.build_and_execute(|| {
            let id = open_job();
            offer(PROVIDER, UNIT_PRICE);
            pass(blocks);
            idle();
            assert_eq!(holder(id).is_some(), matched);
        });
    }
}

#[test]
fn a_job_whose_data_is_no_longer_for_sale_to_its_owner_is_closed() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        Permitted::set(&false);
        idle();
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
    });
}

#[test]
fn a_job_that_is_accepted_by_nobody_comes_back_without_a_reporter_and_that_part_is_burned() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        pass(ACCEPT_PERIOD + DEADLINE_GRACE);
        idle();
        assert_eq!(holder(id), Some(PROVIDER));
        pass(1);
        idle();
        assert!(is_open(id));
        assert_eq!((job(id).attempts, bond_of(PROVIDER)), (1, bond - penalty));
        assert_eq!(Burned::get(), penalty - owner_part(penalty));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - ESCROW + owner_part(penalty));
        let accept_by = 1 + ACCEPT_PERIOD as u32;
        assert_eq!(penalties(), [(PROVIDER, penalty, PenaltyCause::NotAccepted { job: id, accept_by })]);
    });
}

#[test]
fn a_run_that_nobody_hears_of_comes_back_without_a_reporter_and_the_data_is_paid() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        pass_with_grace(HEARTBEAT_PERIOD);
        idle();
        assert!(is_open(id));
        assert_eq!(bond_of(PROVIDER), bond - penalty - TRAINING_PRICE);
        assert_eq!(credited_to(DATA_PROVIDER), income(TRAINING_PRICE));
        assert_eq!(Burned::get(), penalty - owner_part(penalty));
        assert!(Uses::get().is_empty());
    });
}

#[test]
fn a_cancelled_run_without_progress_is_closed() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job();
        let bond = bond_of(PROVIDER);
        pass_with_grace(PROGRESS_PERIOD);
        idle();
        assert_eq!(outcome(id), JobOutcome::Cancelled);
        assert_eq!((bond_of(PROVIDER), duties(PROVIDER)), (bond, (0, 0)));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE);
    });
}

#[test]
fn a_provider_that_is_late_within_the_grace_may_still_be_reported_and_not_act() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        pass(ACCEPT_PERIOD + 1);
        idle();
        assert_noop!(decline(PROVIDER, id), Error::<Test>::Expired);
        assert_ok!(expire(id));
        assert_eq!(balance(REPORTER), FUNDS + reporter_part(slashes()[0].2));
    });
}

#[test]
fn jobs_past_their_time_make_room_without_anybodys_help() {
    ExtBuilder.build_and_execute(|| {
        fill_the_queue();
        let open = || Jobs::<Test>::iter_values().filter(|job| matches!(job.state, JobState::Open { .. })).count();
        let before = open();
        pass_with_grace(MATCH_PERIOD);
        idle();
        let by_deadline: u32 = <Test as Config>::MaxDeadlinesPerBlock::get();
        let by_turn: u32 = <Test as Config>::MaxMatchesPerBlock::get();
        assert_eq!(before - open(), (by_deadline + by_turn) as usize);
        let blocks = (0..10_000).find(|_| {
            pass(1);
            idle();
            open() == 0
        });
        assert!(blocks.is_some());
        open_job();
    });
}

#[test]
fn the_hook_stops_at_every_unit_of_work_and_stays_within_what_is_left() {
    // From nothing over almost a step to everything, over worlds with matches, closures and breaches to do.
    let almost = |steps: u64| base().saturating_add(step().saturating_mul(steps)).saturating_sub(Weight::from_parts(1, 0));
    let worlds: [fn(); 4] = [
        || (0..3).for_each(|_| { open_job(); }),
        || {
            (0..3).for_each(|_| { open_job(); });
            [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER].into_iter().for_each(|provider| offer(provider, UNIT_PRICE));
        },
        || {
            (0..3).for_each(|_| { open_job(); });
            pass_with_grace(MATCH_PERIOD);
        },
        || {
            for provider in [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER] {
                offer(provider, UNIT_PRICE);
                let id = post();
                accept(provider, id);
                deliver_key(id);
            }
            pass_with_grace(HEARTBEAT_PERIOD);
        },
    ];
    for world in worlds {
        let mut done_by_limit = Vec::new();
        for limit in [Weight::zero(), base(), almost(1), almost(1).saturating_add(step()), almost(3), Weight::MAX] {
            ExtBuilder.build_and_execute(|| {
                world();
                let before = events().len();
                let used = ComputeMarket::on_idle(System::block_number(), limit);
                assert!(used.all_lte(limit), "{used:?} of {limit:?}");
                done_by_limit.push(events().len() - before);
            });
        }
        assert_eq!(done_by_limit[..2], [0, 0]);
        assert!(done_by_limit.is_sorted(), "{done_by_limit:?}");
    }
}

#[test]
fn little_weight_in_every_block_is_enough_in_the_end() {
    ExtBuilder.build_and_execute(|| {
        let jobs: Vec<_> = (0..4).map(|_| open_job()).collect();
        pass_with_grace(MATCH_PERIOD);
        let limit = base().saturating_add(step());
        for _ in 0..20 {
            pass(1);
            ComputeMarket::on_idle(System::block_number(), limit);
        }
        assert!(jobs.into_iter().all(is_closed));
    });
}

#[test]
fn nothing_ends_and_nothing_is_matched_while_the_chain_is_halted() {
    ExtBuilder.build_and_execute(|| {
        let breached = running_job();
        let waiting = open_job();
        let (bond, owner) = (bond_of(PROVIDER), balance(JOB_OWNER));
        IsHalted::set(&true);
        offer(SECOND_PROVIDER, UNIT_PRICE);
        for _ in 0..MATCH_PERIOD + DELIVER_WITHIN {
            pass(1);
            frame_support::assert_storage_noop!(assert_eq!(idle(), base()));
        }
        assert!(is_open(waiting) && matches!(state(breached), JobState::Running { .. }));
        // What passed meanwhile is ended afterwards.
        IsHalted::set(&false);
        idle();
        assert_eq!((outcome(waiting), job(breached).attempts), (JobOutcome::Expired, 1));
        assert!(bond_of(PROVIDER) < bond && balance(JOB_OWNER) > owner);
    });
}

#[test]
fn an_empty_market_costs_the_base_weight_and_changes_nothing() {
    ExtBuilder.build_and_execute(|| {
        frame_support::assert_storage_noop!(assert_eq!(idle(), base()));
    });
}
