//! The balance sheet: assets, liabilities and equity positive.

use super::positions::{Position, Positions, Takes, by_caption, earned};
use super::{Amounts, CURRENT_YEAR_EARNINGS, Line, TOTAL_ASSETS, TOTAL_EQUITY, TOTAL_LIABILITIES_AND_EQUITY};
use crate::book::{Chart, Section};

/// The balance sheet at the quarter's end; the income statement of the year to date stands in equity.
pub(super) fn at_end(chart: &Chart, positions: &Positions, takes: Takes<'_>) -> Vec<Line> {
    let captions = by_caption(chart, positions, takes, Position::closing);
    let earned = earned(chart, positions, takes, Position::closing);
    lines(chart, |caption| {
        let amounts = || captions.get(&caption).copied().unwrap_or(Amounts::ZERO);
        match caption {
            (Section::Equity, CURRENT_YEAR_EARNINGS) => earned,
            (Section::CurrentAsset | Section::NonCurrentAsset, _) => amounts(),
            _ => amounts().negated(),
        }
    })
}

/// The lines, from the amounts of the captions as presented.
pub(super) fn lines(chart: &Chart, amounts: impl Fn((Section, &str)) -> Amounts) -> Vec<Line> {
    let mut sheet = Sheet { list: Vec::new() };
    let section = |section: Section, own: Option<&'static str>, sheet: &mut Sheet| -> Amounts {
        let captions = chart.captions(section).chain(own);
        captions.map(|caption| sheet.push(caption, false, amounts((section, caption)))).sum()
    };
    let current = section(Section::CurrentAsset, None, &mut sheet);
    sheet.push("Total current assets", true, current);
    let non_current = section(Section::NonCurrentAsset, None, &mut sheet);
    sheet.push(TOTAL_ASSETS, true, current.plus(non_current));
    let current = section(Section::CurrentLiability, None, &mut sheet);
    sheet.push("Total current liabilities", true, current);
    let non_current = section(Section::NonCurrentLiability, None, &mut sheet);
    let liabilities = sheet.push("Total liabilities", true, current.plus(non_current));
    let equity = section(Section::Equity, Some(CURRENT_YEAR_EARNINGS), &mut sheet);
    sheet.push(TOTAL_EQUITY, true, equity);
    sheet.push(TOTAL_LIABILITIES_AND_EQUITY, true, liabilities.plus(equity));
    sheet.list
}

struct Sheet {
    list: Vec<Line>,
}

impl Sheet {
    fn push(&mut self, line: &str, total: bool, amounts: Amounts) -> Amounts {
        self.list.push(Line { line: line.to_owned(), total, amounts });
        amounts
    }
}
