//! Numbers that are no money, as a person writes them.

use std::str::FromStr;

use rust_decimal::Decimal;

/// A decimal of digits with at most one point and a leading minus, at most 10 digits before and 8 after the point: a product with an
/// amount of 15 digits stays within what a decimal holds.
#[must_use]
pub fn plain_decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if plain(whole, 10) && plain(fraction, 8) { Decimal::from_str(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_plain_numbers_only() {
        assert_eq!(plain_decimal("12.50"), Some(Decimal::new(1250, 2)));
        assert_eq!(plain_decimal("-3"), Some(Decimal::from(-3)));
        for text in ["", "12345678901", "1.123456789", "1e3", "1,0", ".5", "5.", " 1", "0x1", "1_000"] {
            assert_eq!(plain_decimal(text), None, "{text}");
        }
    }
}
