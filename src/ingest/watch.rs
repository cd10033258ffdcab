//! How far a long read has come: told by the readers, shown by whoever listens.

/// Hears how far a read has come. Readers tell it about once a megabyte, from any thread.
pub trait Watch: Sync {
    /// A file is opened; `bytes` is its size on the disk, 0 where it is not known.
    fn opens(&self, file: &str, bytes: u64);

    /// More was read of the file: bytes as they are on the disk, and lines. Both are what has been added since the last
    /// call.
    fn read(&self, bytes: u64, lines: u64);

    /// The file is read, or given up.
    fn closes(&self);
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Watch for Silent {
    fn opens(&self, _file: &str, _bytes: u64) {}

    fn read(&self, _bytes: u64, _lines: u64) {}

    fn closes(&self) {}
}
