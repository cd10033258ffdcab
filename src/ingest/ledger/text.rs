//! A ledger in delimited text: its header is found, and its chunks are shared out among threads.

use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::entries::Entries;
use super::file::{FileOf, FileRead, Flow, locked};
use super::keys::{Keys, Known, same};
use super::ordinary::{Line, Ordinary};
use super::pass::{Day, Pass, Rules, whole_number};
use super::plan::{Plan, looked_for};
use crate::book::layout::{Dialect, Heading, heading};
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::parallel::joined;
use crate::ingest::delimited::Marks;
use crate::ingest::delimited::cut::{Chunk, CutError, Cutter};
use crate::ingest::delimited::split::{Ends, index, index_exactly, plain, unquoted, well_formed};
use crate::ingest::limits::{FIELDS_MAX, RECORD_BYTES_MAX, TITLE_ROWS_MAX};
use crate::ingest::record::Record;
use crate::ingest::sniff::refused_report;
use crate::ingest::stream::Source;
use crate::ingest::table::field_count_fault;
use crate::ingest::values;
use crate::ingest::watch::Watch;

/// What may separate fields where the layout does not say.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The header of a file.
struct Head {
    names: Vec<String>,
    line: u64,
    marks: Marks,
    /// Where the first record starts in the first chunk, and on which line.
    start: usize,
    first_line: u64,
}

/// What the threads take their chunks from.
struct Feed<R> {
    cutter: Cutter<R>,
    /// The first chunk, with the place where its records start.
    first: Option<Chunk>,
    next: u64,
    ended: Option<CutError>,
}

/// Reads a text file.
///
/// # Errors
/// A temporary file cannot be written or read.
pub(super) fn read(
    root: &Path,
    file: &FileOf<'_>,
    rules: &Rules<'_>,
    flow: &mut Flow<'_>,
) -> std::io::Result<FileRead> {
    let mut found = FileRead::begin(flow);
    let source = match Source::open(root, file.name, file.layout.dialect.encoding) {
        Ok(source) => source,
        Err(error) => {
            error.tell(file.name, &mut found.faults);
            return Ok(found);
        }
    };
    let (source, end) = records(source, file, rules, flow, &mut found)?;
    // A quote that stands where it should not may have hidden where the records end.
    if matches!(end, Some(CutError::OpenQuote(_) | CutError::TooLong(_))) && !file.exact {
        found.stray = true;
        return Ok(found);
    }
    // What the source knows of its own end is the cause of what the cutter has met.
    match (source.finish(), end) {
        (Err(error), _) => error.tell(file.name, &mut found.faults),
        (Ok(_), Some(error)) => tell_cut(&error, file.name, &mut found.faults),
        (Ok(digest), None) => found.digest = Some(digest),
    }
    Ok(found)
}

/// Reads the records of a source; gives it back, with what has cut them short.
fn records<R: Read + Send>(
    source: R,
    file: &FileOf<'_>,
    rules: &Rules<'_>,
    flow: &mut Flow<'_>,
    found: &mut FileRead,
) -> std::io::Result<(R, Option<CutError>)> {
    let marks = Marks { delimiter: file.layout.dialect.delimiter.unwrap_or(b','), quoted: file.layout.dialect.quoted };
    let mut cutter = Cutter::new(source, marks, (file.exact, file.chunk_bytes));
    let mut first = Chunk::default();
    let begun = if file.exact { learn_marks(&mut cutter, file, marks) } else { Ok(()) };
    if let Err(error) = begun.and_then(|()| cutter.next(&mut first)) {
        return Ok((cutter.into_source(), Some(error)));
    }
    let head = find_head(&first, file, marks);
    let place = Place::line(file.name, head.line);
    if too_wide(&head, &place, &mut found.faults) {
        return Ok((cutter.into_source(), None));
    }
    let mut missing = Faults::default();
    let Some(plan) = Plan::new(file.layout, &head.names, &place, &mut missing) else {
        if !tell_grouped(&first, file, marks, &mut found.faults) {
            found.faults.extend(missing);
        }
        return Ok((cutter.into_source(), None));
    };
    found.numbered = plan.journal_line.is_some();
    cutter.set_marks(head.marks);
    first.text.drain(..head.start);
    first.lines -= head.first_line - first.first_line;
    first.first_line = head.first_line;
    let feed = Mutex::new(Feed { cutter, first: Some(first), next: flow.chunks, ended: None });
    let columns = Columns::new(&plan, &file.layout.dialect, head.marks, head.names.len());
    let work = Work {
        columns: &columns,
        feed: &feed,
        entries: flow.entries,
        watch: flow.watch,
        stray: AtomicBool::new(false),
        file,
    };
    let pass = || Pass::new(rules, &plan, (file.name, file.index), head.marks);
    let mut own = pass();
    found.lend(&mut own);
    flow.recheck.take().into_iter().for_each(|recheck| own.recheck(recheck));
    let others = if plan.report.is_some() { 0 } else { file.threads.saturating_sub(1) };
    let passes = std::thread::scope(|scope| {
        let others: Vec<_> = (0..others).map(|_| scope.spawn(|| work.all(pass()))).collect();
        let own = work.all(own);
        std::iter::once(own).chain(others.into_iter().map(joined)).collect::<Vec<_>>()
    });
    found.stray = work.stray.load(Ordering::Relaxed);
    for pass in passes {
        found.take(pass, flow)?;
    }
    tell_of_lines_between(found, file.name, head.names.len());
    let feed = feed.into_inner().unwrap_or_else(PoisonError::into_inner);
    flow.chunks = feed.next;
    Ok((feed.cutter.into_source(), feed.ended))
}

/// Tells the cutter what separates fields: byte by byte, only a quote behind a delimiter encloses.
fn learn_marks<R: Read>(cutter: &mut Cutter<R>, file: &FileOf<'_>, marks: Marks) -> Result<(), CutError> {
    if file.layout.dialect.delimiter.is_none() {
        let beginning = cutter.look()?;
        cutter.set_marks(find_head(&beginning, file, marks).marks);
    }
    Ok(())
}

/// Tells of a report that no layout can read, in the place of the columns that it lacks.
fn tell_grouped(first: &Chunk, file: &FileOf<'_>, marks: Marks, faults: &mut Faults) -> bool {
    let rows = |delimiter: &u8| first_rows(first, Marks { delimiter: *delimiter, ..marks }, TITLE_ROWS_MAX);
    let advised = DELIMITERS.iter().flat_map(rows).find_map(|head| {
        let names: Vec<&str> = head.names.iter().map(String::as_str).collect();
        refused_report(&names).map(|advice| (head.line, advice))
    });
    if let Some((line, advice)) = advised {
        let message = format!("the file is {}: {}", advice.report, advice.why);
        let expected = "journal lines, each with the number of its entry";
        faults.add(Code::GroupedReport, Place::line(file.name, line), message, "", expected, advice.help);
    }
    advised.is_some()
}

fn too_wide(head: &Head, place: &Place, faults: &mut Faults) -> bool {
    let wide = head.names.len() > FIELDS_MAX;
    if wide {
        let (value, expected) = (head.names.len().to_string(), format!("at most {FIELDS_MAX} columns"));
        let help = "export fewer columns, or name the right delimiter in the layout";
        faults.add(Code::LimitExceeded, place.clone(), "the header has too many columns", &value, &expected, help);
    }
    wide
}

/// Lines of one field may stand below the last row of a report, and nowhere else.
fn tell_of_lines_between(found: &mut FileRead, file: &str, width: usize) {
    let last = found.sums.iter().map(|sums| sums.last_line).max().unwrap_or(0);
    for line in found.sums.iter().flat_map(|sums| &sums.footers).filter(|line| **line < last) {
        field_count_fault(Place::line(file, *line), 1, width, &mut found.faults);
    }
}

fn tell_cut(error: &CutError, file: &str, faults: &mut Faults) {
    match error {
        // What the source itself knows of its end, it tells when it is asked.
        CutError::Io(_) => {}
        CutError::TooLong(line) => {
            let expected = format!("a record of at most {RECORD_BYTES_MAX} bytes");
            let help = "look for a quote that is not closed, or a file without line breaks";
            faults.add(Code::LimitExceeded, Place::line(file, *line), "the record is too long", "", &expected, help);
        }
        CutError::OpenQuote(line) => {
            let help =
                "close the quote; or set quoted = false in the layout's dialect, if quotes are letters like any other";
            let message = "a quote is opened and never closed";
            faults.add(Code::StrayQuote, Place::line(file, *line), message, "", "a closing quote", help);
        }
    }
}

/// Finds the header: the first row, or the row that has most of the layout's columns where rows may stand above it.
fn find_head(first: &Chunk, file: &FileOf<'_>, marks: Marks) -> Head {
    let wanted = looked_for(file.layout);
    let delimiters = file.layout.dialect.delimiter.map_or_else(|| DELIMITERS.to_vec(), |only| vec![only]);
    let rows = if file.layout.dialect.title_rows { TITLE_ROWS_MAX } else { 1 };
    let mut best: Option<(usize, Head)> = None;
    for delimiter in delimiters {
        let marks = Marks { delimiter, ..marks };
        for head in first_rows(first, marks, rows) {
            let names = || head.names.iter().map(String::as_str);
            let fits = wanted.iter().filter(|name| heading(names(), name) != Heading::Missing).count();
            if best.as_ref().is_none_or(|(most, _)| fits > *most) {
                best = Some((fits, head));
            }
        }
    }
    let nothing = Head { names: Vec::new(), line: 1, marks, start: 0, first_line: 1 };
    best.map_or(nothing, |(_, head)| head)
}

/// The first rows that are not empty, each as if it were the header.
fn first_rows(first: &Chunk, marks: Marks, rows: usize) -> Vec<Head> {
    let mut ends = Ends::default();
    index_exactly(&first.text, marks, &mut ends);
    let (mut found, mut names, mut start, mut line) = (Vec::new(), Vec::new(), 0, first.first_line);
    let mut row_line = line;
    for end in ends.fields() {
        let end = *end as usize;
        let field = unquoted(first.text[start..end].trim_ascii(), marks);
        names.push(String::from_utf8_lossy(field.trim_ascii()).into_owned());
        line += first.text[start..=end].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        start = end + 1;
        if first.text[end] == b'\n' {
            if names.iter().any(|name| !name.is_empty()) {
                found.push(Head { names: std::mem::take(&mut names), line: row_line, marks, start, first_line: line });
            }
            names.clear();
            row_line = line;
            if found.len() == rows {
                break;
            }
        }
    }
    found
}

/// Which fields of a row are taken.
struct Columns<'a> {
    dialect: &'a Dialect,
    marks: Marks,
    width: usize,
    /// How many fields a record is delivered with.
    names: usize,
    /// The places of the delivered fields, and their columns: of all, and of those that do not only say a line's
    /// dimension.
    all: Vec<(usize, usize)>,
    own: Vec<(usize, usize)>,
    ordinary: Option<Ordinary>,
    /// Neighbouring columns that together say a line's dimension: the first and the last of each group.
    keys: Vec<(usize, usize)>,
}

impl<'a> Columns<'a> {
    fn new(plan: &Plan, dialect: &'a Dialect, marks: Marks, width: usize) -> Self {
        let mut places: Vec<usize> = plan.dimension.iter().map(|at| plan.wanted[*at]).collect();
        places.sort_unstable();
        let mut keys: Vec<(usize, usize)> = Vec::new();
        for place in places {
            match keys.last_mut() {
                Some((_, last)) if *last + 1 == place => *last = place,
                _ => keys.push((place, place)),
            }
        }
        let all: Vec<(usize, usize)> = plan.wanted.iter().copied().enumerate().collect();
        let beside = plan.beside_dimension();
        let own = all.iter().filter(|(at, _)| plan.report.is_some() || beside.contains(at)).copied().collect();
        let ordinary = Ordinary::new(plan, dialect, &plan.wanted);
        Self { dialect, marks, width, names: all.len(), all, own, ordinary, keys }
    }

    /// Goes through the records of a chunk.
    fn chunk(&self, chunk: &Chunk, ends: &Ends, clean: bool, pass: &mut Pass<'_>, file: &str) {
        let (text, fields) = (&chunk.text[..], ends.fields());
        let utf8 = std::str::from_utf8(text).is_ok();
        let mut slots = Slots { fields: vec![b""; self.names], key: vec![b""; self.keys.len()] };
        let (mut start, mut number) = (0, chunk.first_line);
        if clean && utf8 && !self.dialect.ruled && self.fits(text, fields, chunk.lines) {
            for ends in fields.chunks_exact(self.width) {
                let row = Row { text, start, ends, number };
                if !self.ordinary.as_ref().is_some_and(|columns| row.is_ordinary(self, columns, &mut slots, pass)) {
                    row.deliver(self, &mut slots, pass);
                }
                start = ends[self.width - 1] as usize + 1;
                number += 1;
            }
            return;
        }
        for ends in fields.split_inclusive(|end| text[*end as usize] == b'\n') {
            let row = Row { text, start, ends, number };
            let end = ends[ends.len() - 1] as usize;
            number += memchr::memchr_iter(b'\n', &text[start..=end]).count() as u64;
            start = end + 1;
            if self.dialect.ruled && row.is_rule() {
                continue;
            }
            if row.ends.len() != self.width {
                row.wrong_width(self, pass, file);
            } else if (clean || row.well_formed(self.marks, pass, file)) && (utf8 || row.utf8(pass, file)) {
                row.deliver(self, &mut slots, pass);
            }
        }
    }

    /// True where each record is one line, of as many fields as the header has: as many line breaks as there can be are
    /// where records must end, so that none is elsewhere. A plan has columns of amounts, so that the width is not zero.
    fn fits(&self, text: &[u8], fields: &[u32], lines: u64) -> bool {
        let records = fields.chunks_exact(self.width);
        fields.len() as u64 == lines * self.width as u64
            && records.into_iter().all(|ends| text[ends[self.width - 1] as usize] == b'\n')
    }
}

/// The texts of a record, in places that are used again for the next.
struct Slots<'c> {
    fields: Vec<&'c [u8]>,
    key: Vec<&'c [u8]>,
}

/// What the threads share.
struct Work<'a, R> {
    columns: &'a Columns<'a>,
    feed: &'a Mutex<Feed<R>>,
    entries: &'a Mutex<Entries>,
    watch: &'a dyn Watch,
    /// A quote stands where it should not, and not all fields have been told byte by byte.
    stray: AtomicBool,
    file: &'a FileOf<'a>,
}

impl<R: Read> Work<'_, R> {
    /// Takes chunks until there are no more.
    fn all<'p>(&self, mut pass: Pass<'p>) -> Pass<'p> {
        let (mut chunk, mut ends) = (Chunk::default(), Ends::default());
        loop {
            // The others read on while this thread goes through its chunk: the feed must not stay locked.
            let number = locked(self.feed).take(&mut chunk);
            let Some(number) = number else { break };
            let marks = Marks { quoted: chunk.quoted, ..self.columns.marks };
            let clean = index(&chunk.text, marks, &mut ends).is_ok();
            if !clean && !self.file.exact {
                self.stray.store(true, Ordering::Relaxed);
            }
            if self.stray.load(Ordering::Relaxed) {
                break;
            }
            if !clean {
                index_exactly(&chunk.text, self.columns.marks, &mut ends);
            }
            self.columns.chunk(&chunk, &ends, clean, &mut pass, self.file.name);
            self.watch.read(chunk.bytes, chunk.lines);
            if let Err(error) = locked(self.entries).take(pass.end_chunk(number)) {
                pass.failed(error);
                break;
            }
        }
        pass
    }
}

impl<R: Read> Feed<R> {
    /// Fills the chunk with the next records, and gives its number.
    fn take(&mut self, chunk: &mut Chunk) -> Option<u64> {
        match self.first.take() {
            Some(first) => *chunk = first,
            None if self.ended.is_some() => return None,
            None => match self.cutter.next(chunk) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.ended = Some(error);
                    return None;
                }
            },
        }
        self.next += 1;
        Some(self.next - 1)
    }
}

/// One row of a chunk.
struct Row<'c> {
    text: &'c [u8],
    start: usize,
    /// Where its fields end.
    ends: &'c [u32],
    number: u64,
}

/// A row as one that may be ordinary.
struct TextLine<'l, 'c> {
    row: &'l Row<'c>,
    /// The pieces that say its dimension and currency.
    key: &'l [&'c [u8]],
    marks: Marks,
}

impl Line for TextLine<'_, '_> {
    #[inline(always)]
    fn number(&self) -> u64 {
        self.row.number
    }

    #[inline(always)]
    fn known(&self, keys: &mut Keys) -> Option<Known> {
        keys.find(self.key)
    }

    #[inline(always)]
    fn text(&self, column: usize) -> Option<&[u8]> {
        match self.row.field(column) {
            field @ [b'"', ..] => plain(field, self.marks),
            field => Some(field),
        }
    }

    #[inline(always)]
    fn is_of(&self, column: usize, _: Day, text: &[u8]) -> bool {
        self.text(column).is_some_and(|field| same(field, text))
    }

    #[inline(always)]
    fn cents(&self, column: usize, decimal: u8) -> Option<Option<i64>> {
        let field = self.text(column)?;
        if field.is_empty() { Some(None) } else { values::plain(field, decimal).map(Some) }
    }

    #[inline(always)]
    fn whole(&self, column: usize) -> Option<i64> {
        whole_number(self.text(column)?)
    }
}

impl<'c> Row<'c> {
    #[inline(always)]
    fn field(&self, column: usize) -> &'c [u8] {
        self.span(column, column)
    }

    /// The text of neighbouring columns, as it stands.
    #[inline(always)]
    fn span(&self, first: usize, last: usize) -> &'c [u8] {
        let start = if first == 0 { self.start } else { self.ends[first - 1] as usize + 1 };
        let text = &self.text[start..self.ends[last] as usize];
        if last + 1 == self.ends.len() { text.strip_suffix(b"\r").unwrap_or(text) } else { text }
    }

    #[inline]
    fn raw(&self) -> &'c [u8] {
        self.span(0, self.ends.len() - 1)
    }

    /// Hands the record to the pass if it is an ordinary one; false if it is not, and has yet to be delivered.
    #[inline]
    fn is_ordinary(&self, columns: &Columns<'_>, of: &Ordinary, slots: &mut Slots<'c>, pass: &mut Pass<'_>) -> bool {
        for (slot, (first, last)) in slots.key.iter_mut().zip(&columns.keys) {
            *slot = self.span(*first, *last);
        }
        pass.ordinary(of, &TextLine { row: self, key: &slots.key, marks: columns.marks })
    }

    /// Hands the record to the pass. Of a combination of codes that the pass knows and takes, it reads none of the
    /// fields that say it, so that their places keep what they had.
    fn deliver(&self, columns: &Columns<'_>, slots: &mut Slots<'c>, pass: &mut Pass<'_>) {
        for (slot, (first, last)) in slots.key.iter_mut().zip(&columns.keys) {
            *slot = self.span(*first, *last);
        }
        let known = pass.taken(&slots.key);
        let mut doubled = false;
        let places = if known.is_some() { &columns.own } else { &columns.all };
        for (at, column) in places {
            let mut field = self.field(*column);
            if columns.dialect.trimmed {
                field = field.trim_ascii();
            }
            slots.fields[*at] = match field {
                [b'"', ..] => plain(field, columns.marks).unwrap_or_else(|| {
                    doubled = true;
                    field
                }),
                _ => field,
            };
        }
        if doubled {
            return self.deliver_unquoted(columns, &slots.key, pass);
        }
        let record = Record { number: self.number, raw: self.raw(), fields: &slots.fields };
        pass.keyed(&record, &slots.key, known);
    }

    /// Hands over a record with a field whose inner quotes are doubled.
    fn deliver_unquoted(&self, columns: &Columns<'_>, key: &[&[u8]], pass: &mut Pass<'_>) {
        let trimmed = |field: &'c [u8]| if columns.dialect.trimmed { field.trim_ascii() } else { field };
        let text = |(_, column): &(usize, usize)| unquoted(trimmed(self.field(*column)), columns.marks);
        let owned: Vec<Vec<u8>> = columns.all.iter().map(text).collect();
        let fields: Vec<&[u8]> = owned.iter().map(Vec::as_slice).collect();
        pass.keyed(&Record { number: self.number, raw: self.raw(), fields: &fields }, key, None);
    }

    /// True for a line that a list draws between its rows.
    fn is_rule(&self) -> bool {
        let raw = self.raw();
        raw.contains(&b'-') && raw.iter().all(|byte| b"-|+ ".contains(byte))
    }

    fn wrong_width(&self, columns: &Columns<'_>, pass: &mut Pass<'_>, file: &str) {
        if self.raw().trim_ascii().is_empty() && self.ends.len() == 1 {
            return;
        }
        if columns.dialect.title_rows && self.ends.len() == 1 {
            return pass.footer(self.number);
        }
        pass.taint();
        field_count_fault(Place::line(file, self.number), self.ends.len(), columns.width, &mut pass.faults);
    }

    #[cold]
    fn well_formed(&self, marks: Marks, pass: &mut Pass<'_>, file: &str) -> bool {
        let odd = (0..self.ends.len()).find(|column| !well_formed(self.field(*column), marks));
        if let Some(column) = odd {
            pass.taint();
            let mut place = Place::line(file, self.number);
            place.column = self.field(column).as_ptr() as usize - self.raw().as_ptr() as usize + 1;
            let value = String::from_utf8_lossy(self.field(column)).into_owned();
            let help = "put the field in quotes and double the quotes within it; or set quoted = false in the layout's dialect, if quotes are letters like any other";
            let message = "a quote stands within a field";
            pass.faults.add(Code::StrayQuote, place, message, &value, "quotes around a whole field", help);
        }
        odd.is_none()
    }

    #[cold]
    fn utf8(&self, pass: &mut Pass<'_>, file: &str) -> bool {
        let sound = std::str::from_utf8(self.raw());
        if let Err(error) = sound {
            pass.taint();
            let mut place = Place::line(file, self.number);
            place.column = error.valid_up_to() + 1;
            let help = "export the file as UTF-8, or name its encoding in the layout's dialect";
            pass.faults.add(Code::NotUtf8, place, "the line is not UTF-8", "", "UTF-8 text", help);
        }
        sound.is_ok()
    }
}
