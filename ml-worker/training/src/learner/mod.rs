//! Algorithms, step by step: what training by each of them is, seen from the run.
//!
//! A [`Learner`] takes the steps of a run in order, gives its whole state between any two of them and can be put back
//! into it. A [`Predictor`] is what it learnt. The run knows nothing else of an algorithm.

pub(crate) mod k_means;
pub(crate) mod least_squares;
pub(crate) mod network;
#[cfg(test)]
mod references;
pub(crate) mod tree;

use crate::{
    model::file::{StoredTensor, TensorFile},
    Column, Device, Error,
};
use neurodata_primitives::{Algorithm, TrainingSpec};
use std::sync::Arc;

/// The data of a run in the form that its algorithm takes.
///
/// There may be no rows at all: a learner is then asked for its initial state, and for nothing else.
pub(crate) struct Examples {
    /// Inputs of all rows of the table, in order.
    pub inputs: Inputs,
    /// Targets of all rows of the table, in order.
    pub targets: Targets,
    /// Indices of the rows that are not in the holdout, ascending.
    pub training_rows: Vec<u32>,
    /// Indices of the rows of the holdout, ascending.
    pub holdout_rows: Vec<u32>,
    /// Columns of the inputs: the table's without the target, in order.
    pub columns: Vec<Column>,
    /// Column of the target.
    pub target: Option<Column>,
}

/// Inputs of rows, row by row.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Inputs {
    /// Features.
    Numbers {
        /// All rows after each other.
        values: Vec<f32>,
        /// Numbers of a row.
        width: usize,
    },
    /// Codes of the columns.
    Codes {
        /// All rows after each other.
        values: Vec<u16>,
        /// Codes of a row.
        width: usize,
    },
}

impl Inputs {
    /// The inputs of these rows, in this order.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn gather(&self, rows: &[u32]) -> Self {
        match self {
            Self::Numbers { values, width } => Self::Numbers { values: gather(values, *width, rows), width: *width },
            Self::Codes { values, width } => Self::Codes { values: gather(values, *width, rows), width: *width },
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Numbers { values, width } => values.len() / (*width).max(1),
            Self::Codes { values, width } => values.len() / (*width).max(1),
        }
    }

    /// Numbers or codes of a row.
    pub fn width(&self) -> usize {
        match self {
            Self::Numbers { width, .. } | Self::Codes { width, .. } => *width,
        }
    }
}

fn gather<T: Copy>(values: &[T], width: usize, rows: &[u32]) -> Vec<T> {
    let mut gathered = Vec::with_capacity(rows.len() * width);
    for row in rows {
        let start = *row as usize * width;
        gathered.extend_from_slice(&values[start..start + width]);
    }
    gathered
}

/// What rows are to be told.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Targets {
    /// Classes, from 0.
    Classes(Vec<u16>),
    /// Values of a numeric column, in its steps from 0.
    Numbers(Vec<u16>),
    /// Nothing.
    None,
}

/// What a step did.
pub(crate) enum Taken {
    /// It was taken.
    Step {
        /// What the course covers: what cannot be told from the published model without the work of the step.
        found: Vec<u8>,
        /// Mean loss of the step's rows and their number, where there is one.
        loss: Option<(f64, u32)>,
    },
    /// Nothing is left to do: the run has converged or stopped early. The state is as before the call, from now on
    /// final.
    Ended,
    /// The step was not taken because `tensor` would not be finite. The state is as before the call.
    Diverged {
        /// What would not be finite.
        tensor: String,
    },
}

/// Everything that training goes on from, little-endian and canonical: equal states give equal bytes.
#[derive(Clone, PartialEq, Eq, Debug, codec::Encode, codec::Decode)]
pub(crate) struct LearnerState {
    /// What the model is made of.
    pub parameters: Vec<u8>,
    /// What else the next step depends on.
    pub optimiser: Vec<u8>,
}

/// An algorithm at work.
pub(crate) trait Learner: Send {
    /// Take the step with this number, from 0 over the whole run; called in order.
    fn step(&mut self, step: u64) -> Result<Taken, Error>;

    /// The state between the last step and the next.
    fn state(&self) -> Result<LearnerState, Error>;

    /// Go back, or ahead, to the state as it was before `step`. Fails with [`CheckpointError::Damaged`] on one that a
    /// run cannot have there, as far as that is told without the steps before, and then changes nothing.
    ///
    /// [`CheckpointError::Damaged`]: crate::CheckpointError::Damaged
    fn restore(&mut self, step: u64, state: &LearnerState) -> Result<(), Error>;

    /// What the model is if training ends now; with early stopping that of the best epoch.
    fn predictor(&self) -> Result<Box<dyn Predictor>, Error>;
}

/// A trained model without its encoding.
pub(crate) trait Predictor: Send + Sync {
    /// What the model file holds of it.
    fn tensors(&self) -> Result<Vec<StoredTensor>, Error>;

    /// What it says of rows, `spec.outputs()` numbers each: logits of the classes, or the number in steps of the
    /// target. Of a clustering: the squared distance to the centre of each cluster.
    fn outputs(&self, inputs: &Inputs) -> Result<Vec<f32>, Error>;
}

/// What a learner depends on beside the data.
pub(crate) struct Setting<'run> {
    /// What is trained.
    pub spec: &'run TrainingSpec,
    /// Key of all random numbers.
    pub seed: [u8; 32],
    /// Where tensors lie.
    pub device: &'run Device,
}

/// Begin to train as the setting says, from the initial state.
pub(crate) fn begin(
    setting: &Setting<'_>,
    examples: Arc<Examples>,
    initial: Option<&dyn Predictor>,
) -> Result<Box<dyn Learner>, Error> {
    match setting.spec.algorithm {
        Algorithm::LogisticRegression { .. }
        | Algorithm::MultilayerPerceptron { .. }
        | Algorithm::ConvolutionalNetwork { .. }
        | Algorithm::TextClassifier { .. } => network::begin(setting, examples, initial),
        Algorithm::LinearRegression | Algorithm::RidgeRegression { .. } => {
            least_squares::begin(setting, examples, initial)
        }
        Algorithm::DecisionTree { .. } | Algorithm::RandomForest { .. } => tree::begin(setting, examples, initial),
        Algorithm::KMeans { .. } => k_means::begin(setting, examples, initial),
    }
}

/// Read the predictor of a model that was trained as `spec` says, on inputs of these `columns`, from its file.
///
/// Fails unless each of its tensors has the type and the shape that they ask for and holds what such a model can have.
pub(crate) fn read(
    spec: &TrainingSpec,
    columns: &[Column],
    target: Option<Column>,
    file: &TensorFile<'_>,
) -> Result<Box<dyn Predictor>, Error> {
    match spec.algorithm {
        Algorithm::LogisticRegression { .. }
        | Algorithm::MultilayerPerceptron { .. }
        | Algorithm::ConvolutionalNetwork { .. }
        | Algorithm::TextClassifier { .. } => network::read(spec, columns, target, file),
        Algorithm::LinearRegression | Algorithm::RidgeRegression { .. } => {
            least_squares::read(spec, columns, target, file)
        }
        Algorithm::DecisionTree { .. } | Algorithm::RandomForest { .. } => tree::read(spec, columns, target, file),
        Algorithm::KMeans { .. } => k_means::read(spec, columns, target, file),
    }
}
