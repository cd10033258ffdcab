//! The tax effect of the adjustments (SFAS 109, ASC 740-10, IAS 12): deductible temporary differences at the book's
//! rate, and what a full valuation allowance leaves of it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Positions;
use crate::book::{Chart, Policies, Section};
use crate::domain::{Dimension, Money};

/// A line of the tax schedule; amounts are effects on income, a charge is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxLine {
    pub line: &'static str,
    /// The share of income that is taxed, on the line that applies it.
    pub rate: Option<Decimal>,
    pub amount: Money,
}

/// What of the tax effect is recognised.
pub const RECOGNISED: &str = "Tax effect recognised";

/// The schedule. The effect is rounded in each dimension, as the entries post it.
#[must_use]
pub fn build(chart: &Chart, policies: &Policies, positions: &Positions) -> Vec<TaxLine> {
    let mut effects: BTreeMap<&Dimension, Money> = BTreeMap::new();
    for ((code, dimension), position) in positions {
        let account = chart.account(code).filter(|account| account.kind.is_income_statement());
        if account.is_some_and(|account| account.section != Section::IncomeTax) {
            *effects.entry(dimension).or_insert(Money::ZERO) -= position.activity.adjusted_by();
        }
    }
    let before_tax: Money = effects.values().copied().sum();
    let rounded = effects.values().map(|effect| -Money::round(effect.to_decimal() * policies.tax_rate));
    let at_rate: Money = rounded.sum();
    let allowance = if policies.valuation_allowance { -at_rate } else { Money::ZERO };
    let line = |line, amount| TaxLine { line, rate: None, amount };
    vec![
        line("Adjustments before tax", before_tax),
        TaxLine { rate: Some(policies.tax_rate), ..line("Tax effect at the rate", at_rate) },
        line("Valuation allowance", allowance),
        line(RECOGNISED, at_rate + allowance),
    ]
}
