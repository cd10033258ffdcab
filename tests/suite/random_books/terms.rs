//! The configuration of a random book: calendar, policies, codes, pools, events and royalties.

use std::fmt::Write;

use chrono::{Days, Months, NaiveDate};

use super::dice::Dice;

/// Entity, brand and segment.
pub type Dimension = [String; 3];

pub struct Quarter {
    pub id: String,
    pub start: NaiveDate,
    pub end: NaiveDate,
    pub fiscal_year: i64,
}

pub struct Event {
    pub id: String,
    pub date: NaiveDate,
    pub brands: Vec<String>,
}

pub struct Pool {
    pub code: String,
    pub deadline: Option<NaiveDate>,
    royalty_percent: i64,
    event: Option<String>,
    pub methods: Vec<&'static str>,
    unit_of_account: Option<&'static str>,
    steps: String,
}

struct Royalty {
    pool: String,
    dimension: Dimension,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
}

pub struct Terms {
    /// The book's calendar; [`Terms::run`] are the quarters that are run.
    pub calendar: Vec<Quarter>,
    pub basis: &'static str,
    cost_formula: &'static str,
    unit_of_account: &'static str,
    pub relief_is_booked: bool,
    as_incurred: bool,
    defers_buyouts: bool,
    pub shows_write_downs: bool,
    tax_percent: i64,
    valuation_allowance: bool,
    minimum_retention_days: i64,
    pub entities: Vec<String>,
    pub brands: Vec<String>,
    pub segments: Vec<String>,
    /// The dimensions that rows and entries are drawn from, few enough to meet again.
    pub dimensions: Vec<Dimension>,
    pub events: Vec<Event>,
    pub pools: Vec<Pool>,
    royalties: Vec<Royalty>,
}

/// Quarters of the calendar before the first that is run.
const BEFORE: usize = 3;
/// Quarters that are run.
pub const QUARTERS: usize = 3;

const METHODS: [&str; 5] = ["lower-of-cost", "ageing", "coverage", "movement", "specific"];

impl Terms {
    pub fn random(dice: &mut Dice) -> Self {
        let calendar = calendar(dice);
        let basis = *dice.one_of(&["us-gaap", "us-gaap-2004", "ifrs"]);
        let units = if basis == "ifrs" { &["item", "category"][..] } else { &["item", "category", "total"][..] };
        let formulas: &[&'static str] =
            if basis == "ifrs" { &["fifo", "average", "retail"] } else { &["fifo", "average", "lifo", "retail"] };
        let entities = codes(dice, &["AB", "AB-US", "XY"], 2);
        let brands = codes(dice, &["ALPHA", "BETA", "GAMMA", "DELTA"], 2);
        let segments = vec!["north".to_owned(), "south".to_owned()];
        let dimensions = dimensions(dice, [&entities, &brands, &segments]);
        let events = events(dice, &calendar, &brands);
        let pools: Vec<Pool> = (1..=dice.between(2, 4)).map(|at| pool(dice, at, &events, &calendar, units)).collect();
        let royalties = royalties(dice, &dimensions, &pools, &calendar);
        Self {
            basis,
            cost_formula: *dice.one_of(formulas),
            unit_of_account: *dice.one_of(units),
            relief_is_booked: dice.chance(30),
            as_incurred: dice.chance(30),
            defers_buyouts: dice.chance(75),
            shows_write_downs: dice.chance(40),
            tax_percent: dice.between(0, 45),
            valuation_allowance: dice.chance(50),
            minimum_retention_days: dice.between(0, 120),
            calendar,
            entities,
            brands,
            segments,
            dimensions,
            events,
            pools,
            royalties,
        }
    }

    /// The quarters that are run.
    pub fn run(&self) -> &[Quarter] {
        &self.calendar[BEFORE..BEFORE + QUARTERS]
    }

    pub fn dimension(&self, dice: &mut Dice) -> Dimension {
        dice.one_of(&self.dimensions).clone()
    }

    /// A brand other than the given one.
    pub fn other_brand(&self, dice: &mut Dice, brand: &str) -> String {
        let others: Vec<&String> = self.brands.iter().filter(|other| *other != brand).collect();
        (*dice.one_of(&others)).clone()
    }

    /// The day of a brand's event, of those to come as well.
    pub fn event_of(&self, brand: &str) -> Option<NaiveDate> {
        let events = self.events.iter().filter(|event| event.brands.iter().any(|known| known == brand));
        events.map(|event| event.date).min()
    }

    /// True when advertising is expensed as its service is received.
    pub fn expenses_as_incurred(&self) -> bool {
        self.as_incurred || self.basis == "ifrs"
    }

    /// True when inventory is compared with its replacement cost.
    pub fn needs_replacement_cost(&self) -> bool {
        self.basis == "us-gaap-2004" || (self.basis == "us-gaap" && ["lifo", "retail"].contains(&self.cost_formula))
    }

    /// The last day of the fiscal year of a day in the calendar.
    pub fn fiscal_year_end(&self, day: NaiveDate) -> NaiveDate {
        let year = self.calendar.iter().find(|quarter| quarter.start <= day && day <= quarter.end);
        let year = year.expect("a day of the calendar").fiscal_year;
        let last = self.calendar.iter().rfind(|quarter| quarter.fiscal_year == year);
        last.expect("the quarter itself").end
    }

    pub fn calendar_csv(&self) -> String {
        let mut text = "quarter,start,end,fiscal_year\n".to_owned();
        for Quarter { id, start, end, fiscal_year } in &self.calendar {
            writeln!(text, "{id},{start},{end},{fiscal_year}").expect("written to memory");
        }
        text
    }

    /// closepack.toml; `accounts` is its table of posting accounts.
    pub fn toml(&self, accounts: &str) -> String {
        let mut text = format!(
            "[company]\nname = \"Random Company\"\ncurrency = \"USD\"\n\n[policies]\nbasis = \"{}\"\n\
             first_quarter = \"{}\"\ntax_rate = \"0.{:02}\"\nvaluation_allowance = {}\ncost_formula = \"{}\"\n\
             unit_of_account = \"{}\"\nreserve_relief = \"{}\"\nproduction_advertising = \"{}\"\n\
             royalty_buyout = \"{}\"\nsubledger_shows_write_downs = {}\nminimum_retention_days = {}\n\n{accounts}\n",
            self.basis,
            self.run()[0].id,
            self.tax_percent,
            self.valuation_allowance,
            self.cost_formula,
            self.unit_of_account,
            if self.relief_is_booked { "booked" } else { "propose" },
            if self.as_incurred { "as-incurred" } else { "first-showing" },
            if self.defers_buyouts { "prorate-sell-off" } else { "expense" },
            self.shows_write_downs,
            self.minimum_retention_days,
        );
        for (table, codes) in [("entities", &self.entities), ("brands", &self.brands), ("segments", &self.segments)] {
            for code in codes {
                text += &format!("[[{table}]]\ncode = \"{code}\"\nname = \"{code}\"\n\n");
            }
        }
        self.pools.iter().for_each(|pool| text += &pool_toml(pool));
        for event in &self.events {
            text += &format!(
                "[[events]]\nid = \"{}\"\nkind = \"brand-exit\"\ndate = \"{}\"\nbrands = {:?}\ndescription = \"\"\n\n",
                event.id, event.date, event.brands
            );
        }
        for (at, royalty) in self.royalties.iter().enumerate() {
            let [entity, brand, segment] = &royalty.dimension;
            text += &format!(
                "[[royalties]]\nid = \"R{at}\"\npayee = \"\"\npool = \"{}\"\nentity = \"{entity}\"\n\
                 brand = \"{brand}\"\nsegment = \"{segment}\"\n{}{}\n",
                royalty.pool,
                key_of_day("start", royalty.start),
                key_of_day("end", royalty.end)
            );
        }
        text
    }
}

fn key_of_day(key: &str, day: Option<NaiveDate>) -> String {
    day.map(|day| format!("{key} = \"{day}\"\n")).unwrap_or_default()
}

fn pool_toml(pool: &Pool) -> String {
    let unit = pool.unit_of_account.map(|unit| format!("unit_of_account = \"{unit}\"\n")).unwrap_or_default();
    let event = pool.event.as_ref().map(|event| format!("event = \"{event}\"\n")).unwrap_or_default();
    format!(
        "[[pools]]\ncode = \"{}\"\nname = \"\"\nroyalty_rate = \"0.{:02}\"\nmethods = {:?}\n{unit}{event}{}{}\n",
        pool.code,
        pool.royalty_percent,
        pool.methods,
        key_of_day("sell_off_deadline", pool.deadline),
        pool.steps
    )
}

/// Nine quarters of thirteen weeks (one may have fourteen) or of three months; the fiscal year turns anywhere.
fn calendar(dice: &mut Dice) -> Vec<Quarter> {
    let by_weeks = dice.chance(50);
    let first = NaiveDate::from_ymd_opt(2003, 1, 1).expect("a date") + Months::new(u32::from(dice.chance(50)));
    let mut start = if by_weeks { first + Days::new(dice.part_of(30).unsigned_abs()) } else { first };
    let (long, turn) = (dice.between(0, 20), dice.between(0, 3));
    let mut quarters = Vec::new();
    for at in 0..9 {
        let weeks = if at == long { 14 } else { 13 };
        let next = if by_weeks { start + Days::new(7 * weeks) } else { start + Months::new(3) };
        let (fiscal_year, number) = (2003 + (at + turn) / 4, (at + turn) % 4 + 1);
        let end = next.pred_opt().expect("a date");
        quarters.push(Quarter { id: format!("{fiscal_year}-Q{number}"), start, end, fiscal_year });
        start = next;
    }
    quarters
}

/// The first codes of a list, at least so many.
fn codes(dice: &mut Dice, all: &[&str], least: usize) -> Vec<String> {
    let (least, most) = (i64::try_from(least).expect("small"), i64::try_from(all.len()).expect("small"));
    let count = usize::try_from(dice.between(least, most)).expect("not negative");
    all[..count].iter().map(|code| (*code).to_owned()).collect()
}

/// One of each entity, and some more.
fn dimensions(dice: &mut Dice, [entities, brands, segments]: [&Vec<String>; 3]) -> Vec<Dimension> {
    let mut list: Vec<Dimension> = Vec::new();
    for at in 0..entities.len() + 3 {
        let entity = entities[at % entities.len()].clone();
        let dimension = [entity, dice.one_of(brands).clone(), dice.one_of(segments).clone()];
        if !list.contains(&dimension) {
            list.push(dimension);
        }
    }
    list
}

fn events(dice: &mut Dice, calendar: &[Quarter], brands: &[String]) -> Vec<Event> {
    let (from, to) = (calendar[BEFORE].start - Days::new(30), calendar[BEFORE + QUARTERS - 1].end + Days::new(20));
    let event = |at: i64, dice: &mut Dice| {
        let mut named: Vec<String> = brands.iter().filter(|_| dice.chance(40)).cloned().collect();
        if named.is_empty() {
            named.push(dice.one_of(brands).clone());
        }
        Event { id: format!("event-{at}"), date: dice.day(from, to), brands: named }
    };
    let count = *dice.one_of(&[0, 1, 1, 2]);
    (1..=count).map(|at| event(at, dice)).collect()
}

fn pool(dice: &mut Dice, at: i64, events: &[Event], calendar: &[Quarter], units: &[&'static str]) -> Pool {
    let (first, last) = (&calendar[BEFORE], &calendar[BEFORE + QUARTERS - 1]);
    let deadline = dice.chance(40).then(|| dice.day(first.start, last.end + Days::new(150)));
    let lone = dice.chance(30);
    let mut methods: Vec<&'static str> =
        METHODS.into_iter().filter(|_| if lone { dice.chance(20) } else { dice.chance(45) }).collect();
    if (deadline.is_some() || methods.is_empty()) && !methods.contains(&"lower-of-cost") {
        methods.insert(0, "lower-of-cost");
    }
    dice.shuffle(&mut methods);
    let steps = [("ageing", 100, 1), ("coverage", 40, 10), ("movement", 8, 20)]
        .into_iter()
        .filter(|(method, ..)| methods.contains(method))
        .map(|(method, span, parts)| format!("{method} = [{}]\n", steps(dice, span, parts)))
        .collect();
    Pool {
        code: format!("pool-{at}"),
        deadline,
        royalty_percent: if dice.chance(50) { dice.between(0, 15) } else { 0 },
        event: (!events.is_empty() && dice.chance(50)).then(|| dice.one_of(events).id.clone()),
        methods,
        unit_of_account: dice.chance(40).then(|| *dice.one_of(units)),
        steps,
    }
}

/// Rising steps; each starts a number of parts of one after the step before.
fn steps(dice: &mut Dice, span: i64, parts: i64) -> String {
    let mut from = if dice.chance(50) { 0 } else { dice.between(1, span) };
    let mut list = Vec::new();
    for _ in 0..dice.between(1, 4) {
        let (whole, hundredths) = (from / parts, from % parts * 100 / parts);
        list.push(format!("{{ from = \"{whole}.{hundredths:02}\", rate = \"0.{:02}\" }}", dice.between(0, 60)));
        from += dice.between(1, span);
    }
    list.join(", ")
}

/// At most one in a dimension: two of the same sales and expense would each claim all of it.
fn royalties(dice: &mut Dice, dimensions: &[Dimension], pools: &[Pool], calendar: &[Quarter]) -> Vec<Royalty> {
    let (from, to) = (calendar[BEFORE].start - Days::new(20), calendar[BEFORE + QUARTERS - 1].end + Days::new(20));
    let mut list = Vec::new();
    for dimension in dimensions {
        if dice.chance(25) {
            list.push(Royalty {
                pool: dice.one_of(pools).code.clone(),
                dimension: dimension.clone(),
                start: dice.chance(50).then(|| dice.day(from, to)),
                end: dice.chance(50).then(|| dice.day(from, to)),
            });
        }
    }
    list
}
