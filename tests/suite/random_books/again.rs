//! A quarter that is run again: on a ledger that holds its entries, and on sources whose rows stand in another order.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::ledger::line;
use super::run::{Chain, Pack, Ran, Table};
use super::sheet::Row;
use super::terms::Dimension;

/// The files that what is posted already does not change.
const UNCHANGED: [&str; 17] = [
    "adjustments.csv",
    "dimensions.csv",
    "exceptions.csv",
    "fixed_assets.csv",
    "impact.csv",
    "installments.csv",
    "inventory_reserve.csv",
    "margin.csv",
    "materiality.csv",
    "obligations.csv",
    "per_share.csv",
    "policies.csv",
    "prepaid_advertising.csv",
    "rollforward.csv",
    "royalties.csv",
    "statements.csv",
    "tax.csv",
];

/// A line of an entry: its number, account, dimension, and debit less credit in cents.
#[derive(Clone)]
struct Posted {
    entry: String,
    account: String,
    dimension: Dimension,
    amount: i64,
}

fn proposed(pack: &Pack) -> Vec<Posted> {
    let table = Table::of(&pack.files, "journal_entries.csv");
    let line = |row: super::run::TableRow<'_>| Posted {
        entry: row.text("entry_id").to_owned(),
        account: row.text("account").to_owned(),
        dimension: ["entity", "brand", "segment"].map(|column| row.text(column).to_owned()),
        amount: i64::try_from(row.sum(&["debit"], &["credit"])).expect("small amounts"),
    };
    table.rows().map(line).collect()
}

/// By account and dimension; what comes to nothing is left out.
fn summed<'a>(lines: impl Iterator<Item = &'a Posted>) -> BTreeMap<(String, Dimension), i64> {
    let mut sums = BTreeMap::new();
    for line in lines {
        *sums.entry((line.account.clone(), line.dimension.clone())).or_insert(0) += line.amount;
    }
    sums.retain(|_, amount| *amount != 0);
    sums
}

/// Runs the quarters again: one with its entries posted, one with one of them for another amount, one with one of them
/// reversed, and one with its rows shuffled.
pub fn all(chain: &Chain, seed: u64) -> Result<(), String> {
    let mut dice = Dice::new(seed ^ 0xA6A1);
    let tries: [(&str, Try); 3] = [
        ("posted in full", posted_in_full),
        ("posted for another amount", posted_for_another_amount),
        ("posted and reversed", posted_and_reversed),
    ];
    let mut order = [0, 1, 2];
    dice.shuffle(&mut order);
    for (at, (name, again)) in order.into_iter().zip(tries) {
        let lines = proposed(&chain.quarters[at].pack);
        let told = |found| format!("{} {name}: {found}", chain.quarters[at].id);
        again(chain, at, &lines, &mut dice).map_err(told)?;
    }
    let told = |found| format!("{} shuffled: {found}", chain.quarters[order[0]].id);
    shuffled(chain, order[0], &mut dice).map_err(told)
}

/// A way to run a quarter again; the lines are the entries that it proposed.
type Try = fn(&Chain, usize, &[Posted], &mut Dice) -> Result<(), String>;

/// Runs a quarter with more lines in its ledger, which are taken out again afterwards.
fn run_with(chain: &Chain, at: usize, lines: &[Posted], dice: &mut Dice) -> Result<Pack, String> {
    let (reader, ran) = (&chain.reader, &chain.quarters[at]);
    let quarter = reader.book.calendar.quarter(&ran.id).expect("a quarter of the calendar");
    let prefix = *dice.one_of(&["", "ERP/"]);
    let own = lines.iter().enumerate().map(|(at, posted)| -> Row {
        let id = format!("{prefix}{}", posted.entry);
        line((&id, at + 1), quarter.end, &posted.account, &posted.dimension, posted.amount)
    });
    let mut ledger = ran.sources.ledger().clone();
    ledger.rows.extend(own);
    ledger.write(&reader.root, &ran.id);
    let pack = reader.run(&ran.id, ran.prior.as_ref());
    ran.sources.ledger().write(&reader.root, &ran.id);
    pack
}

fn unchanged(ran: &Ran, again: &Pack) -> Result<(), String> {
    super::holds::checks_pass(again)?;
    for file in UNCHANGED {
        if ran.pack.files[file] != again.files[file] {
            return Err(format!("{file} changes when entries are posted"));
        }
    }
    let adjusted = |pack: &Pack| -> Vec<(String, String)> {
        let table = Table::of(&pack.files, "trial_balance.csv");
        let keys = ["entity", "account", "brand", "segment"];
        table.rows().map(|row| (row.key(&keys).join("/"), row.text("adjusted").to_owned())).collect()
    };
    if adjusted(&ran.pack) != adjusted(again) {
        return Err("the adjusted trial balance changes when entries are posted".to_owned());
    }
    Ok(())
}

fn posted_in_full(chain: &Chain, at: usize, lines: &[Posted], dice: &mut Dice) -> Result<(), String> {
    let again = run_with(chain, at, lines, dice)?;
    unchanged(&chain.quarters[at], &again)?;
    if !again.closed.proposed.is_empty() {
        return Err("entries that are posted are proposed again".to_owned());
    }
    Ok(())
}

/// One entry stands in the ledger for less or more on one line of each side: the difference is proposed, under the next
/// number.
fn posted_for_another_amount(chain: &Chain, at: usize, lines: &[Posted], dice: &mut Dice) -> Result<(), String> {
    if lines.is_empty() {
        return Ok(());
    }
    let entry = dice.one_of(lines).entry.clone();
    let change = dice.between(-lines.iter().map(|line| line.amount.abs()).min().unwrap_or(1), 5_000);
    let change = if change == 0 { 1 } else { change };
    let mut posted = lines.to_vec();
    let mut difference = Vec::new();
    for sign in [1, -1] {
        let side = posted.iter_mut().find(|line| line.entry == entry && line.amount.signum() == sign);
        let side = side.expect("an entry has both sides");
        side.amount += sign * change;
        difference.push(Posted { entry: format!("{entry}-2"), amount: -sign * change, ..side.clone() });
    }
    let again = run_with(chain, at, &posted, dice)?;
    proposes(chain, at, &again, &format!("{entry}-2"), &difference)
}

/// One entry was posted and reversed: it is proposed once more.
fn posted_and_reversed(chain: &Chain, at: usize, lines: &[Posted], dice: &mut Dice) -> Result<(), String> {
    if lines.is_empty() {
        return Ok(());
    }
    let entry = dice.one_of(lines).entry.clone();
    let mut posted = lines.to_vec();
    let own: Vec<Posted> = lines.iter().filter(|line| line.entry == entry).cloned().collect();
    let reversed = |line: &Posted| Posted { entry: format!("{entry}-REV"), amount: -line.amount, ..line.clone() };
    posted.extend(own.iter().map(reversed));
    let again = run_with(chain, at, &posted, dice)?;
    proposes(chain, at, &again, &format!("{entry}-3"), &own)
}

fn proposes(chain: &Chain, at: usize, again: &Pack, number: &str, expected: &[Posted]) -> Result<(), String> {
    unchanged(&chain.quarters[at], again)?;
    let found = proposed(again);
    let (found_sums, expected) = (summed(found.iter()), summed(expected.iter()));
    if found_sums != expected {
        return Err(format!("{number}: expected {expected:?}, proposed {found_sums:?}"));
    }
    match found.iter().find(|line| line.entry != number) {
        Some(other) => Err(format!("expected {number}, proposed {}", other.entry)),
        None => Ok(()),
    }
}

/// The order of rows decides nothing but the lines that figures point to.
fn shuffled(chain: &Chain, at: usize, dice: &mut Dice) -> Result<(), String> {
    let (reader, ran) = (&chain.reader, &chain.quarters[at]);
    for source in &ran.sources.sources {
        let mut source = source.clone();
        dice.shuffle(&mut source.rows);
        source.write(&reader.root, &ran.id);
    }
    let again = reader.run(&ran.id, ran.prior.as_ref())?;
    for (name, bytes) in &ran.pack.files {
        let again = &again.files;
        if *bytes != again[name] && without_places(name, bytes) != without_places(name, &again[name]) {
            return Err(format!("{name} changes with the order of the sources' rows"));
        }
    }
    Ok(())
}

/// A file's rows without lines of sources and hashes.
fn without_places(file: &str, bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("records");
    let place = |column: &str| match column {
        "source_line" => true,
        "line" => file == "exceptions.csv",
        "sha256" => file == "sources.csv",
        _ => false,
    };
    let header = records[0].clone();
    let kept = |record: &csv::StringRecord| {
        let fields = header.iter().zip(record).filter(|(column, _)| !place(column));
        fields.map(|(_, field)| field.to_owned()).collect()
    };
    records.iter().map(kept).collect()
}
