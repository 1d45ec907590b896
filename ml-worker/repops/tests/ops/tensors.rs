use candle_core::{DType, Tensor as CandleTensor, Var};
use neurodata_repops::{ops, Device, Tensor};

use crate::support::{indices, numbers, tensor};

#[test]
fn a_tensor_gives_back_its_elements_and_shape() {
    let x = tensor(vec![1.0, -0.0, 3.0, 4.0, 5.0, 6.0], &[2, 3]);
    assert_eq!((x.shape(), x.elements()), ([2, 3].as_slice(), 6));
    assert_eq!(x.to_vec().unwrap(), [1.0, -0.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(x.reshape(&[3, 2]).unwrap().shape(), [3, 2]);
    assert_eq!(x.reshape(&[6]).unwrap().to_vec().unwrap(), x.to_vec().unwrap());
    assert_eq!(indices(vec![7, 8], &[2]).to_indices().unwrap(), [7, 8]);
    assert_eq!(Tensor::zeros(&[2, 0], &Device::Cpu).unwrap().elements(), 0);
    assert_eq!(Tensor::zeros(&[], &Device::Cpu).unwrap().to_vec().unwrap(), [0.0]);
    assert!(x.to_device(&Device::Cpu).unwrap().device().is_cpu());
}

#[test]
fn a_view_of_candle_is_taken_over_row_by_row() {
    let base = CandleTensor::from_vec(numbers(12, 70), (3, 4), &Device::Cpu).unwrap();
    let transposed = Tensor::from_candle(base.t().unwrap()).unwrap();
    assert_eq!(transposed.shape(), [4, 3]);
    let expected: Vec<f32> = base.t().unwrap().contiguous().unwrap().flatten_all().unwrap().to_vec1().unwrap();
    assert_eq!(transposed.to_vec().unwrap(), expected);
    // Rows in the middle: contiguous, but not from the start of the storage.
    let rows = Tensor::from_candle(base.narrow(0, 1, 2).unwrap()).unwrap();
    let expected: Vec<f32> = numbers(12, 70)[4..].iter().map(|x| -x).collect();
    assert_eq!(ops::neg(&rows).unwrap().to_vec().unwrap(), expected);
}

#[test]
fn a_tensor_forgets_how_candle_computed_it() {
    let variable = Var::from_tensor(&CandleTensor::ones((2, 2), DType::F32, &Device::Cpu).unwrap()).unwrap();
    let taken = Tensor::from_candle((variable.as_tensor() * 2.0).unwrap()).unwrap();
    let gradients = taken.as_candle().sum_all().unwrap().backward().unwrap();
    assert!(gradients.get(&variable).is_none());
}
