//! Text in other encodings than UTF-8, transcoded as it is read.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult};

use super::{StreamError, line_breaks};
use crate::book::layout::Encoding;

/// The encoding of a file, once its first bytes have been looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    Latin1,
    Latin9,
    Windows1252,
    Utf16Le,
    Utf16Be,
}

impl Charset {
    /// What a file is that begins with `head` and is said to be in `named`, and how many bytes its mark takes.
    ///
    /// # Errors
    /// A file that is in UTF-32, or in UTF-16 though neither a mark nor the layout says so.
    pub fn of(head: &[u8], named: Encoding) -> Result<(Self, usize), StreamError> {
        match head {
            [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => return Err(StreamError::Ucs4),
            [0xEF, 0xBB, 0xBF, ..] => return Ok((Self::Utf8, 3)),
            [0xFF, 0xFE, ..] => return Ok((Self::Utf16Le, 2)),
            [0xFE, 0xFF, ..] => return Ok((Self::Utf16Be, 2)),
            _ => {}
        }
        let charset = match named {
            Encoding::Utf16 => return Ok((Self::Utf16Le, 0)),
            Encoding::Utf8 => Self::Utf8,
            Encoding::Latin1 => Self::Latin1,
            Encoding::Latin9 => Self::Latin9,
            Encoding::Windows1252 => Self::Windows1252,
        };
        if head.contains(&0) { Err(StreamError::Utf16WithoutMark) } else { Ok((charset, 0)) }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Latin1 => "ISO 8859-1",
            Self::Latin9 => "ISO 8859-15",
            Self::Windows1252 => "Windows-1252",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
        }
    }

    const fn table(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Latin9 => encoding_rs::ISO_8859_15,
            Self::Latin1 | Self::Windows1252 => encoding_rs::WINDOWS_1252,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
        }
    }

    /// Whether the encoding has no character for a byte where encoding_rs, as browsers must, has a control character.
    fn lacks(self, byte: u8) -> bool {
        self == Self::Windows1252 && matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D)
    }
}

/// How many bytes are transcoded at a time.
const CHUNK: usize = 1 << 16;

/// Text in UTF-8, from a reader of text in another encoding.
pub struct Transcoder<R> {
    input: R,
    charset: Charset,
    decoder: Decoder,
    chunk: Vec<u8>,
    text: Vec<u8>,
    /// What of `text` is still to be read.
    from: usize,
    to: usize,
    /// Line breaks of the text before that in `text`.
    lines: u64,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    /// Text that is in `charset`; of a byte order mark nothing is left in `input`.
    pub fn new(input: R, charset: Charset) -> Self {
        // Three bytes for a character that had one, four for one that had four, and what one call leaves to the next.
        let (chunk, text) = (vec![0; CHUNK], vec![0; 3 * CHUNK + 16]);
        let decoder = charset.table().new_decoder_without_bom_handling();
        Self { input, charset, decoder, chunk, text, from: 0, to: 0, lines: 0, ended: false }
    }

    /// What is read from.
    pub const fn inner(&self) -> &R {
        &self.input
    }

    /// What is read from; what was read ahead is lost.
    pub fn into_inner(self) -> R {
        self.input
    }

    /// Transcodes the next chunk.
    fn fill(&mut self) -> Result<(), StreamError> {
        self.lines += line_breaks(&self.text[..self.to]);
        (self.from, self.to) = (0, 0);
        let count = self.input.read(&mut self.chunk)?;
        self.ended = count == 0;
        if self.charset == Charset::Latin1 {
            // Its 256 characters are the first of Unicode; what browsers call ISO 8859-1 is Windows-1252.
            self.to = encoding_rs::mem::convert_latin1_to_utf8(&self.chunk[..count], &mut self.text);
            return Ok(());
        }
        let lacked = self.chunk[..count].iter().position(|byte| self.charset.lacks(*byte));
        let sound = lacked.unwrap_or(count);
        let bytes = &self.chunk[..sound];
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.text, self.ended);
        let malformed = match result {
            DecoderResult::Malformed(length, after) => {
                let end = read.saturating_sub(usize::from(after));
                Some(end.saturating_sub(usize::from(length))..end)
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => lacked.map(|at| at..at + 1),
        };
        match malformed {
            None => self.to = written,
            Some(range) => return Err(self.not_a_character(range, written)),
        }
        Ok(())
    }

    fn not_a_character(&self, range: std::ops::Range<usize>, written: usize) -> StreamError {
        let bytes: Vec<String> = self.chunk[range].iter().map(|byte| format!("{byte:02X}")).collect();
        StreamError::NoCharacter {
            line: 1 + self.lines + line_breaks(&self.text[..written]),
            bytes: bytes.join(" "),
            encoding: self.charset.name(),
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.from == self.to && !self.ended {
            self.fill()?;
        }
        let count = (&self.text[self.from..self.to]).read(buffer)?;
        self.from += count;
        Ok(count)
    }
}
