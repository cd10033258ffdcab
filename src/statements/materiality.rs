//! The size of the adjustments against the bases of a first screen (SAB Topic 1.M). Figures only, never a verdict.

use rust_decimal::Decimal;

use super::{
    Amounts, BALANCE_SHEET, GROSS_PROFIT, INCOME_BEFORE_TAX, INCOME_STATEMENT, NET_INCOME, OPERATING_INCOME,
    StatementLine, TOTAL_ASSETS, TOTAL_EQUITY, amount_of,
};
use crate::adjust::Kind;
use crate::book::{Chart, Section};
use crate::domain::Money;
use crate::domain::money::round_to;

/// The adjustments of a kind against a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaterialityRow {
    pub base: &'static str,
    /// The base as adjusted, as its statement presents it.
    pub amount: Money,
    /// Nothing for all kinds together.
    pub kind: Option<Kind>,
    /// Net effect on income before tax; a charge is negative.
    pub adjustments: Money,
    /// Of the base without its sign, two decimals; nothing for a base of zero.
    pub percent: Option<Decimal>,
}

impl MaterialityRow {
    /// The name of the kind in the pack.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        self.kind.map_or("all", Kind::name)
    }
}

/// A row for each base and kind, and one for all kinds together.
#[must_use]
pub fn build(chart: &Chart, lines: &[StatementLine]) -> Vec<MaterialityRow> {
    let income = |line| amount_of(lines, INCOME_STATEMENT, line, Amounts::as_adjusted);
    let balance = |line| amount_of(lines, BALANCE_SHEET, line, Amounts::as_adjusted);
    let bases = [
        ("Net sales", chart.captions(Section::Revenue).map(income).sum()),
        (GROSS_PROFIT, income(GROSS_PROFIT)),
        (OPERATING_INCOME, income(OPERATING_INCOME)),
        (INCOME_BEFORE_TAX, income(INCOME_BEFORE_TAX)),
        (NET_INCOME, income(NET_INCOME)),
        (TOTAL_ASSETS, balance(TOTAL_ASSETS)),
        (TOTAL_EQUITY, balance(TOTAL_EQUITY)),
    ];
    let effect = |kind: Option<Kind>| {
        amount_of(lines, INCOME_STATEMENT, INCOME_BEFORE_TAX, |amounts| match kind {
            Some(kind) => amounts.adjustments[kind as usize],
            None => amounts.adjusted_by(),
        })
    };
    let kinds: Vec<Option<Kind>> = Kind::ALL.into_iter().map(Some).chain([None]).collect();
    let rows = bases.into_iter().flat_map(|(base, amount): (&'static str, Money)| {
        kinds.iter().map(move |kind| {
            let adjustments = effect(*kind);
            MaterialityRow { base, amount, kind: *kind, adjustments, percent: percent(adjustments, amount) }
        })
    });
    rows.collect()
}

fn percent(part: Money, of: Money) -> Option<Decimal> {
    let hundredfold = part.to_decimal() * Decimal::ONE_HUNDRED;
    hundredfold.checked_div(of.abs().to_decimal()).map(|exact| round_to(exact, 2))
}
