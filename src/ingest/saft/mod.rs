//! SAF-T Financial, the OECD's Standard Audit File for Tax, as a stream of ledger lines.
//!
//! Elements are known by their local names and by where they stand, whatever the country's namespace: Norway,
//! Luxembourg and others put `Line` in a `Transaction`, Portugal `DebitLine` and `CreditLine` in its `Lines`. A line
//! becomes one record; nothing else is kept, so that memory does not grow with the file. The file's control totals are
//! compared with what was read.

mod audit_file;
mod totals;
mod values;
mod watched;

#[cfg(test)]
mod tests;

use std::io::Read;

use quick_xml::Reader;
use quick_xml::encoding::EncodingError;
use quick_xml::events::Event;

use self::audit_file::AuditFile;
pub use self::totals::ControlTotals;
use self::watched::{Position, Watched};
use super::limits::RECORD_BYTES_MAX;
use super::record::Record;
use super::stream::StreamError;
use super::table::unreadable;
use crate::book::layout::{Encoding, Numbers};
use crate::diagnostics::{Code, Faults, Place};

/// What stands before the type of an analysis in the name of its column: `Analysis:P` has the `AnalysisID` of the
/// line's analysis of the type `P`.
pub const ANALYSIS: &str = "Analysis:";
/// The column of the header's currency, in which every `Amount` is. `CurrencyCode` is that of a line's foreign amount.
pub const DEFAULT_CURRENCY: &str = "DefaultCurrencyCode";

/// The columns that a file may have, besides those of [`ANALYSIS`]. A line that lacks one has what its transaction has
/// of that name, or else its journal.
pub const COLUMNS: [&str; 24] = [
    "JournalID",
    "TransactionID",
    "Period",
    "PeriodYear",
    "TransactionDate",
    "SystemEntryDate",
    "GLPostingDate",
    "VoucherType",
    "BatchID",
    "SystemID",
    "RecordID",
    "AccountID",
    "ValueDate",
    "SourceDocumentID",
    "CustomerID",
    "SupplierID",
    "Description",
    "DebitAmount",
    "CreditAmount",
    "CurrencyCode",
    "CurrencyAmount",
    "ReferenceNumber",
    "DueDate",
    DEFAULT_CURRENCY,
];

/// True for a column that a SAF-T file may have.
#[must_use]
pub fn is_column(name: &str) -> bool {
    COLUMNS.contains(&name) || name.strip_prefix(ANALYSIS).is_some_and(|kind| !kind.is_empty())
}

/// The columns of a file, as a header would have them, for a layout that looks for these.
#[must_use]
pub fn header(looked_for: &[&str]) -> Vec<String> {
    let analyses = looked_for.iter().filter(|name| !COLUMNS.contains(name) && is_column(name));
    let mut header: Vec<String> = COLUMNS.iter().chain(analyses).map(|name| (*name).to_owned()).collect();
    header[COLUMNS.len()..].sort_unstable();
    header.dedup();
    header
}

/// What is to be read of a file.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Path within the book, for faults.
    pub file: &'a str,
    /// What the source was decoded from; the file's own declaration must say the same.
    pub encoding: Encoding,
    /// How amounts are written, for the control totals: `1234.50` by the standard.
    pub numbers: &'a Numbers,
    /// The columns of the records, in this order; each once.
    pub columns: &'a [String],
}

/// Reads the ledger lines of a SAF-T file. `source` is UTF-8; `each` gets every line, in the file's order.
///
/// A record's number is the line of the file on which its `Line` starts. A field that the file does not have is empty.
/// Nothing is returned when the file is no SAF-T file that can be read to its end; a fault then says why. Control
/// totals that do not agree are faults, too.
pub fn read(
    source: impl Read,
    request: &Request<'_>,
    each: &mut dyn FnMut(Record<'_>),
    faults: &mut Faults,
) -> Option<ControlTotals> {
    let mut reader = Reader::from_reader(Watched::new(source));
    let mut audit_file = AuditFile::new(request, each, faults);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().begin_event();
        let event = reader.read_event_into(&mut buffer);
        let at = reader.get_ref().event();
        match event {
            _ if reader.get_ref().is_too_long() => {
                too_long(request.file, at, faults);
                return None;
            }
            Ok(Event::Eof) => return audit_file.finish(at),
            Ok(event) => audit_file.event(&event, at).ok()?,
            Err(error) => {
                xml_fault(&error, request.file, at, &buffer, faults);
                return None;
            }
        }
    }
}

fn place(file: &str, at: Position) -> Place {
    Place { file: file.to_owned(), line: at.line, column: at.column, field: String::new() }
}

fn too_long(file: &str, at: Position, faults: &mut Faults) {
    let expected = format!("at most {RECORD_BYTES_MAX} bytes");
    let help = "export the file again; no text of a ledger is as long as this";
    faults.add(Code::LimitExceeded, place(file, at), "a tag or a text is too long", "", &expected, help);
}

/// Tells of an error of the XML reader, whose event began at a place and has come so far.
fn xml_fault(error: &quick_xml::Error, file: &str, at: Position, event: &[u8], faults: &mut Faults) {
    match error {
        quick_xml::Error::Io(error) => match error.get_ref().and_then(|error| error.downcast_ref::<StreamError>()) {
            Some(error) => error.tell(file, faults),
            None => unreadable(file, error, faults),
        },
        quick_xml::Error::Encoding(EncodingError::Utf8(error)) => {
            let at = at.after(&event[..error.valid_up_to().min(event.len())]);
            let help = "name the file's encoding in the dialect of its layout, or export the file as UTF-8";
            faults.add(Code::NotUtf8, place(file, at), "the file is not UTF-8", "", "UTF-8 text", help);
        }
        error => {
            let why = match error {
                quick_xml::Error::Syntax(why) => why.to_string(),
                quick_xml::Error::IllFormed(why) => why.to_string(),
                other => other.to_string(),
            };
            let message = format!("the XML is not well formed: {why}");
            let help = "export the file again, whole; do not change it by hand";
            faults.add(Code::UnreadableFile, place(file, at), message, "", "XML as its system wrote it", help);
        }
    }
}
