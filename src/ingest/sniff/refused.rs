//! Reports that are no ledger: their lines are grouped by account, and nothing tells which of them make an entry.

use crate::book::layout::{Heading, heading};

/// What a report is that cannot be read, and what to export in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// The report's name.
    pub report: &'static str,
    /// Why it cannot be read, as a clause.
    pub why: &'static str,
    pub help: &'static str,
    /// Headings that the report has and no journal does.
    headings: &'static [&'static [&'static str]],
}

const GROUPED: &str = "its lines are grouped by account, and nothing tells which of them make an entry, so that no one can prove that each balances";

const REPORTS: [Advice; 2] = [
    Advice {
        report: "a General Ledger report of QuickBooks",
        why: GROUPED,
        help: "export the Journal report of the same dates, and read it with layout = \"quickbooks-journal\"",
        headings: &[&["Split", "Split account"], &["Balance"], &["Date", "Transaction date"]],
    },
    Advice {
        report: "an Account Transactions report of Xero",
        why: GROUPED,
        help: "export the journals (Journal Report, or the API's Journals), and read them with layout = \"xero\"",
        headings: &[&["Running Balance"], &["Date"], &["Source"]],
    },
];

/// What to do instead, where a header is that of a report that cannot be read; nothing for any other header.
#[must_use]
pub fn refused_report(header: &[&str]) -> Option<&'static Advice> {
    let has = |names: &&[&str]| names.iter().any(|name| heading(header.iter().copied(), name) != Heading::Missing);
    REPORTS.iter().find(|report| report.headings.iter().all(has))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn report(header: &str) -> Option<&'static str> {
        let header: Vec<&str> = header.split(',').collect();
        refused_report(&header).map(|advice| advice.report)
    }

    #[test]
    fn reports_by_account_are_known_by_their_headings() {
        let quickbooks = Some("a General Ledger report of QuickBooks");
        assert_eq!(report(",Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance"), quickbooks);
        let newer = ",Distribution account,Transaction date,Transaction type,Num,Name,Memo/Description,Split account,Amount,Balance";
        assert_eq!(report(newer), quickbooks);
        assert_eq!(report(",Type,Date,Num,Adj,Name,Memo,Split,Debit,Credit,Balance"), quickbooks);
        let xero = "Date,Source,Description,Reference,Debit,Credit,Running Balance,Account Code,Account";
        assert_eq!(report(xero), Some("an Account Transactions report of Xero"));
    }

    #[test]
    fn journals_are_no_such_reports() {
        for header in [
            ",Date,Transaction Type,Num,Name,Memo/Description,Account,Debit,Credit",
            "JournalID,JournalNumber,JournalDate,SourceType,AccountCode,NetAmount",
            "Internal ID,Date,Period,Type,Document Number,Account,Name,Memo,Debit,Credit",
            "journal_id,journal_line,effective_date,entity,account,brand,segment,debit,credit,currency",
            "Date,Account,Debit,Credit,Balance",
        ] {
            assert_eq!(report(header), None, "{header}");
        }
    }
}
