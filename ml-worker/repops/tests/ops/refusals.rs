use candle_core::{DType, Tensor as CandleTensor};
use neurodata_repops::{ops, Device, Error, Tensor};

use crate::support::{indices, tensor};

fn zeros(shape: &[usize]) -> Tensor {
    Tensor::zeros(shape, &Device::Cpu).unwrap()
}

#[track_caller]
fn assert_refused<T>(result: Result<T, Error>, message: &str) {
    assert_eq!(result.err().expect("the operation must be refused").to_string(), message);
}

#[test]
fn tensors_whose_number_of_elements_does_not_fit_are_refused() {
    let made = Tensor::new(vec![1.0; 5], &[2, 3], &Device::Cpu);
    assert_refused(made, "new: expected a shape of 5 elements, found shape [2, 3]");
    let made = Tensor::indices(vec![1], &[0], &Device::Cpu);
    assert_refused(made, "indices: expected a shape of 1 elements, found shape [0]");
    assert_refused(zeros(&[4]).reshape(&[3]), "reshape: expected a shape of 4 elements, found shape [3]");
    let huge = Tensor::zeros(&[usize::MAX, 2], &Device::Cpu);
    let message =
        format!("zeros: expected a shape whose number of elements is a usize, found shape [{}, 2]", usize::MAX);
    assert_refused(huge, &message);
}

#[test]
fn elements_of_another_type_are_refused() {
    let ids = indices(vec![0, 1], &[2]);
    assert_refused(ids.to_vec(), "to_vec: expected elements of type f32, found u32");
    assert_refused(ids.to_vec_f64(), "to_vec_f64: expected elements of type f64, found u32");
    assert_refused(zeros(&[1]).to_indices(), "to_indices: expected elements of type u32, found f32");
    assert_refused(ops::exp(&ids), "exp: expected elements of type f32, found u32");
    assert_refused(ops::add(&zeros(&[2]), &ids), "add: expected elements of type f32, found u32");
    assert_refused(ops::sum(&ids), "sum: expected elements of type f32, found u32");
    assert_refused(ops::first_not_finite(&ids), "first_not_finite: expected elements of type f32, found u32");
    let refused = ops::softmax_cross_entropy(&zeros(&[2, 3]), &zeros(&[2]));
    assert_refused(refused, "softmax_cross_entropy: expected elements of type u32, found f32");
    let other = CandleTensor::zeros(2, DType::I64, &Device::Cpu).unwrap();
    assert_refused(Tensor::from_candle(other), "from_candle: expected elements of type f32, f64 or u32, found i64");
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let refusals = [
        (ops::add(&zeros(&[2]), &zeros(&[3])), "add: expected shape [2], found shape [3]"),
        (ops::tanh_grad(&zeros(&[2, 1]), &zeros(&[1, 2])), "tanh_grad: expected shape [2, 1], found shape [1, 2]"),
        (ops::add_bias(&zeros(&[2]), &zeros(&[2])), "add_bias: expected a tensor of 2 dimensions, found shape [2]"),
        (ops::add_bias(&zeros(&[2, 3]), &zeros(&[2])), "add_bias: expected shape [3], found shape [2]"),
        (ops::sum_rows(&zeros(&[4])), "sum_rows: expected a tensor of 2 dimensions, found shape [4]"),
        (ops::matmul(&zeros(&[2, 3]), &zeros(&[2, 3])), "matmul: expected an inner dimension of 3, found shape [2, 3]"),
        (
            ops::matmul_nt(&zeros(&[2, 3]), &zeros(&[3, 2])),
            "matmul_nt: expected an inner dimension of 3, found shape [3, 2]",
        ),
        (
            ops::matmul_tn(&zeros(&[2, 3]), &zeros(&[3, 2])),
            "matmul_tn: expected an inner dimension of 2, found shape [3, 2]",
        ),
        (
            ops::matmul(&zeros(&[2, 3, 1]), &zeros(&[3, 2])),
            "matmul: expected a tensor of 2 dimensions, found shape [2, 3, 1]",
        ),
    ];
    for (result, message) in refusals {
        assert_refused(result, message);
    }
    let losses = [
        (
            ops::softmax_cross_entropy(&zeros(&[2, 3]), &indices(vec![0; 3], &[3])),
            "softmax_cross_entropy: expected shape [2], found shape [3]",
        ),
        (
            ops::squared_error(&zeros(&[2, 2]), &zeros(&[2, 2])),
            "squared_error: expected one column, found shape [2, 2]",
        ),
        (ops::squared_error(&zeros(&[2, 1]), &zeros(&[2])), "squared_error: expected shape [2, 1], found shape [2]"),
    ];
    for (result, message) in losses {
        assert_refused(result, message);
    }
    let sgd = ops::Sgd { rate: 0.1, momentum: 0.0, decay: 0.0 };
    let refused = ops::sgd(&zeros(&[2]), &zeros(&[2]), &zeros(&[1]), &sgd);
    assert_refused(refused, "sgd: expected shape [2], found shape [1]");
}

#[test]
fn a_product_too_large_for_the_address_space_is_refused() {
    // Without an inner dimension the factors are empty, whatever the size of their product.
    let half = 1 << (usize::BITS / 2);
    let refused = ops::matmul(&zeros(&[half, 0]), &zeros(&[0, half]));
    let message = format!("matmul: expected a shape whose number of elements is a usize, found shape [{half}, {half}]");
    assert_refused(refused, &message);
}

#[test]
fn a_class_without_a_column_is_refused() {
    let refused = ops::softmax_cross_entropy(&zeros(&[3, 2]), &indices(vec![1, 2, 7], &[3]));
    assert_refused(refused, "softmax_cross_entropy: expected indices below 2, found 2 at position 1");
    let refused = ops::softmax_cross_entropy(&zeros(&[1, 0]), &indices(vec![0], &[1]));
    assert_refused(refused, "softmax_cross_entropy: expected indices below 0, found 0 at position 0");
}

#[test]
fn the_first_number_that_is_not_finite_is_found() {
    let with = |index: usize, number: f32| {
        let mut values = vec![1.0; 5_000];
        values[index] = number;
        values[4_999] = f32::NAN;
        tensor(values, &[50, 100])
    };
    for index in [0, 1, 1_023, 1_024, 4_998] {
        for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(ops::first_not_finite(&with(index, number)).unwrap(), Some(index));
        }
    }
    assert_eq!(ops::first_not_finite(&tensor(vec![f32::MAX, f32::MIN, 1e-45], &[3])).unwrap(), None);
    assert_eq!(ops::first_not_finite(&zeros(&[0])).unwrap(), None);
}
