//! A job as it is watched.

use super::{job_state, round::Committee, Description};
use neurodata_chain::{BlockNumber, JobRecord, JobState, RoundRecord, TrainingUse};
use neurodata_primitives::{JobId, TrainingUseState};
use serde_json::{json, Value};

/// A look at a job. Two that are equal show nothing new.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    text: String,
    state: Value,
    /// Checkpoint reached and the last one there is, from 0 for the initial parameters.
    progress: Option<(u32, u32)>,
    /// What has to happen next, and the last block, inclusive, for it.
    due: Option<(&'static str, BlockNumber)>,
    committee: Option<Committee>,
}

/// Part of a run in percent, rounded down.
fn percent((position, last): (u32, u32)) -> u32 {
    let part = u64::from(position).saturating_mul(100).checked_div(last.into()).unwrap_or(0);
    u32::try_from(part).unwrap_or(100).min(100)
}

impl Look {
    /// A look at a job, at its training use while that waits for the key, and at its round of evaluation if there is one.
    pub fn at(record: &JobRecord, training_use: Option<&TrainingUse>, round: Option<&RoundRecord>) -> Self {
        let Description { text, value } = job_state(&record.state);
        let last = record.request.spec.checkpoints(record.rows).saturating_sub(1);
        let (position, due) = match &record.state {
            JobState::Open { match_by } => (None, Some(("offer", *match_by))),
            JobState::Matched { accept_by, .. } => (None, Some(("acceptance", *accept_by))),
            JobState::AwaitingKey { .. } => {
                let due = training_use.and_then(|training_use| match training_use.state {
                    TrainingUseState::AwaitingKey { deliver_by } => Some(("key", deliver_by)),
                    TrainingUseState::Delivered { .. } => None,
                });
                (None, due)
            }
            JobState::Running { progress, heartbeat_by, deliver_by, .. } => {
                let next =
                    if heartbeat_by < deliver_by { ("heartbeat", *heartbeat_by) } else { ("result", *deliver_by) };
                (Some(progress.map_or(0, |progress| progress.position)), Some(next))
            }
            JobState::Stopping { progress, submit_by, .. } => {
                (Some(progress.map_or(0, |progress| progress.position)), Some(("proof of progress", *submit_by)))
            }
            JobState::Evaluating { submission, .. } => (Some(submission.checkpoints().saturating_sub(1)), None),
            JobState::Closed { .. } => (None, None),
        };
        let committee = matches!(record.state, JobState::Evaluating { .. }).then(|| round.map(Committee::of)).flatten();
        let due = due.or_else(|| committee.as_ref().map(|committee| ("committee", committee.until())));
        Self { text, state: value, progress: position.map(|position| (position, last)), due, committee }
    }

    /// The look in both forms, at block `now`.
    pub fn describe(&self, job: JobId, now: BlockNumber) -> Description {
        let mut text = self.text.clone();
        if let Some(progress) = self.progress {
            text += &format!("; {}% ({} of {} checkpoints)", percent(progress), progress.0, progress.1);
        }
        let committee = self.committee.as_ref().map(Committee::describe);
        if let Some(committee) = &committee {
            text += &format!("; {}", committee.text);
        }
        if let Some((what, by)) = self.due {
            text += &format!("; {what} due by block {by}, {}", super::remaining(by, now));
        }
        let value = json!({
            "job": job,
            "block": now,
            "state": self.state,
            "progress": self.progress.map(|progress| {
                json!({ "position": progress.0, "last": progress.1, "percent": percent(progress) })
            }),
            "due": self.due.map(|(what, by)| {
                json!({ "what": what, "by": by, "blocks_left": i64::from(by) - i64::from(now) })
            }),
            "committee": committee.map(|committee| committee.value),
        });
        Description { text, value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describe::{
        job::tests::{account, assignment, evaluating, record, running, states},
        round::tests::round,
    };
    use neurodata_primitives::{DatasetId, RecipientKey, RoundState, Submission, TraceRoot, TrainingUseId};

    const JOB: JobId = JobId::new(7);

    #[test]
    fn every_state_is_watched_in_both_forms() {
        for state in states() {
            let name = super::super::job_state_name(&state);
            let Description { text, value } = Look::at(&record(state), None, None).describe(JOB, 1);
            assert!(text.starts_with(name), "{text}");
            assert_eq!((&value["state"]["name"], &value["job"]), (&json!(name), &json!(7)));
        }
    }

    #[test]
    fn a_heartbeat_is_progress_in_percent_and_time_alone_is_no_change() {
        let before = Look::at(&record(running(None)), None, None);
        let after = Look::at(&record(running(Some(4))), None, None);
        assert_ne!(before, after);
        assert_eq!(after, Look::at(&record(running(Some(4))), None, None));
        let Description { text, value } = after.describe(JOB, 8);
        assert_eq!(value["progress"], json!({ "position": 4, "last": 10, "percent": 40 }));
        assert_eq!(value["due"], json!({ "what": "heartbeat", "by": 10, "blocks_left": 2 }));
        assert!(text.contains("40% (4 of 10 checkpoints)"), "{text}");
        assert_eq!(before.describe(JOB, 8).value["progress"]["percent"], 0);
        assert_eq!(percent((3, 0)), 0);
        assert_eq!(percent((u32::MAX, 1)), 100, "a position that cannot be");
    }

    #[test]
    fn a_committee_is_watched_while_it_evaluates_alone() {
        let revealing = round(RoundState::Revealing { reveal_by: 30 });
        let partial = evaluating(Submission::Partial { checkpoints: 7, trace: TraceRoot::new([4; 32]) });
        let look = Look::at(&record(partial), None, Some(&revealing));
        let Description { text, value } = look.describe(JOB, 31);
        assert_eq!((&value["committee"]["sealed"], &value["committee"]["revealed"]), (&json!(2), &json!(1)));
        assert_eq!((&value["due"]["what"], &value["due"]["blocks_left"]), (&json!("committee"), &json!(-1)));
        assert_eq!(value["progress"]["percent"], 60);
        assert!(text.contains("first committee, revealing") && text.contains("1 blocks past"), "{text}");
        assert!(Look::at(&record(running(None)), None, Some(&revealing)).committee.is_none());
    }

    #[test]
    fn the_key_is_due_when_the_training_use_says() {
        let waiting =
            JobState::AwaitingKey { assignment: assignment(), training_use: TrainingUseId::new(3), accepted_at: 8 };
        let training_use = TrainingUse {
            dataset: DatasetId::new(5),
            job: JOB,
            provider: account(3),
            recipient_key: RecipientKey::new([1; 32]),
            price: 100,
            state: TrainingUseState::AwaitingKey { deliver_by: 20 },
        };
        let look = Look::at(&record(waiting.clone()), Some(&training_use), None);
        assert_eq!(look.describe(JOB, 18).value["due"], json!({ "what": "key", "by": 20, "blocks_left": 2 }));
        assert!(Look::at(&record(waiting), None, None).due.is_none());
    }
}
