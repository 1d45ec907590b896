//! What contributors are owed and why.

use crate::*;

scale! {
    /// What an account contributed.
    #[derive(Copy)]
    pub enum ContributionKind {
        /// Data that was trained on.
        #[codec(index = 0)]
        Dataset,
        /// A training run.
        #[codec(index = 1)]
        Compute,
        /// A check of a run.
        #[codec(index = 2)]
        Validation,
    }

    /// Why an account was credited.
    #[derive(Copy)]
    pub enum PayoutReason {
        /// Share of a job's price.
        #[codec(index = 0)]
        Job {
            /// The job.
            job: JobId,
            /// The part the account played.
            kind: ContributionKind,
        },
        /// Price of a training use.
        #[codec(index = 1)]
        TrainingUse {
            /// The use.
            training_use: TrainingUseId,
            /// The job that trained.
            job: JobId,
        },
        /// The treasury's share, when it is too small to be transferred at once.
        #[codec(index = 2)]
        TreasuryShare,
        /// Price of a copy.
        #[codec(index = 3)]
        Sale {
            /// The purchase.
            purchase: PurchaseId,
        },
        /// Share of a model's income.
        #[codec(index = 4)]
        Royalty {
            /// The model whose income was shared.
            model: ModelId,
        },
        /// Fee for the inspection of a package.
        #[codec(index = 5)]
        Inspection {
            /// The inspection.
            inspection: InspectionId,
        },
        /// What is left of a job's escrow, when its owner cannot receive it at once.
        #[codec(index = 6)]
        JobRefund {
            /// The job.
            job: JobId,
        },
        /// Extra reward from the pool for a part in a settled job.
        #[codec(index = 7)]
        Extra {
            /// The job.
            job: JobId,
            /// The part the account played.
            kind: ContributionKind,
        },
        /// Fee from the pool for a right verdict on a known-answer task.
        #[codec(index = 8)]
        KnownAnswer {
            /// The job whose result carried it.
            job: JobId,
        },
        /// Share of the pool's income for a stake.
        #[codec(index = 9)]
        Stake,
        /// What a compute provider owed the account for a job that it failed, when it cannot be received at once.
        #[codec(index = 10)]
        Damages {
            /// The job.
            job: JobId,
        },
    }

    /// Why an account was penalised: what it did not do, and the evidence that the chain has for it.
    #[derive(Copy)]
    pub enum PenaltyCause {
        /// A job that it was matched with was not accepted by `accept_by`.
        #[codec(index = 0)]
        NotAccepted {
            /// The job.
            job: JobId,
            /// Last block, inclusive, that passed.
            accept_by: u32,
        },
        /// No heartbeat by `heartbeat_by`.
        #[codec(index = 1)]
        HeartbeatMissed {
            /// The job.
            job: JobId,
            /// Last block, inclusive, that passed.
            heartbeat_by: u32,
        },
        /// No result by `deliver_by`.
        #[codec(index = 2)]
        ResultMissed {
            /// The job.
            job: JobId,
            /// Last block, inclusive, that passed.
            deliver_by: u32,
        },
        /// It gave back a job that it had accepted.
        #[codec(index = 3)]
        Released {
            /// The job.
            job: JobId,
        },
        /// Its submission was rejected: two thirds of a committee found otherwise, or got no key from it. Without a key for more than
        /// a third of them it is [`KeysWithheld`](Self::KeysWithheld).
        #[codec(index = 4)]
        ResultRejected {
            /// The job.
            job: JobId,
        },
        /// It was drawn for a known-answer task and planted none, or did not open its secret in time.
        #[codec(index = 5)]
        ProbeSkipped {
            /// The job.
            job: JobId,
        },
        /// It had the key and sealed no verdict in time.
        #[codec(index = 6)]
        NotSealed {
            /// The job.
            job: JobId,
        },
        /// It did not open its seal in time.
        #[codec(index = 7)]
        NotOpened {
            /// The job.
            job: JobId,
        },
        /// It accepted a trace that no run can have: `planted` is made of the links of `trace`, which `open_probe` brought,
        /// and `secret` ([`crate::probe`]).
        #[codec(index = 8)]
        PlantAccepted {
            /// The job.
            job: JobId,
            /// What it accepted.
            planted: TraceRoot,
            /// The true trace.
            trace: TraceRoot,
            /// The provider's secret.
            secret: [u8; 32],
        },
        /// Two thirds of a committee found otherwise, or it was on the smaller side of a second committee that did not decide. Costs
        /// reputation alone.
        #[codec(index = 9)]
        Outvoted {
            /// The job.
            job: JobId,
        },
        /// It took an inspection, or was drawn for it, and stayed silent.
        #[codec(index = 10)]
        InspectionMissed {
            /// The inspection.
            inspection: InspectionId,
        },
        /// It attested a package that was proved bad.
        #[codec(index = 11)]
        AttestedBadPackage {
            /// What was attested.
            asset: Asset,
        },
        /// It did not deliver the key of a training use in time.
        #[codec(index = 12)]
        TrainingKeyMissed {
            /// The use.
            training_use: TrainingUseId,
        },
        /// The key of a training use, or the package that it opens, was proved bad.
        #[codec(index = 13)]
        TrainingKeyBad {
            /// The use.
            training_use: TrainingUseId,
            /// What was proved.
            fault: Fault,
        },
        /// It did not deliver the key of a copy in time.
        #[codec(index = 14)]
        CopyKeyMissed {
            /// The purchase.
            purchase: PurchaseId,
        },
        /// The key of a copy, or the package that it opens, was proved bad.
        #[codec(index = 15)]
        CopyBad {
            /// The purchase.
            purchase: PurchaseId,
            /// What was proved.
            fault: Fault,
        },
        /// It kept the key from more than a third of a committee.
        #[codec(index = 16)]
        KeysWithheld {
            /// The job.
            job: JobId,
        },
    }

    /// What happened to an account.
    #[derive(Copy)]
    pub enum HistoryEvent {
        /// It is owed an amount.
        #[codec(index = 0)]
        Credited {
            /// Why.
            reason: PayoutReason,
        },
        /// It had a part in a settled job. The amount is zero; what was paid for it stands beside it.
        #[codec(index = 1)]
        Contributed {
            /// The job.
            job: JobId,
            /// Which part.
            kind: ContributionKind,
            /// How good it was, 1 to 100 inclusive.
            score: u8,
            /// Reputation from then on, 1 to 100 inclusive.
            reputation: u8,
        },
        /// It lost the amount, which may be zero, and reputation.
        #[codec(index = 2)]
        Penalised {
            /// What it did not do, with the evidence.
            cause: PenaltyCause,
            /// Reputation from then on, 1 to 100 inclusive.
            reputation: u8,
        },
        /// It collected the amount.
        #[codec(index = 3)]
        Claimed,
        /// The amount moved from it into the escrow of a job.
        #[codec(index = 4)]
        Charged {
            /// The job.
            job: JobId,
        },
        /// The amount came back out of the escrow of a job.
        #[codec(index = 5)]
        Refunded {
            /// The job.
            job: JobId,
        },
        /// It was paid the amount at once by a compute provider that failed its job, or by an evaluator that failed its duty: as whom
        /// that wronged, or as who reported it.
        #[codec(index = 6)]
        Compensated {
            /// The job.
            job: JobId,
        },
        /// It put the amount on hold as stake of its profile.
        #[codec(index = 7)]
        Staked,
        /// It asked to get the amount of its stake back.
        #[codec(index = 8)]
        Unstaked,
        /// It gave the amount to the pool.
        #[codec(index = 9)]
        Donated,
        /// It paid the amount to somebody as damages for a job that it failed.
        #[codec(index = 10)]
        PaidDamages {
            /// The job.
            job: JobId,
        },
    }

    /// One line in the history of an account.
    #[derive(Copy)]
    pub struct HistoryEntry<Balance, BlockNumber> {
        /// Block in which it happened.
        pub at: BlockNumber,
        /// Amount in plancks.
        pub amount: Balance,
        /// What happened.
        pub event: HistoryEvent,
    }

    /// One amount that an account is owed. Removed by `claim`.
    #[derive(Copy)]
    pub struct Credit<Balance, BlockNumber> {
        /// Amount in plancks.
        pub amount: Balance,
        /// First block at which it can be claimed.
        pub matures_at: BlockNumber,
        /// Why.
        pub reason: PayoutReason,
    }

    /// Stake that is on its way back to its owner.
    #[derive(Copy)]
    pub struct Unstaking<Balance, BlockNumber> {
        /// Amount in plancks, still on hold.
        pub amount: Balance,
        /// First block at which it can be withdrawn.
        pub releases_at: BlockNumber,
    }

    /// Profile of a contributor: what the account has done so far, and what it staked.
    #[derive(Copy, Default)]
    pub struct ContributorRecord<Balance, BlockNumber> {
        /// Datasets trained on, by settled job.
        pub dataset_contributions: u32,
        /// Jobs computed and accepted.
        pub compute_contributions: u32,
        /// Verdicts given with the majority.
        pub validation_contributions: u32,
        /// Duties that were not fulfilled.
        pub failures: u32,
        /// Reputation at `active_at`, 1 to 100 inclusive; new accounts have 50 and 0 stands for "new". It fades with time.
        pub reputation: u8,
        /// Block of the last contribution or failure.
        pub active_at: BlockNumber,
        /// Everything credited so far, in plancks.
        pub credited: Balance,
        /// Everything lost so far, in plancks.
        pub penalised: Balance,
        /// Stake on hold, in plancks, without what is on its way back.
        pub stake: Balance,
        /// Stake on its way back; `None` if there is none.
        pub unstaking: Option<Unstaking<Balance, BlockNumber>>,
        /// Stake rewards per planck of stake up to which the account was credited; 2^64 stands for 1.
        pub reward_index: u128,
    }
}

impl PenaltyCause {
    /// The kind of duty that was failed.
    pub const fn kind(&self) -> ContributionKind {
        match self {
            Self::NotAccepted { .. }
            | Self::HeartbeatMissed { .. }
            | Self::ResultMissed { .. }
            | Self::Released { .. }
            | Self::ResultRejected { .. }
            | Self::ProbeSkipped { .. }
            | Self::KeysWithheld { .. } => ContributionKind::Compute,
            Self::NotSealed { .. }
            | Self::NotOpened { .. }
            | Self::PlantAccepted { .. }
            | Self::Outvoted { .. }
            | Self::InspectionMissed { .. }
            | Self::AttestedBadPackage { .. } => ContributionKind::Validation,
            Self::TrainingKeyMissed { .. }
            | Self::TrainingKeyBad { .. }
            | Self::CopyKeyMissed { .. }
            | Self::CopyBad { .. } => ContributionKind::Dataset,
        }
    }

    /// The job it belongs to, if there is one.
    pub const fn job(&self) -> Option<JobId> {
        match self {
            Self::NotAccepted { job, .. }
            | Self::HeartbeatMissed { job, .. }
            | Self::ResultMissed { job, .. }
            | Self::Released { job }
            | Self::ResultRejected { job }
            | Self::ProbeSkipped { job }
            | Self::KeysWithheld { job }
            | Self::NotSealed { job }
            | Self::NotOpened { job }
            | Self::PlantAccepted { job, .. }
            | Self::Outvoted { job } => Some(*job),
            Self::InspectionMissed { .. }
            | Self::AttestedBadPackage { .. }
            | Self::TrainingKeyMissed { .. }
            | Self::TrainingKeyBad { .. }
            | Self::CopyKeyMissed { .. }
            | Self::CopyBad { .. } => None,
        }
    }
}

impl PayoutReason {
    /// The job it belongs to, if the reason names one.
    pub const fn job(&self) -> Option<JobId> {
        match self {
            Self::Job { job, .. }
            | Self::JobRefund { job }
            | Self::Extra { job, .. }
            | Self::KnownAnswer { job }
            | Self::Damages { job } => Some(*job),
            Self::TrainingUse { job, .. } => Some(*job),
            Self::TreasuryShare | Self::Sale { .. } | Self::Royalty { .. } | Self::Inspection { .. } | Self::Stake => None,
        }
    }
}

impl HistoryEvent {
    /// The job it belongs to, if there is one.
    pub const fn job(&self) -> Option<JobId> {
        match self {
            Self::Credited { reason } => reason.job(),
            Self::Penalised { cause, .. } => cause.job(),
            Self::Contributed { job, .. }
            | Self::Charged { job }
            | Self::Refunded { job }
            | Self::Compensated { job }
            | Self::PaidDamages { job } => Some(*job),
            Self::Claimed | Self::Staked | Self::Unstaked | Self::Donated => None,
        }
    }
}
