//! Rows of a table looked up by id, and the gradient of the table.
//!
//! The gradient of a row adds up what the positions that hold its id receive, in the order of the positions. The
//! positions are sorted by id first, so that each row is summed by one thread, without atomic operations.
//!
//! ## Errors
//! Every function fails for an id that is not below the number of the table's rows, with its position; for other shapes
//! and types, and for different devices.

use std::ops::Range;

use candle_core::{CpuStorage, DType};

use crate::{
    cpu::{run, Isa, Work},
    error::{Error, Result},
    ops::{
        dimensions, ensure_shape,
        operation::{apply, Operation, View},
        parallel::{in_parts, part, zeros, Matrix},
    },
    tensor::{count, Tensor},
};

/// The most ids in a row of [`embedding_mean`]; their number is exact in binary32.
const MAX_IDS: usize = 1 << 24;

/// The rows of `table`, shape (v, d), that `ids` name, in the shape of `ids` followed by d.
pub fn embedding(table: &Tensor, ids: &Tensor) -> Result<Tensor> {
    let [vocabulary, width] = dimensions("embedding", table)?;
    let shape = [ids.shape(), &[width]].concat();
    count("embedding", &shape)?;
    let [rows] = apply(&Embedding { vocabulary, width }, [table, ids], [&shape])?;
    Ok(rows)
}

/// The gradient of [`embedding`]'s table of `vocabulary` rows from the gradient `g` of its result.
pub fn embedding_grad(ids: &Tensor, g: &Tensor, vocabulary: usize) -> Result<Tensor> {
    let width = g.shape().last().copied().unwrap_or(0);
    ensure_shape("embedding_grad", g, &[ids.shape(), &[width]].concat())?;
    let shape = [vocabulary, width];
    count("embedding_grad", &shape)?;
    let [gradient] = apply(&EmbeddingGrad { vocabulary, width }, [ids, g], [&shape])?;
    Ok(gradient)
}

/// The mean, for each row of `ids`, shape (r, t), of the rows of `table`, shape (v, d), that its ids name, in the shape
/// (r, d).
///
/// Id 0 is padding and does not count; a row of padding alone gives zeros. A row has at most 2^24 ids.
pub fn embedding_mean(table: &Tensor, ids: &Tensor) -> Result<Tensor> {
    let [vocabulary, width] = dimensions("embedding_mean", table)?;
    let [rows, length] = rows_of_ids("embedding_mean", ids)?;
    let shape = [rows, width];
    count("embedding_mean", &shape)?;
    let [means] = apply(&EmbeddingMean { vocabulary, width, rows, length }, [table, ids], [&shape])?;
    Ok(means)
}

/// The gradient of [`embedding_mean`]'s table of `vocabulary` rows from the gradient `g`, shape (r, d), of its result.
pub fn embedding_mean_grad(ids: &Tensor, g: &Tensor, vocabulary: usize) -> Result<Tensor> {
    let [rows, length] = rows_of_ids("embedding_mean_grad", ids)?;
    let [_, width] = dimensions("embedding_mean_grad", g)?;
    ensure_shape("embedding_mean_grad", g, &[rows, width])?;
    let shape = [vocabulary, width];
    count("embedding_mean_grad", &shape)?;
    let [gradient] = apply(&EmbeddingMeanGrad { vocabulary, width, rows, length }, [ids, g], [&shape])?;
    Ok(gradient)
}

/// The shape of `ids`, whose rows must be at most [`MAX_IDS`] long.
fn rows_of_ids(operation: &'static str, ids: &Tensor) -> Result<[usize; 2]> {
    let [rows, length] = dimensions(operation, ids)?;
    if length > MAX_IDS {
        return Err(Error::shape(operation, format!("at most {MAX_IDS} ids in a row"), ids.shape()));
    }
    Ok([rows, length])
}

/// Fails if an id is not below `vocabulary`; names the first.
fn ensure_known(operation: &'static str, ids: &[u32], vocabulary: usize) -> Result<()> {
    match ids.iter().enumerate().find(|(_, id)| **id as usize >= vocabulary) {
        Some((position, id)) => Err(Error::Index { operation, position, index: *id, end: vocabulary }),
        None => Ok(()),
    }
}

/// The operation behind [`embedding`].
pub(crate) struct Embedding {
    pub(crate) vocabulary: usize,
    pub(crate) width: usize,
}

impl Operation<2, 1> for Embedding {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn types(&self) -> [DType; 2] {
        [DType::F32, DType::U32]
    }

    fn cpu(&self, [table, ids]: [View<'_>; 2]) -> Result<[CpuStorage; 1]> {
        let (table, ids, width) = (table.f32()?, ids.u32()?, self.width);
        ensure_known(self.name(), ids, self.vocabulary)?;
        let mut rows = zeros(self.name(), ids.len() * width)?;
        in_parts(0..ids.len(), part(width), Matrix::new(&mut rows, width), &|positions, into| {
            for (into, id) in into.values.chunks_exact_mut(width.max(1)).zip(&ids[positions]) {
                into.copy_from_slice(row(table, *id as usize, width));
            }
        });
        Ok([CpuStorage::F32(rows)])
    }
}

/// The operation behind [`embedding_grad`].
pub(crate) struct EmbeddingGrad {
    pub(crate) vocabulary: usize,
    pub(crate) width: usize,
}

impl Operation<2, 1> for EmbeddingGrad {
    fn name(&self) -> &'static str {
        "embedding_grad"
    }

    fn types(&self) -> [DType; 2] {
        [DType::U32, DType::F32]
    }

    fn cpu(&self, [ids, g]: [View<'_>; 2]) -> Result<[CpuStorage; 1]> {
        let (ids, g, vocabulary, width) = (ids.u32()?, g.f32()?, self.vocabulary, self.width);
        ensure_known(self.name(), ids, vocabulary)?;
        let holders = Holders::new(self.name(), ids, vocabulary)?;
        let mut gradient = zeros(self.name(), vocabulary * width)?;
        add_up(&holders, g, 1, 0..vocabulary, Matrix::new(&mut gradient, width));
        Ok([CpuStorage::F32(gradient)])
    }
}

/// The operation behind [`embedding_mean`].
pub(crate) struct EmbeddingMean {
    pub(crate) vocabulary: usize,
    pub(crate) width: usize,
    pub(crate) rows: usize,
    pub(crate) length: usize,
}

impl Operation<2, 1> for EmbeddingMean {
    fn name(&self) -> &'static str {
        "embedding_mean"
    }

    fn types(&self) -> [DType; 2] {
        [DType::F32, DType::U32]
    }

    fn cpu(&self, [table, ids]: [View<'_>; 2]) -> Result<[CpuStorage; 1]> {
        let (table, ids, length) = (table.f32()?, ids.u32()?, self.length);
        ensure_known(self.name(), ids, self.vocabulary)?;
        let mut means = zeros(self.name(), self.rows * self.width)?;
        let work = self.width.saturating_mul(length);
        in_parts(0..self.rows, part(work), Matrix::new(&mut means, self.width), &|rows, into| {
            let ids = &ids[rows.start * length..rows.end * length];
            run(Isa::current(), Means { table, ids, length, into });
        });
        Ok([CpuStorage::F32(means)])
    }
}

/// The operation behind [`embedding_mean_grad`].
pub(crate) struct EmbeddingMeanGrad {
    pub(crate) vocabulary: usize,
    pub(crate) width: usize,
    pub(crate) rows: usize,
    pub(crate) length: usize,
}

impl Operation<2, 1> for EmbeddingMeanGrad {
    fn name(&self) -> &'static str {
        "embedding_mean_grad"
    }

    fn types(&self) -> [DType; 2] {
        [DType::U32, DType::F32]
    }

    fn cpu(&self, [ids, g]: [View<'_>; 2]) -> Result<[CpuStorage; 1]> {
        let (ids, g, length, width) = (ids.u32()?, g.f32()?, self.length, self.width);
        ensure_known(self.name(), ids, self.vocabulary)?;
        let mut shares = zeros(self.name(), self.rows * width)?;
        in_parts(0..self.rows, part(width + length), Matrix::new(&mut shares, width), &|rows, into| {
            let (ids, g) = (&ids[rows.start * length..rows.end * length], &g[rows.start * width..rows.end * width]);
            run(Isa::current(), Shares { ids, length, g, into });
        });
        let holders = Holders::new(self.name(), ids, self.vocabulary)?;
        let mut gradient = zeros(self.name(), self.vocabulary * width)?;
        // Row 0 is padding and keeps its zeros.
        let padding = width.min(gradient.len());
        add_up(&holders, &shares, length, 1..self.vocabulary.max(1), Matrix::new(&mut gradient[padding..], width));
        Ok([CpuStorage::F32(gradient)])
    }
}

/// The positions that hold each id, in ascending order.
struct Holders {
    /// Where in `positions` those of each id end; those of the next begin there.
    ends: Vec<usize>,
    positions: Vec<usize>,
}

impl Holders {
    /// Sorts the positions of `ids`, each below `vocabulary`, by counting.
    fn new(operation: &'static str, ids: &[u32], vocabulary: usize) -> Result<Self> {
        let mut ends: Vec<usize> = zeros(operation, vocabulary)?;
        let mut positions = zeros(operation, ids.len())?;
        for id in ids {
            ends[*id as usize] += 1;
        }
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        for (position, id) in ids.iter().enumerate() {
            let next = &mut ends[*id as usize];
            positions[*next] = position;
            *next += 1;
        }
        Ok(Self { ends, positions })
    }

    fn of(&self, id: usize) -> &[usize] {
        let start = id.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.positions[start..self.ends[id]]
    }
}

/// The sums of the rows of `g` for each of `ids`; position p receives row p / `length`.
fn add_up(holders: &Holders, g: &[f32], length: usize, ids: Range<usize>, gradient: Matrix<'_, f32>) {
    let each = holders.positions.len() / ids.len().max(1) + 1;
    let work = each.saturating_mul(gradient.width);
    in_parts(ids, part(work), gradient, &|ids, into| {
        run(Isa::current(), AddUp { holders, g, length, ids, into });
    });
}

struct AddUp<'a> {
    holders: &'a Holders,
    g: &'a [f32],
    length: usize,
    ids: Range<usize>,
    into: Matrix<'a, f32>,
}

impl Work for AddUp<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { holders, g, length, ids, into: Matrix { values, width } } = self;
        for (into, id) in values.chunks_exact_mut(width.max(1)).zip(ids) {
            for position in holders.of(id) {
                add_row(into, row(g, position / length, width));
            }
        }
    }
}

struct Means<'a> {
    table: &'a [f32],
    ids: &'a [u32],
    length: usize,
    into: Matrix<'a, f32>,
}

impl Work for Means<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { table, ids, length, into: Matrix { values, width } } = self;
        for (index, into) in values.chunks_exact_mut(width.max(1)).enumerate() {
            let ids = &ids[index * length..(index + 1) * length];
            let mut count = 0u32;
            for id in ids.iter().filter(|id| **id != 0) {
                add_row(into, row(table, *id as usize, width));
                count += 1;
            }
            if count > 0 {
                for value in into.iter_mut() {
                    *value /= count as f32;
                }
            }
        }
    }
}

/// What each position of a row that is not padding receives.
struct Shares<'a> {
    ids: &'a [u32],
    length: usize,
    g: &'a [f32],
    into: Matrix<'a, f32>,
}

impl Work for Shares<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { ids, length, g, into: Matrix { values, width } } = self;
        for (index, into) in values.chunks_exact_mut(width.max(1)).enumerate() {
            let ids = &ids[index * length..(index + 1) * length];
            let count = ids.iter().map(|id| u32::from(*id != 0)).sum::<u32>();
            // Nobody reads the share of a row without ids.
            for (share, g) in into.iter_mut().zip(row(g, index, width)) {
                *share = *g / count.max(1) as f32;
            }
        }
    }
}

#[inline(always)]
fn row(matrix: &[f32], index: usize, width: usize) -> &[f32] {
    &matrix[index * width..(index + 1) * width]
}

#[inline(always)]
fn add_row(sums: &mut [f32], terms: &[f32]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum += *term;
    }
}

#[cfg(test)]
mod tests;
