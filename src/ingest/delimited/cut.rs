//! Cuts a stream of text into chunks that hold whole records, so that several threads can read them.

use std::io::Read;

use memchr::{memchr_iter, memrchr};

use super::Marks;
use super::split::{Ends, index_exactly};
use crate::ingest::limits::RECORD_BYTES_MAX;

/// How much is read at once.
pub const CHUNK_BYTES: usize = 1 << 18;

/// Whole records of a text, and where they stand in it.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Ends with a line break, also where the file does not.
    pub text: Vec<u8>,
    /// The one-based line of the first record.
    pub first_line: u64,
    /// Line breaks in the text, those within quotes among them.
    pub lines: u64,
    /// Bytes of the file that were read for it.
    pub bytes: u64,
    /// False where it is known to have no quotes.
    pub quoted: bool,
}

/// Why a text could not be cut further.
#[derive(Debug)]
pub enum CutError {
    Io(std::io::Error),
    /// The record that starts on this line is longer than [`RECORD_BYTES_MAX`].
    TooLong(u64),
    /// The quote that is open in the record of this line is never closed.
    OpenQuote(u64),
}

/// Cuts a stream.
pub struct Cutter<R> {
    source: R,
    marks: Marks,
    /// Quotes may stand where RFC 4180 has none: their number then says nothing of where records end.
    exact: bool,
    /// How much is read at once.
    chunk_bytes: usize,
    /// What follows the last whole record.
    carry: Vec<u8>,
    next_line: u64,
    ended: bool,
    /// The line of the record in which the text has ended.
    open: Option<u64>,
}

impl<R: Read> Cutter<R> {
    /// A cutter at the start of a text, which reads so many bytes at once.
    pub fn new(source: R, marks: Marks, (exact, chunk_bytes): (bool, usize)) -> Self {
        Self { source, marks, exact, chunk_bytes, carry: Vec::new(), next_line: 1, ended: false, open: None }
    }

    /// Learns how fields are separated: what was cut before had none to know.
    pub fn set_marks(&mut self, marks: Marks) {
        self.marks = marks;
    }

    /// The beginning of the text, before any of it is cut, with a line break behind it.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn look(&mut self) -> Result<Chunk, CutError> {
        let mut chunk = Chunk { first_line: self.next_line, ..Chunk::default() };
        self.fill(&mut chunk)?;
        self.carry.clone_from(&chunk.text);
        chunk.text.push(b'\n');
        Ok(chunk)
    }

    /// The source, to ask it what it has read.
    pub fn into_source(self) -> R {
        self.source
    }

    /// Fills the chunk with the next records; false at the end of the text.
    ///
    /// # Errors
    /// [`CutError`]; nothing more can be cut then.
    pub fn next(&mut self, chunk: &mut Chunk) -> Result<bool, CutError> {
        if let Some(line) = self.open {
            return Err(CutError::OpenQuote(line));
        }
        chunk.text.clear();
        chunk.text.append(&mut self.carry);
        chunk.first_line = self.next_line;
        chunk.bytes = 0;
        let end = loop {
            self.fill(chunk)?;
            if self.ended {
                break self.close(chunk)?;
            }
            if let Some(end) = self.last_record_end(chunk) {
                break end;
            }
            if chunk.text.len() > RECORD_BYTES_MAX {
                return Err(CutError::TooLong(chunk.first_line));
            }
        };
        if !self.ended {
            self.carry.extend_from_slice(&chunk.text[end..]);
        }
        chunk.text.truncate(end);
        chunk.lines = memchr_iter(b'\n', &chunk.text).count() as u64;
        self.next_line += chunk.lines;
        Ok(!chunk.text.is_empty())
    }

    /// Reads one chunk's bytes more.
    fn fill(&mut self, chunk: &mut Chunk) -> Result<(), CutError> {
        let mut source = self.source.by_ref().take(self.chunk_bytes as u64);
        let count = source.read_to_end(&mut chunk.text).map_err(CutError::Io)?;
        self.ended = count < self.chunk_bytes;
        chunk.bytes += count as u64;
        Ok(())
    }

    /// Ends the last chunk as every other ends, with its last whole record; its length. Where that is not the end of
    /// the text, the next chunk is an error.
    fn close(&mut self, chunk: &mut Chunk) -> Result<usize, CutError> {
        if chunk.text.last().is_some_and(|last| *last != b'\n') {
            chunk.text.push(b'\n');
        }
        let end = if chunk.text.is_empty() { 0 } else { self.last_record_end(chunk).unwrap_or(0) };
        if end < chunk.text.len() {
            let line = chunk.first_line + memchr_iter(b'\n', &chunk.text[..end]).count() as u64;
            self.open = Some(line);
            if end == 0 {
                return Err(CutError::OpenQuote(line));
            }
        }
        Ok(end)
    }

    /// The length of the text up to the end of its last whole record.
    fn last_record_end(&self, chunk: &mut Chunk) -> Option<usize> {
        let text = &chunk.text[..];
        chunk.quoted = self.marks.quoted;
        if !self.marks.quoted {
            return memrchr(b'\n', text).map(|at| at + 1);
        }
        if self.exact {
            let mut ends = Ends::default();
            index_exactly(text, self.marks, &mut ends);
            return ends.fields().iter().rfind(|at| text[**at as usize] == b'\n').map(|at| *at as usize + 1);
        }
        let quotes = memchr_iter(b'"', text).count();
        chunk.quoted = quotes > 0;
        let mut open = quotes % 2 == 1;
        let mut rest = text;
        while let Some(at) = memrchr(b'\n', rest) {
            open ^= memchr_iter(b'"', &rest[at..]).count() % 2 == 1;
            if !open {
                return Some(at + 1);
            }
            rest = &rest[..at];
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &[u8], exact: bool) -> Vec<(String, u64)> {
        let mut cutter = Cutter::new(text, Marks::CSV, (exact, CHUNK_BYTES));
        let (mut chunk, mut found) = (Chunk::default(), Vec::new());
        while cutter.next(&mut chunk).expect("a text that can be cut") {
            found.push((String::from_utf8(chunk.text.clone()).expect("text"), chunk.first_line));
        }
        found
    }

    #[test]
    fn chunks_hold_whole_records_and_know_their_lines() {
        let record = "a,\"b\nb\",\"c\"\"c\"\n";
        let text = record.repeat(200_000);
        for exact in [false, true] {
            let chunks = cut(text.as_bytes(), exact);
            assert!(chunks.len() > 2);
            assert_eq!(chunks.iter().map(|(text, _)| text.as_str()).collect::<String>(), text);
            let mut line = 1;
            for (chunk, first_line) in chunks {
                assert!(chunk.starts_with("a,") && chunk.ends_with("\"c\"\"c\"\n"));
                assert_eq!(first_line, line);
                line += chunk.matches('\n').count() as u64;
            }
        }
    }

    #[test]
    fn what_was_looked_at_is_cut_as_well() {
        let mut cutter = Cutter::new(&b"a;b\nc"[..], Marks::CSV, (true, 2));
        assert_eq!(cutter.look().expect("a text").text, b"a;\n");
        let mut chunk = Chunk::default();
        let mut text = Vec::new();
        while cutter.next(&mut chunk).expect("a text that can be cut") {
            text.extend_from_slice(&chunk.text);
        }
        assert_eq!(text, b"a;b\nc\n");
    }

    #[test]
    fn the_last_record_needs_no_line_break() {
        assert_eq!(cut(b"a,b\nc,d", false), [("a,b\nc,d\n".to_owned(), 1)]);
        assert_eq!(cut(b"", false), []);
    }

    #[test]
    fn an_open_quote_is_told_with_its_line_behind_the_whole_records() {
        let mut cutter = Cutter::new(&b"a,b\nc,\"d\ne\n"[..], Marks::CSV, (false, CHUNK_BYTES));
        let mut chunk = Chunk::default();
        assert!(matches!(cutter.next(&mut chunk), Ok(true)));
        assert_eq!(chunk.text, b"a,b\n");
        for _ in 0..2 {
            assert!(matches!(cutter.next(&mut chunk), Err(CutError::OpenQuote(2))));
        }
        let mut cutter = Cutter::new(&b"\"d\ne\n"[..], Marks::CSV, (true, CHUNK_BYTES));
        assert!(matches!(cutter.next(&mut chunk), Err(CutError::OpenQuote(1))));
    }

    #[test]
    fn a_record_without_end_is_too_long() {
        let text = vec![b'x'; 4 * RECORD_BYTES_MAX];
        let mut cutter = Cutter::new(&text[..], Marks::CSV, (false, CHUNK_BYTES));
        assert!(matches!(cutter.next(&mut Chunk::default()), Err(CutError::TooLong(1))));
    }
}
