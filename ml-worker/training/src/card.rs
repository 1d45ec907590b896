//! The model card: a README with Hugging Face's YAML front matter.
//!
//! Source of the format: Hugging Face Hub documentation, "Model cards".

use neurodata_primitives::{job::MICRO, Algorithm, TrainingMetrics, TrainingSpec};
use std::fmt::Write;

/// What a card says beside spec and metrics. All of it is shown as text.
#[derive(Clone, Debug, Default)]
pub struct CardText {
    /// Title of the model.
    pub title: String,
    /// Title of the dataset.
    pub dataset: String,
    /// Name of the target column.
    pub target: String,
    /// Licence id as Hugging Face knows it, or `other`.
    pub licence: String,
    /// Where the model comes from, as (name, value) lines: chain, job, dataset, seed, digests.
    pub provenance: Vec<(String, String)>,
}

/// The card of a model in Markdown. The same input gives the same text.
pub fn card(text: &CardText, spec: &TrainingSpec, metrics: &TrainingMetrics) -> String {
    let mut card = String::new();
    // Writing to a string cannot fail.
    let _ = front_matter(&mut card, text, metrics).and_then(|()| body(&mut card, text, spec, metrics));
    card
}

fn front_matter(card: &mut String, text: &CardText, metrics: &TrainingMetrics) -> std::fmt::Result {
    writeln!(card, "---")?;
    writeln!(card, "license: {}", quoted(&text.licence))?;
    writeln!(card, "library_name: candle")?;
    writeln!(card, "pipeline_tag: tabular-classification")?;
    writeln!(card, "tags:\n- neurodata\n- tabular-classification\n- safetensors")?;
    writeln!(card, "model-index:\n- name: {}\n  results:", quoted(&text.title))?;
    writeln!(card, "  - task:\n      type: tabular-classification")?;
    writeln!(card, "    dataset:\n      type: neurodata\n      name: {}\n      split: holdout", quoted(&text.dataset))?;
    writeln!(card, "    metrics:\n    - type: accuracy\n      value: {}", millionths(metrics.accuracy().into()))?;
    writeln!(card, "    - type: loss\n      name: cross-entropy\n      value: {}", millionths(metrics.holdout_loss))?;
    writeln!(card, "---\n")
}

fn body(card: &mut String, text: &CardText, spec: &TrainingSpec, metrics: &TrainingMetrics) -> std::fmt::Result {
    writeln!(card, "# {}\n", one_line(&text.title))?;
    let algorithm = match &spec.algorithm {
        Algorithm::LogisticRegression => "Multinomial logistic regression".to_string(),
        Algorithm::MultilayerPerceptron { hidden } => {
            let units: Vec<String> = hidden.iter().map(u16::to_string).collect();
            format!("A multilayer perceptron with ReLU ({} hidden units)", units.join(", "))
        }
    };
    writeln!(
        card,
        "{algorithm} that predicts *{}* of the dataset *{}* in {} classes, trained reproducibly: the same data, spec \
         and seed give the same file bit for bit.\n",
        one_line(&text.target),
        one_line(&text.dataset),
        spec.classes
    )?;
    writeln!(card, "## Results on the holdout\n")?;
    writeln!(card, "| metric | value |\n|---|---|")?;
    writeln!(card, "| accuracy | {} |", millionths(metrics.accuracy().into()))?;
    writeln!(card, "| accuracy of the commonest class | {} |", millionths(metrics.majority_accuracy().into()))?;
    writeln!(card, "| mean cross-entropy | {} |", millionths(metrics.holdout_loss))?;
    writeln!(card, "| rows of the holdout | {} |", metrics.holdout_rows)?;
    writeln!(card, "| rows trained on | {} |\n", metrics.training_rows)?;
    writeln!(card, "## Training\n")?;
    writeln!(card, "| setting | value |\n|---|---|")?;
    writeln!(card, "| epochs | {} |", spec.epochs)?;
    writeln!(card, "| rows of a batch | {} |", spec.batch_rows)?;
    writeln!(card, "| learning rate | {} |", millionths(spec.learning_rate.into()))?;
    writeln!(card, "| momentum | {} |", millionths(spec.momentum.into()))?;
    writeln!(card, "| weight decay | {} |", millionths(spec.weight_decay.into()))?;
    writeln!(card, "| holdout | {} of 1000 rows |\n", spec.holdout)?;
    writeln!(card, "## Use\n")?;
    writeln!(
        card,
        "The file is safetensors: `layers.N.weight` of shape (outputs, inputs), `layers.N.bias`, ReLU between the \
         layers, softmax at the end. Its metadata entry `neurodata` describes the columns, `encoding.mean` and \
         `encoding.scale` standardise the numeric ones.\n"
    )?;
    if !text.provenance.is_empty() {
        writeln!(card, "## Provenance\n\n| | |\n|---|---|")?;
        for (name, value) in &text.provenance {
            writeln!(card, "| {} | `{}` |", one_line(name), one_line(value))?;
        }
    }
    Ok(())
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
fn millionths(number: u64) -> String {
    let unit = u64::from(MICRO);
    format!("{}.{:06}", number / unit, number % unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_front_matter_metrics_and_provenance() {
        let text = CardText {
            title: "Heart \"disease\": model".into(),
            dataset: "Heart disease".into(),
            target: "diagnosis".into(),
            licence: "cc-by-4.0".into(),
            provenance: vec![("job".into(), "7|\n# x".into())],
        };
        let spec = TrainingSpec {
            algorithm: Algorithm::MultilayerPerceptron { hidden: vec![16, 8].try_into().unwrap() },
            target: 13,
            classes: 2,
            epochs: 100,
            batch_rows: 32,
            learning_rate: 100_000,
            momentum: 900_000,
            weight_decay: 100,
            holdout: 200,
            checkpoint_epochs: 10,
        };
        let metrics = TrainingMetrics {
            training_rows: 243,
            holdout_rows: 60,
            holdout_correct: 51,
            majority_correct: 33,
            holdout_loss: 1_412_345,
        };
        let card = card(&text, &spec, &metrics);
        assert!(card.starts_with("---\nlicense: \"cc-by-4.0\"\nlibrary_name: candle\n"));
        for part in [
            "- name: \"Heart \\\"disease\\\": model\"",
            "    - type: accuracy\n      value: 0.850000\n",
            "# Heart \"disease\": model",
            "(16, 8 hidden units)",
            "| mean cross-entropy | 1.412345 |",
            "| momentum | 0.900000 |",
            "| job | `7  # x` |",
        ] {
            assert!(card.contains(part), "{part:?} is not in\n{card}");
        }
        assert_eq!(card.matches("---\n").count(), 2);
    }
}
