//! The inventory reserve: each item's terms, opening and roll-forward.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{ReserveRow, Terms};
use crate::adjust::inventory_reserve::{
    self, Changed, Input, Judged, Known, Measurement, Opening, ReleaseLimit, RollForward, Units,
};
use crate::book::policies::MarketTest;
use crate::book::{Basis, Methods, UnitOfAccount};
use crate::diagnostics::{Code, Faults};
use crate::domain::{Dimension, Money, parallel};
use crate::ingest::prior_pack::OpeningStock;
use crate::records::{InventoryItem, ItemKey};

/// Every item's reserve, in the order of the keys; also of items that are gone from the file.
pub(super) fn measure(terms: Terms<'_>, faults: &mut Faults) -> Vec<ReserveRow> {
    received_in_time(terms, faults);
    let stocks = stocks(terms);
    let (entries, limit) = (entries(terms, &stocks), release_limit(terms));
    let of_groups = of_groups(terms, entries.iter().filter_map(Entry::lot), |_| None);
    parallel::map(entries.len(), |at| match &entries[at] {
        Entry::Present(lot) => {
            let of_group = of_groups.get(lot.number).copied().flatten();
            let found = inventory_reserve::measure(&lot.input(Judged::of(lot.item)), of_group, terms.quarter.end);
            let roll = lot.roll(&found, limit);
            ReserveRow { key: lot.item.key(), item: Some(lot.item.clone()), measurement: found, roll }
        }
        Entry::Gone(stock, (item, opening)) => gone_row(terms, stock.key(item), *opening, limit),
    })
}

/// How far the charges less the releases would be above what they are, in each dimension, under each change of what is
/// judged; a change gives nothing for an item that it does not concern. `measured` are the rows without a change.
///
/// # Errors
/// The faults of the items.
pub(super) fn differences(
    terms: Terms<'_>,
    measured: &[ReserveRow],
    changes: &[impl Fn(Judged) -> Option<Changed> + Sync],
) -> Result<BTreeMap<Dimension, Vec<Money>>, Faults> {
    let mut faults = Faults::default();
    received_in_time(terms, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let stocks = stocks(terms);
    let rows = present(measured, &stocks);
    let lots = rows.iter().map(|(lot, _)| *lot);
    let of_groups: Vec<_> = changes.iter().map(|change| of_groups(terms, lots.clone(), change)).collect();
    let parts = parallel::parts(rows.len(), |part| {
        let mut sums: BTreeMap<&Dimension, Vec<Money>> = BTreeMap::new();
        for at in part {
            let (lot, row) = &rows[at];
            let sums = sums.entry(&row.key.dimension).or_insert_with(|| vec![Money::ZERO; changes.len()]);
            let (own, charged) = (Judged::of(lot.item), row.roll.net_charge());
            let mut input = lot.input(own);
            for (number, (change, sum)) in changes.iter().zip(sums).enumerate() {
                let of_group = of_groups[number].get(at).copied().flatten();
                let changed = change(own);
                if changed.is_none() && of_group.is_none() {
                    continue;
                }
                let (judged, known) = changed.map_or((own, Known::Prices), |changed| (changed.judged, changed.known));
                input.judged = judged;
                let found = &row.measurement;
                let required = inventory_reserve::requirement(&input, found, known, of_group, terms.quarter.end);
                *sum += row.roll.net_charge_at(required) - charged;
            }
        }
        sums
    });
    let mut all: BTreeMap<Dimension, Vec<Money>> = BTreeMap::new();
    for (dimension, sums) in parts.into_iter().flatten() {
        let all = all.entry(dimension.clone()).or_insert_with(|| vec![Money::ZERO; changes.len()]);
        all.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum);
    }
    Ok(all)
}

/// The measured items that the file has; what is gone has nothing that could be judged otherwise.
fn present<'a>(measured: &'a [ReserveRow], stocks: &'a Stocks<'_>) -> Vec<(Lot<'a>, &'a ReserveRow)> {
    let mut rows = Vec::with_capacity(measured.len());
    for run in measured.chunk_by(|a, b| a.key.dimension == b.key.dimension && a.key.group == b.key.group) {
        let key = (run[0].key.dimension.entity.as_str(), &*run[0].key.group);
        let Some(stock) = stocks.get(&key) else { continue };
        for row in run {
            if let Some(item) = &row.item {
                rows.push((Lot { number: rows.len(), item, stock, opening: None }, row));
            }
        }
    }
    rows
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
    a.dimension == b.dimension && (Arc::ptr_eq(&a.pool, &b.pool) || a.pool == b.pool)
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
#[derive(Clone, Copy)]
struct Lot<'a> {
    /// Its place among the items of the file.
    number: usize,
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

/// A row to be: an item of the file, or one that only the last close knows.
enum Entry<'a> {
    Present(Lot<'a>),
    Gone(&'a OpeningStock, &'a (Arc<str>, Opening)),
}

impl<'a> Entry<'a> {
    fn lot(&self) -> Option<Lot<'a>> {
        if let Self::Present(lot) = self { Some(*lot) } else { None }
    }
}

/// All items in the order of their keys, which decides who gets an odd cent. The file's and the last close's both stand
/// in that order, and are walked side by side.
fn entries<'a>(terms: Terms<'a>, stocks: &'a Stocks<'_>) -> Vec<Entry<'a>> {
    let mut entries = Entries { stocks, lots: 0, list: Vec::with_capacity(terms.records.inventory.len()) };
    let mut runs = terms.records.inventory.chunk_by(|a, b| of_one_stock(a, b)).peekable();
    for opening in terms.prior.map_or(&[][..], |pack| pack.inventory.stocks()) {
        let order =
            |run: &[Arc<InventoryItem>]| (&run[0].dimension, &run[0].pool).cmp(&(&opening.dimension, &opening.pool));
        while let Some(run) = runs.next_if(|run| order(run).is_lt()) {
            entries.add_new(run);
        }
        entries.add(runs.next_if(|run| order(run).is_eq()).unwrap_or(&[]), opening);
    }
    runs.for_each(|run| entries.add_new(run));
    entries.list
}

struct Entries<'a> {
    stocks: &'a Stocks<'a>,
    /// How many are of the file.
    lots: usize,
    list: Vec<Entry<'a>>,
}

impl<'a> Entries<'a> {
    fn push(&mut self, item: &'a Arc<InventoryItem>, stock: &'a Stock, opening: Option<&'a Opening>) {
        self.list.push(Entry::Present(Lot { number: self.lots, item, stock, opening }));
        self.lots += 1;
    }

    /// What the items have in common; nothing for no items.
    fn stock(&self, items: &'a [Arc<InventoryItem>]) -> Option<&'a Stock> {
        self.stocks.get(&stock_key(items.first()?))
    }

    /// Items of a pool that the last close does not know.
    fn add_new(&mut self, items: &'a [Arc<InventoryItem>]) {
        if let Some(stock) = self.stock(items) {
            items.iter().for_each(|item| self.push(item, stock, None));
        }
    }

    /// Items of a pool, and those that the last close has of it.
    fn add(&mut self, items: &'a [Arc<InventoryItem>], opening: &'a OpeningStock) {
        let gone = |known: &&(Arc<str>, Opening)| holds_something(&known.1);
        let Some(stock) = self.stock(items) else {
            return self.list.extend(opening.items.iter().filter(gone).map(|known| Entry::Gone(opening, known)));
        };
        let mut items = items.iter().peekable();
        for known in &opening.items {
            while let Some(item) = items.next_if(|item| item.sku < known.0) {
                self.push(item, stock, None);
            }
            if let Some(item) = items.next_if(|item| item.sku == known.0) {
                self.push(item, stock, Some(&known.1));
            } else if gone(&known) {
                self.list.push(Entry::Gone(opening, known));
            }
        }
        items.for_each(|item| self.push(item, stock, None));
    }
}

/// What lower of cost requires of items that are not measured alone, by their numbers.
fn of_groups<'a>(
    terms: Terms<'_>,
    lots: impl Iterator<Item = Lot<'a>> + Clone,
    change: impl Fn(Judged) -> Option<Changed>,
) -> Vec<Option<Money>> {
    if lots.clone().all(|lot| lot.stock.group.is_none()) {
        return Vec::new();
    }
    let inputs = lots.map(|lot| (lot, Judged::of(lot.item)));
    let inputs = inputs.map(|(lot, own)| lot.input(change(own).map_or(own, |changed| changed.judged)));
    inventory_reserve::group_requirements(inputs, terms.quarter.end)
}

/// Tells of items that would be of negative age.
fn received_in_time(terms: Terms<'_>, faults: &mut Faults) {
    let end = terms.quarter.end;
    for item in &terms.records.inventory {
        if let Some(received) = item.last_receipt_date.filter(|received| *received > end) {
            let place = item.origin.field("last_receipt_date");
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
fn gone_row(terms: Terms<'_>, key: ItemKey, opening: Opening, limit: ReleaseLimit) -> ReserveRow {
    let nothing = Decimal::ZERO;
    let units = Units { on_hand: nothing, received: nothing, scrapped: nothing };
    let roll = inventory_reserve::roll_forward(opening, units, Money::ZERO, Money::ZERO, limit);
    let pool = terms.book.config.pools.get(&*key.group);
    let methods = pool.map_or_else(Methods::lower_of_cost, |pool| pool.methods.clone());
    ReserveRow { key, item: None, measurement: Measurement::nothing(&methods), roll }
}
