//! Obligations: each one's installments and opening, and the part of a buyout that its sell-off has still to earn.

use super::{Buyout, ObligationRow, Terms, expected_units};
use crate::adjust::obligations::{self, Measurement, Opening};
use crate::book::policies::RoyaltyBuyout;
use crate::domain::{Dimension, Money};
use crate::records::{Installment, Obligation, ObligationKind};

pub(super) fn measure(terms: Terms<'_>) -> Vec<ObligationRow> {
    let rule = obligations::Terms::new(&terms.book.config.policies);
    let mut rows: Vec<ObligationRow> = Vec::new();
    for obligation in &terms.records.obligations {
        let id = &obligation.obligation_id;
        let parts: Vec<&Installment> =
            terms.records.installments.iter().filter(|part| part.obligation_id == *id).collect();
        let opening = terms.prior.and_then(|pack| pack.obligations.get(id)).copied().unwrap_or_default();
        let measurement = obligations::measure(obligation, &parts, opening, rule, terms.quarter);
        let buyout = buyout(terms, obligation, opening, &measurement);
        rows.push(ObligationRow { obligation: obligation.clone(), measurement, buyout });
    }
    rows.sort_by(|a, b| {
        (&a.obligation.dimension, &a.obligation.obligation_id)
            .cmp(&(&b.obligation.dimension, &b.obligation.obligation_id))
    });
    rows
}

fn buyout(terms: Terms<'_>, obligation: &Obligation, opening: Opening, found: &Measurement) -> Option<Buyout> {
    let defers = terms.book.config.policies.royalty_buyout == RoyaltyBuyout::ProrateSellOff;
    if !defers || obligation.kind != ObligationKind::ContractTermination {
        return None;
    }
    let dimension = &obligation.dimension;
    let deferred_before = opening.deferred.unwrap_or(Money::ZERO);
    let sold_before = opening.sold_to_date.unwrap_or(Money::ZERO);
    let Some(event) = terms.book.brand_event(&dimension.brand, terms.quarter) else {
        return Some(Buyout {
            sold_to_date: sold_before,
            expected: Money::ZERO,
            deferred_before,
            deferred: Money::ZERO,
        });
    };
    let days = (event.date.max(terms.quarter.start), terms.quarter.end);
    let account = &terms.book.config.accounts.net_sales;
    let sold = -terms.records.ledger.between(account, dimension, days);
    let sold_to_date = sold_before + sold.at_least_zero();
    let expected = expected_sales(terms, dimension);
    let deferred = obligations::deferred_buyout(found.incurred_to_date, sold_to_date, expected);
    Some(Buyout { sold_to_date, expected, deferred_before, deferred })
}

/// Sales that the stock of a dimension is expected to bring before its pools' deadlines.
fn expected_sales(terms: Terms<'_>, dimension: &Dimension) -> Money {
    let sells_off = |pool: &str| {
        let pool = terms.book.config.pools.get(pool);
        let deadline = pool.and_then(|pool| terms.book.binding_deadline(pool, terms.quarter));
        deadline.is_some_and(|deadline| deadline > terms.quarter.end)
    };
    let items = terms.records.inventory.iter();
    let items = items.filter(|item| item.dimension == *dimension && sells_off(&item.pool));
    items.map(|item| Money::round(expected_units(item) * item.selling_price.unwrap_or_default())).sum()
}
