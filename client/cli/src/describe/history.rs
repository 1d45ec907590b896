//! Histories in words: why amounts were credited, charged and lost, and the evidence of each penalty.

use super::{fault, sale, Description};
use neurodata_chain::{amount::format_nrc, Balance, HistoryEntry};
use neurodata_primitives::{ContributionKind, HistoryEvent, JobId, PayoutReason, PenaltyCause};
use serde_json::{json, Value};

/// Which way the amount of a line went, for its account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// It came to the account, or is owed to it.
    Gain,
    /// It left the account for good.
    Loss,
    /// It stayed the account's own.
    Own,
}

impl Flow {
    const fn name(self) -> &'static str {
        match self {
            Self::Gain => "gain",
            Self::Loss => "loss",
            Self::Own => "own",
        }
    }

    /// An amount with the sign of its flow.
    pub fn signed(self, amount: Balance) -> String {
        let sign = match self {
            Self::Gain => "+",
            Self::Loss => "-",
            Self::Own => "",
        };
        if amount == 0 {
            "-".into()
        } else {
            format!("{sign}{}", format_nrc(amount))
        }
    }
}

/// Which way the amount of a line with `event` went.
pub const fn flow(event: &HistoryEvent) -> Flow {
    match event {
        HistoryEvent::Credited { .. } | HistoryEvent::Refunded { .. } | HistoryEvent::Compensated { .. } => Flow::Gain,
        HistoryEvent::Penalised { .. }
        | HistoryEvent::Charged { .. }
        | HistoryEvent::Donated
        | HistoryEvent::PaidDamages { .. } => Flow::Loss,
        HistoryEvent::Contributed { .. } | HistoryEvent::Claimed | HistoryEvent::Staked | HistoryEvent::Unstaked => {
            Flow::Own
        }
    }
}

/// The name of a part in a job, for programs.
const fn kind_name(kind: ContributionKind) -> &'static str {
    match kind {
        ContributionKind::Dataset => "dataset",
        ContributionKind::Compute => "compute",
        ContributionKind::Validation => "validation",
    }
}

/// What was done in a part of a job.
const fn kind_text(kind: ContributionKind) -> &'static str {
    match kind {
        ContributionKind::Dataset => "the data",
        ContributionKind::Compute => "the computation",
        ContributionKind::Validation => "the evaluation",
    }
}

fn both(text: String, name: &str, mut value: Value) -> Description {
    value["name"] = name.into();
    Description { text, value }
}

/// Why an account was credited.
pub fn reason(reason: &PayoutReason) -> Description {
    match *reason {
        PayoutReason::Job { job, kind } => both(
            format!("share of the price of job {job}, for {}", kind_text(kind)),
            "job",
            json!({ "job": job, "kind": kind_name(kind) }),
        ),
        PayoutReason::TrainingUse { training_use, job } => both(
            format!("price of the data of job {job} (training use {training_use})"),
            "training-use",
            json!({ "training_use": training_use, "job": job }),
        ),
        PayoutReason::TreasuryShare => both("the treasury's share".into(), "treasury-share", json!({})),
        PayoutReason::Sale { purchase } => {
            both(format!("price of a copy (purchase {purchase})"), "sale", json!({ "purchase": purchase }))
        }
        PayoutReason::Royalty { model } => {
            both(format!("share of the income of model {model}"), "royalty", json!({ "model": model }))
        }
        PayoutReason::Inspection { inspection } => {
            both(format!("fee for inspection {inspection}"), "inspection", json!({ "inspection": inspection }))
        }
        PayoutReason::JobRefund { job } => {
            both(format!("what was left of the escrow of job {job}"), "job-refund", json!({ "job": job }))
        }
        PayoutReason::Extra { job, kind } => both(
            format!("extra reward from the pool for {} of job {job}", kind_text(kind)),
            "extra",
            json!({ "job": job, "kind": kind_name(kind) }),
        ),
        PayoutReason::KnownAnswer { job } => both(
            format!("fee from the pool for finding the planted trace of job {job} out"),
            "known-answer",
            json!({ "job": job }),
        ),
        PayoutReason::Stake => both("share of the pool's income for the stake".into(), "stake", json!({})),
        PayoutReason::Damages { job } => {
            both(format!("damages from the compute provider that failed job {job}"), "damages", json!({ "job": job }))
        }
    }
}

/// Why an account was penalised, with the evidence.
pub fn cause(cause: &PenaltyCause) -> Description {
    let by_block = |job: JobId, by: u32, missed: &str, name: &str| {
        both(format!("{missed} job {job} by block {by}"), name, json!({ "job": job, "by": by }))
    };
    let of_job = |job: JobId, text: String, name: &str| both(text, name, json!({ "job": job }));
    match *cause {
        PenaltyCause::NotAccepted { job, accept_by } => by_block(job, accept_by, "did not accept", "not-accepted"),
        PenaltyCause::HeartbeatMissed { job, heartbeat_by } => {
            by_block(job, heartbeat_by, "sent no heartbeat of", "heartbeat-missed")
        }
        PenaltyCause::ResultMissed { job, deliver_by } => {
            by_block(job, deliver_by, "submitted no result of", "result-missed")
        }
        PenaltyCause::Released { job } => of_job(job, format!("gave job {job} back after accepting it"), "released"),
        PenaltyCause::ResultRejected { job } => {
            of_job(job, format!("two thirds of the committee rejected its result of job {job}"), "result-rejected")
        }
        PenaltyCause::KeysWithheld { job } => {
            of_job(job, format!("kept the key from more than a third of the committee of job {job}"), "keys-withheld")
        }
        PenaltyCause::ProbeSkipped { job } => of_job(
            job,
            format!("was drawn to plant a trace in job {job} and did not, or kept its secret"),
            "probe-skipped",
        ),
        PenaltyCause::NotSealed { job } => of_job(job, format!("sealed no verdict on job {job} in time"), "not-sealed"),
        PenaltyCause::NotOpened { job } => {
            of_job(job, format!("did not open its seal on job {job} in time"), "not-opened")
        }
        PenaltyCause::PlantAccepted { job, planted, trace, secret } => {
            let secret = format!("0x{}", hex::encode(secret));
            both(
                format!(
                    "accepted {planted} as the trace of job {job}, which no run can have: the links of the true trace \
                     {trace}, which `open_probe` brought, and the secret {secret} give it"
                ),
                "plant-accepted",
                json!({ "job": job, "planted": planted, "trace": trace, "secret": secret }),
            )
        }
        PenaltyCause::Outvoted { job } => {
            of_job(job, format!("two thirds of the committee of job {job} found otherwise"), "outvoted")
        }
        PenaltyCause::InspectionMissed { inspection } => both(
            format!("stayed silent on inspection {inspection}"),
            "inspection-missed",
            json!({ "inspection": inspection }),
        ),
        PenaltyCause::AttestedBadPackage { asset } => both(
            format!("attested the package of {}, which was proved bad", sale::asset(asset)),
            "attested-bad-package",
            json!({ "asset": sale::asset_value(asset) }),
        ),
        PenaltyCause::TrainingKeyMissed { training_use } => both(
            format!("did not deliver the key of training use {training_use} in time"),
            "training-key-missed",
            json!({ "training_use": training_use }),
        ),
        PenaltyCause::TrainingKeyBad { training_use, fault: proved } => {
            let Description { text, value } = fault(proved);
            both(
                format!("what it delivered for training use {training_use} was proved bad: {text}"),
                "training-key-bad",
                json!({ "training_use": training_use, "fault": value }),
            )
        }
        PenaltyCause::CopyKeyMissed { purchase } => both(
            format!("did not deliver the key of purchase {purchase} in time"),
            "copy-key-missed",
            json!({ "purchase": purchase }),
        ),
        PenaltyCause::CopyBad { purchase, fault: proved } => {
            let Description { text, value } = fault(proved);
            both(
                format!("what it delivered for purchase {purchase} was proved bad: {text}"),
                "copy-bad",
                json!({ "purchase": purchase, "fault": value }),
            )
        }
    }
}

/// What happened.
pub fn event(event: &HistoryEvent) -> Description {
    let of_job = |job: &JobId, text: String, name: &str| both(text, name, json!({ "job": job }));
    match event {
        HistoryEvent::Credited { reason: why } => {
            let Description { text, value } = reason(why);
            both(format!("credited: {text}"), "credited", json!({ "reason": value }))
        }
        HistoryEvent::Contributed { job, kind, score, reputation } => both(
            format!("{} of job {job} scored {score} of 100; reputation {reputation}", kind_text(*kind)),
            "contributed",
            json!({ "job": job, "kind": kind_name(*kind), "score": score, "reputation": reputation }),
        ),
        HistoryEvent::Penalised { cause: why, reputation } => {
            let Description { text, value } = cause(why);
            let kind = kind_name(why.kind());
            both(
                format!("penalised: {text}; reputation {reputation}"),
                "penalised",
                json!({ "cause": value, "kind": kind, "reputation": reputation }),
            )
        }
        HistoryEvent::Claimed => both("claimed what was credited".into(), "claimed", json!({})),
        HistoryEvent::Charged { job } => of_job(job, format!("paid into the escrow of job {job}"), "charged"),
        HistoryEvent::Refunded { job } => of_job(job, format!("came back from the escrow of job {job}"), "refunded"),
        HistoryEvent::Compensated { job } => {
            of_job(job, format!("paid at once by the compute provider that failed job {job}"), "compensated")
        }
        HistoryEvent::Staked => both("staked on the profile".into(), "staked", json!({})),
        HistoryEvent::Unstaked => both("asked for stake back".into(), "unstaked", json!({})),
        HistoryEvent::Donated => both("given to the reward pool".into(), "donated", json!({})),
        HistoryEvent::PaidDamages { job } => {
            of_job(job, format!("paid as damages for failing job {job}"), "paid-damages")
        }
    }
}

/// Header of the rows of [`line`].
pub const LINE_HEADER: [&str; 3] = ["block", "amount", "what"];

/// A line of a history, as a row and for programs.
pub fn line(entry: &HistoryEntry) -> (Vec<String>, Value) {
    let HistoryEntry { at, amount, event: happened } = entry;
    let (flow, Description { text, value }) = (flow(happened), event(happened));
    let row = vec![at.to_string(), flow.signed(*amount), text];
    (row, json!({ "block": at, "amount": amount.to_string(), "flow": flow.name(), "event": value }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{Asset, DatasetId, Fault, InspectionId, ModelId, PurchaseId, TraceRoot, TrainingUseId};
    use std::collections::BTreeSet;

    const JOB: JobId = JobId::new(77);

    fn causes() -> Vec<PenaltyCause> {
        let (job, training_use, purchase) = (JOB, TrainingUseId::new(88), PurchaseId::new(99));
        let (trace, secret) = (TraceRoot::new([3; 32]), [4; 32]);
        vec![
            PenaltyCause::NotAccepted { job, accept_by: 11 },
            PenaltyCause::HeartbeatMissed { job, heartbeat_by: 12 },
            PenaltyCause::ResultMissed { job, deliver_by: 13 },
            PenaltyCause::Released { job },
            PenaltyCause::ResultRejected { job },
            PenaltyCause::KeysWithheld { job },
            PenaltyCause::ProbeSkipped { job },
            PenaltyCause::NotSealed { job },
            PenaltyCause::NotOpened { job },
            PenaltyCause::PlantAccepted { job, planted: TraceRoot::new([5; 32]), trace, secret },
            PenaltyCause::Outvoted { job },
            PenaltyCause::InspectionMissed { inspection: InspectionId::new(66) },
            PenaltyCause::AttestedBadPackage { asset: Asset::Dataset(DatasetId::new(55)) },
            PenaltyCause::TrainingKeyMissed { training_use },
            PenaltyCause::TrainingKeyBad { training_use, fault: Fault::BadChunk { chunk: 44 } },
            PenaltyCause::CopyKeyMissed { purchase },
            PenaltyCause::CopyBad { purchase, fault: Fault::WrongKey },
        ]
    }

    fn reasons() -> Vec<PayoutReason> {
        let (job, kind) = (JOB, ContributionKind::Compute);
        vec![
            PayoutReason::Job { job, kind },
            PayoutReason::TrainingUse { training_use: TrainingUseId::new(88), job },
            PayoutReason::TreasuryShare,
            PayoutReason::Sale { purchase: PurchaseId::new(99) },
            PayoutReason::Royalty { model: ModelId::new(33) },
            PayoutReason::Inspection { inspection: InspectionId::new(66) },
            PayoutReason::JobRefund { job },
            PayoutReason::Extra { job, kind },
            PayoutReason::KnownAnswer { job },
            PayoutReason::Stake,
            PayoutReason::Damages { job },
        ]
    }

    fn events() -> Vec<HistoryEvent> {
        let (job, kind) = (JOB, ContributionKind::Validation);
        let mut all = vec![
            HistoryEvent::Contributed { job, kind, score: 80, reputation: 52 },
            HistoryEvent::Claimed,
            HistoryEvent::Charged { job },
            HistoryEvent::Refunded { job },
            HistoryEvent::Compensated { job },
            HistoryEvent::Staked,
            HistoryEvent::Unstaked,
            HistoryEvent::Donated,
            HistoryEvent::PaidDamages { job },
        ];
        all.extend(reasons().into_iter().map(|reason| HistoryEvent::Credited { reason }));
        all.extend(causes().into_iter().map(|cause| HistoryEvent::Penalised { cause, reputation: 40 }));
        all
    }

    fn all_different(names: &[Value]) -> bool {
        let different: BTreeSet<&str> = names.iter().map(|name| name.as_str().unwrap()).collect();
        different.len() == names.len()
    }

    #[test]
    fn every_cause_names_its_evidence_in_both_forms() {
        let names: Vec<Value> = causes().iter().map(|why| cause(why).value["name"].clone()).collect();
        assert!(all_different(&names), "{names:?}");
        let evidence = ["11", "12", "13", "77", "77", "77", "77", "77", "77", "0x", "77", "66", "55", "88", "44", "99", "99"];
        for (why, shown) in causes().iter().zip(evidence) {
            let Description { text, value } = cause(why);
            assert!(text.contains(shown), "{text}");
            assert_eq!(why.job().map(|job| json!(job)), value.get("job").cloned(), "{text}");
        }
    }

    #[test]
    fn evidence_of_an_accepted_plant_names_both_traces_and_the_secret() {
        let (planted, trace, secret) = (TraceRoot::new([5; 32]), TraceRoot::new([3; 32]), [4; 32]);
        let shown = cause(&PenaltyCause::PlantAccepted { job: JOB, planted, trace, secret });
        assert_eq!(shown.value["secret"], format!("0x{}", "04".repeat(32)));
        assert!(shown.text.contains(&planted.to_string()) && shown.text.contains(&trace.to_string()), "{}", shown.text);
    }

    #[test]
    fn every_reason_has_a_name_of_its_own() {
        let names: Vec<Value> = reasons().iter().map(|why| reason(why).value["name"].clone()).collect();
        assert!(all_different(&names), "{names:?}");
        for why in reasons() {
            assert_eq!(why.job().map(|job| json!(job)), reason(&why).value.get("job").cloned());
        }
    }

    #[test]
    fn every_event_is_a_line_with_the_sign_of_its_flow() {
        for happened in events() {
            let (row, value) = line(&HistoryEntry { at: 5, amount: u128::MAX, event: happened });
            assert_eq!(row[0], "5");
            let sign = match flow(&happened) {
                Flow::Gain => '+',
                Flow::Loss => '-',
                Flow::Own => '3',
            };
            assert!(row[1].starts_with(sign), "{row:?}");
            assert_eq!(value["amount"], u128::MAX.to_string());
            assert!(value["event"]["name"].is_string() && !row[2].is_empty(), "{value}");
        }
        let (row, _) = line(&HistoryEntry { at: 5, amount: 0, event: HistoryEvent::Claimed });
        assert_eq!(row[1], "-", "nothing has no sign");
    }
}
