//! What the market answers to other pallets: the fate of a training use's key and of a result.

use crate::{matching::OfferBook, pallet::*, types::*};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    draw,
    seams::{
        Entropy, JobSettlement, ModelOrigin, Models, OnDecision, OnTrainingKey, Payouts, Reputation, TrainingData,
        UseOutcome,
    },
    *,
};
use sp_runtime::{traits::Saturating, DispatchError, DispatchResult};

impl<T: Config> OnTrainingKey for Pallet<T> {
    /// Start training: fix seed and challenge. The training price is not paid before a result proves that the key is
    /// right.
    ///
    /// ## Errors
    /// - [`Error::JobNotFound`], [`Error::InvalidState`]: the job does not await the key of this training use.
    /// - [`Error::TooEarly`]: the block that fixes the seed is not there yet; deliver again a block later.
    /// - [`Error::SeedForgotten`]: the delivery came too late to know the seed; only its expiry is left.
    fn key_delivered(id: JobId, training_use: TrainingUseId) -> DispatchResult {
        let mut job = Self::job(id)?;
        let (provider, price, accepted_at) = Self::awaiting(&job, training_use)?;
        let now = Self::now();
        let fixed_at = accepted_at.saturating_add(job::SEED_DELAY.into());
        let unknown = if now <= fixed_at { Error::<T>::TooEarly } else { Error::<T>::SeedForgotten };
        let chain_seed = T::Entropy::seed_at(fixed_at).ok_or(unknown)?;
        let seed = draw::derive(&chain_seed, draw::TRAINING_DOMAIN, &id);
        let possession = draw::derive(&chain_seed, draw::POSSESSION_DOMAIN, &id);
        let challenged_chunk = draw::below(&possession, job.chunks);
        let deliver_by = now.saturating_add(job.request.deliver_within);
        job.state = JobState::Running {
            provider: provider.clone(),
            price,
            training_use,
            seed,
            challenged_chunk,
            position: 0,
            heartbeat_by: Self::next_heartbeat(now, deliver_by),
            deliver_by,
        };
        Jobs::<T>::insert(id, job);
        Self::deposit_event(Event::JobStarted { job: id, provider, seed, challenged_chunk, deliver_by });
        Ok(())
    }

    /// Close the job: without its data nobody can compute it. The provider goes without penalty, the data provider
    /// without the training price.
    ///
    /// ## Errors
    /// - [`Error::JobNotFound`], [`Error::InvalidState`]: the job neither awaits the key of this training use nor runs
    ///   with it. A result that was submitted has proved the key.
    fn key_failed(id: JobId, training_use: TrainingUseId) -> DispatchResult {
        let job = Self::job(id)?;
        let provider = match &job.state {
            JobState::AwaitingKey { provider, training_use: current, .. }
            | JobState::Running { provider, training_use: current, .. }
                if *current == training_use =>
            {
                provider.clone()
            },
            _ => return Err(Error::<T>::InvalidState.into()),
        };
        OfferBook::<T>::free_slot(&provider);
        Self::close(id, job, JobOutcome::Expired)
    }
}

impl<T: Config> OnDecision<T::AccountId> for Pallet<T> {
    /// Close the job as the committee decided.
    ///
    /// | decision | paid out of the escrow | reputation of the provider |
    /// |---|---|---|
    /// | accepted | the price, shared by everybody | left to rewards |
    /// | rejected | the evaluators' share of the price, if there are any to pay | a failure |
    /// | undecided | nothing | as before |
    ///
    /// The rest goes back to the job owner.
    ///
    /// ## Errors
    /// - [`Error::JobNotFound`], [`Error::InvalidState`]: the job is not under evaluation.
    fn decided(id: JobId, decision: Decision, majority: Vec<T::AccountId>) -> DispatchResult {
        let mut job = Self::job(id)?;
        let JobState::Evaluating { provider, price, training_use, seed, result } = job.state.clone() else {
            return Err(Error::<T>::InvalidState.into());
        };
        let mut use_outcome = UseOutcome::Ended;
        let outcome = match decision {
            Decision::Accepted { score } => {
                let JobRequest { dataset, spec, parent, baseline, .. } = job.request.clone();
                // A model that started from a parent may have seen rows of this holdout before: its accuracy says nothing
                // about the data.
                if parent.is_none() {
                    use_outcome = UseOutcome::JobSettled { improvement: Self::improvement(&result.metrics, baseline) };
                }
                let model = T::Models::record(ModelOrigin {
                    owner: job.owner.clone(),
                    job: id,
                    dataset,
                    parent,
                    data_provider: job.data_provider.clone(),
                    compute_provider: provider.clone(),
                    uses: job.uses,
                    spec,
                    seed,
                    result,
                    score,
                })?;
                Self::pay_from_escrow(&mut job, price)?;
                T::Payouts::settle_job(JobSettlement {
                    job: id,
                    price,
                    data_provider: job.data_provider.clone(),
                    provider: provider.clone(),
                    evaluators: majority,
                })?;
                JobOutcome::Settled { provider: provider.clone(), model, paid: price, score }
            },
            Decision::Rejected => {
                // Without evaluators to pay, as after a provider's silence, the owner gets everything back.
                if !majority.is_empty() {
                    let share = T::Payouts::evaluation_share(price).min(job.escrow);
                    Self::pay_from_escrow(&mut job, share)?;
                    T::Payouts::settle_evaluation(id, share, majority)?;
                }
                T::Reputation::note_failure(&provider, ContributionKind::Compute);
                JobOutcome::Rejected { provider: provider.clone() }
            },
            Decision::Undecided => JobOutcome::Undecided { provider: provider.clone() },
        };
        T::TrainingData::close_use(training_use, use_outcome);
        OfferBook::<T>::free_slot(&provider);
        Self::close(id, job, outcome)
    }
}

impl<T: Config> Pallet<T> {
    /// Accuracy on the holdout above the better of the owner's baseline and the majority class, in millionths; 0 if
    /// neither was beaten. Each accuracy rounds down.
    pub(crate) fn improvement(metrics: &TrainingMetrics, baseline: u32) -> u32 {
        metrics.accuracy().saturating_sub(metrics.majority_accuracy().max(baseline))
    }

    /// Provider, price and block of acceptance of a job that awaits the key of `expected`.
    fn awaiting(
        job: &JobOf<T>,
        expected: TrainingUseId,
    ) -> Result<(T::AccountId, BalanceOf<T>, BlockNumberFor<T>), DispatchError> {
        match &job.state {
            JobState::AwaitingKey { provider, price, training_use, accepted_at } if *training_use == expected => {
                Ok((provider.clone(), *price, *accepted_at))
            },
            _ => Err(Error::<T>::InvalidState.into()),
        }
    }
}
