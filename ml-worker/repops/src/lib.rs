//! # Reproducible operations
//!
//! Arithmetic and randomness that give the same bits on every machine.
//!
//! ## Overview
//!
//! - [`random`]: random numbers that depend on a seed, a purpose and an index alone.
//! - [`sum`]: sums folded pairwise in a fixed tree.
//! - [`elementary`]: exponential and logarithm without the platform's mathematical library.
//! - [`matmul`]: the matrix product with one defined order of operations, as a candle operation.
//!
//! ## Properties
//!
//! Every result is a fixed composition of correctly rounded IEEE-754 operations. It depends neither on the instruction
//! set, nor on the number of threads, nor on cache sizes. Subnormal numbers are kept.
//!
//! ## Implementation notes
//!
//! Rust neither reassociates floating point nor contracts `a * b + c` into a fused operation; where a fused operation
//! is meant it is written as `mul_add`, which rounds once on hardware with and without the instruction.
#![warn(missing_docs)]

pub mod elementary;
pub mod matmul;
pub mod random;
pub mod sum;

pub use matmul::matmul;
pub use random::{Purpose, Stream};
