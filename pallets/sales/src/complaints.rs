//! Complaints: judged at once, from the evidence alone.

use crate::*;
use neurodata_primitives::{seams::SaleEnd, Dismissal, Fault};
use neurodata_sealing::{context::sale_context, judge::judge};
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_complain(buyer: T::AccountId, purchase: PurchaseId, complaint: Complaint) -> DispatchResult {
        let record = Self::purchase_by(&buyer, purchase)?;
        let PurchaseState::Delivered { key, complain_by } = &record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() <= *complain_by, Error::<T>::Expired);
        let package = T::Assets::package(record.asset).ok_or(Error::<T>::NotFound)?;
        let context = sale_context(&neurodata_pallet_support::genesis_hash::<T>(), purchase);
        match judge(&package, &record.recipient_key, key, &context, &complaint) {
            Ok(fault) => Self::uphold(purchase, record, fault),
            Err(reason) => Self::dismiss(purchase, record, reason),
        }
    }

    /// The buyer is right: the money goes back, the seller is slashed.
    fn uphold(purchase: PurchaseId, record: PurchaseRecordOf<T>, fault: Fault) -> DispatchResult {
        Self::deposit_event(Event::ComplaintUpheld { purchase, asset: record.asset, fault });
        match record.grant {
            Grant::Copy { .. } => {
                let wronged = record.buyer.clone();
                Self::refund_copy(purchase, record, SaleEnd::Faulty { fault, wronged })
            },
            Grant::Inspection { inspection, fee } => {
                let (report, reporter) = (InspectionReport::Faulty(fault), record.buyer.clone());
                Self::end_inspection_part(purchase, record, inspection, fee, report, reporter)
            },
        }
    }

    /// The evidence proves nothing: the deposit is burned, and the purchase ends in the seller's favour.
    fn dismiss(purchase: PurchaseId, mut record: PurchaseRecordOf<T>, reason: Dismissal) -> DispatchResult {
        let burned = Escrow::<T>::burn_deposit(&record.buyer, record.deposit);
        record.deposit = Zero::zero();
        Self::deposit_event(Event::ComplaintDismissed { purchase, reason, burned });
        match record.grant {
            Grant::Copy { licence, expires_at } => Self::settle_copy(purchase, record, licence, expires_at, false),
            Grant::Inspection { inspection, fee } => {
                let (report, reporter) = (InspectionReport::Unfounded, record.buyer.clone());
                Self::end_inspection_part(purchase, record, inspection, fee, report, reporter)
            },
        }
    }
}
