//! Tests of the circuit, its native twin, proofs and the key cache.

mod circuit;
mod key_cache;
mod proofs;

use crate::{example, ChunkWitness, Prover};
use neurodata_zk_statements::DataValidityInputs;
use std::sync::OnceLock;

fn example() -> (ChunkWitness, DataValidityInputs) {
    example::chunk().unwrap()
}

/// One prover for all tests of a run; its key stays in the system's temporary folder between runs.
fn prover() -> &'static Prover {
    static PROVER: OnceLock<Prover> = OnceLock::new();
    let cache = std::env::temp_dir().join("neurodata-proving-keys");
    PROVER.get_or_init(|| Prover::load_or_generate(&cache, |step| eprintln!("{step}")).unwrap())
}
