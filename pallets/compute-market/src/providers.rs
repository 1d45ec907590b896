//! What compute providers do apart from jobs: registration, bond, offer, retirement.

use crate::{matching::OfferBook, pallet::*, types::*};
use frame_support::{ensure, traits::Get};
use neurodata_primitives::*;
use sp_runtime::{
    traits::{CheckedAdd, Saturating, Zero},
    ArithmeticError, DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
    fn provider(who: &T::AccountId) -> Result<ProviderOf<T>, DispatchError> {
        Providers::<T>::get(who).ok_or(Error::<T>::ProviderNotFound.into())
    }

    pub(crate) fn do_register_provider(provider: T::AccountId, bond: BalanceOf<T>) -> DispatchResult {
        ensure!(!Providers::<T>::contains_key(&provider), Error::<T>::AlreadyExists);
        ensure!(bond >= T::ProviderBond::get(), Error::<T>::BondTooLow);
        Self::hold_bond(&provider, bond)?;
        Providers::<T>::insert(&provider, ProviderRecord { bond, open_jobs: 0, retires_at: None });
        Self::deposit_event(Event::ProviderRegistered { provider, bond });
        Ok(())
    }

    pub(crate) fn do_set_offer(
        provider: T::AccountId,
        capability: Capability,
        unit_price: BalanceOf<T>,
        slots: u32,
    ) -> DispatchResult {
        let record = Self::provider(&provider)?;
        ensure!(record.retires_at.is_none(), Error::<T>::Retired);
        ensure!(Self::covers(record.bond, 1), Error::<T>::BondTooLow);
        let is_sane = !unit_price.is_zero() && slots > 0 && capability.cores > 0 && capability.memory_mib > 0;
        ensure!(is_sane, Error::<T>::InvalidOffer);
        let offer = OfferRecord { capability, unit_price, slots, slots_taken: record.open_jobs };
        OfferBook::<T>::insert(&provider, offer)?;
        Self::deposit_event(Event::OfferSet { provider, capability, slots, unit_price });
        Ok(())
    }

    pub(crate) fn do_withdraw_offer(provider: T::AccountId) -> DispatchResult {
        ensure!(OfferBook::<T>::remove(&provider), Error::<T>::OfferNotFound);
        Self::deposit_event(Event::OfferWithdrawn { provider });
        Ok(())
    }

    pub(crate) fn do_retire_provider(provider: T::AccountId) -> DispatchResult {
        let record = Self::provider(&provider)?;
        ensure!(record.retires_at.is_none(), Error::<T>::Retired);
        let retires_at = Self::now().saturating_add(T::RetirePeriod::get());
        OfferBook::<T>::remove(&provider);
        Providers::<T>::insert(&provider, ProviderRecord { retires_at: Some(retires_at), ..record });
        Self::deposit_event(Event::ProviderRetired { provider, retires_at });
        Ok(())
    }

    pub(crate) fn do_add_bond(provider: T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        let record = Self::provider(&provider)?;
        ensure!(record.retires_at.is_none(), Error::<T>::Retired);
        let bond = record.bond.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
        Self::hold_bond(&provider, amount)?;
        Providers::<T>::insert(&provider, ProviderRecord { bond, ..record });
        Self::deposit_event(Event::BondAdded { provider, amount, bond });
        Ok(())
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
