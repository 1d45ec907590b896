use neurodata_definition::element;
use proptest::prelude::*;

use super::*;
use crate::ops::{
    trial::{assert_everywhere, assert_gradient, bits, indices, inner, numbers, tensor},
    window::tests::{index, places},
};

fn assert_bits(shape: [usize; 4], size: usize, x: &[f32]) {
    let output = Tiles::new("max_pool", shape, size).unwrap().output();
    let g = numbers(output.iter().product(), 2);
    let (of_x, of_g) = (|at| x[index(shape, at)], |at| g[index(output, at)]);
    let largest: Vec<(f32, u32)> = places(output).map(|at| element::max_pool(of_x, size, at)).collect();
    let position = |at| largest[index(output, at)].1;
    let expected = [
        largest.iter().map(|(value, _)| bits(*value)).collect(),
        largest.iter().map(|(_, position)| u64::from(*position)).collect(),
        places(shape).map(|at| bits(element::max_pool_grad(position, of_g, size, shape, at))).collect(),
        places(output).map(|at| bits(element::avg_pool(of_x, size, at))).collect(),
        places(shape).map(|at| bits(element::avg_pool_grad(of_g, size, shape, at))).collect::<Vec<u64>>(),
    ];
    let (x, g) = (tensor(x, &shape), tensor(&g, &output));
    assert_everywhere(&expected, || {
        let (values, positions) = max_pool(&x, size).unwrap();
        let of_values = max_pool_grad(&positions, &g, size, shape).unwrap();
        let (means, of_means) = (avg_pool(&x, size).unwrap(), avg_pool_grad(&g, size, shape).unwrap());
        vec![values, positions, of_values, means, of_means]
    });
}

proptest! {
    #[test]
    fn every_bit_follows_the_definition(
        n in 0usize..3,
        (h, w) in (1usize..10, 1usize..10),
        c in prop_oneof![0usize..9, 15usize..40],
        size in 1usize..5,
    ) {
        prop_assume!(size <= h && size <= w);
        assert_bits([n, h, w, c], size, &numbers(n * h * w * c, 1));
    }

    #[test]
    fn the_first_among_equals_counts(values in proptest::collection::vec(0u8..3, 4 * 4 * 6 * 18)) {
        let x: Vec<f32> = values.into_iter().map(|value| [f32::NAN, 0.0, -0.0][usize::from(value)]).collect();
        assert_bits([4, 4, 6, 18], 2, &x);
    }
}

#[test]
fn work_for_several_threads_follows_the_definition() {
    assert_bits([7, 29, 31, 32], 2, &numbers(7 * 29 * 31 * 32, 1));
    assert_bits([2, 60, 50, 33], 7, &numbers(2 * 60 * 50 * 33, 1));
}

#[test]
fn a_rest_gets_no_gradient() {
    let gradient = avg_pool_grad(&tensor(&[4.0], &[1, 1, 1, 1]), 2, [1, 3, 3, 1]).unwrap().to_vec().unwrap();
    assert_eq!(gradient, [1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    let position = indices(&[3], &[1, 1, 1, 1]);
    let gradient = max_pool_grad(&position, &tensor(&[4.0], &[1, 1, 1, 1]), 2, [1, 3, 3, 1]).unwrap();
    assert_eq!(gradient.to_vec().unwrap(), [0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn the_gradients_are_those_of_finite_differences() {
    let shape = [2, 5, 4, 3];
    // Far enough from each other for the steps of the differences.
    let x: Vec<f32> = (0..120).map(|index| (index * 37 % 120) as f32 / 16.0).collect();
    let g = numbers(24, 2);
    let (_, positions) = max_pool(&tensor(&x, &shape), 2).unwrap();
    let of_values = max_pool_grad(&positions, &tensor(&g, &[2, 2, 2, 3]), 2, shape).unwrap();
    assert_gradient(&x, &of_values, |x| inner(&max_pool(&tensor(x, &shape), 2).unwrap().0, &g));
    let of_means = avg_pool_grad(&tensor(&g, &[2, 2, 2, 3]), 2, shape).unwrap();
    assert_gradient(&x, &of_means, |x| inner(&avg_pool(&tensor(x, &shape), 2).unwrap(), &g));
}

#[test]
fn what_does_not_fit_is_refused() {
    let zeros = |shape: &[usize]| Tensor::zeros(shape, &candle_core::Device::Cpu).unwrap();
    let x = zeros(&[1, 4, 3, 1]);
    assert_eq!(
        max_pool(&x, 0).unwrap_err().to_string(),
        "max_pool: expected a window of 1 to 4,096 points either way, found 0"
    );
    assert_eq!(
        avg_pool(&x, 5_000).unwrap_err().to_string(),
        "avg_pool: expected a window of 1 to 4,096 points either way, found 5000"
    );
    assert_eq!(
        avg_pool(&x, 4).unwrap_err().to_string(),
        "avg_pool: expected images of at least 4 by 4 points, found shape [1, 4, 3, 1]"
    );
    assert_eq!(
        max_pool(&zeros(&[4, 3]), 1).unwrap_err().to_string(),
        "max_pool: expected a tensor of 4 dimensions, found shape [4, 3]"
    );
    let (g, positions) = (zeros(&[1, 2, 1, 1]), indices(&[0, 4], &[1, 2, 1, 1]));
    assert_eq!(
        avg_pool_grad(&g, 2, [1, 2, 2, 1]).unwrap_err().to_string(),
        "avg_pool_grad: expected shape [1, 1, 1, 1], found shape [1, 2, 1, 1]"
    );
    assert_eq!(
        max_pool_grad(&positions, &g, 2, [1, 4, 3, 1]).unwrap_err().to_string(),
        "max_pool_grad: expected indices below 4, found 4 at position 1"
    );
    assert!(matches!(
        max_pool_grad(&g, &g, 2, [1, 4, 3, 1]),
        Err(Error::Type { operation: "max_pool_grad", expected: "u32", found: "f32" })
    ));
}
