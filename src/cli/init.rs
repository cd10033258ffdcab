//! `init`: looks at a file and proposes how a book reads it.

use std::path::Path;

use super::terminal::{Ended, Trouble};
use super::{Exit, say};
use crate::book::layout::{SOURCES, columns_of};
use crate::ingest::sniff;

/// Prints the proposal for a source's file.
pub(super) fn init(from: &Path, source: &str) -> Result<Exit, Ended> {
    let Some(columns) = columns_of(source) else {
        let known: Vec<&str> = SOURCES.iter().map(|columns| columns.source).collect();
        let trouble = Trouble::new(Exit::Usage, format!("there is no source {source}"));
        return Err(trouble.expected(format!("one of {}", known.join(", "))).help("name one of them").into());
    };
    match sniff::sniff_file(from, columns) {
        Ok(proposal) => {
            say(proposal.to_string().trim_end());
            Ok(Exit::Done)
        }
        Err(refusal) => {
            let message = format!("{}: {refusal}", from.display());
            Err(Trouble::new(Exit::Rejected, message).help(refusal.help).into())
        }
    }
}
