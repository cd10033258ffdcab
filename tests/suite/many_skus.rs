//! A book of 20,000 stock-keeping units: the close ties, and the report shows the largest and what the others come to.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use closepack::report::sections::ITEMS_SHOWN_MAX;
use rust_decimal::Decimal;

use crate::support::{closepack, code, errors, pack, repository, rows};

type Row = BTreeMap<String, String>;

const ROWS: usize = 20_000;

fn make_book(book: &Path) {
    let output = Command::new("python3")
        .arg(repository().join("benches/skus.py"))
        .arg(book)
        .arg(ROWS.to_string())
        .output()
        .expect("python3 starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn run(book: &Path, out: &Path, quarter: &str) {
    let path = |path: &Path| path.to_str().expect("a path").to_owned();
    let arguments = ["run", "--book", &path(book), "--out", &path(out), "--quarter", quarter, "--as-of", "2005-06-01"];
    let output = closepack(&arguments);
    assert_eq!(code(&output), 0, "{quarter}: {}", errors(&output));
}

fn number(text: &str) -> Decimal {
    text.parse().expect("a number of the pack")
}

fn sum<'a>(rows: impl IntoIterator<Item = &'a Row>, column: &str) -> Decimal {
    rows.into_iter().map(|row| number(&row[column])).sum()
}

/// The rows that the report shows of each group, and those that it does not: the largest amounts, whatever their signs,
/// and of equal ones the first.
fn others<'a>(
    rows: &'a [Row],
    columns: &[&str],
    group: impl Fn(&'a Row) -> &'a str,
) -> BTreeMap<&'a str, Vec<&'a Row>> {
    let largest = |row: &Row| columns.iter().map(|column| number(&row[*column]).abs()).max();
    let mut by_amount: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
    by_amount.sort_by_key(|(at, row)| (std::cmp::Reverse(largest(row)), *at));
    let mut groups: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for (_, row) in &by_amount[ITEMS_SHOWN_MAX..] {
        groups.entry(group(row)).or_default().push(row);
    }
    groups
}

/// As the report prints an amount of nothing or more.
fn printed(amount: Decimal) -> String {
    let text = format!("{amount:.2}");
    let (whole, fraction) = text.split_once('.').expect("two decimals");
    if amount.is_zero() { "–".to_owned() } else { format!("{}.{fraction}", thousands(whole)) }
}

fn thousands(digits: &str) -> String {
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The line of the others as the report shows it: their number, and each amount in its order.
fn line(others: &[&Row], amounts: &[Decimal]) -> String {
    let amounts = amounts.iter().map(|amount| printed(*amount));
    let words: Vec<String> =
        [format!("Other {} items", thousands(&others.len().to_string()))].into_iter().chain(amounts).collect();
    words.join(" ")
}

#[test]
fn twenty_thousand_items_close_and_the_report_shows_the_largest() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (book, out) = (folder.path().join("book"), folder.path().join("out"));
    make_book(&book);
    run(&book, &out, "2004-Q1");
    run(&book, &out, "2004-Q2");
    let files = pack(&out, "2004-Q2");
    assert!(rows(&files["checks.csv"]).iter().all(|check| check["status"] == "pass"), "every check passes");

    let reserves = rows(&files["inventory_reserve.csv"]);
    assert!(reserves.len() > ROWS, "all of the file, and those that are gone");
    let gone = reserves.iter().filter(|row| row["source_line"].is_empty()).count();
    assert_eq!(reserves.len() - gone, ROWS);
    assert!(gone > 100 && sum(&reserves, "opening") > Decimal::ZERO, "the quarter before has reserves");
    let rolls: Vec<Row> = rows(&files["rollforward.csv"]);
    let rolls: Vec<Row> = rolls.into_iter().filter(|row| row["kind"] == "inventory_reserve").collect();
    for (of_items, of_rolls) in [("opening", "opening"), ("charge", "charged"), ("closing", "closing")] {
        assert_eq!(sum(&reserves, of_items), sum(&rolls, of_rolls), "{of_items}");
    }
    let charges = rows(&files["adjustments.csv"]);
    let charges = charges.iter().filter(|row| row["movement"] == "INV-CHARGE");
    assert_eq!(sum(charges, "amount"), sum(&reserves, "charge"));

    let text = words(&pdf_extract::extract_text_from_mem(&files["report.pdf"]).expect("a PDF with text"));
    let columns = ["required", "opening", "utilised_sale", "utilised_scrap", "charge", "release", "closing"];
    let with_utilised: Vec<Row> = reserves.iter().map(used).collect();
    let columns: Vec<&str> =
        columns.into_iter().filter(|name| !name.starts_with("utilised_")).chain(["utilised"]).collect();
    // Pools stand by their codes, and in each the items by their keys.
    let mut by_pool = with_utilised;
    by_pool.sort_by(|a, b| a["pool"].cmp(&b["pool"]));
    for (pool, others) in others(&by_pool, &columns, |row| &row["pool"]) {
        let sums = ["cost", "required", "opening", "utilised", "charge", "release", "closing"];
        let sums = sums.map(|column| sum(others.iter().copied(), column));
        let line = line(&others, &sums);
        assert!(text.contains(&line), "{pool}: {line}");
    }
    let columns = ["opening", "charged", "utilised", "released", "paid", "closing"];
    for others in others(&rolls, &columns, |row| &row["kind"]).values() {
        let line = line(others, &columns.map(|column| sum(others.iter().copied(), column)));
        assert!(text.contains(&line), "{line}");
    }
    for (items, file) in [(reserves.len(), "inventory_reserve.csv"), (rolls.len(), "rollforward.csv")] {
        let shown = thousands(&ITEMS_SHOWN_MAX.to_string());
        let items = thousands(&items.to_string());
        let note =
            format!("The {shown} items with the largest amounts are shown, of {items}; {file} in the pack has all");
        assert!(text.contains(&note), "{note}");
    }
}

/// The row with its use by sale and by scrap together, as the report shows it.
fn used(row: &Row) -> Row {
    let mut row = row.clone();
    let used = number(&row["utilised_sale"]) + number(&row["utilised_scrap"]);
    row.insert("utilised".to_owned(), used.to_string());
    row
}
