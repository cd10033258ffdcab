//! Which layout fits a file best, and in which of its rows the header is.

use std::cmp::Reverse;

use super::own;
use super::plan::Plan;
use crate::book::layout::{Layout, SourceColumns, preset, presets};
use crate::ingest::limits::TITLE_ROWS_MAX;

/// A row of a file before anyone knows what its fields are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// One-based: a text's line, a sheet's row.
    pub line: u64,
    pub fields: Vec<String>,
}

/// A layout, and where its columns are.
#[derive(Debug, Clone)]
pub struct Fit {
    pub layout: Layout,
    /// No preset: a layout that the headings suggest.
    pub own: bool,
    pub plan: Plan,
    /// The header's place among the rows.
    pub header: usize,
    /// The sign between fields, of a text.
    pub delimiter: Option<u8>,
}

impl Fit {
    /// What is better comes first: what lacks less, then what says more, then what stands higher up.
    fn rank(&self, source: &SourceColumns) -> (usize, Reverse<usize>, usize) {
        (self.plan.lacking(source), Reverse(self.plan.sought(&self.layout, source)), self.header)
    }

    /// A preset fits where at most one in six of its columns is missing.
    fn fits(&self, source: &SourceColumns) -> bool {
        let sought = self.plan.sought(&self.layout, source);
        sought > 0 && self.plan.lacking(source) * 6 <= sought
    }
}

/// The signs that may stand between the fields of a text.
pub const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The rows of a text under a delimiter. Empty lines are no rows.
#[must_use]
pub fn rows(text: &str, delimiter: u8, quoted: bool, most: usize) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(delimiter).quoting(quoted).flexible(true).has_headers(false);
    let records = reader.from_reader(text.as_bytes()).into_records().take(most).flatten();
    let (mut line, mut counted) = (1, 0);
    let row = |record: csv::StringRecord| {
        // The crate's own count is behind where lines end in CRLF, and where empty ones come before the record.
        let at = record.position().and_then(|position| usize::try_from(position.byte()).ok());
        let at = at.unwrap_or(counted).clamp(counted, text.len());
        let start = at + text.as_bytes()[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += text.as_bytes()[counted..start].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        counted = start;
        Row { line, fields: record.iter().map(str::to_owned).collect() }
    };
    records.map(row).collect()
}

/// A file cut into rows in one way.
pub type Cut = (Option<u8>, Vec<Row>);

/// The layouts that fit the rows best, the best first: several where they look for the same columns.
#[must_use]
pub fn best(source: &SourceColumns, cuts: &[Cut]) -> Vec<Fit> {
    let known = presets::names().filter_map(|name| preset(name, source));
    let layouts: Vec<Layout> = known.collect();
    let mut fits: Vec<Fit> = cuts.iter().flat_map(|cut| of_cut(source, &layouts, cut)).collect();
    fits.retain(|fit| fit.fits(source));
    let Some(rank) = fits.iter().map(|fit| fit.rank(source)).min() else {
        return own(source, cuts).into_iter().collect();
    };
    fits.retain(|fit| fit.rank(source) == rank);
    fits
}

fn of_cut(source: &SourceColumns, layouts: &[Layout], (delimiter, rows): &Cut) -> Vec<Fit> {
    let mut fits = Vec::new();
    for (header, row) in rows.iter().enumerate().take(TITLE_ROWS_MAX) {
        for layout in layouts {
            let plan = Plan::new(layout, source, &row.fields);
            fits.push(Fit { layout: layout.clone(), own: false, plan, header, delimiter: *delimiter });
        }
    }
    fits
}

/// A layout from headings that are no preset's: the header is the row of which most headings are known.
fn own(source: &SourceColumns, cuts: &[Cut]) -> Option<Fit> {
    let mut best: Option<Fit> = None;
    for (delimiter, rows) in cuts {
        for (header, row) in rows.iter().enumerate().take(TITLE_ROWS_MAX) {
            let Some(layout) = own::layout(source, &row.fields) else { continue };
            let plan = Plan::new(&layout, source, &row.fields);
            let more = best.as_ref().is_none_or(|best| plan.placed.len() > best.plan.placed.len());
            if more {
                best = Some(Fit { layout, own: true, plan, header, delimiter: *delimiter });
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_their_lines() {
        let lines = |text: &str| rows(text, b',', true, 9).iter().map(|row| row.line).collect::<Vec<_>>();
        assert_eq!(lines("a,b\n1,2\n3,4"), [1, 2, 3]);
        assert_eq!(lines("a,b\r\n1,2\r\n\r\n3,4\r\n"), [1, 2, 4]);
        assert_eq!(lines("\na,b\n\"1\n1\",2\n3,4\n"), [2, 3, 5]);
    }
}
