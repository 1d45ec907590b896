//! Every operation that a training run may apply to a [`crate::Tensor`].
//!
//! What each one computes, element by element, is in `docs/design/arithmetic.md` and in `neurodata_definition`; here
//! are the fast ways to the same bits.
//!
//! ## Implementation notes
//!
//! An operation is a small struct that holds its lengths and settings and implements [`operation::Operation`]:
//!
//! ```text
//! pub fn add_bias(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
//!     let [rows, columns] = dimensions("add_bias", x)?;              checks of shapes, with errors that name them
//!     ...
//!     let [sums] = apply(&AddBias { columns }, [x, bias], [x.shape()])?;
//!     Ok(sums)
//! }
//! ```
//!
//! - `name` and `types` let [`operation::apply`] check types and devices and record the operation.
//! - `cpu` takes one slice per input (`inputs[0].f32()?`) and gives one [`candle_core::CpuStorage`] per result. Any
//!   number of inputs and results fits: their numbers are parameters of the trait.
//! - `cuda` belongs to the supertrait [`operation::Accelerated`], which exists with the feature `cuda` alone and is
//!   implemented in `crate::cuda` for the same structs. So a device lacks an operation only as a compile error.
//! - An operation built from others (a convolution) is a struct of its own that calls the loops of the others, so that
//!   it is recorded under its own name.
//! - Loops over elements are `#[inline(always)]` and compiled for each instruction set by [`crate::cpu::run`].

pub(crate) mod bias;
pub(crate) mod conv;
pub(crate) mod elementwise;
pub(crate) mod embedding;
pub(crate) mod finite;
pub(crate) mod layer_norm;
pub(crate) mod loss;
pub(crate) mod matmul;
pub(crate) mod operation;
pub(crate) mod optimiser;
mod parallel;
pub(crate) mod pool;
pub(crate) mod record;
pub(crate) mod sums;
pub(crate) mod sweep;
mod tree;
#[cfg(test)]
mod trial;
pub(crate) mod window;

pub use bias::add_bias;
pub use conv::{conv2d, conv2d_input_grad, conv2d_weight_grad};
pub use elementwise::{
    add, div, exp, ln, mul, neg, relu, relu_grad, scale, sigmoid, sigmoid_grad, sqrt, sub, tanh, tanh_grad,
};
pub use embedding::{embedding, embedding_grad, embedding_mean, embedding_mean_grad};
pub use finite::first_not_finite;
pub use layer_norm::{layer_norm, layer_norm_grad, Normalised};
pub use loss::{softmax_cross_entropy, squared_error};
pub use matmul::{matmul, matmul_nt, matmul_tn};
pub use optimiser::{adam, sgd, Adam, Sgd};
pub use pool::{avg_pool, avg_pool_grad, max_pool, max_pool_grad};
pub use record::{record, NAMES};
pub use sums::{sum, sum_rows};
pub use window::{col2im, im2col, Window};

use crate::{
    error::{Error, Result},
    tensor::Tensor,
};

/// The shape of `x`, which must have `DIMENSIONS` dimensions.
pub(crate) fn dimensions<const DIMENSIONS: usize>(operation: &'static str, x: &Tensor) -> Result<[usize; DIMENSIONS]> {
    x.shape()
        .try_into()
        .map_err(|_| Error::shape(operation, format!("a tensor of {DIMENSIONS} dimensions"), x.shape()))
}

/// Fails unless the shape of `x` is `expected`.
pub(crate) fn ensure_shape(operation: &'static str, x: &Tensor, expected: &[usize]) -> Result<()> {
    if x.shape() == expected {
        Ok(())
    } else {
        Err(Error::shape(operation, format!("shape {expected:?}"), x.shape()))
    }
}
