//! The inventory reserve: each item's terms, opening and roll-forward.

use std::collections::BTreeSet;

use super::{ReserveRow, Terms};
use crate::adjust::inventory_reserve::{self, Input, Measurement, Opening, ReleaseLimit, Units};
use crate::book::{Basis, Methods, Pool, UnitOfAccount};
use crate::diagnostics::{Code, Faults};
use crate::domain::Money;
use crate::records::{InventoryItem, ItemKey};

use rust_decimal::Decimal;

pub(super) fn measure(terms: Terms<'_>, faults: &mut Faults) -> Vec<ReserveRow> {
    let Terms { book, quarter, records, prior } = terms;
    let limit = match book.config.policies.basis {
        Basis::Ifrs => ReleaseLimit::Carried,
        Basis::UsGaap | Basis::UsGaap2004 => {
            ReleaseLimit::SameFiscalYear { opens_fiscal_year: book.calendar.opens_fiscal_year(quarter) }
        }
    };
    let lower_of_cost = Methods::lower_of_cost();
    let mut items: Vec<(ItemKey, &InventoryItem)> = records.inventory.iter().map(|item| (item.key(), item)).collect();
    items.sort_by(|a, b| a.0.cmp(&b.0));
    let groups: Vec<Option<String>> = items.iter().map(|(_, item)| group(terms, item)).collect();
    let opening = |key: &ItemKey| prior.and_then(|pack| pack.inventory.get(key)).copied().unwrap_or_default();
    let inputs: Vec<Input<'_>> = items
        .iter()
        .zip(&groups)
        .map(|((key, item), group)| {
            let pool = book.config.pools.get(&item.pool);
            let terms = inventory_reserve::Terms {
                market: book.config.policies.market_test(),
                royalty_rate: pool.map(|pool| pool.royalty_rate).unwrap_or_default(),
                deadline: pool.and_then(|pool| book.binding_deadline(pool, quarter)),
                methods: pool.map_or(&lower_of_cost, |pool: &Pool| &pool.methods),
                group: group.as_deref(),
            };
            Input { item, terms, opening: opening(key) }
        })
        .collect();
    received_in_time(terms, faults);
    let measured = inventory_reserve::measure_subledger(&inputs, quarter.end);
    let present: BTreeSet<&ItemKey> = items.iter().map(|(key, _)| key).collect();
    let gone = prior.into_iter().flat_map(|pack| &pack.inventory);
    let gone = gone.filter(|(key, opening)| !present.contains(key) && holds_something(opening));
    let methods = |pool: &str| book.config.pools.get(pool).map_or(&lower_of_cost, |pool| &pool.methods);
    let gone = gone.map(|(key, opening)| gone_row(key, *opening, methods(&key.group), limit));
    let mut rows: Vec<ReserveRow> = gone.collect();
    rows.extend(items.iter().zip(&inputs).zip(measured).map(|(((key, item), input), measurement)| {
        let units = Units {
            on_hand: item.quantity_on_hand,
            received: item.quantity_received,
            scrapped: item.quantity_scrapped,
        };
        let roll = inventory_reserve::roll_forward(input.opening, units, measurement.cost, measurement.required, limit);
        ReserveRow { key: key.clone(), item: Some((*item).clone()), measurement, roll }
    }));
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    rows
}

/// The items that share one comparison of cost and market.
fn group(terms: Terms<'_>, item: &InventoryItem) -> Option<String> {
    let entity = &item.dimension.entity;
    match terms.book.unit_of_account(&item.pool) {
        UnitOfAccount::Item => None,
        UnitOfAccount::Category => Some(format!("{entity}/{}", item.pool)),
        UnitOfAccount::Total => Some(entity.clone()),
    }
}

/// Tells of items that would be of negative age.
fn received_in_time(terms: Terms<'_>, faults: &mut Faults) {
    let end = terms.quarter.end;
    for item in &terms.records.inventory {
        if let Some(received) = item.last_receipt_date.filter(|received| *received > end) {
            let mut place = item.origin.clone();
            place.field = "last_receipt_date".to_owned();
            let message = "the last receipt is after the quarter";
            let (value, expected) = (received.to_string(), format!("a date on or before {end}"));
            let help = "export the subledger as it was at the quarter's end";
            faults.add(Code::RuleInput, place, message, &value, &expected, help);
        }
    }
}

fn holds_something(opening: &Opening) -> bool {
    !opening.units.is_zero() || opening.reserve.is_some_and(|reserve| !reserve.is_zero())
}

/// An item that is absent from the quarter's file has nothing on hand: its opening reserve is utilised in full.
fn gone_row(key: &ItemKey, opening: Opening, methods: &Methods, limit: ReleaseLimit) -> ReserveRow {
    let nothing = Decimal::ZERO;
    let units = Units { on_hand: nothing, received: nothing, scrapped: nothing };
    let roll = inventory_reserve::roll_forward(opening, units, Money::ZERO, Money::ZERO, limit);
    ReserveRow { key: key.clone(), item: None, measurement: Measurement::nothing(methods), roll }
}
