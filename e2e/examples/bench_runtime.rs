//! Times the verification of a zk proof inside the runtime, as a JSON line.
//!
//! The runtime of a development node is asked through its API, again and again; the time of an API call that does nothing
//! is taken off. Reported is the median, since the machine has other things to do.

use anyhow::Result;
use neurodata_dataset::{ContentKey, Dataset, Package, ProofContext, Schema};
use neurodata_e2e::World;
use neurodata_primitives::{
    seams::{ProofSubject, StatementId},
    DatasetId,
};
use neurodata_zk_circuits::Prover;
use serde_json::json;
use std::time::Instant;

/// Calls that are timed.
const CALLS: usize = 41;

const SCHEMA: &str = r#"{
    "format": "neurodata/schema/1", "name": "bench", "description": "cells for one proof", "target": null,
    "columns": [{ "name": "a", "kind": { "numeric": { "min": "0", "max": "100", "step": "1" } }, "nullable": false }]
}"#;

fn median(mut milliseconds: Vec<f64>) -> f64 {
    milliseconds.sort_by(f64::total_cmp);
    milliseconds[milliseconds.len() / 2]
}

#[tokio::main]
async fn main() -> Result<()> {
    let dataset = Dataset::from_codes(Schema::parse(SCHEMA.as_bytes())?, vec![7; 100])?;
    let key = ContentKey::generate();
    let unlocked = Package::seal(&dataset, &key, &|_, _| {}).unlock(&key, &|_, _| {})?;
    let subject = ProofSubject::Dataset(DatasetId::new(0));
    let context = ProofContext { genesis: [0; 32], subject, account: &[0; 32] };
    let prover = Prover::load_or_generate(&World::proving_keys()?, |_| {})?;
    let proof = unlocked.prove_chunk(&prover, &context, 0)?;
    let binding = neurodata_zk_statements::Binding { genesis: [0; 32], subject, account: &[0; 32], chunk: 0 };
    let inputs = unlocked.chunk_witness(0)?.inputs(&binding)?.to_field_bytes();

    let world = World::start().await?;
    let (mut verifying, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..CALLS {
        let begun = Instant::now();
        anyhow::ensure!(world.chain.verifies(StatementId::DataValidity1, &inputs, &proof.zk_proof).await?);
        verifying.push(begun.elapsed().as_secs_f64() * 1e3);
        let begun = Instant::now();
        anyhow::ensure!(!world.chain.verifies(StatementId::DataValidity1, &inputs[..1], &proof.zk_proof).await?);
        idle.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let value = median(verifying) - median(idle);
    println!("{}", json!({ "name": "zk.verify_weight_ms", "value": value, "unit": "ms" }));
    Ok(())
}
