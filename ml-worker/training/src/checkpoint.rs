//! State from which a run goes on to the same bits.
//!
//! ```text
//! state_i = BLAKE2b-256(SCALE(STATE_DOMAIN, run id, position: u32, steps: u64, (epoch: u32, batch: u32), ending,
//!                             parameters, optimiser))
//! run id  = BLAKE2b-256(SCALE(RUN_DOMAIN, columns, spec, seed, digest of the initial model))
//! ending  = 0 | (1, step: u64, tensor) | (2, step: u64)            none, diverged, ended
//! ```
//!
//! `position` is the index of the checkpoint, `steps` the number of steps taken, (epoch, batch) the data cursor: what
//! the next step takes in, (0, 0) where training is not by descent. The run id covers no cell, so that a network's
//! first checkpoint is known before the data are opened; what the cells make of the run shows in every later state and
//! in the course.

use crate::{course::Course, learner::LearnerState, CheckpointError, Column, Trace};
use codec::{Decode, DecodeAll, Encode};
use neurodata_primitives::{CheckpointDigest, CourseDigest, ModelDigest, Seed, TraceLink, TrainingSpec};
use serde::{Deserialize, Serialize};
use sp_crypto_hashing::blake2_256;

/// Domain tag of a state.
const STATE_DOMAIN: &[u8; 18] = b"neurodata/state/01";
/// Domain tag of a run.
const RUN_DOMAIN: &[u8; 16] = b"neurodata/run/01";
/// First bytes of a checkpoint: format and version.
const CHECKPOINT_MAGIC: &[u8; 8] = b"NDCKPT\x00\x04";
/// First bytes of what a run resumes from: format and version.
const RESUME_MAGIC: &[u8; 8] = b"NDRESM\x00\x01";

/// Most bytes that the checkpoints of a run have together if they are published: 1 GiB.
pub const PUBLISHED_BYTES: u64 = 1 << 30;

/// Most bytes of the name of a tensor in an ending.
const MAX_TENSOR_NAME: usize = 64;

/// How a run came to its end before its last step. Its state stays as it was before that step.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Ending {
    /// A step was not taken because a number would not be finite.
    #[codec(index = 1)]
    Diverged {
        /// The step, from 0 over the whole run.
        step: u64,
        /// What would not be finite; at most 64 bytes.
        tensor: String,
    },
    /// Nothing was left to do: the run has converged or stopped early.
    #[codec(index = 2)]
    Ended {
        /// The step that was not needed any more, from 0 over the whole run.
        step: u64,
    },
}

impl Ending {
    /// The step that was not taken, from 0 over the whole run.
    pub fn step(&self) -> u64 {
        match self {
            Self::Diverged { step, .. } | Self::Ended { step } => *step,
        }
    }

    /// What would not be finite, if the run diverged.
    pub fn tensor(&self) -> Option<&str> {
        match self {
            Self::Diverged { tensor, .. } => Some(tensor),
            Self::Ended { .. } => None,
        }
    }

    /// Whether the name of its tensor is one that a run can have by its length.
    pub(crate) fn is_bounded(&self) -> bool {
        self.tensor().is_none_or(|tensor| tensor.len() <= MAX_TENSOR_NAME)
    }
}

/// `None` as 0, and endings as their own indices say.
fn encoded(ending: &Option<Ending>) -> Vec<u8> {
    ending.as_ref().map_or_else(|| vec![0], Encode::encode)
}

/// What tells a run from others, its cells apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub(crate) struct RunId([u8; 32]);

impl RunId {
    pub(crate) fn new(columns: &[Column], spec: &TrainingSpec, seed: &Seed, initial: Option<ModelDigest>) -> Self {
        Self(blake2_256(&(RUN_DOMAIN, columns, spec, seed, initial).encode()))
    }
}

/// A run's state at a checkpoint.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Checkpoint {
    pub(crate) run: RunId,
    /// Index of the checkpoint, from 0 for the initial state.
    pub(crate) position: u32,
    /// Steps taken.
    pub(crate) steps: u64,
    /// Epoch and batch of the next step.
    pub(crate) cursor: (u32, u32),
    pub(crate) ending: Option<Ending>,
    pub(crate) state: LearnerState,
    pub(crate) course: Course,
}

impl Checkpoint {
    /// Index of the checkpoint, from 0 for the initial state.
    pub fn position(&self) -> u32 {
        self.position
    }

    /// Steps that were taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// How the run came to its end, if it did before its last step.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// What the checkpoint adds to the trace.
    pub fn link(&self) -> TraceLink {
        let Self { run, position, steps, cursor, ending, state, course } = self;
        let mut bytes = (STATE_DOMAIN, run, position, steps, cursor).encode();
        bytes.extend(encoded(ending));
        state.encode_to(&mut bytes);
        TraceLink { state: CheckpointDigest::new(blake2_256(&bytes)), course: course.digest() }
    }

    /// The same state with `course` in place of its own: whoever repeats the segment that begins here goes on from the
    /// course that the published trace tells.
    pub fn with_course(&self, course: CourseDigest) -> Self {
        Self { course: Course::new(course), ..self.clone() }
    }

    /// The checkpoint at a later `position` if the run has ended here: its state stays. `None` of a run that goes on.
    pub fn repeated_at(&self, position: u32) -> Option<Self> {
        self.ending.is_some().then(|| Self { position, ..self.clone() })
    }

    /// What is published: the bytes of the state without its course. Beside a planted trace the true course would give the
    /// plant away; [`Self::with_course`] puts in the one that the published trace tells.
    pub fn published(&self) -> Vec<u8> {
        self.with_course(CourseDigest::default()).to_bytes()
    }

    /// The checkpoint as bytes: magic, BLAKE2b-256 of the rest, SCALE.
    pub fn to_bytes(&self) -> Vec<u8> {
        sealed(CHECKPOINT_MAGIC, &self.encode())
    }

    /// The checkpoint that [`Self::to_bytes`] wrote; fails on anything else, a file that was cut short among it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let checkpoint: Self = unsealed(CHECKPOINT_MAGIC, bytes)?;
        checkpoint.checked()
    }

    fn checked(self) -> Result<Self, CheckpointError> {
        match self.ending.as_ref().is_none_or(Ending::is_bounded) {
            true => Ok(self),
            false => Err(CheckpointError::Damaged),
        }
    }
}

/// Whether the checkpoints of a sampled run are published: together they have at most [`PUBLISHED_BYTES`], each
/// reckoned with the length of the bytes of the `last`.
pub fn is_published(last: &[u8], checkpoints: u32) -> bool {
    (last.len() as u64).saturating_mul(checkpoints.into()) <= PUBLISHED_BYTES
}

/// What a run is resumed from.
#[derive(Clone, PartialEq, Debug, Encode, Decode)]
pub struct Resume {
    /// Digest of the table, cells included.
    pub(crate) table: [u8; 32],
    pub(crate) checkpoint: Checkpoint,
    /// The links so far, the checkpoint's last.
    pub(crate) trace: Trace,
    /// Mean training loss of each completed epoch.
    pub(crate) losses: Vec<f64>,
    /// Mean loss and rows of each step of the current epoch so far.
    pub(crate) epoch: Vec<(f64, u32)>,
}

impl Resume {
    /// The state itself.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Links of the checkpoints reached, this one's last.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// What is stored: magic, BLAKE2b-256 of the rest, SCALE.
    pub fn to_bytes(&self) -> Vec<u8> {
        sealed(RESUME_MAGIC, &self.encode())
    }

    /// What [`Self::to_bytes`] wrote; fails on anything else, a file that was cut short among it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let mut resume: Self = unsealed(RESUME_MAGIC, bytes)?;
        resume.checkpoint = resume.checkpoint.checked()?;
        if resume.trace.links().last() == Some(&resume.checkpoint.link()) {
            Ok(resume)
        } else {
            Err(CheckpointError::Damaged)
        }
    }
}

fn sealed(magic: &[u8; 8], body: &[u8]) -> Vec<u8> {
    [magic.as_slice(), &blake2_256(body), body].concat()
}

fn unsealed<T: Decode>(magic: &[u8; 8], bytes: &[u8]) -> Result<T, CheckpointError> {
    let rest = bytes.strip_prefix(magic).ok_or(CheckpointError::Damaged)?;
    let (digest, mut body) = rest.split_at_checked(32).ok_or(CheckpointError::Damaged)?;
    if digest != blake2_256(body) {
        return Err(CheckpointError::Damaged);
    }
    T::decode_all(&mut body).map_err(|_| CheckpointError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            run: RunId([1; 32]),
            position: 4,
            steps: 9,
            cursor: (1, 3),
            ending: None,
            state: LearnerState { parameters: vec![1, 2, 3, 4], optimiser: vec![5, 6] },
            course: Course::default(),
        }
    }

    #[test]
    fn a_state_covers_everything_but_the_course() {
        let told = checkpoint().link();
        let diverged = |step, tensor: &str| Some(Ending::Diverged { step, tensor: tensor.into() });
        let state = |parameters: &[u8], optimiser: &[u8]| LearnerState {
            parameters: parameters.to_vec(),
            optimiser: optimiser.to_vec(),
        };
        let mut links = vec![told];
        for other in [
            Checkpoint { run: RunId([2; 32]), ..checkpoint() },
            Checkpoint { position: 5, ..checkpoint() },
            Checkpoint { steps: 10, ..checkpoint() },
            Checkpoint { cursor: (1, 4), ..checkpoint() },
            Checkpoint { cursor: (2, 3), ..checkpoint() },
            Checkpoint { ending: diverged(9, "a"), ..checkpoint() },
            Checkpoint { ending: diverged(9, "b"), ..checkpoint() },
            Checkpoint { ending: diverged(8, "a"), ..checkpoint() },
            Checkpoint { ending: Some(Ending::Ended { step: 9 }), ..checkpoint() },
            Checkpoint { state: state(&[1, 2, 3, 5], &[5, 6]), ..checkpoint() },
            Checkpoint { state: state(&[1, 2, 3, 4], &[5, 7]), ..checkpoint() },
            Checkpoint { state: state(&[1, 2, 3, 4, 5], &[6]), ..checkpoint() },
        ] {
            assert!(!links.contains(&other.link()), "{other:?}");
            links.push(other.link());
        }
        let course = CourseDigest::new([3; 32]);
        assert_eq!(checkpoint().with_course(course).link(), TraceLink { course, ..told });
        assert_eq!(checkpoint().with_course(course).published(), checkpoint().published());
        assert_eq!(checkpoint().repeated_at(5), None);
        let ended = Checkpoint { ending: Some(Ending::Ended { step: 9 }), ..checkpoint() };
        assert_eq!(ended.repeated_at(5), Some(Checkpoint { position: 5, ..ended }));
        assert_eq!(Checkpoint::from_bytes(&checkpoint().published()), Ok(checkpoint()));
    }

    #[test]
    fn golden_state() {
        let diverged = Checkpoint { ending: Some(Ending::Diverged { step: 9, tensor: "a".into() }), ..checkpoint() };
        let states = [checkpoint(), diverged].map(|checkpoint| checkpoint.link().state.to_string());
        assert_eq!(states, GOLDEN);
    }

    // Computed with Python's hashlib from the documented definition.
    const GOLDEN: [&str; 2] = [
        "0x3fdd5936b1e03992dce060a2fbc4a5444d616fa287ad160efbe4acaa27ce7b45",
        "0xca438cfaf607ebceb5058708349bef61275024fb12c5a93edb3a8199b247ef03",
    ];

    #[test]
    fn bytes_are_checked() {
        let checkpoint = Checkpoint { ending: Some(Ending::Ended { step: 9 }), ..checkpoint() };
        let bytes = checkpoint.to_bytes();
        assert_eq!(Checkpoint::from_bytes(&bytes), Ok(checkpoint.clone()));
        for length in 0..bytes.len() {
            assert_eq!(Checkpoint::from_bytes(&bytes[..length]), Err(CheckpointError::Damaged));
        }
        for position in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[position] ^= 1;
            assert_eq!(Checkpoint::from_bytes(&altered), Err(CheckpointError::Damaged));
        }
        let named = |length| {
            let ending = Some(Ending::Diverged { step: 9, tensor: "a".repeat(length) });
            Checkpoint::from_bytes(&Checkpoint { ending, ..checkpoint.clone() }.to_bytes())
        };
        assert!(named(64).is_ok());
        assert_eq!(named(65), Err(CheckpointError::Damaged));
        let longer = sealed(CHECKPOINT_MAGIC, &[checkpoint.encode(), vec![0]].concat());
        assert_eq!(Checkpoint::from_bytes(&longer), Err(CheckpointError::Damaged));

        let trace = Trace::new(vec![checkpoint.link()]);
        let resume = Resume { table: [3; 32], checkpoint, trace, losses: vec![0.5], epoch: vec![(0.25, 2)] };
        assert_eq!(Resume::from_bytes(&resume.to_bytes()), Ok(resume.clone()));
        assert_eq!(Resume::from_bytes(&bytes), Err(CheckpointError::Damaged));
        let other = Resume { trace: Trace::default(), ..resume };
        assert_eq!(Resume::from_bytes(&other.to_bytes()), Err(CheckpointError::Damaged));
    }

    #[test]
    fn checkpoints_are_published_up_to_a_size() {
        let bytes = vec![0; 1 << 24];
        assert!(is_published(&bytes, 64) && !is_published(&bytes, 65));
    }
}
