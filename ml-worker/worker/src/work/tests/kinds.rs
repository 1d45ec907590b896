//! Data and runs of other kinds than rows that are classified.

use super::*;
use neurodata_primitives::{
    training::{Algorithm, Descent, Image, Optimiser, TreeLimits},
    Metric, TrainingSpec,
};

fn descent() -> Descent {
    let optimiser = Optimiser::Adam { beta_1: 900_000, beta_2: 999_000, epsilon: 10_000 };
    Descent { optimiser, epochs: 10, batch_rows: 16, learning_rate: 10_000, weight_decay: 0, early_stopping: None }
}

/// The metric of a run that fits, is computed and accepted.
fn accepted(world: &World) -> (Metric, u32) {
    let fitness = data::fitness(&world.store(), &world.dataset, &world.spec, None, u64::MAX);
    assert_eq!(fitness, Fitness::Fits);
    let claimed = world.honest_result();
    let verdict = world.verdict_on(&claimed, 0).unwrap();
    assert_eq!(verdict.verdict, Verdict::Accept, "{}", verdict.reason);
    (claimed.metrics.metric(), claimed.metrics.value())
}

#[test]
fn the_values_of_a_numeric_column_are_the_target_of_a_regression() {
    let spec = |algorithm| TrainingSpec { algorithm, objective: Objective::Regression, target: Some(0), holdout: 200 };
    let tree = Algorithm::DecisionTree { limits: TreeLimits { depth: 3, leaf_rows: 2 } };
    for algorithm in [Algorithm::LinearRegression, tree] {
        // The column is 0 to 59, and the other says in which half.
        let (metric, value) = accepted(&World::new().training(spec(algorithm)));
        assert_eq!(metric, Metric::RSquared);
        assert!(value > 500_000, "{value}");
    }
}

#[test]
fn a_clustering_has_no_target() {
    let algorithm = Algorithm::KMeans { clusters: 2, iterations: 5 };
    let spec = TrainingSpec { algorithm, objective: Objective::Clustering, target: None, holdout: 200 };
    let (metric, value) = accepted(&World::new().training(spec));
    assert_eq!(metric, Metric::Explained);
    assert!(value > 500_000, "{value}");
}

#[test]
fn numeric_columns_are_the_pixels_of_an_image() {
    let image = Image { height: 2, width: 2, channels: 1 };
    let (filters, hidden) = (vec![4].try_into().unwrap(), Default::default());
    let algorithm = Algorithm::ConvolutionalNetwork { image, filters, hidden, descent: descent() };
    let objective = Objective::Classification { classes: 2 };
    let spec = TrainingSpec { algorithm, objective, target: Some(4), holdout: 200 };
    let world = World::with_rows("a,b,c,d,side", 80, |row| {
        let (bright, dark) = (200 + row % 50, row % 40);
        if row % 2 == 0 {
            format!("{bright},{dark},{bright},{dark},left")
        } else {
            format!("{dark},{bright},{dark},{bright},right")
        }
    });
    let (metric, _) = accepted(&world.training(spec));
    assert_eq!(metric, Metric::Accuracy);
}

#[test]
fn columns_of_categories_are_the_words_of_a_text() {
    let algorithm = Algorithm::TextClassifier { embedding: 4, hidden: Default::default(), descent: descent() };
    let objective = Objective::Classification { classes: 2 };
    let spec = TrainingSpec { algorithm, objective, target: Some(3), holdout: 200 };
    let world = World::with_rows("first,second,third,mood", 80, |row| {
        let words = if row % 2 == 0 { ["good", "fine", "nice"] } else { ["bad", "poor", "sad"] };
        let word = |place: u32| words[((row / 2 + place) % 3) as usize];
        format!("{},{},{},{}", word(0), word(1), word(2), if row % 2 == 0 { "glad" } else { "gloomy" })
    });
    let (metric, _) = accepted(&world.training(spec));
    assert_eq!(metric, Metric::Accuracy);
}
