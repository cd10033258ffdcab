//! A ledger in Parquet: the same records, the same checks, the same results as in text.

use std::ops::ControlFlow;
use std::path::Path;

use super::file::{FileOf, FileRead, Flow, locked};
use super::pass::{Pass, Rules};
use super::plan::{Plan, looked_for};
use crate::diagnostics::Place;
use crate::ingest::delimited::Marks;
use crate::ingest::parquet::Parquet;

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
    let read = parquet.read(&plan.wanted, &mut passes, |pass, batch| {
        let before = pass.lines();
        batch.records(|record| pass.record(record));
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
