//! NRC that is not vested yet is on hold.
//!
//! pallet-vesting locks what is not vested. A lock is about the whole balance of an account: money on hold for something
//! else counts towards it, so that who bonds as much as is locked can move what is locked; and money may be put on hold
//! although it is locked. Both would end a vesting early, since bonds are paid out to others as damages. So
//! [`VestingCurrency`] answers vesting's locks with a hold of its own, which nothing else can use: neither transfers, fees
//! and escrow, nor bonds and stakes. Votes count it.

pub use pallet::*;

use frame_support::{
    defensive,
    traits::{
        fungible::{Inspect, InspectHold, MutateHold},
        tokens::{Fortitude, Preservation},
        Currency, ExistenceRequirement, LockIdentifier, LockableCurrency, SignedImbalance, WithdrawReasons,
    },
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{AccountId, Balance, Balances, BlockNumber, Runtime, RuntimeHoldReason};

/// Carries [`HoldReason`]; has no storage and no calls.
#[frame_support::pallet]
pub mod pallet {
    /// Needs nothing of its own.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// The pallet.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What money is on hold for.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// It vests later.
        #[codec(index = 0)]
        Unvested,
    }
}

/// NRC as pallet-vesting sees it: what it locks is put on hold.
///
/// An account keeps an existential deposit beside its hold; so much of what it vests may be used early.
pub struct VestingCurrency;

/// Plain NRC, as the trait of old.
type Plain = Balances;

impl VestingCurrency {
    fn reason() -> RuntimeHoldReason {
        HoldReason::Unvested.into()
    }

    /// What `who` has on hold until it vests.
    fn held(who: &AccountId) -> Balance {
        Balances::balance_on_hold(&Self::reason(), who)
    }

    /// Hold `amount` of `who`, or as much of it as there is.
    fn hold(who: &AccountId, amount: Balance) {
        let free = <Balances as Inspect<AccountId>>::reducible_balance(who, Preservation::Protect, Fortitude::Force);
        let amount = amount.min(Self::held(who).saturating_add(free));
        if Balances::set_on_hold(&Self::reason(), who, amount).is_err() {
            defensive!("no more than there is was asked for, and there is room for a hold of every reason; qed");
        }
    }
}

impl LockableCurrency<AccountId> for VestingCurrency {
    type Moment = BlockNumber;
    type MaxLocks = <Runtime as pallet_balances::Config>::MaxLocks;

    fn set_lock(_: LockIdentifier, who: &AccountId, amount: Balance, _: WithdrawReasons) {
        Self::hold(who, amount);
    }

    fn extend_lock(_: LockIdentifier, who: &AccountId, amount: Balance, _: WithdrawReasons) {
        Self::hold(who, amount.max(Self::held(who)));
    }

    fn remove_lock(_: LockIdentifier, who: &AccountId) {
        Self::hold(who, 0);
    }
}

impl Currency<AccountId> for VestingCurrency {
    type Balance = Balance;
    type PositiveImbalance = <Plain as Currency<AccountId>>::PositiveImbalance;
    type NegativeImbalance = <Plain as Currency<AccountId>>::NegativeImbalance;

    fn total_balance(who: &AccountId) -> Balance {
        <Plain as Currency<AccountId>>::total_balance(who)
    }

    fn can_slash(who: &AccountId, value: Balance) -> bool {
        <Plain as Currency<AccountId>>::can_slash(who, value)
    }

    fn total_issuance() -> Balance {
        <Plain as Currency<AccountId>>::total_issuance()
    }

    fn minimum_balance() -> Balance {
        <Plain as Currency<AccountId>>::minimum_balance()
    }

    fn burn(amount: Balance) -> Self::PositiveImbalance {
        <Plain as Currency<AccountId>>::burn(amount)
    }

    fn issue(amount: Balance) -> Self::NegativeImbalance {
        <Plain as Currency<AccountId>>::issue(amount)
    }

    /// With what is on hold until it vests, as vesting takes locked money for free.
    fn free_balance(who: &AccountId) -> Balance {
        <Plain as Currency<AccountId>>::free_balance(who).saturating_add(Self::held(who))
    }

    fn ensure_can_withdraw(
        who: &AccountId,
        amount: Balance,
        reasons: WithdrawReasons,
        new_balance: Balance,
    ) -> DispatchResult {
        <Plain as Currency<AccountId>>::ensure_can_withdraw(who, amount, reasons, new_balance)
    }

    fn transfer(source: &AccountId, dest: &AccountId, value: Balance, need: ExistenceRequirement) -> DispatchResult {
        <Plain as Currency<AccountId>>::transfer(source, dest, value, need)
    }

    fn slash(who: &AccountId, value: Balance) -> (Self::NegativeImbalance, Balance) {
        <Plain as Currency<AccountId>>::slash(who, value)
    }

    fn deposit_into_existing(who: &AccountId, value: Balance) -> Result<Self::PositiveImbalance, DispatchError> {
        <Plain as Currency<AccountId>>::deposit_into_existing(who, value)
    }

    fn deposit_creating(who: &AccountId, value: Balance) -> Self::PositiveImbalance {
        <Plain as Currency<AccountId>>::deposit_creating(who, value)
    }

    fn withdraw(
        who: &AccountId,
        value: Balance,
        reasons: WithdrawReasons,
        liveness: ExistenceRequirement,
    ) -> Result<Self::NegativeImbalance, DispatchError> {
        <Plain as Currency<AccountId>>::withdraw(who, value, reasons, liveness)
    }

    fn make_free_balance_be(who: &AccountId, balance: Balance) -> SignedImbalance<Balance, Self::PositiveImbalance> {
        <Plain as Currency<AccountId>>::make_free_balance_be(who, balance)
    }
}
