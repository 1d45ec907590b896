//! How a job is posted: what is checked, what it costs, and the record it becomes.

use crate::{
    index::Queue,
    jobs::JobBook,
    matching::{Effort, Search},
    pallet::*,
    types::*,
};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    job::{blocks_for, MIN_DELIVER_BLOCKS},
    seams::{Models, TrainingData},
    training::MICRO,
    *,
};
use sp_runtime::{
    traits::{Saturating, Zero},
    ArithmeticError, BoundedVec, DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// Refuse a request that no dataset could make right. Returns the class of machine that it needs.
    fn ensure_request(request: &RequestOf<T>) -> Result<MachineClass, DispatchError> {
        let requirements = request.requirements;
        let has_machine = requirements.cores > 0 && requirements.memory_mib > 0;
        ensure!(has_machine, Error::<T>::InvalidRequest(RequestIssue::Requirements));
        let class = requirements.required_class().ok_or(Error::<T>::InvalidRequest(RequestIssue::Requirements))?;
        ensure!(request.baseline <= MICRO, Error::<T>::InvalidRequest(RequestIssue::Baseline));
        let price = request.max_unit_price;
        let is_priced = !price.is_zero() && price >= T::MinUnitPrice::get();
        ensure!(is_priced, Error::<T>::InvalidRequest(RequestIssue::MaxUnitPrice));
        Ok(class)
    }

    /// Least blocks that a request must give `work_units`.
    pub(crate) fn least_deliver_within(work_units: u64) -> u32 {
        MIN_DELIVER_BLOCKS.saturating_add(blocks_for(work_units))
    }

    fn ensure_in_time(job: &JobOf<T>) -> DispatchResult {
        let given = job.request.deliver_within;
        let needed: BlockNumberFor<T> = Self::least_deliver_within(job.work_units).into();
        let in_time = given >= needed && given <= T::MaxDeliverPeriod::get();
        ensure!(in_time, Error::<T>::InvalidRequest(RequestIssue::DeliverWithin));
        Ok(())
    }

    /// The job that `request` of `owner` would be now, and its class; whether its time suffices is not looked at.
    pub(crate) fn draft(
        owner: &T::AccountId,
        request: RequestOf<T>,
    ) -> Result<(JobOf<T>, MachineClass), DispatchError> {
        let class = Self::ensure_request(&request)?;
        if let Some(parent) = request.parent {
            T::Models::ensure_derivable(parent, owner, &request.spec)?;
        }
        let quote = T::TrainingData::quote(request.dataset, owner, request.spec.algorithm.family())?;
        ensure!(quote.price <= request.max_training_price, Error::<T>::TrainingPriceTooHigh);
        let work_units = request
            .spec
            .work_units(quote.rows, quote.columns)
            .map_err(|error| Error::<T>::InvalidSpec(error.into()))?;
        let escrow = Self::escrow_for(work_units, request.max_unit_price, quote.price)?;
        let now = Self::now();
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
            deposit: T::JobDeposit::get(),
            failed_providers: BoundedVec::new(),
            attempts: 0,
            state: JobState::Open { match_by: now.saturating_add(T::MatchPeriod::get()) },
            posted_at: now,
        };
        Ok((job, class))
    }

    /// Refuse if `owner` may not have another job waiting.
    fn ensure_may_wait(owner: &T::AccountId) -> DispatchResult {
        ensure!(Queue::<T>::count() < T::MaxOpenJobs::get(), Error::<T>::MaxOpenJobsExceeded);
        let own = OpenJobsOf::<T>::get(owner);
        ensure!(own < T::MaxOpenJobsPerOwner::get(), Error::<T>::MaxOpenJobsPerOwnerExceeded);
        Ok(())
    }

    /// Post a job. Returns what the search took.
    pub(crate) fn do_post_job(owner: T::AccountId, request: RequestOf<T>) -> Result<Effort, DispatchError> {
        let (job, _) = Self::draft(&owner, request)?;
        Self::ensure_in_time(&job)?;
        let id = NextJobId::<T>::get();
        let next = id.next().ok_or(ArithmeticError::Overflow)?;
        let Search { best, effort } = Self::search(&job);
        if best.is_none() {
            Self::ensure_may_wait(&owner)?;
        }
        Self::take_escrow(id, &owner, job.escrow, job.deposit)?;
        NextJobId::<T>::put(next);
        let JobRecord { work_units, escrow, .. } = job;
        let dataset = job.request.dataset;
        Self::deposit_event(Event::JobPosted { job: id, owner, dataset, work_units, escrow });
        match best {
            Some(assignment) => Self::assign(id, job, assignment),
            None => JobBook::<T>::save(id, job),
        }
        Ok(effort)
    }
}
