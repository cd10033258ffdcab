//! The checked rows of each source, each with the line that it came from.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::diagnostics::Place;
use crate::domain::{Dimension, Money};

/// The source line of an item; a clone shares the file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Path within the book, with `/`.
    pub file: Arc<str>,
    /// One-based; 0 for an item that is gone from the file.
    pub line: u64,
}

impl Origin {
    /// A field of the line.
    #[must_use]
    pub fn field(&self, column: &str) -> Place {
        Place { field: column.to_owned(), ..Place::line(&self.file, self.line) }
    }
}

impl From<&Place> for Origin {
    fn from(place: &Place) -> Self {
        Self { file: place.file.as_str().into(), line: place.line }
    }
}

/// How adjustments and roll-forwards name an item: `group/code`, or its code alone. It stands in the order of that text.
#[derive(Debug, Clone)]
pub struct ItemName {
    group: Option<Arc<str>>,
    code: Arc<str>,
}

impl ItemName {
    /// An item of a group: of a pool, or of an asset.
    #[must_use]
    pub fn of_group(group: impl Into<Arc<str>>, code: impl Into<Arc<str>>) -> Self {
        Self { group: Some(group.into()), code: code.into() }
    }

    /// The parts of its text.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.group.iter().flat_map(|group| [&**group, "/"]).chain([&*self.code])
    }
}

impl From<&str> for ItemName {
    fn from(code: &str) -> Self {
        Self { group: None, code: code.into() }
    }
}

impl fmt::Display for ItemName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().try_for_each(|part| formatter.write_str(part))
    }
}

impl Ord for ItemName {
    fn cmp(&self, other: &Self) -> Ordering {
        let shared = self.group.as_ref().zip(other.group.as_ref()).is_some_and(|(own, other)| Arc::ptr_eq(own, other));
        if shared || self.group == other.group {
            return self.code.cmp(&other.code);
        }
        self.parts().flat_map(str::bytes).cmp(other.parts().flat_map(str::bytes))
    }
}

impl PartialOrd for ItemName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ItemName {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ItemName {}

/// One row of the inventory subledger: a stock-keeping unit in a pool.
#[derive(Debug, Clone)]
pub struct InventoryItem {
    pub origin: Origin,
    pub dimension: Dimension,
    pub pool: Arc<str>,
    pub sku: Arc<str>,
    pub description: String,
    /// Units, not negative.
    pub quantity_on_hand: Decimal,
    /// Units that came in during the quarter, not negative.
    pub quantity_received: Decimal,
    /// Units scrapped during the quarter, not negative.
    pub quantity_scrapped: Decimal,
    /// Units that customers returned during the quarter, part of those received.
    pub quantity_returned: Decimal,
    /// Currency a unit.
    pub unit_cost: Decimal,
    pub replacement_cost: Option<Decimal>,
    pub selling_price: Option<Decimal>,
    /// Currency a unit; an empty field is a cost of nothing, which the header of the schedule tells.
    pub cost_to_complete: Decimal,
    /// Share of the selling price.
    pub selling_cost_rate: Decimal,
    /// Share of the selling price.
    pub normal_margin_rate: Option<Decimal>,
    /// Units expected to be sold before the pool's deadline.
    pub expected_units: Option<Decimal>,
    /// Currency a unit.
    pub scrap_value: Option<Decimal>,
    /// For the method of ageing.
    pub last_receipt_date: Option<NaiveDate>,
    /// Units a month, for the method of coverage.
    pub average_monthly_units: Option<Decimal>,
    /// Share of cost, for the method of specific rates.
    pub reserve_rate: Option<Decimal>,
}

impl InventoryItem {
    /// What makes the row unique; the same SKU in two pools is two units of account.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        ItemKey { dimension: self.dimension.clone(), group: self.pool.clone(), item: self.sku.clone() }
    }

    /// The order of the keys of two items, without making them.
    #[must_use]
    pub fn by_key(&self, other: &Self) -> Ordering {
        (&self.dimension, &self.pool, &self.sku).cmp(&(&other.dimension, &other.pool, &other.sku))
    }
}

/// The key of an item in its subledger: dimension, pool (or nothing) and the item's own code. A clone shares them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    pub dimension: Dimension,
    pub group: Arc<str>,
    pub item: Arc<str>,
}

impl ItemKey {
    /// The key of an item of a subledger.
    #[must_use]
    pub fn new(dimension: &Dimension, group: &str, item: &str) -> Self {
        Self { dimension: dimension.clone(), group: group.into(), item: item.into() }
    }
}

/// How a prepaid contract is earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognition {
    StraightLine {
        start: NaiveDate,
        end: NaiveDate,
    },
    FirstShowing {
        day: NaiveDate,
        /// The day on which the service was received, for those who expense as incurred.
        received: Option<NaiveDate>,
    },
    Units {
        total: Decimal,
        delivered: Decimal,
    },
    /// Deferred over later interim periods that it clearly benefits, never past its fiscal year.
    InterimDeferral {
        start: NaiveDate,
        /// The last day of its benefit, or of the fiscal year where that is earlier.
        last: NaiveDate,
    },
}

/// Where a part of a contract, or a component of an asset, goes when another brand goes on with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferTo {
    pub brand: String,
    pub segment: String,
}

impl TransferTo {
    /// The dimension that an item of `from` goes to: the same entity, the new brand and segment.
    #[must_use]
    pub fn dimension(&self, from: &Dimension) -> Dimension {
        Dimension::new(&from.entity, &self.brand, &self.segment)
    }
}

/// One row of the prepaid advertising subledger: a contract.
#[derive(Debug, Clone)]
pub struct PrepaidContract {
    pub origin: Place,
    pub dimension: Dimension,
    pub contract_id: String,
    pub vendor: String,
    pub description: String,
    pub amount_paid: Money,
    pub recognition: Recognition,
    /// Ordinary expense alone, to the quarter's end.
    pub expensed_to_date: Money,
    pub refundable: Money,
    pub transferable: Money,
    /// The brand that takes over the transferable part.
    pub transfer_to: Option<TransferTo>,
}

/// What is to become of a fixed asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// In ordinary use: depreciated over its life, not tested.
    InUse,
    HeldForSale {
        decided: NaiveDate,
        fair_value: Money,
        cost_to_sell: Money,
    },
    Abandon {
        decided: NaiveDate,
        cease_use: NaiveDate,
    },
    HoldAndUse {
        decided: NaiveDate,
        fair_value: Money,
        cost_to_sell: Money,
        /// Not discounted, for the test of the US rules.
        undiscounted_cash_flows: Money,
        /// Discounted, for the test of the international standards.
        value_in_use: Option<Money>,
    },
    /// Another brand goes on with the component.
    Reuse {
        decided: NaiveDate,
    },
}

impl Disposition {
    /// The name in the file and in the pack.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::InUse => "in-use",
            Self::HeldForSale { .. } => "held-for-sale",
            Self::Abandon { .. } => "abandon",
            Self::HoldAndUse { .. } => "hold-and-use",
            Self::Reuse { .. } => "reuse",
        }
    }

    /// The day of the decision, for an asset that has one.
    #[must_use]
    pub const fn decided(&self) -> Option<NaiveDate> {
        match self {
            Self::InUse => None,
            Self::HeldForSale { decided, .. }
            | Self::Abandon { decided, .. }
            | Self::HoldAndUse { decided, .. }
            | Self::Reuse { decided } => Some(*decided),
        }
    }
}

/// How an asset is depreciated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepreciationMethod {
    StraightLine,
    /// A multiple of the straight-line rate on the carrying amount, until the straight line gives more.
    DecliningBalance {
        /// The multiple in hundredths: 200 for double-declining.
        percent: u32,
    },
}

impl DepreciationMethod {
    /// All methods with their names in the file.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::StraightLine, "straight-line"),
        (Self::DecliningBalance { percent: 200 }, "declining-balance"),
        (Self::DecliningBalance { percent: 150 }, "declining-balance-150"),
    ];

    /// The name in the file and in the pack.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(method, _)| *method == self).map_or("", |(_, name)| name)
    }
}

/// What counts as the first month of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    /// The month of service counts in full.
    FullMonth,
    /// The month of service counts by half.
    HalfMonth,
    /// The month after it is the first.
    NextMonth,
}

impl Convention {
    /// All conventions with their names in the file.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::FullMonth, "full-month"), (Self::HalfMonth, "half-month"), (Self::NextMonth, "next-month")];

    /// The name in the file and in the pack.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(convention, _)| *convention == self).map_or("", |(_, name)| name)
    }
}

/// One row of the fixed-asset register: a component of an asset.
#[derive(Debug, Clone)]
pub struct FixedAsset {
    pub origin: Place,
    pub dimension: Dimension,
    pub asset_id: String,
    pub component: String,
    /// Assets whose cash flows are tested together; empty for an asset on its own.
    pub asset_group: String,
    pub description: String,
    pub cost: Money,
    pub salvage_value: Money,
    pub in_service_date: NaiveDate,
    pub life_months: u32,
    pub method: DepreciationMethod,
    pub convention: Convention,
    /// Ordinary depreciation alone, credit shown as a positive amount.
    pub accumulated_depreciation: Money,
    pub disposition: Disposition,
    /// The brand that goes on with a reused component.
    pub transfer_to: Option<TransferTo>,
}

impl FixedAsset {
    /// What makes the row unique: its asset (the group) and its component.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        ItemKey::new(&self.dimension, &self.asset_id, &self.component)
    }
}

/// What an obligation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObligationKind {
    RoyaltiesOwed,
    ContractTermination,
    /// Benefits of employees who are let go.
    Severance,
    /// Noted, never recognised.
    Guarantee,
}

impl ObligationKind {
    /// All kinds with their names in the file and in the pack.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::RoyaltiesOwed, "royalties-owed"),
        (Self::ContractTermination, "contract-termination"),
        (Self::Severance, "severance"),
        (Self::Guarantee, "guarantee"),
    ];

    /// The name in the file and in the pack.
    #[must_use]
    pub const fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// One row of the obligations subledger.
#[derive(Debug, Clone)]
pub struct Obligation {
    pub origin: Place,
    pub dimension: Dimension,
    pub obligation_id: String,
    pub payee: String,
    pub kind: ObligationKind,
    pub description: String,
    pub amount: Money,
    pub incurred_date: NaiveDate,
    /// The last day that employees must serve for their severance.
    pub service_end: Option<NaiveDate>,
    /// What the ledger has accrued for it, payments not taken off.
    pub accrued_to_date: Money,
}

/// One installment of an obligation.
#[derive(Debug, Clone)]
pub struct Installment {
    pub origin: Place,
    pub obligation_id: String,
    pub due_date: NaiveDate,
    pub amount: Money,
    pub paid_date: Option<NaiveDate>,
}

/// One row of the opening balances; debit positive.
#[derive(Debug, Clone)]
pub struct OpeningBalance {
    pub origin: Place,
    pub account: String,
    pub dimension: Dimension,
    pub amount: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_their_text() {
        let names = [
            ItemName::of_group("a", "1"),
            ItemName::of_group("a", "10"),
            ItemName::of_group("a-b", "1"),
            ItemName::of_group("a/b", "1"),
            ItemName::of_group("a", "b/1"),
            ItemName::from("a"),
            ItemName::from("a/1"),
        ];
        for one in &names {
            for other in &names {
                let texts = (one.to_string(), other.to_string());
                assert_eq!(one.cmp(other), texts.0.cmp(&texts.1), "{texts:?}");
                assert_eq!(one == other, texts.0 == texts.1, "{texts:?}");
            }
        }
    }
}
