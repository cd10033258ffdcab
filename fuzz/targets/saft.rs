//! SAF-T as a stream of records, without the ledger pass.

#![no_main]

use closepack::book::layout::{Encoding, Numbers};
use closepack::diagnostics::Faults;
use closepack::ingest::record::Record;
use closepack::ingest::saft::{self, Request};
use closepack::ingest::values;
use libfuzzer_sys::fuzz_target;

const DEBIT: &str = "DebitAmount";

fuzz_target!(|bytes: &[u8]| {
    let columns = saft::header(&["Analysis:P", "Analysis:A"]);
    let debit = columns.iter().position(|name| name == DEBIT).expect("the column of debits");
    let request = Request { file: "saft.xml", encoding: Encoding::Utf8, numbers: &Numbers::plain(), columns: &columns };
    let (mut faults, mut lines, mut debits, mut last) = (Faults::default(), 0, 0_i128, 0);
    let mut each = |record: Record<'_>| {
        assert_eq!(record.fields.len(), columns.len());
        assert!(record.fields.iter().all(|field| std::str::from_utf8(field).is_ok()));
        assert!(record.number >= last, "lines come in the file's order");
        last = record.number;
        lines += 1;
        debits += values::cents(record.fields[debit], &Numbers::plain()).map_or(0, i128::from);
    };
    let totals = saft::read(bytes, &request, &mut each, &mut faults);
    match totals {
        None => assert!(!faults.is_empty(), "what is refused has a fault"),
        Some(totals) => {
            assert_eq!(totals.lines, lines);
            if faults.is_empty() {
                assert_eq!(totals.debits.cents(), debits);
            }
        }
    }
});
