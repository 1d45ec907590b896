//! # Compute market
//!
//! Compute providers sell machine time, job owners buy training runs, and the chain brings both together.
//!
//! ## Overview
//!
//! A compute provider registers with a bond and makes offers: what a machine has, the price of a work unit and how many jobs
//! it takes side by side. A job owner posts a job: a training spec for a dataset, the requirements, and the highest prices;
//! the money moves into escrow at once. The chain assigns the best offer that fits, by price adjusted by reputation, and
//! watches the job on its way:
//!
//! ```text
//! Open -> Matched -> AwaitingKey -> Running ----------------> Evaluating -> Closed
//!  ^         |                         |  cancelled               ^
//!  |         |                         +----------> Stopping -----+
//!  +---------+-------------------------+   breach, release or decline: queued again for somebody else
//! ```
//!
//! | state | who acts, with which call | exit that anybody can trigger after the deadline |
//! |---|---|---|
//! | `Open` | anybody: `match_job`, the hook; owner: `cancel_job` | `expire_job`, the hook: closed, refunded |
//! | `Matched` | provider: `accept_job`, `decline_job`; owner: `cancel_job` | `expire_job`, the hook: breach |
//! | `AwaitingKey` | data provider: key delivery | `expire_delivery` of the dataset registry |
//! | `Running` | provider: `heartbeat`, `submit_result`, `release_job`; owner: `cancel_job` | `expire_job`, the hook: breach |
//! | `Stopping` | provider: `submit_progress`, `release_job` | `expire_job`, the hook: closed, refunded |
//! | `Evaluating` | the committee | `close_round` of model validation |
//! | `Closed` | | `prune_job`: removed, the deposit comes back |
//!
//! ## Terminology
//!
//! - **Work unit**: 1,000 multiply-accumulates of the forward pass, counted by the chain from spec and dataset.
//! - **Price** of a job: work units times the unit price of the matched offer.
//! - **Training price**: what the data provider gets for the training use, agreed when the job is posted.
//! - **Escrow**: work units times the highest unit price, plus the training price; in the market's escrow account.
//! - **Class** of an offer or a job: a step on the ladder of machines of its device ([`machine`]).
//! - **Breach**: a deadline of the compute provider that passed, or a job that it accepted and gave back. It costs the
//!   penalty, the job and reputation.
//! - **Penalty** of a job: a share of the least bond, or of the job's price if that is more; fixed at the match. A breach costs it,
//!   and so do keys that the provider withheld from the committee, and a known-answer task that it skipped. The **least penalty**
//!   is that of a job without a price.
//! - **Damages**: the training price, when data or money of others was lost by a provider's failure; beside the penalty.
//! - **Exposure**: penalties and training prices of all jobs that a provider holds, one of each for a job. Its bond covers them.
//! - **Attempt**: an assignment that ended in a breach. After three the job closes and the owner is refunded. A job
//!   that was declined lost no attempt.
//!
//! ## Properties
//!
//! - Escrow is conserved: what was taken is paid, or refunded, to the last planck (`do_try_state` checks it). An owner
//!   that cannot receive a refund is credited with it.
//! - Escrow is moved out of the owner's account, so money that is locked there, for vesting or a vote, is never spent. Bonds
//!   are put up from money that is not locked; if it is locked later, damages that the lock keeps from their payee are burned,
//!   so that locking evades nothing.
//! - Every record has its deposit until it is pruned, and an offer ties up as much bond as it could lose, so filling the queue,
//!   the index or the storage ties money up.
//! - After a key was delivered the data provider is paid for it once, whoever fails: out of the escrow when a result or a proof
//!   of progress comes or the owner cancels, else out of the provider's bond (`docs/decisions/0004-training-price.md`,
//!   `docs/decisions/0014-liability-of-compute-providers.md`).
//! - A job is matched only while the terms of its data permit it; else it closes and is refunded. A price that was
//!   raised since changes nothing.
//! - Of a penalty 70 % is burned, 20 % goes to the job owner, 10 % to whoever reported the breach; a provider that
//!   reports itself, as by giving a job back, gets nothing. A payee that cannot receive never blocks anything: its
//!   part is burned. The penalty for a skipped known-answer task is burned as a whole. Every part that is paid is a line of its
//!   payee's history.
//! - Whoever skipped a known-answer task and then withholds keys from a second committee pays twice: the first penalty is covered
//!   by the exposure, the second one is taken as far as the bond reaches beyond the exposure by other jobs.
//! - A run that its owner cancelled earns at most one checkpoint beyond its last heartbeat.
//! - A provider takes a job only while its bond covers what it could lose by all jobs that it would then hold. So no job is
//!   computed without something to lose.
//! - A bond can be withdrawn only after the retirement period and without open jobs, so breaches reach it.
//! - A job that awaits its key is neither cancelled nor released: the key may be on its way, and whoever overtook the delivery
//!   could read it in the transaction pool without anybody having paid for it.
//! - Finding the best offer or the next job is a few reads and seeks, whatever their number, and a search ends after
//!   [`MAX_LOOKS`] offers. Several offers of a provider that cannot have the job count as one, so that hiding an offer takes as
//!   many bonded providers (`docs/decisions/0013-matching-by-class.md`).
//! - Training seed and challenged chunk come from the randomness of a block after acceptance: nobody knows them when
//!   the job is posted, and when it is accepted at most the author of that block does (`docs/decisions/0003`). The provider's
//!   secret for a known-answer task is bound before.
//!
//! ## Example
//!
//! `tests/flows.rs` plays a job from posting to settlement, and every way out of every state.
//!
//! ## Implementation notes
//!
//! - `index` holds the ordered maps; `offers` owns the offers and providers, `jobs` the job records and whatever follows from
//!   them (queue, counts, deadlines), so that records and indexes cannot differ; `funds` is the only place that moves money.
//! - The escrow account is given the existential deposit at genesis, so that the last payment out of it never fails.
//!   Genesis of this pallet must run after that of the pallet behind [`Config::Currency`].
//! - The idle hook ends deadlines that passed and gives open jobs their turn, in which one past its time to be matched closes. It
//!   meters each step before taking it, can stop after any, and does nothing while the chain is halted ([`Config::Halted`]).
//! - Whether an offer is in the index depends on parameters. When they change, an offer is taken out when it is looked at, and
//!   `refresh_offers` puts it where it belongs.
//! - The caps on open jobs are checked when a job is posted. A job that comes back is always queued.
//! - The key delivery period of the dataset registry must be shorter than the entropy pallet's memory, and a delisted
//!   dataset must outlive the jobs posted on it; else jobs end by deadline instead of being computed.
//! - `key_delivered`, `key_failed`, `decided`, `probed` and `probe_skipped` are weighed by the pallets that call them.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

mod callbacks;
mod calls;
mod deadlines;
mod errors;
mod events;
mod funds;
mod index;
mod invariants;
mod jobs;
mod matching;
mod offers;
mod posting;
mod progress;
mod providers;
mod types;
mod views;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use index::{DeadlineKey, OfferKey, OpenJobKey};
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

/// Most offers that a search looks at before the job waits; further offers of a provider that cannot have it do not count.
pub const MAX_LOOKS: u32 = 32;
/// Most such further offers that a search skips before the job waits: seven of each of [`MAX_LOOKS`] providers.
pub const MAX_SKIPS: u32 = 7 * MAX_LOOKS;
/// Most (class, band) pairs whose first offer a search compares: those of one device.
pub const MAX_HEADS: u32 = 40;

#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use crate::{
        index::{BAND_COUNT, CLASSES},
        matching::Effort,
    };
    use frame_support::{
        pallet_prelude::*,
        traits::{
            fungible::{BalancedHold, Mutate, MutateHold},
            OnUnbalanced,
        },
        weights::WeightMeter,
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

        /// The best models of each task.
        type Leaderboards: seams::Leaderboards<Self::AccountId>;

        /// Credits to everybody who earned a part of a price.
        type Payouts: seams::Payouts<Self::AccountId, BalanceOf<Self>>;

        /// Reputation of compute providers.
        type Reputation: seams::Reputation<Self::AccountId, BalanceOf<Self>>;

        /// Where the burned part of a slash goes to be recorded.
        type OnBurn: OnUnbalanced<CreditOf<Self>>;

        /// Seed of the escrow account.
        #[pallet::constant]
        type PalletId: Get<PalletId>;

        /// On hold on the owner's account for the record of a job, until it is pruned. Unit: plancks.
        type JobDeposit: Get<BalanceOf<Self>>;

        /// Whether the chain is halted, as in safe mode, so that nobody can report or do anything: the idle hook then ends no
        /// deadline and matches no job. What passes meanwhile is ended afterwards.
        type Halted: Get<bool>;

        /// Smallest bond of a compute provider. Unit: plancks; the end is included.
        type ProviderBond: Get<BalanceOf<Self>>;

        /// Lowest price of a work unit, of offers and as the highest price of a job. Unit: plancks; the end is included.
        type MinUnitPrice: Get<BalanceOf<Self>>;

        /// Blocks in which an open job waits for an offer: from posting, and again from each breach.
        type MatchPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks that a provider has to accept a job it was matched with.
        type AcceptPeriod: Get<BlockNumberFor<Self>>;

        /// Most blocks between two heartbeats.
        type HeartbeatPeriod: Get<BlockNumberFor<Self>>;

        /// Most blocks that a job owner may give a training run. The end is included.
        type MaxDeliverPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks that a provider has to prove its progress, when the owner cancelled a job that ran.
        type ProgressPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks between a deadline and its end by the hook, in which reporters earn their part.
        type DeadlineGrace: Get<BlockNumberFor<Self>>;

        /// Blocks between retirement and the withdrawal of a bond.
        type RetirePeriod: Get<BlockNumberFor<Self>>;

        /// Blocks for which the record of a closed job is kept.
        type PrunePeriod: Get<BlockNumberFor<Self>>;

        /// What a breach costs at least, as a share of [`Config::ProviderBond`]. The amount rounds up.
        type BreachSlash: Get<Permill>;

        /// What a breach costs as a share of the job's price, if that is more. The amount rounds up.
        type PriceLiability: Get<Permill>;

        /// Most offers of a provider at a time.
        #[pallet::constant]
        type MaxOffersPerProvider: Get<u32>;

        /// Most jobs that a provider holds at a time.
        #[pallet::constant]
        type MaxJobsPerProvider: Get<u32>;

        /// Most open jobs at which another one is queued when it is posted.
        #[pallet::constant]
        type MaxOpenJobs: Get<u32>;

        /// Most open jobs of one owner at which another one is queued when it is posted.
        #[pallet::constant]
        type MaxOpenJobsPerOwner: Get<u32>;

        /// Most open jobs that the hook tries to match in one block.
        #[pallet::constant]
        type MaxMatchesPerBlock: Get<u32>;

        /// Most deadlines that the hook ends in one block.
        #[pallet::constant]
        type MaxDeadlinesPerBlock: Get<u32>;

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

    /// Blocks, from a decline, in which a job that is matched now may be matched again: as many as were left when it was matched;
    /// as long as it is matched. The job's deposit pays for it.
    #[pallet::storage]
    pub type MatchTimes<T: Config> = StorageMap<_, Twox64Concat, JobId, BlockNumberFor<T>>;

    /// The open jobs by class, the best paying of a class first, then the earliest; as long as they are open.
    // The order of the trie is the order that is sought. Keys are made of ids and of prices behind which there is an escrow.
    #[pallet::storage]
    pub type OpenJobIndex<T: Config> = StorageMap<_, Identity, OpenJobKey, ()>;

    /// How many open jobs each class has: the devices in the order of their codec index, each with its tiers.
    #[pallet::storage]
    pub type OpenJobCounts<T: Config> = StorageValue<_, [u32; CLASSES], ValueQuery>;

    /// How many open jobs an account has; no entry for none.
    #[pallet::storage]
    pub type OpenJobsOf<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// The open job behind which the hook goes on; `None` for the beginning. The job may not be open any more.
    #[pallet::storage]
    pub type MatchCursor<T: Config> = StorageValue<_, OpenJobKey>;

    /// The deadline that each job has now, the earliest first; only deadlines that the market ends itself.
    // The order of the trie is the order of time. Keys are made of blocks and ids that the chain hands out.
    #[pallet::storage]
    pub type Deadlines<T: Config> = StorageMap<_, Identity, DeadlineKey, ()>;

    /// Compute providers, from registration until `withdraw_bond` removes them. The bond pays for the record.
    #[pallet::storage]
    pub type Providers<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ProviderOf<T>>;

    /// The jobs that a provider holds now; no entry for none. The jobs' deposits pay for it.
    #[pallet::storage]
    pub type ProviderJobs<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, BoundedVec<JobId, T::MaxJobsPerProvider>, ValueQuery>;

    /// The offers that a provider has now, the earliest first; no entry for none. The bond pays for it.
    #[pallet::storage]
    pub type OffersOf<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, BoundedVec<OfferId, T::MaxOffersPerProvider>, ValueQuery>;

    /// The id of the next offer.
    #[pallet::storage]
    pub type NextOfferId<T: Config> = StorageValue<_, OfferId, ValueQuery>;

    /// Offers, until withdrawn or the provider retires. The bond pays for the record.
    // Ids are handed out by the chain, so nobody can unbalance the trie.
    #[pallet::storage]
    pub type Offers<T: Config> = StorageMap<_, Twox64Concat, OfferId, OfferOf<T>>;

    /// The offers that can take a job, by class and band, the cheapest of these first, then the earliest: those with a free
    /// slot whose provider has not retired, may hold another job and has a bond that covers one more least penalty.
    // The order of the trie is the order that is sought. Behind each key stands a part of a bond.
    #[pallet::storage]
    pub type OfferIndex<T: Config> = StorageMap<_, Identity, OfferKey, ()>;

    /// The first offer in the index of each band of a class, if it has one: a read where a seek would be, which no cache of
    /// a node makes cheaper. Written with [`OfferIndex`]. At most one key for each class there is.
    // The chain knows all classes.
    #[pallet::storage]
    pub type FirstOffers<T: Config> = StorageMap<_, Identity, MachineClass, [Option<OfferKey>; BAND_COUNT], ValueQuery>;

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
            EscrowAccount::<T>::endow();
        }
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
        /// End deadlines that passed, then match or close open jobs, with the weight that is left; nothing while the chain is
        /// halted.
        fn on_idle(now: BlockNumberFor<T>, remaining: Weight) -> Weight {
            let mut meter = WeightMeter::with_limit(remaining);
            if meter.try_consume(T::WeightInfo::on_idle_base()).is_ok() && !T::Halted::get() {
                Self::end_deadlines(now, &mut meter);
                Self::match_open_jobs(now, &mut meter);
            }
            meter.consumed()
        }

        fn integrity_test() {
            assert!(T::MaxOffersPerProvider::get() > 0, "a provider needs room for an offer");
            assert!(T::MaxJobsPerProvider::get() > 0, "a provider needs room for a job");
            assert!(T::MaxOpenJobs::get() > 0, "the market needs room for an open job");
            assert!(T::MaxOpenJobsPerOwner::get() > 0, "an owner needs room for an open job");
            assert!(T::MaxMatchesPerBlock::get() > 0, "open jobs must be tried");
            assert!(T::MaxDeadlinesPerBlock::get() > 0, "deadlines must end");
            let step = Self::weight_of_turn().max(T::WeightInfo::end_deadline());
            let block = <T as frame_system::Config>::BlockWeights::get().max_block;
            assert!(
                T::WeightInfo::on_idle_base().saturating_add(step).all_lte(block),
                "one step must fit into a block"
            );
            assert!(T::Payouts::pot() != Self::escrow_account(), "escrow must not be the payout pot");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }
}
