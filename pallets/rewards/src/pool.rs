//! The reward pool: where its money comes from, and what it pays.

use super::*;
use core::marker::PhantomData;
use frame_support::{
    defensive,
    traits::{
        fungible::{Balanced, Credit as Issued},
        tokens::Fortitude,
        Imbalance, OnUnbalanced,
    },
};
use neurodata_primitives::money::JobShares;
use sp_runtime::{traits::One, SaturatedConversion};

/// Takes newly issued tokens into the pool; [`Config::StakeShare`] of them is set aside for stakers.
pub struct PoolFunding<T>(PhantomData<T>);

impl<T: Config> OnUnbalanced<Issued<T::AccountId, T::Currency>> for PoolFunding<T> {
    fn on_nonzero_unbalanced(issued: Issued<T::AccountId, T::Currency>) {
        let amount = issued.peek();
        // What cannot be resolved is dropped, which burns it.
        if T::Currency::resolve(&Pallet::<T>::pool(), issued).is_err() {
            defensive!("the pool exists since genesis, so that it takes any amount up to the issuance");
            return;
        }
        let for_stakers = Stakes::<T>::mutate(|totals| totals.share(T::StakeShare::get().mul_floor(amount)));
        Pallet::<T>::deposit_event(Event::PoolFunded { amount, for_stakers });
    }
}

impl<T: Config> Pallet<T> {
    /// The account of the reward pool: one existential deposit, what is set aside for stakers, and what extra rewards
    /// and known-answer fees can be paid from.
    pub fn pool() -> T::AccountId {
        T::PoolPalletId::get().into_account_truncating()
    }

    /// How the pool stands.
    pub fn pool_status() -> PoolStatus<BalanceOf<T>> {
        let StakeTotals { staked, owed, .. } = Stakes::<T>::get();
        PoolStatus { available: Self::available(), owed_to_stakers: owed, staked }
    }

    /// What the pool can pay beside what is set aside for stakers, in plancks.
    pub(crate) fn available() -> BalanceOf<T> {
        T::Currency::reducible_balance(&Self::pool(), Preservation::Preserve, Fortitude::Polite)
            .saturating_sub(Stakes::<T>::get().owed)
    }

    /// Give `amount` of `account` to the pool.
    pub(crate) fn do_donate(account: T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        // Each donation writes a line, which nobody may fill histories with for nothing.
        ensure!(amount >= T::Currency::minimum_balance().max(One::one()), Error::<T>::InvalidAmount);

        T::Currency::transfer(&account, &Self::pool(), amount, Preservation::Preserve)?;
        HistoryBook::<T>::append(&account, amount, HistoryEvent::Donated);
        Self::deposit_event(Event::Donated { account, amount });
        Ok(())
    }

    /// Move what a settlement gives the treasury out of the pot: [`Config::PoolShare`] of it, rounded down, to the pool,
    /// the rest to the treasury. What the treasury cannot receive, being dust, is credited to it.
    pub(crate) fn pay_treasury(amount: BalanceOf<T>) {
        let (for_pool, amount) = split_off(amount, T::PoolShare::get());
        let amount = amount.saturating_add(Self::pay_pool(for_pool));
        if amount.is_zero() {
            return;
        }
        let treasury = T::TreasuryAccount::get();
        match T::Currency::transfer(&Self::pot(), &treasury, amount, Preservation::Preserve) {
            Ok(_) => Self::deposit_event(Event::TreasuryPaid { amount }),
            Err(_) => Self::credit(&treasury, amount, PayoutReason::TreasuryShare),
        }
    }

    /// Move `amount` from the pot to the pool. Returns what could not be moved, which is all or nothing.
    fn pay_pool(amount: BalanceOf<T>) -> BalanceOf<T> {
        if amount.is_zero() {
            return amount;
        }
        if T::Currency::transfer(&Self::pot(), &Self::pool(), amount, Preservation::Preserve).is_err() {
            defensive!("the settlement is funded, and the pool exists since genesis");
            return amount;
        }
        Self::deposit_event(Event::PoolFunded { amount, for_stakers: Zero::zero() });
        Zero::zero()
    }

    /// Move the sum of `amounts`, which the pool has available, to the pot. Returns whether it did, so that the caller may
    /// credit them.
    pub(crate) fn draw_from_pool(amounts: &[BalanceOf<T>]) -> bool {
        let sum = amounts.iter().fold(BalanceOf::<T>::zero(), |sum, amount| sum.saturating_add(*amount));
        if sum.is_zero() {
            return false;
        }
        let drawn = T::Currency::transfer(&Self::pool(), &Self::pot(), sum, Preservation::Preserve);
        if drawn.is_err() {
            defensive!("amounts are drawn only as far as they are available");
        }
        drawn.is_ok()
    }

    /// What the pool pays for one job whose price was split into `shares`: the extra rewards of its `parts`, then the fees of
    /// the `finders` of its planted trace, in the same order; see [`extra`].
    pub(crate) fn rewards(
        parts: &[Part<T>],
        finders: &[T::AccountId],
        shares: &JobShares<BalanceOf<T>>,
    ) -> Vec<BalanceOf<T>> {
        let wish = |part: &Part<T>| {
            let base = match part.kind {
                ContributionKind::Dataset => T::DatasetExtra::get(),
                ContributionKind::Compute => T::ComputeExtra::get(),
                ContributionKind::Validation => T::ValidationExtra::get(),
            };
            extra::wished(base.saturated_into(), part.score, Profiles::<T>::reputation(&part.account))
        };
        let fee: u128 = T::KnownAnswerFee::get().min(shares.each_evaluator).saturated_into();
        let wishes: Vec<u128> = parts.iter().map(wish).chain(finders.iter().map(|_| fee)).collect();
        let given = shares.treasury.saturated_into();
        let limit = extra::limit(T::ExtraCap::get(), given, Self::available().saturated_into());
        extra::scaled(&wishes, limit).into_iter().map(SaturatedConversion::saturated_into).collect()
    }
}
