//! # Rewards pallet
//!
//! Splits what jobs, training uses and copies cost, credits the parts, pays them out on request and keeps each
//! contributor's reputation.
//!
//! ## Overview
//!
//! Other pallets move money into the [pot](Pallet::pot) and then call the seam [`Payouts`]. The parts are not sent to
//! the parties: each becomes a [`Credit`] that matures after [`Config::MaturityPeriod`] blocks and is collected with
//! [`Pallet::claim`]. So no payee can stop a settlement, and a payee below the existential deposit loses nothing. Only
//! the treasury is paid at once.
//!
//! The seam [`Reputation`] tells others how far an account can be relied on: it rises with every settled job, falls
//! with every duty that was not fulfilled.
//!
//! ## Terminology
//!
//! - **Pot**: the account that holds what is credited and not yet claimed, plus one existential deposit.
//! - **Credit**: an amount, the block from which it can be claimed, and why it is owed.
//! - **Matured**: a credit whose block has come.
//! - **Contributor**: an account that had a part in a settled flow, or failed a duty.
//!
//! ## Properties
//!
//! - The parts of a settlement sum to its price, to the planck; rounding favours the treasury.
//! - The pot covers every credit: a settlement that was not paid into the pot first is refused.
//! - Crediting never fails. Zero amounts are skipped; when an account's list is full, the newest entry absorbs the
//!   amount and takes the later maturity.
//! - A claim pays everything that is matured in one transfer, or nothing.
//! - Reputation stays within 1 to 100.
//!
//! ## Example
//!
//! ```text
//! compute-market: escrow account --transfer--> pot
//!                 Payouts::settle_job { price: 1_000, evaluators: [e1, e2, e3] }
//! rewards:        data provider +250, compute provider +600, e1, e2, e3 +33 each, treasury 51 at once
//! parties:        claim(), once MaturityPeriod blocks have passed
//! ```
//!
//! ## Implementation notes
//!
//! The pot is given the existential deposit at genesis, so that the first small credits have an account to lie on.
//! Genesis of this pallet must run after that of the pallet behind [`Config::Currency`], which sets the issuance: it
//! comes later in the runtime's list of pallets.
//!
//! How shares round is in [`neurodata_primitives::money`]; how reputation moves is in [`reputation`].
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

mod credits;
pub mod reputation;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use weights::WeightInfo;

use alloc::vec::Vec;
use credits::CreditLedger;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{DepositConsequence, Preservation, Provenance},
        Get,
    },
};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    money::split_off,
    seams::{JobSettlement, Payouts, Reputation},
    ContributionKind, ContributorRecord, Credit, JobId, PayoutReason,
};
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

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{pallet_prelude::*, PalletId};
    use frame_system::pallet_prelude::*;
    use neurodata_primitives::money::JobSplit;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime provides.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The token that is paid.
        type Currency: Inspect<Self::AccountId> + Mutate<Self::AccountId>;

        /// Seed of the pot's account.
        #[pallet::constant]
        type PalletId: Get<PalletId>;

        /// Who gets the treasury's share. Must differ from the pot.
        type TreasuryAccount: Get<Self::AccountId>;

        /// How a job's price is shared. Source: DESIGN section 8.
        type JobSplit: Get<JobSplit>;

        /// Share of the treasury in the price of a training use or of a copy. Unit: parts per million; range
        /// 0..=1_000_000. The owner's part rounds down. Source: DESIGN section 8.
        type SaleTreasuryShare: Get<Permill>;

        /// Time from a credit to the first block in which it can be claimed. Unit: blocks.
        type MaturityPeriod: Get<BlockNumberFor<Self>>;

        /// Most credits that one account can have at a time. At least 1.
        #[pallet::constant]
        type MaxCredits: Get<u32>;

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

    /// What each account has done.
    ///
    /// A present key means a part in a settled flow, or a failed duty. Never removed, so that reputation cannot be
    /// shed; every entry is preceded by a payment or a bond of the account.
    // Blake2: accounts are chosen by users.
    #[pallet::storage]
    pub type Contributors<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, ContributorRecord<BalanceOf<T>>, ValueQuery>;

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
            let (pot, minimum) = (Pallet::<T>::pot(), T::Currency::minimum_balance());
            if T::Currency::balance(&pot) < minimum {
                assert!(T::Currency::mint_into(&pot, minimum).is_ok(), "the pot takes the existential deposit");
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
        /// An account collected what had matured.
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
        /// An account had a part in a settled job.
        ContributionNoted {
            /// Who.
            account: T::AccountId,
            /// Which part.
            kind: ContributionKind,
            /// Reputation from now on, 1 to 100 inclusive.
            reputation: u8,
        },
        /// An account did not fulfil a duty.
        FailureNoted {
            /// Who.
            account: T::AccountId,
            /// Which duty.
            kind: ContributionKind,
            /// Reputation from now on, 1 to 100 inclusive.
            reputation: u8,
        },
    }

    /// Why a call or a settlement was refused.
    #[pallet::error]
    pub enum Error<T> {
        /// Nothing is credited to the account.
        NothingToClaim,
        /// Credits are there, none has matured yet.
        TooEarly,
        /// What has matured is less than the account needs to exist. It stays credited.
        BelowExistentialDeposit,
        /// The pot doesn't hold the money that is to be credited.
        Unfunded,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxCredits::get() > 0, "an account must be able to have a credit");
            assert!(T::JobSplit::get().is_valid(), "the shares of a job's price must not exceed the whole");
            assert!(T::TreasuryAccount::get() != Self::pot(), "the treasury must not be the pot");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Collect every credit of the signer that has matured, in one transfer; the others stay.
        ///
        /// ## Dispatch Origin
        /// Signed by the account that is owed.
        ///
        /// ## Errors
        /// - [`Error::NothingToClaim`]: the signer has no credits.
        /// - [`Error::TooEarly`]: none has matured; the earliest [`Credit::matures_at`] says when to come back.
        /// - [`Error::BelowExistentialDeposit`]: the signer's free balance and the sum together are below the
        ///   existential deposit. Fund the account, or claim again when more has matured; nothing is lost.
        ///
        /// ## Events
        /// [`Event::Claimed`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::claim(T::MaxCredits::get()))]
        pub fn claim(origin: OriginFor<T>) -> DispatchResultWithPostInfo {
            let account = ensure_signed(origin)?;
            let credits = Self::do_claim(account)?;
            Ok(Some(T::WeightInfo::claim(credits)).into())
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// What `account` could claim now, in plancks.
        pub fn claimable(account: T::AccountId) -> BalanceOf<T> {
            CreditLedger::<T>::matured(&account, frame_system::Pallet::<T>::block_number())
        }

        /// Everything that `account` is owed, matured or not, in plancks.
        pub fn owed(account: T::AccountId) -> BalanceOf<T> {
            CreditLedger::<T>::owed(&account)
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Pay `account` what has matured. Returns how many credits it had, for the weight.
    fn do_claim(account: T::AccountId) -> Result<u32, DispatchError> {
        let now = frame_system::Pallet::<T>::block_number();
        let (credits, amount) = (CreditLedger::<T>::count(&account), CreditLedger::<T>::matured(&account, now));
        ensure!(credits > 0, Error::<T>::NothingToClaim);
        // Zero amounts are never credited, so a sum of zero means that nothing has matured.
        ensure!(!amount.is_zero(), Error::<T>::TooEarly);
        ensure!(
            T::Currency::can_deposit(&account, amount, Provenance::Extant) != DepositConsequence::BelowMinimum,
            Error::<T>::BelowExistentialDeposit
        );

        T::Currency::transfer(&Self::pot(), &account, amount, Preservation::Preserve)?;
        CreditLedger::<T>::remove_matured(&account, now);
        Self::deposit_event(Event::Claimed { account, amount });
        Ok(credits)
    }

    /// Refuse a settlement of `amount` that the pot does not hold beyond what it owes and needs to exist.
    fn ensure_funded(amount: BalanceOf<T>) -> DispatchResult {
        let owed = CreditLedger::<T>::total().saturating_add(T::Currency::minimum_balance());
        ensure!(T::Currency::balance(&Self::pot()) >= owed.saturating_add(amount), Error::<T>::Unfunded);
        Ok(())
    }

    /// Owe `account` `amount` more, from [`Config::MaturityPeriod`] blocks on. Does nothing if it is zero.
    fn credit(account: &T::AccountId, amount: BalanceOf<T>, reason: PayoutReason) {
        if amount.is_zero() {
            return;
        }
        let matures_at = frame_system::Pallet::<T>::block_number().saturating_add(T::MaturityPeriod::get());
        let matures_at = CreditLedger::<T>::append(account, Credit { amount, matures_at, reason });
        Self::deposit_event(Event::Credited { account: account.clone(), amount, matures_at, reason });
    }

    /// Credit `account` with what it earned outside a job's settlement. The contribution itself is counted, and
    /// reputation moves, when a job is settled. Does nothing if the amount is zero.
    fn credit_income(account: &T::AccountId, amount: BalanceOf<T>, reason: PayoutReason) {
        if amount.is_zero() {
            return;
        }
        Self::credit(account, amount, reason);
        Self::mutate_contributor(account, |record| record.credited = record.credited.saturating_add(amount));
    }

    /// Split the price of a sale into the part of the owner, rounded down, and that of the treasury.
    fn split_sale(price: BalanceOf<T>) -> (BalanceOf<T>, BalanceOf<T>) {
        split_off(price, Permill::one().saturating_sub(T::SaleTreasuryShare::get()))
    }

    /// Credit `account` with its part of a job and note the contribution.
    fn credit_contribution(account: &T::AccountId, amount: BalanceOf<T>, job: JobId, kind: ContributionKind) {
        Self::credit(account, amount, PayoutReason::Job { job, kind });
        let reputation = Self::mutate_contributor(account, |record| {
            let count = match kind {
                ContributionKind::Dataset => &mut record.dataset_contributions,
                ContributionKind::Compute => &mut record.compute_contributions,
                ContributionKind::Validation => &mut record.validation_contributions,
            };
            *count = count.saturating_add(1);
            record.credited = record.credited.saturating_add(amount);
            record.reputation = reputation::after_success(record.reputation);
        });
        Self::deposit_event(Event::ContributionNoted { account: account.clone(), kind, reputation });
    }

    /// Move the treasury's `amount` out of the pot. What it cannot receive, being dust, is credited to it.
    fn pay_treasury(amount: BalanceOf<T>) {
        if amount.is_zero() {
            return;
        }
        let treasury = T::TreasuryAccount::get();
        match T::Currency::transfer(&Self::pot(), &treasury, amount, Preservation::Preserve) {
            Ok(_) => Self::deposit_event(Event::TreasuryPaid { amount }),
            Err(_) => Self::credit(&treasury, amount, PayoutReason::TreasuryShare),
        }
    }

    /// Change the record of `account`, which begins with the reputation of a new one. Returns the reputation after.
    fn mutate_contributor(account: &T::AccountId, change: impl FnOnce(&mut ContributorRecord<BalanceOf<T>>)) -> u8 {
        Contributors::<T>::mutate(account, |record| {
            record.reputation = reputation::or_initial(record.reputation);
            change(record);
            record.reputation
        })
    }

    /// Check what must hold between blocks.
    ///
    /// - The pot holds all credits and the existential deposit. More, if somebody donated.
    /// - [`TotalCredited`] is the sum of [`Credits`]; each list has 1 to [`Config::MaxCredits`] entries above zero.
    /// - Reputation is within 1 to 100.
    #[cfg(any(feature = "try-runtime", test))]
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        let mut sum = BalanceOf::<T>::zero();
        for account in Credits::<T>::iter_keys() {
            let length = Credits::<T>::decode_len(&account).unwrap_or_default();
            let maximum = usize::try_from(T::MaxCredits::get()).unwrap_or(usize::MAX);
            ensure!((1..=maximum).contains(&length), "a list of credits is empty or too long");
            let credits = Credits::<T>::get(&account);
            ensure!(credits.iter().all(|credit| !credit.amount.is_zero()), "a credit is zero");
            sum = sum.saturating_add(CreditLedger::<T>::owed(&account));
        }
        ensure!(sum == TotalCredited::<T>::get(), "the total differs from the sum of the credits");
        ensure!(
            T::Currency::balance(&Self::pot()) >= sum.saturating_add(T::Currency::minimum_balance()),
            "the pot does not cover the credits"
        );
        for record in Contributors::<T>::iter_values() {
            ensure!((reputation::MIN..=reputation::MAX).contains(&record.reputation), "reputation is out of range");
        }
        Ok(())
    }
}

impl<T: Config> Payouts<T::AccountId, BalanceOf<T>> for Pallet<T> {
    fn pot() -> T::AccountId {
        T::PalletId::get().into_account_truncating()
    }

    fn settle_job(settlement: JobSettlement<T::AccountId, BalanceOf<T>>) -> DispatchResult {
        let JobSettlement { job, price, data_provider, provider, evaluators } = settlement;
        Self::ensure_funded(price)?;
        let count = u32::try_from(evaluators.len()).map_err(|_| ArithmeticError::Overflow)?;
        let shares = T::JobSplit::get().shares(price, count);

        Self::pay_treasury(shares.treasury);
        Self::credit_contribution(&data_provider, shares.data, job, ContributionKind::Dataset);
        Self::credit_contribution(&provider, shares.compute, job, ContributionKind::Compute);
        for evaluator in &evaluators {
            Self::credit_contribution(evaluator, shares.each_evaluator, job, ContributionKind::Validation);
        }
        Ok(())
    }

    fn evaluation_share(price: BalanceOf<T>) -> BalanceOf<T> {
        T::JobSplit::get().shares(price, 1).each_evaluator
    }

    fn settle_evaluation(job: JobId, amount: BalanceOf<T>, evaluators: Vec<T::AccountId>) -> DispatchResult {
        Self::ensure_funded(amount)?;
        let count = u32::try_from(evaluators.len()).map_err(|_| ArithmeticError::Overflow)?;
        let each = if count == 0 { BalanceOf::<T>::zero() } else { amount / BalanceOf::<T>::from(count) };
        let paid = each.saturating_mul(count.into());

        Self::pay_treasury(amount.saturating_sub(paid));
        for evaluator in &evaluators {
            Self::credit_contribution(evaluator, each, job, ContributionKind::Validation);
        }
        Ok(())
    }

    fn settle_sale(reason: PayoutReason, owner: &T::AccountId, price: BalanceOf<T>) -> DispatchResult {
        Self::ensure_funded(price)?;
        let (owed, treasury) = Self::split_sale(price);

        Self::pay_treasury(treasury);
        Self::credit_income(owner, owed, reason);
        Ok(())
    }

    fn treasury_share(price: BalanceOf<T>) -> BalanceOf<T> {
        let (_, treasury) = Self::split_sale(price);
        treasury
    }

    fn settle_treasury(amount: BalanceOf<T>) -> DispatchResult {
        Self::ensure_funded(amount)?;
        Self::pay_treasury(amount);
        Ok(())
    }

    fn settle_credit(account: &T::AccountId, amount: BalanceOf<T>, reason: PayoutReason) -> DispatchResult {
        Self::ensure_funded(amount)?;
        match reason {
            // Money that comes back to whoever paid it is no income.
            PayoutReason::JobRefund { .. } => Self::credit(account, amount, reason),
            _ => Self::credit_income(account, amount, reason),
        }
        Ok(())
    }
}

impl<T: Config> Reputation<T::AccountId> for Pallet<T> {
    fn of(account: &T::AccountId) -> u8 {
        reputation::or_initial(Contributors::<T>::get(account).reputation)
    }

    fn note_failure(account: &T::AccountId, kind: ContributionKind) {
        let reputation = Self::mutate_contributor(account, |record| {
            record.failures = record.failures.saturating_add(1);
            record.reputation = reputation::after_failure(record.reputation);
        });
        Self::deposit_event(Event::FailureNoted { account: account.clone(), kind, reputation });
    }
}
