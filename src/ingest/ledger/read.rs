//! Finds the files of a ledger and reads them, each in its own way, into one [`Ledger`].

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;

use super::entries::{At, Entries, Most, Outcome, Unbalanced};
use super::file::{FileOf, FileRead, Flow};
use super::pass::{Rules, Sums};
use super::recheck::{Found, Recheck, Twice};
use super::{Activity, Ledger, parquet, saft, text};
use crate::book::Book;
use crate::book::layout::Shape;
use crate::book::sources::SourceSpec;
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::{Money, Quarter};
use crate::ingest::SourceFile;
use crate::ingest::book::Codes;
use crate::ingest::delimited::cut::CHUNK_BYTES;
use crate::ingest::limits::SET_ASIDE_MAX;
use crate::ingest::watch::Watch;

/// What a ledger is read with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The book's folder.
    pub root: &'a Path,
    pub book: &'a Book,
    pub codes: &'a Codes,
    pub quarter: &'a Quarter,
    pub spec: &'a SourceSpec,
    pub watch: &'a dyn Watch,
}

/// Most threads that share out a file's chunks: more only wait for its bytes to be hashed.
const THREADS_MAX: usize = 4;

/// How a ledger is shared out; no result depends on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub threads: usize,
    pub chunk_bytes: usize,
    pub most: Most,
}

impl Scale {
    fn of_machine() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        Self { threads, chunk_bytes: CHUNK_BYTES, most: Most::default() }
    }
}

/// Fewest lines at which journal ids that say nothing are told as such rather than entry by entry.
const USELESS_MIN: u64 = 20;

/// Reads the files of the ledger, which are paths within the book, in one pass; tells of all their faults.
pub fn read(context: Context<'_>, files: &[String], faults: &mut Faults) -> Option<(Ledger, Vec<SourceFile>)> {
    let mut scale = Scale::of_machine();
    if faults.wants_all() {
        scale.threads = 1;
    }
    read_at(context, files, scale, faults)
}

/// Reads a ledger at a scale.
pub(super) fn read_at(
    context: Context<'_>,
    files: &[String],
    scale: Scale,
    faults: &mut Faults,
) -> Option<(Ledger, Vec<SourceFile>)> {
    let policies = [context.spec.outside_quarter, context.spec.other_currencies];
    let rules = Rules::new(context.book, context.codes, context.quarter, policies);
    // Where every fault is told as it comes, none may be told by a reading that is given up.
    let tells_all = faults.wants_all();
    let mut reading = Reading { context, rules: &rules, files, exact: tells_all, scale };
    let told = if tells_all { std::mem::take(faults) } else { Faults::default() };
    let attempt = reading.attempt(told).and_then(|found| {
        if !found.stray {
            return Ok(found);
        }
        reading.exact = true;
        reading.attempt(Faults::default())
    });
    match attempt {
        Ok(found) if tells_all => {
            *faults = found.faults;
            found.ledger.map(|ledger| (ledger, found.sources))
        }
        Ok(found) => {
            faults.extend(found.faults);
            found.ledger.map(|ledger| (ledger, found.sources))
        }
        Err(error) => {
            let message = format!("the entries could not be put in order: {}", error.kind());
            let help = "make room in the folder for temporary files (TMPDIR)";
            let place = Place::file(files.first().map_or("", String::as_str));
            faults.add(Code::UnreadableFile, place, message, "", "a temporary file that can be written", help);
            None
        }
    }
}

struct Reading<'a> {
    context: Context<'a>,
    rules: &'a Rules<'a>,
    files: &'a [String],
    /// Quotes stand where they should not: fields are told byte by byte, and each such quote is a fault.
    exact: bool,
    scale: Scale,
}

/// What reading all files once, and some entries twice, has come to.
#[derive(Default)]
struct Attempt {
    ledger: Option<Ledger>,
    sources: Vec<SourceFile>,
    faults: Faults,
    stray: bool,
}

/// The sums of all files.
#[derive(Default)]
struct Total {
    sums: Sums,
    sources: Vec<SourceFile>,
    faults: Faults,
    numbered: bool,
    stray: bool,
    /// Every file could be read to its end.
    whole: bool,
}

impl Reading<'_> {
    fn attempt(&self, told: Faults) -> std::io::Result<Attempt> {
        let entries = Mutex::new(Entries::new(self.scale.most));
        let mut total = Total { numbered: true, whole: true, faults: told, ..Total::default() };
        let mut chunks = 0;
        for (index, file) in self.files.iter().enumerate() {
            let told = std::mem::take(&mut total.faults);
            let mut flow = Flow { entries: &entries, chunks, recheck: None, told, watch: self.context.watch };
            let read = self.file(file, index as u32, &mut flow)?;
            chunks = flow.chunks;
            total.add(file, read);
            if total.stray {
                return Ok(Attempt { stray: true, ..Attempt::default() });
            }
        }
        let outcome = entries.into_inner().unwrap_or_else(PoisonError::into_inner).finish(self.scale.threads)?;
        let found = self.look_again(&outcome)?;
        Ok(self.conclude(total, outcome, found))
    }

    /// Reads a file, for all its lines or for those of the entries that are looked at again.
    fn file(&self, file: &str, index: u32, flow: &mut Flow<'_>) -> std::io::Result<FileRead> {
        let again = flow.recheck.is_some();
        let layout = &self.context.spec.layout;
        let of = FileOf {
            name: file,
            index,
            layout,
            exact: self.exact,
            threads: if again { 1 } else { self.scale.threads },
            chunk_bytes: self.scale.chunk_bytes,
        };
        self.context.watch.opens(file, self.size(file));
        let read = if layout.shape == Shape::SafT {
            saft::read(self.context.root, &of, self.rules, flow)
        } else if file.ends_with(".parquet") {
            parquet::read(self.context.root, &of, self.rules, flow)
        } else {
            text::read(self.context.root, &of, self.rules, flow)
        };
        self.context.watch.closes();
        read
    }

    fn size(&self, file: &str) -> u64 {
        std::fs::metadata(self.context.root.join(file)).map_or(0, |found| found.len())
    }

    /// Reads the files again for the entries that one pass could not decide.
    fn look_again(&self, outcome: &Outcome) -> std::io::Result<Looked> {
        let mut looked = Looked::default();
        if outcome.again.is_empty() {
            return Ok(looked);
        }
        let mut recheck = Some(Recheck::new(Arc::new(outcome.again.clone())));
        let (nowhere, mut chunks) = (Mutex::new(Entries::new(self.scale.most)), 0);
        for (index, file) in self.files.iter().enumerate() {
            let told = Faults::default();
            let mut flow = Flow { entries: &nowhere, chunks, recheck: recheck.take(), told, watch: self.context.watch };
            self.file(file, index as u32, &mut flow)?;
            (chunks, recheck) = (flow.chunks, flow.recheck);
        }
        if let Some(recheck) = recheck {
            let Looked { found, unbalanced, twice, .. } = &mut looked;
            *found = recheck.finish(&mut |entry| unbalanced.push(entry), &mut |line| twice.push(line))?;
        }
        Ok(looked)
    }

    fn conclude(&self, mut total: Total, outcome: Outcome, looked: Looked) -> Attempt {
        let entries = outcome.balanced + outcome.others + looked.found.entries;
        let mut unbalanced = outcome.unbalanced;
        unbalanced.extend(looked.unbalanced);
        unbalanced.sort_by(|a, b| (a.first, &a.id, a.group).cmp(&(b.first, &b.id, b.group)));
        // Of files that end too soon, nobody knows what the last entries have.
        if !total.whole || self.tell_useless(&mut total, entries, unbalanced.len() as u64) {
            unbalanced.clear();
        }
        unbalanced.iter().for_each(|entry| self.tell_unbalanced(entry, &mut total.faults));
        looked.twice.iter().for_each(|line| self.tell_twice(line, &mut total.faults));
        if total.sums.set_aside_lines > SET_ASIDE_MAX as u64 {
            self.tell_set_aside(&mut total);
        }
        let ledger =
            total.whole.then(|| total.ledger(entries, outcome.balanced + looked.found.balanced, looked.found.twice));
        Attempt { ledger, sources: total.sources, faults: total.faults, stray: false }
    }

    fn place(&self, at: At, field: &str) -> Place {
        let file = self.files.get(at.file as usize).map_or("", String::as_str);
        Place { field: field.to_owned(), ..Place::line(file, at.line) }
    }

    fn tell_unbalanced(&self, entry: &Unbalanced, faults: &mut Faults) {
        let entity = self.rules.entity(entry.group);
        let side = if entry.cents < 0 { "credits" } else { "debits" };
        let which = if entry.group.aside == 0 { "" } else { ", of the lines that are set aside," };
        let amount = Money::from_cents(entry.cents.abs());
        let (first, last) = (entry.first, entry.last);
        let lines = if first.file == last.file {
            format!("lines {} to {}", first.line, last.line)
        } else {
            format!("line {} to line {} of {}", first.line, last.line, self.place(last, "").file)
        };
        let message =
            format!("entry {} of {entity}{which} does not balance: its {side} are {amount} more ({lines})", entry.id);
        let (expected, help) = ("debits equal to credits in each entity", "export the entry with all its lines");
        faults.add(Code::UnbalancedEntry, self.place(first, "journal_id"), message, &entry.id, expected, help);
    }

    fn tell_twice(&self, line: &Twice, faults: &mut Faults) {
        let value = format!("{} line {}", line.id, line.line);
        let first = self.place(line.first, "");
        let message = format!("the journal line comes twice; {first} has it already");
        let help = "remove the line that was exported twice";
        faults.add(
            Code::DuplicateKey,
            self.place(line.at, "journal_line"),
            message,
            &value,
            "each line of an entry once",
            help,
        );
    }

    /// Journal ids that cannot show whether entries balance: one for each line, or one for all.
    fn tell_useless(&self, total: &mut Total, entries: u64, unbalanced: u64) -> bool {
        let sums = &total.sums;
        let (each, all) =
            (entries == sums.lines && unbalanced * 2 > entries, entries == 1 && sums.first_day < sums.last_day);
        if sums.lines < USELESS_MIN || !(each || all) {
            return false;
        }
        let message = if each {
            format!(
                "each of the {} lines has a journal id of its own, so that no entry can be seen to balance",
                sums.lines
            )
        } else {
            format!("all {} lines have one journal id, so that no entry can be seen to balance", sums.lines)
        };
        let help = "map journal_id to the column that the lines of one entry share, such as the document or transaction number; join several columns where one is not enough";
        let (line, id) = sums.first_run.clone().unwrap_or_default();
        let place = self.place(At { file: 0, line }, "journal_id");
        total.faults.add(Code::UselessJournal, place, message, &id, "a journal id for each entry", help);
        true
    }

    fn tell_set_aside(&self, total: &mut Total) {
        let (lines, file) = (total.sums.set_aside_lines, self.files.first().map_or("", String::as_str));
        let message = format!("{lines} lines would be set aside");
        let expected = format!("at most {SET_ASIDE_MAX} lines that are not the quarter's");
        let help = "export the quarter's own ledger";
        total.faults.add(Code::LimitExceeded, Place::file(file), message, &lines.to_string(), &expected, help);
    }
}

/// What the second look has told.
#[derive(Default)]
struct Looked {
    found: Found,
    unbalanced: Vec<Unbalanced>,
    twice: Vec<Twice>,
}

impl Total {
    fn add(&mut self, file: &str, read: FileRead) {
        self.whole &= read.digest.is_some();
        self.sources.extend(read.source(file));
        self.faults = read.faults;
        self.numbered &= read.numbered;
        self.stray |= read.stray;
        read.sums.into_iter().for_each(|sums| self.sums.add(sums));
    }

    fn ledger(&self, entries: u64, balanced: u64, twice: u64) -> Ledger {
        let sums = &self.sums;
        let money = |cents: i128| Money::from_cents(cents);
        let activity = sums.activity.iter().map(|(key, (debits, credits, lines))| {
            (key.clone(), Activity { debits: money(*debits), credits: money(*credits), lines: *lines })
        });
        let mut established = sums.established;
        established.balanced = balanced;
        established.distinct -= twice;
        let mut set_aside = sums.set_aside.clone();
        set_aside.sort();
        Ledger {
            activity: activity.collect(),
            lines: sums.lines,
            entries,
            established,
            numbered: self.numbered,
            posted: sums.posted.clone(),
            earlier_entries: sums.earlier_entries.clone(),
            set_aside,
            daily: moved(&sums.daily),
            accrued: moved(&sums.accrued),
        }
    }
}

/// The days on which something has moved: which thread has read a line must not show.
fn moved<K: Ord + Clone>(sums: &BTreeMap<K, BTreeMap<NaiveDate, Money>>) -> BTreeMap<K, BTreeMap<NaiveDate, Money>> {
    let days = |days: &BTreeMap<NaiveDate, Money>| -> BTreeMap<NaiveDate, Money> {
        days.iter().filter(|(_, amount)| !amount.is_zero()).map(|(day, amount)| (*day, *amount)).collect()
    };
    let found = sums.iter().map(|(key, sums)| (key.clone(), days(sums)));
    found.filter(|(_, days)| !days.is_empty()).collect()
}
