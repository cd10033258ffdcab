//! `closepack.toml`: whole, or as layouts and sources behind the embedded book's.

#![no_main]

use closepack::book::config;
use closepack_fuzz::{CONFIGURATION, choice};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((at, text)) = choice(bytes, 2) else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let whole = if at == 0 { text.to_owned() } else { format!("{CONFIGURATION}\n{text}") };
    if let Err(faults) = config::parse(&whole) {
        assert!(!faults.is_empty(), "what is refused has a fault");
        let lines = whole.lines().count().max(1) as u64 + 1;
        assert!(faults.sorted().iter().all(|fault| fault.place.line <= lines), "{faults}");
    }
});
