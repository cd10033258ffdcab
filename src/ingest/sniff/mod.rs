//! What a file is: the layout that its first bytes fit, proposed as the tables of a book that would read it.
//!
//! Nothing here is used to read a source. A proposal is for a person to look at; what a file does not show is said to
//! be open, and what its system does not know is left to fill in.

mod audit_file;
mod fit;
mod marks;
mod own;
mod parquet;
mod plan;
mod propose;
mod refused;
mod text;
mod workbook;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use self::fit::{Cut, DELIMITERS, Row};
pub use self::propose::Proposal;
use self::propose::{Kind, Looked};
pub use self::refused::{Advice, refused_report};
use super::limits::{TABLE_BYTES_MAX, TITLE_ROWS_MAX};
use crate::book::layout::{Encoding, SourceColumns};

/// How much of a file is looked at, in bytes once it is unpacked.
pub const LOOKED_AT_BYTES: u64 = 1 << 20;
/// Most rows that are looked at.
const ROWS_MAX: usize = 20_000;

/// Why a file cannot be read as anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// A sentence without its full stop.
    pub message: String,
    pub help: String,
}

fn refused<T>(message: impl Into<String>, help: &str) -> Result<T, Refusal> {
    Err(Refusal { message: message.into(), help: help.to_owned() })
}

/// Proposes how a source is read from a file on disk: of a text by its beginning, of a workbook by its sheets, of a
/// Parquet file by its first rows.
///
/// # Errors
/// Why nothing can be proposed, and what to do.
pub fn sniff_file(path: &Path, source: &'static SourceColumns) -> Result<Proposal, Refusal> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unreadable = |error: std::io::Error| Refusal {
        message: format!("the file cannot be read: {error}"),
        help: "check its name and its permissions".to_owned(),
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.by_ref().take(LOOKED_AT_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    match &bytes[..] {
        [b'P', b'A', b'R', b'1', ..] => match parquet::rows(file) {
            Ok(rows) => sniff_rows(&name, None, rows, source),
            Err(error) => refused(format!("the Parquet file cannot be read: {error}"), "write the file again"),
        },
        [b'P', b'K', 3, 4, ..] => {
            file.take(TABLE_BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
            sniff_workbook(&name, &bytes, source)
        }
        _ => sniff(&name, &bytes, source),
    }
}

/// Proposes how a source is read from a text, by its first bytes, which may be packed.
///
/// # Errors
/// Why nothing can be proposed, and what to do.
pub fn sniff(file: &str, bytes: &[u8], source: &'static SourceColumns) -> Result<Proposal, Refusal> {
    let Some(bytes) = text::unpacked(bytes, LOOKED_AT_BYTES) else {
        return refused("the file is packed, and cannot be unpacked", "pack it again, or give the file itself");
    };
    let mut decoded = text::decoded(&bytes);
    if let Some(declared) = text::declared(&decoded.text) {
        decoded = text::in_encoding(&bytes, declared);
    }
    let text = whole_lines(&decoded.text, (bytes.len() as u64) < LOOKED_AT_BYTES);
    if text.trim().is_empty() {
        return refused("the file is empty", "export the file again");
    }
    if text.contains('\0') {
        return refused("the file is no text, no workbook and no Parquet", "export the source as CSV, XLSX or Parquet");
    }
    if text.trim_start().starts_with('<') {
        return sniff_audit_file(file, text, decoded.encoding, source);
    }
    let again = |delimiter: u8, quoted: bool| fit::rows(text, delimiter, quoted, ROWS_MAX);
    let cuts: Vec<Cut> = DELIMITERS.into_iter().map(|delimiter| (Some(delimiter), again(delimiter, true))).collect();
    let ascii = text.is_ascii() && decoded.encoding != Encoding::Utf16;
    let kind = Kind::Text { encoding: decoded.encoding, ascii, doubt: decoded.doubt, again: &again };
    propose(&Looked { name: file, source, kind, sheet: None }, &cuts)
}

fn sniff_audit_file(
    file: &str,
    text: &str,
    encoding: Encoding,
    source: &'static SourceColumns,
) -> Result<Proposal, Refusal> {
    let rows = audit_file::rows(file, text, encoding)?;
    propose(&Looked { name: file, source, kind: Kind::Elements { encoding }, sheet: None }, &[(None, numbered(rows))])
}

/// Proposes how a source is read from the sheet of a workbook that fits best.
///
/// # Errors
/// Why nothing can be proposed, and what to do.
pub fn sniff_workbook(file: &str, bytes: &[u8], source: &'static SourceColumns) -> Result<Proposal, Refusal> {
    let sheets = workbook::sheets(bytes)?;
    let several = sheets.len() > 1;
    let mut proposals = Vec::new();
    let mut why = Refusal { message: "the workbook has no rows".to_owned(), help: "export the file again".to_owned() };
    for (name, rows) in sheets {
        match sniff_rows(file, several.then_some(&name), rows, source) {
            Ok(proposal) => proposals.push(proposal),
            Err(refusal) => why = refusal,
        }
    }
    // Of sheets that fit as well, the first.
    proposals.into_iter().min_by_key(|proposal| proposal.to_fill_in.len()).ok_or(why)
}

/// Proposes how a source is read from rows that are cut already: those of a sheet, or of a Parquet file.
///
/// # Errors
/// As [`sniff`].
pub fn sniff_rows(
    file: &str,
    sheet: Option<&str>,
    rows: Vec<Vec<String>>,
    source: &'static SourceColumns,
) -> Result<Proposal, Refusal> {
    propose(&Looked { name: file, source, kind: Kind::Cells, sheet }, &[(None, numbered(rows))])
}

fn numbered(rows: Vec<Vec<String>>) -> Vec<Row> {
    rows.into_iter().zip(1..).map(|(fields, line)| Row { line, fields }).collect()
}

fn propose(file: &Looked<'_>, cuts: &[Cut]) -> Result<Proposal, Refusal> {
    if let Some(advice) = cuts.iter().find_map(|(_, rows)| refused_header(rows)) {
        return refused(format!("this is {}: {}", advice.report, advice.why), advice.help);
    }
    let fits = fit::best(file.source, cuts);
    if fits.is_empty() {
        return refused(no_header(file.source, cuts), "write a layout for it as docs/layouts.md shows");
    }
    Ok(propose::proposal(file, fits, cuts))
}

fn refused_header(rows: &[Row]) -> Option<&'static Advice> {
    let headers = rows.iter().take(TITLE_ROWS_MAX);
    headers.filter(|row| row.fields.len() > 2).find_map(|row| {
        let header: Vec<&str> = row.fields.iter().map(String::as_str).collect();
        refused_report(&header)
    })
}

/// What was found in the place of a header: the row of most fields among the first.
fn no_header(source: &SourceColumns, cuts: &[Cut]) -> String {
    let rows = cuts.iter().filter_map(|(_, rows)| rows.first());
    let widest = rows.max_by_key(|row| row.fields.len()).map(|row| row.fields.join(", ")).unwrap_or_default();
    let shown: String = widest.chars().take(200).collect();
    format!("no row has headings that closepack knows as those of {}; the first row is: {shown}", source.source)
}

/// The text without a last line that may be cut off.
fn whole_lines(text: &str, to_the_end: bool) -> &str {
    if to_the_end { text } else { text.rfind('\n').map_or(text, |end| &text[..=end]) }
}
