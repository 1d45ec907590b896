//! Model versions.

use crate::*;

scale! {
    /// A model version that came out of an accepted job.
    pub struct ModelRecord<AccountId, BlockNumber> {
        /// Who owns it: at first the job's owner.
        pub owner: AccountId,
        /// The job that made it.
        pub job: JobId,
        /// The dataset version it was trained on.
        pub dataset: DatasetId,
        /// The run that made it.
        pub spec: TrainingSpec,
        /// Seed of that run.
        pub seed: Seed,
        /// What was committed and accepted.
        pub result: ResultCommitment,
        /// The committee's score, 1 to 100 inclusive.
        pub score: u8,
        /// Block at which it was recorded.
        pub recorded_at: BlockNumber,
    }
}
