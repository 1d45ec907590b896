//! What is trained, in words.

use neurodata_chain::amount::{format_millionths, format_thousandths};
use neurodata_primitives::{
    training::PICO, Activation, Algorithm, Descent, Objective, Optimiser, TrainingSpec, TreeLimits,
};

fn list(numbers: &[u16]) -> String {
    numbers.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

fn with_hidden(name: String, hidden: &[u16]) -> String {
    if hidden.is_empty() {
        name
    } else {
        format!("{name}, hidden units {}", list(hidden))
    }
}

/// What is trained, in words.
pub fn algorithm(algorithm: &Algorithm) -> String {
    match algorithm {
        Algorithm::LogisticRegression { .. } => "logistic regression".into(),
        Algorithm::MultilayerPerceptron { hidden, .. } => format!("multilayer perceptron ({})", list(hidden)),
        Algorithm::ConvolutionalNetwork { filters, hidden, .. } => {
            with_hidden(format!("convolutional network (filters {})", list(filters)), hidden)
        }
        Algorithm::TextClassifier { embedding, hidden, .. } => {
            with_hidden(format!("text classifier (embedding {embedding})"), hidden)
        }
        Algorithm::LinearRegression => "linear regression".into(),
        Algorithm::RidgeRegression { penalty } => format!("ridge regression (penalty {})", format_millionths(*penalty)),
        Algorithm::DecisionTree { limits } => format!("decision tree ({})", tree(limits)),
        Algorithm::RandomForest { trees, limits, split_columns } => {
            let columns = split_columns.map_or_else(String::new, |columns| format!(", {columns} columns a split"));
            format!("random forest ({trees} trees, {}{columns})", tree(limits))
        }
        Algorithm::KMeans { clusters, iterations } => {
            format!("k-means ({clusters} clusters, {iterations} iterations at most)")
        }
    }
}

fn tree(limits: &TreeLimits) -> String {
    format!("depth {}, {} rows in a leaf", limits.depth, limits.leaf_rows)
}

fn target(spec: &TrainingSpec) -> String {
    let column = spec.target.map_or_else(|| "none".into(), |target| format!("column {target}"));
    match spec.objective {
        Objective::Classification { classes } => format!("{column} of {classes} classes"),
        Objective::Regression => format!("{column}, a number"),
        Objective::Clustering => column,
    }
}

fn optimiser(descent: &Descent) -> String {
    let rate = format_millionths(descent.learning_rate);
    match descent.optimiser {
        Optimiser::Sgd { momentum } => format!("SGD, rate {rate}, momentum {}", format_millionths(momentum)),
        Optimiser::Adam { beta_1, beta_2, epsilon } => format!(
            "Adam, rate {rate}, decays {} and {}, epsilon {:e}",
            format_millionths(beta_1),
            format_millionths(beta_2),
            f64::from(epsilon) / PICO as f64
        ),
    }
}

/// The run, in pairs of names and values.
pub(super) fn spec_lines(spec: &TrainingSpec) -> Vec<(&'static str, String)> {
    let mut lines = vec![("algorithm", algorithm(&spec.algorithm)), ("target", target(spec))];
    if let Algorithm::MultilayerPerceptron { activation, layer_norm, .. } = &spec.algorithm {
        let name = match activation {
            Activation::Relu => "ReLU",
            Activation::Tanh => "tanh",
            Activation::Sigmoid => "sigmoid",
        };
        let norm = if *layer_norm { ", layers normalised" } else { "" };
        lines.push(("activation", format!("{name}{norm}")));
    }
    if let Algorithm::ConvolutionalNetwork { image, .. } = &spec.algorithm {
        lines.push(("image", format!("{} x {} x {}", image.height, image.width, image.channels)));
    }
    if let Some(descent) = spec.algorithm.descent() {
        lines.push(("epochs", format!("{}, batches of {} rows", descent.epochs, descent.batch_rows)));
        lines.push(("optimiser", optimiser(descent)));
        lines.push(("weight decay", format_millionths(descent.weight_decay)));
        if let Some(stopping) = descent.early_stopping {
            let text = format!(
                "after {} epochs without an improvement of more than {} on {} of the training rows",
                stopping.patience,
                format_millionths(stopping.min_improvement),
                format_thousandths(stopping.validation)
            );
            lines.push(("early stopping", text));
        }
    }
    lines.push(("holdout", format!("{} of 1000 rows", spec.holdout)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::EarlyStopping;

    #[test]
    fn every_hyper_parameter_is_shown() {
        let descent = Descent {
            optimiser: Optimiser::Adam { beta_1: 900_000, beta_2: 999_000, epsilon: 10_000 },
            epochs: 7,
            batch_rows: 64,
            learning_rate: 1_000,
            weight_decay: 20_000,
            early_stopping: Some(EarlyStopping { validation: 100, patience: 3, min_improvement: 500 }),
        };
        let spec = TrainingSpec {
            algorithm: Algorithm::MultilayerPerceptron {
                hidden: vec![16, 8].try_into().unwrap(),
                activation: Activation::Tanh,
                layer_norm: true,
                descent,
            },
            objective: Objective::Classification { classes: 3 },
            target: Some(4),
            holdout: 250,
        };
        let text: String = spec_lines(&spec).iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        for part in [
            "multilayer perceptron (16, 8)", "column 4 of 3 classes", "tanh, layers normalised",
            "7, batches of 64 rows", "Adam, rate 0.001, decays 0.9 and 0.999, epsilon 1e-8", "weight decay: 0.02",
            "after 3 epochs without an improvement of more than 0.0005 on 0.1", "250 of 1000",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }

    #[test]
    fn every_algorithm_has_a_name_of_its_own() {
        let limits = TreeLimits { depth: 6, leaf_rows: 2 };
        let forest = Algorithm::RandomForest { trees: 50, limits, split_columns: Some(4) };
        assert_eq!(algorithm(&forest), "random forest (50 trees, depth 6, 2 rows in a leaf, 4 columns a split)");
        let clusters = TrainingSpec {
            algorithm: Algorithm::KMeans { clusters: 3, iterations: 9 },
            objective: Objective::Clustering,
            target: None,
            holdout: 200,
        };
        assert_eq!(spec_lines(&clusters)[1], ("target", "none".into()));
        assert_eq!(algorithm(&Algorithm::RidgeRegression { penalty: 500_000 }), "ridge regression (penalty 0.5)");
    }
}
