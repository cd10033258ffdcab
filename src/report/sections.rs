//! The report of a run, as data: what each schedule shows. Its order and words come from the template.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::csv::plain;
use super::model::{
    Align, Block, Cell, Column, Document, KeyFigure, Row, RowKind, Section, SignOff, Table, Waterfall, WaterfallBar,
};
use super::words::{Schedule, SectionWords, Words, WordsError};
use crate::adjust::{Kind, fixed_assets, inventory_reserve, obligations, prepaid_advertising};
use crate::book::Book;
use crate::checks::Status;
use crate::close::{self, Closed};
use crate::domain::money::round_to;
use crate::domain::{Money, Quarter};
use crate::ingest::SourceFile;
use crate::journal::JournalEntry;
use crate::records::Disposition;
use crate::rollforward::RollRow;
use crate::schedules::ReserveRow;
use crate::statements::{self, Amounts};

/// Everything that the report is made from.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub book: &'a Book,
    pub quarter: &'a Quarter,
    pub closed: &'a Closed,
    pub sources: &'a [SourceFile],
    /// The short hash of the run.
    pub run_id: &'a str,
}

/// The report of a run.
///
/// # Errors
/// [`WordsError`] for a template that lacks a word.
pub fn document(inputs: Inputs<'_>) -> Result<Document, WordsError> {
    let words = Words::new(values(inputs))?;
    let composer = Composer { inputs, words: &words };
    let sections = words.sections().iter().map(|section| composer.section(section)).collect::<Result<_, _>>()?;
    Ok(Document {
        company: inputs.book.config.company.clone(),
        title: words.title().to_owned(),
        period: words.period()?,
        run: words.run()?,
        page_label: words.page_label().to_owned(),
        continued: words.continued().to_owned(),
        sections,
    })
}

fn values(inputs: Inputs<'_>) -> BTreeMap<&'static str, String> {
    let (config, closed) = (&inputs.book.config, inputs.closed);
    let basis = config.policies.basis;
    let count = |status| closed.checks.iter().filter(|check| check.status == status).count().to_string();
    let payable: Money = closed.schedules.obligations.iter().map(|row| row.measurement.closing).sum();
    let loss = closed.net_income(Amounts::as_adjusted).is_negative();
    let share_words = if loss { "basic, which are the diluted ones for a loss" } else { "diluted" };
    let sold =
        Disposition::HeldForSale { decided: inputs.quarter.end, fair_value: Money::ZERO, cost_to_sell: Money::ZERO };
    BTreeMap::from([
        ("quarter", inputs.quarter.id.clone()),
        ("end_long", inputs.quarter.end.format("%B %-d, %Y").to_string()),
        ("run_id", inputs.run_id.to_owned()),
        ("currency", config.currency.clone()),
        ("notice", config.notice.clone()),
        ("basis", basis.name().to_owned()),
        ("exception_count", closed.exceptions.len().to_string()),
        ("share_words", share_words.to_owned()),
        ("inventory_rule", inventory_reserve::citation(basis).to_owned()),
        ("prepaid_rule", prepaid_advertising::citation(basis).to_owned()),
        ("assets_rule", fixed_assets::citation(basis, sold).to_owned()),
        ("obligations_rule", obligations::citation(basis).to_owned()),
        ("payable", grouped(payable)),
        ("checks_passed", count(Status::Pass)),
        ("checks_failed", count(Status::Fail)),
        ("checks_none", count(Status::NotApplicable)),
    ])
}

/// An amount in words of a text: thousands separators, negative in parentheses.
#[must_use]
pub fn grouped(amount: Money) -> String {
    let digits = (amount.cents().unsigned_abs() / 100).to_string();
    let mut whole = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            whole.push(',');
        }
        whole.push(digit);
    }
    let text = format!("{whole}.{:02}", amount.cents().unsigned_abs() % 100);
    if amount.is_negative() { format!("({text})") } else { text }
}

fn text(of: impl Into<String>) -> Cell {
    Cell::Text(of.into())
}

fn number(of: Decimal) -> Cell {
    Cell::Number(plain(of))
}

fn unit_price(of: Decimal) -> Cell {
    Cell::Number(round_to(of, 4).to_string())
}

fn money(of: Money) -> Cell {
    Cell::Money(of)
}

fn dashed(of: Option<Money>) -> Cell {
    of.map_or(Cell::Empty, Cell::Money)
}

fn row(kind: RowKind, cells: Vec<Cell>) -> Row {
    Row { kind, cells }
}

struct Composer<'a> {
    inputs: Inputs<'a>,
    words: &'a Words,
}

type Composed<T> = Result<T, WordsError>;

impl Composer<'_> {
    fn section(&self, words: &SectionWords) -> Composed<Section> {
        let mut blocks = Vec::new();
        if words.schedule == Schedule::Cover {
            blocks.push(self.key_figures()?);
        }
        for paragraph in &words.text {
            let filled = self.words.fill(paragraph)?;
            if !filled.is_empty() {
                blocks.push(Block::Paragraph(filled));
            }
        }
        match words.schedule {
            Schedule::Cover => self.cover(words, &mut blocks)?,
            Schedule::Exceptions => blocks.push(self.exceptions()?),
            Schedule::Impact => {
                blocks.extend([Block::Waterfall(self.waterfall()?), self.impact(self.words.caption("impact")?)?])
            }
            Schedule::IncomeStatement => {
                blocks.push(self.statement("income_statement", statements::INCOME_STATEMENT)?);
            }
            Schedule::BalanceSheet => blocks.push(self.statement("balance_sheet", statements::BALANCE_SHEET)?),
            Schedule::Journal => blocks.push(self.journal()?),
            Schedule::Inventory => blocks.extend([self.pools()?, self.inventory()?]),
            Schedule::Prepaid => blocks.push(self.prepaid()?),
            Schedule::Assets => blocks.push(self.assets()?),
            Schedule::Obligations => blocks.extend([self.obligations()?, self.installments()?]),
            Schedule::Rollforward => {
                for kind in Kind::ALL {
                    blocks.push(self.rollforward(kind)?);
                }
            }
            Schedule::Checks => blocks.push(self.checks()?),
            Schedule::Sources => blocks.push(self.sources()?),
        }
        Ok(Section {
            reference: words.reference.clone(),
            title: words.title.clone(),
            landscape: words.landscape,
            blocks,
        })
    }

    fn columns(&self, names: &[(&str, Align, bool)]) -> Composed<Vec<Column>> {
        let column = |(name, align, wraps): &(&str, Align, bool)| {
            Ok(Column { heading: self.words.heading(name)?, align: *align, wraps: *wraps })
        };
        names.iter().map(column).collect()
    }

    /// A table whose leading `texts` columns are text, the last of them wrapping, and all others numbers.
    fn table(&self, caption: &str, texts: usize, names: &[&str]) -> Composed<Table> {
        let align = |at: usize| if at < texts { Align::Left } else { Align::Right };
        let columns: Vec<(&str, Align, bool)> =
            names.iter().enumerate().map(|(at, name)| (*name, align(at), at + 1 == texts)).collect();
        Ok(Table::new(self.words.caption(caption)?, self.columns(&columns)?))
    }

    /// The table, or the words that say that there is nothing.
    fn shown(&self, table: Table) -> Block {
        if table.rows.is_empty() {
            Block::Paragraph(format!("{}: {}", table.caption, self.words.nothing()))
        } else {
            Block::Table(table)
        }
    }

    fn total_words(&self) -> Composed<Cell> {
        Ok(text(self.words.caption("total")?))
    }

    fn subtotal_words(&self, of: &str) -> Composed<Cell> {
        Ok(text(self.words.caption_of("subtotal", &[("of", of.to_owned())])?))
    }

    fn key_figures(&self) -> Composed<Block> {
        let closed = self.inputs.closed;
        let failed = closed.checks.iter().any(|check| check.status == Status::Fail);
        let open = !closed.exceptions.is_empty();
        let adjusted = closed.net_income(Amounts::as_adjusted);
        let per_share = closed
            .shares
            .and_then(|shares| statements::per_share(adjusted, statements::diluted_shares(adjusted, shares), 2));
        let per_share = per_share.map_or_else(String::new, |amount| grouped(Money::round(amount)));
        let status = self.words.figure(if open { "status_open" } else { "status_clean" })?;
        let figure = |name: &str, value: String, alert: bool| {
            Ok::<_, WordsError>(KeyFigure { label: self.words.figure(name)?, value, alert })
        };
        Ok(Block::KeyFigures(vec![
            figure("status", status, open)?,
            figure("as_recorded", grouped(closed.net_income(|amounts| amounts.as_recorded)), false)?,
            figure("as_adjusted", grouped(adjusted), false)?,
            figure("per_share", per_share, false)?,
            figure("non_cash", grouped(closed.charges(false)), false)?,
            figure("cash", grouped(closed.charges(true)), false)?,
            figure("checks", self.words.figure("checks_value")?, failed)?,
            figure("exceptions", closed.exceptions.len().to_string(), open)?,
        ]))
    }

    fn cover(&self, words: &SectionWords, blocks: &mut Vec<Block>) -> Composed<()> {
        blocks.push(Block::Heading(words.heading_impact.clone()));
        blocks.push(self.impact(String::new())?);
        blocks.push(Block::Heading(words.heading_sign_off.clone()));
        let labels = words.sign_off_labels.clone();
        blocks.push(Block::SignOff(SignOff { roles: words.sign_off.clone(), labels }));
        Ok(())
    }

    fn exceptions(&self) -> Composed<Block> {
        let columns = [
            ("severity", Align::Left, false),
            ("message", Align::Left, true),
            ("place", Align::Left, true),
            ("value", Align::Right, false),
        ];
        let mut table = Table::new(self.words.caption("exceptions")?, self.columns(&columns)?);
        for found in &self.inputs.closed.exceptions {
            let place = found.place.to_string();
            let cells =
                vec![text(found.severity), text(&*found.message), text(place), Cell::Number(found.value.clone())];
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }

    fn impact(&self, caption: String) -> Composed<Block> {
        let mut table = self.named(caption, 2, &["line", "nature", "amount", "per_share"])?;
        for (at, line) in self.inputs.closed.impact.iter().enumerate() {
            let kind = match (line.total, at) {
                (false, _) => RowKind::Body,
                (true, 0) => RowKind::Subtotal,
                (true, _) => RowKind::Total,
            };
            let per_share = line.per_share.map_or(Cell::Empty, |amount| {
                let sign = amount.is_sign_negative() && !amount.is_zero();
                Cell::Number(if sign { format!("({})", amount.abs()) } else { format!("{amount}") })
            });
            table.rows.push(row(kind, vec![text(line.line), text(line.cash), money(line.amount), per_share]));
        }
        Ok(self.shown(table))
    }

    fn waterfall(&self) -> Composed<Waterfall> {
        let bar = |line: &close::ImpactLine| WaterfallBar {
            label: line.line.to_owned(),
            amount: line.amount,
            total: line.total,
        };
        let bars = self.inputs.closed.impact.iter().map(bar).collect();
        Ok(Waterfall { caption: self.words.caption("waterfall")?, bars })
    }

    fn statement(&self, caption: &str, statement: &str) -> Composed<Block> {
        let names = [
            "line",
            "as_recorded",
            "inventory_reserve",
            "prepaid_advertising",
            "fixed_assets",
            "obligations",
            "as_adjusted",
            "prior_quarter",
            "prior_year",
        ];
        let mut table = self.table(caption, 1, &names)?;
        for line in self.inputs.closed.statements.iter().filter(|line| line.statement == statement) {
            let last = [statements::NET_INCOME, statements::TOTAL_ASSETS, statements::TOTAL_LIABILITIES_AND_EQUITY];
            let kind = match line.total {
                true if last.contains(&line.line.as_str()) => RowKind::Total,
                true => RowKind::Subtotal,
                false => RowKind::Body,
            };
            let mut cells = vec![text(&*line.line), money(line.amounts.as_recorded)];
            cells.extend(line.amounts.adjustments.map(money));
            cells.extend([money(line.amounts.as_adjusted()), dashed(line.prior_quarter), dashed(line.prior_year)]);
            table.rows.push(row(kind, cells));
        }
        Ok(self.shown(table))
    }

    fn journal(&self) -> Composed<Block> {
        let columns = [
            ("account", Align::Left, true),
            ("dimension", Align::Left, false),
            ("figure", Align::Left, false),
            ("debit", Align::Right, false),
            ("credit", Align::Right, false),
        ];
        let mut table = Table::new(self.words.caption("entries")?, self.columns(&columns)?);
        let mut posted = Money::ZERO;
        for entry in &self.inputs.closed.entries {
            let head = self.entry_head(entry)?;
            table.rows.push(row(RowKind::Group, vec![text(head), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]));
            for line in entry.lines() {
                let side = |amount: Money| if amount.is_zero() { Cell::Empty } else { money(amount) };
                let name = self.inputs.book.chart.account(&line.account).map(|account| account.name.as_str());
                let account = format!("{} {}", line.account, name.unwrap_or_default());
                let cells = vec![
                    text(account),
                    text(line.dimension.to_string()),
                    text(&*line.figure_id),
                    side(line.debit),
                    side(line.credit),
                ];
                table.rows.push(row(RowKind::Body, cells));
            }
            let total = entry.total();
            posted += total;
            let words = self.subtotal_words(entry.id())?;
            table.rows.push(row(RowKind::Subtotal, vec![words, Cell::Empty, Cell::Empty, money(total), money(total)]));
        }
        if !table.rows.is_empty() {
            let cells = vec![self.total_words()?, Cell::Empty, Cell::Empty, money(posted), money(posted)];
            table.rows.push(row(RowKind::Total, cells));
        }
        Ok(self.shown(table))
    }

    /// Names an entry, what it posts, and the schedule that supports it.
    fn entry_head(&self, entry: &JournalEntry) -> Composed<String> {
        let schedule = match entry.movement().kind() {
            Kind::InventoryReserve => Schedule::Inventory,
            Kind::PrepaidAdvertising => Schedule::Prepaid,
            Kind::FixedAssets => Schedule::Assets,
            Kind::Obligations => Schedule::Obligations,
        };
        let section = self.words.sections().iter().find(|section| section.schedule == schedule);
        let reference = section.map(|section| section.reference.clone()).unwrap_or_default();
        let adjustments = &self.inputs.closed.schedules.adjustments;
        let items = adjustments.iter().filter(|row| row.entry_id == entry.id()).count();
        self.words.caption_of(
            "entry_head",
            &[
                ("entry", entry.id().to_owned()),
                ("what", close::words(entry.movement()).to_owned()),
                ("items", items.to_string()),
                ("schedule", reference),
            ],
        )
    }

    fn pool_name(&self, code: &str) -> String {
        self.inputs.book.config.pools.get(code).map_or_else(|| code.to_owned(), |pool| pool.name.clone())
    }

    fn pools(&self) -> Composed<Block> {
        let names = ["item", "cost", "required", "opening", "utilised", "charge", "release", "closing"];
        let mut table = self.table("pools", 1, &names)?;
        for (pool, rows) in self.by_pool() {
            let mut cells = vec![text(self.pool_name(pool))];
            cells.extend(pool_sums(&rows).map(money));
            table.rows.push(row(RowKind::Body, cells));
        }
        if !table.rows.is_empty() {
            let all: Vec<&ReserveRow> = self.inputs.closed.schedules.inventory.iter().collect();
            let mut cells = vec![self.total_words()?];
            cells.extend(pool_sums(&all).map(money));
            table.rows.push(row(RowKind::Total, cells));
        }
        Ok(self.shown(table))
    }

    fn by_pool(&self) -> BTreeMap<&str, Vec<&ReserveRow>> {
        let mut pools: BTreeMap<&str, Vec<&ReserveRow>> = BTreeMap::new();
        for row in &self.inputs.closed.schedules.inventory {
            pools.entry(&row.key.group).or_default().push(row);
        }
        pools
    }

    fn inventory(&self) -> Composed<Block> {
        let names = [
            "sku",
            "description",
            "units",
            "unit_cost",
            "nrv",
            "market",
            "excess",
            "cost",
            "required",
            "opening",
            "utilised",
            "charge",
            "release",
            "closing",
        ];
        let mut table = self.table("inventory", 2, &names)?;
        let gone = self.words.caption("gone")?;
        for (pool, rows) in self.by_pool() {
            let name = self.pool_name(pool);
            table.rows.push(group_row(&name, names.len()));
            for found in &rows {
                table.rows.push(row(RowKind::Body, reserve_cells(found, &gone)));
            }
            let mut cells = vec![self.subtotal_words(&name)?];
            cells.extend(std::iter::repeat_n(Cell::Empty, 6));
            cells.extend(pool_sums(&rows).map(money));
            table.rows.push(row(RowKind::Subtotal, cells));
        }
        if !table.rows.is_empty() {
            let all: Vec<&ReserveRow> = self.inputs.closed.schedules.inventory.iter().collect();
            let mut cells = vec![self.total_words()?];
            cells.extend(std::iter::repeat_n(Cell::Empty, 6));
            cells.extend(pool_sums(&all).map(money));
            table.rows.push(row(RowKind::Total, cells));
        }
        Ok(self.shown(table))
    }

    fn prepaid(&self) -> Composed<Block> {
        let names = [
            "contract",
            "description",
            "paid_amount",
            "earned",
            "expensed",
            "catch_up",
            "refundable",
            "transferable",
            "write_off",
            "closing",
        ];
        let rows = self.inputs.closed.schedules.prepaid.iter().map(|found| {
            let (contract, measured) = (&found.contract, &found.measurement);
            let label = format!("{} {}", contract.vendor, contract.description);
            let amounts = [
                contract.amount_paid,
                measured.earned,
                contract.expensed_to_date,
                measured.catch_up,
                contract.refundable,
                contract.transferable,
                measured.write_off,
                measured.closing,
            ];
            (
                vec![text(&*contract.contract_id), text(format!("{} ({})", label.trim(), contract.dimension.brand))],
                amounts,
            )
        });
        self.footed("prepaid", 2, &names, rows)
    }

    fn assets(&self) -> Composed<Block> {
        let names = [
            "asset",
            "disposition",
            "description",
            "cost",
            "accumulated",
            "catch_up",
            "carrying",
            "measured",
            "write_down",
            "closing",
        ];
        let rows = self.inputs.closed.schedules.assets.iter().map(|found| {
            let (asset, measured) = (&found.asset, &found.measurement);
            let label = format!("{} ({})", asset.description, asset.dimension.brand);
            let amounts = [
                asset.cost,
                asset.accumulated_depreciation,
                measured.catch_up,
                measured.carrying,
                measured.measured,
                measured.write_down,
                measured.closing,
            ];
            let item = format!("{} / {}", asset.asset_id, asset.component);
            (vec![text(item), text(asset.disposition.name()), text(label)], amounts)
        });
        self.footed("assets", 3, &names, rows)
    }

    fn obligations(&self) -> Composed<Block> {
        let names = [
            "obligation",
            "description",
            "opening",
            "incurred",
            "paid",
            "change",
            "closing",
            "current",
            "non_current",
            "charge",
        ];
        let rows = self.inputs.closed.schedules.obligations.iter().map(|found| {
            let (owed, measured) = (&found.obligation, &found.measurement);
            let amounts = [
                measured.opening,
                measured.incurred,
                measured.paid,
                measured.change,
                measured.closing,
                measured.current,
                measured.non_current,
                measured.charge,
            ];
            (vec![text(&*owed.obligation_id), text(format!("{} ({})", owed.description, owed.payee))], amounts)
        });
        self.footed("obligations", 2, &names, rows)
    }

    fn installments(&self) -> Composed<Block> {
        let names = ["obligation", "due", "paid_on", "amount"];
        let rows = self.inputs.closed.schedules.installments.iter().map(|part| {
            let paid = part.paid_date.map(|date| date.to_string()).unwrap_or_default();
            (vec![text(&*part.obligation_id), text(part.due_date.to_string()), text(paid)], [part.amount])
        });
        self.footed("installments", 3, &names, rows)
    }

    fn rollforward(&self, kind: Kind) -> Composed<Block> {
        let names = ["item", "dimension", "opening", "charged", "utilised", "released", "paid", "closing"];
        let rows = self.inputs.closed.rolls.iter().filter(|row| row.kind == kind).map(|row: &RollRow| {
            let amounts = [row.opening, row.charged, row.utilised, row.released, row.paid, row.closing];
            (vec![text(&*row.item), text(row.dimension.to_string())], amounts)
        });
        let caption = self.words.caption_of("rollforward", &[("kind", kind.name().replace('_', " "))])?;
        self.footed_table(self.named(caption, 2, &names)?, rows)
    }

    fn named(&self, caption: String, texts: usize, names: &[&str]) -> Composed<Table> {
        let mut table = self.table("total", texts, names)?;
        table.caption = caption;
        Ok(table)
    }

    /// A table of rows with a total under each amount.
    fn footed<const N: usize>(
        &self,
        caption: &str,
        texts: usize,
        names: &[&str],
        rows: impl Iterator<Item = (Vec<Cell>, [Money; N])>,
    ) -> Composed<Block> {
        self.footed_table(self.table(caption, texts, names)?, rows)
    }

    fn footed_table<const N: usize>(
        &self,
        mut table: Table,
        rows: impl Iterator<Item = (Vec<Cell>, [Money; N])>,
    ) -> Composed<Block> {
        let mut totals = [Money::ZERO; N];
        for (mut cells, amounts) in rows {
            totals.iter_mut().zip(amounts).for_each(|(total, amount)| *total += amount);
            cells.extend(amounts.map(money));
            table.rows.push(row(RowKind::Body, cells));
        }
        if !table.rows.is_empty() {
            let mut cells = vec![self.total_words()?];
            cells.extend(std::iter::repeat_n(Cell::Empty, table.columns.len() - N - 1));
            cells.extend(totals.map(money));
            table.rows.push(row(RowKind::Total, cells));
        }
        Ok(self.shown(table))
    }

    fn checks(&self) -> Composed<Block> {
        let columns = [
            ("status", Align::Left, false),
            ("check", Align::Left, true),
            ("expected", Align::Right, false),
            ("actual", Align::Right, false),
        ];
        let mut table = Table::new(self.words.caption("checks")?, self.columns(&columns)?);
        let value = |value: crate::checks::Value| match value {
            crate::checks::Value::Amount(amount) => money(amount),
            crate::checks::Value::Count(count) => Cell::Number(count.to_string()),
        };
        for check in &self.inputs.closed.checks {
            let (expected, actual) = match check.status {
                Status::NotApplicable => (Cell::Empty, Cell::Empty),
                _ => (value(check.expected), value(check.actual)),
            };
            let cells = vec![text(check.status.name()), text(&*check.description), expected, actual];
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }

    fn sources(&self) -> Composed<Block> {
        let columns = [
            ("source", Align::Left, false),
            ("file", Align::Left, true),
            ("sha256", Align::Left, false),
            ("rows", Align::Right, false),
            ("debit", Align::Right, false),
            ("credit", Align::Right, false),
        ];
        let mut table = Table::new(self.words.caption("sources")?, self.columns(&columns)?);
        for file in self.inputs.sources {
            let rows = Cell::Number(file.rows.to_string());
            let totals = [dashed(file.debit_total), dashed(file.credit_total)];
            let mut cells = vec![text(&*file.source), text(&*file.path), text(&*file.sha256), rows];
            cells.extend(totals);
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }
}

fn group_row(name: &str, columns: usize) -> Row {
    let mut cells = vec![text(name)];
    cells.extend(std::iter::repeat_n(Cell::Empty, columns - 1));
    row(RowKind::Group, cells)
}

fn pool_sums(rows: &[&ReserveRow]) -> [Money; 7] {
    let sum = |amount: fn(&ReserveRow) -> Money| rows.iter().map(|row| amount(row)).sum();
    [
        sum(|row| row.measurement.cost),
        sum(|row| row.measurement.required),
        sum(|row| row.roll.opening),
        sum(|row| row.roll.utilised_sale + row.roll.utilised_scrap),
        sum(|row| row.roll.charge),
        sum(|row| row.roll.release),
        sum(|row| row.roll.closing),
    ]
}

/// An item's cells; one that is gone from the quarter's file has those words in place of its description.
fn reserve_cells(found: &ReserveRow, gone: &str) -> Vec<Cell> {
    let measured = &found.measurement;
    let mut cells = vec![text(&*found.key.item)];
    match &found.item {
        Some(item) => cells.extend([
            text(&*item.description),
            number(item.quantity_on_hand),
            unit_price(item.unit_cost),
            unit_price(measured.nrv),
            unit_price(measured.market),
            number(measured.excess),
        ]),
        None => {
            cells.push(text(gone));
            cells.extend(std::iter::repeat_n(Cell::Empty, 5));
        }
    }
    cells.extend(pool_sums(&[found]).map(money));
    cells
}
