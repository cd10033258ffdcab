//! What each account did in the quarter, in every column: the one form from which all statements are added up.

use std::collections::BTreeMap;

use super::Amounts;
use crate::book::{Account, Chart, Section};
use crate::domain::{Dimension, Money};
use crate::journal::JournalEntry;
use crate::trial_balance::{AccountKey, TrialBalance};

/// An account in a dimension; debit positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub opening: Money,
    /// The quarter's activity without the pack's own entries, and the entries by kind.
    pub activity: Amounts,
}

impl Position {
    /// The opening balance with the activity.
    #[must_use]
    pub fn closing(&self) -> Amounts {
        Amounts { as_recorded: self.opening + self.activity.as_recorded, ..self.activity }
    }
}

/// All positions, by account, entity, brand and segment.
pub type Positions = BTreeMap<AccountKey, Position>;

/// Which accounts in which dimensions a statement takes in.
pub type Takes<'a> = &'a dyn Fn(&Account, &Dimension) -> bool;

/// Amounts by caption.
pub(super) type Captions<'a> = BTreeMap<(Section, &'a str), Amounts>;

/// The positions of a trial balance with all entries of the quarter, posted already or not.
#[must_use]
pub fn positions(trial_balance: &TrialBalance, entries: &[JournalEntry]) -> Positions {
    let recorded = trial_balance.balances.iter().map(|(key, balance)| {
        let activity = Amounts::recorded(balance.activity());
        (key.clone(), Position { opening: balance.opening, activity })
    });
    let mut positions: Positions = recorded.collect();
    for entry in entries {
        let kind = entry.movement().kind() as usize;
        for line in entry.lines() {
            let key = (line.account.clone(), line.dimension.clone());
            let nothing = Position { opening: Money::ZERO, activity: Amounts::ZERO };
            positions.entry(key).or_insert(nothing).activity.adjustments[kind] += line.debit - line.credit;
        }
    }
    positions
}

/// The positions that are taken in, each with its account. An account that the chart lacks has stopped the run before.
pub(super) fn taken<'a>(
    chart: &'a Chart,
    positions: &'a Positions,
    takes: Takes<'a>,
) -> impl Iterator<Item = (&'a Account, &'a Position)> {
    positions.iter().filter_map(move |((code, dimension), position)| {
        let account = chart.account(code)?;
        takes(account, dimension).then_some((account, position))
    })
}

/// Sums by caption; debit positive.
pub(super) fn by_caption<'a>(
    chart: &'a Chart,
    positions: &'a Positions,
    takes: Takes<'a>,
    of: fn(&Position) -> Amounts,
) -> Captions<'a> {
    let mut captions = Captions::new();
    for (account, position) in taken(chart, positions, takes) {
        let sum = captions.entry((account.section, account.statement_line.as_str())).or_insert(Amounts::ZERO);
        *sum = sum.plus(of(position));
    }
    captions
}

/// The sum over income accounts, as income: a profit is positive.
pub(super) fn earned<'a>(
    chart: &'a Chart,
    positions: &'a Positions,
    takes: Takes<'a>,
    of: fn(&Position) -> Amounts,
) -> Amounts {
    let income = taken(chart, positions, takes).filter(|(account, _)| account.kind.is_income_statement());
    income.map(|(_, position)| of(position)).sum::<Amounts>().negated()
}
