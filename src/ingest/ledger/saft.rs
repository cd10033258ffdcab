//! A ledger in a Standard Audit File for Tax.

use std::path::Path;

use super::file::{FileOf, FileRead, Flow, locked};
use super::pass::{Pass, Rules};
use super::plan::{Plan, looked_for};
use crate::diagnostics::{Faults, Place};
use crate::ingest::delimited::Marks;
use crate::ingest::saft::{self, Request};
use crate::ingest::stream::Source;

/// Lines after which the entries are told what the runs came to.
const LINES_A_CHUNK: u64 = 1 << 12;

/// Reads a SAF-T file, whose columns are those that the layout names.
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
    let encoding = file.layout.dialect.encoding;
    let mut source = match Source::open(root, file.name, encoding) {
        Ok(source) => source,
        Err(error) => {
            error.tell(file.name, &mut found.faults);
            return Ok(found);
        }
    };
    let mut header: Vec<String> =
        looked_for(file.layout).into_iter().filter(|name| saft::is_column(name)).map(str::to_owned).collect();
    header.sort();
    header.dedup();
    let place = Place::file(file.name);
    let Some(plan) = Plan::new(file.layout, &header, &place, &mut found.faults) else { return Ok(found) };
    found.numbered = plan.journal_line.is_some();
    let mut pass = Pass::new(rules, &plan, (file.name, file.index), Marks::CSV);
    found.lend(&mut pass);
    flow.recheck.take().into_iter().for_each(|recheck| pass.recheck(recheck));
    let numbers = &file.layout.dialect.numbers;
    let request = Request { file: file.name, encoding, numbers, columns: &plan.names };
    let (entries, watch) = (flow.entries, flow.watch);
    let (mut chunks, mut error) = (flow.chunks, None);
    let mut each = |record: crate::ingest::record::Record<'_>| {
        pass.record(&record);
        if pass.lines().is_multiple_of(LINES_A_CHUNK) {
            watch.read(0, LINES_A_CHUNK);
            error = locked(entries).take(pass.end_chunk(chunks)).err().or(error.take());
            chunks += 1;
        }
    };
    let mut of_file = Faults::default();
    let totals = saft::read(&mut source, &request, &mut each, &mut of_file);
    error = locked(entries).take(pass.end_chunk(chunks)).err().or(error.take());
    flow.chunks = chunks + 1;
    found.take(pass, flow)?;
    found.faults.extend(of_file);
    if let Some(error) = error {
        return Err(error);
    }
    match source.finish() {
        Ok(digest) => found.digest = totals.map(|_| digest),
        Err(error) => error.tell(file.name, &mut found.faults),
    }
    Ok(found)
}
