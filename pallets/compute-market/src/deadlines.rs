//! Deadlines and what ends them: a report, or the hook when nobody reported.

use crate::{index::Agenda, jobs::Breach, pallet::*, types::*, WeightInfo};
use frame_support::{defensive, ensure, storage::with_storage_layer, traits::Get, weights::WeightMeter};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    seams::{TrainingData, UseOutcome},
    *,
};
use sp_runtime::{traits::SaturatedConversion, DispatchError};

impl<T: Config> Pallet<T> {
    /// Returns whether it was a breach, by which the reporter earns something.
    pub(crate) fn do_expire_job(reporter: T::AccountId, id: JobId) -> Result<bool, DispatchError> {
        Self::end_deadline(id, Self::now(), Some(reporter))
    }

    /// End what missed its deadline at `now`. Without a reporter that part of a penalty is burned. Returns whether it was a
    /// breach.
    fn end_deadline(id: JobId, now: BlockNumberFor<T>, reporter: Option<T::AccountId>) -> Result<bool, DispatchError> {
        let job = Self::job(id)?;
        match job.state.clone() {
            JobState::Open { match_by } => {
                ensure!(now > match_by, Error::<T>::TooEarly);
                Self::close(id, job, JobOutcome::Expired).map(|()| false)
            },
            JobState::Matched { assignment, accept_by } => {
                ensure!(now > accept_by, Error::<T>::TooEarly);
                let cause = PenaltyCause::NotAccepted { job: id, accept_by: accept_by.saturated_into() };
                Self::breach(id, job, assignment, Breach { reporter, cause, delivered: None }).map(|()| true)
            },
            JobState::Running { assignment, training_use, heartbeat_by, deliver_by, .. } => {
                ensure!(now > heartbeat_by || now > deliver_by, Error::<T>::TooEarly);
                T::TrainingData::close_use(training_use, UseOutcome::Ended);
                let cause = if now > deliver_by {
                    PenaltyCause::ResultMissed { job: id, deliver_by: deliver_by.saturated_into() }
                } else {
                    PenaltyCause::HeartbeatMissed { job: id, heartbeat_by: heartbeat_by.saturated_into() }
                };
                let breach = Breach { reporter, cause, delivered: Some(training_use) };
                Self::breach(id, job, assignment, breach).map(|()| true)
            },
            JobState::Stopping { assignment, training_use, submit_by, .. } => {
                ensure!(now > submit_by, Error::<T>::TooEarly);
                Self::close_stopped(id, job, &assignment, training_use).map(|()| false)
            },
            JobState::AwaitingKey { .. } => Err(Error::<T>::ExitElsewhere(ExitCall::ExpireDelivery).into()),
            JobState::Evaluating { .. } => Err(Error::<T>::ExitElsewhere(ExitCall::CloseRound).into()),
            JobState::Closed { .. } => Err(Error::<T>::InvalidState.into()),
        }
    }

    /// End deadlines whose grace is over, the earliest first, as far as `meter` and [`Config::MaxDeadlinesPerBlock`] allow.
    pub(crate) fn end_deadlines(now: BlockNumberFor<T>, meter: &mut WeightMeter) {
        let grace = T::DeadlineGrace::get();
        let step = T::WeightInfo::end_deadline();
        let mut last = None;
        for _ in 0..T::MaxDeadlinesPerBlock::get() {
            if !meter.can_consume(step) {
                return;
            }
            let Some(key) = Agenda::<T>::after(last.as_ref()).filter(|key| Agenda::<T>::is_over(key, grace, now))
            else {
                return;
            };
            meter.consume(step);
            // A hook does not roll back by itself what a failure would leave behind.
            if with_storage_layer(|| Self::end_deadline(key.job(), now, None)).is_err() {
                // Bonds and escrows cover what is paid, and the pot takes what others cannot; qed.
                defensive!("a deadline cannot be ended");
            }
            last = Some(key);
        }
    }
}
