//! The ledger in every layout: the first byte chooses the export of `tests/exports` that the rest is read as.

#![no_main]

use std::sync::LazyLock;

use closepack_fuzz::{Shelf, choice};
use libfuzzer_sys::fuzz_target;

/// What a book says of an export, and the export's file. `seed.py` writes the corpus in this order.
const EXPORTS: [(&str, &str); 14] = [
    (include_str!("../../tests/exports/canonical/sources.toml"), "ledger.csv"),
    (include_str!("../../tests/exports/canonical-semicolon/sources.toml"), "ledger.csv"),
    (include_str!("../../tests/exports/canonical-utf-16/sources.toml"), "ledger.csv"),
    (include_str!("../../tests/exports/canonical-gzip/sources.toml"), "ledger.csv.gz"),
    (include_str!("../../tests/exports/ads/sources.toml"), "GL_Detail_20040301_20040529.csv"),
    (include_str!("../../tests/exports/fec/sources.toml"), "000000000FEC20040529.txt"),
    (include_str!("../../tests/exports/fec-sens/sources.toml"), "000000000FEC20040529.txt"),
    (include_str!("../../tests/exports/saf-t/sources.toml"), "SAF-T_Financial_999999999_20040529.xml"),
    (include_str!("../../tests/exports/sap/sources.toml"), "bseg_20040529.txt"),
    (include_str!("../../tests/exports/sap-list/sources.toml"), "fbl3n.txt"),
    (include_str!("../../tests/exports/quickbooks-journal/sources.toml"), "Journal.csv"),
    (include_str!("../../tests/exports/xero/sources.toml"), "Journals.csv"),
    (include_str!("../../tests/exports/netsuite/sources.toml"), "TransactionSearchResults.csv"),
    ("[sources.ledger]\nfiles = \"ledger.csv.zst\"\n", "ledger.csv.zst"),
];

static SHELVES: LazyLock<Vec<Shelf>> =
    LazyLock::new(|| EXPORTS.iter().map(|(sources, _)| Shelf::new(sources, "ledger.csv")).collect());

fuzz_target!(|bytes: &[u8]| {
    let Some((at, file)) = choice(bytes, EXPORTS.len()) else { return };
    let shelf = &SHELVES[at];
    shelf.put(EXPORTS[at].1, file);
    let _ = shelf.read();
});
