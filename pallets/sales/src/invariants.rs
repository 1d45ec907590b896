//! What holds between two calls, whatever they were.

use crate::*;
use alloc::collections::BTreeMap;
use frame_support::traits::fungible::InspectHold;
use sp_runtime::{
    traits::{Saturating, Zero},
    TryRuntimeError,
};

impl<T: Config> Pallet<T> {
    /// Check every invariant of the pallet's storage and money.
    ///
    /// - The escrow account holds [`TotalEscrow`] and the existential deposit. More, if somebody donated.
    /// - [`TotalEscrow`] is the sum of the prices of purchases and of what inspections have in escrow.
    /// - For each account the money on hold equals the deposits of its purchases and licences.
    /// - [`OpenPurchases`] has one entry for each purchase of a copy, which leads to it.
    /// - [`OpenInspections`] has one entry for each inspection, which leads to it.
    /// - Each inspection counts the purchases of its inspectors, and has the fees of all whose part is open in escrow.
    /// - Ids in use are below the next one.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let (mut escrow, mut copies) = (BalanceOf::<T>::zero(), 0usize);
        let mut deposits = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
        let mut inspecting = BTreeMap::<InspectionId, u32>::new();
        let mut add_deposit = |account: T::AccountId, deposit: BalanceOf<T>| {
            let sum = deposits.entry(account).or_insert_with(Zero::zero);
            *sum = sum.saturating_add(deposit);
        };

        for (id, record) in Purchases::<T>::iter() {
            ensure!(id < NextPurchaseId::<T>::get(), "a purchase has an id that was not handed out");
            ensure!(record.seller != record.buyer, "somebody buys from themselves");
            escrow = escrow.saturating_add(record.price);
            match record.grant {
                Grant::Copy { .. } => {
                    let open = OpenPurchases::<T>::get(record.asset, &record.buyer);
                    ensure!(open == Some(id), "a purchase is not found by its buyer");
                    copies = copies.saturating_add(1);
                },
                Grant::Inspection { inspection, fee } => {
                    let inspected = Inspections::<T>::get(inspection).ok_or("an inspector has no inspection")?;
                    ensure!(record.asset == Asset::Dataset(inspected.dataset), "an inspector has another dataset");
                    ensure!(record.price.is_zero() && fee == inspected.fee, "an inspector has another fee or price");
                    let count = inspecting.entry(inspection).or_default();
                    *count = count.saturating_add(1);
                },
            }
            add_deposit(record.buyer, record.deposit);
        }
        ensure!(OpenPurchases::<T>::iter().count() == copies, "a buyer has a purchase that is over");

        for (id, record) in Inspections::<T>::iter() {
            ensure!(id < NextInspectionId::<T>::get(), "an inspection has an id that was not handed out");
            ensure!(OpenInspections::<T>::get(record.dataset) == Some(id), "an inspection is not found by its dataset");
            let counted = inspecting.get(&id).copied().unwrap_or_default();
            let open = match record.state {
                InspectionState::Drawing { .. } => record.seats,
                InspectionState::Inspecting { invited, inspecting, .. } => {
                    ensure!(inspecting == counted, "an inspection miscounts its inspectors");
                    inspecting.saturating_add(u32::try_from(invited.len()).unwrap_or(u32::MAX))
                },
            };
            ensure!(open <= record.seats, "an inspection has more inspectors than seats");
            let due = record.fee.saturating_mul(open.into());
            ensure!(record.escrow >= due, "an inspection cannot pay its inspectors");
            escrow = escrow.saturating_add(record.escrow);
        }
        ensure!(
            OpenInspections::<T>::iter().count() == Inspections::<T>::iter().count(),
            "a dataset has an inspection that is over"
        );

        ensure!(TotalEscrow::<T>::get() == escrow, "the escrow differs from the sum of prices and fees");
        let needed = escrow.saturating_add(T::Currency::minimum_balance());
        ensure!(T::Currency::balance(&Self::escrow_account()) >= needed, "the escrow account lacks money");

        for (_, account, record) in Licences::<T>::iter() {
            add_deposit(account, record.deposit);
        }
        for (account, deposit) in deposits {
            let held = T::Currency::balance_on_hold(&HoldReason::PurchaseDeposit.into(), &account);
            ensure!(held == deposit, "an account's hold differs from its deposits");
        }
        Ok(())
    }
}
