//! A world for tests and benchmarks: a dataset, a job and everybody who takes part in it, made by real calls.
//!
//! What it cannot make is a zk proof: that takes a prover, which has no place in a runtime. So here every proof of the
//! dataset registry stands for the example proof of the development setup ([`ExampleVerifier`]); its verification is
//! real and costs what it costs. The end-to-end suites use real proofs.

use alloc::{vec, vec::Vec};

use frame_support::{traits::fungible::Mutate, BoundedVec};
use neurodata_primitives::{
    dataset::MAX_TREE_DEPTH, job::SEED_DELAY, layout::MAX_COLUMNS, probe, seams, seams::StatementId, *,
};
use neurodata_zk_statements::{field, node};
use neurodata_zk_verifier::development;
use sp_runtime::DispatchResult;

use crate::*;

/// What every account of the world owns at first, in plancks.
const FUNDS: Balance = 1_000_000 * NRC;
/// Chunks of the world's dataset: as many as fit a tree of the greatest depth, one row each.
const CHUNKS: u32 = 1 << MAX_TREE_DEPTH;
/// Entropy of every block.
const ENTROPY: Seed = Seed::new([7; 32]);
/// The links of every run's trace.
pub const LINKS: [TraceLink; 3] = [link(0), link(1), link(2)];
/// The trace of every run: that of its links.
pub const TRACE: TraceRoot = TraceRoot::new([
    0xe5, 0x1a, 0xd7, 0x3b, 0x9e, 0xeb, 0x4d, 0x40, 0x4a, 0xe6, 0x09, 0x49, 0xd6, 0x63, 0xe0, 0xba,
    0x84, 0x7d, 0x95, 0x15, 0xc7, 0x6a, 0x7a, 0x5f, 0x7f, 0x45, 0x82, 0x37, 0x3c, 0xf5, 0x62, 0x6a,
]);
/// The leaf of every chunk.
const LEAF: u64 = 1;

const fn link(byte: u8) -> TraceLink {
    TraceLink { state: CheckpointDigest::new([byte; 32]), course: CourseDigest::new([byte; 32]) }
}

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
    pallet_entropy::Seeds::<Runtime>::insert(block, ENTROPY);
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
            algorithm: Algorithm::LogisticRegression {
                descent: Descent {
                    optimiser: Optimiser::Sgd { momentum: 0 },
                    epochs: 1,
                    batch_rows: 32,
                    learning_rate: 100_000,
                    weight_decay: 0,
                    early_stopping: None,
                },
            },
            objective: Objective::Classification { classes: 2 },
            target: Some(0),
            holdout: 200,
        },
        parent: None,
        requirements: Capability { cores: 2, memory_mib: 2_048, device: DeviceClass::Cpu, device_memory_mib: 0 },
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
    /// What the provider keeps secret for a known-answer task.
    pub secret: [u8; 32],
}

/// The seed of the run of `job`.
pub fn run_seed(job: JobId) -> Seed {
    draw::derive(&ENTROPY, draw::TRAINING_DOMAIN, &job)
}

/// A secret with which the result of `job` is drawn for a known-answer task, or is not.
pub fn secret(job: JobId, drawn: bool) -> [u8; 32] {
    let seed = run_seed(job);
    let rate = <Runtime as pallet_model_validation::Config>::ProbeRate::get();
    let mut secrets = (0..=u8::MAX).map(|byte| [byte; 32]);
    secrets.find(|secret| probe::is_drawn(secret, &seed, rate) == drawn).expect("the rate is neither 0 nor 1")
}

/// Post a job on `dataset`, have it matched and accepted, and go to the block in which the key can be delivered. Its result
/// is not drawn for a known-answer task.
pub fn accepted_job(dataset: DatasetId) -> AcceptedJob {
    accepted_job_of(request(dataset), false)
}

/// As [`accepted_job`] with the request `asks`; its result is drawn if `drawn` says so.
pub fn accepted_job_of(asks: JobRequest<Balance, BlockNumber>, drawn: bool) -> AcceptedJob {
    let (job_owner, provider) = (funded(101), funded(102));
    let bond = <Runtime as pallet_compute_market::Config>::ProviderBond::get();
    let signed = RuntimeOrigin::signed(provider.clone());
    ComputeMarket::register_provider(signed.clone(), bond).expect("the bond is enough");
    ComputeMarket::add_offer(signed.clone(), asks.requirements, asks.max_unit_price, 1).expect("the offer is in order");
    let job = pallet_compute_market::NextJobId::<Runtime>::get();
    ComputeMarket::post_job(RuntimeOrigin::signed(job_owner.clone()), asks).expect("the request is in order");
    let secret = secret(job, drawn);
    let commitment = probe::commitment(job, &provider, &secret);
    ComputeMarket::accept_job(signed, job, RecipientKey::new([9; 32]), commitment).expect("the job is matched");
    go_to(System::block_number().saturating_add(SEED_DELAY));
    match pallet_compute_market::Jobs::<Runtime>::get(job).map(|record| record.state) {
        Some(JobState::AwaitingKey { training_use, .. }) => {
            AcceptedJob { job, training_use, job_owner, provider, secret }
        },
        state => panic!("an accepted job awaits its key, this one is {state:?}"),
    }
}

/// A key, wrapped for somebody.
pub fn wrapped_key() -> WrappedKey {
    WrappedKey { ephemeral_key: RecipientKey::new([9; 32]), sealed_key: [10; 48] }
}

/// Deliver the key of an accepted job: the run begins. Returns the chunk that the provider has to prove.
pub fn deliver_key(accepted: &AcceptedJob, data_provider: &AccountId) -> u32 {
    let signed = RuntimeOrigin::signed(data_provider.clone());
    DatasetRegistry::deliver_key(signed, accepted.training_use, wrapped_key()).expect("the key is due");
    match pallet_compute_market::Jobs::<Runtime>::get(accepted.job).map(|record| record.state) {
        Some(JobState::Running { challenged_chunk, .. }) => challenged_chunk,
        state => panic!("a job with its key runs, this one is {state:?}"),
    }
}

/// Deliver the key of an accepted job and submit the true result: the job is under evaluation.
pub fn submit_result(accepted: &AcceptedJob, data_provider: &AccountId) {
    submit_trace(accepted, data_provider, TRACE)
}

/// As [`submit_result`], but with this `trace`.
pub fn submit_trace(accepted: &AcceptedJob, data_provider: &AccountId, trace: TraceRoot) {
    let challenged_chunk = deliver_key(accepted, data_provider);
    let record = pallet_compute_market::Jobs::<Runtime>::get(accepted.job).expect("the job exists");
    let spec = record.request.spec;
    let holdout_rows = spec.holdout_rows(CHUNKS);
    let result = ResultCommitment {
        model: ModelDigest::new([11; 32]),
        model_bytes: 1_000,
        manifest: BlobDigest::new([12; 32]),
        trace,
        checkpoints: spec.checkpoints(CHUNKS),
        metrics: TrainingMetrics {
            training_rows: CHUNKS.saturating_sub(holdout_rows),
            holdout_rows,
            quality: Quality::Classification {
                correct: holdout_rows,
                majority_correct: holdout_rows / 2,
                log_loss: 1,
                f1: 1,
                roc_auc: 1,
            },
        },
    };
    let signed = RuntimeOrigin::signed(accepted.provider.clone());
    ComputeMarket::submit_result(signed, accepted.job, result, audit_proof(challenged_chunk))
        .expect("the result is in order");
}
