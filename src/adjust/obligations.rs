//! Obligations of an exit (SFAS 146, ASC 420-10).

use chrono::{Months, NaiveDate};

use crate::book::Basis;
use crate::domain::{Money, Quarter};
use crate::records::{Installment, Obligation};

/// An obligation's measurement and roll-forward; all amounts are positive liabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    pub opening: Money,
    /// Incurred in this quarter.
    pub incurred: Money,
    /// Paid in this quarter.
    pub paid: Money,
    /// Changes of estimate.
    pub change: Money,
    pub closing: Money,
    /// Due within twelve months of the quarter's end.
    pub current: Money,
    pub non_current: Money,
    /// Incurred to date less accrued to date: what the books lack.
    pub charge: Money,
    /// Accrued to date less paid to date: what the books carry.
    pub carried: Money,
}

/// The citation of the rule under a basis.
#[must_use]
pub const fn citation(basis: Basis) -> &'static str {
    match basis {
        Basis::UsGaap => "ASC 420-10-25",
        Basis::UsGaap2004 => "SFAS 146",
    }
}

/// Measures an obligation at the quarter's end. `opening` is the prior pack's closing, zero for a new one.
///
/// A contract termination is incurred when the agreement is signed, which is the row's `incurred_date`.
#[must_use]
pub fn measure(
    obligation: &Obligation,
    installments: &[&Installment],
    opening: Money,
    quarter: &Quarter,
) -> Measurement {
    let incurred_to_date = if obligation.incurred_date <= quarter.end { obligation.amount } else { Money::ZERO };
    let incurred = if quarter.contains(obligation.incurred_date) { obligation.amount } else { Money::ZERO };
    let paid_by = |last: NaiveDate| move |part: &&&Installment| part.paid_date.is_some_and(|paid| paid <= last);
    let paid_to_date: Money = installments.iter().filter(paid_by(quarter.end)).map(|part| part.amount).sum();
    let paid: Money = installments
        .iter()
        .filter(|part| part.paid_date.is_some_and(|paid| quarter.contains(paid)))
        .map(|part| part.amount)
        .sum();
    let closing = incurred_to_date - paid_to_date;
    let horizon = quarter.end.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX);
    let later: Money = installments
        .iter()
        .filter(|part| part.paid_date.is_none_or(|paid| paid > quarter.end) && part.due_date > horizon)
        .map(|part| part.amount)
        .sum();
    let non_current = later.min(closing.at_least_zero());
    Measurement {
        opening,
        incurred,
        paid,
        change: closing - (opening + incurred - paid),
        closing,
        current: closing - non_current,
        non_current,
        charge: incurred_to_date - obligation.accrued_to_date,
        carried: obligation.accrued_to_date - paid_to_date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;
    use crate::domain::Dimension;
    use crate::records::ObligationKind;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of this test")
    }

    fn quarter(id: &str, start: &str, end: &str) -> Quarter {
        Quarter { id: id.to_owned(), start: day(start), end: day(end), fiscal_year: 2004 }
    }

    /// The settlement of the reference case: 837,171.79 in all, 500,000.00 payable at 2004-05-29.
    #[test]
    fn the_settlement_to_the_cent() {
        let origin = Place::line("obligations.csv", 2);
        let row = |id: &str, kind, amount: i128, incurred: &str, accrued: i128| Obligation {
            origin: origin.clone(),
            dimension: Dimension::new("IAA", "FETISH", "apparel"),
            obligation_id: id.to_owned(),
            payee: String::new(),
            kind,
            description: String::new(),
            amount: Money::from_cents(amount),
            incurred_date: day(incurred),
            accrued_to_date: Money::from_cents(accrued),
        };
        let part = |id: &str, due: &str, amount: i128| Installment {
            origin: origin.clone(),
            obligation_id: id.to_owned(),
            due_date: day(due),
            amount: Money::from_cents(amount),
            paid_date: Some(day(due)),
        };
        let owed = row("owed", ObligationKind::RoyaltiesOwed, 8_717_179, "2004-04-24", 8_717_179);
        let ended = row("ended", ObligationKind::ContractTermination, 75_000_000, "2004-05-25", 0);
        let on_signing = part("owed", "2004-05-25", 8_717_179);
        let parts = [
            part("ended", "2004-05-25", 25_000_000),
            part("ended", "2004-06-15", 25_000_000),
            part("ended", "2004-08-24", 25_000_000),
        ];
        let parts: Vec<&Installment> = parts.iter().collect();
        let second = quarter("2004-Q2", "2004-02-29", "2004-05-29");
        let owed = measure(&owed, &[&on_signing], Money::ZERO, &second);
        let settled = measure(&ended, &parts, Money::ZERO, &second);
        assert_eq!((owed.incurred + settled.incurred).cents(), 83_717_179);
        assert_eq!((owed.paid + settled.paid).cents(), 33_717_179);
        assert_eq!((owed.closing + settled.closing).cents(), 50_000_000);
        assert_eq!((owed.charge, settled.charge.cents(), settled.non_current), (Money::ZERO, 75_000_000, Money::ZERO));
        let third = quarter("2004-Q3", "2004-05-30", "2004-08-28");
        let paid = measure(&ended, &parts, settled.closing, &third);
        assert_eq!((paid.paid.cents(), paid.closing, paid.change), (50_000_000, Money::ZERO, Money::ZERO));
    }
}
