//! Windows moved over a batch of images, and the matrix of what they see.
//!
//! An image is stored line by line, a line point by point, a point channel by channel: shape (n, h, w, c). The matrix
//! of windows has a row for each position (n, oy, ox) and a column for each place (ky, kx, c) within the window, so
//! that a line of a window is one run of numbers in both.

use std::ops::Range;

use candle_core::{CpuStorage, DType};
pub use neurodata_definition::element::Window;

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

/// Numbers added at once.
const LANES: usize = 16;
/// Numbers behind a run that [`copy_run`] may copy with it.
const SLACK: usize = 16;

/// A window and a batch of images that it fits into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    pub batch: usize,
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    pub window: Window,
    /// Positions of the window from top to bottom.
    pub out_height: usize,
    /// Positions of the window from left to right.
    pub out_width: usize,
}

impl Geometry {
    /// The geometry of `window` over a batch of images of shape (n, h, w, c).
    ///
    /// Fails if the kernel or the stride is 0, if the window is larger than the padded image, or if the matrix of
    /// windows has more elements than memory has addresses.
    pub fn new(operation: &'static str, input: [usize; 4], window: &Window) -> Result<Self> {
        let [batch, height, width, channels] = input;
        let Window { kernel, stride, padding } = *window;
        if kernel.0 == 0 || kernel.1 == 0 {
            let expected = "a kernel of at least 1 line and 1 point";
            return Err(Error::Setting { operation, expected, found: format!("{kernel:?}") });
        }
        if stride.0 == 0 || stride.1 == 0 {
            let expected = "a stride of at least 1 line and 1 point";
            return Err(Error::Setting { operation, expected, found: format!("{stride:?}") });
        }
        let padded = |length: usize, padding: usize| padding.checked_mul(2)?.checked_add(length);
        let (Some(padded_height), Some(padded_width)) = (padded(height, padding.0), padded(width, padding.1)) else {
            let expected = "a padding whose double fits the address space with the image";
            return Err(Error::Setting { operation, expected, found: format!("{padding:?}") });
        };
        if kernel.0 > padded_height || kernel.1 > padded_width {
            let expected = format!("images no smaller, with a padding of {padding:?}, than the kernel {kernel:?}");
            return Err(Error::shape(operation, expected, &input));
        }
        count(operation, &[padded_height, padded_width, channels])?;
        let out_height = (padded_height - kernel.0) / stride.0 + 1;
        let out_width = (padded_width - kernel.1) / stride.1 + 1;
        count(operation, &input)?;
        count(operation, &[batch, out_height, out_width, kernel.0, kernel.1, channels])?;
        count(operation, &[batch, out_height, out_width])?;
        count(operation, &[kernel.0, kernel.1, channels])?;
        Ok(Self { batch, height, width, channels, window: *window, out_height, out_width })
    }

    /// Positions of the window in one image.
    pub fn positions(&self) -> usize {
        self.out_height * self.out_width
    }

    /// Rows of the matrix of windows.
    pub fn rows(&self) -> usize {
        self.batch * self.positions()
    }

    /// Whether the matrix of windows is the batch of images itself.
    pub fn sees_points(&self) -> bool {
        self.window == Window { kernel: (1, 1), stride: (1, 1), padding: (0, 0) }
    }

    /// Numbers in a line of the window.
    fn run(&self) -> usize {
        self.window.kernel.1 * self.channels
    }

    /// Columns of the matrix of windows.
    pub fn columns(&self) -> usize {
        self.window.kernel.0 * self.run()
    }

    /// Numbers in a line of an image.
    pub fn line(&self) -> usize {
        self.width * self.channels
    }

    /// Numbers in an image.
    pub fn image(&self) -> usize {
        self.height * self.line()
    }
}

/// The matrix of what `window` sees of `x`, shape (n, h, w, c), in the shape (n * oh * ow, kh * kw * c).
///
/// ## Errors
/// A window without places or steps, or larger than the padded image; a matrix that memory cannot hold; other shapes,
/// types other than binary32.
pub fn im2col(x: &Tensor, window: &Window) -> Result<Tensor> {
    let geometry = Geometry::new("im2col", dimensions("im2col", x)?, window)?;
    let [matrix] = apply(&Im2col { geometry }, [x], [&[geometry.rows(), geometry.columns()]])?;
    Ok(matrix)
}

/// The sums, in `input_shape`, of the elements of `matrix` that [`im2col`] would take from the same place.
///
/// ## Errors
/// Those of [`im2col`] on `input_shape`.
pub fn col2im(matrix: &Tensor, window: &Window, input_shape: [usize; 4]) -> Result<Tensor> {
    let geometry = Geometry::new("col2im", input_shape, window)?;
    ensure_shape("col2im", matrix, &[geometry.rows(), geometry.columns()])?;
    let [images] = apply(&Col2im { geometry }, [matrix], [&input_shape])?;
    Ok(images)
}

/// The operation behind [`im2col`].
pub(crate) struct Im2col {
    pub(crate) geometry: Geometry,
}

impl Operation<1, 1> for Im2col {
    fn name(&self) -> &'static str {
        "im2col"
    }

    fn types(&self) -> [DType; 1] {
        [DType::F32]
    }

    fn cpu(&self, [x]: [View<'_>; 1]) -> Result<[CpuStorage; 1]> {
        let (x, geometry) = (x.f32()?, &self.geometry);
        let columns = geometry.columns();
        let mut matrix = zeros(self.name(), geometry.rows() * columns)?;
        in_parts(0..geometry.rows(), part(columns), Matrix::new(&mut matrix, columns), &|rows, into| {
            gather(x, geometry, rows, 0..columns, into.values);
        });
        Ok([CpuStorage::F32(matrix)])
    }
}

/// The operation behind [`col2im`].
pub(crate) struct Col2im {
    pub(crate) geometry: Geometry,
}

impl Operation<1, 1> for Col2im {
    fn name(&self) -> &'static str {
        "col2im"
    }

    fn types(&self) -> [DType; 1] {
        [DType::F32]
    }

    fn cpu(&self, [matrix]: [View<'_>; 1]) -> Result<[CpuStorage; 1]> {
        let (matrix, geometry) = (matrix.f32()?, &self.geometry);
        let mut images = zeros(self.name(), geometry.batch * geometry.image())?;
        let work = geometry.line() * geometry.window.kernel.0 * geometry.window.kernel.1;
        let results = Matrix::new(&mut images, geometry.line());
        in_parts(0..geometry.batch * geometry.height, part(work), results, &|lines, into| {
            in_images(geometry, lines, into.values, |image, lines, into| {
                let reaching = reaching(geometry, &lines);
                let first = (image * geometry.out_height + reaching.start) * geometry.out_width;
                scatter(&matrix[first * geometry.columns()..], geometry, lines, into);
            });
        });
        Ok([CpuStorage::F32(images)])
    }
}

/// Calls `f` for the part of `lines` in each image, with the image's number; lines are counted through all images.
pub(crate) fn in_images(
    geometry: &Geometry,
    lines: Range<usize>,
    mut into: &mut [f32],
    f: impl Fn(usize, Range<usize>, &mut [f32]),
) {
    let mut start = lines.start;
    while start < lines.end {
        let (image, first) = (start / geometry.height, start % geometry.height);
        let length = (lines.end - start).min(geometry.height - first);
        let (own, rest) = into.split_at_mut(length * geometry.line());
        f(image, first..first + length, own);
        (into, start) = (rest, start + length);
    }
}

/// Writes `rows` and `columns` of the matrix of windows of `x` to `into`, row by row.
///
/// The lines that a row of windows covers are copied with their padding first, so that every run lies in one piece.
pub(crate) fn gather(x: &[f32], geometry: &Geometry, rows: Range<usize>, columns: Range<usize>, into: &mut [f32]) {
    if columns.is_empty() {
        return;
    }
    let Geometry { channels, height, width, window, out_width, out_height, .. } = *geometry;
    let (run, line) = (geometry.run(), geometry.line());
    let border = window.padding.1 * channels;
    let padded = width * channels + 2 * border;
    let kernel_lines = columns.start / run..columns.end.div_ceil(run);
    // Where the run of each line begins and ends among the padded lines, for the window furthest left.
    let runs: Vec<Range<usize>> = kernel_lines
        .clone()
        .enumerate()
        .map(|(index, ky)| {
            let (start, end) = (columns.start.saturating_sub(ky * run), run.min(columns.end - ky * run));
            index * padded + start..index * padded + end
        })
        .collect();
    let mut lines = vec![0f32; kernel_lines.len() * padded + SLACK];
    let (mut row, mut at) = (rows.start, 0);
    while row < rows.end {
        let (image, oy, ox) = (row / geometry.positions(), row / out_width % out_height, row % out_width);
        for (ky, padded_line) in kernel_lines.clone().zip(lines.chunks_exact_mut(padded)) {
            let inside = &mut padded_line[border..border + line];
            let y = (oy * window.stride.0 + ky).wrapping_sub(window.padding.0);
            if y < height {
                inside.copy_from_slice(&x[image * geometry.image() + y * line..][..line]);
            } else {
                inside.fill(0.0);
            }
        }
        let end = out_width.min(ox + rows.end - row);
        for ox in ox..end {
            let left = ox * window.stride.1 * channels;
            for run in &runs {
                copy_run(&lines[left + run.start..], &mut into[at..], run.len());
                at += run.len();
            }
        }
        row += end - ox;
    }
}

/// Copies the first `length` numbers.
///
/// A short run is copied in one of a few fixed lengths, without a call. What is copied too much the next run
/// overwrites, which is why runs have to be copied in ascending order.
#[inline(always)]
fn copy_run(from: &[f32], into: &mut [f32], length: usize) {
    let room = from.len().min(into.len());
    match length {
        0..=4 if room >= 4 => copy_first::<4>(from, into),
        5..=16 if room >= 16 => copy_first::<16>(from, into),
        17..=32 if room >= 32 => copy_first::<32>(from, into),
        33..=48 if room >= 48 => copy_first::<48>(from, into),
        _ => into[..length].copy_from_slice(&from[..length]),
    }
}

#[inline(always)]
fn copy_first<const N: usize>(from: &[f32], into: &mut [f32]) {
    if let (Some(from), Some(into)) = (from.first_chunk::<N>(), into.first_chunk_mut::<N>()) {
        *into = *from;
    }
}

/// The positions of the window, from top to bottom, that reach one of these lines of an image.
pub(crate) fn reaching(geometry: &Geometry, lines: &Range<usize>) -> Range<usize> {
    let (kernel, stride, padding) = (geometry.window.kernel.0, geometry.window.stride.0, geometry.window.padding.0);
    let first = (lines.start + padding + 1).saturating_sub(kernel).div_ceil(stride).min(geometry.out_height);
    let end = ((lines.end + padding).div_ceil(stride)).min(geometry.out_height);
    first..end.max(first)
}

/// Adds up the matrix of windows where the windows came from: `lines` of one image.
///
/// `matrix` begins with the rows of the positions [`reaching`] these lines.
pub(crate) fn scatter(matrix: &[f32], geometry: &Geometry, lines: Range<usize>, into: &mut [f32]) {
    run(Isa::current(), Scatter { matrix, geometry, lines, into });
}

struct Scatter<'a> {
    matrix: &'a [f32],
    geometry: &'a Geometry,
    lines: Range<usize>,
    into: &'a mut [f32],
}

impl Work for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        scatter_lines(self.matrix, self.geometry, self.lines, self.into);
    }
}

#[inline(always)]
fn scatter_lines(matrix: &[f32], geometry: &Geometry, lines: Range<usize>, into: &mut [f32]) {
    let Geometry { channels, width, window, out_width, .. } = *geometry;
    let columns = geometry.columns();
    let reaching = reaching(geometry, &lines);
    let mut points = into.chunks_exact_mut(channels.max(1));
    for y in lines {
        let vertical = Reach::new(y + window.padding.0, window.kernel.0, window.stride.0, reaching.end);
        for x in 0..width {
            let horizontal = Reach::new(x + window.padding.1, window.kernel.1, window.stride.1, out_width);
            let Some(point) = points.next() else { return };
            let source = |ky: usize, oy: usize, kx: usize, ox: usize| {
                ((oy - reaching.start) * out_width + ox) * columns + (ky * window.kernel.1 + kx) * channels
            };
            let (blocks, rest) = point.as_chunks_mut::<LANES>();
            let whole = blocks.len() * LANES;
            for (block, values) in blocks.iter_mut().enumerate() {
                *values = fold(matrix, &vertical, &horizontal, |ky, oy, kx, ox| source(ky, oy, kx, ox) + block * LANES);
            }
            for (channel, value) in rest.iter_mut().enumerate() {
                let [sum] =
                    fold(matrix, &vertical, &horizontal, |ky, oy, kx, ox| source(ky, oy, kx, ox) + whole + channel);
                *value = sum;
            }
        }
    }
}

/// The fold of `+` from +0 over the places of the window, in ascending order, that reach a point.
#[inline(always)]
fn fold<const N: usize>(
    matrix: &[f32],
    vertical: &Reach,
    horizontal: &Reach,
    source: impl Fn(usize, usize, usize, usize) -> usize,
) -> [f32; N] {
    let mut sums = [0f32; N];
    for i in 0..vertical.count {
        for j in 0..horizontal.count {
            let from = source(vertical.place(i), vertical.position - i, horizontal.place(j), horizontal.position - j);
            for (sum, value) in sums.iter_mut().zip(&matrix[from..from + N]) {
                *sum += value;
            }
        }
    }
    sums
}

/// The places of the window that can lie on a point, in one direction.
struct Reach {
    /// The first place.
    first: usize,
    /// The step from place to place; the window's position moves back by one with each.
    stride: usize,
    /// The window's position for the first place.
    position: usize,
    count: usize,
}

impl Reach {
    /// For the point at `padded`, counted from the border, a window of `kernel` places, and `positions` in all.
    #[inline(always)]
    fn new(padded: usize, kernel: usize, stride: usize, positions: usize) -> Self {
        let Some(last) = positions.checked_sub(1) else { return Self { first: 0, stride, position: 0, count: 0 } };
        let position = (padded / stride).min(last);
        let first = padded - position * stride;
        let count = if first < kernel { ((kernel - 1 - first) / stride).min(position) + 1 } else { 0 };
        Self { first, stride, position, count }
    }

    #[inline(always)]
    fn place(&self, index: usize) -> usize {
        self.first + index * self.stride
    }
}

#[cfg(test)]
pub(crate) mod tests;
