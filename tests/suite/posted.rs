//! A ledger that was exported after the entries were booked is not charged twice.

use std::collections::BTreeMap;

use crate::support::{Desk, code, errors, pack, rows};

type Row = BTreeMap<String, String>;

/// A book whose second quarter has been run once on the ledger as it was before the entries.
fn closed_once() -> Desk {
    let desk = Desk::new();
    desk.run_through("2004-Q2");
    desk
}

fn proposed(desk: &Desk) -> Vec<Row> {
    rows(&pack(&desk.out(), "2004-Q2")["journal_entries.csv"])
}

/// Posts lines of a pack's entries to the ledger, each changed on its way.
fn post(desk: &Desk, lines: &[Row], change: impl Fn(&mut Row)) {
    desk.edit("2004-Q2/ledger.csv", |mut text| {
        for line in lines {
            let mut line = line.clone();
            change(&mut line);
            let fields = ["entry_id", "line", "date", "entity", "account", "brand", "segment"].map(|name| &*line[name]);
            let amounts = ["debit", "credit"].map(|name| &*line[name]);
            text += &format!("{},posted,{},{},USD\n", fields.join(","), amounts[0], amounts[1]);
        }
        text
    });
}

fn run(desk: &Desk) {
    let output = desk.command("run", "2004-Q2");
    assert_eq!(code(&output), 0, "{}", errors(&output));
}

fn number(text: &str) -> rust_decimal::Decimal {
    if text.is_empty() { rust_decimal::Decimal::ZERO } else { text.parse().expect("an amount") }
}

/// Debits by entry number.
fn debits(lines: &[Row]) -> BTreeMap<String, rust_decimal::Decimal> {
    let mut sums = BTreeMap::new();
    for line in lines {
        *sums.entry(line["entry_id"].clone()).or_insert(rust_decimal::Decimal::ZERO) += number(&line["debit"]);
    }
    sums
}

/// What is measured and how it is presented do not depend on what has been posted.
fn same_measures(desk: &Desk, before: &BTreeMap<String, Vec<u8>>) {
    let after = pack(&desk.out(), "2004-Q2");
    for file in [
        "adjustments.csv",
        "inventory_reserve.csv",
        "prepaid_advertising.csv",
        "fixed_assets.csv",
        "obligations.csv",
        "royalties.csv",
        "exit_costs.csv",
        "rollforward.csv",
        "statements.csv",
        "dimensions.csv",
        "impact.csv",
        "per_share.csv",
        "margin.csv",
    ] {
        assert!(before[file] == after[file], "{file} has changed");
    }
}

#[test]
fn entries_that_are_booked_are_not_proposed() {
    let desk = closed_once();
    let (before, lines) = (pack(&desk.out(), "2004-Q2"), proposed(&desk));
    post(&desk, &lines, |_| {});
    run(&desk);
    assert_eq!(proposed(&desk), Vec::<Row>::new());
    same_measures(&desk, &before);
    let posting = rows(&pack(&desk.out(), "2004-Q2")["posting.csv"]);
    assert_eq!(posting.len(), lines.len());
    assert!(posting.iter().all(|row| row["required"] == row["posted"] && row["proposed"] == "0.00"));
    // The next quarter opens as before: the adjusted balances are the same.
    let output = desk.command("run", "2004-Q3");
    assert_eq!(code(&output), 0, "{}", errors(&output));
}

#[test]
fn an_entry_that_is_booked_for_another_amount_leaves_the_difference() {
    let desk = closed_once();
    let (before, lines) = (pack(&desk.out(), "2004-Q2"), proposed(&desk));
    let entry: Vec<Row> =
        lines.iter().filter(|line| line["entry_id"] == "CP-2004-Q2-ADV-WRITEOFF-IAA").cloned().collect();
    let less = |line: &mut Row| {
        for side in ["debit", "credit"] {
            if !line[side].is_empty() {
                let amount = number(&line[side]) - rust_decimal::Decimal::ONE;
                line.insert(side.to_owned(), amount.to_string());
            }
        }
    };
    post(&desk, &entry, less);
    run(&desk);
    let left = debits(&proposed(&desk));
    let debit_lines = entry.iter().filter(|line| !line["debit"].is_empty()).count();
    assert_eq!(left["CP-2004-Q2-ADV-WRITEOFF-IAA-2"], rust_decimal::Decimal::from(debit_lines));
    assert!(!left.contains_key("CP-2004-Q2-ADV-WRITEOFF-IAA"));
    let others = |sums: BTreeMap<String, rust_decimal::Decimal>| {
        sums.into_iter().filter(|(id, _)| !id.contains("ADV-WRITEOFF-IAA")).collect::<Vec<_>>()
    };
    assert_eq!(others(left), others(debits(&lines)));
    same_measures(&desk, &before);
}

#[test]
fn a_reversed_entry_is_proposed_again() {
    let desk = closed_once();
    let lines = proposed(&desk);
    post(&desk, &lines, |_| {});
    let entry: Vec<Row> =
        lines.iter().filter(|line| line["entry_id"] == "CP-2004-Q2-OBL-TERMINATION-IAA").cloned().collect();
    post(&desk, &entry, |line| {
        line.insert("entry_id".to_owned(), format!("REVERSAL OF {}", line["entry_id"]));
        let (debit, credit) = (line["debit"].clone(), line["credit"].clone());
        line.extend([("debit".to_owned(), credit), ("credit".to_owned(), debit)]);
    });
    run(&desk);
    let left = debits(&proposed(&desk));
    assert_eq!(
        left.into_iter().collect::<Vec<_>>(),
        [("CP-2004-Q2-OBL-TERMINATION-IAA-3".to_owned(), number("750000.00"))]
    );
}

#[test]
fn the_same_ledger_gives_the_same_numbers_twice() {
    let (one, other) = (closed_once(), closed_once());
    assert_eq!(proposed(&one), proposed(&other));
}

/// What of an entry was posted in another entity, or by another quarter's number, cannot be set against it.
#[test]
fn own_numbers_in_the_wrong_place_are_refused() {
    for (id, entity) in [
        ("CP-2004-Q2-INV-CHARGE-IAA", "II"),
        ("CP-2004-Q3-INV-CHARGE-II", "II"),
        ("SCENARIO-ifrs-2004-Q2-INV-CHARGE-II", "II"),
    ] {
        let desk = closed_once();
        let lines = proposed(&desk);
        let of_entity: Vec<Row> =
            lines.into_iter().filter(|line| line["entry_id"] == "CP-2004-Q2-INV-CHARGE-II").collect();
        assert!(!of_entity.is_empty());
        post(&desk, &of_entity, |line| {
            line.extend([("entry_id".to_owned(), id.to_owned()), ("entity".to_owned(), entity.to_owned())]);
        });
        let output = desk.command("run", "2004-Q2");
        assert_eq!(code(&output), 3, "{id}");
        assert!(errors(&output).contains("error[E0304]"), "{}", errors(&output));
    }
}
