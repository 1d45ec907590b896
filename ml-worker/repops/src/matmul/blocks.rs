//! Cutting a product into tiles: blocks that fit the caches, packing, threads.
//!
//! ```text
//! for columns in blocks of COLUMNS, for k in blocks of DEPTH:
//!     pack b[k][columns] into panels as wide as a tile          (third-level cache)
//!     for rows in blocks, in parallel:
//!         pack a[rows][k] into panels as high as a tile         (second-level cache)
//!         for panel of b (first-level cache), for panel of a: tile
//! ```
//!
//! Between blocks of `k` the folds rest in `c`. Rows and columns are cut as evenly as possible, so that no tile is much
//! lower than the others. Source of the scheme: F. Van Zee, R. van de Geijn, "BLIS: A Framework for Rapidly
//! Instantiating BLAS Functionality" (2015).

use super::kernel::{Kernels, Lines, Storage, Tile};
use rayon::prelude::*;
use std::{cell::Cell, ops::Range, thread::LocalKey};

/// The most values of `k` in a block.
const DEPTH: usize = 256;
/// The most columns in a block.
const COLUMNS: usize = 4_096;
/// The most rows in a block.
const ROWS: usize = 504;
/// The most rows that are computed transposed at a time.
const TURNED_ROWS: usize = 1_024;
/// Rows up to which `b` is read where it lies.
const DIRECT_ROWS: usize = 64;
/// Columns up to which `a` is read where it lies.
const DIRECT_COLUMNS: usize = 128;
/// Vectors of fused operations below which one thread works alone: some 40 microseconds.
const SERIAL: usize = 1 << 18;
/// Vectors of fused operations that are worth a task of their own.
const TASK: usize = 1 << 15;
/// Elements of `b` that are close at hand however often they are read.
const CLOSE: usize = 1 << 13;
/// Panels of rows in a task, where there are columns enough to make tasks of.
const TASK_PANELS: usize = 4;
/// Tasks for each thread, so that a thread that was held up gets fewer.
const TASKS_PER_THREAD: usize = 2;

/// A product of two matrices that lie anywhere, into one whose rows lie in one piece.
#[derive(Clone, Copy)]
pub(super) struct Problem {
    /// Rows of `a` and `c`, at least 1.
    pub rows: usize,
    /// Values of `k`, at least 1.
    pub inner: usize,
    /// Columns of `b` and `c`, at least 1.
    pub columns: usize,
    pub a: *const f32,
    /// Elements from one row of `a` to the next.
    pub a_row: usize,
    /// Elements of `a` from one `k` to the next. This or `a_row` is 1.
    pub a_step: usize,
    pub b: *const f32,
    /// Elements of `b` from one `k` to the next.
    pub b_step: usize,
    /// Elements from one column of `b` to the next. This or `b_step` is 1.
    pub b_column: usize,
    pub c: *mut f32,
    /// Elements from one row of `c` to the next.
    pub c_step: usize,
    /// Whether the folds go on from what `c` holds.
    pub resume: bool,
}

impl Problem {
    /// The problem of computing these rows and columns alone, both inside the problem.
    fn part(&self, rows: Range<usize>, columns: Range<usize>) -> Self {
        Self {
            rows: rows.len(),
            columns: columns.len(),
            a: self.a.wrapping_add(rows.start * self.a_row),
            b: self.b.wrapping_add(columns.start * self.b_column),
            c: self.c.wrapping_add(rows.start * self.c_step + columns.start),
            ..*self
        }
    }
}

// SAFETY: the operands are only read, and tasks write to separate blocks of `c`.
unsafe impl Send for Problem {}
// SAFETY: as above.
unsafe impl Sync for Problem {}

thread_local! {
    /// Memory for packed panels of `a`, kept from one product to the next.
    static PACKED_A: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
    /// Memory for packed panels of `b`, kept from one product to the next.
    static PACKED_B: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
    /// Memory for a product that is computed transposed.
    static TURNED: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// The outcome of `work` on at least `length` numbers of scratch memory, on a border of 64 bytes.
///
/// The memory is taken out meanwhile: should the thread start another product while it waits for this one's tasks, that
/// product finds none and gets its own.
fn with_scratch<T>(scratch: &'static LocalKey<Cell<Vec<f32>>>, length: usize, work: impl FnOnce(*mut f32) -> T) -> T {
    const ALIGNMENT: usize = 64 / size_of::<f32>();
    let mut memory = scratch.take();
    if memory.len() < length + ALIGNMENT {
        memory = vec![0.0; length + ALIGNMENT];
    }
    let start = memory.as_mut_ptr();
    let skipped = start.align_offset(64).min(ALIGNMENT);
    let outcome = work(start.wrapping_add(skipped));
    scratch.set(memory);
    outcome
}

/// Part `index` of `total` things cut into `parts` as evenly as possible.
fn part(total: usize, parts: usize, index: usize) -> Range<usize> {
    let (least, longer) = (total / parts, total % parts);
    let start = index * least + index.min(longer);
    start..start + least + usize::from(index < longer)
}

/// Call `work` for each of `count` tasks, in parallel if there is more than one thread.
fn each(threads: usize, count: usize, work: impl Fn(usize) + Send + Sync) {
    if threads > 1 && count > 1 {
        (0..count).into_par_iter().with_max_len(1).for_each(work);
    } else {
        (0..count).for_each(work);
    }
}

/// The threads for so many vectors of fused operations.
fn threads_for(vectors: usize) -> usize {
    if vectors < SERIAL {
        1
    } else {
        rayon::current_num_threads()
    }
}

/// Compute `problem`.
///
/// # Safety
/// The operands must be readable and `c` writable at all places that the problem names, nobody else may use `c`
/// meanwhile, and the processor must have the instructions of `kernels`.
pub(super) unsafe fn compute(kernels: &'static Kernels, problem: Problem) {
    let narrow = problem.columns <= kernels.lanes / 4;
    let worth_turning = narrow || (problem.columns <= kernels.lanes / 2 && problem.inner >= kernels.lanes);
    if worth_turning && problem.rows > kernels.lanes / 2 {
        // Where `a` has to be transposed for it, that costs about an operation for each element.
        let transposed = if problem.a_row == 1 { 0 } else { problem.rows * problem.inner };
        let vectors = problem.columns * problem.rows.div_ceil(kernels.lanes) * problem.inner;
        let threads = threads_for(vectors + transposed);
        let tasks = problem.rows.div_ceil(TURNED_ROWS).max(if threads == 1 { 1 } else { threads * TASKS_PER_THREAD });
        let tasks = tasks.min(problem.rows.div_ceil(kernels.row_columns));
        return each(threads, tasks, |task| {
            let rows = part(problem.rows, tasks, task);
            // SAFETY: tasks have separate rows.
            unsafe { compute_turned(kernels, problem.part(rows, 0..problem.columns)) };
        });
    }
    let Problem { rows, inner, columns, .. } = problem;
    let vectors = |inner: usize| rows.saturating_mul(inner).saturating_mul(columns.div_ceil(kernels.lanes));
    let threads = threads_for(vectors(inner));
    if threads == 1 || vectors(inner.min(DEPTH)) >= threads.saturating_mul(SERIAL) {
        return compute_blocks(kernels, problem, threads);
    }
    // Blocks of `k` are too small to share: every task computes a part of `c` from the first `k` to the last.
    let (row_panels, column_panels) = (rows.div_ceil(kernels.rows), columns.div_ceil(kernels.columns()));
    let wanted = (threads * TASKS_PER_THREAD).min(vectors(inner).div_ceil(TASK));
    let (row_tasks, column_tasks) = if rows >= columns {
        let row_tasks = wanted.min(row_panels);
        (row_tasks, wanted.div_ceil(row_tasks).min(column_panels))
    } else {
        let column_tasks = wanted.min(column_panels);
        (wanted.div_ceil(column_tasks).min(row_panels), column_tasks)
    };
    each(threads, row_tasks * column_tasks, |task| {
        let part_rows = part(rows, row_tasks, task / column_tasks);
        let panels = part(column_panels, column_tasks, task % column_tasks);
        let first = panels.start * kernels.columns();
        let part_columns = first..columns.min(panels.end * kernels.columns());
        // SAFETY: tasks have separate rows or columns, all of them inside the problem.
        unsafe { compute_blocks(kernels, problem.part(part_rows, part_columns), 1) };
    });
}

/// Compute `problem` block by block, each of them on `threads` threads.
///
/// # Safety
/// That of [`compute`].
unsafe fn compute_blocks(kernels: &'static Kernels, problem: Problem, threads: usize) {
    let few_rows = threads == 1 && problem.rows <= 2 * kernels.rows && problem.b_column != 1;
    let most_columns = if few_rows { kernels.row_columns } else { COLUMNS };
    let column_blocks = problem.columns.div_ceil(most_columns);
    let depth_blocks = problem.inner.div_ceil(DEPTH);
    for column_block in 0..column_blocks {
        let columns = part(problem.columns.div_ceil(kernels.columns()), column_blocks, column_block);
        let columns = columns.start * kernels.columns()..problem.columns.min(columns.end * kernels.columns());
        for depth_block in 0..depth_blocks {
            let depth = part(problem.inner, depth_blocks, depth_block);
            Block { kernels, problem, columns: columns.clone(), depth }.compute(threads);
        }
    }
}

/// Compute `problem` on this thread as `transpose(transpose(b) * transpose(a))`, which makes lanes of its rows.
///
/// An element of the result is the same fold, since `fma` takes its factors in either order.
///
/// # Safety
/// That of [`compute`].
unsafe fn compute_turned(kernels: &'static Kernels, problem: Problem) {
    let Problem { rows, inner, columns, a, a_row, a_step, b, b_step, b_column, c, c_step, resume } = problem;
    with_scratch(&TURNED, rows * columns, |turned| {
        let transposed = Problem {
            rows: columns,
            inner,
            columns: rows,
            a: b,
            a_row: b_column,
            a_step: b_step,
            b: a,
            b_step: a_step,
            b_column: a_row,
            c: turned,
            c_step: rows,
            resume,
        };
        for row in 0..if resume { rows } else { 0 } {
            for column in 0..columns {
                *turned.add(column * rows + row) = *c.add(row * c_step + column);
            }
        }
        compute_blocks(kernels, transposed, 1);
        for row in 0..rows {
            for column in 0..columns {
                *c.add(row * c_step + column) = *turned.add(column * rows + row);
            }
        }
    });
}

/// A block of columns and values of `k`.
struct Block {
    kernels: &'static Kernels,
    problem: Problem,
    columns: Range<usize>,
    depth: Range<usize>,
}

/// Where the columns of a block of `b` lie, in panels as wide as a tile.
#[derive(Clone, Copy)]
struct Panels {
    from: *const f32,
    /// Elements from one `k` to the next.
    step: usize,
    /// Elements from one panel to the next.
    panel: usize,
    /// Whether nothing may be read behind the last column.
    ends: bool,
}

// SAFETY: panels are only read while tasks share them.
unsafe impl Send for Panels {}
// SAFETY: as above.
unsafe impl Sync for Panels {}

/// A pointer that tasks write to at separate places.
#[derive(Clone, Copy)]
struct Shared(*mut f32);

// SAFETY: whoever writes through it keeps to the places of their own task.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// The place `offset` elements behind.
    fn at(self, offset: usize) -> *mut f32 {
        self.0.wrapping_add(offset)
    }
}

impl Block {
    /// The columns of a panel.
    fn width(&self) -> usize {
        if self.problem.rows == 1 {
            self.kernels.row_columns
        } else {
            self.kernels.columns()
        }
    }

    /// Compute the block's part of `c`, after packing `b` where that pays.
    ///
    /// # Safety
    /// That of [`compute`].
    unsafe fn compute(&self, threads: usize) {
        let Problem { rows, b, b_step, b_column, .. } = self.problem;
        let width = self.width();
        if b_column == 1 && (rows <= DIRECT_ROWS || b_step <= width) {
            let from = b.add(self.depth.start * b_step + self.columns.start);
            return self.multiply(threads, Panels { from, step: b_step, panel: width, ends: true });
        }
        let panels = self.columns.len().div_ceil(width);
        with_scratch(&PACKED_B, panels * width * self.depth.len(), |packed| {
            let panel = width * self.depth.len();
            let packed = Shared(packed);
            let tasks = if threads > 1 { panels.min(threads * TASKS_PER_THREAD) } else { 1 };
            each(threads, tasks, |task| {
                for index in part(panels, tasks, task) {
                    // SAFETY: the panel lies in the block, and the memory has room for every panel.
                    unsafe { self.pack_b(index, packed.at(index * panel)) };
                }
            });
            self.multiply(threads, Panels { from: packed.at(0), step: width, panel, ends: false });
        });
    }

    /// Pack the panel `index` of `b`.
    ///
    /// # Safety
    /// That of [`compute`]; `into` must have room for the panel.
    unsafe fn pack_b(&self, index: usize, into: *mut f32) {
        let Problem { b, b_step, b_column, .. } = self.problem;
        let width = self.width();
        let first = self.columns.start + index * width;
        let (lines, depth) = (width.min(self.columns.end - first), self.depth.len());
        let from = b.add(self.depth.start * b_step + first * b_column);
        if b_column == 1 {
            (self.kernels.copy)(Lines { from, step: b_step, lines, depth }, into, width);
        } else {
            (self.kernels.interleave)(Lines { from, step: b_column, lines, depth }, into, width);
        }
    }

    /// Compute the block's part of `c` from panels of `b`.
    ///
    /// # Safety
    /// That of [`compute`]; `b` must hold the block.
    unsafe fn multiply(&self, threads: usize, b: Panels) {
        let rows = self.problem.rows;
        let row_panels = rows.div_ceil(self.kernels.rows);
        let column_panels = self.columns.len().div_ceil(self.width());
        let (mut row_tasks, mut column_tasks) = (rows.div_ceil(ROWS), 1);
        if threads > 1 {
            let vectors = rows * self.columns.len().div_ceil(self.kernels.lanes) * self.depth.len();
            let wanted = (threads * TASKS_PER_THREAD).min(vectors.div_ceil(TASK));
            let enough = wanted.div_ceil(column_panels).max(wanted.min(row_panels.div_ceil(TASK_PANELS)));
            row_tasks = row_tasks.max(enough.min(row_panels));
            column_tasks = wanted.div_ceil(row_tasks).min(column_panels);
        }
        each(threads, row_tasks * column_tasks, |task| {
            let rows = part(rows, row_tasks, task / column_tasks);
            let panels = part(column_panels, column_tasks, task % column_tasks);
            // SAFETY: tasks have separate rows or columns, all of them inside the block.
            unsafe { self.multiply_rows(rows, panels, b) };
        });
    }

    /// Compute some rows and some panels of columns of the block's part of `c`.
    ///
    /// # Safety
    /// That of [`Self::multiply`]; nobody else may use these elements of `c` meanwhile.
    unsafe fn multiply_rows(&self, rows: Range<usize>, panels: Range<usize>, b: Panels) {
        let Problem { a, a_row, a_step, .. } = self.problem;
        let row_panels = rows.len().div_ceil(self.kernels.rows);
        let depth = self.depth.len();
        let from = |row: usize| a.add(row * a_row + self.depth.start * a_step);
        let step = self.kernels.rows.next_multiple_of(self.kernels.lanes);
        if self.problem.rows == 1 {
            // SAFETY: the panels are those of the caller.
            return panels.for_each(|panel| unsafe { self.row(panel, b) });
        }
        if panels.len() * self.width() <= DIRECT_COLUMNS {
            return self.tiles(rows, panels, b, |_, row| from(row), a_row, a_step);
        }
        with_scratch(&PACKED_A, row_panels * step * depth, |packed| {
            for index in 0..row_panels {
                let part = part(rows.len(), row_panels, index);
                let (from, into) = (from(rows.start + part.start), packed.add(index * step * depth));
                if a_row == 1 {
                    (self.kernels.copy)(Lines { from, step: a_step, lines: part.len(), depth }, into, step);
                } else {
                    (self.kernels.interleave)(Lines { from, step: a_row, lines: part.len(), depth }, into, step);
                }
            }
            self.tiles(rows, panels, b, |index, _| packed.add(index * step * depth).cast_const(), 1, step);
        });
    }

    /// Compute a panel of columns of the only row.
    ///
    /// # Safety
    /// That of [`Self::multiply_rows`].
    unsafe fn row(&self, panel: usize, b: Panels) {
        let Problem { a, a_row, a_step, c, c_step, .. } = self.problem;
        let storage = Storage { a_by_rows: false, b_ends: b.ends };
        let start = panel * self.width();
        let end = self.columns.len().min(start + self.width());
        let mut first = start;
        while first < end {
            let wide = end - first == self.kernels.row_columns;
            let columns = if wide { self.kernels.row_columns } else { self.kernels.columns().min(end - first) };
            let kernel = if wide { self.kernels.row } else { self.kernels.tile(storage, 1, columns) };
            kernel(&Tile {
                depth: self.depth.len(),
                a: a.wrapping_add(self.depth.start * a_step),
                a_row,
                a_step,
                b: b.from.wrapping_add(panel * b.panel + first - start),
                b_step: b.step,
                c: c.wrapping_add(self.columns.start + first),
                c_step,
                columns,
                resume: self.problem.resume || self.depth.start > 0,
            });
            first += columns;
        }
    }

    /// Compute tile by tile. `a` says where the rows of a tile begin, by the tile's index and by the first row.
    ///
    /// # Safety
    /// That of [`Self::multiply_rows`].
    #[inline(always)]
    unsafe fn tiles(
        &self,
        rows: Range<usize>,
        panels: Range<usize>,
        b: Panels,
        a: impl Fn(usize, usize) -> *const f32,
        a_row: usize,
        a_step: usize,
    ) {
        let Problem { c, c_step, .. } = self.problem;
        let (width, depth) = (self.width(), self.depth.len());
        let row_panels = rows.len().div_ceil(self.kernels.rows);
        let (least, higher) = (rows.len() / row_panels, rows.len() % row_panels);
        let storage = Storage { a_by_rows: a_row != 1, b_ends: b.ends };
        let resume = self.problem.resume || self.depth.start > 0;
        let tile = |panel: usize, index: usize| {
            let first = panel * width;
            let columns = width.min(self.columns.len() - first);
            let height = least + usize::from(index < higher);
            let row = rows.start + index * least + index.min(higher);
            let tile = Tile {
                depth,
                a: a(index, row),
                a_row,
                a_step,
                b: b.from.wrapping_add(panel * b.panel),
                b_step: b.step,
                c: c.wrapping_add(row * c_step + self.columns.start + first),
                c_step,
                columns,
                resume,
            };
            // SAFETY: the tile lies inside the rows and the panels.
            unsafe { self.kernels.tile(storage, height, columns)(&tile) };
        };
        if panels.len() * width * depth <= CLOSE {
            // Row after row, `c` is written from one end to the other.
            for index in 0..row_panels {
                panels.clone().for_each(|panel| tile(panel, index));
            }
        } else {
            for panel in panels {
                (0..row_panels).for_each(|index| tile(panel, index));
            }
        }
    }
}
