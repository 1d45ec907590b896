//! Datasets: schema, package, registration, looking at them.

use super::{audit, blocking, write_file};
use crate::{
    amount::format_nrc,
    args::{DatasetCommand, Family, PackageArguments, RegisterArguments, TableArguments, Use},
    context::{parse_account, Context},
    describe,
    output::{bar, print_line, spinner, table as text_table},
};
use anyhow::{bail, ensure, Context as _, Result};
use neurodata_chain::{account_of, calls, AccountId, Call, Chain, DatasetRecord, DatasetTerms};
use neurodata_dataset::{
    infer, package, schema::MAX_SCHEMA_BYTES, ContentKey, Dataset, InferOptions, Package, PackageBuild, ReadOptions,
    Schema, Table, Unlocked,
};
use neurodata_primitives::{
    AlgorithmFamily, AlgorithmSet, DatasetCommitment, DatasetId, DatasetState, LicenceDigest, Uri, UseSet,
};
use neurodata_storage::{manifest, uri, Cid};
use serde_json::json;
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

/// End of a package's file name.
const PACKAGE_EXTENSION: &str = "ndpk";
/// Longest licence text that is read, in bytes.
const MAX_LICENCE_BYTES: u64 = 1 << 20;

pub async fn run(context: &Context, command: DatasetCommand) -> Result<()> {
    match command {
        DatasetCommand::InferSchema { table, name, description, target, categories, out, reading } => {
            let name = name.unwrap_or_else(|| stem(&table));
            infer_schema(context, &table, InferOptions { name, description, target, categories }, out, &reading)
        }
        DatasetCommand::Pack { table, schema, key, out, reading } => {
            pack(context, table, schema, key, out, reading).await
        }
        DatasetCommand::Verify { package, dataset } => verify(context, package, dataset).await,
        DatasetCommand::Export { package, out } => export(context, package, out).await,
        DatasetCommand::Register(arguments) => register(context, *arguments).await,
        DatasetCommand::Prove { package } => prove(context, package).await,
        DatasetCommand::Show { dataset } => {
            let chain = context.chain().await?;
            let shown = describe::dataset(dataset, &record_of(&chain, dataset).await?);
            context.output.show(shown.text, shown.value);
            Ok(())
        }
        DatasetCommand::List { owner, active } => list(context, owner, active).await,
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

async fn submit(context: &Context, call: Call, done: &str) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.chain().await?;
    let waiting = spinner("submitting");
    let receipt = chain.submit(&signer, call).await?;
    waiting.finish_and_clear();
    let text = format!("{done} (block {}, fee {})", receipt.block_number, format_nrc(receipt.fee));
    context.output.show(text, json!({ "block": receipt.block_number, "fee": receipt.fee.to_string() }));
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Read a table as the command line says.
pub fn read_table(path: &Path, reading: &TableArguments) -> Result<Table> {
    let options = ReadOptions { delimiter: reading.delimiter, missing: reading.missing.clone() };
    let waiting = spinner(format!("reading {}", path.display()));
    let table = Table::read_file(path, &options).with_context(|| format!("table {}", path.display()));
    waiting.finish_and_clear();
    table
}

/// Read a schema file.
pub fn read_schema(path: &Path) -> Result<Schema> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(MAX_SCHEMA_BYTES as u64 + 1).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read the schema {}", path.display()))?;
    Schema::parse(&bytes).with_context(|| format!("schema {}", path.display()))
}

/// The schema of a registered dataset, from the package in the store.
pub fn stored_schema(context: &Context, dataset: DatasetId, record: &DatasetRecord) -> Result<Schema> {
    let store = context.store()?;
    let find = || -> Result<Schema> {
        let uri = record.uris.first().context("the dataset names no location")?;
        let cid = uri::parse(&String::from_utf8_lossy(uri))?;
        let reader = manifest::read(&store, &cid, package::MAX_PACKAGE_BYTES)?;
        let (commitment, schema) = Package::read_header(reader, &cid.to_string())?;
        ensure!(commitment == record.commitment, "the package at {cid} is not the registered one");
        Ok(schema)
    };
    find().with_context(|| format!("the schema of dataset {dataset} cannot be had from the store"))
}

fn infer_schema(
    context: &Context,
    path: &Path,
    options: InferOptions,
    out: Option<PathBuf>,
    reading: &TableArguments,
) -> Result<()> {
    let schema = infer(&read_table(path, reading)?, &options).with_context(|| format!("table {}", path.display()))?;
    let Some(out) = out else {
        print_line(&schema.pretty());
        return Ok(());
    };
    write_file(&out, |file| std::io::Write::write_all(file, format!("{}\n", schema.pretty()).as_bytes()))?;
    let columns = schema.columns().len();
    let text = format!("{} describes {columns} columns; read and correct it before packing", out.display());
    context.output.show(text, json!({ "file": out, "columns": columns }));
    Ok(())
}

async fn pack(
    context: &Context,
    table: PathBuf,
    schema: PathBuf,
    key_file: PathBuf,
    out: PathBuf,
    reading: TableArguments,
) -> Result<()> {
    ensure!(
        !key_file.try_exists().unwrap_or(true),
        "the key file {} exists already; a key serves one dataset, so name a new file",
        key_file.display()
    );
    let schema = read_schema(&schema)?;
    let is_folder = out.is_dir() || out.as_os_str().to_string_lossy().ends_with('/');
    let out = if is_folder { out.join(format!("{}.{PACKAGE_EXTENSION}", stem(&table))) } else { out };
    for folder in [out.parent(), key_file.parent()].into_iter().flatten() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let key = ContentKey::generate();
    let sealing_key = key.clone();
    let build = blocking(move || -> Result<PackageBuild> {
        let contents = read_table(&table, &reading)?;
        let progress = bar(0, "packing chunks");
        let show = |done, total| {
            progress.set_length(u64::from(total));
            progress.set_position(u64::from(done));
        };
        let build = Package::create(&contents, &schema, &sealing_key, &show);
        progress.finish_and_clear();
        build.with_context(|| format!("table {}", table.display()))
    })
    .await??;
    key.save(&key_file)?;
    let publish = || -> Result<Cid> {
        write_file(&out, |file| build.package.write(std::io::BufWriter::new(file)))?;
        store_package(context, &out)
    };
    let cid = publish().inspect_err(|_| {
        // Nothing was published under this key.
        let _ = fs::remove_file(&key_file);
    })?;
    show_pack(context, &build, &out, &key_file, &cid);
    Ok(())
}

fn show_pack(context: &Context, build: &PackageBuild, out: &Path, key_file: &Path, cid: &Cid) {
    let PackageBuild { commitment, quantisation, .. } = build;
    let rows: Vec<Vec<String>> = quantisation
        .iter()
        .map(|column| vec![column.column.clone(), column.inexact.to_string(), column.largest.to_string()])
        .collect();
    let text = format!(
        "{} rows, {} columns, {} chunks, {} missing cells\npackage    {}\n\
         key        {} (keep it safe: whoever has it has the data)\n\
         location   {}\ndata root  {}\n\n{}",
        commitment.rows,
        commitment.columns,
        commitment.chunks,
        commitment.missing_cells,
        out.display(),
        key_file.display(),
        uri::format(cid),
        commitment.data_root,
        text_table(&["column", "rounded cells", "largest error"], &rows)
    );
    let columns: Vec<_> = quantisation
        .iter()
        .map(|column| json!({ "column": column.column, "inexact": column.inexact, "largest_error": column.largest }))
        .collect();
    let value = json!({
        "package": out,
        "key": key_file,
        "uri": uri::format(cid),
        "rows": commitment.rows,
        "columns": commitment.columns,
        "chunks": commitment.chunks,
        "missing_cells": commitment.missing_cells,
        "commitment": commitment,
        "quantisation": columns,
    });
    context.output.show(text, value);
}

/// Put a package file into the store and return the CID of its manifest.
fn store_package(context: &Context, path: &Path) -> Result<Cid> {
    let store = context.store()?;
    let waiting = spinner("storing the package");
    let cid = manifest::put_file(&store, path).context("the package was not stored");
    waiting.finish_and_clear();
    cid
}

/// Open, decrypt and check a package.
pub async fn unlock(arguments: &PackageArguments) -> Result<(DatasetCommitment, Unlocked)> {
    let PackageArguments { package: path, key } = arguments.clone();
    blocking(move || {
        let key = ContentKey::load(&key)?;
        let opening = spinner(format!("opening {}", path.display()));
        let package = Package::open_file(&path).with_context(|| format!("package {}", path.display()));
        opening.finish_and_clear();
        let package = package?;
        let progress = bar(u64::from(package.commitment().chunks), "checking chunks");
        let unlocked = package.unlock(&key, &|done, _| progress.set_position(u64::from(done)));
        progress.finish_and_clear();
        let unlocked = unlocked.with_context(|| format!("package {}", path.display()))?;
        Ok((package.commitment().clone(), unlocked))
    })
    .await?
}

async fn verify(context: &Context, arguments: PackageArguments, dataset: Option<DatasetId>) -> Result<()> {
    let (commitment, unlocked) = unlock(&arguments).await?;
    if let Some(dataset) = dataset {
        let registered = record_of(&context.chain().await?, dataset).await?.commitment;
        let path = arguments.package.clone();
        blocking(move || Package::open_file(&path)?.matches(&registered)).await??;
    }
    let against = dataset.map_or_else(String::new, |dataset| format!(" and is dataset {dataset}"));
    let text = format!(
        "{} is intact{against}: {} rows, {} columns, {} chunks",
        arguments.package.display(),
        commitment.rows,
        commitment.columns,
        commitment.chunks
    );
    let value = json!({
        "package": arguments.package,
        "dataset": dataset,
        "commitment": commitment,
        "name": unlocked.dataset().schema().name(),
    });
    context.output.show(text, value);
    Ok(())
}

async fn export(context: &Context, arguments: PackageArguments, out: PathBuf) -> Result<()> {
    let dataset: Dataset = unlock(&arguments).await?.1.into_dataset();
    let rows = dataset.rows();
    let waiting = spinner("writing");
    let target = out.clone();
    blocking(move || write_file(&target, |file| dataset.write_csv(file))).await??;
    waiting.finish_and_clear();
    context.output.show(format!("{rows} rows are in {}", out.display()), json!({ "file": out, "rows": rows }));
    Ok(())
}

async fn register(context: &Context, arguments: RegisterArguments) -> Result<()> {
    let signer = context.signer()?;
    let terms = terms(&arguments)?;
    let (commitment, unlocked) = unlock(&arguments.package).await?;
    // What could fail on this machine fails before any stake is at risk.
    let prover = if arguments.wait_audit { Some(audit::load_prover(context).await?) } else { None };
    let uri = uri::format(&store_package(context, &arguments.package.package)?);
    let chain = context.chain().await?;
    let root = commitment.data_root;
    let dataset = match chain.dataset_by_root(root).await? {
        Some(dataset) => {
            let owner = record_of(&chain, dataset).await?.owner;
            ensure!(owner == account_of(&signer), "this data is registered already, as dataset {dataset} of {owner}");
            eprintln!("this package is registered already, as dataset {dataset}; going on from there");
            dataset
        }
        None => {
            let uri = Uri::try_from(uri.clone().into_bytes()).ok().context("the location is too long")?;
            let waiting = spinner("registering");
            let call = calls::register_dataset(commitment, vec![uri], terms, arguments.stake);
            let receipt = chain.submit(&signer, call).await.context("the dataset was not registered")?;
            waiting.finish_and_clear();
            receipt.decode::<DatasetId>("DatasetRegistry", "DatasetRegistered")?
        }
    };
    if let Some(prover) = prover {
        audit::complete(&chain, &signer, dataset, unlocked, prover).await?;
    }
    show_registered(context, &chain, dataset).await
}

async fn show_registered(context: &Context, chain: &Chain, dataset: DatasetId) -> Result<()> {
    let record = record_of(chain, dataset).await?;
    let shown = describe::dataset(dataset, &record);
    let next = match record.state {
        DatasetState::Auditing { .. } => "\nnext: `neurodata dataset prove` with the same package and key",
        _ => "",
    };
    context.output.show(shown.text + next, shown.value);
    Ok(())
}

async fn prove(context: &Context, arguments: PackageArguments) -> Result<()> {
    let signer = context.signer()?;
    let (commitment, unlocked) = unlock(&arguments).await?;
    let chain = context.chain().await?;
    let Some(dataset) = chain.dataset_by_root(commitment.data_root).await? else {
        bail!("{} is not registered on this chain; run `neurodata dataset register`", arguments.package.display());
    };
    let prover = audit::load_prover(context).await?;
    audit::complete(&chain, &signer, dataset, unlocked, prover).await?;
    show_registered(context, &chain, dataset).await
}

async fn list(context: &Context, owner: Option<String>, active: bool) -> Result<()> {
    let owner: Option<AccountId> = owner.as_deref().map(parse_account).transpose()?;
    let mut datasets = context.chain().await?.datasets().await?;
    datasets.retain(|(_, record)| {
        owner.as_ref().is_none_or(|owner| record.owner == *owner)
            && (!active || matches!(record.state, DatasetState::Active))
    });
    let rows = datasets.iter().map(|(id, record)| {
        vec![
            id.to_string(),
            describe::dataset_state_name(&record.state).to_owned(),
            format!("{} x {}", record.commitment.rows, record.commitment.columns),
            format_nrc(record.terms.training_price),
            record.score.to_string(),
            record.owner.to_string(),
        ]
    });
    let header = ["id", "state", "rows x columns", "training use", "score", "owner"];
    let text = text_table(&header, &rows.collect::<Vec<_>>());
    let values = datasets.iter().map(|(id, record)| describe::dataset(*id, record).value);
    context.output.show(text, values.collect());
    Ok(())
}

/// The terms that the command line asks for.
fn terms(arguments: &RegisterArguments) -> Result<DatasetTerms> {
    let permits = |one| arguments.uses.contains(&one);
    let families = arguments.algorithms.iter().map(|family| match family {
        Family::Linear => AlgorithmFamily::Linear,
        Family::NeuralNetwork => AlgorithmFamily::NeuralNetwork,
    });
    let algorithms = if arguments.algorithms.is_empty() {
        AlgorithmSet::ALL
    } else {
        families.fold(AlgorithmSet::default(), AlgorithmSet::with)
    };
    let allowed = match arguments.allowed.as_slice() {
        [] => None,
        accounts => {
            let accounts = accounts.iter().map(|account| parse_account(account)).collect::<Result<Vec<_>>>()?;
            let most = neurodata_primitives::dataset::MAX_ALLOWED_ACCOUNTS;
            let bounded = accounts.try_into().map_err(|_| anyhow::anyhow!("--allow takes at most {most} accounts"));
            Some(bounded?)
        }
    };
    Ok(DatasetTerms {
        copy_price: arguments.copy_price,
        training_price: arguments.training_price,
        uses: UseSet {
            download: permits(Use::Download),
            train: permits(Use::Train),
            publish_model: permits(Use::PublishModel),
            commercial: permits(Use::Commercial),
            derive: permits(Use::Derive),
        },
        algorithms,
        allowed,
        licence: licence(arguments.licence.as_deref())?,
        expires_at: arguments.expires_at,
    })
}

/// Digest of a licence text; without a file that of the empty text.
fn licence(path: Option<&Path>) -> Result<LicenceDigest> {
    let mut text = Vec::new();
    if let Some(path) = path {
        let read = fs::File::open(path).and_then(|file| file.take(MAX_LICENCE_BYTES + 1).read_to_end(&mut text));
        read.with_context(|| format!("cannot read the licence {}", path.display()))?;
        ensure!(text.len() as u64 <= MAX_LICENCE_BYTES, "the licence {} has more than 1 MiB", path.display());
    }
    Ok(LicenceDigest::new(sp_crypto_hashing::blake2_256(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Arguments, Command};
    use clap::Parser;

    fn register_arguments(more: &str) -> RegisterArguments {
        let line = format!("neurodata dataset register p --key k --stake 1000 --training-price 1{more}");
        match Arguments::parse_from(line.split(' ')).command {
            Command::Dataset(DatasetCommand::Register(arguments)) => *arguments,
            _ => panic!("another command"),
        }
    }

    #[test]
    fn terms_follow_the_command_line() {
        let plain = terms(&register_arguments("")).unwrap();
        assert_eq!(describe::uses(&plain.uses), ["train", "publish-model"]);
        assert_eq!((plain.algorithms, plain.allowed, plain.expires_at), (AlgorithmSet::ALL, None, None));
        let more = " --uses download,derive --algorithms linear --allow //Alice --allow //Bob --expires-at 9";
        let special = terms(&register_arguments(more)).unwrap();
        assert_eq!(describe::uses(&special.uses), ["download", "derive"]);
        assert!(special.algorithms.contains(AlgorithmFamily::Linear));
        assert!(!special.algorithms.contains(AlgorithmFamily::NeuralNetwork));
        assert_eq!(special.allowed.map(|accounts| accounts.len()), Some(2));
        assert_eq!(special.expires_at, Some(9));
        let many = " --allow //Alice".repeat(17);
        assert!(terms(&register_arguments(&many)).unwrap_err().to_string().contains("at most 16"));
    }

    /// Run a command line that needs no chain.
    async fn neurodata(folder: &Path, line: &str) -> Result<()> {
        let store = folder.join("store");
        let line = format!("neurodata --json --store {} {line}", store.display());
        crate::commands::run(Arguments::try_parse_from(line.split(' '))?).await
    }

    #[tokio::test]
    async fn a_table_is_packed_verified_and_exported() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let at = |name: &str| root.join(name).display().to_string();
        let csv = "age,smoker\n63,yes\n41,no\n";
        fs::write(at("people.csv"), csv).unwrap();
        let run = |line: String| async move { neurodata(root, &line).await };
        run(format!("dataset infer-schema {} --target smoker --out {}", at("people.csv"), at("schema.json")))
            .await
            .unwrap();
        let pack = format!("dataset pack {} --schema {} --out {}/", at("people.csv"), at("schema.json"), at("out"));
        run(format!("{pack} --key {}", at("key"))).await.unwrap();
        let package = at("out/people.ndpk");
        run(format!("dataset verify {package} --key {}", at("key"))).await.unwrap();
        run(format!("dataset export {package} --key {} --out {}", at("key"), at("again.csv"))).await.unwrap();
        assert_eq!(fs::read_to_string(at("again.csv")).unwrap(), csv);

        let error = run(format!("{pack} --key {}", at("key"))).await.unwrap_err();
        assert!(error.to_string().contains("exists already"), "{error}");
        fs::write(at("people.csv"), "age,smoker\n63,yes\n99,no\n").unwrap();
        let error = run(format!("{pack} --key {}", at("other"))).await.unwrap_err();
        assert!(format!("{error:#}").contains("row 2, column \"age\", value \"99\""), "{error:#}");
        assert!(!Path::new(&at("other")).exists());
        let mut bytes = fs::read(&package).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&package, bytes).unwrap();
        let error = run(format!("dataset verify {package} --key {}", at("key"))).await.unwrap_err();
        assert!(format!("{error:#}").contains("chunk 0 of 1"), "{error:#}");
    }

    #[tokio::test]
    async fn a_node_that_cannot_be_reached_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = neurodata(folder.path(), "--url ws://127.0.0.1:1 dataset list").await.unwrap_err();
        assert!(error.to_string().contains("ws://127.0.0.1:1"), "{error}");
    }
}
