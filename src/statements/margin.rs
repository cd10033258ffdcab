//! What selling written-down stock did to the gross margin of the quarter: the reserve that left with the units sold
//! lowered cost of goods sold, and the margin is shown with and without it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Positions;
use crate::book::{Chart, Section};
use crate::domain::money::round_to;
use crate::domain::{Dimension, Money};

/// Gross margin as adjusted; income positive and expense negative, as in the income statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    pub net_sales: Money,
    /// Negative.
    pub cost_of_goods_sold: Money,
    /// Reserve utilised by sales of the quarter, positive: cost of goods sold is lower by it.
    pub relief: Money,
}

impl Margin {
    const ZERO: Self = Self { net_sales: Money::ZERO, cost_of_goods_sold: Money::ZERO, relief: Money::ZERO };

    /// Net sales less cost of goods sold.
    #[must_use]
    pub fn gross_profit(&self) -> Money {
        self.net_sales + self.cost_of_goods_sold
    }

    /// Gross profit as if the stock sold had not been written down before.
    #[must_use]
    pub fn gross_profit_without_relief(&self) -> Money {
        self.gross_profit() - self.relief
    }

    /// A profit as a share of net sales, four decimals; nothing without sales, or where more came back than was sold.
    #[must_use]
    pub fn rate(&self, profit: Money) -> Option<Decimal> {
        if self.net_sales.is_negative() {
            return None;
        }
        profit.to_decimal().checked_div(self.net_sales.to_decimal()).map(|exact| round_to(exact, 4))
    }

    fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    fn plus(self, other: Self) -> Self {
        Self {
            net_sales: self.net_sales + other.net_sales,
            cost_of_goods_sold: self.cost_of_goods_sold + other.cost_of_goods_sold,
            relief: self.relief + other.relief,
        }
    }
}

/// The margin of a brand in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarginRow {
    pub brand: String,
    pub segment: String,
    pub margin: Margin,
}

/// The margin of every brand and segment that has any, in the order of their codes. `relief` is the reserve utilised
/// by sales of the quarter, positive.
#[must_use]
pub fn build<'a>(
    chart: &Chart,
    positions: &Positions,
    relief: impl Iterator<Item = (&'a Dimension, Money)>,
) -> Vec<MarginRow> {
    let mut margins: BTreeMap<(String, String), Margin> = BTreeMap::new();
    let mut add = |at: &Dimension, part: Margin| {
        let margin = margins.entry((at.brand.clone(), at.segment.clone())).or_insert(Margin::ZERO);
        *margin = margin.plus(part);
    };
    for ((code, dimension), position) in positions {
        let Some(account) = chart.account(code).filter(|account| account.intercompany.is_none()) else { continue };
        let earned = -position.activity.as_adjusted();
        match account.section {
            Section::Revenue => add(dimension, Margin { net_sales: earned, ..Margin::ZERO }),
            Section::CostOfGoodsSold => add(dimension, Margin { cost_of_goods_sold: earned, ..Margin::ZERO }),
            _ => {}
        }
    }
    for (dimension, relief) in relief {
        add(dimension, Margin { relief, ..Margin::ZERO });
    }
    let rows = margins.into_iter().filter(|(_, margin)| !margin.is_zero());
    rows.map(|((brand, segment), margin)| MarginRow { brand, segment, margin }).collect()
}

/// All rows together.
#[must_use]
pub fn total(rows: &[MarginRow]) -> Margin {
    rows.iter().map(|row| row.margin).fold(Margin::ZERO, Margin::plus)
}
