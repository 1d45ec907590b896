//! The quality score of a dataset: an exponential average over what happened to it.
//!
//! ```text
//! score(0) = 50
//! score(n) = score(n-1) + (signal(n) - score(n-1)) * influence(n)        within 1 to 100
//! ```
//!
//! Scores are kept in thousandths and the step is rounded towards zero, so that anybody who reads the `ScoreChanged`
//! events of a dataset in order gets the same number ([`replay`]).
//!
//! | event | signal | influence |
//! |---|---|---|
//! | a copy was settled by timeout | 60 | 1/20 |
//! | a copy was confirmed by its buyer | 75 | 1/20 |
//! | a training job without a parent model was settled; its model beats the baseline by `d` | 50 + 50 * min(d / 0.1, 1) | 1/10 |
//! | a training job without a parent model was settled; its model does not beat the baseline | 40 | 1/10 |
//! | an inspector attested the package | 80 | 1/10 |
//! | a key was not delivered in time | 1 | 1/4 |
//! | a complaint was upheld | 1 | 1/2 |

use crate::training::MICRO;

/// Thousandths in one point.
const MILLI: i64 = 1_000;
/// Improvement over the baseline, in millionths, from which on the signal is 100.
const FULL_IMPROVEMENT: u32 = MICRO / 10;

scale! {
    /// A score from 1 to 100, kept in thousandths.
    #[derive(Copy, PartialOrd, Ord)]
    pub struct QualityScore(u32);

    /// What moves the score of a dataset.
    #[derive(Copy)]
    pub enum ScoreCause {
        /// A copy was sold and nobody complained.
        #[codec(index = 0)]
        CopySettled {
            /// Whether the buyer confirmed that all is well.
            confirmed: bool,
        },
        /// A job that trained on it was settled.
        #[codec(index = 1)]
        JobSettled {
            /// Accuracy above the better of the owner's baseline and the majority class, in millionths; 0 if it was not
            /// beaten.
            improvement: u32,
        },
        /// An inspector found the package to be what it claims.
        #[codec(index = 2)]
        Attested,
        /// A key was not delivered in time.
        #[codec(index = 3)]
        KeyNotDelivered,
        /// A complaint was upheld.
        #[codec(index = 4)]
        ComplaintUpheld,
    }
}

impl Default for QualityScore {
    fn default() -> Self {
        Self::INITIAL
    }
}

impl QualityScore {
    /// Score of what nobody has used yet.
    pub const INITIAL: Self = Self(50_000);
    /// Lowest score.
    pub const MIN: Self = Self(1_000);
    /// Highest score.
    pub const MAX: Self = Self(100_000);

    /// The score in thousandths, 1,000 to 100,000 inclusive.
    pub const fn millis(self) -> u32 {
        self.0
    }

    /// The score in whole points, rounded down, 1 to 100 inclusive.
    pub const fn points(self) -> u32 {
        self.0 / 1_000
    }

    /// Whether the number is within the range.
    pub const fn is_valid(self) -> bool {
        Self::MIN.0 <= self.0 && self.0 <= Self::MAX.0
    }

    /// The score after `cause`.
    pub fn after(self, cause: ScoreCause) -> Self {
        let (signal, divisor) = cause.signal();
        let step = signal.saturating_sub(i64::from(self.0)).checked_div(divisor).unwrap_or_default();
        let moved = i64::from(self.0).saturating_add(step).clamp(i64::from(Self::MIN.0), i64::from(Self::MAX.0));
        Self(u32::try_from(moved).unwrap_or(self.0))
    }
}

impl ScoreCause {
    /// Signal in thousandths, and the number that its distance to the score is divided by.
    fn signal(self) -> (i64, i64) {
        let (points, divisor) = match self {
            Self::CopySettled { confirmed: false } => (60, 20),
            Self::CopySettled { confirmed: true } => (75, 20),
            Self::JobSettled { improvement: 0 } => (40, 10),
            Self::JobSettled { improvement } => {
                let above = i64::from(improvement.min(FULL_IMPROVEMENT)).saturating_mul(50).saturating_mul(MILLI);
                let above = above.checked_div(i64::from(FULL_IMPROVEMENT)).unwrap_or_default();
                return (above.saturating_add(MILLI.saturating_mul(50)), 10);
            },
            Self::Attested => (80, 10),
            Self::KeyNotDelivered => (1, 4),
            Self::ComplaintUpheld => (1, 2),
        };
        (MILLI.saturating_mul(points), divisor)
    }
}

/// The score, 1 to 100, of data on which a model beat what was known by `improvement` millionths, or by 0: the signal of
/// [`ScoreCause::JobSettled`] in whole points, rounded down.
pub fn improvement_score(improvement: u32) -> u8 {
    let (signal, _) = ScoreCause::JobSettled { improvement }.signal();
    u8::try_from(signal / MILLI).unwrap_or(100).clamp(1, 100)
}

/// The score after `causes` in order, from the initial one.
pub fn replay(causes: impl IntoIterator<Item = ScoreCause>) -> QualityScore {
    causes.into_iter().fold(QualityScore::INITIAL, QualityScore::after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_follows_the_table() {
        let after = |cause| QualityScore::INITIAL.after(cause).millis();
        assert_eq!(after(ScoreCause::CopySettled { confirmed: false }), 50_500);
        assert_eq!(after(ScoreCause::CopySettled { confirmed: true }), 51_250);
        assert_eq!(after(ScoreCause::JobSettled { improvement: 0 }), 49_000);
        assert_eq!(after(ScoreCause::JobSettled { improvement: 50_000 }), 52_500);
        assert_eq!(after(ScoreCause::JobSettled { improvement: 900_000 }), 55_000);
        assert_eq!(after(ScoreCause::Attested), 53_000);
        assert_eq!(after(ScoreCause::KeyNotDelivered), 37_750);
        assert_eq!(after(ScoreCause::ComplaintUpheld), 25_500);
    }

    #[test]
    fn improvement_is_scored_like_its_signal() {
        assert_eq!([0, 1, 50_000, 100_000, u32::MAX].map(improvement_score), [40, 50, 75, 100, 100]);
    }

    #[test]
    fn scores_stay_within_their_range_and_replay_alike() {
        let worst = replay([ScoreCause::ComplaintUpheld; 100]);
        assert!(worst.is_valid() && worst.points() == 1, "{worst:?}");
        let best = replay([ScoreCause::JobSettled { improvement: MICRO }; 500]);
        assert!(best.is_valid() && best.points() == 99, "{best:?}");
        let causes = [ScoreCause::Attested, ScoreCause::KeyNotDelivered, ScoreCause::CopySettled { confirmed: true }];
        let step_by_step = causes.iter().fold(QualityScore::default(), |score, cause| score.after(*cause));
        assert_eq!(replay(causes), step_by_step);
    }
}
