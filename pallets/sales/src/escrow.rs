//! The money: prices and fees in escrow, deposits on hold.

use crate::*;
use core::marker::PhantomData;
use frame_support::traits::{
    fungible::{BalancedHold, MutateHold},
    tokens::Precision,
    DefensiveSaturating, Imbalance,
};
use neurodata_primitives::PayoutReason;
use sp_runtime::{traits::CheckedAdd, ArithmeticError};

/// The account of the escrow.
type Account<T> = neurodata_pallet_support::Escrow<T, <T as Config>::Currency, <T as Config>::PalletId>;

/// What lies in the escrow account, and the deposits. Owns [`TotalEscrow`].
pub(crate) struct Escrow<T>(PhantomData<T>);

impl<T: Config> Escrow<T> {
    /// Give the account its existential deposit.
    pub fn endow() {
        Account::<T>::endow();
    }

    /// Move `amount` from `payer` into escrow. The payer's account must stay alive, and what is frozen is not spent.
    pub fn take(payer: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        let total = TotalEscrow::<T>::get().checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
        Account::<T>::take(payer, amount)?;
        TotalEscrow::<T>::put(total);
        Ok(())
    }

    /// Move `amount` out of escrow to `payee`, an account that always exists.
    pub fn pay(payee: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        Account::<T>::pay(payee, amount)?;
        Self::note_paid(amount);
        Ok(())
    }

    /// Credit `payee` with `amount` out of escrow.
    pub fn credit(payee: &T::AccountId, amount: BalanceOf<T>, reason: PayoutReason) -> DispatchResult {
        Account::<T>::credit::<T::Payouts>(payee, amount, reason)?;
        Self::note_paid(amount);
        Ok(())
    }

    /// Give `amount` back to `payee`; what the account cannot receive, being dust to it, is credited.
    pub fn refund(payee: &T::AccountId, amount: BalanceOf<T>, reason: PayoutReason) -> DispatchResult {
        Account::<T>::pay_or_credit::<T::Payouts>(payee, amount, reason)?;
        Self::note_paid(amount);
        Ok(())
    }

    /// Less is in escrow by `amount`.
    fn note_paid(amount: BalanceOf<T>) {
        TotalEscrow::<T>::mutate(|total| *total = total.defensive_saturating_sub(amount));
    }

    /// Put the deposit of a purchase on hold.
    pub fn hold_deposit(payer: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        T::Currency::hold(&HoldReason::PurchaseDeposit.into(), payer, amount)
    }

    /// Free a deposit.
    pub fn release_deposit(payer: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        // Best effort: whatever happened to the hold, it does not keep a sale from ending.
        T::Currency::release(&HoldReason::PurchaseDeposit.into(), payer, amount, Precision::BestEffort)?;
        Ok(())
    }

    /// Burn a deposit. Returns how much was burned.
    pub fn burn_deposit(payer: &T::AccountId, amount: BalanceOf<T>) -> BalanceOf<T> {
        let (burned, _missing) = T::Currency::slash(&HoldReason::PurchaseDeposit.into(), payer, amount);
        let amount = burned.peek();
        T::OnBurn::on_unbalanced(burned);
        amount
    }
}

impl<T: Config> Pallet<T> {
    /// The account that holds prices and fees.
    pub fn escrow_account() -> T::AccountId {
        Account::<T>::account()
    }
}
