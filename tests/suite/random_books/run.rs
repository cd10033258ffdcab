//! Runs a quarter in this process, from the folder of a book to the files of its pack.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use closepack::book::Book;
use closepack::close::{self, Closed};
use closepack::diagnostics::Faults;
use closepack::ingest::book::BookFault;
use closepack::ingest::prior_pack::PriorPack;
use closepack::ingest::watch::Silent;
use closepack::ingest::{self, SourceFile};
use closepack::report;

use super::book::{Quarterly, RandomBook};
use super::terms::QUARTERS;

/// A quarter's pack, without what is drawn.
pub struct Pack {
    pub closed: Closed,
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A folder with a book, as the program reads it.
pub struct Reader {
    pub root: PathBuf,
    pub book: Book,
    sources: Vec<SourceFile>,
}

impl Reader {
    pub fn open(root: &Path) -> Result<Self, String> {
        let (book, sources) = ingest::book::read(root).map_err(|fault| match fault {
            BookFault::Configuration(faults) | BookFault::Input(faults) => format!("a valid book:\n{faults}"),
        })?;
        Ok(Self { root: root.to_owned(), book, sources })
    }

    pub fn run(&self, quarter: &str, prior: Option<&PriorPack>) -> Result<Pack, String> {
        let quarter = self.book.calendar.quarter(quarter).expect("a quarter of the calendar");
        let fault = |faults: closepack::diagnostics::Faults| format!("a valid quarter {}:\n{faults}", quarter.id);
        let records =
            ingest::quarter::read(&self.root, &self.book, quarter, Faults::default(), &Silent).map_err(fault)?;
        let inputs =
            close::Inputs { book: &self.book, quarter, records: &records, prior, real_prior: None, prior_year: None };
        let closed = close::close(inputs).map_err(fault)?;
        let sources: Vec<SourceFile> = self.sources.iter().chain(&records.sources).cloned().collect();
        let sensitivities = close::sensitivities(inputs, &closed);
        let tables = report::csv::Inputs { book: &self.book, closed: &closed, sources: &sources };
        let files = report::csv::files(tables, &sensitivities);
        Ok(Pack { closed, files })
    }
}

/// A quarter of a book that was run.
pub struct Ran {
    pub id: String,
    pub sources: Quarterly,
    /// What it opened with.
    pub prior: Option<PriorPack>,
    pub pack: Pack,
}

/// A book with the packs of its quarters.
pub struct Chain {
    pub reader: Reader,
    pub quarters: Vec<Ran>,
}

impl Chain {
    /// Makes a seed's book in a folder and runs its quarters, each on the pack of the one before.
    pub fn run(seed: u64, root: &Path) -> Result<Self, String> {
        let mut random = RandomBook::new(seed);
        random.write_terms(root);
        let reader = Reader::open(root)?;
        let mut quarters: Vec<Ran> = Vec::new();
        for at in 0..QUARTERS {
            let id = random.terms.run()[at].id.clone();
            let prior = quarters.last().map(|ran| PriorPack::read(&ran.id, None, &ran.pack.files));
            let prior = prior.transpose().map_err(|error| error.to_string())?;
            let sources = random.quarter(at, prior.as_ref());
            sources.write(root, &id);
            let pack = reader.run(&id, prior.as_ref())?;
            quarters.push(Ran { id, sources, prior, pack });
        }
        Ok(Self { reader, quarters })
    }
}

/// A folder that lives as long as a book is tried; in memory, where the machine has such a place.
pub fn scratch() -> tempfile::TempDir {
    let in_memory = tempfile::tempdir_in("/dev/shm");
    in_memory.or_else(|_| tempfile::tempdir()).expect("a temporary folder")
}

/// Some of the CSV files of a pack, read once.
pub struct Tables(BTreeMap<&'static str, Table>);

impl Tables {
    pub fn of(pack: &Pack, names: &[&'static str]) -> Self {
        Self(names.iter().map(|name| (*name, Table::of(&pack.files, name))).collect())
    }

    pub fn file(&self, name: &str) -> &Table {
        &self.0[name]
    }
}

/// A CSV file of a pack.
pub struct Table {
    columns: BTreeMap<String, usize>,
    records: Vec<csv::StringRecord>,
}

impl Table {
    pub fn of(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Self {
        let mut reader = csv::Reader::from_reader(files[name].as_slice());
        let header = reader.headers().expect("a header").clone();
        let columns = header.iter().enumerate().map(|(at, name)| (name.to_owned(), at)).collect();
        Self { columns, records: reader.records().collect::<Result<_, _>>().expect("records") }
    }

    pub fn rows(&self) -> impl Iterator<Item = TableRow<'_>> {
        self.records.iter().map(|record| TableRow { table: self, record })
    }
}

#[derive(Clone, Copy)]
pub struct TableRow<'a> {
    table: &'a Table,
    record: &'a csv::StringRecord,
}

impl<'a> TableRow<'a> {
    pub fn text(&self, column: &str) -> &'a str {
        &self.record[self.table.columns[column]]
    }

    /// An amount in cents; an empty field is nothing.
    pub fn cents(&self, column: &str) -> i128 {
        let text = self.text(column);
        if text.is_empty() {
            return 0;
        }
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let (whole, places) = digits.split_once('.').expect("an amount with a point");
        assert_eq!(places.len(), 2, "an amount in cents: {text}");
        sign * (100 * whole.parse::<i128>().expect("digits") + places.parse::<i128>().expect("digits"))
    }

    /// The fields of some columns, which name the row.
    pub fn key(&self, columns: &[&str]) -> Vec<&'a str> {
        columns.iter().map(|column| self.text(column)).collect()
    }

    /// `first + the others`, each with its sign.
    pub fn sum(&self, plus: &[&str], minus: &[&str]) -> i128 {
        let of = |columns: &[&str]| columns.iter().map(|column| self.cents(column)).sum::<i128>();
        of(plus) - of(minus)
    }
}
