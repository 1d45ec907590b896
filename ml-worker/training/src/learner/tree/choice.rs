//! The columns that a split chooses from.

use neurodata_repops::Stream;
use std::sync::Arc;

/// Which columns are tried for a node.
pub(super) enum Choice {
    /// All of them.
    All(Arc<[u16]>),
    /// Some, drawn anew for each node, without replacement. If none of them divides the rows, as many more are drawn.
    Drawn {
        /// Where they are drawn from.
        stream: Stream,
        /// How many at a time.
        count: usize,
        /// All columns, ascending.
        order: Vec<u16>,
    },
}

impl Choice {
    /// All of so many columns, at most 65,536.
    pub fn all(columns: usize) -> Self {
        Self::All((0..=u16::MAX).take(columns).collect())
    }

    /// `count` of so many columns, at most 65,536.
    pub fn drawn(columns: usize, count: usize, stream: Stream) -> Self {
        Self::Drawn { stream, count: count.max(1), order: (0..=u16::MAX).take(columns).collect() }
    }

    /// The next columns for a node for which `drawn` holds what was drawn before.
    ///
    /// The first positions of a Fisher-Yates shuffle of all columns, ascending: for `i` from 0, swap positions `i` and
    /// `i + below(columns - i)`. `drawn` holds the second position of each swap.
    pub fn draw(&mut self, drawn: &mut Vec<u16>) -> Arc<[u16]> {
        match self {
            Self::All(columns) => columns.clone(),
            Self::Drawn { stream, count, order } => {
                let (start, columns) = (drawn.len(), order.len());
                drawn.iter().enumerate().for_each(|(position, other)| order.swap(position, usize::from(*other)));
                for position in start..columns.min(start + *count) {
                    let other = position + stream.below((columns - position) as u32) as usize;
                    order.swap(position, other);
                    drawn.push(other as u16);
                }
                let chosen = order[start..drawn.len()].into();
                let swaps = drawn.iter().enumerate().rev();
                swaps.for_each(|(position, other)| order.swap(position, usize::from(*other)));
                chosen
            }
        }
    }

    /// Whether columns are left for that node.
    pub fn has_more(&self, drawn: &[u16]) -> bool {
        match self {
            Self::All(_) => false,
            Self::Drawn { order, .. } => drawn.len() < order.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_repops::Purpose;

    #[test]
    fn columns_are_drawn_without_replacement_until_none_is_left() {
        let mut choice = Choice::drawn(7, 3, Stream::at([3; 32], Purpose::FOREST_COLUMNS, 0));
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let mut columns = choice.draw(&mut first).to_vec();
        choice.draw(&mut second);
        while choice.has_more(&first) {
            columns.extend(choice.draw(&mut first).iter());
        }
        // Drawing for another node in between changed nothing.
        let stream = &mut Stream::at([3; 32], Purpose::FOREST_COLUMNS, 0);
        let mut expected: Vec<u16> = (0..7).collect();
        for position in 0..3 {
            expected.swap(position, position + stream.below((7 - position) as u32) as usize);
        }
        assert_eq!(columns[..3], expected[..3]);
        columns.sort_unstable();
        assert_eq!(columns, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!((second.len(), choice.has_more(&second)), (3, true));
    }
}
