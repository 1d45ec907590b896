//! The market's money: escrow of jobs, deposits of job owners and bonds of compute providers. Nothing else in the
//! pallet moves funds.

use crate::{pallet::*, types::*};
use frame_support::{
    defensive,
    traits::{
        fungible::{Mutate, MutateHold},
        tokens::{Precision, Preservation},
        Get,
    },
};
use neurodata_pallet_support::{slash_and_share, SlashParties};
use neurodata_primitives::{seams::Payouts, JobId, PayoutReason};
use sp_runtime::{
    traits::{AccountIdConversion, CheckedAdd, CheckedMul, CheckedSub, Saturating, Zero},
    ArithmeticError, DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// Price of `work_units` at `unit_price`, in plancks; `None` if no balance can express it.
    pub(crate) fn price_of(work_units: u64, unit_price: BalanceOf<T>) -> Option<BalanceOf<T>> {
        BalanceOf::<T>::try_from(work_units).ok()?.checked_mul(&unit_price)
    }

    /// Escrow of a job: its highest price and the training price.
    pub(crate) fn escrow_for(
        work_units: u64,
        max_unit_price: BalanceOf<T>,
        training_price: BalanceOf<T>,
    ) -> Result<BalanceOf<T>, DispatchError> {
        Self::price_of(work_units, max_unit_price)
            .and_then(|price| price.checked_add(&training_price))
            .ok_or(ArithmeticError::Overflow.into())
    }

    /// The account that holds the escrow of all jobs, and one existential deposit.
    pub fn escrow_account() -> T::AccountId {
        T::PalletId::get().into_account_truncating()
    }

    /// Move the escrow of a new job from its owner into the escrow account, and put the deposit for its record on hold.
    ///
    /// The escrow is moved, not held: a hold may reach money that is locked elsewhere, for vesting or a vote, and must
    /// never spend it.
    pub(crate) fn take_escrow(owner: &T::AccountId, escrow: BalanceOf<T>, deposit: BalanceOf<T>) -> DispatchResult {
        T::Currency::transfer(owner, &Self::escrow_account(), escrow, Preservation::Preserve)?;
        T::Currency::hold(&HoldReason::JobDeposit.into(), owner, deposit)
    }

    /// Move `amount` out of a job's escrow into the payout pot.
    pub(crate) fn pay_from_escrow(job: &mut JobOf<T>, amount: BalanceOf<T>) -> DispatchResult {
        let Some(left) = job.escrow.checked_sub(&amount) else {
            // The escrow was computed from the highest prices, and nothing is paid above those; qed.
            defensive!("a job's payments exceed its escrow");
            return Err(ArithmeticError::Underflow.into());
        };
        if !amount.is_zero() {
            let escrow_account = Self::escrow_account();
            T::Currency::transfer(&escrow_account, &T::Payouts::pot(), amount, Preservation::Preserve)?;
        }
        job.escrow = left;
        Ok(())
    }

    /// Give what is left of a job's escrow back to its owner. Returns the amount.
    ///
    /// An owner that cannot receive it, being too poor to exist, is credited with it instead: it blocks nobody.
    pub(crate) fn refund_escrow(id: JobId, job: &mut JobOf<T>) -> Result<BalanceOf<T>, DispatchError> {
        let amount = job.escrow;
        if amount.is_zero() {
            return Ok(amount);
        }
        if T::Currency::transfer(&Self::escrow_account(), &job.owner, amount, Preservation::Preserve).is_ok() {
            job.escrow = Zero::zero();
        } else {
            Self::pay_from_escrow(job, amount)?;
            T::Payouts::settle_credit(&job.owner, amount, PayoutReason::JobRefund { job: id })?;
        }
        Ok(amount)
    }

    /// Give a job owner its deposit back.
    pub(crate) fn release_deposit(owner: &T::AccountId, deposit: BalanceOf<T>) -> DispatchResult {
        T::Currency::release(&HoldReason::JobDeposit.into(), owner, deposit, Precision::Exact).map(|_| ())
    }

    /// Put a provider's bond on hold.
    pub(crate) fn hold_bond(provider: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        T::Currency::hold(&HoldReason::ProviderBond.into(), provider, amount)
    }

    /// Give a provider its bond back.
    pub(crate) fn release_bond(provider: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        T::Currency::release(&HoldReason::ProviderBond.into(), provider, amount, Precision::Exact).map(|_| ())
    }

    /// What one breach costs, rounded up.
    pub(crate) fn breach_cost() -> BalanceOf<T> {
        T::BreachSlash::get().mul_ceil(T::ProviderBond::get())
    }

    /// Whether a bond covers one breach of each of `jobs` jobs.
    pub(crate) fn covers(bond: BalanceOf<T>, jobs: u32) -> bool {
        // Saturation refuses what no bond could cover.
        bond >= Self::breach_cost().saturating_mul(jobs.into())
    }

    /// Take the cost of a breach from a provider's bond, as far as it reaches, and share it out by [`slash_and_share`].
    /// Returns what was taken.
    pub(crate) fn slash_bond(
        provider: &T::AccountId,
        record: &mut ProviderOf<T>,
        job_owner: &T::AccountId,
        reporter: &T::AccountId,
    ) -> BalanceOf<T> {
        let slashed = slash_and_share::<T::AccountId, T::Currency, T::OnBurn>(
            &HoldReason::ProviderBond.into(),
            SlashParties { slashed: provider, wronged: job_owner, reporter },
            Self::breach_cost().min(record.bond),
        )
        .amount;
        record.bond = record.bond.saturating_sub(slashed);
        slashed
    }
}
