//! Stakes of contributors, and what they earn.
//!
//! ```text
//! growth   = floor(share * 2^64 / staked)                            for each funding
//! index   += growth
//! owed    += ceil(growth * staked / 2^64)                            at most share
//! reward   = floor(stake * (index - index when last settled) / 2^64) for each account
//! owed    -= reward                                                  when it is settled
//!
//! share    part of the funding that is for stakers, in plancks
//! staked   sum of all stakes at the funding, in plancks
//! stake    that of the account, unchanged since it was last settled, in plancks
//! ```
//!
//! Between two settlements of an account its stake does not change, so the rewards of all accounts together are at most
//! the sum of `growth * staked / 2^64`, of which `owed` holds no less. What rounding leaves is less than a planck for
//! each settlement; it becomes available again when nobody has a stake any more.

use super::*;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{fungible::MutateHold, tokens::Precision};
use neurodata_primitives::Unstaking;
use scale_info::TypeInfo;
use sp_core::U256;
use sp_runtime::{
    traits::{AtLeast32BitUnsigned, CheckedAdd, CheckedSub},
    SaturatedConversion,
};

/// Bits behind the point of an index.
const FRACTION_BITS: u32 = 64;

/// All stakes together.
#[derive(
    Clone, Copy, Default, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StakeTotals<Balance> {
    /// Sum of all stakes, in plancks, without what is on its way back.
    pub staked: Balance,
    /// Reward of one planck that was staked from the beginning; 2^64 stands for a planck.
    pub index: u128,
    /// What is set aside in the pool for rewards that are not settled yet, in plancks.
    pub owed: Balance,
}

impl<Balance: AtLeast32BitUnsigned + Copy> StakeTotals<Balance> {
    /// Share `amount` among the stakes. Returns how much of it was set aside: all but what rounding leaves; nothing
    /// without stakes, or if the index would overflow, which takes 2^64 plancks for each one that is staked.
    pub fn share(&mut self, amount: Balance) -> Balance {
        let staked = wide(self.staked);
        let growth = (wide(amount) << FRACTION_BITS).checked_div(staked).and_then(|growth| u128::try_from(growth).ok());
        let Some((growth, index)) = growth.and_then(|growth| Some((growth, self.index.checked_add(growth)?))) else {
            return Balance::zero();
        };
        let product = U256::from(growth).saturating_mul(staked);
        let rounded_up = product.saturating_add(U256::from(u64::MAX)) >> FRACTION_BITS;
        let set_aside = narrow::<Balance>(rounded_up).min(amount);
        self.index = index;
        self.owed = self.owed.saturating_add(set_aside);
        set_aside
    }

    /// What a stake that was last settled at `index` has earned since, rounded down.
    pub fn reward(&self, stake: Balance, index: u128) -> Balance {
        let grown = self.index.saturating_sub(index);
        narrow(wide(stake).saturating_mul(grown.into()) >> FRACTION_BITS)
    }

    /// Note that `reward` was settled. It never exceeds what is owed; the module's documentation has the proof.
    pub fn settle(&mut self, reward: Balance) {
        self.owed = self.owed.saturating_sub(reward);
    }

    /// Note that `amount` was staked.
    pub fn join(&mut self, amount: Balance) {
        self.staked = self.staked.saturating_add(amount);
    }

    /// Note that `amount` is not staked any more. With the last stake goes what rounding left over: every account is
    /// settled before its stake changes, so nobody is owed anything then.
    pub fn leave(&mut self, amount: Balance) {
        self.staked = self.staked.saturating_sub(amount);
        if self.staked.is_zero() {
            self.owed = Balance::zero();
        }
    }
}

/// No balance has more than 128 bits.
fn wide<Balance: AtLeast32BitUnsigned + Copy>(amount: Balance) -> U256 {
    U256::from(amount.saturated_into::<u128>())
}

/// Saturates, where no amount that exists can be: beyond the issuance.
fn narrow<Balance: AtLeast32BitUnsigned + Copy>(amount: U256) -> Balance {
    u128::try_from(amount).unwrap_or(u128::MAX).saturated_into()
}

impl<T: Config> Pallet<T> {
    /// What the stake of `account` has earned and was not settled yet, in plancks.
    pub(crate) fn stake_reward(account: &T::AccountId) -> BalanceOf<T> {
        let record = Profiles::<T>::get(account);
        Stakes::<T>::get().reward(record.stake, record.reward_index)
    }

    /// Move what the stake of `account` has earned from the pool to the pot, and count it as income. The caller has to
    /// owe or pay the amount, which is returned. Does nothing while it is less than a planck.
    pub(crate) fn settle_stake_reward(account: &T::AccountId) -> Result<BalanceOf<T>, DispatchError> {
        let reward = Self::stake_reward(account);
        if reward.is_zero() {
            return Ok(reward);
        }
        T::Currency::transfer(&Self::pool(), &Self::pot(), reward, Preservation::Preserve)?;
        let index = Stakes::<T>::mutate(|totals| {
            totals.settle(reward);
            totals.index
        });
        Profiles::<T>::mutate(account, |record| record.reward_index = index);
        Profiles::<T>::note_income(account, reward);
        Ok(reward)
    }

    /// Credit `account` with what its stake has earned. It can be claimed at once: nothing about it can be contested.
    fn credit_stake_reward(account: &T::AccountId) -> DispatchResult {
        let reward = Self::settle_stake_reward(account)?;
        Self::credit_from(account, reward, PayoutReason::Stake, frame_system::Pallet::<T>::block_number());
        Ok(())
    }

    /// Put `amount` more on hold as stake.
    pub(crate) fn do_stake(account: T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        ensure!(!amount.is_zero(), Error::<T>::InvalidAmount);
        let stake = Profiles::<T>::get(&account).stake.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
        ensure!(stake >= T::MinimumStake::get(), Error::<T>::BelowMinimumStake);

        T::Currency::hold(&HoldReason::ContributorStake.into(), &account, amount)?;
        Self::credit_stake_reward(&account)?;
        let index = Stakes::<T>::mutate(|totals| {
            totals.join(amount);
            totals.index
        });
        Profiles::<T>::mutate(&account, |record| {
            record.stake = stake;
            record.reward_index = index;
        });
        HistoryBook::<T>::append(&account, amount, HistoryEvent::Staked);
        Self::deposit_event(Event::Staked { account, amount });
        Ok(())
    }

    /// Take `amount` out of the stake; it stays on hold until it is withdrawn.
    pub(crate) fn do_unstake(account: T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        ensure!(!amount.is_zero(), Error::<T>::InvalidAmount);
        let record = Profiles::<T>::get(&account);
        ensure!(record.unstaking.is_none(), Error::<T>::AlreadyUnstaking);
        let left = record.stake.checked_sub(&amount).ok_or(Error::<T>::InsufficientStake)?;
        ensure!(left.is_zero() || left >= T::MinimumStake::get(), Error::<T>::BelowMinimumStake);
        let releases_at = frame_system::Pallet::<T>::block_number().saturating_add(T::UnstakePeriod::get());

        Self::credit_stake_reward(&account)?;
        let index = Stakes::<T>::mutate(|totals| {
            totals.leave(amount);
            totals.index
        });
        Profiles::<T>::mutate(&account, |record| {
            record.stake = left;
            record.reward_index = index;
            record.unstaking = Some(Unstaking { amount, releases_at });
        });
        HistoryBook::<T>::append(&account, amount, HistoryEvent::Unstaked);
        Self::deposit_event(Event::Unstaked { account, releases_at, amount });
        Ok(())
    }

    /// Release what was unstaked long enough ago.
    pub(crate) fn do_withdraw_unstaked(account: T::AccountId) -> DispatchResult {
        let Unstaking { amount, releases_at } =
            Profiles::<T>::get(&account).unstaking.ok_or(Error::<T>::NothingToWithdraw)?;
        ensure!(releases_at <= frame_system::Pallet::<T>::block_number(), Error::<T>::TooEarly);

        T::Currency::release(&HoldReason::ContributorStake.into(), &account, amount, Precision::Exact)?;
        Profiles::<T>::mutate(&account, |record| record.unstaking = None);
        Self::deposit_event(Event::StakeWithdrawn { account, amount });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_share_is_divided_by_stake() {
        let mut totals = StakeTotals { staked: 400u128, ..Default::default() };
        assert_eq!(totals.share(1_000), 1_000);
        assert_eq!((totals.reward(100, 0), totals.reward(300, 0), totals.owed), (250, 750, 1_000));
        totals.settle(250);
        assert_eq!((totals.reward(100, totals.index), totals.owed), (0, 750));
    }

    #[test]
    fn nothing_is_set_aside_without_stakes_or_beyond_the_index() {
        let mut totals = StakeTotals::<u128>::default();
        assert_eq!((totals.share(1_000), totals), (0, StakeTotals::default()));
        totals.staked = 1;
        assert_eq!(totals.share(1 << 64), 0);
        assert_eq!((totals.share(u128::MAX >> 64), totals.index), (u128::from(u64::MAX), u128::from(u64::MAX) << 64));
        assert_eq!((totals.share(1), totals.owed), (0, u128::from(u64::MAX)));
    }

    #[test]
    fn the_last_stake_leaves_nothing_owed() {
        let mut totals = StakeTotals { staked: 3u128, ..Default::default() };
        assert_eq!(totals.share(10), 10);
        let rewards = [totals.reward(1, 0), totals.reward(2, 0)];
        assert_eq!(rewards, [3, 6]);
        totals.settle(rewards.iter().sum());
        assert_eq!(totals.owed, 1);
        totals.leave(3);
        assert_eq!((totals.owed, totals.staked), (0, 0));
    }

    /// One step: which account, whether a funding, a larger or a smaller stake, and how much.
    fn any_step() -> impl Strategy<Value = (usize, u8, u128)> {
        (0..5usize, 0..3u8, prop_oneof![1..50u128, 1..u128::from(u64::MAX)])
    }

    proptest! {
        #[test]
        fn what_is_owed_covers_every_reward_after_every_step(steps in prop::collection::vec(any_step(), 1..80)) {
            let mut totals = StakeTotals::<u128>::default();
            let mut accounts = [(0u128, 0u128); 5];
            let (mut funded, mut paid) = (0u128, 0u128);
            for (account, step, amount) in steps {
                if step == 0 {
                    let set_aside = totals.share(amount);
                    prop_assert!(set_aside <= amount);
                    funded += set_aside;
                } else {
                    let (stake, index) = &mut accounts[account];
                    let reward = totals.reward(*stake, *index);
                    prop_assert!(reward <= totals.owed);
                    totals.settle(reward);
                    paid += reward;
                    *index = totals.index;
                    if step == 1 {
                        *stake += amount;
                        totals.join(amount);
                    } else {
                        let left = stake.saturating_sub(amount);
                        totals.leave(*stake - left);
                        *stake = left;
                    }
                }
                let due: u128 = accounts.iter().map(|(stake, index)| totals.reward(*stake, *index)).sum();
                prop_assert!(due <= totals.owed, "{} due, {} owed", due, totals.owed);
                prop_assert!(paid + totals.owed <= funded);
                prop_assert_eq!(totals.staked, accounts.iter().map(|(stake, _)| stake).sum::<u128>());
            }
        }
    }
}
