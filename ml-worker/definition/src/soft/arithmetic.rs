//! The operations on encodings of one format.

use super::format::{infinity, round, shift_keeping_rest, shift_to_nearest, unpack, zero, Finite, Format, Number};
use core::cmp::Ordering;

/// `a + b`.
pub fn add<F: Format>(a: u64, b: u64) -> u64 {
    sum::<F>(unpack::<F>(a), unpack::<F>(b))
}

/// `a * b`.
pub fn mul<F: Format>(a: u64, b: u64) -> u64 {
    match product(unpack::<F>(a), unpack::<F>(b)) {
        Number::Nan => F::NAN,
        Number::Infinite(negative) => infinity::<F>(negative),
        Number::Finite(Finite { negative, significand, exponent }) => round::<F>(negative, significand, exponent),
    }
}

/// `a * b + c`, rounded once.
pub fn fma<F: Format>(a: u64, b: u64, c: u64) -> u64 {
    sum::<F>(product(unpack::<F>(a), unpack::<F>(b)), unpack::<F>(c))
}

/// The exact product; of significands of at most 53 bits, it has at most 106.
fn product(a: Number, b: Number) -> Number {
    match (a, b) {
        (Number::Nan, _) | (_, Number::Nan) => Number::Nan,
        (Number::Infinite(a), Number::Infinite(b)) => Number::Infinite(a != b),
        (Number::Infinite(negative), Number::Finite(finite)) | (Number::Finite(finite), Number::Infinite(negative)) => {
            match finite.significand {
                0 => Number::Nan,
                _ => Number::Infinite(negative != finite.negative),
            }
        }
        (Number::Finite(a), Number::Finite(b)) => Number::Finite(Finite {
            negative: a.negative != b.negative,
            significand: a.significand * b.significand,
            exponent: a.exponent + b.exponent,
        }),
    }
}

/// The rounded sum of numbers whose significands have at most 106 bits.
fn sum<F: Format>(a: Number, b: Number) -> u64 {
    match (a, b) {
        (Number::Nan, _) | (_, Number::Nan) => F::NAN,
        (Number::Infinite(a), Number::Infinite(b)) if a != b => F::NAN,
        (Number::Infinite(negative), _) | (_, Number::Infinite(negative)) => infinity::<F>(negative),
        (Number::Finite(a), Number::Finite(b)) => finite_sum::<F>(a, b),
    }
}

/// Where the larger summand's highest bit goes: one bit remains for a carry.
const HIGHEST_BIT: u32 = 126;

fn finite_sum<F: Format>(a: Finite, b: Finite) -> u64 {
    if a.significand == 0 && b.significand == 0 {
        return zero::<F>(a.negative && b.negative);
    }
    if a.significand == 0 {
        return round::<F>(b.negative, b.significand, b.exponent);
    }
    if b.significand == 0 {
        return round::<F>(a.negative, a.significand, a.exponent);
    }
    let (a, b) = (a.with_highest_bit(HIGHEST_BIT), b.with_highest_bit(HIGHEST_BIT));
    let (large, small) = if (a.exponent, a.significand) >= (b.exponent, b.significand) { (a, b) } else { (b, a) };
    // A rest is lost only if the distance exceeds 20 bits; then the highest bit of the difference stays above bit 124, far above
    // the lowest, which tells of the rest.
    let smaller = shift_keeping_rest(small.significand, large.exponent.abs_diff(small.exponent));
    if large.negative == small.negative {
        return round::<F>(large.negative, large.significand + smaller, large.exponent);
    }
    match large.significand - smaller {
        0 => zero::<F>(false),
        difference => round::<F>(large.negative, difference, large.exponent),
    }
}

/// `a / b`.
pub fn div<F: Format>(a: u64, b: u64) -> u64 {
    match (unpack::<F>(a), unpack::<F>(b)) {
        (Number::Nan, _) | (_, Number::Nan) | (Number::Infinite(_), Number::Infinite(_)) => F::NAN,
        (Number::Infinite(negative), Number::Finite(b)) => infinity::<F>(negative != b.negative),
        (Number::Finite(a), Number::Infinite(negative)) => zero::<F>(negative != a.negative),
        (Number::Finite(a), Number::Finite(b)) => match (a.significand, b.significand) {
            (0, 0) => F::NAN,
            (_, 0) => infinity::<F>(a.negative != b.negative),
            (0, _) => zero::<F>(a.negative != b.negative),
            _ => finite_quotient::<F>(a, b),
        },
    }
}

/// The quotient has at least `PRECISION + 2` bits, a rest is told by its lowest.
fn finite_quotient<F: Format>(a: Finite, b: Finite) -> u64 {
    let (a_scaled, b_scaled) = (a.with_highest_bit(2 * F::PRECISION + 1), b.with_highest_bit(F::FRACTION));
    let quotient = a_scaled.significand / b_scaled.significand;
    let rest = !a_scaled.significand.is_multiple_of(b_scaled.significand);
    round::<F>(a.negative != b.negative, quotient | u128::from(rest), a_scaled.exponent - b_scaled.exponent)
}

/// The square root of `a`.
pub fn sqrt<F: Format>(a: u64) -> u64 {
    match unpack::<F>(a) {
        Number::Nan | Number::Infinite(true) => F::NAN,
        Number::Infinite(false) => F::INFINITY,
        Number::Finite(a) if a.significand == 0 => zero::<F>(a.negative),
        Number::Finite(a) if a.negative => F::NAN,
        Number::Finite(a) => {
            // At least 2 * (PRECISION + 2) bits, and an even exponent.
            let highest = 2 * F::PRECISION + 4;
            let scaled = a.with_highest_bit(highest);
            let scaled = if scaled.exponent % 2 == 0 { scaled } else { a.with_highest_bit(highest + 1) };
            let root = scaled.significand.isqrt();
            let rest = root * root != scaled.significand;
            round::<F>(false, root | u128::from(rest), scaled.exponent / 2)
        }
    }
}

/// The number of format `F` as one of format `G`.
pub fn convert<F: Format, G: Format>(a: u64) -> u64 {
    match unpack::<F>(a) {
        Number::Nan => G::NAN,
        Number::Infinite(negative) => infinity::<G>(negative),
        Number::Finite(a) => round::<G>(a.negative, a.significand, a.exponent),
    }
}

/// The nearest integer, ties to even, with the sign of `a`.
pub fn round_to_integer<F: Format>(a: u64) -> u64 {
    match unpack::<F>(a) {
        Number::Nan => F::NAN,
        Number::Finite(finite) if finite.exponent < 0 => {
            round::<F>(finite.negative, shift_to_nearest(finite.significand, finite.exponent.unsigned_abs()), 0)
        }
        _ => a,
    }
}

/// The order of two numbers: NaN has none, zeros are equal.
pub fn compare<F: Format>(a: u64, b: u64) -> Option<Ordering> {
    let (size_a, size_b) = (a & !F::SIGN, b & !F::SIGN);
    if size_a > F::INFINITY || size_b > F::INFINITY {
        return None;
    }
    let signed = |size: u64, bits: u64| if bits & F::SIGN == 0 { size as i64 } else { -(size as i64) };
    Some(signed(size_a, a).cmp(&signed(size_b, b)))
}
