//! A file as it lies on the disk: hashed and counted as it is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::StreamError;
use crate::domain::hash::hex;

/// What a whole file is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// SHA-256 of the file's bytes as they lie on the disk, in hex.
    pub sha256: String,
    /// How many they are.
    pub bytes: u64,
}

/// How much of what nobody reads is hashed at a time.
const CHUNK: usize = 1 << 16;

/// A file whose bytes are hashed and counted as they are read.
pub struct Raw {
    file: File,
    hasher: Sha256,
    bytes: u64,
}

impl Raw {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, StreamError> {
        Ok(Self { file: super::open_file(path)?, hasher: Sha256::new(), bytes: 0 })
    }

    /// Bytes read so far.
    pub const fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// Reads to the end of the file, for the digest of the whole.
    pub fn finish(mut self) -> Result<Digest, StreamError> {
        let mut rest = vec![0; CHUNK];
        while self.read(&mut rest)? > 0 {}
        Ok(Digest { sha256: hex(&self.hasher.finalize()), bytes: self.bytes })
    }
}

impl Read for Raw {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = loop {
            match self.file.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

/// How many bytes of a file tell what it is.
const HEAD: usize = 8;

/// A reader whose first bytes can be looked at before they are read.
pub struct Peeked<R> {
    inner: R,
    head: [u8; HEAD],
    from: usize,
    to: usize,
}

impl<R: Read> Peeked<R> {
    /// Reads ahead.
    pub fn new(mut inner: R) -> io::Result<Self> {
        let mut head = [0; HEAD];
        let mut to = 0;
        while to < HEAD {
            match inner.read(&mut head[to..])? {
                0 => break,
                count => to += count,
            }
        }
        Ok(Self { inner, head, from: 0, to })
    }

    /// The first bytes that are still to be read: eight at the start, fewer of a shorter file.
    pub fn head(&self) -> &[u8] {
        &self.head[self.from..self.to]
    }

    /// Leaves out so many of the bytes of [`Peeked::head`].
    pub fn skip(&mut self, count: usize) {
        self.from = self.to.min(self.from + count);
    }

    /// What is read from.
    pub const fn inner(&self) -> &R {
        &self.inner
    }

    /// What is read from, without the bytes that were read ahead.
    pub fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.from == self.to {
            return self.inner.read(buffer);
        }
        let count = self.head().read(buffer)?;
        self.from += count;
        Ok(count)
    }
}
