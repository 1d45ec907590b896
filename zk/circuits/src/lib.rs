//! # zk circuits
//!
//! Circuits of the zk statements, their witnesses, the native twin of every check, setup and proving. For machines with
//! std: the CLI, the worker and tests; never part of the runtime.
//!
//! ## Overview
//!
//! - [`ChunkWitness`], [`check_native`]: the private inputs of `data-validity/1` and the same checks outside a circuit.
//! - [`DataValidity`]: the circuit.
//! - [`Prover`]: makes proofs; loads its proving key from a cache or generates it.
//! - [`setup`]: the development setup, deterministic and insecure.
//! - [`key_file`]: proving keys on disk.
//! - [`example`]: a chunk that satisfies the statement, for tests and measurements.
//!
//! ## Terminology
//!
//! *Statement*: what the public inputs claim; *witness*: the private inputs; *circuit*: the relation between them;
//! *gadget*: constraints of one function; *setup*: makes the proving and verifying keys.
//!
//! ## Properties
//!
//! - A proof is made only for a witness that the native twin accepts, and returned only if it verifies.
//! - Every machine derives the same verifying key; its digest is pinned in [`setup::DEVELOPMENT_KEY_DIGEST`].
//! - Proofs are randomised: two proofs of one statement differ.
//!
//! ## Example
//!
//! ```no_run
//! use neurodata_primitives::layout::CellBound;
//! use neurodata_zk_circuits::{ChunkWitness, Prover};
//! use neurodata_zk_statements::{key, Binding};
//! # let subject = neurodata_primitives::seams::ProofSubject::Dataset(neurodata_primitives::DatasetId::new(0));
//!
//! let witness = ChunkWitness {
//!     cells: vec![1; 1_024],
//!     layout: vec![CellBound { bound: 3, nullable: false }; 1_024],
//!     salt: key::salt(&[7; 32], 0),
//! };
//! let binding = Binding { genesis: [0; 32], subject, account: &[1; 32], chunk: 0 };
//! let inputs = witness.inputs(&binding)?;
//!
//! let prover = Prover::load_or_generate("cache".as_ref(), |step| eprintln!("{step}"))?;
//! let proof = prover.prove(&witness, &inputs)?;
//! neurodata_zk_verifier::verify(prover.verifying_key(), &inputs.to_field_bytes(), &proof)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![warn(missing_docs)]

mod data_validity;
pub mod example;
pub mod key_file;
mod poseidon;
mod prover;
pub mod setup;
mod wire;
mod witness;

pub use data_validity::DataValidity;
pub use prover::{Progress, Prover, ProverError};
pub use witness::{check_native, CheckError, ChunkWitness};

#[cfg(test)]
mod tests;
