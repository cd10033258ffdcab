//! A quarter is one row of the calendar: a name, its first and last day, its fiscal year.

use chrono::NaiveDate;

/// A quarter's name as the calendar writes it, such as `2004-Q2`. Never derived from a month.
pub type QuarterId = String;

/// One row of the book's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarter {
    pub id: QuarterId,
    /// First day, counted in.
    pub start: NaiveDate,
    /// Last day, counted in.
    pub end: NaiveDate,
    pub fiscal_year: i32,
}

impl Quarter {
    /// True for a day of this quarter.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.start <= day && day <= self.end
    }
}
