//! The prepaid advertising of a random book.

use chrono::{Days, NaiveDate};
use closepack::adjust::prepaid_advertising::Earlier;
use closepack::ingest::prior_pack::PriorPack;
use closepack::records::ItemKey;

use super::dice::Dice;
use super::sheet::{Balances, Row, Source, add, cents, hundredths, key, share, text};
use super::terms::{Dimension, Quarter, Terms};

enum Recognition {
    StraightLine(NaiveDate, NaiveDate),
    FirstShowing(NaiveDate, NaiveDate),
    /// The units in all, and those that are delivered by the end of each quarter.
    Units(i64, Vec<i64>),
    InterimDeferral(NaiveDate, NaiveDate),
}

struct Contract {
    dimension: Dimension,
    id: String,
    paid: i64,
    recognition: Recognition,
    refundable: i64,
    transferable: i64,
    transfer_to: Option<Dimension>,
}

/// The contracts of the book.
pub struct Contracts {
    list: Vec<Contract>,
    /// How many there ever were.
    made: usize,
}

const HEADER: &str = "entity,brand,segment,contract_id,vendor,amount_paid,recognition,service_start,service_end,\
first_showing,units_total,units_delivered,expensed_to_date,refundable_amount,transferable_amount,transfer_brand,\
transfer_segment";

impl Contracts {
    pub fn random(dice: &mut Dice, terms: &Terms) -> Self {
        let mut contracts = Self { list: Vec::new(), made: 0 };
        for _ in 0..dice.between(1, 6) {
            contracts.add(dice, terms);
        }
        contracts
    }

    fn add(&mut self, dice: &mut Dice, terms: &Terms) {
        let dimension = terms.dimension(dice);
        self.made += 1;
        let mut contract = Contract {
            id: format!("AD-{}", self.made),
            paid: dice.between(1, 5_000_000),
            recognition: recognition(dice, terms, terms.event_of(&dimension[1])),
            refundable: 0,
            transferable: 0,
            transfer_to: None,
            dimension,
        };
        if let Some(event) = terms.event_of(&contract.dimension[1]) {
            let unearned = contract.paid - contract.earned(terms, event, quarter_of(terms, event));
            let kept = if dice.chance(60) { dice.part_of(unearned) } else { 0 };
            contract.transferable = if dice.chance(60) { dice.part_of(kept) } else { 0 };
            contract.refundable = kept - contract.transferable;
        }
        if contract.transferable > 0 || dice.chance(10) {
            let [entity, brand, segment] = contract.dimension.clone();
            let segment = if dice.chance(50) { segment } else { dice.one_of(&terms.segments).clone() };
            contract.transfer_to = Some([entity, terms.other_brand(dice, &brand), segment]);
        }
        self.list.push(contract);
    }

    /// The rows of a quarter; what is prepaid by them is added to the balances.
    pub fn quarter(
        &mut self,
        dice: &mut Dice,
        terms: &Terms,
        (at, quarter): (usize, &Quarter),
        prior: Option<&PriorPack>,
        balances: &mut Balances,
    ) -> Source {
        if prior.is_some() && dice.chance(40) {
            self.add(dice, terms);
        }
        let earlier = |contract: &Contract| {
            prior.and_then(|pack| pack.prepaid.get(&contract.key())).copied().unwrap_or(Earlier::NOTHING)
        };
        // A contract that nothing was written off from may end.
        self.list.retain(|contract| {
            let ends = prior.is_some_and(|pack| pack.prepaid.contains_key(&contract.key())) && dice.chance(5);
            !(ends && earlier(contract) == Earlier::NOTHING && terms.event_of(&contract.dimension[1]).is_none())
        });
        let mut rows = Vec::new();
        for contract in &self.list {
            let before = earlier(contract);
            let event = terms.event_of(&contract.dimension[1]).filter(|event| *event <= quarter.end);
            let earned = contract.earned(terms, event.unwrap_or(quarter.end), at);
            let expensed = match dice.between(1, 10) {
                1..=5 => earned,
                6 => 0,
                7 => dice.part_of(contract.paid),
                _ => dice.percent_of(earned, 60, 110),
            };
            let shown = if terms.shows_write_downs { cents(before.written_off + before.moved) } else { 0 };
            let prepaid = contract.paid - expensed - cents(before.written_off + before.moved + before.transferred);
            add(balances, "1410", &contract.dimension, prepaid);
            if let Some(to) = &contract.transfer_to {
                add(balances, "1410", to, cents(before.transferred));
            }
            rows.push(contract.row(dice, at, expensed + shown));
        }
        Source { name: "prepaid_advertising", header: HEADER, rows }
    }
}

/// The place of the quarter in which a day's event first counts.
fn quarter_of(terms: &Terms, day: NaiveDate) -> usize {
    let last = terms.run().len() - 1;
    terms.run().iter().position(|quarter| day <= quarter.end).unwrap_or(last)
}

fn recognition(dice: &mut Dice, terms: &Terms, event: Option<NaiveDate>) -> Recognition {
    let (first, last) = (terms.run()[0].start, terms.run()[terms.run().len() - 1].end);
    let start = dice.day(first - Days::new(120), last + Days::new(30));
    let end = start + Days::new(dice.between(0, 400).unsigned_abs());
    match dice.between(1, 4) {
        1 => Recognition::StraightLine(start, end),
        2 => Recognition::FirstShowing(start, dice.day(first - Days::new(60), last + Days::new(60))),
        3 => {
            let total = dice.between(1, 400);
            let mut delivered = dice.part_of(total / 2);
            let mut by_quarter = Vec::new();
            for at in 0..terms.run().len() {
                // What is delivered after the event is no longer this contract's.
                let over = event.is_some_and(|event| at > quarter_of(terms, event));
                delivered = if over { delivered } else { dice.between(delivered, total) };
                by_quarter.push(delivered);
            }
            Recognition::Units(total, by_quarter)
        }
        _ => Recognition::InterimDeferral(start, end),
    }
}

/// The part of an amount that its days up to a day are, both ends counted.
fn by_days(amount: i64, (start, end): (NaiveDate, NaiveDate), day: NaiveDate) -> i64 {
    let passed = (day.min(end) - start).num_days() + 1;
    share(amount, passed.max(0), (end - start).num_days() + 1)
}

impl Contract {
    fn key(&self) -> ItemKey {
        ItemKey { dimension: key(&self.dimension), group: "".into(), item: self.id.as_str().into() }
    }

    /// What is earned to a day in a quarter.
    fn earned(&self, terms: &Terms, day: NaiveDate, quarter: usize) -> i64 {
        let from = |first: NaiveDate| if day >= first { self.paid } else { 0 };
        match &self.recognition {
            Recognition::StraightLine(start, end) => by_days(self.paid, (*start, *end), day),
            Recognition::FirstShowing(_, received) if terms.expenses_as_incurred() => from(*received),
            Recognition::FirstShowing(shown, _) => from(*shown),
            Recognition::Units(total, delivered) => share(self.paid, delivered[quarter], *total),
            Recognition::InterimDeferral(start, _) if terms.basis == "ifrs" => from(*start),
            Recognition::InterimDeferral(start, end) => {
                by_days(self.paid, (*start, (*end).min(terms.fiscal_year_end(*start))), day)
            }
        }
    }

    fn row(&self, dice: &mut Dice, quarter: usize, expensed: i64) -> Row {
        let (mut start, mut end, mut shown, mut units) = (None, None, None, (String::new(), String::new()));
        let recognition = match &self.recognition {
            Recognition::StraightLine(from, to) => {
                (start, end) = (Some(from), Some(to));
                "straight-line"
            }
            Recognition::FirstShowing(day, received) => {
                (shown, end) = (Some(day), Some(received));
                "first-showing"
            }
            Recognition::Units(total, delivered) => {
                units = (hundredths(*total), hundredths(delivered[quarter]));
                "units"
            }
            Recognition::InterimDeferral(from, to) => {
                (start, end) = (Some(from), Some(to));
                "interim-deferral"
            }
        };
        let [entity, brand, segment] = self.dimension.clone();
        let kept = |dice: &mut Dice, part: i64| {
            if part > 0 || dice.chance(30) { hundredths(part) } else { String::new() }
        };
        let to_segment = self.transfer_to.as_ref().map(|to| &to[2]).filter(|to| **to != segment || dice.chance(50));
        vec![
            entity,
            brand,
            segment.clone(),
            self.id.clone(),
            String::new(),
            hundredths(self.paid),
            recognition.to_owned(),
            text(start),
            text(end),
            text(shown),
            units.0,
            units.1,
            hundredths(expensed),
            kept(dice, self.refundable),
            kept(dice, self.transferable),
            text(self.transfer_to.as_ref().map(|to| &to[1])),
            text(to_segment),
        ]
    }
}
