//! Forms of dates: how a layout writes them, and how a date is written in one.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate};

use super::{DateFormat, DatePart};

/// Why a text is not the form of a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A run of `y`, `m` or `d` of a length that means nothing.
    #[error("`{0}` is no part of a date")]
    Unknown(String),
    /// A part that a date needs, as it would be written.
    #[error("the date has no {0}")]
    Missing(&'static str),
    #[error("the date has its {0} twice")]
    Twice(&'static str),
    /// A part of one or two digits whose end cannot be told.
    #[error("`{0}` takes one or two digits, and a digit follows it")]
    Undelimited(&'static str),
}

/// The English months by the first three letters that they are known by.
pub const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Most signs of a form: more are no date.
const PATTERN_SIGNS_MAX: usize = 32;

impl DatePart {
    /// The part as a layout writes it; a sign stands for itself.
    const fn written(self) -> &'static str {
        match self {
            Self::Year => "yyyy",
            Self::Month(true) => "mm",
            Self::Month(false) => "m",
            Self::MonthName => "mmm",
            Self::Day(true) => "dd",
            Self::Day(false) => "d",
            Self::Literal(_) => "",
        }
    }

    const fn starts_with_a_digit(self) -> bool {
        match self {
            Self::Year | Self::Month(_) | Self::Day(_) => true,
            Self::MonthName => false,
            Self::Literal(sign) => sign.is_ascii_digit(),
        }
    }
}

impl DateFormat {
    /// `yyyy-mm-dd`.
    #[must_use]
    pub fn iso() -> Self {
        let sign = DatePart::Literal('-');
        let parts = vec![DatePart::Year, sign, DatePart::Month(true), sign, DatePart::Day(true)];
        Self { pattern: "yyyy-mm-dd".to_owned(), parts }
    }

    /// Reads a form as a layout writes it.
    ///
    /// # Errors
    /// [`PatternError`] says what of it is no form of a date.
    pub fn parse(pattern: &str) -> Result<Self, PatternError> {
        if pattern.chars().count() > PATTERN_SIGNS_MAX {
            return Err(PatternError::Unknown(pattern.to_owned()));
        }
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(sign) = rest.chars().next() {
            let same =
                if matches!(sign, 'y' | 'm' | 'd') { rest.len() - rest.trim_start_matches(sign).len() } else { 0 };
            let (run, after) = rest.split_at(same.max(sign.len_utf8()));
            parts.push(part(run, sign)?);
            rest = after;
        }
        whole(&parts)?;
        Ok(Self { pattern: pattern.to_owned(), parts })
    }

    /// A date in this form.
    #[must_use]
    pub fn write(&self, date: NaiveDate) -> String {
        let mut text = String::new();
        for part in &self.parts {
            // Writing to a string cannot fail.
            let _ = match part {
                DatePart::Year => write!(text, "{:04}", date.year()),
                DatePart::Month(true) => write!(text, "{:02}", date.month()),
                DatePart::Month(false) => write!(text, "{}", date.month()),
                DatePart::MonthName => write!(text, "{}", MONTHS[date.month0() as usize]),
                DatePart::Day(true) => write!(text, "{:02}", date.day()),
                DatePart::Day(false) => write!(text, "{}", date.day()),
                DatePart::Literal(sign) => write!(text, "{sign}"),
            };
        }
        text
    }
}

fn part(run: &str, sign: char) -> Result<DatePart, PatternError> {
    Ok(match run {
        "yyyy" => DatePart::Year,
        "mmm" => DatePart::MonthName,
        "mm" => DatePart::Month(true),
        "m" => DatePart::Month(false),
        "dd" => DatePart::Day(true),
        "d" => DatePart::Day(false),
        _ if matches!(sign, 'y' | 'm' | 'd') => return Err(PatternError::Unknown(run.to_owned())),
        _ => DatePart::Literal(sign),
    })
}

/// A date has a year, a month and a day, each once, and each ends where it can be told.
fn whole(parts: &[DatePart]) -> Result<(), PatternError> {
    let count = |fits: fn(&DatePart) -> bool| parts.iter().filter(|part| fits(part)).count();
    for (name, written, found) in [
        ("year", "year (yyyy)", count(|part| matches!(part, DatePart::Year))),
        ("month", "month (mm, m or mmm)", count(|part| matches!(part, DatePart::Month(_) | DatePart::MonthName))),
        ("day", "day (dd or d)", count(|part| matches!(part, DatePart::Day(_)))),
    ] {
        match found {
            0 => return Err(PatternError::Missing(written)),
            1 => {}
            _ => return Err(PatternError::Twice(name)),
        }
    }
    let open = |part: DatePart| matches!(part, DatePart::Month(false) | DatePart::Day(false));
    let undelimited = parts.windows(2).find(|pair| open(pair[0]) && pair[1].starts_with_a_digit());
    undelimited.map_or(Ok(()), |pair| Err(PatternError::Undelimited(pair[0].written())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_in_the_form() {
        let date = NaiveDate::from_ymd_opt(2004, 5, 6).expect("a date");
        for (pattern, text) in [
            ("yyyy-mm-dd", "2004-05-06"),
            ("yyyymmdd", "20040506"),
            ("d.m.yyyy", "6.5.2004"),
            ("mm/dd/yyyy", "05/06/2004"),
            ("d mmm yyyy", "6 May 2004"),
            ("yyyy-mm-ddT00:00:00", "2004-05-06T00:00:00"),
        ] {
            assert_eq!(DateFormat::parse(pattern).map(|form| form.write(date)), Ok(text.to_owned()));
        }
        assert_eq!(DateFormat::parse("yyyy-mm-dd"), Ok(DateFormat::iso()));
    }

    #[test]
    fn what_is_no_form_says_why() {
        for (pattern, why) in [
            ("", "the date has no year (yyyy)"),
            ("dd.mm.yy", "`yy` is no part of a date"),
            ("DD/MM/YYYY", "the date has no year (yyyy)"),
            ("yyyy-mm", "the date has no day (dd or d)"),
            ("yyyy-dd", "the date has no month (mm, m or mmm)"),
            ("yyyy-mm-dd yyyy", "the date has its year twice"),
            ("mm mmm d yyyy", "the date has its month twice"),
            ("dmyyyy", "`d` takes one or two digits, and a digit follows it"),
            ("yyyy-m0-d", "`m` takes one or two digits, and a digit follows it"),
            ("mmmmm d yyyy", "`mmmmm` is no part of a date"),
        ] {
            assert_eq!(DateFormat::parse(pattern).map_err(|error| error.to_string()), Err(why.to_owned()), "{pattern}");
        }
    }
}
