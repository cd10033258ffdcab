//! Exports in the shape of each system's, and broken ones: `tests/exports/README.md` tells what they are.

use std::process::Command;

use crate::support::repository;

/// Whoever changes an export changes its generator, so that all exports stay one ledger.
#[test]
fn the_exports_are_what_their_generator_writes() {
    let script = repository().join("tests/exports/generate.py");
    let output = Command::new("python3").arg("-B").arg(script).arg("--check").output().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
