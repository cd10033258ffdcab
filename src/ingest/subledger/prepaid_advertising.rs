//! The prepaid advertising subledger.

use chrono::NaiveDate;

use super::{Against, Unique, needed, not_for_rule, optional_positive, transfer_to};
use crate::book::Book;
use crate::book::policies::ProductionAdvertising;
use crate::diagnostics::Faults;
use crate::ingest::table::{Row, Table};
use crate::records::{PrepaidContract, Recognition};

/// Reads the prepaid advertising subledger.
pub fn prepaid_advertising(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<PrepaidContract> {
    let mut unique = Unique::new();
    let mut contracts = Vec::new();
    for row in table.rows() {
        let dimension = row.dimension(against.codes, faults);
        let contract_id = row.text("contract_id", faults);
        unique.check((dimension.clone(), contract_id.clone()), &contract_id, row, "contract_id", faults);
        contracts.push(PrepaidContract {
            origin: row.origin(),
            dimension,
            contract_id,
            vendor: row.optional("vendor").unwrap_or_default().to_owned(),
            description: row.optional("description").unwrap_or_default().to_owned(),
            amount_paid: row.positive_money("amount_paid", faults),
            recognition: recognition(row, against.book, faults),
            expensed_to_date: row.positive_money("expensed_to_date", faults),
            refundable: optional_positive(row, "refundable_amount", faults),
            transferable: optional_positive(row, "transferable_amount", faults),
            transfer_to: transfer_to(row, against.codes, faults),
        });
    }
    contracts
}

fn recognition(row: Row<'_>, book: &Book, faults: &mut Faults) -> Recognition {
    let expected = "straight-line, first-showing, units or interim-deferral";
    let known = |name: &str| matches!(name, "straight-line" | "first-showing" | "units" | "interim-deferral");
    match row.known("recognition", known, expected, faults).as_str() {
        "first-showing" => first_showing(row, book, faults),
        "units" => units_recognition(row, faults),
        "straight-line" => {
            let (start, end) = service(row, faults);
            Recognition::StraightLine { start, end }
        }
        "interim-deferral" => interim_deferral(row, book, faults),
        _ => Recognition::FirstShowing { day: NaiveDate::MIN, received: None },
    }
}

fn first_showing(row: Row<'_>, book: &Book, faults: &mut Faults) -> Recognition {
    if book.config.policies.production_advertising() == ProductionAdvertising::AsIncurred {
        needed(row, "service_end", "advertising that is expensed when its service is received", faults);
    }
    let received = row.optional_date("service_end", faults);
    Recognition::FirstShowing { day: row.date("first_showing", faults), received }
}

fn interim_deferral(row: Row<'_>, book: &Book, faults: &mut Faults) -> Recognition {
    let (start, end) = service(row, faults);
    let year_end = book.fiscal_year_end(start);
    if year_end.is_none() && start != NaiveDate::MIN {
        let message = "the benefit starts outside the calendar, so its fiscal year is not known";
        let help = "correct the date, or add its quarters to calendar.csv";
        not_for_rule(row, "service_start", message, "a date in a quarter of calendar.csv", help, faults);
    }
    Recognition::InterimDeferral { start, last: year_end.map_or(end, |year_end| end.min(year_end)) }
}

fn service(row: Row<'_>, faults: &mut Faults) -> (NaiveDate, NaiveDate) {
    let (start, end) = (row.date("service_start", faults), row.date("service_end", faults));
    if end < start {
        let expected = "a date on or after service_start";
        not_for_rule(row, "service_end", "the service ends before it starts", expected, "correct the dates", faults);
    }
    (start, end)
}

fn units_recognition(row: Row<'_>, faults: &mut Faults) -> Recognition {
    let total = row.quantity("units_total", faults);
    let delivered = row.quantity("units_delivered", faults);
    if total.is_zero() || delivered > total {
        let expected = "units_delivered from 0 to units_total, and units_total above 0";
        let message = "more units are delivered than there are";
        not_for_rule(row, "units_delivered", message, expected, "correct the units", faults);
    }
    Recognition::Units { total, delivered }
}
