//! Seam traits: what a pallet asks for, without naming the pallet that answers.
//!
//! The runtime's adapters connect them. A call that fails leaves no trace: callers are in a storage transaction.

use crate::*;
use alloc::vec::Vec;
use sp_runtime::{DispatchError, DispatchResult};

/// Randomness of the chain by block.
pub trait Entropy<BlockNumber> {
    /// The seed that became known at `block`; `None` if that block is not there yet or is too old to be remembered.
    ///
    /// The author of `block` could see it a little earlier and withhold the block: a bias of one draw, at the price of
    /// a block's reward.
    fn seed_at(block: BlockNumber) -> Option<Seed>;
}

/// A statement of which zk proofs are checked.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, codec::Encode, codec::Decode, codec::DecodeWithMemTracking, codec::MaxEncodedLen,
    scale_info::TypeInfo, serde::Serialize, serde::Deserialize,
)]
pub enum StatementId {
    /// `data-validity/1`: the cells of one chunk are within their bounds and the leaf commits to them.
    #[codec(index = 0)]
    DataValidity1,
}

/// Verification of zk proofs against registered keys.
pub trait ZkVerifier {
    /// Check `proof` of `statement` for `inputs`, in the statement's order.
    ///
    /// Fails without a registered key, with another number of inputs than the key has, with an input or point that is
    /// not canonical, and with a proof that doesn't verify.
    fn verify(statement: StatementId, inputs: &[FieldBytes], proof: &[u8]) -> DispatchResult;
}

/// What a zk proof is bound to beside its chunk.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, codec::Encode, codec::Decode, codec::DecodeWithMemTracking, codec::MaxEncodedLen,
    scale_info::TypeInfo, serde::Serialize, serde::Deserialize,
)]
pub enum ProofSubject {
    /// The audit of a dataset.
    #[codec(index = 0)]
    Dataset(DatasetId),
    /// Possession of the data by a job's compute provider.
    #[codec(index = 1)]
    Job(JobId),
}

/// A dataset's terms as they stand for one buyer and one algorithm.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrainingQuote<AccountId, Balance> {
    /// Who is paid.
    pub owner: AccountId,
    /// Price of one training use, in plancks.
    pub price: Balance,
    /// Rows of the dataset.
    pub rows: u32,
    /// Columns of the dataset.
    pub columns: u32,
    /// Chunks of the dataset.
    pub chunks: u32,
}

/// Datasets as the compute market sees them. Answered by the dataset registry.
pub trait TrainingData<AccountId, Balance> {
    /// What a training use costs `buyer` now; fails unless the dataset is active and its terms allow it.
    fn quote(
        dataset: DatasetId,
        buyer: &AccountId,
        family: AlgorithmFamily,
    ) -> Result<TrainingQuote<AccountId, Balance>, DispatchError>;

    /// Open a training use for `job`, computed by `provider`, at `price`; the data provider owes the key from now on.
    ///
    /// A dataset that was delisted after the job was posted still serves it.
    fn open_use(
        dataset: DatasetId,
        job: JobId,
        provider: &AccountId,
        recipient_key: RecipientKey,
        price: Balance,
    ) -> Result<TrainingUseId, DispatchError>;

    /// End a training use and remove its record; does nothing if there is none.
    fn close_use(training_use: TrainingUseId);

    /// Check `proof` against the dataset's commitments, bound to `subject` and `account`.
    fn verify_chunk(dataset: DatasetId, subject: ProofSubject, account: &AccountId, proof: &AuditProof) -> DispatchResult;
}

/// Told what happens to the key of a training use. Answered by the compute market.
pub trait OnTrainingKey {
    /// The data provider delivered the key: training may begin.
    fn key_delivered(job: JobId, training_use: TrainingUseId) -> DispatchResult;

    /// The data provider did not deliver in time: the job cannot go on. The use is already removed.
    fn key_overdue(job: JobId, training_use: TrainingUseId) -> DispatchResult;
}

/// The parties of a job under evaluation, who may not sit on its committee.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobParties<AccountId> {
    /// Who pays.
    pub job_owner: AccountId,
    /// Who owns the data.
    pub data_provider: AccountId,
    /// Who computed.
    pub provider: AccountId,
    /// Work units of the run that evaluators repeat.
    pub work_units: u64,
}

/// Evaluation of results. Answered by model validation.
pub trait Evaluation<AccountId> {
    /// Open a round for the result of `job`.
    fn open_round(job: JobId, parties: JobParties<AccountId>) -> DispatchResult;
}

/// Told what a committee decided. Answered by the compute market.
pub trait OnDecision<AccountId> {
    /// The round of `job` is over; `majority` are the members who revealed with the decision.
    fn decided(job: JobId, decision: Decision, majority: Vec<AccountId>) -> DispatchResult;
}

/// Model versions. Answered by the model registry.
pub trait Models<AccountId> {
    /// Record the accepted result of `job` as a model version.
    fn record(
        owner: &AccountId,
        job: JobId,
        dataset: DatasetId,
        spec: TrainingSpec,
        seed: Seed,
        result: ResultCommitment,
        score: u8,
    ) -> Result<ModelId, DispatchError>;
}

/// A job's price and the accounts that share it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobSettlement<AccountId, Balance> {
    /// The job.
    pub job: JobId,
    /// Price to be shared, in plancks; already in the payout pot.
    pub price: Balance,
    /// Who provided the data.
    pub data_provider: AccountId,
    /// Who computed.
    pub provider: AccountId,
    /// Who evaluated with the majority.
    pub evaluators: Vec<AccountId>,
}

/// Payouts. Answered by rewards. Callers first move the money into [`Payouts::pot`].
pub trait Payouts<AccountId, Balance> {
    /// The account that holds what is credited and not yet claimed.
    fn pot() -> AccountId;

    /// Credit the parties of an accepted job with their shares of the price.
    fn settle_job(settlement: JobSettlement<AccountId, Balance>) -> DispatchResult;

    /// The part of `price` that evaluators earn whatever they decide.
    fn evaluation_share(price: Balance) -> Balance;

    /// Credit the evaluators of a rejected job with `amount` in equal parts, the rest to the treasury.
    fn settle_evaluation(job: JobId, amount: Balance, evaluators: Vec<AccountId>) -> DispatchResult;

    /// Credit the owner of a dataset with the price of a training use, less the treasury's share.
    fn settle_training_use(training_use: TrainingUseId, owner: &AccountId, price: Balance) -> DispatchResult;
}

/// Reputation of accounts. Answered by rewards.
pub trait Reputation<AccountId> {
    /// Reputation of `account`, 1 to 100 inclusive; 50 for an account that has done nothing yet.
    fn of(account: &AccountId) -> u8;

    /// Note that `account` did not fulfil a duty of this kind.
    fn note_failure(account: &AccountId, kind: ContributionKind);
}
