//! What happens while a job runs: heartbeats, the result, and cancellation with the proof of what was done by then.

use crate::{jobs::JobBook, offers::OfferBook, pallet::*, types::*};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    seams::{Evaluation, EvaluationRequest, ProofSubject, TrainingData},
    *,
};
use sp_runtime::{
    traits::{CheckedDiv, CheckedMul, SaturatedConversion, Saturating},
    DispatchResult,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_heartbeat(who: T::AccountId, id: JobId, reached: Progress) -> DispatchResult {
        let mut job = Self::job(id)?;
        let checkpoints = job.request.spec.checkpoints(job.rows);
        let JobState::Running { assignment, progress, heartbeat_by, deliver_by, .. } = &mut job.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(assignment.provider == who, Error::<T>::NotAuthorized);
        let now = Self::now();
        ensure!(now <= *heartbeat_by, Error::<T>::Expired);
        let goes_on = progress.is_none_or(|last| reached.position > last.position || reached == last);
        ensure!(reached.position < checkpoints && goes_on, Error::<T>::InvalidPosition);
        *progress = Some(reached);
        *heartbeat_by = Self::next_heartbeat(now, *deliver_by);
        let heartbeat_by = *heartbeat_by;
        JobBook::<T>::save(id, job);
        Self::deposit_event(Event::HeartbeatReceived { job: id, position: reached.position, heartbeat_by });
        Ok(())
    }

    /// Last block, inclusive, for the heartbeat after one at `now`.
    pub(crate) fn next_heartbeat(now: BlockNumberFor<T>, deliver_by: BlockNumberFor<T>) -> BlockNumberFor<T> {
        now.saturating_add(T::HeartbeatPeriod::get()).min(deliver_by)
    }

    fn ensure_result(job: &JobOf<T>, result: &ResultCommitment) -> DispatchResult {
        let spec = &job.request.spec;
        let metrics = &result.metrics;
        ensure!(result.checkpoints == spec.checkpoints(job.rows), Error::<T>::InvalidResult(ResultIssue::Checkpoints));
        let holdout_rows = spec.holdout_rows(job.rows);
        let rows_fit =
            metrics.holdout_rows == holdout_rows && metrics.training_rows == job.rows.saturating_sub(holdout_rows);
        ensure!(rows_fit, Error::<T>::InvalidResult(ResultIssue::Rows));
        let is_possible = metrics.is_possible(&spec.objective);
        ensure!(is_possible, Error::<T>::InvalidResult(ResultIssue::Metrics));
        ensure!(result.model_bytes > 0, Error::<T>::InvalidResult(ResultIssue::ModelBytes));
        Ok(())
    }

    /// Refuse unless `proof` shows that `who` has the chunk that was drawn for a job.
    fn ensure_possession(
        id: JobId,
        job: &JobOf<T>,
        who: &T::AccountId,
        challenged_chunk: u32,
        proof: &AuditProof,
    ) -> DispatchResult {
        ensure!(proof.chunk == challenged_chunk, Error::<T>::WrongChunk);
        T::TrainingData::verify_chunk(job.request.dataset, ProofSubject::Job(id), who, proof)
    }

    pub(crate) fn do_submit_result(
        who: T::AccountId,
        id: JobId,
        result: ResultCommitment,
        proof: AuditProof,
    ) -> DispatchResult {
        let mut job = Self::job(id)?;
        let JobState::Running { assignment, training_use, seed, challenged_chunk, progress, deliver_by, .. } =
            job.state.clone()
        else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(assignment.provider == who, Error::<T>::NotAuthorized);
        ensure!(Self::now() <= deliver_by, Error::<T>::Expired);
        Self::ensure_result(&job, &result)?;
        Self::ensure_possession(id, &job, &who, challenged_chunk, &proof)?;
        let training_paid = Self::pay_training_price(id, &mut job, training_use)?;
        let submission = Submission::Complete(result.clone());
        job.state = JobState::Evaluating { assignment, training_use, seed, progress, submission };
        Self::open_round(id, &job)?;
        JobBook::<T>::save(id, job);
        Self::deposit_event(Event::ResultSubmitted { job: id, provider: who, result, training_paid });
        Ok(())
    }

    /// Put the submission of a job under evaluation before a committee.
    pub(crate) fn open_round(id: JobId, job: &JobOf<T>) -> DispatchResult {
        let JobState::Evaluating { assignment, seed, submission, .. } = &job.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        // Only a complete run can be sampled, whose states were published with it; and only with a known-answer task to come, since
        // what was published beside a planted trace shows the planted courses.
        let is_long = job.request.spec.is_sampled(job.rows, job.work_units);
        let request = EvaluationRequest {
            job_owner: job.owner.clone(),
            data_provider: job.data_provider.clone(),
            provider: assignment.provider.clone(),
            work_units: Self::submitted_work(job, submission),
            seed: *seed,
            trace: submission.trace(),
            probe: assignment.probe,
            sampled: is_long && submission.result().is_some() && assignment.probe.is_some(),
        };
        T::Evaluation::open_round(id, request)
    }

    /// Work units of what was submitted, rounded up.
    fn submitted_work(job: &JobOf<T>, submission: &Submission) -> u64 {
        let (done, whole) = Self::share_of_run(job, submission);
        let product = u128::from(job.work_units).saturating_mul(done.into());
        product.div_ceil(u128::from(whole.max(1))).saturated_into()
    }

    /// What a submission earns when it is accepted: its share of the agreed price, rounded down.
    ///
    /// ```text
    /// price * steps up to the last checkpoint / all steps
    /// ```
    pub(crate) fn earned(job: &JobOf<T>, price: BalanceOf<T>, submission: &Submission) -> BalanceOf<T> {
        let (done, whole) = Self::share_of_run(job, submission);
        if done >= whole {
            return price;
        }
        // In two parts, so that no product overflows: price = quotient * whole + rest.
        let (done, whole) = (done.saturated_into::<BalanceOf<T>>(), whole.saturated_into::<BalanceOf<T>>());
        let quotient = price.checked_div(&whole).unwrap_or_default();
        let rest = price.saturating_sub(quotient.saturating_mul(whole));
        let part = |amount: BalanceOf<T>| amount.checked_mul(&done);
        part(quotient)
            .zip(part(rest).and_then(|rest| rest.checked_div(&whole)))
            .map(|(quotient, rest)| quotient.saturating_add(rest))
            .unwrap_or_default()
            .min(price)
    }

    /// Steps up to the last checkpoint that was submitted, and those of the whole run.
    fn share_of_run(job: &JobOf<T>, submission: &Submission) -> (u64, u64) {
        let spec = &job.request.spec;
        (spec.steps_at(job.rows, submission.checkpoints().saturating_sub(1)), spec.steps(job.rows))
    }

    pub(crate) fn do_cancel_job(owner: T::AccountId, id: JobId) -> DispatchResult {
        let job = Self::job(id)?;
        ensure!(job.owner == owner, Error::<T>::NotAuthorized);
        match &job.state {
            JobState::Open { .. } => {},
            JobState::Matched { assignment, .. } => OfferBook::<T>::free(id, assignment, job.training_price),
            JobState::Running { .. } => return Self::stop(id, job),
            // A job that awaits its key waits for it or for its expiry: a cancellation that overtook the delivery would leave
            // the wrapped key readable in the transaction pool, unpaid.
            JobState::AwaitingKey { .. }
            | JobState::Stopping { .. }
            | JobState::Evaluating { .. }
            | JobState::Closed { .. } => return Err(Error::<T>::InvalidState.into()),
        }
        Self::close(id, job, JobOutcome::Cancelled)
    }

    /// Stop a job that runs: its data is paid, and its provider may prove how far it came.
    fn stop(id: JobId, mut job: JobOf<T>) -> DispatchResult {
        let JobState::Running { assignment, training_use, seed, challenged_chunk, progress, .. } = job.state.clone()
        else {
            return Err(Error::<T>::InvalidState.into());
        };
        Self::pay_training_price(id, &mut job, training_use)?;
        let provider = assignment.provider.clone();
        let submit_by = Self::now().saturating_add(T::ProgressPeriod::get());
        job.state = JobState::Stopping { assignment, training_use, seed, challenged_chunk, progress, submit_by };
        JobBook::<T>::save(id, job);
        Self::deposit_event(Event::JobStopping { job: id, provider, submit_by });
        Ok(())
    }

    pub(crate) fn do_submit_progress(
        who: T::AccountId,
        id: JobId,
        checkpoints: u32,
        trace: TraceRoot,
        proof: AuditProof,
    ) -> DispatchResult {
        let mut job = Self::job(id)?;
        let JobState::Stopping { assignment, training_use, seed, challenged_chunk, progress, submit_by } =
            job.state.clone()
        else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(assignment.provider == who, Error::<T>::NotAuthorized);
        ensure!(Self::now() <= submit_by, Error::<T>::Expired);
        // What a heartbeat said is compared by the committee, so it has to be part of the trace. Beyond it one checkpoint may have
        // been reached before the owner cancelled; what is computed afterwards earns nothing.
        let said = progress.map_or(0, |progress| progress.position);
        let most = said.saturating_add(2).min(job.request.spec.checkpoints(job.rows));
        let in_range = (2..=most).contains(&checkpoints) && checkpoints > said;
        ensure!(in_range, Error::<T>::InvalidResult(ResultIssue::Checkpoints));
        Self::ensure_possession(id, &job, &who, challenged_chunk, &proof)?;
        let submission = Submission::Partial { checkpoints, trace };
        job.state = JobState::Evaluating { assignment, training_use, seed, progress, submission };
        Self::open_round(id, &job)?;
        JobBook::<T>::save(id, job);
        Self::deposit_event(Event::ProgressSubmitted { job: id, provider: who, checkpoints, trace });
        Ok(())
    }
}
