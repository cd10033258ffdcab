//! The report of a run, as data: what each schedule shows. Its order and words come from the template.

mod cover;
mod evidence;
mod journal;
mod outlook;
mod statements;
mod subledgers;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::model::{Align, Block, Cell, Column, Document, Row, RowKind, Section, Table};
use super::words::{Schedule, SectionWords, Words, WordsError};
use crate::adjust::{Kind, fixed_assets, inventory_reserve, obligations, prepaid_advertising};
use crate::book::{Basis, Book, Choice, Policies};
use crate::checks::Status;
use crate::close::Closed;
use crate::domain::{Money, Quarter};
use crate::ingest::SourceFile;
use crate::records::{Disposition, ObligationKind, Recognition};
use crate::sensitivity::SensitivityResult;
use crate::statements::Amounts;

/// Most rows of items that a table of the report shows: a reader looks at the largest, and the pack's CSV files have all.
pub const ITEMS_SHOWN_MAX: usize = 2_000;

/// Everything that the report is made from.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub book: &'a Book,
    pub quarter: &'a Quarter,
    pub closed: &'a Closed,
    pub sources: &'a [SourceFile],
    /// In the book's order.
    pub sensitivities: &'a [SensitivityResult],
    /// The short hash of the run.
    pub run_id: &'a str,
    /// The pack that the quarter opens with; none in the first quarter.
    pub prior: Option<Opened<'a>>,
}

/// The pack that a quarter opens with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened<'a> {
    pub quarter: &'a str,
    pub run_id: &'a str,
    /// The scenario that it is of; none for the real books.
    pub scenario: Option<&'a str>,
}

/// The report of a run.
///
/// # Errors
/// [`WordsError`] for a template that lacks a word.
pub fn document(inputs: Inputs<'_>) -> Result<Document, WordsError> {
    let words = Words::new(values(inputs))?;
    let composer = Composer { inputs, words: &words };
    let scenario = inputs.book.config.scenario.is_some();
    let sections = words.sections().iter().map(|section| composer.section(section)).collect::<Result<_, _>>()?;
    Ok(Document {
        company: inputs.book.config.company.clone(),
        title: if scenario { words.scenario_title()? } else { words.title().to_owned() },
        period: words.period()?,
        run: words.run()?,
        warning: if scenario { Some(words.scenario_warning()?) } else { None },
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
    let ordinary = Recognition::FirstShowing { day: inputs.quarter.end, received: None };
    let release_words = match basis {
        Basis::Ifrs => "up to what is carried",
        Basis::UsGaap | Basis::UsGaap2004 => "up to what the same fiscal year charged and still carries",
    };
    let exit_rule = match basis {
        Basis::UsGaap => "ASC 420-10-50-1, SAB Topic 5.P.4",
        Basis::UsGaap2004 => "SFAS 146 par. 20, SAB Topic 5.P.4",
        Basis::Ifrs => "IAS 37.84",
    };
    BTreeMap::from([
        ("quarter", inputs.quarter.id.clone()),
        ("end_long", inputs.quarter.end.format("%B %-d, %Y").to_string()),
        ("run_id", inputs.run_id.to_owned()),
        ("currency", config.currency.clone()),
        ("notice", config.notice.clone()),
        ("basis", basis.name().to_owned()),
        ("scenario", config.scenario.clone().unwrap_or_default()),
        ("scenario_policies", scenario_policies(&config.policies, config.replaced.as_ref())),
        ("prior_quarter", inputs.prior.map_or("", |prior| prior.quarter).to_owned()),
        ("prior_run", inputs.prior.map_or("", |prior| prior.run_id).to_owned()),
        ("prior_scenario", inputs.prior.and_then(|prior| prior.scenario).unwrap_or_default().to_owned()),
        ("exception_count", closed.exceptions.len().to_string()),
        ("share_words", share_words.to_owned()),
        ("inventory_rule", inventory_reserve::citation(basis, config.policies.market_test()).to_owned()),
        ("prepaid_rule", prepaid_advertising::citation(basis, ordinary).to_owned()),
        ("assets_rule", fixed_assets::citation(basis, sold).to_owned()),
        ("obligations_rule", obligations::citation(basis, ObligationKind::ContractTermination).to_owned()),
        ("exit_rule", exit_rule.to_owned()),
        ("release_words", release_words.to_owned()),
        ("release_rule", inventory_reserve::release_citation(basis).to_owned()),
        ("payable", grouped(payable)),
        ("checks_passed", count(Status::Pass)),
        ("checks_failed", count(Status::Fail)),
        ("checks_none", count(Status::NotApplicable)),
    ])
}

/// The policies of a scenario that are not the book's: `basis = ifrs (the books: us-gaap), ...`.
fn scenario_policies(policies: &Policies, of_book: Option<&Policies>) -> String {
    let differences = of_book.map(|of_book| policies.differences(of_book)).unwrap_or_default();
    let words = |(key, here, there): &(&str, String, String)| format!("{key} = {here} (the books: {there})");
    differences.iter().map(words).collect::<Vec<_>>().join(", ")
}

/// An amount in words of a text: thousands separators, negative in parentheses.
#[must_use]
pub fn grouped(amount: Money) -> String {
    let whole = thousands(&(amount.cents().unsigned_abs() / 100).to_string());
    let text = format!("{whole}.{:02}", amount.cents().unsigned_abs() % 100);
    if amount.is_negative() { format!("({text})") } else { text }
}

/// Digits with thousands separators.
fn thousands(digits: &str) -> String {
    let mut whole = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            whole.push(',');
        }
        whole.push(digit);
    }
    whole
}

/// A number that is no amount of money, with its unit: negative in parentheses.
fn signed(number: Decimal, unit: &str) -> Cell {
    let negative = number.is_sign_negative() && !number.is_zero();
    Cell::Number(if negative { format!("({}{unit})", number.abs()) } else { format!("{number}{unit}") })
}

fn text(of: impl Into<String>) -> Cell {
    Cell::Text(of.into())
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

/// The places of the items that are shown, of items with these amounts: all of them, or those with the largest amounts.
/// Of equal amounts the first are shown. They stay in their order.
fn shown_items(largest: &[Money]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..largest.len()).collect();
    if places.len() > ITEMS_SHOWN_MAX {
        places.select_nth_unstable_by_key(ITEMS_SHOWN_MAX, |at| (std::cmp::Reverse(largest[*at]), *at));
        places.truncate(ITEMS_SHOWN_MAX);
        places.sort_unstable();
    }
    places
}

/// The largest of amounts, whatever their signs.
fn largest_of(amounts: &[Money]) -> Money {
    amounts.iter().map(|amount| amount.abs()).max().unwrap_or(Money::ZERO)
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
            Schedule::IncomeStatement => blocks.push(self.income_statement()?),
            Schedule::BalanceSheet => blocks.push(self.balance_sheet()?),
            Schedule::CashFlow => blocks.push(self.cash_flow()?),
            Schedule::YearToDate => blocks.extend(self.year_to_date()?),
            Schedule::Dimensions => {
                blocks.extend(self.wind_down()?);
                blocks.extend(self.brands_and_segments()?);
            }
            Schedule::Entities => blocks.extend(self.entities()?),
            Schedule::Measures => {
                blocks.extend([self.per_share()?, self.tax()?, self.materiality()?]);
                blocks.push(self.questions(&words.questions)?);
            }
            Schedule::Targets => blocks.push(self.targets()?),
            Schedule::Sensitivity => blocks.extend(self.sensitivities()?),
            Schedule::Margin => blocks.push(self.margin()?),
            Schedule::Journal => blocks.extend([self.journal()?, self.posting()?]),
            Schedule::Inventory => {
                blocks.push(self.pools()?);
                blocks.extend(self.inventory()?);
            }
            Schedule::Prepaid => blocks.push(self.prepaid()?),
            Schedule::Assets => blocks.push(self.assets()?),
            Schedule::Obligations => {
                blocks.extend([self.obligations()?, self.installments()?, self.royalties()?, self.guarantees()?]);
            }
            Schedule::ExitCosts => blocks.extend([self.exit_costs()?, self.exit_liability()?]),
            Schedule::Rollforward => {
                for kind in Kind::SUBLEDGERS {
                    blocks.extend(self.rollforward(kind)?);
                }
            }
            Schedule::Checks => blocks.push(self.checks()?),
            Schedule::Policies => blocks.extend([self.policies()?, self.pool_choices()?]),
            Schedule::Sources => blocks.push(self.sources()?),
        }
        Ok(Section {
            reference: words.reference.clone(),
            title: words.title.clone(),
            landscape: words.landscape,
            blocks,
        })
    }

    /// Says which items of a file are shown; nothing where all are.
    fn shown_of(&self, shown: usize, items: usize, file: &str) -> Composed<Option<Block>> {
        if shown == items {
            return Ok(None);
        }
        let [shown, items] = [shown, items].map(|count| thousands(&count.to_string()));
        let values = [("shown", shown), ("items", items), ("file", file.to_owned())];
        Ok(Some(Block::Paragraph(self.words.caption_of("largest", &values)?)))
    }

    /// Names the items that a table does not show.
    fn others_words(&self, count: usize) -> Composed<Cell> {
        Ok(text(self.words.caption_of("others", &[("count", thousands(&count.to_string()))])?))
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_items_are_shown_in_their_order() {
        let few: Vec<Money> = (0..3).map(Money::from_cents).collect();
        assert_eq!(shown_items(&few), [0, 1, 2]);
        // The last is the largest, and of those that are alike the first stay.
        let many: Vec<Money> = (0..=ITEMS_SHOWN_MAX as i128).map(|at| Money::from_cents(at / 2_000)).collect();
        let expected: Vec<usize> = (0..ITEMS_SHOWN_MAX - 1).chain([ITEMS_SHOWN_MAX]).collect();
        assert_eq!(shown_items(&many), expected);
        assert_eq!(largest_of(&[3, -7, 5].map(Money::from_cents)), Money::from_cents(7));
    }
}
