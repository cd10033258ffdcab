//! A proposal: what was found of a file, the tables of a book that would read it, and its first rows as they would be
//! read. All of it together is TOML: what is for a person to read stands behind `#`.

use std::fmt::{self, Write};

use super::fit::{Cut, Fit, Row};
use super::marks::{self, Written};
use super::plan::Plan;
use crate::book::Choice;
use crate::book::layout::{
    Amounts, Column, DateFormat, Dialect, Encoding, Heading, Layout, Negative, Numbers, Origin, SourceColumns, heading,
    presets,
};

/// A proposal for one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What was found, a sentence each.
    pub found: Vec<String>,
    /// The tables; a column that is to be filled in has the value `?`, which no book has as a code.
    pub toml: String,
    /// Canonical columns that the file does not have, and the book must tell of.
    pub to_fill_in: Vec<&'static str>,
    /// The first rows as they would be read, below their headings.
    pub rows: Vec<Vec<String>>,
}

/// A file that a proposal is made for.
pub(super) struct Looked<'a> {
    pub name: &'a str,
    pub source: &'static SourceColumns,
    pub kind: Kind<'a>,
    /// The sheet, of a workbook that has several.
    pub sheet: Option<&'a str>,
}

/// Cuts a text into rows with a delimiter, with quotes or without.
type Again<'a> = &'a dyn Fn(u8, bool) -> Vec<Row>;

/// What the rows come from.
pub(super) enum Kind<'a> {
    Text {
        encoding: Encoding,
        ascii: bool,
        doubt: Option<String>,
        again: Again<'a>,
    },
    /// The cells of a sheet or of a columnar file, which know their types.
    Cells,
    /// The elements of an audit file.
    Elements {
        encoding: Encoding,
    },
}

/// The value of a column that is to be filled in: the book can be read with it, and every row is refused.
pub const UNKNOWN: &str = "?";
const TO_FILL_IN: &str = "to fill in: \"<a heading of the file>\", or as here the same for every row";

/// How many rows are shown.
const ROWS_SHOWN: usize = 5;
/// Longest text of a field, and longest name of a file, that is shown, in letters.
const FIELD_LETTERS_MAX: usize = 28;
const NAME_LETTERS_MAX: usize = 80;
/// Longest sentence about a file, in letters.
const SENTENCE_LETTERS_MAX: usize = 1_000;

/// The proposal for a file that one of these layouts fits.
pub(super) fn proposal(file: &Looked<'_>, mut fits: Vec<Fit>, cuts: &[Cut]) -> Proposal {
    // Layouts that look for the same columns differ in how they are written.
    let as_it_is = fits.iter().position(|fit| Draft::new(file, fit.clone(), cuts).changes_nothing()).unwrap_or(0);
    let draft = Draft::new(file, fits.swap_remove(as_it_is), cuts);
    Proposal { found: draft.found(), toml: draft.toml(), to_fill_in: draft.to_fill_in.clone(), rows: draft.read_rows() }
}

/// A layout with what the file shows of its dialect.
struct Draft<'a> {
    file: &'a Looked<'a>,
    fit: Fit,
    /// The layout as the file has it.
    layout: Layout,
    rows: Vec<Row>,
    header: Vec<String>,
    /// Columns that the preset says nothing of, and a heading names.
    named: Vec<&'static str>,
    to_fill_in: Vec<&'static str>,
    numbers: Written<Numbers>,
    dates: Written<Vec<DateFormat>>,
}

impl<'a> Draft<'a> {
    fn new(file: &'a Looked<'a>, fit: Fit, cuts: &[Cut]) -> Self {
        let rows = rows(file, &fit, cuts);
        let header = rows.get(fit.header).map(|row| row.fields.clone()).unwrap_or_default();
        let mut layout = fit.layout.clone();
        let named = name_columns(&mut layout, file.source, &header);
        let plan = Plan::new(&layout, file.source, &header);
        let to_fill_in: Vec<&'static str> = layout.unsaid(file.source).chain(missing(&plan)).collect();
        let records = Records { plan: &plan, rows: rows.get(fit.header + 1..).unwrap_or_default() };
        let numbers = records.numbers(file.source, &layout.dialect.numbers);
        let days = records.fields(&file.source.names().filter(|name| is_date(name)).collect::<Vec<_>>());
        let dates = marks::dates(&days, &layout.dialect.dates);
        layout.dialect = dialect(file, &fit, &numbers, &dates);
        let fit = Fit { plan, ..fit };
        Self { file, fit, layout, rows, header, named, to_fill_in, numbers, dates }
    }

    fn changes_nothing(&self) -> bool {
        self.layout.dialect == self.fit.layout.dialect
    }

    fn found(&self) -> Vec<String> {
        let (source, fit) = (self.file.source, &self.fit);
        let sought = fit.plan.sought(&fit.layout, source);
        let there = sought - fit.plan.lacking(source);
        let what = if fit.own {
            "no preset fits; a layout of its own, from its headings".to_owned()
        } else {
            format!("layout {}, {there} of its {sought} columns are there", fit.layout.name)
        };
        let mut found = vec![format!("{}: {what}", cut(self.file.name, NAME_LETTERS_MAX)), self.form()];
        let name = name_in_book(self.file.name);
        if name != self.file.name {
            found.push(format!("the file's name has signs that paths of a book do not have; call it {name} there"));
        }
        found.extend(self.doubts());
        if !self.to_fill_in.is_empty() {
            found.push(format!(
                "to fill in: {}; the file has the columns {}",
                self.to_fill_in.join(", "),
                self.columns()
            ));
        }
        found
    }

    /// How the file is written, as one sentence.
    fn form(&self) -> String {
        let line = self.rows.get(self.fit.header).map_or(0, |row| row.line);
        match &self.file.kind {
            Kind::Cells => format!("the header is row {line}"),
            Kind::Elements { .. } => "an audit file in XML; its control totals are verified when it is read".to_owned(),
            Kind::Text { encoding, ascii, .. } => {
                let sign = match self.fit.delimiter {
                    Some(b'\t') => "a tab".to_owned(),
                    other => format!("\"{}\"", other.map(char::from).unwrap_or(',')),
                };
                let encoding = if *ascii { "plain ASCII" } else { encoding.name() };
                format!("the header is line {line}; {sign} stands between fields; the text is {encoding}")
            }
        }
    }

    fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if let Kind::Text { doubt: Some(doubt), .. } = &self.file.kind {
            doubts.push(doubt.clone());
        }
        match &self.numbers {
            Written::Proven(_) => {}
            Written::Open(_) => doubts.push("the decimal mark is open: the numbers can be read in two ways".to_owned()),
            Written::Unread(field) => {
                doubts.push(format!("no way of writing numbers reads all of them, such as {field}"))
            }
        }
        match &self.dates {
            Written::Proven(_) => {}
            Written::Open(forms) => {
                let forms: Vec<&str> = forms.iter().map(|form| form.pattern.as_str()).collect();
                let forms = forms.join(" and ");
                doubts.push(format!(
                    "the form of the dates is open: {forms} read all that were looked at; leave the one that it is"
                ));
            }
            Written::Unread(field) => doubts.push(format!("no form of dates reads all of them, such as {field}")),
        }
        doubts
    }

    fn columns(&self) -> String {
        let names: Vec<&str> = self.header.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
        names.join(", ")
    }

    fn toml(&self) -> String {
        let source = self.file.source.source;
        let mut toml = String::new();
        if self.fit.own {
            line(&mut toml, &format!("[layouts.{}]\nsource = {}\n", self.layout.name, quoted(source)));
        }
        line(&mut toml, &format!("[sources.{source}]"));
        line(&mut toml, &format!("files = {}", quoted(&pattern_of(&name_in_book(self.file.name)))));
        if self.layout.name != presets::CANONICAL {
            line(&mut toml, &format!("layout = {}", quoted(&self.layout.name)));
        }
        if let Some(sheet) = self.file.sheet {
            line(&mut toml, &format!("sheet = {}", quoted(sheet)));
        }
        let keys = dialect_keys(&self.fit.layout.dialect, &self.layout.dialect);
        table(&mut toml, &format!("[sources.{source}.dialect]"), &keys);
        table(&mut toml, &format!("[sources.{source}.columns]"), &self.column_keys());
        if self.fit.own {
            for amounts in &self.layout.amounts {
                table(&mut toml, &format!("[[sources.{source}.amounts]]"), &amount_keys(amounts));
            }
        }
        toml
    }

    fn column_keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        for name in self.file.source.names() {
            if self.to_fill_in.contains(&name) {
                keys.push(format!("{name} = {{ value = {} }} # {TO_FILL_IN}", quoted(UNKNOWN)));
            } else if self.fit.plan.missing.contains(&name) {
                keys.push(format!("{name} = false"));
            } else if self.fit.own || self.named.contains(&name) {
                keys.extend(self.layout.columns.get(name).and_then(|column| column_key(name, column)));
            }
        }
        keys
    }

    fn read_rows(&self) -> Vec<Vec<String>> {
        let plan = &self.fit.plan;
        let mut shown = vec![plan.headings()];
        let records = self.rows.iter().skip(self.fit.header + 1).filter(|row| !plan.is_no_record(&row.fields));
        for row in records.take(ROWS_SHOWN) {
            let above = shown.last().filter(|_| shown.len() > 1).cloned().unwrap_or_default();
            shown.push(plan.read(row, &self.layout, &above));
        }
        shown
    }
}

/// The rows as the layout has them: without quotes a text is cut again, spaces around fields and ruled lines go away.
fn rows(file: &Looked<'_>, fit: &Fit, cuts: &[Cut]) -> Vec<Row> {
    let dialect = &fit.layout.dialect;
    let mut rows = match (&file.kind, fit.delimiter) {
        (Kind::Text { again, .. }, Some(delimiter)) if !dialect.quoted => again(delimiter, false),
        _ => {
            let cut = cuts.iter().find(|(delimiter, _)| *delimiter == fit.delimiter);
            cut.map(|(_, rows)| rows.clone()).unwrap_or_default()
        }
    };
    if dialect.trimmed {
        rows.iter_mut().flat_map(|row| &mut row.fields).for_each(|field| *field = field.trim().to_owned());
    }
    let rule = |row: &Row| row.fields.iter().all(|field| field.bytes().all(|sign| matches!(sign, b'-' | b' ')));
    // Above the header they count, so that it stays where it was found.
    let mut at = 0..;
    rows.retain(|row| at.next().is_some_and(|at| at <= fit.header) || !dialect.ruled || !rule(row));
    rows
}

/// Gives columns of which the layout says nothing the headings that have their names.
fn name_columns(layout: &mut Layout, source: &'static SourceColumns, header: &[String]) -> Vec<&'static str> {
    let mut named = Vec::new();
    for name in layout.unsaid(source).collect::<Vec<_>>() {
        if let Heading::At(at) = heading(header.iter().map(String::as_str), name) {
            layout.columns.insert(name.to_owned(), Column::named(header[at].trim()));
            named.push(name);
        }
    }
    named
}

/// Required columns that the layout looks for in vain.
fn missing(plan: &Plan) -> impl Iterator<Item = &'static str> {
    plan.missing.iter().copied().filter(|name| *name != "journal_line")
}

/// The rows below a header that are records.
struct Records<'r> {
    plan: &'r Plan,
    rows: &'r [Row],
}

impl<'r> Records<'r> {
    fn each(&self) -> impl Iterator<Item = &'r [String]> {
        let plan = self.plan;
        self.rows.iter().map(|row| &row.fields[..]).filter(move |row| !plan.is_no_record(row))
    }

    /// The fields of canonical columns.
    fn fields(&self, names: &[&str]) -> Vec<&'r str> {
        let of_row = |row: &'r [String]| names.iter().flat_map(|name| self.plan.fields(name, row)).collect::<Vec<_>>();
        self.each().flat_map(of_row).collect()
    }

    /// How the numbers are written: a ledger's are money, those of a subledger may have more decimals.
    fn numbers(&self, source: &SourceColumns, layout: &Numbers) -> Written<Numbers> {
        if source.has_sides() {
            let fields: Vec<&str> = self.each().flat_map(|row| self.plan.amounts(row)).collect();
            return marks::numbers(&fields, layout, true);
        }
        let names: Vec<&str> = source.names().filter(|name| is_number(name)).collect();
        marks::numbers(&self.fields(&names), layout, false)
    }
}

fn is_number(name: &str) -> bool {
    const WORDS: [&str; 11] = [
        "amount",
        "quantity",
        "cost",
        "price",
        "rate",
        "units",
        "value",
        "expensed",
        "depreciation",
        "flows",
        "months",
    ];
    !is_date(name) && (name == "accrued_to_date" || WORDS.iter().any(|word| name.contains(word)))
}

fn is_date(name: &str) -> bool {
    let days = ["service_start", "service_end", "first_showing"];
    name.ends_with("_date") && !name.ends_with("_to_date") || days.contains(&name)
}

/// The layout's dialect with what the file shows.
fn dialect(file: &Looked<'_>, fit: &Fit, numbers: &Written<Numbers>, dates: &Written<Vec<DateFormat>>) -> Dialect {
    let mut dialect = fit.layout.dialect.clone();
    dialect.title_rows |= fit.header > 0;
    if let Kind::Elements { encoding } = &file.kind {
        dialect.encoding = *encoding;
    }
    if let Kind::Text { encoding, ascii, .. } = &file.kind {
        if !ascii {
            dialect.encoding = *encoding;
        }
        // What the header tells may stay so.
        if dialect.delimiter.is_some() {
            dialect.delimiter = fit.delimiter;
        }
        if let Written::Proven(numbers) | Written::Open(numbers) = numbers {
            dialect.numbers = numbers.clone();
        }
        if let Written::Proven(dates) | Written::Open(dates) = dates {
            dialect.dates.clone_from(dates);
        }
    }
    dialect
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    format!("[{}]", texts.map(quoted).collect::<Vec<_>>().join(", "))
}

/// The name that a file may have in a book: signs that paths of a book do not have are replaced.
fn name_in_book(name: &str) -> String {
    name.replace(|sign: char| sign.is_control() || matches!(sign, '\\' | ':' | '/'), "-")
}

/// A file's name as a pattern that means the file alone.
fn pattern_of(name: &str) -> String {
    if name.contains(['*', '?', '[', ']']) { glob::Pattern::escape(name) } else { name.to_owned() }
}

fn line(toml: &mut String, text: &str) {
    toml.push_str(text);
    toml.push('\n');
}

fn table(toml: &mut String, heading: &str, keys: &[String]) {
    if !keys.is_empty() {
        line(toml, "");
        line(toml, heading);
        keys.iter().for_each(|key| line(toml, key));
    }
}

/// The keys of a dialect that differ from the layout's below it.
fn dialect_keys(below: &Dialect, dialect: &Dialect) -> Vec<String> {
    let (numbers, before) = (&dialect.numbers, &below.numbers);
    let delimiter = match dialect.delimiter {
        None => "auto".to_owned(),
        Some(b'\t') => "tab".to_owned(),
        Some(sign) => char::from(sign).to_string(),
    };
    let dates = match dialect.dates.as_slice() {
        [only] => quoted(&only.pattern),
        several => list(several.iter().map(|date| date.pattern.as_str())),
    };
    let thousands = numbers.thousands.map(String::from).unwrap_or_default();
    let keys = [
        (dialect.encoding != below.encoding, "encoding", quoted(dialect.encoding.name())),
        (dialect.delimiter != below.delimiter, "delimiter", quoted(&delimiter)),
        (dialect.title_rows != below.title_rows, "title_rows", dialect.title_rows.to_string()),
        (numbers.decimal != before.decimal, "decimal", quoted(&char::from(numbers.decimal).to_string())),
        (numbers.thousands != before.thousands, "thousands", quoted(&thousands)),
        (numbers.trailing_minus != before.trailing_minus, "trailing_minus", numbers.trailing_minus.to_string()),
        (numbers.parentheses != before.parentheses, "parentheses", numbers.parentheses.to_string()),
        (
            numbers.currency_signs != before.currency_signs,
            "currency_signs",
            list(numbers.currency_signs.iter().map(String::as_str)),
        ),
        (numbers.padded != before.padded, "padded", numbers.padded.to_string()),
        (dialect.dates != below.dates, "dates", dates),
    ];
    keys.into_iter().filter(|(differs, ..)| *differs).map(|(_, key, value)| format!("{key} = {value}")).collect()
}

/// The key of a column that is one heading.
fn column_key(name: &str, column: &Column) -> Option<String> {
    match &column.from {
        Origin::Field(names) => names.first().map(|heading| format!("{name} = {}", quoted(heading))),
        Origin::Join { .. } | Origin::Value(_) => None,
    }
}

fn amount_keys(amounts: &Amounts) -> Vec<String> {
    let key = |name: &str, text: &str| format!("{name} = {}", quoted(text));
    let texts = |name: &str, texts: &[String]| format!("{name} = {}", list(texts.iter().map(String::as_str)));
    match amounts {
        Amounts::DebitCredit { debit, credit, negative } => {
            let mut keys = vec![key("debit", debit), key("credit", credit)];
            keys.extend((*negative != Negative::Refused).then(|| key("negative", negative.name())));
            keys
        }
        Amounts::Signed { amount } => vec![key("amount", amount), key("sign", "debit-positive")],
        Amounts::Natural { amount } => vec![key("amount", amount), key("sign", "natural")],
        Amounts::Indicated { amount, indicator, debit, credit } => {
            vec![
                key("amount", amount),
                key("indicator", indicator),
                texts("debit_is", debit),
                texts("credit_is", credit),
            ]
        }
    }
}

impl fmt::Display for Proposal {
    /// The proposal as TOML.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for sentence in &self.found {
            writeln!(formatter, "# {}.", cut(sentence, SENTENCE_LETTERS_MAX))?;
        }
        writeln!(formatter, "\n{}", self.toml)?;
        if self.rows.len() < 2 {
            return writeln!(formatter, "# The file has no rows to show.");
        }
        writeln!(formatter, "# The first rows as they would be read:")?;
        let widths = widths(&self.rows);
        for row in &self.rows {
            let mut shown = String::from("#");
            for (text, width) in row.iter().zip(&widths) {
                write!(shown, "  {:<width$}", cut(text, FIELD_LETTERS_MAX))?;
            }
            writeln!(formatter, "{}", shown.trim_end())?;
        }
        Ok(())
    }
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |at: usize| {
        rows.iter().filter_map(|row| row.get(at)).map(|text| cut(text, FIELD_LETTERS_MAX).chars().count()).max()
    };
    (0..columns).map(|at| width(at).unwrap_or(0)).collect()
}

/// A text of one line that is not too long to show.
fn cut(text: &str, most: usize) -> String {
    let plain = text.replace(char::is_control, " ");
    if plain.chars().count() <= most {
        return plain;
    }
    plain.chars().take(most - 1).chain(['…']).collect()
}
