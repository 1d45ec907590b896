//! The way of a dataset from registration to removal, but for its audit.

use crate::*;
use frame_support::traits::tokens::Precision;
use neurodata_primitives::{dataset::MAX_TREE_DEPTH, FieldBytes};
use neurodata_zk_statements::field;
use sp_runtime::{
    traits::{One, Saturating, Zero},
    ArithmeticError,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register_dataset(
        owner: T::AccountId,
        commitment: DatasetCommitment,
        uris: BoundedVec<Uri, ConstU32<MAX_URIS>>,
        terms: DatasetTermsOf<T>,
        stake: BalanceOf<T>,
    ) -> DispatchResult {
        ensure_consistent(&commitment).map_err(Error::<T>::InvalidCommitment)?;
        ensure!(!uris.is_empty() && uris.iter().all(|uri| !uri.is_empty()), Error::<T>::InvalidUris);
        ensure!(stake >= T::MinimumStake::get(), Error::<T>::StakeTooLow);
        let data_root = commitment.data_root;
        ensure!(!DatasetsByRoot::<T>::contains_key(data_root), Error::<T>::AlreadyExists);

        let dataset = NextDatasetId::<T>::get();
        let next = dataset.next().ok_or(ArithmeticError::Overflow)?;
        let now = frame_system::Pallet::<T>::block_number();
        let challenge_at = now.saturating_add(T::ChallengeDelay::get().max(MINIMUM_CHALLENGE_DELAY.into()));
        // The seed of `challenge_at` is remembered through `challenge_at + EntropyWindow - 1`.
        let remembered = T::EntropyWindow::get().saturating_sub(One::one());
        let prove_by = challenge_at.saturating_add(T::ProofPeriod::get().min(remembered));

        T::Currency::hold(&HoldReason::QualityStake.into(), &owner, stake)?;

        NextDatasetId::<T>::put(next);
        DatasetsByRoot::<T>::insert(data_root, dataset);
        let record = DatasetRecord {
            owner: owner.clone(),
            commitment,
            uris,
            terms,
            stake,
            state: DatasetState::Auditing { challenge_at, prove_by },
            version: 1,
            parent: None,
            training_uses: 0,
            open_uses: 0,
            score: INITIAL_SCORE,
            registered_at: now,
        };
        Datasets::<T>::insert(dataset, record);
        Self::deposit_event(Event::DatasetRegistered { dataset, owner, data_root, challenge_at, prove_by, stake });
        Ok(())
    }

    pub(crate) fn do_delist_dataset(owner: T::AccountId, dataset: DatasetId) -> DispatchResult {
        let mut record = Self::dataset_of(&owner, dataset)?;
        ensure!(!matches!(record.state, DatasetState::Delisted { .. }), Error::<T>::InvalidState);
        Self::delist(dataset, &mut record);
        Datasets::<T>::insert(dataset, record);
        Ok(())
    }

    pub(crate) fn do_withdraw_stake(owner: T::AccountId, dataset: DatasetId) -> DispatchResult {
        let record = Self::dataset_of(&owner, dataset)?;
        let DatasetState::Delisted { unlocks_at } = record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() >= unlocks_at, Error::<T>::TooEarly);
        ensure!(record.open_uses == 0, Error::<T>::UsesOpen);

        let amount = record.stake;
        // Slashing may have left nothing, and the account may be gone with it.
        if !amount.is_zero() {
            T::Currency::release(&HoldReason::QualityStake.into(), &owner, amount, Precision::Exact)?;
        }
        DatasetsByRoot::<T>::remove(record.commitment.data_root);
        Datasets::<T>::remove(dataset);
        Self::deposit_event(Event::StakeWithdrawn { dataset, owner, amount });
        Ok(())
    }

    /// The record of `dataset`, if `owner` owns it.
    pub(crate) fn dataset_of(owner: &T::AccountId, dataset: DatasetId) -> Result<DatasetRecordOf<T>, Error<T>> {
        let record = Datasets::<T>::get(dataset).ok_or(Error::<T>::NotFound)?;
        ensure!(record.owner == *owner, Error::<T>::NotAuthorized);
        Ok(record)
    }

    /// End the sales of `dataset` and its audit, and lock its stake. The caller stores the record.
    pub(crate) fn delist(dataset: DatasetId, record: &mut DatasetRecordOf<T>) {
        let unlocks_at = frame_system::Pallet::<T>::block_number().saturating_add(T::StakeLockPeriod::get());
        record.state = DatasetState::Delisted { unlocks_at };
        Audits::<T>::remove(dataset);
        Self::deposit_event(Event::DatasetDelisted { dataset, unlocks_at });
    }
}

/// Refuse a commitment that contradicts itself.
fn ensure_consistent(commitment: &DatasetCommitment) -> Result<(), CommitmentError> {
    let DatasetCommitment { rows, columns, chunks, .. } = *commitment;
    let expected = layout::chunk_count(rows, columns).ok_or(CommitmentError::Dimensions)?;
    ensure!(chunks == expected, CommitmentError::Chunks);
    ensure!(layout::tree_depth(chunks) <= MAX_TREE_DEPTH, CommitmentError::TooManyChunks);
    let cells = u64::from(rows).saturating_mul(u64::from(columns));
    ensure!(commitment.missing_cells <= cells, CommitmentError::MissingCells);
    let elements: [FieldBytes; 3] =
        [commitment.data_root.into(), commitment.layout.into(), commitment.last_layout.into()];
    ensure!(elements.iter().all(|element| field::decode(element).is_ok()), CommitmentError::FieldElement);
    Ok(())
}
