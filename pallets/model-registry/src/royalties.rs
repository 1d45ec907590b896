//! Income of models: what a sale brings in, and how it is shared.

use crate::{pallet::*, types::*};
use frame_support::{dispatch::DispatchResult, ensure};
use neurodata_primitives::{seams::Payouts, ModelId, PayoutReason, PurchaseId, RoyaltySplit};
use sp_runtime::{
    traits::{AtLeast32BitUnsigned, CheckedAdd, Saturating, Zero},
    ArithmeticError, DispatchError,
};

/// The parts of an income. They sum to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct IncomeShares<Balance> {
    /// For the provider of the data.
    pub(crate) data: Balance,
    /// For the compute provider.
    pub(crate) compute: Balance,
    /// For each parent.
    pub(crate) each_parent: Balance,
    /// For the owner, with everything that rounding left over.
    pub(crate) owner: Balance,
}

/// Share `income` by `split` among the parties of a model with `parents` parents.
///
/// ```text
/// data        = floor(split.data * income)
/// compute     = floor(split.compute * income)
/// each_parent = floor(floor(split.parents * income) / parents)          0 without parents
/// owner       = income - data - compute - parents * each_parent
/// ```
///
/// An invalid split gives the later parts less, never more than the whole.
pub(crate) fn income_shares<Balance>(split: &RoyaltySplit, income: Balance, parents: u32) -> IncomeShares<Balance>
where
    Balance: AtLeast32BitUnsigned + Copy,
{
    let data = split.data.mul_floor(income);
    let rest = income.saturating_sub(data);
    let compute = split.compute.mul_floor(income).min(rest);
    let rest = rest.saturating_sub(compute);
    let share = split.parents.mul_floor(income).min(rest);
    let each_parent = share.checked_div(&parents.into()).unwrap_or_else(Zero::zero);
    let owner = rest.saturating_sub(each_parent.saturating_mul(parents.into()));
    IncomeShares { data, compute, each_parent, owner }
}

impl<T: Config> Pallet<T> {
    /// The account that holds income which is not shared yet, and one existential deposit.
    pub fn pot() -> T::AccountId {
        Pot::<T>::account()
    }

    /// Share the pending income of `model`. Returns the number of its parents, for the weight.
    pub(crate) fn do_collect_royalties(model: ModelId) -> Result<u32, DispatchError> {
        let record = Models::<T>::get(model).ok_or(Error::<T>::NotFound)?;
        ensure!(Self::share_income(model, &record)?, Error::<T>::NothingToCollect);
        Ok(u32::try_from(record.parents.len()).unwrap_or(u32::MAX))
    }

    /// Take in the `price` of a settled sale, which lies in the pot: the treasury is paid its share, the rest waits to
    /// be shared.
    pub(crate) fn take_in(model: ModelId, purchase: PurchaseId, price: BalanceOf<T>) -> DispatchResult {
        let total = TotalPending::<T>::get();
        ensure!(Pot::<T>::available() >= total.saturating_add(price), Error::<T>::Unfunded);
        let treasury = T::Payouts::treasury_share(price).min(price);
        let amount = price.saturating_sub(treasury);
        let mut income = Incomes::<T>::get(model);
        income.pending = income.pending.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
        let total = total.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
        // Saturating: both are only shown.
        income.sales = income.sales.saturating_add(1);
        income.total = income.total.saturating_add(amount);

        Pot::<T>::pay(&T::Payouts::pot(), treasury)?;
        if !treasury.is_zero() {
            T::Payouts::settle_treasury(treasury)?;
        }
        Incomes::<T>::insert(model, income);
        TotalPending::<T>::put(total);
        Self::deposit_event(Event::IncomeReceived { model, purchase, treasury, amount });
        Ok(())
    }

    /// Share what `model` has earned among data provider, compute provider, parents and owner. Returns whether there
    /// was anything.
    ///
    /// The parents' part becomes pending income of theirs: it never leaves the pot, and only direct parents are
    /// touched.
    pub(crate) fn share_income(model: ModelId, record: &ModelRecordOf<T>) -> Result<bool, DispatchError> {
        let mut income = Incomes::<T>::get(model);
        let pending = income.pending;
        if pending.is_zero() {
            return Ok(false);
        }
        let parents = u32::try_from(record.parents.len()).map_err(|_| ArithmeticError::Overflow)?;
        let shares = income_shares(&record.royalty, pending, parents);
        let parents_part = shares.each_parent.saturating_mul(parents.into());
        let paid = pending.saturating_sub(parents_part);

        Pot::<T>::pay(&T::Payouts::pot(), paid)?;
        let parties = [
            (&record.data_provider, shares.data),
            (&record.compute_provider, shares.compute),
            (&record.owner, shares.owner),
        ];
        for (account, amount) in parties.into_iter().filter(|(_, amount)| !amount.is_zero()) {
            T::Payouts::settle_credit(account, amount, PayoutReason::Royalty { model })?;
        }
        income.pending = Zero::zero();
        Incomes::<T>::insert(model, income);
        TotalPending::<T>::mutate(|total| *total = total.saturating_sub(paid));
        for parent in record.parents.iter().filter(|_| !shares.each_parent.is_zero()) {
            // Saturating: the sum of everything pending lies in the pot, so that it fits.
            Incomes::<T>::mutate(parent, |income| {
                income.pending = income.pending.saturating_add(shares.each_parent);
                income.total = income.total.saturating_add(shares.each_parent);
            });
        }
        Self::deposit_event(Event::RoyaltiesCollected {
            model,
            owner_part: shares.owner,
            data_part: shares.data,
            compute_part: shares.compute,
            parents_part,
        });
        Ok(true)
    }
}
