//! Leaderboards: the best models of one task, each rung well above the one below.
//!
//! Models are compared on holdouts, and each new attempt is another chance to be lucky. By the ladder rule a model is a
//! new best only if it beats the old one by more than the standard error of its own accuracy on the holdout:
//!
//! ```text
//! p = correct / rows                 accuracy of the new model          q = accuracy of the best so far
//! s = sqrt(p * (1 - p) / rows)       its standard error
//! new best  <=>  p - q > s           for the first model of a task: always
//! ```
//!
//! computed exactly, in integers: `(p - q)^2 > p (1 - p) / rows`. Source: Blum and Hardt, The Ladder: A Reliable Leaderboard
//! for Machine Learning Competitions, 2015, section 3, with the holdout's standard error in place of a fixed step.
//!
//! Other metrics than accuracy are compared as if their share of the rows was right.
//!
//! A model that was trained on from a parent is not ranked: the parent may have seen rows of this holdout.

use crate::*;
use sp_core::U256;
use sp_runtime::{traits::ConstU32, BoundedVec};

/// Rungs that a leaderboard keeps, the best first.
pub const MAX_RUNGS: u32 = 32;

scale! {
    /// What models of a task are compared by.
    #[derive(Copy, PartialOrd, Ord)]
    pub enum Metric {
        /// Share of the holdout that is classified correctly.
        #[codec(index = 0)]
        Accuracy,
        /// Share of the target's variance on the holdout that is explained (R2), 0 if it is negative.
        #[codec(index = 1)]
        RSquared,
        /// Share of the features' variance on the holdout that the clusters explain.
        #[codec(index = 2)]
        Explained,
    }

    /// What models on one leaderboard have in common.
    #[derive(Copy, PartialOrd, Ord)]
    pub struct Task {
        /// The dataset version.
        pub dataset: DatasetId,
        /// Index of the target column, from 0; `None` for a clustering.
        pub target: Option<u16>,
        /// Share of rows kept for the holdout, in thousandths: the split rule.
        pub holdout: u16,
        /// What they are compared by.
        pub metric: Metric,
    }

    /// A model that was the best of its task when it came.
    pub struct Rung<AccountId, BlockNumber> {
        /// The model.
        pub model: ModelId,
        /// The job that made it.
        pub job: JobId,
        /// Who owned it then.
        pub owner: AccountId,
        /// Holdout rows that count as right; see [`TrainingMetrics::right_rows`].
        pub correct: u32,
        /// Rows of the holdout; above 0.
        pub rows: u32,
        /// Block in which it was accepted.
        pub at: BlockNumber,
    }

    /// The best models of a task, the best first, and how many were tried.
    pub struct Leaderboard<AccountId, BlockNumber> {
        /// The models that were the best when they came, the latest first.
        pub rungs: BoundedVec<Rung<AccountId, BlockNumber>, ConstU32<MAX_RUNGS>>,
        /// Models that were accepted for this task, those below the ladder too; saturating.
        pub models: u32,
    }
}

impl Metric {
    /// What models for `objective` are compared by.
    pub const fn of(objective: &Objective) -> Self {
        match objective {
            Objective::Classification { .. } => Self::Accuracy,
            Objective::Regression => Self::RSquared,
            Objective::Clustering => Self::Explained,
        }
    }
}

impl Task {
    /// The task that a run of `spec` on `dataset` belongs to.
    pub const fn of(dataset: DatasetId, spec: &TrainingSpec) -> Self {
        Self { dataset, target: spec.target, holdout: spec.holdout, metric: Metric::of(&spec.objective) }
    }
}

/// Whether `correct` of `rows` beats `best` (correct, rows) by more than its standard error. False without rows.
pub fn beats((correct, rows): (u32, u32), best: (u32, u32)) -> bool {
    let (best_correct, best_rows) = best;
    if rows == 0 || best_rows == 0 || correct > rows {
        return false;
    }
    let wide = |value: u32| U256::from(value);
    // p - q = (c * m - d * n) / (n * m), with p = c / n and q = d / m.
    let (own, other) = (wide(correct) * wide(best_rows), wide(best_correct) * wide(rows));
    if own <= other {
        return false;
    }
    // (p - q)^2 > c (n - c) / n^3, times n^3 m^2; every factor is below 2^160.
    let gap = own - other;
    gap * gap * wide(rows) > wide(correct) * wide(rows - correct) * wide(best_rows) * wide(best_rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_best_beats_the_old_by_more_than_its_standard_error() {
        // 80 of 100: the standard error is 4 points.
        assert!(!beats((80, 100), (76, 100)), "four points are not more than four");
        assert!(beats((80, 100), (75, 100)));
        assert!(!beats((80, 100), (80, 100)));
        assert!(!beats((80, 100), (90, 100)));
        assert!(beats((8_000, 10_000), (795, 1_000)), "half a point, at an error of 0.4");
    }

    #[test]
    fn perfect_and_empty_holdouts_need_no_luck() {
        assert!(beats((100, 100), (99, 100)), "a perfect model has no standard error");
        assert!(!beats((100, 100), (100, 100)));
        assert!(!beats((0, 0), (0, 0)) && !beats((5, 4), (0, 4)) && !beats((1, 1), (0, 0)));
        assert!(beats((u32::MAX, u32::MAX), (0, u32::MAX)));
        assert!(beats((u32::MAX / 2, u32::MAX), (u32::MAX / 3, u32::MAX)));
    }
}
