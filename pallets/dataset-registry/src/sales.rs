//! Sales of copies, as the pallet that runs them sees a dataset.

use crate::{stakes::is_delisted, *};
use neurodata_pallet_support::{Breach, OwedKey};
use neurodata_primitives::{
    seams::{Payouts, SaleEnd, SaleQuote, Saleable},
    LicenceKind, PackageCommitment, PayoutReason, PurchaseId,
};
use sp_runtime::{
    traits::{CheckedSub, Zero},
    ArithmeticError,
};

impl<T: Config> Saleable<DatasetId, T::AccountId, BalanceOf<T>, BlockNumberFor<T>> for Pallet<T> {
    /// Fails with [`Error::NotForSale`] unless the dataset is active, its terms allow copies and what the licence
    /// permits, and the buyer is one who may buy. The licence has no end.
    fn quote(
        dataset: DatasetId,
        buyer: &T::AccountId,
        licence: LicenceKind,
    ) -> Result<SaleQuote<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>, DispatchError> {
        let record = Self::listed(dataset)?;
        let uses = record.terms.uses;
        ensure_sale::<T>(uses.download, SaleRefusal::Download)?;
        // Each kind of licence permits what the kinds before it permit.
        ensure_sale::<T>(uses.commercial || licence < LicenceKind::Commercial, SaleRefusal::Commercial)?;
        ensure_sale::<T>(uses.derive || licence < LicenceKind::Derive, SaleRefusal::Derive)?;
        Self::ensure_may_buy(&record, buyer)?;
        Ok(SaleQuote { seller: record.owner, price: record.terms.copy_price, licence_expires_at: None })
    }

    fn inspected_seller(dataset: DatasetId) -> Result<T::AccountId, DispatchError> {
        Self::listed(dataset).map(|record| record.owner)
    }

    fn package(dataset: DatasetId) -> Option<PackageCommitment> {
        Datasets::<T>::get(dataset).map(|record| PackageCommitment::from(&record.commitment))
    }

    fn is_condemned(dataset: DatasetId) -> bool {
        Datasets::<T>::get(dataset).is_some_and(|record| record.condemned)
    }

    /// What is for nothing adds nothing that the stake would have to cover: an inspector who was invited gets the key
    /// even if the dataset was delisted meanwhile.
    fn open_sale(dataset: DatasetId, price: BalanceOf<T>) -> DispatchResult {
        let mut record = if price.is_zero() { Self::audited(dataset)? } else { Self::listed(dataset)? };
        if !price.is_zero() {
            record.exposure = Self::ensure_covered(&record, price)?;
        }
        record.open_sales = record.open_sales.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        Datasets::<T>::insert(dataset, record);
        Ok(())
    }

    fn income_account(_: DatasetId) -> T::AccountId {
        T::Payouts::pot()
    }

    /// Fails with [`Error::InvalidState`] if no sale at this price is open.
    fn close_sale(
        dataset: DatasetId,
        purchase: PurchaseId,
        price: BalanceOf<T>,
        basis: BalanceOf<T>,
        end: SaleEnd<T::AccountId>,
    ) -> DispatchResult {
        let mut record = Datasets::<T>::get(dataset).ok_or(Error::<T>::NotFound)?;
        record.open_sales = record.open_sales.checked_sub(1).ok_or(Error::<T>::InvalidState)?;
        record.exposure = record.exposure.checked_sub(&price).ok_or(Error::<T>::InvalidState)?;
        match end {
            SaleEnd::Settled { confirmed } => {
                // Saturating: a counter that is only shown.
                record.copies_sold = record.copies_sold.saturating_add(1);
                // Free copies prove nothing: anybody could order any number of them.
                if !price.is_zero() {
                    T::Payouts::settle_sale(PayoutReason::Sale { purchase }, &record.owner, price)?;
                    Self::note_score(dataset, &mut record, ScoreCause::CopySettled { confirmed });
                }
            },
            SaleEnd::Attested { inspector } => Self::attest(dataset, &mut record, inspector),
            SaleEnd::NotDelivered { wronged, reporter } => {
                let breach = Breach::missed(OwedKey::Copy(purchase), wronged, reporter);
                Self::punish(dataset, &mut record, basis, &breach);
            },
            SaleEnd::Faulty { fault, wronged } => {
                let breach = Breach::faulty(OwedKey::Copy(purchase), fault, wronged);
                Self::punish(dataset, &mut record, basis, &breach);
            },
            SaleEnd::Void => {},
        }
        Datasets::<T>::insert(dataset, record);
        Ok(())
    }
}

impl<T: Config> Pallet<T> {
    /// The record of `dataset`, unless it was never audited.
    pub(crate) fn audited(dataset: DatasetId) -> Result<DatasetRecordOf<T>, DispatchError> {
        let record = Datasets::<T>::get(dataset).ok_or(Error::<T>::NotFound)?;
        ensure_sale::<T>(!matches!(record.state, DatasetState::Auditing { .. }), SaleRefusal::NotAudited)?;
        Ok(record)
    }

    /// The record of `dataset`, if it is active.
    pub(crate) fn listed(dataset: DatasetId) -> Result<DatasetRecordOf<T>, DispatchError> {
        let record = Self::audited(dataset)?;
        ensure_sale::<T>(!is_delisted::<T>(&record), SaleRefusal::Delisted)?;
        Ok(record)
    }

    /// Refuse unless the terms are good today and for `buyer`.
    pub(crate) fn ensure_may_buy(record: &DatasetRecordOf<T>, buyer: &T::AccountId) -> DispatchResult {
        let DatasetTermsOf::<T> { allowed, expires_at, .. } = &record.terms;
        ensure_sale::<T>(allowed.as_ref().is_none_or(|allowed| allowed.contains(buyer)), SaleRefusal::Buyer)?;
        let now = frame_system::Pallet::<T>::block_number();
        ensure_sale::<T>(expires_at.is_none_or(|last| now <= last), SaleRefusal::TermsExpired)
    }

    /// Note that `inspector` attests the package. The caller stores the record.
    ///
    /// An inspector is listed once; the oldest gives way if there are too many. Nothing is attested of a package that
    /// was proved bad meanwhile.
    fn attest(dataset: DatasetId, record: &mut DatasetRecordOf<T>, inspector: T::AccountId) {
        if record.condemned {
            return;
        }
        record.attestations.retain(|earlier| *earlier != inspector);
        let latest = record.attestations.len();
        // Drops the oldest if there are too many; cannot fail: the list's end is a place in it.
        let _ = record.attestations.force_insert_keep_right(latest, inspector.clone());
        Self::note_score(dataset, record, ScoreCause::Attested);
        Self::deposit_event(Event::DatasetAttested { dataset, inspector });
    }
}

/// Refuse a sale unless `ok`.
pub(crate) fn ensure_sale<T: Config>(ok: bool, refusal: SaleRefusal) -> DispatchResult {
    ensure!(ok, Error::<T>::NotForSale(refusal));
    Ok(())
}
