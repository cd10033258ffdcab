//! The values of a column as text.

use std::ops::Range;

use chrono::{DateTime, NaiveDate};
use polars::prelude::{Column, DataType, PolarsResult, StringChunked, TimeUnit};

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

/// The values of a column as text, in the order of the rows; an absent value is an empty text.
pub enum Cells {
    Text(StringChunked),
    /// Texts, and from where to where each row's is among them; rows of one value share theirs.
    Written {
        texts: Vec<u8>,
        spans: Vec<Span>,
    },
    /// One text for all rows.
    Same(Vec<u8>),
}

/// From where to where a text is among others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    from: u32,
    to: u32,
}

impl Cells {
    /// Writes a column's values as text.
    pub fn of(column: &Column, kind: Kind) -> PolarsResult<Self> {
        Ok(match kind {
            Kind::Text => Self::Text(column.str()?.rechunk().into_owned()),
            Kind::Bytes => Self::Text(column.strict_cast(&DataType::String)?.str()?.rechunk().into_owned()),
            Kind::Whole => {
                let wide = column.strict_cast(&DataType::Int128)?;
                let values = wide.i128()?.downcast_iter().flatten();
                written(values.map(Option::<&i128>::copied), |value, out| decimal(value, 0, out))
            }
            Kind::Decimal => {
                let decimals = column.decimal()?;
                let (values, scale) = (decimals.physical().downcast_iter().flatten(), decimals.scale());
                written(values.map(Option::<&i128>::copied), |value, out| decimal(value, scale, out))
            }
            Kind::Day => {
                let values = column.date()?.physical().downcast_iter().flatten();
                written(values.map(Option::<&i32>::copied), day)
            }
            Kind::Moment(unit) => {
                let values = column.datetime()?.physical().downcast_iter().flatten();
                written(values.map(Option::<&i64>::copied), |value, out| moment(value, unit, out))
            }
            Kind::Truth => {
                let values = column.bool()?.downcast_iter().flatten();
                written(values, |value, out| out.extend((value == 1).to_string().as_bytes()))
            }
            Kind::Nothing => Self::Same(Vec::new()),
        })
    }

    /// How many rows there are; none where any number would do.
    pub fn rows(&self) -> Option<usize> {
        match self {
            Self::Text(texts) => Some(texts.len()),
            Self::Written { spans, .. } => Some(spans.len()),
            Self::Same(_) => None,
        }
    }

    /// Puts the texts of some rows into as many fields.
    pub fn fill<'c, 'f>(&'c self, rows: Range<usize>, fields: impl Iterator<Item = &'f mut &'c [u8]>)
    where
        'c: 'f,
    {
        match self {
            Self::Same(text) => fields.take(rows.len()).for_each(|field| *field = text),
            Self::Written { texts, spans } => {
                let text = |span: &Span| &texts[span.from as usize..span.to as usize];
                fields.zip(&spans[rows]).for_each(|(field, span)| *field = text(span));
            }
            Self::Text(texts) => {
                // There is one chunk, for `of` has put them together.
                let Some(chunk) = texts.downcast_iter().next() else { return };
                if texts.null_count() == 0 {
                    let texts = chunk.values_iter().skip(rows.start).take(rows.len());
                    fields.zip(texts).for_each(|(field, text)| *field = text.as_bytes());
                } else {
                    let text = |row| chunk.get(row).unwrap_or_default().as_bytes();
                    fields.zip(rows).for_each(|(field, row)| *field = text(row));
                }
            }
        }
    }
}

/// How many values are remembered with their texts: days, line numbers and round amounts come again and again.
const REMEMBERED: usize = 64;

/// Writes each value that is not remembered. A window has too few rows for its texts to outgrow a span.
fn written<T: Into<i128>>(values: impl Iterator<Item = Option<T>>, write: impl Fn(i128, &mut Vec<u8>)) -> Cells {
    let (mut texts, mut spans) = (Vec::new(), Vec::new());
    let mut remembered = [(0, Span::default()); REMEMBERED];
    values.for_each(|value| {
        let Some(value) = value.map(Into::into) else { return spans.push(Span::default()) };
        let (known, span) = &mut remembered[value as usize % REMEMBERED];
        // No value has an empty text, so that an empty one says that nothing is remembered here.
        if *known != value || span.from == span.to {
            let from = texts.len() as u32;
            write(value, &mut texts);
            (*known, *span) = (value, Span { from, to: texts.len() as u32 });
        }
        spans.push(*span);
    });
    Cells::Written { texts, spans }
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
