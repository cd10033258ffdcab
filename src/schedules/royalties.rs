//! Running royalties: each one's net sales in the ledger, and what of it the ledger has accrued.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Terms;
use crate::adjust::royalties;
use crate::book::Royalty;
use crate::domain::Money;

/// A royalty's measurement in the quarter.
#[derive(Debug, Clone)]
pub struct RoyaltyRow {
    pub royalty: Royalty,
    /// Share of net sales.
    pub rate: Decimal,
    /// The days whose sales owe it, both counted; none when it does not run in the quarter.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// Net sales of those days, positive.
    pub net_sales: Money,
    pub required: Money,
    /// What the ledger has as royalty expense of those days.
    pub recorded: Money,
    /// What it has credited to accrued royalties on those days.
    pub accrued: Money,
}

impl RoyaltyRow {
    /// What the ledger lacks; below zero it has too much.
    #[must_use]
    pub fn charge(&self) -> Money {
        self.required - self.recorded
    }
}

pub(super) fn measure(terms: Terms<'_>) -> Vec<RoyaltyRow> {
    let config = &terms.book.config;
    let ledger = &terms.records.ledger;
    let row = |royalty: &Royalty| {
        let rate = config.pools.get(&royalty.pool).map(|pool| pool.royalty_rate).unwrap_or_default();
        let period = royalties::period(royalty.start, royalty.end, terms.quarter);
        let of =
            |account: &str| period.map_or(Money::ZERO, |period| ledger.between(account, &royalty.dimension, period));
        let net_sales = -of(&config.accounts.net_sales);
        let recorded = of(&config.accounts.royalty_expense);
        let required = royalties::required(rate, net_sales);
        let accrued = period.map_or(Money::ZERO, |period| ledger.accrued_between(&royalty.dimension, period));
        RoyaltyRow { royalty: royalty.clone(), rate, period, net_sales, required, recorded, accrued }
    };
    config.royalties.values().map(row).collect()
}
