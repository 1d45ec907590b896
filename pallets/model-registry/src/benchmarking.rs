//! Benchmarks of the calls.

use crate::{Pallet as ModelRegistry, *};
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::BoundedVec;
use frame_system::RawOrigin;
use neurodata_primitives::{
    job::{MAX_HIDDEN_LAYERS, MAX_LAYER_UNITS},
    seams::Models as _,
    Algorithm, BlobDigest, ModelDigest, TraceRoot, TrainingMetrics,
};

/// The longest spec.
fn spec() -> TrainingSpec {
    let hidden = BoundedVec::truncate_from(vec![MAX_LAYER_UNITS; MAX_HIDDEN_LAYERS as usize]);
    TrainingSpec {
        algorithm: Algorithm::MultilayerPerceptron { hidden },
        target: 0,
        classes: 2,
        epochs: 10,
        batch_rows: 32,
        learning_rate: 100_000,
        momentum: 0,
        weight_decay: 0,
        holdout: 200,
        checkpoint_epochs: 1,
    }
}

fn result() -> ResultCommitment {
    ResultCommitment {
        model: ModelDigest::new([1; 32]),
        model_bytes: 1_000,
        manifest: BlobDigest::new([2; 32]),
        trace: TraceRoot::new([3; 32]),
        checkpoints: 11,
        metrics: TrainingMetrics::default(),
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn transfer_model() -> Result<(), BenchmarkError> {
        let owner: T::AccountId = whitelisted_caller();
        let to: T::AccountId = account("recipient", 0, 0);
        let (job, dataset) = (JobId::new(u64::MAX), DatasetId::new(0));
        let model = ModelRegistry::<T>::record(&owner, job, dataset, spec(), Seed::new([4; 32]), result(), 80)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model, to.clone());

        assert_eq!(Models::<T>::get(model).map(|record| record.owner), Some(to));
        Ok(())
    }

    impl_benchmark_test_suite!(ModelRegistry, crate::mock::ExtBuilder::build(), crate::mock::Test);
}
