//! Ledgers of every order against a second way of adding them up, which keeps everything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;

use super::entries::Most;
use super::read::{Context, Scale, read_at};
use super::*;
use crate::book::Book;
use crate::book::layout::columns_of;
use crate::book::sources::{Outsiders, SourceSpec};
use crate::diagnostics::{Code, Faults};
use crate::ingest::book::Codes;
use crate::ingest::watch::Silent;

const HEADER: &str =
    "journal_id,journal_line,effective_date,entity,account,brand,segment,description,debit,credit,currency";

fn book() -> Book {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/book");
    crate::ingest::book::read(&root).expect("the embedded book").0
}

/// Reads a text as the ledger of 2004-Q2 under the policies of a source.
fn read_text(text: &[u8], scale: Scale, change: impl FnOnce(&mut SourceSpec)) -> (Option<Ledger>, Faults) {
    read_file("ledger.csv", text, scale, change)
}

fn read_file(name: &str, bytes: &[u8], scale: Scale, change: impl FnOnce(&mut SourceSpec)) -> (Option<Ledger>, Faults) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(name), bytes).expect("a file");
    let book = book();
    let codes = Codes::of(&book.config);
    let quarter = book.calendar.quarter("2004-Q2").expect("a quarter");
    let mut spec = SourceSpec::canonical(columns_of("ledger").expect("the ledger"));
    change(&mut spec);
    let context = Context { root: folder.path(), book: &book, codes: &codes, quarter, spec: &spec, watch: &Silent };
    let mut faults = Faults::default();
    let found = read_at(context, &[name.to_owned()], scale, &mut faults);
    (found.map(|(ledger, _)| ledger), faults)
}

/// One thread, and more room than any of these ledgers needs.
const ONE: Scale = Scale { threads: 1, chunk_bytes: 1 << 18, most: Most { open: 1 << 15, again: 1 << 20 } };

#[derive(Debug, Clone)]
struct Row {
    id: String,
    line: String,
    entity: &'static str,
    cents: i64,
}

fn csv(rows: &[Row]) -> String {
    let mut text = format!("{HEADER}\n");
    for row in rows {
        let amount = Money::from_cents(i128::from(row.cents.abs()));
        let (debit, credit) =
            if row.cents < 0 { (String::new(), amount.to_string()) } else { (amount.to_string(), String::new()) };
        text += &format!(
            "{},{},2004-03-01,{},4000,CRAFT,accessories,\"a, b\",{debit},{credit},USD\n",
            row.id, row.line, row.entity
        );
    }
    text
}

/// Lines with a fault: its code, the line, and for an entry the cents that are too many.
type Told = BTreeSet<(Code, u64, String)>;

/// The entries, those that balance, the lines that are the only one of their number, and what is told.
fn slowly(rows: &[Row]) -> (u64, u64, u64, Told) {
    let mut entries: BTreeMap<&str, (BTreeMap<&str, i64>, u64)> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut told = Told::new();
    for (at, row) in rows.iter().enumerate() {
        let number = at as u64 + 2;
        let entry = entries.entry(&row.id).or_insert_with(|| (BTreeMap::new(), number));
        *entry.0.entry(row.entity).or_default() += row.cents;
        if !seen.insert((&row.id, &row.line)) {
            told.insert((Code::DuplicateKey, number, format!("{} line {}", row.id, row.line)));
        }
    }
    let mut balanced = 0;
    for (id, (balances, first)) in &entries {
        balanced += u64::from(balances.values().all(|cents| *cents == 0));
        if balances.values().any(|cents| *cents != 0) {
            told.insert((Code::UnbalancedEntry, *first, (*id).to_owned()));
        }
    }
    (entries.len() as u64, balanced, seen.len() as u64, told)
}

fn told(faults: &Faults) -> Told {
    faults.sorted().iter().map(|fault| (fault.code, fault.place.line, fault.value.clone())).collect()
}

/// Entries of two to five lines that balance, of which some are broken, in an order that is more or less mixed.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let entry = (0..30_u32, prop::bool::ANY, prop::collection::vec(1..1_000_i64, 1..4), 0..8_u8, 0..6_u8);
    (prop::collection::vec(entry, 1..14), 0..3_u8, any::<u64>()).prop_map(|(entries, order, seed)| {
        let mut rows = Vec::new();
        for (id, parent, amounts, numbering, broken) in entries {
            let id =
                if id % 3 == 0 { format!("{:x}", u64::from(id).wrapping_mul(0x9E37_79B9)) } else { format!("JE-{id}") };
            let entity = if parent { "INNO" } else { "II" };
            let mut cents = amounts.clone();
            cents.push(-amounts.iter().sum::<i64>() + i64::from(broken == 0));
            for (at, cents) in cents.into_iter().enumerate() {
                let line = match numbering {
                    0 => format!("x{at}"),
                    1 => format!("{}", 9 - at),
                    2 => format!("{}", at / 2),
                    _ => format!("{}", at + 1),
                };
                rows.push(Row { id: id.clone(), line, entity, cents });
            }
        }
        let mut state = seed | 1;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for at in 0..rows.len() {
            let near = [1, 4, rows.len()][usize::from(order)].min(rows.len() - at);
            let other = at + random(near);
            rows.swap(at, other);
        }
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the order of lines, the size of chunks, the number of threads and the room for open entries, each entry
    /// is judged by all its lines, and each line counted once.
    #[test]
    fn entries_of_any_order_are_judged_by_all_their_lines(
        rows in rows(),
        threads in 1..4_usize,
        chunk_bytes in 120..2_000_usize,
        open in 1..6_usize,
        again in prop::sample::select(vec![0_usize, 2, 1_000]),
    ) {
        let (entries, balanced, distinct, expected) = slowly(&rows);
        let scale = Scale { threads, chunk_bytes, most: Most { open, again } };
        let (ledger, faults) = read_text(csv(&rows).as_bytes(), scale, |_| ());
        let ledger = ledger.expect("a ledger that can be read");
        let useless = told(&faults).iter().any(|(code, ..)| *code == Code::UselessJournal);
        if !useless {
            prop_assert_eq!(told(&faults), expected);
        }
        let lines = rows.len() as u64;
        prop_assert_eq!((ledger.lines, ledger.entries), (lines, entries));
        prop_assert_eq!((ledger.established.balanced, ledger.established.distinct), (balanced, distinct));
        let debits: i64 = rows.iter().map(|row| row.cents.max(0)).sum();
        let credits: i64 = rows.iter().map(|row| (-row.cents).max(0)).sum();
        prop_assert_eq!((ledger.debits().cents(), ledger.credits().cents()), (i128::from(debits), i128::from(credits)));
    }
}

/// A change of a text: where, and what stands there instead.
fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, &'static str)>> {
    let signs = ["", "\"", ",", "\n", "\r", "\"\"", ",\"", "\",", "0", "1", "JE-1", "é", "\n\n", "x,y\n", ",,"];
    prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(signs.to_vec())), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is wrong with a text, it is told in the same way at every scale.
    #[test]
    fn no_scale_changes_what_is_told(
        rows in rows(),
        edits in edits(),
        threads in 1..4_usize,
        chunk_bytes in 120..2_000_usize,
        open in 1..6_usize,
        again in prop::sample::select(vec![0_usize, 2, 1_000]),
    ) {
        let mut text = csv(&rows);
        for (at, sign) in edits {
            let from = HEADER.len() + 1;
            let at = from + at.index(text.len() - from);
            let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(from);
            let end = (at + 1..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(at);
            text.replace_range(at..end, sign);
        }
        let read = |scale| {
            let (ledger, faults) = read_text(text.as_bytes(), scale, |_| ());
            (format!("{:?}", ledger.filter(|_| faults.is_empty())), faults.to_string())
        };
        prop_assert_eq!(read(Scale { threads, chunk_bytes, most: Most { open, again } }), read(ONE));
    }
}

/// Lines that are mostly ordinary, as texts of the canonical columns.
fn lines() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
    fn mostly(usual: &'static [&'static str], odd: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
        prop_oneof![24 => prop::sample::select(usual), 1 => prop::sample::select(odd)]
    }
    let ids = mostly(&["JE-1", "JE-2", "AP-2004Q2-00000017", "7", "21"], &["", "CP-2004-Q2-II-001", "a \"b\""]);
    let numbers = mostly(&["1", "2", "3", "4", "12"], &["", "x", "01", "-1", "1000000000000000000"]);
    let dates = mostly(&["2004-03-01", "2004-03-02"], &["2004-02-27", "2004-02-30", "01.03.2004", ""]);
    let entities = mostly(&["II", "INNO"], &["XX", ""]);
    let accounts = mostly(&["1000", "4000", "1390"], &["9999", ""]);
    let amounts = &["0.00", "5.00", "12.34", "99999.99", "123456789.01", "7", "8.5", "00.10", "999999999999999.99"];
    let odd = &["", "-3.00", "1.234", ".50", "5,00", "1e3", "1000000000000000.00", "5.0x", "0x5.00"];
    let amount = (mostly(amounts, odd), 0..16_u8).prop_map(|(amount, side)| match side {
        0 => (amount, amount),
        1..8 => ("", amount),
        _ => (amount, ""),
    });
    let currencies = mostly(&["USD"], &["EUR", ""]);
    let line = (ids, numbers, dates, entities, accounts, amount, currencies, any::<bool>()).prop_map(
        |(id, number, date, entity, account, (debit, credit), currency, commas)| {
            let description = if commas { "a, \"b\"" } else { "plain" };
            vec![id, number, date, entity, account, "CRAFT", "accessories", description, debit, credit, currency]
        },
    );
    prop::collection::vec(line, 1..40)
}

/// Where spaces around fields are left out, no line is taken as an ordinary one; these lines have none.
fn both_ways(file: &str, bytes: &[u8], scale: Scale) -> [(String, String); 2] {
    [false, true].map(|trimmed| {
        let (ledger, faults) = read_file(file, bytes, scale, |spec| spec.layout.dialect.trimmed = trimmed);
        (format!("{ledger:?}"), faults.to_string())
    })
}

/// The lines in Parquet: typed as a database would have it where all values allow that, and otherwise as texts.
fn parquet(lines: &[Vec<&'static str>], group: usize) -> Vec<u8> {
    use polars::prelude::*;
    let columns = HEADER.split(',').enumerate().map(|(at, name)| {
        let texts: Vec<&str> = lines.iter().map(|line| line[at]).collect();
        let typed = match name {
            "journal_line" => texts
                .iter()
                .map(|text| text.parse().ok())
                .collect::<Option<Vec<i64>>>()
                .map(|numbers| Series::new(name.into(), numbers)),
            "effective_date" => {
                texts.iter().map(|text| text.parse().ok()).collect::<Option<Vec<NaiveDate>>>().map(|days| {
                    let days: Vec<i32> = days.iter().map(|day| day.to_epoch_days()).collect();
                    Series::new(name.into(), days).cast(&DataType::Date).expect("dates")
                })
            }
            "debit" | "credit" => {
                let cents = |text: &&str| match *text {
                    "" => Some(None),
                    text => Money::parse(text).ok().map(|amount| Some(amount.cents())),
                };
                texts.iter().map(cents).collect::<Option<Vec<Option<i128>>>>().map(|cents| {
                    let cents = Int128Chunked::from_slice_options(name.into(), &cents);
                    cents.into_decimal_unchecked(38, 2).into_series()
                })
            }
            _ => None,
        };
        Column::from(typed.unwrap_or_else(|| Series::new(name.into(), texts)))
    });
    let mut frame = DataFrame::new_infer_height(columns.collect()).expect("columns of one length");
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_row_group_size(Some(group)).finish(&mut frame).expect("memory");
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// A line that is taken in few steps counts as it would in many, and tells the same.
    #[test]
    fn ordinary_lines_are_taken_as_any_other_would_be(lines in lines(), chunk_bytes in 120..4_000_usize) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEADER.split(',')).expect("memory");
        for line in &lines {
            writer.write_record(line).expect("memory");
        }
        let text = writer.into_inner().expect("memory");
        let [few, many] = both_ways("ledger.csv", &text, Scale { chunk_bytes, ..ONE });
        prop_assert_eq!(few, many);
    }

    /// And so it does in Parquet, where values need not become text.
    #[test]
    fn ordinary_rows_are_taken_as_any_other_would_be(lines in lines(), group in 1..60_usize) {
        let [few, many] = both_ways("ledger.parquet", &parquet(&lines, group), ONE);
        prop_assert_eq!(few, many);
    }
}

fn one_fault(lines: &str) -> String {
    let (_, faults) = read_text(format!("{HEADER}\n{lines}").as_bytes(), ONE, |_| ());
    let found: Vec<String> = faults
        .sorted()
        .iter()
        .map(|fault| {
            format!(
                "{}:{}:{} {} [{}]",
                fault.code.as_str(),
                fault.place.line,
                fault.place.column,
                fault.message,
                fault.value
            )
        })
        .collect();
    found.join("\n")
}

#[test]
fn each_fault_names_line_column_and_value() {
    for (lines, expected) in [
        ("J,1,2004-02-30,II,4000,CRAFT,accessories,,0.00,,USD\n", "E0201:2:5 not a date [2004-02-30]"),
        ("J,1,2004-03-01,XX,4000,CRAFT,accessories,,0.00,,USD\n", "E0206:2:16 entity is not known [XX]"),
        ("J,1,2004-03-01,II,9999,CRAFT,accessories,,0.00,,USD\n", "E0207:2:19 the account is not in the chart [9999]"),
        (
            "J,1,2004-03-01,II,4000,CRAFT,accessories,\"a,\n\"\"b\"\"\",1.234,,USD\n",
            "E0202:3:8 the amount has more than two decimal places [1.234]",
        ),
        ("J,1,2004-03-01,II,4000,CRAFT,accessories,,,,USD\n", "E0202:2:43 neither debit nor credit has an amount []"),
        (
            "J,1,2004-03-01,II,4000,CRAFT,accessories,,1.00,1.00,USD\n",
            "E0202:2:43 debit and credit both have an amount [1.00 and 1.00]",
        ),
        ("J,1,2004-03-01,II,4000,CRAFT,accessories,,-1.00,,USD\n", "E0202:2:43 the amount is negative [-1.00]"),
        ("J,1,2004-03-01,II,4000,CRAFT,accessories,,0.00,,EUR\n", "E0208:2:49 another currency than the book's [EUR]"),
        (
            "J,1,2004-03-01,II,4000,CRAFT,accessories,0.00,,USD\n",
            "E0105:2:0 the row has 10 fields and the header 11 []",
        ),
        (",1,2004-03-01,II,4000,CRAFT,accessories,,0.00,,USD\n", "E0205:2:1 the field is empty []"),
        ("J,,2004-03-01,II,4000,CRAFT,accessories,,0.00,,USD\n", "E0205:2:3 the field is empty []"),
        (
            "J,1,2004-03-01,II,4000,CRAFT,accessories,5\" pipe,0.00,,USD\n",
            "E0109:2:42 a quote stands within a field [5\" pipe]",
        ),
        (
            "J,1,2004-03-01,II,4000,CRAFT,accessories,\"open,0.00,,USD\n",
            "E0109:2:0 a quote is opened and never closed []",
        ),
    ] {
        assert_eq!(one_fault(lines), expected, "{lines}");
    }
}

/// Fields that a row has too many make up for no line break within quotes.
#[test]
fn lines_are_counted_also_where_widths_and_breaks_balance() {
    let broken = "J,1,2004-03-01,II,4000,CRAFT,accessories,\"a\nb\",0.00,,USD\n";
    let wide = "J,2,2004-03-01,II,4000,CRAFT,accessories,a,0.00,,USD,,,,,,,,,,,\n";
    assert_eq!(one_fault(&format!("{broken}{wide}")), "E0105:4:0 the row has 22 fields and the header 11 []");
}

/// Byte by byte, what encloses depends on the delimiter, which the book need not name.
#[test]
fn a_stray_quote_is_told_also_where_fields_hold_another_delimiter() {
    let stray = "J;1;2004-03-01;II;4000;CRAFT;accessories;5\" pipe;0.00;;USD\n";
    let comma = "K;1;2004-03-01;II;4000;CRAFT;accessories;\"Paid,\";0.00;;USD\n";
    let header = HEADER.replace(',', ";");
    let (_, faults) =
        read_text(format!("{header}\n{stray}{comma}").as_bytes(), ONE, |spec| spec.layout.dialect.delimiter = None);
    let found: Vec<(Code, u64)> = faults.sorted().iter().map(|fault| (fault.code, fault.place.line)).collect();
    assert_eq!(found, [(Code::StrayQuote, 2)]);
}

#[test]
fn an_open_quote_hides_no_fault_before_it() {
    let unknown = "J,1,2004-03-01,II,9999,CRAFT,accessories,,0.00,,USD\n";
    let open = "K,1,2004-03-01,II,4000,CRAFT,accessories,\"open,0.00,,USD\n";
    let expected = "E0207:2:19 the account is not in the chart [9999]\nE0109:3:0 a quote is opened and never closed []";
    assert_eq!(one_fault(&format!("{unknown}{open}")), expected);
}

/// The number of quotes says where a text is cut only where each of them encloses.
#[test]
fn a_stray_quote_is_told_however_long_the_text_behind_it() {
    let stray = "J,1,2004-03-01,II,4000,CRAFT,accessories,5\" pipe,0.00,,USD\n";
    let sound = "K,1,2004-03-01,II,4000,CRAFT,accessories,,0.00,,USD\n".repeat(30_000);
    let (_, faults) = read_text(format!("{HEADER}\n{stray}{sound}").as_bytes(), ONE, |_| ());
    let first = faults.sorted()[0];
    assert_eq!((first.code, first.place.line, first.value.as_str()), (Code::StrayQuote, 2, "5\" pipe"));
}

/// A row that cannot be read may be of the entry before it or of the one behind it, and of no other.
#[test]
fn a_row_that_cannot_be_read_keeps_the_entries_beside_it_from_being_judged() {
    let line = |id: &str, at: u32, side: &str| format!("{id},{at},2004-03-01,II,4000,CRAFT,accessories,,{side},USD\n");
    let (before, behind) = (line("J", 1, "1.00,"), line("J", 2, "2.00,"));
    let other = line("K", 1, "5.00,");
    let unbalanced = "E0301:5:0 entry K of II does not balance: its debits are 5.00 more (lines 5 to 5) [K]";
    let narrow = "E0105:3:0 the row has 2 fields and the header 11 []";
    assert_eq!(one_fault(&format!("{before}J,3\n{behind}{other}")), format!("{narrow}\n{unbalanced}"));
    assert_eq!(one_fault(&format!("{before}J,3\n{other}")), narrow);
}

/// A line that is wrong is told once: the balance of its entry says nothing more.
#[test]
fn an_entry_with_a_faulty_line_is_not_judged() {
    let lines =
        "J,1,2004-03-01,II,4000,CRAFT,accessories,,1.001,,USD\nJ,2,2004-03-01,II,1000,CRAFT,accessories,,,1.00,USD\n";
    assert_eq!(one_fault(lines), "E0202:2:43 the amount has more than two decimal places [1.001]");
}

#[test]
fn a_stray_quote_hides_no_other_fault() {
    let stray = "J,1,2004-03-01,II,4000,CRAFT,accessories,5\" pipe,0.00,,USD\n";
    let later = "K,1,2004-03-01,II,9999,CRAFT,accessories,\"a \"\"b\"\"\",0.00,,USD\n";
    let expected = "E0109:2:42 a quote stands within a field [5\" pipe]\nE0207:3:19 the account is not in the chart [9999]\n\
                    E0109:4:42 a quote stands within a field [5\" pipe]";
    assert_eq!(one_fault(&format!("{stray}{later}{stray}")), expected);
}

#[test]
fn lines_that_a_policy_sets_aside_are_kept_apart() {
    let rows = [
        "A,1,2004-02-27,II,4000,CRAFT,accessories,,5.00,,USD",
        "A,2,2004-02-27,II,1000,CRAFT,accessories,,,5.00,USD",
        "B,1,2004-03-01,II,4000,CRAFT,accessories,,7.00,,EUR",
        "B,2,2004-03-01,II,1000,CRAFT,accessories,,,7.00,EUR",
        "C,1,2004-03-01,II,4000,CRAFT,accessories,,9.00,,USD",
        "C,2,2004-03-01,II,1000,CRAFT,accessories,,,9.00,USD",
    ];
    let set_aside = |spec: &mut SourceSpec| {
        spec.outside_quarter = Outsiders::SetAside;
        spec.other_currencies = Outsiders::SetAside;
    };
    let (ledger, faults) = read_text(format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes(), ONE, set_aside);
    let ledger = ledger.expect("a ledger");
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!((ledger.debits().to_string(), ledger.lines, ledger.entries), ("9.00".to_owned(), 6, 3));
    let kinds: Vec<(&str, &str, u64)> =
        ledger.set_aside.iter().map(|line| (line.kind, line.value.as_str(), line.place.line)).collect();
    assert_eq!(
        kinds,
        [
            ("outside-quarter", "2004-02-27", 2),
            ("outside-quarter", "2004-02-27", 3),
            ("other-currency", "EUR", 4),
            ("other-currency", "EUR", 5)
        ]
    );
    // An entry that is half in the quarter does not balance in it.
    let (_, faults) =
        read_text(format!("{HEADER}\n{}\n{}\n", rows[0], rows[1].replace("02-27", "03-01")).as_bytes(), ONE, set_aside);
    assert_eq!(faults.sorted().iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::UnbalancedEntry; 2]);
}

#[test]
fn journal_ids_that_prove_nothing_are_told_once() {
    let line =
        |id: String, day: u32, side: &str| format!("{id},1,2004-03-{day:02},II,4000,CRAFT,accessories,,{side},USD\n");
    let each: String =
        (1..=24).map(|at| line(format!("J{at}"), 1, if at % 2 == 0 { "5.00," } else { ",5.00" })).collect();
    assert_eq!(
        one_fault(&each),
        "E0305:2:0 each of the 24 lines has a journal id of its own, so that no entry can be seen to balance [J1]"
    );
    let all: String = (1..=24)
        .map(|at| {
            line("J".to_owned(), at, if at % 2 == 0 { "5.00," } else { ",5.00" }).replacen(",1,", &format!(",{at},"), 1)
        })
        .collect();
    assert_eq!(
        one_fault(&all),
        "E0305:2:0 all 24 lines have one journal id, so that no entry can be seen to balance [J]"
    );
}
