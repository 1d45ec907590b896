use neurodata_definition::element;
use proptest::prelude::*;

use super::*;
use crate::ops::trial::{assert_everywhere, assert_gradient, bits, inner, numbers, tensor};

/// Shapes and windows that fit, with rests, gaps between windows and windows that see padding alone.
pub(crate) fn fitting() -> impl Strategy<Value = ([usize; 4], Window)> {
    let pair = |range: std::ops::Range<usize>| (range.clone(), range);
    (0usize..4, 1usize..8, 1usize..8, prop_oneof![1usize..6, 15usize..35], pair(1..5), pair(1..4), pair(0..4))
        .prop_map(|(n, h, w, c, kernel, stride, padding)| ([n, h, w, c], Window { kernel, stride, padding }))
        .prop_filter("the window fits", |([_, h, w, _], window)| {
            window.kernel.0 <= h + 2 * window.padding.0 && window.kernel.1 <= w + 2 * window.padding.1
        })
}

/// The index of an element of an image.
pub(crate) fn index([_, h, w, c]: [usize; 4], [n, y, x, channel]: [usize; 4]) -> usize {
    ((n * h + y) * w + x) * c + channel
}

/// Every place of a tensor of `shape`, row by row.
pub(crate) fn places([n, h, w, c]: [usize; 4]) -> impl Iterator<Item = [usize; 4]> {
    (0..n * h * w * c).map(move |at| [at / c / w / h, at / c / w % h, at / c % w, at % c])
}

fn im2col_by_definition(x: &[f32], shape: [usize; 4], window: &Window) -> Vec<u64> {
    let geometry = Geometry::new("im2col", shape, window).unwrap();
    let places = (0..geometry.rows()).flat_map(|row| (0..geometry.columns()).map(move |column| (row, column)));
    places.map(|(row, column)| bits(element::im2col(|at| x[index(shape, at)], shape, window, row, column))).collect()
}

fn col2im_by_definition(matrix: &[f32], shape: [usize; 4], window: &Window) -> Vec<u64> {
    let columns = Geometry::new("col2im", shape, window).unwrap().columns();
    let of = |row: usize, column: usize| matrix[row * columns + column];
    places(shape).map(|at| bits(element::col2im(of, shape, window, at))).collect()
}

fn assert_both_follow_the_definition(shape: [usize; 4], window: &Window) {
    let geometry = Geometry::new("im2col", shape, window).unwrap();
    let (x, matrix) = (numbers(shape.iter().product(), 1), numbers(geometry.rows() * geometry.columns(), 2));
    let (x_tensor, matrix_tensor) = (tensor(&x, &shape), tensor(&matrix, &[geometry.rows(), geometry.columns()]));
    let expected = [im2col_by_definition(&x, shape, window), col2im_by_definition(&matrix, shape, window)];
    assert_everywhere(&expected, || {
        vec![im2col(&x_tensor, window).unwrap(), col2im(&matrix_tensor, window, shape).unwrap()]
    });
}

proptest! {
    #[test]
    fn every_bit_follows_the_definition((shape, window) in fitting()) {
        assert_both_follow_the_definition(shape, &window);
    }

    #[test]
    fn some_columns_of_some_rows_are_a_part_of_the_matrix(
        (shape, window) in fitting(),
        cuts in proptest::array::uniform4(0usize..1_000),
    ) {
        let geometry = Geometry::new("im2col", shape, &window).unwrap();
        let x = numbers(shape.iter().product(), 1);
        let mut whole = vec![0f32; geometry.rows() * geometry.columns()];
        gather(&x, &geometry, 0..geometry.rows(), 0..geometry.columns(), &mut whole);
        let range = |a: usize, b: usize, end: usize| {
            let (a, b) = (a % (end + 1), b % (end + 1));
            a.min(b)..a.max(b)
        };
        let (rows, columns) = (range(cuts[0], cuts[1], geometry.rows()), range(cuts[2], cuts[3], geometry.columns()));
        let mut part = vec![f32::NAN; rows.len() * columns.len()];
        gather(&x, &geometry, rows.clone(), columns.clone(), &mut part);
        let expected = rows.flat_map(|row| columns.clone().map(move |column| (row, column)));
        let expected: Vec<u64> = expected.map(|(row, column)| bits(whole[row * geometry.columns() + column])).collect();
        prop_assert_eq!(part.into_iter().map(bits).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn work_for_several_threads_follows_the_definition() {
    assert_both_follow_the_definition([5, 23, 19, 16], &Window { kernel: (3, 3), stride: (1, 1), padding: (1, 1) });
    assert_both_follow_the_definition([3, 40, 31, 3], &Window { kernel: (5, 4), stride: (2, 3), padding: (2, 0) });
}

#[test]
fn windows_on_padding_alone_see_zeros() {
    let window = Window { kernel: (1, 1), stride: (1, 1), padding: (2, 2) };
    let matrix = im2col(&tensor(&[5.0], &[1, 1, 1, 1]), &window).unwrap().to_vec().unwrap();
    assert_eq!(matrix, (0..25).map(|row| if row == 12 { 5.0 } else { 0.0 }).collect::<Vec<f32>>());
}

#[test]
fn col2im_is_the_gradient_of_im2col() {
    let (shape, window) = ([2, 4, 5, 2], Window { kernel: (3, 2), stride: (1, 2), padding: (1, 1) });
    let geometry = Geometry::new("im2col", shape, &window).unwrap();
    let (x, g) = (numbers(80, 3), numbers(geometry.rows() * geometry.columns(), 4));
    let gradient = col2im(&tensor(&g, &[geometry.rows(), geometry.columns()]), &window, shape).unwrap();
    assert_gradient(&x, &gradient, |x| inner(&im2col(&tensor(x, &shape), &window).unwrap(), &g));
}

#[test]
fn a_geometry_that_does_not_fit_is_refused() {
    let refusal = |shape: [usize; 4], kernel, stride, padding| {
        Geometry::new("im2col", shape, &Window { kernel, stride, padding }).unwrap_err().to_string()
    };
    let shape = [1, 4, 4, 1];
    let kernel = "im2col: expected a kernel of at least 1 line and 1 point, found ";
    assert_eq!(refusal(shape, (0, 1), (1, 1), (0, 0)), format!("{kernel}(0, 1)"));
    assert_eq!(refusal(shape, (1, 0), (1, 1), (0, 0)), format!("{kernel}(1, 0)"));
    let stride = "im2col: expected a stride of at least 1 line and 1 point, found ";
    assert_eq!(refusal(shape, (1, 1), (0, 1), (0, 0)), format!("{stride}(0, 1)"));
    assert_eq!(refusal(shape, (1, 1), (1, 0), (0, 0)), format!("{stride}(1, 0)"));
    let larger = "im2col: expected images no smaller, with a padding of";
    assert_eq!(
        refusal(shape, (7, 1), (1, 1), (1, 0)),
        format!("{larger} (1, 0), than the kernel (7, 1), found shape [1, 4, 4, 1]")
    );
    assert_eq!(
        refusal(shape, (1, 5), (1, 1), (1, 0)),
        format!("{larger} (1, 0), than the kernel (1, 5), found shape [1, 4, 4, 1]")
    );
    assert!(matches!(
        Geometry::new("im2col", shape, &Window { kernel: (1, 1), stride: (1, 1), padding: (usize::MAX / 2 + 1, 0) }),
        Err(Error::Setting { operation: "im2col", .. })
    ));
    let many = Window { kernel: (1, 1), stride: (1, 1), padding: (1 << 33, 1 << 33) };
    assert!(matches!(Geometry::new("im2col", shape, &many), Err(Error::Shape { operation: "im2col", .. })));
}

#[test]
fn tensors_that_do_not_fit_are_refused() {
    let window = Window { kernel: (2, 2), stride: (1, 1), padding: (0, 0) };
    let refusal = im2col(&tensor(&[0.0; 4], &[2, 2]), &window).unwrap_err();
    assert_eq!(refusal.to_string(), "im2col: expected a tensor of 4 dimensions, found shape [2, 2]");
    let refusal = col2im(&tensor(&[0.0; 4], &[1, 4]), &window, [1, 3, 2, 1]).unwrap_err();
    assert_eq!(refusal.to_string(), "col2im: expected shape [2, 4], found shape [1, 4]");
    let huge = Window { kernel: (1, 1), stride: (1, 1), padding: (1 << 28, 1 << 28) };
    assert!(matches!(im2col(&tensor(&[0.0], &[1, 1, 1, 1]), &huge), Err(Error::Device { operation: "im2col", .. })));
}
