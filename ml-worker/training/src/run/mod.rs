//! Split, steps, checkpoints, segments, result.
//!
//! ```text
//! holdout      the first rows of permutation(SPLIT, 0) of all rows, as many as the spec says
//! training     the other rows, ascending
//! steps        as many as the spec says; what a step is, the algorithm says
//! checkpoint   of the initial state, and after every 64th of the steps, rounded down
//! segment      the steps from one checkpoint to the next
//! ```
//!
//! # Endings
//!
//! A step after which a number of the state would not be finite, or on whose way one appears, is not taken: the run
//! **diverges** there, and the tensor is named ([`Ending::Diverged`]). A run whose algorithm has nothing left to do,
//! since it has converged or stops early by rule, **ends** there ([`Ending::Ended`]). The state is final from then on:
//! the checkpoints that are still due repeat it, and since a state covers its position none of them tells the next. The
//! model is the one of that state and its metrics are taken as always, so that whether and where a run ends follows
//! from its input as its bits do. Whoever goes on from a state with an ending asks for the step that it says was not
//! taken, and refuses the state if that does not end the run in the same way.
//!
//! Random numbers come from [`neurodata_repops::random`] with the job's seed as key. A run that starts from an initial
//! model takes the parameters from there ([`run_from`]).

mod environment;
mod learnable;
mod limits;
mod plan;

pub use learnable::ensure_learnable;
pub use limits::{ensure_continues, ensure_fits, memory_bytes, MAX_PARAMETERS};
pub use plan::Plan;

pub(crate) use limits::ensure_columns_fit;

use crate::{Checkpoint, Column, Device, Ending, Error, Evaluation, Resume, Trace, TrainingTable};
use neurodata_primitives::{ModelDigest, Seed, TraceRoot, TrainingMetrics, TrainingSpec};
use std::ops::ControlFlow;

/// What a run tells its caller: once at its beginning, at each checkpoint and at the end of each epoch.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'run> {
    /// Steps taken.
    pub steps: u64,
    /// Steps in all, unless the run ends before.
    pub all_steps: u64,
    /// Epochs completed, where training is by descent.
    pub epoch: Option<u32>,
    /// Epochs in all, where training is by descent.
    pub epochs: Option<u32>,
    /// Links of the checkpoints reached, the initial state's first.
    pub trace: &'run Trace,
    /// Mean training loss of the epoch, or without epochs of the step, that was just completed.
    pub loss: Option<f64>,
    /// What is to be stored, if a checkpoint was due.
    pub resume: Option<&'run Resume>,
    /// How the run came to its end, if it did before its last step.
    pub ending: Option<&'run Ending>,
}

/// What a run gives.
#[derive(Clone, PartialEq, Debug)]
pub struct RunOutput {
    /// The model file (safetensors); see [`mod@crate::model`].
    pub model: Vec<u8>,
    /// Digest of the model file; see [`neurodata_primitives::model::file_digest`].
    pub model_digest: ModelDigest,
    /// Links of all checkpoints.
    pub trace: Trace,
    /// Root over the trace.
    pub trace_root: TraceRoot,
    /// How good the model is on the holdout, as it goes on the chain.
    pub metrics: TrainingMetrics,
    /// How good the model is on the holdout, in full.
    pub evaluation: Evaluation,
    /// Mean training loss of each completed epoch, taken as its batches passed; without epochs of each step that has
    /// one. With one batch an epoch they tell the course, so they are not published.
    pub losses: Vec<f64>,
    /// How the run came to its end, if it did before its last step.
    pub ending: Option<Ending>,
}

/// What follows from the last checkpoint of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Conclusion {
    /// The model file.
    pub model: Vec<u8>,
    /// Digest of the model file.
    pub model_digest: ModelDigest,
    /// How good the model is on the holdout, as it goes on the chain.
    pub metrics: TrainingMetrics,
    /// How good the model is on the holdout, in full.
    pub evaluation: Evaluation,
}

/// Train on `table` as `spec` says, with all randomness from `seed`.
///
/// `on_progress` is called at the beginning, at each checkpoint and at the end of each epoch; `Break` stops the run.
/// What it was given at a checkpoint can be passed as `resume` later: the run then goes on from there to the same
/// output.
///
/// Fails on a spec that doesn't fit the table, on rows without a target, on a checkpoint of another run, in a process
/// whose arithmetic another library has changed, and when stopped; not on a run that diverges, nor where there is
/// nothing to learn, which [`ensure_learnable`] tells.
pub fn run(
    table: &TrainingTable,
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
    resume: Option<Resume>,
    on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<RunOutput, Error> {
    run_from(None, table, spec, seed, device, resume, on_progress)
}

/// As [`run`], but with the parameters of the model file `initial`, if there is one, in place of drawn ones.
///
/// It must be a network of the same shape. If its columns are those of the table, its feature encoding is kept too, so
/// that the run begins with exactly the function that the file stands for; otherwise the encoding is taken from the
/// training rows, as in a run without an initial model. Split and batch order are the seed's.
///
/// Fails as [`run`] does, on an initial model that cannot be read, does not fit or is not finite, and on any where the
/// algorithm is no network.
pub fn run_from(
    initial: Option<&[u8]>,
    table: &TrainingTable,
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
    resume: Option<Resume>,
    on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<RunOutput, Error> {
    Plan::new(initial, table, spec, seed, device)?.run(resume, on_progress)
}

/// The beginning of [`run_from`]; see [`Plan::run_prefix`].
#[allow(clippy::too_many_arguments)]
pub fn run_prefix(
    initial: Option<&[u8]>,
    table: &TrainingTable,
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
    resume: Option<Resume>,
    checkpoints: u32,
    on_progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<Trace, Error> {
    Plan::new(initial, table, spec, seed, device)?.run_prefix(resume, checkpoints, on_progress)
}

/// The initial state of [`run_from`].
pub fn initial_checkpoint(
    initial: Option<&[u8]>,
    table: &TrainingTable,
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
) -> Result<Checkpoint, Error> {
    Plan::new(initial, table, spec, seed, device)?.initial_checkpoint()
}

/// The initial state of [`run_from`], which follows from the columns alone: it can be told before the table is there.
///
/// Fails on a spec that doesn't fit the columns, on an initial model that [`run_from`] refuses, and with
/// [`Error::NeedsData`] on an algorithm whose initial state follows from the data.
pub fn first_checkpoint(
    initial: Option<&[u8]>,
    columns: &[Column],
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
) -> Result<Checkpoint, Error> {
    plan::first_checkpoint(initial, columns, spec, seed, device)
}

/// The checkpoint that follows on `from`; see [`Plan::repeat_segment`].
pub fn repeat_segment(
    initial: Option<&[u8]>,
    table: &TrainingTable,
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
    from: &Checkpoint,
    stop: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Checkpoint, Error> {
    Plan::new(initial, table, spec, seed, device)?.repeat_segment(from, stop)
}

/// What follows from the `last` checkpoint; see [`Plan::conclude`].
pub fn conclude(
    initial: Option<&[u8]>,
    table: &TrainingTable,
    spec: &TrainingSpec,
    seed: &Seed,
    device: &Device,
    last: &Checkpoint,
) -> Result<Conclusion, Error> {
    Plan::new(initial, table, spec, seed, device)?.conclude(last)
}
