//! Subledgers, balances and the chart in other layouts, packed, in several files and in workbooks: whole runs that give
//! the same pack, and what is refused.

use std::collections::BTreeMap;
use std::io::Write;

use crate::support::{Desk, code, errors, pack, rows};
use crate::workbook::{Cell, Sheet, archive, workbook};

const QUARTER: &str = "2004-Q2";

const TABLES: [&str; 6] =
    ["opening_balances", "inventory", "prepaid_advertising", "fixed_assets", "obligations", "installments"];

/// The columns that are texts; the others are dates where their name says so, and numbers.
const TEXTS: [&str; 24] = [
    "entity",
    "account",
    "brand",
    "segment",
    "pool",
    "sku",
    "description",
    "contract_id",
    "vendor",
    "recognition",
    "asset_id",
    "component",
    "asset_group",
    "method",
    "convention",
    "disposition",
    "transfer_brand",
    "transfer_segment",
    "obligation_id",
    "payee",
    "kind",
    "name",
    "type",
    "statement_line",
];

fn is_date(column: &str) -> bool {
    column.ends_with("_date") && column != "expensed_to_date" && column != "accrued_to_date"
        || ["service_start", "service_end", "first_showing"].contains(&column)
}

/// The embedded book, opened by the quarter.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.edit("closepack.toml", |text| text.replace("\"2004-Q1\"", "\"2004-Q2\""));
    desk
}

/// A table of the quarter: its header and its rows.
struct Sample {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn sample(desk: &Desk, file: &str) -> Sample {
    let mut reader = csv::Reader::from_path(desk.book().join(file)).expect("a table of the book");
    let header = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    Sample { header, rows: reader.records().map(|record| row(record.expect("a row"))).collect() }
}

impl Sample {
    /// Each field changed by its column and text.
    fn map(&self, change: impl Fn(&str, &str) -> String) -> Vec<Vec<String>> {
        let row = |row: &Vec<String>| self.header.iter().zip(row).map(|(column, text)| change(column, text)).collect();
        self.rows.iter().map(row).collect()
    }

    fn cells(&self, cell: impl Fn(&str, &str) -> Cell) -> Vec<Vec<Cell>> {
        let row = |row: &Vec<String>| self.header.iter().zip(row).map(|(column, text)| cell(column, text)).collect();
        let header = self.header.iter().map(|name| Cell::Text(name.clone())).collect();
        std::iter::once(header).chain(self.rows.iter().map(row)).collect()
    }
}

fn written(header: &[String], rows: &[Vec<String>], delimiter: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(header).expect("written");
    rows.iter().for_each(|row| writer.write_record(row).expect("written"));
    String::from_utf8(writer.into_inner().expect("written")).expect("text")
}

fn put(desk: &Desk, file: &str, bytes: impl AsRef<[u8]>) {
    std::fs::write(desk.book().join(QUARTER).join(file), bytes).expect("written");
}

fn remove(desk: &Desk, table: &str) {
    std::fs::remove_file(desk.book().join(QUARTER).join(format!("{table}.csv"))).expect("removed");
}

fn configure(desk: &Desk, more: &str) {
    desk.edit("closepack.toml", |text| text + "\n" + more);
}

/// The CSV files of the quarter's pack, but what names the files that were read.
fn figures(desk: &Desk) -> BTreeMap<String, String> {
    let output = desk.command("run", QUARTER);
    assert!(code(&output) <= 1, "{}", errors(&output));
    let mut pack = pack(&desk.out(), QUARTER);
    pack.retain(|name, _| name.ends_with(".csv") && name != "sources.csv");
    pack.into_iter().map(|(name, bytes)| (name, without_places(bytes))).collect()
}

/// A file of a pack without the columns that say on which line of which file a figure stands.
fn without_places(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).expect("UTF-8");
    if !text.lines().next().is_some_and(|header| header.contains(",source_line")) {
        return text;
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("a row")).collect();
    let kept: Vec<usize> = (0..records[0].len()).filter(|at| !records[0][*at].starts_with("source_")).collect();
    let row = |record: &csv::StringRecord| kept.iter().map(|at| &record[*at]).collect::<Vec<_>>().join("\u{1f}");
    records.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn same(desk: &Desk) {
    let (found, expected) = (figures(desk), figures(&self::desk()));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, text) in &expected {
        assert!(found[name] == *text, "{name} is another:\n{}", found[name]);
    }
}

/// 1234.5 as 1.234,5 and 2004-05-26 as 26.05.2004.
fn german(column: &str, text: &str) -> String {
    if TEXTS.contains(&column) || text.is_empty() {
        return text.to_owned();
    }
    if is_date(column) {
        return format!("{}.{}.{}", &text[8..], &text[5..7], &text[..4]);
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let first = (whole.len() - 1) % 3 + 1;
    let groups = whole.as_bytes()[first..].chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
    let whole: Vec<String> = std::iter::once(whole[..first].to_owned()).chain(groups).collect();
    let whole = if column == "life_months" { digits.to_owned() } else { whole.join(".") };
    format!("{sign}{whole}{}", fraction.map(|digits| format!(",{digits}")).unwrap_or_default())
}

const GERMAN: &str = "
[layouts.german]
own_names = true
other_columns = \"refuse\"
dialect = { encoding = \"iso-8859-1\", delimiter = \";\", decimal = \",\", thousands = \".\", dates = \"dd.mm.yyyy\" }
";

#[test]
fn semicolons_decimal_commas_and_other_dates_give_the_same_pack() {
    let desk = desk();
    configure(&desk, GERMAN);
    for table in TABLES {
        let sample = sample(&desk, &format!("{QUARTER}/{table}.csv"));
        put(&desk, &format!("{table}.csv"), written(&sample.header, &sample.map(german), b';'));
        configure(&desk, &format!("[sources.{table}]\nlayout = \"german\"\n"));
    }
    same(&desk);
}

#[test]
fn packed_files_give_the_same_pack() {
    let desk = desk();
    for table in TABLES {
        let text = std::fs::read(desk.book().join(QUARTER).join(format!("{table}.csv"))).expect("a table");
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(&text).expect("packed");
        put(&desk, &format!("{table}.csv.gz"), packer.finish().expect("packed"));
        remove(&desk, table);
    }
    same(&desk);
}

/// The second file of each has its columns the other way round.
#[test]
fn several_files_give_the_same_pack_and_each_row_names_its_own() {
    let desk = desk();
    for table in TABLES {
        let sample = sample(&desk, &format!("{QUARTER}/{table}.csv"));
        let half = sample.rows.len() / 2;
        put(&desk, &format!("{table}-1.csv"), written(&sample.header, &sample.rows[..half], b','));
        let turned = |row: &Vec<String>| row.iter().rev().cloned().collect::<Vec<String>>();
        let rows: Vec<_> = sample.rows[half..].iter().map(turned).collect();
        put(&desk, &format!("{table}-2.csv"), written(&turned(&sample.header), &rows, b','));
        remove(&desk, table);
        configure(&desk, &format!("[sources.{table}]\nfiles = \"{table}-?.csv\"\n"));
    }
    same(&desk);
    let pack = pack(&desk.out(), QUARTER);
    let places: Vec<_> = rows(&pack["adjustments.csv"])
        .into_iter()
        .map(|row| (row["source_file"].clone(), row["source_line"].parse::<u64>().unwrap_or_default()))
        .collect();
    for file in ["2004-Q2/inventory-1.csv", "2004-Q2/inventory-2.csv"] {
        assert!(places.iter().any(|(found, line)| found == file && *line < 10), "{places:?}");
    }
    let sources = rows(&pack["sources.csv"]);
    let inventory: Vec<_> = sources.iter().filter(|row| row["source"] == "inventory").collect();
    assert_eq!(inventory.len(), 2);
    assert_eq!(inventory.iter().map(|row| row["rows"].parse::<u64>().expect("a number")).sum::<u64>(), 313);
}

const MAPPED: &str = r#"
[layouts.balances]
source = "opening_balances"
totals = [{ column = "Company", starts_with = "Total" }]

[layouts.balances.dialect]
delimiter = "auto"
title_rows = true
trimmed = true
ruled = true
currency_signs = ["USD"]
parentheses = true

[layouts.balances.columns]
entity = { from = "Company", carried = true, values = { "10" = "IAA", "20" = "II", "30" = "INNO" } }
account = { from = "Account", until = " " }
brand = { from = "Line", until = "/" }
segment = { from = "Line", after = "/" }
amount = "Balance"

[sources.opening_balances]
files = "balances.txt"
layout = "balances"

[sources.inventory.columns]
sku = { join = ["series", "number"], with = "-" }
"#;

/// Titles, totals, a column that is printed once, parts of fields, and texts that stand for codes.
#[test]
fn mapped_columns_give_the_same_pack() {
    let desk = desk();
    configure(&desk, MAPPED);
    desk.edit("2004-Q2/inventory.csv", |text| {
        let split = |line: &str| {
            let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
            fields[4] = fields[4].split_once('-').map_or("series,number".to_owned(), |(a, b)| format!("{a},{b}"));
            fields.join(",")
        };
        text.lines().map(split).collect::<Vec<_>>().join("\n")
    });
    let sample = sample(&desk, "2004-Q2/opening_balances.csv");
    let mut text =
        "Innotrac\nBalances as of 2004-02-29\n\n  Company|Account|Line|Balance | note\n---|---|---|---|---\n"
            .to_owned();
    let mut company = String::new();
    for row in &sample.rows {
        let [entity, account, brand, segment, amount] = &row[..] else { panic!("{row:?}") };
        let number = match entity.as_str() {
            "IAA" => "10",
            "II" => "20",
            _ => "30",
        };
        let shown = if company == *entity { "" } else { number };
        company.clone_from(entity);
        let amount = amount.strip_prefix('-').map_or(format!("USD {amount}"), |digits| format!("({digits})"));
        text += &format!(" {shown} | {account} its name | {brand}/{segment} | {amount} | x\n");
    }
    text += "Total||| 0.00|\nPrinted by nobody\n";
    put(&desk, "balances.txt", text);
    remove(&desk, "opening_balances");
    same(&desk);
}

/// Days since the first day of a workbook.
fn days(text: &str, since_1904: bool) -> i64 {
    let date: chrono::NaiveDate = text.parse().expect("a date");
    let first = if since_1904 { "1904-01-01" } else { "1899-12-30" };
    (date - first.parse::<chrono::NaiveDate>().expect("a date")).num_days()
}

fn cell(column: &str, text: &str, since_1904: bool) -> Cell {
    match text {
        "" => Cell::Empty,
        _ if is_date(column) => Cell::Date(days(text, since_1904)),
        // An account is a number in a sheet that nobody has formatted.
        _ if TEXTS.contains(&column) && column != "account" => Cell::Text(text.to_owned()),
        _ => Cell::Number(text.to_owned()),
    }
}

fn sheet(desk: &Desk, table: &'static str, since_1904: bool) -> Sheet {
    let sample = sample(desk, &format!("{QUARTER}/{table}.csv"));
    (table, sample.cells(|column, text| cell(column, text, since_1904)))
}

#[test]
fn one_workbook_with_a_sheet_for_each_table_gives_the_same_pack() {
    let desk = desk();
    let sheets = TABLES.map(|table| sheet(&desk, table, false));
    put(&desk, "registers.xlsx", workbook(&sheets, false));
    for table in TABLES {
        remove(&desk, table);
        configure(&desk, &format!("[sources.{table}]\nfiles = \"registers.xlsx\"\nsheet = \"{table}\"\n"));
    }
    same(&desk);
}

/// Dates since 1904, and a layout with decimal commas: numbers and dates of cells are no texts.
#[test]
fn a_workbook_for_each_table_gives_the_same_pack() {
    let desk = desk();
    configure(&desk, GERMAN);
    for table in TABLES {
        let sheet = sheet(&desk, table, true);
        put(&desk, &format!("{table}.xlsx"), workbook(&[sheet], true));
        remove(&desk, table);
        configure(&desk, &format!("[sources.{table}]\nlayout = \"german\"\n"));
    }
    same(&desk);
}

const ADS: &str = r#"
[sources.opening_balances]
files = "Trial_Balance*.txt"
layout = "ads-trial-balance"
dialect = { delimiter = "|" }
columns = { brand = "Segment01", segment = "Segment02" }

[sources.chart_of_accounts]
files = "ads/Chart_Of_Accounts.txt"
layout = "ads-chart"

[sources.chart_of_accounts.columns]
normal_balance = "Side"
section = "Section"
cash_flow_class = "Class"
cash_flow_contra = "Contra"
intercompany = "Group"
"#;

#[test]
fn the_trial_balance_and_the_chart_of_the_audit_data_standards_give_the_same_pack() {
    let desk = desk();
    configure(&desk, ADS);
    let balances = sample(&desk, "2004-Q2/opening_balances.csv");
    let header = ["Business_Unit_Code", "GL_Account_Number", "Segment01", "Segment02", "Amount_Beginning"];
    let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
    put(&desk, "Trial_Balance_20040529.txt", written(&header, &balances.rows, b'|'));
    remove(&desk, "opening_balances");
    let chart = sample(&desk, "chart_of_accounts.csv");
    let header = "GL_Account_Number,GL_Account_Name,Account_Type,Side,FS_Caption,Section,Class,Contra,Group";
    let header: Vec<String> = header.split(',').map(str::to_owned).collect();
    let rows = chart.map(|column, text| match (column, text) {
        ("type", "asset") => "Assets".to_owned(),
        ("type", "liability") => "Liabilities".to_owned(),
        ("type", "expense") => "Expenses".to_owned(),
        ("type", "equity") => "Equity".to_owned(),
        ("type", _) => "Revenue".to_owned(),
        _ => text.to_owned(),
    });
    std::fs::create_dir(desk.book().join("ads")).expect("a folder");
    std::fs::write(desk.book().join("ads/Chart_Of_Accounts.txt"), written(&header, &rows, b',')).expect("written");
    std::fs::remove_file(desk.book().join("chart_of_accounts.csv")).expect("removed");
    same(&desk);
}

/// What a check says of a broken book.
fn said(desk: &Desk) -> String {
    let output = desk.command("check", QUARTER);
    assert!(code(&output) == 3 || code(&output) == 2, "{}", errors(&output));
    errors(&output)
}

/// The rows of a sheet of opening balances, some cells of which are others.
fn balances(desk: &Desk, change: impl Fn(&mut Vec<Vec<Cell>>)) -> Sheet {
    let (name, mut rows) = sheet(desk, "opening_balances", false);
    change(&mut rows);
    (name, rows)
}

/// A book whose opening balances are in a workbook.
fn with_balances(change: impl Fn(&mut Vec<Vec<Cell>>)) -> Desk {
    let desk = desk();
    put(&desk, "opening_balances.xlsx", workbook(&[balances(&desk, change)], false));
    remove(&desk, "opening_balances");
    desk
}

#[track_caller]
fn says(found: &str, expected: &str) {
    assert_eq!(found, expected.trim_start(), "\n{found}");
}

#[test]
fn a_cell_that_is_no_value_is_told() {
    let desk = with_balances(|rows| {
        rows[2][4] = Cell::Error("#REF!");
        rows[3][2] = Cell::Bool(true);
        rows[5][0] = Cell::Empty;
    });
    says(
        &said(&desk),
        r#"
error[E0111]: the cell holds an error
 --> 2004-Q2/opening_balances.xlsx, sheet opening_balances, cell E3 (amount)
  = value: #REF!
  = expected: a text, a number or a date
  = help: put the value itself into the cell, or correct its formula

error[E0111]: the cell holds true or false
 --> 2004-Q2/opening_balances.xlsx, sheet opening_balances, cell C4 (brand)
  = value: TRUE
  = expected: a text, a number or a date
  = help: put the value itself into the cell, or correct its formula

error[E0205]: the field is empty
 --> 2004-Q2/opening_balances.xlsx, sheet opening_balances, cell A6 (entity)
  = expected: a value
  = help: fill in the field

3 faults; nothing was published
"#,
    );
}

#[test]
fn what_a_formula_leaves_behind_is_told() {
    let desk = with_balances(|rows| rows[2][4] = Cell::Number("0.30000000000000004".to_owned()));
    says(
        &said(&desk),
        r#"
error[E0202]: the amount has more than two decimal places
 --> 2004-Q2/opening_balances.xlsx, sheet opening_balances, cell E3 (amount)
  = value: 0.30000000000000004
  = expected: an amount such as -1234.50
  = help: the cell may show less than it holds, as results of formulas do: round it in the workbook, such as with =ROUND(...,2); closepack does not round what it reads

1 fault; nothing was published
"#,
    );
}

#[test]
fn zeros_that_a_number_has_lost_are_told() {
    let desk = with_balances(|rows| rows[2][1] = Cell::Number("60".to_owned()));
    desk.edit("chart_of_accounts.csv", |text| {
        text + "0060,Float,asset,debit,Other receivables,current-asset,operating,,\n"
    });
    says(
        &said(&desk),
        r#"
error[E0207]: the account is not in the chart
 --> 2004-Q2/opening_balances.xlsx, sheet opening_balances, cell B3 (account)
  = value: 60
  = expected: an account of the chart
  = help: write 0060: leading zeros count, and a spreadsheet keeps them only in cells that are formatted as text

1 fault; nothing was published
"#,
    );
}

#[test]
fn a_sheet_must_be_known() {
    let desk = desk();
    let sheets = [balances(&desk, |_| {}), ("Notes", vec![vec![Cell::Inline("notes".to_owned())]])];
    put(&desk, "opening_balances.xlsx", workbook(&sheets, false));
    remove(&desk, "opening_balances");
    says(
        &said(&desk),
        r#"
error[E0111]: the workbook has several sheets, and the book names none
 --> 2004-Q2/opening_balances.xlsx
  = expected: one of opening_balances, Notes
  = help: name it in [sources.opening_balances] of closepack.toml: sheet = "opening_balances"

1 fault; nothing was published
"#,
    );
    configure(&desk, "[sources.opening_balances]\nsheet = \"Balances\"\n");
    says(
        &said(&desk),
        r#"
error[E0111]: the workbook has no sheet of this name
 --> 2004-Q2/opening_balances.xlsx
  = value: Balances
  = expected: one of opening_balances, Notes
  = help: correct sheet in [sources.opening_balances] of closepack.toml, or rename the workbook's sheet

1 fault; nothing was published
"#,
    );
}

#[test]
fn the_columns_of_a_sheet_are_told_by_their_cells() {
    let desk = with_balances(|rows| {
        rows[0][4] = Cell::Text("balance".to_owned());
    });
    says(
        &said(&desk),
        r#"
error[E0103]: the column amount is missing
 --> 2004-Q2/opening_balances.xlsx, sheet opening_balances
  = expected: a column amount
  = help: add the column to the export, or map another in [sources.opening_balances.columns] of closepack.toml

error[E0103]: the column is not known
 --> 2004-Q2/opening_balances.xlsx, sheet opening_balances, cell E1 (balance)
  = value: balance
  = expected: one of entity, account, brand, segment, amount
  = help: rename or remove the column, or say in [sources.opening_balances.columns] of closepack.toml what it is

2 faults; nothing was published
"#,
    );
    let desk = with_balances(|rows| rows[7].push(Cell::Text("a remark".to_owned())));
    says(
        &said(&desk),
        r#"
error[E0111]: the cell stands in no column of the table
 --> 2004-Q2/opening_balances.xlsx, sheet opening_balances, cell F8
  = value: a remark
  = expected: an empty cell
  = help: give the column a heading, or empty the cell

1 fault; nothing was published
"#,
    );
}

#[test]
fn what_is_no_workbook_is_told() {
    for (file, bytes, message) in [
        (
            "a.xlsx",
            &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..],
            "the workbook has a password, or is one of before 2007",
        ),
        ("a.xls", b"anything", "the workbook is of a kind that closepack does not read"),
        ("a.xlsx", b"entity,account\n", "the file is no workbook"),
        ("a.xlsx", b"PK\x03\x04 and no more", "the workbook cannot be read: "),
        ("a.xlsx", &archive(&[("a.txt", b"text")]), "the workbook cannot be read: "),
        ("a.xlsx", &too_large(), "the workbook grows without end"),
        ("a.xlsx", &of_many_texts(), "the parts of the workbook are not as large as it says"),
    ] {
        let desk = desk();
        put(&desk, file, bytes);
        remove(&desk, "inventory");
        configure(&desk, &format!("[sources.inventory]\nfiles = \"{file}\"\n"));
        let said = said(&desk);
        assert!(said.contains(&format!(": {message}")), "{said}");
        assert!(said.contains(&format!("--> 2004-Q2/{file}\n")), "{said}");
    }
}

/// A workbook that says of its sheet that it is much larger than the file.
fn too_large() -> Vec<u8> {
    let mut bytes = archive(&[("xl/worksheets/sheet1.xml", b"<worksheet/>")]);
    let entry = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").expect("the directory's entry");
    bytes[entry + 24..entry + 28].copy_from_slice(&900_000_000_u32.to_le_bytes());
    bytes
}

/// A workbook that says of its list of texts that it has more than there is room for.
fn of_many_texts() -> Vec<u8> {
    archive(&[("xl/sharedStrings.xml", b"<?xml version=\"1.0\"?><sst uniqueCount=\"99999999999\"></sst>")])
}

/// A table of the quarter in the German layout, after a change of its text.
fn german_table(table: &str, from: &str, to: &str) -> Desk {
    let desk = desk();
    let sample = sample(&desk, &format!("{QUARTER}/{table}.csv"));
    let text = written(&sample.header, &sample.map(german), b';');
    assert!(text.contains(from), "{text}");
    put(&desk, &format!("{table}.csv"), text.replacen(from, to, 1));
    configure(&desk, &format!("{GERMAN}[sources.{table}]\nlayout = \"german\"\n"));
    desk
}

#[test]
fn values_of_another_dialect_are_told_as_they_stand() {
    says(
        &said(&german_table("installments", ";250.000,00;25.05.2004", ";250000.00;05/25/2004")),
        r#"
error[E0202]: the amount is not a plain decimal number
 --> 2004-Q2/installments.csv:3:26 (amount)
  |
3 | OB-SETTLEMENT;25.05.2004;250000.00;05/25/2004
  |                          ^^^^^^^^^
  = expected: an amount such as -1.234,50
  = help: correct the amount, or how the layout's dialect says that numbers are written

error[E0401]: the installments of OB-SETTLEMENT do not add up to its amount
 --> 2004-Q2/installments.csv:3:26 (amount)
  |
3 | OB-SETTLEMENT;25.05.2004;250000.00;05/25/2004
  |                          ^^^^^^^^^
  = value: 500000.00
  = expected: 750000.00
  = help: complete the schedule of installments

error[E0201]: not a date
 --> 2004-Q2/installments.csv:3:36 (paid_date)
  |
3 | OB-SETTLEMENT;25.05.2004;250000.00;05/25/2004
  |                                    ^^^^^^^^^^
  = expected: a date such as 26.05.2004 (dd.mm.yyyy)
  = help: correct the date, or name its form in the layout's dates

3 faults; nothing was published
"#,
    );
    let price = said(&german_table("inventory", ";25,81;", ";25.81;"));
    assert!(price.starts_with("error[E0203]: unit_cost is not a number\n --> 2004-Q2/inventory.csv:2:"), "{price}");
    let expected = "a decimal of zero or more, with at most 10 digits before and 8 after the comma";
    assert!(price.contains(";25.81;") && price.contains(&format!("  = expected: {expected}\n")), "{price}");
}

#[test]
fn a_date_of_two_readings_is_told() {
    let desk = desk();
    desk.edit("2004-Q2/installments.csv", |text| text.replace("2004-05-25,87", "4/5/2004,87"));
    configure(&desk, "[sources.installments]\ndialect = { dates = [\"m/d/yyyy\", \"d/m/yyyy\", \"yyyy-mm-dd\"] }\n");
    says(
        &said(&desk),
        r#"
error[E0209]: the date can be 2004-04-05 and 2004-05-04
 --> 2004-Q2/installments.csv:2:17 (due_date)
  |
2 | OB-ROYALTY-OWED,4/5/2004,87171.79,2004-05-25
  |                 ^^^^^^^^
  = expected: a date that can be read in one way
  = help: name the one form that the file has, such as dates = "m/d/yyyy", in [sources.installments.dialect]

1 fault; nothing was published
"#,
    );
}

#[test]
fn a_text_that_stands_for_nothing_is_told() {
    let desk = desk();
    configure(
        &desk,
        "[sources.obligations]\n[sources.obligations.columns]\nkind = { from = \"kind\", values = { severance = \"severance\", \"royalties-owed\" = \"royalties-owed\" } }\n",
    );
    says(
        &said(&desk),
        r#"
error[E0206]: obligation_id is not known
 --> 2004-Q2/installments.csv:3:1 (obligation_id)
  |
3 | OB-SETTLEMENT,2004-05-25,250000.00,2004-05-25
  | ^^^^^^^^^^^^^
  = expected: an obligation_id of the obligations, not of a guarantee
  = help: correct the code, or add it to the book

error[E0206]: obligation_id is not known
 --> 2004-Q2/installments.csv:4:1 (obligation_id)
  |
4 | OB-SETTLEMENT,2004-06-15,250000.00,
  | ^^^^^^^^^^^^^
  = expected: an obligation_id of the obligations, not of a guarantee
  = help: correct the code, or add it to the book

error[E0206]: obligation_id is not known
 --> 2004-Q2/installments.csv:5:1 (obligation_id)
  |
5 | OB-SETTLEMENT,2004-08-24,250000.00,
  | ^^^^^^^^^^^^^
  = expected: an obligation_id of the obligations, not of a guarantee
  = help: correct the code, or add it to the book

error[E0206]: the layout does not say which kind this is
 --> 2004-Q2/obligations.csv:3:59 (kind)
  |
3 | ...,OB-SETTLEMENT,"Blondie Rockwell, Inc.",contract-termination,Accelerated royalties under the settlem...
  |                                            ^^^^^^^^^^^^^^^^^^^^
  = expected: one of "royalties-owed", "severance"
  = help: add it to the values of kind in [sources.obligations.columns] of closepack.toml, or correct the field

error[E0206]: the layout does not say which kind this is
 --> 2004-Q2/obligations.csv:5:59 (kind)
  |
5 | ...rporate,OB-GUARANTEE,"Blondie Rockwell, Inc.",guarantee,"The parent's guarantee of the settlement, a...
  |                                                  ^^^^^^^^^
  = expected: one of "royalties-owed", "severance"
  = help: add it to the values of kind in [sources.obligations.columns] of closepack.toml, or correct the field

5 faults; nothing was published
"#,
    );
}

#[test]
fn a_key_of_another_file_and_a_line_between_rows_are_told() {
    let desk = desk();
    let text = std::fs::read_to_string(desk.book().join("2004-Q2/obligations.csv")).expect("a table");
    let lines: Vec<&str> = text.lines().collect();
    put(&desk, "more.csv", format!("Title\n{}\nbetween\n{}\n", lines[0], lines[1]));
    configure(
        &desk,
        "[sources.obligations]\nfiles = [\"obligations.csv\", \"more.csv\"]\ndialect = { title_rows = true }\n",
    );
    says(
        &said(&desk),
        r#"
error[E0105]: the row has 1 fields and the header 11
 --> 2004-Q2/more.csv:3
  |
3 | between
  = expected: 11 fields
  = help: quote fields that hold the delimiter, or fill in the missing ones

error[E0303]: obligation_id comes twice
 --> 2004-Q2/obligations.csv:2:20 (obligation_id)
  |
2 | IAA,FETISH,apparel,OB-ROYALTY-OWED,"Blondie Rockwell, Inc.",royalties-owed,Royalties on sales throug...
  |                    ^^^^^^^^^^^^^^^
  = expected: each key once; line 4 of 2004-Q2/more.csv has it already
  = help: add the rows together where they come from, or correct the key

2 faults; nothing was published
"#,
    );
}

#[test]
fn an_open_quote_is_told() {
    let desk = desk();
    desk.edit("2004-Q2/installments.csv", |text| {
        text + "OB-SETTLEMENT,2004-06-15,0.00,\"\nOB-SETTLEMENT,2004-06-15,0.00,\n"
    });
    says(
        &said(&desk),
        r#"
error[E0109]: a quote is opened and never closed
 --> 2004-Q2/installments.csv:8
  |
8 | OB-SETTLEMENT,2004-06-15,0.00,"\nOB-SETTLEMENT,2004-06-15,0.00,
  = expected: a closing quote
  = help: close the quote; or set quoted = false in the layout's dialect, if quotes are letters like any other

error[E0201]: not a date
 --> 2004-Q2/installments.csv:8:31 (paid_date)
  |
8 | OB-SETTLEMENT,2004-06-15,0.00,"\nOB-SETTLEMENT,2004-06-15,0.00,
  |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = value: \nOB-SETTLEMENT,2004-06-15,0.00,\n
  = expected: an ISO date such as 2004-05-26
  = help: write year, month and day: 2004-05-26

2 faults; nothing was published
"#,
    );
}
