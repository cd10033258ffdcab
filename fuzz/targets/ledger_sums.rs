//! A ledger against the `csv` crate and sums of the plainest kind. The input says, byte by byte, what the lines are and
//! how they are written, so that most ledgers are nearly right.

#![no_main]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use closepack::domain::Dimension;
use closepack::ingest::ledger::Ledger;
use closepack_fuzz::{LedgerShelf, SOURCES, header};
use libfuzzer_sys::fuzz_target;

static SHELF: LazyLock<LedgerShelf> = LazyLock::new(LedgerShelf::new);

const DESCRIPTIONS: [&str; 8] =
    ["", "rent", "\"a, b\"", "\"two\nlines\"", "\"say \"\"yes\"\"\"", "\"\"", "\"\n\n,\"\"\"", "5\" pipe"];
const IDS: [&str; 8] = ["JE-1", "JE-2", "\"JE-3\"", "JE-3", "é", "12345678", "123456789", "\"J\"\"4\""];
const ACCOUNTS: [&str; 3] = ["4000", "1000", "\"2000\""];

/// Decisions, taken off the input.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.0.next().copied()
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> Option<&'t str> {
        self.byte().map(|byte| texts[usize::from(byte) % texts.len()])
    }
}

/// A line of the ledger as it is written.
fn line(choices: &mut Choices<'_>, counter: &mut u32, open: &mut i64) -> Option<String> {
    let kind = choices.byte()?;
    let id = choices.of(&IDS)?;
    let number = choices.byte()?;
    *counter += 1;
    let number = match number % 16 {
        0 => (number / 16).to_string(),
        1 => format!("x{}", number / 16),
        2 => "007".to_owned(),
        _ => counter.to_string(),
    };
    // Every other line closes what is open, so that entries often balance.
    let cents = if kind & 1 == 0 { i64::from(choices.byte()?) * 37 } else { -*open };
    *open += cents;
    let amount = format!("{}.{:02}", cents.abs() / 100, cents.abs() % 100);
    let sides = if cents < 0 { format!(",{amount}") } else { format!("{amount},") };
    let (entity, account) = (if kind & 2 == 0 { "II" } else { "INNO" }, choices.of(&ACCOUNTS)?);
    let description = choices.of(&DESCRIPTIONS)?;
    let date = if kind & 4 == 0 { "2004-03-01" } else { "\"2004-05-29\"" };
    let end = ["\n", "\r\n", "\n\n", "\n  \n"][usize::from(kind >> 4) % 4];
    Some(format!("{id},{number},{date},{entity},{account},CRAFT,accessories,{description},{sides},USD{end}"))
}

/// What a plain reading of a ledger comes to.
#[derive(Default)]
struct Sums {
    activity: BTreeMap<(String, Dimension), (i128, i128, u64)>,
    entries: BTreeMap<(String, String), i128>,
    ids: BTreeSet<String>,
    lines: BTreeSet<(String, String)>,
    count: u64,
}

fn cents(text: &str) -> i128 {
    text.replace('.', "").parse().unwrap_or(0)
}

fn slowly(text: &str) -> Option<Sums> {
    let mut sums = Sums::default();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record.expect("text");
        if record.len() == 1 && record[0].trim().is_empty() {
            continue;
        }
        let [id, number, _, entity, account, brand, segment, _, debit, credit, _] =
            std::array::from_fn(|at| record.get(at).unwrap_or_default());
        let sum = sums.activity.entry((account.to_owned(), Dimension::new(entity, brand, segment))).or_default();
        *sum = (sum.0 + cents(debit), sum.1 + cents(credit), sum.2 + 1);
        *sums.entries.entry((id.to_owned(), entity.to_owned())).or_default() += cents(debit) - cents(credit);
        sums.ids.insert(id.to_owned());
        sums.lines.insert((id.to_owned(), number.to_owned()));
        sums.count += 1;
    }
    let sound = sums.entries.values().all(|cents| *cents == 0) && sums.lines.len() as u64 == sums.count;
    (sound && !text.contains("5\"")).then_some(sums)
}

fn agrees(ledger: &Ledger, sums: &Sums) {
    let found = ledger
        .activity
        .iter()
        .map(|(key, activity)| (key.clone(), (activity.debits.cents(), activity.credits.cents(), activity.lines)));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), sums.activity);
    assert_eq!((ledger.lines, ledger.entries), (sums.count, sums.ids.len() as u64));
    let established = ledger.established;
    assert_eq!([established.dated, established.known_accounts, established.distinct], [sums.count; 3]);
    assert_eq!(established.balanced, ledger.entries);
}

fuzz_target!(|bytes: &[u8]| {
    let (mut choices, mut counter, mut open) = (Choices(bytes.iter()), 0, 0);
    let mut text = header(SOURCES[0].1).to_owned();
    // Ids that prove nothing are refused in longer ledgers: another matter.
    for _ in 0..19 {
        let Some(line) = line(&mut choices, &mut counter, &mut open) else { break };
        text += &line;
    }
    let (ledger, faults) = SHELF.read(text.as_bytes());
    match slowly(&text) {
        Some(sums) => agrees(&ledger.filter(|_| faults.is_empty()).unwrap_or_else(|| panic!("{text}{faults}")), &sums),
        None => assert!(!faults.is_empty(), "{text}"),
    }
});
