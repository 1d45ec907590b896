//! Trained models: looking at them, fetching their files, predicting, selling and buying licences, sharing income.

mod predict;
mod royalty;
mod sale;

use super::{buy, dataset, show_licences, submit, write_file};
use crate::{
    args::ModelCommand,
    context::{parse_account, Context},
    describe,
    output::{spinner, table as text_table},
};
use anyhow::{ensure, Context as _, Result};
use neurodata_chain::{
    amount::{format_millionths, format_nrc},
    calls, AccountId, Chain, ListedModel, ModelRecord,
};
use neurodata_primitives::{
    model::{file_digest, MAX_ANCESTORS},
    Asset, ModelId,
};
use neurodata_storage::{manifest, BlobStore, Cid, DirectoryStore};
use neurodata_training::ModelIndex;
use serde_json::json;
use std::{fs, io::Write, path::Path};

/// Longest model file, card or report that is fetched, in bytes: 1 GiB.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// Name of the model file of a downloaded model.
const MODEL_FILE: &str = "model.safetensors";
/// Name of the schema file beside a downloaded model.
const SCHEMA_FILE: &str = "schema.json";

pub async fn run(context: &Context, command: ModelCommand) -> Result<()> {
    match command {
        ModelCommand::Show { model } => {
            let shown = describe::model(&entry(&context.chain().await?, model).await?);
            context.output.show(shown.text, shown.value);
            Ok(())
        }
        ModelCommand::List { owner, for_sale } => list(context, owner, for_sale).await,
        ModelCommand::Lineage { model } => lineage(context, model).await,
        ModelCommand::Licences { model } => show_licences(context, Asset::Model(model)).await,
        ModelCommand::Download { model, out } => download(context, model, &out).await,
        ModelCommand::Predict { model, table, schema, reading } => {
            predict::predict(context, model, table, schema, reading).await
        }
        ModelCommand::Seal { model, file, key, out } => sale::seal(context, model, file, key, out).await,
        ModelCommand::Sell(arguments) => sale::sell(context, *arguments).await,
        ModelCommand::UpdateTerms { model, terms } => {
            let call = calls::update_model_terms(model, sale::terms(&terms)?);
            submit(context, call, &format!("model {model} has new terms")).await
        }
        ModelCommand::AddStake { model, amount } => {
            let done = format!("the stake of model {model} grew by {}", format_nrc(amount));
            submit(context, calls::add_model_stake(model, amount), &done).await
        }
        ModelCommand::Delist { model } => {
            submit(context, calls::delist_model(model), &format!("model {model} is off sale")).await
        }
        ModelCommand::Withdraw { model } => {
            let done = format!("the stake of model {model} is released");
            submit(context, calls::withdraw_model_stake(model), &done).await
        }
        ModelCommand::Transfer { model, to } => {
            let to = parse_account(&to)?;
            submit(context, calls::transfer_model(model, to), &format!("model {model} belongs to {to}")).await
        }
        ModelCommand::Buy { model, buying } => buy::buy(context, Asset::Model(model), buying).await,
        ModelCommand::Collect { model, with_children } => royalty::collect(context, model, with_children).await,
    }
}

/// The record of a model, or an error that says that there is none.
pub async fn record_of(chain: &Chain, model: ModelId) -> Result<ModelRecord> {
    let record = chain.model(model).await?;
    record.with_context(|| format!("there is no model {model} on this chain; `neurodata model list` shows all"))
}

/// A model with its sale and its income.
async fn entry(chain: &Chain, id: ModelId) -> Result<ListedModel> {
    let record = record_of(chain, id).await?;
    Ok(ListedModel { id, record, listing: chain.model_listing(id).await?, income: chain.model_income(id).await? })
}

async fn list(context: &Context, owner: Option<String>, for_sale: bool) -> Result<()> {
    let owner: Option<AccountId> = owner.as_deref().map(parse_account).transpose()?;
    let models = context.chain().await?.all_models(owner.as_ref(), for_sale).await?;
    show_list(context, &models);
    Ok(())
}

fn show_list(context: &Context, models: &[ListedModel]) {
    let rows = models.iter().map(|model| {
        let ListedModel { id, record, listing, .. } = model;
        let licences = listing.iter().flat_map(|listing| listing.terms.licences.iter());
        let prices: Vec<_> = licences
            .map(|offer| format!("{} {}", describe::licence_name(offer.kind), format_nrc(offer.price)))
            .collect();
        let sale = describe::listing_name(listing.as_ref());
        vec![
            id.to_string(),
            record.dataset.to_string(),
            describe::algorithm(&record.spec.algorithm),
            format_millionths(record.result.metrics.value()),
            record.score.to_string(),
            if sale == "for sale" { prices.join(", ") } else { sale.into() },
            record.owner.to_string(),
        ]
    });
    let header = ["id", "dataset", "algorithm", "value", "score", "sale", "owner"];
    let text = text_table(&header, &rows.collect::<Vec<_>>());
    let values = models.iter().map(|model| describe::model(model).value);
    context.output.show(text, values.collect());
}

async fn lineage(context: &Context, model: ModelId) -> Result<()> {
    let chain = context.chain().await?;
    record_of(&chain, model).await?;
    let mut ancestors = Vec::new();
    for ancestor in chain.lineage(model, MAX_ANCESTORS).await? {
        ancestors.push(entry(&chain, ancestor).await?);
    }
    show_list(context, &ancestors);
    Ok(())
}

/// What is published about a model.
struct Published {
    index: ModelIndex,
    /// The model file, which is the accepted one.
    bytes: Vec<u8>,
}

/// Fetch a model's file from the store and check it against the chain.
fn fetch(store: &DirectoryStore, model: ModelId, record: &ModelRecord) -> Result<Published> {
    let index_cid = Cid::from(record.result.manifest);
    let index = store.get(&index_cid).with_context(|| format!("the files of model {model} cannot be had"))?;
    let index = ModelIndex::from_bytes(&index).with_context(|| format!("blob {index_cid}"))?;
    let bytes = fetch_file(store, &index.model).context("the model file cannot be had")?;
    ensure_accepted(&bytes, record).context("the published model file")?;
    Ok(Published { index, bytes })
}

fn fetch_file(store: &DirectoryStore, cid: &str) -> Result<Vec<u8>> {
    Ok(manifest::read_to_vec(store, &cid.parse()?, MAX_FILE_BYTES)?)
}

/// Refuse a model file that is not the one that the chain accepted.
fn ensure_accepted(bytes: &[u8], record: &ModelRecord) -> Result<()> {
    let (found, expected) = (file_digest(bytes), record.result.model);
    ensure!(
        (found, bytes.len() as u64) == (expected, record.result.model_bytes),
        "it has {} bytes and digest {found}; the chain accepted {} bytes with digest {expected}",
        bytes.len(),
        record.result.model_bytes
    );
    Ok(())
}

async fn download(context: &Context, model: ModelId, out: &Path) -> Result<()> {
    let chain = context.chain().await?;
    let record = record_of(&chain, model).await?;
    let store = context.store()?;
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let waiting = spinner("fetching");
    let Published { index, bytes } = fetch(&store, model, &record)?;
    let mut files = vec![
        (MODEL_FILE, bytes),
        ("README.md", fetch_file(&store, &index.card).context("the model card cannot be had")?),
        ("report.json", fetch_file(&store, &index.report).context("the training report cannot be had")?),
    ];
    match chain.dataset(record.dataset).await? {
        Some(dataset) => match dataset::stored_schema(context, record.dataset, &dataset) {
            Ok(schema) => files.push((SCHEMA_FILE, schema.pretty().into_bytes())),
            Err(error) => eprintln!("warning: {error:#}; predicting needs the dataset's schema file"),
        },
        None => eprintln!("warning: dataset {} is gone; predicting needs its schema file", record.dataset),
    }
    for (name, bytes) in &files {
        write_file(&out.join(name), |file| file.write_all(bytes))?;
    }
    waiting.finish_and_clear();
    let names: Vec<_> = files.iter().map(|(name, _)| *name).collect();
    let text =
        format!("{} of model {model} are in {}; the model file is the accepted one", names.join(", "), out.display());
    let value = json!({ "model": model, "folder": out, "files": names, "digest": record.result.model });
    context.output.show(text, value);
    Ok(())
}
