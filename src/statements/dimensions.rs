//! The income statement by wind-down and continuing brands, by brand, by segment and by entity, and the balance sheet
//! by entity with the eliminations that lead to the consolidated one.
//!
//! The members of a view add up to the consolidated statement; of entities, with `eliminations` among them.

use super::positions::{Positions, Takes};
use super::{Amounts, BALANCE_SHEET, INCOME_STATEMENT, Line, balance_sheet, income};
use crate::book::{Account, Book};
use crate::domain::{Dimension, Quarter};

/// The brands under an event that counts in the quarter.
pub const WIND_DOWN: &str = "wind-down";
/// All other brands.
pub const CONTINUING: &str = "continuing";
/// What consolidation takes out: the balances of intercompany groups, with the opposite sign.
pub const ELIMINATIONS: &str = "eliminations";
/// All entities after eliminations.
pub const CONSOLIDATED: &str = "consolidated";

/// What a statement is parted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    WindDown,
    Brand,
    Segment,
    Entity,
}

impl By {
    /// All views, in the order of the pack.
    pub const ALL: [Self; 4] = [Self::WindDown, Self::Brand, Self::Segment, Self::Entity];

    /// The name in the pack.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WindDown => "wind-down",
            Self::Brand => "brand",
            Self::Segment => "segment",
            Self::Entity => "entity",
        }
    }
}

/// A line of a statement of one member.
#[derive(Debug, Clone)]
pub struct DimensionLine {
    pub statement: &'static str,
    /// The line's place in its statement, from 1.
    pub order: usize,
    pub line: String,
    /// True for a sum of lines above it.
    pub total: bool,
    pub by: By,
    pub member: String,
    pub amounts: Amounts,
}

/// A statement from the positions that are taken in.
type Made = fn(&crate::book::Chart, &Positions, Takes<'_>) -> Vec<Line>;

/// All lines of all views.
#[must_use]
pub fn build(book: &Book, quarter: &Quarter, positions: &Positions) -> Vec<DimensionLine> {
    let mut list = Vec::new();
    let statements: [(&'static str, Made); 2] =
        [(INCOME_STATEMENT, income::of_quarter), (BALANCE_SHEET, balance_sheet::at_end)];
    for (statement, made) in statements {
        let mut add = |by: By, member: &str, lines: Vec<Line>| {
            list.extend(lines.into_iter().zip(1..).map(|(Line { line, total, amounts }, order)| DimensionLine {
                statement,
                order,
                line,
                total,
                by,
                member: member.to_owned(),
                amounts,
            }));
        };
        let of = |takes: Takes<'_>| made(&book.chart, positions, takes);
        let config = &book.config;
        let outside = |account: &Account| account.intercompany.is_none();
        if statement == INCOME_STATEMENT {
            let winding = |brand: &str| book.brand_event(brand, quarter).is_some();
            for (member, wound) in [(WIND_DOWN, true), (CONTINUING, false)] {
                let takes = |account: &Account, at: &Dimension| outside(account) && winding(&at.brand) == wound;
                add(By::WindDown, member, of(&takes));
            }
            for brand in &config.brands {
                let takes = |account: &Account, at: &Dimension| outside(account) && at.brand == brand.code;
                add(By::Brand, &brand.code, of(&takes));
            }
            for segment in &config.segments {
                let takes = |account: &Account, at: &Dimension| outside(account) && at.segment == segment.code;
                add(By::Segment, &segment.code, of(&takes));
            }
        }
        for entity in &config.entities {
            add(By::Entity, &entity.code, of(&|_, at| at.entity == entity.code));
        }
        let eliminated = of(&|account, _| !outside(account));
        let eliminated = eliminated.into_iter().map(|line| Line { amounts: line.amounts.negated(), ..line });
        add(By::Entity, ELIMINATIONS, eliminated.collect());
        add(By::Entity, CONSOLIDATED, of(&|account, _| outside(account)));
    }
    list
}
