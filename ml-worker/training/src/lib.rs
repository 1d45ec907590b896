//! # Training
//!
//! Training as a pure function of (table, spec, seed, initial model).
//!
//! ## Overview
//!
//! [`run()`] trains on a [`TrainingTable`] as a [`TrainingSpec`](neurodata_primitives::TrainingSpec) says and returns a
//! [`RunOutput`]: the model file, its digest, the trace, the metrics on the holdout and the training loss of each
//! epoch. [`run_from`] starts from the parameters of another model. [`run_prefix`] trains up to a checkpoint and
//! returns the [`Trace`] so far, which is the beginning of the whole run's. [`Plan::repeat_segment`] takes a
//! [`Checkpoint`] and returns the next one, [`Plan::conclude`] takes the last and returns the model. [`predict`] tells
//! rows with nothing but the model file. [`card`] writes the model card.
//!
//! - [`table`]: cells as canonical codes, with the bounds of their columns.
//! - [`encoding`]: how codes become what an algorithm takes.
//! - [`run`](mod@run): split, steps, checkpoints, segments, result.
//! - [`checkpoint`]: state from which a run goes on to the same bits.
//! - [`evaluation`]: how good a model is on the holdout.
//! - [`model`]: the model file and prediction.
//! - [`card`](mod@card): the model card.
//! - [`published`]: the index of files that a compute provider publishes.
//!
//! ## Terminology
//!
//! *Step*: what an algorithm takes at once, a batch for instance, counted from 0 over the whole run. *Epoch*: one pass
//! over the training rows, of algorithms that train by descent. *Holdout*: rows that are never trained on.
//! *Checkpoint*: the state before the first step or after a *segment* of steps. *Course*: a running digest over what
//! the steps found on their way. *Link*: digest of a checkpoint's state, and the course up to there. *Trace*: all links
//! of a run.
//!
//! ## Properties
//!
//! The bits of the result depend on table, spec, seed and initial model alone, not on the machine, its instruction set,
//! the number of threads or where a run was interrupted and resumed. A value that is not finite ends training, not the
//! run: its result is the state before, and says at which step that was and in which tensor ([`Ending::Diverged`]).
//!
//! The trace cannot be computed from table, spec, seed and the final model: only whoever repeats the run has its
//! course.
//!
//! ## Example
//!
//! ```
//! use neurodata_primitives::{
//!     training::{Algorithm, Descent, Objective, Optimiser},
//!     Seed, TrainingSpec,
//! };
//! use neurodata_training::{predict, run, Column, ColumnKind, Device, Plan, TrainingTable};
//! use std::ops::ControlFlow;
//!
//! let columns = vec![
//!     Column { bound: 100, nullable: false, kind: ColumnKind::Numeric },
//!     Column { bound: 1, nullable: false, kind: ColumnKind::Category },
//! ];
//! let codes = (0..100).flat_map(|x| [x, u16::from(x > 50)]).collect();
//! let table = TrainingTable::new(columns, codes)?;
//! let descent = Descent {
//!     optimiser: Optimiser::Sgd { momentum: 900_000 },
//!     epochs: 50,
//!     batch_rows: 16,
//!     learning_rate: 500_000,
//!     weight_decay: 0,
//!     early_stopping: None,
//! };
//! let spec = TrainingSpec {
//!     algorithm: Algorithm::LogisticRegression { descent },
//!     objective: Objective::Classification { classes: 2 },
//!     target: Some(1),
//!     holdout: 200,
//! };
//! let seed = Seed::new([7; 32]);
//! let mut checkpoints = Vec::new();
//! let output = run(&table, &spec, &seed, &Device::Cpu, None, &mut |progress| {
//!     checkpoints.extend(progress.resume.map(|resume| resume.checkpoint().clone()));
//!     ControlFlow::Continue(())
//! })?;
//! assert_eq!(output.trace.checkpoints(), spec.checkpoints(100));
//! assert!(output.metrics.value() > 900_000);
//!
//! // Repeat the segment after the third checkpoint.
//! let plan = Plan::new(None, &table, &spec, &seed, &Device::Cpu)?;
//! let next = plan.repeat_segment(&checkpoints[2], &mut || ControlFlow::Continue(()))?;
//! assert_eq!(output.trace.link(3), Some(&next.link()));
//!
//! let predictions = predict(&output.model, &[3, 0, 97, 0])?;
//! assert_eq!((predictions[0].class(), predictions[1].class()), (Some(0), Some(1)));
//! # Ok::<(), neurodata_training::Error>(())
//! ```
//!
//! ## Implementation notes
//!
//! Gradients are written out instead of derived automatically: that way every sum has one known order. Tensors are
//! [`neurodata_repops::Tensor`]s, to which nothing but the operations of [`neurodata_repops::ops`] can be applied;
//! trees, k-means and least squares compute with integers and binary64 in a stated order.
#![warn(missing_docs)]

pub mod card;
pub mod checkpoint;
mod course;
pub mod encoding;
mod error;
pub mod evaluation;
mod learner;
pub mod model;
pub mod published;
pub mod run;
pub mod table;
mod targets;
mod trace;

pub use card::{card, CardText};
pub use checkpoint::{is_published, Checkpoint, Ending, Resume, PUBLISHED_BYTES};
pub use error::{CheckpointError, Error, ModelFileError, TableError};
pub use evaluation::Evaluation;
pub use model::{predict, Model, Prediction};
pub use neurodata_repops::Device;
pub use published::{InvalidIndex, ModelIndex, RunReport, TraceIndex};
pub use run::{
    conclude, ensure_continues, ensure_fits, ensure_learnable, first_checkpoint, initial_checkpoint, memory_bytes,
    repeat_segment, run, run_from, run_prefix, Conclusion, Plan, Progress, RunOutput,
};
pub use table::{Column, ColumnKind, TrainingTable};
pub use trace::Trace;

use neurodata_primitives::DeviceClass;

/// The device of a class: the CPU, or the first NVIDIA GPU.
///
/// Fails for a GPU if there is none or the program was built without the feature `cuda`.
pub fn device(class: DeviceClass) -> Result<Device, Error> {
    match class {
        DeviceClass::Cpu => Ok(Device::Cpu),
        DeviceClass::Cuda => Device::new_cuda(0)
            .map_err(|source| neurodata_repops::Error::Device { operation: "device", source: Box::new(source) }.into()),
    }
}
