//! The four schedules of a quarter: every item measured and rolled forward, and the adjustments that follow.

use std::collections::BTreeSet;

use crate::adjust::inventory_reserve::{self, Opening, PoolTerms, Units};
use crate::adjust::prepaid_advertising::{self, Earlier};
use crate::adjust::{Adjustment, Movement, fixed_assets, obligations};
use crate::book::{Basis, Book};
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::{Dimension, Money, Quarter};
use crate::ingest::prior_pack::PriorPack;
use crate::ingest::quarter::Records;
use crate::journal::entry_id;
use crate::records::{FixedAsset, Installment, InventoryItem, ItemKey, Obligation, PrepaidContract};

use rust_decimal::Decimal;

/// An inventory item with its reserve. An item that is gone from the file has no row, and nothing on hand.
#[derive(Debug, Clone)]
pub struct ReserveRow {
    pub key: ItemKey,
    pub item: Option<InventoryItem>,
    pub measurement: inventory_reserve::Measurement,
    pub roll: inventory_reserve::RollForward,
}

/// A prepaid contract with its measurement.
#[derive(Debug, Clone)]
pub struct PrepaidRow {
    pub contract: PrepaidContract,
    pub under_event: bool,
    pub earlier: Earlier,
    pub measurement: prepaid_advertising::Measurement,
}

/// A fixed asset with its measurement.
#[derive(Debug, Clone)]
pub struct AssetRow {
    pub asset: FixedAsset,
    pub written_down_before: Money,
    pub measurement: fixed_assets::Measurement,
}

/// An obligation with its roll-forward.
#[derive(Debug, Clone)]
pub struct ObligationRow {
    pub obligation: Obligation,
    pub measurement: obligations::Measurement,
}

/// All schedules, each in the order of its key.
#[derive(Debug, Clone)]
pub struct Schedules {
    pub inventory: Vec<ReserveRow>,
    pub prepaid: Vec<PrepaidRow>,
    pub assets: Vec<AssetRow>,
    pub obligations: Vec<ObligationRow>,
    /// By obligation and due date.
    pub installments: Vec<Installment>,
    pub adjustments: Vec<Adjustment>,
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
    let mut faults = Faults::default();
    let inventory = inventory(book, quarter, records, prior);
    let prepaid = prepaid(book, quarter, records, prior, &mut faults);
    let assets = assets(quarter, records, prior);
    let obligations = obligations(quarter, records, prior);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut installments = records.installments.clone();
    installments.sort_by(|a, b| {
        (&a.obligation_id, a.due_date, a.origin.line).cmp(&(&b.obligation_id, b.due_date, b.origin.line))
    });
    let mut maker = Maker { quarter, basis: book.config.policies.basis, adjustments: Vec::new() };
    inventory.iter().for_each(|row| maker.reserve(row));
    prepaid.iter().for_each(|row| maker.prepaid(row));
    assets.iter().for_each(|row| maker.asset(row));
    obligations.iter().for_each(|row| maker.obligation(row));
    let mut adjustments = maker.adjustments;
    adjustments.sort_by(|a, b| (a.movement, &a.dimension, &a.item).cmp(&(b.movement, &b.dimension, &b.item)));
    Ok(Schedules { inventory, prepaid, assets, obligations, installments, adjustments })
}

fn inventory(book: &Book, quarter: &Quarter, records: &Records, prior: Option<&PriorPack>) -> Vec<ReserveRow> {
    let opens_year = book.calendar.opens_fiscal_year(quarter);
    let opening = |key: &ItemKey| prior.and_then(|pack| pack.inventory.get(key)).copied().unwrap_or_default();
    let mut rows: Vec<ReserveRow> = records
        .inventory
        .iter()
        .map(|item| reserve_row(book, quarter, item, opening(&item.key()), opens_year))
        .collect();
    let present: BTreeSet<ItemKey> = rows.iter().map(|row| row.key.clone()).collect();
    let gone = prior.into_iter().flat_map(|pack| &pack.inventory);
    let gone = gone.filter(|(key, opening)| !present.contains(key) && holds_something(opening));
    rows.extend(gone.map(|(key, opening)| gone_row(key, *opening, opens_year)));
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    rows
}

fn holds_something(opening: &Opening) -> bool {
    !opening.units.is_zero() || opening.reserve.is_some_and(|reserve| !reserve.is_zero())
}

fn reserve_row(book: &Book, quarter: &Quarter, item: &InventoryItem, opening: Opening, opens_year: bool) -> ReserveRow {
    let pool = book.config.pools.get(&item.pool);
    let terms = PoolTerms {
        royalty_rate: pool.map(|pool| pool.royalty_rate).unwrap_or_default(),
        deadline: pool.and_then(|pool| book.binding_deadline(pool, quarter)),
    };
    let measurement = inventory_reserve::measure(item, book.config.policies.basis, terms, quarter.end);
    let units =
        Units { on_hand: item.quantity_on_hand, received: item.quantity_received, scrapped: item.quantity_scrapped };
    let roll = inventory_reserve::roll_forward(opening, units, measurement.cost, measurement.required, opens_year);
    ReserveRow { key: item.key(), item: Some(item.clone()), measurement, roll }
}

/// An item that is absent from the quarter's file has nothing on hand: its opening reserve is utilised in full.
fn gone_row(key: &ItemKey, opening: Opening, opens_year: bool) -> ReserveRow {
    let nothing = Decimal::ZERO;
    let units = Units { on_hand: nothing, received: nothing, scrapped: nothing };
    let measurement = inventory_reserve::Measurement {
        cost: Money::ZERO,
        nrv: nothing,
        market: nothing,
        saleable: nothing,
        excess: nothing,
        required: Money::ZERO,
    };
    let roll = inventory_reserve::roll_forward(opening, units, Money::ZERO, Money::ZERO, opens_year);
    ReserveRow { key: key.clone(), item: None, measurement, roll }
}

fn prepaid(
    book: &Book,
    quarter: &Quarter,
    records: &Records,
    prior: Option<&PriorPack>,
    faults: &mut Faults,
) -> Vec<PrepaidRow> {
    let mut rows = Vec::new();
    for contract in &records.prepaid_advertising {
        let event = book.brand_event(&contract.dimension.brand, quarter);
        let key = item_key(&contract.dimension, "", &contract.contract_id);
        let earlier = prior.and_then(|pack| pack.prepaid.get(&key)).copied().unwrap_or(Earlier::NOTHING);
        match prepaid_advertising::measure(contract, event.map(|event| event.date), quarter.end, earlier) {
            Ok(measurement) => {
                rows.push(PrepaidRow {
                    contract: contract.clone(),
                    under_event: event.is_some(),
                    earlier,
                    measurement,
                });
            }
            Err(excess) => {
                let mut place = contract.origin.clone();
                place.field = "refundable_amount".to_owned();
                let value = (contract.refundable + contract.transferable).to_string();
                let expected = format!("at most {}, what is unearned at the event", excess.unearned);
                let help = "correct the refundable and transferable amounts against the contract";
                let message = "the refundable and transferable amounts are above what is unearned";
                faults.add(Code::RuleInput, place, message, &value, &expected, help);
            }
        }
    }
    rows.sort_by_key(|row| item_key(&row.contract.dimension, "", &row.contract.contract_id));
    rows
}

fn assets(quarter: &Quarter, records: &Records, prior: Option<&PriorPack>) -> Vec<AssetRow> {
    let key = |asset: &FixedAsset| item_key(&asset.dimension, &asset.asset_id, &asset.component);
    let mut register: Vec<&FixedAsset> = records.fixed_assets.iter().collect();
    register.sort_by_key(|asset| key(asset));
    let before = |asset: &FixedAsset| prior.and_then(|pack| pack.written_down.get(&key(asset))).copied();
    let inputs: Vec<fixed_assets::Input<'_>> = register
        .into_iter()
        .map(|asset| fixed_assets::Input { asset, written_down_before: before(asset).unwrap_or(Money::ZERO) })
        .collect();
    let measured = fixed_assets::measure_register(&inputs, quarter.end);
    let row = |(input, measurement): (fixed_assets::Input<'_>, fixed_assets::Measurement)| AssetRow {
        asset: input.asset.clone(),
        written_down_before: input.written_down_before,
        measurement,
    };
    inputs.into_iter().zip(measured).map(row).collect()
}

fn obligations(quarter: &Quarter, records: &Records, prior: Option<&PriorPack>) -> Vec<ObligationRow> {
    let mut rows: Vec<ObligationRow> = Vec::new();
    for obligation in &records.obligations {
        let id = &obligation.obligation_id;
        let parts: Vec<&Installment> = records.installments.iter().filter(|part| part.obligation_id == *id).collect();
        let opening = prior.and_then(|pack| pack.obligations.get(id)).copied().unwrap_or(Money::ZERO);
        let measurement = obligations::measure(obligation, &parts, opening, quarter);
        rows.push(ObligationRow { obligation: obligation.clone(), measurement });
    }
    rows.sort_by(|a, b| {
        (&a.obligation.dimension, &a.obligation.obligation_id)
            .cmp(&(&b.obligation.dimension, &b.obligation.obligation_id))
    });
    rows
}

fn item_key(dimension: &Dimension, group: &str, item: &str) -> ItemKey {
    ItemKey { dimension: dimension.clone(), group: group.to_owned(), item: item.to_owned() }
}

/// Turns rows into adjustments; movements of nothing are left out.
struct Maker<'a> {
    quarter: &'a Quarter,
    basis: Basis,
    adjustments: Vec<Adjustment>,
}

impl Maker<'_> {
    #[expect(clippy::too_many_arguments, reason = "one call an adjustment, each argument a column of it")]
    fn add(
        &mut self,
        movement: Movement,
        dimension: &Dimension,
        item: &str,
        rule: &'static str,
        (carrying, measured): (Money, Money),
        amount: Money,
        origin: &Place,
    ) {
        if amount.is_zero() {
            return;
        }
        let figure_id = format!("{}:{}:{dimension}:{item}", self.quarter.id, movement.code());
        self.adjustments.push(Adjustment {
            figure_id,
            movement,
            dimension: dimension.clone(),
            item: item.to_owned(),
            rule,
            carrying,
            measured,
            amount,
            entry_id: entry_id(&self.quarter.id, movement, &dimension.entity),
            origin: origin.clone(),
        });
    }

    fn reserve(&mut self, row: &ReserveRow) {
        let roll = &row.roll;
        let gone = || Place::file(&format!("{}/inventory.csv", self.quarter.id));
        let origin = row.item.as_ref().map_or_else(gone, |item| item.origin.clone());
        let item = format!("{}/{}", row.key.group, row.key.item);
        let rule = inventory_reserve::citation(self.basis);
        let after_sale = roll.opening - roll.utilised_sale;
        for (movement, carrying, measured, amount) in [
            (Movement::ReserveUtilisedSale, roll.opening, after_sale, -roll.utilised_sale),
            (Movement::ReserveUtilisedScrap, after_sale, roll.carried, -roll.utilised_scrap),
            (Movement::ReserveCharge, roll.carried, roll.carried + roll.charge, roll.charge),
            (Movement::ReserveRelease, roll.carried, roll.carried - roll.release, -roll.release),
        ] {
            self.add(movement, &row.key.dimension, &item, rule, (carrying, measured), amount, &origin);
        }
    }

    fn prepaid(&mut self, row: &PrepaidRow) {
        let (contract, found) = (&row.contract, &row.measurement);
        let recorded = contract.amount_paid - contract.expensed_to_date - row.earlier.written_off - row.earlier.moved;
        let caught_up = recorded - found.catch_up;
        let moved = caught_up - found.moved;
        let rule = prepaid_advertising::citation(self.basis);
        for (movement, carrying, measured, amount) in [
            (Movement::PrepaidCatchUp, recorded, caught_up, found.catch_up),
            (Movement::PrepaidReceivable, caught_up, moved, found.moved),
            (Movement::PrepaidWriteOff, moved, moved - found.write_off, found.write_off),
        ] {
            let item = &contract.contract_id;
            self.add(movement, &contract.dimension, item, rule, (carrying, measured), amount, &contract.origin);
        }
    }

    fn asset(&mut self, row: &AssetRow) {
        let (asset, found) = (&row.asset, &row.measurement);
        let recorded = asset.cost - asset.accumulated_depreciation - row.written_down_before;
        let rule = fixed_assets::citation(self.basis, asset.disposition);
        let item = format!("{}/{}", asset.asset_id, asset.component);
        for (movement, carrying, measured, amount) in [
            (Movement::AssetCatchUp, recorded, recorded - found.catch_up, found.catch_up),
            (Movement::AssetWriteDown, found.carrying, found.measured, found.write_down),
        ] {
            self.add(movement, &asset.dimension, &item, rule, (carrying, measured), amount, &asset.origin);
        }
    }

    fn obligation(&mut self, row: &ObligationRow) {
        let (obligation, found) = (&row.obligation, &row.measurement);
        let movement = match obligation.kind {
            crate::records::ObligationKind::RoyaltiesOwed => Movement::RoyaltyAccrual,
            crate::records::ObligationKind::ContractTermination => Movement::ObligationCharge,
        };
        let rule = obligations::citation(self.basis);
        let amounts = (found.carried, found.closing);
        let item = &obligation.obligation_id;
        self.add(movement, &obligation.dimension, item, rule, amounts, found.charge, &obligation.origin);
    }
}
