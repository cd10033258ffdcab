//! The income statement: income positive, expense negative.

use super::positions::{Position, Positions, Takes, by_caption};
use super::{Amounts, Line};
use crate::book::{Chart, Section};

pub const GROSS_PROFIT: &str = "Gross profit";
pub const OPERATING_INCOME: &str = "Operating income (loss)";
pub const INCOME_BEFORE_TAX: &str = "Income (loss) before income taxes";
/// The last line of the income statement.
pub const NET_INCOME: &str = "Net income (loss)";

/// The income statement of the quarter.
pub(super) fn of_quarter(chart: &Chart, positions: &Positions, takes: Takes<'_>) -> Vec<Line> {
    from_positions(chart, positions, takes, |position| position.activity)
}

/// The income statement of the fiscal year to date: income accounts open at nothing in a fiscal year.
pub(super) fn to_date(chart: &Chart, positions: &Positions, takes: Takes<'_>) -> Vec<Line> {
    from_positions(chart, positions, takes, Position::closing)
}

fn from_positions(chart: &Chart, positions: &Positions, takes: Takes<'_>, of: fn(&Position) -> Amounts) -> Vec<Line> {
    let captions = by_caption(chart, positions, takes, of);
    lines(chart, |caption| captions.get(&caption).copied().unwrap_or(Amounts::ZERO).negated())
}

/// The lines, from the amounts of the captions as presented.
pub(super) fn lines(chart: &Chart, amounts: impl Fn((Section, &str)) -> Amounts) -> Vec<Line> {
    let mut list = Vec::new();
    let mut subtotal = Amounts::ZERO;
    let sections = [
        (Section::Revenue, None),
        (Section::CostOfGoodsSold, Some(GROSS_PROFIT)),
        (Section::OperatingExpense, Some(OPERATING_INCOME)),
        (Section::OtherIncomeExpense, Some(INCOME_BEFORE_TAX)),
        (Section::IncomeTax, Some(NET_INCOME)),
    ];
    for (section, total) in sections {
        for caption in chart.captions(section) {
            let amounts = amounts((section, caption));
            subtotal = subtotal.plus(amounts);
            list.push(Line { line: caption.to_owned(), total: false, amounts });
        }
        let total = total.map(|line| Line { line: line.to_owned(), total: true, amounts: subtotal });
        list.extend(total);
    }
    list
}
