//! Convolution as a matrix product over windows of an image.
//!
//! Images are `(images, height, width, channels)`. A row of the matrix of windows is one place of the window, in the order
//! (image, y, x); a column is one element of the window, in the order (ky, kx, channel).

use super::product::matmul;
use crate::Binary32;

/// Windows over an image; each pair is (vertical, horizontal), in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Size of the window, at least 1.
    pub kernel: (usize, usize),
    /// Distance of neighbouring places, at least 1.
    pub stride: (usize, usize),
    /// Zeros around the image on each side.
    pub padding: (usize, usize),
}

impl Window {
    /// Number of places of the window on an image of `height` and `width`: `(size + 2 * padding - kernel) / stride + 1`,
    /// rounded down; 0 where it does not fit.
    #[inline(always)]
    pub fn places(&self, height: usize, width: usize) -> (usize, usize) {
        (
            places(height, self.kernel.0, self.stride.0, self.padding.0),
            places(width, self.kernel.1, self.stride.1, self.padding.1),
        )
    }
}

#[inline(always)]
fn places(size: usize, kernel: usize, stride: usize, padding: usize) -> usize {
    match (size + 2 * padding).checked_sub(kernel) {
        Some(room) => room / stride + 1,
        None => 0,
    }
}

/// The coordinate in the image of element `offset` of the window at `place`; none in the padding.
#[inline(always)]
fn inside(place: usize, stride: usize, offset: usize, padding: usize, size: usize) -> Option<usize> {
    (place * stride + offset).checked_sub(padding).filter(|coordinate| *coordinate < size)
}

/// The place at which element `offset` of the window lies on `coordinate`.
#[inline(always)]
fn reaching(coordinate: usize, stride: usize, offset: usize, padding: usize, places: usize) -> Option<usize> {
    let distance = (coordinate + padding).checked_sub(offset)?;
    (distance.is_multiple_of(stride) && distance / stride < places).then_some(distance / stride)
}

/// The element of image `x` of `shape` that lies under element `column` of the window of `row`, or +0 outside.
#[inline(always)]
pub fn im2col<S: Binary32>(
    x: impl Fn([usize; 4]) -> S,
    shape: [usize; 4],
    window: &Window,
    row: usize,
    column: usize,
) -> S {
    let [_, height, width, channels] = shape;
    let (places_y, places_x) = window.places(height, width);
    let (image, place_y, place_x) = (row / places_x / places_y, row / places_x % places_y, row % places_x);
    let (offset, channel) = (column / channels, column % channels);
    let (offset_y, offset_x) = (offset / window.kernel.1, offset % window.kernel.1);
    let y = inside(place_y, window.stride.0, offset_y, window.padding.0, height);
    let x_coordinate = inside(place_x, window.stride.1, offset_x, window.padding.1, width);
    match (y, x_coordinate) {
        (Some(y), Some(x_coordinate)) => x([image, y, x_coordinate, channel]),
        _ => S::ZERO,
    }
}

/// Element `at` of an image of `shape`: the fold from +0 of `+` of `columns(row, column)` over those elements of windows that
/// lie on it, in ascending order of (ky, kx).
#[inline(always)]
pub fn col2im<S: Binary32>(
    columns: impl Fn(usize, usize) -> S,
    shape: [usize; 4],
    window: &Window,
    at: [usize; 4],
) -> S {
    let [_, height, width, channels] = shape;
    let [image, y, x, channel] = at;
    let (places_y, places_x) = window.places(height, width);
    let mut sum = S::ZERO;
    for offset_y in 0..window.kernel.0 {
        for offset_x in 0..window.kernel.1 {
            let place_y = reaching(y, window.stride.0, offset_y, window.padding.0, places_y);
            let place_x = reaching(x, window.stride.1, offset_x, window.padding.1, places_x);
            if let (Some(place_y), Some(place_x)) = (place_y, place_x) {
                let row = (image * places_y + place_y) * places_x + place_x;
                sum = sum.add(columns(row, (offset_y * window.kernel.1 + offset_x) * channels + channel));
            }
        }
    }
    sum
}

/// The number of elements of a window over an image with `channels`.
#[inline(always)]
fn columns(window: &Window, channels: usize) -> usize {
    window.kernel.0 * window.kernel.1 * channels
}

/// Element `(row, filter)` of the convolution of image `x` of `shape` with filters `w(column, filter)`: that of
/// `matmul(im2col(x), w)`.
#[inline(always)]
pub fn conv2d<S: Binary32>(
    x: impl Fn([usize; 4]) -> S,
    shape: [usize; 4],
    w: impl Fn(usize, usize) -> S,
    window: &Window,
    row: usize,
    filter: usize,
) -> S {
    matmul(|column| im2col(&x, shape, window, row, column), |column| w(column, filter), columns(window, shape[3]))
}

/// Element `at` of the gradient of [`conv2d`] by its image of `shape`: that of `col2im(matmul_nt(g, w))`.
///
/// `g(row, filter)` is the gradient of the result.
#[inline(always)]
pub fn conv2d_input_grad<S: Binary32>(
    g: impl Fn(usize, usize) -> S,
    w: impl Fn(usize, usize) -> S,
    filters: usize,
    shape: [usize; 4],
    window: &Window,
    at: [usize; 4],
) -> S {
    col2im(|row, column| matmul(|filter| g(row, filter), |filter| w(column, filter), filters), shape, window, at)
}

/// Element `(column, filter)` of the gradient of [`conv2d`] by its filters: that of `matmul_tn(im2col(x), g)`.
#[inline(always)]
pub fn conv2d_weight_grad<S: Binary32>(
    x: impl Fn([usize; 4]) -> S,
    shape: [usize; 4],
    g: impl Fn(usize, usize) -> S,
    window: &Window,
    column: usize,
    filter: usize,
) -> S {
    let (places_y, places_x) = window.places(shape[1], shape[2]);
    let rows = shape[0] * places_y * places_x;
    matmul(|row| im2col(&x, shape, window, row, column), |row| g(row, filter), rows)
}
