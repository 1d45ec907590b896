use neurodata_definition::element;
use neurodata_repops::{ops, Tensor};

use crate::support::{awkward_numbers, bits, bits_f64, everywhere, indices, numbers, tensor};

fn assert_losses(expected: (&[f64], &[f32]), found: (Tensor, Tensor)) {
    assert_eq!(bits_f64(&found.0.to_vec_f64().unwrap()), bits_f64(expected.0));
    assert_eq!(bits(&found.1.to_vec().unwrap()), bits(expected.1));
}

fn check_softmax(logits: Vec<f32>, rows: usize, columns: usize) {
    let classes: Vec<u32> = (0..rows).map(|row| ((row * 7 + row / 3) % columns) as u32).collect();
    let row = |row: usize| {
        let logits = &logits;
        move |column: usize| logits[row * columns + column]
    };
    let class = |row: usize| classes[row] as usize;
    let losses: Vec<f64> = (0..rows).map(|i| element::softmax_cross_entropy_loss(row(i), columns, class(i))).collect();
    let gradient: Vec<f32> = (0..rows * columns)
        .map(|index| (index / columns, index % columns))
        .map(|(i, j)| element::softmax_cross_entropy_gradient(row(i), columns, class(i), rows, j))
        .collect();
    let (logits, classes) = (tensor(logits.clone(), &[rows, columns]), indices(classes.clone(), &[rows]));
    everywhere(|| {
        let found = ops::softmax_cross_entropy(&logits, &classes).unwrap();
        assert_eq!((found.0.shape(), found.1.shape()), ([rows].as_slice(), [rows, columns].as_slice()));
        assert_losses((&losses, &gradient), found);
    });
}

#[test]
fn softmax_with_cross_entropy_follows_its_definition() {
    for (rows, columns) in [(1, 1), (1, 2), (3, 2), (16, 10), (17, 3), (33, 100), (65, 7), (5, 1_025), (1_000, 13)] {
        check_softmax(numbers(rows * columns, 30), rows, columns);
        check_softmax(awkward_numbers(rows * columns, 31), rows, columns);
    }
}

#[test]
fn softmax_of_no_rows_is_empty() {
    let (losses, gradient) = ops::softmax_cross_entropy(&tensor(vec![], &[0, 3]), &indices(vec![], &[0])).unwrap();
    assert_eq!((losses.shape(), gradient.shape()), ([0].as_slice(), [0, 3].as_slice()));
    let (losses, gradient) = ops::softmax_cross_entropy(&tensor(vec![], &[0, 0]), &indices(vec![], &[0])).unwrap();
    assert_eq!((losses.shape(), gradient.shape()), ([0].as_slice(), [0, 0].as_slice()));
}

#[test]
fn large_logits_neither_overflow_nor_lose_the_loss() {
    let logits = tensor(vec![1e30, 0.0, -1e30, 1_000.0, 999.0, 0.0], &[2, 3]);
    let (losses, _) = ops::softmax_cross_entropy(&logits, &indices(vec![0, 1], &[2])).unwrap();
    let losses = losses.to_vec_f64().unwrap();
    assert_eq!(losses[0], 0.0);
    assert!((losses[1] - 1.3132616875182228).abs() < 1e-15, "{losses:?}");
}

#[test]
fn squared_errors_follow_their_definition() {
    for rows in [0, 1, 2, 17, 1_000] {
        let (outputs, targets) = (awkward_numbers(rows, 32), awkward_numbers(rows, 33));
        let pairs = || outputs.iter().zip(&targets);
        let losses: Vec<f64> = pairs().map(|(y, t)| element::squared_error_loss(*y, *t)).collect();
        let gradient: Vec<f32> = pairs().map(|(y, t)| element::squared_error_gradient(*y, *t, rows)).collect();
        let (outputs, targets) = (tensor(outputs.clone(), &[rows, 1]), tensor(targets.clone(), &[rows, 1]));
        everywhere(|| assert_losses((&losses, &gradient), ops::squared_error(&outputs, &targets).unwrap()));
    }
}
