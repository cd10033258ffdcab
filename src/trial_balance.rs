//! The trial balance: opening balances, the quarter's activity, and the adjustments on top.

use std::collections::BTreeMap;

use crate::domain::{Dimension, Money};
use crate::ingest::ledger::Ledger;
use crate::journal::JournalEntry;
use crate::records::OpeningBalance;

/// An account in a dimension.
pub type AccountKey = (String, Dimension);

/// One row; all amounts are signed, debit positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    pub opening: Money,
    /// Positive.
    pub debits: Money,
    /// Positive.
    pub credits: Money,
    /// What the pack's own entries, already in the ledger, come to among the debits and credits.
    pub posted: Money,
    /// The entries that are still proposed.
    pub adjustments: Money,
}

impl Balance {
    const ZERO: Self = Self {
        opening: Money::ZERO,
        debits: Money::ZERO,
        credits: Money::ZERO,
        posted: Money::ZERO,
        adjustments: Money::ZERO,
    };

    /// The quarter's activity without the pack's own entries.
    #[must_use]
    pub fn activity(&self) -> Money {
        self.debits - self.credits - self.posted
    }

    /// Closing balance as recorded: without the pack's own entries.
    #[must_use]
    pub fn recorded(&self) -> Money {
        self.opening + self.activity()
    }

    /// Opening balance plus the quarter's activity, as the ledger has it.
    #[must_use]
    pub fn closing(&self) -> Money {
        self.opening + self.debits - self.credits
    }

    /// Closing balance with the proposed entries.
    #[must_use]
    pub fn adjusted(&self) -> Money {
        self.closing() + self.adjustments
    }
}

/// All balances of a quarter, by account, entity, brand and segment.
#[derive(Debug, Clone, Default)]
pub struct TrialBalance {
    pub balances: BTreeMap<AccountKey, Balance>,
}

impl TrialBalance {
    /// The trial balance as recorded: opening balances and activity.
    #[must_use]
    pub fn build(opening: &[OpeningBalance], ledger: &Ledger) -> Self {
        let mut balances: BTreeMap<AccountKey, Balance> = BTreeMap::new();
        for row in opening {
            balances.entry((row.account.clone(), row.dimension.clone())).or_insert(Balance::ZERO).opening += row.amount;
        }
        for (key, moved) in &ledger.activity {
            let balance = balances.entry(key.clone()).or_insert(Balance::ZERO);
            balance.debits += moved.debits;
            balance.credits += moved.credits;
        }
        for (key, posted) in ledger.posted.by_account() {
            balances.entry(key).or_insert(Balance::ZERO).posted += posted;
        }
        Self { balances }
    }

    /// Puts the proposed entries on top.
    pub fn adjust(&mut self, entries: &[JournalEntry]) {
        for line in entries.iter().flat_map(JournalEntry::lines) {
            let key = (line.account.clone(), line.dimension.clone());
            self.balances.entry(key).or_insert(Balance::ZERO).adjustments += line.debit - line.credit;
        }
    }

    /// Takes the pack's own entries that the ledger holds out of the adjusted balances: a scenario is as if they had
    /// never been posted.
    pub fn take_back_posted(&mut self) {
        self.balances.values_mut().for_each(|balance| balance.adjustments -= balance.posted);
    }

    /// A balance of an account in a dimension; nothing was ever posted to one that is absent.
    #[must_use]
    pub fn balance(&self, account: &str, dimension: &Dimension) -> Balance {
        self.balances.get(&(account.to_owned(), dimension.clone())).copied().unwrap_or(Balance::ZERO)
    }

    /// The sum of a column over the rows that a test takes.
    pub fn sum(&self, takes: impl Fn(&AccountKey) -> bool, column: impl Fn(&Balance) -> Money) -> Money {
        self.balances.iter().filter(|(key, _)| takes(key)).map(|(_, balance)| column(balance)).sum()
    }
}
