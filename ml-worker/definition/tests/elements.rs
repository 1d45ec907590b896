//! Every element by integers equals the one by the processor; and a few elements computed by hand.

use neurodata_definition::{
    element::{self, Adam, Sgd, Window},
    soft::Soft32,
    Binary32, Binary64, Float,
};

/// Inputs per operation and kind.
const CASES: u64 = 4_000;
/// Values of one input.
const VALUES: usize = 256;

fn bits(draw: &mut u64) -> u64 {
    // SplitMix64.
    *draw = draw.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*draw ^ *draw >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// The values that one case reads, and small integers for its shapes and places.
struct Input<S> {
    values: Vec<S>,
    integers: Vec<usize>,
}

type Kind = (&'static str, fn(u64) -> u32);
const KINDS: [Kind; 4] = [
    // Of size 2^-8 to 2^8.
    ("ordinary", |bits| (bits as u32 & 0x807f_ffff) | (119 + (bits >> 32) as u32 % 17) << 23),
    // Below 2^-120, most of them subnormal.
    ("subnormal", |bits| bits as u32 & 0x83ff_ffff & if bits >> 60 == 0 { u32::MAX } else { 0x807f_ffff }),
    ("ordinary and subnormal", |bits| if bits >> 63 == 0 { KINDS[0].1(bits) } else { KINDS[1].1(bits) }),
    ("uniform bits", |bits| bits as u32),
];

impl<S: Binary32> Input<S> {
    fn new(kind: &Kind, seed: u64) -> Self {
        let mut draw = seed;
        let values = (0..VALUES).map(|_| S::from_bits(kind.1(bits(&mut draw)))).collect();
        Self { values, integers: (0..64).map(|_| bits(&mut draw) as usize >> 8).collect() }
    }

    fn value(&self, index: usize) -> S {
        self.values[index % VALUES]
    }

    /// A second tensor.
    fn other(&self, index: usize) -> S {
        self.value(index * 3 + 101)
    }

    /// A third tensor.
    fn third(&self, index: usize) -> S {
        self.value(index * 5 + 59)
    }

    fn integer(&self, index: usize, lowest: usize, highest: usize) -> usize {
        lowest + self.integers[index % 64] % (highest - lowest + 1)
    }

    /// Images of a random shape, a window that fits on them, and a place in an image.
    fn images(&self) -> ([usize; 4], Window, [usize; 4]) {
        let shape = [self.integer(0, 1, 3), self.integer(1, 3, 7), self.integer(2, 3, 7), self.integer(3, 1, 3)];
        let window = Window {
            kernel: (self.integer(4, 1, 3), self.integer(5, 1, 3)),
            stride: (self.integer(6, 1, 3), self.integer(7, 1, 3)),
            padding: (self.integer(8, 0, 2), self.integer(9, 0, 2)),
        };
        let mut index = 9;
        let at = shape.map(|size| {
            index += 1;
            self.integer(index, 0, size - 1)
        });
        (shape, window, at)
    }

    fn sgd(&self) -> Sgd<S> {
        Sgd { rate: self.value(201), momentum: self.value(202), decay: self.value(203) }
    }

    fn adam(&self) -> Adam<S> {
        Adam {
            rate: self.value(201),
            beta_1: self.value(202).abs(),
            beta_2: self.value(203).abs(),
            one_minus_beta_1: self.value(204).abs(),
            one_minus_beta_2: self.value(205).abs(),
            epsilon: self.value(206).abs(),
            decay_rate: self.value(207).abs(),
            correction_1: self.value(208).abs(),
            correction_2: self.value(209).abs(),
        }
    }
}

/// The element of an image tensor.
fn flat(shape: [usize; 4], at: [usize; 4]) -> usize {
    at.into_iter().zip(shape).fold(0, |index, (coordinate, size)| index * size + coordinate)
}

fn single<S: Binary32>(x: S) -> u64 {
    if x.partial_cmp(&x).is_some() {
        u64::from(x.to_bits())
    } else {
        u64::MAX
    }
}

fn double<D: Binary64>(x: D) -> u64 {
    if x.partial_cmp(&x).is_some() {
        x.to_bits()
    } else {
        u64::MAX
    }
}

macro_rules! operations {
    ($($operation:ident($input:ident) $body:block)*) => {
        $(fn $operation<S: Binary32>($input: &Input<S>) -> Vec<u64> $body)*

        #[test]
        fn elements_by_integers_equal_those_of_the_processor() {
            for kind in &KINDS {
                for seed in 0..CASES {
                    let (native, soft) = (Input::<f32>::new(kind, seed), Input::<Soft32>::new(kind, seed));
                    $(assert_eq!($operation(&native), $operation(&soft), "{} {} {seed}", stringify!($operation), kind.0);)*
                }
            }
        }
    };
}

operations! {
    pointwise(i) {
        let (a, b) = (i.value(0), i.other(0));
        [element::add(a, b), element::add_bias(a, b), element::sub(a, b), element::mul(a, b), element::div(a, b),
         element::sqrt(a), element::neg(a), element::scale(a, b), element::relu(a), element::relu_grad(a, b),
         element::exp(a), element::ln(a), element::tanh(a), element::sigmoid(a), element::tanh_grad(a, b),
         element::sigmoid_grad(a, b)].map(single).to_vec()
    }
    first_not_finite(i) {
        vec![element::first_not_finite(|k| i.value(k), VALUES).unwrap_or(VALUES) as u64]
    }
    products(i) {
        let inner = i.integer(0, 0, 60);
        let (a, b) = (|k| i.value(k), |k| i.other(k));
        [element::matmul(a, b, inner), element::matmul_nt(a, b, inner), element::matmul_tn(a, b, inner)]
            .map(single).to_vec()
    }
    sums(i) {
        let length = i.integer(0, 0, 200);
        vec![single(element::sum(|k| i.value(k), length)), single(element::sum_rows(|k| i.other(k), length)),
             double(element::sum(|k| i.value(k).widen(), length))]
    }
    losses(i) {
        let (outputs, rows) = (i.integer(0, 1, 12), i.integer(1, 1, 1_000));
        let (class, index) = (i.integer(2, 0, outputs - 1), i.integer(3, 0, outputs - 1));
        vec![
            double(element::softmax_cross_entropy_loss(|k| i.value(k), outputs, class)),
            single(element::softmax_cross_entropy_gradient(|k| i.value(k), outputs, class, rows, index)),
            double(element::squared_error_loss(i.value(0), i.other(0))),
            single(element::squared_error_gradient(i.value(0), i.other(0), rows)),
        ]
    }
    convolution(i) {
        let (shape, window, at) = i.images();
        let (places_y, places_x) = window.places(shape[1], shape[2]);
        let columns = window.kernel.0 * window.kernel.1 * shape[3];
        let filters = i.integer(14, 1, 4);
        let (column, filter) = (i.integer(15, 0, columns - 1), i.integer(16, 0, filters - 1));
        let (x, w) = (|at| i.value(flat(shape, at)), |column, filter| i.other(column * filters + filter));
        let g = |row, filter| i.third(row * filters + filter);
        let mut found = vec![
            single(element::col2im(|row, column| i.other(row * columns + column), shape, &window, at)),
            single(element::conv2d_input_grad(g, w, filters, shape, &window, at)),
            single(element::conv2d_weight_grad(x, shape, g, &window, column, filter)),
        ];
        if places_y * places_x > 0 {
            let row = i.integer(17, 0, shape[0] * places_y * places_x - 1);
            found.push(single(element::im2col(x, shape, &window, row, column)));
            found.push(single(element::conv2d(x, shape, w, &window, row, filter)));
        }
        found
    }
    pools(i) {
        let (shape, _, at) = i.images();
        let size = i.integer(18, 1, 3);
        let pooled = [shape[0], shape[1] / size, shape[2] / size, shape[3]];
        let place = [at[0], at[1] % pooled[1], at[2] % pooled[2], at[3]];
        let (x, g) = (|at| i.value(flat(shape, at)), |at| i.other(flat(pooled, at)));
        let (largest, position) = element::max_pool(x, size, place);
        let position_at = |at| element::max_pool(x, size, at).1;
        vec![
            single(largest),
            u64::from(position),
            single(element::max_pool_grad(position_at, g, size, shape, at)),
            single(element::avg_pool(x, size, place)),
            single(element::avg_pool_grad(g, size, shape, at)),
        ]
    }
    embeddings(i) {
        let (rows, length, vocabulary, width) = (i.integer(0, 1, 5), i.integer(1, 1, 9), 6, 4);
        let (id, column) = (i.integer(2, 0, vocabulary - 1) as u32, i.integer(3, 0, width - 1));
        let table = |id, column| i.value(id as usize * width + column);
        let ids = |position: usize| i.integer(position + 4, 0, vocabulary - 1) as u32;
        let g = |position, column| i.other(position * width + column);
        vec![
            single(element::embedding(table, id, column)),
            single(element::embedding_grad(ids, g, rows * length, id, column)),
            single(element::embedding_mean(table, ids, length, column)),
            single(element::embedding_mean_grad(|row, at| ids(row * length + at), g, rows, length, id, column)),
        ]
    }
    layer_norm(i) {
        let (rows, columns) = (i.integer(0, 1, 5), i.integer(1, 1, 12));
        let (row, column) = (i.integer(2, 0, rows - 1), i.integer(3, 0, columns - 1));
        let x = |row: usize, column: usize| i.value(row * columns + column);
        let g = |row: usize, column: usize| i.third(row * columns + column);
        let mean = |row| element::layer_norm_mean(|column| x(row, column), columns);
        let scale = |row| element::layer_norm_scale(|column| x(row, column), columns, mean(row));
        let gain = |column| i.other(column);
        vec![
            double(mean(row)),
            double(scale(row)),
            single(element::layer_norm(x(row, column), mean(row), scale(row), gain(column), i.other(column + 20))),
            single(element::layer_norm_input_grad(
                |column| x(row, column), gain, mean(row), scale(row), |column| g(row, column), columns, column,
            )),
            single(element::layer_norm_gain_grad(|row| x(row, column), mean, scale, |row| g(row, column), rows)),
            single(element::layer_norm_bias_grad(|row| g(row, column), rows)),
        ]
    }
    optimisers(i) {
        let (p, v) = element::sgd(i.value(0), i.value(1), i.value(2), &i.sgd());
        let (q, m, w) = element::adam(i.value(0), i.value(1), i.value(3).abs(), i.value(2), &i.adam());
        [p, v, q, m, w].map(single).to_vec()
    }
    hyper_parameters(i) {
        let millionths = i.integer(0, 0, u32::MAX as usize) as u32;
        let hyper_parameter = element::hyper_parameter::<S::Double>(millionths);
        let other = element::hyper_parameter(i.integer(1, 0, 1_000_000) as u32);
        vec![
            double(hyper_parameter),
            single(element::one_minus(other)),
            single(element::decay_rate(hyper_parameter, other)),
            single(element::correction(other.mul(other))),
        ]
    }
}

#[test]
fn hyper_parameters_are_quotients_of_millionths() {
    for millionths in [0, 1, 999_999, 1_000_000, 16_777_217, u32::MAX] {
        assert_eq!(element::hyper_parameter::<f64>(millionths), f64::from(millionths) / 1e6);
    }
}

#[test]
fn windows_are_read_in_the_order_of_image_place_and_offset() {
    let (shape, x) = ([2, 3, 4, 2], |at| flat([2, 3, 4, 2], at) as f32 + 1.0);
    let window = Window { kernel: (2, 3), stride: (1, 2), padding: (0, 1) };
    assert_eq!(window.places(3, 4), (2, 2));
    let row = |row| (0..12).map(|column| element::im2col(x, shape, &window, row, column)).collect::<Vec<f32>>();
    assert_eq!(row(0), [0., 0., 1., 2., 3., 4., 0., 0., 9., 10., 11., 12.]);
    // Image 1, place (1, 1): from y = 1 and x = 1.
    assert_eq!(row(7), [35., 36., 37., 38., 39., 40., 43., 44., 45., 46., 47., 48.]);
    assert_eq!(Window { kernel: (5, 1), ..window }.places(3, 4), (0, 3));
}

#[test]
fn the_gradient_of_the_windows_is_their_adjoint() {
    let (shape, window) = ([1, 5, 4, 2], Window { kernel: (3, 2), stride: (2, 1), padding: (1, 1) });
    let (places_y, places_x) = window.places(5, 4);
    let (rows, columns) = (places_y * places_x, 12);
    // Each element appears as often as windows cover it: integers stay exact.
    let value = |row: usize, column: usize| ((row * columns + column) % 7) as f32 - 3.0;
    let image = |at: [usize; 4]| (flat(shape, at) % 5) as f32 - 2.0;
    let pairs = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    let inner: f32 =
        pairs.map(|(row, column)| value(row, column) * element::im2col(image, shape, &window, row, column)).sum();
    let places = (0..40).map(|index| [0, index / 8, index / 2 % 4, index % 2]);
    let outer: f32 = places.map(|at| image(at) * element::col2im(value, shape, &window, at)).sum();
    assert_eq!(inner, outer);
    assert_ne!(inner, 0.0);
}

#[test]
fn the_first_of_equal_elements_is_the_largest_of_a_pool() {
    let values = [1.0f32, 3.0, 3.0, 2.0, 9.0, -0.0, 0.0, -1.0, -2.0, 8.0];
    // One image of 2 by 5, one channel: the last column is dropped.
    let x = |at: [usize; 4]| values[at[1] * 5 + at[2]];
    assert_eq!(element::max_pool(x, 2, [0, 0, 0, 0]), (3.0, 1));
    assert_eq!(element::max_pool(x, 2, [0, 0, 1, 0]), (3.0, 0));
    assert_eq!(element::avg_pool(x, 2, [0, 0, 1, 0]), 0.5);
    let gradient = |y, x| element::max_pool_grad(|_| 1, |_| 7.0f32, 2, [1, 2, 5, 1], [0, y, x, 0]);
    assert_eq!([gradient(0, 0), gradient(0, 1), gradient(1, 1), gradient(0, 3), gradient(0, 4)], [0., 7., 0., 7., 0.]);
    assert_eq!(element::avg_pool_grad(|_| 8.0f32, 2, [1, 2, 5, 1], [0, 1, 3, 0]), 2.0);
    assert_eq!(element::avg_pool_grad(|_| 8.0f32, 2, [1, 2, 5, 1], [0, 1, 4, 0]), 0.0);
}

#[test]
fn the_mean_of_embeddings_leaves_id_0_out() {
    let table = |id: u32, column: usize| (10 * id) as f32 + column as f32;
    let text = [0u32, 2, 0, 3, 3, 0];
    assert_eq!(element::embedding_mean(table, |at| text[at], 6, 1), (21.0 + 31.0 + 31.0) / 3.0f32);
    assert_eq!(element::embedding_mean(table, |_| 0, 6, 1), 0.0);
    let gradient = |id| element::embedding_mean_grad(|_, at| text[at], |row, _| 3.0 * (row + 1) as f32, 2, 6, id, 0);
    assert_eq!([gradient(0), gradient(1), gradient(2), gradient(3)], [0.0, 0.0, 3.0, 6.0]);
    assert_eq!(element::embedding_grad(|at| text[at], |at, _| at as f32, 6, 0, 0), 0.0 + 2.0 + 5.0);
}

#[test]
fn gradients_of_the_losses_equal_their_differences() {
    let logits = [0.5f32, -1.25, 2.0];
    let moved = |index: usize, by: f32| move |at: usize| if at == index { logits[at] + by } else { logits[at] };
    for index in 0..3 {
        let loss = |by| element::softmax_cross_entropy_loss(moved(index, by), 3, 1);
        let difference = (loss(0.125 / 64.0) - loss(-0.125 / 64.0)) * 256.0 / 4.0;
        let gradient = element::softmax_cross_entropy_gradient(|at| logits[at], 3, 1, 4, index);
        assert!((difference - f64::from(gradient)).abs() < 1e-5, "{difference} {gradient}");
    }
    assert_eq!(element::squared_error_loss(3.0f32, 1.0), 4.0);
    assert_eq!(element::squared_error_gradient(3.0f32, 1.0, 8), 0.5);
    // The mean stays inside exp's range whatever the logits are.
    assert_eq!(element::softmax_cross_entropy_loss(|at| [3e38f32, -3e38][at], 2, 0), 0.0);
}

#[test]
fn gradients_of_the_layer_norm_equal_its_differences() {
    let (x, gain, g) = ([0.5f32, -1.25, 2.0, 0.75], [1.5f32, -0.5, 2.0, 1.0], [1.0f32, 0.5, -0.25, 2.0]);
    let loss = |x: [f32; 4]| -> f64 {
        let mean = element::layer_norm_mean(|at| x[at], 4);
        let scale = element::layer_norm_scale(|at| x[at], 4, mean);
        (0..4).map(|at| f64::from(g[at]) * (f64::from(x[at]) - mean) * scale * f64::from(gain[at])).sum()
    };
    let mean = element::layer_norm_mean(|at| x[at], 4);
    let scale = element::layer_norm_scale(|at| x[at], 4, mean);
    assert_eq!(mean, 0.5);
    for index in 0..4 {
        let moved = |by: f32| {
            let mut moved = x;
            moved[index] += by;
            loss(moved)
        };
        let difference = (moved(1.0 / 512.0) - moved(-1.0 / 512.0)) * 256.0;
        let gradient = element::layer_norm_input_grad(|at| x[at], |at| gain[at], mean, scale, |at| g[at], 4, index);
        assert!((difference - f64::from(gradient)).abs() < 1e-4, "{difference} {gradient}");
    }
}

#[test]
fn the_first_step_of_adam_has_the_size_of_the_rate() {
    let betas = [900_000, 999_000].map(element::hyper_parameter::<f64>);
    let adam = Adam {
        rate: 0.5f32,
        beta_1: betas[0] as f32,
        beta_2: betas[1] as f32,
        one_minus_beta_1: element::one_minus(betas[0]),
        one_minus_beta_2: element::one_minus(betas[1]),
        epsilon: 0.0,
        decay_rate: element::decay_rate(0.5, 0.0),
        correction_1: element::correction(betas[0]),
        correction_2: element::correction(betas[1]),
    };
    let (p, m, v) = element::adam(1.0, 0.0, 0.0, 3.0, &adam);
    assert!((p - 0.5).abs() < 1e-6 && (m - 0.3).abs() < 1e-6 && (v - 0.009).abs() < 1e-6, "{p} {m} {v}");
    assert_eq!(element::sgd(1.0f32, 2.0, 4.0, &Sgd { rate: 0.5, momentum: 0.5, decay: 2.0 }), (-2.5, 7.0));
}

#[test]
fn only_positive_numbers_pass_the_rectifier() {
    assert_eq!([-1.0f32, -0.0, 0.0, 2.0].map(|x| element::relu(x).to_bits()), [0, 0, 0, 2.0f32.to_bits()]);
    assert!(element::relu(f32::NAN).is_nan());
    assert_eq!([-1.0f32, 0.0, 2.0].map(|y| element::relu_grad(y, 5.0)), [0.0, 0.0, 5.0]);
}
