//! The best models of a dataset.

use super::dataset;
use crate::{args::LeaderboardArguments, context::Context, describe};
use anyhow::{Context as _, Result};
use neurodata_chain::{Chain, DatasetRecord};
use neurodata_dataset::Schema;
use neurodata_primitives::{DatasetId, Metric, Task};

pub async fn show(context: &Context, arguments: LeaderboardArguments) -> Result<()> {
    let LeaderboardArguments { dataset: id, target, holdout } = arguments;
    let chain = context.chain().await?;
    let record = dataset::record_of(&chain, id).await?;
    let target = target.map(|name| column(context, id, &record, &name)).transpose()?;
    let boards = match (target, holdout) {
        // One task is asked for: it is found however many there are.
        (Some(target), Some(holdout)) => of_target(&chain, id, target, holdout).await?,
        _ => {
            let mut boards = chain.list_leaderboards(id).await?;
            boards.retain(|(task, _)| {
                target.is_none_or(|target| task.target == Some(target))
                    && holdout.is_none_or(|holdout| task.holdout == holdout)
            });
            boards
        }
    };
    let shown = describe::leaderboards(id, &boards);
    context.output.show(shown.text, shown.value);
    Ok(())
}

/// The leaderboards of models that classify a column, and of those that fit it.
async fn of_target(
    chain: &Chain,
    dataset: DatasetId,
    target: u16,
    holdout: u16,
) -> Result<Vec<(Task, neurodata_chain::Leaderboard)>> {
    let mut boards = Vec::new();
    for metric in [Metric::Accuracy, Metric::RSquared] {
        let task = Task { dataset, target: Some(target), holdout, metric };
        boards.extend(chain.leaderboard(&task).await?.map(|board| (task, board)));
    }
    Ok(boards)
}

/// Index of the column that is named, or that has this index.
fn column(context: &Context, id: DatasetId, record: &DatasetRecord, name: &str) -> Result<u16> {
    if let Some(index) = index(name, record.commitment.columns)? {
        return Ok(index);
    }
    let schema = dataset::stored_schema(context, id, record)
        .context("columns have names if the dataset's package is in the store; give the index of the target instead")?;
    named(name, &schema)
}

/// The index that a text is; `None` if it is a name.
fn index(text: &str, columns: u32) -> Result<Option<u16>> {
    let Ok(index) = text.parse::<u16>() else { return Ok(None) };
    anyhow::ensure!(
        u32::from(index) < columns,
        "the dataset has {columns} columns, from 0: there is none with index {index}"
    );
    Ok(Some(index))
}

fn named(name: &str, schema: &Schema) -> Result<u16> {
    let index = schema.column_index(name).with_context(|| format!("the dataset has no column {name:?}"))?;
    Ok(u16::try_from(index)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_an_index_or_a_name() {
        assert_eq!(index("1", 2).unwrap(), Some(1));
        assert_eq!(index("age", 2).unwrap(), None);
        assert_eq!(index("-1", 2).unwrap(), None);
        assert!(index("2", 2).unwrap_err().to_string().contains("2 columns"));
        let text = r#"{"format":"neurodata/schema/1","name":"t","columns":[
            {"name":"x","kind":{"numeric":{"min":0,"max":9,"step":1}}},
            {"name":"y","kind":{"category":{"values":["a","b"]}}}],"target":"y"}"#;
        let schema = Schema::parse(text.as_bytes()).unwrap();
        assert_eq!(named("y", &schema).unwrap(), 1);
        assert!(named("z", &schema).unwrap_err().to_string().contains("no column"));
    }
}
