//! `init`: what is proposed for a file, and that a book takes it.

use std::path::Path;

use crate::support::{Desk, closepack, code, errors, repository};

/// What `init` says of a file.
fn init(file: &Path, source: &str) -> (i32, String, String) {
    let output = closepack(&["init", "--from", file.to_str().expect("a path"), "--source", source]);
    let said = String::from_utf8(output.stdout.clone()).expect("a proposal is UTF-8");
    (code(&output), said, errors(&output))
}

#[test]
fn a_proposal_for_each_source_of_the_embedded_book_reads_it() {
    let desk = Desk::new();
    let sources = ["ledger", "opening_balances", "inventory", "prepaid_advertising", "fixed_assets", "obligations"];
    let mut tables = String::new();
    for source in sources {
        let (exit, said, _) = init(&desk.book().join(format!("2004-Q1/{source}.csv")), source);
        assert_eq!(exit, 0, "{source}");
        assert!(said.contains("layout canonical"), "{said}");
        tables += &said;
    }
    let (exit, said, _) = init(&desk.book().join("chart_of_accounts.csv"), "chart_of_accounts");
    assert_eq!(exit, 0);
    tables += &said;
    desk.edit("closepack.toml", |text| format!("{text}\n{tables}"));
    let output = desk.command("check", "2004-Q1");
    assert_eq!(code(&output), 0, "{}", errors(&output));
}

/// Each made-up export is known by its head, and the book takes what is proposed for it.
#[test]
fn every_export_is_known_by_its_head() {
    let exports = std::fs::read_dir(repository().join("tests/exports")).expect("the exports");
    let folders = exports.map(|entry| entry.expect("an entry").path());
    let mut known = 0;
    for folder in folders.filter(|path| path.join("sources.toml").exists()) {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let files = std::fs::read_dir(&folder).expect("an export").map(|entry| entry.expect("an entry").path());
        for file in files.filter(|file| file.file_name().is_none_or(|name| name != "sources.toml")) {
            let (exit, said, errors) = init(&file, "ledger");
            assert_eq!(exit, 0, "{name}: {errors}");
            let read = closepack::book::layout::parse(&said).unwrap_or_else(|faults| panic!("{faults}\n{said}"));
            let layout = &read["ledger"].layout.name;
            assert!(name.starts_with(layout.as_str()), "{name} is taken for {layout}");
            known += 1;
        }
    }
    assert!(known >= 18, "the exports were not found");
}

#[test]
fn packed_workbook_and_columnar_files_are_looked_into() {
    use polars::prelude::{Column, DataFrame, ParquetWriter};
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = std::fs::read(repository().join("data/book/2004-Q1/ledger.csv")).expect("the ledger");
    let packed = folder.path().join("ledger.csv.zst");
    std::fs::write(&packed, zstd::stream::encode_all(&ledger[..], 1).expect("packed")).expect("written");
    let (exit, said, _) = init(&packed, "ledger");
    assert!(exit == 0 && said.contains("files = \"ledger.csv.zst\"") && said.contains("layout canonical"), "{said}");
    let columnar = folder.path().join("ledger.parquet");
    let mut reader = csv::Reader::from_reader(&ledger[..]);
    let header = reader.headers().expect("a header").clone();
    let records: Vec<csv::StringRecord> = reader.records().take(9).collect::<Result<_, _>>().expect("lines");
    let texts = |at: usize| records.iter().map(|record| record[at].to_owned()).collect::<Vec<String>>();
    let columns = header.iter().enumerate().map(|(at, name)| Column::new(name.into(), texts(at))).collect();
    let mut frame = DataFrame::new(records.len(), columns).expect("a frame");
    ParquetWriter::new(std::fs::File::create(&columnar).expect("a file")).finish(&mut frame).expect("written");
    let (exit, said, _) = init(&columnar, "ledger");
    assert!(exit == 0 && said.contains("#  AP-2004Q1-000001"), "{said}");
}

#[test]
fn what_cannot_be_read_is_refused_with_advice() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("general ledger.csv");
    std::fs::write(&report, ",Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance\n")
        .expect("written");
    let (exit, said, errors) = init(&report, "ledger");
    assert_eq!((exit, said.as_str()), (3, ""));
    assert!(
        errors.contains("a General Ledger report of QuickBooks") && errors.contains("export the Journal"),
        "{errors}"
    );
    let (exit, _, errors) = init(&folder.path().join("absent.csv"), "ledger");
    assert!(exit == 3 && errors.contains("cannot be read"), "{errors}");
    let (exit, _, errors) = init(&report, "stock");
    assert!(exit == 2 && errors.contains("opening_balances"), "{errors}");
}

/// Every table of the page on layouts is one that a book may have.
#[test]
fn the_examples_of_the_page_on_layouts_are_sound() {
    let page = std::fs::read_to_string(repository().join("docs/layouts.md")).expect("the page");
    let examples: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 5, "the examples were not found");
    for example in examples {
        if let Err(faults) = closepack::book::layout::parse(example) {
            panic!("{faults}\n{example}");
        }
    }
    for name in closepack::book::layout::presets::names() {
        assert!(page.contains(&format!("\n| `{name}` |")), "{name} is not among the presets of the page");
    }
}
