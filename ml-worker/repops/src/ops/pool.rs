//! Pooling: windows of `size` by `size` side by side; lines and points left over at the end are dropped.

use candle_core::{CpuStorage, DType};

use crate::{
    cpu::{run, Isa, Work},
    error::{Error, Result},
    ops::{
        dimensions, ensure_shape,
        operation::{apply, Operation, View},
        parallel::{in_parts, part, zeros, Matrix},
        tree::{lanes, Tree},
    },
    tensor::{count, Tensor},
};

/// The largest size of a window, in points; its square is exact in binary32.
const MAX_SIZE: usize = 1 << 12;

/// The largest of each window of `x`, shape (n, h, w, c), in the shape (n, h / size, w / size, c), and the index of its
/// point within the window, in the same shape.
///
/// Among equals the first counts, point by point and line by line.
///
/// ## Errors
/// A size of 0, above 4,096 or above the image's; other shapes, types other than binary32.
pub fn max_pool(x: &Tensor, size: usize) -> Result<(Tensor, Tensor)> {
    let tiles = Tiles::new("max_pool", dimensions("max_pool", x)?, size)?;
    let shape = tiles.output();
    let [values, positions] = apply(&MaxPool { tiles }, [x], [&shape, &shape])?;
    Ok((values, positions))
}

/// The gradient of [`max_pool`]'s input, in `input_shape`, from its positions and the gradient `g` of its values.
///
/// ## Errors
/// Those of [`max_pool`] on `input_shape`; a position outside the window; other shapes, other types, different devices.
pub fn max_pool_grad(position: &Tensor, g: &Tensor, size: usize, input_shape: [usize; 4]) -> Result<Tensor> {
    let tiles = Tiles::new("max_pool_grad", input_shape, size)?;
    ensure_shape("max_pool_grad", position, &tiles.output())?;
    ensure_shape("max_pool_grad", g, &tiles.output())?;
    let [gradient] = apply(&MaxPoolGrad { tiles }, [position, g], [&input_shape])?;
    Ok(gradient)
}

/// The mean of each window of `x`, shape (n, h, w, c), in the shape (n, h / size, w / size, c).
///
/// ## Errors
/// Those of [`max_pool`].
pub fn avg_pool(x: &Tensor, size: usize) -> Result<Tensor> {
    let tiles = Tiles::new("avg_pool", dimensions("avg_pool", x)?, size)?;
    let [means] = apply(&AvgPool { tiles }, [x], [&tiles.output()])?;
    Ok(means)
}

/// The gradient of [`avg_pool`]'s input, in `input_shape`, from the gradient `g` of its result.
///
/// ## Errors
/// Those of [`max_pool`] on `input_shape`; a gradient of another shape.
pub fn avg_pool_grad(g: &Tensor, size: usize, input_shape: [usize; 4]) -> Result<Tensor> {
    let tiles = Tiles::new("avg_pool_grad", input_shape, size)?;
    ensure_shape("avg_pool_grad", g, &tiles.output())?;
    let [gradient] = apply(&AvgPoolGrad { tiles }, [g], [&input_shape])?;
    Ok(gradient)
}

/// A batch of images cut into windows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tiles {
    pub(crate) batch: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
    pub(crate) size: usize,
}

impl Tiles {
    /// The windows of `size` by `size` of images of shape (n, h, w, c).
    ///
    /// Fails if the size is 0, exceeds [`MAX_SIZE`], or exceeds the image.
    fn new(operation: &'static str, input: [usize; 4], size: usize) -> Result<Self> {
        let [batch, height, width, channels] = input;
        if !(1..=MAX_SIZE).contains(&size) {
            let expected = "a window of 1 to 4,096 points either way";
            return Err(Error::Setting { operation, expected, found: size.to_string() });
        }
        if size > height || size > width {
            return Err(Error::shape(operation, format!("images of at least {size} by {size} points"), &input));
        }
        count(operation, &input)?;
        Ok(Self { batch, height, width, channels, size })
    }

    /// The shape of the windows' values.
    fn output(&self) -> [usize; 4] {
        [self.batch, self.out_height(), self.out_width(), self.channels]
    }

    /// Lines of windows in the batch.
    fn out_lines(&self) -> usize {
        self.batch * self.out_height()
    }

    /// Lines in the batch.
    fn lines(&self) -> usize {
        self.batch * self.height
    }

    /// Where the lines of a line of windows begin, which is counted through all images.
    fn start(&self, out_line: usize) -> usize {
        (out_line / self.out_height() * self.height + out_line % self.out_height() * self.size) * self.line()
    }

    /// The line of windows that a line belongs to, and the line's number within; both counted through all images.
    fn of_line(&self, line: usize) -> Option<(usize, usize)> {
        let (image, y) = (line / self.height, line % self.height);
        (y / self.size < self.out_height()).then(|| (image * self.out_height() + y / self.size, y % self.size))
    }

    fn out_height(&self) -> usize {
        self.height / self.size
    }

    fn out_width(&self) -> usize {
        self.width / self.size
    }

    /// Numbers in a line of an image.
    fn line(&self) -> usize {
        self.width * self.channels
    }

    /// Numbers in a line of windows, each reduced to a point.
    fn out_line(&self) -> usize {
        self.out_width() * self.channels
    }
}

/// The operation behind [`max_pool`].
pub(crate) struct MaxPool {
    pub(crate) tiles: Tiles,
}

impl Operation<1, 2> for MaxPool {
    fn name(&self) -> &'static str {
        "max_pool"
    }

    fn types(&self) -> [DType; 1] {
        [DType::F32]
    }

    fn cpu(&self, [x]: [View<'_>; 1]) -> Result<[CpuStorage; 2]> {
        let (x, tiles) = (x.f32()?, &self.tiles);
        let (lines, out_line) = (tiles.out_lines(), tiles.out_line());
        let (mut values, mut positions) =
            (zeros(self.name(), lines * out_line)?, zeros(self.name(), lines * out_line)?);
        let results = (Matrix::new(&mut values, out_line), Matrix::new(&mut positions, out_line));
        in_parts(0..lines, part(tiles.size * tiles.line()), results, &|lines, (values, positions)| {
            run(
                Isa::current(),
                Largest { x, tiles, first: lines.start, values: values.values, positions: positions.values },
            );
        });
        Ok([CpuStorage::F32(values), CpuStorage::U32(positions)])
    }
}

struct Largest<'a> {
    x: &'a [f32],
    tiles: &'a Tiles,
    first: usize,
    values: &'a mut [f32],
    positions: &'a mut [u32],
}

impl Work for Largest<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { x, tiles, first, values, positions } = self;
        let out_line = tiles.out_line().max(1);
        let results = values.chunks_exact_mut(out_line).zip(positions.chunks_exact_mut(out_line));
        for (line, (values, positions)) in results.enumerate() {
            largest(&x[tiles.start(first + line)..], tiles, values, positions);
        }
    }
}

/// The operation behind [`max_pool_grad`].
pub(crate) struct MaxPoolGrad {
    pub(crate) tiles: Tiles,
}

impl Operation<2, 1> for MaxPoolGrad {
    fn name(&self) -> &'static str {
        "max_pool_grad"
    }

    fn types(&self) -> [DType; 2] {
        [DType::U32, DType::F32]
    }

    fn cpu(&self, [positions, g]: [View<'_>; 2]) -> Result<[CpuStorage; 1]> {
        let (positions, g, tiles) = (positions.u32()?, g.f32()?, &self.tiles);
        let end = tiles.size * tiles.size;
        // Without a branch inside, so that it runs in vectors; positions are nearly always right.
        if positions.iter().fold(0, |largest, position| largest.max(*position)) as usize >= end {
            let wrong = positions.iter().enumerate().find(|(_, index)| **index as usize >= end);
            let (position, index) = wrong.map_or((0, 0), |(position, index)| (position, *index));
            return Err(Error::Index { operation: self.name(), position, index, end });
        }
        let line = tiles.line();
        let mut gradient = zeros(self.name(), tiles.lines() * line)?;
        in_parts(0..tiles.lines(), part(line), Matrix::new(&mut gradient, line), &|lines, into| {
            run(Isa::current(), SpreadLargest { positions, g, tiles, first: lines.start, into: into.values });
        });
        Ok([CpuStorage::F32(gradient)])
    }
}

struct SpreadLargest<'a> {
    positions: &'a [u32],
    g: &'a [f32],
    tiles: &'a Tiles,
    first: usize,
    into: &'a mut [f32],
}

impl Work for SpreadLargest<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { positions, g, tiles, first, into } = self;
        let out_line = tiles.out_line();
        for (line, into) in into.chunks_exact_mut(tiles.line().max(1)).enumerate() {
            match tiles.of_line(first + line) {
                Some((windows, y)) => {
                    let windows = windows * out_line..(windows + 1) * out_line;
                    spread_largest(y, &positions[windows.clone()], &g[windows], tiles, into);
                }
                None => into.fill(0.0),
            }
        }
    }
}

/// The operation behind [`avg_pool`].
pub(crate) struct AvgPool {
    pub(crate) tiles: Tiles,
}

impl Operation<1, 1> for AvgPool {
    fn name(&self) -> &'static str {
        "avg_pool"
    }

    fn types(&self) -> [DType; 1] {
        [DType::F32]
    }

    fn cpu(&self, [x]: [View<'_>; 1]) -> Result<[CpuStorage; 1]> {
        let (x, tiles) = (x.f32()?, &self.tiles);
        let (lines, out_line) = (tiles.out_lines(), tiles.out_line());
        let mut values = zeros(self.name(), lines * out_line)?;
        in_parts(0..lines, part(tiles.size * tiles.line()), Matrix::new(&mut values, out_line), &|lines, into| {
            run(Isa::current(), Means { x, tiles, first: lines.start, values: into.values });
        });
        Ok([CpuStorage::F32(values)])
    }
}

struct Means<'a> {
    x: &'a [f32],
    tiles: &'a Tiles,
    first: usize,
    values: &'a mut [f32],
}

impl Work for Means<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { x, tiles, first, values } = self;
        for (line, values) in values.chunks_exact_mut(tiles.out_line().max(1)).enumerate() {
            means(&x[tiles.start(first + line)..], tiles, values);
        }
    }
}

/// The operation behind [`avg_pool_grad`].
pub(crate) struct AvgPoolGrad {
    pub(crate) tiles: Tiles,
}

impl Operation<1, 1> for AvgPoolGrad {
    fn name(&self) -> &'static str {
        "avg_pool_grad"
    }

    fn types(&self) -> [DType; 1] {
        [DType::F32]
    }

    fn cpu(&self, [g]: [View<'_>; 1]) -> Result<[CpuStorage; 1]> {
        let (g, tiles) = (g.f32()?, &self.tiles);
        let line = tiles.line();
        let mut gradient = zeros(self.name(), tiles.lines() * line)?;
        in_parts(0..tiles.lines(), part(line), Matrix::new(&mut gradient, line), &|lines, into| {
            run(Isa::current(), SpreadMean { g, tiles, first: lines.start, into: into.values });
        });
        Ok([CpuStorage::F32(gradient)])
    }
}

struct SpreadMean<'a> {
    g: &'a [f32],
    tiles: &'a Tiles,
    first: usize,
    into: &'a mut [f32],
}

impl Work for SpreadMean<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { g, tiles, first, into } = self;
        let out_line = tiles.out_line();
        for (line, into) in into.chunks_exact_mut(tiles.line().max(1)).enumerate() {
            match tiles.of_line(first + line) {
                Some((windows, _)) => spread_mean(&g[windows * out_line..(windows + 1) * out_line], tiles, into),
                None => into.fill(0.0),
            }
        }
    }
}

/// The largest of each window in `lines`, `size` lines of an image, and its index within the window.
#[inline(always)]
fn largest(lines: &[f32], tiles: &Tiles, values: &mut [f32], positions: &mut [u32]) {
    for window in 0..tiles.out_width() {
        lanes!(tiles.channels, largest_of(window, lines, tiles, values, positions));
    }
}

#[inline(always)]
fn largest_of<const N: usize>(
    channel: usize,
    window: usize,
    lines: &[f32],
    tiles: &Tiles,
    values: &mut [f32],
    positions: &mut [u32],
) {
    let (mut best, mut at) = ([f32::NAN; N], [0u32; N]);
    let mut index = 0u32;
    for y in 0..tiles.size {
        for x in 0..tiles.size {
            let from = (y * tiles.width + window * tiles.size + x) * tiles.channels + channel;
            let point = &lines[from..from + N];
            if index == 0 {
                best.copy_from_slice(point);
            }
            for lane in 0..N {
                let larger = point[lane] > best[lane];
                best[lane] = if larger { point[lane] } else { best[lane] };
                at[lane] = if larger { index } else { at[lane] };
            }
            index += 1;
        }
    }
    let into = window * tiles.channels + channel;
    values[into..into + N].copy_from_slice(&best);
    positions[into..into + N].copy_from_slice(&at);
}

/// Line `y` of the windows' `size` lines: `g` where `positions` points, +0 elsewhere.
#[inline(always)]
fn spread_largest(y: usize, positions: &[u32], g: &[f32], tiles: &Tiles, into: &mut [f32]) {
    let Tiles { channels, size, .. } = *tiles;
    for window in 0..tiles.out_width() {
        for x in 0..size {
            let index = (y * size + x) as u32;
            let from = window * channels;
            let (positions, g) = (&positions[from..from + channels], &g[from..from + channels]);
            let into = &mut into[(window * size + x) * channels..][..channels];
            for ((value, position), g) in into.iter_mut().zip(positions).zip(g) {
                *value = if *position == index { *g } else { 0.0 };
            }
        }
    }
    into[tiles.out_width() * size * channels..].fill(0.0);
}

/// The mean of each window in `lines`, `size` lines of an image.
#[inline(always)]
fn means(lines: &[f32], tiles: &Tiles, values: &mut [f32]) {
    for window in 0..tiles.out_width() {
        lanes!(tiles.channels, mean_of(window, lines, tiles, values));
    }
}

#[inline(always)]
fn mean_of<const N: usize>(channel: usize, window: usize, lines: &[f32], tiles: &Tiles, values: &mut [f32]) {
    let Tiles { channels, size, width, .. } = *tiles;
    let mut tree = Tree::<f32, N>::new();
    for y in 0..size {
        for x in 0..size {
            let from = (y * width + window * size + x) * channels + channel;
            let mut point = [0f32; N];
            point.copy_from_slice(&lines[from..from + N]);
            tree.push(point);
        }
    }
    let (sums, count) = (tree.sums(), (size * size) as f32);
    let into = window * channels + channel;
    for (value, sum) in values[into..into + N].iter_mut().zip(sums) {
        *value = sum / count;
    }
}

/// A line of an image whose windows have the gradients `g` of their means.
#[inline(always)]
fn spread_mean(g: &[f32], tiles: &Tiles, into: &mut [f32]) {
    let Tiles { channels, size, .. } = *tiles;
    let count = (size * size) as f32;
    for window in 0..tiles.out_width() {
        let g = &g[window * channels..][..channels];
        for x in 0..size {
            let into = &mut into[(window * size + x) * channels..][..channels];
            for (value, g) in into.iter_mut().zip(g) {
                *value = *g / count;
            }
        }
    }
    into[tiles.out_width() * size * channels..].fill(0.0);
}

#[cfg(test)]
mod tests;
