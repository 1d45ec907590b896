use neurodata_definition::element;
use neurodata_repops::{ops, Result, Tensor};
use proptest::prelude::*;

use crate::support::{assert_everywhere, awkward_numbers, bits, numbers, tensor, AWKWARD};

type Unary = (&'static str, fn(&Tensor) -> Result<Tensor>, fn(f32) -> f32);
type Binary = (&'static str, fn(&Tensor, &Tensor) -> Result<Tensor>, fn(f32, f32) -> f32);

const UNARY: [Unary; 7] = [
    ("sqrt", ops::sqrt, element::sqrt),
    ("neg", ops::neg, element::neg),
    ("exp", ops::exp, element::exp),
    ("ln", ops::ln, element::ln),
    ("tanh", ops::tanh, element::tanh),
    ("sigmoid", ops::sigmoid, element::sigmoid),
    ("relu", ops::relu, element::relu),
];

const BINARY: [Binary; 7] = [
    ("add", ops::add, element::add),
    ("sub", ops::sub, element::sub),
    ("mul", ops::mul, element::mul),
    ("div", ops::div, element::div),
    ("relu_grad", ops::relu_grad, element::relu_grad),
    ("tanh_grad", ops::tanh_grad, element::tanh_grad),
    ("sigmoid_grad", ops::sigmoid_grad, element::sigmoid_grad),
];

/// Lengths around registers, blocks and the lengths from which a second thread helps.
const LENGTHS: [usize; 12] = [0, 1, 2, 15, 17, 127, 129, 1_000, 8_191, 8_193, 65_535, 65_667];

#[test]
fn operations_of_one_tensor_follow_their_definitions_at_every_length() {
    for length in LENGTHS {
        let x = awkward_numbers(length, 1);
        for (_, operation, definition) in UNARY {
            let expected: Vec<f32> = x.iter().map(|x| definition(*x)).collect();
            assert_everywhere(&expected, || operation(&tensor(x.clone(), &[length])));
        }
    }
}

#[test]
fn operations_of_two_tensors_follow_their_definitions_at_every_length() {
    for length in LENGTHS {
        let (a, b) = (awkward_numbers(length, 2), awkward_numbers(length, 3));
        for (_, operation, definition) in BINARY {
            let expected: Vec<f32> = a.iter().zip(&b).map(|(a, b)| definition(*a, *b)).collect();
            assert_everywhere(&expected, || operation(&tensor(a.clone(), &[length]), &tensor(b.clone(), &[length])));
        }
    }
}

#[test]
fn every_pair_of_awkward_numbers_follows_the_definitions() {
    let (a, b): (Vec<f32>, Vec<f32>) = AWKWARD.iter().flat_map(|a| AWKWARD.map(|b| (*a, b))).unzip();
    for (_, operation, definition) in BINARY {
        let expected: Vec<f32> = a.iter().zip(&b).map(|(a, b)| definition(*a, *b)).collect();
        assert_everywhere(&expected, || operation(&tensor(a.clone(), &[32, 32]), &tensor(b.clone(), &[32, 32])));
    }
}

#[test]
fn scaling_multiplies_every_element_by_one_number() {
    for factor in AWKWARD {
        let x = awkward_numbers(333, 4);
        let expected: Vec<f32> = x.iter().map(|x| x * factor).collect();
        assert_everywhere(&expected, || ops::scale(&tensor(x.clone(), &[333]), factor));
    }
}

#[test]
fn results_have_the_shape_of_the_inputs() {
    let x = tensor(numbers(24, 5), &[2, 3, 4]);
    assert_eq!(ops::add(&x, &x).unwrap().shape(), [2, 3, 4]);
    assert_eq!(ops::exp(&tensor(vec![1.0], &[])).unwrap().shape(), [0usize; 0]);
    assert_eq!(ops::tanh(&tensor(vec![], &[0, 7])).unwrap().shape(), [0, 7]);
}

#[test]
fn elementary_functions_are_within_half_a_unit_in_the_last_place() {
    let functions: [(fn(&Tensor) -> Result<Tensor>, fn(f64) -> f64); 4] = [
        (ops::exp, f64::exp),
        (ops::ln, f64::ln),
        (ops::tanh, f64::tanh),
        (ops::sigmoid, |x| 1.0 / (1.0 + (-x).exp())),
    ];
    let x: Vec<f32> = numbers(50_000, 6).into_iter().map(|x| x * x * x).collect();
    for (operation, reference) in functions {
        let found = operation(&tensor(x.clone(), &[x.len()])).unwrap().to_vec().unwrap();
        for (x, found) in x.iter().zip(found) {
            let exact = reference(f64::from(*x));
            // The reference itself is off by a few units in the last place of binary64.
            let unit = f64::from((exact as f32).abs().next_up()) - f64::from((exact as f32).abs());
            let error = (f64::from(found) - exact).abs() / unit;
            assert!(exact.is_nan() && found.is_nan() || error < 0.5001, "{x}: {found} for {exact}");
        }
    }
}

proptest! {
    #[test]
    fn any_bits_follow_the_definitions(a in prop::collection::vec(any::<u32>(), 1..200)) {
        let a: Vec<f32> = a.into_iter().map(f32::from_bits).collect();
        let b: Vec<f32> = a.iter().rev().copied().collect();
        let (x, y) = (tensor(a.clone(), &[a.len()]), tensor(b.clone(), &[b.len()]));
        for (name, operation, definition) in UNARY {
            let expected: Vec<f32> = a.iter().map(|a| definition(*a)).collect();
            prop_assert_eq!(bits(&operation(&x).unwrap().to_vec().unwrap()), bits(&expected), "{}", name);
        }
        for (name, operation, definition) in BINARY {
            let expected: Vec<f32> = a.iter().zip(&b).map(|(a, b)| definition(*a, *b)).collect();
            prop_assert_eq!(bits(&operation(&x, &y).unwrap().to_vec().unwrap()), bits(&expected), "{}", name);
        }
    }
}
