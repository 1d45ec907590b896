//! Training uses: what the compute market asks, and what the data provider owes.

use crate::*;
use frame_support::{
    defensive,
    traits::{fungible::Balanced, Imbalance},
};
use neurodata_primitives::{
    seams::{ProofSubject, TrainingData, TrainingQuote},
    AlgorithmFamily, RecipientKey, TrainingUseState,
};
use sp_runtime::{
    traits::{Saturating, Zero},
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

        let amount = T::NonDeliverySlash::get().mul_ceil(price);
        Self::slash_stake(dataset, &mut sold, amount, &provider, &reporter);
        sold.open_uses = sold.open_uses.saturating_sub(1);
        let is_listed = !matches!(sold.state, DatasetState::Delisted { .. });
        if is_listed && sold.stake < T::MinimumStake::get() {
            Self::delist(dataset, &mut sold);
        }
        Datasets::<T>::insert(dataset, sold);
        TrainingUses::<T>::remove(training_use);
        Self::deposit_event(Event::DeliveryExpired { training_use, dataset, job });
        T::OnTrainingKey::key_overdue(job, training_use)
    }

    /// Slash up to `amount` of the stake in `record`, and share it out. The caller stores the record.
    ///
    /// Shares round down, and what is left is burned. The share of a party that is the slashed owner, or that cannot
    /// receive it, is burned as well: it blocks nobody.
    fn slash_stake(
        dataset: DatasetId,
        record: &mut DatasetRecordOf<T>,
        amount: BalanceOf<T>,
        wronged: &T::AccountId,
        reporter: &T::AccountId,
    ) {
        let reason = HoldReason::QualityStake.into();
        let (mut rest, _) = T::Currency::slash(&reason, &record.owner, amount.min(record.stake));
        let slashed = rest.peek();
        record.stake = record.stake.saturating_sub(slashed);
        for (party, share) in [(wronged, WRONGED_SHARE), (reporter, REPORTER_SHARE)] {
            let part = share.mul_floor(slashed);
            if *party == record.owner || part.is_zero() {
                continue;
            }
            if let Err(returned) = T::Currency::resolve(party, rest.extract(part)) {
                rest.subsume(returned);
            }
        }
        let burned = rest.peek();
        T::OnBurn::on_unbalanced(rest);
        Self::deposit_event(Event::StakeSlashed { dataset, owner: record.owner.clone(), amount: slashed, burned });
    }
}

impl<T: Config> TrainingData<T::AccountId, BalanceOf<T>> for Pallet<T> {
    fn quote(
        dataset: DatasetId,
        buyer: &T::AccountId,
        family: AlgorithmFamily,
    ) -> Result<TrainingQuote<T::AccountId, BalanceOf<T>>, DispatchError> {
        let DatasetRecordOf::<T> { owner, commitment, terms, state, .. } =
            Datasets::<T>::get(dataset).ok_or(Error::<T>::NotFound)?;
        let ensure_sale = |ok, refusal| if ok { Ok(()) } else { Err(Error::<T>::NotForSale(refusal)) };
        ensure_sale(!matches!(state, DatasetState::Auditing { .. }), SaleRefusal::NotAudited)?;
        ensure_sale(!matches!(state, DatasetState::Delisted { .. }), SaleRefusal::Delisted)?;
        ensure_sale(terms.uses.train, SaleRefusal::Training)?;
        ensure_sale(terms.algorithms.contains(family), SaleRefusal::Algorithm)?;
        ensure_sale(terms.allowed.is_none_or(|allowed| allowed.contains(buyer)), SaleRefusal::Buyer)?;
        let now = frame_system::Pallet::<T>::block_number();
        ensure_sale(terms.expires_at.is_none_or(|last| now <= last), SaleRefusal::TermsExpired)?;
        let DatasetCommitment { rows, columns, chunks, .. } = commitment;
        Ok(TrainingQuote { owner, price: terms.training_price, rows, columns, chunks })
    }

    fn open_use(
        dataset: DatasetId,
        job: JobId,
        provider: &T::AccountId,
        recipient_key: RecipientKey,
        price: BalanceOf<T>,
    ) -> Result<TrainingUseId, DispatchError> {
        let mut sold = Datasets::<T>::get(dataset).ok_or(Error::<T>::NotFound)?;
        let is_audited = !matches!(sold.state, DatasetState::Auditing { .. });
        ensure!(is_audited, Error::<T>::NotForSale(SaleRefusal::NotAudited));
        let training_use = NextTrainingUseId::<T>::get();
        let next = training_use.next().ok_or(ArithmeticError::Overflow)?;
        sold.open_uses = sold.open_uses.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        let deliver_by = frame_system::Pallet::<T>::block_number().saturating_add(T::KeyDeliveryPeriod::get());

        NextTrainingUseId::<T>::put(next);
        Datasets::<T>::insert(dataset, sold);
        let (provider, state) = (provider.clone(), TrainingUseState::AwaitingKey { deliver_by });
        let record = TrainingUse { dataset, job, provider: provider.clone(), recipient_key, price, state };
        TrainingUses::<T>::insert(training_use, record);
        Self::deposit_event(Event::TrainingUseOpened { training_use, dataset, job, provider, deliver_by, price });
        Ok(training_use)
    }

    fn close_use(training_use: TrainingUseId) {
        let Some(TrainingUse { dataset, job, .. }) = TrainingUses::<T>::take(training_use) else {
            return;
        };
        Datasets::<T>::mutate(dataset, |record| {
            if let Some(sold) = record {
                sold.open_uses = sold.open_uses.saturating_sub(1);
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
