//! The evaluator: what each round needs next.

use super::stagger;
use crate::journal::Judged;
use neurodata_chain::{AccountId, BlockNumber, EvaluatorRecord, JobRecord, JobState, RoundRecord};
use neurodata_primitives::{
    job::Progress, JobId, RecipientKey, RoundState, SeatState, Submission, Verdict, WrappedKey,
};
use neurodata_training::{RunOutput, Trace};

/// Score that goes with a verdict other than acceptance; it counts for nothing.
const REJECTION_SCORE: u8 = 1;
/// Score of the beginning of a run: nothing is known of the model, so neither good nor bad.
const PROGRESS_SCORE: u8 = 50;

/// What repeating a run gave.
#[derive(Clone, Copy, Debug)]
pub enum Repeated<'a> {
    /// The whole run, beside the model file that was published.
    Whole {
        /// The output.
        output: &'a RunOutput,
        /// The file.
        published: &'a [u8],
    },
    /// Its beginning, as far as it was submitted.
    Beginning(&'a Trace),
}

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

/// What the committee of `round` judges of its job; `None` if the job is not under evaluation.
///
/// A verdict in the journal counts for the round only if it is about this: any other is given anew, with another salt.
pub fn judged(round: &RoundRecord, job: &JobRecord) -> Option<Judged> {
    let JobState::Evaluating { seed, submission, progress, .. } = &job.state else { return None };
    Some(Judged { instance: round.instance, seed: *seed, claimed: submission.clone(), told: *progress })
}

/// The first thing in which the repeated run differs from what was submitted, published and told by the last heartbeat;
/// `None` if it doesn't.
pub fn difference(repeated: Repeated<'_>, submission: &Submission, told: Option<&Progress>) -> Option<String> {
    let trace = match repeated {
        Repeated::Whole { output, .. } => &output.trace,
        Repeated::Beginning(trace) => trace,
    };
    let mut checks = vec![
        ("trace", trace.root() == submission.trace()),
        ("number of checkpoints", trace.checkpoints() == submission.checkpoints()),
        ("checkpoint of the last heartbeat", told.is_none_or(|told| trace.agrees_with(told))),
    ];
    match (repeated, submission) {
        (Repeated::Whole { output, published }, Submission::Complete(claimed)) => checks.extend([
            ("model", output.model_digest == claimed.model),
            ("size of the model", output.model.len() as u64 == claimed.model_bytes),
            ("metrics", output.metrics == claimed.metrics),
            ("published model", output.model == published),
        ]),
        (Repeated::Beginning(_), Submission::Partial { .. }) => {}
        (Repeated::Whole { .. }, Submission::Partial { .. }) | (Repeated::Beginning(_), Submission::Complete(_)) => {
            checks.push(("kind of the submission", false));
        }
    }
    let found = checks.into_iter().find(|(_, same)| !same);
    found.map(|(what, _)| format!("the {what} differs from that of the repeated run"))
}

/// The verdict and score of a run that could not be repeated because the data could not be had: it says nothing about the
/// compute provider, who owes the key and the model only.
pub const UNAVAILABLE: (Verdict, u8) = (Verdict::Unavailable, REJECTION_SCORE);

/// The verdict and score of a run that differs so, or not at all, from `submission`.
pub fn verdict(difference: Option<&str>, submission: &Submission) -> (Verdict, u8) {
    match (difference, submission) {
        (Some(_), _) => (Verdict::Reject, REJECTION_SCORE),
        (None, Submission::Complete(claimed)) => (Verdict::Accept, claimed.metrics.score()),
        (None, Submission::Partial { .. }) => (Verdict::Accept, PROGRESS_SCORE),
    }
}

/// Decide about the round of `job` at the best block `now`.
///
/// `has_verdict` says that the journal holds a verdict on what the round judges, `evaluating` that the run is being
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
            if now >= draw_at.saturating_add(patience) && now < draw_by && !parties.contains(&account) {
                Action::DrawCommittee
            } else {
                Action::Wait
            }
        }
        RoundState::Sealing { seal_by, .. } => match seat {
            Some(_) if now > seal_by.saturating_add(patience) => Action::CloseSealing,
            Some(SeatState::Evaluating { .. }) if now >= seal_by => Action::Wait,
            Some(SeatState::Evaluating { .. }) if has_verdict => Action::Seal,
            Some(SeatState::Evaluating { key }) if !evaluating => Action::Evaluate { key: key.clone() },
            _ => Action::Wait,
        },
        RoundState::Revealing { reveal_by } => match seat {
            Some(SeatState::Sealed { .. }) if now < reveal_by && has_verdict => Action::Reveal,
            Some(_) if now > reveal_by.saturating_add(patience) => Action::CloseRound,
            _ => Action::Wait,
        },
    }
}

#[cfg(test)]
mod tests;
