//! The course of a run: what nobody can tell who has not repeated it.
//!
//! ```text
//! course = 32 zero bytes                                                      before the first batch
//! course <- BLAKE2b-256(SCALE(COURSE_DOMAIN, course, step, bits of loss))     with each batch
//! ```
//!
//! `loss` is the mean cross-entropy of the batch's rows before the update, rounded to f32. The initial parameters follow
//! from the seed and the final ones are published; the losses of the batches between them are neither, so that a trace
//! whose leaves cover the course cannot be computed from what is published, however few its checkpoints are.

use codec::{Decode, Encode};
use neurodata_repops::sum::pairwise_sum;
use sp_crypto_hashing::blake2_256;

/// Domain tag of the chain over the batches.
const COURSE_DOMAIN: &[u8; 19] = b"neurodata/course/01";

/// Loss of a batch whose rows have these `losses`, at least one: their mean, rounded to f32.
pub(crate) fn batch_loss(losses: &[f64]) -> f32 {
    (pairwise_sum(losses) / losses.len() as f64) as f32
}

/// Digest over the losses of all batches so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub(crate) struct Course([u8; 32]);

impl Course {
    /// Go on with the batch of `step`, whose rows have these `losses`, at least one.
    pub(crate) fn follow(&mut self, step: u64, losses: &[f64]) {
        self.0 = blake2_256(&(COURSE_DOMAIN, self.0, step, batch_loss(losses).to_bits()).encode());
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(batches: &[(u64, f64)]) -> Course {
        let mut course = Course::default();
        batches.iter().for_each(|(step, loss)| course.follow(*step, &[*loss]));
        course
    }

    #[test]
    fn every_loss_step_and_their_order_count() {
        let told = course(&[(0, 0.5), (1, 0.25)]);
        assert_eq!(told, course(&[(0, 0.5), (1, 0.25)]));
        for other in [
            course(&[(0, f64::from(0.5f32.next_up())), (1, 0.25)]),
            course(&[(0, 0.5), (1, f64::from(0.25f32.next_down()))]),
            course(&[(0, 0.25), (1, 0.5)]),
            course(&[(0, 0.5), (2, 0.25)]),
            course(&[(0, 0.5)]),
            course(&[(0, 0.5), (1, 0.25), (2, 0.0)]),
            Course::default(),
        ] {
            assert_ne!(told, other);
        }
    }

    #[test]
    fn the_loss_of_a_batch_is_the_mean_of_its_rows_as_f32() {
        let mut of_rows = Course::default();
        of_rows.follow(3, &[1.0, 0.5, 0.75]);
        assert_eq!(of_rows, course(&[(3, 0.75)]));
        assert_eq!(of_rows, course(&[(3, 0.75 + 1e-12)]));
    }

    #[test]
    fn golden_bytes() {
        assert_eq!(course(&[(0, 0.5), (1, 0.25)]).0, GOLDEN);
    }

    // Computed with Python's hashlib from the documented definition.
    const GOLDEN: [u8; 32] = [
        58, 139, 225, 138, 161, 22, 154, 59, 54, 204, 119, 7, 227, 11, 65, 98, 142, 251, 112, 102, 81, 133, 223, 230,
        55, 59, 192, 134, 226, 6, 224, 62,
    ];
}
