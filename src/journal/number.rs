//! Entry numbers: the same in every run of a quarter, and found again in a ledger that holds them.

use crate::adjust::Movement;

/// What every number of closepack's own entries starts with.
const PREFIX: &str = "CP";
/// What every number of a scenario's entries starts with: they are never posted.
const SCENARIO_PREFIX: &str = "SCENARIO";

/// Numbers the entries and figures of one quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbering<'a> {
    pub quarter: &'a str,
    /// The scenario that is measured; none for the real books.
    pub scenario: Option<&'a str>,
}

impl<'a> Numbering<'a> {
    /// The numbers of the real books.
    #[must_use]
    pub const fn real(quarter: &'a str) -> Self {
        Self { quarter, scenario: None }
    }

    /// The number of a movement's entry in an entity.
    #[must_use]
    pub fn entry_id(&self, movement: Movement, entity: &str) -> String {
        let (quarter, code) = (self.quarter, movement.code());
        match self.scenario {
            None => format!("{PREFIX}-{quarter}-{code}-{entity}"),
            Some(name) => format!("{SCENARIO_PREFIX}-{name}-{quarter}-{code}-{entity}"),
        }
    }

    /// What every figure id starts with.
    #[must_use]
    pub fn figures(&self) -> String {
        match self.scenario {
            None => self.quarter.to_owned(),
            Some(name) => format!("{SCENARIO_PREFIX}-{name}-{}", self.quarter),
        }
    }
}

/// An own entry that a journal id carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnEntry<'a> {
    pub movement: Movement,
    pub entity: &'a str,
}

/// What a journal id says of closepack's own entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried<'a> {
    /// Nothing.
    Nothing,
    /// An entry of the quarter.
    Own(OwnEntry<'a>),
    /// An entry of an earlier quarter: ordinary activity of this one, such as an accrual that reverses itself.
    Earlier,
    /// An entry of a later quarter, of a scenario, or of no movement and entity that there are.
    Foreign,
}

/// Finds the numbers of a quarter's own entries in journal ids, whatever an ERP put before or after them.
#[derive(Debug, Clone)]
pub struct OwnNumbers {
    /// Longest first, so that an entity `IAA-US` is not taken for `IAA`.
    numbers: Vec<(String, Movement, String)>,
    quarters: Vec<String>,
    /// How many of the quarters are before this one.
    earlier: usize,
}

impl OwnNumbers {
    /// What every number starts with that can be found: a journal id without any of these carries nothing.
    pub const PREFIXES: [&'static str; 2] = [PREFIX, SCENARIO_PREFIX];

    /// The numbers of a quarter in all entities; `quarters` are all that the calendar has.
    #[must_use]
    pub fn new<'a>(
        quarter: &str,
        entities: impl Iterator<Item = &'a str> + Clone,
        quarters: impl Iterator<Item = &'a str>,
    ) -> Self {
        let numbering = Numbering::real(quarter);
        let mut numbers: Vec<(String, Movement, String)> = Movement::all()
            .flat_map(|movement| entities.clone().map(move |entity| (movement, entity)))
            .map(|(movement, entity)| (numbering.entry_id(movement, entity), movement, entity.to_owned()))
            .collect();
        numbers.sort_by(|a, b| (b.0.len(), &a.0).cmp(&(a.0.len(), &b.0)));
        let quarters: Vec<String> = quarters.map(str::to_owned).collect();
        let earlier = quarters.iter().position(|known| known == quarter).unwrap_or(quarters.len());
        Self { numbers, quarters, earlier }
    }

    /// What a journal id carries: a number that letters and digits neither lead into nor follow.
    #[must_use]
    pub fn carried_by(&self, journal_id: &str) -> Carried<'_> {
        let mut found = Carried::Nothing;
        for prefix in Self::PREFIXES {
            for (at, _) in journal_id.match_indices(prefix) {
                let rest = &journal_id[at..];
                let starts = !journal_id[..at].ends_with(|before: char| before.is_alphanumeric());
                let Some(named) = self.quarter_named(rest, prefix).filter(|_| starts) else { continue };
                found = if prefix == PREFIX && named < self.earlier { Carried::Earlier } else { Carried::Foreign };
                if let Some((_, movement, entity)) = self.numbers.iter().find(|(number, ..)| carries(rest, number)) {
                    return Carried::Own(OwnEntry { movement: *movement, entity });
                }
            }
        }
        found
    }

    /// The place of the calendar's quarter that `CP-<quarter>-` or `SCENARIO-<name>-<quarter>-` names.
    fn quarter_named(&self, rest: &str, prefix: &str) -> Option<usize> {
        let named = rest[prefix.len()..].strip_prefix('-')?;
        self.quarters.iter().position(|quarter| {
            if prefix == PREFIX {
                named.strip_prefix(quarter.as_str()).is_some_and(|after| after.starts_with('-'))
            } else {
                named.contains(&format!("-{quarter}-"))
            }
        })
    }
}

fn carries(rest: &str, number: &str) -> bool {
    rest.strip_prefix(number).is_some_and(|after| !after.starts_with(|next: char| next.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> OwnNumbers {
        let quarters = ["2004-Q1", "2004-Q2", "2004-Q3"];
        OwnNumbers::new("2004-Q2", ["IAA", "II", "IAA-US"].into_iter(), quarters.into_iter())
    }

    fn own(journal_id: &str) -> Option<(Movement, String)> {
        match numbers().carried_by(journal_id) {
            Carried::Own(found) => Some((found.movement, found.entity.to_owned())),
            _ => None,
        }
    }

    #[test]
    fn a_number_is_found_whatever_stands_around_it() {
        let charge = |entity: &str| Some((Movement::ReserveCharge, entity.to_owned()));
        for journal_id in [
            "CP-2004-Q2-INV-CHARGE-IAA",
            "GJ/CP-2004-Q2-INV-CHARGE-IAA/REV",
            "CP-2004-Q2-INV-CHARGE-IAA-2",
            "REVERSES CP-2004-Q2-INV-CHARGE-IAA",
        ] {
            assert_eq!(own(journal_id), charge("IAA"), "{journal_id}");
        }
        assert_eq!(own("CP-2004-Q2-INV-CHARGE-IAA-US"), charge("IAA-US"));
        assert_eq!(own("CP-2004-Q2-OBL-RUNNING-II"), Some((Movement::RunningRoyalty, "II".to_owned())));
    }

    #[test]
    fn other_numbers_are_not_own_ones() {
        for (journal_id, expected) in [
            ("AP-2004Q2-000001", Carried::Nothing),
            ("RCP-2004-Q2-INV-CHARGE-IAA", Carried::Nothing),
            ("CP-17", Carried::Nothing),
            ("CP-2004-Q1-INV-CHARGE-IAA", Carried::Earlier),
            ("CP-2004-Q3-INV-CHARGE-IAA", Carried::Foreign),
            ("SCENARIO-ifrs-2004-Q1-INV-CHARGE-IAA", Carried::Foreign),
            ("CP-2004-Q2-INV-CHARGE-IAAX", Carried::Foreign),
            ("CP-2004-Q2-NOTHING-IAA", Carried::Foreign),
            ("SCENARIO-ifrs-2004-Q2-INV-CHARGE-IAA", Carried::Foreign),
        ] {
            assert_eq!(numbers().carried_by(journal_id), expected, "{journal_id}");
        }
    }

    #[test]
    fn a_scenario_numbers_apart() {
        let scenario = Numbering { quarter: "2004-Q2", scenario: Some("ifrs") };
        assert_eq!(scenario.entry_id(Movement::ReserveCharge, "II"), "SCENARIO-ifrs-2004-Q2-INV-CHARGE-II");
        assert_eq!(scenario.figures(), "SCENARIO-ifrs-2004-Q2");
        assert_eq!(Numbering::real("2004-Q2").figures(), "2004-Q2");
    }

    /// A number that names a quarter which the calendar does not have is somebody else's.
    #[test]
    fn a_quarter_that_the_calendar_does_not_have_is_no_quarter() {
        for journal_id in [
            "CP-2009-Q9-INV-CHARGE-IAA",
            "CP-2004-Q2",
            "CP-2004-Q25-INV-CHARGE-IAA",
            "CP2004-Q2-INV-CHARGE-IAA",
            "SCENARIO-ifrs-2009-Q9-INV-CHARGE-IAA",
            "SCENARIO-2004-Q2",
        ] {
            assert_eq!(numbers().carried_by(journal_id), Carried::Nothing, "{journal_id}");
        }
    }

    /// The first of several numbers may be foreign; an own one after it counts all the same.
    #[test]
    fn an_own_number_is_found_behind_a_foreign_one() {
        let found = own("CP-2004-Q1-INV-CHARGE-IAA REVERSED BY CP-2004-Q2-INV-RELEASE-II");
        assert_eq!(found, Some((Movement::ReserveRelease, "II".to_owned())));
        let behind_a_word = own("RCP-2004-Q1 CP-2004-Q2-INV-RELEASE-II");
        assert_eq!(behind_a_word, Some((Movement::ReserveRelease, "II".to_owned())));
    }

    #[test]
    fn a_letter_or_a_digit_before_a_number_makes_it_another() {
        assert_eq!(own("1CP-2004-Q2-INV-CHARGE-IAA"), None);
        assert_eq!(own("_CP-2004-Q2-INV-CHARGE-IAA"), Some((Movement::ReserveCharge, "IAA".to_owned())));
    }
}
