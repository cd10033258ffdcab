//! One table of the mapping language laid over what stands below it: each key checked, and its value in its place.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;

use super::raw::{RawAmounts, RawColumn, RawDialect, RawNames, RawOrigin, RawTotal, Tables, Text};
use super::{Amounts, Column, DateFormat, Dialect, Negative, Numbers, Origin, OtherColumns, SOURCES, Shape, TotalRow};
use crate::book::Choice;
use crate::book::config::{FILE, place_of};
use crate::diagnostics::{Code, Faults, Place};

/// A layout while tables are laid over it.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub name: String,
    /// The source that the layout is for; none where it may be for any.
    pub source: Option<String>,
    pub shape: Shape,
    /// Columns that nothing maps are looked for under their own names.
    pub own_names: bool,
    pub other_columns: OtherColumns,
    pub dialect: Dialect,
    /// By canonical column; nothing where the layout says that there is none.
    pub columns: BTreeMap<String, Option<Column>>,
    pub amounts: Vec<Amounts>,
    pub totals: Vec<TotalRow>,
}

impl Draft {
    /// What a layout is before anything is said of it.
    pub fn blank(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            source: None,
            shape: Shape::Table,
            own_names: false,
            other_columns: OtherColumns::Ignored,
            dialect: Dialect::plain(),
            columns: BTreeMap::new(),
            amounts: Vec::new(),
            totals: Vec::new(),
        }
    }
}

/// The tables that a layout and a source share.
#[derive(Clone, Copy)]
pub(super) struct Over<'r> {
    pub dialect: &'r RawDialect,
    pub columns: &'r Tables<RawColumn>,
    pub amounts: Option<&'r Vec<Spanned<RawAmounts>>>,
    pub totals: Option<&'r Vec<Spanned<RawTotal>>>,
}

/// Checks tables of a text and gathers its faults.
pub(super) struct Checker<'t> {
    pub text: &'t str,
    pub faults: Faults,
}

impl Checker<'_> {
    pub fn fault(&mut self, span: Range<usize>, message: &str, value: &str, expected: &str, help: &str) {
        let place = self.place(span);
        self.faults.add(Code::Configuration, place, message, value, expected, help);
    }

    pub fn place(&self, span: Range<usize>) -> Place {
        if self.text.is_empty() { Place::file(FILE) } else { place_of(self.text, span.start) }
    }

    pub fn lay(&mut self, over: Over<'_>, draft: &mut Draft) {
        self.dialect(over.dialect, &mut draft.dialect);
        for (name, column) in over.columns {
            if self.canonical(name) {
                let read = self.column(name, column);
                draft.columns.insert(name.get_ref().clone(), read);
            }
        }
        if let Some(amounts) = over.amounts {
            draft.amounts = amounts.iter().filter_map(|amounts| self.amounts(amounts)).collect();
        }
        if let Some(totals) = over.totals {
            draft.totals = totals.iter().filter_map(|total| self.total(total)).collect();
        }
    }

    /// True for a canonical column of any source; of which, is known when a source takes the layout.
    fn canonical(&mut self, name: &Text) -> bool {
        let known = SOURCES.iter().any(|source| source.has(name.get_ref()));
        if !known && matches!(name.get_ref().as_str(), "debit" | "credit") {
            let help = "write a table [[amounts]] with debit and credit";
            let message = "the sides of a line are told by amounts, not by columns";
            self.fault(name.span(), message, name.get_ref(), "a canonical column", help);
        } else if !known {
            let expected = "a canonical column of a source, as docs/layouts.md lists them";
            self.fault(name.span(), "not a canonical column", name.get_ref(), expected, "correct the name");
        }
        known
    }

    pub fn choice<T: Choice>(&mut self, value: Option<&Text>, before: T) -> T {
        let Some(value) = value else { return before };
        T::from_name(value.get_ref()).unwrap_or_else(|| {
            let help = "choose one of the names";
            self.fault(value.span(), "not one of the choices", value.get_ref(), &T::expected(), help);
            before
        })
    }

    fn dialect(&mut self, raw: &RawDialect, dialect: &mut Dialect) {
        dialect.encoding = self.choice(raw.encoding.as_ref(), dialect.encoding);
        if let Some(delimiter) = &raw.delimiter {
            dialect.delimiter = self.delimiter(delimiter);
        }
        dialect.quoted = raw.quoted.unwrap_or(dialect.quoted);
        dialect.title_rows = raw.title_rows.unwrap_or(dialect.title_rows);
        dialect.ruled = raw.ruled.unwrap_or(dialect.ruled);
        dialect.trimmed = raw.trimmed.unwrap_or(dialect.trimmed);
        if let Some(dates) = &raw.dates {
            dialect.dates = self.dates(dates);
        }
        self.numbers(raw, &mut dialect.numbers);
        self.marks_differ(raw, dialect);
    }

    /// The byte of a delimiter; nothing for `auto`.
    fn delimiter(&mut self, written: &Text) -> Option<u8> {
        let sign = match written.get_ref().as_str() {
            "auto" => return None,
            "tab" => b'\t',
            text => match text.as_bytes() {
                [sign] if sign.is_ascii_punctuation() || *sign == b'\t' => *sign,
                _ => b'"',
            },
        };
        if sign == b'"' {
            let expected = "one sign such as \";\" or \"|\", or \"tab\" or \"auto\"";
            self.fault(written.span(), "not a delimiter", written.get_ref(), expected, "correct the delimiter");
        }
        Some(sign)
    }

    fn numbers(&mut self, raw: &RawDialect, numbers: &mut Numbers) {
        if let Some(decimal) = &raw.decimal {
            numbers.decimal = match decimal.get_ref().as_str() {
                "." => b'.',
                "," => b',',
                other => {
                    self.fault(decimal.span(), "not a decimal mark", other, "\".\" or \",\"", "correct the mark");
                    numbers.decimal
                }
            };
        }
        if let Some(thousands) = &raw.thousands {
            numbers.thousands = self.thousands(thousands);
        }
        numbers.trailing_minus = raw.trailing_minus.unwrap_or(numbers.trailing_minus);
        numbers.parentheses = raw.parentheses.unwrap_or(numbers.parentheses);
        numbers.padded = raw.padded.unwrap_or(numbers.padded);
        if let Some(signs) = &raw.currency_signs {
            numbers.currency_signs = self.currency_signs(signs);
        }
    }

    fn thousands(&mut self, written: &Text) -> Option<char> {
        let mut signs = written.get_ref().chars();
        match (signs.next(), signs.next()) {
            (None, _) => None,
            (Some('\u{a0}' | '\u{202f}'), None) => Some(' '),
            (Some('\u{2019}'), None) => Some('\''),
            (Some(sign @ ('.' | ',' | ' ' | '\'' | '_')), None) => Some(sign),
            _ => {
                let expected = "\".\", \",\", \" \", \"'\" or \"_\"; \"\" for none";
                self.fault(written.span(), "not a thousands mark", written.get_ref(), expected, "correct the mark");
                None
            }
        }
    }

    fn currency_signs(&mut self, written: &Spanned<Vec<Text>>) -> Vec<String> {
        let mut signs = Vec::new();
        for sign in written.get_ref() {
            let text = sign.get_ref();
            if !Numbers::is_currency_sign(text) {
                let expected = "a sign or code such as \"$\", \"€\" or \"USD\", without digits and spaces";
                self.fault(sign.span(), "not a currency sign", text, expected, "correct the sign");
            } else if signs.contains(text) {
                self.twice(sign);
            } else {
                signs.push(text.clone());
            }
        }
        // The longest first: `US$` is not `U` before `S$`.
        signs.sort_by_key(|sign: &String| std::cmp::Reverse(sign.len()));
        signs
    }

    fn dates(&mut self, written: &Spanned<RawNames>) -> Vec<DateFormat> {
        let mut dates = Vec::new();
        for (span, pattern) in self.names(written, "a date's form") {
            match DateFormat::parse(&pattern) {
                Ok(format) => dates.push(format),
                Err(error) => {
                    let expected = "a form such as \"yyyy-mm-dd\", \"d.m.yyyy\" or \"d mmm yyyy\"";
                    let message = format!("not the form of a date: {error}");
                    self.fault(span, &message, &pattern, expected, "correct the form");
                }
            }
        }
        dates
    }

    /// What ends a number must not be what groups its digits, and without quotes a delimiter must not be in it.
    fn marks_differ(&mut self, raw: &RawDialect, dialect: &Dialect) {
        let numbers = &dialect.numbers;
        let decimal = char::from(numbers.decimal);
        if let Some(written) = raw.thousands.as_ref().or(raw.decimal.as_ref())
            && numbers.thousands == Some(decimal)
        {
            let message = "the decimal mark and the thousands mark are the same";
            let help = "write both marks, as the files have them";
            self.fault(written.span(), message, written.get_ref(), "two marks that differ", help);
        }
        let written = raw.delimiter.as_ref().or(raw.decimal.as_ref()).or(raw.thousands.as_ref());
        if let (Some(written), Some(delimiter), false) = (written, dialect.delimiter, dialect.quoted)
            && [Some(decimal), numbers.thousands].contains(&Some(char::from(delimiter)))
        {
            let message = "the delimiter is a mark of numbers, and fields are not quoted";
            let help = "correct the delimiter or the marks, or remove quoted = false";
            self.fault(written.span(), message, written.get_ref(), "a delimiter that no number has", help);
        }
    }

    /// The texts of a list, each with its place; an empty list, an empty text and a text that comes twice are told.
    pub fn names(&mut self, written: &Spanned<RawNames>, what: &str) -> Vec<(Range<usize>, String)> {
        let RawNames(names) = written.get_ref();
        self.texts(names, written.span(), what)
    }

    fn texts(&mut self, names: &[Text], around: Range<usize>, what: &str) -> Vec<(Range<usize>, String)> {
        let mut found: Vec<(Range<usize>, String)> = Vec::new();
        if names.is_empty() {
            self.fault(around.clone(), "the list is empty", "", what, "add a text, or remove the key");
        }
        for name in names {
            let span = if name.span().is_empty() { around.clone() } else { name.span() };
            let text = name.get_ref();
            if text.trim().is_empty() {
                self.fault(span, "the text is empty", "", what, "fill in the text, or remove it");
            } else if found.iter().any(|(_, known)| known == text) {
                self.fault(span, "the text is given twice", text, "each text once", "remove one of them");
            } else {
                found.push((span, text.clone()));
            }
        }
        found
    }

    fn plain_names(&mut self, written: &Spanned<RawNames>, what: &str) -> Vec<String> {
        self.names(written, what).into_iter().map(|(_, text)| text).collect()
    }

    fn twice(&mut self, text: &Text) {
        self.fault(text.span(), "the text is given twice", text.get_ref(), "each text once", "remove one of them");
    }

    /// A text that must say something.
    fn filled(&mut self, text: &Text, what: &str) -> String {
        if text.get_ref().trim().is_empty() {
            self.fault(text.span(), "the text is empty", "", what, "fill in the text, or remove the key");
        }
        text.get_ref().clone()
    }

    /// A column as its table says; nothing where the layout has none.
    fn column(&mut self, name: &Text, written: &Spanned<RawColumn>) -> Option<Column> {
        match written.get_ref() {
            RawColumn::Absent => None,
            RawColumn::Headings(headings) => {
                let headings = self.texts(headings, written.span(), "a heading of the file");
                Some(Column::of(Origin::Field(headings.into_iter().map(|(_, text)| text).collect())))
            }
            RawColumn::Table(origin) => Some(self.table(name, origin)),
        }
    }

    fn table(&mut self, name: &Text, raw: &RawOrigin) -> Column {
        let mut column = Column::of(self.origin(name, raw));
        self.only_of_fields(raw);
        if let Some(values) = &raw.values {
            column.values = self.values(values);
        }
        column.carried = raw.carried.as_ref().is_some_and(|carried| *carried.get_ref());
        // Spaces count in both: a name may be known by the spaces around its sign.
        column.after = raw.after.as_ref().map(|sign| self.sign(sign)).unwrap_or_default();
        column.until = raw.until.as_ref().map(|sign| self.sign(sign)).unwrap_or_default();
        if let Some(opens) = &raw.opens {
            column.opens = self.plain_names(opens, "a heading of the file");
            if name.get_ref() != "journal_id" {
                let help = "remove the key; carried = true repeats a field";
                self.fault(opens.span(), "only a journal id opens journals", name.get_ref(), "journal_id", help);
            }
        }
        column
    }

    fn sign(&mut self, sign: &Text) -> String {
        if sign.get_ref().is_empty() {
            self.fault(sign.span(), "the text is empty", "", "a sign such as \" \"", "fill it in, or remove the key");
        }
        sign.get_ref().clone()
    }

    fn origin(&mut self, name: &Text, raw: &RawOrigin) -> Origin {
        match (&raw.from, &raw.join, &raw.value) {
            (Some(from), None, None) => Origin::Field(self.plain_names(from, "a heading of the file")),
            (None, Some(join), None) => {
                let columns = self.texts(join.get_ref(), join.span(), "headings of the file");
                let columns = columns.into_iter().map(|(_, text)| text).collect();
                let with = raw.with.as_ref().map_or("-", |with| with.get_ref().as_str()).to_owned();
                if with.is_empty() {
                    let span = raw.with.as_ref().map_or_else(|| name.span(), Spanned::span);
                    let message = "joined without a sign between them, different texts can become one";
                    self.fault(span, message, "", "a sign such as \"-\"", "write a sign that no field has");
                }
                Origin::Join { columns, with }
            }
            (None, None, Some(value)) => Origin::Value(self.filled(value, "the text of every row")),
            _ => {
                let expected = "one of from, join and value";
                let help = "say once where the column comes from";
                self.fault(name.span(), "the column has no origin, or several", name.get_ref(), expected, help);
                Origin::Value(String::new())
            }
        }
    }

    /// Tells of keys that mean nothing beside the column's origin.
    fn only_of_fields(&mut self, raw: &RawOrigin) {
        if let (Some(with), None) = (&raw.with, &raw.join) {
            self.idle(with.span(), "with", "join");
        }
        if raw.value.is_some() {
            let spans = [
                ("values", raw.values.as_ref().map(Spanned::span)),
                ("after", raw.after.as_ref().map(Spanned::span)),
                ("until", raw.until.as_ref().map(Spanned::span)),
                ("carried", raw.carried.as_ref().map(Spanned::span)),
                ("opens", raw.opens.as_ref().map(Spanned::span)),
            ];
            for (key, span) in spans {
                span.into_iter().for_each(|span| self.idle(span, key, "from or join"));
            }
        }
        if raw.join.is_some() {
            for (key, sign) in [("after", &raw.after), ("until", &raw.until)] {
                sign.iter().for_each(|sign| self.idle(sign.span(), key, "from"));
            }
        }
    }

    fn idle(&mut self, span: Range<usize>, key: &str, beside: &str) {
        self.fault(
            span,
            &format!("{key} means nothing here"),
            key,
            &format!("{key} beside {beside}"),
            "remove the key",
        );
    }

    fn values(&mut self, written: &Spanned<BTreeMap<Text, Text>>) -> BTreeMap<String, String> {
        if written.get_ref().is_empty() {
            let help = "add the texts of the file with what they stand for, or remove the key";
            self.fault(written.span(), "the table is empty", "", "{ \"1000\" = \"II\" }", help);
        }
        let pairs = written.get_ref().iter();
        pairs.map(|(from, to)| (from.get_ref().clone(), self.filled(to, "what the text stands for"))).collect()
    }

    fn amounts(&mut self, written: &Spanned<RawAmounts>) -> Option<Amounts> {
        let raw = written.get_ref();
        let heading = |text: &Text| text.get_ref().clone();
        for text in [&raw.debit, &raw.credit, &raw.amount, &raw.indicator].into_iter().flatten() {
            self.filled(text, "a heading of the file");
        }
        match (&raw.debit, &raw.credit, &raw.amount, &raw.indicator, &raw.sign) {
            (Some(debit), Some(credit), None, None, None) if raw.debit_is.is_none() && raw.credit_is.is_none() => {
                if debit.get_ref() == credit.get_ref() {
                    self.twice(credit);
                }
                let negative = self.choice(raw.negative.as_ref(), Negative::Refused);
                Some(Amounts::DebitCredit { debit: heading(debit), credit: heading(credit), negative })
            }
            (None, None, Some(amount), Some(indicator), None) if raw.negative.is_none() => {
                let (debit, credit) = self.indicated(written)?;
                Some(Amounts::Indicated { amount: heading(amount), indicator: heading(indicator), debit, credit })
            }
            (None, None, Some(amount), None, Some(sign))
                if raw.negative.is_none() && raw.debit_is.is_none() && raw.credit_is.is_none() =>
            {
                let amount = heading(amount);
                match self.choice(Some(sign), Sign::DebitPositive) {
                    Sign::DebitPositive => Some(Amounts::Signed { amount }),
                    Sign::Natural => Some(Amounts::Natural { amount }),
                }
            }
            _ => {
                let expected =
                    "debit and credit (and negative); amount, indicator, debit_is and credit_is; or amount and sign";
                let help = "write the keys of one way, and no other";
                self.fault(written.span(), "the amounts are not told in one way", "", expected, help);
                None
            }
        }
    }

    /// What an indicator says for a debit and for a credit: nothing says both.
    fn indicated(&mut self, written: &Spanned<RawAmounts>) -> Option<(Vec<String>, Vec<String>)> {
        let raw = written.get_ref();
        let (Some(debit), Some(credit)) = (&raw.debit_is, &raw.credit_is) else {
            let help = "say what the indicator is for a debit, and what for a credit";
            let expected = "debit_is = [\"D\"] and credit_is = [\"C\"]";
            self.fault(written.span(), "the indicator is not told", "", expected, help);
            return None;
        };
        let debits = self.plain_names(debit, "a text of the indicator");
        let credits = self.plain_names(credit, "a text of the indicator");
        let known: BTreeSet<&String> = debits.iter().collect();
        if let Some(both) = credits.iter().find(|text| known.contains(text)) {
            let message = "the indicator is the same for debits and credits";
            self.fault(credit.span(), message, both, "a text for one side only", "remove it from one of the lists");
        }
        Some((debits, credits))
    }

    fn total(&mut self, written: &Spanned<RawTotal>) -> Option<TotalRow> {
        let raw = written.get_ref();
        let column = self.filled(&raw.column, "a heading of the file");
        let starts_with = match (&raw.starts_with, raw.empty) {
            (Some(text), None | Some(false)) => self.filled(text, "how the field of a total starts"),
            (None, Some(true)) => String::new(),
            _ => {
                let expected = "starts_with = \"Total\", or empty = true";
                let help = "say by what a total is known";
                self.fault(written.span(), "the total row is not told in one way", "", expected, help);
                return None;
            }
        };
        Some(TotalRow { column, starts_with })
    }
}

/// What the sign of a signed amount says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    DebitPositive,
    /// Positive on the normal side of the line's account.
    Natural,
}

impl Choice for Sign {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::DebitPositive, "debit-positive"), (Self::Natural, "natural")];
}
