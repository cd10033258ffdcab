//! Income statement and balance sheet: as recorded, each kind of adjustment, as adjusted.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::book::{Book, Chart, Section, Shares};
use crate::domain::Money;
use crate::domain::money::round_to;
use crate::journal::JournalEntry;
use crate::trial_balance::{AccountKey, Balance, TrialBalance};

/// The statement's name in the pack.
pub const INCOME_STATEMENT: &str = "income-statement";
/// The statement's name in the pack.
pub const BALANCE_SHEET: &str = "balance-sheet";
/// The last line of the income statement.
pub const NET_INCOME: &str = "Net income (loss)";
/// The first line of the income statement.
pub const NET_SALES: &str = "Net sales";
/// The line of the balance sheet that carries the income statement of the year to date.
pub const CURRENT_YEAR_EARNINGS: &str = "Current-year earnings";
pub const TOTAL_ASSETS: &str = "Total assets";
pub const TOTAL_LIABILITIES_AND_EQUITY: &str = "Total liabilities and equity";

/// The amounts of a line, as presented: income positive and expense negative in the income statement; assets,
/// liabilities and equity positive in the balance sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    pub as_recorded: Money,
    /// In the order of [`crate::adjust::Kind::ALL`].
    pub adjustments: [Money; 4],
}

impl Amounts {
    const ZERO: Self = Self { as_recorded: Money::ZERO, adjustments: [Money::ZERO; 4] };

    /// As recorded with all adjustments.
    #[must_use]
    pub fn as_adjusted(&self) -> Money {
        self.as_recorded + self.adjustments.iter().copied().sum()
    }

    fn plus(mut self, other: &Self) -> Self {
        self.as_recorded += other.as_recorded;
        for (sum, amount) in self.adjustments.iter_mut().zip(other.adjustments) {
            *sum += amount;
        }
        self
    }
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
    pub trial_balance: &'a TrialBalance,
    pub entries: &'a [JournalEntry],
    pub prior_quarter: Option<&'a Comparative>,
    pub prior_year: Option<&'a Comparative>,
}

/// The lines of both statements, in the order of presentation.
#[must_use]
pub fn build(inputs: Inputs<'_>) -> Vec<StatementLine> {
    let mut builder = Builder { inputs, by_caption: captions(inputs), lines: Vec::new() };
    builder.income_statement();
    builder.balance_sheet();
    builder.lines
}

/// The amounts of each caption, and under [`CURRENT_YEAR_EARNINGS`] the income statement of the year to date.
fn captions(inputs: Inputs<'_>) -> BTreeMap<(Section, String), Amounts> {
    let mut amounts = BTreeMap::new();
    for (key, balance) in &inputs.trial_balance.balances {
        let recorded = |balance: &Balance, income: bool| {
            if income { balance.debits - balance.credits } else { balance.closing() }
        };
        place(inputs.chart, key, &mut amounts, |amounts, income| amounts.as_recorded += recorded(balance, income));
        earnings(inputs.chart, key, &mut amounts, |amounts| amounts.as_recorded -= balance.closing());
    }
    for entry in inputs.entries {
        let kind = entry.movement().kind() as usize;
        for line in entry.lines() {
            let key = (line.account.clone(), line.dimension.clone());
            let amount = line.debit - line.credit;
            place(inputs.chart, &key, &mut amounts, |amounts, _| amounts.adjustments[kind] += amount);
            earnings(inputs.chart, &key, &mut amounts, |amounts| amounts.adjustments[kind] -= amount);
        }
    }
    for ((section, caption), amounts) in &mut amounts {
        let debit_positive = matches!(section, Section::CurrentAsset | Section::NonCurrentAsset);
        if !debit_positive && caption != CURRENT_YEAR_EARNINGS {
            amounts.as_recorded = -amounts.as_recorded;
            amounts.adjustments.iter_mut().for_each(|amount| *amount = -*amount);
        }
    }
    amounts
}

fn place(
    chart: &Chart,
    (account, _): &AccountKey,
    amounts: &mut BTreeMap<(Section, String), Amounts>,
    add: impl FnOnce(&mut Amounts, bool),
) {
    if let Some(account) = chart.account(account) {
        let caption = (account.section, account.statement_line.clone());
        add(amounts.entry(caption).or_insert(Amounts::ZERO), account.kind.is_income_statement());
    }
}

fn earnings(
    chart: &Chart,
    (account, _): &AccountKey,
    amounts: &mut BTreeMap<(Section, String), Amounts>,
    add: impl FnOnce(&mut Amounts),
) {
    if chart.account(account).is_some_and(|account| account.kind.is_income_statement()) {
        add(amounts.entry((Section::Equity, CURRENT_YEAR_EARNINGS.to_owned())).or_insert(Amounts::ZERO));
    }
}

struct Builder<'a> {
    inputs: Inputs<'a>,
    by_caption: BTreeMap<(Section, String), Amounts>,
    lines: Vec<StatementLine>,
}

impl Builder<'_> {
    fn income_statement(&mut self) {
        let statement = INCOME_STATEMENT;
        let revenue = self.section(statement, Section::Revenue);
        let cost = self.section(statement, Section::CostOfGoodsSold);
        let gross = self.total(statement, "Gross profit", &[revenue, cost]);
        let operating = self.section(statement, Section::OperatingExpense);
        let operating = self.total(statement, "Operating income (loss)", &[gross, operating]);
        let other = self.section(statement, Section::OtherIncomeExpense);
        let before_tax = self.total(statement, "Income (loss) before income taxes", &[operating, other]);
        let tax = self.section(statement, Section::IncomeTax);
        self.total(statement, NET_INCOME, &[before_tax, tax]);
    }

    fn balance_sheet(&mut self) {
        let statement = BALANCE_SHEET;
        let current = self.section(statement, Section::CurrentAsset);
        let current = self.total(statement, "Total current assets", &[current]);
        let non_current = self.section(statement, Section::NonCurrentAsset);
        self.total(statement, TOTAL_ASSETS, &[current, non_current]);
        let current = self.section(statement, Section::CurrentLiability);
        let current = self.total(statement, "Total current liabilities", &[current]);
        let non_current = self.section(statement, Section::NonCurrentLiability);
        let liabilities = self.total(statement, "Total liabilities", &[current, non_current]);
        let equity = self.section(statement, Section::Equity);
        let earned = self.caption(statement, Section::Equity, CURRENT_YEAR_EARNINGS);
        let equity = self.total(statement, "Total equity", &[equity, earned]);
        self.total(statement, TOTAL_LIABILITIES_AND_EQUITY, &[liabilities, equity]);
    }

    fn section(&mut self, statement: &'static str, section: Section) -> Amounts {
        let captions: Vec<String> = self.inputs.chart.captions(section).map(str::to_owned).collect();
        captions.iter().fold(Amounts::ZERO, |sum, caption| sum.plus(&self.caption(statement, section, caption)))
    }

    fn caption(&mut self, statement: &'static str, section: Section, caption: &str) -> Amounts {
        let amounts = self.by_caption.get(&(section, caption.to_owned())).copied().unwrap_or(Amounts::ZERO);
        self.push(statement, caption, false, amounts);
        amounts
    }

    fn total(&mut self, statement: &'static str, line: &str, parts: &[Amounts]) -> Amounts {
        let sum = parts.iter().fold(Amounts::ZERO, |sum, part| sum.plus(part));
        self.push(statement, line, true, sum);
        sum
    }

    fn push(&mut self, statement: &'static str, line: &str, total: bool, amounts: Amounts) {
        let earlier = |figures: Option<&Comparative>| {
            figures.and_then(|figures| figures.get(&(statement.to_owned(), line.to_owned()))).copied()
        };
        self.lines.push(StatementLine {
            statement,
            line: line.to_owned(),
            total,
            amounts,
            prior_quarter: earlier(self.inputs.prior_quarter),
            prior_year: earlier(self.inputs.prior_year),
        });
    }
}

/// The figures of a quarter that has no pack, with the totals that follow from its captions.
#[must_use]
pub fn reported(book: &Book, quarter: &str) -> Option<Comparative> {
    let figures: Comparative = book
        .comparatives
        .iter()
        .filter(|((of, _, _), _)| of == quarter)
        .map(|((_, statement, line), amount)| ((statement.clone(), line.clone()), *amount))
        .collect();
    if figures.is_empty() {
        return None;
    }
    let nothing = TrialBalance::default();
    let inputs =
        Inputs { chart: &book.chart, trial_balance: &nothing, entries: &[], prior_quarter: None, prior_year: None };
    let mut builder = Builder { inputs, by_caption: BTreeMap::new(), lines: Vec::new() };
    for (section, _) in Section::ALL {
        let statement = if section < Section::CurrentAsset { INCOME_STATEMENT } else { BALANCE_SHEET };
        let mut captions: Vec<&str> = book.chart.captions(section).collect();
        if section == Section::Equity {
            captions.push(CURRENT_YEAR_EARNINGS);
        }
        for caption in captions {
            if let Some(amount) = figures.get(&(statement.to_owned(), caption.to_owned())) {
                let amounts = Amounts { as_recorded: *amount, ..Amounts::ZERO };
                builder.by_caption.insert((section, caption.to_owned()), amounts);
            }
        }
    }
    builder.income_statement();
    builder.balance_sheet();
    Some(
        builder
            .lines
            .iter()
            .map(|line| ((line.statement.to_owned(), line.line.clone()), line.amounts.as_recorded))
            .collect(),
    )
}

/// The adjusted or recorded amount of a line; zero for a line that the statements do not have.
pub fn amount_of(lines: &[StatementLine], line: &str, column: impl Fn(&Amounts) -> Money) -> Money {
    lines.iter().find(|candidate| candidate.line == line).map_or(Money::ZERO, |found| column(&found.amounts))
}

/// An amount a share in currency, to `places` decimals, half away from zero; nothing for a company without shares.
#[must_use]
pub fn per_share(amount: Money, shares: Decimal, places: u32) -> Option<Decimal> {
    amount.to_decimal().checked_div(shares).map(|exact| round_to(exact, places))
}

/// The shares that dilute: none for a loss (SFAS 128 par. 13, ASC 260-10-45-17).
#[must_use]
pub fn diluted_shares(net_income: Money, shares: Shares) -> Decimal {
    if net_income.is_negative() { shares.basic } else { shares.basic + shares.incremental }
}
