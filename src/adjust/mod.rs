//! The rules: pure functions from typed inputs to typed outputs. No files, no clock, no configuration look-ups.
//!
//! The four subledgers never know each other. What they find becomes [`Adjustment`]s in one common form.

pub mod fixed_assets;
pub mod inventory_reserve;
pub mod obligations;
pub mod prepaid_advertising;

use crate::diagnostics::Place;
use crate::domain::{Dimension, Money};

/// The four kinds of adjustment, in the order of every table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    InventoryReserve,
    PrepaidAdvertising,
    FixedAssets,
    Obligations,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::InventoryReserve, Self::PrepaidAdvertising, Self::FixedAssets, Self::Obligations];

    /// The name in the pack.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InventoryReserve => "inventory_reserve",
            Self::PrepaidAdvertising => "prepaid_advertising",
            Self::FixedAssets => "fixed_assets",
            Self::Obligations => "obligations",
        }
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
    AssetCatchUp,
    AssetWriteDown,
    ObligationCharge,
    RoyaltyAccrual,
}

impl Movement {
    /// All movements, in the order of the journal entries.
    pub const ALL: [Self; 11] = [
        Self::ReserveCharge,
        Self::ReserveUtilisedSale,
        Self::ReserveUtilisedScrap,
        Self::ReserveRelease,
        Self::PrepaidCatchUp,
        Self::PrepaidWriteOff,
        Self::PrepaidReceivable,
        Self::AssetCatchUp,
        Self::AssetWriteDown,
        Self::ObligationCharge,
        Self::RoyaltyAccrual,
    ];

    /// The name in figure ids and entry numbers.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ReserveCharge => "INV-CHARGE",
            Self::ReserveUtilisedSale => "INV-SALE",
            Self::ReserveUtilisedScrap => "INV-SCRAP",
            Self::ReserveRelease => "INV-RELEASE",
            Self::PrepaidCatchUp => "ADV-CATCHUP",
            Self::PrepaidWriteOff => "ADV-WRITEOFF",
            Self::PrepaidReceivable => "ADV-REFUND",
            Self::AssetCatchUp => "FA-CATCHUP",
            Self::AssetWriteDown => "FA-WRITEDOWN",
            Self::ObligationCharge => "OBL-TERMINATION",
            Self::RoyaltyAccrual => "OBL-ROYALTY",
        }
    }

    /// The kind of adjustment that it belongs to.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::ReserveCharge | Self::ReserveUtilisedSale | Self::ReserveUtilisedScrap | Self::ReserveRelease => {
                Kind::InventoryReserve
            }
            Self::PrepaidCatchUp | Self::PrepaidWriteOff | Self::PrepaidReceivable => Kind::PrepaidAdvertising,
            Self::AssetCatchUp | Self::AssetWriteDown => Kind::FixedAssets,
            Self::ObligationCharge | Self::RoyaltyAccrual => Kind::Obligations,
        }
    }

    /// True when the amount goes through income.
    #[must_use]
    pub const fn is_income(self) -> bool {
        !matches!(self, Self::PrepaidReceivable)
    }

    /// True when the amount is or will be paid in cash.
    #[must_use]
    pub const fn is_cash(self) -> bool {
        matches!(self, Self::ObligationCharge | Self::RoyaltyAccrual)
    }
}

/// The difference between what a measurement requires and what the books carry.
#[derive(Debug, Clone)]
pub struct Adjustment {
    /// Names the amount for good: quarter, movement, entity and item.
    pub figure_id: String,
    pub movement: Movement,
    pub dimension: Dimension,
    pub item: String,
    /// The rule's citation under the basis.
    pub rule: &'static str,
    /// What the books carry before the movement.
    pub carrying: Money,
    /// What they carry after it.
    pub measured: Money,
    /// Positive is a debit to the movement's first account: a charge. Negative is relief.
    pub amount: Money,
    pub entry_id: String,
    /// The source line that the item was read from; the file alone for an item that is gone from it.
    pub origin: Place,
}
