//! Decision trees and random forests on codes, in integers alone.
//!
//! ## Definition
//!
//! A node is split if its rows differ in their targets, it lies above the deepest level and some split leaves
//! `leaf_rows` on both sides. It is split by the candidate with the largest score, then the smallest column, then the
//! smallest threshold, even if the score is no larger than the node's own: two such splits in a row may tell what one
//! cannot. Scores are fractions of integers and compared exactly.
//!
//! ```text
//! numeric     left: code <= t, t halfway, rounded down, between neighbouring codes of the node; 0 may be "missing"
//! category    left: code == t, t a code of the node; "missing" is one more category
//! score       classes: Gini's impurity, numbers: the squared error
//! ```
//!
//! A decision tree tries all columns and grows by one level in each step. It has no node before the first step, so
//! that its first state is known without the data; the run ends where no node of the lowest level can be split.
//!
//! A forest grows one tree in each step, on as many rows as there are training rows, drawn with replacement:
//!
//! ```text
//! rows       training rows times below(training rows) of (seed, FOREST_ROWS, tree)
//! columns    of (seed, FOREST_COLUMNS, tree), level by level: for each node that may be split, in their order, as many
//!            as a split chooses from; then, again and again, as many more for each node that none so far divides
//! number     split_columns, else floor(sqrt(columns)) for classes and floor(columns / 3) for numbers, at least 1
//! ```
//!
//! Source: L. Breiman, "Random Forests", 2001.
//!
//! ```text
//! found   = BLAKE2b-256(BLAKE2b-256(of node) for each node of the level, or of a forest's tree, that may be split)
//! of node = for each column tried, in that order: column (u16), and if it divides the rows the numerator (u128) and
//!           the denominator (u64) of its best score and the threshold (u16), little-endian
//! ```

mod choice;
mod data;
mod forest;
mod grow;
mod measure;
mod split;
#[cfg(test)]
mod tests;
mod trees;

use super::{Examples, Learner, LearnerState, Predictor, Setting, Taken, Targets};
use crate::{model::file::TensorFile, CheckpointError, Column, Error};
use choice::Choice;
use codec::{DecodeAll, Encode};
use data::TreeData;
use forest::ForestLearner;
use grow::Growth;
use measure::{Gini, Measure, SquaredError};
use neurodata_primitives::{Algorithm, SpecError, TrainingSpec, TreeLimits};
use sp_crypto_hashing::blake2_256;
use std::sync::Arc;
use trees::{Frame, TreePredictor, Trees};

/// Begin to grow a tree or a forest.
pub(crate) fn begin(
    setting: &Setting<'_>,
    examples: Arc<Examples>,
    initial: Option<&dyn Predictor>,
) -> Result<Box<dyn Learner>, Error> {
    if initial.is_some() {
        return Err(Error::InitialAlgorithm { algorithm: name(&setting.spec.algorithm), initial: None });
    }
    match (&examples.targets, setting.spec.classes()) {
        (Targets::Classes(classes), Some(known)) => {
            if let Some(class) = classes.iter().max().filter(|class| **class >= known) {
                return Err(Error::Classes { spec: known.into(), table: u32::from(*class) + 1 });
            }
            learner(setting, &examples, classes, Gini { classes: known.into() })
        }
        (Targets::Numbers(numbers), None) => learner(setting, &examples, numbers, SquaredError),
        _ => Err(Error::Spec(SpecError::Objective)),
    }
}

/// Read a tree or a forest from a model file.
pub(crate) fn read(
    spec: &TrainingSpec,
    columns: &[Column],
    target: Option<Column>,
    file: &TensorFile<'_>,
) -> Result<Box<dyn Predictor>, Error> {
    let (limits, trees) = match &spec.algorithm {
        Algorithm::DecisionTree { limits } => (limits, 1),
        Algorithm::RandomForest { limits, trees, .. } => (limits, usize::from(*trees)),
        _ => return Err(Error::Spec(SpecError::Objective)),
    };
    Ok(Box::new(TreePredictor::read(file, frame(spec, limits, columns, target), trees)?))
}

const fn name(algorithm: &Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RandomForest { .. } => "a random forest",
        _ => "a decision tree",
    }
}

fn frame(spec: &TrainingSpec, limits: &TreeLimits, columns: &[Column], target: Option<Column>) -> Frame {
    let largest = target.map_or(0, |target| target.values().saturating_sub(1) as u16);
    Frame { columns: columns.to_vec(), depth: limits.depth, classes: spec.classes(), largest }
}

fn learner<M: Measure>(
    setting: &Setting<'_>,
    examples: &Examples,
    targets: &[u16],
    measure: M,
) -> Result<Box<dyn Learner>, Error> {
    let frame = |limits| frame(setting.spec, limits, &examples.columns, examples.target);
    let data = TreeData::new(examples, targets)?;
    match &setting.spec.algorithm {
        Algorithm::DecisionTree { limits } => {
            let growth = Growth::new(measure, limits.leaf_rows, data.rows());
            let choice = Choice::all(data.columns.len());
            Ok(Box::new(TreeLearner {
                measure,
                data,
                frame: frame(limits),
                limits: *limits,
                choice,
                growth,
                levels: 0,
            }))
        }
        Algorithm::RandomForest { limits, split_columns, .. } => {
            let columns = data.columns.len();
            let default = if setting.spec.classes().is_some() { columns.isqrt() } else { columns / 3 };
            let columns = split_columns.map_or(default, usize::from).max(1);
            Ok(Box::new(ForestLearner::new(measure, data, frame(limits), *limits, columns, setting.seed)))
        }
        _ => Err(Error::Spec(SpecError::Objective)),
    }
}

/// A decision tree that grows by a level in each step.
struct TreeLearner<M: Measure> {
    measure: M,
    data: TreeData,
    frame: Frame,
    limits: TreeLimits,
    choice: Choice,
    growth: Growth<M>,
    /// Levels below the root.
    levels: u64,
}

impl<M: Measure> TreeLearner<M> {
    /// The tree as it is now.
    fn trees(&self, growth: &Growth<M>) -> Result<Trees, Error> {
        let mut trees = Trees::new(&self.frame);
        trees.push(growth.nodes(), growth.leaves().map(|sums| self.measure.leaf(sums)))?;
        Ok(trees)
    }
}

impl<M: Measure> Learner for TreeLearner<M> {
    fn step(&mut self, _: u64) -> Result<Taken, Error> {
        if self.levels >= u64::from(self.limits.depth) {
            return Ok(Taken::Ended);
        }
        let level = self.growth.level(&self.data, &mut self.choice)?;
        if !level.has_grown {
            return Ok(Taken::Ended);
        }
        self.levels += 1;
        Ok(Taken::Step { found: blake2_256(&level.found).to_vec(), loss: None })
    }

    fn state(&self) -> Result<LearnerState, Error> {
        let trees = if self.levels == 0 { Trees::new(&self.frame) } else { self.trees(&self.growth)? };
        Ok(LearnerState { parameters: trees.encode(), optimiser: Vec::new() })
    }

    fn restore(&mut self, step: u64, state: &LearnerState) -> Result<(), Error> {
        let trees = decode(state)?;
        let (leaf_rows, rows) = (self.limits.leaf_rows, self.data.rows());
        let growth = if step == 0 {
            if trees != Trees::new(&self.frame) {
                return Err(CheckpointError::Damaged.into());
            }
            Growth::new(self.measure, leaf_rows, rows)
        } else {
            trees
                .check(&self.frame, 1)
                // With no more leaves than rows it takes no more memory than a tree that was grown on them.
                .and_then(|()| trees.check_rows(rows.len() as u64, leaf_rows.into()))
                .map_err(|_| CheckpointError::Damaged)?;
            let growth = Growth::resume(self.measure, leaf_rows, &self.data, &rows, trees.first_nodes(), step)?;
            // The rows have to be in the leaves as the state says.
            if self.trees(&growth)? != trees {
                return Err(CheckpointError::Damaged.into());
            }
            growth
        };
        self.growth = growth;
        self.levels = step;
        Ok(())
    }

    fn predictor(&self) -> Result<Box<dyn Predictor>, Error> {
        if self.data.targets.is_empty() {
            return Err(Error::NeedsData);
        }
        Ok(Box::new(TreePredictor::new(self.trees(&self.growth)?, self.frame.clone())))
    }
}

/// The trees of a state, unchecked.
fn decode(state: &LearnerState) -> Result<Trees, CheckpointError> {
    let trees = Trees::decode_all(&mut state.parameters.as_slice()).map_err(|_| CheckpointError::Damaged)?;
    if state.optimiser.is_empty() {
        Ok(trees)
    } else {
        Err(CheckpointError::Damaged)
    }
}
