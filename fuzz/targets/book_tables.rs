//! The book's own tables: the first byte chooses which of them the rest is.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use closepack_fuzz::{CONFIGURATION, TABLES, choice, put, read_book};
use libfuzzer_sys::fuzz_target;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    put(folder.path(), "closepack.toml", CONFIGURATION.as_bytes());
    for (file, text) in TABLES {
        put(folder.path(), file, text.as_bytes());
    }
    folder
});

fn folder() -> &'static Path {
    FOLDER.path()
}

fuzz_target!(|bytes: &[u8]| {
    let Some((at, file)) = choice(bytes, TABLES.len()) else { return };
    let (name, text) = TABLES[at];
    put(folder(), name, file);
    let _ = read_book(folder());
    put(folder(), name, text.as_bytes());
});
