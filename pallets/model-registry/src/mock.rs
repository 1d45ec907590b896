//! A runtime with this pallet alone.

use crate::{self as pallet_model_registry, *};
use frame_support::derive_impl;
use neurodata_primitives::{seams::Models as _, Algorithm, BlobDigest, ModelDigest, TraceRoot, TrainingMetrics};
use sp_runtime::{BuildStorage, DispatchError};

pub type AccountId = u64;

pub const OWNER: AccountId = 1;
pub const BUYER: AccountId = 2;
pub const STRANGER: AccountId = 3;
pub const JOB: JobId = JobId::new(7);

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Test;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type ModelRegistry = pallet_model_registry;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

impl Config for Test {
    type WeightInfo = ();
}

/// Sets the world up: block 1, no models.
pub struct ExtBuilder;

impl ExtBuilder {
    pub fn build() -> sp_io::TestExternalities {
        let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
        let mut ext = sp_io::TestExternalities::new(storage);
        ext.execute_with(|| System::set_block_number(1));
        ext
    }

    /// Run `test` in this world, then check every invariant.
    pub fn build_and_execute(test: impl FnOnce()) {
        Self::build().execute_with(|| {
            test();
            ModelRegistry::do_try_state().unwrap();
        });
    }
}

pub fn spec() -> TrainingSpec {
    TrainingSpec {
        algorithm: Algorithm::LogisticRegression,
        target: 13,
        classes: 2,
        epochs: 100,
        batch_rows: 32,
        learning_rate: 100_000,
        momentum: 0,
        weight_decay: 0,
        holdout: 200,
        checkpoint_epochs: 10,
    }
}

pub fn result() -> ResultCommitment {
    ResultCommitment {
        model: ModelDigest::new([1; 32]),
        model_bytes: 1_000,
        manifest: BlobDigest::new([2; 32]),
        trace: TraceRoot::new([3; 32]),
        checkpoints: 11,
        metrics: TrainingMetrics::default(),
    }
}

/// Record a model of `job` for [`OWNER`].
pub fn record(job: JobId) -> Result<ModelId, DispatchError> {
    ModelRegistry::record(&OWNER, job, DatasetId::new(3), spec(), Seed::new([4; 32]), result(), 85)
}

/// The last event, which must be one of this pallet.
pub fn last_event() -> Event<Test> {
    match System::events().pop().map(|record| record.event) {
        Some(RuntimeEvent::ModelRegistry(event)) => event,
        other => panic!("the last event is {other:?}"),
    }
}
