//! Convolution and its gradients, as products with the matrix of windows.
//!
//! The matrix is made a block at a time, for as many rows as stay in a core's cache.

use candle_core::{CpuStorage, DType};

use crate::{
    error::Result,
    matmul::{product_into, product_onto, Form},
    ops::{
        dimensions, ensure_shape,
        operation::{apply, Operation, View},
        parallel::{in_parts, with_scratch, zeros, Matrix},
        window::{gather, in_images, reaching, scatter, Geometry, Window},
    },
    tensor::{count, Tensor},
};

/// Numbers of the matrix of windows that are made at a time: 128 KiB, a share of a core's second cache.
const BLOCK: usize = 1 << 15;
/// Numbers of the matrix of windows that are added up at a time, where a larger block repeats less.
const SCATTER_BLOCK: usize = 1 << 18;
/// Columns of the matrix of windows below which another thread costs more than it saves.
const LEAST_COLUMNS: usize = 8;
/// Multiplications below which another thread costs more than it saves.
const LEAST_WORK: usize = 1 << 18;

/// The convolution of `x`, shape (n, h, w, c), with filters `w`, shape (kh * kw * c, f), in the shape (n, oh, ow, f).
///
/// ## Errors
/// A window without places or steps, or larger than the padded image; other shapes, types other than binary32,
/// different devices.
pub fn conv2d(x: &Tensor, w: &Tensor, window: &Window) -> Result<Tensor> {
    let operation = Conv2d(Filtered::new("conv2d", dimensions("conv2d", x)?, w, window)?);
    let [y] = apply(&operation, [x, w], [&operation.0.output()])?;
    Ok(y)
}

/// The gradient of [`conv2d`]'s input, in `input_shape`, from the gradient `g` of its result.
///
/// ## Errors
/// Those of [`conv2d`] on `input_shape`; a gradient of another shape.
pub fn conv2d_input_grad(g: &Tensor, w: &Tensor, window: &Window, input_shape: [usize; 4]) -> Result<Tensor> {
    let operation = Conv2dInputGrad(Filtered::new("conv2d_input_grad", input_shape, w, window)?);
    ensure_shape("conv2d_input_grad", g, &operation.0.output())?;
    let [gradient] = apply(&operation, [g, w], [&input_shape])?;
    Ok(gradient)
}

/// The gradient of [`conv2d`]'s filters, shape (kh * kw * c, f), from the gradient `g` of its result.
///
/// ## Errors
/// Those of [`conv2d`]; a gradient of another shape.
pub fn conv2d_weight_grad(x: &Tensor, g: &Tensor, window: &Window) -> Result<Tensor> {
    const NAME: &str = "conv2d_weight_grad";
    let geometry = Geometry::new(NAME, dimensions(NAME, x)?, window)?;
    let [.., filters] = dimensions::<4>(NAME, g)?;
    let filtered = Filtered { geometry, filters };
    ensure_shape(NAME, g, &filtered.output())?;
    let shape = [geometry.columns(), filters];
    count(NAME, &shape)?;
    let [gradient] = apply(&Conv2dWeightGrad(filtered), [x, g], [&shape])?;
    Ok(gradient)
}

/// A window over a batch of images, and the number of filters applied to what it sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filtered {
    pub(crate) geometry: Geometry,
    pub(crate) filters: usize,
}

impl Filtered {
    fn new(operation: &'static str, input: [usize; 4], w: &Tensor, window: &Window) -> Result<Self> {
        let geometry = Geometry::new(operation, input, window)?;
        let [_, filters] = dimensions(operation, w)?;
        ensure_shape(operation, w, &[geometry.columns(), filters])?;
        let filtered = Self { geometry, filters };
        count(operation, &filtered.output())?;
        Ok(filtered)
    }

    /// The shape of the convolution.
    fn output(&self) -> [usize; 4] {
        [self.geometry.batch, self.geometry.out_height, self.geometry.out_width, self.filters]
    }
}

/// The operation behind [`conv2d`].
pub(crate) struct Conv2d(pub(crate) Filtered);

impl Operation<2, 1> for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn types(&self) -> [DType; 2] {
        [DType::F32; 2]
    }

    fn cpu(&self, [x, w]: [View<'_>; 2]) -> Result<[CpuStorage; 1]> {
        let Filtered { geometry, filters } = &self.0;
        let mut y = zeros(self.name(), geometry.rows() * filters)?;
        convolve(x.f32()?, w.f32()?, geometry, *filters, &mut y);
        Ok([CpuStorage::F32(y)])
    }
}

fn convolve(x: &[f32], w: &[f32], geometry: &Geometry, filters: usize, y: &mut [f32]) {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    if geometry.sees_points() {
        product_into(Form::Nn, x, w, rows, columns, filters, y);
        return;
    }
    let part = (BLOCK / columns.max(1)).max(1);
    in_parts(0..rows, part, Matrix::new(y, filters), &|rows, y| {
        with_scratch(rows.len() * columns, |matrix| {
            gather(x, geometry, rows.clone(), 0..columns, matrix);
            product_into(Form::Nn, matrix, w, rows.len(), columns, filters, y.values);
        });
    });
}

/// The operation behind [`conv2d_input_grad`].
pub(crate) struct Conv2dInputGrad(pub(crate) Filtered);

impl Operation<2, 1> for Conv2dInputGrad {
    fn name(&self) -> &'static str {
        "conv2d_input_grad"
    }

    fn types(&self) -> [DType; 2] {
        [DType::F32; 2]
    }

    fn cpu(&self, [g, w]: [View<'_>; 2]) -> Result<[CpuStorage; 1]> {
        let Filtered { geometry, filters } = &self.0;
        let mut gradient = zeros(self.name(), geometry.batch * geometry.image())?;
        input_gradient(g.f32()?, w.f32()?, geometry, *filters, &mut gradient);
        Ok([CpuStorage::F32(gradient)])
    }
}

fn input_gradient(g: &[f32], w: &[f32], geometry: &Geometry, filters: usize, gradient: &mut [f32]) {
    let (columns, out_width) = (geometry.columns(), geometry.out_width);
    let part = (SCATTER_BLOCK / (out_width * columns).max(1)).clamp(1, geometry.height.max(1));
    let results = Matrix::new(gradient, geometry.line());
    in_parts(0..geometry.batch * geometry.height, part, results, &|lines, into| {
        in_images(geometry, lines, into.values, |image, lines, into| {
            let reaching = reaching(geometry, &lines);
            let first = (image * geometry.out_height + reaching.start) * out_width;
            let rows = reaching.len() * out_width;
            with_scratch(rows * columns, |matrix| {
                let g = &g[first * filters..(first + rows) * filters];
                product_into(Form::Nt, g, w, rows, filters, columns, matrix);
                scatter(matrix, geometry, lines, into);
            });
        });
    });
}

/// The operation behind [`conv2d_weight_grad`].
pub(crate) struct Conv2dWeightGrad(pub(crate) Filtered);

impl Operation<2, 1> for Conv2dWeightGrad {
    fn name(&self) -> &'static str {
        "conv2d_weight_grad"
    }

    fn types(&self) -> [DType; 2] {
        [DType::F32; 2]
    }

    fn cpu(&self, [x, g]: [View<'_>; 2]) -> Result<[CpuStorage; 1]> {
        let Filtered { geometry, filters } = &self.0;
        let mut gradient = zeros(self.name(), geometry.columns() * filters)?;
        weight_gradient(x.f32()?, g.f32()?, geometry, *filters, &mut gradient);
        Ok([CpuStorage::F32(gradient)])
    }
}

/// Each thread takes some columns of the matrix of windows and folds over all rows, block after block.
fn weight_gradient(x: &[f32], g: &[f32], geometry: &Geometry, filters: usize, gradient: &mut [f32]) {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let small = rows.saturating_mul(columns).saturating_mul(filters) < LEAST_WORK;
    let threads = if small { 1 } else { rayon::current_num_threads() };
    let part = columns.div_ceil(threads).max(LEAST_COLUMNS);
    in_parts(0..columns, part, Matrix::new(gradient, filters), &|columns, gradient| {
        let block = (BLOCK / columns.len().max(1)).clamp(1, rows.max(1));
        with_scratch(block * columns.len(), |matrix| {
            for start in (0..rows).step_by(block) {
                let rows = start..rows.min(start + block);
                let matrix = &mut matrix[..rows.len() * columns.len()];
                gather(x, geometry, rows.clone(), columns.clone(), matrix);
                let g = &g[rows.start * filters..rows.end * filters];
                // From the zeros that the gradient is made of.
                product_onto(Form::Tn, matrix, g, columns.len(), rows.len(), filters, gradient.values);
            }
        });
    });
}

#[cfg(test)]
mod tests;
