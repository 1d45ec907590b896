//! The evaluator: what each round needs next.

use super::stagger;
use crate::journal::Judged;
use neurodata_chain::{AccountId, BlockNumber, EvaluatorRecord, JobRecord, JobState, RoundRecord};
use neurodata_primitives::{
    job::Progress, JobId, ModelDigest, RecipientKey, ResultCommitment, RoundState, SeatState,
    Submission, TrainingMetrics, Verdict, WrappedKey,
};
use neurodata_training::{Conclusion, RunOutput, Trace};

/// Score that goes with a verdict other than acceptance; it counts for nothing.
const REJECTION_SCORE: u8 = 1;
/// Score of the beginning of a run: nothing is known of the model, so neither good nor bad.
const PROGRESS_SCORE: u8 = 50;

/// What repeating a run gave.
#[derive(Clone, Copy, Debug)]
pub enum Repeated<'a> {
    /// The whole run.
    Whole {
        /// Its trace.
        trace: &'a Trace,
        /// What came of it.
        outcome: Outcome<'a>,
        /// What was published of it.
        published: &'a Published,
    },
    /// Its beginning, as far as it was submitted.
    Beginning(&'a Trace),
}

/// What came of a run.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// The model file.
    pub model: &'a [u8],
    /// Digest of the model file.
    pub model_digest: ModelDigest,
    /// Metrics on the holdout.
    pub metrics: TrainingMetrics,
    /// The report as it would be published.
    pub report: &'a [u8],
}

/// The published files that are compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// The model file.
    pub model: Vec<u8>,
    /// The report.
    pub report: Vec<u8>,
}

impl<'a> Outcome<'a> {
    /// What came of a run that was repeated as a whole.
    pub fn of_run(output: &'a RunOutput, report: &'a [u8]) -> Self {
        Self { model: &output.model, model_digest: output.model_digest, metrics: output.metrics, report }
    }

    /// What follows from the last state of a run.
    pub fn of_state(conclusion: &'a Conclusion, report: &'a [u8]) -> Self {
        let Conclusion { model, model_digest, metrics, .. } = conclusion;
        Self { model, model_digest: *model_digest, metrics: *metrics, report }
    }
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
    let (instance, sampled) = (round.instance, round.sampled);
    Some(Judged { instance, sampled, seed: *seed, claimed: submission.clone(), told: *progress })
}

/// The first of these checks that failed.
fn first_failed<'a>(checks: impl IntoIterator<Item = (&'a str, bool)>) -> Option<&'a str> {
    checks.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
}

/// The first thing in which the repeated run differs from what was submitted, published and told by the last heartbeat;
/// `None` if it doesn't.
pub fn difference(repeated: Repeated<'_>, submission: &Submission, told: Option<&Progress>) -> Option<&'static str> {
    let trace = match repeated {
        Repeated::Whole { trace, .. } | Repeated::Beginning(trace) => trace,
    };
    trace_difference(trace, submission, told).or_else(|| match (repeated, submission) {
        (Repeated::Whole { outcome, published, .. }, Submission::Complete(claimed)) => {
            outcome_difference(outcome, claimed, published)
        }
        (Repeated::Beginning(_), Submission::Partial { .. }) => None,
        (Repeated::Whole { .. }, Submission::Partial { .. }) | (Repeated::Beginning(_), Submission::Complete(_)) => {
            Some("kind of the submission")
        }
    })
}

/// The first thing in which `trace`, repeated or published, differs from the submitted one and from what the last
/// heartbeat told; `None` if it doesn't.
pub fn trace_difference(trace: &Trace, submission: &Submission, told: Option<&Progress>) -> Option<&'static str> {
    first_failed([
        ("trace", trace.root() == submission.trace()),
        ("number of checkpoints", trace.checkpoints() == submission.checkpoints()),
        ("checkpoint of the last heartbeat", told.is_none_or(|told| trace.agrees_with(told))),
    ])
}

/// The first thing in which what came of the repeated run differs from what was `claimed` and `published`; `None` if it
/// doesn't.
pub fn outcome_difference(
    outcome: Outcome<'_>,
    claimed: &ResultCommitment,
    published: &Published,
) -> Option<&'static str> {
    first_failed([
        ("model", outcome.model_digest == claimed.model),
        ("size of the model", outcome.model.len() as u64 == claimed.model_bytes),
        ("metrics", outcome.metrics == claimed.metrics),
        ("published model", outcome.model == published.model),
        ("published report", outcome.report == published.report),
    ])
}

/// The verdict and score of a run that could not be repeated because the data could not be had: it says nothing about
/// the compute provider, who owes the key and the model only.
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
