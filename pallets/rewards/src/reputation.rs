//! How reputation moves.
//!
//! ```text
//! new:      r = 50
//! success:  r' = r + ceil((100 - r) / 16)
//! failure:  r' = max(1, r - floor(r / 4))
//! time:     r' = max(50, r - p)                  if r > 50, else r' = r
//!
//! r, r'   reputation before and after, whole numbers from 1 to 100
//! p       full periods without a contribution or a failure
//! ```
//!
//! A failure costs a quarter of what was earned, a success regains a sixteenth of what is missing: from 50, one failure
//! is made good by three successes; from 100, by twenty. Time takes the advantage that old deeds give, and forgives
//! nothing: below 50, reputation has to be earned back.

/// Least reputation.
pub const MIN: u8 = 1;

/// Most reputation.
pub const MAX: u8 = 100;

/// Reputation of an account that has done nothing yet, and to which a higher one fades.
pub const INITIAL: u8 = 50;

/// A success regains one part in this many of what is missing.
const GAIN_DIVISOR: u8 = 16;

/// A failure costs one part in this many of what is there.
const LOSS_DIVISOR: u8 = 4;

/// The stored reputation; zero, which stands for a new account, becomes [`INITIAL`].
pub const fn or_initial(stored: u8) -> u8 {
    if stored == 0 {
        INITIAL
    } else {
        stored
    }
}

/// Reputation after a success. Never above [`MAX`].
pub const fn after_success(reputation: u8) -> u8 {
    reputation.saturating_add(MAX.saturating_sub(reputation).div_ceil(GAIN_DIVISOR))
}

/// Reputation after a failure. Never below [`MIN`].
pub const fn after_failure(reputation: u8) -> u8 {
    let left = reputation.saturating_sub(reputation / LOSS_DIVISOR);
    if left < MIN {
        MIN
    } else {
        left
    }
}

/// Reputation after `periods` full periods in which the account neither contributed nor failed.
pub fn faded(reputation: u8, periods: u64) -> u8 {
    if reputation <= INITIAL {
        return reputation;
    }
    let points = u8::try_from(periods).unwrap_or(u8::MAX);
    reputation.saturating_sub(points).max(INITIAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reputation_stays_in_its_range() {
        for reputation in MIN..=MAX {
            assert!((MIN..=MAX).contains(&after_success(reputation)), "{reputation}");
            assert!((MIN..=MAX).contains(&after_failure(reputation)), "{reputation}");
            assert!((MIN..=reputation).contains(&faded(reputation, 7)), "{reputation}");
        }
    }

    #[test]
    fn success_raises_and_failure_lowers() {
        assert_eq!((after_success(50), after_failure(50)), (54, 38));
        assert_eq!((after_success(99), after_success(100)), (100, 100));
        assert_eq!((after_failure(100), after_failure(4), after_failure(3)), (75, 3, 3));
        for reputation in MIN..MAX {
            assert!(after_success(reputation) > reputation);
        }
    }

    #[test]
    fn a_failure_is_made_good_by_the_successes_that_the_documentation_names() {
        let successes = |from: u8| {
            let mut reputation = after_failure(from);
            let mut count = 0;
            while reputation < from {
                reputation = after_success(reputation);
                count += 1;
            }
            count
        };
        assert_eq!((successes(50), successes(100)), (3, 20));
    }

    #[test]
    fn a_reputation_above_fifty_fades_to_fifty_and_one_below_stays() {
        assert_eq!([0, 1, 9, 10, 11, u64::MAX].map(|periods| faded(60, periods)), [60, 59, 51, 50, 50, 50]);
        assert_eq!([50, 49, 1].map(|reputation| faded(reputation, 100)), [50, 49, 1]);
    }

    #[test]
    fn fading_in_two_steps_is_fading_in_one() {
        for reputation in MIN..=MAX {
            for (first, second) in [(0, 3), (5, 8), (40, 60)] {
                assert_eq!(faded(faded(reputation, first), second), faded(reputation, first + second));
            }
        }
    }

    #[test]
    fn only_zero_stands_for_a_new_account() {
        assert_eq!((or_initial(0), or_initial(1), or_initial(100)), (INITIAL, 1, 100));
    }
}
