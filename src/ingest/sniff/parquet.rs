//! The first rows of a Parquet file as texts, by polars.

use std::fs::File;

use polars::prelude::{DataType, ParquetReader, PolarsResult, SerReader};

/// Most rows that are looked at.
const ROWS_MAX: usize = 1_000;

/// The header and the first rows of a file.
///
/// # Errors
/// What polars says of a file that it cannot read.
pub fn rows(file: File) -> PolarsResult<Vec<Vec<String>>> {
    let frame = ParquetReader::new(file).with_slice(Some((0, ROWS_MAX))).finish()?;
    let names: Vec<String> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    let texts =
        frame.columns().iter().map(|column| column.cast(&DataType::String)).collect::<PolarsResult<Vec<_>>>()?;
    let texts = texts.iter().map(|column| column.str()).collect::<PolarsResult<Vec<_>>>()?;
    let row = |at: usize| texts.iter().map(|column| column.get(at).unwrap_or_default().to_owned()).collect();
    Ok(std::iter::once(names).chain((0..frame.height()).map(row)).collect())
}
