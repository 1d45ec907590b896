//! Trained models: looking at them, fetching their files, predicting.

use super::{blocking, dataset, write_file};
use crate::{
    amount::format_millionths,
    args::{ModelCommand, TableArguments},
    context::{parse_account, Context},
    describe,
    output::{spinner, table as text_table},
};
use anyhow::{ensure, Context as _, Result};
use neurodata_chain::{AccountId, Chain, ModelRecord};
use neurodata_dataset::{ColumnKind, Dataset, Schema, Table};
use neurodata_primitives::{ModelDigest, ModelId};
use neurodata_storage::{manifest, BlobStore, Cid};
use neurodata_training::{ColumnKind as TrainedKind, Model, ModelIndex, Prediction};
use serde_json::{json, Value};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// Longest model file, card or report that is fetched, in bytes: 1 GiB.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// Name of the model file of a downloaded model.
const MODEL_FILE: &str = "model.safetensors";
/// Name of the schema file beside a downloaded model.
const SCHEMA_FILE: &str = "schema.json";
/// Predictions of a table that are shown to people.
const SHOWN_ROWS: usize = 20;

pub async fn run(context: &Context, command: ModelCommand) -> Result<()> {
    match command {
        ModelCommand::Show { model } => {
            let shown = describe::model(model, &record_of(&context.chain().await?, model).await?);
            context.output.show(shown.text, shown.value);
            Ok(())
        }
        ModelCommand::List { owner } => list(context, owner).await,
        ModelCommand::Download { model, out } => download(context, model, &out).await,
        ModelCommand::Predict { model, table, schema, reading } => {
            predict(context, model, table, schema, reading).await
        }
    }
}

async fn record_of(chain: &Chain, model: ModelId) -> Result<ModelRecord> {
    let record = chain.model(model).await?;
    record.with_context(|| format!("there is no model {model} on this chain; `neurodata model list` shows all"))
}

async fn list(context: &Context, owner: Option<String>) -> Result<()> {
    let owner: Option<AccountId> = owner.as_deref().map(parse_account).transpose()?;
    let mut models = context.chain().await?.models().await?;
    models.retain(|(_, record)| owner.as_ref().is_none_or(|owner| record.owner == *owner));
    let rows = models.iter().map(|(id, record)| {
        vec![
            id.to_string(),
            record.dataset.to_string(),
            describe::algorithm(&record.spec.algorithm),
            format_millionths(record.result.metrics.accuracy()),
            record.score.to_string(),
            record.owner.to_string(),
        ]
    });
    let header = ["id", "dataset", "algorithm", "accuracy", "score", "owner"];
    let text = text_table(&header, &rows.collect::<Vec<_>>());
    let values = models.iter().map(|(id, record)| describe::model(*id, record).value);
    context.output.show(text, values.collect());
    Ok(())
}

async fn download(context: &Context, model: ModelId, out: &Path) -> Result<()> {
    let chain = context.chain().await?;
    let record = record_of(&chain, model).await?;
    let store = context.store()?;
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let waiting = spinner("fetching");
    let index_cid = Cid::from(record.result.manifest);
    let index = store.get(&index_cid).with_context(|| format!("the files of model {model} cannot be had"))?;
    let index = ModelIndex::from_bytes(&index).with_context(|| format!("blob {index_cid}"))?;
    let fetch = |cid: &str| -> Result<Vec<u8>> { Ok(manifest::read_to_vec(&store, &cid.parse()?, MAX_FILE_BYTES)?) };
    let bytes = fetch(&index.model).context("the model file cannot be had")?;
    let found = ModelDigest::new(sp_crypto_hashing::blake2_256(&bytes));
    let expected = record.result.model;
    ensure!(found == expected, "the published model file has digest {found}, the chain accepted {expected}");
    let mut files = vec![
        (MODEL_FILE, bytes),
        ("README.md", fetch(&index.card).context("the model card cannot be had")?),
        ("report.json", fetch(&index.report).context("the training report cannot be had")?),
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
    context.output.show(text, json!({ "model": model, "folder": out, "files": names, "digest": expected }));
    Ok(())
}

async fn predict(
    context: &Context,
    model: PathBuf,
    table: PathBuf,
    schema: Option<PathBuf>,
    reading: TableArguments,
) -> Result<()> {
    let model = if model.is_dir() { model.join(MODEL_FILE) } else { model };
    let schema_path = schema.unwrap_or_else(|| model.with_file_name(SCHEMA_FILE));
    let schema = dataset::read_schema(&schema_path).context("name the dataset's schema file with --schema FILE")?;
    let result = blocking(move || predict_table(&model, &table, &schema, &reading)).await??;
    let (text, value) = result.describe();
    context.output.show(text, value);
    Ok(())
}

/// What a model says about a table.
struct PredictedTable {
    /// Values of the target, by class.
    labels: Vec<String>,
    predictions: Vec<Prediction>,
    /// The class of each row that the table itself names.
    truth: Option<Vec<Option<u16>>>,
}

fn predict_table(
    model_path: &Path,
    table_path: &Path,
    schema: &Schema,
    reading: &TableArguments,
) -> Result<PredictedTable> {
    let bytes = fs::read(model_path).with_context(|| format!("cannot read the model {}", model_path.display()))?;
    let model = Model::from_bytes(&bytes).with_context(|| format!("model {}", model_path.display()))?;
    let labels = ensure_fits(&model, schema).with_context(|| format!("model {}", model_path.display()))?;
    let table = dataset::read_table(table_path, reading)?;
    let target = usize::from(model.spec().target);
    let (rows, truth) = encode(&table, schema, target).with_context(|| format!("table {}", table_path.display()))?;
    let waiting = spinner("predicting");
    let predictions = model.predict(rows.codes())?;
    waiting.finish_and_clear();
    Ok(PredictedTable { labels, predictions, truth })
}

/// The values of the target, if the model was trained on a dataset with this schema.
fn ensure_fits(model: &Model, schema: &Schema) -> Result<Vec<String>> {
    let columns = schema.columns();
    let fits = columns.len() == model.columns().len()
        && columns.iter().zip(model.columns()).all(|(ours, trained)| {
            let kind = match ours.kind {
                ColumnKind::Numeric { .. } => TrainedKind::Numeric,
                ColumnKind::Category { .. } => TrainedKind::Category,
            };
            let bound = ours.bound();
            (bound.bound, bound.nullable, kind) == (trained.bound, trained.nullable, trained.kind)
        });
    ensure!(fits, "the model was trained on a dataset with another schema");
    match columns.get(usize::from(model.spec().target)).map(|column| &column.kind) {
        Some(ColumnKind::Category { values }) => Ok(values.clone()),
        _ => anyhow::bail!("the model's target is not a category of the schema"),
    }
}

/// The codes of a table, and the classes in its target column if it has one.
fn encode(table: &Table, schema: &Schema, target: usize) -> Result<(Dataset, Option<Vec<Option<u16>>>)> {
    let column = &schema.columns()[target];
    if !table.columns().contains(&column.name) {
        // A model may predict another column than the schema's target.
        let name = Some(column.name.clone());
        let schema = Schema::new(schema.name(), schema.description(), schema.columns().to_vec(), name)?;
        return Ok((Dataset::encode_features(table, &schema)?, None));
    }
    let (dataset, _) = Dataset::encode(table, schema)?;
    let truth = dataset.column(target).map(|code| column.level(code)).collect();
    Ok((dataset, Some(truth)))
}

impl PredictedTable {
    fn label(&self, class: u16) -> &str {
        self.labels.get(usize::from(class)).map_or("?", String::as_str)
    }

    /// Rows that are right, of those whose class the table names.
    fn correct(&self) -> Option<(usize, usize)> {
        let truth = self.truth.as_ref()?;
        let known = truth.iter().zip(&self.predictions).filter_map(|(truth, said)| Some((*truth)? == said.class));
        let known: Vec<bool> = known.collect();
        Some((known.iter().filter(|right| **right).count(), known.len()))
    }

    fn describe(&self) -> (String, Value) {
        let probability = |said: &Prediction| said.probabilities.get(usize::from(said.class)).copied().unwrap_or(0.0);
        let rows = self.predictions.iter().enumerate().take(SHOWN_ROWS).map(|(row, said)| {
            vec![(row + 1).to_string(), self.label(said.class).to_owned(), format!("{:.4}", probability(said))]
        });
        let mut text = text_table(&["row", "prediction", "probability"], &rows.collect::<Vec<_>>());
        if self.predictions.len() > SHOWN_ROWS {
            text += &format!("... and {} more; --json prints all\n", self.predictions.len() - SHOWN_ROWS);
        }
        if let Some((right, known)) = self.correct() {
            text += &format!("\n{right} of {known} rows are as the table says\n");
        }
        let predictions: Vec<Value> = self
            .predictions
            .iter()
            .map(|said| {
                let Prediction { class, probabilities } = said;
                json!({ "class": self.label(*class), "index": class, "probabilities": probabilities })
            })
            .collect();
        let correct = self.correct().map(|(right, known)| json!({ "right": right, "known": known }));
        (text, json!({ "labels": self.labels, "predictions": predictions, "correct": correct }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{Algorithm, Seed, TrainingSpec};
    use neurodata_training::{Column, Device, TrainingTable};
    use std::ops::ControlFlow;

    const SCHEMA: &str = r#"{"format":"neurodata/schema/1","name":"t","columns":[
        {"name":"x","kind":{"numeric":{"min":0,"max":100,"step":1}}},
        {"name":"y","kind":{"category":{"values":["low","high"]}}}],"target":"y"}"#;

    fn model() -> Vec<u8> {
        let columns = vec![
            Column { bound: 100, nullable: false, kind: TrainedKind::Numeric },
            Column { bound: 1, nullable: false, kind: TrainedKind::Category },
        ];
        let codes = (0..100).flat_map(|x| [x, u16::from(x > 50)]).collect();
        let spec = TrainingSpec {
            algorithm: Algorithm::LogisticRegression,
            target: 1,
            classes: 2,
            epochs: 50,
            batch_rows: 16,
            learning_rate: 500_000,
            momentum: 900_000,
            weight_decay: 0,
            holdout: 200,
            checkpoint_epochs: 10,
        };
        let table = TrainingTable::new(columns, codes).unwrap();
        let run = neurodata_training::run(&table, &spec, &Seed::new([7; 32]), &Device::Cpu, None, &mut |_| {
            ControlFlow::Continue(())
        });
        run.unwrap().model
    }

    #[test]
    fn a_table_is_predicted_with_or_without_its_target() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("model.safetensors"), model()).unwrap();
        let schema = Schema::parse(SCHEMA.as_bytes()).unwrap();
        let reading = TableArguments { missing: vec![], delimiter: b',' };
        let predict = |text: &str, schema: &Schema| {
            fs::write(at("table.csv"), text).unwrap();
            predict_table(&at("model.safetensors"), &at("table.csv"), schema, &reading)
        };
        let said = predict("x\n3\n97\n", &schema).unwrap();
        let (text, value) = said.describe();
        assert_eq!(
            (&value["predictions"][0]["class"], &value["predictions"][1]["class"]),
            (&json!("low"), &json!("high"))
        );
        assert_eq!(value["correct"], Value::Null);
        assert!(text.starts_with("row  prediction  probability\n1    low "), "{text}");
        let said = predict("y,x\nlow,3\nlow,97\n", &schema).unwrap();
        assert_eq!(said.correct(), Some((1, 2)));
        let other = Schema::parse(SCHEMA.replace("\"max\":100", "\"max\":99").as_bytes()).unwrap();
        let error = predict("x\n3\n", &other).map(|_| ()).unwrap_err();
        assert!(format!("{error:#}").contains("another schema"), "{error:#}");
        let error = predict("x\n300\n", &schema).map(|_| ()).unwrap_err();
        assert!(format!("{error:#}").contains("row 1, column \"x\", value \"300\""), "{error:#}");
    }
}
