//! The checked rows of each source, each with the line that it came from.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::diagnostics::Place;
use crate::domain::{Dimension, Money};

/// One row of the inventory subledger: a stock-keeping unit in a pool.
#[derive(Debug, Clone)]
pub struct InventoryItem {
    pub origin: Place,
    pub dimension: Dimension,
    pub pool: String,
    pub sku: String,
    pub description: String,
    /// Units, not negative.
    pub quantity_on_hand: Decimal,
    /// Units that came in during the quarter, not negative.
    pub quantity_received: Decimal,
    /// Units scrapped during the quarter, not negative.
    pub quantity_scrapped: Decimal,
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
}

impl InventoryItem {
    /// What makes the row unique; the same SKU in two pools is two units of account.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        ItemKey { dimension: self.dimension.clone(), group: self.pool.clone(), item: self.sku.clone() }
    }
}

/// The key of an item in its subledger: dimension, pool (or nothing) and the item's own code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    pub dimension: Dimension,
    pub group: String,
    pub item: String,
}

/// How a prepaid contract is earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognition {
    StraightLine { start: NaiveDate, end: NaiveDate },
    FirstShowing { day: NaiveDate },
    Units { total: Decimal, delivered: Decimal },
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
        undiscounted_cash_flows: Money,
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
        }
    }

    /// The day of the decision, for an asset that has one.
    #[must_use]
    pub const fn decided(&self) -> Option<NaiveDate> {
        match self {
            Self::InUse => None,
            Self::HeldForSale { decided, .. } | Self::Abandon { decided, .. } | Self::HoldAndUse { decided, .. } => {
                Some(*decided)
            }
        }
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
    /// Ordinary depreciation alone, credit shown as a positive amount.
    pub accumulated_depreciation: Money,
    pub disposition: Disposition,
}

/// What an obligation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObligationKind {
    RoyaltiesOwed,
    ContractTermination,
}

impl ObligationKind {
    /// The name in the file and in the pack.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RoyaltiesOwed => "royalties-owed",
            Self::ContractTermination => "contract-termination",
        }
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
