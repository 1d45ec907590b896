//! IEEE-754 arithmetic as traits, so that a definition can be computed by the processor or by integers.

/// A binary floating-point number. Every operation is correctly rounded, to nearest, ties to even.
///
/// Comparisons (`PartialOrd`, `PartialEq`) are those of IEEE-754: NaN is unordered, -0 equals +0.
pub trait Float: Copy + PartialEq + PartialOrd {
    /// +0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// `self + other`.
    fn add(self, other: Self) -> Self;
    /// `self - other`.
    fn sub(self, other: Self) -> Self;
    /// `self * other`.
    fn mul(self, other: Self) -> Self;
    /// `self / other`.
    fn div(self, other: Self) -> Self;
    /// `self * factor + term`, rounded once.
    fn fma(self, factor: Self, term: Self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The number with the other sign.
    fn neg(self) -> Self;
    /// The number without its sign.
    fn abs(self) -> Self;
    /// Whether it is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// An integer of at most 24 bits, exactly.
    fn small(integer: u32) -> Self;
}

/// A binary32 number.
pub trait Binary32: Float {
    /// The binary64 numbers of the same arithmetic.
    type Double: Binary64<Single = Self>;
    /// The number with these bits.
    fn from_bits(bits: u32) -> Self;
    /// The bits of the number.
    fn to_bits(self) -> u32;
    /// The same number as binary64.
    fn widen(self) -> Self::Double;
}

/// A binary64 number.
pub trait Binary64: Float {
    /// The binary32 numbers of the same arithmetic.
    type Single: Binary32<Double = Self>;
    /// The number with these bits.
    fn from_bits(bits: u64) -> Self;
    /// The bits of the number.
    fn to_bits(self) -> u64;
    /// The nearest binary32 number, ties to even.
    fn narrow(self) -> Self::Single;
    /// The nearest integer, ties to even.
    fn round(self) -> Self;
    /// `condition ? yes : no`, which vector code computes without a branch.
    #[inline(always)]
    fn select(condition: bool, yes: Self, no: Self) -> Self {
        if condition {
            yes
        } else {
            no
        }
    }
}
