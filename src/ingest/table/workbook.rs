//! The rows of a sheet of a workbook.
//!
//! A cell is taken as what it holds, not as what it shows: a number as the shortest decimal that is read back as the same
//! number, a date as an ISO date, the result of a formula as the workbook has it.

use std::fmt::Write;
use std::io::{Cursor, Read};
use std::ops::Range;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxError};
use quick_xml::events::Event;
use zip::ZipArchive;

use super::plan::{Head, HeadOn, Plan};
use super::{Fields, Made, Maker, Origin, Part, Reading, full_fault, unmapped_fault};
use crate::diagnostics::{Code, Faults, Place, Spot};
use crate::domain::hash::sha256_hex;
use crate::ingest::limits::{TABLE_BYTES_MAX, TITLE_ROWS_MAX, UNPACKED_RATIO_FREE, UNPACKED_RATIO_MAX};
use crate::ingest::stream::{Digest, StreamError, open_file};

/// Endings of the names of workbooks that are read, and of those that are not.
const READ: [&str; 2] = [".xlsx", ".xlsm"];
const NOT_READ: [&str; 4] = [".xls", ".xlsb", ".ods", ".numbers"];

/// What a file begins with that is a compound document: a workbook of before 2007, or one with a password.
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];
/// What an archive begins with.
const ARCHIVE: &[u8] = b"PK";

/// Fewest bytes of a text in a workbook's list of them: `<si/>`.
const LISTED_TEXT_BYTES_MIN: u64 = 5;

/// Where the list of texts says how many it has.
const COUNT: &str = "uniqueCount";

/// True for a name that is a workbook's.
pub(super) fn is_one(file: &str) -> bool {
    let name = file.to_ascii_lowercase();
    READ.iter().chain(&NOT_READ).any(|ending| name.ends_with(ending))
}

/// Why a workbook cannot be read.
#[derive(Debug, thiserror::Error)]
enum WorkbookError {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error("the workbook is of a kind that closepack does not read")]
    OtherKind,
    #[error("the workbook has a password, or is one of before 2007")]
    Compound,
    #[error("the file is no workbook")]
    NoArchive,
    #[error("the workbook cannot be read: {0}")]
    Damaged(String),
    #[error("the workbook is too large once it is unpacked")]
    TooLarge(u64),
    #[error("the workbook grows without end")]
    GrowsTooMuch(u64),
    #[error("the parts of the workbook are not as large as it says")]
    Untrue,
}

impl From<XlsxError> for WorkbookError {
    fn from(error: XlsxError) -> Self {
        if matches!(error, XlsxError::Password) { Self::Compound } else { Self::Damaged(error.to_string()) }
    }
}

impl From<zip::result::ZipError> for WorkbookError {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<std::io::Error> for WorkbookError {
    fn from(error: std::io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl WorkbookError {
    fn tell(&self, file: &str, faults: &mut Faults) {
        let (code, value, expected, help) = match self {
            Self::Stream(error) => return error.tell(file, faults),
            Self::OtherKind | Self::NoArchive | Self::Compound => {
                let help = "save it as an Excel workbook (.xlsx) without a password, or export the sheet as CSV";
                (Code::UnreadableFile, String::new(), "an .xlsx workbook".to_owned(), help)
            }
            Self::Damaged(_) | Self::Untrue => {
                let help = "copy the file again, or open it and save it as .xlsx";
                (Code::UnreadableFile, String::new(), "a whole .xlsx workbook".to_owned(), help)
            }
            Self::TooLarge(bytes) => {
                let expected = format!("at most {TABLE_BYTES_MAX} bytes once it is unpacked");
                (Code::LimitExceeded, format!("{bytes} bytes"), expected, "export the sheet as CSV, or split it")
            }
            Self::GrowsTooMuch(bytes) => {
                let expected = format!("at most {UNPACKED_RATIO_MAX} times as many bytes as the file has");
                let help = "open the workbook, and look at what is in it";
                (Code::LimitExceeded, format!("{bytes} bytes"), expected, help)
            }
        };
        faults.add(code, Place::file(file), self.to_string(), &value, &expected, help);
    }
}

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

/// Reads the sheet of a workbook that the source names, or its only one.
pub(super) fn read(reading: Reading<'_>, file: &str, faults: &mut Faults) -> Option<Part> {
    let told = |error: &WorkbookError, faults: &mut Faults| error.tell(file, faults);
    let bytes = bytes(reading, file).map_err(|error| told(&error, faults)).ok()?;
    let mut workbook = open(&bytes).map_err(|error| told(&error, faults)).ok()?;
    let sheet = choose(&workbook, reading, file, faults)?;
    let found = cells(&mut workbook, reading, file, &sheet, faults).map_err(|error| told(&error, faults)).ok()?;
    let (plan, fields) = found?;
    let digest = Digest { sha256: sha256_hex(&bytes), bytes: bytes.len() as u64 };
    Some(reading.part(file, Origin::Sheet(sheet), &plan, fields, digest))
}

fn bytes(reading: Reading<'_>, file: &str) -> Result<Vec<u8>, WorkbookError> {
    let name = file.to_ascii_lowercase();
    let mut opened = open_file(&reading.root.join(file))?;
    if NOT_READ.iter().any(|ending| name.ends_with(ending)) {
        return Err(WorkbookError::OtherKind);
    }
    let mut bytes = Vec::new();
    opened.by_ref().take(TABLE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(StreamError::from)?;
    if bytes.len() as u64 > TABLE_BYTES_MAX {
        return Err(StreamError::TooLarge { most: TABLE_BYTES_MAX }.into());
    }
    Ok(bytes)
}

/// Opens a workbook once it is sure that it stays within the limits.
fn open(bytes: &[u8]) -> Result<Workbook<'_>, WorkbookError> {
    if bytes.starts_with(COMPOUND) {
        return Err(WorkbookError::Compound);
    }
    if !bytes.starts_with(ARCHIVE) {
        return Err(WorkbookError::NoArchive);
    }
    stays_within_limits(bytes)?;
    Ok(Xlsx::new(Cursor::new(bytes))?)
}

/// Looks at the sizes that the archive says its parts have, and then whether it says the truth: the parser takes each
/// part into memory as it comes.
fn stays_within_limits(bytes: &[u8]) -> Result<(), WorkbookError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut declared = 0_u64;
    for part in 0..archive.len() {
        declared = declared.saturating_add(archive.by_index_raw(part)?.size());
    }
    if declared > TABLE_BYTES_MAX {
        return Err(WorkbookError::TooLarge(declared));
    }
    if declared > UNPACKED_RATIO_FREE && declared / bytes.len().max(1) as u64 > UNPACKED_RATIO_MAX {
        return Err(WorkbookError::GrowsTooMuch(declared));
    }
    for part in 0..archive.len() {
        let mut part = archive.by_index(part)?;
        let size = part.size();
        let is_list = part.name()?.to_ascii_lowercase().ends_with("sharedstrings.xml");
        let mut unpacked = part.by_ref().take(size + 1);
        if is_list {
            promises_no_more_than_there_is(&mut unpacked, size)?;
        }
        let left = size + 1 - unpacked.limit();
        if left + std::io::copy(&mut unpacked, &mut std::io::sink())? > size {
            return Err(WorkbookError::Untrue);
        }
    }
    Ok(())
}

/// The list of texts says how many it has, and the parser makes room for them before it reads one.
fn promises_no_more_than_there_is(list: impl Read, size: u64) -> Result<(), WorkbookError> {
    let mut xml = quick_xml::Reader::from_reader(std::io::BufReader::new(list));
    let mut buffer = Vec::new();
    let damaged = |error: &dyn std::fmt::Display| WorkbookError::Damaged(error.to_string());
    loop {
        buffer.clear();
        let first = match xml.read_event_into(&mut buffer).map_err(|error| damaged(&error))? {
            Event::Start(first) | Event::Empty(first) => first,
            Event::Eof => return Ok(()),
            _ => continue,
        };
        for attribute in first.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| damaged(&error))?;
            let is_count = attribute.key.local_name().as_ref() == COUNT;
            if is_count
                && attribute.value.trim().parse::<u64>().is_ok_and(|count| count > size / LISTED_TEXT_BYTES_MIN + 1)
            {
                return Err(WorkbookError::Untrue);
            }
        }
        return Ok(());
    }
}

/// The sheet that is read: the one that the book names, or the only one.
fn choose(workbook: &Workbook<'_>, reading: Reading<'_>, file: &str, faults: &mut Faults) -> Option<String> {
    let sheets = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<&str> = sheets.map(|sheet| sheet.name.as_str()).collect();
    let source = reading.source.source;
    let expected = format!("one of {}", names.join(", "));
    let mut told = |message: &str, value: &str, help: &str| {
        faults.add(Code::Sheet, Place::file(file), message, value, &expected, help);
        None
    };
    match (&reading.spec.sheet, &names[..]) {
        (_, []) => told("the workbook has no sheet with cells", "", "save the workbook with the sheet"),
        (Some(wanted), _) if names.contains(&wanted.as_str()) => Some(wanted.clone()),
        (Some(wanted), _) => {
            let help = format!("correct sheet in [sources.{source}] of closepack.toml, or rename the workbook's sheet");
            told("the workbook has no sheet of this name", wanted, &help)
        }
        (None, [only]) => Some((*only).to_owned()),
        (None, [first, ..]) => {
            let help = format!("name it in [sources.{source}] of closepack.toml: sheet = \"{first}\"");
            told("the workbook has several sheets, and the book names none", "", &help)
        }
    }
}

/// The filled cells of a row.
#[derive(Debug, Default, Clone)]
struct SheetRow {
    /// One-based.
    number: u32,
    text: String,
    /// The column, from 0, and where its text stands.
    cells: Vec<(usize, Range<usize>)>,
    /// Columns whose cells are no values, and what they are.
    odd: Vec<(usize, &'static str)>,
}

impl SheetRow {
    fn clear(&mut self, number: u32) {
        self.number = number;
        self.text.clear();
        self.cells.clear();
        self.odd.clear();
    }

    /// Adds a cell; a cell without text is none.
    fn add(&mut self, column: usize, value: &DataRef<'_>, decimal_comma: bool, trimmed: bool) {
        let start = self.text.len();
        let odd = write_value(value, &mut self.text);
        if decimal_comma && matches!(value, DataRef::Int(_) | DataRef::Float(_)) {
            let number = self.text.split_off(start).replace('.', ",");
            self.text.push_str(&number);
        }
        if trimmed {
            let text = self.text.split_off(start);
            self.text.push_str(text.trim());
        }
        if self.text.len() > start {
            self.cells.push((column, start..self.text.len()));
        }
        self.odd.extend(odd.map(|what| (column, what)));
    }

    fn get(&self, column: usize) -> &str {
        let found = self.cells.iter().find(|(at, _)| *at == column);
        found.map_or("", |(_, range)| &self.text[range.clone()])
    }
}

/// Writes what a cell holds; says what it is where it is no value.
fn write_value(value: &DataRef<'_>, out: &mut String) -> Option<&'static str> {
    // Writing to a string cannot fail.
    let _ = match value {
        DataRef::Empty => Ok(()),
        DataRef::Int(number) => write!(out, "{number}"),
        DataRef::Float(number) => write!(out, "{number}"),
        DataRef::String(text) => write!(out, "{text}"),
        DataRef::SharedString(text) => write!(out, "{text}"),
        DataRef::DateTime(moment) if moment.is_datetime() => write!(out, "{}", moment_text(moment)),
        DataRef::DateTimeIso(text) => write!(out, "{}", text.strip_suffix("T00:00:00").unwrap_or(text)),
        DataRef::DateTime(_) | DataRef::DurationIso(_) => {
            let _ = write!(out, "{}", shown(value));
            return Some("the cell holds a length of time");
        }
        DataRef::Bool(_) => {
            let _ = write!(out, "{}", shown(value));
            return Some("the cell holds true or false");
        }
        DataRef::Error(_) => {
            let _ = write!(out, "{}", shown(value));
            return Some("the cell holds an error");
        }
    };
    None
}

/// A value that is none, as a spreadsheet shows it.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Bool(value) => value.to_string().to_uppercase(),
        DataRef::Error(error) => error.to_string(),
        DataRef::DateTime(length) => length.to_string(),
        DataRef::DurationIso(text) => text.clone(),
        _ => String::new(),
    }
}

/// A moment as an ISO date, with its time where it is not midnight. What is no day of the calendar, such as a time alone,
/// stays the number that it is.
fn moment_text(moment: &ExcelDateTime) -> String {
    let number = moment.to_string();
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    // The parser takes what is too large for a date as the last day that there is.
    if number.starts_with(['-', '0', 'N', 'i']) || (year, month, day) == (9999, 12, 31) {
        return number;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second, milli) == (0, 0, 0, 0) {
        return date;
    }
    format!("{date} {hour:02}:{minute:02}:{second:02}")
}

/// What is done with the rows of a sheet.
struct Rows<'a> {
    reading: Reading<'a>,
    file: &'a str,
    sheet: &'a str,
    /// Rows that may be the header, while there is none.
    first: Vec<SheetRow>,
    below: Option<Below>,
}

/// What is known once there is a header.
struct Below {
    plan: Plan,
    /// The headings; a column without one has an empty one.
    names: Vec<String>,
    carried: Vec<String>,
    fields: Fields,
    /// Rows of one cell, which may stand below the last row of a report.
    footers: Vec<(u32, usize)>,
}

fn cells(
    workbook: &mut Workbook<'_>,
    reading: Reading<'_>,
    file: &str,
    sheet: &str,
    faults: &mut Faults,
) -> Result<Option<(Plan, Fields)>, WorkbookError> {
    let mut cells = workbook.worksheet_cells_reader(sheet)?;
    let mut rows = Rows { reading, file, sheet, first: Vec::new(), below: None };
    let (mut row, mut seen) = (SheetRow::default(), false);
    let (decimal_comma, trimmed) = (reading.dialect().numbers.decimal == b',', reading.dialect().trimmed);
    while let Some(cell) = cells.next_cell()? {
        let (number, column) = cell.get_position();
        let number = number.saturating_add(1);
        if number != row.number {
            if number < row.number {
                return Err(WorkbookError::Damaged(format!("row {number} stands below row {}", row.number)));
            }
            seen |= !row.cells.is_empty();
            if !rows.take(&row, faults) {
                return Ok(None);
            }
            row.clear(number);
        }
        if row.cells.last().is_some_and(|(before, _)| *before >= column as usize) {
            return Err(WorkbookError::Damaged(format!("the cells of row {number} are not in order")));
        }
        row.add(column as usize, cell.get_value(), decimal_comma, trimmed);
    }
    seen |= !row.cells.is_empty();
    let whole = rows.take(&row, faults);
    if !seen {
        let (message, help) = ("the sheet is empty", "export the sheet; a source without rows still has its header");
        let spot = Spot::cell(Place::file(file), sheet);
        faults.add(Code::Sheet, spot, message, "", "a header row", help);
        return Ok(None);
    }
    Ok(if whole { rows.end(faults) } else { None })
}

impl Rows<'_> {
    fn spot(&self, number: u32, column: Option<usize>, heading: &str) -> Spot {
        let mut place = Place::line(self.file, number.into());
        place.column = column.map_or(0, |at| at + 1);
        heading.clone_into(&mut place.field);
        Spot::cell(place, self.sheet)
    }

    /// Takes a row; false where no more are of use.
    fn take(&mut self, row: &SheetRow, faults: &mut Faults) -> bool {
        if row.cells.is_empty() && row.odd.is_empty() {
            return true;
        }
        if self.below.is_some() {
            return self.below(row, faults);
        }
        self.first.push(row.clone());
        let most = if self.reading.dialect().title_rows { TITLE_ROWS_MAX } else { 1 };
        self.first.len() < most || self.find_header(faults)
    }

    /// Chooses the header among the first rows, and takes those below it.
    fn find_header(&mut self, faults: &mut Faults) -> bool {
        let first = std::mem::take(&mut self.first);
        let layout = &self.reading.spec.layout;
        let mut best: Option<(usize, usize, Head<'_>)> = None;
        for (at, row) in first.iter().enumerate() {
            let width = row.cells.last().map_or(0, |(column, _)| column + 1);
            let names = (0..width).map(|column| row.get(column).trim().to_owned()).collect();
            let head = Head { file: self.file, names, line: row.number.into(), on: HeadOn::Sheet(self.sheet) };
            let fits = head.fits(layout);
            if best.as_ref().is_none_or(|(most, ..)| fits > *most) {
                best = Some((fits, at, head));
            }
        }
        let Some((_, at, head)) = best else { return false };
        let Some(mut plan) = Plan::new(layout, self.reading.source, &head, faults) else { return false };
        // What is kept of a row is made of the cells that the plan looks at, of which a sheet may lack some.
        plan.plain = false;
        let fields = Fields::of(&plan, 0);
        let carried = vec![String::new(); plan.carried.len()];
        self.below = Some(Below { plan, names: head.names, carried, fields, footers: Vec::new() });
        first[at + 1..].iter().all(|row| self.below(row, faults))
    }

    /// Takes a row below the header.
    fn below(&mut self, row: &SheetRow, faults: &mut Faults) -> bool {
        let Some(mut below) = self.below.take() else { return true };
        let goes_on = if let ([(column, _)], true) = (&row.cells[..], self.reading.dialect().title_rows) {
            below.footers.push((row.number, *column));
            true
        } else {
            for (number, column) in below.footers.drain(..) {
                self.outside(&SheetRow { number, ..SheetRow::default() }, column, faults);
            }
            self.record(row, &mut below, faults)
        };
        self.below = Some(below);
        goes_on
    }

    fn record(&self, row: &SheetRow, below: &mut Below, faults: &mut Faults) -> bool {
        let Below { plan, names, carried, fields, .. } = below;
        let heading = |column: usize| names.get(column).map(String::as_str).filter(|name| !name.is_empty());
        let before = faults.total();
        for (column, what) in row.odd.iter().filter(|(column, _)| plan.wanted.contains(column)) {
            let spot = self.spot(row.number, Some(*column), heading(*column).unwrap_or_default());
            let help = "put the value itself into the cell, or correct its formula";
            faults.add(Code::Sheet, spot, *what, row.get(*column), "a text, a number or a date", help);
        }
        if plan.strict {
            for (column, _) in row.cells.iter().filter(|(column, _)| heading(*column).is_none()) {
                self.outside(row, *column, faults);
            }
        }
        if faults.total() > before {
            return true;
        }
        let wanted: Vec<&str> = plan.wanted.iter().map(|column| row.get(*column)).collect();
        let mut maker = Maker { plan, carried: std::mem::take(carried) };
        let made = maker.push(&wanted, (row.number, 0), fields);
        *carried = maker.carried;
        match made {
            Made::Kept | Made::Total => true,
            Made::Unmapped(number, value) => {
                let slot = &plan.slots[number];
                let spot = self.spot(row.number, slot.fields.first().copied(), &slot.heading);
                unmapped_fault(plan, number, &value, self.reading.source, spot, faults);
                true
            }
            Made::Full => {
                full_fault(self.spot(row.number, None, ""), faults);
                false
            }
        }
    }

    /// Tells of a cell that is in no column of the table.
    fn outside(&self, row: &SheetRow, column: usize, faults: &mut Faults) {
        let help = "give the column a heading, or empty the cell";
        let spot = self.spot(row.number, Some(column), "");
        faults.add(
            Code::Sheet,
            spot,
            "the cell stands in no column of the table",
            row.get(column),
            "an empty cell",
            help,
        );
    }

    /// The plan and the rows; nothing where there was no header.
    fn end(mut self, faults: &mut Faults) -> Option<(Plan, Fields)> {
        if self.below.is_none() && !self.find_header(faults) {
            return None;
        }
        self.below.map(|below| (below.plan, below.fields))
    }
}
