//! A company's book: who it is, its policies, its calendar, its chart of accounts, its pools and events.

pub mod calendar;
pub mod chart;
pub mod config;
pub mod layout;
pub mod methods;
pub mod policies;
mod raw;
pub mod sources;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

pub use calendar::Calendar;
pub use chart::{Account, AccountType, CashFlowClass, Chart, Section};
pub use config::Config;
pub use methods::{Method, Methods, Step, StepTable};
pub use policies::{Basis, Choice, Policies, UnitOfAccount};

use crate::diagnostics::Place;
use crate::domain::{Dimension, Money, Quarter};

/// Everything of a book that is not a quarter's source file.
#[derive(Debug, Clone)]
pub struct Book {
    pub config: Config,
    pub calendar: Calendar,
    pub chart: Chart,
    pub shares: BTreeMap<String, Shares>,
    /// Reported figures of quarters that have no pack: (quarter, statement, line) to the amount as presented.
    pub comparatives: BTreeMap<(String, String, String), Money>,
}

/// Weighted average shares of a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    pub basic: Decimal,
    /// Shares that dilution would add; left out for a loss (SFAS 128, ASC 260-10-45-17).
    pub incremental: Decimal,
}

/// A pool of inventory with its royalty, its event and its sell-off deadline.
#[derive(Debug, Clone)]
pub struct Pool {
    pub code: String,
    pub name: String,
    /// The last day of the sell-off; binds from the pool's event on.
    pub sell_off_deadline: Option<NaiveDate>,
    /// Share of the selling price.
    pub royalty_rate: Decimal,
    pub event: Option<String>,
    /// What the reserve is estimated by.
    pub methods: Methods,
    /// The pool's own unit of account, in the place of the book's.
    pub unit_of_account: Option<UnitOfAccount>,
}

/// A royalty that runs on net sales of one dimension, at the rate of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Royalty {
    pub id: String,
    pub payee: String,
    /// The pool whose rate it is.
    pub pool: String,
    /// Whose net sales it runs on.
    pub dimension: Dimension,
    /// First day of sales that owe it; from the beginning when there is none.
    pub start: Option<NaiveDate>,
    /// Last day of sales that owe it; without end when there is none.
    pub end: Option<NaiveDate>,
}

/// A figure that was promised for a quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub id: String,
    pub quarter: String,
    /// A line of the adjusted income statement.
    pub line: String,
    /// The line must be above this amount.
    pub above: Money,
    /// Who promised it, where.
    pub source: String,
    /// Where `closepack.toml` has it.
    pub origin: Place,
}

/// An input whose change is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SensitivityInput {
    SellingPrice,
    ReplacementCost,
    ExpectedUnits,
    ScrapValue,
    FairValue,
}

impl Choice for SensitivityInput {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::SellingPrice, "selling_price"),
        (Self::ReplacementCost, "replacement_cost"),
        (Self::ExpectedUnits, "expected_units"),
        (Self::ScrapValue, "scrap_value"),
        (Self::FairValue, "fair_value"),
    ];
}

/// Changes of one judgement under which every charge is measured again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sensitivity {
    pub id: String,
    pub input: SensitivityInput,
    /// Relative: -0.10 takes a tenth off.
    pub steps: Vec<Decimal>,
}

/// A dated business event that puts brands or pools under wind-down rules.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub kind: String,
    pub date: NaiveDate,
    pub brands: BTreeSet<String>,
    pub description: String,
}

/// A code and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub code: String,
    pub name: String,
}

impl Book {
    /// The book as a scenario has it: its policies in the place of the real ones.
    #[must_use]
    pub fn under(&self, scenario: &str) -> Option<Self> {
        let policies = self.config.scenarios.get(scenario)?.clone();
        let mut book = self.clone();
        book.config.replaced = Some(std::mem::replace(&mut book.config.policies, policies));
        book.config.scenario = Some(scenario.to_owned());
        Some(book)
    }

    /// The unit of account of a pool: its own, or the book's.
    #[must_use]
    pub fn unit_of_account(&self, pool: &str) -> UnitOfAccount {
        let own = self.config.pools.get(pool).and_then(|pool| pool.unit_of_account);
        own.unwrap_or(self.config.policies.unit_of_account)
    }

    /// The last day of the fiscal year that holds a day; nothing for a day outside the calendar.
    #[must_use]
    pub fn fiscal_year_end(&self, day: NaiveDate) -> Option<NaiveDate> {
        let quarters = self.calendar.quarters();
        let year = quarters.iter().find(|quarter| quarter.contains(day))?.fiscal_year;
        quarters.iter().filter(|quarter| quarter.fiscal_year == year).map(|quarter| quarter.end).max()
    }

    /// The event of a brand that counts in a quarter: dated on or before its end. The earliest, where there are several.
    #[must_use]
    pub fn brand_event(&self, brand: &str, quarter: &Quarter) -> Option<&Event> {
        let counting = self.config.events.values().filter(|event| event.date <= quarter.end);
        counting.filter(|event| event.brands.contains(brand)).min_by_key(|event| (event.date, &event.id))
    }

    /// The deadline of a pool, once its event counts in the quarter (a pool without an event is bound at once).
    #[must_use]
    pub fn binding_deadline(&self, pool: &Pool, quarter: &Quarter) -> Option<NaiveDate> {
        let binds = match &pool.event {
            None => true,
            Some(id) => self.config.events.get(id).is_some_and(|event| event.date <= quarter.end),
        };
        pool.sell_off_deadline.filter(|_| binds)
    }
}
