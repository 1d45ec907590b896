//! A trained network.

use super::{feed::block, pass::Network, target::Standard};
use crate::{
    learner::{Inputs, Predictor},
    model::file::StoredTensor,
    Error,
};

/// Rows that are evaluated together at most. It bounds memory and changes no bit.
pub(super) const BLOCK_ROWS: u64 = 1_024;
/// Numbers that the widest layer gives for the rows evaluated together, unless one row has more: 64 MiB.
const BLOCK_NUMBERS: u64 = 1 << 24;

/// A network on the CPU, and what its output means.
pub(super) struct NetworkPredictor {
    pub network: Network,
    /// Of a regression.
    pub standard: Option<Standard>,
}

impl Predictor for NetworkPredictor {
    fn tensors(&self) -> Result<Vec<StoredTensor>, Error> {
        let mut tensors = self.network.stored()?;
        tensors.extend(self.standard.iter().flat_map(Standard::stored));
        Ok(tensors)
    }

    fn outputs(&self, inputs: &Inputs) -> Result<Vec<f32>, Error> {
        let (rows, step) = (inputs.rows(), block_rows(self.network.architecture.widest));
        let mut outputs = Vec::with_capacity(rows * self.network.architecture.outputs);
        for start in (0..rows).step_by(step) {
            let range = start..rows.min(start + step);
            outputs.extend(self.network.outputs(block(inputs, range)?)?.to_vec()?);
        }
        if let Some(standard) = &self.standard {
            outputs.iter_mut().for_each(|output| *output = standard.told(*output));
        }
        Ok(outputs)
    }
}

/// Rows that are evaluated together by a network whose widest layer gives so many numbers for a row.
pub(super) fn block_rows(widest: u64) -> usize {
    (BLOCK_NUMBERS / widest.max(1)).clamp(1, BLOCK_ROWS) as usize
}
