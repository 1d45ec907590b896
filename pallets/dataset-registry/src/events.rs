//! What the pallet tells the world.

/// The events, which `lib.rs` imports into the pallet.
#[frame_support::pallet_macros::pallet_section]
mod events {
    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A dataset was registered and waits for its audit.
        DatasetRegistered {
            /// The dataset.
            dataset: DatasetId,
            /// Who registered it.
            owner: T::AccountId,
            /// The version that it replaces.
            parent: Option<DatasetId>,
            /// What it commits to.
            data_root: DataRoot,
            /// Block whose randomness draws the challenge.
            challenge_at: BlockNumberFor<T>,
            /// Last block, inclusive, at which proofs are accepted.
            prove_by: BlockNumberFor<T>,
            /// Stake on hold, in plancks.
            stake: BalanceOf<T>,
        },
        /// Challenged chunks were proved.
        ChunksProved {
            /// The dataset.
            dataset: DatasetId,
            /// Chunks proved by this call.
            proved: u32,
            /// Chunks that are still to be proved.
            open: u32,
        },
        /// A dataset passed its audit and is for sale.
        DatasetActivated {
            /// The dataset.
            dataset: DatasetId,
            /// Who owns it.
            owner: T::AccountId,
        },
        /// A dataset was not proved in time.
        AuditExpired {
            /// The dataset.
            dataset: DatasetId,
        },
        /// A dataset is no longer for sale.
        DatasetDelisted {
            /// The dataset.
            dataset: DatasetId,
            /// First block at which the stake can be withdrawn.
            unlocks_at: BlockNumberFor<T>,
        },
        /// A stake was released and its dataset removed.
        StakeWithdrawn {
            /// The dataset.
            dataset: DatasetId,
            /// Who owned it.
            owner: T::AccountId,
            /// What was left of the stake, in plancks.
            amount: BalanceOf<T>,
        },
        /// A training use was opened: the data provider owes the key.
        TrainingUseOpened {
            /// The use.
            training_use: TrainingUseId,
            /// The dataset.
            dataset: DatasetId,
            /// The job.
            job: JobId,
            /// Who trains.
            provider: T::AccountId,
            /// Last block, inclusive, at which the key may be delivered.
            deliver_by: BlockNumberFor<T>,
            /// Price of the use, in plancks.
            price: BalanceOf<T>,
        },
        /// A key was delivered; [`TrainingUses`] holds it.
        KeyDelivered {
            /// The use.
            training_use: TrainingUseId,
            /// The dataset.
            dataset: DatasetId,
            /// The job.
            job: JobId,
        },
        /// A key was not delivered in time, and the use is over.
        DeliveryExpired {
            /// The use.
            training_use: TrainingUseId,
            /// The dataset.
            dataset: DatasetId,
            /// The job.
            job: JobId,
        },
        /// A training use ended with its job.
        TrainingUseClosed {
            /// The use.
            training_use: TrainingUseId,
            /// The dataset.
            dataset: DatasetId,
            /// The job.
            job: JobId,
        },
        /// Part of a stake was slashed.
        StakeSlashed {
            /// The dataset.
            dataset: DatasetId,
            /// Whose stake it was.
            owner: T::AccountId,
            /// What was slashed, in plancks.
            amount: BalanceOf<T>,
            /// What was burned of it, in plancks.
            burned: BalanceOf<T>,
        },
        /// A dataset is sold on other terms from now on.
        TermsUpdated {
            /// The dataset.
            dataset: DatasetId,
        },
        /// A package can be had at other locations.
        UrisUpdated {
            /// The dataset.
            dataset: DatasetId,
        },
        /// A stake was added to.
        StakeAdded {
            /// The dataset.
            dataset: DatasetId,
            /// What was added, in plancks.
            amount: BalanceOf<T>,
        },
        /// The score of a dataset moved.
        ScoreChanged {
            /// The dataset.
            dataset: DatasetId,
            /// What moved it.
            cause: ScoreCause,
            /// The score from now on.
            score: QualityScore,
        },
        /// A package was proved bad: the stake is gone and the open sales are refunded.
        DatasetCondemned {
            /// The dataset.
            dataset: DatasetId,
            /// What was proved.
            fault: Fault,
        },
        /// An inspector found a package to be what it claims.
        DatasetAttested {
            /// The dataset.
            dataset: DatasetId,
            /// The evaluator.
            inspector: T::AccountId,
        },
        /// A key that was delivered for training is wrong, and the use is over.
        TrainingKeyFaulty {
            /// The use.
            training_use: TrainingUseId,
            /// The dataset.
            dataset: DatasetId,
            /// The job.
            job: JobId,
            /// What was proved.
            fault: Fault,
        },
    }
}
