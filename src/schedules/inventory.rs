//! The inventory reserve: each item's terms, opening and roll-forward.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{ReserveRow, Terms};
use crate::adjust::inventory_reserve::{self, Input, Judged, Measurement, Opening, ReleaseLimit, RollForward, Units};
use crate::book::policies::MarketTest;
use crate::book::{Basis, Methods, UnitOfAccount};
use crate::diagnostics::{Code, Faults};
use crate::domain::{Dimension, Money, parallel};
use crate::records::{InventoryItem, ItemKey};

/// Every item's reserve, in the order of the keys; also of items that are gone from the file.
pub(super) fn measure(terms: Terms<'_>, faults: &mut Faults) -> Vec<ReserveRow> {
    received_in_time(terms, faults);
    let stocks = stocks(terms);
    let lots = lots(terms, &stocks);
    let (limit, of_groups) = (release_limit(terms), of_groups(terms, &lots, |own| own));
    let mut rows = parallel::map(lots.len(), |at| {
        let (lot, of_group) = (&lots[at], of_groups.get(at).copied().flatten());
        let found = inventory_reserve::measure(&lot.input(Judged::of(lot.item)), of_group, terms.quarter.end);
        ReserveRow::new(lot.item.key(), Some(lot.item.clone()), found, lot.roll(&found, limit))
    });
    let gone = gone_rows(terms, &lots, limit);
    if !gone.is_empty() {
        rows.extend(gone);
        rows.sort_by(|a, b| a.key.cmp(&b.key));
    }
    rows
}

/// How far the charges less the releases would be above what they are, by dimension, under each change of what is
/// judged. `measured` are the rows without a change.
///
/// # Errors
/// The faults of the items.
pub(super) fn differences(
    terms: Terms<'_>,
    measured: &[ReserveRow],
    changes: &[impl Fn(Judged) -> Judged + Sync],
) -> Result<Vec<BTreeMap<Dimension, Money>>, Faults> {
    let mut faults = Faults::default();
    received_in_time(terms, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let stocks = stocks(terms);
    let lots = lots(terms, &stocks);
    // An item that is gone has nothing that could be judged otherwise.
    let present = measured.iter().filter(|row| row.item.is_some());
    let base: Vec<Money> = present.map(|row| net_charge(&row.roll)).collect();
    Ok(changes.iter().map(|change| difference(terms, &lots, &base, change)).collect())
}

fn difference(
    terms: Terms<'_>,
    lots: &[Lot<'_>],
    base: &[Money],
    change: impl Fn(Judged) -> Judged + Sync,
) -> BTreeMap<Dimension, Money> {
    let (limit, of_groups) = (release_limit(terms), of_groups(terms, lots, &change));
    let of_item = |at: usize| {
        let (lot, of_group) = (&lots[at], of_groups.get(at).copied().flatten());
        let own = Judged::of(lot.item);
        let judged = change(own);
        if judged == own && of_group.is_none() {
            return Money::ZERO;
        }
        let found = inventory_reserve::measure(&lot.input(judged), of_group, terms.quarter.end);
        net_charge(&lot.roll(&found, limit)) - base[at]
    };
    let parts = parallel::parts(lots.len(), |part| {
        let mut sums: BTreeMap<Dimension, Money> = BTreeMap::new();
        for at in part {
            add(&mut sums, &lots[at].item.dimension, of_item(at));
        }
        sums
    });
    let mut sums = BTreeMap::new();
    for (dimension, amount) in parts.iter().flatten() {
        add(&mut sums, dimension, *amount);
    }
    sums
}

fn add(sums: &mut BTreeMap<Dimension, Money>, dimension: &Dimension, amount: Money) {
    match sums.get_mut(dimension) {
        Some(sum) => *sum += amount,
        None => drop(sums.insert(dimension.clone(), amount)),
    }
}

/// What a roll-forward charges to income, relief by use aside.
fn net_charge(roll: &RollForward) -> Money {
    roll.charge - roll.release
}

fn release_limit(terms: Terms<'_>) -> ReleaseLimit {
    match terms.book.config.policies.basis {
        Basis::Ifrs => ReleaseLimit::Carried,
        Basis::UsGaap | Basis::UsGaap2004 => {
            ReleaseLimit::SameFiscalYear { opens_fiscal_year: terms.book.calendar.opens_fiscal_year(terms.quarter) }
        }
    }
}

/// What the items of one pool and entity have in common.
struct Stock {
    market: MarketTest,
    royalty_rate: Decimal,
    deadline: Option<NaiveDate>,
    methods: Methods,
    /// The name of the items that share one comparison of cost and market; none where each stands alone.
    group: Option<String>,
}

/// By entity and pool.
type Stocks<'a> = BTreeMap<(&'a str, &'a str), Stock>;

fn stocks(terms: Terms<'_>) -> Stocks<'_> {
    let mut stocks = Stocks::new();
    for items in terms.records.inventory.chunk_by(|a, b| of_one_stock(a, b)) {
        let key = stock_key(&items[0]);
        stocks.entry(key).or_insert_with(|| stock(terms, key));
    }
    stocks
}

fn stock_key(item: &InventoryItem) -> (&str, &str) {
    (&item.dimension.entity, &item.pool)
}

/// True for items of one dimension and pool, which stand side by side.
fn of_one_stock(a: &InventoryItem, b: &InventoryItem) -> bool {
    a.dimension == b.dimension && a.pool == b.pool
}

fn stock(terms: Terms<'_>, (entity, code): (&str, &str)) -> Stock {
    let pool = terms.book.config.pools.get(code);
    Stock {
        market: terms.book.config.policies.market_test(),
        royalty_rate: pool.map(|pool| pool.royalty_rate).unwrap_or_default(),
        deadline: pool.and_then(|pool| terms.book.binding_deadline(pool, terms.quarter)),
        methods: pool.map_or_else(Methods::lower_of_cost, |pool| pool.methods.clone()),
        group: match terms.book.unit_of_account(code) {
            UnitOfAccount::Item => None,
            UnitOfAccount::Category => Some(format!("{entity}/{code}")),
            UnitOfAccount::Total => Some(entity.to_owned()),
        },
    }
}

/// An item with what it is measured by.
struct Lot<'a> {
    item: &'a Arc<InventoryItem>,
    stock: &'a Stock,
    /// What the last close says of it; nothing for a new item.
    opening: Option<&'a Opening>,
}

impl<'a> Lot<'a> {
    fn opening(&self) -> Opening {
        self.opening.copied().unwrap_or_default()
    }

    fn input(&self, judged: Judged) -> Input<'a> {
        let &Stock { market, royalty_rate, deadline, ref methods, ref group } = self.stock;
        let terms = inventory_reserve::Terms { market, royalty_rate, deadline, methods, group: group.as_deref() };
        Input { item: self.item, judged, terms, opening: self.opening() }
    }

    fn roll(&self, found: &Measurement, limit: ReleaseLimit) -> RollForward {
        let InventoryItem { quantity_on_hand, quantity_received, quantity_scrapped, .. } = **self.item;
        let units = Units { on_hand: quantity_on_hand, received: quantity_received, scrapped: quantity_scrapped };
        inventory_reserve::roll_forward(self.opening(), units, found.cost, found.required, limit)
    }
}

/// All items of the file in the order of their keys, which decides who gets an odd cent.
fn lots<'a>(terms: Terms<'a>, stocks: &'a Stocks<'_>) -> Vec<Lot<'a>> {
    let mut items: Vec<&Arc<InventoryItem>> = terms.records.inventory.iter().collect();
    items.sort_by(|a, b| a.by_key(b));
    let mut lots = Vec::with_capacity(items.len());
    for items in items.chunk_by(|a, b| of_one_stock(a, b)) {
        let Some(stock) = stocks.get(&stock_key(items[0])) else { continue };
        let mut openings = openings_of(terms, items[0]).iter().peekable();
        lots.extend(items.iter().map(|item| {
            // Both stand in the order of their codes.
            while openings.next_if(|(sku, _)| *sku < item.sku).is_some() {}
            let opening = openings.next_if(|(sku, _)| *sku == item.sku).map(|(_, opening)| opening);
            Lot { item, stock, opening }
        }));
    }
    lots
}

/// What the last close says of the items of an item's dimension and pool.
fn openings_of<'a>(terms: Terms<'a>, item: &InventoryItem) -> &'a [(Arc<str>, Opening)] {
    let stocks = terms.prior.map_or(&[][..], |pack| pack.inventory.stocks());
    let stock = stocks.iter().find(|stock| stock.dimension == item.dimension && stock.pool == item.pool);
    stock.map_or(&[], |stock| &stock.items)
}

/// What lower of cost requires of items that are not measured alone, by their places among the lots.
fn of_groups(terms: Terms<'_>, lots: &[Lot<'_>], change: impl Fn(Judged) -> Judged) -> Vec<Option<Money>> {
    let alone = lots.chunk_by(|a, b| std::ptr::eq(a.stock, b.stock)).all(|lots| lots[0].stock.group.is_none());
    if alone {
        return Vec::new();
    }
    let inputs = lots.iter().map(|lot| lot.input(change(Judged::of(lot.item))));
    inventory_reserve::group_requirements(inputs, terms.quarter.end)
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

/// The items that the last close knows and the file has not.
fn gone_rows(terms: Terms<'_>, lots: &[Lot<'_>], limit: ReleaseLimit) -> Vec<ReserveRow> {
    let stocks = terms.prior.map_or(&[][..], |pack| pack.inventory.stocks());
    let mut rows = Vec::new();
    for stock in stocks {
        let order = |lot: &Lot<'_>| (&lot.item.dimension, &lot.item.pool).cmp(&(&stock.dimension, &stock.pool));
        let start = lots.partition_point(|lot| order(lot).is_lt());
        let end = lots.partition_point(|lot| order(lot).is_le());
        let mut present = lots[start..end].iter().peekable();
        let gone = stock.items.iter().filter(|(sku, opening)| {
            while present.next_if(|lot| lot.item.sku < *sku).is_some() {}
            present.next_if(|lot| lot.item.sku == *sku).is_none() && holds_something(opening)
        });
        rows.extend(gone.map(|(sku, opening)| gone_row(terms, stock.key(sku), *opening, limit)));
    }
    rows
}

/// An item that is absent from the quarter's file has nothing on hand: its opening reserve is utilised in full.
fn gone_row(terms: Terms<'_>, key: ItemKey, opening: Opening, limit: ReleaseLimit) -> ReserveRow {
    let nothing = Decimal::ZERO;
    let units = Units { on_hand: nothing, received: nothing, scrapped: nothing };
    let roll = inventory_reserve::roll_forward(opening, units, Money::ZERO, Money::ZERO, limit);
    let pool = terms.book.config.pools.get(&*key.group);
    let methods = pool.map_or_else(Methods::lower_of_cost, |pool| pool.methods.clone());
    ReserveRow::new(key, None, Measurement::nothing(&methods), roll)
}
