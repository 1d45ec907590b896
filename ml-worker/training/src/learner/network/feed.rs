//! Rows as the tensors that a network takes.

use super::target::Standard;
use crate::learner::{Examples, Inputs, Targets};
use neurodata_repops::{ops, Device, Result, Tensor};
use std::{ops::Range, sync::Arc};

/// The rows of a run, brought to the device batch by batch.
pub(super) struct Feed {
    examples: Arc<Examples>,
    /// How numeric targets are standardised.
    standard: Option<Standard>,
    device: Device,
    /// On a GPU the features of all rows, shape (rows, features), so that of a batch only the indices are transferred.
    table: Option<Tensor>,
}

impl Feed {
    pub fn new(examples: Arc<Examples>, standard: Option<Standard>, device: &Device) -> Result<Self> {
        let table = match &examples.inputs {
            Inputs::Numbers { values, width } if !device.is_cpu() => {
                Some(Tensor::new(values.clone(), &[examples.inputs.rows(), *width], device)?)
            }
            _ => None,
        };
        Ok(Self::with_table(examples, standard, device, table))
    }

    pub(super) fn with_table(
        examples: Arc<Examples>,
        standard: Option<Standard>,
        device: &Device,
        table: Option<Tensor>,
    ) -> Self {
        Self { examples, standard, device: device.clone(), table }
    }

    /// The inputs of these rows.
    pub fn inputs(&self, rows: &[u32]) -> Result<Tensor> {
        match &self.table {
            Some(table) => ops::embedding(table, &Tensor::indices(rows.to_vec(), &[rows.len()], &self.device)?),
            None => tensor(self.examples.inputs.gather(rows), &self.device),
        }
    }

    /// What is to be told of these rows: classes, shape (rows), or standardised numbers, shape (rows, 1).
    pub fn targets(&self, rows: &[u32]) -> Result<Tensor> {
        match &self.examples.targets {
            Targets::Classes(classes) => {
                let classes = rows.iter().map(|row| u32::from(classes[*row as usize])).collect();
                Tensor::indices(classes, &[rows.len()], &self.device)
            }
            Targets::Numbers(values) => {
                let standard = self.standard.unwrap_or(Standard { mean: 0.0, scale: 1.0 });
                let numbers = rows.iter().map(|row| standard.target(values[*row as usize])).collect();
                Tensor::new(numbers, &[rows.len(), 1], &self.device)
            }
            Targets::None => Tensor::indices(Vec::new(), &[0], &self.device),
        }
    }
}

/// The rows of `inputs` in `range`.
pub(super) fn block(inputs: &Inputs, range: Range<usize>) -> Result<Tensor> {
    let whole = |width: usize| range.start * width..range.end * width;
    let taken = match inputs {
        Inputs::Numbers { values, width } => Inputs::Numbers { values: values[whole(*width)].to_vec(), width: *width },
        Inputs::Codes { values, width } => Inputs::Codes { values: values[whole(*width)].to_vec(), width: *width },
    };
    tensor(taken, &Device::Cpu)
}

fn tensor(inputs: Inputs, device: &Device) -> Result<Tensor> {
    let shape = [inputs.rows(), inputs.width()];
    match inputs {
        Inputs::Numbers { values, .. } => Tensor::new(values, &shape, device),
        Inputs::Codes { values, .. } => Tensor::indices(values.into_iter().map(u32::from).collect(), &shape, device),
    }
}
