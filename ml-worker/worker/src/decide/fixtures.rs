//! A job, its round and its accounts, in whatever state a test needs.

use super::*;
use neurodata_chain::{
    Assignment, Balance, DatasetRecord, InspectionRecord, InspectionState, JobRecord, JobRequest, JobState,
    MarketRules, OfferRecord, ProviderRecord, PurchaseRecord, PurchaseState, RoundRecord,
};
use neurodata_primitives::{
    job::{Progress, Visibility},
    machine::band,
    trace,
    training::{Algorithm, Descent, Objective, Optimiser},
    validation::Instance,
    AlgorithmSet, Asset, BlobDigest, Capability, CheckpointDigest, CipherRoot, Claim, CourseDigest, DataRoot,
    DatasetCommitment, DatasetId, DatasetState, DatasetTerms, DeviceClass, FieldBytes, Grant, InspectionId, JobId,
    KeyCommitment, LayoutDigest, LicenceDigest, LicenceKind, ModelDigest, OfferId, OpenedChunk, PurchaseId,
    QualityScore, RecipientKey, ResultCommitment, RoundState, SchemaDigest, Seat, SeatState, Seed, Submission,
    TraceLink, TrainingMetrics, TrainingSpec, TrainingUseId, UseSet, WrappedKey,
};
use sp_arithmetic::Permill;

pub const JOB: JobId = JobId::new(7);
pub const PURCHASE: PurchaseId = PurchaseId::new(11);
pub const INSPECTION: InspectionId = InspectionId::new(4);
pub const USE: TrainingUseId = TrainingUseId::new(3);
pub const OFFER: OfferId = OfferId::new(6);
pub const NOW: BlockNumber = 100;
pub const SEED: Seed = Seed::new([9; 32]);
pub const OWNER: AccountId = account(1);
pub const DATA_PROVIDER: AccountId = account(2);
pub const PROVIDER: AccountId = account(3);
pub const EVALUATOR: AccountId = account(4);
pub const OTHER: AccountId = account(5);

const fn account(byte: u8) -> AccountId {
    // Two equal bytes keep every actor's place in the spread apart.
    let mut bytes = [0; 32];
    bytes[1] = byte;
    AccountId(bytes)
}

/// A machine without a GPU.
pub const fn machine(cores: u16, memory_mib: u32) -> Capability {
    Capability { cores, memory_mib, device: DeviceClass::Cpu, device_memory_mib: 0 }
}

/// A breach costs 5, or a tenth of the price.
pub fn rules() -> MarketRules {
    MarketRules {
        min_unit_price: 1,
        provider_bond: 20,
        least_penalty: 5,
        price_liability: Permill::from_percent(10),
        max_deliver_within: 1_000,
        evaluator_bond: 20,
        seat_penalty: 2,
        committee_size: 3,
        probe_rate: Permill::zero(),
    }
}

pub fn provider(bond: Balance) -> ProviderRecord {
    ProviderRecord { bond, exposure: 0, open_jobs: 0, offers: 1, retires_at: None }
}

/// The offer of a machine of the class that [`request`] asks for.
pub fn offer() -> OfferRecord {
    OfferRecord {
        provider: PROVIDER,
        capability: machine(2, 2_048),
        unit_price: 10,
        slots: 1,
        slots_taken: 0,
        band: band(50),
    }
}

pub fn assignment() -> Assignment {
    Assignment { provider: PROVIDER, offer: OFFER, price: 1, penalty: 5, probe: None }
}

/// The checkpoint at `position` of the run with [`SEED`].
pub fn told(position: u32) -> Progress {
    Progress { position, checkpoint: CheckpointDigest::new([position as u8; 32]) }
}

/// The links of the first checkpoints of that run.
pub fn links(checkpoints: u8) -> Vec<TraceLink> {
    let link = |position: u8| TraceLink {
        state: told(position.into()).checkpoint,
        course: CourseDigest::new([position * 16; 32]),
    };
    (0..checkpoints).map(link).collect()
}

/// A spec whose run on the 100 rows of [`job`] has a step each epoch, so that with up to 64 of them it has one
/// checkpoint more.
pub fn spec(epochs: u16) -> TrainingSpec {
    let descent = Descent {
        optimiser: Optimiser::Sgd { momentum: 0 },
        epochs,
        batch_rows: 80,
        learning_rate: 100_000,
        weight_decay: 0,
        early_stopping: None,
    };
    TrainingSpec {
        algorithm: Algorithm::LogisticRegression { descent },
        objective: Objective::Classification { classes: 2 },
        target: Some(1),
        holdout: 200,
    }
}

/// A job whose run has three checkpoints.
pub fn request() -> JobRequest {
    JobRequest {
        dataset: DatasetId::new(1),
        spec: spec(2),
        parent: None,
        requirements: machine(2, 1_024),
        max_unit_price: 10,
        max_training_price: 0,
        deliver_within: 50,
        baseline: 0,
        visibility: Visibility::Public,
    }
}

pub fn job(state: JobState) -> JobRecord {
    JobRecord {
        owner: OWNER,
        request: request(),
        data_provider: DATA_PROVIDER,
        rows: 100,
        chunks: 1,
        training_price: 0,
        training_paid: false,
        uses: UseSet::default(),
        work_units: 1,
        escrow: 10,
        deposit: 1,
        failed_providers: Default::default(),
        attempts: 0,
        state,
        posted_at: NOW - 10,
    }
}

pub fn result() -> ResultCommitment {
    ResultCommitment {
        model: ModelDigest::new([1; 32]),
        model_bytes: 1,
        manifest: BlobDigest::new([2; 32]),
        trace: trace::root(&links(3)),
        checkpoints: 3,
        metrics: TrainingMetrics::default(),
    }
}

pub fn matched(accept_by: BlockNumber) -> JobState {
    JobState::Matched { assignment: assignment(), accept_by }
}

/// Accepted; the key is not there.
pub fn accepted(accepted_at: BlockNumber) -> JobState {
    JobState::AwaitingKey { assignment: assignment(), training_use: USE, accepted_at }
}

pub fn running(heartbeat_by: BlockNumber, deliver_by: BlockNumber) -> JobState {
    JobState::Running {
        assignment: assignment(),
        training_use: USE,
        seed: SEED,
        challenged_chunk: 0,
        progress: Some(told(1)),
        heartbeat_by,
        deliver_by,
    }
}

pub fn stopping(progress: Option<Progress>, submit_by: BlockNumber) -> JobState {
    JobState::Stopping {
        assignment: assignment(),
        training_use: USE,
        seed: SEED,
        challenged_chunk: 0,
        progress,
        submit_by,
    }
}

pub fn evaluating() -> JobState {
    let submission = Submission::Complete(result());
    JobState::Evaluating { assignment: assignment(), training_use: USE, seed: SEED, progress: None, submission }
}

pub fn wrapped() -> WrappedKey {
    WrappedKey { ephemeral_key: RecipientKey::new([8; 32]), sealed_key: [8; 48] }
}

/// One of each kind.
pub fn claims() -> [Claim; 3] {
    let chunk = OpenedChunk {
        index: 0,
        cipher: vec![7; 2_048].try_into().unwrap(),
        leaf: FieldBytes::new([1; 32]),
        path: Default::default(),
    };
    let bounds = Default::default();
    [Claim::WrongKey, Claim::BadChunk(chunk.clone()), Claim::OutOfSchema { chunk, bounds }]
}

pub fn dataset() -> DatasetRecord {
    DatasetRecord {
        owner: DATA_PROVIDER,
        commitment: DatasetCommitment {
            data_root: DataRoot::default(),
            cipher_root: CipherRoot::default(),
            key_commitment: KeyCommitment::default(),
            schema_digest: SchemaDigest::default(),
            layout: LayoutDigest::default(),
            last_layout: LayoutDigest::default(),
            rows: 1,
            columns: 2,
            chunks: 1,
            missing_cells: 0,
        },
        uris: Default::default(),
        terms: DatasetTerms {
            copy_price: 0,
            training_price: 1,
            uses: UseSet::default(),
            algorithms: AlgorithmSet::ALL,
            allowed: None,
            licence: LicenceDigest::default(),
            expires_at: None,
        },
        stake: 1,
        state: DatasetState::Active,
        version: 1,
        parent: None,
        training_uses: 0,
        open_uses: 1,
        copies_sold: 0,
        open_sales: 0,
        exposure: 0,
        attestations: Default::default(),
        condemned: false,
        score: QualityScore::INITIAL,
        registered_at: 1,
    }
}

pub fn awaiting_key(deliver_by: BlockNumber) -> PurchaseState {
    PurchaseState::AwaitingKey { deliver_by }
}

pub fn delivered(complain_by: BlockNumber) -> PurchaseState {
    PurchaseState::Delivered { key: wrapped(), complain_by }
}

/// Somebody buys a copy of dataset 1.
pub fn purchase(state: PurchaseState) -> PurchaseRecord {
    PurchaseRecord {
        asset: Asset::Dataset(DatasetId::new(1)),
        seller: DATA_PROVIDER,
        buyer: OTHER,
        grant: Grant::Copy { licence: LicenceKind::Personal, expires_at: None },
        recipient_key: RecipientKey::new([1; 32]),
        price: 10,
        deposit: 1,
        purchased_at: NOW - 10,
        state,
    }
}

/// The evaluator inspects dataset 1.
pub fn inspectors_purchase(state: PurchaseState) -> PurchaseRecord {
    let grant = Grant::Inspection { inspection: INSPECTION, fee: 5 };
    PurchaseRecord { buyer: EVALUATOR, grant, price: 0, ..purchase(state) }
}

pub fn inspecting(invited: &[AccountId], inspecting: u32, accept_by: BlockNumber) -> InspectionState {
    InspectionState::Inspecting { invited: invited.to_vec().try_into().unwrap(), inspecting, accept_by }
}

pub fn inspection(state: InspectionState) -> InspectionRecord {
    InspectionRecord { dataset: DatasetId::new(1), requester: DATA_PROVIDER, seats: 2, fee: 5, escrow: 10, state }
}

pub fn round(state: RoundState<BlockNumber>, seats: &[(AccountId, SeatState)]) -> RoundRecord {
    let seats = seats.iter().map(|(evaluator, state)| Seat { evaluator: evaluator.clone(), state: state.clone() });
    RoundRecord {
        work_units: 0,
        job_owner: OWNER,
        data_provider: DATA_PROVIDER,
        provider: PROVIDER,
        seed: SEED,
        trace: result().trace,
        probe: None,
        planted: None,
        sampled: false,
        instance: Instance::First,
        earlier: Default::default(),
        seats: seats.collect::<Vec<_>>().try_into().unwrap(),
        state,
    }
}
