//! What a run can be checked by: the digests of its checkpoints.

use codec::{Decode, Encode};
use neurodata_primitives::{job::Progress, merkle, CheckpointDigest, TraceRoot};

/// Digests of the checkpoints that a run has reached, in order, the initial parameters' first.
///
/// Two runs with the same input have the same digests as far as both have come, so the trace of a run that was stopped
/// is the beginning of that of the whole run.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub struct Trace(Vec<merkle::Node>);

impl Trace {
    /// The trace with these leaves.
    pub fn new(leaves: Vec<merkle::Node>) -> Self {
        Self(leaves)
    }

    /// Checkpoints reached, the initial parameters included.
    pub fn checkpoints(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// The leaves, one for each checkpoint.
    pub fn leaves(&self) -> &[merkle::Node] {
        &self.0
    }

    /// Root over the leaves.
    pub fn root(&self) -> TraceRoot {
        TraceRoot::new(merkle::root(&self.0))
    }

    /// Digest of the checkpoint with this index, from 0 for the initial parameters; `None` if it is not reached.
    pub fn digest(&self, index: u32) -> Option<CheckpointDigest> {
        self.0.get(usize::try_from(index).ok()?).copied().map(CheckpointDigest::new)
    }

    /// The checkpoint that a heartbeat tells: the last but one, or the initial one as long as there is no other; `None` if
    /// not even that is there.
    ///
    /// The last one is held back. Whoever knows the digests of all checkpoints knows the root, and heartbeats are public:
    /// a planted trace could be told without repeating the run.
    pub fn heartbeat(&self) -> Option<Progress> {
        let position = self.checkpoints().checked_sub(1)?.saturating_sub(1);
        Some(Progress { position, checkpoint: self.digest(position)? })
    }

    /// Whether `told` is a checkpoint of this trace.
    pub fn agrees_with(&self, told: &Progress) -> bool {
        self.digest(told.position) == Some(told.checkpoint)
    }

    pub(crate) fn push(&mut self, leaf: merkle::Node) {
        self.0.push(leaf);
    }

    pub(crate) fn truncate(&mut self, checkpoints: u32) {
        self.0.truncate(usize::try_from(checkpoints).unwrap_or(usize::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_holds_the_last_checkpoint_back() {
        let leaves: Vec<_> = (0..4).map(|byte| [byte; 32]).collect();
        let told = |checkpoints| Trace::new(leaves[..checkpoints].to_vec()).heartbeat();
        let at = |position: u8| {
            Some(Progress { position: position.into(), checkpoint: CheckpointDigest::new([position; 32]) })
        };
        assert_eq!([0, 1, 2, 3, 4].map(told), [None, at(0), at(0), at(1), at(2)]);
    }

    #[test]
    fn a_trace_knows_its_own_checkpoints() {
        let trace = Trace::new(vec![[1; 32], [2; 32], [3; 32]]);
        let last = Progress { position: 2, checkpoint: CheckpointDigest::new([3; 32]) };
        assert!(trace.agrees_with(&last));
        assert!(trace.agrees_with(&Progress { position: 0, checkpoint: CheckpointDigest::new([1; 32]) }));
        for forged in [
            Progress { checkpoint: CheckpointDigest::new([2; 32]), ..last },
            Progress { position: 1, ..last },
            Progress { position: 3, ..last },
            Progress { position: u32::MAX, ..last },
        ] {
            assert!(!trace.agrees_with(&forged), "{forged:?}");
        }
    }
}
