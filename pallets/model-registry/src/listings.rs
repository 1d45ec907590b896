//! Models for sale: terms, stake, and what the sales ask.

use crate::{pallet::*, types::*};
use alloc::vec::Vec;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{fungible::MutateHold, tokens::Precision, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_pallet_support::{Breach, OwedKey, Slashed, StakeRules};
use neurodata_primitives::{
    model::file_chunks,
    seams::{SaleEnd, SaleQuote, Saleable},
    LicenceKind, ListingState, ModelId, ModelListing, ModelPackage, PackageCommitment, PurchaseId, UseSet,
};
use sp_runtime::{
    traits::{CheckedAdd, CheckedSub, Saturating, Zero},
    ArithmeticError, DispatchError,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_list_model(
        owner: T::AccountId,
        model: ModelId,
        package: ModelPackage,
        uris: Uris,
        terms: ModelTermsOf<T>,
        stake: BalanceOf<T>,
    ) -> DispatchResult {
        let record = Self::model_of(&owner, model)?;
        ensure!(!Listings::<T>::contains_key(model), Error::<T>::Listed);
        ensure!(record.uses.publish_model, Error::<T>::NotPublishable);
        ensure!(file_chunks(record.result.model_bytes).is_some(), Error::<T>::MaxChunksExceeded);
        Self::ensure_sane(&terms, record.uses).map_err(Error::<T>::InvalidTerms)?;
        ensure!(!uris.is_empty() && uris.iter().all(|uri| !uri.is_empty()), Error::<T>::InvalidUris);
        ensure!(stake >= T::MinimumModelStake::get(), Error::<T>::StakeTooLow);

        T::Currency::hold(&HoldReason::ModelStake.into(), &owner, stake)?;
        let listing = ModelListing {
            seller: owner.clone(),
            package,
            uris,
            terms,
            stake,
            state: ListingState::Listed,
            condemned: false,
            open_sales: 0,
            exposure: Zero::zero(),
        };
        Listings::<T>::insert(model, listing);
        Self::deposit_event(Event::ModelListed { model, seller: owner, stake });
        Ok(())
    }

    pub(crate) fn do_update_model_terms(
        owner: T::AccountId,
        model: ModelId,
        terms: ModelTermsOf<T>,
    ) -> DispatchResult {
        let record = Self::model_of(&owner, model)?;
        let mut listing = Self::listed_of(model)?;
        Self::ensure_sane(&terms, record.uses).map_err(Error::<T>::InvalidTerms)?;
        listing.terms = terms;
        Listings::<T>::insert(model, listing);
        Self::deposit_event(Event::ModelTermsUpdated { model });
        Ok(())
    }

    pub(crate) fn do_add_model_stake(owner: T::AccountId, model: ModelId, amount: BalanceOf<T>) -> DispatchResult {
        Self::model_of(&owner, model)?;
        let mut listing = Self::listed_of(model)?;
        ensure!(!amount.is_zero(), Error::<T>::StakeTooLow);
        listing.stake = listing.stake.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;

        T::Currency::hold(&HoldReason::ModelStake.into(), &owner, amount)?;
        Listings::<T>::insert(model, listing);
        Self::deposit_event(Event::ModelStakeAdded { model, amount });
        Ok(())
    }

    pub(crate) fn do_delist_model(owner: T::AccountId, model: ModelId) -> DispatchResult {
        Self::model_of(&owner, model)?;
        let mut listing = Self::listed_of(model)?;
        Self::delist(model, &mut listing);
        Listings::<T>::insert(model, listing);
        Ok(())
    }

    pub(crate) fn do_withdraw_model_stake(owner: T::AccountId, model: ModelId) -> DispatchResult {
        Self::model_of(&owner, model)?;
        let listing = Listings::<T>::get(model).ok_or(Error::<T>::NotListed)?;
        let ListingState::Delisted { unlocks_at } = listing.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() >= unlocks_at, Error::<T>::TooEarly);
        ensure!(listing.open_sales == 0, Error::<T>::SalesOpen);

        let amount = listing.stake;
        // Slashing may have left nothing, and the account may be gone with it.
        if !amount.is_zero() {
            T::Currency::release(&HoldReason::ModelStake.into(), &owner, amount, Precision::Exact)?;
        }
        Listings::<T>::remove(model);
        Self::deposit_event(Event::ModelStakeWithdrawn { model, owner, amount });
        Ok(())
    }

    /// Model versions from `start` on in ascending order of id, of `owner` alone if one is named, and those for sale
    /// alone if asked: at most `limit`.
    ///
    /// With them the id to go on from; `None` at the end. A page may be short of `limit`, even empty, and yet not be
    /// the last: at most [`LOOKED_AT_PER_LISTED`] times `limit` records are looked at.
    pub fn list(
        start: ModelId,
        limit: u32,
        owner: Option<T::AccountId>,
        listed_only: bool,
    ) -> (Vec<ModelEntryOf<T>>, Option<ModelId>) {
        let end = NextModelId::<T>::get();
        let (mut page, mut at) = (Vec::new(), start);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        for _ in 0..limit.saturating_mul(LOOKED_AT_PER_LISTED) {
            if at >= end || page.len() >= most {
                break;
            }
            let listing = Listings::<T>::get(at);
            let is_listed = listing.as_ref().is_some_and(|listing| listing.state == ListingState::Listed);
            let is_asked_for = |record: &ModelRecordOf<T>| {
                (is_listed || !listed_only) && owner.as_ref().is_none_or(|owner| *owner == record.owner)
            };
            if let Some(record) = Models::<T>::get(at).filter(is_asked_for) {
                page.push((at, record, listing, Incomes::<T>::get(at)));
            }
            at = at.next().unwrap_or(end);
        }
        (page, Some(at).filter(|at| *at < end))
    }

    /// The listing of `model`, if it is for sale.
    fn listed_of(model: ModelId) -> Result<ModelListingOf<T>, Error<T>> {
        let listing = Listings::<T>::get(model).ok_or(Error::<T>::NotListed)?;
        ensure!(listing.state == ListingState::Listed, Error::<T>::InvalidState);
        Ok(listing)
    }

    /// The listing of `model`, if copies of it are sold.
    fn for_sale(model: ModelId) -> Result<ModelListingOf<T>, DispatchError> {
        let listing = Listings::<T>::get(model).ok_or(Error::<T>::NotForSale(SaleRefusal::NotListed))?;
        ensure_sale::<T>(listing.state == ListingState::Listed, SaleRefusal::Delisted)?;
        Ok(listing)
    }

    /// Refuse terms that nobody could buy on, or that go beyond what the data permits.
    fn ensure_sane(terms: &ModelTermsOf<T>, uses: UseSet) -> Result<(), TermsIssue> {
        let licences = &terms.licences;
        ensure!(!licences.is_empty(), TermsIssue::NoLicence);
        let is_ascending = licences.iter().zip(licences.iter().skip(1)).all(|(one, next)| one.kind < next.kind);
        ensure!(is_ascending, TermsIssue::Order);
        ensure!(licences.iter().all(|offer| offer.duration != Some(Zero::zero())), TermsIssue::Duration);
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(terms.expires_at.is_none_or(|last| now <= last), TermsIssue::Expired);
        ensure!(terms.allowed.as_ref().is_none_or(|allowed| !allowed.is_empty()), TermsIssue::NoBuyers);
        let is_personal = licences.iter().all(|offer| offer.kind == LicenceKind::Personal);
        ensure!(uses.commercial || is_personal, TermsIssue::NotCommercial);
        Ok(())
    }

    /// What a stake must cover and what breaches cost now.
    fn stake_rules() -> StakeRules<BalanceOf<T>> {
        StakeRules {
            minimum: T::MinimumModelStake::get(),
            cover: T::SaleCover::get(),
            wrong_key: T::SaleSlash::get(),
            missed_key: T::NonDeliverySlash::get(),
        }
    }

    /// What would be open with another sale at `price`; fails if the stake doesn't cover that by [`StakeRules::covers`].
    fn ensure_covered(listing: &ModelListingOf<T>, price: BalanceOf<T>) -> Result<BalanceOf<T>, DispatchError> {
        let exposure = listing.exposure.checked_add(&price).ok_or(ArithmeticError::Overflow)?;
        ensure_sale::<T>(Self::stake_rules().covers(listing.stake, exposure), SaleRefusal::Stake)?;
        Ok(exposure)
    }

    /// End the sale of `model` and lock its stake. The caller stores the listing.
    fn delist(model: ModelId, listing: &mut ModelListingOf<T>) {
        let unlocks_at = frame_system::Pallet::<T>::block_number().saturating_add(T::ModelStakeLockPeriod::get());
        listing.state = ListingState::Delisted { unlocks_at };
        Self::deposit_event(Event::ModelDelisted { model, unlocks_at });
    }

    /// Let the seller of `model` answer for `breach`, whose cost is reckoned from `basis`: the stake is slashed and the
    /// penalty noted; a sealed file that was proved bad is condemned; a listed model whose stake falls below the minimum is
    /// delisted. The caller stores the listing.
    fn punish(
        model: ModelId,
        listing: &mut ModelListingOf<T>,
        basis: BalanceOf<T>,
        breach: &Breach<T::AccountId>,
    ) {
        let (rules, reason) = (Self::stake_rules(), HoldReason::ModelStake.into());
        let (seller, stake) = (listing.seller.clone(), &mut listing.stake);
        let Slashed { amount, burned, .. } =
            breach.slash::<T::Currency, T::OnBurn, T::Reputation>(&rules, &reason, &seller, stake, basis);
        let is_short = !amount.is_zero() && listing.stake < rules.minimum;
        if !amount.is_zero() {
            Self::deposit_event(Event::ModelStakeSlashed { model, seller, amount, burned });
        }
        let fault = breach.condemning_fault();
        if listing.state == ListingState::Listed && (is_short || fault.is_some()) {
            Self::delist(model, listing);
        }
        if let Some(fault) = fault.filter(|_| !listing.condemned) {
            listing.condemned = true;
            Self::deposit_event(Event::ModelCondemned { model, fault });
        }
    }
}

impl<T: Config> Saleable<ModelId, T::AccountId, BalanceOf<T>, BlockNumberFor<T>> for Pallet<T> {
    /// Fails with [`Error::NotForSale`] unless the model is listed, and its terms offer this licence today and to this
    /// buyer.
    fn quote(
        model: ModelId,
        buyer: &T::AccountId,
        licence: LicenceKind,
    ) -> Result<SaleQuote<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>, DispatchError> {
        let listing = Self::for_sale(model)?;
        let offer = listing.terms.licences.iter().find(|offer| offer.kind == licence);
        let offer = *offer.ok_or(Error::<T>::NotForSale(SaleRefusal::Licence))?;
        let is_allowed = listing.terms.allowed.as_ref().is_none_or(|allowed| allowed.contains(buyer));
        ensure_sale::<T>(is_allowed, SaleRefusal::Buyer)?;
        let now = frame_system::Pallet::<T>::block_number();
        ensure_sale::<T>(listing.terms.expires_at.is_none_or(|last| now <= last), SaleRefusal::TermsExpired)?;
        // Saturating: a licence that outlasts the block numbers has no end.
        let licence_expires_at = offer.duration.map(|duration| now.saturating_add(duration));
        Ok(SaleQuote { seller: listing.seller, price: offer.price, licence_expires_at })
    }

    /// Always fails: whether a model is what it claims was decided by the committee of its job.
    fn inspected_seller(_: ModelId) -> Result<T::AccountId, DispatchError> {
        Err(Error::<T>::NotInspectable.into())
    }

    fn package(model: ModelId) -> Option<PackageCommitment> {
        let result = Models::<T>::get(model)?.result;
        Listings::<T>::get(model)?.package.commitment(result.model, result.model_bytes)
    }

    fn is_condemned(model: ModelId) -> bool {
        Listings::<T>::get(model).is_some_and(|listing| listing.condemned)
    }

    fn open_sale(model: ModelId, price: BalanceOf<T>) -> DispatchResult {
        let mut listing = Self::for_sale(model)?;
        listing.exposure = Self::ensure_covered(&listing, price)?;
        listing.open_sales = listing.open_sales.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        Listings::<T>::insert(model, listing);
        Ok(())
    }

    /// The pot of this pallet: the price waits there until it is shared.
    fn income_account(_: ModelId) -> T::AccountId {
        Self::pot()
    }

    /// Fails with [`Error::InvalidState`] if no sale at this price is open, and with [`Error::Unfunded`] if the price
    /// of a settled sale does not lie in the pot.
    fn close_sale(
        model: ModelId,
        purchase: PurchaseId,
        price: BalanceOf<T>,
        basis: BalanceOf<T>,
        end: SaleEnd<T::AccountId>,
    ) -> DispatchResult {
        let mut listing = Listings::<T>::get(model).ok_or(Error::<T>::NotListed)?;
        listing.open_sales = listing.open_sales.checked_sub(1).ok_or(Error::<T>::InvalidState)?;
        listing.exposure = listing.exposure.checked_sub(&price).ok_or(Error::<T>::InvalidState)?;
        match end {
            SaleEnd::Settled { .. } => Self::take_in(model, purchase, price)?,
            SaleEnd::Attested { .. } => return Err(Error::<T>::NotInspectable.into()),
            SaleEnd::NotDelivered { wronged, reporter } => {
                let breach = Breach::missed(OwedKey::Copy(purchase), wronged, reporter);
                Self::punish(model, &mut listing, basis, &breach);
            },
            SaleEnd::Faulty { fault, wronged } => {
                let breach = Breach::faulty(OwedKey::Copy(purchase), fault, wronged);
                Self::punish(model, &mut listing, basis, &breach);
            },
            SaleEnd::Void => {},
        }
        Listings::<T>::insert(model, listing);
        Ok(())
    }
}

/// Refuse a sale unless `ok`.
fn ensure_sale<T: Config>(ok: bool, refusal: SaleRefusal) -> DispatchResult {
    ensure!(ok, Error::<T>::NotForSale(refusal));
    Ok(())
}
