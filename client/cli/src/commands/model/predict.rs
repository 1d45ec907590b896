//! Predicting the target of a table.

use super::{MODEL_FILE, SCHEMA_FILE};
use crate::{
    args::TableArguments,
    commands::{blocking, dataset},
    context::Context,
    output::{spinner, table as text_table},
};
use anyhow::{ensure, Context as _, Result};
use neurodata_dataset::{ColumnKind, Dataset, Schema, Table};
use neurodata_training::{ColumnKind as TrainedKind, Model, Prediction};
use serde_json::{json, Value};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Predictions of a table that are shown to people.
const SHOWN_ROWS: usize = 20;

/// Predict the target of each row of a table, and show what comes out.
pub async fn predict(
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
