//! Nobody says a word: every job ends by the hooks alone, and money is where it belongs.

use super::*;

/// Blocks after which everything is over, whatever began: three attempts, each with its time to be matched, to accept, to
/// run and to prove progress, and the grace after each.
const LONG: u64 = 2_000;

/// What other pallets' hooks do in this world: keys that are not delivered and rounds that nobody decides come to nothing.
fn neighbours(since: &mut std::collections::BTreeMap<JobId, u64>) {
    let now = System::block_number();
    for (id, job) in Jobs::<Test>::iter().collect::<Vec<_>>() {
        match job.state {
            JobState::AwaitingKey { training_use, .. } => {
                if now - *since.entry(id).or_insert(now) > 20 {
                    since.remove(&id);
                    close_use(training_use);
                    assert_ok!(ComputeMarket::key_failed(id, training_use));
                }
            },
            JobState::Evaluating { .. } => {
                if now - *since.entry(id).or_insert(now) > 40 {
                    since.remove(&id);
                    assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
                }
            },
            _ => drop(since.remove(&id)),
        }
    }
}

/// The registry removes a use before it tells the market that its key failed.
fn close_use(training_use: TrainingUseId) {
    Uses::set(&Uses::get().into_iter().filter(|(id, ..)| *id != training_use).collect());
}

fn until_everything_is_over() {
    let mut since = std::collections::BTreeMap::new();
    for _ in 0..LONG {
        pass(1);
        idle();
        neighbours(&mut since);
        ComputeMarket::do_try_state().expect("the invariants hold in every block");
        if Jobs::<Test>::iter_keys().all(is_closed) {
            return;
        }
    }
    panic!("{:?}", Jobs::<Test>::iter().map(|(id, job)| (id, job.state)).collect::<Vec<_>>());
}

#[test]
fn every_job_ends_by_the_hooks_alone_from_every_state() {
    let reach: [fn() -> JobId; 8] =
        [open_job, matched_job, accepted_job, running_job, stopping_job, evaluating_job, beaten_job, progressed_job];
    for reach in reach {
        ExtBuilder.build_and_execute(|| {
            let id = reach();
            let owner_and_escrow = balance(JOB_OWNER) + escrow();
            // Others that accept nothing either stand ready.
            offer(SECOND_PROVIDER, UNIT_PRICE);
            offer(THIRD_PROVIDER, UNIT_PRICE);
            offer(FOURTH_PROVIDER, UNIT_PRICE);
            until_everything_is_over();
            assert!(is_closed(id));
            assert_eq!((escrow(), job(id).escrow), (0, 0));
            // The owner has back what was not paid for data, and its part of each penalty; nobody earned by silence.
            let penalties: Balance = slashes().into_iter().map(|(_, _, slashed)| owner_part(slashed)).sum();
            assert_eq!(balance(JOB_OWNER), owner_and_escrow + penalties);
            for provider in [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER, FOURTH_PROVIDER] {
                assert_eq!(credited_to(provider), 0);
                if Providers::<Test>::contains_key(provider) {
                    assert_eq!(duties(provider), (0, 0));
                }
            }
            assert!(Uses::get().is_empty());
            assert_eq!(Deadlines::<Test>::iter_keys().count(), 0);
            assert_eq!(OpenJobIndex::<Test>::iter_keys().count(), 0);
            // And the record goes.
            pass(PRUNE_PERIOD);
            assert_ok!(ComputeMarket::prune_job(signed(STRANGER), id));
            assert_eq!(deposits_of(JOB_OWNER), 0);
        });
    }
}

fn beaten_job() -> JobId {
    let id = running_job();
    assert_ok!(beat(PROVIDER, id, 7));
    id
}

fn progressed_job() -> JobId {
    let id = stopping_job_at(6);
    assert_ok!(submit_progress(PROVIDER, id, 7));
    id
}

#[test]
fn a_reporter_makes_no_difference_but_its_own_part() {
    for reported in [true, false] {
        for (reach, delivered) in [(matched_job as fn() -> JobId, false), (running_job, true)] {
            ExtBuilder.build_and_execute(|| {
                let id = reach();
                let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
                pass(HEARTBEAT_PERIOD.max(ACCEPT_PERIOD) + 1);
                if reported {
                    assert_ok!(expire(id));
                }
                pass(DEADLINE_GRACE);
                idle();
                let damages = if delivered { TRAINING_PRICE } else { 0 };
                assert_eq!(bond_of(PROVIDER), bond - penalty - damages);
                let to_reporter = if reported { reporter_part(penalty) } else { 0 };
                assert_eq!(balance(REPORTER), FUNDS + to_reporter);
                assert_eq!(Burned::get(), penalty - owner_part(penalty) - to_reporter);
                assert_eq!(credited_to(DATA_PROVIDER), if delivered { income(TRAINING_PRICE) } else { 0 });
                assert_eq!((job(id).attempts, is_open(id)), (1, true));
            });
        }
    }
}

#[test]
fn a_whole_market_falls_silent_and_money_is_conserved() {
    ExtBuilder.build_and_execute(|| {
        for provider in [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER, FOURTH_PROVIDER] {
            register(provider, 4 * bond_for_one());
            add(provider, capability(), UNIT_PRICE, 8);
        }
        let owners = [JOB_OWNER, REPORTER, EVALUATOR];
        let jobs: Vec<_> = (0..12).map(|index| post_for(owners[index % 3], request())).collect();
        // Some get further than others before everybody leaves.
        for (index, id) in jobs.iter().enumerate() {
            let Some(provider) = holder(*id) else { continue };
            if index % 4 > 0 {
                accept(provider, *id);
            }
        }
        pass(SEED_DELAY);
        for (index, id) in jobs.iter().enumerate().filter(|(index, _)| index % 4 > 1) {
            if let JobState::AwaitingKey { training_use, assignment, .. } = state(*id) {
                assert_ok!(ComputeMarket::key_delivered(*id, training_use));
                if index % 4 > 2 {
                    submit(assignment.provider, *id);
                }
            }
        }
        until_everything_is_over();
        assert_eq!(escrow(), 0);
    });
}
