//! Evaluators, committees and verdicts.

use crate::*;
use codec::Encode;
use sp_runtime::{traits::ConstU32, BoundedVec};

/// Most members of a committee.
pub const MAX_COMMITTEE: u32 = 15;
/// Most members of a first committee: the second one has twice as many and one more.
pub const MAX_FIRST_COMMITTEE: u32 = 7;
/// Most lots of an evaluator in a draw, however large its bond.
pub const MAX_TICKETS: u8 = 8;
/// Most rounds and inspections in which an evaluator has a seat at a time.
pub const MAX_SEATS: u32 = 64;

/// Domain tag of a sealed verdict.
pub const SEAL_DOMAIN: &[u8; 24] = b"neurodata/verdict-seal/1";

scale! {
    /// An evaluator. Removed by `withdraw_bond`.
    pub struct EvaluatorRecord<Balance, BlockNumber> {
        /// Bond on hold, in plancks.
        pub bond: Balance,
        /// X25519 key under which content keys are wrapped for this evaluator.
        pub recipient_key: RecipientKey,
        /// Seats that the evaluator holds now.
        pub open_seats: u32,
        /// First block at which the bond can be withdrawn; `None` while the evaluator works.
        pub retires_at: Option<BlockNumber>,
        /// Block of registration; rounds opened at this block or earlier draw without this evaluator.
        pub registered_at: BlockNumber,
    }

    /// What an evaluator found.
    #[derive(Copy)]
    pub enum Verdict {
        /// The run repeats to the same digests.
        #[codec(index = 0)]
        Accept,
        /// It doesn't, or what the compute provider owes for the check, key or model, cannot be had.
        #[codec(index = 1)]
        Reject,
        /// The data cannot be had, so that nothing can be said about the run. Counts neither way.
        #[codec(index = 2)]
        Unavailable,
    }

    /// What a committee decided.
    #[derive(Copy)]
    pub enum Decision {
        /// At least two thirds of the committee accepted.
        #[codec(index = 0)]
        Accepted {
            /// Median of the scores revealed with acceptance, rounded down, 1 to 100 inclusive.
            score: u8,
        },
        /// At least two thirds of the committee rejected.
        #[codec(index = 1)]
        Rejected,
        /// Neither, or there was no committee in time.
        #[codec(index = 2)]
        Undecided,
        /// The compute provider kept the key from so many members that none of this was possible.
        #[codec(index = 3)]
        Withheld,
    }

    /// How far a committee member has come.
    pub enum SeatState {
        /// The compute provider owes the content key.
        #[codec(index = 0)]
        AwaitingKey,
        /// The key is there; the member owes a sealed verdict.
        #[codec(index = 1)]
        Evaluating {
            /// The content key, wrapped for the member.
            key: WrappedKey,
        },
        /// Sealed; the member owes the opening.
        #[codec(index = 2)]
        Sealed {
            /// The seal.
            seal: VerdictSeal,
        },
        /// Opened.
        #[codec(index = 3)]
        Revealed {
            /// What the member found.
            verdict: Verdict,
            /// Score, 1 to 100 inclusive.
            score: u8,
        },
    }

    /// A place on a committee.
    pub struct Seat<AccountId> {
        /// The evaluator.
        pub evaluator: AccountId,
        /// How far the evaluator has come.
        pub state: SeatState,
    }

    /// How far a round has come.
    pub enum RoundState<BlockNumber> {
        /// The committee is drawn from the randomness of `draw_at`. Left by `draw_committee`, by `close_round` after
        /// `draw_by`.
        #[codec(index = 0)]
        Drawing {
            /// Block at which the round was opened; only evaluators registered before it are drawn.
            opened_at: BlockNumber,
            /// Block whose randomness draws the committee.
            draw_at: BlockNumber,
            /// Last block, inclusive, for the draw.
            draw_by: BlockNumber,
        },
        /// Members get the key, repeat the run and seal. Left by the last seal, by `close_sealing` after `seal_by`.
        #[codec(index = 1)]
        Sealing {
            /// Last block, inclusive, for the compute provider to deliver keys.
            keys_by: BlockNumber,
            /// Last block, inclusive, for seals.
            seal_by: BlockNumber,
        },
        /// Members open their seals, the compute provider its secret. Left by the last opening, by `close_round` after
        /// `reveal_by`.
        #[codec(index = 2)]
        Revealing {
            /// Last block, inclusive, for openings.
            reveal_by: BlockNumber,
        },
    }

    /// Which committee a job is before.
    #[derive(Copy)]
    pub enum Instance {
        /// The first one.
        #[codec(index = 0)]
        First,
        /// The larger one that decides when the first did not.
        #[codec(index = 1)]
        Second,
    }

    /// A verdict of the first committee, kept for the second one's decision.
    pub struct EarlierVerdict<AccountId> {
        /// The evaluator; no member of the second committee.
        pub evaluator: AccountId,
        /// What it found; `None` if it did not open its seal.
        pub verdict: Option<Verdict>,
    }

    /// The evaluation of one job's result. Removed when it is decided.
    pub struct RoundRecord<AccountId, BlockNumber> {
        /// Who posted the job.
        pub job_owner: AccountId,
        /// Who owns the data.
        pub data_provider: AccountId,
        /// Whose result it is; wraps the key for the members.
        pub provider: AccountId,
        /// Work units of the run that the members repeat; their deadline grows with it.
        pub work_units: u64,
        /// Seed of that run.
        pub seed: Seed,
        /// Trace that the members check.
        pub trace: TraceRoot,
        /// What binds the provider's secret, which it opens while members open their seals; `None` once it is opened, and in
        /// rounds without one.
        pub probe: Option<ProbeCommitment>,
        /// The true trace, once the provider has shown that `trace` was planted.
        pub planted: Option<TraceRoot>,
        /// Whether the members of the first committee repeat random segments of the run; then a single rejection of theirs brings
        /// it before the second, which repeats the whole.
        pub sampled: bool,
        /// Which committee this is.
        pub instance: Instance,
        /// The members of the first committee, if this is the second.
        pub earlier: BoundedVec<EarlierVerdict<AccountId>, ConstU32<MAX_FIRST_COMMITTEE>>,
        /// The committee; empty until it is drawn.
        pub seats: BoundedVec<Seat<AccountId>, ConstU32<MAX_COMMITTEE>>,
        /// How far the round has come.
        pub state: RoundState<BlockNumber>,
    }
}

/// The seal of a verdict.
///
/// ```text
/// seal = BLAKE2b-256(SCALE(SEAL_DOMAIN, job, verdict, score, salt, account))
/// ```
///
/// It binds to the job and the account, so that a copied seal opens for nobody else. `salt` is 32 random bytes.
pub fn seal_verdict(job: JobId, verdict: Verdict, score: u8, salt: &[u8; 32], account: &impl Encode) -> VerdictSeal {
    VerdictSeal::new(sp_crypto_hashing::blake2_256(&(SEAL_DOMAIN, job, verdict, score, salt, account).encode()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_binds_every_part() {
        let seal = |job, verdict, score, salt: u8, account: u8| {
            seal_verdict(JobId::new(job), verdict, score, &[salt; 32], &[account; 32])
        };
        let first = seal(1, Verdict::Accept, 80, 7, 9);
        assert_eq!(first, seal(1, Verdict::Accept, 80, 7, 9));
        for other in [
            seal(2, Verdict::Accept, 80, 7, 9),
            seal(1, Verdict::Reject, 80, 7, 9),
            seal(1, Verdict::Accept, 81, 7, 9),
            seal(1, Verdict::Accept, 80, 8, 9),
            seal(1, Verdict::Accept, 80, 7, 8),
        ] {
            assert_ne!(first, other);
        }
    }
}
