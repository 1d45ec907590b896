//! Known-answer tasks: a compute provider shows the committee a trace that is provably wrong, at a rate that the chain sets.
//!
//! An evaluator who accepts whatever it sees is right most of the time, because most results are honest. So now and then the
//! result under evaluation carries a trace that no run can have, which only a member that repeats the run can tell:
//!
//! ```text
//! commitment = BLAKE2b-256(SCALE(PROBE_DOMAIN, job, secret, provider))     given when the job is accepted
//! planted    = first 4 bytes, little-endian, of BLAKE2b-256(SCALE(LOTTERY_DOMAIN, secret, seed)) < rate * 2^32
//! wrong      = BLAKE2b-256(SCALE(PLANT_DOMAIN, true trace, secret))
//! ```
//!
//! The secret is bound before the chain draws the job's seed, so a provider cannot choose whether it is drawn, and nobody
//! else can tell. When all members have sealed, the provider opens `secret` and the true trace. A member that accepted
//! `wrong` accepted the digest of something that is no tree of checkpoints: that is evidence, and it pays for it. The true
//! result then goes to a committee of its own.

use crate::{JobId, ProbeCommitment, Seed, TraceRoot};
use codec::Encode;
use sp_arithmetic::Permill;
use sp_crypto_hashing::blake2_256;

/// Domain tag of the commitment to a secret.
pub const PROBE_DOMAIN: &[u8; 24] = b"neurodata/probe/secret/1";
/// Domain tag of the lottery.
pub const LOTTERY_DOMAIN: &[u8; 24] = b"neurodata/probe/lottery1";
/// Domain tag of a planted trace.
pub const PLANT_DOMAIN: &[u8; 24] = b"neurodata/probe/planted1";

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

/// The trace that stands for `trace` in a known-answer task.
pub fn plant(trace: TraceRoot, secret: &[u8; 32]) -> TraceRoot {
    TraceRoot::new(blake2_256(&(PLANT_DOMAIN, trace, secret).encode()))
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
        let (trace, other) = (TraceRoot::new([1; 32]), TraceRoot::new([2; 32]));
        assert_ne!(plant(trace, &[0; 32]), plant(other, &[0; 32]));
        assert_ne!(plant(trace, &[0; 32]), trace);
    }
}
