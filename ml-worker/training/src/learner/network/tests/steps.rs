use super::*;
use crate::learner::network::{
    optimiser::{Optimiser as Rule, Updated},
    stopping::Best,
};
use neurodata_repops::{ops, Tensor};
use std::collections::BTreeSet;

/// Parameters after each of `steps` with gradients `g(step)`, by the optimiser on a weight and a bias.
fn moved(rules: &Rules, start: f32, steps: usize) -> Vec<[f32; 2]> {
    let spec = spec(logistic(*rules), Objective::Classification { classes: 2 });
    let architecture = Architecture::new(&spec, &[numeric(3)]).unwrap();
    let rule = Rule::new(rules, &architecture, &Device::Cpu).unwrap();
    let filled = |number: f32| -> Vec<Tensor> {
        let tensor = |shape: &Vec<usize>| Tensor::new(vec![number; 2], shape, &Device::Cpu).unwrap();
        architecture.parameters.iter().map(|parameter| tensor(&parameter.shape)).collect()
    };
    let (mut parameters, mut carried) = (filled(start), rule.first(&architecture, &Device::Cpu).unwrap());
    (0..steps)
        .map(|step| {
            let gradients = filled(gradient(step));
            let updated = rule.step(&architecture, &parameters, &carried, &gradients).unwrap();
            let Updated::Step(next, kept) = updated else { panic!("finite") };
            (parameters, carried) = (next, kept);
            [0, 1].map(|index| parameters[index].to_vec().unwrap()[0])
        })
        .collect()
}

fn gradient(step: usize) -> f32 {
    [0.5, -0.25, 1.5, 0.125][step % 4]
}

fn assert_near(found: &[[f32; 2]], expected: impl Fn(bool) -> Vec<f64>) {
    for (index, decays) in [(0, true), (1, false)] {
        for (found, expected) in found.iter().zip(expected(decays)) {
            assert!((f64::from(found[index]) - expected).abs() < 1e-5, "{found:?} {expected}");
        }
    }
}

#[test]
fn momentum_and_decay_follow_their_formula() {
    for (momentum, weight_decay) in [(0, 0), (900_000, 0), (0, 50_000), (500_000, 250_000)] {
        let rules = Rules { optimiser: Optimiser::Sgd { momentum }, weight_decay, ..rules() };
        assert_near(&moved(&rules, 2.0, 12), |decays| {
            let (momentum, decay) = (f64::from(momentum) / 1e6, f64::from(weight_decay) / 1e6);
            let (mut parameter, mut velocity) = (2.0, 0.0);
            (0..12)
                .map(|step| {
                    let penalty = if decays { decay * parameter } else { 0.0 };
                    velocity = momentum * velocity + f64::from(gradient(step)) + penalty;
                    parameter -= 0.1 * velocity;
                    parameter
                })
                .collect()
        });
    }
}

#[test]
fn adam_follows_its_formula() {
    for weight_decay in [0, 100_000] {
        let rules = Rules { optimiser: adam(), weight_decay, ..rules() };
        assert_near(&moved(&rules, 2.0, 12), |decays| {
            let decay = if decays { f64::from(weight_decay) / 1e6 } else { 0.0 };
            let (mut parameter, mut mean, mut square) = (2.0, 0.0, 0.0);
            (0..12)
                .map(|step| {
                    let gradient = f64::from(gradient(step));
                    mean = 0.9 * mean + 0.1 * gradient;
                    square = 0.999 * square + 0.001 * gradient * gradient;
                    let (mean, square) =
                        (mean / (1.0 - 0.9f64.powi(step as i32 + 1)), square / (1.0 - 0.999f64.powi(step as i32 + 1)));
                    parameter -= 0.1 * decay * parameter + 0.1 * mean / (square.sqrt() + 1e-8);
                    parameter
                })
                .collect()
        });
    }
}

#[test]
fn an_epoch_takes_every_row_that_is_trained_on_once() {
    let stopping = EarlyStopping { validation: 300, patience: 3, min_improvement: 0 };
    for early_stopping in [None, Some(stopping)] {
        let rules = Rules { early_stopping, ..rules() };
        let (spec, examples) = networks(rules).remove(0);
        let network =
            Network::initial(Arc::new(Architecture::new(&spec, &examples.columns).unwrap()), SEED, &Device::Cpu);
        let mut descent = Descent::new(rules, SEED, &Device::Cpu, examples.clone(), None, network.unwrap()).unwrap();
        let mut epoch = |epoch| -> Vec<Vec<u32>> { (0..4).map(|batch| descent.batch(epoch, batch)).collect() };
        let [first, second] = [epoch(0), epoch(1)].map(|batches| {
            let lengths: Vec<usize> = batches.iter().map(Vec::len).collect();
            // Of 32 training rows 9 are kept back.
            assert_eq!(lengths, if early_stopping.is_some() { [8, 8, 7, 0] } else { [8; 4] });
            batches.concat()
        });
        let set = |rows: &[u32]| rows.iter().copied().collect::<BTreeSet<u32>>();
        assert_ne!(first, second);
        assert_eq!(set(&first), set(&second));
        assert_eq!(set(&first).len(), first.len());
        assert!(set(&first).is_subset(&set(&examples.training_rows)));
        let kept_back: Vec<u32> = descent_validation(&rules, &examples);
        assert!(kept_back.iter().all(|row| !set(&first).contains(row)));
        assert_eq!(kept_back.len() + first.len(), examples.training_rows.len());
    }
}

fn descent_validation(rules: &Rules, examples: &Examples) -> Vec<u32> {
    descent::split(rules, SEED, &examples.training_rows).1
}

#[test]
fn rows_reach_a_gpu_as_indices_into_one_table() {
    let (spec, examples) = networks(rules()).remove(1);
    let Inputs::Numbers { values, width } = examples.inputs.clone() else { panic!("numbers") };
    assert_eq!(spec.outputs(), 3);
    let feed = |table| feed::Feed::with_table(examples.clone(), None, &Device::Cpu, table);
    let table = Tensor::new(values, &[40, width], &Device::Cpu).unwrap();
    let rows = [3, 39, 0, 3];
    let [of_table, gathered] = [feed(Some(table)), feed(None)].map(|feed| feed.inputs(&rows).unwrap());
    assert_eq!(of_table.shape(), [4, 4]);
    assert_eq!(of_table.to_vec().unwrap(), gathered.to_vec().unwrap());
}

#[test]
fn an_improvement_is_more_than_the_least_one() {
    let rule = EarlyStopping { validation: 100, patience: 2, min_improvement: 250_000 };
    let mut best = Best::default();
    assert!(!best.exists());
    let judged = [
        (f64::NAN, false, false),
        (2.0, true, false),
        (1.75, false, false),
        (1.7, true, false),
        (9.0, false, false),
        (1.4, true, false),
        (f64::INFINITY, false, false),
        (1.2, false, true),
    ];
    for (loss, improves, is_over) in judged {
        assert_eq!((best.judge(&rule, loss), best.is_over(&rule)), (improves, is_over), "{loss}");
    }
    assert_eq!(best, Best { loss: 1.4, epochs_since: 2 });
    let every = EarlyStopping { min_improvement: 0, ..rule };
    let mut best = Best::default();
    assert_eq!([1.0, 1.0, 0.5].map(|loss| best.judge(&every, loss)), [true, false, true]);
    assert!(!Best::default().judge(&every, f64::INFINITY));
}

#[test]
fn training_ends_after_the_patience_with_the_best_epoch_as_model() {
    // Classes are noise, so that the loss on other rows soon rises.
    let stopping = EarlyStopping { validation: 250, patience: 2, min_improvement: 0 };
    let rules = Rules { early_stopping: Some(stopping), epochs: 100, learning_rate: 1_000_000, ..rules() };
    let (spec, examples) = networks(rules).remove(1);
    let mut learner = begun(&spec, &examples);
    let mut models = Vec::new();
    let ended = (0..300).find(|step| match learner.step(*step).unwrap() {
        Taken::Step { .. } => {
            if step % 3 == 2 {
                models.push(learner.state().unwrap().parameters);
            }
            false
        }
        Taken::Ended => true,
        Taken::Diverged { tensor } => panic!("{tensor}"),
    });
    let ended = ended.expect("it ends early");
    assert_eq!(ended, 3 * models.len() as u64, "between two epochs");
    assert!(models.len() >= 3);
    let state = learner.state().unwrap();
    assert!(matches!(learner.step(ended + 1).unwrap(), Taken::Ended));
    assert_eq!(learner.state().unwrap(), state);
    let best = &models[models.len() - 3];
    let mut restored = begun(&spec, &examples);
    restored
        .restore(
            0,
            &LearnerState { parameters: best.clone(), optimiser: begun(&spec, &examples).state().unwrap().optimiser },
        )
        .unwrap();
    assert_eq!(learner.predictor().unwrap().tensors().unwrap(), restored.predictor().unwrap().tensors().unwrap());
    // From the state of an ended run nothing is left to do either.
    restored.restore(ended, &state).unwrap();
    assert!(matches!(restored.step(ended).unwrap(), Taken::Ended));
}

/// Where a logistic regression from this weight and bias diverges on one batch of such inputs. Its state stays as it
/// is.
fn diverged(rules: Rules, weight: f32, bias: [f32; 2], input: f32) -> Option<String> {
    diverged_from(rules, weight, bias, input, 0.0)
}

/// The same with momentum, from velocities of this size.
fn diverged_from(rules: Rules, weight: f32, bias: [f32; 2], input: f32, velocity: f32) -> Option<String> {
    let spec = spec(logistic(rules), Objective::Classification { classes: 2 });
    let targets = Targets::Classes(vec![0, 0, 0, 0, 1]);
    let examples = examples(vec![numeric(3)], Inputs::Numbers { values: vec![input; 5], width: 1 }, targets);
    let mut learner = begun(&spec, &examples);
    let mut state = learner.state().unwrap();
    state.parameters = [weight, weight, bias[0], bias[1]].iter().flat_map(|number| number.to_le_bytes()).collect();
    if velocity != 0.0 {
        state.optimiser = [velocity; 4].iter().flat_map(|number| number.to_le_bytes()).collect();
    }
    learner.restore(0, &state).unwrap();
    match learner.step(0).unwrap() {
        Taken::Diverged { tensor } => {
            assert_eq!(learner.state().unwrap(), state);
            Some(tensor)
        }
        _ => None,
    }
}

#[test]
fn the_first_tensor_that_would_not_be_finite_is_named() {
    let fast = Rules { learning_rate: MICRO, ..rules() };
    let with_adam = Rules { optimiser: adam(), ..rules() };
    assert_eq!(diverged(fast, 0.0, [0.0; 2], 1.0), None);
    assert_eq!(diverged(fast, 1e20, [0.0; 2], 1e20).as_deref(), Some("logits"));
    assert_eq!(diverged(fast, 0.0, [-3e38, 3e38], 1.0).as_deref(), Some("loss"));
    assert_eq!(diverged(fast, 0.0, [0.0; 2], f32::MAX), None);
    let decayed = Rules { weight_decay: MICRO, ..fast };
    assert_eq!(diverged(decayed, f32::MAX, [0.0, 1.0], 0.5).as_deref(), None);
    assert_eq!(diverged(with_adam, 0.0, [0.0; 2], 1e25).as_deref(), Some("layers.0.weight mean of squared gradients"));
    let momentum = Rules { optimiser: Optimiser::Sgd { momentum: 900_000 }, ..fast };
    assert_eq!(diverged_from(momentum, 0.0, [0.0, 50.0], f32::MAX, 1.0), None);
    let weight = diverged_from(momentum, 0.0, [0.0, 50.0], f32::MAX, 3e38);
    assert_eq!(weight.as_deref(), Some("layers.0.weight"));
    let bias = diverged_from(Rules { weight_decay: 0, ..momentum }, 0.0, [0.0, -3e38], 1.0, 3e38);
    assert_eq!(bias.as_deref(), Some("layers.0.bias"));
}

#[test]
fn a_step_applies_reproducible_operations_only() {
    let stopping = EarlyStopping { validation: 250, patience: 5, min_improvement: 0 };
    let common = ["add_bias", "first_not_finite", "matmul", "matmul_tn", "sgd", "sum_rows"];
    let own: [&[&str]; 7] = [
        &["softmax_cross_entropy"],
        &["matmul_nt", "relu", "relu_grad", "softmax_cross_entropy"],
        &["layer_norm", "layer_norm_grad", "matmul_nt", "softmax_cross_entropy", "tanh", "tanh_grad"],
        &["matmul_nt", "sigmoid", "sigmoid_grad", "squared_error"],
        &[
            "conv2d",
            "conv2d_input_grad",
            "conv2d_weight_grad",
            "matmul_nt",
            "max_pool",
            "max_pool_grad",
            "relu",
            "relu_grad",
            "softmax_cross_entropy",
        ],
        &[
            "conv2d",
            "conv2d_weight_grad",
            "matmul_nt",
            "max_pool",
            "max_pool_grad",
            "relu",
            "relu_grad",
            "squared_error",
        ],
        &["embedding_mean", "embedding_mean_grad", "matmul_nt", "relu", "relu_grad", "softmax_cross_entropy"],
    ];
    let rules = Rules { early_stopping: Some(stopping), ..rules() };
    for ((spec, examples), own) in networks(rules).into_iter().zip(own) {
        let mut learner = begun(&spec, &examples);
        let (_, applied) = ops::record(|| train(&mut *learner, 0..3));
        let expected: BTreeSet<&str> = common.into_iter().chain(own.iter().copied()).collect();
        assert_eq!(applied, expected, "{:?}", spec.algorithm);
    }
}

#[test]
fn a_network_that_is_too_large_or_none_is_refused() {
    let wide = vec![Column { bound: u16::MAX, nullable: false, kind: ColumnKind::Category }; 4];
    let refused = Architecture::new(&spec_of(perceptron(&[1_024], Activation::Relu, false, rules())), &wide);
    assert!(matches!(refused, Err(Error::TooManyParameters { parameters: 268_439_555, limit: MAX_PARAMETERS })));
    let image = Architecture::new(&spec_of(convolutional([4, 4, 1], &[2], &[], rules())), &vec![numeric(3); 15]);
    assert!(matches!(image, Err(Error::Spec(SpecError::Image))));
    let other = Architecture::new(&spec_of(Algorithm::LinearRegression), &[numeric(3)]);
    assert!(matches!(other, Err(Error::Spec(SpecError::Objective))));
}

#[test]
fn memory_follows_its_formula() {
    let stopping = EarlyStopping { validation: 250, patience: 5, min_improvement: 0 };
    let of = |rules, rows| {
        let spec = spec_of(perceptron(&[10], Activation::Relu, false, rules));
        memory_bytes(&spec, &[numeric(9); 4], rows).unwrap()
    };
    let (parameters, numbers) = (5 * 10 + 11 * 3, 4 + 10 + 10 + 3 + 4 * 10);
    assert_eq!(of(rules(), 5_000), 4 * (11 * parameters + 1_024 * numbers));
    assert_eq!(of(Rules { batch_rows: 4_096, ..rules() }, 5_000), 4 * (11 * parameters + 4_096 * numbers));
    assert_eq!(of(Rules { optimiser: adam(), ..rules() }, 300), 4 * (21 * parameters + 300 * numbers));
    let stopping = Rules { early_stopping: Some(stopping), ..rules() };
    assert_eq!(of(stopping, 1), 4 * (15 * parameters + numbers));
    // The widest layer of a convolutional network is its first convolution, before the maximum.
    let spec = spec_of(convolutional([32, 32, 1], &[64], &[], rules()));
    let (parameters, numbers) = (10 * 64 + (16 * 16 * 64 + 1) * 3, 1_024 + 2 * 16 * 16 * 64 + 3 + 4 * 65_536);
    let rows = (1 << 24) / 65_536;
    assert_eq!(memory_bytes(&spec, &[numeric(9); 1_024], 5_000).unwrap(), 4 * (11 * parameters + rows * numbers));
}
