//! # Rewards pallet
//!
//! Splits what jobs, training uses and copies cost, credits the parts, pays them out on request, adds extra rewards from a
//! pool, and keeps each contributor's profile and history.
//!
//! ## Overview
//!
//! Other pallets move money into the [pot](Pallet::pot) and then call the seam [`Payouts`]. The parts are not sent to
//! the parties: each becomes a [`Credit`] that matures after [`Config::MaturityPeriod`] blocks and is collected with
//! [`Pallet::claim`]. So no payee can stop a settlement, and a payee below the existential deposit loses nothing. Only
//! treasury and pool are paid at once.
//!
//! The **pool** is an account of its own. It gets a part of each era's issuance through [`PoolFunding`], a part of what
//! settlements give the treasury, and donations. It pays the stakers of profiles, extra rewards for good work
//! ([`extra`]), and fees for right verdicts on known-answer tasks, as far as it reaches. An empty pool owes nothing and
//! blocks nothing.
//!
//! A **profile** ([`ContributorRecord`]) keeps what an account contributed, its reputation, its stake and what it earned.
//! The seam [`Reputation`] tells others how far an account can be relied on: it rises with every settled job, falls with
//! every duty that was not fulfilled, and above 50 fades with time ([`reputation`]).
//!
//! Everything that happens to an account is a line of its **history**; lines that belong to a job are also listed by
//! job, so that [`Pallet::explain_job`] shows where its money went.
//!
//! ## Terminology
//!
//! - **Pot**: the account that holds what is credited and not yet claimed, plus one existential deposit.
//! - **Pool**: the account that rewards are paid from beside the price of jobs.
//! - **Available**: what the pool holds beyond the existential deposit and what is set aside for stakers.
//! - **Credit**: an amount, the block from which it can be claimed, and why it is owed.
//! - **Matured**: a credit whose block has come.
//! - **Contributor**: an account that had a part in a settled flow, failed a duty, or has a stake.
//!
//! ## Properties
//!
//! - The parts of a settlement sum to its price, to the planck; rounding favours treasury and pool.
//! - The pot covers every credit: a settlement that was not paid into the pot first is refused.
//! - Crediting never fails. Zero amounts are skipped; when an account's list is full, the newest entry absorbs the
//!   amount and takes the later maturity. Each amount has a line of its own in the history all the same.
//! - A claim pays everything that is matured, and what the stake has earned, in one transfer, or nothing.
//! - Extra rewards of a job are at most 90 % of what its price brought treasury and pool, and at most what is available:
//!   whoever trades with itself loses.
//! - The pool sets aside what it owes stakers when it gets it; all stakers together are never owed more than that.
//! - Reputation stays within 1 to 100.
//! - A stake earns a share of the pool's issuance and has no other effect: not on reputation or extra rewards, nor on
//!   which offer is matched or who is drawn for a committee. Nothing takes it but its owner.
//!
//! ## Example
//!
//! ```text
//! compute-market: escrow account --transfer--> pot
//!                 Payouts::settle_job { price: 1_000, evaluators: [e1, e2, e3], .. }
//! rewards:        data provider +250, compute provider +600, e1, e2, e3 +33 each
//!                 51 at once: PoolShare of it to the pool, the rest to the treasury
//!                 extra rewards of at most 80 % of 51, scaled down together
//! parties:        claim(), once MaturityPeriod blocks have passed
//! ```
//!
//! ## Implementation notes
//!
//! Pot and pool are given the existential deposit at genesis, so that small amounts have an account to lie on. Genesis
//! of this pallet must run after that of the pallet behind [`Config::Currency`], which sets the issuance: it comes later
//! in the runtime's list of pallets.
//!
//! A stake is a hold. Holds may overlap with locks and freezes, so money that vests or votes can be staked as well; it
//! earns here, and stays locked there.
//!
//! How shares round is in [`neurodata_primitives::money`]; why the pool is as it is, in
//! `docs/decisions/0016-reward-pool.md`.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

mod credits;
pub mod extra;
mod history;
mod pool;
mod profiles;
pub mod reputation;
mod settlements;
mod stake;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;

pub use history::MAX_PAGE;
pub use pallet::*;
pub use pool::PoolFunding;
pub use stake::StakeTotals;
pub use weights::WeightInfo;

use alloc::vec::Vec;
use credits::CreditLedger;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::Preservation,
        Get,
    },
};
use frame_system::pallet_prelude::BlockNumberFor;
use history::HistoryBook;
use neurodata_primitives::{
    money::split_off,
    seams::{JobSettlement, Payouts, Reputation},
    view::{ContributorView, Page, PoolStatus},
    ContributionKind, ContributorRecord, Credit, HistoryEntry, HistoryEvent, JobId, PayoutReason, PenaltyCause,
};
use profiles::Profiles;
use settlements::Part;
use sp_runtime::{
    traits::{AccountIdConversion, Saturating, Zero},
    ArithmeticError, BoundedVec, DispatchError, Permill,
};

/// Balance of the currency that is paid.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A credit as this chain stores it.
pub type CreditOf<T> = Credit<BalanceOf<T>, BlockNumberFor<T>>;

/// The credits of one account, oldest first.
pub type CreditsOf<T> = BoundedVec<CreditOf<T>, <T as Config>::MaxCredits>;

/// A profile as this chain stores it.
pub type ContributorRecordOf<T> = ContributorRecord<BalanceOf<T>, BlockNumberFor<T>>;

/// A line of a history as this chain stores it.
pub type HistoryEntryOf<T> = HistoryEntry<BalanceOf<T>, BlockNumberFor<T>>;

/// Most lines that are listed by one job: two committees and every payment, for each of three attempts, with room.
pub const MAX_JOB_LINES: u32 = 128;

/// Where this pallet's log lines go.
const LOG_TARGET: &str = "runtime::rewards";

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{
        pallet_prelude::*,
        traits::fungible::{Balanced, MutateHold},
        PalletId,
    };
    use frame_system::pallet_prelude::*;
    use neurodata_primitives::{money::JobSplit, validation::MAX_COMMITTEE};

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime provides.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The token that is paid.
        type Currency: Mutate<Self::AccountId>
            + Balanced<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;

        /// Seed of the pot's account.
        #[pallet::constant]
        type PalletId: Get<PalletId>;

        /// Seed of the pool's account. Must differ from the pot's.
        #[pallet::constant]
        type PoolPalletId: Get<PalletId>;

        /// Who gets the treasury's share. Must differ from the pot and the pool.
        type TreasuryAccount: Get<Self::AccountId>;

        /// How a job's price is shared. Source: DESIGN section 8.
        type JobSplit: Get<JobSplit>;

        /// Share of the treasury in the price of a training use or of a copy. Unit: parts per million; range
        /// 0..=1_000_000. The owner's part rounds down. Source: DESIGN section 8.
        type SaleTreasuryShare: Get<Permill>;

        /// Share of the pool in what settlements give the treasury. Unit: parts per million; range 0..=1_000_000. Rounds
        /// down. Source: docs/decisions/0016-reward-pool.md.
        type PoolShare: Get<Permill>;

        /// Share of stakers in the issuance that the pool gets. Unit: parts per million; range 0..=1_000_000. Rounds down.
        /// Source: docs/decisions/0016-reward-pool.md.
        type StakeShare: Get<Permill>;

        /// Extra reward for perfect data by an account of full reputation, before the cap. Unit: plancks.
        type DatasetExtra: Get<BalanceOf<Self>>;

        /// Extra reward for a perfect run by an account of full reputation, before the cap. Unit: plancks.
        type ComputeExtra: Get<BalanceOf<Self>>;

        /// Extra reward for a right verdict by an account of full reputation, before the cap. Unit: plancks.
        type ValidationExtra: Get<BalanceOf<Self>>;

        /// Most that the extra rewards of a job can be, of what its price brought treasury and pool. Unit: parts per
        /// million; range 0..=900_000, more counts as 900,000 ([`extra::MAX_EXTRA_CAP`]). Rounds down. Source:
        /// docs/decisions/0016-reward-pool.md.
        type ExtraCap: Get<Permill>;

        /// Most that a committee's member gets for finding a known-answer task out, when the job is settled: never more than
        /// an evaluator gets of the job's price, and scaled down with its extra rewards. Unit: plancks.
        type KnownAnswerFee: Get<BalanceOf<Self>>;

        /// Time without contribution or failure in which reputation above 50 fades by one point. Unit: blocks; at least 1.
        type DecayPeriod: Get<BlockNumberFor<Self>>;

        /// Time from `unstake` to the first block in which the stake can be withdrawn. Unit: blocks.
        type UnstakePeriod: Get<BlockNumberFor<Self>>;

        /// Least stake of a profile that has one. Unit: plancks; at least 1. A stake that was made when it was lower stays.
        type MinimumStake: Get<BalanceOf<Self>>;

        /// Time from a credit to the first block in which it can be claimed. Unit: blocks.
        type MaturityPeriod: Get<BlockNumberFor<Self>>;

        /// Most credits that one account can have at a time. At least 1.
        #[pallet::constant]
        type MaxCredits: Get<u32>;

        /// Most lines of history that are kept of one account. At least 1. Changing it on a running chain mixes the order
        /// of the lines that are stored.
        #[pallet::constant]
        type MaxHistory: Get<u32>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// What each account is owed, oldest first.
    ///
    /// A present key means at least one credit. Appended to by settlements, removed by [`Pallet::claim`]. The money
    /// lies in the pot.
    // Blake2: accounts are chosen by users.
    #[pallet::storage]
    pub type Credits<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, CreditsOf<T>, ValueQuery>;

    /// Sum of all [`Credits`], in plancks.
    #[pallet::storage]
    pub type TotalCredited<T: Config> = StorageValue<_, BalanceOf<T>, ValueQuery>;

    /// Profile of each contributor.
    ///
    /// A present key means a part in a settled flow, a failed duty, or a stake. Never removed, so that reputation cannot
    /// be shed; every entry is preceded by a payment, a bond or a stake of the account.
    // Blake2: accounts are chosen by users.
    #[pallet::storage]
    pub type Contributors<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, ContributorRecordOf<T>, ValueQuery>;

    /// All stakes together, and what they are owed.
    #[pallet::storage]
    pub type Stakes<T: Config> = StorageValue<_, StakeTotals<BalanceOf<T>>, ValueQuery>;

    /// How many lines each account's history has had, hence the number of the next.
    ///
    /// Never removed, as are the lines: each is preceded by a payment, a bond or a fee.
    // Blake2: accounts are chosen by users.
    #[pallet::storage]
    pub type HistoryCounts<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// Lines of each account's history, by slot: the number of the line modulo [`Config::MaxHistory`].
    // Blake2: accounts are chosen by users. Twox: slots are counted.
    #[pallet::storage]
    pub type HistoryLines<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, u32, HistoryEntryOf<T>>;

    /// Who found the planted trace of a job out, to be paid for it when the job is settled.
    ///
    /// A present key means that the job carried a known-answer task. Removed by the settlement, or with the job's record,
    /// whose deposit pays for it.
    // Twox: jobs are numbered by the chain.
    #[pallet::storage]
    pub type KnownAnswers<T: Config> =
        StorageMap<_, Twox64Concat, JobId, BoundedVec<T::AccountId, ConstU32<MAX_COMMITTEE>>, ValueQuery>;

    /// Lines that belong to a job, in order of time, each with its account.
    ///
    /// A present key means at least one line. Removed by `forget_job` of the seam [`Payouts`], when the job's record is;
    /// the job's deposit pays for it.
    // Twox: jobs are numbered by the chain.
    #[pallet::storage]
    pub type JobLines<T: Config> = StorageMap<
        _,
        Twox64Concat,
        JobId,
        BoundedVec<(T::AccountId, HistoryEntryOf<T>), ConstU32<MAX_JOB_LINES>>,
        ValueQuery,
    >;

    /// Gives pot and pool their existential deposits.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        #[serde(skip)]
        _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            let minimum = T::Currency::minimum_balance();
            for account in [Pallet::<T>::pot(), Pallet::<T>::pool()] {
                if T::Currency::balance(&account) < minimum {
                    assert!(
                        T::Currency::mint_into(&account, minimum).is_ok(),
                        "the account takes its existential deposit"
                    );
                }
            }
        }
    }

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account is owed money.
        Credited {
            /// Who.
            account: T::AccountId,
            /// How much, in plancks.
            amount: BalanceOf<T>,
            /// First block at which it can be claimed.
            matures_at: BlockNumberFor<T>,
            /// Why.
            reason: PayoutReason,
        },
        /// An account collected what had matured and what its stake had earned.
        Claimed {
            /// Who.
            account: T::AccountId,
            /// How much, in plancks.
            amount: BalanceOf<T>,
        },
        /// The treasury got its share of a settlement.
        TreasuryPaid {
            /// How much, in plancks.
            amount: BalanceOf<T>,
        },
        /// The pool got a share of a settlement, or of an era's issuance.
        PoolFunded {
            /// How much, in plancks.
            amount: BalanceOf<T>,
            /// How much of it was set aside for stakers, in plancks.
            for_stakers: BalanceOf<T>,
        },
        /// An account gave money to the pool.
        Donated {
            /// Who.
            account: T::AccountId,
            /// How much, in plancks.
            amount: BalanceOf<T>,
        },
        /// An account had a part in a settled job.
        ContributionNoted {
            /// Who.
            account: T::AccountId,
            /// The job.
            job: JobId,
            /// Which part.
            kind: ContributionKind,
            /// How good it was, 1 to 100 inclusive.
            score: u8,
            /// Reputation from now on, 1 to 100 inclusive.
            reputation: u8,
        },
        /// An account did not fulfil a duty.
        PenaltyNoted {
            /// Who.
            account: T::AccountId,
            /// What it did not do, with the evidence.
            cause: PenaltyCause,
            /// Reputation from now on, 1 to 100 inclusive.
            reputation: u8,
            /// What it lost, in plancks.
            amount: BalanceOf<T>,
        },
        /// An account added to its stake.
        Staked {
            /// Who.
            account: T::AccountId,
            /// How much, in plancks.
            amount: BalanceOf<T>,
        },
        /// An account took from its stake.
        Unstaked {
            /// Who.
            account: T::AccountId,
            /// First block at which it can be withdrawn.
            releases_at: BlockNumberFor<T>,
            /// How much, in plancks.
            amount: BalanceOf<T>,
        },
        /// An account got back what it had unstaked.
        StakeWithdrawn {
            /// Who.
            account: T::AccountId,
            /// How much, in plancks.
            amount: BalanceOf<T>,
        },
    }

    /// Why a call or a settlement was refused.
    #[pallet::error]
    pub enum Error<T> {
        /// Nothing is credited to the account, and its stake has earned nothing.
        NothingToClaim,
        /// Credits are there, none has matured yet; or what was unstaked cannot be withdrawn yet.
        TooEarly,
        /// What has matured is less than the account needs to exist. It stays credited.
        BelowExistentialDeposit,
        /// The pot doesn't hold the money that is to be credited.
        Unfunded,
        /// The amount is zero, or a donation below the existential deposit.
        InvalidAmount,
        /// The stake would be above zero and below the least one.
        BelowMinimumStake,
        /// The stake is smaller than that.
        InsufficientStake,
        /// A part of the stake is on its way back already.
        AlreadyUnstaking,
        /// No part of the stake is on its way back.
        NothingToWithdraw,
    }

    /// Why this pallet holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Stake of a contributor's profile.
        #[codec(index = 0)]
        ContributorStake,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxCredits::get() > 0, "an account must be able to have a credit");
            assert!(T::MaxHistory::get() > 0, "an account must be able to have a history");
            assert!(T::JobSplit::get().is_valid(), "the shares of a job's price must not exceed the whole");
            assert!(T::ExtraCap::get() <= extra::MAX_EXTRA_CAP, "extra rewards must not pay for trading with oneself");
            assert!(!T::MinimumStake::get().is_zero(), "a stake must not be zero");
            assert!(!T::DecayPeriod::get().is_zero(), "reputation must not fade within a block");
            assert!(Self::pool() != Self::pot(), "the pool must not be the pot");
            let treasury = T::TreasuryAccount::get();
            assert!(treasury != Self::pot() && treasury != Self::pool(), "the treasury must be neither pot nor pool");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Collect every credit of the signer that has matured, and what its stake has earned, in one transfer; the other
        /// credits stay.
        ///
        /// ## Dispatch Origin
        /// Signed by the account that is owed.
        ///
        /// ## Errors
        /// - [`Error::NothingToClaim`]: the signer has no credits, and its stake has earned less than a planck.
        /// - [`Error::TooEarly`]: none has matured; the earliest [`Credit::matures_at`] says when to come back.
        /// - [`Error::BelowExistentialDeposit`]: the signer's free balance and the sum together are below the
        ///   existential deposit. Fund the account, or claim again when more has matured; nothing is lost.
        ///
        /// ## Events
        /// [`Event::Credited`] for the earnings of a stake; [`Event::Claimed`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::claim(T::MaxCredits::get()))]
        pub fn claim(origin: OriginFor<T>) -> DispatchResultWithPostInfo {
            let account = ensure_signed(origin)?;
            let credits = Self::do_claim(account)?;
            Ok(Some(T::WeightInfo::claim(credits)).into())
        }

        /// Give `amount` plancks of the signer to the pool, for extra rewards and known-answer fees.
        ///
        /// ## Dispatch Origin
        /// Signed by the donor.
        ///
        /// ## Errors
        /// - [`Error::InvalidAmount`]: the amount is below the existential deposit; give more at a time.
        /// - [`FundsUnavailable`](sp_runtime::TokenError::FundsUnavailable),
        ///   [`NotExpendable`](sp_runtime::TokenError::NotExpendable): less than that can be spent by an account that goes
        ///   on existing.
        ///
        /// ## Events
        /// [`Event::Donated`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::donate())]
        pub fn donate(origin: OriginFor<T>, amount: BalanceOf<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_donate(account, amount)
        }

        /// Put `amount` plancks more of the signer on hold as stake. What the stake has earned so far is credited.
        ///
        /// ## Dispatch Origin
        /// Signed by the owner of the tokens. They may be locked elsewhere, as for vesting or a vote.
        ///
        /// ## Errors
        /// - [`Error::InvalidAmount`]: the amount is zero.
        /// - [`Error::BelowMinimumStake`]: the whole stake would be less than [`Config::MinimumStake`]; stake more.
        /// - [`FundsUnavailable`](sp_runtime::TokenError::FundsUnavailable): less than that is free beside the existential
        ///   deposit.
        ///
        /// ## Events
        /// [`Event::Staked`]; [`Event::Credited`] for what was earned.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::stake())]
        pub fn stake(origin: OriginFor<T>, amount: BalanceOf<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_stake(account, amount)
        }

        /// Take `amount` plancks out of the signer's stake. They earn nothing from now on, and stay on hold until they are
        /// withdrawn, [`Config::UnstakePeriod`] blocks later or after that. What the stake has earned so far is credited.
        ///
        /// ## Dispatch Origin
        /// Signed by the staker.
        ///
        /// ## Errors
        /// - [`Error::InvalidAmount`]: the amount is zero.
        /// - [`Error::AlreadyUnstaking`]: an earlier part is on its way back; withdraw it first.
        /// - [`Error::InsufficientStake`]: the stake is smaller than that.
        /// - [`Error::BelowMinimumStake`]: less than [`Config::MinimumStake`] would be left; take less, or all.
        ///
        /// ## Events
        /// [`Event::Unstaked`]; [`Event::Credited`] for what was earned.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::unstake())]
        pub fn unstake(origin: OriginFor<T>, amount: BalanceOf<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_unstake(account, amount)
        }

        /// Release what the signer unstaked [`Config::UnstakePeriod`] blocks ago or before that.
        ///
        /// ## Dispatch Origin
        /// Signed by the staker.
        ///
        /// ## Errors
        /// - [`Error::NothingToWithdraw`]: nothing was unstaked.
        /// - [`Error::TooEarly`]: [`Unstaking::releases_at`](neurodata_primitives::Unstaking::releases_at) says when to
        ///   come back.
        ///
        /// ## Events
        /// [`Event::StakeWithdrawn`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::withdraw_unstaked())]
        pub fn withdraw_unstaked(origin: OriginFor<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_withdraw_unstaked(account)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// What `account` could claim now of its credits, in plancks. What its stake has earned comes on top
        /// ([`ContributorView::stake_reward`]).
        pub fn claimable(account: T::AccountId) -> BalanceOf<T> {
            CreditLedger::<T>::matured(&account, frame_system::Pallet::<T>::block_number())
        }

        /// Everything that is credited to `account`, matured or not, in plancks.
        pub fn owed(account: T::AccountId) -> BalanceOf<T> {
            CreditLedger::<T>::owed(&account)
        }
    }
}
