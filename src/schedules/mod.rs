//! The schedules of a quarter: every item measured and rolled forward, and the adjustments that follow.
//!
//! A schedule finds each item's terms in the book and its opening in the prior pack, and calls the item's rule.

mod adjustments;
mod assets;
mod inventory;
mod obligations;
mod prepaid;
mod royalties;

use chrono::NaiveDate;
use rust_decimal::Decimal;

pub use royalties::RoyaltyRow;

use crate::adjust::prepaid_advertising::Earlier;
use crate::adjust::{
    Adjustment, fixed_assets, inventory_reserve, obligations as obligation_rules, prepaid_advertising,
};
use crate::book::Book;
use crate::diagnostics::Faults;
use crate::domain::{Dimension, Money, Quarter};
use crate::ingest::prior_pack::PriorPack;
use crate::ingest::quarter::Records;
use crate::records::{FixedAsset, Installment, InventoryItem, ItemKey, Obligation, PrepaidContract};

/// An inventory item with its reserve. An item that is gone from the file has no row, and nothing on hand.
#[derive(Debug, Clone)]
pub struct ReserveRow {
    pub key: ItemKey,
    pub item: Option<InventoryItem>,
    pub measurement: inventory_reserve::Measurement,
    pub roll: inventory_reserve::RollForward,
}

/// A prepaid contract with its measurement. Its `expensed_to_date` is the ordinary expense alone, whatever the register
/// shows.
#[derive(Debug, Clone)]
pub struct PrepaidRow {
    pub contract: PrepaidContract,
    pub under_event: bool,
    pub earlier: Earlier,
    pub measurement: prepaid_advertising::Measurement,
}

impl PrepaidRow {
    /// Where the part goes that another brand takes over; its own dimension for a contract without one.
    #[must_use]
    pub fn transfer_dimension(&self) -> Dimension {
        let own = &self.contract.dimension;
        self.contract.transfer_to.as_ref().map_or_else(|| own.clone(), |to| to.dimension(own))
    }

    /// What the ledger has still prepaid before this quarter's adjustments.
    #[must_use]
    pub fn recorded(&self) -> Money {
        let contract = &self.contract;
        contract.amount_paid - contract.expensed_to_date - self.earlier.written_off - self.earlier.moved
    }
}

/// A fixed asset with its measurement. Its `accumulated_depreciation` is the ordinary depreciation alone, whatever the
/// register shows.
#[derive(Debug, Clone)]
pub struct AssetRow {
    pub asset: FixedAsset,
    pub earlier: fixed_assets::Earlier,
    /// The day of the decision, where it counts in the quarter.
    pub decided: Option<NaiveDate>,
    pub measurement: fixed_assets::Measurement,
}

impl AssetRow {
    /// True when an earlier quarter moved the asset to the brand that reuses it.
    #[must_use]
    pub fn moved_before(&self) -> bool {
        self.earlier.decision.is_some_and(|decision| decision.earmark == fixed_assets::Earmark::Reused)
    }

    /// True when this quarter moves it.
    #[must_use]
    pub fn moves(&self) -> bool {
        let reuse = matches!(self.asset.disposition, crate::records::Disposition::Reuse { .. });
        reuse && self.decided.is_some() && !self.moved_before()
    }

    /// Where the ledger has the asset before this quarter's adjustments.
    #[must_use]
    pub fn recorded_dimension(&self) -> Dimension {
        if self.moved_before() { self.transfer_dimension() } else { self.asset.dimension.clone() }
    }

    /// Where the asset is at the end of the quarter.
    #[must_use]
    pub fn adjusted_dimension(&self) -> Dimension {
        if self.moved_before() || self.moves() { self.transfer_dimension() } else { self.asset.dimension.clone() }
    }

    fn transfer_dimension(&self) -> Dimension {
        let own = &self.asset.dimension;
        self.asset.transfer_to.as_ref().map_or_else(|| own.clone(), |to| to.dimension(own))
    }
}

/// The part of a royalty buyout that is deferred over its sell-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buyout {
    /// Net sales of the sell-off to the quarter's end.
    pub sold_to_date: Money,
    /// Sales that are still expected.
    pub expected: Money,
    pub deferred_before: Money,
    pub deferred: Money,
}

/// An obligation with its roll-forward.
#[derive(Debug, Clone)]
pub struct ObligationRow {
    pub obligation: Obligation,
    pub measurement: obligation_rules::Measurement,
    /// For a buyout that the book's policy defers.
    pub buyout: Option<Buyout>,
}

/// All schedules, each in the order of its key.
#[derive(Debug, Clone)]
pub struct Schedules {
    pub inventory: Vec<ReserveRow>,
    pub prepaid: Vec<PrepaidRow>,
    pub assets: Vec<AssetRow>,
    pub obligations: Vec<ObligationRow>,
    /// By obligation and due date; of one day, by amount and day of payment.
    pub installments: Vec<Installment>,
    /// By id.
    pub royalties: Vec<RoyaltyRow>,
    pub adjustments: Vec<Adjustment>,
}

/// What every schedule is measured from.
#[derive(Clone, Copy)]
struct Terms<'a> {
    book: &'a Book,
    quarter: &'a Quarter,
    records: &'a Records,
    prior: Option<&'a PriorPack>,
}

/// Measures everything of a quarter.
///
/// # Errors
/// The faults that only a rule can find, each with its line.
pub fn measure(
    book: &Book,
    quarter: &Quarter,
    records: &Records,
    prior: Option<&PriorPack>,
) -> Result<Schedules, Faults> {
    measure_into(book, quarter, records, prior, Faults::default())
}

/// As [`measure`]; faults are added to `faults`, which may tell each to a sink.
///
/// # Errors
/// As for [`measure`].
pub fn measure_into(
    book: &Book,
    quarter: &Quarter,
    records: &Records,
    prior: Option<&PriorPack>,
    mut faults: Faults,
) -> Result<Schedules, Faults> {
    let terms = Terms { book, quarter, records, prior };
    let inventory = inventory::measure(terms, &mut faults);
    let prepaid = prepaid::measure(terms, &mut faults);
    let assets = assets::measure(terms, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let obligations = obligations::measure(terms);
    let royalties = royalties::measure(terms);
    let mut installments = records.installments.clone();
    installments.sort_by(|a, b| due_order(a).cmp(&due_order(b)));
    let mut schedules =
        Schedules { inventory, prepaid, assets, obligations, installments, royalties, adjustments: Vec::new() };
    schedules.adjustments = adjustments::of(book, quarter, &schedules);
    Ok(schedules)
}

/// The key of an item of a subledger.
#[must_use]
pub fn item_key(dimension: &Dimension, group: &str, item: &str) -> ItemKey {
    ItemKey { dimension: dimension.clone(), group: group.to_owned(), item: item.to_owned() }
}

/// The number of units that are expected to sell of what is on hand.
fn expected_units(item: &InventoryItem) -> Decimal {
    item.quantity_on_hand.min(item.expected_units.unwrap_or_default())
}

/// The order of installments. The line comes last: it decides only between two that are the same.
fn due_order(part: &Installment) -> (&str, NaiveDate, Money, Option<NaiveDate>, u64) {
    (&part.obligation_id, part.due_date, part.amount, part.paid_date, part.origin.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;

    /// The order of the source's rows decides nothing.
    #[test]
    fn installments_of_one_day_stand_by_amount() {
        let day: NaiveDate = "2004-06-15".parse().expect("a date of this test");
        let part = |line: u64, cents: i128, paid_date| Installment {
            origin: Place::line("installments.csv", line),
            obligation_id: "buyout".to_owned(),
            due_date: day,
            amount: Money::from_cents(cents),
            paid_date,
        };
        let (large, small, paid) = (part(2, 900, None), part(3, 100, None), part(2, 100, Some(day)));
        assert!(due_order(&small) < due_order(&large) && due_order(&small) < due_order(&paid));
        assert!(due_order(&small) < due_order(&part(4, 100, None)));
    }
}
