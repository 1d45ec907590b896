//! How good a split is, in integers.
//!
//! With `L` and `R` the rows on the left and on the right, `|L|` their number, `L_k` those of class k and `S_L` the sum
//! of their targets:
//!
//! ```text
//! classes    score = (sum over k of L_k^2) / |L| + (sum over k of R_k^2) / |R|
//! numbers    score = S_L^2 / |L| + S_R^2 / |R|
//! ```
//!
//! which is largest where Gini's impurity, or the squared error, is smallest.
//!
//! Both are one fraction `numerator / (|L| * |R|)`. A node has below 2^32 rows and a target is below 2^16, so
//!
//! ```text
//! |L| * |R| <= 2^62,    numerator <= |L| * |R| * (|L| + |R|) * 2^32 <= 2^126,    score <= 2^64
//! ```
//!
//! (for classes without the factor 2^32), and nothing overflows.

use super::trees::Leaf;
use std::cmp::Ordering;

/// A fraction; the denominator is positive and at most 2^62, the numerator at most 2^126.
#[derive(Clone, Copy, Debug)]
pub(super) struct Score {
    pub numerator: u128,
    pub denominator: u64,
}

impl Score {
    /// Which fraction is larger, exactly.
    pub fn order(&self, other: &Self) -> Ordering {
        let fits = |numerator: u128, denominator: u64| numerator.leading_zeros() + denominator.leading_zeros() >= 64;
        if fits(self.numerator, other.denominator) && fits(other.numerator, self.denominator) {
            // Products of numbers of together at most 128 bits.
            let this = self.numerator.wrapping_mul(u128::from(other.denominator));
            return this.cmp(&other.numerator.wrapping_mul(u128::from(self.denominator)));
        }
        let parts = |score: &Self| {
            let denominator = u128::from(score.denominator.max(1));
            (score.numerator / denominator, score.numerator % denominator)
        };
        let ((whole, rest), (other_whole, other_rest)) = (parts(self), parts(other));
        // Rests are below their denominators, so that the products are below 2^124.
        let this = rest.wrapping_mul(u128::from(other.denominator));
        whole.cmp(&other_whole).then_with(|| this.cmp(&other_rest.wrapping_mul(u128::from(self.denominator))))
    }

    /// The bytes that the course covers.
    pub fn append_to(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.numerator.to_le_bytes());
        bytes.extend_from_slice(&self.denominator.to_le_bytes());
    }
}

/// What rows are summed up in, and how two sides of a node are judged by their sums.
pub(super) trait Measure: Copy + Send + Sync + 'static {
    /// An element of sums.
    type Word: Copy + Default + PartialEq + Send + Sync + 'static;
    /// The two sides of a node.
    type Sides<'node>: Sides<Word = Self::Word>;

    /// Elements of the sums of some rows.
    fn words(&self) -> usize;
    /// Add a row that counts `weight` times.
    fn add(&self, sums: &mut [Self::Word], target: u16, weight: u32);
    /// The sides of a node with these sums, with all rows on the right.
    fn sides<'node>(&self, total: &'node [Self::Word]) -> Self::Sides<'node>;
    /// Rows with these sums.
    fn rows(&self, sums: &[Self::Word]) -> u64;
    /// The leaf that holds rows with these sums.
    fn leaf(&self, sums: &[Self::Word]) -> Leaf;
}

/// The two sides of a node, while rows move from the right to the left.
pub(super) trait Sides {
    /// An element of sums.
    type Word;

    /// Move rows with these sums to the left.
    fn shift(&mut self, group: &[Self::Word]);
    /// Put all rows back and move those with these sums to the left.
    fn take(&mut self, group: &[Self::Word]);
    /// Rows on the left and on the right.
    fn rows(&self) -> (u64, u64);
    /// How good the split is. There are rows on both sides.
    fn score(&self) -> Score;
}

/// Gini's impurity of classes. Sums are the rows of each class.
#[derive(Clone, Copy)]
pub(super) struct Gini {
    /// Number of classes.
    pub classes: usize,
}

pub(super) struct GiniSides<'node> {
    total: &'node [u32],
    left: Vec<u32>,
    left_rows: u64,
    all_rows: u64,
    left_squares: u64,
    right_squares: u64,
}

impl Measure for Gini {
    type Word = u32;
    type Sides<'node> = GiniSides<'node>;

    fn words(&self) -> usize {
        self.classes
    }

    #[inline(always)]
    fn add(&self, sums: &mut [u32], target: u16, weight: u32) {
        let count = &mut sums[usize::from(target)];
        *count = count.wrapping_add(weight);
    }

    fn sides<'node>(&self, total: &'node [u32]) -> GiniSides<'node> {
        let all_rows = self.rows(total);
        let right_squares = total.iter().map(|rows| u64::from(*rows) * u64::from(*rows)).sum();
        GiniSides { total, left: vec![0; self.classes], left_rows: 0, all_rows, left_squares: 0, right_squares }
    }

    fn rows(&self, sums: &[u32]) -> u64 {
        sums.iter().map(|rows| u64::from(*rows)).sum()
    }

    fn leaf(&self, sums: &[u32]) -> Leaf {
        let entries = (0..=u16::MAX).zip(sums).filter(|(_, rows)| **rows > 0);
        Leaf::Classes(entries.map(|(class, rows)| (class, *rows)).collect())
    }
}

impl Sides for GiniSides<'_> {
    type Word = u32;

    #[inline(always)]
    fn shift(&mut self, group: &[u32]) {
        for ((rows, left), total) in group.iter().zip(&mut self.left).zip(self.total) {
            if *rows != 0 {
                // (l + w)^2 = l^2 + w (2 l + w) and (r - w)^2 = r^2 - w (2 r - w), all below 2^64.
                let (moved, before) = (u64::from(*rows), u64::from(*left));
                let right = u64::from(*total).wrapping_sub(before);
                self.left_squares = self.left_squares.wrapping_add(moved.wrapping_mul(2 * before + moved));
                self.right_squares =
                    self.right_squares.wrapping_sub(moved.wrapping_mul((2 * right).wrapping_sub(moved)));
                self.left_rows = self.left_rows.wrapping_add(moved);
                *left = left.wrapping_add(*rows);
            }
        }
    }

    fn take(&mut self, group: &[u32]) {
        (self.left_rows, self.left_squares, self.right_squares) = (0, 0, 0);
        for (rows, total) in group.iter().zip(self.total) {
            let (left, right) = (u64::from(*rows), u64::from(total.wrapping_sub(*rows)));
            self.left_rows = self.left_rows.wrapping_add(left);
            self.left_squares = self.left_squares.wrapping_add(left.wrapping_mul(left));
            self.right_squares = self.right_squares.wrapping_add(right.wrapping_mul(right));
        }
    }

    fn rows(&self) -> (u64, u64) {
        (self.left_rows, self.all_rows.wrapping_sub(self.left_rows))
    }

    #[inline(always)]
    fn score(&self) -> Score {
        let (left, right) = self.rows();
        let of_left = u128::from(self.left_squares).wrapping_mul(u128::from(right));
        let of_right = u128::from(self.right_squares).wrapping_mul(u128::from(left));
        Score { numerator: of_left.wrapping_add(of_right), denominator: left.wrapping_mul(right) }
    }
}

/// The squared error of numbers. Sums are the number of rows and the sum of their targets.
#[derive(Clone, Copy)]
pub(super) struct SquaredError;

pub(super) struct NumberSides {
    total: [u64; 2],
    left: [u64; 2],
}

impl Measure for SquaredError {
    type Word = u64;
    type Sides<'node> = NumberSides;

    fn words(&self) -> usize {
        2
    }

    #[inline(always)]
    fn add(&self, sums: &mut [u64], target: u16, weight: u32) {
        let weight = u64::from(weight);
        sums[0] = sums[0].wrapping_add(weight);
        sums[1] = sums[1].wrapping_add(weight.wrapping_mul(u64::from(target)));
    }

    fn sides<'node>(&self, total: &'node [u64]) -> NumberSides {
        NumberSides { total: [total[0], total[1]], left: [0; 2] }
    }

    fn rows(&self, sums: &[u64]) -> u64 {
        sums[0]
    }

    fn leaf(&self, sums: &[u64]) -> Leaf {
        // Rows are counted by 32 bits.
        Leaf::Numbers(sums[0] as u32, sums[1])
    }
}

impl Sides for NumberSides {
    type Word = u64;

    #[inline(always)]
    fn shift(&mut self, group: &[u64]) {
        self.left = [self.left[0].wrapping_add(group[0]), self.left[1].wrapping_add(group[1])];
    }

    fn take(&mut self, group: &[u64]) {
        self.left = [group[0], group[1]];
    }

    fn rows(&self) -> (u64, u64) {
        (self.left[0], self.total[0].wrapping_sub(self.left[0]))
    }

    #[inline(always)]
    fn score(&self) -> Score {
        let (left, right) = self.rows();
        let (left_sum, right_sum) = (u128::from(self.left[1]), u128::from(self.total[1].wrapping_sub(self.left[1])));
        let of_left = left_sum.wrapping_mul(left_sum).wrapping_mul(u128::from(right));
        let of_right = right_sum.wrapping_mul(right_sum).wrapping_mul(u128::from(left));
        Score { numerator: of_left.wrapping_add(of_right), denominator: left.wrapping_mul(right) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The larger of two fractions by their continued fractions.
    fn by_quotients(mut a: (u128, u128), mut b: (u128, u128)) -> Ordering {
        let order = |ordering: Ordering, turned: bool| if turned { ordering.reverse() } else { ordering };
        let mut turned = false;
        loop {
            let whole = (a.0 / a.1).cmp(&(b.0 / b.1));
            if whole != Ordering::Equal {
                return order(whole, turned);
            }
            (a, b) = ((a.1, a.0 % a.1), (b.1, b.0 % b.1));
            match (a.1, b.1) {
                (0, 0) => return Ordering::Equal,
                // No rest is the smaller fraction; the reciprocals turn the order.
                (0, _) => return order(Ordering::Less, turned),
                (_, 0) => return order(Ordering::Greater, turned),
                _ => turned = !turned,
            }
        }
    }

    proptest! {
        #[test]
        fn fractions_of_any_size_are_compared_exactly(
            a in (0..=1u128 << 126, 1..=1u64 << 62),
            b in (0..=1u128 << 126, 1..=1u64 << 62),
            shift in 0u32..100,
        ) {
            let score = |(numerator, denominator): (u128, u64)| Score {
                numerator: numerator >> shift,
                denominator: (denominator >> (shift / 2)).max(1),
            };
            let (a, b) = (score(a), score(b));
            let expected = by_quotients(
                (a.numerator, a.denominator.into()),
                (b.numerator, b.denominator.into()),
            );
            prop_assert_eq!(a.order(&b), expected);
            prop_assert_eq!(b.order(&a), expected.reverse());
        }

        #[test]
        fn equal_fractions_are_equal(
            numerator in 1..1u128 << 90,
            denominator in 1..1u64 << 30,
            factor in 1..1u64 << 32,
        ) {
            let a = Score { numerator, denominator };
            let b = Score { numerator: numerator * u128::from(factor), denominator: denominator * factor };
            prop_assert_eq!(a.order(&b), Ordering::Equal);
        }
    }

    #[test]
    fn the_largest_nodes_do_not_overflow() {
        // 2^32 - 1 rows; half of them on each side.
        let half = u32::MAX / 2;
        let total = [u32::MAX, 0];
        let mut sides = Gini { classes: 2 }.sides(&total);
        sides.shift(&[half, 0]);
        // |L|^2 |R| + |R|^2 |L| = |L| |R| (|L| + |R|)
        let score = sides.score();
        assert_eq!(score.numerator, u128::from(score.denominator) * u128::from(u32::MAX));
        let (all, largest) = (u64::from(u32::MAX), u64::from(u16::MAX));
        let total = [all, all * largest];
        let mut sides = SquaredError.sides(&total);
        sides.shift(&[half.into(), u64::from(half) * largest]);
        let score = sides.score();
        let expected = u128::from(score.denominator) * u128::from(all) * u128::from(largest * largest);
        assert_eq!(score.numerator, expected);
        assert!(score.numerator < 1 << 126 && score.denominator < 1 << 62);
    }
}
