//! Runs that diverge have a result, and what fits completes.

mod common;

use common::*;
use neurodata_primitives::{
    model::file_digest,
    training::{Activation, Algorithm, Descent, Image, Objective, Optimiser, Quality, TreeLimits},
    TrainingSpec,
};
use neurodata_repops::{Purpose, Stream};
use neurodata_training::{
    ensure_fits, predict, run_from, run_prefix, Checkpoint, CheckpointError, Column, Device, Ending, Error, Plan,
    Resume, TrainingTable,
};
use sp_crypto_hashing::blake2_256;
use std::collections::BTreeSet;

/// Two numbers, and noise as target, which keeps the gradients large.
fn noise() -> TrainingTable {
    let columns = vec![numeric(1_000), numeric(1_000), category(2)];
    let mut stream = stream(5);
    let row = |_| [stream.below(1_001) as u16, stream.below(1_001) as u16, stream.below(3) as u16];
    TrainingTable::new(columns, (0..90).flat_map(row).collect()).unwrap()
}

const FAST: Descent = Descent {
    optimiser: Optimiser::Sgd { momentum: 999_999 },
    epochs: 40,
    batch_rows: 8,
    learning_rate: 1_000_000,
    weight_decay: 1_000_000,
    early_stopping: None,
};

/// Deep, fast and with momentum: it diverges.
fn spec(descent: Descent) -> TrainingSpec {
    let perceptron = perceptron(&[32, 32, 32, 32], Activation::Relu, false, descent);
    TrainingSpec { objective: Objective::Classification { classes: 3 }, target: Some(2), ..perceptron }
}

fn diverged(ending: &Option<Ending>) -> (u64, String) {
    match ending {
        Some(Ending::Diverged { step, tensor }) => (*step, tensor.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_that_diverges_has_a_result_and_the_same_twice() {
    let (table, spec) = (noise(), spec(FAST));
    let mut said = Vec::new();
    let output = run_from(None, &table, &spec, &SEED, &Device::Cpu, None, &mut |progress| {
        said.push((progress.steps, progress.loss, progress.ending.cloned()));
        on()
    });
    let output = output.unwrap();
    let (step, tensor) = diverged(&output.ending);
    let steps_of_an_epoch = 9;
    assert!(step > 0 && step < 40 * steps_of_an_epoch, "{step}");
    assert!(!tensor.is_empty());
    let (again, stored) = trained(None, &table, &spec, &SEED, None).unwrap();
    assert_eq!(output, again);
    assert_eq!(output.trace.checkpoints(), spec.checkpoints(90));
    assert_eq!(output.model_digest, file_digest(&output.model));
    assert_eq!((output.metrics.training_rows, output.metrics.holdout_rows), (72, 18));
    assert_eq!(predict(&output.model, &[1, 2, 0]).unwrap().len(), 1, "the model is finite");
    // Losses are those of whole epochs, and finite.
    assert_eq!(output.losses.len() as u64, step / steps_of_an_epoch);
    assert!(output.losses.iter().all(|loss| loss.is_finite()));
    for (steps, loss, ending) in said {
        assert!(steps <= step && loss.is_none_or(f64::is_finite));
        assert!(ending.is_none() || ending == output.ending && steps == step && loss.is_none());
    }
    // The states after the end differ in nothing but their position.
    let ended: Vec<_> = stored.iter().filter(|resume| resume.checkpoint().ending().is_some()).collect();
    assert!(ended.len() > 1 && ended.len() < stored.len());
    let states: BTreeSet<_> = output.trace.links().iter().map(|link| *link.state.as_bytes()).collect();
    assert_eq!(states.len() as u32, spec.checkpoints(90), "no state tells another");
    let courses: BTreeSet<_> = ended.iter().map(|resume| *resume.checkpoint().link().course.as_bytes()).collect();
    assert_eq!(courses.len(), 1);
}

#[test]
fn a_run_that_diverges_is_resumed_and_repeated_from_every_checkpoint() {
    let (table, spec) = (noise(), spec(FAST));
    let (whole, stored) = trained(None, &table, &spec, &SEED, None).unwrap();
    let plan = Plan::new(None, &table, &spec, &SEED, &Device::Cpu).unwrap();
    for (position, resume) in stored.iter().enumerate() {
        assert_eq!(trained(None, &table, &spec, &SEED, Some(resume.clone())).unwrap().0, whole);
        if position + 1 < stored.len() {
            let next = plan.repeat_segment(resume.checkpoint(), &mut on).unwrap();
            assert_eq!(&next, stored[position + 1].checkpoint());
        }
        let checkpoints = position as u32 + 1;
        let trace = run_prefix(None, &table, &spec, &SEED, &Device::Cpu, None, checkpoints, &mut |_| on()).unwrap();
        assert_eq!(trace.links(), &whole.trace.links()[..=position]);
    }
    let concluded = plan.conclude(stored[stored.len() - 1].checkpoint()).unwrap();
    assert_eq!(concluded.model_digest, whole.model_digest);
}

#[test]
fn a_checkpoint_that_names_another_tensor_is_refused() {
    let (table, spec) = (noise(), spec(FAST));
    let (output, stored) = trained(None, &table, &spec, &SEED, None).unwrap();
    let (_, tensor) = diverged(&output.ending);
    let plan = Plan::new(None, &table, &spec, &SEED, &Device::Cpu).unwrap();
    let renamed = |resume: &Resume| {
        let bytes = resume.checkpoint().to_bytes();
        let mut body = bytes[40..].to_vec();
        let position = body.windows(tensor.len()).position(|window| window == tensor.as_bytes()).unwrap();
        body[position] ^= 1;
        Checkpoint::from_bytes(&[&bytes[..8], &blake2_256(&body), &body].concat()).unwrap()
    };
    let [last, before] = [1, 2].map(|back| &stored[stored.len() - back]);
    let damaged = |error| matches!(error, Some(Error::Checkpoint(CheckpointError::Damaged)));
    assert!(damaged(plan.repeat_segment(&renamed(before), &mut on).err()));
    assert!(damaged(plan.conclude(&renamed(last)).err()));
    plan.conclude(last.checkpoint()).unwrap();
}

#[test]
fn the_tensor_that_would_not_be_finite_is_named() {
    let mut named = BTreeSet::new();
    for descent in [
        FAST,
        Descent { optimiser: Optimiser::Sgd { momentum: 0 }, ..FAST },
        Descent { weight_decay: 0, ..FAST },
        Descent { batch_rows: 72, ..FAST },
    ] {
        for activation in [Activation::Relu, Activation::Tanh] {
            let deep = perceptron(&[32, 32, 32, 32], activation, false, descent);
            let spec = TrainingSpec { algorithm: deep.algorithm, ..spec(descent) };
            let output = train(&noise(), &spec, &SEED).unwrap();
            named.extend(output.ending.as_ref().and_then(Ending::tensor).map(str::to_owned));
        }
    }
    assert!(!named.is_empty() && named.iter().all(|tensor| tensor.is_ascii() && !tensor.is_empty()), "{named:?}");
}

#[test]
fn a_run_from_a_model_that_diverged_has_a_result_too() {
    let (table, spec) = (noise(), spec(FAST));
    let parent = train(&table, &spec, &SEED).unwrap();
    let (child, stored) = trained(Some(&parent.model), &table, &spec, &SEED, None).unwrap();
    assert!(diverged(&child.ending).0 < diverged(&parent.ending).0);
    let resumed = trained(Some(&parent.model), &table, &spec, &SEED, stored.last().cloned()).unwrap().0;
    assert_eq!(resumed, child);
}

/// Bytes of the model file with every scale of the encoding in place of what it has.
fn with_scale(model: &[u8], scale: f64) -> Vec<u8> {
    let header = u64::from_le_bytes(model[..8].try_into().unwrap()) as usize;
    let text: serde_json::Value = serde_json::from_slice(&model[8..8 + header]).unwrap();
    let offsets = text["encoding.scale"]["data_offsets"].as_array().unwrap();
    let [start, end] = [0, 1].map(|at| 8 + header + offsets[at].as_u64().unwrap() as usize);
    let mut altered = model.to_vec();
    altered[start..end].chunks_exact_mut(8).for_each(|word| word.copy_from_slice(&scale.to_le_bytes()));
    altered
}

#[test]
fn a_run_whose_first_logits_are_not_finite_keeps_its_initial_model_and_the_largest_loss() {
    let still = Descent { optimiser: Optimiser::Sgd { momentum: 0 }, learning_rate: 1, weight_decay: 0, ..FAST };
    let (table, spec) = (noise(), spec(still));
    let parent = with_scale(&train(&table, &spec, &SEED).unwrap().model, f64::MAX);
    let (output, stored) = trained(Some(&parent), &table, &spec, &SEED, None).unwrap();
    assert_eq!(diverged(&output.ending), (0, "logits".to_owned()));
    let Quality::Classification { log_loss, .. } = output.metrics.quality else { panic!("a classifier") };
    assert_eq!(log_loss, u64::MAX);
    assert!(output.losses.is_empty());
    assert_eq!(stored.len() as u32, spec.checkpoints(90));
    assert_eq!(trained(Some(&parent), &table, &spec, &SEED, stored.get(2).cloned()).unwrap().0, output);
}

#[test]
fn a_run_that_does_not_diverge_does_not_say_so() {
    let calm = Descent { optimiser: Optimiser::Sgd { momentum: 0 }, learning_rate: 1_000, weight_decay: 0, ..FAST };
    let (output, stored) = trained(None, &noise(), &spec(calm), &SEED, None).unwrap();
    assert_eq!((output.ending, output.losses.len()), (None, 40));
    assert!(stored.iter().all(|resume| resume.checkpoint().ending().is_none()));
}

/// A small table, as any, and how many of its cells are missing.
fn any_table(stream: &mut Stream) -> (TrainingTable, u64) {
    let columns: Vec<_> = (0..1 + stream.below(5))
        .map(|_| {
            let column = if stream.below(2) == 0 { numeric } else { category };
            Column { nullable: stream.below(2) == 0, ..column(stream.below(6) as u16) }
        })
        .collect();
    let gaps = stream.below(2) == 0;
    let rows = 1 + stream.below(12);
    let mut missing = 0;
    let mut codes = Vec::new();
    for _ in 0..rows {
        for column in &columns {
            let least = u32::from(column.nullable && !gaps && column.bound > 0);
            let code = least + stream.below(u32::from(column.bound) + 1 - least);
            missing += u64::from(column.nullable && code == 0);
            codes.push(code as u16);
        }
    }
    (TrainingTable::new(columns, codes).unwrap(), missing)
}

/// A small spec, as any; most are valid.
fn any_spec(stream: &mut Stream, columns: u32) -> TrainingSpec {
    let of = |stream: &mut Stream, all: &[u32]| all[stream.below(all.len() as u32) as usize];
    let hidden = |stream: &mut Stream| {
        let units: Vec<u16> = (0..stream.below(5)).map(|_| of(stream, &[0, 1, 4, 32, 32, 32]) as u16).collect();
        units.try_into().unwrap()
    };
    let optimiser = match stream.below(2) {
        0 => Optimiser::Sgd { momentum: of(stream, &[0, 900_000, 999_999]) },
        _ => Optimiser::Adam { beta_1: of(stream, &[0, 900_000]), beta_2: of(stream, &[0, 999_999]), epsilon: 1 },
    };
    let descent = Descent {
        optimiser,
        epochs: of(stream, &[1, 7, 30, 120]) as u16,
        batch_rows: 1 + stream.below(8) as u16,
        learning_rate: of(stream, &[1, 100_000, 1_000_000]),
        weight_decay: of(stream, &[0, 100, 1_000_000]),
        early_stopping: STOPPING.early_stopping.filter(|_| stream.below(3) == 0),
    };
    let limits = TreeLimits { depth: 1 + stream.below(4) as u8, leaf_rows: 1 + stream.below(3) as u16 };
    let algorithm = match stream.below(9) {
        0 => Algorithm::LogisticRegression { descent },
        1 => {
            let activation = [Activation::Relu, Activation::Tanh, Activation::Sigmoid][stream.below(3) as usize];
            let (hidden, layer_norm) = (hidden(stream), stream.below(2) == 0);
            Algorithm::MultilayerPerceptron { hidden, activation, layer_norm, descent }
        }
        2 => {
            let image = Image { height: 2, width: columns.saturating_sub(1) as u16 / 2, channels: 1 };
            Algorithm::ConvolutionalNetwork {
                image,
                filters: vec![3].try_into().unwrap(),
                hidden: hidden(stream),
                descent,
            }
        }
        3 => Algorithm::TextClassifier { embedding: 1 + stream.below(4) as u16, hidden: hidden(stream), descent },
        4 => Algorithm::LinearRegression,
        5 => Algorithm::RidgeRegression { penalty: of(stream, &[1, 1_000_000, 1_000_000_000]) },
        6 => Algorithm::DecisionTree { limits },
        7 => Algorithm::RandomForest { trees: 3, limits, split_columns: [None, Some(1)][stream.below(2) as usize] },
        _ => Algorithm::KMeans { clusters: 2 + stream.below(4) as u16, iterations: 1 + stream.below(9) as u16 },
    };
    let clusters = matches!(algorithm, Algorithm::KMeans { .. });
    let objective = match stream.below(3) {
        _ if clusters => Objective::Clustering,
        0 => Objective::Regression,
        _ => Objective::Classification { classes: 2 + stream.below(4) as u16 },
    };
    TrainingSpec {
        algorithm,
        objective,
        target: (!clusters).then(|| stream.below(columns + 1) as u16),
        holdout: 50 + stream.below(451) as u16,
    }
}

#[test]
fn whatever_fits_completes() {
    let mut stream = Stream::new([8; 32], Purpose::new(9_001));
    let (mut completed, mut ended) = (BTreeSet::new(), 0);
    for case in 0..6_000 {
        let (table, missing) = any_table(&mut stream);
        let mut spec = any_spec(&mut stream, table.columns().len() as u32);
        let target = spec.target.and_then(|target| table.columns().get(usize::from(target)));
        if let (Some(target), Objective::Classification { classes }) =
            (target.filter(|_| case % 4 > 0), &mut spec.objective)
        {
            *classes = target.values() as u16;
        }
        let fits = ensure_fits(table.columns(), table.rows(), missing, &spec);
        match (fits, train(&table, &spec, &SEED)) {
            (Ok(()), Ok(output)) => {
                completed.insert(spec.algorithm.encoded_index());
                ended += u32::from(output.ending.is_some());
                assert!(output.metrics.is_possible(&spec.objective), "{case}: {:?} {spec:?}", output.metrics);
            }
            (Ok(()), Err(error)) => panic!("{case}: {error} {spec:?} {table:?}"),
            // Which cells are missing is known only with the key.
            (Err(Error::TargetMayMiss { .. }), _) | (Err(_), Err(_)) => {}
            (Err(error), Ok(_)) => panic!("{case}: {error} {spec:?} {table:?}"),
        }
    }
    assert_eq!(completed.len(), 9, "every algorithm");
    assert!(ended > 5, "{ended}");
}

/// The index that stands for the algorithm.
trait EncodedIndex {
    fn encoded_index(&self) -> u8;
}

impl EncodedIndex for Algorithm {
    fn encoded_index(&self) -> u8 {
        codec::Encode::encode(self)[0]
    }
}
