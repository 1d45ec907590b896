//! One element of each operation, from closures that read its inputs.
//!
//! The functions bear the names of `repops::ops` and of the table in `docs/design/arithmetic.md`; where an operation has
//! several results, one function computes each. A referee who disputes one element of a tensor recomputes it with one call,
//! with [`crate::soft::Soft32`] where there is no floating point. Indices are not checked here: a closure is asked only for
//! elements that the stated lengths and shapes contain.

mod embedding;
mod layer_norm;
mod losses;
mod optimiser;
mod pointwise;
mod pool;
mod product;
mod window;

pub use embedding::{embedding, embedding_grad, embedding_mean, embedding_mean_grad};
pub use layer_norm::{
    layer_norm, layer_norm_bias_grad, layer_norm_gain_grad, layer_norm_input_grad, layer_norm_mean, layer_norm_scale,
};
pub use losses::{
    softmax_cross_entropy_gradient, softmax_cross_entropy_loss, squared_error_gradient, squared_error_loss,
};
pub use optimiser::{adam, correction, decay_rate, hyper_parameter, one_minus, sgd, Adam, Sgd};
pub use pointwise::{
    add, add_bias, div, exp, first_not_finite, ln, mul, neg, relu, relu_grad, scale, sigmoid, sigmoid_grad, sqrt, sub,
    tanh, tanh_grad,
};
pub use pool::{avg_pool, avg_pool_grad, max_pool, max_pool_grad};
pub use product::{matmul, matmul_nt, matmul_tn, sum, sum_rows};
pub use window::{col2im, conv2d, conv2d_input_grad, conv2d_weight_grad, im2col, Window};

use crate::Float;

/// A count as a number, rounded once; exact below 2^24 in binary32 and, as counts are below 2^48, in binary64.
#[inline(always)]
fn count<F: Float>(count: usize) -> F {
    let (high, low) = (count >> 24, count & 0xff_ffff);
    F::small(high as u32).mul(F::small(1 << 12)).mul(F::small(1 << 12)).add(F::small(low as u32))
}
