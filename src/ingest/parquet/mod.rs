//! A ledger in Parquet: the same records, the same checks, the same results as in CSV.
//!
//! polars decodes the columns, one window of rows at a time and on as many threads as there are states to fill, so
//! that memory does not grow with the file. A row can be asked for its values as they are stored; otherwise every value
//! leaves here as text, as a CSV file would have it. A column of floating-point numbers is refused: its cents are already
//! lost.

mod cells;
mod decode;
mod pages;
mod partition;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use polars::prelude::DataType;

use super::limits::FIELDS_MAX;
use super::record::Record;
use super::stream::{self, Digest, StreamError};
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::parallel::joined;
use cells::{Cells, Kind, Written};
pub use cells::{Form, ShortText};
use decode::{Decoder, Footer, Window};

/// How many rows are brought from columns into records at a time: few enough to stay near the processor.
const BLOCK_ROWS: usize = 256;

/// A Parquet file whose footer has been read.
pub struct Parquet {
    path: PathBuf,
    names: Vec<String>,
    columns: Vec<Column>,
    windows: Vec<Window>,
}

/// Where the text of a column comes from.
enum Column {
    /// A column of the file.
    File(DataType),
    /// The name of a folder on the way to the file.
    Folder(String),
}

/// Why a Parquet file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ParquetError {
    #[error(transparent)]
    File(#[from] StreamError),
    /// The file is no Parquet, or it is damaged, or its columns are of types that the decoder does not know.
    #[error("the file is not Parquet that can be read")]
    Damaged {
        /// What the decoder said.
        why: String,
    },
    #[error("the file has too many columns")]
    TooWide { columns: usize },
}

impl ParquetError {
    /// Tells of it as a fault of the file.
    pub fn tell(&self, file: &str, faults: &mut Faults) {
        let place = Place::file(file);
        match self {
            Self::File(error) => error.tell(file, faults),
            Self::Damaged { why } => {
                let (value, help) = (why.lines().next().unwrap_or_default(), "export the file again");
                faults.add(Code::UnreadableFile, place, self.to_string(), value, "a Parquet file", help);
            }
            Self::TooWide { columns } => {
                let (expected, help) = (format!("at most {FIELDS_MAX} columns"), "export the ledger's columns alone");
                faults.add(Code::LimitExceeded, place, self.to_string(), &columns.to_string(), &expected, help);
            }
        }
    }
}

/// Rows that follow each other in the file.
pub struct Batch {
    /// The batch's place among all batches of the file, from zero.
    pub index: usize,
    /// Rows of the file before the first of the batch.
    before: u64,
    rows: usize,
    columns: Vec<Cells>,
}

/// A row whose values are not yet text.
#[derive(Clone, Copy)]
pub struct Row<'b> {
    batch: &'b Batch,
    at: usize,
}

impl Row<'_> {
    /// One-based, in the file.
    #[inline]
    #[must_use]
    pub fn number(&self) -> u64 {
        self.batch.before + self.at as u64 + 1
    }

    /// A column's value, where it has texts.
    #[inline]
    #[must_use]
    pub fn text(&self, column: usize) -> Option<&[u8]> {
        self.batch.columns[column].text(self.at)
    }

    /// A column's value, where it is a text of at most twelve bytes; as good as the text within one file.
    #[inline]
    #[must_use]
    pub fn short_text(&self, column: usize) -> Option<ShortText> {
        self.batch.columns[column].short_text(self.at)
    }

    /// A column's value and how it is written, where it is no text.
    #[inline]
    #[must_use]
    pub fn value(&self, column: usize) -> Option<(Option<i128>, Form)> {
        self.batch.columns[column].value(self.at)
    }
}

impl Batch {
    /// Gives `state` each row in the file's order: by `taken`, and if that is false as text by `each`, with its one-based
    /// number in the file and the fields that were asked for.
    pub fn records<S>(
        &self,
        state: &mut S,
        taken: impl Fn(&mut S, Row<'_>) -> bool,
        each: impl Fn(&mut S, &Record<'_>),
    ) {
        let width = self.columns.len();
        for from in (0..self.rows).step_by(BLOCK_ROWS) {
            let rows = from..self.rows.min(from + BLOCK_ROWS);
            let Some(first) = rows.clone().find(|at| !taken(state, Row { batch: self, at: *at })) else { continue };
            let rows = first..rows.end;
            let written: Vec<Written> = self.columns.iter().map(|column| column.written(rows.clone())).collect();
            let mut fields: Vec<&[u8]> = vec![b""; rows.len() * width];
            for (at, (column, written)) in self.columns.iter().zip(&written).enumerate() {
                column.fill(rows.clone(), written, fields[at..].iter_mut().step_by(width));
            }
            for (at, fields) in rows.zip(fields.chunks_exact(width)) {
                let row = Row { batch: self, at };
                if at == first || !taken(state, row) {
                    each(state, &Record { number: row.number(), raw: b"", fields });
                }
            }
        }
    }
}

impl Parquet {
    /// Reads the footer of `root/file`. A folder `key=value` on the way to the file is a column `key`, where
    /// `looked_for` has the key and the file has no such column.
    ///
    /// # Errors
    /// A file that cannot be opened, that is not Parquet or that has too many columns.
    pub fn open(root: &Path, file: &str, looked_for: &[&str]) -> Result<Self, ParquetError> {
        let path = root.join(file);
        let footer = Footer::read(&path)?;
        let mut names = footer.names;
        if names.len() > FIELDS_MAX {
            return Err(ParquetError::TooWide { columns: names.len() });
        }
        let mut columns: Vec<Column> = footer.types.into_iter().map(Column::File).collect();
        for (key, value) in partition::keys(file) {
            if looked_for.contains(&key.as_str()) && !names.contains(&key) {
                names.push(key);
                columns.push(Column::Folder(value));
            }
        }
        Ok(Self { path, names, columns, windows: footer.windows })
    }

    /// The names of the columns, in the file's order; columns of folders are last.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.names
    }

    /// How many batches [`Parquet::read`] gives.
    #[must_use]
    pub fn batches(&self) -> usize {
        self.windows.len()
    }

    /// True when the values of all `wanted` columns, by their place in [`Parquet::columns`], can become text; tells of
    /// each that cannot.
    pub fn fits(&self, wanted: &[usize], file: &str, faults: &mut Faults) -> bool {
        let before = faults.total();
        for at in wanted {
            if let Column::File(of) = &self.columns[*at]
                && let Err(refusal) = Kind::of(of)
            {
                let mut place = Place::file(file);
                place.field.clone_from(&self.names[*at]);
                let message = format!("{} is a column of {}", place.field, refusal.what);
                faults.add(refusal.code, place, message, &of.to_string(), refusal.expected, refusal.help);
            }
        }
        faults.total() == before
    }

    /// Decodes the file and hashes it, on one thread a state and one for the hash.
    ///
    /// Each batch goes to one of the states, whichever is free; a state gets its batches in the file's order. The
    /// fields of a record are those of `wanted`, in that order. `each` ends the reading by [`ControlFlow::Break`].
    ///
    /// # Errors
    /// The first damage of the file, in its own order, however many threads read it.
    pub fn read<S: Send>(
        &self,
        wanted: &[usize],
        states: &mut [S],
        each: impl Fn(&mut S, &Batch) -> ControlFlow<()> + Sync,
    ) -> Result<Digest, ParquetError> {
        let decoder = Decoder::new(self, wanted)?;
        decode::keep_freed_memory();
        std::thread::scope(|scope| {
            let digest = scope.spawn(|| stream::digest(&self.path));
            let (decoder, each) = (&decoder, &each);
            let workers: Vec<_> = states
                .iter_mut()
                .map(|state| scope.spawn(move || decoder.run(|batch| each(&mut *state, batch))))
                .collect();
            let damaged: Vec<_> = workers.into_iter().filter_map(|worker| joined(worker).err()).collect();
            match damaged.into_iter().min_by_key(|damage| damage.window) {
                Some(damage) => Err(damage.error),
                None => Ok(joined(digest)?),
            }
        })
    }
}
