//! Sums folded pairwise in a tree that depends on the number of terms alone.
//!
//! ```text
//! sum(x[0..0]) = 0
//! sum(x[0..1]) = x[0]
//! sum(x[0..n]) = sum(x[0..h]) + sum(x[h..n])    with h the largest power of two below n
//! ```
//!
//! The rounding error grows with the logarithm of the number of terms instead of the number.

use std::ops::Add;

/// The sum of `terms` in the fixed tree; zero without terms.
pub fn pairwise_sum<Number: Add<Output = Number> + Copy + Default>(terms: &[Number]) -> Number {
    match terms {
        [] => Number::default(),
        [term] => *term,
        _ => {
            let (left, right) = terms.split_at(terms.len().next_power_of_two() / 2);
            pairwise_sum(left) + pairwise_sum(right)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_tree_is_the_documented_one() {
        let x = [1e8f32, 1.0, -1e8, 1.0, 0.5];
        assert_eq!(pairwise_sum::<f32>(&[]), 0.0);
        assert_eq!(pairwise_sum(&x[..1]), 1e8);
        assert_eq!(pairwise_sum(&x[..3]).to_bits(), ((x[0] + x[1]) + x[2]).to_bits());
        assert_eq!(pairwise_sum(&x).to_bits(), (((x[0] + x[1]) + (x[2] + x[3])) + x[4]).to_bits());
        // Here the order shows: a fold from the left gives 1.5.
        assert_eq!(pairwise_sum(&x), 0.5);
        assert_eq!(x.iter().sum::<f32>(), 1.5);
    }

    #[test]
    fn many_terms_keep_their_precision() {
        let terms = vec![0.1f32; 1 << 20];
        assert_eq!(pairwise_sum(&terms), 0.1 * (1 << 20) as f32);
    }

    proptest! {
        #[test]
        fn integers_sum_like_integers(terms in proptest::collection::vec(-1_000i32..1_000, 0..200)) {
            let floats: Vec<f64> = terms.iter().map(|term| f64::from(*term)).collect();
            prop_assert_eq!(pairwise_sum(&floats), f64::from(terms.iter().sum::<i32>()));
        }
    }
}
