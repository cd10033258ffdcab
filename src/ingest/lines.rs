//! The records that faults are in, looked up in the book's files once faults are told.
//!
//! A reader that holds a record when it tells a fault shows it itself. Faults that are found later, by a rule or by
//! the sum of an entry, know only their line: here it is read again.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::limits::RECORD_BYTES_MAX;
use crate::diagnostics::{Diagnostic, SourceLine};

/// Lines between two whose offset is remembered, so that going back reads little again.
const LINES_A_MARK: u64 = 256;

/// Little more than the lines between two marks, for each jump fills a buffer.
const BUFFER_BYTES: usize = 1 << 14;

/// Finds lines of a book's text files. It goes on from where it was, so that lines in the order of a file cost one
/// reading of it; memory is a few bytes for each 256 lines.
pub struct Lines {
    root: PathBuf,
    open: Option<OpenFile>,
}

struct OpenFile {
    name: String,
    /// None where there is no text to read.
    text: Option<Text>,
}

struct Text {
    reader: BufReader<File>,
    /// The one-based number of the line that is read next.
    next: u64,
    /// Where that line starts.
    offset: u64,
    /// Where the lines 1, 257, 513 and so on start.
    marks: Vec<u64>,
    header: Vec<String>,
    /// The line that was read last, for faults of one line come together.
    last: (u64, Vec<u8>),
}

impl Lines {
    /// For the files of a book.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), open: None }
    }

    /// Shows the line of a fault with its field marked, and the field's column where only its heading was known.
    /// Nothing is changed where the file is not plain text in UTF-8 or the line is not there.
    pub fn complete(&mut self, fault: &mut Diagnostic) {
        if let Some((line, field)) = self.find(fault) {
            let source = SourceLine::new(line, field.clone());
            if let (0, Some(field)) = (fault.place.column, field) {
                fault.place.column = field.start + 1;
            }
            fault.source = Some(source);
        }
    }

    /// The line of a fault, and the bytes of its field.
    fn find(&mut self, fault: &Diagnostic) -> Option<(&[u8], Option<Range<usize>>)> {
        let place = &fault.place;
        if place.line == 0 {
            return None;
        }
        if self.open.as_ref().is_none_or(|open| open.name != place.file) {
            let text = Text::open(&self.root, &place.file);
            self.open = Some(OpenFile { name: place.file.clone(), text });
        }
        let text = self.open.as_mut()?.text.as_mut()?;
        let column = text.header.iter().position(|heading| *heading == place.field);
        let line = text.line(place.line)?;
        let start = place.column.checked_sub(1);
        let field = start
            .and_then(|start| value_at(line, start, &fault.value))
            .or_else(|| column.and_then(|column| field_range(line, column)))
            .or_else(|| start.map(|start| word_at(line, start)));
        Some((line, field))
    }
}

impl Text {
    fn open(root: &Path, name: &str) -> Option<Self> {
        let packed = [".gz", ".zst", ".parquet", ".xlsx"].iter().any(|ending| name.ends_with(ending));
        let path = root.join(name);
        if packed || !path.metadata().ok()?.is_file() {
            return None;
        }
        let reader = BufReader::with_capacity(BUFFER_BYTES, File::open(path).ok()?);
        let mut text = Self { reader, next: 1, offset: 0, marks: vec![0], header: Vec::new(), last: (0, Vec::new()) };
        text.header = headings(text.line(1)?)?;
        Some(text)
    }

    /// A line with its line break; nothing where there is none or it is no text.
    fn line(&mut self, wanted: u64) -> Option<&[u8]> {
        if self.last.0 != wanted {
            self.last = (wanted, self.read_line(wanted)?);
        }
        let line = &self.last.1;
        let is_text = std::str::from_utf8(line).is_ok() || line.len() == RECORD_BYTES_MAX;
        (!line.is_empty() && is_text && !line.contains(&0)).then_some(line)
    }

    fn read_line(&mut self, wanted: u64) -> Option<Vec<u8>> {
        self.jump(wanted)?;
        while self.next < wanted {
            self.pass()?;
        }
        let mut line = Vec::new();
        let limit = u64::try_from(RECORD_BYTES_MAX).unwrap_or(u64::MAX);
        self.reader.by_ref().take(limit).read_until(b'\n', &mut line).ok()?;
        self.offset += line.len() as u64;
        if line.ends_with(b"\n") {
            self.passed();
        } else {
            // What is left of a line that is too long.
            self.pass();
        }
        Some(line)
    }

    /// Goes to the last known mark at or before a line, unless the line follows from where the reading is.
    fn jump(&mut self, wanted: u64) -> Option<()> {
        let mark = ((wanted - 1) / LINES_A_MARK).min(self.marks.len() as u64 - 1);
        let line = mark * LINES_A_MARK + 1;
        if wanted < self.next || line > self.next {
            self.offset = *self.marks.get(usize::try_from(mark).ok()?)?;
            self.next = line;
            self.reader.seek(SeekFrom::Start(self.offset)).ok()?;
        }
        Some(())
    }

    /// Reads over the rest of a line; nothing at the end of the file.
    fn pass(&mut self) -> Option<()> {
        let skipped = self.reader.skip_until(b'\n').ok()?;
        self.offset += skipped as u64;
        self.passed();
        (skipped > 0).then_some(())
    }

    fn passed(&mut self) {
        self.next += 1;
        let mark = (self.next - 1) / LINES_A_MARK;
        if (self.next - 1).is_multiple_of(LINES_A_MARK) && mark == self.marks.len() as u64 {
            self.marks.push(self.offset);
        }
    }
}

/// The headings of a header line.
fn headings(line: &[u8]) -> Option<Vec<String>> {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    let mut header = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line);
    Some(header.records().next()?.ok()?.iter().map(str::to_owned).collect())
}

/// The bytes of a value that stands at an offset, with the quotes around it; nothing where something else is there.
fn value_at(line: &[u8], start: usize, value: &str) -> Option<Range<usize>> {
    let rest = line.get(start..)?;
    let quotes = usize::from(rest.starts_with(b"\"") || rest.starts_with(b"'"));
    let is_there = !value.is_empty() && rest[quotes..].starts_with(value.as_bytes());
    let closes = quotes > 0 && rest.get(quotes + value.len()) == rest.first();
    is_there.then(|| start..start + quotes + value.len() + usize::from(closes))
}

/// The bytes of the name or number that stands at an offset.
fn word_at(line: &[u8], start: usize) -> Range<usize> {
    let rest = line.get(start..).unwrap_or_default();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/');
    start..start + rest.iter().take_while(|byte| is_word(byte)).count()
}

/// The bytes of a comma-separated field in its record, the quotes around it among them; nothing where the record has
/// fewer fields.
#[must_use]
pub fn field_range(record: &[u8], field: usize) -> Option<Range<usize>> {
    let mut quoted = false;
    let (mut fields, mut start) = (0, 0);
    for (at, byte) in record.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' | b'\n' | b'\r' if !quoted => {
                if fields == field {
                    return Some(start..at);
                }
                if *byte != b',' {
                    return None;
                }
                (fields, start) = (fields + 1, at + 1);
            }
            _ => {}
        }
    }
    (fields == field).then_some(start..record.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Code, Place};

    fn fault(file: &str, line: u64, column: usize, field: &str, value: &str) -> Diagnostic {
        let place = Place { file: file.to_owned(), line, column, field: field.to_owned() };
        Diagnostic::new(Code::BadAmount, place, "m", value, "e", "h")
    }

    /// The line that is shown of a fault.
    fn shown(lines: &mut Lines, mut fault: Diagnostic) -> Option<SourceLine> {
        lines.complete(&mut fault);
        fault.source
    }

    #[test]
    fn finds_the_bytes_of_a_field() {
        for (record, field, expected) in [
            ("a,bc,d\n", 0, Some("a")),
            ("a,bc,d\n", 1, Some("bc")),
            ("a,bc,d\r\n", 2, Some("d")),
            ("a,bc,d", 2, Some("d")),
            ("a,,d\n", 1, Some("")),
            ("a,b,\n", 2, Some("")),
            ("\"a,x\",bc\n", 1, Some("bc")),
            ("\"a\"\"\n,x\",bc\n", 0, Some("\"a\"\"\n,x\"")),
            ("a,b\nc,d\n", 2, None),
            ("", 0, Some("")),
        ] {
            assert_eq!(field_range(record.as_bytes(), field).map(|range| &record[range]), expected, "{record:?}");
        }
    }

    #[test]
    fn lines_are_found_in_any_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let rows: String = (2..=3_000).map(|line| format!("key {line},1.005\n")).collect();
        std::fs::write(folder.path().join("a.csv"), format!("key,amount\n{rows}")).expect("written");
        std::fs::write(folder.path().join("b.csv"), "key\nx").expect("written");
        let mut lines = Lines::new(folder.path());
        for line in [2, 3_000, 256, 257, 258, 2_999, 1_500, 3, 513, 512, 2] {
            let found = shown(&mut lines, fault("a.csv", line, 0, "amount", "")).expect("a line");
            assert_eq!((found.text(), found.marked()), (format!("key {line},1.005"), Some("1.005")));
        }
        assert_eq!(shown(&mut lines, fault("b.csv", 2, 1, "key", "x")).expect("a line").marked(), Some("x"));
        assert_eq!(shown(&mut lines, fault("a.csv", 2, 0, "other", "")).expect("a line").marked(), None);
        for (file, line) in [("a.csv", 0), ("a.csv", 3_001), ("a.csv", 9_999), ("none.csv", 1), ("b.csv", 3)] {
            assert_eq!(shown(&mut lines, fault(file, line, 0, "", "")), None, "{file}:{line}");
        }
        assert!(shown(&mut lines, fault("a.csv", 3_000, 0, "", "")).is_some());
    }

    #[test]
    fn a_file_that_is_no_text_has_no_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in [("a.csv", &b"a\ncaf\xe9\n"[..]), ("b.csv", b"a\n\0b\n"), ("c.csv.gz", b"a\nb\n")] {
            std::fs::write(folder.path().join(name), bytes).expect("written");
            assert_eq!(shown(&mut Lines::new(folder.path()), fault(name, 2, 0, "", "")), None, "{name}");
        }
        assert_eq!(shown(&mut Lines::new(folder.path()), fault("", 2, 0, "", "")), None);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!("a\n{}\nlast\n", "x".repeat(RECORD_BYTES_MAX + 5));
        std::fs::write(folder.path().join("a.csv"), text).expect("written");
        let mut lines = Lines::new(folder.path());
        assert!(shown(&mut lines, fault("a.csv", 2, 0, "", "")).is_some_and(|line| line.text().starts_with("xxx")));
        assert_eq!(shown(&mut lines, fault("a.csv", 3, 0, "", "")).expect("a line").text(), "last");
    }

    #[test]
    fn a_value_is_found_at_its_column() {
        for (line, column, value, expected) in [
            ("a,1.005,b", 2, "1.005", Some("1.005")),
            ("a,\"1.005\",b", 2, "1.005", Some("\"1.005\"")),
            ("basis = 'maybe'", 8, "maybe", Some("'maybe'")),
            ("bais = 1", 0, "bais", Some("bais")),
            ("a,AP-1,b", 2, "AP-1 line 2", None),
            ("a,,b", 2, "", None),
            ("a", 5, "a", None),
            ("a,\"", 2, "b", None),
        ] {
            let range = value_at(line.as_bytes(), column, value);
            assert_eq!(range.map(|range| &line[range]), expected, "{line}");
        }
    }

    /// Where the value is not at the column, as of a line number in an entry, the header tells which field is meant.
    #[test]
    fn the_header_tells_the_field() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.csv"), "\u{feff}key,amount\n\"k,1\",1.005\n").expect("written");
        let mut lines = Lines::new(folder.path());
        let mut found = |column, field, value| {
            let mut fault = fault("a.csv", 2, column, field, value);
            lines.complete(&mut fault);
            let line = fault.source.expect("a line");
            (fault.place.column, line.marked().map(str::to_owned))
        };
        let of = |column: usize, text: &str| (column, Some(text.to_owned()));
        assert_eq!(found(1, "key", "k line 1"), of(1, "\"k,1\""));
        assert_eq!(found(0, "amount", "1.01"), of(7, "1.005"));
        assert_eq!(found(7, "elsewhere", "1.01"), of(7, "1.005"));
        assert_eq!(found(6, "elsewhere", "1.01"), of(6, ""));
        assert_eq!(found(99, "elsewhere", "1.01"), of(99, ""));
        assert_eq!(found(0, "elsewhere", "1.01"), (0, None));
    }
}
