//! What a report says, as data: sections of blocks. It knows nothing of paper, fonts or bytes.

use crate::domain::Money;

/// A whole report, ready to be drawn. Nothing in it depends on a clock or a machine.
#[derive(Debug, Clone)]
pub struct Document {
    /// The company's name, printed at the head of each page.
    pub company: String,
    /// The report's title, printed on the cover and in the document's properties.
    pub title: String,
    /// The quarter, such as `Quarter ended May 29, 2004 (2004-Q2)`.
    pub period: String,
    /// The short hash of the run, printed on each page.
    pub run: String,
    /// What every page warns of, on a band of its own; nothing for the books themselves.
    pub warning: Option<String>,
    /// The words of the page footer around the page numbers: `Page {page} of {pages}`.
    pub page_label: String,
    /// The words that a table's caption gets when it goes on over a page, such as `continued`.
    pub continued: String,
    /// The first section is the cover.
    pub sections: Vec<Section>,
}

/// A schedule of the report. Each starts on a new page and has its bookmark.
#[derive(Debug, Clone)]
pub struct Section {
    /// The schedule's reference, such as `C-1`, printed on its pages.
    pub reference: String,
    pub title: String,
    /// Wide schedules lie on their side.
    pub landscape: bool,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
pub enum Block {
    /// A heading within a section; never left alone at the foot of a page.
    Heading(String),
    Paragraph(String),
    /// A row of headline figures: a label and its value.
    KeyFigures(Vec<KeyFigure>),
    Table(Table),
    Waterfall(Waterfall),
    /// Lines to sign on, left blank.
    SignOff(SignOff),
}

/// Lines to sign on.
#[derive(Debug, Clone, Default)]
pub struct SignOff {
    /// Who signs, one line each.
    pub roles: Vec<String>,
    /// What is written on each line: name, signature, date.
    pub labels: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct KeyFigure {
    pub label: String,
    pub value: String,
    /// True prints the value as a warning.
    pub alert: bool,
}

#[derive(Debug, Clone)]
pub struct Table {
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub heading: String,
    pub align: Align,
    /// A text column that may give up width and wrap when the table is too wide.
    pub wraps: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

#[derive(Debug, Clone)]
pub struct Row {
    pub kind: RowKind,
    /// As many as the table has columns.
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    Body,
    /// Names the rows that follow; its first cell may run over the whole width. Never left alone at the foot of a page.
    Group,
    /// A thin rule above, semibold.
    Subtotal,
    /// A rule above and a double rule below, bold.
    Total,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    /// Printed with thousands separators; negative in parentheses; zero as a dash.
    Money(Money),
    /// A number that is already in its printed form (rates, units, unit prices): right-aligned with its column.
    Number(String),
}

/// A waterfall chart: from a first total over signed steps to a last total.
#[derive(Debug, Clone)]
pub struct Waterfall {
    pub caption: String,
    /// In drawing order. `first` and `last` bars stand on the zero line.
    pub bars: Vec<WaterfallBar>,
}

#[derive(Debug, Clone)]
pub struct WaterfallBar {
    pub label: String,
    pub amount: Money,
    /// True for a total that stands on the zero line, false for a step from the running total.
    pub total: bool,
}

impl Table {
    /// A table without rows yet.
    #[must_use]
    pub fn new(caption: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { caption: caption.into(), columns, rows: Vec::new() }
    }
}
