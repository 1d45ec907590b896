//! What the runtime answers to clients.

use crate::*;
use alloc::vec::Vec;
use neurodata_primitives::Page;
use sp_runtime::SaturatedConversion;

/// Most records of a page.
pub const MAX_PAGE: u32 = 256;

impl<T: Config> Pallet<T> {
    /// The open rounds in which `evaluator` has a seat, in the order in which it was drawn.
    pub fn duties_of(evaluator: &T::AccountId) -> Vec<(JobId, RoundRecordOf<T>)> {
        Duties::<T>::get(evaluator).into_iter().filter_map(|job| Some((job, Rounds::<T>::get(job)?))).collect()
    }

    /// Open rounds in the order of their jobs, `start` being the first that may come.
    pub fn list_rounds(start: JobId, limit: u32) -> Page<(JobId, RoundRecordOf<T>), JobId> {
        let first = start.get().to_be_bytes();
        let here = OpenRounds::<T>::contains_key(first).then_some(first);
        let behind = OpenRounds::<T>::iter_keys_from(OpenRounds::<T>::hashed_key_for(first));
        let mut jobs = here.into_iter().chain(behind).map(|key| JobId::new(u64::from_be_bytes(key)));
        let page = jobs.by_ref().take(limit.min(MAX_PAGE).saturated_into());
        let page = page.filter_map(|job| Some((job, Rounds::<T>::get(job)?))).collect();
        (page, jobs.next())
    }

    /// Evaluators in the order of their keys in storage, `start` being the first that may come.
    pub fn list_evaluators(
        start: Option<T::AccountId>,
        limit: u32,
    ) -> Page<(T::AccountId, EvaluatorRecordOf<T>), T::AccountId> {
        let here = start.as_ref().and_then(|first| Some((first.clone(), Evaluators::<T>::get(first)?)));
        let behind = match &start {
            Some(first) => Evaluators::<T>::iter_from(Evaluators::<T>::hashed_key_for(first)),
            None => Evaluators::<T>::iter(),
        };
        let mut evaluators = here.into_iter().chain(behind);
        let page = evaluators.by_ref().take(limit.min(MAX_PAGE).saturated_into()).collect();
        (page, evaluators.next().map(|(evaluator, _)| evaluator))
    }

    /// The leaderboard of `task`.
    pub fn leaderboard(task: &Task) -> Option<LeaderboardOf<T>> {
        Leaderboards::<T>::get(task)
    }

    /// The leaderboards of a dataset version, in the order of their first models; at most
    /// [`MAX_TASKS`](leaderboards::MAX_TASKS).
    pub fn leaderboards_of(dataset: DatasetId) -> Vec<(Task, LeaderboardOf<T>)> {
        Tasks::<T>::get(dataset).into_iter().filter_map(|task| Some((task, Leaderboards::<T>::get(task)?))).collect()
    }
}
