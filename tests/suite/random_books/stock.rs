//! The inventory of a random book.

use chrono::Days;
use closepack::ingest::prior_pack::PriorPack;
use closepack::records::ItemKey;

use super::dice::Dice;
use super::sheet::{Balances, Row, Source, add, cents, fine, hundredths, key, of_key, share, text};
use super::terms::{Dimension, Quarter, Terms};

struct Sku {
    dimension: Dimension,
    /// Its place among the pools.
    pool: usize,
    code: String,
    /// Hundredths of units at the last close.
    units: i64,
    /// Ten-thousandths a unit.
    cost: i64,
}

/// The stock-keeping units, with what they had at the last close.
pub struct Stock {
    skus: Vec<Sku>,
}

const HEADER: &str = "entity,brand,segment,pool,sku,description,quantity_on_hand,quantity_received,quantity_scrapped,\
quantity_returned,unit_cost,replacement_cost,selling_price,cost_to_complete,selling_cost_rate,normal_margin_rate,\
expected_units,scrap_value,last_receipt_date,average_monthly_units,reserve_rate";

/// A SKU's units in a quarter, in hundredths.
struct Moved {
    on_hand: i64,
    received: i64,
    returned: i64,
    scrapped: i64,
}

impl Stock {
    pub fn random(dice: &mut Dice, terms: &Terms) -> Self {
        let mut stock = Self { skus: Vec::new() };
        for _ in 0..dice.between(3, 9) {
            stock.add(dice, terms);
        }
        stock
    }

    fn add(&mut self, dice: &mut Dice, terms: &Terms) {
        let last = i64::try_from(terms.pools.len()).expect("few pools") - 1;
        let cost = if dice.chance(70) { dice.between(1, 9_000) * 100 } else { dice.between(1, 900_000) };
        self.skus.push(Sku {
            dimension: terms.dimension(dice),
            pool: usize::try_from(dice.between(0, last)).expect("a place"),
            code: format!("{:04}", self.skus.len() + 1),
            units: 0,
            cost,
        });
    }

    /// Dimensions of ending brands that have stock under a deadline.
    pub fn selling_off(&self, terms: &Terms) -> Vec<Dimension> {
        let ends = |sku: &Sku| terms.event_of(&sku.dimension[1]).is_some();
        let under = |sku: &&Sku| ends(sku) && terms.pools[sku.pool].deadline.is_some();
        self.skus.iter().filter(under).map(|sku| sku.dimension.clone()).collect()
    }

    /// The rows of a quarter; what they and the last close's reserves come to is added to the balances.
    pub fn quarter(
        &mut self,
        dice: &mut Dice,
        terms: &Terms,
        quarter: &Quarter,
        prior: Option<&PriorPack>,
        balances: &mut Balances,
    ) -> Source {
        if prior.is_some() && dice.chance(50) {
            self.add(dice, terms);
        }
        let mut carried = std::collections::BTreeMap::new();
        if let Some(pack) = prior {
            let opening = pack.inventory.iter().map(|(key, opening)| (key, opening.reserve.map_or(0, cents)));
            carried.extend(opening.map(|(key, reserve)| (key, if terms.relief_is_booked { 0 } else { reserve })));
        }
        let mut rows = Vec::new();
        for sku in &mut self.skus {
            if dice.chance(7) {
                sku.units = 0;
                continue;
            }
            let moved = moved(dice, sku.units, prior.is_none());
            let cost = share(moved.on_hand, sku.cost, 10_000);
            let item = ItemKey {
                dimension: key(&sku.dimension),
                group: terms.pools[sku.pool].code.as_str().into(),
                item: sku.code.as_str().into(),
            };
            let opening = prior.and_then(|pack| pack.inventory.get(&item));
            if let (Some(opening), true) = (opening.and_then(|opening| opening.reserve), terms.relief_is_booked) {
                let reserve = cents(opening);
                let used = (sku.units + moved.received - moved.on_hand).clamp(0, sku.units);
                carried.insert(item, reserve - share(reserve, used, sku.units).max(reserve - cost));
            }
            add(balances, "1300", &sku.dimension, cost);
            rows.push(row(dice, terms, quarter, sku, &moved));
            sku.units = moved.on_hand;
            if dice.chance(30) {
                sku.cost = dice.percent_of(sku.cost, 85, 115).max(1);
            }
        }
        for (item, reserve) in carried {
            add(balances, "1390", &of_key(&item.dimension), -reserve);
        }
        Source { name: "inventory", header: HEADER, rows }
    }
}

fn moved(dice: &mut Dice, opening: i64, first: bool) -> Moved {
    let arrives = first || opening == 0 || dice.chance(50);
    let received = match (arrives, dice.chance(15)) {
        (false, _) => 0,
        (true, false) => dice.between(1, 300) * 100,
        (true, true) => dice.between(1, 30_000),
    };
    let returned = if dice.chance(40) { dice.part_of(received) } else { 0 };
    let available = opening + received;
    let on_hand = match dice.between(1, 20) {
        1 | 2 => 0,
        3..=6 => available,
        // A count above what there can be: a matter to look at, and no fault.
        7 if dice.chance(20) => available + dice.between(1, 500),
        _ => dice.percent_of(available, 5, 100),
    };
    let scrapped = if dice.chance(40) { dice.part_of(available - on_hand) } else { 0 };
    Moved { on_hand, received, returned, scrapped }
}

/// A field that is always there when the rule needs it, and otherwise as it comes.
fn needed(dice: &mut Dice, rule: bool, value: String) -> String {
    if rule || dice.chance(50) { value } else { String::new() }
}

fn row(dice: &mut Dice, terms: &Terms, quarter: &Quarter, sku: &Sku, moved: &Moved) -> Row {
    let pool = &terms.pools[sku.pool];
    let has = |method: &str| moved.on_hand > 0 && pool.methods.contains(&method);
    let (lower, deadline) = (has("lower-of-cost"), has("lower-of-cost") && pool.deadline.is_some());
    let replacement = lower && terms.needs_replacement_cost();
    let price = dice.percent_of(sku.cost, 35, 190);
    let complete = if dice.chance(30) { fine(dice.percent_of(sku.cost, 0, 15)) } else { String::new() };
    let selling_cost = if dice.chance(50) { hundredths(dice.between(0, 15)) } else { String::new() };
    let replaced = fine(dice.percent_of(sku.cost, 50, 130));
    let margin = hundredths(dice.between(0, 40));
    let expected = hundredths(dice.percent_of(moved.on_hand, 0, 130));
    let scrap = fine(dice.percent_of(sku.cost, 0, 60));
    let received = quarter.end - Days::new(dice.part_of(500).unsigned_abs());
    let monthly = match dice.between(1, 8) {
        1 => 0,
        _ => moved.on_hand / dice.between(1, 20),
    };
    let rate = hundredths(dice.between(0, 50));
    let [entity, brand, segment] = sku.dimension.clone();
    vec![
        entity,
        brand,
        segment,
        pool.code.clone(),
        sku.code.clone(),
        text(dice.chance(20).then_some("an item")),
        hundredths(moved.on_hand),
        needed(dice, moved.received > 0, hundredths(moved.received)),
        needed(dice, moved.scrapped > 0, hundredths(moved.scrapped)),
        needed(dice, moved.returned > 0, hundredths(moved.returned)),
        fine(sku.cost),
        needed(dice, replacement, replaced),
        needed(dice, lower || moved.returned > 0, fine(price)),
        complete,
        selling_cost,
        needed(dice, replacement, margin),
        needed(dice, deadline, expected),
        needed(dice, deadline, scrap),
        needed(dice, has("ageing"), received.to_string()),
        needed(dice, has("coverage"), hundredths(monthly)),
        needed(dice, has("specific"), rate),
    ]
}
