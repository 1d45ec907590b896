//! A world for tests and benchmarks: a dataset, a job and everybody who takes part in it, made by real calls.
//!
//! What it cannot make is a zk proof: that takes a prover, which has no place in a runtime. So here every proof of the
//! dataset registry stands for the example proof of the development setup ([`ExampleVerifier`]); its verification is
//! real and costs what it costs. The end-to-end suites use real proofs.

use alloc::{vec, vec::Vec};

use frame_support::{
    traits::{fungible::Mutate, Get},
    BoundedVec,
};
use neurodata_primitives::{
    dataset::MAX_TREE_DEPTH, job::SEED_DELAY, layout::MAX_COLUMNS, seams, seams::StatementId, *,
};
use neurodata_zk_statements::{field, node};
use neurodata_zk_verifier::development;
use sp_runtime::DispatchResult;

use crate::*;

/// What every account of the world owns at first, in plancks.
const FUNDS: Balance = 1_000_000 * NRC;
/// Chunks of the world's dataset: as many as fit a tree of the greatest depth, one row each.
const CHUNKS: u32 = 1 << MAX_TREE_DEPTH;
/// The leaf of every chunk.
const LEAF: u64 = 1;

/// Takes every proof for the example proof, and verifies that one.
pub struct ExampleVerifier;

impl seams::ZkVerifier for ExampleVerifier {
    fn verify(statement: StatementId, _inputs: &[FieldBytes], _proof: &[u8]) -> DispatchResult {
        register_example_key();
        let inputs = development::example_inputs();
        <ZkVerifier as seams::ZkVerifier>::verify(statement, &inputs, development::EXAMPLE_PROOF)
    }
}

/// Register the key of the example proof, unless the genesis did.
fn register_example_key() {
    let statement = StatementId::DataValidity1;
    if !pallet_zk_verifier::Keys::<Runtime>::contains_key(statement) {
        let key = BoundedVec::truncate_from(development::DATA_VALIDITY_1.to_vec());
        ZkVerifier::register_key(RuntimeOrigin::root(), statement, key).expect("the development key is valid");
    }
}

/// An account with money.
pub fn funded(number: u8) -> AccountId {
    let account = AccountId::new([number; 32]);
    Balances::set_balance(&account, FUNDS);
    account
}

/// Make some seed known as that of `block`.
pub fn set_seed(block: BlockNumber) {
    pallet_entropy::Seeds::<Runtime>::insert(block, Seed::new([7; 32]));
}

/// Go to `block`, whose seed is known. Hooks do not run.
pub fn go_to(block: BlockNumber) {
    System::set_block_number(block);
    set_seed(block);
}

/// The tree's path of every chunk: as all leaves are the same, so are all nodes of a level.
fn path() -> (FieldBytes, Vec<FieldBytes>) {
    let mut level = field::from_number(LEAF);
    let mut siblings = Vec::new();
    for _ in 0..MAX_TREE_DEPTH {
        siblings.push(level);
        level = node(&level, &level).expect("nodes are field elements");
    }
    (level, siblings)
}

/// A proof that the registry accepts for `chunk`.
pub fn audit_proof(chunk: u32) -> AuditProof {
    AuditProof {
        chunk,
        leaf: field::from_number(LEAF),
        missing_cells: 0,
        path: BoundedVec::truncate_from(path().1),
        zk_proof: BoundedVec::truncate_from(development::EXAMPLE_PROOF.to_vec()),
    }
}

/// Register the world's dataset; its audit is open.
pub fn register_dataset(owner: &AccountId) -> DatasetId {
    let dataset = pallet_dataset_registry::NextDatasetId::<Runtime>::get();
    let commitment = DatasetCommitment {
        data_root: DataRoot::new(*path().0.as_bytes()),
        cipher_root: CipherRoot::new([1; 32]),
        key_commitment: KeyCommitment::new([2; 32]),
        schema_digest: SchemaDigest::new([3; 32]),
        layout: LayoutDigest::new([4; 32]),
        last_layout: LayoutDigest::new([5; 32]),
        rows: CHUNKS,
        columns: MAX_COLUMNS,
        chunks: CHUNKS,
        missing_cells: 0,
    };
    let uri = BoundedVec::truncate_from(b"ipfs://bafkreiaa".to_vec());
    let terms = DatasetTerms {
        copy_price: 10 * NRC,
        training_price: 10 * NRC,
        uses: UseSet { download: true, train: true, publish_model: true, commercial: true, derive: true },
        algorithms: AlgorithmSet::ALL,
        allowed: None,
        licence: LicenceDigest::new([6; 32]),
        expires_at: None,
    };
    let stake = <Runtime as pallet_dataset_registry::Config>::MinimumStake::get();
    let signed = RuntimeOrigin::signed(owner.clone());
    DatasetRegistry::register_dataset(signed, commitment, BoundedVec::truncate_from(vec![uri]), terms, stake, None)
        .expect("the dataset is in order");
    dataset
}

/// An active dataset, without the audit that would have made it so.
pub fn active_dataset(owner: &AccountId) -> DatasetId {
    let dataset = register_dataset(owner);
    pallet_dataset_registry::Datasets::<Runtime>::mutate(dataset, |record| {
        if let Some(record) = record {
            record.state = DatasetState::Active;
        }
    });
    dataset
}

/// What a job owner asks for.
pub fn request(dataset: DatasetId) -> JobRequest<Balance, BlockNumber> {
    JobRequest {
        dataset,
        spec: TrainingSpec {
            algorithm: Algorithm::LogisticRegression,
            target: 0,
            classes: 2,
            epochs: 1,
            batch_rows: 32,
            learning_rate: 100_000,
            momentum: 0,
            weight_decay: 0,
            holdout: 200,
            checkpoint_epochs: 1,
        },
        parent: None,
        requirements: Capability { cores: 1, memory_mib: 1_024, device: DeviceClass::Cpu },
        max_unit_price: NRC / 10_000,
        max_training_price: FUNDS,
        deliver_within: 1_000,
        baseline: 500_000,
        visibility: Visibility::Public,
    }
}

/// A job that its compute provider has accepted: the data provider owes the key.
pub struct AcceptedJob {
    /// The job.
    pub job: JobId,
    /// The licence that the key belongs to.
    pub training_use: TrainingUseId,
    /// Who pays.
    pub job_owner: AccountId,
    /// Who computes.
    pub provider: AccountId,
}

/// Post a job on `dataset`, have it matched and accepted, and go to the block in which the key can be delivered.
pub fn accepted_job(dataset: DatasetId) -> AcceptedJob {
    let (job_owner, provider) = (funded(101), funded(102));
    let asks = request(dataset);
    let bond = <Runtime as pallet_compute_market::Config>::ProviderBond::get();
    let signed = RuntimeOrigin::signed(provider.clone());
    ComputeMarket::register_provider(signed.clone(), bond).expect("the bond is enough");
    ComputeMarket::set_offer(signed.clone(), asks.requirements, asks.max_unit_price, 1).expect("the offer is in order");
    let job = pallet_compute_market::NextJobId::<Runtime>::get();
    ComputeMarket::post_job(RuntimeOrigin::signed(job_owner.clone()), asks).expect("the request is in order");
    ComputeMarket::accept_job(signed, job, RecipientKey::new([9; 32])).expect("the job is matched");
    go_to(System::block_number().saturating_add(SEED_DELAY));
    match pallet_compute_market::Jobs::<Runtime>::get(job).map(|record| record.state) {
        Some(JobState::AwaitingKey { training_use, .. }) => AcceptedJob { job, training_use, job_owner, provider },
        state => panic!("an accepted job awaits its key, this one is {state:?}"),
    }
}

/// A key, wrapped for somebody.
pub fn wrapped_key() -> WrappedKey {
    WrappedKey { ephemeral_key: RecipientKey::new([9; 32]), sealed_key: [10; 48] }
}

/// Deliver the key of an accepted job and submit a result: the job is under evaluation.
pub fn submit_result(accepted: &AcceptedJob, data_provider: &AccountId) {
    let signed = RuntimeOrigin::signed(data_provider.clone());
    DatasetRegistry::deliver_key(signed, accepted.training_use, wrapped_key()).expect("the key is due");
    let record = pallet_compute_market::Jobs::<Runtime>::get(accepted.job).expect("the job exists");
    let JobState::Running { challenged_chunk, .. } = record.state else {
        panic!("a job with its key runs, this one is {:?}", record.state);
    };
    let spec = record.request.spec;
    let holdout_rows = spec.holdout_rows(CHUNKS);
    let result = ResultCommitment {
        model: ModelDigest::new([11; 32]),
        model_bytes: 1_000,
        manifest: BlobDigest::new([12; 32]),
        trace: TraceRoot::new([13; 32]),
        checkpoints: spec.checkpoints(),
        metrics: TrainingMetrics {
            training_rows: CHUNKS.saturating_sub(holdout_rows),
            holdout_rows,
            holdout_correct: holdout_rows,
            majority_correct: holdout_rows / 2,
            holdout_loss: 1,
        },
    };
    let signed = RuntimeOrigin::signed(accepted.provider.clone());
    ComputeMarket::submit_result(signed, accepted.job, result, audit_proof(challenged_chunk))
        .expect("the result is in order");
}
