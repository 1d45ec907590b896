//! What benchmarks need: those of our pallets of each other, see [`crate::world`], those of the SDK of this runtime.

use alloc::vec;

use frame_support::{traits::ConstU32, BoundedVec};
use neurodata_primitives::{
    dataset::MAX_ZK_PROOF_BYTES,
    seams::{JobParties, StatementId},
    AuditProof, DatasetId, FieldBytes, JobId, TrainingUseId,
};
use neurodata_zk_verifier::development;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
use sp_runtime::DigestItem;

use crate::{world, AccountId, BlockNumber, Runtime, System};

/// Answers the benchmark helpers of our pallets.
pub struct BenchmarkWorld;

impl pallet_dataset_registry::BenchmarkHelper for BenchmarkWorld {
    fn zk_proof(_: StatementId, _: &[FieldBytes]) -> BoundedVec<u8, ConstU32<MAX_ZK_PROOF_BYTES>> {
        BoundedVec::truncate_from(development::EXAMPLE_PROOF.to_vec())
    }

    fn open_use(dataset: DatasetId) -> TrainingUseId {
        world::accepted_job(dataset).training_use
    }
}

impl pallet_compute_market::BenchmarkHelper<AccountId, BlockNumber> for BenchmarkWorld {
    fn create_dataset(owner: &AccountId) -> DatasetId {
        world::active_dataset(owner)
    }

    fn set_seed(block: BlockNumber) {
        world::set_seed(block)
    }

    fn possession_proof(_: DatasetId, _: JobId, _: &AccountId, chunk: u32) -> AuditProof {
        world::audit_proof(chunk)
    }
}

impl pallet_model_validation::BenchmarkHelper<AccountId, BlockNumber> for BenchmarkWorld {
    fn set_seed(block: BlockNumber) {
        world::set_seed(block)
    }

    fn job_under_evaluation() -> (JobId, JobParties<AccountId>) {
        let data_provider = world::funded(100);
        let dataset = world::active_dataset(&data_provider);
        let accepted = world::accepted_job(dataset);
        world::submit_result(&accepted, &data_provider);
        let world::AcceptedJob { job, job_owner, provider, .. } = accepted;
        (job, JobParties { job_owner, data_provider, provider, work_units: 1 })
    }
}

impl frame_benchmarking::baseline::Config for Runtime {}
impl frame_system_benchmarking::Config for Runtime {}

impl pallet_transaction_payment::BenchmarkConfig for Runtime {
    /// A fee costs most where the block has an author to pay.
    fn setup_benchmark_environment() {
        pallet_session::Validators::<Runtime>::put(vec![world::funded(103)]);
        let first = SecondaryPlainPreDigest { authority_index: 0, slot: Default::default() };
        System::deposit_log(DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(first)));
    }
}
