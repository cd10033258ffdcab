//! The mapping language: how a source's files are written, and where each canonical column comes from.
//!
//! A layout is a small table. The presets below `data/layouts` and the layouts of a book are written in the same
//! language, so that a company whose system has no preset writes its own.

mod canonical;
pub(super) mod check;
mod heading;
mod lay;
mod pattern;
pub mod presets;
pub(super) mod raw;

use std::collections::BTreeMap;

use super::Choice;

pub use canonical::{SOURCES, SourceColumns, columns_of};
pub use check::{parse, preset};
pub use heading::{Heading, heading};
pub use pattern::{MONTHS, PatternError};

/// How the files of a source are written, and where each canonical column comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The preset's or the book's name for it.
    pub name: String,
    pub shape: Shape,
    pub dialect: Dialect,
    /// By canonical column. A ledger's debit and credit are told by `amounts` instead.
    pub columns: BTreeMap<String, Column>,
    /// How a ledger's lines show their amount: the first whose columns the header has is taken.
    pub amounts: Vec<Amounts>,
    /// Rows that are no records.
    pub totals: Vec<TotalRow>,
    /// What is done with columns of the file that the layout does not look for.
    pub other_columns: OtherColumns,
}

impl Layout {
    /// The layout of a source for which a book says nothing: closepack's own columns, each under its own name.
    #[must_use]
    pub fn canonical(source: &SourceColumns) -> Self {
        let named = |name: &str| (name.to_owned(), Column::named(name));
        let side = str::to_owned;
        let sides = Amounts::DebitCredit { debit: side("debit"), credit: side("credit"), negative: Negative::Refused };
        Self {
            name: presets::CANONICAL.to_owned(),
            shape: Shape::Table,
            dialect: Dialect::plain(),
            columns: source.names().map(named).collect(),
            amounts: if source.has_sides() { vec![sides] } else { Vec::new() },
            totals: Vec::new(),
            other_columns: OtherColumns::Refused,
        }
    }

    /// The columns that the source needs and the layout says nothing of.
    pub fn unsaid(&self, source: &SourceColumns) -> impl Iterator<Item = &'static str> {
        source.required.iter().copied().filter(|name| !self.columns.contains_key(*name))
    }
}

/// What is done with columns of a file that its layout does not look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherColumns {
    /// They are not read.
    Ignored,
    /// They are faults: where every column has its name, another one is a slip of the pen.
    Refused,
}

impl Choice for OtherColumns {
    const NAMES: &'static [(Self, &'static str)] = &[(Self::Ignored, "ignore"), (Self::Refused, "refuse")];
}

/// What a file is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Rows of columns under a header: CSV, Parquet or a spreadsheet, as the file itself tells.
    Table,
    /// The OECD's Standard Audit File for Tax, in XML.
    SafT,
}

impl Choice for Shape {
    const NAMES: &'static [(Self, &'static str)] = &[(Self::Table, "table"), (Self::SafT, "saf-t")];
}

/// Where a canonical column comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub from: Origin,
    /// Only what stands behind the last of these signs is taken, where the field has them; empty: all of it.
    pub after: String,
    /// Only what stands before the first of these signs, behind `after`, is taken; empty: all of it.
    pub until: String,
    /// What each text of the file stands for; any other text is a fault. Empty: texts stand for themselves.
    pub values: BTreeMap<String, String>,
    /// An empty field repeats the one above it, as reports do that print a journal's head once.
    pub carried: bool,
    /// Of a journal id that does not tell its journals apart: a row in which one of these columns (the first that the
    /// header has) is filled opens a journal, to which the rows below belong. Empty: the id alone tells.
    pub opens: Vec<String>,
}

impl Column {
    /// The column of a name, as it is.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::of(Origin::Field(vec![name.to_owned()]))
    }

    /// A text of a file as it is.
    pub(in crate::book) const fn of(from: Origin) -> Self {
        Self {
            from,
            after: String::new(),
            until: String::new(),
            values: BTreeMap::new(),
            carried: false,
            opens: Vec::new(),
        }
    }
}

/// The text of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The field of a column; of several names, the first that the header has.
    Field(Vec<String>),
    /// The fields of several columns, one after the other.
    Join { columns: Vec<String>, with: String },
    /// The same text in every row.
    Value(String),
}

/// How a ledger line shows its amount and its side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amounts {
    /// A column each for debits and credits. A zero beside an amount is nothing, as an empty field is.
    DebitCredit { debit: String, credit: String, negative: Negative },
    /// One signed column, debit positive.
    Signed { amount: String },
    /// An amount without a sign, and a column that says which side it is on.
    Indicated { amount: String, indicator: String, debit: Vec<String>, credit: Vec<String> },
    /// One signed column, positive on the normal side of the line's account.
    Natural { amount: String },
}

/// What a negative amount in a debit or credit column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Negative {
    /// A fault.
    Refused,
    /// An amount of the other side, as systems print a reversal.
    OtherSide,
}

impl Choice for Negative {
    const NAMES: &'static [(Self, &'static str)] = &[(Self::Refused, "refuse"), (Self::OtherSide, "other-side")];
}

/// A row that is a total: known by how a field starts, or by a field that is empty while an amount is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalRow {
    pub column: String,
    /// What the field starts with; empty for a field that is empty.
    pub starts_with: String,
}

/// How texts, numbers and dates are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    pub encoding: Encoding,
    /// The byte between fields, in ASCII; none: the header tells which of comma, semicolon, tab and bar it is.
    pub delimiter: Option<u8>,
    /// Fields may stand in double quotes. Where they may not, a quote is a letter like any other.
    pub quoted: bool,
    /// Rows may stand above the header, which is then the first row that has the layout's columns, and lines of one
    /// field may stand below the last row.
    pub title_rows: bool,
    /// Lines of nothing but hyphens, bars and spaces may stand between the rows, as lists draw them.
    pub ruled: bool,
    /// Spaces around a field are no part of it.
    pub trimmed: bool,
    pub numbers: Numbers,
    /// The forms that a date may have. A text that two of them read differently is a fault.
    pub dates: Vec<DateFormat>,
}

impl Dialect {
    /// The dialect of closepack's own files: UTF-8, commas, quotes, plain numbers and ISO dates.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            encoding: Encoding::Utf8,
            delimiter: Some(b','),
            quoted: true,
            title_rows: false,
            ruled: false,
            trimmed: false,
            numbers: Numbers::plain(),
            dates: vec![DateFormat::iso()],
        }
    }
}

/// How the characters of a text file are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// ISO 8859-1.
    Latin1,
    /// ISO 8859-15.
    Latin9,
    Windows1252,
    /// Little-endian unless a byte order mark says otherwise.
    Utf16,
}

impl Choice for Encoding {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Utf8, "utf-8"),
        (Self::Latin1, "iso-8859-1"),
        (Self::Latin9, "iso-8859-15"),
        (Self::Windows1252, "windows-1252"),
        (Self::Utf16, "utf-16"),
    ];
}

/// How numbers are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// The decimal mark: a point or a comma.
    pub decimal: u8,
    /// What may stand between groups of three digits; a space stands for the no-break ones too, an apostrophe for the
    /// typographic one.
    pub thousands: Option<char>,
    /// A minus may stand behind the digits.
    pub trailing_minus: bool,
    /// A negative number may stand in parentheses.
    pub parentheses: bool,
    /// Signs and codes of a currency that may stand before or behind the digits.
    pub currency_signs: Vec<String>,
    /// Spaces may stand around the digits, and zeros before them.
    pub padded: bool,
}

impl Numbers {
    /// True for what may be the sign or code of a currency: letters and signs that no number has.
    #[must_use]
    pub fn is_currency_sign(text: &str) -> bool {
        const LETTERS_MAX: usize = 8;
        let sound = |letter: char| letter == '$' || letter.is_alphabetic() || !letter.is_ascii();
        let spaced = |letter: char| letter.is_whitespace() || letter.is_control();
        let letters = text.chars().count();
        (1..=LETTERS_MAX).contains(&letters) && text.chars().all(|letter| sound(letter) && !spaced(letter))
    }

    /// Digits with a point and a leading minus, and nothing else.
    #[must_use]
    pub const fn plain() -> Self {
        Self {
            decimal: b'.',
            thousands: None,
            trailing_minus: false,
            parentheses: false,
            currency_signs: Vec::new(),
            padded: false,
        }
    }
}

/// The form of a date: `yyyy-mm-dd`, `yyyymmdd`, `d.m.yyyy`, `m/d/yyyy`, `d mmm yyyy` and the like.
///
/// `dd` and `mm` take two digits, `d` and `m` one or two, `mmm` the first three letters of the English month; every
/// other sign stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    /// As it is written in a layout.
    pub pattern: String,
    pub parts: Vec<DatePart>,
}

/// A part of a date's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    Year,
    /// A month of one or two digits; `true`: always two.
    Month(bool),
    MonthName,
    /// A day of one or two digits; `true`: always two.
    Day(bool),
    Literal(char),
}

#[cfg(test)]
mod tests;
