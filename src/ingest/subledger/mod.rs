//! The subledgers: inventory, prepaid advertising, fixed assets, obligations and their installments.

mod fixed_assets;
mod inventory;
mod obligations;
mod prepaid_advertising;

use std::collections::BTreeMap;

use crate::book::Book;
use crate::diagnostics::{Code, Faults};
use crate::domain::Money;
use crate::records::{OpeningBalance, TransferTo};

use super::book::Codes;
use super::table::{Row, Table, help_with_zeros};

pub use fixed_assets::fixed_assets;
pub use inventory::inventory;
pub use obligations::{installments, obligations};
pub use prepaid_advertising::prepaid_advertising;

/// What a row is checked against.
#[derive(Clone, Copy)]
pub struct Against<'a> {
    pub book: &'a Book,
    pub codes: &'a Codes,
}

/// Tells of keys that come more than once; each fault names the line that had the key first.
struct Unique<'a, K: Ord> {
    seen: BTreeMap<K, Row<'a>>,
}

impl<'a, K: Ord> Unique<'a, K> {
    fn new() -> Self {
        Self { seen: BTreeMap::new() }
    }

    fn check(&mut self, key: K, shown: &str, row: Row<'a>, column: &str, faults: &mut Faults) {
        if let Some(first) = self.seen.get(&key) {
            comes_twice(shown, first, row, column, faults);
        } else {
            self.seen.insert(key, row);
        }
    }
}

/// Tells of a key that an earlier row has already.
fn comes_twice(shown: &str, first: &Row<'_>, row: Row<'_>, column: &str, faults: &mut Faults) {
    let message = format!("{column} comes twice");
    let expected = format!("each key once; {} has it already", first.named_in(&row));
    let help = "add the rows together where they come from, or correct the key";
    faults.add(Code::DuplicateKey, row.spot(column), message, shown, &expected, help);
}

/// Reads the opening balances.
pub fn opening_balances(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<OpeningBalance> {
    let mut unique = Unique::new();
    let read = |row| {
        let account = known_account(row, against.book, faults);
        let dimension = row.dimension(against.codes, faults);
        unique.check((account.clone(), dimension.clone()), &account, row, "account", faults);
        OpeningBalance { origin: row.origin(), account, dimension, amount: row.money("amount", faults) }
    };
    table.rows().map(read).collect()
}

fn known_account(row: Row<'_>, book: &Book, faults: &mut Faults) -> String {
    let account = row.text("account", faults);
    if !account.is_empty() && book.chart.account(&account).is_none() {
        let help = "add the account to the chart, or correct the code (leading zeros count)";
        let help = help_with_zeros(&account, |code| book.chart.account(code).is_some(), help);
        let (message, expected) = ("the account is not in the chart", "an account of the chart");
        faults.add(Code::UnknownAccount, row.spot("account"), message, &account, expected, &help);
    }
    account
}

/// Tells of a field that the row's rule needs and the row lacks.
fn needed(row: Row<'_>, column: &str, purpose: &str, faults: &mut Faults) {
    if row.optional(column).is_none() {
        let message = format!("{column} is missing, and {purpose} needs it");
        let help = "fill in the field; closepack assumes nothing in its place";
        faults.add(Code::RuleInput, row.spot(column), message, "", "a value", help);
    }
}

/// Tells of a value that the row's rule cannot take.
fn not_for_rule(row: Row<'_>, column: &str, message: &str, expected: &str, help: &str, faults: &mut Faults) {
    let value = row.optional(column).unwrap_or_default();
    faults.add(Code::RuleInput, row.spot(column), message, value, expected, help);
}

/// An amount that is not negative; an empty field is nothing.
fn optional_positive(row: Row<'_>, column: &str, faults: &mut Faults) -> Money {
    if row.optional(column).is_some() { row.positive_money(column, faults) } else { Money::ZERO }
}

/// The brand, and the segment where it is another, that goes on with a part of the row.
fn transfer_to(row: Row<'_>, codes: &Codes, faults: &mut Faults) -> Option<TransferTo> {
    row.optional("transfer_brand")?;
    let brand = row.known("transfer_brand", |code| codes.brands.contains(code), "a code of [[brands]]", faults);
    let segment = if row.optional("transfer_segment").is_some() {
        row.known("transfer_segment", |code| codes.segments.contains(code), "a code of [[segments]]", faults)
    } else {
        row.optional("segment").unwrap_or_default().to_owned()
    };
    if row.optional("brand") == Some(brand.as_str()) && row.optional("segment") == Some(segment.as_str()) {
        let help = "name the brand that takes it over, or leave the field empty";
        not_for_rule(
            row,
            "transfer_brand",
            "the row would be moved to where it is",
            "another brand or segment",
            help,
            faults,
        );
    }
    Some(TransferTo { brand, segment })
}
