//! What a card says of a spec.

use super::millionths;
use neurodata_primitives::{
    training::{Activation, Algorithm, Descent, Optimiser, TreeLimits},
    TrainingSpec,
};

fn listed(numbers: &[u16]) -> String {
    if numbers.is_empty() {
        return "none".into();
    }
    numbers.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

/// An algorithm as the beginning of a sentence.
pub(super) fn described(algorithm: &Algorithm) -> String {
    match algorithm {
        Algorithm::LogisticRegression { .. } => "Multinomial logistic regression".into(),
        Algorithm::MultilayerPerceptron { hidden, activation, .. } => {
            let activation = match activation {
                Activation::Relu => "ReLU",
                Activation::Tanh => "hyperbolic tangent",
                Activation::Sigmoid => "logistic function",
            };
            format!("A multilayer perceptron ({} hidden units, {activation})", listed(hidden))
        }
        Algorithm::ConvolutionalNetwork { filters, .. } => {
            format!("A convolutional network ({} filters of 3 by 3 pixels)", listed(filters))
        }
        Algorithm::TextClassifier { embedding, .. } => {
            format!("A text classifier (the mean of tokens embedded in {embedding} numbers)")
        }
        Algorithm::LinearRegression => "Linear regression".into(),
        Algorithm::RidgeRegression { .. } => "Ridge regression".into(),
        Algorithm::DecisionTree { .. } => "A decision tree".into(),
        Algorithm::RandomForest { trees, .. } => format!("A random forest ({trees} trees)"),
        Algorithm::KMeans { clusters, .. } => format!("k-means ({clusters} clusters)"),
    }
}

/// Name and value of each setting.
pub(super) fn settings(spec: &TrainingSpec) -> Vec<(&'static str, String)> {
    let mut settings = match &spec.algorithm {
        Algorithm::LogisticRegression { .. } | Algorithm::LinearRegression => vec![],
        Algorithm::MultilayerPerceptron { hidden, layer_norm, .. } => vec![
            ("hidden units", listed(hidden)),
            ("layer normalisation", if *layer_norm { "yes" } else { "no" }.into()),
        ],
        Algorithm::ConvolutionalNetwork { image, filters, hidden, .. } => vec![
            ("image", format!("{} by {} pixels of {}", image.height, image.width, image.channels)),
            ("filters", listed(filters)),
            ("hidden units", listed(hidden)),
        ],
        Algorithm::TextClassifier { embedding, hidden, .. } => {
            vec![("numbers of a token", embedding.to_string()), ("hidden units", listed(hidden))]
        }
        Algorithm::RidgeRegression { penalty } => vec![("penalty", millionths(*penalty))],
        Algorithm::DecisionTree { limits } => tree(limits),
        Algorithm::RandomForest { trees, limits, split_columns } => {
            let columns = split_columns.map_or("by rule".into(), |columns| columns.to_string());
            let mut settings = vec![("trees", trees.to_string()), ("columns of a split", columns)];
            settings.extend(tree(limits));
            settings
        }
        Algorithm::KMeans { clusters, iterations } => {
            vec![("clusters", clusters.to_string()), ("iterations at most", iterations.to_string())]
        }
    };
    settings.extend(spec.algorithm.descent().map(descent).unwrap_or_default());
    settings.push(("holdout", format!("{} of 1000 rows", spec.holdout)));
    settings
}

fn tree(limits: &TreeLimits) -> Vec<(&'static str, String)> {
    vec![("levels", limits.depth.to_string()), ("rows of a leaf at least", limits.leaf_rows.to_string())]
}

fn descent(descent: &Descent) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("epochs", descent.epochs.to_string()),
        ("rows of a batch", descent.batch_rows.to_string()),
        ("learning rate", millionths(descent.learning_rate)),
        ("weight decay", millionths(descent.weight_decay)),
    ];
    match descent.optimiser {
        Optimiser::Sgd { momentum } => {
            settings.extend([("optimiser", "SGD".into()), ("momentum", millionths(momentum))]);
        }
        Optimiser::Adam { beta_1, beta_2, epsilon } => settings.extend([
            ("optimiser", "Adam with decoupled weight decay".into()),
            ("beta 1", millionths(beta_1)),
            ("beta 2", millionths(beta_2)),
            ("epsilon", format!("{epsilon}e-12")),
        ]),
    }
    if let Some(stopping) = descent.early_stopping {
        settings.extend([
            ("validation rows", format!("{} of 1000 training rows", stopping.validation)),
            ("patience", format!("{} epochs", stopping.patience)),
            ("least improvement", millionths(stopping.min_improvement)),
        ]);
    }
    settings
}

/// What the model file holds, as the end of a sentence.
pub(super) fn tensors(algorithm: &Algorithm) -> &'static str {
    match algorithm {
        Algorithm::LogisticRegression { .. } | Algorithm::MultilayerPerceptron { .. } => {
            "`layers.N.weight` of shape (outputs, inputs) and `layers.N.bias`; `encoding.mean` and `encoding.scale` \
             standardise the numeric columns."
        }
        Algorithm::ConvolutionalNetwork { .. } => {
            "`convolutions.N.weight` of shape (filters, channels, 3, 3), `convolutions.N.bias`, `layers.N.weight` of \
             shape (outputs, inputs) and `layers.N.bias`."
        }
        Algorithm::TextClassifier { .. } => {
            "`embedding.weight` of shape (tokens, numbers), `layers.N.weight` of shape (outputs, inputs) and \
             `layers.N.bias`."
        }
        Algorithm::LinearRegression | Algorithm::RidgeRegression { .. } => {
            "`weight` and `intercept`; `encoding.mean` and `encoding.scale` standardise the numeric columns."
        }
        Algorithm::DecisionTree { .. } | Algorithm::RandomForest { .. } => "the nodes of all trees.",
        Algorithm::KMeans { .. } => {
            "the centres; `encoding.mean` and `encoding.scale` standardise the numeric columns."
        }
    }
}
