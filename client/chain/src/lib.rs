//! # Chain client
//!
//! Connects to a NeuroData node, reads its state into the types of `neurodata-primitives`, and submits calls.
//!
//! ## Overview
//!
//! - [`Chain`]: a connection that reconnects by itself. State is read at the best block unless a call says otherwise.
//! - [`calls`]: one constructor for each call of the protocol's pallets; a [`Call`] is checked against the node's
//!   metadata before it is signed.
//! - [`Receipt`]: where a call was included, what it cost, and its events. [`PastEvent`]: what happened in earlier blocks.
//! - Listings ([`Chain::all_datasets`], [`Chain::all_jobs`] and their like) come from the runtime's own pages; what it
//!   works out about jobs, committees, leaderboards and contributors ([`Chain::estimate_job`], [`Chain::explain_job`] and
//!   their like) is asked from it too, so that a client scans nothing that grows with the chain.
//! - [`amount`], [`folders`]: NRC as people write it, and where programs keep their files.
//! - [`Error`]: tells apart what the chain refused, what may work later, and what failed.
//!
//! ## Example
//!
//! ```no_run
//! # async fn example() -> Result<(), neurodata_chain::Error> {
//! use neurodata_chain::{calls, signer_from_suri, Chain};
//!
//! let chain = Chain::connect("ws://127.0.0.1:9944").await?;
//! let signer = signer_from_suri("//DataProvider")?;
//! let receipt = chain.submit(&signer, calls::claim()).await?;
//! println!("included in block {} for a fee of {} planck", receipt.block_number, receipt.fee);
//! # Ok(())
//! # }
//! ```
//!
//! ## Implementation notes
//!
//! Types are not generated from metadata: the chain's own types live in `neurodata-primitives`, and generating a second
//! set from the same source would double them. Names and shapes are checked against the metadata at run time instead,
//! once for each call. See `docs/decisions/0002-client-types.md`.
#![warn(missing_docs)]

pub mod amount;
pub mod calls;
mod connection;
mod error;
mod events;
pub mod folders;
mod history;
mod pages;
mod pending;
mod state;
mod storage;
mod work;

pub use calls::Call;
pub use connection::{Block, BlockStream, Chain};
pub use error::{Error, Reason, Refusal};
pub use events::{ChainEvent, Receipt};
pub use history::PastEvent;
pub use neurodata_primitives::Page;
pub use pages::{ListedModel, MAX_PAGE};
pub use state::AccountBalance;
pub use subxt::utils::AccountId32 as AccountId;
pub use subxt_signer::sr25519::Keypair;

use neurodata_primitives as primitives;

/// An amount in plancks.
pub type Balance = u128;
/// A block's height.
pub type BlockNumber = u32;
/// A dataset as the chain stores it.
pub type DatasetRecord = primitives::DatasetRecord<AccountId, Balance, BlockNumber>;
/// Terms of sale as the chain stores them.
pub type DatasetTerms = primitives::DatasetTerms<AccountId, Balance, BlockNumber>;
/// A training use as the chain stores it.
pub type TrainingUse = primitives::TrainingUse<AccountId, Balance, BlockNumber>;
/// A job as the chain stores it.
pub type JobRecord = primitives::JobRecord<AccountId, Balance, BlockNumber>;
/// A job's state as the chain stores it.
pub type JobState = primitives::JobState<AccountId, Balance, BlockNumber>;
/// What a job owner asks for.
pub type JobRequest = primitives::JobRequest<Balance, BlockNumber>;
/// A job in the hands of a compute provider.
pub type Assignment = primitives::Assignment<AccountId, Balance>;
/// How a job ended.
pub type JobOutcome = primitives::JobOutcome<AccountId, Balance>;
/// What a job would cost and need.
pub type JobEstimate = primitives::JobEstimate<Balance>;
/// Where a listing of open jobs goes on.
pub type OpenJobCursor = primitives::OpenJobCursor<Balance>;
/// An offer as the chain stores it.
pub type OfferRecord = primitives::OfferRecord<AccountId, Balance>;
/// A compute provider as the chain stores it.
pub type ProviderRecord = primitives::ProviderRecord<Balance, BlockNumber>;
/// An evaluator as the chain stores it.
pub type EvaluatorRecord = primitives::EvaluatorRecord<Balance, BlockNumber>;
/// A round of evaluation as the chain stores it.
pub type RoundRecord = primitives::RoundRecord<AccountId, BlockNumber>;
/// A model version as the chain stores it.
pub type ModelRecord = primitives::ModelRecord<AccountId, BlockNumber>;
/// The sale of a model as the chain stores it.
pub type ModelListing = primitives::ModelListing<AccountId, Balance, BlockNumber>;
/// Terms of a model's sale as the chain stores them.
pub type ModelTerms = primitives::ModelTerms<AccountId, Balance, BlockNumber>;
/// One licence of a model that is for sale.
pub type LicenceOffer = primitives::LicenceOffer<Balance, BlockNumber>;
/// What a model has earned.
pub type ModelIncome = primitives::ModelIncome<Balance>;
/// A purchase that is not settled, as the chain stores it.
pub type PurchaseRecord = primitives::PurchaseRecord<AccountId, Balance, BlockNumber>;
/// A purchase's state as the chain stores it.
pub type PurchaseState = primitives::PurchaseState<BlockNumber>;
/// Why the key of a purchase is owed.
pub type Grant = primitives::Grant<Balance, BlockNumber>;
/// A licence to use a copy, as the chain stores it.
pub type LicenceRecord = primitives::LicenceRecord<Balance, BlockNumber>;
/// An inspection as the chain stores it.
pub type InspectionRecord = primitives::InspectionRecord<AccountId, Balance, BlockNumber>;
/// An inspection's state as the chain stores it.
pub type InspectionState = primitives::InspectionState<AccountId, BlockNumber>;
/// An amount that an account is owed.
pub type Credit = primitives::Credit<Balance, BlockNumber>;
/// What an account has contributed.
pub type ContributorRecord = primitives::ContributorRecord<Balance, BlockNumber>;
/// A contributor as it stands now.
pub type ContributorView = primitives::ContributorView<Balance, BlockNumber>;
/// A line in the history of an account.
pub type HistoryEntry = primitives::HistoryEntry<Balance, BlockNumber>;
/// The best models of a task.
pub type Leaderboard = primitives::Leaderboard<AccountId, BlockNumber>;
/// Parameters of the market and of committees.
pub type MarketRules = primitives::MarketRules<Balance, BlockNumber>;
/// The reward pool.
pub type PoolStatus = primitives::PoolStatus<Balance>;

/// The account that `signer` signs for.
pub fn account_of(signer: &Keypair) -> AccountId {
    signer.public_key().to_account_id()
}

/// The signer of a secret URI, e.g. `//Alice` or a mnemonic with a derivation path.
pub fn signer_from_suri(suri: &str) -> Result<Keypair, Error> {
    let uri = suri.trim().parse().map_err(|error| Error::InvalidSigner(format!("{error}")))?;
    Keypair::from_uri(&uri).map_err(|error| Error::InvalidSigner(error.to_string()))
}
