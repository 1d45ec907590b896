//! The audit: drawing chunks, checking proofs.
//!
//! **The challenge cannot be chosen.** It follows from the randomness of the block `challenge_at` alone, which is fixed at
//! registration and at least [`MINIMUM_CHALLENGE_DELAY`] blocks ahead, whoever calls and whenever. There is no second draw:
//! proofs are only accepted while that randomness is remembered, and a dataset that isn't proved by then is delisted. Trying
//! again under another root means another stake, locked for [`Config::StakeLockPeriod`].
//!
//! **A proof serves once.** It is bound to the chain, the dataset or job, the account and the chunk. What a zk proof claims is
//! stated in `neurodata_zk_statements`.
//!
//! **Missing cells are counted as far as the audit reaches.** If every chunk is challenged, which is so up to
//! [`MAX_AUDITED_CHUNKS`], the proved counts must sum to the committed number. Of a larger dataset that number is the owner's
//! claim: the counts of the sample must not exceed it, and nothing else is known. Nothing here is reckoned from it: no price, no
//! cover, no slash, no score.
//!
//! **An audit that fails is not slashed**: a dishonest commitment looks the same as an owner whose machine broke. It costs the
//! fees and the lock of the stake.

use crate::*;
use alloc::vec::Vec;
use frame_support::traits::DefensiveTruncateFrom;
use neurodata_primitives::{
    draw,
    layout::MAX_AUDITED_CHUNKS,
    seams::{ProofSubject, StatementId},
    FieldBytes,
};
use neurodata_zk_statements::{data_validity::INPUTS, root_from_path, Binding, DataValidityInputs};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_submit_audit(
        owner: T::AccountId,
        dataset: DatasetId,
        proofs: BoundedVec<AuditProof, ConstU32<MAX_PROOFS_PER_CALL>>,
    ) -> DispatchResult {
        let mut record = Self::dataset_of(&owner, dataset)?;
        let DatasetState::Auditing { challenge_at, prove_by } = record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(now > challenge_at, Error::<T>::TooEarly);
        ensure!(now <= prove_by, Error::<T>::Expired);
        ensure!(!proofs.is_empty(), Error::<T>::NoProofs);

        let mut audit = match Audits::<T>::get(dataset) {
            Some(audit) => audit,
            None => Self::draw_audit(dataset, &record.commitment, challenge_at)?,
        };
        for proof in &proofs {
            let open = audit.open_chunks.len();
            audit.open_chunks.retain(|chunk| *chunk != proof.chunk);
            ensure!(audit.open_chunks.len() < open, Error::<T>::ChunkNotOpen);
            Self::ensure_chunk_proved(&record.commitment, ProofSubject::Dataset(dataset), &owner, proof)?;
            // Saturating: at most 32 proofs of at most 2^32 cells each.
            audit.missing_cells = audit.missing_cells.saturating_add(proof.missing_cells.into());
        }
        ensure!(is_count_possible(&audit, &record.commitment), Error::<T>::MissingCellsMismatch);

        let [proved, open] =
            [proofs.len(), audit.open_chunks.len()].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        Self::deposit_event(Event::ChunksProved { dataset, proved, open });
        if open > 0 {
            Audits::<T>::insert(dataset, audit);
            return Ok(());
        }
        Audits::<T>::remove(dataset);
        record.state = DatasetState::Active;
        Datasets::<T>::insert(dataset, record);
        Self::deposit_event(Event::DatasetActivated { dataset, owner });
        Ok(())
    }

    pub(crate) fn do_expire_audit(dataset: DatasetId) -> DispatchResult {
        let mut record = Datasets::<T>::get(dataset).ok_or(Error::<T>::NotFound)?;
        let DatasetState::Auditing { prove_by, .. } = record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() > prove_by, Error::<T>::TooEarly);
        Self::deposit_event(Event::AuditExpired { dataset });
        Self::delist(dataset, &mut record);
        Datasets::<T>::insert(dataset, record);
        Ok(())
    }

    /// The challenge of `dataset`, always the same for the same block.
    fn draw_audit(
        dataset: DatasetId,
        commitment: &DatasetCommitment,
        challenge_at: BlockNumberFor<T>,
    ) -> Result<AuditRecord, Error<T>> {
        let seed = T::Entropy::seed_at(challenge_at).ok_or(Error::<T>::SeedUnavailable)?;
        let seed = draw::derive(&seed, draw::AUDIT_DOMAIN, &dataset);
        let drawn: Vec<u32> = draw::distinct(&seed, commitment.chunks, MAX_AUDITED_CHUNKS);
        Ok(AuditRecord {
            open_chunks: BoundedVec::defensive_truncate_from(drawn),
            challenged: commitment.chunks.min(MAX_AUDITED_CHUNKS),
            missing_cells: 0,
        })
    }

    /// Refuse `proof` unless its leaf is in the tree at its index and its zk proof holds for this subject and account.
    pub(crate) fn ensure_chunk_proved(
        commitment: &DatasetCommitment,
        subject: ProofSubject,
        account: &T::AccountId,
        proof: &AuditProof,
    ) -> DispatchResult {
        ensure!(proof.chunk < commitment.chunks, Error::<T>::InvalidChunk);
        let depth = layout::tree_depth(commitment.chunks);
        ensure!(u32::try_from(proof.path.len()) == Ok(depth), Error::<T>::InvalidPath);
        let root = root_from_path(&proof.leaf, proof.chunk, &proof.path);
        ensure!(root == Ok(commitment.data_root), Error::<T>::InvalidPath);
        let inputs = Self::statement_inputs(commitment, subject, account, proof);
        T::ZkVerifier::verify(StatementId::DataValidity1, &inputs, &proof.zk_proof)
    }

    /// The public inputs of `data-validity/1` that `proof` has to hold for.
    pub(crate) fn statement_inputs(
        commitment: &DatasetCommitment,
        subject: ProofSubject,
        account: &T::AccountId,
        proof: &AuditProof,
    ) -> [FieldBytes; INPUTS] {
        let is_last = proof.chunk.saturating_add(1) == commitment.chunks;
        let layout = if is_last { commitment.last_layout } else { commitment.layout };
        let account = account.encode();
        let genesis = neurodata_pallet_support::genesis_hash::<T>();
        let binding = Binding { genesis, subject, account: &account, chunk: proof.chunk };
        let (leaf, missing_cells) = (proof.leaf, proof.missing_cells);
        DataValidityInputs { leaf, layout, missing_cells, binding: binding.to_field_bytes() }.to_field_bytes()
    }
}

/// Whether the missing cells proved so far can belong to the committed number.
///
/// They never exceed it. Once every chunk of the dataset is proved they equal it.
fn is_count_possible(audit: &AuditRecord, commitment: &DatasetCommitment) -> bool {
    if audit.open_chunks.is_empty() && audit.challenged == commitment.chunks {
        audit.missing_cells == commitment.missing_cells
    } else {
        audit.missing_cells <= commitment.missing_cells
    }
}
