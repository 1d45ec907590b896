//! Benchmarks of the calls.

use super::*;
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use neurodata_primitives::TrainingUseId;
use sp_runtime::traits::One;

#[benchmarks]
mod benchmarks {
    use super::*;

    /// An account that holds nothing collects `c` matured credits.
    #[benchmark]
    fn claim(c: Linear<1, { T::MaxCredits::get() }>) -> Result<(), BenchmarkError> {
        let account: T::AccountId = whitelisted_caller();
        let each = T::Currency::minimum_balance();
        let total = each.saturating_mul(c.into());
        T::Currency::mint_into(&Pallet::<T>::pot(), total.saturating_add(each))?;
        for use_number in 0..c {
            let training_use = TrainingUseId::new(use_number.into());
            Pallet::<T>::credit(&account, each, PayoutReason::TrainingUse { training_use });
        }
        let now = frame_system::Pallet::<T>::block_number();
        let matured = now.saturating_add(T::MaturityPeriod::get()).saturating_add(One::one());
        frame_system::Pallet::<T>::set_block_number(matured);
        assert_eq!(CreditLedger::<T>::count(&account), c);

        #[extrinsic_call]
        _(RawOrigin::Signed(account.clone()));

        assert_eq!(T::Currency::balance(&account), total);
        assert_eq!(CreditLedger::<T>::count(&account), 0);
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder::default().build(), crate::mock::Test);
}
