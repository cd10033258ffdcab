//! Files packed by gzip or zstd, of any number of members, unpacked as they are read.

use std::io::{self, BufRead, BufReader, Read};

use super::StreamError;
use super::raw::{Peeked, Raw};
use crate::ingest::limits::{UNPACKED_RATIO_FREE, UNPACKED_RATIO_MAX, ZSTD_WINDOW_LOG_MAX};

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// How the name of a file ends that is packed with it.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }

    fn of_name(file: &str) -> Option<Self> {
        [Self::Gzip, Self::Zstd].into_iter().find(|packing| file.ends_with(packing.ending()))
    }

    fn of_head(head: &[u8]) -> Option<Self> {
        [Self::Gzip, Self::Zstd].into_iter().find(|packing| head.len() >= 2 && packing.begins(head))
    }

    /// Whether a member begins like this, as far as there are bytes. A frame of zstd may be one to skip, of which
    /// packers that work in parallel write one before each that they fill.
    fn begins(self, head: &[u8]) -> bool {
        match self {
            Self::Gzip => begins(head, &[0x1F, 0x8B]),
            Self::Zstd => {
                let skipped = head.first().is_some_and(|byte| byte & 0xF0 == 0x50);
                begins(head, &[0x28, 0xB5, 0x2F, 0xFD]) || skipped && begins(&head[1..], &[0x2A, 0x4D, 0x18])
            }
        }
    }
}

fn begins(head: &[u8], magic: &[u8]) -> bool {
    let known = head.len().min(magic.len());
    head[..known] == magic[..known]
}

/// What files begin with that are no text, and what they are.
const NO_TEXT: [(&[u8], &str); 4] = [
    (b"PK\x03\x04", "a workbook or a ZIP archive"),
    (b"\xD0\xCF\x11\xE0", "a workbook of an old Excel"),
    (b"\xFD7zXZ\0", "packed with xz"),
    (b"PAR1\x15", "Parquet"),
];

type Input = BufReader<Peeked<Raw>>;

fn broken_before(packing: Packing) -> StreamError {
    StreamError::Corrupt { packing, why: "what comes before could not be unpacked".to_owned() }
}

/// How much is read from the disk at a time.
const CHUNK: usize = 1 << 18;

/// A file's text as it was before it was packed.
pub struct Unpacked {
    form: Form,
    /// Bytes of text that were read so far.
    bytes: u64,
}

enum Form {
    Plain(Peeked<Raw>),
    Packed { packing: Packing, member: Member },
}

enum Member {
    Gzip(Box<flate2::bufread::GzDecoder<Input>>),
    Zstd(zstd::stream::read::Decoder<'static, Input>),
    /// The last member has ended, and with it the file.
    Ended(Input),
    /// The file cannot be read on.
    Broken,
}

impl Unpacked {
    /// A file that is packed as both its name and its first bytes say.
    ///
    /// # Errors
    /// Where they differ, or where the file is no text at all.
    pub fn new(file: &str, raw: Peeked<Raw>) -> Result<Self, StreamError> {
        let (named, found) = (Packing::of_name(file), Packing::of_head(raw.head()));
        let form = match (named, found) {
            (Some(packing), Some(found)) if packing == found => {
                Form::Packed { packing, member: Member::new(packing, BufReader::with_capacity(CHUNK, raw))? }
            }
            (Some(packing), _) => return Err(StreamError::NotPacked { packing }),
            (None, Some(packing)) => return Err(StreamError::NotNamedPacked { packing }),
            (None, None) => {
                if let Some((_, kind)) = NO_TEXT.iter().find(|(magic, _)| raw.head().starts_with(magic)) {
                    return Err(StreamError::NoText { kind });
                }
                Form::Plain(raw)
            }
        };
        Ok(Self { form, bytes: 0 })
    }

    /// Bytes of the file, packed as they are, that were read so far.
    pub fn bytes_read(&self) -> u64 {
        let raw = match &self.form {
            Form::Plain(raw) => Some(raw),
            Form::Packed { member, .. } => member.input(),
        };
        raw.map_or(0, |raw| raw.inner().bytes_read())
    }

    /// The file, of which some may still be to be read.
    ///
    /// # Errors
    /// A file that could not be unpacked.
    pub fn into_raw(self) -> Result<Raw, StreamError> {
        let input = match self.form {
            Form::Plain(raw) => return Ok(raw.into_inner()),
            Form::Packed { member, packing } => member.into_input().ok_or_else(|| broken_before(packing))?,
        };
        Ok(input.into_inner().into_inner())
    }

    /// Counts what was unpacked.
    ///
    /// # Errors
    /// Text that is far more than what it was packed into.
    fn grown(&mut self, packing: Packing, count: usize) -> Result<usize, StreamError> {
        self.bytes += count as u64;
        let free = self.bytes <= UNPACKED_RATIO_FREE;
        if free || self.bytes / UNPACKED_RATIO_MAX <= self.bytes_read() {
            Ok(count)
        } else {
            Err(StreamError::GrowsTooMuch { packing, unpacked: self.bytes })
        }
    }
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (packing, count) = match &mut self.form {
            Form::Plain(raw) => return raw.read(buffer),
            Form::Packed { packing, member } => (*packing, member.read(*packing, buffer)?),
        };
        Ok(self.grown(packing, count)?)
    }
}

impl Member {
    fn new(packing: Packing, input: Input) -> Result<Self, StreamError> {
        Ok(match packing {
            Packing::Gzip => Self::Gzip(Box::new(flate2::bufread::GzDecoder::new(input))),
            Packing::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Self::Zstd(decoder.single_frame())
            }
        })
    }

    /// Reads from the member, and from the one after it when it has ended.
    fn read(&mut self, packing: Packing, buffer: &mut [u8]) -> Result<usize, StreamError> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = match self {
                Self::Gzip(decoder) => decoder.read(buffer),
                Self::Zstd(decoder) => decoder.read(buffer),
                Self::Ended(_) => return Ok(0),
                Self::Broken => return Err(broken_before(packing)),
            };
            match read {
                Ok(0) => self.next(packing)?,
                Ok(count) => return Ok(count),
                Err(error) => return Err(self.broken(packing, error)),
            }
        }
    }

    /// Goes on to the next member, if there is one.
    fn next(&mut self, packing: Packing) -> Result<(), StreamError> {
        let Some(mut input) = std::mem::replace(self, Self::Broken).into_input() else { return Ok(()) };
        let more = input.fill_buf()?;
        *self = match more {
            [] => Self::Ended(input),
            head if packing.begins(head) => Self::new(packing, input)?,
            _ => return Err(StreamError::Trailing { packing }),
        };
        Ok(())
    }

    /// What an error of the decoder or of the disk below it means.
    fn broken(&mut self, packing: Packing, error: io::Error) -> StreamError {
        *self = Self::Broken;
        match error.kind() {
            io::ErrorKind::UnexpectedEof => StreamError::Truncated { packing },
            _ if error.raw_os_error().is_some() => StreamError::Io(error.kind()),
            _ if error.to_string().contains("too much memory") => StreamError::Window,
            _ => StreamError::Corrupt { packing, why: error.to_string() },
        }
    }

    fn input(&self) -> Option<&Peeked<Raw>> {
        match self {
            Self::Gzip(decoder) => Some(decoder.get_ref().get_ref()),
            Self::Zstd(decoder) => Some(decoder.get_ref().get_ref()),
            Self::Ended(input) => Some(input.get_ref()),
            Self::Broken => None,
        }
    }

    fn into_input(self) -> Option<Input> {
        match self {
            Self::Gzip(decoder) => Some(decoder.into_inner()),
            Self::Zstd(decoder) => Some(decoder.finish()),
            Self::Ended(input) => Some(input),
            Self::Broken => None,
        }
    }
}
