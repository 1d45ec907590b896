//! # Reproducible operations
//!
//! Arithmetic and randomness that give the same bits on every machine.
//!
//! ## Overview
//!
//! - [`Tensor`]: numbers on the CPU or a GPU that only the operations of [`ops`] can be applied to.
//! - [`ops`]: every operation of training, from the matrix product to Adam's step.
//! - [`random`]: random numbers that depend on a seed, a purpose and an index alone.
//! - [`sum`]: sums folded pairwise in a fixed tree.
//! - [`candle`]: the same operations on candle's tensors, with gradients for candle's graphs.
//! - [`cpu`]: the choice of instructions.
//!
//! ## Properties
//!
//! Every result is a fixed composition of correctly rounded IEEE-754 operations, written down in
//! `docs/design/arithmetic.md`. It depends neither on the instruction set, nor on the number of threads, nor on cache
//! sizes, nor on the device. Subnormal numbers are kept.
//!
//! ## Implementation notes
//!
//! Rust neither reassociates floating point nor contracts `a * b + c` into a fused operation; where a fused operation
//! is meant it is written as `mul_add`, which rounds once on hardware with and without the instruction.
#![warn(missing_docs)]

pub mod candle;
pub mod cpu;
#[cfg(feature = "cuda")]
mod cuda;
mod error;
pub mod matmul;
pub mod ops;
pub mod random;
pub mod sum;
mod tensor;

pub use candle_core::Device;
pub use error::{Error, Result};
pub use random::{Purpose, Stream};
pub use tensor::Tensor;
