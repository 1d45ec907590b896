//! A job's way from posting to its end.

use crate::{
    matching::{JobQueue, OfferBook, Search},
    pallet::*,
    types::*,
};
use frame_support::{defensive, defensive_assert, ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    job::{blocks_for, MAX_ATTEMPTS, MICRO, MIN_DELIVER_BLOCKS},
    seams::{Evaluation, JobParties, Models, Payouts, ProofSubject, Reputation, TrainingData, UseOutcome},
    *,
};
use sp_runtime::{
    traits::{Saturating, Zero},
    ArithmeticError, BoundedVec, DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// The current height.
    pub(crate) fn now() -> BlockNumberFor<T> {
        frame_system::Pallet::<T>::block_number()
    }

    /// The job with this id.
    pub(crate) fn job(id: JobId) -> Result<JobOf<T>, DispatchError> {
        Jobs::<T>::get(id).ok_or(Error::<T>::JobNotFound.into())
    }

    fn ensure_request(request: &RequestOf<T>) -> DispatchResult {
        let requirements = request.requirements;
        let has_machine = requirements.cores > 0 && requirements.memory_mib > 0;
        ensure!(has_machine, Error::<T>::InvalidRequest(RequestIssue::Requirements));
        ensure!(request.baseline <= MICRO, Error::<T>::InvalidRequest(RequestIssue::Baseline));
        ensure!(!request.max_unit_price.is_zero(), Error::<T>::InvalidRequest(RequestIssue::MaxUnitPrice));
        Ok(())
    }

    /// Post a job. Returns the offers that were looked at.
    pub(crate) fn do_post_job(owner: T::AccountId, request: RequestOf<T>) -> Result<u32, DispatchError> {
        Self::ensure_request(&request)?;
        if let Some(parent) = request.parent {
            T::Models::ensure_derivable(parent, &owner, &request.spec)?;
        }
        let quote = T::TrainingData::quote(request.dataset, &owner, request.spec.algorithm.family())?;
        ensure!(quote.price <= request.max_training_price, Error::<T>::TrainingPriceTooHigh);
        let work_units = request
            .spec
            .work_units(quote.rows, quote.columns)
            .map_err(|error| Error::<T>::InvalidSpec(error.into()))?;
        let needed = MIN_DELIVER_BLOCKS.saturating_add(blocks_for(work_units));
        let in_time = request.deliver_within >= needed.into() && request.deliver_within <= T::MaxDeliverPeriod::get();
        ensure!(in_time, Error::<T>::InvalidRequest(RequestIssue::DeliverWithin));
        let escrow = Self::escrow_for(work_units, request.max_unit_price, quote.price)?;
        let deposit = T::JobDeposit::get();
        let id = NextJobId::<T>::get();
        let next = id.next().ok_or(ArithmeticError::Overflow)?;
        let now = Self::now();
        let dataset = request.dataset;
        let job = JobRecord {
            owner: owner.clone(),
            request,
            data_provider: quote.owner,
            rows: quote.rows,
            chunks: quote.chunks,
            training_price: quote.price,
            training_paid: false,
            uses: quote.uses,
            work_units,
            escrow,
            deposit,
            failed_providers: BoundedVec::new(),
            attempts: 0,
            state: JobState::Open { match_by: now.saturating_add(T::MatchPeriod::get()) },
            posted_at: now,
        };
        let Search { best, scanned } = OfferBook::<T>::search(&job);
        ensure!(best.is_some() || JobQueue::<T>::has_room(), Error::<T>::MaxOpenJobsExceeded);
        Self::take_escrow(&owner, escrow, deposit)?;
        NextJobId::<T>::put(next);
        Self::deposit_event(Event::JobPosted { job: id, owner, dataset, work_units, escrow });
        match best {
            Some(assignment) => Self::assign(id, job, assignment, now),
            None => {
                defensive_assert!(JobQueue::<T>::push(id), "the queue had room");
                Jobs::<T>::insert(id, job);
            },
        }
        Ok(scanned)
    }

    pub(crate) fn do_cancel_job(owner: T::AccountId, id: JobId) -> DispatchResult {
        let job = Self::job(id)?;
        ensure!(job.owner == owner, Error::<T>::NotAuthorized);
        match &job.state {
            JobState::Open { .. } => JobQueue::<T>::remove(id),
            JobState::Matched { provider, .. } => OfferBook::<T>::free_slot(provider),
            _ => return Err(Error::<T>::InvalidState.into()),
        }
        Self::close(id, job, JobOutcome::Cancelled)
    }

    pub(crate) fn do_accept_job(who: T::AccountId, id: JobId, recipient_key: RecipientKey) -> DispatchResult {
        let mut job = Self::job(id)?;
        let JobState::Matched { provider, price, accept_by } = job.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(provider == who, Error::<T>::NotAuthorized);
        let now = Self::now();
        ensure!(now <= accept_by, Error::<T>::Expired);
        ensure!(recipient_key.is_usable(), Error::<T>::UnusableKey);
        // The full price even if it was paid before: it is what a silent data provider answers with.
        let price_of_use = job.training_price;
        let training_use = T::TrainingData::open_use(job.request.dataset, id, &who, recipient_key, price_of_use)?;
        job.state = JobState::AwaitingKey { provider, price, training_use, accepted_at: now };
        Jobs::<T>::insert(id, job);
        Self::deposit_event(Event::JobAccepted { job: id, provider: who, training_use });
        Ok(())
    }

    pub(crate) fn do_decline_job(who: T::AccountId, id: JobId) -> DispatchResult {
        let job = Self::job(id)?;
        let JobState::Matched { provider, accept_by, .. } = &job.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(*provider == who, Error::<T>::NotAuthorized);
        ensure!(Self::now() <= *accept_by, Error::<T>::Expired);
        OfferBook::<T>::free_slot(&who);
        Self::deposit_event(Event::JobDeclined { job: id, provider: who.clone() });
        Self::queue_again(id, job, who)
    }

    pub(crate) fn do_release_job(who: T::AccountId, id: JobId) -> DispatchResult {
        let job = Self::job(id)?;
        let (provider, training_use) = match &job.state {
            JobState::AwaitingKey { provider, training_use, .. } => (provider, *training_use),
            JobState::Running { provider, training_use, .. } => (provider, *training_use),
            _ => return Err(Error::<T>::InvalidState.into()),
        };
        ensure!(*provider == who, Error::<T>::NotAuthorized);
        T::TrainingData::close_use(training_use, UseOutcome::Ended);
        Self::deposit_event(Event::JobReleased { job: id, provider: who.clone() });
        // Who gives a job back reports itself, so nobody gets the reporter's part.
        Self::breach(id, job, who.clone(), who)
    }

    pub(crate) fn do_heartbeat(who: T::AccountId, id: JobId, reached: u32) -> DispatchResult {
        let mut job = Self::job(id)?;
        let JobState::Running { provider, position, heartbeat_by, deliver_by, .. } = &mut job.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(*provider == who, Error::<T>::NotAuthorized);
        let now = Self::now();
        ensure!(now <= *heartbeat_by, Error::<T>::Expired);
        let in_range = (*position..=job.request.spec.checkpoints()).contains(&reached);
        ensure!(in_range, Error::<T>::InvalidPosition);
        *position = reached;
        *heartbeat_by = Self::next_heartbeat(now, *deliver_by);
        let heartbeat_by = *heartbeat_by;
        Jobs::<T>::insert(id, job);
        Self::deposit_event(Event::HeartbeatReceived { job: id, position: reached, heartbeat_by });
        Ok(())
    }

    /// Last block, inclusive, for the heartbeat after one at `now`.
    pub(crate) fn next_heartbeat(now: BlockNumberFor<T>, deliver_by: BlockNumberFor<T>) -> BlockNumberFor<T> {
        now.saturating_add(T::HeartbeatPeriod::get()).min(deliver_by)
    }

    fn ensure_result(job: &JobOf<T>, result: &ResultCommitment) -> DispatchResult {
        let spec = &job.request.spec;
        let metrics = &result.metrics;
        ensure!(result.checkpoints == spec.checkpoints(), Error::<T>::InvalidResult(ResultIssue::Checkpoints));
        let holdout_rows = spec.holdout_rows(job.rows);
        let rows_fit =
            metrics.holdout_rows == holdout_rows && metrics.training_rows == job.rows.saturating_sub(holdout_rows);
        ensure!(rows_fit, Error::<T>::InvalidResult(ResultIssue::Rows));
        let counts_fit = metrics.holdout_correct <= holdout_rows && metrics.majority_correct <= holdout_rows;
        ensure!(counts_fit, Error::<T>::InvalidResult(ResultIssue::Correct));
        ensure!(result.model_bytes > 0, Error::<T>::InvalidResult(ResultIssue::ModelBytes));
        Ok(())
    }

    pub(crate) fn do_submit_result(
        who: T::AccountId,
        id: JobId,
        result: ResultCommitment,
        proof: AuditProof,
    ) -> DispatchResult {
        let mut job = Self::job(id)?;
        let JobState::Running { provider, price, training_use, seed, challenged_chunk, deliver_by, .. } = &job.state
        else {
            return Err(Error::<T>::InvalidState.into());
        };
        let (price, training_use, seed) = (*price, *training_use, *seed);
        ensure!(*provider == who, Error::<T>::NotAuthorized);
        ensure!(Self::now() <= *deliver_by, Error::<T>::Expired);
        Self::ensure_result(&job, &result)?;
        ensure!(proof.chunk == *challenged_chunk, Error::<T>::WrongChunk);
        T::TrainingData::verify_chunk(job.request.dataset, ProofSubject::Job(id), &who, &proof)?;
        let parties = JobParties {
            job_owner: job.owner.clone(),
            data_provider: job.data_provider.clone(),
            provider: who.clone(),
            work_units: job.work_units,
        };
        let training_paid = Self::pay_training_price(&mut job, training_use)?;
        T::Evaluation::open_round(id, parties)?;
        let provider = who.clone();
        job.state = JobState::Evaluating { provider, price, training_use, seed, result: result.clone() };
        Jobs::<T>::insert(id, job);
        Self::deposit_event(Event::ResultSubmitted { job: id, provider: who, result, training_paid });
        Ok(())
    }

    /// Pay the data provider, unless that was done before. Returns what was paid.
    fn pay_training_price(job: &mut JobOf<T>, training_use: TrainingUseId) -> Result<BalanceOf<T>, DispatchError> {
        let due = if job.training_paid { Zero::zero() } else { job.training_price };
        if !due.is_zero() {
            Self::pay_from_escrow(job, due)?;
            T::Payouts::settle_sale(PayoutReason::TrainingUse { training_use }, &job.data_provider, due)?;
        }
        job.training_paid = true;
        Ok(due)
    }

    pub(crate) fn do_expire_job(reporter: T::AccountId, id: JobId) -> DispatchResult {
        let job = Self::job(id)?;
        let now = Self::now();
        match &job.state {
            JobState::Open { match_by } => {
                ensure!(now > *match_by, Error::<T>::TooEarly);
                JobQueue::<T>::remove(id);
                Self::close(id, job, JobOutcome::Expired)
            },
            JobState::Matched { provider, accept_by, .. } => {
                ensure!(now > *accept_by, Error::<T>::TooEarly);
                let provider = provider.clone();
                Self::breach(id, job, provider, reporter)
            },
            JobState::Running { provider, training_use, heartbeat_by, deliver_by, .. } => {
                ensure!(now > *heartbeat_by || now > *deliver_by, Error::<T>::TooEarly);
                T::TrainingData::close_use(*training_use, UseOutcome::Ended);
                let provider = provider.clone();
                Self::breach(id, job, provider, reporter)
            },
            JobState::AwaitingKey { .. } => Err(Error::<T>::ExitElsewhere(ExitCall::ExpireDelivery).into()),
            JobState::Evaluating { .. } => Err(Error::<T>::ExitElsewhere(ExitCall::CloseRound).into()),
            JobState::Closed { .. } => Err(Error::<T>::InvalidState.into()),
        }
    }

    pub(crate) fn do_prune_job(id: JobId) -> DispatchResult {
        let JobOf::<T> { owner, deposit, state, .. } = Self::job(id)?;
        let JobState::Closed { prunes_at, .. } = state else {
            return Err(Error::<T>::InvalidState.into());
        };
        ensure!(Self::now() >= prunes_at, Error::<T>::TooEarly);
        Self::release_deposit(&owner, deposit)?;
        Jobs::<T>::remove(id);
        Self::deposit_event(Event::JobPruned { job: id, owner, deposit });
        Ok(())
    }

    /// Take the job from a provider that missed a deadline or gave it back, and a part of its bond.
    fn breach(id: JobId, mut job: JobOf<T>, provider: T::AccountId, reporter: T::AccountId) -> DispatchResult {
        job.attempts = job.attempts.saturating_add(1);
        let Some(mut record) = Providers::<T>::get(&provider) else {
            // A provider with open jobs cannot withdraw its bond, and nothing else removes its record; qed.
            defensive!("a job's provider is missing");
            return Self::queue_again(id, job, provider);
        };
        let slashed = Self::slash_bond(&provider, &mut record, &job.owner, &reporter);
        Providers::<T>::insert(&provider, record);
        OfferBook::<T>::free_slot(&provider);
        T::Reputation::note_failure(&provider, ContributionKind::Compute);
        Self::deposit_event(Event::BondSlashed { job: id, provider: provider.clone(), reporter, slashed });
        Self::queue_again(id, job, provider)
    }

    /// Queue a job for somebody other than `failed`; close it after the last attempt, when too many have failed or
    /// declined to be told apart from others, or when the queue is full.
    fn queue_again(id: JobId, mut job: JobOf<T>, failed: T::AccountId) -> DispatchResult {
        let is_noted = job.failed_providers.try_push(failed).is_ok() && !job.failed_providers.is_full();
        if !is_noted || job.attempts >= MAX_ATTEMPTS || !JobQueue::<T>::push(id) {
            return Self::close(id, job, JobOutcome::Expired);
        }
        let match_by = Self::now().saturating_add(T::MatchPeriod::get());
        job.state = JobState::Open { match_by };
        Jobs::<T>::insert(id, job);
        Self::deposit_event(Event::JobQueuedAgain { job: id, match_by });
        Ok(())
    }

    /// End a job: refund what is left of the escrow and keep the record until it may be pruned.
    pub(crate) fn close(id: JobId, mut job: JobOf<T>, outcome: OutcomeOf<T>) -> DispatchResult {
        let refunded = Self::refund_escrow(id, &mut job)?;
        let owner = job.owner.clone();
        let prunes_at = Self::now().saturating_add(T::PrunePeriod::get());
        job.state = JobState::Closed { outcome: outcome.clone(), prunes_at };
        Jobs::<T>::insert(id, job);
        Self::deposit_event(Event::JobClosed { job: id, owner, outcome, refunded });
        Ok(())
    }
}
