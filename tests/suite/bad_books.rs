//! Broken books: each breaks one thing, is refused with its exact message, and publishes nothing.

use crate::support::{Desk, code, errors};

/// Breaks a copy of the book and gives what `run` says, with its exit code.
fn refused(quarter: &str, expected_code: i32, break_it: impl FnOnce(&Desk)) -> String {
    let desk = Desk::new();
    if quarter == "2004-Q2" {
        desk.run_through("2004-Q1");
    }
    break_it(&desk);
    let output = desk.command("run", quarter);
    assert_eq!(code(&output), expected_code, "{}", errors(&output));
    assert!(!desk.out().join(quarter).join("current").exists(), "something was published");
    assert!(!desk.out().join(quarter).join("runs").exists(), "something was staged");
    errors(&output)
}

/// The value of a field of the book.
fn field(desk: &Desk, file: &str, line: usize, column: &str) -> String {
    let text = std::fs::read(desk.book().join(file)).expect("a file of the book");
    let row = &crate::support::rows(&text)[line - 2];
    row[column].clone()
}

#[track_caller]
fn says(said: &str, expected: &str) {
    assert_eq!(said.trim_end(), expected.trim_start().trim_end());
}

#[test]
fn missing_file() {
    let said = refused("2004-Q1", 3, |desk| {
        std::fs::remove_file(desk.book().join("2004-Q1/inventory.csv")).expect("removed");
    });
    says(
        &said,
        "
error[E0101]: the file is missing
  --> 2004-Q1/inventory.csv
  expected: a CSV file with a header row
  help:     export the file into the book; a source without rows still has its header

1 fault; nothing was published",
    );
}

#[test]
fn missing_column() {
    let said = refused("2004-Q1", 3, |desk| {
        desk.edit("2004-Q1/opening_balances.csv", |text| text.replacen("amount", "balance", 1));
    });
    says(
        &said,
        "
error[E0103]: the column amount is missing
  --> 2004-Q1/opening_balances.csv:1
  expected: a column amount
  help:     add the column to the export

error[E0103]: the column is not known
  --> 2004-Q1/opening_balances.csv:1 (balance)
  value:    balance
  expected: one of entity, account, brand, segment, amount
  help:     rename or remove the column

2 faults; nothing was published",
    );
}

#[test]
fn unknown_account() {
    let said = refused("2004-Q1", 3, |desk| desk.set("2004-Q1/ledger.csv", 2, "account", "0999"));
    assert!(said.contains("error[E0207]: the account is not in the chart\n  --> 2004-Q1/ledger.csv:2:"), "{said}");
    assert!(said.contains("(account)\n  value:    0999\n  expected: an account of chart_of_accounts.csv\n"), "{said}");
}

#[test]
fn bad_date() {
    let said = refused("2004-Q1", 3, |desk| desk.set("2004-Q1/ledger.csv", 3, "effective_date", "12/31/2003"));
    assert!(said.contains("error[E0201]: not a date\n  --> 2004-Q1/ledger.csv:3:"), "{said}");
    assert!(said.contains("  value:    12/31/2003\n  expected: an ISO date such as 2004-05-26\n  help:     write year, month and day: 2004-05-26\n"), "{said}");
}

#[test]
fn bad_amounts() {
    for (value, message) in [
        ("abc", "the amount is not a plain decimal number"),
        ("1.005", "the amount has more than two decimal places"),
        ("1e3", "the amount is not a plain decimal number"),
        ("", "the amount is empty"),
    ] {
        let said = refused("2004-Q1", 3, |desk| desk.set("2004-Q1/opening_balances.csv", 2, "amount", value));
        assert!(said.starts_with(&format!("error[E0202]: {message}\n  --> 2004-Q1/opening_balances.csv:2:")), "{said}");
        assert!(said.contains("(amount)\n"), "{said}");
        assert!(said.ends_with("1 fault; nothing was published\n"), "{said}");
        assert_eq!(said.contains("  value:    "), !value.is_empty(), "{said}");
    }
}

#[test]
fn a_ledger_line_without_an_amount() {
    let said = refused("2004-Q1", 3, |desk| {
        let side = if field(desk, "2004-Q1/ledger.csv", 2, "debit").is_empty() { "credit" } else { "debit" };
        desk.set("2004-Q1/ledger.csv", 2, side, "");
    });
    assert!(
        said.contains("error[E0202]: neither debit nor credit has an amount\n  --> 2004-Q1/ledger.csv:2:"),
        "{said}"
    );
}

#[test]
fn unbalanced_entry() {
    let mut id = String::new();
    let said = refused("2004-Q1", 3, |desk| {
        id = field(desk, "2004-Q1/ledger.csv", 2, "journal_id");
        let side = if field(desk, "2004-Q1/ledger.csv", 2, "debit").is_empty() { "credit" } else { "debit" };
        let amount = field(desk, "2004-Q1/ledger.csv", 2, side);
        let cents: rust_decimal::Decimal = amount.parse().expect("an amount");
        desk.set("2004-Q1/ledger.csv", 2, side, &(cents + rust_decimal::Decimal::new(1, 2)).to_string());
    });
    assert!(said.starts_with(&format!("error[E0301]: entry {id} of ")), "{said}");
    assert!(said.contains(" are 0.01 more (lines 2 to "), "{said}");
    assert!(said.contains(
        "expected: debits equal to credits in each entity\n  help:     export the entry with all its lines\n"
    ));
}

#[test]
fn date_outside_the_quarter() {
    let said = refused("2004-Q1", 3, |desk| desk.set("2004-Q1/ledger.csv", 2, "effective_date", "2004-02-29"));
    assert!(said.contains("error[E0302]: the date is outside 2004-Q1\n  --> 2004-Q1/ledger.csv:2:"), "{said}");
    assert!(said.contains("  value:    2004-02-29\n  expected: a date from 2003-11-30 to 2004-02-28\n  help:     move the line to its own quarter's ledger\n"));
}

#[test]
fn duplicate_sku() {
    let mut sku = String::new();
    let said = refused("2004-Q1", 3, |desk| {
        sku = field(desk, "2004-Q1/inventory.csv", 2, "sku");
        desk.edit("2004-Q1/inventory.csv", |text| {
            let second = text.lines().nth(1).expect("a row").to_owned();
            text + &second + "\n"
        });
    });
    assert!(said.starts_with("error[E0303]: sku comes twice\n  --> 2004-Q1/inventory.csv:"), "{said}");
    assert!(said.contains(&format!("  value:    {sku}\n  expected: each key once; line 2 has it already\n")), "{said}");
}

#[test]
fn negative_quantity() {
    let said = refused("2004-Q1", 3, |desk| desk.set("2004-Q1/inventory.csv", 2, "quantity_on_hand", "-5"));
    assert!(said.starts_with("error[E0203]: quantity_on_hand is negative\n  --> 2004-Q1/inventory.csv:2:"), "{said}");
    assert!(
        said.contains("  value:    -5\n  expected: a plain decimal of zero or more, with at most 8 decimal places\n"),
        "{said}"
    );
}

#[test]
fn a_field_that_the_rule_needs() {
    let said = refused("2004-Q1", 3, |desk| desk.set("2004-Q1/inventory.csv", 2, "replacement_cost", ""));
    assert!(
        said.starts_with("error[E0401]: replacement_cost is missing, and market under us-gaap-2004 needs it\n"),
        "{said}"
    );
}

#[test]
fn gap_in_the_calendar() {
    let said = refused("2004-Q1", 3, |desk| {
        desk.edit("calendar.csv", |text| text.replacen("2004-02-29", "2004-03-07", 1));
    });
    assert!(said.contains("error[E0120]: 2004-Q2 leaves a gap after 2004-Q1\n"), "{said}");
    assert!(said.contains("(start)\n  value:    2004-03-07\n  expected: 2004-02-29\n"), "{said}");
}

#[test]
fn unknown_key_in_the_configuration() {
    let said = refused("2004-Q1", 2, |desk| {
        desk.edit("closepack.toml", |text| text.replacen("[policies]", "[policies]\nbais = \"ifrs\"", 1));
    });
    assert!(said.starts_with("error[E0110]: unknown field `bais`, expected one of "), "{said}");
    assert!(said.contains("--> closepack.toml:"), "{said}");
}

#[test]
fn quarter_not_ended() {
    let desk = Desk::new();
    let (book, out) = (desk.book(), desk.out());
    let arguments = ["run", "--book", book.to_str().expect("a path"), "--out", out.to_str().expect("a path")];
    let output =
        crate::support::closepack(&[&arguments[..], &["--quarter", "2004-Q1", "--as-of", "2004-02-28"]].concat());
    assert_eq!(code(&output), 3);
    says(
        &errors(&output),
        "
error[E0121]: 2004-Q1 has not ended
  --> calendar.csv
  value:    2004-02-28
  expected: a quarter that ended before 2004-02-28
  help:     run the quarter after its last day

1 fault; nothing was published",
    );
    assert!(!desk.out().exists());
}

#[test]
fn prior_pack_missing() {
    let desk = Desk::new();
    let output = desk.command("run", "2004-Q2");
    assert_eq!(code(&output), 3);
    says(
        &errors(&output),
        "
error[E0501]: the pack of the quarter before is missing
  --> 2004-Q1/current
  expected: the published pack of 2004-Q1, as its manifest says
  help:     run 2004-Q1 first; each quarter opens where the one before it closed

1 fault; nothing was published",
    );
}

#[test]
fn prior_pack_altered() {
    let said = refused("2004-Q2", 3, |desk| {
        let file = desk.out().join("2004-Q1/current/inventory_reserve.csv");
        let text = std::fs::read_to_string(&file).expect("a pack");
        std::fs::write(file, text.replacen("0.00", "0.01", 1)).expect("written");
    });
    assert!(said.starts_with("error[E0501]: the earlier pack cannot be used\n  --> 2004-Q1/current\n  value:    inventory_reserve.csv of the published pack was altered"), "{said}");
}

#[test]
fn all_faults_of_all_files_come_in_one_go() {
    let said = refused("2004-Q1", 3, |desk| {
        desk.set("2004-Q1/ledger.csv", 2, "account", "0999");
        desk.set("2004-Q1/inventory.csv", 2, "quantity_on_hand", "-5");
        desk.set("2004-Q1/opening_balances.csv", 2, "amount", "abc");
    });
    for file in ["ledger.csv:2", "inventory.csv:2", "opening_balances.csv:2"] {
        assert!(said.contains(file), "{file}: {said}");
    }
    assert!(said.ends_with("3 faults; nothing was published\n"), "{said}");
}

/// The subledger and its control account disagree: the pack is published, with the check failed and an exception.
#[test]
fn a_subledger_that_does_not_tie_is_an_exception() {
    let desk = Desk::new();
    desk.set("2004-Q1/inventory.csv", 2, "quantity_on_hand", "1");
    let output = desk.command("run", "2004-Q1");
    assert_eq!(code(&output), 1, "{}", errors(&output));
    let found = crate::support::rows(&crate::support::pack(&desk.out(), "2004-Q1")["exceptions.csv"]);
    assert!(found.iter().any(|row| row["exception_id"].starts_with("check:tie:inventory:")), "{found:?}");
}
