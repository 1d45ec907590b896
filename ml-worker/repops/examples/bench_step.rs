//! The time of a training step with reproducible operations over that of the same step with candle's own.
//!
//! A step is the forward pass, the loss, the backward pass and the update with momentum. Prints a line of JSON for each
//! of two models; both libraries alternate within one process, on the same threads, and the ratio is that of the
//! medians.
//!
//! - `train.mlp_step_ratio`: layers of 784, 256, 128 and 10; 128 rows.
//! - `train.cnn_step_ratio`: images of 28 x 28 x 1, 64 of them; convolution 3 x 3 to 16 channels, relu, largest of
//!   2 x 2, convolution 3 x 3 to 32 channels, relu, largest of 2 x 2, dense layer to 10.

use candle_core::{Device, Result, Tensor as Stock, Var, D};
use neurodata_repops::{ops, ops::Window, Purpose, Stream, Tensor};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

const CLASSES: usize = 10;
const RATE: f32 = 0.01;
const MOMENTUM: f32 = 0.9;

/// What each step is repeated for, at least.
const TIME: Duration = Duration::from_secs(4);
/// Interleaved repetitions, at least.
const REPETITIONS: usize = 25;
/// Steps of either kind that are not measured.
const WARM_UP: usize = 5;
/// How far apart the first losses may be: both libraries train the same model.
///
/// Later losses differ where there is pooling, since candle divides the gradient of `max_pool2d` by the window's size.
const TOLERANCE: f64 = 1e-5;

fn main() -> Result<()> {
    measure("train.mlp_step_ratio", &mut OurMlp(mlp()?), &mut StockMlp(mlp_stock()?))?;
    measure("train.cnn_step_ratio", &mut OurCnn(cnn()?), &mut StockCnn(cnn_stock()?))
}

/// A model with its data that can be trained.
trait Training {
    /// One step; the mean loss before it.
    fn step(&mut self) -> Result<f64>;
}

fn measure(name: &str, ours: &mut impl Training, stock: &mut impl Training) -> Result<()> {
    let (our_loss, stock_loss) = (ours.step()?, stock.step()?);
    if (our_loss - stock_loss).abs() > TOLERANCE * stock_loss {
        candle_core::bail!("{name}: loss {our_loss} here, {stock_loss} there");
    }
    for _ in 1..WARM_UP {
        ours.step()?;
        stock.step()?;
    }
    let timed = |training: &mut dyn Training| -> Result<Duration> {
        let start = Instant::now();
        black_box(training.step()?);
        Ok(start.elapsed())
    };
    let begin = Instant::now();
    let (mut our_times, mut stock_times) = (Vec::new(), Vec::new());
    while begin.elapsed() < TIME || our_times.len() < REPETITIONS {
        our_times.push(timed(ours)?);
        stock_times.push(timed(stock)?);
    }
    let (ours, stock) = (median(our_times), median(stock_times));
    let ratio = ours.as_secs_f64() / stock.as_secs_f64();
    println!(r#"{{"name": "{name}", "value": {ratio:.3}, "unit": "ratio"}}"#);
    eprintln!("  {ours:.2?} and {stock:.2?} a step");
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Numbers from -`bound` to `bound`; other ones for each `purpose`.
fn numbers(length: usize, bound: f32, purpose: u32) -> Vec<f32> {
    let mut stream = Stream::new([1; 32], Purpose::new(purpose));
    (0..length).map(|_| (stream.uniform() * 2.0 - 1.0) * bound).collect()
}

fn classes(rows: usize) -> Vec<u32> {
    let mut stream = Stream::new([2; 32], Purpose::new(0));
    (0..rows).map(|_| stream.below(CLASSES as u32)).collect()
}

/// First values of a matrix of parameters: uniform within He's bound.
fn first(inputs: usize, outputs: usize, purpose: u32) -> Vec<f32> {
    numbers(inputs * outputs, (6.0 / inputs as f32).sqrt(), purpose)
}

/// Data, parameters and their velocities, for reproducible operations.
struct Ours {
    x: Tensor,
    classes: Tensor,
    parameters: Vec<Tensor>,
    velocities: Vec<Tensor>,
}

impl Ours {
    fn new(x: Vec<f32>, shape: &[usize], parameters: Vec<(Vec<f32>, Vec<usize>)>) -> Result<Self> {
        let tensor = |values: Vec<f32>, shape: &[usize]| Tensor::new(values, shape, &Device::Cpu);
        let velocities = parameters.iter().map(|(_, shape)| Ok(Tensor::zeros(shape, &Device::Cpu)?));
        let velocities = velocities.collect::<Result<_>>()?;
        let parameters = parameters.into_iter().map(|(values, shape)| Ok(tensor(values, &shape)?));
        Ok(Self {
            x: tensor(x, shape)?,
            classes: Tensor::indices(classes(shape[0]), &[shape[0]], &Device::Cpu)?,
            parameters: parameters.collect::<Result<_>>()?,
            velocities,
        })
    }

    fn update(&mut self, gradients: &[Tensor]) -> Result<()> {
        let settings = ops::Sgd { rate: RATE, momentum: MOMENTUM, decay: 0.0 };
        for ((parameter, velocity), gradient) in self.parameters.iter_mut().zip(&mut self.velocities).zip(gradients) {
            (*parameter, *velocity) = ops::sgd(parameter, velocity, gradient, &settings)?;
        }
        Ok(())
    }

    /// The mean loss and the gradient of the logits.
    fn loss(&self, logits: &Tensor) -> Result<(f64, Tensor)> {
        let (losses, gradient) = ops::softmax_cross_entropy(logits, &self.classes)?;
        let losses = losses.to_vec_f64()?;
        Ok((losses.iter().sum::<f64>() / losses.len() as f64, gradient))
    }
}

/// Data, parameters and their velocities, for candle's operations.
struct Stocked {
    x: Stock,
    classes: Stock,
    parameters: Vec<Var>,
    velocities: Vec<Stock>,
}

impl Stocked {
    fn new(x: Vec<f32>, shape: &[usize], parameters: Vec<(Vec<f32>, Vec<usize>)>) -> Result<Self> {
        let var = |(values, shape): (Vec<f32>, Vec<usize>)| Var::from_vec(values, shape, &Device::Cpu);
        let parameters: Vec<Var> = parameters.into_iter().map(var).collect::<Result<_>>()?;
        Ok(Self {
            x: Stock::from_vec(x, shape, &Device::Cpu)?,
            classes: Stock::from_vec(classes(shape[0]), shape[0], &Device::Cpu)?,
            velocities: parameters.iter().map(|parameter| parameter.zeros_like()).collect::<Result<_>>()?,
            parameters,
        })
    }

    /// Backward pass from the logits and update; the mean loss.
    fn finish(&mut self, logits: &Stock) -> Result<f64> {
        let shifted = logits.broadcast_sub(&logits.max_keepdim(D::Minus1)?.detach())?;
        let logarithms = shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(D::Minus1)?.log()?)?;
        let loss = logarithms.gather(&self.classes.unsqueeze(1)?, 1)?.mean_all()?.neg()?;
        let gradients = loss.backward()?;
        for (parameter, velocity) in self.parameters.iter().zip(&mut self.velocities) {
            let Some(gradient) = gradients.get(parameter) else { candle_core::bail!("a parameter has no gradient") };
            *velocity = ((&*velocity * f64::from(MOMENTUM))? + gradient)?;
            parameter.set(&(parameter.as_detached_tensor() - (&*velocity * f64::from(RATE))?)?)?;
        }
        loss.to_scalar::<f32>().map(f64::from)
    }
}

const MLP_ROWS: usize = 128;
const MLP_LAYERS: [usize; 4] = [784, 256, 128, CLASSES];

fn mlp_parameters() -> Vec<(Vec<f32>, Vec<usize>)> {
    let layers = MLP_LAYERS.windows(2).enumerate();
    let of_layer = |(index, widths): (usize, &[usize])| {
        let (inputs, outputs) = (widths[0], widths[1]);
        [(first(inputs, outputs, 1 + index as u32), vec![inputs, outputs]), (vec![0.0; outputs], vec![outputs])]
    };
    layers.flat_map(of_layer).collect()
}

fn mlp() -> Result<Ours> {
    Ours::new(numbers(MLP_ROWS * MLP_LAYERS[0], 1.0, 0), &[MLP_ROWS, MLP_LAYERS[0]], mlp_parameters())
}

fn mlp_stock() -> Result<Stocked> {
    Stocked::new(numbers(MLP_ROWS * MLP_LAYERS[0], 1.0, 0), &[MLP_ROWS, MLP_LAYERS[0]], mlp_parameters())
}

struct OurMlp(Ours);

impl Training for OurMlp {
    fn step(&mut self) -> Result<f64> {
        let Ours { x, parameters, .. } = &self.0;
        let layers = parameters.len() / 2;
        let mut inputs = vec![x.clone()];
        for layer in 0..layers {
            let y = ops::matmul(&inputs[layer], &parameters[2 * layer])?;
            let y = ops::add_bias(&y, &parameters[2 * layer + 1])?;
            inputs.push(if layer + 1 < layers { ops::relu(&y)? } else { y });
        }
        let (loss, mut g) = self.0.loss(&inputs[layers])?;
        let mut gradients = Vec::new();
        for layer in (0..layers).rev() {
            gradients.push(ops::sum_rows(&g)?);
            gradients.push(ops::matmul_tn(&inputs[layer], &g)?);
            if layer > 0 {
                g = ops::relu_grad(&inputs[layer], &ops::matmul_nt(&g, &parameters[2 * layer])?)?;
            }
        }
        gradients.reverse();
        self.0.update(&gradients)?;
        Ok(loss)
    }
}

struct StockMlp(Stocked);

impl Training for StockMlp {
    fn step(&mut self) -> Result<f64> {
        let Stocked { x, parameters, .. } = &self.0;
        let mut y = x.clone();
        for (layer, parameters) in parameters.chunks(2).enumerate() {
            let y_linear = y.matmul(&parameters[0])?.broadcast_add(&parameters[1])?;
            y = if layer + 2 < MLP_LAYERS.len() { y_linear.relu()? } else { y_linear };
        }
        self.0.finish(&y)
    }
}

const IMAGES: usize = 64;
const SIDE: usize = 28;
const CHANNELS: [usize; 3] = [1, 16, 32];
const KERNEL: usize = 3;
const SAME: Window = Window { kernel: (KERNEL, KERNEL), stride: (1, 1), padding: (1, 1) };
/// Inputs of the dense layer.
const DENSE: usize = (SIDE / 4) * (SIDE / 4) * CHANNELS[2];

/// Filters of shape (ky, kx, c, f), biases, and the dense layer, whose inputs are in the order (y, x, c).
fn cnn_parameters() -> [Vec<f32>; 6] {
    let filters = |layer: usize| first(KERNEL * KERNEL * CHANNELS[layer], CHANNELS[layer + 1], 11 + layer as u32);
    let zeros = |length: usize| vec![0.0; length];
    [filters(0), zeros(CHANNELS[1]), filters(1), zeros(CHANNELS[2]), first(DENSE, CLASSES, 13), zeros(CLASSES)]
}

fn cnn() -> Result<Ours> {
    let filters = |layer: usize| vec![KERNEL * KERNEL * CHANNELS[layer], CHANNELS[layer + 1]];
    let (dense, biases) = (vec![DENSE, CLASSES], [vec![CHANNELS[1]], vec![CHANNELS[2]], vec![CLASSES]]);
    let [bias_1, bias_2, bias_3] = biases;
    let shapes = [filters(0), bias_1, filters(1), bias_2, dense, bias_3];
    let x = numbers(IMAGES * SIDE * SIDE, 1.0, 10);
    Ours::new(x, &[IMAGES, SIDE, SIDE, 1], cnn_parameters().into_iter().zip(shapes).collect())
}

/// The same, with images and filters in candle's order: (n, c, h, w) and (f, c, ky, kx).
fn cnn_stock() -> Result<Stocked> {
    let [filters_1, bias_1, filters_2, bias_2, dense, bias_3] = cnn_parameters();
    let filters = |values: Vec<f32>, layer: usize| -> Result<(Vec<f32>, Vec<usize>)> {
        let [inputs, outputs] = [CHANNELS[layer], CHANNELS[layer + 1]];
        let tensor = Stock::from_vec(values, (KERNEL, KERNEL, inputs, outputs), &Device::Cpu)?;
        let values = tensor.permute((3, 2, 0, 1))?.flatten_all()?.to_vec1()?;
        Ok((values, vec![outputs, inputs, KERNEL, KERNEL]))
    };
    let (side, channels) = (SIDE / 4, CHANNELS[2]);
    let dense = Stock::from_vec(dense, (side, side, channels, CLASSES), &Device::Cpu)?;
    let dense = dense.permute((2, 0, 1, 3))?.flatten_all()?.to_vec1()?;
    let parameters = vec![
        filters(filters_1, 0)?,
        (bias_1, vec![1, CHANNELS[1], 1, 1]),
        filters(filters_2, 1)?,
        (bias_2, vec![1, CHANNELS[2], 1, 1]),
        (dense, vec![DENSE, CLASSES]),
        (bias_3, vec![CLASSES]),
    ];
    Stocked::new(numbers(IMAGES * SIDE * SIDE, 1.0, 10), &[IMAGES, 1, SIDE, SIDE], parameters)
}

struct OurCnn(Ours);

impl Training for OurCnn {
    fn step(&mut self) -> Result<f64> {
        let Ours { x, parameters, .. } = &self.0;
        let [filters_1, bias_1, filters_2, bias_2, dense, bias_3] = &parameters[..] else {
            candle_core::bail!("expected six parameters");
        };
        let [side, half, quarter] = [SIDE, SIDE / 2, SIDE / 4];
        let [shape_1, pooled_1] = [[IMAGES, side, side, CHANNELS[1]], [IMAGES, half, half, CHANNELS[1]]];
        let [shape_2, pooled_2] = [[IMAGES, half, half, CHANNELS[2]], [IMAGES, quarter, quarter, CHANNELS[2]]];
        let [rows_1, rows_2] = [[IMAGES * side * side, CHANNELS[1]], [IMAGES * half * half, CHANNELS[2]]];

        let layer = |x: &Tensor, filters: &Tensor, bias: &Tensor, rows: &[usize]| -> Result<Tensor> {
            Ok(ops::relu(&ops::add_bias(&ops::conv2d(x, filters, &SAME)?.reshape(rows)?, bias)?)?)
        };
        let y_1 = layer(x, filters_1, bias_1, &rows_1)?;
        let (x_2, positions_1) = ops::max_pool(&y_1.reshape(&shape_1)?, 2)?;
        let y_2 = layer(&x_2, filters_2, bias_2, &rows_2)?;
        let (x_3, positions_2) = ops::max_pool(&y_2.reshape(&shape_2)?, 2)?;
        let x_3 = x_3.reshape(&[IMAGES, DENSE])?;
        let (loss, g) = self.0.loss(&ops::add_bias(&ops::matmul(&x_3, dense)?, bias_3)?)?;

        let (of_dense, of_bias_3) = (ops::matmul_tn(&x_3, &g)?, ops::sum_rows(&g)?);
        let g = ops::matmul_nt(&g, dense)?.reshape(&pooled_2)?;
        let g = ops::max_pool_grad(&positions_2, &g, 2, shape_2)?;
        let g = ops::relu_grad(&y_2, &g.reshape(&rows_2)?)?;
        let of_bias_2 = ops::sum_rows(&g)?;
        let g = g.reshape(&shape_2)?;
        let of_filters_2 = ops::conv2d_weight_grad(&x_2, &g, &SAME)?;
        let g = ops::conv2d_input_grad(&g, filters_2, &SAME, pooled_1)?;
        let g = ops::max_pool_grad(&positions_1, &g, 2, shape_1)?;
        let g = ops::relu_grad(&y_1, &g.reshape(&rows_1)?)?;
        let of_bias_1 = ops::sum_rows(&g)?;
        let of_filters_1 = ops::conv2d_weight_grad(x, &g.reshape(&shape_1)?, &SAME)?;
        self.0.update(&[of_filters_1, of_bias_1, of_filters_2, of_bias_2, of_dense, of_bias_3])?;
        Ok(loss)
    }
}

struct StockCnn(Stocked);

impl Training for StockCnn {
    fn step(&mut self) -> Result<f64> {
        let Stocked { x, parameters, .. } = &self.0;
        let [filters_1, bias_1, filters_2, bias_2, dense, bias_3] = &parameters[..] else {
            candle_core::bail!("expected six parameters");
        };
        let layer = |x: &Stock, filters: &Var, bias: &Var| {
            x.conv2d(filters, 1, 1, 1, 1)?.broadcast_add(bias)?.relu()?.max_pool2d(2)
        };
        let y = layer(&layer(x, filters_1, bias_1)?, filters_2, bias_2)?;
        let logits = y.reshape((IMAGES, DENSE))?.matmul(dense)?.broadcast_add(bias_3)?;
        self.0.finish(&logits)
    }
}
