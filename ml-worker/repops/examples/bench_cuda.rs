//! The time of reproducible operations over that of candle's own on the first NVIDIA GPU.
//!
//! Prints a line of JSON for each figure; both libraries alternate within one process on the same device, and the ratio
//! is that of the medians. Needs the feature `cuda`; `scripts/cuda.sh` runs it.
//!
//! - `train.cuda.matmul_ratio_N`: square matrices of binary32. candle's product is that of cuBLAS in full binary32.
//! - `train.cuda.mlp_step_ratio_ROWS`: a step of a perceptron with layers of 784, 512, 256 and 10: forward pass, loss,
//!   backward pass, update with momentum, and the loss read.

use candle_core::{Device, Result, Tensor as Stock, Var, D};
use neurodata_repops::{ops, Purpose, Stream, Tensor};
use std::time::{Duration, Instant};

const LAYERS: [usize; 4] = [784, 512, 256, 10];
const RATE: f32 = 0.01;
const MOMENTUM: f32 = 0.9;
/// What each figure is repeated for, at least.
const TIME: Duration = Duration::from_secs(2);
/// Interleaved repetitions, at least.
const REPETITIONS: usize = 11;
/// Calls measured at once, so that the start of a kernel counts as it does in training.
const CALLS: u32 = 10;

fn main() -> Result<()> {
    let gpu = Device::new_cuda(0)?;
    for size in [128, 256, 512, 1_024, 1_536, 2_048, 4_096] {
        let numbers = |purpose| numbers(size * size, 1.0, purpose);
        let (a, b) = (numbers(0), numbers(1));
        let (x, y) = (Tensor::new(a.clone(), &[size, size], &gpu)?, Tensor::new(b.clone(), &[size, size], &gpu)?);
        let (a, b) = (Stock::from_vec(a, (size, size), &gpu)?, Stock::from_vec(b, (size, size), &gpu)?);
        let times = measure(&gpu, || Ok(drop(ops::matmul(&x, &y)?)), || a.matmul(&b).map(drop))?;
        report(&format!("train.cuda.matmul_ratio_{size}"), times);
        let speed = |time: Duration| 2e-12 * (size as f64).powi(3) / time.as_secs_f64();
        eprintln!("  {:.2} and {:.2} trillion operations per second", speed(times.0), speed(times.1));
    }
    for rows in [128, 1_024, 8_192] {
        let (mut ours, mut stock) = (Ours::new(rows, &gpu)?, Stocked::new(rows, &gpu)?);
        let (here, there) = (ours.step()?, stock.step()?);
        if (here - there).abs() > 1e-4 * there {
            candle_core::bail!("loss {here} here, {there} there");
        }
        let times = measure(&gpu, || ours.step().map(drop), || stock.step().map(drop))?;
        report(&format!("train.cuda.mlp_step_ratio_{rows}"), times);
    }
    Ok(())
}

fn report(name: &str, (ours, stock): (Duration, Duration)) {
    let ratio = ours.as_secs_f64() / stock.as_secs_f64();
    println!(r#"{{"name": "{name}", "value": {ratio:.3}, "unit": "ratio"}}"#);
    eprintln!("  {ours:.2?} and {stock:.2?}");
}

/// The median times of a call of either kind.
fn measure(
    gpu: &Device,
    mut ours: impl FnMut() -> Result<()>,
    mut stock: impl FnMut() -> Result<()>,
) -> Result<(Duration, Duration)> {
    let timed = |f: &mut dyn FnMut() -> Result<()>| -> Result<Duration> {
        gpu.synchronize()?;
        let start = Instant::now();
        for _ in 0..CALLS {
            f()?;
        }
        gpu.synchronize()?;
        Ok(start.elapsed() / CALLS)
    };
    for _ in 0..2 {
        timed(&mut ours)?;
        timed(&mut stock)?;
    }
    let begin = Instant::now();
    let (mut our_times, mut stock_times) = (Vec::new(), Vec::new());
    while begin.elapsed() < TIME || our_times.len() < REPETITIONS {
        our_times.push(timed(&mut ours)?);
        stock_times.push(timed(&mut stock)?);
    }
    Ok((median(our_times), median(stock_times)))
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
    (0..rows).map(|_| stream.below(LAYERS[3] as u32)).collect()
}

/// Weights and biases, in turn.
fn parameters() -> Vec<(Vec<f32>, Vec<usize>)> {
    let of_layer = |(index, widths): (usize, &[usize])| {
        let bound = (6.0 / widths[0] as f32).sqrt();
        let weights = numbers(widths[0] * widths[1], bound, 1 + index as u32);
        [(weights, widths.to_vec()), (vec![0.0; widths[1]], vec![widths[1]])]
    };
    LAYERS.windows(2).enumerate().flat_map(of_layer).collect()
}

/// The perceptron by reproducible operations.
struct Ours {
    x: Tensor,
    classes: Tensor,
    parameters: Vec<Tensor>,
    velocities: Vec<Tensor>,
}

impl Ours {
    fn new(rows: usize, gpu: &Device) -> Result<Self> {
        let parameters = parameters().into_iter().map(|(values, shape)| Ok(Tensor::new(values, &shape, gpu)?));
        let parameters = parameters.collect::<Result<Vec<_>>>()?;
        let velocities = parameters.iter().map(|parameter| Ok(Tensor::zeros(parameter.shape(), gpu)?));
        Ok(Self {
            x: Tensor::new(numbers(rows * LAYERS[0], 1.0, 0), &[rows, LAYERS[0]], gpu)?,
            classes: Tensor::indices(classes(rows), &[rows], gpu)?,
            velocities: velocities.collect::<Result<_>>()?,
            parameters,
        })
    }

    fn step(&mut self) -> Result<f64> {
        let layers = self.parameters.len() / 2;
        let mut values = vec![self.x.clone()];
        for layer in 0..layers {
            let y = ops::matmul(&values[layer], &self.parameters[2 * layer])?;
            let y = ops::add_bias(&y, &self.parameters[2 * layer + 1])?;
            values.push(if layer + 1 < layers { ops::relu(&y)? } else { y });
        }
        let (losses, mut g) = ops::softmax_cross_entropy(&values[layers], &self.classes)?;
        let settings = ops::Sgd { rate: RATE, momentum: MOMENTUM, decay: 0.0 };
        for layer in (0..layers).rev() {
            let gradients = [ops::matmul_tn(&values[layer], &g)?, ops::sum_rows(&g)?];
            if layer > 0 {
                g = ops::relu_grad(&values[layer], &ops::matmul_nt(&g, &self.parameters[2 * layer])?)?;
            }
            for (index, gradient) in gradients.iter().enumerate() {
                let at = 2 * layer + index;
                (self.parameters[at], self.velocities[at]) =
                    ops::sgd(&self.parameters[at], &self.velocities[at], gradient, &settings)?;
            }
        }
        let losses = losses.to_vec_f64()?;
        Ok(losses.iter().sum::<f64>() / losses.len() as f64)
    }
}

/// The perceptron by candle's operations.
struct Stocked {
    x: Stock,
    classes: Stock,
    parameters: Vec<Var>,
    velocities: Vec<Stock>,
}

impl Stocked {
    fn new(rows: usize, gpu: &Device) -> Result<Self> {
        let var = |(values, shape): (Vec<f32>, Vec<usize>)| Var::from_vec(values, shape, gpu);
        let parameters: Vec<Var> = parameters().into_iter().map(var).collect::<Result<_>>()?;
        Ok(Self {
            x: Stock::from_vec(numbers(rows * LAYERS[0], 1.0, 0), (rows, LAYERS[0]), gpu)?,
            classes: Stock::from_vec(classes(rows), rows, gpu)?,
            velocities: parameters.iter().map(|parameter| parameter.zeros_like()).collect::<Result<_>>()?,
            parameters,
        })
    }

    fn step(&mut self) -> Result<f64> {
        let layers = self.parameters.len() / 2;
        let mut value = self.x.clone();
        for layer in 0..layers {
            value = value.matmul(&self.parameters[2 * layer])?.broadcast_add(&self.parameters[2 * layer + 1])?;
            if layer + 1 < layers {
                value = value.relu()?;
            }
        }
        let shifted = value.broadcast_sub(&value.max_keepdim(D::Minus1)?.detach())?;
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
