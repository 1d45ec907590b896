//! Look-ups in a table of rows, one per id, and their gradients.

use super::count;
use crate::Binary32;

/// The id that stands for no token in [`embedding_mean`].
const NOTHING: u32 = 0;

/// Element `column` of the row of `id`.
#[inline(always)]
pub fn embedding<S: Binary32>(table: impl Fn(u32, usize) -> S, id: u32, column: usize) -> S {
    table(id, column)
}

/// Element `(id, column)` of the gradient of [`embedding`] by its table.
///
/// Fold from +0 of `+` of `g(position, column)` over those of the `positions`, ascending, that hold the id.
#[inline(always)]
pub fn embedding_grad<S: Binary32>(
    ids: impl Fn(usize) -> u32,
    g: impl Fn(usize, usize) -> S,
    positions: usize,
    id: u32,
    column: usize,
) -> S {
    (0..positions).filter(|position| ids(*position) == id).fold(S::ZERO, |sum, position| sum.add(g(position, column)))
}

/// The number of positions of a row that hold a token.
#[inline(always)]
fn tokens(ids: impl Fn(usize) -> u32, length: usize) -> usize {
    (0..length).filter(|position| ids(*position) != NOTHING).count()
}

/// Element `column` of the mean of the rows of one text's `ids`, of which there are `length`; id 0 is left out.
///
/// Fold from +0 of `+`, divided by the number of ids that are not 0; +0 if there is none.
#[inline(always)]
pub fn embedding_mean<S: Binary32>(
    table: impl Fn(u32, usize) -> S,
    ids: impl Fn(usize) -> u32,
    length: usize,
    column: usize,
) -> S {
    let tokens = tokens(&ids, length);
    if tokens == 0 {
        return S::ZERO;
    }
    (0..length)
        .map(ids)
        .filter(|id| *id != NOTHING)
        .fold(S::ZERO, |sum, id| sum.add(table(id, column)))
        .div(count(tokens))
}

/// Element `(id, column)` of the gradient of [`embedding_mean`] by its table, over `rows` texts of `length` ids.
///
/// Fold from +0 of `+` of `g(row, column) / tokens(row)` over positions `(row, place)`, ascending, that hold the id; +0 for
/// id 0.
#[inline(always)]
pub fn embedding_mean_grad<S: Binary32>(
    ids: impl Fn(usize, usize) -> u32,
    g: impl Fn(usize, usize) -> S,
    rows: usize,
    length: usize,
    id: u32,
    column: usize,
) -> S {
    let mut sum = S::ZERO;
    if id == NOTHING {
        return sum;
    }
    for row in 0..rows {
        for _ in (0..length).filter(|place| ids(row, *place) == id) {
            sum = sum.add(g(row, column).div(count(tokens(|place| ids(row, place), length))));
        }
    }
    sum
}
