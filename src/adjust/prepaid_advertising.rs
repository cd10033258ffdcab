//! Prepaid advertising (SOP 93-7, ASC 720-35, ASC 340-10, IAS 38.69-70; interim deferral: APB 28 par. 16).

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::book::Basis;
use crate::book::policies::ProductionAdvertising;
use crate::domain::Money;
use crate::records::{PrepaidContract, Recognition};

/// What earlier packs did to a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// Written off to date.
    pub written_off: Money,
    /// Moved to receivables to date.
    pub moved: Money,
    /// Moved to another brand to date; still prepaid.
    pub transferred: Money,
    /// Earned at the last close.
    pub earned: Money,
}

impl Earlier {
    /// Nothing was done before.
    pub const NOTHING: Self =
        Self { written_off: Money::ZERO, moved: Money::ZERO, transferred: Money::ZERO, earned: Money::ZERO };
}

/// What the book says of every contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub production: ProductionAdvertising,
    /// The basis lets costs that benefit later interim periods of the year be deferred to them (APB 28 par. 16,
    /// ASC 270-10-45-7); the international standards do not (IAS 34.39).
    pub interim_deferral: bool,
}

impl Terms {
    /// The terms of a basis and its policy.
    #[must_use]
    pub const fn new(basis: Basis, production: ProductionAdvertising) -> Self {
        Self { production, interim_deferral: !matches!(basis, Basis::Ifrs) }
    }
}

/// A contract's measurement. Amounts are positive parts of the amount paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    /// Earned to the quarter's end, or to the event.
    pub earned: Money,
    /// Ordinary expense that the books lack (negative: have too much of).
    pub catch_up: Money,
    /// Becomes a receivable in this quarter; below zero the receivable turns out smaller.
    pub moved: Money,
    /// Goes to another brand in this quarter; below zero it comes back.
    pub transferred: Money,
    /// Expensed in this quarter because the advertising will not take place; never reversed.
    pub write_off: Money,
    pub written_off_to_date: Money,
    pub moved_to_date: Money,
    pub transferred_to_date: Money,
    /// Still prepaid, the part that another brand goes on with among it.
    pub closing: Money,
}

/// Refundable and transferable parts together are above what is unearned and not written off, which would be a negative
/// write-off, or the reversal of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExcessRefund {
    /// What is unearned and was not written off by an earlier pack.
    pub left: Money,
}

/// The citation of the rule under a basis and a pattern of recognition.
#[must_use]
pub const fn citation(basis: Basis, recognition: Recognition) -> &'static str {
    match (basis, recognition) {
        (Basis::UsGaap, Recognition::InterimDeferral { .. }) => "ASC 270-10-45-7, ASC 720-35-25-1",
        (Basis::UsGaap, _) => "ASC 720-35-25-1",
        (Basis::UsGaap2004, Recognition::InterimDeferral { .. }) => "APB 28 par. 16, SOP 93-7",
        (Basis::UsGaap2004, _) => "SOP 93-7",
        (Basis::Ifrs, Recognition::InterimDeferral { .. }) => "IAS 34.39, IAS 38.69",
        (Basis::Ifrs, _) => "IAS 38.69-70",
    }
}

/// Advertising above what a licensor requires for a period, which a licence may count towards the next one: an asset
/// only as long as the licence goes on.
#[must_use]
pub fn required_spend_surplus(incurred: Money, required: Money) -> Money {
    (incurred - required).at_least_zero()
}

/// What is earned of a contract at the end of a day.
#[must_use]
pub fn earned(amount: Money, recognition: Recognition, terms: Terms, day: NaiveDate) -> Money {
    let from = |first: NaiveDate| if day >= first { amount } else { Money::ZERO };
    match recognition {
        Recognition::StraightLine { start, end } => by_days(amount, start, end, day),
        Recognition::FirstShowing { day: first, received } => match terms.production {
            ProductionAdvertising::FirstShowing => from(first),
            ProductionAdvertising::AsIncurred => from(received.unwrap_or(first)),
        },
        Recognition::Units { total, delivered } => amount.share(delivered, total),
        Recognition::InterimDeferral { start, last } if terms.interim_deferral => by_days(amount, start, last, day),
        Recognition::InterimDeferral { start, .. } => from(start),
    }
}

/// The part of an amount that its days to a day are of all of its days, both ends counted.
fn by_days(amount: Money, start: NaiveDate, end: NaiveDate, day: NaiveDate) -> Money {
    let through = (day.min(end) - start).num_days() + 1;
    let service = (end - start).num_days() + 1;
    amount.share(Decimal::from(through.max(0)), Decimal::from(service))
}

/// The event that a contract is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnderEvent {
    pub day: NaiveDate,
    /// An earlier pack has measured the contract under the event: what was earned then is all that ever will be.
    pub measured_before: bool,
}

/// Measures a contract at the quarter's end. `event` is its brand's event, where one counts.
///
/// # Errors
/// [`ExcessRefund`] when the event leaves less unearned than the row calls refundable and transferable.
pub fn measure(
    contract: &PrepaidContract,
    terms: Terms,
    event: Option<UnderEvent>,
    quarter_end: NaiveDate,
    earlier: Earlier,
) -> Result<Measurement, ExcessRefund> {
    let day = event.map_or(quarter_end, |event| event.day.min(quarter_end));
    let earned = match (contract.recognition, event) {
        // The register counts units to its own day: those that came after the event are not earned.
        (Recognition::Units { .. }, Some(UnderEvent { measured_before: true, .. })) => earlier.earned,
        (recognition, _) => earned(contract.amount_paid, recognition, terms, day),
    };
    let unearned = contract.amount_paid - earned;
    let kept = contract.refundable + contract.transferable;
    let left = unearned - earlier.written_off;
    if event.is_some() && kept > left.at_least_zero() {
        return Err(ExcessRefund { left });
    }
    let now = |required: Money, before: Money| if event.is_some() { required - before } else { Money::ZERO };
    let write_off = now(unearned - kept, earlier.written_off).at_least_zero();
    let moved = now(contract.refundable, earlier.moved);
    let transferred = now(contract.transferable, earlier.transferred);
    let written_off_to_date = earlier.written_off + write_off;
    let moved_to_date = earlier.moved + moved;
    Ok(Measurement {
        earned,
        catch_up: earned - contract.expensed_to_date,
        moved,
        transferred,
        write_off,
        written_off_to_date,
        moved_to_date,
        transferred_to_date: earlier.transferred + transferred,
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

    const US: Terms = Terms::new(Basis::UsGaap2004, ProductionAdvertising::FirstShowing);
    const AS_INCURRED: Terms = Terms::new(Basis::Ifrs, ProductionAdvertising::AsIncurred);

    fn ended(day_of_event: &str) -> Option<UnderEvent> {
        Some(UnderEvent { day: day(day_of_event), measured_before: false })
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
            transfer_to: None,
        }
    }

    /// A year's service from January to December 2004: 366 days, both ends counted; 147 of them to May 26.
    #[test]
    fn straight_line_counts_both_ends() {
        let service = Recognition::StraightLine { start: day("2004-01-01"), end: day("2004-12-31") };
        let paid = Money::from_cents(3_660_000);
        assert_eq!(earned(paid, service, US, day("2003-12-31")), Money::ZERO);
        assert_eq!(earned(paid, service, US, day("2004-01-01")).cents(), 10_000);
        assert_eq!(earned(paid, service, US, day("2004-05-26")).cents(), 1_470_000);
        assert_eq!(earned(paid, service, US, day("2005-03-01")), paid);
    }

    #[test]
    fn the_event_writes_off_what_is_left_once() {
        let row = contract(Recognition::StraightLine { start: day("2004-01-01"), end: day("2004-12-31") });
        let event = ended("2004-05-26");
        let first = measure(&row, US, event, day("2004-05-29"), Earlier::NOTHING).expect("the parts fit");
        assert_eq!(first.catch_up.cents(), 470_000);
        assert_eq!(first.write_off.cents(), 1_890_000);
        assert_eq!((first.moved.cents(), first.closing.cents()), (100_000, 200_000));
        assert_eq!((first.transferred.cents(), first.transferred_to_date.cents()), (200_000, 200_000));
        let earlier = Earlier {
            written_off: first.written_off_to_date,
            moved: first.moved_to_date,
            transferred: first.transferred_to_date,
            earned: first.earned,
        };
        let second = measure(&row, US, event, day("2004-08-28"), earlier).expect("the parts fit");
        assert_eq!((second.write_off, second.moved, second.closing), (Money::ZERO, Money::ZERO, first.closing));
        assert_eq!((second.transferred, second.transferred_to_date.cents()), (Money::ZERO, 200_000));
    }

    #[test]
    fn first_showing_and_units() {
        let first = Recognition::FirstShowing { day: day("2004-06-01"), received: None };
        let paid = Money::from_cents(10_000);
        assert_eq!(earned(paid, first, US, day("2004-05-31")), Money::ZERO);
        assert_eq!(earned(paid, first, US, day("2004-06-01")), paid);
        let units = Recognition::Units { total: 3.into(), delivered: 1.into() };
        assert_eq!(earned(paid, units, US, day("2004-06-01")).cents(), 3_333);
    }

    #[test]
    fn more_refundable_than_unearned_is_a_fault() {
        let mut row = contract(Recognition::FirstShowing { day: day("2004-04-01"), received: None });
        row.transferable = Money::ZERO;
        let found = measure(&row, US, ended("2004-05-26"), day("2004-05-29"), Earlier::NOTHING);
        assert_eq!(found, Err(ExcessRefund { left: Money::ZERO }));
    }

    #[test]
    fn as_incurred_the_service_counts_and_not_the_showing() {
        let spot = Recognition::FirstShowing { day: day("2004-08-30"), received: Some(day("2004-05-10")) };
        let paid = Money::from_cents(10_000);
        assert_eq!(earned(paid, spot, AS_INCURRED, day("2004-05-09")), Money::ZERO);
        assert_eq!(earned(paid, spot, AS_INCURRED, day("2004-05-10")), paid);
        assert_eq!(earned(paid, spot, US, day("2004-05-10")), Money::ZERO);
    }

    /// A cost that benefits the rest of the fiscal year is spread to its end and never past it.
    #[test]
    fn an_interim_deferral_ends_with_its_year_or_by_the_event() {
        let deferral = Recognition::InterimDeferral { start: day("2004-05-01"), last: day("2004-05-10") };
        let paid = Money::from_cents(10_000);
        assert_eq!(earned(paid, deferral, US, day("2004-04-30")), Money::ZERO);
        assert_eq!(earned(paid, deferral, US, day("2004-05-03")).cents(), 3_000);
        assert_eq!(earned(paid, deferral, US, day("2004-05-10")), paid);
        assert_eq!(earned(paid, deferral, AS_INCURRED, day("2004-05-01")), paid);
        let mut row = contract(deferral);
        (row.refundable, row.transferable) = (Money::ZERO, Money::ZERO);
        row.expensed_to_date = Money::from_cents(1_098_000);
        let ended = measure(&row, US, ended("2004-05-03"), day("2004-05-29"), Earlier::NOTHING).expect("it fits");
        assert_eq!((ended.write_off.cents(), ended.closing), (2_562_000, Money::ZERO));
    }

    /// 1,047,474 incurred to 2003-11-29 against 953,458 required for the first annual period.
    #[test]
    fn the_surplus_over_the_required_spend() {
        let dollars = |whole: i128| Money::from_cents(whole * 100);
        assert_eq!(required_spend_surplus(dollars(1_047_474), dollars(953_458)), dollars(94_016));
        assert_eq!(required_spend_surplus(dollars(1), dollars(2)), Money::ZERO);
    }

    /// What was written off more than is required now stays written off.
    #[test]
    fn a_write_off_is_never_reversed() {
        let row = contract(Recognition::StraightLine { start: day("2004-01-01"), end: day("2004-12-31") });
        let earlier = Earlier { written_off: Money::from_cents(1_890_000), ..Earlier::NOTHING };
        let event = ended("2004-05-26");
        let found = measure(&row, US, event, day("2004-08-28"), earlier).expect("it fits");
        assert_eq!((found.write_off, found.written_off_to_date.cents()), (Money::ZERO, 1_890_000));
        let mut more = row.clone();
        more.refundable += Money::from_cents(1);
        let refused = Err(ExcessRefund { left: Money::from_cents(300_000) });
        assert_eq!(measure(&more, US, event, day("2004-08-28"), earlier), refused);
        let ordinary = measure(&row, US, None, day("2004-08-28"), Earlier::NOTHING).expect("no event");
        assert_eq!((ordinary.write_off, ordinary.moved, ordinary.transferred), (Money::ZERO, Money::ZERO, Money::ZERO));
    }

    /// The event requires 18,900.00 written off, 1,000.00 moved and 2,000.00 transferred; a part of each was done before.
    #[test]
    fn a_quarter_takes_what_earlier_ones_left() {
        let row = contract(Recognition::StraightLine { start: day("2004-01-01"), end: day("2004-12-31") });
        let cents = Money::from_cents;
        let earlier = Earlier {
            written_off: cents(100_000),
            moved: cents(40_000),
            transferred: cents(50_000),
            ..Earlier::NOTHING
        };
        let event = ended("2004-05-26");
        let found = measure(&row, US, event, day("2004-08-28"), earlier).expect("the parts fit");
        let expected = Measurement {
            earned: cents(1_470_000),
            catch_up: cents(470_000),
            moved: cents(60_000),
            transferred: cents(150_000),
            write_off: cents(1_790_000),
            written_off_to_date: cents(1_890_000),
            moved_to_date: cents(100_000),
            transferred_to_date: cents(200_000),
            closing: cents(200_000),
        };
        assert_eq!(found, expected);
        // Without an event nothing more is done, and what was done stays: 244 of 366 days are earned.
        let ordinary = measure(&row, US, None, day("2004-08-31"), earlier).expect("no event");
        let expected = Measurement {
            earned: cents(2_440_000),
            catch_up: cents(1_440_000),
            moved: Money::ZERO,
            transferred: Money::ZERO,
            write_off: Money::ZERO,
            written_off_to_date: cents(100_000),
            moved_to_date: cents(40_000),
            transferred_to_date: cents(50_000),
            closing: cents(1_080_000),
        };
        assert_eq!(ordinary, expected);
    }

    #[test]
    fn all_that_is_unearned_may_be_refundable_and_transferable() {
        let mut row = contract(Recognition::StraightLine { start: day("2004-01-01"), end: day("2004-12-31") });
        row.refundable = Money::from_cents(1_990_000);
        let event = ended("2004-05-26");
        let found = measure(&row, US, event, day("2004-05-29"), Earlier::NOTHING).expect("21,900.00 are unearned");
        assert_eq!((found.write_off, found.moved.cents(), found.closing.cents()), (Money::ZERO, 1_990_000, 200_000));
    }

    /// What a contract calls refundable matters once its brand ends, not before.
    #[test]
    fn without_an_event_nothing_is_asked_of_the_refund() {
        let row = contract(Recognition::FirstShowing { day: day("2004-04-01"), received: None });
        let found = measure(&row, US, None, day("2004-05-29"), Earlier::NOTHING).expect("no event");
        assert_eq!((found.earned.cents(), found.closing), (3_660_000, Money::ZERO));
    }

    /// An event stops the clock, and a quarter that ends before its service started has earned nothing.
    #[test]
    fn service_is_earned_to_the_event_at_most() {
        let row = contract(Recognition::StraightLine { start: day("2004-01-01"), end: day("2004-12-31") });
        let earned = |event: &str, end: &str| {
            let found = measure(&row, US, ended(event), day(end), Earlier::NOTHING);
            found.expect("the parts fit").earned.cents()
        };
        assert_eq!(earned("2004-05-26", "2004-11-27"), 1_470_000);
        assert_eq!(earned("2003-12-15", "2004-05-29"), 0);
    }

    #[test]
    fn each_basis_cites_its_own_literature_and_the_interim_rule_for_a_deferral() {
        let day = day("2004-01-01");
        let plain = Recognition::StraightLine { start: day, end: day };
        let deferral = Recognition::InterimDeferral { start: day, last: day };
        for (basis, advertising, interim) in [
            (Basis::UsGaap, "ASC 720-35", "ASC 270-10-45"),
            (Basis::UsGaap2004, "SOP 93-7", "APB 28"),
            (Basis::Ifrs, "IAS 38.69", "IAS 34.39"),
        ] {
            assert!(citation(basis, plain).starts_with(advertising));
            assert!(citation(basis, deferral).starts_with(interim));
            assert!(citation(basis, deferral).contains(advertising), "a deferral ends under the ordinary rule");
        }
    }

    /// Half of the units were delivered by the event; what a later register shows is not earned.
    #[test]
    fn units_that_come_after_the_event_are_not_earned() {
        let delivered = |units: i64| contract(Recognition::Units { total: 100.into(), delivered: units.into() });
        let first =
            measure(&delivered(50), US, ended("2004-05-26"), day("2004-05-29"), Earlier::NOTHING).expect("it fits");
        assert_eq!((first.earned.cents(), first.write_off.cents()), (1_830_000, 1_530_000));
        let earlier = Earlier {
            written_off: first.written_off_to_date,
            moved: first.moved_to_date,
            transferred: first.transferred_to_date,
            earned: first.earned,
        };
        let event = Some(UnderEvent { day: day("2004-05-26"), measured_before: true });
        let later = measure(&delivered(80), US, event, day("2004-08-28"), earlier).expect("it fits");
        assert_eq!((later.earned, later.write_off, later.closing), (first.earned, Money::ZERO, first.closing));
    }

    /// The refund turns out 4.00 smaller: the receivable gives it back, and it is written off.
    #[test]
    fn a_smaller_refund_comes_back_and_is_written_off() {
        let mut row = contract(Recognition::StraightLine { start: day("2004-01-01"), end: day("2004-12-31") });
        let first = measure(&row, US, ended("2004-05-26"), day("2004-05-29"), Earlier::NOTHING).expect("it fits");
        row.refundable -= Money::from_cents(400);
        row.transferable -= Money::from_cents(50);
        let earlier = Earlier {
            written_off: first.written_off_to_date,
            moved: first.moved_to_date,
            transferred: first.transferred_to_date,
            earned: first.earned,
        };
        let later = measure(&row, US, ended("2004-05-26"), day("2004-08-28"), earlier).expect("it fits");
        assert_eq!((later.moved.cents(), later.transferred.cents(), later.write_off.cents()), (-400, -50, 450));
        assert_eq!(later.closing, first.closing - Money::from_cents(50));
    }
}
