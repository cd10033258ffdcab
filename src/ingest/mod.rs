//! Bytes to records and faults: one file a source. Nothing outside this room reads a source.

pub mod book;
pub mod delimited;
pub mod files;
pub mod ledger;
pub mod limits;
pub mod lines;
pub mod parquet;
pub mod prior_pack;
pub mod quarter;
pub mod record;
pub mod saft;
pub mod sniff;
pub mod stream;
pub mod subledger;
pub mod table;
pub mod values;
pub mod watch;

/// What was read of a source, for the manifest and `sources.csv`.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The source's name, such as `inventory`.
    pub source: String,
    /// Path within the book, with `/`.
    pub path: String,
    /// SHA-256 of the file's bytes, in hex.
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
    /// Control totals of a source with debits and credits.
    pub debit_total: Option<crate::domain::Money>,
    pub credit_total: Option<crate::domain::Money>,
}
