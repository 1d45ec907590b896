//! Prints a digest of every bit that each operation gives on fixed inputs, and one of them all.
//!
//! ```text
//! cargo run -p neurodata-repops --example bits [-- cpu|cuda]
//! ```
//!
//! Two machines, instruction sets (`NEURODATA_ISA`), numbers of threads (`RAYON_NUM_THREADS`), profiles or devices that
//! print the same last line agree on all of it. The expected line is in `tests/golden_bits.rs`.

use std::error::Error;

use neurodata_repops::{
    ops::{self, Adam, Sgd, Window},
    Device, Purpose, Result, Stream, Tensor,
};
use sha2::{Digest, Sha256};

#[allow(dead_code)]
fn main() -> std::result::Result<(), Box<dyn Error>> {
    let device = match std::env::args().nth(1).as_deref() {
        None | Some("cpu") => Device::Cpu,
        Some("cuda") => Device::new_cuda(0)?,
        Some(other) => return Err(format!("expected cpu or cuda, found {other}").into()),
    };
    let mut all = Sha256::new();
    for (name, digest) in digests(&device)? {
        println!("{name:<22} {}", hexadecimal(&digest));
        all.update(digest);
    }
    println!("{:<22} {}", "all", hexadecimal(&all.finalize()));
    Ok(())
}

/// Two hexadecimal digits for each byte.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name of each operation with the SHA-256 of its results on fixed inputs.
///
/// The results are hashed in order, each as the little-endian bytes of its elements; every NaN counts as the same one.
pub fn digests(device: &Device) -> Result<Vec<(&'static str, [u8; 32])>> {
    let inputs = Inputs { device };
    let mut digests = Vec::new();
    let mut digest = |name: &'static str, results: &[&Tensor]| -> Result<()> {
        let mut hash = Sha256::new();
        for result in results {
            hash.update(bytes(result)?);
        }
        digests.push((name, hash.finalize().into()));
        Ok(())
    };

    // Lengths above those from which several threads share the work, and no multiple of any register.
    let (x, y) = (inputs.numbers(&[70_003], 1)?, inputs.numbers(&[70_003], 2)?);
    let positive = inputs.positive(&[70_003], 3)?;
    digest("add", &[&ops::add(&x, &y)?])?;
    digest("sub", &[&ops::sub(&x, &y)?])?;
    digest("mul", &[&ops::mul(&x, &y)?])?;
    digest("div", &[&ops::div(&x, &positive)?])?;
    digest("neg", &[&ops::neg(&x)?])?;
    digest("scale", &[&ops::scale(&x, 0.3)?])?;
    digest("sqrt", &[&ops::sqrt(&positive)?])?;
    digest("exp", &[&ops::exp(&ops::scale(&x, 20.0)?)?])?;
    digest("ln", &[&ops::ln(&positive)?])?;
    let (tanh, sigmoid, relu) = (ops::tanh(&x)?, ops::sigmoid(&x)?, ops::relu(&x)?);
    digest("tanh", &[&tanh])?;
    digest("tanh_grad", &[&ops::tanh_grad(&tanh, &y)?])?;
    digest("sigmoid", &[&sigmoid])?;
    digest("sigmoid_grad", &[&ops::sigmoid_grad(&sigmoid, &y)?])?;
    digest("relu", &[&relu])?;
    digest("relu_grad", &[&ops::relu_grad(&relu, &y)?])?;

    let (a, b) = (inputs.numbers(&[131, 517], 4)?, inputs.numbers(&[517, 89], 5)?);
    digest("matmul", &[&ops::matmul(&a, &b)?])?;
    let (b, c) = (inputs.numbers(&[89, 517], 6)?, inputs.numbers(&[131, 67], 7)?);
    digest("matmul_nt", &[&ops::matmul_nt(&a, &b)?])?;
    digest("matmul_tn", &[&ops::matmul_tn(&a, &c)?])?;

    let rows = inputs.numbers(&[1_027, 83], 8)?;
    digest("add_bias", &[&ops::add_bias(&rows, &inputs.numbers(&[83], 9)?)?])?;
    digest("sum_rows", &[&ops::sum_rows(&rows)?, &ops::sum_rows(&x.reshape(&[70_003, 1])?)?])?;
    digest("sum", &[&ops::sum(&x)?, &ops::sum(&rows)?])?;
    let (losses, gradient) = ops::softmax_cross_entropy(&rows, &inputs.indices(&[1_027], 83, 10)?)?;
    digest("softmax_cross_entropy", &[&losses, &gradient])?;
    let targets = inputs.numbers(&[70_003, 1], 11)?;
    let (losses, gradient) = ops::squared_error(&x.reshape(&[70_003, 1])?, &targets)?;
    digest("squared_error", &[&losses, &gradient])?;

    let window = Window { kernel: (3, 2), stride: (2, 1), padding: (1, 1) };
    let shape = [3, 17, 15, 5];
    let image = inputs.numbers(&shape, 12)?;
    let filters = inputs.numbers(&[30, 7], 13)?;
    let columns = ops::im2col(&image, &window)?;
    digest("im2col", &[&columns])?;
    digest("col2im", &[&ops::col2im(&inputs.numbers(columns.shape(), 14)?, &window, shape)?])?;
    let convolved = ops::conv2d(&image, &filters, &window)?;
    let g = inputs.numbers(convolved.shape(), 15)?;
    digest("conv2d", &[&convolved])?;
    digest("conv2d_input_grad", &[&ops::conv2d_input_grad(&g, &filters, &window, shape)?])?;
    digest("conv2d_weight_grad", &[&ops::conv2d_weight_grad(&image, &g, &window)?])?;
    let (largest, position) = ops::max_pool(&image, 3)?;
    let g = inputs.numbers(largest.shape(), 16)?;
    digest("max_pool", &[&largest, &position])?;
    digest("max_pool_grad", &[&ops::max_pool_grad(&position, &g, 3, shape)?])?;
    digest("avg_pool", &[&ops::avg_pool(&image, 3)?])?;
    digest("avg_pool_grad", &[&ops::avg_pool_grad(&g, 3, shape)?])?;

    let (table, ids) = (inputs.numbers(&[50, 19], 17)?, inputs.indices(&[41, 23], 50, 18)?);
    let embedded = ops::embedding(&table, &ids)?;
    let g = inputs.numbers(embedded.shape(), 19)?;
    digest("embedding", &[&embedded])?;
    digest("embedding_grad", &[&ops::embedding_grad(&ids, &g, 50)?])?;
    let g = inputs.numbers(&[41, 19], 20)?;
    digest("embedding_mean", &[&ops::embedding_mean(&table, &ids)?])?;
    digest("embedding_mean_grad", &[&ops::embedding_mean_grad(&ids, &g, 50)?])?;

    let (gain, bias) = (inputs.numbers(&[83], 21)?, inputs.numbers(&[83], 22)?);
    let normalised = ops::layer_norm(&rows, &gain, &bias)?;
    let g = inputs.numbers(&[1_027, 83], 23)?;
    let (dx, dgain, dbias) = ops::layer_norm_grad(&rows, &gain, &normalised.mean, &normalised.scale, &g)?;
    digest("layer_norm", &[&normalised.output, &normalised.mean, &normalised.scale])?;
    digest("layer_norm_grad", &[&dx, &dgain, &dbias])?;

    let settings = Sgd { rate: 0.1, momentum: 0.9, decay: 1e-4 };
    let (p, v) = ops::sgd(&x, &y, &positive, &settings)?;
    digest("sgd", &[&p, &v])?;
    let settings = Adam {
        rate: 1e-3,
        beta_1: 0.9,
        beta_2: 0.999,
        one_minus_beta_1: 0.1,
        one_minus_beta_2: 1e-3,
        epsilon: 1e-8,
        decay_rate: 1e-5,
        correction_1: 0.19,
        correction_2: 2e-3,
    };
    let (p, m, v) = ops::adam(&x, &y, &positive, &inputs.numbers(&[70_003], 24)?, &settings)?;
    digest("adam", &[&p, &m, &v])?;

    let infinite = ops::div(&x, &Tensor::zeros(&[70_003], device)?)?;
    let found = [ops::first_not_finite(&x)?, ops::first_not_finite(&infinite)?];
    let found = found.map(|index| index.map_or(u32::MAX, |index| index as u32));
    digest("first_not_finite", &[&Tensor::indices(found.to_vec(), &[2], device)?])?;
    Ok(digests)
}

/// Fixed inputs on a device; another sequence for each number.
struct Inputs<'a> {
    device: &'a Device,
}

impl Inputs<'_> {
    /// Numbers from -4 to 4; among them zeros of both signs and subnormal numbers.
    fn numbers(&self, shape: &[usize], sequence: u32) -> Result<Tensor> {
        let mut stream = stream(sequence);
        let number = |_| match stream.below(64) {
            0 => 0.0,
            1 => -0.0,
            2 => f32::from_bits(stream.below(1 << 23)),
            3 => -f32::from_bits(stream.below(1 << 23)),
            _ => stream.uniform() * 8.0 - 4.0,
        };
        Tensor::new((0..shape.iter().product()).map(number).collect(), shape, self.device)
    }

    /// Positive numbers of every size, subnormal ones included.
    fn positive(&self, shape: &[usize], sequence: u32) -> Result<Tensor> {
        let mut stream = stream(sequence);
        let number = |_| f32::from_bits(1 + stream.below(f32::MAX.to_bits()));
        Tensor::new((0..shape.iter().product()).map(number).collect(), shape, self.device)
    }

    /// Indices below `end`.
    fn indices(&self, shape: &[usize], end: u32, sequence: u32) -> Result<Tensor> {
        let mut stream = stream(sequence);
        Tensor::indices((0..shape.iter().product()).map(|_| stream.below(end)).collect(), shape, self.device)
    }
}

fn stream(sequence: u32) -> Stream {
    Stream::at([11; 32], Purpose::new(6_000), sequence)
}

/// The elements of a tensor as little-endian bytes.
fn bytes(tensor: &Tensor) -> Result<Vec<u8>> {
    if let Ok(values) = tensor.to_vec() {
        Ok(values.into_iter().flat_map(|x| if x.is_nan() { f32::NAN } else { x }.to_le_bytes()).collect())
    } else if let Ok(values) = tensor.to_vec_f64() {
        Ok(values.into_iter().flat_map(|x| if x.is_nan() { f64::NAN } else { x }.to_le_bytes()).collect())
    } else {
        Ok(tensor.to_indices()?.into_iter().flat_map(u32::to_le_bytes).collect())
    }
}
