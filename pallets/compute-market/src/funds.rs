//! The market's money: escrow of job owners and bonds of compute providers. Nothing else in the pallet moves funds.

use crate::{pallet::*, types::*};
use frame_support::{
    defensive,
    traits::{
        fungible::{Balanced, BalancedHold, MutateHold},
        tokens::{Fortitude, Precision, Restriction},
        Get, Imbalance, OnUnbalanced,
    },
};
use neurodata_primitives::seams::Payouts;
use sp_runtime::{
    traits::{CheckedAdd, CheckedMul, CheckedSub, Saturating, Zero},
    ArithmeticError, DispatchError, DispatchResult, Permill,
};

/// Share of a slash that goes to the job owner; rounds down. Source: DESIGN section 5, the quality stake's split.
const WRONGED_SHARE: Permill = Permill::from_percent(20);
/// Share of a slash that goes to the reporter; rounds down. The rest, with what rounding leaves, is burned.
const REPORTER_SHARE: Permill = Permill::from_percent(10);

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

    /// Put the escrow of a new job on hold.
    pub(crate) fn hold_escrow(owner: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        T::Currency::hold(&HoldReason::JobEscrow.into(), owner, amount)
    }

    /// Move `amount` out of a job's escrow into the payout pot.
    pub(crate) fn pay_from_escrow(job: &mut JobOf<T>, amount: BalanceOf<T>) -> DispatchResult {
        let Some(left) = job.escrow.checked_sub(&amount) else {
            // The escrow was computed from the highest prices, and nothing is paid above those; qed.
            defensive!("a job's payments exceed its escrow");
            return Err(ArithmeticError::Underflow.into());
        };
        if !amount.is_zero() {
            T::Currency::transfer_on_hold(
                &HoldReason::JobEscrow.into(),
                &job.owner,
                &T::Payouts::pot(),
                amount,
                Precision::Exact,
                Restriction::Free,
                Fortitude::Force,
            )?;
        }
        job.escrow = left;
        Ok(())
    }

    /// Give what is left of a job's escrow back to its owner. Returns the amount.
    pub(crate) fn refund_escrow(job: &mut JobOf<T>) -> Result<BalanceOf<T>, DispatchError> {
        let amount = T::Currency::release(&HoldReason::JobEscrow.into(), &job.owner, job.escrow, Precision::Exact)?;
        job.escrow = Zero::zero();
        Ok(amount)
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

    /// Take the cost of a breach from a provider's bond, as far as it reaches, and divide it. Returns what was taken.
    ///
    /// 20 % go to the job owner and 10 % to the reporter unless that is the provider; the rest is burned, and so is the
    /// part of a payee that cannot receive it.
    pub(crate) fn slash_bond(
        provider: &T::AccountId,
        record: &mut ProviderOf<T>,
        job_owner: &T::AccountId,
        reporter: &T::AccountId,
    ) -> BalanceOf<T> {
        let amount = Self::breach_cost().min(record.bond);
        let (mut credit, _missing) = T::Currency::slash(&HoldReason::ProviderBond.into(), provider, amount);
        let slashed = credit.peek();
        let to_owner = WRONGED_SHARE.mul_floor(slashed);
        let to_reporter = if reporter == provider { Zero::zero() } else { REPORTER_SHARE.mul_floor(slashed) };
        for (payee, part) in [(job_owner, to_owner), (reporter, to_reporter)] {
            if let Err(refused) = T::Currency::resolve(payee, credit.extract(part)) {
                credit.subsume(refused);
            }
        }
        T::OnBurn::on_unbalanced(credit);
        record.bond = record.bond.saturating_sub(slashed);
        slashed
    }
}
