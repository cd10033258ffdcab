//! Adjustments to balanced journal entries: one entry a movement and entity, one line an account and dimension; and
//! what of them a ledger holds already.

pub mod number;
pub mod posted;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use number::{Numbering, OwnEntry};
pub use posted::{Posted, PostedRow, remaining};

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

impl JournalLine {
    /// A line of a signed amount: above zero it is a debit, below zero a credit.
    fn signed(account: String, dimension: Dimension, amount: Money, figure_id: String) -> Self {
        let (debit, credit) = if amount.is_negative() { (Money::ZERO, -amount) } else { (amount, Money::ZERO) };
        Self { account, dimension, debit, credit, figure_id }
    }

    /// Debit less credit.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.debit - self.credit
    }
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
    #[error("entry {entry} needs an account, and [accounts] names none for {role}")]
    NoAccount { entry: String, role: &'static str },
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

/// The accounts of a movement: what a positive amount debits, and what it credits.
///
/// # Errors
/// The role that the book names no account for.
pub fn accounts(movement: Movement, accounts: &PostingAccounts) -> Result<(&str, &str), &'static str> {
    Ok(match movement {
        Movement::ReserveCharge
        | Movement::ReserveUtilisedSale
        | Movement::ReserveUtilisedScrap
        | Movement::ReserveRelease => (&accounts.inventory_charge, &accounts.inventory_reserve),
        Movement::PrepaidCatchUp => (&accounts.advertising_expense, &accounts.prepaid_advertising),
        Movement::PrepaidWriteOff => (&accounts.advertising_write_off, &accounts.prepaid_advertising),
        Movement::PrepaidReceivable => (&accounts.advertising_receivable, &accounts.prepaid_advertising),
        Movement::PrepaidTransfer => (&accounts.prepaid_advertising, &accounts.prepaid_advertising),
        Movement::AssetCatchUp | Movement::AssetAccelerated => {
            (&accounts.depreciation_expense, &accounts.accumulated_depreciation)
        }
        Movement::AssetWriteDown => (&accounts.impairment_loss, &accounts.accumulated_depreciation),
        Movement::AssetMoveCost => (&accounts.fixed_assets, &accounts.fixed_assets),
        Movement::AssetMoveDepreciation => (&accounts.accumulated_depreciation, &accounts.accumulated_depreciation),
        Movement::ObligationCharge => (&accounts.termination_expense, &accounts.obligations_current),
        Movement::RoyaltyAccrual => (&accounts.royalty_expense, &accounts.obligations_current),
        Movement::SeveranceCharge => {
            (role("severance_expense", &accounts.severance_expense)?, &accounts.obligations_current)
        }
        Movement::RunningRoyalty => {
            (&accounts.royalty_expense, role("accrued_royalties", &accounts.accrued_royalties)?)
        }
        Movement::BuyoutDeferral => {
            (&accounts.termination_expense, role("deferred_royalty", &accounts.deferred_royalty)?)
        }
        Movement::ObligationNonCurrent => (&accounts.obligations_current, &accounts.obligations_non_current),
        Movement::DeferredTax => (
            role("income_tax_expense", &accounts.income_tax_expense)?,
            role("deferred_tax_asset", &accounts.deferred_tax_asset)?,
        ),
    })
}

fn role<'a>(name: &'static str, account: &'a Option<String>) -> Result<&'a str, &'static str> {
    account.as_deref().ok_or(name)
}

/// The dimensions of a movement's adjustment: what a positive amount debits, and what it credits. What only moves has
/// two: cost and prepaid amounts arrive where they go, and accumulated depreciation leaves where it was.
fn dimensions(adjustment: &Adjustment) -> (&Dimension, &Dimension) {
    let own = &adjustment.dimension;
    match (adjustment.movement, &adjustment.moved_to) {
        (Movement::AssetMoveDepreciation, Some(to)) => (own, to),
        (_, Some(to)) => (to, own),
        (_, None) => (own, own),
    }
}

/// The entries that post the adjustments, in the order of movements and entities.
///
/// # Errors
/// [`EntryError`] when the posting accounts of a movement are one and the same, so that nothing would be posted, or
/// when the book names none.
pub fn propose(
    adjustments: &[Adjustment],
    posting: &PostingAccounts,
    numbering: Numbering<'_>,
    quarter: &Quarter,
) -> Result<Vec<JournalEntry>, EntryError> {
    type Sides<'a> = (&'a Dimension, &'a Dimension);
    let mut totals: BTreeMap<(Movement, &str), BTreeMap<Sides<'_>, Money>> = BTreeMap::new();
    for adjustment in adjustments {
        let entry = totals.entry((adjustment.movement, &adjustment.dimension.entity)).or_default();
        *entry.entry(dimensions(adjustment)).or_insert(Money::ZERO) += adjustment.amount;
    }
    let mut entries = Vec::new();
    for ((movement, entity), sides) in totals {
        let id = numbering.entry_id(movement, entity);
        let accounts = accounts(movement, posting).map_err(|role| EntryError::NoAccount { entry: id.clone(), role })?;
        let lines: Vec<JournalLine> = sides
            .into_iter()
            .filter(|(_, amount)| !amount.is_zero())
            .flat_map(|(sides, amount)| pair(movement, sides, amount, accounts, numbering))
            .collect();
        if !lines.is_empty() {
            entries.push(JournalEntry::try_new(id, movement, quarter.end, in_order(lines))?);
        }
    }
    Ok(entries)
}

/// Debits before credits, each by account and dimension.
fn in_order(mut lines: Vec<JournalLine>) -> Vec<JournalLine> {
    lines.sort_by(|a, b| {
        (a.debit.is_zero(), &a.account, &a.dimension).cmp(&(b.debit.is_zero(), &b.account, &b.dimension))
    });
    lines
}

fn pair(
    movement: Movement,
    (charged, relieved): (&Dimension, &Dimension),
    amount: Money,
    accounts: (&str, &str),
    numbering: Numbering<'_>,
) -> [JournalLine; 2] {
    let line = |account: &str, dimension: &Dimension, amount: Money| {
        let figure_id = format!(
            "{}:{}:{}:{}:{}",
            numbering.figures(),
            movement.code(),
            dimension.entity,
            dimension.brand,
            dimension.segment
        );
        JournalLine::signed(account.to_owned(), dimension.clone(), amount, figure_id)
    };
    [line(accounts.0, charged, amount), line(accounts.1, relieved, -amount)]
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
