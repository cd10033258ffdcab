//! The obligations subledger and its installments.

use std::collections::BTreeMap;

use super::{Against, Unique, not_for_rule};
use crate::diagnostics::{Code, Faults};
use crate::domain::{Dimension, Money};
use crate::ingest::table::{Row, Table};
use crate::records::{Installment, Obligation, ObligationKind};

/// Reads the obligations subledger.
pub fn obligations(table: &Table, against: Against<'_>, faults: &mut Faults) -> Vec<Obligation> {
    let mut unique = Unique::new();
    let mut obligations = Vec::new();
    for row in table.rows() {
        let obligation_id = row.text("obligation_id", faults);
        unique.check(obligation_id.clone(), &obligation_id, row, "obligation_id", faults);
        let dimension: Dimension = row.dimension(against.codes, faults);
        let obligation = Obligation {
            origin: row.origin(),
            dimension,
            obligation_id,
            payee: row.optional("payee").unwrap_or_default().to_owned(),
            kind: kind(row, faults),
            description: row.optional("description").unwrap_or_default().to_owned(),
            amount: row.positive_money("amount", faults),
            incurred_date: row.date("incurred_date", faults),
            service_end: row.optional_date("service_end", faults),
            accrued_to_date: row.positive_money("accrued_to_date", faults),
        };
        check(row, &obligation, faults);
        obligations.push(obligation);
    }
    obligations
}

fn kind(row: Row<'_>, faults: &mut Faults) -> ObligationKind {
    let names = ObligationKind::ALL.map(|(_, name)| name);
    let name = row.known("kind", |name| names.contains(&name), &names.join(", "), faults);
    ObligationKind::ALL.iter().find(|(_, known)| *known == name).map_or(ObligationKind::Guarantee, |(kind, _)| *kind)
}

fn check(row: Row<'_>, obligation: &Obligation, faults: &mut Faults) {
    if obligation.kind == ObligationKind::Guarantee && !obligation.accrued_to_date.is_zero() {
        let message = "a guarantee is noted and never accrued";
        let help = "enter the part that is owed as an obligation of its own kind";
        not_for_rule(row, "accrued_to_date", message, "0.00", help, faults);
    }
    if let Some(end) = obligation.service_end {
        if obligation.kind != ObligationKind::Severance {
            let message = "only severance is earned by service";
            not_for_rule(row, "service_end", message, "an empty field", "empty the field", faults);
        } else if end < obligation.incurred_date {
            let expected = "a date on or after incurred_date";
            not_for_rule(
                row,
                "service_end",
                "the service ends before it starts",
                expected,
                "correct the dates",
                faults,
            );
        }
    }
}

/// Reads the installments; each must belong to an obligation, and together they must be its amount.
pub fn installments(table: &Table, obligations: &[Obligation], faults: &mut Faults) -> Vec<Installment> {
    let mut totals: BTreeMap<&str, (Money, Row<'_>)> = BTreeMap::new();
    let owed = obligations.iter().filter(|row| row.kind != ObligationKind::Guarantee);
    let amounts: BTreeMap<&str, Money> = owed.map(|row| (row.obligation_id.as_str(), row.amount)).collect();
    let mut installments = Vec::new();
    for row in table.rows() {
        let expected = "an obligation_id of the obligations, not of a guarantee";
        let id = row.known("obligation_id", |id| amounts.contains_key(id), expected, faults);
        let installment = Installment {
            origin: row.origin(),
            obligation_id: id.clone(),
            due_date: row.date("due_date", faults),
            amount: row.positive_money("amount", faults),
            paid_date: row.optional_date("paid_date", faults),
        };
        if let Some((id, _)) = amounts.get_key_value(id.as_str()) {
            let total = totals.entry(id).or_insert((Money::ZERO, row));
            total.0 += installment.amount;
        }
        installments.push(installment);
    }
    for (id, (total, first)) in totals {
        let amount = amounts[id];
        if total != amount {
            let message = format!("the installments of {id} do not add up to its amount");
            let help = "complete the schedule of installments";
            let (value, expected) = (total.to_string(), amount.to_string());
            faults.add(Code::RuleInput, first.spot("amount"), message, &value, &expected, help);
        }
    }
    installments
}
