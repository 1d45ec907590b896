//! The arithmetic of the processor. Its `f32` and `f64` are IEEE-754 without flushing of subnormal numbers.
//!
//! Where the caller is compiled without fused instructions, `mul_add` is a call to the C library, which must round once as
//! IEEE-754 says; `tests/soft.rs` fails where it does not.

use crate::{Binary32, Binary64, Float};

macro_rules! native {
    ($number:ident) => {
        impl Float for $number {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self - other
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                self * other
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                self / other
            }
            #[inline(always)]
            fn fma(self, factor: Self, term: Self) -> Self {
                self.mul_add(factor, term)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $number::sqrt(self)
            }
            #[inline(always)]
            fn neg(self) -> Self {
                -self
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $number::abs(self)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $number::is_finite(self)
            }
            #[inline(always)]
            fn small(integer: u32) -> Self {
                integer as $number
            }
        }
    };
}

native!(f32);
native!(f64);

impl Binary32 for f32 {
    type Double = f64;
    #[inline(always)]
    fn from_bits(bits: u32) -> Self {
        f32::from_bits(bits)
    }
    #[inline(always)]
    fn to_bits(self) -> u32 {
        f32::to_bits(self)
    }
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self)
    }
}

impl Binary64 for f64 {
    type Single = f32;
    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        f64::from_bits(bits)
    }
    #[inline(always)]
    fn to_bits(self) -> u64 {
        f64::to_bits(self)
    }
    #[inline(always)]
    fn narrow(self) -> f32 {
        self as f32
    }
    #[inline(always)]
    fn round(self) -> Self {
        self.round_ties_even()
    }
}
