//! The first lines of a SAF-T file as rows, with its elements as columns.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::Event;

/// Most lines that are looked at.
const LINES_MAX: usize = 200;

/// Elements that the layout of such files looks for, in the order of the columns.
const COLUMNS: [&str; 9] = [
    "JournalID",
    "TransactionID",
    "GLPostingDate",
    "RecordID",
    "AccountID",
    "Description",
    "DebitAmount",
    "CreditAmount",
    "DefaultCurrencyCode",
];

#[derive(Default)]
struct Lines {
    /// The names of the open elements, outermost first.
    open: Vec<String>,
    text: String,
    /// What stands above the transactions, in one, and in its line.
    above: BTreeMap<String, String>,
    transaction: BTreeMap<String, String>,
    line: BTreeMap<String, String>,
    analysis: String,
    analyses: BTreeSet<String>,
    lines: Vec<BTreeMap<String, String>>,
}

/// The header and the first lines of an audit file; nothing where the text is another kind of XML.
#[must_use]
pub fn rows(text: &str) -> Option<Vec<Vec<String>>> {
    let mut reader = Reader::from_str(text);
    let mut lines = Lines::default();
    while lines.lines.len() < LINES_MAX {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                lines.open.push(element.local_name().as_ref().to_owned());
                lines.text.clear();
            }
            Ok(Event::Text(text)) => lines.text.push_str(&text),
            Ok(Event::End(_)) => lines.close(),
            // The text may end anywhere.
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
        if lines.open.first().is_some_and(|root| root != "AuditFile") {
            return None;
        }
    }
    (!lines.lines.is_empty()).then(|| lines.rows())
}

impl Lines {
    fn close(&mut self) {
        let Some(name) = self.open.pop() else { return };
        let text = std::mem::take(&mut self.text).trim().to_owned();
        match (self.open.last().map_or("", String::as_str), name.as_str()) {
            (_, "Line" | "DebitLine" | "CreditLine") => {
                let mut line = self.above.clone();
                line.append(&mut self.transaction.clone());
                line.append(&mut self.line);
                self.lines.push(line);
            }
            (_, "Transaction") => self.transaction.clear(),
            ("Analysis", "AnalysisType") => self.analysis = text,
            ("Analysis", "AnalysisID") => {
                let column = format!("Analysis:{}", self.analysis);
                self.analyses.insert(column.clone());
                self.line.insert(column, text);
            }
            (side @ ("DebitAmount" | "CreditAmount"), "Amount") => {
                self.line.insert(side.to_owned(), text);
            }
            ("Line" | "DebitLine" | "CreditLine", _) if !text.is_empty() => {
                self.line.insert(name, text);
            }
            ("Transaction", _) => {
                self.transaction.insert(name, text);
            }
            ("Journal", "JournalID") | (_, "DefaultCurrencyCode") => {
                self.above.insert(name, text);
            }
            _ => {}
        }
    }

    fn rows(self) -> Vec<Vec<String>> {
        let header: Vec<String> = COLUMNS.iter().map(|name| (*name).to_owned()).chain(self.analyses).collect();
        let row = |line: &BTreeMap<String, String>| {
            header.iter().map(|name| line.get(name).cloned().unwrap_or_default()).collect()
        };
        let rows: Vec<Vec<String>> = self.lines.iter().map(row).collect();
        std::iter::once(header).chain(rows).collect()
    }
}
