//! A long random life of the market: all calls, from everybody, in and out of order. Money is conserved and the invariants
//! hold at every step, and in the end every job is over.

use super::*;

const PEOPLE: [AccountId; 8] =
    [JOB_OWNER, DATA_PROVIDER, PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER, FOURTH_PROVIDER, REPORTER, EVALUATOR];

/// Random numbers of one life.
struct Dice {
    seed: u64,
    thrown: u64,
}

impl Dice {
    fn below(&mut self, end: u32) -> u32 {
        self.thrown += 1;
        pick(self.seed, self.thrown, end)
    }

    fn one_in(&mut self, odds: u32) -> bool {
        self.below(odds) == 0
    }

    fn of<Item: Clone>(&mut self, items: &[Item]) -> Item {
        items[self.below(items.len() as u32) as usize].clone()
    }

    fn account(&mut self) -> AccountId {
        self.of(&PEOPLE)
    }

    fn job(&mut self) -> JobId {
        JobId::new(u64::from(self.below(NextJobId::<Test>::get().get() as u32 + 1)))
    }

    /// A job in a state that fits, mostly.
    fn job_that(&mut self, fits: impl Fn(&JobState<AccountId, Balance, u64>) -> bool) -> JobId {
        let mut jobs: Vec<_> = Jobs::<Test>::iter().filter(|(_, job)| fits(&job.state)).map(|(id, _)| id).collect();
        jobs.sort();
        if jobs.is_empty() || self.one_in(5) {
            return self.job();
        }
        self.of(&jobs)
    }

    fn offer(&mut self) -> OfferId {
        OfferId::new(u64::from(self.below(NextOfferId::<Test>::get().get() as u32 + 1)))
    }

    /// Whoever holds the job, mostly.
    fn provider_of(&mut self, id: JobId) -> AccountId {
        let holder = Jobs::<Test>::get(id).and_then(|job| job.state.provider().copied());
        match holder {
            Some(provider) if !self.one_in(6) => provider,
            _ => self.account(),
        }
    }

    fn request(&mut self) -> JobRequest<Balance, u64> {
        let device = if self.one_in(4) { DeviceClass::Cuda } else { DeviceClass::Cpu };
        let requirements = machine(device, self.below(4) as u8);
        let max_unit_price = Balance::from(1 + self.below(20));
        let parent = self.one_in(5).then_some(PARENT);
        JobRequest { requirements, max_unit_price, parent, ..request() }
    }

    /// The result that the spec asks for, or a wrong one.
    fn result(&mut self) -> ResultCommitment {
        ResultCommitment { checkpoints: result().checkpoints + u32::from(self.one_in(10)), ..result() }
    }
}

/// One call of somebody, or something that another pallet or time does. Refusals are part of life.
fn step(dice: &mut Dice) -> Result<(), DispatchError> {
    let id = dice.job();
    let who = dice.account();
    match dice.below(27) {
        0 => plain(ComputeMarket::register_provider(signed(who), MIN_BOND * Balance::from(1 + dice.below(9)))),
        1 | 2 => {
            let device = if dice.one_in(4) { DeviceClass::Cuda } else { DeviceClass::Cpu };
            let (tier, price, slots) = (dice.below(8) as u8, dice.below(16), dice.below(4));
            plain(ComputeMarket::add_offer(signed(who), machine(device, tier), price.into(), slots))
        },
        3 => {
            let (offer, tier, price, slots) = (dice.offer(), dice.below(8) as u8, dice.below(16), dice.below(4));
            plain(ComputeMarket::update_offer(signed(who), offer, machine(DeviceClass::Cpu, tier), price.into(), slots))
        },
        4 if dice.one_in(4) => plain(ComputeMarket::withdraw_offer(signed(who), dice.offer())),
        4 if dice.one_in(8) => plain(ComputeMarket::retire_provider(signed(who))),
        4 => plain(ComputeMarket::withdraw_bond(signed(who))),
        5 => plain(ComputeMarket::add_bond(signed(who), Balance::from(dice.below(3_000)))),
        6..=9 => {
            let request = dice.request();
            plain(ComputeMarket::post_job(signed(who), request))
        },
        10 => {
            let id = dice.job_that(|state| !matches!(state, JobState::Closed { .. }));
            let owner = Jobs::<Test>::get(id).map_or(who, |job| job.owner);
            plain(ComputeMarket::cancel_job(signed(owner), id))
        },
        11 => {
            let id = dice.job_that(|state| matches!(state, JobState::Open { .. }));
            let hint = dice.one_in(2).then(|| dice.offer());
            plain(ComputeMarket::match_job(signed(who), id, hint))
        },
        12 | 13 => {
            let id = dice.job_that(|state| matches!(state, JobState::Matched { .. }));
            let provider = dice.provider_of(id);
            plain(ComputeMarket::accept_job(signed(provider), id, recipient_key(), ProbeCommitment::new([5; 32])))
        },
        14 if dice.one_in(2) => {
            let id = dice.job_that(|state| matches!(state, JobState::Stopping { .. }));
            release(dice.provider_of(id), id)
        },
        14 => {
            let id = dice.job_that(is_running);
            release(dice.provider_of(id), id)
        },
        15 => {
            let id = dice.job_that(|state| matches!(state, JobState::Matched { .. }));
            decline(dice.provider_of(id), id)
        },
        16 => {
            let id = dice.job_that(is_running);
            let position = dice.below(12);
            beat(dice.provider_of(id), id, position)
        },
        17 | 18 => {
            let id = dice.job_that(is_running);
            let provider = dice.provider_of(id);
            let result = dice.result();
            let chunk = match Jobs::<Test>::get(id).map(|job| job.state) {
                Some(JobState::Running { challenged_chunk, .. }) => challenged_chunk,
                _ => 0,
            };
            plain(ComputeMarket::submit_result(signed(provider), id, result, proof(id, provider, chunk)))
        },
        19 => {
            let id = dice.job_that(|state| matches!(state, JobState::Stopping { .. }));
            let provider = dice.provider_of(id);
            let (said, chunk) = match Jobs::<Test>::get(id).map(|job| job.state) {
                Some(JobState::Stopping { challenged_chunk, progress, .. }) => {
                    (progress.map_or(0, |progress| progress.position), challenged_chunk)
                },
                _ => (0, 0),
            };
            let checkpoints = said + dice.below(4);
            let proof = proof(id, provider, chunk);
            plain(ComputeMarket::submit_progress(signed(provider), id, checkpoints, partial_trace(), proof))
        },
        20 => plain(ComputeMarket::expire_job(signed(who), id)),
        21 => plain(ComputeMarket::prune_job(signed(who), id)),
        22 => plain(ComputeMarket::refresh_offers(signed(who), dice.account())),
        23 | 24 => {
            let id = dice.job_that(|state| matches!(state, JobState::AwaitingKey { .. }));
            deliver_or_fail(id, dice)
        },
        25 => {
            let id = dice.job_that(|state| matches!(state, JobState::Evaluating { .. }));
            decide(id, dice)
        },
        _ => {
            set_reputation(who, 1 + dice.below(100) as u8);
            Ok(())
        },
    }
}

fn is_running(state: &JobState<AccountId, Balance, u64>) -> bool {
    matches!(state, JobState::Running { .. })
}

/// The registry: a key comes, or it fails and the use is removed.
fn deliver_or_fail(id: JobId, dice: &mut Dice) -> Result<(), DispatchError> {
    let Some((training_use, ..)) = Uses::get().into_iter().find(|(_, job, ..)| *job == id) else { return Ok(()) };
    if dice.one_in(6) {
        Uses::set(&Uses::get().into_iter().filter(|(other, ..)| *other != training_use).collect());
        return ComputeMarket::key_failed(id, training_use);
    }
    ComputeMarket::key_delivered(id, training_use)
}

/// Model validation: a committee decides, or a known-answer task is over.
fn decide(id: JobId, dice: &mut Dice) -> Result<(), DispatchError> {
    if !matches!(Jobs::<Test>::get(id).map(|job| job.state), Some(JobState::Evaluating { .. })) {
        return Ok(());
    }
    let majority = [vec![], vec![EVALUATOR], vec![EVALUATOR, STRANGER, REPORTER]];
    let majority = dice.of(&majority);
    match dice.below(7) {
        0 => ComputeMarket::probed(id, result().trace),
        1 => ComputeMarket::decided(id, Decision::Rejected, majority),
        2 => ComputeMarket::decided(id, Decision::Undecided, majority),
        3 => ComputeMarket::decided(id, Decision::Withheld, majority),
        4 => ComputeMarket::probe_skipped(id),
        _ => ComputeMarket::decided(id, Decision::Accepted { score: 1 + dice.below(100) as u8 }, majority),
    }
}

/// Everything that anybody has, and what was burned.
fn all_money() -> Balance {
    Balances::total_issuance() + Burned::get()
}

/// A step as a transaction: what is refused leaves no trace.
fn transact(dice: &mut Dice) -> bool {
    frame_support::storage::with_storage_layer(|| step(dice)).is_ok()
}

fn life(seed: u64, steps: u32) -> u32 {
    let mut dice = Dice { seed, thrown: 0 };
    let money = all_money();
    let mut done = 0;
    for step in 0..steps {
        done += u32::from(transact(&mut dice));
        if dice.one_in(3) {
            pass(1 + u64::from(dice.below(3)));
            idle();
        }
        assert_eq!(all_money(), money, "life {seed}, step {step}");
        if step % 16 == 0 {
            ComputeMarket::do_try_state().unwrap_or_else(|fault| panic!("life {seed}, step {step}: {fault:?}"));
        }
    }
    done
}

#[test]
fn money_is_conserved_over_thousands_of_random_calls() {
    let mut reached = std::collections::BTreeSet::new();
    let mut done = 0;
    for seed in 0..8 {
        ExtBuilder.build_and_execute(|| {
            done += life(seed, 1_500);
            let name = |event: Event<Test>| format!("{event:?}").split([' ', '{']).next().map(str::to_owned);
            reached.extend(events().into_iter().filter_map(name));
        });
    }
    // The lives were full: most calls did something, and everything happened.
    assert!(done > 3_000, "{done} calls did something");
    for event in [
        "BondAdded", "BondSlashed", "BondWithdrawn", "DamagesPaid", "HeartbeatReceived", "JobAccepted", "JobClosed",
        "JobDeclined", "JobMatched", "JobPosted", "JobPruned", "JobQueuedAgain", "JobReleased", "JobStarted",
        "JobStopping", "OfferAdded", "OfferUpdated", "OfferWithdrawn", "ProgressSubmitted", "ProviderRegistered",
        "ProviderRetired", "ResultSubmitted",
    ] {
        assert!(reached.iter().any(|name| name.ends_with(event)), "{event} never happened in {reached:?}");
    }
}
