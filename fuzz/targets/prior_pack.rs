//! The files of an earlier pack, whose hashes agree: the first byte chooses which of them the rest is.

#![no_main]

use std::collections::BTreeMap;

use closepack::ingest::prior_pack::{PriorPack, read_statements};
use closepack_fuzz::{QUARTER, choice};
use libfuzzer_sys::fuzz_target;

/// Some rows of each file of the accepted pack that a later quarter reads.
const FILES: [(&str, &str); 8] = [
    ("inventory_reserve.csv", include_str!("../../tests/golden/2004-Q2/inventory_reserve.csv")),
    ("prepaid_advertising.csv", include_str!("../../tests/golden/2004-Q2/prepaid_advertising.csv")),
    ("fixed_assets.csv", include_str!("../../tests/golden/2004-Q2/fixed_assets.csv")),
    ("obligations.csv", include_str!("../../tests/golden/2004-Q2/obligations.csv")),
    ("trial_balance.csv", include_str!("../../tests/golden/2004-Q2/trial_balance.csv")),
    ("exit_costs.csv", include_str!("../../tests/golden/2004-Q2/exit_costs.csv")),
    ("targets.csv", include_str!("../../tests/golden/2004-Q2/targets.csv")),
    ("statements.csv", include_str!("../../tests/golden/2004-Q2/statements.csv")),
];

fuzz_target!(|bytes: &[u8]| {
    let Some((at, file)) = choice(bytes, FILES.len()) else { return };
    let some_rows = |text: &str| text.split_inclusive('\n').take(4).collect::<String>().into_bytes();
    let mut files: BTreeMap<String, Vec<u8>> =
        FILES.iter().map(|(name, text)| ((*name).to_owned(), some_rows(text))).collect();
    files.insert(FILES[at].0.to_owned(), file.to_vec());
    let _ = PriorPack::read(QUARTER, None, &files).map_err(|error| error.to_string());
    let _ = read_statements(QUARTER, &files).map_err(|error| error.to_string());
});
