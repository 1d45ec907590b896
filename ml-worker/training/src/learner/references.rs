//! The datasets of `references/classical.py`, for tests of learners.

use super::{Examples, Inputs, Learner, LearnerState, Taken, Targets};
use crate::{CheckpointError, Column, ColumnKind, Error};
use sp_crypto_hashing::blake2_256;
use std::sync::Arc;

/// A dataset as codes; its last column is the target.
pub(crate) struct Reference {
    pub columns: Vec<Column>,
    pub target: Column,
    rows: Vec<Vec<u16>>,
}

impl Reference {
    /// The dataset `references/data/NAME.csv`.
    pub fn load(name: &str) -> Self {
        let path = format!("{}/references/data/{name}.csv", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let line = |line: &str| line.split(',').map(|code| code.parse().unwrap()).collect::<Vec<u16>>();
        let mut rows: Vec<Vec<u16>> = text.lines().map(line).collect();
        let column = |bound| Column { bound, nullable: false, kind: ColumnKind::Numeric };
        let mut columns: Vec<Column> = rows.remove(0).into_iter().map(column).collect();
        let target = columns.pop().unwrap();
        Self { columns, target, rows }
    }

    /// The same rows with their last input as the target, and without the target they had.
    pub fn for_regression(mut self) -> Self {
        self.target = self.columns.pop().unwrap();
        self.rows.iter_mut().for_each(|row| row.truncate(self.columns.len() + 1));
        self
    }

    /// The examples with codes as inputs. Every fifth row is held out.
    pub fn of_codes(&self, is_number: bool) -> Arc<Examples> {
        let width = self.columns.len();
        let values = self.rows.iter().flat_map(|row| &row[..width]).copied().collect();
        self.examples(Inputs::Codes { values, width }, is_number)
    }

    /// The examples with standardised numbers as inputs, as `encoding` makes them.
    pub fn of_numbers(&self, is_number: bool) -> Arc<Examples> {
        let width = self.columns.len();
        let mut values = vec![0.0; self.rows.len() * width];
        for (index, column) in self.columns.iter().enumerate() {
            let share = |row: &Vec<u16>| f64::from(row[index]) / f64::from(column.bound.max(1));
            let own: Vec<f64> = self.training_rows().map(|row| share(&self.rows[row as usize])).collect();
            let count = own.len() as f64;
            let mean = own.iter().sum::<f64>() / count;
            let variance = own.iter().map(|number| (number - mean) * (number - mean)).sum::<f64>() / count;
            let scale = if variance > 0.0 { 1.0 / variance.sqrt() } else { 0.0 };
            for (row, slot) in self.rows.iter().zip(values[index..].iter_mut().step_by(width)) {
                *slot = ((share(row) - mean) * scale) as f32;
            }
        }
        self.examples(Inputs::Numbers { values, width }, is_number)
    }

    fn training_rows(&self) -> impl Iterator<Item = u32> {
        (0..self.rows.len() as u32).filter(|row| row % 5 != 0)
    }

    fn examples(&self, inputs: Inputs, is_number: bool) -> Arc<Examples> {
        let targets = self.rows.iter().map(|row| row[self.columns.len()]).collect();
        Arc::new(Examples {
            inputs,
            targets: if is_number { Targets::Numbers(targets) } else { Targets::Classes(targets) },
            training_rows: self.training_rows().collect(),
            holdout_rows: (0..self.rows.len() as u32).step_by(5).collect(),
            columns: self.columns.clone(),
            target: Some(self.target),
        })
    }
}

/// Take at most `steps` steps; returns what they found and whether training ended before.
pub(crate) fn train(learner: &mut dyn Learner, steps: std::ops::Range<u64>) -> (Vec<Vec<u8>>, bool) {
    let mut course = Vec::new();
    for step in steps {
        match learner.step(step).unwrap() {
            Taken::Step { found, .. } => course.push(found),
            Taken::Ended => return (course, true),
            Taken::Diverged { tensor } => panic!("{tensor} diverged"),
        }
    }
    (course, false)
}

/// Whether a state is refused as damaged before `step`, and the learner stays as it is.
pub(crate) fn is_damaged(learner: &mut dyn Learner, step: u64, state: &LearnerState) -> bool {
    let before = learner.state().unwrap();
    let restored = learner.restore(step, state);
    matches!(restored, Err(Error::Checkpoint(CheckpointError::Damaged))) && learner.state().unwrap() == before
}

/// Check that a run of at most `steps` steps gives the same bits on 1, 2 and 8 threads and when it is restored before
/// each of its steps; returns the first 8 bytes of the digest of its last parameters, little-endian.
pub(crate) fn ensure_repeats(begin: impl Fn() -> Box<dyn Learner> + Send + Sync, steps: u64) -> u64 {
    let straight = || {
        let mut learner = begin();
        let mut states = vec![learner.state().unwrap()];
        let mut course = Vec::new();
        for step in 0..steps {
            let (found, has_ended) = train(&mut *learner, step..step + 1);
            course.extend(found);
            if has_ended {
                break;
            }
            states.push(learner.state().unwrap());
        }
        (states, course)
    };
    let (states, course) = straight();
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert!(pool.install(straight) == (states.clone(), course.clone()), "{threads} threads");
    }
    for (step, state) in states.iter().enumerate() {
        let mut learner = begin();
        learner.restore(step as u64, state).unwrap();
        assert!(learner.state().unwrap() == *state, "restored before step {step}");
        let (found, _) = train(&mut *learner, step as u64..steps);
        assert!(found == course[step..], "from step {step}");
        assert!(learner.state().unwrap() == *states.last().unwrap(), "from step {step}");
    }
    let digest = blake2_256(&states.last().unwrap().parameters);
    digest[..8].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// The share of `rows` whose largest output is that of their class.
pub(crate) fn accuracy(outputs: &[f32], examples: &Examples, rows: &[u32]) -> f64 {
    let Targets::Classes(classes) = &examples.targets else { panic!("no classes") };
    let answers = outputs.chunks_exact(outputs.len() / rows.len()).zip(rows);
    let right = answers.filter(|(logits, row)| {
        let best = (0..logits.len()).fold(0, |best, class| if logits[class] > logits[best] { class } else { best });
        best == usize::from(classes[**row as usize])
    });
    right.count() as f64 / rows.len() as f64
}

/// 1 less the squared error of `outputs` over that of the mean.
pub(crate) fn r_squared(outputs: &[f32], examples: &Examples, rows: &[u32]) -> f64 {
    let Targets::Numbers(numbers) = &examples.targets else { panic!("no numbers") };
    let targets: Vec<f64> = rows.iter().map(|row| f64::from(numbers[*row as usize])).collect();
    let mean = targets.iter().sum::<f64>() / targets.len() as f64;
    let error: f64 = outputs.iter().zip(&targets).map(|(found, target)| (f64::from(*found) - target).powi(2)).sum();
    1.0 - error / targets.iter().map(|target| (target - mean).powi(2)).sum::<f64>()
}
