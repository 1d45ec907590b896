//! # Compute market
//!
//! Compute providers sell machine time, job owners buy training runs, and the chain brings both together.
//!
//! ## Overview
//!
//! A compute provider registers with a bond and makes one offer: what the machine has, the price of a work unit and how
//! many jobs it takes side by side. A job owner posts a job: a training spec for a dataset, the requirements, and the
//! highest prices; the money moves into escrow at once. The chain assigns the best eligible offer, by price adjusted by
//! reputation, and watches the job on its way:
//!
//! ```text
//! Open -> Matched -> AwaitingKey -> Running -> Evaluating -> Closed
//!  ^         |            |            |
//!  +---------+------------+------------+   breach, release or decline: queued again for somebody else
//! ```
//!
//! | state | who acts, with which call | exit that anybody can trigger after the deadline |
//! |---|---|---|
//! | `Open` | anybody: `match_job`, the idle hook; owner: `cancel_job` | `expire_job`, the idle hook: closed, refunded |
//! | `Matched` | provider: `accept_job`, `decline_job`; owner: `cancel_job` | `expire_job`: breach |
//! | `AwaitingKey` | data provider: key delivery; provider: `release_job` | `expire_delivery` of the dataset registry |
//! | `Running` | provider: `heartbeat`, `submit_result`, `release_job` | `expire_job`: breach |
//! | `Evaluating` | the committee | `close_round` of model validation |
//! | `Closed` | | `prune_job`: removed, the deposit comes back |
//!
//! ## Terminology
//!
//! - **Work unit**: 1,000 multiply-accumulates of the forward pass, counted by the chain from spec and dataset.
//! - **Price** of a job: work units times the unit price of the matched offer.
//! - **Training price**: what the data provider gets for the training use, agreed when the job is posted.
//! - **Escrow**: work units times the highest unit price, plus the training price; in the market's escrow account.
//! - **Breach**: a deadline of the compute provider that passed, or a job that it accepted and gave back. It costs a
//!   part of the bond, the job and reputation.
//! - **Attempt**: an assignment that ended in a breach. After three the job closes and the owner is refunded. A job
//!   that was declined lost no attempt, but closes when sixteen providers have failed or declined it.
//!
//! ## Properties
//!
//! - Escrow is conserved: what was taken is paid, or refunded, to the last planck (`do_try_state` checks it). An owner
//!   that cannot receive a refund is credited with it.
//! - Escrow is moved out of the owner's account, so money that is locked there, for vesting or a vote, is never spent.
//! - Every record has its deposit until it is pruned, so filling the queue or the storage ties money up.
//! - The training price is paid once per job, when a result proves that the key was right
//!   (`docs/decisions/0004-training-price.md`).
//! - A job is matched only while the terms of its data permit it; else it closes and is refunded. A price that was
//!   raised since changes nothing.
//! - Of a slash 70 % is burned, 20 % goes to the job owner, 10 % to whoever reported the breach; a provider that
//!   reports itself, as by giving a job back, gets nothing. A payee that cannot receive never blocks anything: its
//!   part is burned.
//! - A provider takes a job only while its bond covers a breach of every job it would then hold. So no job is computed
//!   without something to lose.
//! - A bond can be withdrawn only after the retirement period and without open jobs, so breaches reach it.
//! - Training seed and challenged chunk come from the randomness of the block after acceptance: nobody knows them when
//!   the job is posted, and when it is accepted at most the author of that block does (`docs/decisions/0003`).
//!
//! ## Example
//!
//! `tests/flows.rs` plays a job from posting to settlement, and every way out of every state.
//!
//! ## Implementation notes
//!
//! - `matching` owns the offers, their index and the queue of open jobs; `funds` is the only place that moves money.
//! - The escrow account is given the existential deposit at genesis, so that the last payment out of it never fails.
//!   Genesis of this pallet must run after that of the pallet behind [`Config::Currency`].
//! - The idle hook gives the open jobs their turn: each is matched, closed or left. It meters each turn before taking
//!   it and can stop after any.
//! - A job that comes back when the queue is full closes as expired: leaving a job must never fail.
//! - The key delivery period of the dataset registry must be shorter than the entropy pallet's memory, and a delisted
//!   dataset must outlive the jobs posted on it; else jobs end by deadline instead of being computed.
//! - `key_delivered`, `key_failed` and `decided` are weighed by the pallets that call them.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

mod callbacks;
mod funds;
mod invariants;
mod jobs;
mod matching;
mod providers;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{
        pallet_prelude::*,
        traits::{
            fungible::{BalancedHold, Inspect, Mutate, MutateHold},
            OnUnbalanced,
        },
        PalletId,
    };
    use frame_system::pallet_prelude::*;
    use neurodata_primitives::{
        seams::{self, Payouts as _},
        *,
    };
    use sp_runtime::Permill;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The compute market.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the market asks of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// NRC.
        type Currency: Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
            + BalancedHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;

        /// Randomness of the chain.
        type Entropy: seams::Entropy<BlockNumberFor<Self>>;

        /// Datasets and the licences to train on them.
        type TrainingData: seams::TrainingData<Self::AccountId, BalanceOf<Self>>;

        /// Committees that judge results.
        type Evaluation: seams::Evaluation<Self::AccountId>;

        /// Model versions that accepted results become.
        type Models: seams::Models<Self::AccountId>;

        /// Credits to everybody who earned a part of a price.
        type Payouts: seams::Payouts<Self::AccountId, BalanceOf<Self>>;

        /// Reputation of compute providers.
        type Reputation: seams::Reputation<Self::AccountId>;

        /// Where the burned part of a slash goes to be recorded.
        type OnBurn: OnUnbalanced<CreditOf<Self>>;

        /// Seed of the escrow account.
        #[pallet::constant]
        type PalletId: Get<PalletId>;

        /// On hold on the owner's account for the record of a job, until it is pruned. Unit: plancks.
        type JobDeposit: Get<BalanceOf<Self>>;

        /// Smallest bond of a compute provider. Unit: plancks; the end is included.
        type ProviderBond: Get<BalanceOf<Self>>;

        /// Blocks in which an open job waits for an offer, each time it is queued.
        type MatchPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks that a provider has to accept a job it was matched with.
        type AcceptPeriod: Get<BlockNumberFor<Self>>;

        /// Most blocks between two heartbeats.
        type HeartbeatPeriod: Get<BlockNumberFor<Self>>;

        /// Most blocks that a job owner may give a training run. The end is included.
        type MaxDeliverPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks between retirement and the withdrawal of a bond.
        type RetirePeriod: Get<BlockNumberFor<Self>>;

        /// Blocks for which the record of a closed job is kept.
        type PrunePeriod: Get<BlockNumberFor<Self>>;

        /// What a breach costs, as a share of [`Config::ProviderBond`]. The amount rounds up and ends at the bond.
        type BreachSlash: Get<Permill>;

        /// Most offers at a time.
        #[pallet::constant]
        type MaxOffers: Get<u32>;

        /// Most open jobs at a time.
        #[pallet::constant]
        type MaxOpenJobs: Get<u32>;

        /// Most open jobs that the idle hook tries to match in one block.
        #[pallet::constant]
        type MaxMatchesPerBlock: Get<u32>;

        /// Weights of the calls and of the idle hook's steps.
        type WeightInfo: WeightInfo;

        /// Sets up what the benchmarks need of other pallets.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: BenchmarkHelper<Self::AccountId, BlockNumberFor<Self>>;
    }

    /// The id of the next job.
    #[pallet::storage]
    pub type NextJobId<T: Config> = StorageValue<_, JobId, ValueQuery>;

    /// Jobs, from posting until `prune_job` removes them. The owner's deposit pays for the record.
    // Ids are handed out by the chain, so nobody can unbalance the trie.
    #[pallet::storage]
    pub type Jobs<T: Config> = StorageMap<_, Twox64Concat, JobId, JobOf<T>>;

    /// Compute providers, from registration until `withdraw_bond` removes them. The bond pays for the record.
    #[pallet::storage]
    pub type Providers<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ProviderOf<T>>;

    /// Offers by provider, until withdrawn or the provider retires. The bond pays for the record.
    #[pallet::storage]
    pub type Offers<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, OfferRecord<BalanceOf<T>>>;

    /// Unit price and provider of every offer, cheapest first, among equal prices the earliest first.
    #[pallet::storage]
    pub type OfferIndex<T: Config> =
        StorageValue<_, BoundedVec<(BalanceOf<T>, T::AccountId), T::MaxOffers>, ValueQuery>;

    /// The open jobs, in the order in which the idle hook will try them.
    #[pallet::storage]
    pub type OpenJobs<T: Config> = StorageValue<_, BoundedVec<JobId, T::MaxOpenJobs>, ValueQuery>;

    /// Gives the escrow account its existential deposit.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        #[serde(skip)]
        _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            let (account, minimum) = (Pallet::<T>::escrow_account(), T::Currency::minimum_balance());
            if T::Currency::balance(&account) < minimum {
                assert!(T::Currency::mint_into(&account, minimum).is_ok(), "the account takes the existential deposit");
            }
        }
    }

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
        /// A provider made an offer or replaced its offer.
        OfferSet {
            /// The compute provider.
            provider: T::AccountId,
            /// What the machine has.
            capability: Capability,
            /// Jobs that it takes side by side.
            slots: u32,
            /// Price of a work unit, in plancks.
            unit_price: BalanceOf<T>,
        },
        /// A provider withdrew its offer; jobs that it holds go on.
        OfferWithdrawn {
            /// The compute provider.
            provider: T::AccountId,
        },
        /// A provider retired; it gets no more jobs.
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
        /// A provider missed a deadline, or gave a job back, and lost a part of its bond.
        BondSlashed {
            /// The job whose deadline was missed, or that was given back.
            job: JobId,
            /// The compute provider.
            provider: T::AccountId,
            /// Who reported it; the provider itself if it gave the job back.
            reporter: T::AccountId,
            /// What the bond lost, in plancks.
            slashed: BalanceOf<T>,
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
            /// Checkpoints reached.
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

    /// Why a call is refused.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no such job; it may have been pruned.
        JobNotFound,
        /// The account is no compute provider.
        ProviderNotFound,
        /// The provider has no offer.
        OfferNotFound,
        /// The account is a compute provider already, perhaps a retired one that has not withdrawn its bond.
        AlreadyExists,
        /// The job belongs to another account, or is assigned to another provider.
        NotAuthorized,
        /// The job's state does not allow this call.
        InvalidState,
        /// The block from which this is possible has not come yet.
        TooEarly,
        /// The last block for this call has passed.
        Expired,
        /// The bond is below the minimum, or slashes left too little of it for another job.
        BondTooLow,
        /// The provider has retired.
        Retired,
        /// The provider has not retired.
        NotRetired,
        /// The provider still holds jobs.
        JobsOpen,
        /// There is no room for another offer.
        MaxOffersExceeded,
        /// There is no room for another open job; try again when some were matched.
        MaxOpenJobsExceeded,
        /// An offer needs a unit price, a slot, a core and memory.
        InvalidOffer,
        /// The training spec is out of range or does not fit the dataset.
        InvalidSpec(SpecIssue),
        /// The job asks for something out of range.
        InvalidRequest(RequestIssue),
        /// The training use costs more than the owner allows.
        TrainingPriceTooHigh,
        /// No offer fits the job now.
        NoEligibleOffer,
        /// Heartbeats count checkpoints upwards, to the number that the spec has.
        InvalidPosition,
        /// The result contradicts the spec or itself.
        InvalidResult(ResultIssue),
        /// The proof is of another chunk than the one that was drawn.
        WrongChunk,
        /// The randomness that fixes the seed is no longer remembered.
        SeedForgotten,
        /// This state is left by a call of another pallet.
        ExitElsewhere(ExitCall),
        /// Nobody can wrap a key for a recipient key of small order; make a fresh X25519 key.
        UnusableKey,
    }

    /// Why the market holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Bond of a compute provider.
        #[codec(index = 1)]
        ProviderBond,
        /// Deposits for the records of a job owner's jobs.
        #[codec(index = 2)]
        JobDeposit,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Match or close open jobs with the weight that is left.
        fn on_idle(now: BlockNumberFor<T>, remaining: Weight) -> Weight {
            Self::match_open_jobs(now, remaining)
        }

        fn integrity_test() {
            assert!(T::MaxOffers::get() > 0, "the market needs room for an offer");
            assert!(T::MaxOpenJobs::get() > 0, "the market needs room for an open job");
            assert!(T::MaxMatchesPerBlock::get() > 0, "open jobs must be tried");
            let turn = T::WeightInfo::on_idle_base().saturating_add(Self::weight_of_turn());
            let block = <T as frame_system::Config>::BlockWeights::get().max_block;
            assert!(turn.all_lte(block), "one turn over a full index must fit into a block");
            assert!(T::Payouts::pot() != Self::escrow_account(), "escrow must not be the payout pot");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Become a compute provider and put `bond` on hold until `withdraw_bond`.
        ///
        /// ## Dispatch Origin
        /// Signed by an account that is no provider.
        ///
        /// ## Errors
        /// - [`Error::AlreadyExists`]: the account is a provider; a retired one withdraws its bond first.
        /// - [`Error::BondTooLow`]: `bond` is below [`Config::ProviderBond`].
        /// - Errors of the currency if the account cannot hold the bond.
        ///
        /// ## Events
        /// [`Event::ProviderRegistered`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register_provider())]
        pub fn register_provider(origin: OriginFor<T>, bond: BalanceOf<T>) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_register_provider(provider, bond)
        }

        /// Offer a machine with `capability` at `unit_price` (plancks per work unit) for `slots` jobs side by side.
        ///
        /// Replaces the provider's offer; jobs that it holds keep their price and their slots.
        ///
        /// ## Dispatch Origin
        /// Signed by a compute provider that has not retired.
        ///
        /// ## Errors
        /// - [`Error::ProviderNotFound`]: register first.
        /// - [`Error::Retired`]: a retired provider makes no offers.
        /// - [`Error::BondTooLow`]: slashes left less than one breach costs; see `add_bond`.
        /// - [`Error::InvalidOffer`]: price, slots, cores or memory are zero.
        /// - [`Error::MaxOffersExceeded`]: the index is full.
        ///
        /// ## Events
        /// [`Event::OfferSet`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::set_offer())]
        pub fn set_offer(
            origin: OriginFor<T>,
            capability: Capability,
            unit_price: BalanceOf<T>,
            slots: u32,
        ) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_set_offer(provider, capability, unit_price, slots)
        }

        /// Withdraw the offer; jobs that the provider holds go on.
        ///
        /// ## Dispatch Origin
        /// Signed by a compute provider with an offer.
        ///
        /// ## Errors
        /// - [`Error::OfferNotFound`]: there is none.
        ///
        /// ## Events
        /// [`Event::OfferWithdrawn`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::withdraw_offer())]
        pub fn withdraw_offer(origin: OriginFor<T>) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_withdraw_offer(provider)
        }

        /// Take no more jobs and start the retirement period, at whose end the bond can be withdrawn.
        ///
        /// Withdraws the offer. Jobs that the provider holds must be finished; their breaches still reach the bond.
        ///
        /// ## Dispatch Origin
        /// Signed by a compute provider that has not retired.
        ///
        /// ## Errors
        /// - [`Error::ProviderNotFound`]: the account is no provider.
        /// - [`Error::Retired`]: it has retired already.
        ///
        /// ## Events
        /// [`Event::ProviderRetired`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::retire_provider())]
        pub fn retire_provider(origin: OriginFor<T>) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_retire_provider(provider)
        }

        /// Get back what is left of the bond and stop being a provider.
        ///
        /// ## Dispatch Origin
        /// Signed by a retired compute provider.
        ///
        /// ## Errors
        /// - [`Error::ProviderNotFound`]: the account is no provider.
        /// - [`Error::NotRetired`]: retire first.
        /// - [`Error::TooEarly`]: before [`ProviderRecord::retires_at`].
        /// - [`Error::JobsOpen`]: finish or release the jobs first.
        ///
        /// ## Events
        /// [`Event::BondWithdrawn`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::withdraw_bond())]
        pub fn withdraw_bond(origin: OriginFor<T>) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_withdraw_bond(provider)
        }

        /// Post a job and move its escrow out of the signer's account; it is matched at once if an offer fits, else
        /// queued.
        ///
        /// ```text
        /// escrow = work units * max_unit_price + training price
        /// ```
        ///
        /// [`Config::JobDeposit`] is put on hold beside it and comes back with `prune_job`.
        ///
        /// ## Dispatch Origin
        /// Signed by whoever pays and will own the model.
        ///
        /// ## Errors
        /// - [`Error::InvalidRequest`]: requirements, delivery time or baseline are out of range.
        /// - Errors of the model registry: the signer may not derive such a model from the parent.
        /// - Errors of the dataset's terms: the dataset is not active, or not sold to this owner for this algorithm.
        /// - [`Error::TrainingPriceTooHigh`]: the training use costs more than `max_training_price`.
        /// - [`Error::InvalidSpec`]: the spec is out of range or does not fit the dataset.
        /// - [`Error::MaxOpenJobsExceeded`]: no offer fits and the queue is full.
        /// - [`ArithmeticError::Overflow`](sp_runtime::ArithmeticError): the escrow exceeds what a balance can express.
        /// - Errors of the currency if the account cannot pay the escrow out of money that is not locked, or cannot
        ///   hold the deposit.
        ///
        /// ## Events
        /// [`Event::JobPosted`], then [`Event::JobMatched`] if an offer fits.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::post_job(T::MaxOffers::get()))]
        pub fn post_job(
            origin: OriginFor<T>,
            request: JobRequest<BalanceOf<T>, BlockNumberFor<T>>,
        ) -> DispatchResultWithPostInfo {
            let owner = ensure_signed(origin)?;
            let scanned = Self::do_post_job(owner, request)?;
            Ok(Some(T::WeightInfo::post_job(scanned)).into())
        }

        /// Take back a job that no provider has accepted yet; the escrow is refunded, the deposit comes with
        /// `prune_job`.
        ///
        /// ## Dispatch Origin
        /// Signed by the job owner.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::NotAuthorized`]: the job is somebody else's.
        /// - [`Error::InvalidState`]: a provider accepted it, or it is over.
        ///
        /// ## Events
        /// [`Event::JobClosed`].
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::cancel_job())]
        pub fn cancel_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_cancel_job(owner, job)
        }

        /// Assign an open job to the best eligible offer, or close it if the terms of its data no longer permit it.
        ///
        /// The terms are those of now: expired ones, a buyer or an algorithm that they no longer name, or a condemned
        /// dataset close the job as expired, and the owner is refunded. A delisted dataset still serves, at the agreed
        /// price.
        ///
        /// Eligible is an offer whose capability meets the requirements, whose unit price is within the owner's maximum
        /// and that has a free slot. Its provider's bond must cover one more job; the provider has not failed this job
        /// before, and is neither the job owner nor the data provider. Best is the lowest adjusted price:
        ///
        /// ```text
        /// adjusted = ceil(unit price * 200 / (100 + reputation))       reputation 1 to 100
        /// ```
        ///
        /// Among equals the offer that comes first in [`OfferIndex`] wins.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it is not open.
        /// - [`Error::Expired`]: its time to be matched is over; `expire_job` closes it.
        /// - [`Error::NoEligibleOffer`]: no offer fits.
        ///
        /// ## Events
        /// [`Event::JobMatched`] or [`Event::JobClosed`].
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::match_job(T::MaxOffers::get()).max(T::WeightInfo::close_open_job()))]
        pub fn match_job(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            let turn = Self::do_match_job(job)?;
            Ok(Some(turn.weight_of_call::<T::WeightInfo>()).into())
        }

        /// Accept a matched job and open the training use; the data provider wraps the key for `recipient_key`.
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that the job is matched with.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it is not matched.
        /// - [`Error::NotAuthorized`]: it is matched with another provider.
        /// - [`Error::Expired`]: the last block for accepting, inclusive, has passed.
        /// - Errors of the dataset registry.
        ///
        /// ## Events
        /// [`Event::JobAccepted`].
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::accept_job())]
        pub fn accept_job(origin: OriginFor<T>, job: JobId, recipient_key: RecipientKey) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_accept_job(provider, job, recipient_key)
        }

        /// Give a job back after accepting it; it is queued for somebody else, or closed after the last attempt.
        ///
        /// This is a breach: it costs a part of the bond, of which the job owner gets 20 %, and reputation. The
        /// provider gets no second try at the job. Against a key that is late or wrong there is `expire_delivery` and
        /// `complain_training_key` of the dataset registry, which cost the provider nothing; before accepting there is
        /// `decline_job`.
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that holds the job.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it neither awaits its key nor runs.
        /// - [`Error::NotAuthorized`]: another provider holds it.
        ///
        /// ## Events
        /// [`Event::JobReleased`], [`Event::BondSlashed`], then [`Event::JobQueuedAgain`] or [`Event::JobClosed`].
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::release_job())]
        pub fn release_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_release_job(provider, job)
        }

        /// Report that `position` checkpoints are reached, and get time for the next heartbeat.
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that holds the job.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it does not run.
        /// - [`Error::NotAuthorized`]: another provider holds it.
        /// - [`Error::Expired`]: the last block for this heartbeat, inclusive, has passed.
        /// - [`Error::InvalidPosition`]: behind the last position or beyond the spec's checkpoints.
        ///
        /// ## Events
        /// [`Event::HeartbeatReceived`].
        #[pallet::call_index(10)]
        #[pallet::weight(T::WeightInfo::heartbeat())]
        pub fn heartbeat(origin: OriginFor<T>, job: JobId, position: u32) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_heartbeat(provider, job, position)
        }

        /// Commit to the result of a training run, with a proof of the chunk that was drawn; its evaluation begins.
        ///
        /// The proof shows that the key was right, so the data provider is paid the training price now.
        ///
        /// A late heartbeat does not matter here as long as nobody reported it.
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that holds the job.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it does not run.
        /// - [`Error::NotAuthorized`]: another provider holds it.
        /// - [`Error::Expired`]: the last block for the result, inclusive, has passed.
        /// - [`Error::InvalidResult`]: the result contradicts the spec or itself.
        /// - [`Error::WrongChunk`]: prove the challenged chunk.
        /// - Errors of the dataset registry for a proof that does not hold, and of model validation.
        ///
        /// ## Events
        /// [`Event::ResultSubmitted`].
        #[pallet::call_index(11)]
        #[pallet::weight(T::WeightInfo::submit_result())]
        pub fn submit_result(
            origin: OriginFor<T>,
            job: JobId,
            result: ResultCommitment,
            proof: AuditProof,
        ) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_submit_result(provider, job, result, proof)
        }

        /// End what missed its deadline: an open job closes, a provider in breach loses the job and a part of its
        /// bond. The idle hook closes open jobs as well.
        ///
        /// The reporter gets 10 % of a slash.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::TooEarly`]: no deadline has passed.
        /// - [`Error::ExitElsewhere`]: a job that awaits its key is left by `expire_delivery`, one under evaluation by
        ///   `close_round`.
        /// - [`Error::InvalidState`]: the job is over; `prune_job` removes it.
        ///
        /// ## Events
        /// [`Event::JobClosed`] for an open job; for a breach [`Event::BondSlashed`], then [`Event::JobQueuedAgain`] or
        /// [`Event::JobClosed`].
        #[pallet::call_index(12)]
        #[pallet::weight(T::WeightInfo::expire_job())]
        pub fn expire_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            let reporter = ensure_signed(origin)?;
            Self::do_expire_job(reporter, job)
        }

        /// Remove the record of a job that has been over for long enough, and give its owner the deposit back.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it is not over.
        /// - [`Error::TooEarly`]: before the block named in its state.
        ///
        /// ## Events
        /// [`Event::JobPruned`].
        #[pallet::call_index(13)]
        #[pallet::weight(T::WeightInfo::prune_job())]
        pub fn prune_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_prune_job(job)
        }

        /// Refuse a job before accepting it; it is queued for somebody else.
        ///
        /// This costs nothing of the bond and no reputation, and is no attempt. The provider is not matched with the
        /// job again. A job that sixteen providers failed or declined closes as expired.
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that the job is matched with.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it is not matched; an accepted job is given back by `release_job`.
        /// - [`Error::NotAuthorized`]: it is matched with another provider.
        /// - [`Error::Expired`]: the last block for accepting, inclusive, has passed: silence is a breach.
        ///
        /// ## Events
        /// [`Event::JobDeclined`], then [`Event::JobQueuedAgain`] or [`Event::JobClosed`].
        #[pallet::call_index(14)]
        #[pallet::weight(T::WeightInfo::decline_job())]
        pub fn decline_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_decline_job(provider, job)
        }

        /// Add `amount` to the signer's bond, so that it covers more jobs, or again what a slash took from it.
        ///
        /// ## Dispatch Origin
        /// Signed by a compute provider that has not retired.
        ///
        /// ## Errors
        /// - [`Error::ProviderNotFound`]: register first.
        /// - [`Error::Retired`]: withdraw the bond and register again.
        /// - [`ArithmeticError::Overflow`](sp_runtime::ArithmeticError): no balance can express the sum.
        /// - Errors of the currency if the account cannot hold the amount.
        ///
        /// ## Events
        /// [`Event::BondAdded`].
        #[pallet::call_index(15)]
        #[pallet::weight(T::WeightInfo::add_bond())]
        pub fn add_bond(origin: OriginFor<T>, amount: BalanceOf<T>) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_add_bond(provider, amount)
        }
    }
}
