//! What the market answers to other pallets: the fate of a training use's key and of a submission.

use crate::{jobs::JobBook, offers::OfferBook, pallet::*, types::*};
use alloc::vec::Vec;
use frame_support::defensive;
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    draw,
    score::improvement_score,
    seams::{
        Achievement, Entropy, JobSettlement, Leaderboards, ModelOrigin, Models, OnDecision, OnTrainingKey, Payouts,
        Reputation, TrainingData, UseOutcome,
    },
    *,
};
use sp_runtime::{
    traits::{Saturating, Zero},
    DispatchError, DispatchResult,
};

impl<T: Config> OnTrainingKey for Pallet<T> {
    /// Start training: fix seed and challenge. The training price is not paid before a result proves that the key is
    /// right, or the run ends without one.
    ///
    /// ## Errors
    /// - [`Error::JobNotFound`], [`Error::InvalidState`]: the job does not await the key of this training use.
    /// - [`Error::TooEarly`]: the block that fixes the seed is not there yet; deliver again a block later.
    /// - [`Error::SeedForgotten`]: the delivery came too late to know the seed; only its expiry is left.
    fn key_delivered(id: JobId, training_use: TrainingUseId) -> DispatchResult {
        let mut job = Self::job(id)?;
        let (assignment, accepted_at) = Self::awaiting(&job, training_use)?;
        let now = Self::now();
        let fixed_at = accepted_at.saturating_add(job::SEED_DELAY.into());
        let unknown = if now <= fixed_at { Error::<T>::TooEarly } else { Error::<T>::SeedForgotten };
        let chain_seed = T::Entropy::seed_at(fixed_at).ok_or(unknown)?;
        let seed = draw::derive(&chain_seed, draw::TRAINING_DOMAIN, &id);
        let possession = draw::derive(&chain_seed, draw::POSSESSION_DOMAIN, &id);
        let challenged_chunk = draw::below(&possession, job.chunks);
        let deliver_by = now.saturating_add(job.request.deliver_within);
        let provider = assignment.provider.clone();
        job.state = JobState::Running {
            assignment,
            training_use,
            seed,
            challenged_chunk,
            progress: None,
            heartbeat_by: Self::next_heartbeat(now, deliver_by),
            deliver_by,
        };
        JobBook::<T>::save(id, job);
        Self::deposit_event(Event::JobStarted { job: id, provider, seed, challenged_chunk, deliver_by });
        Ok(())
    }

    /// Close the job: without its data nobody can compute it. The provider goes without penalty, the data provider
    /// without the training price, unless the owner had cancelled the run and paid it by that.
    ///
    /// ## Errors
    /// - [`Error::JobNotFound`], [`Error::InvalidState`]: the job neither awaits the key of this training use nor runs
    ///   or stops with it. A submission has proved the key.
    fn key_failed(id: JobId, training_use: TrainingUseId) -> DispatchResult {
        let job = Self::job(id)?;
        let (assignment, current, outcome) = match job.state.clone() {
            JobState::AwaitingKey { assignment, training_use, .. }
            | JobState::Running { assignment, training_use, .. } => (assignment, training_use, JobOutcome::Expired),
            JobState::Stopping { assignment, training_use, .. } => (assignment, training_use, JobOutcome::Cancelled),
            _ => return Err(Error::<T>::InvalidState.into()),
        };
        if current != training_use {
            return Err(Error::<T>::InvalidState.into());
        }
        OfferBook::<T>::free(id, &assignment, job.training_price);
        Self::close(id, job, outcome)
    }
}

impl<T: Config> OnDecision<T::AccountId> for Pallet<T> {
    /// Close the job as the committee decided.
    ///
    /// | decision | paid out of the escrow | the provider |
    /// |---|---|---|
    /// | accepted | what was earned of the price, shared by everybody | left to rewards |
    /// | rejected | the evaluators' share of that, if there are any to pay | pays the training price back to the owner, and loses reputation |
    /// | withheld | the same | the same, and the penalty, of which nobody has the reporter's part |
    /// | undecided | nothing | as before |
    ///
    /// The rest goes back to the job owner.
    ///
    /// ## Errors
    /// - [`Error::JobNotFound`], [`Error::InvalidState`]: the job is not under evaluation.
    fn decided(id: JobId, decision: Decision, majority: Vec<T::AccountId>) -> DispatchResult {
        let mut job = Self::job(id)?;
        let JobState::Evaluating { assignment, training_use, seed, submission, .. } = job.state.clone() else {
            return Err(Error::<T>::InvalidState.into());
        };
        let earned = Self::earned(&job, assignment.price, &submission);
        let provider = assignment.provider.clone();
        let outcome = match decision {
            Decision::Accepted { score } => {
                let (use_outcome, outcome) = match submission {
                    Submission::Complete(result) => {
                        let (model, improvement) = Self::record_model(id, &job, &provider, seed, result, score)?;
                        let use_outcome =
                            improvement.map_or(UseOutcome::Ended, |improvement| UseOutcome::JobSettled { improvement });
                        (use_outcome, JobOutcome::Settled { provider: provider.clone(), model, paid: earned, score })
                    },
                    Submission::Partial { checkpoints, .. } => (
                        UseOutcome::Ended,
                        JobOutcome::Stopped { provider: provider.clone(), paid: earned, checkpoints },
                    ),
                };
                Self::settle(id, &mut job, &provider, earned, majority, score, use_outcome)?;
                T::TrainingData::close_use(training_use, use_outcome);
                outcome
            },
            Decision::Rejected | Decision::Withheld => {
                // Without evaluators to pay, as after a provider's silence, the owner gets everything back.
                if !majority.is_empty() {
                    let share = T::Payouts::evaluation_share(earned).min(job.escrow);
                    Self::pay_from_escrow(&mut job, share)?;
                    T::Payouts::settle_evaluation(id, share, majority)?;
                }
                T::TrainingData::close_use(training_use, UseOutcome::Ended);
                Self::reject(id, &job, &assignment, &submission, decision == Decision::Withheld)?;
                return Self::close(id, job, JobOutcome::Rejected { provider });
            },
            Decision::Undecided => {
                T::TrainingData::close_use(training_use, UseOutcome::Ended);
                JobOutcome::Undecided { provider }
            },
        };
        OfferBook::<T>::free(id, &assignment, job.training_price);
        Self::close(id, job, outcome)
    }

    /// Put the true trace in place of the planted one, and the submission before a new committee.
    ///
    /// ## Errors
    /// - [`Error::JobNotFound`], [`Error::InvalidState`]: the job is not under evaluation.
    /// - Errors of model validation.
    fn probed(id: JobId, trace: TraceRoot) -> DispatchResult {
        let mut job = Self::job(id)?;
        let JobState::Evaluating { assignment, training_use, seed, progress, submission } = job.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        let assignment = Assignment { probe: None, ..assignment };
        let submission = submission.with_trace(trace);
        job.state = JobState::Evaluating { assignment, training_use, seed, progress, submission };
        Self::open_round(id, &job)?;
        JobBook::<T>::save(id, job);
        Ok(())
    }

    /// Take the penalty of the job from its provider, whatever the decision will be; all of it is burned. The job has none from
    /// then on, so that the bond covers what is left.
    ///
    /// ## Errors
    /// - [`Error::JobNotFound`], [`Error::InvalidState`]: the job is not under evaluation.
    fn probe_skipped(id: JobId) -> DispatchResult {
        let mut job = Self::job(id)?;
        let JobState::Evaluating { assignment, .. } = &mut job.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        let provider = assignment.provider.clone();
        let Some(mut record) = Providers::<T>::get(&provider) else {
            // A provider with open jobs cannot withdraw its bond, and nothing else removes its record; qed.
            defensive!("a job's provider is missing");
            return Ok(());
        };
        let penalty = core::mem::take(&mut assignment.penalty);
        JobBook::<T>::save(id, job);
        let slashed = Self::slash_bond(id, &provider, &mut record, penalty, &provider, &provider);
        T::Reputation::note_penalty(&provider, slashed, PenaltyCause::ProbeSkipped { job: id });
        OfferBook::<T>::expose_less(&provider, penalty, record);
        let reporter = provider.clone();
        Self::deposit_event(Event::BondSlashed { job: id, provider, reporter, slashed });
        Ok(())
    }
}

impl<T: Config> Pallet<T> {
    /// Record the accepted result of a job as a model, and note it on its task's leaderboard. Returns the model and by how
    /// much it is better than what was known.
    ///
    /// `None` for a model that started from a parent: that may have seen rows of this holdout before, so its accuracy says
    /// nothing about the data, and it is not ranked.
    fn record_model(
        id: JobId,
        job: &JobOf<T>,
        provider: &T::AccountId,
        seed: Seed,
        result: ResultCommitment,
        score: u8,
    ) -> Result<(ModelId, Option<u32>), DispatchError> {
        let JobRequest { dataset, spec, parent, baseline, .. } = job.request.clone();
        let task = Task::of(dataset, &spec);
        let metrics = result.metrics;
        let best = T::Leaderboards::best(&task).unwrap_or(0);
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
        if parent.is_some() {
            return Ok((model, None));
        }
        // Whether it is a new best is the leaderboard's matter.
        T::Leaderboards::note(Achievement {
            task,
            model,
            job: id,
            owner: job.owner.clone(),
            correct: metrics.right_rows(),
            rows: metrics.holdout_rows,
        });
        Ok((model, Some(Self::improvement(&metrics, baseline.max(best)))))
    }

    /// Value on the holdout above the better of `known`, in millionths, and that of a model that learnt nothing; 0 if neither was
    /// beaten. Each rounds down.
    pub(crate) fn improvement(metrics: &TrainingMetrics, known: u32) -> u32 {
        metrics.value().saturating_sub(metrics.reference().max(known))
    }

    /// Share `price` out of a job's escrow among everybody who had a part in an accepted submission.
    fn settle(
        id: JobId,
        job: &mut JobOf<T>,
        provider: &T::AccountId,
        price: BalanceOf<T>,
        evaluators: Vec<T::AccountId>,
        compute_score: u8,
        use_outcome: UseOutcome,
    ) -> DispatchResult {
        let improvement = match use_outcome {
            UseOutcome::JobSettled { improvement } => improvement,
            UseOutcome::Ended => 0,
        };
        Self::pay_from_escrow(job, price)?;
        T::Payouts::settle_job(JobSettlement {
            job: id,
            price,
            data_provider: job.data_provider.clone(),
            provider: provider.clone(),
            evaluators,
            compute_score,
            data_score: improvement_score(improvement),
        })
    }

    /// Take the job from a provider whose `submission` was rejected: the training price that the owner paid comes out of its
    /// bond. If it `withheld` the keys, that is a breach and costs the penalty as well; a long run costs a multiple of its price.
    fn reject(
        id: JobId,
        job: &JobOf<T>,
        assignment: &AssignmentOf<T>,
        submission: &Submission,
        withheld: bool,
    ) -> DispatchResult {
        let provider = &assignment.provider;
        let Some(mut record) = Providers::<T>::get(provider) else {
            // A provider with open jobs cannot withdraw its bond, and nothing else removes its record; qed.
            defensive!("a job's provider is missing");
            return Ok(());
        };
        Self::compensate_owner(id, job, provider, &mut record)?;
        let (penalty, cause) = if withheld {
            (Self::penalty_for_withheld_keys(job, assignment, &record), PenaltyCause::KeysWithheld { job: id })
        } else {
            let penalty = Self::penalty_for_a_long_run(job, assignment, submission, &record);
            (penalty, PenaltyCause::ResultRejected { job: id })
        };
        // Nobody reported it: that part is burned.
        let slashed = if penalty.is_zero() {
            penalty
        } else {
            Self::slash_bond(id, provider, &mut record, penalty, &job.owner, provider)
        };
        T::Reputation::note_penalty(provider, slashed, cause);
        if withheld || !slashed.is_zero() {
            let (provider, reporter) = (provider.clone(), provider.clone());
            Self::deposit_event(Event::BondSlashed { job: id, provider, reporter, slashed });
        }
        OfferBook::<T>::leave_job(id, assignment, job.training_price, record);
        Ok(())
    }

    /// Assignment and block of acceptance of a job that awaits the key of `expected`.
    fn awaiting(
        job: &JobOf<T>,
        expected: TrainingUseId,
    ) -> Result<(AssignmentOf<T>, BlockNumberFor<T>), DispatchError> {
        match &job.state {
            JobState::AwaitingKey { assignment, training_use, accepted_at } if *training_use == expected => {
                Ok((assignment.clone(), *accepted_at))
            },
            _ => Err(Error::<T>::InvalidState.into()),
        }
    }
}
