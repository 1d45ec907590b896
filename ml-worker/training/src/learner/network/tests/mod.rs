use super::*;
use crate::{
    learner::{references::is_damaged, Inputs, Learner, LearnerState, Taken, Targets},
    ColumnKind, Device, ModelFileError,
};
use neurodata_primitives::{
    training::{Image, MICRO},
    Activation, Algorithm, Descent as Rules, EarlyStopping,
};
use neurodata_repops::{Purpose, Stream};

mod gradients;
mod quality;
mod states;
mod steps;

const SEED: [u8; 32] = [7; 32];

fn numeric(bound: u16) -> Column {
    Column { bound, nullable: false, kind: ColumnKind::Numeric }
}

fn rules() -> Rules {
    Rules {
        optimiser: Optimiser::Sgd { momentum: 0 },
        epochs: 20,
        batch_rows: 8,
        learning_rate: 100_000,
        weight_decay: 0,
        early_stopping: None,
    }
}

fn adam() -> Optimiser {
    Optimiser::Adam { beta_1: 900_000, beta_2: 999_000, epsilon: 10_000 }
}

fn spec(algorithm: Algorithm, objective: Objective) -> TrainingSpec {
    TrainingSpec { algorithm, objective, target: Some(0), holdout: 200 }
}

fn logistic(descent: Rules) -> Algorithm {
    Algorithm::LogisticRegression { descent }
}

fn perceptron(hidden: &[u16], activation: Activation, layer_norm: bool, descent: Rules) -> Algorithm {
    Algorithm::MultilayerPerceptron { hidden: hidden.to_vec().try_into().unwrap(), activation, layer_norm, descent }
}

fn convolutional(image: [u16; 3], filters: &[u16], hidden: &[u16], descent: Rules) -> Algorithm {
    let [height, width, channels] = image;
    Algorithm::ConvolutionalNetwork {
        image: Image { height, width, channels },
        filters: filters.to_vec().try_into().unwrap(),
        hidden: hidden.to_vec().try_into().unwrap(),
        descent,
    }
}

fn text(embedding: u16, hidden: &[u16], descent: Rules) -> Algorithm {
    Algorithm::TextClassifier { embedding, hidden: hidden.to_vec().try_into().unwrap(), descent }
}

const CLASSES: Objective = Objective::Classification { classes: 3 };

/// A network of each kind, with what `rules` say, and inputs and targets for it.
fn networks(rules: Rules) -> Vec<(TrainingSpec, Arc<Examples>)> {
    let numbers = |width: u16| (vec![numeric(9); width.into()], drawn_inputs(40, width.into()));
    let tokens = vec![Column { bound: 11, nullable: false, kind: ColumnKind::Category }; 6];
    let classes = |spec: Algorithm, (columns, inputs)| (spec_of(spec), examples(columns, inputs, drawn_classes(40, 3)));
    let regression = |algorithm: Algorithm, (columns, inputs)| {
        let targets = Targets::Numbers((0..40).map(|row| row * row % 97).collect());
        (spec(algorithm, Objective::Regression), examples(columns, inputs, targets))
    };
    vec![
        classes(logistic(rules), numbers(4)),
        classes(perceptron(&[6, 5], Activation::Relu, false, rules), numbers(4)),
        classes(perceptron(&[6], Activation::Tanh, true, rules), numbers(4)),
        regression(perceptron(&[5], Activation::Sigmoid, false, rules), numbers(4)),
        classes(convolutional([6, 5, 2], &[3, 4], &[5], rules), numbers(60)),
        regression(convolutional([4, 4, 1], &[2], &[], rules), numbers(16)),
        classes(text(4, &[5], rules), (tokens, drawn_tokens(40, 6, 12))),
    ]
}

fn spec_of(algorithm: Algorithm) -> TrainingSpec {
    spec(algorithm, CLASSES)
}

fn drawn_inputs(rows: usize, width: usize) -> Inputs {
    let mut stream = Stream::new(SEED, Purpose::new(9_001));
    Inputs::Numbers { values: (0..rows * width).map(|_| stream.uniform() * 4.0 - 2.0).collect(), width }
}

fn drawn_tokens(rows: usize, width: usize, vocabulary: u32) -> Inputs {
    let mut stream = Stream::new(SEED, Purpose::new(9_002));
    Inputs::Codes { values: (0..rows * width).map(|_| stream.below(vocabulary) as u16).collect(), width }
}

fn drawn_classes(rows: usize, classes: u32) -> Targets {
    let mut stream = Stream::new(SEED, Purpose::new(9_003));
    Targets::Classes((0..rows).map(|_| stream.below(classes) as u16).collect())
}

/// All rows but the last fifth are trained on.
fn examples(columns: Vec<Column>, inputs: Inputs, targets: Targets) -> Arc<Examples> {
    let rows = inputs.rows() as u32;
    let (training_rows, holdout_rows) = ((0..rows * 4 / 5).collect(), (rows * 4 / 5..rows).collect());
    Arc::new(Examples { inputs, targets, training_rows, holdout_rows, columns, target: None })
}

fn begun(spec: &TrainingSpec, examples: &Arc<Examples>) -> Box<dyn Learner> {
    begin(&Setting { spec, seed: SEED, device: &Device::Cpu }, examples.clone(), None).unwrap()
}

/// Take steps until `end` or until nothing is left to do; what each found.
fn train(learner: &mut dyn Learner, steps: std::ops::Range<u64>) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for step in steps {
        match learner.step(step).unwrap() {
            Taken::Step { found, .. } => all.push(found),
            Taken::Ended => break,
            Taken::Diverged { tensor } => panic!("step {step}: {tensor}"),
        }
    }
    all
}

fn singles(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|word| f32::from_le_bytes(*word)).collect()
}
