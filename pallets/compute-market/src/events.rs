//! What happens on the market.

use frame_support::pallet_macros::pallet_section;

/// The events of the pallet.
#[pallet_section]
mod events {
    /// What happened on the market.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A compute provider put up a bond.
        ProviderRegistered {
            /// The compute provider.
            provider: T::AccountId,
            /// Bond on hold, in plancks.
            bond: BalanceOf<T>,
        },
        /// A provider made an offer.
        OfferAdded {
            /// The offer.
            offer: OfferId,
            /// The compute provider.
            provider: T::AccountId,
            /// What the machine has.
            capability: Capability,
            /// Jobs that it takes side by side.
            slots: u32,
            /// Price of a work unit, in plancks.
            unit_price: BalanceOf<T>,
        },
        /// A provider changed one of its offers; jobs that were matched with it keep their price.
        OfferUpdated {
            /// The offer.
            offer: OfferId,
            /// The compute provider.
            provider: T::AccountId,
            /// What the machine has.
            capability: Capability,
            /// Jobs that it takes side by side.
            slots: u32,
            /// Price of a work unit, in plancks.
            unit_price: BalanceOf<T>,
        },
        /// A provider withdrew an offer; jobs that were matched with it go on.
        OfferWithdrawn {
            /// The offer.
            offer: OfferId,
            /// The compute provider.
            provider: T::AccountId,
        },
        /// A provider retired: its offers are withdrawn, and it gets no more jobs.
        ProviderRetired {
            /// The compute provider.
            provider: T::AccountId,
            /// First block at which the bond can be withdrawn.
            retires_at: BlockNumberFor<T>,
        },
        /// A provider added to its bond.
        BondAdded {
            /// The compute provider.
            provider: T::AccountId,
            /// Amount added, in plancks.
            amount: BalanceOf<T>,
            /// Bond on hold from now on, in plancks.
            bond: BalanceOf<T>,
        },
        /// A retired provider got its bond back and is no provider any more.
        BondWithdrawn {
            /// The former compute provider.
            provider: T::AccountId,
            /// What was left of the bond, in plancks.
            bond: BalanceOf<T>,
        },
        /// A provider missed a deadline, gave a job back, withheld keys or skipped a known-answer task, and lost a part of its
        /// bond; or locks on its money kept damages from whom they were due to, and that part was burned.
        BondSlashed {
            /// The job that the provider failed.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
            /// Who reported it; the provider itself if nobody did.
            reporter: T::AccountId,
            /// What the bond lost, in plancks.
            slashed: BalanceOf<T>,
        },
        /// A provider paid for the harm that it did beside the penalty, out of its bond.
        DamagesPaid {
            /// The job that the provider failed.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
            /// Who was paid, or credited: the data provider or the job owner.
            to: T::AccountId,
            /// What was paid, in plancks.
            amount: BalanceOf<T>,
        },
        /// A job was posted and its price moved into escrow.
        JobPosted {
            /// The job.
            job: JobId,
            /// Who pays.
            owner: T::AccountId,
            /// The dataset to train on.
            dataset: DatasetId,
            /// Work units of the run.
            work_units: u64,
            /// Escrow, in plancks.
            escrow: BalanceOf<T>,
        },
        /// A job was assigned to a provider.
        JobMatched {
            /// The job.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
            /// Last block, inclusive, at which the provider may accept.
            accept_by: BlockNumberFor<T>,
            /// Price of the whole job, in plancks.
            price: BalanceOf<T>,
        },
        /// The provider accepted; the data provider owes the key.
        JobAccepted {
            /// The job.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
            /// The licence that the key belongs to.
            training_use: TrainingUseId,
        },
        /// The key was delivered; training began.
        JobStarted {
            /// The job.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
            /// Seed of the training run.
            seed: Seed,
            /// Chunk that the provider has to prove.
            challenged_chunk: u32,
            /// Last block, inclusive, for the result.
            deliver_by: BlockNumberFor<T>,
        },
        /// The provider reported its progress.
        HeartbeatReceived {
            /// The job.
            job: JobId,
            /// Index of the last checkpoint reached, from 0 for the initial parameters.
            position: u32,
            /// Last block, inclusive, for the next heartbeat.
            heartbeat_by: BlockNumberFor<T>,
        },
        /// The provider committed to a result; its evaluation began.
        ResultSubmitted {
            /// The job.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
            /// The result.
            result: ResultCommitment,
            /// Training price paid now, in plancks; 0 if the data is free.
            training_paid: BalanceOf<T>,
        },
        /// The owner cancelled a job that ran; the provider may prove how far it came.
        JobStopping {
            /// The job.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
            /// Last block, inclusive, for the proof of progress.
            submit_by: BlockNumberFor<T>,
        },
        /// The provider committed to the beginning of a run that was cancelled; its evaluation began.
        ProgressSubmitted {
            /// The job.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
            /// Checkpoints reached, the initial one included.
            checkpoints: u32,
            /// Root over the digests of these checkpoints.
            trace: TraceRoot,
        },
        /// The provider did not want the job.
        JobDeclined {
            /// The job.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
        },
        /// The provider gave the job back.
        JobReleased {
            /// The job.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
        },
        /// The job waits for another provider.
        JobQueuedAgain {
            /// The job.
            job: JobId,
            /// Last block, inclusive, at which it may be matched.
            match_by: BlockNumberFor<T>,
        },
        /// The job is over.
        JobClosed {
            /// The job.
            job: JobId,
            /// Who paid.
            owner: T::AccountId,
            /// How it ended.
            outcome: JobOutcome<T::AccountId, BalanceOf<T>>,
            /// Escrow that went back to the owner now, or was credited to it, in plancks.
            refunded: BalanceOf<T>,
        },
        /// The record of a closed job was removed.
        JobPruned {
            /// The job.
            job: JobId,
            /// Who paid for it.
            owner: T::AccountId,
            /// Deposit that came back to the owner, in plancks.
            deposit: BalanceOf<T>,
        },
    }
}
