//! Numbers that are no money, as a person writes them.

use rust_decimal::Decimal;

/// A decimal of digits with at most one point and a leading minus, at most 10 digits before and 8 after the point: a
/// product with an amount of 15 digits stays within what a decimal holds.
#[must_use]
pub fn plain_decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let plain = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !plain(whole, 10) || fraction.is_some_and(|part| !plain(part, 8)) {
        return None;
    }
    // At most 18 digits: they fit.
    let fraction = fraction.unwrap_or_default();
    let units = whole.bytes().chain(fraction.bytes()).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let places = u32::try_from(fraction.len()).ok()?;
    Some(Decimal::new(if digits.len() < text.len() { -units } else { units }, places))
}

/// Adds a number to a text, with as many decimals as it needs and no trailing zeros, without making a text of its own.
pub fn append_plain(number: Decimal, text: &mut Vec<u8>) {
    let (mut units, mut places) = (number.mantissa().unsigned_abs(), number.scale() as usize);
    while places > 0 && units.is_multiple_of(10) {
        units /= 10;
        places -= 1;
    }
    if number.is_sign_negative() && units > 0 {
        text.push(b'-');
    }
    append_scaled(units, places, text);
}

/// Adds `units` with the last `places` of its digits after a point; at most 28, which a decimal has.
pub(super) fn append_scaled(units: u128, places: usize, text: &mut Vec<u8>) {
    // A number of 128 bits has at most 39 digits.
    let mut digits = [b'0'; 40];
    let (mut at, mut left) = (digits.len(), units);
    let mut push = |digit: u64| {
        at -= 1;
        digits[at] = b'0' + digit as u8;
    };
    while left > u128::from(u64::MAX) {
        push((left % 10) as u64);
        left /= 10;
    }
    // A machine word divides many times faster.
    let mut left = left as u64;
    while left > 0 {
        push(left % 10);
        left /= 10;
    }
    let point = digits.len() - places;
    text.extend_from_slice(&digits[at.min(point - 1)..point]);
    if places > 0 {
        text.push(b'.');
        text.extend_from_slice(&digits[point..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appends_as_many_decimals_as_a_number_needs() {
        for text in [
            "0",
            "-0.00",
            "7",
            "-7.50",
            "100",
            "1200.00",
            "0.05",
            "-0.0000000000000000000000000001",
            "79228162514264337593543950335",
            "18446744073709551616.0",
        ] {
            let number: Decimal = text.parse().expect("a decimal of this test");
            let mut found = b"=".to_vec();
            append_plain(number, &mut found);
            assert_eq!(String::from_utf8(found).expect("digits"), format!("={}", number.normalize()));
        }
    }

    #[test]
    fn takes_plain_numbers_only() {
        assert_eq!(plain_decimal("12.50"), Some(Decimal::new(1250, 2)));
        assert_eq!(plain_decimal("-3"), Some(Decimal::from(-3)));
        assert_eq!(plain_decimal("9999999999.99999999"), Some(Decimal::new(999_999_999_999_999_999, 8)));
        assert_eq!(plain_decimal("007.50").map(|number| number.to_string()).as_deref(), Some("7.50"));
        assert_eq!(plain_decimal("-0.00").map(|number| number.to_string()).as_deref(), Some("0.00"));
        for text in ["", "12345678901", "1.123456789", "1e3", "1,0", ".5", "5.", " 1", "0x1", "1_000"] {
            assert_eq!(plain_decimal(text), None, "{text}");
        }
    }
}
