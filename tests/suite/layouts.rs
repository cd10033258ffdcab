//! Whole runs on the exports of `tests/exports`: one ledger, whatever system wrote it, and each broken export refused.

use std::collections::BTreeMap;
use std::path::Path;

use polars::prelude::*;

use crate::support::{Desk, code, errors, pack, repository, rows};

/// The embedded book, opened by 2004-Q2, with its ledger in the place of the quarter's.
fn desk_of(export: &Path) -> Desk {
    let desk = Desk::new();
    let quarter = desk.book().join("2004-Q2");
    std::fs::remove_file(quarter.join("ledger.csv")).expect("the embedded ledger");
    let mut sources = String::new();
    for entry in std::fs::read_dir(export).expect("an export") {
        let path = entry.expect("an entry").path();
        if path.file_name().is_some_and(|name| name == "sources.toml") {
            sources = std::fs::read_to_string(&path).expect("what the book adds");
        } else {
            std::fs::copy(&path, quarter.join(path.file_name().expect("a name"))).expect("copied");
        }
    }
    desk.edit("closepack.toml", |text| format!("{}\n{sources}", text.replace("\"2004-Q1\"", "\"2004-Q2\"")));
    desk
}

fn export(name: &str) -> std::path::PathBuf {
    repository().join("tests/exports").join(name)
}

#[track_caller]
fn trial_balance(desk: &Desk, name: &str) -> Vec<u8> {
    let output = desk.command("run", "2004-Q2");
    // The slice of the ledger does not tie to the subledgers, which is something to look at.
    assert_eq!(code(&output), 1, "{name}: {}", errors(&output));
    pack(&desk.out(), "2004-Q2").remove("trial_balance.csv").expect("a trial balance")
}

#[test]
fn the_same_ledger_in_every_layout_gives_the_same_trial_balance() {
    let canonical = trial_balance(&desk_of(&export("canonical")), "canonical");
    let mut tried = 0;
    for entry in std::fs::read_dir(repository().join("tests/exports")).expect("the exports") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() && name != "bad" && name != "__pycache__" {
            let found = trial_balance(&desk_of(&path), &name);
            assert_eq!(String::from_utf8_lossy(&found), String::from_utf8_lossy(&canonical), "{name}");
            tried += 1;
        }
    }
    assert!(tried > 15, "{tried} exports were tried");
}

/// Writes the canonical export as a frame of text columns.
fn frame() -> DataFrame {
    let mut reader = csv::Reader::from_path(export("canonical/ledger.csv")).expect("the canonical export");
    let header = reader.headers().expect("a header").clone();
    let records: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("a record")).collect();
    let column = |(at, name): (usize, &str)| {
        let texts: Vec<&str> = records.iter().map(|record| &record[at]).collect();
        Column::new(name.into(), texts)
    };
    DataFrame::new(records.len(), header.iter().enumerate().map(column).collect()).expect("a frame")
}

#[test]
fn packed_columnar_and_mixed_files_give_the_same_trial_balance() {
    let canonical = trial_balance(&desk_of(&export("canonical")), "canonical");
    let text = std::fs::read(export("canonical/ledger.csv")).expect("the canonical export");
    let empty = tempfile::tempdir().expect("a folder");

    let desk = desk_of(empty.path());
    let packed = zstd::encode_all(&text[..], 3).expect("packed");
    std::fs::write(desk.book().join("2004-Q2/ledger.csv.zst"), packed).expect("written");
    assert_eq!(trial_balance(&desk, "zstd"), canonical);

    let desk = desk_of(empty.path());
    let file = std::fs::File::create(desk.book().join("2004-Q2/ledger.parquet")).expect("a file");
    ParquetWriter::new(file).finish(&mut frame()).expect("written");
    assert_eq!(trial_balance(&desk, "parquet"), canonical);

    // Half of the lines in a Parquet file of a partitioned folder, the others in two CSV files, one of them packed.
    let desk = desk_of(empty.path());
    let folder = desk.book().join("2004-Q2/gl/year=2004");
    std::fs::create_dir_all(&folder).expect("a folder");
    let whole = frame();
    let half = whole.height() / 2;
    let file = std::fs::File::create(folder.join("part-0.parquet")).expect("a file");
    ParquetWriter::new(file).finish(&mut whole.slice(0, half)).expect("written");
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let part = |from: usize, to: usize| [lines[0], &lines[from..to].concat()].concat();
    let third = half + 1 + (lines.len() - half) / 2;
    std::fs::write(desk.book().join("2004-Q2/gl/part-1.csv"), part(half + 1, third)).expect("written");
    let packed = zstd::encode_all(&part(third, lines.len())[..], 3).expect("packed");
    std::fs::write(desk.book().join("2004-Q2/gl/part-2.csv.zst"), packed).expect("written");
    desk.edit("closepack.toml", |text| {
        format!("{text}\n[sources.ledger]\nfiles = [\"gl/**/*.parquet\", \"gl/*.csv*\"]\n")
    });
    assert_eq!(trial_balance(&desk, "mixed"), canonical);
    let sources = rows(&pack(&desk.out(), "2004-Q2")["sources.csv"]);
    let ledger: Vec<&str> =
        sources.iter().filter(|row| row["source"] == "ledger").map(|row| row["path"].as_str()).collect();
    assert_eq!(ledger, ["2004-Q2/gl/part-1.csv", "2004-Q2/gl/part-2.csv.zst", "2004-Q2/gl/year=2004/part-0.parquet"]);
}

/// Each broken export is refused for its one fault, with the line and the value that `faults.csv` names.
#[test]
fn the_broken_exports_are_told_where_they_are_broken() {
    let mut list = csv::Reader::from_path(export("bad/faults.csv")).expect("the list of faults");
    let mut wrong = Vec::new();
    for row in list.deserialize::<BTreeMap<String, String>>() {
        let row = row.expect("a row");
        let desk = desk_of(&export("bad").join(&row["folder"]));
        let (book, out) = (desk.book(), desk.out());
        let output = crate::support::closepack(&[
            "check",
            "--error-format",
            "json",
            "--quarter",
            "2004-Q2",
            "--as-of",
            "2005-06-01",
            "--book",
            book.to_str().expect("a path"),
            "--out",
            out.to_str().expect("a path"),
        ]);
        let told: Vec<serde_json::Value> =
            errors(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let faults: Vec<&serde_json::Value> =
            told.iter().filter(|one| one.get("code").is_some() && one.get("file").is_some()).collect();
        let file = format!("2004-Q2/{}", row["file"]);
        // A fault of every line is told of every line; that of an entry names the entry's lines.
        let fits = |fault: &serde_json::Value| {
            let text = |key: &str| fault[key].as_str().unwrap_or_default().to_owned();
            let line = fault["line"].as_u64().unwrap_or(0).to_string();
            text("file") == file
                && (line == row["line"] || text("message").contains(&format!("to {})", row["line"])))
                && [text("value"), text("message"), text("text")].iter().any(|text| text.contains(&row["value"]))
        };
        let one_kind = faults.iter().all(|fault| fault["code"] == faults[0]["code"]);
        if code(&output) != 3 || !one_kind || !faults.first().is_some_and(|fault| fits(fault)) {
            wrong.push(format!("{row:?}\n{}", errors(&output)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
