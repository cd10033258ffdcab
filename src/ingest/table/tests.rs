use super::*;
use crate::book::layout::parse;

/// The columns of a table that is no book's.
const ROWS: SourceColumns =
    SourceColumns { source: "rows", required: &["key", "amount"], expected: &[], optional: &["note", "more"] };

fn read(text: &[u8], faults: &mut Faults) -> Option<Table> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.csv"), text).expect("written");
    Table::own(folder.path(), "a.csv", &ROWS, faults)
}

/// What is shown of the field `amount` in each row of a table, and where.
fn spots(text: &[u8]) -> Vec<(u64, usize, String, String)> {
    let mut faults = Faults::default();
    let table = read(text, &mut faults).expect("a table");
    assert!(faults.is_empty(), "{faults}");
    let spot = |row: Row<'_>| {
        let Spot { place, source, .. } = row.spot("amount");
        let source = source.expect("a record");
        (place.line, place.column, source.text(), source.marked().unwrap_or("none").to_owned())
    };
    table.rows().map(spot).collect()
}

#[test]
fn a_field_is_found_in_its_record() {
    let of = |line, column, text: &str, field: &str| (line, column, text.to_owned(), field.to_owned());
    let expected = [of(2, 5, "k 1,2,x", "2"), of(3, 7, "\"a,x\",\"1.0\",\"y\"", "\"1.0\"")];
    assert_eq!(spots(b"key,amount,note\nk 1,2,x\n\"a,x\",\"1.0\",\"y\"\n"), expected);
    assert_eq!(spots(b"key,amount,note\r\nk 1,2,x\r\n\"a,x\",\"1.0\",\"y\"\r\n"), expected);
    assert_eq!(spots(b"key,amount,note\n\r\n\nk,2,x\n"), [of(4, 3, "k,2,x", "2")]);
    assert_eq!(spots("key,amount,note\nÄ,2,x".as_bytes()), [of(2, 4, "Ä,2,x", "2")]);
    assert_eq!(spots(b"key,amount,note\na,2,\"x\ny\"\n"), [of(2, 3, "a,2,\"x\ny\"", "2")]);
    assert_eq!(spots(b"key,amount,note\n\"x\nyz\",2,\n"), [of(2, 5, "\"x\nyz\",2,", "2")]);
}

/// Quotes, quoted line breaks, empty fields, an absent column and a row of the wrong length.
#[test]
fn fields_are_those_of_the_file() {
    let mut faults = Faults::default();
    let text = "key,amount,note\n1,,\"x, \"\"y\"\"\"\nshort\n\"2\n3\",é,z\n";
    let table = read(text.as_bytes(), &mut faults).expect("a table");
    let fields: Vec<_> =
        table.rows().map(|row| ["key", "amount", "note", "more"].map(|name| row.optional(name))).collect();
    assert_eq!(fields, [[Some("1"), None, Some("x, \"y\""), None], [Some("2\n3"), Some("é"), Some("z"), None]]);
    assert_eq!((faults.total(), table.len(), table.row(1).line()), (1, 2, 4));
}

#[test]
fn rows_and_bytes_that_cannot_be_read_are_shown() {
    let said = |text: &[u8]| {
        let mut faults = Faults::default();
        let _ = read(text, &mut faults);
        faults.to_string()
    };
    let short = said(b"key,amount\na,1\nb\n");
    assert!(short.contains("--> a.csv:3\n  |\n3 | b\n  = expected: 2 fields"), "{short}");
    let latin = said(b"key,amount\ncaf\xe9,1\n");
    assert!(latin.contains("--> a.csv:2:4\n  |\n2 | caf\\xE9,1\n  |    ^^^^\n"), "{latin}");
    let open = said(b"key,amount\na,1\nb,\"1\nc,1\n");
    assert!(open.contains("error[E0109]") && open.contains("--> a.csv:3\n"), "{open}");
    assert_eq!(said(b"key,amount\na,\"1\"\n"), said(b"key,amount\n"), "a closed quote is none that is open");
    let twice = said(b"key,amount,KEY,what\n");
    assert!(twice.contains("E0104") && twice.contains("--> a.csv:1:12 (KEY)"), "{twice}");
    assert!(twice.contains("--> a.csv:1:16 (what)"), "{twice}");
}

/// A table of opening balances in two files, with a layout.
fn balances(toml: &str, texts: [&str; 2]) -> (Vec<[Option<String>; 3]>, Faults) {
    let folder = tempfile::tempdir().expect("a folder");
    let files = ["a.csv", "b.csv"].map(str::to_owned);
    for (file, text) in files.iter().zip(texts) {
        std::fs::write(folder.path().join(file), text).expect("written");
    }
    let source = crate::book::layout::columns_of("opening_balances").expect("a source");
    let specs = parse(toml).expect("a layout");
    let mut faults = Faults::default();
    let table = Table::read(folder.path(), &files, source, &specs["opening_balances"], &mut faults);
    let row = |row: Row<'_>| ["entity", "account", "amount"].map(|name| row.optional(name).map(str::to_owned));
    (table.map_or(Vec::new(), |table| (0..table.len()).map(|at| row(table.row(at))).collect()), faults)
}

#[test]
fn rows_of_several_files_follow_each_other() {
    let (rows, faults) = balances(
        "[sources.opening_balances]\ncolumns = { entity = { from = \"who\", carried = true }, amount = [\"sum\", \"total\"] }\ntotals = [{ column = \"account\", empty = true }]\n",
        [
            "who,account,brand,segment,sum\nA,1,b,s,5\n,2,b,s,6\nAll,,,,11\n",
            "total,segment,brand,account,who\n7,s,b,3,B\n8,s,b,4,\n",
        ],
    );
    assert!(faults.is_empty(), "{faults}");
    let of = |fields: [&str; 3]| fields.map(|field| Some(field.to_owned()));
    assert_eq!(rows, [of(["A", "1", "5"]), of(["A", "2", "6"]), of(["B", "3", "7"]), of(["B", "4", "8"])]);
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_faults_of_another() {
    let (rows, faults) =
        balances("[sources.opening_balances]\n", ["entity\nA\n", "entity,account,brand,segment,amount\nshort\n"]);
    assert!(rows.is_empty());
    let told: Vec<(&str, Code)> = faults.sorted().iter().map(|fault| (fault.place.file.as_str(), fault.code)).collect();
    let missing = ("a.csv", Code::MissingColumn);
    assert_eq!(told, [missing, missing, missing, missing, ("b.csv", Code::FieldCount)]);
}
