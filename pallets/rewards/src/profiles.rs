//! Profiles of contributors: what each account has done, and the reputation that it has now.

use super::*;
use core::marker::PhantomData;
use sp_runtime::{traits::CheckedDiv, SaturatedConversion};

/// Owns [`Contributors`].
///
/// A stored reputation is that at `active_at`, the block of the last contribution or failure. Whoever reads or changes
/// it takes off first what has faded since; other changes of the record leave both as they are. Counters and sums
/// saturate: sums stay below the issuance times the number of payments, counters below the number of blocks times the
/// duties that fit into one.
pub(crate) struct Profiles<T>(PhantomData<T>);

impl<T: Config> Profiles<T> {
    /// The record of `account`, or that of a new one.
    pub fn get(account: &T::AccountId) -> ContributorRecordOf<T> {
        let mut record = Contributors::<T>::get(account);
        record.reputation = reputation::or_initial(record.reputation);
        record
    }

    /// Change the record of `account`.
    pub fn mutate<R>(account: &T::AccountId, change: impl FnOnce(&mut ContributorRecordOf<T>) -> R) -> R {
        Contributors::<T>::mutate(account, |record| {
            record.reputation = reputation::or_initial(record.reputation);
            change(record)
        })
    }

    /// Reputation of `account` now.
    pub fn reputation(account: &T::AccountId) -> u8 {
        Self::current(&Self::get(account))
    }

    /// What is left now of the reputation in `record`. A period of zero blocks stands for never.
    pub fn current(record: &ContributorRecordOf<T>) -> u8 {
        let idle = frame_system::Pallet::<T>::block_number().saturating_sub(record.active_at);
        let periods = idle.checked_div(&T::DecayPeriod::get()).unwrap_or_default();
        reputation::faded(record.reputation, periods.saturated_into())
    }

    /// Count an income of `account`; nothing if it is zero.
    pub fn note_income(account: &T::AccountId, amount: BalanceOf<T>) {
        if !amount.is_zero() {
            Self::mutate(account, |record| record.credited = record.credited.saturating_add(amount));
        }
    }

    /// Count a contribution, which raises reputation. Returns the reputation after.
    pub fn note_contribution(account: &T::AccountId, kind: ContributionKind) -> u8 {
        Self::mutate(account, |record| {
            let count = match kind {
                ContributionKind::Dataset => &mut record.dataset_contributions,
                ContributionKind::Compute => &mut record.compute_contributions,
                ContributionKind::Validation => &mut record.validation_contributions,
            };
            *count = count.saturating_add(1);
            Self::act(record, reputation::after_success)
        })
    }

    /// Count a failure that cost `amount`, which lowers reputation. Returns the reputation after.
    pub fn note_failure(account: &T::AccountId, amount: BalanceOf<T>) -> u8 {
        Self::mutate(account, |record| {
            record.failures = record.failures.saturating_add(1);
            record.penalised = record.penalised.saturating_add(amount);
            Self::act(record, reputation::after_failure)
        })
    }

    /// Move the reputation in `record` as it is now, from now on. Returns it.
    fn act(record: &mut ContributorRecordOf<T>, change: impl FnOnce(u8) -> u8) -> u8 {
        record.reputation = change(Self::current(record));
        record.active_at = frame_system::Pallet::<T>::block_number();
        record.reputation
    }
}

impl<T: Config> Pallet<T> {
    /// `account` as it stands now; also one that has done nothing yet.
    pub fn contributor(account: &T::AccountId) -> ContributorView<BalanceOf<T>, BlockNumberFor<T>> {
        let record = Profiles::<T>::get(account);
        let claimable = CreditLedger::<T>::matured(account, frame_system::Pallet::<T>::block_number());
        ContributorView {
            record,
            reputation: Profiles::<T>::current(&record),
            claimable,
            maturing: CreditLedger::<T>::owed(account).saturating_sub(claimable),
            stake_reward: Self::stake_reward(account),
            history: HistoryBook::<T>::stored(account),
        }
    }
}
