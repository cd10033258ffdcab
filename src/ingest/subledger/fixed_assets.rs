//! The fixed-asset register.

use chrono::NaiveDate;

use super::{Against, Unique, needed, not_for_rule, optional_positive, transfer_to};
use crate::book::Basis;
use crate::diagnostics::{Code, Faults};
use crate::domain::Money;
use crate::ingest::table::{Row, Table};
use crate::records::{Convention, DepreciationMethod, Disposition, FixedAsset};

/// Reads the fixed-asset register.
pub fn fixed_assets(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<FixedAsset> {
    let mut unique = Unique::new();
    let mut assets = Vec::new();
    for row in table.rows() {
        let dimension = row.dimension(against.codes, faults);
        let asset_id = row.text("asset_id", faults);
        let component = row.text("component", faults);
        let key = (dimension.clone(), asset_id.clone(), component.clone());
        unique.check(key, &format!("{asset_id}/{component}"), row, "asset_id", faults);
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
            method: one_of(row, "method", &DepreciationMethod::ALL, faults),
            convention: one_of(row, "convention", &Convention::ALL, faults),
            accumulated_depreciation: row.positive_money("accumulated_depreciation", faults),
            disposition: disposition(row, against.book.config.policies.basis, faults),
            transfer_to: transfer_to(row, against.codes, faults),
        };
        if asset.disposition.decided().is_some_and(|decided| decided < asset.in_service_date) {
            let message = "the asset was put in service after its decision";
            let expected = "a date on or before decision_date";
            not_for_rule(row, "in_service_date", message, expected, "correct the dates", faults);
        }
        if asset.salvage_value > asset.cost {
            let message = "the salvage value is above the cost";
            not_for_rule(row, "salvage_value", message, "at most the cost", "correct the amounts", faults);
        }
        assets.push(asset);
    }
    assets
}

/// One of the named choices; an empty field is the first of them.
fn one_of<T: Copy>(row: Row<'_>, column: &str, choices: &[(T, &'static str)], faults: &mut Faults) -> T {
    let first = choices[0].0;
    if row.optional(column).is_none() {
        return first;
    }
    let names: Vec<&str> = choices.iter().map(|(_, name)| *name).collect();
    let name = row.known(column, |name| names.contains(&name), &names.join(", "), faults);
    choices.iter().find(|(_, known)| *known == name).map_or(first, |(choice, _)| *choice)
}

fn life_months(row: Row<'_>, faults: &mut Faults) -> u32 {
    let text = row.text("life_months", faults);
    let months = text.parse().ok().filter(|months| (1..=1200).contains(months));
    months.unwrap_or_else(|| {
        if !text.is_empty() {
            let expected = "a whole number of months from 1 to 1200";
            faults.add(
                Code::BadQuantity,
                row.spot("life_months"),
                "not a life in months",
                &text,
                expected,
                "correct the life",
            );
        }
        1
    })
}

fn disposition(row: Row<'_>, basis: Basis, faults: &mut Faults) -> Disposition {
    let expected = "empty, hold-and-use, held-for-sale, abandon or reuse";
    if row.optional("disposition").is_none() {
        let of_decisions = ["decision_date", "cease_use_date", "fair_value", "cost_to_sell", "undiscounted_cash_flows"];
        for column in of_decisions.into_iter().chain(["value_in_use", "transfer_brand"]) {
            if row.optional(column).is_some() {
                let message = format!("{column} is given, and the asset has no disposition");
                let help = "name the disposition, or empty the fields of the decision";
                not_for_rule(row, column, &message, "an empty field, or a disposition", help, faults);
            }
        }
        return Disposition::InUse;
    }
    let known = |name: &str| matches!(name, "hold-and-use" | "held-for-sale" | "abandon" | "reuse");
    let name = row.known("disposition", known, expected, faults);
    let decided = row.date("decision_date", faults);
    match name.as_str() {
        "held-for-sale" => Disposition::HeldForSale {
            decided,
            fair_value: row.positive_money("fair_value", faults),
            cost_to_sell: row.positive_money("cost_to_sell", faults),
        },
        "hold-and-use" => hold_and_use(row, basis, decided, faults),
        "abandon" => {
            let cease_use = row.date("cease_use_date", faults);
            if cease_use < decided {
                let expected = "a date on or after decision_date";
                let message = "use ceases before the decision";
                not_for_rule(row, "cease_use_date", message, expected, "correct the dates", faults);
            }
            Disposition::Abandon { decided, cease_use }
        }
        "reuse" => {
            needed(row, "transfer_brand", "a component that another brand goes on with", faults);
            Disposition::Reuse { decided }
        }
        _ => Disposition::InUse,
    }
}

/// What the test of each basis needs: undiscounted cash flows and a fair value, or a recoverable amount.
fn hold_and_use(row: Row<'_>, basis: Basis, decided: NaiveDate, faults: &mut Faults) -> Disposition {
    let value_in_use = row.optional("value_in_use").map(|_| row.positive_money("value_in_use", faults));
    if basis == Basis::Ifrs {
        if value_in_use.is_none() {
            needed(row, "fair_value", "a recoverable amount without a value in use", faults);
        }
        let fair_value = optional_positive(row, "fair_value", faults);
        let cost_to_sell = optional_positive(row, "cost_to_sell", faults);
        let undiscounted_cash_flows = row.optional_money("undiscounted_cash_flows", faults).unwrap_or(Money::ZERO);
        return Disposition::HoldAndUse { decided, fair_value, cost_to_sell, undiscounted_cash_flows, value_in_use };
    }
    Disposition::HoldAndUse {
        decided,
        fair_value: row.positive_money("fair_value", faults),
        cost_to_sell: optional_positive(row, "cost_to_sell", faults),
        undiscounted_cash_flows: row.money("undiscounted_cash_flows", faults),
        value_in_use,
    }
}
