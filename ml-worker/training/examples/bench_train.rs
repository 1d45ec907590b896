//! Training speed on a fixed synthetic table: one JSON object a line, `{"name", "value", "unit"}`.
//!
//! 4,000 rows of 64 numbers in 10 classes, 80 % of them trained on, batches of 64 rows, 5 epochs; seed 1. The value is
//! training rows times epochs per second of the whole run, encoding and evaluation included; the best of three runs.

use neurodata_primitives::{Algorithm, Seed, TrainingSpec};
use neurodata_repops::{Purpose, Stream};
use neurodata_training::{run, Column, ColumnKind, Device, Error, TrainingTable};
use std::{ops::ControlFlow, time::Instant};

const ROWS: u32 = 4_000;
const NUMBERS: u16 = 64;
const CLASSES: u16 = 10;

fn main() -> Result<(), Error> {
    let table = table()?;
    let hidden = vec![64u16, 32].try_into().unwrap_or_default();
    let perceptron = spec(Algorithm::MultilayerPerceptron { hidden });
    measure("train.rows_per_second", &table, &perceptron)?;
    measure("train.rows_per_second.logistic", &table, &spec(Algorithm::LogisticRegression))
}

fn table() -> Result<TrainingTable, Error> {
    let mut columns = vec![Column { bound: 255, nullable: false, kind: ColumnKind::Numeric }; usize::from(NUMBERS)];
    columns.push(Column { bound: CLASSES - 1, nullable: false, kind: ColumnKind::Category });
    let mut stream = Stream::new([1; 32], Purpose::new(9_000));
    let codes = (0..ROWS).flat_map(|_| {
        let class = stream.below(CLASSES.into()) as u16;
        let number = |index: u16| (stream.below(128) as u16) + if index % CLASSES == class { 127 } else { 0 };
        (0..NUMBERS).map(number).chain([class]).collect::<Vec<_>>()
    });
    Ok(TrainingTable::new(columns, codes.collect())?)
}

fn spec(algorithm: Algorithm) -> TrainingSpec {
    TrainingSpec {
        algorithm,
        target: NUMBERS,
        classes: CLASSES,
        epochs: 5,
        batch_rows: 64,
        learning_rate: 50_000,
        momentum: 900_000,
        weight_decay: 100,
        holdout: 200,
        checkpoint_epochs: 5,
    }
}

fn measure(name: &str, table: &TrainingTable, spec: &TrainingSpec) -> Result<(), Error> {
    let mut best = 0f64;
    for _ in 0..3 {
        let start = Instant::now();
        let output = run(table, spec, &Seed::new([1; 32]), &Device::Cpu, None, &mut |_| ControlFlow::Continue(()))?;
        let rows = f64::from(output.metrics.training_rows) * f64::from(spec.epochs);
        best = best.max(rows / start.elapsed().as_secs_f64());
    }
    println!("{{\"name\": \"{name}\", \"value\": {}, \"unit\": \"rows/s\"}}", best.round());
    Ok(())
}
