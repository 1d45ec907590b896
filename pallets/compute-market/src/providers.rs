//! What compute providers do apart from offers and jobs: registration, bond, retirement.

use crate::{offers::OfferBook, pallet::*, types::*};
use frame_support::{ensure, traits::Get};
use neurodata_primitives::*;
use sp_runtime::{
    traits::{CheckedAdd, Saturating, Zero},
    ArithmeticError, DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// The record of a provider.
    pub(crate) fn provider(who: &T::AccountId) -> Result<ProviderOf<T>, DispatchError> {
        Providers::<T>::get(who).ok_or(Error::<T>::ProviderNotFound.into())
    }

    pub(crate) fn do_register_provider(provider: T::AccountId, bond: BalanceOf<T>) -> DispatchResult {
        ensure!(!Providers::<T>::contains_key(&provider), Error::<T>::AlreadyExists);
        ensure!(bond >= T::ProviderBond::get(), Error::<T>::BondTooLow);
        Self::hold_bond(&provider, bond)?;
        let record = ProviderRecord { bond, exposure: Zero::zero(), open_jobs: 0, offers: 0, retires_at: None };
        Providers::<T>::insert(&provider, record);
        Self::deposit_event(Event::ProviderRegistered { provider, bond });
        Ok(())
    }

    /// Retire a provider. Returns how many offers were withdrawn.
    pub(crate) fn do_retire_provider(provider: T::AccountId) -> Result<u32, DispatchError> {
        let mut record = Self::provider(&provider)?;
        ensure!(record.retires_at.is_none(), Error::<T>::Retired);
        let retires_at = Self::now().saturating_add(T::RetirePeriod::get());
        let withdrawn = record.offers;
        for id in OffersOf::<T>::get(&provider) {
            if let Some(offer) = Offers::<T>::get(id) {
                OfferBook::<T>::remove(&provider, id, &offer, &mut record);
            }
        }
        Providers::<T>::insert(&provider, ProviderRecord { retires_at: Some(retires_at), ..record });
        Self::deposit_event(Event::ProviderRetired { provider, retires_at });
        Ok(withdrawn)
    }

    /// Add to a bond. Returns how many offers the provider has.
    pub(crate) fn do_add_bond(provider: T::AccountId, amount: BalanceOf<T>) -> Result<u32, DispatchError> {
        let mut record = Self::provider(&provider)?;
        ensure!(record.retires_at.is_none(), Error::<T>::Retired);
        let bond = record.bond.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
        Self::hold_bond(&provider, amount)?;
        record.bond = bond;
        let offers = OfferBook::<T>::place_all(&provider, &record);
        Providers::<T>::insert(&provider, record);
        Self::deposit_event(Event::BondAdded { provider, amount, bond });
        Ok(offers)
    }

    pub(crate) fn do_withdraw_bond(provider: T::AccountId) -> DispatchResult {
        let record = Self::provider(&provider)?;
        let retires_at = record.retires_at.ok_or(Error::<T>::NotRetired)?;
        ensure!(Self::now() >= retires_at, Error::<T>::TooEarly);
        ensure!(record.open_jobs == 0, Error::<T>::JobsOpen);
        Self::release_bond(&provider, record.bond)?;
        Providers::<T>::remove(&provider);
        Self::deposit_event(Event::BondWithdrawn { provider, bond: record.bond });
        Ok(())
    }
}
