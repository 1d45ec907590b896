//! Training jobs: the offer that a job is matched to, and its way through the market. What is trained: [`crate::training`].

use crate::*;
use sp_runtime::{traits::ConstU32, BoundedVec};

/// Blocks between a job's acceptance and the block whose randomness fixes its seed. The author of the block of acceptance
/// knows the randomness of the next one already, so that one would not do.
pub const SEED_DELAY: u32 = 2;
/// Work units that one block of 3 s is reckoned with when deadlines are set: 200 million multiply-accumulates of the
/// forward pass, about a tenth of what one core does.
pub const UNITS_PER_BLOCK: u64 = 200_000;
/// Blocks that a provider has at least to deliver, beside what the work is reckoned with: to fetch, prove and submit.
pub const MIN_DELIVER_BLOCKS: u32 = 20;

scale! {
    /// Kind of machine that trains.
    #[derive(Copy, PartialOrd, Ord)]
    pub enum DeviceClass {
        /// A CPU.
        #[codec(index = 0)]
        Cpu,
        /// An NVIDIA GPU through CUDA.
        #[codec(index = 1)]
        Cuda,
    }

    /// What a machine has, or what a job needs at least.
    #[derive(Copy)]
    pub struct Capability {
        /// CPU cores.
        pub cores: u16,
        /// Memory in MiB.
        pub memory_mib: u32,
        /// Device that computes.
        pub device: DeviceClass,
        /// Memory of that device in MiB; 0 for [`DeviceClass::Cpu`].
        pub device_memory_mib: u32,
    }

    /// A step on the ladder of machines of one device; what offers and jobs are matched by. See [`crate::machine`].
    #[derive(Copy, PartialOrd, Ord)]
    pub struct MachineClass {
        /// Device that computes.
        pub device: DeviceClass,
        /// Step, from 0; below [`crate::machine::TIERS`].
        pub tier: u8,
    }

    /// Who may read the model.
    #[derive(Copy)]
    pub enum Visibility {
        /// Anybody who has its location.
        #[codec(index = 0)]
        Public,
    }

    /// What a job owner asks for.
    pub struct JobRequest<Balance, BlockNumber> {
        /// The dataset version to train on.
        pub dataset: DatasetId,
        /// The training run.
        pub spec: TrainingSpec,
        /// Model whose parameters the training starts from; it becomes the parent of the new one. `None` starts from
        /// parameters that the seed draws.
        pub parent: Option<ModelId>,
        /// What the machine must have.
        pub requirements: Capability,
        /// Highest price per work unit, in plancks.
        pub max_unit_price: Balance,
        /// Highest price of the training use, in plancks.
        pub max_training_price: Balance,
        /// Blocks between the start of training and the last block at which the result may be submitted; at least
        /// [`MIN_DELIVER_BLOCKS`] and what [`blocks_for`] reckons the work with.
        pub deliver_within: BlockNumber,
        /// Value on the holdout ([`TrainingMetrics::value`]) that the owner expects to beat, in millionths, 0 to 1,000,000
        /// inclusive.
        pub baseline: u32,
        /// Who may read the model.
        pub visibility: Visibility,
    }

    /// A compute provider. Removed by `withdraw_bond`.
    pub struct ProviderRecord<Balance, BlockNumber> {
        /// Bond on hold, in plancks.
        pub bond: Balance,
        /// What the provider could lose by the jobs that it holds now, in plancks: the sum of penalty and training price of
        /// each. A job is matched only while the bond covers it beside the others.
        pub exposure: Balance,
        /// Jobs that the provider holds now.
        pub open_jobs: u32,
        /// Offers that the provider has now.
        pub offers: u32,
        /// First block at which the bond can be withdrawn; `None` while the provider works.
        pub retires_at: Option<BlockNumber>,
    }

    /// What a compute provider offers. Removed by `withdraw_offer` and when the provider retires.
    pub struct OfferRecord<AccountId, Balance> {
        /// The compute provider.
        pub provider: AccountId,
        /// What the machine has.
        pub capability: Capability,
        /// Price of a work unit, in plancks.
        pub unit_price: Balance,
        /// Jobs that it takes side by side, at least 1.
        pub slots: u32,
        /// Slots that are taken now. After an update there may be more of them than slots.
        pub slots_taken: u32,
        /// Band of the provider's reputation by which the offer is ranked; see [`crate::machine::band`].
        pub band: u8,
    }

    /// A job in the hands of a compute provider.
    pub struct Assignment<AccountId, Balance> {
        /// The compute provider.
        pub provider: AccountId,
        /// The offer whose slot it takes; it may have been withdrawn meanwhile.
        pub offer: OfferId,
        /// Agreed price of the whole job, in plancks.
        pub price: Balance,
        /// What a breach costs, in plancks, fixed when it was matched.
        pub penalty: Balance,
        /// What binds the provider's secret for a known-answer task; `None` until it accepts.
        pub probe: Option<ProbeCommitment>,
    }

    /// What a compute provider commits to as the result.
    pub struct ResultCommitment {
        /// Digest of the model file (safetensors).
        pub model: ModelDigest,
        /// Bytes of the model file.
        pub model_bytes: u64,
        /// SHA-256 of the model's manifest: the digest in its CID.
        pub manifest: BlobDigest,
        /// Root over the digests of every checkpoint.
        pub trace: TraceRoot,
        /// Checkpoints of the trace.
        pub checkpoints: u32,
        /// Metrics on the holdout.
        pub metrics: TrainingMetrics,
    }

    /// What a heartbeat says.
    #[derive(Copy)]
    pub struct Progress {
        /// Index of the last checkpoint reached, from 0 for the initial parameters.
        pub position: u32,
        /// Digest of the state there; see [`crate::trace`].
        pub checkpoint: CheckpointDigest,
    }

    /// What a compute provider commits to, for a committee to repeat.
    pub enum Submission {
        /// The whole run.
        #[codec(index = 0)]
        Complete(ResultCommitment),
        /// The beginning of a run that its owner cancelled.
        #[codec(index = 1)]
        Partial {
            /// Checkpoints reached, the initial one included; at least 2.
            checkpoints: u32,
            /// Root over the digests of these checkpoints.
            trace: TraceRoot,
        },
    }

    /// How far a job has come. Each state says which call leaves it.
    pub enum JobState<AccountId, Balance, BlockNumber> {
        /// Waiting for an offer. Left by `match_job`, by `cancel_job`, by `expire_job` or the idle hook after `match_by`.
        #[codec(index = 0)]
        Open {
            /// Last block, inclusive, at which it may be matched.
            match_by: BlockNumber,
        },
        /// Reserved for a provider. Left by `accept_job`, `decline_job`, by `cancel_job`, by `expire_job` or the idle hook after
        /// `accept_by`.
        #[codec(index = 1)]
        Matched {
            /// Whom it is reserved for, at what price.
            assignment: Assignment<AccountId, Balance>,
            /// Last block, inclusive, at which it may be accepted.
            accept_by: BlockNumber,
        },
        /// Accepted; the data provider owes the key. Left by key delivery and by the expiry of that delivery, and by nothing else: a
        /// cancellation or release that overtook the delivery would leave the wrapped key readable in the transaction pool, unpaid.
        #[codec(index = 2)]
        AwaitingKey {
            /// Who computes, at what price.
            assignment: Assignment<AccountId, Balance>,
            /// The licence that the key belongs to.
            training_use: TrainingUseId,
            /// Block of acceptance; the randomness of the block [`SEED_DELAY`] after it fixes the seed.
            accepted_at: BlockNumber,
        },
        /// Training. Left by `submit_result`, by `cancel_job`, by `release_job`, by an upheld complaint about the key, by
        /// `expire_job` or the idle hook after `heartbeat_by` or `deliver_by`.
        #[codec(index = 3)]
        Running {
            /// Who computes, at what price.
            assignment: Assignment<AccountId, Balance>,
            /// The licence under which the data is used.
            training_use: TrainingUseId,
            /// Seed of the training run.
            seed: Seed,
            /// Chunk that the provider has to prove.
            challenged_chunk: u32,
            /// How far the provider said it has come; `None` before the first heartbeat.
            progress: Option<Progress>,
            /// Last block, inclusive, for the next heartbeat.
            heartbeat_by: BlockNumber,
            /// Last block, inclusive, for the result.
            deliver_by: BlockNumber,
        },
        /// Cancelled by its owner while it ran: the provider may prove how far it came. Left by `submit_progress`, by
        /// `release_job`, by `expire_job` or the idle hook after `submit_by`.
        #[codec(index = 4)]
        Stopping {
            /// Who computed, at what price.
            assignment: Assignment<AccountId, Balance>,
            /// The licence under which the data was used.
            training_use: TrainingUseId,
            /// Seed of the training run.
            seed: Seed,
            /// Chunk that the provider has to prove.
            challenged_chunk: u32,
            /// How far the provider said it has come; `None` before the first heartbeat.
            progress: Option<Progress>,
            /// Last block, inclusive, for the proof of progress.
            submit_by: BlockNumber,
        },
        /// Under evaluation. Left by the committee's decision or its deadline.
        #[codec(index = 5)]
        Evaluating {
            /// Who computed, at what price.
            assignment: Assignment<AccountId, Balance>,
            /// The licence under which the data is used.
            training_use: TrainingUseId,
            /// Seed of the training run.
            seed: Seed,
            /// What the last heartbeat said; it has to agree with the submission.
            progress: Option<Progress>,
            /// What the provider committed to.
            submission: Submission,
        },
        /// Over. Removed by `prune_job` at `prunes_at` or later.
        #[codec(index = 6)]
        Closed {
            /// How it ended.
            outcome: JobOutcome<AccountId, Balance>,
            /// First block at which the record may be removed.
            prunes_at: BlockNumber,
        },
    }

    /// How a job ended.
    pub enum JobOutcome<AccountId, Balance> {
        /// The result was accepted and everybody credited.
        #[codec(index = 0)]
        Settled {
            /// The compute provider.
            provider: AccountId,
            /// The model version that came of it.
            model: ModelId,
            /// Price paid, in plancks.
            paid: Balance,
            /// The committee's score, 1 to 100 inclusive.
            score: u8,
        },
        /// The committee refused the result; the owner got back what the evaluators did not earn.
        #[codec(index = 1)]
        Rejected {
            /// The compute provider.
            provider: AccountId,
        },
        /// The committee did not decide in time; the owner was refunded.
        #[codec(index = 2)]
        Undecided {
            /// The compute provider.
            provider: AccountId,
        },
        /// Cancelled by its owner before it ran, or while it ran and no progress was proved.
        #[codec(index = 3)]
        Cancelled,
        /// Nobody took it, or nobody delivered, in time; or the data's terms no longer permit it.
        #[codec(index = 4)]
        Expired,
        /// Cancelled by its owner while it ran; the work that was done by then was proved and paid.
        #[codec(index = 5)]
        Stopped {
            /// The compute provider.
            provider: AccountId,
            /// Part of the price that was paid, in plancks.
            paid: Balance,
            /// Checkpoints that were proved, the initial one included.
            checkpoints: u32,
        },
    }

    /// A job. Removed by `prune_job`.
    pub struct JobRecord<AccountId, Balance, BlockNumber> {
        /// Who pays and owns the model.
        pub owner: AccountId,
        /// What was asked for.
        pub request: JobRequest<Balance, BlockNumber>,
        /// Owner of the dataset when the job was posted.
        pub data_provider: AccountId,
        /// Rows of the dataset.
        pub rows: u32,
        /// Chunks of the dataset.
        pub chunks: u32,
        /// Price of the training use agreed when the job was posted, in plancks.
        pub training_price: Balance,
        /// Whether the training price was paid; it is paid once, when a result proves that the key was right.
        pub training_paid: bool,
        /// What the data's terms permitted when the job was posted.
        pub uses: UseSet,
        /// Work units, computed from spec and dataset.
        pub work_units: u64,
        /// What the market's escrow account still holds for this job, in plancks.
        pub escrow: Balance,
        /// The owner's deposit for this record, on hold until it is removed, in plancks.
        pub deposit: Balance,
        /// Providers that were assigned and failed or declined, the latest last; they get no second try while they are
        /// remembered. When there is no room the one that declined first is forgotten.
        pub failed_providers: BoundedVec<AccountId, ConstU32<MAX_FAILED_PROVIDERS>>,
        /// How many providers failed, 0 to [`MAX_ATTEMPTS`] inclusive.
        pub attempts: u32,
        /// How far it has come.
        pub state: JobState<AccountId, Balance, BlockNumber>,
        /// Block of posting.
        pub posted_at: BlockNumber,
    }
}

/// Providers that may fail before a job expires.
pub const MAX_ATTEMPTS: u32 = 3;
/// Providers that failed or declined whom a job remembers.
pub const MAX_FAILED_PROVIDERS: u32 = 16;

/// Blocks that `work_units` are reckoned with when deadlines are set, rounded up.
pub fn blocks_for(work_units: u64) -> u32 {
    u32::try_from(work_units.div_ceil(UNITS_PER_BLOCK)).unwrap_or(u32::MAX)
}

impl Submission {
    /// Root over the digests of the checkpoints.
    pub const fn trace(&self) -> TraceRoot {
        match self {
            Self::Complete(result) => result.trace,
            Self::Partial { trace, .. } => *trace,
        }
    }

    /// Checkpoints of the trace, the initial one included.
    pub const fn checkpoints(&self) -> u32 {
        match self {
            Self::Complete(result) => result.checkpoints,
            Self::Partial { checkpoints, .. } => *checkpoints,
        }
    }

    /// The result, if the run is complete.
    pub const fn result(&self) -> Option<&ResultCommitment> {
        match self {
            Self::Complete(result) => Some(result),
            Self::Partial { .. } => None,
        }
    }

    /// The same submission with another trace, as after a known-answer task.
    pub fn with_trace(mut self, root: TraceRoot) -> Self {
        match &mut self {
            Self::Complete(result) => result.trace = root,
            Self::Partial { trace, .. } => *trace = root,
        }
        self
    }
}

impl<AccountId, Balance, BlockNumber> JobState<AccountId, Balance, BlockNumber> {
    /// Who holds the job now, at what price.
    pub fn assignment(&self) -> Option<&Assignment<AccountId, Balance>> {
        match self {
            Self::Open { .. } | Self::Closed { .. } => None,
            Self::Matched { assignment, .. }
            | Self::AwaitingKey { assignment, .. }
            | Self::Running { assignment, .. }
            | Self::Stopping { assignment, .. }
            | Self::Evaluating { assignment, .. } => Some(assignment),
        }
    }

    /// The compute provider that holds the job now.
    pub fn provider(&self) -> Option<&AccountId> {
        self.assignment().map(|assignment| &assignment.provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_grow_with_the_work() {
        assert_eq!((blocks_for(0), blocks_for(1), blocks_for(UNITS_PER_BLOCK)), (0, 1, 1));
        assert_eq!((blocks_for(UNITS_PER_BLOCK + 1), blocks_for(u64::MAX)), (2, u32::MAX));
    }
}
