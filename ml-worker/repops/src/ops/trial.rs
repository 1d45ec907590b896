//! Helpers of tests: numbers, bits, every instruction set and number of threads, finite differences.

use std::sync::OnceLock;

use candle_core::{DType, Device};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{
    cpu::Isa,
    random::{Purpose, Stream},
    Tensor,
};

/// Numbers from -1 to 1, some of them -0 or subnormal; other ones for each `purpose`.
pub(crate) fn numbers(length: usize, purpose: u32) -> Vec<f32> {
    let mut stream = Stream::new([7; 32], Purpose::new(purpose));
    (0..length)
        .map(|_| match stream.below(20) {
            0 => -0.0,
            1 => stream.uniform() * 1e-39,
            2 => stream.uniform() * -1e-20,
            _ => stream.uniform() * 2.0 - 1.0,
        })
        .collect()
}

/// Ids below `end`; other ones for each `purpose`.
pub(crate) fn ids(length: usize, end: u32, purpose: u32) -> Vec<u32> {
    let mut stream = Stream::new([8; 32], Purpose::new(purpose));
    (0..length).map(|_| stream.below(end)).collect()
}

/// A binary32 tensor on the CPU.
pub(crate) fn tensor(values: &[f32], shape: &[usize]) -> Tensor {
    Tensor::new(values.to_vec(), shape, &Device::Cpu).unwrap()
}

/// A tensor of indices on the CPU.
pub(crate) fn indices(values: &[u32], shape: &[usize]) -> Tensor {
    Tensor::indices(values.to_vec(), shape, &Device::Cpu).unwrap()
}

/// A number's bits, the same for every NaN.
pub(crate) fn bits(number: f32) -> u64 {
    u64::from(if number.is_nan() { f32::NAN.to_bits() } else { number.to_bits() })
}

/// The bits of every element.
pub(crate) fn bits_of(tensor: &Tensor) -> Vec<u64> {
    match tensor.element_type() {
        DType::F32 => tensor.to_vec().unwrap().into_iter().map(bits).collect(),
        DType::F64 => tensor.to_vec_f64().unwrap().into_iter().map(f64::to_bits).collect(),
        _ => tensor.to_indices().unwrap().into_iter().map(u64::from).collect(),
    }
}

/// Asserts that `compute` gives tensors of the `expected` bits under every instruction set and number of threads.
#[track_caller]
pub(crate) fn assert_everywhere(expected: &[Vec<u64>], compute: impl Fn() -> Vec<Tensor> + Sync) {
    static POOLS: OnceLock<Vec<ThreadPool>> = OnceLock::new();
    let pool = |threads: usize| ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let pools = POOLS.get_or_init(|| [1, 2, 8].map(pool).into_iter().collect());
    for isa in Isa::available() {
        Isa::with(isa, || {
            for pool in pools {
                let found: Vec<Vec<u64>> = pool.install(&compute).iter().map(bits_of).collect();
                assert!(found == expected, "{isa:?}, {} threads", pool.current_num_threads());
            }
        });
    }
}

/// Asserts that `gradient` is the gradient of `f` at `x`, by central differences.
#[track_caller]
pub(crate) fn assert_gradient(x: &[f32], gradient: &Tensor, f: impl Fn(&[f32]) -> f64) {
    const STEP: f32 = 1.0 / 64.0;
    let gradient = gradient.to_vec().unwrap();
    assert_eq!(x.len(), gradient.len());
    for (index, found) in gradient.into_iter().enumerate() {
        let at = |step: f32| {
            let mut x = x.to_vec();
            x[index] += step;
            f(&x)
        };
        let expected = (at(STEP) - at(-STEP)) / f64::from(2.0 * STEP);
        let found = f64::from(found);
        assert!((found - expected).abs() <= 2e-3 * (1.0 + expected.abs()), "{index}: {found} {expected}");
    }
}

/// The sum of the products of the elements, in binary64.
pub(crate) fn inner(a: &Tensor, b: &[f32]) -> f64 {
    let a = a.to_vec().unwrap();
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}
