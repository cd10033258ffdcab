//! The obligations of a random book and their installments.

use chrono::{Days, NaiveDate};
use closepack::ingest::prior_pack::PriorPack;

use super::dice::Dice;
use super::sheet::{Balances, Row, Source, add, cents, hundredths, share, text};
use super::terms::{Dimension, Quarter, Terms};

struct Part {
    due: NaiveDate,
    amount: i64,
    /// The day on which it will be paid.
    paid: Option<NaiveDate>,
}

struct Obligation {
    dimension: Dimension,
    id: String,
    kind: &'static str,
    amount: i64,
    incurred: NaiveDate,
    service_end: Option<NaiveDate>,
    parts: Vec<Part>,
}

/// The obligations of the book.
pub struct Owed {
    list: Vec<Obligation>,
}

const HEADER: &str = "entity,brand,segment,obligation_id,payee,kind,amount,incurred_date,service_end,accrued_to_date";
const INSTALLMENTS: &str = "obligation_id,due_date,amount,paid_date";

impl Owed {
    /// `selling_off` are dimensions with stock under a deadline, where a buyout may be deferred.
    pub fn random(dice: &mut Dice, terms: &Terms, selling_off: &[Dimension]) -> Self {
        let mut owed = Self { list: Vec::new() };
        for _ in 0..dice.between(1, 5) {
            owed.add(dice, terms, selling_off);
        }
        owed
    }

    fn add(&mut self, dice: &mut Dice, terms: &Terms, selling_off: &[Dimension]) {
        let kinds = ["royalties-owed", "contract-termination", "contract-termination", "severance", "guarantee"];
        let kind = *dice.one_of(&kinds);
        let buyout = kind == "contract-termination" && !selling_off.is_empty() && dice.chance(70);
        let dimension = if buyout { dice.one_of(selling_off).clone() } else { terms.dimension(dice) };
        let (first, last) = (terms.run()[0].start, terms.run()[terms.run().len() - 1].end);
        let incurred = dice.day(first - Days::new(60), last);
        let service = (kind == "severance" && dice.chance(80)).then(|| dice.between(0, 300));
        let amount = dice.between(1, 6_000_000);
        let parts = if kind == "guarantee" || dice.chance(20) { Vec::new() } else { parts(dice, amount, incurred) };
        self.list.push(Obligation {
            dimension,
            id: format!("OB-{}", self.list.len() + 1),
            kind,
            amount,
            incurred,
            service_end: service.map(|days| incurred + Days::new(days.unsigned_abs())),
            parts,
        });
    }

    /// The rows of a quarter and their installments; what they come to is added to the balances.
    pub fn quarter(
        &mut self,
        dice: &mut Dice,
        terms: &Terms,
        selling_off: &[Dimension],
        quarter: &Quarter,
        prior: Option<&PriorPack>,
        balances: &mut Balances,
    ) -> [Source; 2] {
        if prior.is_some() && dice.chance(40) {
            self.add(dice, terms, selling_off);
        }
        let (mut rows, mut installments) = (Vec::new(), Vec::new());
        for obligation in &mut self.list {
            if prior.is_some() && dice.chance(10) {
                obligation.estimate_anew(dice, quarter.start);
            }
            let accrued = obligation.accrued(dice, quarter.end);
            let opening = prior.and_then(|pack| pack.obligations.get(&obligation.id));
            let non_current = opening.and_then(|opening| opening.non_current).map_or(0, cents);
            add(balances, "2300", &obligation.dimension, obligation.paid_to(quarter.end) - accrued + non_current);
            rows.push(obligation.row(accrued));
            installments.extend(obligation.parts.iter().map(|part| {
                let paid = part.paid.filter(|paid| *paid <= quarter.end);
                vec![obligation.id.clone(), part.due.to_string(), hundredths(part.amount), text(paid)]
            }));
        }
        [
            Source { name: "obligations", header: HEADER, rows },
            Source { name: "installments", header: INSTALLMENTS, rows: installments },
        ]
    }
}

/// Installments that add up; some are due on the same day, some after a year, some are never paid.
fn parts(dice: &mut Dice, amount: i64, incurred: NaiveDate) -> Vec<Part> {
    let (mut left, mut due, mut list) = (amount, incurred, Vec::new());
    let count = dice.between(1, 4);
    for at in 1..=count {
        let part = if at == count { left } else { dice.part_of(left) };
        left -= part;
        due = if dice.chance(25) { due } else { due + Days::new(dice.between(1, 300).unsigned_abs()) };
        let late = Days::new(dice.part_of(20).unsigned_abs());
        let paid = dice.chance(85).then(|| if dice.chance(50) { due } else { due + late });
        list.push(Part { due, amount: part, paid });
    }
    list
}

impl Obligation {
    fn paid_to(&self, day: NaiveDate) -> i64 {
        self.parts.iter().filter(|part| part.paid.is_some_and(|paid| paid <= day)).map(|part| part.amount).sum()
    }

    /// The amount changes by what is still to be paid last.
    fn estimate_anew(&mut self, dice: &mut Dice, start: NaiveDate) {
        if let Some(part) = self.parts.iter_mut().rfind(|part| part.paid.is_none_or(|paid| paid >= start)) {
            let change = dice.percent_of(part.amount, -50, 50);
            part.amount += change;
            self.amount += change;
        }
    }

    /// What the ledger has accrued: all of it, none, or a part.
    fn accrued(&self, dice: &mut Dice, end: NaiveDate) -> i64 {
        if self.kind == "guarantee" || self.incurred > end {
            return 0;
        }
        let whole = match self.service_end {
            Some(last) => share(self.amount, (end.min(last) - self.incurred).num_days() + 1, self.days()),
            None => self.amount,
        };
        match dice.between(1, 4) {
            1 => 0,
            2 => dice.part_of(self.amount),
            _ => whole,
        }
    }

    fn days(&self) -> i64 {
        self.service_end.map_or(1, |end| (end - self.incurred).num_days() + 1)
    }

    fn row(&self, accrued: i64) -> Row {
        let [entity, brand, segment] = self.dimension.clone();
        vec![
            entity,
            brand,
            segment,
            self.id.clone(),
            "a payee".to_owned(),
            self.kind.to_owned(),
            hundredths(self.amount),
            self.incurred.to_string(),
            text(self.service_end),
            hundredths(accrued),
        ]
    }
}
