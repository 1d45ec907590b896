//! The records of jobs, and a job's way through its states, from acceptance to its end.

use crate::{
    index::{Agenda, DeadlineKey, OpenJobKey, Queue},
    offers::OfferBook,
    pallet::*,
    types::*,
};
use core::marker::PhantomData;
use frame_support::{defensive, ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    job::MAX_ATTEMPTS,
    seams::{Payouts, Reputation, TrainingData, UseOutcome},
    *,
};
use sp_runtime::{traits::Saturating, DispatchError, DispatchResult};

/// The records of jobs, and everything that follows from a record: its place in the queue, its deadline, its time to be
/// matched. Owns [`Jobs`] and [`MatchTimes`], and writes queue and agenda.
pub(crate) struct JobBook<T>(PhantomData<T>);

impl<T: Config> JobBook<T> {
    /// Where a job stands in the queue; `None` unless it is open.
    pub fn place_in_queue(id: JobId, job: &JobOf<T>) -> Option<OpenJobKey> {
        let JobState::Open { .. } = job.state else { return None };
        // Whatever was posted has a class.
        let class = job.request.requirements.required_class()?;
        Some(OpenJobKey::new(class, job.request.max_unit_price, id))
    }

    /// The deadline that the market keeps for a job now.
    pub fn deadline(id: JobId, job: &JobOf<T>) -> Option<DeadlineKey> {
        let block = match &job.state {
            JobState::Open { match_by } => *match_by,
            JobState::Matched { accept_by, .. } => *accept_by,
            // Never after the last block for the result.
            JobState::Running { heartbeat_by, .. } => *heartbeat_by,
            JobState::Stopping { submit_by, .. } => *submit_by,
            JobState::AwaitingKey { .. } | JobState::Evaluating { .. } | JobState::Closed { .. } => return None,
        };
        Some(DeadlineKey::new(block, id))
    }

    /// Store a job, new or changed, and bring what follows from it up to date.
    pub fn save(id: JobId, job: JobOf<T>) {
        let old = Jobs::<T>::get(id);
        let mark = |job: Option<&JobOf<T>>| {
            (job.and_then(|job| Self::place_in_queue(id, job)), job.and_then(|job| Self::deadline(id, job)))
        };
        let (old_place, old_deadline) = mark(old.as_ref());
        let (place, deadline) = mark(Some(&job));
        if old_place != place {
            old_place.into_iter().for_each(|key| Queue::<T>::remove(key, &job.owner));
            place.into_iter().for_each(|key| Queue::<T>::insert(key, &job.owner));
        }
        if old_deadline != deadline {
            old_deadline.into_iter().for_each(Agenda::<T>::remove);
            deadline.into_iter().for_each(Agenda::<T>::insert);
        }
        let was_matched = old.is_some_and(|old| matches!(old.state, JobState::Matched { .. }));
        if was_matched && !matches!(job.state, JobState::Matched { .. }) {
            MatchTimes::<T>::remove(id);
        }
        Jobs::<T>::insert(id, job);
    }

    /// Store a job that is matched; if it is declined it may be matched again for as many blocks as are `left`.
    pub fn save_matched(id: JobId, job: JobOf<T>, left: BlockNumberFor<T>) {
        MatchTimes::<T>::insert(id, left);
        Self::save(id, job);
    }

    /// Remove the record of a closed job.
    pub fn remove(id: JobId) {
        Jobs::<T>::remove(id);
    }
}

/// How a provider failed a job.
pub(crate) struct Breach<T: Config> {
    /// Who reported it; `None` if the hook found it, or the provider itself gave the job back.
    pub reporter: Option<T::AccountId>,
    /// What it did not do.
    pub cause: PenaltyCause,
    /// The licence whose key had been delivered, so that its price is due.
    pub delivered: Option<TrainingUseId>,
}

impl<T: Config> Pallet<T> {
    /// The current height.
    pub(crate) fn now() -> BlockNumberFor<T> {
        frame_system::Pallet::<T>::block_number()
    }

    /// The job with this id.
    pub(crate) fn job(id: JobId) -> Result<JobOf<T>, DispatchError> {
        Jobs::<T>::get(id).ok_or(Error::<T>::JobNotFound.into())
    }

    pub(crate) fn do_accept_job(
        who: T::AccountId,
        id: JobId,
        recipient_key: RecipientKey,
        probe: ProbeCommitment,
    ) -> DispatchResult {
        let mut job = Self::job(id)?;
        let JobState::Matched { assignment, accept_by } = job.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(assignment.provider == who, Error::<T>::NotAuthorized);
        let now = Self::now();
        ensure!(now <= accept_by, Error::<T>::Expired);
        ensure!(recipient_key.is_usable(), Error::<T>::UnusableKey);
        // The full price even if it was paid before: it is what a silent data provider answers with.
        let price_of_use = job.training_price;
        let training_use = T::TrainingData::open_use(job.request.dataset, id, &who, recipient_key, price_of_use)?;
        let assignment = Assignment { probe: Some(probe), ..assignment };
        job.state = JobState::AwaitingKey { assignment, training_use, accepted_at: now };
        JobBook::<T>::save(id, job);
        Self::deposit_event(Event::JobAccepted { job: id, provider: who, training_use });
        Ok(())
    }

    pub(crate) fn do_decline_job(who: T::AccountId, id: JobId) -> DispatchResult {
        let job = Self::job(id)?;
        let JobState::Matched { assignment, accept_by } = &job.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(assignment.provider == who, Error::<T>::NotAuthorized);
        let now = Self::now();
        ensure!(now <= *accept_by, Error::<T>::Expired);
        // Every matched job has an entry; qed.
        let left = MatchTimes::<T>::get(id).unwrap_or_default();
        OfferBook::<T>::free(id, assignment, job.training_price);
        Self::deposit_event(Event::JobDeclined { job: id, provider: who.clone() });
        // Saturates at the end of block numbers, which no chain reaches.
        Self::queue_again(id, job, who, now.saturating_add(left));
        Ok(())
    }

    pub(crate) fn do_release_job(who: T::AccountId, id: JobId) -> DispatchResult {
        let job = Self::job(id)?;
        let assignment = job.state.assignment().ok_or(Error::<T>::InvalidState)?.clone();
        let (training_use, is_cancelled) = match &job.state {
            JobState::Running { training_use, .. } => (*training_use, false),
            JobState::Stopping { training_use, .. } => (*training_use, true),
            // One that awaits its key neither: a release that overtook the delivery would leave the wrapped key readable in
            // the transaction pool, unpaid.
            _ => return Err(Error::<T>::InvalidState.into()),
        };
        ensure!(assignment.provider == who, Error::<T>::NotAuthorized);
        Self::deposit_event(Event::JobReleased { job: id, provider: who });
        if is_cancelled {
            return Self::close_stopped(id, job, &assignment, training_use);
        }
        T::TrainingData::close_use(training_use, UseOutcome::Ended);
        let cause = PenaltyCause::Released { job: id };
        Self::breach(id, job, assignment, Breach { reporter: None, cause, delivered: Some(training_use) })
    }

    /// Close a job that its owner cancelled while it ran, without progress.
    pub(crate) fn close_stopped(
        id: JobId,
        job: JobOf<T>,
        assignment: &AssignmentOf<T>,
        training_use: TrainingUseId,
    ) -> DispatchResult {
        T::TrainingData::close_use(training_use, UseOutcome::Ended);
        OfferBook::<T>::free(id, assignment, job.training_price);
        Self::close(id, job, JobOutcome::Cancelled)
    }

    pub(crate) fn do_prune_job(id: JobId) -> DispatchResult {
        let JobOf::<T> { owner, deposit, state, .. } = Self::job(id)?;
        let JobState::Closed { prunes_at, .. } = state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(Self::now() >= prunes_at, Error::<T>::TooEarly);
        Self::release_deposit(&owner, deposit)?;
        JobBook::<T>::remove(id);
        T::Payouts::forget_job(id);
        Self::deposit_event(Event::JobPruned { job: id, owner, deposit });
        Ok(())
    }

    /// Take the job from a provider that missed a deadline or gave it back, with the penalty and, if the key had been
    /// delivered, the price of the data; then queue it again, or close it after the last attempt.
    pub(crate) fn breach(
        id: JobId,
        mut job: JobOf<T>,
        assignment: AssignmentOf<T>,
        breach: Breach<T>,
    ) -> DispatchResult {
        let Breach { reporter, cause, delivered } = breach;
        let provider = assignment.provider.clone();
        // Who is slashed gets no part of it: without a reporter that part is burned.
        let reporter = reporter.unwrap_or_else(|| provider.clone());
        job.attempts = job.attempts.saturating_add(1);
        match Providers::<T>::get(&provider) {
            Some(mut record) => {
                if let Some(training_use) = delivered {
                    Self::compensate_data_provider(id, &job, &provider, &mut record, training_use)?;
                }
                let slashed = Self::slash_bond(id, &provider, &mut record, assignment.penalty, &job.owner, &reporter);
                T::Reputation::note_penalty(&provider, slashed, cause);
                OfferBook::<T>::leave_job(id, &assignment, job.training_price, record);
                let provider = provider.clone();
                Self::deposit_event(Event::BondSlashed { job: id, provider, reporter, slashed });
            },
            // A provider with open jobs cannot withdraw its bond, and nothing else removes its record; qed.
            None => {
                defensive!("a job's provider is missing");
            },
        }
        if job.attempts >= MAX_ATTEMPTS {
            return Self::close(id, job, JobOutcome::Expired);
        }
        let match_by = Self::now().saturating_add(T::MatchPeriod::get());
        Self::queue_again(id, job, provider, match_by);
        Ok(())
    }

    /// Queue a job for somebody other than `failed`, until `match_by`. The provider that failed or declined first is forgotten
    /// if there is no room for another.
    fn queue_again(id: JobId, mut job: JobOf<T>, failed: T::AccountId, match_by: BlockNumberFor<T>) {
        if job.failed_providers.is_full() {
            job.failed_providers.remove(0);
        }
        if job.failed_providers.try_push(failed).is_err() {
            defensive!("there is room for a provider that failed");
        }
        job.state = JobState::Open { match_by };
        JobBook::<T>::save(id, job);
        Self::deposit_event(Event::JobQueuedAgain { job: id, match_by });
    }

    /// End a job: refund what is left of the escrow and keep the record until it may be pruned.
    pub(crate) fn close(id: JobId, mut job: JobOf<T>, outcome: OutcomeOf<T>) -> DispatchResult {
        let refunded = Self::refund_escrow(id, &mut job)?;
        let owner = job.owner.clone();
        let prunes_at = Self::now().saturating_add(T::PrunePeriod::get());
        job.state = JobState::Closed { outcome: outcome.clone(), prunes_at };
        JobBook::<T>::save(id, job);
        Self::deposit_event(Event::JobClosed { job: id, owner, outcome, refunded });
        Ok(())
    }
}
