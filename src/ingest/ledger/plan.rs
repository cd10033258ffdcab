//! A layout set against the header of a file: which field each part of a line comes from.

use std::collections::BTreeMap;

use crate::book::layout::{
    Amounts, Column, DateFormat, Heading, Layout, Negative, Numbers, Origin, OtherColumns, heading,
};
use crate::diagnostics::{Code, Faults, Place};
use crate::ingest::values;

/// The canonical columns that a line must have; debit and credit are told by the layout's amounts.
pub const NEEDED: [&str; 7] = ["journal_id", "effective_date", "entity", "account", "brand", "segment", "currency"];

/// Where the parts of a line are found among the fields that a reader delivers.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The columns of the file that are delivered, by their place in the header, and their names.
    pub wanted: Vec<usize>,
    pub names: Vec<String>,
    pub journal_id: Text,
    pub journal_line: Option<Text>,
    pub date: Text,
    pub entity: Text,
    pub account: Text,
    pub brand: Text,
    pub segment: Text,
    pub currency: Text,
    pub amounts: Sides,
    pub numbers: Numbers,
    pub dates: Vec<DateFormat>,
    /// The delivered fields that say entity, account, brand, segment and currency.
    pub dimension: Vec<usize>,
    /// What a row means may depend on the rows above it.
    pub report: Option<Report>,
}

/// How the rows of a report hang together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Fields that repeat the one above them where they are empty.
    pub carried: Vec<usize>,
    /// The field that opens a journal where it is filled.
    pub opens: Option<usize>,
    /// Rows that are totals: the field, and what it starts with; nothing for a field that is empty.
    pub totals: Vec<(usize, Vec<u8>)>,
}

/// How a text is made of the delivered fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub parts: Parts,
    /// Only what stands behind the last of these signs and before the first of those is taken of a field.
    pub after: String,
    pub until: String,
    /// What each text stands for; empty where texts stand for themselves.
    pub values: BTreeMap<Vec<u8>, Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parts {
    Field(usize),
    Join(Vec<usize>, Vec<u8>),
    Value(Vec<u8>),
}

/// Where a line's amount and its side are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sides {
    DebitCredit { debit: usize, credit: usize, negative: Negative },
    Signed { amount: usize },
    Indicated { amount: usize, indicator: usize, debit: Vec<Vec<u8>>, credit: Vec<Vec<u8>> },
    Natural { amount: usize },
}

impl Text {
    /// The delivered fields that it is made of.
    #[must_use]
    pub fn fields(&self) -> &[usize] {
        match &self.parts {
            Parts::Field(at) => std::slice::from_ref(at),
            Parts::Join(all, _) => all,
            Parts::Value(_) => &[],
        }
    }

    /// The field that it is, as it stands, where it is no more and no less.
    #[must_use]
    pub fn field(&self) -> Option<usize> {
        let whole = self.values.is_empty() && self.after.is_empty() && self.until.is_empty();
        match self.parts {
            Parts::Field(at) if whole => Some(at),
            _ => None,
        }
    }

    /// The text of a record, written to `scratch` only where it is made of several or stands for another.
    ///
    /// # Errors
    /// The text, where the layout does not say what it stands for.
    pub fn of<'f>(&self, fields: &[&'f [u8]], scratch: &'f mut Vec<u8>) -> Result<&'f [u8], Vec<u8>> {
        match &self.parts {
            Parts::Field(at) if self.values.is_empty() => Ok(self.part(fields[*at])),
            _ => self.write(fields, scratch).map(|()| &scratch[..]),
        }
    }

    fn part<'f>(&self, field: &'f [u8]) -> &'f [u8] {
        if self.after.is_empty() && self.until.is_empty() {
            field
        } else {
            values::part(field, &self.after, &self.until)
        }
    }

    /// Writes the text of a record.
    ///
    /// # Errors
    /// The text, where the layout does not say what it stands for.
    pub fn write(&self, fields: &[&[u8]], out: &mut Vec<u8>) -> Result<(), Vec<u8>> {
        let start = out.len();
        match &self.parts {
            Parts::Field(at) => out.extend_from_slice(self.part(fields[*at])),
            Parts::Value(text) => out.extend_from_slice(text),
            Parts::Join(all, between) => {
                for (count, at) in all.iter().enumerate() {
                    if count > 0 {
                        out.extend_from_slice(between);
                    }
                    out.extend_from_slice(self.part(fields[*at]));
                }
            }
        }
        if self.values.is_empty() {
            return Ok(());
        }
        let found = out.split_off(start);
        let Some(text) = self.values.get(&found) else { return Err(found) };
        out.extend_from_slice(text);
        Ok(())
    }
}

/// Collects the columns that are delivered.
pub struct Wanted<'a> {
    header: &'a [String],
    places: Vec<usize>,
}

impl<'a> Wanted<'a> {
    /// Of a header, nothing yet.
    #[must_use]
    pub const fn new(header: &'a [String]) -> Self {
        Self { header, places: Vec::new() }
    }

    /// Where in the header a delivered column stands.
    #[must_use]
    pub fn place(&self, delivered: usize) -> usize {
        self.places[delivered]
    }

    /// Where in the header each delivered column stands.
    #[must_use]
    pub fn into_places(self) -> Vec<usize> {
        self.places
    }

    /// The place of a column among those that are delivered; nothing where the header does not have it.
    pub fn column(&mut self, name: &str) -> Option<usize> {
        let place = match heading(self.header.iter().map(String::as_str), name) {
            Heading::At(place) | Heading::Twice(place, _) => place,
            Heading::Missing => return None,
        };
        Some(self.places.iter().position(|known| *known == place).unwrap_or_else(|| {
            self.places.push(place);
            self.places.len() - 1
        }))
    }

    /// How a canonical column is made of the delivered ones; nothing where the header lacks one of them.
    pub fn text(&mut self, column: &Column) -> Option<Text> {
        let parts = match &column.from {
            Origin::Field(names) => Parts::Field(names.iter().find_map(|name| self.column(name))?),
            Origin::Join { columns, with } => {
                let places = columns.iter().map(|name| self.column(name)).collect::<Option<Vec<usize>>>()?;
                Parts::Join(places, with.as_bytes().to_vec())
            }
            Origin::Value(text) => Parts::Value(text.as_bytes().to_vec()),
        };
        let bytes = |text: &String| text.as_bytes().to_vec();
        let (after, until) = (column.after.clone(), column.until.clone());
        Some(Text {
            parts,
            after,
            until,
            values: column.values.iter().map(|(from, to)| (bytes(from), bytes(to))).collect(),
        })
    }

    /// What the layout says of rows that hang together, as far as the header has it.
    fn report(&mut self, layout: &Layout) -> Option<Report> {
        let mut report = Report::default();
        for column in layout.columns.values().filter(|column| column.carried) {
            let fields = self.text(column).map(|text| text.fields().to_vec()).unwrap_or_default();
            report.carried.extend(fields);
        }
        let opens = layout.columns.get("journal_id").map(|column| &column.opens[..]).unwrap_or_default();
        report.opens = opens.iter().find_map(|name| self.column(name));
        for total in &layout.totals {
            report
                .totals
                .extend(self.column(&total.column).map(|field| (field, total.starts_with.as_bytes().to_vec())));
        }
        (report != Report::default()).then_some(report)
    }

    fn sides(&mut self, amounts: &Amounts) -> Option<Sides> {
        let bytes = |texts: &[String]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        Some(match amounts {
            Amounts::DebitCredit { debit, credit, negative } => {
                Sides::DebitCredit { debit: self.column(debit)?, credit: self.column(credit)?, negative: *negative }
            }
            Amounts::Signed { amount } => Sides::Signed { amount: self.column(amount)? },
            Amounts::Natural { amount } => Sides::Natural { amount: self.column(amount)? },
            Amounts::Indicated { amount, indicator, debit, credit } => Sides::Indicated {
                amount: self.column(amount)?,
                indicator: self.column(indicator)?,
                debit: bytes(debit),
                credit: bytes(credit),
            },
        })
    }
}

impl Plan {
    /// Sets a layout against a header; tells of every column that is missing.
    pub fn new(layout: &Layout, header: &[String], place: &Place, faults: &mut Faults) -> Option<Self> {
        let before = faults.total();
        let mut wanted = Wanted::new(header);
        tell_of_header(layout, header, place, faults);
        let texts = NEEDED.map(|name| {
            let column = layout.columns.get(name);
            let text = column.and_then(|column| wanted.text(column));
            if text.is_none() {
                missing(layout, name, column, place, faults);
            }
            text
        });
        let line = layout.columns.get("journal_line");
        let journal_line = line.and_then(|column| wanted.text(column));
        if line.is_some() && journal_line.is_none() {
            missing(layout, "journal_line", line, place, faults);
        }
        let amounts = layout.amounts.iter().find_map(|amounts| wanted.sides(amounts));
        if amounts.is_none() {
            missing_amounts(layout, header, place, faults);
        }
        let [Some(journal_id), Some(date), Some(entity), Some(account), Some(brand), Some(segment), Some(currency)] =
            texts
        else {
            return None;
        };
        let amounts = amounts.filter(|_| faults.total() == before)?;
        let mut dimension: Vec<usize> =
            [&entity, &account, &brand, &segment, &currency].iter().flat_map(|text| text.fields()).copied().collect();
        dimension.sort_unstable();
        dimension.dedup();
        let report = wanted.report(layout);
        let names = wanted.places.iter().map(|at| header[*at].clone()).collect();
        let (numbers, dates, wanted) = (layout.dialect.numbers.clone(), layout.dialect.dates.clone(), wanted.places);
        Some(Self {
            wanted,
            names,
            journal_id,
            journal_line,
            date,
            entity,
            account,
            brand,
            segment,
            currency,
            amounts,
            numbers,
            dates,
            dimension,
            report,
        })
    }
}

impl Plan {
    /// The delivered fields that something else than the dimension is made of.
    #[must_use]
    pub fn beside_dimension(&self) -> Vec<usize> {
        let sides = match &self.amounts {
            Sides::DebitCredit { debit, credit, .. } => vec![*debit, *credit],
            Sides::Signed { amount } | Sides::Natural { amount } => vec![*amount],
            Sides::Indicated { amount, indicator, .. } => vec![*amount, *indicator],
        };
        let texts = [Some(&self.journal_id), self.journal_line.as_ref(), Some(&self.date)];
        let mut fields: Vec<usize> = texts.into_iter().flatten().flat_map(|text| text.fields()).copied().collect();
        fields.extend(sides);
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}

/// The columns that a layout looks for, each as it would be written in a header.
#[must_use]
pub fn looked_for(layout: &Layout) -> Vec<&str> {
    let origins = layout.columns.values().flat_map(|column| match &column.from {
        Origin::Field(names) => names.iter().map(String::as_str).collect::<Vec<_>>(),
        Origin::Join { columns, .. } => columns.iter().map(String::as_str).collect(),
        Origin::Value(_) => Vec::new(),
    });
    origins.chain(layout.amounts.iter().flat_map(columns_of)).collect()
}

fn columns_of(amounts: &Amounts) -> Vec<&str> {
    match amounts {
        Amounts::DebitCredit { debit, credit, .. } => vec![debit, credit],
        Amounts::Signed { amount } | Amounts::Natural { amount } => vec![amount],
        Amounts::Indicated { amount, indicator, .. } => vec![amount, indicator],
    }
}

/// Tells of columns that come twice, and of those that nobody knows where each must be known.
fn tell_of_header(layout: &Layout, header: &[String], place: &Place, faults: &mut Faults) {
    let mut looked_for = looked_for(layout);
    let names = || header.iter().map(String::as_str);
    let mut known = vec![false; header.len()];
    looked_for.dedup();
    for name in &looked_for {
        match heading(names(), name) {
            Heading::Missing => {}
            Heading::At(at) => known[at] = true,
            Heading::Twice(first, again) => {
                (known[first], known[again]) = (true, true);
                let place = Place { field: header[again].clone(), ..place.clone() };
                let (expected, help) = ("each column once", "remove one of them");
                faults.add(Code::DuplicateColumn, place, "the column comes twice", name, expected, help);
            }
        }
    }
    if layout.other_columns == OtherColumns::Ignored {
        return;
    }
    for (name, _) in header.iter().zip(known).filter(|(_, known)| !known) {
        let place = Place { field: name.clone(), ..place.clone() };
        let expected = format!("one of {}", looked_for.join(", "));
        let help = "rename or remove the column, or name the file's layout in [sources.ledger] of closepack.toml";
        faults.add(Code::MissingColumn, place, "the column is not known", name, &expected, help);
    }
}

fn missing(layout: &Layout, canonical: &str, column: Option<&Column>, place: &Place, faults: &mut Faults) {
    let sought = match column.map(|column| &column.from) {
        Some(Origin::Field(names)) => names.join(" or "),
        Some(Origin::Join { columns, .. }) => columns.join(" and "),
        Some(Origin::Value(_)) | None => {
            let message = format!("the layout {} says nothing of {canonical}", layout.name);
            let help = format!(
                "write a line for it in [sources.ledger.columns]: {canonical} = \"<column>\" or {canonical} = {{ value = \"<code>\" }}"
            );
            faults.add(Code::MissingColumn, place.clone(), message, "", &format!("a column for {canonical}"), &help);
            return;
        }
    };
    let message = if sought == canonical {
        format!("the column {canonical} is missing")
    } else {
        format!("the column {sought} is missing, from which the layout {} takes {canonical}", layout.name)
    };
    let help = "add the column to the export, or map another in [sources.ledger.columns] of closepack.toml";
    faults.add(Code::MissingColumn, place.clone(), message, "", &format!("a column {sought}"), help);
}

fn missing_amounts(layout: &Layout, header: &[String], place: &Place, faults: &mut Faults) {
    let ways: Vec<Vec<&str>> = layout.amounts.iter().map(columns_of).collect();
    if let [only] = &ways[..] {
        let missing = |name: &&&str| heading(header.iter().map(String::as_str), name) == Heading::Missing;
        for name in only.iter().filter(missing) {
            let (message, expected) = (format!("the column {name} is missing"), format!("a column {name}"));
            faults.add(Code::MissingColumn, place.clone(), message, "", &expected, "add the column to the export");
        }
        return;
    }
    let ways: Vec<String> = ways.iter().map(|names| names.join(" and ")).collect();
    let message = "the columns of the amounts are missing";
    let help = "add the columns to the export, or write the layout's [[amounts]] in closepack.toml";
    faults.add(Code::MissingColumn, place.clone(), message, "", &ways.join(", or "), help);
}
