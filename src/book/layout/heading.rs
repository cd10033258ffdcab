//! How a layout's names find their columns in the header of a file.

/// Where the column of a name stands in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// The column's place, from 0.
    At(usize),
    /// Two columns are meant as well as each other: their places.
    Twice(usize, usize),
    Missing,
}

/// Finds the column of a name in a header.
///
/// Spaces around a heading do not count, nor does the case of its letters. Where no heading is the name, one that has
/// the name and behind it a text in parentheses is its column: `BELNR (Accounting Document Number)` is `BELNR`. A
/// heading without text names no column.
#[must_use]
pub fn heading<'h>(header: impl Iterator<Item = &'h str> + Clone, name: &str) -> Heading {
    let same = |heading: &str| heading.trim().eq_ignore_ascii_case(name.trim());
    match place(header.clone(), same) {
        Heading::Missing => place(header, |heading| before_parenthesis(heading).is_some_and(same)),
        found => found,
    }
}

fn place<'h>(header: impl Iterator<Item = &'h str>, fits: impl Fn(&str) -> bool) -> Heading {
    let mut places = header.enumerate().filter(|(_, heading)| !heading.trim().is_empty() && fits(heading));
    match (places.next(), places.next()) {
        (None, _) => Heading::Missing,
        (Some((at, _)), None) => Heading::At(at),
        (Some((first, _)), Some((second, _))) => Heading::Twice(first, second),
    }
}

fn before_parenthesis(heading: &str) -> Option<&str> {
    heading.trim().strip_suffix(')')?.split_once('(').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(header: &[&str], name: &str) -> Heading {
        heading(header.iter().copied(), name)
    }

    #[test]
    fn spaces_case_and_what_stands_in_parentheses_do_not_count() {
        let header = ["", " BELNR (Accounting Document Number)", "Transaction type ", "Amount", "Amount (USD)"];
        assert_eq!(found(&header, "BELNR"), Heading::At(1));
        assert_eq!(found(&header, "Transaction Type"), Heading::At(2));
        assert_eq!(found(&header, "Amount"), Heading::At(3));
        assert_eq!(found(&header, "Amount (USD)"), Heading::At(4));
        assert_eq!(found(&header, "Account"), Heading::Missing);
        assert_eq!(found(&header, ""), Heading::Missing);
    }

    #[test]
    fn two_columns_that_fit_as_well_are_told() {
        assert_eq!(found(&["Amount (USD)", "x", "Amount (EUR)"], "Amount"), Heading::Twice(0, 2));
        assert_eq!(found(&["debit", "Debit"], "debit"), Heading::Twice(0, 1));
        assert_eq!(found(&["(a)", "b)"], "b"), Heading::Missing);
    }
}
