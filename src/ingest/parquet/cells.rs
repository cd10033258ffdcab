//! The values of a column, and their texts.

use std::ops::Range;

use chrono::{DateTime, NaiveDate};
use polars::prelude::{
    ChunkedArray, Column, DataType, Int32Type, Int64Type, Int128Type, PolarsDataType, PolarsResult, Series,
    StringChunked, StringType, TimeUnit,
};

use crate::diagnostics::Code;

/// How a column's values become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Bytes that must be UTF-8.
    Bytes,
    Whole,
    Decimal,
    Day,
    /// A day and a time; a day alone where it is midnight, as libraries write dates that have no type for them.
    Moment(TimeUnit),
    /// True or false.
    Truth,
    /// No row has a value.
    Nothing,
}

/// Why the values of a column cannot become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    /// What the column is of.
    pub what: &'static str,
    pub expected: &'static str,
    pub help: &'static str,
}

impl Kind {
    /// The kind of a type.
    ///
    /// # Errors
    /// Types that have lost cents, that are no single values or that are of no use in a ledger.
    pub fn of(of: &DataType) -> Result<Self, Refusal> {
        Ok(match of {
            DataType::String => Self::Text,
            DataType::Binary => Self::Bytes,
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Self::Whole,
            DataType::UInt32 | DataType::UInt64 | DataType::Int128 => Self::Whole,
            DataType::Decimal(..) => Self::Decimal,
            DataType::Date => Self::Day,
            DataType::Datetime(unit, None) => Self::Moment(*unit),
            DataType::Boolean => Self::Truth,
            DataType::Null => Self::Nothing,
            other => return Err(Refusal::of(other)),
        })
    }
}

impl Refusal {
    fn of(of: &DataType) -> Self {
        let (code, expected) = (Code::UnreadableFile, "text, whole numbers, decimals or dates");
        let help = "export the column as text";
        match of {
            DataType::Float32 | DataType::Float64 => Self {
                code: Code::BadAmount,
                what: "floating-point numbers",
                expected: "text or decimal",
                help: "export the column as text or as a decimal",
            },
            DataType::Datetime(..) => Self {
                code,
                what: "times with a time zone",
                expected: "dates",
                help: "export the column as dates: the same moment has another date elsewhere",
            },
            DataType::List(_) | DataType::Struct(_) => Self { code, what: "lists or structures", expected, help },
            _ => Self { code, what: "a type that closepack does not read", expected, help },
        }
    }
}

/// An array of a type of polars.
type Array<T> = <T as PolarsDataType>::Array;

/// The values of a column in the order of the rows.
pub enum Cells {
    Text {
        texts: Array<StringType>,
        /// Some rows have none.
        absent: bool,
    },
    /// Values that become text when they are asked for it.
    Values(Values, Form),
    /// One text for all rows.
    Same(Vec<u8>),
}

/// Values that are no text.
pub enum Values {
    Narrow(Array<Int32Type>),
    Wide(Array<Int64Type>),
    Widest(Array<Int128Type>),
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A number with so many digits behind the point.
    Decimal(usize),
    Day,
    Moment(TimeUnit),
    Truth,
}

/// A text of at most twelve bytes, whole and in one number.
pub type ShortText = u128;

impl Cells {
    /// The values of a column.
    pub fn of(column: &Column, kind: Kind) -> PolarsResult<Self> {
        let series = column.as_materialized_series();
        let narrow =
            |form| series.to_physical_repr().i32().map(|values| Self::Values(Values::Narrow(one(values)), form));
        let wide = |form| series.to_physical_repr().i64().map(|values| Self::Values(Values::Wide(one(values)), form));
        let widest = |series: &Series, form| {
            series.to_physical_repr().i128().map(|values| Self::Values(Values::Widest(one(values)), form))
        };
        let texts = |texts: &StringChunked| Self::Text { texts: one(texts), absent: texts.null_count() > 0 };
        match (kind, column.dtype()) {
            (Kind::Text, _) => series.str().map(texts),
            (Kind::Bytes, _) => series.strict_cast(&DataType::String)?.str().map(texts),
            (Kind::Whole, DataType::Int32) => narrow(Form::Decimal(0)),
            (Kind::Whole, DataType::Int64) => wide(Form::Decimal(0)),
            (Kind::Whole, _) => widest(&series.strict_cast(&DataType::Int128)?, Form::Decimal(0)),
            (Kind::Decimal, _) => widest(series, Form::Decimal(series.decimal()?.scale())),
            (Kind::Day, _) => narrow(Form::Day),
            (Kind::Moment(unit), _) => wide(Form::Moment(unit)),
            (Kind::Truth, _) => {
                let values = series.strict_cast(&DataType::Int32)?;
                Ok(Self::Values(Values::Narrow(one(values.i32()?)), Form::Truth))
            }
            (Kind::Nothing, _) => Ok(Self::Same(Vec::new())),
        }
    }

    /// How many rows there are; none where any number would do.
    pub fn rows(&self) -> Option<usize> {
        match self {
            Self::Text { texts, .. } => Some(texts.len()),
            Self::Values(values, _) => Some(values.len()),
            Self::Same(_) => None,
        }
    }

    /// Writes the values of some rows that are no text.
    pub fn written(&self, rows: Range<usize>) -> Written {
        let mut written = Written::default();
        if let Self::Values(values, form) = self {
            written.write(rows.map(|row| values.get(row)), *form);
        }
        written
    }

    /// Puts the texts of some rows into as many fields; `written` are those that had to be written. An absent value is an
    /// empty text.
    pub fn fill<'c, 'f>(
        &'c self,
        rows: Range<usize>,
        written: &'c Written,
        fields: impl Iterator<Item = &'f mut &'c [u8]>,
    ) where
        'c: 'f,
    {
        match self {
            Self::Same(text) => fields.take(rows.len()).for_each(|field| *field = text),
            Self::Values(..) => {
                let text = |span: &Span| &written.texts[span.from as usize..span.to as usize];
                fields.zip(&written.spans).for_each(|(field, span)| *field = text(span));
            }
            Self::Text { texts, absent: false } => {
                let texts = texts.values_iter().skip(rows.start).take(rows.len());
                fields.zip(texts).for_each(|(field, text)| *field = text.as_bytes());
            }
            Self::Text { texts, absent: true } => {
                let text = |row| texts.get(row).unwrap_or_default().as_bytes();
                fields.zip(rows).for_each(|(field, row)| *field = text(row));
            }
        }
    }

    /// The text of a row, where the column has texts.
    #[inline]
    pub fn text(&self, row: usize) -> Option<&[u8]> {
        match self {
            Self::Text { texts, absent: false } => Some(texts.value(row).as_bytes()),
            Self::Text { texts, absent: true } => Some(texts.get(row).unwrap_or_default().as_bytes()),
            Self::Same(text) => Some(text),
            Self::Values(..) => None,
        }
    }

    /// The text of a row as a number; of a column that has one text for all rows, the same number for all.
    #[inline]
    pub fn short_text(&self, row: usize) -> Option<ShortText> {
        match self {
            Self::Text { texts, absent: false } => {
                texts.views().get(row).filter(|view| view.is_inline()).map(|view| view.as_u128())
            }
            Self::Same(_) => Some(0),
            Self::Text { .. } | Self::Values(..) => None,
        }
    }

    /// The value of a row and how it is written, where the column has values that are no text.
    #[inline]
    pub fn value(&self, row: usize) -> Option<(Option<i128>, Form)> {
        match self {
            Self::Values(values, form) => Some((values.get(row), *form)),
            Self::Text { .. } | Self::Same(_) => None,
        }
    }
}

/// All values in one array.
fn one<T: PolarsDataType>(values: &ChunkedArray<T>) -> Array<T>
where
    Array<T>: Clone,
{
    let values = values.rechunk();
    values.downcast_as_array().clone()
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Narrow(values) => values.len(),
            Self::Wide(values) => values.len(),
            Self::Widest(values) => values.len(),
        }
    }

    #[inline]
    fn get(&self, row: usize) -> Option<i128> {
        match self {
            Self::Narrow(values) => {
                values.validity().is_none_or(|valid| valid.get_bit(row)).then(|| values.values()[row].into())
            }
            Self::Wide(values) => {
                values.validity().is_none_or(|valid| valid.get_bit(row)).then(|| values.values()[row].into())
            }
            Self::Widest(values) => {
                values.validity().is_none_or(|valid| valid.get_bit(row)).then(|| values.values()[row])
            }
        }
    }
}

/// Texts, and from where to where each row's is among them; rows of one value share theirs.
#[derive(Default)]
pub struct Written {
    texts: Vec<u8>,
    spans: Vec<Span>,
}

/// From where to where a text is among others.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    from: u32,
    to: u32,
}

/// How many values are remembered with their texts: days, line numbers and round amounts come again and again.
const REMEMBERED: usize = 64;

impl Written {
    /// Writes each value that is not remembered.
    fn write(&mut self, values: impl Iterator<Item = Option<i128>>, form: Form) {
        let mut remembered = [(0, Span::default()); REMEMBERED];
        for value in values {
            let Some(value) = value else {
                self.spans.push(Span::default());
                continue;
            };
            let (known, span) = &mut remembered[value as usize % REMEMBERED];
            // No value has an empty text, so that an empty one says that nothing is remembered here.
            if *known != value || span.from == span.to {
                let from = self.texts.len() as u32;
                form.write(value, &mut self.texts);
                (*known, *span) = (value, Span { from, to: self.texts.len() as u32 });
            }
            self.spans.push(*span);
        }
    }
}

impl Form {
    fn write(self, value: i128, out: &mut Vec<u8>) {
        match self {
            Self::Decimal(scale) => decimal(value, scale, out),
            Self::Day => day(value, out),
            Self::Moment(unit) => moment(value, unit, out),
            Self::Truth => out.extend((value == 1).to_string().as_bytes()),
        }
    }
}

/// Room for a number of 128 bits with its sign, its point and a zero before it, and then some.
const TEXT_MAX: usize = 48;

/// Writes `value` with `scale` digits behind the point, of which zeros beyond the cents are left out: how many digits
/// a column may have says nothing about how many its values have.
fn decimal(value: i128, mut scale: usize, out: &mut Vec<u8>) {
    let mut rest = value.unsigned_abs();
    while scale > 2 && rest.is_multiple_of(10) {
        (rest, scale) = (rest / 10, scale - 1);
    }
    let (mut text, mut at) = ([b'0'; TEXT_MAX], TEXT_MAX);
    for _ in 0..scale {
        at -= 1;
        text[at] += last_digit(&mut rest);
    }
    if scale > 0 {
        at -= 1;
        text[at] = b'.';
    }
    loop {
        at -= 1;
        text[at] += last_digit(&mut rest);
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        text[at] = b'-';
    }
    out.extend_from_slice(&text[at..]);
}

/// Takes the last digit off a number. Numbers of 128 bits are slow to divide, and few amounts need them.
fn last_digit(rest: &mut u128) -> u8 {
    let (quotient, digit) = match u64::try_from(*rest) {
        Ok(narrow) => (u128::from(narrow / 10), (narrow % 10) as u8),
        Err(_) => (*rest / 10, (*rest % 10) as u8),
    };
    *rest = quotient;
    digit
}

/// The days from the start of the common era to 1970-01-01, the first of which counts as one.
const EPOCH: i128 = 719_163;

/// Writes the date of a day since 1970-01-01. What is no date that people use is written so that it is none.
fn day(day: i128, out: &mut Vec<u8>) {
    let date = i32::try_from(day + EPOCH).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
    let text = date.map_or_else(|| format!("day {day} since 1970-01-01"), |date| date.to_string());
    out.extend_from_slice(text.as_bytes());
}

fn moment(value: i128, unit: TimeUnit, out: &mut Vec<u8>) {
    let a_second: i128 = match unit {
        TimeUnit::Nanoseconds => 1_000_000_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Milliseconds => 1_000,
    };
    let a_day = 86_400 * a_second;
    day(value.div_euclid(a_day), out);
    let within = value.rem_euclid(a_day) * (1_000_000_000 / a_second);
    if within > 0 {
        let time = DateTime::from_timestamp_nanos(i64::try_from(within).unwrap_or_default());
        out.extend_from_slice(time.format("T%H:%M:%S%.f").to_string().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(expected: &str, write: impl FnOnce(&mut Vec<u8>)) {
        let mut out = Vec::new();
        write(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn decimals_are_plain() {
        for (value, scale, expected) in [
            (0, 0, "0"),
            (7, 0, "7"),
            (-120, 0, "-120"),
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (100, 2, "1.00"),
            (123_456, 2, "1234.56"),
            (3, 1, "0.3"),
            (12_345_600, 4, "1234.56"),
            (12_345_678, 4, "1234.5678"),
            (-10_000, 4, "-1.00"),
            (0, 38, "0.00"),
            (1, 38, "0.00000000000000000000000000000000000001"),
            (i128::MAX, 0, "170141183460469231731687303715884105727"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
            (10_i128.pow(20), 2, "1000000000000000000.00"),
        ] {
            is(expected, |out| decimal(value, scale, out));
        }
    }

    #[test]
    fn days_are_iso_dates() {
        for (value, expected) in [
            (0, "1970-01-01"),
            (12_564, "2004-05-26"),
            (-1, "1969-12-31"),
            (i128::from(i32::MAX), "day 2147483647 since 1970-01-01"),
        ] {
            is(expected, |out| day(value, out));
        }
    }

    #[test]
    fn moments_at_midnight_are_days() {
        let noon = 12_564 * 86_400 + 43_200;
        is("2004-05-26", |out| moment(12_564 * 86_400_000, TimeUnit::Milliseconds, out));
        is("1969-12-31", |out| moment(-86_400_000_000_000, TimeUnit::Nanoseconds, out));
        is("2004-05-26T12:00:00", |out| moment(noon * 1_000_000, TimeUnit::Microseconds, out));
        is("2004-05-26T12:00:00.250", |out| moment(noon * 1_000 + 250, TimeUnit::Milliseconds, out));
    }
}
