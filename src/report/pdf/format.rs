//! The printed form of money.

use crate::domain::Money;

/// The printed form of zero.
pub const DASH: &str = "–";

/// An amount as accountants print it: `1,234.50`, `(1,234.50)` below zero, a dash for zero.
pub fn money(amount: Money) -> String {
    if amount.is_zero() {
        return DASH.to_owned();
    }
    let cents = amount.cents().unsigned_abs();
    let units = (cents / 100).to_string();
    let mut text = String::with_capacity(units.len() * 4 / 3 + 6);
    if amount.is_negative() {
        text.push('(');
    }
    for (place, digit) in units.chars().enumerate() {
        if place > 0 && (units.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(&format!(".{:02}", cents % 100));
    if amount.is_negative() {
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_accountants_do() {
        let printed = |cents| money(Money::from_cents(cents));
        assert_eq!(printed(0), "–");
        assert_eq!(printed(5), "0.05");
        assert_eq!(printed(-5), "(0.05)");
        assert_eq!(printed(99_999), "999.99");
        assert_eq!(printed(100_000), "1,000.00");
        assert_eq!(printed(-123_450), "(1,234.50)");
        assert_eq!(printed(123_456_789_012_345), "1,234,567,890,123.45");
    }
}
