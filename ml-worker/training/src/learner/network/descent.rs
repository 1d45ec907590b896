//! Epochs and batches, and when training ends.

use super::{
    bytes,
    feed::Feed,
    optimiser::{Carried, Optimiser, Updated},
    pass::Network,
    predictor::{block_rows, NetworkPredictor},
    stopping::Best,
    target::Standard,
};
use crate::{
    learner::{Examples, Learner, LearnerState, Predictor, Taken},
    CheckpointError, Error,
};
use neurodata_primitives::Descent as Rules;
use neurodata_repops::{ops, sum::pairwise_sum, Device, Purpose, Result as OperationResult, Stream, Tensor};
use std::sync::Arc;

/// A network in training.
pub(super) struct Descent {
    rules: Rules,
    seed: [u8; 32],
    device: Device,
    feed: Feed,
    /// Of a regression.
    standard: Option<Standard>,
    /// Rows that are trained on, ascending.
    fitted_rows: Vec<u32>,
    /// Rows that early stopping judges epochs by, ascending.
    validation_rows: Vec<u32>,
    optimiser: Optimiser,
    network: Network,
    carried: Carried,
    best: Best,
    /// Those of the best epoch.
    best_parameters: Option<Vec<Tensor>>,
    /// Whether the state was restored and still has to be brought to the device.
    is_restored: bool,
    /// The rows of an epoch in the order in which they are trained on, and the epoch.
    order: Option<(u64, Vec<u32>)>,
}

impl Descent {
    pub fn new(
        rules: Rules,
        seed: [u8; 32],
        device: &Device,
        examples: Arc<Examples>,
        standard: Option<Standard>,
        network: Network,
    ) -> Result<Self, Error> {
        let (fitted_rows, validation_rows) = split(&rules, seed, &examples.training_rows);
        let optimiser = Optimiser::new(&rules, &network.architecture, device)?;
        let carried = optimiser.first(&network.architecture, device)?;
        Ok(Self {
            rules,
            seed,
            device: device.clone(),
            feed: Feed::new(examples, standard, device)?,
            standard,
            fitted_rows,
            validation_rows,
            optimiser,
            network,
            carried,
            best: Best::default(),
            best_parameters: None,
            is_restored: false,
            order: None,
        })
    }

    fn batches(&self) -> u64 {
        (self.fitted_rows.len() as u64).div_ceil(self.batch_rows() as u64).max(1)
    }

    fn batch_rows(&self) -> usize {
        usize::from(self.rules.batch_rows).max(1)
    }

    /// The rows of the batch with this number in an epoch.
    pub(super) fn batch(&mut self, epoch: u64, batch: u64) -> Vec<u32> {
        let order = match self.order.take() {
            Some((of_epoch, order)) if of_epoch == epoch => order,
            _ => {
                let index = u32::try_from(epoch).unwrap_or(u32::MAX);
                let order = Stream::at(self.seed, Purpose::ROW_ORDER, index).permutation(self.fitted_rows.len() as u32);
                order.into_iter().map(|position| self.fitted_rows[position as usize]).collect()
            }
        };
        let rows = order.chunks(self.batch_rows()).nth(batch as usize).unwrap_or_default().to_vec();
        self.order = Some((epoch, order));
        rows
    }

    /// What outputs are called where they are not finite.
    fn outputs_name(&self) -> &'static str {
        if self.standard.is_some() {
            "outputs"
        } else {
            "logits"
        }
    }

    /// The loss of each row, and the gradient of their mean.
    fn loss(&self, outputs: &Tensor, targets: &Tensor) -> OperationResult<(Tensor, Tensor)> {
        if self.standard.is_some() {
            ops::squared_error(outputs, targets)
        } else {
            ops::softmax_cross_entropy(outputs, targets)
        }
    }

    /// The parameters, what is carried, the best epoch and its parameters in a state before `step`, on the CPU; `None`
    /// if the state is none of this network's.
    fn read(&self, step: u64, state: &LearnerState) -> Option<(Vec<Tensor>, Carried, Best, Option<Vec<Tensor>>)> {
        let architecture = &self.network.architecture;
        let (mut parameters, mut optimiser) = (state.parameters.as_slice(), state.optimiser.as_slice());
        let tensors = Network::read_parameters(architecture, &mut parameters)?;
        let carried = self.optimiser.read(architecture, step, &mut optimiser)?;
        let best = match &self.rules.early_stopping {
            Some(rule) => Best::read(rule, step, self.batches(), &mut optimiser)?,
            None => Best::default(),
        };
        let best_parameters = match best.exists() {
            true => Some(Network::read_parameters(architecture, &mut optimiser)?),
            false => None,
        };
        let is_whole = parameters.is_empty() && optimiser.is_empty();
        is_whole.then_some((tensors, carried, best, best_parameters))
    }

    /// The mean loss of `network` on the validation rows.
    fn validation_loss(&self, network: &Network) -> OperationResult<f64> {
        let mut losses = Vec::with_capacity(self.validation_rows.len());
        for rows in self.validation_rows.chunks(block_rows(network.architecture.widest)) {
            let outputs = network.outputs(self.feed.inputs(rows)?)?;
            losses.extend(self.loss(&outputs, &self.feed.targets(rows)?)?.0.to_vec_f64()?);
        }
        Ok(mean(&losses))
    }
}

impl Learner for Descent {
    fn step(&mut self, step: u64) -> Result<Taken, Error> {
        if self.rules.early_stopping.is_some_and(|rule| self.best.is_over(&rule)) {
            return Ok(Taken::Ended);
        }
        if self.is_restored {
            self.network = self.network.to_device(&self.device)?;
            self.carried = self.carried.to_device(&self.device)?;
            self.is_restored = false;
        }
        let (epoch, batch) = (step / self.batches(), step % self.batches());
        let rows = self.batch(epoch, batch);
        let diverged = |tensor: &str| Ok(Taken::Diverged { tensor: tensor.into() });
        let (outputs, kept) = self.network.forward(self.feed.inputs(&rows)?)?;
        if ops::first_not_finite(&outputs)?.is_some() {
            return diverged(self.outputs_name());
        }
        let (losses, gradient) = self.loss(&outputs, &self.feed.targets(&rows)?)?;
        let loss = mean(&losses.to_vec_f64()?);
        if !(loss as f32).is_finite() {
            return diverged("loss");
        }
        let gradients = self.network.gradients(kept, gradient)?;
        let (architecture, parameters) = (&self.network.architecture, &self.network.parameters);
        match self.optimiser.step(architecture, parameters, &self.carried, &gradients)? {
            Updated::NotFinite(tensor) => return Ok(Taken::Diverged { tensor }),
            Updated::Step(parameters, carried) => (self.network.parameters, self.carried) = (parameters, carried),
        }
        if let Some(rule) = self.rules.early_stopping.filter(|_| batch + 1 == self.batches()) {
            if self.best.judge(&rule, self.validation_loss(&self.network)?) {
                self.best_parameters = Some(self.network.parameters.clone());
            }
        }
        let found = (loss as f32).to_bits().to_le_bytes().to_vec();
        Ok(Taken::Step { found, loss: Some((loss, rows.len() as u32)) })
    }

    fn state(&self) -> Result<LearnerState, Error> {
        let (mut parameters, mut optimiser) = (Vec::new(), Vec::new());
        self.network.write(&mut parameters)?;
        self.optimiser.write(&self.carried, &mut optimiser)?;
        if self.rules.early_stopping.is_some() {
            self.best.write(&mut optimiser);
            self.best_parameters.iter().flatten().try_for_each(|tensor| bytes::write_tensor(tensor, &mut optimiser))?;
        }
        Ok(LearnerState { parameters, optimiser })
    }

    fn restore(&mut self, step: u64, state: &LearnerState) -> Result<(), Error> {
        let (parameters, carried, best, best_parameters) = self.read(step, state).ok_or(CheckpointError::Damaged)?;
        if let Some(parameters) = &best_parameters {
            let network = Network { architecture: self.network.architecture.clone(), parameters: parameters.clone() };
            let loss = self.validation_loss(&network.to_device(&self.device)?)?;
            if loss.to_bits() != best.loss.to_bits() {
                return Err(CheckpointError::Damaged.into());
            }
        }
        (self.network.parameters, self.carried) = (parameters, carried);
        (self.best, self.best_parameters) = (best, best_parameters);
        self.is_restored = true;
        Ok(())
    }

    fn predictor(&self) -> Result<Box<dyn Predictor>, Error> {
        let parameters = self.best_parameters.as_ref().unwrap_or(&self.network.parameters).clone();
        let network = Network { architecture: self.network.architecture.clone(), parameters };
        let network = network.to_device(&Device::Cpu)?;
        Ok(Box::new(NetworkPredictor { network, standard: self.standard }))
    }
}

/// The rows that are trained on, and those that early stopping judges epochs by; both ascending.
pub(super) fn split(rules: &Rules, seed: [u8; 32], training_rows: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let count = training_rows.len() as u32;
    let validation_rows = rules.validation_rows(count).min(count) as usize;
    if validation_rows == 0 {
        return (training_rows.to_vec(), Vec::new());
    }
    let order = Stream::new(seed, Purpose::VALIDATION).permutation(count);
    let (validation, fitted) = order.split_at(validation_rows);
    let ascending = |positions: &[u32]| {
        let mut rows: Vec<u32> = positions.iter().map(|position| training_rows[*position as usize]).collect();
        rows.sort_unstable();
        rows
    };
    (ascending(fitted), ascending(validation))
}

/// The mean, summed in the fixed tree.
fn mean(losses: &[f64]) -> f64 {
    pairwise_sum(losses) / losses.len() as f64
}
