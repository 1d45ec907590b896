//! The quality stake: what it must cover, how it grows, is slashed, and goes back.

use crate::*;
use frame_support::traits::tokens::Precision;
use neurodata_pallet_support::{slash_and_share, SlashParties, Slashed};
use neurodata_primitives::money::percent_of;
use sp_runtime::{
    traits::{CheckedAdd, Saturating, Zero},
    ArithmeticError,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_add_stake(owner: T::AccountId, dataset: DatasetId, amount: BalanceOf<T>) -> DispatchResult {
        let mut record = Self::dataset_of(&owner, dataset)?;
        ensure!(!is_delisted::<T>(&record), Error::<T>::InvalidState);
        ensure!(!amount.is_zero(), Error::<T>::StakeTooLow);
        record.stake = record.stake.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;

        T::Currency::hold(&HoldReason::QualityStake.into(), &owner, amount)?;
        Datasets::<T>::insert(dataset, record);
        Self::deposit_event(Event::StakeAdded { dataset, amount });
        Ok(())
    }

    pub(crate) fn do_withdraw_stake(owner: T::AccountId, dataset: DatasetId) -> DispatchResult {
        let record = Self::dataset_of(&owner, dataset)?;
        let DatasetState::Delisted { unlocks_at } = record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() >= unlocks_at, Error::<T>::TooEarly);
        ensure!(record.open_uses == 0, Error::<T>::UsesOpen);
        ensure!(record.open_sales == 0, Error::<T>::SalesOpen);

        let amount = record.stake;
        // Slashing may have left nothing, and the account may be gone with it.
        if !amount.is_zero() {
            T::Currency::release(&HoldReason::QualityStake.into(), &owner, amount, Precision::Exact)?;
        }
        Self::remove(dataset, &record);
        Self::deposit_event(Event::StakeWithdrawn { dataset, owner, amount });
        Ok(())
    }

    /// What would be open with another sale or use at `price`; fails if the stake doesn't cover that.
    ///
    /// ```text
    /// stake >= max(MinimumStake, SaleCover % of (exposure + price))
    /// ```
    pub(crate) fn ensure_covered(
        record: &DatasetRecordOf<T>,
        price: BalanceOf<T>,
    ) -> Result<BalanceOf<T>, DispatchError> {
        let exposure = record.exposure.checked_add(&price).ok_or(ArithmeticError::Overflow)?;
        let needed = percent_of(exposure, T::SaleCover::get()).max(T::MinimumStake::get());
        ensure!(record.stake >= needed, Error::<T>::NotForSale(SaleRefusal::Stake));
        Ok(exposure)
    }

    /// Slash up to `amount` of the stake in `record`, and share it out; a listed dataset whose stake falls below the
    /// minimum is delisted. The caller stores the record.
    pub(crate) fn slash_stake(
        dataset: DatasetId,
        record: &mut DatasetRecordOf<T>,
        amount: BalanceOf<T>,
        wronged: &T::AccountId,
        reporter: &T::AccountId,
    ) {
        let amount = amount.min(record.stake);
        if amount.is_zero() {
            return;
        }
        let owner = record.owner.clone();
        let parties = SlashParties { slashed: &owner, wronged, reporter };
        let reason = HoldReason::QualityStake.into();
        let Slashed { amount, burned } = slash_and_share::<_, T::Currency, T::OnBurn>(&reason, parties, amount);
        record.stake = record.stake.saturating_sub(amount);
        Self::deposit_event(Event::StakeSlashed { dataset, owner, amount, burned });
        if !is_delisted::<T>(record) && record.stake < T::MinimumStake::get() {
            Self::delist(dataset, record);
        }
    }

    /// Note in `record` what happened to `dataset`. The caller stores the record.
    pub(crate) fn note_score(dataset: DatasetId, record: &mut DatasetRecordOf<T>, cause: ScoreCause) {
        record.score = record.score.after(cause);
        Self::deposit_event(Event::ScoreChanged { dataset, cause, score: record.score });
    }
}

/// Whether the dataset is no longer for sale, for good.
pub(crate) fn is_delisted<T: Config>(record: &DatasetRecordOf<T>) -> bool {
    matches!(record.state, DatasetState::Delisted { .. })
}
