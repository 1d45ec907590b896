//! What holds between two calls, whatever they were.

use crate::{lineage::Lineage, pallet::*, types::*};
use alloc::collections::BTreeMap;
use frame_support::{
    ensure,
    traits::fungible::{Inspect, InspectHold},
};
use neurodata_primitives::{ListingState, ModelId};
use sp_runtime::{
    traits::{Saturating, Zero},
    TryRuntimeError,
};

impl<T: Config> Pallet<T> {
    /// Check every invariant of the pallet's storage, holds and pot.
    ///
    /// - Ids in use are below the next one, scores within 1 to 100, and models and jobs know each other.
    /// - Every parent has a lower id than its child, so that there is no cycle; depth and ancestors follow from the
    ///   parents and are within their limits; no split of royalties exceeds the whole.
    /// - A listing's seller owns the model, which may be published; a condemned model is not for sale; without open
    ///   sales there is no exposure.
    /// - For each seller the money on hold equals the stakes of the seller's listings.
    /// - The total of pending income is the sum over the models, and the pot holds it beside the existential deposit.
    ///   More, if somebody donated.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_models()?;
        Self::check_listings()?;
        Self::check_incomes()
    }

    fn check_models() -> Result<(), TryRuntimeError> {
        let next = NextModelId::<T>::get();
        for (model, record) in Models::<T>::iter() {
            ensure!(model < next, "a model has an id that was not handed out");
            ensure!((1..=100).contains(&record.score), "a score is not within 1 to 100");
            ensure!(ModelsByJob::<T>::get(record.job) == Some(model), "a job does not know its model");
            ensure!(record.royalty.is_valid(), "royalties exceed the whole");
            Self::check_lineage(model, &record)?;
        }
        for (job, model) in ModelsByJob::<T>::iter() {
            let record = Models::<T>::get(model);
            ensure!(record.is_some_and(|record| record.job == job), "a job knows a model that it did not make");
        }
        Ok(())
    }

    fn check_lineage(model: ModelId, record: &ModelRecordOf<T>) -> Result<(), TryRuntimeError> {
        let mut lineage = Lineage::default();
        for parent in &record.parents {
            ensure!(*parent < model, "a parent is not older than its child");
            lineage = lineage.with_parent(&Models::<T>::get(parent).ok_or("a parent does not exist")?);
        }
        let stored = Lineage { depth: record.depth, ancestors: record.ancestors };
        ensure!(stored == lineage, "depth or ancestors do not follow from the parents");
        ensure!(lineage.ensure_within_limits().is_ok(), "a lineage exceeds its limits");
        Ok(())
    }

    fn check_listings() -> Result<(), TryRuntimeError> {
        let mut stakes = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
        for (model, listing) in Listings::<T>::iter() {
            let record = Models::<T>::get(model).ok_or("a listing has no model")?;
            ensure!(record.owner == listing.seller, "a model is sold by somebody who does not own it");
            ensure!(record.uses.publish_model, "a model is sold that may not be published");
            ensure!(!listing.condemned || listing.state != ListingState::Listed, "a condemned model is for sale");
            ensure!(listing.open_sales > 0 || listing.exposure.is_zero(), "there is exposure without open sales");
            let stake = stakes.entry(listing.seller).or_insert_with(Zero::zero);
            *stake = stake.saturating_add(listing.stake);
        }
        for (seller, stake) in stakes {
            let held = T::Currency::balance_on_hold(&HoldReason::ModelStake.into(), &seller);
            ensure!(held == stake, "a seller's hold differs from the stakes");
        }
        Ok(())
    }

    fn check_incomes() -> Result<(), TryRuntimeError> {
        let mut sum = BalanceOf::<T>::zero();
        for (model, income) in Incomes::<T>::iter() {
            ensure!(Models::<T>::contains_key(model), "an income has no model");
            ensure!(income.pending <= income.total, "more is pending than came in");
            sum = sum.saturating_add(income.pending);
        }
        ensure!(sum == TotalPending::<T>::get(), "the total differs from the sum of pending income");
        let covered = sum.saturating_add(T::Currency::minimum_balance());
        ensure!(T::Currency::balance(&Self::pot()) >= covered, "the pot does not cover the pending income");
        Ok(())
    }
}
