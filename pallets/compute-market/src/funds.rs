//! The market's money: escrow of jobs, deposits of job owners and bonds of compute providers. Nothing else in the
//! pallet moves funds.

use crate::{offers::OfferBook, pallet::*, types::*};
use frame_support::{
    defensive, ensure,
    storage::with_storage_layer,
    traits::{
        fungible::{BalancedHold, InspectHold, MutateHold},
        tokens::{Fortitude, Precision, Restriction},
        Get, Imbalance, OnUnbalanced,
    },
};
use neurodata_pallet_support::{slash_and_share, SlashParties};
use neurodata_primitives::{seams::Payouts, HistoryEvent, JobId, PayoutReason, Submission, TrainingUseId};
use sp_runtime::{
    traits::{CheckedAdd, CheckedMul, CheckedSub, Saturating, Zero},
    ArithmeticError, DispatchError, DispatchResult, TokenError,
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
        EscrowAccount::<T>::account()
    }

    /// Move the escrow of a new job from its owner into the escrow account, and put the deposit for its record on hold.
    ///
    /// The escrow is moved, not held, as [`neurodata_pallet_support::Escrow`] says.
    pub(crate) fn take_escrow(
        id: JobId,
        owner: &T::AccountId,
        escrow: BalanceOf<T>,
        deposit: BalanceOf<T>,
    ) -> DispatchResult {
        EscrowAccount::<T>::take(owner, escrow)?;
        T::Currency::hold(&HoldReason::JobDeposit.into(), owner, deposit)?;
        T::Payouts::note(owner, escrow, HistoryEvent::Charged { job: id });
        Ok(())
    }

    /// Move `amount` out of a job's escrow into the payout pot.
    pub(crate) fn pay_from_escrow(job: &mut JobOf<T>, amount: BalanceOf<T>) -> DispatchResult {
        let Some(left) = job.escrow.checked_sub(&amount) else {
            // The escrow was computed from the highest prices, and nothing is paid above those; qed.
            defensive!("a job's payments exceed its escrow");
            return Err(ArithmeticError::Underflow.into());
        };
        EscrowAccount::<T>::pay(&T::Payouts::pot(), amount)?;
        job.escrow = left;
        Ok(())
    }

    /// Pay the data provider out of the escrow, unless that was done before. Returns what was paid.
    pub(crate) fn pay_training_price(
        id: JobId,
        job: &mut JobOf<T>,
        training_use: TrainingUseId,
    ) -> Result<BalanceOf<T>, DispatchError> {
        let due = if job.training_paid { Zero::zero() } else { job.training_price };
        if !due.is_zero() {
            Self::pay_from_escrow(job, due)?;
            let reason = PayoutReason::TrainingUse { training_use, job: id };
            T::Payouts::settle_sale(reason, &job.data_provider, due)?;
        }
        job.training_paid = true;
        Ok(due)
    }

    /// Give what is left of a job's escrow back to its owner. Returns the amount.
    ///
    /// An owner that cannot receive it, being too poor to exist, is credited with it instead: it blocks nobody.
    pub(crate) fn refund_escrow(id: JobId, job: &mut JobOf<T>) -> Result<BalanceOf<T>, DispatchError> {
        let amount = job.escrow;
        if amount.is_zero() {
            return Ok(amount);
        }
        let reason = PayoutReason::JobRefund { job: id };
        if EscrowAccount::<T>::pay_or_credit::<T::Payouts>(&job.owner, amount, reason)? {
            T::Payouts::note(&job.owner, amount, HistoryEvent::Refunded { job: id });
        }
        job.escrow = Zero::zero();
        Ok(amount)
    }

    /// Give a job owner its deposit back.
    pub(crate) fn release_deposit(owner: &T::AccountId, deposit: BalanceOf<T>) -> DispatchResult {
        T::Currency::release(&HoldReason::JobDeposit.into(), owner, deposit, Precision::Exact).map(|_| ())
    }

    /// Put a provider's bond on hold, out of money that is not locked: damages are paid from it, and locked money must not be
    /// spent. So what is left free has to satisfy every lock of the account; calls that fail here are undone.
    pub(crate) fn hold_bond(provider: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        T::Currency::hold(&HoldReason::ProviderBond.into(), provider, amount)?;
        let unlocked = T::Currency::reducible_total_balance_on_hold(provider, Fortitude::Polite);
        ensure!(unlocked >= T::Currency::total_balance_on_hold(provider), TokenError::Frozen);
        Ok(())
    }

    /// Give a provider its bond back.
    pub(crate) fn release_bond(provider: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        T::Currency::release(&HoldReason::ProviderBond.into(), provider, amount, Precision::Exact).map(|_| ())
    }

    /// What a breach of a job without a price costs, rounded up.
    pub fn least_penalty() -> BalanceOf<T> {
        T::BreachSlash::get().mul_ceil(T::ProviderBond::get())
    }

    /// What a breach of a job at `price` costs, rounded up.
    pub(crate) fn penalty(price: BalanceOf<T>) -> BalanceOf<T> {
        T::PriceLiability::get().mul_ceil(price).max(Self::least_penalty())
    }

    /// Take a penalty for `id` from a provider's bond, as far as it reaches, and share it out by [`slash_and_share`]; each part is
    /// a line of its payee's history. Returns what was taken.
    pub(crate) fn slash_bond(
        id: JobId,
        provider: &T::AccountId,
        record: &mut ProviderOf<T>,
        penalty: BalanceOf<T>,
        job_owner: &T::AccountId,
        reporter: &T::AccountId,
    ) -> BalanceOf<T> {
        let slashed = slash_and_share::<T::AccountId, T::Currency, T::OnBurn>(
            &HoldReason::ProviderBond.into(),
            SlashParties { slashed: provider, wronged: job_owner, reporter },
            penalty.min(record.bond),
        );
        record.bond = record.bond.saturating_sub(slashed.amount);
        for (payee, part) in [(job_owner, slashed.wronged), (reporter, slashed.reporter)] {
            if !part.is_zero() {
                T::Payouts::note(payee, part, HistoryEvent::Compensated { job: id });
            }
        }
        slashed.amount
    }

    /// What it costs to withhold keys: the penalty of the job. If a skipped known-answer task took that before, another one by the
    /// parameters of now, as far as the bond, whose part for the damages is gone already, reaches beyond the exposure by other
    /// jobs.
    pub(crate) fn penalty_for_withheld_keys(
        job: &JobOf<T>,
        assignment: &AssignmentOf<T>,
        record: &ProviderOf<T>,
    ) -> BalanceOf<T> {
        if !assignment.penalty.is_zero() {
            return assignment.penalty;
        }
        Self::penalty(assignment.price).min(Self::bond_beyond_others(job, assignment, record))
    }

    /// What a rejected run costs whose committee repeated random segments of it: [`SAMPLED_LIABILITY`] times its price, as far as
    /// the bond, whose part for the damages is gone already, reaches beyond the exposure by other jobs. A run that is repeated as a
    /// whole is found out for sure and costs none.
    pub(crate) fn penalty_for_a_long_run(
        job: &JobOf<T>,
        assignment: &AssignmentOf<T>,
        submission: &Submission,
        record: &ProviderOf<T>,
    ) -> BalanceOf<T> {
        if submission.result().is_none() || !job.request.spec.is_sampled(job.rows, job.work_units) {
            return Zero::zero();
        }
        let liability = assignment.price.saturating_mul(SAMPLED_LIABILITY.into());
        liability.min(Self::bond_beyond_others(job, assignment, record))
    }

    /// The part of a bond that does not answer for other jobs than this one.
    fn bond_beyond_others(
        job: &JobOf<T>,
        assignment: &AssignmentOf<T>,
        record: &ProviderOf<T>,
    ) -> BalanceOf<T> {
        let by_others = record.exposure.saturating_sub(OfferBook::<T>::exposure_by(assignment, job.training_price));
        record.bond.saturating_sub(by_others)
    }

    /// Pay the training price of `job` to its data provider out of the bond of the provider that failed it after the key was
    /// delivered. It is income like any other: the treasury has its share.
    pub(crate) fn compensate_data_provider(
        id: JobId,
        job: &JobOf<T>,
        provider: &T::AccountId,
        record: &mut ProviderOf<T>,
        training_use: TrainingUseId,
    ) -> DispatchResult {
        let (payee, due) = (&job.data_provider, job.training_price.min(record.bond));
        let paid = Self::move_bond(provider, &T::Payouts::pot(), due)?;
        if !paid.is_zero() {
            T::Payouts::settle_sale(PayoutReason::TrainingUse { training_use, job: id }, payee, paid)?;
        }
        Self::note_damages(id, provider, record, payee, due, paid);
        Ok(())
    }

    /// Pay the training price of `job` back to its owner out of the bond of the provider whose submission was rejected: at
    /// once, or as a credit if it cannot be received.
    pub(crate) fn compensate_owner(
        id: JobId,
        job: &JobOf<T>,
        provider: &T::AccountId,
        record: &mut ProviderOf<T>,
    ) -> DispatchResult {
        let (payee, due) = (&job.owner, job.training_price.min(record.bond));
        let paid = match Self::move_bond(provider, payee, due) {
            Ok(paid) => {
                if !paid.is_zero() {
                    T::Payouts::note(payee, paid, HistoryEvent::Compensated { job: id });
                }
                paid
            },
            Err(_) => {
                let paid = Self::move_bond(provider, &T::Payouts::pot(), due)?;
                if !paid.is_zero() {
                    T::Payouts::settle_credit(payee, paid, PayoutReason::Damages { job: id })?;
                }
                paid
            },
        };
        Self::note_damages(id, provider, record, payee, due, paid);
        Ok(())
    }

    /// Move up to `amount` of a bond to `account`, without spending locked money. Returns what was moved.
    fn move_bond(
        provider: &T::AccountId,
        account: &T::AccountId,
        amount: BalanceOf<T>,
    ) -> Result<BalanceOf<T>, DispatchError> {
        with_storage_layer(|| {
            T::Currency::transfer_on_hold(
                &HoldReason::ProviderBond.into(),
                provider,
                account,
                amount,
                Precision::BestEffort,
                Restriction::Free,
                Fortitude::Polite,
            )
        })
    }

    /// Write down that `paid` of the damages `due` left a bond for `payee`. What locks kept from the payee is burned: whoever
    /// lets a vote or a vesting lock its bond loses it all the same.
    fn note_damages(
        id: JobId,
        provider: &T::AccountId,
        record: &mut ProviderOf<T>,
        payee: &T::AccountId,
        due: BalanceOf<T>,
        paid: BalanceOf<T>,
    ) {
        record.bond = record.bond.saturating_sub(paid);
        if !paid.is_zero() {
            T::Payouts::note(provider, paid, HistoryEvent::PaidDamages { job: id });
            let (provider, to) = (provider.clone(), payee.clone());
            Self::deposit_event(Event::DamagesPaid { job: id, provider, to, amount: paid });
        }
        let locked = due.saturating_sub(paid);
        if !locked.is_zero() {
            let (credit, _missing) = T::Currency::slash(&HoldReason::ProviderBond.into(), provider, locked);
            let slashed = credit.peek();
            T::OnBurn::on_unbalanced(credit);
            record.bond = record.bond.saturating_sub(slashed);
            let (provider, reporter) = (provider.clone(), provider.clone());
            Self::deposit_event(Event::BondSlashed { job: id, provider, reporter, slashed });
        }
    }
}
