//! Kernels for every processor.

use super::kernel::{self, tiles, Kernels, Lanes, Lines, Tile};

pub(super) static KERNELS: Kernels = Kernels {
    rows: 6,
    lanes: Eight::WIDTH,
    tiles: tiles!(tile, [1 2 3 4 5 6]),
    row: tile::<1, 4, false, false>,
    row_columns: 4 * Eight::WIDTH,
    interleave,
    copy,
};

/// Eight numbers, which the compiler puts into the vectors that the target has.
#[derive(Clone, Copy)]
struct Eight([f32; 8]);

impl Lanes for Eight {
    const WIDTH: usize = 8;
    type Mask = usize;

    #[inline(always)]
    unsafe fn first(count: usize) -> usize {
        count
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([0.0; 8])
    }

    #[inline(always)]
    unsafe fn splat(from: *const f32) -> Self {
        Self([*from; 8])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(from.cast::<[f32; 8]>().read_unaligned())
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, lanes: usize) -> Self {
        let mut numbers = [0.0; 8];
        numbers.as_mut_ptr().copy_from_nonoverlapping(from, lanes);
        Self(numbers)
    }

    #[inline(always)]
    unsafe fn store(self, into: *mut f32) {
        into.cast::<[f32; 8]>().write_unaligned(self.0);
    }

    #[inline(always)]
    unsafe fn store_first(self, into: *mut f32, lanes: usize) {
        into.copy_from_nonoverlapping(self.0.as_ptr(), lanes);
    }

    #[inline(always)]
    unsafe fn fma(self, factor: Self, term: Self) -> Self {
        let mut sums = term.0;
        for (sum, (number, factor)) in sums.iter_mut().zip(self.0.iter().zip(factor.0)) {
            *sum = fma(*number, factor, *sum);
        }
        Self(sums)
    }
}

/// `a * b + c`, rounded once.
///
/// Without an instruction for it `mul_add` calls the C library for every element. Here the product is exact in
/// binary64, and the sum is rounded to odd there: towards zero unless exact, with the last bit set if anything was
/// lost. Rounding that to binary32, which has at least two bits less, is rounding once. Source: S. Boldo,
/// G. Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd" (2008).
#[inline(always)]
fn fma(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(all(target_arch = "x86_64", not(target_feature = "fma"))) {
        let (product, term) = (f64::from(a) * f64::from(b), f64::from(c));
        let sum = product + term;
        // What the sum lost, exactly (D. Knuth's TwoSum); NaN where the sum is not finite.
        let part = sum - product;
        let lost = (product - (sum - part)) + (term - part);
        let bits = sum.to_bits();
        let away = (lost > 0.0) != (sum > 0.0);
        let towards_zero = bits.wrapping_sub(u64::from(away));
        let odd = if lost > 0.0 || lost < 0.0 { towards_zero | 1 } else { bits };
        f64::from_bits(odd) as f32
    } else {
        a.mul_add(b, c)
    }
}

unsafe fn tile<const ROWS: usize, const VECTORS: usize, const A_BY_ROWS: bool, const B_ENDS: bool>(tile: &Tile) {
    kernel::tile::<Eight, ROWS, VECTORS, A_BY_ROWS, B_ENDS>(tile);
}

unsafe fn interleave(source: Lines, into: *mut f32, into_step: usize) {
    kernel::interleave(source, into, into_step);
}

unsafe fn copy(source: Lines, into: *mut f32, into_step: usize) {
    kernel::copy::<Eight>(source, into, into_step);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(found: f32, expected: f32) -> bool {
        found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn one_rounding_for_any_bits(a: u32, b: u32, c: u32) {
            let [a, b, c] = [a, b, c].map(f32::from_bits);
            prop_assert!(same(fma(a, b, c), a.mul_add(b, c)), "{a:e} {b:e} {c:e}");
        }

        #[test]
        fn one_rounding_where_the_term_meets_the_product(a: u32, b: u32, offset in -3i32..4, shift in -60i32..60) {
            let [a, b] = [a, b].map(f32::from_bits);
            let near = ((f64::from(a) * f64::from(b)) * 2f64.powi(shift)) as f32;
            for c in [near, -near] {
                let c = f32::from_bits(c.to_bits().wrapping_add_signed(offset));
                prop_assert!(same(fma(a, b, c), a.mul_add(b, c)), "{a:e} {b:e} {c:e}");
            }
        }

        #[test]
        fn one_rounding_at_ties(a in 1u32..1 << 24, exponent in -149i32..80, c in 1u32..1 << 24, shift in 0i32..60) {
            for (a, sign) in [(a, 1.0), (a, -1.0), (1, 1.0), (1, -1.0)] {
                let (a, b) = (a as f32, (sign * 2f64.powi(exponent)) as f32);
                let c = (f64::from(c) * 2f64.powi(exponent + shift)) as f32;
                prop_assert!(same(fma(a, b, c), a.mul_add(b, c)), "{a:e} {b:e} {c:e}");
            }
        }
    }
}
