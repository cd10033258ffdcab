//! The rows of a delimited text.

use super::plan::{Head, HeadOn, Plan};
use super::told::field_count_fault;
use super::{Fields, Made, Maker, Origin, Part, Reading, full_fault, unmapped_fault};
use crate::book::layout::{Dialect, Layout};
use crate::diagnostics::{Code, Faults, Place, SourceLine, Spot};
use crate::ingest::delimited::Marks;
use crate::ingest::delimited::split::{Ends, field_range, index_exactly};
use crate::ingest::limits::TITLE_ROWS_MAX;
use crate::ingest::stream::read_whole;

/// What may separate fields where the layout does not say.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads a text file.
pub(super) fn read(reading: Reading<'_>, file: &str, faults: &mut Faults) -> Option<Part> {
    let (text, digest) = read_whole(reading.root, file, reading.dialect().encoding, faults)?;
    let (header, marks) = find_header(&text, &reading.spec.layout);
    let file_text = FileText { file, text: &text, marks };
    let (plan, width) = {
        let head = header.head(file, &text, marks);
        (Plan::new(&reading.spec.layout, reading.source, &head, faults)?, head.names.len())
    };
    let mut rows = Rows { reading, of: file_text, plan: &plan, fields: Fields::of(&plan, width), footers: Vec::new() };
    rows.read(header.above + 1, width, faults);
    let fields = rows.fields;
    Some(reading.part(file, Origin::Text(text, marks), &plan, fields, digest))
}

fn records<'t>(text: &'t str, dialect: &Dialect, marks: Marks) -> csv::Reader<&'t [u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(marks.delimiter)
        .quoting(marks.quoted)
        .trim(if dialect.trimmed { csv::Trim::All } else { csv::Trim::None })
        .from_reader(text.as_bytes())
}

/// The row that is the header.
#[derive(Default)]
struct Header {
    names: Vec<String>,
    /// How many rows stand above it.
    above: usize,
    /// Its first line and byte.
    place: (u64, usize),
}

impl Header {
    fn head<'a>(&self, file: &'a str, text: &'a str, marks: Marks) -> Head<'a> {
        let record = record_at(text.as_bytes(), self.place.1, marks);
        Head { file, names: self.names.clone(), line: self.place.0, on: HeadOn::Line(record, marks) }
    }
}

/// Finds the header: the first row, or the row that has most of the layout's columns where rows may stand above it; and
/// the delimiter with which it has most, where the layout does not say.
fn find_header(text: &str, layout: &Layout) -> (Header, Marks) {
    let dialect = &layout.dialect;
    let delimiters = dialect.delimiter.map_or_else(|| DELIMITERS.to_vec(), |only| vec![only]);
    let rows = if dialect.title_rows { TITLE_ROWS_MAX } else { 1 };
    let marks = |delimiter: u8| Marks { delimiter, quoted: dialect.quoted };
    let mut best: Option<(usize, Header, Marks)> = None;
    for marks in delimiters.iter().copied().map(marks) {
        let mut reader = records(text, dialect, marks);
        let mut record = csv::StringRecord::new();
        for above in 0..rows {
            if !reader.read_record(&mut record).unwrap_or(false) {
                break;
            }
            let place = start_of(text.as_bytes(), &record);
            let names = record.iter().map(|name| name.trim().to_owned()).collect();
            let header = Header { names, above, place: (place.0, place.1) };
            let fits = header.head("", text, marks).fits(layout);
            if best.as_ref().is_none_or(|(most, ..)| fits > *most) {
                best = Some((fits, header, marks));
            }
        }
    }
    let marks = marks(delimiters[0]);
    best.map_or_else(|| (Header { place: (1, 0), ..Header::default() }, marks), |(_, header, marks)| (header, marks))
}

/// The one-based line on which a record starts, and its first byte. The position of the reader may be that of the line
/// break, or of the empty lines, before it.
fn start_of(text: &[u8], record: &csv::StringRecord) -> (u64, usize) {
    let Some(position) = record.position() else { return (0, 0) };
    let (mut line, mut start) = (position.line(), position.byte() as usize);
    while let Some(first @ (b'\n' | b'\r')) = text.get(start) {
        line += u64::from(*first == b'\n');
        start += 1;
    }
    (line, start)
}

/// The bytes of the record that starts at a byte, without its line break.
pub(super) fn record_at(text: &[u8], start: usize, marks: Marks) -> &[u8] {
    let rest = text.get(start..).unwrap_or_default();
    let mut quoted = false;
    let is_end = |byte: &u8| {
        quoted ^= *byte == b'"' && marks.quoted;
        !quoted && matches!(byte, b'\n' | b'\r')
    };
    &rest[..rest.iter().position(is_end).unwrap_or(rest.len())]
}

/// The one-based column of a record's byte in the line on which it stands: a quoted field may hold line breaks.
pub(super) fn byte_column(record: &[u8], at: usize) -> usize {
    at - record[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1) + 1
}

#[derive(Clone, Copy)]
struct FileText<'a> {
    file: &'a str,
    text: &'a str,
    marks: Marks,
}

impl FileText<'_> {
    /// A record, or its field of a number.
    fn spot(&self, (line, start): (u64, usize), field: Option<usize>, heading: &str) -> Spot {
        let record = record_at(self.text.as_bytes(), start, self.marks);
        let field = field.and_then(|at| field_range(record, at, self.marks));
        let mut place = Place::line(self.file, line);
        heading.clone_into(&mut place.field);
        place.column = field.as_ref().map_or(0, |field| byte_column(record, field.start));
        Spot::shown(place, SourceLine::new(record, field))
    }
}

/// Reads the rows below a header.
struct Rows<'a> {
    reading: Reading<'a>,
    of: FileText<'a>,
    plan: &'a Plan,
    fields: Fields,
    /// Lines of one field, which may stand below the last row.
    footers: Vec<(u64, usize)>,
}

impl Rows<'_> {
    fn read(&mut self, above: usize, width: usize, faults: &mut Faults) {
        let dialect = self.reading.dialect();
        let mut reader = records(self.of.text, dialect, self.of.marks);
        let mut maker = Maker::new(self.plan);
        let mut record = csv::StringRecord::new();
        let mut last = (0, 0);
        // Memory can be read and is UTF-8, and rows of any length are taken: no record is an error.
        for number in 0.. {
            if !reader.read_record(&mut record).unwrap_or(false) {
                break;
            }
            last = start_of(self.of.text.as_bytes(), &record);
            if number < above || dialect.ruled && is_rule(&record) {
                continue;
            }
            if record.len() != width {
                self.odd(&record, last, width, faults);
                continue;
            }
            self.tell_footers(width, faults);
            let place = (last.0 as u32, last.1 as u32);
            if self.plan.plain {
                self.fields.push_record(&record, place);
            } else if !self.make(&mut maker, &record, last, faults) {
                break;
            }
        }
        self.tell_open_quote(last, faults);
    }

    /// Makes a row; false where there is no room for more.
    fn make(
        &mut self,
        maker: &mut Maker<'_>,
        record: &csv::StringRecord,
        at: (u64, usize),
        faults: &mut Faults,
    ) -> bool {
        let wanted: Vec<&str> = self.plan.wanted.iter().map(|at| &record[*at]).collect();
        match maker.push(&wanted, (at.0 as u32, at.1 as u32), &mut self.fields) {
            Made::Kept | Made::Total => true,
            Made::Unmapped(number, value) => {
                let slot = &self.plan.slots[number];
                let spot = self.of.spot(at, slot.fields.first().copied(), &slot.heading);
                unmapped_fault(self.plan, number, &value, self.reading.source, spot, faults);
                true
            }
            Made::Full => {
                full_fault(self.of.spot(at, None, ""), faults);
                false
            }
        }
    }

    /// A row with more or fewer fields than the header.
    fn odd(&mut self, record: &csv::StringRecord, at: (u64, usize), width: usize, faults: &mut Faults) {
        if self.reading.dialect().title_rows && record.len() == 1 {
            self.footers.push(at);
        } else {
            field_count_fault(self.of.spot(at, None, ""), record.len(), width, faults);
        }
    }

    /// Lines of one field that turn out to stand between rows.
    fn tell_footers(&mut self, width: usize, faults: &mut Faults) {
        for at in self.footers.drain(..) {
            field_count_fault(self.of.spot(at, None, ""), 1, width, faults);
        }
    }

    /// A quote that is never closed takes the rest of the file for its field.
    fn tell_open_quote(&self, last: (u64, usize), faults: &mut Faults) {
        if !self.of.marks.quoted {
            return;
        }
        let mut rest = self.of.text.as_bytes()[last.1..].to_vec();
        if rest.last().is_some_and(|byte| *byte != b'\n') {
            rest.push(b'\n');
        }
        let mut ends = Ends::default();
        index_exactly(&rest, self.of.marks, &mut ends);
        if !rest.is_empty() && ends.fields().last().is_none_or(|end| *end as usize + 1 != rest.len()) {
            let help =
                "close the quote; or set quoted = false in the layout's dialect, if quotes are letters like any other";
            let spot = self.of.spot(last, None, "");
            faults.add(Code::StrayQuote, spot, "a quote is opened and never closed", "", "a closing quote", help);
        }
    }
}

/// True for a line that a list draws between its rows.
fn is_rule(record: &csv::StringRecord) -> bool {
    let drawn = |field: &str| field.bytes().all(|byte| b"-|+ ".contains(&byte));
    record.iter().any(|field| field.contains('-')) && record.iter().all(drawn)
}
