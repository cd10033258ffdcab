use std::fs::File;

use polars::prelude::*;

use super::*;

const FILE: &str = "2004-Q1/ledger.parquet";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("2004-Q1")).unwrap();
    folder
}

/// A book's folder with a Parquet file of these columns, in groups of so many rows.
fn file(columns: Vec<polars::prelude::Column>, group: usize) -> tempfile::TempDir {
    let folder = folder();
    let mut frame = DataFrame::new_infer_height(columns).unwrap();
    let file = File::create(folder.path().join(FILE)).unwrap();
    ParquetWriter::new(file).with_row_group_size(Some(group)).finish(&mut frame).unwrap();
    folder
}

/// Takes no row as it is stored.
fn none<S>(_: &mut S, _: Row<'_>) -> bool {
    false
}

/// All records of a file, sorted by their number, as read by so many threads.
fn records(folder: &tempfile::TempDir, threads: usize) -> Vec<(u64, Vec<String>)> {
    let parquet = Parquet::open(folder.path(), FILE, &[]).unwrap();
    let wanted: Vec<usize> = (0..parquet.columns().len()).collect();
    let mut faults = Faults::default();
    assert!(parquet.fits(&wanted, FILE, &mut faults), "{faults}");
    let mut states = vec![Vec::new(); threads];
    let digest = parquet.read(&wanted, &mut states, |found, batch| {
        batch.records(found, none, |found, record| {
            let texts = record.fields.iter().map(|field| String::from_utf8(field.to_vec()).unwrap());
            found.push((record.number, texts.collect::<Vec<_>>()));
        });
        ControlFlow::Continue(())
    });
    let bytes = std::fs::read(folder.path().join(FILE)).unwrap();
    assert_eq!(digest.unwrap().sha256, crate::domain::hash::sha256_hex(&bytes));
    for state in &states {
        assert!(state.is_sorted(), "a thread's rows are out of order");
    }
    let mut all = states.concat();
    all.sort();
    all
}

fn texts(folder: &tempfile::TempDir) -> Vec<Vec<String>> {
    records(folder, 1).into_iter().map(|(_, texts)| texts).collect()
}

fn column<T, Phantom: ?Sized>(name: &str, values: T) -> polars::prelude::Column
where
    Series: NamedFrom<T, Phantom>,
{
    polars::prelude::Column::new(name.into(), values)
}

#[test]
fn values_of_every_type_become_the_text_that_a_csv_file_would_have() {
    let decimals = Int128Chunked::from_slice_options("d".into(), &[Some(123_450), None, Some(-5)]);
    let moments = [Some(12_564 * 86_400_000_i64), None, Some(0)];
    let columns = vec![
        column("text", &[Some("0100"), None, Some("Größe, \"x\"\n")]),
        decimals.into_decimal_unchecked(38, 2).into_series().into(),
        column("date", &[Some(12_564), None, Some(-1)]).cast(&DataType::Date).unwrap(),
        column("moment", &moments).cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap(),
        column("small", &[Some(-7_i32), None, Some(12)]).cast(&DataType::Int8).unwrap(),
        column("large", &[Some(u64::MAX), None, Some(0)]),
        column("truth", &[Some(true), None, Some(false)]),
        column("bytes", &[Some("IAA"), None, Some("é")]).cast(&DataType::Binary).unwrap(),
        column("code", &[Some("A"), None, Some("A")]).cast(&DataType::from_categories(Categories::global())).unwrap(),
        polars::prelude::Column::full_null("nothing".into(), 3, &DataType::Null),
    ];
    assert_eq!(
        texts(&file(columns, 100)),
        [
            ["0100", "1234.50", "2004-05-26", "2004-05-26", "-7", "18446744073709551615", "true", "IAA", "A", ""],
            [""; 10],
            ["Größe, \"x\"\n", "-0.05", "1969-12-31", "1970-01-01", "12", "0", "false", "é", "A", ""],
        ]
    );
}

#[test]
fn rows_keep_their_numbers_in_groups_windows_and_threads() {
    let rows = decode::WINDOW_ROWS_MAX + 40_000;
    let numbers: Vec<u64> = (1..=rows as u64).collect();
    let texts: Vec<String> = numbers.iter().map(|number| format!("entry {}", number / 7)).collect();
    for group in [9_999, rows] {
        let folder = file(vec![column("number", &numbers), column("text", &texts)], group);
        for threads in [1, 3] {
            let found = records(&folder, threads);
            assert_eq!(found.len(), rows);
            for (number, fields) in found {
                assert_eq!(fields, [number.to_string(), format!("entry {}", number / 7)]);
            }
        }
    }
}

#[test]
fn batches_are_counted_in_the_order_of_the_file() {
    let numbers: Vec<u64> = (1..=1000).collect();
    let folder = file(vec![column("number", &numbers)], 100);
    let parquet = Parquet::open(folder.path(), FILE, &[]).unwrap();
    assert_eq!(parquet.batches(), 10);
    let mut firsts = [Vec::new()];
    let first = |found: &mut Vec<(usize, u64)>, batch: &Batch| {
        let mut first = None;
        batch.records(&mut first, none, |first, record| *first = first.or(Some(record.number)));
        found.push((batch.index, first.unwrap_or_default()));
        if batch.index == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    parquet.read(&[0], &mut firsts, first).unwrap();
    assert_eq!(firsts[0], [(0, 1), (1, 101), (2, 201), (3, 301), (4, 401)]);
}

/// Rows come once and in order, as they are stored or as text.
#[test]
fn a_row_that_is_taken_does_not_become_text() {
    let folder = file(vec![column("number", &(1..=1000).collect::<Vec<i64>>())], 700);
    let parquet = Parquet::open(folder.path(), FILE, &[]).unwrap();
    let mut found = [Vec::new()];
    let read = parquet.read(&[0], &mut found, |found, batch| {
        let taken = |found: &mut Vec<String>, row: Row<'_>| {
            let Some((Some(value), Form::Decimal(0))) = row.value(0) else { return false };
            let taken = value % 7 < 4;
            if taken {
                found.push(format!("taken {value}"));
            }
            taken
        };
        batch.records(found, taken, |found, record| found.push(String::from_utf8(record.fields.concat()).unwrap()));
        ControlFlow::Continue(())
    });
    assert!(read.is_ok());
    let expected = (1..=1000).map(|value| if value % 7 < 4 { format!("taken {value}") } else { value.to_string() });
    assert_eq!(found[0], expected.collect::<Vec<_>>());
}

#[test]
fn only_the_columns_that_are_wanted_are_read_in_the_order_asked_for() {
    let columns = vec![column("a", &["1", "2"]), column("rate", &[0.5, 0.25]), column("b", &["3", "4"])];
    let folder = file(columns, 100);
    let parquet = Parquet::open(folder.path(), FILE, &[]).unwrap();
    assert_eq!(parquet.columns(), ["a", "rate", "b"]);
    let (mut found, mut faults) = ([Vec::new()], Faults::default());
    assert!(parquet.fits(&[2, 0, 2], FILE, &mut faults), "{faults}");
    let read = parquet.read(&[2, 0, 2], &mut found, |found, batch| {
        batch.records(found, none, |found, record| found.push(record.fields.concat()));
        ControlFlow::Continue(())
    });
    assert!(read.is_ok());
    assert_eq!(found[0], [b"313", b"424"]);
}

#[test]
fn folders_on_the_way_are_columns_that_are_looked_for() {
    let folder = file(vec![column("a", &["1", "2"]), column("brand", &["X", "Y"])], 100);
    let below = "2004-Q1/entity=IAA/brand=JOES/month=1/part.parquet";
    std::fs::create_dir_all(folder.path().join(below).parent().unwrap()).unwrap();
    std::fs::rename(folder.path().join(FILE), folder.path().join(below)).unwrap();
    let parquet = Parquet::open(folder.path(), below, &["a", "brand", "entity"]).unwrap();
    assert_eq!(parquet.columns(), ["a", "brand", "entity"]);
    let mut found = [Vec::new()];
    let read = parquet.read(&[2, 1, 0], &mut found, |found, batch| {
        batch.records(found, none, |found, record| found.push(record.fields.concat()));
        ControlFlow::Continue(())
    });
    assert!(read.is_ok());
    assert_eq!(found[0], [b"IAAX1", b"IAAY2"]);
}

#[test]
fn columns_that_cannot_be_text_are_told() {
    let moments = Int64Chunked::from_slice("at".into(), &[0]);
    let moments = moments.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_series();
    let list = Series::new("list".into(), [Series::new("".into(), [1_i64])]);
    let columns = vec![
        column("debit", &[1.5]),
        moments.into(),
        list.into(),
        column("time", &[0_i64]).cast(&DataType::Time).unwrap(),
        column("a", &["1"]),
    ];
    let folder = file(columns, 100);
    let parquet = Parquet::open(folder.path(), FILE, &[]).unwrap();
    let mut faults = Faults::default();
    assert!(!parquet.fits(&[0, 1, 2, 3, 4], FILE, &mut faults));
    let told: Vec<(&str, &str)> =
        faults.sorted().iter().map(|fault| (fault.place.field.as_str(), fault.message.as_str())).collect();
    let expected = [
        ("at", "at is a column of times with a time zone"),
        ("debit", "debit is a column of floating-point numbers"),
        ("list", "list is a column of lists or structures"),
        ("time", "time is a column of a type that closepack does not read"),
    ];
    assert_eq!(told, expected);
    assert!(parquet.read(&[0], &mut [()], |(), _| ControlFlow::Continue(())).is_err());
}

#[test]
fn a_file_without_rows_has_columns() {
    let folder = file(vec![column("a", Vec::<String>::new())], 100);
    assert!(records(&folder, 2).is_empty());
    assert_eq!(Parquet::open(folder.path(), FILE, &[]).unwrap().columns(), ["a"]);
}

fn failure(folder: &tempfile::TempDir) -> Option<crate::diagnostics::Diagnostic> {
    let read = Parquet::open(folder.path(), FILE, &[])
        .and_then(|parquet| parquet.read(&[0, 1], &mut [(), ()], |(), _| ControlFlow::Continue(())));
    let mut faults = Faults::default();
    read.map_err(|error| error.tell(FILE, &mut faults)).err()?;
    Some(faults.sorted()[0].clone())
}

#[test]
fn what_is_no_whole_parquet_file_is_told() {
    let numbers: Vec<u64> = (0..5000).map(|number| number * 0x9E37_79B9 % 10_007).collect();
    let texts: Vec<String> = numbers.iter().map(|number| format!("text {number}")).collect();
    let folder = file(vec![column("a", &numbers), column("b", &texts)], 1000);
    assert_eq!(failure(&folder), None);
    let whole = std::fs::read(folder.path().join(FILE)).unwrap();
    for length in [0, 3, 8, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        std::fs::write(folder.path().join(FILE), &whole[..length]).unwrap();
        let fault = failure(&folder).unwrap();
        assert_eq!(
            (fault.code, fault.message.as_str()),
            (Code::UnreadableFile, "the file is not Parquet that can be read")
        );
    }
    std::fs::write(folder.path().join(FILE), "journal_id,journal_line\n").unwrap();
    assert_eq!(failure(&folder).unwrap().code, Code::UnreadableFile);
    std::fs::remove_file(folder.path().join(FILE)).unwrap();
    assert_eq!(failure(&folder).unwrap().code, Code::MissingFile);
}

/// Whatever a byte turns into, the file is read or refused, and no thread panics past the reader.
#[test]
fn damaged_bytes_never_end_the_run() {
    let numbers: Vec<u64> = (0..300).collect();
    let texts: Vec<String> = numbers.iter().map(|number| format!("text {}", number % 20)).collect();
    let folder = file(vec![column("a", &numbers), column("b", &texts)], 100);
    let whole = std::fs::read(folder.path().join(FILE)).unwrap();
    let mut refused = 0;
    for at in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x41;
        std::fs::write(folder.path().join(FILE), damaged).unwrap();
        refused += usize::from(failure(&folder).is_some());
    }
    assert!(refused > 0);
}

/// A page header in Thrift's compact form: fields of 32 bits, in groups that are nested.
fn header(kind: i32, unpacked: i32, packed: i32, of_kind: u8, counts: &[i32]) -> Vec<u8> {
    fn varint(value: i32, bytes: &mut Vec<u8>) {
        let mut left = ((value << 1) ^ (value >> 31)).cast_unsigned();
        while left > 0x7f {
            bytes.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        bytes.push(left as u8);
    }
    let mut bytes = Vec::new();
    for value in [kind, unpacked, packed] {
        bytes.push(0x15);
        varint(value, &mut bytes);
    }
    bytes.push((of_kind - 3) << 4 | 0x0c);
    for count in counts {
        bytes.push(0x15);
        varint(*count, &mut bytes);
    }
    bytes.extend([0, 0]);
    bytes
}

/// polars would ask for as much memory as such a page says, and the process would end by a signal.
#[test]
fn pages_that_say_what_no_page_can_have_are_refused_before_they_are_decoded() {
    let folder = folder();
    let path = folder.path().join(FILE);
    let looked_at = |pages: &[(Vec<u8>, usize)], rows: u64| {
        let bytes: Vec<u8> =
            pages.iter().flat_map(|(header, data)| [header.clone(), vec![0; *data]].concat()).collect();
        std::fs::write(&path, &bytes).unwrap();
        let mut file = std::io::BufReader::new(File::open(&path).unwrap());
        pages::look_at(&mut file, &pages::Chunk { bytes: 0..bytes.len() as u64, rows })
    };
    let (data, dictionary, second) = (5, 7, 8);
    let words = |entries| (header(2, 40, 9, dictionary, &[entries, 0]), 9);
    let page = |values| (header(0, 40, 9, data, &[values, 0, 3, 3]), 9);
    let page_2 = |counts: [i32; 6]| (header(3, 40, 9, second, &counts), 9);
    assert_eq!(looked_at(&[words(40), page(60), page(40), page_2([20, 3, 20, 0, 10, 0])], 120), Ok(()));
    for (pages, expected) in [
        (vec![page(-1)], "the page at byte 0 says that it has -1 values"),
        (vec![page(60), page(41)], "the page at byte 26 says that it has 41 values"),
        (vec![words(41), page(100)], "the page at byte 0 says that it has 41 entries of a dictionary"),
        (vec![words(-7), page(100)], "the page at byte 0 says that it has -7 entries of a dictionary"),
        (vec![page_2([i32::MIN, 0, 0, 0, 0, 0])], "the page at byte 0 says that it has -2147483648 values"),
        (vec![page_2([9, 10, 9, 0, 0, 0])], "the page at byte 0 says that it has 10 empty values"),
        (vec![page_2([9, 0, -1, 0, 0, 0])], "the page at byte 0 says that it has -1 rows"),
        (vec![page_2([9, 0, 9, 0, 30, 11])], "the page at byte 0 says that it has 30 bytes of definition levels"),
        (
            vec![(header(0, -1, 9, data, &[1, 0, 3, 3]), 9)],
            "the page at byte 0 says that it has -1 bytes when it is unpacked",
        ),
        (
            vec![(header(0, i32::MAX, 9, data, &[1, 0, 3, 3]), 9)],
            "the page at byte 0 says that it has 2147483647 bytes when it is unpacked",
        ),
        (vec![(header(0, 40, 10, data, &[1, 0, 3, 3]), 9)], "the page at byte 0 says that it has 10 bytes"),
        (vec![(header(0, 40, -1, data, &[1, 0, 3, 3]), 9)], "the page at byte 0 says that it has -1 bytes"),
    ] {
        assert_eq!(looked_at(&pages, 100), Err(expected.to_owned()));
    }
    let short = looked_at(&[page(60)], 100).unwrap_err();
    assert!(short.starts_with("the header of the page at byte 26"), "{short}");
}
