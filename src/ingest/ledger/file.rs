//! What reading a file of a ledger takes and gives, whatever kind of file it is.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::entries::Entries;
use super::pass::{Pass, Sums};
use super::recheck::Recheck;
use crate::book::layout::Layout;
use crate::diagnostics::Faults;
use crate::domain::Money;
use crate::ingest::SourceFile;
use crate::ingest::stream::Digest;
use crate::ingest::watch::Watch;

/// A file of the ledger, and how it is read.
pub(super) struct FileOf<'a> {
    /// Path within the book.
    pub name: &'a str,
    /// Its place among the ledger's files.
    pub index: u32,
    pub layout: &'a Layout,
    /// Quotes stand where they should not: fields are told byte by byte, and each such quote is a fault.
    pub exact: bool,
    pub threads: usize,
    /// How much of a text is read at once.
    pub chunk_bytes: usize,
}

/// What goes on from file to file.
pub(super) struct Flow<'a> {
    pub entries: &'a Mutex<Entries>,
    /// How many chunks there were so far.
    pub chunks: u64,
    /// The second look at some entries, while it lasts.
    pub recheck: Option<Recheck>,
    /// The faults so far, which the file's are added to: whoever listens to them hears each as it comes.
    pub told: Faults,
    pub watch: &'a dyn Watch,
}

/// What a file came to.
#[derive(Default)]
pub(super) struct FileRead {
    pub sums: Vec<Sums>,
    pub faults: Faults,
    /// The layout gives each line a number in its entry.
    pub numbered: bool,
    /// A quote stands where it should not: the ledger must be read again, byte by byte.
    pub stray: bool,
    /// Nothing where the file could not be read to its end.
    pub digest: Option<Digest>,
}

impl FileRead {
    /// Begins a file, with the faults so far.
    pub fn begin(flow: &mut Flow<'_>) -> Self {
        Self { faults: std::mem::take(&mut flow.told), ..Self::default() }
    }

    /// Lends the faults so far to the pass that is taken first.
    pub fn lend(&mut self, pass: &mut Pass<'_>) {
        pass.faults = std::mem::take(&mut self.faults);
    }

    /// The file, for the manifest.
    pub fn source(&self, file: &str) -> Option<SourceFile> {
        let sum = |of: fn(&Sums) -> i128| Some(Money::from_cents(self.sums.iter().map(of).sum()));
        self.digest.as_ref().map(|digest| SourceFile {
            source: "ledger".to_owned(),
            path: file.to_owned(),
            sha256: digest.sha256.clone(),
            bytes: digest.bytes,
            rows: self.sums.iter().map(|sums| sums.lines).sum(),
            debit_total: sum(|sums| sums.debits),
            credit_total: sum(|sums| sums.credits),
        })
    }

    /// Takes what a thread's pass came to, the pass first that the faults were lent to; the second look goes on.
    ///
    /// # Errors
    /// A temporary file could not be written.
    pub fn take(&mut self, pass: Pass<'_>, flow: &mut Flow<'_>) -> std::io::Result<()> {
        let (sums, faults, recheck) = pass.finish()?;
        if self.sums.is_empty() {
            self.faults = faults;
        } else {
            self.faults.extend(faults);
        }
        self.sums.push(sums);
        if recheck.is_some() {
            flow.recheck = recheck;
        }
        Ok(())
    }
}

/// What a mutex guards, also where a thread that had it has panicked: that panic goes on in the thread that joins it.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
