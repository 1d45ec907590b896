//! State from which a run resumes to the same bits.

use crate::{course::Course, CheckpointError, Trace};
use codec::{Decode, Encode};
use neurodata_primitives::merkle;
use sp_crypto_hashing::blake2_256;

/// First bytes of a stored checkpoint: format and version.
const MAGIC: &[u8; 8] = b"NDCKPT\x00\x03";

/// A run's state at the end of an epoch at which a checkpoint is due, or before the first epoch.
#[derive(Clone, PartialEq, Debug, Encode, Decode)]
pub struct Checkpoint {
    /// Digest of table, spec, seed and initial model: the run that it belongs to.
    pub(crate) run: [u8; 32],
    /// Epochs completed.
    pub(crate) epoch: u32,
    /// Parameters: for each layer the weight, shape (outputs, inputs), then the bias, f32 little-endian.
    pub(crate) parameters: Vec<u8>,
    /// Velocities of the optimiser, in the order of the parameters.
    pub(crate) velocities: Vec<u8>,
    /// Digest over the losses of the batches so far.
    pub(crate) course: Course,
    /// The step that was not taken because the run diverged; the state is then frozen.
    pub(crate) diverged_at: Option<u64>,
    /// The trace so far, this checkpoint's digest last.
    pub(crate) trace: Trace,
    /// Mean training loss of each completed epoch.
    pub(crate) losses: Vec<f64>,
}

impl Checkpoint {
    /// Checkpoints reached, the initial parameters included: at least 1.
    pub fn position(&self) -> u32 {
        self.trace.checkpoints()
    }

    /// Digests of the checkpoints reached, this one's last.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Epochs completed.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The step at which the run diverged, if it did; see [`crate::RunOutput::diverged_at`].
    pub fn diverged_at(&self) -> Option<u64> {
        self.diverged_at
    }

    /// The checkpoint as bytes to be stored: magic, BLAKE2b-256 of the rest, SCALE.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = self.encode();
        [MAGIC.as_slice(), &blake2_256(&body), &body].concat()
    }

    /// The checkpoint that [`Self::to_bytes`] stored; fails on anything else, a file that was cut short among it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(CheckpointError::Damaged)?;
        let (digest, mut body) = rest.split_at_checked(32).ok_or(CheckpointError::Damaged)?;
        if digest != blake2_256(body) {
            return Err(CheckpointError::Damaged);
        }
        Self::decode(&mut body).map_err(|_| CheckpointError::Damaged)
    }
}

/// Leaf of the trace for a state: the digest of its parameters, the optimiser's velocities, if it has any, and the run's
/// course so far, 32 bytes.
///
/// The velocities are part of it so that a run can be checked from any checkpoint on, not only from the start; the course
/// so that parameters which are published do not tell the leaf.
pub(crate) fn trace_leaf(parameters: &[u8], velocities: &[u8], course: &Course) -> merkle::Node {
    merkle::leaf(&[parameters, velocities, course.as_bytes()].concat())
}

/// Leaf of the trace for the state in which a run is frozen after it diverged: as [`trace_leaf`], with the checkpoint's
/// `position`, u32 little-endian, behind it.
///
/// Without it the leaves would be equal, and a heartbeat that tells one of them would tell the last one too, which is held
/// back.
pub(crate) fn frozen_leaf(parameters: &[u8], velocities: &[u8], course: &Course, position: u32) -> merkle::Node {
    merkle::leaf(&[parameters, velocities, course.as_bytes(), &position.to_le_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_covers_parameters_velocities_and_course() {
        let mut course = Course::default();
        course.follow(0, &[0.5]);
        let leaf = trace_leaf(&[1; 8], &[2; 8], &course);
        let mut other = Course::default();
        other.follow(0, &[f64::from(0.5f32.next_up())]);
        assert_ne!(leaf, trace_leaf(&[1; 8], &[2; 8], &other));
        assert_ne!(leaf, trace_leaf(&[1; 8], &[3; 8], &course));
        assert_ne!(leaf, trace_leaf(&[3; 8], &[2; 8], &course));
        assert_ne!(trace_leaf(&[1; 8], &[], &course), merkle::leaf(&[1; 8]));
    }

    #[test]
    fn bytes_are_checked() {
        let checkpoint = Checkpoint {
            run: [1; 32],
            epoch: 4,
            parameters: vec![1, 2, 3, 4],
            velocities: vec![5, 6, 7, 8],
            course: Course::default(),
            diverged_at: Some(7),
            trace: Trace::new(vec![[2; 32], [3; 32]]),
            losses: vec![0.5, 0.25, 0.125, 0.0625],
        };
        let bytes = checkpoint.to_bytes();
        assert_eq!(Checkpoint::from_bytes(&bytes), Ok(checkpoint));
        for damaged in [&bytes[..bytes.len() - 1], &bytes[..20], &[], &bytes[1..]] {
            assert_eq!(Checkpoint::from_bytes(damaged), Err(CheckpointError::Damaged));
        }
        for position in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[position] ^= 1;
            assert_eq!(Checkpoint::from_bytes(&altered), Err(CheckpointError::Damaged));
        }
    }
}
