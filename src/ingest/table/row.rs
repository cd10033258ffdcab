//! One row of a table, and the readers of its fields.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::text::{byte_column, record_at};
use super::told::iso_date;
use super::{Origin, Part};
use crate::diagnostics::{Code, Faults, Place, SourceLine, Spot};
use crate::domain::{Dimension, Money, MoneyError, plain_decimal};
use crate::ingest::book::Codes;
use crate::ingest::delimited::split::field_range;
use crate::ingest::values::{self, DateError};

/// Most zeros that a code may have lost before its digits.
const LOST_ZEROS_MAX: usize = 10;

/// One row of a table. Each reader tells what is wrong with its field and goes on with a harmless value:
/// the run stops before anything is measured.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    part: &'a Part,
    at: usize,
}

impl<'a> Row<'a> {
    pub(super) const fn new(part: &'a Part, at: usize) -> Self {
        Self { part, at }
    }

    /// The file of the row, within the book.
    #[must_use]
    pub const fn file(&self) -> &'a Arc<str> {
        &self.part.file
    }

    /// The one-based line on which the row starts; of a sheet the number of its row.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.part.fields.rows[self.at].0.into()
    }

    /// The row as a place.
    #[must_use]
    pub fn origin(&self) -> Place {
        Place::line(&self.part.file, self.line())
    }

    /// The place of a field with its record: for a fault. It names the file's own heading.
    #[must_use]
    pub fn spot(&self, column: &str) -> Spot {
        let mut place = self.origin();
        let found = self.part.column(column);
        place.field = found.map_or(column, |found| &found.heading).to_owned();
        let field = found.and_then(|found| found.of.first().copied());
        match &self.part.origin {
            Origin::Text(text, marks) => {
                let start = self.part.fields.rows[self.at].1 as usize;
                let record = record_at(text.as_bytes(), start, *marks);
                let field = field.and_then(|at| field_range(record, at, *marks));
                place.column = field.as_ref().map_or(0, |field| byte_column(record, field.start));
                Spot::shown(place, SourceLine::new(record, field))
            }
            Origin::Sheet(sheet) => {
                place.column = field.map_or(0, |at| at + 1);
                Spot::cell(place, sheet)
            }
        }
    }

    /// The row as a fault of another one names it: its line, with its file where that is not the other's.
    #[must_use]
    pub fn named_in(&self, other: &Self) -> String {
        let line = if self.is_of_a_sheet() { format!("row {}", self.line()) } else { format!("line {}", self.line()) };
        if Arc::ptr_eq(&self.part.file, &other.part.file) { line } else { format!("{line} of {}", self.part.file) }
    }

    /// The field, or nothing where it is empty or its column is absent.
    #[must_use]
    pub fn optional(&self, column: &str) -> Option<&'a str> {
        let found = self.part.column(column)?;
        Some(self.part.fields.get(self.at, found.kept)).filter(|text| !text.is_empty())
    }

    /// The field as it stands in the file, which must not be empty.
    pub fn filled(&self, column: &str, faults: &mut Faults) -> &'a str {
        let found = self.optional(column);
        if found.is_none() {
            let help = "fill in the field";
            faults.add(Code::EmptyValue, self.spot(column), "the field is empty", "", "a value", help);
        }
        found.unwrap_or_default()
    }

    /// The field, which must not be empty.
    pub fn text(&self, column: &str, faults: &mut Faults) -> String {
        self.filled(column, faults).to_owned()
    }

    /// A field that must be one of the codes of the book.
    pub fn known(&self, column: &str, known: impl Fn(&str) -> bool, expected: &str, faults: &mut Faults) -> String {
        let text = self.text(column, faults);
        if !text.is_empty() && !known(&text) {
            let help = help_with_zeros(&text, known, "correct the code, or add it to the book");
            faults.add(Code::UnknownValue, self.spot(column), format!("{column} is not known"), &text, expected, &help);
        }
        text
    }

    /// An amount that must be there.
    pub fn money(&self, column: &str, faults: &mut Faults) -> Money {
        self.parse_money(column, self.optional(column).unwrap_or_default(), faults)
    }

    /// An amount where an empty field is no amount.
    pub fn optional_money(&self, column: &str, faults: &mut Faults) -> Option<Money> {
        self.optional(column).map(|text| self.parse_money(column, text, faults))
    }

    /// An amount that is not negative.
    pub fn positive_money(&self, column: &str, faults: &mut Faults) -> Money {
        let money = self.money(column, faults);
        if money.is_negative() {
            let help = "correct the sign; reductions have their own columns";
            let (message, expected) = ("the amount is negative", "an amount of zero or more");
            let value = self.optional(column).unwrap_or_default();
            faults.add(Code::BadAmount, self.spot(column), message, value, expected, help);
        }
        money
    }

    fn parse_money(&self, column: &str, text: &str, faults: &mut Faults) -> Money {
        let read = match &self.part.numbers {
            None => Money::parse(text),
            Some(numbers) => values::cents(text.as_bytes(), numbers).map(|cents| Money::from_cents(cents.into())),
        };
        read.unwrap_or_else(|error| {
            self.tell_amount(column, text, error, faults);
            Money::ZERO
        })
    }

    #[cold]
    fn tell_amount(&self, column: &str, text: &str, error: MoneyError, faults: &mut Faults) {
        let help = match error {
            MoneyError::Empty => "fill in the amount; write 0.00 for nothing",
            MoneyError::TooManyDecimals if self.is_of_a_sheet() => {
                "the cell may show less than it holds, as results of formulas do: round it in the workbook, such as with =ROUND(...,2); closepack does not round what it reads"
            }
            MoneyError::TooManyDecimals => {
                "round the amount where it comes from; closepack does not round what it reads"
            }
            _ if self.part.numbers.is_some() => {
                "correct the amount, or how the layout's dialect says that numbers are written"
            }
            _ => "write digits with a point, without thousands separators, exponents or currency signs",
        };
        let expected = match &self.part.numbers {
            None => "an amount such as -1234.50".to_owned(),
            Some(numbers) => values::expected_amount(numbers),
        };
        faults.add(Code::BadAmount, self.spot(column), format!("the amount {error}"), text, &expected, help);
    }

    /// True where the row is one of a workbook's sheet.
    const fn is_of_a_sheet(&self) -> bool {
        matches!(self.part.origin, Origin::Sheet(_))
    }

    /// A date that must be there.
    pub fn date(&self, column: &str, faults: &mut Faults) -> NaiveDate {
        let text = self.filled(column, faults);
        if text.is_empty() { NaiveDate::MIN } else { self.parse_date(column, text, faults) }
    }

    /// A date where an empty field is no date.
    pub fn optional_date(&self, column: &str, faults: &mut Faults) -> Option<NaiveDate> {
        self.optional(column).map(|text| self.parse_date(column, text, faults))
    }

    fn parse_date(&self, column: &str, text: &str, faults: &mut Faults) -> NaiveDate {
        let read = match &self.part.dates {
            None => iso_date(text).ok_or(DateError::NotADate),
            Some(forms) => values::date(text.as_bytes(), forms),
        };
        read.unwrap_or_else(|error| {
            self.tell_date(column, text, error, faults);
            NaiveDate::MIN
        })
    }

    #[cold]
    fn tell_date(&self, column: &str, text: &str, error: DateError, faults: &mut Faults) {
        let spot = self.spot(column);
        match (error, &self.part.dates) {
            (DateError::Ambiguous(..), Some(forms)) => {
                let source = &self.part.source.source;
                let help = format!(
                    "name the one form that the file has, such as dates = \"{}\", in [sources.{source}.dialect]",
                    forms[0].pattern
                );
                let expected = "a date that can be read in one way";
                faults.add(Code::AmbiguousDate, spot, error.to_string(), text, expected, &help);
            }
            (_, Some(forms)) => {
                let help = "correct the date, or name its form in the layout's dates";
                faults.add(Code::BadDate, spot, "not a date", text, &values::expected_date(forms), help);
            }
            (_, None) => {
                let help = "write year, month and day: 2004-05-26";
                faults.add(Code::BadDate, spot, "not a date", text, "an ISO date such as 2004-05-26", help);
            }
        }
    }

    /// A number of units, or a unit price or cost: zero or more, at most eight decimals.
    pub fn quantity(&self, column: &str, faults: &mut Faults) -> Decimal {
        let text = self.filled(column, faults);
        if text.is_empty() { Decimal::ZERO } else { self.parse_quantity(column, text, faults) }
    }

    /// As [`Row::quantity`], where an empty field is no number.
    pub fn optional_quantity(&self, column: &str, faults: &mut Faults) -> Option<Decimal> {
        self.optional(column).map(|text| self.parse_quantity(column, text, faults))
    }

    /// A plain decimal under the file's dialect; nothing for any other text.
    fn decimal(&self, text: &str) -> Option<Decimal> {
        match &self.part.numbers {
            None => plain_decimal(text),
            Some(numbers) => values::plain_number(text.as_bytes(), numbers).and_then(|text| plain_decimal(&text)),
        }
    }

    fn parse_quantity(&self, column: &str, text: &str, faults: &mut Faults) -> Decimal {
        let read = self.decimal(text);
        read.filter(|number| !number.is_sign_negative() || number.is_zero()).unwrap_or_else(|| {
            self.tell_quantity(column, text, read.is_some(), faults);
            Decimal::ZERO
        })
    }

    #[cold]
    fn tell_quantity(&self, column: &str, text: &str, negative: bool, faults: &mut Faults) {
        let message = if negative { format!("{column} is negative") } else { format!("{column} is not a number") };
        let (mark, help) = match &self.part.numbers {
            _ if self.is_of_a_sheet() && !negative => (
                '.',
                "correct the number; where it is the result of a formula, round it in the workbook, such as with =ROUND(...,8)",
            ),
            None => ('.', "correct the number; write no thousands separators and no exponent"),
            Some(numbers) => (
                char::from(numbers.decimal),
                "correct the number, or how the layout's dialect says that numbers are written",
            ),
        };
        let kind = if mark == '.' { "a plain decimal" } else { "a decimal" };
        let after = if mark == '.' { "the point" } else { "the comma" };
        let expected = format!("{kind} of zero or more, with at most 10 digits before and 8 after {after}");
        faults.add(Code::BadQuantity, self.spot(column), message, text, &expected, help);
    }

    /// A share from 0 to 1, where an empty field is no rate.
    pub fn optional_rate(&self, column: &str, faults: &mut Faults) -> Option<Decimal> {
        let text = self.optional(column)?;
        let rate = self.decimal(text).filter(|rate| (Decimal::ZERO..=Decimal::ONE).contains(rate));
        Some(rate.unwrap_or_else(|| {
            let (message, help) = (format!("{column} is not a rate"), "write 5 % as 0.05");
            faults.add(Code::BadRate, self.spot(column), message, text, "a decimal from 0 to 1", help);
            Decimal::ZERO
        }))
    }

    /// Entity, brand and segment, each known to the book.
    pub fn dimension(&self, codes: &Codes, faults: &mut Faults) -> Dimension {
        let entity = self.known("entity", |code| codes.entities.contains(code), "a code of [[entities]]", faults);
        let brand = self.known("brand", |code| codes.brands.contains(code), "a code of [[brands]]", faults);
        let segment = self.known("segment", |code| codes.segments.contains(code), "a code of [[segments]]", faults);
        Dimension::new(&entity, &brand, &segment)
    }
}

/// What to do about a code that is not known: where it is one that has lost the zeros before it, to write them.
#[must_use]
pub fn help_with_zeros(text: &str, known: impl Fn(&str) -> bool, otherwise: &str) -> String {
    let with_zeros = |count: usize| "0".repeat(count) + text;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let found = (1..=LOST_ZEROS_MAX).filter(|_| digits).map(with_zeros).find(|code| known(code));
    found.map_or_else(
        || otherwise.to_owned(),
        |code| {
            format!("write {code}: leading zeros count, and a spreadsheet keeps them only in cells that are formatted as text")
        },
    )
}
