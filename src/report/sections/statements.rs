//! The statements, and what is seen in them.

use rust_decimal::Decimal;

use super::{Composed, Composer, dashed, money, row, signed, text, thousands};
use crate::adjust::Kind;
use crate::book::Named;
use crate::domain::Money;
use crate::domain::money::round_to;
use crate::report::csv::plain;
use crate::report::model::{Align, Block, Cell, Column, RowKind, Table};
use crate::statements::dimensions::{By, CONSOLIDATED, CONTINUING, DimensionLine, ELIMINATIONS, WIND_DOWN};
use crate::statements::materiality::MaterialityRow;
use crate::statements::{
    Amounts, BALANCE_SHEET, CASH_FLOW, CASH_FLOW_YTD, ENDING_CASH, INCOME_STATEMENT, INCOME_STATEMENT_YTD, NET_INCOME,
    StatementLine, TOTAL_ASSETS, TOTAL_LIABILITIES_AND_EQUITY, margin,
};

/// Members that stand beside each other in one table.
const MEMBERS_PER_TABLE: usize = 7;

/// The lines that close a statement, or the half of a balance sheet.
const LAST_LINES: [&str; 4] = [NET_INCOME, TOTAL_ASSETS, TOTAL_LIABILITIES_AND_EQUITY, ENDING_CASH];

fn row_kind(total: bool, line: &str) -> RowKind {
    match total {
        true if LAST_LINES.contains(&line) => RowKind::Total,
        true => RowKind::Subtotal,
        false => RowKind::Body,
    }
}

impl Composer<'_> {
    pub(super) fn income_statement(&self) -> Composed<Block> {
        self.statement("income_statement", INCOME_STATEMENT)
    }

    pub(super) fn balance_sheet(&self) -> Composed<Block> {
        self.statement("balance_sheet", BALANCE_SHEET)
    }

    pub(super) fn cash_flow(&self) -> Composed<Block> {
        self.statement("cash_flow", CASH_FLOW)
    }

    pub(super) fn year_to_date(&self) -> Composed<[Block; 2]> {
        let income = self.statement("income_statement_ytd", INCOME_STATEMENT_YTD)?;
        Ok([income, self.statement("cash_flow_ytd", CASH_FLOW_YTD)?])
    }

    /// A statement with a column a kind; the quarter before stands beside a quarter, not beside a year to date. Lines
    /// that have nothing in any column are left out.
    fn statement(&self, caption: &str, statement: &str) -> Composed<Block> {
        let to_date = [INCOME_STATEMENT_YTD, CASH_FLOW_YTD].contains(&statement);
        let mut names = vec!["line", "as_recorded"];
        names.extend(Kind::ALL.map(Kind::name));
        names.push("as_adjusted");
        names.extend((!to_date).then_some("prior_quarter"));
        names.push("prior_year");
        let mut table = self.table(caption, 1, &names)?;
        for line in self.inputs.closed.statements.iter().filter(|line| line.statement == statement) {
            let earlier = [line.prior_quarter.filter(|_| !to_date), line.prior_year];
            let nothing = line.amounts == Amounts::ZERO && earlier.into_iter().flatten().all(Money::is_zero);
            if nothing && !line.total {
                continue;
            }
            let mut cells = vec![text(&*line.line)];
            cells.extend(columns(&line.amounts));
            cells.extend((!to_date).then(|| dashed(line.prior_quarter)));
            cells.push(dashed(line.prior_year));
            table.rows.push(row(row_kind(line.total, &line.line), cells));
        }
        Ok(self.shown(table))
    }

    fn lines_of(&self, statement: &str, by: By, member: &str) -> impl Iterator<Item = &DimensionLine> {
        let lines = self.inputs.closed.views.dimensions.iter();
        lines.filter(move |line| line.statement == statement && line.by == by && line.member == member)
    }

    /// The income statement of the brands that end, and of those that go on, each with a column a kind and without
    /// the lines that have nothing.
    pub(super) fn wind_down(&self) -> Composed<[Block; 2]> {
        let shown = |caption: &str, member: &str| -> Composed<Block> {
            let mut names = vec!["line", "as_recorded"];
            names.extend(Kind::ALL.map(Kind::name));
            names.push("as_adjusted");
            let mut table = self.table(caption, 1, &names)?;
            let lines = self.lines_of(INCOME_STATEMENT, By::WindDown, member);
            for line in lines.filter(|line| line.total || line.amounts != Amounts::ZERO) {
                let mut cells = vec![text(&*line.line)];
                cells.extend(columns(&line.amounts));
                table.rows.push(row(row_kind(line.total, &line.line), cells));
            }
            Ok(self.shown(table))
        };
        Ok([shown("wind_down", WIND_DOWN)?, shown("continuing", CONTINUING)?])
    }

    /// The income statement as adjusted by brand and by segment, with the total.
    pub(super) fn brands_and_segments(&self) -> Composed<Vec<Block>> {
        let config = &self.inputs.book.config;
        let codes = |named: &[Named]| named.iter().map(|row| row.code.clone()).collect::<Vec<_>>();
        let mut blocks = self.members("by_brand", INCOME_STATEMENT, By::Brand, &codes(&config.brands))?;
        blocks.extend(self.members("by_segment", INCOME_STATEMENT, By::Segment, &codes(&config.segments))?);
        Ok(blocks)
    }

    /// Both statements as adjusted by entity, with eliminations and the consolidated figures.
    pub(super) fn entities(&self) -> Composed<Vec<Block>> {
        let entities = self.inputs.book.config.entities.iter().map(|entity| entity.code.clone());
        let members: Vec<String> = entities.chain([ELIMINATIONS.to_owned()]).collect();
        let mut blocks = self.members("by_entity", INCOME_STATEMENT, By::Entity, &members)?;
        blocks.extend(self.members("balance_by_entity", BALANCE_SHEET, By::Entity, &members)?);
        Ok(blocks)
    }

    /// A column a member, as many tables as it takes, and the consolidated figures as the last column. Lines that no
    /// member has anything in are left out.
    fn members(&self, caption: &str, statement: &str, by: By, members: &[String]) -> Composed<Vec<Block>> {
        let heading = |heading: String| Column { heading, align: Align::Right, wraps: false };
        let whole = self.inputs.closed.statements.iter().filter(|line| line.statement == statement);
        let whole: Vec<&StatementLine> = whole.collect();
        let adjusted = |line: &DimensionLine| line.amounts.as_adjusted();
        let columns_of = |members: &[String]| -> Vec<Vec<Money>> {
            members.iter().map(|member| self.lines_of(statement, by, member).map(adjusted).collect()).collect()
        };
        let all = columns_of(members);
        let shows = |place: usize| {
            whole[place].total || all.iter().filter_map(|lines| lines.get(place)).any(|amount| !amount.is_zero())
        };
        let parts: Vec<&[String]> = members.chunks(MEMBERS_PER_TABLE).collect();
        let mut blocks = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let mut columns = self.columns(&[("line", Align::Left, true)])?;
            for member in *part {
                let word = if member == ELIMINATIONS { self.words.heading("eliminations")? } else { member.clone() };
                columns.push(heading(word));
            }
            let closes = at + 1 == parts.len();
            if closes {
                columns.push(heading(self.words.heading(CONSOLIDATED)?));
            }
            let mut table = Table::new(self.words.caption(caption)?, columns);
            let of_members = columns_of(part);
            for (place, line) in whole.iter().enumerate().filter(|(place, _)| shows(*place)) {
                let mut cells = vec![text(&*line.line)];
                cells.extend(of_members.iter().map(|lines| dashed(lines.get(place).copied())));
                cells.extend(closes.then(|| money(line.amounts.as_adjusted())));
                table.rows.push(row(row_kind(line.total, &line.line), cells));
            }
            blocks.push(self.shown(table));
        }
        Ok(blocks)
    }

    pub(super) fn per_share(&self) -> Composed<Block> {
        let mut table =
            self.table("per_share", 3, &["period", "measure", "column", "net_income", "shares", "per_share"])?;
        for found in &self.inputs.closed.views.per_share {
            let per_share = found.per_share.map_or(Cell::Empty, |amount| signed(amount, ""));
            let mut cells: Vec<Cell> = [found.period, found.measure, found.column].map(text).into();
            cells.extend([money(found.net_income), shares(found.shares), per_share]);
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }

    pub(super) fn tax(&self) -> Composed<Block> {
        let mut table = self.table("tax", 1, &["line", "rate", "amount"])?;
        let lines = &self.inputs.closed.views.tax;
        for (at, found) in lines.iter().enumerate() {
            let rate = found.rate.map_or(Cell::Empty, percent_of);
            let kind = if at + 1 == lines.len() { RowKind::Total } else { RowKind::Body };
            table.rows.push(row(kind, vec![text(found.line), rate, money(found.amount)]));
        }
        Ok(self.shown(table))
    }

    /// A row a base, and under each kind its adjustments in percent of the base; the first row has their amounts.
    pub(super) fn materiality(&self) -> Composed<Block> {
        let mut names = vec!["base", "amount"];
        names.extend(Kind::ALL.map(Kind::name));
        names.push("all_kinds");
        let mut table = self.table("materiality", 1, &names)?;
        let rows = &self.inputs.closed.views.materiality;
        for (at, of_base) in rows.chunk_by(|one, next| one.base == next.base).enumerate() {
            if at == 0 {
                let mut cells = vec![text(self.words.caption("adjustments_before_tax")?), Cell::Empty];
                cells.extend(of_base.iter().map(|found| money(found.adjustments)));
                table.rows.push(row(RowKind::Body, cells));
            }
            let amount = of_base.first().map(|found| found.amount);
            let mut cells = vec![text(of_base.first().map_or("", |found| found.base)), dashed(amount)];
            let percent = |found: &MaterialityRow| found.percent.map_or(Cell::Empty, |percent| signed(percent, "%"));
            cells.extend(of_base.iter().map(percent));
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }

    /// Questions with room for an answer.
    pub(super) fn questions(&self, questions: &[String]) -> Composed<Block> {
        let columns = [("question", Align::Left, true), ("answer", Align::Left, false)];
        let mut table = Table::new(self.words.caption("questions")?, self.columns(&columns)?);
        let blank = self.words.caption("blank")?;
        for question in questions {
            table.rows.push(row(RowKind::Body, vec![text(&**question), text(&*blank)]));
        }
        Ok(self.shown(table))
    }

    pub(super) fn margin(&self) -> Composed<Block> {
        let names = [
            "brand",
            "segment",
            "net_sales",
            "cost_of_sales",
            "gross_profit",
            "gross_margin",
            "relief",
            "profit_without",
            "margin_without",
        ];
        let mut table = self.table("margin", 2, &names)?;
        let cells = |of: margin::Margin| {
            let (with, without) = (of.gross_profit(), of.gross_profit_without_relief());
            let rate = |profit| of.rate(profit).map_or(Cell::Empty, percent_of);
            let amounts = [money(of.net_sales), money(of.cost_of_goods_sold), money(with), rate(with)];
            amounts.into_iter().chain([money(of.relief), money(without), rate(without)]).collect::<Vec<_>>()
        };
        let rows = &self.inputs.closed.views.margin;
        for found in rows {
            let mut line = vec![text(&*found.brand), text(&*found.segment)];
            line.extend(cells(found.margin));
            table.rows.push(row(RowKind::Body, line));
        }
        if !rows.is_empty() {
            let mut line = vec![self.total_words()?, Cell::Empty];
            line.extend(cells(margin::total(rows)));
            table.rows.push(row(RowKind::Total, line));
        }
        Ok(self.shown(table))
    }
}

fn columns(amounts: &Amounts) -> impl Iterator<Item = Cell> {
    let all = [amounts.as_recorded].into_iter().chain(amounts.adjustments).chain([amounts.as_adjusted()]);
    all.map(money)
}

/// A share of one, in percent with two decimals.
fn percent_of(rate: Decimal) -> Cell {
    signed(round_to(rate * Decimal::ONE_HUNDRED, 2), "%")
}

/// A number of shares, with thousands separators.
fn shares(of: Decimal) -> Cell {
    let text = plain(of);
    Cell::Number(match text.split_once('.') {
        Some((whole, fraction)) => format!("{}.{fraction}", thousands(whole)),
        None => thousands(&text),
    })
}
