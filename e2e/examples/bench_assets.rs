//! Times what it costs the runtime to judge each claim about the largest package there can be, as JSON lines.
//!
//! The runtime of a development node is asked through its API, again and again; the time of an API call that does nothing
//! is taken off. Reported are medians, since the machine has other things to do.

#[path = "../../sealing/tests/world/mod.rs"]
mod evidence;

use anyhow::{ensure, Result};
use evidence::{context, file_chunk, table_chunk, World as Evidence, SECRET};
use neurodata_e2e::World;
use neurodata_primitives::{Claim, Complaint};
use serde_json::json;
use std::time::Instant;

/// Calls that are timed.
const CALLS: usize = 41;

fn median(mut milliseconds: Vec<f64>) -> f64 {
    milliseconds.sort_by(f64::total_cmp);
    milliseconds[milliseconds.len() / 2]
}

#[tokio::main]
async fn main() -> Result<()> {
    let (cells, bytes) = (table_chunk(0, false), file_chunk(0));
    let table = Evidence::deepest(true, &cells, &cells, false);
    let file = Evidence::deepest(false, &bytes, &bytes, false);
    let claims = [
        ("wrong_key", &table, Claim::WrongKey),
        ("bad_chunk", &table, table.bad_chunk(0)),
        ("out_of_schema", &table, table.out_of_schema(0)),
        ("bad_model_chunk", &file, file.bad_chunk(0)),
    ];

    let world = World::start().await?;
    for (name, evidence, claim) in claims {
        let (complaint, context) = (Complaint { secret: SECRET, claim }, context());
        let (mut judging, mut idle) = (Vec::new(), Vec::new());
        for _ in 0..CALLS {
            let begun = Instant::now();
            let verdict = world.chain.judge_complaint(
                &evidence.package,
                &evidence.recipient,
                &evidence.wrapped,
                &context,
                &complaint,
            );
            // What is dismissed on the last check costs as much as what is upheld.
            ensure!(verdict.await? == evidence.judge_complaint(&complaint));
            judging.push(begun.elapsed().as_secs_f64() * 1e3);
            let begun = Instant::now();
            ensure!(world.chain.lineage(neurodata_primitives::ModelId::new(u64::MAX), 1).await?.is_empty());
            idle.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        let value = median(judging) - median(idle);
        println!("{}", json!({ "name": format!("assets.judge_weight_ms.{name}"), "value": value, "unit": "ms" }));
    }
    Ok(())
}
