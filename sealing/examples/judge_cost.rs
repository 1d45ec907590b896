//! Measures what it costs to judge each claim about the largest package there can be: a tree of depth 20.
//!
//! ```text
//! cargo run -p neurodata-sealing --example judge_cost
//! ```
//!
//! One JSON object a line: `{"name", "value", "unit"}`. Times are medians of [`RUNS`] runs on one core, native.

#[path = "../tests/world/mod.rs"]
mod world;

use codec::Encode;
use neurodata_primitives::{Claim, Complaint};
use std::time::Instant;
use world::{file_chunk, table_chunk, World, SECRET};

/// Runs of each measurement.
const RUNS: usize = 101;

fn report(name: &str, value: f64, unit: &str) {
    println!("{{\"name\":\"{name}\",\"value\":{value:.3},\"unit\":\"{unit}\"}}");
}

fn measure(name: &str, world: &World, claim: Claim) {
    let complaint = Complaint { secret: SECRET, claim };
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let _ = std::hint::black_box(world.judge_complaint(std::hint::black_box(&complaint)));
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    report(&format!("{name}_time"), times[RUNS / 2], "ms");
    report(&format!("{name}_size"), complaint.encode().len() as f64, "bytes");
}

fn main() {
    let (cells, bytes) = (table_chunk(0, false), file_chunk(0));
    let table = World::deepest(true, &cells, &cells, false);
    let file = World::deepest(false, &bytes, &bytes, false);
    measure("wrong_key", &table, Claim::WrongKey);
    measure("table_bad_chunk", &table, table.bad_chunk(0));
    measure("table_out_of_schema", &table, table.out_of_schema(0));
    measure("file_bad_chunk", &file, file.bad_chunk(0));
}
