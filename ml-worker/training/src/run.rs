//! Split, batches, optimiser, trace, metrics.
//!
//! ```text
//! holdout      the first rows of permutation(SPLIT, 0) of all rows, as many as the spec says
//! training     the other rows, ascending
//! epoch e      batches of `batch_rows` training rows in the order permutation(ROW_ORDER, e); the last may be smaller
//! checkpoint   before the first epoch, after every `checkpoint_epochs` epochs, and at the end
//! leaf         of the trace, for each checkpoint: parameters, velocities if there is momentum, course
//! course       a chain of digests over the losses of all batches so far
//! ```
//!
//! # Divergence
//!
//! A step after which a parameter or velocity would not be finite, or whose batch has a logit or loss that is not finite,
//! is not taken: the run **diverges** there ([`RunOutput::diverged_at`]). It is **frozen** from then on: parameters,
//! velocities and course stay as the last step left them, no batch is trained on any more, and the checkpoints that are
//! still due repeat that state. Their leaves cover their position too, from 0, so that one of them does not tell the next.
//! The model is the frozen one; its metrics are taken as always. A holdout loss that is not finite, or beyond the range, is
//! the largest one, [`u64::MAX`]. So whether a run diverges follows from its input as its bits do, and a run that fits
//! ([`ensure_fits`]) always has a result.
//!
//! Permutations and initial parameters come from [`neurodata_repops::random`] with the job's seed as key. A run that
//! starts from an initial model takes the parameters from there ([`run_from`]).

use crate::{
    checkpoint::{frozen_leaf, trace_leaf},
    course::Course,
    encoding::{ensure_encodable, features, Encoding},
    model::{self, Model},
    network::{argmax, cross_entropy, layer_sizes, Network, Optimiser, Step},
    Checkpoint, CheckpointError, Column, ColumnKind, Device, Error, Trace, TrainingTable,
};
use candle_core::Tensor;
use codec::Encode;
use neurodata_primitives::{
    job::{TrainingMetrics, TrainingSpec, MICRO},
    model::file_digest,
    ModelDigest, Seed, SpecError, TraceRoot,
};
use neurodata_repops::{sum::pairwise_sum, Purpose, Stream};
use sp_crypto_hashing::blake2_256;
use std::ops::ControlFlow;

/// Rows that are evaluated together. It bounds memory and changes no bit.
pub(crate) const EVALUATION_ROWS: usize = 1_024;
/// Most parameters of a model: 512 MiB of f32, half of the longest model file that evaluators fetch.
pub const MAX_PARAMETERS: u64 = 1 << 27;

/// What a run tells its caller, once before the first epoch and then after each.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'run> {
    /// Epochs completed.
    pub epoch: u32,
    /// Epochs in all.
    pub epochs: u32,
    /// Digests of the checkpoints reached, the initial parameters' first.
    pub trace: &'run Trace,
    /// Mean training loss of the epoch that was just completed; `None` before the first, and once the run diverged.
    pub loss: Option<f64>,
    /// The state to be stored, if a checkpoint was due.
    pub checkpoint: Option<&'run Checkpoint>,
    /// The step at which the run diverged, if it did.
    pub diverged_at: Option<u64>,
}

/// What a run gives.
#[derive(Clone, PartialEq, Debug)]
pub struct RunOutput {
    /// The model file (safetensors); see [`mod@crate::model`].
    pub model: Vec<u8>,
    /// Digest of the model file; see [`file_digest`].
    pub model_digest: ModelDigest,
    /// Digests of all checkpoints.
    pub trace: Trace,
    /// Root over the trace.
    pub trace_root: TraceRoot,
    /// Counts and loss on the holdout.
    pub metrics: TrainingMetrics,
    /// Mean training loss of each epoch, taken as its batches passed. With one batch an epoch they tell the course, so
    /// they are not published. The epoch in which the run diverged, and those after it, have none.
    pub losses: Vec<f64>,
    /// The step, from 0 over the whole run, that was not taken because the run diverged; `None` if it did not.
    pub diverged_at: Option<u64>,
}

/// Train on `table` as `spec` says, with all randomness from `seed`.
///
/// `on_progress` is called once at the beginning and after each epoch; `Break` stops the run. A checkpoint that it was
/// given can be passed as `resume` later: the run then goes on from there to the same output.
///
/// Fails on a spec that doesn't fit the table, on rows without a target, on a checkpoint of another run, and when stopped;
/// not on a run that diverges.
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
    let state = plan.advance(resume, spec.checkpoints(), on_progress)?;
    plan.finish(state)
}

/// The beginning of [`run_from`]: train until `checkpoints` are reached, the initial parameters included, and return
/// their digests, which are the first ones of the whole run. A `resume` that is further gives them without training.
///
/// Fails as [`run_from`] does, and unless `checkpoints` are 1 to as many as the run has.
#[allow(clippy::too_many_arguments)]
pub fn run_prefix(
    initial: Option<&[u8]>,
    table: &TrainingTable,
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
    resume: Option<Checkpoint>,
    checkpoints: u32,
    on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<Trace, Error> {
    let plan = Plan::new(initial, table, spec, seed, device)?;
    if !(1..=spec.checkpoints()).contains(&checkpoints) {
        return Err(Error::Checkpoints { asked: checkpoints, run: spec.checkpoints() });
    }
    let mut trace = plan.advance(resume, checkpoints, on_progress)?.trace;
    trace.truncate(checkpoints);
    Ok(trace)
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
    course: Course,
    /// The step at which the run diverged: the state is frozen.
    diverged_at: Option<u64>,
    trace: Trace,
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
        ensure_columns_fit(table.columns(), spec)?;
        ensure_size(table.columns(), table.rows(), spec)?;
        let digest = blake2_256(&(table, spec, seed, initial.map(file_digest)).encode());
        let initial = initial.map(|file| initial_model(file, table.columns(), spec)).transpose()?;
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

    /// Train, from `resume` on if it is given, until `checkpoints` are reached.
    fn advance(
        &self,
        resume: Option<Checkpoint>,
        checkpoints: u32,
        on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<State, Error> {
        let (mut state, first) = match resume {
            Some(checkpoint) => (self.resume(checkpoint)?, None),
            None => {
                let mut state = self.begin()?;
                let first = self.checkpoint(&mut state)?;
                (state, Some(first))
            }
        };
        self.report(&state, first.as_ref(), on_progress)?;
        while state.trace.checkpoints() < checkpoints && state.epoch < self.epochs() {
            self.train_epoch(&mut state)?;
            let due =
                state.epoch.is_multiple_of(u32::from(self.spec.checkpoint_epochs)) || state.epoch == self.epochs();
            let checkpoint = if due { Some(self.checkpoint(&mut state)?) } else { None };
            self.report(&state, checkpoint.as_ref(), on_progress)?;
        }
        Ok(state)
    }

    fn epochs(&self) -> u32 {
        u32::from(self.spec.epochs)
    }

    fn begin(&self) -> Result<State, Error> {
        let network = first_network(self.initial.as_ref(), &self.sizes, self.seed, self.device)?;
        let velocity = network.zeros_like()?;
        Ok(State {
            network,
            velocity,
            epoch: 0,
            course: Course::default(),
            diverged_at: None,
            trace: Trace::default(),
            losses: Vec::new(),
        })
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
            course: checkpoint.course,
            diverged_at: checkpoint.diverged_at,
            trace: checkpoint.trace,
            losses: checkpoint.losses,
        })
    }

    /// Add the state to the trace and return it in a form that can be resumed.
    fn checkpoint(&self, state: &mut State) -> Result<Checkpoint, Error> {
        let parameters = state.network.to_bytes()?;
        let velocities = state.velocity.to_bytes()?;
        let covered = covered(self.spec, &velocities);
        state.trace.push(match state.diverged_at {
            None => trace_leaf(&parameters, covered, &state.course),
            Some(_) => frozen_leaf(&parameters, covered, &state.course, state.trace.checkpoints()),
        });
        Ok(Checkpoint {
            run: self.digest,
            epoch: state.epoch,
            parameters,
            velocities,
            course: state.course,
            diverged_at: state.diverged_at,
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
            trace: &state.trace,
            loss: state.losses.last().copied().filter(|_| state.diverged_at.is_none()),
            checkpoint,
            diverged_at: state.diverged_at,
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

    /// One epoch, of which nothing is trained once the run diverged.
    fn train_epoch(&self, state: &mut State) -> Result<(), Error> {
        if state.diverged_at.is_none() {
            self.train_batches(state)?;
        }
        state.epoch += 1;
        Ok(())
    }

    /// The batches of one epoch, up to the one at which the run diverges.
    fn train_batches(&self, state: &mut State) -> Result<(), Error> {
        let order = Stream::at(self.seed, Purpose::ROW_ORDER, state.epoch).permutation(self.training_rows.len() as u32);
        let order: Vec<u32> = order.into_iter().map(|position| self.training_rows[position as usize]).collect();
        let batches = order.chunks(usize::from(self.spec.batch_rows));
        let mut step = u64::from(state.epoch) * batches.len() as u64;
        let mut losses = Vec::with_capacity(order.len());
        for batch in batches {
            let features = Tensor::from_vec(self.gather(batch), (batch.len(), self.width), self.device)?;
            let classes: Vec<usize> = batch.iter().map(|row| self.classes[*row as usize]).collect();
            let taken = state.network.step(&state.velocity, &self.optimiser, features, &classes)?;
            let Some(Step { network, velocity, losses: of_batch }) = taken else {
                state.diverged_at = Some(step);
                return Ok(());
            };
            (state.network, state.velocity) = (network, velocity);
            state.course.follow(step, &of_batch);
            losses.extend(of_batch);
            step += 1;
        }
        state.losses.push(pairwise_sum(&losses) / losses.len() as f64);
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
        // A conversion from float to integer rounds towards zero and saturates; of what is undefined it would make 0.
        metrics.holdout_loss = if mean.is_finite() { (mean * f64::from(MICRO)) as u64 } else { u64::MAX };
        Ok(metrics)
    }

    fn finish(&self, state: State) -> Result<RunOutput, Error> {
        let model = model::write(&self.encoding, self.spec, &state.network)?;
        Ok(RunOutput {
            model_digest: file_digest(&model),
            model,
            trace_root: state.trace.root(),
            trace: state.trace,
            metrics: self.metrics(&state.network)?,
            losses: state.losses,
            diverged_at: state.diverged_at,
        })
    }
}

/// Parameters before the first step.
fn first_network(
    initial: Option<&Model>,
    sizes: &[(usize, usize)],
    seed: [u8; 32],
    device: &Device,
) -> Result<Network, Error> {
    match initial {
        Some(initial) => initial.network().to_device(device),
        None => Network::initial(sizes, seed, device),
    }
}

/// What a leaf covers of the `velocities`.
fn covered<'a>(spec: &TrainingSpec, velocities: &'a [u8]) -> &'a [u8] {
    if spec.momentum == 0 {
        &[]
    } else {
        velocities
    }
}

/// The trace of [`run_from`] before the first step, which follows from the columns alone: its one digest can be told
/// before the table is there.
///
/// Fails on a spec that doesn't fit the columns, and on an initial model that [`run_from`] refuses.
pub fn first_checkpoint(
    initial: Option<&[u8]>,
    columns: &[Column],
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
) -> Result<Trace, Error> {
    ensure_columns_fit(columns, spec)?;
    ensure_parameters(columns, spec)?;
    let initial = initial.map(|file| initial_model(file, columns, spec)).transpose()?;
    let network = first_network(initial.as_ref(), &sizes(columns, spec), *seed.as_bytes(), device)?;
    let (parameters, velocities) = (network.to_bytes()?, network.zeros_like()?.to_bytes()?);
    Ok(Trace::new(vec![trace_leaf(&parameters, covered(spec, &velocities), &Course::default())]))
}

/// Check that a classifier can be trained as `spec` says on any table of so many `rows` of these columns of which so many
/// cells are missing: the target is a category with as many values as the spec has classes and lacks none, there is
/// another column, and neither the encoded table nor the model is too large.
///
/// [`run`] completes on every table that this lets pass. Since nobody can tell without the content key which cells are
/// missing, a table with any is refused if its target is nullable; `run` itself only minds those of the target.
pub fn ensure_fits(columns: &[Column], rows: u32, missing_cells: u64, spec: &TrainingSpec) -> Result<(), Error> {
    ensure_columns_fit(columns, spec)?;
    ensure_size(columns, rows, spec)?;
    let target = columns.get(usize::from(spec.target));
    if missing_cells > 0 && target.is_some_and(|target| target.nullable) {
        return Err(Error::TargetMayMiss { column: spec.target, missing_cells });
    }
    Ok(())
}

/// Memory that a run takes beside the package it comes from, in bytes. An estimate, rather too high:
///
/// ```text
/// 2 * rows * columns                       codes
/// 4 * rows * features + 32 * rows          encoded table, order of the rows
/// 64 * parameters                          parameters, velocities, gradients and the next ones of both, model file,
///                                          checkpoint: 16 copies of 4 bytes
/// 16 * batch * (features + units)          activations and their gradients: 4 copies of 4 bytes; `batch` is at least
///                                          the 1,024 rows that are evaluated together, `units` those of all layers
/// ```
pub fn memory_bytes(columns: &[Column], rows: u32, spec: &TrainingSpec) -> u64 {
    let (rows, features) = (u64::from(rows), features(columns, usize::from(spec.target)) as u64);
    let batch = u64::from(spec.batch_rows).max(EVALUATION_ROWS as u64).min(rows);
    let units: u64 = sizes(columns, spec).iter().map(|(_, outputs)| *outputs as u64).sum();
    [
        rows.saturating_mul(2 * columns.len() as u64 + 4 * features + 32),
        parameters(columns, spec).saturating_mul(64),
        batch.saturating_mul(16 * (features + units)),
    ]
    .into_iter()
    .fold(0, u64::saturating_add)
}

fn sizes(columns: &[Column], spec: &TrainingSpec) -> Vec<(usize, usize)> {
    layer_sizes(&spec.algorithm, features(columns, usize::from(spec.target)), usize::from(spec.classes))
}

/// Parameters of a model for these columns.
fn parameters(columns: &[Column], spec: &TrainingSpec) -> u64 {
    sizes(columns, spec).iter().map(|(inputs, outputs)| (*inputs as u64 + 1) * *outputs as u64).sum()
}

fn ensure_parameters(columns: &[Column], spec: &TrainingSpec) -> Result<(), Error> {
    let parameters = parameters(columns, spec);
    if parameters > MAX_PARAMETERS {
        return Err(Error::TooManyParameters { parameters, limit: MAX_PARAMETERS });
    }
    Ok(())
}

/// Check that neither side of the split is empty, and that neither the encoded table nor the model is too large.
fn ensure_size(columns: &[Column], rows: u32, spec: &TrainingSpec) -> Result<(), Error> {
    spec.work_units(rows, columns.len() as u32)?;
    ensure_encodable(columns, usize::from(spec.target), rows)?;
    ensure_parameters(columns, spec)
}

/// Check that a classifier can be trained on these columns as `spec` says, whatever the cells: the target is a category
/// with as many values as the spec has classes, and there is another column.
pub(crate) fn ensure_columns_fit(columns: &[Column], spec: &TrainingSpec) -> Result<(), Error> {
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
/// numbers are finite, and its parameters have the shapes that are asked for. The columns are checked too, as
/// [`ensure_fits`] does.
pub fn ensure_continues(columns: &[Column], spec: &TrainingSpec, initial: &[u8]) -> Result<(), Error> {
    ensure_columns_fit(columns, spec)?;
    initial_model(initial, columns, spec).map(drop)
}

/// The model in `file`, if training on these columns as `spec` says can start from it.
fn initial_model(file: &[u8], columns: &[Column], spec: &TrainingSpec) -> Result<Model, Error> {
    let model = Model::from_bytes(file).map_err(|error| match error {
        Error::ModelFile(error) => Error::InitialModel(error),
        error => error,
    })?;
    model.network().ensure_sizes(&sizes(columns, spec)).map_err(Error::InitialModel)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{merkle, Algorithm};

    /// A number, and whether it is large.
    fn table() -> TrainingTable {
        let columns = vec![
            Column { bound: 39, nullable: false, kind: ColumnKind::Numeric },
            Column { bound: 1, nullable: false, kind: ColumnKind::Category },
        ];
        TrainingTable::new(columns, (0..40).flat_map(|x| [x, u16::from(x >= 20)]).collect()).unwrap()
    }

    /// Two leaves, and nothing in them but parameters and course.
    fn spec() -> TrainingSpec {
        TrainingSpec {
            algorithm: Algorithm::LogisticRegression,
            target: 1,
            classes: 2,
            epochs: 2,
            batch_rows: 8,
            learning_rate: 100_000,
            momentum: 0,
            weight_decay: 0,
            holdout: 200,
            checkpoint_epochs: 2,
        }
    }

    const SEED: Seed = Seed::new([3; 32]);

    fn go_on(_: Progress<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// A run up to its end, and its checkpoints.
    fn trained(initial: Option<&[u8]>, spec: &TrainingSpec, seed: &Seed) -> (State, Vec<Checkpoint>) {
        let (table, mut stored) = (table(), Vec::new());
        let plan = Plan::new(initial, &table, spec, seed, &Device::Cpu).unwrap();
        let state = plan.advance(None, spec.checkpoints(), &mut |progress| {
            stored.extend(progress.checkpoint.cloned());
            ControlFlow::Continue(())
        });
        (state.unwrap(), stored)
    }

    #[test]
    fn the_trace_of_two_leaves_is_not_told_by_seed_and_published_model() {
        let spec = spec();
        let (state, stored) = trained(None, &spec, &SEED);
        let [first, last] = &stored[..] else { panic!("two checkpoints") };
        let truth = state.trace.root();
        let root = |first: merkle::Node, last: merkle::Node| TraceRoot::new(merkle::root(&[first, last]));
        // Whoever never trained has the parameters of both ends, and the course of the first.
        let start = Course::default();
        assert_eq!(state.trace.leaves()[0], trace_leaf(&first.parameters, &[], &start));
        for guess in [merkle::leaf(&last.parameters), trace_leaf(&last.parameters, &[], &start)] {
            assert_ne!(root(state.trace.leaves()[0], guess), truth);
        }
        assert_eq!(root(state.trace.leaves()[0], trace_leaf(&last.parameters, &[], &last.course)), truth);
        assert_ne!(last.course, start);
    }

    #[test]
    fn a_batch_with_another_loss_is_another_leaf_though_the_parameters_are_the_same() {
        let (table, spec) = (table(), spec());
        let plan = Plan::new(None, &table, &spec, &SEED, &Device::Cpu).unwrap();
        let [mut told, mut other] = [0.5f32, 0.5f32.next_up()].map(|loss| {
            let mut state = plan.begin().unwrap();
            state.course.follow(0, &[f64::from(loss)]);
            plan.train_epoch(&mut state).unwrap();
            state
        });
        let (told, other) = (plan.checkpoint(&mut told).unwrap(), plan.checkpoint(&mut other).unwrap());
        assert_eq!((&told.parameters, &told.velocities), (&other.parameters, &other.velocities));
        assert_eq!(told.losses, other.losses);
        assert_ne!(told.trace.leaves(), other.trace.leaves());
    }

    #[test]
    fn a_run_from_a_parent_begins_with_its_parameters_and_a_course_of_its_own() {
        let spec = spec();
        let parent = run(&table(), &spec, &SEED, &Device::Cpu, None, &mut go_on).unwrap();
        let (_, parents) = trained(None, &spec, &SEED);
        let (_, children) = trained(Some(&parent.model), &spec, &Seed::new([4; 32]));
        assert_eq!(children[0].parameters, parents[1].parameters);
        assert_eq!(children[0].course, parents[0].course);
        assert_ne!(children[0].trace.digest(0), parents[1].trace.digest(1));
        assert_ne!(children[1].course, parents[1].course);
    }
}
