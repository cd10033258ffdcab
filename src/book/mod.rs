//! A company's book: who it is, its policies, its calendar, its chart of accounts, its pools and events.

pub mod calendar;
pub mod chart;
pub mod config;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

pub use calendar::Calendar;
pub use chart::{Account, AccountType, CashFlowClass, Chart, Section};
pub use config::{Basis, Config, Policies};

use crate::domain::{Money, Quarter};

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
