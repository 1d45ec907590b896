//! Jobs in words.

use super::{market, spec::spec_lines, Description};
use crate::output::lines;
use neurodata_chain::{
    amount::{format_millionths, format_nrc},
    AccountId, Assignment, BlockNumber, JobOutcome, JobRecord, JobState,
};
use neurodata_primitives::{job::MAX_ATTEMPTS, JobId, Progress, Quality, Submission, TrainingMetrics};
use serde_json::{json, Value};

/// Metrics on the holdout.
pub fn metrics(metrics: &TrainingMetrics) -> Description {
    let rows = metrics.holdout_rows;
    let text = match metrics.quality {
        Quality::Classification { f1, roc_auc, .. } => format!(
            "accuracy {} on {rows} rows ({} by always answering the commonest class), F1 {}, ROC-AUC {}",
            format_millionths(metrics.value()),
            format_millionths(metrics.reference()),
            format_millionths(f1),
            format_millionths(roc_auc)
        ),
        Quality::Regression { rmse, r_squared } => format!(
            "R2 {}{} on {rows} rows, root mean squared error {} steps of the target",
            if r_squared < 0 { "-" } else { "" },
            format_millionths(r_squared.unsigned_abs()),
            format_millionths(rmse)
        ),
        Quality::Clustering { inertia, explained } => format!(
            "{} of the variance of {rows} rows explained, mean squared distance {}",
            format_millionths(explained),
            format_millionths(inertia)
        ),
    };
    let value = json!({ "value": metrics.value(), "reference": metrics.reference(), "counts": metrics });
    Description { text, value }
}

/// Short name of a job's state.
pub const fn job_state_name(state: &JobState) -> &'static str {
    match state {
        JobState::Open { .. } => "open",
        JobState::Matched { .. } => "matched",
        JobState::AwaitingKey { .. } => "awaiting-key",
        JobState::Running { .. } => "running",
        JobState::Stopping { .. } => "stopping",
        JobState::Evaluating { .. } => "evaluating",
        JobState::Closed { outcome, .. } => match outcome {
            JobOutcome::Settled { .. } => "settled",
            JobOutcome::Rejected { .. } => "rejected",
            JobOutcome::Undecided { .. } => "undecided",
            JobOutcome::Cancelled => "cancelled",
            JobOutcome::Expired => "expired",
            JobOutcome::Stopped { .. } => "stopped",
        },
    }
}

/// Who holds a job and at what price, for programs.
fn assignment_value(assignment: &Assignment) -> Value {
    json!({
        "provider": assignment.provider.to_string(),
        "offer": assignment.offer,
        "price": assignment.price.to_string(),
        "penalty": assignment.penalty.to_string(),
    })
}

/// What the last heartbeat said.
fn progress_text(progress: Option<&Progress>) -> String {
    progress.map_or_else(|| "no heartbeat yet".into(), |progress| format!("checkpoint {} reached", progress.position))
}

fn submission(submission: &Submission) -> Description {
    match submission {
        Submission::Complete(result) => Description {
            text: format!("the result: {}", metrics(&result.metrics).text),
            value: json!({ "name": "complete", "result": result }),
        },
        Submission::Partial { checkpoints, trace } => Description {
            text: format!("the first {checkpoints} checkpoints of a run that was cancelled"),
            value: json!({ "name": "partial", "checkpoints": checkpoints, "trace": trace }),
        },
    }
}

/// How far a job has come. Heartbeats change the text, nothing else within a state does.
pub fn job_state(state: &JobState) -> Description {
    let name = job_state_name(state);
    let mut value = state.assignment().map_or_else(|| json!({}), assignment_value);
    let mut set = |more: Value| {
        if let (Value::Object(all), Value::Object(more)) = (&mut value, more) {
            all.extend(more);
        }
    };
    let text = match state {
        JobState::Open { match_by } => {
            set(json!({ "match_by": match_by }));
            format!("waiting for an offer until block {match_by}")
        }
        JobState::Matched { assignment: Assignment { provider, price, .. }, accept_by } => {
            set(json!({ "accept_by": accept_by }));
            format!("reserved for {provider} at {}, to be accepted by block {accept_by}", format_nrc(*price))
        }
        JobState::AwaitingKey { assignment, training_use, accepted_at } => {
            set(json!({ "training_use": training_use, "accepted_at": accepted_at }));
            let provider = assignment.provider;
            format!("accepted by {provider}; waiting for the data provider's key (training use {training_use})")
        }
        JobState::Running { assignment, training_use, seed, progress, heartbeat_by, deliver_by, .. } => {
            set(json!({
                "training_use": training_use,
                "seed": seed,
                "progress": progress,
                "heartbeat_by": heartbeat_by,
                "deliver_by": deliver_by,
            }));
            let (provider, reached) = (assignment.provider, progress_text(progress.as_ref()));
            format!("training at {provider}, {reached}; due by block {deliver_by}")
        }
        JobState::Stopping { assignment, training_use, seed, progress, submit_by, .. } => {
            set(json!({
                "training_use": training_use,
                "seed": seed,
                "progress": progress,
                "submit_by": submit_by,
            }));
            let (provider, reached) = (assignment.provider, progress_text(progress.as_ref()));
            format!("cancelled while it ran, {reached}; {provider} may prove its progress until block {submit_by}")
        }
        JobState::Evaluating { assignment, training_use, seed, submission: submitted, .. } => {
            let submitted = submission(submitted);
            set(json!({ "training_use": training_use, "seed": seed, "submission": submitted.value }));
            format!("evaluators repeat what {} submitted, {}", assignment.provider, submitted.text)
        }
        JobState::Closed { outcome, prunes_at } => {
            let Description { text, value } = job_outcome(outcome, *prunes_at);
            set(value);
            text
        }
    };
    set(json!({ "name": name }));
    Description { text: format!("{name}: {text}"), value }
}

fn job_outcome(outcome: &JobOutcome, prunes_at: BlockNumber) -> Description {
    let (text, mut value) = match outcome {
        JobOutcome::Settled { provider, model, paid, score } => (
            format!("{provider} made model {model}, score {score} of 100, paid {}", format_nrc(*paid)),
            json!({ "provider": provider.to_string(), "model": model, "paid": paid.to_string(), "score": score }),
        ),
        JobOutcome::Rejected { provider } => {
            (format!("the committee refused the result of {provider}"), json!({ "provider": provider.to_string() }))
        }
        JobOutcome::Undecided { provider } => (
            format!("no committee decided about the result of {provider}; the escrow went back"),
            json!({ "provider": provider.to_string() }),
        ),
        JobOutcome::Cancelled => ("by its owner".into(), json!({})),
        JobOutcome::Expired => {
            ("nobody took it, or nobody delivered, in time; what was left of the escrow went back".into(), json!({}))
        }
        JobOutcome::Stopped { provider, paid, checkpoints } => (
            format!(
                "cancelled by its owner while it ran; {provider} proved {checkpoints} checkpoints and was paid for \
                 them: {}",
                format_nrc(*paid)
            ),
            json!({ "provider": provider.to_string(), "paid": paid.to_string(), "checkpoints": checkpoints }),
        ),
    };
    value["prunes_at"] = prunes_at.into();
    Description { text, value }
}

/// A job.
pub fn job(id: JobId, record: &JobRecord) -> Description {
    let JobRecord {
        owner,
        request,
        data_provider,
        work_units,
        escrow,
        deposit,
        failed_providers,
        attempts,
        posted_at,
        ..
    } = record;
    let state = job_state(&record.state);
    let (model, price, score) = match &record.state {
        JobState::Closed { outcome: JobOutcome::Settled { model, paid, score, .. }, .. } => {
            (Some(*model), Some(paid.to_string()), Some(*score))
        }
        _ => (None, None, None),
    };
    let paid = if record.training_paid { " (paid)" } else { "" };
    let class = request.requirements.required_class().map(market::class);
    let mut pairs = vec![
        ("job", id.to_string()),
        ("owner", owner.to_string()),
        ("state", state.text),
        ("dataset", format!("{} of {data_provider}", request.dataset)),
    ];
    if let Some(parent) = request.parent {
        pairs.push(("starts from", format!("model {parent}")));
    }
    pairs.extend(spec_lines(&request.spec));
    pairs.extend([
        ("machine", class.as_ref().map_or_else(|| "none has it".into(), |class| class.text.clone())),
        ("work units", work_units.to_string()),
        ("highest price of a unit", format_nrc(request.max_unit_price)),
        ("price of the data", format!("{}{paid}", format_nrc(record.training_price))),
        ("escrow", format_nrc(*escrow)),
        ("deposit", format_nrc(*deposit)),
        ("failed attempts", format!("{attempts} of {MAX_ATTEMPTS}")),
        ("posted at", format!("block {posted_at}")),
    ]);
    let failed: Vec<String> = failed_providers.iter().map(AccountId::to_string).collect();
    let value = json!({
        "job": id,
        "owner": owner.to_string(),
        "state": state.value,
        "dataset": request.dataset,
        "parent": request.parent,
        "data_provider": data_provider.to_string(),
        "spec": request.spec,
        "requirements": request.requirements,
        "class": class.map(|class| class.value),
        "max_unit_price": request.max_unit_price.to_string(),
        "max_training_price": request.max_training_price.to_string(),
        "training_price": record.training_price.to_string(),
        "training_paid": record.training_paid,
        "deliver_within": request.deliver_within,
        "baseline": request.baseline,
        "work_units": work_units,
        "escrow": escrow.to_string(),
        "deposit": deposit.to_string(),
        "attempts": attempts,
        "failed_providers": failed,
        "posted_at": posted_at,
        "model": model,
        "paid": price,
        "score": score,
    });
    Description { text: lines(&pairs), value }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use neurodata_chain::JobRequest;
    use neurodata_primitives::{
        Algorithm, Capability, CheckpointDigest, DatasetId, Descent, DeviceClass, ModelId, Objective, OfferId, Optimiser, ResultCommitment, Seed, TraceRoot,
        TrainingSpec, TrainingUseId, UseSet, Visibility,
    };
    use std::collections::BTreeSet;

    pub fn account(byte: u8) -> AccountId {
        AccountId([byte; 32])
    }

    pub fn assignment() -> Assignment {
        Assignment { provider: account(3), offer: OfferId::new(4), price: u128::MAX, penalty: 50, probe: None }
    }

    pub fn request() -> JobRequest {
        let descent = Descent {
            optimiser: Optimiser::Sgd { momentum: 0 },
            // An epoch of the 303 rows is a step; ten checkpoints follow the first.
            epochs: 10,
            batch_rows: 303,
            learning_rate: 100_000,
            weight_decay: 0,
            early_stopping: None,
        };
        let spec = TrainingSpec {
            algorithm: Algorithm::LogisticRegression { descent },
            objective: Objective::Classification { classes: 2 },
            target: Some(13),
            holdout: 200,
        };
        JobRequest {
            dataset: DatasetId::new(5),
            spec,
            parent: None,
            requirements: Capability { cores: 1, memory_mib: 512, device: DeviceClass::Cpu, device_memory_mib: 0 },
            max_unit_price: 2_000,
            max_training_price: 100,
            deliver_within: 200,
            baseline: 0,
            visibility: Visibility::Public,
        }
    }

    /// A job of account 1 on the data of account 2.
    pub fn record(state: JobState) -> JobRecord {
        JobRecord {
            owner: account(1),
            request: request(),
            data_provider: account(2),
            rows: 303,
            chunks: 5,
            training_price: 100,
            training_paid: false,
            uses: UseSet { train: true, publish_model: true, commercial: false, download: false, derive: false },
            work_units: 632,
            escrow: 1_264_100,
            deposit: 10,
            failed_providers: Default::default(),
            attempts: 1,
            state,
            posted_at: 6,
        }
    }

    pub fn running(position: Option<u32>) -> JobState {
        JobState::Running {
            assignment: assignment(),
            training_use: TrainingUseId::new(3),
            seed: Seed::new([2; 32]),
            challenged_chunk: 0,
            progress: position.map(|position| Progress { position, checkpoint: CheckpointDigest::new([9; 32]) }),
            heartbeat_by: 10,
            deliver_by: 11,
        }
    }

    pub fn evaluating(submission: Submission) -> JobState {
        JobState::Evaluating {
            assignment: assignment(),
            training_use: TrainingUseId::new(3),
            seed: Seed::new([2; 32]),
            progress: None,
            submission,
        }
    }

    fn result() -> ResultCommitment {
        ResultCommitment {
            model: neurodata_primitives::ModelDigest::new([1; 32]),
            model_bytes: 2,
            manifest: neurodata_primitives::BlobDigest::new([3; 32]),
            trace: TraceRoot::new([4; 32]),
            checkpoints: 11,
            metrics: TrainingMetrics {
                holdout_rows: 60,
                quality: Quality::Classification {
                    correct: 51,
                    majority_correct: 33,
                    log_loss: 400_000,
                    f1: 845_000,
                    roc_auc: 900_000,
                },
                ..Default::default()
            },
        }
    }

    /// A job in each state, and closed in each way.
    pub fn states() -> Vec<JobState> {
        let (assignment, training_use, seed) = (assignment(), TrainingUseId::new(3), Seed::new([2; 32]));
        let provider = account(3);
        let mut states = vec![
            JobState::Open { match_by: 5 },
            JobState::Matched { assignment: assignment.clone(), accept_by: 6 },
            JobState::AwaitingKey { assignment: assignment.clone(), training_use, accepted_at: 8 },
            running(None),
            running(Some(4)),
            JobState::Stopping { assignment, training_use, seed, challenged_chunk: 0, progress: None, submit_by: 12 },
            evaluating(Submission::Complete(result())),
            evaluating(Submission::Partial { checkpoints: 7, trace: TraceRoot::new([4; 32]) }),
        ];
        let outcomes = [
            JobOutcome::Settled { provider, model: ModelId::new(4), paid: u128::MAX, score: 85 },
            JobOutcome::Rejected { provider },
            JobOutcome::Undecided { provider },
            JobOutcome::Cancelled,
            JobOutcome::Expired,
            JobOutcome::Stopped { provider, paid: 5, checkpoints: 6 },
        ];
        states.extend(outcomes.into_iter().map(|outcome| JobState::Closed { outcome, prunes_at: 12 }));
        states
    }

    #[test]
    fn every_state_of_a_job_has_a_name_in_both_forms() {
        for state in states() {
            let Description { text, value } = job_state(&state);
            assert_eq!(value["name"], job_state_name(&state));
            assert!(text.starts_with(job_state_name(&state)), "{text}");
            let holder = state.assignment().map(|assignment| json!(assignment.price.to_string()));
            assert_eq!(holder, value.get("price").cloned(), "{text}");
            assert!(job(JobId::new(1), &record(state)).text.contains(&text));
        }
        let names: BTreeSet<_> = states().iter().map(job_state_name).collect();
        assert_eq!(names.len(), 12, "running and evaluating are there twice");
    }

    #[test]
    fn amounts_are_strings_for_programs_and_nrc_for_people() {
        let state = JobState::Matched { assignment: assignment(), accept_by: 6 };
        let Description { text, value } = job_state(&state);
        assert_eq!((&value["price"], &value["penalty"]), (&json!(u128::MAX.to_string()), &json!("50")));
        assert!(text.contains("340282366920938463463374607.431768211455 NRC"), "{text}");
    }

    #[test]
    fn what_was_submitted_is_told_apart() {
        let partial = evaluating(Submission::Partial { checkpoints: 7, trace: TraceRoot::new([4; 32]) });
        let Description { text, value } = job_state(&partial);
        assert_eq!(value["submission"]["checkpoints"], 7);
        assert!(text.contains("first 7 checkpoints"), "{text}");
        let whole = job_state(&evaluating(Submission::Complete(result())));
        assert_eq!(whole.value["submission"]["result"]["checkpoints"], 11);
        assert!(whole.text.contains("0.85"), "{}", whole.text);
    }

    #[test]
    fn a_job_shows_its_class_and_attempts() {
        let shown = job(JobId::new(1), &record(JobState::Open { match_by: 5 }));
        assert_eq!((&shown.value["class"]["tier"], &shown.value["attempts"]), (&json!(0), &json!(1)));
        assert!(shown.text.contains("1 of 3"), "{}", shown.text);
    }
}
