//! From a table to a package and back.

use crate::{
    args::{PackageArguments, TableArguments},
    commands::{blocking, dataset::record_of, write_file},
    context::Context,
    output::{bar, print_line, spinner, table as text_table},
};
use anyhow::{bail, ensure, Context as _, Result};
use neurodata_chain::DatasetRecord;
use neurodata_dataset::{
    infer, package, schema::MAX_SCHEMA_BYTES, ContentKey, Dataset, InferOptions, Package, PackageBuild, ReadOptions,
    Schema, Table, Unlocked,
};
use neurodata_primitives::{DatasetCommitment, DatasetId};
use neurodata_storage::{manifest, uri, Cid};
use serde_json::json;
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

/// End of a package's file name.
const PACKAGE_EXTENSION: &str = "ndpk";

/// The name of a file without its ending.
pub fn stem(path: &Path) -> String {
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

/// Where the owner of a dataset says that its package is.
fn published(record: &DatasetRecord) -> Result<Cid> {
    let uri = record.uris.first().context("the dataset names no location")?;
    Ok(uri::parse(&String::from_utf8_lossy(uri))?)
}

/// The schema of a registered dataset, from the package in the store.
pub fn stored_schema(context: &Context, dataset: DatasetId, record: &DatasetRecord) -> Result<Schema> {
    let store = context.store()?;
    let find = || -> Result<Schema> {
        let cid = published(record)?;
        let reader = manifest::read(&store, &cid, package::MAX_PACKAGE_BYTES)?;
        let (commitment, schema) = Package::read_header(reader, &cid.to_string())?;
        ensure!(commitment == record.commitment, "the package at {cid} is not the registered one");
        Ok(schema)
    };
    find().with_context(|| format!("the schema of dataset {dataset} cannot be had from the store"))
}

pub fn infer_schema(
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

pub async fn pack(
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

/// Put a file into the store and return the CID of its manifest.
pub fn store_package(context: &Context, path: &Path) -> Result<Cid> {
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

/// Check a package, with and without its key, against itself and the chain.
pub async fn verify(
    context: &Context,
    path: Option<PathBuf>,
    key: Option<PathBuf>,
    dataset: Option<DatasetId>,
) -> Result<()> {
    let registered = match dataset {
        Some(dataset) => Some(record_of(&context.chain().await?, dataset).await?),
        None => None,
    };
    let location = match (&path, &registered) {
        (Some(path), _) => path.display().to_string(),
        (None, Some(record)) => published(record)?.to_string(),
        (None, None) => bail!("name a package, or a registered dataset with --dataset"),
    };
    let (store, with_key) = (context.store()?, key.is_some());
    let (named, commitment) = (location.clone(), registered.map(|record| record.commitment));
    let opening = spinner(format!("checking {location}"));
    let opened = blocking(move || -> Result<Package> {
        let package = match path {
            Some(path) => Package::open_file(&path),
            None => Package::read(manifest::read(&store, &named.parse()?, package::MAX_PACKAGE_BYTES)?, &named),
        };
        let package = package.with_context(|| format!("package {named}"))?;
        if let Some(commitment) = commitment {
            package.matches(&commitment)?;
        }
        if let Some(key) = key {
            package.unlock(&ContentKey::load(&key)?, &package::silent).with_context(|| format!("package {named}"))?;
        }
        Ok(package)
    });
    let package = opened.await?;
    opening.finish_and_clear();
    let package = package?;
    let (schema, commitment) = (package.schema(), package.commitment());
    let against = dataset.map_or_else(String::new, |dataset| format!(" and is dataset {dataset}"));
    let how = if with_key { "intact" } else { "intact as far as can be seen without its key" };
    let text = format!(
        "{location} is {how}{against}: {:?}, {} rows, {} columns, {} chunks",
        schema.name(),
        commitment.rows,
        commitment.columns,
        commitment.chunks
    );
    let value = json!({
        "package": location,
        "with_key": with_key,
        "dataset": dataset,
        "commitment": commitment,
        "name": schema.name(),
    });
    context.output.show(text, value);
    Ok(())
}

pub async fn export(context: &Context, arguments: PackageArguments, out: PathBuf) -> Result<()> {
    let dataset: Dataset = unlock(&arguments).await?.1.into_dataset();
    let rows = dataset.rows();
    let waiting = spinner("writing");
    let target = out.clone();
    blocking(move || write_file(&target, |file| dataset.write_csv(file))).await??;
    waiting.finish_and_clear();
    context.output.show(format!("{rows} rows are in {}", out.display()), json!({ "file": out, "rows": rows }));
    Ok(())
}
