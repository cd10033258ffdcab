//! Figures that were promised for a quarter, and what became of them. Pure.

use crate::book::{Book, Choice, Target};
use crate::domain::{Money, Quarter};
use crate::ingest::prior_pack::PriorPack;
use crate::statements::{Amounts, INCOME_STATEMENT, StatementLine, amount_of};

/// How a target stands at the end of a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its quarter is still to come.
    Open,
    /// The actual figure is above the promised one.
    Met,
    Missed,
    /// Its quarter is past, and neither a pack nor the comparatives have its figure.
    Unknown,
}

impl Choice for Standing {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Open, "open"), (Self::Met, "met"), (Self::Missed, "missed"), (Self::Unknown, "unknown")];
}

/// A target and its actual figure, as presented: income positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRow {
    pub target: Target,
    /// The adjusted line of the target's quarter, once that has been closed.
    pub actual: Option<Money>,
    pub standing: Standing,
}

/// What an earlier pack says of a target. A figure of another quarter or line is of another promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierTarget {
    pub quarter: String,
    pub line: String,
    pub actual: Option<Money>,
}

/// The targets of a book at the end of a quarter, by id.
///
/// The figure of the target's own quarter is the adjusted line of its income statement. Later quarters carry it from
/// the prior pack; where the book starts after the target's quarter, it is the reported figure of the comparatives.
#[must_use]
pub fn standings(
    book: &Book,
    quarter: &Quarter,
    statements: &[StatementLine],
    prior: Option<&PriorPack>,
) -> Vec<TargetRow> {
    let end = |target: &Target| book.calendar.quarter(&target.quarter).map(|of| of.end);
    let row = |target: &Target| {
        if end(target).is_some_and(|end| end > quarter.end) {
            return TargetRow { target: target.clone(), actual: None, standing: Standing::Open };
        }
        let actual = if target.quarter == quarter.id {
            Some(amount_of(statements, INCOME_STATEMENT, &target.line, Amounts::as_adjusted))
        } else {
            earlier(book, target, prior)
        };
        let standing = match actual {
            None => Standing::Unknown,
            Some(actual) if actual > target.above => Standing::Met,
            Some(_) => Standing::Missed,
        };
        TargetRow { target: target.clone(), actual, standing }
    };
    book.config.targets.values().map(row).collect()
}

/// The figure of a past quarter: as the prior pack carries it, as that pack's own statements have it, or as reported.
fn earlier(book: &Book, target: &Target, prior: Option<&PriorPack>) -> Option<Money> {
    let carried = prior.and_then(|pack| {
        let found = pack.targets.get(&target.id);
        found.filter(|found| found.quarter == target.quarter && found.line == target.line)?.actual
    });
    let of_prior = || {
        let pack = prior.filter(|pack| pack.quarter == target.quarter)?;
        pack.statements.get(&(INCOME_STATEMENT.to_owned(), target.line.clone())).copied()
    };
    let reported = || {
        let key = (target.quarter.clone(), INCOME_STATEMENT.to_owned(), target.line.clone());
        book.comparatives.get(&key).copied()
    };
    carried.or_else(of_prior).or_else(reported)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::book::{Calendar, Chart, config};
    use crate::diagnostics::Place;

    fn quarter(id: &str, start: &str, end: &str) -> Quarter {
        let day = |text: &str| text.parse().expect("a date of this test");
        Quarter { id: id.to_owned(), start: day(start), end: day(end), fiscal_year: 2004 }
    }

    fn quarters() -> Vec<Quarter> {
        vec![
            quarter("2004-Q1", "2003-11-30", "2004-02-28"),
            quarter("2004-Q2", "2004-02-29", "2004-05-29"),
            quarter("2004-Q3", "2004-05-30", "2004-08-28"),
            quarter("2004-Q4", "2004-08-29", "2004-11-27"),
        ]
    }

    /// The embedded configuration with one target: net sales of the second quarter above 30,000,000.00.
    fn book() -> Book {
        let mut config = config::parse(include_str!("../data/book/closepack.toml")).expect("the embedded book");
        let target = Target {
            id: "sales".to_owned(),
            quarter: "2004-Q2".to_owned(),
            line: "Net sales".to_owned(),
            above: Money::from_cents(3_000_000_000),
            source: "a release".to_owned(),
            origin: Place::default(),
        };
        config.targets = BTreeMap::from([(target.id.clone(), target)]);
        Book {
            config,
            calendar: Calendar::new(quarters()),
            chart: Chart::default(),
            shares: BTreeMap::new(),
            comparatives: BTreeMap::new(),
        }
    }

    fn sales(cents: i128) -> StatementLine {
        StatementLine {
            statement: INCOME_STATEMENT,
            line: "Net sales".to_owned(),
            total: false,
            amounts: Amounts::recorded(Money::from_cents(cents)),
            prior_quarter: None,
            prior_year: None,
        }
    }

    fn standing(
        book: &Book,
        at: usize,
        lines: &[StatementLine],
        prior: Option<&PriorPack>,
    ) -> (Option<i128>, &'static str) {
        let rows = standings(book, &quarters()[at], lines, prior);
        assert_eq!(rows.len(), 1);
        (rows[0].actual.map(Money::cents), rows[0].standing.name())
    }

    fn prior(quarter: &str, line: &str, actual: i128) -> PriorPack {
        let found = EarlierTarget {
            quarter: "2004-Q2".to_owned(),
            line: line.to_owned(),
            actual: Some(Money::from_cents(actual)),
        };
        let targets = BTreeMap::from([("sales".to_owned(), found)]);
        PriorPack { quarter: quarter.to_owned(), targets, ..PriorPack::default() }
    }

    #[test]
    fn a_target_is_open_until_its_quarter_and_then_met_only_above_its_amount() {
        let book = book();
        assert_eq!(standing(&book, 0, &[sales(9_000_000_000)], None), (None, "open"));
        assert_eq!(standing(&book, 1, &[sales(3_000_000_001)], None), (Some(3_000_000_001), "met"));
        assert_eq!(standing(&book, 1, &[sales(3_000_000_000)], None), (Some(3_000_000_000), "missed"));
    }

    #[test]
    fn a_later_quarter_carries_the_figure_and_looks_at_no_other() {
        let book = book();
        let lines = [sales(1)];
        let carried = prior("2004-Q3", "Net sales", 3_002_300_000);
        assert_eq!(standing(&book, 3, &lines, Some(&carried)), (Some(3_002_300_000), "met"));
        // The same id once stood for another line.
        let other = prior("2004-Q3", "Gross profit", 3_002_300_000);
        assert_eq!(standing(&book, 3, &lines, Some(&other)), (None, "unknown"));
        // The target is newer than the prior pack, which is of its quarter.
        let key = (INCOME_STATEMENT.to_owned(), "Net sales".to_owned());
        let statements = BTreeMap::from([(key, Money::from_cents(2_999_999_999))]);
        let pack = PriorPack { quarter: "2004-Q2".to_owned(), statements, ..PriorPack::default() };
        assert_eq!(standing(&book, 2, &lines, Some(&pack)), (Some(2_999_999_999), "missed"));
    }

    #[test]
    fn a_book_that_starts_later_takes_the_reported_figure() {
        let mut book = book();
        assert_eq!(standing(&book, 2, &[sales(1)], None), (None, "unknown"));
        let key = ("2004-Q2".to_owned(), INCOME_STATEMENT.to_owned(), "Net sales".to_owned());
        book.comparatives.insert(key, Money::from_cents(3_002_300_000));
        assert_eq!(standing(&book, 2, &[sales(1)], None), (Some(3_002_300_000), "met"));
        let carried = prior("2004-Q3", "Net sales", 2_000_000_000);
        assert_eq!(standing(&book, 3, &[sales(1)], Some(&carried)), (Some(2_000_000_000), "missed"));
    }
}
