//! The fixed-asset register of a random book.

use chrono::{Datelike, Days, NaiveDate};
use closepack::adjust::fixed_assets::Earlier;
use closepack::ingest::prior_pack::PriorPack;
use closepack::records::ItemKey;

use super::dice::Dice;
use super::sheet::{Balances, Row, Source, add, cents, hundredths, key, share, text};
use super::terms::{Dimension, Quarter, Terms};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Disposition {
    HoldAndUse,
    HeldForSale,
    Abandon,
    Reuse,
}

struct Decision {
    disposition: Disposition,
    day: NaiveDate,
    cease_use: NaiveDate,
}

struct Asset {
    dimension: Dimension,
    id: String,
    component: String,
    group: String,
    cost: i64,
    salvage: i64,
    in_service: NaiveDate,
    life_months: i64,
    method: &'static str,
    convention: &'static str,
    decision: Option<Decision>,
    transfer_to: Dimension,
}

/// The assets of the book.
pub struct Register {
    list: Vec<Asset>,
    /// How many there ever were.
    made: usize,
}

const HEADER: &str = "entity,brand,segment,asset_id,component,asset_group,cost,salvage_value,in_service_date,\
life_months,method,convention,accumulated_depreciation,disposition,decision_date,cease_use_date,fair_value,\
cost_to_sell,undiscounted_cash_flows,value_in_use,transfer_brand,transfer_segment";

impl Register {
    pub fn random(dice: &mut Dice, terms: &Terms) -> Self {
        let mut register = Self { list: Vec::new(), made: 0 };
        for _ in 0..dice.between(1, 6) {
            register.add(dice, terms);
        }
        register
    }

    fn add(&mut self, dice: &mut Dice, terms: &Terms) {
        self.made += 1;
        let first = terms.run()[0].start;
        let dimension = terms.dimension(dice);
        let [entity, brand, segment] = dimension.clone();
        let segment = if dice.chance(50) { segment } else { dice.one_of(&terms.segments).clone() };
        let cost = dice.between(1, 4_000_000);
        self.list.push(Asset {
            id: format!("FA-{}", self.made.div_ceil(2)),
            component: format!("{}", self.made),
            group: dice.one_of(&["booth", "plant", "", ""]).to_string(),
            salvage: if dice.chance(40) { dice.percent_of(cost, 0, 40) } else { 0 },
            cost,
            in_service: dice.day(first - Days::new(1400), first + Days::new(60)),
            life_months: dice.between(1, 90),
            method: dice.one_of::<&str>(&[
                "straight-line",
                "straight-line",
                "declining-balance",
                "declining-balance-150",
                "",
            ]),
            convention: dice.one_of::<&str>(&["full-month", "half-month", "next-month", ""]),
            decision: dice.chance(10).then(|| old_decision(dice, first)),
            transfer_to: [entity, terms.other_brand(dice, &brand), segment],
            dimension,
        });
    }

    /// The rows of a quarter; what they and earlier write-downs come to is added to the balances.
    pub fn quarter(
        &mut self,
        dice: &mut Dice,
        terms: &Terms,
        quarter: &Quarter,
        prior: Option<&PriorPack>,
        balances: &mut Balances,
    ) -> Source {
        if prior.is_some() && dice.chance(30) {
            self.add(dice, terms);
        }
        // One may leave, whatever was measured of it.
        self.list.retain(|_| prior.is_none() || !dice.chance(5));
        let mut rows = Vec::new();
        let tested = self.test_a_group(dice, quarter);
        for asset in &mut self.list {
            if tested.is_none_or(|group| asset.group != group) {
                asset.decide(dice, quarter);
            }
            // An asset is in service on the day of its decision at the latest.
            let decided = asset.decision.as_ref().map_or(asset.in_service, |decision| decision.day);
            asset.in_service = asset.in_service.min(decided);
            let before = prior.and_then(|pack| pack.assets.get(&asset.key())).copied().unwrap_or(Earlier::NOTHING);
            let moved = before
                .decision
                .is_some_and(|decision| decision.earmark == closepack::adjust::fixed_assets::Earmark::Reused);
            let dimension = if moved { &asset.transfer_to } else { &asset.dimension };
            let written_down = cents(before.written_down);
            let accumulated = asset.accumulated(dice, quarter.end);
            add(balances, "1500", dimension, asset.cost);
            add(balances, "1590", dimension, -accumulated - written_down);
            let shown = if terms.shows_write_downs { written_down } else { 0 };
            rows.push(asset.row(dice, terms, accumulated + shown));
        }
        Source { name: "fixed_assets", header: HEADER, rows }
    }

    /// Tests a group as a whole, at times: all of it that no other brand goes on with.
    fn test_a_group(&mut self, dice: &mut Dice, quarter: &Quarter) -> Option<&'static str> {
        let group = *dice.one_of(&["booth", "plant"]);
        let day = dice.day(quarter.start, quarter.end);
        if !dice.chance(40) {
            return None;
        }
        let open = |before: &Decision| before.disposition != Disposition::Reuse && before.day < day;
        let members = self.list.iter_mut().filter(|asset| asset.group == group);
        for asset in members.filter(|asset| asset.decision.as_ref().is_none_or(open)) {
            asset.decision = Some(Decision { disposition: Disposition::HoldAndUse, day, cease_use: day });
        }
        Some(group)
    }
}

impl Asset {
    fn key(&self) -> ItemKey {
        ItemKey {
            dimension: key(&self.dimension),
            group: self.id.as_str().into(),
            item: self.component.as_str().into(),
        }
    }

    /// A first decision, or a later one; never one that goes back, and none after a component was given to another
    /// brand.
    fn decide(&mut self, dice: &mut Dice, quarter: &Quarter) {
        use Disposition::{Abandon, HeldForSale, HoldAndUse, Reuse};
        let (choices, earliest): (&[Disposition], NaiveDate) = match &self.decision {
            None if dice.chance(40) => (&[HoldAndUse, HoldAndUse, HeldForSale, Abandon, Reuse], quarter.start),
            Some(before) if before.disposition != Reuse && dice.chance(30) => {
                (&[HoldAndUse, HoldAndUse, HoldAndUse, HeldForSale, Abandon], before.day + Days::new(1))
            }
            _ => return,
        };
        let from = earliest.max(quarter.start);
        if from > quarter.end {
            return;
        }
        // Only a first decision may be announced before its day: a measured asset keeps one that counts.
        let announced = self.decision.is_none() && dice.chance(10);
        let day = dice.day(from, if announced { quarter.end + Days::new(40) } else { quarter.end });
        let cease_use = day + Days::new(dice.between(0, 250).unsigned_abs());
        self.decision = Some(Decision { disposition: *dice.one_of(choices), day, cease_use });
    }

    /// Ordinary depreciation as the ERP has it: mostly near the straight line.
    fn accumulated(&self, dice: &mut Dice, end: NaiveDate) -> i64 {
        let number = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month());
        let months = (number(end) - number(self.in_service) + 1).clamp(0, self.life_months);
        let by_line = share(self.cost - self.salvage, months, self.life_months);
        match dice.between(1, 6) {
            1 => 0,
            2 => dice.percent_of(by_line, 50, 110),
            _ => by_line,
        }
    }

    fn row(&self, dice: &mut Dice, terms: &Terms, accumulated: i64) -> Row {
        let [entity, brand, segment] = self.dimension.clone();
        let disposition = self.decision.as_ref().map(|decision| decision.disposition);
        let is = |of: Disposition| disposition == Some(of);
        let (tested, sold) = (is(Disposition::HoldAndUse), is(Disposition::HeldForSale));
        let cease_use = self.decision.as_ref().map(|decision| decision.cease_use);
        let fair_value = hundredths(dice.percent_of(self.cost, 0, 90));
        let cost_to_sell = hundredths(dice.percent_of(self.cost, 0, 10));
        let cash_flows = hundredths(dice.percent_of(self.cost, 0, 110));
        let in_use = hundredths(dice.percent_of(self.cost, 0, 90));
        let by_use = terms.basis == "ifrs" && dice.chance(40);
        let shown = |shown: bool, value: String| if shown { value } else { String::new() };
        vec![
            entity,
            brand,
            segment.clone(),
            self.id.clone(),
            self.component.clone(),
            self.group.clone(),
            hundredths(self.cost),
            hundredths(self.salvage),
            self.in_service.to_string(),
            self.life_months.to_string(),
            self.method.to_owned(),
            self.convention.to_owned(),
            hundredths(accumulated),
            text(disposition.map(name)),
            text(self.decision.as_ref().map(|decision| decision.day)),
            text(cease_use.filter(|_| is(Disposition::Abandon))),
            shown(sold || (tested && !by_use), fair_value),
            shown(sold || (tested && !by_use && dice.chance(50)), cost_to_sell),
            shown(tested && (terms.basis != "ifrs" || dice.chance(50)), cash_flows),
            shown(tested && (by_use || dice.chance(50)), in_use),
            shown(is(Disposition::Reuse), self.transfer_to[1].clone()),
            shown(is(Disposition::Reuse) && self.transfer_to[2] != segment, self.transfer_to[2].clone()),
        ]
    }
}

/// A decision from before the first quarter.
fn old_decision(dice: &mut Dice, first: NaiveDate) -> Decision {
    let day = dice.day(first - Days::new(300), first);
    let disposition = *dice.one_of(&[Disposition::HeldForSale, Disposition::Abandon, Disposition::HoldAndUse]);
    Decision { disposition, day, cease_use: day + Days::new(dice.between(0, 500).unsigned_abs()) }
}

const fn name(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::HoldAndUse => "hold-and-use",
        Disposition::HeldForSale => "held-for-sale",
        Disposition::Abandon => "abandon",
        Disposition::Reuse => "reuse",
    }
}
