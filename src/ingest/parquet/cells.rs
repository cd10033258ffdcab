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
    /// The texts one after the other, and where each ends.
    Written {
        texts: Vec<u8>,
        ends: Vec<usize>,
    },
    /// One text for all rows.
    Same(Vec<u8>),
}

impl Cells {
    /// Writes a column's values as text.
    pub fn of(column: &Column, kind: Kind) -> PolarsResult<Self> {
        Ok(match kind {
            Kind::Text => Self::Text(column.str()?.rechunk().into_owned()),
            Kind::Bytes => Self::Text(column.strict_cast(&DataType::String)?.str()?.rechunk().into_owned()),
            Kind::Whole => {
                let wide = column.strict_cast(&DataType::Int128)?;
                written(wide.i128()?.downcast_iter().flatten(), |value, out| decimal(*value, 0, out))
            }
            Kind::Decimal => {
                let decimals = column.decimal()?;
                let scale = decimals.scale();
                written(decimals.physical().downcast_iter().flatten(), |value, out| decimal(*value, scale, out))
            }
            Kind::Day => {
                let days = column.date()?.physical();
                written(days.downcast_iter().flatten(), |value, out| day(i64::from(*value), out))
            }
            Kind::Moment(unit) => {
                let moments = column.datetime()?.physical();
                written(moments.downcast_iter().flatten(), |value, out| moment(*value, unit, out))
            }
            Kind::Truth => {
                written(column.bool()?.downcast_iter().flatten(), |value, out| out.extend(value.to_string().as_bytes()))
            }
            Kind::Nothing => Self::Same(Vec::new()),
        })
    }

    /// How many rows there are; none where any number would do.
    pub fn rows(&self) -> Option<usize> {
        match self {
            Self::Text(texts) => Some(texts.len()),
            Self::Written { ends, .. } => Some(ends.len()),
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
            Self::Written { texts, ends } => {
                let mut from = rows.start.checked_sub(1).map_or(0, |before| ends[before]);
                for (field, to) in fields.zip(&ends[rows]) {
                    *field = &texts[from..*to];
                    from = *to;
                }
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

/// Writes each value, or copies the text of the one before it where they are the same.
fn written<T: Copy + PartialEq>(values: impl Iterator<Item = Option<T>>, write: impl Fn(T, &mut Vec<u8>)) -> Cells {
    let (mut texts, mut ends) = (Vec::new(), Vec::new());
    let mut last: Option<(T, Range<usize>)> = None;
    for value in values {
        match (value, &last) {
            (None, _) => {}
            (Some(value), Some((same, text))) if value == *same => texts.extend_from_within(text.clone()),
            (Some(value), _) => {
                let from = texts.len();
                write(value, &mut texts);
                last = Some((value, from..texts.len()));
            }
        }
        ends.push(texts.len());
    }
    Cells::Written { texts, ends }
}

/// The most digits that a number of 128 bits is written with, a zero before the point among them.
const DIGITS_MAX: usize = 40;

/// Writes `value` with `scale` digits behind the point, of which zeros beyond the cents are left out: how many digits
/// a column may have says nothing about how many its values have.
fn decimal(value: i128, mut scale: usize, out: &mut Vec<u8>) {
    let mut wide = value.unsigned_abs();
    while scale > 2 && wide.is_multiple_of(10) {
        (wide, scale) = (wide / 10, scale - 1);
    }
    let mut digits = [b'0'; DIGITS_MAX];
    let mut from = DIGITS_MAX;
    // Numbers of 128 bits are slow to divide; few amounts need them.
    while wide > u128::from(u64::MAX) {
        from -= 1;
        digits[from] += (wide % 10) as u8;
        wide /= 10;
    }
    let mut narrow = wide as u64;
    while narrow > 0 {
        from -= 1;
        digits[from] += (narrow % 10) as u8;
        narrow /= 10;
    }
    let point = DIGITS_MAX - scale;
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[from.min(point - 1)..point]);
    if scale > 0 {
        out.push(b'.');
        out.extend_from_slice(&digits[point..]);
    }
}

/// The days from the start of the common era to 1970-01-01, the first of which counts as one.
const EPOCH: i64 = 719_163;

/// Writes the date of a day since 1970-01-01. What is no date that people use is written so that it is none.
fn day(day: i64, out: &mut Vec<u8>) {
    let date = i32::try_from(day + EPOCH).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
    let text = date.map_or_else(|| format!("day {day} since 1970-01-01"), |date| date.to_string());
    out.extend_from_slice(text.as_bytes());
}

fn moment(value: i64, unit: TimeUnit, out: &mut Vec<u8>) {
    let a_second: i64 = match unit {
        TimeUnit::Nanoseconds => 1_000_000_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Milliseconds => 1_000,
    };
    let a_day = 86_400 * a_second;
    day(value.div_euclid(a_day), out);
    let within = value.rem_euclid(a_day);
    if within > 0 {
        let nanoseconds = within % a_second * (1_000_000_000 / a_second);
        let time = DateTime::from_timestamp(within / a_second, u32::try_from(nanoseconds).unwrap_or_default());
        out.extend(time.map_or_else(String::new, |time| time.format("T%H:%M:%S%.f").to_string()).as_bytes());
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
            (i64::from(i32::MAX), "day 2147483647 since 1970-01-01"),
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
