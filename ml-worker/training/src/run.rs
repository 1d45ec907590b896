//! Split, batches, optimiser, trace, metrics.
//!
//! ```text
//! holdout      the first rows of permutation(SPLIT, 0) of all rows, as many as the spec says
//! training     the other rows, ascending
//! epoch e      batches of `batch_rows` training rows in the order permutation(ROW_ORDER, e); the last may be smaller
//! checkpoint   before the first epoch, after every `checkpoint_epochs` epochs, and at the end
//! ```
//!
//! Permutations and initial parameters come from [`neurodata_repops::random`] with the job's seed as key. A run that
//! starts from an initial model takes the parameters from there ([`run_from`]).

use crate::{
    checkpoint::trace_leaf,
    encoding::{features, Encoding},
    model::{self, Model},
    network::{argmax, cross_entropy, layer_sizes, Network, Optimiser},
    Checkpoint, CheckpointError, Column, ColumnKind, Device, Error, TrainingTable,
};
use candle_core::Tensor;
use codec::Encode;
use neurodata_primitives::{
    job::{TrainingMetrics, TrainingSpec, MICRO},
    merkle,
    model::file_digest,
    ModelDigest, Seed, SpecError, TraceRoot,
};
use neurodata_repops::{sum::pairwise_sum, Purpose, Stream};
use sp_crypto_hashing::blake2_256;
use std::ops::ControlFlow;

/// Rows that are evaluated together. It bounds memory and changes no bit.
pub(crate) const EVALUATION_ROWS: usize = 1_024;

/// What a run tells its caller, once before the first epoch and then after each.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'run> {
    /// Epochs completed.
    pub epoch: u32,
    /// Epochs in all.
    pub epochs: u32,
    /// Checkpoints reached, the initial parameters included.
    pub position: u32,
    /// Mean training loss of the epoch that was just completed; `None` before the first.
    pub loss: Option<f64>,
    /// The state to be stored, if a checkpoint was due.
    pub checkpoint: Option<&'run Checkpoint>,
}

/// What a run gives.
#[derive(Clone, PartialEq, Debug)]
pub struct RunOutput {
    /// The model file (safetensors); see [`mod@crate::model`].
    pub model: Vec<u8>,
    /// Digest of the model file; see [`file_digest`].
    pub model_digest: ModelDigest,
    /// Leaves of the trace: one for each checkpoint.
    pub trace: Vec<merkle::Node>,
    /// Root over the trace.
    pub trace_root: TraceRoot,
    /// Counts and loss on the holdout.
    pub metrics: TrainingMetrics,
    /// Mean training loss of each epoch, taken as its batches passed.
    pub losses: Vec<f64>,
}

/// Train on `table` as `spec` says, with all randomness from `seed`.
///
/// `on_progress` is called once at the beginning and after each epoch; `Break` stops the run. A checkpoint that it was
/// given can be passed as `resume` later: the run then goes on from there to the same output.
///
/// Fails on a spec that doesn't fit the table, on rows without a target, on a checkpoint of another run, on numbers
/// that are not finite, and when stopped.
pub fn run(
    table: &TrainingTable,
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
    resume: Option<Checkpoint>,
    on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<RunOutput, Error> {
    run_from(None, table, spec, seed, device, resume, on_progress)
}

/// As [`run`], but with the parameters of the model file `initial`, if there is one, in place of drawn ones.
///
/// Its tensors must have the shapes that spec and table ask for. If its columns are those of the table, its feature
/// encoding is kept too, so that the run begins with exactly the function that the file stands for; otherwise the
/// encoding is taken from the training rows, as in a run without an initial model. Split and batch order are the
/// seed's.
///
/// Fails as [`run`] does, and on an initial model that cannot be read, does not fit or is not finite.
pub fn run_from(
    initial: Option<&[u8]>,
    table: &TrainingTable,
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
    resume: Option<Checkpoint>,
    on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<RunOutput, Error> {
    let plan = Plan::new(initial, table, spec, seed, device)?;
    let (mut state, resumed) = match resume {
        Some(checkpoint) => (plan.resume(checkpoint)?, true),
        None => (plan.begin()?, false),
    };
    let first = if resumed { None } else { Some(plan.checkpoint(&mut state)?) };
    plan.report(&state, first.as_ref(), on_progress)?;
    while state.epoch < plan.epochs() {
        plan.train_epoch(&mut state)?;
        let due = state.epoch.is_multiple_of(u32::from(spec.checkpoint_epochs)) || state.epoch == plan.epochs();
        let checkpoint = if due { Some(plan.checkpoint(&mut state)?) } else { None };
        plan.report(&state, checkpoint.as_ref(), on_progress)?;
    }
    plan.finish(state)
}

/// Everything that is fixed before training.
struct Plan<'run> {
    spec: &'run TrainingSpec,
    seed: [u8; 32],
    device: &'run Device,
    /// Digest of table, spec, seed and initial model.
    digest: [u8; 32],
    encoding: Encoding,
    sizes: Vec<(usize, usize)>,
    /// The model that training starts from.
    initial: Option<Model>,
    optimiser: Optimiser,
    /// Features of all rows of the table, row by row.
    features: Vec<f32>,
    width: usize,
    /// Class of each row of the table.
    classes: Vec<usize>,
    /// Ascending.
    training_rows: Vec<u32>,
    /// Ascending.
    holdout_rows: Vec<u32>,
}

/// What changes while training.
struct State {
    network: Network,
    velocity: Network,
    epoch: u32,
    trace: Vec<merkle::Node>,
    losses: Vec<f64>,
}

impl<'run> Plan<'run> {
    fn new(
        initial: Option<&[u8]>,
        table: &TrainingTable,
        spec: &'run TrainingSpec,
        seed: &Seed,
        device: &'run Device,
    ) -> Result<Self, Error> {
        ensure_fits(table.columns(), spec)?;
        let digest = blake2_256(&(table, spec, seed, initial.map(file_digest)).encode());
        let initial = initial.map(|file| initial_model(file, table.columns(), spec)).transpose()?;
        spec.work_units(table.rows(), table.columns().len() as u32)?;
        let classes = classes(table, spec)?;
        let seed = *seed.as_bytes();
        let mut order = Stream::new(seed, Purpose::SPLIT).permutation(table.rows());
        let mut training_rows = order.split_off(spec.holdout_rows(table.rows()) as usize);
        let mut holdout_rows = order;
        training_rows.sort_unstable();
        holdout_rows.sort_unstable();
        if training_rows.is_empty() {
            return Err(SpecError::Holdout.into());
        }
        let mut encoding = Encoding::fit(table, usize::from(spec.target), &training_rows)?;
        if let Some(initial) = initial.as_ref().filter(|initial| initial.columns() == table.columns()) {
            encoding.take_parameters(initial.encoding());
        }
        let width = encoding.features();
        let mut features = Vec::with_capacity(table.rows() as usize * width);
        table.iter_rows().for_each(|row| encoding.encode(row, &mut features));
        Ok(Self {
            spec,
            seed,
            device,
            digest,
            sizes: layer_sizes(&spec.algorithm, width, usize::from(spec.classes)),
            initial,
            optimiser: Optimiser::new(spec),
            encoding,
            features,
            width,
            classes,
            training_rows,
            holdout_rows,
        })
    }

    fn epochs(&self) -> u32 {
        u32::from(self.spec.epochs)
    }

    fn begin(&self) -> Result<State, Error> {
        let network = match &self.initial {
            Some(initial) => initial.network().to_device(self.device)?,
            None => Network::initial(&self.sizes, self.seed, self.device)?,
        };
        let velocity = network.zeros_like()?;
        Ok(State { network, velocity, epoch: 0, trace: Vec::new(), losses: Vec::new() })
    }

    fn resume(&self, checkpoint: Checkpoint) -> Result<State, Error> {
        if checkpoint.run != self.digest {
            return Err(CheckpointError::OtherRun.into());
        }
        let network = |bytes: &[u8]| {
            Network::from_bytes(&self.sizes, bytes, self.device)?.ok_or(Error::from(CheckpointError::Damaged))
        };
        Ok(State {
            network: network(&checkpoint.parameters)?,
            velocity: network(&checkpoint.velocities)?,
            epoch: checkpoint.epoch,
            trace: checkpoint.trace,
            losses: checkpoint.losses,
        })
    }

    /// Add the state to the trace and return it in a form that can be resumed.
    fn checkpoint(&self, state: &mut State) -> Result<Checkpoint, Error> {
        let parameters = state.network.to_bytes()?;
        let velocities = state.velocity.to_bytes()?;
        state.trace.push(trace_leaf(&parameters, if self.spec.momentum == 0 { &[] } else { &velocities }));
        Ok(Checkpoint {
            run: self.digest,
            epoch: state.epoch,
            parameters,
            velocities,
            trace: state.trace.clone(),
            losses: state.losses.clone(),
        })
    }

    fn report(
        &self,
        state: &State,
        checkpoint: Option<&Checkpoint>,
        on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let progress = Progress {
            epoch: state.epoch,
            epochs: self.epochs(),
            position: state.trace.len() as u32,
            loss: state.losses.last().copied(),
            checkpoint,
        };
        match on_progress(progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Stopped { epoch: state.epoch }),
        }
    }

    fn gather(&self, rows: &[u32]) -> Vec<f32> {
        let row = |row: &u32| &self.features[*row as usize * self.width..(*row as usize + 1) * self.width];
        rows.iter().flat_map(row).copied().collect()
    }

    fn train_epoch(&self, state: &mut State) -> Result<(), Error> {
        let order = Stream::at(self.seed, Purpose::ROW_ORDER, state.epoch).permutation(self.training_rows.len() as u32);
        let order: Vec<u32> = order.into_iter().map(|position| self.training_rows[position as usize]).collect();
        let batches = order.chunks(usize::from(self.spec.batch_rows));
        let mut step = u64::from(state.epoch) * batches.len() as u64;
        let mut losses = Vec::with_capacity(order.len());
        for batch in batches {
            let features = Tensor::from_vec(self.gather(batch), (batch.len(), self.width), self.device)?;
            let classes: Vec<usize> = batch.iter().map(|row| self.classes[*row as usize]).collect();
            let State { network, velocity, .. } = state;
            losses.extend(network.train_batch(velocity, &self.optimiser, features, &classes, step)?);
            step += 1;
        }
        state.losses.push(pairwise_sum(&losses) / losses.len() as f64);
        state.epoch += 1;
        Ok(())
    }

    fn metrics(&self, network: &Network) -> Result<TrainingMetrics, Error> {
        let mut counts = vec![0u32; usize::from(self.spec.classes)];
        self.training_rows.iter().for_each(|row| counts[self.classes[*row as usize]] += 1);
        let majority = (1..counts.len()).fold(0, |best, class| if counts[class] > counts[best] { class } else { best });
        let mut metrics = TrainingMetrics {
            training_rows: self.training_rows.len() as u32,
            holdout_rows: self.holdout_rows.len() as u32,
            ..Default::default()
        };
        let mut losses = Vec::with_capacity(self.holdout_rows.len());
        for rows in self.holdout_rows.chunks(EVALUATION_ROWS) {
            let logits = network.logits(self.gather(rows), rows.len(), self.device)?;
            for (row, logits) in rows.iter().zip(logits.chunks_exact(usize::from(self.spec.classes))) {
                let class = self.classes[*row as usize];
                metrics.holdout_correct += u32::from(argmax(logits) == class);
                metrics.majority_correct += u32::from(majority == class);
                losses.push(cross_entropy(logits, class));
            }
        }
        let mean = pairwise_sum(&losses) / losses.len() as f64;
        // A conversion from float to integer rounds towards zero and saturates.
        metrics.holdout_loss = (mean * f64::from(MICRO)) as u64;
        Ok(metrics)
    }

    fn finish(&self, state: State) -> Result<RunOutput, Error> {
        let model = model::write(&self.encoding, self.spec, &state.network)?;
        Ok(RunOutput {
            model_digest: file_digest(&model),
            model,
            trace_root: TraceRoot::new(merkle::root(&state.trace)),
            trace: state.trace,
            metrics: self.metrics(&state.network)?,
            losses: state.losses,
        })
    }
}

/// Check that a classifier can be trained on these columns as `spec` says, whatever the cells: the target is a category
/// with as many values as the spec has classes, and there is another column.
pub fn ensure_fits(columns: &[Column], spec: &TrainingSpec) -> Result<(), Error> {
    spec.validate()?;
    let target = columns.get(usize::from(spec.target)).filter(|_| columns.len() > 1).ok_or(SpecError::Target)?;
    if target.kind != ColumnKind::Category {
        return Err(Error::TargetNotCategory { column: spec.target });
    }
    if target.values() != u32::from(spec.classes) {
        return Err(Error::Classes { spec: spec.classes.into(), table: target.values() });
    }
    Ok(())
}

/// Check that a run on these columns as `spec` says can start from the model file `initial`: it can be read, all its
/// numbers are finite, and its parameters have the shapes that are asked for. [`ensure_fits`] is checked too.
pub fn ensure_continues(columns: &[Column], spec: &TrainingSpec, initial: &[u8]) -> Result<(), Error> {
    ensure_fits(columns, spec)?;
    initial_model(initial, columns, spec).map(drop)
}

/// The model in `file`, if training on these columns as `spec` says can start from it.
fn initial_model(file: &[u8], columns: &[Column], spec: &TrainingSpec) -> Result<Model, Error> {
    let model = Model::from_bytes(file).map_err(|error| match error {
        Error::ModelFile(error) => Error::InitialModel(error),
        error => error,
    })?;
    let sizes = layer_sizes(&spec.algorithm, features(columns, usize::from(spec.target)), usize::from(spec.classes));
    model.network().ensure_sizes(&sizes).map_err(Error::InitialModel)?;
    Ok(model)
}

/// The class of each row; fails if a row has none.
fn classes(table: &TrainingTable, spec: &TrainingSpec) -> Result<Vec<usize>, Error> {
    let target = &table.columns()[usize::from(spec.target)];
    let class = |(row, cells): (usize, &[u16])| {
        let value = target.value(cells[usize::from(spec.target)]);
        value.map(usize::from).ok_or(Error::TargetMissing { row: row as u32, column: spec.target })
    };
    table.iter_rows().enumerate().map(class).collect()
}
