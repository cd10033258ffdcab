//! Faults that readers of several kinds tell in the same words.

use chrono::NaiveDate;

use crate::diagnostics::{Code, Faults, Place, Spot};
use crate::domain::MoneyError;

/// Tells of a file that is missing or cannot be read.
pub fn unreadable(file: &str, error: &std::io::Error, faults: &mut Faults) {
    if error.kind() == std::io::ErrorKind::NotFound {
        let help = "export the file into the book; a source without rows still has its header";
        faults.add(
            Code::MissingFile,
            Place::file(file),
            "the file is missing",
            "",
            "a CSV file with a header row",
            help,
        );
    } else {
        let help = "check the file's kind and its permissions";
        faults.add(
            Code::UnreadableFile,
            Place::file(file),
            format!("the file cannot be read: {}", error.kind()),
            "",
            "a readable file",
            help,
        );
    }
}

/// Tells of a row with more or fewer fields than the header.
pub fn field_count_fault(spot: impl Into<Spot>, found: usize, width: usize, faults: &mut Faults) {
    let message = format!("the row has {found} fields and the header {width}");
    let help = "quote fields that hold the delimiter, or fill in the missing ones";
    faults.add(Code::FieldCount, spot, message, "", &format!("{width} fields"), help);
}

/// Tells of an amount that cannot be read.
pub fn amount_fault(text: &str, error: MoneyError, spot: impl Into<Spot>, faults: &mut Faults) {
    let help = match error {
        MoneyError::Empty => "fill in the amount; write 0.00 for nothing",
        MoneyError::TooManyDecimals => "round the amount where it comes from; closepack does not round what it reads",
        _ => "write digits with a point, without thousands separators, exponents or currency signs",
    };
    faults.add(Code::BadAmount, spot, format!("the amount {error}"), text, "an amount such as -1234.50", help);
}

/// A date in the form 2004-05-26 and no other.
#[must_use]
pub fn iso_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let form = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !form {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0'))
    };
    NaiveDate::from_ymd_opt(i32::try_from(number(0..4)).ok()?, number(5..7), number(8..10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_iso_dates_only() {
        assert!(iso_date("2004-02-29").is_some());
        for text in ["2005-02-29", "04-05-26", "2004/05/26", "2004-5-26", "20040526"] {
            assert_eq!(iso_date(text), None, "{text}");
        }
    }
}
