//! What must hold between any two blocks.
#![cfg(any(feature = "try-runtime", test))]

use crate::{
    index::{DeadlineKey, OfferKey, OpenJobKey},
    jobs::JobBook,
    offers::OfferBook,
    pallet::*,
    types::*,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use codec::Encode;
use frame_support::{
    ensure,
    traits::{
        fungible::{Inspect, InspectHold},
        Get,
    },
};
use neurodata_primitives::*;
use sp_runtime::{
    traits::{CheckedAdd, Zero},
    TryRuntimeError,
};

/// What the jobs say about a provider.
struct Held<T: Config> {
    jobs: BTreeSet<JobId>,
    exposure: BalanceOf<T>,
}

impl<T: Config> Pallet<T> {
    /// Check every invariant of the market.
    ///
    /// - The escrow account holds the escrows of all jobs and the existential deposit; a closed job has no escrow.
    /// - The escrow of a job covers its price, and the training price until that is paid, which a submission or the
    ///   cancellation of a run does.
    /// - The deposit hold of every job owner is the sum of its jobs' deposits.
    /// - The bond hold of every provider is its bond, and the bond covers the exposure.
    /// - Jobs, exposure and taken slots of each provider and offer are those of the jobs that are assigned.
    /// - Queue, deadlines and times to be matched are those that the jobs have, and the counts are those of the entries.
    /// - Offers are listed by their providers; a retired provider has none. What is in the index stands in its place, has a
    ///   free slot and a provider that may hold another job. Whether its bond suffices depends on parameters: see
    ///   [`Pallet::check_readiness`].
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_jobs()?;
        Self::check_queue()?;
        Self::check_providers()?;
        Self::check_offers()
    }

    /// The jobs under evaluation with the trace that their committees check, so that a runtime can compare them with the rounds.
    pub fn evaluating_jobs() -> Vec<(JobId, TraceRoot)> {
        let trace = |job: JobOf<T>| match job.state {
            JobState::Evaluating { submission, .. } => Some(submission.trace()),
            _ => None,
        };
        Jobs::<T>::iter().filter_map(|(id, job)| Some((id, trace(job)?))).collect()
    }

    /// Check that exactly the offers are in the index that can take a job; true as long as no parameter changed since they
    /// were put there.
    pub fn check_readiness() -> Result<(), TryRuntimeError> {
        for (id, offer) in Offers::<T>::iter() {
            let record = Providers::<T>::get(&offer.provider).ok_or("an offer has no provider")?;
            let key = OfferBook::<T>::key_of(id, &offer).ok_or("an offer has no class")?;
            let is_in = OfferIndex::<T>::contains_key(key);
            ensure!(
                is_in == OfferBook::<T>::is_ready(&offer, &record),
                "the index differs from the offers that are ready"
            );
        }
        Ok(())
    }

    fn check_jobs() -> Result<(), TryRuntimeError> {
        let mut escrows = BalanceOf::<T>::zero();
        let mut deposits = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
        for (id, job) in Jobs::<T>::iter() {
            ensure!(id < NextJobId::<T>::get(), "a job has an id that was not handed out");
            escrows = escrows.checked_add(&job.escrow).ok_or("escrows overflow")?;
            let sum = deposits.entry(job.owner.clone()).or_insert_with(Zero::zero);
            *sum = sum.checked_add(&job.deposit).ok_or("deposits overflow")?;
            Self::check_escrow(&job)?;
            let is_matched = matches!(job.state, JobState::Matched { .. });
            ensure!(
                MatchTimes::<T>::contains_key(id) == is_matched,
                "not exactly the matched jobs have a time to be matched"
            );
        }
        ensure!(
            MatchTimes::<T>::iter_keys().all(Jobs::<T>::contains_key),
            "a job that is gone has a time to be matched"
        );
        let needed = escrows.checked_add(&T::Currency::minimum_balance()).ok_or("escrows overflow")?;
        let balance = T::Currency::balance(&Self::escrow_account());
        ensure!(balance >= needed, "the escrow account does not cover the escrows");
        for (owner, sum) in deposits {
            let held = T::Currency::balance_on_hold(&HoldReason::JobDeposit.into(), &owner);
            ensure!(held == sum, "a job owner's hold differs from its deposits");
        }
        Ok(())
    }

    fn check_escrow(job: &JobOf<T>) -> Result<(), TryRuntimeError> {
        let unpaid = if job.training_paid { Zero::zero() } else { job.training_price };
        if let JobState::Closed { .. } = job.state {
            ensure!(job.escrow.is_zero(), "a closed job has an escrow");
        }
        if let JobState::Stopping { .. } | JobState::Evaluating { .. } = job.state {
            ensure!(job.training_paid, "a run ended without the training price being paid");
        }
        if let Some(assignment) = job.state.assignment() {
            let owed = assignment.price.checked_add(&unpaid).ok_or("prices overflow")?;
            ensure!(owed <= job.escrow, "a job's prices exceed its escrow");
            ensure!(!job.failed_providers.contains(&assignment.provider), "a provider has a job that it failed before");
        }
        Ok(())
    }

    fn check_queue() -> Result<(), TryRuntimeError> {
        let (mut queue, mut agenda) = (BTreeSet::<OpenJobKey>::new(), BTreeSet::<DeadlineKey>::new());
        let mut open = BTreeMap::<T::AccountId, u32>::new();
        for (id, job) in Jobs::<T>::iter() {
            let is_open = matches!(job.state, JobState::Open { .. });
            let place = JobBook::<T>::place_in_queue(id, &job);
            ensure!(place.is_some() == is_open, "an open job has no class");
            if is_open {
                let count = open.entry(job.owner.clone()).or_default();
                *count = count.saturating_add(1);
            }
            queue.extend(place);
            agenda.extend(JobBook::<T>::deadline(id, &job));
        }
        ensure!(
            OpenJobIndex::<T>::iter_keys().collect::<BTreeSet<_>>() == queue,
            "the queue differs from the open jobs"
        );
        ensure!(
            Deadlines::<T>::iter_keys().collect::<BTreeSet<_>>() == agenda,
            "the agenda differs from the deadlines"
        );
        let counted: BTreeMap<_, _> = OpenJobsOf::<T>::iter().collect();
        ensure!(counted == open, "an owner's open jobs are miscounted");
        let classes = queue.iter().map(|key| key.class().encode());
        let counts: Vec<u32> = tally(classes).into_values().collect();
        let stored = OpenJobCounts::<T>::get().into_iter().filter(|count| *count > 0);
        // The keys are in the order of the counts.
        ensure!(stored.eq(counts), "the open jobs of a class are miscounted");
        Ok(())
    }

    fn check_providers() -> Result<(), TryRuntimeError> {
        let mut held = BTreeMap::<T::AccountId, Held<T>>::new();
        for (id, job) in Jobs::<T>::iter() {
            let Some(assignment) = job.state.assignment() else { continue };
            let by_job = OfferBook::<T>::exposure_by(assignment, job.training_price);
            let entry = held
                .entry(assignment.provider.clone())
                .or_insert_with(|| Held { jobs: BTreeSet::new(), exposure: Zero::zero() });
            entry.jobs.insert(id);
            entry.exposure = entry.exposure.checked_add(&by_job).ok_or("exposures overflow")?;
        }
        for (provider, record) in Providers::<T>::iter() {
            let on_hold = T::Currency::balance_on_hold(&HoldReason::ProviderBond.into(), &provider);
            ensure!(on_hold == record.bond, "a provider's hold differs from its bond");
            ensure!(record.exposure <= record.bond, "a provider's bond does not cover its exposure");
            let Held { jobs, exposure } =
                held.remove(&provider).unwrap_or(Held { jobs: BTreeSet::new(), exposure: Zero::zero() });
            let listed = ProviderJobs::<T>::get(&provider);
            ensure!(u32::try_from(jobs.len()).ok() == Some(record.open_jobs), "a provider's open jobs are miscounted");
            ensure!(
                listed.len() == jobs.len() && listed.iter().all(|id| jobs.contains(id)),
                "a provider's jobs differ"
            );
            ensure!(exposure == record.exposure, "a provider's exposure is not that of its jobs");
            let offers = OffersOf::<T>::get(&provider).len();
            ensure!(u32::try_from(offers).ok() == Some(record.offers), "a provider's offers are miscounted");
            ensure!(record.retires_at.is_none() || offers == 0, "a retired provider has an offer");
        }
        ensure!(held.is_empty(), "a job is assigned to an account that is no provider");
        let is_provider = |who: T::AccountId| Providers::<T>::contains_key(who);
        ensure!(ProviderJobs::<T>::iter_keys().all(is_provider), "a list of jobs belongs to no provider");
        ensure!(OffersOf::<T>::iter_keys().all(is_provider), "a list of offers belongs to no provider");
        Ok(())
    }

    fn check_offers() -> Result<(), TryRuntimeError> {
        let mut taken = BTreeMap::<OfferId, u32>::new();
        for job in Jobs::<T>::iter_values() {
            if let Some(assignment) = job.state.assignment() {
                let count = taken.entry(assignment.offer).or_default();
                *count = count.saturating_add(1);
            }
        }
        let mut places = BTreeSet::<OfferKey>::new();
        let mut listed = 0usize;
        for (id, offer) in Offers::<T>::iter() {
            ensure!(id < NextOfferId::<T>::get(), "an offer has an id that was not handed out");
            ensure!(OffersOf::<T>::get(&offer.provider).contains(&id), "an offer is not listed by its provider");
            listed = listed.saturating_add(1);
            ensure!(
                offer.slots_taken == taken.remove(&id).unwrap_or_default(),
                "an offer's taken slots are miscounted"
            );
            let record = Providers::<T>::get(&offer.provider).ok_or("an offer has no provider")?;
            let key = OfferBook::<T>::key_of(id, &offer).ok_or("an offer has no class")?;
            if OfferIndex::<T>::contains_key(key) {
                let may = offer.slots_taken < offer.slots && record.open_jobs < T::MaxJobsPerProvider::get();
                ensure!(may, "an offer that can take no job is in the index");
                places.insert(key);
            }
        }
        let in_lists = OffersOf::<T>::iter_values().map(|offers| offers.len()).sum::<usize>();
        ensure!(in_lists == listed, "an offer that is gone is listed");
        let indexed: BTreeSet<_> = OfferIndex::<T>::iter_keys().collect();
        ensure!(indexed == places, "an offer stands in the wrong place of the index");
        let mut firsts = BTreeMap::new();
        for key in indexed {
            // The keys come in order.
            firsts.entry(key.shelf()).or_insert(key);
        }
        let stored: BTreeSet<_> = FirstOffers::<T>::iter_values().flatten().flatten().collect();
        ensure!(firsts.into_values().eq(stored), "another offer is the first of its class and band");
        Ok(())
    }
}

/// How often each thing comes.
fn tally(things: impl Iterator<Item = Vec<u8>>) -> BTreeMap<Vec<u8>, u32> {
    things.fold(BTreeMap::new(), |mut counts, thing| {
        let count = counts.entry(thing).or_default();
        *count = count.saturating_add(1);
        counts
    })
}
