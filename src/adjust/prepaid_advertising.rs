//! Prepaid advertising (SOP 93-7, ASC 720-35, ASC 340-10).

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::book::Basis;
use crate::domain::Money;
use crate::records::{PrepaidContract, Recognition};

/// What earlier packs did to a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// Written off to date.
    pub written_off: Money,
    /// Moved to receivables to date.
    pub moved: Money,
}

impl Earlier {
    /// Nothing was done before.
    pub const NOTHING: Self = Self { written_off: Money::ZERO, moved: Money::ZERO };
}

/// A contract's measurement. Amounts are positive parts of the amount paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    /// Earned to the quarter's end, or to the event.
    pub earned: Money,
    /// Ordinary expense that the books lack (negative: have too much of).
    pub catch_up: Money,
    /// Becomes a receivable in this quarter.
    pub moved: Money,
    /// Expensed in this quarter because the advertising will not take place; never reversed.
    pub write_off: Money,
    pub written_off_to_date: Money,
    pub moved_to_date: Money,
    /// Still prepaid.
    pub closing: Money,
}

/// Refundable and transferable parts together are above what is unearned, which would be a negative write-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExcessRefund {
    pub unearned: Money,
}

/// The citation of the rule under a basis.
#[must_use]
pub const fn citation(basis: Basis) -> &'static str {
    match basis {
        Basis::UsGaap => "ASC 720-35-25-1",
        Basis::UsGaap2004 => "SOP 93-7",
    }
}

/// What is earned of a contract at the end of a day.
#[must_use]
pub fn earned(amount: Money, recognition: Recognition, day: NaiveDate) -> Money {
    match recognition {
        Recognition::StraightLine { start, end } => {
            let through = (day.min(end) - start).num_days() + 1;
            let service = (end - start).num_days() + 1;
            amount.share(Decimal::from(through.max(0)), Decimal::from(service))
        }
        Recognition::FirstShowing { day: first } => {
            if day >= first {
                amount
            } else {
                Money::ZERO
            }
        }
        Recognition::Units { total, delivered } => amount.share(delivered, total),
    }
}

/// Measures a contract at the quarter's end. `event` is the day of its brand's event, where one counts.
///
/// # Errors
/// [`ExcessRefund`] when the event leaves less unearned than the row calls refundable and transferable.
pub fn measure(
    contract: &PrepaidContract,
    event: Option<NaiveDate>,
    quarter_end: NaiveDate,
    earlier: Earlier,
) -> Result<Measurement, ExcessRefund> {
    let day = event.map_or(quarter_end, |event| event.min(quarter_end));
    let earned = earned(contract.amount_paid, contract.recognition, day);
    let unearned = contract.amount_paid - earned;
    let kept = contract.refundable + contract.transferable;
    if event.is_some() && kept > unearned {
        return Err(ExcessRefund { unearned });
    }
    let (write_off, moved) = if event.is_some() {
        let write_off = (unearned - kept - earlier.written_off).at_least_zero();
        (write_off, (contract.refundable - earlier.moved).at_least_zero())
    } else {
        (Money::ZERO, Money::ZERO)
    };
    let written_off_to_date = earlier.written_off + write_off;
    let moved_to_date = earlier.moved + moved;
    Ok(Measurement {
        earned,
        catch_up: earned - contract.expensed_to_date,
        moved,
        write_off,
        written_off_to_date,
        moved_to_date,
        closing: unearned - written_off_to_date - moved_to_date,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;
    use crate::domain::Dimension;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of this test")
    }

    fn contract(recognition: Recognition) -> PrepaidContract {
        PrepaidContract {
            origin: Place::line("prepaid_advertising.csv", 2),
            dimension: Dimension::new("E", "B", "S"),
            contract_id: "C".to_owned(),
            vendor: String::new(),
            description: String::new(),
            amount_paid: Money::from_cents(3_660_000),
            recognition,
            expensed_to_date: Money::from_cents(1_000_000),
            refundable: Money::from_cents(100_000),
            transferable: Money::from_cents(200_000),
        }
    }

    /// A year's service from January to December 2004: 366 days, both ends counted; 147 of them to May 26.
    #[test]
    fn straight_line_counts_both_ends() {
        let service = Recognition::StraightLine { start: day("2004-01-01"), end: day("2004-12-31") };
        let paid = Money::from_cents(3_660_000);
        assert_eq!(earned(paid, service, day("2003-12-31")), Money::ZERO);
        assert_eq!(earned(paid, service, day("2004-01-01")).cents(), 10_000);
        assert_eq!(earned(paid, service, day("2004-05-26")).cents(), 1_470_000);
        assert_eq!(earned(paid, service, day("2005-03-01")), paid);
    }

    #[test]
    fn the_event_writes_off_what_is_left_once() {
        let row = contract(Recognition::StraightLine { start: day("2004-01-01"), end: day("2004-12-31") });
        let event = Some(day("2004-05-26"));
        let first = measure(&row, event, day("2004-05-29"), Earlier::NOTHING).expect("the parts fit");
        assert_eq!(first.catch_up.cents(), 470_000);
        assert_eq!(first.write_off.cents(), 1_890_000);
        assert_eq!((first.moved.cents(), first.closing.cents()), (100_000, 200_000));
        let earlier = Earlier { written_off: first.written_off_to_date, moved: first.moved_to_date };
        let second = measure(&row, event, day("2004-08-28"), earlier).expect("the parts fit");
        assert_eq!((second.write_off, second.moved, second.closing), (Money::ZERO, Money::ZERO, first.closing));
    }

    #[test]
    fn first_showing_and_units() {
        let first = Recognition::FirstShowing { day: day("2004-06-01") };
        let paid = Money::from_cents(10_000);
        assert_eq!(earned(paid, first, day("2004-05-31")), Money::ZERO);
        assert_eq!(earned(paid, first, day("2004-06-01")), paid);
        let units = Recognition::Units { total: 3.into(), delivered: 1.into() };
        assert_eq!(earned(paid, units, day("2004-06-01")).cents(), 3_333);
    }

    #[test]
    fn more_refundable_than_unearned_is_a_fault() {
        let mut row = contract(Recognition::FirstShowing { day: day("2004-04-01") });
        row.transferable = Money::ZERO;
        let found = measure(&row, Some(day("2004-05-26")), day("2004-05-29"), Earlier::NOTHING);
        assert_eq!(found, Err(ExcessRefund { unearned: Money::ZERO }));
    }
}
