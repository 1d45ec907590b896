//! Training uses: what the compute market asks, and what the data provider owes.
//!
//! ```text
//! TrainingData::open_use -> AwaitingKey --deliver_key------------------------------> Delivered
//!                           AwaitingKey --expire_delivery (anyone, after deliver_by)---> removed, owner slashed
//!                           Delivered --complain_training_key (wrong key, bad package)-> removed, owner slashed
//!                           AwaitingKey, Delivered --TrainingData::close_use-----------> removed
//! ```
//!
//! A use lives as long as the hold that one compute provider has on a job. The market opens it when the job is accepted, and
//! closes it when that provider is through with the job:
//!
//! | the job | the use | the data provider |
//! |---|---|---|
//! | is cancelled or released while it awaits the key | closed | is owed and loses nothing |
//! | is cancelled while it runs | stays open until the provider's time to prove its progress is over | is paid by the escrow at once |
//! | submits a result, or its progress | stays open until the committee decides | is paid by the escrow, if it was not before |
//! | runs, and its provider falls silent or releases it | closed | is paid by the provider's bond |
//! | the key is overdue, or proved bad | removed here, before the market is told | is slashed, and not paid any more |
//!
//! So a key that was delivered is paid for once, whoever fails: all of that is the market's to pay, and nothing is paid here.
//! Until the use is closed its price counts towards the exposure. While the job trains or is stopping, the provider may prove
//! the key bad; it has to do so before its own deadline passes, since a use that is closed is beyond complaint.

use crate::{sales::ensure_sale, *};
use frame_support::defensive;
use neurodata_pallet_support::{Breach, OwedKey};
use neurodata_primitives::{
    seams::{ProofSubject, TrainingData, TrainingQuote, UseOutcome},
    AlgorithmFamily, Complaint, PackageCommitment, RecipientKey, TrainingUse, TrainingUseState,
};
use neurodata_sealing::{judge, training_use_context};
use sp_runtime::{
    traits::{CheckedAdd, Saturating},
    ArithmeticError,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_deliver_key(owner: T::AccountId, training_use: TrainingUseId, key: WrappedKey) -> DispatchResult {
        let mut record = TrainingUses::<T>::get(training_use).ok_or(Error::<T>::NotFound)?;
        let (dataset, job) = (record.dataset, record.job);
        let mut sold = Self::dataset_of(&owner, dataset)?;
        let TrainingUseState::AwaitingKey { deliver_by } = record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() <= deliver_by, Error::<T>::Expired);

        record.state = TrainingUseState::Delivered { key };
        TrainingUses::<T>::insert(training_use, record);
        // Saturating: a counter that is only shown.
        sold.training_uses = sold.training_uses.saturating_add(1);
        Datasets::<T>::insert(dataset, sold);
        Self::deposit_event(Event::KeyDelivered { training_use, dataset, job });
        T::OnTrainingKey::key_delivered(job, training_use)
    }

    pub(crate) fn do_expire_delivery(reporter: T::AccountId, training_use: TrainingUseId) -> DispatchResult {
        let record = TrainingUses::<T>::get(training_use).ok_or(Error::<T>::NotFound)?;
        let TrainingUseState::AwaitingKey { deliver_by } = record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() > deliver_by, Error::<T>::TooEarly);
        let TrainingUseOf::<T> { dataset, job, provider, price, .. } = record;
        let mut sold = Datasets::<T>::get(dataset).ok_or(Error::<T>::NotFound)?;

        count_out::<T>(&mut sold, price);
        let breach = Breach::missed(OwedKey::TrainingUse(training_use), provider, reporter);
        Self::punish(dataset, &mut sold, Self::basis_of_use(price), &breach);
        Datasets::<T>::insert(dataset, sold);
        TrainingUses::<T>::remove(training_use);
        Self::deposit_event(Event::DeliveryExpired { training_use, dataset, job });
        T::OnTrainingKey::key_failed(job, training_use)
    }

    pub(crate) fn do_complain_training_key(
        provider: T::AccountId,
        training_use: TrainingUseId,
        complaint: Complaint,
    ) -> DispatchResult {
        let record = TrainingUses::<T>::get(training_use).ok_or(Error::<T>::NotFound)?;
        ensure!(record.provider == provider, Error::<T>::NotAuthorized);
        let TrainingUseOf::<T> { dataset, job, recipient_key, price, state, .. } = record;
        let TrainingUseState::Delivered { key } = state else {
            return Err(Error::<T>::InvalidState.into());
        };
        let mut sold = Datasets::<T>::get(dataset).ok_or(Error::<T>::NotFound)?;
        let package = PackageCommitment::from(&sold.commitment);
        let context = training_use_context(&neurodata_pallet_support::genesis_hash::<T>(), training_use);
        let fault = judge(&package, &recipient_key, &key, &context, &complaint)
            .map_err(|dismissal| Error::<T>::InvalidEvidence(EvidenceIssue(dismissal)))?;

        count_out::<T>(&mut sold, price);
        // A key that is wrong, or opens nothing worth it, is none.
        sold.training_uses = sold.training_uses.saturating_sub(1);
        let breach = Breach::faulty(OwedKey::TrainingUse(training_use), fault, provider);
        Self::punish(dataset, &mut sold, Self::basis_of_use(price), &breach);
        Datasets::<T>::insert(dataset, sold);
        TrainingUses::<T>::remove(training_use);
        Self::deposit_event(Event::TrainingKeyFaulty { training_use, dataset, job, fault });
        T::OnTrainingKey::key_failed(job, training_use)
    }

    /// What slashes are reckoned from for a use at `price`: a machine that waited for nothing was wronged at any price.
    fn basis_of_use(price: BalanceOf<T>) -> BalanceOf<T> {
        price.max(T::MinimumStake::get() / LEAST_USE_DIVISOR.into())
    }

    /// Refuse unless the terms allow `buyer` to train algorithms of `family` today.
    fn ensure_may_train(record: &DatasetRecordOf<T>, buyer: &T::AccountId, family: AlgorithmFamily) -> DispatchResult {
        ensure_sale::<T>(record.terms.uses.train, SaleRefusal::Training)?;
        ensure_sale::<T>(record.terms.algorithms.contains(family), SaleRefusal::Algorithm)?;
        Self::ensure_may_buy(record, buyer)
    }
}

/// Count one use at `price` out of the record of its dataset.
fn count_out<T: Config>(sold: &mut DatasetRecordOf<T>, price: BalanceOf<T>) {
    // Saturating: the use was counted in when it was opened.
    sold.open_uses = sold.open_uses.saturating_sub(1);
    sold.exposure = sold.exposure.saturating_sub(price);
}

impl<T: Config> TrainingData<T::AccountId, BalanceOf<T>> for Pallet<T> {
    fn quote(
        dataset: DatasetId,
        buyer: &T::AccountId,
        family: AlgorithmFamily,
    ) -> Result<TrainingQuote<T::AccountId, BalanceOf<T>>, DispatchError> {
        let record = Self::listed(dataset)?;
        Self::ensure_may_train(&record, buyer, family)?;
        let DatasetRecordOf::<T> { ref terms, ref commitment, .. } = record;
        let (price, uses) = (terms.training_price, terms.uses);
        Self::ensure_covered(&record, price)?;
        let DatasetCommitment { rows, columns, chunks, .. } = *commitment;
        Ok(TrainingQuote { owner: record.owner, price, rows, columns, chunks, uses })
    }

    fn still_permits(dataset: DatasetId, buyer: &T::AccountId, family: AlgorithmFamily) -> bool {
        let permits = |record: DatasetRecordOf<T>| {
            !record.condemned && Self::ensure_may_train(&record, buyer, family).is_ok()
        };
        Self::audited(dataset).is_ok_and(permits)
    }

    /// A use that the stake does not cover any more is opened nevertheless: its job was posted before.
    fn open_use(
        dataset: DatasetId,
        job: JobId,
        provider: &T::AccountId,
        recipient_key: RecipientKey,
        price: BalanceOf<T>,
    ) -> Result<TrainingUseId, DispatchError> {
        let mut sold = Self::audited(dataset)?;
        let training_use = NextTrainingUseId::<T>::get();
        let next = training_use.next().ok_or(ArithmeticError::Overflow)?;
        sold.open_uses = sold.open_uses.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        sold.exposure = sold.exposure.checked_add(&price).ok_or(ArithmeticError::Overflow)?;
        let deliver_by = frame_system::Pallet::<T>::block_number().saturating_add(T::KeyDeliveryPeriod::get());

        NextTrainingUseId::<T>::put(next);
        Datasets::<T>::insert(dataset, sold);
        let (provider, state) = (provider.clone(), TrainingUseState::AwaitingKey { deliver_by });
        let record = TrainingUse { dataset, job, provider: provider.clone(), recipient_key, price, state };
        TrainingUses::<T>::insert(training_use, record);
        Self::deposit_event(Event::TrainingUseOpened { training_use, dataset, job, provider, deliver_by, price });
        Ok(training_use)
    }

    fn close_use(training_use: TrainingUseId, outcome: UseOutcome) {
        let Some(TrainingUse { dataset, job, price, .. }) = TrainingUses::<T>::take(training_use) else {
            return;
        };
        Datasets::<T>::mutate(dataset, |record| {
            if let Some(sold) = record {
                count_out::<T>(sold, price);
                if let UseOutcome::JobSettled { improvement } = outcome {
                    Self::note_score(dataset, sold, ScoreCause::JobSettled { improvement });
                }
            } else {
                defensive!("an open use has no dataset; withdraw_stake removes none with open uses; qed");
            }
        });
        Self::deposit_event(Event::TrainingUseClosed { training_use, dataset, job });
    }

    fn verify_chunk(
        dataset: DatasetId,
        subject: ProofSubject,
        account: &T::AccountId,
        proof: &AuditProof,
    ) -> DispatchResult {
        let record = Datasets::<T>::get(dataset).ok_or(Error::<T>::NotFound)?;
        Self::ensure_chunk_proved(&record.commitment, subject, account, proof)
    }
}
