//! How good a model is on the holdout, told in integers and exactly defined.
//!
//! Sums are in binary64 in the fixed tree, rows of the holdout ascending. Shares are in millionths and rounded down;
//! sizes are in millionths, rounded down and saturating. What is not finite is the worst that its integer can hold.

mod classification;
mod clustering;
#[cfg(test)]
mod references;
mod regression;

pub use classification::{ClassEvaluation, ClassificationEvaluation, RocPoint};
pub use clustering::ClusteringEvaluation;
pub use regression::RegressionEvaluation;

use crate::{
    learner::{Examples, Predictor, Targets},
    Error,
};
use neurodata_primitives::{
    training::{Objective, Quality, MICRO},
    TrainingMetrics, TrainingSpec,
};
use serde::{Deserialize, Serialize};

pub(crate) use classification::{argmax, probabilities};
pub(crate) use clustering::nearest;

/// Rows that a predictor is asked about together. It bounds memory and changes no bit.
pub(crate) const EVALUATION_ROWS: usize = 1_024;

/// How good a model is on the holdout, in full.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Evaluation {
    /// Of a classifier.
    Classification(ClassificationEvaluation),
    /// Of a regression.
    Regression(RegressionEvaluation),
    /// Of a clustering.
    Clustering(ClusteringEvaluation),
}

impl Evaluation {
    /// What of it goes on the chain.
    pub fn quality(&self) -> Quality {
        match self {
            Self::Classification(evaluation) => evaluation.quality(),
            Self::Regression(evaluation) => evaluation.quality(),
            Self::Clustering(evaluation) => evaluation.quality(),
        }
    }
}

/// Memory that the evaluation of a model takes beside the examples, in bytes, without what the predictor takes.
///
/// ```text
/// classes     4 * holdout * outputs + 48 * holdout    logits; softmaxes, losses and one curve; classes of the rows
/// numbers     64 * holdout
/// clusters    16 * holdout + 8 * rows                 smallest distances; means of the training rows
/// ```
pub(crate) fn memory_bytes(spec: &TrainingSpec, rows: u32) -> u64 {
    let (holdout, rows) = (u64::from(spec.holdout_rows(rows)), u64::from(rows));
    match spec.objective {
        Objective::Classification { classes } => holdout * (4 * u64::from(classes) + 48) + 2 * rows,
        Objective::Regression => 64 * holdout,
        Objective::Clustering => 16 * holdout + 8 * rows,
    }
}

/// Evaluate `predictor` on the holdout of `examples`.
pub(crate) fn evaluate(
    spec: &TrainingSpec,
    examples: &Examples,
    predictor: &dyn Predictor,
) -> Result<(TrainingMetrics, Evaluation), Error> {
    let holdout_rows = &examples.holdout_rows;
    let blocks = holdout_rows.chunks(EVALUATION_ROWS);
    let answers = |rows: &[u32]| predictor.outputs(&examples.inputs.gather(rows));
    let outputs = || {
        let mut outputs = Vec::with_capacity(holdout_rows.len() * usize::from(spec.outputs()));
        blocks.clone().try_for_each(|rows| answers(rows).map(|answers| outputs.extend(answers)))?;
        Ok::<_, Error>(outputs)
    };
    let of = |values: &[u16], rows: &[u32]| rows.iter().map(|row| values[*row as usize]).collect::<Vec<u16>>();
    let evaluation = match &examples.targets {
        Targets::Classes(classes) => {
            let (trained, holdout) = (of(classes, &examples.training_rows), of(classes, holdout_rows));
            let evaluation = classification::evaluate(&outputs()?, spec.outputs().into(), &trained, &holdout);
            Evaluation::Classification(evaluation)
        }
        Targets::Numbers(numbers) => {
            Evaluation::Regression(regression::evaluate(&outputs()?, &of(numbers, holdout_rows)))
        }
        Targets::None => {
            let mut assigned = clustering::Assigned::default();
            for rows in blocks.clone() {
                let distances = answers(rows)?;
                assigned.add(&distances, distances.len() / rows.len());
            }
            Evaluation::Clustering(clustering::evaluate(assigned, examples))
        }
    };
    let metrics = TrainingMetrics {
        training_rows: examples.training_rows.len() as u32,
        holdout_rows: examples.holdout_rows.len() as u32,
        quality: evaluation.quality(),
    };
    Ok((metrics, evaluation))
}

/// `number`, which is not negative, in millionths, rounded down, saturating; what is undefined is the largest.
fn millionths(number: f64) -> u64 {
    if number.is_nan() {
        return u64::MAX;
    }
    // A conversion from float to integer rounds towards zero and saturates.
    (number * f64::from(MICRO)) as u64
}

/// `part` of `whole` in millionths, rounded down; 0 of nothing.
fn share(part: u64, whole: u64) -> u32 {
    let millionths = u128::from(part) * u128::from(MICRO) / u128::from(whole.max(1));
    u32::try_from(millionths).unwrap_or(u32::MAX)
}
