//! The CUDA kernels on the CPU, against the CPU's own operations: the same bits.
//!
//! The sources are compiled by the host's C++ compiler (`CXX`, or else `c++`), with `kernels/emulation/device.hpp` in
//! front, and run by the plans that a GPU is given. What is left to a GPU is that its instructions round as IEEE-754
//! says, which is for `tests/cuda_equality.rs`.

mod emulator;
#[path = "../../src/cuda/lookup.rs"]
mod lookup;
#[path = "../../src/cuda/plan.rs"]
mod plan;

use std::collections::BTreeSet;

use emulator::{Buffer, Emulator, Order};
use lookup::Lookup;
use neurodata_definition::elementary;
use neurodata_repops::{ops, Device, Tensor};
use plan::{Argument, Images, Kernel, Machine, Product, Refusal, Tiles};

/// Numbers that repeat from run to run.
struct Numbers(u64);

impl Numbers {
    /// The next 32 bits of splitmix64.
    fn word(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z >> 32) as u32
    }

    fn below(&mut self, end: usize) -> u32 {
        self.word() % end as u32
    }

    /// A number from -4 to 4; one in sixteen is a zero of either sign, tiny, subnormal, or large.
    fn finite(&mut self) -> f32 {
        let usual = (self.word() as i32 as f32) / (1u32 << 29) as f32;
        match self.word() % 96 {
            0 => 0.0,
            1 => -0.0,
            2 => usual * 1e-30,
            3 => usual * 1e-39,
            4 => usual * 1e12,
            5 => usual * 1e-3,
            _ => usual,
        }
    }

    fn finites(&mut self, length: usize) -> Vec<f32> {
        (0..length).map(|_| self.finite()).collect()
    }

    /// Any bits: NaN and infinities are among them.
    fn any(&mut self, length: usize) -> Vec<f32> {
        const SPECIAL: [f32; 8] =
            [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::MAX, f32::MIN_POSITIVE, 1.0];
        (0..length)
            .map(|_| match self.word() % 4 {
                0 => SPECIAL[self.below(8) as usize],
                1 => self.finite(),
                _ => f32::from_bits(self.word()),
            })
            .collect()
    }

    fn indices(&mut self, length: usize, end: usize) -> Vec<u32> {
        (0..length).map(|_| self.below(end)).collect()
    }
}

fn tensor(values: &[f32], shape: &[usize]) -> Tensor {
    Tensor::new(values.to_vec(), shape, &Device::Cpu).unwrap()
}

fn index_tensor(values: &[u32], shape: &[usize]) -> Tensor {
    Tensor::indices(values.to_vec(), shape, &Device::Cpu).unwrap()
}

#[track_caller]
fn same(found: &Buffer<f32>, expected: &Tensor, what: &str) {
    let (found, expected) = (found.values(), expected.to_vec().unwrap());
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let equal = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
        assert!(equal, "{what}, element {index}: {found:e} on the GPU, {expected:e} on the CPU");
    }
}

#[track_caller]
fn same_doubles(found: &Buffer<f64>, expected: &Tensor, what: &str) {
    let (found, expected) = (found.values(), expected.to_vec_f64().unwrap());
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let equal = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
        assert!(equal, "{what}, element {index}: {found:e} on the GPU, {expected:e} on the CPU");
    }
}

fn elementwise(gpu: &Emulator) {
    type Unary = fn(&Tensor) -> neurodata_repops::Result<Tensor>;
    type Binary = fn(&Tensor, &Tensor) -> neurodata_repops::Result<Tensor>;
    let unary: [(&str, Unary); 7] = [
        ("sqrt", ops::sqrt),
        ("neg", ops::neg),
        ("relu", ops::relu),
        ("exp", ops::exp),
        ("ln", ops::ln),
        ("tanh", ops::tanh),
        ("sigmoid", ops::sigmoid),
    ];
    let binary: [(&str, Binary); 7] = [
        ("add", ops::add),
        ("sub", ops::sub),
        ("mul", ops::mul),
        ("div", ops::div),
        ("relu_grad", ops::relu_grad),
        ("tanh_grad", ops::tanh_grad),
        ("sigmoid_grad", ops::sigmoid_grad),
    ];
    let mut numbers = Numbers(1);
    for length in [0, 1, 255, 256, 257, 20_000] {
        let (a, b) = if length % 2 == 0 {
            (numbers.any(length), numbers.any(length))
        } else {
            (numbers.finites(length), numbers.finites(length))
        };
        let (x, y) = (gpu.buffer(&a), gpu.buffer(&b));
        let (a, b) = (tensor(&a, &[length]), tensor(&b, &[length]));
        for (name, operation) in unary {
            let found = plan::sweep(gpu, name, &[&x], 1, length, &[]).unwrap();
            same(&found[0], &operation(&a).unwrap(), name);
        }
        for (name, operation) in binary {
            let found = plan::sweep(gpu, name, &[&x, &y], 1, length, &[]).unwrap();
            same(&found[0], &operation(&a, &b).unwrap(), name);
        }
        let found = plan::sweep(gpu, "scale", &[&x], 1, length, &[0.3]).unwrap();
        same(&found[0], &ops::scale(&a, 0.3).unwrap(), "scale");
    }
}

fn several_elements_a_thread(gpu: &Emulator) {
    let x = Numbers(2).finites(1_000);
    let expected = ops::exp(&tensor(&x, &[1_000])).unwrap();
    let (x, mut y) = (gpu.buffer(&x), gpu.singles(1_000).unwrap());
    let module = plan::MODULES.iter().find(|module| module.name == "neurodata_elementwise").unwrap();
    let arguments = &mut [Argument::Singles(&x), Argument::IntoSingles(&mut y), Argument::Long(1_000)];
    gpu.launch(Kernel(module, "exp_elements"), (2, 1), (64, 1), arguments).unwrap();
    same(&y, &expected, "exp on a small grid");
}

fn optimisers(gpu: &Emulator) {
    let mut numbers = Numbers(3);
    let length = 3_001;
    let [p, m, v, g] = std::array::from_fn(|_| numbers.finites(length));
    let v: Vec<f32> = v.iter().map(|v| v.abs()).collect();
    let buffers = [&p, &m, &v, &g].map(|values| gpu.buffer(values));
    let tensors = [&p, &m, &v, &g].map(|values| tensor(values, &[length]));

    let sgd = ops::Sgd { rate: 0.01, momentum: 0.9, decay: 1e-4 };
    let found = plan::sweep(gpu, "sgd", &[&buffers[0], &buffers[1], &buffers[3]], 2, length, &[0.01, 0.9, 1e-4]);
    let (found, expected) = (found.unwrap(), ops::sgd(&tensors[0], &tensors[1], &tensors[3], &sgd).unwrap());
    same(&found[0], &expected.0, "sgd, parameters");
    same(&found[1], &expected.1, "sgd, velocities");

    let adam = ops::Adam {
        rate: 0.001,
        beta_1: 0.9,
        beta_2: 0.999,
        one_minus_beta_1: 0.1,
        one_minus_beta_2: 0.001,
        epsilon: 1e-8,
        decay_rate: 1e-5,
        correction_1: 0.271,
        correction_2: 0.003,
    };
    let settings = [0.001, 0.9, 0.999, 0.1, 0.001, 1e-8, 1e-5, 0.271, 0.003];
    let found = plan::sweep(gpu, "adam", &buffers.iter().collect::<Vec<_>>(), 3, length, &settings).unwrap();
    let expected = ops::adam(&tensors[0], &tensors[1], &tensors[2], &tensors[3], &adam).unwrap();
    same(&found[0], &expected.0, "adam, parameters");
    same(&found[1], &expected.1, "adam, first moments");
    same(&found[2], &expected.2, "adam, second moments");
}

fn sums(gpu: &Emulator) {
    let mut numbers = Numbers(4);
    for length in [0, 1, 2, 3, 7, 8, 9, 15, 17, 2_047, 2_048, 2_049, 5_000, 4 * 2_048 + 9, 70_000] {
        let x = numbers.finites(length);
        let found = plan::sum(gpu, &gpu.buffer(&x), length).unwrap();
        let expected = ops::sum(&tensor(&x, &[length])).unwrap().to_vec().unwrap()[0];
        assert_eq!(found.values()[0].to_bits(), expected.to_bits(), "sum of {length}");
    }
    for rows in [0, 1, 2, 15, 16, 17, 33, 127, 128, 129, 300, 1_000] {
        for columns in [1, 31, 32, 33, 70] {
            let x = numbers.finites(rows * columns);
            let found = plan::sum_rows(gpu, &gpu.buffer(&x), rows, columns).unwrap();
            let expected = ops::sum_rows(&tensor(&x, &[rows, columns])).unwrap();
            same(&found, &expected, &format!("sum_rows of {rows} by {columns}"));
        }
    }
    let rows = 128 * 128 + 3;
    let x = numbers.finites(rows);
    let found = plan::sum_rows(gpu, &gpu.buffer(&x), rows, 1).unwrap();
    same(&found, &ops::sum_rows(&tensor(&x, &[rows, 1])).unwrap(), "sum_rows in three passes");
    let (x, bias) = (numbers.finites(65 * 33), numbers.finites(33));
    let found = plan::add_bias(gpu, &gpu.buffer(&x), &gpu.buffer(&bias), 65 * 33, 33).unwrap();
    same(&found, &ops::add_bias(&tensor(&x, &[65, 33]), &tensor(&bias, &[33])).unwrap(), "add_bias");
}

fn losses(gpu: &Emulator) {
    let mut numbers = Numbers(5);
    for columns in [1, 2, 3, 10, 63, 64, 65, 127, 128, 129, 300, 1_000] {
        for rows in [1, 3, 131] {
            let (logits, classes) = (numbers.finites(rows * columns), numbers.indices(rows, columns));
            let found =
                plan::softmax_cross_entropy(gpu, &gpu.buffer(&logits), &gpu.buffer(&classes), rows, columns).unwrap();
            let (logits, classes) = (tensor(&logits, &[rows, columns]), index_tensor(&classes, &[rows]));
            let expected = ops::softmax_cross_entropy(&logits, &classes).unwrap();
            let what = format!("softmax_cross_entropy of {rows} by {columns}");
            same_doubles(&found.0, &expected.0, &what);
            same(&found.1, &expected.1, &what);
        }
    }
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for (columns, place) in [(5, 0), (5, 3), (200, 0), (200, 150)] {
            let mut logits = numbers.finites(columns);
            logits[place] = bad;
            let found = plan::softmax_cross_entropy(gpu, &gpu.buffer(&logits), &gpu.buffer(&[1]), 1, columns).unwrap();
            let expected =
                ops::softmax_cross_entropy(&tensor(&logits, &[1, columns]), &index_tensor(&[1], &[1])).unwrap();
            same_doubles(&found.0, &expected.0, "softmax_cross_entropy of NaN or an infinity");
            same(&found.1, &expected.1, "softmax_cross_entropy of NaN or an infinity");
        }
    }
    let rows = 300;
    let (outputs, targets) = (numbers.finites(rows), numbers.finites(rows));
    let found = plan::squared_error(gpu, &gpu.buffer(&outputs), &gpu.buffer(&targets), rows).unwrap();
    let expected = ops::squared_error(&tensor(&outputs, &[rows, 1]), &tensor(&targets, &[rows, 1])).unwrap();
    same_doubles(&found.0, &expected.0, "squared_error");
    same(&found.1, &expected.1, "squared_error");
}

fn layer_norms(gpu: &Emulator) {
    let mut numbers = Numbers(6);
    for (rows, columns) in [(1, 1), (3, 2), (130, 7), (40, 64), (5, 65), (129, 128), (3, 129), (2, 700), (2_100, 3)] {
        let what = format!("layer_norm of {rows} by {columns}");
        let [x, g] = std::array::from_fn(|_| numbers.finites(rows * columns));
        let [gain, bias] = std::array::from_fn(|_| numbers.finites(columns));
        let [bx, bg, bgain, bbias] = [&x, &g, &gain, &bias].map(|values| gpu.buffer(values));
        let [tx, tg] = [&x, &g].map(|values| tensor(values, &[rows, columns]));
        let [tgain, tbias] = [&gain, &bias].map(|values| tensor(values, &[columns]));
        let (y, mean, scale) = plan::layer_norm(gpu, &bx, &bgain, &bbias, rows, columns).unwrap();
        let expected = ops::layer_norm(&tx, &tgain, &tbias).unwrap();
        same(&y, &expected.output, &what);
        same_doubles(&mean, &expected.mean, &what);
        same_doubles(&scale, &expected.scale, &what);
        let [of_x, of_gain, of_bias] =
            plan::layer_norm_grad(gpu, [&bx, &bgain, &bg], [&mean, &scale], rows, columns).unwrap();
        let expected = ops::layer_norm_grad(&tx, &tgain, &expected.mean, &expected.scale, &tg).unwrap();
        same(&of_x, &expected.0, &format!("gradient of x, {what}"));
        same(&of_gain, &expected.1, &format!("gradient of gain, {what}"));
        same(&of_bias, &expected.2, &format!("gradient of bias, {what}"));
    }
}

/// (rows, inner, columns) around the edges of every tile and of every step along the inner dimension.
const PRODUCTS: [(usize, usize, usize); 22] = [
    (1, 1, 1),
    (3, 0, 5),
    (1, 100, 1),
    (2, 7, 3),
    (31, 8, 33),
    (32, 9, 32),
    (33, 15, 31),
    (33, 16, 36),
    (4, 17, 65),
    (63, 31, 64),
    (64, 32, 64),
    (65, 33, 63),
    (65, 40, 68),
    (1, 64, 130),
    (130, 65, 1),
    (127, 24, 128),
    (128, 25, 129),
    (129, 8, 127),
    (132, 36, 132),
    (300, 12, 20),
    (20, 12, 300),
    (1_100, 3, 70),
];

fn multiply(form: &str, a: &Tensor, b: &Tensor) -> Tensor {
    match form {
        "nn" => ops::matmul(a, b),
        "nt" => ops::matmul_nt(a, b),
        _ => ops::matmul_tn(a, b),
    }
    .unwrap()
}

fn products(gpu: &mut Emulator) {
    let mut numbers = Numbers(7);
    for form in ["nn", "nt", "tn"] {
        for (rows, inner, columns) in PRODUCTS {
            let (a, b) = (numbers.finites(rows * inner), numbers.finites(inner * columns));
            let a_shape = if form == "tn" { [inner, rows] } else { [rows, inner] };
            let b_shape = if form == "nt" { [columns, inner] } else { [inner, columns] };
            let expected = multiply(form, &tensor(&a, &a_shape), &tensor(&b, &b_shape));
            let of = Product { form, rows, inner, columns };
            for misaligned in [false, true] {
                gpu.misalign(misaligned);
                let (a, b) = (gpu.buffer(&a), gpu.buffer(&b));
                for tile in plan::TILES {
                    let found = plan::product_in_tiles(gpu, &of, tile, &a, &b).unwrap();
                    same(&found, &expected, &format!("{of:?} in {tile:?}, misaligned: {misaligned}"));
                }
                same(&plan::product(gpu, &of, &a, &b).unwrap(), &expected, "matmul");
            }
            gpu.misalign(false);
        }
    }
}

fn negative_zeros(gpu: &Emulator) {
    // The last product underflows to -0, which a further `fma(0, 0, c)` would turn into +0.
    for inner in [1, 3, 9, 17] {
        let (mut a, mut b) = (vec![0.0; inner], vec![1.0; inner]);
        (a[inner - 1], b[inner - 1]) = (1e-30, -1e-30);
        for form in ["nn", "nt", "tn"] {
            let of = Product { form, rows: 1, inner, columns: 1 };
            for tile in plan::TILES {
                let found = plan::product_in_tiles(gpu, &of, tile, &gpu.buffer(&a), &gpu.buffer(&b)).unwrap();
                assert_eq!(found.values()[0].to_bits(), (-0f32).to_bits(), "{of:?} in {tile:?}");
            }
        }
    }
}

fn windows(gpu: &Emulator) {
    let mut numbers = Numbers(8);
    let cases: [([usize; 4], (usize, usize), (usize, usize), (usize, usize), usize); 7] = [
        ([1, 1, 1, 1], (1, 1), (1, 1), (0, 0), 1),
        ([2, 5, 6, 3], (1, 1), (1, 1), (0, 0), 4),
        ([2, 5, 7, 3], (3, 3), (1, 1), (1, 1), 5),
        ([3, 8, 6, 2], (3, 2), (2, 1), (0, 1), 33),
        ([1, 9, 9, 4], (5, 5), (3, 2), (2, 2), 3),
        ([2, 4, 4, 1], (2, 2), (3, 3), (0, 0), 2),
        ([1, 3, 3, 2], (3, 3), (1, 2), (4, 3), 2),
    ];
    for (shape, kernel, stride, padding, filters) in cases {
        let positions =
            |length: usize, kernel: usize, stride: usize, padding: usize| (length + 2 * padding - kernel) / stride + 1;
        let output =
            (positions(shape[1], kernel.0, stride.0, padding.0), positions(shape[2], kernel.1, stride.1, padding.1));
        let images = Images { shape, output, kernel, stride, padding };
        let window = ops::Window { kernel, stride, padding };
        let what = format!("{images:?}");
        let (rows, columns) = (images.rows(), images.columns());
        let x = numbers.finites(shape.iter().product());
        let matrix = numbers.finites(rows * columns);
        let (w, g) = (numbers.finites(columns * filters), numbers.finites(rows * filters));
        let [bx, bm, bw, bg] = [&x, &matrix, &w, &g].map(|values| gpu.buffer(values));
        let (tx, tm) = (tensor(&x, &shape), tensor(&matrix, &[rows, columns]));
        let tw = tensor(&w, &[columns, filters]);
        let tg = tensor(&g, &[shape[0], output.0, output.1, filters]);
        same(&plan::im2col(gpu, &bx, &images).unwrap(), &ops::im2col(&tx, &window).unwrap(), &what);
        same(&plan::col2im(gpu, &bm, &images).unwrap(), &ops::col2im(&tm, &window, shape).unwrap(), &what);
        let found = plan::conv2d(gpu, &bx, &bw, &images, filters).unwrap();
        same(&found, &ops::conv2d(&tx, &tw, &window).unwrap(), &what);
        let found = plan::conv2d_input_grad(gpu, &bg, &bw, &images, filters).unwrap();
        same(&found, &ops::conv2d_input_grad(&tg, &tw, &window, shape).unwrap(), &what);
        let found = plan::conv2d_weight_grad(gpu, &bx, &bg, &images, filters).unwrap();
        same(&found, &ops::conv2d_weight_grad(&tx, &tg, &window).unwrap(), &what);
    }
}

fn pools(gpu: &Emulator) {
    let mut numbers = Numbers(9);
    for (shape, size) in [
        ([1, 1, 1, 1], 1),
        ([2, 4, 6, 3], 2),
        ([2, 5, 7, 3], 2),
        ([1, 9, 10, 5], 3),
        ([3, 8, 4, 1], 4),
        ([1, 7, 7, 2], 5),
    ] {
        let tiles = Tiles { shape, size };
        let what = format!("{tiles:?}");
        let x = numbers.any(shape.iter().product());
        let output = [shape[0], shape[1] / size, shape[2] / size, shape[3]];
        let g = numbers.finites(tiles.pooled());
        let (bx, bg, tx, tg) = (gpu.buffer(&x), gpu.buffer(&g), tensor(&x, &shape), tensor(&g, &output));
        let (values, positions) = plan::max_pool(gpu, &bx, &tiles).unwrap();
        let expected = ops::max_pool(&tx, size).unwrap();
        same(&values, &expected.0, &what);
        assert_eq!(positions.values(), expected.1.to_indices().unwrap(), "{what}");
        let found = plan::max_pool_grad(gpu, &positions, &bg, &tiles).unwrap();
        same(&found, &ops::max_pool_grad(&expected.1, &tg, size, shape).unwrap(), &what);
        same(&plan::avg_pool(gpu, &bx, &tiles).unwrap(), &ops::avg_pool(&tx, size).unwrap(), &what);
        let found = plan::avg_pool_grad(gpu, &bg, &tiles).unwrap();
        same(&found, &ops::avg_pool_grad(&tg, size, shape).unwrap(), &what);
    }
}

fn embeddings(gpu: &Emulator) {
    let mut numbers = Numbers(10);
    for (vocabulary, width, rows, length) in
        [(1, 1, 1, 1), (5, 3, 4, 7), (40, 33, 70, 9), (300, 2, 64, 1), (7, 5, 3, 0)]
    {
        let what = format!("{vocabulary} ids of {width} in {rows} by {length}");
        let lookup = Lookup { vocabulary, width, rows, length };
        let mut ids = numbers.indices(rows * length, vocabulary);
        ids.iter_mut().take(length).for_each(|id| *id = 0);
        let table = numbers.finites(vocabulary * width);
        let (g, mean_g) = (numbers.finites(rows * length * width), numbers.finites(rows * width));
        let (bids, btable, bg, bmean) = (gpu.buffer(&ids), gpu.buffer(&table), gpu.buffer(&g), gpu.buffer(&mean_g));
        let (tids, ttable) = (index_tensor(&ids, &[rows, length]), tensor(&table, &[vocabulary, width]));
        let (tg, tmean) = (tensor(&g, &[rows, length, width]), tensor(&mean_g, &[rows, width]));
        let found = lookup::embedding(gpu, &btable, &bids, &lookup).unwrap();
        same(&found, &ops::embedding(&ttable, &tids).unwrap(), &what);
        let found = lookup::embedding_grad(gpu, &bids, &bg, &lookup).unwrap();
        same(&found, &ops::embedding_grad(&tids, &tg, vocabulary).unwrap(), &what);
        let found = lookup::embedding_mean(gpu, &btable, &bids, &lookup).unwrap();
        same(&found, &ops::embedding_mean(&ttable, &tids).unwrap(), &what);
        let found = lookup::embedding_mean_grad(gpu, &bids, &bmean, &lookup).unwrap();
        same(&found, &ops::embedding_mean_grad(&tids, &tmean, vocabulary).unwrap(), &what);
    }
}

fn searches(gpu: &Emulator) {
    let mut numbers = Numbers(11);
    for (length, bad) in
        [(0, vec![]), (1, vec![0]), (1_000, vec![]), (1_000, vec![999, 270]), (3_000, vec![512, 2_000])]
    {
        let mut x = numbers.finites(length);
        bad.iter().for_each(|place| x[*place] = [f32::NAN, f32::NEG_INFINITY][place % 2]);
        let found = plan::first_not_finite(gpu, &gpu.buffer(&x), length).unwrap();
        let expected = bad.iter().min().map_or([u32::MAX; 2], |place| [*place as u32, 0]);
        assert_eq!(found.values(), expected);
        assert_eq!(ops::first_not_finite(&tensor(&x, &[length])).unwrap(), bad.iter().min().copied());
    }
}

fn everything(gpu: &mut Emulator) {
    elementwise(gpu);
    several_elements_a_thread(gpu);
    optimisers(gpu);
    sums(gpu);
    losses(gpu);
    layer_norms(gpu);
    products(gpu);
    negative_zeros(gpu);
    windows(gpu);
    pools(gpu);
    embeddings(gpu);
    searches(gpu);
}

#[test]
fn every_kernel_gives_the_bits_of_the_cpu_whichever_thread_comes_first() {
    for order in [Order::Ascending, Order::Descending] {
        let mut gpu = Emulator::new(order);
        everything(&mut gpu);
        let missing: BTreeSet<String> = emulator::kernels().difference(&gpu.launched()).cloned().collect();
        assert!(missing.is_empty(), "no test runs {missing:?}");
    }
}

#[test]
fn elementary_functions_are_those_of_the_definition_in_every_bit_of_binary64() {
    let functions: [(&str, fn(f64) -> f64); 4] = [
        ("exponential", elementary::exp),
        ("logarithm", elementary::ln),
        ("hyperbolic_tangent", elementary::tanh),
        ("logistic", elementary::sigmoid),
    ];
    let mut numbers = Numbers(12);
    for index in 0..100_000 {
        let word = u64::from(numbers.word()) << 32 | u64::from(numbers.word());
        // Any number, one from -800 to 800, one from -1 to 1.
        let unit = word as i64 as f64 / 2f64.powi(63);
        let x = [f64::from_bits(word), 800.0 * unit, unit][index % 3];
        for (name, function) in functions {
            let (found, expected) = (emulator::elementary(name, x), function(x));
            let equal = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
            assert!(equal, "{name} of {x:e}: {found:e} on the GPU, {expected:e} on the CPU");
        }
    }
}

#[test]
fn every_constant_of_the_elementary_functions_is_that_of_the_definition() {
    // The last bit of a small term's coefficient hardly ever shows in a result.
    let constants = |text: &str| -> BTreeSet<String> {
        let digits = |part: &str| part.chars().take_while(char::is_ascii_hexdigit).collect::<String>();
        text.replace('_', "").split("0x").skip(1).map(digits).filter(|digits| digits.len() == 16).collect()
    };
    let definition = constants(include_str!("../../../definition/src/elementary.rs"));
    let kernels = constants(include_str!("../../kernels/elementary.cuh"));
    assert!(definition.len() > 20);
    assert_eq!(definition.difference(&kernels).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn indices_out_of_range_are_refused_before_a_kernel_starts() {
    let gpu = &Emulator::new(Order::Ascending);
    let (numbers, ids) = (gpu.buffer(&[0.5; 12]), gpu.buffer(&[2, 3, 1]));
    let refusal = Refusal::Index { position: 1, index: 3, end: 3 };
    let lookup = Lookup { vocabulary: 3, width: 4, rows: 3, length: 1 };
    assert_eq!(plan::softmax_cross_entropy(gpu, &numbers, &ids, 3, 3).unwrap_err(), refusal);
    assert_eq!(lookup::embedding(gpu, &numbers, &ids, &lookup).unwrap_err(), refusal);
    assert_eq!(lookup::embedding_grad(gpu, &ids, &numbers, &lookup).unwrap_err(), refusal);
    assert_eq!(lookup::embedding_mean(gpu, &numbers, &ids, &lookup).unwrap_err(), refusal);
    assert_eq!(lookup::embedding_mean_grad(gpu, &ids, &numbers, &lookup).unwrap_err(), refusal);
    assert!(gpu.launched().is_empty());
}

#[test]
fn lengths_beyond_what_kernels_count_with_are_refused() {
    let gpu = &Emulator::new(Order::Ascending);
    let empty = gpu.buffer(&[0f32; 0]);
    let long = usize::try_from(u64::from(u32::MAX) + 1).unwrap();
    assert_eq!(plan::add_bias(gpu, &empty, &empty, 0, long).unwrap_err(), Refusal::Length(long));
    let of = Product { form: "nn", rows: 0, inner: long, columns: 0 };
    assert_eq!(plan::product(gpu, &of, &empty, &empty).unwrap_err(), Refusal::Length(long));
    assert!(gpu.launched().is_empty());
}
