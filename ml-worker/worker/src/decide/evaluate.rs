//! The evaluator: what each round needs next.

use super::stagger;
use crate::journal::JournaledVerdict;
use neurodata_chain::{AccountId, BlockNumber, EvaluatorRecord, RoundRecord};
use neurodata_primitives::{JobId, RecipientKey, ResultCommitment, RoundState, SeatState, Seed, WrappedKey};

/// What to do about one round.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Nothing now.
    Wait,
    /// Draw the committee: nobody else did.
    DrawCommittee,
    /// Repeat the run, with this key.
    Evaluate {
        /// The content key, wrapped for this evaluator.
        key: WrappedKey,
    },
    /// Seal the verdict in the journal.
    Seal,
    /// Open the seal.
    Reveal,
    /// End sealing after its deadline.
    CloseSealing,
    /// End the round after its deadline.
    CloseRound,
}

/// What to do about being an evaluator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Registration {
    /// Registered, with this worker's key.
    Ready,
    /// Put up the bond.
    Register,
    /// Replace a key that this worker doesn't have.
    SetRecipientKey,
    /// The account retired and gets no new seats; its open ones are served.
    Retired,
}

/// Decide about registration.
pub fn decide_registration(evaluator: Option<&EvaluatorRecord>, recipient_key: RecipientKey) -> Registration {
    match evaluator {
        None => Registration::Register,
        Some(evaluator) if evaluator.retires_at.is_some() => Registration::Retired,
        Some(evaluator) if evaluator.recipient_key != recipient_key => Registration::SetRecipientKey,
        Some(_) => Registration::Ready,
    }
}

/// Whether `verdict` is about this run and this result. A fork may have drawn another seed for the same job.
pub fn is_about(verdict: &JournaledVerdict, seed: &Seed, result: &ResultCommitment) -> bool {
    verdict.seed == *seed && verdict.claimed == *result
}

/// Decide about the round of `job` at the best block `now`.
///
/// `has_verdict` says that the journal holds a verdict on the round's result, `evaluating` that the run is being
/// repeated right now.
pub fn decide(
    now: BlockNumber,
    account: &AccountId,
    job: JobId,
    round: &RoundRecord,
    has_verdict: bool,
    evaluating: bool,
) -> Action {
    let seat = round.seats.iter().find(|seat| seat.evaluator == *account).map(|seat| &seat.state);
    let patience = stagger(account, job.get());
    match round.state {
        RoundState::Drawing { draw_at, draw_by, .. } => {
            let parties = [&round.job_owner, &round.data_provider, &round.provider];
            if now >= draw_at + patience && now < draw_by && !parties.contains(&account) {
                Action::DrawCommittee
            } else {
                Action::Wait
            }
        }
        RoundState::Sealing { seal_by, .. } => match seat {
            Some(_) if now > seal_by + patience => Action::CloseSealing,
            Some(SeatState::Evaluating { .. }) if now >= seal_by => Action::Wait,
            Some(SeatState::Evaluating { .. }) if has_verdict => Action::Seal,
            Some(SeatState::Evaluating { key }) if !evaluating => Action::Evaluate { key: key.clone() },
            _ => Action::Wait,
        },
        RoundState::Revealing { reveal_by } => match seat {
            Some(SeatState::Sealed { .. }) if now < reveal_by && has_verdict => Action::Reveal,
            Some(_) if now > reveal_by + patience => Action::CloseRound,
            _ => Action::Wait,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::fixtures::*;
    use neurodata_primitives::{Verdict, VerdictSeal};

    fn decide_round(round: &RoundRecord, has_verdict: bool, evaluating: bool) -> Action {
        decide(NOW, &EVALUATOR, JOB, round, has_verdict, evaluating)
    }

    fn sealing(seal_by: BlockNumber, seat: SeatState) -> RoundRecord {
        round(RoundState::Sealing { keys_by: NOW, seal_by }, &[(EVALUATOR, seat)])
    }

    fn revealing(reveal_by: BlockNumber, seat: SeatState) -> RoundRecord {
        round(RoundState::Revealing { reveal_by }, &[(EVALUATOR, seat)])
    }

    const SEALED: SeatState = SeatState::Sealed { seal: VerdictSeal::new([4; 32]) };

    #[test]
    fn a_verdict_counts_for_its_run_and_result_only() {
        let verdict = JournaledVerdict {
            seed: SEED,
            claimed: result(),
            verdict: Verdict::Accept,
            score: 80,
            salt: [1; 32],
            reason: "same".into(),
        };
        assert!(is_about(&verdict, &SEED, &result()));
        assert!(!is_about(&verdict, &Seed::new([8; 32]), &result()));
        assert!(!is_about(&verdict, &SEED, &ResultCommitment { checkpoints: 4, ..result() }));
    }

    #[test]
    fn registration_follows_the_key() {
        let key = RecipientKey::new([1; 32]);
        let evaluator =
            EvaluatorRecord { bond: 1, recipient_key: key, open_seats: 0, registered_at: 1, retires_at: None };
        assert_eq!(decide_registration(None, key), Registration::Register);
        assert_eq!(decide_registration(Some(&evaluator), key), Registration::Ready);
        assert_eq!(decide_registration(Some(&evaluator), RecipientKey::new([2; 32])), Registration::SetRecipientKey);
        let retired = EvaluatorRecord { retires_at: Some(1), ..evaluator };
        assert_eq!(decide_registration(Some(&retired), key), Registration::Retired);
    }

    #[test]
    fn evaluators_draw_when_the_provider_did_not() {
        let drawing = |draw_at, draw_by| round(RoundState::Drawing { opened_at: 1, draw_at, draw_by }, &[]);
        assert_eq!(decide_round(&drawing(NOW, NOW + 9), false, false), Action::Wait);
        assert_eq!(decide_round(&drawing(NOW - 6, NOW + 9), false, false), Action::DrawCommittee);
        assert_eq!(decide_round(&drawing(NOW - 6, NOW), false, false), Action::Wait);
        let round = drawing(NOW - 6, NOW + 9);
        assert_eq!(decide(NOW, &PROVIDER, JOB, &round, false, false), Action::Wait);
    }

    #[test]
    fn a_seat_with_a_key_is_evaluated_once_and_sealed() {
        let keyed = || SeatState::Evaluating { key: wrapped() };
        assert_eq!(decide_round(&sealing(NOW + 9, SeatState::AwaitingKey), false, false), Action::Wait);
        assert_eq!(decide_round(&sealing(NOW + 9, keyed()), false, false), Action::Evaluate { key: wrapped() });
        assert_eq!(decide_round(&sealing(NOW + 9, keyed()), false, true), Action::Wait);
        assert_eq!(decide_round(&sealing(NOW + 9, keyed()), true, false), Action::Seal);
        assert_eq!(decide_round(&sealing(NOW, keyed()), true, false), Action::Wait);
        assert_eq!(decide_round(&sealing(NOW + 9, SEALED), true, false), Action::Wait);
    }

    #[test]
    fn sealing_is_closed_by_a_member_after_its_deadline() {
        assert_eq!(decide_round(&sealing(NOW - 1, SEALED), true, false), Action::Wait);
        assert_eq!(decide_round(&sealing(NOW - 6, SEALED), true, false), Action::CloseSealing);
        assert_eq!(decide_round(&sealing(NOW - 6, SeatState::AwaitingKey), false, false), Action::CloseSealing);
        let stranger = round(RoundState::Sealing { keys_by: 1, seal_by: NOW - 6 }, &[(OTHER, SEALED)]);
        assert_eq!(decide_round(&stranger, false, false), Action::Wait);
    }

    #[test]
    fn a_seal_is_opened_in_time() {
        assert_eq!(decide_round(&revealing(NOW + 1, SEALED), true, false), Action::Reveal);
        assert_eq!(decide_round(&revealing(NOW, SEALED), true, false), Action::Wait);
        assert_eq!(decide_round(&revealing(NOW + 1, SEALED), false, false), Action::Wait);
        let revealed = SeatState::Revealed { verdict: Verdict::Accept, score: 80 };
        assert_eq!(decide_round(&revealing(NOW + 1, revealed.clone()), true, false), Action::Wait);
        assert_eq!(decide_round(&revealing(NOW - 6, revealed), true, false), Action::CloseRound);
    }
}
