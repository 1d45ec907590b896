use super::*;

fn descent() -> Descent {
    Descent {
        optimiser: Optimiser::Sgd { momentum: 0 },
        epochs: 100,
        batch_rows: 32,
        learning_rate: 100_000,
        weight_decay: 0,
        early_stopping: None,
    }
}

fn spec() -> TrainingSpec {
    TrainingSpec {
        algorithm: Algorithm::LogisticRegression { descent: descent() },
        objective: Objective::Classification { classes: 2 },
        target: Some(13),
        holdout: 200,
    }
}

fn with(descent: Descent) -> TrainingSpec {
    TrainingSpec { algorithm: Algorithm::LogisticRegression { descent }, ..spec() }
}

fn of(algorithm: Algorithm) -> TrainingSpec {
    TrainingSpec { algorithm, ..spec() }
}

fn hidden(units: &[u16]) -> HiddenUnits {
    units.to_vec().try_into().unwrap()
}

fn perceptron(units: &[u16]) -> Algorithm {
    let (hidden, descent) = (hidden(units), descent());
    Algorithm::MultilayerPerceptron { hidden, activation: Activation::Relu, layer_norm: false, descent }
}

fn convolutional(height: u16, width: u16, filters: &[u16]) -> Algorithm {
    Algorithm::ConvolutionalNetwork {
        image: Image { height, width, channels: 1 },
        filters: filters.to_vec().try_into().unwrap(),
        hidden: hidden(&[]),
        descent: descent(),
    }
}

const LIMITS: TreeLimits = TreeLimits { depth: 6, leaf_rows: 1 };

#[test]
fn work_units_follow_the_formula() {
    assert_eq!(spec().work_units(303, 14), Ok((243u64 * 100 * 13 * 2).div_ceil(1_000)));
    let expected = (243u64 * 100 * (13 * 16 + 16 * 8 + 8 * 2)).div_ceil(1_000);
    assert_eq!(of(perceptron(&[16, 8])).work_units(303, 14), Ok(expected));
    let image = TrainingSpec { target: Some(64), ..of(convolutional(8, 8, &[4, 6])) };
    let expected = (8u64 * 100 * (64 * 9 * 4 + 16 * 9 * 4 * 6 + 2 * 2 * 6 * 2)).div_ceil(1_000);
    assert_eq!(image.work_units(10, 65), Ok(expected));
    let forest = Algorithm::RandomForest { trees: 50, limits: LIMITS, split_columns: None };
    assert_eq!(of(forest).work_units(303, 14), Ok((243u64 * 13 * 6 * 50).div_ceil(1_000)));
}

#[test]
fn steps_are_cut_into_at_most_64_segments() {
    // 243 rows in 8 batches, 100 times.
    let spec = spec();
    assert_eq!((spec.steps(303), spec.segments(303), spec.checkpoints(303)), (800, 64, 65));
    assert_eq!([0, 1, 2, 63, 64, 65].map(|position| spec.steps_at(303, position)), [0, 12, 25, 787, 800, 800]);
    let tree = of(Algorithm::DecisionTree { limits: LIMITS });
    assert_eq!((tree.steps(303), tree.segments(303), tree.checkpoints(303)), (6, 6, 7));
    let longest = with(Descent { epochs: MAX_EPOCHS, batch_rows: 1, ..descent() });
    assert_eq!((longest.segments(u32::MAX), longest.checkpoints(u32::MAX)), (MAX_SEGMENTS, MAX_CHECKPOINTS));
    let early = EarlyStopping { validation: 100, patience: 3, min_improvement: 0 };
    let early = with(Descent { early_stopping: Some(early), ..descent() });
    assert_eq!(early.steps(303), 100 * (243u64 - 24).div_ceil(32));
}

#[test]
fn long_runs_are_sampled() {
    let spec = spec();
    assert!(!spec.is_sampled(303, SAMPLED_UNITS - 1));
    assert!(spec.is_sampled(303, SAMPLED_UNITS));
    assert_eq!(spec.sampled_segments(303), 5);
    let short = of(Algorithm::DecisionTree { limits: LIMITS });
    assert!(!short.is_sampled(303, u64::MAX), "6 segments are no sample");
    let exact = TrainingSpec { objective: Objective::Regression, ..of(Algorithm::LinearRegression) };
    assert_eq!(exact.segments(40_000), 33);
    assert!(!exact.is_sampled(40_000, u64::MAX), "its course follows from its states");
}

#[test]
fn numbers_out_of_range_are_refused() {
    let early = EarlyStopping { validation: 100, patience: 3, min_improvement: 0 };
    let stopping = |stopping| with(Descent { early_stopping: Some(stopping), ..descent() });
    let adam = |beta_1, beta_2, epsilon| with(Descent { optimiser: Optimiser::Adam { beta_1, beta_2, epsilon }, ..descent() });
    let classes = |classes| TrainingSpec { objective: Objective::Classification { classes }, ..spec() };
    let regression = |algorithm| TrainingSpec { objective: Objective::Regression, ..of(algorithm) };
    let clustering = |clusters, iterations| TrainingSpec {
        objective: Objective::Clustering,
        target: None,
        ..of(Algorithm::KMeans { clusters, iterations })
    };
    let forest = |trees, split_columns| of(Algorithm::RandomForest { trees, limits: LIMITS, split_columns });
    let text = |embedding| of(Algorithm::TextClassifier { embedding, hidden: hidden(&[]), descent: descent() });
    for (spec, error) in [
        (classes(1), SpecError::Classes),
        (classes(257), SpecError::Classes),
        (with(Descent { epochs: 0, ..descent() }), SpecError::Epochs),
        (with(Descent { epochs: 1_001, ..descent() }), SpecError::Epochs),
        (with(Descent { batch_rows: 0, ..descent() }), SpecError::BatchRows),
        (with(Descent { batch_rows: 4_097, ..descent() }), SpecError::BatchRows),
        (with(Descent { learning_rate: 0, ..descent() }), SpecError::LearningRate),
        (with(Descent { learning_rate: MICRO + 1, ..descent() }), SpecError::LearningRate),
        (with(Descent { weight_decay: MICRO + 1, ..descent() }), SpecError::WeightDecay),
        (with(Descent { optimiser: Optimiser::Sgd { momentum: MICRO }, ..descent() }), SpecError::Momentum),
        (adam(MICRO, 0, 10_000), SpecError::Momentum),
        (adam(0, MICRO, 10_000), SpecError::Momentum),
        (adam(900_000, 999_000, 0), SpecError::Epsilon),
        (adam(900_000, 999_000, 1_000_000_001), SpecError::Epsilon),
        (stopping(EarlyStopping { validation: 49, ..early }), SpecError::EarlyStopping),
        (stopping(EarlyStopping { patience: 0, ..early }), SpecError::EarlyStopping),
        (stopping(EarlyStopping { min_improvement: MICRO + 1, ..early }), SpecError::EarlyStopping),
        (TrainingSpec { holdout: 501, ..spec() }, SpecError::Holdout),
        (TrainingSpec { holdout: 49, ..spec() }, SpecError::Holdout),
        (TrainingSpec { target: None, ..spec() }, SpecError::Target),
        (of(perceptron(&[])), SpecError::Hidden),
        (of(perceptron(&[4, 0])), SpecError::Hidden),
        (of(perceptron(&[1_025])), SpecError::Hidden),
        (of(convolutional(8, 8, &[])), SpecError::Filters),
        (of(convolutional(8, 8, &[257])), SpecError::Filters),
        (of(convolutional(7, 8, &[1, 1, 1])), SpecError::Filters),
        (of(convolutional(0, 8, &[1])), SpecError::Image),
        (text(0), SpecError::Embedding),
        (text(513), SpecError::Embedding),
        (regression(Algorithm::RidgeRegression { penalty: 0 }), SpecError::Penalty),
        (regression(Algorithm::LogisticRegression { descent: descent() }), SpecError::Objective),
        (of(Algorithm::LinearRegression), SpecError::Objective),
        (of(Algorithm::DecisionTree { limits: TreeLimits { depth: 0, leaf_rows: 1 } }), SpecError::Tree),
        (of(Algorithm::DecisionTree { limits: TreeLimits { depth: 25, leaf_rows: 1 } }), SpecError::Tree),
        (of(Algorithm::DecisionTree { limits: TreeLimits { depth: 2, leaf_rows: 0 } }), SpecError::Tree),
        (forest(0, None), SpecError::Forest),
        (forest(1_001, None), SpecError::Forest),
        (forest(10, Some(0)), SpecError::Forest),
        (clustering(1, 10), SpecError::Clusters),
        (clustering(257, 10), SpecError::Clusters),
        (clustering(2, 0), SpecError::Iterations),
        (TrainingSpec { target: Some(1), ..clustering(2, 10) }, SpecError::Target),
        (TrainingSpec { objective: Objective::Clustering, target: None, ..spec() }, SpecError::Objective),
    ] {
        assert_eq!(spec.validate(), Err(error), "{spec:?}");
        assert_eq!(spec.work_units(303, 14), Err(error), "{spec:?}");
    }
    assert_eq!(spec().validate(), Ok(()));
}

#[test]
fn a_table_has_to_fit() {
    assert_eq!(spec().work_units(303, 13), Err(SpecError::Target));
    assert_eq!(spec().work_units(1, 14), Err(SpecError::Holdout));
    assert_eq!(of(convolutional(3, 4, &[2])).work_units(303, 14), Err(SpecError::Image));
    let forest = Algorithm::RandomForest { trees: 5, limits: LIMITS, split_columns: Some(14) };
    assert_eq!(of(forest).work_units(303, 14), Err(SpecError::Forest));
    let clusters = TrainingSpec {
        algorithm: Algorithm::KMeans { clusters: 9, iterations: 5 },
        objective: Objective::Clustering,
        target: None,
        holdout: 200,
    };
    assert_eq!(clusters.work_units(10, 1), Err(SpecError::Clusters));
    assert_eq!(clusters.work_units(303, 1), Ok((243u64 * 9 * (5 + 2 + 3)).div_ceil(1_000)), "a clustering needs one column");
    let early = EarlyStopping { validation: 500, patience: 3, min_improvement: 0 };
    let early = with(Descent { early_stopping: Some(early), ..descent() });
    assert_eq!(early.work_units(2, 14), Err(SpecError::EarlyStopping), "one training row cannot be split");
}

#[test]
fn every_family_has_a_bit_of_its_own() {
    let set = AlgorithmFamily::ALL.iter().fold(AlgorithmSet::default(), |set, family| {
        assert!(!set.contains(*family));
        set.with(*family)
    });
    assert_eq!(set.0, 0b1111);
}

#[test]
fn scores_stay_within_1_and_100() {
    let classified = |correct, holdout_rows| TrainingMetrics {
        holdout_rows,
        quality: Quality::Classification { correct, majority_correct: 0, log_loss: 0, f1: 0, roc_auc: 0 },
        ..Default::default()
    };
    assert_eq!(classified(0, 60).score(), 1);
    assert_eq!(classified(51, 60).score(), 85);
    assert_eq!(classified(60, 60).score(), 100);
    assert_eq!(classified(61, 60).score(), 100);
    assert_eq!(classified(0, 0).value(), 0);
    let fitted = |r_squared| TrainingMetrics {
        holdout_rows: 60,
        quality: Quality::Regression { rmse: 5, r_squared },
        ..Default::default()
    };
    assert_eq!((fitted(i64::MIN).score(), fitted(-1).value(), fitted(735_000).score()), (1, 0, 73));
    assert_eq!((fitted(735_000).right_rows(), fitted(735_000).metric()), (44, Metric::RSquared));
}

#[test]
fn impossible_metrics_are_told() {
    let classes = Objective::Classification { classes: 2 };
    let of = |quality| TrainingMetrics { training_rows: 9, holdout_rows: 3, quality };
    let good = Quality::Classification { correct: 3, majority_correct: 2, log_loss: 9, f1: MICRO, roc_auc: MICRO };
    assert!(of(good).is_possible(&classes) && !of(good).is_possible(&Objective::Regression));
    for quality in [
        Quality::Classification { correct: 4, majority_correct: 2, log_loss: 9, f1: 0, roc_auc: 0 },
        Quality::Classification { correct: 3, majority_correct: 4, log_loss: 9, f1: 0, roc_auc: 0 },
        Quality::Classification { correct: 3, majority_correct: 2, log_loss: 9, f1: MICRO + 1, roc_auc: 0 },
        Quality::Classification { correct: 3, majority_correct: 2, log_loss: 9, f1: 0, roc_auc: MICRO + 1 },
        Quality::Regression { rmse: 0, r_squared: 0 },
    ] {
        assert!(!of(quality).is_possible(&classes), "{quality:?}");
    }
    let fit = of(Quality::Regression { rmse: 1, r_squared: i64::from(MICRO) });
    assert!(fit.is_possible(&Objective::Regression));
    let too_good = of(Quality::Regression { rmse: 1, r_squared: i64::from(MICRO) + 1 });
    assert!(!too_good.is_possible(&Objective::Regression));
    assert!(!of(Quality::Clustering { inertia: 0, explained: MICRO + 1 }).is_possible(&Objective::Clustering));
}

#[test]
fn training_goes_on_from_networks_of_the_same_shape() {
    let other = Descent { epochs: 3, optimiser: Optimiser::Adam { beta_1: 1, beta_2: 1, epsilon: 1 }, ..descent() };
    let logistic = |descent| Algorithm::LogisticRegression { descent };
    assert!(logistic(descent()).continues(&logistic(other)));
    assert!(perceptron(&[4, 2]).continues(&perceptron(&[4, 2])) && !perceptron(&[4, 2]).continues(&perceptron(&[4])));
    assert!(!perceptron(&[4]).continues(&logistic(other)));
    assert!(convolutional(8, 8, &[2]).continues(&convolutional(8, 8, &[2])));
    assert!(!convolutional(8, 8, &[2]).continues(&convolutional(8, 9, &[2])));
    let tree = Algorithm::DecisionTree { limits: LIMITS };
    assert!(!tree.continues(&tree), "a tree has nothing to go on from");
}
