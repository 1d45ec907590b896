//! The model card: a README with Hugging Face's YAML front matter.
//!
//! Source of the format: Hugging Face Hub documentation, "Model cards".

mod settings;

use crate::{evaluation::ClassificationEvaluation, Evaluation};
use neurodata_primitives::{
    training::{Algorithm, Objective, MICRO},
    TrainingMetrics, TrainingSpec,
};
use settings::{described, settings, tensors};
use std::fmt::{Result, Write};

/// Most classes whose confusion matrix and shares are shown.
const MAX_SHOWN_CLASSES: usize = 20;

/// What a card says beside spec and metrics. All of it is shown as text.
#[derive(Clone, Debug, Default)]
pub struct CardText {
    /// Title of the model.
    pub title: String,
    /// Title of the dataset.
    pub dataset: String,
    /// Name of the target column; empty without a target.
    pub target: String,
    /// Licence id as Hugging Face knows it, or `other`.
    pub licence: String,
    /// Where the model comes from, as (name, value) lines: chain, job, dataset, seed, digests.
    pub provenance: Vec<(String, String)>,
}

/// The card of a model in Markdown. The same input gives the same text.
pub fn card(text: &CardText, spec: &TrainingSpec, metrics: &TrainingMetrics, evaluation: &Evaluation) -> String {
    let mut card = String::new();
    // Writing to a string cannot fail.
    let _ =
        front_matter(&mut card, text, spec, evaluation).and_then(|()| body(&mut card, text, spec, metrics, evaluation));
    card
}

/// What Hugging Face calls the task. A clustering has no name there.
fn task(spec: &TrainingSpec) -> Option<&'static str> {
    match (&spec.algorithm, spec.objective) {
        (Algorithm::ConvolutionalNetwork { .. }, Objective::Classification { .. }) => Some("image-classification"),
        (Algorithm::TextClassifier { .. }, _) => Some("text-classification"),
        (_, Objective::Classification { .. }) => Some("tabular-classification"),
        (_, Objective::Regression) => Some("tabular-regression"),
        (_, Objective::Clustering) => None,
    }
}

fn front_matter(card: &mut String, text: &CardText, spec: &TrainingSpec, evaluation: &Evaluation) -> Result {
    let task = task(spec);
    writeln!(card, "---")?;
    writeln!(card, "license: {}", quoted(&text.licence))?;
    writeln!(card, "library_name: neurodata")?;
    if let Some(task) = task {
        writeln!(card, "pipeline_tag: {task}")?;
    }
    writeln!(card, "tags:\n- neurodata\n- {}\n- safetensors", task.unwrap_or("clustering"))?;
    writeln!(card, "model-index:\n- name: {}\n  results:", quoted(&text.title))?;
    writeln!(card, "  - task:\n      type: {}", task.unwrap_or("clustering"))?;
    writeln!(card, "    dataset:\n      type: neurodata\n      name: {}\n      split: holdout", quoted(&text.dataset))?;
    writeln!(card, "    metrics:")?;
    for (kind, name, value) in results(evaluation) {
        writeln!(card, "    - type: {kind}\n      name: {name}\n      value: {value}")?;
    }
    writeln!(card, "---\n")
}

/// Type, name and value of each metric.
fn results(evaluation: &Evaluation) -> Vec<(&'static str, &'static str, String)> {
    match evaluation {
        Evaluation::Classification(found) => vec![
            ("accuracy", "accuracy", millionths(found.accuracy)),
            ("f1", "macro F1", millionths(found.f1)),
            ("roc_auc", "area under the ROC curve", millionths(found.roc_auc)),
            ("loss", "mean cross-entropy", millionths(found.log_loss)),
        ],
        Evaluation::Regression(found) => vec![
            ("rmse", "root mean squared error in steps", millionths(found.rmse)),
            ("mae", "mean absolute error in steps", millionths(found.mae)),
            ("r_squared", "coefficient of determination", millionths(found.r_squared)),
        ],
        Evaluation::Clustering(found) => vec![
            ("inertia", "mean squared distance to the nearest centre", millionths(found.inertia)),
            ("explained", "share of the spread explained", millionths(found.explained)),
        ],
    }
}

fn body(
    card: &mut String,
    text: &CardText,
    spec: &TrainingSpec,
    metrics: &TrainingMetrics,
    evaluation: &Evaluation,
) -> Result {
    writeln!(card, "# {}\n", one_line(&text.title))?;
    let dataset = one_line(&text.dataset);
    let told = match spec.objective {
        Objective::Classification { classes } => {
            format!("predicts *{}* of the dataset *{dataset}* in {classes} classes", one_line(&text.target))
        }
        Objective::Regression => {
            format!("predicts the number *{}* of the dataset *{dataset}*", one_line(&text.target))
        }
        Objective::Clustering => format!("finds clusters in the dataset *{dataset}*"),
    };
    writeln!(
        card,
        "{} that {told}, trained reproducibly: the same data, spec and seed give the same file bit for bit.\n",
        described(&spec.algorithm)
    )?;
    writeln!(card, "## Results on the holdout\n")?;
    writeln!(card, "| metric | value |\n|---|---|")?;
    for (_, name, value) in results(evaluation) {
        writeln!(card, "| {name} | {value} |")?;
    }
    if let Evaluation::Classification(found) = evaluation {
        writeln!(card, "| accuracy of the commonest class | {} |", millionths(found.majority_accuracy))?;
    }
    writeln!(card, "| rows of the holdout | {} |", metrics.holdout_rows)?;
    writeln!(card, "| rows trained on | {} |\n", metrics.training_rows)?;
    match evaluation {
        Evaluation::Classification(found) if found.classes.len() <= MAX_SHOWN_CLASSES => classes(card, found)?,
        Evaluation::Clustering(found) => {
            writeln!(card, "| cluster | rows of the holdout |\n|---|---|")?;
            for (cluster, rows) in found.sizes.iter().enumerate() {
                writeln!(card, "| {cluster} | {rows} |")?;
            }
            writeln!(card)?;
        }
        _ => {}
    }
    writeln!(card, "## Training\n")?;
    writeln!(card, "| setting | value |\n|---|---|")?;
    for (name, value) in settings(spec) {
        writeln!(card, "| {name} | {value} |")?;
    }
    writeln!(card, "\n## Use\n")?;
    writeln!(
        card,
        "The file is safetensors: {} Its metadata entry `neurodata` describes spec and columns.\n",
        tensors(&spec.algorithm)
    )?;
    if !text.provenance.is_empty() {
        writeln!(card, "## Provenance\n\n| | |\n|---|---|")?;
        for (name, value) in &text.provenance {
            writeln!(card, "| {} | `{}` |", one_line(name), one_line(value))?;
        }
    }
    Ok(())
}

/// Shares of each class, and which were taken for which.
fn classes(card: &mut String, found: &ClassificationEvaluation) -> Result {
    writeln!(card, "| class | rows | precision | recall | F1 |\n|---|---|---|---|---|")?;
    for (class, of) in found.classes.iter().enumerate() {
        let [precision, recall, f1] = [of.precision, of.recall, of.f1].map(millionths);
        writeln!(card, "| {class} | {} | {precision} | {recall} | {f1} |", of.support)?;
    }
    let columns = 0..found.classes.len();
    write!(card, "\n| true class, below; predicted, right |")?;
    columns.clone().try_for_each(|class| write!(card, " {class} |"))?;
    write!(card, "\n|---|")?;
    columns.clone().try_for_each(|_| write!(card, "---|"))?;
    for (class, row) in found.confusion.iter().enumerate() {
        write!(card, "\n| {class} |")?;
        row.iter().try_for_each(|rows| write!(card, " {rows} |"))?;
    }
    writeln!(card, "\n")
}

/// A YAML string in double quotes: YAML reads JSON strings.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Text that cannot break out of a line or table cell.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_control() || "|`".contains(character) { ' ' } else { character })
        .collect()
}

/// Millionths as a decimal number.
fn millionths(number: impl Into<i128>) -> String {
    let (number, unit) = (number.into(), i128::from(MICRO));
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}.{:06}", number.abs() / unit, number.abs() % unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{ClassEvaluation, ClusteringEvaluation, RegressionEvaluation};
    use neurodata_primitives::training::{Activation, Descent, Optimiser};

    fn text() -> CardText {
        CardText {
            title: "Heart \"disease\": model".into(),
            dataset: "Heart disease".into(),
            target: "diagnosis".into(),
            licence: "cc-by-4.0".into(),
            provenance: vec![("job".into(), "7|\n# x".into())],
        }
    }

    fn of(spec: &TrainingSpec, evaluation: Evaluation) -> String {
        let metrics = TrainingMetrics { training_rows: 243, holdout_rows: 60, quality: evaluation.quality() };
        let card = card(&text(), spec, &metrics, &evaluation);
        assert_eq!(card.matches("---\n").count(), 2, "front matter in\n{card}");
        card
    }

    fn ensure_has(card: &str, parts: &[&str]) {
        for part in parts {
            assert!(card.contains(part), "{part:?} is not in\n{card}");
        }
    }

    #[test]
    fn a_card_has_front_matter_metrics_and_provenance() {
        let descent = Descent {
            optimiser: Optimiser::Sgd { momentum: 900_000 },
            epochs: 100,
            batch_rows: 32,
            learning_rate: 100_000,
            weight_decay: 100,
            early_stopping: None,
        };
        let (hidden, activation) = (vec![16, 8].try_into().unwrap(), Activation::Tanh);
        let spec = TrainingSpec {
            algorithm: Algorithm::MultilayerPerceptron { hidden, activation, layer_norm: false, descent },
            objective: Objective::Classification { classes: 2 },
            target: Some(13),
            holdout: 200,
        };
        let class = ClassEvaluation { support: 30, precision: 900_000, recall: 800_000, f1: 847_058, roc_auc: None };
        let evaluation = Evaluation::Classification(ClassificationEvaluation {
            correct: 51,
            majority_correct: 33,
            accuracy: 850_000,
            majority_accuracy: 550_000,
            log_loss: 1_412_345,
            f1: 840_000,
            roc_auc: 910_000,
            classes: vec![class, class],
            confusion: vec![vec![24, 6], vec![3, 27]],
            roc: vec![],
        });
        let card = of(&spec, evaluation);
        assert!(card.starts_with("---\nlicense: \"cc-by-4.0\"\nlibrary_name: neurodata\n"));
        let parts = [
            "pipeline_tag: tabular-classification\n",
            "- name: \"Heart \\\"disease\\\": model\"",
            "    - type: accuracy\n      name: accuracy\n      value: 0.850000\n",
            "# Heart \"disease\": model",
            "(16, 8 hidden units, hyperbolic tangent)",
            "| mean cross-entropy | 1.412345 |",
            "| accuracy of the commonest class | 0.550000 |",
            "| momentum | 0.900000 |",
            "| 0 | 24 | 6 |\n| 1 | 3 | 27 |\n",
            "| job | `7  # x` |",
        ];
        ensure_has(&card, &parts);
    }

    #[test]
    fn regressions_and_clusterings_have_metrics_of_their_own() {
        let spec = TrainingSpec {
            algorithm: Algorithm::RidgeRegression { penalty: 500_000 },
            objective: Objective::Regression,
            target: Some(3),
            holdout: 200,
        };
        let found = RegressionEvaluation { rmse: 2_500_000, mae: 1, r_squared: -250_000 };
        let card = of(&spec, Evaluation::Regression(found));
        let parts = [
            "pipeline_tag: tabular-regression",
            "value: -0.250000",
            "| root mean squared error in steps | 2.500000 |",
            "| penalty | 0.500000 |",
        ];
        ensure_has(&card, &parts);

        let spec = TrainingSpec {
            algorithm: Algorithm::KMeans { clusters: 3, iterations: 50 },
            objective: Objective::Clustering,
            target: None,
            ..spec
        };
        let found = ClusteringEvaluation { inertia: 1, explained: 700_000, sizes: vec![20, 30, 10] };
        let card = of(&spec, Evaluation::Clustering(found));
        ensure_has(&card, &["- clustering\n", "| 1 | 30 |", "finds clusters in the dataset", "| clusters | 3 |"]);
        assert!(!card.contains("pipeline_tag"));
    }
}
