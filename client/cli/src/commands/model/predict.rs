//! Predicting the target of a table.

use super::{MODEL_FILE, SCHEMA_FILE};
use crate::{
    args::TableArguments,
    commands::{blocking, dataset},
    context::Context,
    output::{spinner, table as text_table},
};
use anyhow::{ensure, Context as _, Result};
use neurodata_dataset::{ColumnKind, Dataset, Decimal, Schema, Table};
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
    target: Target,
    predictions: Vec<Prediction>,
    /// The value of the target, from 0, of each row that the table itself names.
    truth: Option<Vec<Option<u16>>>,
}

/// How predictions are read.
enum Target {
    /// A class: one of these values.
    Classes(Vec<String>),
    /// A number: so many steps above the smallest value.
    Number {
        /// The smallest value.
        min: Decimal,
        /// The distance of neighbouring values.
        step: Decimal,
    },
    /// A cluster.
    Cluster,
}

fn predict_table(
    model_path: &Path,
    table_path: &Path,
    schema: &Schema,
    reading: &TableArguments,
) -> Result<PredictedTable> {
    let bytes = fs::read(model_path).with_context(|| format!("cannot read the model {}", model_path.display()))?;
    let model = Model::from_bytes(&bytes).with_context(|| format!("model {}", model_path.display()))?;
    let target = ensure_fits(&model, schema).with_context(|| format!("model {}", model_path.display()))?;
    let table = dataset::read_table(table_path, reading)?;
    let (rows, truth) = encode(&table, schema, model.spec().target.map(usize::from)).with_context(|| format!("table {}", table_path.display()))?;
    let waiting = spinner("predicting");
    let predictions = model.predict(rows.codes())?;
    waiting.finish_and_clear();
    Ok(PredictedTable { target, predictions, truth })
}

/// How the model's predictions are read, if it was trained on a dataset with this schema.
fn ensure_fits(model: &Model, schema: &Schema) -> Result<Target> {
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
    let Some(target) = model.spec().target else { return Ok(Target::Cluster) };
    match columns.get(usize::from(target)).map(|column| &column.kind) {
        Some(ColumnKind::Category { values }) => Ok(Target::Classes(values.clone())),
        Some(ColumnKind::Numeric { min, step, .. }) => Ok(Target::Number { min: *min, step: *step }),
        None => anyhow::bail!("the model's target is no column of the schema"),
    }
}

/// The codes of a table, and the values in its target column if there is one.
fn encode(table: &Table, schema: &Schema, target: Option<usize>) -> Result<(Dataset, Option<Vec<Option<u16>>>)> {
    if let Some(column) = target.map(|target| &schema.columns()[target]) {
        if !table.columns().contains(&column.name) {
            // A model may predict another column than the schema's target.
            let name = Some(column.name.clone());
            let schema = Schema::new(schema.name(), schema.description(), schema.columns().to_vec(), name)?;
            return Ok((Dataset::encode_features(table, &schema)?, None));
        }
    }
    let (dataset, _) = Dataset::encode(table, schema)?;
    let truth = target.map(|target| {
        let column = &schema.columns()[target];
        dataset.column(target).map(|code| column.level(code)).collect()
    });
    Ok((dataset, truth))
}

impl Target {
    /// What is predicted, and what can be said of it: the probability of a class, the distance of a cluster's centre.
    fn read(&self, said: &Prediction) -> (String, Option<f32>) {
        match said {
            Prediction::Class { class, probabilities } => {
                (self.label(*class).to_owned(), probabilities.get(usize::from(*class)).copied())
            }
            Prediction::Number { value } => (self.number(*value), None),
            Prediction::Cluster { cluster, distance } => (cluster.to_string(), Some(*distance)),
        }
    }

    fn label(&self, class: u16) -> &str {
        match self {
            Self::Classes(labels) => labels.get(usize::from(class)).map_or("?", String::as_str),
            Self::Number { .. } | Self::Cluster => "?",
        }
    }

    /// The number that is `steps` above the smallest value, to a thousandth of a step.
    fn number(&self, steps: f32) -> String {
        match self {
            Self::Number { min, step } => {
                let number = min.to_f64() + f64::from(steps) * step.to_f64();
                let decimals = usize::try_from(step.decimals().max(min.decimals())).unwrap_or_default();
                format!("{number:.*}", decimals + 3)
            }
            Self::Classes(_) | Self::Cluster => "?".into(),
        }
    }

    fn value(&self, said: &Prediction) -> Value {
        match said {
            Prediction::Class { class, probabilities } => {
                json!({ "class": self.label(*class), "index": class, "probabilities": probabilities })
            }
            Prediction::Number { value } => json!({ "number": self.number(*value), "steps": value }),
            Prediction::Cluster { cluster, distance } => json!({ "cluster": cluster, "distance": distance }),
        }
    }

    /// What stands beside a prediction.
    const fn beside(&self) -> &'static str {
        match self {
            Self::Classes(_) => "probability",
            Self::Number { .. } => "",
            Self::Cluster => "squared distance",
        }
    }
}

impl PredictedTable {
    /// Rows whose value the table names, with what is predicted for them.
    fn known(&self) -> impl Iterator<Item = (u16, &Prediction)> {
        let truth = self.truth.iter().flatten();
        truth.zip(&self.predictions).filter_map(|(truth, said)| Some(((*truth)?, said)))
    }

    /// Rows that are right, of those whose class the table names.
    fn correct(&self) -> Option<(usize, usize)> {
        let is_classified = self.truth.is_some() && matches!(self.target, Target::Classes(_));
        let right = |(truth, said): (u16, &Prediction)| matches!(said, Prediction::Class { class, .. } if *class == truth);
        is_classified.then(|| (self.known().filter(|row| right(*row)).count(), self.known().count()))
    }

    /// Root of the mean squared error over the rows whose number the table names, in the target's unit.
    fn error(&self) -> Option<String> {
        let squares = self.known().filter_map(|(truth, said)| match said {
            Prediction::Number { value } => Some((f64::from(*value) - f64::from(truth)).powi(2)),
            Prediction::Class { .. } | Prediction::Cluster { .. } => None,
        });
        let squares: Vec<f64> = squares.collect();
        let Target::Number { step, .. } = &self.target else { return None };
        let of_number = Target::Number { min: Decimal::ZERO, step: *step };
        let mean = squares.iter().sum::<f64>() / squares.len() as f64;
        (!squares.is_empty()).then(|| of_number.number(mean.sqrt() as f32))
    }

    fn describe(&self) -> (String, Value) {
        let rows = self.predictions.iter().enumerate().take(SHOWN_ROWS).map(|(row, said)| {
            let (what, beside) = self.target.read(said);
            vec![(row + 1).to_string(), what, beside.map_or_else(String::new, |beside| format!("{beside:.4}"))]
        });
        let mut text = text_table(&["row", "prediction", self.target.beside()], &rows.collect::<Vec<_>>());
        if self.predictions.len() > SHOWN_ROWS {
            text += &format!("... and {} more; --json prints all\n", self.predictions.len() - SHOWN_ROWS);
        }
        if let Some((right, known)) = self.correct() {
            text += &format!("\n{right} of {known} rows are as the table says\n");
        }
        if let Some(error) = self.error() {
            text += &format!("\nroot mean squared error {error} where the table says the number\n");
        }
        let labels = match &self.target {
            Target::Classes(labels) => labels.as_slice(),
            Target::Number { .. } | Target::Cluster => &[],
        };
        let predictions: Vec<Value> = self.predictions.iter().map(|said| self.target.value(said)).collect();
        let correct = self.correct().map(|(right, known)| json!({ "right": right, "known": known }));
        let value = json!({
            "labels": labels, "predictions": predictions, "correct": correct, "root_mean_squared_error": self.error(),
        });
        (text, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{Algorithm, Descent, Objective, Optimiser, Seed, TrainingSpec};
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
        let descent = Descent {
            optimiser: Optimiser::Sgd { momentum: 900_000 },
            epochs: 50,
            batch_rows: 16,
            learning_rate: 500_000,
            weight_decay: 0,
            early_stopping: None,
        };
        let spec = TrainingSpec {
            algorithm: Algorithm::LogisticRegression { descent },
            objective: Objective::Classification { classes: 2 },
            target: Some(1),
            holdout: 200,
        };
        trained(&spec, columns, codes)
    }

    fn trained(spec: &TrainingSpec, columns: Vec<Column>, codes: Vec<u16>) -> Vec<u8> {
        let table = TrainingTable::new(columns, codes).unwrap();
        let run = neurodata_training::run(&table, spec, &Seed::new([7; 32]), &Device::Cpu, None, &mut |_| {
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

    #[test]
    fn a_number_is_predicted_in_its_own_unit() {
        let text = r#"{"format":"neurodata/schema/1","name":"t","columns":[
            {"name":"x","kind":{"numeric":{"min":0,"max":100,"step":1}}},
            {"name":"y","kind":{"numeric":{"min":-5,"max":45,"step":"0.5"}}}],"target":"y"}"#;
        let columns = vec![Column { bound: 100, nullable: false, kind: TrainedKind::Numeric }; 2];
        let spec = TrainingSpec {
            algorithm: Algorithm::LinearRegression,
            objective: Objective::Regression,
            target: Some(1),
            holdout: 200,
        };
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("model.safetensors"), trained(&spec, columns, (0..100).flat_map(|x| [x, x]).collect())).unwrap();
        fs::write(at("table.csv"), "x,y\n10,0\n20,5\n").unwrap();
        let (schema, reading) = (Schema::parse(text.as_bytes()).unwrap(), TableArguments { missing: vec![], delimiter: b',' });
        let said = predict_table(&at("model.safetensors"), &at("table.csv"), &schema, &reading).unwrap();
        let (text, value) = said.describe();
        let number = |row: usize| value["predictions"][row]["number"].as_str().unwrap().parse::<f64>().unwrap();
        assert!((number(0) - 0.0).abs() < 1e-3 && (number(1) - 5.0).abs() < 1e-3, "{value}");
        assert!(text.contains("root mean squared error"), "{text}");
    }
}
