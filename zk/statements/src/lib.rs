//! # zk statements
//!
//! What the zk proofs of NeuroData claim, down to the last byte: field encoding, Poseidon, the trees and digests over
//! data, and the public inputs of each statement in order.
//!
//! ## Overview
//!
//! - [`field`]: elements of BLS12-381's scalar field as 32 canonical bytes.
//! - [`poseidon`]: the permutation in two widths, the sponge, and their parameters.
//! - [`domain`]: one domain tag for each use of a hash.
//! - [`tree`]: the binary Poseidon tree over the leaves of a dataset.
//! - [`data_validity`]: leaves, layouts, bindings and the public inputs of `data-validity/1`.
//! - [`key`]: what derives from a content key.
//!
//! ## Terminology
//!
//! - *statement*: what the public inputs claim; *witness*: the private inputs.
//! - *leaf*: hiding and binding commitment to the 1,024 cells of one chunk.
//! - *layout*: bound and nullability of each cell of a chunk.
//! - *binding*: public input that ties a proof to one chain, dataset or job, account and chunk.
//!
//! ## Properties
//!
//! No std, no panics, nothing computed at start-up: all Poseidon constants are part of the code. A circuit and its
//! verifier share this crate and nothing else. Bytes that do not encode a field element canonically are refused, never
//! reduced.
//!
//! ## Example
//!
//! ```
//! use neurodata_primitives::layout::CellBound;
//! use neurodata_zk_statements::{data_validity, key, tree};
//!
//! let content_key = [7u8; 32];
//! let cells = vec![1u16; 1_024];
//! let layout = vec![CellBound { bound: 3, nullable: false }; 1_024];
//!
//! let leaf = data_validity::leaf_digest(key::salt(&content_key, 0), &cells)?;
//! let layout = data_validity::layout_digest(&layout)?;
//! let root = tree::data_root(&[leaf])?;
//! let commitment = key::key_commitment(&content_key, root);
//! # let _ = (layout, commitment);
//! # Ok::<(), neurodata_zk_statements::StatementError>(())
//! ```
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

pub mod data_validity;
pub mod domain;
mod error;
pub mod field;
pub mod key;
pub mod poseidon;
pub mod tree;

pub use ark_bls12_381::Fr;
pub use data_validity::{layout_digest, leaf_digest, missing_cells, Binding, DataValidityInputs};
pub use error::StatementError;
pub use key::{key_commitment, key_digest, salt};
pub use tree::{data_root, node, path, root_from_path};
