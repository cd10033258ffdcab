//! `run`, `check`, `verify` and `calendar`.

use std::path::Path;

use chrono::NaiveDate;

use super::{Exit, RunArguments, say, tell, today};
use crate::book::{Book, Choice};
use crate::close::{self, Closed};
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::Quarter;
use crate::ingest::book::BookFault;
use crate::ingest::prior_pack::{self, PriorPack};
use crate::ingest::{self, SourceFile};
use crate::publish::{self, Lock, LockError, Manifest, Pack, PriorError, Published, PublishedPack};
use crate::report::{self, sections};
use crate::statements::{self, Comparative};

/// A command that ends early: its exit code, after its words were told.
type Ended<T> = Result<T, Exit>;

/// Closes a quarter; publishes its pack unless it is only to be checked.
pub(super) fn run(arguments: &RunArguments, publishes: bool) -> Exit {
    let as_of = arguments.as_of.unwrap_or_else(today);
    let job = Job { book: &arguments.book, out: &arguments.out, quarter: &arguments.quarter, as_of };
    match job.run(publishes) {
        Ok((exit, line)) => {
            say(&line);
            exit
        }
        Err(exit) => exit,
    }
}

/// One quarter of one book.
pub(super) struct Job<'a> {
    pub book: &'a Path,
    pub out: &'a Path,
    pub quarter: &'a str,
    /// The quarter must have ended before this day.
    pub as_of: NaiveDate,
}

/// What an earlier pack brings into a run.
struct Earlier {
    prior: Option<(PriorPack, PublishedPack)>,
    prior_year: Option<Comparative>,
    prior_year_pack: Option<PublishedPack>,
}

impl Job<'_> {
    /// Runs the job; the line says what was done.
    pub fn run(&self, publishes: bool) -> Ended<(Exit, String)> {
        let (book, mut sources) = self.read_book()?;
        let quarter = self.find_quarter(&book)?;
        if !self.book.join(&quarter.id).is_dir() {
            tell(&format!(
                "not now: the book has no folder {0} yet\n  help: export the quarter's sources into {0}/",
                quarter.id
            ));
            return Err(Exit::NotNow);
        }
        let _lock = if publishes { Some(self.lock(quarter)?) } else { None };
        let earlier = self.earlier(&book, quarter)?;
        let records = ingest::quarter::read(self.book, &book, quarter).map_err(|faults| reject(&faults))?;
        sources.extend(records.sources.iter().cloned());
        let inputs = close::Inputs {
            book: &book,
            quarter,
            records: &records,
            prior: earlier.prior.as_ref().map(|(figures, _)| figures),
            prior_year: earlier.prior_year.as_ref(),
        };
        let closed = close::close(inputs).map_err(|faults| reject(&faults))?;
        let exit = if closed.exceptions.is_empty() { Exit::Done } else { Exit::LookAt };
        let done = if publishes {
            let pack = compose(&book, quarter, &closed, &sources, &earlier)?;
            let run_id = pack.run_id.clone();
            match publish::publish(self.out, &pack).map_err(|error| not_written(&error))? {
                Published::New => format!("published run {run_id}"),
                Published::Already => format!("run {run_id} was published already, and is unchanged"),
            }
        } else {
            "checked, nothing published".to_owned()
        };
        let found = format!("{} checks, {} exceptions", closed.checks.len(), closed.exceptions.len());
        Ok((exit, format!("{}: {done}; {found}", quarter.id)))
    }

    fn read_book(&self) -> Ended<(Book, Vec<SourceFile>)> {
        ingest::book::read(self.book).map_err(|fault| match fault {
            BookFault::Configuration(faults) => {
                tell(&faults.to_string());
                Exit::Usage
            }
            BookFault::Input(faults) => reject(&faults),
        })
    }

    fn find_quarter<'b>(&self, book: &'b Book) -> Ended<&'b Quarter> {
        let Some(quarter) = book.calendar.quarter(self.quarter) else {
            let known: Vec<&str> = book.calendar.quarters().iter().map(|quarter| quarter.id.as_str()).collect();
            tell(&format!(
                "error: the calendar has no quarter {}\n  expected: one of {}\n  help:     `closepack calendar` prints the calendar",
                self.quarter,
                known.join(", ")
            ));
            return Err(Exit::Usage);
        };
        let first = book.calendar.quarter(&book.config.policies.first_quarter);
        if first.is_some_and(|first| quarter.start < first.start) {
            tell(&format!(
                "error: {} is before the book's first quarter {}\n  help: run a later quarter, or change [policies] first_quarter",
                quarter.id, book.config.policies.first_quarter
            ));
            return Err(Exit::Usage);
        }
        if quarter.end >= self.as_of {
            let mut faults = Faults::default();
            let message = format!("{} has not ended", quarter.id);
            let expected = format!("a quarter that ended before {}", self.as_of);
            let help = "run the quarter after its last day";
            let value = quarter.end.to_string();
            faults.add(Code::UnfinishedQuarter, Place::file("calendar.csv"), message, &value, &expected, help);
            return Err(reject(&faults));
        }
        Ok(quarter)
    }

    fn lock(&self, quarter: &Quarter) -> Ended<Lock> {
        Lock::acquire(self.out, &quarter.id).map_err(|error| match error {
            LockError::Busy { .. } => {
                tell(&format!("not now: {error}"));
                Exit::NotNow
            }
            LockError::Io { .. } => {
                tell(&format!("error: {error}\n{NOTHING_PUBLISHED}"));
                Exit::NotWritten
            }
        })
    }

    fn earlier(&self, book: &Book, quarter: &Quarter) -> Ended<Earlier> {
        let prior = if quarter.id == book.config.policies.first_quarter {
            None
        } else {
            book.calendar.previous(&quarter.id).map(|before| self.prior(before)).transpose()?
        };
        let mut earlier = Earlier { prior, prior_year: None, prior_year_pack: None };
        if let Some(before) = book.calendar.year_before(&quarter.id) {
            earlier.prior_year = statements::reported(book, &before.id);
            if earlier.prior_year.is_some() {
                return Ok(earlier);
            }
            if let Some(pack) = self.open_if_published(before)? {
                let figures = prior_pack::read_statements(&before.id, &pack.files);
                earlier.prior_year = Some(figures.map_err(|error| self.prior_fault(before, &error.to_string()))?);
                earlier.prior_year_pack = Some(pack);
            }
        }
        Ok(earlier)
    }

    fn prior(&self, before: &Quarter) -> Ended<(PriorPack, PublishedPack)> {
        let pack = self.open(before)?;
        let figures = PriorPack::read(&before.id, &pack.files);
        Ok((figures.map_err(|error| self.prior_fault(before, &error.to_string()))?, pack))
    }

    /// The pack of a quarter that need not have one.
    fn open_if_published(&self, before: &Quarter) -> Ended<Option<PublishedPack>> {
        match publish::open_current(self.out, &before.id) {
            Ok(pack) => Ok(Some(pack)),
            Err(PriorError::Missing { .. }) => Ok(None),
            Err(other) => Err(self.prior_fault(before, &other.to_string())),
        }
    }

    fn open(&self, before: &Quarter) -> Ended<PublishedPack> {
        publish::open_current(self.out, &before.id).map_err(|error| match error {
            PriorError::Missing { .. } => {
                let help = format!("run {} first; each quarter opens where the one before it closed", before.id);
                self.prior_fault_with(before, "the pack of the quarter before is missing", "", &help)
            }
            other => self.prior_fault(before, &other.to_string()),
        })
    }

    fn prior_fault(&self, before: &Quarter, why: &str) -> Exit {
        let help = format!("restore the pack, or move {} away and run it again", before.id);
        self.prior_fault_with(before, "the earlier pack cannot be used", why, &help)
    }

    fn prior_fault_with(&self, before: &Quarter, message: &str, why: &str, help: &str) -> Exit {
        let mut faults = Faults::default();
        let place = Place::file(&format!("{}/current", before.id));
        let expected = format!("the published pack of {}, as its manifest says", before.id);
        faults.add(Code::PriorPack, place, message, why, &expected, help);
        reject(&faults)
    }
}

const NOTHING_PUBLISHED: &str = "nothing was published";

fn reject(faults: &Faults) -> Exit {
    tell(&faults.to_string());
    Exit::Rejected
}

fn not_written(error: &publish::PublishError) -> Exit {
    tell(&format!("error: {error}"));
    // The pack is live then, which exit code 4 would deny.
    if matches!(error, publish::PublishError::DurabilityUnknown { .. }) { Exit::LookAt } else { Exit::NotWritten }
}

/// The bytes of a pack with its manifest.
fn compose(book: &Book, quarter: &Quarter, closed: &Closed, sources: &[SourceFile], earlier: &Earlier) -> Ended<Pack> {
    let mut inputs: Vec<publish::ManifestInput> = sources.iter().map(manifest_input).collect();
    if let Some(pack) = &earlier.prior_year_pack {
        inputs.push(publish::ManifestInput {
            source: "pack of the year before".to_owned(),
            path: format!("{}/manifest.json", pack.manifest.quarter),
            sha256: pack.manifest_sha256.clone(),
            bytes: 0,
            rows: 0,
            debit_total: None,
            credit_total: None,
        });
    }
    let prior = earlier.prior.as_ref().map(|(_, pack)| publish::ManifestPrior {
        quarter: pack.manifest.quarter.clone(),
        run_id: pack.manifest.run_id.clone(),
        manifest_sha256: pack.manifest_sha256.clone(),
    });
    let basis = book.config.policies.basis.name();
    let manifest = Manifest::new(&book.config.company, &quarter.id, basis, inputs, prior);
    let run_id = manifest.run_id.clone();
    let mut files = report::csv::files(report::csv::Inputs { book, closed, sources });
    let document = sections::document(sections::Inputs { book, quarter, closed, sources, run_id: &run_id });
    let drawn = document.map_err(|error| error.to_string());
    let drawn = drawn.and_then(|document| report::pdf::render(&document).map_err(|error| error.to_string()));
    let pdf = drawn.map_err(|error| {
        tell(&format!("error: the report could not be drawn: {error}\n{NOTHING_PUBLISHED}"));
        Exit::NotWritten
    })?;
    files.insert("report.pdf".to_owned(), pdf);
    Ok(Pack { quarter: quarter.id.clone(), run_id, files, manifest })
}

fn manifest_input(source: &SourceFile) -> publish::ManifestInput {
    publish::ManifestInput {
        source: source.source.clone(),
        path: source.path.clone(),
        sha256: source.sha256.clone(),
        bytes: source.bytes,
        rows: source.rows,
        debit_total: source.debit_total.map(|amount| amount.to_string()),
        credit_total: source.credit_total.map(|amount| amount.to_string()),
    }
}

/// Checks a published pack against its manifest.
pub(super) fn verify(out: &Path, quarter: &str) -> Exit {
    match publish::open_current(out, quarter) {
        Ok(pack) => {
            let files = pack.manifest.outputs.len();
            say(&format!("{quarter}: run {} is whole, {files} files as the manifest says", pack.manifest.run_id));
            Exit::Done
        }
        Err(error) => {
            tell(&format!("error: {error}"));
            if matches!(error, PriorError::Missing { .. }) { Exit::Usage } else { Exit::LookAt }
        }
    }
}

/// Prints a book's calendar.
pub(super) fn calendar(book: &Path) -> Exit {
    match ingest::book::read(book) {
        Ok((book, _)) => {
            for quarter in book.calendar.quarters() {
                say(&format!("{}  {} to {}  fiscal {}", quarter.id, quarter.start, quarter.end, quarter.fiscal_year));
            }
            Exit::Done
        }
        Err(BookFault::Configuration(faults)) => {
            tell(&faults.to_string());
            Exit::Usage
        }
        Err(BookFault::Input(faults)) => reject(&faults),
    }
}
