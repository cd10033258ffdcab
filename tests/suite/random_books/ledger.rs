//! The ledger of a random book: opening balances, ordinary business, and what brings the control accounts to what the
//! subledgers say.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use closepack::ingest::prior_pack::PriorPack;

use super::dice::Dice;
use super::sheet::{Balances, Row, Source, add, cents, hundredths, of_key};
use super::terms::{Dimension, Quarter, Terms};

/// The accounts that a subledger explains, each with the account that its movements are posted against.
const CONTROL: [(&str, &str); 6] =
    [("1300", "2000"), ("1390", "5100"), ("1410", "6200"), ("1500", "1000"), ("1590", "6400"), ("2300", "6310")];
const RETAINED_EARNINGS: &str = "3200";

const LEDGER: &str =
    "journal_id,journal_line,effective_date,entity,account,brand,segment,description,debit,credit,currency";
const OPENING: &str = "entity,account,brand,segment,amount";

fn is_income(account: &str) -> bool {
    account >= "4000"
}

/// The balances of a first quarter: some of what the subledgers will say, and business as usual.
pub fn first_opening(dice: &mut Dice, terms: &Terms, controls: &Balances) -> Balances {
    let mut balances = Balances::new();
    for ((account, dimension), amount) in controls {
        if !["1390", "2300"].contains(&account.as_str()) && dice.chance(50) {
            add(&mut balances, account, dimension, dice.percent_of(*amount, 0, 120));
        }
    }
    for dimension in &terms.dimensions {
        for account in ["1000", "1100", "2000", "2600"] {
            let amount = dice.between(-50_000, 900_000);
            add(&mut balances, account, dimension, if account < "2000" { amount } else { -amount });
        }
    }
    let new_year = terms.calendar.iter().position(|quarter| quarter.id == terms.run()[0].id);
    let before = &terms.calendar[new_year.expect("a quarter of the calendar") - 1];
    if before.fiscal_year == terms.run()[0].fiscal_year {
        for account in ["4000", "5000", "6000", "6400"] {
            let dimension = terms.dimension(dice);
            add(&mut balances, account, &dimension, dice.between(-400_000, 400_000));
        }
    }
    between_affiliates(dice, terms, ["1800", "3110"], &mut balances);
    between_affiliates(dice, terms, ["1180", "2180"], &mut balances);
    for entity in &terms.entities {
        let of = balances.iter().filter(|((_, dimension), _)| dimension[0] == *entity);
        let total: i64 = of.map(|(_, amount)| amount).sum();
        let dimension = home(terms, entity);
        add(&mut balances, "3000", &dimension, -total);
    }
    balances
}

fn home(terms: &Terms, entity: &str) -> Dimension {
    let own = terms.dimensions.iter().find(|dimension| dimension[0] == entity);
    own.expect("every entity has a dimension").clone()
}

/// What one entity has of another, on both sides.
fn between_affiliates(dice: &mut Dice, terms: &Terms, [one, other]: [&str; 2], balances: &mut Balances) {
    let amount = dice.between(1, 500_000);
    add(balances, one, &home(terms, &terms.entities[0]), amount);
    add(balances, other, &home(terms, &terms.entities[1]), -amount);
}

/// What a quarter opens with: the pack before it, closed to retained earnings at a new fiscal year.
pub fn next_opening(pack: &PriorPack, new_year: bool) -> Balances {
    let mut balances = Balances::new();
    for ((account, dimension), amount) in &pack.adjusted {
        let to = if new_year && is_income(account) { RETAINED_EARNINGS } else { account };
        add(&mut balances, to, &of_key(dimension), cents(*amount));
    }
    balances
}

/// The balances as a source; one of nothing may be left out.
pub fn opening_source(dice: &mut Dice, balances: &Balances) -> Source {
    let mut rows = Vec::new();
    for ((account, [entity, brand, segment]), amount) in balances {
        if *amount != 0 || dice.chance(50) {
            rows.push(vec![entity.clone(), account.clone(), brand.clone(), segment.clone(), hundredths(*amount)]);
        }
    }
    dice.shuffle(&mut rows);
    Source { name: "opening_balances", header: OPENING, rows }
}

/// A ledger in the making.
struct Journal<'a> {
    quarter: &'a Quarter,
    rows: Vec<Row>,
    entries: usize,
}

impl Journal<'_> {
    /// Posts an entry of one or two entities; each line is an account, a dimension and an amount, debit positive.
    fn post(&mut self, day: NaiveDate, lines: &[(&str, &Dimension, i64)]) {
        self.entries += 1;
        let id = format!("J-{:04}", self.entries);
        for (at, (account, dimension, amount)) in lines.iter().enumerate() {
            self.rows.push(line((&id, at + 1), day, account, dimension, *amount));
        }
    }

    fn day(&self, dice: &mut Dice) -> NaiveDate {
        dice.day(self.quarter.start, self.quarter.end)
    }
}

/// A line of a ledger; the amount is debit less credit.
pub fn line((id, number): (&str, usize), day: NaiveDate, account: &str, dimension: &Dimension, amount: i64) -> Row {
    let [entity, brand, segment] = dimension.clone();
    let (debit, credit) =
        if amount < 0 { ("".to_owned(), hundredths(-amount)) } else { (hundredths(amount), "".to_owned()) };
    vec![
        id.to_owned(),
        number.to_string(),
        day.to_string(),
        entity,
        account.to_owned(),
        brand,
        segment,
        "an entry".to_owned(),
        debit,
        credit,
        "USD".to_owned(),
    ]
}

/// The ledger of a quarter, which brings the control accounts from the opening balances to where the subledgers are.
pub fn ledger(dice: &mut Dice, terms: &Terms, quarter: &Quarter, opening: &Balances, controls: &Balances) -> Source {
    let mut journal = Journal { quarter, rows: Vec::new(), entries: 0 };
    business(dice, terms, &mut journal);
    affiliates(dice, terms, &mut journal);
    let keys: BTreeSet<_> = opening.keys().chain(controls.keys()).collect();
    for key in keys {
        let (account, dimension) = key;
        let Some((_, against)) = CONTROL.iter().find(|(control, _)| control == account) else { continue };
        let of = |balances: &Balances| balances.get(key).copied().unwrap_or(0);
        let moved = of(controls) - of(opening);
        // In two entries, as a purchase and a use would be.
        let first = if dice.chance(50) { moved } else { dice.between(1, 200_000) };
        for part in [first, moved - first] {
            if part != 0 {
                let day = journal.day(dice);
                journal.post(day, &[(account, dimension, part), (against, dimension, -part)]);
            }
        }
    }
    dice.shuffle(&mut journal.rows);
    Source { name: "ledger", header: LEDGER, rows: journal.rows }
}

fn business(dice: &mut Dice, terms: &Terms, journal: &mut Journal<'_>) {
    for _ in 0..dice.between(4, 14) {
        let (day, dimension) = (journal.day(dice), terms.dimension(dice));
        let amount = dice.between(0, 300_000);
        let (debit, credit) = *dice.one_of(&[
            ("1100", "4000"),
            ("1100", "4000"),
            ("1000", "4000"),
            ("4000", "1100"),
            ("1000", "1100"),
            ("2000", "1000"),
            ("6000", "1000"),
            ("6020", "2000"),
            ("6300", "2200"),
            ("2200", "1000"),
            ("7000", "1000"),
            ("7100", "2000"),
            ("1000", "2600"),
            ("1700", "1000"),
        ]);
        journal.post(day, &[(debit, &dimension, amount), (credit, &dimension, -amount)]);
    }
}

/// A fee between affiliates in one entry of both entities, and its payment.
fn affiliates(dice: &mut Dice, terms: &Terms, journal: &mut Journal<'_>) {
    let (parent, other) = (home(terms, &terms.entities[0]), home(terms, &terms.entities[1]));
    for _ in 0..dice.between(0, 2) {
        let (day, fee) = (journal.day(dice), dice.between(1, 50_000));
        journal.post(
            day,
            &[("1180", &parent, fee), ("4900", &parent, -fee), ("6900", &other, fee), ("2180", &other, -fee)],
        );
        let paid = dice.part_of(fee);
        journal.post(
            day,
            &[("1000", &parent, paid), ("1180", &parent, -paid), ("2180", &other, paid), ("1000", &other, -paid)],
        );
    }
}
