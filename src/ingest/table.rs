//! A CSV file that is read whole: its header, its rows, and where each field stands.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::SourceFile;
use super::limits::TABLE_BYTES_MAX;
use super::lines::field_range;
use crate::diagnostics::{Code, Faults, Place, SourceLine, Spot};
use crate::domain::hash::sha256_hex;
use crate::domain::{Dimension, Money, MoneyError, plain_decimal};

/// A table in memory. Rows whose form is wrong have been told and left out; the run stops for them.
pub struct Table {
    file: String,
    bytes: Vec<u8>,
    columns: BTreeMap<String, usize>,
    rows: Vec<csv::StringRecord>,
    pub source: SourceFile,
}

impl Table {
    /// Reads `root/file`. `required` columns must be in the header, `optional` ones may be; any other is a fault.
    pub fn read(
        root: &Path,
        file: &str,
        source: &str,
        required: &[&str],
        optional: &[&str],
        faults: &mut Faults,
    ) -> Option<Self> {
        let bytes = read_bytes(root, file, faults)?;
        if let Err(error) = std::str::from_utf8(&bytes) {
            let spot = spot_of_byte(file, &bytes, error.valid_up_to());
            let help = "export the file as UTF-8";
            faults.add(Code::NotUtf8, spot, "the file is not UTF-8", "", "UTF-8 text", help);
            return None;
        }
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&bytes[..]);
        let header = reader.headers().ok()?.clone();
        let columns = header_columns(file, &header, required, optional, faults)?;
        let rows = sound_rows(&mut reader, file, &bytes, header.len(), faults);
        let source = SourceFile {
            source: source.to_owned(),
            path: file.to_owned(),
            sha256: sha256_hex(&bytes),
            bytes: bytes.len() as u64,
            rows: rows.len() as u64,
            debit_total: None,
            credit_total: None,
        };
        Some(Self { file: file.to_owned(), bytes, columns, rows, source })
    }

    /// The rows, each with its reader of fields.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(move |record| Row { table: self, record })
    }
}

/// The place of a byte that is no text, with its line.
fn spot_of_byte(file: &str, bytes: &[u8], at: usize) -> Spot {
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1);
    let mut place = Place::line(file, 1 + bytes[..at].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>());
    place.column = at - start + 1;
    let line = bytes[start..].split(|byte| *byte == b'\n').next().unwrap_or_default();
    Spot::shown(place, SourceLine::new(line, Some(at - start..at - start + 1)))
}

fn read_bytes(root: &Path, file: &str, faults: &mut Faults) -> Option<Vec<u8>> {
    let path = root.join(file);
    let size = std::fs::metadata(&path).map(|meta| meta.len());
    let read = match size {
        Ok(size) if size > TABLE_BYTES_MAX => {
            let help = "split the file, or correct its name";
            faults.add(
                Code::LimitExceeded,
                Place::file(file),
                "the file is too large",
                &size.to_string(),
                "at most 1 GiB",
                help,
            );
            return None;
        }
        Ok(_) => std::fs::read(&path),
        Err(error) => Err(error),
    };
    read.map_err(|error| unreadable(file, &error, faults)).ok()
}

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

/// Finds the columns of a header; tells of missing, unknown and repeated ones.
pub fn header_columns(
    file: &str,
    header: &csv::StringRecord,
    required: &[&str],
    optional: &[&str],
    faults: &mut Faults,
) -> Option<BTreeMap<String, usize>> {
    let before = faults.total();
    let mut columns = BTreeMap::new();
    let known = [required, optional].concat();
    for (at, name) in header.iter().enumerate() {
        let name = name.trim_start_matches('\u{feff}');
        let mut place = Place::line(file, 1);
        place.field = name.to_owned();
        if !known.contains(&name) {
            let expected = format!("one of {}", known.join(", "));
            faults.add(
                Code::MissingColumn,
                place,
                "the column is not known",
                name,
                &expected,
                "rename or remove the column",
            );
        } else if columns.insert(name.to_owned(), at).is_some() {
            faults.add(
                Code::DuplicateColumn,
                place,
                "the column comes twice",
                name,
                "each column once",
                "remove one of them",
            );
        }
    }
    for name in required.iter().filter(|name| !columns.contains_key(**name)) {
        let message = format!("the column {name} is missing");
        faults.add(
            Code::MissingColumn,
            Place::line(file, 1),
            message,
            "",
            &format!("a column {name}"),
            "add the column to the export",
        );
    }
    (faults.total() == before).then_some(columns)
}

fn sound_rows(
    reader: &mut csv::Reader<&[u8]>,
    file: &str,
    bytes: &[u8],
    width: usize,
    faults: &mut Faults,
) -> Vec<csv::StringRecord> {
    let mut rows = Vec::new();
    for record in reader.records().flatten() {
        if record.len() == width {
            rows.push(record);
        } else {
            let (line, record_bytes) = located(bytes, &record);
            let spot = Spot::shown(Place::line(file, line), SourceLine::new(record_bytes, None));
            field_count_fault(spot, record.len(), width, faults);
        }
    }
    rows
}

/// The one-based line on which a record starts, and what follows from there. The position of the reader may be that of
/// the line break, or of the empty lines, before it.
fn start_of<'b>(bytes: &'b [u8], record: &csv::StringRecord) -> (u64, &'b [u8]) {
    let Some(position) = record.position() else { return (0, &[]) };
    let mut line = position.line();
    let mut rest = usize::try_from(position.byte()).ok().and_then(|start| bytes.get(start..)).unwrap_or_default();
    while let [first @ (b'\n' | b'\r'), after @ ..] = rest {
        line += u64::from(*first == b'\n');
        rest = after;
    }
    (line, rest)
}

/// The one-based line on which a record starts, and its bytes without the line break.
fn located<'b>(bytes: &'b [u8], record: &csv::StringRecord) -> (u64, &'b [u8]) {
    let (line, rest) = start_of(bytes, record);
    let mut quoted = false;
    let is_end = |byte: &u8| {
        quoted ^= *byte == b'"';
        !quoted && matches!(byte, b'\n' | b'\r')
    };
    (line, &rest[..rest.iter().position(is_end).unwrap_or(rest.len())])
}

/// Tells of a row with more or fewer fields than the header.
pub fn field_count_fault(spot: impl Into<Spot>, found: usize, width: usize, faults: &mut Faults) {
    let message = format!("the row has {found} fields and the header {width}");
    let help = "quote fields that hold a comma, or fill in the missing ones";
    faults.add(Code::FieldCount, spot, message, "", &format!("{width} fields"), help);
}

/// One row of a table. Each reader tells what is wrong with its field and goes on with a harmless value:
/// the run stops before anything is measured.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    record: &'a csv::StringRecord,
}

impl<'a> Row<'a> {
    /// The row as a place.
    #[must_use]
    pub fn origin(&self) -> Place {
        Place::line(&self.table.file, self.line())
    }

    /// The one-based line on which the row starts.
    #[must_use]
    pub fn line(&self) -> u64 {
        start_of(&self.table.bytes, self.record).0
    }

    /// The place of a field with its record, both found in the file's bytes: for a fault.
    #[must_use]
    pub fn spot(&self, column: &str) -> Spot {
        let (line, record) = located(&self.table.bytes, self.record);
        let mut place = Place::line(&self.table.file, line);
        column.clone_into(&mut place.field);
        let field = self.table.columns.get(column).and_then(|at| field_range(record, *at));
        if let Some(field) = &field {
            place.column = byte_column(record, field.start);
        }
        Spot::shown(place, SourceLine::new(record, field))
    }

    /// The field, or nothing where it is empty or its column is absent.
    #[must_use]
    pub fn optional(&self, column: &str) -> Option<&'a str> {
        let at = *self.table.columns.get(column)?;
        self.record.get(at).filter(|text| !text.is_empty())
    }

    /// The field, which must not be empty.
    pub fn text(&self, column: &str, faults: &mut Faults) -> String {
        let found = self.optional(column);
        if found.is_none() {
            let help = "fill in the field";
            faults.add(Code::EmptyValue, self.spot(column), "the field is empty", "", "a value", help);
        }
        found.unwrap_or_default().to_owned()
    }

    /// A field that must be one of the codes of the book.
    pub fn known(&self, column: &str, known: impl Fn(&str) -> bool, expected: &str, faults: &mut Faults) -> String {
        let text = self.text(column, faults);
        if !text.is_empty() && !known(&text) {
            let help = "correct the code, or add it to the book";
            faults.add(Code::UnknownValue, self.spot(column), format!("{column} is not known"), &text, expected, help);
        }
        text
    }

    /// An amount that must be there.
    pub fn money(&self, column: &str, faults: &mut Faults) -> Money {
        amount(self.optional(column).unwrap_or_default(), || self.spot(column), faults)
    }

    /// An amount where an empty field is no amount.
    pub fn optional_money(&self, column: &str, faults: &mut Faults) -> Option<Money> {
        let text = self.optional(column)?;
        Some(amount(text, || self.spot(column), faults))
    }

    /// An amount that is not negative.
    pub fn positive_money(&self, column: &str, faults: &mut Faults) -> Money {
        let money = self.money(column, faults);
        if money.is_negative() {
            let help = "correct the sign; reductions have their own columns";
            let expected = "an amount of zero or more";
            faults.add(
                Code::BadAmount,
                self.spot(column),
                "the amount is negative",
                &money.to_string(),
                expected,
                help,
            );
        }
        money
    }

    /// A date that must be there.
    pub fn date(&self, column: &str, faults: &mut Faults) -> NaiveDate {
        let text = self.text(column, faults);
        if text.is_empty() { NaiveDate::MIN } else { self.parse_date(column, &text, faults) }
    }

    /// A date where an empty field is no date.
    pub fn optional_date(&self, column: &str, faults: &mut Faults) -> Option<NaiveDate> {
        self.optional(column).map(|text| self.parse_date(column, text, faults))
    }

    fn parse_date(&self, column: &str, text: &str, faults: &mut Faults) -> NaiveDate {
        iso_date(text).unwrap_or_else(|| {
            date_fault(self.spot(column), text, faults);
            NaiveDate::MIN
        })
    }

    /// A number of units, or a unit price or cost: zero or more, at most eight decimals.
    pub fn quantity(&self, column: &str, faults: &mut Faults) -> Decimal {
        let text = self.text(column, faults);
        if text.is_empty() { Decimal::ZERO } else { self.parse_quantity(column, &text, faults) }
    }

    /// As [`Row::quantity`], where an empty field is no number.
    pub fn optional_quantity(&self, column: &str, faults: &mut Faults) -> Option<Decimal> {
        self.optional(column).map(|text| self.parse_quantity(column, text, faults))
    }

    fn parse_quantity(&self, column: &str, text: &str, faults: &mut Faults) -> Decimal {
        plain_decimal(text).filter(|number| !number.is_sign_negative() || number.is_zero()).unwrap_or_else(|| {
            let negative = text.starts_with('-') && plain_decimal(text).is_some();
            let message = if negative { format!("{column} is negative") } else { format!("{column} is not a number") };
            let help = "correct the number; write no thousands separators and no exponent";
            let expected = "a plain decimal of zero or more, with at most 10 digits before and 8 after the point";
            faults.add(Code::BadQuantity, self.spot(column), message, text, expected, help);
            Decimal::ZERO
        })
    }

    /// A share from 0 to 1, where an empty field is no rate.
    pub fn optional_rate(&self, column: &str, faults: &mut Faults) -> Option<Decimal> {
        let text = self.optional(column)?;
        let rate = plain_decimal(text).filter(|rate| (Decimal::ZERO..=Decimal::ONE).contains(rate));
        Some(rate.unwrap_or_else(|| {
            let help = "write 5 % as 0.05";
            faults.add(
                Code::BadRate,
                self.spot(column),
                format!("{column} is not a rate"),
                text,
                "a decimal from 0 to 1",
                help,
            );
            Decimal::ZERO
        }))
    }

    /// Entity, brand and segment, each known to the book.
    pub fn dimension(&self, codes: &super::book::Codes, faults: &mut Faults) -> Dimension {
        Dimension {
            entity: self.known("entity", |code| codes.entities.contains(code), "a code of [[entities]]", faults),
            brand: self.known("brand", |code| codes.brands.contains(code), "a code of [[brands]]", faults),
            segment: self.known("segment", |code| codes.segments.contains(code), "a code of [[segments]]", faults),
        }
    }
}

/// Reads an amount; tells of what is wrong with it.
pub fn amount<S: Into<Spot>>(text: &str, spot: impl FnOnce() -> S, faults: &mut Faults) -> Money {
    Money::parse(text).unwrap_or_else(|error| {
        amount_fault(text, error, spot(), faults);
        Money::ZERO
    })
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

/// Tells of a date that cannot be read.
pub fn date_fault(spot: impl Into<Spot>, text: &str, faults: &mut Faults) {
    let help = "write year, month and day: 2004-05-26";
    faults.add(Code::BadDate, spot, "not a date", text, "an ISO date such as 2004-05-26", help);
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

/// The one-based column of a record's byte in the line on which it stands: a quoted field may hold line breaks.
fn byte_column(record: &[u8], at: usize) -> usize {
    at - record[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of the field `amount` in each row of a table, and where.
    fn spots(text: &[u8]) -> Vec<(u64, usize, String, String)> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.csv"), text).expect("written");
        let mut faults = Faults::default();
        let table = Table::read(folder.path(), "a.csv", "a", &["key", "amount", "note"], &[], &mut faults);
        let table = table.expect("a table");
        assert!(faults.is_empty(), "{faults}");
        let spot = |row: Row<'_>| {
            let Spot { place, source, .. } = row.spot("amount");
            let source = source.expect("a record");
            (place.line, place.column, source.text(), source.marked().unwrap_or("none").to_owned())
        };
        table.rows().map(spot).collect()
    }

    #[test]
    fn a_field_is_found_in_its_record() {
        let of = |line, column, text: &str, field: &str| (line, column, text.to_owned(), field.to_owned());
        let expected = [of(2, 5, "k 1,2,x", "2"), of(3, 7, "\"a,x\",\"1.0\",\"y\"", "\"1.0\"")];
        assert_eq!(spots(b"key,amount,note\nk 1,2,x\n\"a,x\",\"1.0\",\"y\"\n"), expected);
        assert_eq!(spots(b"key,amount,note\r\nk 1,2,x\r\n\"a,x\",\"1.0\",\"y\"\r\n"), expected);
        assert_eq!(spots(b"key,amount,note\n\r\n\nk,2,x\n"), [of(4, 3, "k,2,x", "2")]);
        assert_eq!(spots("key,amount,note\nÄ,2,x".as_bytes()), [of(2, 4, "Ä,2,x", "2")]);
        assert_eq!(spots(b"key,amount,note\na,2,\"x\ny\"\n"), [of(2, 3, "a,2,\"x\ny\"", "2")]);
        assert_eq!(spots(b"key,amount,note\n\"x\nyz\",2,\n"), [of(2, 5, "\"x\nyz\",2,", "2")]);
    }

    #[test]
    fn rows_and_bytes_that_cannot_be_read_are_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let said = |text: &[u8]| {
            std::fs::write(folder.path().join("a.csv"), text).expect("written");
            let mut faults = Faults::default();
            let _ = Table::read(folder.path(), "a.csv", "a", &["key", "amount"], &[], &mut faults);
            faults.to_string()
        };
        let short = said(b"key,amount\na,1\nb\n");
        assert!(short.contains("--> a.csv:3\n  |\n3 | b\n  = expected: 2 fields"), "{short}");
        let latin = said(b"key,amount\ncaf\xe9,1\n");
        assert!(latin.contains("--> a.csv:2:4\n  |\n2 | caf\\xE9,1\n  |    ^^^^\n"), "{latin}");
    }

    #[test]
    fn takes_iso_dates_only() {
        assert!(iso_date("2004-02-29").is_some());
        for text in ["2005-02-29", "04-05-26", "2004/05/26", "2004-5-26", "20040526"] {
            assert_eq!(iso_date(text), None, "{text}");
        }
    }
}
