//! What a training run promises, seen from outside.

mod common;

use common::*;
use neurodata_primitives::{
    model::file_digest,
    trace,
    training::{Activation, Algorithm, Descent, MAX_CHECKPOINTS},
    Seed, TrainingSpec,
};
use neurodata_repops::{cpu::Isa, ops};
use neurodata_training::{
    first_checkpoint, initial_checkpoint, predict, run, run_prefix, Device, Ending, Error, Evaluation, Prediction,
    Resume, RunOutput, Trace, TrainingTable,
};
use std::ops::ControlFlow;

#[test]
fn every_algorithm_learns_its_table() {
    for (name, table, spec) in all() {
        let output = train(&table, &spec, &SEED).unwrap();
        let (value, reference) = (output.metrics.value(), output.metrics.reference());
        assert!(value >= 800_000 && value > reference + 100_000, "{name}: {:?}", output.metrics);
        assert!(output.metrics.is_possible(&spec.objective), "{name}: {:?}", output.metrics);
        assert_eq!(output.metrics.quality, output.evaluation.quality());
        assert_eq!(output.metrics.training_rows + output.metrics.holdout_rows, table.rows());
        if spec.algorithm.descent().is_some() {
            let (first, last) = (output.losses[0], output.losses[output.losses.len() - 1]);
            assert!(last < first, "{name}: {:?}", output.losses);
        }
    }
}

#[test]
fn a_perceptron_learns_what_no_linear_model_can() {
    let columns = vec![numeric(1), numeric(1), category(1)];
    let codes = (0..200u16).flat_map(|row| [row & 1, row >> 1 & 1, (row ^ row >> 1) & 1]).collect();
    let table = TrainingTable::new(columns, codes).unwrap();
    let descent = Descent { epochs: 60, weight_decay: 0, ..SGD };
    let spec = TrainingSpec { target: Some(2), ..perceptron(&[12, 7], Activation::Relu, false, descent) };
    assert_eq!(train(&table, &spec, &SEED).unwrap().metrics.value(), 1_000_000);
    let linear = TrainingSpec { target: Some(2), ..logistic(descent) };
    assert!(train(&table, &linear, &SEED).unwrap().metrics.value() < 800_000);
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    for (name, table, spec) in all() {
        let first = train(&table, &spec, &SEED).unwrap();
        assert_eq!(first, train(&table, &spec, &SEED).unwrap(), "{name}");
        assert_eq!(first.model_digest, file_digest(&first.model));
        let other = train(&table, &spec, &OTHER_SEED).unwrap();
        assert_ne!(first.model_digest, other.model_digest, "{name}");
        let mut pairs = first.trace.links().iter().zip(other.trace.links());
        assert!(pairs.all(|(left, right)| left.state != right.state), "{name}");
    }
}

/// Model, trace and quality of each run of [`all`]. They change with the definition of an algorithm, and with nothing
/// else.
#[test]
fn golden_digests() {
    let found: Vec<_> = all()
        .into_iter()
        .map(|(name, table, spec)| {
            let output = train(&table, &spec, &SEED).unwrap();
            (name, output.model_digest.to_string(), output.trace_root.to_string())
        })
        .collect();
    let found: Vec<_> = found.iter().map(|(name, model, trace)| (*name, model.as_str(), trace.as_str())).collect();
    assert_eq!(found, GOLDEN, "{found:#?}");
}

const GOLDEN: [(&str, &str, &str); 13] = [
    (
        "logistic",
        "0xddfb114b6ec1edface2554e95800dbf37dd1c0692db33da8bdb1f02f69cb1821",
        "0x995a44d074ea5d9004fc9030e72229a77977c9446ce8d7c058feca1f151f4614",
    ),
    (
        "perceptron",
        "0x0b1c10877f08c001728bcfc70d498201a215b9b9831824a838b1b0492069036a",
        "0x782845bd0cedccb047e285932d2ff38979ae637a7976d37e47a3e5c55a5a1c17",
    ),
    (
        "normalised",
        "0x052ba919b56c9244fd3de15f20e556db7847442c7991e80f81cfe782d806c5ad",
        "0x6c76eb67af6d7d5e1d26ebc299f01c691a6e0fc226bcf2efb703486b02b93edb",
    ),
    (
        "perceptron for numbers",
        "0x7ceb23e9a62f886243eb4606a20f0527f63c5cf229865d6462dd2594109b869e",
        "0x56cce41a974a3b423ac73c9cfb478fbfdc39b622b3e78c937fe753fa20bfde84",
    ),
    (
        "convolutional",
        "0x55cef2877addf8204c50b6aca1886a79bd05d4e58a3625b3cecb339fa64fc7c5",
        "0xf8092e4b48ac0256a8d37acacebe924f99b8e34b996f096517f06cdd925c8a9d",
    ),
    (
        "text",
        "0x617aef09535833064572609d54182daaebf5d5f10433dca955e2faf9b5a84d28",
        "0x7c8c54582d67b81beb35c63a4d240943a352e531db1451cd70b659a95dea3ebe",
    ),
    (
        "linear",
        "0xe3937274b1e46d4ec3f1a152dad92322e80ddb6427b01347bcf232ad7b80c0d9",
        "0x03626b2f52540e5fd5d9b7b274ee01e4187899d2c12df044348e8d87ccc74b33",
    ),
    (
        "ridge",
        "0x445e13f35a5f41ba23049786d698f3c25bead96f8e3b863773c6b2dfa9807a89",
        "0xd44b2d44615ffad5e229dcd32555251ed7f4e183f87ac4af0845eb7de033eb8b",
    ),
    (
        "tree",
        "0xa00fd44f6f431041a8bd9c00774979ccc4043dacf1cf0d4eabe61161e21ee19d",
        "0x441b0cac293624790f4ba882db29b6cd0a67d08ef1e6bfd4a7e19f77618fc8f6",
    ),
    (
        "tree for numbers",
        "0x4ef99bc57f9134ada672d3ce74067a5ae9e2933d6037e7e0175a97480f678e9c",
        "0xd6045ce57cf7ef3f2db7b64150963c70ea9ac9ab8dc5aaaac33ffd55786fdab5",
    ),
    (
        "forest",
        "0xcad167d27093be7a5c396ab9e24cb832d72939009bb3e9ca82c11b30638f7f32",
        "0x3cc47254fd9005f2d560be20f1bee3909bcf6b166a66536749f71b044e082283",
    ),
    (
        "forest for numbers",
        "0xe86fdbbed4107af31ee2eb25de6ba733b68b38b117dbbd50fb65b19966e46bae",
        "0xb65903c229e3675d128e92bf80778e384b01eab277d3af2ad6ac07ec09ac7945",
    ),
    (
        "k-means",
        "0xc38701268adedde007958e3b5e8cb780062ae226f89f60d5a9eee5cef946ff4f",
        "0x585efcfb4641fb654d35a223c042fbb317bfd29c6624bd8b65a6de07d2d777b4",
    ),
];

#[test]
fn the_trace_has_a_link_for_every_checkpoint() {
    for (name, table, spec) in all() {
        let (output, stored) = trained(None, &table, &spec, &SEED, None).unwrap();
        assert_eq!(output.trace.checkpoints(), spec.checkpoints(table.rows()), "{name}");
        assert_eq!(output.trace_root, trace::root(output.trace.links()));
        assert_eq!(stored.len() as u32, output.trace.checkpoints());
        for (position, resume) in (0..).zip(&stored) {
            let checkpoint = resume.checkpoint();
            assert_eq!((checkpoint.position(), resume.trace().checkpoints()), (position, position + 1));
            assert_eq!(Some(&checkpoint.link()), output.trace.link(position));
            match checkpoint.ending() {
                None => assert_eq!(checkpoint.steps(), spec.steps_at(table.rows(), position), "{name}"),
                Some(ending) => assert_eq!(checkpoint.steps(), ending.step()),
            }
        }
        let mut states: Vec<_> = output.trace.links().iter().map(|link| link.state).collect();
        states.sort_unstable_by_key(|state| *state.as_bytes());
        states.dedup();
        assert_eq!(states.len(), stored.len(), "{name}: no state tells another");
    }
}

#[test]
fn checkpoints_lie_inside_epochs_too() {
    // 25 times four batches of 120 rows, or three of 80, in 64 segments: some epochs end without a checkpoint.
    let spec = logistic(SGD);
    for (rows, batches) in [(150, 4), (100, 3)] {
        let mut told = Vec::new();
        run(&mixed(rows), &spec, &SEED, &Device::Cpu, None, &mut |progress| {
            assert_eq!((progress.all_steps, progress.epochs), (25 * batches, Some(25)));
            told.push((progress.steps, progress.epoch, progress.resume.is_some(), progress.loss.is_some()));
            on()
        })
        .unwrap();
        let due: Vec<u64> = (0..=64).map(|position| spec.steps_at(rows, position)).collect();
        let expected = (0..=25 * batches).map(|steps| {
            let ends_epoch = steps > 0 && steps % batches == 0;
            (steps, Some((steps / batches) as u32), due.contains(&steps), ends_epoch)
        });
        assert_eq!(told, expected.filter(|(_, _, is_due, ends_epoch)| *is_due || *ends_epoch).collect::<Vec<_>>());
        assert!(told.iter().any(|(_, _, is_checkpoint, _)| !is_checkpoint));
    }
}

#[test]
fn a_long_run_has_no_more_checkpoints_than_the_most() {
    let spec = logistic(Descent { epochs: 200, batch_rows: 1, ..SGD });
    let output = train(&mixed(20), &spec, &SEED).unwrap();
    assert_eq!(output.trace.checkpoints(), MAX_CHECKPOINTS);
}

#[test]
fn a_run_resumed_from_any_checkpoint_ends_in_the_same_bits() {
    for (name, table, spec) in all() {
        let (whole, stored) = trained(None, &table, &spec, &SEED, None).unwrap();
        for (position, resume) in stored.iter().enumerate() {
            let read = Resume::from_bytes(&resume.to_bytes()).unwrap();
            assert_eq!(&read, resume);
            let (resumed, later) = trained(None, &table, &spec, &SEED, Some(read)).unwrap();
            assert_eq!(resumed, whole, "{name} from {position}");
            assert_eq!(later, stored[position + 1..], "{name} from {position}");
        }
    }
}

fn beginning(
    table: &TrainingTable,
    spec: &TrainingSpec,
    resume: Option<Resume>,
    checkpoints: u32,
) -> Result<(Trace, u64), Error> {
    let mut steps = 0;
    let trace = run_prefix(None, table, spec, &SEED, &Device::Cpu, resume, checkpoints, &mut |progress| {
        steps = progress.steps;
        on()
    })?;
    Ok((trace, steps))
}

#[test]
fn the_beginning_of_a_run_has_the_bits_of_the_whole_run() {
    for (name, table, spec) in all() {
        let (whole, stored) = trained(None, &table, &spec, &SEED, None).unwrap();
        for checkpoints in [1, 2, spec.checkpoints(table.rows()) / 2 + 1, spec.checkpoints(table.rows())] {
            let (trace, steps) = beginning(&table, &spec, None, checkpoints).unwrap();
            assert_eq!(trace.links(), &whole.trace.links()[..checkpoints as usize], "{name}");
            let last = stored[checkpoints as usize - 1].checkpoint().steps();
            assert_eq!(steps, last, "{name}: nothing is trained beyond the checkpoint");
            for resume in [&stored[0], &stored[stored.len() / 2], &stored[stored.len() - 1]] {
                let resumed = beginning(&table, &spec, Some(resume.clone()), checkpoints).unwrap();
                assert_eq!(resumed, (trace.clone(), last.max(resume.checkpoint().steps())), "{name}");
            }
        }
    }
}

#[test]
fn a_run_can_be_stopped_at_a_checkpoint() {
    let mut stop = |progress: neurodata_training::Progress<'_>| match progress.steps {
        20 => ControlFlow::Break(()),
        _ => on(),
    };
    let stopped = run(&mixed(150), &logistic(SGD), &SEED, &Device::Cpu, None, &mut stop);
    assert!(matches!(stopped, Err(Error::Stopped { steps: 20 })));
    let stopped = run_prefix(None, &mixed(150), &logistic(SGD), &SEED, &Device::Cpu, None, 14, &mut stop);
    assert!(matches!(stopped, Err(Error::Stopped { steps: 20 })));
}

#[test]
fn the_first_checkpoint_is_known_before_the_table() {
    for (name, table, spec) in all() {
        let known = first_checkpoint(None, table.columns(), &spec, &SEED, &Device::Cpu);
        if matches!(spec.algorithm, Algorithm::KMeans { .. }) {
            assert!(matches!(known, Err(Error::NeedsData)));
            continue;
        }
        let begun = initial_checkpoint(None, &table, &spec, &SEED, &Device::Cpu).unwrap();
        assert_eq!(known.unwrap(), begun, "{name}");
        assert_eq!(beginning(&table, &spec, None, 1).unwrap().0.links(), [begun.link()], "{name}");
    }
}

#[test]
fn a_run_that_stops_early_says_so_and_repeats_its_state() {
    let spec = perceptron(&[8], Activation::Tanh, true, STOPPING);
    let (output, stored) = trained(None, &mixed(100), &spec, &SEED, None).unwrap();
    let Some(Ending::Ended { step }) = output.ending else { panic!("it ends: {:?}", output.ending) };
    assert!(step > 0 && step < spec.steps(100), "{step}");
    let batches = 64u64.div_ceil(32);
    assert_eq!((step % batches, output.losses.len() as u64), (0, step / batches), "it ends between epochs");
    let ended = stored.iter().filter(|resume| resume.checkpoint().ending().is_some()).count();
    assert!(ended > 1 && ended < stored.len());
}

#[test]
fn no_instruction_set_and_no_number_of_threads_changes_a_bit() {
    for (name, table, spec) in all() {
        let expected = train(&table, &spec, &SEED).unwrap();
        for isa in Isa::available() {
            let found = Isa::with(isa, || train(&table, &spec, &SEED).unwrap());
            assert_eq!(found, expected, "{name} by {isa:?}");
        }
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| train(&table, &spec, &SEED).unwrap());
            assert_eq!(found, expected, "{name} on {threads} threads");
        }
    }
}

/// Nothing else is computed with tensors, from the first step to the metrics. Trees, k-means and least squares take
/// none.
#[test]
fn training_uses_exactly_these_operations() {
    let used = |(name, table, spec): (&'static str, TrainingTable, TrainingSpec)| {
        let (output, used) = ops::record(|| train(&table, &spec, &SEED));
        output.unwrap();
        assert!(used.iter().all(|operation| ops::NAMES.contains(operation)));
        (name, used.into_iter().collect::<Vec<&str>>())
    };
    let used: Vec<_> = all().into_iter().map(used).collect();
    let expected: Vec<_> = all().into_iter().map(|(name, ..)| (name, operations(name).to_vec())).collect();
    assert_eq!(used, expected, "{used:?}");
}

fn operations(name: &str) -> &'static [&'static str] {
    match name {
        "logistic" => {
            &["add_bias", "first_not_finite", "matmul", "matmul_tn", "sgd", "softmax_cross_entropy", "sum_rows"]
        }
        "perceptron" => &[
            "add_bias",
            "first_not_finite",
            "matmul",
            "matmul_nt",
            "matmul_tn",
            "relu",
            "relu_grad",
            "sgd",
            "softmax_cross_entropy",
            "sum_rows",
        ],
        "normalised" => &[
            "adam",
            "add_bias",
            "first_not_finite",
            "layer_norm",
            "layer_norm_grad",
            "matmul",
            "matmul_nt",
            "matmul_tn",
            "softmax_cross_entropy",
            "sum_rows",
            "tanh",
            "tanh_grad",
        ],
        "perceptron for numbers" => &[
            "adam",
            "add_bias",
            "first_not_finite",
            "matmul",
            "matmul_nt",
            "matmul_tn",
            "sigmoid",
            "sigmoid_grad",
            "squared_error",
            "sum_rows",
        ],
        "convolutional" => &[
            "adam",
            "add_bias",
            "conv2d",
            "conv2d_input_grad",
            "conv2d_weight_grad",
            "first_not_finite",
            "matmul",
            "matmul_nt",
            "matmul_tn",
            "max_pool",
            "max_pool_grad",
            "relu",
            "relu_grad",
            "softmax_cross_entropy",
            "sum_rows",
        ],
        "text" => &[
            "adam",
            "add_bias",
            "embedding_mean",
            "embedding_mean_grad",
            "first_not_finite",
            "matmul",
            "matmul_nt",
            "matmul_tn",
            "relu",
            "relu_grad",
            "softmax_cross_entropy",
            "sum_rows",
        ],
        _ => &[],
    }
}

#[test]
fn there_is_no_way_to_stock_operations() {
    let manifest = include_str!("../Cargo.toml");
    assert!(manifest.lines().all(|line| !line.trim_start().starts_with("candle")), "{manifest}");
}

fn share_told(output: &RunOutput, table: &TrainingTable, target: usize) -> f64 {
    let rows: Vec<u16> = table.iter_rows().flatten().copied().collect();
    let predictions = predict(&output.model, &rows).unwrap();
    assert_eq!(predictions.len(), table.rows() as usize);
    let right = |(told, row): (&Prediction, &[u16])| match told {
        Prediction::Class { class, probabilities } => {
            assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            let most = probabilities.iter().copied().fold(0.0, f32::max);
            assert_eq!(probabilities[usize::from(*class)], most);
            *class == row[target]
        }
        Prediction::Number { value } => (value - f32::from(row[target])).abs() < 200.0,
        Prediction::Cluster { cluster, distance } => *cluster < 3 && *distance >= 0.0,
    };
    predictions.iter().zip(table.iter_rows()).filter(|pair| right(*pair)).count() as f64 / f64::from(table.rows())
}

#[test]
fn the_model_file_alone_predicts() {
    for (name, table, spec) in all() {
        let output = train(&table, &spec, &SEED).unwrap();
        let target = usize::from(spec.target.unwrap_or(0));
        assert!(share_told(&output, &table, target) > 0.85, "{name}");
        assert!(predict(&output.model, &[]).unwrap().is_empty());
        if spec.target.is_some() {
            let mut row = table.row(0).to_vec();
            let told = predict(&output.model, &row).unwrap();
            row[target] = u16::MAX;
            assert_eq!(predict(&output.model, &row).unwrap(), told, "{name}: the target's code isn't read");
        }
    }
}

#[test]
fn the_model_tells_what_was_evaluated() {
    for (name, table, spec) in all() {
        let output = train(&table, &spec, &SEED).unwrap();
        let rows: Vec<u16> = table.iter_rows().flatten().copied().collect();
        let predictions = predict(&output.model, &rows).unwrap();
        if let (Evaluation::Clustering(found), holdout) = (&output.evaluation, output.metrics.holdout_rows) {
            assert_eq!(found.sizes.iter().sum::<u32>(), holdout, "{name}");
        }
        // What the holdout says of the model can be no better than all rows allow.
        if let Evaluation::Classification(found) = &output.evaluation {
            let right = predictions.iter().zip(table.iter_rows());
            let right =
                right.filter(|(told, row)| told.class() == Some(row[usize::from(spec.target.unwrap())])).count();
            assert!(found.correct as usize <= right, "{name}");
            let rows: u32 = found.confusion.iter().flatten().sum();
            assert_eq!(rows, output.metrics.holdout_rows, "{name}");
        }
    }
}

#[test]
fn a_constant_column_and_two_training_rows_do_no_harm() {
    let table = TrainingTable::new(vec![numeric(0), category(1)], vec![0, 0, 0, 1, 0, 0]).unwrap();
    for (name, _, spec) in all().into_iter().filter(|(_, _, spec)| spec.classes() == Some(2)) {
        if matches!(spec.algorithm, Algorithm::ConvolutionalNetwork { .. }) {
            continue;
        }
        for seed in 0..8 {
            let spec = TrainingSpec { target: Some(1), ..spec.clone() };
            let spec = TrainingSpec { algorithm: with_columns(spec.algorithm), ..spec };
            let output = train(&table, &spec, &Seed::new([seed; 32])).unwrap();
            assert_eq!((output.metrics.training_rows, output.metrics.holdout_rows), (2, 1), "{name}");
        }
    }
}

/// The algorithm for tables with one column beside the target.
fn with_columns(algorithm: Algorithm) -> Algorithm {
    match algorithm {
        Algorithm::RandomForest { trees, limits, .. } => {
            Algorithm::RandomForest { trees, limits, split_columns: Some(1) }
        }
        other => other,
    }
}
