//! The elementary functions against references with 60 digits, and at special values.

use neurodata_definition::elementary::{exp, ln, sigmoid, tanh};

/// `references/elementary.py` wrote it. Another file of the same form, with more inputs, can be named in the environment.
const REFERENCES: &str = include_str!("../references/elementary.txt");
const ENVIRONMENT: &str = "ELEMENTARY_REFERENCES";

/// A function with the bound of its error in units in the last place of binary64: the largest found over 1,000,000 inputs, rounded up.
type Bounded = (&'static str, fn(f64) -> f64, f64);
const BOUNDS: [Bounded; 4] = [("exp", exp, 0.79), ("ln", ln, 0.83), ("tanh", tanh, 0.88), ("sigmoid", sigmoid, 0.77)];

/// An integer that grows by one from each binary64 number to the next.
fn ordered(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 {
        i64::MIN - bits
    } else {
        bits
    }
}

#[test]
fn the_error_stays_within_the_stated_bound() {
    let named = std::env::var(ENVIRONMENT).ok().map(|path| std::fs::read_to_string(path).unwrap());
    let references = named.as_deref().unwrap_or(REFERENCES);
    for (name, function, bound) in BOUNDS {
        let mut worst = (0.0f64, 0.0);
        let mut inputs = 0;
        for line in references.lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            if fields[0] != name {
                continue;
            }
            let [x, rounded] = [1, 2].map(|field| f64::from_bits(u64::from_str_radix(fields[field], 16).unwrap()));
            let rest: f64 = fields[3].parse().unwrap();
            let steps = ordered(function(x)).wrapping_sub(ordered(rounded)) as f64;
            let error = (steps - rest).abs();
            if error > worst.0 {
                worst = (error, x);
            }
            inputs += 1;
        }
        println!("{name}: {} ulp at {:e}, {inputs} inputs", worst.0, worst.1);
        assert!(inputs > 200);
        assert!(worst.0 < bound, "{name}: {} ulp at {:e}", worst.0, worst.1);
    }
}

fn bits_of(function: fn(f64) -> f64, inputs: &[f64]) -> Vec<u64> {
    inputs.iter().map(|input| function(*input).to_bits()).collect()
}

fn same(function: fn(f64) -> f64, pairs: &[(f64, f64)]) {
    let (inputs, expected): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    assert_eq!(bits_of(function, &inputs), expected.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), "{inputs:?}");
}

const INFINITY: f64 = f64::INFINITY;
const SMALLEST: f64 = 5e-324;

#[test]
fn nan_gives_nan() {
    for nan in [f64::NAN, -f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001), f64::from_bits(u64::MAX)] {
        assert!([exp, ln, tanh, sigmoid].iter().all(|function| function(nan).is_nan()));
    }
}

#[test]
fn the_exponential_overflows_and_vanishes_at_the_right_thresholds() {
    same(exp, &[(0.0, 1.0), (-0.0, 1.0), (SMALLEST, 1.0), (-SMALLEST, 1.0), (INFINITY, INFINITY), (-INFINITY, 0.0)]);
    // The largest input with a finite result, and the next one.
    let largest = f64::from_bits(0x4086_2e42_fefa_39ef);
    assert!(exp(largest).is_finite() && exp(largest) > 1.797_693_134_862_27e308);
    same(exp, &[(largest.next_up(), INFINITY), (710.0, INFINITY), (1e300, INFINITY), (f64::MAX, INFINITY)]);
    // Half of the smallest number is e^-745.133...
    let smallest = f64::from_bits(0xc087_4910_d52d_3051);
    same(exp, &[(smallest, SMALLEST), (smallest.next_down(), 0.0), (-746.0, 0.0), (-1e300, 0.0), (f64::MIN, 0.0)]);
}

#[test]
fn the_logarithm_of_borders_is_as_documented() {
    same(ln, &[(1.0, 0.0), (0.0, -INFINITY), (-0.0, -INFINITY), (INFINITY, INFINITY)]);
    same(ln, &[(SMALLEST, -744.440_071_921_381_2), (f64::MIN_POSITIVE, -708.396_418_532_264_1)]);
    same(
        ln,
        &[(f64::MAX, 709.782_712_893_384), (1.0f64.next_up(), f64::EPSILON.next_down()), (2.0, std::f64::consts::LN_2)],
    );
    assert!([-1.0, -SMALLEST, f64::MIN, -INFINITY].iter().all(|x| ln(*x).is_nan()));
}

#[test]
fn the_tangent_keeps_signs_and_small_numbers() {
    let kept = [0.0, SMALLEST, f64::MIN_POSITIVE, f64::MIN_POSITIVE.next_down(), 1e-300, 1e-9];
    for x in kept {
        same(tanh, &[(x, x), (-x, -x)]);
    }
    for x in [20.0, 22.0, 23.0, 1e300, f64::MAX, INFINITY] {
        same(tanh, &[(x, 1.0), (-x, -1.0)]);
    }
}

#[test]
fn the_logistic_function_is_exact_far_out() {
    same(sigmoid, &[(0.0, 0.5), (-0.0, 0.5), (INFINITY, 1.0), (-INFINITY, 0.0), (f64::MAX, 1.0), (f64::MIN, 0.0)]);
    same(sigmoid, &[(40.0, 1.0), (-745.0, SMALLEST), (-746.0, 0.0), (SMALLEST, 0.5), (-SMALLEST, 0.5)]);
}
