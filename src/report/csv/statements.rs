//! The files of the statements and of what is seen in them.

use super::{Sheet, amounts, optional};
use crate::close::Closed;

/// One row a line of a statement, in the order of presentation.
pub(super) fn lines(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "statement",
        "order",
        "line",
        "as_recorded",
        "inventory_reserve",
        "prepaid_advertising",
        "fixed_assets",
        "obligations",
        "as_adjusted",
        "prior_quarter",
        "prior_year",
    ]);
    for (at, line) in closed.statements.iter().enumerate() {
        sheet.row(&fields![
            [line.statement.to_owned(), (at + 1).to_string(), line.line.clone()],
            amounts([line.amounts.as_recorded]),
            amounts(line.amounts.adjustments),
            amounts([line.amounts.as_adjusted()]),
            [optional(line.prior_quarter), optional(line.prior_year)],
        ]);
    }
    sheet.bytes()
}
