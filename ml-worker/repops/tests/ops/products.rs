use neurodata_definition::element;
use neurodata_repops::ops;

use crate::support::{assert_everywhere, awkward_numbers, tensor};

#[test]
fn products_of_all_three_forms_follow_their_definitions() {
    for [rows, inner, columns] in [[0, 3, 2], [2, 0, 3], [1, 1, 1], [5, 7, 3], [33, 65, 17], [70, 300, 49]] {
        let (a, b) = (awkward_numbers(rows * inner, 50), awkward_numbers(inner * columns, 51));
        let transposed = |x: &[f32], rows: usize, columns: usize| -> Vec<f32> {
            (0..columns).flat_map(|j| (0..rows).map(move |i| x[i * columns + j])).collect()
        };
        let element = |index: usize| {
            let (i, j) = (index / columns, index % columns);
            element::matmul(|k| a[i * inner + k], |k| b[k * columns + j], inner)
        };
        let expected: Vec<f32> = (0..rows * columns).map(element).collect();
        let a_transposed = tensor(transposed(&a, rows, inner), &[inner, rows]);
        let b_transposed = tensor(transposed(&b, inner, columns), &[columns, inner]);
        let (a, b) = (tensor(a.clone(), &[rows, inner]), tensor(b.clone(), &[inner, columns]));
        assert_everywhere(&expected, || ops::matmul(&a, &b));
        assert_everywhere(&expected, || ops::matmul_nt(&a, &b_transposed));
        assert_everywhere(&expected, || ops::matmul_tn(&a_transposed, &b));
    }
}

#[test]
fn a_product_has_the_rows_of_its_left_and_the_columns_of_its_right_factor() {
    let zeros = |shape: &[usize]| tensor(vec![0.0; shape.iter().product()], shape);
    assert_eq!(ops::matmul(&zeros(&[2, 3]), &zeros(&[3, 5])).unwrap().shape(), [2, 5]);
    assert_eq!(ops::matmul_nt(&zeros(&[2, 3]), &zeros(&[5, 3])).unwrap().shape(), [2, 5]);
    assert_eq!(ops::matmul_tn(&zeros(&[3, 2]), &zeros(&[3, 5])).unwrap().shape(), [2, 5]);
}
