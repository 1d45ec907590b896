//! A forest that grows by a tree in each step.

use super::{
    choice::Choice,
    data::{Row, TreeData},
    decode,
    grow::Growth,
    measure::Measure,
    trees::{Frame, TreePredictor, Trees},
};
use crate::{
    learner::{Learner, LearnerState, Predictor, Taken},
    CheckpointError, Error,
};
use codec::Encode;
use neurodata_primitives::TreeLimits;
use neurodata_repops::{Purpose, Stream};
use sp_crypto_hashing::blake2_256;

/// See the [module](super).
pub(super) struct ForestLearner<M: Measure> {
    measure: M,
    data: TreeData,
    frame: Frame,
    limits: TreeLimits,
    split_columns: usize,
    seed: [u8; 32],
    trees: Trees,
}

impl<M: Measure> ForestLearner<M> {
    /// A forest without trees.
    pub fn new(
        measure: M,
        data: TreeData,
        frame: Frame,
        limits: TreeLimits,
        split_columns: usize,
        seed: [u8; 32],
    ) -> Self {
        let trees = Trees::new(&frame);
        Self { measure, data, frame, limits, split_columns, seed, trees }
    }

    /// As many rows as there are, drawn with replacement; each row that was drawn once, ascending.
    fn draw_rows(&self, tree: u32) -> Vec<Row> {
        let mut stream = Stream::at(self.seed, Purpose::FOREST_ROWS, tree);
        let mut rows = self.data.rows();
        rows.iter_mut().for_each(|row| row.weight = 0);
        // Rows of a table are counted by 32 bits.
        let count = rows.len() as u32;
        for _ in 0..count {
            rows[stream.below(count) as usize].weight += 1;
        }
        rows.retain(|row| row.weight > 0);
        rows
    }
}

impl<M: Measure> Learner for ForestLearner<M> {
    fn step(&mut self, step: u64) -> Result<Taken, Error> {
        // A forest has at most 1,000 trees.
        let tree = step as u32;
        let mut growth = Growth::new(self.measure, self.limits.leaf_rows, self.draw_rows(tree));
        let stream = Stream::at(self.seed, Purpose::FOREST_COLUMNS, tree);
        let mut choice = Choice::drawn(self.data.columns.len(), self.split_columns, stream);
        let mut found = Vec::new();
        for _ in 0..self.limits.depth {
            let level = growth.level(&self.data, &mut choice)?;
            found.extend(level.found);
            if !level.has_grown {
                break;
            }
        }
        self.trees.push(growth.nodes(), growth.leaves().map(|sums| self.measure.leaf(sums)))?;
        Ok(Taken::Step { found: blake2_256(&found).to_vec(), loss: None })
    }

    fn state(&self) -> Result<LearnerState, Error> {
        Ok(LearnerState { parameters: self.trees.encode(), optimiser: Vec::new() })
    }

    fn restore(&mut self, step: u64, state: &LearnerState) -> Result<(), Error> {
        let trees = decode(state)?;
        let count = usize::try_from(step).map_err(|_| CheckpointError::Damaged)?;
        let rows = self.data.targets.len() as u64;
        trees
            .check(&self.frame, count)
            .and_then(|()| trees.check_rows(rows, self.limits.leaf_rows.into()))
            .map_err(|_| CheckpointError::Damaged)?;
        self.trees = trees;
        Ok(())
    }

    fn predictor(&self) -> Result<Box<dyn Predictor>, Error> {
        Ok(Box::new(TreePredictor::new(self.trees.clone(), self.frame.clone())))
    }
}
