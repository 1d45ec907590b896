//! Amounts and shares as people write them.

use crate::Balance;

/// Decimal places of NRC: 1 NRC is 10^12 plancks.
const NRC_DECIMALS: u32 = 12;

/// Why a text is no amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidAmount {
    /// It is not a number without a sign.
    #[error("expected a number such as 12 or 0.5")]
    Malformed,
    /// It is finer than the smallest unit.
    #[error("at most {decimals} decimal places are possible")]
    TooFine {
        /// Decimal places of the smallest unit.
        decimals: u32,
    },
    /// It does not fit.
    #[error("the number is too large")]
    TooLarge,
}

/// The number in `text` in units of 10^-`decimals`; exact.
fn parse_fixed(text: &str, decimals: u32) -> Result<u128, InvalidAmount> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || (fraction.is_empty() && text.contains('.')) {
        return Err(InvalidAmount::Malformed);
    }
    if fraction.len() > decimals as usize {
        return Err(InvalidAmount::TooFine { decimals });
    }
    let digits = format!("{whole}{fraction:0<width$}", width = decimals as usize);
    digits.parse().map_err(|_| InvalidAmount::TooLarge)
}

fn format_fixed(units: u128, decimals: u32) -> String {
    let one = 10u128.pow(decimals);
    let fraction = format!("{:0width$}", units % one, width = decimals as usize);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}", units / one)
}

/// An amount of NRC, in plancks.
pub fn parse_nrc(text: &str) -> Result<Balance, InvalidAmount> {
    parse_fixed(text, NRC_DECIMALS)
}

/// An amount of plancks as NRC, exact.
pub fn format_nrc(plancks: Balance) -> String {
    format!("{} NRC", format_fixed(plancks, NRC_DECIMALS))
}

/// A number such as 0.1, in millionths.
pub fn parse_millionths(text: &str) -> Result<u32, InvalidAmount> {
    parse_fixed(text, 6)?.try_into().map_err(|_| InvalidAmount::TooLarge)
}

/// Millionths as a number.
pub fn format_millionths(millionths: impl Into<u64>) -> String {
    format_fixed(millionths.into().into(), 6)
}

/// A number such as 0.2, in thousandths.
pub fn parse_thousandths(text: &str) -> Result<u16, InvalidAmount> {
    parse_fixed(text, 3)?.try_into().map_err(|_| InvalidAmount::TooLarge)
}

/// Thousandths as a number.
pub fn format_thousandths(thousandths: impl Into<u64>) -> String {
    format_fixed(thousandths.into().into(), 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::NRC;

    #[test]
    fn amounts_are_exact_both_ways() {
        for (text, plancks, shown) in [
            ("0", 0, "0 NRC"),
            ("1000", 1_000 * NRC, "1000 NRC"),
            ("0.000000000001", 1, "0.000000000001 NRC"),
            ("1.50", 3 * NRC / 2, "1.5 NRC"),
        ] {
            assert_eq!(parse_nrc(text), Ok(plancks));
            assert_eq!(format_nrc(plancks), shown);
        }
        assert_eq!(format_nrc(u128::MAX), "340282366920938463463374607.431768211455 NRC");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "1 NRC"] {
            assert_eq!(parse_nrc(text), Err(InvalidAmount::Malformed), "{text}");
        }
        assert_eq!(parse_nrc("0.0000000000001"), Err(InvalidAmount::TooFine { decimals: 12 }));
        assert_eq!(parse_nrc("999999999999999999999999999999"), Err(InvalidAmount::TooLarge));
    }

    #[test]
    fn shares_have_their_own_places() {
        assert_eq!(parse_millionths("0.1"), Ok(100_000));
        assert_eq!(parse_thousandths("0.2"), Ok(200));
        assert!(parse_thousandths("0.2005").is_err());
        assert!(parse_thousandths("66").is_err());
        assert_eq!(format_millionths(850_000u32), "0.85");
        assert_eq!(format_thousandths(51_250u32), "51.25");
    }
}
