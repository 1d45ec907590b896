//! Exact decimal numbers.

use serde::{de::Visitor, Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Most digits before the point and most digits after it.
pub const MAX_DIGITS: u32 = 18;

/// Units in a whole: 10^18.
const ONE: i128 = 1_000_000_000_000_000_000;

/// Largest exponent that is read, either way; anything larger has too many digits whatever stands before it.
const MAX_EXPONENT: i32 = 60;

/// An exact decimal number with at most [`MAX_DIGITS`] digits on either side of the point.
///
/// It counts units of 10^-18 in an integer, so that what a table says is what is computed with: no rounding happens
/// between reading a number and choosing its code. Sums and differences of two numbers, and twice those, fit the
/// integer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

/// Why a text is not a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidDecimal {
    /// It is no decimal number at all.
    #[error("it is not a decimal number")]
    NotANumber,
    /// It has too many digits before the point.
    #[error("it has more than {MAX_DIGITS} digits before the point")]
    TooLarge,
    /// It has too many digits after the point.
    #[error("it has more than {MAX_DIGITS} digits after the point; round the column before")]
    TooPrecise,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// The number `units` times 10^-18; `None` if it has more than 18 digits before the point.
    pub(crate) fn from_units(units: i128) -> Option<Self> {
        (units.unsigned_abs() < ONE.unsigned_abs().pow(2)).then_some(Self(units))
    }

    /// How many times 10^-18 this number is.
    pub(crate) const fn units(self) -> i128 {
        self.0
    }

    /// Digits after the point that are needed to write it.
    pub fn decimals(self) -> u32 {
        let mut rest = self.0 % ONE;
        let mut decimals = 0;
        while rest != 0 {
            rest = rest * 10 % ONE;
            decimals += 1;
        }
        decimals
    }

    /// The nearest binary64 number.
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

impl From<i64> for Decimal {
    /// Saturates beyond 18 digits.
    fn from(whole: i64) -> Self {
        let most = (ONE - 1) as i64;
        Self(i128::from(whole.clamp(-most, most)) * ONE)
    }
}

impl FromStr for Decimal {
    type Err = InvalidDecimal;

    /// Read an optional sign, digits with an optional point among them, and an optional exponent.
    fn from_str(text: &str) -> Result<Self, InvalidDecimal> {
        let (negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let (digits, exponent) = match rest.iter().position(|byte| matches!(byte, b'e' | b'E')) {
            Some(at) => (&rest[..at], parse_exponent(&rest[at + 1..])?),
            None => (rest, 0),
        };
        let (whole, fraction) = match digits.iter().position(|byte| *byte == b'.') {
            Some(at) => (&digits[..at], &digits[at + 1..]),
            None => (digits, &[][..]),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(InvalidDecimal::NotANumber);
        }
        // `mantissa * 10^-decimals`, with zeros at its end counted apart so that they cost no digits.
        let (mut mantissa, mut decimals, mut zeros) = (0i128, 0i32, 0u32);
        for (index, byte) in whole.iter().chain(fraction).enumerate() {
            if !byte.is_ascii_digit() {
                return Err(InvalidDecimal::NotANumber);
            }
            if index >= whole.len() {
                decimals = decimals.saturating_add(1);
            }
            if *byte == b'0' {
                zeros = zeros.saturating_add(1);
                continue;
            }
            if mantissa != 0 {
                let shift = 10i128.checked_pow(zeros + 1).ok_or(InvalidDecimal::TooPrecise)?;
                mantissa = mantissa.checked_mul(shift).ok_or(InvalidDecimal::TooPrecise)?;
            }
            mantissa = mantissa.checked_add(i128::from(byte - b'0')).ok_or(InvalidDecimal::TooPrecise)?;
            zeros = 0;
        }
        if mantissa == 0 {
            return Ok(Self::ZERO);
        }
        let shift = i64::from(exponent) - i64::from(decimals) + i64::from(zeros) + i64::from(MAX_DIGITS);
        let shift = u32::try_from(shift).map_err(|_| InvalidDecimal::TooPrecise)?;
        let units = 10i128
            .checked_pow(shift)
            .and_then(|power| mantissa.checked_mul(power))
            .and_then(Self::from_units)
            .ok_or(InvalidDecimal::TooLarge)?;
        Ok(if negative { Self(-units.0) } else { units })
    }
}

fn parse_exponent(bytes: &[u8]) -> Result<i32, InvalidDecimal> {
    let text = std::str::from_utf8(bytes).map_err(|_| InvalidDecimal::NotANumber)?;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidDecimal::NotANumber);
    }
    let most = if text.starts_with('-') { -MAX_EXPONENT } else { MAX_EXPONENT };
    Ok(text.parse::<i32>().unwrap_or(most).clamp(-MAX_EXPONENT, MAX_EXPONENT))
}

impl fmt::Display for Decimal {
    /// The shortest exact form: no zeros at the ends, no exponent.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let absolute = self.0.unsigned_abs();
        let (whole, fraction) = (absolute / ONE.unsigned_abs(), absolute % ONE.unsigned_abs());
        let digits = format!("{fraction:018}");
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() { "" } else { "." };
        formatter.pad_integral(self.0 >= 0, "", &format!("{whole}{point}{digits}"))
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DecimalVisitor;

        impl Visitor<'_> for DecimalVisitor {
            type Value = Decimal;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an integer or a decimal number in quotes, such as \"0.5\"")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(|error| E::custom(format!("{text:?}: {error}")))
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Decimal, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Decimal, E> {
                self.visit_str(&number.to_string())
            }
        }

        deserializer.deserialize_any(DecimalVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Result<String, InvalidDecimal> {
        text.parse::<Decimal>().map(|decimal| decimal.to_string())
    }

    #[test]
    fn numbers_are_read_exactly_and_written_shortly() {
        for (text, expected) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("+7", "7"),
            ("007", "7"),
            ("63.0", "63"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-2.50", "-2.5"),
            ("0.1", "0.1"),
            ("1e3", "1000"),
            ("1.25E-2", "0.0125"),
            ("120e-1", "12"),
            ("0.000000000000000001", "0.000000000000000001"),
            ("-999999999999999999.999999999999999999", "-999999999999999999.999999999999999999"),
            ("1.00000000000000000000000000000000000000000", "1"),
            ("0e99999999999", "0"),
            ("0.00000000000000000000000000000000000000000001e44", "1"),
        ] {
            assert_eq!(shown(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["", "-", ".", "e5", "1e", "1e+", "1e5.5", "1,5", "1 ", "0x10", "NaN", "inf", "1_000", "--1", "1.2.3"]
        {
            assert_eq!(shown(text), Err(InvalidDecimal::NotANumber), "{text}");
        }
    }

    #[test]
    fn numbers_with_too_many_digits_are_refused() {
        for text in ["1000000000000000000", "1e18", "-1e59", "1e400"] {
            assert_eq!(shown(text), Err(InvalidDecimal::TooLarge), "{text}");
        }
        for text in ["0.0000000000000000001", "1e-19", "1e-400", "1.0000000000000000000000000000000000000000001"] {
            assert_eq!(shown(text), Err(InvalidDecimal::TooPrecise), "{text}");
        }
    }

    #[test]
    fn decimals_counts_the_digits_that_are_needed() {
        for (text, decimals) in [("0", 0), ("10", 0), ("0.5", 1), ("-1.250", 2), ("0.000000000000000001", 18)] {
            assert_eq!(text.parse::<Decimal>().unwrap().decimals(), decimals, "{text}");
        }
    }

    #[test]
    fn json_takes_integers_and_quoted_decimals_and_writes_quotes() {
        let read = |text: &str| serde_json::from_str::<Decimal>(text).map_err(|error| error.to_string());
        assert_eq!(read("-3"), Ok(Decimal::from(-3)));
        assert_eq!(read("\"0.25\""), Ok("0.25".parse().unwrap()));
        assert_eq!(serde_json::to_string(&Decimal::from(5)).unwrap(), "\"5\"");
        assert!(read("0.25").unwrap_err().contains("in quotes"));
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_the_identity(units in -(ONE * ONE) + 1..ONE * ONE) {
            let decimal = Decimal::from_units(units).unwrap();
            prop_assert_eq!(decimal.to_string().parse::<Decimal>(), Ok(decimal));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[-+0-9.eE]{0,60}") {
            let _ = text.parse::<Decimal>();
        }
    }
}
