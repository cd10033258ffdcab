//! The dimensions that every amount carries.

/// Legal entity, brand and segment: the grain at which subledgers tie to the ledger and entries are posted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimension {
    pub entity: String,
    pub brand: String,
    pub segment: String,
}

impl Dimension {
    /// A dimension from its three codes, as the book writes them.
    #[must_use]
    pub fn new(entity: &str, brand: &str, segment: &str) -> Self {
        Self { entity: entity.to_owned(), brand: brand.to_owned(), segment: segment.to_owned() }
    }
}

impl std::fmt::Display for Dimension {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}/{}", self.entity, self.brand, self.segment)
    }
}
