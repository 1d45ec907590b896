//! How much extra reward the parties of a job get from the pool.
//!
//! ```text
//! wished = floor(base * score * reputation / 10_000)                 for each party
//!        = min(fee, share)                                           for each finder of a planted trace
//! limit  = min(floor(cap * given), available)                        for all parties together
//! extra  = wished                                 if sum(wished) <= limit
//!          floor(wished * limit / sum(wished))    else
//!
//! base        what a perfect contribution of its kind by an account of full reputation is worth, in plancks
//! score       how good the contribution was, 1 to 100
//! reputation  of the account before the job counted, 1 to 100
//! cap         at most 90 %
//! fee         the most for a right verdict on a known-answer task, in plancks
//! share       what an evaluator gets of the job's price, in plancks: 0 for a job that pays none
//! given       what treasury and pool together got of the job's price, in plancks
//! available   what the pool has for this, in plancks
//! ```
//!
//! Whoever plays every part of a job pays `given` and gets back at most 90 % of it, so that trading with oneself loses
//! whatever base, score and reputation are.

use alloc::vec::Vec;
use sp_core::U256;
use sp_runtime::Permill;

/// Most that a job's extra rewards can be of what treasury and pool got out of its price.
pub const MAX_EXTRA_CAP: Permill = Permill::from_percent(90);

/// The score of a perfect contribution, and of a verdict that is the decision.
pub const FULL_SCORE: u8 = 100;

/// A perfect score times full reputation.
const PERFECT: u32 = 10_000;

/// What one party would get if nothing had to be scaled down, in plancks, rounded down. Scores and reputations above 100
/// count as 100, so that it never exceeds `base`.
pub fn wished(base: u128, score: u8, reputation: u8) -> u128 {
    let points = u32::from(score.min(FULL_SCORE)).saturating_mul(reputation.min(FULL_SCORE).into());
    quotient(U256::from(base).saturating_mul(points.into()), PERFECT.into())
}

/// What all parties of a job get at most, in plancks, rounded down.
pub fn limit(cap: Permill, given: u128, available: u128) -> u128 {
    cap.min(MAX_EXTRA_CAP).mul_floor(given).min(available)
}

/// Scale the wishes down together so that their sum is at most `limit`; each is rounded down.
pub fn scaled(wishes: &[u128], limit: u128) -> Vec<u128> {
    let total = wishes.iter().fold(U256::zero(), |sum, wish| sum.saturating_add((*wish).into()));
    if total <= U256::from(limit) {
        return wishes.to_vec();
    }
    let part = |wish: &u128| quotient(U256::from(*wish).saturating_mul(limit.into()), total);
    wishes.iter().map(part).collect()
}

/// `numerator / denominator`, rounded down; 0 if the denominator is. Saturates at 2^128 - 1, which no quotient here
/// exceeds: each is at most one of the factors of its numerator.
fn quotient(numerator: U256, denominator: U256) -> u128 {
    numerator.checked_div(denominator).and_then(|quotient| u128::try_from(quotient).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::money::JobSplit;
    use proptest::prelude::*;

    #[test]
    fn the_base_is_for_a_perfect_score_and_full_reputation() {
        assert_eq!([(100, 100), (100, 50), (40, 50), (1, 1)].map(|(s, r)| wished(1_000, s, r)), [1_000, 500, 200, 0]);
        assert_eq!((wished(u128::MAX, 255, 255), wished(0, 100, 100)), (u128::MAX, 0));
    }

    #[test]
    fn wishes_within_the_limit_are_met_and_others_scaled_alike() {
        assert_eq!(scaled(&[10, 20, 30], 60), [10, 20, 30]);
        assert_eq!(scaled(&[10, 20, 30], 59), [9, 19, 29]);
        assert_eq!(scaled(&[10, 20, 30], 0), [0, 0, 0]);
        assert!(scaled(&[], 5).is_empty());
    }

    #[test]
    fn the_cap_cannot_be_set_above_ninety_per_cent() {
        assert_eq!(limit(Permill::one(), 1_000, 10_000), 900);
        assert_eq!(limit(Permill::from_percent(80), 1_000, 10_000), 800);
        assert_eq!(limit(Permill::from_percent(80), 1_000, 7), 7);
    }

    /// A split whose shares sum to at most the whole.
    fn any_split() -> impl Strategy<Value = JobSplit> {
        (0..=1_000_000u32, 0..=1_000_000u32, 0..=1_000_000u32).prop_map(|(data, compute, evaluation)| {
            let compute = compute % (1_000_001 - data);
            let evaluation = evaluation % (1_000_001 - data - compute);
            let [data, compute, evaluation] = [data, compute, evaluation].map(Permill::from_parts);
            JobSplit { data, compute, evaluation }
        })
    }

    fn any_amount() -> impl Strategy<Value = u128> {
        prop_oneof![0..=1_000u128, any::<u64>().prop_map(u128::from), any::<u128>()]
    }

    proptest! {
        #[test]
        fn extras_never_exceed_the_limit_nor_the_wishes(
            wishes in prop::collection::vec(any_amount(), 0..24),
            limit in any_amount(),
        ) {
            let extras = scaled(&wishes, limit);
            prop_assert_eq!(extras.len(), wishes.len());
            let wished = wishes.iter().try_fold(0u128, |sum, wish| sum.checked_add(*wish));
            let sum = extras.iter().try_fold(0u128, |sum, extra| sum.checked_add(*extra));
            prop_assert!(sum.is_some_and(|sum| sum <= limit));
            prop_assert!(extras.iter().zip(&wishes).all(|(extra, wish)| extra <= wish));
            if wished.is_some_and(|wished| wished <= limit) {
                prop_assert_eq!(extras, wishes);
            }
        }

        #[test]
        fn scaling_keeps_the_order_and_loses_less_than_a_planck_for_each(
            wishes in prop::collection::vec(1..=u128::from(u64::MAX), 1..24),
            limit in 0..=u128::from(u64::MAX),
        ) {
            let extras = scaled(&wishes, limit);
            let goal = limit.min(wishes.iter().sum());
            let short = goal - extras.iter().sum::<u128>();
            prop_assert!(short < u128::try_from(wishes.len()).expect("small"));
            for (one, other) in wishes.iter().zip(&extras).zip(wishes.iter().zip(&extras).skip(1)) {
                prop_assert!(one.0 > other.0 || one.1 <= other.1);
            }
        }

        #[test]
        fn who_plays_every_part_gets_less_than_it_paid(
            split in any_split(),
            price in any_amount(),
            evaluators in 0..24u32,
            bases in prop::array::uniform3(any_amount()),
            cap in 0..=1_000_000u32,
            available in any_amount(),
        ) {
            let shares = split.shares(price, evaluators);
            let [data, compute, validation] = bases.map(|base| wished(base, 100, 100));
            let mut wishes = vec![data, compute];
            wishes.extend((0..evaluators).map(|_| validation));
            let extras = scaled(&wishes, limit(Permill::from_parts(cap), shares.treasury, available));
            let shared = shares.data + shares.compute + shares.each_evaluator * u128::from(evaluators);
            let got = shared + extras.iter().sum::<u128>();
            prop_assert!(got < price || shares.treasury == 0 && got == price, "got {} of {}", got, price);
        }
    }
}
