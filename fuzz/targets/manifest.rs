//! The manifest of a pack: what is read is written as it was read.

#![no_main]

use closepack::publish::Manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = Manifest::from_json(bytes) {
        let written = manifest.to_json().expect("a manifest is JSON");
        assert_eq!(Manifest::from_json(&written).expect("what was written is read"), manifest);
        let _ = manifest.run_id_of_inputs();
    }
});
