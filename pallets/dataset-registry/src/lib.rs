//! # Dataset registry
//!
//! Registers datasets with a quality stake, audits them with zk proofs, and licenses training on them and copies.
//!
//! ## Overview
//!
//! A data provider commits to a table by the root over its chunks and puts a stake on hold. The chain then draws chunks
//! from randomness that did not exist when the root was committed, and the owner proves each of them valid without
//! showing a cell. With the last proof the dataset becomes active: jobs may train on it, and copies are sold. Each use
//! obliges the owner to deliver the content key, wrapped for one compute provider, before a deadline; silence and a
//! wrong key cost stake. Delisting ends the sales, and after a lock period the stake goes back.
//!
//! The states of a dataset are drawn in `datasets.rs`, those of a training use, and who is paid for it when, in
//! `training_uses.rs`.
//!
//! The compute market opens and closes training uses through [`neurodata_primitives::seams::TrainingData`] and is told
//! about keys through [`Config::OnTrainingKey`]. Copies are sold by another pallet, which asks and tells this one
//! through [`neurodata_primitives::seams::Saleable`]; sales that are open when a dataset is delisted are still served.
//!
//! ## Terminology
//!
//! - **Quality stake**: the owner's money on hold for one dataset, under [`HoldReason::QualityStake`].
//! - **Exposure**: the prices of the open sales and training uses of one dataset, summed.
//! - **Challenge**: the chunks that an audit draws; all of them if there are at most
//!   [`layout::MAX_AUDITED_CHUNKS`], else that many.
//! - **Training use**: the licence of one job's compute provider to train on a dataset.
//! - **Version**: a dataset that replaces another of the same owner, its parent. A parent has one child at most.
//!
//! ## Properties
//!
//! - **An audit proves, and cannot be aimed.** How its challenge is drawn, what its proofs are bound to and what they say of
//!   missing cells is told in `audits.rs`.
//! - **Fraud does not pay**, and no stake escapes. What it must cover and how it is slashed is told in `stakes.rs`.
//! - **The score can be recomputed** from the [`Event::ScoreChanged`] of a dataset alone; see
//!   [`neurodata_primitives::score`]. Copies that cost nothing do not move it.
//! - **One record for each data root.** A root can be registered again only after `withdraw_stake` removed its record.
//!   Until then copies are refused, and the owner cannot escape an audit by registering the same root anew. A stranger
//!   who registers somebody's root first can't pass the audit without the content key and has the minimum stake locked;
//!   the true owner repackages under another key, which gives another root.
//! - For each owner the money on hold under [`HoldReason::QualityStake`] equals the stakes of the owner's datasets.
//!
//! ## Example
//!
//! The tests in `src/tests` walk through each call; `submit_audit.rs` shows how a proof is put together.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

mod audits;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod datasets;
mod events;
#[cfg(any(feature = "try-runtime", test))]
mod invariants;
#[cfg(test)]
mod mock;
mod sales;
mod stakes;
#[cfg(test)]
mod tests;
mod training_uses;
mod types;
pub mod weights;

use frame_support::{
    pallet_prelude::*,
    traits::{
        fungible::{BalancedHold, Mutate, MutateHold},
        OnUnbalanced,
    },
};
use frame_system::pallet_prelude::*;
use neurodata_primitives::{
    dataset::{MAX_PROOFS_PER_CALL, MAX_URIS},
    layout,
    seams::{Entropy, Inspectors, OnTrainingKey, Payouts, Reputation, ZkVerifier},
    AuditProof, AuditRecord, Complaint, DataRoot, DatasetCommitment, DatasetId, DatasetState, Fault, JobId,
    QualityScore, ScoreCause, TrainingUseId, Uri, WrappedKey,
};
use sp_runtime::Permill;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// Registers datasets with a quality stake, audits them, and licenses training on them and copies of them. Its events are
/// in `events.rs`.
#[frame_support::pallet_macros::import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;

    /// Version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The dataset registry.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet asks of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The money that stakes are held in.
        type Currency: Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
            + BalancedHold<Self::AccountId>;

        /// The hold reasons of the runtime.
        type RuntimeHoldReason: From<HoldReason>;

        /// Randomness of the chain by block. It remembers the last [`Config::EntropyWindow`] blocks.
        type Entropy: Entropy<BlockNumberFor<Self>>;

        /// Verification of zk proofs.
        type ZkVerifier: ZkVerifier;

        /// Told when a key was delivered and when it was not.
        type OnTrainingKey: OnTrainingKey;

        /// Pays the owners of sold copies.
        type Payouts: Payouts<Self::AccountId, BalanceOf<Self>>;

        /// Evaluators who attest packages.
        type Inspectors: Inspectors<Self::AccountId, BlockNumberFor<Self>>;

        /// Told what owners lose, and why.
        type Reputation: Reputation<Self::AccountId, BalanceOf<Self>>;

        /// Gets what is burned of a slash.
        type OnBurn: OnUnbalanced<CreditOf<Self>>;

        /// Least quality stake of a dataset. Unit: plancks; at least 1,000 NRC by DESIGN section 5.
        type MinimumStake: Get<BalanceOf<Self>>;

        /// Blocks from registration to the block whose randomness draws the challenge. At least
        /// [`MINIMUM_CHALLENGE_DELAY`] blocks apply whatever it says; the longer it is, the longer a run of blocks an
        /// author would have to own to know the challenge beforehand.
        type ChallengeDelay: Get<BlockNumberFor<Self>>;

        /// Blocks after the challenge in which proofs are accepted, the last one included. Cut at
        /// [`Config::EntropyWindow`] less one block.
        type ProofPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks from delisting to the first block at which the stake can be withdrawn.
        type StakeLockPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks in which the owner has to deliver the key of a training use, the last one included.
        type KeyDeliveryPeriod: Get<BlockNumberFor<Self>>;

        /// What a key that was not delivered costs, as a share of the price. It rounds up and is limited by the
        /// dataset's stake.
        type NonDeliverySlash: Get<Permill>;

        /// What the stake must cover, in per cent of the exposure, before more is sold. At least 100, and no less than
        /// [`Config::SaleSlash`], or fraud pays.
        type SaleCover: Get<u32>;

        /// What a wrong key costs, in per cent of the price. It rounds up and is limited by the dataset's stake.
        type SaleSlash: Get<u32>;

        /// Blocks that [`Config::Entropy`] remembers, the current one included; at least 2.
        #[pallet::constant]
        type EntropyWindow: Get<BlockNumberFor<Self>>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// The world that benchmarks need.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: BenchmarkHelper;
    }

    /// The id that the next dataset gets.
    #[pallet::storage]
    pub type NextDatasetId<T> = StorageValue<_, DatasetId, ValueQuery>;

    /// The datasets.
    ///
    /// Written by `register_dataset`, removed by `withdraw_stake`. The quality stake pays for it.
    // Twox64Concat: the ids are handed out by the chain.
    #[pallet::storage]
    pub type Datasets<T: Config> = StorageMap<_, Twox64Concat, DatasetId, DatasetRecordOf<T>>;

    /// The dataset that holds a data root. There is one entry for each of [`Datasets`].
    // Blake2_128Concat: roots are chosen by callers.
    #[pallet::storage]
    pub type DatasetsByRoot<T> = StorageMap<_, Blake2_128Concat, DataRoot, DatasetId>;

    /// The dataset that replaces another, its parent.
    ///
    /// Written by `register_dataset`, removed with either of them by `withdraw_stake`. The child's stake pays for it.
    // Twox64Concat: the ids are handed out by the chain.
    #[pallet::storage]
    pub type Successors<T> = StorageMap<_, Twox64Concat, DatasetId, DatasetId>;

    /// The challenges of datasets under audit, from the first accepted proof on.
    ///
    /// Written by `submit_audit`; removed when the audit ends, by whatever call that is.
    // Twox64Concat: the ids are handed out by the chain.
    #[pallet::storage]
    pub type Audits<T> = StorageMap<_, Twox64Concat, DatasetId, AuditRecord>;

    /// The id that the next training use gets.
    #[pallet::storage]
    pub type NextTrainingUseId<T> = StorageValue<_, TrainingUseId, ValueQuery>;

    /// The open training uses.
    ///
    /// Written by `TrainingData::open_use`, removed by `TrainingData::close_use`, `expire_delivery` and
    /// `complain_training_key`. The deposit of the job, which has one use at a time, pays for it.
    // Twox64Concat: the ids are handed out by the chain.
    #[pallet::storage]
    pub type TrainingUses<T: Config> = StorageMap<_, Twox64Concat, TrainingUseId, TrainingUseOf<T>>;

    /// Why a call is refused.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no such dataset or training use.
        NotFound,
        /// The signer doesn't own the dataset.
        NotAuthorized,
        /// A dataset with this data root is registered.
        AlreadyExists,
        /// The dataset or training use is not in the state that this call leaves.
        InvalidState,
        /// The block from which the call is allowed has not come.
        TooEarly,
        /// The last block for this call is over.
        Expired,
        /// The commitment contradicts itself.
        InvalidCommitment(CommitmentError),
        /// There is no URI, or one of them is empty.
        InvalidUris,
        /// The stake is below the minimum, or nothing is added to it.
        StakeTooLow,
        /// The call carries no proof.
        NoProofs,
        /// The randomness of the challenge is not remembered.
        SeedUnavailable,
        /// The chunk was not challenged, or is proved already.
        ChunkNotOpen,
        /// The dataset has no such chunk.
        InvalidChunk,
        /// The path doesn't lead from the leaf to the data root.
        InvalidPath,
        /// The missing cells that were proved contradict the committed number.
        MissingCellsMismatch,
        /// The dataset is not for sale to this buyer for this use.
        NotForSale(SaleRefusal),
        /// Training uses of the dataset are open.
        UsesOpen,
        /// Sales or inspections of the dataset are open.
        SalesOpen,
        /// Another version replaces the parent already.
        AlreadyReplaced,
        /// The parent's package was proved bad.
        Condemned,
        /// Nobody could buy on these terms.
        InvalidTerms(TermsError),
        /// The evidence of a complaint proves nothing.
        InvalidEvidence(EvidenceIssue),
    }

    /// What the pallet puts money on hold for.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The quality stake of datasets.
        #[codec(index = 0)]
        QualityStake,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "std")]
        fn integrity_test() {
            // Only constants: the other values may be dynamic parameters, which are not readable here. What depends on
            // those is enforced where they are used.
            assert!(
                T::EntropyWindow::get() > sp_runtime::traits::One::one(),
                "EntropyWindow must be at least 2, or the seed of a challenge is forgotten before it may be used",
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Register a dataset and place `stake` on hold until the dataset is delisted and the lock is over.
        ///
        /// The challenge is drawn from the randomness of a later block; the event names it. With a `parent` it is the
        /// next version of that dataset, which stays listed until it is delisted.
        ///
        /// ## Dispatch Origin
        /// Signed by the data provider, who becomes the owner.
        ///
        /// ## Errors
        /// - [`Error::InvalidCommitment`]: see [`CommitmentError`].
        /// - [`Error::InvalidUris`]: say where the package can be had.
        /// - [`Error::InvalidTerms`]: see [`TermsError`].
        /// - [`Error::StakeTooLow`]: stake at least [`Config::MinimumStake`].
        /// - [`Error::AlreadyExists`]: the root is taken until its owner withdraws the stake; package under a new key.
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: the parent is no dataset of the signer.
        /// - [`Error::Condemned`]: the parent's package was proved bad; register without a parent.
        /// - [`Error::AlreadyReplaced`]: the parent has a child; replace that one.
        /// - `Token::FundsUnavailable`: the account lacks the stake.
        ///
        /// ## Events
        /// [`Event::DatasetRegistered`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register_dataset())]
        pub fn register_dataset(
            origin: OriginFor<T>,
            commitment: DatasetCommitment,
            uris: BoundedVec<Uri, ConstU32<MAX_URIS>>,
            terms: DatasetTermsOf<T>,
            stake: BalanceOf<T>,
            parent: Option<DatasetId>,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_register_dataset(owner, commitment, uris, terms, stake, parent)
        }

        /// Prove challenged chunks of `dataset`; the last one makes it active.
        ///
        /// The challenge is drawn by the first call, always from the same randomness: it may come at any block after
        /// `challenge_at`, with the same result.
        ///
        /// ## Dispatch Origin
        /// Signed by the owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such dataset of the signer.
        /// - [`Error::InvalidState`]: the dataset is not under audit.
        /// - [`Error::TooEarly`]: the first block for proofs is the one after `challenge_at`.
        /// - [`Error::Expired`]: `prove_by` is over; only `expire_audit` and `delist_dataset` are left.
        /// - [`Error::NoProofs`]: send at least one proof.
        /// - [`Error::SeedUnavailable`]: the chain's randomness was not recorded then; wait for `expire_audit`.
        /// - [`Error::ChunkNotOpen`]: not challenged, proved already, or twice in this call.
        /// - [`Error::InvalidPath`]: the leaf is not in the tree at this index.
        /// - the verifier's error: the zk proof doesn't hold for this leaf, layout, count, dataset, account and chunk.
        /// - [`Error::MissingCellsMismatch`]: the committed number of missing cells is wrong. Nothing can repair that;
        ///   delist the dataset and register a right one.
        ///
        /// ## Events
        /// [`Event::ChunksProved`], and [`Event::DatasetActivated`] with the last chunk.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::submit_audit(u32::try_from(proofs.len()).unwrap_or(u32::MAX)))]
        pub fn submit_audit(
            origin: OriginFor<T>,
            dataset: DatasetId,
            proofs: BoundedVec<AuditProof, ConstU32<MAX_PROOFS_PER_CALL>>,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_submit_audit(owner, dataset, proofs)
        }

        /// End an audit that was not passed in time: the dataset is delisted and its stake locked.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no such dataset.
        /// - [`Error::InvalidState`]: the dataset is not under audit.
        /// - [`Error::TooEarly`]: `prove_by` is not over.
        ///
        /// ## Events
        /// [`Event::AuditExpired`], [`Event::DatasetDelisted`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::expire_audit())]
        pub fn expire_audit(origin: OriginFor<T>, dataset: DatasetId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_expire_audit(dataset)
        }

        /// Deliver the content key of a training use, wrapped for its recipient key.
        ///
        /// A delisted dataset still owes the keys of its open uses.
        ///
        /// ## Dispatch Origin
        /// Signed by the dataset's owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no such use; its job may be over.
        /// - [`Error::NotAuthorized`]: the signer doesn't own the dataset.
        /// - [`Error::InvalidState`]: the key was delivered already.
        /// - [`Error::Expired`]: `deliver_by` is over.
        /// - the market's error: the job doesn't await the key.
        ///
        /// ## Events
        /// [`Event::KeyDelivered`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::deliver_key())]
        pub fn deliver_key(origin: OriginFor<T>, training_use: TrainingUseId, key: WrappedKey) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_deliver_key(owner, training_use, key)
        }

        /// End a training use whose key was not delivered in time, and slash the owner's stake.
        ///
        /// Of the slash 70 % is burned, 20 % goes to the compute provider of the use, 10 % to the signer. A dataset
        /// whose stake falls below the minimum is delisted.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no such use; its job may be over.
        /// - [`Error::InvalidState`]: the key was delivered.
        /// - [`Error::TooEarly`]: `deliver_by` is not over.
        /// - the market's error: the job doesn't await the key.
        ///
        /// ## Events
        /// [`Event::ScoreChanged`], [`Event::StakeSlashed`], [`Event::DeliveryExpired`], and
        /// [`Event::DatasetDelisted`] if the stake falls below the minimum.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::expire_delivery())]
        pub fn expire_delivery(origin: OriginFor<T>, training_use: TrainingUseId) -> DispatchResult {
            let reporter = ensure_signed(origin)?;
            Self::do_expire_delivery(reporter, training_use)
        }

        /// Take a dataset off the market. Open sales and uses, and jobs that were posted before, are still served.
        ///
        /// ## Dispatch Origin
        /// Signed by the owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such dataset of the signer.
        /// - [`Error::InvalidState`]: it is delisted already.
        ///
        /// ## Events
        /// [`Event::DatasetDelisted`].
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::delist_dataset())]
        pub fn delist_dataset(origin: OriginFor<T>, dataset: DatasetId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_delist_dataset(owner, dataset)
        }

        /// Release what is left of the stake and remove the dataset; its root may be registered again.
        ///
        /// ## Dispatch Origin
        /// Signed by the owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such dataset of the signer.
        /// - [`Error::InvalidState`]: delist it first.
        /// - [`Error::TooEarly`]: `unlocks_at` has not come.
        /// - [`Error::UsesOpen`]: wait until the jobs that use it are over.
        /// - [`Error::SalesOpen`]: wait until its sales are settled.
        ///
        /// ## Events
        /// [`Event::StakeWithdrawn`].
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::withdraw_stake())]
        pub fn withdraw_stake(origin: OriginFor<T>, dataset: DatasetId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_withdraw_stake(owner, dataset)
        }

        /// Sell `dataset` on other terms from now on. Sales, uses and jobs that are open keep what was agreed.
        ///
        /// ## Dispatch Origin
        /// Signed by the owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such dataset of the signer.
        /// - [`Error::InvalidState`]: it is delisted.
        /// - [`Error::InvalidTerms`]: see [`TermsError`].
        ///
        /// ## Events
        /// [`Event::TermsUpdated`].
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::update_terms())]
        pub fn update_terms(origin: OriginFor<T>, dataset: DatasetId, terms: DatasetTermsOf<T>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_update_terms(owner, dataset, terms)
        }

        /// Say where the package of `dataset` can be had from now on; also if it is delisted and serves its open sales.
        ///
        /// ## Dispatch Origin
        /// Signed by the owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such dataset of the signer.
        /// - [`Error::InvalidUris`]: there is none, or an empty one.
        ///
        /// ## Events
        /// [`Event::UrisUpdated`].
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::update_uris())]
        pub fn update_uris(
            origin: OriginFor<T>,
            dataset: DatasetId,
            uris: BoundedVec<Uri, ConstU32<MAX_URIS>>,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_update_uris(owner, dataset, uris)
        }

        /// Add `amount` to the stake of `dataset`, so that it covers more sales.
        ///
        /// ## Dispatch Origin
        /// Signed by the owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such dataset of the signer.
        /// - [`Error::InvalidState`]: it is delisted, which no stake undoes.
        /// - [`Error::StakeTooLow`]: add more than nothing.
        /// - `Token::FundsUnavailable`: the account lacks the amount.
        ///
        /// ## Events
        /// [`Event::StakeAdded`].
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::add_stake())]
        pub fn add_stake(origin: OriginFor<T>, dataset: DatasetId, amount: BalanceOf<T>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_add_stake(owner, dataset, amount)
        }

        /// Prove that what was delivered for a training use is bad: end the use, and slash the owner's stake.
        ///
        /// The secret of the one-time recipient key is public from then on, whatever comes of the call: complain only
        /// about a key that does not open or is not the one that was committed to, or with evidence that the package is
        /// bad. A wrong key costs [`Config::SaleSlash`] of the price; a bad package the whole stake, and the dataset is
        /// condemned. Of the slash 70 % is burned, the rest goes to the signer.
        ///
        /// ## Dispatch Origin
        /// Signed by the compute provider of the use.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no such use; its job may be over, or be somebody else's after a missed deadline.
        /// - [`Error::NotAuthorized`]: the use is another provider's.
        /// - [`Error::InvalidState`]: no key was delivered yet.
        /// - [`Error::InvalidEvidence`]: there is nothing to complain about; it says why.
        /// - the market's error: the job neither trains on this use nor is stopping.
        ///
        /// ## Events
        /// [`Event::ScoreChanged`], [`Event::StakeSlashed`], [`Event::TrainingKeyFaulty`], [`Event::DatasetCondemned`] for
        /// a bad package, and [`Event::DatasetDelisted`] if the stake falls below the minimum.
        #[pallet::call_index(10)]
        #[pallet::weight(T::WeightInfo::complain_training_key())]
        pub fn complain_training_key(
            origin: OriginFor<T>,
            training_use: TrainingUseId,
            complaint: Complaint,
        ) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_complain_training_key(provider, training_use, complaint)
        }
    }
}
