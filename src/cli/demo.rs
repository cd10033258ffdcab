//! `demo`: the embedded book, and the packs of its five quarters.

use std::io::{Error, ErrorKind};
use std::path::Path;

use include_dir::{Dir, include_dir};

use super::run::Job;
use super::{Ended, Exit, Terminal, Trouble, say, today};
use crate::domain::hash::sha256_hex;

/// The book of the reference case, as the repository has it.
static BOOK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/book");

/// The quarters that the embedded book has sources for.
const QUARTERS: [&str; 5] = ["2004-Q1", "2004-Q2", "2004-Q3", "2004-Q4", "2005-Q1"];

/// Writes the book and closes its quarters, oldest first; stops at the first that cannot be closed.
pub(super) fn demo(dir: &Path, terminal: &Terminal) -> Result<Exit, Ended> {
    let (book, out) = (dir.join("book"), dir.join("packs"));
    write_book(&BOOK, &book).map_err(|error| {
        Trouble::new(Exit::NotWritten, format!("the book could not be written to {}: {error}", book.display()))
    })?;
    let mut exit = Exit::Done;
    for quarter in QUARTERS {
        let (book, out, as_of) = (&book, &out, today());
        let job = Job { book, out, quarter, scenario: None, as_of, rejects: None, terminal };
        let (found, line) = job.run(true)?;
        if found != Exit::Done {
            exit = found;
        }
        say(&line);
    }
    say(&format!("open {}", out.join("2004-Q2").join("current").join("report.pdf").display()));
    Ok(exit)
}

/// Writes the files that are not there yet; a file that was changed since is left alone and told.
fn write_book(from: &Dir<'_>, to: &Path) -> Result<(), Error> {
    for file in from.find("**/*").map_err(|error| Error::other(error.to_string()))?.filter_map(|entry| entry.as_file())
    {
        let path = to.join(file.path());
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        match std::fs::read(&path) {
            Ok(found) if found == file.contents() => {}
            Ok(found) => {
                let hash = sha256_hex(&found);
                let why = format!("{} was changed (SHA-256 {hash}); name another folder with --dir", path.display());
                return Err(Error::new(ErrorKind::AlreadyExists, why));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => std::fs::write(&path, file.contents())?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
