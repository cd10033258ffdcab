//! The kinds of fault. `docs/errors.md` has a paragraph for each.

use serde::{Serialize, Serializer};

/// The kinds of fault. Each has a stable code, told by [`Code::as_str`], and words, told by [`Code::kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    MissingFile,
    UnreadableFile,
    MissingColumn,
    DuplicateColumn,
    FieldCount,
    NotUtf8,
    Configuration,
    Calendar,
    BadDate,
    BadAmount,
    BadQuantity,
    BadRate,
    EmptyValue,
    UnknownValue,
    UnknownAccount,
    UnbalancedEntry,
    OutsideQuarter,
    DuplicateKey,
    Currency,
    OwnEntry,
    RuleInput,
    UnfinishedQuarter,
    PriorPack,
    LimitExceeded,
    /// A report that is grouped by account, whose entries cannot be proven.
    GroupedReport,
    /// A quotation mark where none can be.
    StrayQuote,
    /// A workbook, one of its sheets or cells.
    Sheet,
    /// A date that two of the layout's patterns read differently.
    AmbiguousDate,
    /// The side of an amount that is not known: neither debit nor credit.
    Indicator,
    /// Journal ids that cannot show that entries balance.
    UselessJournal,
    /// What a file says of its own totals, and its lines do not add up to.
    ControlTotal,
}

impl Code {
    /// Every code, in the order of their numbers.
    pub const ALL: [Self; 31] = [
        Self::MissingFile,
        Self::UnreadableFile,
        Self::MissingColumn,
        Self::DuplicateColumn,
        Self::FieldCount,
        Self::NotUtf8,
        Self::LimitExceeded,
        Self::GroupedReport,
        Self::StrayQuote,
        Self::Configuration,
        Self::Sheet,
        Self::Calendar,
        Self::UnfinishedQuarter,
        Self::BadDate,
        Self::BadAmount,
        Self::BadQuantity,
        Self::BadRate,
        Self::EmptyValue,
        Self::UnknownValue,
        Self::UnknownAccount,
        Self::Currency,
        Self::AmbiguousDate,
        Self::Indicator,
        Self::UnbalancedEntry,
        Self::OutsideQuarter,
        Self::DuplicateKey,
        Self::OwnEntry,
        Self::UselessJournal,
        Self::ControlTotal,
        Self::RuleInput,
        Self::PriorPack,
    ];

    /// The code as it is printed, such as `E0204`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.told().0
    }

    /// The kind of fault in words, such as "rate that cannot be read".
    #[must_use]
    pub const fn kind(self) -> &'static str {
        self.told().1
    }

    const fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::MissingFile => ("E0101", "missing file"),
            Self::UnreadableFile => ("E0102", "file that cannot be read"),
            Self::MissingColumn => ("E0103", "missing or unknown column"),
            Self::DuplicateColumn => ("E0104", "column that comes twice"),
            Self::FieldCount => ("E0105", "row with too many or too few fields"),
            Self::NotUtf8 => ("E0106", "text in another encoding"),
            Self::LimitExceeded => ("E0107", "limit exceeded"),
            Self::GroupedReport => ("E0108", "report whose entries cannot be proven"),
            Self::StrayQuote => ("E0109", "stray quotation mark"),
            Self::Configuration => ("E0110", "configuration"),
            Self::Sheet => ("E0111", "workbook or sheet"),
            Self::Calendar => ("E0120", "calendar"),
            Self::UnfinishedQuarter => ("E0121", "quarter that has not ended"),
            Self::BadDate => ("E0201", "date that cannot be read"),
            Self::BadAmount => ("E0202", "amount that cannot be read"),
            Self::BadQuantity => ("E0203", "quantity that cannot be read"),
            Self::BadRate => ("E0204", "rate that cannot be read"),
            Self::EmptyValue => ("E0205", "empty field"),
            Self::UnknownValue => ("E0206", "unknown code or name"),
            Self::UnknownAccount => ("E0207", "unknown account"),
            Self::Currency => ("E0208", "another currency"),
            Self::AmbiguousDate => ("E0209", "ambiguous date"),
            Self::Indicator => ("E0210", "amount on no known side"),
            Self::UnbalancedEntry => ("E0301", "entry that does not balance"),
            Self::OutsideQuarter => ("E0302", "date outside the quarter"),
            Self::DuplicateKey => ("E0303", "row or key that comes twice"),
            Self::OwnEntry => ("E0304", "entry under a number of closepack's"),
            Self::UselessJournal => ("E0305", "journal ids that prove nothing"),
            Self::ControlTotal => ("E0306", "control total that does not agree"),
            Self::RuleInput => ("E0401", "input that a rule needs or cannot take"),
            Self::PriorPack => ("E0501", "earlier pack"),
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_and_differ() {
        let codes = Code::ALL.map(Code::as_str);
        assert!(codes.is_sorted_by(|before, after| before < after), "{codes:?}");
        let mut kinds = Code::ALL.map(Code::kind);
        kinds.sort_unstable();
        assert!(kinds.is_sorted_by(|before, after| before < after), "{kinds:?}");
    }
}
