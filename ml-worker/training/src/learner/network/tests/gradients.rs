//! Against a plain network in binary64.

use super::*;
use crate::learner::network::layers::Layer;
use neurodata_repops::{ops, Tensor};

/// Outputs of a network for one row: numbers, or tokens as numbers.
fn outputs(architecture: &Architecture, parameters: &[Vec<f64>], row: &[f64]) -> Vec<f64> {
    architecture.layers.iter().fold(row.to_vec(), |x, layer| match *layer {
        Layer::Linear { weight, bias } => linear(&x, &parameters[weight], &parameters[bias]),
        Layer::Convolution { weight, bias, input } => convolution(&x, &parameters[weight], &parameters[bias], input),
        Layer::Embedding { table } => {
            let dimension = architecture.parameters[table].shape[1];
            let tokens: Vec<usize> = x.iter().map(|token| *token as usize).filter(|token| *token != 0).collect();
            let number = |at: usize| tokens.iter().map(|token| parameters[table][token * dimension + at]).sum::<f64>();
            (0..dimension).map(|at| number(at) / tokens.len().max(1) as f64).collect()
        }
        Layer::Norm { gain, bias } => {
            let count = x.len() as f64;
            let mean = x.iter().sum::<f64>() / count;
            let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            let normal = |(at, x): (usize, &f64)| {
                (x - mean) / (variance + 1e-5).sqrt() * parameters[gain][at] + parameters[bias][at]
            };
            x.iter().enumerate().map(normal).collect()
        }
        Layer::Activation(Activation::Relu) => x.iter().map(|x| x.max(0.0)).collect(),
        Layer::Activation(Activation::Tanh) => x.iter().map(|x| x.tanh()).collect(),
        Layer::Activation(Activation::Sigmoid) => x.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect(),
    })
}

fn linear(x: &[f64], weight: &[f64], bias: &[f64]) -> Vec<f64> {
    let sum = |output: usize| (0..x.len()).map(|input| x[input] * weight[input * bias.len() + output]).sum::<f64>();
    (0..bias.len()).map(|output| sum(output) + bias[output]).collect()
}

fn convolution(x: &[f64], weight: &[f64], bias: &[f64], [height, width, channels]: [usize; 3]) -> Vec<f64> {
    let filters = bias.len();
    let pixel = |y: usize, x_at: usize, filter: usize| {
        let mut sum = bias[filter];
        for (ky, kx, channel) in places(channels) {
            // The window begins one pixel above and to the left.
            let (from_y, from_x) = ((y + ky).wrapping_sub(1), (x_at + kx).wrapping_sub(1));
            if from_y < height && from_x < width {
                let of_weight = ((ky * 3 + kx) * channels + channel) * filters + filter;
                sum += x[(from_y * width + from_x) * channels + channel] * weight[of_weight];
            }
        }
        sum.max(0.0)
    };
    let mut pooled = Vec::new();
    for (y, x_at) in (0..height / 2).flat_map(|y| (0..width / 2).map(move |x| (2 * y, 2 * x))) {
        for filter in 0..filters {
            let square = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(dy, dx)| pixel(y + dy, x_at + dx, filter));
            pooled.push(square.into_iter().fold(f64::NEG_INFINITY, f64::max));
        }
    }
    pooled
}

fn places(channels: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..9 * channels).map(move |at| (at / channels / 3, at / channels % 3, at % channels))
}

fn mean_loss(architecture: &Architecture, parameters: &[Vec<f64>], rows: &[Vec<f64>], targets: &[f64]) -> f64 {
    let losses = rows.iter().zip(targets).map(|(row, target)| {
        let outputs = outputs(architecture, parameters, row);
        match outputs.as_slice() {
            [output] => (output - target).powi(2),
            logits => logits.iter().map(|logit| logit.exp()).sum::<f64>().ln() - logits[*target as usize],
        }
    });
    losses.sum::<f64>() / rows.len() as f64
}

/// Row by row, whatever the form.
fn plain(inputs: &Inputs, rows: usize) -> Vec<Vec<f64>> {
    let all: Vec<f64> = match inputs {
        Inputs::Numbers { values, .. } => values.iter().map(|value| f64::from(*value)).collect(),
        Inputs::Codes { values, .. } => values.iter().map(|value| f64::from(*value)).collect(),
    };
    all.chunks(inputs.width()).take(rows).map(<[f64]>::to_vec).collect()
}

#[test]
fn the_gradients_of_every_network_agree_with_differences_of_its_loss() {
    const ROWS: usize = 7;
    for (spec, examples) in networks(rules()) {
        let architecture = Arc::new(Architecture::new(&spec, &examples.columns).unwrap());
        let network = Network::initial(architecture.clone(), SEED, &Device::Cpu).unwrap();
        let mut stream = Stream::new(SEED, Purpose::new(9_004));
        // Biases and gains begin as constants, which would hide mistakes.
        let shift = |tensor: &Tensor, stream: &mut Stream| {
            let numbers = tensor.to_vec().unwrap().into_iter().map(|number| number + stream.uniform() * 0.25);
            Tensor::new(numbers.collect(), tensor.shape(), &Device::Cpu).unwrap()
        };
        let parameters = network.parameters.iter().map(|tensor| shift(tensor, &mut stream)).collect();
        let network = Network { parameters, ..network };

        let input = feed::block(&examples.inputs, 0..ROWS).unwrap();
        let rows = plain(&examples.inputs, ROWS);
        let (outputs, kept) = network.forward(input.clone()).unwrap();
        assert_eq!(network.outputs(input).unwrap().to_vec().unwrap(), outputs.to_vec().unwrap());
        let is_regression = spec.objective == Objective::Regression;
        let targets: Vec<f64> =
            (0..ROWS).map(|row| if is_regression { row as f64 / 4.0 } else { (row % 3) as f64 }).collect();
        let (losses, g) = if is_regression {
            let targets = targets.iter().map(|target| *target as f32).collect();
            ops::squared_error(&outputs, &Tensor::new(targets, &[ROWS, 1], &Device::Cpu).unwrap()).unwrap()
        } else {
            let targets = targets.iter().map(|target| *target as u32).collect();
            ops::softmax_cross_entropy(&outputs, &Tensor::indices(targets, &[ROWS], &Device::Cpu).unwrap()).unwrap()
        };
        let numbers = |tensor: &Tensor| tensor.to_vec().unwrap().into_iter().map(f64::from).collect::<Vec<f64>>();
        let parameters: Vec<Vec<f64>> = network.parameters.iter().map(numbers).collect();
        let loss = losses.to_vec_f64().unwrap().iter().sum::<f64>() / ROWS as f64;
        let expected = mean_loss(&architecture, &parameters, &rows, &targets);
        assert!((loss - expected).abs() < 1e-5 * expected.max(1.0), "{:?}: {loss}, {expected}", spec.algorithm);

        let gradients = network.gradients(kept, g).unwrap();
        assert_eq!(gradients.len(), parameters.len());
        for (index, gradient) in gradients.iter().enumerate() {
            let name = &architecture.parameters[index].name;
            assert_eq!(gradient.shape(), architecture.parameters[index].shape, "{name}");
            let gradient = numbers(gradient);
            assert!(gradient.iter().any(|gradient| gradient.abs() > 1e-4), "{name} of {:?}", spec.algorithm);
            for at in 0..gradient.len() {
                let moved = |by: f64| {
                    let mut parameters = parameters.clone();
                    parameters[index][at] += by;
                    mean_loss(&architecture, &parameters, &rows, &targets)
                };
                let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                let tolerance = 1e-5 + 1e-4 * difference.abs();
                assert!((difference - gradient[at]).abs() < tolerance, "{name} {at}: {difference} {}", gradient[at]);
            }
        }
    }
}
