//! Layers: forward pass and gradients, by reproducible operations alone.

use neurodata_primitives::Activation;
use neurodata_repops::{
    ops::{self, Window},
    Result, Tensor,
};

/// Side of the squares of pixels that a convolution keeps the maximum of.
const POOL: usize = 2;
/// The window of every convolution: 3 by 3 pixels, with zeros around the image, so that it keeps its size.
const WINDOW: Window = Window { kernel: (3, 3), stride: (1, 1), padding: (1, 1) };

/// A layer; its parameters are named by their index among the network's.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Layer {
    /// `x * weight + bias`, each row of any shape taken as a list of numbers.
    Linear { weight: usize, bias: usize },
    /// The convolution of images of shape `input` (height, width, channels), the maximum over 2 by 2 pixels, plus
    /// `bias`.
    ///
    /// With the ReLU that follows this gives the numbers of a convolution with bias and ReLU before the maximum, since
    /// a rounded sum and ReLU are monotonic, for a quarter of the work. Of several largest pixels the gradient reaches
    /// the one that is largest without the bias.
    Convolution { weight: usize, bias: usize, input: [usize; 3] },
    /// The mean of the rows of `table` that the tokens name, without padding.
    Embedding { table: usize },
    /// Rows with mean 0 and variance 1, times `gain`, plus `bias`.
    Norm { gain: usize, bias: usize },
    /// A function of each number.
    Activation(Activation),
}

/// What the gradients of a layer need of its forward pass.
pub(super) enum Kept {
    Linear { weight: usize, x: Tensor },
    Convolution { weight: usize, x: Tensor, position: Tensor },
    Embedding { table: usize, ids: Tensor },
    Norm { gain: usize, x: Tensor, mean: Tensor, scale: Tensor },
    Activation { activation: Activation, y: Tensor },
}

/// The gradients of a layer.
pub(super) struct Gradients {
    /// Of its parameters, in their order.
    pub parameters: Vec<Tensor>,
    /// Of its input, if it was asked for and has one.
    pub input: Option<Tensor>,
}

impl Layer {
    /// The layer's output for a batch, and what its gradients need.
    pub fn forward(&self, parameters: &[Tensor], input: Tensor) -> Result<(Tensor, Kept)> {
        let rows = input.shape().first().copied().unwrap_or(0);
        match *self {
            Self::Linear { weight, bias } => {
                let x = shaped(input, &[rows, dimensions::<2>(&parameters[weight])[0]])?;
                let y = ops::add_bias(&ops::matmul(&x, &parameters[weight])?, &parameters[bias])?;
                Ok((y, Kept::Linear { weight, x }))
            }
            Self::Convolution { weight, bias, input: [height, width, channels] } => {
                let x = shaped(input, &[rows, height, width, channels])?;
                let (largest, position) = ops::max_pool(&ops::conv2d(&x, &parameters[weight], &WINDOW)?, POOL)?;
                let shape = largest.shape().to_vec();
                let y = ops::add_bias(&largest.reshape(&pixels(&shape))?, &parameters[bias])?;
                Ok((y.reshape(&shape)?, Kept::Convolution { weight, x, position }))
            }
            Self::Embedding { table } => {
                Ok((ops::embedding_mean(&parameters[table], &input)?, Kept::Embedding { table, ids: input }))
            }
            Self::Norm { gain, bias } => {
                let normalised = ops::layer_norm(&input, &parameters[gain], &parameters[bias])?;
                let ops::Normalised { output, mean, scale } = normalised;
                Ok((output, Kept::Norm { gain, x: input, mean, scale }))
            }
            Self::Activation(activation) => {
                let y = match activation {
                    Activation::Relu => ops::relu(&input)?,
                    Activation::Tanh => ops::tanh(&input)?,
                    Activation::Sigmoid => ops::sigmoid(&input)?,
                };
                Ok((y.clone(), Kept::Activation { activation, y }))
            }
        }
    }
}

impl Kept {
    /// The gradients of the layer, given the gradient `g` of its output.
    pub fn backward(self, parameters: &[Tensor], g: Tensor, is_input_asked: bool) -> Result<Gradients> {
        match self {
            Self::Linear { weight, x } => {
                let of_parameters = vec![ops::matmul_tn(&x, &g)?, ops::sum_rows(&g)?];
                let input = is_input_asked.then(|| ops::matmul_nt(&g, &parameters[weight])).transpose()?;
                Ok(Gradients { parameters: of_parameters, input })
            }
            Self::Convolution { weight, x, position } => {
                let shape: [usize; 4] = dimensions(&x);
                let g = shaped(g, position.shape())?;
                let of_bias = ops::sum_rows(&g.reshape(&pixels(g.shape()))?)?;
                let [rows, _, _, filters] = dimensions(&g);
                let g = ops::max_pool_grad(&position, &g, POOL, [rows, shape[1], shape[2], filters])?;
                let of_weight = ops::conv2d_weight_grad(&x, &g, &WINDOW)?;
                let input = || ops::conv2d_input_grad(&g, &parameters[weight], &WINDOW, shape);
                Ok(Gradients { parameters: vec![of_weight, of_bias], input: is_input_asked.then(input).transpose()? })
            }
            Self::Embedding { table, ids } => {
                let [vocabulary, _] = dimensions(&parameters[table]);
                Ok(Gradients { parameters: vec![ops::embedding_mean_grad(&ids, &g, vocabulary)?], input: None })
            }
            Self::Norm { gain, x, mean, scale } => {
                let (input, of_gain, of_bias) = ops::layer_norm_grad(&x, &parameters[gain], &mean, &scale, &g)?;
                Ok(Gradients { parameters: vec![of_gain, of_bias], input: Some(input) })
            }
            Self::Activation { activation, y } => {
                let g = shaped(g, y.shape())?;
                let input = match activation {
                    Activation::Relu => ops::relu_grad(&y, &g)?,
                    Activation::Tanh => ops::tanh_grad(&y, &g)?,
                    Activation::Sigmoid => ops::sigmoid_grad(&y, &g)?,
                };
                Ok(Gradients { parameters: Vec::new(), input: Some(input) })
            }
        }
    }
}

/// The same elements in `shape`.
fn shaped(tensor: Tensor, shape: &[usize]) -> Result<Tensor> {
    if tensor.shape() == shape {
        Ok(tensor)
    } else {
        tensor.reshape(shape)
    }
}

/// The length of each dimension; 0 where the tensor has other dimensions, which the operations then refuse.
fn dimensions<const DIMENSIONS: usize>(tensor: &Tensor) -> [usize; DIMENSIONS] {
    tensor.shape().try_into().unwrap_or([0; DIMENSIONS])
}

/// The shape (pixels of all images, channels) of a batch of images.
fn pixels(shape: &[usize]) -> [usize; 2] {
    let channels = shape.last().copied().unwrap_or(0);
    [shape.iter().product::<usize>().checked_div(channels).unwrap_or(0), channels]
}
