use neurodata_definition::element;
use neurodata_repops::ops;

use crate::support::{assert_everywhere, awkward_numbers, numbers, tensor};

/// Rows and columns around blocks of both and around the sizes from which a second thread helps.
const SHAPES: [[usize; 2]; 22] = [
    [0, 0],
    [0, 5],
    [5, 0],
    [1, 1],
    [1, 70],
    [2, 3],
    [3, 1],
    [7, 16],
    [8, 64],
    [9, 65],
    [17, 81],
    [31, 10],
    [33, 127],
    [100, 2],
    [255, 1],
    [1_000, 3],
    [1_027, 130],
    [4_097, 33],
    [70_000, 1],
    [70_001, 2],
    [131_073, 1],
    [20_000, 11],
];

#[test]
fn sums_of_rows_follow_the_fixed_tree() {
    for [rows, columns] in SHAPES {
        let x = numbers(rows * columns, 20);
        let expected: Vec<f32> =
            (0..columns).map(|column| element::sum_rows(|row| x[row * columns + column], rows)).collect();
        assert_everywhere(&expected, || ops::sum_rows(&tensor(x.clone(), &[rows, columns])));
    }
}

#[test]
fn sums_of_awkward_rows_follow_the_fixed_tree() {
    let x = awkward_numbers(40 * 90, 21);
    let expected: Vec<f32> = (0..90).map(|column| element::sum_rows(|row| x[row * 90 + column], 40)).collect();
    assert_everywhere(&expected, || ops::sum_rows(&tensor(x.clone(), &[40, 90])));
}

#[test]
fn sums_of_all_elements_follow_the_fixed_tree() {
    for length in [0, 1, 2, 3, 255, 256, 257, 511, 1_000, 65_535, 65_536, 65_537, 131_071, 131_072, 200_001, 400_000] {
        let x = numbers(length, 22);
        let expected = [element::sum(|index| x[index], length)];
        assert_everywhere(&expected, || ops::sum(&tensor(x.clone(), &[length])));
    }
}

#[test]
fn the_sum_of_a_single_negative_zero_keeps_its_sign() {
    assert_everywhere(&[-0.0], || ops::sum(&tensor(vec![-0.0], &[1])));
    assert_everywhere(&[-0.0, 0.0], || ops::sum_rows(&tensor(vec![-0.0, 0.0, -0.0, -0.0], &[2, 2])));
}

#[test]
fn a_sum_has_no_dimension() {
    assert_eq!(ops::sum(&tensor(numbers(6, 23), &[2, 3])).unwrap().shape(), [0usize; 0]);
    assert_eq!(ops::sum_rows(&tensor(numbers(6, 23), &[2, 3])).unwrap().shape(), [3]);
}

#[test]
fn a_bias_is_added_to_every_row() {
    for [rows, columns] in SHAPES {
        let (x, bias) = (awkward_numbers(rows * columns, 24), awkward_numbers(columns, 25));
        let expected: Vec<f32> =
            x.iter().enumerate().map(|(index, x)| element::add_bias(*x, bias[index % columns])).collect();
        let (x, bias) = (tensor(x, &[rows, columns]), tensor(bias, &[columns]));
        assert_everywhere(&expected, || ops::add_bias(&x, &bias));
    }
}
