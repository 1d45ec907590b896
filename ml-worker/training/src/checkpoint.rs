//! State from which a run resumes to the same bits.

use crate::CheckpointError;
use codec::{Decode, Encode};
use neurodata_primitives::merkle;
use sp_crypto_hashing::blake2_256;

/// First bytes of a stored checkpoint: format and version.
const MAGIC: &[u8; 8] = b"NDCKPT\x00\x01";

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
    /// Leaves of the trace so far, this checkpoint's last.
    pub(crate) trace: Vec<merkle::Node>,
    /// Mean training loss of each completed epoch.
    pub(crate) losses: Vec<f64>,
}

impl Checkpoint {
    /// Checkpoints reached, the initial parameters included: at least 1.
    pub fn position(&self) -> u32 {
        self.trace.len() as u32
    }

    /// Epochs completed.
    pub fn epoch(&self) -> u32 {
        self.epoch
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

/// Leaf of the trace for a state: the digest of its parameters followed by the optimiser's velocities, if it has any.
///
/// The velocities are part of it so that a run can be checked from any checkpoint on, not only from the start.
pub(crate) fn trace_leaf(parameters: &[u8], velocities: &[u8]) -> merkle::Node {
    merkle::leaf(&[parameters, velocities].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_checked() {
        let checkpoint = Checkpoint {
            run: [1; 32],
            epoch: 4,
            parameters: vec![1, 2, 3, 4],
            velocities: vec![5, 6, 7, 8],
            trace: vec![[2; 32], [3; 32]],
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
