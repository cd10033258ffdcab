//! Broken books: each breaks one thing, is refused with its exact message, and publishes nothing.

use crate::support::{Desk, QUARTERS, code, errors};

/// Breaks a copy of the book and gives what `run` says, with its exit code.
fn refused(quarter: &str, expected_code: i32, break_it: &fn(&Desk)) -> String {
    let desk = Desk::new();
    let at = QUARTERS.iter().position(|known| *known == quarter).expect("a quarter of the book");
    if let Some(before) = at.checked_sub(1) {
        desk.run_through(QUARTERS[before]);
    }
    break_it(&desk);
    let output = desk.command("run", quarter);
    assert_eq!(code(&output), expected_code, "{}", errors(&output));
    assert!(!desk.out().join(quarter).join("current").exists(), "something was published");
    assert!(!desk.out().join(quarter).join("runs").exists(), "something was staged");
    errors(&output).replace(desk.out().to_str().expect("a path"), "OUT")
}

/// The value of a field of the book.
fn field(desk: &Desk, file: &str, line: usize, column: &str) -> String {
    let text = std::fs::read(desk.book().join(file)).expect("a file of the book");
    let row = &crate::support::rows(&text)[line - 2];
    row[column].clone()
}

/// The whole message is as accepted in `tests/errors/<name>.txt`; `CLOSEPACK_ACCEPT=1` accepts it anew.
#[track_caller]
fn says(name: &str, said: &str) {
    let path = crate::support::repository().join("tests/errors").join(name).with_extension("txt");
    if std::env::var_os("CLOSEPACK_ACCEPT").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, said).expect("written");
        return;
    }
    assert_eq!(said, std::fs::read_to_string(path).expect("an accepted message"));
}

/// A broken book: its name, the quarter that is run, the exit code, and what breaks it.
type Broken = (&'static str, &'static str, i32, fn(&Desk));

const Q1: &str = "2004-Q1";
const LEDGER: &str = "2004-Q1/ledger.csv";
const INVENTORY: &str = "2004-Q1/inventory.csv";
const OPENING: &str = "2004-Q1/opening_balances.csv";
const PREPAID: &str = "2004-Q1/prepaid_advertising.csv";
const ASSETS: &str = "2004-Q1/fixed_assets.csv";

/// The side of the ledger's first line that has an amount, and the amount.
fn first_amount(desk: &Desk) -> (&'static str, String) {
    let side = if field(desk, LEDGER, 2, "debit").is_empty() { "credit" } else { "debit" };
    (side, field(desk, LEDGER, 2, side))
}

fn repeat_second_line(desk: &Desk, file: &str) {
    desk.edit(file, |text| {
        let second = text.lines().nth(1).expect("a row").to_owned();
        text + &second + "\n"
    });
}

/// Changes a field of an account of the chart.
fn set_account(desk: &Desk, account: &str, column: &str, value: &str) {
    const CHART: &str = "chart_of_accounts.csv";
    let text = std::fs::read_to_string(desk.book().join(CHART)).expect("the chart");
    let at = text.lines().position(|line| line.starts_with(&format!("{account},"))).expect("an account of the chart");
    desk.edit(CHART, |text| {
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let place = rows.headers().expect("a header").iter().position(|name| name == column).expect("a column");
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
        writer.write_record(rows.headers().expect("a header")).expect("written");
        for (row, line) in rows.records().zip(1..) {
            let row = row.expect("a row");
            let field = |(found, text)| if (line, found) == (at, place) { value } else { text };
            writer.write_record(row.iter().enumerate().map(field)).expect("written");
        }
        String::from_utf8(writer.into_inner().expect("written")).expect("text")
    });
}

const Q2: &str = "2004-Q2";
const Q3: &str = "2004-Q3";

/// Sets a field of the line that holds a text.
fn set_at(desk: &Desk, file: &str, text: &str, column: &str, value: &str) {
    desk.set(file, desk.line_of(file, text), column, value);
}

fn edit_configuration(desk: &Desk, from: &str, to: &str) {
    desk.edit("closepack.toml", |text| {
        assert!(text.contains(from), "{from} is not in the configuration");
        text.replacen(from, to, 1)
    });
}

/// Each policy, pool, royalty or sensitivity that cannot be, and each row that its rule cannot take.
const BROKEN_BY_RULE: &[Broken] = &[
    ("policy_unknown", Q1, 2, |desk| edit_configuration(desk, "[policies]", "[policies]\nreserve_relief = \"maybe\"")),
    ("policy_missing", Q1, 2, |desk| edit_configuration(desk, "tax_rate = \"0.40\"\n", "")),
    ("lifo_under_ifrs", Q1, 2, |desk| {
        edit_configuration(desk, "basis = \"us-gaap-2004\"", "basis = \"ifrs\"\ncost_formula = \"lifo\"");
    }),
    ("total_under_ifrs", Q1, 2, |desk| {
        edit_configuration(desk, "basis = \"us-gaap-2004\"", "basis = \"ifrs\"\nunit_of_account = \"total\"");
    }),
    ("pool_method_unknown", Q1, 2, |desk| edit_configuration(desk, "\"coverage\"]", "\"coverage\", \"guess\"]")),
    ("pool_method_without_steps", Q1, 2, |desk| edit_configuration(desk, "\"coverage\"]", "\"coverage\", \"ageing\"]")),
    ("pool_steps_without_method", Q1, 2, |desk| edit_configuration(desk, ", \"coverage\"]", "]")),
    ("pool_steps_fall", Q1, 2, |desk| edit_configuration(desk, "from = \"5\"", "from = \"3.5\"")),
    ("pool_deadline_without_lower_of_cost", Q1, 2, |desk| {
        edit_configuration(
            desk,
            "sell_off_deadline = \"2004-12-31\"",
            "sell_off_deadline = \"2004-12-31\"\nmethods = [\"specific\"]",
        );
    }),
    ("royalty_of_unknown_pool", Q1, 2, |desk| {
        edit_configuration(desk, "pool = \"fetish-accessories\"", "pool = \"nowhere\"")
    }),
    ("sensitivity_of_unknown_input", Q1, 2, |desk| {
        edit_configuration(desk, "input = \"selling_price\"", "input = \"mood\"")
    }),
    ("scenario_with_first_quarter", Q1, 2, |desk| {
        edit_configuration(desk, "[scenarios.today]", "[scenarios.today]\nfirst_quarter = \"2004-Q2\"");
    }),
    ("severance_without_account", Q2, 3, |desk| edit_configuration(desk, "severance_expense = \"6320\"\n", "")),
    ("ageing_without_receipt", Q1, 3, |desk| set_at(desk, INVENTORY, "PRL-10000", "last_receipt_date", "")),
    ("coverage_without_use", Q1, 3, |desk| set_at(desk, INVENTORY, "CRF-10000", "average_monthly_units", "")),
    ("specific_without_rate", Q1, 3, |desk| set_at(desk, INVENTORY, ",shago,", "reserve_rate", "")),
    ("receipt_after_the_quarter", Q1, 3, |desk| {
        set_at(desk, INVENTORY, "PRL-10000", "last_receipt_date", "2004-03-01")
    }),
    ("more_returned_than_received", Q1, 3, |desk| set_at(desk, INVENTORY, "PRL-10000", "quantity_returned", "99999")),
    ("transfer_without_brand", Q2, 3, |desk| {
        set_at(desk, "2004-Q2/prepaid_advertising.csv", "AD-F-02", "transfer_brand", "");
    }),
    ("transfer_to_itself", Q2, 3, |desk| {
        set_at(desk, "2004-Q2/prepaid_advertising.csv", "AD-F-02", "transfer_brand", "FETISH");
    }),
    ("refund_after_the_write_off", Q3, 3, |desk| {
        set_at(desk, "2004-Q3/prepaid_advertising.csv", "AD-F-01", "refundable_amount", "40000.01");
    }),
    ("interim_deferral_outside_the_calendar", Q1, 3, |desk| {
        set_at(desk, PREPAID, "interim-deferral", "service_start", "1999-01-01");
    }),
    ("reuse_without_brand", Q2, 3, |desk| set_at(desk, "2004-Q2/fixed_assets.csv", ",frame,", "transfer_brand", "")),
    ("decision_taken_back", Q3, 3, |desk| {
        for column in ["disposition", "decision_date", "fair_value", "cost_to_sell"] {
            set_at(desk, "2004-Q3/fixed_assets.csv", ",runway,", column, "");
        }
    }),
    ("decision_moved_back", Q3, 3, |desk| {
        set_at(desk, "2004-Q3/fixed_assets.csv", ",runway,", "decision_date", "2004-05-25");
    }),
    ("reuse_of_a_measured_asset", Q3, 3, |desk| {
        set_at(desk, "2004-Q3/fixed_assets.csv", ",runway,", "disposition", "reuse");
        set_at(desk, "2004-Q3/fixed_assets.csv", ",runway,", "transfer_brand", "JOES");
    }),
    ("decision_without_disposition", Q2, 3, |desk| {
        set_at(desk, "2004-Q2/fixed_assets.csv", ",lounge,", "disposition", "");
    }),
    ("in_service_after_the_decision", Q2, 3, |desk| {
        set_at(desk, "2004-Q2/fixed_assets.csv", ",lounge,", "in_service_date", "2010-01-01");
    }),
    ("two_royalties_on_the_same_sales", Q1, 2, |desk| {
        let again = "[[royalties]]\nid = \"again\"\npayee = \"\"\npool = \"fetish-accessories\"\nentity = \"II\"\n\
                     brand = \"FETISH\"\nsegment = \"accessories\"\n\n[[royalties]]";
        edit_configuration(desk, "[[royalties]]", again);
    }),
    ("rate_with_an_exponent", Q1, 2, |desk| edit_configuration(desk, "tax_rate = \"0.40\"", "tax_rate = \"4e-1\"")),
    ("guarantee_accrued", Q2, 3, |desk| {
        set_at(desk, "2004-Q2/obligations.csv", "OB-GUARANTEE", "accrued_to_date", "1.00");
    }),
    ("service_of_a_termination", Q2, 3, |desk| {
        set_at(desk, "2004-Q2/obligations.csv", "OB-SETTLEMENT", "service_end", "2004-09-30");
    }),
    ("installment_of_a_guarantee", Q2, 3, |desk| {
        desk.edit("2004-Q2/installments.csv", |text| text + "OB-GUARANTEE,2004-06-15,1.00,\n");
    }),
    ("register_shows_too_little", Q3, 3, |desk| {
        edit_configuration(desk, "subledger_shows_write_downs = false", "subledger_shows_write_downs = true");
        desk.run_through(Q2);
    }),
];

const BROKEN: &[Broken] = &[
    ("missing_file", Q1, 3, |desk| std::fs::remove_file(desk.book().join(INVENTORY)).expect("removed")),
    ("missing_ledger", Q1, 3, |desk| std::fs::remove_file(desk.book().join(LEDGER)).expect("removed")),
    ("missing_configuration", Q1, 2, |desk| std::fs::remove_file(desk.book().join("closepack.toml")).expect("removed")),
    ("missing_column", Q1, 3, |desk| desk.edit(OPENING, |text| text.replacen("amount", "balance", 1))),
    ("missing_ledger_column", Q1, 3, |desk| desk.edit(LEDGER, |text| text.replacen("currency", "money", 1))),
    ("column_twice", Q1, 3, |desk| desk.edit(OPENING, |text| text.replacen("brand,segment", "brand,brand", 1))),
    ("field_count", Q1, 3, |desk| desk.edit(OPENING, |text| text + "INNO,1000,CORP\n")),
    ("not_utf8", Q1, 3, |desk| std::fs::write(desk.book().join("shares.csv"), b"quarter\n\xe9\n").expect("written")),
    ("unknown_account", Q1, 3, |desk| desk.set(LEDGER, 2, "account", "0999")),
    ("unknown_account_in_opening", Q1, 3, |desk| desk.set(OPENING, 2, "account", "0999")),
    ("unknown_entity", Q1, 3, |desk| desk.set(INVENTORY, 2, "entity", "NOBODY")),
    ("unknown_pool", Q1, 3, |desk| desk.set(INVENTORY, 2, "pool", "nowhere")),
    ("bad_date", Q1, 3, |desk| desk.set(LEDGER, 3, "effective_date", "12/31/2003")),
    ("bad_amount_text", Q1, 3, |desk| desk.set(OPENING, 2, "amount", "abc")),
    ("bad_amount_decimals", Q1, 3, |desk| desk.set(OPENING, 2, "amount", "1.005")),
    ("bad_amount_exponent", Q1, 3, |desk| desk.set(OPENING, 2, "amount", "1e3")),
    ("bad_amount_empty", Q1, 3, |desk| desk.set(OPENING, 2, "amount", "")),
    ("bad_ledger_amount", Q1, 3, |desk| desk.set(LEDGER, 2, first_amount(desk).0, "1.005")),
    ("no_ledger_amount", Q1, 3, |desk| desk.set(LEDGER, 2, first_amount(desk).0, "")),
    ("negative_ledger_amount", Q1, 3, |desk| {
        let (side, amount) = first_amount(desk);
        desk.set(LEDGER, 2, side, &format!("-{amount}"));
    }),
    ("unbalanced_entry", Q1, 3, |desk| {
        let (side, amount) = first_amount(desk);
        let more = amount.parse::<rust_decimal::Decimal>().expect("an amount") + rust_decimal::Decimal::new(1, 2);
        desk.set(LEDGER, 2, side, &more.to_string());
    }),
    ("outside_the_quarter", Q1, 3, |desk| desk.set(LEDGER, 2, "effective_date", "2004-02-29")),
    ("another_currency", Q1, 3, |desk| desk.set(LEDGER, 2, "currency", "EUR")),
    ("own_entry", Q1, 3, |desk| {
        let id = field(desk, LEDGER, 2, "journal_id");
        desk.edit(LEDGER, |text| text.replace(&format!("{id},"), "CP-2004-Q2-INV-CHARGE-IAA,"));
    }),
    ("ledger_line_twice", Q1, 3, |desk| repeat_second_line(desk, LEDGER)),
    ("duplicate_sku", Q1, 3, |desk| repeat_second_line(desk, INVENTORY)),
    ("duplicate_contract", Q1, 3, |desk| repeat_second_line(desk, PREPAID)),
    ("negative_quantity", Q1, 3, |desk| desk.set(INVENTORY, 2, "quantity_on_hand", "-5")),
    ("quantity_too_large", Q1, 3, |desk| desk.set(INVENTORY, 2, "quantity_on_hand", "99999999999")),
    ("amount_too_large", Q1, 3, |desk| desk.set(OPENING, 2, "amount", "9999999999999999.00")),
    ("bad_rate", Q1, 3, |desk| desk.set(INVENTORY, 2, "selling_cost_rate", "5%")),
    ("rule_input", Q1, 3, |desk| desk.set(INVENTORY, 2, "replacement_cost", "")),
    ("bad_life", Q1, 3, |desk| desk.set(ASSETS, 2, "life_months", "0")),
    ("unknown_method", Q1, 3, |desk| desk.set(ASSETS, 2, "method", "sum-of-years")),
    ("more_refundable_than_unearned", "2004-Q2", 3, |desk| {
        desk.set("2004-Q2/prepaid_advertising.csv", 2, "refundable_amount", "9000000.00");
    }),
    ("installments_do_not_add_up", "2004-Q2", 3, |desk| {
        desk.set("2004-Q2/installments.csv", 2, "amount", "87171.78");
    }),
    ("gap_in_the_calendar", Q1, 3, |desk| {
        desk.edit("calendar.csv", |text| text.replacen("2004-02-29", "2004-03-07", 1))
    }),
    ("overlap_in_the_calendar", Q1, 3, |desk| {
        desk.edit("calendar.csv", |text| text.replacen("2004-02-29", "2004-02-22", 1));
    }),
    ("unknown_key", Q1, 2, |desk| {
        desk.edit("closepack.toml", |text| text.replacen("[policies]", "[policies]\nbais = \"us-gaap\"", 1));
    }),
    ("unknown_basis", Q1, 2, |desk| desk.edit("closepack.toml", |text| text.replacen("us-gaap-2004", "gaap", 1))),
    ("unknown_posting_account", Q1, 2, |desk| {
        desk.edit("closepack.toml", |text| text.replacen("inventory = \"1300\"", "inventory = \"1399\"", 1));
    }),
    ("balance_sheet_account_without_cash", Q1, 3, |desk| set_account(desk, "1390", "cash_flow_class", "non-cash")),
    ("income_account_of_investing", Q1, 3, |desk| set_account(desk, "6000", "cash_flow_class", "investing")),
    ("non_cash_without_contra", Q1, 3, |desk| set_account(desk, "5100", "cash_flow_contra", "")),
    ("contra_of_the_income_statement", Q1, 3, |desk| set_account(desk, "5100", "cash_flow_contra", "5000")),
    ("contra_without_non_cash", Q1, 3, |desk| set_account(desk, "6000", "cash_flow_contra", "1300")),
    ("caption_shared_with_cash", Q1, 3, |desk| {
        set_account(desk, "1100", "statement_line", "Cash and cash equivalents");
    }),
    ("comparative_of_no_statement", Q1, 3, |desk| {
        desk.edit("comparatives.csv", |text| text.replacen("income-statement", "cash-book", 1));
    }),
    ("prior_pack_missing", "2004-Q2", 3, |desk| std::fs::remove_dir_all(desk.out()).expect("removed")),
    ("prior_pack_altered", "2004-Q2", 3, |desk| {
        let file = desk.out().join("2004-Q1/current/inventory_reserve.csv");
        std::fs::write(file, "sku\n").expect("written");
    }),
    ("several_faults_of_several_files", Q1, 3, |desk| {
        desk.set(LEDGER, 2, "account", "0999");
        desk.set(LEDGER, 4, "effective_date", "2004-13-01");
        desk.set(INVENTORY, 2, "quantity_on_hand", "-5");
        desk.set(INVENTORY, 3, "unit_cost", "x");
        desk.set(OPENING, 2, "amount", "abc");
    }),
];

#[test]
fn each_broken_book_is_refused_with_its_message() {
    for (name, quarter, code, break_it) in BROKEN.iter().chain(BROKEN_BY_RULE) {
        says(name, &refused(quarter, *code, break_it));
    }
}

/// The accepted messages are those of the table, and no other.
#[test]
fn each_accepted_message_has_its_book() {
    let folder = crate::support::repository().join("tests/errors");
    for entry in std::fs::read_dir(folder).expect("accepted messages") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a plain name");
        let known = BROKEN.iter().chain(BROKEN_BY_RULE).any(|(of, ..)| *of == name) || name == "quarter_not_ended";
        assert!(known, "{name} is of no book");
    }
}

#[test]
fn quarter_not_ended() {
    let desk = Desk::new();
    let (book, out) = (desk.book(), desk.out());
    let arguments = ["run", "--book", book.to_str().expect("a path"), "--out", out.to_str().expect("a path")];
    let output =
        crate::support::closepack(&[&arguments[..], &["--quarter", "2004-Q1", "--as-of", "2004-02-28"]].concat());
    assert_eq!(code(&output), 3);
    says("quarter_not_ended", &errors(&output));
    assert!(!desk.out().exists());
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

/// Balances of an intercompany group that do not cancel: the group's checks fail, and with them the balance sheet.
#[test]
fn an_intercompany_group_that_does_not_cancel_is_an_exception() {
    let desk = Desk::new();
    set_account(&desk, "2600", "intercompany", "loans");
    let output = desk.command("run", "2004-Q1");
    assert_eq!(code(&output), 1, "{}", errors(&output));
    let files = crate::support::pack(&desk.out(), "2004-Q1");
    let failed: Vec<String> =
        crate::support::rows(&files["exceptions.csv"]).into_iter().map(|row| row["exception_id"].clone()).collect();
    for check in ["check:intercompany:loans", "check:intercompany-activity:loans", "check:balance-sheet-balances"] {
        assert!(failed.iter().any(|id| id == check), "{check} is not in {failed:?}");
    }
    let member = |name: &str| {
        let rows = crate::support::rows(&files["dimensions.csv"]);
        let of = |row: &&std::collections::BTreeMap<String, String>| {
            row["line"] == "Notes payable, long-term" && row["member"] == name
        };
        rows.iter().find(of).expect("a line")["as_adjusted"].clone()
    };
    assert_eq!(member("consolidated"), "0.00");
    assert_ne!(member("eliminations"), "0.00");
}

/// A reported figure whose line no statement has is not left out in silence.
#[test]
fn a_reported_figure_that_is_not_shown_is_an_exception() {
    let desk = Desk::new();
    desk.edit("comparatives.csv", |text| text + "2003-Q1,cash-flow,Change in weather,1.00,invented\n");
    let output = desk.command("run", "2004-Q1");
    assert_eq!(code(&output), 1, "{}", errors(&output));
    let found = crate::support::rows(&crate::support::pack(&desk.out(), "2004-Q1")["exceptions.csv"]);
    let failed: Vec<&str> = found.iter().map(|row| row["exception_id"].as_str()).collect();
    assert_eq!(failed, ["check:comparatives-as-shown"]);
}

/// The largest numbers that are taken are measured without an overflow: the faults are of the ties alone.
#[test]
fn the_largest_numbers_are_measured() {
    let desk = Desk::new();
    for (column, value) in
        [("quantity_on_hand", "9999999999"), ("unit_cost", "9999.99999999"), ("selling_price", "9999999999.99999999")]
    {
        desk.set(INVENTORY, 2, column, value);
    }
    desk.set(PREPAID, 2, "amount_paid", "999999999999999.99");
    let output = desk.command("run", "2004-Q1");
    assert_eq!(code(&output), 1, "{}", errors(&output));
}
