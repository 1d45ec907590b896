//! Runs that start from the parameters of another model.

mod common;

use common::*;
use neurodata_primitives::{
    model::file_digest,
    training::{Activation, Algorithm, Descent, Optimiser},
    Seed, TrainingSpec,
};
use neurodata_training::{
    ensure_continues, first_checkpoint, predict, CheckpointError, Device, Error, ModelFileError, Prediction, RunOutput,
    TrainingTable,
};

fn continued(parent: &[u8], table: &TrainingTable, spec: &TrainingSpec, seed: Seed) -> Result<RunOutput, Error> {
    trained(Some(parent), table, spec, &seed, None).map(|(output, _)| output)
}

/// Networks that are trained by descent, each with its table.
fn networks() -> impl Iterator<Item = (&'static str, TrainingTable, TrainingSpec)> {
    all().into_iter().filter(|(_, _, spec)| spec.algorithm.descent().is_some())
}

/// Mean cross-entropy of the model file on all rows, in f64.
fn loss(model: &[u8], table: &TrainingTable, target: usize) -> f64 {
    let rows: Vec<u16> = table.iter_rows().flatten().copied().collect();
    let loss = |(told, row): (&Prediction, &[u16])| match told {
        Prediction::Class { probabilities, .. } => -f64::from(probabilities[usize::from(row[target])]).ln(),
        other => panic!("{other:?}"),
    };
    let predictions = predict(model, &rows).unwrap();
    predictions.iter().zip(table.iter_rows()).map(loss).sum::<f64>() / f64::from(table.rows())
}

/// Training that moves nothing that can be seen: what it ends with is what it began with.
const STILL: Descent =
    Descent { optimiser: Optimiser::Sgd { momentum: 0 }, epochs: 1, learning_rate: 1, weight_decay: 0, ..SGD };

#[test]
fn the_same_parent_gives_the_same_bits_and_another_parent_others() {
    for (name, table, spec) in networks() {
        let parent = train(&table, &spec, &SEED).unwrap();
        let other = train(&table, &spec, &OTHER_SEED).unwrap();
        let seed = Seed::new([44; 32]);
        let first = continued(&parent.model, &table, &spec, seed).unwrap();
        assert_eq!(first, continued(&parent.model, &table, &spec, seed).unwrap(), "{name}");
        assert_eq!(first.model_digest, file_digest(&first.model));
        for different in [continued(&other.model, &table, &spec, seed), train(&table, &spec, &seed)] {
            let different = different.unwrap();
            assert_ne!(different.model_digest, first.model_digest, "{name}");
            let mut pairs = different.trace.links().iter().zip(first.trace.links());
            assert!(pairs.all(|(left, right)| left.state != right.state), "{name}");
        }
    }
}

#[test]
fn training_begins_at_the_parents_loss_whatever_the_seed() {
    let table = mixed(500);
    for (spec, still) in [
        (logistic(SGD), logistic(STILL)),
        (plain_perceptron(), perceptron(&[12, 7], Activation::Relu, false, STILL)),
        (logistic(ADAM), logistic(STILL)),
    ] {
        let parent = train(&table, &spec, &SEED).unwrap();
        let expected = loss(&parent.model, &table, 3);
        for seed in [SEED, Seed::new([44; 32])] {
            let child = continued(&parent.model, &table, &still, seed).unwrap();
            assert!((loss(&child.model, &table, 3) - expected).abs() < 1e-3, "{seed}");
            // The first epoch's loss is that of the training rows as they are found.
            assert!(child.losses[0] < parent.losses[0] / 2.0, "{:?} {:?}", child.losses, parent.losses);
            let fresh = train(&table, &still, &seed).unwrap();
            assert!(loss(&fresh.model, &table, 3) > 2.0 * expected);
        }
    }
}

#[test]
fn a_continued_run_resumes_and_only_from_its_own_parent() {
    for (name, table, spec) in networks() {
        let parent = train(&table, &spec, &SEED).unwrap().model;
        let other = train(&table, &spec, &OTHER_SEED).unwrap().model;
        let (whole, stored) = trained(Some(&parent), &table, &spec, &SEED, None).unwrap();
        for resume in [&stored[0], &stored[3], &stored[stored.len() - 1]] {
            let resumed = trained(Some(&parent), &table, &spec, &SEED, Some(resume.clone())).unwrap().0;
            assert_eq!(resumed, whole, "{name}");
            for initial in [None, Some(other.as_slice())] {
                let refused = trained(initial, &table, &spec, &SEED, Some(resume.clone()));
                assert!(matches!(refused, Err(Error::Checkpoint(CheckpointError::OtherRun))), "{name}");
            }
        }
        let known = first_checkpoint(Some(&parent), table.columns(), &spec, &SEED, &Device::Cpu).unwrap();
        assert_eq!(&known, stored[0].checkpoint(), "{name}");
    }
}

#[test]
fn a_parent_of_other_columns_lends_its_parameters_only() {
    let parent = train(&mixed(200), &logistic(SGD), &SEED).unwrap();
    // The same shapes, but the second column has other steps.
    let mut columns = mixed(200).columns().to_vec();
    columns[1].bound += 100;
    let finer = TrainingTable::new(columns, mixed(200).iter_rows().flatten().copied().collect()).unwrap();
    let still = continued(&parent.model, &finer, &logistic(STILL), SEED).unwrap();
    assert!(still.metrics.value() >= 850_000, "{:?}", still.metrics);
}

#[test]
fn a_parent_that_does_not_fit_is_refused_by_tensor_and_shape() {
    let (table, spec) = (mixed(60), plain_perceptron());
    let parent = train(&table, &spec, &SEED).unwrap().model;
    ensure_continues(table.columns(), &spec, &parent).unwrap();
    ensure_continues(table.columns(), &perceptron(&[12, 7], Activation::Relu, false, STOPPING), &parent).unwrap();
    let refused = |hidden: &[u16]| {
        let spec = perceptron(hidden, Activation::Relu, false, SGD);
        let seen = ensure_continues(table.columns(), &spec, &parent).expect_err("the parent must be refused");
        let error = continued(&parent, &table, &spec, SEED).expect_err("the parent must be refused");
        assert_eq!(error.to_string(), seen.to_string());
        match error {
            Error::InitialModel(ModelFileError::Tensor { name, expected, found }) => {
                format!("{name}: {expected} {found}")
            }
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused(&[12, 8]), "layers.1.weight: F32 [8, 12] F32 [7, 12]");
    assert_eq!(refused(&[12]), "layers.1.weight: F32 [2, 12] F32 [7, 12]");
    assert_eq!(refused(&[12, 7, 2]), "layers.3.weight: F32 [2, 2] nothing");
    for activation in [Activation::Tanh, Activation::Sigmoid] {
        let refused = continued(&parent, &table, &perceptron(&[12, 7], activation, false, SGD), SEED);
        assert!(matches!(refused, Err(Error::InitialNetwork)));
    }
    assert!(continued(&parent, &table, &perceptron(&[12, 7], Activation::Relu, true, SGD), SEED).is_err());
}

#[test]
fn a_parent_of_another_algorithm_is_refused() {
    let table = mixed(60);
    let parent = train(&table, &plain_perceptron(), &SEED).unwrap().model;
    let refused = continued(&parent, &table, &logistic(SGD), SEED).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "multinomial logistic regression does not start from a model of a multilayer perceptron"
    );
    let tree = of(Algorithm::DecisionTree { limits: LIMITS });
    let grown = train(&table, &tree, &SEED).unwrap().model;
    assert!(continued(&grown, &table, &logistic(SGD), SEED).is_err());
    for (name, table, spec) in all().into_iter().filter(|(_, _, spec)| spec.algorithm.descent().is_none()) {
        let own = train(&table, &spec, &SEED).unwrap().model;
        let refused = continued(&own, &table, &spec, SEED);
        assert!(matches!(refused, Err(Error::InitialAlgorithm { initial: None, .. })), "{name}");
    }
}

#[test]
fn a_parent_that_is_damaged_is_refused() {
    let (table, spec) = (mixed(60), logistic(SGD));
    let parent = train(&table, &spec, &SEED).unwrap().model;
    for number in [f32::NAN, f32::INFINITY] {
        let mut damaged = parent.clone();
        let end = damaged.len();
        damaged[end - 4..].copy_from_slice(&number.to_le_bytes());
        let refused = continued(&damaged, &table, &spec, SEED);
        assert!(matches!(refused, Err(Error::InitialModel(ModelFileError::NotFinite { .. }))));
    }
    for cut in [&parent[..100], b""] {
        let refused = continued(cut, &table, &spec, SEED);
        assert!(matches!(refused, Err(Error::InitialModel(ModelFileError::Safetensors(_)))));
    }
}
