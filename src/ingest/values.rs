//! Texts of a file to values, under its dialect: amounts, dates, and the part of a field that counts. Nothing here
//! allocates for a text that is sound.

use std::fmt::Write;

use chrono::NaiveDate;
use memchr::memmem;

use crate::book::layout::{DateFormat, DatePart, MONTHS, Numbers};
use crate::domain::MoneyError;

/// Most digits before the decimal mark, as [`crate::domain::Money::parse`] has it.
const WHOLE_DIGITS_MAX: usize = 15;
/// The longest plain number that cannot overflow: a sign, 15 digits, a mark and two digits.
const PLAIN_BYTES_MAX: usize = 1 + WHOLE_DIGITS_MAX + 1 + 2;

/// An amount in whole cents, negative below zero.
///
/// Under [`Numbers::plain`] it takes what [`crate::domain::Money::parse`] takes, and nothing else.
///
/// # Errors
/// What is wrong with the text. More than two decimals are always an error, and so are groups of other than three
/// digits: `1,234` is 1234 where a comma groups digits, and no amount where it is the decimal mark.
#[inline]
pub fn cents(text: &[u8], numbers: &Numbers) -> Result<i64, MoneyError> {
    plain(text, numbers.decimal).map_or_else(|| dressed(text, numbers), Ok)
}

/// An amount with all that a dialect may put around its digits.
fn dressed(text: &[u8], numbers: &Numbers) -> Result<i64, MoneyError> {
    let (negative, digits) = bare(text, numbers)?;
    let cents = grouped(digits, numbers)?;
    Ok(if negative { -cents } else { cents })
}

/// A number of digits, at most one decimal mark and a leading minus, as most are; nothing where it is not that simple.
#[inline]
#[must_use]
pub fn plain(text: &[u8], decimal: u8) -> Option<i64> {
    two_decimals(text, decimal).or_else(|| any_decimals(text, decimal))
}

/// The cents of four to eight bytes that are digits, a decimal mark and two digits, without a branch on any of them;
/// nothing for any other text.
#[inline]
fn two_decimals(text: &[u8], decimal: u8) -> Option<i64> {
    let four = |bytes: Option<&[u8; 4]>| bytes.map(|bytes| u64::from(u32::from_le_bytes(*bytes)));
    let (first, last) = (four(text.first_chunk())?, four(text.last_chunk())?);
    // All bytes in one word, the last of them on top, with zeros before the first.
    let missing = 8 * 8_u32.checked_sub(u32::try_from(text.len()).ok()?)?;
    let zeros = ZEROS & !(u64::MAX << missing);
    let word = (first | last << (32 - missing)) << missing | zeros;
    let mark = (word >> 40) as u8;
    // The digits before the mark take its place.
    let digits = (word & 0xFFFF << 48) | (word & !(u64::MAX << 40)) << 8 | u64::from(b'0');
    let all_digits =
        ((digits.wrapping_add(0x4646_4646_4646_4646) | digits.wrapping_sub(ZEROS)) & 0x8080_8080_8080_8080) == 0;
    if mark != decimal || !all_digits {
        return None;
    }
    // Pairs of digits, then of pairs, then of these.
    let ones = digits & 0x0F0F_0F0F_0F0F_0F0F;
    let pairs = (ones * 10 + (ones >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    let eight = (fours * 10_000 + (fours >> 32)) & 0xFFFF_FFFF;
    Some(eight as i64)
}

/// Eight digits that are zero.
const ZEROS: u64 = 0x3030_3030_3030_3030;

fn any_decimals(text: &[u8], decimal: u8) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || text.len() > PLAIN_BYTES_MAX {
        return None;
    }
    let mut units = 0_i64;
    let mut mark = digits.len();
    for (at, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            units = units.wrapping_mul(10).wrapping_add(i64::from(digit));
        } else if *byte == decimal && mark == digits.len() {
            mark = at;
        } else {
            return None;
        }
    }
    if mark == 0 || mark > WHOLE_DIGITS_MAX {
        return None;
    }
    let cents = match digits.len() - mark {
        0 => units * 100,
        2 => units * 10,
        3 => units,
        _ => return None,
    };
    Some(if negative { -cents } else { cents })
}

/// A number with a point, a leading minus and nothing else, of any number of digits; nothing where the text is no number
/// under the dialect.
#[must_use]
pub fn plain_number(text: &[u8], numbers: &Numbers) -> Option<String> {
    let (negative, digits) = bare(text, numbers).ok()?;
    let mark = memchr::memchr(numbers.decimal, digits);
    let whole = &digits[..mark.unwrap_or(digits.len())];
    let all_digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    match numbers.thousands {
        Some(mark) if !all_digits(whole) => _ = groups(whole, mark).ok()?,
        _ if all_digits(whole) => {}
        _ => return None,
    }
    let kept: Vec<u8> = whole.iter().copied().filter(u8::is_ascii_digit).collect();
    let mut plain = if negative { "-".to_owned() } else { String::new() };
    plain.extend(without_zeros(&kept, numbers.padded).iter().map(|digit| char::from(*digit)));
    if let Some(mark) = mark {
        let fraction = &digits[mark + 1..];
        if !all_digits(fraction) {
            return None;
        }
        plain.push('.');
        plain.extend(fraction.iter().map(|digit| char::from(*digit)));
    }
    Some(plain)
}

/// The digits of an amount with their marks, without what stands around them; true for a negative one.
fn bare<'t>(text: &'t [u8], numbers: &Numbers) -> Result<(bool, &'t [u8]), MoneyError> {
    let mut rest = text;
    let (mut negative, mut signed) = (false, false);
    loop {
        if numbers.padded {
            rest = trimmed(rest);
        }
        rest = match rest {
            [] if text.is_empty() || numbers.padded && trimmed(text).is_empty() => return Err(MoneyError::Empty),
            [b'-', inner @ ..] if !negative => {
                negative = true;
                inner
            }
            [inner @ .., b'-'] if !negative && numbers.trailing_minus => {
                negative = true;
                inner
            }
            [b'(', inner @ .., b')'] if !negative && numbers.parentheses => {
                negative = true;
                inner
            }
            other => match without_sign(other, numbers) {
                Some(inner) if !signed => {
                    signed = true;
                    inner
                }
                _ => return Ok((negative, other)),
            },
        };
    }
}

/// The text without a currency sign before or behind it, and without the spaces between them.
fn without_sign<'t>(text: &'t [u8], numbers: &Numbers) -> Option<&'t [u8]> {
    numbers.currency_signs.iter().map(String::as_bytes).find_map(|sign| {
        let before = text.strip_prefix(sign).map(trimmed_start);
        before.or_else(|| text.strip_suffix(sign).map(trimmed_end))
    })
}

/// Digits with a decimal mark, in groups of three or ungrouped.
fn grouped(text: &[u8], numbers: &Numbers) -> Result<i64, MoneyError> {
    let mark = memchr::memchr(numbers.decimal, text);
    let whole = &text[..mark.unwrap_or(text.len())];
    let fraction = mark.map(|at| &text[at + 1..]);
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let (units, count) = match numbers.thousands {
        Some(mark) if !digits(whole) => groups(whole, mark)?,
        _ if digits(whole) => number(without_zeros(whole, numbers.padded)),
        _ => return Err(MoneyError::NotANumber),
    };
    let fraction = match fraction {
        None => &[][..],
        Some(part) if digits(part) => part,
        Some(_) => return Err(MoneyError::NotANumber),
    };
    if fraction.len() > 2 {
        return Err(MoneyError::TooManyDecimals);
    }
    if count > WHOLE_DIGITS_MAX {
        return Err(MoneyError::TooLarge);
    }
    let parts = number(fraction).0;
    Ok(units * 100 + if fraction.len() == 1 { parts * 10 } else { parts })
}

fn without_zeros(digits: &[u8], padded: bool) -> &[u8] {
    match digits.iter().position(|digit| *digit != b'0') {
        Some(at) if padded => &digits[at..],
        None if padded => &digits[digits.len() - 1..],
        _ => digits,
    }
}

/// The value of digits, and how many they are; the value means nothing for more than an amount may have.
fn number(digits: &[u8]) -> (i64, usize) {
    let add = |sum: i64, digit: &u8| sum.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
    (digits.iter().fold(0, add), digits.len())
}

/// Groups of three digits, the first of one to three and not with a zero: `0,123` is a number with a decimal comma that
/// is in the wrong file.
fn groups(text: &[u8], mark: char) -> Result<(i64, usize), MoneyError> {
    let (mut rest, mut units, mut count) = (text, 0_i64, 0);
    loop {
        let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        let (group, behind) = rest.split_at(end);
        let sound = if count == 0 { matches!(group.len(), 1..=3) && group[0] != b'0' } else { group.len() == 3 };
        if !sound {
            return Err(MoneyError::NotANumber);
        }
        units = units.wrapping_mul(1_000).wrapping_add(number(group).0);
        count += group.len();
        if behind.is_empty() {
            return Ok((units, count));
        }
        rest = without_mark(behind, mark).ok_or(MoneyError::NotANumber)?;
    }
}

/// The signs that a thousands mark stands for.
fn without_mark(text: &[u8], mark: char) -> Option<&[u8]> {
    let same: &[&str] = match mark {
        ' ' => &[" ", "\u{a0}", "\u{202f}"],
        '\'' => &["'", "\u{2019}"],
        _ => return text.strip_prefix(mark.encode_utf8(&mut [0; 4]).as_bytes()),
    };
    same.iter().find_map(|sign| text.strip_prefix(sign.as_bytes()))
}

/// Spaces as they stand around numbers.
const SPACES: [&[u8]; 3] = [b" ", "\u{a0}".as_bytes(), "\u{202f}".as_bytes()];

fn trimmed(text: &[u8]) -> &[u8] {
    trimmed_end(trimmed_start(text))
}

fn trimmed_start(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = SPACES.iter().find_map(|space| text.strip_prefix(*space)) {
        text = rest;
    }
    text
}

fn trimmed_end(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = SPACES.iter().find_map(|space| text.strip_suffix(*space)) {
        text = rest;
    }
    text
}

/// What an amount looks like under a dialect, for a message.
#[must_use]
pub fn expected_amount(numbers: &Numbers) -> String {
    let decimal = char::from(numbers.decimal);
    let thousands = numbers.thousands.map(String::from).unwrap_or_default();
    let minus = if numbers.trailing_minus { ("", "-") } else { ("-", "") };
    format!("an amount such as {}1{thousands}234{decimal}50{}", minus.0, minus.1)
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// No form of the dialect reads it.
    #[error("not a date")]
    NotADate,
    /// Two forms of the dialect read it as different days.
    #[error("the date can be {0} and {1}")]
    Ambiguous(NaiveDate, NaiveDate),
}

/// A date in one of the forms.
///
/// # Errors
/// [`DateError`]: no form reads the text, or two read it differently.
pub fn date(text: &[u8], formats: &[DateFormat]) -> Result<NaiveDate, DateError> {
    let mut dates = formats.iter().filter_map(|format| date_in(text, format));
    let date = dates.next().ok_or(DateError::NotADate)?;
    match dates.find(|other| *other != date) {
        None => Ok(date),
        Some(other) => Err(DateError::Ambiguous(date, other)),
    }
}

/// A date in one form; nothing where the text has another.
#[must_use]
pub fn date_in(text: &[u8], format: &DateFormat) -> Option<NaiveDate> {
    let mut rest = text;
    let (mut year, mut month, mut day) = (0, 0, 0);
    for part in &format.parts {
        match part {
            DatePart::Year => year = digits(&mut rest, 4, 4)?,
            DatePart::Month(two) => month = digits(&mut rest, if *two { 2 } else { 1 }, 2)?,
            DatePart::Day(two) => day = digits(&mut rest, if *two { 2 } else { 1 }, 2)?,
            DatePart::MonthName => month = month_name(&mut rest)?,
            DatePart::Literal(sign) => rest = rest.strip_prefix(sign.encode_utf8(&mut [0; 4]).as_bytes())?,
        }
    }
    if rest.is_empty() { NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day) } else { None }
}

/// Takes digits off the text, as many as there are up to the most.
fn digits(text: &mut &[u8], least: usize, most: usize) -> Option<u32> {
    let count = text.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    if count < least {
        return None;
    }
    let (taken, rest) = text.split_at(count);
    *text = rest;
    Some(taken.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

fn month_name(text: &mut &[u8]) -> Option<u32> {
    let (name, rest) = text.split_at_checked(3)?;
    let at = MONTHS.iter().position(|month| month.as_bytes().eq_ignore_ascii_case(name))?;
    *text = rest;
    u32::try_from(at + 1).ok()
}

/// What a date looks like under a dialect, for a message.
#[must_use]
pub fn expected_date(formats: &[DateFormat]) -> String {
    let example = NaiveDate::from_ymd_opt(2004, 5, 26).unwrap_or_default();
    if let [only] = formats
        && *only == DateFormat::iso()
    {
        return format!("an ISO date such as {example}");
    }
    let mut text = "a date such as ".to_owned();
    for (at, format) in formats.iter().enumerate() {
        let between = if at == 0 { "" } else { " or " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{between}{} ({})", format.write(example), format.pattern);
    }
    text
}

/// The part of a field that a column takes: what stands behind the last `after` and before the first `until`, without
/// spaces around it. An empty sign cuts nothing off, and neither does one that the field does not have.
#[must_use]
pub fn part<'t>(text: &'t [u8], after: &str, until: &str) -> &'t [u8] {
    let mut rest = text;
    if let (false, Some(at)) = (after.is_empty(), memmem::rfind(rest, after.as_bytes())) {
        rest = &rest[at + after.len()..];
    }
    if !after.is_empty() || !until.is_empty() {
        rest = rest.trim_ascii();
    }
    match memmem::find(rest, until.as_bytes()) {
        Some(at) if !until.is_empty() => rest[..at].trim_ascii_end(),
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Money;

    fn read(text: &str, numbers: &Numbers) -> Result<i64, MoneyError> {
        cents(text.as_bytes(), numbers)
    }

    fn european() -> Numbers {
        Numbers { decimal: b',', thousands: Some('.'), ..Numbers::plain() }
    }

    fn everything() -> Numbers {
        Numbers {
            thousands: Some(','),
            trailing_minus: true,
            parentheses: true,
            currency_signs: vec!["US$".to_owned(), "USD".to_owned(), "€".to_owned(), "$".to_owned()],
            padded: true,
            ..Numbers::plain()
        }
    }

    #[test]
    fn numbers_of_each_dialect_are_read_to_the_cent() {
        for (text, expected) in [
            ("22828.36", 2_282_836),
            ("22,828.36", 2_282_836),
            ("1,234,567", 123_456_700),
            ("$1,234.50", 123_450),
            ("-$1,234.50", -123_450),
            ("$-1,234.50", -123_450),
            ("($1,234.50)", -123_450),
            ("$(1,234.50)", -123_450),
            ("US$ 7", 700),
            ("7.5 €", 750),
            ("1,234.50-", -123_450),
            ("1,234.50- USD", -123_450),
            ("  (5.00) ", -500),
            ("\u{a0}5.00\u{202f}", 500),
            ("00000000000000000012.5", 1_250),
            ("-0.00", 0),
            ("0,00", -1),
        ] {
            let found = read(text, &everything());
            assert_eq!(found, if expected == -1 { Err(MoneyError::NotANumber) } else { Ok(expected) }, "{text}");
        }
        for (text, expected) in [("22.828,36", 2_282_836), ("22828,3", 2_282_830), ("1.234", 123_400), ("-7", -700)] {
            assert_eq!(read(text, &european()), Ok(expected), "{text}");
        }
        let swiss = Numbers { thousands: Some('\''), ..Numbers::plain() };
        let french = Numbers { decimal: b',', thousands: Some(' '), ..Numbers::plain() };
        for (text, numbers) in
            [("1'234.50", &swiss), ("1\u{2019}234.50", &swiss), ("1 234,50", &french), ("1\u{202f}234,50", &french)]
        {
            assert_eq!(read(text, numbers), Ok(123_450), "{text}");
        }
        let fec = Numbers { decimal: b',', padded: true, ..Numbers::plain() };
        assert_eq!(read("000000000003000,00", &fec), Ok(300_000));
        assert_eq!(read("      -22828,36", &fec), Ok(-2_282_836));
    }

    #[test]
    fn what_is_doubtful_is_no_amount() {
        let comma = Numbers { decimal: b',', ..Numbers::plain() };
        assert_eq!(read("1,234", &comma), Err(MoneyError::TooManyDecimals), "it may be a thousand");
        assert_eq!(read("1.234,50", &comma), Err(MoneyError::NotANumber));
        assert_eq!(read("1.5", &comma), Err(MoneyError::NotANumber));
        for text in [
            "0,123",
            "1,23",
            "1,2345",
            "12,34,567",
            ",123",
            "1,,234",
            "1,234,",
            "1,234.5,0",
            "1.",
            ".5",
            "--5",
            "(5",
            "5)",
            "(-5)",
            "-(5)",
            "-5-",
            "()",
            "-",
            "$",
            "$$5",
            "$5$",
            "5 5",
            "5.0.0",
            "five",
            "1e3",
            "+5",
            "USD",
            "#N/A",
            "($5",
            "1,234 .50",
        ] {
            assert_eq!(read(text, &everything()), Err(MoneyError::NotANumber), "{text}");
        }
        assert_eq!(read("1,234.567", &everything()), Err(MoneyError::TooManyDecimals));
        assert_eq!(read("1,234,567,890,123,456", &everything()), Err(MoneyError::TooLarge));
        assert_eq!(read("9999999999999999999999999999999999", &everything()), Err(MoneyError::TooLarge));
        for text in ["", "  "] {
            assert_eq!(read(text, &everything()), Err(MoneyError::Empty), "{text:?}");
        }
        assert_eq!(read(" ", &european()), Err(MoneyError::NotANumber));
    }

    #[test]
    fn numbers_of_a_dialect_become_plain_ones() {
        let plain = |text: &str, numbers: &Numbers| plain_number(text.as_bytes(), numbers);
        for (text, expected) in [("1.234,50000001", "1234.50000001"), ("-0,5", "-0.5"), ("7", "7"), ("007", "007")] {
            assert_eq!(plain(text, &european()).as_deref(), Some(expected), "{text}");
        }
        for text in ["1.5", "1,", ",5", "", "1,5,0", "1.23,4", "five", "-", "1e3"] {
            assert_eq!(plain(text, &european()), None, "{text}");
        }
        assert_eq!(plain(" ($1,234.125) ", &everything()).as_deref(), Some("-1234.125"));
        assert_eq!(plain("000", &everything()).as_deref(), Some("0"));
    }

    /// A dialect takes no habit that it does not name.
    #[test]
    fn each_habit_is_allowed_by_its_own_key() {
        for text in ["1,234.50", "5.00-", "(5.00)", "$5.00", " 5.00", "0000000000000005.00"] {
            assert!(read(text, &everything()).is_ok(), "{text}");
            assert!(read(text, &Numbers::plain()).is_err(), "{text}");
        }
    }

    fn format(pattern: &str) -> DateFormat {
        DateFormat::parse(pattern).expect("a form")
    }

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a date")
    }

    #[test]
    fn dates_are_read_in_their_form_and_no_other() {
        let expected = Ok(day(2004, 3, 1));
        for (text, pattern) in [
            ("2004-03-01", "yyyy-mm-dd"),
            ("20040301", "yyyymmdd"),
            ("1.3.2004", "d.m.yyyy"),
            ("01.03.2004", "d.m.yyyy"),
            ("3/1/2004", "m/d/yyyy"),
            ("1 Mar 2004", "d mmm yyyy"),
            ("01-MAR-2004", "dd-mmm-yyyy"),
            ("2004-03-01T00:00:00", "yyyy-mm-ddT00:00:00"),
        ] {
            assert_eq!(date(text.as_bytes(), &[format(pattern)]), expected, "{text}");
        }
        for (text, pattern) in [
            ("", "yyyy-mm-dd"),
            ("2004-3-1", "yyyy-mm-dd"),
            ("2004-03-01 ", "yyyy-mm-dd"),
            ("2004-03-01T00:00:00", "yyyy-mm-dd"),
            ("2004-02-30", "yyyy-mm-dd"),
            ("1.3.04", "d.m.yyyy"),
            ("001.3.2004", "d.m.yyyy"),
            ("1.3.2004", "dd.mm.yyyy"),
            ("13/1/2004", "m/d/yyyy"),
            ("1 Mai 2004", "d mmm yyyy"),
            ("1 M", "d mmm yyyy"),
            ("00000000", "yyyymmdd"),
            ("2004\u{2010}03\u{2010}01", "yyyy-mm-dd"),
        ] {
            assert_eq!(date(text.as_bytes(), &[format(pattern)]), Err(DateError::NotADate), "{text}");
        }
    }

    #[test]
    fn a_date_that_two_forms_read_differently_is_no_date() {
        let both = [format("m/d/yyyy"), format("d/m/yyyy")];
        assert_eq!(date(b"3/1/2004", &both), Err(DateError::Ambiguous(day(2004, 3, 1), day(2004, 1, 3))));
        assert_eq!(date(b"3/3/2004", &both), Ok(day(2004, 3, 3)), "they agree");
        assert_eq!(date(b"13/1/2004", &both), Ok(day(2004, 1, 13)), "one of them reads it");
        assert_eq!(date(b"13/13/2004", &both), Err(DateError::NotADate));
    }

    #[test]
    fn messages_show_what_the_dialect_expects() {
        assert_eq!(expected_amount(&Numbers::plain()), "an amount such as -1234.50");
        let sap = Numbers { trailing_minus: true, ..european() };
        assert_eq!(expected_amount(&sap), "an amount such as 1.234,50-");
        assert_eq!(expected_date(&[DateFormat::iso()]), "an ISO date such as 2004-05-26");
        let forms = [format("yyyymmdd"), format("d mmm yyyy")];
        assert_eq!(expected_date(&forms), "a date such as 20040526 (yyyymmdd) or 26 May 2004 (d mmm yyyy)");
    }

    #[test]
    fn a_column_takes_its_part_of_a_field() {
        let of = |text: &'static str, after, until| String::from_utf8_lossy(part(text.as_bytes(), after, until));
        assert_eq!(of("6030 Sales commissions", "", " "), "6030");
        assert_eq!(of("6000 Selling : 6030 Sales commissions", " : ", " "), "6030");
        assert_eq!(of("6000:6030", ":", " "), "6030");
        assert_eq!(of("6000: 6030 ", ":", ""), "6030");
        assert_eq!(of("a-b-c", "", "-"), "a");
        assert_eq!(of(" a b", "", ""), " a b", "a field of which all counts stays as it is");
        assert_eq!(of("", ":", " "), "");
    }

    /// Cents as a dialect may write them.
    fn written(cents: i64, numbers: &Numbers, ways: [u8; 4]) -> String {
        let (whole, fraction) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
        let mut digits = whole.to_string();
        if let Some(mark) = numbers.thousands.filter(|_| ways[0].is_multiple_of(2)) {
            let first = (digits.len() - 1) % 3 + 1;
            let groups = digits.as_bytes()[first..].chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
            let groups: Vec<String> = std::iter::once(digits[..first].to_owned()).chain(groups).collect();
            digits = groups.join(&mark.to_string());
        }
        let decimal = char::from(numbers.decimal);
        let mut text = match fraction {
            0 if ways[1].is_multiple_of(3) => digits,
            tenths if tenths % 10 == 0 && ways[1] % 3 == 1 => format!("{digits}{decimal}{}", tenths / 10),
            _ => format!("{digits}{decimal}{fraction:02}"),
        };
        let sign = numbers.currency_signs.first().map(String::as_str).unwrap_or_default();
        text = match ways[2] % 3 {
            0 => format!("{sign}{text}"),
            1 => text + sign,
            _ => text,
        };
        if cents < 0 {
            text = match ways[3] % 3 {
                0 if numbers.trailing_minus => text + "-",
                1 if numbers.parentheses => format!("({text})"),
                _ => format!("-{text}"),
            };
        }
        if numbers.padded { format!("  {text} ") } else { text }
    }

    fn dialects() -> impl Strategy<Value = Numbers> {
        let marks = prop_oneof![
            Just((b'.', None)),
            Just((b',', None)),
            Just((b'.', Some(','))),
            Just((b',', Some('.'))),
            Just((b',', Some(' '))),
            Just((b'.', Some('\''))),
            Just((b'.', Some('_'))),
        ];
        let signs = prop_oneof![Just(Vec::new()), Just(vec!["kr".to_owned()]), Just(vec!["€".to_owned()])];
        (marks, signs, any::<[bool; 3]>()).prop_map(|((decimal, thousands), currency_signs, habits)| {
            let [trailing_minus, parentheses, padded] = habits;
            Numbers { decimal, thousands, trailing_minus, parentheses, currency_signs, padded }
        })
    }

    proptest! {
        /// Eight bytes at once, or one after the other: the same amounts, and nothing else is one.
        #[test]
        fn few_bytes_are_read_as_many_are(
            text in prop_oneof!["[0-9]{1,5}\\.[0-9]{2}", "[-0-9.,/:]{4,8}", "[0-9]{0,6}.[0-9]{0,3}", "\\PC{1,3}"],
        ) {
            let bytes = text.as_bytes();
            prop_assert_eq!(plain(bytes, b'.'), any_decimals(bytes, b'.'));
        }
    }

    proptest! {
        #[test]
        fn an_amount_reads_back_from_every_dialect(
            cents in -99_999_999_999_999_999_i64..=99_999_999_999_999_999,
            numbers in dialects(),
            ways: [u8; 4],
        ) {
            let text = written(cents, &numbers, ways);
            prop_assert_eq!(read(&text, &numbers), Ok(cents), "{}", text);
        }

        #[test]
        fn small_amounts_read_back_from_every_dialect(cents in -250_000_i64..250_000, numbers in dialects(), ways: [u8; 4]) {
            let text = written(cents, &numbers, ways);
            prop_assert_eq!(read(&text, &numbers), Ok(cents), "{}", text);
        }

        #[test]
        fn plain_numbers_are_those_of_money(text in "-?[0-9.,() $-]{0,20}|\\PC{0,8}|-?[0-9]{0,17}(\\.[0-9]{0,3})?") {
            let expected = Money::parse(&text).map(Money::cents);
            prop_assert_eq!(read(&text, &Numbers::plain()).map(i128::from), expected);
        }

        /// No text of any kind stops the program, and what is read is an amount that fits.
        #[test]
        fn any_bytes_are_read_or_refused(text: Vec<u8>, numbers in dialects()) {
            if let Ok(cents) = cents(&text, &numbers) {
                prop_assert!(cents.unsigned_abs() <= 99_999_999_999_999_999);
            }
            let _ = date(&text, &[format("d.m.yyyy"), format("d mmm yyyy"), DateFormat::iso()]);
            let _ = part(&text, ":", " ");
        }

        #[test]
        fn a_date_reads_back_in_each_form(days in 0_i32..3_650_000) {
            let Some(expected) = NaiveDate::from_num_days_from_ce_opt(days + 366) else { return Ok(()) };
            for pattern in ["yyyy-mm-dd", "yyyymmdd", "d.m.yyyy", "dd/mm/yyyy", "m/d/yyyy", "d mmm yyyy", "mmm d, yyyy"] {
                let form = format(pattern);
                prop_assert_eq!(date(form.write(expected).as_bytes(), &[form]), Ok(expected));
            }
        }
    }
}
