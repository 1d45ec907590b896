//! How numbers are stored, and the one place where they are rounded.
//!
//! ```text
//! sign (1 bit) | exponent field (E bits) | fraction (F bits)
//! field = 0:           (-1)^sign * fraction * 2^LOWEST                    zero and subnormal numbers
//! field = 1..2^E - 2:  (-1)^sign * (2^F + fraction) * 2^(LOWEST + field - 1)
//! field = 2^E - 1:     infinity if fraction = 0, else NaN
//! LOWEST = 2 - 2^(E-1) - F
//! ```

/// A binary interchange format of IEEE-754 of at most 64 bits.
pub trait Format {
    /// Width of the exponent field in bits.
    const EXPONENT: u32;
    /// Width of the fraction in bits.
    const FRACTION: u32;

    /// Number of bits of a normal number's significand.
    const PRECISION: u32 = Self::FRACTION + 1;
    /// Exponent of the lowest bit of subnormal numbers.
    const LOWEST: i32 = 2 - (1 << (Self::EXPONENT - 1)) - Self::FRACTION as i32;
    /// The bit of the sign.
    const SIGN: u64 = 1 << (Self::EXPONENT + Self::FRACTION);
    /// Encoding of infinity, larger than those of all finite numbers without their sign.
    const INFINITY: u64 = ((1 << Self::EXPONENT) - 1) << Self::FRACTION;
    /// Encoding of the quiet NaN without a payload.
    const NAN: u64 = Self::INFINITY | 1 << (Self::FRACTION - 1);
    /// Encoding of 1.
    const ONE: u64 = ((1 << (Self::EXPONENT - 1)) - 1) << Self::FRACTION;
}

/// binary32.
pub enum Single {}

impl Format for Single {
    const EXPONENT: u32 = 8;
    const FRACTION: u32 = 23;
}

/// binary64.
pub enum Double {}

impl Format for Double {
    const EXPONENT: u32 = 11;
    const FRACTION: u32 = 52;
}

/// What an encoding stands for.
#[derive(Clone, Copy)]
pub enum Number {
    /// Not a number.
    Nan,
    /// Infinity; negative or not.
    Infinite(bool),
    /// A finite number.
    Finite(Finite),
}

/// `(-1)^negative * significand * 2^exponent`.
#[derive(Clone, Copy)]
pub struct Finite {
    /// Whether the sign is set; zero has one, too.
    pub negative: bool,
    /// 0 for zero.
    pub significand: u128,
    /// The exponent of the significand's lowest bit.
    pub exponent: i32,
}

impl Finite {
    /// The same number with the highest bit of its significand at `bit`; the significand is not zero and does not reach
    /// above it.
    pub fn with_highest_bit(self, bit: u32) -> Self {
        let shift = bit - self.significand.ilog2();
        Self { significand: self.significand << shift, exponent: self.exponent - shift as i32, ..self }
    }
}

/// Decodes `bits`.
pub fn unpack<F: Format>(bits: u64) -> Number {
    let negative = bits & F::SIGN != 0;
    let size = bits & !F::SIGN;
    if size > F::INFINITY {
        return Number::Nan;
    }
    if size == F::INFINITY {
        return Number::Infinite(negative);
    }
    let field = size >> F::FRACTION;
    let fraction = size & ((1 << F::FRACTION) - 1);
    let (hidden, exponent) = if field == 0 { (0, 0) } else { (1 << F::FRACTION, field as i32 - 1) };
    Number::Finite(Finite { negative, significand: u128::from(hidden | fraction), exponent: F::LOWEST + exponent })
}

/// Encodes infinity.
pub fn infinity<F: Format>(negative: bool) -> u64 {
    sign::<F>(negative) | F::INFINITY
}

/// Encodes zero.
pub fn zero<F: Format>(negative: bool) -> u64 {
    sign::<F>(negative)
}

fn sign<F: Format>(negative: bool) -> u64 {
    if negative {
        F::SIGN
    } else {
        0
    }
}

/// `significand / 2^shift` rounded down, with the lowest bit set if a rest was lost: enough to round correctly later.
pub fn shift_keeping_rest(significand: u128, shift: u32) -> u128 {
    match significand.checked_shr(shift) {
        Some(kept) => kept | u128::from(kept << shift != significand),
        None => u128::from(significand != 0),
    }
}

/// `significand / 2^shift` rounded to the nearest integer, ties to even.
pub fn shift_to_nearest(significand: u128, shift: u32) -> u128 {
    // Two bits below the integer: the half, and whether there is more.
    let kept = match shift {
        0 => return significand,
        1 => significand << 1,
        _ => shift_keeping_rest(significand, shift - 2),
    };
    let (integer, rest) = (kept >> 2, kept & 3);
    integer + u128::from(rest > 2 || rest == 2 && integer & 1 == 1)
}

/// Encodes `(-1)^negative * significand * 2^exponent`, rounded to nearest, ties to even.
///
/// Where an exact result has more bits than fit, the caller gives at least two bits more than [`Format::PRECISION`], the
/// lowest of which says whether anything was lost ([`shift_keeping_rest`]).
pub fn round<F: Format>(negative: bool, significand: u128, exponent: i32) -> u64 {
    if significand == 0 {
        return zero::<F>(negative);
    }
    let width = significand.ilog2() as i32 + 1;
    let lowest = (exponent + width - F::PRECISION as i32).max(F::LOWEST);
    let shift = lowest - exponent;
    let integer = if shift <= 0 {
        significand << shift.unsigned_abs()
    } else {
        shift_to_nearest(significand, shift.unsigned_abs())
    };
    let field = (lowest - F::LOWEST) as u64;
    if field >= 1 << F::EXPONENT {
        return infinity::<F>(negative);
    }
    // The highest bit of a normal number's significand adds 1 to the field, and so does a carry out of it.
    let size = ((field << F::FRACTION) + integer as u64).min(F::INFINITY);
    sign::<F>(negative) | size
}
