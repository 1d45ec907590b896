//! Training speed on fixed synthetic tables: one JSON object a line, `{"name", "value", "unit"}`.
//!
//! Rows per second: 4,000 rows of 64 numbers in 10 classes, 80 % of them trained on, batches of 64 rows, 5 epochs. The
//! value is training rows times epochs per second of the whole run, encoding and evaluation included; the best of three
//! runs with the seed 1.
//!
//! Replay: what a sampled evaluation costs, as a share of the whole run. 60,000 rows of the same kind, a perceptron of
//! three layers of 128 units, 40 epochs: 81 million work units. The time of the plan, as many segments as a member
//! repeats, spread over the run, and the conclusion, by the time of the run.

use neurodata_primitives::{
    training::{Activation, Algorithm, Descent, Objective, Optimiser},
    Seed, TrainingSpec,
};
use neurodata_repops::{Purpose, Stream};
use neurodata_training::{run, Column, ColumnKind, Device, Error, Plan, TrainingTable};
use std::{ops::ControlFlow, time::Instant};

const ROWS: u32 = 4_000;
const REPLAYED_ROWS: u32 = 60_000;
const NUMBERS: u16 = 64;
const CLASSES: u16 = 10;
const SEED: Seed = Seed::new([1; 32]);

const DESCENT: Descent = Descent {
    optimiser: Optimiser::Sgd { momentum: 900_000 },
    epochs: 5,
    batch_rows: 64,
    learning_rate: 50_000,
    weight_decay: 100,
    early_stopping: None,
};

fn main() -> Result<(), Error> {
    let table = table(ROWS)?;
    measure("train.rows_per_second", &table, &perceptron(&[64, 32], DESCENT))?;
    measure("train.rows_per_second.logistic", &table, &spec(Algorithm::LogisticRegression { descent: DESCENT }))?;
    replay()
}

fn table(rows: u32) -> Result<TrainingTable, Error> {
    let mut columns = vec![Column { bound: 255, nullable: false, kind: ColumnKind::Numeric }; usize::from(NUMBERS)];
    columns.push(Column { bound: CLASSES - 1, nullable: false, kind: ColumnKind::Category });
    let mut stream = Stream::new([1; 32], Purpose::new(9_000));
    let codes = (0..rows).flat_map(|_| {
        let class = stream.below(CLASSES.into()) as u16;
        let number = |index: u16| (stream.below(128) as u16) + if index % CLASSES == class { 127 } else { 0 };
        (0..NUMBERS).map(number).chain([class]).collect::<Vec<_>>()
    });
    Ok(TrainingTable::new(columns, codes.collect())?)
}

fn spec(algorithm: Algorithm) -> TrainingSpec {
    let objective = Objective::Classification { classes: CLASSES };
    TrainingSpec { algorithm, objective, target: Some(NUMBERS), holdout: 200 }
}

fn perceptron(hidden: &[u16], descent: Descent) -> TrainingSpec {
    let hidden = hidden.to_vec().try_into().unwrap_or_default();
    spec(Algorithm::MultilayerPerceptron { hidden, activation: Activation::Relu, layer_norm: false, descent })
}

fn tell(name: &str, value: f64, unit: &str) {
    println!("{{\"name\": \"{name}\", \"value\": {value}, \"unit\": \"{unit}\"}}");
}

fn measure(name: &str, table: &TrainingTable, spec: &TrainingSpec) -> Result<(), Error> {
    let mut best = 0f64;
    for _ in 0..3 {
        let start = Instant::now();
        let output = run(table, spec, &SEED, &Device::Cpu, None, &mut |_| ControlFlow::Continue(()))?;
        let rows = f64::from(output.metrics.training_rows) * f64::from(DESCENT.epochs);
        best = best.max(rows / start.elapsed().as_secs_f64());
    }
    tell(name, best.round(), "rows/s");
    Ok(())
}

fn replay() -> Result<(), Error> {
    let spec = perceptron(&[128, 128, 128], Descent { epochs: 40, ..DESCENT });
    let table = table(REPLAYED_ROWS)?;
    let units = spec.work_units(REPLAYED_ROWS, u32::from(NUMBERS) + 1)?;
    assert!(spec.is_sampled(REPLAYED_ROWS, units), "{units} work units");
    let mut checkpoints = Vec::new();
    let start = Instant::now();
    let output = run(&table, &spec, &SEED, &Device::Cpu, None, &mut |progress| {
        checkpoints.extend(progress.resume.map(|resume| resume.checkpoint().clone()));
        ControlFlow::Continue(())
    })?;
    let whole = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let plan = Plan::new(None, &table, &spec, &SEED, &Device::Cpu)?;
    let segments = spec.sampled_segments(REPLAYED_ROWS);
    for index in 0..segments {
        let position = index * plan.segments() / segments;
        let next = plan.repeat_segment(&checkpoints[position as usize], &mut || ControlFlow::Continue(()))?;
        assert_eq!(Some(&next.link()), output.trace.link(position + 1));
    }
    let concluded = plan.conclude(&checkpoints[checkpoints.len() - 1])?;
    assert_eq!(concluded.model_digest, output.model_digest);
    tell("train.replay_ratio", start.elapsed().as_secs_f64() / whole, "1");
    tell("train.replay_work_units", units as f64, "units");
    Ok(())
}
