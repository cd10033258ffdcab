//! Every limit on what is read, in one place. What goes beyond one is a fault that names it.

/// Longest record of a source, in bytes, its quoted line breaks among them.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
/// Most fields of a record.
pub const FIELDS_MAX: usize = 1 << 10;
/// Most rows that are looked at for the header, where rows may stand above it.
pub const TITLE_ROWS_MAX: usize = 50;
/// Largest subledger or table that is read whole, in bytes, once it is unpacked.
pub const TABLE_BYTES_MAX: u64 = 1 << 30;
/// Most times that a packed file may grow when it is unpacked: what grows more was made to fill a memory.
pub const UNPACKED_RATIO_MAX: u64 = 1 << 10;
/// Deepest nesting of elements of an XML file.
pub const NESTING_MAX: usize = 32;
/// Most files that the patterns of a source may name.
pub const FILES_MAX: usize = 1 << 12;
/// Most lines that a policy may set aside of a ledger; a ledger with more is another quarter's.
pub const SET_ASIDE_MAX: usize = 10_000;
/// Bytes of a packed file's text that do not count for [`UNPACKED_RATIO_MAX`]: small files of one text pack well.
pub const UNPACKED_RATIO_FREE: u64 = 1 << 26;
/// Largest window that a file packed by zstd may ask for, as a power of two: 128 MiB, the most that `zstd --long` asks
/// for unless it is told more.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 27;
/// Largest page of a Parquet file once it is unpacked, in bytes: pages of 1 MiB are usual, the largest known writers
/// stop at 100 MB.
pub const PARQUET_PAGE_BYTES_MAX: usize = 1 << 28;
/// Longest header of a page of a Parquet file, in bytes; it holds the least and the greatest value of the page.
pub const PARQUET_PAGE_HEADER_BYTES_MAX: usize = 1 << 20;
