//! The mapping language: what tables say, and what is told of bad ones.

use super::*;
use crate::book::sources::{Outsiders, SourceSpec};

fn ledger() -> &'static SourceColumns {
    columns_of("ledger").expect("a source")
}

#[track_caller]
fn read(text: &str) -> BTreeMap<String, SourceSpec> {
    parse(text).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The faults of a text: line, column, message and value of each.
fn told(text: &str) -> Vec<(u64, usize, String, String)> {
    let faults = parse(text).expect_err("a fault");
    let of = |fault: &crate::diagnostics::Diagnostic| {
        (fault.place.line, fault.place.column, fault.message.clone(), fault.value.clone())
    };
    faults.sorted().into_iter().map(of).collect()
}

#[track_caller]
fn tells(text: &str, line: u64, column: usize, message: &str, value: &str) {
    assert_eq!(told(text), [(line, column, message.to_owned(), value.to_owned())], "{text}");
}

fn field(names: &[&str]) -> Origin {
    Origin::Field(names.iter().map(|name| (*name).to_owned()).collect())
}

/// A layout of a ledger that says all that is needed, for tables to be laid over it.
const WHOLE: &str = r#"
[layouts.own]
[layouts.own.columns]
journal_id = "No"
effective_date = "Day"
entity = "Co"
account = "Acct"
brand = "Brand"
segment = { value = "apparel" }
currency = { value = "USD" }
[[layouts.own.amounts]]
amount = "Amt"
sign = "natural"
"#;

#[test]
fn every_preset_is_sound_and_for_a_source() {
    for name in presets::names() {
        let layouts: Vec<(&str, Layout)> =
            SOURCES.iter().filter_map(|source| Some((source.source, preset(name, source)?))).collect();
        let expected = if name == presets::CANONICAL { SOURCES.len() } else { 1 };
        assert_eq!(layouts.len(), expected, "{name}");
        for (source, layout) in layouts {
            let columns = columns_of(source).expect("a source");
            assert!(layout.columns.keys().all(|column| columns.has(column)), "{name} for {source}");
            assert_eq!(layout.amounts.is_empty(), source != "ledger", "{name} for {source}");
            assert_eq!(layout.name, name);
        }
    }
    assert_eq!(preset("oracle", ledger()), None);
}

#[test]
fn what_a_source_gets_without_a_word_is_the_canonical_preset() {
    for source in SOURCES {
        assert_eq!(preset("canonical", source), Some(Layout::canonical(source)), "{}", source.source);
        assert_eq!(Layout::canonical(source).unsaid(source).count(), 0);
        let read = read(&format!("[sources.{}]\n", source.source));
        assert_eq!(read[source.source], SourceSpec::canonical(source));
    }
}

#[test]
fn presets_leave_to_the_book_what_a_system_does_not_know() {
    let unsaid = |name: &str| preset(name, ledger()).map(|layout| layout.unsaid(ledger()).collect::<Vec<_>>());
    assert_eq!(unsaid("ads"), Some(vec!["brand", "segment"]));
    assert_eq!(unsaid("sap"), Some(vec!["brand", "segment"]));
    assert_eq!(unsaid("saf-t"), Some(vec!["entity", "brand", "segment"]));
    for name in ["fec", "quickbooks-journal", "xero", "netsuite"] {
        assert_eq!(unsaid(name), Some(vec!["entity", "brand", "segment", "currency"]), "{name}");
    }
}

#[test]
fn a_source_lies_over_its_preset_key_by_key() {
    let read = read(
        r#"
[sources.ledger]
files = ["gl/*.txt", "more.txt"]
layout = "sap-list"
outside_quarter = "set-aside"
[sources.ledger.columns]
entity = { from = "BUKRS", values = { "1000" = "II", "2000" = "IAA" } }
brand = "PRCTR"
segment = { value = "apparel" }
journal_line = false
[sources.ledger.dialect]
encoding = "utf-8"
thousands = ""
"#,
    );
    let spec = &read["ledger"];
    assert_eq!(spec.files, ["gl/*.txt", "more.txt"]);
    assert_eq!((spec.outside_quarter, spec.other_currencies), (Outsiders::SetAside, Outsiders::Refuse));
    let layout = &spec.layout;
    assert_eq!((layout.name.as_str(), layout.other_columns), ("sap-list", OtherColumns::Ignored));
    assert_eq!(layout.columns["entity"].from, field(&["BUKRS"]));
    assert_eq!(layout.columns["entity"].values["2000"], "IAA");
    assert!(!layout.columns.contains_key("journal_line"), "false takes a column away");
    let joined = ["BUKRS", "BELNR", "GJAHR"].map(str::to_owned).to_vec();
    assert_eq!(layout.columns["journal_id"].from, Origin::Join { columns: joined, with: "-".to_owned() });
    let dialect = &layout.dialect;
    assert_eq!((dialect.encoding, dialect.delimiter, dialect.quoted), (Encoding::Utf8, Some(b'|'), false));
    assert_eq!((dialect.numbers.decimal, dialect.numbers.thousands), (b',', None));
    assert!(dialect.numbers.trailing_minus && dialect.numbers.padded && dialect.title_rows && dialect.ruled);
    assert_eq!(layout.amounts.len(), 2, "those of the layout below the list");
}

#[test]
fn a_book_writes_layouts_of_its_own() {
    let text = format!(
        "{WHOLE}\n[layouts.other]\nextends = \"own\"\ncolumns.brand = [\"Marke\", \"Brand\"]\n\n[sources.ledger]\nlayout = \"other\"\n"
    );
    let layout = &read(&text)["ledger"].layout;
    assert_eq!(layout.name, "other");
    assert_eq!(layout.columns["brand"].from, field(&["Marke", "Brand"]));
    assert_eq!(layout.columns["journal_id"], Column::named("No"));
    assert_eq!(layout.columns["currency"].from, Origin::Value("USD".to_owned()));
    assert_eq!(layout.amounts, [Amounts::Natural { amount: "Amt".to_owned() }]);
    assert_eq!(layout.dialect, Dialect::plain());
}

#[test]
fn every_key_of_a_column_and_of_amounts_is_kept() {
    let text = r#"
[sources.ledger.columns]
journal_id = { join = ["Type", "Num"], with = " ", opens = "Date" }
effective_date = { from = "Date", carried = true }
account = { from = "Account", after = " : ", until = " " }
[[sources.ledger.amounts]]
debit = "Soll"
credit = "Haben"
negative = "other-side"
[[sources.ledger.amounts]]
amount = "Amount"
indicator = "DC"
debit_is = ["D", "S"]
credit_is = "H"
[[sources.ledger.totals]]
column = "Account"
starts_with = "Total"
[[sources.ledger.totals]]
column = "Date"
empty = true
[sources.ledger.dialect]
dates = ["d.m.yyyy", "yyyymmdd"]
currency_signs = ["$", "US$", "EUR"]
thousands = "’"
delimiter = "auto"
"#;
    let layout = &read(text)["ledger"].layout;
    let columns = &layout.columns;
    assert_eq!(columns["journal_id"].opens, ["Date"]);
    assert!(columns["effective_date"].carried && !columns["account"].carried);
    assert_eq!((columns["account"].after.as_str(), columns["account"].until.as_str()), (" : ", " "));
    assert_eq!(columns["brand"], Column::named("brand"), "the rest is closepack's own");
    let text = str::to_owned;
    assert_eq!(
        layout.amounts,
        [
            Amounts::DebitCredit { debit: text("Soll"), credit: text("Haben"), negative: Negative::OtherSide },
            Amounts::Indicated {
                amount: text("Amount"),
                indicator: text("DC"),
                debit: vec![text("D"), text("S")],
                credit: vec![text("H")],
            },
        ]
    );
    let total = |column, starts_with| TotalRow { column: text(column), starts_with: text(starts_with) };
    assert_eq!(layout.totals, [total("Account", "Total"), total("Date", "")]);
    assert_eq!(layout.dialect.numbers.currency_signs, ["US$", "EUR", "$"]);
    assert_eq!((layout.dialect.numbers.thousands, layout.dialect.delimiter), (Some('\''), None));
    assert_eq!(
        layout.dialect.dates.iter().map(|date| date.pattern.as_str()).collect::<Vec<_>>(),
        ["d.m.yyyy", "yyyymmdd"]
    );
}

#[test]
fn a_layout_says_all_that_its_source_needs() {
    tells(
        "[sources.ledger]\nlayout = \"xero\"\n[sources.ledger.columns]\nentity = \"Org\"\nbrand = \"B\"\nsegment = \"S\"\n",
        2,
        10,
        "the layout xero does not say where currency comes from",
        "currency",
    );
    let faults = told("[sources.ledger]\nlayout = \"fec\"\n");
    assert_eq!(faults.len(), 4, "{faults:?}");
    let no_amounts = WHOLE.split("[[").next().unwrap_or_default();
    let text = format!("{no_amounts}[sources.ledger]\nlayout = \"own\"\n");
    tells(&text, 12, 10, "the layout own does not say where the amounts are", "own");
}

#[test]
fn a_layout_is_for_its_source() {
    let inventory = "[sources.inventory]\nlayout = \"ads\"\n";
    tells(inventory, 2, 10, "the layout ads is for ledger, not for inventory", "ads");
    let stock = "[sources.inventory]\ncolumns.journal_id = \"x\"\n";
    tells(stock, 1, 10, "the layout canonical maps a column that inventory does not have", "journal_id");
    let amounts = "[sources.inventory]\n[[sources.inventory.amounts]]\namount = \"x\"\nsign = \"natural\"\n";
    tells(amounts, 1, 10, "the layout canonical is one of a ledger, and inventory is none", "canonical");
    let aside = "[sources.inventory]\noutside_quarter = \"set-aside\"\n";
    tells(aside, 2, 19, "only a ledger's lines can be set aside", "set-aside");
    tells("[sources.stock]\n", 1, 10, "there is no source of this name", "stock");
}

#[test]
fn layouts_extend_what_there_is_and_not_themselves() {
    tells("[layouts.a]\nextends = \"sage\"\n", 2, 11, "there is no layout of this name", "sage");
    tells("[layouts.a]\nextends = \"a\"\n", 2, 11, "the layout extends itself", "a");
    let faults = told("[layouts.a]\nextends = \"b\"\n[layouts.b]\nextends = \"a\"\n");
    assert_eq!(faults, [(4, 11, "the layout extends itself".to_owned(), "a".to_owned())]);
    tells("[layouts.sap]\n", 1, 10, "the layout has the name of a preset", "sap");
    let unknown = parse("[sources.ledger]\nlayout = \"sage\"\n").expect_err("unknown").to_string();
    assert!(unknown.contains("canonical, ads, ads-trial-balance") && unknown.contains("netsuite"), "{unknown}");
}

/// A fault in a key of a source: the line of the key is the third.
#[track_caller]
fn of_columns(key: &str, column: usize, message: &str, value: &str) {
    tells(&format!("[sources.ledger]\n[sources.ledger.columns]\n{key}\n"), 3, column, message, value);
}

#[test]
fn bad_columns_are_told_with_their_place() {
    of_columns("colour = \"x\"", 1, "not a canonical column", "colour");
    of_columns("debit = \"x\"", 1, "the sides of a line are told by amounts, not by columns", "debit");
    of_columns("brand = \"\"", 9, "the text is empty", "");
    of_columns("brand = []", 9, "the list is empty", "");
    of_columns("brand = [\"a\", \"a\"]", 15, "the text is given twice", "a");
    of_columns("brand = {}", 1, "the column has no origin, or several", "brand");
    of_columns("brand = { from = \"a\", value = \"b\" }", 1, "the column has no origin, or several", "brand");
    of_columns("brand = { value = \" \" }", 19, "the text is empty", "");
    of_columns("brand = { value = \"a\", carried = true }", 34, "carried means nothing here", "carried");
    of_columns("brand = { from = \"a\", with = \"-\" }", 30, "with means nothing here", "with");
    of_columns("brand = { join = [\"a\", \"b\"], until = \" \" }", 38, "until means nothing here", "until");
    of_columns("brand = { from = \"a\", until = \"\" }", 31, "the text is empty", "");
    of_columns("brand = { from = \"a\", values = {} }", 32, "the table is empty", "");
    of_columns("brand = { from = \"a\", values = { x = \"\" } }", 38, "the text is empty", "");
    of_columns("brand = { from = \"a\", opens = \"b\" }", 31, "only a journal id opens journals", "brand");
    let joined = "joined without a sign between them, different texts can become one";
    of_columns("brand = { join = [\"a\", \"b\"], with = \"\" }", 37, joined, "");
}

#[track_caller]
fn of_amounts(keys: &str, line: u64, column: usize, message: &str, value: &str) {
    tells(&format!("[sources.ledger]\n[[sources.ledger.amounts]]\n{keys}\n"), line, column, message, value);
}

#[test]
fn bad_amounts_are_told_with_their_place() {
    let ways = "the amounts are not told in one way";
    of_amounts("debit = \"D\"", 2, 1, ways, "");
    of_amounts("amount = \"A\"", 2, 1, ways, "");
    of_amounts("debit = \"D\"\ncredit = \"C\"\nsign = \"natural\"", 2, 1, ways, "");
    of_amounts("amount = \"A\"\nsign = \"natural\"\nnegative = \"refuse\"", 2, 1, ways, "");
    of_amounts("amount = \"A\"\nsign = \"credit-positive\"", 4, 8, "not one of the choices", "credit-positive");
    of_amounts("debit = \"A\"\ncredit = \"A\"", 4, 10, "the text is given twice", "A");
    of_amounts("debit = \"A\"\ncredit = \"\"", 4, 10, "the text is empty", "");
    of_amounts("amount = \"A\"\nindicator = \"I\"\ndebit_is = \"D\"", 2, 1, "the indicator is not told", "");
    let same = "the indicator is the same for debits and credits";
    of_amounts("amount = \"A\"\nindicator = \"I\"\ndebit_is = \"D\"\ncredit_is = [\"C\", \"D\"]", 6, 13, same, "D");
    let total = "[[sources.ledger.totals]]\ncolumn = \"A\"\n";
    tells(total, 1, 1, "the total row is not told in one way", "");
}

#[track_caller]
fn of_dialect(key: &str, column: usize, message: &str, value: &str) {
    tells(&format!("[sources.ledger]\n[sources.ledger.dialect]\n{key}\n"), 3, column, message, value);
}

#[test]
fn bad_dialects_are_told_with_their_place() {
    of_dialect("encoding = \"ascii\"", 12, "not one of the choices", "ascii");
    of_dialect("delimiter = \";;\"", 13, "not a delimiter", ";;");
    of_dialect("delimiter = \"a\"", 13, "not a delimiter", "a");
    of_dialect("delimiter = \"\\\"\"", 13, "not a delimiter", "\"");
    of_dialect("decimal = \"'\"", 11, "not a decimal mark", "'");
    of_dialect("thousands = \"-\"", 13, "not a thousands mark", "-");
    of_dialect("thousands = \",.\"", 13, "not a thousands mark", ",.");
    of_dialect("thousands = \".\"", 13, "the decimal mark and the thousands mark are the same", ".");
    of_dialect("currency_signs = [\"$\", \"$\"]", 24, "the text is given twice", "$");
    of_dialect("currency_signs = [\"U 1\"]", 19, "not a currency sign", "U 1");
    of_dialect("currency_signs = [\"\"]", 19, "not a currency sign", "");
    of_dialect("dates = []", 9, "the list is empty", "");
    of_dialect("dates = \"dd.mm.yy\"", 9, "not the form of a date: `yy` is no part of a date", "dd.mm.yy");
    of_dialect("dates = [\"d.m.yyyy\", \"d.m.yyyy\"]", 22, "the text is given twice", "d.m.yyyy");
    let quotes = "delimiter = \",\"\nquoted = false\ndecimal = \",\"";
    of_dialect(quotes, 13, "the delimiter is a mark of numbers, and fields are not quoted", ",");
}

#[test]
fn bad_files_are_told_with_their_place() {
    let of = |file: &str, why: &str| {
        let message = format!("not a file of the book: {why}");
        tells(&format!("[sources.ledger]\nfiles = [\"a.csv\", \"{file}\"]\n"), 2, 19, &message, file);
    };
    let below = "it does not stay below the folder";
    of("../ledger.csv", below);
    of("/ledger.csv", below);
    of("gl//x.csv", below);
    of("./x.csv", below);
    of("c:x.csv", "it has a sign that paths of a book do not have");
    of("gl/[a.csv", "invalid range pattern");
    tells("[sources.ledger]\nfiles = \"\"\n", 2, 9, "the text is empty", "");
}

/// A fault of the form of a text comes alone, with its place.
#[test]
fn unknown_keys_are_told_with_their_place() {
    for (text, line) in [
        ("[sources.ledger]\nfile = \"x\"\n", 2),
        ("[sources.ledger.dialect]\nseparator = \";\"\n", 2),
        ("[sources.ledger]\n[sources.ledger.columns]\nbrand = { form = \"x\" }\n", 3),
        ("[sources.ledger]\n[sources.ledger.columns]\nbrand = true\n", 3),
        ("[sources.ledger]\n[sources.ledger.columns]\nbrand = 5\n", 3),
        ("[[sources.ledger.totals]]\nempty = true\n", 1),
    ] {
        let faults = told(text);
        assert_eq!((faults.len(), faults[0].0), (1, line), "{faults:?}");
    }
}
