//! A CSV file that is read whole: its header, its rows, and where each field stands.
//!
//! A subledger may have a million rows, so the fields of all rows are one text, and a column's name is looked up by
//! its hash.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::path::Path;

use chrono::NaiveDate;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use rust_decimal::Decimal;

use super::SourceFile;
use super::limits::TABLE_BYTES_MAX;
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::hash::sha256_hex;
use crate::domain::{Dimension, Money, MoneyError, plain_decimal};

/// A table in memory. Rows whose form is wrong have been told and left out; the run stops for them.
pub struct Table {
    file: String,
    bytes: Vec<u8>,
    columns: Columns,
    fields: Fields,
    pub source: SourceFile,
}

/// The places of columns by name: each row looks up each of its fields.
pub(super) struct Columns {
    hasher: FixedState,
    places: HashTable<(String, usize)>,
}

impl Columns {
    pub fn new(columns: impl IntoIterator<Item = (String, usize)>) -> Self {
        let hasher = FixedState::default();
        let mut places = HashTable::new();
        for column in columns {
            let hash = |(name, _): &(String, usize)| hasher.hash_one(name.as_str());
            places.insert_unique(hash(&column), column, hash);
        }
        Self { hasher, places }
    }

    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.find(self.hasher.hash_one(name), |(known, _)| known == name).map(|(_, at)| *at)
    }
}

/// The fields of all rows, unquoted, one after the other, and where each row stands in the file.
#[derive(Default)]
struct Fields {
    text: String,
    /// How many fields a row has.
    width: usize,
    /// Where each field ends in the text; a file is never larger than what 32 bits count.
    ends: Vec<u32>,
    /// The line and the first byte of each row in the file.
    rows: Vec<(u32, u32)>,
}

impl Fields {
    fn push(&mut self, record: &csv::StringRecord) {
        let start = self.text.len();
        self.text.push_str(record.as_slice());
        let end = |at: usize| (start + record.range(at).map_or(0, |range| range.end)) as u32;
        self.ends.extend((0..self.width).map(end));
        let (line, byte) = record.position().map_or((0, 0), |position| (position.line(), position.byte()));
        self.rows.push((line as u32, byte as u32));
    }

    fn get(&self, row: usize, column: usize) -> &str {
        let at = row * self.width + column;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start as usize..self.ends[at] as usize]
    }
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
        let text_fault = std::str::from_utf8(&bytes).err();
        if let Some(error) = text_fault {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() as u64;
            let help = "export the file as UTF-8";
            faults.add(Code::NotUtf8, Place::line(file, line), "the file is not UTF-8", "", "UTF-8 text", help);
            return None;
        }
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&bytes[..]);
        let header = reader.headers().ok()?.clone();
        let columns = header_columns(file, &header, required, optional, faults)?;
        let fields = sound_rows(&mut reader, file, header.len(), faults);
        let source = SourceFile {
            source: source.to_owned(),
            path: file.to_owned(),
            sha256: sha256_hex(&bytes),
            bytes: bytes.len() as u64,
            rows: fields.rows.len() as u64,
            debit_total: None,
            credit_total: None,
        };
        Some(Self { file: file.to_owned(), bytes, columns: Columns::new(columns), fields, source })
    }

    /// The rows, each with its reader of fields.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.fields.rows.len()).map(|at| self.row(at))
    }

    /// The file, within the book.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.rows.len()
    }

    /// True without any row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.rows.is_empty()
    }

    /// A row by its number, from 0.
    #[must_use]
    pub fn row(&self, at: usize) -> Row<'_> {
        Row { table: self, at }
    }
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

fn sound_rows(reader: &mut csv::Reader<&[u8]>, file: &str, width: usize, faults: &mut Faults) -> Fields {
    let mut fields = Fields { width, ..Fields::default() };
    let mut record = csv::StringRecord::new();
    // Memory can be read and is UTF-8, and rows of any length are taken: no record is an error.
    while reader.read_record(&mut record).unwrap_or(false) {
        if record.len() == width {
            fields.push(&record);
        } else {
            let line = record.position().map_or(0, csv::Position::line);
            field_count_fault(file, line, record.len(), width, faults);
        }
    }
    fields
}

/// Tells of a row with more or fewer fields than the header.
pub fn field_count_fault(file: &str, line: u64, found: usize, width: usize, faults: &mut Faults) {
    let message = format!("the row has {found} fields and the header {width}");
    let help = "quote fields that hold a comma, or fill in the missing ones";
    faults.add(Code::FieldCount, Place::line(file, line), message, "", &format!("{width} fields"), help);
}

/// One row of a table. Each reader tells what is wrong with its field and goes on with a harmless value:
/// the run stops before anything is measured.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    at: usize,
}

impl<'a> Row<'a> {
    /// The line of the row in its file, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.table.fields.rows[self.at].0.into()
    }

    /// The row as a place.
    #[must_use]
    pub fn origin(&self) -> Place {
        Place::line(&self.table.file, self.line())
    }

    /// The place of a field, with its column found in the file's bytes.
    #[must_use]
    pub fn place(&self, column: &str) -> Place {
        let mut place = self.origin();
        place.field = column.to_owned();
        if let Some(at) = self.table.columns.place(column) {
            let start = self.table.fields.rows[self.at].1 as usize;
            place.column = field_column(&self.table.bytes[start..], at);
        }
        place
    }

    /// The field, or nothing where it is empty or its column is absent.
    #[must_use]
    pub fn optional(&self, column: &str) -> Option<&'a str> {
        let at = self.table.columns.place(column)?;
        Some(self.table.fields.get(self.at, at)).filter(|text| !text.is_empty())
    }

    /// The field, which must not be empty.
    pub fn text(&self, column: &str, faults: &mut Faults) -> String {
        self.filled(column, faults).to_owned()
    }

    /// The field as it stands in the file, which must not be empty.
    pub fn filled(&self, column: &str, faults: &mut Faults) -> &'a str {
        let found = self.optional(column);
        if found.is_none() {
            let help = "fill in the field";
            faults.add(Code::EmptyValue, self.place(column), "the field is empty", "", "a value", help);
        }
        found.unwrap_or_default()
    }

    /// A field that must be one of the codes of the book.
    pub fn known(&self, column: &str, known: impl Fn(&str) -> bool, expected: &str, faults: &mut Faults) -> String {
        let text = self.text(column, faults);
        if !text.is_empty() && !known(&text) {
            let help = "correct the code, or add it to the book";
            faults.add(Code::UnknownValue, self.place(column), format!("{column} is not known"), &text, expected, help);
        }
        text
    }

    /// An amount that must be there.
    pub fn money(&self, column: &str, faults: &mut Faults) -> Money {
        amount(self.optional(column).unwrap_or_default(), || self.place(column), faults)
    }

    /// An amount where an empty field is no amount.
    pub fn optional_money(&self, column: &str, faults: &mut Faults) -> Option<Money> {
        let text = self.optional(column)?;
        Some(amount(text, || self.place(column), faults))
    }

    /// An amount that is not negative.
    pub fn positive_money(&self, column: &str, faults: &mut Faults) -> Money {
        let money = self.money(column, faults);
        if money.is_negative() {
            let help = "correct the sign; reductions have their own columns";
            let expected = "an amount of zero or more";
            faults.add(
                Code::BadAmount,
                self.place(column),
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
        let text = self.filled(column, faults);
        if text.is_empty() { NaiveDate::MIN } else { self.parse_date(column, text, faults) }
    }

    /// A date where an empty field is no date.
    pub fn optional_date(&self, column: &str, faults: &mut Faults) -> Option<NaiveDate> {
        self.optional(column).map(|text| self.parse_date(column, text, faults))
    }

    fn parse_date(&self, column: &str, text: &str, faults: &mut Faults) -> NaiveDate {
        iso_date(text).unwrap_or_else(|| {
            date_fault(self.place(column), text, faults);
            NaiveDate::MIN
        })
    }

    /// A number of units, or a unit price or cost: zero or more, at most eight decimals.
    pub fn quantity(&self, column: &str, faults: &mut Faults) -> Decimal {
        let text = self.filled(column, faults);
        if text.is_empty() { Decimal::ZERO } else { self.parse_quantity(column, text, faults) }
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
            faults.add(Code::BadQuantity, self.place(column), message, text, expected, help);
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
                self.place(column),
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
        let entity = self.known("entity", |code| codes.entities.contains(code), "a code of [[entities]]", faults);
        let brand = self.known("brand", |code| codes.brands.contains(code), "a code of [[brands]]", faults);
        let segment = self.known("segment", |code| codes.segments.contains(code), "a code of [[segments]]", faults);
        Dimension::new(&entity, &brand, &segment)
    }
}

/// Reads an amount; tells of what is wrong with it.
pub fn amount(text: &str, place: impl FnOnce() -> Place, faults: &mut Faults) -> Money {
    Money::parse(text).unwrap_or_else(|error| {
        amount_fault(text, error, place(), faults);
        Money::ZERO
    })
}

/// Tells of an amount that cannot be read.
pub fn amount_fault(text: &str, error: MoneyError, place: Place, faults: &mut Faults) {
    let help = match error {
        MoneyError::Empty => "fill in the amount; write 0.00 for nothing",
        MoneyError::TooManyDecimals => "round the amount where it comes from; closepack does not round what it reads",
        _ => "write digits with a point, without thousands separators, exponents or currency signs",
    };
    faults.add(Code::BadAmount, place, format!("the amount {error}"), text, "an amount such as -1234.50", help);
}

/// Tells of a date that cannot be read.
pub fn date_fault(place: Place, text: &str, faults: &mut Faults) {
    let help = "write year, month and day: 2004-05-26";
    faults.add(Code::BadDate, place, "not a date", text, "an ISO date such as 2004-05-26", help);
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

/// The one-based byte column at which a field of the record starts.
#[must_use]
pub fn field_column(record: &[u8], field: usize) -> usize {
    let mut quoted = false;
    let mut fields = 0;
    let mut line_start = 0;
    for (at, byte) in record.iter().enumerate() {
        if fields == field {
            return at - line_start + 1;
        }
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => fields += 1,
            b'\n' if quoted => line_start = at + 1,
            b'\n' => break,
            _ => {}
        }
    }
    0
}

// A table has at most as many bytes as 32 bits count, and so no more lines and fields.
const _: () = assert!(TABLE_BYTES_MAX <= u32::MAX as u64);

#[cfg(test)]
mod tests {
    use super::*;

    /// Quotes, quoted line breaks, empty fields and a row of the wrong length.
    #[test]
    fn fields_and_their_places_are_those_of_the_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("x.csv"), "a,b,c\n1,,\"x, \"\"y\"\"\"\nshort\n\"2\n3\",é,z\n")
            .expect("written");
        let mut faults = Faults::default();
        let table = Table::read(folder.path(), "x.csv", "x", &["a", "b"], &["c", "d"], &mut faults).expect("a table");
        let fields: Vec<_> = table.rows().map(|row| ["a", "b", "c", "d"].map(|name| row.optional(name))).collect();
        assert_eq!(fields, [[Some("1"), None, Some("x, \"y\""), None], [Some("2\n3"), Some("é"), Some("z"), None]]);
        assert_eq!((faults.total(), table.len(), table.source.rows), (1, 2, 2));
        let places = [table.row(0).place("c"), table.row(1).place("b")].map(|place| (place.line, place.column));
        assert_eq!(places, [(2, 4), (4, 4)]);
    }

    #[test]
    fn finds_the_column_of_a_field() {
        assert_eq!(field_column(b"a,bc,d\n", 0), 1);
        assert_eq!(field_column(b"a,bc,d\n", 2), 6);
        assert_eq!(field_column(b"\"a,x\",bc\n", 1), 7);
    }

    #[test]
    fn takes_iso_dates_only() {
        assert!(iso_date("2004-02-29").is_some());
        for text in ["2005-02-29", "04-05-26", "2004/05/26", "2004-5-26", "20040526"] {
            assert_eq!(iso_date(text), None, "{text}");
        }
    }
}
