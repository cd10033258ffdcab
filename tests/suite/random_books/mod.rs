//! Random books of three linked quarters, through the real ingestion, and what must hold over every one of them.
//!
//! A seed names a book. A failing one is told with its seed, and its folder is left to be looked at.

mod again;
mod book;
mod contracts;
mod coverage;
mod dice;
mod holds;
mod ledger;
mod owed;
mod reference;
mod register;
mod run;
mod sheet;
mod stock;
mod terms;

use std::ops::Range;
use std::path::PathBuf;

use coverage::Coverage;
use run::Chain;

/// Books that the properties are tried on.
const BOOKS: u64 = 2_000;
/// Threads that share them.
const THREADS: u64 = 2;

/// The seeds that a test tries; `CLOSEPACK_RANDOM_BOOKS=from..to` names others.
fn seeds(usual: Range<u64>) -> Range<u64> {
    let Ok(text) = std::env::var("CLOSEPACK_RANDOM_BOOKS") else { return usual };
    let (from, to) = text.split_once("..").expect("CLOSEPACK_RANDOM_BOOKS is from..to");
    from.parse().expect("a number")..to.parse().expect("a number")
}

/// A seed's book with everything that must hold of it.
fn try_book(seed: u64) -> Result<Chain, String> {
    let folder = run::scratch();
    let chain = Chain::run(seed, folder.path())?;
    holds::all(&chain)?;
    again::all(&chain, seed)?;
    Ok(chain)
}

/// Writes the folder of a seed's book, up to a quarter that cannot be run, and says where.
fn keep(seed: u64) -> PathBuf {
    let root = std::env::temp_dir().join(format!("closepack-random-book-{seed}"));
    // What is wrong with it has been told.
    drop(Chain::run(seed, &root));
    root
}

fn told(seed: u64, found: &str) -> String {
    format!("seed {seed}, its book is in {}: {found}", keep(seed).display())
}

#[test]
fn every_property_holds() {
    let seeds = seeds(0..BOOKS);
    let share = |thread: u64| {
        let (mut coverage, mut faults) = (Coverage::default(), Vec::new());
        for seed in seeds.clone().filter(|seed| seed % THREADS == thread) {
            match try_book(seed) {
                Ok(chain) => coverage.add(&chain),
                Err(found) => faults.push(told(seed, &found)),
            }
            if faults.len() == 5 {
                break;
            }
        }
        (coverage, faults)
    };
    let found = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || share(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread that ends")).collect::<Vec<_>>()
    });
    let (mut coverage, mut faults) = (Coverage::default(), Vec::new());
    for (part, told) in found {
        coverage.merge(part);
        faults.extend(told);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!("{} books:\n{coverage}", seeds.end - seeds.start);
    let books = usize::try_from(seeds.end - seeds.start).expect("a number of books");
    assert_eq!(coverage.missing(books), [""; 0]);
    assert_eq!(coverage.unknown(), [""; 0], "features without a least number");
}
