//! The statements of a quarter, and what is seen in them: as recorded, each kind of adjustment, as adjusted. Pure.
//!
//! "As recorded" is the ledger without the pack's own entries; the columns of the kinds hold the adjustments in full,
//! whether they are posted already or still proposed. Balances of an intercompany group are left out: the statements
//! are the consolidated ones.

mod balance_sheet;
mod cash_flow;
pub mod dimensions;
mod income;
pub mod margin;
pub mod materiality;
pub mod per_share;
pub mod positions;
pub mod tax;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use cash_flow::{BEGINNING_CASH, ENDING_CASH, NET_CHANGE_IN_CASH};
pub use income::{GROSS_PROFIT, INCOME_BEFORE_TAX, NET_INCOME, OPERATING_INCOME};
pub use positions::{Positions, positions};

use crate::adjust::Kind;
use crate::book::{Account, Book, Chart};
use crate::domain::{Dimension, Money, Quarter};

/// The statement's name in the pack.
pub const INCOME_STATEMENT: &str = "income-statement";
/// The statement's name in the pack.
pub const BALANCE_SHEET: &str = "balance-sheet";
/// The statement's name in the pack.
pub const CASH_FLOW: &str = "cash-flow";
/// The income statement of the fiscal year to date.
pub const INCOME_STATEMENT_YTD: &str = "income-statement-ytd";
/// The cash flow of the fiscal year to date.
pub const CASH_FLOW_YTD: &str = "cash-flow-ytd";
/// The line of the balance sheet that carries the income statement of the year to date.
pub const CURRENT_YEAR_EARNINGS: &str = "Current-year earnings";
pub const TOTAL_ASSETS: &str = "Total assets";
pub const TOTAL_EQUITY: &str = "Total equity";
pub const TOTAL_LIABILITIES_AND_EQUITY: &str = "Total liabilities and equity";

/// The amounts of a line. As presented: income positive and expense negative in the income statement; assets,
/// liabilities and equity positive in the balance sheet; cash received positive in the cash flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    pub as_recorded: Money,
    /// In the order of [`Kind::ALL`].
    pub adjustments: [Money; Kind::ALL.len()],
}

impl Amounts {
    /// Nothing in any column.
    pub const ZERO: Self = Self { as_recorded: Money::ZERO, adjustments: [Money::ZERO; Kind::ALL.len()] };

    /// An amount as recorded, without adjustments.
    #[must_use]
    pub const fn recorded(as_recorded: Money) -> Self {
        Self { as_recorded, ..Self::ZERO }
    }

    /// As recorded with all adjustments.
    #[must_use]
    pub fn as_adjusted(&self) -> Money {
        self.as_recorded + self.adjusted_by()
    }

    /// All adjustments together.
    #[must_use]
    pub fn adjusted_by(&self) -> Money {
        self.adjustments.iter().copied().sum()
    }

    fn plus(mut self, other: Self) -> Self {
        self.as_recorded += other.as_recorded;
        for (sum, amount) in self.adjustments.iter_mut().zip(other.adjustments) {
            *sum += amount;
        }
        self
    }

    fn negated(self) -> Self {
        Self { as_recorded: -self.as_recorded, adjustments: self.adjustments.map(|amount| -amount) }
    }
}

impl std::iter::Sum for Amounts {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

/// A line with its amounts, not yet of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub line: String,
    /// True for a sum of lines above it.
    pub total: bool,
    pub amounts: Amounts,
}

/// One line of a statement.
#[derive(Debug, Clone)]
pub struct StatementLine {
    pub statement: &'static str,
    pub line: String,
    /// True for a sum of lines above it.
    pub total: bool,
    pub amounts: Amounts,
    pub prior_quarter: Option<Money>,
    pub prior_year: Option<Money>,
}

/// The adjusted figures of an earlier quarter by statement and line.
pub type Comparative = BTreeMap<(String, String), Money>;

/// What the statements are made from.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub chart: &'a Chart,
    pub positions: &'a Positions,
    /// True in the first quarter of a fiscal year: the year to date is the quarter.
    pub opens_fiscal_year: bool,
    pub prior_quarter: Option<&'a Comparative>,
    pub prior_year: Option<&'a Comparative>,
}

/// The lines of all statements, in the order of presentation.
///
/// The cash flow of the year to date adds the quarter to the figures of the quarter before; it has no lines when the
/// quarter is not the first of its year and those figures are not known.
#[must_use]
pub fn build(inputs: Inputs<'_>) -> Vec<StatementLine> {
    let Inputs { chart, positions, prior_quarter, prior_year, .. } = inputs;
    let consolidated = |account: &Account, _: &_| account.intercompany.is_none();
    let income = income::of_quarter(chart, positions, &consolidated);
    let income_to_date = income::to_date(chart, positions, &consolidated);
    let balances = balance_sheet::at_end(chart, positions, &consolidated);
    let cash = cash_flow::of_quarter(chart, positions, &consolidated);
    let cash_to_date = if inputs.opens_fiscal_year {
        Some(cash.clone())
    } else {
        prior_quarter.and_then(|figures| cash_flow::to_date(chart, &cash, figures))
    };
    let statements = [
        (INCOME_STATEMENT, income, prior_quarter),
        (BALANCE_SHEET, balances, prior_quarter),
        (CASH_FLOW, cash, prior_quarter),
        (INCOME_STATEMENT_YTD, income_to_date, None),
        (CASH_FLOW_YTD, cash_to_date.unwrap_or_default(), None),
    ];
    let lines = statements.into_iter().flat_map(|(statement, lines, quarter_before)| {
        lines.into_iter().map(move |Line { line, total, amounts }| {
            let earlier = |figures: Option<&Comparative>| {
                figures.and_then(|figures| figures.get(&(statement.to_owned(), line.clone()))).copied()
            };
            let (prior_quarter, prior_year) = (earlier(quarter_before), earlier(prior_year));
            StatementLine { statement, line, total, amounts, prior_quarter, prior_year }
        })
    });
    lines.collect()
}

/// The figures of a quarter that has no pack, with the totals that follow from its captions, and the year to date
/// where every quarter of the year so far has the statement.
#[must_use]
pub fn reported(book: &Book, quarter: &str) -> Option<Comparative> {
    let year: Vec<Comparative> =
        book.calendar.year_to_date(quarter).iter().map(|quarter| reported_quarter(book, &quarter.id)).collect();
    let mut figures = year.last()?.clone();
    if figures.is_empty() {
        return None;
    }
    for (statement, to_date) in [(INCOME_STATEMENT, INCOME_STATEMENT_YTD), (CASH_FLOW, CASH_FLOW_YTD)] {
        let quarters: Vec<BTreeMap<&str, Money>> =
            year.iter().map(|figures| of_statement(figures, statement)).collect();
        if quarters.iter().any(BTreeMap::is_empty) {
            continue;
        }
        let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
        for (line, amount) in quarters.iter().flatten() {
            *sums.entry(line).or_insert(Money::ZERO) += *amount;
        }
        for (line, of) in [(BEGINNING_CASH, quarters.first()), (ENDING_CASH, quarters.last())] {
            if let (Some(sum), Some(amount)) = (sums.get_mut(line), of.and_then(|quarter| quarter.get(line))) {
                *sum = *amount;
            }
        }
        figures.extend(sums.into_iter().map(|(line, sum)| ((to_date.to_owned(), line.to_owned()), sum)));
    }
    Some(figures)
}

fn of_statement<'a>(figures: &'a Comparative, statement: &str) -> BTreeMap<&'a str, Money> {
    figures.iter().filter(|((of, _), _)| of == statement).map(|((_, line), amount)| (line.as_str(), *amount)).collect()
}

/// The reported figures of one quarter by statement and line; a statement without any has none.
fn reported_quarter(book: &Book, quarter: &str) -> Comparative {
    let figure = |statement: &str, line: &str| {
        book.comparatives.get(&(quarter.to_owned(), statement.to_owned(), line.to_owned())).copied()
    };
    let known = |statement: &str| {
        book.comparatives.keys().any(|(of, in_statement, _)| of == quarter && in_statement == statement)
    };
    let mut figures = Comparative::new();
    let mut add = |statement: &str, lines: Vec<Line>| {
        if known(statement) {
            let line = |line: Line| ((statement.to_owned(), line.line), line.amounts.as_recorded);
            figures.extend(lines.into_iter().map(line));
        }
    };
    let income = income::lines(&book.chart, |caption| {
        Amounts::recorded(figure(INCOME_STATEMENT, caption.1).unwrap_or(Money::ZERO))
    });
    let earned = income.last().map_or(Money::ZERO, |line| line.amounts.as_recorded);
    add(INCOME_STATEMENT, income);
    add(
        BALANCE_SHEET,
        balance_sheet::lines(&book.chart, |caption| {
            Amounts::recorded(figure(BALANCE_SHEET, caption.1).unwrap_or(Money::ZERO))
        }),
    );
    add(CASH_FLOW, cash_flow::reported(&book.chart, earned, |line| figure(CASH_FLOW, line)));
    figures
}

/// What is seen in the statements, beside their lines.
#[derive(Debug, Clone)]
pub struct Views {
    pub dimensions: Vec<dimensions::DimensionLine>,
    pub per_share: Vec<per_share::PerShare>,
    pub tax: Vec<tax::TaxLine>,
    pub materiality: Vec<materiality::MaterialityRow>,
    /// The margin of each brand and segment; their total is [`margin::total`].
    pub margin: Vec<margin::MarginRow>,
}

/// The views of a quarter's statements. `relief` is the reserve utilised by sales of the quarter, positive.
#[must_use]
pub fn views<'a>(
    book: &Book,
    quarter: &Quarter,
    positions: &Positions,
    lines: &[StatementLine],
    relief: impl Iterator<Item = (&'a Dimension, Money)>,
) -> Views {
    Views {
        dimensions: dimensions::build(book, quarter, positions),
        per_share: per_share::build(book, quarter, lines),
        tax: tax::build(&book.chart, &book.config.policies, positions),
        materiality: materiality::build(&book.chart, lines),
        margin: margin::build(&book.chart, positions, relief),
    }
}

/// The amount of a line in a column; zero for a line that the statement does not have.
pub fn amount_of(lines: &[StatementLine], statement: &str, line: &str, column: impl Fn(&Amounts) -> Money) -> Money {
    let found = lines.iter().find(|candidate| candidate.statement == statement && candidate.line == line);
    found.map_or(Money::ZERO, |found| column(&found.amounts))
}

/// The lines of every quarter's income statement, in their order.
#[must_use]
pub fn income_lines(chart: &Chart) -> Vec<String> {
    income::lines(chart, |_| Amounts::ZERO).into_iter().map(|line| line.line).collect()
}

/// Net income of the quarter in a column.
pub fn net_income(lines: &[StatementLine], column: impl Fn(&Amounts) -> Money) -> Money {
    amount_of(lines, INCOME_STATEMENT, NET_INCOME, column)
}
