//! Runs that diverge have a result, and what fits completes.

use neurodata_primitives::{model::file_digest, Algorithm, Seed, TrainingSpec};
use neurodata_repops::{Purpose, Stream};
use neurodata_training::{
    ensure_fits, memory_bytes, predict, run, run_from, run_prefix, Checkpoint, Column, ColumnKind, Device, Error,
    RunOutput, TrainingTable,
};
use std::ops::ControlFlow;

const SEED: Seed = Seed::new([42; 32]);

fn column(bound: u16, nullable: bool, kind: ColumnKind) -> Column {
    Column { bound, nullable, kind }
}

/// Two numbers, and noise as target, which keeps the gradients large.
fn table() -> TrainingTable {
    let columns = vec![
        column(1_000, false, ColumnKind::Numeric),
        column(1_000, false, ColumnKind::Numeric),
        column(2, false, ColumnKind::Category),
    ];
    let mut stream = Stream::new([5; 32], Purpose::new(9_000));
    let row = |_| [stream.below(1_001) as u16, stream.below(1_001) as u16, stream.below(3) as u16];
    TrainingTable::new(columns, (0..90).flat_map(row).collect()).unwrap()
}

/// Deep, fast and with momentum: it diverges.
fn spec() -> TrainingSpec {
    TrainingSpec {
        algorithm: Algorithm::MultilayerPerceptron { hidden: vec![32, 32, 32, 32].try_into().unwrap() },
        target: 2,
        classes: 3,
        epochs: 40,
        batch_rows: 8,
        learning_rate: 1_000_000,
        momentum: 999_999,
        weight_decay: 1_000_000,
        holdout: 200,
        checkpoint_epochs: 3,
    }
}

fn train(
    initial: Option<&[u8]>,
    spec: &TrainingSpec,
    resume: Option<Checkpoint>,
) -> (RunOutput, Vec<Checkpoint>, Vec<(Option<f64>, Option<u64>)>) {
    let (mut stored, mut said) = (Vec::new(), Vec::new());
    let output = run_from(initial, &table(), spec, &SEED, &Device::Cpu, resume, &mut |progress| {
        stored.extend(progress.checkpoint.cloned());
        said.push((progress.loss, progress.diverged_at));
        ControlFlow::Continue(())
    });
    (output.unwrap(), stored, said)
}

#[test]
fn a_run_that_diverges_has_a_result_and_the_same_twice() {
    let spec = spec();
    let (output, stored, said) = train(None, &spec, None);
    let step = output.diverged_at.expect("it diverges");
    let steps_of_an_epoch = 9;
    assert!(step > 0 && step < 40 * steps_of_an_epoch, "{step}");
    assert_eq!(output, train(None, &spec, None).0);
    assert_eq!(output.trace.checkpoints(), spec.checkpoints());
    assert_eq!(output.model_digest, file_digest(&output.model));
    assert_eq!((output.metrics.training_rows, output.metrics.holdout_rows), (72, 18));
    assert_eq!(predict(&output.model, &[1, 2, 0]).unwrap().len(), 1, "the model is finite");
    // Losses are those of whole epochs, and finite.
    assert_eq!(output.losses.len() as u64, step / steps_of_an_epoch);
    assert!(output.losses.iter().all(|loss| loss.is_finite()));
    // Before the first epoch and after each it is said how it is.
    assert_eq!(said.len(), 41);
    for (epoch, (loss, diverged_at)) in said.into_iter().enumerate() {
        let diverged = epoch as u64 > step / steps_of_an_epoch;
        assert_eq!((diverged_at, loss.is_some()), (diverged.then_some(step), epoch > 0 && !diverged), "{epoch}");
    }
    // The leaves of the frozen state differ in nothing but what they cover of their position.
    assert_eq!(stored.len() as u32, spec.checkpoints());
    let frozen: Vec<_> = stored.iter().filter(|checkpoint| checkpoint.diverged_at().is_some()).collect();
    assert!(frozen.len() > 1 && frozen.len() < stored.len());
    let leaves: std::collections::BTreeSet<_> = output.trace.leaves().iter().collect();
    assert_eq!(leaves.len() as u32, spec.checkpoints(), "no leaf tells another");
}

#[test]
fn a_run_that_diverges_resumes_from_every_checkpoint_and_begins_with_its_prefixes() {
    for spec in [spec(), TrainingSpec { checkpoint_epochs: 40, ..spec() }] {
        let (whole, stored, _) = train(None, &spec, None);
        assert!(whole.diverged_at.is_some());
        for checkpoint in &stored {
            let read = Checkpoint::from_bytes(&checkpoint.to_bytes()).unwrap();
            assert_eq!(&read, checkpoint);
            assert_eq!(train(None, &spec, Some(read)).0, whole);
        }
        for checkpoints in 1..=spec.checkpoints() {
            for resume in [None].into_iter().chain(stored.iter().cloned().map(Some)) {
                let go_on = &mut |_: neurodata_training::Progress<'_>| ControlFlow::Continue(());
                let trace = run_prefix(None, &table(), &spec, &SEED, &Device::Cpu, resume, checkpoints, go_on);
                assert_eq!(trace.unwrap().leaves(), &whole.trace.leaves()[..checkpoints as usize]);
            }
        }
    }
}

#[test]
fn a_run_from_a_model_that_diverged_has_a_result_too() {
    let parent = train(None, &spec(), None).0;
    assert!(parent.diverged_at.is_some());
    let (child, stored, _) = train(Some(&parent.model), &spec(), None);
    assert!(child.diverged_at < parent.diverged_at && child.diverged_at.is_some(), "{:?}", child.diverged_at);
    assert_eq!(train(Some(&parent.model), &spec(), stored.last().cloned()).0, child);
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
    let still = TrainingSpec { learning_rate: 1, momentum: 0, weight_decay: 0, ..spec() };
    let parent = with_scale(&train(None, &still, None).0.model, f64::MAX);
    let (output, stored, _) = train(Some(&parent), &still, None);
    assert_eq!((output.diverged_at, output.metrics.holdout_loss), (Some(0), u64::MAX));
    assert!(output.losses.is_empty());
    assert_eq!(stored.len() as u32, still.checkpoints());
    assert_eq!(train(Some(&parent), &still, stored.get(2).cloned()).0, output);
}

#[test]
fn a_run_that_does_not_diverge_does_not_say_so() {
    let calm = TrainingSpec { learning_rate: 1_000, momentum: 0, weight_decay: 0, ..spec() };
    let (output, stored, said) = train(None, &calm, None);
    assert_eq!((output.diverged_at, output.losses.len()), (None, 40));
    assert!(stored.iter().all(|checkpoint| checkpoint.diverged_at().is_none()));
    assert!(said.iter().all(|(_, diverged_at)| diverged_at.is_none()));
}

/// A small table, as any, and how many of its cells are missing.
fn any_table(stream: &mut Stream) -> (TrainingTable, u64) {
    let columns: Vec<_> = (0..1 + stream.below(4))
        .map(|_| {
            let kind = if stream.below(2) == 0 { ColumnKind::Numeric } else { ColumnKind::Category };
            column(stream.below(6) as u16, stream.below(2) == 0, kind)
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
    let hidden: Vec<u16> = (0..stream.below(5)).map(|_| of(stream, &[0, 1, 4, 32, 32, 32]) as u16).collect();
    TrainingSpec {
        algorithm: if stream.below(2) == 0 {
            Algorithm::LogisticRegression
        } else {
            Algorithm::MultilayerPerceptron { hidden: hidden.try_into().unwrap() }
        },
        target: stream.below(columns + 1) as u16,
        classes: 2 + stream.below(4) as u16,
        epochs: of(stream, &[1, 7, 30, 120]) as u16,
        batch_rows: 1 + stream.below(8) as u16,
        learning_rate: of(stream, &[1, 100_000, 1_000_000]),
        momentum: of(stream, &[0, 900_000, 999_999]),
        weight_decay: of(stream, &[0, 100, 1_000_000]),
        holdout: 50 + stream.below(451) as u16,
        checkpoint_epochs: 1 + stream.below(8) as u16,
    }
}

#[test]
fn whatever_fits_completes() {
    let mut stream = Stream::new([8; 32], Purpose::new(9_001));
    let (mut completed, mut diverged) = (0, 0);
    for case in 0..3_000 {
        let (table, missing) = any_table(&mut stream);
        let mut spec = any_spec(&mut stream, table.columns().len() as u32);
        if let Some(target) = table.columns().get(usize::from(spec.target)).filter(|_| case % 4 > 0) {
            spec.classes = target.values() as u16;
        }
        if case % 3 == 0 {
            let deep = self::spec();
            spec = TrainingSpec { target: spec.target, classes: spec.classes, epochs: 120, batch_rows: 2, ..deep };
        }
        let fits = ensure_fits(table.columns(), table.rows(), missing, &spec);
        let go_on = &mut |_: neurodata_training::Progress<'_>| ControlFlow::Continue(());
        let output = run(&table, &spec, &SEED, &Device::Cpu, None, go_on);
        match (fits, output) {
            (Ok(()), Ok(output)) => {
                completed += 1;
                diverged += u32::from(output.diverged_at.is_some());
            }
            (Ok(()), Err(error)) => panic!("{case}: {error} {spec:?} {table:?}"),
            // Which cells are missing is known only with the key.
            (Err(Error::TargetMayMiss { .. }), _) | (Err(_), Err(_)) => {}
            (Err(error), Ok(_)) => panic!("{case}: {error} {spec:?} {table:?}"),
        }
    }
    assert!(completed > 150 && diverged > 5, "{completed} {diverged}");
}

#[test]
fn what_is_too_large_is_told_from_the_columns() {
    let wide = column(u16::MAX, false, ColumnKind::Category);
    let bit = column(1, false, ColumnKind::Category);
    let mut columns = vec![bit];
    columns.extend([wide; 100]);
    let linear = TrainingSpec { algorithm: Algorithm::LogisticRegression, target: 0, classes: 2, ..spec() };
    ensure_fits(&columns, 40, 0, &linear).unwrap();
    assert!(matches!(ensure_fits(&columns, 41, 0, &linear), Err(Error::TooLarge { rows: 41, .. })));
    let deep = TrainingSpec { target: 0, classes: 2, ..spec() };
    let refused = ensure_fits(&columns, 40, 0, &deep);
    assert!(matches!(refused, Err(Error::TooManyParameters { parameters, .. }) if parameters > 1 << 27));
    let nullable = [column(2, true, ColumnKind::Category), column(9, true, ColumnKind::Numeric)];
    ensure_fits(&nullable, 40, 0, &linear).unwrap();
    let refused = ensure_fits(&nullable, 40, 1, &linear);
    assert!(matches!(refused, Err(Error::TargetMayMiss { column: 0, missing_cells: 1 })));
    // Gaps elsewhere do no harm.
    ensure_fits(&[bit, nullable[1]], 40, 7, &linear).unwrap();
}

#[test]
fn the_estimate_of_memory_follows_its_formula() {
    let columns = [column(1, false, ColumnKind::Category), column(9, false, ColumnKind::Numeric)];
    let linear = TrainingSpec { algorithm: Algorithm::LogisticRegression, target: 0, classes: 2, ..spec() };
    // One feature, four parameters, two units.
    let expected = 5_000 * (2 * 2 + 4 + 32) + 64 * 4 + 1_024 * 16 * 3;
    assert_eq!(memory_bytes(&columns, 5_000, &linear), expected);
}
