//! What a run tells a person to look at: it publishes, and ends with exit code 1.

use crate::support::{Desk, code, errors, pack, rows};

/// Runs a quarter of a changed book; gives the kinds and ids of its exceptions.
fn looked_at(quarter: &str, before: &str, change: impl Fn(&Desk)) -> Vec<(String, String)> {
    let desk = Desk::new();
    desk.run_through(before);
    change(&desk);
    let output = desk.command("run", quarter);
    assert_eq!(code(&output), 1, "{}", errors(&output));
    let found = rows(&pack(&desk.out(), quarter)["exceptions.csv"]);
    found.into_iter().map(|row| (row["kind"].clone(), row["exception_id"].clone())).collect()
}

#[track_caller]
fn has(found: &[(String, String)], kind: &str, id: &str) {
    assert!(found.iter().any(|(of, named)| of == kind && named == id), "{found:?}");
}

#[test]
fn an_item_that_changes_its_pool_is_told() {
    let found = looked_at("2004-Q3", "2004-Q2", |desk| {
        let file = "2004-Q3/inventory.csv";
        desk.set(file, desk.line_of(file, "SHG-10000"), "pool", "private-label");
    });
    has(&found, "item-under-another-key", "moved:IAA/SHAGO/apparel:private-label:SHG-10000");
}

#[test]
fn a_cost_that_falls_below_the_reserve_is_told() {
    let found = looked_at("2004-Q3", "2004-Q2", |desk| {
        let file = "2004-Q3/inventory.csv";
        desk.set(file, desk.line_of(file, "SHG-10037"), "unit_cost", "0.01");
    });
    has(&found, "reserve-above-cost", "reserve:IAA/SHAGO/apparel:shago:SHG-10037");
}

#[test]
fn more_units_than_came_in_are_told() {
    let found = looked_at("2004-Q3", "2004-Q2", |desk| {
        let file = "2004-Q3/inventory.csv";
        desk.set(file, desk.line_of(file, "SHG-10037"), "quantity_on_hand", "99999");
    });
    has(&found, "unexplained-units", "units:IAA/SHAGO/apparel:shago:SHG-10037");
}

#[test]
fn an_obligation_that_was_paid_before_it_was_incurred_is_told() {
    let found = looked_at("2004-Q2", "2004-Q1", |desk| {
        let file = "2004-Q2/obligations.csv";
        desk.set(file, desk.line_of(file, "OB-SETTLEMENT"), "incurred_date", "2004-06-25");
    });
    has(&found, "paid-before-incurred", "prepaid:OB-SETTLEMENT");
}

#[test]
fn a_group_that_is_tested_in_part_is_told() {
    let found = looked_at("2004-Q2", "2004-Q1", |desk| {
        let file = "2004-Q2/fixed_assets.csv";
        let line = desk.line_of(file, "FA-2003-030");
        let decided =
            ["disposition", "decision_date", "fair_value", "cost_to_sell", "undiscounted_cash_flows", "value_in_use"];
        decided.into_iter().for_each(|column| desk.set(file, line, column, ""));
    });
    has(&found, "group-tested-in-part", "group:IAA/SHAGO/apparel:FA-2003-030/main");
}

/// An accrual of the quarter before that reverses itself is activity of this quarter, and somebody must know.
#[test]
fn a_number_of_an_earlier_quarter_is_told() {
    let found = looked_at("2004-Q3", "2004-Q2", |desk| {
        desk.edit("2004-Q3/ledger.csv", |text| {
            let id = "CP-2004-Q2-ADV-CATCHUP-IAA-REV,";
            text + id
                + "1,2004-05-31,IAA,6000,CORP,corporate,reversed,1.00,,USD\n"
                + id
                + "2,2004-05-31,IAA,1000,CORP,corporate,reversed,,1.00,USD\n"
        });
    });
    assert_eq!(found.len(), 1, "{found:?}");
    has(&found, "entry-of-earlier-quarter", "earlier:CP-2004-Q2-ADV-CATCHUP-IAA-REV");
}

/// A component that was written down is sold: the ledger books the disposal, the register's row goes, and the
/// roll-forward shows that its loss went with it.
#[test]
fn a_written_down_asset_may_leave_its_register() {
    let desk = Desk::new();
    desk.run_through("2004-Q2");
    let file = "2004-Q3/fixed_assets.csv";
    desk.edit(file, |text| {
        text.lines().filter(|line| !line.contains(",lounge,")).map(|line| line.to_owned() + "\n").collect()
    });
    desk.edit("2004-Q3/ledger.csv", |text| {
        let line = |at: &str, account: &str, brand: &str, segment: &str, amounts: &str| {
            format!("GJ-DISPOSAL,{at},2004-06-30,IAA,{account},{brand},{segment},lounge sold,{amounts},USD\n")
        };
        text + &line("1", "1590", "FETISH", "apparel", "19050.00,")
            + &line("2", "1000", "CORP", "corporate", "4800.00,")
            + &line("3", "1500", "FETISH", "apparel", ",23850.00")
    });
    let output = desk.command("run", "2004-Q3");
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let rolled = rows(&pack(&desk.out(), "2004-Q3")["rollforward.csv"]);
    let lounge = rolled.iter().find(|row| row["item"] == "FA-2003-BOOTH/lounge").expect("a row of what left");
    assert_eq!((&*lounge["opening"], &*lounge["utilised"], &*lounge["closing"]), ("15652.50", "15652.50", "0.00"));
}

/// What the largest amounts come to is published, and the next quarter reads it.
#[test]
fn the_largest_amounts_are_read_again() {
    let desk = Desk::new();
    for line in 2..5 {
        desk.set("2004-Q1/prepaid_advertising.csv", line, "amount_paid", "999999999999999.99");
    }
    desk.edit("closepack.toml", |text| text.replacen("[policies]", "[policies]\nunit_of_account = \"category\"", 1));
    for (column, value) in
        [("quantity_on_hand", "9999999999"), ("unit_cost", "9999999999"), ("selling_price", "9999999999.99999999")]
    {
        desk.set("2004-Q1/inventory.csv", 2, column, value);
    }
    assert_eq!(code(&desk.command("run", "2004-Q1")), 1);
    assert_eq!(code(&desk.command("run", "2004-Q2")), 1);
}
