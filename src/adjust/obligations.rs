//! Obligations of an exit (SFAS 146, ASC 420-10, IAS 37; severance also IAS 19.165).

use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;

use crate::book::{Basis, Policies};
use crate::domain::{Money, Quarter};
use crate::records::{Installment, Obligation, ObligationKind};

/// What the book says of every obligation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Severance of employees who must serve for longer than this many days is spread over their service
    /// (SFAS 146 par. 11, ASC 420-10-25-6 to 25-9); nothing spreads every service (IAS 19.165).
    pub minimum_retention_days: Option<u32>,
}

impl Terms {
    /// The terms of a book's policies.
    #[must_use]
    pub fn new(policies: &Policies) -> Self {
        let minimum_retention_days = match policies.basis {
            Basis::Ifrs => None,
            Basis::UsGaap | Basis::UsGaap2004 => Some(policies.minimum_retention_days),
        };
        Self { minimum_retention_days }
    }
}

/// What the prior pack says of an obligation; nothing for a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opening {
    pub closing: Option<Money>,
    pub non_current: Option<Money>,
    pub paid_to_date: Option<Money>,
    /// Net sales of the sell-off to date, for a buyout that is deferred over it.
    pub sold_to_date: Option<Money>,
    /// Still deferred.
    pub deferred: Option<Money>,
}

/// An obligation's measurement and roll-forward; all amounts are positive liabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    pub opening: Money,
    /// Incurred in this quarter.
    pub incurred: Money,
    /// Paid since the last close.
    pub paid: Money,
    /// Changes of estimate.
    pub change: Money,
    pub closing: Money,
    /// Due within twelve months of the quarter's end.
    pub current: Money,
    pub non_current: Money,
    /// What goes from current to non-current in this quarter; below zero it comes back.
    pub reclassified: Money,
    /// Incurred to date.
    pub incurred_to_date: Money,
    /// Incurred to date less accrued to date: what the books lack.
    pub charge: Money,
    pub paid_to_date: Money,
    /// Accrued to date less paid to date: what the books carry.
    pub carried: Money,
    /// A guarantee's amount: noted, not recognised.
    pub noted: Money,
}

/// The citation of the rule under a basis.
#[must_use]
pub const fn citation(basis: Basis, kind: ObligationKind) -> &'static str {
    match (basis, kind) {
        (Basis::UsGaap, ObligationKind::RoyaltiesOwed) => "ASC 450-20-25-2",
        (Basis::UsGaap2004, ObligationKind::RoyaltiesOwed) => "SFAS 5 par. 8",
        (Basis::UsGaap, ObligationKind::Severance) => "ASC 420-10-25-4 to 25-9",
        (Basis::UsGaap, ObligationKind::Guarantee) => "ASC 460-10-50-4",
        (Basis::UsGaap, _) => "ASC 420-10-25",
        (Basis::UsGaap2004, ObligationKind::Severance) => "SFAS 146 par. 8-11",
        (Basis::UsGaap2004, ObligationKind::Guarantee) => "FIN 45 par. 13",
        (Basis::UsGaap2004, _) => "SFAS 146",
        (Basis::Ifrs, ObligationKind::Severance) => "IAS 19.165",
        (Basis::Ifrs, ObligationKind::Guarantee) => "IAS 37.86",
        (Basis::Ifrs, _) => "IAS 37.14",
    }
}

/// The citation of the split between current and non-current under a basis.
#[must_use]
pub const fn classification_citation(basis: Basis) -> &'static str {
    match basis {
        Basis::UsGaap => "ASC 210-10-45",
        Basis::UsGaap2004 => "ARB 43 ch. 3A",
        Basis::Ifrs => "IAS 1.69",
    }
}

/// What is incurred of an obligation at the end of a day.
///
/// A contract termination is incurred when the agreement is signed, which is the row's `incurred_date`. Severance is
/// incurred when it is communicated, or over the service that employees must give for it where that is longer than
/// the minimum retention period. A guarantee is noted only.
#[must_use]
pub fn incurred_to(obligation: &Obligation, terms: Terms, day: NaiveDate) -> Money {
    let first = obligation.incurred_date;
    if obligation.kind == ObligationKind::Guarantee || day < first {
        return Money::ZERO;
    }
    let days = |to: NaiveDate| (to - first).num_days();
    let spread = obligation
        .service_end
        .filter(|end| terms.minimum_retention_days.is_none_or(|minimum| days(*end) > i64::from(minimum)));
    match (obligation.kind, spread) {
        (ObligationKind::Severance, Some(end)) => {
            obligation.amount.share(Decimal::from(days(day.min(end)) + 1), Decimal::from(days(end) + 1))
        }
        _ => obligation.amount,
    }
}

/// Measures an obligation at the quarter's end.
#[must_use]
pub fn measure(
    obligation: &Obligation,
    installments: &[&Installment],
    opening: Opening,
    terms: Terms,
    quarter: &Quarter,
) -> Measurement {
    let incurred_to_date = incurred_to(obligation, terms, quarter.end);
    let before = quarter.start.checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN);
    let incurred = incurred_to_date - incurred_to(obligation, terms, before);
    let sum = |takes: &dyn Fn(&Installment) -> bool| -> Money {
        installments.iter().filter(|part| takes(part)).map(|part| part.amount).sum()
    };
    let paid_to_date = sum(&|part| part.paid_date.is_some_and(|paid| paid <= quarter.end));
    // A payment that is recorded late was made since the last close as the books see it, and changes no estimate.
    let paid = match opening.paid_to_date {
        Some(before) => paid_to_date - before,
        None => sum(&|part| part.paid_date.is_some_and(|paid| quarter.contains(paid))),
    };
    let closing = incurred_to_date - paid_to_date;
    let horizon = quarter.end.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX);
    let open = |part: &Installment| part.paid_date.is_none_or(|paid| paid > quarter.end);
    let later = sum(&|part| open(part) && part.due_date > horizon);
    let non_current = later.min(closing.at_least_zero());
    let opened = opening.closing.unwrap_or(Money::ZERO);
    let noted = if obligation.kind == ObligationKind::Guarantee { obligation.amount } else { Money::ZERO };
    Measurement {
        opening: opened,
        incurred,
        paid,
        change: closing - (opened + incurred - paid),
        closing,
        current: closing - non_current,
        non_current,
        reclassified: non_current - opening.non_current.unwrap_or(Money::ZERO),
        incurred_to_date,
        charge: incurred_to_date - obligation.accrued_to_date,
        paid_to_date,
        carried: obligation.accrued_to_date - paid_to_date,
        noted,
    }
}

/// What stands in the place of a citation for a deferred buyout: no standard asks for it.
pub const BUYOUT_CHOICE: &str = "policy royalty_buyout";

/// The part of a royalty buyout that its royalty-free sell-off has still to earn: the amount by the sales that are
/// expected, over all sales of the sell-off. Nothing once none are expected.
///
/// The strict reading of a payment that also buys a sell-off without royalty; a choice of policy, not a rule of a
/// standard.
#[must_use]
pub fn deferred_buyout(incurred_to_date: Money, sold_to_date: Money, expected_sales: Money) -> Money {
    let sales = sold_to_date + expected_sales;
    incurred_to_date.share(expected_sales.to_decimal(), sales.to_decimal())
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

    const US: Terms = Terms { minimum_retention_days: Some(60) };
    const IFRS: Terms = Terms { minimum_retention_days: None };

    /// What the next quarter opens with.
    fn after(found: &Measurement) -> Opening {
        Opening {
            closing: Some(found.closing),
            non_current: Some(found.non_current),
            paid_to_date: Some(found.paid_to_date),
            ..Opening::default()
        }
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
            service_end: None,
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
        let owed = measure(&owed, &[&on_signing], Opening::default(), US, &second);
        let settled = measure(&ended, &parts, Opening::default(), US, &second);
        assert_eq!((owed.incurred + settled.incurred).cents(), 83_717_179);
        assert_eq!((owed.paid + settled.paid).cents(), 33_717_179);
        assert_eq!((owed.closing + settled.closing).cents(), 50_000_000);
        assert_eq!((owed.charge, settled.charge.cents(), settled.non_current), (Money::ZERO, 75_000_000, Money::ZERO));
        let third = quarter("2004-Q3", "2004-05-30", "2004-08-28");
        let paid = measure(&ended, &parts, after(&settled), US, &third);
        assert_eq!((paid.paid.cents(), paid.closing, paid.change), (50_000_000, Money::ZERO, Money::ZERO));
    }

    fn severance(service_end: Option<&str>) -> Obligation {
        Obligation {
            origin: Place::line("obligations.csv", 2),
            dimension: Dimension::new("IAA", "FETISH", "apparel"),
            obligation_id: "SEVERANCE".to_owned(),
            payee: String::new(),
            kind: ObligationKind::Severance,
            description: String::new(),
            amount: Money::from_cents(9_000_000),
            incurred_date: day("2004-05-26"),
            service_end: service_end.map(day),
            accrued_to_date: Money::ZERO,
        }
    }

    /// Benefits of employees who stay 90 days are spread over them; of those who stay 60 they are incurred at once.
    #[test]
    fn severance_is_spread_over_a_long_service_only() {
        let to = |row: &Obligation, terms, at| incurred_to(row, terms, day(at)).cents();
        let long = severance(Some("2004-08-23"));
        assert_eq!(to(&long, US, "2004-05-25"), 0);
        assert_eq!(to(&long, US, "2004-05-26"), 100_000);
        assert_eq!(to(&long, US, "2004-05-29"), 400_000);
        assert_eq!(to(&long, US, "2005-05-29"), 9_000_000);
        let sixty_days_on = severance(Some("2004-07-25"));
        assert_eq!(to(&sixty_days_on, US, "2004-05-29"), 9_000_000);
        assert_eq!(to(&sixty_days_on, IFRS, "2004-05-29"), 590_164);
        assert_eq!(to(&severance(Some("2004-07-26")), US, "2004-05-29"), 580_645);
        assert_eq!(to(&severance(None), IFRS, "2004-05-29"), 9_000_000);
    }

    #[test]
    fn spread_severance_rolls_forward() {
        let long = severance(Some("2004-08-23"));
        let second = measure(&long, &[], Opening::default(), US, &quarter("2004-Q2", "2004-02-29", "2004-05-29"));
        let third = measure(&long, &[], after(&second), US, &quarter("2004-Q3", "2004-05-30", "2004-08-28"));
        assert_eq!((second.incurred.cents(), third.incurred.cents()), (400_000, 8_600_000));
        assert_eq!((third.opening.cents(), third.change, third.closing.cents()), (400_000, Money::ZERO, 9_000_000));
    }

    #[test]
    fn a_guarantee_is_noted_only() {
        let mut row = severance(None);
        row.kind = ObligationKind::Guarantee;
        let found = measure(&row, &[], Opening::default(), US, &quarter("2004-Q2", "2004-02-29", "2004-05-29"));
        assert_eq!((found.noted.cents(), found.closing, found.charge), (9_000_000, Money::ZERO, Money::ZERO));
    }

    /// What is due after a year goes to non-current, and comes back as its day draws near.
    #[test]
    fn what_is_due_after_a_year_is_non_current_until_it_is_near() {
        let row = severance(None);
        let part = |due: &str, amount: i128| Installment {
            origin: Place::line("installments.csv", 2),
            obligation_id: "SEVERANCE".to_owned(),
            due_date: day(due),
            amount: Money::from_cents(amount),
            paid_date: None,
        };
        let parts = [part("2005-05-29", 3_000_000), part("2005-05-30", 6_000_000)];
        let parts: Vec<&Installment> = parts.iter().collect();
        let second = measure(&row, &parts, Opening::default(), US, &quarter("2004-Q2", "2004-02-29", "2004-05-29"));
        assert_eq!((second.current.cents(), second.non_current.cents()), (3_000_000, 6_000_000));
        assert_eq!(second.reclassified.cents(), 6_000_000);
        let third = measure(&row, &parts, after(&second), US, &quarter("2004-Q3", "2004-05-30", "2004-08-28"));
        assert_eq!((third.non_current, third.reclassified.cents()), (Money::ZERO, -6_000_000));
    }

    #[test]
    fn a_buyout_is_deferred_by_the_sales_that_are_still_expected() {
        let dollars = |whole: i128| Money::from_cents(whole * 100);
        assert_eq!(deferred_buyout(dollars(750_000), dollars(0), dollars(500_000)), dollars(750_000));
        assert_eq!(deferred_buyout(dollars(750_000), dollars(200_000), dollars(300_000)), dollars(450_000));
        assert_eq!(deferred_buyout(dollars(750_000), dollars(500_000), dollars(0)), Money::ZERO);
        assert_eq!(deferred_buyout(dollars(750_000), dollars(0), dollars(0)), Money::ZERO);
    }

    fn part(due: &str, paid: Option<&str>, amount: i128) -> Installment {
        Installment {
            origin: Place::line("installments.csv", 2),
            obligation_id: "ENDED".to_owned(),
            due_date: day(due),
            amount: Money::from_cents(amount),
            paid_date: paid.map(day),
        }
    }

    /// 1,000.00 incurred in the quarter, 300.00 of it accrued, 50.00 paid before the quarter and 200.00 in it; 160.00
    /// are open and due after a year. The last close showed 40.00.
    #[test]
    fn an_obligation_rolls_forward_beside_what_the_books_carry() {
        let mut row = severance(None);
        (row.kind, row.amount) = (ObligationKind::ContractTermination, Money::from_cents(100_000));
        row.accrued_to_date = Money::from_cents(30_000);
        let parts = [
            part("2004-02-28", Some("2004-02-28"), 5_000),
            part("2004-05-29", Some("2004-02-29"), 2_000),
            part("2005-12-31", Some("2004-05-29"), 18_000),
            part("2005-05-30", Some("2004-05-30"), 7_000),
            part("2006-05-29", None, 9_000),
            part("2005-05-29", None, 59_000),
        ];
        let parts: Vec<&Installment> = parts.iter().collect();
        let cents = Money::from_cents;
        let opening = Opening { closing: Some(cents(4_000)), non_current: Some(cents(1_000)), ..Opening::default() };
        let found = measure(&row, &parts, opening, US, &quarter("2004-Q2", "2004-02-29", "2004-05-29"));
        let expected = Measurement {
            opening: cents(4_000),
            incurred: cents(100_000),
            paid: cents(20_000),
            change: cents(-9_000),
            closing: cents(75_000),
            current: cents(59_000),
            non_current: cents(16_000),
            reclassified: cents(15_000),
            incurred_to_date: cents(100_000),
            charge: cents(70_000),
            paid_to_date: cents(25_000),
            carried: cents(5_000),
            noted: Money::ZERO,
        };
        assert_eq!(found, expected);
    }

    /// Installments above what is still owed do not make more of it non-current, and a prepayment is current.
    #[test]
    fn no_more_is_non_current_than_is_owed() {
        let mut row = severance(None);
        row.amount = Money::from_cents(10_000);
        let second = quarter("2004-Q2", "2004-02-29", "2004-05-29");
        let measured = |parts: &[Installment]| {
            let parts: Vec<&Installment> = parts.iter().collect();
            let found = measure(&row, &parts, Opening::default(), US, &second);
            [found.closing, found.current, found.non_current].map(Money::cents)
        };
        assert_eq!(measured(&[part("2006-01-01", None, 15_000)]), [10_000, 0, 10_000]);
        let overpaid = [part("2004-05-27", Some("2004-05-27"), 12_000), part("2006-01-01", None, 3_000)];
        assert_eq!(measured(&overpaid), [-2_000, -2_000, 0]);
    }

    /// Only employees serve for what they are owed.
    #[test]
    fn a_termination_is_incurred_at_once_whatever_its_service() {
        let mut row = severance(Some("2004-08-23"));
        row.kind = ObligationKind::ContractTermination;
        assert_eq!(incurred_to(&row, IFRS, day("2004-05-26")).cents(), 9_000_000);
        assert_eq!(incurred_to(&row, IFRS, day("2004-05-25")), Money::ZERO);
    }

    #[test]
    fn the_international_standards_know_no_minimum_retention() {
        let mut policies = Policies { minimum_retention_days: 45, ..Policies::without_choosing() };
        assert_eq!(Terms::new(&policies), Terms { minimum_retention_days: Some(45) });
        policies.basis = Basis::UsGaap2004;
        assert_eq!(Terms::new(&policies), Terms { minimum_retention_days: Some(45) });
        policies.basis = Basis::Ifrs;
        assert_eq!(Terms::new(&policies), IFRS);
    }

    /// Severance, guarantees and royalties on sales that were made have rules of their own; what ends a contract has the
    /// general one.
    #[test]
    fn each_basis_cites_its_own_literature_by_kind() {
        use ObligationKind::{ContractTermination, Guarantee, RoyaltiesOwed, Severance};
        for (basis, general, royalties, severance, guarantee) in [
            (Basis::UsGaap, "ASC 420-10-25", "ASC 450-20-25-2", "ASC 420-10-25-4", "ASC 460-10-50"),
            (Basis::UsGaap2004, "SFAS 146", "SFAS 5 par. 8", "SFAS 146 par. 8", "FIN 45"),
            (Basis::Ifrs, "IAS 37.14", "IAS 37.14", "IAS 19.165", "IAS 37.86"),
        ] {
            assert_eq!([ContractTermination, RoyaltiesOwed].map(|kind| citation(basis, kind)), [general, royalties]);
            assert!(citation(basis, Severance).starts_with(severance));
            assert!(citation(basis, Guarantee).starts_with(guarantee));
        }
    }

    #[test]
    fn the_split_by_due_date_has_its_own_literature() {
        let cited = [Basis::UsGaap, Basis::UsGaap2004, Basis::Ifrs].map(classification_citation);
        assert_eq!(cited, ["ASC 210-10-45", "ARB 43 ch. 3A", "IAS 1.69"]);
    }

    /// A payment of May that the register shows in August only: paid then, and no change of estimate.
    #[test]
    fn a_payment_recorded_late_changes_no_estimate() {
        let row = severance(None);
        let part = |paid: Option<&str>| Installment {
            origin: Place::line("installments.csv", 2),
            obligation_id: "SEVERANCE".to_owned(),
            due_date: day("2004-05-28"),
            amount: Money::from_cents(9_000_000),
            paid_date: paid.map(day),
        };
        let (open, paid) = (part(None), part(Some("2004-05-28")));
        let second = measure(&row, &[&open], Opening::default(), US, &quarter("2004-Q2", "2004-02-29", "2004-05-29"));
        let third = measure(&row, &[&paid], after(&second), US, &quarter("2004-Q3", "2004-05-30", "2004-08-28"));
        assert_eq!((second.paid, second.closing.cents()), (Money::ZERO, 9_000_000));
        assert_eq!((third.paid.cents(), third.change, third.closing), (9_000_000, Money::ZERO, Money::ZERO));
    }
}
