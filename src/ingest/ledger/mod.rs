//! The ledger: one pass over its files that checks each line and adds up what the trial balance needs.
//!
//! `read` finds the files and their headers; `plan` sets the layout against a header; `pass` checks and adds lines, one
//! pass a thread, and `ordinary` takes those that need no more than a look; `entries` says of each journal entry whether
//! it balances, and `recheck` looks again at what one pass could not decide. Nothing that is kept grows with the number
//! of lines.

mod entries;
mod file;
mod keys;
mod ordinary;
mod parquet;
pub mod pass;
pub mod plan;
mod read;
mod recheck;
mod report;
mod saft;
mod spill;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::diagnostics::Place;
use crate::domain::{Dimension, Money};
use crate::journal::Posted;

pub use read::{Context, read};

/// What went through an account in a dimension. Both amounts are positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    pub debits: Money,
    pub credits: Money,
    pub lines: u64,
}

/// The ledger of a quarter, added up.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub activity: BTreeMap<(String, Dimension), Activity>,
    /// All lines, those set aside among them.
    pub lines: u64,
    pub entries: u64,
    pub established: Established,
    /// The layout gives each line a number in its entry, so that a line that comes twice can be told.
    pub numbered: bool,
    /// What of the activity is closepack's own entries of the quarter, posted already.
    pub posted: Posted,
    /// Journal ids that carry an earlier quarter's number, each with its first line.
    pub earlier_entries: BTreeMap<String, u64>,
    /// Lines that a policy keeps out of the books.
    pub set_aside: Vec<SetAside>,
    /// Debit less credit by day, own entries aside, of the accounts that royalties are measured from: net sales and
    /// royalty expense.
    pub daily: BTreeMap<(String, Dimension), BTreeMap<NaiveDate, Money>>,
    /// Credits by day, own entries aside, of the account of accrued royalties, where the book names one.
    pub accrued: BTreeMap<Dimension, BTreeMap<NaiveDate, Money>>,
}

/// A ledger line that a policy keeps out of the books.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SetAside {
    pub place: Place,
    /// [`SetAside::OUTSIDE_QUARTER`] or [`SetAside::OTHER_CURRENCY`].
    pub kind: &'static str,
    /// The date or the currency, as read.
    pub value: String,
    pub journal_id: String,
    pub account: String,
    pub dimension: Dimension,
}

impl SetAside {
    /// The kind of a line that is dated outside the quarter.
    pub const OUTSIDE_QUARTER: &'static str = "outside-quarter";
    /// The kind of a line in another currency than the book's.
    pub const OTHER_CURRENCY: &'static str = "other-currency";
}

/// What the pass has counted as right, for the checks to set against the counts of lines and entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Established {
    /// Lines dated in the quarter.
    pub dated: u64,
    /// Lines of the books whose account the chart has.
    pub known_accounts: u64,
    /// Lines that are the only one of their entry with their number.
    pub distinct: u64,
    /// Entries whose debits equal their credits in each entity.
    pub balanced: u64,
}

impl Ledger {
    /// Credits of the account of accrued royalties in a dimension, from one day to another, both counted.
    #[must_use]
    pub fn accrued_between(&self, dimension: &Dimension, (from, to): (NaiveDate, NaiveDate)) -> Money {
        let days = self.accrued.get(dimension);
        days.map_or(Money::ZERO, |days| days.range(from..=to).map(|(_, amount)| *amount).sum())
    }

    /// Debit less credit of a daily account in a dimension, from one day to another, both counted.
    #[must_use]
    pub fn between(&self, account: &str, dimension: &Dimension, (from, to): (NaiveDate, NaiveDate)) -> Money {
        let days = self.daily.get(&(account.to_owned(), dimension.clone()));
        days.map_or(Money::ZERO, |days| days.range(from..=to).map(|(_, amount)| *amount).sum())
    }

    /// All debits of the books.
    #[must_use]
    pub fn debits(&self) -> Money {
        self.activity.values().map(|activity| activity.debits).sum()
    }

    /// All credits of the books.
    #[must_use]
    pub fn credits(&self) -> Money {
        self.activity.values().map(|activity| activity.credits).sum()
    }
}
