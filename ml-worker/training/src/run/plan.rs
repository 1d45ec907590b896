//! Everything that is fixed before training, and what can be done with it.

use super::{environment, limits, Conclusion, Progress, RunOutput};
use crate::{
    checkpoint::RunId,
    course::Course,
    encoding::Encoding,
    evaluation,
    learner::{self, Examples, Learner, Predictor, Setting, Taken, Targets},
    model,
    targets::targets,
    Checkpoint, CheckpointError, Column, Device, Ending, Error, Resume, Trace, TrainingTable,
};
use codec::Encode;
use neurodata_primitives::{
    model::file_digest,
    training::{Algorithm, Objective},
    Seed, SpecError, TrainingSpec,
};
use neurodata_repops::{sum::pairwise_sum, Purpose, Stream};
use sp_crypto_hashing::blake2_256;
use std::{cell::RefCell, ops::ControlFlow, sync::Arc};

/// A run that is ready to begin, anywhere: the table is encoded and split, the initial model is read.
///
/// Whoever repeats several segments makes one plan for all of them.
pub struct Plan<'run> {
    spec: TrainingSpec,
    seed: [u8; 32],
    device: &'run Device,
    id: RunId,
    /// Digest of the table, cells included.
    table: [u8; 32],
    /// Rows of the table.
    rows: u32,
    encoding: Encoding,
    /// The model that training starts from.
    initial: Option<Box<dyn Predictor>>,
    examples: Arc<Examples>,
    /// A learner that is not at work, kept for the next time: it is put into any state.
    idle: RefCell<Option<Box<dyn Learner>>>,
}

/// A run under way.
struct Walk {
    learner: Box<dyn Learner>,
    /// Index of the last checkpoint.
    position: u32,
    steps: u64,
    ending: Option<Ending>,
    course: Course,
}

/// What a run remembers of its way.
#[derive(Default)]
struct Record {
    trace: Trace,
    /// Mean training loss of each completed epoch.
    losses: Vec<f64>,
    /// Mean loss and rows of each step of the current epoch so far.
    epoch: Vec<(f64, u32)>,
}

impl Record {
    /// Add the loss of a step to those of its epoch; the mean of the epoch if the step `completes` it.
    fn add(&mut self, loss: Option<(f64, u32)>, completes: bool) -> Option<f64> {
        self.epoch.extend(loss);
        if !completes || self.epoch.is_empty() {
            return None;
        }
        let sums: Vec<f64> = self.epoch.iter().map(|(mean, rows)| mean * f64::from(*rows)).collect();
        let rows: u64 = self.epoch.iter().map(|(_, rows)| u64::from(*rows)).sum();
        let mean = pairwise_sum(&sums) / rows.max(1) as f64;
        self.epoch.clear();
        self.losses.push(mean);
        Some(mean)
    }
}

impl<'run> Plan<'run> {
    /// Encode and split `table` for a run as `spec` says, with all randomness from `seed`, from the model file
    /// `initial` if there is one.
    ///
    /// Fails as [`super::run_from`] does.
    pub fn new(
        initial: Option<&[u8]>,
        table: &TrainingTable,
        spec: &TrainingSpec,
        seed: &Seed,
        device: &'run Device,
    ) -> Result<Self, Error> {
        environment::ensure_exact()?;
        limits::ensure_columns_fit(table.columns(), spec)?;
        limits::ensure_size(table.columns(), table.rows(), spec)?;
        let id = RunId::new(table.columns(), spec, seed, initial.map(file_digest));
        let digest = blake2_256(&table.encode());
        let initial = initial.map(|file| limits::initial_model(file, table.columns(), spec)).transpose()?;
        let targets = targets(table, spec)?;
        let seed = *seed.as_bytes();
        let (training_rows, holdout_rows) = split(table.rows(), spec, seed);
        if training_rows.is_empty() {
            return Err(SpecError::Holdout.into());
        }
        let kept = initial.as_ref().and_then(|initial| initial.encoding.clone());
        let encoding = match kept {
            Some(encoding) => encoding,
            None => Encoding::fit(table, spec, &training_rows)?,
        };
        let examples = Examples {
            inputs: encoding.encode(table.iter_rows()),
            targets,
            training_rows,
            holdout_rows,
            columns: encoding.inputs(),
            target: target(&encoding),
        };
        Ok(Self {
            spec: spec.clone(),
            seed,
            device,
            id,
            table: digest,
            rows: table.rows(),
            encoding,
            initial: initial.map(|initial| initial.predictor),
            examples: Arc::new(examples),
            idle: RefCell::default(),
        })
    }

    /// Segments of the run, at least 1.
    pub fn segments(&self) -> u32 {
        self.spec.segments(self.rows)
    }

    /// Checkpoints of the run, at least 2.
    pub fn checkpoints(&self) -> u32 {
        self.spec.checkpoints(self.rows)
    }

    /// The initial state.
    pub fn initial_checkpoint(&self) -> Result<Checkpoint, Error> {
        let walk = self.begin()?;
        self.checkpoint(&walk)
    }

    /// Train, from `resume` on if it is given, to the end; see [`super::run`].
    ///
    /// Fails on what was stored of another run, and when stopped.
    pub fn run(
        &self,
        resume: Option<Resume>,
        on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<RunOutput, Error> {
        let (walk, record) = self.advance(resume, self.checkpoints(), on_progress)?;
        let Conclusion { model, model_digest, metrics, evaluation } = self.conclusion(walk.learner.as_ref())?;
        Ok(RunOutput {
            model,
            model_digest,
            trace_root: record.trace.root(),
            trace: record.trace,
            metrics,
            evaluation,
            losses: record.losses,
            ending: walk.ending,
        })
    }

    /// The beginning of [`Self::run`]: train until `checkpoints` are reached, the initial state included, and return
    /// their links, which are the first ones of the whole run. A `resume` that is further gives them without training.
    ///
    /// Fails as [`Self::run`] does, and unless `checkpoints` are 1 to as many as the run has.
    pub fn run_prefix(
        &self,
        resume: Option<Resume>,
        checkpoints: u32,
        on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<Trace, Error> {
        if !(1..=self.checkpoints()).contains(&checkpoints) {
            return Err(Error::Checkpoints { asked: checkpoints, run: self.checkpoints() });
        }
        let (_, Record { mut trace, .. }) = self.advance(resume, checkpoints, on_progress)?;
        trace.truncate(checkpoints);
        Ok(trace)
    }

    /// The checkpoint that follows on `from`: one segment of the run. `stop` is called before each step.
    ///
    /// Fails on a checkpoint of another run or position and on the last one, on one that says that the run has ended
    /// where it has not, and when stopped.
    pub fn repeat_segment(
        &self,
        from: &Checkpoint,
        stop: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Checkpoint, Error> {
        self.ensure_own(from)?;
        if from.position >= self.segments() {
            return Err(CheckpointError::Last { position: from.position }.into());
        }
        let mut walk = self.go_on(from)?;
        while self.is_before(&walk, from.position + 1) {
            if stop().is_break() {
                return Err(Error::Stopped { steps: walk.steps });
            }
            walk.step()?;
        }
        walk.position += 1;
        let next = self.checkpoint(&walk)?;
        self.idle.replace(Some(walk.learner));
        Ok(next)
    }

    /// The model of the run whose `last` checkpoint is given, and how good it is.
    ///
    /// Fails on a checkpoint of another run or position, and on one that says that the run has ended where it has not.
    pub fn conclude(&self, last: &Checkpoint) -> Result<Conclusion, Error> {
        self.ensure_own(last)?;
        if last.position != self.segments() {
            return Err(CheckpointError::NotLast { position: last.position, last: self.segments() }.into());
        }
        let walk = self.go_on(last)?;
        let conclusion = self.conclusion(walk.learner.as_ref())?;
        self.idle.replace(Some(walk.learner));
        Ok(conclusion)
    }

    fn conclusion(&self, learner: &dyn Learner) -> Result<Conclusion, Error> {
        let predictor = learner.predictor()?;
        let model = model::write(&self.encoding, &self.spec, predictor.as_ref())?;
        let (metrics, evaluation) = evaluation::evaluate(&self.spec, &self.examples, predictor.as_ref())?;
        Ok(Conclusion { model_digest: file_digest(&model), model, metrics, evaluation })
    }

    /// Train, from `resume` on if it is given, until `checkpoints` are reached.
    fn advance(
        &self,
        resume: Option<Resume>,
        checkpoints: u32,
        on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<(Walk, Record), Error> {
        let (mut walk, mut record, first) = match resume {
            Some(resume) => {
                let (walk, record) = self.resume(resume)?;
                (walk, record, None)
            }
            None => {
                let (walk, mut record) = (self.begin()?, Record::default());
                let first = self.reached(&walk, &mut record)?;
                (walk, record, Some(first))
            }
        };
        self.report(&walk, &record, None, first.as_ref(), on_progress)?;
        while record.trace.checkpoints() < checkpoints {
            let mut completed = None;
            if self.is_before(&walk, walk.position + 1) {
                let loss = walk.step()?;
                match walk.ending {
                    None => completed = record.add(loss, self.cursor(walk.steps).1 == 0),
                    Some(_) => record.epoch.clear(),
                }
            }
            let due = !self.is_before(&walk, walk.position + 1);
            walk.position += u32::from(due);
            let resume = if due { Some(self.reached(&walk, &mut record)?) } else { None };
            if due || completed.is_some() {
                self.report(&walk, &record, completed, resume.as_ref(), on_progress)?;
            }
        }
        Ok((walk, record))
    }

    /// Whether steps are missing up to the checkpoint at `position`.
    fn is_before(&self, walk: &Walk, position: u32) -> bool {
        walk.ending.is_none() && walk.steps < self.spec.steps_at(self.rows, position)
    }

    fn learner(&self) -> Result<Box<dyn Learner>, Error> {
        let setting = Setting { spec: &self.spec, seed: self.seed, device: self.device };
        learner::begin(&setting, self.examples.clone(), self.initial.as_deref())
    }

    fn begin(&self) -> Result<Walk, Error> {
        Ok(Walk { learner: self.learner()?, position: 0, steps: 0, ending: None, course: Course::default() })
    }

    fn go_on(&self, from: &Checkpoint) -> Result<Walk, Error> {
        let idle = self.idle.take();
        let mut learner = idle.map_or_else(|| self.learner(), Ok)?;
        let Checkpoint { position, steps, ref ending, ref state, course, .. } = *from;
        learner.restore(steps, state)?;
        // The state has to end the run in the way that is claimed: whoever repeats from here takes no other step.
        let is_told = match ending {
            None => true,
            Some(Ending::Ended { .. }) => matches!(learner.step(steps)?, Taken::Ended),
            Some(Ending::Diverged { tensor, .. }) => {
                matches!(learner.step(steps)?, Taken::Diverged { tensor: found } if found == *tensor)
            }
        };
        if !is_told {
            return Err(CheckpointError::Damaged.into());
        }
        Ok(Walk { learner, position, steps, ending: ending.clone(), course })
    }

    fn resume(&self, resume: Resume) -> Result<(Walk, Record), Error> {
        let Resume { table, checkpoint, trace, losses, epoch } = resume;
        if table != self.table {
            return Err(CheckpointError::OtherRun.into());
        }
        self.ensure_own(&checkpoint)?;
        if trace.checkpoints() != checkpoint.position + 1 {
            return Err(CheckpointError::Damaged.into());
        }
        Ok((self.go_on(&checkpoint)?, Record { trace, losses, epoch }))
    }

    /// Refuse a checkpoint that this run cannot have, whatever its state.
    fn ensure_own(&self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let Checkpoint { run, position, steps, cursor, ref ending, .. } = *checkpoint;
        if run != self.id {
            return Err(CheckpointError::OtherRun);
        }
        let due = self.spec.steps_at(self.rows, position);
        let fits = match ending {
            None => steps == due,
            Some(ending) => steps == ending.step() && steps < due,
        };
        if position <= self.segments() && fits && cursor == self.cursor(steps) {
            Ok(())
        } else {
            Err(CheckpointError::Position { position, steps })
        }
    }

    /// Epoch and batch of the step that follows on so many, where training is by descent.
    fn cursor(&self, steps: u64) -> (u32, u32) {
        let Some(descent) = self.spec.algorithm.descent() else { return (0, 0) };
        let training_rows = self.spec.training_rows(self.rows);
        let fitted = training_rows.saturating_sub(descent.validation_rows(training_rows));
        let batches = u64::from(descent.batches(fitted)).max(1);
        // Both fit: a run has at most 1,000 epochs, and no more batches than rows.
        ((steps / batches) as u32, (steps % batches) as u32)
    }

    fn checkpoint(&self, walk: &Walk) -> Result<Checkpoint, Error> {
        Ok(Checkpoint {
            run: self.id,
            position: walk.position,
            steps: walk.steps,
            cursor: self.cursor(walk.steps),
            ending: walk.ending.clone(),
            state: walk.learner.state()?,
            course: walk.course,
        })
    }

    /// Add the state to the trace and return it in a form that can be resumed.
    fn reached(&self, walk: &Walk, record: &mut Record) -> Result<Resume, Error> {
        let checkpoint = self.checkpoint(walk)?;
        record.trace.push(checkpoint.link());
        Ok(Resume {
            table: self.table,
            checkpoint,
            trace: record.trace.clone(),
            losses: record.losses.clone(),
            epoch: record.epoch.clone(),
        })
    }

    fn report(
        &self,
        walk: &Walk,
        record: &Record,
        loss: Option<f64>,
        resume: Option<&Resume>,
        on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let descent = self.spec.algorithm.descent();
        let progress = Progress {
            steps: walk.steps,
            all_steps: self.spec.steps(self.rows),
            epoch: descent.map(|_| self.cursor(walk.steps).0),
            epochs: descent.map(|descent| descent.epochs.into()),
            trace: &record.trace,
            loss,
            resume,
            ending: walk.ending.as_ref(),
        };
        match on_progress(progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Stopped { steps: walk.steps }),
        }
    }
}

impl Walk {
    /// Take the next step, or come to the end; the step's loss and rows, if it has a loss.
    fn step(&mut self) -> Result<Option<(f64, u32)>, Error> {
        match self.learner.step(self.steps)? {
            Taken::Step { found, loss } => {
                self.course.follow(self.steps, &found);
                self.steps += 1;
                Ok(loss)
            }
            Taken::Ended => {
                self.ending = Some(Ending::Ended { step: self.steps });
                Ok(None)
            }
            Taken::Diverged { tensor } => {
                self.ending = Some(Ending::Diverged { step: self.steps, tensor });
                Ok(None)
            }
        }
    }
}

/// Training rows and holdout of a table of `rows`, both ascending.
fn split(rows: u32, spec: &TrainingSpec, seed: [u8; 32]) -> (Vec<u32>, Vec<u32>) {
    let mut holdout_rows = Stream::new(seed, Purpose::SPLIT).permutation(rows);
    let mut training_rows = holdout_rows.split_off(spec.holdout_rows(rows).min(rows) as usize);
    training_rows.sort_unstable();
    holdout_rows.sort_unstable();
    (training_rows, holdout_rows)
}

/// Definition of the target's column.
fn target(encoding: &Encoding) -> Option<Column> {
    encoding.target().and_then(|target| encoding.columns().get(target).copied())
}

/// See [`super::first_checkpoint`].
pub(super) fn first_checkpoint(
    initial: Option<&[u8]>,
    columns: &[Column],
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
) -> Result<Checkpoint, Error> {
    environment::ensure_exact()?;
    limits::ensure_columns_fit(columns, spec)?;
    limits::ensure_parameters(columns, None, spec)?;
    if matches!(spec.algorithm, Algorithm::KMeans { .. }) {
        return Err(Error::NeedsData);
    }
    let run = RunId::new(columns, spec, seed, initial.map(file_digest));
    let initial = initial.map(|file| limits::initial_model(file, columns, spec)).transpose()?;
    let encoding = Encoding::new(columns, spec, None);
    let examples = Examples {
        inputs: encoding.encode([].into_iter()),
        targets: match spec.objective {
            Objective::Classification { .. } => Targets::Classes(Vec::new()),
            Objective::Regression => Targets::Numbers(Vec::new()),
            Objective::Clustering => Targets::None,
        },
        training_rows: Vec::new(),
        holdout_rows: Vec::new(),
        columns: encoding.inputs(),
        target: target(&encoding),
    };
    let setting = Setting { spec, seed: *seed.as_bytes(), device };
    let predictor = initial.as_ref().map(|initial| initial.predictor.as_ref());
    let learner = learner::begin(&setting, Arc::new(examples), predictor)?;
    let (state, course) = (learner.state()?, Course::default());
    Ok(Checkpoint { run, position: 0, steps: 0, cursor: (0, 0), ending: None, state, course })
}
