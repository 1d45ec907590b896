//! Offers, their index, the queue of open jobs, and how one finds the other.

use crate::{pallet::*, types::*, WeightInfo};
use core::marker::PhantomData;
use frame_support::{
    defensive, ensure,
    storage::with_storage_layer,
    traits::{Defensive, Get},
    weights::{Weight, WeightMeter},
};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    seams::{Reputation, TrainingData},
    *,
};
use sp_runtime::{
    traits::{CheckedAdd, CheckedDiv, One, Saturating, Zero},
    BoundedVec, DispatchError, DispatchResult,
};

/// Reputation at which an offer is compared by its plain price.
const BEST_REPUTATION: u32 = 100;

/// The offers. Owns [`Offers`] and [`OfferIndex`].
pub(crate) struct OfferBook<T>(PhantomData<T>);

/// What a search through the offers found.
pub(crate) struct Search<T: Config> {
    /// The best eligible offer.
    pub best: Option<Assignment<T>>,
    /// Offers that were looked at.
    pub scanned: u32,
}

/// A provider and the price at which it would compute a job.
pub(crate) struct Assignment<T: Config> {
    /// The compute provider.
    pub provider: T::AccountId,
    /// Price of the whole job, in plancks.
    pub price: BalanceOf<T>,
}

impl<T: Config> OfferBook<T> {
    /// Make or replace the offer of `provider`.
    pub fn insert(provider: &T::AccountId, offer: OfferRecord<BalanceOf<T>>) -> DispatchResult {
        let mut index = OfferIndex::<T>::get();
        index.retain(|(_, other)| other != provider);
        let at = index.partition_point(|(price, _)| *price <= offer.unit_price);
        index.try_insert(at, (offer.unit_price, provider.clone())).map_err(|_| Error::<T>::MaxOffersExceeded)?;
        OfferIndex::<T>::put(index);
        Offers::<T>::insert(provider, offer);
        Ok(())
    }

    /// Remove the offer of `provider`. Returns whether there was one.
    pub fn remove(provider: &T::AccountId) -> bool {
        if Offers::<T>::take(provider).is_none() {
            return false;
        }
        OfferIndex::<T>::mutate(|index| index.retain(|(_, other)| other != provider));
        true
    }

    /// Price of an offer for comparison: `ceil(unit price * 200 / (100 + reputation))`.
    ///
    /// Saturates: an offer near the largest balance only loses its advantage over others as absurd.
    pub fn adjusted_price(unit_price: BalanceOf<T>, reputation: u8) -> BalanceOf<T> {
        let divisor: BalanceOf<T> =
            u32::from(reputation).clamp(1, BEST_REPUTATION).saturating_add(BEST_REPUTATION).into();
        let scaled = unit_price.saturating_mul(BEST_REPUTATION.saturating_mul(2).into());
        scaled
            .checked_add(&divisor.saturating_sub(One::one()))
            .and_then(|sum| sum.checked_div(&divisor))
            .unwrap_or(unit_price)
            .max(unit_price)
    }

    /// The best eligible offer for `job`.
    ///
    /// The index is sorted by unit price and no adjusted price is below its unit price, so the search ends at the first
    /// offer whose unit price reaches the best adjusted price.
    pub fn search(job: &JobOf<T>) -> Search<T> {
        let mut scanned = 0u32;
        let mut best: Option<(BalanceOf<T>, Assignment<T>)> = None;
        for (unit_price, provider) in OfferIndex::<T>::get() {
            let too_dear = unit_price > job.request.max_unit_price;
            if too_dear || best.as_ref().is_some_and(|(adjusted, _)| unit_price >= *adjusted) {
                break;
            }
            scanned = scanned.saturating_add(1);
            if !Self::is_eligible(job, &provider) {
                continue;
            }
            let adjusted = Self::adjusted_price(unit_price, T::Reputation::of(&provider));
            if best.as_ref().is_some_and(|(other, _)| adjusted >= *other) {
                continue;
            }
            // The escrow holds the work units at the maximum price, which is not lower; qed.
            let price =
                Pallet::<T>::price_of(job.work_units, unit_price).defensive_proof("the price exceeds the escrow");
            best = price.map(|price| (adjusted, Assignment { provider, price })).or(best);
        }
        Search { best: best.map(|(_, assignment)| assignment), scanned }
    }

    /// Whether the offer of `provider` can take `job`, whatever its price.
    fn is_eligible(job: &JobOf<T>, provider: &T::AccountId) -> bool {
        if *provider == job.owner || *provider == job.data_provider || job.failed_providers.contains(provider) {
            return false;
        }
        let Some(offer) = Offers::<T>::get(provider) else {
            // Index and offers are written together by `insert` and `remove`; qed.
            defensive!("an indexed offer is missing");
            return false;
        };
        if !offer.capability.meets(&job.request.requirements) || offer.slots_taken >= offer.slots {
            return false;
        }
        Providers::<T>::get(provider).is_some_and(|record| {
            record.retires_at.is_none() && Pallet::<T>::covers(record.bond, record.open_jobs.saturating_add(1))
        })
    }

    /// Count one more job of `provider`.
    pub fn take_slot(provider: &T::AccountId) {
        Providers::<T>::mutate_extant(provider, |record| record.open_jobs = record.open_jobs.saturating_add(1));
        Offers::<T>::mutate_extant(provider, |offer| offer.slots_taken = offer.slots_taken.saturating_add(1));
    }

    /// Count one job of `provider` less. The offer may have been withdrawn meanwhile.
    pub fn free_slot(provider: &T::AccountId) {
        Providers::<T>::mutate_extant(provider, |record| record.open_jobs = record.open_jobs.saturating_sub(1));
        Offers::<T>::mutate_extant(provider, |offer| offer.slots_taken = offer.slots_taken.saturating_sub(1));
    }
}

/// What a turn of an open job came to.
pub(crate) enum Turn {
    /// An offer took it.
    Matched {
        /// Offers that were looked at.
        scanned: u32,
    },
    /// No offer fits; it stays open.
    Waiting {
        /// Offers that were looked at.
        scanned: u32,
    },
    /// It was closed: its time is over, or the data's terms no longer permit it.
    Closed,
}

impl Turn {
    /// What a call spends on it.
    pub fn weight_of_call<W: WeightInfo>(&self) -> Weight {
        match self {
            Self::Matched { scanned } | Self::Waiting { scanned } => W::match_job(*scanned),
            Self::Closed => W::close_open_job(),
        }
    }

    /// What the idle hook spends on it.
    fn weight_of_attempt<W: WeightInfo>(&self) -> Weight {
        match self {
            Self::Matched { scanned } | Self::Waiting { scanned } => W::match_attempt(*scanned),
            Self::Closed => W::close_open_job(),
        }
    }
}

/// The open jobs. Owns [`OpenJobs`].
pub(crate) struct JobQueue<T>(PhantomData<T>);

impl<T: Config> JobQueue<T> {
    /// Whether another open job fits.
    pub fn has_room() -> bool {
        OpenJobs::<T>::decode_len().unwrap_or(0) < BoundedVec::<JobId, T::MaxOpenJobs>::bound()
    }

    /// Queue an open job. Returns whether it fitted.
    pub fn push(job: JobId) -> bool {
        OpenJobs::<T>::try_append(job).is_ok()
    }

    /// Take a job that is no longer open out of the queue.
    pub fn remove(job: JobId) {
        OpenJobs::<T>::mutate(|queue| queue.retain(|other| *other != job));
    }
}

impl<T: Config> Pallet<T> {
    /// Reserve `job` for a provider and store it. The caller sees to the queue.
    pub(crate) fn assign(id: JobId, mut job: JobOf<T>, assignment: Assignment<T>, now: BlockNumberFor<T>) {
        let Assignment { provider, price } = assignment;
        // Saturates at the end of block numbers, which no chain reaches.
        let accept_by = now.saturating_add(T::AcceptPeriod::get());
        OfferBook::<T>::take_slot(&provider);
        job.state = JobState::Matched { provider: provider.clone(), price, accept_by };
        Jobs::<T>::insert(id, job);
        Self::deposit_event(Event::JobMatched { job: id, provider, accept_by, price });
    }

    /// Whether the data may still be trained on for `job`.
    fn is_permitted(job: &JobOf<T>) -> bool {
        let JobRequest { dataset, spec, .. } = &job.request;
        T::TrainingData::still_permits(*dataset, &job.owner, spec.algorithm.family())
    }

    /// Match one job by call, or close it if the data's terms no longer permit it.
    pub(crate) fn do_match_job(id: JobId) -> Result<Turn, DispatchError> {
        let job = Self::job(id)?;
        let JobState::Open { match_by } = job.state else { return Err(Error::<T>::InvalidState.into()) };
        let now = Self::now();
        ensure!(now <= match_by, Error::<T>::Expired);
        if !Self::is_permitted(&job) {
            JobQueue::<T>::remove(id);
            Self::close(id, job, JobOutcome::Expired)?;
            return Ok(Turn::Closed);
        }
        let Search { best, scanned } = OfferBook::<T>::search(&job);
        let assignment = best.ok_or(Error::<T>::NoEligibleOffer)?;
        JobQueue::<T>::remove(id);
        Self::assign(id, job, assignment, now);
        Ok(Turn::Matched { scanned })
    }

    /// The most that one turn of an open job costs the idle hook.
    pub(crate) fn weight_of_turn() -> Weight {
        T::WeightInfo::match_attempt(T::MaxOffers::get()).max(T::WeightInfo::close_open_job())
    }

    /// Give open jobs their turn from the head of the queue, as far as `limit` and [`Config::MaxMatchesPerBlock`]
    /// allow. Returns the weight used.
    ///
    /// A job that an offer fits is matched; one whose time is over, or that the data's terms no longer permit, is
    /// closed as by `expire_job`. A job that stays open moves to the end, so every open job has its turn.
    pub(crate) fn match_open_jobs(now: BlockNumberFor<T>, limit: Weight) -> Weight {
        let mut meter = WeightMeter::with_limit(limit);
        if meter.try_consume(T::WeightInfo::on_idle_base()).is_err() {
            return meter.consumed();
        }
        let queue = OpenJobs::<T>::get();
        let turns = usize::try_from(T::MaxMatchesPerBlock::get()).unwrap_or(usize::MAX).min(queue.len());
        let full_turn = Self::weight_of_turn();
        let (mut tried, mut waiting) = (0usize, alloc::vec::Vec::new());
        for id in queue.iter().take(turns) {
            if !meter.can_consume(full_turn) {
                break;
            }
            let turn = Self::take_turn(*id, now);
            meter.consume(turn.weight_of_attempt::<T::WeightInfo>());
            tried = tried.saturating_add(1);
            if matches!(turn, Turn::Waiting { .. }) {
                waiting.push(*id);
            }
        }
        if !tried.is_zero() {
            let rotated = queue.into_iter().skip(tried).chain(waiting).collect::<alloc::vec::Vec<_>>();
            // At most the jobs that were in the queue before; qed.
            OpenJobs::<T>::put(BoundedVec::truncate_from(rotated));
        }
        meter.consumed()
    }

    /// Match or close one queued job. The caller sees to the queue.
    fn take_turn(id: JobId, now: BlockNumberFor<T>) -> Turn {
        let Some(job) = Jobs::<T>::get(id) else {
            // Only `prune_job` removes jobs, and only closed ones, which are not queued; qed.
            defensive!("a queued job is missing");
            return Turn::Closed;
        };
        let JobState::Open { match_by } = job.state else {
            // Whatever ends the state of an open job takes it out of the queue; qed.
            defensive!("a queued job is not open");
            return Turn::Closed;
        };
        if now > match_by || !Self::is_permitted(&job) {
            // A hook does not roll back by itself what a refund that failed would leave behind.
            return match with_storage_layer(|| Self::close(id, job, JobOutcome::Expired)) {
                Ok(()) => Turn::Closed,
                Err(_) => {
                    // The escrow account holds every escrow, and the pot takes what the owner cannot; qed.
                    defensive!("an open job cannot be refunded");
                    Turn::Waiting { scanned: T::MaxOffers::get() }
                },
            };
        }
        let Search { best, scanned } = OfferBook::<T>::search(&job);
        match best {
            Some(assignment) => {
                Self::assign(id, job, assignment, now);
                Turn::Matched { scanned }
            },
            None => Turn::Waiting { scanned },
        }
    }
}
