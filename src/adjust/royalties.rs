//! A royalty that runs on net sales to its end date (the licence's own terms; accrued under SFAS 5 par. 8, ASC 450-20,
//! IAS 37.14).

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::book::Basis;
use crate::domain::{Money, Quarter};

/// The citation of the accrual under a basis.
#[must_use]
pub const fn citation(basis: Basis) -> &'static str {
    match basis {
        Basis::UsGaap => "ASC 450-20-25-2",
        Basis::UsGaap2004 => "SFAS 5 par. 8",
        Basis::Ifrs => "IAS 37.14",
    }
}

/// The days of a quarter whose sales owe the royalty, both counted in; none when it starts after or ended before.
#[must_use]
pub fn period(start: Option<NaiveDate>, end: Option<NaiveDate>, quarter: &Quarter) -> Option<(NaiveDate, NaiveDate)> {
    let from = start.map_or(quarter.start, |start| start.max(quarter.start));
    let to = end.map_or(quarter.end, |end| end.min(quarter.end));
    (from <= to).then_some((from, to))
}

/// The royalty on net sales; returns above sales owe nothing.
#[must_use]
pub fn required(rate: Decimal, net_sales: Money) -> Money {
    Money::round(rate * net_sales.to_decimal()).at_least_zero()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of this test")
    }

    fn quarter(start: &str, end: &str) -> Quarter {
        Quarter { id: "Q".to_owned(), start: day(start), end: day(end), fiscal_year: 2005 }
    }

    /// Accessories may be sold to 2005-03-31, with a royalty on every sale.
    #[test]
    fn it_runs_to_its_last_day() {
        let end = Some(day("2005-03-31"));
        let second = quarter("2005-02-27", "2005-05-28");
        assert_eq!(period(None, end, &second), Some((day("2005-02-27"), day("2005-03-31"))));
        assert_eq!(period(None, end, &quarter("2005-05-29", "2005-08-27")), None);
        assert_eq!(period(Some(day("2005-03-31")), end, &second), Some((day("2005-03-31"), day("2005-03-31"))));
        assert_eq!(period(None, None, &second), Some((second.start, second.end)));
    }

    #[test]
    fn it_is_a_share_of_net_sales_and_never_negative() {
        let rate = Decimal::new(10, 2);
        assert_eq!(required(rate, Money::from_cents(12_345)).cents(), 1_235);
        assert_eq!(required(rate, Money::from_cents(-12_345)), Money::ZERO);
    }

    #[test]
    fn a_royalty_that_starts_after_the_quarter_is_not_measured() {
        let second = quarter("2005-02-27", "2005-05-28");
        assert_eq!(period(Some(day("2005-05-29")), None, &second), None);
        assert_eq!(period(Some(day("2005-05-28")), None, &second), Some((day("2005-05-28"), day("2005-05-28"))));
        assert_eq!(period(Some(day("2004-01-01")), Some(day("2006-01-01")), &second), Some((second.start, second.end)));
    }

    /// A liability is cited from the literature of its basis.
    #[test]
    fn each_basis_cites_its_own_standard() {
        let cited = [Basis::UsGaap, Basis::UsGaap2004, Basis::Ifrs].map(citation);
        assert_eq!(cited.map(|text| text.split(' ').next()), [Some("ASC"), Some("SFAS"), Some("IAS")]);
    }
}
