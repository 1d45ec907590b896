//! What the tests reckon with: the formulae of liability and slashes, written down a second time, and short ways to look
//! at the market.

use super::*;

/// The market's error as a dispatch error, for refusals whose result type is not the call's.
pub(crate) fn refused(error: Error<Test>) -> DispatchError {
    error.into()
}

/// A refusal of a call, with or without what the call weighed.
pub(crate) trait Refusal {
    /// Why.
    fn error(self) -> DispatchError;
}

impl Refusal for DispatchError {
    fn error(self) -> DispatchError {
        self
    }
}

impl Refusal for frame_support::dispatch::DispatchErrorWithPostInfo {
    fn error(self) -> DispatchError {
        self.error
    }
}

/// Drop what a call says about its weight.
pub(crate) fn plain<Outcome>(result: Result<Outcome, impl Refusal>) -> Result<(), DispatchError> {
    result.map(|_| ()).map_err(Refusal::error)
}

/// Least cost of a breach, by the parameters of now.
pub(crate) fn least_penalty() -> Balance {
    <Test as Config>::BreachSlash::get().mul_ceil(<Test as Config>::ProviderBond::get())
}

/// What a breach of a job at `price` costs, by the parameters of now.
pub(crate) fn penalty_at(price: Balance) -> Balance {
    least_penalty().max(<Test as Config>::PriceLiability::get().mul_ceil(price))
}

/// What of a slash goes to the owner and to a reporter; the rest is burned.
pub(crate) fn owner_part(slashed: Balance) -> Balance {
    slashed / 5
}

/// See [`owner_part`].
pub(crate) fn reporter_part(slashed: Balance) -> Balance {
    slashed / 10
}

/// Who holds a job, at what price.
pub(crate) fn assignment(id: JobId) -> Assignment<AccountId, Balance> {
    state(id).assignment().cloned().expect("somebody holds the job")
}

/// Who holds a job.
pub(crate) fn holder(id: JobId) -> Option<AccountId> {
    state(id).provider().copied()
}

/// The record of a provider.
pub(crate) fn record(provider: AccountId) -> ProviderRecord<Balance, u64> {
    Providers::<Test>::get(provider).expect("the account is a provider")
}

/// Jobs that a provider holds, and what it could lose by them.
pub(crate) fn duties(provider: AccountId) -> (u32, Balance) {
    (record(provider).open_jobs, record(provider).exposure)
}

/// Offers of a provider, the oldest first.
pub(crate) fn offers_of(provider: AccountId) -> Vec<OfferId> {
    let mut offers: Vec<_> =
        Offers::<Test>::iter().filter(|(_, offer)| offer.provider == provider).map(|(id, _)| id).collect();
    offers.sort();
    offers
}

/// The only offer of a provider.
pub(crate) fn offer_of(provider: AccountId) -> OfferRecord<AccountId, Balance> {
    match offers_of(provider)[..] {
        [offer] => Offers::<Test>::get(offer).expect("the offer was just seen"),
        _ => panic!("the provider has several offers or none"),
    }
}

/// Slots taken of each offer of a provider.
pub(crate) fn slots_taken(provider: AccountId) -> Vec<u32> {
    offers_of(provider).into_iter().filter_map(Offers::<Test>::get).map(|offer| offer.slots_taken).collect()
}

/// Register `provider` with `bond`, without an offer.
pub(crate) fn register(provider: AccountId, bond: Balance) {
    assert_ok!(ComputeMarket::register_provider(signed(provider), bond));
}

/// Another offer of a provider. Returns its id.
pub(crate) fn add(provider: AccountId, capability: Capability, unit_price: Balance, slots: u32) -> OfferId {
    let known = offers_of(provider);
    assert_ok!(ComputeMarket::add_offer(signed(provider), capability, unit_price, slots));
    offers_of(provider).into_iter().find(|offer| !known.contains(offer)).expect("the offer was stored")
}

/// A CPU machine.
pub(crate) fn cpu(cores: u16, memory_mib: u32) -> Capability {
    Capability { cores, memory_mib, device: DeviceClass::Cpu, device_memory_mib: 0 }
}

/// The least machine of a class.
pub(crate) fn machine(device: DeviceClass, tier: u8) -> Capability {
    MachineClass { device, tier }.capability().expect("the ladder has this tier")
}

/// Post `request` for `owner`. Returns the job.
pub(crate) fn post_for(owner: AccountId, request: JobRequest<Balance, u64>) -> JobId {
    let id = NextJobId::<Test>::get();
    assert_ok!(ComputeMarket::post_job(signed(owner), request));
    id
}

/// Match a job by the search alone.
pub(crate) fn match_job(id: JobId) -> Result<(), DispatchError> {
    plain(ComputeMarket::match_job(signed(STRANGER), id, None))
}

/// Match a job and name an offer that will do.
pub(crate) fn match_with(id: JobId, hint: OfferId) -> Result<(), DispatchError> {
    plain(ComputeMarket::match_job(signed(STRANGER), id, Some(hint)))
}

/// Report that the deadline of a job passed.
pub(crate) fn expire(id: JobId) -> Result<(), DispatchError> {
    plain(ComputeMarket::expire_job(signed(REPORTER), id))
}

/// A job that [`PROVIDER`] computed and its owner cancelled.
pub(crate) fn stopping_job() -> JobId {
    let id = running_job();
    assert_ok!(cancel(id));
    id
}

/// The same, with a heartbeat at `position` before the cancellation.
pub(crate) fn stopping_job_at(position: u32) -> JobId {
    let id = running_job();
    assert_ok!(beat(PROVIDER, id, position));
    assert_ok!(cancel(id));
    id
}

/// Cancel a job of [`JOB_OWNER`].
pub(crate) fn cancel(id: JobId) -> Result<(), DispatchError> {
    plain(ComputeMarket::cancel_job(signed(JOB_OWNER), id))
}

/// Give a job back.
pub(crate) fn release(provider: AccountId, id: JobId) -> Result<(), DispatchError> {
    plain(ComputeMarket::release_job(signed(provider), id))
}

/// Refuse a job.
pub(crate) fn decline(provider: AccountId, id: JobId) -> Result<(), DispatchError> {
    plain(ComputeMarket::decline_job(signed(provider), id))
}

/// The digest that an honest heartbeat at `position` carries.
pub(crate) fn checkpoint(position: u32) -> CheckpointDigest {
    CheckpointDigest::new(sp_io::hashing::blake2_256(&position.to_le_bytes()))
}

/// An honest heartbeat.
pub(crate) fn beat(provider: AccountId, id: JobId, position: u32) -> Result<(), DispatchError> {
    plain(ComputeMarket::heartbeat(signed(provider), id, position, checkpoint(position)))
}

/// Prove the progress of a job that was cancelled.
pub(crate) fn submit_progress(provider: AccountId, id: JobId, checkpoints: u32) -> Result<(), DispatchError> {
    let JobState::Stopping { challenged_chunk, .. } = state(id) else { panic!("the job is not stopping") };
    let proof = proof(id, provider, challenged_chunk);
    plain(ComputeMarket::submit_progress(signed(provider), id, checkpoints, partial_trace(), proof))
}

/// Root of the trace that [`submit_progress`] submits.
pub(crate) fn partial_trace() -> TraceRoot {
    TraceRoot::new([4; 32])
}

/// Part of the price for `checkpoints` of the usual job's 11.
pub(crate) fn part_of_price(price: Balance, checkpoints: u32) -> Balance {
    price * Balance::from(spec().steps_at(303, checkpoints - 1)) / Balance::from(spec().steps(303))
}

/// What a data provider is credited of a training price.
pub(crate) fn income(training_price: Balance) -> Balance {
    training_price - training_price / 20
}

/// Let blocks pass one by one, each with the hook, until `done` or for `limit` blocks. Returns how many passed.
pub(crate) fn live(limit: u64, done: impl Fn() -> bool) -> u64 {
    (0..limit)
        .find(|_| {
            if !done() {
                pass(1);
                idle();
            }
            done()
        })
        .map_or(limit, |block| block + 1)
}

/// Whether a job is over.
pub(crate) fn is_closed(id: JobId) -> bool {
    matches!(state(id), JobState::Closed { .. })
}

/// Whether a job waits for an offer.
pub(crate) fn is_open(id: JobId) -> bool {
    matches!(state(id), JobState::Open { .. })
}

/// A number below `end` that `seed` and `index` decide, for random worlds that are the same each time.
pub(crate) fn pick(seed: u64, index: u64, end: u32) -> u32 {
    draw::below(&draw::derive(&Seed::new([7; 32]), b"random worlds, for tests", &(seed, index)), end)
}

/// A bond that covers the usual job and no second one.
pub(crate) fn bond_for_one() -> Balance {
    MIN_BOND.max(penalty_at(PRICE) + TRAINING_PRICE)
}

/// Slashes so far: job, provider, amount.
pub(crate) fn slashes() -> Vec<(JobId, AccountId, Balance)> {
    let slashed = |event| match event {
        Event::BondSlashed { job, provider, slashed, .. } => Some((job, provider, slashed)),
        _ => None,
    };
    events().into_iter().filter_map(slashed).collect()
}

/// Penalties that reputation was told of: who, how much, why.
pub(crate) fn penalties() -> Vec<(AccountId, Balance, PenaltyCause)> {
    Penalties::get()
}

/// Post open jobs of several owners until there is no room for another.
pub(crate) fn fill_the_queue() {
    for owner in 2_000.. {
        let funds = FUNDS / 10;
        let donor = [REPORTER, EVALUATOR, STRANGER, FOURTH_PROVIDER].into_iter().find(|donor| balance(*donor) > 2 * funds);
        let donor = donor.expect("somebody has money left");
        assert_ok!(Balances::transfer_allow_death(signed(donor), owner, funds));
        // Nobody's offer is that cheap.
        let request = JobRequest { max_unit_price: MIN_UNIT_PRICE, ..request() };
        loop {
            match ComputeMarket::post_job(signed(owner), request.clone()).map_err(|refusal| refusal.error) {
                Ok(_) => (),
                Err(error) if error == refused(Error::MaxOpenJobsExceeded) => return,
                Err(_) => break,
            }
        }
    }
}

/// Lines of one account's history, in order: amount and what happened.
pub(crate) fn lines_of(who: AccountId) -> Vec<(Balance, HistoryEvent)> {
    Notes::get().into_iter().filter(|(account, ..)| *account == who).map(|(_, amount, event)| (amount, event)).collect()
}

/// Rounds that were opened, in order.
pub(crate) fn rounds() -> Vec<(JobId, seams::EvaluationRequest<AccountId>)> {
    Rounds::get()
}

/// Models that the leaderboards were told of, in order.
pub(crate) fn achievements() -> Vec<seams::Achievement<AccountId>> {
    Achievements::get()
}

/// Jobs whose record is gone, as payouts were told, in order.
pub(crate) fn forgotten() -> Vec<JobId> {
    Forgotten::get()
}
