//! The schedules of a quarter: every item measured and rolled forward, and the adjustments that follow.
//!
//! A schedule finds each item's terms in the book and its opening in the prior pack, and calls the item's rule.

mod adjustments;
mod assets;
mod inventory;
mod obligations;
mod prepaid;
mod royalties;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

pub use adjustments::tax_benefit;
pub use royalties::RoyaltyRow;

use crate::adjust::inventory_reserve::{Changed, Judged};
use crate::adjust::prepaid_advertising::Earlier;
use crate::adjust::{
    Adjustment, Movement, fixed_assets, inventory_reserve, obligations as obligation_rules, prepaid_advertising,
};
use crate::book::Book;
use crate::diagnostics::Faults;
use crate::domain::{Dimension, Money, Quarter};
use crate::ingest::prior_pack::PriorPack;
use crate::ingest::quarter::Records;
use crate::journal::Numbering;
use crate::records::{FixedAsset, Installment, InventoryItem, ItemKey, ItemName, Obligation, PrepaidContract};

/// An inventory item with its reserve. An item that is gone from the file has no row, and nothing on hand.
#[derive(Debug, Clone)]
pub struct ReserveRow {
    pub key: ItemKey,
    pub item: Option<Arc<InventoryItem>>,
    pub measurement: inventory_reserve::Measurement,
    pub roll: inventory_reserve::RollForward,
}

impl ReserveRow {
    /// Pool and item, as adjustments and roll-forwards name it.
    #[must_use]
    pub fn name(&self) -> ItemName {
        ItemName::of_group(self.key.group.clone(), self.key.item.clone())
    }
}

/// What the items of one dimension come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReserveSums {
    /// On hand, at cost.
    pub cost: Money,
    pub opening: Money,
    pub utilised_sale: Money,
    pub carried: Money,
    pub closing: Money,
}

impl ReserveSums {
    const NOTHING: Self = Self {
        cost: Money::ZERO,
        opening: Money::ZERO,
        utilised_sale: Money::ZERO,
        carried: Money::ZERO,
        closing: Money::ZERO,
    };

    fn add(&mut self, row: &ReserveRow) {
        self.cost += row.measurement.cost;
        self.opening += row.roll.opening;
        self.utilised_sale += row.roll.utilised_sale;
        self.carried += row.roll.carried;
        self.closing += row.roll.closing;
    }
}

/// The adjustments of one movement and dimension together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovementTotal {
    pub movement: Movement,
    pub dimension: Dimension,
    /// How many adjustments there are.
    pub items: usize,
    /// As in an adjustment: a charge is positive.
    pub amount: Money,
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
    /// By movement, dimension and item.
    pub adjustments: Vec<Adjustment>,
    /// What the adjustments come to, by movement and dimension: there may be millions of them.
    pub totals: Vec<MovementTotal>,
    /// What the ids of the quarter's figures start with.
    pub figures: String,
}

impl Schedules {
    /// What the inventory comes to in each dimension.
    #[must_use]
    pub fn reserve_sums(&self) -> BTreeMap<&Dimension, ReserveSums> {
        let one = |run: &[ReserveRow]| {
            let mut sums = ReserveSums::NOTHING;
            run.iter().for_each(|row| sums.add(row));
            sums
        };
        let runs = self.inventory.chunk_by(|a, b| a.key.dimension == b.key.dimension);
        runs.map(|run| (&run[0].key.dimension, one(run))).collect()
    }
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
    let assets = assets::measure(book, quarter, &records.fixed_assets, prior, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let obligations = obligations::measure(terms);
    let royalties = royalties::measure(terms);
    let mut installments = records.installments.clone();
    installments.sort_by(|a, b| due_order(a).cmp(&due_order(b)));
    let numbering = Numbering { quarter: &quarter.id, scenario: book.config.scenario.as_deref() };
    let mut schedules = Schedules {
        inventory,
        prepaid,
        assets,
        obligations,
        installments,
        royalties,
        adjustments: Vec::new(),
        totals: Vec::new(),
        figures: numbering.figures(),
    };
    schedules.adjustments = adjustments::of(book, quarter, &schedules);
    schedules.totals = totals_of(&schedules.adjustments);
    Ok(schedules)
}

fn totals_of(adjustments: &[Adjustment]) -> Vec<MovementTotal> {
    let runs = adjustments.chunk_by(|a, b| a.movement == b.movement && a.dimension == b.dimension);
    let total = |run: &[Adjustment]| MovementTotal {
        movement: run[0].movement,
        dimension: run[0].dimension.clone(),
        items: run.len(),
        amount: run.iter().map(|row| row.amount).sum(),
    };
    runs.map(total).collect()
}

/// How far the charges to income of a quarter would be above what they are, in each dimension, under each change of what
/// is judged of the inventory, which gives nothing for an item that it does not concern; `measured` is the quarter
/// without a change.
///
/// # Errors
/// The faults of the inventory.
pub fn inventory_differences(
    book: &Book,
    quarter: &Quarter,
    records: &Records,
    prior: Option<&PriorPack>,
    measured: &Schedules,
    changes: &[impl Fn(Judged) -> Option<Changed> + Sync],
) -> Result<BTreeMap<Dimension, Vec<Money>>, Faults> {
    inventory::differences(Terms { book, quarter, records, prior }, &measured.inventory, changes)
}

/// The charges to income of a register of fixed assets, by dimension.
///
/// # Errors
/// The faults that only a rule can find.
pub fn asset_charges(
    book: &Book,
    quarter: &Quarter,
    register: &[FixedAsset],
    prior: Option<&PriorPack>,
) -> Result<BTreeMap<Dimension, Money>, Faults> {
    let mut faults = Faults::default();
    let rows = assets::measure(book, quarter, register, prior, &mut faults);
    if faults.is_empty() { Ok(adjustments::asset_charges(book, quarter, &rows)) } else { Err(faults) }
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
