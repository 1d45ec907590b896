//! What cancelling a job costs its owner.

use super::Description;
use neurodata_chain::{amount::format_nrc, Balance, JobRecord, JobState};
use serde_json::json;

/// What the owner pays for a job that is cancelled and whose provider proves `done` of `all` steps: the part of the price,
/// rounded down. Source: docs/design/work.md, section 1.
fn progress_price(price: Balance, done: u64, all: u64) -> Balance {
    let (done, all) = (Balance::from(done.min(all)), Balance::from(all.max(1)));
    // price * done / all without overflow.
    (price / all).saturating_mul(done).saturating_add((price % all).saturating_mul(done) / all)
}

/// What cancelling a job costs in the state it is in; an error that says why it cannot be cancelled.
pub fn cancellation(record: &JobRecord) -> Result<Description, String> {
    match &record.state {
        JobState::Open { .. } | JobState::Matched { .. } => Ok(Description {
            text: format!(
                "it does not run yet, so this costs nothing but the fee: {} come back from escrow",
                format_nrc(record.escrow)
            ),
            value: json!({ "training_price": "0", "progress_price": "0" }),
        }),
        JobState::AwaitingKey { .. } => {
            Err("the data provider owes the key, which may be on its way; wait until it is delivered, or until its time is \
                 over, which closes the job and refunds everything"
                .into())
        }
        JobState::Running { assignment, progress, .. } => {
            let training = if record.training_paid { 0 } else { record.training_price };
            let (spec, rows) = (&record.request.spec, record.rows);
            let last = spec.segments(rows);
            let position = progress.map_or(0, |progress| progress.position);
            let price_at = |position| progress_price(assignment.price, spec.steps_at(rows, position), spec.steps(rows));
            let (reached, highest) = (price_at(position), price_at(position.saturating_add(1)));
            let data = match training {
                0 => "the price of the data is paid already".into(),
                training => format!("the price of the data, {}, is paid", format_nrc(training)),
            };
            let text = format!(
                "it runs: {data}, and {} may prove how far it came and be paid for it, {} for the {position} of {last} \
                 checkpoints that it reported, up to {}; the rest comes back from escrow",
                assignment.provider,
                format_nrc(reached),
                format_nrc(highest)
            );
            let value = json!({
                "training_price": training.to_string(),
                "progress_price": reached.to_string(),
                "highest_progress_price": highest.to_string(),
            });
            Ok(Description { text, value })
        }
        JobState::Stopping { submit_by, .. } => {
            Err(format!("it is cancelled already; its provider may prove its progress until block {submit_by}"))
        }
        JobState::Evaluating { .. } => {
            Err("its work is done and evaluators check it; the escrow is settled when they decide".into())
        }
        JobState::Closed { .. } => Err("it is over".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describe::job::tests::{record, running, states};
    use neurodata_chain::Assignment;

    fn with_price(state: JobState, price: Balance) -> JobState {
        match state {
            JobState::Running {
                assignment,
                training_use,
                seed,
                challenged_chunk,
                progress,
                heartbeat_by,
                deliver_by,
            } => JobState::Running {
                assignment: Assignment { price, ..assignment },
                training_use,
                seed,
                challenged_chunk,
                progress,
                heartbeat_by,
                deliver_by,
            },
            other => other,
        }
    }

    #[test]
    fn cancelling_is_free_until_the_job_runs_and_impossible_after() {
        let names = states().into_iter().map(|state| {
            let name = super::super::job_state_name(&state);
            let cost = cancellation(&record(state)).map(|cost| cost.value["training_price"].clone());
            (name, cost.ok())
        });
        for (name, cost) in names {
            match name {
                "open" | "matched" => assert_eq!(cost, Some(json!("0")), "{name}"),
                "running" => assert_eq!(cost, Some(json!("100")), "{name}"),
                _ => assert_eq!(cost, None, "{name}"),
            }
        }
    }

    #[test]
    fn a_running_job_costs_its_data_and_its_progress() {
        let mut record = record(with_price(running(Some(4)), 1_001));
        let Description { text, value } = cancellation(&record).unwrap();
        assert_eq!((&value["progress_price"], &value["highest_progress_price"]), (&json!("400"), &json!("500")));
        assert!(text.contains("4 of 10 checkpoints"), "{text}");
        record.training_paid = true;
        let Description { text, value } = cancellation(&record).unwrap();
        assert_eq!(value["training_price"], "0");
        assert!(text.contains("paid already"), "{text}");
    }

    #[test]
    fn progress_is_priced_like_the_chain_does_whatever_the_price() {
        assert_eq!(progress_price(100, 0, 10), 0);
        assert_eq!(progress_price(100, 10, 10), 100);
        assert_eq!(progress_price(99, 1, 10), 9);
        assert_eq!(progress_price(99, 7, 10), 69);
        assert_eq!(progress_price(u128::MAX, 10, 10), u128::MAX);
        assert_eq!(progress_price(100, 11, 10), 100, "no more than the price");
        assert_eq!(progress_price(100, 1, 0), 0);
    }
}
