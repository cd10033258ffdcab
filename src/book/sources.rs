//! `[sources.*]`: the files of a source, their layout, and what is done with lines that are not the quarter's.

use super::Choice;
use super::layout::{Layout, SourceColumns};

/// The files of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSpec {
    /// File names and globs below the quarter's folder (of a book's own table: below the book), in order; empty: the
    /// source's default names.
    pub files: Vec<String>,
    pub layout: Layout,
    /// The sheet of a workbook; its only one when none is named.
    pub sheet: Option<String>,
    /// What is done with ledger lines dated outside the quarter.
    pub outside_quarter: Outsiders,
    /// What is done with ledger lines in another currency than the book's.
    pub other_currencies: Outsiders,
}

impl SourceSpec {
    /// A source of which a book says nothing.
    #[must_use]
    pub fn canonical(source: &SourceColumns) -> Self {
        Self {
            files: Vec::new(),
            layout: Layout::canonical(source),
            sheet: None,
            outside_quarter: Outsiders::Refuse,
            other_currencies: Outsiders::Refuse,
        }
    }
}

/// What is done with lines that the quarter's books do not take in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outsiders {
    /// They are faults.
    Refuse,
    /// They stay out of the books, and each is an exception.
    SetAside,
}

impl Choice for Outsiders {
    const NAMES: &'static [(Self, &'static str)] = &[(Self::Refuse, "refuse"), (Self::SetAside, "set-aside")];
}
