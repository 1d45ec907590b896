//! What a training run promises, seen from outside.

use neurodata_primitives::{merkle, model::file_digest, Algorithm, Seed, SpecError, TrainingSpec};
use neurodata_repops::{Purpose, Stream};
use neurodata_training::{
    ensure_continues, first_checkpoint, predict, run, run_from, run_prefix, Checkpoint, CheckpointError, Column,
    ColumnKind, Device, Error, ModelFileError, RunOutput, TableError, Trace, TrainingTable,
};
use std::ops::ControlFlow;

const SEED: Seed = Seed::new([42; 32]);

/// Two numbers, one of them with gaps, a category with gaps, and whether a mixture of them is large.
fn table(rows: u32) -> TrainingTable {
    let columns = vec![
        Column { bound: 1_000, nullable: false, kind: ColumnKind::Numeric },
        Column { bound: 101, nullable: true, kind: ColumnKind::Numeric },
        Column { bound: 3, nullable: true, kind: ColumnKind::Category },
        Column { bound: 1, nullable: false, kind: ColumnKind::Category },
    ];
    let mut stream = Stream::new([5; 32], Purpose::new(9_000));
    let row = |_| {
        let (x, y, z) = (stream.below(1_001) as u16, stream.below(102) as u16, stream.below(4) as u16);
        let known = u32::from(x) + if y == 0 { 500 } else { 10 * (u32::from(y) - 1) } + 150 * u32::from(z == 2);
        [x, y, z, u16::from(known > 1_050)]
    };
    TrainingTable::new(columns, (0..rows).flat_map(row).collect()).unwrap()
}

fn logistic() -> TrainingSpec {
    TrainingSpec {
        algorithm: Algorithm::LogisticRegression,
        target: 3,
        classes: 2,
        epochs: 25,
        batch_rows: 32,
        learning_rate: 100_000,
        momentum: 900_000,
        weight_decay: 100,
        holdout: 200,
        checkpoint_epochs: 10,
    }
}

fn perceptron() -> TrainingSpec {
    TrainingSpec {
        algorithm: Algorithm::MultilayerPerceptron { hidden: vec![12, 7].try_into().unwrap() },
        ..logistic()
    }
}

fn train(table: &TrainingTable, spec: &TrainingSpec, seed: Seed) -> Result<RunOutput, Error> {
    run(table, spec, &seed, &Device::Cpu, None, &mut |_| ControlFlow::Continue(()))
}

fn continued(parent: &[u8], table: &TrainingTable, spec: &TrainingSpec, seed: Seed) -> Result<RunOutput, Error> {
    run_from(Some(parent), table, spec, &seed, &Device::Cpu, None, &mut |_| ControlFlow::Continue(()))
}

fn refusal(table: &TrainingTable, spec: &TrainingSpec) -> Error {
    train(table, spec, SEED).expect_err("the run must be refused")
}

#[test]
fn a_separable_table_is_learnt() {
    for spec in [logistic(), perceptron()] {
        let output = train(&table(500), &spec, SEED).unwrap();
        assert_eq!((output.metrics.training_rows, output.metrics.holdout_rows), (400, 100));
        assert!(output.metrics.accuracy() >= 950_000, "{:?}", output.metrics);
        assert!(output.metrics.majority_accuracy() < 700_000, "{:?}", output.metrics);
        assert_eq!(output.losses.len(), 25);
        assert!(output.losses[24] < output.losses[0] / 2.0, "{:?}", output.losses);
    }
}

#[test]
fn a_perceptron_learns_what_no_linear_model_can() {
    let bit = Column { bound: 1, nullable: false, kind: ColumnKind::Numeric };
    let columns = vec![bit, bit, Column { kind: ColumnKind::Category, ..bit }];
    let codes = (0..200u16).flat_map(|row| [row & 1, row >> 1 & 1, (row ^ row >> 1) & 1]).collect();
    let table = TrainingTable::new(columns, codes).unwrap();
    let spec = TrainingSpec { target: 2, epochs: 60, weight_decay: 0, ..perceptron() };
    assert_eq!(train(&table, &spec, SEED).unwrap().metrics.accuracy(), 1_000_000);
    let linear = TrainingSpec { algorithm: Algorithm::LogisticRegression, ..spec };
    assert!(train(&table, &linear, SEED).unwrap().metrics.accuracy() < 800_000);
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    for spec in [logistic(), perceptron()] {
        let first = train(&table(100), &spec, SEED).unwrap();
        assert_eq!(first, train(&table(100), &spec, SEED).unwrap());
        let other = train(&table(100), &spec, Seed::new([43; 32])).unwrap();
        assert_ne!(first.model_digest, other.model_digest);
        assert!(first.trace.leaves().iter().zip(other.trace.leaves()).all(|(left, right)| left != right));
    }
}

#[test]
fn golden_digests() {
    let digests = |spec: &TrainingSpec| {
        let output = train(&table(60), spec, SEED).unwrap();
        (output.model_digest.to_string(), output.trace_root.to_string(), output.metrics.holdout_loss)
    };
    let (model, trace, loss) = digests(&logistic());
    assert_eq!((model.as_str(), trace.as_str(), loss), GOLDEN_LOGISTIC);
    let (model, trace, loss) = digests(&perceptron());
    assert_eq!((model.as_str(), trace.as_str(), loss), GOLDEN_PERCEPTRON);
}

const GOLDEN_LOGISTIC: (&str, &str, u64) = (
    "0x226b45e2a34555f1fa89d994cbe9795b49ce580c847e385997def89fd2102598",
    "0x22ccb21d6a640acfa3df53823bbcb66b560ed3d576d25e296f30e48e43fb243e",
    90309,
);
const GOLDEN_PERCEPTRON: (&str, &str, u64) = (
    "0x6b3cc6a61bfb94aec9219029edd479d921483332a2db2dd7dcdeb3cc8236c7e7",
    "0xa6d81bdbddc28a5b1bbad18bc7b967f94aefe3221485c48778da9984a85e5ada",
    178517,
);

#[test]
fn the_trace_has_a_leaf_for_every_checkpoint() {
    let mut positions = Vec::new();
    let output = run(&table(60), &logistic(), &SEED, &Device::Cpu, None, &mut |progress| {
        assert_eq!(progress.loss.is_some(), progress.epoch > 0);
        if let Some(checkpoint) = progress.checkpoint {
            assert_eq!((checkpoint.epoch(), checkpoint.trace()), (progress.epoch, progress.trace));
            positions.push((progress.epoch, checkpoint.position()));
        }
        ControlFlow::Continue(())
    });
    let output = output.unwrap();
    assert_eq!(positions, [(0, 1), (10, 2), (20, 3), (25, 4)]);
    assert_eq!(output.trace.checkpoints(), logistic().checkpoints());
    assert_eq!(output.trace_root.as_bytes(), &merkle::root(output.trace.leaves()));
}

#[test]
fn a_run_resumed_from_any_checkpoint_ends_in_the_same_bits() {
    let table = table(60);
    for spec in [logistic(), perceptron(), TrainingSpec { momentum: 0, ..logistic() }] {
        let mut stored = Vec::new();
        let whole = run(&table, &spec, &SEED, &Device::Cpu, None, &mut |progress| {
            stored.extend(progress.checkpoint.map(Checkpoint::to_bytes));
            ControlFlow::Continue(())
        });
        let whole = whole.unwrap();
        assert_eq!(stored.len(), 4);
        for bytes in stored {
            let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
            let resumed = run(&table, &spec, &SEED, &Device::Cpu, Some(checkpoint), &mut |_| ControlFlow::Continue(()));
            assert_eq!(resumed.unwrap(), whole);
        }
    }
}

fn beginning(
    parent: Option<&[u8]>,
    spec: &TrainingSpec,
    resume: Option<Checkpoint>,
    checkpoints: u32,
) -> Result<(Trace, u32), Error> {
    let mut epochs = 0;
    let trace = run_prefix(parent, &table(60), spec, &SEED, &Device::Cpu, resume, checkpoints, &mut |progress| {
        epochs = progress.epoch;
        ControlFlow::Continue(())
    })?;
    Ok((trace, epochs))
}

#[test]
fn the_beginning_of_a_run_has_the_bits_of_the_whole_run() {
    let parent = train(&table(60), &logistic(), Seed::new([43; 32])).unwrap().model;
    for (parent, spec) in [(None, logistic()), (None, perceptron()), (Some(parent.as_slice()), logistic())] {
        let mut stored = Vec::new();
        let whole = run_from(parent, &table(60), &spec, &SEED, &Device::Cpu, None, &mut |progress| {
            stored.extend(progress.checkpoint.cloned());
            assert_eq!(progress.trace.checkpoints() as usize, stored.len());
            ControlFlow::Continue(())
        });
        let whole = whole.unwrap();
        for (checkpoints, last_epoch) in [(1, 0), (2, 10), (3, 20), (4, 25)] {
            let (trace, epochs) = beginning(parent, &spec, None, checkpoints).unwrap();
            assert_eq!(trace.leaves(), &whole.trace.leaves()[..checkpoints as usize]);
            assert_eq!(epochs, last_epoch, "nothing is trained beyond the checkpoint");
            assert_eq!(trace.root() == whole.trace_root, checkpoints == 4);
            for checkpoint in &stored {
                let resumed = beginning(parent, &spec, Some(checkpoint.clone()), checkpoints).unwrap();
                assert_eq!(resumed, (trace.clone(), last_epoch.max(checkpoint.epoch())));
            }
        }
    }
}

#[test]
fn a_beginning_that_the_run_does_not_have_is_refused() {
    for asked in [0, 5, u32::MAX] {
        let refused = beginning(None, &logistic(), None, asked);
        assert!(matches!(refused, Err(Error::Checkpoints { run: 4, .. })), "{asked}");
    }
    let mut checkpoint = None;
    run(&table(60), &logistic(), &Seed::new([43; 32]), &Device::Cpu, None, &mut |progress| {
        checkpoint = checkpoint.take().or(progress.checkpoint.cloned());
        ControlFlow::Continue(())
    })
    .unwrap();
    let refused = beginning(None, &logistic(), checkpoint, 2);
    assert!(matches!(refused, Err(Error::Checkpoint(CheckpointError::OtherRun))));
}

#[test]
fn a_beginning_can_be_stopped_too() {
    let stopped = run_prefix(None, &table(60), &logistic(), &SEED, &Device::Cpu, None, 3, &mut |progress| {
        if progress.epoch == 12 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(stopped, Err(Error::Stopped { epoch: 12 })));
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let mut checkpoint = None;
    let stopped = run(&table(60), &logistic(), &SEED, &Device::Cpu, None, &mut |progress| {
        checkpoint = progress.checkpoint.cloned();
        if progress.epoch == 10 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(stopped, Err(Error::Stopped { epoch: 10 })));
    let resume = |table: &TrainingTable, spec: &TrainingSpec, seed: Seed| {
        run(table, spec, &seed, &Device::Cpu, checkpoint.clone(), &mut |_| ControlFlow::Continue(()))
    };
    resume(&table(60), &logistic(), SEED).unwrap();
    for refused in [
        resume(&table(61), &logistic(), SEED),
        resume(&table(60), &TrainingSpec { epochs: 26, ..logistic() }, SEED),
        resume(&table(60), &logistic(), Seed::new([43; 32])),
    ] {
        assert!(matches!(refused, Err(Error::Checkpoint(CheckpointError::OtherRun))));
    }
}

#[test]
fn a_constant_column_and_a_single_training_row_do_no_harm() {
    let bit = Column { bound: 1, nullable: false, kind: ColumnKind::Category };
    let constant = Column { bound: 0, nullable: false, kind: ColumnKind::Numeric };
    let spec = TrainingSpec { target: 1, epochs: 2, checkpoint_epochs: 1, ..logistic() };
    let table = TrainingTable::new(vec![constant, bit], vec![0, 0, 0, 1]).unwrap();
    let output = train(&table, &spec, SEED).unwrap();
    assert_eq!((output.metrics.training_rows, output.metrics.holdout_rows), (1, 1));
    let single = TrainingTable::new(vec![constant, bit], vec![0, 0]).unwrap();
    assert!(matches!(refusal(&single, &spec), Error::Spec(SpecError::Holdout)));
}

#[test]
fn a_spec_that_does_not_fit_the_table_is_refused() {
    let table = table(60);
    let spec = TrainingSpec { classes: 3, ..logistic() };
    assert!(matches!(refusal(&table, &spec), Error::Classes { spec: 3, table: 2 }));
    let spec = TrainingSpec { target: 4, ..logistic() };
    assert!(matches!(refusal(&table, &spec), Error::Spec(SpecError::Target)));
    let spec = TrainingSpec { target: 0, ..logistic() };
    assert!(matches!(refusal(&table, &spec), Error::TargetNotCategory { column: 0 }));
    let spec = TrainingSpec { epochs: 0, ..logistic() };
    assert!(matches!(refusal(&table, &spec), Error::Spec(SpecError::Epochs)));
    let spec = TrainingSpec { target: 2, classes: 3, ..logistic() };
    let Error::TargetMissing { row, column: 2 } = refusal(&table, &spec) else { panic!("expected a missing target") };
    assert_eq!(table.row(row)[2], 0);
    assert!(table.iter_rows().take(row as usize).all(|cells| cells[2] != 0));
}

#[test]
fn the_model_file_alone_predicts() {
    let table = table(300);
    for spec in [logistic(), perceptron()] {
        let output = train(&table, &spec, SEED).unwrap();
        // The target's code isn't read, so it may even be out of bounds.
        let rows: Vec<u16> = table.iter_rows().flat_map(|row| [row[0], row[1], row[2], 77]).collect();
        let predictions = predict(&output.model, &rows).unwrap();
        let correct = predictions.iter().zip(table.iter_rows()).filter(|(found, row)| found.class == row[3]).count();
        assert!(correct > 280, "{correct}");
        for prediction in predictions {
            assert!((prediction.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            assert!(prediction.probabilities[usize::from(prediction.class)] >= 0.5);
        }
        assert!(predict(&output.model, &[]).unwrap().is_empty());
        let partial = predict(&output.model, &[1, 1, 1]);
        assert!(matches!(partial, Err(Error::Table(TableError::PartialRow { cells: 3, columns: 4 }))));
        let outside = predict(&output.model, &[1_001, 1, 1, 0]);
        assert!(matches!(outside, Err(Error::Table(TableError::OutOfBounds { row: 0, column: 0, .. }))));
    }
}

#[test]
fn malformed_model_files_are_refused() {
    let model = train(&table(60), &logistic(), SEED).unwrap().model;
    let refused = |bytes: &[u8]| predict(bytes, &[]).expect_err("the file must be refused");
    assert!(matches!(refused(&model[..100]), Error::ModelFile(ModelFileError::Safetensors(_))));
    assert!(matches!(refused(b""), Error::ModelFile(ModelFileError::Safetensors(_))));
    let replaced = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let mut bytes = model.clone();
        let position = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        bytes[position..position + to.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    let other = replaced("neurodata-model/1", "neurodata-model/2");
    assert!(matches!(refused(&other), Error::ModelFile(ModelFileError::Description(_))));
    let other = replaced("layers.0.bias", "layers.1.bias");
    assert!(matches!(refused(&other), Error::ModelFile(ModelFileError::Tensor { .. })));
    let other = replaced("\\\"classes\\\":2", "\\\"classes\\\":3");
    assert!(matches!(refused(&other), Error::Classes { spec: 3, table: 2 }));
    let mut other = model.clone();
    let end = other.len();
    other[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(matches!(refused(&other), Error::ModelFile(ModelFileError::NotFinite { .. })));
}

/// Mean cross-entropy of the model file on all rows, in f64.
fn loss(model: &[u8], table: &TrainingTable) -> f64 {
    let rows: Vec<u16> = table.iter_rows().flatten().copied().collect();
    let predictions = predict(model, &rows).unwrap();
    let losses = predictions.iter().zip(table.iter_rows());
    losses.map(|(said, row)| -f64::from(said.probabilities[usize::from(row[3])]).ln()).sum::<f64>() / 500.0
}

/// Spec of a run that moves nothing that can be seen: what it ends with is what it began with.
fn still(spec: TrainingSpec) -> TrainingSpec {
    TrainingSpec { epochs: 1, checkpoint_epochs: 1, learning_rate: 1, momentum: 0, weight_decay: 0, ..spec }
}

#[test]
fn the_same_parent_gives_the_same_bits_and_another_parent_others() {
    for spec in [logistic(), perceptron()] {
        let parent = train(&table(100), &spec, SEED).unwrap();
        let other = train(&table(100), &spec, Seed::new([43; 32])).unwrap();
        let seed = Seed::new([44; 32]);
        let first = continued(&parent.model, &table(100), &spec, seed).unwrap();
        assert_eq!(first, continued(&parent.model, &table(100), &spec, seed).unwrap());
        assert_eq!(first.model_digest, file_digest(&first.model));
        for different in [continued(&other.model, &table(100), &spec, seed), train(&table(100), &spec, seed)] {
            let different = different.unwrap();
            assert_ne!(different.model_digest, first.model_digest);
            assert!(different.trace.leaves().iter().zip(first.trace.leaves()).all(|(left, right)| left != right));
        }
    }
}

#[test]
fn training_begins_at_the_parents_loss_whatever_the_seed() {
    let table = table(500);
    for spec in [logistic(), perceptron()] {
        let parent = train(&table, &spec, SEED).unwrap();
        let expected = loss(&parent.model, &table);
        for seed in [SEED, Seed::new([44; 32])] {
            let child = continued(&parent.model, &table, &still(spec.clone()), seed).unwrap();
            assert!((loss(&child.model, &table) - expected).abs() < 1e-3, "{seed}");
            // The first epoch's loss is that of the training rows as they are found.
            assert!(child.losses[0] < parent.losses[0] / 2.0, "{:?} {:?}", child.losses, parent.losses);
            let fresh = train(&table, &still(spec.clone()), seed).unwrap();
            assert!(loss(&fresh.model, &table) > 2.0 * expected);
        }
    }
}

#[test]
fn the_first_checkpoint_depends_on_the_parent_and_not_on_the_seed() {
    let spec = TrainingSpec { momentum: 0, ..perceptron() };
    let parent = train(&table(60), &spec, SEED).unwrap();
    let child = |seed| continued(&parent.model, &table(60), &spec, Seed::new([seed; 32])).unwrap().trace;
    let (child, other) = (child(44), child(45));
    assert_eq!(child.digest(0), other.digest(0));
    assert_ne!(child.digest(1), other.digest(1));
    // The parent's course ended with it.
    assert_ne!(child.digest(0), parent.trace.digest(3));
}

#[test]
fn a_continued_run_resumes_and_only_from_its_own_parent() {
    let (table, spec) = (table(60), logistic());
    let parent = train(&table, &spec, SEED).unwrap().model;
    let mut stored = Vec::new();
    let whole = run_from(Some(&parent), &table, &spec, &SEED, &Device::Cpu, None, &mut |progress| {
        stored.extend(progress.checkpoint.cloned());
        ControlFlow::Continue(())
    });
    let resume = |parent: Option<&[u8]>, checkpoint: &Checkpoint| {
        let checkpoint = Some(checkpoint.clone());
        run_from(parent, &table, &spec, &SEED, &Device::Cpu, checkpoint, &mut |_| ControlFlow::Continue(()))
    };
    let whole = whole.unwrap();
    let other = train(&table, &spec, Seed::new([43; 32])).unwrap().model;
    for checkpoint in &stored {
        assert_eq!(resume(Some(&parent), checkpoint).unwrap(), whole);
        for refused in [None, Some(other.as_slice())] {
            let refused = resume(refused, checkpoint);
            assert!(matches!(refused, Err(Error::Checkpoint(CheckpointError::OtherRun))));
        }
    }
}

#[test]
fn a_parent_of_other_columns_lends_its_parameters_only() {
    let parent = train(&table(200), &logistic(), SEED).unwrap();
    // The same shapes, but the second column has other steps.
    let mut columns = table(200).columns().to_vec();
    columns[1].bound += 100;
    let finer = TrainingTable::new(columns, table(200).iter_rows().flatten().copied().collect()).unwrap();
    let spec = TrainingSpec { momentum: 0, ..logistic() };
    let still = continued(&parent.model, &finer, &spec, SEED).unwrap();
    let plain = train(&finer, &spec, SEED).unwrap();
    assert_ne!(still.trace.digest(0), plain.trace.digest(0));
    assert!(still.metrics.accuracy() >= 900_000, "{:?}", still.metrics);
}

#[test]
fn a_parent_that_does_not_fit_is_refused_by_tensor_and_shape() {
    let (table, spec) = (table(60), perceptron());
    let parent = train(&table, &spec, SEED).unwrap().model;
    let refused = |parent: &[u8], spec: &TrainingSpec| {
        let seen = ensure_continues(table.columns(), spec, parent).expect_err("the parent must be refused").to_string();
        let error = continued(parent, &table, spec, SEED).expect_err("the parent must be refused");
        assert_eq!(error.to_string(), seen);
        match error {
            Error::InitialModel(ModelFileError::Tensor { name, expected, found }) => (name, expected, found),
            other => panic!("{other}"),
        }
    };
    ensure_continues(table.columns(), &spec, &parent).unwrap();
    let hidden = |units: &[u16]| TrainingSpec {
        algorithm: Algorithm::MultilayerPerceptron { hidden: units.to_vec().try_into().unwrap() },
        ..logistic()
    };
    let names = |(name, expected, found): (String, String, String)| format!("{name}: {expected} {found}");
    assert_eq!(names(refused(&parent, &hidden(&[12, 8]))), "layers.1.weight: F32 [8, 12] F32 [7, 12]");
    assert_eq!(names(refused(&parent, &hidden(&[12]))), "layers.1.weight: F32 [2, 12] F32 [7, 12]");
    assert_eq!(names(refused(&parent, &hidden(&[12, 7, 2]))), "layers.3.weight: F32 [2, 2] nothing");
    assert_eq!(names(refused(&parent, &logistic())), "layers.0.weight: F32 [2, 7] F32 [12, 7]");
}

#[test]
fn a_parent_that_is_damaged_is_refused() {
    let (table, spec) = (table(60), logistic());
    let parent = train(&table, &spec, SEED).unwrap().model;
    for number in [f32::NAN, f32::INFINITY] {
        let mut damaged = parent.clone();
        let end = damaged.len();
        damaged[end - 4..].copy_from_slice(&number.to_le_bytes());
        let refused = continued(&damaged, &table, &spec, SEED);
        assert!(matches!(refused, Err(Error::InitialModel(ModelFileError::NotFinite { .. }))));
    }
    let refused = continued(&parent[..100], &table, &spec, SEED);
    assert!(matches!(refused, Err(Error::InitialModel(ModelFileError::Safetensors(_)))));
    let refused = continued(b"", &table, &spec, SEED);
    assert!(matches!(refused, Err(Error::InitialModel(ModelFileError::Safetensors(_)))));
}

#[test]
fn the_first_checkpoint_is_known_before_the_table() {
    let parent = train(&table(60), &perceptron(), SEED).unwrap().model;
    for (parent, spec) in [(None, logistic()), (None, perceptron()), (Some(parent.as_slice()), perceptron())] {
        for spec in [spec.clone(), TrainingSpec { momentum: 0, ..spec }] {
            let known = first_checkpoint(parent, table(60).columns(), &spec, &SEED, &Device::Cpu).unwrap();
            assert_eq!(known, beginning(parent, &spec, None, 1).unwrap().0);
        }
    }
}
