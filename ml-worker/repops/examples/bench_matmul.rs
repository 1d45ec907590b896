//! The time of the reproducible matrix product over that of candle's own, on the same threads.
//!
//! Prints a line of JSON for each size of square matrices; with the argument `thin`, also for shapes of training steps,
//! in every form of storage. Both products alternate within one process; the ratio is that of their lower quartiles.

use candle_core::{Device, Result, Tensor};
use neurodata_repops::{
    matmul::{product, Form},
    Purpose, Stream,
};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// (rows, inner, columns) of layers: forwards, parameter gradients and input gradients of common models.
const THIN: [[usize; 3]; 26] = [
    [32, 4, 16],
    [32, 784, 128],
    [64, 784, 256],
    [128, 784, 128],
    [128, 128, 10],
    [128, 10, 128],
    [256, 784, 1_024],
    [256, 1_024, 10],
    [256, 30, 2],
    [256, 30, 1],
    [784, 64, 128],
    [784, 256, 256],
    [128, 256, 10],
    [10, 256, 128],
    [64, 64, 64],
    [32, 32, 32],
    [16, 16, 16],
    [50_176, 9, 8],
    [12_544, 72, 16],
    [72, 12_544, 16],
    [1, 784, 1_024],
    [1_024, 784, 1],
    [1_024, 1, 1_024],
    [256, 784, 2],
    [256, 784, 8],
    [256, 128, 5],
];

/// What each product is repeated for, at least.
const TIME: Duration = Duration::from_millis(1_000);
/// Interleaved repetitions, at least.
const REPETITIONS: usize = 15;

fn main() -> Result<()> {
    let thin = std::env::args().any(|argument| argument == "thin");
    for size in [128, 256, 512, 1_024, 1_536] {
        let Times { ours, stock } = measure(Form::Nn, [size; 3])?;
        let ratio = ours.as_secs_f64() / stock.as_secs_f64();
        println!(r#"{{"name": "train.matmul_ratio_{size}", "value": {ratio:.3}, "unit": "ratio"}}"#);
        eprintln!("  {:.1} and {:.1} billion operations per second", speed([size; 3], ours), speed([size; 3], stock));
    }
    for shape in THIN.into_iter().filter(|_| thin) {
        for form in [Form::Nn, Form::Nt, Form::Tn] {
            let Times { ours, stock } = measure(form, shape)?;
            let ratio = ours.as_secs_f64() / stock.as_secs_f64();
            let (ours, stock) = (speed(shape, ours), speed(shape, stock));
            println!("{form:?} {shape:?}: ratio {ratio:.3}, {ours:.1} and {stock:.1} billion operations per second");
        }
    }
    Ok(())
}

/// Billions of additions and multiplications per second.
fn speed([rows, inner, columns]: [usize; 3], time: Duration) -> f64 {
    2e-9 * (rows * inner * columns) as f64 / time.as_secs_f64()
}

/// The times of one product.
struct Times {
    ours: Duration,
    stock: Duration,
}

fn measure(form: Form, [rows, inner, columns]: [usize; 3]) -> Result<Times> {
    let mut stream = Stream::new([0; 32], Purpose::new(0));
    let mut numbers = |length| -> Vec<f32> { (0..length).map(|_| stream.uniform() - 0.5).collect() };
    let (a, b) = (numbers(rows * inner), numbers(inner * columns));
    let a_shape = if form == Form::Tn { (inner, rows) } else { (rows, inner) };
    let b_shape = if form == Form::Nt { (columns, inner) } else { (inner, columns) };
    let a_tensor = Tensor::from_slice(&a, a_shape, &Device::Cpu)?;
    let b_tensor = Tensor::from_slice(&b, b_shape, &Device::Cpu)?;
    let a_tensor = if form == Form::Tn { a_tensor.t()? } else { a_tensor };
    let b_tensor = if form == Form::Nt { b_tensor.t()? } else { b_tensor };

    let ours = || {
        let start = Instant::now();
        black_box(product(form, black_box(&a), black_box(&b), rows, inner, columns));
        start.elapsed()
    };
    let stock = || -> Result<Duration> {
        let start = Instant::now();
        black_box(black_box(&a_tensor).matmul(black_box(&b_tensor))?);
        Ok(start.elapsed())
    };
    let begin = Instant::now();
    let (mut our_times, mut stock_times) = (Vec::new(), Vec::new());
    while begin.elapsed() < TIME || our_times.len() < REPETITIONS {
        our_times.push(ours());
        stock_times.push(stock()?);
    }
    Ok(Times { ours: typical(our_times), stock: typical(stock_times) })
}

/// The median of the faster half: a run that others disturbed says nothing about the product.
fn typical(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 4]
}
