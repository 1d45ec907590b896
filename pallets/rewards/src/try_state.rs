//! What must hold between blocks.

use super::*;
use frame_support::traits::fungible::InspectHold;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Check every invariant.
    ///
    /// - The pot holds all credits and the existential deposit. More, if somebody donated.
    /// - [`TotalCredited`] is the sum of [`Credits`]; each list has 1 to [`Config::MaxCredits`] entries above zero.
    /// - Reputation is within 1 to 100, and nobody was active in the future.
    /// - The hold of each account is its stake and what is on its way back; [`StakeTotals::staked`] is the sum of the
    ///   stakes.
    /// - What is set aside covers the rewards of all stakes, and is nothing without a stake; the pool holds it and the
    ///   existential deposit.
    /// - Each account has as many lines as were written, at most [`Config::MaxHistory`].
    /// - No job's list is empty.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::try_credits()?;
        Self::try_profiles()?;
        Self::try_stakes()?;
        Self::try_history()
    }

    fn try_credits() -> Result<(), TryRuntimeError> {
        let mut sum = BalanceOf::<T>::zero();
        for account in Credits::<T>::iter_keys() {
            let maximum = usize::try_from(T::MaxCredits::get()).unwrap_or(usize::MAX);
            let length = Credits::<T>::decode_len(&account).unwrap_or_default();
            ensure!((1..=maximum).contains(&length), "a list of credits is empty or too long");
            let credits = Credits::<T>::get(&account);
            ensure!(credits.iter().all(|credit| !credit.amount.is_zero()), "a credit is zero");
            sum = sum.saturating_add(CreditLedger::<T>::owed(&account));
        }
        ensure!(sum == CreditLedger::<T>::total(), "the total differs from the sum of the credits");
        ensure!(
            T::Currency::balance(&Self::pot()) >= sum.saturating_add(T::Currency::minimum_balance()),
            "the pot does not cover the credits"
        );
        Ok(())
    }

    fn try_profiles() -> Result<(), TryRuntimeError> {
        let now = frame_system::Pallet::<T>::block_number();
        for (account, record) in Contributors::<T>::iter() {
            ensure!((reputation::MIN..=reputation::MAX).contains(&record.reputation), "reputation is out of range");
            ensure!(record.active_at <= now, "an account was active in the future");
            let leaving = record.unstaking.map(|unstaking| unstaking.amount);
            ensure!(leaving.is_none_or(|amount| !amount.is_zero()), "nothing is on its way back");
            let held = T::Currency::balance_on_hold(&HoldReason::ContributorStake.into(), &account);
            let expected = record.stake.saturating_add(leaving.unwrap_or_default());
            ensure!(held == expected, "a hold differs from the stake");
        }
        Ok(())
    }

    fn try_stakes() -> Result<(), TryRuntimeError> {
        let totals = Stakes::<T>::get();
        let (mut staked, mut due) = (BalanceOf::<T>::zero(), BalanceOf::<T>::zero());
        for record in Contributors::<T>::iter_values() {
            ensure!(record.reward_index <= totals.index, "an account was rewarded ahead of the index");
            staked = staked.saturating_add(record.stake);
            due = due.saturating_add(totals.reward(record.stake, record.reward_index));
        }
        ensure!(staked == totals.staked, "the total differs from the sum of the stakes");
        ensure!(due <= totals.owed, "what is set aside does not cover the rewards");
        ensure!(!staked.is_zero() || totals.owed.is_zero(), "something is set aside for nobody");
        ensure!(
            T::Currency::balance(&Self::pool()) >= totals.owed.saturating_add(T::Currency::minimum_balance()),
            "the pool does not hold what is set aside"
        );
        Ok(())
    }

    fn try_history() -> Result<(), TryRuntimeError> {
        for account in HistoryCounts::<T>::iter_keys() {
            let lines = HistoryLines::<T>::iter_key_prefix(&account).count();
            let expected = usize::try_from(HistoryBook::<T>::stored(&account)).unwrap_or(usize::MAX);
            ensure!(lines == expected, "a history has more or fewer lines than were written");
        }
        for account in HistoryLines::<T>::iter_keys().map(|(account, _)| account) {
            ensure!(HistoryCounts::<T>::contains_key(&account), "a history was never begun");
        }
        for job in JobLines::<T>::iter_keys() {
            ensure!(JobLines::<T>::decode_len(job).unwrap_or_default() > 0, "the list of a job is empty");
        }
        Ok(())
    }
}
