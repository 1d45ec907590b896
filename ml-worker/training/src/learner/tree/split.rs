//! The best split of a node by one column.

use super::{
    data::{Codes, Row},
    measure::{Measure, Score, Sides},
};
use crate::{Column, ColumnKind};
use std::cmp::Ordering;

/// Most elements of a table of sums by code; above it rows are sorted.
const MAX_TABLE: usize = 1 << 21;
/// Codes for each row up to which a table is used.
const CODES_PER_ROW: usize = 8;
/// Rows that a node is taken to have at least in the choice between table and sorting.
const LEAST_ROWS: usize = 64;

/// A split by one column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub score: Score,
    pub threshold: u16,
}

/// Memory that columns are summed up in. All zeros between two uses.
pub(super) struct Scratch<Word> {
    /// Sums by code.
    table: Vec<Word>,
    /// Rows by code.
    present: Vec<u32>,
    sorted: Vec<(u16, Row)>,
}

impl<Word: Copy + Default> Scratch<Word> {
    pub fn new() -> Self {
        Self { table: Vec::new(), present: Vec::new(), sorted: Vec::new() }
    }
}

/// The best split of `rows`, whose sums are `total`, by a column; `None` if none leaves `leaf_rows` on both sides.
///
/// ```text
/// numeric     left: code <= t, with t = (a + b) / 2, rounded down, of neighbouring codes a < b of the rows
/// category    left: code == t, with t a code of the rows
/// ```
///
/// Of equally good ones that with the smallest threshold.
pub(super) fn best_split<M: Measure>(
    measure: M,
    column: &Column,
    codes: &Codes,
    rows: &[Row],
    total: &[M::Word],
    leaf_rows: u64,
    scratch: &mut Scratch<M::Word>,
) -> Option<Candidate> {
    let mut sides = measure.sides(total);
    let mut best = None;
    let consider = |sides: &M::Sides<'_>, threshold: u16, best: &mut Option<Candidate>| {
        let (left, right) = sides.rows();
        if left >= leaf_rows && right >= leaf_rows {
            let score = sides.score();
            if best.is_none_or(|best: Candidate| score.order(&best.score) == Ordering::Greater) {
                *best = Some(Candidate { score, threshold });
            }
        }
    };
    match column.kind {
        ColumnKind::Numeric => {
            let mut before = None;
            for_each_code(measure, column.bound, codes, rows, scratch, |code, group| {
                if let Some(before) = before {
                    consider(&sides, u16::midpoint(before, code), &mut best);
                }
                sides.shift(group);
                before = Some(code);
            });
        }
        ColumnKind::Category => for_each_code(measure, column.bound, codes, rows, scratch, |code, group| {
            sides.take(group);
            consider(&sides, code, &mut best);
        }),
    }
    best
}

/// Call `visit` with each code of the rows, ascending, and the sums of the rows that have it.
fn for_each_code<M: Measure>(
    measure: M,
    bound: u16,
    codes: &Codes,
    rows: &[Row],
    scratch: &mut Scratch<M::Word>,
    visit: impl FnMut(u16, &[M::Word]),
) {
    let values = usize::from(bound) + 1;
    let has_table = values <= CODES_PER_ROW * rows.len().max(LEAST_ROWS) && values * measure.words() <= MAX_TABLE;
    match (codes, has_table) {
        (Codes::Narrow(codes), true) => by_table(measure, values, codes, rows, scratch, visit),
        (Codes::Wide(codes), true) => by_table(measure, values, codes, rows, scratch, visit),
        (_, false) => by_sorting(measure, codes, rows, scratch, visit),
    }
}

fn by_table<M: Measure, Code: Copy + Into<usize>>(
    measure: M,
    values: usize,
    codes: &[Code],
    rows: &[Row],
    scratch: &mut Scratch<M::Word>,
    mut visit: impl FnMut(u16, &[M::Word]),
) {
    let words = measure.words();
    if scratch.table.len() < values * words {
        scratch.table.resize(values * words, M::Word::default());
    }
    if scratch.present.len() < values {
        scratch.present.resize(values, 0);
    }
    let (table, present) = (&mut scratch.table[..values * words], &mut scratch.present[..values]);
    for row in rows {
        let code: usize = codes[row.index as usize].into();
        measure.add(&mut table[code * words..(code + 1) * words], row.target, row.weight);
        present[code] = present[code].wrapping_add(1);
    }
    for ((code, present), group) in (0..=u16::MAX).zip(present).zip(table.chunks_exact_mut(words)) {
        if *present != 0 {
            visit(code, group);
            *present = 0;
            group.fill(M::Word::default());
        }
    }
}

fn by_sorting<M: Measure>(
    measure: M,
    codes: &Codes,
    rows: &[Row],
    scratch: &mut Scratch<M::Word>,
    mut visit: impl FnMut(u16, &[M::Word]),
) {
    let sorted = &mut scratch.sorted;
    sorted.clear();
    sorted.extend(rows.iter().map(|row| (codes.at(row.index), *row)));
    sorted.sort_unstable_by_key(|(code, _)| *code);
    if scratch.table.len() < measure.words() {
        scratch.table.resize(measure.words(), M::Word::default());
    }
    let group = &mut scratch.table[..measure.words()];
    for same in sorted.chunk_by(|(code, _), (next, _)| code == next) {
        same.iter().for_each(|(_, row)| measure.add(group, row.target, row.weight));
        visit(same[0].0, group);
        group.fill(M::Word::default());
    }
}

#[cfg(test)]
mod tests {
    use super::{super::measure::Gini, *};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn table_and_sorting_give_the_same_groups(
            codes in proptest::collection::vec((0u16..40, 0u16..3, 1u32..4), 1..60),
        ) {
            let measure = Gini { classes: 3 };
            let rows: Vec<Row> = (0u32..).zip(&codes)
                .map(|(index, (_, target, weight))| Row { index, target: *target, weight: *weight })
                .collect();
            let wide: Vec<u16> = codes.iter().map(|(code, ..)| *code).collect();
            let mut scratch = Scratch::new();
            let (mut tabled, mut sorted) = (Vec::new(), Vec::new());
            by_table(measure, 40, &wide, &rows, &mut scratch, |code, group| tabled.push((code, group.to_vec())));
            let wide = Codes::Wide(wide);
            by_sorting(measure, &wide, &rows, &mut scratch, |code, group| sorted.push((code, group.to_vec())));
            prop_assert_eq!(&tabled, &sorted);
            prop_assert!(tabled.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert!(scratch.table.iter().all(|word| *word == 0) && scratch.present.iter().all(|rows| *rows == 0));
        }
    }
}
