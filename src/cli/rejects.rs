//! The whole list of faults, as a file.

use std::fmt;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostics::rejects::RejectsWriter;
use crate::diagnostics::{Diagnostic, Faults};
use crate::ingest::lines::Lines;
use crate::publish::{RejectsError, StagedRejects};

/// Where the list of faults is.
#[derive(Debug)]
pub(super) enum Listed {
    /// None was asked for.
    Nowhere,
    /// Every fault is in the file.
    Whole(PathBuf),
    /// So many faults are in the file, and there are more: the sources changed while they were read, or a reader could
    /// not tell all.
    InPart(PathBuf, usize),
    NotWritten(ListError),
}

impl Listed {
    /// The file, where it was written.
    pub fn path(&self) -> Option<String> {
        match self {
            Self::Whole(path) | Self::InPart(path, _) => Some(path.display().to_string()),
            Self::Nowhere | Self::NotWritten(_) => None,
        }
    }
}

impl fmt::Display for Listed {
    /// One line, or nothing.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => Ok(()),
            Self::Whole(path) => write!(formatter, "every fault is listed in {}", path.display()),
            Self::InPart(path, written) => {
                write!(formatter, "{} lists {written} faults, and not every one", path.display())
            }
            Self::NotWritten(error) => write!(formatter, "the list of faults was not written: {error}"),
        }
    }
}

/// Why the list was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListError {
    #[error(transparent)]
    Publish(#[from] RejectsError),
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Writes the list to `path`. Where faults were only counted, `again` reads the sources once more into faults that tell
/// each one, in constant memory; the list then is in the order of reading, and otherwise by place.
pub(super) fn list(
    path: &Path,
    root: &Path,
    faults: &Faults,
    again: impl FnOnce(Faults) -> Option<Faults>,
) -> Result<Listed, ListError> {
    let staged = StagedRejects::create(path)?;
    let mut list = List { rows: RejectsWriter::new(BufWriter::new(staged.writer()?))?, failed: None };
    let written = if faults.all_kept() {
        faults.sorted().into_iter().for_each(|fault| list.add(fault));
        list.end()?
    } else {
        read_again(list, Lines::new(root), again)?
    };
    staged.finish()?;
    let whole = written == faults.total();
    Ok(if whole { Listed::Whole(path.to_owned()) } else { Listed::InPart(path.to_owned(), written) })
}

/// Reads once more, and lists every fault as it is told.
fn read_again(list: List, mut lines: Lines, again: impl FnOnce(Faults) -> Option<Faults>) -> Result<usize, ListError> {
    let list = Arc::new(Mutex::new(list));
    let told = Arc::clone(&list);
    let sink = move |fault: &Diagnostic| {
        let mut list = told.lock().unwrap_or_else(PoisonError::into_inner);
        if fault.source.is_some() {
            list.add(fault);
        } else {
            let mut fault = fault.clone();
            lines.complete(&mut fault);
            list.add(&fault);
        }
    };
    drop(again(Faults::telling(sink)));
    list.lock().unwrap_or_else(PoisonError::into_inner).end()
}

/// The rows of the list, and the first that could not be written.
struct List {
    rows: RejectsWriter<BufWriter<File>>,
    failed: Option<csv::Error>,
}

impl List {
    fn add(&mut self, fault: &Diagnostic) {
        if self.failed.is_none() {
            self.failed = self.rows.add(fault).err();
        }
    }

    /// How many rows were written.
    fn end(&mut self) -> Result<usize, ListError> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        self.rows.flush()?;
        Ok(self.rows.written())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Code, Place};

    fn faults(count: u64, mut into: Faults) -> Faults {
        (1..=count).rev().for_each(|line| into.add(Code::BadDate, Place::line("a.csv", line), "m", "", "e", "h"));
        into
    }

    /// The lines that are listed, and whether the list is said to be whole.
    fn listed(count: u64, told_again: u64) -> (Vec<String>, bool) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rejects.csv");
        let again = |into| Some(faults(told_again, into));
        let found = list(&path, folder.path(), &faults(count, Faults::default()), again).expect("a list");
        let mut rows = csv::Reader::from_path(&path).expect("the list");
        let lines = rows.records().map(|row| row.expect("a row")[5].to_owned()).collect();
        (lines, matches!(found, Listed::Whole(_)))
    }

    #[test]
    fn few_faults_are_listed_by_place_and_many_in_the_order_of_reading() {
        assert_eq!(listed(3, 0), (vec!["1".to_owned(), "2".to_owned(), "3".to_owned()], true));
        let many: Vec<String> = (1..=200_u64).rev().map(|line| line.to_string()).collect();
        assert_eq!(listed(200, 200), (many, true));
    }

    #[test]
    fn a_list_that_is_not_whole_says_so() {
        assert!(!listed(200, 199).1);
    }
}
