//! The inventory subledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Against, comes_twice, needed, not_for_rule};
use crate::book::policies::MarketTest;
use crate::book::{Book, Method};
use crate::diagnostics::Faults;
use crate::domain::{Dimension, parallel};
use crate::ingest::table::{Row, Table};
use crate::records::{InventoryItem, Origin};

/// Reads the inventory subledger; its items stand in the order of their keys.
pub fn inventory(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<Arc<InventoryItem>> {
    let mut items = items(table, against, faults);
    // Of one key the first line of the file stays first. An export in the order of its keys costs one look.
    items.sort_by(|(_, a), (_, b)| a.by_key(b));
    for twins in items.chunk_by(|(_, a), (_, b)| a.by_key(b).is_eq()).filter(|twins| twins.len() > 1) {
        let first = table.row(twins[0].0);
        twins[1..].iter().for_each(|(at, item)| comes_twice(&item.sku, &first, table.row(*at), "sku", faults));
    }
    items.into_iter().map(|(_, item)| item).collect()
}

/// The items with the numbers of their rows, in the order of the rows.
fn items(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<(usize, Arc<InventoryItem>)> {
    let read = |rows: std::ops::Range<usize>, faults: &mut Faults| -> Vec<_> {
        let mut reader = Reader::new(against);
        rows.map(|at| (at, Arc::new(reader.item(table.row(at), faults)))).collect()
    };
    if faults.wants_all() {
        return read(0..table.len(), faults);
    }
    let parts = parallel::parts(table.len(), |rows| {
        let mut faults = Faults::default();
        (read(rows, &mut faults), faults)
    });
    let mut items = Vec::with_capacity(table.len());
    for (part, found) in parts {
        items.extend(part);
        faults.extend(found);
    }
    items
}

/// Reads rows, and shares the codes that they have in common.
struct Reader<'a> {
    against: Against<'a>,
    /// By entity, brand and segment as they stand in the file.
    dimensions: BTreeMap<[&'a str; 3], Dimension>,
    pools: BTreeMap<&'a str, Arc<str>>,
}

impl<'a> Reader<'a> {
    fn new(against: Against<'a>) -> Self {
        Self { against, dimensions: BTreeMap::new(), pools: BTreeMap::new() }
    }

    fn item(&mut self, row: Row<'a>, faults: &mut Faults) -> InventoryItem {
        let item = InventoryItem {
            origin: Origin { file: row.file().clone(), line: row.line() },
            pool: self.pool(row, faults),
            dimension: self.dimension(row, faults),
            sku: row.filled("sku", faults).into(),
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
            rule_inputs(row, &item, self.against.book, faults);
        }
        item
    }

    fn pool(&mut self, row: Row<'a>, faults: &mut Faults) -> Arc<str> {
        if let Some(known) = row.optional("pool").and_then(|code| self.pools.get(code)) {
            return known.clone();
        }
        let pools = &self.against.book.config.pools;
        let pool: Arc<str> = row.known("pool", |code| pools.contains_key(code), "a code of [[pools]]", faults).into();
        if let Some(code) = row.optional("pool").filter(|code| pools.contains_key(*code)) {
            self.pools.insert(code, pool.clone());
        }
        pool
    }

    /// The row's dimension. One with a code that is not known is looked at again in each row, and told again.
    fn dimension(&mut self, row: Row<'a>, faults: &mut Faults) -> Dimension {
        let codes = ["entity", "brand", "segment"].map(|column| row.optional(column).unwrap_or_default());
        if let Some(known) = self.dimensions.get(&codes) {
            return known.clone();
        }
        let before = faults.total();
        let dimension = row.dimension(self.against.codes, faults);
        if faults.total() == before {
            self.dimensions.insert(codes, dimension.clone());
        }
        dimension
    }
}

/// Tells of the fields that the methods of the item's pool need and the row lacks.
fn rule_inputs(row: Row<'_>, item: &InventoryItem, book: &Book, faults: &mut Faults) {
    let Some(pool) = book.config.pools.get(&*item.pool) else { return };
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
