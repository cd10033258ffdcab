//! Scenarios, which are never taken for the books; targets; sensitivities.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use rust_decimal::Decimal;

use crate::support::{Desk, QUARTERS, closepack, code, errors, pack, repository, rows};

const SCENARIOS: [&str; 3] = ["today", "ifrs", "buyout-deferred"];

/// Runs or checks a quarter under a scenario.
fn under(desk: &Desk, command: &str, scenario: &str, quarter: &str) -> Output {
    let (book, out) = (desk.book(), desk.out());
    let (book, out) = (book.to_str().expect("a path"), out.to_str().expect("a path"));
    let arguments = ["--book", book, "--out", out, "--quarter", quarter, "--as-of", "2005-06-01"];
    closepack(&[&[command], &arguments[..], &["--scenario", scenario]].concat())
}

#[track_caller]
fn run_under(desk: &Desk, scenario: &str, quarter: &str) -> String {
    let output = under(desk, "run", scenario, quarter);
    assert_eq!(code(&output), 0, "{scenario} {quarter}: {}", errors(&output));
    assert_eq!(errors(&output), "");
    said(&output)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn verify(desk: &Desk, quarter: &str, scenario: &[&str]) -> Output {
    let out = desk.out();
    closepack(&[&["verify", "--out", out.to_str().expect("a path"), "--quarter", quarter], scenario].concat())
}

/// The folder that holds a scenario's quarters.
fn folder(desk: &Desk, scenario: &str) -> PathBuf {
    desk.out().join("scenarios").join(scenario)
}

/// A value of a pack's manifest, as JSON has it.
fn manifest(files: &BTreeMap<String, Vec<u8>>) -> serde_json::Value {
    serde_json::from_slice(&files["manifest.json"]).expect("a manifest")
}

/// The text of each page of a report, without blanks: lines break where they may.
fn pages(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let report = lopdf::Document::load_mem(&files["report.pdf"]).expect("a PDF");
    let numbers: Vec<u32> = report.get_pages().into_keys().collect();
    let text = |number| report.extract_text(&[number]).expect("a page with text");
    numbers.into_iter().map(|number| without_blanks(&text(number))).collect()
}

fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

fn has(page: &str, words: &str) -> bool {
    page.contains(&without_blanks(words))
}

#[test]
fn a_scenario_is_published_apart_and_marked_on_every_page() {
    let desk = Desk::new();
    desk.run_through("2004-Q2");
    let real = pack(&desk.out(), "2004-Q2");
    let line = run_under(&desk, "ifrs", "2004-Q2");
    assert!(line.starts_with("2004-Q2, scenario ifrs, not the books: published run "), "{line}");
    assert_eq!(line.lines().count(), 1);
    assert!(pack(&desk.out(), "2004-Q2") == real, "the real pack has changed");
    let tried = pack(&folder(&desk, "ifrs"), "2004-Q2");
    let (of_real, of_tried) = (manifest(&real), manifest(&tried));
    assert_eq!(of_real.get("scenario"), None);
    assert_eq!(of_tried["scenario"], "ifrs");
    assert_ne!(of_real["run_id"], of_tried["run_id"]);
    let marked = |page: &String| has(page, "SCENARIO ifrs: not the books");
    assert!(pages(&tried).iter().all(marked));
    assert!(!pages(&real).iter().any(marked));
    let cover = &pages(&tried)[0];
    for words in [
        "Scenario ifrs: not the books",
        "Scenario, not the books",
        "It opens with the real pack of 2004-Q1",
        "Its policies: basis = ifrs (the books: us-gaap-2004), production_advertising = as-incurred",
    ] {
        assert!(has(cover, words), "{words}: {cover}");
    }
    for (file, column) in [("journal_entries.csv", "entry_id"), ("adjustments.csv", "figure_id")] {
        let numbers = rows(&tried[file]);
        assert!(!numbers.is_empty());
        assert!(numbers.iter().all(|row| row[column].starts_with("SCENARIO-ifrs-2004-Q2")), "{file}");
    }
    assert_eq!(said(&verify(&desk, "2004-Q2", &["--scenario", "ifrs"])).lines().count(), 1);
    assert_eq!(code(&verify(&desk, "2004-Q2", &["--scenario", "ifrs"])), 0);
    assert_eq!(code(&verify(&desk, "2004-Q2", &["--scenario", "today"])), 2);
    assert_eq!(code(&verify(&desk, "2004-Q2", &["--scenario", "../scenarios/ifrs"])), 2);
}

/// The same basis, the same prior pack and the same sources: the scenario alone makes the runs differ.
#[test]
fn a_scenario_that_changes_nothing_has_a_run_id_of_its_own() {
    let desk = Desk::new();
    desk.edit("closepack.toml", |text| text + "\n[scenarios.same]\n\n[scenarios.other]\n");
    desk.run_through("2004-Q1");
    run_under(&desk, "same", "2004-Q1");
    run_under(&desk, "other", "2004-Q1");
    let real = pack(&desk.out(), "2004-Q1");
    let [same, other] = ["same", "other"].map(|name| pack(&folder(&desk, name), "2004-Q1"));
    let ids = [&real, &same, &other].map(|files| manifest(files)["run_id"].clone());
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
    assert!(real["inventory_reserve.csv"] == same["inventory_reserve.csv"]);
}

#[test]
fn a_scenario_goes_on_from_itself_and_the_books_from_the_books() {
    let desk = Desk::new();
    desk.run_through("2004-Q2");
    run_under(&desk, "ifrs", "2004-Q2");
    desk.run_through("2004-Q3");
    run_under(&desk, "ifrs", "2004-Q3");
    run_under(&desk, "today", "2004-Q3");
    let prior = |out: &PathBuf| manifest(&pack(out, "2004-Q3"))["prior"].clone();
    let run = |out: &PathBuf| manifest(&pack(out, "2004-Q2"))["run_id"].clone();
    let (real, ifrs, today) = (desk.out(), folder(&desk, "ifrs"), folder(&desk, "today"));
    assert_eq!((prior(&real).get("scenario"), &prior(&real)["run_id"]), (None, &run(&real)));
    assert_eq!((&prior(&ifrs)["scenario"], &prior(&ifrs)["run_id"]), (&serde_json::json!("ifrs"), &run(&ifrs)));
    assert_eq!((prior(&today).get("scenario"), &prior(&today)["run_id"]), (None, &run(&real)));
    assert!(has(&pages(&pack(&ifrs, "2004-Q3"))[0], "It opens with the scenario's own pack of 2004-Q2"));
    assert!(has(&pages(&pack(&today, "2004-Q3"))[0], "It opens with the real pack of 2004-Q2"));
    // What the scenario expensed earlier than the books, it does not expense again.
    let caught_up = rows(&pack(&ifrs, "2004-Q3")["prepaid_advertising.csv"]);
    let ended = caught_up.iter().find(|row| row["contract_id"] == "AD-F-09").expect("the contract");
    assert_eq!((&*ended["expensed_to_date"], &*ended["catch_up"]), ("42000.00", "0.00"));
    // Without the real pack nobody knows what the registers hold of it.
    std::fs::remove_dir_all(real.join("2004-Q2")).expect("removed");
    let refused = under(&desk, "run", "ifrs", "2004-Q3");
    assert_eq!(code(&refused), 3);
    assert!(errors(&refused).contains("the real pack of the quarter before is missing"), "{}", errors(&refused));
}

/// Five quarters of each scenario: nothing fails, nothing is left to look at, and another language agrees.
#[test]
fn an_independent_reference_agrees_on_each_scenario() {
    let desk = Desk::new();
    desk.run_through("2005-Q1");
    for scenario in SCENARIOS {
        for quarter in QUARTERS {
            run_under(&desk, scenario, quarter);
        }
        let out = folder(&desk, scenario);
        for quarter in QUARTERS {
            let checks = rows(&pack(&out, quarter)["checks.csv"]);
            assert!(checks.iter().all(|row| row["status"] != "fail"), "{scenario} {quarter}");
        }
        let output = Command::new("python3")
            .arg(repository().join("tests/reference/reference.py"))
            .args([desk.book(), out])
            .args(["--scenario", scenario])
            .output()
            .expect("python3 starts");
        let said = said(&output);
        assert!(output.status.success(), "{scenario}: {said}");
        let last = said.lines().last().unwrap_or_default();
        assert!(last.ends_with(", 0 differences") && !last.starts_with("0 "), "{last}");
    }
}

/// The real books' ledger and registers disagree: that fails in the real books. A scenario that carries entries of its
/// own cannot agree with that ledger, and says so; what it can compare, it still does.
#[test]
fn a_ledger_of_the_real_books_is_no_failure_of_a_scenario() {
    let desk = Desk::new();
    desk.run_through("2004-Q2");
    run_under(&desk, "ifrs", "2004-Q2");
    desk.edit("2004-Q3/prepaid_advertising.csv", |text| {
        let kept: Vec<&str> = text.lines().filter(|line| !line.contains("AD-J-06")).collect();
        assert!(kept.len() < text.lines().count());
        kept.join("\n") + "\n"
    });
    assert_eq!(code(&desk.command("run", "2004-Q3")), 1);
    run_under(&desk, "ifrs", "2004-Q3");
    let status = |out: &PathBuf| {
        let checks = rows(&pack(out, "2004-Q3")["checks.csv"]);
        let found = checks.into_iter().find(|row| row["check_id"] == "tie:prepaid-advertising:IAA/JOES/apparel");
        let found = found.expect("the tie");
        (found["status"].clone(), found["description"].contains("a scenario: the ledger was kept by the real books"))
    };
    assert_eq!(status(&desk.out()), ("fail".to_owned(), false));
    assert_eq!(status(&folder(&desk, "ifrs")), ("not-applicable".to_owned(), true));
    // A scenario that opens with the real pack is compared as the books are.
    assert_eq!(code(&under(&desk, "run", "today", "2004-Q3")), 1);
    assert_eq!(status(&folder(&desk, "today")), ("fail".to_owned(), false));
}

/// What the ERP has posted of the real entries is no part of a scenario.
#[test]
fn a_scenario_is_the_same_before_and_after_posting() {
    let desk = Desk::new();
    desk.run_through("2004-Q2");
    run_under(&desk, "ifrs", "2004-Q2");
    let before = pack(&folder(&desk, "ifrs"), "2004-Q2");
    let proposed = rows(&pack(&desk.out(), "2004-Q2")["journal_entries.csv"]);
    assert!(!proposed.is_empty());
    desk.edit("2004-Q2/ledger.csv", |ledger| {
        let header: Vec<String> = ledger.lines().next().unwrap_or_default().split(',').map(str::to_owned).collect();
        let line = |row: &BTreeMap<String, String>| {
            let field = |column: &String| match column.as_str() {
                "journal_id" => row["entry_id"].clone(),
                "journal_line" => row["line"].clone(),
                "effective_date" => row["date"].clone(),
                "currency" => "USD".to_owned(),
                "description" => String::new(),
                other => row[other].clone(),
            };
            header.iter().map(field).collect::<Vec<_>>().join(",")
        };
        let lines: Vec<String> = proposed.iter().map(line).collect();
        ledger + &lines.join("\n") + "\n"
    });
    run_under(&desk, "ifrs", "2004-Q2");
    let after = pack(&folder(&desk, "ifrs"), "2004-Q2");
    assert_ne!(manifest(&before)["run_id"], manifest(&after)["run_id"]);
    for file in ["journal_entries.csv", "adjustments.csv", "statements.csv", "targets.csv", "sensitivity.csv"] {
        assert!(before[file] == after[file], "{file}");
    }
    let adjusted = |files: &BTreeMap<String, Vec<u8>>| {
        let rows = rows(&files["trial_balance.csv"]).into_iter();
        rows.map(|row| (row["account"].clone(), row["entity"].clone(), row["brand"].clone(), row["adjusted"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(adjusted(&before), adjusted(&after));
}

/// A scenario's folder that was copied over the real one is found by whoever opens it.
#[test]
fn a_copied_scenario_is_refused() {
    let desk = Desk::new();
    desk.run_through("2004-Q2");
    run_under(&desk, "ifrs", "2004-Q2");
    let real = desk.out().join("2004-Q2");
    std::fs::remove_dir_all(&real).expect("removed");
    let copied = Command::new("cp").arg("-a").args([folder(&desk, "ifrs").join("2004-Q2"), real]).status();
    assert!(copied.expect("cp starts").success());
    let words = "expected a pack of the real books, found a pack of the scenario ifrs";
    let verified = verify(&desk, "2004-Q2", &[]);
    assert_eq!(code(&verified), 1);
    assert!(errors(&verified).contains(words), "{}", errors(&verified));
    for next in [desk.command("run", "2004-Q3"), under(&desk, "run", "today", "2004-Q3")] {
        assert_eq!(code(&next), 3);
        assert!(errors(&next).contains(words) && errors(&next).contains("E0501"), "{}", errors(&next));
    }
    assert!(!desk.out().join("2004-Q3/current").exists());
}

#[test]
fn an_unknown_scenario_is_usage_and_names_the_known_ones() {
    let desk = Desk::new();
    for command in ["run", "check"] {
        let output = under(&desk, command, "gaap", "2004-Q1");
        assert_eq!(code(&output), 2);
        assert!(errors(&output).contains("the book has no scenario gaap"));
        assert!(errors(&output).contains("one of buyout-deferred, ifrs, today"), "{}", errors(&output));
    }
    assert!(!desk.out().exists());
}

#[test]
fn a_scenario_is_checked_without_publishing_and_waits_for_its_own_lock_alone() {
    let desk = Desk::new();
    let output = under(&desk, "check", "ifrs", "2004-Q1");
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(said(&output).starts_with("2004-Q1, scenario ifrs, not the books: checked, nothing published"));
    assert!(!desk.out().exists());
    let _real = closepack::publish::Lock::acquire(&desk.out(), "2004-Q1").expect("the lock");
    run_under(&desk, "ifrs", "2004-Q1");
    let _own = closepack::publish::Lock::acquire_of(&desk.out(), Some("ifrs"), "2004-Q1").expect("the lock");
    assert_eq!(code(&under(&desk, "run", "ifrs", "2004-Q1")), 75);
}

#[test]
fn help_tells_of_scenarios() {
    for command in ["run", "check", "verify"] {
        let help = said(&closepack(&[command, "--help"]));
        assert!(help.contains("--scenario <NAME>"), "{command}: {help}");
    }
}

/// The configuration is refused with exit 2; the message has these words.
#[track_caller]
fn refused(change: impl FnOnce(String) -> String, words: &[&str]) {
    let desk = Desk::new();
    desk.edit("closepack.toml", change);
    let output = desk.command("run", "2004-Q1");
    let said = errors(&output);
    assert_eq!(code(&output), 2, "{said}");
    for word in words {
        assert!(said.contains(word), "{word} is not in:\n{said}");
    }
    assert!(!desk.out().exists());
}

/// The one-based line of a text's first line that is so.
fn line_of(text: &str, line: &str) -> usize {
    text.lines().position(|found| found == line).expect("a line of the configuration") + 1
}

#[test]
fn a_fault_of_a_scenario_names_it_and_its_line() {
    let text = std::fs::read_to_string(repository().join("data/book/closepack.toml")).expect("the configuration");
    let place = format!("closepack.toml:{}:", line_of(&text, "[scenarios.ifrs]") + 1);
    refused(
        |text| text.replacen("[policies]\n", "[policies]\nunit_of_account = \"total\"\n", 1),
        &["[scenarios.ifrs] the international standards do not allow unit_of_account = \"total\"", &place],
    );
    let place = format!("closepack.toml:{}:", line_of(&text, "[scenarios.ifrs]") + 1);
    refused(
        |text| text.replacen("[scenarios.ifrs]\n", "[scenarios.ifrs]\ncost_formula = \"lifo\"\n", 1),
        &["[scenarios.ifrs] the international standards do not allow cost_formula = \"lifo\"", &place],
    );
    refused(
        |text| text.replacen("code = \"craft\"\n", "code = \"craft\"\nunit_of_account = \"total\"\n", 1),
        &["[scenarios.ifrs] the international standards do not allow unit_of_account = \"total\"", "closepack.toml:"],
    );
    refused(
        |text| text.replacen("[scenarios.ifrs]\n", "[scenarios.ifrs]\nroyalty_buyout = \"never\"\n", 1),
        &["[scenarios.ifrs] not one of the choices", &place],
    );
}

#[test]
fn a_quarter_cannot_be_named_as_the_folder_of_the_scenarios() {
    let desk = Desk::new();
    desk.edit("calendar.csv", |text| text.replacen("2005-Q4", "scenarios", 1));
    let output = desk.command("run", "2004-Q1");
    assert_eq!(code(&output), 3);
    assert!(errors(&output).contains("not a quarter's name"), "{}", errors(&output));
}

#[test]
fn a_target_of_no_line_or_no_quarter_is_refused() {
    let text = std::fs::read_to_string(repository().join("data/book/closepack.toml")).expect("the configuration");
    let place = format!("closepack.toml:{}:", line_of(&text, "id = \"revenue-2004-Q3\""));
    refused(
        |text| text.replacen("line = \"Net sales\"", "line = \"Revenues\"", 1),
        &["the target revenue-2004-Q3 is of a line that the income statement does not have", "Revenues", &place],
    );
    refused(
        |text| text.replacen("quarter = \"2004-Q3\"", "quarter = \"2014-Q3\"", 1),
        &["the target revenue-2004-Q3 is of a quarter that the calendar does not have", "2014-Q3", &place],
    );
}

#[test]
fn a_sensitivity_needs_exact_steps_each_once() {
    let steps = "\"-0.10\", \"-0.05\", \"0.05\", \"0.10\"";
    for (written, words) in [
        ("", "the sensitivity has no steps"),
        ("\"0.05\", \"0.050\"", "the step is given twice"),
        ("\"0.00001\"", "not a step"),
        ("\"11\"", "not a step"),
    ] {
        refused(|text| text.replacen(steps, written, 1), &[words, "closepack.toml:"]);
    }
}

/// Released 2004-05-26: above 30,000,000.00 of net sales, and a profit, in the third quarter.
#[test]
fn targets_are_open_then_met_and_carried() {
    let desk = Desk::new();
    desk.run_through("2004-Q4");
    let found = |quarter: &str| -> Vec<String> {
        let rows = rows(&pack(&desk.out(), quarter)["targets.csv"]);
        rows.iter().map(|row| format!("{} {} {}", row["target_id"], row["actual"], row["status"])).collect()
    };
    assert_eq!(found("2004-Q2"), ["profit-2004-Q3  open", "revenue-2004-Q3  open"]);
    let met = ["profit-2004-Q3 2004000.00 met", "revenue-2004-Q3 41122000.00 met"];
    assert_eq!(found("2004-Q3"), met);
    assert_eq!(found("2004-Q4"), met);
    let text = pages(&pack(&desk.out(), "2004-Q3")).concat();
    assert!(text.contains("D-9") && text.contains("41,122,000.00"));
}

/// A pack of a target's quarter, of which the book has only what was reported.
#[test]
fn a_target_before_the_book_takes_the_reported_figure() {
    let desk = Desk::new();
    let reported = std::fs::read(repository().join("data/book/comparatives.csv")).expect("the comparatives");
    let sales = rows(&reported).into_iter().find(|row| row["quarter"] == "2003-Q4" && row["line"] == "Net sales");
    let sales = sales.expect("net sales of the quarter")["amount"].clone();
    desk.edit("closepack.toml", |text| text.replacen("quarter = \"2004-Q3\"", "quarter = \"2003-Q4\"", 1));
    desk.run_through("2004-Q2");
    for quarter in ["2004-Q1", "2004-Q2"] {
        let rows = rows(&pack(&desk.out(), quarter)["targets.csv"]);
        let row = rows.iter().find(|row| row["target_id"] == "revenue-2004-Q3").expect("the target");
        let above: Decimal = sales.parse().expect("an amount");
        let expected = if above > Decimal::from(30_000_000) { "met" } else { "missed" };
        assert_eq!((&row["actual"], &*row["status"]), (&sales, expected), "{quarter}");
    }
}

/// Each step is what a book with that input gives: here the fair values of the register are written in by hand.
#[test]
fn a_sensitivity_is_what_the_changed_book_gives() {
    let desk = Desk::new();
    desk.run_through("2004-Q2");
    let amount = |text: &str| text.parse::<Decimal>().expect("an amount");
    let found = rows(&pack(&desk.out(), "2004-Q2")["sensitivity.csv"]);
    assert_eq!(found.len(), 3 * 4 * 6);
    for row in &found {
        assert_eq!(amount(&row["changed"]) - amount(&row["base"]), amount(&row["difference"]));
        assert_eq!(row["refused"], "");
    }
    let of = |found: &[BTreeMap<String, String>], id: &str, step: &str, column: &str| {
        let row = found.iter().find(|row| {
            row["sensitivity_id"] == id && (step.is_empty() || row["step"] == step) && row["kind"] == "total"
        });
        row.expect("a row of the sensitivity")[column].clone()
    };
    let expected = [("selling-price", "-0.1"), ("fair-value", "0.05"), ("expected-units", "0.05")]
        .map(|(id, step)| (id, of(&found, id, step, "changed")));
    for ((id, expected), (file, column, factor)) in expected.into_iter().zip([
        ("2004-Q2/inventory.csv", "selling_price", "0.90"),
        ("2004-Q2/fixed_assets.csv", "fair_value", "1.05"),
        ("2004-Q2/inventory.csv", "expected_units", "1.05"),
    ]) {
        let changed = Desk::new();
        changed.run_through("2004-Q1");
        let factor = amount(factor);
        changed.edit(file, |text| {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let header = reader.headers().expect("a header").clone();
            let at = header.iter().position(|name| name == column).expect("a column of the file");
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&header).expect("written");
            for record in reader.records() {
                let record = record.expect("a row");
                let field = |(place, field): (usize, &str)| {
                    if place != at || field.is_empty() {
                        return field.to_owned();
                    }
                    let product = amount(field) * factor;
                    let money = column == "fair_value";
                    if money { closepack::domain::Money::round(product).to_string() } else { product.to_string() }
                };
                writer.write_record(record.iter().enumerate().map(field)).expect("written");
            }
            String::from_utf8(writer.into_inner().expect("flushed")).expect("text")
        });
        let output = changed.command("run", "2004-Q2");
        assert_eq!(code(&output), 0, "{id}: {}", errors(&output));
        let base = rows(&pack(&changed.out(), "2004-Q2")["sensitivity.csv"]);
        assert_eq!(of(&base, id, "", "base"), expected, "{id}");
    }
}
