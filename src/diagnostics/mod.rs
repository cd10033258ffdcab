//! What is wrong with an input, where, and what to do: one type for every fault of a book.
//!
//! Faults of data are values, not `Err`: a stage returns what it read and everything that was wrong,
//! and the run stops before it measures when anything was.

use std::collections::BTreeMap;
use std::fmt;

/// The kinds of fault. Each has a stable code, told by [`Code::as_str`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    MissingFile,
    UnreadableFile,
    MissingColumn,
    DuplicateColumn,
    FieldCount,
    NotUtf8,
    Configuration,
    Calendar,
    BadDate,
    BadAmount,
    BadQuantity,
    BadRate,
    EmptyValue,
    UnknownValue,
    UnknownAccount,
    UnbalancedEntry,
    OutsideQuarter,
    DuplicateKey,
    Currency,
    OwnEntry,
    RuleInput,
    UnfinishedQuarter,
    PriorPack,
    LimitExceeded,
    /// What a file says of its own totals, and its lines do not add up to.
    ControlTotal,
}

impl Code {
    /// The code as it is printed, such as `E0204`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingFile => "E0101",
            Self::UnreadableFile => "E0102",
            Self::MissingColumn => "E0103",
            Self::DuplicateColumn => "E0104",
            Self::FieldCount => "E0105",
            Self::NotUtf8 => "E0106",
            Self::LimitExceeded => "E0107",
            Self::Configuration => "E0110",
            Self::Calendar => "E0120",
            Self::UnfinishedQuarter => "E0121",
            Self::BadDate => "E0201",
            Self::BadAmount => "E0202",
            Self::BadQuantity => "E0203",
            Self::BadRate => "E0204",
            Self::EmptyValue => "E0205",
            Self::UnknownValue => "E0206",
            Self::UnknownAccount => "E0207",
            Self::Currency => "E0208",
            Self::UnbalancedEntry => "E0301",
            Self::OutsideQuarter => "E0302",
            Self::DuplicateKey => "E0303",
            Self::OwnEntry => "E0304",
            Self::ControlTotal => "E0306",
            Self::RuleInput => "E0401",
            Self::PriorPack => "E0501",
        }
    }
}

/// Where a fault or a figure comes from: a file within the book and, where known, its line and column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Path within the book, with `/`.
    pub file: String,
    /// One-based line; 0 for the file as a whole.
    pub line: u64,
    /// One-based column number of the field's first byte in its line; 0 when the fault is the line's.
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

/// One fault: what it is, where, the value, what was expected and what to do.
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
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "error[{}]: {}", self.code.as_str(), self.message)?;
        write!(formatter, "  --> {}", self.place)?;
        if !self.place.field.is_empty() {
            write!(formatter, " ({})", self.place.field)?;
        }
        writeln!(formatter)?;
        if !self.value.is_empty() {
            writeln!(formatter, "  value:    {}", self.value)?;
        }
        writeln!(formatter, "  expected: {}", self.expected)?;
        writeln!(formatter, "  help:     {}", self.help)
    }
}

/// How many faults of one file and code are kept in full; the rest are counted.
pub const FAULTS_KEPT_PER_KIND: usize = 50;

/// Collects all faults of a book.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    kept: Vec<Diagnostic>,
    counts: BTreeMap<(String, Code), usize>,
}

impl Faults {
    /// Adds a fault; past [`FAULTS_KEPT_PER_KIND`] of a file and code it is only counted.
    pub fn push(&mut self, fault: Diagnostic) {
        let count = self.counts.entry((fault.place.file.clone(), fault.code)).or_default();
        *count += 1;
        if *count <= FAULTS_KEPT_PER_KIND {
            self.kept.push(fault);
        }
    }

    /// Adds a fault of a line, in one call.
    pub fn add(
        &mut self,
        code: Code,
        place: Place,
        message: impl Into<String>,
        value: &str,
        expected: &str,
        help: &str,
    ) {
        self.push(Diagnostic {
            place,
            code,
            message: message.into(),
            value: value.to_owned(),
            expected: expected.to_owned(),
            help: help.to_owned(),
        });
    }

    /// Takes over the faults of another stage.
    pub fn extend(&mut self, other: Faults) {
        self.kept.extend(other.kept);
        for (kind, count) in other.counts {
            *self.counts.entry(kind).or_default() += count;
        }
    }

    /// True when nothing was wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many faults there were, those that are only counted among them.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// The kept faults, by place.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut faults: Vec<&Diagnostic> = self.kept.iter().collect();
        faults.sort();
        faults
    }
}

impl fmt::Display for Faults {
    /// Every kept fault by place, then what was only counted, then one line with the total.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in self.sorted() {
            writeln!(formatter, "{fault}")?;
        }
        for ((file, code), count) in &self.counts {
            if *count > FAULTS_KEPT_PER_KIND {
                let more = count - FAULTS_KEPT_PER_KIND;
                writeln!(formatter, "... and {more} more of {} in {file}", code.as_str())?;
            }
        }
        let total = self.total();
        let noun = if total == 1 { "fault" } else { "faults" };
        writeln!(formatter, "{total} {noun}; nothing was published")
    }
}
