//! Exponential, natural logarithm, hyperbolic tangent and logistic function as compositions of IEEE-754 operations.
//!
//! The platform's mathematical library gives other last bits from version to version; these functions use correctly
//! rounded binary64 operations alone, in the order written here. They have no branch, no table and no call, so that
//! a loop over them becomes vector code under whatever instruction set its caller is compiled for.
//!
//! The largest error of each over 1,000,000 inputs, in units in the last place of binary64, compared with 60 digits
//! (`references/elementary.py`, `tests/elementary.rs`):
//!
//! | [`exp`] | [`ln`] | [`tanh`] | [`sigmoid`] |
//! |---|---|---|---|
//! | 0.65, subnormal results 0.78 | 0.81 | 0.86 | 0.75 |
//!
//! The constants come from `references/polynomials.py`.
//!
//! Two tricks recur:
//!
//! - adding 1.5 * 2^52 rounds a number below 2^51 to the nearest integer, ties to even, and leaves that integer in the low
//!   bits of the sum;
//! - `high + low` is a number whose rounding error is kept: `high` is the sum rounded, `low` what was lost.

use crate::Binary64;

/// Bits of 1.5 * 2^52.
const ROUNDING: u64 = 0x4338_0000_0000_0000;
/// The difference of the exponent field of a binary64 number and its exponent.
const BIAS: u64 = 1_023;
/// Width of the fraction of a binary64 number.
const FRACTION: u32 = 52;
const SIGN: u64 = 1 << 63;
const INFINITY: u64 = 0x7ff0_0000_0000_0000;
const NAN: u64 = 0x7ff8_0000_0000_0000;
const LOG2_E: u64 = 0x3ff7_1547_652b_82fe;
/// ln 2 rounded. A difference `x - n * LN_2` of at most 0.35 is exact when `n` is `x / LN_2` rounded.
const LN_2: u64 = 0x3fe6_2e42_fefa_39ef;
/// ln 2 less [`LN_2`].
const LN_2_REST: u64 = 0x3c7a_bc9e_3b39_803f;
/// ln 2 with the lowest 21 bits cleared, so that its product with an exponent is exact.
const LN_2_SHORT: u64 = 0x3fe6_2e42_fee0_0000;
/// ln 2 less [`LN_2_SHORT`].
const LN_2_SHORT_REST: u64 = 0x3dea_39ef_3579_3c76;
/// The square root of 1/2, rounded.
const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
const SMALLEST_NORMAL: u64 = 0x0010_0000_0000_0000;
/// 2^54: brings every subnormal number into the normal range, exactly.
const TWO_POWER_54: u64 = 0x4350_0000_0000_0000;

/// Coefficients of `(exp(r) - 1 - r) / r^2` for |r| up to ln 2 / 2, from the constant upwards.
const EXP: [u64; 11] = [
    0x3fe0_0000_0000_0000,
    0x3fc5_5555_5555_5557,
    0x3fa5_5555_5555_5556,
    0x3f81_1111_1111_00be,
    0x3f56_c16c_16c1_62c3,
    0x3f2a_01a0_1abf_85ab,
    0x3efa_01a0_1a6e_1e2a,
    0x3ec7_1de0_1fdb_f9ca,
    0x3e92_7e4d_b46c_ddd1,
    0x3e5a_f4e5_5437_7204,
    0x3e21_f734_0dbc_337e,
];

/// Coefficients of `(2 atanh(s) - 2 s) / s^3` in s^2, for |s| up to (sqrt 2 - 1) / (sqrt 2 + 1), from the constant upwards.
const LN: [u64; 8] = [
    0x3fe5_5555_5555_5555,
    0x3fd9_9999_9999_9a39,
    0x3fd2_4924_9247_6a1a,
    0x3fcc_71c7_201a_55d7,
    0x3fc7_45cf_8e4b_ba1b,
    0x3fc3_b1c3_c1c8_1c8f,
    0x3fc0_fbde_0f4a_d17b,
    0x3fc0_c0af_f044_a970,
];

#[inline(always)]
fn constant<D: Binary64>(bits: u64) -> D {
    D::from_bits(bits)
}

/// A polynomial by Horner's rule, each step fused.
#[inline(always)]
fn polynomial<D: Binary64, const N: usize>(coefficients: &[u64; N], x: D) -> D {
    let mut value = constant::<D>(coefficients[N - 1]);
    for index in (0..N - 1).rev() {
        value = value.fma(x, constant(coefficients[index]));
    }
    value
}

/// `x` split for the exponential: `exp(x) = 2^n * (1 + r + q)`.
struct Reduced<D> {
    /// `ROUNDING + n` as an integer.
    n: u64,
    /// The remainder, |r| at most 0.3466.
    r: D,
    /// `exp(r) - 1 - r`, and what `r` lost to rounding.
    q: D,
}

/// ```text
/// n = round(x / ln 2), ties to even
/// t = x - n * LN_2 (exact), r = t - n * LN_2_REST
/// q = r^2 * polynomial(r) + (t - r - n * LN_2_REST)
/// ```
#[inline(always)]
fn reduce<D: Binary64>(x: D) -> Reduced<D> {
    let shifted = x.fma(constant(LOG2_E), constant(ROUNDING));
    let minus_n = constant::<D>(ROUNDING).sub(shifted);
    let t = minus_n.fma(constant(LN_2), x);
    let r = minus_n.fma(constant(LN_2_REST), t);
    let lost = minus_n.fma(constant(LN_2_REST), t.sub(r));
    let q = r.mul(r).fma(polynomial(&EXP, r), lost);
    Reduced { n: shifted.to_bits(), r, q }
}

/// `exp(x)` as `high + low`.
///
/// ```text
/// high + low = 1 + r + q, each times 2^floor(n / 2), then times 2^(n - floor(n / 2))
/// ```
///
/// In two steps, since 2^n leaves the normal range at both ends. `x` beyond -746 and 710 is taken for these, where the
/// result is 0 and infinite.
#[inline(always)]
fn exp_parts<D: Binary64>(x: D) -> (D, D) {
    let lowest = D::small(746).neg();
    let highest = D::small(710);
    let x = D::select(x < lowest, lowest, x);
    let x = D::select(x > highest, highest, x);
    let Reduced { n, r, q } = reduce(x);
    let sum = D::ONE.add(r);
    let rest = D::ONE.sub(sum).add(r).add(q);
    let high = sum.add(rest);
    let low = sum.sub(high).add(rest);
    // n + 2 * BIAS is positive.
    let doubled = n.wrapping_sub(ROUNDING - 2 * BIAS);
    let first = doubled >> 1;
    let second = doubled.wrapping_sub(first);
    let first = constant::<D>(first << FRACTION);
    let second = constant::<D>(second << FRACTION);
    (high.mul(first).mul(second), low.mul(first).mul(second))
}

/// `(numerator + numerator_low) / (denominator + denominator_low)`, nearly rounded.
///
/// ```text
/// inverse = 1 / denominator, quotient = numerator * inverse
/// remainder = fma(-quotient, denominator, numerator) + fma(-quotient, denominator_low, numerator_low)
/// result = fma(remainder, inverse, quotient)
/// ```
#[inline(always)]
fn quotient<D: Binary64>(numerator: D, numerator_low: D, denominator: D, denominator_low: D) -> D {
    let inverse = D::ONE.div(denominator);
    let quotient = numerator.mul(inverse);
    let minus = quotient.neg();
    let remainder = minus.fma(denominator, numerator).add(minus.fma(denominator_low, numerator_low));
    remainder.fma(inverse, quotient)
}

/// e to the power of `x`.
///
/// ```text
/// n = round(x / ln 2), r = x - n ln 2                |r| <= 0.3466
/// exp(x) = 2^n * (1 + r + r^2 * polynomial(r))
/// ```
///
/// NaN gives NaN; above 709.79 the result is infinite, below -745.2 it is zero.
#[inline(always)]
pub fn exp<D: Binary64>(x: D) -> D {
    exp_parts(x).0
}

/// The natural logarithm of `x`.
///
/// ```text
/// x = 2^e * (1 + f) with 1 + f from sqrt(1/2) to sqrt 2
/// s = f / (2 + f), z = s^2                            |s| <= 0.1716
/// ln(1 + f) = f - f^2/2 + s * (f^2/2 + z * polynomial(z))
/// ln x = (e * LN_2_SHORT + f) + (e * LN_2_SHORT_REST - f^2/2 + s * (...)), the first sum's rounding error kept
/// ```
///
/// 0 gives minus infinity, infinity gives infinity, NaN and negative numbers give NaN.
#[inline(always)]
pub fn ln<D: Binary64>(x: D) -> D {
    let subnormal = x < constant(SMALLEST_NORMAL);
    let scaled = D::select(subnormal, x.mul(constant(TWO_POWER_54)), x);
    let offset = D::select(subnormal, D::small(54 + BIAS as u32), D::small(BIAS as u32));
    let bits = scaled.to_bits();
    // The exponent field that the number would have were the significand counted from the square root of 1/2.
    let field = bits.wrapping_add((BIAS << FRACTION) - SQRT_HALF) >> FRACTION;
    let significand = constant::<D>(bits.wrapping_sub(field << FRACTION).wrapping_add(BIAS << FRACTION));
    // 2^52 + field, less 2^52: the integer as a number.
    let two_power_52 = (BIAS + FRACTION as u64) << FRACTION;
    let exponent = constant::<D>(two_power_52 | field).sub(constant(two_power_52)).sub(offset);

    let f = significand.sub(D::ONE);
    let s = f.div(D::small(2).add(f));
    let z = s.mul(s);
    let half = f.mul(constant(EXP[0]));
    let series = z.fma(polynomial(&LN, z), half.mul(f));
    let whole = exponent.mul(constant(LN_2_SHORT));
    let sum = whole.add(f);
    let lost = whole.sub(sum).add(f);
    let rest = exponent.fma(constant(LN_2_SHORT_REST), lost);
    let rest = s.fma(series, half.neg().fma(f, rest));
    let result = sum.add(rest);

    let infinity = constant::<D>(INFINITY);
    let result = D::select(x < infinity, result, x);
    let result = D::select(x < D::ZERO, constant(NAN), result);
    D::select(x == D::ZERO, infinity.neg(), result)
}

/// The hyperbolic tangent of `x`.
///
/// ```text
/// exp(2|x|) - 1 = high + low
/// tanh(x) = sign(x) * (high + low) / (2 + high + low)
/// ```
///
/// From 22 on it is 1; the sign of zero is kept.
#[inline(always)]
pub fn tanh<D: Binary64>(x: D) -> D {
    let size = x.abs();
    let size = D::select(size > D::small(22), D::small(22), size);
    let Reduced { n, r, q } = reduce(size.add(size));
    let power = constant::<D>(n.wrapping_sub(ROUNDING - BIAS) << FRACTION);
    // 2^n - 1 is at least as large as 2^n * r, or zero, so that the sum's rounding error is found exactly.
    let whole = power.sub(D::ONE);
    let part = power.mul(r);
    let sum = whole.add(part);
    let rest = power.fma(q, whole.sub(sum).add(part));
    let high = sum.add(rest);
    let low = sum.sub(high).add(rest);
    let two = D::small(2);
    let denominator = two.add(high);
    // The larger of the two comes first: 2 or high.
    let high_larger = high > two;
    let larger = D::select(high_larger, high, two);
    let smaller = D::select(high_larger, two, high);
    let denominator_low = larger.sub(denominator).add(smaller).add(low);
    let result = quotient(high, low, denominator, denominator_low);
    D::from_bits(result.to_bits() | (x.to_bits() & SIGN))
}

/// The logistic function of `x`.
///
/// ```text
/// exp(-|x|) = high + low
/// sigmoid(x) = 1 / (1 + high + low) if x >= 0, else (high + low) / (1 + high + low)
/// ```
///
/// NaN gives NaN.
#[inline(always)]
pub fn sigmoid<D: Binary64>(x: D) -> D {
    let (high, low) = exp_parts(x.abs().neg());
    let denominator = D::ONE.add(high);
    let denominator_low = D::ONE.sub(denominator).add(high).add(low);
    let positive = x >= D::ZERO;
    let numerator = D::select(positive, D::ONE, high);
    let numerator_low = D::select(positive, D::ZERO, low);
    quotient(numerator, numerator_low, denominator, denominator_low)
}
