//! Contributors, the reward pool and leaderboards in words.

use super::{history, Description};
use crate::output::{lines, table};
use neurodata_chain::{
    amount::{format_millionths, format_nrc, format_thousandths},
    AccountId, ContributorView, Credit, Leaderboard, PoolStatus,
};
use neurodata_primitives::{training::MICRO, DatasetId, Metric, Rung, Task};
use serde_json::{json, Value};

/// What an account has contributed, as pairs and for programs.
pub fn contributor(view: &ContributorView) -> (Vec<(&'static str, String)>, Value) {
    let ContributorView { record, reputation, .. } = view;
    let done = format!(
        "{} datasets used, {} jobs computed, {} verdicts, {} failures",
        record.dataset_contributions, record.compute_contributions, record.validation_contributions, record.failures
    );
    let pairs = vec![
        ("reputation", format!("{reputation} of 100")),
        ("contributions", done),
        ("credited so far", format_nrc(record.credited)),
        ("lost so far", format_nrc(record.penalised)),
    ];
    let value = json!({
        "datasets": record.dataset_contributions,
        "jobs": record.compute_contributions,
        "verdicts": record.validation_contributions,
        "failures": record.failures,
        "reputation": reputation,
        "active_at": record.active_at,
        "credited": record.credited.to_string(),
        "penalised": record.penalised.to_string(),
    });
    (pairs, value)
}

/// What an account is owed and has staked.
pub fn rewards(account: &AccountId, view: &ContributorView, credits: &[Credit]) -> Description {
    let ContributorView { record, claimable, maturing, stake_reward, history: lines_kept, .. } = view;
    let mut pairs = vec![
        ("account", account.to_string()),
        ("claimable now", format_nrc(*claimable)),
        ("maturing", format_nrc(*maturing)),
        ("stake", format_nrc(record.stake)),
        ("stake rewards not credited yet", format_nrc(*stake_reward)),
    ];
    if let Some(unstaking) = record.unstaking {
        pairs.push((
            "stake coming back",
            format!("{} from block {} on", format_nrc(unstaking.amount), unstaking.releases_at),
        ));
    }
    let (contributions, contributed) = contributor(view);
    pairs.extend(contributions);
    pairs.push(("history", format!("{lines_kept} lines; `neurodata rewards history` shows them")));
    let mut text = lines(&pairs);
    if !credits.is_empty() {
        let rows: Vec<Vec<String>> = credits
            .iter()
            .map(|credit| {
                vec![format_nrc(credit.amount), credit.matures_at.to_string(), history::reason(&credit.reason).text]
            })
            .collect();
        text.push('\n');
        text.push_str(&table(&["amount", "matures at block", "for"], &rows));
    }
    let credits = credits.iter().map(|credit| {
        json!({
            "amount": credit.amount.to_string(),
            "matures_at": credit.matures_at,
            "reason": history::reason(&credit.reason).value,
        })
    });
    let value = json!({
        "account": account.to_string(),
        "owed": claimable.saturating_add(*maturing).to_string(),
        "claimable": claimable.to_string(),
        "maturing": maturing.to_string(),
        "stake": record.stake.to_string(),
        "stake_reward": stake_reward.to_string(),
        "unstaking": record.unstaking.map(|unstaking| {
            json!({ "amount": unstaking.amount.to_string(), "releases_at": unstaking.releases_at })
        }),
        "history": lines_kept,
        "contributions": contributed,
        "credits": credits.collect::<Vec<_>>(),
    });
    Description { text, value }
}

/// The reward pool.
pub fn pool(status: &PoolStatus) -> Description {
    let PoolStatus { available, owed_to_stakers, staked } = status;
    let text = lines(&[
        ("for extra rewards", format_nrc(*available)),
        ("owed to stakers, not credited yet", format_nrc(*owed_to_stakers)),
        ("staked by all", format_nrc(*staked)),
    ]);
    let value = json!({
        "available": available.to_string(),
        "owed_to_stakers": owed_to_stakers.to_string(),
        "staked": staked.to_string(),
    });
    Description { text, value }
}

/// The leaderboards of a dataset, one below the other.
pub fn leaderboards(dataset: DatasetId, boards: &[(Task, Leaderboard)]) -> Description {
    let texts: Vec<String> = boards.iter().map(|(task, board)| leaderboard(task, board)).collect();
    let text = match texts.as_slice() {
        [] => format!("no model of dataset {dataset} was accepted for this yet"),
        texts => texts.join("\n"),
    };
    let values = boards.iter().map(|(task, board)| {
        json!({
            "dataset": task.dataset,
            "target": task.target,
            "holdout": task.holdout,
            "metric": metric(task.metric),
            "models": board.models,
            "rungs": board.rungs.iter().map(rung).collect::<Vec<_>>(),
        })
    });
    Description { text, value: values.collect() }
}

const fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::Accuracy => "accuracy",
        Metric::RSquared => "R2",
        Metric::Explained => "explained share",
    }
}

/// Share of the holdout that counts as right, in millionths, rounded down: the value of the task's metric.
fn share_of(correct: u32, rows: u32) -> u32 {
    let share = u64::from(correct).saturating_mul(u64::from(MICRO)).checked_div(u64::from(rows)).unwrap_or(0);
    u32::try_from(share).unwrap_or(MICRO)
}

fn leaderboard(task: &Task, board: &Leaderboard) -> String {
    let title = format!(
        "dataset {}, {}, {} on {} of the rows: {} models were accepted; a new best is above the one before by \
         more than its standard error\n",
        task.dataset,
        task.target.map_or_else(|| "no target".into(), |target| format!("column {target}")),
        metric(task.metric),
        format_thousandths(task.holdout),
        board.models
    );
    let rows = board.rungs.iter().enumerate().map(|(index, rung)| {
        vec![
            (index + 1).to_string(),
            rung.model.to_string(),
            format_millionths(share_of(rung.correct, rung.rows)),
            format!("{} of {}", rung.correct, rung.rows),
            rung.job.to_string(),
            rung.at.to_string(),
            rung.owner.to_string(),
        ]
    });
    let header = ["rank", "model", metric(task.metric), "right", "job", "block", "owner"];
    title + &table(&header, &rows.collect::<Vec<_>>())
}

fn rung(rung: &Rung<AccountId, neurodata_chain::BlockNumber>) -> Value {
    json!({
        "model": rung.model,
        "job": rung.job,
        "owner": rung.owner.to_string(),
        "correct": rung.correct,
        "rows": rung.rows,
        "value": share_of(rung.correct, rung.rows),
        "at": rung.at,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use neurodata_chain::ContributorRecord;
    use neurodata_primitives::{JobId, ModelId, PayoutReason, Unstaking};

    /// Somebody who has done everything once.
    pub fn view() -> ContributorView {
        let record = ContributorRecord {
            dataset_contributions: 1,
            compute_contributions: 2,
            validation_contributions: 3,
            failures: 4,
            reputation: 60,
            active_at: 5,
            credited: 6,
            penalised: 7,
            stake: 8,
            unstaking: Some(Unstaking { amount: 9, releases_at: 10 }),
            reward_index: 11,
        };
        ContributorView { record, reputation: 55, claimable: 12, maturing: u128::MAX, stake_reward: 13, history: 14 }
    }

    #[test]
    fn rewards_say_what_is_owed_and_what_comes_back() {
        let credit = Credit { amount: 12, matures_at: 20, reason: PayoutReason::Stake };
        let Description { text, value } = rewards(&AccountId([1; 32]), &view(), &[credit]);
        assert_eq!((&value["claimable"], &value["owed"]), (&json!("12"), &json!(u128::MAX.to_string())));
        assert_eq!(value["unstaking"], json!({ "amount": "9", "releases_at": 10 }));
        assert_eq!(value["contributions"]["reputation"], 55, "the reputation of now, not the stored one");
        assert_eq!(value["credits"][0]["reason"]["name"], "stake");
        assert!(text.contains("from block 10 on") && text.contains("55 of 100"), "{text}");
    }

    #[test]
    fn a_leaderboard_shows_the_best_first_with_exact_counts() {
        let task = Task { dataset: DatasetId::new(3), target: Some(13), holdout: 200, metric: Metric::Accuracy };
        let rung = |model, correct| Rung {
            model: ModelId::new(model),
            job: JobId::new(model),
            owner: AccountId([1; 32]),
            correct,
            rows: 60,
            at: 9,
        };
        let board = Leaderboard { rungs: vec![rung(2, 51), rung(1, 40)].try_into().unwrap(), models: 7 };
        let Description { text, value } = leaderboards(task.dataset, &[(task, board)]);
        assert_eq!(value[0]["rungs"][0]["value"], 850_000);
        assert_eq!((&value[0]["models"], &value[0]["rungs"][1]["model"]), (&json!(7), &json!(1)));
        let rows: Vec<&str> = text.lines().collect();
        assert!(rows[0].contains("0.2 of the rows") && rows[2].contains("51 of 60"), "{text}");
        let none = leaderboards(task.dataset, &[]);
        assert!(none.text.contains("no model") && none.value == json!([]));
        assert_eq!(share_of(1, 0), 0);
    }

    #[test]
    fn the_pool_is_in_plancks_for_programs() {
        let status = PoolStatus { available: u128::MAX, owed_to_stakers: 1, staked: 2 };
        assert_eq!(pool(&status).value["available"], u128::MAX.to_string());
    }
}
