//! What is wrong with an input, where, and what to do: one type for every fault of a book.
//!
//! Faults of data are values, not `Err`: a stage returns what it read and everything that was wrong,
//! and the run stops before it measures when anything was. [`Faults`] collects them, [`render`] writes them for a
//! person, [`json`] for a program and [`rejects`] for a spreadsheet.

mod code;
mod faults;
pub mod json;
pub mod rejects;
pub mod render;
mod source_line;
mod width;

use std::fmt;

pub use code::Code;
pub use faults::{FAULTS_KEPT_PER_KIND, Faults, KindCount};
pub use render::Paint;
pub use source_line::SourceLine;

/// Where a fault or a figure comes from: a file within the book and, where known, its line and column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Path within the book, with `/`.
    pub file: String,
    /// One-based line, of a spreadsheet its row; 0 for the file as a whole.
    pub line: u64,
    /// One-based column number of the field's first byte in its line, of a spreadsheet its column; 0 when the fault
    /// is the line's.
    pub column: usize,
    /// The column's heading, empty where there is none.
    pub field: String,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// A line of a file.
    #[must_use]
    pub fn line(file: &str, line: u64) -> Self {
        Self { file: file.to_owned(), line, ..Self::default() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if self.line > 0 {
            write!(formatter, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(formatter, ":{}", self.column)?;
        }
        Ok(())
    }
}

/// The place of a fault with what can be shown of it. It is made once a fault is told, and never on the good path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spot {
    pub place: Place,
    /// The sheet of a workbook, whose cell `place` then is; empty for any other file.
    pub sheet: String,
    /// The record, where it is text.
    pub source: Option<SourceLine>,
}

impl Spot {
    /// A place with its record as it stands in the file.
    #[must_use]
    pub fn shown(place: Place, source: SourceLine) -> Self {
        Self { place, source: Some(source), ..Self::default() }
    }

    /// A cell of a workbook: the place's line is its row, the place's column its column.
    #[must_use]
    pub fn cell(place: Place, sheet: &str) -> Self {
        Self { place, sheet: sheet.to_owned(), ..Self::default() }
    }
}

impl From<Place> for Spot {
    fn from(place: Place) -> Self {
        Self { place, ..Self::default() }
    }
}

/// Longest value that a fault keeps, in bytes; what is longer ends in `...`.
const VALUE_BYTES_MAX: usize = 1 << 10;

/// One fault: what it is, where, the value, what was expected and what to do. The order is that of places.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    pub place: Place,
    pub code: Code,
    /// A sentence without its full stop.
    pub message: String,
    /// The value as read, empty where there is none.
    pub value: String,
    pub expected: String,
    pub help: String,
    /// The sheet of a workbook, empty for any other file.
    pub sheet: String,
    /// The record in which the fault is, where it is text.
    pub source: Option<SourceLine>,
}

impl Diagnostic {
    /// A fault at a place; a value that is too long to be read is cut.
    #[must_use]
    pub fn new(
        code: Code,
        spot: impl Into<Spot>,
        message: impl Into<String>,
        value: &str,
        expected: &str,
        help: &str,
    ) -> Self {
        let Spot { place, sheet, source } = spot.into();
        Self {
            place,
            code,
            message: message.into(),
            value: cut(value),
            expected: expected.to_owned(),
            help: help.to_owned(),
            sheet,
            source,
        }
    }

    /// The place in words: of a workbook with the sheet and the cell, such as `sheet Stock, cell F17`.
    #[must_use]
    pub fn place_in_words(&self) -> String {
        match (self.sheet.as_str(), self.cell()) {
            ("", _) => self.place.to_string(),
            (sheet, None) => format!("{}, sheet {sheet}", self.place.file),
            (sheet, Some(cell)) => format!("{}, sheet {sheet}, cell {cell}", self.place.file),
        }
    }

    /// The cell as spreadsheets name it; nothing where the fault is of no cell.
    #[must_use]
    pub fn cell(&self) -> Option<String> {
        let is_cell = !self.sheet.is_empty() && self.place.line > 0 && self.place.column > 0;
        is_cell.then(|| format!("{}{}", column_letters(self.place.column), self.place.line))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&render::fault(self, Paint::Plain))
    }
}

/// The letters of a one-based column: A, Z, AA.
fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column;
    while left > 0 {
        letters.push(char::from(b'A' + u8::try_from((left - 1) % 26).unwrap_or_default()));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

fn cut(value: &str) -> String {
    if value.len() <= VALUE_BYTES_MAX {
        return value.to_owned();
    }
    format!("{}...", &value[..value.floor_char_boundary(VALUE_BYTES_MAX)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_sheet_have_letters() {
        for (column, letters) in
            [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (702, "ZZ"), (703, "AAA"), (16_384, "XFD")]
        {
            assert_eq!(column_letters(column), letters);
        }
    }

    #[test]
    fn a_long_value_is_cut_between_letters() {
        let value = "€".repeat(VALUE_BYTES_MAX);
        let fault = Diagnostic::new(Code::BadAmount, Place::file("a.csv"), "m", &value, "e", "h");
        assert!(fault.value.len() <= VALUE_BYTES_MAX + 3 && fault.value.ends_with("€..."));
    }

    #[test]
    fn a_cell_is_named_as_spreadsheets_do() {
        let mut place = Place::line("2004-Q2/inventory.xlsx", 17);
        place.column = 6;
        let fault = Diagnostic::new(Code::Sheet, Spot::cell(place, "Stock"), "m", "", "e", "h");
        assert_eq!(fault.place_in_words(), "2004-Q2/inventory.xlsx, sheet Stock, cell F17");
        let whole = Spot::cell(Place::file("2004-Q2/inventory.xlsx"), "Stock");
        assert_eq!(
            Diagnostic::new(Code::Sheet, whole, "m", "", "e", "h").place_in_words(),
            "2004-Q2/inventory.xlsx, sheet Stock"
        );
    }
}
