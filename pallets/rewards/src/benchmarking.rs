//! Benchmarks of the calls, each by an account whose stake has earned something.

use super::*;
use frame_benchmarking::v2::*;
use frame_support::traits::{
    fungible::{Balanced, InspectHold},
    OnUnbalanced,
};
use frame_system::RawOrigin;
use neurodata_primitives::TrainingUseId;
use sp_runtime::traits::One;

/// Least stake, and enough to be held.
fn stake_amount<T: Config>() -> BalanceOf<T> {
    T::MinimumStake::get().max(T::Currency::minimum_balance())
}

/// An account with twice the money that [`stake_amount`] and existence need.
fn funded<T: Config>() -> Result<T::AccountId, BenchmarkError> {
    let account: T::AccountId = whitelisted_caller();
    let amount = stake_amount::<T>().saturating_add(T::Currency::minimum_balance());
    T::Currency::mint_into(&account, amount.saturating_add(amount))?;
    Ok(account)
}

/// A funded account that has staked [`stake_amount`], and a pool that has earned it the staker's share of as much.
fn staker<T: Config>() -> Result<T::AccountId, BenchmarkError> {
    let account = funded::<T>()?;
    Pallet::<T>::do_stake(account.clone(), stake_amount::<T>())?;
    PoolFunding::<T>::on_unbalanced(T::Currency::issue(stake_amount::<T>()));
    Ok(account)
}

fn held<T: Config>(account: &T::AccountId) -> BalanceOf<T> {
    T::Currency::balance_on_hold(&HoldReason::ContributorStake.into(), account)
}

/// Let `blocks` and one more pass.
fn pass<T: Config>(blocks: BlockNumberFor<T>) {
    let now = frame_system::Pallet::<T>::block_number();
    frame_system::Pallet::<T>::set_block_number(now.saturating_add(blocks).saturating_add(One::one()));
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// A staker collects `c` matured credits and what its stake has earned.
    #[benchmark]
    fn claim(c: Linear<1, { T::MaxCredits::get() }>) -> Result<(), BenchmarkError> {
        let account = staker::<T>()?;
        let each = T::Currency::minimum_balance();
        let total = each.saturating_mul(c.into());
        T::Currency::mint_into(&Pallet::<T>::pot(), total.saturating_add(each))?;
        for use_number in 0..c {
            let training_use = TrainingUseId::new(use_number.into());
            Pallet::<T>::credit(&account, each, PayoutReason::TrainingUse { training_use, job: JobId::new(0) });
        }
        pass::<T>(T::MaturityPeriod::get());
        assert_eq!(CreditLedger::<T>::count(&account), c);
        let reward = Pallet::<T>::stake_reward(&account);
        let before = T::Currency::balance(&account);

        #[extrinsic_call]
        _(RawOrigin::Signed(account.clone()));

        assert_eq!(T::Currency::balance(&account), before.saturating_add(total).saturating_add(reward));
        assert_eq!(CreditLedger::<T>::count(&account), 0);
        Ok(())
    }

    #[benchmark]
    fn donate() -> Result<(), BenchmarkError> {
        let account = funded::<T>()?;
        let amount = T::Currency::minimum_balance();

        #[extrinsic_call]
        _(RawOrigin::Signed(account), amount);

        assert_eq!(Pallet::<T>::available(), amount);
        Ok(())
    }

    #[benchmark]
    fn stake() -> Result<(), BenchmarkError> {
        let account = staker::<T>()?;
        let amount = stake_amount::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(account.clone()), amount);

        assert_eq!(held::<T>(&account), amount.saturating_add(amount));
        Ok(())
    }

    #[benchmark]
    fn unstake() -> Result<(), BenchmarkError> {
        let account = staker::<T>()?;
        let amount = stake_amount::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(account.clone()), amount);

        assert_eq!(held::<T>(&account), amount);
        assert!(Profiles::<T>::get(&account).unstaking.is_some());
        Ok(())
    }

    #[benchmark]
    fn withdraw_unstaked() -> Result<(), BenchmarkError> {
        let account = staker::<T>()?;
        Pallet::<T>::do_unstake(account.clone(), stake_amount::<T>())?;
        pass::<T>(T::UnstakePeriod::get());

        #[extrinsic_call]
        _(RawOrigin::Signed(account.clone()));

        assert!(held::<T>(&account).is_zero());
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder::default().build(), crate::mock::Test);
}
