//! `run`, `check`, `verify` and `calendar`.

use std::path::Path;

use chrono::NaiveDate;

use super::{Exit, RunArguments, say, tell, today};
use crate::book::{Book, Choice};
use crate::close::{self, Closed};
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::{Quarter, parallel};
use crate::ingest::book::BookFault;
use crate::ingest::prior_pack::{self, PriorPack, PriorPackError};
use crate::ingest::{self, SourceFile};
use crate::publish::{self, Lock, LockError, Manifest, Pack, PriorError, Published, PublishedPack};
use crate::report::{self, sections};
use crate::statements::{self, Comparative};

/// A command that ends early: its exit code, after its words were told.
type Ended<T> = Result<T, Exit>;

/// Closes a quarter; publishes its pack unless it is only to be checked.
pub(super) fn run(arguments: &RunArguments, publishes: bool) -> Exit {
    let as_of = arguments.as_of.unwrap_or_else(today);
    let job = Job {
        book: &arguments.book,
        out: &arguments.out,
        quarter: &arguments.quarter,
        scenario: arguments.scenario.as_deref(),
        as_of,
    };
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
    /// The scenario that is measured; none for the real books.
    pub scenario: Option<&'a str>,
    /// The quarter must have ended before this day.
    pub as_of: NaiveDate,
}

/// What an earlier pack brings into a run.
struct Earlier {
    prior: Option<(PriorPack, PublishedPack)>,
    /// The real pack beside a scenario's own one: the registers and opening balances hold its entries.
    real_prior: Option<(PriorPack, PublishedPack)>,
    prior_year: Option<Comparative>,
    prior_year_pack: Option<PublishedPack>,
}

impl Job<'_> {
    /// Runs the job; the line says what was done.
    pub fn run(&self, publishes: bool) -> Ended<(Exit, String)> {
        let (book, mut sources) = self.read_book()?;
        let book = self.under_scenario(book)?;
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
            real_prior: earlier.real_prior.as_ref().map(|(figures, _)| figures),
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
        let of = self.scenario.map(|name| format!(", scenario {name}, not the books")).unwrap_or_default();
        let line = format!("{}{of}: {done}; {found}", quarter.id);
        // The process will end: a million rows take longer to give back one by one than all at once.
        std::mem::forget((closed, records, earlier));
        Ok((exit, line))
    }

    /// The book under the policies of the scenario, where one is asked for.
    fn under_scenario(&self, book: Book) -> Ended<Book> {
        let Some(name) = self.scenario else { return Ok(book) };
        book.under(name).ok_or_else(|| {
            let known: Vec<&str> = book.config.scenarios.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none: the book has no scenarios".to_owned() } else { known.join(", ") };
            tell(&format!(
                "error: the book has no scenario {name}\n  expected: one of {known}\n  help:     add [scenarios.{name}] to closepack.toml, or name a scenario that it has"
            ));
            Exit::Usage
        })
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
        Lock::acquire_of(self.out, self.scenario, &quarter.id).map_err(|error| match error {
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
        let opens = quarter.id == book.config.policies.first_quarter;
        let before = book.calendar.previous(&quarter.id).filter(|_| !opens);
        let prior = before.map(|before| self.prior(before)).transpose()?;
        let own = prior.as_ref().is_some_and(|(figures, _)| figures.scenario.is_some());
        let real_prior = before.filter(|_| own).map(|before| self.real_prior(before)).transpose()?;
        let mut earlier = Earlier { prior, real_prior, prior_year: None, prior_year_pack: None };
        if let Some(before) = book.calendar.year_before(&quarter.id) {
            earlier.prior_year = statements::reported(book, &before.id);
            if earlier.prior_year.is_some() {
                return Ok(earlier);
            }
            if let Some(pack) = self.open_if_published(before)? {
                let figures = prior_pack::read_statements(&before.id, &pack.files);
                let refused = |error: PriorPackError| prior_fault(before, pack_scenario(&pack), &error.to_string());
                earlier.prior_year = Some(figures.map_err(refused)?);
                earlier.prior_year_pack = Some(pack);
            }
        }
        Ok(earlier)
    }

    fn prior(&self, before: &Quarter) -> Ended<(PriorPack, PublishedPack)> {
        let Some(pack) = self.open_if_published(before)? else {
            let help = format!("run {} first; each quarter opens where the one before it closed", before.id);
            return Err(prior_fault_with(before, None, "the pack of the quarter before is missing", "", &help));
        };
        read_out(before, pack)
    }

    /// The real pack beside a scenario's own.
    fn real_prior(&self, before: &Quarter) -> Ended<(PriorPack, PublishedPack)> {
        let Some(pack) = self.open_real(before)? else {
            let help = format!(
                "run {} without --scenario first; the registers hold what the real pack brought to its close",
                before.id
            );
            return Err(prior_fault_with(before, None, "the real pack of the quarter before is missing", "", &help));
        };
        read_out(before, pack)
    }

    /// The pack of an earlier quarter that need not have one: of a scenario its own, and else that of the real books,
    /// which looks at no scenario.
    fn open_if_published(&self, before: &Quarter) -> Ended<Option<PublishedPack>> {
        if let Some(name) = self.scenario
            && let Some(own) =
                if_published(before, self.scenario, publish::open_scenario(self.out, name, &before.id, WANTED))?
        {
            return Ok(Some(own));
        }
        self.open_real(before)
    }

    fn open_real(&self, before: &Quarter) -> Ended<Option<PublishedPack>> {
        if_published(before, None, publish::open_current(self.out, &before.id, WANTED))
    }
}

fn if_published(
    before: &Quarter,
    scenario: Option<&str>,
    opened: Result<PublishedPack, PriorError>,
) -> Ended<Option<PublishedPack>> {
    match opened {
        Ok(pack) => Ok(Some(pack)),
        Err(PriorError::Missing { .. }) => Ok(None),
        Err(other) => Err(prior_fault(before, scenario, &other.to_string())),
    }
}

/// The figures of a pack that later quarters need.
fn figures(before: &Quarter, pack: &PublishedPack) -> Ended<PriorPack> {
    let scenario = pack_scenario(pack);
    let figures = PriorPack::read(&before.id, scenario, &pack.files);
    figures.map_err(|error| prior_fault(before, scenario, &error.to_string()))
}

/// The figures of a pack, and the pack without its files, which may be large and have been read.
fn read_out(before: &Quarter, mut pack: PublishedPack) -> Ended<(PriorPack, PublishedPack)> {
    let figures = figures(before, &pack)?;
    pack.files.clear();
    Ok((figures, pack))
}

/// The scenario that a pack is of.
fn pack_scenario(pack: &PublishedPack) -> Option<&str> {
    pack.manifest.scenario.as_deref()
}

/// Where an earlier pack is, within the output folder.
fn pack_folder(quarter: &str, scenario: Option<&str>) -> String {
    match scenario {
        None => quarter.to_owned(),
        Some(name) => format!("{}/{name}/{quarter}", publish::SCENARIOS),
    }
}

fn prior_fault(before: &Quarter, scenario: Option<&str>, why: &str) -> Exit {
    let help = format!("restore the pack, or move {} away and run it again", pack_folder(&before.id, scenario));
    prior_fault_with(before, scenario, "the earlier pack cannot be used", why, &help)
}

fn prior_fault_with(before: &Quarter, scenario: Option<&str>, message: &str, why: &str, help: &str) -> Exit {
    let mut faults = Faults::default();
    let place = Place::file(&format!("{}/current", pack_folder(&before.id, scenario)));
    let expected = format!("the published pack of {}, as its manifest says", before.id);
    faults.add(Code::PriorPack, place, message, why, &expected, help);
    reject(&faults)
}

/// What a run reads of earlier packs.
const WANTED: publish::Wanted<'static> = &|name| PriorPack::FILES.contains(&name);

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
    let real = earlier.real_prior.as_ref().map(|(_, pack)| ("real pack of the quarter before", pack));
    let year_before = earlier.prior_year_pack.as_ref().map(|pack| ("pack of the year before", pack));
    inputs.extend(real.into_iter().chain(year_before).map(|(source, pack)| publish::ManifestInput {
        source: source.to_owned(),
        path: format!("{}/manifest.json", pack_folder(&pack.manifest.quarter, pack_scenario(pack))),
        sha256: pack.manifest_sha256.clone(),
        bytes: 0,
        rows: 0,
        debit_total: None,
        credit_total: None,
    }));
    let prior = earlier.prior.as_ref().map(|(_, pack)| publish::ManifestPrior {
        quarter: pack.manifest.quarter.clone(),
        scenario: pack.manifest.scenario.clone(),
        run_id: pack.manifest.run_id.clone(),
        manifest_sha256: pack.manifest_sha256.clone(),
    });
    let basis = book.config.policies.basis.name();
    let scenario = book.config.scenario.as_deref();
    let manifest = Manifest::new(&book.config.company, &quarter.id, basis, inputs, prior).under(scenario);
    let run_id = manifest.run_id.clone();
    let prior = earlier.prior.as_ref().map(|(figures, pack)| sections::Opened {
        quarter: &figures.quarter,
        run_id: &pack.manifest.run_id,
        scenario: figures.scenario.as_deref(),
    });
    let draw = || {
        let document = sections::document(sections::Inputs { book, quarter, closed, sources, run_id: &run_id, prior });
        let document = document.map_err(|error| error.to_string())?;
        report::pdf::render(&document).map_err(|error| error.to_string())
    };
    let tables = || report::csv::files(report::csv::Inputs { book, closed, sources });
    let (mut files, drawn) = parallel::both(tables, draw);
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
pub(super) fn verify(out: &Path, quarter: &str, scenario: Option<&str>) -> Exit {
    let opened = match scenario {
        None => publish::open_current(out, quarter, &|_| false),
        Some(name) => publish::open_scenario(out, name, quarter, &|_| false),
    };
    match opened {
        Ok(pack) => {
            let files = pack.manifest.outputs.len();
            let of = scenario.map(|name| format!(", scenario {name}, not the books")).unwrap_or_default();
            say(&format!("{quarter}{of}: run {} is whole, {files} files as the manifest says", pack.manifest.run_id));
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
