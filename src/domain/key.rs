//! The dimensions that every amount carries.

use std::cmp::Ordering;
use std::ops::Deref;
use std::sync::Arc;

/// Legal entity, brand and segment: the grain at which subledgers tie to the ledger and entries are posted.
///
/// A clone shares the codes, so that a million items of one dimension have them once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dimension(Arc<DimensionCodes>);

/// The codes of a dimension, as the book writes them.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DimensionCodes {
    pub entity: String,
    pub brand: String,
    pub segment: String,
}

impl Dimension {
    /// A dimension from its three codes, as the book writes them.
    #[must_use]
    pub fn new(entity: &str, brand: &str, segment: &str) -> Self {
        let codes = DimensionCodes { entity: entity.to_owned(), brand: brand.to_owned(), segment: segment.to_owned() };
        Self(Arc::new(codes))
    }
}

impl Deref for Dimension {
    type Target = DimensionCodes;

    fn deref(&self) -> &DimensionCodes {
        &self.0
    }
}

impl PartialOrd for Dimension {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Dimension {
    /// By entity, brand and segment; shared codes need no look.
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl std::fmt::Display for Dimension {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}/{}", self.entity, self.brand, self.segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_stand_by_their_codes_shared_or_not() {
        let one = Dimension::new("E", "B", "S");
        assert_eq!(
            (one.clone().cmp(&one), Dimension::new("E", "B", "S").cmp(&one)),
            (Ordering::Equal, Ordering::Equal)
        );
        for later in [Dimension::new("F", "A", "A"), Dimension::new("E", "C", "A"), Dimension::new("E", "B", "T")] {
            assert_eq!((one.cmp(&later), later.cmp(&one)), (Ordering::Less, Ordering::Greater), "{later}");
        }
        assert_eq!(one.to_string(), "E/B/S");
    }
}
