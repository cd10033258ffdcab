//! What polars does for a ledger: the footer of a Parquet file, and windows of its rows as columns.

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::{
    DataFrame, DataType, FileMetadata, ParallelStrategy, ParquetReader, PolarsError, PolarsResult, SerReader,
    infer_schema,
};

use super::cells::{Cells, Kind};
use super::pages::{self, Chunk};
use super::{Batch, Column, Parquet, ParquetError};
use crate::ingest::stream;

/// Most rows that are decoded at a time; a group of rows of the file that has more is read in several windows.
pub const WINDOW_ROWS_MAX: usize = 1 << 17;

/// Most rows that a group of rows can have; a footer that says more is damaged.
const GROUP_ROWS_MAX: usize = 1 << 31;

/// Bytes that are read for the header of a page; a longer one is read in several steps.
const PAGE_HEADER_BYTES: usize = 1 << 10;

/// Rows of one group of the file.
pub struct Window {
    /// What the footer says of the group, as if the file had no other.
    group: Arc<FileMetadata>,
    /// The first row, within the group.
    from: usize,
    rows: usize,
    /// Rows of the file before the window.
    before: u64,
}

/// What the end of a Parquet file says of it.
pub struct Footer {
    pub names: Vec<String>,
    pub types: Vec<DataType>,
    /// All rows of the file, in its order.
    pub windows: Vec<Window>,
}

impl Footer {
    /// Reads it.
    pub fn read(path: &Path) -> Result<Self, ParquetError> {
        let opened = stream::open_file(path)?;
        guarded(|| {
            let mut reader = ParquetReader::new(opened);
            let mut shape = FileMetadata::clone(reader.get_metadata()?);
            // Hints of one library to itself; without them a column is what the format says it is, and nothing else.
            shape.key_value_metadata = None;
            let schema = infer_schema(&shape)?;
            let types = schema.iter_values().map(DataType::from_arrow_field).collect();
            let names = schema.iter_names().map(ToString::to_string).collect();
            if let Some(group) = shape.row_groups.iter().find(|group| group.num_rows() > GROUP_ROWS_MAX) {
                let why = format!("a group is said to have {} rows", group.num_rows());
                return Err(PolarsError::ComputeError(why.into()));
            }
            Ok(Self { names, types, windows: windows(shape) })
        })
    }
}

/// Cuts the groups of rows into windows of nearly equal size.
fn windows(mut shape: FileMetadata) -> Vec<Window> {
    let groups = std::mem::take(&mut shape.row_groups);
    let (mut windows, mut before) = (Vec::new(), 0);
    for group in groups {
        let rows = group.num_rows();
        let alone = Arc::new(FileMetadata { row_groups: vec![group], num_rows: rows, ..shape.clone() });
        let size = rows.div_ceil(rows.div_ceil(WINDOW_ROWS_MAX).max(1)).max(1);
        for from in (0..rows).step_by(size) {
            let (group, rows) = (Arc::clone(&alone), size.min(rows - from));
            windows.push(Window { group, from, rows, before });
            before += rows as u64;
        }
    }
    windows
}

/// Runs a part of polars. It reports most of what can be wrong with a file, and panics at the rest.
fn guarded<T>(work: impl FnOnce() -> PolarsResult<T>) -> Result<T, ParquetError> {
    let why = match std::panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "its parts do not fit together".to_owned(),
    };
    Err(ParquetError::Damaged { why })
}

/// The largest block whose return changes what the C library's allocator does with the next ones, and some room less.
const ALLOCATOR_BLOCK: usize = 31 << 20;

/// Lets the allocator keep what one window has freed for the next. glibc gives blocks back to the system, page by page
/// to be cleared again, until it has seen a block of their size freed (mallopt(3), `M_MMAP_THRESHOLD`): a third of the
/// processor time that a file took. The block is never written to, so that it takes no memory.
pub fn keep_freed_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(ALLOCATOR_BLOCK)));
}

/// Decodes the windows of a file, each once, on any number of threads.
pub struct Decoder<'p> {
    parquet: &'p Parquet,
    wanted: Vec<Wanted<'p>>,
    /// The places in the file of the columns among them.
    projection: Vec<usize>,
    /// The next window that a thread takes.
    next: AtomicUsize,
}

enum Wanted<'p> {
    /// A column of the file, by its place among those that are decoded.
    File(usize, Kind),
    Folder(&'p str),
}

/// A window that cannot be decoded.
pub struct Damage {
    pub window: usize,
    pub error: ParquetError,
}

impl<'p> Decoder<'p> {
    /// A decoder of columns whose types have been looked at.
    pub fn new(parquet: &'p Parquet, columns: &[usize]) -> Result<Self, ParquetError> {
        let mut projection = Vec::new();
        let mut wanted = Vec::with_capacity(columns.len());
        for at in columns {
            wanted.push(match &parquet.columns[*at] {
                Column::Folder(text) => Wanted::Folder(text),
                Column::File(of) => {
                    projection.push(*at);
                    let kind =
                        Kind::of(of).map_err(|refusal| ParquetError::Damaged { why: refusal.what.to_owned() })?;
                    Wanted::File(projection.len() - 1, kind)
                }
            });
        }
        Ok(Self { parquet, wanted, projection, next: AtomicUsize::new(0) })
    }

    /// Decodes windows until there are none, or until `each` has enough.
    pub fn run(&self, mut each: impl FnMut(&Batch) -> ControlFlow<()>) -> Result<(), Damage> {
        let windows = &self.parquet.windows;
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(window) = windows.get(index) else { return Ok(()) };
            let batch = self.batch(index, window);
            let over = batch.as_ref().map_or(true, |batch| each(batch).is_break());
            if over {
                // The windows before this one have all been taken; those after it are left.
                self.next.store(windows.len(), Ordering::Relaxed);
            }
            batch.map_err(|error| Damage { window: index, error })?;
        }
    }

    fn batch(&self, index: usize, window: &Window) -> Result<Batch, ParquetError> {
        let opened = stream::open_file(&self.parquet.path)?;
        let again = stream::open_file(&self.parquet.path)?;
        let columns = guarded(|| {
            self.look_at_pages(again, window)?;
            let frame = self.decode(opened, window)?;
            let cells = |wanted: &Wanted<'_>| match wanted {
                Wanted::File(at, kind) => Cells::of(&frame.columns()[*at], *kind),
                Wanted::Folder(text) => Ok(Cells::Same(text.as_bytes().to_vec())),
            };
            self.wanted.iter().map(cells).collect::<PolarsResult<Vec<Cells>>>()
        })?;
        if columns.iter().any(|column| column.rows().is_some_and(|rows| rows != window.rows)) {
            let why = "the columns of a group of rows are not equally long".to_owned();
            return Err(ParquetError::Damaged { why });
        }
        Ok(Batch { index, before: window.before, rows: window.rows, columns })
    }

    fn look_at_pages(&self, file: File, window: &Window) -> PolarsResult<()> {
        let mut file = BufReader::with_capacity(PAGE_HEADER_BYTES, file);
        for group in &window.group.row_groups {
            let rows = group.num_rows() as u64;
            for at in &self.projection {
                let chunks = group.columns_under_root_iter(&self.parquet.names[*at]);
                for chunk in chunks.into_iter().flatten() {
                    let chunk = Chunk { bytes: chunk.byte_range(), rows };
                    pages::look_at(&mut file, &chunk).map_err(|damage| PolarsError::ComputeError(damage.into()))?;
                }
            }
        }
        Ok(())
    }

    fn decode(&self, file: File, window: &Window) -> PolarsResult<DataFrame> {
        let mut reader = ParquetReader::new(file)
            .read_parallel(ParallelStrategy::None)
            .with_slice(Some((window.from, window.rows)))
            .with_projection(Some(self.projection.clone()));
        reader.set_metadata(Arc::clone(&window.group));
        reader.finish()
    }
}
