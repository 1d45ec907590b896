//! Losses and their gradients. Losses are binary64, gradients those of the mean loss over the rows.

use super::count;
use crate::{elementary, tree, Binary32, Binary64, Float};

/// The largest of a row: fold of `>` from the first.
#[inline(always)]
fn largest<S: Binary32>(logits: &impl Fn(usize) -> S, outputs: usize) -> S {
    (1..outputs).fold(logits(0), |largest, index| {
        let logit = logits(index);
        if logit > largest {
            logit
        } else {
            largest
        }
    })
}

/// `f64(logit) - f64(largest)`.
#[inline(always)]
fn below<S: Binary32>(logit: S, largest: S) -> S::Double {
    logit.widen().sub(largest.widen())
}

/// The cross-entropy of one row with its class: `ln(s) - (f64(l[class]) - f64(m))`.
///
/// `m` is the largest logit of the row, `s` the tree of `exp(f64(l[j]) - f64(m))`. `outputs` is at least 1.
#[inline(always)]
pub fn softmax_cross_entropy_loss<S: Binary32>(logits: impl Fn(usize) -> S, outputs: usize, class: usize) -> S::Double {
    let largest = largest(&logits, outputs);
    let sum = tree::sum(|index| elementary::exp(below(logits(index), largest)), outputs);
    elementary::ln(sum).sub(below(logits(class), largest))
}

/// The gradient of the mean cross-entropy of `rows` rows by logit `index` of one row.
///
/// ```text
/// f32((e[index] / s - (index = class ? 1 : 0)) / rows)    e[j] = exp(f64(l[j]) - f64(m)), s = tree(e)
/// ```
#[inline(always)]
pub fn softmax_cross_entropy_gradient<S: Binary32>(
    logits: impl Fn(usize) -> S,
    outputs: usize,
    class: usize,
    rows: usize,
    index: usize,
) -> S {
    let largest = largest(&logits, outputs);
    let exponential = |index| elementary::exp(below(logits(index), largest));
    let share = exponential(index).div(tree::sum(exponential, outputs));
    let expected = if index == class { S::Double::ONE } else { S::Double::ZERO };
    share.sub(expected).div(count(rows)).narrow()
}

/// The squared error of one row: `d * d` with `d = f64(output) - f64(target)`.
#[inline(always)]
pub fn squared_error_loss<S: Binary32>(output: S, target: S) -> S::Double {
    let difference = output.widen().sub(target.widen());
    difference.mul(difference)
}

/// The gradient of the mean squared error of `rows` rows by one output: `f32((2 * d) / rows)`.
#[inline(always)]
pub fn squared_error_gradient<S: Binary32>(output: S, target: S, rows: usize) -> S {
    let difference = output.widen().sub(target.widen());
    S::Double::small(2).mul(difference).div(count(rows)).narrow()
}
