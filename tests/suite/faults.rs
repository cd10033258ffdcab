//! Many faults: what is said of them, to a person and to a program, and the list that has them all.

use std::path::PathBuf;
use std::process::Output;

use closepack::diagnostics::Code;

use crate::support::{Desk, closepack, code, errors, repository, rows};

const LEDGER: &str = "2004-Q1/ledger.csv";

/// A quarter whose ledger has 200 faults of two kinds.
fn faulty() -> Desk {
    let desk = Desk::new();
    desk.edit(LEDGER, |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for line in &mut lines[1..=100] {
            let mut fields: Vec<&str> = line.split(',').collect();
            let at = fields.iter().position(|field| field.starts_with("200")).expect("a date");
            (fields[at], fields[at + 2]) = ("31.12.2003", "=0999");
            *line = fields.join(",");
        }
        lines.join("\n") + "\n"
    });
    desk
}

fn run(desk: &Desk, command: &str, more: &[&str]) -> Output {
    let (book, out) = (desk.book(), desk.out());
    let (book, out) = (book.to_str().expect("a path"), out.to_str().expect("a path"));
    let arguments = [command, "--book", book, "--out", out, "--quarter", "2004-Q1", "--as-of", "2005-06-01"];
    closepack(&[&arguments, more].concat())
}

fn rejects(desk: &Desk) -> PathBuf {
    desk.out().join("2004-Q1/rejects.csv")
}

/// The objects of a run's standard error.
fn objects(output: &Output) -> Vec<serde_json::Value> {
    errors(output).lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

#[test]
fn many_faults_are_summed_up_and_the_list_has_them_all() {
    let desk = faulty();
    let output = run(&desk, "run", &[]);
    let said = errors(&output);
    assert_eq!(code(&output), 3, "{said}");
    assert_eq!(said.matches("error[E0201]").count(), 10);
    assert_eq!(said.matches("error[E0207]").count(), 10);
    let list = rejects(&desk);
    let end = format!(
        "
  faults   shown   files  kind
     100      10       1  E0201 date that cannot be read
     100      10       1  E0207 unknown account

every fault is listed in {}
200 faults; nothing was published
",
        list.display()
    );
    assert!(said.ends_with(&end), "{said}");

    let found = rows(&std::fs::read(&list).expect("the list"));
    assert_eq!(found.len(), 200);
    for row in &found {
        let line: usize = row["line"].parse().expect("a line");
        assert!((2..=101).contains(&line) && row["file"] == LEDGER, "{row:?}");
        let value = if row["code"] == "E0207" { "'=0999" } else { "31.12.2003" };
        assert_eq!(row["value"], value);
        assert!(row["text"].contains(",31.12.2003,") && row["text"].contains(",=0999,"), "{row:?}");
    }
    assert!(!desk.out().join("2004-Q1/current").exists() && !desk.out().join("2004-Q1/runs").exists());
}

#[test]
fn a_published_quarter_has_no_list() {
    let desk = faulty();
    assert_eq!(code(&run(&desk, "run", &[])), 3);
    assert!(rejects(&desk).exists());
    std::fs::copy(repository().join("data/book").join(LEDGER), desk.book().join(LEDGER)).expect("copied");
    let output = run(&desk, "run", &[]);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(!rejects(&desk).exists());
    let verified = closepack(&["verify", "--out", desk.out().to_str().expect("a path"), "--quarter", "2004-Q1"]);
    assert_eq!(code(&verified), 0, "{}", errors(&verified));
}

#[test]
fn faults_are_objects_for_programs() {
    let desk = faulty();
    let found = objects(&run(&desk, "run", &["--error-format", "json"]));
    let (summary, faults) = found.split_last().expect("objects");
    assert_eq!(faults.len(), 100, "the first 50 of each kind");
    for fault in faults {
        assert_eq!((&fault["type"], &fault["severity"]), (&"fault".into(), &"error".into()));
        assert!(fault["line"].is_u64() && fault["column"].is_u64() && fault["text"].is_string(), "{fault}");
    }
    assert_eq!(summary["type"], "summary");
    assert_eq!(summary["faults"], 200);
    assert_eq!(summary["kinds"][0]["count"], 100);
    assert_eq!(summary["rejects"], rejects(&desk).to_str().expect("a path"));
}

#[test]
fn what_is_no_fault_of_data_is_an_object_too() {
    let desk = Desk::new();
    let said = |output: &Output| {
        let found = objects(output);
        assert_eq!(found.len(), 1, "{found:?}");
        let text = |name: &str| found[0][name].as_str().unwrap_or_default().to_owned();
        (code(output), found[0]["exit"].as_i64().unwrap_or_default(), text("reason"), text("message"))
    };
    let of = |exit: i32, reason: &str, message: &str| (exit, i64::from(exit), reason.to_owned(), message.to_owned());
    let json = ["--error-format", "json"];
    let scenario = run(&desk, "check", &[&json[..], &["--scenario", "none"]].concat());
    assert_eq!(said(&scenario), of(2, "usage", "the book has no scenario none"));
    let usage = said(&closepack(&["run", "--error-format=json", "--nonsense"]));
    assert_eq!((usage.0, usage.2.as_str()), (2, "usage"));
    assert!(usage.3.starts_with("unexpected argument '--nonsense'"), "{}", usage.3);
    std::fs::remove_dir_all(desk.book().join("2004-Q1")).expect("removed");
    assert_eq!(said(&run(&desk, "run", &json)), of(75, "not-now", "the book has no folder 2004-Q1 yet"));
}

#[test]
fn a_check_lists_faults_only_where_it_is_told() {
    let desk = faulty();
    let output = run(&desk, "check", &[]);
    assert_eq!(code(&output), 3);
    assert!(!desk.out().exists() && !errors(&output).contains("is listed in"));
    assert!(errors(&output).contains("--rejects FILE lists every fault"), "{}", errors(&output));
    let list = desk.book().join("../faults.csv");
    let output = run(&desk, "check", &["--rejects", list.to_str().expect("a path")]);
    assert_eq!(code(&output), 3);
    assert_eq!(rows(&std::fs::read(list).expect("the list")).len(), 200);
    assert!(!desk.out().exists());
}

#[test]
fn faults_of_the_books_tables_are_listed_where_it_is_asked_for() {
    let desk = Desk::new();
    desk.edit("shares.csv", |text| text + &"2004-Q9,x,1\n".repeat(120));
    let list = desk.book().join("../faults.csv");
    let output = run(&desk, "run", &["--rejects", list.to_str().expect("a path")]);
    assert_eq!(code(&output), 3, "{}", errors(&output));
    assert!(errors(&output).contains("\n359 faults; nothing was published"), "{}", errors(&output));
    assert_eq!(rows(&std::fs::read(list).expect("the list")).len(), 359);
}

#[test]
fn a_list_that_cannot_be_written_is_told_and_changes_no_exit_code() {
    let desk = faulty();
    std::fs::create_dir_all(rejects(&desk)).expect("a folder in the way");
    for (format, before) in [("human", "\n"), ("json", "\"message\":\"")] {
        let output = run(&desk, "run", &["--error-format", format]);
        assert_eq!(code(&output), 3);
        let said = errors(&output);
        let words = format!("{before}the list of faults was not written: {}", rejects(&desk).display());
        assert!(said.contains(&words) && said.contains("not a plain file"), "{said}");
    }
}

#[test]
fn a_list_is_never_put_into_a_pack() {
    let desk = Desk::new();
    desk.run_through("2004-Q1");
    desk.set(LEDGER, 2, "account", "0999");
    let inside = desk.out().join("2004-Q1/current/faults.csv");
    let output = run(&desk, "run", &["--rejects", inside.to_str().expect("a path")]);
    assert_eq!(code(&output), 3);
    assert!(errors(&output).contains("is inside a pack") && !inside.exists(), "{}", errors(&output));
}

/// What only a rule finds is shown with its line, and listed.
#[test]
fn faults_of_a_rule_have_their_line() {
    let desk = Desk::new();
    desk.run_through("2004-Q1");
    let file = "2004-Q2/prepaid_advertising.csv";
    desk.set(file, desk.line_of(file, "AD-F-01"), "refundable_amount", "99999999.00");
    let output = desk.command("run", "2004-Q2");
    let said = errors(&output);
    assert_eq!(code(&output), 3);
    assert!(
        said.contains("error[E0401]") && said.contains("99999999.00,") && said.contains(" ^^^^^^^^^^^\n"),
        "{said}"
    );
    let found = rows(&std::fs::read(desk.out().join("2004-Q2/rejects.csv")).expect("the list"));
    assert!(found.iter().all(|row| row["code"] == "E0401" && row["text"].contains("AD-F-01")), "{found:?}");
}

#[test]
fn the_configurations_line_is_shown() {
    let desk = Desk::new();
    desk.edit("closepack.toml", |text| text.replacen("tax_rate = \"0.40\"", "tax_rate = \"4e-1\"", 1));
    let said = errors(&run(&desk, "run", &[]));
    assert!(said.contains(" | tax_rate = \"4e-1\"\n") && said.contains(" |            ^^^^^^\n"), "{said}");
    assert!(!desk.out().exists());
}

#[test]
fn colours_and_progress_are_for_terminals() {
    let said = errors(&run(&faulty(), "run", &[]));
    assert!(!said.contains('\u{1b}') && !said.contains("reading "), "{said}");
}

/// Runs closepack on a pseudo-terminal of its own and gives what it drew there.
fn on_a_terminal(desk: &Desk, environment: &str, feed: &str) -> String {
    let script = format!(
        r#"
import os, pty, sys, threading, time
{feed}
os.environ.clear()
os.environ.update({environment})
pty.spawn(sys.argv[1:])
"#
    );
    let (book, out) = (desk.book(), desk.out());
    let output = std::process::Command::new("python3")
        .args(["-c", &script, env!("CARGO_BIN_EXE_closepack"), "check"])
        .args(["--book", book.to_str().expect("a path"), "--out", out.to_str().expect("a path")])
        .args(["--quarter", "2004-Q1", "--as-of", "2005-06-01"])
        .output()
        .expect("python3 starts");
    assert!(output.status.success(), "{}", errors(&output));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_terminal_has_colours_unless_it_is_asked_for_none() {
    let desk = Desk::new();
    desk.set(LEDGER, 2, "account", "0999");
    let said = on_a_terminal(&desk, "{'TERM': 'xterm'}", "");
    assert!(said.contains("\u{1b}[1;31merror[E0207]"), "{said}");
    let said = on_a_terminal(&desk, "{'TERM': 'xterm', 'NO_COLOR': '1'}", "");
    assert!(said.contains("error[E0207]") && !said.contains('\u{1b}'), "{said}");
}

/// The ledger comes four hundred times over, so that its read lasts on any machine.
#[test]
fn a_long_read_is_shown_on_a_terminal() {
    let desk = Desk::new();
    let ledger = desk.book().join(LEDGER);
    let feed = format!(
        r#"
path = {:?}
header, rest = open(path, "rb").read().split(b"\n", 1)
with open(path, "wb") as ledger:
    ledger.write(header + b"\n")
    for _ in range(400):
        ledger.write(rest)
"#,
        ledger.to_str().expect("a path")
    );
    let said = on_a_terminal(&desk, "{'TERM': 'xterm'}", &feed);
    assert!(said.contains(&format!("reading {LEDGER}")) && said.contains(" lines"), "{said}");
}

#[test]
fn every_code_is_explained() {
    let text = std::fs::read_to_string(repository().join("docs/errors.md")).expect("the page");
    for code in Code::ALL {
        let heading = format!("\n### {} {}\n", code.as_str(), code.kind());
        assert_eq!(text.matches(&heading).count(), 1, "{heading}");
    }
    assert_eq!(text.matches("\n### E").count(), Code::ALL.len(), "a code that is explained and not there");
}
