//! What a run can be checked by: the links of its checkpoints.

use codec::{Decode, Encode};
use neurodata_primitives::{job::Progress, probe, trace, CheckpointDigest, TraceLink, TraceRoot};

/// Links of the checkpoints that a run has reached, in order, the initial state's first.
///
/// Two runs with the same input have the same links as far as both have come, so the trace of a run that was stopped is
/// the beginning of that of the whole run.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub struct Trace(Vec<TraceLink>);

impl Trace {
    /// The trace with these links.
    pub fn new(links: Vec<TraceLink>) -> Self {
        Self(links)
    }

    /// Checkpoints reached, the initial state included.
    pub fn checkpoints(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// The links, one for each checkpoint.
    pub fn links(&self) -> &[TraceLink] {
        &self.0
    }

    /// Root over the links; see [`neurodata_primitives::trace`].
    pub fn root(&self) -> TraceRoot {
        trace::root(&self.0)
    }

    /// Link of the checkpoint with this index, from 0 for the initial state; `None` if it is not reached.
    pub fn link(&self, index: u32) -> Option<&TraceLink> {
        self.0.get(usize::try_from(index).ok()?)
    }

    /// Digest of the state at the checkpoint with this index, from 0 for the initial state; `None` if it is not
    /// reached.
    pub fn digest(&self, index: u32) -> Option<CheckpointDigest> {
        self.link(index).map(|link| link.state)
    }

    /// The checkpoint that a heartbeat tells: the last but one, or the initial one as long as there is no other; `None`
    /// if not even that is there.
    ///
    /// Its course is not told, and the last one is held back altogether: a planted trace could be told without
    /// repeating the run by whoever knew them.
    pub fn heartbeat(&self) -> Option<Progress> {
        let position = self.checkpoints().checked_sub(1)?.saturating_sub(1);
        Some(Progress { position, checkpoint: self.digest(position)? })
    }

    /// Whether `told` is a checkpoint of this trace.
    pub fn agrees_with(&self, told: &Progress) -> bool {
        self.digest(told.position) == Some(told.checkpoint)
    }

    /// The trace that stands for this one in a known-answer task: its states are the true ones, but its course breaks
    /// in every segment. See [`neurodata_primitives::probe`].
    pub fn planted(&self, secret: &[u8; 32]) -> Self {
        Self(probe::plant(&self.0, secret))
    }

    pub(crate) fn push(&mut self, link: TraceLink) {
        self.0.push(link);
    }

    pub(crate) fn truncate(&mut self, checkpoints: u32) {
        self.0.truncate(usize::try_from(checkpoints).unwrap_or(usize::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::CourseDigest;

    fn trace(checkpoints: u8) -> Trace {
        let link = |byte: u8| TraceLink {
            state: CheckpointDigest::new([byte; 32]),
            course: CourseDigest::new([byte + 100; 32]),
        };
        Trace::new((0..checkpoints).map(link).collect())
    }

    #[test]
    fn a_heartbeat_holds_the_last_checkpoint_back() {
        let told = |checkpoints| trace(checkpoints).heartbeat();
        let at = |position: u8| {
            Some(Progress { position: position.into(), checkpoint: CheckpointDigest::new([position; 32]) })
        };
        assert_eq!([0, 1, 2, 3, 4].map(told), [None, at(0), at(0), at(1), at(2)]);
    }

    #[test]
    fn a_trace_knows_its_own_checkpoints() {
        let trace = trace(3);
        let last = Progress { position: 2, checkpoint: CheckpointDigest::new([2; 32]) };
        assert!(trace.agrees_with(&last));
        assert!(trace.agrees_with(&Progress { position: 0, checkpoint: CheckpointDigest::new([0; 32]) }));
        for forged in [
            Progress { checkpoint: CheckpointDigest::new([1; 32]), ..last },
            Progress { position: 1, ..last },
            Progress { position: 3, ..last },
            Progress { position: u32::MAX, ..last },
        ] {
            assert!(!trace.agrees_with(&forged), "{forged:?}");
        }
    }

    #[test]
    fn a_planted_trace_has_the_same_states_and_another_root() {
        let (trace, planted) = (trace(3), trace(3).planted(&[7; 32]));
        assert_ne!(planted.root(), trace.root());
        assert_eq!(planted.heartbeat(), trace.heartbeat());
    }
}
