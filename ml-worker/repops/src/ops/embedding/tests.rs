use neurodata_definition::element;
use proptest::prelude::*;

use super::*;
use crate::ops::trial::{self, assert_everywhere, assert_gradient, bits, indices, inner, numbers, tensor};

fn assert_bits(vocabulary: usize, width: usize, rows: usize, length: usize, ids: &[u32]) {
    let (table, g) = (numbers(vocabulary * width, 1), numbers(rows * length * width, 2));
    let g_means = &g[..rows * width];
    let pairs = |rows: usize| (0..rows).flat_map(|row| (0..width).map(move |column| (row, column)));
    let of_table = |id: u32, column: usize| table[id as usize * width + column];
    let of_g = |row: usize, column: usize| g[row * width + column];
    let of_ids = |row: usize, place: usize| ids[row * length + place];
    let expected = [
        pairs(rows * length).map(|(at, column)| bits(element::embedding(of_table, ids[at], column))).collect(),
        pairs(vocabulary)
            .map(|(id, column)| bits(element::embedding_grad(|at| ids[at], of_g, ids.len(), id as u32, column)))
            .collect(),
        pairs(rows)
            .map(|(row, column)| bits(element::embedding_mean(of_table, |place| of_ids(row, place), length, column)))
            .collect(),
        pairs(vocabulary)
            .map(|(id, column)| bits(element::embedding_mean_grad(of_ids, of_g, rows, length, id as u32, column)))
            .collect::<Vec<u64>>(),
    ];
    let (table, g_means) = (tensor(&table, &[vocabulary, width]), tensor(g_means, &[rows, width]));
    let (g, ids) = (tensor(&g, &[rows, length, width]), indices(ids, &[rows, length]));
    assert_everywhere(&expected, || {
        vec![
            embedding(&table, &ids).unwrap(),
            embedding_grad(&ids, &g, vocabulary).unwrap(),
            embedding_mean(&table, &ids).unwrap(),
            embedding_mean_grad(&ids, &g_means, vocabulary).unwrap(),
        ]
    });
}

proptest! {
    #[test]
    fn every_bit_follows_the_definition(
        vocabulary in 1u32..12,
        width in prop_oneof![0usize..6, 15usize..35],
        rows in 0usize..7,
        length in 1usize..9,
        purpose in 0u32..1_000,
    ) {
        assert_bits(vocabulary as usize, width, rows, length, &trial::ids(rows * length, vocabulary, purpose));
    }
}

#[test]
fn work_for_several_threads_follows_the_definition() {
    // Few ids and many positions, and the other way round.
    assert_bits(40, 33, 60, 50, &trial::ids(3_000, 40, 1));
    assert_bits(3_000, 24, 10, 20, &trial::ids(200, 3_000, 2));
}

#[test]
fn a_row_of_padding_alone_gives_zeros_and_gets_no_gradient() {
    let (table, ids) = (tensor(&[1.0, 2.0, 3.0, 4.0], &[2, 2]), indices(&[0, 0, 1, 0], &[2, 2]));
    assert_eq!(embedding_mean(&table, &ids).unwrap().to_vec().unwrap(), [0.0, 0.0, 3.0, 4.0]);
    let g = tensor(&[f32::INFINITY, 5.0, 6.0, 7.0], &[2, 2]);
    assert_eq!(embedding_mean_grad(&ids, &g, 2).unwrap().to_vec().unwrap(), [0.0, 0.0, 6.0, 7.0]);
}

#[test]
fn ids_may_have_any_shape() {
    let table = tensor(&[1.0, 2.0, 3.0, 4.0], &[2, 2]);
    let rows = embedding(&table, &indices(&[1], &[])).unwrap();
    assert_eq!((rows.shape(), rows.to_vec().unwrap()), (&[2][..], vec![3.0, 4.0]));
    let rows = embedding(&table, &indices(&[1, 0], &[1, 2, 1])).unwrap();
    assert_eq!((rows.shape(), rows.to_vec().unwrap()), (&[1, 2, 1, 2][..], vec![3.0, 4.0, 1.0, 2.0]));
}

#[test]
fn the_gradients_are_those_of_finite_differences() {
    let (table, ids) = (numbers(15, 1), indices(&[1, 4, 1, 0, 0, 2, 4, 4], &[2, 4]));
    let g = numbers(24, 2);
    let of_rows = embedding_grad(&ids, &tensor(&g, &[2, 4, 3]), 5).unwrap();
    assert_gradient(&table, &of_rows, |table| inner(&embedding(&tensor(table, &[5, 3]), &ids).unwrap(), &g));
    let g = &g[..6];
    let of_means = embedding_mean_grad(&ids, &tensor(g, &[2, 3]), 5).unwrap();
    assert_gradient(&table, &of_means, |table| inner(&embedding_mean(&tensor(table, &[5, 3]), &ids).unwrap(), g));
}

#[test]
fn unknown_ids_are_refused_with_their_position() {
    let (table, ids) = (tensor(&[0.0; 6], &[3, 2]), indices(&[0, 2, 3, 9], &[2, 2]));
    let refused = |result: Result<Tensor>| result.unwrap_err().to_string();
    let expected = |operation: &str| format!("{operation}: expected indices below 3, found 3 at position 2");
    assert_eq!(refused(embedding(&table, &ids)), expected("embedding"));
    assert_eq!(refused(embedding_mean(&table, &ids)), expected("embedding_mean"));
    assert_eq!(refused(embedding_grad(&ids, &tensor(&[0.0; 8], &[2, 2, 2]), 3)), expected("embedding_grad"));
    assert_eq!(refused(embedding_mean_grad(&ids, &tensor(&[0.0; 4], &[2, 2]), 3)), expected("embedding_mean_grad"));
    let nothing = embedding_grad(&indices(&[0], &[1]), &tensor(&[0.0], &[1, 1]), 0);
    assert_eq!(refused(nothing), "embedding_grad: expected indices below 0, found 0 at position 0");
}

#[test]
fn tensors_that_do_not_fit_are_refused() {
    let (table, ids) = (tensor(&[0.0; 6], &[3, 2]), indices(&[0, 2, 1, 1], &[2, 2]));
    let refused = |result: Result<Tensor>| result.unwrap_err().to_string();
    assert_eq!(
        refused(embedding(&tensor(&[0.0; 6], &[6]), &ids)),
        "embedding: expected a tensor of 2 dimensions, found shape [6]"
    );
    assert_eq!(
        refused(embedding_mean(&table, &indices(&[0], &[1]))),
        "embedding_mean: expected a tensor of 2 dimensions, found shape [1]"
    );
    assert_eq!(
        refused(embedding_grad(&ids, &tensor(&[0.0; 6], &[2, 3]), 3)),
        "embedding_grad: expected shape [2, 2, 3], found shape [2, 3]"
    );
    assert_eq!(
        refused(embedding_mean_grad(&ids, &tensor(&[0.0; 6], &[3, 2]), 3)),
        "embedding_mean_grad: expected shape [2, 2], found shape [3, 2]"
    );
    assert!(matches!(embedding(&table, &table), Err(Error::Type { operation: "embedding", .. })));
    let empty = Tensor::indices(Vec::new(), &[0, 0], &candle_core::Device::Cpu).unwrap();
    let g = tensor(&[], &[0, 0, 1 << 40]);
    assert!(matches!(embedding_grad(&empty, &g, 1 << 40), Err(Error::Shape { operation: "embedding_grad", .. })));
    let long = Tensor::indices(Vec::new(), &[0, MAX_IDS + 1], &candle_core::Device::Cpu).unwrap();
    assert_eq!(
        refused(embedding_mean(&table, &long)),
        "embedding_mean: expected at most 16777216 ids in a row, found shape [0, 16777217]"
    );
}
