//! `[layouts.*]` and `[sources.*]` of a book, checked: layouts by what they extend, sources by what their lines need.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::lay::{Checker, Draft, Over};
use super::raw::{RawLayout, RawSource, Tables, Text};
use super::{Amounts, Column, Layout, Negative, SOURCES, Shape, SourceColumns, columns_of, presets};
use crate::book::config::form_fault;
use crate::book::sources::{Outsiders, SourceSpec};
use crate::diagnostics::Faults;

/// The sources of a book with their layouts.
///
/// Every fault is told; what is returned beside faults is for no use.
pub(in crate::book) fn sources(
    text: &str,
    layouts: &Tables<RawLayout>,
    sources: &Tables<RawSource>,
) -> (BTreeMap<String, SourceSpec>, Faults) {
    let mut shelf = Shelf {
        checker: Checker { text, faults: Faults::default() },
        layouts,
        drafts: BTreeMap::new(),
        open: Vec::new(),
    };
    shelf.check_layouts();
    let found = sources.iter().filter_map(|(name, source)| Some((name.get_ref().clone(), shelf.source(name, source)?)));
    let found = found.collect();
    (found, shelf.checker.faults)
}

/// The layouts and sources of a text that has nothing else.
///
/// # Errors
/// Every fault, each with its line and column; a fault of form comes alone.
pub fn parse(text: &str) -> Result<BTreeMap<String, SourceSpec>, Faults> {
    let fragment: Fragment = toml::from_str(text).map_err(|error| form_fault(text, &error))?;
    let (found, faults) = sources(text, &fragment.layouts, &fragment.sources);
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fragment {
    #[serde(default)]
    layouts: Tables<RawLayout>,
    #[serde(default)]
    sources: Tables<RawSource>,
}

/// A preset for a source as far as it goes: it may say nothing of columns that a book has to tell of, which
/// [`Layout::unsaid`] names. Nothing where there is no such preset, or it is for another source.
#[must_use]
pub fn preset(name: &str, source: &SourceColumns) -> Option<Layout> {
    let (layouts, drafts, open) = (Tables::new(), BTreeMap::new(), Vec::new());
    let mut shelf = Shelf { checker: Checker { text: "", faults: Faults::default() }, layouts: &layouts, drafts, open };
    let draft = shelf.layout(&Spanned::new(0..0, name.to_owned()))?;
    let fits = draft.source.as_deref().is_none_or(|other| other == source.source);
    (fits && shelf.checker.faults.is_empty()).then(|| finished(draft, source))
}

/// The layouts that a source may name, each read when it is first asked for.
struct Shelf<'t> {
    checker: Checker<'t>,
    layouts: &'t Tables<RawLayout>,
    /// Nothing for a layout whose base is not known, or is itself.
    drafts: BTreeMap<String, Option<Draft>>,
    /// The layouts that are being read: one that extends one of them would extend itself.
    open: Vec<String>,
}

impl<'t> Shelf<'t> {
    /// Reads all layouts of the book, also those that no source takes.
    fn check_layouts(&mut self) {
        let layouts: &'t Tables<RawLayout> = self.layouts;
        for name in layouts.keys() {
            if presets::text(name.get_ref()).is_some() {
                let help = "rename the layout; extends = \"...\" takes a preset over";
                let expected = "a name that no preset has";
                self.checker.fault(name.span(), "the layout has the name of a preset", name.get_ref(), expected, help);
            } else {
                self.layout(name);
            }
        }
    }

    /// The layout of a name: the book's, or a preset.
    fn layout(&mut self, name: &Text) -> Option<Draft> {
        let key = name.get_ref();
        if self.open.contains(key) {
            let help = "extend a preset, or another layout";
            self.checker.fault(name.span(), "the layout extends itself", key, "a layout below this one", help);
            return None;
        }
        if let Some(known) = self.drafts.get(key) {
            return known.clone();
        }
        let own = self.layouts.iter().find(|(known, _)| known.get_ref() == key);
        let draft = match (presets::text(key), own) {
            (Some(preset), _) => self.preset(key, preset),
            (None, Some((_, raw))) => self.read(key, raw.get_ref()),
            (None, None) => {
                self.unknown(name);
                None
            }
        };
        self.drafts.insert(key.clone(), draft.clone());
        draft
    }

    fn unknown(&mut self, name: &Text) {
        let mut known: Vec<&str> = presets::names().collect();
        known.extend(self.layouts.keys().map(|name| name.get_ref().as_str()));
        let expected = format!("one of {}", known.join(", "));
        let help = "correct the name, or write the layout as [layouts.NAME]";
        self.checker.fault(name.span(), "there is no layout of this name", name.get_ref(), &expected, help);
    }

    /// A preset, which has its own text, and whose places are no places of the book.
    fn preset(&mut self, name: &str, text: &str) -> Option<Draft> {
        let raw: Result<RawLayout, _> = toml::from_str(text);
        match raw {
            Ok(raw) => {
                let book = std::mem::take(&mut self.checker.text);
                let draft = self.read(name, &raw);
                self.checker.text = book;
                draft
            }
            Err(error) => {
                let message = format!("the preset {name} cannot be read: {}", error.message());
                self.checker.fault(0..0, &message, name, "a preset of closepack", "report the fault");
                None
            }
        }
    }

    fn read(&mut self, name: &str, raw: &RawLayout) -> Option<Draft> {
        let mut draft = match &raw.extends {
            None => Draft::blank(name),
            Some(base) => {
                self.open.push(name.to_owned());
                let base = self.layout(base);
                self.open.pop();
                Draft { name: name.to_owned(), ..base? }
            }
        };
        if let Some(source) = &raw.source {
            if columns_of(source.get_ref()).is_none() {
                self.unknown_source(source);
            }
            draft.source = Some(source.get_ref().clone());
        }
        draft.shape = self.checker.choice(raw.shape.as_ref(), draft.shape);
        draft.own_names = raw.own_names.unwrap_or(draft.own_names);
        draft.other_columns = self.checker.choice(raw.other_columns.as_ref(), draft.other_columns);
        let (amounts, totals) = (raw.amounts.as_ref(), raw.totals.as_ref());
        self.checker.lay(Over { dialect: &raw.dialect, columns: &raw.columns, amounts, totals }, &mut draft);
        Some(draft)
    }

    fn unknown_source(&mut self, name: &Text) {
        let known: Vec<&str> = SOURCES.iter().map(|columns| columns.source).collect();
        let expected = format!("one of {}", known.join(", "));
        self.checker.fault(
            name.span(),
            "there is no source of this name",
            name.get_ref(),
            &expected,
            "correct the name",
        );
    }

    fn source(&mut self, name: &Text, written: &Spanned<RawSource>) -> Option<SourceSpec> {
        let Some(columns) = columns_of(name.get_ref()) else {
            self.unknown_source(name);
            return None;
        };
        let raw = written.get_ref();
        let canonical = Spanned::new(name.span(), presets::CANONICAL.to_owned());
        let layout = raw.layout.as_ref().unwrap_or(&canonical);
        let draft = self.layout(layout);
        let known = draft.is_some();
        let mut draft = draft.unwrap_or_else(|| Draft::blank(layout.get_ref()));
        let (amounts, totals) = (raw.amounts.as_ref(), raw.totals.as_ref());
        self.checker.lay(Over { dialect: &raw.dialect, columns: &raw.columns, amounts, totals }, &mut draft);
        if known {
            self.fits(&draft, columns, layout);
        }
        Some(SourceSpec {
            files: self.files(raw),
            layout: finished(draft, columns),
            sheet: raw.sheet.as_ref().map(|sheet| sheet.get_ref().clone()),
            outside_quarter: self.outsiders(raw.outside_quarter.as_ref(), columns),
            other_currencies: self.outsiders(raw.other_currencies.as_ref(), columns),
        })
    }

    /// What is done with lines, of which only a ledger has any.
    fn outsiders(&mut self, written: Option<&Text>, columns: &SourceColumns) -> Outsiders {
        if let Some(written) = written.filter(|_| !columns.has_sides()) {
            let help = "remove the key";
            self.checker.fault(written.span(), "only a ledger's lines can be set aside", written.get_ref(), "", help);
        }
        self.checker.choice(written, Outsiders::Refuse)
    }

    fn files(&mut self, raw: &RawSource) -> Vec<String> {
        let Some(written) = &raw.files else { return Vec::new() };
        let mut files = Vec::new();
        for (span, file) in self.checker.names(written, "a file or a pattern such as \"gl/*.csv\"") {
            if let Err(why) = sound_pattern(&file) {
                let expected = "a file or a pattern below the folder, with /, such as \"gl/*.csv\"";
                self.checker.fault(
                    span,
                    &format!("not a file of the book: {why}"),
                    &file,
                    expected,
                    "correct the path",
                );
            }
            files.push(file);
        }
        files
    }

    /// The layout says what the lines of the source need, and nothing that they have no use for.
    fn fits(&mut self, draft: &Draft, columns: &SourceColumns, at: &Text) {
        let (layout, source) = (&draft.name, columns.source);
        if let Some(other) = draft.source.as_deref().filter(|other| *other != source) {
            let message = format!("the layout {layout} is for {other}, not for {source}");
            let help = "name a layout of this source";
            self.checker.fault(at.span(), &message, layout, &format!("a layout for {source}"), help);
            return;
        }
        for name in draft.columns.keys().filter(|name| !columns.has(name)) {
            let message = format!("the layout {layout} maps a column that {source} does not have");
            let expected = format!("one of {}", columns.names().collect::<Vec<_>>().join(", "));
            self.checker.fault(at.span(), &message, name, &expected, "correct the name, or remove the column");
        }
        let said = |name: &str| draft.columns.get(name).is_some_and(Option::is_some);
        for name in columns.required.iter().filter(|name| !said(name) && !draft.own_names) {
            self.unsaid(draft, name, source, at);
        }
        if columns.has_sides() && draft.amounts.is_empty() && !draft.own_names {
            let message = format!("the layout {layout} does not say where the amounts are");
            let help = format!("add [[sources.{source}.amounts]] with debit and credit, or with amount and sign");
            self.checker.fault(at.span(), &message, layout, "a table of amounts", &help);
        }
        if !columns.has_sides() && (!draft.amounts.is_empty() || draft.shape == Shape::SafT) {
            let message = format!("the layout {layout} is one of a ledger, and {source} is none");
            self.checker.fault(at.span(), &message, layout, &format!("a layout for {source}"), "name another layout");
        }
    }

    fn unsaid(&mut self, draft: &Draft, column: &str, source: &str, at: &Text) {
        let message = format!("the layout {} does not say where {column} comes from", draft.name);
        let expected = format!("a line for {column} in [sources.{source}.columns]");
        let help = format!("add {column} = \"<heading>\", or {column} = {{ value = \"<the same for every row>\" }}");
        self.checker.fault(at.span(), &message, column, &expected, &help);
    }
}

/// A draft as the layout of a source: what it looks for under their own names is named.
fn finished(draft: Draft, columns: &SourceColumns) -> Layout {
    let Draft { name, shape, dialect, amounts, totals, other_columns, own_names, .. } = draft;
    let mut layout = Layout { name, shape, dialect, columns: BTreeMap::new(), amounts, totals, other_columns };
    let mut said = draft.columns;
    if own_names {
        for name in columns.names() {
            said.entry(name.to_owned()).or_insert_with(|| Some(Column::named(name)));
        }
        if columns.has_sides() && layout.amounts.is_empty() {
            let (debit, credit) = ("debit".to_owned(), "credit".to_owned());
            layout.amounts.push(Amounts::DebitCredit { debit, credit, negative: Negative::Refused });
        }
    }
    layout.columns = said.into_iter().filter_map(|(name, column)| Some((name, column?))).collect();
    layout
}

/// A path or pattern that stays below the folder that it starts from.
fn sound_pattern(pattern: &str) -> Result<(), &'static str> {
    if pattern.contains(['\\', ':']) || pattern.chars().any(char::is_control) {
        return Err("it has a sign that paths of a book do not have");
    }
    if pattern.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err("it does not stay below the folder");
    }
    match glob::Pattern::new(pattern) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.msg),
    }
}
