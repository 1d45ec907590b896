//! Known-answer tasks: a compute provider shows the committee a trace that is provably wrong, at a rate that the chain sets.
//!
//! An evaluator who accepts whatever it sees is right most of the time, because most results are honest. So now and then the
//! result under evaluation carries a trace that no run can have, which only a member that repeats the run can tell:
//!
//! ```text
//! commitment = BLAKE2b-256(SCALE(PROBE_DOMAIN, job, secret, provider))     given when the job is accepted
//! planted    = first 4 bytes, little-endian, of BLAKE2b-256(SCALE(LOTTERY_DOMAIN, secret, seed)) < rate * 2^32
//! planted trace = the trace whose courses but the first are
//!                 BLAKE2b-256(SCALE(PLANT_DOMAIN, secret, position, true course))        see [`crate::trace`]
//!                 where the true course changes, and the planted one before where it does not
//! ```
//!
//! The secret is bound before the chain draws the job's seed, so a provider cannot choose whether it is drawn, and nobody
//! else can tell. States are the true ones, but in every segment the course does not follow from the one before, so that whoever repeats
//! any part of the run finds out, and nobody else. When all members have sealed, the provider opens `secret` and the true
//! links, from which the chain computes the planted trace. A member that accepted it accepted what no run can have: that is
//! evidence, and it pays for it. The true result then goes to a committee of its own.

use crate::{CourseDigest, JobId, ProbeCommitment, Seed, TraceLink};
use alloc::vec::Vec;
use codec::Encode;
use sp_arithmetic::Permill;
use sp_crypto_hashing::blake2_256;

/// Domain tag of the commitment to a secret.
pub const PROBE_DOMAIN: &[u8; 24] = b"neurodata/probe/secret/1";
/// Domain tag of the lottery.
pub const LOTTERY_DOMAIN: &[u8; 24] = b"neurodata/probe/lottery1";
/// Domain tag of a planted course.
pub const PLANT_DOMAIN: &[u8; 24] = b"neurodata/probe/planted2";

/// What binds the `secret` of `provider` for `job`. `secret` is 32 random bytes.
pub fn commitment(job: JobId, provider: &impl Encode, secret: &[u8; 32]) -> ProbeCommitment {
    ProbeCommitment::new(blake2_256(&(PROBE_DOMAIN, job, secret, provider).encode()))
}

/// Whether the result of a run with `seed` has to carry a planted trace, at `rate`.
pub fn is_drawn(secret: &[u8; 32], seed: &Seed, rate: Permill) -> bool {
    let digest = blake2_256(&(LOTTERY_DOMAIN, secret, seed).encode());
    let ticket = digest.iter().take(4).rev().fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
    // Both sides below 2^52.
    ticket.saturating_mul(u64::from(Permill::one().deconstruct())) < u64::from(rate.deconstruct()) << 32
}

/// The links that stand for `links` in a known-answer task.
pub fn plant(links: &[TraceLink], secret: &[u8; 32]) -> Vec<TraceLink> {
    let mut planted: Vec<TraceLink> = Vec::with_capacity(links.len());
    let mut before: Option<CourseDigest> = None;
    for (position, link) in (0u32..).zip(links) {
        let course = match (before, planted.last()) {
            // The first course is zero in every run.
            (None, _) | (_, None) => link.course,
            // After a run came to its end its course stays, and so does the planted one.
            (Some(course), Some(last)) if course == link.course => last.course,
            _ => planted_course(link.course, position, secret),
        };
        planted.push(TraceLink { course, ..*link });
        before = Some(link.course);
    }
    planted
}

fn planted_course(course: CourseDigest, position: u32, secret: &[u8; 32]) -> CourseDigest {
    CourseDigest::new(blake2_256(&(PLANT_DOMAIN, secret, position, course).encode()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lottery_keeps_its_rate() {
        let drawn = |rate| {
            let seed = Seed::new([3; 32]);
            (0..4_000u32).filter(|index| is_drawn(&blake2_256(&index.encode()), &seed, rate)).count()
        };
        assert_eq!((drawn(Permill::zero()), drawn(Permill::one())), (0, 4_000));
        assert!((160..=240).contains(&drawn(Permill::from_percent(5))), "{}", drawn(Permill::from_percent(5)));
    }

    #[test]
    fn a_commitment_binds_job_provider_and_secret() {
        let first = commitment(JobId::new(1), &[1u8; 32], &[2; 32]);
        assert_ne!(first, commitment(JobId::new(2), &[1u8; 32], &[2; 32]));
        assert_ne!(first, commitment(JobId::new(1), &[2u8; 32], &[2; 32]));
        assert_ne!(first, commitment(JobId::new(1), &[1u8; 32], &[3; 32]));
    }

    #[test]
    fn a_planted_trace_breaks_the_course_in_every_segment_and_nothing_else() {
        let link = |byte: u8| TraceLink {
            state: crate::CheckpointDigest::new([byte; 32]),
            course: CourseDigest::new([byte; 32]),
        };
        let links = [link(0), link(1), link(2)];
        let planted = plant(&links, &[7; 32]);
        assert_eq!(planted[0], links[0]);
        for (planted, link) in planted.iter().zip(&links).skip(1) {
            assert_eq!(planted.state, link.state);
            assert_ne!(planted.course, link.course);
        }
        assert_ne!(plant(&links, &[8; 32])[1], planted[1]);
        let ended = plant(&[link(0), link(1), link(1)], &[7; 32]);
        assert_eq!(ended[2].course, ended[1].course, "a run that ended is not told by courses that go on");
        let never_begun = plant(&[link(0), link(0)], &[7; 32]);
        assert_eq!(never_begun, [link(0), link(0)]);
    }
}
