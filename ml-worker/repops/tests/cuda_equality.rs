//! Every operation on the first NVIDIA GPU, against the CPU: the same bits. Needs the feature `cuda` and a GPU.
//!
//! `scripts/cuda.sh` runs it. `tests/cuda_emulation` runs the same kernels without a GPU.
#![cfg(feature = "cuda")]

use neurodata_repops::{
    ops::{self, Adam, Sgd, Window},
    Device, Error, Purpose, Result, Stream, Tensor,
};

#[path = "../examples/bits.rs"]
mod bits;

fn gpu() -> Device {
    Device::new_cuda(0).expect("an NVIDIA GPU and its driver")
}

/// Inputs that are the same on every device.
struct Inputs<'a> {
    device: &'a Device,
    purpose: u32,
}

impl Inputs<'_> {
    fn stream(&mut self) -> Stream {
        self.purpose += 1;
        Stream::new([7; 32], Purpose::new(self.purpose))
    }

    /// Numbers from -2 to 2; one in 32 is 0, of either sign, subnormal or large.
    fn numbers(&mut self, shape: &[usize]) -> Result<Tensor> {
        let mut stream = self.stream();
        let number = |_| {
            let usual = stream.uniform() * 4.0 - 2.0;
            match stream.below(128) {
                0 => 0.0,
                1 => -0.0,
                2 => usual * 1e-39,
                3 => usual * 1e9,
                _ => usual,
            }
        };
        Tensor::new((0..shape.iter().product()).map(number).collect(), shape, self.device)
    }

    fn indices(&mut self, shape: &[usize], end: u32) -> Result<Tensor> {
        let mut stream = self.stream();
        Tensor::indices((0..shape.iter().product::<usize>()).map(|_| stream.below(end)).collect(), shape, self.device)
    }
}

/// The bits of binary32 numbers, every NaN alike.
fn bits_of(tensor: &Tensor) -> Result<Vec<u64>> {
    let bits = |x: f32| if x.is_nan() { u64::MAX } else { u64::from(x.to_bits()) };
    Ok(tensor.to_vec()?.into_iter().map(bits).collect())
}

/// The bits of binary64 numbers, every NaN alike.
fn bits_of_doubles(tensor: &Tensor) -> Result<Vec<u64>> {
    Ok(tensor.to_vec_f64()?.into_iter().map(|x| if x.is_nan() { u64::MAX } else { x.to_bits() }).collect())
}

/// Fails unless `f` gives the same bits on the CPU and on the GPU.
#[track_caller]
fn same(what: &str, f: impl Fn(&mut Inputs<'_>) -> Result<Vec<u64>>) {
    let cpu = f(&mut Inputs { device: &Device::Cpu, purpose: 0 }).unwrap();
    let gpu = f(&mut Inputs { device: &gpu(), purpose: 0 }).unwrap();
    assert_eq!(cpu.len(), gpu.len(), "{what}");
    let differ = cpu.iter().zip(&gpu).filter(|(cpu, gpu)| cpu != gpu).count();
    let first = cpu.iter().zip(&gpu).position(|(cpu, gpu)| cpu != gpu);
    assert_eq!(first, None, "{what}: {differ} of {} elements differ", cpu.len());
}

#[test]
fn every_operation_gives_the_digest_of_the_cpu() {
    let (cpu, gpu) = (bits::digests(&Device::Cpu).unwrap(), bits::digests(&gpu()).unwrap());
    assert_eq!(cpu.len(), ops::NAMES.len());
    for (cpu, gpu) in cpu.iter().zip(&gpu) {
        assert_eq!(cpu, gpu, "{}", cpu.0);
    }
}

#[test]
fn elementary_functions_agree_over_all_exponents() {
    // Every 4,099th of all binary32 numbers: NaN, infinities and subnormal ones are among them.
    let numbers: Vec<f32> = (0..u32::MAX).step_by(4_099).map(f32::from_bits).collect();
    for (name, function) in [
        ("exp", ops::exp as fn(&Tensor) -> Result<Tensor>),
        ("ln", ops::ln),
        ("tanh", ops::tanh),
        ("sigmoid", ops::sigmoid),
        ("sqrt", ops::sqrt),
        ("relu", ops::relu),
    ] {
        same(name, |inputs| bits_of(&function(&Tensor::new(numbers.clone(), &[numbers.len()], inputs.device)?)?));
    }
    same("div", |inputs| {
        let x = Tensor::new(numbers.clone(), &[numbers.len()], inputs.device)?;
        let reversed = Tensor::new(numbers.iter().rev().copied().collect(), &[numbers.len()], inputs.device)?;
        bits_of(&ops::div(&x, &reversed)?)
    });
}

#[test]
fn products_agree_at_the_edges_of_every_tile() {
    let lengths = [1, 3, 8, 31, 32, 33, 64, 65, 127, 128, 129, 260];
    for rows in lengths {
        for columns in lengths {
            for inner in [1, 7, 8, 9, 32, 33, 100] {
                same(&format!("{rows} by {inner} by {columns}"), |inputs| {
                    let (a, b) = (inputs.numbers(&[rows, inner])?, inputs.numbers(&[inner, columns])?);
                    let mut bits = bits_of(&ops::matmul(&a, &b)?)?;
                    let (a, b) = (a.reshape(&[inner, rows])?, b.reshape(&[columns, inner])?);
                    bits.extend(bits_of(&ops::matmul_nt(&a.reshape(&[rows, inner])?, &b)?)?);
                    bits.extend(bits_of(&ops::matmul_tn(&a, &b.reshape(&[inner, columns])?)?)?);
                    Ok(bits)
                });
            }
        }
    }
    for (rows, inner, columns) in [(2_048, 515, 2_052), (4_100, 64, 3), (10, 30_000, 12), (1_536, 1_536, 1_536)] {
        same(&format!("{rows} by {inner} by {columns}"), |inputs| {
            bits_of(&ops::matmul(&inputs.numbers(&[rows, inner])?, &inputs.numbers(&[inner, columns])?)?)
        });
    }
}

#[test]
fn sums_and_rows_agree_at_the_edges_of_every_block() {
    for length in [1, 2, 9, 2_047, 2_048, 2_049, 100_003, 2_048 * 2_048 + 1] {
        same(&format!("sum of {length}"), |inputs| bits_of(&ops::sum(&inputs.numbers(&[length])?)?));
    }
    for (rows, columns) in [(1, 33), (127, 31), (128, 32), (129, 70), (16_387, 3), (70_000, 65)] {
        same(&format!("sum_rows of {rows} by {columns}"), |inputs| {
            bits_of(&ops::sum_rows(&inputs.numbers(&[rows, columns])?)?)
        });
    }
    for (rows, columns) in [(1, 1), (1_000, 10), (65, 64), (64, 65), (129, 127), (7, 129), (33, 1_000), (3, 30_522)] {
        same(&format!("softmax_cross_entropy of {rows} by {columns}"), |inputs| {
            let (logits, classes) = (inputs.numbers(&[rows, columns])?, inputs.indices(&[rows], columns as u32)?);
            let (losses, gradient) = ops::softmax_cross_entropy(&logits, &classes)?;
            Ok([bits_of_doubles(&losses)?, bits_of(&gradient)?].concat())
        });
        same(&format!("layer_norm of {rows} by {columns}"), |inputs| {
            let (x, g) = (inputs.numbers(&[rows, columns])?, inputs.numbers(&[rows, columns])?);
            let (gain, bias) = (inputs.numbers(&[columns])?, inputs.numbers(&[columns])?);
            let ops::Normalised { output, mean, scale } = ops::layer_norm(&x, &gain, &bias)?;
            let (dx, dgain, dbias) = ops::layer_norm_grad(&x, &gain, &mean, &scale, &g)?;
            let singles = [&output, &dx, &dgain, &dbias].map(bits_of);
            let mut bits = [bits_of_doubles(&mean)?, bits_of_doubles(&scale)?].concat();
            for single in singles {
                bits.extend(single?);
            }
            Ok(bits)
        });
    }
}

#[test]
fn a_perceptron_takes_the_same_steps() {
    same("perceptron", |inputs| {
        let widths = [70, 130, 33, 10];
        let (x, classes) = (inputs.numbers(&[129, widths[0]])?, inputs.indices(&[129], 10)?);
        let mut layers = Vec::new();
        for pair in widths.windows(2) {
            let w = ops::scale(&inputs.numbers(pair)?, 1e-3)?;
            layers.push((w, Tensor::zeros(&[pair[1]], inputs.device)?));
        }
        let still = |layer: &(Tensor, Tensor)| -> Result<[Tensor; 4]> {
            let zeros = |of: &Tensor| Tensor::zeros(of.shape(), inputs.device);
            Ok([zeros(&layer.0)?, zeros(&layer.0)?, zeros(&layer.1)?, zeros(&layer.1)?])
        };
        let mut moments = layers.iter().map(still).collect::<Result<Vec<_>>>()?;
        let mut bits = Vec::new();
        let (mut power_1, mut power_2) = (1f64, 1f64);
        for _ in 0..10 {
            (power_1, power_2) = (power_1 * 0.9, power_2 * 0.999);
            let settings = Adam {
                rate: 0.003,
                beta_1: 0.9,
                beta_2: 0.999,
                one_minus_beta_1: 0.1,
                one_minus_beta_2: 0.001,
                epsilon: 1e-8,
                decay_rate: 3e-6,
                correction_1: (1.0 - power_1) as f32,
                correction_2: (1.0 - power_2) as f32,
            };
            let mut values = vec![x.clone()];
            for (index, (w, bias)) in layers.iter().enumerate() {
                let y = ops::add_bias(&ops::matmul(&values[index], w)?, bias)?;
                values.push(if index + 1 < layers.len() { ops::tanh(&y)? } else { y });
            }
            let (losses, mut g) = ops::softmax_cross_entropy(&values[layers.len()], &classes)?;
            bits.extend(bits_of_doubles(&losses)?);
            for index in (0..layers.len()).rev() {
                let (of_w, of_bias) = (ops::matmul_tn(&values[index], &g)?, ops::sum_rows(&g)?);
                if index > 0 {
                    g = ops::tanh_grad(&values[index], &ops::matmul_nt(&g, &layers[index].0)?)?;
                }
                let [m, v, bias_m, bias_v] = &moments[index];
                let (w, m, v) = ops::adam(&layers[index].0, m, v, &of_w, &settings)?;
                let (bias, bias_m, bias_v) = ops::adam(&layers[index].1, bias_m, bias_v, &of_bias, &settings)?;
                (layers[index], moments[index]) = ((w, bias), [m, v, bias_m, bias_v]);
            }
        }
        for (w, bias) in &layers {
            bits.extend(bits_of(w)?);
            bits.extend(bits_of(bias)?);
        }
        Ok(bits)
    });
}

#[test]
fn a_convolutional_net_takes_the_same_steps() {
    same("convolutional net", |inputs| {
        let window = Window { kernel: (3, 3), stride: (1, 1), padding: (1, 1) };
        let shape = [17, 14, 14, 3];
        let (x, classes) = (inputs.numbers(&shape)?, inputs.indices(&[17], 10)?);
        let (filters, dense) = (inputs.numbers(&[27, 20])?, inputs.numbers(&[7 * 7 * 20, 10])?);
        let (mut filters, mut dense) = (ops::scale(&filters, 1e-2)?, ops::scale(&dense, 1e-2)?);
        let (mut filters_v, mut dense_v) =
            (Tensor::zeros(filters.shape(), inputs.device)?, Tensor::zeros(dense.shape(), inputs.device)?);
        let settings = Sgd { rate: 0.01, momentum: 0.9, decay: 1e-4 };
        let mut bits = Vec::new();
        for _ in 0..5 {
            let seen = ops::relu(&ops::conv2d(&x, &filters, &window)?)?;
            let (pooled, position) = ops::max_pool(&seen, 2)?;
            let flat = pooled.reshape(&[17, 7 * 7 * 20])?;
            let (losses, g) = ops::softmax_cross_entropy(&ops::matmul(&flat, &dense)?, &classes)?;
            bits.extend(bits_of_doubles(&losses)?);
            let of_dense = ops::matmul_tn(&flat, &g)?;
            let g = ops::matmul_nt(&g, &dense)?.reshape(pooled.shape())?;
            let g = ops::max_pool_grad(&position, &g, 2, [17, 14, 14, 20])?;
            let g = ops::relu_grad(&seen, &g)?;
            let of_filters = ops::conv2d_weight_grad(&x, &g, &window)?;
            bits.extend(bits_of(&ops::conv2d_input_grad(&g, &filters, &window, shape)?)?);
            (dense, dense_v) = ops::sgd(&dense, &dense_v, &of_dense, &settings)?;
            (filters, filters_v) = ops::sgd(&filters, &filters_v, &of_filters, &settings)?;
        }
        bits.extend(bits_of(&filters)?);
        bits.extend(bits_of(&dense)?);
        Ok(bits)
    });
}

#[test]
fn a_classifier_of_text_takes_the_same_steps() {
    same("classifier of text", |inputs| {
        let (vocabulary, width) = (500, 48);
        let (ids, classes) = (inputs.indices(&[40, 30], vocabulary)?, inputs.indices(&[40], 4)?);
        let vocabulary = vocabulary as usize;
        let (mut table, mut dense) = (inputs.numbers(&[vocabulary, width])?, inputs.numbers(&[width, 4])?);
        let (mut table_v, mut dense_v) =
            (Tensor::zeros(table.shape(), inputs.device)?, Tensor::zeros(dense.shape(), inputs.device)?);
        let settings = Sgd { rate: 0.1, momentum: 0.5, decay: 0.0 };
        let mut bits = Vec::new();
        for _ in 0..5 {
            let means = ops::embedding_mean(&table, &ids)?;
            let (losses, g) = ops::softmax_cross_entropy(&ops::matmul(&means, &dense)?, &classes)?;
            bits.extend(bits_of_doubles(&losses)?);
            let (of_dense, g) = (ops::matmul_tn(&means, &g)?, ops::matmul_nt(&g, &dense)?);
            let of_table = ops::embedding_mean_grad(&ids, &g, vocabulary)?;
            (dense, dense_v) = ops::sgd(&dense, &dense_v, &of_dense, &settings)?;
            (table, table_v) = ops::sgd(&table, &table_v, &of_table, &settings)?;
        }
        bits.extend(bits_of(&table)?);
        Ok(bits)
    });
}

#[test]
fn a_part_of_a_tensor_of_candle_is_read_from_where_it_begins() {
    same("a view", |inputs| {
        let whole = inputs.numbers(&[9, 33])?;
        let part = whole.as_candle().narrow(0, 3, 5).expect("rows 3 to 7");
        let part = Tensor::from_candle(part)?;
        Ok([bits_of(&ops::sum_rows(&part)?)?, bits_of(&ops::matmul_nt(&part, &part)?)?].concat())
    });
}

#[test]
fn indices_out_of_range_are_refused() {
    let gpu = gpu();
    let table = Tensor::zeros(&[3, 4], &gpu).unwrap();
    let ids = Tensor::indices(vec![2, 3], &[2], &gpu).unwrap();
    let error = ops::embedding(&table, &ids).unwrap_err();
    assert!(matches!(error, Error::Index { operation: "embedding", position: 1, index: 3, end: 3 }), "{error}");
}
