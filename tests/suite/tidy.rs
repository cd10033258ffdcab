//! The house rules that a compiler does not hold.

use std::path::{Path, PathBuf};

use crate::support::repository;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every line of source with the file's path below `src`.
fn lines() -> Vec<(String, String)> {
    let root = repository().join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() > 20, "the source was not found");
    let line = |path: &PathBuf| {
        let name = path.strip_prefix(&root).expect("below src").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).expect("a source file");
        text.lines().map(|line| (name.clone(), line.to_owned())).collect::<Vec<_>>()
    };
    files.iter().flat_map(line).collect()
}

fn offenders(bad: impl Fn(&str, &str) -> bool) -> Vec<(String, String)> {
    lines().into_iter().filter(|(file, line)| bad(file, line)).collect()
}

#[track_caller]
fn none(found: &[(String, String)]) {
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn floats_stay_in_the_drawing_room() {
    none(&offenders(|file, line| !file.starts_with("report/pdf/") && (line.contains("f64") || line.contains("f32"))));
}

#[test]
fn money_is_rounded_in_one_place() {
    none(&offenders(|file, line| {
        file != "domain/money.rs" && (line.contains("round_dp") || line.contains(".rescale("))
    }));
}

#[test]
fn rules_are_pure() {
    let far = ["std::fs", "std::env", "SystemTime", "polars", "crate::ingest", "crate::close", "crate::report"];
    none(&offenders(|file, line| file.starts_with("adjust/") && far.iter().any(|word| line.contains(word))));
}

/// What is made of the records touches no disk, no clock and no dataframe.
#[test]
fn what_follows_from_the_records_is_pure() {
    let rooms = ["schedules/", "journal/", "statements/", "checks/", "close.rs", "exceptions.rs", "exit_costs.rs"];
    let more = ["rollforward.rs", "scenario.rs", "sensitivity.rs", "targets.rs", "trial_balance.rs"];
    let far = ["std::fs", "std::env", "SystemTime", "polars", "crate::report", "crate::publish", "crate::cli"];
    let pure = |file: &str| rooms.iter().chain(&more).any(|room| file.starts_with(room));
    none(&offenders(|file, line| pure(file) && far.iter().any(|word| line.contains(word))));
}

#[test]
fn rooms_do_not_look_upwards() {
    let rooms: [(&str, &[&str]); 4] = [
        ("domain/", &["crate::"]),
        ("diagnostics/", &["crate::"]),
        ("report/", &["crate::cli", "crate::publish"]),
        ("publish/", &["crate::cli", "crate::report", "crate::close"]),
    ];
    none(&offenders(|file, line| {
        rooms.iter().any(|(room, above)| {
            let own = format!("crate::{}", room.trim_end_matches('/'));
            file.starts_with(room) && above.iter().any(|word| line.contains(word)) && !line.contains(&own)
        })
    }));
}

#[test]
fn the_clock_and_clap_live_at_the_edge() {
    none(&offenders(|file, line| !file.starts_with("cli/") && (line.contains("SystemTime") || line.contains("clap"))));
}

#[test]
fn no_hash_map_orders_anything() {
    none(&offenders(|file, line| {
        !file.starts_with("report/pdf/") && (line.contains("HashMap") || line.contains("HashSet"))
    }));
}
