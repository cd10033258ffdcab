//! Where one stands in a SAF-T file, and what its elements mean there.

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesDecl, BytesRef, Event};

use super::totals::{Control, ControlTotals, Side, Totals};
use super::values::{Level, Put, Texts};
use super::watched::Position;
use super::{ANALYSIS, DEFAULT_CURRENCY, Request, place, too_long};
use crate::book::Choice;
use crate::book::layout::Encoding;
use crate::diagnostics::{Code, Faults};
use crate::ingest::limits::{NESTING_MAX, RECORD_BYTES_MAX};
use crate::ingest::record::Record;

/// The fault that ends the reading has been told.
#[derive(Debug)]
pub struct Stop;

/// What an open element means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    File,
    Header,
    Entries,
    Journal,
    Transaction,
    /// Portugal's `Lines`, which holds a transaction's.
    Lines,
    Line,
    Analysis,
    /// An amount of a line, or the `Amount` in it: countries write either.
    Amount(Side),
    AnalysisType,
    AnalysisId,
    Currency,
    Control(Control),
    /// The text of a wanted column, by its number.
    Column(Level, usize),
    Other,
}

impl Element {
    /// Whether its own text counts.
    const fn has_text(self) -> bool {
        matches!(
            self,
            Self::Amount(_)
                | Self::AnalysisType
                | Self::AnalysisId
                | Self::Currency
                | Self::Control(_)
                | Self::Column(..)
        )
    }
}

struct Open {
    element: Element,
    at: Position,
}

/// The state of the reading of one file.
pub struct AuditFile<'a> {
    request: &'a Request<'a>,
    each: &'a mut dyn FnMut(Record<'_>),
    faults: &'a mut Faults,
    /// From the root inwards.
    open: Vec<Open>,
    /// The text of the innermost open element, so far.
    text: String,
    texts: Texts,
    analysis_type: String,
    analysis_id: String,
    totals: Totals<'a>,
    has_root: bool,
    has_entries: bool,
}

impl<'a> AuditFile<'a> {
    /// A file at its start.
    pub fn new(request: &'a Request<'a>, each: &'a mut dyn FnMut(Record<'_>), faults: &'a mut Faults) -> Self {
        let currency_column = request.columns.iter().position(|name| name == DEFAULT_CURRENCY);
        Self {
            request,
            each,
            faults,
            open: Vec::with_capacity(NESTING_MAX),
            text: String::new(),
            texts: Texts::new(request.columns.len(), currency_column),
            analysis_type: String::new(),
            analysis_id: String::new(),
            totals: Totals::new(request.numbers),
            has_root: false,
            has_entries: false,
        }
    }

    /// Takes what the XML reader gives.
    pub fn event(&mut self, event: &Event<'_>, at: Position) -> Result<(), Stop> {
        match event {
            Event::Start(tag) => self.start(tag.local_name().as_ref(), at),
            Event::Empty(tag) => {
                self.start(tag.local_name().as_ref(), at)?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(_) | Event::CData(_) if self.is_between() => Ok(()),
            Event::Text(text) => self.append(&text.xml10_content(), at),
            Event::CData(text) => self.append(&text.xml10_content(), at),
            Event::GeneralRef(reference) => self.reference(reference, at),
            Event::Decl(declaration) => self.declaration(declaration, at),
            Event::DocType(_) => Err(self.definitions(at)),
            Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    /// Ends the reading: the file is whole, and its totals are what its lines sum to.
    pub fn finish(self, at: Position) -> Option<ControlTotals> {
        let begun = self.open.last().map(|open| open.at.line);
        let (message, expected) = match begun {
            Some(line) => (format!("the file ends within an element that starts on line {line}"), "</AuditFile>"),
            None if !self.has_root => ("the file has no element".to_owned(), "an AuditFile"),
            None if !self.has_entries => ("the file has no ledger entries".to_owned(), "GeneralLedgerEntries"),
            None => {
                self.totals.compare(self.request.file, self.faults);
                return Some(self.totals.read);
            }
        };
        let help = "export the file again, whole, with its general ledger entries";
        self.faults.add(Code::UnreadableFile, place(self.request.file, at), message, "", expected, help);
        None
    }

    fn start(&mut self, name: &str, at: Position) -> Result<(), Stop> {
        if self.open.len() == NESTING_MAX {
            return Err(self.too_deep(at));
        }
        self.check_mixed(at);
        self.text.clear();
        let element = self.meaning(name, at)?;
        self.begin(element);
        self.open.push(Open { element, at });
        Ok(())
    }

    /// What an element of a name means where it stands.
    fn meaning(&mut self, name: &str, at: Position) -> Result<Element, Stop> {
        let Some(around) = self.open.last().map(|open| open.element) else { return self.root(name, at) };
        Ok(match (around, name) {
            (Element::File, "Header") => Element::Header,
            (Element::File, "GeneralLedgerEntries") => return self.entries(at),
            (Element::Header, DEFAULT_CURRENCY | "CurrencyCode") => Element::Currency,
            (Element::Entries, "NumberOfEntries") => Element::Control(Control::Entries),
            (Element::Entries, "TotalDebit") => Element::Control(Control::Debits),
            (Element::Entries, "TotalCredit") => Element::Control(Control::Credits),
            (Element::Entries, "Journal") => Element::Journal,
            (Element::Journal, "Transaction") => Element::Transaction,
            (Element::Transaction, "Lines") => Element::Lines,
            (Element::Transaction | Element::Lines, "Line") | (Element::Lines, "DebitLine" | "CreditLine") => {
                Element::Line
            }
            (Element::Line, "Analysis") => Element::Analysis,
            (Element::Line, "DebitAmount") => Element::Amount(Side::Debit),
            (Element::Line, "CreditAmount") => Element::Amount(Side::Credit),
            (Element::Amount(side), "Amount") => Element::Amount(side),
            (Element::Analysis, "AnalysisType") => Element::AnalysisType,
            (Element::Analysis, "AnalysisID") => Element::AnalysisId,
            (Element::Journal, name) => self.wanted(Level::Journal, name),
            (Element::Transaction, name) => self.wanted(Level::Transaction, name),
            (Element::Line | Element::Amount(_), name) => self.wanted(Level::Line, name),
            _ => Element::Other,
        })
    }

    fn wanted(&self, level: Level, name: &str) -> Element {
        self.column(name).map_or(Element::Other, |column| Element::Column(level, column))
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.request.columns.iter().position(|column| column == name)
    }

    fn root(&mut self, name: &str, at: Position) -> Result<Element, Stop> {
        if name != "AuditFile" || self.has_root {
            let help = "give the file a layout of its own kind, or export SAF-T Financial";
            let message = format!("the file has an element {name} where SAF-T has one AuditFile");
            return Err(self.stop(Code::UnreadableFile, at, message, name, "AuditFile", help));
        }
        self.has_root = true;
        Ok(Element::File)
    }

    fn entries(&mut self, at: Position) -> Result<Element, Stop> {
        if self.has_entries {
            let help = "split the file into one for each ledger";
            let message = "the file has GeneralLedgerEntries twice";
            return Err(self.stop(Code::UnreadableFile, at, message, "", "one ledger in a file", help));
        }
        self.has_entries = true;
        Ok(Element::Entries)
    }

    /// Forgets what the element before of the same kind had.
    fn begin(&mut self, element: Element) {
        match element {
            Element::Journal => self.texts.of(Level::Journal).clear(),
            Element::Transaction => {
                self.texts.of(Level::Transaction).clear();
                self.totals.read.transactions += 1;
            }
            Element::Line => self.texts.of(Level::Line).clear(),
            Element::Analysis => {
                self.analysis_type.clear();
                self.analysis_id.clear();
            }
            _ => {}
        }
    }

    /// Takes the end tag of the innermost element; the XML reader has checked that it is its.
    fn end(&mut self) -> Result<(), Stop> {
        let Some(Open { element, at }) = self.open.pop() else { return Ok(()) };
        let mut text = std::mem::take(&mut self.text);
        self.take(element, text.trim_ascii(), at);
        text.clear();
        self.text = text;
        Ok(())
    }

    fn take(&mut self, element: Element, text: &str, at: Position) {
        match element {
            Element::Line => self.emit(at),
            Element::Analysis => self.analyse(at),
            Element::AnalysisType => text.clone_into(&mut self.analysis_type),
            Element::AnalysisId => text.clone_into(&mut self.analysis_id),
            Element::Currency => text.clone_into(&mut self.texts.currency),
            Element::Control(control) => self.state(control, text, at),
            Element::Column(level, column) => self.put(level, column, text, at),
            // An amount in an `Amount` has been taken at the end of that.
            Element::Amount(side) if !text.is_empty() => self.amount(side, text, at),
            _ => {}
        }
    }

    fn state(&mut self, control: Control, text: &str, at: Position) {
        if !self.totals.state(control, text, at) {
            self.twice("a control total", text, at);
        }
    }

    fn amount(&mut self, side: Side, text: &str, at: Position) {
        self.totals.add(side, text);
        let name = if side == Side::Debit { "DebitAmount" } else { "CreditAmount" };
        if let Some(column) = self.column(name) {
            self.put(Level::Line, column, text, at);
        }
    }

    fn analyse(&mut self, at: Position) {
        let kind = self.analysis_type.as_str();
        let column = self.request.columns.iter().position(|name| name.strip_prefix(ANALYSIS) == Some(kind));
        if let Some(column) = column {
            let id = std::mem::take(&mut self.analysis_id);
            self.put(Level::Line, column, &id, at);
            self.analysis_id = id;
        }
    }

    fn put(&mut self, level: Level, column: usize, text: &str, at: Position) {
        match self.texts.of(level).put(column, text) {
            Put::Kept => {}
            Put::Twice => {
                let name = self.request.columns[column].clone();
                self.twice(&name, text, at);
            }
            Put::Late => self.late(column, text, at),
        }
    }

    /// Gives the line that has ended as a record.
    fn emit(&mut self, at: Position) {
        self.totals.read.lines += 1;
        let columns = 0..self.request.columns.len();
        let fields: Vec<&[u8]> = columns.map(|column| self.texts.get(column).as_bytes()).collect();
        (self.each)(Record { number: at.line, raw: b"", fields: &fields });
        self.texts.of(Level::Transaction).mark_used();
        self.texts.of(Level::Journal).mark_used();
    }

    /// Whether one stands between elements, where texts are spaces, or within one that is not read.
    fn is_between(&self) -> bool {
        self.open.last().is_some_and(|open| !open.element.has_text())
    }

    fn append(&mut self, text: &str, at: Position) -> Result<(), Stop> {
        match self.open.last() {
            None if text.trim_ascii().is_empty() => Ok(()),
            None => {
                let help = "export the file again; do not change it by hand";
                Err(self.stop(Code::UnreadableFile, at, "text stands outside of the file's element", "", "XML", help))
            }
            Some(_) if self.is_between() => Ok(()),
            Some(_) if self.text.len() + text.len() > RECORD_BYTES_MAX => {
                too_long(self.request.file, at, self.faults);
                Err(Stop)
            }
            Some(_) => {
                self.text.push_str(text);
                Ok(())
            }
        }
    }

    /// Takes a reference to a character, or to one of the five that XML names.
    fn reference(&mut self, reference: &BytesRef<'_>, at: Position) -> Result<(), Stop> {
        if let Ok(Some(letter)) = reference.resolve_char_ref() {
            return self.append(letter.encode_utf8(&mut [0; 4]), at);
        }
        if let Some(text) = resolve_xml_entity(reference) {
            return self.append(text, at);
        }
        let message = format!("&{}; stands for no character that XML knows", &**reference);
        let expected = "&amp; &lt; &gt; &quot; &apos; or the number of a character";
        let help = "export the file again; do not change it by hand";
        Err(self.stop(Code::UnreadableFile, at, message, reference, expected, help))
    }

    /// Checks that the file was decoded from what it says that it is written in. UTF-16 shows in its bytes, whatever
    /// file and layout say.
    fn declaration(&mut self, declaration: &BytesDecl<'_>, at: Position) -> Result<(), Stop> {
        let Some(Ok(name)) = declaration.encoding() else { return Ok(()) };
        let name = name.to_ascii_lowercase();
        let read = self.request.encoding;
        let same = match read {
            Encoding::Utf8 => ["utf-8", "utf8", "us-ascii", "ascii"].contains(&name.as_str()),
            Encoding::Utf16 => true,
            other => other.name() == name,
        };
        if same || name.starts_with("utf-16") {
            return Ok(());
        }
        let message = format!("the file says that it is written in {name}, and is read as {}", read.name());
        let help = "name the file's encoding in the dialect of its layout";
        Err(self.stop(Code::NotUtf8, at, message, &name, read.name(), help))
    }

    fn stop(
        &mut self,
        code: Code,
        at: Position,
        message: impl Into<String>,
        value: &str,
        expected: &str,
        help: &str,
    ) -> Stop {
        self.faults.add(code, place(self.request.file, at), message, value, expected, help);
        Stop
    }

    fn definitions(&mut self, at: Position) -> Stop {
        let help = "export the file without a document type; SAF-T has none";
        let message = "the file defines a document type of its own, which is not read";
        self.stop(Code::UnreadableFile, at, message, "<!DOCTYPE", "SAF-T as its schema has it", help)
    }

    fn too_deep(&mut self, at: Position) -> Stop {
        let expected = format!("at most {NESTING_MAX} elements in one another");
        let message = "the elements stand too deep in one another";
        self.stop(Code::LimitExceeded, at, message, "", &expected, "export the file again; SAF-T is not that deep")
    }

    /// Tells of a text that an element begins in: which of the two would count?
    fn check_mixed(&mut self, at: Position) {
        let mixed = self.open.last().is_some_and(|open| open.element.has_text()) && !self.text.trim_ascii().is_empty();
        if mixed {
            let text = std::mem::take(&mut self.text);
            let message = "an element stands in the midst of a text";
            let help = "export the file again; do not change it by hand";
            let expected = "a text, or elements";
            self.faults.add(
                Code::UnknownValue,
                place(self.request.file, at),
                message,
                text.trim_ascii(),
                expected,
                help,
            );
        }
    }

    fn twice(&mut self, name: &str, text: &str, at: Position) {
        let message = format!("{name} comes twice in one element");
        let help = "export the lines so that each has one; closepack does not choose, and does not split amounts";
        self.faults.add(Code::DuplicateKey, place(self.request.file, at), message, text, "one of a kind", help);
    }

    fn late(&mut self, column: usize, text: &str, at: Position) {
        let name = &self.request.columns[column];
        let message = format!("{name} stands behind lines that it belongs to");
        let help = "export the file again; SAF-T puts what belongs to all lines before the first of them";
        let expected = "the lines last";
        self.faults.add(Code::UnreadableFile, place(self.request.file, at), message, text, expected, help);
    }
}
