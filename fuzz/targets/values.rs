//! Amounts and dates under a dialect that the first bytes choose.

#![no_main]

use closepack::book::layout::{DateFormat, Numbers};
use closepack::domain::Money;
use closepack::ingest::values;
use libfuzzer_sys::fuzz_target;

const PATTERNS: [&str; 8] =
    ["yyyy-mm-dd", "yyyymmdd", "dd.mm.yyyy", "d.m.yyyy", "m/d/yyyy", "d/m/yyyy", "d mmm yyyy", "yyyy-mm-ddT00:00:00"];

fn numbers(marks: u8, flags: u8) -> Numbers {
    let decimal = if marks & 1 == 0 { b'.' } else { b',' };
    let thousands = [None, Some(' '), Some('\''), Some('_'), Some(if decimal == b'.' { ',' } else { '.' })];
    Numbers {
        decimal,
        thousands: thousands[usize::from(marks >> 1) % thousands.len()],
        trailing_minus: flags & 1 != 0,
        parentheses: flags & 2 != 0,
        currency_signs: if flags & 4 == 0 { Vec::new() } else { vec!["$".into(), "USD".into(), "€".into()] },
        padded: flags & 8 != 0,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let [marks, flags, patterns, text @ ..] = bytes else { return };
    let numbers = numbers(*marks, *flags);
    let read = values::cents(text, &numbers);
    if let Ok(plain) = std::str::from_utf8(text) {
        let expected = Money::parse(plain);
        assert_eq!(values::cents(text, &Numbers::plain()).map(i128::from), expected.map(Money::cents));
        // What a plain amount is, no dialect of the same decimal mark reads as another.
        if let (Ok(cents), Ok(money), b'.') = (read, expected, numbers.decimal) {
            assert_eq!(i128::from(cents), money.cents());
        }
    }
    let chosen = PATTERNS.iter().enumerate().filter(|(at, _)| patterns & (1 << at) != 0);
    let formats: Vec<DateFormat> = chosen.map(|(_, pattern)| DateFormat::parse(pattern).expect("a pattern")).collect();
    if let Ok(date) = values::date(text, &formats) {
        let written = formats.iter().filter(|format| values::date_in(text, format) == Some(date));
        assert!(written.count() > 0, "a date comes from one of the forms");
        assert!(formats.iter().all(|format| values::date_in(format.write(date).as_bytes(), format) == Some(date)));
    }
});
