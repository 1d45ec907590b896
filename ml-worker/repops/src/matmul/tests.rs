use super::*;
use crate::random::{Purpose, Stream};
use proptest::prelude::*;
use std::sync::OnceLock;

const FORMS: [Form; 3] = [Form::Nn, Form::Nt, Form::Tn];

/// The bits of the product, element by element, with one kind of NaN.
fn by_definition(form: Form, a: &[f32], b: &[f32], [rows, inner, columns]: [usize; 3]) -> Vec<u32> {
    let a = |i: usize, k: usize| if form == Form::Tn { a[k * rows + i] } else { a[i * inner + k] };
    let b = |k: usize, j: usize| if form == Form::Nt { b[j * inner + k] } else { b[k * columns + j] };
    let element = |i: usize, j: usize| (0..inner).fold(0f32, |sum, k| a(i, k).mul_add(b(k, j), sum));
    let elements: Vec<f32> = (0..rows * columns).map(|at| element(at / columns, at % columns)).collect();
    bits(&elements)
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    let one_nan = |number: &f32| if number.is_nan() { f32::NAN.to_bits() } else { number.to_bits() };
    numbers.iter().map(one_nan).collect()
}

/// Numbers between -1 and 1.
fn numbers(length: usize, purpose: u32) -> Vec<f32> {
    let mut stream = Stream::new([1; 32], Purpose::new(purpose));
    (0..length).map(|_| stream.uniform() * 2.0 - 1.0).collect()
}

/// Numbers of any bits, among them many zeros, subnormal numbers and infinities.
fn odd_numbers(length: usize, purpose: u32) -> Vec<f32> {
    let mut stream = Stream::new([2; 32], Purpose::new(purpose));
    let mut number = || match stream.next_word() % 16 {
        0 => f32::from_bits(stream.next_word()),
        1 => f32::from_bits(stream.next_word() & 0x8000_0000),
        2 | 3 => f32::from_bits(stream.next_word() & 0x807f_ffff),
        4 if stream.next_word() % 8 == 0 => f32::INFINITY,
        5 if stream.next_word() % 8 == 0 => f32::NEG_INFINITY,
        6..=9 => (stream.uniform() - 0.5) * 1e-20,
        _ => stream.uniform() - 0.5,
    };
    (0..length).map(|_| number()).collect()
}

fn pools() -> &'static [rayon::ThreadPool] {
    static POOLS: OnceLock<Vec<rayon::ThreadPool>> = OnceLock::new();
    POOLS.get_or_init(|| {
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        [1, 2, 8].map(pool).into()
    })
}

/// Compares all instruction sets and numbers of threads with the definition, and finds nothing written outside `c`.
fn check(form: Form, a: &[f32], b: &[f32], shape: [usize; 3]) {
    const GUARD: u32 = 0x7fab_cdef;
    let expected = by_definition(form, a, b, shape);
    for isa in Isa::available() {
        for pool in pools() {
            let mut found = vec![f32::from_bits(GUARD); expected.len() + 128];
            // SAFETY: there is room for the product.
            pool.install(|| unsafe { write(isa, form, a, b, shape, false, found[64..].as_mut_ptr()) });
            let threads = pool.current_num_threads();
            let (before, found) = found.split_at(64);
            let (found, behind) = found.split_at(expected.len());
            assert!(bits(found) == expected, "{form:?} {shape:?} {isa:?}, {threads} threads");
            assert!(before.iter().chain(behind).all(|number| number.to_bits() == GUARD), "{form:?} {shape:?} {isa:?}");
        }
    }
}

fn check_forms(shape: [usize; 3]) {
    let [rows, inner, columns] = shape;
    let (a, b) = (numbers(rows * inner, 1), numbers(inner * columns, 2));
    for form in FORMS {
        check(form, &a, &b, shape);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn every_bit_follows_the_definition(
        form in proptest::sample::select(&FORMS[..]),
        shape in [0usize..80, 0usize..80, 0usize..80],
    ) {
        let [rows, inner, columns] = shape;
        check(form, &numbers(rows * inner, 3), &numbers(inner * columns, 4), shape);
    }

    #[test]
    fn every_bit_of_odd_numbers_follows_the_definition(
        form in proptest::sample::select(&FORMS[..]),
        shape in [1usize..40, 1usize..12, 1usize..70],
        purpose in 0u32..1_000,
    ) {
        let [rows, inner, columns] = shape;
        check(form, &odd_numbers(rows * inner, purpose), &odd_numbers(inner * columns, purpose + 1), shape);
    }
}

#[test]
fn every_height_and_width_of_a_tile_follows_the_definition() {
    for rows in 1..=30 {
        for columns in 1..=66 {
            check_forms([rows, 5, columns]);
        }
    }
}

#[test]
fn sizes_around_the_edges_of_blocks_follow_the_definition() {
    for inner in [255, 256, 257, 511, 513] {
        check_forms([15, inner, 33]);
        check_forms([70, inner, 3]);
    }
    for rows in [63, 64, 65, 503, 504, 505, 1_009] {
        check_forms([rows, 19, 33]);
        check_forms([rows, 19, 130]);
    }
    for columns in [127, 128, 129, 4_095, 4_096, 4_097] {
        check_forms([17, 11, columns]);
        check_forms([66, 3, columns]);
    }
    for columns in [1, 4, 5, 8] {
        check_forms([2_100, 20, columns]);
    }
    // Enough work for several threads: on parts of the result, on blocks, on parts that are computed transposed.
    for shape in [[140, 300, 200], [301, 257, 500], [9_000, 300, 2]] {
        check_forms(shape);
    }
}

#[test]
fn a_long_inner_dimension_follows_the_definition() {
    for [rows, columns] in [[5, 19], [1, 1], [40, 2], [1, 40], [67, 35]] {
        check_forms([rows, 3_001, columns]);
    }
}

#[test]
fn vectors_and_outer_products_follow_the_definition() {
    for length in [1, 2, 15, 16, 17, 100, 1_000] {
        for shape in [[1, length, 1], [length, 1, 1], [1, 1, length], [length, 1, 7], [1, length, 9], [9, length, 1]] {
            check_forms(shape);
        }
    }
}

#[test]
fn an_empty_inner_dimension_gives_plus_zero() {
    for form in FORMS {
        assert_eq!(bits(&product(form, &[], &[], 2, 0, 3)), [0; 6]);
        let mut c = [1.0; 6];
        product_into(form, &[], &[], 2, 0, 3, &mut c);
        assert_eq!(bits(&c), [0; 6]);
        assert!(product(form, &[], &[1.0; 6], 0, 2, 3).is_empty());
        assert!(product(form, &[1.0; 6], &[], 3, 2, 0).is_empty());
    }
}

#[test]
fn products_of_zeros_have_the_sign_of_the_fold() {
    // fma(-0, x, +0) is +0: the fold starts at +0, which a sum of zeros never leaves.
    for form in FORMS {
        assert_eq!(bits(&product(form, &[-0.0; 6], &[1.0; 6], 2, 3, 2)), [0; 4]);
    }
    // A product too small for binary32 rounds to -0 unless something is added.
    let (tiny, negative) = ([1e-30f32], [-1e-30f32]);
    assert_eq!(bits(&product(Form::Nn, &tiny, &negative, 1, 1, 1)), bits(&[tiny[0].mul_add(negative[0], 0.0)]));
}

#[test]
fn a_product_inside_another_ones_pool_may_wait_for_it() {
    use rayon::prelude::*;
    let shape = [96, 96, 96];
    let (a, b) = (numbers(96 * 96, 5), numbers(96 * 96, 6));
    let expected = by_definition(Form::Nn, &a, &b, shape);
    for pool in pools() {
        pool.install(|| {
            (0..32).into_par_iter().for_each(|_| {
                assert!(bits(&product(Form::Nn, &a, &b, 96, 96, 96)) == expected);
            });
        });
    }
}

#[test]
fn a_product_in_blocks_of_the_inner_dimension_is_the_whole_one() {
    for [rows, columns] in [[3, 2], [40, 1], [40, 3], [17, 35], [70, 200]] {
        let (inner, half) = (600, 290);
        let (a, b) = (numbers(inner * rows, 7), numbers(inner * columns, 8));
        let expected = by_definition(Form::Tn, &a, &b, [rows, inner, columns]);
        for isa in Isa::available() {
            Isa::with(isa, || {
                let ((a_first, a_rest), (b_first, b_rest)) = (a.split_at(half * rows), b.split_at(half * columns));
                let mut c = product(Form::Tn, a_first, b_first, rows, half, columns);
                product_onto(Form::Tn, &[], &[], rows, 0, columns, &mut c);
                product_onto(Form::Tn, a_rest, b_rest, rows, inner - half, columns, &mut c);
                assert!(bits(&c) == expected, "{rows} {columns} {isa:?}");
            });
        }
    }
}

#[test]
#[should_panic(expected = "a must be as long as its shape says")]
fn an_operand_of_another_length_is_refused() {
    product(Form::Nn, &[0.0; 5], &[0.0; 6], 2, 3, 2);
}

#[test]
#[should_panic(expected = "c must be as long as its shape says")]
fn a_result_of_another_length_is_refused() {
    product_into(Form::Nn, &[0.0; 6], &[0.0; 6], 2, 3, 2, &mut [0.0; 5]);
}
