//! The roll-forwards of reserves, write-offs, write-downs and liabilities, item by item.

use std::collections::BTreeSet;

use crate::adjust::Kind;
use crate::domain::{Dimension, Money};
use crate::ingest::prior_pack::PriorPack;
use crate::records::{ItemKey, ItemName};
use crate::schedules::Schedules;

/// One item's way through the quarter; all amounts are positive reserves, losses to date or liabilities.
#[derive(Debug, Clone)]
pub struct RollRow {
    pub kind: Kind,
    pub dimension: Dimension,
    pub item: ItemName,
    pub opening: Money,
    /// Charged or incurred, with changes of estimate.
    pub charged: Money,
    pub utilised: Money,
    pub released: Money,
    pub paid: Money,
    pub closing: Money,
}

impl RollRow {
    /// What the closing amount must be.
    #[must_use]
    pub fn footed(&self) -> Money {
        self.opening + self.charged - self.utilised - self.released - self.paid
    }
}

/// The rows of all schedules that open, move or close with an amount; and of contracts and assets that are gone from
/// their registers, whose losses to date went with them.
#[must_use]
pub fn build(schedules: &Schedules, prior: Option<&PriorPack>) -> Vec<RollRow> {
    let reserves = schedules.inventory.iter().map(|row| RollRow {
        kind: Kind::InventoryReserve,
        dimension: row.key.dimension.clone(),
        item: row.name(),
        opening: row.roll.opening,
        charged: row.roll.charge,
        utilised: row.roll.utilised_sale + row.roll.utilised_scrap,
        released: row.roll.release,
        paid: Money::ZERO,
        closing: row.roll.closing,
    });
    let prepaid = schedules.prepaid.iter().map(|row| {
        let (before, found) = (row.earlier.written_off, &row.measurement);
        let item = row.contract.contract_id.as_str().into();
        losses(
            Kind::PrepaidAdvertising,
            &row.contract.dimension,
            item,
            before,
            found.write_off,
            found.written_off_to_date,
        )
    });
    let assets = schedules.assets.iter().map(|row| {
        let (asset, found) = (&row.asset, &row.measurement);
        let item = ItemName::of_group(&*asset.asset_id, &*asset.component);
        let before = row.earlier.written_down;
        losses(Kind::FixedAssets, &asset.dimension, item, before, found.write_down, found.written_down_to_date)
    });
    let obligations = schedules.obligations.iter().map(|row| {
        let found = &row.measurement;
        RollRow {
            kind: Kind::Obligations,
            dimension: row.obligation.dimension.clone(),
            item: row.obligation.obligation_id.as_str().into(),
            opening: found.opening,
            charged: found.incurred + found.change,
            utilised: Money::ZERO,
            released: Money::ZERO,
            paid: found.paid,
            closing: found.closing,
        }
    });
    let moves = |row: &RollRow| {
        [row.opening, row.charged, row.utilised, row.released, row.paid, row.closing]
            .iter()
            .any(|amount| !amount.is_zero())
    };
    let gone = prior.into_iter().flat_map(|pack| gone(schedules, pack));
    let rows = reserves.chain(prepaid).chain(assets).chain(obligations).chain(gone);
    let mut rows: Vec<RollRow> = rows.filter(moves).collect();
    rows.sort_by(|a, b| (a.kind, &a.dimension, &a.item).cmp(&(b.kind, &b.dimension, &b.item)));
    rows
}

fn gone(schedules: &Schedules, prior: &PriorPack) -> Vec<RollRow> {
    let contracts: BTreeSet<(&Dimension, &str)> =
        schedules.prepaid.iter().map(|row| (&row.contract.dimension, row.contract.contract_id.as_str())).collect();
    let assets: BTreeSet<ItemKey> = schedules.assets.iter().map(|row| row.asset.key()).collect();
    let contracts = prior
        .prepaid
        .iter()
        .filter(|(key, _)| !contracts.contains(&(&key.dimension, &*key.item)))
        .map(|(key, earlier)| left(Kind::PrepaidAdvertising, key, (&*key.item).into(), earlier.written_off));
    let assets = prior.assets.iter().filter(|(key, _)| !assets.contains(key)).map(|(key, earlier)| {
        left(Kind::FixedAssets, key, ItemName::of_group(key.group.clone(), key.item.clone()), earlier.written_down)
    });
    contracts.chain(assets).collect()
}

/// An item that left its register with the losses that it had borne.
fn left(kind: Kind, key: &ItemKey, item: ItemName, losses: Money) -> RollRow {
    let nothing = Money::ZERO;
    RollRow {
        kind,
        dimension: key.dimension.clone(),
        item,
        opening: losses,
        charged: nothing,
        utilised: losses,
        released: nothing,
        paid: nothing,
        closing: nothing,
    }
}

/// Losses to date; a recovery is released.
fn losses(kind: Kind, dimension: &Dimension, item: ItemName, opening: Money, loss: Money, closing: Money) -> RollRow {
    let (charged, released) = (loss.at_least_zero(), (-loss).at_least_zero());
    let (utilised, paid) = (Money::ZERO, Money::ZERO);
    RollRow { kind, dimension: dimension.clone(), item, opening, charged, utilised, released, paid, closing }
}
