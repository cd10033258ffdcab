//! The subledgers and the opening balances: the first byte chooses which of them the rest is.

#![no_main]

use std::sync::LazyLock;

use closepack_fuzz::{SOURCES, Shelf, choice, header};
use libfuzzer_sys::fuzz_target;

static SHELF: LazyLock<Shelf> = LazyLock::new(|| Shelf::new("", ""));

fuzz_target!(|bytes: &[u8]| {
    let tables = &SOURCES[1..];
    let Some((at, file)) = choice(bytes, tables.len()) else { return };
    let (name, text) = tables[at];
    SHELF.put(name, file);
    let _ = SHELF.read();
    SHELF.put(name, header(text).as_bytes());
});
