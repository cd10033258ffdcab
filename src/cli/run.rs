//! `run`, `check`, `verify` and `calendar`.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::rejects::{self, Listed};
use super::terminal::{Ended, Terminal, Trouble};
use super::{Exit, RunArguments, say, today};
use crate::book::{Book, Choice};
use crate::close::{self, Closed};
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::{Quarter, parallel};
use crate::ingest::book::BookFault;
use crate::ingest::lines::Lines;
use crate::ingest::prior_pack::{self, PriorPack, PriorPackError};
use crate::ingest::{self, SourceFile};
use crate::publish::{self, Draft, Lock, LockError, Manifest, PriorError, Published, PublishedPack};
use crate::report::{self, sections};
use crate::sensitivity::SensitivityResult;
use crate::statements::{self, Comparative};

/// Closes a quarter; publishes its pack unless it is only to be checked.
pub(super) fn run(arguments: &RunArguments, publishes: bool, terminal: &Terminal) -> Result<Exit, Ended> {
    let job = Job {
        book: &arguments.book,
        out: &arguments.out,
        quarter: &arguments.quarter,
        scenario: arguments.scenario.as_deref(),
        as_of: arguments.as_of.unwrap_or_else(today),
        rejects: arguments.rejects.as_deref(),
        terminal,
    };
    let (exit, line) = job.run(publishes)?;
    say(&line);
    Ok(exit)
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
    /// Where the list of faults goes, in the place of where it goes by itself.
    pub rejects: Option<&'a Path>,
    pub terminal: &'a Terminal,
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
    pub fn run(&self, publishes: bool) -> Result<(Exit, String), Ended> {
        self.close(publishes).map_err(|ended| match (ended, self.rejects) {
            // Faults of no source of the quarter, which are few: they are listed only where it is asked for.
            (Ended::Rejected(faults, Listed::Nowhere), Some(list)) => self.reject(faults, Some(list), &|_| None),
            (ended, _) => ended,
        })
    }

    fn close(&self, publishes: bool) -> Result<(Exit, String), Ended> {
        let (book, mut sources) = self.read_book()?;
        let book = self.under_scenario(book)?;
        let quarter = self.find_quarter(&book)?;
        self.has_sources(quarter)?;
        let _lock = if publishes { Some(self.lock(quarter)?) } else { None };
        let earlier = self.earlier(&book, quarter)?;
        let watch = self.terminal.watch();
        let read = |faults| ingest::quarter::read(self.book, &book, quarter, faults, &*watch);
        let list = self.list_of(quarter, publishes);
        let reject = |faults, again: &dyn Fn(Faults) -> Option<Faults>| self.reject(faults, list.as_deref(), again);
        let records = read(Faults::default()).map_err(|faults| reject(faults, &|again| read(again).err()))?;
        sources.extend(records.sources.iter().cloned());
        let inputs = close::Inputs {
            book: &book,
            quarter,
            records: &records,
            prior: earlier.prior.as_ref().map(|(figures, _)| figures),
            real_prior: earlier.real_prior.as_ref().map(|(figures, _)| figures),
            prior_year: earlier.prior_year.as_ref(),
        };
        let measured_again = |again| close::close_into(inputs, again).err();
        let closed = close::close(inputs).map_err(|faults| reject(faults, &measured_again))?;
        let exit = if closed.exceptions.is_empty() { Exit::Done } else { Exit::LookAt };
        let done = if publishes {
            self.publish(inputs, &closed, &sources, &earlier)?
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

    /// The quarter's folder must be there.
    fn has_sources(&self, quarter: &Quarter) -> Result<(), Ended> {
        if self.book.join(&quarter.id).is_dir() {
            return Ok(());
        }
        let trouble = Trouble::new(Exit::NotNow, format!("the book has no folder {} yet", quarter.id));
        Err(trouble.help(format!("export the quarter's sources into {}/", quarter.id)).into())
    }

    /// Publishes the quarter's pack, and removes the list of what was wrong before; says what was done.
    fn publish(
        &self,
        inputs: close::Inputs<'_>,
        closed: &Closed,
        sources: &[SourceFile],
        earlier: &Earlier,
    ) -> Result<String, Ended> {
        let manifest = manifest(inputs.book, inputs.quarter, sources, earlier);
        let run_id = manifest.run_id.clone();
        let draft = Draft::begin(self.out, manifest).map_err(|error| not_written(&error))?;
        compose(inputs, closed, sources, earlier, &run_id, &draft)?;
        let done = match draft.publish().map_err(|error| not_written(&error))? {
            Published::New => format!("published run {run_id}"),
            Published::Already => format!("run {run_id} was published already, and is unchanged"),
        };
        publish::remove_rejects(self.out, self.scenario, &inputs.quarter.id).map_err(|error| {
            let message = format!("{done}, but the list of an earlier run's faults stays: {error}");
            Trouble::new(Exit::LookAt, message).help("remove the list: it is not of this run")
        })?;
        Ok(done)
    }

    /// Where the faults of the quarter are listed: where it is asked for, and else beside the packs of a run.
    fn list_of(&self, quarter: &Quarter, publishes: bool) -> Option<PathBuf> {
        let beside = || publish::rejects_path(self.out, self.scenario, &quarter.id).filter(|_| publishes);
        self.rejects.map(Path::to_owned).or_else(beside)
    }

    /// Ends the job for faults of the input: each is shown with its line, and all are listed where a list is wanted.
    fn reject(&self, mut faults: Faults, list: Option<&Path>, again: &dyn Fn(Faults) -> Option<Faults>) -> Ended {
        let mut lines = Lines::new(self.book);
        faults.complete(|fault| lines.complete(fault));
        let listed = list.map(|path| rejects::list(path, self.book, &faults, again).unwrap_or_else(Listed::NotWritten));
        Ended::Rejected(faults, listed.unwrap_or(Listed::Nowhere))
    }

    /// The book under the policies of the scenario, where one is asked for.
    fn under_scenario(&self, book: Book) -> Result<Book, Ended> {
        let Some(name) = self.scenario else { return Ok(book) };
        book.under(name).ok_or_else(|| {
            let known: Vec<&str> = book.config.scenarios.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none: the book has no scenarios".to_owned() } else { known.join(", ") };
            let trouble = Trouble::new(Exit::Usage, format!("the book has no scenario {name}"));
            let help = format!("add [scenarios.{name}] to closepack.toml, or name a scenario that it has");
            trouble.expected(format!("one of {known}")).help(help).into()
        })
    }

    fn read_book(&self) -> Result<(Book, Vec<SourceFile>), Ended> {
        ingest::book::read(self.book).map_err(|fault| match fault {
            BookFault::Configuration(faults) => configuration(self.book, faults),
            BookFault::Input(faults) => {
                let again = |again| ingest::book::read_into(self.book, again).err().map(BookFault::into_faults);
                self.reject(faults, self.rejects, &again)
            }
        })
    }

    fn find_quarter<'b>(&self, book: &'b Book) -> Result<&'b Quarter, Ended> {
        let Some(quarter) = book.calendar.quarter(self.quarter) else {
            let known: Vec<&str> = book.calendar.quarters().iter().map(|quarter| quarter.id.as_str()).collect();
            let trouble = Trouble::new(Exit::Usage, format!("the calendar has no quarter {}", self.quarter));
            let expected = format!("one of {}", known.join(", "));
            return Err(trouble.expected(expected).help("`closepack calendar` prints the calendar").into());
        };
        let opens = &book.config.policies.first_quarter;
        if book.calendar.quarter(opens).is_some_and(|first| quarter.start < first.start) {
            let message = format!("{} is before the book's first quarter {opens}", quarter.id);
            let help = "run a later quarter, or change [policies] first_quarter";
            return Err(Trouble::new(Exit::Usage, message).help(help).into());
        }
        if quarter.end >= self.as_of {
            let mut faults = Faults::default();
            let message = format!("{} has not ended", quarter.id);
            let expected = format!("a quarter that ended before {}", self.as_of);
            let help = "run the quarter after its last day";
            let value = quarter.end.to_string();
            faults.add(Code::UnfinishedQuarter, Place::file("calendar.csv"), message, &value, &expected, help);
            return Err(rejected(faults));
        }
        Ok(quarter)
    }

    fn lock(&self, quarter: &Quarter) -> Result<Lock, Ended> {
        Lock::acquire_of(self.out, self.scenario, &quarter.id).map_err(|error| match error {
            LockError::Busy { .. } => Trouble::new(Exit::NotNow, error.to_string()).into(),
            LockError::Io { .. } => Trouble::new(Exit::NotWritten, format!("{error}; {NOTHING_PUBLISHED}")).into(),
        })
    }

    fn earlier(&self, book: &Book, quarter: &Quarter) -> Result<Earlier, Ended> {
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

    fn prior(&self, before: &Quarter) -> Result<(PriorPack, PublishedPack), Ended> {
        let Some(pack) = self.open_if_published(before)? else {
            let help = format!("run {} first; each quarter opens where the one before it closed", before.id);
            return Err(prior_fault_with(before, None, "the pack of the quarter before is missing", "", &help));
        };
        read_out(before, pack)
    }

    /// The real pack beside a scenario's own.
    fn real_prior(&self, before: &Quarter) -> Result<(PriorPack, PublishedPack), Ended> {
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
    fn open_if_published(&self, before: &Quarter) -> Result<Option<PublishedPack>, Ended> {
        if let Some(name) = self.scenario
            && let Some(own) =
                if_published(before, self.scenario, publish::open_scenario(self.out, name, &before.id, WANTED))?
        {
            return Ok(Some(own));
        }
        self.open_real(before)
    }

    fn open_real(&self, before: &Quarter) -> Result<Option<PublishedPack>, Ended> {
        if_published(before, None, publish::open_current(self.out, &before.id, WANTED))
    }
}

fn if_published(
    before: &Quarter,
    scenario: Option<&str>,
    opened: Result<PublishedPack, PriorError>,
) -> Result<Option<PublishedPack>, Ended> {
    match opened {
        Ok(pack) => Ok(Some(pack)),
        Err(PriorError::Missing { .. }) => Ok(None),
        Err(other) => Err(prior_fault(before, scenario, &other.to_string())),
    }
}

/// The figures of a pack that later quarters need.
fn figures(before: &Quarter, pack: &PublishedPack) -> Result<PriorPack, Ended> {
    let scenario = pack_scenario(pack);
    let figures = PriorPack::read(&before.id, scenario, &pack.files);
    figures.map_err(|error| prior_fault(before, scenario, &error.to_string()))
}

/// The figures of a pack, and the pack without its files, which may be large and have been read.
fn read_out(before: &Quarter, mut pack: PublishedPack) -> Result<(PriorPack, PublishedPack), Ended> {
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

fn prior_fault(before: &Quarter, scenario: Option<&str>, why: &str) -> Ended {
    let help = format!("restore the pack, or move {} away and run it again", pack_folder(&before.id, scenario));
    prior_fault_with(before, scenario, "the earlier pack cannot be used", why, &help)
}

fn prior_fault_with(before: &Quarter, scenario: Option<&str>, message: &str, why: &str, help: &str) -> Ended {
    let mut faults = Faults::default();
    let place = Place::file(&format!("{}/current", pack_folder(&before.id, scenario)));
    let expected = format!("the published pack of {}, as its manifest says", before.id);
    faults.add(Code::PriorPack, place, message, why, &expected, help);
    rejected(faults)
}

/// What a run reads of earlier packs.
const WANTED: publish::Wanted<'static> = &|name| PriorPack::FILES.contains(&name);

const NOTHING_PUBLISHED: &str = "nothing was published";

/// The end for faults of the input that are not listed.
const fn rejected(faults: Faults) -> Ended {
    Ended::Rejected(faults, Listed::Nowhere)
}

/// The end for faults of the configuration, each shown with its line.
fn configuration(book: &Path, mut faults: Faults) -> Ended {
    let mut lines = Lines::new(book);
    faults.complete(|fault| lines.complete(fault));
    Ended::Configuration(faults)
}

fn not_written(error: &publish::PublishError) -> Trouble {
    // The pack is live then, which exit code 4 would deny.
    let is_live = matches!(error, publish::PublishError::DurabilityUnknown { .. });
    Trouble::new(if is_live { Exit::LookAt } else { Exit::NotWritten }, error.to_string())
}

/// What the pack will say of its inputs.
fn manifest(book: &Book, quarter: &Quarter, sources: &[SourceFile], earlier: &Earlier) -> Manifest {
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
    Manifest::new(&book.config.company, &quarter.id, basis, inputs, prior).under(scenario)
}

/// Composes the files of a pack, each on its way to the disk as it comes into being; the sensitivities are measured and
/// the report is drawn beside the tables, which do not need them.
fn compose(
    inputs: close::Inputs<'_>,
    closed: &Closed,
    sources: &[SourceFile],
    earlier: &Earlier,
    run_id: &str,
    draft: &Draft,
) -> Result<(), Ended> {
    let add = |name: &str, bytes| draft.add(name, [bytes]).map_err(|error| not_written(&error));
    let report = || {
        let sensitivities = close::sensitivities(inputs, closed);
        add(report::csv::SENSITIVITY, report::csv::sensitivity(&sensitivities))?;
        add("report.pdf", draw(inputs, closed, sources, &sensitivities, earlier, run_id)?)
    };
    let tables = report::csv::Inputs { book: inputs.book, closed, sources };
    let tables = || report::csv::each(tables, |name, pieces| draft.add(name, pieces));
    let (added, drawn) = parallel::both(tables, report);
    added.into_iter().collect::<Result<(), _>>().map_err(|error| not_written(&error))?;
    Ok(drawn?)
}

/// The report as the bytes of a PDF.
fn draw(
    close::Inputs { book, quarter, .. }: close::Inputs<'_>,
    closed: &Closed,
    sources: &[SourceFile],
    sensitivities: &[SensitivityResult],
    earlier: &Earlier,
    run_id: &str,
) -> Result<Vec<u8>, Trouble> {
    let prior = earlier.prior.as_ref().map(|(figures, pack)| sections::Opened {
        quarter: &figures.quarter,
        run_id: &pack.manifest.run_id,
        scenario: figures.scenario.as_deref(),
    });
    let inputs = sections::Inputs { book, quarter, closed, sources, sensitivities, run_id, prior };
    let document = sections::document(inputs).map_err(|error| error.to_string());
    let drawn = document.and_then(|document| report::pdf::render(&document).map_err(|error| error.to_string()));
    drawn.map_err(|error| {
        Trouble::new(Exit::NotWritten, format!("the report could not be drawn: {error}; {NOTHING_PUBLISHED}"))
    })
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
pub(super) fn verify(out: &Path, quarter: &str, scenario: Option<&str>) -> Result<Exit, Ended> {
    let opened = match scenario {
        None => publish::open_current(out, quarter, &|_| false),
        Some(name) => publish::open_scenario(out, name, quarter, &|_| false),
    };
    match opened {
        Ok(pack) => {
            let files = pack.manifest.outputs.len();
            let of = scenario.map(|name| format!(", scenario {name}, not the books")).unwrap_or_default();
            say(&format!("{quarter}{of}: run {} is whole, {files} files as the manifest says", pack.manifest.run_id));
            Ok(Exit::Done)
        }
        Err(error) => {
            let exit = if matches!(error, PriorError::Missing { .. }) { Exit::Usage } else { Exit::LookAt };
            Err(Trouble::new(exit, error.to_string()).into())
        }
    }
}

/// Prints a book's calendar.
pub(super) fn calendar(book: &Path) -> Result<Exit, Ended> {
    let (book, _) = ingest::book::read(book).map_err(|fault| match fault {
        BookFault::Configuration(faults) => configuration(book, faults),
        BookFault::Input(faults) => rejected(faults),
    })?;
    for quarter in book.calendar.quarters() {
        say(&format!("{}  {} to {}  fiscal {}", quarter.id, quarter.start, quarter.end, quarter.fiscal_year));
    }
    Ok(Exit::Done)
}
