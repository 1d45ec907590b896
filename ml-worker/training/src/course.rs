//! The course of a run: what nobody can tell who has not repeated it.
//!
//! ```text
//! course = 32 zero bytes                                                before the first step
//! course <- BLAKE2b-256(SCALE(COURSE_DOMAIN, course, step, found))      with each step
//! ```
//!
//! `found` is what the step came across on its way and no published model tells: the loss of a batch, the sums over
//! rows, the gains of all splits that were weighed. The states of a run follow from seed and published model at both
//! ends, the course between them from neither, so that a trace which covers it cannot be computed from what is
//! published, however few its checkpoints are.

use codec::{Decode, Encode};
use neurodata_primitives::CourseDigest;
use sp_crypto_hashing::blake2_256;

/// Domain tag of the chain over the steps.
const COURSE_DOMAIN: &[u8; 19] = b"neurodata/course/02";

/// Digest over what all steps so far found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub(crate) struct Course(CourseDigest);

impl Default for Course {
    fn default() -> Self {
        Self(CourseDigest::new([0; 32]))
    }
}

impl Course {
    /// The course with this digest.
    pub(crate) fn new(digest: CourseDigest) -> Self {
        Self(digest)
    }

    /// Go on with what `step` found.
    pub(crate) fn follow(&mut self, step: u64, found: &[u8]) {
        self.0 = CourseDigest::new(blake2_256(&(COURSE_DOMAIN, self.0, step, found).encode()));
    }

    /// The digest.
    pub(crate) fn digest(&self) -> CourseDigest {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(steps: &[(u64, &[u8])]) -> Course {
        let mut course = Course::default();
        steps.iter().for_each(|(step, found)| course.follow(*step, found));
        course
    }

    #[test]
    fn every_finding_step_and_their_order_count() {
        let told = course(&[(0, b"a"), (1, b"b")]);
        assert_eq!(told, course(&[(0, b"a"), (1, b"b")]));
        for other in [
            course(&[(0, b"b"), (1, b"a")]),
            course(&[(0, b"a"), (2, b"b")]),
            course(&[(0, b"a"), (1, b"c")]),
            course(&[(0, b"a")]),
            course(&[(0, b"a"), (1, b"b"), (2, b"")]),
            Course::default(),
        ] {
            assert_ne!(told, other);
        }
    }

    #[test]
    fn golden_bytes() {
        assert_eq!(course(&[(0, b"a"), (1, b"bc")]).digest().as_bytes(), &GOLDEN);
    }

    // Computed with Python's hashlib from the documented definition.
    const GOLDEN: [u8; 32] = [
        46, 236, 243, 160, 40, 67, 229, 210, 8, 131, 41, 175, 159, 17, 194, 206, 220, 242, 137, 216, 241, 38, 96, 191,
        28, 26, 128, 189, 27, 81, 65, 247,
    ];
}
