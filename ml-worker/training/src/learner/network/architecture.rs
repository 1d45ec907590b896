//! Which layers a spec asks for, and which parameters they have.

use super::MAX_PARAMETERS;
use super::{initial::Start, layers::Layer};
use crate::{encoding::Form, Column, Error};
use neurodata_primitives::{training::Image, Activation, Algorithm, SpecError, TrainingSpec};

/// Places of a 3 by 3 window.
pub(super) const PLACES: usize = 9;

/// How the numbers of a parameter are ordered in a model file, where other libraries' layers are the measure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Storage {
    /// As they are computed with.
    Same,
    /// Computed as (inputs, outputs), stored as (outputs, inputs).
    Transposed,
    /// Computed as (3 * 3 * channels, filters) in the order (ky, kx, channel), stored as (filters, channels, 3, 3).
    Filters,
}

/// A tensor that training changes.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Parameter {
    /// In model files, and where it is said that it would not be finite.
    pub name: String,
    /// As it is computed with.
    pub shape: Vec<usize>,
    pub storage: Storage,
    pub start: Start,
    /// Whether weight decay applies.
    pub decays: bool,
}

impl Parameter {
    /// Numbers in it.
    pub fn numbers(&self) -> usize {
        self.shape.iter().product()
    }

    /// Shape in a model file.
    pub fn stored_shape(&self) -> Vec<usize> {
        match (self.storage, self.shape.as_slice()) {
            (Storage::Transposed, [inputs, outputs]) => vec![*outputs, *inputs],
            (Storage::Filters, [columns, filters]) => vec![*filters, columns / PLACES, 3, 3],
            (_, shape) => shape.to_vec(),
        }
    }

    /// Where the number that comes `index`-th in a model file stands among those computed with.
    fn position(&self, index: usize) -> usize {
        match (self.storage, self.shape.as_slice()) {
            (Storage::Transposed, [inputs, outputs]) => index % inputs * outputs + index / inputs,
            (Storage::Filters, [columns, filters]) => {
                let channels = columns / PLACES;
                let (place, channel, filter) = (index % PLACES, index / PLACES % channels, index / columns);
                (place * channels + channel) * filters + filter
            }
            _ => index,
        }
    }

    /// Numbers in the order of computation from numbers in the order of a model file.
    pub fn from_stored(&self, stored: Vec<f32>) -> Vec<f32> {
        if self.storage == Storage::Same {
            return stored;
        }
        let mut numbers = vec![0.0; stored.len()];
        stored.into_iter().enumerate().for_each(|(index, number)| numbers[self.position(index)] = number);
        numbers
    }

    /// Numbers in the order of a model file from numbers in the order of computation.
    pub fn to_stored(&self, numbers: Vec<f32>) -> Vec<f32> {
        if self.storage == Storage::Same {
            return numbers;
        }
        (0..numbers.len()).map(|index| numbers[self.position(index)]).collect()
    }
}

/// What a row of the input is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Input {
    /// So many numbers.
    Numbers(usize),
    /// So many tokens, each below the vocabulary.
    Tokens { positions: usize, vocabulary: usize },
}

/// The layers of a network and their parameters, both in the order of the forward pass.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Architecture {
    pub input: Input,
    pub layers: Vec<Layer>,
    pub parameters: Vec<Parameter>,
    /// Numbers that the network gives for a row.
    pub outputs: usize,
    /// Numbers that a row's pass keeps until its gradients are known.
    pub kept_numbers: u64,
    /// Numbers of a row that its largest layer gives.
    pub widest: u64,
}

impl Architecture {
    /// The network for inputs of these `columns`.
    ///
    /// Fails for an algorithm that is no network, on an image that is not the columns, and on more than
    /// [`MAX_PARAMETERS`].
    pub fn new(spec: &TrainingSpec, columns: &[Column]) -> Result<Self, Error> {
        let mut builder = Builder::new(input(spec, columns)?, usize::from(spec.outputs()));
        match &spec.algorithm {
            Algorithm::LogisticRegression { .. } => builder.linear(builder.built.outputs, false),
            Algorithm::MultilayerPerceptron { hidden, activation, layer_norm, .. } => {
                builder.dense(hidden, *activation, *layer_norm)
            }
            Algorithm::ConvolutionalNetwork { image, filters, hidden, .. } => {
                let Image { height, width, channels } = *image;
                let mut shape = [height, width, channels].map(usize::from);
                for filters in filters {
                    shape = builder.convolution(shape, usize::from(*filters));
                }
                builder.dense(hidden, Activation::Relu, false);
            }
            Algorithm::TextClassifier { embedding, hidden, .. } => {
                builder.embedding(usize::from(*embedding));
                builder.dense(hidden, Activation::Relu, false);
            }
            _ => return Err(SpecError::Objective.into()),
        }
        let architecture = builder.built;
        let parameters = architecture.parameter_numbers();
        if parameters > MAX_PARAMETERS {
            return Err(Error::TooManyParameters { parameters, limit: MAX_PARAMETERS });
        }
        Ok(architecture)
    }

    /// Numbers of all parameters.
    pub fn parameter_numbers(&self) -> u64 {
        self.parameters.iter().map(|parameter| parameter.numbers() as u64).sum()
    }
}

fn input(spec: &TrainingSpec, columns: &[Column]) -> Result<Input, Error> {
    Ok(match &spec.algorithm {
        Algorithm::TextClassifier { .. } => {
            let vocabulary = columns.iter().map(|column| usize::from(column.bound) + 1).max().unwrap_or(1);
            Input::Tokens { positions: columns.len(), vocabulary }
        }
        Algorithm::ConvolutionalNetwork { image, .. } if image.numbers() != columns.len() as u64 => {
            return Err(SpecError::Image.into());
        }
        algorithm => Input::Numbers(Form::of(algorithm).width(columns, None)),
    })
}

/// Adds one layer after the other.
struct Builder {
    built: Architecture,
    /// Numbers of a row that the next layer takes.
    width: usize,
    /// Weights drawn so far; the next one is drawn from the stream of this index.
    drawn: u32,
    linear_layers: usize,
    convolutions: usize,
    norms: usize,
}

impl Builder {
    fn new(input: Input, outputs: usize) -> Self {
        let width = match input {
            Input::Numbers(width) => width,
            Input::Tokens { positions, .. } => positions,
        };
        let built = Architecture {
            input,
            layers: Vec::new(),
            parameters: Vec::new(),
            outputs,
            kept_numbers: width as u64,
            widest: width as u64,
        };
        Self { built, width, drawn: 0, linear_layers: 0, convolutions: 0, norms: 0 }
    }

    fn parameter(&mut self, name: String, shape: &[usize], storage: Storage, start: Start) -> usize {
        let decays = matches!(start, Start::Uniform { .. } | Start::Tokens { .. });
        self.drawn += u32::from(decays);
        self.built.parameters.push(Parameter { name, shape: shape.to_vec(), storage, start, decays });
        self.built.parameters.len() - 1
    }

    fn layer(&mut self, layer: Layer, width: usize) {
        self.built.layers.push(layer);
        self.built.kept_numbers = self.built.kept_numbers.saturating_add(width as u64);
        self.built.widest = self.built.widest.max(width as u64);
        self.width = width;
    }

    /// Hidden layers and the last one.
    fn dense(&mut self, hidden: &[u16], activation: Activation, layer_norm: bool) {
        for units in hidden {
            let units = usize::from(*units);
            self.linear(units, activation == Activation::Relu);
            if layer_norm {
                self.norm();
            }
            self.layer(Layer::Activation(activation), units);
        }
        self.linear(self.built.outputs, false);
    }

    fn linear(&mut self, outputs: usize, relu_follows: bool) {
        let (inputs, index) = (self.width, self.linear_layers);
        let start = Start::weight(self.drawn, inputs, outputs, relu_follows);
        let weight = self.parameter(format!("layers.{index}.weight"), &[inputs, outputs], Storage::Transposed, start);
        let bias = self.parameter(format!("layers.{index}.bias"), &[outputs], Storage::Same, Start::Zero);
        self.linear_layers += 1;
        self.layer(Layer::Linear { weight, bias }, outputs);
    }

    fn norm(&mut self) {
        let (width, index) = (self.width, self.norms);
        let gain = self.parameter(format!("norms.{index}.gain"), &[width], Storage::Same, Start::One);
        let bias = self.parameter(format!("norms.{index}.bias"), &[width], Storage::Same, Start::Zero);
        self.norms += 1;
        self.layer(Layer::Norm { gain, bias }, width);
    }

    /// A convolution of images of this shape (height, width, channels), and the shape of its result.
    fn convolution(&mut self, input: [usize; 3], filters: usize) -> [usize; 3] {
        let [height, width, channels] = input;
        let (columns, index) = (PLACES * channels, self.convolutions);
        let start = Start::weight(self.drawn, columns, PLACES * filters, true);
        let name = format!("convolutions.{index}.weight");
        let weight = self.parameter(name, &[columns, filters], Storage::Filters, start);
        let bias = self.parameter(format!("convolutions.{index}.bias"), &[filters], Storage::Same, Start::Zero);
        self.convolutions += 1;
        let output = [height / 2, width / 2, filters];
        // Before the maximum is taken the convolution has as many pixels as the image.
        self.built.widest = self.built.widest.max((height * width * filters) as u64);
        let outputs = output.iter().product();
        self.layer(Layer::Convolution { weight, bias, input }, outputs);
        self.layer(Layer::Activation(Activation::Relu), outputs);
        output
    }

    fn embedding(&mut self, dimension: usize) {
        let Input::Tokens { vocabulary, .. } = self.built.input else { return };
        let start = Start::tokens(self.drawn, dimension);
        let table = self.parameter("embedding.weight".into(), &[vocabulary, dimension], Storage::Same, start);
        self.layer(Layer::Embedding { table }, dimension);
    }
}
