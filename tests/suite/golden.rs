//! The five packs of the embedded book: their bytes, their published figures, and an independent re-performance.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;

use crate::support::{Desk, QUARTERS, closepack, code, pack, repository, rows};
use closepack::domain::hash::sha256_hex;

/// The SHA-256 of every file of the five packs is as accepted. `CLOSEPACK_ACCEPT=1` writes the accepted list anew,
/// and the CSV files of the second quarter in full, so that a change can be read.
#[test]
fn the_packs_are_as_accepted() {
    let desk = Desk::new();
    desk.run_through("2005-Q1");
    let mut hashes = String::new();
    for quarter in QUARTERS {
        for (name, bytes) in pack(&desk.out(), quarter) {
            writeln!(hashes, "{}  {quarter}/{name}", sha256_hex(&bytes)).expect("written to memory");
        }
    }
    let golden = repository().join("tests/golden");
    let list = golden.join("SHA256SUMS");
    let second = pack(&desk.out(), "2004-Q2");
    let shown = second.iter().filter(|(name, _)| name.ends_with(".csv"));
    if std::env::var_os("CLOSEPACK_ACCEPT").is_some() {
        std::fs::create_dir_all(golden.join("2004-Q2")).expect("a folder");
        std::fs::write(&list, &hashes).expect("written");
        shown.for_each(|(name, bytes)| std::fs::write(golden.join("2004-Q2").join(name), bytes).expect("written"));
        return;
    }
    for (name, bytes) in shown {
        let accepted = std::fs::read(golden.join("2004-Q2").join(name)).expect("an accepted file");
        assert!(
            accepted == *bytes,
            "2004-Q2/{name} is not as accepted; see the difference with CLOSEPACK_ACCEPT=1 and git diff"
        );
    }
    assert_eq!(hashes, std::fs::read_to_string(list).expect("the accepted list"));
}

#[test]
fn the_same_inputs_give_the_same_bytes_elsewhere() {
    let (one, other) = (Desk::new(), Desk::new());
    one.run_through("2004-Q2");
    other.run_through("2004-Q2");
    assert!(pack(&one.out(), "2004-Q2") == pack(&other.out(), "2004-Q2"), "the packs differ");
}

fn statement_amount(files: &BTreeMap<String, Vec<u8>>, line: &str) -> String {
    let found = rows(&files["statements.csv"]).into_iter().find(|row| row["line"] == line);
    found.expect("a line of the statements")["as_adjusted"].clone()
}

/// Net sales and net income of the releases of 2004-07-14 and 2004-10-12.
#[test]
fn adjusted_statements_tie_to_the_published_figures() {
    let desk = Desk::new();
    desk.run_through("2004-Q3");
    for (quarter, sales, income, per_share) in
        [("2004-Q2", "30023000.00", "-6728000.00", "(0.23)"), ("2004-Q3", "41122000.00", "2004000.00", "0.07")]
    {
        let files = pack(&desk.out(), quarter);
        assert_eq!(statement_amount(&files, "Net sales"), sales);
        assert_eq!(statement_amount(&files, "Net income (loss)"), income);
        let impact = rows(&files["impact.csv"]);
        let last = impact.last().expect("a bridge");
        assert_eq!(last["amount"], income);
        let cents: rust_decimal::Decimal = last["per_share"].parse().expect("an amount a share");
        let shown = closepack::domain::money::round_to(cents, 2);
        assert_eq!(if shown.is_sign_negative() { format!("({})", shown.abs()) } else { shown.to_string() }, per_share);
    }
}

/// 837,171.79 incurred, 337,171.79 paid on signing, 500,000.00 payable at 2004-05-29.
#[test]
fn the_settlement_is_exact() {
    let desk = Desk::new();
    desk.run_through("2004-Q2");
    let owed = rows(&pack(&desk.out(), "2004-Q2")["obligations.csv"]);
    let sum = |column: &str| -> rust_decimal::Decimal {
        let settlement =
            owed.iter().filter(|row| matches!(&*row["obligation_id"], "OB-ROYALTY-OWED" | "OB-SETTLEMENT"));
        settlement.map(|row| row[column].parse::<rust_decimal::Decimal>().expect("an amount")).sum()
    };
    assert_eq!(sum("incurred").to_string(), "837171.79");
    assert_eq!(sum("paid").to_string(), "337171.79");
    assert_eq!(sum("closing").to_string(), "500000.00");
    assert_eq!(sum("current").to_string(), "500000.00");
}

#[test]
fn every_check_passes_and_nothing_is_left_to_look_at() {
    let desk = Desk::new();
    desk.run_through("2005-Q1");
    for quarter in QUARTERS {
        let files = pack(&desk.out(), quarter);
        let failed: Vec<String> = rows(&files["checks.csv"])
            .into_iter()
            .filter(|row| row["status"] == "fail")
            .map(|row| row["check_id"].clone())
            .collect();
        assert!(failed.is_empty(), "{quarter}: {failed:?}");
        assert!(rows(&files["exceptions.csv"]).is_empty());
    }
}

/// A script in another language, which shares no code with closepack, reads the book and gets the same figures.
#[test]
fn an_independent_reference_agrees() {
    let desk = Desk::new();
    desk.run_through("2005-Q1");
    agrees_with_the_reference(&desk);
}

fn agrees_with_the_reference(desk: &Desk) {
    for script in ["reference.py", "statements.py"] {
        let output = Command::new("python3")
            .arg(repository().join("tests/reference").join(script))
            .args([desk.book(), desk.out()])
            .output()
            .expect("python3 starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{script}: {said}");
        let last = said.lines().last().unwrap_or_default();
        assert!(last.ends_with(", 0 differences") && !last.starts_with("0 "), "{script}: {last}");
    }
}

/// The script's own known answers: without them it could agree in being wrong.
#[test]
fn the_reference_knows_its_answers() {
    let script = repository().join("tests/reference/reference.py");
    let output = Command::new("python3").arg(script).arg("--self-test").output().expect("python3 starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let last = said.lines().last().unwrap_or_default();
    assert!(output.status.success() && last.ends_with(" known answers, 0 differences"), "{said}");
    assert!(!last.starts_with("0 "), "{last}");
}

#[test]
fn the_generator_gives_the_embedded_book() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new("python3")
        .arg(repository().join("data/generate.py"))
        .arg(folder.path().join("book"))
        .output()
        .expect("python3 starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let compared = Command::new("diff")
        .args(["-r", "-q"])
        .args([folder.path().join("book"), repository().join("data/book")])
        .output()
        .expect("diff starts");
    assert!(compared.status.success(), "{}", String::from_utf8_lossy(&compared.stdout));
}

/// Text of the report as a program that knows nothing of ours reads it: the headline figures, and every SKU.
#[test]
fn the_report_can_be_read_by_others() {
    let desk = Desk::new();
    desk.run_through("2004-Q2");
    let files = pack(&desk.out(), "2004-Q2");
    let text = pdf_extract::extract_text_from_mem(&files["report.pdf"]).expect("a PDF with text");
    for expected in ["(6,728,000.00)", "30,023,000.00", "500,000.00", "750,000.00", "Page 1 of 54", "May 29, 2004"] {
        assert!(text.contains(expected), "{expected} is not in the report");
    }
    for item in &rows(&files["inventory_reserve.csv"]) {
        assert!(text.contains(&item["sku"]), "{} is not in the report", item["sku"]);
    }
}

/// Under today's codification the ordinary and the wind-down measurements agree with the reference as well.
#[test]
fn the_reference_agrees_under_the_other_basis() {
    let desk = Desk::new();
    desk.edit("closepack.toml", |text| text.replacen("us-gaap-2004", "us-gaap", 1));
    for quarter in QUARTERS {
        // The embedded ledgers carry the reserves of the other basis, which the continuity checks must find.
        let expected = if quarter == "2004-Q1" { 0 } else { 1 };
        let output = desk.command("run", quarter);
        assert_eq!(code(&output), expected, "{quarter}: {}", crate::support::errors(&output));
    }
    agrees_with_the_reference(&desk);
}

#[test]
fn demo_leaves_the_book_and_five_packs() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("demo");
    let dir = dir.to_str().expect("a path");
    let first = closepack(&["demo", "--dir", dir]);
    assert_eq!(code(&first), 0, "{}", crate::support::errors(&first));
    let again = closepack(&["demo", "--dir", dir]);
    assert_eq!(code(&again), 0);
    assert!(String::from_utf8_lossy(&again.stdout).contains("published already"));
    for quarter in QUARTERS {
        let out = folder.path().join("demo/packs");
        let verified = closepack(&["verify", "--out", out.to_str().expect("a path"), "--quarter", quarter]);
        assert_eq!(code(&verified), 0);
    }
}
