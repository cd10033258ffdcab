//! The first lines of a SAF-T file as rows, with its elements as columns.

use std::collections::BTreeSet;

use super::{Refusal, refused};
use crate::book::layout::{Encoding, Numbers};
use crate::diagnostics::Faults;
use crate::ingest::record::Record;
use crate::ingest::saft;

/// Most lines that are looked at.
const LINES_MAX: usize = 200;

/// The header and the first lines of an audit file, of which the text may be the beginning only.
///
/// # Errors
/// Why it has no lines that can be read.
pub fn rows(file: &str, text: &str, encoding: Encoding) -> Result<Vec<Vec<String>>, Refusal> {
    let analyses = analyses(text);
    let columns = saft::header(&analyses.iter().map(String::as_str).collect::<Vec<_>>());
    let numbers = Numbers::plain();
    let request = saft::Request { file, encoding, numbers: &numbers, columns: &columns };
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut each = |record: Record<'_>| {
        if lines.len() < LINES_MAX {
            lines.push(record.fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect());
        }
    };
    let mut faults = Faults::default();
    // The text may end anywhere, which is a fault of no interest where lines stand before it.
    saft::read(text.as_bytes(), &request, &mut each, &mut faults);
    if lines.is_empty() {
        let why = faults.sorted().first().map(|fault| format!(": {}", fault.message)).unwrap_or_default();
        return refused(
            format!("the file is XML, and no SAF-T file with ledger lines{why}"),
            "export the ledger as SAF-T or CSV",
        );
    }
    Ok(with_texts(columns, lines))
}

/// The columns of all analyses that the text names.
fn analyses(text: &str) -> BTreeSet<String> {
    let behind = text.split("AnalysisType>").skip(1);
    let kinds = behind.filter_map(|rest| rest.split('<').next()).map(str::trim).filter(|kind| !kind.is_empty());
    kinds.map(|kind| format!("{}{kind}", saft::ANALYSIS)).collect()
}

/// The columns that have a text in any line, and both sides, below their header.
fn with_texts(columns: Vec<String>, lines: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let filled = |at: &usize| lines.iter().any(|line| line.get(*at).is_some_and(|text| !text.is_empty()));
    let side = |at: &usize| columns.get(*at).is_some_and(|name| name == "DebitAmount" || name == "CreditAmount");
    let kept: Vec<usize> = (0..columns.len()).filter(|at| filled(at) || side(at)).collect();
    let row = |line: &Vec<String>| kept.iter().filter_map(|at| line.get(*at).cloned()).collect();
    std::iter::once(&columns).chain(&lines).map(row).collect()
}
