use neurodata_definition::element;
use proptest::prelude::*;

use super::*;
use crate::ops::{
    trial::{assert_everywhere, assert_gradient, bits, inner, numbers, tensor},
    window::tests::{fitting, index, places},
};

struct Case {
    shape: [usize; 4],
    window: Window,
    filtered: Filtered,
    x: Vec<f32>,
    w: Vec<f32>,
    g: Vec<f32>,
}

impl Case {
    fn new(shape: [usize; 4], window: Window, filters: usize) -> Self {
        let geometry = Geometry::new("conv2d", shape, &window).unwrap();
        Self {
            shape,
            window,
            filtered: Filtered { geometry, filters },
            x: numbers(shape.iter().product(), 1),
            w: numbers(geometry.columns() * filters, 2),
            g: numbers(geometry.rows() * filters, 3),
        }
    }

    fn x(&self) -> Tensor {
        tensor(&self.x, &self.shape)
    }

    fn w(&self) -> Tensor {
        tensor(&self.w, &[self.filtered.geometry.columns(), self.filtered.filters])
    }

    fn g(&self) -> Tensor {
        tensor(&self.g, &self.filtered.output())
    }

    fn assert_bits(&self) {
        let Self { shape, window, filtered: Filtered { geometry, filters }, .. } = self;
        let pairs = |rows: usize| (0..rows).flat_map(|row| (0..*filters).map(move |filter| (row, filter)));
        let x = |at| self.x[index(*shape, at)];
        let w = |column: usize, filter: usize| self.w[column * filters + filter];
        let g = |row: usize, filter: usize| self.g[row * filters + filter];
        let expected = [
            pairs(geometry.rows())
                .map(|(row, filter)| bits(element::conv2d(x, *shape, w, window, row, filter)))
                .collect(),
            places(*shape).map(|at| bits(element::conv2d_input_grad(g, w, *filters, *shape, window, at))).collect(),
            pairs(geometry.columns())
                .map(|(column, filter)| bits(element::conv2d_weight_grad(x, *shape, g, window, column, filter)))
                .collect::<Vec<u64>>(),
        ];
        let (x, w, g) = (self.x(), self.w(), self.g());
        assert_everywhere(&expected, || {
            vec![
                conv2d(&x, &w, window).unwrap(),
                conv2d_input_grad(&g, &w, window, *shape).unwrap(),
                conv2d_weight_grad(&x, &g, window).unwrap(),
            ]
        });
    }
}

proptest! {
    #[test]
    fn every_bit_follows_the_definition((shape, window) in fitting(), filters in prop_oneof![0usize..4, 15usize..35]) {
        Case::new(shape, window, filters).assert_bits();
    }
}

#[test]
fn work_in_blocks_follows_the_definition() {
    let same = Window { kernel: (3, 3), stride: (1, 1), padding: (1, 1) };
    Case::new([5, 13, 14, 16], same, 20).assert_bits();
    Case::new([9, 28, 28, 1], same, 16).assert_bits();
    // Images so large that the gradient of the input is made of several blocks of lines.
    Case::new([2, 70, 40, 14], Window { kernel: (3, 5), stride: (1, 1), padding: (0, 2) }, 3).assert_bits();
    Case::new([2, 150, 70, 4], Window { kernel: (5, 3), stride: (2, 1), padding: (2, 0) }, 3).assert_bits();
    Case::new([3, 20, 20, 9], Window { kernel: (1, 1), stride: (1, 1), padding: (0, 0) }, 17).assert_bits();
}

#[test]
fn the_gradients_are_those_of_finite_differences() {
    let case = Case::new([2, 5, 4, 2], Window { kernel: (3, 2), stride: (2, 1), padding: (1, 1) }, 3);
    let (window, shape) = (&case.window, case.shape);
    let of_x = conv2d_input_grad(&case.g(), &case.w(), window, shape).unwrap();
    assert_gradient(&case.x, &of_x, |x| inner(&conv2d(&tensor(x, &shape), &case.w(), window).unwrap(), &case.g));
    let of_w = conv2d_weight_grad(&case.x(), &case.g(), window).unwrap();
    let columns = case.filtered.geometry.columns();
    assert_gradient(&case.w, &of_w, |w| inner(&conv2d(&case.x(), &tensor(w, &[columns, 3]), window).unwrap(), &case.g));
}

#[test]
fn tensors_that_do_not_fit_are_refused() {
    let window = Window { kernel: (2, 2), stride: (1, 1), padding: (0, 0) };
    let zeros = |shape: &[usize]| Tensor::zeros(shape, &candle_core::Device::Cpu).unwrap();
    let (x, w, g) = (zeros(&[1, 3, 3, 2]), zeros(&[8, 5]), zeros(&[1, 2, 2, 5]));
    let refused = |result: Result<Tensor>| result.unwrap_err().to_string();
    assert_eq!(refused(conv2d(&x, &zeros(&[7, 5]), &window)), "conv2d: expected shape [8, 5], found shape [7, 5]");
    assert_eq!(
        refused(conv2d(&zeros(&[1, 3, 3]), &w, &window)),
        "conv2d: expected a tensor of 4 dimensions, found shape [1, 3, 3]"
    );
    assert_eq!(
        refused(conv2d_input_grad(&zeros(&[1, 2, 2, 4]), &w, &window, [1, 3, 3, 2])),
        "conv2d_input_grad: expected shape [1, 2, 2, 5], found shape [1, 2, 2, 4]"
    );
    assert_eq!(
        refused(conv2d_input_grad(&g, &w, &window, [1, 3, 3, 1])),
        "conv2d_input_grad: expected shape [4, 5], found shape [8, 5]"
    );
    assert_eq!(
        refused(conv2d_weight_grad(&x, &zeros(&[2, 2, 2, 5]), &window)),
        "conv2d_weight_grad: expected shape [1, 2, 2, 5], found shape [2, 2, 2, 5]"
    );
    let stride = Window { stride: (1, 0), ..window };
    assert_eq!(
        refused(conv2d_weight_grad(&x, &g, &stride)),
        "conv2d_weight_grad: expected a stride of at least 1 line and 1 point, found (1, 0)"
    );
}
