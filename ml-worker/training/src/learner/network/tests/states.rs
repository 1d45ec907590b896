use super::*;
use neurodata_repops::cpu::Isa;

/// Rules that differ in what is carried from step to step.
fn all_rules() -> Vec<Rules> {
    let stopping = EarlyStopping { validation: 250, patience: 1_000, min_improvement: 0 };
    vec![
        rules(),
        Rules { optimiser: Optimiser::Sgd { momentum: 900_000 }, weight_decay: 1_000, ..rules() },
        Rules { optimiser: adam(), learning_rate: 10_000, weight_decay: 10_000, ..rules() },
        Rules { optimiser: adam(), learning_rate: 10_000, early_stopping: Some(stopping), ..rules() },
        Rules { early_stopping: Some(stopping), ..rules() },
    ]
}

#[test]
fn a_run_goes_on_from_every_state_to_the_same_bits() {
    for (spec, examples) in all_rules().into_iter().flat_map(networks) {
        let mut whole = begun(&spec, &examples);
        let mut states = vec![whole.state().unwrap()];
        let mut found = Vec::new();
        for step in 0..9 {
            found.extend(train(&mut *whole, step..step + 1));
            states.push(whole.state().unwrap());
        }
        for from in [0, 1, 3, 4, 8] {
            let mut learner = begun(&spec, &examples);
            // What it did before does not matter.
            train(&mut *learner, 0..2);
            learner.restore(from, &states[from as usize]).unwrap();
            assert_eq!(learner.state().unwrap(), states[from as usize]);
            assert_eq!(train(&mut *learner, from..9), found[from as usize..], "{spec:?}");
            assert_eq!(learner.state().unwrap(), states[9]);
        }
        assert!((1..states.len()).all(|index| states[index].parameters != states[index - 1].parameters));
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    for (spec, examples) in all_rules().into_iter().flat_map(networks) {
        let run = || {
            let mut learner = begun(&spec, &examples);
            let found = train(&mut *learner, 0..8);
            let outputs = learner.predictor().unwrap().outputs(&examples.inputs).unwrap();
            let outputs: Vec<u32> = outputs.into_iter().map(f32::to_bits).collect();
            (found, learner.state().unwrap(), outputs)
        };
        let portable = Isa::with(Isa::Portable, run);
        for isa in Isa::available() {
            assert!(Isa::with(isa, run) == portable, "{isa:?}: {:?}", spec.algorithm);
        }
    }
}

#[test]
fn the_state_holds_what_the_optimiser_carries_and_nothing_else() {
    for rules in all_rules() {
        let (spec, examples) = networks(rules).remove(0);
        let mut learner = begun(&spec, &examples);
        let parameters = learner.state().unwrap().parameters.len();
        assert_eq!(parameters, (4 * 3 + 3) * 4);
        let carried = match rules.optimiser {
            Optimiser::Sgd { momentum: 0 } => 0,
            Optimiser::Sgd { .. } => parameters,
            Optimiser::Adam { .. } => 8 + 2 * parameters,
        };
        let judged = if rules.early_stopping.is_some() { 12 } else { 0 };
        assert_eq!(learner.state().unwrap().optimiser.len(), carried + judged);
        train(&mut *learner, 0..4);
        let best = if rules.early_stopping.is_some() { 12 + parameters } else { 0 };
        assert_eq!(learner.state().unwrap().optimiser.len(), carried + best);
    }
}

#[test]
fn states_that_do_not_fit_are_damaged() {
    for rules in all_rules() {
        let (spec, examples) = networks(rules).remove(1);
        let mut learner = begun(&spec, &examples);
        train(&mut *learner, 0..5);
        let good = learner.state().unwrap();
        let LearnerState { parameters, optimiser } = good.clone();
        let mut bad = vec![
            LearnerState { parameters: parameters[4..].to_vec(), ..good.clone() },
            LearnerState { parameters: [&parameters[..], &[0; 4]].concat(), ..good.clone() },
            LearnerState { parameters: [&parameters[4..], &f32::NAN.to_le_bytes()].concat(), ..good.clone() },
            LearnerState { optimiser: [&optimiser[..], &[0]].concat(), ..good.clone() },
        ];
        if !optimiser.is_empty() {
            bad.push(LearnerState { optimiser: optimiser[..optimiser.len() - 1].to_vec(), ..good.clone() });
            bad.push(LearnerState { optimiser: Vec::new(), ..good.clone() });
        }
        if let Optimiser::Adam { .. } = rules.optimiser {
            // Another number of steps than were taken.
            bad.extend([0u64, 4, 6, u64::MAX].map(|steps| LearnerState {
                optimiser: [&steps.to_le_bytes(), &optimiser[8..]].concat(),
                ..good.clone()
            }));
        }
        for state in bad {
            assert!(is_damaged(&mut *learner, 5, &state));
        }
    }
}

/// A logistic regression with three batches an epoch, stopped after so many epochs without a better one.
fn stopping_after(patience: u16) -> (TrainingSpec, Arc<Examples>) {
    let stopping = EarlyStopping { validation: 250, patience, min_improvement: 0 };
    networks(Rules { early_stopping: Some(stopping), ..rules() }).remove(0)
}

/// What the optimiser's part of a state says of early stopping.
fn judged(loss: f64, epochs_since: u32, parameters: &[u8]) -> Vec<u8> {
    [&loss.to_le_bytes()[..], &epochs_since.to_le_bytes(), parameters].concat()
}

#[test]
fn a_best_epoch_that_cannot_be_is_damaged() {
    let (spec, examples) = stopping_after(1_000);
    let mut learner = begun(&spec, &examples);
    train(&mut *learner, 0..5);
    let good = learner.state().unwrap();
    let loss = f64::from_le_bytes(good.optimiser[..8].try_into().unwrap());
    let parameters = &good.optimiser[12..];
    assert_eq!(good.optimiser, judged(loss, 0, parameters), "the first epoch is the best");
    let mut other = parameters.to_vec();
    other[2] ^= 1;
    for (bad, what) in [
        (judged(f64::NAN, 0, parameters), "no number"),
        (judged(f64::NEG_INFINITY, 0, &[]), "below 0"),
        (judged(-loss, 0, parameters), "below 0"),
        (judged(loss, 1, parameters), "no epoch has been the best"),
        (judged(f64::INFINITY, 0, &[]), "no best epoch, and none without"),
        (judged(f64::INFINITY, 2, &[]), "more epochs than there were"),
        (judged(f64::from_bits(loss.to_bits() - 1), 0, parameters), "another loss"),
        (judged(0.0, 0, parameters), "another loss"),
        (judged(loss, 0, &other), "other parameters"),
    ] {
        assert!(is_damaged(&mut *learner, 5, &LearnerState { optimiser: bad, ..good.clone() }), "{what}");
    }
    // Before the end of the first epoch there is none.
    assert!(is_damaged(&mut *learner, 2, &good));
    // An epoch whose loss is no number.
    learner.restore(5, &LearnerState { optimiser: judged(f64::INFINITY, 1, &[]), ..good.clone() }).unwrap();
    learner.restore(5, &good).unwrap();
}

#[test]
fn training_is_over_at_the_end_of_an_epoch_alone() {
    let (spec, examples) = stopping_after(1);
    let mut learner = begun(&spec, &examples);
    train(&mut *learner, 0..2);
    let state = LearnerState { optimiser: judged(f64::INFINITY, 1, &[]), ..learner.state().unwrap() };
    for step in [2, 4, 5, 6] {
        assert!(is_damaged(&mut *learner, step, &state), "{step}");
    }
    learner.restore(3, &state).unwrap();
    assert!(matches!(learner.step(3).unwrap(), Taken::Ended));
}

#[test]
fn a_run_from_a_model_begins_with_its_function() {
    for (spec, examples) in networks(rules()) {
        let mut parent = begun(&spec, &examples);
        train(&mut *parent, 0..6);
        let parent = parent.predictor().unwrap();
        let setting = Setting { spec: &spec, seed: [9; 32], device: &Device::Cpu };
        let child = begin(&setting, examples.clone(), Some(&*parent)).unwrap().predictor().unwrap();
        assert_eq!(child.tensors().unwrap(), parent.tensors().unwrap());
        assert_eq!(child.outputs(&examples.inputs).unwrap(), parent.outputs(&examples.inputs).unwrap());
    }
}

#[test]
fn an_initial_model_that_does_not_fit_is_refused_by_the_tensors_name() {
    let relu = |hidden: &[u16], norm| spec_of(perceptron(hidden, Activation::Relu, norm, rules()));
    let (spec, examples) = networks(rules()).remove(1);
    let refused = |spec: &TrainingSpec, parent: &TrainingSpec| {
        let parent = begun(parent, &examples).predictor().unwrap();
        let setting = Setting { spec, seed: SEED, device: &Device::Cpu };
        match begin(&setting, examples.clone(), Some(&*parent)).map(drop) {
            Err(Error::InitialModel(ModelFileError::Tensor { name, expected, found })) => (name, expected, found),
            other => panic!("{other:?}"),
        }
    };
    let told = |name: &str, expected: &str, found: &str| (name.to_string(), expected.to_string(), found.to_string());
    assert_eq!(refused(&spec, &relu(&[6, 4], false)), told("layers.1.weight", "F32 [5, 6]", "F32 [4, 6]"));
    assert_eq!(refused(&spec, &relu(&[6, 5, 3], false)), told("layers.3.weight", "nothing", "F32 [3, 3]"));
    assert_eq!(refused(&spec, &relu(&[6], false)), told("layers.1.weight", "F32 [5, 6]", "F32 [3, 6]"));
    assert_eq!(refused(&spec, &relu(&[6, 5], true)), told("norms.0.gain", "nothing", "F32 [6]"));
    assert_eq!(refused(&relu(&[6, 5], true), &spec), told("norms.0.gain", "F32 [6]", "nothing"));
}

#[test]
fn a_network_is_read_from_its_model_file() {
    for (spec, examples) in networks(rules()) {
        let mut learner = begun(&spec, &examples);
        train(&mut *learner, 0..3);
        let trained = learner.predictor().unwrap();
        let bytes = crate::model::file::write("text".into(), &trained.tensors().unwrap()).unwrap();
        let file = TensorFile::open(&bytes).unwrap();
        let network = read(&spec, &examples.columns, None, &file).unwrap();
        file.ensure_nothing_else().unwrap();
        assert_eq!(network.outputs(&examples.inputs).unwrap(), trained.outputs(&examples.inputs).unwrap());
        assert_eq!(network.tensors().unwrap(), trained.tensors().unwrap());
    }
}

#[test]
fn weights_are_stored_as_other_libraries_do() {
    let (spec, examples) = networks(rules()).remove(4);
    let architecture = Architecture::new(&spec, &examples.columns).unwrap();
    let shapes: Vec<(&str, Vec<usize>)> =
        architecture.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.stored_shape())).collect();
    let expected = [
        ("convolutions.0.weight", vec![3, 2, 3, 3]),
        ("convolutions.0.bias", vec![3]),
        ("convolutions.1.weight", vec![4, 3, 3, 3]),
        ("convolutions.1.bias", vec![4]),
        ("layers.0.weight", vec![5, 4]),
        ("layers.0.bias", vec![5]),
        ("layers.1.weight", vec![3, 5]),
        ("layers.1.bias", vec![3]),
    ];
    assert_eq!(shapes, expected);
    for parameter in &architecture.parameters {
        let stored: Vec<f32> = (0..parameter.numbers()).map(|number| number as f32).collect();
        assert_eq!(parameter.to_stored(parameter.from_stored(stored.clone())), stored);
    }
    // Output 2, input 1 of (5, 4); filter 1, channel 1, line 2, column 0 of (3, 2, 3, 3).
    let linear = &architecture.parameters[4];
    assert_eq!(linear.from_stored((0..20u8).map(f32::from).collect())[5 + 2], 9.0);
    let filters = &architecture.parameters[0];
    let stored = 18 + 9 + 6;
    assert_eq!(filters.from_stored((0..54u8).map(f32::from).collect())[((2 * 3) * 2 + 1) * 3 + 1], stored as f32);
}

#[test]
fn parameters_are_drawn_layer_by_layer() {
    for (spec, examples) in networks(rules()) {
        let architecture = Arc::new(Architecture::new(&spec, &examples.columns).unwrap());
        let tensors = begun(&spec, &examples).predictor().unwrap().tensors().unwrap();
        let mut drawn = 0;
        for (tensor, parameter) in tensors.iter().zip(&architecture.parameters) {
            let numbers = singles(&tensor.bytes);
            if !parameter.decays {
                let constant = if tensor.name.ends_with("gain") { 1.0 } else { 0.0 };
                assert!(numbers.iter().all(|number| *number == constant), "{}", tensor.name);
                continue;
            }
            let mut stream = Stream::at(SEED, Purpose::INITIAL_PARAMETERS, drawn);
            drawn += 1;
            let is_last = tensor.shape[0] == usize::from(spec.outputs());
            let is_before_relu = match &spec.algorithm {
                Algorithm::MultilayerPerceptron { activation, .. } => !is_last && *activation == Activation::Relu,
                _ => !is_last,
            };
            let mut numbers = numbers.as_slice();
            let limit = match tensor.shape.as_slice() {
                [_, dimension] if tensor.name == "embedding.weight" => {
                    let padding;
                    (padding, numbers) = numbers.split_at(*dimension);
                    assert!(padding.iter().all(|number| *number == 0.0 && stream.next_word() > 0));
                    (3.0 / *dimension as f64).sqrt()
                }
                [_, channels, 3, 3] => (6.0 / (9 * channels) as f64).sqrt(),
                [_, inputs] if is_before_relu => (6.0 / *inputs as f64).sqrt(),
                [outputs, inputs] => (6.0 / (outputs + inputs) as f64).sqrt(),
                _ => panic!("{}", tensor.name),
            };
            let first = stream.uniform() * 2.0 - 1.0;
            assert_eq!(numbers[0], first * limit as f32, "{}", tensor.name);
            assert!(numbers.iter().all(|number| f64::from(number.abs()) <= limit), "{}", tensor.name);
        }
        assert!(drawn > 0);
    }
}
