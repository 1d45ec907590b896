//! Licences: what a settled sale leaves with the buyer.

use crate::*;
use neurodata_primitives::seams::Licences as LicencesSeam;
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_surrender_licence(
        signer: T::AccountId,
        asset: Asset,
        account: Option<T::AccountId>,
    ) -> DispatchResult {
        let account = account.unwrap_or_else(|| signer.clone());
        let record = Licences::<T>::get(asset, &account).ok_or(Error::<T>::NotFound)?;
        ensure!(account == signer || !is_in_force::<T>(&record), Error::<T>::NotAuthorized);

        Escrow::<T>::release_deposit(&account, record.deposit)?;
        Licences::<T>::remove(asset, &account);
        Self::deposit_event(Event::LicenceSurrendered { asset, account, deposit: record.deposit });
        Ok(())
    }

    /// Refuse unless a licence of `kind` until `expires_at` is better for `account` than the one in force, if there is
    /// one: worse in no respect, and better in one.
    pub(crate) fn ensure_better_licence(
        asset: Asset,
        account: &T::AccountId,
        kind: LicenceKind,
        expires_at: Option<BlockNumberFor<T>>,
    ) -> DispatchResult {
        let Some(record) = Licences::<T>::get(asset, account).filter(is_in_force::<T>) else {
            return Ok(());
        };
        let is_no_worse = kind >= record.kind && lasts_as_long(expires_at, record.expires_at);
        let is_no_better = kind <= record.kind && lasts_as_long(record.expires_at, expires_at);
        ensure!(is_no_worse && !is_no_better, Error::<T>::LicenceNotBetter);
        Ok(())
    }

    /// Give `account` a licence, whose deposit is on hold already; the deposit of the one that it replaces is freed.
    pub(crate) fn grant_licence(
        asset: Asset,
        account: T::AccountId,
        kind: LicenceKind,
        expires_at: Option<BlockNumberFor<T>>,
        deposit: BalanceOf<T>,
    ) -> DispatchResult {
        let replaced = Licences::<T>::get(asset, &account).map_or_else(Zero::zero, |record| record.deposit);
        Escrow::<T>::release_deposit(&account, replaced)?;
        let since = frame_system::Pallet::<T>::block_number();
        Licences::<T>::insert(asset, &account, LicenceRecord { kind, since, expires_at, deposit });
        Self::deposit_event(Event::LicenceGranted { asset, account, kind, expires_at });
        Ok(())
    }
}

impl<T: Config> LicencesSeam<T::AccountId> for Pallet<T> {
    fn permits(asset: Asset, account: &T::AccountId, kind: LicenceKind) -> bool {
        Licences::<T>::get(asset, account).is_some_and(|record| kind <= record.kind && is_in_force::<T>(&record))
    }
}

/// Whether the licence has not run out.
fn is_in_force<T: Config>(record: &LicenceRecordOf<T>) -> bool {
    record.expires_at.is_none_or(|last| frame_system::Pallet::<T>::block_number() <= last)
}

/// Whether what ends at `end` lasts at least as long as what ends at `other`; `None` is no end.
fn lasts_as_long<BlockNumber: Ord>(end: Option<BlockNumber>, other: Option<BlockNumber>) -> bool {
    match (end, other) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(end), Some(other)) => end >= other,
    }
}
