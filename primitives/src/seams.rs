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
    /// What the terms permit.
    pub uses: UseSet,
}

/// How a training use ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UseOutcome {
    /// The job went to somebody else, came to nothing, or says nothing about the data.
    Ended,
    /// The job was settled with a model that was trained from nothing; it beats the better of baseline and majority class by
    /// this many millionths, or by 0.
    JobSettled {
        /// Accuracy above the baseline, in millionths.
        improvement: u32,
    },
}

/// Datasets as the compute market sees them. Answered by the dataset registry.
pub trait TrainingData<AccountId, Balance> {
    /// What a training use costs `buyer` now; fails unless the dataset is active and its terms allow it.
    fn quote(
        dataset: DatasetId,
        buyer: &AccountId,
        family: AlgorithmFamily,
    ) -> Result<TrainingQuote<AccountId, Balance>, DispatchError>;

    /// Whether a job posted earlier may still be matched: the terms as they are now allow it, whatever their price. A
    /// delisted dataset serves it, a condemned one does not.
    fn still_permits(dataset: DatasetId, buyer: &AccountId, family: AlgorithmFamily) -> bool;

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

    /// End a training use, remove its record and note the outcome; does nothing if there is none.
    fn close_use(training_use: TrainingUseId, outcome: UseOutcome);

    /// Check `proof` against the dataset's commitments, bound to `subject` and `account`.
    fn verify_chunk(dataset: DatasetId, subject: ProofSubject, account: &AccountId, proof: &AuditProof) -> DispatchResult;
}

/// Told what happens to the key of a training use. Answered by the compute market.
pub trait OnTrainingKey {
    /// The data provider delivered the key: training may begin.
    fn key_delivered(job: JobId, training_use: TrainingUseId) -> DispatchResult;

    /// The data provider did not deliver in time, or a wrong key: the job cannot go on. The use is already removed.
    fn key_failed(job: JobId, training_use: TrainingUseId) -> DispatchResult;
}

/// A submission that a committee has to judge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EvaluationRequest<AccountId> {
    /// Who pays. No party sits on the committee.
    pub job_owner: AccountId,
    /// Who owns the data.
    pub data_provider: AccountId,
    /// Who computed.
    pub provider: AccountId,
    /// Work units of the run that evaluators repeat.
    pub work_units: u64,
    /// Seed of the run.
    pub seed: Seed,
    /// Trace that was submitted.
    pub trace: TraceRoot,
    /// What binds the provider's secret for a known-answer task; `None` if there was one already.
    pub probe: Option<ProbeCommitment>,
    /// Whether the first committee repeats random segments instead of the whole run.
    pub sampled: bool,
}

/// Evaluation of results. Answered by model validation.
pub trait Evaluation<AccountId> {
    /// Open a round for the submission of `job`.
    fn open_round(job: JobId, request: EvaluationRequest<AccountId>) -> DispatchResult;
}

/// Told what a committee decided. Answered by the compute market.
pub trait OnDecision<AccountId> {
    /// The round of `job` is over; `majority` are the members, of both committees if there were two, whose verdict is the
    /// decision; after [`Decision::Withheld`] those that sealed a verdict all the same.
    fn decided(job: JobId, decision: Decision, majority: Vec<AccountId>) -> DispatchResult;

    /// The round of `job` was a known-answer task and is over; the submission goes to a new round with `trace`, the true one.
    fn probed(job: JobId, trace: TraceRoot) -> DispatchResult;

    /// The compute provider of `job` was drawn for a known-answer task and planted none, or did not open its secret in time.
    /// Called before the decision is passed on.
    fn probe_skipped(job: JobId) -> DispatchResult;
}

/// A model that is compared with others of its task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Achievement<AccountId> {
    /// The task.
    pub task: Task,
    /// The model.
    pub model: ModelId,
    /// The job that made it.
    pub job: JobId,
    /// Who owns it.
    pub owner: AccountId,
    /// Holdout rows that count as right; see [`TrainingMetrics::right_rows`].
    pub correct: u32,
    /// Rows of the holdout.
    pub rows: u32,
}

/// Leaderboards. Answered by model validation.
pub trait Leaderboards<AccountId> {
    /// Value of the best model of `task` so far, in millionths, rounded down; `None` if there is none.
    fn best(task: &Task) -> Option<u32>;

    /// Note an accepted model. Returns whether it is a new best by the ladder rule.
    fn note(achievement: Achievement<AccountId>) -> bool;
}

/// Where a new model comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelOrigin<AccountId> {
    /// Who owns it: the job's owner.
    pub owner: AccountId,
    /// The job that made it.
    pub job: JobId,
    /// The dataset version it was trained on.
    pub dataset: DatasetId,
    /// The model that the training started from.
    pub parent: Option<ModelId>,
    /// Who provided the data.
    pub data_provider: AccountId,
    /// Who computed.
    pub compute_provider: AccountId,
    /// What the data's terms permitted when the job was posted.
    pub uses: UseSet,
    /// The run that made it.
    pub spec: TrainingSpec,
    /// Seed of that run.
    pub seed: Seed,
    /// What was committed and accepted.
    pub result: ResultCommitment,
    /// The committee's score, 1 to 100 inclusive.
    pub score: u8,
}

/// Model versions. Answered by the model registry.
pub trait Models<AccountId> {
    /// Refuse unless `owner` may train `spec` from the parameters of `parent`: the model exists, it is the owner's own or
    /// licensed to be derived from, it has the same algorithm, target and classes, and the lineage stays within its limits.
    fn ensure_derivable(parent: ModelId, owner: &AccountId, spec: &TrainingSpec) -> DispatchResult;

    /// Record the accepted result of a job as a model version.
    fn record(origin: ModelOrigin<AccountId>) -> Result<ModelId, DispatchError>;
}

/// What a copy of an asset costs one buyer now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaleQuote<AccountId, Balance, BlockNumber> {
    /// Who owes the key and is paid.
    pub seller: AccountId,
    /// Price in plancks.
    pub price: Balance,
    /// Last block, inclusive, at which the licence would be good; `None` means no end.
    pub licence_expires_at: Option<BlockNumber>,
}

/// How a sale ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SaleEnd<AccountId> {
    /// Paid: the price lies in [`Saleable::income_account`].
    Settled {
        /// Whether the buyer confirmed; else the time for complaints ran out.
        confirmed: bool,
    },
    /// An inspector attested that the package is what it claims. Nothing was paid for the copy.
    Attested {
        /// The evaluator.
        inspector: AccountId,
    },
    /// The seller did not deliver the key in time; the buyer was refunded.
    NotDelivered {
        /// Who waited in vain.
        wronged: AccountId,
        /// Who reported it.
        reporter: AccountId,
    },
    /// A complaint was upheld; the buyer was refunded.
    Faulty {
        /// What was proved.
        fault: Fault,
        /// Who complained and proved it.
        wronged: AccountId,
    },
    /// Ended without anybody at fault, or because the package was condemned meanwhile; the buyer was refunded.
    Void,
}

/// Something that is sold by copy, as the sales see it. Answered by the dataset registry and the model registry.
pub trait Saleable<Id, AccountId, Balance, BlockNumber> {
    /// What a copy with `licence` costs `buyer` now; fails unless it is for sale to this buyer on these terms.
    fn quote(
        asset: Id,
        buyer: &AccountId,
        licence: LicenceKind,
    ) -> Result<SaleQuote<AccountId, Balance, BlockNumber>, DispatchError>;

    /// Who owes the key of `asset` to an inspector; fails if it cannot be inspected.
    fn inspected_seller(asset: Id) -> Result<AccountId, DispatchError>;

    /// What binds the package; `None` if there is no such asset, or it is not sold by copy.
    fn package(asset: Id) -> Option<PackageCommitment>;

    /// Whether the package was proved bad, so that open sales are refunded.
    fn is_condemned(asset: Id) -> bool;

    /// Open a sale at `price`, 0 for an inspection; fails if the stake does not cover what would be open then.
    fn open_sale(asset: Id, price: Balance) -> DispatchResult;

    /// Where the price of a settled sale has to lie before [`Saleable::close_sale`].
    fn income_account(asset: Id) -> AccountId;

    /// End a sale that was opened at `price`: pay or slash, count and score. `basis` is what a slash is reckoned from: the
    /// price, or an inspector's fee.
    fn close_sale(asset: Id, purchase: PurchaseId, price: Balance, basis: Balance, end: SaleEnd<AccountId>) -> DispatchResult;
}

/// Licences to use copies. Answered by sales.
pub trait Licences<AccountId> {
    /// Whether `account` has a licence for `asset` that permits `kind` now.
    fn permits(asset: Asset, account: &AccountId, kind: LicenceKind) -> bool;
}

/// Bonded evaluators who inspect packages. Answered by model validation.
pub trait Inspectors<AccountId, BlockNumber> {
    /// Draw up to `seats` different evaluators that registered before `before`, none of them `excluded`, and take a seat for
    /// each, so that its bond cannot be withdrawn.
    fn draw(
        seed: &Seed,
        inspection: InspectionId,
        seats: u32,
        before: BlockNumber,
        excluded: &[AccountId],
    ) -> Vec<AccountId>;

    /// Free the seat of an evaluator.
    fn leave(inspector: &AccountId);

    /// Slash the bond of an evaluator that was silent, or whose attestation was proved wrong, as `cause` says; does nothing
    /// if the bond is gone.
    fn penalise(inspector: &AccountId, wronged: &AccountId, reporter: &AccountId, cause: PenaltyCause);
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
    /// How good the computed model is, 1 to 100 inclusive.
    pub compute_score: u8,
    /// How good the data proved to be, 1 to 100 inclusive; see [`crate::score::improvement_score`].
    pub data_score: u8,
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

    /// Credit the owner of a dataset with the price of a training use or of a copy, as `reason` says, less the treasury's
    /// share.
    fn settle_sale(reason: PayoutReason, owner: &AccountId, price: Balance) -> DispatchResult;

    /// The treasury's share in a sale at `price`.
    fn treasury_share(price: Balance) -> Balance;

    /// Give the treasury `amount`.
    fn settle_treasury(amount: Balance) -> DispatchResult;

    /// Credit `account` with `amount`, all of it.
    fn settle_credit(account: &AccountId, amount: Balance, reason: PayoutReason) -> DispatchResult;

    /// Note the members that found the planted trace of `job` out. They are credited from the pool when the job is settled,
    /// within what it may pay for that job.
    fn settle_known_answer(job: JobId, evaluators: Vec<AccountId>);

    /// Add a line to the history of `account`: money that moved without a credit.
    fn note(account: &AccountId, amount: Balance, event: HistoryEvent);

    /// The record of `job` is removed: what is kept by job can go. The accounts' histories stay.
    fn forget_job(job: JobId);
}

/// Reputation of accounts. Answered by rewards.
pub trait Reputation<AccountId, Balance> {
    /// Reputation of `account`, 1 to 100 inclusive; 50 for an account that has done nothing yet.
    fn of(account: &AccountId) -> u8;

    /// Note that `account` failed a duty and lost `amount`, which may be zero. Lowers its reputation.
    fn note_penalty(account: &AccountId, amount: Balance, cause: PenaltyCause);
}
