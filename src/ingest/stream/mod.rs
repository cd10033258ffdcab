//! The bytes of a source's file as UTF-8 text: hashed as they leave the disk, unpacked, and transcoded.
//!
//! Text that is UTF-8 and not packed goes from the disk into the caller's buffer and through the hash, and nowhere
//! else; whoever parses it tells of bytes that are not UTF-8.

mod encoded;
mod fault;
mod packed;
mod raw;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub use fault::StreamError;
pub use raw::Digest;

use super::limits::TABLE_BYTES_MAX;
use crate::book::layout::Encoding;
use crate::diagnostics::Faults;
use encoded::{Charset, Transcoder};
use packed::Unpacked;
use raw::{Peeked, Raw};

/// A file of a source as UTF-8 text without a byte order mark.
///
/// [`Read::read`] may return fewer bytes than the buffer holds, as a file may; its errors are those of
/// [`StreamError`], which [`StreamError::from`] brings back, and [`Source::finish`] as well. What has failed once fails
/// ever after.
pub struct Source {
    text: Text,
    /// Why the text could not be read on.
    failed: Option<StreamError>,
}

enum Text {
    Utf8(Peeked<Unpacked>),
    Transcoded(Transcoder<Peeked<Unpacked>>),
}

impl Source {
    /// Opens `root/file`. A byte order mark says more about the encoding than the layout does.
    ///
    /// # Errors
    /// A file that cannot be opened, that is packed otherwise than its name says, or that is in an encoding other
    /// than `encoding` by its first bytes.
    pub fn open(root: &Path, file: &str, encoding: Encoding) -> Result<Self, StreamError> {
        let raw = Peeked::new(Raw::open(&root.join(file))?)?;
        let mut text = Peeked::new(Unpacked::new(file, raw)?)?;
        let (charset, mark) = Charset::of(text.head(), encoding)?;
        text.skip(mark);
        let text = match charset {
            Charset::Utf8 => Text::Utf8(text),
            other => Text::Transcoded(Transcoder::new(text, other)),
        };
        Ok(Self { text, failed: None })
    }

    /// Bytes of the file, packed as they are, that have been read so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        match &self.text {
            Text::Utf8(text) => text.inner().bytes_read(),
            Text::Transcoded(text) => text.inner().inner().bytes_read(),
        }
    }

    /// Reads what is left of the file, unread text among it, for the digest of the whole.
    ///
    /// # Errors
    /// What [`Read::read`] has failed for already; a file that can no longer be read.
    pub fn finish(self) -> Result<Digest, StreamError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let text = match self.text {
            Text::Utf8(text) => text,
            Text::Transcoded(text) => text.into_inner(),
        };
        text.into_inner().into_raw()?.finish()
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = &self.failed {
            return Err(error.clone().into());
        }
        let read = match &mut self.text {
            Text::Utf8(text) => text.read(buffer),
            Text::Transcoded(text) => text.read(buffer),
        };
        read.map_err(|error| self.failed.insert(error.into()).clone().into())
    }
}

/// Opens a file for reading; anything else that has a path, such as a folder or a pipe, is refused.
///
/// # Errors
/// What is missing, cannot be opened or is no file.
pub fn open_file(path: &Path) -> Result<File, StreamError> {
    // Looked at before it is opened: opening a pipe would wait for whoever writes to it.
    if std::fs::metadata(path)?.is_file() { Ok(File::open(path)?) } else { Err(StreamError::NotAFile) }
}

/// Hashes and counts the bytes of a file.
///
/// # Errors
/// A file that cannot be read.
pub fn digest(path: &Path) -> Result<Digest, StreamError> {
    Raw::open(path)?.finish()
}

/// Reads a file's text whole, and tells of what is wrong with it.
pub fn read_whole(root: &Path, file: &str, encoding: Encoding, faults: &mut Faults) -> Option<(String, Digest)> {
    read_text(root, file, encoding, TABLE_BYTES_MAX).map_err(|error| error.tell(file, faults)).ok()
}

fn read_text(root: &Path, file: &str, encoding: Encoding, most: u64) -> Result<(String, Digest), StreamError> {
    let mut source = Source::open(root, file, encoding)?;
    // Of a file that is not packed, its whole text.
    let size = std::fs::metadata(root.join(file)).map_or(0, |found| found.len());
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(most)).unwrap_or_default());
    source.by_ref().take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(StreamError::TooLarge { most });
    }
    let text =
        String::from_utf8(bytes).map_err(|error| not_utf8(error.as_bytes(), error.utf8_error().valid_up_to()))?;
    Ok((text, source.finish()?))
}

/// A text whose byte at an offset is no text.
fn not_utf8(text: &[u8], at: usize) -> StreamError {
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |before| before + 1);
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
    StreamError::NotUtf8 { line: 1 + line_breaks(&text[..at]), bytes: text[start..end].to_vec(), at: at - start }
}

fn line_breaks(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}
