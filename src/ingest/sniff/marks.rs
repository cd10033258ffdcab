//! How the numbers and dates of a file are written, where its fields prove it.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};

use crate::book::layout::{DateFormat, DatePart, Numbers};
use crate::domain::MoneyError;
use crate::ingest::values;

/// What the fields of a file show of its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written<T> {
    /// All fields are read, and no other way would read them differently.
    Proven(T),
    /// More than one way reads all fields; the file does not show which it has.
    Open(T),
    /// No way reads this field.
    Unread(String),
}

/// The marks of numbers that are tried, the plainest first.
const MARKS: [(u8, Option<char>); 8] = [
    (b'.', None),
    (b',', None),
    (b'.', Some(',')),
    (b',', Some('.')),
    (b',', Some(' ')),
    (b'.', Some('\'')),
    (b'.', Some(' ')),
    (b'.', Some('_')),
];

/// The forms of dates that are tried. Points stand between a day and a month, never the other way round.
const FORMS: [&str; 15] = [
    "yyyy-mm-dd",
    "yyyymmdd",
    "d.m.yyyy",
    "m/d/yyyy",
    "d/m/yyyy",
    "yyyy/m/d",
    "d-m-yyyy",
    "m-d-yyyy",
    "ddmmyyyy",
    "d mmm yyyy",
    "d-mmm-yyyy",
    "mmm d, yyyy",
    "yyyy-mm-ddT00:00:00",
    "yyyy-mm-dd 00:00:00",
    "yyyy-mm-ddT00:00:00Z",
];

/// Years that the books of a company are of: a form that reads others is not the file's.
const YEARS: RangeInclusive<i32> = 1900..=2100;

/// Most currency signs of one file.
const SIGNS_MAX: usize = 3;

/// How numbers are written: as a layout has them where that reads all fields, or else as the fields show.
///
/// `exact` fields are amounts of money. Others may have more decimals, so that a mark in them proves less.
#[must_use]
pub fn numbers(fields: &[&str], layout: &Numbers, exact: bool) -> Written<Numbers> {
    let fields: Vec<&str> = fields.iter().copied().filter(|field| !field.trim().is_empty()).collect();
    let reads = |field: &str, numbers: &Numbers| match values::cents(field.as_bytes(), numbers) {
        Ok(_) => true,
        Err(error) => !exact && error == MoneyError::TooManyDecimals,
    };
    let unread = |numbers: &Numbers| fields.iter().find(|field| !reads(field, numbers));
    if unread(layout).is_none() {
        return Written::Proven(layout.clone());
    }
    let habits = habits(&fields, layout);
    let ways = MARKS.map(|(decimal, thousands)| Numbers { decimal, thousands, ..habits.clone() });
    let reading: Vec<&Numbers> = ways.iter().filter(|way| unread(way).is_none()).collect();
    match reading.as_slice() {
        [] => Written::Unread(unread(&ways[0]).map(|field| (*field).to_owned()).unwrap_or_default()),
        [only, others @ ..] if exact || others.iter().all(|other| other.decimal == only.decimal) => {
            Written::Proven((*only).clone())
        }
        [first, ..] => Written::Open((*first).clone()),
    }
}

/// What stands around the digits.
fn habits(fields: &[&str], layout: &Numbers) -> Numbers {
    let digits = |letter: char| letter.is_ascii_digit();
    let mut habits = layout.clone();
    habits.padded |= fields.iter().any(|field| *field != field.trim() || field.len() > 18 && field.starts_with('0'));
    for field in fields.iter().map(|field| field.trim()) {
        let before = field.split(digits).next().unwrap_or_default();
        let behind = field.rsplit(digits).next().unwrap_or_default();
        habits.trailing_minus |= behind.contains('-');
        habits.parentheses |= before.contains('(');
        for sign in [before, behind] {
            let sign = sign.trim_matches(|letter: char| "-()".contains(letter) || letter.is_whitespace());
            if Numbers::is_currency_sign(sign) && !habits.currency_signs.iter().any(|known| known == sign) {
                habits.currency_signs.push(sign.to_owned());
            }
        }
    }
    if habits.currency_signs.len() > SIGNS_MAX {
        habits.currency_signs.clone_from(&layout.currency_signs);
    }
    habits.currency_signs.sort_by_key(|sign| std::cmp::Reverse(sign.len()));
    habits
}

/// How dates are written: the one form that reads all of them, or those between which the file does not tell.
#[must_use]
pub fn dates(fields: &[&str], layout: &[DateFormat]) -> Written<Vec<DateFormat>> {
    let fields: Vec<&str> = fields.iter().map(|field| field.trim()).filter(|field| !field.is_empty()).collect();
    if fields.is_empty() {
        return Written::Proven(layout.to_vec());
    }
    let tried = layout.iter().cloned().chain(FORMS.iter().filter_map(|form| DateFormat::parse(form).ok()));
    let mut ways: Vec<(DateFormat, Vec<NaiveDate>)> = Vec::new();
    for form in tried {
        let day = |field: &&str| values::date_in(field.as_bytes(), &form).filter(|day| YEARS.contains(&day.year()));
        let read: Option<Vec<NaiveDate>> = fields.iter().map(day).collect();
        match read {
            // A form that reads the same days tells nothing new, but for one that would not in another file.
            Some(read) if !ways.iter().any(|(known, days)| *days == read && !swapped(known, &form)) => {
                ways.push((form, read));
            }
            _ => {}
        }
    }
    let mut forms: Vec<DateFormat> = ways.into_iter().map(|(form, _)| form).collect();
    match forms.len() {
        // The forms of the layout may take turns.
        0 => match fields.iter().find(|field| values::date(field.as_bytes(), layout).is_err()) {
            None => Written::Proven(layout.to_vec()),
            Some(field) => Written::Unread((*field).to_owned()),
        },
        1 => {
            // Forms that cannot be mistaken for each other stay together, as other files may have the others.
            let pairs = layout.iter().flat_map(|one| layout.iter().map(move |other| (one, other)));
            if layout.contains(&forms[0]) && !pairs.into_iter().any(|(one, other)| swapped(one, other)) {
                forms = layout.to_vec();
            }
            Written::Proven(forms)
        }
        _ => Written::Open(forms),
    }
}

/// True where the forms differ in the order of day and month alone.
fn swapped(one: &DateFormat, other: &DateFormat) -> bool {
    let shape = |form: &DateFormat| -> Vec<DatePart> {
        let blur = |part: &DatePart| match part {
            DatePart::Month(_) | DatePart::Day(_) => DatePart::Day(true),
            other => *other,
        };
        form.parts.iter().map(blur).collect()
    };
    let day_at = |form: &DateFormat| form.parts.iter().position(|part| matches!(part, DatePart::Day(_)));
    shape(one) == shape(other) && day_at(one) != day_at(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(fields: &[&str], layout: &[&str]) -> Written<Vec<String>> {
        let layout: Vec<DateFormat> = layout.iter().map(|form| DateFormat::parse(form).expect("a form")).collect();
        let names = |forms: Vec<DateFormat>| forms.into_iter().map(|form| form.pattern).collect();
        match dates(fields, &layout) {
            Written::Proven(forms) => Written::Proven(names(forms)),
            Written::Open(forms) => Written::Open(names(forms)),
            Written::Unread(field) => Written::Unread(field),
        }
    }

    fn of(forms: &[&str]) -> Vec<String> {
        forms.iter().map(|form| (*form).to_owned()).collect()
    }

    #[test]
    fn the_order_of_day_and_month_is_proven_or_open() {
        let both = ["m/d/yyyy", "d/m/yyyy"];
        assert_eq!(patterns(&["03/14/2004", "03/01/2004"], &both), Written::Proven(of(&["m/d/yyyy"])));
        assert_eq!(patterns(&["03/01/2004", "14/03/2004", ""], &both), Written::Proven(of(&["d/m/yyyy"])));
        assert_eq!(patterns(&["03/01/2004", "04/02/2004"], &both), Written::Open(of(&both)));
        assert_eq!(
            patterns(&["03/01/2004", "14/03/2004", "03/14/2004"], &both),
            Written::Unread("03/01/2004".to_owned())
        );
        assert_eq!(patterns(&["03/03/2004"], &both), Written::Open(of(&both)), "they agree, and prove nothing");
        assert_eq!(patterns(&[""], &both), Written::Proven(of(&both)), "without a date it stays as it is");
        assert_eq!(patterns(&["1-2-2004"], &["yyyy-mm-dd"]), Written::Open(of(&["d-m-yyyy", "m-d-yyyy"])));
    }

    #[test]
    fn dates_in_the_forms_of_a_layout_leave_it_as_it_is() {
        let ads = ["yyyymmdd", "yyyy-mm-dd"];
        assert_eq!(patterns(&["20040301"], &ads), Written::Proven(of(&ads)));
        assert_eq!(patterns(&["20040301", "2004-03-02"], &ads), Written::Proven(of(&ads)));
        assert_eq!(patterns(&["1.3.2004"], &ads), Written::Proven(of(&["d.m.yyyy"])));
        assert_eq!(patterns(&["1 Mar 2004"], &ads), Written::Proven(of(&["d mmm yyyy"])));
        assert_eq!(patterns(&["soon"], &ads), Written::Unread("soon".to_owned()));
    }

    fn written(fields: &[&str]) -> Written<Numbers> {
        numbers(fields, &Numbers::plain(), true)
    }

    #[test]
    fn the_marks_of_numbers_are_proven_by_two_decimals() {
        let plain = Numbers::plain;
        assert_eq!(written(&["1.50", "", "-7"]), Written::Proven(plain()));
        let comma = Numbers { decimal: b',', ..plain() };
        assert_eq!(written(&["1,50", "1234,00"]), Written::Proven(comma.clone()));
        let german = Numbers { thousands: Some('.'), trailing_minus: true, padded: true, ..comma };
        assert_eq!(written(&["  22.828,36-", "1,00"]), Written::Proven(german));
        let american =
            Numbers { thousands: Some(','), parentheses: true, currency_signs: vec!["$".to_owned()], ..plain() };
        assert_eq!(written(&["$1,234.50", "($7.00)"]), Written::Proven(american));
        assert_eq!(written(&["1,234"]), Written::Proven(Numbers { thousands: Some(','), ..plain() }));
        assert_eq!(written(&["1.50", "seven"]), Written::Unread("seven".to_owned()));
        assert_eq!(written(&["1.50", "1,50"]), Written::Unread("1,50".to_owned()));
    }

    #[test]
    fn quantities_prove_less() {
        let open = numbers(&["1,234"], &Numbers::plain(), false);
        assert_eq!(open, Written::Open(Numbers { decimal: b',', ..Numbers::plain() }));
        let proven = numbers(&["1,2345"], &Numbers::plain(), false);
        assert_eq!(proven, Written::Proven(Numbers { decimal: b',', ..Numbers::plain() }));
    }
}
