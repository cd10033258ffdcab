//! A ledger in Parquet, by polars: the same columns, the same checks, the same results as in CSV.
//!
//! polars reads the columns; amounts leave it as text and become our own exact type. A column of
//! floating-point numbers is refused: its cents are already lost.

use std::path::Path;

use polars::prelude::{AnyValue, Column, DataFrame, DataType, LazyFrame, PlRefPath, ScanArgsParquet};

use super::SourceFile;
use super::book::Codes;
use super::ledger::{Ledger, Line, Pass, REQUIRED};
use super::table::unreadable;
use crate::book::Book;
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::Quarter;
use crate::domain::hash::sha256_hex;

/// Reads a Parquet ledger.
pub fn read(
    root: &Path,
    file: &str,
    book: &Book,
    codes: &Codes,
    quarter: &Quarter,
    faults: &mut Faults,
) -> Option<(Ledger, SourceFile)> {
    let path = root.join(file);
    let bytes = std::fs::read(&path).map_err(|error| unreadable(file, &error, faults)).ok()?;
    let frame = scan(&path).map_err(|error| frame_fault(file, &error.to_string(), faults)).ok()?;
    let columns = text_columns(file, &frame, faults)?;
    let mut pass = Pass::new(file, book, codes, quarter);
    pass.faults = std::mem::take(faults);
    for row in 0..frame.height() {
        let texts = columns.each_ref().map(|column| cell(column, row));
        pass.line(&Line {
            number: row as u64 + 1,
            journal_id: &texts[0],
            journal_line: &texts[1],
            effective_date: &texts[2],
            entity: &texts[3],
            account: &texts[4],
            brand: &texts[5],
            segment: &texts[6],
            debit: &texts[7],
            credit: &texts[8],
            currency: &texts[9],
            raw: None,
        });
    }
    let ledger;
    (ledger, *faults) = pass.finish();
    let source = SourceFile {
        source: "ledger".to_owned(),
        path: file.to_owned(),
        sha256: sha256_hex(&bytes),
        bytes: bytes.len() as u64,
        rows: ledger.lines,
        debit_total: Some(ledger.debits()),
        credit_total: Some(ledger.credits()),
    };
    Some((ledger, source))
}

fn scan(path: &Path) -> polars::prelude::PolarsResult<DataFrame> {
    let path = PlRefPath::try_from_path(path)?;
    LazyFrame::scan_parquet(path, ScanArgsParquet::default())?.collect()
}

fn frame_fault(file: &str, why: &str, faults: &mut Faults) {
    let first = why.lines().next().unwrap_or_default();
    let message = "the file is not Parquet that can be read";
    faults.add(Code::UnreadableFile, Place::file(file), message, first, "a Parquet file", "export the file again");
}

/// The columns of a ledger, in the order of [`REQUIRED`].
fn text_columns(file: &str, frame: &DataFrame, faults: &mut Faults) -> Option<[Column; 10]> {
    let mut columns = Vec::with_capacity(REQUIRED.len());
    for name in REQUIRED {
        let mut place = Place::file(file);
        place.field = name.to_owned();
        match frame.column(name) {
            Err(_) => {
                let message = format!("the column {name} is missing");
                faults.add(
                    Code::MissingColumn,
                    place,
                    message,
                    "",
                    &format!("a column {name}"),
                    "add the column to the export",
                );
            }
            Ok(column) if matches!(column.dtype(), DataType::Float32 | DataType::Float64) => {
                let help = "export the column as text or as a decimal";
                let message = format!("{name} is a column of floating-point numbers");
                faults.add(Code::BadAmount, place, message, &column.dtype().to_string(), "text or decimal", help);
            }
            Ok(column) => columns.push(column.clone()),
        }
    }
    columns.try_into().ok()
}

/// A cell as text; an absent value is an empty text.
fn cell(column: &Column, row: usize) -> String {
    match column.get(row) {
        Ok(AnyValue::Null) | Err(_) => String::new(),
        Ok(AnyValue::String(text)) => text.to_owned(),
        Ok(AnyValue::StringOwned(text)) => text.to_string(),
        Ok(value) => value.to_string(),
    }
}
