//! A ledger in Parquet: the same records, the same checks, the same results as in text.

use std::ops::ControlFlow;
use std::path::Path;

use super::file::{FileOf, FileRead, Flow, locked};
use super::keys::{Keys, Known, PIECES_MAX, same};
use super::ordinary::{Line, Ordinary};
use super::pass::{Day, Pass, Rules, whole_number};
use super::plan::{Plan, looked_for};
use crate::diagnostics::Place;
use crate::ingest::delimited::Marks;
use crate::ingest::parquet::{Form, Parquet, Row};
use crate::ingest::values;

/// A row as one that may be ordinary.
struct ParquetLine<'b> {
    row: Row<'b>,
    /// The columns that say its dimension and currency.
    dimension: &'b [usize],
}

impl Line for ParquetLine<'_> {
    #[inline(always)]
    fn number(&self) -> u64 {
        self.row.number()
    }

    #[inline(always)]
    fn known(&self, keys: &mut Keys) -> Option<Known> {
        let mut numbers = [0; PIECES_MAX];
        for (number, column) in numbers.iter_mut().zip(self.dimension) {
            *number = self.row.short_text(*column)?;
        }
        keys.find_numbered(&numbers, || self.dimension.iter().map(|column| self.row.text(*column)).collect())
    }

    #[inline(always)]
    fn text(&self, column: usize) -> Option<&[u8]> {
        self.row.text(column)
    }

    #[inline(always)]
    fn is_of(&self, column: usize, day: Day, text: &[u8]) -> bool {
        match self.row.value(column) {
            Some((Some(days), Form::Day)) => day.plain.is_some_and(|day| i128::from(day) == days),
            Some(_) => false,
            None => self.row.text(column).is_some_and(|field| same(field, text)),
        }
    }

    #[inline(always)]
    fn cents(&self, column: usize, decimal: u8) -> Option<Option<i64>> {
        match self.row.value(column) {
            Some((None, _)) => Some(None),
            // A value whose text would have a point, where that is the decimal mark.
            Some((Some(cents), Form::Decimal(2))) if decimal == b'.' && cents.unsigned_abs() < CENTS_END => {
                i64::try_from(cents).ok().map(Some)
            }
            Some(_) => None,
            None => match self.row.text(column)? {
                [] => Some(None),
                text => values::plain(text, decimal).map(Some),
            },
        }
    }

    #[inline(always)]
    fn whole(&self, column: usize) -> Option<i64> {
        match self.row.value(column) {
            Some((Some(number), Form::Decimal(0))) if (0..WHOLE_END).contains(&number) => i64::try_from(number).ok(),
            Some(_) => None,
            None => whole_number(self.row.text(column)?),
        }
    }
}

/// Cents that are more than an amount may have, by its digits.
const CENTS_END: u128 = 10_u128.pow(17);
/// A number that is more than the number of a line may be, by its digits.
const WHOLE_END: i128 = 10_i128.pow(18);

/// Reads a Parquet file.
///
/// # Errors
/// A temporary file cannot be written or read.
pub(super) fn read(
    root: &Path,
    file: &FileOf<'_>,
    rules: &Rules<'_>,
    flow: &mut Flow<'_>,
) -> std::io::Result<FileRead> {
    let mut found = FileRead::begin(flow);
    let parquet = match Parquet::open(root, file.name, &looked_for(file.layout)) {
        Ok(parquet) => parquet,
        Err(error) => {
            error.tell(file.name, &mut found.faults);
            return Ok(found);
        }
    };
    let place = Place::file(file.name);
    let Some(plan) = Plan::new(file.layout, parquet.columns(), &place, &mut found.faults) else { return Ok(found) };
    if !parquet.fits(&plan.wanted, file.name, &mut found.faults) {
        return Ok(found);
    }
    found.numbered = plan.journal_line.is_some();
    let threads = if plan.report.is_some() { 1 } else { file.threads.max(1) };
    let pass = || Pass::new(rules, &plan, (file.name, file.index), Marks::CSV);
    let mut passes: Vec<Pass<'_>> = (0..threads).map(|_| pass()).collect();
    if let Some(first) = passes.first_mut() {
        found.lend(first);
        flow.recheck.take().into_iter().for_each(|recheck| first.recheck(recheck));
    }
    let (chunks, entries, watch) = (flow.chunks, flow.entries, flow.watch);
    let places: Vec<usize> = (0..plan.wanted.len()).collect();
    let ordinary = Ordinary::new(&plan, &file.layout.dialect, &places).filter(|_| plan.dimension.len() <= PIECES_MAX);
    let dimension = &plan.dimension[..];
    let read = parquet.read(&plan.wanted, &mut passes, |pass, batch| {
        let before = pass.lines();
        let taken = |pass: &mut Pass<'_>, row: Row<'_>| {
            ordinary.as_ref().is_some_and(|columns| pass.ordinary(columns, &ParquetLine { row, dimension }))
        };
        batch.records(pass, taken, |pass, record| pass.record(record));
        let lines = pass.lines() - before;
        watch.read(0, lines);
        let taken = locked(entries).take(pass.end_chunk(chunks + batch.index as u64));
        taken.map_or_else(
            |error| {
                pass.failed(error);
                ControlFlow::Break(())
            },
            |()| ControlFlow::Continue(()),
        )
    });
    flow.chunks += parquet.batches() as u64;
    for pass in passes {
        found.take(pass, flow)?;
    }
    found.digest = read.map_err(|error| error.tell(file.name, &mut found.faults)).ok();
    Ok(found)
}
