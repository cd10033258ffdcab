//! Net income a share, basic and diluted, of the quarter and of the fiscal year to date.

use rust_decimal::Decimal;

use super::{Amounts, INCOME_STATEMENT, INCOME_STATEMENT_YTD, NET_INCOME, StatementLine, amount_of};
use crate::book::{Book, Shares};
use crate::domain::money::round_to;
use crate::domain::{Money, Quarter};

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerShare {
    /// `quarter` or `year-to-date`.
    pub period: &'static str,
    /// `basic` or `diluted`.
    pub measure: &'static str,
    /// `as-recorded` or `as-adjusted`.
    pub column: &'static str,
    pub net_income: Money,
    pub shares: Decimal,
    /// Currency a share, four decimals; nothing for a company without shares.
    pub per_share: Option<Decimal>,
}

/// All figures; those of a period whose shares are not all known are left out.
#[must_use]
pub fn build(book: &Book, quarter: &Quarter, lines: &[StatementLine]) -> Vec<PerShare> {
    let year: Option<Vec<Shares>> =
        book.calendar.year_to_date(&quarter.id).iter().map(|of| book.shares.get(&of.id).copied()).collect();
    let periods = [
        ("quarter", INCOME_STATEMENT, book.shares.get(&quarter.id).copied()),
        ("year-to-date", INCOME_STATEMENT_YTD, year.as_deref().and_then(average)),
    ];
    let mut list = Vec::new();
    for (period, statement, shares) in periods {
        let Some(shares) = shares else { continue };
        for measure in ["basic", "diluted"] {
            for (column, of) in [
                ("as-recorded", (|amounts| amounts.as_recorded) as fn(&Amounts) -> Money),
                ("as-adjusted", Amounts::as_adjusted),
            ] {
                let net_income = amount_of(lines, statement, NET_INCOME, of);
                let shares = if measure == "basic" { shares.basic } else { diluted_shares(net_income, shares) };
                let per_share = per_share(net_income, shares, 4);
                list.push(PerShare { period, measure, column, net_income, shares, per_share });
            }
        }
    }
    list
}

/// The shares of a year to date are the average of its quarters' (SFAS 128 par. 46, ASC 260-10-55-3), to four
/// decimals, so that the printed figures can be re-performed.
fn average(quarters: &[Shares]) -> Option<Shares> {
    let mean = |of: fn(&Shares) -> Decimal| {
        let sum: Decimal = quarters.iter().map(of).sum();
        sum.checked_div(Decimal::from(quarters.len())).map(|exact| round_to(exact, 4))
    };
    Some(Shares { basic: mean(|shares| shares.basic)?, incremental: mean(|shares| shares.incremental)? })
}

/// An amount a share in currency, to `places` decimals, half away from zero; nothing for a company without shares.
#[must_use]
pub fn per_share(amount: Money, shares: Decimal, places: u32) -> Option<Decimal> {
    amount.to_decimal().checked_div(shares).map(|exact| round_to(exact, places))
}

/// The shares that dilute: none for a loss (SFAS 128 par. 13, ASC 260-10-45-17, IAS 33.41).
#[must_use]
pub fn diluted_shares(net_income: Money, shares: Shares) -> Decimal {
    if net_income.is_negative() { shares.basic } else { shares.basic + shares.incremental }
}
