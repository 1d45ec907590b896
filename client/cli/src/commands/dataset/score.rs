//! The quality score of a dataset, recomputed from events.

use super::record_of;
use crate::{
    context::Context,
    describe,
    output::{bar, lines, table},
};
use anyhow::{ensure, Result};
use neurodata_chain::{amount::format_thousandths, BlockNumber, Chain};
use neurodata_primitives::{DatasetId, QualityScore, ScoreCause};
use serde_json::{json, Value};

/// One change of a score.
struct Change {
    block: BlockNumber,
    cause: ScoreCause,
    /// What the chain says the score was afterwards.
    score: QualityScore,
}

pub async fn show(context: &Context, dataset: DatasetId, recompute: bool) -> Result<()> {
    let chain = context.chain().await?;
    let record = record_of(&chain, dataset).await?;
    if !recompute {
        let text = lines(&[("dataset", dataset.to_string()), ("score", describe::score(record.score))]);
        context.output.show(text, json!({ "dataset": dataset, "score_millis": record.score.millis() }));
        return Ok(());
    }
    let changes = changes(&chain, dataset, record.registered_at).await?;
    // What happened since the record was read is among the changes.
    let registered = record_of(&chain, dataset).await?.score;
    let outcome = recomputed(&changes);
    let rows = changes
        .iter()
        .map(|change| vec![change.block.to_string(), cause(change.cause).0, format_thousandths(change.score.millis())]);
    let mut text = table(&["block", "cause", "score after it"], &rows.collect::<Vec<_>>());
    text += &format!("\nrecomputed from {} events: {}\n", changes.len(), describe::score(outcome.score));
    text += &format!("on chain: {}\n", describe::score(registered));
    let value = json!({
        "dataset": dataset,
        "score_millis": registered.millis(),
        "recomputed_millis": outcome.score.millis(),
        "agrees": outcome.score == registered && outcome.wrong.is_none(),
        "changes": changes.iter().map(|change| {
            json!({ "block": change.block, "cause": cause(change.cause).1, "score_millis": change.score.millis() })
        }).collect::<Vec<_>>(),
    });
    context.output.show(text, value);
    if let Some(block) = outcome.wrong {
        anyhow::bail!("the event in block {block} gives another score than the formula");
    }
    ensure!(outcome.score == registered, "the score on chain is not the one that the events give");
    Ok(())
}

async fn changes(chain: &Chain, dataset: DatasetId, since: BlockNumber) -> Result<Vec<Change>> {
    let best = chain.best_block().await?.number;
    let progress = bar(u64::from(best.saturating_sub(since)) + 1, "reading blocks");
    let shown = |done| progress.set_position(done);
    let events = chain.events_between(since..=best, "DatasetRegistry", &["ScoreChanged"], &shown).await;
    progress.finish_and_clear();
    let mut changes = Vec::new();
    for past in events? {
        let (id, cause, score): (DatasetId, ScoreCause, QualityScore) = past.event.decode()?;
        if id == dataset {
            changes.push(Change { block: past.block.number, cause, score });
        }
    }
    Ok(changes)
}

/// What the formula makes of the changes.
struct Recomputed {
    score: QualityScore,
    /// Block of the first event whose score is not the formula's.
    wrong: Option<BlockNumber>,
}

fn recomputed(changes: &[Change]) -> Recomputed {
    let mut expected = QualityScore::INITIAL;
    let wrong = changes.iter().find(|change| {
        expected = expected.after(change.cause);
        expected != change.score
    });
    let wrong = wrong.map(|change| change.block);
    let score = neurodata_primitives::score::replay(changes.iter().map(|change| change.cause));
    Recomputed { score, wrong }
}

/// A cause in both forms.
fn cause(cause: ScoreCause) -> (String, Value) {
    match cause {
        ScoreCause::CopySettled { confirmed } => {
            let how = if confirmed { "confirmed by its buyer" } else { "settled" };
            (format!("a copy was {how}"), json!({ "name": "copy-settled", "confirmed": confirmed }))
        }
        ScoreCause::JobSettled { improvement } => {
            let better = neurodata_chain::amount::format_millionths(improvement);
            (
                format!("a model beat the baseline by {better}"),
                json!({ "name": "job-settled", "improvement": improvement }),
            )
        }
        ScoreCause::Attested => ("an evaluator attested the package".into(), json!({ "name": "attested" })),
        ScoreCause::KeyNotDelivered => ("a key was not delivered".into(), json!({ "name": "key-not-delivered" })),
        ScoreCause::ComplaintUpheld => ("a complaint was upheld".into(), json!({ "name": "complaint-upheld" })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn honest(causes: &[ScoreCause]) -> Vec<Change> {
        let mut score = QualityScore::INITIAL;
        let change = |(block, cause): (usize, &ScoreCause)| {
            score = score.after(*cause);
            Change { block: block as BlockNumber, cause: *cause, score }
        };
        causes.iter().enumerate().map(change).collect()
    }

    #[test]
    fn honest_events_give_the_score_that_they_name() {
        let causes = [ScoreCause::Attested, ScoreCause::CopySettled { confirmed: true }, ScoreCause::KeyNotDelivered];
        let changes = honest(&causes);
        let outcome = recomputed(&changes);
        assert_eq!((outcome.score, outcome.wrong), (changes[2].score, None));
        assert_eq!(recomputed(&[]).score, QualityScore::INITIAL);
    }

    #[test]
    fn an_event_that_does_not_follow_the_formula_is_named() {
        let mut changes = honest(&[ScoreCause::Attested; 4]);
        changes[2].score = QualityScore::MAX;
        assert_eq!(recomputed(&changes).wrong, Some(2));
    }

    #[test]
    fn every_cause_has_a_name() {
        let job = cause(ScoreCause::JobSettled { improvement: 50_000 });
        assert_eq!((job.0.as_str(), &job.1["improvement"]), ("a model beat the baseline by 0.05", &json!(50_000)));
        assert_eq!(cause(ScoreCause::ComplaintUpheld).1["name"], "complaint-upheld");
    }
}
