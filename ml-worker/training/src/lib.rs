//! # Training
//!
//! Training as a pure function of (table, spec, seed, initial model).
//!
//! ## Overview
//!
//! [`run()`] trains on a [`TrainingTable`] as a [`TrainingSpec`](neurodata_primitives::TrainingSpec) says and returns a
//! [`RunOutput`]: the model file, its digest, the trace, the metrics on the holdout and the training loss of each
//! epoch. [`run_from`] starts from the parameters of another model. [`run_prefix`] trains up to a checkpoint and
//! returns the [`Trace`] so far, which is the beginning of the whole run's. [`predict`] classifies rows with nothing
//! but the model file. [`card`] writes the model card.
//!
//! - [`table`]: cells as canonical codes, with the bounds of their columns.
//! - [`encoding`]: how codes become features.
//! - [`run`](mod@run): split, batches, optimiser, trace, metrics.
//! - [`checkpoint`]: state from which a run resumes to the same bits.
//! - [`model`]: the model file and prediction.
//! - [`card`](mod@card): the model card.
//! - [`published`]: the index of files that a compute provider publishes.
//!
//! ## Terminology
//!
//! *Epoch*: one pass over the training rows. *Step*: one batch, counted from 0 over the whole run. *Holdout*: rows that
//! are never trained on. *Checkpoint*: the state before the first epoch, after every so many epochs, and at the end. Its
//! *digest* is a leaf of the *trace*. *Course*: a digest over the losses of all batches so far, which every leaf covers.
//!
//! ## Properties
//!
//! On the CPU the bits of the result depend on table, spec, seed and initial model alone, not on the machine, the
//! number of threads or where a run was interrupted and resumed. A value that is not finite ends training, not the run: its
//! result is the state before, and says at which step that was ([`RunOutput::diverged_at`]).
//!
//! The trace cannot be computed from table, spec, seed and the final model: only whoever repeats the run has its course.
//!
//! ## Example
//!
//! ```
//! use neurodata_primitives::{Algorithm, Seed, TrainingSpec};
//! use neurodata_training::{predict, run, Column, ColumnKind, Device, TrainingTable};
//! use std::ops::ControlFlow;
//!
//! let columns = vec![
//!     Column { bound: 100, nullable: false, kind: ColumnKind::Numeric },
//!     Column { bound: 1, nullable: false, kind: ColumnKind::Category },
//! ];
//! let codes = (0..100).flat_map(|x| [x, u16::from(x > 50)]).collect();
//! let table = TrainingTable::new(columns, codes)?;
//! let spec = TrainingSpec {
//!     algorithm: Algorithm::LogisticRegression,
//!     target: 1,
//!     classes: 2,
//!     epochs: 50,
//!     batch_rows: 16,
//!     learning_rate: 500_000,
//!     momentum: 900_000,
//!     weight_decay: 0,
//!     holdout: 200,
//!     checkpoint_epochs: 10,
//! };
//! let output = run(&table, &spec, &Seed::new([7; 32]), &Device::Cpu, None, &mut |_| ControlFlow::Continue(()))?;
//! assert_eq!(output.trace.checkpoints(), spec.checkpoints());
//! assert!(output.metrics.accuracy() > 900_000);
//!
//! let predictions = predict(&output.model, &[3, 0, 97, 0])?;
//! assert_eq!((predictions[0].class, predictions[1].class), (0, 1));
//! # Ok::<(), neurodata_training::Error>(())
//! ```
//!
//! ## Implementation notes
//!
//! Gradients are written out instead of derived by candle's automatic differentiation: that way every sum has one known
//! order. Products go through [`neurodata_repops::matmul()`]; the softmax, its gradient and the loss are computed in
//! f64 on the CPU; what is left to candle on the CPU are element-wise operations, each one IEEE operation.
#![warn(missing_docs)]

pub mod card;
pub mod checkpoint;
mod course;
pub mod encoding;
mod error;
pub mod model;
mod network;
pub mod published;
pub mod run;
pub mod table;
mod trace;

pub use candle_core::Device;
pub use card::{card, CardText};
pub use checkpoint::Checkpoint;
pub use error::{CheckpointError, Error, ModelFileError, TableError};
pub use model::{predict, Model, Prediction};
pub use published::{InvalidIndex, ModelIndex, RunReport};
pub use run::{
    ensure_continues, ensure_fits, first_checkpoint, memory_bytes, run, run_from, run_prefix, Progress, RunOutput,
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
        DeviceClass::Cuda => Ok(Device::new_cuda(0)?),
    }
}
