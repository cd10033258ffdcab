//! Reads a book's own tables: calendar, chart of accounts, shares, comparatives.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{Days, Months};

use super::table::Table;
use super::{SourceFile, files};
use crate::book::layout::{SourceColumns, columns_of};
use crate::book::sources::SourceSpec;
use crate::book::{Account, AccountType, Book, Calendar, CashFlowClass, Chart, Config, Section, Shares, config};
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::Quarter;
use crate::statements;

/// The columns of a table of the book itself, which is always written as closepack has it.
const fn own(source: &'static str, required: &'static [&'static str]) -> SourceColumns {
    SourceColumns { source, required, expected: &[], optional: &[] }
}

const CALENDAR: SourceColumns = own("calendar", &["quarter", "start", "end", "fiscal_year"]);
const SHARES: SourceColumns = own("shares", &["quarter", "basic_shares", "incremental_shares"]);
const COMPARATIVES: SourceColumns = own("comparatives", &["quarter", "statement", "line", "amount", "source"]);

/// The codes that rows of sources may use.
#[derive(Debug, Clone)]
pub struct Codes {
    pub entities: BTreeSet<String>,
    pub brands: BTreeSet<String>,
    pub segments: BTreeSet<String>,
}

impl Codes {
    /// The codes of a configuration.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let codes = |named: &[crate::book::Named]| named.iter().map(|row| row.code.clone()).collect();
        Self { entities: codes(&config.entities), brands: codes(&config.brands), segments: codes(&config.segments) }
    }
}

/// Why a book could not be read.
#[derive(Debug)]
pub enum BookFault {
    /// `closepack.toml` itself: a matter of configuration.
    Configuration(Faults),
    /// One of the book's tables.
    Input(Faults),
}

impl BookFault {
    /// The faults, whatever they are of.
    #[must_use]
    pub fn into_faults(self) -> Faults {
        match self {
            Self::Configuration(faults) | Self::Input(faults) => faults,
        }
    }
}

/// Reads `closepack.toml` and the book's tables.
///
/// # Errors
/// All faults of the configuration, or else all faults of the tables.
pub fn read(root: &Path) -> Result<(Book, Vec<SourceFile>), BookFault> {
    read_into(root, Faults::default())
}

/// As [`read`]; faults of the tables are added to `faults`, which may tell each to a sink.
///
/// # Errors
/// As for [`read`].
pub fn read_into(root: &Path, mut faults: Faults) -> Result<(Book, Vec<SourceFile>), BookFault> {
    let text = match std::fs::read_to_string(root.join(config::FILE)) {
        Ok(text) => text,
        Err(error) => {
            let message = match error.kind() {
                std::io::ErrorKind::NotFound => "the folder is not a book: it has no closepack.toml".to_owned(),
                other => format!("the book's configuration cannot be read: {other}"),
            };
            let help = "name the folder of a book with --book; data/book of the repository is an example";
            let place = Place::file(config::FILE);
            faults.add(Code::MissingFile, place, message, "", "a folder with a closepack.toml of UTF-8 text", help);
            return Err(BookFault::Configuration(faults));
        }
    };
    let checked = config::parse(&text).map_err(BookFault::Configuration)?;
    let mut sources = vec![SourceFile {
        source: "configuration".to_owned(),
        path: config::FILE.to_owned(),
        sha256: crate::domain::hash::sha256_hex(text.as_bytes()),
        bytes: text.len() as u64,
        rows: text.lines().count() as u64,
        debit_total: None,
        credit_total: None,
    }];
    let calendar = calendar(root, &mut sources, &mut faults);
    let chart = chart(root, &checked, &mut sources, &mut faults);
    let shares = shares(root, &calendar, &mut sources, &mut faults);
    let comparatives = comparatives(root, &calendar, &mut sources, &mut faults);
    if faults.is_empty() {
        posting_accounts(&checked, &chart, &mut faults);
        first_quarter(&checked, &calendar, &mut faults);
        targets(&checked, &calendar, &chart, &mut faults);
        if !faults.is_empty() {
            return Err(BookFault::Configuration(faults));
        }
        Ok((Book { config: checked, calendar, chart, shares, comparatives }, sources))
    } else {
        Err(BookFault::Input(faults))
    }
}

fn posting_accounts(config: &Config, chart: &Chart, faults: &mut Faults) {
    for (role, account) in config.accounts.roles() {
        if chart.account(account).is_none() {
            let message = format!("[accounts] {role} names an account that the chart does not have");
            let help = "correct the account, or add it to chart_of_accounts.csv";
            let place = Place::file(config::FILE);
            faults.add(Code::UnknownAccount, place, message, account, "an account of chart_of_accounts.csv", help);
        }
    }
}

fn first_quarter(config: &Config, calendar: &Calendar, faults: &mut Faults) {
    let first = &config.policies.first_quarter;
    if calendar.quarter(first).is_none() {
        let message = "[policies] first_quarter is not a quarter of the calendar";
        let help = "name the first quarter that is run for this book";
        faults.add(Code::Configuration, Place::file(config::FILE), message, first, "a quarter of calendar.csv", help);
    }
}

/// A target is of a quarter of the calendar and of a line of the income statement.
fn targets(config: &Config, calendar: &Calendar, chart: &Chart, faults: &mut Faults) {
    let lines = statements::income_lines(chart);
    for target in config.targets.values() {
        if calendar.quarter(&target.quarter).is_none() {
            let message = format!("the target {} is of a quarter that the calendar does not have", target.id);
            let help = "correct the quarter, or add it to calendar.csv";
            let (place, expected) = (target.origin.clone(), "a quarter of calendar.csv");
            faults.add(Code::Configuration, place, message, &target.quarter, expected, help);
        }
        if !lines.contains(&target.line) {
            let message = format!("the target {} is of a line that the income statement does not have", target.id);
            let expected = format!("one of: {}", lines.join("; "));
            let help = "name a caption of an income account, or a subtotal";
            let place = target.origin.clone();
            faults.add(Code::Configuration, place, message, &target.line, &expected, help);
        }
    }
}

fn calendar(root: &Path, sources: &mut Vec<SourceFile>, faults: &mut Faults) -> Calendar {
    let Some(table) = Table::own(root, "calendar.csv", &CALENDAR, faults) else {
        return Calendar::default();
    };
    let mut quarters: Vec<Quarter> = Vec::new();
    for row in table.rows() {
        let before = faults.total();
        let quarter = Quarter {
            id: row.text("quarter", faults),
            start: row.date("start", faults),
            end: row.date("end", faults),
            fiscal_year: row.text("fiscal_year", faults).parse().unwrap_or_else(|_| {
                let place = row.spot("fiscal_year");
                faults.add(Code::Calendar, place, "not a year", "", "a year such as 2004", "correct the year");
                0
            }),
        };
        if faults.total() == before {
            row_follows(&quarter, quarters.last(), &row, faults);
            if quarters.iter().any(|known| known.id == quarter.id) {
                let place = row.spot("quarter");
                faults.add(
                    Code::DuplicateKey,
                    place,
                    "the quarter comes twice",
                    &quarter.id,
                    "each quarter once",
                    "remove one of the rows",
                );
            }
            if !sound_name(&quarter.id) {
                let expected = "letters, digits, '-' and '_', such as 2004-Q2, and not `scenarios`: it names a folder";
                faults.add(
                    Code::Calendar,
                    row.spot("quarter"),
                    "not a quarter's name",
                    &quarter.id,
                    expected,
                    "rename the quarter",
                );
            }
            quarters.push(quarter);
        }
    }
    sources.extend(table.into_sources());
    Calendar::new(quarters)
}

fn sound_name(id: &str) -> bool {
    id.len() <= 32
        && id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_')
        // The folder of the packs that are not the books'.
        && !id.eq_ignore_ascii_case("scenarios")
}

fn row_follows(quarter: &Quarter, before: Option<&Quarter>, row: &super::table::Row<'_>, faults: &mut Faults) {
    if let Some(before) = before {
        let expected = before.end.checked_add_days(Days::new(1)).unwrap_or(before.end);
        if quarter.start != expected {
            let kind = if quarter.start > expected { "leaves a gap after" } else { "overlaps with" };
            let message = format!("{} {kind} {}", quarter.id, before.id);
            let help = "let each quarter start on the day after the one before it";
            let value = quarter.start.to_string();
            faults.add(Code::Calendar, row.spot("start"), message, &value, &expected.to_string(), help);
        }
    }
    let days = (quarter.end - quarter.start).num_days() + 1;
    let weeks = days % 7 == 0 && (12..=14).contains(&(days / 7));
    let months =
        quarter.start.checked_add_months(Months::new(3)).and_then(|after| after.pred_opt()) == Some(quarter.end);
    if !weeks && !months {
        let message = format!("{} is {days} days long", quarter.id);
        let expected = "12 to 14 whole weeks, or three calendar months";
        faults.add(
            Code::Calendar,
            row.spot("end"),
            message,
            &quarter.end.to_string(),
            expected,
            "correct start or end",
        );
    }
}

/// The chart is the one table of the book itself that a system exports as well.
fn chart_table(root: &Path, config: &Config, faults: &mut Faults) -> Option<Table> {
    let source = columns_of("chart_of_accounts")?;
    let spec = config.source(source.source).cloned().unwrap_or_else(|| SourceSpec::canonical(source));
    let files = files::of(root, "", source.source, &spec.files, faults);
    Table::read(root, &files, source, &spec, faults)
}

fn chart(root: &Path, config: &Config, sources: &mut Vec<SourceFile>, faults: &mut Faults) -> Chart {
    let Some(table) = chart_table(root, config, faults) else { return Chart::default() };
    let mut seen = BTreeSet::new();
    let mut accounts = Vec::new();
    for row in table.rows() {
        let code = row.text("account", faults);
        if !seen.insert(code.clone()) {
            faults.add(
                Code::DuplicateKey,
                row.spot("account"),
                "the account comes twice",
                &code,
                "each account once",
                "remove one of the rows",
            );
        }
        let kind = row.known("type", |name| AccountType::from_name(name).is_some(), AccountType::NAMES, faults);
        let side = row.known("normal_balance", |name| name == "debit" || name == "credit", "debit or credit", faults);
        let names = Section::ALL.map(|(_, name)| name).join(", ");
        let section = row.known("section", |name| Section::from_name(name).is_some(), &names, faults);
        let (name, line) = (row.text("name", faults), row.text("statement_line", faults));
        let names = CashFlowClass::ALL.map(|(_, name)| name).join(", ");
        let class = row.known("cash_flow_class", |name| CashFlowClass::from_name(name).is_some(), &names, faults);
        let (Some(kind), Some(section), Some(class)) =
            (AccountType::from_name(&kind), Section::from_name(&section), CashFlowClass::from_name(&class))
        else {
            continue;
        };
        if !section.holds(kind) {
            let help = "give the account a section of its own statement";
            let value = row.optional("section").unwrap_or_default();
            faults.add(
                Code::UnknownValue,
                row.spot("section"),
                "the section is not for accounts of this type",
                value,
                "a section that fits the type",
                help,
            );
        }
        class_fits(&row, kind, class, faults);
        accounts.push(Account {
            code,
            name,
            kind,
            debit_normal: side == "debit",
            statement_line: line,
            section,
            cash_flow_class: class,
            cash_flow_contra: row.optional("cash_flow_contra").map(str::to_owned),
            intercompany: row.optional("intercompany").map(str::to_owned),
        });
    }
    let chart = Chart::new(accounts);
    for row in table.rows() {
        if let Some(account) = row.optional("account").and_then(|code| chart.account(code)) {
            contra_fits(&row, account, &chart, faults);
            cash_stands_alone(&row, account, &chart, faults);
        }
    }
    sources.extend(table.into_sources());
    chart
}

fn class_fits(row: &super::table::Row<'_>, kind: AccountType, class: CashFlowClass, faults: &mut Faults) {
    if class.holds(kind) {
        return;
    }
    let value = row.optional("cash_flow_class").unwrap_or_default();
    let (expected, help) = if kind.is_income_statement() {
        ("operating or non-cash for an income account", "use operating, or non-cash with a cash_flow_contra")
    } else {
        (
            "cash, operating, investing or financing for a balance sheet account",
            "use operating or investing, and name the account as cash_flow_contra of the non-cash income account",
        )
    };
    let message = "the cash flow class is not for accounts of this type";
    faults.add(Code::UnknownValue, row.spot("cash_flow_class"), message, value, expected, help);
}

/// A non-cash income account has the balance sheet account that it moves, and no other account has one.
fn contra_fits(row: &super::table::Row<'_>, account: &Account, chart: &Chart, faults: &mut Faults) {
    if !account.cash_flow_class.holds(account.kind) {
        // Told already, and what the class asks for does not matter until it is another.
        return;
    }
    let place = || row.spot("cash_flow_contra");
    let expected = "a balance sheet account of the chart other than cash";
    match (account.cash_flow_class, account.cash_flow_contra.as_deref()) {
        (CashFlowClass::NonCash, None) => {
            let message = "the non-cash account has no cash_flow_contra";
            let help = "name the balance sheet account whose movement it explains";
            faults.add(Code::EmptyValue, place(), message, "", expected, help);
        }
        (CashFlowClass::NonCash, Some(code)) => {
            let moved = chart.account(code).filter(|account| !account.kind.is_income_statement());
            if moved.is_none_or(|account| account.cash_flow_class == CashFlowClass::Cash) {
                let message = "the cash_flow_contra cannot be explained by the account";
                let help = "name the balance sheet account whose movement it explains";
                faults.add(Code::UnknownAccount, place(), message, code, expected, help);
            }
        }
        (_, Some(code)) => {
            let message = "only a non-cash income account has a cash_flow_contra";
            let help = "remove it, or make the account's cash_flow_class non-cash";
            faults.add(Code::UnknownValue, place(), message, code, "no account", help);
        }
        (_, None) => {}
    }
}

/// Cash at the end is a line of the balance sheet (ASC 230-10-45-4): no other account shares its caption.
fn cash_stands_alone(row: &super::table::Row<'_>, account: &Account, chart: &Chart, faults: &mut Faults) {
    let shares_caption = |other: &Account| {
        other.cash_flow_class == CashFlowClass::Cash
            && (other.section, &other.statement_line) == (account.section, &account.statement_line)
    };
    if account.cash_flow_class != CashFlowClass::Cash && chart.accounts().any(shares_caption) {
        let message = "the account shares the caption of cash, and is not cash";
        let help = "give the account a caption of its own, or the class cash";
        let caption = &account.statement_line;
        faults.add(Code::UnknownValue, row.spot("statement_line"), message, caption, "a caption without cash", help);
    }
}

fn shares(
    root: &Path,
    calendar: &Calendar,
    sources: &mut Vec<SourceFile>,
    faults: &mut Faults,
) -> BTreeMap<String, Shares> {
    let Some(table) = Table::own(root, "shares.csv", &SHARES, faults) else {
        return BTreeMap::new();
    };
    let mut shares = BTreeMap::new();
    for row in table.rows() {
        let quarter = row.known("quarter", |id| calendar.quarter(id).is_some(), "a quarter of calendar.csv", faults);
        let found = Shares {
            basic: row.quantity("basic_shares", faults),
            incremental: row.quantity("incremental_shares", faults),
        };
        if shares.insert(quarter.clone(), found).is_some() {
            faults.add(
                Code::DuplicateKey,
                row.spot("quarter"),
                "the quarter comes twice",
                &quarter,
                "each quarter once",
                "remove one of the rows",
            );
        }
    }
    sources.extend(table.into_sources());
    shares
}

fn comparatives(
    root: &Path,
    calendar: &Calendar,
    sources: &mut Vec<SourceFile>,
    faults: &mut Faults,
) -> BTreeMap<(String, String, String), crate::domain::Money> {
    let Some(table) = Table::own(root, "comparatives.csv", &COMPARATIVES, faults) else {
        return BTreeMap::new();
    };
    let mut amounts = BTreeMap::new();
    for row in table.rows() {
        let quarter = row.known("quarter", |id| calendar.quarter(id).is_some(), "a quarter of calendar.csv", faults);
        let statements = ["income-statement", "balance-sheet", "cash-flow"];
        let expected = "income-statement, balance-sheet or cash-flow";
        let statement = row.known("statement", |name| statements.contains(&name), expected, faults);
        row.known("source", |name| matches!(name, "public" | "invented"), "public or invented", faults);
        let key = (quarter, statement, row.text("line", faults));
        if amounts.insert(key.clone(), row.money("amount", faults)).is_some() {
            faults.add(
                Code::DuplicateKey,
                row.spot("line"),
                "the line comes twice in its quarter",
                &key.2,
                "each line once",
                "remove one of the rows",
            );
        }
    }
    sources.extend(table.into_sources());
    amounts
}
