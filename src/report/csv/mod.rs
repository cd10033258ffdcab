//! The pack's CSV files: UTF-8, LF, RFC 4180, a header row, a stable key and order for each.

/// The fields of a row, from arrays of them.
macro_rules! fields {
    ($($part:expr),* $(,)?) => {{
        let mut fields: Vec<String> = Vec::new();
        $( fields.extend($part.map(|field: String| field)); )*
        fields
    }};
}

mod outlook;
mod sheet;
mod statements;
mod subledgers;

use std::collections::BTreeMap;
use std::sync::mpsc::{IntoIter, SyncSender, sync_channel};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::adjust::{Adjustment, Kind};
use crate::book::{Book, Choice};
use crate::close::Closed;
use crate::domain::{Dimension, Money, parallel};
use crate::ingest::SourceFile;
use crate::records::Origin;
use crate::rollforward::RollRow;
use crate::sensitivity::SensitivityResult;
pub use outlook::sensitivity;
use sheet::{Sheet, encoded};

/// The file of the sensitivities, which are measured while the others are composed.
pub const SENSITIVITY: &str = "sensitivity.csv";

/// Bytes of a file that are handed on together.
const PIECE_BYTES: usize = 1 << 20;
/// Most pieces of a file that wait to be taken.
const PIECES_WAITING_MAX: usize = 64;

/// Everything that the CSV files are written from.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub book: &'a Book,
    pub closed: &'a Closed,
    pub sources: &'a [SourceFile],
}

/// Takes a file as it is composed.
struct Pieces(SyncSender<Vec<u8>>);

impl Pieces {
    /// Takes the rows of the sheet, where they are enough for a piece.
    fn fill(&mut self, sheet: &mut Sheet) {
        if sheet.len() >= PIECE_BYTES {
            self.give(sheet.take());
        }
    }

    /// Takes a piece of any length.
    fn give(&mut self, piece: Vec<u8>) {
        // Whoever takes no more has told why by what it returned.
        let _ = self.0.send(piece);
    }
}

/// How a file is composed.
type Compose = fn(Inputs<'_>, &mut Pieces);

/// The files, those with a row an item first: they take the longest.
const FILES: [(&str, Compose); 24] = [
    ("adjustments.csv", |inputs, pieces| adjustments(inputs.book, inputs.closed, pieces)),
    ("inventory_reserve.csv", |inputs, pieces| subledgers::inventory_reserve(inputs.closed, pieces)),
    ("rollforward.csv", |inputs, pieces| rollforward(inputs.closed, pieces)),
    ("impact.csv", |inputs, pieces| pieces.give(impact(inputs.closed))),
    ("journal_entries.csv", |inputs, pieces| pieces.give(journal_entries(inputs.closed))),
    ("posting.csv", |inputs, pieces| pieces.give(posting(inputs.closed))),
    ("trial_balance.csv", |inputs, pieces| pieces.give(trial_balance(inputs.closed))),
    ("prepaid_advertising.csv", |inputs, pieces| pieces.give(subledgers::prepaid_advertising(inputs.closed))),
    ("fixed_assets.csv", |inputs, pieces| pieces.give(subledgers::fixed_assets(inputs.closed))),
    ("obligations.csv", |inputs, pieces| pieces.give(subledgers::obligations(inputs.closed))),
    ("installments.csv", |inputs, pieces| pieces.give(subledgers::installments(inputs.closed))),
    ("royalties.csv", |inputs, pieces| pieces.give(subledgers::royalties(inputs.closed))),
    ("exit_costs.csv", |inputs, pieces| pieces.give(subledgers::exit_costs(inputs.book, inputs.closed))),
    ("statements.csv", |inputs, pieces| pieces.give(statements::lines(inputs.closed))),
    ("dimensions.csv", |inputs, pieces| pieces.give(statements::dimensions(inputs.closed))),
    ("per_share.csv", |inputs, pieces| pieces.give(statements::per_share(inputs.closed))),
    ("tax.csv", |inputs, pieces| pieces.give(statements::tax(inputs.closed))),
    ("materiality.csv", |inputs, pieces| pieces.give(statements::materiality(inputs.closed))),
    ("margin.csv", |inputs, pieces| pieces.give(statements::margin(inputs.closed))),
    ("targets.csv", |inputs, pieces| pieces.give(outlook::targets(inputs.closed))),
    ("checks.csv", |inputs, pieces| pieces.give(checks(inputs.closed))),
    ("exceptions.csv", |inputs, pieces| pieces.give(exceptions(inputs.closed))),
    ("policies.csv", |inputs, pieces| pieces.give(policies(inputs.book))),
    ("sources.csv", |inputs, pieces| pieces.give(sources(inputs.sources))),
];

/// Composes the pack's CSV files, all but [`SENSITIVITY`], on all processors. `take` is given each with its pieces, on a
/// thread of its own while the file is composed, and what it returns stands in a fixed order of the files.
pub fn each<R: Send>(inputs: Inputs<'_>, take: impl Fn(&'static str, IntoIter<Vec<u8>>) -> R + Sync) -> Vec<R> {
    std::thread::scope(|scope| {
        let taken = parallel::each(&FILES, |(name, compose)| {
            let (sender, receiver) = sync_channel(PIECES_WAITING_MAX);
            let (name, take) = (*name, &take);
            let taken = scope.spawn(move || take(name, receiver.into_iter()));
            compose(inputs, &mut Pieces(sender));
            taken
        });
        taken.into_iter().map(parallel::joined).collect()
    })
}

/// The pack's CSV files by name.
#[must_use]
pub fn files(inputs: Inputs<'_>, sensitivities: &[SensitivityResult]) -> BTreeMap<String, Vec<u8>> {
    let whole = |name: &str, pieces: IntoIter<Vec<u8>>| (name.to_owned(), pieces.collect::<Vec<_>>().concat());
    let files = each(inputs, whole).into_iter();
    files.chain([(SENSITIVITY.to_owned(), sensitivity(sensitivities))]).collect()
}

fn dimension(of: &Dimension) -> [String; 3] {
    [of.entity.clone(), of.brand.clone(), of.segment.clone()]
}

fn codes(of: &Dimension) -> [&str; 3] {
    [&of.entity, &of.brand, &of.segment]
}

/// The line of an item; nothing for one that is gone from its file.
fn line(of: &Origin) -> Option<Decimal> {
    (of.line > 0).then(|| of.line.into())
}

fn amounts<const N: usize>(of: [Money; N]) -> [String; N] {
    of.map(|amount| amount.to_string())
}

/// A number with as many decimals as it needs, and no trailing zeros.
#[must_use]
pub fn plain(number: Decimal) -> String {
    number.normalize().to_string()
}

fn date(of: Option<NaiveDate>) -> String {
    of.map(|date| date.to_string()).unwrap_or_default()
}

fn optional(of: Option<Money>) -> String {
    of.map(|amount| amount.to_string()).unwrap_or_default()
}

fn one(text: impl Into<String>) -> [String; 1] {
    [text.into()]
}

fn impact(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&["line", "kind", "cash", "amount", "per_share"]);
    for line in &closed.impact {
        let per_share = line.per_share.map(|amount| amount.to_string()).unwrap_or_default();
        sheet.row(&[line.line, line.kind, line.cash, &line.amount.to_string(), &per_share]);
    }
    sheet.bytes()
}

fn adjustments(book: &Book, closed: &Closed, pieces: &mut Pieces) {
    let mut sheet = Sheet::new(&[
        "figure_id",
        "kind",
        "entity",
        "brand",
        "segment",
        "item",
        "basis",
        "rule",
        "carrying",
        "measured",
        "amount",
        "entry_id",
        "movement",
        "source_file",
        "source_line",
        "policy",
        "moved_to_brand",
        "moved_to_segment",
    ]);
    let basis = book.config.policies.basis.name();
    let schedules = &closed.schedules;
    let alike = |a: &Adjustment, b: &Adjustment| a.movement == b.movement && a.dimension == b.dimension;
    for run in schedules.adjustments.chunk_by(alike) {
        let (movement, of_run) = (run[0].movement, &run[0].dimension);
        let figures = format!("{}:{}:{of_run}:", schedules.figures, movement.code());
        let what = encoded(&[&[movement.kind().name()], &codes(of_run)[..]].concat());
        // The same text in the same place: cheaper to see than the same text.
        let texts = |row: &'_ Adjustment| {
            [row.rule, &*row.entry_id, &*row.origin.file, &*row.policy].map(std::ptr::from_ref::<str>)
        };
        let words = |a: &Adjustment, b: &Adjustment| {
            texts(a).into_iter().zip(texts(b)).all(|(a, b)| std::ptr::eq(a, b)) && a.moved_to == b.moved_to
        };
        for alike in run.chunk_by(words) {
            let row = &alike[0];
            let rule = encoded(&[basis, row.rule]);
            let source = encoded(&[&row.entry_id, movement.code(), &row.origin.file]);
            let to = row.moved_to.as_ref().map_or(["", ""], |to| [&to.brand, &to.segment]);
            let policy = encoded(&[&row.policy, to[0], to[1]]);
            for row in alike {
                sheet.joined(std::iter::once(&*figures).chain(row.item.parts())).encoded(&what);
                sheet.joined(row.item.parts()).encoded(&rule);
                sheet.amounts([row.carrying, row.measured, row.amount]).encoded(&source);
                sheet.numbers([line(&row.origin)]).encoded(&policy).end();
                pieces.fill(&mut sheet);
            }
        }
    }
    pieces.give(sheet.bytes());
}

fn journal_entries(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "entry_id",
        "line",
        "date",
        "entity",
        "account",
        "brand",
        "segment",
        "description",
        "debit",
        "credit",
        "figure_id",
    ]);
    for entry in &closed.proposed {
        for (at, line) in entry.lines().iter().enumerate() {
            let side = |amount: Money| if amount.is_zero() { String::new() } else { amount.to_string() };
            sheet.row(&[
                entry.id().to_owned(),
                (at + 1).to_string(),
                entry.date().to_string(),
                line.dimension.entity.clone(),
                line.account.clone(),
                line.dimension.brand.clone(),
                line.dimension.segment.clone(),
                crate::close::words(entry.movement()).to_owned(),
                side(line.debit),
                side(line.credit),
                line.figure_id.clone(),
            ]);
        }
    }
    sheet.bytes()
}

/// Each line of the required entries beside what the ledger holds of it already; debit positive.
fn posting(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "entry_id",
        "entity",
        "account",
        "brand",
        "segment",
        "description",
        "required",
        "posted",
        "proposed",
    ]);
    for row in &closed.posting {
        let [entity, brand, segment] = dimension(&row.dimension);
        sheet.row(&fields![
            [row.entry_id.clone(), entity, row.account.clone(), brand, segment],
            one(crate::close::words(row.movement)),
            amounts([row.required, row.posted, row.proposed()]),
        ]);
    }
    sheet.bytes()
}

/// The choices of policy that the figures depend on.
fn policies(book: &Book) -> Vec<u8> {
    let mut sheet = Sheet::new(&["key", "value", "default", "source"]);
    for row in book.config.policies.rows() {
        sheet.row(&[row.key, &row.value, row.default, row.source]);
    }
    sheet.bytes()
}

fn trial_balance(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "entity",
        "account",
        "brand",
        "segment",
        "opening",
        "debits",
        "credits",
        "closing",
        "adjustments",
        "adjusted",
    ]);
    let mut rows: Vec<_> = closed.trial_balance.balances.iter().collect();
    rows.sort_by_key(|((account, dimension), _)| (&dimension.entity, account, &dimension.brand, &dimension.segment));
    for ((account, dimension), balance) in rows {
        sheet.row(&fields![
            [dimension.entity.clone(), account.clone(), dimension.brand.clone(), dimension.segment.clone()],
            amounts([balance.opening, balance.debits, balance.credits]),
            amounts([balance.closing(), balance.adjustments, balance.adjusted()]),
        ]);
    }
    sheet.bytes()
}

fn rollforward(closed: &Closed, pieces: &mut Pieces) {
    let mut sheet = Sheet::new(&[
        "kind", "entity", "brand", "segment", "item", "opening", "charged", "utilised", "released", "paid", "closing",
    ]);
    let columns = |row: &RollRow| [row.opening, row.charged, row.utilised, row.released, row.paid, row.closing];
    for kind in Kind::ALL {
        let mut totals = [Money::ZERO; 6];
        for row in closed.rolls.iter().filter(|row| row.kind == kind) {
            let moved = columns(row);
            totals.iter_mut().zip(moved).for_each(|(total, amount)| *total += amount);
            sheet.text(kind.name()).texts(codes(&row.dimension)).joined(row.item.parts()).amounts(moved).end();
            pieces.fill(&mut sheet);
        }
        let nothing = String::new;
        sheet.row(&fields![one("total"), [nothing(), nothing(), nothing()], one(kind.name()), amounts(totals)]);
    }
    pieces.give(sheet.bytes());
}

fn checks(closed: &Closed) -> Vec<u8> {
    use crate::checks::Value;
    let mut sheet = Sheet::new(&["check_id", "description", "expected", "actual", "difference", "tolerance", "status"]);
    for check in &closed.checks {
        let difference = match (check.expected, check.actual) {
            (Value::Amount(expected), Value::Amount(actual)) => (actual - expected).to_string(),
            (Value::Count(expected), Value::Count(actual)) => (i128::from(actual) - i128::from(expected)).to_string(),
            _ => String::new(),
        };
        let tolerance = if matches!(check.expected, Value::Amount(_)) { "0.00" } else { "0" };
        sheet.row(&[
            check.id.as_str(),
            &check.description,
            &check.expected.to_string(),
            &check.actual.to_string(),
            &difference,
            tolerance,
            check.status.name(),
        ]);
    }
    sheet.bytes()
}

fn exceptions(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&["exception_id", "severity", "kind", "message", "file", "line", "column", "value"]);
    for row in &closed.exceptions {
        let line = if row.place.line == 0 { String::new() } else { row.place.line.to_string() };
        let place = &row.place;
        sheet.row(&[&*row.id, row.severity, row.kind, &row.message, &place.file, &line, &place.field, &row.value]);
    }
    sheet.bytes()
}

fn sources(files: &[SourceFile]) -> Vec<u8> {
    let mut sheet = Sheet::new(&["source", "path", "sha256", "rows", "debit_total", "credit_total"]);
    for file in files {
        sheet.row(&[
            file.source.clone(),
            file.path.clone(),
            file.sha256.clone(),
            file.rows.to_string(),
            optional(file.debit_total),
            optional(file.credit_total),
        ]);
    }
    sheet.bytes()
}
