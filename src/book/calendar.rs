//! The fiscal calendar: an explicit table, because no single rule gives every 52/53-week year.

use crate::domain::Quarter;

/// The quarters of a book in order of time, without gaps or overlaps.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    quarters: Vec<Quarter>,
}

impl Calendar {
    /// A calendar from rows that have been checked to follow each other.
    #[must_use]
    pub fn new(quarters: Vec<Quarter>) -> Self {
        Self { quarters }
    }

    /// The quarter of a name.
    #[must_use]
    pub fn quarter(&self, id: &str) -> Option<&Quarter> {
        self.quarters.iter().find(|quarter| quarter.id == id)
    }

    /// The quarter before the named one.
    #[must_use]
    pub fn previous(&self, id: &str) -> Option<&Quarter> {
        self.back(id, 1)
    }

    /// The same quarter of the year before: four rows back.
    #[must_use]
    pub fn year_before(&self, id: &str) -> Option<&Quarter> {
        self.back(id, 4)
    }

    /// The quarters of the named one's fiscal year up to and with it, oldest first; nothing for an unknown name.
    #[must_use]
    pub fn year_to_date(&self, id: &str) -> &[Quarter] {
        let Some(last) = self.quarters.iter().position(|quarter| quarter.id == id) else { return &[] };
        let year = self.quarters[last].fiscal_year;
        let first =
            self.quarters[..last].iter().rposition(|quarter| quarter.fiscal_year != year).map_or(0, |at| at + 1);
        &self.quarters[first..=last]
    }

    /// All quarters, oldest first.
    #[must_use]
    pub fn quarters(&self) -> &[Quarter] {
        &self.quarters
    }

    /// True when the quarter is the first of its fiscal year.
    #[must_use]
    pub fn opens_fiscal_year(&self, quarter: &Quarter) -> bool {
        self.previous(&quarter.id).is_none_or(|before| before.fiscal_year != quarter.fiscal_year)
    }

    fn back(&self, id: &str, rows: usize) -> Option<&Quarter> {
        let at = self.quarters.iter().position(|quarter| quarter.id == id)?;
        at.checked_sub(rows).map(|earlier| &self.quarters[earlier])
    }
}
