//! What the targets share: the embedded book in a folder of its own, some of whose files the fuzzer writes.

use std::path::Path;

use closepack::book::Book;
use closepack::book::layout::columns_of;
use closepack::book::sources::SourceSpec;
use closepack::diagnostics::Faults;
use closepack::domain::Quarter;
use closepack::ingest::book::{self, BookFault, Codes};
use closepack::ingest::ledger::{self, Context, Ledger};
use closepack::ingest::quarter::{self, Records};
use closepack::ingest::watch::Silent;

/// The quarter whose sources are read.
pub const QUARTER: &str = "2004-Q2";

/// The embedded book's configuration.
pub const CONFIGURATION: &str = include_str!("../../data/book/closepack.toml");

/// The book's own tables.
pub const TABLES: [(&str, &str); 4] = [
    ("calendar.csv", include_str!("../../data/book/calendar.csv")),
    ("chart_of_accounts.csv", include_str!("../../data/book/chart_of_accounts.csv")),
    ("shares.csv", include_str!("../../data/book/shares.csv")),
    ("comparatives.csv", include_str!("../../data/book/comparatives.csv")),
];

/// The quarter's sources, of which only the headers are taken.
pub const SOURCES: [(&str, &str); 7] = [
    ("ledger.csv", include_str!("../../data/book/2004-Q2/ledger.csv")),
    ("opening_balances.csv", include_str!("../../data/book/2004-Q2/opening_balances.csv")),
    ("inventory.csv", include_str!("../../data/book/2004-Q2/inventory.csv")),
    ("prepaid_advertising.csv", include_str!("../../data/book/2004-Q2/prepaid_advertising.csv")),
    ("fixed_assets.csv", include_str!("../../data/book/2004-Q2/fixed_assets.csv")),
    ("obligations.csv", include_str!("../../data/book/2004-Q2/obligations.csv")),
    ("installments.csv", include_str!("../../data/book/2004-Q2/installments.csv")),
];

/// A book in a folder.
pub struct Shelf {
    folder: tempfile::TempDir,
    book: Book,
    quarter: Quarter,
}

impl Shelf {
    /// The embedded book with more in its configuration, and with sources that have no rows. `without` is the file of
    /// the source that the fuzzer writes under another name.
    ///
    /// # Panics
    /// When the disk refuses, or the book has a fault.
    #[must_use]
    pub fn new(more: &str, without: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let configuration = format!("{CONFIGURATION}\n{more}");
        put(folder.path(), "closepack.toml", configuration.as_bytes());
        for (file, text) in TABLES {
            put(folder.path(), file, text.as_bytes());
        }
        std::fs::create_dir(folder.path().join(QUARTER)).expect("the quarter's folder");
        for (file, text) in SOURCES.iter().filter(|(file, _)| *file != without) {
            put(&folder.path().join(QUARTER), file, header(text).as_bytes());
        }
        let (book, _) = read_book(folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
        let quarter = book.calendar.quarter(QUARTER).expect("the quarter").clone();
        Self { folder, book, quarter }
    }

    /// Writes a file of the quarter's folder.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn put(&self, file: &str, bytes: &[u8]) {
        put(&self.folder.path().join(QUARTER), file, bytes);
    }

    /// Reads the quarter's sources, twice: whatever is in them, both readings say the same.
    ///
    /// # Errors
    /// The faults of the sources.
    ///
    /// # Panics
    /// When the readings differ, or a reading accepts what no ledger may be.
    pub fn read(&self) -> Result<Records, Faults> {
        let read = || quarter::read(self.folder.path(), &self.book, &self.quarter, Faults::default(), &Silent);
        let (first, second) = (read(), read());
        match (&first, &second) {
            (Ok(first), Ok(second)) => {
                assert_eq!(first.ledger.activity, second.ledger.activity);
                assert_eq!(first.ledger.debits(), first.ledger.credits(), "every entry balances");
            }
            (Err(first), Err(second)) => {
                assert!(!first.is_empty(), "what is refused has a fault");
                assert_eq!(first.to_string(), second.to_string());
            }
            _ => panic!("the same files were taken once and refused once"),
        }
        first
    }
}

/// The embedded book with a canonical ledger, and nothing else of the quarter.
pub struct LedgerShelf {
    shelf: Shelf,
    codes: Codes,
    spec: SourceSpec,
}

impl LedgerShelf {
    /// A ledger without a file yet.
    ///
    /// # Panics
    /// When the disk refuses.
    #[must_use]
    pub fn new() -> Self {
        let shelf = Shelf::new("", "ledger.csv");
        let codes = Codes::of(&shelf.book.config);
        Self { shelf, codes, spec: SourceSpec::canonical(columns_of("ledger").expect("the ledger")) }
    }

    /// Reads a text as the ledger.
    ///
    /// # Panics
    /// When the disk refuses.
    #[must_use]
    pub fn read(&self, text: &[u8]) -> (Option<Ledger>, Faults) {
        self.shelf.put("ledger.csv", text);
        let (mut faults, file) = (Faults::default(), format!("{QUARTER}/ledger.csv"));
        let Shelf { folder, book, quarter } = &self.shelf;
        let (codes, spec) = (&self.codes, &self.spec);
        let context = Context { root: folder.path(), book, codes, quarter, spec, watch: &Silent };
        let found = ledger::read(context, &[file], &mut faults);
        (found.map(|(ledger, _)| ledger), faults)
    }
}

impl Default for LedgerShelf {
    fn default() -> Self {
        Self::new()
    }
}

/// The header row of a table, with its line break.
#[must_use]
pub fn header(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

/// Writes a file.
///
/// # Panics
/// When the disk refuses.
pub fn put(folder: &Path, file: &str, bytes: &[u8]) {
    std::fs::write(folder.join(file), bytes).expect("the file is written");
}

/// Reads a book's configuration and tables.
///
/// # Errors
/// The faults as a user sees them.
///
/// # Panics
/// When a book is refused without a fault.
pub fn read_book(folder: &Path) -> Result<(Book, usize), String> {
    match book::read(folder) {
        Ok((book, sources)) => Ok((book, sources.len())),
        Err(BookFault::Configuration(faults) | BookFault::Input(faults)) => {
            assert!(!faults.is_empty(), "what is refused has a fault");
            Err(faults.to_string())
        }
    }
}

/// The first byte as a choice among so many, and the rest.
#[must_use]
pub fn choice(bytes: &[u8], among: usize) -> Option<(usize, &[u8])> {
    bytes.split_first().map(|(first, rest)| (usize::from(*first) % among, rest))
}
