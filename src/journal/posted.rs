//! What of the required entries a ledger holds already, and what is left to propose.

use std::collections::{BTreeMap, BTreeSet};

use super::{EntryError, JournalEntry, JournalLine, Numbering, in_order};
use crate::adjust::Movement;
use crate::domain::{Dimension, Money, Quarter};

/// A line of an own entry: the movement, the entity whose entry it is, the account and the dimension.
type Key = (Movement, String, String, Dimension);

/// What a ledger holds of the quarter's own entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posted {
    /// Debit less credit. A reversal under the same number has taken its amount away again.
    amounts: BTreeMap<Key, Money>,
    /// The journal ids that carry each entry's number.
    journals: BTreeMap<(Movement, String), BTreeSet<String>>,
}

impl Posted {
    /// Adds a ledger line; `amount` is debit less credit.
    pub fn add(
        &mut self,
        key: (Movement, &str),
        account: &str,
        dimension: &Dimension,
        amount: Money,
        journal_id: &str,
    ) {
        let (movement, entity) = (key.0, key.1.to_owned());
        let line = (movement, entity.clone(), account.to_owned(), dimension.clone());
        *self.amounts.entry(line).or_insert(Money::ZERO) += amount;
        self.journals.entry((movement, entity)).or_default().insert(journal_id.to_owned());
    }

    /// Takes in what another part of the ledger holds.
    pub fn extend(&mut self, other: Self) {
        for (key, amount) in other.amounts {
            *self.amounts.entry(key).or_insert(Money::ZERO) += amount;
        }
        for (key, journals) in other.journals {
            self.journals.entry(key).or_default().extend(journals);
        }
    }

    /// The amounts by account and dimension, debit less credit, of all own entries.
    #[must_use]
    pub fn by_account(&self) -> BTreeMap<(String, Dimension), Money> {
        let mut sums = BTreeMap::new();
        for ((_, _, account, dimension), amount) in &self.amounts {
            *sums.entry((account.clone(), dimension.clone())).or_insert(Money::ZERO) += *amount;
        }
        sums
    }

    /// True when the ledger holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.amounts.is_empty()
    }
}

/// A line of a required entry beside what is posted of it. All amounts are debit less credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedRow {
    /// The number of the required entry.
    pub entry_id: String,
    pub movement: Movement,
    pub account: String,
    pub dimension: Dimension,
    pub required: Money,
    pub posted: Money,
}

impl PostedRow {
    /// What is left to post.
    #[must_use]
    pub fn proposed(&self) -> Money {
        self.required - self.posted
    }
}

/// The required entries beside what is posted, and the entries that post the difference.
///
/// An entry whose number stands in the ledger gets a number of its own for the difference: a count after it, so that
/// an ERP takes it and the next run finds it again.
///
/// # Errors
/// [`EntryError`] when what was posted under a number does not balance in its entity, so that no difference does.
pub fn remaining(
    required: &[JournalEntry],
    posted: &Posted,
    numbering: Numbering<'_>,
    quarter: &Quarter,
) -> Result<(Vec<PostedRow>, Vec<JournalEntry>), EntryError> {
    let mut lines: BTreeMap<Key, (Money, Money, String)> = BTreeMap::new();
    for entry in required {
        for line in entry.lines() {
            let key = (entry.movement(), entry.entity().to_owned(), line.account.clone(), line.dimension.clone());
            let found = lines.entry(key).or_insert((Money::ZERO, Money::ZERO, line.figure_id.clone()));
            found.0 += line.amount();
        }
    }
    for (key, amount) in &posted.amounts {
        let figure_id = || format!("{}:{}:{}", numbering.figures(), key.0.code(), key.3.to_string().replace('/', ":"));
        let found = lines.entry(key.clone()).or_insert_with(|| (Money::ZERO, Money::ZERO, figure_id()));
        found.1 += *amount;
    }
    let mut rows = Vec::new();
    let mut differences: BTreeMap<(Movement, String), Vec<JournalLine>> = BTreeMap::new();
    for ((movement, entity, account, dimension), (required, posted, figure_id)) in lines {
        let entry_id = numbering.entry_id(movement, &entity);
        let row = PostedRow { entry_id, movement, account, dimension, required, posted };
        if !row.proposed().is_zero() {
            let (account, dimension) = (row.account.clone(), row.dimension.clone());
            let line = JournalLine::signed(account, dimension, row.proposed(), figure_id);
            differences.entry((movement, entity)).or_default().push(line);
        }
        rows.push(row);
    }
    let mut entries = Vec::new();
    for ((movement, entity), lines) in differences {
        let id = numbering.entry_id(movement, &entity);
        let id = next_number(id, posted.journals.get(&(movement, entity)));
        entries.push(JournalEntry::try_new(id, movement, quarter.end, in_order(lines))?);
    }
    Ok((rows, entries))
}

/// The number itself while no journal carries it; then the number with a count that none has had: above the journals
/// that carry it, and above every count that stands after it.
fn next_number(id: String, journals: Option<&BTreeSet<String>>) -> String {
    let Some(journals) = journals else { return id };
    let counted = journals.iter().filter_map(|journal| {
        let after = &journal[journal.find(&id)? + id.len()..];
        let digits: String = after.strip_prefix('-')?.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().ok()
    });
    let highest = counted.max().unwrap_or(0).max(journals.len());
    format!("{id}-{}", highest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarter() -> Quarter {
        let day = |text: &str| text.parse().expect("a date of this test");
        Quarter { id: "2004-Q2".to_owned(), start: day("2004-02-29"), end: day("2004-05-29"), fiscal_year: 2004 }
    }

    fn dimension() -> Dimension {
        Dimension::new("IAA", "FETISH", "apparel")
    }

    const MOVEMENT: Movement = Movement::AssetWriteDown;
    const NUMBERING: Numbering<'_> = Numbering::real("2004-Q2");

    fn required() -> Vec<JournalEntry> {
        let line = |account: &str, cents| {
            JournalLine::signed(account.to_owned(), dimension(), Money::from_cents(cents), "figure".to_owned())
        };
        let id = NUMBERING.entry_id(MOVEMENT, "IAA");
        vec![
            JournalEntry::try_new(id, MOVEMENT, quarter().end, vec![line("6500", 900), line("1590", -900)])
                .expect("balanced"),
        ]
    }

    fn post(posted: &mut Posted, journal_id: &str, cents: i128) {
        for (account, cents) in [("6500", cents), ("1590", -cents)] {
            posted.add((MOVEMENT, "IAA"), account, &dimension(), Money::from_cents(cents), journal_id);
        }
    }

    fn proposals(posted: &Posted) -> Vec<(String, i128)> {
        let (rows, entries) = remaining(&required(), posted, NUMBERING, &quarter()).expect("balanced");
        let left: Money = rows.iter().map(|row| row.proposed().at_least_zero()).sum();
        assert_eq!(left, entries.iter().map(JournalEntry::total).sum());
        entries.iter().map(|entry| (entry.id().to_owned(), entry.total().cents())).collect()
    }

    const ENTRY: &str = "CP-2004-Q2-FA-WRITEDOWN-IAA";

    #[test]
    fn nothing_posted_is_proposed_in_full() {
        assert_eq!(proposals(&Posted::default()), [(ENTRY.to_owned(), 900)]);
    }

    #[test]
    fn what_is_posted_is_not_proposed() {
        let mut posted = Posted::default();
        post(&mut posted, ENTRY, 900);
        assert_eq!(proposals(&posted), []);
    }

    #[test]
    fn another_amount_leaves_the_difference_under_the_next_number() {
        let mut posted = Posted::default();
        post(&mut posted, ENTRY, 700);
        assert_eq!(proposals(&posted), [(format!("{ENTRY}-2"), 200)]);
        post(&mut posted, &format!("{ENTRY}-2"), 200);
        assert_eq!(proposals(&posted), []);
        post(&mut posted, &format!("{ENTRY}-3"), 50);
        assert_eq!(proposals(&posted), [(format!("{ENTRY}-4"), 50)]);
    }

    /// The ledger has the second part of an entry and not the first, or a count that a person chose.
    #[test]
    fn a_number_that_the_ledger_has_is_not_proposed() {
        let mut posted = Posted::default();
        post(&mut posted, &format!("{ENTRY}-2"), 100);
        assert_eq!(proposals(&posted), [(format!("{ENTRY}-3"), 800)]);
        post(&mut posted, &format!("{ENTRY}-7/GJ"), 100);
        assert_eq!(proposals(&posted), [(format!("{ENTRY}-8"), 700)]);
    }

    #[test]
    fn a_reversed_entry_is_proposed_again() {
        let mut posted = Posted::default();
        post(&mut posted, ENTRY, 900);
        post(&mut posted, &format!("{ENTRY}-REV"), -900);
        assert_eq!(proposals(&posted), [(format!("{ENTRY}-3"), 900)]);
    }

    #[test]
    fn what_is_no_longer_required_is_taken_back() {
        let mut posted = Posted::default();
        post(&mut posted, ENTRY, 900);
        let (rows, entries) = remaining(&[], &posted, NUMBERING, &quarter()).expect("balanced");
        assert_eq!(rows.len(), 2);
        assert_eq!(entries[0].lines()[0].account, "1590");
        assert_eq!(entries[0].total().cents(), 900);
    }

    /// A line of another brand under the entry's number is not required: it is taken back under its own figure.
    #[test]
    fn what_is_posted_elsewhere_is_taken_back_line_by_line() {
        let mut posted = Posted::default();
        let elsewhere = Dimension::new("IAA", "OTHER", "apparel");
        for (account, cents) in [("6500", 900), ("1590", -900)] {
            posted.add((MOVEMENT, "IAA"), account, &elsewhere, Money::from_cents(cents), ENTRY);
        }
        let (rows, entries) = remaining(&required(), &posted, NUMBERING, &quarter()).expect("balanced");
        let told: Vec<_> = rows
            .iter()
            .map(|row| {
                let amounts = [row.required, row.posted, row.proposed()].map(Money::cents);
                (row.account.as_str(), row.dimension.brand.as_str(), amounts)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("1590", "FETISH", [-900, 0, -900]),
                ("1590", "OTHER", [0, -900, 900]),
                ("6500", "FETISH", [900, 0, 900]),
                ("6500", "OTHER", [0, 900, -900]),
            ]
        );
        assert!(rows.iter().all(|row| row.entry_id == ENTRY && row.movement == MOVEMENT));
        assert_eq!((entries[0].id(), entries[0].total().cents()), (format!("{ENTRY}-2").as_str(), 1_800));
        let figures: Vec<&str> = entries[0].lines().iter().map(|line| line.figure_id.as_str()).collect();
        let own = "2004-Q2:FA-WRITEDOWN:IAA:OTHER:apparel";
        assert_eq!(figures, [own, "figure", "figure", own], "debits first, each by account and brand");
    }

    /// Two journals of one entry, and one of another movement: measurements leave all of it out, account by account.
    #[test]
    fn what_is_posted_is_summed_by_account_over_the_entries() {
        let mut posted = Posted::default();
        assert!(posted.is_empty());
        post(&mut posted, ENTRY, 700);
        post(&mut posted, &format!("{ENTRY}-2"), 200);
        posted.add((Movement::AssetCatchUp, "IAA"), "1590", &dimension(), Money::from_cents(-50), "CATCH-UP");
        assert!(!posted.is_empty());
        let sums: Vec<(String, i128)> =
            posted.by_account().into_iter().map(|((account, _), amount)| (account, amount.cents())).collect();
        assert_eq!(sums, [("1590".to_owned(), -950), ("6500".to_owned(), 900)]);
    }

    #[test]
    fn what_does_not_balance_in_the_ledger_is_told() {
        let mut posted = Posted::default();
        posted.add((MOVEMENT, "IAA"), "6500", &dimension(), Money::from_cents(700), ENTRY);
        let found = remaining(&required(), &posted, NUMBERING, &quarter()).map(|_| ());
        assert_eq!(found, Err(EntryError::Unbalanced(format!("{ENTRY}-2"))));
    }
}
