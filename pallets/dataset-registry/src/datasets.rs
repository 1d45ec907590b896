//! The way of a dataset from registration to removal, but for its audit and its stake.
//!
//! ```text
//! register_dataset -> Auditing --submit_audit, last proof------------------------------> Active
//!                     Auditing --expire_audit (anyone, after prove_by)-----------------> Delisted
//!                     Auditing, Active --delist_dataset--------------------------------> Delisted
//!                     Active --a slash, if the stake falls below the minimum-----------> Delisted
//!                     Active --a package that was proved bad---------------------------> Delisted, condemned
//!                     Delisted --withdraw_stake, after unlocks_at----------------------> removed
//! ```

use crate::{stakes::is_delisted, *};
use alloc::vec::Vec;
use neurodata_primitives::{dataset::MAX_TREE_DEPTH, DatasetRecord, FieldBytes};
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
        parent: Option<DatasetId>,
    ) -> DispatchResult {
        ensure_consistent(&commitment).map_err(Error::<T>::InvalidCommitment)?;
        ensure_uris::<T>(&uris)?;
        Self::ensure_terms(&terms)?;
        ensure!(stake >= T::MinimumStake::get(), Error::<T>::StakeTooLow);
        let data_root = commitment.data_root;
        ensure!(!DatasetsByRoot::<T>::contains_key(data_root), Error::<T>::AlreadyExists);
        let version = parent.map_or(Ok(1), |parent| Self::next_version(&owner, parent))?;

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
        if let Some(parent) = parent {
            Successors::<T>::insert(parent, dataset);
        }
        let record = DatasetRecord {
            owner: owner.clone(),
            commitment,
            uris,
            terms,
            stake,
            state: DatasetState::Auditing { challenge_at, prove_by },
            version,
            parent,
            training_uses: 0,
            open_uses: 0,
            copies_sold: 0,
            open_sales: 0,
            exposure: Zero::zero(),
            attestations: BoundedVec::new(),
            condemned: false,
            score: QualityScore::INITIAL,
            registered_at: now,
        };
        Datasets::<T>::insert(dataset, record);
        Self::deposit_event(Event::DatasetRegistered {
            dataset,
            owner,
            parent,
            data_root,
            challenge_at,
            prove_by,
            stake,
        });
        Ok(())
    }

    pub(crate) fn do_update_terms(
        owner: T::AccountId,
        dataset: DatasetId,
        terms: DatasetTermsOf<T>,
    ) -> DispatchResult {
        let mut record = Self::dataset_of(&owner, dataset)?;
        ensure!(!is_delisted::<T>(&record), Error::<T>::InvalidState);
        Self::ensure_terms(&terms)?;
        record.terms = terms;
        Datasets::<T>::insert(dataset, record);
        Self::deposit_event(Event::TermsUpdated { dataset });
        Ok(())
    }

    pub(crate) fn do_update_uris(
        owner: T::AccountId,
        dataset: DatasetId,
        uris: BoundedVec<Uri, ConstU32<MAX_URIS>>,
    ) -> DispatchResult {
        let mut record = Self::dataset_of(&owner, dataset)?;
        ensure_uris::<T>(&uris)?;
        record.uris = uris;
        Datasets::<T>::insert(dataset, record);
        Self::deposit_event(Event::UrisUpdated { dataset });
        Ok(())
    }

    pub(crate) fn do_delist_dataset(owner: T::AccountId, dataset: DatasetId) -> DispatchResult {
        let mut record = Self::dataset_of(&owner, dataset)?;
        ensure!(!is_delisted::<T>(&record), Error::<T>::InvalidState);
        Self::delist(dataset, &mut record);
        Datasets::<T>::insert(dataset, record);
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

    /// Remove `dataset` and every way that leads to it.
    pub(crate) fn remove(dataset: DatasetId, record: &DatasetRecordOf<T>) {
        if let Some(parent) = record.parent.filter(|parent| Successors::<T>::get(parent) == Some(dataset)) {
            Successors::<T>::remove(parent);
        }
        Successors::<T>::remove(dataset);
        DatasetsByRoot::<T>::remove(record.commitment.data_root);
        Datasets::<T>::remove(dataset);
    }

    /// The version that replaces `parent`; fails unless `owner` may replace it.
    fn next_version(owner: &T::AccountId, parent: DatasetId) -> Result<u32, DispatchError> {
        let record = Self::dataset_of(owner, parent)?;
        ensure!(!record.condemned, Error::<T>::Condemned);
        ensure!(!Successors::<T>::contains_key(parent), Error::<T>::AlreadyReplaced);
        Ok(record.version.checked_add(1).ok_or(ArithmeticError::Overflow)?)
    }

    /// Refuse terms on which nobody could ever buy.
    fn ensure_terms(terms: &DatasetTermsOf<T>) -> Result<(), Error<T>> {
        let now = frame_system::Pallet::<T>::block_number();
        let invalid = |error| Err(Error::<T>::InvalidTerms(error));
        match terms {
            DatasetTermsOf::<T> { expires_at: Some(last), .. } if *last < now => invalid(TermsError::Expired),
            DatasetTermsOf::<T> { allowed: Some(allowed), .. } if allowed.is_empty() => {
                invalid(TermsError::NobodyAllowed)
            },
            _ => Ok(()),
        }
    }

    /// A page of the datasets in ascending order of id, from `start` on, and the id at which the next page starts,
    /// `None` at the end. The page holds at most `limit` datasets: those of `owner` if one is given, and only active
    /// ones if that is asked for.
    ///
    /// At most [`LOOKED_AT_PER_LISTED`] times `limit` ids are looked at: a page may hold fewer, or none, and yet not be
    /// the last one. A limit of 0 counts as 1.
    pub fn list(
        start: DatasetId,
        limit: u32,
        owner: Option<T::AccountId>,
        active_only: bool,
    ) -> (Vec<(DatasetId, DatasetRecordOf<T>)>, Option<DatasetId>) {
        let limit = limit.max(1);
        let end = NextDatasetId::<T>::get();
        let is_asked_for = |record: &DatasetRecordOf<T>| {
            owner.as_ref().is_none_or(|owner| record.owner == *owner)
                && (!active_only || matches!(record.state, DatasetState::Active))
        };
        let (mut page, mut left, mut at) = (Vec::new(), limit, start);
        for _ in 0..limit.saturating_mul(LOOKED_AT_PER_LISTED) {
            if at >= end || left == 0 {
                break;
            }
            if let Some(record) = Datasets::<T>::get(at).filter(is_asked_for) {
                page.push((at, record));
                left = left.saturating_sub(1);
            }
            // There is a next one: `at` is below `end`.
            at = at.next().unwrap_or(end);
        }
        (page, (at < end).then_some(at))
    }
}

/// Refuse locations at which nothing can be had.
fn ensure_uris<T: Config>(uris: &BoundedVec<Uri, ConstU32<MAX_URIS>>) -> Result<(), Error<T>> {
    ensure!(!uris.is_empty() && uris.iter().all(|uri| !uri.is_empty()), Error::<T>::InvalidUris);
    Ok(())
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
