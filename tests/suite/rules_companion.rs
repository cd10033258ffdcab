//! docs/rules.md: its examples are books that are run, and its policies and citations are those of the code.
//!
//! An example is a small book in TOML. Its rows have the columns of the source files, its figures those of the pack,
//! and what it leaves out is nothing, or what [`Skeleton`] gives.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use closepack::adjust::{fixed_assets, inventory_reserve, obligations, prepaid_advertising, royalties};
use closepack::book::policies::{
    CostFormula, MarketTest, PolicyRow, ProductionAdvertising, ReserveRelief, RoyaltyBuyout, UnitOfAccount,
};
use closepack::book::{Basis, Choice, config};
use closepack::diagnostics::Faults;
use closepack::domain::Money;
use closepack::ingest::book::BookFault;
use closepack::ingest::prior_pack::PriorPack;
use closepack::ingest::watch::Silent;
use closepack::records::{Disposition, ObligationKind, Recognition};
use closepack::{close, ingest, report};
use toml::{Table, Value};

use crate::support::{Desk, code, errors, pack, repository, rows};

const EXAMPLE: &str = "```toml example";

fn page() -> String {
    std::fs::read_to_string(repository().join("docs/rules.md")).expect("the page")
}

/// A rule of the page: its heading, its text and its one example.
struct Rule {
    heading: String,
    text: String,
    example: Table,
}

/// Every rule, in the order of the page: all headings of the third level.
fn rules(page: &str) -> Vec<Rule> {
    let mut parts = page.split("\n### ");
    assert!(!parts.next().expect("an introduction").contains(EXAMPLE), "an example stands outside a rule");
    parts
        .map(|part| {
            let text = part.split("\n## ").next().unwrap_or_default().to_owned();
            assert_eq!(
                part.matches(EXAMPLE).count(),
                text.matches(EXAMPLE).count(),
                "an example stands outside a rule"
            );
            let heading = text.lines().next().unwrap_or_default().to_owned();
            let mut fences = text.split(EXAMPLE);
            let (_, Some(example), None) = (fences.next(), fences.next(), fences.next()) else {
                panic!("{heading}: a rule has exactly one example");
            };
            let example = example.split("\n```").next().unwrap_or_default();
            let example = toml::from_str(example).unwrap_or_else(|error| panic!("{heading}: {error}"));
            Rule { heading, text, example }
        })
        .collect()
}

const BASES: [(&str, Basis); 3] =
    [("us-gaap", Basis::UsGaap), ("us-gaap-2004", Basis::UsGaap2004), ("ifrs", Basis::Ifrs)];

/// The end of each quarter of the reference company; the first starts on 2002-12-01.
const CALENDAR: [(&str, &str, &str); 12] = [
    ("2003-Q1", "2002-12-01", "2003-03-01"),
    ("2003-Q2", "2003-03-02", "2003-05-31"),
    ("2003-Q3", "2003-06-01", "2003-08-30"),
    ("2003-Q4", "2003-08-31", "2003-11-29"),
    ("2004-Q1", "2003-11-30", "2004-02-28"),
    ("2004-Q2", "2004-02-29", "2004-05-29"),
    ("2004-Q3", "2004-05-30", "2004-08-28"),
    ("2004-Q4", "2004-08-29", "2004-11-27"),
    ("2005-Q1", "2004-11-28", "2005-02-26"),
    ("2005-Q2", "2005-02-27", "2005-05-28"),
    ("2005-Q3", "2005-05-29", "2005-08-27"),
    ("2005-Q4", "2005-08-28", "2005-11-26"),
];

/// The quarter of what names none.
const QUARTER: &str = "2004-Q2";

/// A source of a quarter: what a row has that names nothing else, the pack's file of its figures, and that file's key.
struct Skeleton {
    name: &'static str,
    columns: &'static [(&'static str, &'static str)],
    shown_in: &'static str,
    key: &'static [&'static str],
}

const DIMENSION: [(&str, &str); 3] = [("entity", "IAA"), ("brand", "FETISH"), ("segment", "apparel")];

const SOURCES: [Skeleton; 6] = [
    Skeleton {
        name: "inventory",
        columns: &[("pool", "stock"), ("sku", "1"), ("quantity_on_hand", "0"), ("unit_cost", "0")],
        shown_in: "inventory_reserve.csv",
        key: &["pool", "sku"],
    },
    Skeleton {
        name: "prepaid_advertising",
        columns: &[
            ("contract_id", "1"),
            ("amount_paid", "0.00"),
            ("recognition", "first-showing"),
            ("expensed_to_date", "0.00"),
        ],
        shown_in: "prepaid_advertising.csv",
        key: &["contract_id"],
    },
    Skeleton {
        name: "fixed_assets",
        columns: &[
            ("asset_id", "1"),
            ("component", "main"),
            ("cost", "0.00"),
            ("salvage_value", "0.00"),
            ("in_service_date", "2003-01-01"),
            ("life_months", "60"),
            ("accumulated_depreciation", "0.00"),
        ],
        shown_in: "fixed_assets.csv",
        key: &["asset_id", "component"],
    },
    Skeleton {
        name: "obligations",
        columns: &[
            ("obligation_id", "1"),
            ("kind", "contract-termination"),
            ("amount", "0.00"),
            ("incurred_date", "2004-05-25"),
            ("accrued_to_date", "0.00"),
        ],
        shown_in: "obligations.csv",
        key: &["obligation_id"],
    },
    Skeleton {
        name: "installments",
        columns: &[("obligation_id", "1"), ("due_date", "2004-05-25"), ("amount", "0.00")],
        shown_in: "installments.csv",
        key: &["obligation_id", "due_date"],
    },
    Skeleton { name: "opening_balances", columns: &[("account", ""), ("amount", "0.00")], shown_in: "", key: &[] },
];

/// The keys of an example that are not rows of a source.
const OTHERS: [&str; 9] =
    ["bases", "policies", "pools", "events", "royalties", "shares", "ledger", "results", "required_spend"];

/// The keys of a row that are not columns of its source.
const MARKS: [&str; 6] = ["quarter", "quarters", "expect", "us-gaap", "us-gaap-2004", "ifrs"];

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Boolean(_) => value.to_string(),
        other => panic!("{other}: amounts, dates and codes stand in quotes"),
    }
}

fn tables<'a>(example: &'a Table, name: &str) -> Vec<&'a Table> {
    let rows = example.get(name).map_or(&[] as &[Value], |rows| rows.as_array().expect("rows").as_slice());
    rows.iter().map(|row| row.as_table().expect("a row")).collect()
}

/// The quarters of a row.
fn quarters(row: &Table) -> Vec<String> {
    match (row.get("quarter"), row.get("quarters")) {
        (Some(quarter), None) => vec![text(quarter)],
        (None, Some(several)) => several.as_array().expect("quarters").iter().map(text).collect(),
        (None, None) => vec![QUARTER.to_owned()],
        (Some(_), Some(_)) => panic!("a row has one of quarter and quarters"),
    }
}

/// Each quarter from the first that the example names to the last.
fn run_through(example: &Table) -> &'static [(&'static str, &'static str, &'static str)] {
    let named: BTreeSet<String> = SOURCES
        .iter()
        .map(|source| source.name)
        .chain(["ledger", "results"])
        .flat_map(|name| tables(example, name))
        .flat_map(quarters)
        .collect();
    let position = |id: &String| CALENDAR.iter().position(|row| row.0 == id).expect("a quarter of the calendar");
    let positions: Vec<usize> = named.iter().map(position).collect();
    let first = positions.iter().min().expect("an example has rows or results");
    let last = positions.iter().max().expect("an example has rows or results");
    &CALENDAR[*first..=*last]
}

fn bases(example: &Table) -> Vec<(&'static str, Basis)> {
    let named: Vec<String> = example["bases"].as_array().expect("the bases of the example").iter().map(text).collect();
    let chosen: Vec<_> = BASES.into_iter().filter(|(name, _)| named.iter().any(|of| of == name)).collect();
    assert_eq!(chosen.len(), named.len(), "the bases are {named:?}");
    chosen
}

/// A CSV file of rows by column; a column that no row has is left out.
fn csv_of(rows: &[BTreeMap<String, String>], columns: &[&str]) -> String {
    let named: BTreeSet<&str> =
        rows.iter().flat_map(|row| row.keys().map(String::as_str)).chain(columns.iter().copied()).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&named).expect("written to memory");
    for row in rows {
        writer
            .write_record(named.iter().map(|name| row.get(*name).map_or("", String::as_str)))
            .expect("written to memory");
    }
    String::from_utf8(writer.into_inner().expect("written to memory")).expect("text")
}

fn source_rows(example: &Table, source: &Skeleton, quarter: &str) -> Vec<BTreeMap<String, String>> {
    let defaults =
        || DIMENSION.iter().chain(source.columns).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let rows = tables(example, source.name).into_iter().filter(|row| quarters(row).iter().any(|of| of == quarter));
    rows.map(|row| {
        let own = row.iter().filter(|(name, _)| !MARKS.contains(&name.as_str()));
        defaults().chain(own.map(|(name, value)| (name.clone(), text(value)))).collect()
    })
    .collect()
}

/// The ledger: each row of the example is a journal of two lines.
fn ledger_rows(example: &Table, quarter: (&str, &str, &str)) -> Vec<BTreeMap<String, String>> {
    let mut lines = Vec::new();
    let journals = tables(example, "ledger").into_iter().filter(|row| quarters(row).iter().any(|of| of == quarter.0));
    for (number, journal) in journals.enumerate() {
        let given = |name: &str, otherwise: &str| journal.get(name).map_or(otherwise.to_owned(), text);
        let (amount, journal_id) = (given("amount", ""), given("journal_id", &format!("J{}", number + 1)));
        for (line, side, other) in [("1", "debit", "credit"), ("2", "credit", "debit")] {
            let mut row: BTreeMap<String, String> =
                DIMENSION.iter().map(|(name, code)| ((*name).to_owned(), given(name, code))).collect();
            for (name, value) in [
                ("journal_id", journal_id.clone()),
                ("journal_line", line.to_owned()),
                ("effective_date", given("effective_date", quarter.2)),
                ("account", given(side, "")),
                ("description", String::new()),
                (side, amount.clone()),
                (other, String::new()),
                ("currency", "USD".to_owned()),
            ] {
                row.insert(name.to_owned(), value);
            }
            lines.push(row);
        }
        let known =
            ["debit", "credit", "amount", "journal_id", "effective_date", "quarter", "entity", "brand", "segment"];
        assert!(journal.keys().all(|name| known.contains(&name.as_str())), "{journal}");
    }
    lines
}

/// The example's rows of a table of closepack.toml, each with what it leaves out.
fn configured(example: &Table, name: &str, defaults: &[(&str, &str)]) -> Value {
    let complete = |row: &Table| {
        let mut complete: Table =
            defaults.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        complete.extend(row.clone());
        Value::Table(complete)
    };
    Value::Array(tables(example, name).into_iter().map(complete).collect())
}

fn configuration(example: &Table, basis: &str, first_quarter: &str) -> String {
    let embedded = std::fs::read_to_string(repository().join("data/book/closepack.toml")).expect("the embedded book");
    let mut config: Table = toml::from_str(&embedded).expect("the embedded configuration");
    for name in ["targets", "sensitivities", "scenarios"] {
        config.remove(name);
    }
    let mut policies = Table::new();
    for (key, value) in [("basis", basis), ("first_quarter", first_quarter), ("tax_rate", "0.40")] {
        policies.insert(key.to_owned(), value.into());
    }
    policies.insert("valuation_allowance".to_owned(), true.into());
    policies.extend(example.get("policies").and_then(Value::as_table).cloned().unwrap_or_default());
    config.insert("policies".to_owned(), policies.into());
    let mut pools = example.clone();
    if !example.contains_key("pools") {
        let stock: Table = [("code".to_owned(), Value::from("stock"))].into_iter().collect();
        pools.insert("pools".to_owned(), Value::Array(vec![stock.into()]));
    }
    config.insert("pools".to_owned(), configured(&pools, "pools", &[("name", "a pool"), ("royalty_rate", "0")]));
    let event = [("kind", "brand-exit"), ("description", "an event")];
    config.insert("events".to_owned(), configured(example, "events", &event));
    let royalty = DIMENSION.iter().copied().chain([("payee", "a licensor")]).collect::<Vec<_>>();
    config.insert("royalties".to_owned(), configured(example, "royalties", &royalty));
    toml::to_string(&config).expect("a configuration")
}

/// The CSV files of a pack by name.
type Files = BTreeMap<String, Vec<u8>>;

/// The packs of a run by quarter, in the order of time.
type Packs = BTreeMap<String, Files>;

/// Runs an example as a book.
fn run(rule: &Rule, basis: &str) -> Packs {
    let (example, heading) = (&rule.example, &rule.heading);
    for name in example.keys() {
        let known = OTHERS.contains(&name.as_str()) || SOURCES.iter().any(|source| source.name == name);
        assert!(known, "{heading}: {name} is nothing of an example");
    }
    let quarters = run_through(example);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let book = folder.path();
    let put = |name: &str, text: &str| std::fs::write(book.join(name), text).expect("written");
    put("closepack.toml", &configuration(example, basis, quarters[0].0));
    let mut calendar = "quarter,start,end,fiscal_year\n".to_owned();
    for (id, start, end) in CALENDAR {
        writeln!(calendar, "{id},{start},{end},{}", &id[..4]).expect("written to memory");
    }
    put("calendar.csv", &calendar);
    put("comparatives.csv", "quarter,statement,line,amount,source\n");
    let shares: Vec<_> = tables(example, "shares")
        .into_iter()
        .map(|row| row.iter().map(|(name, value)| (name.clone(), text(value))).collect())
        .collect();
    put("shares.csv", &csv_of(&shares, &["quarter", "basic_shares", "incremental_shares"]));
    std::fs::copy(repository().join("data/book/chart_of_accounts.csv"), book.join("chart_of_accounts.csv"))
        .expect("copied");
    let ledger = [
        "journal_id",
        "journal_line",
        "effective_date",
        "entity",
        "account",
        "brand",
        "segment",
        "description",
        "debit",
        "credit",
        "currency",
    ];
    let mut packs = Packs::new();
    for quarter in quarters {
        std::fs::create_dir(book.join(quarter.0)).expect("a folder");
        put(&format!("{}/ledger.csv", quarter.0), &csv_of(&ledger_rows(example, *quarter), &ledger));
        for source in &SOURCES {
            let columns: Vec<&str> = DIMENSION.iter().chain(source.columns).map(|(name, _)| *name).collect();
            let found = source_rows(example, source, quarter.0);
            let found: Vec<_> =
                if source.name == "installments" { found.into_iter().map(without_dimension).collect() } else { found };
            let columns = if source.name == "installments" { &columns[DIMENSION.len()..] } else { &columns };
            put(&format!("{}/{}.csv", quarter.0, source.name), &csv_of(&found, columns));
        }
        let before = packs.last_key_value().map(|(id, files)| (id.as_str(), files));
        let files = close_quarter(heading, book, quarter.0, before);
        packs.insert(quarter.0.to_owned(), files);
    }
    packs
}

fn without_dimension(mut row: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (name, _) in DIMENSION {
        row.remove(name);
    }
    row
}

/// Closes a quarter as the command does, up to the pack's CSV files. An example shows one thing, and its subledgers
/// need not tie to a ledger: checks may fail.
fn close_quarter(heading: &str, folder: &Path, quarter: &str, before: Option<(&str, &Files)>) -> Files {
    let fail = |faults: &dyn std::fmt::Display| -> ! { panic!("{heading}, {quarter}: {faults}") };
    let (book, sources) = ingest::book::read(folder).unwrap_or_else(|fault| match fault {
        BookFault::Configuration(faults) | BookFault::Input(faults) => fail(&faults),
    });
    let of = book.calendar.quarter(quarter).expect("a quarter of the calendar");
    let records =
        ingest::quarter::read(folder, &book, of, Faults::default(), &Silent).unwrap_or_else(|faults| fail(&faults));
    let prior = before.map(|(id, files)| PriorPack::read(id, None, files).unwrap_or_else(|error| fail(&error)));
    let inputs = close::Inputs {
        book: &book,
        quarter: of,
        records: &records,
        prior: prior.as_ref(),
        real_prior: None,
        prior_year: None,
    };
    let closed = close::close(inputs).unwrap_or_else(|faults| fail(&faults));
    let sensitivities = close::sensitivities(inputs, &closed);
    report::csv::files(report::csv::Inputs { book: &book, closed: &closed, sources: &sources }, &sensitivities)
}

/// A figure of the page beside what the run gives.
#[derive(Debug, PartialEq)]
struct Figure {
    /// Where it stands: basis, quarter, file, row and column.
    at: String,
    stated: String,
    found: String,
}

/// The tables of figures of a row that hold under a basis.
fn stated<'a>(row: &'a Table, basis: &str) -> Vec<&'a Table> {
    ["expect", basis].into_iter().filter_map(|name| row.get(name)?.as_table()).collect()
}

/// Every figure that an example states under a basis, with the one that its packs show.
fn figures(example: &Table, basis: &str, packs: &Packs) -> Vec<Figure> {
    let mut list = Vec::new();
    for source in &SOURCES {
        for row in tables(example, source.name) {
            for quarter in quarters(row) {
                let of = |name: &&'static str| {
                    let otherwise =
                        source.columns.iter().find(|(column, _)| column == name).map_or("", |(_, code)| code);
                    ((*name).to_owned(), row.get(*name).map_or(otherwise.to_owned(), text))
                };
                let key = source.key.iter().map(of).collect();
                for stated in stated(row, basis) {
                    list.extend(compared((basis, &quarter), source.shown_in, &key, stated, packs));
                }
            }
        }
    }
    for row in tables(example, "results") {
        let file = format!("{}.csv", text(&row["file"]));
        let key = row.get("where").and_then(Value::as_table).cloned().unwrap_or_default();
        let key = key.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let known = ["file", "where"].iter().chain(&MARKS).copied().collect::<BTreeSet<_>>();
        assert!(row.keys().all(|name| known.contains(name.as_str())), "{row}");
        for quarter in quarters(row) {
            for stated in stated(row, basis) {
                list.extend(compared((basis, &quarter), &file, &key, stated, packs));
            }
        }
    }
    if let Some(spend) = example.get("required_spend").and_then(Value::as_table) {
        let amount = |name: &str| Money::parse(&text(&spend[name])).expect("an amount");
        let found = prepaid_advertising::required_spend_surplus(amount("incurred"), amount("required"));
        for stated in stated(spend, basis) {
            let stated = text(&stated["surplus"]);
            list.push(Figure { at: format!("{basis} surplus"), stated, found: found.to_string() });
        }
    }
    list
}

/// The figures of the one row of a pack's file that has the key; `rows` is the number of such rows.
fn compared(
    (basis, quarter): (&str, &str),
    file: &str,
    key: &BTreeMap<String, String>,
    stated: &Table,
    packs: &Packs,
) -> Vec<Figure> {
    let all = rows(&packs[quarter][file]);
    let found: Vec<_> = all.iter().filter(|row| key.iter().all(|(name, value)| row[name] == *value)).collect();
    let figure = |(column, value): (&String, &Value)| {
        let at = format!("{basis} {quarter} {file} {key:?} {column}");
        let found = match (column.as_str(), found.as_slice()) {
            ("rows", found) => found.len().to_string(),
            (_, [row]) => row.get(column).unwrap_or_else(|| panic!("{at}: no such column")).clone(),
            (_, found) => format!("{} rows", found.len()),
        };
        Figure { at, stated: text(value), found }
    };
    stated.iter().map(figure).collect()
}

/// The number of figures that an example's text states, over its bases and quarters, counted without comparing any.
fn count_stated(example: &Table) -> usize {
    let bases: Vec<&str> = bases(example).into_iter().map(|(name, _)| name).collect();
    let leaves = |row: &Table| -> usize {
        let of = |name: &str| row.get(name).and_then(Value::as_table).map_or(0, Table::len);
        let all = bases.len() * of("expect") + bases.iter().map(|basis| of(basis)).sum::<usize>();
        assert!(BASES.iter().all(|(name, _)| bases.contains(name) || of(name) == 0), "a basis that is not run: {row}");
        all
    };
    let arrays = example.values().filter_map(Value::as_array).flatten().filter_map(Value::as_table);
    let singles = example.values().filter_map(Value::as_table);
    arrays.map(|row| leaves(row) * quarters(row).len()).sum::<usize>() + singles.map(leaves).sum::<usize>()
}

/// The example with one more in the last place of one stated figure; nothing when the figure is not among its rows.
fn altered(example: &Table, at: usize) -> Option<Table> {
    let mut altered = example.clone();
    let names = ["expect", "us-gaap", "us-gaap-2004", "ifrs"];
    let rows = altered.iter_mut().filter(|(name, _)| *name != "policies").flat_map(|(_, value)| match value {
        Value::Array(rows) => rows.iter_mut().filter_map(Value::as_table_mut).collect::<Vec<_>>(),
        Value::Table(row) => vec![row],
        _ => Vec::new(),
    });
    let stated = rows.flat_map(|row| row.iter_mut().filter(|(name, _)| names.contains(&name.as_str())));
    let figure = stated.flat_map(|(_, table)| table.as_table_mut().expect("figures").iter_mut()).nth(at)?.1;
    let mut changed = text(figure);
    match changed.pop() {
        Some('9') => changed.push('8'),
        Some(digit) if digit.is_ascii_digit() => changed.push(char::from(digit as u8 + 1)),
        Some(letter) => changed.extend([letter, 'x']),
        None => changed.push('x'),
    }
    *figure = changed.into();
    Some(altered)
}

/// Every rule has one example; every example is run under each of its bases, every figure that it states is what the
/// pack shows, and none could be changed unseen.
#[test]
fn every_example_is_what_the_packs_show() {
    let page = page();
    let rules = rules(&page);
    assert_eq!(page.matches("```").count(), 2 * rules.len(), "the page has a fence that is no example");
    let mut wrong = Vec::new();
    for rule in &rules {
        let mut compared = 0;
        let mut packs = BTreeMap::new();
        for (basis, _) in bases(&rule.example) {
            let ran = run(rule, basis);
            let figures = figures(&rule.example, basis, &ran);
            compared += figures.len();
            wrong.extend(
                figures.into_iter().filter(|figure| figure.stated != figure.found).map(|of| (&rule.heading, of)),
            );
            packs.insert(basis, ran);
        }
        assert!(compared > 0, "{}: the example states nothing", rule.heading);
        assert_eq!(compared, count_stated(&rule.example), "{}: a figure was not compared", rule.heading);
        let differs = |altered: &Table| {
            packs.iter().any(|(basis, packs)| figures(altered, basis, packs).iter().any(|of| of.stated != of.found))
        };
        for altered in (0..).map_while(|at| altered(&rule.example, at)) {
            assert!(differs(&altered), "{}: a figure could be changed unseen", rule.heading);
        }
        sources_hold(rule, &packs);
        amounts_are_of_the_example(rule);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The cells of a Markdown table that follow a heading row; the row of dashes aside.
fn markdown_rows<'a>(text: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let mut lines = text.lines().skip_while(|line| *line != heading).skip(2);
    let mut found = Vec::new();
    while let Some(row) = lines.next().and_then(|line| line.strip_prefix("| ")?.strip_suffix(" |")) {
        found.push(row.split(" | ").map(str::trim).collect());
    }
    assert!(!found.is_empty(), "no table under {heading}");
    found
}

/// Whatever rule the packs of an example cite stands among the rule's sources under that basis.
fn sources_hold(rule: &Rule, packs: &BTreeMap<&str, Packs>) {
    let sources = markdown_rows(&rule.text, "| US today | US 2004 | IFRS |");
    for (at, (basis, _)) in BASES.iter().enumerate() {
        let files = packs.get(basis).into_iter().flat_map(|packs| packs.values());
        for row in files.flat_map(|files| rows(&files["adjustments.csv"])) {
            let cited = sources.iter().any(|cells| cells[at].contains(&row["rule"]));
            assert!(cited, "{}: {} is not among the sources under {basis}", rule.heading, row["rule"]);
        }
    }
}

/// Amounts in a rule's prose, such as `94,016.00`, stand in its example.
fn amounts_are_of_the_example(rule: &Rule) {
    let mut parts = rule.text.split("```");
    let (before, example, after) = (parts.next(), parts.next().unwrap_or_default(), parts.next());
    let prose = [before, after].map(Option::unwrap_or_default).join(" ");
    let words = prose.split(|letter: char| !(letter.is_ascii_digit() || letter == ',' || letter == '.'));
    for word in words.map(|word| word.trim_end_matches([',', '.'])) {
        let figure = word.replace(',', "");
        if figure.len() == word.len() || figure.is_empty() {
            continue;
        }
        let stands = [
            format!("\"{figure}\""),
            format!("\"{figure}.00\""),
            format!("\"-{figure}\""),
            format!("\"-{figure}.00\""),
        ];
        assert!(stands.iter().any(|of| example.contains(of)), "{}: {word} is not in the example", rule.heading);
    }
}

/// The policies of a book that chooses nothing but what it must.
fn without_choosing(basis: &str) -> Vec<PolicyRow> {
    let example = toml::from_str("bases = []").expect("an empty example");
    let parsed = config::parse(&configuration(&example, basis, QUARTER));
    parsed.map_or_else(|faults| panic!("{faults}"), |config| config.policies.rows())
}

/// The page's table of policy keys is what the code has: keys, defaults, names and sources.
#[test]
fn the_policy_keys_are_those_of_the_code() {
    let page = page();
    let table = markdown_rows(&page, "| key | default | choices | US today | US 2004 | IFRS |");
    let rows = BASES.map(|(name, _)| without_choosing(name));
    let keys: Vec<String> = rows[0].iter().map(|row| format!("`{}`", row.key)).collect();
    assert_eq!(table.iter().map(|cells| cells[0]).collect::<Vec<_>>(), keys);
    assert!(page.contains("`production_advertising` is always as-incurred"));
    for (at, cells) in table.iter().enumerate() {
        for (column, rows) in rows.iter().enumerate() {
            let row = &rows[at];
            assert_eq!(cells[3 + column], row.source, "{}", row.key);
            // What the parser fills in is what is told to be the default.
            assert!(row.default.is_empty() || row.value == row.default, "{row:?}");
            let default = if row.default.is_empty() { "required".to_owned() } else { format!("`{}`", row.default) };
            // IFRS leaves no choice of this one, which the page says below its table.
            let forced = (BASES[column].1, row.key) == (Basis::Ifrs, "production_advertising");
            assert_eq!(cells[1], if forced { "`first-showing`" } else { &default }, "{}", row.key);
        }
        let choices = match rows[0][at].key {
            "basis" => Basis::expected(),
            "cost_formula" => CostFormula::expected(),
            "unit_of_account" => UnitOfAccount::expected(),
            "reserve_relief" => ReserveRelief::expected(),
            "production_advertising" => ProductionAdvertising::expected(),
            "royalty_buyout" => RoyaltyBuyout::expected(),
            _ => continue,
        };
        assert_eq!(cells[2], choices);
    }
}

/// Where a rule names a policy key, as `key` = `default`, the default is that of the code.
#[test]
fn the_defaults_beside_the_rules_are_those_of_the_code() {
    let (page, known) = (page(), without_choosing("us-gaap"));
    let mut named = BTreeSet::new();
    for line in page.lines().filter(|line| line.starts_with("Policy keys: ")) {
        for key in line.trim_start_matches("Policy keys: ").trim_end_matches('.').split(", ") {
            let row = known.iter().find(|row| key.starts_with(&format!("`{}`", row.key)));
            let row = row.unwrap_or_else(|| panic!("{key} is no policy key"));
            let default = if row.default.is_empty() { "(required)".to_owned() } else { format!("= `{}`", row.default) };
            assert_eq!(key, format!("`{}` {default}", row.key));
            named.insert(row.key);
        }
    }
    let all: BTreeSet<&str> = known.iter().map(|row| row.key).filter(|key| *key != "first_quarter").collect();
    assert_eq!(named, all, "every policy but first_quarter belongs to a rule");
}

/// Every citation that the rules can print stands in the page.
#[test]
fn every_citation_stands_in_the_page() {
    let page = page();
    let day = day_of_the_event();
    let amount = Money::ZERO;
    let dispositions = [
        Disposition::InUse,
        Disposition::HeldForSale { decided: day, fair_value: amount, cost_to_sell: amount },
        Disposition::Abandon { decided: day, cease_use: day },
        Disposition::HoldAndUse {
            decided: day,
            fair_value: amount,
            cost_to_sell: amount,
            undiscounted_cash_flows: amount,
            value_in_use: None,
        },
        Disposition::Reuse { decided: day },
    ];
    let recognitions = [
        Recognition::StraightLine { start: day, end: day },
        Recognition::FirstShowing { day, received: None },
        Recognition::Units { total: 1.into(), delivered: 0.into() },
        Recognition::InterimDeferral { start: day, last: day },
    ];
    let mut citations = BTreeSet::new();
    for (name, basis) in BASES {
        let tests = [MarketTest::NetRealizableValue, MarketTest::ReplacementCost];
        citations.extend(tests.map(|test| inventory_reserve::citation(basis, test)));
        citations.extend([inventory_reserve::release_citation(basis), royalties::citation(basis)]);
        citations.extend(recognitions.map(|recognition| prepaid_advertising::citation(basis, recognition)));
        citations.extend(dispositions.map(|disposition| fixed_assets::citation(basis, disposition)));
        citations.extend(ObligationKind::ALL.map(|(kind, _)| obligations::citation(basis, kind)));
        citations.extend(without_choosing(name).iter().map(|row| row.source));
    }
    for citation in citations {
        assert!(page.contains(citation), "{citation}");
    }
}

fn day_of_the_event() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2004, 5, 26).expect("a date")
}

/// Every citation that the packs of the embedded book print stands in the page, whatever the basis; tax among them.
#[test]
fn every_citation_of_the_embedded_book_stands_in_the_page() {
    let page = page();
    for (basis, _) in BASES {
        let desk = Desk::new();
        desk.edit("closepack.toml", |text| {
            text.replace("basis = \"us-gaap-2004\"", &format!("basis = \"{basis}\""))
                .replace("valuation_allowance = true", "valuation_allowance = false")
        });
        for quarter in ["2004-Q1", "2004-Q2"] {
            let ran = desk.command("run", quarter);
            assert!(code(&ran) <= 1, "{basis}, {quarter}: {}", errors(&ran));
            let cited: BTreeSet<String> = rows(&pack(&desk.out(), quarter)["adjustments.csv"])
                .into_iter()
                .map(|row| row["rule"].clone())
                .collect();
            assert!(cited.len() > 1, "{basis}, {quarter}: {cited:?}");
            for citation in cited {
                assert!(page.contains(&citation), "{citation}");
            }
        }
    }
}
