//! What to do next, as pure functions of the chain's state and the journal.
//!
//! Nothing here acts. A worker that was killed reads the same state again and decides the same, so it needs no memory
//! of what it was doing beyond the journal.

pub mod compute;
pub mod evaluate;
pub mod inspect;
pub mod keys;
pub mod sales;

use neurodata_chain::{AccountId, BlockNumber};

/// Blocks for which a worker leaves to others what anybody may do: those who gain most try first.
const COURTESY_BLOCKS: BlockNumber = 2;
/// Over how many blocks the workers that try next are spread.
const SPREAD_BLOCKS: u64 = 4;

/// Blocks that `account` waits before it does for the job or inspection with this id what anybody may do, so that not
/// all pay the fee at once.
fn stagger(account: &AccountId, id: u64) -> BlockNumber {
    let [first, second, ..] = account.0;
    let spread = (u64::from(first) * 256 + u64::from(second)).wrapping_add(id) % SPREAD_BLOCKS;
    COURTESY_BLOCKS + spread as BlockNumber
}

/// Whether a heartbeat is due at `now`: half of the time from when its deadline was first seen has passed.
pub fn heartbeat_is_due(seen_at: BlockNumber, heartbeat_by: BlockNumber, now: BlockNumber) -> bool {
    now >= seen_at + heartbeat_by.saturating_sub(seen_at) / 2
}

#[cfg(test)]
pub(crate) mod fixtures {
    //! A job, its round and its accounts, in whatever state a test needs.

    use super::*;
    use neurodata_chain::{
        DatasetRecord, InspectionRecord, InspectionState, JobRecord, JobRequest, JobState, PurchaseRecord,
        PurchaseState, RoundRecord,
    };
    use neurodata_primitives::{
        job::Visibility, Algorithm, AlgorithmSet, Asset, BlobDigest, Capability, CipherRoot, Claim, DataRoot,
        DatasetCommitment, DatasetId, DatasetState, DatasetTerms, DeviceClass, FieldBytes, Grant, InspectionId, JobId,
        KeyCommitment, LayoutDigest, LicenceDigest, LicenceKind, ModelDigest, OpenedChunk, PurchaseId, QualityScore,
        RecipientKey, ResultCommitment, RoundState, SchemaDigest, Seat, SeatState, Seed, TraceRoot, TrainingMetrics,
        TrainingSpec, TrainingUseId, UseSet, WrappedKey,
    };

    pub const JOB: JobId = JobId::new(7);
    pub const PURCHASE: PurchaseId = PurchaseId::new(11);
    pub const INSPECTION: InspectionId = InspectionId::new(4);
    pub const USE: TrainingUseId = TrainingUseId::new(3);
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

    pub fn request() -> JobRequest {
        JobRequest {
            dataset: DatasetId::new(1),
            spec: TrainingSpec {
                algorithm: Algorithm::LogisticRegression,
                target: 1,
                classes: 2,
                epochs: 10,
                batch_rows: 8,
                learning_rate: 100_000,
                momentum: 0,
                weight_decay: 0,
                holdout: 200,
                checkpoint_epochs: 5,
            },
            parent: None,
            requirements: Capability { cores: 2, memory_mib: 1_024, device: DeviceClass::Cpu },
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
            trace: TraceRoot::new([3; 32]),
            checkpoints: 3,
            metrics: TrainingMetrics::default(),
        }
    }

    pub fn running(heartbeat_by: BlockNumber, deliver_by: BlockNumber) -> JobState {
        JobState::Running {
            provider: PROVIDER,
            price: 1,
            training_use: USE,
            seed: SEED,
            challenged_chunk: 0,
            position: 1,
            heartbeat_by,
            deliver_by,
        }
    }

    pub fn evaluating() -> JobState {
        JobState::Evaluating { provider: PROVIDER, price: 1, training_use: USE, seed: SEED, result: result() }
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
            seats: seats.collect::<Vec<_>>().try_into().unwrap(),
            state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_is_due_at_half_time() {
        assert!(!heartbeat_is_due(100, 120, 109));
        assert!(heartbeat_is_due(100, 120, 110));
        assert!(heartbeat_is_due(100, 120, 125));
        // Seen on its last block, e.g. after a restart.
        assert!(heartbeat_is_due(120, 120, 120));
        assert!(heartbeat_is_due(119, 120, 119));
    }

    #[test]
    fn workers_wait_for_different_times() {
        let waits: Vec<_> = (0..4).map(|job| stagger(&fixtures::PROVIDER, job)).collect();
        let mut sorted = waits.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [2, 3, 4, 5], "{waits:?}");
    }
}
