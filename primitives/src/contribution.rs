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

    /// What an account has done so far.
    #[derive(Copy, Default)]
    pub struct ContributorRecord<Balance> {
        /// Datasets trained on, by settled job.
        pub dataset_contributions: u32,
        /// Jobs computed and accepted.
        pub compute_contributions: u32,
        /// Verdicts given with the majority.
        pub validation_contributions: u32,
        /// Duties that were not fulfilled.
        pub failures: u32,
        /// Reputation, 1 to 100 inclusive; new accounts have 50 and 0 stands for "new".
        pub reputation: u8,
        /// Everything credited so far, in plancks.
        pub credited: Balance,
    }
}
