//! Sums in the fixed tree, several side by side.

use std::ops::Add;

/// The sums in the fixed tree of terms that come one after the other, `N` sums side by side.
///
/// The complete subtrees so far are kept on a stack, the largest first, and added from the right at the end.
pub(crate) struct Tree<T, const N: usize> {
    subtrees: [[T; N]; usize::BITS as usize],
    height: usize,
    terms: usize,
}

impl<T: Add<Output = T> + Copy + Default, const N: usize> Tree<T, N> {
    #[inline(always)]
    pub fn new() -> Self {
        Self { subtrees: [[T::default(); N]; usize::BITS as usize], height: 0, terms: 0 }
    }

    /// Forgets every term.
    #[inline(always)]
    pub fn clear(&mut self) {
        (self.height, self.terms) = (0, 0);
    }

    /// Adds the next term of each sum.
    #[inline(always)]
    pub fn push(&mut self, mut subtree: [T; N]) {
        for _ in 0..self.terms.trailing_ones() {
            self.height -= 1;
            subtree = added(self.subtrees[self.height], subtree);
        }
        self.subtrees[self.height] = subtree;
        self.height += 1;
        self.terms += 1;
    }

    /// The sums; +0 without terms.
    #[inline(always)]
    pub fn sums(&self) -> [T; N] {
        let Some(last) = self.height.checked_sub(1) else { return [T::default(); N] };
        let mut sums = self.subtrees[last];
        for subtree in self.subtrees[..last].iter().rev() {
            sums = added(*subtree, sums);
        }
        sums
    }
}

#[inline(always)]
fn added<T: Add<Output = T> + Copy, const N: usize>(left: [T; N], right: [T; N]) -> [T; N] {
    let mut sums = left;
    for lane in 0..N {
        sums[lane] = left[lane] + right[lane];
    }
    sums
}

/// Calls a function for the elements of a row: sixteen, four or one at a time.
///
/// `lanes!(width, f(a, b))` calls `f::<N>(column, a, b)` for each group of `N` columns from `column` on.
macro_rules! lanes {
    ($width:expr, $f:ident($($argument:expr),* $(,)?)) => {{
        let width = $width;
        let mut column = 0;
        while column + 16 <= width {
            $f::<16>(column, $($argument),*);
            column += 16;
        }
        while column + 4 <= width {
            $f::<4>(column, $($argument),*);
            column += 4;
        }
        while column < width {
            $f::<1>(column, $($argument),*);
            column += 1;
        }
    }};
}

pub(crate) use lanes;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sum::pairwise_sum;

    #[test]
    fn sums_side_by_side_are_those_of_the_fixed_tree() {
        let terms: Vec<[f32; 2]> = (0..200u32).map(|i| [i as f32 * 1e-3 - 0.1, 1e8 / (i as f32 + 1.0)]).collect();
        let mut tree = Tree::<f32, 2>::new();
        assert_eq!(tree.sums(), [0.0; 2]);
        for (count, term) in terms.iter().enumerate() {
            tree.push(*term);
            for lane in 0..2 {
                let column: Vec<f32> = terms[..=count].iter().map(|term| term[lane]).collect();
                assert_eq!(tree.sums()[lane].to_bits(), pairwise_sum(&column).to_bits());
            }
        }
        tree.clear();
        assert_eq!(tree.sums(), [0.0; 2]);
    }
}
