//! Inputs, and the comparison of bits under every instruction set and number of threads.

use neurodata_repops::{cpu::Isa, Device, Purpose, Result, Stream, Tensor};

/// Numbers that break careless code: zeros of both signs, the ends of the subnormal and of the normal range, halves of
/// units in the last place, ends of the range of `exp`, infinities and NaN.
pub const AWKWARD: [f32; 32] = [
    0.0,
    -0.0,
    1e-45,
    -1e-45,
    1.1754942e-38,
    -1.1754942e-38,
    f32::MIN_POSITIVE,
    -f32::MIN_POSITIVE,
    1.0,
    -1.0,
    0.99999994,
    1.0000001,
    -0.99999994,
    -1.0000001,
    f32::MAX,
    f32::MIN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
    88.72283,
    88.72284,
    -87.33655,
    -103.27893,
    -103.97208,
    -104.0,
    9.01,
    -9.02,
    16.635532,
    1e-20,
    -1e20,
    3.0,
    std::f32::consts::LN_2,
];

/// A tensor on the CPU.
pub fn tensor(values: Vec<f32>, shape: &[usize]) -> Tensor {
    Tensor::new(values, shape, &Device::Cpu).unwrap()
}

/// A tensor of indices on the CPU.
pub fn indices(values: Vec<u32>, shape: &[usize]) -> Tensor {
    Tensor::indices(values, shape, &Device::Cpu).unwrap()
}

/// Numbers from -4 to 4; another sequence for each `purpose`.
pub fn numbers(length: usize, purpose: u32) -> Vec<f32> {
    let mut stream = Stream::new([9; 32], Purpose::new(4_000 + purpose));
    (0..length).map(|_| stream.uniform() * 8.0 - 4.0).collect()
}

/// [`numbers`] with one in five replaced by an awkward one.
pub fn awkward_numbers(length: usize, purpose: u32) -> Vec<f32> {
    let mut stream = Stream::new([10; 32], Purpose::new(4_000 + purpose));
    let replace = |number| {
        let chosen = stream.below(5 * AWKWARD.len() as u32) as usize;
        AWKWARD.get(chosen).copied().unwrap_or(number)
    };
    numbers(length, purpose).into_iter().map(replace).collect()
}

/// The bits of numbers; those of one NaN for all.
pub fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| if number.is_nan() { f32::NAN.to_bits() } else { number.to_bits() }).collect()
}

/// [`bits`] of binary64 numbers.
pub fn bits_f64(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }).collect()
}

/// Calls `check` under every instruction set of this processor and on pools of 1, 2 and 8 threads.
pub fn everywhere(check: impl Fn() + Sync) {
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for isa in Isa::available() {
            Isa::with(isa, || pool.install(&check));
        }
    }
}

/// Asserts that `operation` gives these numbers, bit for bit, under every instruction set and number of threads.
pub fn assert_everywhere(expected: &[f32], operation: impl Fn() -> Result<Tensor> + Sync) {
    let expected = bits(expected);
    everywhere(|| {
        let found = bits(&operation().unwrap().to_vec().unwrap());
        assert_eq!(found.len(), expected.len());
        for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(found, expected, "bits of element {index}, {:?}", Isa::current());
        }
    });
}
