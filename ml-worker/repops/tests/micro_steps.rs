//! Every operation against its definition, one element at a time, computed by integers: what a referee in the runtime does.

use neurodata_definition::{
    element,
    soft::{Soft32, Soft64},
    Binary32, Binary64,
};
use neurodata_repops::{
    cpu::Isa,
    ops::{self, Adam, Normalised, Sgd, Window},
    Device, Purpose, Stream, Tensor,
};

/// Random inputs per operation, instruction set and kind of numbers.
const CASES: u32 = 20;
/// Elements recomputed of each result, besides the first and the last.
const ELEMENTS: usize = 10;

/// What the elements of a tensor are like.
#[derive(Clone, Copy, Debug)]
enum Numbers {
    /// Of size 2^-8 to 2^8.
    Ordinary,
    /// Ordinary ones, zeros of both signs and subnormal ones.
    Small,
    /// Any bits, infinities and NaN among them.
    Any,
}

const KINDS: [Numbers; 3] = [Numbers::Ordinary, Numbers::Small, Numbers::Any];

/// The source of one case's inputs.
struct Draw {
    stream: Stream,
    numbers: Numbers,
}

impl Draw {
    fn integer(&mut self, lowest: usize, highest: usize) -> usize {
        lowest + self.stream.below((highest - lowest + 1) as u32) as usize
    }

    fn number(&mut self) -> f32 {
        let bits = self.stream.next_word();
        let ordinary = f32::from_bits((bits & 0x807f_ffff) | (119 + self.stream.below(17)) << 23);
        match (self.numbers, self.stream.below(8)) {
            (Numbers::Any, 0..4) => f32::from_bits(bits),
            (Numbers::Small, 0) => f32::from_bits(bits & 0x8000_0000),
            (Numbers::Small, 1..4) => f32::from_bits(bits & 0x80ff_ffff),
            _ => ordinary,
        }
    }

    fn tensor(&mut self, shape: &[usize]) -> Tensor {
        let values = (0..shape.iter().product()).map(|_| self.number()).collect();
        Tensor::new(values, shape, &Device::Cpu).unwrap()
    }

    /// Numbers that are not negative.
    fn sizes(&mut self, shape: &[usize]) -> Tensor {
        let values = (0..shape.iter().product()).map(|_| self.number().abs()).collect();
        Tensor::new(values, shape, &Device::Cpu).unwrap()
    }

    fn ids(&mut self, shape: &[usize], end: usize) -> Tensor {
        let values = (0..shape.iter().product()).map(|_| self.stream.below(end as u32)).collect();
        Tensor::indices(values, shape, &Device::Cpu).unwrap()
    }

    fn images(&mut self) -> [usize; 4] {
        [self.integer(1, 3), self.integer(4, 12), self.integer(4, 12), self.integer(1, 20)]
    }

    fn window(&mut self) -> Window {
        Window {
            kernel: (self.integer(1, 4), self.integer(1, 4)),
            stride: (self.integer(1, 3), self.integer(1, 3)),
            padding: (self.integer(0, 2), self.integer(0, 2)),
        }
    }

    /// Indices into a result of `length` elements.
    fn places(&mut self, length: usize) -> Vec<usize> {
        match length.checked_sub(1) {
            Some(last) => (0..ELEMENTS).map(|_| self.integer(0, last)).chain([0, last]).collect(),
            None => Vec::new(),
        }
    }

    /// Recomputes elements of `result`.
    #[track_caller]
    fn check(&mut self, result: &Tensor, element: impl Fn(usize) -> Soft32) {
        let values = result.to_vec().unwrap();
        for place in self.places(values.len()) {
            let (fast, by_integers) = (values[place], Binary32::to_bits(element(place)));
            let same = fast.to_bits() == by_integers || fast.is_nan() && f32::from_bits(by_integers).is_nan();
            assert!(
                same,
                "element {place} of {:?}: {:#x}, by integers {by_integers:#x}",
                result.shape(),
                fast.to_bits()
            );
        }
    }

    /// Recomputes binary64 elements of `result`.
    #[track_caller]
    fn check_double(&mut self, result: &Tensor, element: impl Fn(usize) -> Soft64) {
        let values = result.to_vec_f64().unwrap();
        for place in self.places(values.len()) {
            let (fast, by_integers) = (values[place], Binary64::to_bits(element(place)));
            let same = fast.to_bits() == by_integers || fast.is_nan() && f64::from_bits(by_integers).is_nan();
            assert!(
                same,
                "element {place} of {:?}: {:#x}, by integers {by_integers:#x}",
                result.shape(),
                fast.to_bits()
            );
        }
    }
}

fn soft(number: f32) -> Soft32 {
    <Soft32 as Binary32>::from_bits(number.to_bits())
}

/// The elements of a tensor, for the integers.
fn elements(tensor: &Tensor) -> Vec<Soft32> {
    tensor.to_vec().unwrap().into_iter().map(soft).collect()
}

fn doubles(tensor: &Tensor) -> Vec<Soft64> {
    tensor.to_vec_f64().unwrap().into_iter().map(|number| <Soft64 as Binary64>::from_bits(number.to_bits())).collect()
}

/// The index of a place in a tensor of images.
fn flat(shape: [usize; 4], at: [usize; 4]) -> usize {
    at.into_iter().zip(shape).fold(0, |index, (coordinate, length)| index * length + coordinate)
}

/// The place of an index in a tensor of images.
fn place(shape: [usize; 4], index: usize) -> [usize; 4] {
    let [_, height, width, channels] = shape;
    let line = index / channels / width;
    [line / height, line % height, index / channels % width, index % channels]
}

fn shape_of(tensor: &Tensor) -> [usize; 4] {
    tensor.shape().try_into().unwrap()
}

/// An operation on one tensor, element by element.
fn unary(draw: &mut Draw, fast: fn(&Tensor) -> neurodata_repops::Result<Tensor>, element: fn(Soft32) -> Soft32) {
    let length = draw.integer(1, 300);
    let x = draw.tensor(&[length]);
    let values = elements(&x);
    draw.check(&fast(&x).unwrap(), |at| element(values[at]));
}

/// An operation on two tensors of one shape, element by element.
fn binary(
    draw: &mut Draw,
    fast: fn(&Tensor, &Tensor) -> neurodata_repops::Result<Tensor>,
    element: fn(Soft32, Soft32) -> Soft32,
) {
    let length = draw.integer(1, 300);
    let (a, b) = (draw.tensor(&[length]), draw.tensor(&[length]));
    let (left, right) = (elements(&a), elements(&b));
    draw.check(&fast(&a, &b).unwrap(), |at| element(left[at], right[at]));
}

fn matmul(draw: &mut Draw) {
    let [m, k, n] = [0; 3].map(|_| draw.integer(1, 90));
    let (a, b) = (draw.tensor(&[m, k]), draw.tensor(&[k, n]));
    let (left, right) = (elements(&a), elements(&b));
    draw.check(&ops::matmul(&a, &b).unwrap(), |at| {
        element::matmul(|inner| left[at / n * k + inner], |inner| right[inner * n + at % n], k)
    });
}

fn matmul_nt(draw: &mut Draw) {
    let [m, k, n] = [0; 3].map(|_| draw.integer(1, 90));
    let (a, b) = (draw.tensor(&[m, k]), draw.tensor(&[n, k]));
    let (left, right) = (elements(&a), elements(&b));
    draw.check(&ops::matmul_nt(&a, &b).unwrap(), |at| {
        element::matmul_nt(|inner| left[at / n * k + inner], |inner| right[at % n * k + inner], k)
    });
}

fn matmul_tn(draw: &mut Draw) {
    let [m, k, n] = [0; 3].map(|_| draw.integer(1, 90));
    let (a, b) = (draw.tensor(&[k, m]), draw.tensor(&[k, n]));
    let (left, right) = (elements(&a), elements(&b));
    draw.check(&ops::matmul_tn(&a, &b).unwrap(), |at| {
        element::matmul_tn(|inner| left[inner * m + at / n], |inner| right[inner * n + at % n], k)
    });
}

fn add_bias(draw: &mut Draw) {
    let (rows, columns) = (draw.integer(1, 30), draw.integer(1, 40));
    let (x, bias) = (draw.tensor(&[rows, columns]), draw.tensor(&[columns]));
    let (values, biases) = (elements(&x), elements(&bias));
    draw.check(&ops::add_bias(&x, &bias).unwrap(), |at| element::add_bias(values[at], biases[at % columns]));
}

fn sum_rows(draw: &mut Draw) {
    let (rows, columns) = (draw.integer(1, 200), draw.integer(1, 40));
    let x = draw.tensor(&[rows, columns]);
    let values = elements(&x);
    draw.check(&ops::sum_rows(&x).unwrap(), |at| element::sum_rows(|row| values[row * columns + at], rows));
}

fn sum(draw: &mut Draw) {
    let (rows, columns) = (draw.integer(1, 200), draw.integer(1, 40));
    let x = draw.tensor(&[rows, columns]);
    let values = elements(&x);
    draw.check(&ops::sum(&x).unwrap(), |_| element::sum(|at| values[at], rows * columns));
}

fn scale(draw: &mut Draw) {
    let (length, factor) = (draw.integer(1, 300), draw.number());
    let x = draw.tensor(&[length]);
    let values = elements(&x);
    draw.check(&ops::scale(&x, factor).unwrap(), |at| element::scale(values[at], soft(factor)));
}

fn softmax_cross_entropy(draw: &mut Draw) {
    let (rows, outputs) = (draw.integer(1, 40), draw.integer(1, 40));
    let (logits, classes) = (draw.tensor(&[rows, outputs]), draw.ids(&[rows], outputs));
    let (values, class) = (elements(&logits), classes.to_indices().unwrap());
    let (losses, gradient) = ops::softmax_cross_entropy(&logits, &classes).unwrap();
    draw.check_double(&losses, |row| {
        element::softmax_cross_entropy_loss(|at| values[row * outputs + at], outputs, class[row] as usize)
    });
    draw.check(&gradient, |at| {
        let (row, index) = (at / outputs, at % outputs);
        let logits = |at| values[row * outputs + at];
        element::softmax_cross_entropy_gradient(logits, outputs, class[row] as usize, rows, index)
    });
}

fn squared_error(draw: &mut Draw) {
    let rows = draw.integer(1, 100);
    let (outputs, targets) = (draw.tensor(&[rows, 1]), draw.tensor(&[rows, 1]));
    let (output, target) = (elements(&outputs), elements(&targets));
    let (losses, gradient) = ops::squared_error(&outputs, &targets).unwrap();
    draw.check_double(&losses, |row| element::squared_error_loss(output[row], target[row]));
    draw.check(&gradient, |row| element::squared_error_gradient(output[row], target[row], rows));
}

fn im2col(draw: &mut Draw) {
    let (shape, window) = (draw.images(), draw.window());
    let x = draw.tensor(&shape);
    let values = elements(&x);
    let columns = ops::im2col(&x, &window).unwrap();
    let width = columns.shape()[1];
    draw.check(&columns, |at| element::im2col(|at| values[flat(shape, at)], shape, &window, at / width, at % width));
}

fn col2im(draw: &mut Draw) {
    let (shape, window) = (draw.images(), draw.window());
    let (places_y, places_x) = window.places(shape[1], shape[2]);
    let width = window.kernel.0 * window.kernel.1 * shape[3];
    let columns = draw.tensor(&[shape[0] * places_y * places_x, width]);
    let values = elements(&columns);
    draw.check(&ops::col2im(&columns, &window, shape).unwrap(), |at| {
        element::col2im(|row, column| values[row * width + column], shape, &window, place(shape, at))
    });
}

/// Shape of images, window, number of filters, and a tensor of filters.
fn filters(draw: &mut Draw) -> ([usize; 4], Window, usize, Tensor) {
    let (shape, window, filters) = (draw.images(), draw.window(), draw.integer(1, 40));
    let w = draw.tensor(&[window.kernel.0 * window.kernel.1 * shape[3], filters]);
    (shape, window, filters, w)
}

fn conv2d(draw: &mut Draw) {
    let (shape, window, filters, w) = filters(draw);
    let x = draw.tensor(&shape);
    let (image, weights) = (elements(&x), elements(&w));
    draw.check(&ops::conv2d(&x, &w, &window).unwrap(), |at| {
        let weight = |column, filter| weights[column * filters + filter];
        element::conv2d(|at| image[flat(shape, at)], shape, weight, &window, at / filters, at % filters)
    });
}

fn conv2d_input_grad(draw: &mut Draw) {
    let (shape, window, filters, w) = filters(draw);
    let (places_y, places_x) = window.places(shape[1], shape[2]);
    let g = draw.tensor(&[shape[0], places_y, places_x, filters]);
    let (gradients, weights) = (elements(&g), elements(&w));
    draw.check(&ops::conv2d_input_grad(&g, &w, &window, shape).unwrap(), |at| {
        let gradient = |row, filter| gradients[row * filters + filter];
        let weight = |column, filter| weights[column * filters + filter];
        element::conv2d_input_grad(gradient, weight, filters, shape, &window, place(shape, at))
    });
}

fn conv2d_weight_grad(draw: &mut Draw) {
    let (shape, window, filters, _) = filters(draw);
    let (places_y, places_x) = window.places(shape[1], shape[2]);
    let (x, g) = (draw.tensor(&shape), draw.tensor(&[shape[0], places_y, places_x, filters]));
    let (image, gradients) = (elements(&x), elements(&g));
    draw.check(&ops::conv2d_weight_grad(&x, &g, &window).unwrap(), |at| {
        let gradient = |row, filter| gradients[row * filters + filter];
        element::conv2d_weight_grad(|at| image[flat(shape, at)], shape, gradient, &window, at / filters, at % filters)
    });
}

fn max_pool(draw: &mut Draw) {
    let (shape, size) = (draw.images(), draw.integer(1, 4));
    let x = draw.tensor(&shape);
    let image = elements(&x);
    let (values, positions) = ops::max_pool(&x, size).unwrap();
    let pooled = shape_of(&values);
    let largest = |at| element::max_pool(|at| image[flat(shape, at)], size, place(pooled, at));
    draw.check(&values, |at| largest(at).0);
    let positions = positions.to_indices().unwrap();
    for at in draw.places(positions.len()) {
        assert_eq!(positions[at], largest(at).1, "position {at} of {pooled:?}");
    }
}

fn max_pool_grad(draw: &mut Draw) {
    let (shape, size) = (draw.images(), draw.integer(1, 4));
    let pooled = [shape[0], shape[1] / size, shape[2] / size, shape[3]];
    let (positions, g) = (draw.ids(&pooled, size * size), draw.tensor(&pooled));
    let (position, gradient) = (positions.to_indices().unwrap(), elements(&g));
    draw.check(&ops::max_pool_grad(&positions, &g, size, shape).unwrap(), |at| {
        let position = |at| position[flat(pooled, at)];
        element::max_pool_grad(position, |at| gradient[flat(pooled, at)], size, shape, place(shape, at))
    });
}

fn avg_pool(draw: &mut Draw) {
    let (shape, size) = (draw.images(), draw.integer(1, 4));
    let x = draw.tensor(&shape);
    let (image, means) = (elements(&x), ops::avg_pool(&x, size).unwrap());
    let pooled = shape_of(&means);
    draw.check(&means, |at| element::avg_pool(|at| image[flat(shape, at)], size, place(pooled, at)));
}

fn avg_pool_grad(draw: &mut Draw) {
    let (shape, size) = (draw.images(), draw.integer(1, 4));
    let pooled = [shape[0], shape[1] / size, shape[2] / size, shape[3]];
    let g = draw.tensor(&pooled);
    let gradient = elements(&g);
    draw.check(&ops::avg_pool_grad(&g, size, shape).unwrap(), |at| {
        element::avg_pool_grad(|at| gradient[flat(pooled, at)], size, shape, place(shape, at))
    });
}

/// Vocabulary, width, number of texts, and their ids.
fn texts(draw: &mut Draw) -> (usize, usize, [usize; 2], Tensor) {
    let (vocabulary, width, shape) =
        (draw.integer(1, 12), draw.integer(1, 40), [draw.integer(1, 20), draw.integer(1, 12)]);
    let ids = draw.ids(&shape, vocabulary);
    (vocabulary, width, shape, ids)
}

fn embedding(draw: &mut Draw) {
    let (vocabulary, width, _, ids) = texts(draw);
    let table = draw.tensor(&[vocabulary, width]);
    let (rows, id) = (elements(&table), ids.to_indices().unwrap());
    draw.check(&ops::embedding(&table, &ids).unwrap(), |at| {
        element::embedding(|id, column| rows[id as usize * width + column], id[at / width], at % width)
    });
}

fn embedding_grad(draw: &mut Draw) {
    let (vocabulary, width, [rows, length], ids) = texts(draw);
    let g = draw.tensor(&[rows, length, width]);
    let (gradient, id) = (elements(&g), ids.to_indices().unwrap());
    draw.check(&ops::embedding_grad(&ids, &g, vocabulary).unwrap(), |at| {
        let gradient = |position, column| gradient[position * width + column];
        element::embedding_grad(|position| id[position], gradient, rows * length, (at / width) as u32, at % width)
    });
}

fn embedding_mean(draw: &mut Draw) {
    let (vocabulary, width, [_, length], ids) = texts(draw);
    let table = draw.tensor(&[vocabulary, width]);
    let (rows, id) = (elements(&table), ids.to_indices().unwrap());
    draw.check(&ops::embedding_mean(&table, &ids).unwrap(), |at| {
        let row = |id: u32, column| rows[id as usize * width + column];
        element::embedding_mean(row, |position| id[at / width * length + position], length, at % width)
    });
}

fn embedding_mean_grad(draw: &mut Draw) {
    let (vocabulary, width, [rows, length], ids) = texts(draw);
    let g = draw.tensor(&[rows, width]);
    let (gradient, id) = (elements(&g), ids.to_indices().unwrap());
    draw.check(&ops::embedding_mean_grad(&ids, &g, vocabulary).unwrap(), |at| {
        let id = |row, position| id[row * length + position];
        let gradient = |row, column| gradient[row * width + column];
        element::embedding_mean_grad(id, gradient, rows, length, (at / width) as u32, at % width)
    });
}

fn layer_norm(draw: &mut Draw) {
    let (rows, columns) = (draw.integer(1, 30), draw.integer(1, 60));
    let (x, gain, bias) = (draw.tensor(&[rows, columns]), draw.tensor(&[columns]), draw.tensor(&[columns]));
    let (values, gains, biases) = (elements(&x), elements(&gain), elements(&bias));
    let Normalised { output, mean, scale } = ops::layer_norm(&x, &gain, &bias).unwrap();
    let of_row = |row: usize| {
        let values = &values;
        move |column: usize| values[row * columns + column]
    };
    let mean_of = |row| element::layer_norm_mean(of_row(row), columns);
    let scale_of = |row| element::layer_norm_scale(of_row(row), columns, mean_of(row));
    draw.check_double(&mean, mean_of);
    draw.check_double(&scale, scale_of);
    draw.check(&output, |at| {
        let (row, column) = (at / columns, at % columns);
        element::layer_norm(values[at], mean_of(row), scale_of(row), gains[column], biases[column])
    });
}

fn layer_norm_grad(draw: &mut Draw) {
    let (rows, columns) = (draw.integer(1, 30), draw.integer(1, 60));
    let (x, gain, bias) = (draw.tensor(&[rows, columns]), draw.tensor(&[columns]), draw.tensor(&[columns]));
    let g = draw.tensor(&[rows, columns]);
    let Normalised { mean, scale, .. } = ops::layer_norm(&x, &gain, &bias).unwrap();
    let (values, gains, gradients) = (elements(&x), elements(&gain), elements(&g));
    let (means, scales) = (doubles(&mean), doubles(&scale));
    let (by_x, by_gain, by_bias) = ops::layer_norm_grad(&x, &gain, &mean, &scale, &g).unwrap();
    draw.check(&by_x, |at| {
        let (row, column) = (at / columns, at % columns);
        element::layer_norm_input_grad(
            |column| values[row * columns + column],
            |column| gains[column],
            means[row],
            scales[row],
            |column| gradients[row * columns + column],
            columns,
            column,
        )
    });
    draw.check(&by_gain, |column| {
        element::layer_norm_gain_grad(
            |row| values[row * columns + column],
            |row| means[row],
            |row| scales[row],
            |row| gradients[row * columns + column],
            rows,
        )
    });
    draw.check(&by_bias, |column| element::layer_norm_bias_grad(|row| gradients[row * columns + column], rows));
}

fn sgd(draw: &mut Draw) {
    let length = draw.integer(1, 300);
    let [p, v, g] = [0; 3].map(|_| draw.tensor(&[length]));
    let settings = Sgd { rate: draw.number(), momentum: draw.number(), decay: draw.number() };
    let softened =
        element::Sgd { rate: soft(settings.rate), momentum: soft(settings.momentum), decay: soft(settings.decay) };
    let (parameter, velocity, gradient) = (elements(&p), elements(&v), elements(&g));
    let step = |at: usize| element::sgd(parameter[at], velocity[at], gradient[at], &softened);
    let (p, v) = ops::sgd(&p, &v, &g, &settings).unwrap();
    draw.check(&p, |at| step(at).0);
    draw.check(&v, |at| step(at).1);
}

fn adam(draw: &mut Draw) {
    let length = draw.integer(1, 300);
    let (p, m, v, g) = (draw.tensor(&[length]), draw.tensor(&[length]), draw.sizes(&[length]), draw.tensor(&[length]));
    let settings = Adam {
        rate: draw.number(),
        beta_1: draw.number().abs(),
        beta_2: draw.number().abs(),
        one_minus_beta_1: draw.number().abs(),
        one_minus_beta_2: draw.number().abs(),
        epsilon: draw.number().abs(),
        decay_rate: draw.number().abs(),
        correction_1: draw.number().abs(),
        correction_2: draw.number().abs(),
    };
    let softened = element::Adam {
        rate: soft(settings.rate),
        beta_1: soft(settings.beta_1),
        beta_2: soft(settings.beta_2),
        one_minus_beta_1: soft(settings.one_minus_beta_1),
        one_minus_beta_2: soft(settings.one_minus_beta_2),
        epsilon: soft(settings.epsilon),
        decay_rate: soft(settings.decay_rate),
        correction_1: soft(settings.correction_1),
        correction_2: soft(settings.correction_2),
    };
    let (parameter, mean, square, gradient) = (elements(&p), elements(&m), elements(&v), elements(&g));
    let step = |at: usize| element::adam(parameter[at], mean[at], square[at], gradient[at], &softened);
    let (p, m, v) = ops::adam(&p, &m, &v, &g, &settings).unwrap();
    draw.check(&p, |at| step(at).0);
    draw.check(&m, |at| step(at).1);
    draw.check(&v, |at| step(at).2);
}

fn first_not_finite(draw: &mut Draw) {
    let length = draw.integer(1, 300);
    let x = draw.tensor(&[length]);
    let values = elements(&x);
    assert_eq!(ops::first_not_finite(&x).unwrap(), element::first_not_finite(|at| values[at], length));
}

type MicroSteps = (&'static str, fn(&mut Draw));

/// The check of each operation, by name, in alphabetical order.
const CHECKS: &[MicroSteps] = &[
    ("adam", adam),
    ("add", |draw| binary(draw, ops::add, element::add)),
    ("add_bias", add_bias),
    ("avg_pool", avg_pool),
    ("avg_pool_grad", avg_pool_grad),
    ("col2im", col2im),
    ("conv2d", conv2d),
    ("conv2d_input_grad", conv2d_input_grad),
    ("conv2d_weight_grad", conv2d_weight_grad),
    ("div", |draw| binary(draw, ops::div, element::div)),
    ("embedding", embedding),
    ("embedding_grad", embedding_grad),
    ("embedding_mean", embedding_mean),
    ("embedding_mean_grad", embedding_mean_grad),
    ("exp", |draw| unary(draw, ops::exp, element::exp)),
    ("first_not_finite", first_not_finite),
    ("im2col", im2col),
    ("layer_norm", layer_norm),
    ("layer_norm_grad", layer_norm_grad),
    ("ln", |draw| unary(draw, ops::ln, element::ln)),
    ("matmul", matmul),
    ("matmul_nt", matmul_nt),
    ("matmul_tn", matmul_tn),
    ("max_pool", max_pool),
    ("max_pool_grad", max_pool_grad),
    ("mul", |draw| binary(draw, ops::mul, element::mul)),
    ("neg", |draw| unary(draw, ops::neg, element::neg)),
    ("relu", |draw| unary(draw, ops::relu, element::relu)),
    ("relu_grad", |draw| binary(draw, ops::relu_grad, element::relu_grad)),
    ("scale", scale),
    ("sgd", sgd),
    ("sigmoid", |draw| unary(draw, ops::sigmoid, element::sigmoid)),
    ("sigmoid_grad", |draw| binary(draw, ops::sigmoid_grad, element::sigmoid_grad)),
    ("softmax_cross_entropy", softmax_cross_entropy),
    ("sqrt", |draw| unary(draw, ops::sqrt, element::sqrt)),
    ("squared_error", squared_error),
    ("sub", |draw| binary(draw, ops::sub, element::sub)),
    ("sum", sum),
    ("sum_rows", sum_rows),
    ("tanh", |draw| unary(draw, ops::tanh, element::tanh)),
    ("tanh_grad", |draw| binary(draw, ops::tanh_grad, element::tanh_grad)),
];

#[test]
fn every_operation_has_a_check() {
    let names: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ops::NAMES);
}

#[test]
fn elements_of_every_operation_equal_those_by_integers() {
    for isa in Isa::available() {
        Isa::with(isa, || {
            for (index, (name, check)) in CHECKS.iter().enumerate() {
                for case in 0..CASES {
                    for (kind, numbers) in KINDS.into_iter().enumerate() {
                        let purpose = Purpose::new(1_024 + (index * KINDS.len() + kind) as u32);
                        let mut draw = Draw { stream: Stream::at([5; 32], purpose, case), numbers };
                        println!("{name}, {isa:?}, {numbers:?} numbers, case {case}");
                        let ((), applied) = ops::record(|| check(&mut draw));
                        assert!(applied.contains(name), "{name} was not applied: {applied:?}");
                    }
                }
            }
        });
    }
}

#[test]
#[should_panic(expected = "by integers")]
fn a_result_that_differs_in_one_bit_is_found() {
    let mut draw = Draw { stream: Stream::new([5; 32], Purpose::new(1_024)), numbers: Numbers::Ordinary };
    let x = draw.tensor(&[300]);
    let values = elements(&x);
    draw.check(&x, |at| <Soft32 as Binary32>::from_bits(Binary32::to_bits(values[at]) ^ 1));
}
