//! The independent reference over random books: a script in another language, which shares no code with closepack.

use std::path::Path;
use std::process::Command;

use super::run::Chain;
use crate::support::repository;

/// Books that the reference re-performs.
const BOOKS: u64 = 200;

/// Writes the packs of a chain in the published layout.
fn publish(chain: &Chain, packs: &Path) {
    for ran in &chain.quarters {
        let current = packs.join(&ran.id).join("current");
        std::fs::create_dir_all(&current).expect("a folder");
        for (name, bytes) in &ran.pack.files {
            std::fs::write(current.join(name), bytes).expect("written");
        }
    }
}

#[test]
fn an_independent_reference_agrees_over_random_books() {
    let folder = super::run::scratch();
    // Other seeds than those of the properties.
    let seeds = super::seeds(1_000_000..1_000_000 + BOOKS);
    for seed in seeds.clone() {
        let home = folder.path().join(format!("seed-{seed}"));
        let chain = Chain::run(seed, &home.join("book"));
        let chain = chain.unwrap_or_else(|found| panic!("{}", super::told(seed, &found)));
        publish(&chain, &home.join("packs"));
    }
    let output = Command::new("python3")
        .arg(repository().join("tests/reference/reference.py"))
        .arg("--many")
        .arg(folder.path())
        .output()
        .expect("python3 starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let last = said.lines().last().unwrap_or_default();
    assert!(
        last.starts_with(&format!("{} books, ", seeds.end - seeds.start)) && last.ends_with(", 0 differences"),
        "{last}"
    );
}
