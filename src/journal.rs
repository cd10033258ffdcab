//! Adjustments to balanced journal entries: one entry a movement and entity, one line an account and dimension.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::adjust::{Adjustment, Movement};
use crate::book::config::PostingAccounts;
use crate::domain::{Dimension, Money, Quarter};

/// One line of an entry; exactly one of debit and credit is above zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    pub account: String,
    pub dimension: Dimension,
    pub debit: Money,
    pub credit: Money,
    /// The total that the line posts: the sum of its entry's adjustments in its dimension.
    pub figure_id: String,
}

/// A balanced entry of one entity. It cannot be made otherwise.
#[derive(Debug, Clone)]
pub struct JournalEntry {
    id: String,
    movement: Movement,
    entity: String,
    date: NaiveDate,
    lines: Vec<JournalLine>,
}

/// Why lines do not make a journal entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("entry {0} has fewer than two lines")]
    TooFewLines(String),
    #[error("entry {0} has lines of more than one entity")]
    SeveralEntities(String),
    #[error("entry {0} does not balance")]
    Unbalanced(String),
    #[error("entry {0} has a line that is not an amount on one side")]
    BadLine(String),
}

impl JournalEntry {
    /// An entry from its lines.
    ///
    /// # Errors
    /// [`EntryError`] for fewer than two lines, several entities, a line without one positive side, or a sum other
    /// than zero.
    pub fn try_new(
        id: String,
        movement: Movement,
        date: NaiveDate,
        lines: Vec<JournalLine>,
    ) -> Result<Self, EntryError> {
        let [first, _, ..] = lines.as_slice() else { return Err(EntryError::TooFewLines(id)) };
        let entity = first.dimension.entity.clone();
        if lines.iter().any(|line| line.dimension.entity != entity) {
            return Err(EntryError::SeveralEntities(id));
        }
        let one_side = |line: &JournalLine| {
            line.debit >= Money::ZERO && line.credit >= Money::ZERO && line.debit.is_zero() != line.credit.is_zero()
        };
        if !lines.iter().all(one_side) {
            return Err(EntryError::BadLine(id));
        }
        if !lines.iter().map(|line| line.debit - line.credit).sum::<Money>().is_zero() {
            return Err(EntryError::Unbalanced(id));
        }
        Ok(Self { id, movement, entity, date, lines })
    }

    /// The entry's number, the same in every run of the quarter.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the entry posts.
    #[must_use]
    pub const fn movement(&self) -> Movement {
        self.movement
    }

    /// The entity whose books it is for.
    #[must_use]
    pub fn entity(&self) -> &str {
        &self.entity
    }

    /// The day that it is posted on: the quarter's last.
    #[must_use]
    pub const fn date(&self) -> NaiveDate {
        self.date
    }

    /// The lines, debits first.
    #[must_use]
    pub fn lines(&self) -> &[JournalLine] {
        &self.lines
    }

    /// The sum of the debits, which is that of the credits.
    #[must_use]
    pub fn total(&self) -> Money {
        self.lines.iter().map(|line| line.debit).sum()
    }
}

/// The number of a movement's entry in an entity.
#[must_use]
pub fn entry_id(quarter: &str, movement: Movement, entity: &str) -> String {
    format!("CP-{quarter}-{}-{entity}", movement.code())
}

/// The account that a positive amount of a movement debits, and the one that it credits.
#[must_use]
pub fn accounts(movement: Movement, accounts: &PostingAccounts) -> (&str, &str) {
    match movement {
        Movement::ReserveCharge
        | Movement::ReserveUtilisedSale
        | Movement::ReserveUtilisedScrap
        | Movement::ReserveRelease => (&accounts.inventory_charge, &accounts.inventory_reserve),
        Movement::PrepaidCatchUp => (&accounts.advertising_expense, &accounts.prepaid_advertising),
        Movement::PrepaidWriteOff => (&accounts.advertising_write_off, &accounts.prepaid_advertising),
        Movement::PrepaidReceivable => (&accounts.advertising_receivable, &accounts.prepaid_advertising),
        Movement::AssetCatchUp => (&accounts.depreciation_expense, &accounts.accumulated_depreciation),
        Movement::AssetWriteDown => (&accounts.impairment_loss, &accounts.accumulated_depreciation),
        Movement::ObligationCharge => (&accounts.termination_expense, &accounts.obligations_current),
        Movement::RoyaltyAccrual => (&accounts.royalty_expense, &accounts.obligations_current),
    }
}

/// The entries that post the adjustments, in the order of movements and entities.
///
/// # Errors
/// [`EntryError`] when the posting accounts of a movement are one and the same, so that nothing would be posted.
pub fn propose(
    adjustments: &[Adjustment],
    posting: &PostingAccounts,
    quarter: &Quarter,
) -> Result<Vec<JournalEntry>, EntryError> {
    let mut totals: BTreeMap<(Movement, &str), BTreeMap<&Dimension, Money>> = BTreeMap::new();
    for adjustment in adjustments {
        let entry = totals.entry((adjustment.movement, &adjustment.dimension.entity)).or_default();
        *entry.entry(&adjustment.dimension).or_insert(Money::ZERO) += adjustment.amount;
    }
    let mut entries = Vec::new();
    for ((movement, entity), dimensions) in totals {
        let mut lines: Vec<JournalLine> = dimensions
            .into_iter()
            .filter(|(_, amount)| !amount.is_zero())
            .flat_map(|(dimension, amount)| pair(movement, dimension, amount, posting, &quarter.id))
            .collect();
        if lines.is_empty() {
            continue;
        }
        lines.sort_by(|a, b| {
            (a.debit.is_zero(), &a.account, &a.dimension).cmp(&(b.debit.is_zero(), &b.account, &b.dimension))
        });
        entries.push(JournalEntry::try_new(entry_id(&quarter.id, movement, entity), movement, quarter.end, lines)?);
    }
    Ok(entries)
}

fn pair(
    movement: Movement,
    dimension: &Dimension,
    amount: Money,
    posting: &PostingAccounts,
    quarter: &str,
) -> [JournalLine; 2] {
    let (charged, relieved) = accounts(movement, posting);
    let (debit, credit) = if amount.is_negative() { (relieved, charged) } else { (charged, relieved) };
    let figure_id =
        format!("{quarter}:{}:{}:{}:{}", movement.code(), dimension.entity, dimension.brand, dimension.segment);
    let line = |account: &str, debit: Money, credit: Money| JournalLine {
        account: account.to_owned(),
        dimension: dimension.clone(),
        debit,
        credit,
        figure_id: figure_id.clone(),
    };
    [line(debit, amount.abs(), Money::ZERO), line(credit, Money::ZERO, amount.abs())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(entity: &str, debit: i128, credit: i128) -> JournalLine {
        JournalLine {
            account: "1".to_owned(),
            dimension: Dimension::new(entity, "B", "S"),
            debit: Money::from_cents(debit),
            credit: Money::from_cents(credit),
            figure_id: String::new(),
        }
    }

    #[test]
    fn an_entry_cannot_be_unbalanced() {
        let make =
            |lines| JournalEntry::try_new("X".to_owned(), Movement::AssetWriteDown, NaiveDate::MIN, lines).map(|_| ());
        let id = || "X".to_owned();
        assert_eq!(make(vec![line("E", 5, 0), line("E", 0, 5)]), Ok(()));
        assert_eq!(make(vec![line("E", 5, 0)]), Err(EntryError::TooFewLines(id())));
        assert_eq!(make(vec![line("E", 5, 0), line("E", 0, 4)]), Err(EntryError::Unbalanced(id())));
        assert_eq!(make(vec![line("E", 5, 0), line("F", 0, 5)]), Err(EntryError::SeveralEntities(id())));
        assert_eq!(make(vec![line("E", 5, 5), line("E", 0, 0)]), Err(EntryError::BadLine(id())));
    }
}
