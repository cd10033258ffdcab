//! Prepaid advertising: each contract's event and what earlier packs did to it.

use super::{PrepaidRow, Terms};
use crate::adjust::prepaid_advertising::{self, Earlier, UnderEvent};
use crate::book::Event;
use crate::diagnostics::{Code, Faults};
use crate::domain::Money;
use crate::records::{ItemKey, PrepaidContract};

pub(super) fn measure(terms: Terms<'_>, faults: &mut Faults) -> Vec<PrepaidRow> {
    let policies = &terms.book.config.policies;
    let rule = prepaid_advertising::Terms::new(policies.basis, policies.production_advertising());
    let mut rows = Vec::new();
    for contract in &terms.records.prepaid_advertising {
        let event = terms.book.brand_event(&contract.dimension.brand, terms.quarter);
        let key = ItemKey::new(&contract.dimension, "", &contract.contract_id);
        let earlier = terms.prior.and_then(|pack| pack.prepaid.get(&key)).copied().unwrap_or(Earlier::NOTHING);
        let contract = ordinary(contract, earlier, policies.subledger_shows_write_downs, faults);
        transfer_is_named(&contract, event, earlier, faults);
        let known = terms.prior.is_some_and(|pack| pack.prepaid.contains_key(&key));
        let under = event
            .map(|event| UnderEvent { day: event.date, measured_before: known && event.date < terms.quarter.start });
        match prepaid_advertising::measure(&contract, rule, under, terms.quarter.end, earlier) {
            Ok(measurement) => rows.push(PrepaidRow { contract, under_event: event.is_some(), earlier, measurement }),
            Err(excess) => {
                let value = (contract.refundable + contract.transferable).to_string();
                let expected = format!("at most {}, what is unearned at the event and not written off", excess.left);
                let help = "correct the refundable and transferable amounts against the contract";
                let message = "the refundable and transferable amounts are above what is unearned";
                fault(&contract, "refundable_amount", message, &value, &expected, help, faults);
            }
        }
    }
    rows.sort_by_key(|row| ItemKey::new(&row.contract.dimension, "", &row.contract.contract_id));
    rows
}

/// The contract with its ordinary expense alone: what a register shows of earlier write-offs and refunds is taken off.
fn ordinary(contract: &PrepaidContract, earlier: Earlier, shows: bool, faults: &mut Faults) -> PrepaidContract {
    let mut contract = contract.clone();
    if shows {
        let shown = contract.expensed_to_date;
        contract.expensed_to_date = shown - earlier.written_off - earlier.moved;
        if contract.expensed_to_date.is_negative() {
            let message = "the register shows less than earlier packs wrote off and moved to receivables";
            let expected = format!("at least {}", earlier.written_off + earlier.moved);
            let help = "post the earlier packs' entries to the register, or set subledger_shows_write_downs = false";
            fault(&contract, "expensed_to_date", message, &shown.to_string(), &expected, help, faults);
        }
    }
    contract
}

/// A part that another brand takes over needs the brand.
fn transfer_is_named(contract: &PrepaidContract, event: Option<&Event>, earlier: Earlier, faults: &mut Faults) {
    let moves = contract.transferable > Money::ZERO || earlier.transferred > Money::ZERO;
    if event.is_some() && moves && contract.transfer_to.is_none() {
        let message = "transfer_brand is missing, and a transferable amount needs it";
        let help = "name the brand that goes on with the contract";
        fault(contract, "transfer_brand", message, "", "a code of [[brands]]", help, faults);
    }
}

fn fault(
    contract: &PrepaidContract,
    field: &str,
    message: &str,
    value: &str,
    expected: &str,
    help: &str,
    faults: &mut Faults,
) {
    let mut place = contract.origin.clone();
    place.field = field.to_owned();
    faults.add(Code::RuleInput, place, message, value, expected, help);
}
