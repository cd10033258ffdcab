//! The command line: exit codes and words.

use crate::support::{Desk, closepack, code, errors, pack};

#[test]
fn help_names_the_commands_and_the_exit_codes() {
    let output = closepack(&["--help"]);
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    for word in ["run", "check", "demo", "verify", "calendar", "completions", "man", "Exit codes", "75"] {
        assert!(help.contains(word), "{word}");
    }
    assert_eq!(code(&output), 0);
}

#[test]
fn wrong_arguments_are_usage() {
    assert_eq!(code(&closepack(&[])), 2);
    assert_eq!(code(&closepack(&["run"])), 2);
    assert_eq!(code(&closepack(&["run", "--book", "b", "--out", "o", "--quarter", "q", "--as-of", "yesterday"])), 2);
}

#[test]
fn an_unknown_quarter_is_usage_and_names_the_known_ones() {
    let output = Desk::new().command("run", "2004-Q9");
    assert_eq!(code(&output), 2);
    assert!(errors(&output).contains("the calendar has no quarter 2004-Q9"));
    assert!(errors(&output).contains("2004-Q2"));
}

#[test]
fn a_quarter_before_the_first_is_usage() {
    let output = Desk::new().command("run", "2003-Q4");
    assert_eq!(code(&output), 2);
    assert!(errors(&output).contains("before the book's first quarter"));
}

#[test]
fn a_quarter_without_its_folder_is_not_now() {
    let desk = Desk::new();
    std::fs::remove_dir_all(desk.book().join("2004-Q1")).expect("removed");
    assert_eq!(code(&desk.command("run", "2004-Q1")), 75);
}

#[test]
fn check_publishes_nothing() {
    let desk = Desk::new();
    let output = desk.command("check", "2004-Q1");
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(!desk.out().exists());
}

#[test]
fn success_is_one_line_and_silence() {
    let output = Desk::new().command("run", "2004-Q1");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    assert_eq!(errors(&output), "");
}

#[test]
fn a_held_lock_is_not_now() {
    let desk = Desk::new();
    let held = closepack::publish::Lock::acquire(&desk.out(), "2004-Q1").expect("the lock");
    let output = desk.command("run", "2004-Q1");
    assert_eq!(code(&output), 75);
    assert!(errors(&output).starts_with("not now: another run ("), "{}", errors(&output));
    drop(held);
    assert_eq!(code(&desk.command("run", "2004-Q1")), 0);
}

#[test]
fn output_that_cannot_be_written_is_told() {
    let desk = Desk::new();
    std::fs::write(desk.out(), "a file in the way").expect("written");
    assert_eq!(code(&desk.command("run", "2004-Q1")), 4);
}

#[test]
fn a_changed_input_makes_a_new_run_and_keeps_the_old_one() {
    let desk = Desk::new();
    desk.run_through("2004-Q1");
    let before = pack(&desk.out(), "2004-Q1");
    desk.edit("closepack.toml", |text| text + "\n# a remark\n");
    assert_eq!(code(&desk.command("run", "2004-Q1")), 0);
    let after = pack(&desk.out(), "2004-Q1");
    assert!(before["manifest.json"] != after["manifest.json"]);
    assert!(before["trial_balance.csv"] == after["trial_balance.csv"]);
    assert_eq!(std::fs::read_dir(desk.out().join("2004-Q1/runs")).expect("runs").count(), 2);
}

#[test]
fn a_ledger_in_parquet_gives_the_same_trial_balance() {
    use polars::prelude::{Column, DataFrame, ParquetWriter};
    let (text, columnar) = (Desk::new(), Desk::new());
    let path = columnar.book().join("2004-Q1/ledger.csv");
    let mut reader = csv::Reader::from_path(&path).expect("the ledger");
    let header = reader.headers().expect("a header").clone();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("lines");
    let column = |(at, name): (usize, &str)| {
        Column::new(name.into(), records.iter().map(|record| record[at].to_owned()).collect::<Vec<String>>())
    };
    let columns: Vec<Column> = header.iter().enumerate().map(column).collect();
    let mut frame = DataFrame::new(records.len(), columns).expect("a frame");
    let file = std::fs::File::create(columnar.book().join("2004-Q1/ledger.parquet")).expect("a file");
    ParquetWriter::new(file).finish(&mut frame).expect("written");
    std::fs::remove_file(path).expect("removed");
    text.run_through("2004-Q1");
    columnar.run_through("2004-Q1");
    let of = |desk: &Desk| pack(&desk.out(), "2004-Q1")["trial_balance.csv"].clone();
    assert!(of(&text) == of(&columnar));
}
