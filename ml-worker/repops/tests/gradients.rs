//! The gradients that candle's graphs compute through `repops::candle`: against central differences, and against the
//! gradient operations bit for bit.

use candle_core::{Device, Result, Tensor as CandleTensor, Var};
use neurodata_repops::{
    candle,
    ops::{self, Window},
    Purpose, Stream, Tensor,
};

/// Numbers from -1 to 1, no two of them nearer to each other than the step of [`DIFFERENCE`] and none so near to 0.
fn numbers(length: usize, purpose: u32) -> Vec<f32> {
    let order = Stream::new([5; 32], Purpose::new(5_000 + purpose)).permutation(length as u32);
    order.into_iter().map(|place| (place as f32 + 0.5) / length as f32 * 2.0 - 1.0).collect()
}

fn variable(values: Vec<f32>, shape: &[usize]) -> Var {
    Var::from_tensor(&CandleTensor::from_vec(values, shape, &Device::Cpu).unwrap()).unwrap()
}

fn indices(values: Vec<u32>, shape: &[usize]) -> CandleTensor {
    CandleTensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn values(tensor: &CandleTensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// The step of central differences.
const DIFFERENCE: f32 = 1.0 / 256.0;

/// Checks the gradients of `function` by each of its inputs of these shapes, and gives them.
///
/// The loss is the sum of the results, each multiplied by a number of its own. A gradient is that of a quadratic
/// through both ends of the difference, hence a tolerance for the cubic part and for the rounding of the losses.
#[track_caller]
fn gradients(inputs: &[&Var], function: impl Fn(&[&CandleTensor]) -> Result<CandleTensor>) -> Vec<CandleTensor> {
    let tensors: Vec<&CandleTensor> = inputs.iter().map(|input| input.as_tensor()).collect();
    let result = function(&tensors).unwrap();
    let factors = upstream(&result);
    let loss = candle::sum(&candle::mul(&result, &factors).unwrap()).unwrap();
    let computed = loss.backward().unwrap();
    let gradients: Vec<CandleTensor> = inputs.iter().map(|input| computed.get(input).unwrap().clone()).collect();

    let exact_loss = |tensors: &[&CandleTensor]| -> f64 {
        let results = values(&function(tensors).unwrap());
        results.iter().zip(values(&factors)).map(|(result, factor)| f64::from(*result) * f64::from(factor)).sum()
    };
    for (index, gradient) in gradients.iter().enumerate() {
        let base = values(tensors[index]);
        for (element, found) in values(gradient).into_iter().enumerate() {
            let moved = |step: f32| {
                let mut moved = base.clone();
                moved[element] += step;
                let moved = CandleTensor::from_vec(moved, tensors[index].shape(), &Device::Cpu).unwrap();
                let mut tensors = tensors.clone();
                tensors[index] = &moved;
                exact_loss(&tensors)
            };
            let expected = (moved(DIFFERENCE) - moved(-DIFFERENCE)) / f64::from(2.0 * DIFFERENCE);
            let error = (f64::from(found) - expected).abs();
            assert!(error < 1e-3 * (1.0 + expected.abs()), "input {index}, element {element}: {found} for {expected}");
        }
    }
    gradients
}

/// The gradient that reaches a result of [`gradients`].
fn upstream(result: &CandleTensor) -> CandleTensor {
    let shape = result.dims();
    CandleTensor::from_vec(numbers(shape.iter().product(), 99), shape, &Device::Cpu).unwrap()
}

/// Asserts that candle's gradient has the bits of `expected`, +0 for -0, since candle adds it to +0.
#[track_caller]
fn assert_bits(found: &CandleTensor, expected: neurodata_repops::Result<Tensor>) {
    let expected = expected.unwrap();
    assert_eq!(found.dims(), expected.shape());
    let bits = |values: Vec<f32>| values.into_iter().map(|value| (value + 0.0).to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(values(found)), bits(expected.to_vec().unwrap()));
}

fn ours(tensor: &CandleTensor) -> Tensor {
    Tensor::from_candle(tensor.clone()).unwrap()
}

#[test]
fn gradients_of_the_matrix_product_are_those_of_central_differences() {
    let (a, b) = (variable(numbers(15, 1), &[3, 5]), variable(numbers(20, 2), &[5, 4]));
    let found = gradients(&[&a, &b], |x| candle::matmul(x[0], x[1]));
    let g = ours(&upstream(&candle::matmul(&a, &b).unwrap()));
    assert_bits(&found[0], ops::matmul_nt(&g, &ours(&b)));
    assert_bits(&found[1], ops::matmul_tn(&ours(&a), &g));
}

#[test]
fn gradients_of_a_bias_are_those_of_central_differences() {
    let (x, bias) = (variable(numbers(12, 3), &[4, 3]), variable(numbers(3, 4), &[3]));
    let found = gradients(&[&x, &bias], |x| candle::add_bias(x[0], x[1]));
    let g = ours(&upstream(&x));
    assert_bits(&found[0], Ok(g.clone()));
    assert_bits(&found[1], ops::sum_rows(&g));
}

#[test]
fn gradients_of_arithmetic_are_those_of_central_differences() {
    let (a, b) = (variable(numbers(12, 5), &[3, 4]), variable(numbers(12, 6), &[3, 4]));
    let far = variable(numbers(12, 6).into_iter().map(|x| x + 3.0).collect(), &[3, 4]);
    let (g, divisor) = (ours(&upstream(&a)), ours(&far));
    let found = gradients(&[&a, &b], |x| candle::add(x[0], x[1]));
    assert_bits(&found[1], Ok(g.clone()));
    let found = gradients(&[&a, &b], |x| candle::sub(x[0], x[1]));
    assert_bits(&found[1], ops::neg(&g));
    let found = gradients(&[&a, &b], |x| candle::mul(x[0], x[1]));
    assert_bits(&found[0], ops::mul(&g, &ours(&b)));
    let found = gradients(&[&a, &far], |x| candle::div(x[0], x[1]));
    assert_bits(&found[0], ops::div(&g, &divisor));
    let found = gradients(&[&a], |x| candle::scale(x[0], -1.75));
    assert_bits(&found[0], ops::scale(&g, -1.75));
    let found = gradients(&[&a], |x| candle::neg(x[0]));
    assert_bits(&found[0], ops::neg(&g));
    gradients(&[&far], |x| candle::sqrt(x[0]));
}

#[test]
fn gradients_of_elementary_functions_are_those_of_central_differences() {
    let x = variable(numbers(24, 7), &[2, 12]);
    let positive = variable(numbers(24, 8).into_iter().map(|x| x + 2.0).collect(), &[24]);
    let g = ours(&upstream(&x));
    let found = gradients(&[&x], |x| candle::exp(x[0]));
    assert_bits(&found[0], ops::mul(&g, &ops::exp(&ours(&x)).unwrap()));
    let found = gradients(&[&positive], |x| candle::ln(x[0]));
    assert_bits(&found[0], ops::div(&g.reshape(&[24]).unwrap(), &ours(&positive)));
    let found = gradients(&[&x], |x| candle::tanh(x[0]));
    assert_bits(&found[0], ops::tanh_grad(&ops::tanh(&ours(&x)).unwrap(), &g));
    let found = gradients(&[&x], |x| candle::sigmoid(x[0]));
    assert_bits(&found[0], ops::sigmoid_grad(&ops::sigmoid(&ours(&x)).unwrap(), &g));
    let found = gradients(&[&x], |x| candle::relu(x[0]));
    assert_bits(&found[0], ops::relu_grad(&ops::relu(&ours(&x)).unwrap(), &g));
}

#[test]
fn gradients_of_sums_are_those_of_central_differences() {
    let x = variable(numbers(12, 9), &[4, 3]);
    gradients(&[&x], |x| candle::sum(x[0]));
    gradients(&[&x], |x| candle::sum_rows(x[0]));
}

#[test]
fn gradients_of_mean_losses_are_those_of_central_differences() {
    let (logits, classes) = (variable(numbers(12, 10), &[4, 3]), indices(vec![0, 2, 1, 1], &[4]));
    gradients(&[&logits], |x| candle::softmax_cross_entropy(x[0], &classes));
    let loss = candle::softmax_cross_entropy(&logits, &classes).unwrap();
    let expected = ops::softmax_cross_entropy(&ours(&logits), &ours(&classes)).unwrap();
    assert_bits(loss.backward().unwrap().get(&logits).unwrap(), Ok(expected.1));
    let losses = expected.0.to_vec_f64().unwrap();
    let mean = ((losses[0] + losses[1]) + (losses[2] + losses[3])) / 4.0;
    assert_eq!(loss.to_scalar::<f32>().unwrap(), mean as f32);

    let (outputs, targets) = (variable(numbers(5, 11), &[5, 1]), variable(numbers(5, 12), &[5, 1]));
    gradients(&[&outputs], |x| candle::squared_error(x[0], &targets));
    let loss = candle::squared_error(&outputs, &targets).unwrap();
    let expected = ops::squared_error(&ours(&outputs), &ours(&targets)).unwrap();
    assert_bits(loss.backward().unwrap().get(&outputs).unwrap(), Ok(expected.1));
}

#[test]
fn the_mean_loss_of_no_rows_is_refused() {
    let nothing = CandleTensor::from_vec(Vec::<f32>::new(), (0, 1), &Device::Cpu).unwrap();
    let refused = candle::squared_error(&nothing, &nothing).unwrap_err().to_string();
    assert!(refused.contains("squared_error: expected at least one row, found shape [0, 1]"), "{refused}");
}

#[test]
fn gradients_of_a_convolution_are_those_of_central_differences() {
    let window = Window { kernel: (3, 2), stride: (2, 1), padding: (1, 1) };
    let (x, w) = (variable(numbers(60, 13), &[1, 5, 4, 3]), variable(numbers(36, 14), &[18, 2]));
    let found = gradients(&[&x, &w], |x| candle::conv2d(x[0], x[1], &window));
    let g = ours(&upstream(&candle::conv2d(&x, &w, &window).unwrap()));
    assert_bits(&found[0], ops::conv2d_input_grad(&g, &ours(&w), &window, [1, 5, 4, 3]));
    assert_bits(&found[1], ops::conv2d_weight_grad(&ours(&x), &g, &window));
}

#[test]
fn gradients_of_pooling_are_those_of_central_differences() {
    let x = variable(numbers(100, 15), &[1, 5, 5, 4]);
    let found = gradients(&[&x], |x| candle::max_pool(x[0], 2));
    let (largest, position) = ops::max_pool(&ours(&x), 2).unwrap();
    let g = ours(&upstream(largest.as_candle()));
    assert_bits(&found[0], ops::max_pool_grad(&position, &g, 2, [1, 5, 5, 4]));
    let found = gradients(&[&x], |x| candle::avg_pool(x[0], 2));
    assert_bits(&found[0], ops::avg_pool_grad(&g, 2, [1, 5, 5, 4]));
}

#[test]
fn gradients_of_embeddings_are_those_of_central_differences() {
    let (table, ids) = (variable(numbers(15, 16), &[5, 3]), indices(vec![1, 4, 1, 0, 2, 0], &[2, 3]));
    let found = gradients(&[&table], |x| candle::embedding(x[0], &ids));
    let g = ours(&upstream(&candle::embedding(&table, &ids).unwrap()));
    assert_bits(&found[0], ops::embedding_grad(&ours(&ids), &g, 5));
    let found = gradients(&[&table], |x| candle::embedding_mean(x[0], &ids));
    let g = ours(&upstream(&candle::embedding_mean(&table, &ids).unwrap()));
    assert_bits(&found[0], ops::embedding_mean_grad(&ours(&ids), &g, 5));
}

#[test]
fn gradients_of_layer_normalisation_are_those_of_central_differences() {
    let (x, gain, bias) =
        (variable(numbers(24, 17), &[4, 6]), variable(numbers(6, 18), &[6]), variable(numbers(6, 19), &[6]));
    let found = gradients(&[&x, &gain, &bias], |x| candle::layer_norm(x[0], x[1], x[2]));
    let (g, x, gain) = (ours(&upstream(&x)), ours(&x), ours(&gain));
    let normalised = ops::layer_norm(&x, &gain, &ours(&bias)).unwrap();
    let (dx, dgain, dbias) = ops::layer_norm_grad(&x, &gain, &normalised.mean, &normalised.scale, &g).unwrap();
    assert_bits(&found[0], Ok(dx));
    assert_bits(&found[1], Ok(dgain));
    assert_bits(&found[2], Ok(dbias));
}

#[test]
fn a_tensor_used_twice_gets_the_sum_of_both_gradients() {
    let x = variable(numbers(6, 20), &[6]);
    gradients(&[&x], |x| candle::mul(x[0], &candle::tanh(x[0])?));
}

#[test]
fn results_and_gradients_of_views_are_those_of_their_elements() {
    let x = variable(numbers(12, 21), &[3, 4]);
    gradients(&[&x], |x| candle::exp(&x[0].t()?));
    let twice = candle::scale(&x.narrow(0, 1, 2).unwrap(), 2.0).unwrap();
    let expected: Vec<f32> = numbers(12, 21)[4..].iter().map(|x| x * 2.0).collect();
    assert_eq!(values(&twice), expected);
}
