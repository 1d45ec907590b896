//! # NeuroCoin token pallet
//!
//! Decides how many NRC are issued each era, splits transaction fees, and records every planck minted and burned.
//!
//! ## Overview
//!
//! The balances themselves live in pallet-balances. This pallet gives the runtime the handlers that staking,
//! transaction payment and the other pallets need wherever tokens come into being or cease to exist:
//!
//! | handler | bind it to | what it does |
//! |---|---|---|
//! | [`Pallet`] as `EraPayout` | `pallet_staking::Config::EraPayout` | how much an era issues |
//! | [`MintRecorder`] | `pallet_staking::Config::Reward` | records what stakers were paid |
//! | [`RemainderRecorder`] | `pallet_staking::Config::RewardRemainder` | records the rest, pays pool and treasury |
//! | [`FeeSplit`] | `pallet_transaction_payment::FungibleAdapter<Balances, _>` | splits fees and tips |
//! | [`BurnRecorder`] | slashes, `pallet_balances::Config::DustRemoval`, `OnBurn` of our pallets | burns and records |
//!
//! Anyone may [`Pallet::burn`] tokens of their own.
//!
//! ## Terminology
//!
//! - **Issuance**: all tokens there are, as the currency counts them.
//! - **Scheduled**: what all eras so far were allowed to issue. Stakers collect their part later, so it runs ahead of
//!   what is minted; the difference is **outstanding**.
//! - **Remainder**: the part of an era's issuance that is not for stakers, but for the reward pool and the treasury.
//! - **Fee**: what a transaction must pay. **Tip**: what it pays on top, by choice.
//!
//! ## Properties
//!
//! - Era issuance halves every [`Config::HalvingEras`] eras. Issuance and what is outstanding together never exceed
//!   [`Config::MaxSupply`], up to the rounding of staking (see [`issuance`]).
//! - The parts of an era sum to what it issues; what rounding leaves over is the treasury's.
//! - The parts of a fee sum to the fee; what rounding leaves over is burned.
//! - A payee that cannot receive blocks nothing: the author's part goes to the treasury, the pool's and the treasury's are
//!   burned.
//! - `issuance <= GenesisIssuance + Minted - Burned` always. Both sides are equal as long as every other mint and burn
//!   of the runtime goes through these handlers.
//!
//! ## Example
//!
//! ```text
//! fee 1_000, tip 7:   author 500 + 7, treasury 200, burned 300
//! era 0:              initial 100: 70 promised to stakers, 20 to the reward pool, 10 to the treasury
//! era HalvingEras:    initial >> 1 = 50, and so on
//! ```
//!
//! ## Implementation notes
//!
//! [`GenesisIssuance`] is read in the first block instead of at genesis. So it includes whatever any pallet minted at
//! genesis, in whichever order genesis was built; nothing else can mint before the first block's hooks.
//!
//! Shares may be dynamic parameters. So a sum above the whole is not refused but cut, in the order in which the shares are
//! paid, and [`Pallet::ensure_parameters`] is checked where it cannot stop the chain: by `integrity_test` and `try_state`.
//!
//! [`PoolDue`] carries the pool's part from [`Pallet`] as `EraPayout` to [`RemainderRecorder`], both of which pallet_staking
//! calls in one go: the one credit that it hands over does not tell how it was reckoned.
//!
//! The handlers run outside of calls. Their few reads and writes touch keys that every transaction of a block shares.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

mod handlers;
pub mod issuance;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use handlers::{BurnRecorder, FeeSplit, MintRecorder, RemainderRecorder};
pub use pallet::*;
pub use weights::WeightInfo;

use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        fungible::{Balanced, Credit, Debt, Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
        Get, OnUnbalanced,
    },
};
use issuance::Schedule;
use sp_runtime::{
    traits::{CheckedAdd, Saturating, Zero},
    Permill,
};

/// Balance of the token.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// Tokens that are issued and in no account. Dropping them burns them.
pub type CreditOf<T> = Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

/// Tokens that are in accounts and not issued. Dropping it issues them.
pub type DebtOf<T> = Debt<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use sp_runtime::traits::One;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime provides.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The token.
        type Currency: Balanced<Self::AccountId> + Mutate<Self::AccountId>;

        /// Who gets the treasury's share of fees and of an era.
        type TreasuryAccount: Get<Self::AccountId>;

        /// Author of the current block, if it is known.
        type Author: Get<Option<Self::AccountId>>;

        /// Share of the block's author in a fee. Unit: parts per million; range 0..=1_000_000. Rounds down.
        /// Source: docs/decisions/0005-issuance-and-fees.md.
        type FeeAuthorShare: Get<Permill>;

        /// Share of the treasury in a fee. Unit: parts per million; range 0..=1_000_000 less the author's share. Rounds
        /// down; the rest of the fee is burned. Source: docs/decisions/0005-issuance-and-fees.md.
        type FeeTreasuryShare: Get<Permill>;

        /// What the first era issues. Unit: plancks.
        type InitialEraIssuance: Get<BalanceOf<Self>>;

        /// After so many eras the issuance halves. Unit: eras; at least 1, zero issues nothing.
        type HalvingEras: Get<u32>;

        /// Most tokens that may ever be issued. Unit: plancks.
        type MaxSupply: Get<BalanceOf<Self>>;

        /// Share of stakers in an era's issuance. Unit: parts per million; range 0..=1_000_000. Rounds down.
        type ValidatorShare: Get<Permill>;

        /// Share of the reward pool in an era's issuance. Unit: parts per million; range 0..=1_000_000 less the share of
        /// stakers. Rounds down; the treasury gets the rest.
        type PoolShare: Get<Permill>;

        /// Where the reward pool takes its part of an era. What it drops is burned and recorded here.
        type RewardPool: OnUnbalanced<CreditOf<Self>>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Issuance at the beginning of the first block, in plancks; none before that.
    #[pallet::storage]
    pub type GenesisIssuance<T: Config> = StorageValue<_, BalanceOf<T>, OptionQuery>;

    /// Everything minted since, in plancks.
    #[pallet::storage]
    pub type Minted<T: Config> = StorageValue<_, BalanceOf<T>, ValueQuery>;

    /// Everything burned since, in plancks.
    #[pallet::storage]
    pub type Burned<T: Config> = StorageValue<_, BalanceOf<T>, ValueQuery>;

    /// How many eras have ended, hence the number of the era that is paid next, counted from zero.
    #[pallet::storage]
    pub type Eras<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// What all eras that have ended were allowed to issue, in plancks.
    #[pallet::storage]
    pub type Scheduled<T: Config> = StorageValue<_, BalanceOf<T>, ValueQuery>;

    /// The reward pool's part of the remainder that is being handed over, in plancks. Present only while pallet_staking ends
    /// an era; removed by [`RemainderRecorder`].
    #[pallet::storage]
    pub type PoolDue<T: Config> = StorageValue<_, BalanceOf<T>, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account burned tokens of its own.
        TokensBurned {
            /// Who.
            account: T::AccountId,
            /// How many, in plancks.
            amount: BalanceOf<T>,
        },
    }

    /// Why a call was refused.
    #[pallet::error]
    pub enum Error<T> {
        /// The amount is zero.
        InvalidAmount,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            if !now.is_one() {
                return Weight::zero();
            }
            GenesisIssuance::<T>::put(T::Currency::total_issuance());
            T::DbWeight::get().reads_writes(1, 1)
        }

        fn integrity_test() {
            assert_eq!(Self::ensure_parameters(), Ok(()));
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Burn `amount` of the signer's free tokens for good.
        ///
        /// An account that keeps less than the existential deposit ceases to exist, and what it kept goes the way of
        /// all dust.
        ///
        /// ## Dispatch Origin
        /// Signed by the owner of the tokens.
        ///
        /// ## Errors
        /// - [`Error::InvalidAmount`]: the amount is zero.
        /// - [`FundsUnavailable`](sp_runtime::TokenError::FundsUnavailable): less than that is free; what is on hold or
        ///   frozen cannot be burned.
        ///
        /// ## Events
        /// [`Event::TokensBurned`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::burn())]
        pub fn burn(origin: OriginFor<T>, amount: BalanceOf<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_burn(account, amount)
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Burn tokens of `account` and record it.
    fn do_burn(account: T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        ensure!(!amount.is_zero(), Error::<T>::InvalidAmount);
        let amount =
            T::Currency::burn_from(&account, amount, Preservation::Expendable, Precision::Exact, Fortitude::Polite)?;
        Self::record_burn(amount);
        Self::deposit_event(Event::TokensBurned { account, amount });
        Ok(())
    }

    /// Record that `amount` ceased to exist. Saturates after 2^128 plancks, which is beyond any supply.
    fn record_burn(amount: BalanceOf<T>) {
        Burned::<T>::mutate(|burned| *burned = burned.saturating_add(amount));
    }

    /// Record that `amount` came into being. Saturates after 2^128 plancks, which is beyond any supply.
    fn record_mint(amount: BalanceOf<T>) {
        Minted::<T>::mutate(|minted| *minted = minted.saturating_add(amount));
    }

    /// Refuse parameters that make no sense.
    ///
    /// - Eras between halvings are not zero, which would issue nothing.
    /// - The shares of a fee, and those of an era, do not exceed the whole.
    pub fn ensure_parameters() -> Result<(), &'static str> {
        let check = |ok: bool, fault| if ok { Ok(()) } else { Err(fault) };
        let fit = |one: Permill, other: Permill| one.checked_add(&other).is_some();
        check(T::HalvingEras::get() > 0, "HalvingEras is zero")?;
        check(fit(T::FeeAuthorShare::get(), T::FeeTreasuryShare::get()), "the shares of a fee exceed the whole")?;
        check(fit(T::ValidatorShare::get(), T::PoolShare::get()), "the shares of an era exceed the whole")
    }

    /// What was burned without being recorded, as far as the issuance tells.
    fn unrecorded_burns() -> BalanceOf<T> {
        Self::recorded_issuance().unwrap_or_default().saturating_sub(T::Currency::total_issuance())
    }

    /// What eras were allowed to issue and nobody has collected yet.
    pub fn outstanding() -> BalanceOf<T> {
        Scheduled::<T>::get().saturating_sub(Minted::<T>::get())
    }

    /// Issuance as this pallet's records have it; none before the first block.
    ///
    /// ```text
    /// recorded = GenesisIssuance + Minted - Burned
    /// ```
    pub fn recorded_issuance() -> Option<BalanceOf<T>> {
        let minted = GenesisIssuance::<T>::get()?.saturating_add(Minted::<T>::get());
        Some(minted.saturating_sub(Burned::<T>::get()))
    }

    /// Check what must hold between blocks: no tokens exist beyond those recorded, every remainder was handed over, and the
    /// parameters make sense.
    #[cfg(any(feature = "try-runtime", test))]
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        if let Some(recorded) = Self::recorded_issuance() {
            ensure!(T::Currency::total_issuance() <= recorded, "tokens were minted that nobody recorded");
        } else {
            let now = frame_system::Pallet::<T>::block_number();
            ensure!(now.is_zero(), "the issuance at genesis was not recorded");
        }
        ensure!(!PoolDue::<T>::exists(), "a remainder was issued and never handed over");
        Self::ensure_parameters().map_err(sp_runtime::TryRuntimeError::Other)
    }
}

impl<T: Config> sp_staking::EraPayout<BalanceOf<T>> for Pallet<T> {
    /// Schedule the issuance of the era that ends. Called once for each era, when it ends; see [`issuance`].
    ///
    /// Neither the stake nor the era's duration has a say: a chain that stood still doesn't mint for that time.
    fn era_payout(
        _total_staked: BalanceOf<T>,
        total_issuance: BalanceOf<T>,
        _era_duration_millis: u64,
    ) -> (BalanceOf<T>, BalanceOf<T>) {
        let schedule = Schedule {
            initial: T::InitialEraIssuance::get(),
            halving_eras: T::HalvingEras::get(),
            max_supply: T::MaxSupply::get(),
            stakers: T::ValidatorShare::get(),
            pool: T::PoolShare::get(),
        };
        let era = Eras::<T>::mutate(|eras| {
            let era = *eras;
            *eras = era.saturating_add(1);
            era
        });
        let issued = schedule.issue(era, total_issuance.saturating_add(Self::outstanding()));
        Scheduled::<T>::mutate(|scheduled| *scheduled = scheduled.saturating_add(issued.total()));
        if !issued.pool.is_zero() {
            PoolDue::<T>::put(issued.pool);
        }
        (issued.stakers, issued.remainder())
    }
}
