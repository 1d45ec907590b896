//! Tables and specs of every algorithm, small enough to be trained often.

// Each test file uses some of it.
#![allow(dead_code)]

use neurodata_primitives::{
    training::{Activation, Algorithm, Descent, EarlyStopping, Image, Objective, Optimiser, TreeLimits},
    Seed, TrainingSpec,
};
use neurodata_repops::{Purpose, Stream};
use neurodata_training::{run_from, Checkpoint, Column, ColumnKind, Device, Error, Resume, RunOutput, TrainingTable};
use std::ops::ControlFlow;

pub const SEED: Seed = Seed::new([42; 32]);
pub const OTHER_SEED: Seed = Seed::new([43; 32]);

pub fn numeric(bound: u16) -> Column {
    Column { bound, nullable: false, kind: ColumnKind::Numeric }
}

pub fn category(bound: u16) -> Column {
    Column { bound, nullable: false, kind: ColumnKind::Category }
}

pub fn stream(number: u32) -> Stream {
    Stream::new([5; 32], Purpose::new(9_000 + number))
}

/// Two numbers, one of them with gaps, a category with gaps, and whether a mixture of them is large.
pub fn mixed(rows: u32) -> TrainingTable {
    let columns = vec![
        numeric(1_000),
        Column { nullable: true, ..numeric(101) },
        Column { nullable: true, ..category(3) },
        category(1),
    ];
    let mut stream = stream(0);
    let row = |_| {
        let (x, y, z) = (stream.below(1_001) as u16, stream.below(102) as u16, stream.below(4) as u16);
        let known = u32::from(x) + if y == 0 { 500 } else { 10 * (u32::from(y) - 1) } + 150 * u32::from(z == 2);
        [x, y, z, u16::from(known > 1_050)]
    };
    TrainingTable::new(columns, (0..rows).flat_map(row).collect()).unwrap()
}

/// Two numbers, a category, and a number that is a mixture of them with a little noise.
pub fn measured(rows: u32) -> TrainingTable {
    let columns = vec![numeric(500), numeric(100), category(2), numeric(1_999)];
    let mut stream = stream(1);
    let row = |_| {
        let (x, y, z) = (stream.below(501), stream.below(101), stream.below(3));
        [x, y, z, 2 * x + 5 * (100 - y) + 200 * z + stream.below(50)].map(|number| number as u16)
    };
    TrainingTable::new(columns, (0..rows).flat_map(row).collect()).unwrap()
}

/// Six by six pixels with a bright row or a bright column.
pub fn images(rows: u32) -> TrainingTable {
    let mut columns = vec![numeric(15); 36];
    columns.push(category(1));
    let mut stream = stream(2);
    let image = |_| {
        let (upright, place) = (stream.below(2), stream.below(6));
        let mut pixels: Vec<u16> = (0..36)
            .map(|pixel| {
                let at = if upright == 1 { pixel % 6 } else { pixel / 6 };
                (stream.below(6) + if at == place { 10 } else { 0 }) as u16
            })
            .collect();
        pixels.push(upright as u16);
        pixels
    };
    TrainingTable::new(columns, (0..rows).flat_map(image).collect()).unwrap()
}

/// Texts of up to eight of thirty tokens, of which a third belongs to each of three classes.
pub fn texts(rows: u32) -> TrainingTable {
    let mut columns = vec![Column { nullable: true, ..category(30) }; 8];
    columns.push(category(2));
    let mut stream = stream(3);
    let text = |_| {
        let (class, length) = (stream.below(3), 3 + stream.below(6));
        let mut tokens: Vec<u16> = (0..8)
            .map(|position| {
                let of = if stream.below(10) < 7 { class } else { stream.below(3) };
                let token = 1 + of * 10 + stream.below(10);
                if position < length {
                    token as u16
                } else {
                    0
                }
            })
            .collect();
        tokens.push(class as u16);
        tokens
    };
    TrainingTable::new(columns, (0..rows).flat_map(text).collect()).unwrap()
}

/// Two numbers and a category around three centres.
pub fn clouds(rows: u32) -> TrainingTable {
    let columns = vec![numeric(300), numeric(300), category(1)];
    let mut stream = stream(4);
    let row = |_| {
        let (x, y, z) = [(40, 50, 0), (150, 230, 1), (250, 60, 0)][stream.below(3) as usize];
        [x + stream.below(50) as u16, y + stream.below(50) as u16, z]
    };
    TrainingTable::new(columns, (0..rows).flat_map(row).collect()).unwrap()
}

pub const SGD: Descent = Descent {
    optimiser: Optimiser::Sgd { momentum: 900_000 },
    epochs: 25,
    batch_rows: 32,
    learning_rate: 100_000,
    weight_decay: 100,
    early_stopping: None,
};

pub const ADAM: Descent = Descent {
    optimiser: Optimiser::Adam { beta_1: 900_000, beta_2: 999_000, epsilon: 10_000 },
    learning_rate: 10_000,
    ..SGD
};

/// Stops before its last epoch.
pub const STOPPING: Descent = Descent {
    early_stopping: Some(EarlyStopping { validation: 200, patience: 2, min_improvement: 20_000 }),
    epochs: 40,
    learning_rate: 50_000,
    ..ADAM
};

pub const LIMITS: TreeLimits = TreeLimits { depth: 6, leaf_rows: 2 };

pub fn logistic(descent: Descent) -> TrainingSpec {
    TrainingSpec {
        algorithm: Algorithm::LogisticRegression { descent },
        objective: Objective::Classification { classes: 2 },
        target: Some(3),
        holdout: 200,
    }
}

pub fn perceptron(hidden: &[u16], activation: Activation, layer_norm: bool, descent: Descent) -> TrainingSpec {
    let hidden = hidden.to_vec().try_into().unwrap();
    let algorithm = Algorithm::MultilayerPerceptron { hidden, activation, layer_norm, descent };
    TrainingSpec { algorithm, ..logistic(descent) }
}

pub fn plain_perceptron() -> TrainingSpec {
    perceptron(&[12, 7], Activation::Relu, false, SGD)
}

pub fn convolutional(descent: Descent) -> TrainingSpec {
    let image = Image { height: 6, width: 6, channels: 1 };
    let (filters, hidden) = (vec![4, 6].try_into().unwrap(), vec![8].try_into().unwrap());
    let algorithm = Algorithm::ConvolutionalNetwork { image, filters, hidden, descent };
    TrainingSpec { algorithm, target: Some(36), ..logistic(descent) }
}

pub fn text(descent: Descent) -> TrainingSpec {
    let hidden = vec![6].try_into().unwrap();
    TrainingSpec {
        algorithm: Algorithm::TextClassifier { embedding: 8, hidden, descent },
        objective: Objective::Classification { classes: 3 },
        target: Some(8),
        holdout: 200,
    }
}

pub fn of(algorithm: Algorithm) -> TrainingSpec {
    TrainingSpec { algorithm, ..logistic(SGD) }
}

pub fn regression(algorithm: Algorithm) -> TrainingSpec {
    TrainingSpec { algorithm, objective: Objective::Regression, target: Some(3), holdout: 200 }
}

pub fn clustering(clusters: u16, iterations: u16) -> TrainingSpec {
    let algorithm = Algorithm::KMeans { clusters, iterations };
    TrainingSpec { algorithm, objective: Objective::Clustering, target: None, holdout: 200 }
}

/// A run of each algorithm, and of each way to train a network.
pub fn all() -> Vec<(&'static str, TrainingTable, TrainingSpec)> {
    let tanh = perceptron(&[8], Activation::Tanh, true, STOPPING);
    let sigmoid =
        TrainingSpec { objective: Objective::Regression, ..perceptron(&[8], Activation::Sigmoid, false, ADAM) };
    let (trees, split_columns) = (5, Some(2));
    let forest = || Algorithm::RandomForest { trees, limits: LIMITS, split_columns };
    vec![
        ("logistic", mixed(150), logistic(SGD)),
        ("perceptron", mixed(100), plain_perceptron()),
        ("normalised", mixed(100), tanh),
        ("perceptron for numbers", measured(100), sigmoid),
        ("convolutional", images(60), convolutional(Descent { epochs: 6, ..ADAM })),
        ("text", texts(90), text(ADAM)),
        ("linear", measured(3_000), regression(Algorithm::LinearRegression)),
        ("ridge", measured(3_000), regression(Algorithm::RidgeRegression { penalty: 500_000 })),
        ("tree", mixed(200), of(Algorithm::DecisionTree { limits: LIMITS })),
        ("tree for numbers", measured(200), regression(Algorithm::DecisionTree { limits: LIMITS })),
        ("forest", mixed(200), of(forest())),
        ("forest for numbers", measured(200), regression(forest())),
        ("k-means", clouds(200), clustering(3, 20)),
    ]
}

/// The run from `initial`, if there is one, and what it was given to store.
pub fn trained(
    initial: Option<&[u8]>,
    table: &TrainingTable,
    spec: &TrainingSpec,
    seed: &Seed,
    resume: Option<Resume>,
) -> Result<(RunOutput, Vec<Resume>), Error> {
    let mut stored = Vec::new();
    let output = run_from(initial, table, spec, seed, &Device::Cpu, resume, &mut |progress| {
        stored.extend(progress.resume.cloned());
        ControlFlow::Continue(())
    })?;
    Ok((output, stored))
}

pub fn train(table: &TrainingTable, spec: &TrainingSpec, seed: &Seed) -> Result<RunOutput, Error> {
    trained(None, table, spec, seed, None).map(|(output, _)| output)
}

pub fn checkpoints(stored: &[Resume]) -> Vec<Checkpoint> {
    stored.iter().map(|resume| resume.checkpoint().clone()).collect()
}

pub fn on() -> ControlFlow<()> {
    ControlFlow::Continue(())
}
