//! A layout set against the header of a table: which of its fields each column of the source is made of.

use crate::book::layout::{Column, Heading, Layout, Origin, OtherColumns, SourceColumns, columns_of, heading};
use crate::diagnostics::{Code, Faults, Place, SourceLine, Spot};
use crate::ingest::delimited::Marks;
use crate::ingest::delimited::split::field_range;
use crate::ingest::ledger::plan::{Parts, Text, Wanted, looked_for};
use crate::ingest::limits::FIELDS_MAX;

/// The header of a file, and where it stands.
pub(super) struct Head<'a> {
    pub file: &'a str,
    pub names: Vec<String>,
    pub line: u64,
    pub on: HeadOn<'a>,
}

/// What a header is written on.
pub(super) enum HeadOn<'a> {
    /// A line of text.
    Line(&'a [u8], Marks),
    /// A row of a sheet.
    Sheet(&'a str),
}

impl Head<'_> {
    /// The place of the header, or of one of its columns.
    fn spot(&self, column: Option<usize>) -> Spot {
        let mut place = Place::line(self.file, self.line);
        place.field = column.map(|at| self.names[at].clone()).unwrap_or_default();
        match self.on {
            HeadOn::Line(record, marks) => {
                let field = column.and_then(|at| field_range(record, at, marks));
                place.column = field.as_ref().map_or(0, |field| field.start + 1);
                Spot::shown(place, SourceLine::new(record, field))
            }
            HeadOn::Sheet(sheet) => {
                place.column = column.map_or(0, |at| at + 1);
                Spot::cell(place, sheet)
            }
        }
    }

    /// True where a column without a heading is no column: a sheet has cells that nobody has filled.
    fn skips(&self, at: usize) -> bool {
        matches!(self.on, HeadOn::Sheet(_)) && self.names[at].is_empty()
    }

    /// How many of the columns that a layout looks for the header has.
    pub fn fits(&self, layout: &Layout) -> usize {
        let names = || self.names.iter().map(String::as_str);
        looked_for(layout).iter().filter(|name| heading(names(), name) != Heading::Missing).count()
    }
}

/// A column of the source, as a file has it.
pub(super) struct Slot {
    /// The source's own name for it.
    pub name: &'static str,
    /// The headings of the file that it is made of; the source's name where it is a constant.
    pub heading: String,
    /// The columns of the file that it is made of.
    pub fields: Vec<usize>,
    /// How it is made of the fields that `wanted` picks.
    pub text: Text,
}

/// How the rows of a file become those of a table.
pub(super) struct Plan {
    pub slots: Vec<Slot>,
    /// The columns of the file that are looked at.
    pub wanted: Vec<usize>,
    /// Of those, the ones that repeat what stands above them where they are empty.
    pub carried: Vec<usize>,
    /// Rows that are totals: a field of those that are looked at, and what it starts with; nothing for an empty one.
    pub totals: Vec<(usize, String)>,
    /// Each column is a field as it stands, and every row is a record: nothing has to be made.
    pub plain: bool,
    /// Cells under no heading are faults.
    pub strict: bool,
}

impl Plan {
    /// Sets a layout against a header; tells of columns that are missing, come twice or are not known.
    pub fn new(layout: &Layout, source: &SourceColumns, head: &Head<'_>, faults: &mut Faults) -> Option<Self> {
        let before = faults.total();
        if head.names.len() > FIELDS_MAX {
            let (value, expected) = (head.names.len().to_string(), format!("at most {FIELDS_MAX} columns"));
            let help = "export fewer columns, or name the right delimiter in the layout";
            faults.add(
                Code::LimitExceeded,
                head.spot(None),
                "the header has too many columns",
                &value,
                &expected,
                help,
            );
            return None;
        }
        tell_of_header(layout, source, head, faults);
        let mut wanted = Wanted::new(&head.names);
        let mut slots = Vec::new();
        for name in source.names() {
            let column = layout.columns.get(name);
            match column.and_then(|column| wanted.text(column)) {
                Some(text) => slots.push(Slot::new(name, text, &wanted, head)),
                None if source.optional.contains(&name) => {}
                None => missing(layout, source, (name, column), head, faults),
            }
        }
        let carried = layout.columns.values().filter(|column| column.carried).filter_map(|column| wanted.text(column));
        let carried: Vec<usize> = carried.flat_map(|text| text.fields().to_vec()).collect();
        let total =
            |total: &crate::book::layout::TotalRow| Some((wanted.column(&total.column)?, total.starts_with.clone()));
        let totals: Vec<(usize, String)> = layout.totals.iter().filter_map(total).collect();
        let plain = slots.iter().all(Slot::is_plain) && carried.is_empty() && totals.is_empty();
        let strict = layout.other_columns == OtherColumns::Refused;
        (faults.total() == before).then(|| Self { slots, wanted: wanted.into_places(), carried, totals, plain, strict })
    }
}

impl Slot {
    fn new(name: &'static str, text: Text, wanted: &Wanted<'_>, head: &Head<'_>) -> Self {
        let fields: Vec<usize> = text.fields().iter().map(|at| wanted.place(*at)).collect();
        let headings: Vec<&str> = fields.iter().map(|at| head.names[*at].as_str()).collect();
        let heading = if headings.is_empty() { name.to_owned() } else { headings.join(", ") };
        Self { name, heading, fields, text }
    }

    /// True for a field as it stands.
    fn is_plain(&self) -> bool {
        let text = &self.text;
        matches!(text.parts, Parts::Field(_))
            && text.after.is_empty()
            && text.until.is_empty()
            && text.values.is_empty()
    }
}

/// Where a book says what a column comes from; nothing for a table that is not mapped.
fn key_of_columns(source: &SourceColumns) -> Option<String> {
    columns_of(source.source).map(|columns| format!("[sources.{}.columns]", columns.source))
}

/// Tells of columns that come twice, and of those that nobody knows where each must be known.
fn tell_of_header(layout: &Layout, source: &SourceColumns, head: &Head<'_>, faults: &mut Faults) {
    let mut known: Vec<bool> = (0..head.names.len()).map(|at| head.skips(at)).collect();
    for name in looked_for(layout) {
        match heading(head.names.iter().map(String::as_str), name) {
            Heading::Missing => {}
            Heading::At(at) => known[at] = true,
            Heading::Twice(first, again) if !known[again] => {
                (known[first], known[again]) = (true, true);
                let (expected, help) = ("each column once", "remove one of them");
                let message = "the column comes twice";
                faults.add(Code::DuplicateColumn, head.spot(Some(again)), message, &head.names[again], expected, help);
            }
            Heading::Twice(..) => {}
        }
    }
    if layout.other_columns == OtherColumns::Ignored {
        return;
    }
    let mut sought = expected_columns(layout, source);
    let mut seen = std::collections::BTreeSet::new();
    sought.retain(|name| seen.insert(*name));
    let expected = format!("one of {}", sought.join(", "));
    for at in (0..known.len()).filter(|at| !known[*at]) {
        let help = match key_of_columns(source) {
            Some(key) => format!("rename or remove the column, or say in {key} of closepack.toml what it is"),
            None => "rename or remove the column".to_owned(),
        };
        let message = "the column is not known";
        faults.add(Code::MissingColumn, head.spot(Some(at)), message, &head.names[at], &expected, &help);
    }
}

/// The headings that a layout looks for, in the order of the source's columns.
fn expected_columns<'l>(layout: &'l Layout, source: &SourceColumns) -> Vec<&'l str> {
    let columns = source.names().filter_map(|name| layout.columns.get(name));
    columns
        .flat_map(|column| match &column.from {
            Origin::Field(names) => names.as_slice(),
            Origin::Join { columns, .. } => columns,
            Origin::Value(_) => &[],
        })
        .map(String::as_str)
        .collect()
}

fn missing(
    layout: &Layout,
    source: &SourceColumns,
    (name, column): (&str, Option<&Column>),
    head: &Head<'_>,
    faults: &mut Faults,
) {
    let sought = match column.map(|column| &column.from) {
        Some(Origin::Field(names)) => names.join(" or "),
        Some(Origin::Join { columns, .. }) => columns.join(" and "),
        Some(Origin::Value(_)) | None => name.to_owned(),
    };
    let message = if sought == name {
        format!("the column {name} is missing")
    } else {
        format!("the column {sought} is missing, from which the layout {} takes {name}", layout.name)
    };
    let help = match key_of_columns(source) {
        Some(key) => format!("add the column to the export, or map another in {key} of closepack.toml"),
        None => "add the column to the export".to_owned(),
    };
    faults.add(Code::MissingColumn, head.spot(None), message, "", &format!("a column {sought}"), &help);
}
