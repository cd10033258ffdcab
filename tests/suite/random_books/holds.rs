//! What must hold in every pack, read from its files.

use std::collections::{BTreeMap, BTreeSet};

use closepack::checks::Status;

use super::run::{Chain, Pack, Ran, TableRow, Tables};

/// The files that are looked at.
const FILES: [&str; 11] = [
    "dimensions.csv",
    "fixed_assets.csv",
    "inventory_reserve.csv",
    "journal_entries.csv",
    "obligations.csv",
    "posting.csv",
    "prepaid_advertising.csv",
    "rollforward.csv",
    "royalties.csv",
    "statements.csv",
    "trial_balance.csv",
];

/// All properties of a book's packs.
pub fn all(chain: &Chain) -> Result<(), String> {
    let mut before: Option<Tables> = None;
    for ran in &chain.quarters {
        let tables = Tables::of(&ran.pack, &FILES);
        quarter(ran, &tables, before.as_ref()).map_err(|found| format!("{}: {found}", ran.id))?;
        before = Some(tables);
    }
    Ok(())
}

fn quarter(ran: &Ran, now: &Tables, before: Option<&Tables>) -> Result<(), String> {
    checks_pass(&ran.pack)?;
    entries_balance(now)?;
    rows_foot(now)?;
    reserves_are_sound(now)?;
    if let Some(before) = before {
        openings_are_closings(before, now)?;
    }
    balance_sheet_balances(now)?;
    cash_flow_is_the_movement_of_cash(now)?;
    entities_consolidate(now)
}

/// No check fails and nothing is an error; what a person must look at may be.
pub fn checks_pass(pack: &Pack) -> Result<(), String> {
    let failed = pack.closed.checks.iter().find(|check| check.status == Status::Fail);
    if let Some(check) = failed {
        return Err(format!(
            "{} ({}): expected {}, found {}",
            check.id, check.description, check.expected, check.actual
        ));
    }
    match pack.closed.exceptions.iter().find(|exception| exception.severity == "error") {
        Some(error) => Err(format!("{}: {}", error.id, error.message)),
        None => Ok(()),
    }
}

fn same(what: impl FnOnce() -> String, expected: i128, found: i128) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("{}: expected {expected}, found {found} (cents)", what())) }
}

fn entries_balance(files: &Tables) -> Result<(), String> {
    let mut sums: BTreeMap<Vec<String>, i128> = BTreeMap::new();
    for row in files.file("journal_entries.csv").rows() {
        let key = row.key(&["entry_id", "entity"]).into_iter().map(str::to_owned).collect();
        *sums.entry(key).or_insert(0) += row.sum(&["debit"], &["credit"]);
    }
    sums.into_iter().try_for_each(|(entry, sum)| same(|| format!("entry {entry:?}"), 0, sum))
}

/// A file, and sums of its columns that are another of its columns.
type Footing = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

const FOOTINGS: [Footing; 14] = [
    ("inventory_reserve.csv", &["carried"], &["opening"], &["utilised_sale", "utilised_scrap"]),
    ("inventory_reserve.csv", &["closing"], &["carried", "charge"], &["release"]),
    ("prepaid_advertising.csv", &["closing"], &["amount_paid"], &["earned", "written_off_to_date", "moved_to_date"]),
    ("prepaid_advertising.csv", &["catch_up"], &["earned"], &["expensed_to_date"]),
    ("fixed_assets.csv", &["measured"], &["carrying"], &["write_down"]),
    ("fixed_assets.csv", &["closing"], &["cost"], &["accumulated_depreciation", "catch_up", "written_down_to_date"]),
    ("obligations.csv", &["closing"], &["opening", "incurred", "change"], &["paid"]),
    ("obligations.csv", &["closing"], &["current", "non_current"], &[]),
    ("rollforward.csv", &["closing"], &["opening", "charged"], &["utilised", "released", "paid"]),
    ("royalties.csv", &["amount"], &["required"], &["recorded"]),
    ("trial_balance.csv", &["closing"], &["opening", "debits"], &["credits"]),
    ("trial_balance.csv", &["adjusted"], &["closing", "adjustments"], &[]),
    ("posting.csv", &["proposed"], &["required"], &["posted"]),
    (
        "statements.csv",
        &["as_adjusted"],
        &["as_recorded", "inventory_reserve", "prepaid_advertising", "fixed_assets", "obligations", "income_tax"],
        &[],
    ),
];

fn rows_foot(files: &Tables) -> Result<(), String> {
    for (file, total, plus, minus) in FOOTINGS {
        let table = files.file(file);
        for (at, row) in table.rows().enumerate() {
            same(|| format!("{file} line {}: {total:?}", at + 2), row.sum(plus, minus), row.sum(total, &[]))?;
        }
    }
    Ok(())
}

fn reserves_are_sound(files: &Tables) -> Result<(), String> {
    for row in files.file("inventory_reserve.csv").rows() {
        let of = |column: &str| row.cents(column);
        let (cost, required, closing) = (of("cost"), of("required"), of("closing"));
        let sound = 0 <= required && required <= closing && closing <= cost && of("charge").min(of("release")) == 0;
        let parts = ["opening", "utilised_sale", "utilised_scrap", "carried", "charge", "release", "releasable"];
        if !sound || parts.iter().any(|part| of(part) < 0) {
            return Err(format!("the reserve of {:?} is not sound", row.key(&RESERVE)));
        }
    }
    Ok(())
}

const RESERVE: [&str; 5] = ["entity", "brand", "segment", "pool", "sku"];
const CONTRACT: [&str; 4] = ["entity", "brand", "segment", "contract_id"];
const ASSET: [&str; 5] = ["entity", "brand", "segment", "asset_id", "component"];
const OBLIGATION: [&str; 1] = ["obligation_id"];
const ROLL: [&str; 5] = ["kind", "entity", "brand", "segment", "item"];

/// A file, its key, what closed a quarter, and what opens the next.
type Opening = (&'static str, &'static [&'static str], fn(TableRow<'_>) -> i128, fn(TableRow<'_>) -> i128);

const OPENINGS: [Opening; 6] = [
    ("inventory_reserve.csv", &RESERVE, |row| row.cents("closing"), |row| row.cents("opening")),
    (
        "prepaid_advertising.csv",
        &CONTRACT,
        |row| row.cents("written_off_to_date"),
        |row| row.sum(&["written_off_to_date"], &["write_off"]),
    ),
    (
        "prepaid_advertising.csv",
        &CONTRACT,
        |row| row.sum(&["moved_to_date", "transferred_to_date"], &[]),
        |row| row.sum(&["moved_to_date", "transferred_to_date"], &["moved", "transferred"]),
    ),
    (
        "fixed_assets.csv",
        &ASSET,
        |row| row.cents("written_down_to_date"),
        |row| row.sum(&["written_down_to_date"], &["write_down"]),
    ),
    ("obligations.csv", &OBLIGATION, |row| row.cents("closing"), |row| row.cents("opening")),
    ("rollforward.csv", &ROLL, |row| row.cents("closing"), |row| row.cents("opening")),
];

/// Item by item; what has closed with nothing may be gone.
fn openings_are_closings(before: &Tables, now: &Tables) -> Result<(), String> {
    for (file, key, closing, opening) in OPENINGS {
        let amounts = |files: &Tables, of: fn(TableRow<'_>) -> i128| -> BTreeMap<Vec<String>, i128> {
            let table = files.file(file);
            let rows = table.rows().map(|row| (row.key(key).into_iter().map(str::to_owned).collect(), of(row)));
            rows.filter(|(_, amount)| *amount != 0).collect()
        };
        let (mut closed, opened) = (amounts(before, closing), amounts(now, opening));
        if file == "fixed_assets.csv" {
            // What left the register is in the roll-forward alone, which is looked at below.
            let there: BTreeSet<Vec<String>> =
                now.file(file).rows().map(|row| row.key(key).into_iter().map(str::to_owned).collect()).collect();
            closed.retain(|item, _| there.contains(item));
        }
        for item in closed.keys().chain(opened.keys()).collect::<BTreeSet<_>>() {
            let of = |amounts: &BTreeMap<Vec<String>, i128>| amounts.get(item).copied().unwrap_or(0);
            same(|| format!("{file}: the opening of {item:?}"), of(&closed), of(&opened))?;
        }
    }
    Ok(())
}

const COLUMNS: [&str; 7] = [
    "as_recorded",
    "inventory_reserve",
    "prepaid_advertising",
    "fixed_assets",
    "obligations",
    "income_tax",
    "as_adjusted",
];

/// The amounts of a line of a statement, in every column.
fn amounts_of(files: &Tables, statement: &str, line: &str) -> Result<[i128; COLUMNS.len()], String> {
    let table = files.file("statements.csv");
    let found = table.rows().find(|row| row.text("statement") == statement && row.text("line") == line);
    let row = found.ok_or_else(|| format!("{statement} has no line {line}"))?;
    Ok(COLUMNS.map(|column| row.cents(column)))
}

fn balance_sheet_balances(files: &Tables) -> Result<(), String> {
    let assets = amounts_of(files, "balance-sheet", "Total assets")?;
    let financed = amounts_of(files, "balance-sheet", "Total liabilities and equity")?;
    let columns = COLUMNS.iter().zip(assets.into_iter().zip(financed));
    columns
        .into_iter()
        .try_for_each(|(column, (assets, financed))| same(|| format!("assets {column}"), financed, assets))
}

/// As recorded and as adjusted it is what cash moved by, and no kind of adjustment moves any.
fn cash_flow_is_the_movement_of_cash(files: &Tables) -> Result<(), String> {
    let balances = files.file("trial_balance.csv");
    let cash = || balances.rows().filter(|row| row.text("account") == "1000");
    let moved: i128 = cash().map(|row| row.sum(&["debits"], &["credits"])).sum();
    let opening: i128 = cash().map(|row| row.cents("opening")).sum();
    let change = amounts_of(files, "cash-flow", "Net change in cash")?;
    let end = amounts_of(files, "cash-flow", "Cash at end of period")?;
    for (at, column) in COLUMNS.iter().enumerate() {
        let held = ["as_recorded", "as_adjusted"].contains(column);
        let (moved, opening) = if held { (moved, opening) } else { (0, 0) };
        same(|| format!("net change in cash {column}"), moved, change[at])?;
        same(|| format!("cash at the end {column}"), opening + moved, end[at])?;
    }
    Ok(())
}

/// The entities with the eliminations are the consolidated statement, which is the one that is published.
fn entities_consolidate(files: &Tables) -> Result<(), String> {
    let table = files.file("dimensions.csv");
    let mut parts: BTreeMap<(&str, &str), [i128; COLUMNS.len()]> = BTreeMap::new();
    let mut consolidated = parts.clone();
    for row in table.rows().filter(|row| row.text("by") == "entity") {
        let into = if row.text("member") == "consolidated" { &mut consolidated } else { &mut parts };
        let sums = into.entry((row.text("statement"), row.text("order"))).or_insert([0; COLUMNS.len()]);
        sums.iter_mut().zip(COLUMNS).for_each(|(sum, column)| *sum += row.cents(column));
    }
    if parts != consolidated || parts.is_empty() {
        return Err("the entities and eliminations are not the consolidated statements".to_owned());
    }
    let lines = files.file("statements.csv");
    let of_statement = |statement| lines.rows().filter(move |row| row.text("statement") == statement).zip(1_u32..);
    for (row, order) in of_statement("income-statement").chain(of_statement("balance-sheet")) {
        let order = order.to_string();
        let of = consolidated.get(&(row.text("statement"), &*order));
        if of != Some(&COLUMNS.map(|column| row.cents(column))) {
            return Err(format!("{} is not the consolidated {}", row.text("line"), row.text("statement")));
        }
    }
    Ok(())
}
