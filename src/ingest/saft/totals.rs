//! The control totals of a SAF-T file: what it says of itself, and what its lines sum to.

use super::watched::Position;
use crate::book::layout::Numbers;
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::Money;
use crate::ingest::values;

/// The side of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Debit,
    Credit,
}

/// A total that a file states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    Entries,
    Debits,
    Credits,
}

impl Control {
    const ALL: [Self; 3] = [Self::Entries, Self::Debits, Self::Credits];

    /// The name of the element that states it.
    const fn element(self) -> &'static str {
        match self {
            Self::Entries => "NumberOfEntries",
            Self::Debits => "TotalDebit",
            Self::Credits => "TotalCredit",
        }
    }
}

/// What was read of a SAF-T file's entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ControlTotals {
    /// Transactions, those without lines among them.
    pub transactions: u64,
    pub lines: u64,
    /// The sum of the debit amounts, with their signs.
    pub debits: Money,
    /// The sum of the credit amounts, with their signs: positive where credits are.
    pub credits: Money,
    /// Whether the file states its totals, so that these have been compared with them.
    pub stated: bool,
}

struct Stated {
    text: String,
    at: Position,
}

/// Adds up what is read, and keeps what is stated.
pub struct Totals<'a> {
    pub read: ControlTotals,
    numbers: &'a Numbers,
    /// Amounts that cannot be read, of which the reader of the records tells.
    unread: u64,
    stated: [Option<Stated>; 3],
}

impl<'a> Totals<'a> {
    /// Nothing read, nothing stated; amounts are written in this way.
    pub const fn new(numbers: &'a Numbers) -> Self {
        let read =
            ControlTotals { transactions: 0, lines: 0, debits: Money::ZERO, credits: Money::ZERO, stated: false };
        Self { read, numbers, unread: 0, stated: [None, None, None] }
    }

    /// Adds an amount to its side.
    pub fn add(&mut self, side: Side, text: &str) {
        match (self.amount(text), side) {
            (Some(amount), Side::Debit) => self.read.debits += amount,
            (Some(amount), Side::Credit) => self.read.credits += amount,
            (None, _) => self.unread += 1,
        }
    }

    fn amount(&self, text: &str) -> Option<Money> {
        let cents = values::cents(text.as_bytes(), self.numbers).ok()?;
        Some(Money::from_cents(i128::from(cents)))
    }

    /// A stated sum: as an amount, or with the more digits of a plain sum.
    fn sum(&self, text: &str) -> Option<Money> {
        self.amount(text).or_else(|| Money::parse_sum(text).ok())
    }

    /// Keeps a stated total; false when it has been stated before.
    pub fn state(&mut self, control: Control, text: &str, at: Position) -> bool {
        let place = &mut self.stated[control as usize];
        let first = place.is_none();
        *place = Some(Stated { text: text.to_owned(), at });
        self.read.stated = true;
        first
    }

    /// Compares what is stated with what was read. A file may leave all three totals out, but not one of them.
    pub fn compare(&self, file: &str, faults: &mut Faults) {
        for control in Control::ALL {
            match &self.stated[control as usize] {
                Some(stated) => self.compare_one(control, stated, file, faults),
                None if self.read.stated => missing(control, file, faults),
                None => {}
            }
        }
    }

    fn compare_one(&self, control: Control, stated: &Stated, file: &str, faults: &mut Faults) {
        let read = self.of(control);
        let same = match control {
            Control::Entries => stated.text.parse() == Ok(self.read.transactions),
            Control::Debits => self.sum(&stated.text) == Some(self.read.debits),
            Control::Credits => self.sum(&stated.text) == Some(self.read.credits),
        };
        if same || (control != Control::Entries && self.unread > 0) {
            return;
        }
        let message = format!("{} is not what the file's entries come to", control.element());
        let help = "export the file again, whole and unchanged; lines are missing, or come twice, or were changed";
        faults.add(Code::ControlTotal, place(file, control, stated.at), message, &stated.text, &read, help);
    }

    /// What was read, as an expectation.
    fn of(&self, control: Control) -> String {
        match control {
            Control::Entries => format!("{}, the number of its transactions", self.read.transactions),
            Control::Debits => format!("{}, the sum of its debits in {} lines", self.read.debits, self.read.lines),
            Control::Credits => format!("{}, the sum of its credits in {} lines", self.read.credits, self.read.lines),
        }
    }
}

fn place(file: &str, control: Control, at: Position) -> Place {
    Place { file: file.to_owned(), line: at.line, column: at.column, field: control.element().to_owned() }
}

fn missing(control: Control, file: &str, faults: &mut Faults) {
    let message = format!("the file states other control totals, and no {}", control.element());
    let expected = "NumberOfEntries, TotalDebit and TotalCredit, or none of them";
    let mut place = Place::file(file);
    place.field = control.element().to_owned();
    faults.add(Code::ControlTotal, place, message, "", expected, "export the file again, whole and unchanged");
}
