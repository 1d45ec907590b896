//! Linear and ridge regression, solved exactly.
//!
//! ## Definition
//!
//! All arithmetic is binary64; each `+ - * / sqrt` is rounded on its own. With `x` the `d` features of a row, `t` its
//! target, `z = (x, t, 1)` and `s[i] = G[i][d+1]` the sums of features and target:
//!
//! ```text
//! step n < ceil(rows / 1,024), over the training rows from 1,024 n on, 1,024 of them at most, ascending:
//!     G[i][j] = fold of + of z[i] * z[j], from the G[i][j] of the step before, +0 at first           for i <= j
//!
//! last step, with n = G[d+1][d+1] the number of rows:
//!     C[i][j] = G[i][j] - (s[i] * s[j]) / n                                             for i < d, i <= j <= d
//!     C[i][i] = that + penalty                                                          for i < d; penalty 0 if linear
//!     for k ascending, C = transpose(U) * U (Cholesky):
//!         A[k][j] = fold over m < k ascending from C[k][j] of - of U[m][k] * U[m][j]    for k <= j <= d
//!         U[k][k] = sqrt(A[k][k])
//!         U[k][j] = A[k][j] / U[k][k]                                                   for k < j <= d
//!         but U[k] = +0 as a whole if A[k][k] <= tolerance * (G[k][k] + penalty)
//!     for k descending:
//!         w[k] = (fold over k < j < d ascending from U[k][d] of - of U[k][j] * w[j]) / U[k][k]
//!         but w[k] = +0 if U[k] is
//!     intercept = fold over i ascending from s[d] / n of - of w[i] * (s[i] / n)
//!
//! answer = f32(fold over i ascending from the intercept of + of w[i] * x[i])
//! ```
//!
//! A product `z[i] * z[j]` of binary32 numbers, or of one and a code, is exact in binary64, so that a fused operation
//! would give the same bits. The intercept is not penalised.
//!
//! The tolerance is 10^-10 in a linear regression. A column that the columns before it tell up to that share has
//! coefficient 0: a constant one, or the last of the columns that a category became. What the model says of the
//! training rows does not depend on which of such columns is left out. In a ridge regression the penalty keeps
//! columns apart, and the tolerance, 2^-50, leaves out what is lost in rounding.
//!
//! ```text
//! found        BLAKE2b-256 of the parameters after the step; after the last of U, with zeros below its diagonal
//! parameters   G row by row from its diagonal; after the last step the weights and the intercept
//! weight       f64, shape (features)
//! intercept    f64, shape (1)
//! ```

mod solve;
mod sums;
#[cfg(test)]
mod tests;

use super::{Examples, Inputs, Learner, LearnerState, Predictor, Setting, Taken, Targets};
use crate::{
    encoding::Form,
    model::file::{StoredTensor, TensorFile},
    CheckpointError, Column, Error,
};
use neurodata_primitives::{
    training::{LEAST_SQUARES_ROWS, MICRO},
    Algorithm, SpecError, TrainingSpec,
};
use rayon::prelude::*;
use solve::solve;
use sp_crypto_hashing::blake2_256;
use std::sync::Arc;
use sums::{packed, Sums};

/// Most features: the sums of their products take 64 MiB.
const MAX_FEATURES: usize = 4_096;
/// Rows that one thread answers at a time.
const ROWS_AT_ONCE: usize = 256;
/// The share of a feature's squares that is left of them when its coefficient is 0, in a linear regression.
const LINEAR_TOLERANCE: f64 = 1e-10;
/// The same in a ridge regression: 2^-50. The penalty keeps what is left above it.
const RIDGE_TOLERANCE: f64 = 1.0 / (1u64 << 50) as f64;

const WEIGHT: &str = "weight";
const INTERCEPT: &str = "intercept";

/// What the diagonal is treated with.
#[derive(Clone, Copy)]
struct Diagonal {
    penalty: f64,
    tolerance: f64,
}

/// Begin a linear or a ridge regression.
pub(crate) fn begin(
    setting: &Setting<'_>,
    examples: Arc<Examples>,
    initial: Option<&dyn Predictor>,
) -> Result<Box<dyn Learner>, Error> {
    let (algorithm, diagonal) = match &setting.spec.algorithm {
        Algorithm::LinearRegression => ("linear regression", Diagonal { penalty: 0.0, tolerance: LINEAR_TOLERANCE }),
        Algorithm::RidgeRegression { penalty } => {
            let penalty = f64::from(*penalty) / f64::from(MICRO);
            ("ridge regression", Diagonal { penalty, tolerance: RIDGE_TOLERANCE })
        }
        _ => return Err(Error::Spec(SpecError::Objective)),
    };
    if initial.is_some() {
        return Err(Error::InitialAlgorithm { algorithm, initial: None });
    }
    if !matches!(examples.targets, Targets::Numbers(_)) {
        return Err(Error::Spec(SpecError::Objective));
    }
    let width = examples.inputs.width();
    numbers_of(&examples.inputs, width)?;
    ensure_width(algorithm, width)?;
    Ok(Box::new(LeastSquares { phase: Phase::Sums(Sums::new(width + 2)), width, diagonal, examples }))
}

/// Refuse more features than [`MAX_FEATURES`].
pub(crate) fn ensure_width(algorithm: &'static str, features: usize) -> Result<(), Error> {
    if features > MAX_FEATURES {
        return Err(Error::TooWide { algorithm, features: features as u64, limit: MAX_FEATURES as u64 });
    }
    Ok(())
}

/// Read a regression from a model file.
pub(crate) fn read(
    spec: &TrainingSpec,
    columns: &[Column],
    _target: Option<Column>,
    file: &TensorFile<'_>,
) -> Result<Box<dyn Predictor>, Error> {
    let weight = file.doubles(WEIGHT, &[Form::of(&spec.algorithm).width(columns, None)])?;
    let intercept = file.doubles(INTERCEPT, &[1])?;
    Ok(Box::new(Linear { weight, intercept: intercept[0] }))
}

/// The numbers of rows of this `width`.
fn numbers_of(inputs: &Inputs, width: usize) -> Result<&[f32], Error> {
    match inputs {
        Inputs::Numbers { values, width: found } if *found == width && width > 0 => Ok(values),
        _ => Err(Error::Operation(neurodata_repops::Error::Shape {
            operation: "least_squares",
            expected: format!("rows of {width} numbers"),
            found: vec![inputs.rows(), inputs.width()],
        })),
    }
}

/// How far a regression is.
enum Phase {
    /// It sums up rows.
    Sums(Sums),
    /// It is solved.
    Solved(Linear),
}

/// A regression at work.
struct LeastSquares {
    examples: Arc<Examples>,
    width: usize,
    diagonal: Diagonal,
    phase: Phase,
}

impl LeastSquares {
    /// Steps that sum up rows.
    fn summing_steps(&self) -> u64 {
        self.examples.training_rows.len().div_ceil(LEAST_SQUARES_ROWS as usize) as u64
    }
}

impl Learner for LeastSquares {
    fn step(&mut self, step: u64) -> Result<Taken, Error> {
        let Phase::Sums(sums) = &mut self.phase else { return Ok(Taken::Ended) };
        let rows = usize::try_from(step)
            .ok()
            .and_then(|step| self.examples.training_rows.chunks(LEAST_SQUARES_ROWS as usize).nth(step));
        if let (Some(rows), Targets::Numbers(targets)) = (rows, &self.examples.targets) {
            sums.add(numbers_of(&self.examples.inputs, self.width)?, targets, rows);
            return Ok(Taken::Step { found: blake2_256(&bytes(sums.packed())).to_vec(), loss: None });
        }
        let solution = solve(sums, self.diagonal.penalty, self.diagonal.tolerance);
        let Linear { weight, intercept } = &solution.linear;
        for (name, numbers) in [(WEIGHT, weight.as_slice()), (INTERCEPT, &[*intercept])] {
            if numbers.iter().any(|number| !number.is_finite()) {
                return Ok(Taken::Diverged { tensor: name.into() });
            }
        }
        let found = blake2_256(&bytes(&solution.factor)).to_vec();
        self.phase = Phase::Solved(solution.linear);
        Ok(Taken::Step { found, loss: None })
    }

    fn state(&self) -> Result<LearnerState, Error> {
        let parameters = match &self.phase {
            Phase::Sums(sums) => bytes(sums.packed()),
            Phase::Solved(Linear { weight, intercept }) => [bytes(weight), bytes(&[*intercept])].concat(),
        };
        Ok(LearnerState { parameters, optimiser: Vec::new() })
    }

    fn restore(&mut self, step: u64, state: &LearnerState) -> Result<(), Error> {
        let (words, rest) = state.parameters.as_chunks();
        let mut numbers: Vec<f64> = words.iter().map(|word| f64::from_le_bytes(*word)).collect();
        let is_solved = step > self.summing_steps();
        let expected = if is_solved { self.width + 1 } else { packed(self.width + 2) };
        let is_whole = rest.is_empty() && state.optimiser.is_empty() && numbers.len() == expected;
        if !is_whole || numbers.iter().any(|number| !number.is_finite()) {
            return Err(CheckpointError::Damaged.into());
        }
        self.phase = if is_solved {
            let intercept = numbers.pop().ok_or(CheckpointError::Damaged)?;
            Phase::Solved(Linear { weight: numbers, intercept })
        } else {
            let sums = Sums::from_packed(self.width + 2, numbers).ok_or(CheckpointError::Damaged)?;
            let rows = step.saturating_mul(LEAST_SQUARES_ROWS.into()).min(self.examples.training_rows.len() as u64);
            // Rows are counted by 32 bits, so that the conversion is exact.
            if sums.at(self.width + 1, self.width + 1).to_bits() != (rows as f64).to_bits() {
                return Err(CheckpointError::Damaged.into());
            }
            Phase::Sums(sums)
        };
        Ok(())
    }

    /// Before the solution, what tells nothing: the mean target of the rows so far.
    fn predictor(&self) -> Result<Box<dyn Predictor>, Error> {
        Ok(Box::new(match &self.phase {
            Phase::Sums(sums) => {
                let (sum, rows) = (sums.at(self.width, self.width + 1), sums.at(self.width + 1, self.width + 1));
                Linear { weight: vec![0.0; self.width], intercept: if rows > 0.0 { sum / rows } else { 0.0 } }
            }
            Phase::Solved(linear) => linear.clone(),
        }))
    }
}

fn bytes(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A linear function.
#[derive(Clone, PartialEq, Debug)]
struct Linear {
    weight: Vec<f64>,
    intercept: f64,
}

impl Predictor for Linear {
    fn tensors(&self) -> Result<Vec<StoredTensor>, Error> {
        Ok(vec![
            StoredTensor::doubles(WEIGHT, &[self.weight.len()], &self.weight),
            StoredTensor::doubles(INTERCEPT, &[1], &[self.intercept]),
        ])
    }

    fn outputs(&self, inputs: &Inputs) -> Result<Vec<f32>, Error> {
        let width = self.weight.len();
        let rows = numbers_of(inputs, width)?;
        let answer = |row: &[f32]| {
            let terms = row.iter().zip(&self.weight);
            terms.fold(self.intercept, |sum, (number, weight)| sum + weight * f64::from(*number)) as f32
        };
        let mut answers = vec![0.0; rows.len() / width];
        answers.par_chunks_mut(ROWS_AT_ONCE).zip(rows.par_chunks(ROWS_AT_ONCE * width)).for_each(|(answers, rows)| {
            answers.iter_mut().zip(rows.chunks_exact(width)).for_each(|(slot, row)| *slot = answer(row));
        });
        Ok(answers)
    }
}
