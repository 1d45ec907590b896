//! The quality stake: what it must cover, how it grows, is slashed, and goes back.
//!
//! **Fraud does not pay.** A sale or use is only sold while the stake is at least [`Config::SaleCover`] per cent of the
//! exposure. A complaint that proves a chunk bad takes the whole stake, and every open sale is refunded: one buyer who looks
//! is enough. A wrong key costs [`Config::SaleSlash`] per cent of its price: at 200 %, and with 95 % of a price paid out, a
//! seller of wrong keys loses unless more than two thirds of the buyers never look.
//!
//! **Slashing reaches stake that waits to be released**, and nobody gains by reporting themselves: of each slash 70 % is
//! burned, 20 % goes to the wronged party, 10 % to the reporter; the part of a party that is the slashed owner, or that
//! cannot receive, is burned too. The wronged party is the buyer of a copy; of a training use it is the compute provider,
//! whose machine waited in vain, while the job owner gets the job's money back from the market.
//!
//! **Every failed duty is noted** with [`Config::Reputation`], with its cause and what was taken, even if that is nothing.

use crate::*;
use frame_support::traits::tokens::Precision;
use neurodata_pallet_support::{Breach, Failure, Slashed, StakeRules};
use neurodata_primitives::{Asset, PenaltyCause};
use sp_runtime::{
    traits::{CheckedAdd, Zero},
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

    /// What a stake must cover and what breaches cost now.
    pub(crate) fn stake_rules() -> StakeRules<BalanceOf<T>> {
        StakeRules {
            minimum: T::MinimumStake::get(),
            cover: T::SaleCover::get(),
            wrong_key: T::SaleSlash::get(),
            missed_key: T::NonDeliverySlash::get(),
        }
    }

    /// What would be open with another sale or use at `price`; fails if the stake doesn't cover that by
    /// [`StakeRules::covers`].
    pub(crate) fn ensure_covered(
        record: &DatasetRecordOf<T>,
        price: BalanceOf<T>,
    ) -> Result<BalanceOf<T>, DispatchError> {
        let exposure = record.exposure.checked_add(&price).ok_or(ArithmeticError::Overflow)?;
        ensure!(Self::stake_rules().covers(record.stake, exposure), Error::<T>::NotForSale(SaleRefusal::Stake));
        Ok(exposure)
    }

    /// Let the owner of `dataset` answer for `breach`, whose cost is reckoned from `basis`: the score falls, the stake is
    /// slashed and the penalty noted; a bad package is condemned; a listed dataset whose stake falls below the minimum is
    /// delisted. The caller stores the record.
    pub(crate) fn punish(
        dataset: DatasetId,
        record: &mut DatasetRecordOf<T>,
        basis: BalanceOf<T>,
        breach: &Breach<T::AccountId>,
    ) {
        let cause = match breach.failure() {
            Failure::KeyMissed => ScoreCause::KeyNotDelivered,
            Failure::Faulty(_) => ScoreCause::ComplaintUpheld,
        };
        Self::note_score(dataset, record, cause);
        let (rules, reason) = (Self::stake_rules(), HoldReason::QualityStake.into());
        let (owner, stake) = (record.owner.clone(), &mut record.stake);
        let Slashed { amount, burned, .. } =
            breach.slash::<T::Currency, T::OnBurn, T::Reputation>(&rules, &reason, &owner, stake, basis);
        let is_short = !amount.is_zero() && record.stake < rules.minimum;
        if !amount.is_zero() {
            Self::deposit_event(Event::StakeSlashed { dataset, owner, amount, burned });
        }
        let fault = breach.condemning_fault();
        if !is_delisted::<T>(record) && (is_short || fault.is_some()) {
            Self::delist(dataset, record);
        }
        if let Some(fault) = fault.filter(|_| !record.condemned) {
            Self::condemn(dataset, record, fault, breach.wronged());
        }
    }

    /// Condemn a package that was proved bad: whoever attested it is penalised. The caller stores the record.
    fn condemn(dataset: DatasetId, record: &mut DatasetRecordOf<T>, fault: Fault, wronged: &T::AccountId) {
        record.condemned = true;
        Self::deposit_event(Event::DatasetCondemned { dataset, fault });
        let cause = PenaltyCause::AttestedBadPackage { asset: Asset::Dataset(dataset) };
        for inspector in core::mem::take(&mut record.attestations) {
            T::Inspectors::penalise(&inspector, wronged, wronged, cause);
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
