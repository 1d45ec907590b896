//! What a run can be checked by: a chain of states and courses, and the tree over them.
//!
//! ```text
//! link_i = (state_i, course_i)                  of each checkpoint, from 0 for the initial state
//! leaf_i = leaf(state_i || course_i)            of the tree in [`crate::merkle`]
//! trace  = root(leaf_0, leaf_1, ...)
//! ```
//!
//! `state_i` is the digest of everything that training goes on from: position, step, data cursor, parameters, optimiser.
//! `course_i` is a running digest over what the steps so far found on their way (of a network: the losses of its batches). The
//! states of both ends follow from seed and published model; the course follows from neither, so that nobody who has not
//! repeated the run can tell its trace. `course_0` is zero.

use crate::*;
use alloc::vec::Vec;
use sp_runtime::{traits::ConstU32, BoundedVec};

scale! {
    /// What one checkpoint adds to a trace.
    #[derive(Copy)]
    pub struct TraceLink {
        /// Digest of the state.
        pub state: CheckpointDigest,
        /// Course up to there.
        pub course: CourseDigest,
    }
}

/// The links of a trace, the initial state's first.
pub type TraceLinks = BoundedVec<TraceLink, ConstU32<{ training::MAX_CHECKPOINTS }>>;

impl TraceLink {
    /// The leaf that stands for the link.
    pub fn leaf(&self) -> merkle::Node {
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(self.state.as_bytes());
        bytes.extend_from_slice(self.course.as_bytes());
        merkle::leaf(&bytes)
    }
}

/// The trace of a run with these links.
pub fn root(links: &[TraceLink]) -> TraceRoot {
    let leaves: Vec<_> = links.iter().map(TraceLink::leaf).collect();
    TraceRoot::new(merkle::root(&leaves))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_course_and_order_of_links_count() {
        let link = |state, course| TraceLink {
            state: CheckpointDigest::new([state; 32]),
            course: CourseDigest::new([course; 32]),
        };
        let (first, second) = (link(1, 0), link(2, 3));
        let told = root(&[first, second]);
        for other in [
            root(&[second, first]),
            root(&[first]),
            root(&[first, link(3, 2)]),
            root(&[first, link(2, 4)]),
            root(&[first, link(4, 3)]),
        ] {
            assert_ne!(told, other);
        }
    }
}
