//! Layer normalisation: each row is shifted and scaled to mean 0 and variance 1, in binary64.

use candle_core::{CpuStorage, DType};
use neurodata_definition::{element, tree};

use crate::{
    cpu::{run, Isa, Work},
    error::{Error, Result},
    ops::{
        dimensions, ensure_shape,
        operation::{apply, Operation, View},
        parallel::{in_parts, part, zeros, Matrix},
        tree::{lanes, Tree},
    },
    tensor::Tensor,
};

/// The most columns; their number is exact in any arithmetic of the definition.
const MAX_COLUMNS: usize = 1 << 24;
/// What an element costs, in additions.
const WORK: usize = 4;

/// A batch of rows normalised by [`layer_norm`].
#[derive(Clone, Debug)]
pub struct Normalised {
    /// The rows, shape (r, c), f32.
    pub output: Tensor,
    /// The mean of each row, shape (r), f64.
    pub mean: Tensor,
    /// What each row's distance from its mean was multiplied by, shape (r), f64.
    pub scale: Tensor,
}

/// The rows of `x`, shape (r, c), normalised, times `gain`, plus `bias`, both of shape (c).
///
/// ## Errors
/// Rows of no or more than 2^24 columns; other shapes, types other than binary32, different devices.
pub fn layer_norm(x: &Tensor, gain: &Tensor, bias: &Tensor) -> Result<Normalised> {
    let [rows, columns] = rows_of("layer_norm", x)?;
    ensure_shape("layer_norm", gain, &[columns])?;
    ensure_shape("layer_norm", bias, &[columns])?;
    let [output, mean, scale] =
        apply(&LayerNorm { rows, columns }, [x, gain, bias], [&[rows, columns], &[rows], &[rows]])?;
    Ok(Normalised { output, mean, scale })
}

/// The gradients of [`layer_norm`]'s input, shape (r, c), gain and bias, shape (c), from the gradient `g` of its
/// output.
///
/// ## Errors
/// Those of [`layer_norm`]; a mean or scale of another shape or of a type other than binary64.
pub fn layer_norm_grad(
    x: &Tensor,
    gain: &Tensor,
    mean: &Tensor,
    scale: &Tensor,
    g: &Tensor,
) -> Result<(Tensor, Tensor, Tensor)> {
    let [rows, columns] = rows_of("layer_norm_grad", x)?;
    ensure_shape("layer_norm_grad", gain, &[columns])?;
    ensure_shape("layer_norm_grad", mean, &[rows])?;
    ensure_shape("layer_norm_grad", scale, &[rows])?;
    ensure_shape("layer_norm_grad", g, &[rows, columns])?;
    let operation = LayerNormGrad { rows, columns };
    let [of_x, of_gain, of_bias] =
        apply(&operation, [x, gain, mean, scale, g], [&[rows, columns], &[columns], &[columns]])?;
    Ok((of_x, of_gain, of_bias))
}

fn rows_of(operation: &'static str, x: &Tensor) -> Result<[usize; 2]> {
    let [rows, columns] = dimensions(operation, x)?;
    if !(1..=MAX_COLUMNS).contains(&columns) {
        return Err(Error::shape(operation, format!("rows of 1 to {MAX_COLUMNS} columns"), x.shape()));
    }
    Ok([rows, columns])
}

/// The operation behind [`layer_norm`].
pub(crate) struct LayerNorm {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Operation<3, 3> for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    fn types(&self) -> [DType; 3] {
        [DType::F32; 3]
    }

    fn cpu(&self, [x, gain, bias]: [View<'_>; 3]) -> Result<[CpuStorage; 3]> {
        let (rows, columns) = (self.rows, self.columns);
        let (x, gain, bias) = (x.f32()?, gain.f32()?, bias.f32()?);
        let mut output = zeros(self.name(), rows * columns)?;
        let (mut mean, mut scale) = (zeros(self.name(), rows)?, zeros(self.name(), rows)?);
        let results = (Matrix::new(&mut output, columns), Matrix::new(&mut mean, 1), Matrix::new(&mut scale, 1));
        in_parts(0..rows, part(WORK * columns), results, &|rows, (output, mean, scale)| {
            let x = &x[rows.start * columns..rows.end * columns];
            let (output, mean, scale) = (output.values, mean.values, scale.values);
            run(Isa::current(), Normalise { x, gain, bias, output, mean, scale });
        });
        Ok([CpuStorage::F32(output), CpuStorage::F64(mean), CpuStorage::F64(scale)])
    }
}

struct Normalise<'a> {
    x: &'a [f32],
    gain: &'a [f32],
    bias: &'a [f32],
    output: &'a mut [f32],
    mean: &'a mut [f64],
    scale: &'a mut [f64],
}

impl Work for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { x, gain, bias, output, mean, scale } = self;
        let columns = gain.len();
        let rows = x.chunks_exact(columns).zip(output.chunks_exact_mut(columns));
        for ((x, output), (mean, scale)) in rows.zip(mean.iter_mut().zip(scale)) {
            *mean = element::layer_norm_mean(|column| x[column], columns);
            *scale = element::layer_norm_scale(|column| x[column], columns, *mean);
            for (((y, x), gain), bias) in output.iter_mut().zip(x).zip(gain).zip(bias) {
                *y = element::layer_norm(*x, *mean, *scale, *gain, *bias);
            }
        }
    }
}

/// The operation behind [`layer_norm_grad`].
pub(crate) struct LayerNormGrad {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Operation<5, 3> for LayerNormGrad {
    fn name(&self) -> &'static str {
        "layer_norm_grad"
    }

    fn types(&self) -> [DType; 5] {
        [DType::F32, DType::F32, DType::F64, DType::F64, DType::F32]
    }

    fn cpu(&self, [x, gain, mean, scale, g]: [View<'_>; 5]) -> Result<[CpuStorage; 3]> {
        let (rows, columns) = (self.rows, self.columns);
        let (gain, batch) = (gain.f32()?, Batch { x: x.f32()?, mean: mean.f64()?, scale: scale.f64()?, g: g.f32()? });
        let mut of_x = zeros(self.name(), rows * columns)?;
        in_parts(0..rows, part(WORK * columns), Matrix::new(&mut of_x, columns), &|rows, into| {
            run(Isa::current(), OfRows { batch, gain, first: rows.start, into: into.values });
        });
        let (mut of_gain, mut of_bias) = (zeros(self.name(), columns)?, zeros(self.name(), columns)?);
        let results = (Matrix::new(&mut of_gain, 1), Matrix::new(&mut of_bias, 1));
        // A cache line of each row at the least.
        let part = part(WORK * rows).next_multiple_of(16);
        in_parts(0..columns, part, results, &|some, (of_gain, of_bias)| {
            let (of_gain, of_bias) = (of_gain.values, of_bias.values);
            run(Isa::current(), OfColumns { batch, columns, first: some.start, of_gain, of_bias });
        });
        Ok([CpuStorage::F32(of_x), CpuStorage::F32(of_gain), CpuStorage::F32(of_bias)])
    }
}

/// The rows, with what the forward pass found, and the gradients of the output.
#[derive(Clone, Copy)]
struct Batch<'a> {
    x: &'a [f32],
    mean: &'a [f64],
    scale: &'a [f64],
    g: &'a [f32],
}

/// The gradient of rows from `first` on.
struct OfRows<'a> {
    batch: Batch<'a>,
    gain: &'a [f32],
    first: usize,
    into: &'a mut [f32],
}

impl Work for OfRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { batch, gain, first, into } = self;
        let columns = gain.len();
        for (row, into) in into.chunks_exact_mut(columns).enumerate() {
            let row = first + row;
            let (x, g) = (&batch.x[row * columns..][..columns], &batch.g[row * columns..][..columns]);
            let (mean, scale) = (batch.mean[row], batch.scale[row]);
            let normal = |column: usize| (f64::from(x[column]) - mean) * scale;
            let weighted = |column: usize| f64::from(g[column]) * f64::from(gain[column]);
            let shift = tree::sum(weighted, columns) / columns as f64;
            let slope = tree::sum(|column| weighted(column) * normal(column), columns) / columns as f64;
            for (column, value) in into.iter_mut().enumerate() {
                *value = (scale * ((weighted(column) - shift) - normal(column) * slope)) as f32;
            }
        }
    }
}

/// The gradients of gain and bias for columns from `first` on.
struct OfColumns<'a> {
    batch: Batch<'a>,
    columns: usize,
    first: usize,
    of_gain: &'a mut [f32],
    of_bias: &'a mut [f32],
}

impl Work for OfColumns<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { batch, columns, first, of_gain, of_bias } = self;
        lanes!(of_gain.len(), of_columns(first, columns, batch, of_gain, of_bias));
    }
}

#[inline(always)]
fn of_columns<const N: usize>(
    column: usize,
    first: usize,
    columns: usize,
    batch: Batch<'_>,
    of_gain: &mut [f32],
    of_bias: &mut [f32],
) {
    let (mut gain, mut bias) = (Tree::<f64, N>::new(), Tree::<f64, N>::new());
    for (row, (mean, scale)) in batch.mean.iter().zip(batch.scale).enumerate() {
        let from = row * columns + first + column;
        let (x, g) = (&batch.x[from..from + N], &batch.g[from..from + N]);
        let (mut of_gain, mut of_bias) = ([0f64; N], [0f64; N]);
        for lane in 0..N {
            of_bias[lane] = f64::from(g[lane]);
            of_gain[lane] = of_bias[lane] * ((f64::from(x[lane]) - mean) * scale);
        }
        gain.push(of_gain);
        bias.push(of_bias);
    }
    for (into, sum) in of_gain[column..column + N].iter_mut().zip(gain.sums()) {
        *into = sum as f32;
    }
    for (into, sum) in of_bias[column..column + N].iter_mut().zip(bias.sums()) {
        *into = sum as f32;
    }
}

#[cfg(test)]
mod tests;
