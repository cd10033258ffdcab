//! `init`: looks at a file and proposes how a book reads it.

use std::path::Path;

use super::{Exit, say, tell};
use crate::book::layout::{SOURCES, columns_of};
use crate::ingest::sniff;

/// Prints the proposal for a source's file.
pub(super) fn init(from: &Path, source: &str) -> Exit {
    let Some(columns) = columns_of(source) else {
        let known: Vec<&str> = SOURCES.iter().map(|columns| columns.source).collect();
        let known = known.join(", ");
        tell(&format!("error: there is no source {source}\n  expected: one of {known}\n  help:     name one of them"));
        return Exit::Usage;
    };
    match sniff::sniff_file(from, columns) {
        Ok(proposal) => {
            say(proposal.to_string().trim_end());
            Exit::Done
        }
        Err(refusal) => {
            tell(&format!("error: {}: {refusal}\n  help: {}", from.display(), refusal.help));
            Exit::Rejected
        }
    }
}
