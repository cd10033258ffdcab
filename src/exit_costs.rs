//! The costs of each exit by type and segment: what is expected in total, what this quarter and all quarters to date
//! have borne, and the liability's way through the quarter (SFAS 146 par. 20, ASC 420-10-50-1, SAB Topic 5.P.4;
//! IAS 37.84). Pure.
//!
//! Inventory markdowns stand here for information; in the income statement they are cost of goods sold (SAB Topic
//! 5.P.3). Royalties owed on sales that were made are ordinary expense, and no cost of the exit.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::adjust::Movement;
use crate::book::Book;
use crate::domain::{Dimension, Money, Quarter};
use crate::journal;
use crate::records::{Disposition, ObligationKind};
use crate::schedules::{ObligationRow, ReserveRow, Schedules};

/// A major type of cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CostType {
    InventoryMarkdown,
    AdvertisingWriteOff,
    AssetWriteDown,
    AcceleratedDepreciation,
    ContractTermination,
    Severance,
}

impl CostType {
    /// All types with their names in the pack.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::InventoryMarkdown, "inventory-markdown"),
        (Self::AdvertisingWriteOff, "advertising-write-off"),
        (Self::AssetWriteDown, "asset-write-down"),
        (Self::AcceleratedDepreciation, "accelerated-depreciation"),
        (Self::ContractTermination, "contract-termination"),
        (Self::Severance, "severance"),
    ];

    /// The name in the pack.
    #[must_use]
    pub const fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The type of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(cost, _)| *cost)
    }

    /// The movement that books the cost.
    #[must_use]
    pub const fn movement(self) -> Movement {
        match self {
            Self::InventoryMarkdown => Movement::ReserveCharge,
            Self::AdvertisingWriteOff => Movement::PrepaidWriteOff,
            Self::AssetWriteDown => Movement::AssetWriteDown,
            Self::AcceleratedDepreciation => Movement::AssetAccelerated,
            Self::ContractTermination => Movement::ObligationCharge,
            Self::Severance => Movement::SeveranceCharge,
        }
    }
}

/// An exit, a segment and a type of cost.
pub type Key = (String, String, CostType);

/// All costs of exits, by exit, segment and type.
pub type ExitCosts = BTreeMap<Key, ExitCost>;

/// One type of cost in one segment. Costs and liabilities are positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitCost {
    pub this_quarter: Money,
    pub to_date: Money,
    /// To date, and what is still to come as far as it is known.
    pub expected_total: Money,
    /// The liability at the last close; nothing for costs that are no liability.
    pub opening: Money,
    pub incurred: Money,
    pub paid: Money,
    /// Changes of estimate.
    pub change: Money,
    pub closing: Money,
    /// The last day that is known of the exit: a deadline, the end of use or of service, the last installment.
    pub completes: Option<NaiveDate>,
}

impl ExitCost {
    const NOTHING: Self = Self {
        this_quarter: Money::ZERO,
        to_date: Money::ZERO,
        expected_total: Money::ZERO,
        opening: Money::ZERO,
        incurred: Money::ZERO,
        paid: Money::ZERO,
        change: Money::ZERO,
        closing: Money::ZERO,
        completes: None,
    };

    /// Adds what this quarter bears, and what is still expected.
    fn bear(&mut self, cost: Money, to_come: Money, completes: Option<NaiveDate>) {
        self.this_quarter += cost;
        self.to_date += cost;
        self.expected_total += cost + to_come;
        self.completes = self.completes.max(completes);
    }
}

/// The costs of all exits that count in the quarter. `before` is what the prior pack has borne to date.
#[must_use]
pub fn build(book: &Book, quarter: &Quarter, schedules: &Schedules, before: &BTreeMap<Key, Money>) -> ExitCosts {
    let borne = |to_date: &Money| ExitCost { to_date: *to_date, expected_total: *to_date, ..ExitCost::NOTHING };
    let rows = before.iter().map(|(key, to_date)| (key.clone(), borne(to_date))).collect();
    let mut costs = Costs { book, quarter, rows };
    costs.inventory(schedules);
    costs.advertising(schedules);
    costs.assets(schedules);
    schedules.obligations.iter().for_each(|row| costs.obligation(row, schedules));
    costs.rows.retain(|_, cost| *cost != ExitCost { completes: cost.completes, ..ExitCost::NOTHING });
    costs.rows
}

/// The caption of the income statement that bears a type of cost.
#[must_use]
pub fn caption(book: &Book, cost: CostType) -> String {
    let account = journal::accounts(cost.movement(), &book.config.accounts).ok();
    let account = account.and_then(|(charged, _)| book.chart.account(charged));
    account.map(|account| account.statement_line.clone()).unwrap_or_default()
}

struct Costs<'a> {
    book: &'a Book,
    quarter: &'a Quarter,
    rows: ExitCosts,
}

impl Costs<'_> {
    /// The row of a type of cost in a dimension whose brand is under an event; nothing for the continuing business.
    fn row(&mut self, dimension: &Dimension, cost: CostType) -> Option<&mut ExitCost> {
        let event = self.book.brand_event(&dimension.brand, self.quarter)?;
        let key = (event.id.clone(), dimension.segment.clone(), cost);
        Some(self.rows.entry(key).or_insert(ExitCost::NOTHING))
    }

    fn inventory(&mut self, schedules: &Schedules) {
        let of_one_pool =
            |a: &ReserveRow, b: &ReserveRow| a.key.dimension == b.key.dimension && a.key.group == b.key.group;
        for run in schedules.inventory.chunk_by(of_one_pool) {
            let key = &run[0].key;
            let pool = self.book.config.pools.get(&*key.group);
            let deadline = pool.and_then(|pool| self.book.binding_deadline(pool, self.quarter));
            let charged = run.iter().map(|row| row.roll.charge - row.roll.release).sum();
            if let Some(cost) = self.row(&key.dimension, CostType::InventoryMarkdown) {
                cost.bear(charged, Money::ZERO, deadline);
            }
        }
    }

    fn advertising(&mut self, schedules: &Schedules) {
        for row in &schedules.prepaid {
            if let Some(cost) = self.row(&row.contract.dimension, CostType::AdvertisingWriteOff) {
                cost.bear(row.measurement.write_off, Money::ZERO, None);
            }
        }
    }

    fn assets(&mut self, schedules: &Schedules) {
        for row in &schedules.assets {
            let (asset, found) = (&row.asset, &row.measurement);
            let (kind, to_come, completes) = match asset.disposition {
                Disposition::Abandon { cease_use, .. } if row.decided.is_some() => {
                    let runs_down = (found.measured - asset.salvage_value).at_least_zero();
                    (CostType::AcceleratedDepreciation, runs_down, Some(cease_use))
                }
                _ => (CostType::AssetWriteDown, Money::ZERO, None),
            };
            if let Some(cost) = self.row(&asset.dimension, kind) {
                cost.bear(found.write_down, to_come, completes);
            }
        }
    }

    fn obligation(&mut self, row: &ObligationRow, schedules: &Schedules) {
        let (obligation, found) = (&row.obligation, &row.measurement);
        let kind = match obligation.kind {
            ObligationKind::ContractTermination => CostType::ContractTermination,
            ObligationKind::Severance => CostType::Severance,
            ObligationKind::RoyaltiesOwed | ObligationKind::Guarantee => return,
        };
        let due = schedules.installments.iter().filter(|part| part.obligation_id == obligation.obligation_id);
        let completes = due.map(|part| part.due_date).max().max(obligation.service_end);
        let (deferred, amortised) = row
            .buyout
            .map_or((Money::ZERO, Money::ZERO), |buyout| (buyout.deferred, buyout.deferred_before - buyout.deferred));
        if let Some(cost) = self.row(&obligation.dimension, kind) {
            let to_come = obligation.amount - found.incurred_to_date + deferred;
            cost.bear(found.incurred + found.change + amortised, to_come, completes);
            cost.opening += found.opening;
            cost.incurred += found.incurred;
            cost.paid += found.paid;
            cost.change += found.change;
            cost.closing += found.closing;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_name_and_its_movement() {
        for (at, (cost, name)) in CostType::ALL.into_iter().enumerate() {
            assert_eq!((cost as usize, cost.name(), CostType::from_name(name)), (at, name, Some(cost)));
            assert!(cost.movement().is_income());
        }
        assert_eq!(CostType::from_name("royalties-owed"), None);
    }

    #[test]
    fn what_is_borne_adds_to_the_date_and_what_is_to_come_to_the_total() {
        let mut cost = ExitCost { to_date: Money::from_cents(500), ..ExitCost::NOTHING };
        cost.expected_total = cost.to_date;
        let day = NaiveDate::from_ymd_opt(2004, 12, 31);
        cost.bear(Money::from_cents(30), Money::from_cents(7), day);
        cost.bear(Money::from_cents(-10), Money::ZERO, None);
        assert_eq!((cost.this_quarter.cents(), cost.to_date.cents()), (20, 520));
        assert_eq!((cost.expected_total.cents(), cost.completes), (527, day));
    }
}
