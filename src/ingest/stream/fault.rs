//! Why a file's text cannot be read, and what to do about it.

use std::io;

use super::packed::Packing;
use crate::diagnostics::{Code, Faults, Place, SourceLine, Spot};
use crate::ingest::limits::{UNPACKED_RATIO_MAX, ZSTD_WINDOW_LOG_MAX};
use crate::ingest::table::unreadable;

/// Why a file's text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    #[error("the file cannot be read: {0}")]
    Io(io::ErrorKind),
    #[error("the name is not a file's")]
    NotAFile,
    #[error("the file is not packed with {}, as its name says it is", .packing.name())]
    NotPacked { packing: Packing },
    #[error("the file is packed with {}, and its name does not say so", .packing.name())]
    NotNamedPacked { packing: Packing },
    #[error("the file is not text: it is {kind}")]
    NoText { kind: &'static str },
    #[error("the file packed with {} ends too early", .packing.name())]
    Truncated { packing: Packing },
    #[error("the file cannot be unpacked by {}: {why}", .packing.name())]
    Corrupt { packing: Packing, why: String },
    #[error("what follows the text packed with {} is not packed", .packing.name())]
    Trailing { packing: Packing },
    #[error("the file packed with {} grows without end", .packing.name())]
    GrowsTooMuch {
        packing: Packing,
        /// Bytes of text when it was given up.
        unpacked: u64,
    },
    #[error("the file needs more memory to be unpacked than closepack gives it")]
    Window,
    #[error("the text is not {encoding}")]
    NoCharacter {
        line: u64,
        /// In hex.
        bytes: String,
        encoding: &'static str,
    },
    #[error("the file is not UTF-8")]
    NotUtf8 {
        line: u64,
        /// The bytes of the line.
        bytes: Vec<u8>,
        /// The first of them that is no text.
        at: usize,
    },
    #[error("the file looks like UTF-16, and nothing says that it is")]
    Utf16WithoutMark,
    /// Four bytes a character.
    #[error("the file is UTF-32, which closepack does not read")]
    Ucs4,
    #[error("the file is too large")]
    TooLarge {
        /// Most bytes of text that it may have.
        most: u64,
    },
}

/// What a reader passed on: an error of ours that a reader of the standard library carried, or the disk's own.
impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(|error| Self::Io(error.kind()))
    }
}

/// What the readers of the standard library and of formats take.
impl From<StreamError> for io::Error {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Io(kind) => kind.into(),
            StreamError::Truncated { .. } => Self::new(io::ErrorKind::UnexpectedEof, error),
            other => Self::new(io::ErrorKind::InvalidData, other),
        }
    }
}

impl StreamError {
    /// Tells of it as a fault of the file.
    pub fn tell(&self, file: &str, faults: &mut Faults) {
        if let Self::Io(kind) = self {
            return unreadable(file, &(*kind).into(), faults);
        }
        let spot = match self {
            Self::NoCharacter { line, .. } => Place::line(file, *line).into(),
            Self::NotUtf8 { line, bytes, at } => {
                let place = Place { column: at + 1, ..Place::line(file, *line) };
                Spot::shown(place, SourceLine::new(bytes, Some(*at..at + 1)))
            }
            _ => Place::file(file).into(),
        };
        faults.add(self.code(), spot, self.to_string(), &self.value(), &self.expected(), &self.help());
    }

    const fn code(&self) -> Code {
        match self {
            Self::GrowsTooMuch { .. } | Self::Window | Self::TooLarge { .. } => Code::LimitExceeded,
            Self::NoCharacter { .. } | Self::NotUtf8 { .. } | Self::Utf16WithoutMark | Self::Ucs4 => Code::NotUtf8,
            _ => Code::UnreadableFile,
        }
    }

    fn value(&self) -> String {
        match self {
            Self::NoCharacter { bytes, .. } if !bytes.is_empty() => format!("bytes in hex: {bytes}"),
            Self::GrowsTooMuch { unpacked, .. } => format!("{unpacked} bytes, and more to come"),
            _ => String::new(),
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::Io(_) | Self::NotAFile => "a readable file".to_owned(),
            Self::NoText { .. } => "a text file".to_owned(),
            Self::NotNamedPacked { packing } => format!("a name that ends in {}", packing.ending()),
            Self::NotPacked { packing } | Self::Truncated { packing } | Self::Corrupt { packing, .. } => {
                format!("a whole file packed with {}", packing.name())
            }
            Self::Trailing { packing } => format!("nothing, or more text packed with {}", packing.name()),
            Self::GrowsTooMuch { .. } => format!("at most {UNPACKED_RATIO_MAX} times as much text as packed bytes"),
            Self::Window => format!("a window of at most {} MiB", (1_u64 << ZSTD_WINDOW_LOG_MAX) >> 20),
            Self::NoCharacter { encoding, .. } => format!("characters of {encoding}"),
            Self::NotUtf8 { .. } | Self::Ucs4 => "UTF-8 text".to_owned(),
            Self::Utf16WithoutMark => "UTF-8 text, or a layout with the encoding utf-16".to_owned(),
            Self::TooLarge { most } => format!("at most {most} bytes of text"),
        }
    }

    fn help(&self) -> String {
        let help = match self {
            Self::Io(_) | Self::NotAFile => "check the file's kind and its permissions",
            Self::NoText { .. } => "export the file as text, or correct its name",
            Self::NotPacked { packing } => return format!("pack the file, or take {} off its name", packing.ending()),
            Self::NotNamedPacked { packing } => return format!("add {} to its name, or unpack it", packing.ending()),
            Self::Truncated { .. } => "copy the file again: its end is missing",
            Self::Corrupt { .. } => "copy the file again: it is damaged",
            Self::Trailing { .. } => "copy the file again, or remove what was written behind it",
            Self::GrowsTooMuch { .. } => "unpack the file, and look at what is in it",
            Self::Window => "pack the file again without --long, or unpack it",
            Self::NoCharacter { .. } | Self::NotUtf8 { .. } | Self::Utf16WithoutMark => {
                "export the file as UTF-8, or name its encoding in the source's layout"
            }
            Self::Ucs4 => "export the file as UTF-8",
            Self::TooLarge { .. } => "split the file, or correct its name",
        };
        help.to_owned()
    }
}
