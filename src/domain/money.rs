//! Money in cents, and the one place where an amount is rounded.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use ethnum::I256;
use rust_decimal::{Decimal, RoundingStrategy};

use super::decimal::append_scaled;

/// An exact amount of the book's currency, held as whole cents.
///
/// The sign convention is the caller's: ledgers use debit positive, statements say their own.
/// Sums are checked: an overflow (beyond about 1.7e36 units of currency) stops the program rather than wrap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    cents: i128,
}

/// Why a text or a decimal is not an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is empty.
    #[error("is empty")]
    Empty,
    /// The text has something else than digits, one sign and one point.
    #[error("is not a plain decimal number")]
    NotANumber,
    /// The text has more than two digits after the point.
    #[error("has more than two decimal places")]
    TooManyDecimals,
    /// The amount has more than 15 digits before the point: beyond that a product could overflow.
    #[error("has more than 15 digits before the point")]
    TooLarge,
}

impl Money {
    /// No money.
    pub const ZERO: Money = Money { cents: 0 };

    /// An amount from whole cents.
    #[must_use]
    pub const fn from_cents(cents: i128) -> Self {
        Self { cents }
    }

    /// The amount in whole cents.
    #[must_use]
    pub const fn cents(self) -> i128 {
        self.cents
    }

    /// The amount nearest to an exact one: half away from zero, to cents.
    #[must_use]
    pub fn round(exact: Decimal) -> Self {
        let (units, places) = (exact.mantissa(), exact.scale());
        let cents = match places {
            0..=2 => units * power_of_ten(2 - places),
            _ => quotient(units, power_of_ten(places - 2)),
        };
        Self { cents }
    }

    /// The amount as a decimal of the currency, with two places.
    ///
    /// # Panics
    /// When the amount has more than 28 digits, which no accepted input can bring about.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(self.cents, 2)
    }

    /// `round(self * numerator / denominator)`, rounded once.
    ///
    /// A denominator of zero gives zero: nothing can be shared over nothing.
    #[must_use]
    pub fn share(self, numerator: Decimal, denominator: Decimal) -> Self {
        if denominator.is_zero() || self.is_zero() {
            return Self::ZERO;
        }
        if let Some((product, by)) = self.small_share(numerator, denominator) {
            return Self { cents: quotient(product, by) };
        }
        let (numerator, denominator) = (numerator.normalize(), denominator.normalize());
        let scaled = |number: Decimal, scale: u32| I256::new(number.mantissa()) * I256::new(10).pow(scale);
        let product = I256::new(self.cents) * scaled(numerator, denominator.scale());
        Self { cents: divided(product, scaled(denominator, numerator.scale())).as_i128() }
    }

    /// The product and the divisor of a share, where 128 bits hold them, as they do for all but the largest numbers.
    fn small_share(self, numerator: Decimal, denominator: Decimal) -> Option<(i128, i128)> {
        let product = self.cents.checked_mul(numerator.mantissa())?;
        let by = denominator.mantissa();
        Some((
            product.checked_mul(power_of_ten(denominator.scale()))?,
            by.checked_mul(power_of_ten(numerator.scale()))?,
        ))
    }

    /// Reads a plain decimal such as `-1234.50`: no exponent, no thousands separator, at most two decimals.
    ///
    /// # Errors
    /// [`MoneyError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        parse_cents(text.as_bytes(), 15).map(Self::from_cents)
    }

    /// Reads an amount as closepack itself prints it: as [`Money::parse`], with the digits of a sum of amounts.
    ///
    /// # Errors
    /// [`MoneyError`] as for [`Money::parse`]; an amount is too large above 26 digits before the point.
    pub fn parse_sum(text: &str) -> Result<Self, MoneyError> {
        parse_cents(text.as_bytes(), 26).map(Self::from_cents)
    }

    /// Adds the amount to a text as it prints, without making a text of its own.
    pub fn append_to(self, text: &mut Vec<u8>) {
        if self.is_negative() {
            text.push(b'-');
        }
        append_scaled(self.cents.unsigned_abs(), 2, text);
    }

    /// The larger of the amount and zero.
    #[must_use]
    pub fn at_least_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// True for an amount of nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.cents == 0
    }

    /// True below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.cents < 0
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self { cents: self.cents.abs() }
    }
}

/// Ten to a power of at most 28, which is the largest scale of a decimal.
const fn power_of_ten(power: u32) -> i128 {
    10_i128.pow(power)
}

/// A quotient of whole numbers, rounded half away from zero.
fn quotient(dividend: i128, divisor: i128) -> i128 {
    let (size, by) = (dividend.unsigned_abs(), divisor.unsigned_abs());
    // A machine word divides many times faster, and most amounts are small.
    let rounded = match (u64::try_from(size), u64::try_from(by)) {
        (Ok(size), Ok(by)) => u128::from(size / by) + u128::from(size % by >= by - size % by),
        _ => size / by + u128::from(size % by >= by - size % by),
    };
    let rounded = rounded.cast_signed();
    if (dividend < 0) == (divisor < 0) { rounded } else { -rounded }
}

/// A quotient of whole numbers, rounded half away from zero. 256 bits hold the product of an amount and two decimals.
fn divided(product: I256, by: I256) -> I256 {
    let (quotient, rest) = (product / by, product % by);
    let away = if product.is_negative() == by.is_negative() { I256::new(1) } else { I256::new(-1) };
    if rest.abs() * 2 < by.abs() { quotient } else { quotient + away }
}

/// Rounds half away from zero to a number of decimal places, and keeps as many.
#[must_use]
pub fn round_to(exact: Decimal, places: u32) -> Decimal {
    let mut rounded = exact.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}

fn parse_cents(text: &[u8], digits_max: usize) -> Result<i128, MoneyError> {
    let (negative, digits) = match text {
        [] => return Err(MoneyError::Empty),
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut parts = digits.splitn(2, |byte| *byte == b'.');
    let whole = parts.next().unwrap_or_default();
    let fraction = parts.next();
    if whole.is_empty() || !all_digits(whole) || fraction.is_some_and(|part| part.is_empty() || !all_digits(part)) {
        return Err(MoneyError::NotANumber);
    }
    let fraction = fraction.unwrap_or_default();
    if fraction.len() > 2 {
        return Err(MoneyError::TooManyDecimals);
    }
    if whole.len() > digits_max {
        return Err(MoneyError::TooLarge);
    }
    let units = whole.iter().chain(fraction).fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
    let cents = if fraction.len() == 2 { units } else { units * [100, 10][fraction.len()] };
    Ok(if negative { -cents } else { cents })
}

fn all_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

impl fmt::Display for Money {
    /// A plain decimal with two places, as the pack's CSV files print it: `-1234.50`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.cents < 0 { "-" } else { "" };
        let absolute = self.cents.unsigned_abs();
        formatter.pad(&format!("{sign}{}.{:02}", absolute / 100, absolute % 100))
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Money({self})")
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { cents: self.cents + other.cents }
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { cents: self.cents - other.cents }
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self { cents: -self.cents }
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_plain_decimals_only() {
        let read = |text| Money::parse(text).map(Money::cents);
        assert_eq!(read("837171.79"), Ok(83_717_179));
        assert_eq!(read("-0.5"), Ok(-50));
        assert_eq!(read("12"), Ok(1_200));
        assert_eq!(read(""), Err(MoneyError::Empty));
        for text in ["abc", "1e3", "1,000.00", " 1", "+1", "1.", ".5", "--1", "1.2.3", "(5.00)", "-"] {
            assert_eq!(read(text), Err(MoneyError::NotANumber), "{text}");
        }
        assert_eq!(read("1.005"), Err(MoneyError::TooManyDecimals));
        assert_eq!(read("1234567890123456"), Err(MoneyError::TooLarge));
    }

    #[test]
    fn rounds_half_away_from_zero() {
        let rounded = |mantissa, scale| Money::round(Decimal::new(mantissa, scale)).cents();
        assert_eq!(rounded(1_005, 3), 101);
        assert_eq!(rounded(-1_005, 3), -101);
        assert_eq!(rounded(1_004, 3), 100);
        assert_eq!(rounded(7, 0), 700);
    }

    #[test]
    fn prints_what_it_reads() {
        for text in ["0.00", "-0.01", "12.30", "-1234567.89"] {
            assert_eq!(Money::parse(text).map(|money| money.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn appends_what_it_prints() {
        for cents in
            [0, 1, -1, 9, 10, 99, 100, -105, 123_456_789, i128::from(u64::MAX), i128::from(u64::MAX) + 1, i128::MIN]
        {
            let money = Money::from_cents(cents);
            let mut text = b"=".to_vec();
            money.append_to(&mut text);
            assert_eq!(String::from_utf8(text).expect("digits"), format!("={money}"));
        }
    }

    /// Each quotient by a machine word and by more than one.
    #[test]
    fn quotients_round_half_away_from_zero() {
        for (dividend, divisor, expected) in
            [(7, 2, 4), (-7, 2, -4), (7, -2, -4), (-7, -2, 4), (6, 4, 2), (5, 4, 1), (0, 9, 0), (1, 3, 0), (2, 3, 1)]
        {
            assert_eq!(quotient(dividend, divisor), expected, "{dividend} / {divisor}");
            let large = i128::from(u64::MAX);
            assert_eq!(quotient(dividend * large, divisor * large), expected, "{dividend} / {divisor}, large");
        }
    }

    #[test]
    fn rounds_the_largest_decimals() {
        let rounded = |text: &str| Money::round(text.parse().expect("a decimal of this test")).cents();
        assert_eq!(rounded("79228162514264337593543950335"), 7_922_816_251_426_433_759_354_395_033_500);
        assert_eq!(rounded("-7.9228162514264337593543950335"), -792);
        assert_eq!(rounded("0.0050000000000000000000000000"), 1);
        assert_eq!(rounded("0.0049999999999999999999999999"), 0);
    }

    #[test]
    fn amounts_up_to_fifteen_digits_are_read() {
        let largest = Money::parse("-999999999999999.99").expect("fifteen digits before the point");
        assert_eq!(largest.cents(), -99_999_999_999_999_999);
        assert_eq!(Money::parse("000000000000001.5").map(Money::cents), Ok(150));
    }

    #[test]
    fn sums_and_differences_are_exact() {
        let cents = Money::from_cents;
        let mut balance = cents(7) + cents(3);
        balance += cents(5);
        balance -= cents(20);
        assert_eq!((balance, -balance, balance.abs()), (cents(-5), cents(5), cents(5)));
        assert_eq!((cents(1) - cents(4)).cents(), -3);
        assert_eq!([cents(2), cents(-9), cents(3)].into_iter().sum::<Money>(), cents(-4));
        assert_eq!(
            [cents(-1).at_least_zero(), cents(0).at_least_zero(), cents(1).at_least_zero()].map(Money::cents),
            [0, 0, 1]
        );
    }

    #[test]
    fn nothing_is_neither_negative_nor_an_amount() {
        assert_eq!([-1, 0, 1].map(|cents| Money::from_cents(cents).is_negative()), [true, false, false]);
        assert_eq!([-1, 0, 1].map(|cents| Money::from_cents(cents).is_zero()), [false, true, false]);
    }

    #[test]
    fn a_share_is_rounded_once_and_of_nothing_it_is_nothing() {
        let share = |numerator: i64, denominator: i64| {
            Money::from_cents(1_000).share(numerator.into(), denominator.into()).cents()
        };
        assert_eq!([share(1, 3), share(2, 3), share(-1, 16), share(5, 2)], [333, 667, -63, 2_500]);
        assert_eq!((share(3, 0), share(0, 3)), (0, 0));
    }

    #[test]
    fn a_decimal_of_the_currency_keeps_two_places() {
        assert_eq!(Money::from_cents(-1_250).to_decimal().to_string(), "-12.50");
        assert_eq!(round_to(Decimal::new(25, 1), 0).to_string(), "3");
        assert_eq!(round_to(Decimal::from(7), 3).to_string(), "7.000");
    }

    #[test]
    fn an_amount_is_padded_to_a_width_and_says_in_a_fault_that_it_is_money() {
        let amount = Money::from_cents(-1_205);
        assert_eq!(
            (format!("{amount:>9}|"), format!("{amount:?}")),
            ("   -12.05|".to_owned(), "Money(-12.05)".to_owned())
        );
    }

    /// The largest amount by the largest quantities: the product has more digits than a decimal.
    #[test]
    fn a_share_of_the_largest_numbers_is_exact() {
        let most = Money::from_cents(99_999_999_999_999_999);
        let quantity = Decimal::new(999_999_999_999_999_999, 8);
        assert_eq!(most.share(quantity, quantity), most);
        assert_eq!(most.share(quantity, quantity * Decimal::TWO).cents(), 50_000_000_000_000_000);
        assert_eq!((-most).share(Decimal::ONE, Decimal::TWO).cents(), -50_000_000_000_000_000);
        assert_eq!(Money::from_cents(1).share(Decimal::ONE, Decimal::from(-2)).cents(), -1);
        assert_eq!(Money::from_cents(100).share(Decimal::ONE, Decimal::from(3)).cents(), 33);
    }

    #[test]
    fn a_sum_of_amounts_reads_back() {
        let text = "12345678901234567890.12";
        assert_eq!(Money::parse(text), Err(MoneyError::TooLarge));
        assert_eq!(Money::parse_sum(text).map(|money| money.to_string()).as_deref(), Ok(text));
        assert_eq!(Money::parse_sum("123456789012345678901234567"), Err(MoneyError::TooLarge));
    }
}
