//! How jobs find offers: the search, its turns in the hook, and the match by call.

use crate::{
    index::{OfferKey, OpenJobKey, Queue, Shelves},
    jobs::JobBook,
    offers::OfferBook,
    pallet::*,
    types::*,
    WeightInfo, MAX_HEADS, MAX_LOOKS, MAX_SKIPS,
};
use alloc::vec::Vec;
use frame_support::{
    defensive, ensure,
    storage::with_storage_layer,
    traits::Get,
    weights::{Weight, WeightMeter},
};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    machine::{adjusted_price, band},
    seams::{Reputation, TrainingData},
    *,
};
use sp_runtime::{
    traits::{SaturatedConversion, Saturating},
    DispatchError,
};

/// What a search took.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Effort {
    /// (Class, band) pairs whose first offer was compared, at most [`MAX_HEADS`].
    pub heads: u32,
    /// Offers that were looked at, at most [`MAX_LOOKS`].
    pub looks: u32,
    /// Further offers of providers that cannot have the job, at most [`MAX_SKIPS`].
    pub skips: u32,
}

/// What a search through the offers found.
pub(crate) struct Search<T: Config> {
    /// The best offer that fits, as the assignment that it would make.
    pub best: Option<AssignmentOf<T>>,
    /// What it took.
    pub effort: Effort,
}

/// An offer that a search may look at next.
struct Candidate {
    key: OfferKey,
    /// Price for comparison.
    adjusted: u128,
    /// Whether the one behind it in the index comes next; not so for an offer that was found out of its place.
    leads: bool,
}

impl Candidate {
    fn new(key: OfferKey, leads: bool) -> Self {
        let (_, band) = key.shelf();
        Self { key, adjusted: adjusted_price(key.unit_price(), band), leads }
    }
}

/// What a look at an offer showed.
enum Look<T: Config> {
    /// It fits.
    Fits(AssignmentOf<T>),
    /// It stood in the wrong band, and was moved here.
    Moved(OfferKey),
    /// It does not fit this job.
    Unfit,
    /// Nor does any other of its provider at this price or a higher one.
    Barred(Bar<T::AccountId>),
    /// Its provider was barred before.
    Skipped,
}

/// Why offers of a provider need no look.
struct Bar<AccountId> {
    provider: AccountId,
    /// Unit price in plancks, inclusive, from which on none of its offers fits.
    from: u128,
}

/// What a turn of an open job came to.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Turn {
    /// An offer took it.
    Matched(Effort),
    /// No offer fits; it stays open.
    Waiting(Effort),
    /// It was closed: its time to be matched is over, or the data's terms no longer permit it.
    Closed,
}

impl Turn {
    /// What a call spends on it.
    pub fn weight_of_call<W: WeightInfo>(&self) -> Weight {
        match self {
            Self::Matched(effort) | Self::Waiting(effort) => W::match_job(effort.heads, effort.looks, effort.skips),
            Self::Closed => W::close_open_job(),
        }
    }

    /// What the hook spends on it.
    fn weight_of_attempt<W: WeightInfo>(&self) -> Weight {
        match self {
            Self::Matched(effort) | Self::Waiting(effort) => W::match_attempt(effort.heads, effort.looks, effort.skips),
            Self::Closed => W::close_open_job(),
        }
    }
}

impl<T: Config> Pallet<T> {
    /// The best offer that fits `job`: the lowest adjusted price, among equals the lower id.
    ///
    /// Within a class and a band the index is in that order, so the best of all is the best of the first of each; one that
    /// does not fit gives way to the one behind it. Offers that stand in the wrong place are moved. A provider that cannot have
    /// the job costs one look, however many offers it has.
    pub(crate) fn search(job: &JobOf<T>) -> Search<T> {
        let highest: u128 = job.request.max_unit_price.saturated_into();
        let affordable = |key: &OfferKey| key.unit_price() <= highest;
        let mut effort = Effort::default();
        let mut candidates = Vec::new();
        for key in job.request.requirements.required_class().into_iter().flat_map(Shelves::<T>::heads) {
            effort.heads = effort.heads.saturating_add(1);
            candidates.extend(Some(key).filter(affordable).map(|key| Candidate::new(key, true)));
        }
        let mut bars = Vec::new();
        while effort.looks < MAX_LOOKS && effort.skips < MAX_SKIPS {
            let order = |(_, candidate): &(usize, &Candidate)| (candidate.adjusted, candidate.key.offer());
            let Some((at, _)) = candidates.iter().enumerate().min_by_key(order) else { break };
            let Candidate { key, leads, .. } = candidates.swap_remove(at);
            let look = Self::look(job, &key, &bars);
            let spent = if matches!(look, Look::Skipped) { &mut effort.skips } else { &mut effort.looks };
            *spent = spent.saturating_add(1);
            match look {
                Look::Fits(assignment) => return Search { best: Some(assignment), effort },
                Look::Moved(place) => candidates.push(Candidate::new(place, false)),
                Look::Barred(bar) => bars.push(bar),
                Look::Unfit | Look::Skipped => {},
            }
            if leads {
                candidates.extend(Shelves::<T>::after(&key).filter(affordable).map(|key| Candidate::new(key, true)));
            }
        }
        Search { best: None, effort }
    }

    /// Look at the offer in a place of the index, and put it where it belongs, unless its provider is behind one of `bars`.
    fn look(job: &JobOf<T>, key: &OfferKey, bars: &[Bar<T::AccountId>]) -> Look<T> {
        let id = key.offer();
        let Some(mut offer) = Offers::<T>::get(id) else {
            // Offers and index are written together; qed.
            defensive!("an indexed offer is missing");
            return Look::Unfit;
        };
        if bars.iter().any(|bar| bar.provider == offer.provider && key.unit_price() >= bar.from) {
            return Look::Skipped;
        }
        let Some(record) = Providers::<T>::get(&offer.provider) else {
            // A provider's offers are withdrawn before its record is removed; qed.
            defensive!("an offer's provider is missing");
            return Look::Unfit;
        };
        let stored_band = offer.band;
        let band = band(T::Reputation::of(&offer.provider));
        OfferBook::<T>::place(id, &mut offer, &record, band);
        if offer.band != stored_band {
            let is_ready = OfferBook::<T>::is_ready(&offer, &record);
            let place = OfferBook::<T>::key_of(id, &offer).filter(|_| is_ready);
            return place.map_or(Look::Unfit, Look::Moved);
        }
        if !OfferBook::<T>::is_ready(&offer, &record) {
            return Look::Unfit;
        }
        match Self::assignment(job, id, &offer, &record) {
            Some(assignment) => Look::Fits(assignment),
            // What a bond has to cover grows with the price, and with nothing else of the offer.
            None => {
                let from = if Self::is_excluded(job, &offer.provider) { 0 } else { key.unit_price() };
                Look::Barred(Bar { provider: offer.provider, from })
            },
        }
    }

    /// Whether `provider` must not have `job`: it is a party, or failed or declined it.
    fn is_excluded(job: &JobOf<T>, provider: &T::AccountId) -> bool {
        *provider == job.owner || *provider == job.data_provider || job.failed_providers.contains(provider)
    }

    /// The assignment of `job` to an offer whose machine and unit price will do; `None` if its provider must not or cannot
    /// have this job.
    fn assignment(job: &JobOf<T>, id: OfferId, offer: &OfferOf<T>, record: &ProviderOf<T>) -> Option<AssignmentOf<T>> {
        let provider = &offer.provider;
        if Self::is_excluded(job, provider) || !OfferBook::<T>::is_ready(offer, record) {
            return None;
        }
        let price = Self::price_of(job.work_units, offer.unit_price)?;
        let penalty = Self::penalty(price);
        let assignment = Assignment { provider: provider.clone(), offer: id, price, penalty, probe: None };
        let exposure = OfferBook::<T>::exposure_by(&assignment, job.training_price);
        OfferBook::<T>::covers(record, exposure).then_some(assignment)
    }

    /// The assignment of `job` to an offer that somebody named.
    fn hinted(job: &JobOf<T>, id: OfferId) -> Option<AssignmentOf<T>> {
        let offer = Offers::<T>::get(id)?;
        let record = Providers::<T>::get(&offer.provider)?;
        let will_do =
            offer.capability.meets(&job.request.requirements) && offer.unit_price <= job.request.max_unit_price;
        Self::assignment(job, id, &offer, &record).filter(|_| will_do)
    }

    /// Reserve an open job for a provider.
    pub(crate) fn assign(id: JobId, mut job: JobOf<T>, assignment: AssignmentOf<T>) {
        let JobState::Open { match_by } = job.state else {
            // Only open jobs are searched for; qed.
            defensive!("a job that is not open was matched");
            return;
        };
        // Saturates at the end of block numbers, which no chain reaches.
        let now = Self::now();
        let (accept_by, left) = (now.saturating_add(T::AcceptPeriod::get()), match_by.saturating_sub(now));
        OfferBook::<T>::take_job(id, &assignment, job.training_price);
        let (provider, price) = (assignment.provider.clone(), assignment.price);
        job.state = JobState::Matched { assignment, accept_by };
        JobBook::<T>::save_matched(id, job, left);
        Self::deposit_event(Event::JobMatched { job: id, provider, accept_by, price });
    }

    /// Whether the data may still be trained on for `job`.
    fn is_permitted(job: &JobOf<T>) -> bool {
        let JobRequest { dataset, spec, .. } = &job.request;
        T::TrainingData::still_permits(*dataset, &job.owner, spec.algorithm.family())
    }

    /// Match one job by call, or close it if the data's terms no longer permit it.
    pub(crate) fn do_match_job(id: JobId, hint: Option<OfferId>) -> Result<Turn, DispatchError> {
        let job = Self::job(id)?;
        let JobState::Open { match_by } = job.state else { return Err(Error::<T>::InvalidState.into()) };
        ensure!(Self::now() <= match_by, Error::<T>::Expired);
        if !Self::is_permitted(&job) {
            Self::close(id, job, JobOutcome::Expired)?;
            return Ok(Turn::Closed);
        }
        let Search { mut best, mut effort } = Self::search(&job);
        if let (None, Some(hint)) = (&best, hint) {
            effort.looks = effort.looks.saturating_add(1);
            best = Self::hinted(&job, hint);
        }
        Self::assign(id, job, best.ok_or(Error::<T>::NoEligibleOffer)?);
        Ok(Turn::Matched(effort))
    }

    /// The most that one turn of an open job costs the hook.
    pub(crate) fn weight_of_turn() -> Weight {
        T::WeightInfo::match_attempt(MAX_HEADS, MAX_LOOKS, MAX_SKIPS).max(T::WeightInfo::close_open_job())
    }

    /// Give open jobs their turn, as far as `meter` and [`Config::MaxMatchesPerBlock`] allow: the first of each class, with
    /// another class first in each block, for at most half of the turns; then those behind [`MatchCursor`], round and
    /// round, so that jobs that no offer fits keep no other waiting for ever.
    pub(crate) fn match_open_jobs(now: BlockNumberFor<T>, meter: &mut WeightMeter) {
        let mut classes = Queue::<T>::classes();
        let open = Queue::<T>::count();
        let turns = T::MaxMatchesPerBlock::get();
        if !classes.is_empty() {
            let first = now.saturated_into::<u64>().checked_rem(classes.len().saturated_into()).unwrap_or_default();
            classes.rotate_left(first.saturated_into());
        }
        let mut tried = Vec::new();
        for class in classes.into_iter().take(turns.div_ceil(2).saturated_into()) {
            if !meter.can_consume(Self::weight_of_turn()) {
                return;
            }
            if let Some(key) = Queue::<T>::first_of(class) {
                Self::take_turn(&key, now, meter);
                tried.push(key);
            }
        }
        let taken: u32 = tried.len().saturated_into();
        if open > taken {
            Self::match_in_rotation(now, turns.saturating_sub(taken), &tried, meter);
        }
    }

    /// Give `turns` open jobs behind the cursor their turn, but for those that were `tried` in this block.
    fn match_in_rotation(now: BlockNumberFor<T>, mut turns: u32, tried: &[OpenJobKey], meter: &mut WeightMeter) {
        let start = MatchCursor::<T>::get();
        let (mut cursor, mut is_second_round) = (start, start.is_none());
        while turns > 0 && meter.can_consume(Self::weight_of_turn()) {
            let next = Queue::<T>::after(cursor.as_ref());
            let is_whole_round = is_second_round && (next.is_none() || start.is_some_and(|start| next > Some(start)));
            if is_whole_round {
                break;
            }
            is_second_round |= next.is_none();
            cursor = next;
            // At most half as many as there are turns were tried, and each comes once in a round.
            if let Some(key) = next.filter(|key| !tried.contains(key)) {
                Self::take_turn(&key, now, meter);
                turns = turns.saturating_sub(1);
            }
        }
        if cursor != start {
            MatchCursor::<T>::set(cursor);
        }
    }

    /// Match or close one open job in the hook, and charge it to `meter`.
    fn take_turn(key: &OpenJobKey, now: BlockNumberFor<T>, meter: &mut WeightMeter) {
        let turn = Self::turn_of(key.job(), now);
        meter.consume(turn.weight_of_attempt::<T::WeightInfo>());
    }

    fn turn_of(id: JobId, now: BlockNumberFor<T>) -> Turn {
        let Some(job) = Jobs::<T>::get(id) else {
            // Only `prune_job` removes jobs, and only closed ones, which are not queued; qed.
            defensive!("a queued job is missing");
            return Turn::Waiting(Effort::default());
        };
        let JobState::Open { match_by } = job.state else {
            // Whatever ends the state of an open job takes it out of the queue; qed.
            defensive!("a queued job is not open");
            return Turn::Waiting(Effort::default());
        };
        if now > match_by || !Self::is_permitted(&job) {
            // A hook does not roll back by itself what a refund that failed would leave behind.
            if with_storage_layer(|| Self::close(id, job, JobOutcome::Expired)).is_err() {
                // The escrow account holds every escrow, and the pot takes what the owner cannot; qed.
                defensive!("an open job cannot be refunded");
            }
            return Turn::Closed;
        }
        let Search { best, effort } = Self::search(&job);
        match best {
            Some(assignment) => {
                Self::assign(id, job, assignment);
                Turn::Matched(effort)
            },
            None => Turn::Waiting(effort),
        }
    }
}
