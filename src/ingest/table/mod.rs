//! A table that is read whole: a subledger, balances, or a table of the book itself, from text or from a workbook.
//!
//! A subledger may have a million rows, so the fields of all rows of a file are one text, and a column's name is
//! looked up by its hash. Numbers and dates are read under the layout's dialect when they are asked for; nothing of a
//! file that is written as closepack writes its own is made anew.

mod plan;
mod row;
mod text;
mod told;
mod workbook;

#[cfg(test)]
mod tests;

use std::hash::BuildHasher;
use std::path::Path;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use self::plan::{Plan, Slot};
use super::SourceFile;
use super::delimited::Marks;
use super::limits::TABLE_BYTES_MAX;
use super::stream::Digest;
use crate::book::layout::{DateFormat, Dialect, Numbers, SourceColumns};
use crate::book::sources::SourceSpec;
use crate::diagnostics::{Code, Faults, Spot};

pub use row::{Row, help_with_zeros};
pub use told::{amount_fault, field_count_fault, iso_date, unreadable};

/// A table in memory, of one file or of several. Rows whose form is wrong have been told and left out; the run stops
/// for them.
pub struct Table {
    parts: Vec<Part>,
}

/// The rows of one file.
struct Part {
    file: Arc<str>,
    /// How many rows the files before it have.
    before: usize,
    origin: Origin,
    /// The source's names, and where each stands among `as_read`.
    names: Columns,
    as_read: Vec<Column>,
    fields: Fields,
    /// How numbers are written, where it is not closepack's own way.
    numbers: Option<Numbers>,
    /// The forms of dates, where they are not closepack's own.
    dates: Option<Vec<DateFormat>>,
    source: SourceFile,
}

/// What rows were read from, to show them.
enum Origin {
    /// A text, and what separates its fields.
    Text(String, Marks),
    /// A sheet of a workbook, by its name.
    Sheet(String),
}

/// A column of a table, as its file has it.
struct Column {
    /// Its field among those that are kept of a row.
    kept: usize,
    /// The headings of the file that it is made of.
    heading: String,
    /// The columns of the file that it is made of.
    of: Vec<usize>,
}

/// The places of columns by name: each row looks up each of its fields.
pub(super) struct Columns {
    hasher: FixedState,
    places: HashTable<(String, usize)>,
}

impl Columns {
    /// Of columns with their places; each name comes once.
    pub fn new(columns: impl IntoIterator<Item = (String, usize)>) -> Self {
        let hasher = FixedState::default();
        let mut places = HashTable::new();
        for column in columns {
            let hash = |(name, _): &(String, usize)| hasher.hash_one(name.as_str());
            places.insert_unique(hash(&column), column, hash);
        }
        Self { hasher, places }
    }

    /// The place of a column; nothing for a name that is none.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.find(self.hasher.hash_one(name), |(known, _)| known == name).map(|(_, at)| *at)
    }
}

/// The columns of a plan. Where rows are kept as they stand, a column's field is the file's.
fn columns_of_plan(plan: &Plan) -> Vec<Column> {
    let column = |(at, slot): (usize, &Slot)| Column {
        kept: if plan.plain { slot.fields[0] } else { at },
        heading: slot.heading.clone(),
        of: slot.fields.clone(),
    };
    plan.slots.iter().enumerate().map(column).collect()
}

/// The fields of all rows, unquoted, one after the other, and where each row stands in the file.
#[derive(Default)]
struct Fields {
    text: String,
    /// How many fields are kept of a row.
    width: usize,
    /// Where each field ends in the text, which is never larger than what 32 bits count.
    ends: Vec<u32>,
    /// The line and the first byte of each row in the file; of a sheet the row's number and nothing.
    rows: Vec<(u32, u32)>,
}

impl Fields {
    fn of(plan: &Plan, header: usize) -> Self {
        Self { width: if plan.plain { header } else { plan.slots.len() }, ..Self::default() }
    }

    /// Keeps a record as it stands.
    fn push_record(&mut self, record: &csv::StringRecord, place: (u32, u32)) {
        let start = self.text.len();
        self.text.push_str(record.as_slice());
        let end = |at: usize| (start + record.range(at).map_or(0, |range| range.end)) as u32;
        self.ends.extend((0..self.width).map(end));
        self.rows.push(place);
    }

    fn get(&self, row: usize, field: usize) -> &str {
        let at = row * self.width + field;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start as usize..self.ends[at] as usize]
    }
}

// A table has at most as many bytes as 32 bits count, and so no more lines and fields.
const _: () = assert!(2 * TABLE_BYTES_MAX <= u32::MAX as u64);

/// Makes the rows of a table of those of a file, under a plan that makes something of their fields.
struct Maker<'p> {
    plan: &'p Plan,
    /// The last text of each field that is carried.
    carried: Vec<String>,
}

/// What became of a row.
enum Made {
    Kept,
    /// A total, which is no record.
    Total,
    /// A text that the layout's `values` do not have, with the number of its column among the plan's.
    Unmapped(usize, String),
    /// There is no room for more.
    Full,
}

impl<'p> Maker<'p> {
    fn new(plan: &'p Plan) -> Self {
        Self { plan, carried: vec![String::new(); plan.carried.len()] }
    }

    /// Adds a row of a file by the fields that the plan looks at.
    fn push(&mut self, wanted: &[&str], place: (u32, u32), fields: &mut Fields) -> Made {
        if self.plan.totals.iter().any(|(at, start)| is_total(wanted[*at], start)) {
            return Made::Total;
        }
        for (text, at) in self.carried.iter_mut().zip(&self.plan.carried) {
            if !wanted[*at].is_empty() {
                wanted[*at].clone_into(text);
            }
        }
        let mut bytes: Vec<&[u8]> = wanted.iter().map(|field| field.as_bytes()).collect();
        for (text, at) in self.carried.iter().zip(&self.plan.carried) {
            bytes[*at] = text.as_bytes();
        }
        let (length, count) = (fields.text.len(), fields.ends.len());
        for (number, slot) in self.plan.slots.iter().enumerate() {
            let mut scratch = Vec::new();
            match slot.text.of(&bytes, &mut scratch) {
                Ok(text) => fields.text.push_str(&String::from_utf8_lossy(text)),
                Err(unmapped) => {
                    fields.text.truncate(length);
                    fields.ends.truncate(count);
                    return Made::Unmapped(number, String::from_utf8_lossy(&unmapped).into_owned());
                }
            }
            fields.ends.push(fields.text.len() as u32);
        }
        fields.rows.push(place);
        if fields.text.len() as u64 > TABLE_BYTES_MAX { Made::Full } else { Made::Kept }
    }
}

fn is_total(text: &str, start: &str) -> bool {
    if start.is_empty() { text.is_empty() } else { text.starts_with(start) }
}

/// Tells of a text that the layout does not say the meaning of.
fn unmapped_fault(plan: &Plan, number: usize, value: &str, source: &SourceColumns, spot: Spot, faults: &mut Faults) {
    let slot = &plan.slots[number];
    let known: Vec<String> =
        slot.text.values.keys().map(|text| format!("\"{}\"", String::from_utf8_lossy(text))).collect();
    let message = format!("the layout does not say which {} this is", slot.name);
    let expected = format!("one of {}", known.join(", "));
    let help = format!(
        "add it to the values of {} in [sources.{}.columns] of closepack.toml, or correct the field",
        slot.name, source.source
    );
    faults.add(Code::UnknownValue, spot, message, value, &expected, &help);
}

/// Tells of a table that grows too large once its columns are made.
fn full_fault(spot: Spot, faults: &mut Faults) {
    let expected = format!("at most {TABLE_BYTES_MAX} bytes of text");
    let help = "split the file, or map fewer columns to long texts";
    faults.add(Code::LimitExceeded, spot, "the table is too large", "", &expected, help);
}

impl Part {
    fn column(&self, name: &str) -> Option<&Column> {
        self.names.place(name).map(|at| &self.as_read[at])
    }
}

/// What a source's files are read by.
#[derive(Clone, Copy)]
struct Reading<'a> {
    root: &'a Path,
    source: &'a SourceColumns,
    spec: &'a SourceSpec,
}

impl<'a> Reading<'a> {
    const fn dialect(&self) -> &'a Dialect {
        &self.spec.layout.dialect
    }

    fn file(&self, file: &str, faults: &mut Faults) -> Option<Part> {
        if workbook::is_one(file) { workbook::read(*self, file, faults) } else { text::read(*self, file, faults) }
    }

    /// A file's rows with all that is told of them.
    fn part(&self, file: &str, origin: Origin, plan: &Plan, fields: Fields, digest: Digest) -> Part {
        let dialect = self.dialect();
        let mut dates = dialect.dates.clone();
        // The dates of a sheet are no texts, and are written down as ISO dates.
        if matches!(origin, Origin::Sheet(_)) && !dates.contains(&DateFormat::iso()) {
            dates.push(DateFormat::iso());
        }
        let source = SourceFile {
            source: self.source.source.to_owned(),
            path: file.to_owned(),
            sha256: digest.sha256,
            bytes: digest.bytes,
            rows: fields.rows.len() as u64,
            debit_total: None,
            credit_total: None,
        };
        Part {
            file: file.into(),
            before: 0,
            origin,
            names: Columns::new(plan.slots.iter().enumerate().map(|(at, slot)| (slot.name.to_owned(), at))),
            as_read: columns_of_plan(plan),
            fields,
            numbers: (dialect.numbers != Numbers::plain()).then(|| dialect.numbers.clone()),
            dates: (dates != [DateFormat::iso()]).then_some(dates),
            source,
        }
    }
}

impl Table {
    /// Reads the files of a source, which are paths within the book, as its layout says. Nothing where none of them
    /// could be read; all that is wrong is told.
    pub fn read(
        root: &Path,
        files: &[String],
        source: &SourceColumns,
        spec: &SourceSpec,
        faults: &mut Faults,
    ) -> Option<Self> {
        let reading = Reading { root, source, spec };
        let mut parts: Vec<Part> = Vec::new();
        let mut before = 0;
        for file in files {
            if let Some(part) = reading.file(file, faults) {
                let rows = part.fields.rows.len();
                parts.push(Part { before, ..part });
                before += rows;
            }
        }
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// Reads a table of the book itself, which has closepack's own columns.
    pub fn own(root: &Path, file: &str, source: &SourceColumns, faults: &mut Faults) -> Option<Self> {
        Self::read(root, &[file.to_owned()], source, &SourceSpec::canonical(source), faults)
    }

    /// The rows of all files, each with its reader of fields.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.parts.iter().flat_map(|part| (0..part.fields.rows.len()).map(move |at| Row::new(part, at)))
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.last().map_or(0, |last| last.before + last.fields.rows.len())
    }

    /// True without any row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row by its number among those of all files, from 0.
    ///
    /// # Panics
    /// When there are not so many rows.
    #[must_use]
    pub fn row(&self, at: usize) -> Row<'_> {
        let part = &self.parts[self.parts.partition_point(|part| part.before <= at) - 1];
        Row::new(part, at - part.before)
    }

    /// What was read, file by file.
    #[must_use]
    pub fn into_sources(self) -> Vec<SourceFile> {
        self.parts.into_iter().map(|part| part.source).collect()
    }
}
