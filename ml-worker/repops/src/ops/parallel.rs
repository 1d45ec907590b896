//! Rows of results shared out over threads, which changes no number.

use std::{cell::Cell, ops::Range};

use crate::error::{Error, Result};

/// Additions or copies that are worth a thread's attention: some ten microseconds.
pub(crate) const GRAIN: usize = 1 << 15;

/// Results, row by row, that can be cut between two rows.
pub(crate) trait Rows: Sized + Send {
    /// The first `rows` rows and the others.
    fn split(self, rows: usize) -> (Self, Self);
}

/// Rows of `width` elements.
pub(crate) struct Matrix<'a, T> {
    pub values: &'a mut [T],
    pub width: usize,
}

impl<'a, T> Matrix<'a, T> {
    pub fn new(values: &'a mut [T], width: usize) -> Self {
        Self { values, width }
    }
}

impl<T: Send> Rows for Matrix<'_, T> {
    fn split(self, rows: usize) -> (Self, Self) {
        let (left, right) = self.values.split_at_mut(rows * self.width);
        (Self { values: left, width: self.width }, Self { values: right, width: self.width })
    }
}

impl<A: Rows, B: Rows> Rows for (A, B) {
    fn split(self, rows: usize) -> (Self, Self) {
        let ((a, a_rest), (b, b_rest)) = (self.0.split(rows), self.1.split(rows));
        ((a, b), (a_rest, b_rest))
    }
}

impl<A: Rows, B: Rows, C: Rows> Rows for (A, B, C) {
    fn split(self, rows: usize) -> (Self, Self) {
        let ((a, a_rest), (b, b_rest), (c, c_rest)) = (self.0.split(rows), self.1.split(rows), self.2.split(rows));
        ((a, b, c), (a_rest, b_rest, c_rest))
    }
}

/// Calls `f` for parts of `results`, rows `rows`, of about `part` rows each, on the threads of rayon's pool.
///
/// Every part but the last is a multiple of `part` rows long and begins at such a multiple, counted from `rows.start`.
pub(crate) fn in_parts<R: Rows>(rows: Range<usize>, part: usize, results: R, f: &(impl Fn(Range<usize>, R) + Sync)) {
    let parts = rows.len().div_ceil(part.max(1));
    if parts <= 1 {
        f(rows, results);
        return;
    }
    let middle = parts / 2 * part;
    let (left, right) = results.split(middle);
    let between = rows.start + middle;
    rayon::join(|| in_parts(rows.start..between, part, left, f), || in_parts(between..rows.end, part, right, f));
}

/// The number of rows in a part, where a row costs `work` additions or copies.
pub(crate) fn part(work: usize) -> usize {
    (GRAIN / work.max(1)).max(1)
}

/// `length` zeros. Fails if there is not enough memory.
pub(crate) fn zeros<T: Clone + Default>(operation: &'static str, length: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(length).map_err(|refused| Error::device(operation)(candle_core::Error::wrap(refused)))?;
    values.resize(length, T::default());
    Ok(values)
}

thread_local! {
    /// Memory that a thread uses again and again.
    static SCRATCH: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// The result of `f`, given `length` numbers of any value to write to.
pub(crate) fn with_scratch<T>(length: usize, f: impl FnOnce(&mut [f32]) -> T) -> T {
    // Taken rather than borrowed: `f` may wait for other threads and meanwhile run work that needs memory, too.
    let mut scratch = SCRATCH.take();
    if scratch.len() < length {
        scratch.resize(length, 0.0);
    }
    let result = f(&mut scratch[..length]);
    SCRATCH.set(scratch);
    result
}
