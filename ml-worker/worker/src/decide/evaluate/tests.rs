//! Rounds in every state, honest and forged submissions.

use super::*;
use crate::{
    decide::fixtures::*,
    journal::{EvaluateEntry, Journal, JournaledVerdict},
};
use neurodata_primitives::{
    probe, trace,
    training::Quality,
    validation::{seal_verdict, Instance},
    ModelDigest, ResultCommitment, Seed, TraceRoot, TrainingMetrics, VerdictSeal,
};

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

/// A job before a committee.
fn under_evaluation(seed: Seed, submission: Submission, progress: Option<Progress>) -> JobRecord {
    job(JobState::Evaluating { assignment: assignment(), training_use: USE, seed, progress, submission })
}

#[test]
fn a_verdict_counts_for_its_round_only() {
    let complete = Submission::Complete(result());
    let about = |instance, seed, submission: &Submission, told| {
        let round = RoundRecord { instance, ..sealing(NOW + 9, SEALED) };
        judged(&round, &under_evaluation(seed, submission.clone(), told)).unwrap()
    };
    let first = about(Instance::First, SEED, &complete, Some(told(1)));
    assert_eq!(first, about(Instance::First, SEED, &complete, Some(told(1))));
    // The true trace in place of a planted one is another submission.
    let replaced = complete.clone().with_trace(TraceRoot::new([9; 32]));
    let partial = Submission::Partial { checkpoints: result().checkpoints, trace: result().trace };
    for other in [
        about(Instance::Second, SEED, &complete, Some(told(1))),
        about(Instance::First, Seed::new([8; 32]), &complete, Some(told(1))),
        about(Instance::First, SEED, &complete, Some(told(2))),
        about(Instance::First, SEED, &complete, None),
        about(Instance::First, SEED, &replaced, Some(told(1))),
        about(Instance::First, SEED, &partial, Some(told(1))),
    ] {
        assert_ne!(first, other);
    }
    assert_eq!(judged(&sealing(NOW + 9, SEALED), &job(running(NOW, NOW))), None);
}

#[test]
fn only_the_first_committee_of_a_sampled_round_repeats_segments() {
    let complete = Submission::Complete(result());
    let is_sampled = |sampled, instance| {
        let round = RoundRecord { sampled, instance, ..sealing(NOW + 9, SEALED) };
        judged(&round, &under_evaluation(SEED, complete.clone(), None)).unwrap().repeats_segments()
    };
    assert!(is_sampled(true, Instance::First));
    assert!(!is_sampled(true, Instance::Second) && !is_sampled(false, Instance::First));
}

/// Three checkpoints, whose digests are those of [`told`].
fn repeated_trace() -> Trace {
    Trace::new(links(3))
}

const MODEL: [u8; 10] = [1; 10];
const REPORT: [u8; 4] = [3; 4];

fn outcome() -> Outcome<'static> {
    let quality = Quality::Classification { correct: 7, majority_correct: 5, log_loss: 1, f1: 2, roc_auc: 3 };
    let metrics = TrainingMetrics { training_rows: 40, holdout_rows: 10, quality };
    Outcome { model: &MODEL, model_digest: ModelDigest::new([1; 32]), metrics, report: &REPORT }
}

fn published() -> Published {
    Published { model: MODEL.to_vec(), report: REPORT.to_vec() }
}

fn honest() -> ResultCommitment {
    let Outcome { model_digest, metrics, .. } = outcome();
    ResultCommitment { model: model_digest, model_bytes: 10, metrics, ..result() }
}

/// How a whole run differs from what was claimed and `published`.
fn beside(claimed: ResultCommitment, told: Option<Progress>, published: &Published) -> Option<&'static str> {
    let repeated = Repeated::Whole { trace: &repeated_trace(), outcome: outcome(), published };
    difference(repeated, &Submission::Complete(claimed), told.as_ref())
}

fn whole(claimed: ResultCommitment, told: Option<Progress>) -> Option<&'static str> {
    beside(claimed, told, &published())
}

#[test]
fn an_honest_result_does_not_differ_whatever_its_heartbeats_told() {
    assert_eq!(whole(honest(), None), None);
    (0..3).for_each(|position| assert_eq!(whole(honest(), Some(told(position))), None));
    assert_eq!(verdict(None, &Submission::Complete(honest())), (Verdict::Accept, 70));
}

#[test]
fn whatever_differs_is_named_and_rejected() {
    let forged = Progress { checkpoint: told(2).checkpoint, ..told(1) };
    for (claimed, told, what) in [
        (ResultCommitment { trace: TraceRoot::new([9; 32]), ..honest() }, None, "trace"),
        (ResultCommitment { checkpoints: 4, ..honest() }, None, "number of checkpoints"),
        (ResultCommitment { model: ModelDigest::new([2; 32]), ..honest() }, None, "model"),
        (ResultCommitment { model_bytes: 11, ..honest() }, None, "size of the model"),
        (ResultCommitment { metrics: Default::default(), ..honest() }, None, "metrics"),
        (honest(), Some(forged), "checkpoint of the last heartbeat"),
        (honest(), Some(told(3)), "checkpoint of the last heartbeat"),
        // The result of another job.
        (ResultCommitment { trace: trace::root(&links(2)), ..result() }, None, "trace"),
    ] {
        let difference = whole(claimed.clone(), told);
        assert_eq!(difference, Some(what));
        let claimed = Submission::Complete(claimed);
        assert_eq!(verdict(difference, &claimed), (Verdict::Reject, REJECTION_SCORE));
    }
    for (published, what) in [
        (Published { model: vec![2; 10], ..published() }, "published model"),
        (Published { report: Vec::new(), ..published() }, "published report"),
    ] {
        assert_eq!(beside(honest(), None, &published), Some(what));
    }
}

#[test]
fn a_planted_trace_is_rejected() {
    let planted = repeated_trace().planted(&[7; 32]).root();
    assert!(whole(ResultCommitment { trace: planted, ..honest() }, None).is_some());
    let partial = Submission::Partial { checkpoints: 3, trace: planted };
    assert!(difference(Repeated::Beginning(&repeated_trace()), &partial, None).is_some());
}

#[test]
fn the_beginning_of_a_run_is_compared_by_trace_count_and_heartbeat() {
    let beginning = |checkpoints, trace: TraceRoot, told: Option<Progress>| {
        let submission = Submission::Partial { checkpoints, trace };
        difference(Repeated::Beginning(&repeated_trace()), &submission, told.as_ref())
    };
    let root = repeated_trace().root();
    assert_eq!(beginning(3, root, None), None);
    assert_eq!(beginning(3, root, Some(told(2))), None);
    assert!(beginning(2, root, None).unwrap() == "number of checkpoints");
    assert!(beginning(3, TraceRoot::new([9; 32]), None).unwrap() == "trace");
    assert!(beginning(3, root, Some(told(3))).unwrap().contains("heartbeat"), "told of more than is submitted");
    let forged = Progress { position: 2, ..told(1) };
    assert!(beginning(3, root, Some(forged)).unwrap().contains("heartbeat"));
    let partial = Submission::Partial { checkpoints: 3, trace: root };
    assert_eq!(verdict(None, &partial), (Verdict::Accept, PROGRESS_SCORE));
    assert_eq!(verdict(Some("bad"), &partial), (Verdict::Reject, REJECTION_SCORE));
    // Neither stands for the other.
    assert!(difference(Repeated::Beginning(&repeated_trace()), &Submission::Complete(honest()), None).is_some());
    let repeated = Repeated::Whole { trace: &repeated_trace(), outcome: outcome(), published: &published() };
    assert!(difference(repeated, &partial, None).is_some());
}

#[test]
fn registration_follows_the_key() {
    let key = RecipientKey::new([1; 32]);
    let evaluator = EvaluatorRecord { bond: 1, recipient_key: key, open_seats: 0, registered_at: 1, retires_at: None };
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

/// A chain on which one evaluator judges a planted trace and then the true one, and the evaluator's worker, which is
/// killed again and again.
struct Life {
    folder: tempfile::TempDir,
    submission: Submission,
    seat: SeatState,
    /// What was revealed about which trace.
    revealed: Vec<(TraceRoot, Verdict)>,
    /// Salts that were revealed, in the same order.
    salts: Vec<[u8; 32]>,
}

impl Life {
    fn round(&self) -> RoundRecord {
        match &self.seat {
            SeatState::AwaitingKey | SeatState::Evaluating { .. } => sealing(NOW + 9, self.seat.clone()),
            SeatState::Sealed { .. } | SeatState::Revealed { .. } => revealing(NOW + 9, self.seat.clone()),
        }
    }

    /// One step of a worker that has just been started and is killed after `lives` effects.
    fn step(&mut self, mut lives: u32, salt: u8) {
        let mut effect = || {
            let alive = lives > 0;
            lives = lives.saturating_sub(1);
            alive
        };
        let journal = Journal::open(self.folder.path()).unwrap();
        let found = journal.entry::<EvaluateEntry>(JOB).unwrap().and_then(|entry| entry.verdict);
        let (round, job) = (self.round(), under_evaluation(SEED, self.submission.clone(), None));
        let about = judged(&round, &job).unwrap();
        let found = found.filter(|found| found.about == about);
        match decide_round(&round, found.is_some(), false) {
            Action::Evaluate { .. } => {
                if !effect() {
                    return;
                }
                journal.store_entry(JOB, &EvaluateEntry::new(JOB)).unwrap();
                let published = published();
                let repeated = Repeated::Whole { trace: &repeated_trace(), outcome: outcome(), published: &published };
                let difference = difference(repeated, &self.submission, None);
                let (verdict, score) = verdict(difference, &self.submission);
                let (salt, reason) = ([salt; 32], String::new());
                let verdict = JournaledVerdict { about, verdict, score, salt, reason };
                if effect() {
                    let entry = EvaluateEntry { verdict: Some(verdict), ..EvaluateEntry::new(JOB) };
                    journal.store_entry(JOB, &entry).unwrap();
                }
            }
            Action::Seal => {
                let found = found.unwrap();
                if effect() {
                    let seal = seal_verdict(JOB, found.verdict, found.score, &found.salt, &EVALUATOR);
                    self.seat = SeatState::Sealed { seal };
                }
            }
            Action::Reveal => {
                let found = found.unwrap();
                if effect() {
                    let seal = seal_verdict(JOB, found.verdict, found.score, &found.salt, &EVALUATOR);
                    assert_eq!(self.seat, SeatState::Sealed { seal }, "the seal opens");
                    self.revealed.push((self.submission.trace(), found.verdict));
                    self.salts.push(found.salt);
                    // The provider opened its secret: the true trace goes to a new round.
                    self.submission = Submission::Complete(honest());
                    self.seat = SeatState::Evaluating { key: wrapped() };
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_worker_that_is_killed_anywhere_judges_the_planted_trace_and_then_the_true_one() {
    const STEPS: u32 = 6;
    let planted = Submission::Complete(honest()).with_trace(trace::root(&probe::plant(&links(3), &[7; 32])));
    for fate in 0..3u32.pow(STEPS) {
        let folder = tempfile::tempdir().unwrap();
        let seat = SeatState::Evaluating { key: wrapped() };
        let mut life = Life { folder, submission: planted.clone(), seat, revealed: Vec::new(), salts: Vec::new() };
        for step in 0..STEPS + 6 {
            let lives = if step < STEPS { fate / 3u32.pow(step) % 3 } else { 9 };
            life.step(lives, step as u8);
            if life.revealed.len() == 2 {
                break;
            }
        }
        assert_eq!(life.revealed, [(planted.trace(), Verdict::Reject), (honest().trace, Verdict::Accept)], "{fate}");
        assert_ne!(life.salts[0], life.salts[1], "an opened salt seals nothing any more, {fate}");
    }
}
