//! # Sealing
//!
//! How content keys are wrapped and chunks encrypted, and how a complaint about them is judged.
//!
//! ## Overview
//!
//! - [`context`]: what a key is wrapped with, so that a wrap made for one purpose opens for no other.
//! - [`wrap`]: opening a wrapped key with a revealed one-time secret.
//! - [`content`]: the cipher of a chunk, the leaf of its content, the commitment to a key; for tables and for files.
//! - [`judge()`]: decides a complaint from the evidence that it carries.
//!
//! ## Terminology
//!
//! - **content**: what is sold: a *table* (a dataset's cells) or a *file* (a model).
//! - **content leaf**: what commits to one chunk in the clear: a salted Poseidon leaf for a table, a BLAKE2b-256 leaf
//!   for a file. A package lists them all.
//! - **cipher leaf**: BLAKE2b-256 over an encrypted chunk and its content leaf; see
//!   [`cipher_leaf`](neurodata_primitives::sale::cipher_leaf).
//! - **fault**: what an upheld complaint proves. **dismissal**: why a complaint proves nothing.
//!
//! ## Properties
//!
//! - No std, no panics, no clock and no randomness: the chain, the seller and the buyer compute the same.
//! - Complete: whoever was sold a wrong key, a chunk that is not what its leaf commits to, or a cell above its bound
//!   can prove it with one chunk of evidence.
//! - Sound: a seller whose package and wrap follow the rules cannot be convicted, whatever the evidence says, short of
//!   a collision of BLAKE2b-256 or Poseidon.
//! - A complaint is at most 10,000 bytes long and costs two multiplications on Curve25519, one leaf and at most one
//!   layout digest of Poseidon, and a path of at most twenty BLAKE2b-256 nodes. `examples/judge_cost.rs` measures it.
//!
//! ## Example
//!
//! A seller who delivered something that no key opens is convicted, whatever the buyer claimed:
//!
//! ```
//! use neurodata_primitives::{
//!     CipherRoot, Claim, Complaint, ContentCommitment, Fault, KeyCommitment, ModelDigest, PackageCommitment,
//!     PurchaseId, RecipientKey, WrappedKey,
//! };
//! use neurodata_sealing::{judge, public_key, sale_context};
//!
//! let package = PackageCommitment {
//!     content: ContentCommitment::File { model: ModelDigest::new([1; 32]) },
//!     cipher_root: CipherRoot::new([2; 32]),
//!     key_commitment: KeyCommitment::new([3; 32]),
//!     chunks: 9,
//! };
//! let secret = [7; 32];
//! let context = sale_context(&[0; 32], PurchaseId::new(4));
//! let delivered = WrappedKey { ephemeral_key: RecipientKey::new([9; 32]), sealed_key: [0; 48] };
//! let complaint = Complaint { secret, claim: Claim::WrongKey };
//! assert_eq!(judge(&package, &public_key(&secret), &delivered, &context, &complaint), Ok(Fault::WrongKey));
//! ```
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

pub mod content;
pub mod context;
pub mod judge;
pub mod wrap;

pub use content::{apply_cipher, content_leaf, key_commitment};
pub use context::{evaluation_context, sale_context, training_use_context};
pub use judge::judge;
pub use wrap::{open_key, public_key};
