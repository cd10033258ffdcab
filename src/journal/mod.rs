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
    let alike = |a: &Adjustment, b: &Adjustment| {
        a.movement == b.movement && a.dimension == b.dimension && a.moved_to == b.moved_to
    };
    // There may be millions of adjustments, and those of one line mostly stand together.
    for run in adjustments.chunk_by(alike) {
        let entry = totals.entry((run[0].movement, &run[0].dimension.entity)).or_default();
        *entry.entry(dimensions(&run[0])).or_insert(Money::ZERO) += run.iter().map(|row| row.amount).sum();
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

    #[test]
    fn a_line_is_above_zero_on_one_side_alone() {
        let make = |lines| JournalEntry::try_new("X".to_owned(), Movement::AssetWriteDown, NaiveDate::MIN, lines);
        let bad = Err(EntryError::BadLine("X".to_owned()));
        assert_eq!(make(vec![line("E", -5, 0), line("E", 5, 0)]).map(|_| ()), bad);
        assert_eq!(make(vec![line("E", 0, 5), line("E", 0, -5)]).map(|_| ()), bad);
        assert_eq!(make(vec![line("E", 5, 0), line("E", 0, 5), line("E", 0, 0)]).map(|_| ()), bad);
    }

    /// A chart in which every account is called by its role.
    fn posting() -> PostingAccounts {
        let roles = [
            "inventory",
            "inventory_reserve",
            "inventory_charge",
            "prepaid_advertising",
            "advertising_receivable",
            "advertising_expense",
            "advertising_write_off",
            "fixed_assets",
            "accumulated_depreciation",
            "depreciation_expense",
            "impairment_loss",
            "obligations_current",
            "obligations_non_current",
            "royalty_expense",
            "termination_expense",
            "net_sales",
            "cash",
            "retained_earnings",
            "accrued_royalties",
            "deferred_royalty",
            "severance_expense",
            "deferred_tax_asset",
            "income_tax_expense",
        ];
        let table: String = roles.iter().map(|role| format!("{role} = \"{role}\"\n")).collect();
        toml::from_str(&table).expect("every role has an account")
    }

    /// A positive amount is a charge: it debits an expense where it goes through income, and never credits one.
    #[test]
    fn what_goes_through_income_debits_an_expense() {
        let is_income = |account: &str| {
            let words = ["charge", "expense", "write_off", "loss"];
            words.iter().any(|word| account.ends_with(word))
        };
        for movement in Movement::all() {
            let posting = posting();
            let (debit, credit) = accounts(movement, &posting).expect("every role has an account");
            assert_eq!(is_income(debit), movement.is_income(), "{movement:?} debits {debit}");
            assert!(!is_income(credit), "{movement:?} credits {credit}");
        }
    }

    #[test]
    fn an_account_that_the_book_does_not_name_is_told_with_its_entry() {
        let mut posting = posting();
        posting.accrued_royalties = None;
        posting.deferred_royalty = None;
        posting.severance_expense = None;
        posting.deferred_tax_asset = None;
        for (movement, role) in [
            (Movement::RunningRoyalty, "accrued_royalties"),
            (Movement::BuyoutDeferral, "deferred_royalty"),
            (Movement::SeveranceCharge, "severance_expense"),
            (Movement::DeferredTax, "deferred_tax_asset"),
        ] {
            let entry = Numbering::real("2004-Q2").entry_id(movement, "E");
            let found = propose(&[adjustment(movement, "B", 5)], &posting, Numbering::real("2004-Q2"), &quarter());
            assert_eq!(found.map(|entries| entries.len()), Err(EntryError::NoAccount { entry, role }));
        }
    }

    fn quarter() -> Quarter {
        let day = |text: &str| text.parse().expect("a date of this test");
        Quarter { id: "2004-Q2".to_owned(), start: day("2004-02-29"), end: day("2004-05-29"), fiscal_year: 2004 }
    }

    fn adjustment(movement: Movement, brand: &str, cents: i128) -> Adjustment {
        Adjustment {
            movement,
            dimension: Dimension::new("E", brand, "S"),
            item: "item".into(),
            moved_to: None,
            rule: "",
            policy: "".into(),
            carrying: Money::ZERO,
            measured: Money::ZERO,
            amount: Money::from_cents(cents),
            entry_id: "".into(),
            origin: (&crate::diagnostics::Place::default()).into(),
        }
    }

    /// Each entry as one line a posting: account, brand, debit less credit in cents.
    fn proposed(adjustments: &[Adjustment]) -> Vec<(String, Vec<String>)> {
        let entries = propose(adjustments, &posting(), Numbering::real("2004-Q2"), &quarter()).expect("they balance");
        let show = |line: &JournalLine| format!("{} {} {}", line.account, line.dimension.brand, line.amount());
        entries.iter().map(|entry| (entry.id().to_owned(), entry.lines().iter().map(show).collect())).collect()
    }

    #[test]
    fn an_entry_sums_its_items_by_dimension_and_stands_debits_first() {
        let charge = Movement::ReserveCharge;
        let mut elsewhere = adjustment(charge, "A", 700);
        elsewhere.dimension = Dimension::new("D", "A", "S");
        let found = proposed(&[
            adjustment(Movement::AssetCatchUp, "A", 40),
            adjustment(charge, "B", 300),
            adjustment(charge, "A", 100),
            adjustment(charge, "B", 200),
            elsewhere,
        ]);
        let expected: [(&str, &[&str]); 3] = [
            ("CP-2004-Q2-INV-CHARGE-D", &["inventory_charge A 7.00", "inventory_reserve A -7.00"]),
            (
                "CP-2004-Q2-INV-CHARGE-E",
                &[
                    "inventory_charge A 1.00",
                    "inventory_charge B 5.00",
                    "inventory_reserve A -1.00",
                    "inventory_reserve B -5.00",
                ],
            ),
            ("CP-2004-Q2-FA-CATCHUP-E", &["depreciation_expense A 0.40", "accumulated_depreciation A -0.40"]),
        ];
        let expected: Vec<(String, Vec<String>)> = expected
            .iter()
            .map(|(id, lines)| ((*id).to_owned(), lines.iter().map(|line| (*line).to_owned()).collect()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn relief_swaps_the_sides() {
        let found = proposed(&[adjustment(Movement::ReserveRelease, "B", -300)]);
        assert_eq!(found[0].1, ["inventory_reserve B 3.00", "inventory_charge B -3.00"]);
    }

    #[test]
    fn items_that_offset_each_other_post_nothing() {
        let charge = Movement::ReserveCharge;
        assert_eq!(proposed(&[adjustment(charge, "B", 300), adjustment(charge, "B", -300)]), []);
        let found =
            proposed(&[adjustment(charge, "A", 100), adjustment(charge, "B", 300), adjustment(charge, "B", -300)]);
        assert_eq!(found[0].1, ["inventory_charge A 1.00", "inventory_reserve A -1.00"]);
    }

    /// Cost and prepaid amounts are debited where they go; accumulated depreciation is credited there.
    #[test]
    fn what_moves_leaves_one_brand_and_reaches_another() {
        let moved = |movement| {
            let mut moved = adjustment(movement, "OLD", 300);
            moved.moved_to = Some(Dimension::new("E", "NEW", "S"));
            proposed(&[moved])[0].1.clone()
        };
        assert_eq!(moved(Movement::AssetMoveCost), ["fixed_assets NEW 3.00", "fixed_assets OLD -3.00"]);
        assert_eq!(
            moved(Movement::AssetMoveDepreciation),
            ["accumulated_depreciation OLD 3.00", "accumulated_depreciation NEW -3.00"]
        );
        assert_eq!(moved(Movement::PrepaidTransfer), ["prepaid_advertising NEW 3.00", "prepaid_advertising OLD -3.00"]);
    }

    #[test]
    fn an_entry_tells_what_it_posts_for_whom_and_when() {
        let adjustments =
            [adjustment(Movement::ReserveCharge, "A", 100), adjustment(Movement::ReserveCharge, "B", 200)];
        let entries = propose(&adjustments, &posting(), Numbering::real("2004-Q2"), &quarter()).expect("they balance");
        let entry = &entries[0];
        assert_eq!((entry.movement(), entry.entity()), (Movement::ReserveCharge, "E"));
        assert_eq!((entry.date(), entry.total().cents()), (quarter().end, 300));
        let figures: Vec<&str> = entry.lines().iter().map(|line| line.figure_id.as_str()).collect();
        let (a, b) = ("2004-Q2:INV-CHARGE:E:A:S", "2004-Q2:INV-CHARGE:E:B:S");
        assert_eq!(figures, [a, b, a, b], "both lines of a dimension show the total that they post");
    }
}
