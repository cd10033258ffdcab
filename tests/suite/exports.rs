//! Exports in the shape of each system's, and broken ones: `tests/exports/README.md` tells what they are.

use std::process::Command;

use closepack::book::layout::{Encoding, Numbers};
use closepack::diagnostics::Faults;
use closepack::ingest::record::Record;
use closepack::ingest::saft::{self, ControlTotals};

use crate::support::repository;

/// Whoever changes an export changes its generator, so that all exports stay one ledger.
#[test]
fn the_exports_are_what_their_generator_writes() {
    let script = repository().join("tests/exports/generate.py");
    let output = Command::new("python3").arg("-B").arg(script).arg("--check").output().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The columns in which a canonical ledger and a SAF-T file can be compared.
type Line = [String; 8];

const CANONICAL: [&str; 8] = ["effective_date", "entity", "account", "brand", "segment", "debit", "credit", "currency"];
const SAF_T: [&str; 8] = [
    "GLPostingDate",
    "Analysis:SEL",
    "AccountID",
    "Analysis:P",
    "Analysis:A",
    "DebitAmount",
    "CreditAmount",
    saft::DEFAULT_CURRENCY,
];

fn canonical_lines() -> Vec<Line> {
    let path = repository().join("tests/exports/canonical/ledger.csv");
    let mut reader = csv::Reader::from_path(path).expect("the canonical export");
    let header = reader.headers().expect("a header").clone();
    let places = CANONICAL.map(|name| header.iter().position(|found| found == name).expect("a column"));
    let line = |record: csv::StringRecord| places.map(|place| record[place].to_owned());
    let mut lines: Vec<Line> = reader.records().map(|record| line(record.expect("a record"))).collect();
    lines.sort();
    lines
}

/// Reads the SAF-T files of a folder of `tests/exports`.
fn read_saf_t(folder: &str) -> (Vec<Line>, Option<ControlTotals>, Faults) {
    let columns = SAF_T.map(str::to_owned);
    let (mut lines, mut totals, mut faults) = (Vec::new(), None, Faults::default());
    let entries = std::fs::read_dir(repository().join("tests/exports").join(folder)).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    for path in paths.filter(|path| path.extension().is_some_and(|ending| ending == "xml")) {
        let request =
            saft::Request { file: "saft.xml", encoding: Encoding::Utf8, numbers: &Numbers::plain(), columns: &columns };
        let source = std::io::BufReader::new(std::fs::File::open(path).expect("a file"));
        let mut each = |record: Record<'_>| {
            let text = |at: usize| String::from_utf8(record.fields[at].to_vec()).expect("UTF-8");
            lines.push(std::array::from_fn(text));
        };
        totals = saft::read(source, &request, &mut each, &mut faults);
    }
    lines.sort();
    (lines, totals, faults)
}

#[test]
fn the_saf_t_exports_have_the_lines_of_the_canonical_one() {
    for folder in ["saf-t", "saf-t-prefixed"] {
        let (lines, totals, faults) = read_saf_t(folder);
        assert!(faults.is_empty() && totals.is_some_and(|totals| totals.stated), "{folder}: {faults}");
        assert_eq!(lines, canonical_lines(), "{folder}");
    }
}

/// Each broken SAF-T export has one fault, on the line and with the value that `faults.csv` names.
#[test]
fn the_broken_saf_t_exports_are_told_where_they_are_broken() {
    let list = repository().join("tests/exports/bad/faults.csv");
    let mut reader = csv::Reader::from_path(list).expect("the list of faults");
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let broken: Vec<_> = rows.iter().filter(|row| row[0].starts_with("saf-t-")).collect();
    assert_eq!(broken.len(), 4, "{broken:?}");
    for row in broken {
        let (_, _, faults) = read_saf_t(&format!("bad/{}", &row[0]));
        let told: Vec<_> = faults.sorted().iter().map(|fault| fault.place.line.to_string()).collect();
        assert_eq!(told, [&row[2]], "{}: {faults}", &row[0]);
        assert!(faults.sorted()[0].value.contains(&row[3]), "{}: {faults}", &row[0]);
    }
}
