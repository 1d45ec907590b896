use super::*;

/// Share of the holdout that a network classifies correctly after training as its spec says.
fn accuracy(spec: &TrainingSpec, examples: &Arc<Examples>) -> f64 {
    let outputs = trained(spec, examples);
    let Targets::Classes(classes) = &examples.targets else { panic!("classes") };
    let is_right = |(logits, row): (&[f32], &u32)| {
        let class = (0..logits.len()).fold(0, |best, at| if logits[at] > logits[best] { at } else { best });
        class == usize::from(classes[*row as usize])
    };
    let rows = outputs.chunks(spec.outputs().into()).zip(&examples.holdout_rows);
    rows.filter(|row| is_right(*row)).count() as f64 / examples.holdout_rows.len() as f64
}

/// Outputs for the holdout after training.
fn trained(spec: &TrainingSpec, examples: &Arc<Examples>) -> Vec<f32> {
    let mut learner = begun(spec, examples);
    train(&mut *learner, 0..spec.steps(examples.inputs.rows() as u32));
    learner.predictor().unwrap().outputs(&examples.inputs.gather(&examples.holdout_rows)).unwrap()
}

fn fast() -> Rules {
    Rules { optimiser: adam(), learning_rate: 10_000, epochs: 20, batch_rows: 16, ..rules() }
}

/// 500 rows whose class is that of `class` of their inputs.
fn classified(columns: Vec<Column>, inputs: Inputs, class: impl Fn(&[f32]) -> bool) -> Arc<Examples> {
    let Inputs::Numbers { values, width } = &inputs else { panic!("numbers") };
    let classes = values.chunks(*width).map(|row| u16::from(class(row))).collect();
    examples(columns, inputs, Targets::Classes(classes))
}

const TWO: Objective = Objective::Classification { classes: 2 };

#[test]
fn a_logistic_regression_finds_a_plane() {
    let examples = classified(vec![numeric(9); 3], drawn_inputs(500, 3), |x| x[0] - 2.0 * x[1] + 0.5 * x[2] > 0.25);
    for descent in [Rules { learning_rate: 500_000, ..rules() }, fast()] {
        let accuracy = accuracy(&spec(logistic(descent), TWO), &examples);
        assert!(accuracy >= 0.95, "{accuracy}");
    }
}

#[test]
fn perceptrons_find_a_ring() {
    let examples = classified(vec![numeric(9); 2], drawn_inputs(500, 2), |x| x[0] * x[0] + x[1] * x[1] < 2.0);
    let momentum = Rules { optimiser: Optimiser::Sgd { momentum: 900_000 }, learning_rate: 50_000, ..rules() };
    let slow = Rules { epochs: 40, batch_rows: 16, ..momentum };
    let networks = [
        perceptron(&[16, 16], Activation::Relu, false, slow),
        perceptron(&[16, 16], Activation::Tanh, false, slow),
        perceptron(&[16, 16], Activation::Relu, true, Rules { epochs: 40, ..fast() }),
        perceptron(&[16], Activation::Sigmoid, true, Rules { epochs: 40, ..fast() }),
    ];
    for algorithm in networks {
        let accuracy = accuracy(&spec(algorithm.clone(), TWO), &examples);
        assert!(accuracy >= 0.93, "{algorithm:?}: {accuracy}");
    }
}

#[test]
fn a_perceptron_fits_a_curve() {
    let inputs = drawn_inputs(500, 1);
    let Inputs::Numbers { values, .. } = &inputs else { panic!("numbers") };
    let targets: Vec<u16> = values.iter().map(|x| (x * x * 1_000.0) as u16).collect();
    let variance = {
        let mean = targets.iter().map(|target| f64::from(*target)).sum::<f64>() / 500.0;
        targets.iter().map(|target| (f64::from(*target) - mean).powi(2)).sum::<f64>() / 500.0
    };
    let examples = examples(vec![numeric(9)], inputs, Targets::Numbers(targets.clone()));
    let algorithm = perceptron(&[16], Activation::Tanh, false, Rules { epochs: 60, ..fast() });
    let told = trained(&spec(algorithm, Objective::Regression), &examples);
    let error = |(told, row): (&f32, &u32)| (f64::from(*told) - f64::from(targets[*row as usize])).powi(2);
    let mean_error = told.iter().zip(&examples.holdout_rows).map(error).sum::<f64>() / told.len() as f64;
    assert!(mean_error < 0.02 * variance, "{mean_error} of {variance}");
}

#[test]
fn a_convolutional_network_tells_lines_from_columns() {
    let mut stream = Stream::new(SEED, Purpose::new(9_005));
    let (mut values, mut classes) = (Vec::new(), Vec::new());
    for row in 0..400u16 {
        let (class, place) = (row % 2, stream.below(8));
        classes.push(class);
        for (y, x) in (0..64).map(|pixel| (pixel / 8, pixel % 8)) {
            let is_drawn = place == if class == 0 { y } else { x };
            values.push(stream.uniform() * 0.5 + if is_drawn { 0.5 } else { 0.0 });
        }
    }
    let examples = examples(vec![numeric(9); 64], Inputs::Numbers { values, width: 64 }, Targets::Classes(classes));
    let accuracy =
        accuracy(&spec(convolutional([8, 8, 1], &[4, 8], &[], Rules { epochs: 10, ..fast() }), TWO), &examples);
    assert!(accuracy >= 0.95, "{accuracy}");
}

#[test]
fn a_text_classifier_finds_telling_tokens() {
    let columns = vec![Column { bound: 49, nullable: false, kind: ColumnKind::Category }; 12];
    let inputs = drawn_tokens(500, 12, 50);
    let Inputs::Codes { values, .. } = &inputs else { panic!("codes") };
    // Tokens up to 9 speak for class 1, those from 40 against it.
    let speaks = |token: &u16| i32::from((1..10).contains(token)) - i32::from(*token >= 40);
    let classes = values.chunks(12).map(|row| u16::from(row.iter().map(speaks).sum::<i32>() > 0)).collect();
    let examples = examples(columns, inputs, Targets::Classes(classes));
    for hidden in [&[][..], &[8]] {
        let accuracy = accuracy(&spec(text(16, hidden, Rules { epochs: 40, ..fast() }), TWO), &examples);
        assert!(accuracy >= 0.93, "{accuracy}");
    }
}
