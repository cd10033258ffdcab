//! The rules: pure functions from typed inputs to typed outputs. No files, no clock, no configuration look-ups.
//!
//! The subledgers never know each other. What they find becomes [`Adjustment`]s in one common form.

pub mod fixed_assets;
pub mod inventory_reserve;
pub mod obligations;
pub mod prepaid_advertising;
pub mod royalties;

use std::sync::Arc;

use crate::domain::{Dimension, Money};
use crate::records::{ItemName, Origin};

/// The kinds of adjustment, in the order of every table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    InventoryReserve,
    PrepaidAdvertising,
    FixedAssets,
    Obligations,
    /// The tax effect of the others.
    IncomeTax,
}

impl Kind {
    /// All kinds with their names in the pack.
    const NAMES: [(Self, &'static str); 5] = [
        (Self::InventoryReserve, "inventory_reserve"),
        (Self::PrepaidAdvertising, "prepaid_advertising"),
        (Self::FixedAssets, "fixed_assets"),
        (Self::Obligations, "obligations"),
        (Self::IncomeTax, "income_tax"),
    ];

    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::InventoryReserve, Self::PrepaidAdvertising, Self::FixedAssets, Self::Obligations, Self::IncomeTax];

    /// The kinds that have a subledger, a schedule and a roll-forward.
    pub const SUBLEDGERS: [Self; 4] =
        [Self::InventoryReserve, Self::PrepaidAdvertising, Self::FixedAssets, Self::Obligations];

    /// The name in the pack.
    #[must_use]
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize].1
    }
}

/// What an adjustment does to the books. Each has its own journal entry in each entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Movement {
    ReserveCharge,
    ReserveUtilisedSale,
    ReserveUtilisedScrap,
    ReserveRelease,
    PrepaidCatchUp,
    PrepaidWriteOff,
    /// The refundable part of a prepaid becomes a receivable: no effect on income.
    PrepaidReceivable,
    /// The transferable part of a prepaid goes on under its new brand: no effect on income.
    PrepaidTransfer,
    AssetCatchUp,
    /// Depreciation of an asset to be abandoned, over the shorter life.
    AssetAccelerated,
    /// A loss, or below zero a recovery.
    AssetWriteDown,
    /// The cost of a component that another brand goes on with: no effect on income.
    AssetMoveCost,
    /// Its accumulated depreciation: no effect on income.
    AssetMoveDepreciation,
    ObligationCharge,
    RoyaltyAccrual,
    SeveranceCharge,
    RunningRoyalty,
    /// The part of a buyout that is deferred over the sell-off, and its amortisation.
    BuyoutDeferral,
    /// What is due after a year: no effect on income.
    ObligationNonCurrent,
    DeferredTax,
}

impl Movement {
    /// All movements in the order of the journal entries: the kind, the name in figure ids and entry numbers, and
    /// whether the amount goes through income and whether it is or will be paid in cash.
    const TABLE: [(Self, Kind, &'static str, bool, bool); 20] = {
        use Kind::{FixedAssets, IncomeTax, InventoryReserve, Obligations, PrepaidAdvertising};
        [
            (Self::ReserveCharge, InventoryReserve, "INV-CHARGE", true, false),
            (Self::ReserveUtilisedSale, InventoryReserve, "INV-SALE", true, false),
            (Self::ReserveUtilisedScrap, InventoryReserve, "INV-SCRAP", true, false),
            (Self::ReserveRelease, InventoryReserve, "INV-RELEASE", true, false),
            (Self::PrepaidCatchUp, PrepaidAdvertising, "ADV-CATCHUP", true, false),
            (Self::PrepaidWriteOff, PrepaidAdvertising, "ADV-WRITEOFF", true, false),
            (Self::PrepaidReceivable, PrepaidAdvertising, "ADV-REFUND", false, false),
            (Self::PrepaidTransfer, PrepaidAdvertising, "ADV-TRANSFER", false, false),
            (Self::AssetCatchUp, FixedAssets, "FA-CATCHUP", true, false),
            (Self::AssetAccelerated, FixedAssets, "FA-ACCELERATED", true, false),
            (Self::AssetWriteDown, FixedAssets, "FA-WRITEDOWN", true, false),
            (Self::AssetMoveCost, FixedAssets, "FA-MOVE-COST", false, false),
            (Self::AssetMoveDepreciation, FixedAssets, "FA-MOVE-DEPR", false, false),
            (Self::ObligationCharge, Obligations, "OBL-TERMINATION", true, true),
            (Self::RoyaltyAccrual, Obligations, "OBL-ROYALTY", true, true),
            (Self::SeveranceCharge, Obligations, "OBL-SEVERANCE", true, true),
            (Self::RunningRoyalty, Obligations, "OBL-RUNNING", true, true),
            (Self::BuyoutDeferral, Obligations, "OBL-DEFERRAL", true, false),
            (Self::ObligationNonCurrent, Obligations, "OBL-NONCURRENT", false, false),
            (Self::DeferredTax, IncomeTax, "TAX-DEFERRED", true, false),
        ]
    };

    /// All movements, in the order of the journal entries.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::TABLE.into_iter().map(|row| row.0)
    }

    /// The name in figure ids and entry numbers.
    #[must_use]
    pub const fn code(self) -> &'static str {
        Self::TABLE[self as usize].2
    }

    /// The kind of adjustment that it belongs to.
    #[must_use]
    pub const fn kind(self) -> Kind {
        Self::TABLE[self as usize].1
    }

    /// True when the amount goes through income.
    #[must_use]
    pub const fn is_income(self) -> bool {
        Self::TABLE[self as usize].3
    }

    /// True when the amount is or will be paid in cash.
    #[must_use]
    pub const fn is_cash(self) -> bool {
        Self::TABLE[self as usize].4
    }
}

/// The difference between what a measurement requires and what the books carry.
#[derive(Debug, Clone)]
pub struct Adjustment {
    pub movement: Movement,
    pub dimension: Dimension,
    pub item: ItemName,
    /// The dimension that the amount goes to, for what only moves; its own dimension is where it comes from.
    pub moved_to: Option<Dimension>,
    /// The rule's citation under the basis.
    pub rule: &'static str,
    /// The choices of policy that the amount depends on, as `key=value`.
    pub policy: Arc<str>,
    /// What the books carry before the movement.
    pub carrying: Money,
    /// What they carry after it.
    pub measured: Money,
    /// Positive is a debit to the movement's first account: a charge. Negative is relief.
    pub amount: Money,
    /// The number of the journal entry that posts it.
    pub entry_id: Arc<str>,
    /// The source line that the item was read from; the file alone for an item that is gone from it.
    pub origin: Origin,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables are read by position.
    #[test]
    fn each_table_stands_in_the_order_of_its_names() {
        for (at, movement) in Movement::all().enumerate() {
            assert_eq!(movement as usize, at);
        }
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!((kind as usize, Kind::NAMES[at].0), (at, kind));
        }
    }

    /// What only moves within the balance sheet is neither income nor cash.
    #[test]
    fn cash_goes_through_income() {
        assert!(Movement::all().all(|movement| movement.is_income() || !movement.is_cash()));
        assert!(!Movement::PrepaidTransfer.is_income() && Movement::BuyoutDeferral.is_income());
        assert!(Movement::RunningRoyalty.is_cash() && !Movement::BuyoutDeferral.is_cash());
    }

    /// A code stands in entry numbers of an ERP: it starts with its subledger and is no other's.
    #[test]
    fn codes_are_unique_and_start_with_their_subledger() {
        let codes: std::collections::BTreeSet<&str> = Movement::all().map(Movement::code).collect();
        assert_eq!(codes.len(), Movement::all().count());
        for movement in Movement::all() {
            let subledger = match movement.kind() {
                Kind::InventoryReserve => "INV-",
                Kind::PrepaidAdvertising => "ADV-",
                Kind::FixedAssets => "FA-",
                Kind::Obligations => "OBL-",
                Kind::IncomeTax => "TAX-",
            };
            assert!(movement.code().starts_with(subledger), "{movement:?}");
        }
    }

    /// Statements name a column by the kind; tax follows from the subledgers and has none of its own.
    #[test]
    fn kinds_are_named_as_in_the_pack() {
        let names = Kind::ALL.map(Kind::name);
        let subledgers = ["inventory_reserve", "prepaid_advertising", "fixed_assets", "obligations"];
        assert_eq!(names, [subledgers[0], subledgers[1], subledgers[2], subledgers[3], "income_tax"]);
        assert_eq!(Kind::SUBLEDGERS.map(Kind::name), subledgers);
    }
}
