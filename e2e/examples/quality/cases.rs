//! What is trained on which dataset.

use crate::tables::{Form, RealTable, Subject};
use neurodata_primitives::{
    training::{
        Activation, Algorithm, Descent, EarlyStopping, Filters, HiddenUnits, Image, Objective, Optimiser, Quality,
        TreeLimits, MICRO,
    },
    Seed, TrainingMetrics, TrainingSpec,
};
use neurodata_repops::{Purpose, Stream};
use neurodata_training::{run, Device};
use std::{error::Error, ops::ControlFlow, time::Instant};

const HEART: Subject = Subject { name: "heart", form: Form::Classes };
const BREAST_CANCER: Subject = Subject { name: "breast_cancer", form: Form::Classes };
const IRIS: Subject = Subject { name: "iris", form: Form::Classes };
const WINE: Subject = Subject { name: "wine", form: Form::Classes };
const DIGITS: Subject = Subject { name: "digits", form: Form::Pixels { largest: 16 } };
const DIABETES: Subject = Subject { name: "diabetes", form: Form::Numbers };
const FASHION_MNIST: Subject = Subject { name: "fashion_mnist", form: Form::Pixels { largest: 255 } };
const SPAM: Subject = Subject { name: "spam", form: Form::Tokens { tokens: 4_096 } };

/// A model on a dataset.
pub struct Case {
    /// The dataset, a point and the model.
    pub name: &'static str,
    /// What it is trained on.
    pub subject: Subject,
    /// What is trained.
    pub algorithm: Algorithm,
    /// Share of the holdout, in thousandths.
    pub holdout: u16,
    /// Runs, with the seeds from 1 on.
    pub seeds: u32,
}

/// What a run came to.
pub struct Outcome {
    /// Quality on the holdout, in percent.
    pub value: f64,
    /// Of a clustering: mean squared distance to the nearest centre.
    pub inertia: Option<f64>,
    /// Wall time of the run, encoding and evaluation included.
    pub seconds: f64,
    /// Indices of the rows of the holdout, ascending.
    pub holdout: Vec<u32>,
}

impl Case {
    /// The spec on this table.
    pub fn spec(&self, table: &RealTable) -> TrainingSpec {
        let objective = match (&self.algorithm, table.classes()) {
            (Algorithm::KMeans { .. }, _) => Objective::Clustering,
            (_, Some(classes)) => Objective::Classification { classes },
            (_, None) => Objective::Regression,
        };
        let target = (objective != Objective::Clustering).then_some(table.target);
        TrainingSpec { algorithm: self.algorithm.clone(), objective, target, holdout: self.holdout }
    }

    /// Train with a seed.
    pub fn run(&self, table: &RealTable, seed: u32) -> Result<Outcome, Box<dyn Error>> {
        let spec = self.spec(table);
        let seed = key(seed);
        // A clustering is not to see the classes.
        let inputs = if spec.target.is_none() { Some(table.inputs()?) } else { None };
        let cells = inputs.as_ref().unwrap_or(&table.table);
        let start = Instant::now();
        let output = run(cells, &spec, &Seed::new(seed), &Device::Cpu, None, &mut |_| ControlFlow::Continue(()))?;
        let seconds = start.elapsed().as_secs_f64();
        let mut holdout = Stream::new(seed, Purpose::SPLIT).permutation(table.table.rows());
        holdout.truncate(output.metrics.holdout_rows as usize);
        holdout.sort_unstable();
        let (value, inertia) = percent(&output.metrics);
        Ok(Outcome { value, inertia, seconds, holdout })
    }

    /// What the value is.
    pub fn metric(&self, table: &RealTable) -> &'static str {
        match self.spec(table).objective {
            Objective::Classification { .. } => "accuracy",
            Objective::Regression => "r_squared",
            Objective::Clustering => "explained",
        }
    }
}

/// The key of random numbers that a seed's number stands for: little-endian, then zeros.
fn key(seed: u32) -> [u8; 32] {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&seed.to_le_bytes());
    key
}

fn percent(metrics: &TrainingMetrics) -> (f64, Option<f64>) {
    let micro = f64::from(MICRO);
    match metrics.quality {
        Quality::Classification { correct, .. } => (100.0 * f64::from(correct) / f64::from(metrics.holdout_rows), None),
        Quality::Regression { r_squared, .. } => (100.0 * r_squared as f64 / micro, None),
        Quality::Clustering { inertia, explained } => {
            (100.0 * f64::from(explained) / micro, Some(inertia as f64 / micro))
        }
    }
}

fn adam(epochs: u16, batch_rows: u16, learning_rate: u32) -> Descent {
    let optimiser = Optimiser::Adam { beta_1: 900_000, beta_2: 999_000, epsilon: 10_000 };
    Descent { optimiser, epochs, batch_rows, learning_rate, weight_decay: 0, early_stopping: None }
}

/// With momentum 0.9.
fn sgd(epochs: u16, batch_rows: u16, learning_rate: u32, weight_decay: u32) -> Descent {
    let optimiser = Optimiser::Sgd { momentum: 900_000 };
    Descent { optimiser, epochs, batch_rows, learning_rate, weight_decay, early_stopping: None }
}

fn logistic(descent: Descent) -> Algorithm {
    Algorithm::LogisticRegression { descent }
}

fn hidden(units: &[u16]) -> HiddenUnits {
    HiddenUnits::truncate_from(units.to_vec())
}

fn perceptron(units: &[u16], descent: Descent) -> Algorithm {
    let activation = Activation::Relu;
    Algorithm::MultilayerPerceptron { hidden: hidden(units), activation, layer_norm: false, descent }
}

fn forest(depth: u8) -> Algorithm {
    Algorithm::RandomForest { trees: 100, limits: TreeLimits { depth, leaf_rows: 1 }, split_columns: None }
}

fn tree(depth: u8, leaf_rows: u16) -> Algorithm {
    Algorithm::DecisionTree { limits: TreeLimits { depth, leaf_rows } }
}

fn convolutional(side: u16, filters: &[u16], units: &[u16], descent: Descent) -> Algorithm {
    let image = Image { height: side, width: side, channels: 1 };
    Algorithm::ConvolutionalNetwork {
        image,
        filters: Filters::truncate_from(filters.to_vec()),
        hidden: hidden(units),
        descent,
    }
}

fn clusters(clusters: u16) -> Algorithm {
    Algorithm::KMeans { clusters, iterations: 300 }
}

/// All cases.
///
/// The weight decay of the logistic regressions is one over their training rows, which is `C = 1` of scikit-learn; with
/// two classes twice that, since both have weights here and one has there.
pub fn cases() -> Vec<Case> {
    let case = |name, subject, seeds, holdout, algorithm| Case { name, subject, algorithm, holdout, seeds };
    let tanh = Algorithm::MultilayerPerceptron {
        hidden: hidden(&[64, 32]),
        activation: Activation::Tanh,
        layer_norm: true,
        descent: adam(20, 32, 1_000),
    };
    let early_stopping = Some(EarlyStopping { validation: 150, patience: 10, min_improvement: 0 });
    let text = Algorithm::TextClassifier { embedding: 32, hidden: hidden(&[32]), descent: adam(10, 32, 2_000) };
    vec![
        case("heart.logistic", HEART, 20, 300, logistic(sgd(300, 4_096, 100_000, 9_390))),
        case("heart.forest", HEART, 20, 300, forest(16)),
        case("breast_cancer.logistic", BREAST_CANCER, 20, 300, logistic(sgd(500, 4_096, 100_000, 5_013))),
        case("breast_cancer.perceptron", BREAST_CANCER, 20, 300, perceptron(&[32], adam(40, 32, 1_000))),
        case("breast_cancer.forest", BREAST_CANCER, 20, 300, forest(16)),
        case("breast_cancer.tree", BREAST_CANCER, 20, 300, tree(4, 5)),
        case("iris.logistic", IRIS, 20, 300, logistic(sgd(500, 4_096, 100_000, 9_524))),
        case("wine.logistic", WINE, 20, 300, logistic(sgd(500, 4_096, 100_000, 8_000))),
        case("wine.forest", WINE, 20, 300, forest(16)),
        case("digits.logistic", DIGITS, 20, 200, logistic(sgd(100, 64, 20_000, 695))),
        case("digits.perceptron", DIGITS, 10, 200, perceptron(&[64], adam(30, 32, 1_000))),
        case("digits.perceptron_tanh_norm", DIGITS, 10, 200, tanh),
        case(
            "digits.perceptron_stopping",
            DIGITS,
            10,
            200,
            perceptron(&[64], Descent { early_stopping, ..adam(100, 32, 2_000) }),
        ),
        case("digits.convolutional", DIGITS, 5, 200, convolutional(8, &[16, 32], &[64], adam(20, 32, 1_000))),
        case("digits.forest", DIGITS, 10, 200, forest(24)),
        case("digits.tree", DIGITS, 10, 200, tree(10, 2)),
        case("diabetes.linear", DIABETES, 20, 300, Algorithm::LinearRegression),
        case("diabetes.ridge", DIABETES, 20, 300, Algorithm::RidgeRegression { penalty: 10 * MICRO }),
        case("diabetes.perceptron", DIABETES, 20, 300, perceptron(&[16], sgd(100, 32, 5_000, 100_000))),
        case("diabetes.forest", DIABETES, 20, 300, forest(16)),
        case("fashion_mnist.perceptron", FASHION_MNIST, 3, 200, perceptron(&[128], adam(8, 64, 1_000))),
        case(
            "fashion_mnist.convolutional",
            FASHION_MNIST,
            3,
            200,
            convolutional(28, &[16, 32], &[64], adam(5, 64, 1_000)),
        ),
        case("spam.text", SPAM, 5, 200, text),
        case("iris.k_means", IRIS, 100, 300, clusters(3)),
        case("wine.k_means", WINE, 100, 300, clusters(3)),
        case("digits.k_means", DIGITS, 100, 200, clusters(10)),
    ]
}
