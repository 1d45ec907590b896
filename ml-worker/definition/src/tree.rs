//! Sums folded pairwise in a tree that depends on the number of terms alone.
//!
//! ```text
//! sum(x[0..0]) = +0
//! sum(x[0..1]) = x[0]
//! sum(x[0..n]) = sum(x[0..h]) + sum(x[h..n])    with h the largest power of two below n
//! ```
//!
//! The rounding error grows with the logarithm of the number of terms instead of the number.

use crate::Float;

/// Terms summed at once, a power of two: a complete subtree.
const BLOCK: usize = 16;

/// The sum of `terms(0)`, ..., `terms(length - 1)` in the fixed tree; +0 without terms.
///
/// Written left to right: complete subtrees whose sizes are the powers of two in `length`, largest first, are kept on a
/// stack and added from the right at the end, which gives the tree of the module's text.
#[inline(always)]
pub fn sum<F: Float>(terms: impl Fn(usize) -> F, length: usize) -> F {
    let mut stack = [F::ZERO; usize::BITS as usize];
    let mut height = 0;
    let whole = length - length % BLOCK;
    let mut start = 0;
    while start < whole {
        let block = complete(&terms, start);
        push(&mut stack, &mut height, block, (start / BLOCK).trailing_ones());
        start += BLOCK;
    }
    while start < length {
        push(&mut stack, &mut height, terms(start), start.trailing_ones());
        start += 1;
    }
    if height == 0 {
        return F::ZERO;
    }
    let mut total = stack[height - 1];
    for subtree in stack[..height - 1].iter().rev() {
        total = subtree.add(total);
    }
    total
}

/// The sum of the complete subtree over `start..start + BLOCK`.
#[inline(always)]
fn complete<F: Float>(terms: &impl Fn(usize) -> F, start: usize) -> F {
    let mut sums = [F::ZERO; BLOCK];
    for (index, sum) in sums.iter_mut().enumerate() {
        *sum = terms(start + index);
    }
    let mut width = BLOCK / 2;
    while width > 0 {
        for index in 0..width {
            sums[index] = sums[2 * index].add(sums[2 * index + 1]);
        }
        width /= 2;
    }
    sums[0]
}

/// Puts a complete subtree on the stack after it has been joined with the `joins` subtrees that it completes.
#[inline(always)]
fn push<F: Float>(stack: &mut [F], height: &mut usize, mut subtree: F, joins: u32) {
    for _ in 0..joins {
        *height -= 1;
        subtree = stack[*height].add(subtree);
    }
    stack[*height] = subtree;
    *height += 1;
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn documented(terms: &[f32]) -> f32 {
        match terms {
            [] => 0.0,
            [term] => *term,
            _ => {
                let (left, right) = terms.split_at(terms.len().next_power_of_two() / 2);
                documented(left) + documented(right)
            }
        }
    }

    fn of(terms: &[f32]) -> f32 {
        sum(|index| terms[index], terms.len())
    }

    #[test]
    fn five_terms_are_added_in_the_documented_order() {
        let x = [1e8f32, 1.0, -1e8, 1.0, 0.5];
        assert_eq!(of(&[]).to_bits(), 0);
        assert_eq!(of(&x[..1]), 1e8);
        assert_eq!(of(&x[..3]).to_bits(), ((x[0] + x[1]) + x[2]).to_bits());
        assert_eq!(of(&x).to_bits(), (((x[0] + x[1]) + (x[2] + x[3])) + x[4]).to_bits());
        // Here the order shows: a fold from the left gives 1.5.
        assert_eq!(of(&x), 0.5);
    }

    #[test]
    fn a_single_negative_zero_keeps_its_sign() {
        assert_eq!(of(&[-0.0]).to_bits(), 1 << 31);
    }

    #[test]
    fn every_length_to_five_hundred_gives_the_documented_tree() {
        let terms: Vec<f32> =
            (0..500u32).map(|index| (index.wrapping_mul(2_654_435_761) as f32 - 2e9) * 1e-3).collect();
        for length in 0..=terms.len() {
            assert_eq!(of(&terms[..length]).to_bits(), documented(&terms[..length]).to_bits(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_terms_are_added_in_the_documented_order(terms in proptest::collection::vec(-1e6f32..1e6, 0..3_000)) {
            prop_assert_eq!(of(&terms).to_bits(), documented(&terms).to_bits());
        }
    }
}
