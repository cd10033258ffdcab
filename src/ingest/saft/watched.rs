//! A buffer between a source and an XML reader that knows on which line an event began, and stops one that grows
//! beyond the limit.

use std::io::{self, BufRead, Read};

use crate::ingest::limits::RECORD_BYTES_MAX;

const BUFFER_BYTES: usize = 1 << 16;

/// A place in a text, both one-based; the column counts bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: u64,
    pub column: usize,
}

impl Position {
    /// The first byte.
    const START: Self = Self { line: 1, column: 1 };

    /// Where one stands after more bytes.
    #[must_use]
    pub fn after(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            self.column += 1;
            if *byte == b'\n' {
                self = Self { line: self.line + 1, column: 1 };
            }
        }
        self
    }
}

/// A source whose reader knows where it stands.
pub struct Watched<S> {
    source: S,
    buffer: Box<[u8]>,
    /// What of the buffer is filled, and what of that is consumed.
    filled: usize,
    consumed: usize,
    /// Where the buffer's byte `counted` stands: the first byte of the event, or of what the buffer has of it.
    here: Position,
    counted: usize,
    /// Where the event began, once the buffer no longer has its first byte.
    begun: Option<Position>,
    event_bytes: usize,
}

impl<S: Read> Watched<S> {
    /// A source at its start.
    pub fn new(source: S) -> Self {
        Self::with_buffer(source, BUFFER_BYTES)
    }

    fn with_buffer(source: S, bytes: usize) -> Self {
        let buffer = vec![0; bytes].into_boxed_slice();
        let (here, begun) = (Position::START, None);
        Self { source, buffer, filled: 0, consumed: 0, here, counted: 0, begun, event_bytes: 0 }
    }

    /// Says that the next event is read from here.
    pub fn begin_event(&mut self) {
        self.count();
        self.begun = None;
        self.event_bytes = 0;
    }

    /// Where the event began that was read last.
    pub fn event(&self) -> Position {
        self.begun.unwrap_or(self.here)
    }

    /// Whether the event has more bytes than a record may have.
    pub const fn is_too_long(&self) -> bool {
        self.event_bytes > RECORD_BYTES_MAX
    }

    /// Counts the lines of what is consumed.
    fn count(&mut self) {
        self.here = self.here.after(&self.buffer[self.counted..self.consumed]);
        self.counted = self.consumed;
    }

    /// Fills the buffer, all of which is consumed.
    fn fill(&mut self) -> io::Result<()> {
        self.begun = Some(self.event());
        self.count();
        (self.filled, self.consumed, self.counted) = (0, 0, 0);
        self.filled = self.source.read(&mut self.buffer)?;
        Ok(())
    }
}

impl<S: Read> Read for Watched<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let taken = available.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&available[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl<S: Read> BufRead for Watched<S> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.is_too_long() {
            return Err(io::Error::other("an event is longer than a record may be"));
        }
        if self.consumed == self.filled {
            self.fill()?;
        }
        Ok(&self.buffer[self.consumed..self.filled])
    }

    fn consume(&mut self, amount: usize) {
        self.consumed += amount;
        self.event_bytes += amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_columns() {
        let at = |line, column| Position { line, column };
        let cases: [(&[u8], Position); 5] =
            [(b"", at(1, 1)), (b"ab", at(1, 3)), (b"a\n", at(2, 1)), (b"a\nbc", at(2, 3)), (b"\n\r\n", at(3, 1))];
        for (bytes, expected) in cases {
            assert_eq!(Position::START.after(bytes), expected, "{bytes:?}");
        }
    }

    /// Wherever the edges of the buffer are.
    #[test]
    fn knows_where_an_event_began() {
        let bytes = b"one\ntwo\n\nthree";
        for size in 1..=bytes.len() {
            let mut watched = Watched::with_buffer(&bytes[..], size);
            let mut positions = Vec::new();
            for event in ["one\n", "two", "\n\nth", "ree"] {
                watched.begin_event();
                let mut read = vec![0; event.len()];
                watched.read_exact(&mut read).expect("the bytes are there");
                assert_eq!(read, event.as_bytes(), "{size}");
                let Position { line, column } = watched.event();
                positions.push((line, column));
            }
            assert_eq!(positions, [(1, 1), (2, 1), (2, 4), (4, 3)], "{size}");
        }
    }

    #[test]
    fn stops_an_event_that_is_too_long() {
        let bytes = vec![b'x'; RECORD_BYTES_MAX + 2];
        let mut watched = Watched::new(&bytes[..]);
        watched.begin_event();
        let mut read = vec![0; RECORD_BYTES_MAX];
        assert!(watched.read_exact(&mut read).is_ok());
        assert!(watched.read_exact(&mut [0]).is_ok());
        assert!(watched.fill_buf().is_err());
        watched.begin_event();
        assert!(watched.fill_buf().is_ok());
    }
}
