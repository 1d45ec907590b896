//! Purchases: from the price in escrow to the settled sale.

use crate::*;
use neurodata_primitives::{
    seams::{SaleEnd, SaleQuote},
    PayoutReason,
};
use sp_runtime::{traits::Saturating, ArithmeticError};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_purchase(
        buyer: T::AccountId,
        asset: Asset,
        licence: LicenceKind,
        recipient_key: RecipientKey,
        max_price: BalanceOf<T>,
    ) -> DispatchResult {
        ensure!(recipient_key.is_usable(), Error::<T>::InvalidRecipientKey);
        ensure!(!OpenPurchases::<T>::contains_key(asset, &buyer), Error::<T>::AlreadyExists);
        let SaleQuote { seller, price, licence_expires_at } = T::Assets::quote(asset, &buyer, licence)?;
        ensure!(seller != buyer, Error::<T>::OwnAsset);
        ensure!(price <= max_price, Error::<T>::PriceTooHigh);
        Self::ensure_better_licence(asset, &buyer, licence, licence_expires_at)?;

        Escrow::<T>::take(&buyer, price)?;
        let grant = Grant::Copy { licence, expires_at: licence_expires_at };
        let purchase = Self::open_purchase(asset, seller, buyer.clone(), grant, recipient_key, price)?;
        OpenPurchases::<T>::insert(asset, buyer, purchase);
        Ok(())
    }

    pub(crate) fn do_deliver_key(seller: T::AccountId, purchase: PurchaseId, key: WrappedKey) -> DispatchResult {
        let mut record = Purchases::<T>::get(purchase).ok_or(Error::<T>::NotFound)?;
        ensure!(record.seller == seller, Error::<T>::NotAuthorized);
        let PurchaseState::AwaitingKey { deliver_by } = record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(now <= deliver_by, Error::<T>::Expired);

        let (asset, complain_by) = (record.asset, now.saturating_add(T::ComplaintPeriod::get()));
        record.state = PurchaseState::Delivered { key, complain_by };
        Purchases::<T>::insert(purchase, record);
        Self::deposit_event(Event::KeyDelivered { purchase, asset, complain_by });
        Ok(())
    }

    pub(crate) fn do_confirm_purchase(buyer: T::AccountId, purchase: PurchaseId) -> DispatchResult {
        let record = Self::purchase_by(&buyer, purchase)?;
        let PurchaseState::Delivered { complain_by, .. } = record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        match record.grant {
            Grant::Copy { licence, expires_at } => Self::settle_copy(purchase, record, licence, expires_at, true),
            Grant::Inspection { inspection, fee } => {
                ensure!(frame_system::Pallet::<T>::block_number() <= complain_by, Error::<T>::Expired);
                let is_condemned = T::Assets::is_condemned(record.asset);
                let report = if is_condemned { InspectionReport::Condemned } else { InspectionReport::Attested };
                Self::end_inspection_part(purchase, record, inspection, fee, report, buyer)
            },
        }
    }

    pub(crate) fn do_settle(reporter: T::AccountId, purchase: PurchaseId) -> DispatchResult {
        let record = Purchases::<T>::get(purchase).ok_or(Error::<T>::NotFound)?;
        let is_condemned = T::Assets::is_condemned(record.asset);
        let is_over = match record.state {
            PurchaseState::AwaitingKey { .. } => {
                ensure!(is_condemned, Error::<T>::InvalidState);
                false
            },
            PurchaseState::Delivered { complain_by, .. } => {
                let is_over = frame_system::Pallet::<T>::block_number() > complain_by;
                ensure!(is_condemned || is_over, Error::<T>::TooEarly);
                is_over
            },
        };
        match record.grant {
            Grant::Copy { licence, expires_at } => Self::settle_copy(purchase, record, licence, expires_at, false),
            Grant::Inspection { inspection, fee } => {
                // Once somebody else has proved the fault, there is nothing left to report, and no harm in silence.
                let report = match (is_condemned, is_over) {
                    (true, false) => InspectionReport::Condemned,
                    (true, true) => InspectionReport::Abandoned,
                    (false, _) => InspectionReport::Silent,
                };
                Self::end_inspection_part(purchase, record, inspection, fee, report, reporter)
            },
        }
    }

    pub(crate) fn do_expire_delivery(reporter: T::AccountId, purchase: PurchaseId) -> DispatchResult {
        let record = Purchases::<T>::get(purchase).ok_or(Error::<T>::NotFound)?;
        let PurchaseState::AwaitingKey { deliver_by } = record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() > deliver_by, Error::<T>::TooEarly);
        Self::deposit_event(Event::DeliveryExpired { purchase, asset: record.asset });
        match record.grant {
            Grant::Copy { .. } => {
                let wronged = record.buyer.clone();
                Self::refund_copy(purchase, record, SaleEnd::NotDelivered { wronged, reporter })
            },
            Grant::Inspection { inspection, fee } => {
                let report = InspectionReport::NotDelivered;
                Self::end_inspection_part(purchase, record, inspection, fee, report, reporter)
            },
        }
    }

    /// The purchase of `buyer` with this id.
    pub(crate) fn purchase_by(buyer: &T::AccountId, purchase: PurchaseId) -> Result<PurchaseRecordOf<T>, Error<T>> {
        let record = Purchases::<T>::get(purchase).ok_or(Error::<T>::NotFound)?;
        ensure!(record.buyer == *buyer, Error::<T>::NotAuthorized);
        Ok(record)
    }

    /// Open a sale whose `price` lies in escrow, with the buyer's deposit; the seller owes the key from now on.
    pub(crate) fn open_purchase(
        asset: Asset,
        seller: T::AccountId,
        buyer: T::AccountId,
        grant: Grant<BalanceOf<T>, BlockNumberFor<T>>,
        recipient_key: RecipientKey,
        price: BalanceOf<T>,
    ) -> Result<PurchaseId, DispatchError> {
        let purchase = NextPurchaseId::<T>::get();
        let next = purchase.next().ok_or(ArithmeticError::Overflow)?;
        let (deposit, purchased_at) = (T::PurchaseDeposit::get(), frame_system::Pallet::<T>::block_number());
        let deliver_by = purchased_at.saturating_add(T::KeyDeliveryPeriod::get());
        T::Assets::open_sale(asset, price)?;
        Escrow::<T>::hold_deposit(&buyer, deposit)?;

        NextPurchaseId::<T>::put(next);
        Self::deposit_event(Event::PurchaseOpened {
            purchase,
            asset,
            seller: seller.clone(),
            buyer: buyer.clone(),
            deliver_by,
            price,
        });
        let state = PurchaseState::AwaitingKey { deliver_by };
        let record = PurchaseRecord { asset, seller, buyer, grant, recipient_key, price, deposit, purchased_at, state };
        Purchases::<T>::insert(purchase, record);
        Ok(purchase)
    }

    /// Pay the seller and license the buyer; or refund the buyer, if the package was condemned meanwhile.
    pub(crate) fn settle_copy(
        purchase: PurchaseId,
        record: PurchaseRecordOf<T>,
        licence: LicenceKind,
        expires_at: Option<BlockNumberFor<T>>,
        confirmed: bool,
    ) -> DispatchResult {
        if T::Assets::is_condemned(record.asset) {
            return Self::refund_copy(purchase, record, SaleEnd::Void);
        }
        let PurchaseRecord { asset, buyer, price, deposit, purchased_at, .. } = record;
        // What was offered for a time is good for that time from now on, however long the key took.
        let waited = frame_system::Pallet::<T>::block_number().saturating_sub(purchased_at);
        let expires_at = expires_at.map(|last| last.saturating_add(waited));
        Escrow::<T>::pay(&T::Assets::income_account(asset), price)?;
        Purchases::<T>::remove(purchase);
        OpenPurchases::<T>::remove(asset, &buyer);
        Self::deposit_event(Event::PurchaseSettled { purchase, asset, buyer: buyer.clone(), confirmed, price });
        Self::grant_licence(asset, buyer, licence, expires_at, deposit)?;
        T::Assets::close_sale(asset, purchase, price, price, SaleEnd::Settled { confirmed })
    }

    /// Give the buyer price and deposit back.
    pub(crate) fn refund_copy(
        purchase: PurchaseId,
        record: PurchaseRecordOf<T>,
        end: SaleEnd<T::AccountId>,
    ) -> DispatchResult {
        let PurchaseRecord { asset, buyer, price, deposit, .. } = record;
        Escrow::<T>::refund(&buyer, price, PayoutReason::Sale { purchase })?;
        Escrow::<T>::release_deposit(&buyer, deposit)?;
        Purchases::<T>::remove(purchase);
        OpenPurchases::<T>::remove(asset, &buyer);
        Self::deposit_event(Event::PurchaseRefunded { purchase, asset, buyer, price });
        T::Assets::close_sale(asset, purchase, price, price, end)
    }

    /// Open purchases from `start` on in ascending order of id, those in which `party` buys or sells if one is named:
    /// at most `limit`, among [`MAX_LISTED_IDS`] ids. With them the id to go on from; `None` at the end.
    pub fn list(
        start: PurchaseId,
        limit: u32,
        party: Option<T::AccountId>,
    ) -> (Vec<(PurchaseId, PurchaseRecordOf<T>)>, Option<PurchaseId>) {
        let (mut found, mut at, end) = (Vec::new(), start, NextPurchaseId::<T>::get());
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        for _ in 0..MAX_LISTED_IDS {
            if at >= end || found.len() >= limit {
                break;
            }
            let listed = Purchases::<T>::get(at)
                .filter(|record| party.as_ref().is_none_or(|party| [&record.buyer, &record.seller].contains(&party)));
            found.extend(listed.map(|record| (at, record)));
            // An id below the next one has one after it.
            at = at.next().unwrap_or(end);
        }
        (found, Some(at).filter(|at| *at < end))
    }
}
