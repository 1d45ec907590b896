//! The best models of each task. Owns [`Leaderboards`] and [`Tasks`].
//!
//! A leaderboard begins with the first accepted model of its task. Of a dataset version [`MAX_TASKS`] are kept, those that
//! came first: a model of a further task is ranked nowhere. Each of them cost somebody a settled job, whose price pays for
//! the record for good.

use crate::*;
use neurodata_primitives::{leaderboard::beats, seams::Achievement, training::MICRO, Leaderboard, Rung};
use sp_runtime::{traits::Saturating, BoundedVec};

/// Most tasks of a dataset version that have a leaderboard.
pub const MAX_TASKS: u32 = 64;

impl<T: Config> seams::Leaderboards<T::AccountId> for Pallet<T> {
    fn best(task: &Task) -> Option<u32> {
        let best = Leaderboards::<T>::get(task)?.rungs.into_iter().next()?;
        let millionths = u64::from(best.correct).saturating_mul(MICRO.into()).checked_div(best.rows.into())?;
        millionths.try_into().ok()
    }

    /// Nothing is noted, and nothing is a new best, without rows, with more correct rows than there are, and for a task
    /// beyond [`MAX_TASKS`] of its dataset.
    fn note(achievement: Achievement<T::AccountId>) -> bool {
        let Achievement { task, model, job, owner, correct, rows } = achievement;
        if rows == 0 || correct > rows {
            return false;
        }
        let Some(mut board) = Leaderboards::<T>::get(task).or_else(|| Self::new_leaderboard(task)) else {
            return false;
        };
        board.models.saturating_inc();
        let is_best = board.rungs.first().is_none_or(|best| beats((correct, rows), (best.correct, best.rows)));
        if is_best {
            let rung = Rung { model, job, owner, correct, rows, at: frame_system::Pallet::<T>::block_number() };
            // A full ladder loses its lowest rung; the first place is always within it.
            let _ = board.rungs.force_insert_keep_left(0, rung);
            Self::deposit_event(Event::LeaderChanged { task, model, correct, rows });
        }
        Leaderboards::<T>::insert(task, board);
        is_best
    }
}

impl<T: Config> Pallet<T> {
    /// List `task` and give it an empty leaderboard; `None` if its dataset has as many as are kept.
    fn new_leaderboard(task: Task) -> Option<LeaderboardOf<T>> {
        Tasks::<T>::try_mutate(task.dataset, |tasks| tasks.try_push(task)).ok()?;
        Some(Leaderboard { rungs: BoundedVec::new(), models: 0 })
    }
}
