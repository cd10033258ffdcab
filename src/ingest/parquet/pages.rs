//! The headers of a Parquet file's pages. polars takes them at their word and asks for as much memory as they say, which
//! ends the process when a damaged one says too much: they are looked at before polars sees them.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use polars_parquet_format::thrift::protocol::TCompactInputProtocol;
use polars_parquet_format::{PageHeader, PageType};

use crate::ingest::limits::{PARQUET_PAGE_BYTES_MAX, PARQUET_PAGE_HEADER_BYTES_MAX};

/// A column of a group of rows that holds one value a row.
pub struct Chunk {
    /// Where its pages are in the file.
    pub bytes: Range<u64>,
    pub rows: u64,
}

/// Why the pages of a column cannot be decoded, in words.
pub type Damage = String;

/// Looks at the header of every page of the column.
///
/// # Errors
/// A header that cannot be read, that says what no page can have, or that does not fit the column.
pub fn look_at(file: &mut BufReader<File>, chunk: &Chunk) -> Result<(), Damage> {
    let (mut at, mut rows) = (chunk.bytes.start, 0);
    while rows < chunk.rows {
        let unreadable = |error: &dyn std::fmt::Display| format!("the header of the page at byte {at} ({error})");
        file.seek(SeekFrom::Start(at)).map_err(|error| unreadable(&error))?;
        let within = file.by_ref().take(chunk.bytes.end.saturating_sub(at));
        let mut thrift = TCompactInputProtocol::new(within, PARQUET_PAGE_HEADER_BYTES_MAX);
        let header = PageHeader::read_from_in_protocol(&mut thrift).map_err(|error| unreadable(&error))?;
        let end = file.stream_position().map_err(|error| unreadable(&error))?;
        let damaged = |what: &str, value: i32| format!("the page at byte {at} says that it has {value} {what}");
        let bytes = u64::try_from(header.compressed_page_size).ok().filter(|bytes| *bytes <= chunk.bytes.end - end);
        let Some(bytes) = bytes else { return Err(damaged("bytes", header.compressed_page_size)) };
        rows += values(&header, chunk.rows - rows).map_err(|(what, value)| damaged(what, value))?;
        at = end + bytes;
    }
    Ok(())
}

/// How many of a column's values are on a page; a page that is none of data has none.
fn values(header: &PageHeader, left: u64) -> Result<u64, (&'static str, i32)> {
    let size = header.uncompressed_page_size;
    let unpacked = usize::try_from(size).ok().filter(|bytes| *bytes <= PARQUET_PAGE_BYTES_MAX);
    let Some(unpacked) = unpacked else { return Err(("bytes when it is unpacked", size)) };
    let counted = |count: i32, most: u64, what| {
        let count = u64::try_from(count).map_err(|_| (what, count))?;
        if count > most { Err((what, i32::try_from(count).unwrap_or(i32::MAX))) } else { Ok(count) }
    };
    // An entry of a dictionary takes at least a byte.
    if let Some(page) = &header.dictionary_page_header {
        counted(page.num_values, unpacked as u64, "entries of a dictionary")?;
    }
    match (header.type_, &header.data_page_header, &header.data_page_header_v2) {
        (PageType::DATA_PAGE, Some(page), _) => counted(page.num_values, left, "values"),
        (PageType::DATA_PAGE_V2, _, Some(page)) => {
            let values = counted(page.num_values, left, "values")?;
            counted(page.num_nulls, values, "empty values")?;
            counted(page.num_rows, values, "rows")?;
            let before = counted(page.repetition_levels_byte_length, unpacked as u64, "bytes of repetition levels")?;
            counted(page.definition_levels_byte_length, unpacked as u64 - before, "bytes of definition levels")?;
            Ok(values)
        }
        _ => Ok(0),
    }
}
