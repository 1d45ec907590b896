//! Bad input has an error that says what is wrong.

mod common;

use common::*;
use neurodata_primitives::{
    training::{Activation, Algorithm, Descent, EarlyStopping, Image, Objective, Optimiser, Quality, TreeLimits},
    SpecError, TrainingSpec,
};
use neurodata_training::{
    ensure_fits, ensure_learnable, memory_bytes, predict, run_prefix, Column, Device, Error, ModelFileError,
    Prediction, TableError, TrainingTable,
};

fn refusal(table: &TrainingTable, spec: &TrainingSpec) -> Error {
    train(table, spec, &SEED).expect_err("the run must be refused")
}

fn refused_spec(table: &TrainingTable, spec: &TrainingSpec) -> SpecError {
    match refusal(table, spec) {
        Error::Spec(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn hyper_parameters_out_of_range_are_refused() {
    let table = mixed(60);
    let stopping = EarlyStopping { validation: 49, patience: 1, min_improvement: 0 };
    let adam = |epsilon| Descent { optimiser: Optimiser::Adam { beta_1: 0, beta_2: 0, epsilon }, ..SGD };
    let tree = |depth, leaf_rows| of(Algorithm::DecisionTree { limits: TreeLimits { depth, leaf_rows } });
    let forest = |trees, split_columns| of(Algorithm::RandomForest { trees, limits: LIMITS, split_columns });
    for (spec, error) in [
        (logistic(Descent { epochs: 0, ..SGD }), SpecError::Epochs),
        (logistic(Descent { batch_rows: 4_097, ..SGD }), SpecError::BatchRows),
        (logistic(Descent { learning_rate: 0, ..SGD }), SpecError::LearningRate),
        (logistic(Descent { optimiser: Optimiser::Sgd { momentum: 1_000_000 }, ..SGD }), SpecError::Momentum),
        (logistic(adam(0)), SpecError::Epsilon),
        (logistic(Descent { weight_decay: 1_000_001, ..SGD }), SpecError::WeightDecay),
        (logistic(Descent { early_stopping: Some(stopping), ..SGD }), SpecError::EarlyStopping),
        (TrainingSpec { holdout: 501, ..logistic(SGD) }, SpecError::Holdout),
        (perceptron(&[], Activation::Relu, false, SGD), SpecError::Hidden),
        (convolutional(SGD), SpecError::Target),
        (regression(Algorithm::RidgeRegression { penalty: 0 }), SpecError::Penalty),
        (tree(0, 1), SpecError::Tree),
        (tree(1, 0), SpecError::Tree),
        (forest(0, None), SpecError::Forest),
        (forest(1, Some(4)), SpecError::Forest),
        (clustering(1, 1), SpecError::Clusters),
        (clustering(49, 1), SpecError::Clusters),
        (clustering(2, 0), SpecError::Iterations),
        (TrainingSpec { target: Some(4), ..logistic(SGD) }, SpecError::Target),
        (TrainingSpec { objective: Objective::Regression, ..logistic(SGD) }, SpecError::Objective),
    ] {
        assert_eq!(refused_spec(&table, &spec), error, "{spec:?}");
    }
}

#[test]
fn an_image_that_is_not_the_columns_is_refused() {
    let image = Image { height: 6, width: 5, channels: 1 };
    let (filters, hidden) = (vec![2].try_into().unwrap(), Default::default());
    let algorithm = Algorithm::ConvolutionalNetwork { image, filters, hidden, descent: SGD };
    assert_eq!(refused_spec(&images(40), &TrainingSpec { algorithm, ..convolutional(SGD) }), SpecError::Image);
}

#[test]
fn a_target_that_is_not_what_the_objective_asks_for_is_refused() {
    let table = mixed(60);
    let spec = TrainingSpec { objective: Objective::Classification { classes: 3 }, ..logistic(SGD) };
    assert!(matches!(refusal(&table, &spec), Error::Classes { spec: 3, table: 2 }));
    let spec = TrainingSpec { target: Some(0), ..logistic(SGD) };
    assert!(matches!(refusal(&table, &spec), Error::TargetNotCategory { column: 0 }));
    assert!(matches!(refusal(&table, &regression(Algorithm::LinearRegression)), Error::TargetNotNumeric { column: 3 }));
}

#[test]
fn a_row_without_a_target_is_named() {
    let table = mixed(60);
    for spec in [logistic(SGD), of(Algorithm::DecisionTree { limits: LIMITS })] {
        let spec = TrainingSpec { target: Some(2), objective: Objective::Classification { classes: 3 }, ..spec };
        let Error::TargetMissing { row, column: 2 } = refusal(&table, &spec) else {
            panic!("expected a missing target")
        };
        assert_eq!(table.row(row)[2], 0);
        assert!(table.iter_rows().take(row as usize).all(|cells| cells[2] != 0));
    }
}

/// The table with this target, the last column, in place of its own.
fn with_target(table: &TrainingTable, target: Column, value: impl Fn(u32, u16) -> u16) -> TrainingTable {
    let mut columns = table.columns().to_vec();
    let last = columns.len() - 1;
    columns[last] = target;
    let mut codes = Vec::new();
    for (row, cells) in (0..).zip(table.iter_rows()) {
        codes.extend_from_slice(&cells[..last]);
        codes.push(value(row, cells[last]));
    }
    TrainingTable::new(columns, codes).unwrap()
}

#[test]
fn a_class_without_rows_or_with_one_is_told_to_who_prepares_data_and_harms_no_run() {
    for (name, table, spec) in all().into_iter().filter(|(_, _, spec)| spec.classes().is_some()) {
        ensure_learnable(&table, &spec).unwrap();
        let classes = spec.classes().unwrap();
        let spec = TrainingSpec { objective: Objective::Classification { classes: classes + 1 }, ..spec };
        let empty = with_target(&table, category(classes), |_, class| class);
        let told = ensure_learnable(&empty, &spec);
        assert!(matches!(told, Err(Error::EmptyClass { class }) if class == classes), "{name}: {told:?}");
        let single = with_target(&table, category(classes), |row, class| if row == 5 { classes } else { class });
        let told = ensure_learnable(&single, &spec);
        assert!(matches!(told, Err(Error::SingleRow { class }) if class == classes), "{name}: {told:?}");
        for table in [empty, single] {
            let output = train(&table, &spec, &SEED).unwrap();
            assert!(output.metrics.is_possible(&spec.objective), "{name}: {:?}", output.metrics);
        }
    }
}

#[test]
fn a_constant_target_is_told_to_who_prepares_data_and_harms_no_run() {
    for (name, table, spec) in all().into_iter().filter(|(_, _, spec)| spec.target.is_some()) {
        let target = *table.columns().last().unwrap();
        let constant = with_target(&table, target, |_, _| 1);
        let told = ensure_learnable(&constant, &spec);
        match spec.objective {
            Objective::Regression => assert!(matches!(told, Err(Error::ConstantTarget { column: 3 })), "{name}"),
            _ => assert!(matches!(told, Err(Error::EmptyClass { class: 0 })), "{name}"),
        }
        let output = train(&constant, &spec, &SEED).unwrap();
        let told = predict(&output.model, constant.row(0)).unwrap();
        match (output.metrics.quality, &told[0]) {
            (Quality::Regression { rmse, r_squared }, Prediction::Number { value }) => {
                assert!(rmse < 500_000 && r_squared == 0 && (value - 1.0).abs() < 0.5, "{name}: {rmse} {value}");
            }
            (_, told) => assert_eq!(told.class(), Some(1), "{name}"),
        }
        assert!(output.metrics.is_possible(&spec.objective), "{name}: {:?}", output.metrics);
    }
}

#[test]
fn a_constant_column_is_told_to_who_prepares_data() {
    let table = TrainingTable::new(
        vec![numeric(9), category(4), category(1)],
        (0..40).flat_map(|row| [row % 10, 3, row % 2]).collect(),
    );
    let spec = TrainingSpec { target: Some(2), ..logistic(SGD) };
    let told = ensure_learnable(table.as_ref().unwrap(), &spec);
    assert!(matches!(told, Err(Error::ConstantColumn { column: 1 })), "{told:?}");
    train(&table.unwrap(), &spec, &SEED).unwrap();
    // Of an image single pixels may be.
    let mut codes: Vec<u16> = images(60).iter_rows().flatten().copied().collect();
    codes.chunks_mut(37).for_each(|row| row[0] = 0);
    ensure_learnable(&TrainingTable::new(images(60).columns().to_vec(), codes).unwrap(), &convolutional(SGD)).unwrap();
    let missing = ensure_learnable(
        &mixed(60),
        &TrainingSpec { target: Some(2), ..of(Algorithm::DecisionTree { limits: LIMITS }) },
    );
    assert!(matches!(missing, Err(Error::Classes { .. })), "{missing:?}");
}

#[test]
fn one_row_cannot_be_split() {
    for (name, table, spec) in all() {
        let single = TrainingTable::new(table.columns().to_vec(), table.row(0).to_vec()).unwrap();
        assert_eq!(refused_spec(&single, &spec), SpecError::Holdout, "{name}");
    }
    let two = TrainingTable::new(mixed(2).columns().to_vec(), vec![1, 1, 1, 0, 2, 2, 2, 1]).unwrap();
    train(&two, &logistic(SGD), &SEED).unwrap();
    assert_eq!(refused_spec(&two, &logistic(STOPPING)), SpecError::EarlyStopping);
}

#[test]
fn numbers_are_no_tokens() {
    let table =
        TrainingTable::new(vec![category(5), numeric(5), category(2)], vec![1, 2, 0, 3, 4, 1, 5, 5, 2]).unwrap();
    let spec = TrainingSpec { target: Some(2), ..text(SGD) };
    assert!(matches!(refusal(&table, &spec), Error::NotTokens { column: 1 }));
    assert!(matches!(ensure_fits(table.columns(), 3, 0, &spec), Err(Error::NotTokens { column: 1 })));
}

#[test]
fn malformed_tables_are_refused() {
    let table = |columns: usize, codes: &[u16]| TrainingTable::new(vec![numeric(3); columns], codes.to_vec());
    assert_eq!(table(0, &[1]), Err(TableError::NoColumns));
    assert_eq!(table(2, &[]), Err(TableError::NoRows));
    assert_eq!(table(2, &[0, 1, 2]), Err(TableError::PartialRow { cells: 3, columns: 2 }));
    assert_eq!(table(2, &[0, 1, 2, 4]), Err(TableError::OutOfBounds { row: 1, column: 1, code: 4, bound: 3 }));
}

#[test]
fn rows_that_do_not_fit_a_model_are_refused() {
    for (name, table, spec) in all() {
        let model = train(&table, &spec, &SEED).unwrap().model;
        let columns = table.columns().len();
        let partial = predict(&model, &table.row(0)[1..]);
        assert!(
            matches!(partial, Err(Error::Table(TableError::PartialRow { cells, .. })) if cells == columns - 1),
            "{name}"
        );
        let mut row = table.row(0).to_vec();
        row[0] = u16::MAX;
        let outside = predict(&model, &row);
        assert!(matches!(outside, Err(Error::Table(TableError::OutOfBounds { row: 0, column: 0, .. }))), "{name}");
    }
}

#[test]
fn malformed_model_files_are_refused() {
    for (name, table, spec) in all() {
        let model = train(&table, &spec, &SEED).unwrap().model;
        let refused = |bytes: &[u8]| predict(bytes, &[]).expect_err("the file must be refused");
        for cut in [&model[..100], &model[..model.len() - 1], b""] {
            assert!(matches!(refused(cut), Error::ModelFile(ModelFileError::Safetensors(_))), "{name}");
        }
        let replaced = |from: &str, to: &str| {
            assert_eq!(from.len(), to.len());
            let mut bytes = model.clone();
            let position = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
            bytes[position..position + to.len()].copy_from_slice(to.as_bytes());
            bytes
        };
        let other = replaced("neurodata-model/2", "neurodata-model/1");
        assert!(matches!(refused(&other), Error::ModelFile(ModelFileError::Description(_))), "{name}");
    }
    let model = train(&mixed(60), &logistic(SGD), &SEED).unwrap().model;
    let position = model.windows(13).position(|window| window == b"layers.0.bias").unwrap();
    let mut other = model.clone();
    other[position + 7] = b'1';
    let refused = predict(&other, &[]);
    assert!(matches!(refused, Err(Error::ModelFile(ModelFileError::Tensor { .. }))));
    let mut other = model;
    let end = other.len();
    other[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(matches!(predict(&other, &[]), Err(Error::ModelFile(ModelFileError::NotFinite { .. }))));
}

#[test]
fn a_beginning_that_the_run_does_not_have_is_refused() {
    let spec = logistic(SGD);
    let run = spec.checkpoints(60);
    for asked in [0, run + 1, u32::MAX] {
        let refused = run_prefix(None, &mixed(60), &spec, &SEED, &Device::Cpu, None, asked, &mut |_| on());
        assert!(matches!(refused, Err(Error::Checkpoints { asked: told, run: of }) if (told, of) == (asked, run)));
    }
}

#[test]
fn what_is_too_large_is_told_from_the_columns() {
    let with = |count: usize, column: Column| [vec![category(1)], vec![column; count]].concat();
    let linear = TrainingSpec { target: Some(0), ..logistic(SGD) };
    ensure_fits(&with(1_000, category(15)), 16_777, 0, &linear).unwrap();
    let refused = ensure_fits(&with(1_000, category(15)), 16_778, 0, &linear);
    assert!(matches!(refused, Err(Error::TooLarge { rows: 16_778, .. })));
    let least = TrainingSpec { target: Some(0), ..regression(Algorithm::LinearRegression) };
    let numbers = |count| [vec![numeric(1)], vec![category(15); count]].concat();
    ensure_fits(&numbers(256), 40, 0, &least).unwrap();
    assert!(matches!(ensure_fits(&numbers(257), 40, 0, &least), Err(Error::TooWide { features: 4_112, .. })));
    assert!(matches!(ensure_fits(&with(1_024, category(1)), 40, 0, &linear), Err(Error::Table(TableError::TooLarge))));
}

#[test]
fn rows_that_become_many_more_numbers_than_columns_are_refused() {
    let descent = Descent { batch_rows: 4, ..SGD };
    for (name, spec) in [
        ("logistic", logistic(SGD)),
        ("perceptron", plain_perceptron()),
        ("linear", regression(Algorithm::LinearRegression)),
        ("ridge", regression(Algorithm::RidgeRegression { penalty: 1 })),
        ("k-means", clustering(2, 5)),
    ] {
        let target = if spec.objective == Objective::Regression { numeric(1) } else { category(1) };
        let spec = TrainingSpec { target: spec.target.map(|_| 0), ..spec };
        let columns = |inputs: &[Column]| match spec.target {
            Some(_) => [&[target], inputs].concat(),
            None => inputs.to_vec(),
        };
        let fits = |inputs: &[Column]| ensure_fits(&columns(inputs), 100, 0, &spec);
        fits(&[category(255)]).unwrap();
        let refused = fits(&[category(256)]);
        assert!(matches!(refused, Err(Error::Unpriced { columns: 1, features: 257, limit: 256 })), "{name}");
        // What other columns leave may be used.
        fits(&[vec![numeric(9); 19], vec![category(300)]].concat()).unwrap();
        assert!(fits(&[vec![numeric(9); 19], vec![category(301)]].concat()).is_err(), "{name}");
    }
    let text_of = |tokens: u16, batch_rows, rows| {
        let algorithm = Algorithm::TextClassifier {
            embedding: 8,
            hidden: Default::default(),
            descent: Descent { batch_rows, ..descent },
        };
        let spec = TrainingSpec { target: Some(0), ..TrainingSpec { algorithm, ..logistic(SGD) } };
        ensure_fits(&[vec![category(1)], vec![category(tokens - 1); 10]].concat(), rows, 0, &spec)
    };
    let text = |tokens, batch_rows| text_of(tokens, batch_rows, 100);
    text(640, 4).unwrap();
    assert!(matches!(text(641, 4), Err(Error::UnpricedTokens { columns: 10, tokens: 641, limit: 640 })));
    text(641, 5).unwrap();
    // A batch has no more rows than there are.
    text_of(480, 4_096, 4).unwrap();
    assert!(matches!(text_of(481, 4_096, 4), Err(Error::UnpricedTokens { limit: 480, .. })));
    // Trees and images take a column as one number.
    ensure_fits(
        &[category(1), category(u16::MAX)],
        100,
        0,
        &TrainingSpec { target: Some(0), ..of(Algorithm::DecisionTree { limits: LIMITS }) },
    )
    .unwrap();
}

#[test]
fn forests_are_refused_by_the_bytes_that_they_may_take() {
    let bits = vec![category(1); 11];
    let forest = |trees, leaf_rows, classes| {
        let limits = TreeLimits { depth: 24, leaf_rows };
        let forest = of(Algorithm::RandomForest { trees, limits, split_columns: None });
        TrainingSpec { target: Some(0), objective: Objective::Classification { classes }, ..forest }
    };
    ensure_fits(&bits, 60_000, 0, &forest(100, 1, 2)).unwrap();
    let refused = ensure_fits(&bits, 1_000_000, 0, &forest(1_000, 1, 2));
    assert!(matches!(refused, Err(Error::TreesTooLarge { bytes, .. }) if bytes > 1 << 30));
    ensure_fits(&bits, 1_000_000, 0, &forest(1_000, 50, 2)).unwrap();
    let digits = [vec![category(9)], vec![numeric(255); 784]].concat();
    ensure_fits(&digits, 60_000, 0, &forest(100, 1, 10)).unwrap();
    assert!(memory_bytes(&digits, 60_000, &forest(100, 1, 10)) < 3 << 30);
}

#[test]
fn a_target_that_may_miss_is_refused_before_the_table_is_open() {
    let nullable = [Column { nullable: true, ..category(2) }, Column { nullable: true, ..numeric(9) }];
    let spec = TrainingSpec { target: Some(0), ..logistic(SGD) };
    ensure_fits(&nullable, 40, 0, &spec).unwrap();
    let refused = ensure_fits(&nullable, 40, 1, &spec);
    assert!(matches!(refused, Err(Error::TargetMayMiss { column: 0, missing_cells: 1 })));
    // Gaps elsewhere do no harm.
    ensure_fits(&[category(1), nullable[1]], 40, 7, &spec).unwrap();
}

#[test]
fn the_estimate_of_memory_grows_with_rows_and_model() {
    for (name, table, spec) in all() {
        let of = |rows| memory_bytes(table.columns(), rows, &spec);
        assert!(of(5_000) < of(10_000) && of(10_000) < 1 << 30, "{name}: {}", of(10_000));
    }
    let columns = mixed(60).columns().to_vec();
    let wider = perceptron(&[512], Activation::Relu, false, SGD);
    assert!(memory_bytes(&columns, 5_000, &wider) > memory_bytes(&columns, 5_000, &plain_perceptron()));
    // What is evaluated counts too: logits of all classes, and distances of a block.
    let spec = TrainingSpec { objective: Objective::Classification { classes: 256 }, target: Some(1), ..logistic(SGD) };
    assert!(memory_bytes(&[numeric(9), category(255)], 300_000, &spec) > 60_000 * 256 * 4);
    assert_eq!(memory_bytes(&images(20).columns()[..20], 5_000, &convolutional(SGD)), u64::MAX);
}
