//! Benchmarks of the entropy pallet.

use super::{Pallet as EntropyPallet, *};
use frame_benchmarking::v2::*;
use sp_runtime::Saturating;

#[benchmarks]
mod benchmarks {
    use super::*;

    /// Worst case: the window is full, so a seed is removed.
    #[benchmark]
    fn record_seed() {
        let now = T::Window::get().saturating_add(One::one());
        let forgotten: BlockNumberFor<T> = One::one();
        let previous = T::Window::get();
        Seeds::<T>::insert(forgotten, Seed::new([1; 32]));
        Seeds::<T>::insert(previous, Seed::new([2; 32]));

        #[block]
        {
            EntropyPallet::<T>::record_seed(now);
        }

        assert!(Seeds::<T>::contains_key(now));
        assert!(!Seeds::<T>::contains_key(forgotten));
    }

    impl_benchmark_test_suite!(EntropyPallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
