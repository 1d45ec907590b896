use neurodata_definition::element;
use proptest::prelude::*;

use super::*;
use crate::ops::trial::{assert_everywhere, assert_gradient, bits, inner, numbers, tensor};

fn assert_bits(rows: usize, columns: usize) {
    let (x, g) = (numbers(rows * columns, 1), numbers(rows * columns, 2));
    let (gain, bias) = (numbers(columns, 3), numbers(columns, 4));
    let x_of = |row: usize| {
        let x = &x;
        move |column: usize| x[row * columns + column]
    };
    let g_of = |row: usize| {
        let g = &g;
        move |column: usize| g[row * columns + column]
    };
    let mean: Vec<f64> = (0..rows).map(|row| element::layer_norm_mean(x_of(row), columns)).collect();
    let scale: Vec<f64> = (0..rows).map(|row| element::layer_norm_scale(x_of(row), columns, mean[row])).collect();
    let places = || (0..rows * columns).map(|at| (at / columns, at % columns));
    let expected = [
        places()
            .map(|(row, at)| bits(element::layer_norm(x_of(row)(at), mean[row], scale[row], gain[at], bias[at])))
            .collect(),
        mean.iter().map(|mean| mean.to_bits()).collect(),
        scale.iter().map(|scale| scale.to_bits()).collect(),
        places()
            .map(|(row, at)| {
                let (x, g) = (x_of(row), g_of(row));
                bits(element::layer_norm_input_grad(x, |at| gain[at], mean[row], scale[row], g, columns, at))
            })
            .collect(),
        (0..columns)
            .map(|at| {
                let (x, g) = (|row| x_of(row)(at), |row| g_of(row)(at));
                bits(element::layer_norm_gain_grad(x, |row| mean[row], |row| scale[row], g, rows))
            })
            .collect(),
        (0..columns).map(|at| bits(element::layer_norm_bias_grad(|row| g_of(row)(at), rows))).collect::<Vec<u64>>(),
    ];
    let (x, g) = (tensor(&x, &[rows, columns]), tensor(&g, &[rows, columns]));
    let (gain, bias) = (tensor(&gain, &[columns]), tensor(&bias, &[columns]));
    assert_everywhere(&expected, || {
        let Normalised { output, mean, scale } = layer_norm(&x, &gain, &bias).unwrap();
        let (of_x, of_gain, of_bias) = layer_norm_grad(&x, &gain, &mean, &scale, &g).unwrap();
        vec![output, mean, scale, of_x, of_gain, of_bias]
    });
}

proptest! {
    #[test]
    fn every_bit_follows_the_definition(rows in 0usize..40, columns in 1usize..70) {
        assert_bits(rows, columns);
    }
}

#[test]
fn work_for_several_threads_follows_the_definition() {
    assert_bits(300, 83);
    assert_bits(1_000, 37);
}

#[test]
fn rows_have_mean_0_and_variance_1() {
    let x: Vec<f32> = (0..96).map(|at| (at * at % 31) as f32 * 0.25 - 2.0).collect();
    let one_and_zero = (tensor(&[1.0; 32], &[32]), tensor(&[0.0; 32], &[32]));
    let y = layer_norm(&tensor(&x, &[3, 32]), &one_and_zero.0, &one_and_zero.1).unwrap().output.to_vec().unwrap();
    for row in y.chunks(32) {
        let mean = row.iter().map(|y| f64::from(*y)).sum::<f64>() / 32.0;
        let variance = row.iter().map(|y| (f64::from(*y) - mean).powi(2)).sum::<f64>() / 32.0;
        assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-4, "{mean} {variance}");
    }
}

#[test]
fn a_constant_row_gives_the_bias() {
    let normalised =
        layer_norm(&tensor(&[3.5; 4], &[1, 4]), &tensor(&[2.0; 4], &[4]), &tensor(&[0.5; 4], &[4])).unwrap();
    assert_eq!(normalised.output.to_vec().unwrap(), [0.5; 4]);
    assert_eq!(normalised.scale.to_vec_f64().unwrap(), [1.0 / 1e-5f64.sqrt()]);
}

#[test]
fn the_gradients_are_those_of_finite_differences() {
    let shape = [3, 7];
    let x: Vec<f32> = (0..21).map(|at| (at * 8 % 21) as f32 * 0.25 - 2.0).collect();
    let (g, gain, bias) = (numbers(21, 2), numbers(7, 3), numbers(7, 4));
    let f = |x: &[f32], gain: &[f32], bias: &[f32]| {
        inner(&layer_norm(&tensor(x, &shape), &tensor(gain, &[7]), &tensor(bias, &[7])).unwrap().output, &g)
    };
    let (x_tensor, gain_tensor) = (tensor(&x, &shape), tensor(&gain, &[7]));
    let Normalised { mean, scale, .. } = layer_norm(&x_tensor, &gain_tensor, &tensor(&bias, &[7])).unwrap();
    let (of_x, of_gain, of_bias) =
        layer_norm_grad(&x_tensor, &gain_tensor, &mean, &scale, &tensor(&g, &shape)).unwrap();
    assert_gradient(&x, &of_x, |x| f(x, &gain, &bias));
    assert_gradient(&gain, &of_gain, |gain| f(&x, gain, &bias));
    assert_gradient(&bias, &of_bias, |bias| f(&x, &gain, bias));
}

#[test]
fn tensors_that_do_not_fit_are_refused() {
    let zeros = |shape: &[usize]| Tensor::zeros(shape, &candle_core::Device::Cpu).unwrap();
    let (x, row) = (zeros(&[2, 3]), zeros(&[3]));
    let refused = |x: &Tensor, gain: &Tensor, bias: &Tensor| layer_norm(x, gain, bias).unwrap_err().to_string();
    assert_eq!(refused(&row, &row, &row), "layer_norm: expected a tensor of 2 dimensions, found shape [3]");
    assert_eq!(refused(&x, &zeros(&[2]), &row), "layer_norm: expected shape [3], found shape [2]");
    assert_eq!(refused(&x, &row, &zeros(&[1, 3])), "layer_norm: expected shape [3], found shape [1, 3]");
    let empty = zeros(&[2, 0]);
    assert_eq!(
        refused(&empty, &zeros(&[0]), &zeros(&[0])),
        "layer_norm: expected rows of 1 to 16777216 columns, found shape [2, 0]"
    );
    let Normalised { mean, scale, .. } = layer_norm(&x, &row, &row).unwrap();
    assert!(matches!(
        layer_norm_grad(&x, &row, &mean, &row, &x),
        Err(Error::Shape { operation: "layer_norm_grad", .. })
    ));
    assert!(matches!(
        layer_norm_grad(&x, &row, &mean, &scale, &zeros(&[3, 3])),
        Err(Error::Shape { operation: "layer_norm_grad", .. })
    ));
    assert!(matches!(
        layer_norm_grad(&x, &row, &zeros(&[2]), &scale, &x),
        Err(Error::Type { operation: "layer_norm_grad", expected: "f64", found: "f32" })
    ));
}
