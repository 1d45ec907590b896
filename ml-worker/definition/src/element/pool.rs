//! Pooling over square windows that do not overlap.
//!
//! Images are `(images, height, width, channels)`; the result has `height / size` rows of `width / size` places, rounded
//! down. `size` is at least 1.

use super::count;
use crate::{tree, Binary32};

/// The element at `index` of the window at place `at`, in the order (y, x).
#[inline(always)]
fn element<S>(x: &impl Fn([usize; 4]) -> S, size: usize, at: [usize; 4], index: usize) -> S {
    let [image, place_y, place_x, channel] = at;
    x([image, place_y * size + index / size, place_x * size + index % size, channel])
}

/// The place of the window over element `at`, and the element's index in it; none in a dropped rest.
#[inline(always)]
fn window_over(size: usize, shape: [usize; 4], at: [usize; 4]) -> Option<([usize; 4], usize)> {
    let [image, y, x, channel] = at;
    (y / size < shape[1] / size && x / size < shape[2] / size)
        .then_some(([image, y / size, x / size, channel], y % size * size + x % size))
}

/// The largest element of the window at place `at` and its index in the window: fold of `>` from the first.
#[inline(always)]
pub fn max_pool<S: Binary32>(x: impl Fn([usize; 4]) -> S, size: usize, at: [usize; 4]) -> (S, u32) {
    (1..size * size).fold((element(&x, size, at, 0), 0), |largest, index| {
        let value = element(&x, size, at, index);
        if value > largest.0 {
            (value, index as u32)
        } else {
            largest
        }
    })
}

/// Element `at` of the gradient of [`max_pool`] by its input of `shape`: `g` at the position of the largest, +0 elsewhere.
#[inline(always)]
pub fn max_pool_grad<S: Binary32>(
    position: impl Fn([usize; 4]) -> u32,
    g: impl Fn([usize; 4]) -> S,
    size: usize,
    shape: [usize; 4],
    at: [usize; 4],
) -> S {
    match window_over(size, shape, at) {
        Some((place, index)) if position(place) as usize == index => g(place),
        _ => S::ZERO,
    }
}

/// The mean of the window at place `at`: its tree, in the order (y, x), divided by `size * size`.
#[inline(always)]
pub fn avg_pool<S: Binary32>(x: impl Fn([usize; 4]) -> S, size: usize, at: [usize; 4]) -> S {
    tree::sum(|index| element(&x, size, at, index), size * size).div(count(size * size))
}

/// Element `at` of the gradient of [`avg_pool`] by its input of `shape`: `g / (size * size)`, +0 in a dropped rest.
#[inline(always)]
pub fn avg_pool_grad<S: Binary32>(g: impl Fn([usize; 4]) -> S, size: usize, shape: [usize; 4], at: [usize; 4]) -> S {
    match window_over(size, shape, at) {
        Some((place, _)) => g(place).div(count(size * size)),
        None => S::ZERO,
    }
}
