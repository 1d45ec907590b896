//! Matrix products and sums.

use crate::{tree, Binary32, Float};

/// An element of `a * b`: `fold over k from +0 of fma(a(k), b(k), c)`.
///
/// `a` is the row of the element, `b` its column; `inner` is their length.
#[inline(always)]
pub fn matmul<S: Binary32>(a: impl Fn(usize) -> S, b: impl Fn(usize) -> S, inner: usize) -> S {
    (0..inner).fold(S::ZERO, |c, k| a(k).fma(b(k), c))
}

/// An element of `a * transpose(b)`: that of [`matmul`], `b` being a row.
#[inline(always)]
pub fn matmul_nt<S: Binary32>(a: impl Fn(usize) -> S, b: impl Fn(usize) -> S, inner: usize) -> S {
    matmul(a, b, inner)
}

/// An element of `transpose(a) * b`: that of [`matmul`], `a` being a column.
#[inline(always)]
pub fn matmul_tn<S: Binary32>(a: impl Fn(usize) -> S, b: impl Fn(usize) -> S, inner: usize) -> S {
    matmul(a, b, inner)
}

/// The sum of a column `x` of `rows` elements, in the tree of [`tree::sum`].
#[inline(always)]
pub fn sum_rows<F: Float>(x: impl Fn(usize) -> F, rows: usize) -> F {
    tree::sum(x, rows)
}

/// The sum of all `length` elements in the order of storage, in the tree of [`tree::sum`].
#[inline(always)]
pub fn sum<F: Float>(x: impl Fn(usize) -> F, length: usize) -> F {
    tree::sum(x, length)
}
