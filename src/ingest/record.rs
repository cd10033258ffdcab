//! One record of a source as it was read, whatever kind of file it came from.

/// A record: its fields in the order of the file's header, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Record<'r> {
    /// One-based: the line of a text file on which the record starts, the row of a columnar file.
    pub number: u64,
    /// The record's text as it stands in the file, without its line break; empty where the file is not text.
    pub raw: &'r [u8],
    /// The fields without their quotes, in UTF-8.
    pub fields: &'r [&'r [u8]],
}
