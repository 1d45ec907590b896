//! # Datasets
//!
//! From a table to what is published, registered, proved and trained on: schema, canonical codes, chunks, encryption,
//! packages, keys.
//!
//! ## Overview
//!
//! - [`Table`]: named columns of text, from CSV or JSON.
//! - [`Schema`], [`infer()`]: what each column may hold; [`Decimal`]: numbers without rounding.
//! - [`Dataset`]: a table as 16-bit codes; what is trained on.
//! - [`Package`]: the published form: header, schema, encrypted chunks. [`SealedModel`]: the same for a model's file.
//! - [`Unlocked`]: a decrypted and checked package; makes proofs about single chunks.
//! - [`ContentKey`], [`RecipientSecret`], [`wrap_key`], [`unwrap_key`]: keys and how they are handed over.
//!
//! ## Terminology
//!
//! - **code**: the 16-bit number that stands for a cell's value. **level**: the code without the shift for missing
//!   values.
//! - **chunk**: 1,024 cells: whole rows, padded. **layout**: the bounds of a chunk's cells.
//! - **content leaf**: what commits to a chunk in the clear: salted and hiding for a dataset. **cipher leaf**: what
//!   ties an encrypted chunk to its content leaf.
//! - **fault**: what is wrong with a delivered key or a package, so that a complaint can prove it.
//!
//! ## Properties
//!
//! - The same table, schema and content key give the same package, byte for byte, on every machine: no floats are
//!   involved.
//! - A package that was altered by one bit is refused, and the error names the chunk.
//! - A package that its publisher made wrong is found out with the key, and a claim that proves it comes from one
//!   chunk.
//! - Every refusal of a cell names its row, from 1, and its column.
//! - Secrets are wiped from memory, never printed, and saved in files that only their owner can read.
//!
//! ## Example
//!
//! ```
//! use neurodata_dataset::{infer, package, ContentKey, InferOptions, Package, ReadOptions, Table};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let csv = "age,smoker\n63,yes\n41,no\n";
//! let table = Table::read_csv(csv.as_bytes(), &ReadOptions::default())?;
//! let schema = infer(&table, &InferOptions { name: "people".into(), ..Default::default() })?;
//!
//! let key = ContentKey::generate();
//! let build = Package::create(&table, &schema, &key, &package::silent)?;
//! let published = build.package.to_bytes();
//!
//! // Somebody who bought the key and knows the commitment from the chain:
//! let unlocked = Package::open(&published)?.verify(&build.commitment, &key)?;
//! let mut again = Vec::new();
//! unlocked.dataset().write_csv(&mut again)?;
//! assert_eq!(again, csv.as_bytes());
//! # Ok(())
//! # }
//! ```
//!
//! ## Implementation notes
//!
//! A dataset is held in memory as a whole: two bytes a cell. Leaves are computed on all cores.
#![warn(missing_docs)]

pub mod cells;
mod chunks;
pub mod decimal;
pub mod dishonest;
mod infer;
pub mod keys;
pub mod package;
pub mod prove;
pub mod schema;
pub mod sealed_model;
pub mod table;

pub use cells::{Chunking, Dataset, EncodeError, InvalidCodes, Quantisation};
pub use decimal::{Decimal, InvalidDecimal};
pub use infer::{infer, InferOptions, MAX_TARGET_CLASSES};
pub use keys::{unwrap_key, wrap_key, ContentKey, KeyError, RecipientSecret};
pub use package::{Package, PackageBuild, PackageError};
pub use prove::{prove_chunk, ProofContext, ProveError, Unlocked};
pub use schema::{CellProblem, Column, ColumnKind, Schema, SchemaError, Value};
pub use sealed_model::{InvalidModelSize, SealedModel};
pub use table::{ReadOptions, Table, TableError};
