//! The subledgers: inventory, prepaid advertising, fixed assets, obligations and their installments.

use std::collections::BTreeMap;

use crate::book::{Basis, Book};
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::{Dimension, Money};
use crate::records::{
    Disposition, FixedAsset, Installment, InventoryItem, Obligation, ObligationKind, OpeningBalance, PrepaidContract,
    Recognition,
};

use super::book::Codes;
use super::table::{Row, Table};

/// The columns of a source: those it must have, and those that a row's rule may do without.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
}

pub const OPENING_BALANCES: Columns =
    Columns { required: &["entity", "account", "brand", "segment", "amount"], optional: &[] };

pub const INVENTORY: Columns = Columns {
    required: &["entity", "brand", "segment", "pool", "sku", "quantity_on_hand", "unit_cost"],
    optional: &[
        "description",
        "quantity_received",
        "quantity_scrapped",
        "replacement_cost",
        "selling_price",
        "cost_to_complete",
        "selling_cost_rate",
        "normal_margin_rate",
        "expected_units",
        "scrap_value",
        "last_receipt_date",
        "average_monthly_units",
        "reserve_rate",
    ],
};

pub const PREPAID_ADVERTISING: Columns = Columns {
    required: &["entity", "brand", "segment", "contract_id", "amount_paid", "recognition", "expensed_to_date"],
    optional: &[
        "vendor",
        "description",
        "service_start",
        "service_end",
        "first_showing",
        "units_total",
        "units_delivered",
        "refundable_amount",
        "transferable_amount",
    ],
};

pub const FIXED_ASSETS: Columns = Columns {
    required: &[
        "entity",
        "brand",
        "segment",
        "asset_id",
        "component",
        "cost",
        "salvage_value",
        "in_service_date",
        "life_months",
        "accumulated_depreciation",
    ],
    optional: &[
        "asset_group",
        "description",
        "method",
        "convention",
        "disposition",
        "decision_date",
        "cease_use_date",
        "fair_value",
        "cost_to_sell",
        "undiscounted_cash_flows",
        "value_in_use",
    ],
};

pub const OBLIGATIONS: Columns = Columns {
    required: &["entity", "brand", "segment", "obligation_id", "kind", "amount", "incurred_date", "accrued_to_date"],
    optional: &["payee", "description"],
};

pub const INSTALLMENTS: Columns =
    Columns { required: &["obligation_id", "due_date", "amount"], optional: &["paid_date"] };

/// What a row is checked against.
#[derive(Clone, Copy)]
pub struct Against<'a> {
    pub book: &'a Book,
    pub codes: &'a Codes,
}

/// Tells of keys that come more than once; each fault names the line that had the key first.
struct Unique<K: Ord> {
    seen: BTreeMap<K, u64>,
}

impl<K: Ord> Unique<K> {
    fn new() -> Self {
        Self { seen: BTreeMap::new() }
    }

    fn check(&mut self, key: K, shown: &str, place: &Place, faults: &mut Faults) {
        if let Some(first) = self.seen.get(&key) {
            let message = format!("{} comes twice", place.field);
            let expected = format!("each key once; line {first} has it already");
            let help = "add the rows together where they come from, or correct the key";
            faults.add(Code::DuplicateKey, place.clone(), message, shown, &expected, help);
        } else {
            self.seen.insert(key, place.line);
        }
    }
}

/// Reads the opening balances.
pub fn opening_balances(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<OpeningBalance> {
    let mut unique = Unique::new();
    let read = |row: Row<'_>| {
        let account = known_account(row, against.book, faults);
        let dimension = row.dimension(against.codes, faults);
        unique.check((account.clone(), dimension.clone()), &account, &row.place("account"), faults);
        OpeningBalance { origin: row.origin(), account, dimension, amount: row.money("amount", faults) }
    };
    table.rows().map(read).collect()
}

fn known_account(row: Row<'_>, book: &Book, faults: &mut Faults) -> String {
    let account = row.text("account", faults);
    if !account.is_empty() && book.chart.account(&account).is_none() {
        let help = "add the account to the chart, or correct the code (leading zeros count)";
        let expected = "an account of chart_of_accounts.csv";
        faults.add(
            Code::UnknownAccount,
            row.place("account"),
            "the account is not in the chart",
            &account,
            expected,
            help,
        );
    }
    account
}

/// Reads the inventory subledger.
pub fn inventory(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<InventoryItem> {
    let mut unique = Unique::new();
    let mut items = Vec::new();
    for row in table.rows() {
        let item = inventory_item(row, against, faults);
        unique.check(item.key(), &item.sku, &row.place("sku"), faults);
        items.push(item);
    }
    items
}

fn inventory_item(row: Row<'_>, against: Against<'_>, faults: &mut Faults) -> InventoryItem {
    let pools = &against.book.config.pools;
    let pool = row.known("pool", |code| pools.contains_key(code), "a code of [[pools]]", faults);
    let deadline = pools.get(&pool).and_then(|pool| pool.sell_off_deadline).is_some();
    let item = InventoryItem {
        origin: row.origin(),
        dimension: row.dimension(against.codes, faults),
        pool,
        sku: row.text("sku", faults),
        description: row.optional("description").unwrap_or_default().to_owned(),
        quantity_on_hand: row.quantity("quantity_on_hand", faults),
        quantity_received: row.optional_quantity("quantity_received", faults).unwrap_or_default(),
        quantity_scrapped: row.optional_quantity("quantity_scrapped", faults).unwrap_or_default(),
        unit_cost: row.quantity("unit_cost", faults),
        replacement_cost: row.optional_quantity("replacement_cost", faults),
        selling_price: row.optional_quantity("selling_price", faults),
        cost_to_complete: row.optional_quantity("cost_to_complete", faults).unwrap_or_default(),
        selling_cost_rate: row.optional_rate("selling_cost_rate", faults).unwrap_or_default(),
        normal_margin_rate: row.optional_rate("normal_margin_rate", faults),
        expected_units: row.optional_quantity("expected_units", faults),
        scrap_value: row.optional_quantity("scrap_value", faults),
    };
    if !item.quantity_on_hand.is_zero() {
        needed(row, "selling_price", "net realizable value", faults);
        if against.book.config.policies.basis == Basis::UsGaap2004 {
            needed(row, "replacement_cost", "market under us-gaap-2004", faults);
            needed(row, "normal_margin_rate", "the floor under us-gaap-2004", faults);
        }
        if deadline {
            needed(row, "expected_units", "a pool with a sell-off deadline", faults);
            needed(row, "scrap_value", "a pool with a sell-off deadline", faults);
        }
    }
    item
}

/// Tells of a field that the row's rule needs and the row lacks.
fn needed(row: Row<'_>, column: &str, purpose: &str, faults: &mut Faults) {
    if row.optional(column).is_none() {
        let message = format!("{column} is missing, and {purpose} needs it");
        let help = "fill in the field; closepack assumes nothing in its place";
        faults.add(Code::RuleInput, row.place(column), message, "", "a value", help);
    }
}

/// Reads the prepaid advertising subledger.
pub fn prepaid_advertising(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<PrepaidContract> {
    let mut unique = Unique::new();
    let mut contracts = Vec::new();
    for row in table.rows() {
        let dimension = row.dimension(against.codes, faults);
        let contract_id = row.text("contract_id", faults);
        unique.check((dimension.clone(), contract_id.clone()), &contract_id, &row.place("contract_id"), faults);
        contracts.push(PrepaidContract {
            origin: row.origin(),
            dimension,
            contract_id,
            vendor: row.optional("vendor").unwrap_or_default().to_owned(),
            description: row.optional("description").unwrap_or_default().to_owned(),
            amount_paid: row.positive_money("amount_paid", faults),
            recognition: recognition(row, faults),
            expensed_to_date: row.positive_money("expensed_to_date", faults),
            refundable: optional_positive(row, "refundable_amount", faults),
            transferable: optional_positive(row, "transferable_amount", faults),
        });
    }
    contracts
}

fn optional_positive(row: Row<'_>, column: &str, faults: &mut Faults) -> Money {
    if row.optional(column).is_some() { row.positive_money(column, faults) } else { Money::ZERO }
}

fn recognition(row: Row<'_>, faults: &mut Faults) -> Recognition {
    let expected = "straight-line, first-showing or units";
    let known = |name: &str| matches!(name, "straight-line" | "first-showing" | "units");
    match row.known("recognition", known, expected, faults).as_str() {
        "first-showing" => Recognition::FirstShowing { day: row.date("first_showing", faults) },
        "units" => units_recognition(row, faults),
        "straight-line" => {
            let (start, end) = (row.date("service_start", faults), row.date("service_end", faults));
            if end < start {
                let value = end.to_string();
                let expected = "a date on or after service_start";
                faults.add(
                    Code::RuleInput,
                    row.place("service_end"),
                    "the service ends before it starts",
                    &value,
                    expected,
                    "correct the dates",
                );
            }
            Recognition::StraightLine { start, end }
        }
        _ => Recognition::FirstShowing { day: chrono::NaiveDate::MIN },
    }
}

fn units_recognition(row: Row<'_>, faults: &mut Faults) -> Recognition {
    let total = row.quantity("units_total", faults);
    let delivered = row.quantity("units_delivered", faults);
    if total.is_zero() || delivered > total {
        let expected = "units_delivered from 0 to units_total, and units_total above 0";
        let value = delivered.to_string();
        faults.add(
            Code::RuleInput,
            row.place("units_delivered"),
            "more units are delivered than there are",
            &value,
            expected,
            "correct the units",
        );
    }
    Recognition::Units { total, delivered }
}

/// Reads the fixed-asset register.
pub fn fixed_assets(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<FixedAsset> {
    let mut unique = Unique::new();
    let mut assets = Vec::new();
    for row in table.rows() {
        let dimension = row.dimension(against.codes, faults);
        let asset_id = row.text("asset_id", faults);
        let component = row.text("component", faults);
        let key = (dimension.clone(), asset_id.clone(), component.clone());
        unique.check(key, &format!("{asset_id}/{component}"), &row.place("asset_id"), faults);
        only(row, "method", "straight-line", faults);
        only(row, "convention", "full-month", faults);
        let asset = FixedAsset {
            origin: row.origin(),
            dimension,
            asset_id,
            component,
            asset_group: row.optional("asset_group").unwrap_or_default().to_owned(),
            description: row.optional("description").unwrap_or_default().to_owned(),
            cost: row.positive_money("cost", faults),
            salvage_value: row.positive_money("salvage_value", faults),
            in_service_date: row.date("in_service_date", faults),
            life_months: life_months(row, faults),
            accumulated_depreciation: row.positive_money("accumulated_depreciation", faults),
            disposition: disposition(row, faults),
        };
        if asset.salvage_value > asset.cost {
            let value = asset.salvage_value.to_string();
            faults.add(
                Code::RuleInput,
                row.place("salvage_value"),
                "the salvage value is above the cost",
                &value,
                "at most the cost",
                "correct the amounts",
            );
        }
        assets.push(asset);
    }
    assets
}

fn only(row: Row<'_>, column: &str, known: &str, faults: &mut Faults) {
    if row.optional(column).is_some() {
        row.known(column, |name| name == known, known, faults);
    }
}

fn life_months(row: Row<'_>, faults: &mut Faults) -> u32 {
    let text = row.text("life_months", faults);
    let months = text.parse().ok().filter(|months| (1..=1200).contains(months));
    months.unwrap_or_else(|| {
        if !text.is_empty() {
            let expected = "a whole number of months from 1 to 1200";
            faults.add(
                Code::BadQuantity,
                row.place("life_months"),
                "not a life in months",
                &text,
                expected,
                "correct the life",
            );
        }
        1
    })
}

fn disposition(row: Row<'_>, faults: &mut Faults) -> Disposition {
    let expected = "empty, hold-and-use, held-for-sale or abandon";
    if row.optional("disposition").is_none() {
        return Disposition::InUse;
    }
    let known = |name: &str| matches!(name, "hold-and-use" | "held-for-sale" | "abandon");
    let name = row.known("disposition", known, expected, faults);
    let decided = row.date("decision_date", faults);
    match name.as_str() {
        "held-for-sale" => Disposition::HeldForSale {
            decided,
            fair_value: row.positive_money("fair_value", faults),
            cost_to_sell: row.positive_money("cost_to_sell", faults),
        },
        "hold-and-use" => Disposition::HoldAndUse {
            decided,
            fair_value: row.positive_money("fair_value", faults),
            undiscounted_cash_flows: row.money("undiscounted_cash_flows", faults),
        },
        "abandon" => {
            let cease_use = row.date("cease_use_date", faults);
            if cease_use < decided {
                let value = cease_use.to_string();
                let expected = "a date on or after decision_date";
                faults.add(
                    Code::RuleInput,
                    row.place("cease_use_date"),
                    "use ceases before the decision",
                    &value,
                    expected,
                    "correct the dates",
                );
            }
            Disposition::Abandon { decided, cease_use }
        }
        _ => Disposition::InUse,
    }
}

/// Reads the obligations subledger.
pub fn obligations(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<Obligation> {
    let mut unique = Unique::new();
    let mut obligations = Vec::new();
    for row in table.rows() {
        let obligation_id = row.text("obligation_id", faults);
        unique.check(obligation_id.clone(), &obligation_id, &row.place("obligation_id"), faults);
        let dimension: Dimension = row.dimension(against.codes, faults);
        let known = |name: &str| matches!(name, "royalties-owed" | "contract-termination");
        let kind = row.known("kind", known, "royalties-owed or contract-termination", faults);
        obligations.push(Obligation {
            origin: row.origin(),
            dimension,
            obligation_id,
            payee: row.optional("payee").unwrap_or_default().to_owned(),
            kind: if kind == "royalties-owed" {
                ObligationKind::RoyaltiesOwed
            } else {
                ObligationKind::ContractTermination
            },
            description: row.optional("description").unwrap_or_default().to_owned(),
            amount: row.positive_money("amount", faults),
            incurred_date: row.date("incurred_date", faults),
            accrued_to_date: row.positive_money("accrued_to_date", faults),
        });
    }
    obligations
}

/// Reads the installments; each must belong to an obligation, and together they must be its amount.
pub fn installments(table: &Table, obligations: &[Obligation], faults: &mut Faults) -> Vec<Installment> {
    let mut totals: BTreeMap<&str, (Money, u64)> = BTreeMap::new();
    let amounts: BTreeMap<&str, Money> =
        obligations.iter().map(|row| (row.obligation_id.as_str(), row.amount)).collect();
    let mut installments = Vec::new();
    for row in table.rows() {
        let expected = "an obligation_id of the obligations";
        let id = row.known("obligation_id", |id| amounts.contains_key(id), expected, faults);
        let installment = Installment {
            origin: row.origin(),
            obligation_id: id.clone(),
            due_date: row.date("due_date", faults),
            amount: row.positive_money("amount", faults),
            paid_date: row.optional_date("paid_date", faults),
        };
        if let Some((id, _)) = amounts.get_key_value(id.as_str()) {
            let total = totals.entry(id).or_insert((Money::ZERO, installment.origin.line));
            total.0 += installment.amount;
        }
        installments.push(installment);
    }
    for (id, (total, line)) in totals {
        let amount = amounts[id];
        if total != amount {
            let mut place = Place::line(&table.source.path, line);
            place.field = "amount".to_owned();
            let message = format!("the installments of {id} do not add up to its amount");
            faults.add(
                Code::RuleInput,
                place,
                message,
                &total.to_string(),
                &amount.to_string(),
                "complete the schedule of installments",
            );
        }
    }
    installments
}
