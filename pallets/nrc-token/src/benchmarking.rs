//! Benchmarks of the calls.

use super::*;
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;

#[benchmarks]
mod benchmarks {
    use super::*;

    /// An account burns everything it has and ceases to exist.
    #[benchmark]
    fn burn() -> Result<(), BenchmarkError> {
        let account: T::AccountId = whitelisted_caller();
        let amount = T::Currency::minimum_balance();
        T::Currency::mint_into(&account, amount)?;
        let before = Burned::<T>::get();

        #[extrinsic_call]
        _(RawOrigin::Signed(account.clone()), amount);

        assert!(T::Currency::balance(&account).is_zero());
        assert_eq!(Burned::<T>::get(), before.saturating_add(amount));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder::default().build(), crate::mock::Test);
}
