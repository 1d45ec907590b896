//! Sums in the fixed tree: of a whole tensor and of its rows.
//!
//! The tree over `n` terms is `tree(x[0..h]) + tree(x[h..n])` with `h` the largest power of two below `n`. Cut into
//! blocks of 2^p terms, the last one shorter, its lower part is a tree over each block and its upper part a tree over
//! the blocks' sums. So blocks can be summed at the same time, on threads, without another order.

use candle_core::{CpuStorage, DType};

use crate::{
    cpu::{each, run, Isa, Work},
    error::Result,
    ops::{
        dimensions,
        operation::{apply, Operation, View},
        tree::Tree,
    },
    tensor::Tensor,
};

/// Columns summed at once: four registers of AVX-512.
const WIDE: usize = 64;
/// Columns summed at once where fewer are left.
const NARROW: usize = 16;
/// Rows summed at once: a complete subtree.
const ROWS: usize = 8;
/// Elements of a block, a power of two, below which another thread costs more than it saves.
const GRAIN: usize = 1 << 16;
/// Terms of [`sum`] summed at once, a power of two: a complete subtree.
const TERMS: usize = 256;

/// The sum of each column of `x`, shape (rows, columns): shape (columns).
///
/// The error of a sum of `n` terms is at most `ceil(log2(n))` roundings deep. Without rows it is +0.
///
/// ## Errors
/// Other shapes, types other than binary32.
pub fn sum_rows(x: &Tensor) -> Result<Tensor> {
    let [rows, columns] = dimensions("sum_rows", x)?;
    let [sums] = apply(&SumRows { rows, columns }, [x], [&[columns]])?;
    Ok(sums)
}

/// The sum of all elements of `x`, row by row: shape (). Without elements it is +0.
///
/// ## Errors
/// Types other than binary32.
pub fn sum(x: &Tensor) -> Result<Tensor> {
    let [sum] = apply(&Sum, [x], [&[]])?;
    Ok(sum)
}

/// The operation behind [`sum_rows`].
pub(crate) struct SumRows {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Operation<1, 1> for SumRows {
    fn name(&self) -> &'static str {
        "sum_rows"
    }

    fn types(&self) -> [DType; 1] {
        [DType::F32]
    }

    fn cpu(&self, [x]: [View<'_>; 1]) -> Result<[CpuStorage; 1]> {
        Ok([CpuStorage::F32(columns_of(x.f32()?, self.rows, self.columns))])
    }
}

/// The operation behind [`sum`].
pub(crate) struct Sum;

impl Operation<1, 1> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn types(&self) -> [DType; 1] {
        [DType::F32]
    }

    fn cpu(&self, [x]: [View<'_>; 1]) -> Result<[CpuStorage; 1]> {
        Ok([CpuStorage::F32(vec![of_terms(x.f32()?)])])
    }
}

/// Terms in a block, a power of two: all of them where the work is not worth a second thread.
fn block(terms: usize, columns: usize) -> usize {
    let all = terms.max(1).next_power_of_two();
    if rayon::current_num_threads() == 1 {
        all
    } else {
        // At least two terms, so that there are fewer blocks than terms.
        GRAIN.div_ceil(columns.max(1)).next_power_of_two().max(ROWS).min(all)
    }
}

/// The sum of consecutive terms.
fn of_terms(terms: &[f32]) -> f32 {
    let isa = Isa::current();
    let size = block(terms.len(), 1);
    let mut sums = vec![0f32; terms.len().div_ceil(size)];
    each(terms.chunks(size).zip(&mut sums), |(terms, sum)| *sum = run(isa, Terms(terms)));
    run(isa, Terms(&sums))
}

/// The sums of the columns of a matrix, stored row by row.
fn columns_of(x: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    if columns == 1 {
        return vec![of_terms(x)];
    }
    let isa = Isa::current();
    let size = block(rows, columns);
    let blocks = rows.div_ceil(size);
    let mut sums = vec![0f32; blocks.max(1) * columns];
    if columns == 0 || rows == 0 {
        return sums;
    }
    let parts = x.chunks(size * columns).zip(sums.chunks_mut(columns));
    each(parts, |(x, sums)| run(isa, Columns { x, sums }));
    if blocks > 1 {
        sums = columns_of(&sums, blocks, columns);
    }
    sums
}

/// Consecutive terms, summed in the tree.
struct Terms<'a>(&'a [f32]);

impl Work for Terms<'_> {
    type Output = f32;

    #[inline(always)]
    fn run(self) -> f32 {
        let mut tree = Tree::<f32, 1>::new();
        let (blocks, rest) = self.0.as_chunks::<TERMS>();
        for block in blocks {
            let mut sums = *block;
            let mut width = TERMS / 2;
            while width > 0 {
                for index in 0..width {
                    sums[index] = sums[2 * index] + sums[2 * index + 1];
                }
                width /= 2;
            }
            tree.push([sums[0]]);
        }
        if !rest.is_empty() {
            let mut last = Tree::<f32, 1>::new();
            rest.iter().for_each(|term| last.push([*term]));
            tree.push(last.sums());
        }
        tree.sums()[0]
    }
}

/// Rows of a matrix and where the sums of their columns go.
struct Columns<'a> {
    x: &'a [f32],
    sums: &'a mut [f32],
}

impl Work for Columns<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { x, sums } = self;
        let columns = sums.len();
        let (wide, narrow) = sums.as_chunks_mut::<WIDE>();
        let first = wide.len() * WIDE;
        if !wide.is_empty() {
            let mut tree = Tree::new();
            for (index, sums) in wide.iter_mut().enumerate() {
                *sums = lanes(x, columns, index * WIDE, &mut tree);
            }
        }
        let mut tree = Tree::new();
        for (index, sums) in narrow.chunks_mut(NARROW).enumerate() {
            let all: [f32; NARROW] = lanes(x, columns, first + index * NARROW, &mut tree);
            sums.copy_from_slice(&all[..sums.len()]);
        }
    }
}

/// The sums of `LANES` columns from `first` on; those beyond the last column are of no use.
#[inline(always)]
fn lanes<const LANES: usize>(x: &[f32], columns: usize, first: usize, tree: &mut Tree<f32, LANES>) -> [f32; LANES] {
    tree.clear();
    let rows = x.len() / columns;
    // Rows whose lanes end within the matrix; what a lane beyond the last column reads is of the next row.
    let whole = if x.len() >= first + LANES { (x.len() - first - LANES) / columns + 1 } else { 0 };
    let at_once = whole / ROWS * ROWS;
    for start in (0..at_once).step_by(ROWS) {
        let rows: [&[f32]; ROWS] = std::array::from_fn(|index| &x[(start + index) * columns + first..][..LANES]);
        let mut sums = [0f32; LANES];
        for (lane, sum) in sums.iter_mut().enumerate() {
            let [a, b, c, d, e, f, g, h] = rows.map(|row| row[lane]);
            *sum = ((a + b) + (c + d)) + ((e + f) + (g + h));
        }
        tree.push(sums);
    }
    for start in (at_once..rows).step_by(ROWS) {
        let mut block = Tree::<f32, LANES>::new();
        for row in start..rows.min(start + ROWS) {
            let mut term = [0f32; LANES];
            for (term, x) in term.iter_mut().zip(&x[row * columns + first..]) {
                *term = *x;
            }
            block.push(term);
        }
        tree.push(block.sums());
    }
    tree.sums()
}
