//! Fully connected layers: forward pass, gradients, update. Logistic regression is the network with one layer.

use crate::{course::batch_loss, Error, ModelFileError};
use candle_core::{DType, Device, Tensor};
use neurodata_primitives::{job::MICRO, Algorithm, TrainingSpec};
use neurodata_repops::{elementary, sum::pairwise_sum, Purpose, Stream};

/// One layer: `output = input * weight + bias`.
#[derive(Clone)]
struct Layer {
    /// Shape (inputs, outputs), f32.
    weight: Tensor,
    /// Shape (1, outputs), f32.
    bias: Tensor,
}

/// A network, or anything with a number for each of its parameters: gradients, velocities.
#[derive(Clone)]
pub(crate) struct Network {
    layers: Vec<Layer>,
}

/// What a step makes of a network. All its numbers are finite.
pub(crate) struct Step {
    pub network: Network,
    pub velocity: Network,
    /// Loss of each row of the batch before the step.
    pub losses: Vec<f64>,
}

/// Parameters of one layer as they are stored: weight of shape (outputs, inputs), row by row, and bias.
pub(crate) struct StoredLayer {
    pub inputs: usize,
    pub outputs: usize,
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
}

/// Step size, momentum and L2 penalty of stochastic gradient descent.
///
/// ```text
/// v <- momentum * v + (gradient + decay * parameter)
/// parameter <- parameter - rate * v
/// ```
///
/// Biases are not decayed.
pub(crate) struct Optimiser {
    rate: f64,
    momentum: f64,
    decay: f64,
}

impl Optimiser {
    pub(crate) fn new(spec: &TrainingSpec) -> Self {
        // Rounded to f32 once, here; candle takes its scalars as f64 and rounds them, which changes nothing any more.
        let share = |millionths: u32| f64::from((f64::from(millionths) / f64::from(MICRO)) as f32);
        Self { rate: share(spec.learning_rate), momentum: share(spec.momentum), decay: share(spec.weight_decay) }
    }

    fn apply(
        &self,
        parameter: &Tensor,
        velocity: &Tensor,
        gradient: &Tensor,
        decay: f64,
    ) -> Result<(Tensor, Tensor), Error> {
        let gradient = if decay == 0.0 { gradient.clone() } else { (gradient + (parameter * decay)?)? };
        let velocity = ((velocity * self.momentum)? + gradient)?;
        Ok(((parameter - (&velocity * self.rate)?)?, velocity))
    }
}

/// Inputs and outputs of each layer.
pub(crate) fn layer_sizes(algorithm: &Algorithm, features: usize, classes: usize) -> Vec<(usize, usize)> {
    let mut units = vec![features];
    if let Algorithm::MultilayerPerceptron { hidden } = algorithm {
        units.extend(hidden.iter().map(|units| usize::from(*units)));
    }
    units.push(classes);
    units.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// The matrix product: reproducible everywhere on the CPU, the library's own on a GPU.
fn matmul(a: &Tensor, b: &Tensor) -> Result<Tensor, Error> {
    Ok(if a.device().is_cpu() { neurodata_repops::matmul(a, b)? } else { a.matmul(b)? })
}

fn numbers(tensor: &Tensor) -> Result<Vec<f32>, Error> {
    Ok(tensor.flatten_all()?.to_vec1()?)
}

impl Network {
    /// Initial parameters: weights uniform within `+- sqrt(6 / (inputs + outputs))`, biases zero.
    ///
    /// Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    /// Layer `n` draws its weights, stored as (outputs, inputs), from index `n` of the purpose.
    pub(crate) fn initial(sizes: &[(usize, usize)], seed: [u8; 32], device: &Device) -> Result<Self, Error> {
        let layers = sizes.iter().enumerate().map(|(index, (inputs, outputs))| {
            let mut stream = Stream::at(seed, Purpose::INITIAL_PARAMETERS, index as u32);
            let limit = (6.0 / (inputs + outputs) as f64).sqrt() as f32;
            let weight = (0..inputs * outputs).map(|_| (stream.uniform() * 2.0 - 1.0) * limit).collect();
            StoredLayer { inputs: *inputs, outputs: *outputs, weight, bias: vec![0.0; *outputs] }
        });
        Self::restore(layers, device)
    }

    /// Refuse a network whose layers have other sizes; names the first tensor that differs.
    pub(crate) fn ensure_sizes(&self, sizes: &[(usize, usize)]) -> Result<(), ModelFileError> {
        let shape = |size: Option<(usize, usize)>| {
            size.map_or_else(
                || "nothing".into(),
                |(inputs, outputs)| format!("{:?} {:?}", DType::F32, [outputs, inputs]),
            )
        };
        for index in 0..sizes.len().max(self.layers.len()) {
            let expected = sizes.get(index).copied();
            let found = self.layers.get(index).and_then(|layer| layer.weight.dims2().ok());
            if expected != found {
                let (expected, found) = (shape(expected), shape(found));
                return Err(ModelFileError::Tensor { name: weight_name(index), expected, found });
            }
        }
        Ok(())
    }

    /// The same network on another device.
    pub(crate) fn to_device(&self, device: &Device) -> Result<Self, Error> {
        let moved =
            |layer: &Layer| Ok(Layer { weight: layer.weight.to_device(device)?, bias: layer.bias.to_device(device)? });
        Ok(Self { layers: self.layers.iter().map(moved).collect::<Result<_, Error>>()? })
    }

    /// A network of zeros with the shape of this one.
    pub(crate) fn zeros_like(&self) -> Result<Self, Error> {
        let zeros = |layer: &Layer| Ok(Layer { weight: layer.weight.zeros_like()?, bias: layer.bias.zeros_like()? });
        Ok(Self { layers: self.layers.iter().map(zeros).collect::<Result<_, Error>>()? })
    }

    /// The network with these parameters.
    pub(crate) fn restore(layers: impl Iterator<Item = StoredLayer>, device: &Device) -> Result<Self, Error> {
        let tensors = |layer: StoredLayer| {
            let weight = Tensor::from_vec(layer.weight, (layer.outputs, layer.inputs), &Device::Cpu)?;
            let bias = Tensor::from_vec(layer.bias, (1, layer.outputs), device)?;
            Ok(Layer { weight: weight.t()?.contiguous()?.to_device(device)?, bias })
        };
        Ok(Self { layers: layers.map(tensors).collect::<Result<_, Error>>()? })
    }

    /// The parameters, layer by layer.
    pub(crate) fn stored(&self) -> Result<Vec<StoredLayer>, Error> {
        let stored = |layer: &Layer| {
            let (inputs, outputs) = layer.weight.dims2()?;
            let weight = numbers(&layer.weight.t()?.contiguous()?)?;
            Ok(StoredLayer { inputs, outputs, weight, bias: numbers(&layer.bias)? })
        };
        self.layers.iter().map(stored).collect()
    }

    /// The parameters as bytes: for each layer the weight, shape (outputs, inputs), then the bias, f32 little-endian.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let layers = self.stored()?;
        let numbers = layers.iter().flat_map(|layer| layer.weight.iter().chain(&layer.bias));
        Ok(numbers.flat_map(|number| number.to_le_bytes()).collect())
    }

    /// The network of these sizes whose parameters are `bytes`; `None` if their number doesn't fit.
    pub(crate) fn from_bytes(sizes: &[(usize, usize)], bytes: &[u8], device: &Device) -> Result<Option<Self>, Error> {
        let expected: usize = sizes.iter().map(|(inputs, outputs)| (inputs + 1) * outputs).sum();
        if bytes.len() != expected * 4 {
            return Ok(None);
        }
        let mut numbers = bytes.chunks_exact(4).map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]]));
        let layers: Vec<StoredLayer> = sizes
            .iter()
            .map(|(inputs, outputs)| StoredLayer {
                inputs: *inputs,
                outputs: *outputs,
                weight: numbers.by_ref().take(inputs * outputs).collect(),
                bias: numbers.by_ref().take(*outputs).collect(),
            })
            .collect();
        Self::restore(layers.into_iter(), device).map(Some)
    }

    /// The input and the output of every layer, the logits last. `features` has shape (rows, features).
    pub(crate) fn forward(&self, features: Tensor) -> Result<Vec<Tensor>, Error> {
        let mut activations = vec![features];
        for (index, layer) in self.layers.iter().enumerate() {
            let output = matmul(&activations[index], &layer.weight)?.broadcast_add(&layer.bias)?;
            let last = index + 1 == self.layers.len();
            activations.push(if last { output } else { output.relu()? });
        }
        Ok(activations)
    }

    /// Logits of the rows of `features`, row by row.
    pub(crate) fn logits(&self, features: Vec<f32>, rows: usize, device: &Device) -> Result<Vec<f32>, Error> {
        let width = features.len() / rows.max(1);
        let activations = self.forward(Tensor::from_vec(features, (rows, width), device)?)?;
        activations.last().map_or_else(|| Ok(Vec::new()), numbers)
    }

    /// What training on one batch makes of the parameters and `velocity`; `None` if a logit, the batch's loss, a parameter or
    /// a velocity would not be finite.
    pub(crate) fn step(
        &self,
        velocity: &Self,
        optimiser: &Optimiser,
        features: Tensor,
        classes: &[usize],
    ) -> Result<Option<Step>, Error> {
        let device = features.device().clone();
        let activations = self.forward(features)?;
        let logits = activations.last().map_or_else(|| Ok(Vec::new()), numbers)?;
        if !all_finite(&logits) {
            return Ok(None);
        }
        let outputs = logits.len() / classes.len().max(1);
        let (losses, gradient) = loss_and_gradient(&logits, outputs, classes);
        if !batch_loss(&losses).is_finite() {
            return Ok(None);
        }
        let mut delta = Tensor::from_vec(gradient, (classes.len(), outputs), &device)?;
        // A product with ones sums the rows of a batch in the order of the product's definition.
        let ones = Tensor::ones((1, classes.len()), DType::F32, &device)?;
        let (mut network, mut velocity) = (self.clone(), velocity.clone());
        for index in (0..self.layers.len()).rev() {
            let weight_gradient = matmul(&activations[index].t()?, &delta)?;
            let bias_gradient = matmul(&ones, &delta)?;
            let (layer, moved) = (&mut network.layers[index], &mut velocity.layers[index]);
            if index > 0 {
                let active = activations[index].gt(0f32)?.to_dtype(DType::F32)?;
                delta = (matmul(&delta, &layer.weight.t()?)? * active)?;
            }
            (layer.weight, moved.weight) =
                optimiser.apply(&layer.weight, &moved.weight, &weight_gradient, optimiser.decay)?;
            (layer.bias, moved.bias) = optimiser.apply(&layer.bias, &moved.bias, &bias_gradient, 0.0)?;
            for tensor in [&layer.weight, &layer.bias, &moved.weight, &moved.bias] {
                if !all_finite(&numbers(tensor)?) {
                    return Ok(None);
                }
            }
        }
        Ok(Some(Step { network, velocity, losses }))
    }
}

/// Name of a layer's weight in the model file.
pub(crate) fn weight_name(layer: usize) -> String {
    format!("layers.{layer}.weight")
}

/// Name of a layer's bias in the model file.
pub(crate) fn bias_name(layer: usize) -> String {
    format!("layers.{layer}.bias")
}

fn all_finite(numbers: &[f32]) -> bool {
    numbers.iter().all(|number| number.is_finite())
}

/// Probabilities of one row: `exp(logit - largest) / sum`, in f64.
pub(crate) fn softmax(logits: &[f32]) -> Vec<f64> {
    let (exponentials, sum) = exponentials(logits);
    exponentials.into_iter().map(|exponential| exponential / sum).collect()
}

/// Cross-entropy of one row: `ln(sum of exp(logit - largest)) - (logit of the class - largest)`, in f64.
pub(crate) fn cross_entropy(logits: &[f32], class: usize) -> f64 {
    let (_, sum) = exponentials(logits);
    elementary::ln(sum) - (f64::from(logits[class]) - largest(logits))
}

/// Index of the largest number, the first of several.
pub(crate) fn argmax(numbers: &[f32]) -> usize {
    (1..numbers.len()).fold(0, |best, index| if numbers[index] > numbers[best] { index } else { best })
}

fn largest(logits: &[f32]) -> f64 {
    logits.iter().fold(f64::NEG_INFINITY, |largest, logit| largest.max(f64::from(*logit)))
}

fn exponentials(logits: &[f32]) -> (Vec<f64>, f64) {
    let largest = largest(logits);
    let exponentials: Vec<f64> = logits.iter().map(|logit| elementary::exp(f64::from(*logit) - largest)).collect();
    let sum = pairwise_sum(&exponentials);
    (exponentials, sum)
}

/// Cross-entropy of each row and the gradient of their mean with respect to the logits.
fn loss_and_gradient(logits: &[f32], outputs: usize, classes: &[usize]) -> (Vec<f64>, Vec<f32>) {
    let rows = classes.len() as f64;
    let mut gradient = Vec::with_capacity(logits.len());
    let losses = logits.chunks_exact(outputs).zip(classes).map(|(row, class)| {
        let (exponentials, sum) = exponentials(row);
        gradient.extend(exponentials.iter().enumerate().map(|(output, exponential)| {
            let expected = if output == *class { 1.0 } else { 0.0 };
            ((exponential / sum - expected) / rows) as f32
        }));
        elementary::ln(sum) - (f64::from(row[*class]) - largest(row))
    });
    (losses.collect(), gradient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{job::MAX_HIDDEN_LAYERS, Algorithm};

    fn perceptron() -> (Vec<(usize, usize)>, Network) {
        let hidden = vec![5u16, 4].try_into().expect("two layers are fewer than the most");
        const { assert!(MAX_HIDDEN_LAYERS >= 2) };
        let sizes = layer_sizes(&Algorithm::MultilayerPerceptron { hidden }, 3, 2);
        let network = Network::initial(&sizes, [3; 32], &Device::Cpu).unwrap();
        (sizes, network)
    }

    const FEATURES: [f32; 12] = [0.5, -1.0, 2.0, 1.5, 0.25, -0.75, -0.5, 1.0, 0.0, 0.125, 2.0, -1.0];
    const CLASSES: [usize; 4] = [0, 1, 1, 0];

    fn mean_loss(network: &Network) -> f64 {
        let logits = network.logits(FEATURES.to_vec(), 4, &Device::Cpu).unwrap();
        logits.chunks(2).zip(CLASSES).map(|(row, class)| cross_entropy(row, class)).sum::<f64>() / 4.0
    }

    #[test]
    fn sizes_follow_the_algorithm() {
        assert_eq!(perceptron().0, [(3, 5), (5, 4), (4, 2)]);
        assert_eq!(layer_sizes(&Algorithm::LogisticRegression, 13, 2), [(13, 2)]);
    }

    #[test]
    fn gradients_agree_with_differences_of_the_loss() {
        let (sizes, network) = perceptron();
        // With step size 1, no momentum and no decay the velocity after one batch is the gradient.
        let optimiser = Optimiser { rate: 1.0, momentum: 0.0, decay: 0.0 };
        let still = network.zeros_like().unwrap();
        let features = Tensor::from_vec(FEATURES.to_vec(), (4, 3), &Device::Cpu).unwrap();
        let step = network.step(&still, &optimiser, features, &CLASSES).unwrap().unwrap();
        let Step { velocity, losses, .. } = step;
        assert!((losses.iter().sum::<f64>() / 4.0 - mean_loss(&network)).abs() < 1e-12);

        let floats = |bytes: Vec<u8>| -> Vec<f32> {
            bytes.chunks(4).map(|word| f32::from_le_bytes(word.try_into().unwrap())).collect()
        };
        let gradient = floats(velocity.to_bytes().unwrap());
        let parameters = floats(network.to_bytes().unwrap());
        let loss_at = |index: usize, shift: f32| {
            let mut moved = parameters.clone();
            moved[index] += shift;
            let bytes: Vec<u8> = moved.iter().flat_map(|number| number.to_le_bytes()).collect();
            mean_loss(&Network::from_bytes(&sizes, &bytes, &Device::Cpu).unwrap().unwrap())
        };
        for (index, gradient) in gradient.iter().enumerate() {
            let shift = 1.0 / 1_024.0;
            let difference = (loss_at(index, shift) - loss_at(index, -shift)) / f64::from(2.0 * shift);
            assert!((difference - f64::from(*gradient)).abs() < 2e-3, "{index}: {difference} {gradient}");
        }
        assert!(gradient.iter().any(|gradient| gradient.abs() > 0.01));
    }

    #[test]
    fn momentum_and_decay_follow_their_formula() {
        let optimiser = Optimiser { rate: 0.5, momentum: 0.5, decay: 0.25 };
        let tensor = |number: f32| Tensor::new(&[[number]], &Device::Cpu).unwrap();
        let (parameter, velocity) = optimiser.apply(&tensor(4.0), &tensor(2.0), &tensor(1.0), 0.25).unwrap();
        assert_eq!(numbers(&velocity).unwrap(), [0.5 * 2.0 + (1.0 + 0.25 * 4.0)]);
        assert_eq!(numbers(&parameter).unwrap(), [4.0 - 0.5 * 3.0]);
    }

    #[test]
    fn a_step_to_numbers_that_are_not_finite_is_not_taken() {
        let (sizes, network) = perceptron();
        let features = || Tensor::from_vec(FEATURES.to_vec(), (4, 3), &Device::Cpu).unwrap();
        let still = network.zeros_like().unwrap();
        let step = |network: &Network, velocity: &Network, rate, momentum, decay| {
            network.step(velocity, &Optimiser { rate, momentum, decay }, features(), &CLASSES).unwrap()
        };
        // A step that is too large, and one from where the logits are not finite any more.
        assert!(step(&network, &still, 1e39, 0.0, 0.0).is_none());
        let far = step(&network, &still, 1e38, 0.0, 0.0).unwrap().network;
        assert!(step(&far, &still, 1.0, 0.0, 0.0).is_none());
        // Velocities count, though a small rate would keep the parameters finite.
        let filled = |number: f32| {
            let count = network.to_bytes().unwrap().len() / 4;
            let bytes: Vec<u8> = (0..count).flat_map(|_| number.to_le_bytes()).collect();
            Network::from_bytes(&sizes, &bytes, &Device::Cpu).unwrap().unwrap()
        };
        assert!(step(&network, &filled(3e38), 0.0, 1.0, 0.0).is_some());
        assert!(step(&network, &filled(3e38), 0.0, 2.0, 0.0).is_none());
        // Finite logits whose loss is beyond an f32.
        let layers = vec![StoredLayer { inputs: 3, outputs: 2, weight: vec![0.0; 6], bias: vec![-3e38, 3e38] }];
        let linear = Network::restore(layers.into_iter(), &Device::Cpu).unwrap();
        assert!(linear
            .step(
                &linear.zeros_like().unwrap(),
                &Optimiser { rate: 0.0, momentum: 0.0, decay: 0.0 },
                Tensor::from_vec(vec![0f32; 3], (1, 3), &Device::Cpu).unwrap(),
                &[0]
            )
            .unwrap()
            .is_none());
    }

    #[test]
    fn bytes_restore_the_network() {
        let (sizes, network) = perceptron();
        let bytes = network.to_bytes().unwrap();
        let restored = Network::from_bytes(&sizes, &bytes, &Device::Cpu).unwrap().unwrap();
        assert_eq!(restored.to_bytes().unwrap(), bytes);
        assert!(Network::from_bytes(&sizes, &bytes[4..], &Device::Cpu).unwrap().is_none());
    }

    #[test]
    fn softmax_survives_large_logits() {
        assert_eq!(softmax(&[1e30, 1e30]), [0.5, 0.5]);
        assert_eq!(softmax(&[0.0, -1e30]), [1.0, 0.0]);
        assert_eq!(cross_entropy(&[1e30, 0.0], 0), 0.0);
        assert_eq!((argmax(&[1.0, 3.0, 3.0]), argmax(&[2.0])), (1, 0));
    }
}
