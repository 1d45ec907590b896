//! What benchmarks need: those of our pallets of each other, see [`crate::world`], those of the SDK of this runtime.

use alloc::vec;

use frame_support::{
    traits::{fungible::Mutate, ConstU32},
    BoundedVec,
};
use neurodata_primitives::{
    dataset::MAX_ZK_PROOF_BYTES,
    probe,
    seams::{EvaluationRequest, StatementId},
    AuditProof, ContentCommitment, DatasetCommitment, DatasetId, FieldBytes, JobId, PackageCommitment, RecipientKey,
    TrainingUseId,
};
use neurodata_zk_verifier::development;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
use sp_runtime::DigestItem;

use crate::{world, AccountId, Balances, BlockNumber, ModelValidation, Runtime, RuntimeOrigin, System};

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

    fn job_under_evaluation() -> (JobId, EvaluationRequest<AccountId>) {
        let data_provider = world::funded(100);
        let dataset = world::active_dataset(&data_provider);
        let accepted = world::accepted_job(dataset);
        world::submit_result(&accepted, &data_provider);
        let world::AcceptedJob { job, job_owner, provider, secret, .. } = accepted;
        let probe = Some(probe::commitment(job, &provider, &secret));
        let (seed, trace) = (world::run_seed(job), world::TRACE);
        (job, EvaluationRequest { job_owner, data_provider, provider, work_units: 1, seed, trace, probe, sampled: true })
    }
}

impl pallet_sales::BenchmarkHelper<AccountId, BlockNumber> for BenchmarkWorld {
    fn dataset(package: PackageCommitment) -> (AccountId, DatasetId) {
        let owner = world::funded(100);
        let dataset = world::active_dataset(&owner);
        pallet_dataset_registry::Datasets::<Runtime>::mutate(dataset, |record| {
            let (Some(record), ContentCommitment::Table { data_root, layout, last_layout }) = (record, package.content)
            else {
                panic!("a dataset holds a table")
            };
            let PackageCommitment { cipher_root, key_commitment, chunks, .. } = package;
            record.commitment = DatasetCommitment {
                data_root,
                layout,
                last_layout,
                cipher_root,
                key_commitment,
                chunks,
                ..record.commitment.clone()
            };
        });
        (owner, dataset)
    }

    fn evaluators(count: u32) {
        let bond = <Runtime as pallet_model_validation::Config>::EvaluatorBond::get();
        for number in 0..count {
            let account: AccountId = frame_benchmarking::account("evaluator", number, 0);
            Balances::set_balance(&account, bond.saturating_mul(10));
            ModelValidation::register_evaluator(RuntimeOrigin::signed(account), bond, RecipientKey::new([9; 32]))
                .expect("the bond is enough");
        }
    }

    fn set_seed(block: BlockNumber) {
        world::set_seed(block)
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
