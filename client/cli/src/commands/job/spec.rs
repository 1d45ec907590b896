//! From the command line to a training spec.

use crate::args::{ActivationName, AlgorithmName, OptimiserName, SpecArguments};
use anyhow::{bail, ensure, Context as _, Result};
use neurodata_dataset::{ColumnKind, Schema};
use neurodata_primitives::{
    training::{HiddenUnits, MAX_CONVOLUTIONS, MAX_HIDDEN_LAYERS, MICRO},
    Activation, Algorithm, Descent, EarlyStopping, Objective, Optimiser, TrainingSpec, TreeLimits,
};

const EPOCHS: u16 = 100;
const BATCH_ROWS: u16 = 32;
const SGD_RATE: u32 = MICRO / 10;
const ADAM_RATE: u32 = MICRO / 1_000;
const MOMENTUM: u32 = 900_000;
const BETA_2: u32 = 999_000;
/// 10^-8 in units of 10^-12.
const EPSILON: u32 = 10_000;
const WEIGHT_DECAY: u32 = 100;
const VALIDATION: u16 = 100;
const EMBEDDING: u16 = 32;
const TREE_DEPTH: u8 = 8;
const FOREST_DEPTH: u8 = 16;
const TREES: u16 = 100;
const ITERATIONS: u16 = 100;

/// What the command line asks for.
pub fn spec(arguments: &SpecArguments, schema: &Schema) -> Result<TrainingSpec> {
    ensure_belonging(arguments)?;
    let (target, objective) = target(arguments, schema)?;
    let algorithm = algorithm(arguments)?;
    if arguments.algorithm == AlgorithmName::Text {
        let numeric = schema.columns().iter().enumerate().find(|(index, column)| {
            Some(*index) != target.map(usize::from) && !matches!(column.kind, ColumnKind::Category { .. })
        });
        if let Some((_, column)) = numeric {
            bail!("text needs a dataset of tokens: the column {:?} is numeric instead of a category", column.name);
        }
    }
    Ok(TrainingSpec { algorithm, objective, target, holdout: arguments.holdout })
}

/// Refuse options that the algorithm knows nothing of.
fn ensure_belonging(arguments: &SpecArguments) -> Result<()> {
    use AlgorithmName as Name;
    let SpecArguments {
        algorithm, target, holdout: _, hidden, activation, layer_norm, image, filters, embedding, epochs, batch_rows,
        optimiser, learning_rate, momentum, beta_1, beta_2, epsilon, weight_decay, early_stopping, validation,
        min_improvement, penalty, depth, leaf_rows, trees, split_columns, clusters, iterations,
    } = arguments;
    let descent = [Name::Logistic, Name::Mlp, Name::Cnn, Name::Text].as_slice();
    let given = [
        ("--target", target.is_some(), [descent, &[Name::Linear, Name::Ridge, Name::Tree, Name::Forest]].concat()),
        ("--hidden", !hidden.is_empty(), vec![Name::Mlp, Name::Cnn, Name::Text]),
        ("--activation", activation.is_some(), vec![Name::Mlp]),
        ("--layer-norm", *layer_norm, vec![Name::Mlp]),
        ("--image", image.is_some(), vec![Name::Cnn]),
        ("--filters", !filters.is_empty(), vec![Name::Cnn]),
        ("--embedding", embedding.is_some(), vec![Name::Text]),
        ("--epochs", epochs.is_some(), descent.to_vec()),
        ("--batch-rows", batch_rows.is_some(), descent.to_vec()),
        ("--optimiser", optimiser.is_some(), descent.to_vec()),
        ("--learning-rate", learning_rate.is_some(), descent.to_vec()),
        ("--momentum", momentum.is_some(), descent.to_vec()),
        ("--beta-1", beta_1.is_some(), descent.to_vec()),
        ("--beta-2", beta_2.is_some(), descent.to_vec()),
        ("--epsilon", epsilon.is_some(), descent.to_vec()),
        ("--weight-decay", weight_decay.is_some(), descent.to_vec()),
        ("--early-stopping", early_stopping.is_some(), descent.to_vec()),
        ("--validation", validation.is_some(), descent.to_vec()),
        ("--min-improvement", min_improvement.is_some(), descent.to_vec()),
        ("--penalty", penalty.is_some(), vec![Name::Ridge]),
        ("--depth", depth.is_some(), vec![Name::Tree, Name::Forest]),
        ("--leaf-rows", leaf_rows.is_some(), vec![Name::Tree, Name::Forest]),
        ("--trees", trees.is_some(), vec![Name::Forest]),
        ("--split-columns", split_columns.is_some(), vec![Name::Forest]),
        ("--clusters", clusters.is_some(), vec![Name::Kmeans]),
        ("--iterations", iterations.is_some(), vec![Name::Kmeans]),
    ];
    for (option, is_given, of) in given {
        let names = || of.iter().map(|name| name_of(*name)).collect::<Vec<_>>().join(", ");
        ensure!(!is_given || of.contains(algorithm), "{option} belongs to --algorithm {}", names());
    }
    let of_other = match optimiser.unwrap_or(OptimiserName::Sgd) {
        OptimiserName::Sgd => vec![("--beta-1", beta_1), ("--beta-2", beta_2), ("--epsilon", epsilon)],
        OptimiserName::Adam => vec![("--momentum", momentum)],
    };
    for (option, value) in of_other {
        let name = if option == "--momentum" { "sgd" } else { "adam" };
        ensure!(value.is_none(), "{option} belongs to --optimiser {name}");
    }
    Ok(())
}

const fn name_of(name: AlgorithmName) -> &'static str {
    match name {
        AlgorithmName::Logistic => "logistic",
        AlgorithmName::Mlp => "mlp",
        AlgorithmName::Cnn => "cnn",
        AlgorithmName::Text => "text",
        AlgorithmName::Linear => "linear",
        AlgorithmName::Ridge => "ridge",
        AlgorithmName::Tree => "tree",
        AlgorithmName::Forest => "forest",
        AlgorithmName::Kmeans => "kmeans",
    }
}

fn hidden(arguments: &SpecArguments) -> Result<HiddenUnits> {
    let hidden = arguments.hidden.clone().try_into();
    hidden.map_err(|_| anyhow::anyhow!("--hidden takes at most {MAX_HIDDEN_LAYERS} layers"))
}

fn algorithm(arguments: &SpecArguments) -> Result<Algorithm> {
    let limits = |depth| TreeLimits {
        depth: arguments.depth.unwrap_or(depth),
        leaf_rows: arguments.leaf_rows.unwrap_or(1),
    };
    let descent = descent(arguments);
    Ok(match arguments.algorithm {
        AlgorithmName::Logistic => Algorithm::LogisticRegression { descent },
        AlgorithmName::Mlp => {
            ensure!(!arguments.hidden.is_empty(), "an mlp needs --hidden, such as --hidden 32,16");
            let activation = match arguments.activation.unwrap_or(ActivationName::Relu) {
                ActivationName::Relu => Activation::Relu,
                ActivationName::Tanh => Activation::Tanh,
                ActivationName::Sigmoid => Activation::Sigmoid,
            };
            let (hidden, layer_norm) = (hidden(arguments)?, arguments.layer_norm);
            Algorithm::MultilayerPerceptron { hidden, activation, layer_norm, descent }
        }
        AlgorithmName::Cnn => {
            let image = arguments.image.context("a cnn needs --image, such as --image 28x28")?;
            ensure!(!arguments.filters.is_empty(), "a cnn needs --filters, such as --filters 16,32");
            let filters = arguments.filters.clone().try_into();
            let filters =
                filters.map_err(|_| anyhow::anyhow!("--filters takes at most {MAX_CONVOLUTIONS} convolutions"))?;
            Algorithm::ConvolutionalNetwork { image, filters, hidden: hidden(arguments)?, descent }
        }
        AlgorithmName::Text => {
            let embedding = arguments.embedding.unwrap_or(EMBEDDING);
            Algorithm::TextClassifier { embedding, hidden: hidden(arguments)?, descent }
        }
        AlgorithmName::Linear => Algorithm::LinearRegression,
        AlgorithmName::Ridge => Algorithm::RidgeRegression { penalty: arguments.penalty.unwrap_or(MICRO) },
        AlgorithmName::Tree => Algorithm::DecisionTree { limits: limits(TREE_DEPTH) },
        AlgorithmName::Forest => {
            let (trees, split_columns) = (arguments.trees.unwrap_or(TREES), arguments.split_columns);
            Algorithm::RandomForest { trees, limits: limits(FOREST_DEPTH), split_columns }
        }
        AlgorithmName::Kmeans => {
            let clusters = arguments.clusters.context("kmeans needs --clusters, such as --clusters 3")?;
            Algorithm::KMeans { clusters, iterations: arguments.iterations.unwrap_or(ITERATIONS) }
        }
    })
}

fn descent(arguments: &SpecArguments) -> Descent {
    let (optimiser, rate) = match arguments.optimiser.unwrap_or(OptimiserName::Sgd) {
        OptimiserName::Sgd => (Optimiser::Sgd { momentum: arguments.momentum.unwrap_or(MOMENTUM) }, SGD_RATE),
        OptimiserName::Adam => {
            let optimiser = Optimiser::Adam {
                beta_1: arguments.beta_1.unwrap_or(MOMENTUM),
                beta_2: arguments.beta_2.unwrap_or(BETA_2),
                epsilon: arguments.epsilon.unwrap_or(EPSILON),
            };
            (optimiser, ADAM_RATE)
        }
    };
    let early_stopping = arguments.early_stopping.map(|patience| EarlyStopping {
        validation: arguments.validation.unwrap_or(VALIDATION),
        patience,
        min_improvement: arguments.min_improvement.unwrap_or(0),
    });
    Descent {
        optimiser,
        epochs: arguments.epochs.unwrap_or(EPOCHS),
        batch_rows: arguments.batch_rows.unwrap_or(BATCH_ROWS),
        learning_rate: arguments.learning_rate.unwrap_or(rate),
        weight_decay: arguments.weight_decay.unwrap_or(WEIGHT_DECAY),
        early_stopping,
    }
}

/// Index of the target column and what it asks for: names are classified, numbers fitted.
fn target(arguments: &SpecArguments, schema: &Schema) -> Result<(Option<u16>, Objective)> {
    if arguments.algorithm == AlgorithmName::Kmeans {
        return Ok((None, Objective::Clustering));
    }
    let index = match arguments.target.as_deref() {
        Some(name) => schema.column_index(name).with_context(|| format!("the dataset has no column {name:?}"))?,
        None => schema.target().context("the schema names no target; choose a column with --target")?,
    };
    let column = &schema.columns()[index];
    let objective = match &column.kind {
        ColumnKind::Category { values } => Objective::Classification {
            classes: u16::try_from(values.len()).context("the target has too many values")?,
        },
        ColumnKind::Numeric { .. } => Objective::Regression,
    };
    let (name, algorithm) = (&column.name, name_of(arguments.algorithm));
    match (arguments.algorithm, objective) {
        (AlgorithmName::Logistic | AlgorithmName::Text, Objective::Regression) => {
            bail!("the target {name:?} is numeric; {algorithm} needs a category")
        }
        (AlgorithmName::Linear | AlgorithmName::Ridge, Objective::Classification { .. }) => {
            bail!("the target {name:?} is a category; {algorithm} needs a number")
        }
        _ => Ok((Some(u16::try_from(index)?), objective)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Arguments, Command, JobCommand};
    use clap::Parser;

    fn schema() -> Schema {
        let text = r#"{"format":"neurodata/schema/1","name":"t","columns":[
            {"name":"x","kind":{"numeric":{"min":0,"max":9,"step":1}}},
            {"name":"y","kind":{"category":{"values":["a","b","c"]}},"nullable":true}],"target":"y"}"#;
        Schema::parse(text.as_bytes()).unwrap()
    }

    fn asked(more: &str) -> Result<TrainingSpec> {
        let line = format!("neurodata job estimate --dataset 3 --max-unit-price 0.1 --algorithm {more}");
        let Command::Job(JobCommand::Estimate { request, .. }) = Arguments::parse_from(line.split(' ')).command else {
            panic!("another command")
        };
        spec(&request.spec, &schema())
    }

    #[test]
    fn the_target_says_what_is_asked_for() {
        let classes = Objective::Classification { classes: 3 };
        let logistic = asked("logistic").unwrap();
        assert_eq!((logistic.target, logistic.objective), (Some(1), classes));
        let ridge = asked("ridge --target x --penalty 2.5").unwrap();
        assert_eq!((ridge.target, ridge.objective), (Some(0), Objective::Regression));
        assert_eq!(ridge.algorithm, Algorithm::RidgeRegression { penalty: 2_500_000 });
        let clusters = asked("kmeans --clusters 3").unwrap();
        assert_eq!((clusters.target, clusters.objective), (None, Objective::Clustering));
        assert_eq!(asked("forest --target x").unwrap().objective, Objective::Regression);
        assert_eq!(asked("forest").unwrap().objective, classes);
    }

    #[test]
    fn every_algorithm_has_defaults_that_are_valid() {
        for line in [
            "logistic", "mlp --hidden 8", "cnn --image 2x2 --filters 4", "linear --target x", "ridge --target x",
            "tree", "forest", "kmeans --clusters 2", "logistic --optimiser adam",
            "mlp --hidden 8,4 --activation tanh --layer-norm --early-stopping 5 --validation 0.2",
        ] {
            let spec = asked(line).unwrap();
            assert_eq!(spec.validate(), Ok(()), "{line}");
        }
        let Some(descent) = asked("logistic --optimiser adam").unwrap().algorithm.descent().copied() else { panic!() };
        assert_eq!(descent.learning_rate, ADAM_RATE);
    }

    #[test]
    fn what_cannot_be_asked_for_is_refused_with_the_option_to_change() {
        let refused = |more: &str| asked(more).unwrap_err().to_string();
        assert!(refused("logistic --hidden 8").contains("--hidden belongs to --algorithm mlp, cnn, text"));
        assert!(refused("tree --epochs 5").contains("--epochs belongs"));
        assert!(refused("kmeans --clusters 2 --target y").contains("--target belongs"));
        assert!(refused("logistic --beta-1 0.5").contains("--beta-1 belongs to --optimiser adam"));
        assert!(refused("logistic --optimiser adam --momentum 0.5").contains("--momentum belongs to --optimiser sgd"));
        assert!(refused("mlp").contains("needs --hidden"));
        assert!(refused("cnn --filters 4").contains("needs --image"));
        assert!(refused("cnn --image 2x2").contains("needs --filters"));
        assert!(refused("kmeans").contains("needs --clusters"));
        assert!(refused("logistic --target x").contains("numeric"));
        assert!(refused("linear").contains("is a category"));
        assert!(refused("logistic --target z").contains("no column"));
        assert!(refused("text").contains("tokens"));
    }
}
