//! Where the money of a job came from and went.

use super::{
    history::{self, Flow, LINE_HEADER},
    job_state, Description,
};
use crate::output::{lines, table};
use neurodata_chain::{amount::format_nrc, AccountId, Balance, HistoryEntry, JobOutcome, JobRecord, JobState};
use neurodata_primitives::{ContributionKind, HistoryEvent, JobId, PayoutReason};
use serde_json::{json, Value};
use std::collections::BTreeMap;

/// Lines that the chain keeps of a job; further ones are in the histories of their accounts alone. Source:
/// docs/design/work.md, section 3.
const MAX_JOB_LINES: usize = 128;

/// The amounts of a job by where they came from and went, in plancks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Books {
    /// Paid into the escrow by the owner.
    charged: Balance,
    /// Lost by bonds: penalties and damages.
    bonds: Balance,
    /// Credited from the reward pool.
    pool: Balance,
    /// Credited out of the escrow or by bonds, without what came back to the owner.
    credited: Balance,
    /// Came back to the owner out of the escrow.
    refunded: Balance,
    /// Paid at once by bonds.
    compensated: Balance,
}

impl Books {
    fn of<'a>(entries: impl IntoIterator<Item = &'a HistoryEntry>) -> Self {
        let mut books = Self::default();
        for HistoryEntry { amount, event, .. } in entries {
            let place = match event {
                HistoryEvent::Charged { .. } => &mut books.charged,
                HistoryEvent::PaidDamages { .. } | HistoryEvent::Penalised { .. } => &mut books.bonds,
                HistoryEvent::Refunded { .. } => &mut books.refunded,
                HistoryEvent::Compensated { .. } => &mut books.compensated,
                HistoryEvent::Credited { reason } => match reason {
                    PayoutReason::Extra { .. } | PayoutReason::KnownAnswer { .. } | PayoutReason::Stake => {
                        &mut books.pool
                    }
                    PayoutReason::JobRefund { .. } => &mut books.refunded,
                    _ => &mut books.credited,
                },
                HistoryEvent::Contributed { .. }
                | HistoryEvent::Claimed
                | HistoryEvent::Staked
                | HistoryEvent::Unstaked
                | HistoryEvent::Donated => continue,
            };
            *place = place.saturating_add(*amount);
        }
        books
    }

    /// What no line names: the parts of treasury and pool, what was burned of penalties, and what the wronged and the
    /// reporter got of them. `None` if more went out than came in.
    fn rest(&self, escrow: Balance) -> Option<Balance> {
        let came = self.charged.saturating_add(self.bonds);
        [self.credited, self.refunded, self.compensated, escrow]
            .iter()
            .try_fold(came, |left, out| left.checked_sub(*out))
    }

    /// What left the escrow for others than the owner. `None` if more came back than went in.
    fn spent(&self, escrow: Balance) -> Option<Balance> {
        self.charged.checked_sub(self.refunded)?.checked_sub(escrow)
    }

    /// Whether the amounts agree with the record: nothing came from nowhere, and if a price was paid, the escrow paid
    /// that and the price of the data, no more and no less.
    fn balance(&self, record: &JobRecord) -> bool {
        let (Some(_), Some(spent)) = (self.rest(record.escrow), self.spent(record.escrow)) else { return false };
        let JobState::Closed { outcome: JobOutcome::Settled { paid, .. } | JobOutcome::Stopped { paid, .. }, .. } =
            &record.state
        else {
            return true;
        };
        spent == paid.saturating_add(record.training_price)
    }
}

/// What an account gained and lost.
#[derive(Clone, Copy, Default)]
struct Sum {
    gained: Balance,
    lost: Balance,
}

impl Sum {
    fn of<'a>(entries: impl IntoIterator<Item = &'a HistoryEntry>) -> Self {
        let mut sum = Self::default();
        for entry in entries {
            let place = match history::flow(&entry.event) {
                Flow::Gain => &mut sum.gained,
                Flow::Loss => &mut sum.lost,
                Flow::Own => continue,
            };
            *place = place.saturating_add(entry.amount);
        }
        sum
    }

    /// The difference with its sign, in NRC.
    fn net(&self) -> String {
        if self.gained >= self.lost {
            Flow::Gain.signed(self.gained.saturating_sub(self.lost))
        } else {
            Flow::Loss.signed(self.lost.saturating_sub(self.gained))
        }
    }

    /// The difference with its sign, in plancks.
    fn net_plancks(&self) -> String {
        if self.gained >= self.lost {
            self.gained.saturating_sub(self.lost).to_string()
        } else {
            format!("-{}", self.lost.saturating_sub(self.gained))
        }
    }

    fn value(&self) -> Value {
        json!({ "gained": self.gained.to_string(), "lost": self.lost.to_string(), "net": self.net_plancks() })
    }
}

/// The part that `account` played in a job.
fn part<'a>(
    record: &JobRecord,
    account: &AccountId,
    entries: impl IntoIterator<Item = &'a HistoryEntry>,
) -> &'static str {
    if *account == record.owner {
        return "job owner";
    }
    if *account == record.data_provider {
        return "data provider";
    }
    let kinds = entries.into_iter().filter_map(|entry| match entry.event {
        HistoryEvent::Contributed { kind, .. } => Some(kind),
        HistoryEvent::Penalised { cause, .. } => Some(cause.kind()),
        HistoryEvent::Credited { reason: PayoutReason::Job { kind, .. } | PayoutReason::Extra { kind, .. } } => {
            Some(kind)
        }
        HistoryEvent::Credited { reason: PayoutReason::KnownAnswer { .. } } => Some(ContributionKind::Validation),
        _ => None,
    });
    match kinds.into_iter().next() {
        Some(ContributionKind::Compute) => "compute provider",
        Some(ContributionKind::Validation) => "evaluator",
        Some(ContributionKind::Dataset) => "data provider",
        None => "reporter",
    }
}

/// Every amount of a job with its reason, what each account gained and lost, and whether it all adds up.
pub fn explanation(job: JobId, record: &JobRecord, all: &[(AccountId, HistoryEntry)]) -> Description {
    let complete = all.len() < MAX_JOB_LINES;
    let books = Books::of(all.iter().map(|(_, entry)| entry));
    let balances = complete.then(|| books.balance(record));
    let mut accounts: BTreeMap<[u8; 32], Vec<&HistoryEntry>> = BTreeMap::new();
    for (account, entry) in all {
        accounts.entry(account.0).or_default().push(entry);
    }
    let sums: Vec<_> = accounts
        .into_iter()
        .map(|(account, entries)| {
            let (account, entries) = (AccountId(account), entries.into_iter());
            (account, part(record, &account, entries.clone()), Sum::of(entries))
        })
        .collect();

    let mut text = lines(&[("job", job.to_string()), ("state", job_state(&record.state).text)]);
    let rows = all.iter().map(|(account, entry)| {
        let mut row = history::line(entry).0;
        row.insert(2, account.to_string());
        row
    });
    let [block, amount, what] = LINE_HEADER;
    text += &format!("\n{}\n", table(&[block, amount, "account", what], &rows.collect::<Vec<_>>()));
    let rows = sums.iter().map(|(account, part, sum)| {
        vec![account.to_string(), (*part).into(), format_nrc(sum.gained), format_nrc(sum.lost), sum.net()]
    });
    text += &format!("{}\n", table(&["account", "part", "gained", "lost", "net"], &rows.collect::<Vec<_>>()));
    text += &totals(&books, record.escrow, balances);

    let values = all.iter().map(|(account, entry)| {
        let mut value = history::line(entry).1;
        value["account"] = account.to_string().into();
        value
    });
    let value = json!({
        "job": job,
        "state": job_state(&record.state).value,
        "lines": values.collect::<Vec<_>>(),
        "complete": complete,
        "accounts": sums.iter().map(|(account, part, sum)| {
            let mut value = sum.value();
            value["account"] = account.to_string().into();
            value["part"] = (*part).into();
            value
        }).collect::<Vec<_>>(),
        "charged": books.charged.to_string(),
        "from_bonds": books.bonds.to_string(),
        "from_pool": books.pool.to_string(),
        "credited": books.credited.to_string(),
        "refunded": books.refunded.to_string(),
        "compensated": books.compensated.to_string(),
        "in_escrow": record.escrow.to_string(),
        "rest": books.rest(record.escrow).map(|rest| rest.to_string()),
        "balances": balances,
    });
    Description { text, value }
}

fn totals(books: &Books, escrow: Balance, balances: Option<bool>) -> String {
    let rest = books.rest(escrow).map_or_else(|| "less than nothing".into(), format_nrc);
    let verdict = match balances {
        None => format!("cannot be told: the chain keeps {MAX_JOB_LINES} lines of a job, and there may be more"),
        Some(true) => "yes: what came in went out, is in escrow, or is the rest".into(),
        Some(false) => "NO: the lines do not account for the escrow; please report this job".into(),
    };
    lines(&[
        ("paid into escrow", format_nrc(books.charged)),
        ("lost by bonds", format_nrc(books.bonds)),
        ("credited to participants", format_nrc(books.credited)),
        ("came back to the owner", format_nrc(books.refunded)),
        ("paid at once by bonds", format_nrc(books.compensated)),
        ("still in escrow", format_nrc(escrow)),
        ("rest: treasury, pool, burned, parts of penalties", rest),
        ("credited from the reward pool", format_nrc(books.pool)),
        ("does it balance", verdict),
    ])
}

/// What one account gained and lost by a job.
pub fn own_lines(job: JobId, account: &AccountId, entries: &[HistoryEntry]) -> Description {
    let sum = Sum::of(entries);
    let (rows, values): (Vec<_>, Vec<_>) = entries.iter().map(history::line).unzip();
    let mut text = lines(&[
        ("job", job.to_string()),
        ("account", account.to_string()),
        ("gained", format_nrc(sum.gained)),
        ("lost", format_nrc(sum.lost)),
        ("net", sum.net()),
    ]);
    text += &format!("\n{}", table(&LINE_HEADER, &rows));
    let mut value = sum.value();
    value["job"] = json!(job);
    value["account"] = account.to_string().into();
    value["lines"] = values.into();
    Description { text, value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describe::job::tests::{account, record};
    use neurodata_primitives::{ModelId, PenaltyCause, TrainingUseId};

    const JOB: JobId = JobId::new(7);
    const OWNER: u8 = 1;
    const DATA: u8 = 2;
    const PROVIDER: u8 = 3;
    const EVALUATOR: u8 = 4;

    fn line(who: u8, amount: Balance, event: HistoryEvent) -> (AccountId, HistoryEntry) {
        (account(who), HistoryEntry { at: 5, amount, event })
    }

    fn credited(who: u8, amount: Balance, reason: PayoutReason) -> (AccountId, HistoryEntry) {
        line(who, amount, HistoryEvent::Credited { reason })
    }

    /// A job for 1,000 of which 600 were agreed, with data for 100, settled.
    fn settled() -> (JobRecord, Vec<(AccountId, HistoryEntry)>) {
        let outcome = JobOutcome::Settled { provider: account(PROVIDER), model: ModelId::new(1), paid: 600, score: 80 };
        let closed = JobState::Closed { outcome, prunes_at: 9 };
        let record = JobRecord { escrow: 0, training_price: 100, ..record(closed) };
        let (job, training_use) = (JOB, TrainingUseId::new(1));
        let lines = vec![
            line(OWNER, 1_100, HistoryEvent::Charged { job }),
            credited(DATA, 95, PayoutReason::TrainingUse { training_use, job }),
            credited(DATA, 150, PayoutReason::Job { job, kind: ContributionKind::Dataset }),
            credited(PROVIDER, 360, PayoutReason::Job { job, kind: ContributionKind::Compute }),
            credited(EVALUATOR, 60, PayoutReason::Job { job, kind: ContributionKind::Validation }),
            credited(PROVIDER, 9, PayoutReason::Extra { job, kind: ContributionKind::Compute }),
            line(OWNER, 400, HistoryEvent::Refunded { job }),
        ];
        (record, lines)
    }

    #[test]
    fn a_settled_job_balances_and_says_what_each_account_gained() {
        let (record, lines) = settled();
        let Description { text, value } = explanation(JOB, &record, &lines);
        assert_eq!(value["balances"], true, "{text}");
        assert_eq!((&value["rest"], &value["from_pool"]), (&json!("35"), &json!("9")));
        let of = |who: u8| {
            let name = account(who).to_string();
            value["accounts"].as_array().unwrap().iter().find(|sum| sum["account"] == name).unwrap().clone()
        };
        assert_eq!((&of(OWNER)["net"], &of(OWNER)["part"]), (&json!("-700"), &json!("job owner")));
        assert_eq!((&of(PROVIDER)["net"], &of(PROVIDER)["part"]), (&json!("369"), &json!("compute provider")));
        assert_eq!((&of(EVALUATOR)["net"], &of(EVALUATOR)["part"]), (&json!("60"), &json!("evaluator")));
        assert_eq!(of(DATA)["gained"], "245");
        assert!(text.contains("does it balance") && text.contains("yes"), "{text}");
    }

    #[test]
    fn money_from_nowhere_or_to_nowhere_does_not_balance() {
        let (record, mut lines) = settled();
        lines.push(line(OWNER, 1, HistoryEvent::Refunded { job: JOB }));
        assert_eq!(explanation(JOB, &record, &lines).value["balances"], false, "more came back than was left");
        let (record, mut lines) = settled();
        lines.push(credited(DATA, 36, PayoutReason::Job { job: JOB, kind: ContributionKind::Dataset }));
        let Description { text, value } = explanation(JOB, &record, &lines);
        assert_eq!((&value["balances"], &value["rest"]), (&json!(false), &Value::Null), "{text}");
        let (record, mut lines) = settled();
        lines.pop();
        assert_eq!(explanation(JOB, &record, &lines).value["balances"], false, "the refund is missing");
        let (record, lines) = settled();
        let held = JobRecord { escrow: 1, ..record };
        assert_eq!(explanation(JOB, &held, &lines).value["balances"], false, "a planck too much in escrow");
    }

    #[test]
    fn penalties_and_damages_are_accounted_to_the_bonds() {
        let (record, mut lines) = settled();
        let (job, failed) = (JOB, 8);
        let cause = PenaltyCause::HeartbeatMissed { job, heartbeat_by: 4 };
        lines.insert(1, line(failed, 50, HistoryEvent::Penalised { cause, reputation: 40 }));
        lines.insert(2, line(OWNER, 10, HistoryEvent::Compensated { job }));
        // The key of the failed attempt is paid by its bond, that of the other one by the escrow.
        lines.insert(3, line(failed, 100, HistoryEvent::PaidDamages { job }));
        let reason = PayoutReason::TrainingUse { training_use: TrainingUseId::new(0), job };
        lines.insert(4, credited(DATA, 95, reason));
        let Description { text, value } = explanation(JOB, &record, &lines);
        assert_eq!(value["balances"], true, "{text}");
        assert_eq!((&value["from_bonds"], &value["compensated"]), (&json!("150"), &json!("10")));
        assert_eq!(value["rest"], "80", "35 of the prices, 5 of the damages, 40 of the penalty");
        assert!(text.contains("by block 4"), "the evidence is shown: {text}");
    }

    #[test]
    fn an_open_job_has_its_money_in_escrow() {
        let record = JobRecord { escrow: 1_100, ..record(JobState::Open { match_by: 9 }) };
        let lines = [line(OWNER, 1_100, HistoryEvent::Charged { job: JOB })];
        assert_eq!(explanation(JOB, &record, &lines).value["balances"], true);
        assert_eq!(explanation(JOB, &record, &[]).value["balances"], false, "an escrow that nobody paid");
    }

    #[test]
    fn a_full_list_is_said_to_prove_nothing() {
        let (record, mut lines) = settled();
        lines.resize(MAX_JOB_LINES, line(EVALUATOR, 0, HistoryEvent::Claimed));
        let Description { text, value } = explanation(JOB, &record, &lines);
        assert_eq!((&value["balances"], &value["complete"]), (&Value::Null, &json!(false)));
        assert!(text.contains("cannot be told"), "{text}");
    }

    #[test]
    fn the_lines_of_one_account_have_their_own_sum() {
        let (_, lines) = settled();
        let own: Vec<_> = lines.into_iter().filter(|(who, _)| *who == account(OWNER)).map(|(_, entry)| entry).collect();
        let Description { text, value } = own_lines(JOB, &account(OWNER), &own);
        assert_eq!((&value["gained"], &value["lost"], &value["net"]), (&json!("400"), &json!("1100"), &json!("-700")));
        assert_eq!(value["lines"].as_array().unwrap().len(), 2);
        assert!(text.contains("-0.0000000007 NRC"), "{text}");
    }
}
