//! Operations on the elements at one place of their inputs.

use crate::{elementary, Binary32, Binary64, Float};

/// `a + b`.
#[inline(always)]
pub fn add<S: Binary32>(a: S, b: S) -> S {
    a.add(b)
}

/// `x + bias`, the bias being that of the element's column.
#[inline(always)]
pub fn add_bias<S: Binary32>(x: S, bias: S) -> S {
    x.add(bias)
}

/// `a - b`.
#[inline(always)]
pub fn sub<S: Binary32>(a: S, b: S) -> S {
    a.sub(b)
}

/// `a * b`.
#[inline(always)]
pub fn mul<S: Binary32>(a: S, b: S) -> S {
    a.mul(b)
}

/// `a / b`.
#[inline(always)]
pub fn div<S: Binary32>(a: S, b: S) -> S {
    a.div(b)
}

/// The square root.
#[inline(always)]
pub fn sqrt<S: Binary32>(x: S) -> S {
    x.sqrt()
}

/// `-x`.
#[inline(always)]
pub fn neg<S: Binary32>(x: S) -> S {
    x.neg()
}

/// `x * factor`.
#[inline(always)]
pub fn scale<S: Binary32>(x: S, factor: S) -> S {
    x.mul(factor)
}

/// `x > 0 ? x : +0`; NaN gives NaN.
#[inline(always)]
pub fn relu<S: Binary32>(x: S) -> S {
    if x <= S::ZERO {
        S::ZERO
    } else {
        x
    }
}

/// `y > 0 ? g : +0`, `y` being the result of [`relu`].
#[inline(always)]
pub fn relu_grad<S: Binary32>(y: S, g: S) -> S {
    if y > S::ZERO {
        g
    } else {
        S::ZERO
    }
}

/// The exponential, computed in binary64 and rounded.
#[inline(always)]
pub fn exp<S: Binary32>(x: S) -> S {
    elementary::exp(x.widen()).narrow()
}

/// The natural logarithm, computed in binary64 and rounded.
#[inline(always)]
pub fn ln<S: Binary32>(x: S) -> S {
    elementary::ln(x.widen()).narrow()
}

/// The hyperbolic tangent, computed in binary64 and rounded.
#[inline(always)]
pub fn tanh<S: Binary32>(x: S) -> S {
    elementary::tanh(x.widen()).narrow()
}

/// The logistic function, computed in binary64 and rounded.
#[inline(always)]
pub fn sigmoid<S: Binary32>(x: S) -> S {
    elementary::sigmoid(x.widen()).narrow()
}

/// `g * fma(-y, y, 1)`, `y` being the result of [`tanh`].
#[inline(always)]
pub fn tanh_grad<S: Binary32>(y: S, g: S) -> S {
    g.mul(y.neg().fma(y, S::ONE))
}

/// `g * (y * (1 - y))`, `y` being the result of [`sigmoid`].
#[inline(always)]
pub fn sigmoid_grad<S: Binary32>(y: S, g: S) -> S {
    g.mul(y.mul(S::ONE.sub(y)))
}

/// The index of the first of `length` elements that is NaN or infinite.
#[inline(always)]
pub fn first_not_finite<F: Float>(x: impl Fn(usize) -> F, length: usize) -> Option<usize> {
    (0..length).find(|index| !x(*index).is_finite())
}
