use super::*;
use crate::{
    learner::references::{ensure_repeats, is_damaged, r_squared, train, Reference},
    model::file,
    ColumnKind, Device,
};
use neurodata_primitives::training::Objective;
use neurodata_repops::cpu::Isa;
use proptest::prelude::*;

fn spec(algorithm: Algorithm) -> TrainingSpec {
    TrainingSpec { algorithm, objective: Objective::Regression, target: Some(0), holdout: 200 }
}

fn ridge(penalty: u32) -> Algorithm {
    Algorithm::RidgeRegression { penalty: penalty * MICRO }
}

fn start(algorithm: Algorithm, examples: &Arc<Examples>) -> Box<dyn Learner> {
    let spec = spec(algorithm);
    begin(&Setting { spec: &spec, seed: [0; 32], device: &Device::Cpu }, examples.clone(), None).unwrap()
}

fn examples(width: usize, values: Vec<f32>, targets: Vec<u16>) -> Arc<Examples> {
    let column = Column { bound: 9, nullable: false, kind: ColumnKind::Numeric };
    Arc::new(Examples {
        inputs: Inputs::Numbers { values, width },
        training_rows: (0..targets.len() as u32).collect(),
        targets: Targets::Numbers(targets),
        holdout_rows: Vec::new(),
        columns: vec![column; width],
        target: Some(column),
    })
}

fn steps(examples: &Examples) -> u64 {
    examples.training_rows.len().div_ceil(1_024) as u64 + 1
}

/// Weights and intercept of the solution.
fn solution(algorithm: Algorithm, examples: &Arc<Examples>) -> (Vec<f64>, f64) {
    let mut learner = start(algorithm, examples);
    train(&mut *learner, 0..steps(examples));
    let parameters = learner.state().unwrap().parameters;
    let mut numbers: Vec<f64> = parameters.as_chunks().0.iter().map(|word| f64::from_le_bytes(*word)).collect();
    let intercept = numbers.pop().unwrap();
    (numbers, intercept)
}

/// The definition, element by element.
fn documented(examples: &Examples, penalty: f64, tolerance: f64) -> (Vec<f64>, f64) {
    let (Inputs::Numbers { values, width }, Targets::Numbers(targets)) = (&examples.inputs, &examples.targets) else {
        panic!("no numbers")
    };
    let d = *width;
    let rows: Vec<Vec<f64>> = examples
        .training_rows
        .iter()
        .map(|row| {
            let row = *row as usize;
            let features = values[row * d..(row + 1) * d].iter().map(|number| f64::from(*number));
            features.chain([f64::from(targets[row]), 1.0]).collect()
        })
        .collect();
    let g = |i: usize, j: usize| rows.iter().fold(0.0, |sum, z| z[i].mul_add(z[j], sum));
    let (n, s) = (g(d + 1, d + 1), |i| g(i, d + 1));
    let mut u = vec![vec![0.0; d + 1]; d];
    for k in 0..d {
        let a: Vec<f64> = (k..=d)
            .map(|j| {
                let c = g(k, j) - s(k) * s(j) / n + if j == k { penalty } else { 0.0 };
                (0..k).fold(c, |a, m| a - u[m][k] * u[m][j])
            })
            .collect();
        if a[0] > tolerance * (g(k, k) + penalty) {
            u[k][k] = a[0].sqrt();
            (k + 1..=d).for_each(|j| u[k][j] = a[j - k] / u[k][k]);
        }
    }
    let mut w = vec![0.0; d];
    for k in (0..d).rev().filter(|k| u[*k][*k] != 0.0) {
        w[k] = (k + 1..d).fold(u[k][d], |rest, j| rest - u[k][j] * w[j]) / u[k][k];
    }
    let intercept = (0..d).fold(s(d) / n, |rest, i| rest - w[i] * (s(i) / n));
    (w, intercept)
}

fn bits((weight, intercept): (Vec<f64>, f64)) -> Vec<u64> {
    weight.into_iter().chain([intercept]).map(f64::to_bits).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_bit_is_that_of_the_definition(
        width in 1usize..40,
        rows in prop_oneof![1usize..30, 1_000usize..1_100],
        seed: u64,
        penalty in 0u32..3,
        repeated: bool,
    ) {
        // Features with a column that tells nothing, and one that repeats another.
        let mut state = seed | 1;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / 4_000_000.0 - 2.0
        };
        let mut values: Vec<f32> = (0..width * rows).map(|_| draw()).collect();
        for row in values.chunks_exact_mut(width).filter(|_| repeated) {
            row[width / 2] = 0.0;
            row[width - 1] = row[0];
        }
        let targets = (0..rows).map(|_| (draw() * 1_000.0 + 3_000.0) as u16).collect();
        let examples = examples(width, values, targets);
        let (algorithm, tolerance) = match penalty {
            0 => (Algorithm::LinearRegression, LINEAR_TOLERANCE),
            _ => (ridge(penalty), RIDGE_TOLERANCE),
        };
        let expected = bits(documented(&examples, penalty.into(), tolerance));
        for isa in Isa::available() {
            let found = Isa::with(isa, || bits(solution(algorithm.clone(), &examples)));
            prop_assert_eq!(&found, &expected, "{:?}", isa);
        }
    }
}

/// What this code gave first; it has to stay.
const GOLDEN: [u64; 2] = [10852981541057247533, 11627682322734597545];

#[test]
fn regressions_repeat_on_any_threads_and_from_any_checkpoint() {
    let width = 70;
    let values = (0..width * 3_000).map(|index: usize| ((index * 7_919 % 10_007) as f32 - 5_000.0) / 1_000.0).collect();
    let examples = examples(width, values, (0..3_000u32).map(|row| (row * 31 % 977) as u16).collect());
    let found = [Algorithm::LinearRegression, ridge(3)]
        .map(|algorithm| ensure_repeats(|| start(algorithm.clone(), &examples), steps(&examples)));
    assert_eq!(found, GOLDEN);
}

#[test]
fn columns_that_others_tell_are_left_out() {
    // A category as three columns, one of which follows from the others; a constant column; one twice.
    let rows = [0usize, 1, 2, 0, 1, 2, 2, 0];
    let values = rows.iter().enumerate().flat_map(|(row, class)| {
        let mut features = [0.0f32; 6];
        features[*class] = 1.0;
        features[3] = 1.0;
        features[4] = row as f32;
        features[5] = row as f32;
        features
    });
    let targets = rows.iter().enumerate().map(|(row, class)| 100 + 10 * *class as u16 + 3 * row as u16);
    let examples = examples(6, values.collect(), targets.collect());
    let (weight, intercept) = solution(Algorithm::LinearRegression, &examples);
    assert_eq!((weight[2], weight[3], weight[5]), (0.0, 0.0, 0.0));
    for (found, expected) in [(weight[0], -20.0), (weight[1], -10.0), (weight[4], 3.0), (intercept, 120.0)] {
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }
    // With a penalty the twins share their weight.
    let (weight, _) = solution(ridge(1), &examples);
    assert!((weight[4] - weight[5]).abs() < 1e-9 && weight[3] == 0.0, "{weight:?}");
}

#[test]
fn a_single_row_tells_the_intercept() {
    let one = examples(2, vec![0.5, -1.0], vec![7]);
    for algorithm in [Algorithm::LinearRegression, ridge(1)] {
        assert_eq!(solution(algorithm, &one), (vec![0.0, 0.0], 7.0));
    }
}

#[test]
fn before_the_solution_the_mean_is_told() {
    let examples = examples(1, vec![1.0, 2.0], vec![4, 8]);
    let mut learner = start(Algorithm::LinearRegression, &examples);
    assert_eq!(learner.predictor().unwrap().outputs(&examples.inputs).unwrap(), [0.0, 0.0]);
    train(&mut *learner, 0..1);
    assert_eq!(learner.predictor().unwrap().outputs(&examples.inputs).unwrap(), [6.0, 6.0]);
    train(&mut *learner, 1..2);
    assert_eq!(learner.predictor().unwrap().outputs(&examples.inputs).unwrap(), [4.0, 8.0]);
    assert!(train(&mut *learner, 2..3).1);
}

#[test]
fn regressions_are_those_of_scikit_learn() {
    // Intercept, first and last weight, R2 on the holdout: `references/classical.txt`.
    let figures = [
        (Algorithm::LinearRegression, [742.8802821, 102.1754044, 54.78345476, 0.5275112554]),
        (ridge(1), [742.8802821, 102.1759561, 53.16485133, 0.531275667]),
        (ridge(100), [742.8802819, 75.64289443, 20.7614323, 0.5825577748]),
    ];
    let examples = Reference::load("wine").for_regression().of_numbers(true);
    for (algorithm, expected) in figures {
        let mut learner = start(algorithm.clone(), &examples);
        train(&mut *learner, 0..steps(&examples));
        let held = examples.inputs.gather(&examples.holdout_rows);
        let outputs = learner.predictor().unwrap().outputs(&held).unwrap();
        let (weight, intercept) = solution(algorithm.clone(), &examples);
        let found = [intercept, weight[0], weight[11], r_squared(&outputs, &examples, &examples.holdout_rows)];
        println!("{algorithm:?}: {found:?}");
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-6 * expected.abs(), "{algorithm:?}: {found} {expected}");
        }
    }
}

#[test]
fn a_model_file_is_read_back() {
    let examples = Reference::load("wine").for_regression().of_numbers(true);
    let mut learner = start(ridge(1), &examples);
    train(&mut *learner, 0..steps(&examples));
    let predictor = learner.predictor().unwrap();
    let mut tensors = predictor.tensors().unwrap();
    let spec = spec(ridge(1));
    let bytes = file::write("ridge".into(), &tensors).unwrap();
    let opened = TensorFile::open(&bytes).unwrap();
    let again = read(&spec, &examples.columns, examples.target, &opened).unwrap();
    opened.ensure_nothing_else().unwrap();
    assert_eq!(again.outputs(&examples.inputs).unwrap(), predictor.outputs(&examples.inputs).unwrap());
    // One column less, another type, a number that is none.
    assert!(read(&spec, &examples.columns[1..], examples.target, &opened).is_err());
    tensors[0].bytes[..8].copy_from_slice(&f64::NAN.to_le_bytes());
    let bytes = file::write("ridge".into(), &tensors).unwrap();
    assert!(read(&spec, &examples.columns, examples.target, &TensorFile::open(&bytes).unwrap()).is_err());
}

#[test]
fn what_does_not_fit_is_refused() {
    let wide = examples(4_097, vec![0.0; 4_097], vec![1]);
    let spec = spec(Algorithm::LinearRegression);
    let setting = Setting { spec: &spec, seed: [0; 32], device: &Device::Cpu };
    let refused = begin(&setting, wide, None).err().unwrap().to_string();
    assert_eq!(refused, "linear regression takes at most 4096 features, these columns become 4097");
    let narrow = examples(1, vec![1.0, 2.0], vec![4, 8]);
    let mut learner = start(Algorithm::LinearRegression, &narrow);
    let predictor = learner.predictor().unwrap();
    assert!(matches!(begin(&setting, narrow.clone(), Some(&*predictor)), Err(Error::InitialAlgorithm { .. })));
    assert!(predictor.outputs(&Inputs::Numbers { values: vec![0.0; 2], width: 2 }).is_err());
    assert!(predictor.outputs(&Inputs::Codes { values: vec![0], width: 1 }).is_err());
    let state = learner.state().unwrap();
    assert!(is_damaged(&mut *learner, 2, &state));
    let nan = LearnerState { parameters: f64::NAN.to_le_bytes().repeat(6), optimiser: Vec::new() };
    assert!(is_damaged(&mut *learner, 0, &nan));
    learner.restore(0, &state).unwrap();
    // A weight of about 10^308, and a mean feature of 50.
    let numbers = [5_000.001, 1e305, 100.0, 1.0, 0.0, 2.0];
    let huge = LearnerState { parameters: bytes(&numbers), ..state };
    learner.restore(1, &huge).unwrap();
    assert!(matches!(learner.step(1), Ok(Taken::Diverged { tensor }) if tensor == INTERCEPT));
    assert!(learner.state().unwrap() == huge);
}

#[test]
fn sums_over_another_number_of_rows_are_damaged() {
    let examples = examples(1, (0..1_500).map(|row| row as f32).collect(), vec![3; 1_500]);
    let mut learner = start(Algorithm::LinearRegression, &examples);
    for (step, rows) in [0.0, 1_024.0, 1_500.0].into_iter().enumerate() {
        let step = step as u64;
        let good = learner.state().unwrap();
        for other in [-0.0, 1.0, 1_023.0, 1_024.0, 1_500.0, 2_048.0, 1e-300] {
            let parameters = [&good.parameters[..5 * 8], &f64::to_le_bytes(other)].concat();
            let other_rows = LearnerState { parameters, ..good.clone() };
            let is_other = f64::to_bits(other) != f64::to_bits(rows);
            assert_eq!(is_damaged(&mut *learner, step, &other_rows), is_other, "{other}");
        }
        learner.restore(step, &good).unwrap();
        train(&mut *learner, step..step + 1);
    }
}
