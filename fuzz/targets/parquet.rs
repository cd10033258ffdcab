//! A ledger in Parquet.

#![no_main]

use std::sync::LazyLock;

use closepack_fuzz::Shelf;
use libfuzzer_sys::fuzz_target;

static SHELF: LazyLock<Shelf> = LazyLock::new(|| Shelf::new("", "ledger.csv"));

fuzz_target!(|bytes: &[u8]| {
    SHELF.put("ledger.parquet", bytes);
    let _ = SHELF.read();
});
