//! # Definition
//!
//! What each reproducible operation computes, one element at a time, over any IEEE-754 arithmetic.
//!
//! ## Overview
//!
//! - [`mod@float`]: IEEE-754 arithmetic as traits; `f32` and `f64` implement them under the feature `std`.
//! - [`elementary`]: exponential, logarithm, hyperbolic tangent and logistic function.
//! - [`tree`]: sums in a fixed tree.
//! - [`element`]: one output element of each operation.
//! - [`soft`]: the arithmetic by integers alone.
//!
//! The table of all operations is in `docs/design/arithmetic.md`.
//!
//! ## Terminology
//!
//! - *binary32*, *binary64*: the formats of IEEE-754, whatever computes them.
//! - *micro-step*: the computation of one output element of one operation.
//!
//! ## Properties
//!
//! - Every result is a fixed composition of correctly rounded operations: its bits depend on its inputs alone. Only which
//!   NaN a result is stays undefined.
//! - A definition gives the same bits over `f32` and over [`soft::Soft32`].
//! - Without the feature `std` nothing in the crate touches floating point, so that the runtime can recompute a micro-step.
//!
//! ## Example
//!
//! ```
//! use neurodata_definition::{element, soft::Soft32, Binary32};
//!
//! let (row, column) = ([1.5f32, -2.0], [3.0f32, 0.1]);
//! let fast = element::matmul(|k| row[k], |k| column[k], 2);
//! let by_integers = element::matmul(
//!     |k| <Soft32 as Binary32>::from_bits(row[k].to_bits()),
//!     |k| <Soft32 as Binary32>::from_bits(column[k].to_bits()),
//!     2,
//! );
//! assert_eq!(fast.to_bits(), Binary32::to_bits(by_integers));
//! ```
//!
//! ## Implementation notes
//!
//! Functions are `#[inline(always)]`: a loop over them is compiled for the instruction set of its caller. Comparisons choose
//! between values and never between computations, which vector code cannot skip.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

pub mod element;
pub mod elementary;
pub mod float;
#[cfg(feature = "std")]
mod native;
pub mod soft;
pub mod tree;

pub use float::{Binary32, Binary64, Float};
