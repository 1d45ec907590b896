//! Networks trained by gradient descent: logistic regression, perceptrons, convolutional networks, text classifiers.
//!
//! ```text
//! logistic regression     linear
//! perceptron              (linear, [norm,] activation) for each hidden layer, linear
//! convolutional network   (3 by 3 convolution, maximum over 2 by 2 pixels, ReLU) for each,
//!                         (linear, ReLU) for each hidden layer, linear
//! text classifier         mean of the embedded tokens, (linear, ReLU) for each hidden layer, linear
//! ```
//!
//! # Steps
//!
//! A step takes one batch: forward pass, loss, gradients, optimiser. Epoch `e` takes the rows that are trained on in
//! the order `permutation(ROW_ORDER, e)`, in batches of the spec's rows, the last with the rest. The loss of a batch is
//! the mean of the cross-entropies, or of the squared errors of standardised targets, before the update; its bits as
//! f32 are what the course covers. A step is not taken if one of these would not be finite, the first of which is
//! named:
//!
//! ```text
//! logits (of a regression: outputs)
//! loss, as f32
//! for each parameter in the order of the forward pass: the parameter; what the optimiser carries for it
//! ```
//!
//! # Early stopping
//!
//! Validation rows are the first ones of `permutation(VALIDATION, 0)` of the training rows, as many as the spec says;
//! they are not trained on. After the last batch of each epoch their mean loss is taken, rows ascending, and the rule
//! of [`mod@stopping`] judges it. The model has the parameters of the best epoch, and those of the last step where
//! there is no best epoch yet.
//!
//! # State
//!
//! ```text
//! parameters   each in the order of the forward pass, f32
//! optimiser    of Adam: the steps taken, u64
//!              for each parameter: the velocity if there is momentum; Adam's mean of gradients, then of squares; f32
//!              with early stopping: the loss of the best epoch, f64, infinite if there is none; the epochs since it,
//!              u32; its parameters, f32
//! ```
//!
//! A state is refused where the steps taken, or the epochs judged, are not those that come before its step, and where
//! the parameters of the best epoch have another loss than it says: that loss is taken again.
//!
//! # Model file
//!
//! With `n` from 0, f32 unless stated:
//!
//! ```text
//! embedding.weight         (vocabulary, dimension)      row 0 is padding: zero, and never trained
//! convolutions.n.weight    (filters, channels, 3, 3)
//! convolutions.n.bias      (filters)
//! layers.n.weight          (outputs, inputs)            inputs from an image: pixel by pixel, channels side by side
//! layers.n.bias            (outputs)
//! norms.n.gain, .bias      (units)
//! target.mean, .scale      (1), f64                     of a regression; see [`mod@target`]
//! ```
//!
//! A run that starts from another model takes all of these from it.

mod architecture;
mod bytes;
mod descent;
mod feed;
mod initial;
mod layers;
mod optimiser;
mod pass;
mod predictor;
mod stopping;
mod target;
#[cfg(test)]
mod tests;

use super::{Examples, Learner, Predictor, Setting};
use crate::{model::file::TensorFile, Column, Error};
use architecture::Architecture;
use descent::Descent;
use neurodata_primitives::{Objective, Optimiser, SpecError, TrainingSpec};
use pass::Network;
use predictor::{block_rows, NetworkPredictor};
use std::sync::Arc;
use target::Standard;

/// Most parameters of a model: 512 MiB of f32, half of the longest model file that evaluators fetch.
pub const MAX_PARAMETERS: u64 = 1 << 27;

/// Begin to train the network that the spec asks for, from drawn parameters or those of `initial`.
///
/// Fails on more than [`MAX_PARAMETERS`], and on an initial model whose tensors are not those of the network.
pub(crate) fn begin(
    setting: &Setting<'_>,
    examples: Arc<Examples>,
    initial: Option<&dyn Predictor>,
) -> Result<Box<dyn Learner>, Error> {
    let descent = setting.spec.algorithm.descent().ok_or(SpecError::Objective)?;
    let architecture = Arc::new(Architecture::new(setting.spec, &examples.columns)?);
    let is_regression = setting.spec.objective == Objective::Regression;
    let (network, standard) = match initial {
        None => {
            let standard = is_regression.then(|| Standard::fit(&examples.targets, &examples.training_rows));
            (Network::initial(architecture, setting.seed, setting.device)?, standard)
        }
        Some(initial) => {
            let tensors = initial.tensors()?;
            let others = if is_regression { target::NAMES.as_slice() } else { &[] };
            let network = Network::continued(architecture, &tensors, others, setting.device)?;
            let standard = is_regression.then(|| Standard::continued(&tensors)).transpose();
            (network, standard.map_err(Error::InitialModel)?)
        }
    };
    Ok(Box::new(Descent::new(*descent, setting.seed, setting.device, examples, standard, network)?))
}

/// Read a network from its model file.
pub(crate) fn read(
    spec: &TrainingSpec,
    columns: &[Column],
    _target: Option<Column>,
    file: &TensorFile<'_>,
) -> Result<Box<dyn Predictor>, Error> {
    let network = Network::read(Arc::new(Architecture::new(spec, columns)?), file)?;
    let is_regression = spec.objective == Objective::Regression;
    let standard = is_regression.then(|| Standard::read(file)).transpose()?;
    Ok(Box::new(NetworkPredictor { network, standard }))
}

/// Memory that training takes beside the examples, in bytes. An estimate, rather too high:
///
/// ```text
/// 4 * parameters * (11 + 5 * carried + 4 if there is early stopping)
///     parameters, gradients and what is carried, with what comes next of each; the same in a state, in a checkpoint
///     and in a copy of that; model files, read and written
/// 4 * rows * (numbers of all layers + 4 * those of the widest)
///     of a batch, or of the rows that are evaluated together
/// ```
///
/// `columns` are those of the inputs. Fails as [`begin`] does for the spec alone.
pub(crate) fn memory_bytes(spec: &TrainingSpec, columns: &[Column], rows: u32) -> Result<u64, Error> {
    let descent = spec.algorithm.descent().ok_or(SpecError::Objective)?;
    let architecture = Architecture::new(spec, columns)?;
    let carried = match descent.optimiser {
        Optimiser::Sgd { momentum: 0 } => 0,
        Optimiser::Sgd { .. } => 1,
        Optimiser::Adam { .. } => 2,
    };
    let copies = 11 + 5 * carried + if descent.early_stopping.is_some() { 4 } else { 0 };
    let rows = u64::from(descent.batch_rows).max(block_rows(architecture.widest) as u64).min(rows.into());
    let numbers = architecture.kept_numbers.saturating_add(architecture.widest.saturating_mul(4));
    let parameters = architecture.parameter_numbers().saturating_mul(copies);
    Ok(rows.saturating_mul(numbers).saturating_add(parameters).saturating_mul(4))
}
