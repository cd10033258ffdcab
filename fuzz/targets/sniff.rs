//! What `init` proposes for a file: whatever the file is, the book takes the proposal.

#![no_main]

use closepack::book::config;
use closepack::book::layout::columns_of;
use closepack::ingest::sniff::{sniff, sniff_workbook};
use closepack_fuzz::{CONFIGURATION, choice};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((at, file)) = choice(bytes, 4) else { return };
    let source = columns_of(if at % 2 == 0 { "ledger" } else { "inventory" }).expect("a source");
    let proposed = if at < 2 { sniff("file.csv", file, source) } else { sniff_workbook("file.xlsx", file, source) };
    match proposed {
        Err(refusal) => assert!(!refusal.message.is_empty() && !refusal.help.is_empty()),
        Ok(proposal) => {
            let book = format!("{CONFIGURATION}\n{proposal}");
            if let Err(faults) = config::parse(&book) {
                panic!("the book does not take\n{proposal}\n{faults}");
            }
        }
    }
});
