//! The ledger pass: one pass over the lines that checks each and adds up what the trial balance needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::SourceFile;
use super::book::Codes;
use super::table::{amount_fault, date_fault, field_count_fault, header_columns, iso_date, unreadable};
use super::watch::Watch;
use crate::book::Book;
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::hash::hex;
use crate::domain::{Dimension, Money, Quarter};
use crate::journal::Posted;
use crate::journal::number::{Carried, OwnNumbers};

/// Columns that a ledger must have; a description may be absent.
pub const REQUIRED: [&str; 10] = [
    "journal_id",
    "journal_line",
    "effective_date",
    "entity",
    "account",
    "brand",
    "segment",
    "debit",
    "credit",
    "currency",
];
/// What went through an account in a dimension. Both amounts are positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    pub debits: Money,
    pub credits: Money,
    pub lines: u64,
}

/// The ledger of a quarter, added up.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub activity: BTreeMap<(String, Dimension), Activity>,
    pub lines: u64,
    pub entries: u64,
    pub established: Established,
    /// What of the activity is closepack's own entries of the quarter, posted already.
    pub posted: Posted,
    /// Journal ids that carry an earlier quarter's number, each with its first line.
    pub earlier_entries: BTreeMap<String, u64>,
    /// Debit less credit by day, own entries aside, of the accounts that royalties are measured from: net sales and
    /// royalty expense.
    pub daily: BTreeMap<(String, Dimension), BTreeMap<NaiveDate, Money>>,
    /// Credits by day, own entries aside, of the account of accrued royalties, where the book names one.
    pub accrued: BTreeMap<Dimension, BTreeMap<NaiveDate, Money>>,
}

/// What the pass has counted as right, for the checks to set against the counts of lines and entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Established {
    /// Lines dated in the quarter.
    pub dated: u64,
    /// Lines of accounts that the chart has.
    pub known_accounts: u64,
    /// Lines that are the only one of their entry with their number.
    pub distinct: u64,
    /// Entries whose debits equal their credits in each entity.
    pub balanced: u64,
}

impl Ledger {
    /// Credits of the account of accrued royalties in a dimension, from one day to another, both counted.
    #[must_use]
    pub fn accrued_between(&self, dimension: &Dimension, (from, to): (NaiveDate, NaiveDate)) -> Money {
        let days = self.accrued.get(dimension);
        days.map_or(Money::ZERO, |days| days.range(from..=to).map(|(_, amount)| *amount).sum())
    }

    /// Debit less credit of a daily account in a dimension, from one day to another, both counted.
    #[must_use]
    pub fn between(&self, account: &str, dimension: &Dimension, (from, to): (NaiveDate, NaiveDate)) -> Money {
        let days = self.daily.get(&(account.to_owned(), dimension.clone()));
        days.map_or(Money::ZERO, |days| days.range(from..=to).map(|(_, amount)| *amount).sum())
    }

    /// All debits.
    #[must_use]
    pub fn debits(&self) -> Money {
        self.activity.values().map(|activity| activity.debits).sum()
    }

    /// All credits.
    #[must_use]
    pub fn credits(&self) -> Money {
        self.activity.values().map(|activity| activity.credits).sum()
    }
}

/// The fields of one ledger line, as read.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    pub number: u64,
    pub journal_id: &'a str,
    pub journal_line: &'a str,
    pub effective_date: &'a str,
    pub entity: &'a str,
    pub account: &'a str,
    pub brand: &'a str,
    pub segment: &'a str,
    pub debit: &'a str,
    pub credit: &'a str,
    pub currency: &'a str,
    /// The record as read, to find a field's column once a fault is told.
    pub raw: Option<&'a csv::StringRecord>,
}

#[derive(Default)]
struct Entry {
    balances: BTreeMap<String, Money>,
    lines: BTreeSet<String>,
    first_line: u64,
    last_line: u64,
}

/// The state of a pass. Feed it lines, in any order, then [`Pass::finish`] it.
pub struct Pass<'a> {
    file: &'a str,
    book: &'a Book,
    codes: &'a Codes,
    quarter: &'a Quarter,
    own: OwnNumbers,
    /// The accounts that are also added up by day.
    daily: [&'a str; 2],
    ledger: Ledger,
    entries: BTreeMap<String, Entry>,
    /// Finds the byte column of a field once a fault is told.
    columns: Option<BTreeMap<String, usize>>,
    pub faults: Faults,
}

impl<'a> Pass<'a> {
    /// A pass over a file of a quarter.
    #[must_use]
    pub fn new(file: &'a str, book: &'a Book, codes: &'a Codes, quarter: &'a Quarter) -> Self {
        let (ledger, entries, faults) = (Ledger::default(), BTreeMap::new(), Faults::default());
        let entities = book.config.entities.iter().map(|entity| entity.code.as_str());
        let quarters = book.calendar.quarters().iter().map(|quarter| quarter.id.as_str());
        let own = OwnNumbers::new(&quarter.id, entities, quarters);
        let daily = [book.config.accounts.net_sales.as_str(), book.config.accounts.royalty_expense.as_str()];
        Self { file, book, codes, quarter, own, daily, ledger, entries, columns: None, faults }
    }

    /// Checks and adds one line.
    pub fn line(&mut self, line: &Line<'_>) {
        self.ledger.lines += 1;
        let day = self.check_date(line);
        self.check_codes(line);
        let (debit, credit) = self.amounts(line);
        let dimension = Dimension::new(line.entity, line.brand, line.segment);
        let own = self.set_aside(line, &dimension, debit - credit);
        if let (false, Some(day), true) = (own, day, self.daily.contains(&line.account)) {
            let days = self.ledger.daily.entry((line.account.to_owned(), dimension.clone())).or_default();
            *days.entry(day).or_insert(Money::ZERO) += debit - credit;
        }
        let accrues = self.book.config.accounts.accrued_royalties.as_deref() == Some(line.account);
        if let (false, Some(day), true) = (own, day, accrues) {
            let days = self.ledger.accrued.entry(dimension.clone()).or_default();
            *days.entry(day).or_insert(Money::ZERO) += credit;
        }
        let zero = Activity { debits: Money::ZERO, credits: Money::ZERO, lines: 0 };
        let activity = self.ledger.activity.entry((line.account.to_owned(), dimension)).or_insert(zero);
        activity.debits += debit;
        activity.credits += credit;
        activity.lines += 1;
        self.enter(line, debit - credit);
    }

    /// Ends the pass: tells of the entries that do not balance.
    pub fn finish(mut self) -> (Ledger, Faults) {
        self.ledger.entries = self.entries.len() as u64;
        for (id, entry) in &self.entries {
            self.ledger.established.balanced += u64::from(entry.balances.values().all(|balance| balance.is_zero()));
            for (entity, balance) in entry.balances.iter().filter(|(_, balance)| !balance.is_zero()) {
                let mut place = Place::line(self.file, entry.first_line);
                place.field = "journal_id".to_owned();
                let side = if balance.is_negative() { "credits" } else { "debits" };
                let message = format!(
                    "entry {id} of {entity} does not balance: its {side} are {} more (lines {} to {})",
                    balance.abs(),
                    entry.first_line,
                    entry.last_line,
                );
                let help = "export the entry with all its lines";
                self.faults.add(
                    Code::UnbalancedEntry,
                    place,
                    message,
                    id,
                    "debits equal to credits in each entity",
                    help,
                );
            }
        }
        (self.ledger, self.faults)
    }

    fn place(&self, line: &Line<'_>, field: &str) -> Place {
        let mut place = Place::line(self.file, line.number);
        place.field = field.to_owned();
        let at = self.columns.as_ref().and_then(|columns| columns.get(field));
        if let (Some(at), Some(raw)) = (at, line.raw) {
            place.column = unquoted_column(raw, *at);
        }
        place
    }

    #[expect(clippy::too_many_arguments, reason = "one call a fault, each argument a part of the message")]
    fn fault(
        &mut self,
        line: &Line<'_>,
        field: &str,
        code: Code,
        message: &str,
        value: &str,
        expected: &str,
        help: &str,
    ) {
        let place = self.place(line, field);
        self.faults.add(code, place, message, value, expected, help);
    }

    /// Sets a line of closepack's own entries aside; true when it is one.
    fn set_aside(&mut self, line: &Line<'_>, dimension: &Dimension, amount: Money) -> bool {
        let (message, expected, help) = match self.own.carried_by(line.journal_id) {
            Carried::Nothing => return false,
            Carried::Earlier => {
                self.ledger.earlier_entries.entry(line.journal_id.to_owned()).or_insert(line.number);
                return false;
            }
            Carried::Own(entry) if entry.entity == line.entity => {
                let key = (entry.movement, entry.entity);
                self.ledger.posted.add(key, line.account, dimension, amount, line.journal_id);
                return true;
            }
            Carried::Own(entry) => (
                "the line is of another entity than the entry that its journal id names",
                format!("lines of {}", entry.entity),
                "post each of closepack's entries in its own entity",
            ),
            Carried::Foreign => (
                "the journal id is closepack's, and names no entry of this quarter or an earlier one",
                format!("a number that journal_entries.csv of {} proposes", self.quarter.id),
                "entries of a later quarter belong in its ledger, and a scenario's are never posted",
            ),
        };
        self.fault(line, "journal_id", Code::OwnEntry, message, line.journal_id, &expected, help);
        true
    }

    /// The line's day, where it is one of the quarter.
    fn check_date(&mut self, line: &Line<'_>) -> Option<NaiveDate> {
        let day = iso_date(line.effective_date);
        match day {
            None => date_fault(self.place(line, "effective_date"), line.effective_date, &mut self.faults),
            Some(day) if !self.quarter.contains(day) => self.outside(line, day),
            Some(_) => self.ledger.established.dated += 1,
        }
        day
    }

    fn outside(&mut self, line: &Line<'_>, day: NaiveDate) {
        let message = format!("the date is outside {}", self.quarter.id);
        let expected = format!("a date from {} to {}", self.quarter.start, self.quarter.end);
        let help = "move the line to its own quarter's ledger";
        self.fault(line, "effective_date", Code::OutsideQuarter, &message, &day.to_string(), &expected, help);
    }

    fn check_codes(&mut self, line: &Line<'_>) {
        if self.book.chart.account(line.account).is_none() {
            let help = "add the account to the chart, or correct the code (leading zeros count)";
            let expected = "an account of chart_of_accounts.csv";
            self.fault(
                line,
                "account",
                Code::UnknownAccount,
                "the account is not in the chart",
                line.account,
                expected,
                help,
            );
        } else {
            self.ledger.established.known_accounts += 1;
        }
        let codes = self.codes;
        for (field, value, known, expected) in [
            ("entity", line.entity, &codes.entities, "a code of [[entities]]"),
            ("brand", line.brand, &codes.brands, "a code of [[brands]]"),
            ("segment", line.segment, &codes.segments, "a code of [[segments]]"),
        ] {
            if !known.contains(value) {
                let help = "correct the code, or add it to closepack.toml";
                self.fault(line, field, Code::UnknownValue, &format!("{field} is not known"), value, expected, help);
            }
        }
        if line.currency != self.book.config.currency {
            let expected = self.book.config.currency.clone();
            let help = "export the ledger in the book's currency";
            self.fault(
                line,
                "currency",
                Code::Currency,
                "another currency than the book's",
                line.currency,
                &expected,
                help,
            );
        }
    }

    fn amounts(&mut self, line: &Line<'_>) -> (Money, Money) {
        let (field, other) = match (line.debit.is_empty(), line.credit.is_empty()) {
            (false, true) => ("debit", line.debit),
            (true, false) => ("credit", line.credit),
            (none, _) => {
                let message = if none {
                    "neither debit nor credit has an amount"
                } else {
                    "debit and credit both have an amount"
                };
                let help = "write the amount on one side and leave the other empty";
                self.fault(
                    line,
                    "debit",
                    Code::BadAmount,
                    message,
                    line.debit,
                    "an amount in one of the two columns",
                    help,
                );
                return (Money::ZERO, Money::ZERO);
            }
        };
        match Money::parse(other) {
            Err(error) => {
                amount_fault(other, error, self.place(line, field), &mut self.faults);
                (Money::ZERO, Money::ZERO)
            }
            Ok(amount) if amount.is_negative() => {
                let help = "write a negative debit as a credit, and a negative credit as a debit";
                self.fault(
                    line,
                    field,
                    Code::BadAmount,
                    "the amount is negative",
                    other,
                    "an amount of zero or more",
                    help,
                );
                (Money::ZERO, Money::ZERO)
            }
            Ok(amount) if field == "debit" => (amount, Money::ZERO),
            Ok(amount) => (Money::ZERO, amount),
        }
    }

    fn enter(&mut self, line: &Line<'_>, balance: Money) {
        if line.journal_id.is_empty() || line.journal_line.is_empty() {
            let field = if line.journal_id.is_empty() { "journal_id" } else { "journal_line" };
            self.fault(line, field, Code::EmptyValue, "the field is empty", "", "a value", "fill in the field");
            return;
        }
        let first_line = line.number;
        let fresh = || Entry { first_line, ..Entry::default() };
        let entry = self.entries.entry(line.journal_id.to_owned()).or_insert_with(fresh);
        entry.last_line = line.number;
        *entry.balances.entry(line.entity.to_owned()).or_insert(Money::ZERO) += balance;
        if !entry.lines.insert(line.journal_line.to_owned()) {
            let value = format!("{} line {}", line.journal_id, line.journal_line);
            let help = "remove the line that was exported twice";
            self.fault(
                line,
                "journal_line",
                Code::DuplicateKey,
                "the journal line comes twice",
                &value,
                "each line of an entry once",
                help,
            );
        } else {
            self.ledger.established.distinct += 1;
        }
    }
}

/// The byte column of a field in a record whose fields need no quotes.
fn unquoted_column(record: &csv::StringRecord, field: usize) -> usize {
    1 + record.iter().take(field).map(|text| text.len() + 1).sum::<usize>()
}

/// A reader that hashes and counts what goes through it.
struct Hashing<R> {
    inner: R,
    hasher: Sha256,
    bytes: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

/// Lines after which it is told how far the reading has come.
const LINES_A_TELLING: u64 = 1 << 13;

/// Reads a CSV ledger in one pass.
pub fn read_csv(
    root: &Path,
    file: &str,
    book: &Book,
    codes: &Codes,
    quarter: &Quarter,
    watch: &dyn Watch,
    faults: &mut Faults,
) -> Option<(Ledger, SourceFile)> {
    let opened = File::open(root.join(file)).map_err(|error| unreadable(file, &error, faults)).ok()?;
    let mut hashing = Hashing { inner: BufReader::with_capacity(1 << 18, opened), hasher: Sha256::new(), bytes: 0 };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&mut hashing);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            record_fault(file, &error, faults);
            return None;
        }
    };
    let columns = header_columns(file, &header, &REQUIRED, &["description", "source"], faults)?;
    let at = REQUIRED.map(|name| columns.get(name).copied().unwrap_or(usize::MAX));
    let mut pass = Pass::new(file, book, codes, quarter);
    pass.columns = Some(columns);
    pass.faults = std::mem::take(faults);
    let mut told = 0;
    watch.opens(file, root.join(file).metadata().map_or(0, |meta| meta.len()));
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                record_fault(file, &error, &mut pass.faults);
                if error.is_io_error() {
                    break;
                }
                continue;
            }
        }
        let number = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            field_count_fault(Place::line(file, number), record.len(), header.len(), &mut pass.faults);
            continue;
        }
        let field = |index: usize| record.get(at[index]).unwrap_or_default();
        let line = Line {
            number,
            journal_id: field(0),
            journal_line: field(1),
            effective_date: field(2),
            entity: field(3),
            account: field(4),
            brand: field(5),
            segment: field(6),
            debit: field(7),
            credit: field(8),
            currency: field(9),
            raw: Some(&record),
        };
        pass.line(&line);
        if pass.ledger.lines.is_multiple_of(LINES_A_TELLING) {
            let read = record.position().map_or(0, csv::Position::byte);
            watch.read(read - told, LINES_A_TELLING);
            told = read;
        }
    }
    drop(reader);
    watch.closes();
    let ledger;
    (ledger, *faults) = pass.finish();
    let source = SourceFile {
        source: "ledger".to_owned(),
        path: file.to_owned(),
        sha256: hex(&hashing.hasher.finalize()),
        bytes: hashing.bytes,
        rows: ledger.lines,
        debit_total: Some(ledger.debits()),
        credit_total: Some(ledger.credits()),
    };
    Some((ledger, source))
}

fn record_fault(file: &str, error: &csv::Error, faults: &mut Faults) {
    let line = error.position().map_or(0, csv::Position::line);
    let place = Place::line(file, line);
    if let csv::ErrorKind::Utf8 { .. } = error.kind() {
        faults.add(Code::NotUtf8, place, "the line is not UTF-8", "", "UTF-8 text", "export the file as UTF-8");
    } else {
        let message = "the file cannot be read to its end";
        faults.add(
            Code::UnreadableFile,
            place,
            message,
            "",
            "a readable file",
            "check the disk and export the file again",
        );
    }
}
