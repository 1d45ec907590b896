//! What must hold between any two blocks.
#![cfg(any(feature = "try-runtime", test))]

use crate::{pallet::*, types::*};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{
    ensure,
    traits::fungible::{Inspect, InspectHold},
};
use neurodata_primitives::*;
use sp_runtime::{
    traits::{CheckedAdd, Zero},
    TryRuntimeError,
};

impl<T: Config> Pallet<T> {
    /// Check every invariant of the market.
    ///
    /// - The escrow account holds the escrows of all jobs and the existential deposit; a closed job has no escrow.
    /// - The escrow of a job covers its price, and the training price until that is paid, which a submitted result
    ///   does.
    /// - The deposit hold of every job owner is the sum of its jobs' deposits.
    /// - The bond hold of every provider is its bond.
    /// - Open jobs and taken slots are the jobs that are assigned.
    /// - Offers and index agree, and the index is sorted; a retired provider has no offer.
    /// - The queue holds exactly the open jobs.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_jobs()?;
        Self::check_providers()?;
        Self::check_offers()
    }

    fn check_jobs() -> Result<(), TryRuntimeError> {
        let mut escrows = BalanceOf::<T>::zero();
        let mut deposits = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
        let mut open = BTreeSet::new();
        for (id, job) in Jobs::<T>::iter() {
            ensure!(id < NextJobId::<T>::get(), "a job has an id that was not handed out");
            escrows = escrows.checked_add(&job.escrow).ok_or("escrows overflow")?;
            let sum = deposits.entry(job.owner.clone()).or_insert_with(Zero::zero);
            *sum = sum.checked_add(&job.deposit).ok_or("deposits overflow")?;
            let unpaid = if job.training_paid { Zero::zero() } else { job.training_price };
            match &job.state {
                JobState::Open { .. } => {
                    open.insert(id);
                },
                JobState::Matched { price, .. }
                | JobState::AwaitingKey { price, .. }
                | JobState::Running { price, .. } => {
                    let owed = price.checked_add(&unpaid).ok_or("prices overflow")?;
                    ensure!(owed <= job.escrow, "a job's prices exceed its escrow");
                },
                JobState::Evaluating { price, .. } => {
                    ensure!(*price <= job.escrow, "a job's price exceeds its escrow");
                    ensure!(job.training_paid, "a result was submitted without the training price being paid");
                },
                JobState::Closed { .. } => ensure!(job.escrow.is_zero(), "a closed job has an escrow"),
            }
            if let Some(provider) = job.state.provider() {
                ensure!(!job.failed_providers.contains(provider), "a provider has a job that it failed before");
            }
        }
        let needed = escrows.checked_add(&T::Currency::minimum_balance()).ok_or("escrows overflow")?;
        let balance = T::Currency::balance(&Self::escrow_account());
        ensure!(balance >= needed, "the escrow account does not cover the escrows");
        for (owner, sum) in deposits {
            let held = T::Currency::balance_on_hold(&HoldReason::JobDeposit.into(), &owner);
            ensure!(held == sum, "a job owner's hold differs from its deposits");
        }
        let queue = OpenJobs::<T>::get();
        let queued: BTreeSet<_> = queue.iter().copied().collect();
        ensure!(queued.len() == queue.len(), "a job is queued twice");
        ensure!(queued == open, "the queue differs from the open jobs");
        Ok(())
    }

    fn check_providers() -> Result<(), TryRuntimeError> {
        let mut assigned = BTreeMap::<T::AccountId, u32>::new();
        for provider in Jobs::<T>::iter_values().filter_map(|job| job.state.provider().cloned()) {
            let count = assigned.entry(provider).or_default();
            *count = count.saturating_add(1);
        }
        for (provider, record) in Providers::<T>::iter() {
            let held = T::Currency::balance_on_hold(&HoldReason::ProviderBond.into(), &provider);
            ensure!(held == record.bond, "a provider's hold differs from its bond");
            let jobs = assigned.remove(&provider).unwrap_or_default();
            ensure!(jobs == record.open_jobs, "a provider's open jobs are miscounted");
        }
        ensure!(assigned.is_empty(), "a job is assigned to an account that is no provider");
        Ok(())
    }

    fn check_offers() -> Result<(), TryRuntimeError> {
        let index = OfferIndex::<T>::get();
        ensure!(index.is_sorted_by_key(|(price, _)| *price), "the offer index is not sorted");
        ensure!(index.len() == Offers::<T>::iter_keys().count(), "index and offers differ in number");
        for (provider, offer) in Offers::<T>::iter() {
            let entries = index.iter().filter(|(price, other)| *price == offer.unit_price && *other == provider);
            ensure!(entries.count() == 1, "an offer is not in the index once, at its price");
            let record = Providers::<T>::get(&provider).ok_or("an offer has no provider")?;
            ensure!(record.retires_at.is_none(), "a retired provider has an offer");
            ensure!(record.open_jobs == offer.slots_taken, "an offer's taken slots are miscounted");
        }
        Ok(())
    }
}
