//! Jobs in words.

use super::Description;
use crate::output::lines;
use neurodata_chain::{
    amount::{format_millionths, format_nrc},
    AccountId, Balance, BlockNumber, JobRecord, JobState,
};
use neurodata_primitives::{Algorithm, JobId, JobOutcome, TrainingMetrics, TrainingSpec};
use serde_json::{json, Value};

/// What is trained, in words.
pub fn algorithm(algorithm: &Algorithm) -> String {
    match algorithm {
        Algorithm::LogisticRegression => "logistic regression".into(),
        Algorithm::MultilayerPerceptron { hidden } => {
            let units: Vec<String> = hidden.iter().map(u16::to_string).collect();
            format!("multilayer perceptron ({})", units.join(", "))
        }
    }
}

/// The run, in pairs of names and values.
pub(super) fn spec_lines(spec: &TrainingSpec) -> Vec<(&'static str, String)> {
    vec![
        ("algorithm", algorithm(&spec.algorithm)),
        ("target", format!("column {} of {} classes", spec.target, spec.classes)),
        ("epochs", format!("{}, batches of {} rows", spec.epochs, spec.batch_rows)),
        ("learning rate", format_millionths(spec.learning_rate)),
        ("momentum, weight decay", [spec.momentum, spec.weight_decay].map(format_millionths).join(", ")),
        ("holdout", format!("{} of 1000 rows", spec.holdout)),
    ]
}

/// Metrics on the holdout.
pub fn metrics(metrics: &TrainingMetrics) -> Description {
    let text = format!(
        "{} on {} rows ({} by always answering the commonest class)",
        format_millionths(metrics.accuracy()),
        metrics.holdout_rows,
        format_millionths(metrics.majority_accuracy())
    );
    let value = json!({
        "accuracy": metrics.accuracy(),
        "majority_accuracy": metrics.majority_accuracy(),
        "counts": metrics,
    });
    Description { text, value }
}

/// Short name of a job's state.
pub fn job_state_name(state: &JobState) -> &'static str {
    match state {
        JobState::Open { .. } => "open",
        JobState::Matched { .. } => "matched",
        JobState::AwaitingKey { .. } => "awaiting-key",
        JobState::Running { .. } => "running",
        JobState::Evaluating { .. } => "evaluating",
        JobState::Closed { outcome, .. } => match outcome {
            JobOutcome::Settled { .. } => "settled",
            JobOutcome::Rejected { .. } => "rejected",
            JobOutcome::Undecided { .. } => "undecided",
            JobOutcome::Cancelled => "cancelled",
            JobOutcome::Expired => "expired",
        },
    }
}

/// How far a job has come. Heartbeats change the text, nothing else within a state does.
pub fn job_state(state: &JobState) -> Description {
    let name = job_state_name(state);
    let (text, mut value) = match state {
        JobState::Open { match_by } => {
            (format!("waiting for an offer until block {match_by}"), json!({ "match_by": match_by }))
        }
        JobState::Matched { provider, price, accept_by } => (
            format!("reserved for {provider} at {}, to be accepted by block {accept_by}", format_nrc(*price)),
            json!({ "provider": provider.to_string(), "price": price.to_string(), "accept_by": accept_by }),
        ),
        JobState::AwaitingKey { provider, price, training_use, accepted_at } => (
            format!("accepted by {provider}; waiting for the data provider's key (training use {training_use})"),
            json!({
                "provider": provider.to_string(),
                "price": price.to_string(),
                "training_use": training_use,
                "accepted_at": accepted_at,
            }),
        ),
        JobState::Running { provider, price, training_use, seed, position, deliver_by, .. } => (
            format!("training at {provider}, {position} checkpoints reached; due by block {deliver_by}"),
            json!({
                "provider": provider.to_string(),
                "price": price.to_string(),
                "training_use": training_use,
                "seed": seed,
                "position": position,
                "deliver_by": deliver_by,
            }),
        ),
        JobState::Evaluating { provider, price, seed, result, .. } => (
            format!("evaluators check the result of {provider}: accuracy {}", metrics(&result.metrics).text),
            json!({ "provider": provider.to_string(), "price": price.to_string(), "seed": seed, "result": result }),
        ),
        JobState::Closed { outcome, prunes_at } => job_outcome(outcome, *prunes_at),
    };
    value["name"] = name.into();
    Description { text: format!("{name}: {text}"), value }
}

fn job_outcome(outcome: &JobOutcome<AccountId, Balance>, prunes_at: BlockNumber) -> (String, Value) {
    match outcome {
        JobOutcome::Settled { provider, model, paid, score } => (
            format!("{provider} made model {model}, score {score} of 100, paid {}", format_nrc(*paid)),
            json!({
                "provider": provider.to_string(),
                "model": model,
                "paid": paid.to_string(),
                "score": score,
                "prunes_at": prunes_at,
            }),
        ),
        JobOutcome::Rejected { provider } => (
            format!("the committee refused the result of {provider}"),
            json!({ "provider": provider.to_string(), "prunes_at": prunes_at }),
        ),
        JobOutcome::Undecided { provider } => (
            format!("the committee did not decide about the result of {provider}; the escrow went back"),
            json!({ "provider": provider.to_string(), "prunes_at": prunes_at }),
        ),
        JobOutcome::Cancelled => ("by its owner".into(), json!({ "prunes_at": prunes_at })),
        JobOutcome::Expired => (
            "nobody took it, or nobody delivered, in time; the escrow went back".into(),
            json!({ "prunes_at": prunes_at }),
        ),
    }
}

/// A job.
pub fn job(id: JobId, record: &JobRecord) -> Description {
    let JobRecord { owner, request, data_provider, work_units, escrow, failed_providers, posted_at, .. } = record;
    let state = job_state(&record.state);
    let (model, price, score) = match &record.state {
        JobState::Closed { outcome: JobOutcome::Settled { model, paid, score, .. }, .. } => {
            (Some(*model), Some(paid.to_string()), Some(*score))
        }
        _ => (None, None, None),
    };
    let paid = if record.training_paid { " (paid)" } else { "" };
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
        ("work units", work_units.to_string()),
        ("highest price of a unit", format_nrc(request.max_unit_price)),
        ("price of the data", format!("{}{paid}", format_nrc(record.training_price))),
        ("escrow", format_nrc(*escrow)),
        ("failed attempts", failed_providers.len().to_string()),
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
        "max_unit_price": request.max_unit_price.to_string(),
        "max_training_price": request.max_training_price.to_string(),
        "training_price": record.training_price.to_string(),
        "training_paid": record.training_paid,
        "deliver_within": request.deliver_within,
        "baseline": request.baseline,
        "work_units": work_units,
        "escrow": escrow.to_string(),
        "failed_providers": failed,
        "posted_at": posted_at,
        "model": model,
        "paid": price,
        "score": score,
    });
    Description { text: lines(&pairs), value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{ModelId, Seed, TrainingUseId};

    fn account(byte: u8) -> AccountId {
        AccountId([byte; 32])
    }

    #[test]
    fn every_state_of_a_job_has_a_name_in_both_forms() {
        let provider = account(1);
        let seed = Seed::new([2; 32]);
        let training_use = TrainingUseId::new(3);
        let outcomes = [
            JobOutcome::Settled { provider, model: ModelId::new(4), paid: u128::MAX, score: 85 },
            JobOutcome::Rejected { provider },
            JobOutcome::Undecided { provider },
            JobOutcome::Cancelled,
            JobOutcome::Expired,
        ];
        let mut states = vec![
            JobState::Open { match_by: 5 },
            JobState::Matched { provider, price: u128::MAX, accept_by: 6 },
            JobState::AwaitingKey { provider, price: 7, training_use, accepted_at: 8 },
            JobState::Running {
                provider,
                price: 7,
                training_use,
                seed,
                challenged_chunk: 0,
                position: 9,
                heartbeat_by: 10,
                deliver_by: 11,
            },
        ];
        states.extend(outcomes.into_iter().map(|outcome| JobState::Closed { outcome, prunes_at: 12 }));
        for state in states {
            let Description { text, value } = job_state(&state);
            assert_eq!(value["name"], job_state_name(&state));
            assert!(text.starts_with(job_state_name(&state)), "{text}");
        }
    }

    #[test]
    fn amounts_are_strings_for_programs_and_nrc_for_people() {
        let state = JobState::Matched { provider: account(1), price: u128::MAX, accept_by: 6 };
        let Description { text, value } = job_state(&state);
        assert_eq!(value["price"], u128::MAX.to_string());
        assert!(text.contains("340282366920938463463374607.431768211455 NRC"), "{text}");
    }
}
