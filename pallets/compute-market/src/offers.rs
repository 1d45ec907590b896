//! Offers, and the part of a provider's record that follows from its offers and jobs.

use crate::{
    index::{OfferKey, Shelves},
    pallet::*,
    types::*,
};
use core::marker::PhantomData;
use frame_support::{defensive, defensive_assert, ensure, traits::Get};
use neurodata_primitives::{machine::band, seams::Reputation, *};
use sp_runtime::{
    traits::{CheckedAdd, Saturating, Zero},
    ArithmeticError, DispatchError, DispatchResult,
};

/// The offers and who made them. Owns [`Offers`], [`OffersOf`] and [`ProviderJobs`], and writes [`Providers`] whenever offers
/// or jobs come or go, so that the index always agrees with them.
pub(crate) struct OfferBook<T>(PhantomData<T>);

impl<T: Config> OfferBook<T> {
    /// Where an offer stands when it is in the index.
    pub fn key_of(id: OfferId, offer: &OfferOf<T>) -> Option<OfferKey> {
        let class = offer.capability.offered_class()?;
        Some(OfferKey::new(class, offer.band, offer.unit_price, id))
    }

    /// Whether an offer can take a job at all: that is when it is in the index.
    pub fn is_ready(offer: &OfferOf<T>, provider: &ProviderOf<T>) -> bool {
        provider.retires_at.is_none()
            && offer.slots_taken < offer.slots
            && provider.open_jobs < T::MaxJobsPerProvider::get()
            && Self::covers(provider, Pallet::<T>::least_penalty())
    }

    /// Whether a provider's bond covers `exposure` beside what it covers already.
    pub fn covers(provider: &ProviderOf<T>, exposure: BalanceOf<T>) -> bool {
        provider.exposure.checked_add(&exposure).is_some_and(|sum| sum <= provider.bond)
    }

    /// What a provider could lose by a job: one penalty and, as damages, the training price.
    ///
    /// A penalty that was taken while the provider still holds the job, for a skipped known-answer task, is zero in the
    /// assignment from then on. Saturates, at what no bond covers.
    pub fn exposure_by(assignment: &AssignmentOf<T>, training_price: BalanceOf<T>) -> BalanceOf<T> {
        assignment.penalty.saturating_add(training_price)
    }

    /// Store a new offer of `provider`.
    pub fn add(
        provider: &T::AccountId,
        offer: OfferOf<T>,
        mut record: ProviderOf<T>,
    ) -> Result<OfferId, DispatchError> {
        let id = NextOfferId::<T>::get();
        let next = id.next().ok_or(ArithmeticError::Overflow)?;
        OffersOf::<T>::try_append(provider, id).map_err(|_| Error::<T>::MaxOffersExceeded)?;
        NextOfferId::<T>::put(next);
        record.offers = record.offers.saturating_add(1);
        Self::put(id, &offer, &record);
        Providers::<T>::insert(provider, record);
        Ok(id)
    }

    /// Replace an offer.
    pub fn replace(id: OfferId, old: &OfferOf<T>, new: OfferOf<T>, record: &ProviderOf<T>) {
        Self::take_out(id, old);
        Self::put(id, &new, record);
    }

    /// Remove an offer of `provider`.
    pub fn remove(provider: &T::AccountId, id: OfferId, offer: &OfferOf<T>, record: &mut ProviderOf<T>) {
        Self::take_out(id, offer);
        Offers::<T>::remove(id);
        OffersOf::<T>::mutate_exists(provider, |offers| {
            if let Some(list) = offers.as_mut() {
                list.retain(|other| *other != id);
            }
            *offers = offers.take().filter(|list| !list.is_empty());
        });
        record.offers = record.offers.saturating_sub(1);
    }

    fn put(id: OfferId, offer: &OfferOf<T>, record: &ProviderOf<T>) {
        if let Some(key) = Self::key_of(id, offer) {
            Shelves::<T>::set(key, Self::is_ready(offer, record));
        }
        Offers::<T>::insert(id, offer);
    }

    fn take_out(id: OfferId, offer: &OfferOf<T>) {
        if let Some(key) = Self::key_of(id, offer) {
            Shelves::<T>::set(key, false);
        }
    }

    /// Put one offer where it belongs: under `band`, and in or out of the index. Writes only what changes.
    pub fn place(id: OfferId, offer: &mut OfferOf<T>, record: &ProviderOf<T>, band: u8) {
        if offer.band == band {
            if let Some(key) = Self::key_of(id, offer) {
                Shelves::<T>::set(key, Self::is_ready(offer, record));
            }
        } else {
            Self::take_out(id, offer);
            offer.band = band;
            Self::put(id, offer, record);
        }
    }

    /// Put all offers of `provider` where they belong. Returns how many there are.
    pub fn place_all(provider: &T::AccountId, record: &ProviderOf<T>) -> u32 {
        let band = band(T::Reputation::of(provider));
        for id in OffersOf::<T>::get(provider) {
            match Offers::<T>::get(id) {
                Some(mut offer) => Self::place(id, &mut offer, record, band),
                // `add` and `remove` write both; qed.
                None => {
                    defensive!("a listed offer is missing");
                },
            }
        }
        record.offers
    }

    /// Note that a provider holds `job` from now on.
    pub fn take_job(id: JobId, assignment: &AssignmentOf<T>, training_price: BalanceOf<T>) {
        let provider = &assignment.provider;
        let Some(mut record) = Providers::<T>::get(provider) else {
            // The offer that was found is one of a registered provider; qed.
            defensive!("an offer's provider is missing");
            return;
        };
        record.open_jobs = record.open_jobs.saturating_add(1);
        record.exposure = record.exposure.saturating_add(Self::exposure_by(assignment, training_price));
        // A provider with as many jobs as it may hold is not eligible; qed.
        defensive_assert!(
            ProviderJobs::<T>::try_append(provider, id).is_ok(),
            "an eligible provider has room for a job"
        );
        Offers::<T>::mutate_extant(assignment.offer, |offer| offer.slots_taken = offer.slots_taken.saturating_add(1));
        Self::place_all(provider, &record);
        Providers::<T>::insert(provider, record);
    }

    /// Note that the jobs of a provider could cost it `amount` less than before; `record` is its record with the bond as it is now.
    pub fn expose_less(provider: &T::AccountId, amount: BalanceOf<T>, mut record: ProviderOf<T>) {
        record.exposure = record.exposure.saturating_sub(amount);
        Self::place_all(provider, &record);
        Providers::<T>::insert(provider, record);
    }

    /// Note that a provider does not hold `job` any more; `record` is its record with the bond as it is now.
    ///
    /// The offer may have been withdrawn meanwhile.
    pub fn leave_job(id: JobId, assignment: &AssignmentOf<T>, training_price: BalanceOf<T>, mut record: ProviderOf<T>) {
        let provider = &assignment.provider;
        record.open_jobs = record.open_jobs.saturating_sub(1);
        record.exposure = record.exposure.saturating_sub(Self::exposure_by(assignment, training_price));
        ProviderJobs::<T>::mutate_exists(provider, |jobs| {
            if let Some(list) = jobs.as_mut() {
                list.retain(|other| *other != id);
            }
            *jobs = jobs.take().filter(|list| !list.is_empty());
        });
        Offers::<T>::mutate_extant(assignment.offer, |offer| offer.slots_taken = offer.slots_taken.saturating_sub(1));
        Self::place_all(provider, &record);
        Providers::<T>::insert(provider, record);
    }

    /// Note that a provider does not hold `job` any more and lost nothing.
    pub fn free(id: JobId, assignment: &AssignmentOf<T>, training_price: BalanceOf<T>) {
        match Providers::<T>::get(&assignment.provider) {
            Some(record) => Self::leave_job(id, assignment, training_price, record),
            // A provider with open jobs cannot withdraw its bond, and nothing else removes its record; qed.
            None => {
                defensive!("a job's provider is missing");
            },
        }
    }
}

impl<T: Config> Pallet<T> {
    fn ensure_offer(capability: &Capability, unit_price: BalanceOf<T>, slots: u32) -> DispatchResult {
        let is_sane = slots > 0 && !unit_price.is_zero() && unit_price >= T::MinUnitPrice::get();
        ensure!(is_sane && capability.offered_class().is_some(), Error::<T>::InvalidOffer);
        Ok(())
    }

    /// An offer that is `provider`'s own.
    fn own_offer(provider: &T::AccountId, id: OfferId) -> Result<OfferOf<T>, DispatchError> {
        let offer = Offers::<T>::get(id).ok_or(Error::<T>::OfferNotFound)?;
        ensure!(offer.provider == *provider, Error::<T>::NotAuthorized);
        Ok(offer)
    }

    pub(crate) fn do_add_offer(
        provider: T::AccountId,
        capability: Capability,
        unit_price: BalanceOf<T>,
        slots: u32,
    ) -> DispatchResult {
        let record = Self::provider(&provider)?;
        ensure!(record.retires_at.is_none(), Error::<T>::Retired);
        Self::ensure_offer(&capability, unit_price, slots)?;
        ensure!(record.offers < T::MaxOffersPerProvider::get(), Error::<T>::MaxOffersExceeded);
        // Saturates at what no bond covers.
        let needed = Self::least_penalty().saturating_mul(record.offers.saturating_add(1).into());
        ensure!(record.bond >= needed, Error::<T>::BondTooLow);
        let band = band(T::Reputation::of(&provider));
        let offer = OfferRecord { provider: provider.clone(), capability, unit_price, slots, slots_taken: 0, band };
        let id = OfferBook::<T>::add(&provider, offer, record)?;
        Self::deposit_event(Event::OfferAdded { offer: id, provider, capability, slots, unit_price });
        Ok(())
    }

    pub(crate) fn do_update_offer(
        provider: T::AccountId,
        id: OfferId,
        capability: Capability,
        unit_price: BalanceOf<T>,
        slots: u32,
    ) -> DispatchResult {
        let old = Self::own_offer(&provider, id)?;
        let record = Self::provider(&provider)?;
        Self::ensure_offer(&capability, unit_price, slots)?;
        let band = band(T::Reputation::of(&provider));
        let new = OfferRecord { capability, unit_price, slots, band, ..old.clone() };
        OfferBook::<T>::replace(id, &old, new, &record);
        Self::deposit_event(Event::OfferUpdated { offer: id, provider, capability, slots, unit_price });
        Ok(())
    }

    pub(crate) fn do_withdraw_offer(provider: T::AccountId, id: OfferId) -> DispatchResult {
        let offer = Self::own_offer(&provider, id)?;
        let mut record = Self::provider(&provider)?;
        OfferBook::<T>::remove(&provider, id, &offer, &mut record);
        Providers::<T>::insert(&provider, record);
        Self::deposit_event(Event::OfferWithdrawn { offer: id, provider });
        Ok(())
    }

    /// Put the offers of `provider` where they belong. Returns how many there are.
    pub(crate) fn do_refresh_offers(provider: T::AccountId) -> Result<u32, DispatchError> {
        let record = Self::provider(&provider)?;
        Ok(OfferBook::<T>::place_all(&provider, &record))
    }
}
