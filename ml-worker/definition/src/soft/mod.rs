//! IEEE-754 arithmetic by integers, for where there is no floating point: the runtime.
//!
//! Rounding to nearest, ties to even; subnormal numbers, signed zeros and infinities as the standard has them. An
//! operation whose result is NaN gives the one quiet NaN without a payload; no flags are kept.
//!
//! `format` says how numbers are stored and rounds them, `arithmetic` computes. Both are written once for all
//! formats.

mod arithmetic;
mod format;

use crate::{Binary32, Binary64, Float};
use core::{cmp::Ordering, fmt, marker::PhantomData};
use format::{Double, Format, Single};

/// A binary32 number.
pub type Soft32 = Soft<Single>;
/// A binary64 number.
pub type Soft64 = Soft<Double>;

/// A number of format `F`.
pub struct Soft<F> {
    /// The number's encoding in the lowest bits.
    bits: u64,
    format: PhantomData<F>,
}

impl<F> Soft<F> {
    const fn of(bits: u64) -> Self {
        Self { bits, format: PhantomData }
    }
}

impl<F> Clone for Soft<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Soft<F> {}

impl<F> fmt::Debug for Soft<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:#x}", self.bits)
    }
}

impl<F: Format> PartialEq for Soft<F> {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl<F: Format> PartialOrd for Soft<F> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        arithmetic::compare::<F>(self.bits, other.bits)
    }
}

impl<F: Format> Float for Soft<F> {
    const ZERO: Self = Self::of(0);
    const ONE: Self = Self::of(F::ONE);

    fn add(self, other: Self) -> Self {
        Self::of(arithmetic::add::<F>(self.bits, other.bits))
    }

    fn sub(self, other: Self) -> Self {
        self.add(other.neg())
    }

    fn mul(self, other: Self) -> Self {
        Self::of(arithmetic::mul::<F>(self.bits, other.bits))
    }

    fn div(self, other: Self) -> Self {
        Self::of(arithmetic::div::<F>(self.bits, other.bits))
    }

    fn fma(self, factor: Self, term: Self) -> Self {
        Self::of(arithmetic::fma::<F>(self.bits, factor.bits, term.bits))
    }

    fn sqrt(self) -> Self {
        Self::of(arithmetic::sqrt::<F>(self.bits))
    }

    fn neg(self) -> Self {
        Self::of(self.bits ^ F::SIGN)
    }

    fn abs(self) -> Self {
        Self::of(self.bits & !F::SIGN)
    }

    fn is_finite(self) -> bool {
        self.bits & !F::SIGN < F::INFINITY
    }

    fn small(integer: u32) -> Self {
        Self::of(format::round::<F>(false, u128::from(integer), 0))
    }
}

impl Binary32 for Soft32 {
    type Double = Soft64;

    fn from_bits(bits: u32) -> Self {
        Self::of(u64::from(bits))
    }

    fn to_bits(self) -> u32 {
        // The encoding of a binary32 number has 32 bits; qed
        self.bits as u32
    }

    fn widen(self) -> Soft64 {
        Soft64::of(arithmetic::convert::<Single, Double>(self.bits))
    }
}

impl Binary64 for Soft64 {
    type Single = Soft32;

    fn from_bits(bits: u64) -> Self {
        Self::of(bits)
    }

    fn to_bits(self) -> u64 {
        self.bits
    }

    fn narrow(self) -> Soft32 {
        Soft32::of(arithmetic::convert::<Double, Single>(self.bits))
    }

    fn round(self) -> Self {
        Self::of(arithmetic::round_to_integer::<Double>(self.bits))
    }
}
