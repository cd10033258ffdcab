//! The inventory subledger.

use rust_decimal::Decimal;

use super::{Against, Unique, needed, not_for_rule};
use crate::book::policies::MarketTest;
use crate::book::{Book, Method};
use crate::diagnostics::Faults;
use crate::ingest::table::{Row, Table};
use crate::records::InventoryItem;

/// Reads the inventory subledger.
pub fn inventory(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<InventoryItem> {
    let mut unique = Unique::new();
    let mut items = Vec::new();
    for row in table.rows() {
        let item = inventory_item(row, against, faults);
        unique.check(item.key(), &item.sku, row, "sku", faults);
        items.push(item);
    }
    items
}

fn inventory_item(row: Row<'_>, against: Against<'_>, faults: &mut Faults) -> InventoryItem {
    let pools = &against.book.config.pools;
    let pool = row.known("pool", |code| pools.contains_key(code), "a code of [[pools]]", faults);
    let item = InventoryItem {
        origin: row.origin(),
        dimension: row.dimension(against.codes, faults),
        pool,
        sku: row.text("sku", faults),
        description: row.optional("description").unwrap_or_default().to_owned(),
        quantity_on_hand: row.quantity("quantity_on_hand", faults),
        quantity_received: row.optional_quantity("quantity_received", faults).unwrap_or_default(),
        quantity_scrapped: row.optional_quantity("quantity_scrapped", faults).unwrap_or_default(),
        quantity_returned: row.optional_quantity("quantity_returned", faults).unwrap_or_default(),
        unit_cost: row.quantity("unit_cost", faults),
        replacement_cost: row.optional_quantity("replacement_cost", faults),
        selling_price: row.optional_quantity("selling_price", faults),
        cost_to_complete: row.optional_quantity("cost_to_complete", faults).unwrap_or_default(),
        selling_cost_rate: row.optional_rate("selling_cost_rate", faults).unwrap_or_default(),
        normal_margin_rate: row.optional_rate("normal_margin_rate", faults),
        expected_units: row.optional_quantity("expected_units", faults),
        scrap_value: row.optional_quantity("scrap_value", faults),
        last_receipt_date: row.optional_date("last_receipt_date", faults),
        average_monthly_units: row.optional_quantity("average_monthly_units", faults),
        reserve_rate: row.optional_rate("reserve_rate", faults),
    };
    if item.quantity_returned > item.quantity_received {
        let message = "more units were returned than came in";
        let help = "count returned units among quantity_received as well";
        not_for_rule(row, "quantity_returned", message, "at most quantity_received", help, faults);
    }
    if !item.quantity_on_hand.is_zero() {
        rule_inputs(row, &item, against.book, faults);
    }
    item
}

/// Tells of the fields that the methods of the item's pool need and the row lacks.
fn rule_inputs(row: Row<'_>, item: &InventoryItem, book: &Book, faults: &mut Faults) {
    let Some(pool) = book.config.pools.get(&item.pool) else { return };
    if pool.methods.has(Method::LowerOfCost) {
        needed(row, "selling_price", "net realizable value", faults);
        if book.config.policies.market_test() == MarketTest::ReplacementCost {
            needed(row, "replacement_cost", "market by replacement cost", faults);
            needed(row, "normal_margin_rate", "the floor of market", faults);
        }
        if pool.sell_off_deadline.is_some() {
            needed(row, "expected_units", "a pool with a sell-off deadline", faults);
            needed(row, "scrap_value", "a pool with a sell-off deadline", faults);
        }
    } else if item.quantity_returned > Decimal::ZERO {
        needed(row, "selling_price", "the net realizable value of returned goods", faults);
    }
    for (method, column, purpose) in [
        (Method::Ageing, "last_receipt_date", "a reserve by ageing"),
        (Method::Coverage, "average_monthly_units", "a reserve by coverage"),
        (Method::Specific, "reserve_rate", "a reserve by specific rates"),
    ] {
        if pool.methods.has(method) {
            needed(row, column, purpose, faults);
        }
    }
}
