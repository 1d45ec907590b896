//! Normalisation of a row to mean 0 and variance 1, followed by a gain and a bias for each column. All in binary64.

use super::count;
use crate::{tree, Binary32, Binary64, Float};

/// Bits of 1e-5, added to the variance.
const EPSILON: u64 = 0x3ee4_f8b5_88e3_68f1;

/// The mean of a row `x` of `columns` elements: `tree(f64(x)) / columns`.
#[inline(always)]
pub fn layer_norm_mean<S: Binary32>(x: impl Fn(usize) -> S, columns: usize) -> S::Double {
    tree::sum(|column| x(column).widen(), columns).div(count(columns))
}

/// What a row is multiplied by: `1 / sqrt(tree((f64(x) - mean)^2) / columns + 1e-5)`.
#[inline(always)]
pub fn layer_norm_scale<S: Binary32>(x: impl Fn(usize) -> S, columns: usize, mean: S::Double) -> S::Double {
    let square = |column| {
        let difference = x(column).widen().sub(mean);
        difference.mul(difference)
    };
    let variance = tree::sum(square, columns).div(count(columns));
    S::Double::ONE.div(variance.add(S::Double::from_bits(EPSILON)).sqrt())
}

/// `(f64(x) - mean) * scale`.
#[inline(always)]
fn normalised<S: Binary32>(x: S, mean: S::Double, scale: S::Double) -> S::Double {
    x.widen().sub(mean).mul(scale)
}

/// An element of the result: `f32(fma((f64(x) - mean) * scale, f64(gain), f64(bias)))`.
#[inline(always)]
pub fn layer_norm<S: Binary32>(x: S, mean: S::Double, scale: S::Double, gain: S, bias: S) -> S {
    normalised(x, mean, scale).fma(gain.widen(), bias.widen()).narrow()
}

/// Element `index` of the gradient by a row of the input.
///
/// ```text
/// a[j] = f64(g[j]) * f64(gain[j]), xhat[j] = (f64(x[j]) - mean) * scale
/// f32(scale * ((a[index] - tree(a) / columns) - xhat[index] * (tree(a * xhat) / columns)))
/// ```
#[inline(always)]
pub fn layer_norm_input_grad<S: Binary32>(
    x: impl Fn(usize) -> S,
    gain: impl Fn(usize) -> S,
    mean: S::Double,
    scale: S::Double,
    g: impl Fn(usize) -> S,
    columns: usize,
    index: usize,
) -> S {
    let a = |column: usize| g(column).widen().mul(gain(column).widen());
    let hat = |column: usize| normalised(x(column), mean, scale);
    let mean_a = tree::sum(a, columns).div(count(columns));
    let mean_product = tree::sum(|column| a(column).mul(hat(column)), columns).div(count(columns));
    scale.mul(a(index).sub(mean_a).sub(hat(index).mul(mean_product))).narrow()
}

/// The gradient by the gain of one column: `f32(tree over rows of f64(g) * xhat)`.
#[inline(always)]
pub fn layer_norm_gain_grad<S: Binary32>(
    x: impl Fn(usize) -> S,
    mean: impl Fn(usize) -> S::Double,
    scale: impl Fn(usize) -> S::Double,
    g: impl Fn(usize) -> S,
    rows: usize,
) -> S {
    tree::sum(|row| g(row).widen().mul(normalised(x(row), mean(row), scale(row))), rows).narrow()
}

/// The gradient by the bias of one column: `f32(tree over rows of f64(g))`.
#[inline(always)]
pub fn layer_norm_bias_grad<S: Binary32>(g: impl Fn(usize) -> S, rows: usize) -> S {
    tree::sum(|row| g(row).widen(), rows).narrow()
}
