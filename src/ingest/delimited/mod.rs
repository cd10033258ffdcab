//! Delimited text: cut into chunks of whole records, and chunks into fields, at the speed of the memory.

pub mod cut;
pub mod split;

/// What separates and encloses fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// The byte between fields.
    pub delimiter: u8,
    /// Fields may stand in double quotes, and a quote within them is doubled (RFC 4180).
    pub quoted: bool,
}

impl Marks {
    /// Commas and quotes.
    pub const CSV: Self = Self { delimiter: b',', quoted: true };
}
