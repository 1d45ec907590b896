//! The innermost loops, written once over vectors of any length.
//!
//! Pointers move by `wrapping_add`, which the compiler does not check even in builds with debug assertions, where the
//! checks of `add` would cost more than the arithmetic.

/// A vector of binary32 numbers, one output element in each lane.
///
/// # Safety of the methods
/// They use the instructions of one set, so the processor must have it. Pointers must be good for the lanes that a
/// method reads or writes; they need no alignment.
pub(super) trait Lanes: Copy {
    /// The number of lanes.
    const WIDTH: usize;
    /// A choice of the first lanes.
    type Mask: Copy;
    /// The first `count` lanes, at most [`Self::WIDTH`].
    unsafe fn first(count: usize) -> Self::Mask;
    /// +0 in every lane.
    unsafe fn zero() -> Self;
    /// The same number from memory in every lane.
    unsafe fn splat(from: *const f32) -> Self;
    /// [`Self::WIDTH`] numbers from memory.
    unsafe fn load(from: *const f32) -> Self;
    /// The chosen lanes from memory, +0 in the others. The others' memory is not touched.
    unsafe fn load_first(from: *const f32, lanes: Self::Mask) -> Self;
    /// Write every lane.
    unsafe fn store(self, into: *mut f32);
    /// Write the chosen lanes. The others' memory is not touched.
    unsafe fn store_first(self, into: *mut f32, lanes: Self::Mask);
    /// `self * factor + term` in every lane, rounded once.
    unsafe fn fma(self, factor: Self, term: Self) -> Self;
}

/// A block of `c`, a few rows high and one or two vectors wide, that stays in registers while `k` runs.
///
/// The height, the number of vectors and the storage are parameters of the kernel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tile {
    /// The number of values of `k`.
    pub depth: usize,
    /// The element of `a` in the first row at the first `k`.
    pub a: *const f32,
    /// Elements from one row of `a` to the next, where the kernel is one for `a` [by rows](Kernels::tile).
    pub a_row: usize,
    /// Elements of `a` from one `k` to the next.
    pub a_step: usize,
    /// The element of `b` in the first column at the first `k`. Columns lie side by side.
    pub b: *const f32,
    /// Elements of `b` from one `k` to the next.
    pub b_step: usize,
    /// The first element of the block. Columns lie side by side.
    pub c: *mut f32,
    /// Elements of `c` from one row to the next.
    pub c_step: usize,
    /// The columns of the block: more than all vectors but the last hold, at most what all of them hold.
    pub columns: usize,
    /// Whether the folds go on from what `c` holds. Otherwise they start at +0 and `c` is only written.
    pub resume: bool,
}

/// A [`Tile`] computed for a fixed height, number of vectors and storage.
pub(super) type TileKernel = unsafe fn(&Tile);

/// Where the operands of a tile lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Storage {
    /// The rows of `a` lie [`Tile::a_row`] apart; otherwise they lie side by side.
    pub a_by_rows: bool,
    /// Memory behind the last column of `b` must not be read.
    pub b_ends: bool,
}

/// The kernels of one instruction set.
pub(super) struct Kernels {
    /// The largest height of a tile.
    pub rows: usize,
    /// The lanes of a vector.
    pub lanes: usize,
    /// By [`Storage`] (`a_by_rows` first, then `b_ends`), vectors less one and height less one.
    pub tiles: [[[&'static [TileKernel]; 2]; 2]; 2],
    /// The kernel for a single row of [`Self::row_columns`].
    pub row: TileKernel,
    /// Columns of [`Self::row`]: more vectors than in a tile, so that enough folds run at a time.
    pub row_columns: usize,
    /// [`interleave`].
    pub interleave: unsafe fn(Lines, *mut f32, usize),
    /// [`copy`].
    pub copy: unsafe fn(Lines, *mut f32, usize),
}

impl Kernels {
    /// The columns of the widest tile.
    pub fn columns(&self) -> usize {
        2 * self.lanes
    }

    /// The kernel for a tile of this height, 1 to [`Self::rows`], and width, 1 to [`Self::columns`].
    pub fn tile(&self, storage: Storage, rows: usize, columns: usize) -> TileKernel {
        let two_vectors = usize::from(columns > self.lanes);
        self.tiles[usize::from(storage.a_by_rows)][usize::from(storage.b_ends)][two_vectors][rows - 1]
    }
}

/// Compute a tile: for every element, `fold over k of fma(a, b, c)`.
///
/// # Safety
/// The pointers of `tile` must be good for the elements that its fields and `ROWS` name, and the processor must have
/// the instructions of `L`. Unless `B_ENDS`, `b` must be readable up to the end of the last vector.
#[inline(always)]
pub(super) unsafe fn tile<
    L: Lanes,
    const ROWS: usize,
    const VECTORS: usize,
    const A_BY_ROWS: bool,
    const B_ENDS: bool,
>(
    tile: &Tile,
) {
    let last = tile.columns - (VECTORS - 1) * L::WIDTH;
    let mask = L::first(last);
    let mut sums = [[L::zero(); VECTORS]; ROWS];
    if tile.resume {
        for (row, sums) in sums.iter_mut().enumerate() {
            let c = tile.c.wrapping_add(row * tile.c_step);
            for (vector, sum) in sums.iter_mut().enumerate() {
                let from = c.wrapping_add(vector * L::WIDTH);
                let whole = vector + 1 < VECTORS || last == L::WIDTH;
                *sum = if whole { L::load(from) } else { L::load_first(from, mask) };
            }
        }
    }
    let (mut a, mut b) = (tile.a, tile.b);
    for _ in 0..tile.depth {
        let mut values = [L::zero(); VECTORS];
        for (vector, value) in values.iter_mut().enumerate() {
            let from = b.wrapping_add(vector * L::WIDTH);
            *value = if B_ENDS && vector + 1 == VECTORS { L::load_first(from, mask) } else { L::load(from) };
        }
        for (row, sums) in sums.iter_mut().enumerate() {
            let factor = L::splat(a.wrapping_add(if A_BY_ROWS { row.wrapping_mul(tile.a_row) } else { row }));
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = factor.fma(value, *sum);
            }
        }
        // Behind the last `k` the pointers may leave the operand; nothing reads them there.
        a = a.wrapping_add(tile.a_step);
        b = b.wrapping_add(tile.b_step);
    }
    for (row, sums) in sums.iter().enumerate() {
        let c = tile.c.wrapping_add(row * tile.c_step);
        for (vector, sum) in sums.iter().enumerate() {
            let into = c.wrapping_add(vector * L::WIDTH);
            if vector + 1 < VECTORS || last == L::WIDTH {
                sum.store(into);
            } else {
                sum.store_first(into, mask);
            }
        }
    }
}

/// Some lines of a matrix, for packing: neighbouring rows of `a` or columns of `b`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines {
    /// The first element.
    pub from: *const f32,
    /// Elements from one line to the next where packing interleaves, from one `k` to the next where it copies.
    pub step: usize,
    /// The number of lines.
    pub lines: usize,
    /// The number of values of `k`.
    pub depth: usize,
}

/// Copy lines that lie side by side: `into[k * into_step + line] = from[k * step + line]`.
///
/// # Safety
/// `source` must be readable, `into` writable at those places, and the processor must have the instructions of `L`.
#[inline(always)]
pub(super) unsafe fn copy<L: Lanes>(source: Lines, into: *mut f32, into_step: usize) {
    let whole = source.lines / L::WIDTH * L::WIDTH;
    let mask = L::first(source.lines - whole);
    let (mut from, mut into) = (source.from, into);
    for _ in 0..source.depth {
        let mut line = 0;
        while line < whole {
            L::load(from.wrapping_add(line)).store(into.wrapping_add(line));
            line += L::WIDTH;
        }
        if whole < source.lines {
            L::load_first(from.wrapping_add(whole), mask).store_first(into.wrapping_add(whole), mask);
        }
        from = from.wrapping_add(source.step);
        into = into.wrapping_add(into_step);
    }
}

/// Interleave lines of which each lies in one piece: `into[k * into_step + line] = from[line * step + k]`.
///
/// What `into` holds behind the last line, up to the next multiple of the lanes of a vector, may be overwritten.
///
/// # Safety
/// `source` must be readable and `into` writable at those places.
#[inline(always)]
pub(super) unsafe fn interleave(source: Lines, into: *mut f32, into_step: usize) {
    for line in 0..source.lines {
        let from = source.from.add(line * source.step);
        for k in 0..source.depth {
            *into.add(k * into_step + line) = *from.add(k);
        }
    }
}

/// A [`Kernels::tiles`] of the function `tile::<ROWS, VECTORS, A_BY_ROWS, B_ENDS>`, for these heights.
macro_rules! tiles {
    ($tile:ident, [$($rows:literal)*]) => {
        tiles!(@storage $tile, [$($rows)*], [false true])
    };
    (@storage $tile:ident, $rows:tt, [$($flag:literal)*]) => {
        [$(tiles!(@ends $tile, $rows, $flag, [false true])),*]
    };
    (@ends $tile:ident, $rows:tt, $by_rows:literal, [$($flag:literal)*]) => {
        [$([
            &tiles!(@heights $tile, $rows, 1, $by_rows, $flag),
            &tiles!(@heights $tile, $rows, 2, $by_rows, $flag),
        ]),*]
    };
    (@heights $tile:ident, [$($rows:literal)*], $vectors:literal, $by_rows:literal, $ends:literal) => {
        [$($tile::<$rows, $vectors, $by_rows, $ends> as $crate::matmul::kernel::TileKernel),*]
    };
}
pub(super) use tiles;
