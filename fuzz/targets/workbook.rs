//! A subledger in a workbook.

#![no_main]

use std::sync::LazyLock;

use closepack_fuzz::Shelf;
use libfuzzer_sys::fuzz_target;

static SHELF: LazyLock<Shelf> =
    LazyLock::new(|| Shelf::new("[sources.inventory]\nfiles = \"inventory.xlsx\"\n", "inventory.csv"));

fuzz_target!(|bytes: &[u8]| {
    SHELF.put("inventory.xlsx", bytes);
    let _ = SHELF.read();
});
