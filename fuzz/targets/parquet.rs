//! A ledger in Parquet.

#![no_main]

use std::sync::LazyLock;

use closepack_fuzz::Shelf;
use libfuzzer_sys::fuzz_target;

static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
    // polars panics at some damages; the reader catches that and tells of them. The fuzzer would end at any panic.
    let end = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.location().is_some_and(|place| place.file().contains("/polars-")) {
            end(panic);
        }
    }));
    Shelf::new("", "ledger.csv")
});

fuzz_target!(|bytes: &[u8]| {
    SHELF.put("ledger.parquet", bytes);
    let _ = SHELF.read();
});
