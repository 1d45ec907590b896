//! Metrics against those of scikit-learn, from `references/metrics.py`.

use super::{classification, regression};

/// As in the script: upper bits of a 64-bit linear congruential generator.
fn draws(seed: u64, count: usize, end: u64) -> Vec<u64> {
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    (0..count).map(next).collect()
}

/// Classes and logits of the script.
fn classified(rows: usize, classes: usize, seed: u64, unit: u64) -> (Vec<u16>, Vec<f32>) {
    let truth: Vec<u16> = draws(seed, rows, classes as u64).into_iter().map(|class| class as u16).collect();
    let number = |drawn: u64| drawn as f32 / unit as f32;
    let drawn = draws(seed + 1, rows * classes, 4 * unit + 1);
    let mut logits: Vec<f32> = drawn.into_iter().map(|drawn| number(drawn) - 2.0).collect();
    for (row, drawn) in draws(seed + 2, rows, 2 * unit + 1).into_iter().enumerate() {
        logits[row * classes + usize::from(truth[row])] += number(drawn);
    }
    (truth, logits)
}

/// A share or loss as scikit-learn tells it, in millionths and rounded down.
fn millionths(told: f64) -> u32 {
    (told * 1e6 + 1e-3) as u32
}

#[test]
fn two_classes_are_judged_as_by_scikit_learn() {
    let (truth, logits) = classified(200, 2, 1, 8);
    let found = classification::evaluate(&logits, 2, &truth, &truth);
    assert_eq!(found.confusion, [[82, 28], [20, 70]]);
    let shares = [found.accuracy, found.f1, found.roc_auc, found.log_loss as u32];
    assert_eq!(shares, [0.76, 0.759132878, 0.825151515, 0.525549206].map(millionths));
    let classes: Vec<_> = found.classes.iter().map(|of| [of.precision, of.recall, of.f1]).collect();
    let expected = [[0.803921569, 0.745454545, 0.773584906], [0.714285714, 0.777777778, 0.744680851]];
    assert_eq!(classes, expected.map(|of| of.map(millionths)));
    assert_eq!((found.majority_correct, found.majority_accuracy), (110, 550_000));
}

#[test]
fn four_classes_are_judged_as_by_scikit_learn() {
    let (truth, logits) = classified(150, 4, 11, 4_096);
    let found = classification::evaluate(&logits, 4, &truth, &truth);
    assert_eq!(found.confusion, [[17, 6, 6, 3], [7, 20, 6, 3], [12, 2, 16, 5], [9, 8, 7, 23]]);
    let shares = [found.accuracy, found.f1, found.roc_auc, found.log_loss as u32];
    assert_eq!(shares, [0.506666667, 0.505539522, 0.742147677, 1.199577565].map(millionths));
    let classes: Vec<_> = found.classes.iter().map(|of| [of.precision, of.recall, of.f1]).collect();
    let expected = [
        [0.377777778, 0.53125, 0.441558442],
        [0.555555556, 0.555555556, 0.555555556],
        [0.457142857, 0.457142857, 0.457142857],
        [0.676470588, 0.489361702, 0.567901235],
    ];
    assert_eq!(classes, expected.map(|of| of.map(millionths)));
    assert_eq!(found.classes.iter().map(|of| of.support).collect::<Vec<_>>(), [32, 36, 35, 47]);
    assert!(found.roc.is_empty());
}

#[test]
fn numbers_are_judged_as_by_scikit_learn() {
    let truth = draws(21, 100, 100);
    let told: Vec<f32> =
        truth.iter().zip(draws(22, 100, 161)).map(|(truth, drawn)| *truth as f32 + drawn as f32 / 8.0 - 10.0).collect();
    let truth: Vec<u16> = truth.into_iter().map(|number| number as u16).collect();
    let found = regression::evaluate(&told, &truth);
    let expected = [5.770574603, 4.98875, 0.962235063].map(millionths);
    assert_eq!([found.rmse as u32, found.mae as u32, found.r_squared as u32], expected);
}
