//! The line that nearly all lines are: of codes that are known, on the day of the line before it, with an amount in
//! plain digits, and a line number above the one before. It is taken in few steps. Any other line is left as it is, and
//! [`Pass`] reads it with all that it may mean.

use super::entries::add;
use super::keys::{Keys, Known, same};
use super::pass::{Day, Own, Pass};
use super::plan::{Plan, Sides};
use crate::book::layout::Dialect;

/// The columns of an ordinary line.
#[derive(Debug, Clone)]
pub struct Ordinary {
    journal_id: usize,
    journal_line: Option<usize>,
    date: usize,
    amounts: Columns,
    /// The decimal mark.
    decimal: u8,
}

#[derive(Debug, Clone, Copy)]
enum Columns {
    DebitCredit(usize, usize),
    Signed(usize),
}

/// What an ordinary line is asked; nothing is the answer of one that is not.
pub(super) trait Line {
    /// The line of a text file, the row of a columnar one.
    fn number(&self) -> u64;

    /// What the line's dimension and currency stand for.
    fn known(&self, keys: &mut Keys) -> Option<Known>;

    /// The text of a column as it stands.
    fn text(&self, column: usize) -> Option<&[u8]>;

    /// True where a column says the day that was read from `text`.
    fn is_of(&self, column: usize, day: Day, text: &[u8]) -> bool;

    /// The cents of a column, where it has any.
    fn cents(&self, column: usize, decimal: u8) -> Option<Option<i64>>;

    /// The whole number of a column, zero or above.
    fn whole(&self, column: usize) -> Option<i64>;
}

impl Ordinary {
    /// The columns of a plan by the `columns` in which its fields are found; nothing where the layout lets fields mean
    /// more than they say.
    pub fn new(plan: &Plan, dialect: &Dialect, columns: &[usize]) -> Option<Self> {
        if plan.report.is_some() || dialect.trimmed {
            return None;
        }
        let amounts = match plan.amounts {
            Sides::DebitCredit { debit, credit, .. } => Columns::DebitCredit(columns[debit], columns[credit]),
            Sides::Signed { amount } => Columns::Signed(columns[amount]),
            Sides::Natural { .. } | Sides::Indicated { .. } => return None,
        };
        let journal_line = match &plan.journal_line {
            Some(text) => Some(columns[text.field()?]),
            None => None,
        };
        let (journal_id, date) = (columns[plan.journal_id.field()?], columns[plan.date.field()?]);
        Some(Self { journal_id, journal_line, date, amounts, decimal: plan.numbers.decimal })
    }

    /// Debit and credit in cents.
    #[inline(always)]
    fn amount(&self, line: &impl Line) -> Option<(i64, i64)> {
        match self.amounts {
            Columns::DebitCredit(debit, credit) => {
                match (line.cents(debit, self.decimal)?, line.cents(credit, self.decimal)?) {
                    (Some(cents), None) if cents >= 0 => Some((cents, 0)),
                    (None, Some(cents)) if cents >= 0 => Some((0, cents)),
                    _ => None,
                }
            }
            Columns::Signed(amount) => {
                let cents = line.cents(amount, self.decimal)??;
                Some((cents.max(0), (-cents).max(0)))
            }
        }
    }
}

impl Pass<'_> {
    /// Takes an ordinary line; false for any other, of which nothing has been taken.
    #[inline(always)]
    pub(super) fn ordinary(&mut self, columns: &Ordinary, line: &impl Line) -> bool {
        self.take_ordinary(columns, line).is_some()
    }

    #[inline(always)]
    fn take_ordinary(&mut self, columns: &Ordinary, line: &impl Line) -> Option<()> {
        if self.tainted || self.recheck.is_some() {
            return None;
        }
        let known = line.known(&mut self.keys).filter(|known| known.taken)?;
        let day = self.day?;
        let of_quarter = day.of_quarter?;
        if !line.is_of(columns.date, day, &self.day_text) {
            return None;
        }
        let (debit, credit) = columns.amount(line)?;
        let number = match columns.journal_line {
            Some(column) => Some(line.whole(column)?),
            None => None,
        };
        let id = line.text(columns.journal_id)?;
        if !(self.run.open && same(id, &self.run.key)) {
            if id.is_empty() {
                return None;
            }
            self.end_run(false);
            self.run.start_plain(id, line.number());
            self.look_at_id(line.number());
        }
        // From here on the line is one of the run, whoever takes it.
        let run = &mut self.run;
        let combination = &mut self.combinations[known.at];
        let group = combination.group?;
        if run.own != Own::Nothing || run.texts.is_some() || run.id.is_empty() {
            return None;
        }
        if let Some(number) = number {
            if run.numbers.last().is_some_and(|last| *last >= number) {
                return None;
            }
            run.numbers.push(number);
            self.sums.established.distinct += 1;
        }
        run.last = line.number();
        add(&mut run.balances, group, i128::from(debit - credit));
        combination.debits += i128::from(debit);
        combination.credits += i128::from(credit);
        combination.lines += 1;
        if let Some(days) = &mut combination.days {
            days.add(of_quarter, debit, credit);
        }
        self.sums.lines += 1;
        self.sums.last_line = line.number();
        self.sums.established.dated += 1;
        self.sums.debits += i128::from(debit);
        self.sums.credits += i128::from(credit);
        Some(())
    }
}
