//! # Model registry
//!
//! Every accepted result of a training job becomes a model version with an owner, who may sell licences to copies of
//! it; what they bring in reaches everybody who made the model possible.
//!
//! ## Overview
//!
//! The compute market calls [`seams::Models::record`] when a committee accepted a result. The record keeps what is
//! needed to find the model, to repeat the run that made it and to judge it: dataset, spec, seed, the provider's
//! commitment (digests and metrics) and the committee's score; and what its income is shared by: the models that the
//! training started from, the providers of data and computation, and the split of that day. The first owner is the
//! job's; an owner can hand its model on.
//!
//! An owner who lists a model puts a stake on hold and says on which terms which licences are sold. The sales pallet
//! sells them through [`seams::Saleable`], by the same code as copies of datasets.
//!
//! ```text
//! list_model -> Listed --delist_model------------------------------------------------> Delisted
//!               Listed --a slash below the minimum stake, a file that is proved bad--> Delisted
//!               Delisted --withdraw_model_stake, after unlocks_at--------------------> removed, may be listed again
//! ```
//!
//! ## Terminology
//!
//! - **Model version**: one accepted result. It never changes, only its owner does.
//! - **Parent**: the model whose parameters a training started from. **Ancestors** are the parents, their parents, and
//!   so on, each counted once for every way that leads to it. **Lineage** is all of that.
//! - **Income**: what came in for a model, from sales of it and from its children. It is *pending* until somebody
//!   collects.
//! - **Pot**: the account that holds pending income, and one existential deposit.
//! - **Collect**: share a model's pending income.
//!
//! ## Properties
//!
//! - A job makes one model version at most, and a model version comes from one job: [`Models`] and [`ModelsByJob`]
//!   agree. Ids are counted from zero and never used twice; records are not removed. The job's price pays for the
//!   record.
//! - **Lineage cannot be dodged.** The parents come from the job, not from the owner, and never change. A parent has a
//!   lower id than its child, so that there is no cycle. Depth and ancestors are bounded, and a job that would exceed
//!   the bounds is refused when it is posted.
//! - **A chain of trainings launders nothing.** A model permits what its data and every parent permit.
//! - **A sale and a collection touch no ancestor but the direct parents**, of which there are at most
//!   [`MAX_PARENTS`](neurodata_primitives::model::MAX_PARENTS): they cost the same with one ancestor and with a
//!   thousand.
//! - **Exact to the planck.** Income is shared without a remainder: the parts of data, computation and each parent
//!   round down, and the owner gets the rest. The pot holds the sum of everything pending and the existential deposit.
//! - **A transfer takes nothing from anybody.** It collects first, for the owner that sold; and it is refused while the
//!   model is listed, so that no sale changes its seller.
//! - **Fraud never pays.** The stake covers [`Config::SaleCover`] per cent of the open sales. A file that is proved bad
//!   costs all of it. Slashing reaches stake that waits to be released; of each slash 70 % is burned, 20 % goes to the
//!   wronged party, 10 % to the reporter. Every breach is noted with the seller's reputation, with its cause.
//! - For each seller the money on hold under [`HoldReason::ModelStake`] equals the stakes of the seller's listings.
//!
//! ## Example
//!
//! Model 2 was trained from model 1; its split gives 10 % to parents, 5 % to the data and 2 % to the computation.
//!
//! ```text
//! sales:  close_sale(model 2, price 1_000, Settled)    treasury +50, pending of model 2 +950
//! anyone: collect_royalties(model 2)                   data +47, compute +19, owner of 2 +789, pending of model 1 +95
//! anyone: collect_royalties(model 1)                   data +4, compute +1, owner of 1 +90
//! ```
//!
//! The tests in `src/tests` walk through each call.
//!
//! ## Implementation notes
//!
//! The model itself is never on chain: [`ResultCommitment::manifest`](neurodata_primitives::ResultCommitment::manifest)
//! says where its blobs are and [`ResultCommitment::model`](neurodata_primitives::ResultCommitment::model) what they
//! must hash to. A copy that is sold is the same file sealed under a content key; the listing says where that can be
//! had.
//!
//! Why royalties move one generation with each collection is in `docs/decisions/0011-royalties-by-lazy-push.md`.
//!
//! Rounding favours the owner by less than a planck for each part and parent, once for each collection. Whoever
//! collects more often to gain by it pays more in fees than that.
//!
//! The pot is given the existential deposit at genesis. Genesis of this pallet must run after that of the pallet behind
//! [`Config::Currency`], which sets the issuance: it comes later in the runtime's list of pallets.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(any(feature = "try-runtime", test))]
mod invariants;
mod lineage;
mod listings;
#[cfg(test)]
mod mock;
mod royalties;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use neurodata_primitives::{seams, Fault, JobId, ModelId, ModelPackage, PurchaseId, RoyaltySplit};

/// Model versions, their sale and their royalties.
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{
        pallet_prelude::*,
        traits::{
            fungible::{BalancedHold, Mutate, MutateHold},
            OnUnbalanced,
        },
        PalletId,
    };
    use frame_system::pallet_prelude::*;
    use neurodata_primitives::model::MAX_PARENTS;
    use sp_runtime::Permill;

    /// Version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The model registry.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet asks of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The money that models are sold for and stakes are held in.
        type Currency: Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
            + BalancedHold<Self::AccountId>;

        /// The hold reasons of the runtime.
        type RuntimeHoldReason: From<HoldReason>;

        /// Credits the parties of a model's income, and pays the treasury.
        type Payouts: seams::Payouts<Self::AccountId, BalanceOf<Self>>;

        /// Knows who may derive from models of others.
        type Licences: seams::Licences<Self::AccountId>;

        /// Told what sellers lose, and why.
        type Reputation: seams::Reputation<Self::AccountId, BalanceOf<Self>>;

        /// Gets what is burned of a slash.
        type OnBurn: OnUnbalanced<CreditOf<Self>>;

        /// Seed of the pot's account. The pot must not be the one of [`Config::Payouts`].
        #[pallet::constant]
        type PalletId: Get<PalletId>;

        /// Least stake of a listed model. Unit: plancks.
        type MinimumModelStake: Get<BalanceOf<Self>>;

        /// Blocks from delisting to the first block at which the stake can be withdrawn.
        type ModelStakeLockPeriod: Get<BlockNumberFor<Self>>;

        /// What the stake must cover at least. Unit: per cent of the sum of the prices of open sales; rounds up.
        type SaleCover: Get<u32>;

        /// What a wrong key costs. Unit: per cent of the sale's price; rounds up and is limited by the stake.
        type SaleSlash: Get<u32>;

        /// What a key that was not delivered costs, as a share of the sale's price. It rounds up and is limited by the
        /// stake.
        type NonDeliverySlash: Get<Permill>;

        /// How the income of models recorded from now on is shared. A split that exceeds the whole counts as none: all
        /// goes to the owner.
        type RoyaltySplit: Get<RoyaltySplit>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The id that the next model version gets.
    #[pallet::storage]
    pub type NextModelId<T: Config> = StorageValue<_, ModelId, ValueQuery>;

    /// Model versions by id. A key is present from the acceptance of a result on; the job's price pays for it.
    // Ids are handed out by the chain.
    #[pallet::storage]
    pub type Models<T: Config> = StorageMap<_, Twox64Concat, ModelId, ModelRecordOf<T>>;

    /// The model version that a job made. A key is present as long as the model's.
    // Ids are handed out by the chain.
    #[pallet::storage]
    pub type ModelsByJob<T: Config> = StorageMap<_, Twox64Concat, JobId, ModelId>;

    /// Models that are, or were, for sale.
    ///
    /// Written by `list_model`, removed by `withdraw_model_stake`. The stake pays for it.
    // Ids are handed out by the chain.
    #[pallet::storage]
    pub type Listings<T: Config> = StorageMap<_, Twox64Concat, ModelId, ModelListingOf<T>>;

    /// What models have earned. A key is present from the first sale, or the first royalty of a child, on; never
    /// removed, and paid for by that sale.
    // Ids are handed out by the chain.
    #[pallet::storage]
    pub type Incomes<T: Config> = StorageMap<_, Twox64Concat, ModelId, ModelIncomeOf<T>, ValueQuery>;

    /// Sum of the pending income of all models, in plancks. It lies in the pot.
    #[pallet::storage]
    pub type TotalPending<T: Config> = StorageValue<_, BalanceOf<T>, ValueQuery>;

    /// Gives the pot its existential deposit.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        #[serde(skip)]
        _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            Pot::<T>::endow();
        }
    }

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An accepted result became a model version.
        ModelRecorded {
            /// The model version.
            model: ModelId,
            /// The job that made it.
            job: JobId,
            /// Who owns it.
            owner: T::AccountId,
            /// The committee's score, 1 to 100 inclusive.
            score: u8,
        },
        /// A model version got another owner.
        ModelTransferred {
            /// The model version.
            model: ModelId,
            /// Who owned it.
            from: T::AccountId,
            /// Who owns it now.
            to: T::AccountId,
        },
        /// A model was put up for sale.
        ModelListed {
            /// The model version.
            model: ModelId,
            /// Who sells it.
            seller: T::AccountId,
            /// Stake on hold, in plancks.
            stake: BalanceOf<T>,
        },
        /// The terms of a model's sale were replaced.
        ModelTermsUpdated {
            /// The model version.
            model: ModelId,
        },
        /// The stake of a listed model grew.
        ModelStakeAdded {
            /// The model version.
            model: ModelId,
            /// By how much, in plancks.
            amount: BalanceOf<T>,
        },
        /// A model is no longer for sale.
        ModelDelisted {
            /// The model version.
            model: ModelId,
            /// First block at which the stake can be withdrawn.
            unlocks_at: BlockNumberFor<T>,
        },
        /// A stake was released and its listing removed.
        ModelStakeWithdrawn {
            /// The model version.
            model: ModelId,
            /// Who owns it.
            owner: T::AccountId,
            /// What was left of the stake, in plancks.
            amount: BalanceOf<T>,
        },
        /// Part of a stake was slashed.
        ModelStakeSlashed {
            /// The model version.
            model: ModelId,
            /// Whose stake it was.
            seller: T::AccountId,
            /// What was slashed, in plancks.
            amount: BalanceOf<T>,
            /// What was burned of it, in plancks.
            burned: BalanceOf<T>,
        },
        /// The sealed file of a model was proved bad; its open sales are refunded.
        ModelCondemned {
            /// The model version.
            model: ModelId,
            /// What was proved.
            fault: Fault,
        },
        /// A sale was settled; what is left of its price is pending.
        IncomeReceived {
            /// The model version.
            model: ModelId,
            /// The purchase.
            purchase: PurchaseId,
            /// The treasury's share, in plancks.
            treasury: BalanceOf<T>,
            /// What is to be shared, in plancks.
            amount: BalanceOf<T>,
        },
        /// The pending income of a model was shared. The parts sum to it.
        RoyaltiesCollected {
            /// The model version.
            model: ModelId,
            /// The owner's part, with everything that rounding left over, in plancks.
            owner_part: BalanceOf<T>,
            /// The data provider's part, in plancks.
            data_part: BalanceOf<T>,
            /// The compute provider's part, in plancks.
            compute_part: BalanceOf<T>,
            /// What became pending income of the parents, in equal parts, in plancks.
            parents_part: BalanceOf<T>,
        },
    }

    /// Why a call, a sale or a job is refused.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no such model version.
        NotFound,
        /// The job has made its model version already.
        AlreadyExists,
        /// Only the model's owner may do this.
        NotAuthorized,
        /// The recipient owns the model version already.
        InvalidRecipient,
        /// All ids are used up.
        MaxModelsExceeded,
        /// Training may not start from the model.
        InvalidParent(ParentIssue),
        /// The model has a listing, which must be withdrawn first.
        Listed,
        /// The model has no listing.
        NotListed,
        /// The listing is not in the state that this call leaves.
        InvalidState,
        /// The block from which the call is allowed has not come.
        TooEarly,
        /// Sales of the model are open.
        SalesOpen,
        /// The terms of the data, or those of an ancestor's data, do not permit to publish the model.
        NotPublishable,
        /// The model file is empty, or larger than what can be sold by copy.
        MaxChunksExceeded,
        /// The terms make no sense, or go beyond what the data permits.
        InvalidTerms(TermsIssue),
        /// There is no URI, or one of them is empty.
        InvalidUris,
        /// The stake is below the minimum, or nothing is added to it.
        StakeTooLow,
        /// The model is not for sale to this buyer under this licence.
        NotForSale(SaleRefusal),
        /// Models are not inspected: the committee of the job did that.
        NotInspectable,
        /// Nothing came in since the last collection.
        NothingToCollect,
        /// The pot doesn't hold the price of the settled sale.
        Unfunded,
    }

    /// What the pallet puts money on hold for.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The stake of models for sale.
        #[codec(index = 0)]
        ModelStake,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "std")]
        fn integrity_test() {
            let payouts = <T::Payouts as seams::Payouts<T::AccountId, BalanceOf<T>>>::pot();
            assert!(Self::pot() != payouts, "pending income must not lie where credits are paid from");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Hand `model` on to another owner, who need not agree. What is pending is shared first.
        ///
        /// Royalties of children that come in later are the new owner's.
        ///
        /// ## Dispatch Origin
        /// Signed by the model's owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such model version of the signer.
        /// - [`Error::InvalidRecipient`]: `to` is the owner.
        /// - [`Error::SalesOpen`]: sales of it are open; wait until they are settled.
        /// - [`Error::Listed`]: delist it and withdraw the stake first.
        ///
        /// ## Events
        /// [`Event::RoyaltiesCollected`] if anything was pending, [`Event::ModelTransferred`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::transfer_model(MAX_PARENTS))]
        pub fn transfer_model(origin: OriginFor<T>, model: ModelId, to: T::AccountId) -> DispatchResultWithPostInfo {
            let owner = ensure_signed(origin)?;
            let parents = Self::do_transfer_model(owner, model, to)?;
            Ok(Some(T::WeightInfo::transfer_model(parents)).into())
        }

        /// Put `model` up for sale and place `stake` on hold until it is delisted and the lock is over.
        ///
        /// `package` binds the model file sealed under a content key; the chain knows the file's digest already.
        ///
        /// ## Dispatch Origin
        /// Signed by the model's owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such model version of the signer.
        /// - [`Error::Listed`]: it is listed already, or the stake of an earlier listing is not withdrawn.
        /// - [`Error::NotPublishable`]: the terms of the data it was trained on do not permit to publish it.
        /// - [`Error::MaxChunksExceeded`]: the file is larger than 2 GiB.
        /// - [`Error::InvalidTerms`]: see [`TermsIssue`].
        /// - [`Error::InvalidUris`]: say where the sealed file can be had.
        /// - [`Error::StakeTooLow`]: stake at least [`Config::MinimumModelStake`].
        /// - `Token::FundsUnavailable`: the account lacks the stake.
        ///
        /// ## Events
        /// [`Event::ModelListed`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::list_model())]
        pub fn list_model(
            origin: OriginFor<T>,
            model: ModelId,
            package: ModelPackage,
            uris: Uris,
            terms: ModelTermsOf<T>,
            stake: BalanceOf<T>,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_list_model(owner, model, package, uris, terms, stake)
        }

        /// Replace the terms under which `model` is sold. Open sales keep the price that was agreed.
        ///
        /// ## Dispatch Origin
        /// Signed by the model's owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such model version of the signer.
        /// - [`Error::NotListed`], [`Error::InvalidState`]: it is not for sale.
        /// - [`Error::InvalidTerms`]: see [`TermsIssue`].
        ///
        /// ## Events
        /// [`Event::ModelTermsUpdated`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::update_model_terms())]
        pub fn update_model_terms(origin: OriginFor<T>, model: ModelId, terms: ModelTermsOf<T>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_update_model_terms(owner, model, terms)
        }

        /// Add `amount` to the stake of `model`, so that it covers more open sales.
        ///
        /// ## Dispatch Origin
        /// Signed by the model's owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such model version of the signer.
        /// - [`Error::NotListed`], [`Error::InvalidState`]: it is not for sale.
        /// - [`Error::StakeTooLow`]: add something.
        /// - `Token::FundsUnavailable`: the account lacks the amount.
        ///
        /// ## Events
        /// [`Event::ModelStakeAdded`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::add_model_stake())]
        pub fn add_model_stake(origin: OriginFor<T>, model: ModelId, amount: BalanceOf<T>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_add_model_stake(owner, model, amount)
        }

        /// Take `model` off the market. Keys of open sales are still owed.
        ///
        /// ## Dispatch Origin
        /// Signed by the model's owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such model version of the signer.
        /// - [`Error::NotListed`], [`Error::InvalidState`]: it is not for sale.
        ///
        /// ## Events
        /// [`Event::ModelDelisted`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::delist_model())]
        pub fn delist_model(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_delist_model(owner, model)
        }

        /// Release what is left of the stake of `model` and remove its listing; it may be listed again.
        ///
        /// ## Dispatch Origin
        /// Signed by the model's owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such model version of the signer.
        /// - [`Error::NotListed`]: there is no stake.
        /// - [`Error::InvalidState`]: delist it first.
        /// - [`Error::TooEarly`]: `unlocks_at` has not come.
        /// - [`Error::SalesOpen`]: wait until the open sales are settled.
        ///
        /// ## Events
        /// [`Event::ModelStakeWithdrawn`].
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::withdraw_model_stake())]
        pub fn withdraw_model_stake(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_withdraw_model_stake(owner, model)
        }

        /// Share what `model` has earned since the last collection.
        ///
        /// Data provider, compute provider and owner are credited; the parents' part becomes pending income of theirs,
        /// for which this is called again.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no such model version.
        /// - [`Error::NothingToCollect`]: nothing is pending; collect for its children first.
        ///
        /// ## Events
        /// [`Event::RoyaltiesCollected`].
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::collect_royalties(MAX_PARENTS))]
        pub fn collect_royalties(origin: OriginFor<T>, model: ModelId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            let parents = Self::do_collect_royalties(model)?;
            Ok(Some(T::WeightInfo::collect_royalties(parents)).into())
        }
    }
}
