//! What accounts are owed, and its collection.

use super::*;
use core::marker::PhantomData;
use frame_support::{
    defensive,
    traits::tokens::{DepositConsequence, Provenance},
};

/// Owns [`Credits`] and [`TotalCredited`] and keeps the second the sum of the first.
///
/// Sums saturate; they cannot reach the limit, because the pot holds what is credited and no account holds more than
/// the issuance.
pub(crate) struct CreditLedger<T>(PhantomData<T>);

impl<T: Config> CreditLedger<T> {
    /// Sum of all credits.
    pub fn total() -> BalanceOf<T> {
        TotalCredited::<T>::get()
    }

    /// How many credits `account` has.
    pub fn count(account: &T::AccountId) -> u32 {
        let length = Credits::<T>::decode_len(account).unwrap_or_default();
        u32::try_from(length).unwrap_or(u32::MAX)
    }

    /// What `account` is owed, matured or not.
    pub fn owed(account: &T::AccountId) -> BalanceOf<T> {
        sum::<T>(Credits::<T>::get(account).iter())
    }

    /// What `account` can claim at `now`.
    pub fn matured(account: &T::AccountId, now: BlockNumberFor<T>) -> BalanceOf<T> {
        sum::<T>(Credits::<T>::get(account).iter().filter(|credit| credit.matures_at <= now))
    }

    /// Add `credit` to the list of `account`. Returns the block at which its amount matures.
    ///
    /// If the list is full, the newest entry absorbs the amount, keeps its reason and matures at the later of both
    /// blocks: the account waits a little longer for that entry rather than losing an amount or blocking the payer.
    /// Claiming makes room.
    pub fn append(account: &T::AccountId, credit: CreditOf<T>) -> BlockNumberFor<T> {
        TotalCredited::<T>::mutate(|total| *total = total.saturating_add(credit.amount));
        Credits::<T>::mutate(account, |credits| match credits.try_push(credit) {
            Ok(()) => credit.matures_at,
            Err(credit) => match credits.last_mut() {
                Some(last) => {
                    last.amount = last.amount.saturating_add(credit.amount);
                    last.matures_at = last.matures_at.max(credit.matures_at);
                    last.matures_at
                }
                None => {
                    defensive!("a list that takes no entry is full, and `integrity_test` refuses a bound of zero");
                    credit.matures_at
                }
            },
        })
    }

    /// Remove what `account` can claim at `now`, and the list if nothing is left.
    pub fn remove_matured(account: &T::AccountId, now: BlockNumberFor<T>) {
        let removed = Self::matured(account, now);
        TotalCredited::<T>::mutate(|total| *total = total.saturating_sub(removed));
        Credits::<T>::mutate_exists(account, |stored| {
            if let Some(credits) = stored {
                credits.retain(|credit| credit.matures_at > now);
                if credits.is_empty() {
                    *stored = None;
                }
            }
        });
    }
}

/// Sum of the amounts.
fn sum<'a, T: Config>(credits: impl Iterator<Item = &'a CreditOf<T>>) -> BalanceOf<T>
where
    CreditOf<T>: 'a,
{
    credits.fold(Zero::zero(), |sum: BalanceOf<T>, credit| sum.saturating_add(credit.amount))
}

impl<T: Config> Pallet<T> {
    /// Pay `account` what has matured and what its stake has earned. Returns how many credits it had, for the weight.
    pub(crate) fn do_claim(account: T::AccountId) -> Result<u32, DispatchError> {
        let now = frame_system::Pallet::<T>::block_number();
        let (credits, matured) = (CreditLedger::<T>::count(&account), CreditLedger::<T>::matured(&account, now));
        let amount = matured.saturating_add(Self::stake_reward(&account));
        ensure!(credits > 0 || !amount.is_zero(), Error::<T>::NothingToClaim);
        // Zero amounts are never credited, so a sum of zero means that nothing has matured.
        ensure!(!amount.is_zero(), Error::<T>::TooEarly);
        ensure!(
            T::Currency::can_deposit(&account, amount, Provenance::Extant) != DepositConsequence::BelowMinimum,
            Error::<T>::BelowExistentialDeposit
        );

        let reward = Self::settle_stake_reward(&account)?;
        T::Currency::transfer(&Self::pot(), &account, amount, Preservation::Preserve)?;
        CreditLedger::<T>::remove_matured(&account, now);
        Self::note_credit(&account, reward, PayoutReason::Stake, now);
        HistoryBook::<T>::append(&account, amount, HistoryEvent::Claimed);
        Self::deposit_event(Event::Claimed { account, amount });
        Ok(credits)
    }

    /// Owe `account` `amount` more, from [`Config::MaturityPeriod`] blocks on. Does nothing if it is zero.
    pub(crate) fn credit(account: &T::AccountId, amount: BalanceOf<T>, reason: PayoutReason) {
        let now = frame_system::Pallet::<T>::block_number();
        Self::credit_from(account, amount, reason, now.saturating_add(T::MaturityPeriod::get()));
    }

    /// Owe `account` `amount` more, from block `matures_at` on. Does nothing if it is zero.
    pub(crate) fn credit_from(
        account: &T::AccountId,
        amount: BalanceOf<T>,
        reason: PayoutReason,
        matures_at: BlockNumberFor<T>,
    ) {
        if !amount.is_zero() {
            let matures_at = CreditLedger::<T>::append(account, Credit { amount, matures_at, reason });
            Self::note_credit(account, amount, reason, matures_at);
        }
    }

    /// Credit `account` with what it earned. Does nothing if it is zero.
    pub(crate) fn credit_income(account: &T::AccountId, amount: BalanceOf<T>, reason: PayoutReason) {
        Self::credit(account, amount, reason);
        Profiles::<T>::note_income(account, amount);
    }

    /// Tell of a credit, in history and by event. Does nothing if it is zero.
    fn note_credit(account: &T::AccountId, amount: BalanceOf<T>, reason: PayoutReason, matures_at: BlockNumberFor<T>) {
        if !amount.is_zero() {
            HistoryBook::<T>::append(account, amount, HistoryEvent::Credited { reason });
            Self::deposit_event(Event::Credited { account: account.clone(), amount, matures_at, reason });
        }
    }
}
