//! Datasets: schema, package, registration, looking at them, selling and buying copies.

mod pack;
mod register;
mod score;
#[cfg(test)]
mod tests;

pub use pack::{read_schema, read_table, stored_schema};

use super::{buy, show_licences, submit};
use crate::{
    args::{DatasetCommand, TermsArguments},
    context::{parse_account, Context},
    describe,
    output::table as text_table,
};
use anyhow::{Context as _, Result};
use neurodata_chain::{amount::format_nrc, calls, AccountId, Chain, DatasetRecord};
use neurodata_dataset::{InferOptions, Schema};
use neurodata_primitives::{Asset, DatasetId};
use serde_json::json;
use std::path::PathBuf;

pub async fn run(context: &Context, command: DatasetCommand) -> Result<()> {
    match command {
        DatasetCommand::InferSchema { table, name, description, target, categories, out, reading } => {
            let name = name.unwrap_or_else(|| pack::stem(&table));
            pack::infer_schema(context, &table, InferOptions { name, description, target, categories }, out, &reading)
        }
        DatasetCommand::Pack { table, schema, key, out, reading } => {
            pack::pack(context, table, schema, key, out, reading).await
        }
        DatasetCommand::Verify { package, key, dataset } => pack::verify(context, package, key, dataset).await,
        DatasetCommand::Export { package, out } => pack::export(context, package, out).await,
        DatasetCommand::Register(arguments) => register::register(context, *arguments).await,
        DatasetCommand::Prove { package } => register::prove(context, package).await,
        DatasetCommand::Show { dataset } => {
            let chain = context.chain().await?;
            let shown = describe::dataset(dataset, &record_of(&chain, dataset).await?);
            context.output.show(shown.text, shown.value);
            Ok(())
        }
        DatasetCommand::List { owner, active } => list(context, owner, active).await,
        DatasetCommand::Search { text, active } => search(context, &text, active).await,
        DatasetCommand::Buy { dataset, buying } => buy::buy(context, Asset::Dataset(dataset), buying).await,
        DatasetCommand::Licences { dataset } => show_licences(context, Asset::Dataset(dataset)).await,
        DatasetCommand::UpdateTerms(arguments) => update_terms(context, *arguments).await,
        DatasetCommand::UpdateUris { dataset, uris, package } => update_uris(context, dataset, uris, package).await,
        DatasetCommand::AddStake { dataset, amount } => {
            let done = format!("the stake of dataset {dataset} grew by {}", format_nrc(amount));
            submit(context, calls::add_stake(dataset, amount), &done).await
        }
        DatasetCommand::Score { dataset, recompute } => score::show(context, dataset, recompute).await,
        DatasetCommand::Inspect { dataset, seats, fee } => {
            let done = format!(
                "an inspection of dataset {dataset} by {seats} evaluators is requested; `neurodata dataset inspections` \
                 shows how far it is"
            );
            submit(context, calls::request_inspection(dataset, seats, fee), &done).await
        }
        DatasetCommand::Inspections => inspections(context).await,
        DatasetCommand::Delist { dataset } => {
            submit(context, calls::delist_dataset(dataset), &format!("dataset {dataset} is off sale")).await
        }
        DatasetCommand::Withdraw { dataset } => {
            let done = format!("the stake of dataset {dataset} is released, and its record removed");
            submit(context, calls::withdraw_stake(dataset), &done).await
        }
    }
}

/// The record of a dataset, or an error that says that there is none.
pub async fn record_of(chain: &Chain, dataset: DatasetId) -> Result<DatasetRecord> {
    let record = chain.dataset(dataset).await?;
    record.with_context(|| format!("there is no dataset {dataset} on this chain; `neurodata dataset list` shows all"))
}

async fn update_terms(context: &Context, arguments: TermsArguments) -> Result<()> {
    let dataset = arguments.dataset;
    let record = record_of(&context.chain().await?, dataset).await?;
    let terms = register::updated(record.terms, &arguments)?;
    submit(context, calls::update_terms(dataset, terms), &format!("dataset {dataset} has new terms")).await
}

async fn update_uris(context: &Context, dataset: DatasetId, uris: Vec<String>, package: Option<PathBuf>) -> Result<()> {
    let mut all = Vec::new();
    if let Some(path) = package {
        all.push(neurodata_storage::uri::format(&pack::store_package(context, &path)?));
    }
    all.extend(uris);
    let uris = all.iter().map(|text| super::location(text)).collect::<Result<Vec<_>>>()?;
    submit(context, calls::update_uris(dataset, uris), &format!("dataset {dataset} is at {}", all.join(" "))).await
}

async fn list(context: &Context, owner: Option<String>, active: bool) -> Result<()> {
    let owner: Option<AccountId> = owner.as_deref().map(parse_account).transpose()?;
    let datasets = context.chain().await?.all_datasets(owner.as_ref(), active).await?;
    let rows = datasets.iter().map(|(id, record)| row(*id, record));
    let text = text_table(&HEADER, &rows.collect::<Vec<_>>());
    let values = datasets.iter().map(|(id, record)| describe::dataset(*id, record).value);
    context.output.show(text, values.collect());
    Ok(())
}

const HEADER: [&str; 7] = ["id", "state", "rows x columns", "training use", "copy", "score", "owner"];

fn row(id: DatasetId, record: &DatasetRecord) -> Vec<String> {
    let copy = if record.terms.uses.download { format_nrc(record.terms.copy_price) } else { "not sold".into() };
    vec![
        id.to_string(),
        describe::dataset_state_name(&record.state).to_owned(),
        format!("{} x {}", record.commitment.rows, record.commitment.columns),
        format_nrc(record.terms.training_price),
        copy,
        record.score.points().to_string(),
        record.owner.to_string(),
    ]
}

async fn search(context: &Context, text: &str, active: bool) -> Result<()> {
    let datasets = context.chain().await?.all_datasets(None, active).await?;
    let mut unknown = 0;
    let mut found = Vec::new();
    for (id, record) in datasets {
        let schema = stored_schema(context, id, &record).ok();
        unknown += usize::from(schema.is_none());
        if matches(text, id, &record.owner, schema.as_ref()) {
            found.push((id, record, schema));
        }
    }
    if unknown > 0 {
        eprintln!(
            "note: the names and columns of {unknown} datasets are not known, as their packages are not in the store"
        );
    }
    let rows = found.iter().map(|(id, record, schema)| {
        let mut row = row(*id, record);
        row.insert(1, schema.as_ref().map_or_else(|| "?".into(), |schema| schema.name().to_owned()));
        row
    });
    let header: Vec<&str> = [&HEADER[..1], &["name"], &HEADER[1..]].concat();
    let text = text_table(&header, &rows.collect::<Vec<_>>());
    let values = found.iter().map(|(id, record, schema)| {
        let mut value = describe::dataset(*id, record).value;
        value["name"] = schema.as_ref().map(Schema::name).into();
        value["columns"] = schema
            .as_ref()
            .map(|schema| schema.columns().iter().map(|column| column.name.as_str()).collect::<Vec<_>>())
            .into();
        value
    });
    context.output.show(text, values.collect());
    Ok(())
}

/// Whether a dataset is what somebody who searches for `text` wants.
fn matches(text: &str, id: DatasetId, owner: &AccountId, schema: Option<&Schema>) -> bool {
    let text = text.to_lowercase();
    let contains = |candidate: &str| candidate.to_lowercase().contains(&text);
    let in_schema = |schema: &Schema| {
        contains(schema.name())
            || contains(schema.description())
            || schema.columns().iter().any(|column| contains(&column.name))
    };
    id.to_string() == text || contains(&owner.to_string()) || schema.is_some_and(in_schema)
}

async fn inspections(context: &Context) -> Result<()> {
    let inspections = context.chain().await?.inspections().await?;
    let (rows, values): (Vec<_>, Vec<_>) =
        inspections.iter().map(|(id, record)| describe::inspection(*id, record)).unzip();
    let text = text_table(&["id", "dataset", "seats", "fee", "state"], &rows);
    context.output.show(text, json!(values));
    Ok(())
}
