//! Escrow: the account of a pallet that holds the money of others.

use core::marker::PhantomData;
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        tokens::Preservation,
        Get,
    },
    PalletId,
};
use neurodata_primitives::{seams::Payouts, PayoutReason};
use sp_runtime::{
    traits::{AccountIdConversion, Saturating, Zero},
    DispatchError, DispatchResult,
};

/// The account whose seed `Id` is: prices, fees, income, credits. It always exists, by one existential deposit of its own.
///
/// Money is moved into it, not held: a hold may reach money that is locked elsewhere, for vesting or a vote, and must never spend
/// it. How much of it belongs to whom is the pallet's to know.
pub struct Escrow<T, Currency, Id>(PhantomData<(T, Currency, Id)>);

impl<T, Currency, Id> Escrow<T, Currency, Id>
where
    T: frame_system::Config,
    Currency: Mutate<T::AccountId>,
    Id: Get<PalletId>,
{
    /// The account.
    pub fn account() -> T::AccountId {
        Id::get().into_account_truncating()
    }

    /// Give the account its existential deposit, if it has none. For the genesis, after that of `Currency`'s pallet.
    pub fn endow() {
        let (account, minimum) = (Self::account(), Currency::minimum_balance());
        if Currency::balance(&account) < minimum {
            assert!(Currency::mint_into(&account, minimum).is_ok(), "escrow takes the existential deposit");
        }
    }

    /// What the account holds beside its existential deposit, in plancks.
    pub fn available() -> <Currency as Inspect<T::AccountId>>::Balance {
        Currency::balance(&Self::account()).saturating_sub(Currency::minimum_balance())
    }

    /// Move `amount` from `payer` into escrow. The payer's account must stay alive, and what is frozen is not spent.
    pub fn take(payer: &T::AccountId, amount: Currency::Balance) -> DispatchResult {
        Self::transfer(payer, &Self::account(), amount)
    }

    /// Move `amount` out of escrow to `payee`; fails if the account cannot receive it, being dust to it.
    pub fn pay(payee: &T::AccountId, amount: Currency::Balance) -> DispatchResult {
        Self::transfer(&Self::account(), payee, amount)
    }

    /// Move `amount` out of escrow into the pot of `P`, and credit `payee` with it.
    pub fn credit<P>(payee: &T::AccountId, amount: Currency::Balance, reason: PayoutReason) -> DispatchResult
    where
        P: Payouts<T::AccountId, Currency::Balance>,
    {
        if amount.is_zero() {
            return Ok(());
        }
        Self::pay(&P::pot(), amount)?;
        P::settle_credit(payee, amount, reason)
    }

    /// Move `amount` out of escrow to `payee`; what the account cannot receive is credited: it blocks nobody. Returns whether it
    /// was received at once.
    pub fn pay_or_credit<P>(
        payee: &T::AccountId,
        amount: Currency::Balance,
        reason: PayoutReason,
    ) -> Result<bool, DispatchError>
    where
        P: Payouts<T::AccountId, Currency::Balance>,
    {
        // A transfer that is refused has changed nothing.
        if Self::pay(payee, amount).is_ok() {
            return Ok(true);
        }
        Self::credit::<P>(payee, amount, reason).map(|()| false)
    }

    fn transfer(from: &T::AccountId, to: &T::AccountId, amount: Currency::Balance) -> DispatchResult {
        if amount.is_zero() {
            return Ok(());
        }
        Currency::transfer(from, to, amount, Preservation::Preserve).map(|_| ())
    }
}
