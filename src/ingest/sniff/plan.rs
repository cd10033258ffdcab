//! A layout set against a header: which of its columns are there, and a row as it would be read.

use super::fit::Row;
use crate::book::layout::{Amounts, Column, Heading, Layout, Origin, SourceColumns, heading};
use crate::ingest::values::{self, part};

/// The columns of a layout that a header has.
#[derive(Debug, Clone)]
pub struct Plan {
    pub placed: Vec<Placed>,
    /// Columns that the layout looks for and the header does not have; optional ones are not told.
    pub missing: Vec<&'static str>,
    /// The first way to show an amount that the header has all columns of.
    pub sides: Option<Sides>,
    /// Columns by which totals are known, with what they start with.
    totals: Vec<(usize, String)>,
}

/// A canonical column and the places that its text comes from.
#[derive(Debug, Clone)]
pub struct Placed {
    pub name: &'static str,
    pub column: Column,
    pub places: Vec<usize>,
    /// The place of the column in which a filled field opens a journal.
    pub opens: Option<usize>,
}

/// Where the amount of a line stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sides {
    DebitCredit(usize, usize),
    /// Signed, or with a side that something else tells.
    One {
        amount: usize,
        indicator: Option<(usize, Vec<String>)>,
        natural: bool,
    },
}

impl Plan {
    /// Sets a layout of a source against a header.
    #[must_use]
    pub fn new(layout: &Layout, source: &SourceColumns, header: &[String]) -> Self {
        let at = |name: &str| match heading(header.iter().map(String::as_str), name) {
            Heading::At(at) => Some(at),
            Heading::Missing | Heading::Twice(..) => None,
        };
        let mut plan = Self { placed: Vec::new(), missing: Vec::new(), sides: None, totals: Vec::new() };
        for name in source.names() {
            let Some(column) = layout.columns.get(name) else { continue };
            match places(&column.from, at) {
                Some(places) => {
                    let opens = column.opens.iter().find_map(|name| at(name));
                    plan.placed.push(Placed { name, column: column.clone(), places, opens });
                }
                None if !source.optional.contains(&name) => plan.missing.push(name),
                None => {}
            }
        }
        plan.sides = layout.amounts.iter().find_map(|amounts| sides(amounts, at));
        plan.totals =
            layout.totals.iter().filter_map(|total| Some((at(&total.column)?, total.starts_with.clone()))).collect();
        plan
    }

    /// Columns that were looked for, the amounts of a ledger as one of them.
    #[must_use]
    pub fn sought(&self, layout: &Layout, source: &SourceColumns) -> usize {
        let sought = source.required.iter().chain(source.expected).filter(|name| layout.columns.contains_key(**name));
        sought.count() + usize::from(source.has_sides())
    }

    /// How many of the sought columns are not there.
    #[must_use]
    pub fn lacking(&self, source: &SourceColumns) -> usize {
        self.missing.len() + usize::from(source.has_sides() && self.sides.is_none())
    }

    /// The fields of a canonical column, in a row.
    pub fn fields<'r>(&self, name: &str, row: &'r [String]) -> Vec<&'r str> {
        let placed = self.placed.iter().find(|placed| placed.name == name);
        let places = placed.map(|placed| &placed.places[..]).unwrap_or_default();
        places.iter().filter_map(|at| row.get(*at)).map(String::as_str).collect()
    }

    /// The fields of a row that are amounts of a ledger.
    pub fn amounts<'r>(&self, row: &'r [String]) -> Vec<&'r str> {
        let places = match &self.sides {
            Some(Sides::DebitCredit(debit, credit)) => vec![*debit, *credit],
            Some(Sides::One { amount, .. }) => vec![*amount],
            None => Vec::new(),
        };
        places.into_iter().filter_map(|at| row.get(at)).map(String::as_str).collect()
    }

    /// True for a row that is no record: empty, or a total.
    #[must_use]
    pub fn is_no_record(&self, row: &[String]) -> bool {
        let field = |at: usize| row.get(at).map(|text| text.trim()).unwrap_or_default();
        let is_total = |(at, start): &(usize, String)| {
            if start.is_empty() { field(*at).is_empty() } else { field(*at).starts_with(start.as_str()) }
        };
        row.iter().all(|text| text.trim().is_empty()) || self.totals.iter().any(is_total)
    }

    /// The headings of what a row shows.
    #[must_use]
    pub fn headings(&self) -> Vec<String> {
        let mut headings: Vec<String> = self.placed.iter().map(|placed| placed.name.to_owned()).collect();
        match &self.sides {
            None => {}
            Some(Sides::One { natural: true, .. }) => headings.push("amount (on the account's side)".to_owned()),
            Some(_) => headings.extend(["debit", "credit"].map(str::to_owned)),
        }
        headings
    }

    /// A row as it would be read. `above` has the texts of the row before, for fields that are carried.
    #[must_use]
    pub fn read(&self, row: &Row, layout: &Layout, above: &[String]) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        for (at, placed) in self.placed.iter().enumerate() {
            let text = text(placed, &row.fields);
            let repeated = above.get(at).cloned().unwrap_or_default();
            texts.push(match &placed.opens {
                Some(opens) if is_filled(&row.fields, *opens) => of_line(&text, row.line),
                Some(_) => repeated,
                None if placed.column.carried && text.trim().is_empty() => repeated,
                None => shown(placed, &text, layout),
            });
        }
        texts.extend(self.read_sides(&row.fields, layout));
        texts
    }

    fn read_sides(&self, row: &[String], layout: &Layout) -> Vec<String> {
        let amount = |at: usize| {
            let text = row.get(at).map(String::as_str).unwrap_or_default();
            values::cents(text.as_bytes(), &layout.dialect.numbers)
                .ok()
                .map(|cents| crate::domain::Money::from_cents(i128::from(cents)))
        };
        let shown = |amount: Option<crate::domain::Money>| amount.map(|money| money.to_string()).unwrap_or_default();
        match &self.sides {
            None => Vec::new(),
            Some(Sides::DebitCredit(debit, credit)) => vec![shown(amount(*debit)), shown(amount(*credit))],
            Some(Sides::One { amount: at, natural: true, .. }) => vec![shown(amount(*at))],
            Some(Sides::One { amount: at, indicator, .. }) => {
                let field = |at: usize| row.get(at).map(|text| text.trim()).unwrap_or_default();
                let on_credit =
                    indicator.as_ref().is_some_and(|(at, credits)| credits.iter().any(|text| text == field(*at)));
                let amount = amount(*at).map(|amount| if on_credit { -amount } else { amount });
                let (debit, credit) = (amount.filter(|a| !a.is_negative()), amount.filter(|a| a.is_negative()));
                vec![shown(debit), shown(credit.map(|credit| -credit))]
            }
        }
    }
}

fn places(origin: &Origin, at: impl Fn(&str) -> Option<usize>) -> Option<Vec<usize>> {
    match origin {
        Origin::Field(names) => names.iter().find_map(|name| at(name)).map(|place| vec![place]),
        Origin::Join { columns, .. } => columns.iter().map(|name| at(name)).collect(),
        Origin::Value(_) => Some(Vec::new()),
    }
}

fn sides(amounts: &Amounts, at: impl Fn(&str) -> Option<usize>) -> Option<Sides> {
    Some(match amounts {
        Amounts::DebitCredit { debit, credit, .. } => Sides::DebitCredit(at(debit)?, at(credit)?),
        Amounts::Signed { amount } => Sides::One { amount: at(amount)?, indicator: None, natural: false },
        Amounts::Natural { amount } => Sides::One { amount: at(amount)?, indicator: None, natural: true },
        Amounts::Indicated { amount, indicator, credit, .. } => {
            Sides::One { amount: at(amount)?, indicator: Some((at(indicator)?, credit.clone())), natural: false }
        }
    })
}

/// The text of a column in a row, as its origin says.
fn text(placed: &Placed, row: &[String]) -> String {
    let field = |at: &usize| row.get(*at).map(String::as_str).unwrap_or_default();
    match &placed.column.from {
        Origin::Value(text) => text.clone(),
        Origin::Join { with, .. } => {
            let fields: Vec<&str> = placed.places.iter().map(field).collect();
            if fields.iter().all(|text| text.is_empty()) { String::new() } else { fields.join(with) }
        }
        Origin::Field(_) => {
            let all = placed.places.first().map(field).unwrap_or_default();
            let taken = part(all.as_bytes(), &placed.column.after, &placed.column.until);
            String::from_utf8_lossy(taken).into_owned()
        }
    }
}

fn is_filled(row: &[String], at: usize) -> bool {
    row.get(at).is_some_and(|text| !text.trim().is_empty())
}

/// The id of a journal that a row opens.
fn of_line(id: &str, line: u64) -> String {
    if id.is_empty() { format!("line {line}") } else { format!("{id} of line {line}") }
}

/// A date in the form in which all dates are shown; any other text as it is.
fn shown(placed: &Placed, text: &str, layout: &Layout) -> String {
    if placed.name == "effective_date" {
        let date = values::date(text.trim().as_bytes(), &layout.dialect.dates);
        return match date {
            Ok(date) => date.to_string(),
            Err(values::DateError::Ambiguous(one, other)) => format!("{one} or {other}?"),
            Err(values::DateError::NotADate) if text.is_empty() => String::new(),
            Err(values::DateError::NotADate) => format!("{text} (no date)"),
        };
    }
    placed.column.values.get(text).cloned().unwrap_or_else(|| text.to_owned())
}
