//! Rows of reports, whose meaning depends on the rows above them: heads that are printed once, totals, journals that a
//! row opens. They are read in order, on one thread.

use super::pass::Pass;
use super::plan::{Report, Sides};
use crate::diagnostics::Code;
use crate::domain::Money;
use crate::ingest::record::Record;

/// What the rows above say of the next one.
#[derive(Default)]
pub(super) struct Above {
    /// The last text of each field that is carried.
    carried: Vec<Vec<u8>>,
    /// The row opens a journal, whatever its id.
    pub opened: bool,
    /// The line, where none of its carried fields stands in its own row.
    pub repeats: Option<u64>,
    /// The id of the journal that is open: that of the row that opened it, with its line.
    pub id: Vec<u8>,
    /// What the amount columns show, in cents, since the last total and in all rows.
    part: (i128, i128),
    all: (i128, i128),
}

impl Above {
    /// Counts what a line's amount columns show, with their signs.
    pub fn add(&mut self, shown: (i64, i64)) {
        for sum in [&mut self.part, &mut self.all] {
            sum.0 += i128::from(shown.0);
            sum.1 += i128::from(shown.1);
        }
    }
}

impl Pass<'_> {
    /// Reads a row of a report.
    pub(super) fn row(&mut self, record: &Record<'_>) {
        let plan = self.plan;
        let Some(report) = &plan.report else { return };
        if record.fields.iter().all(|field| field.is_empty()) {
            return;
        }
        if let Some(field) = self.shows_amount(record).filter(|_| is_total(report, record)) {
            return self.total(record, field);
        }
        if report.opens.is_some_and(|field| !record.fields[field].is_empty()) {
            self.above.opened = true;
            self.above.part = (0, 0);
        }
        self.above.carried.resize(report.carried.len(), Vec::new());
        let own = report.carried.iter().any(|field| !record.fields[*field].is_empty());
        self.above.repeats = (!own).then_some(record.number);
        let mut carried = std::mem::take(&mut self.above.carried);
        for (text, field) in carried.iter_mut().zip(&report.carried) {
            if !record.fields[*field].is_empty() {
                text.clear();
                text.extend_from_slice(record.fields[*field]);
            }
        }
        let mut fields = record.fields.to_vec();
        for (text, field) in carried.iter().zip(&report.carried) {
            fields[*field] = text;
        }
        self.by_fields(&Record { fields: &fields, ..*record });
        self.above.carried = carried;
    }

    /// Compares a total with the rows above it.
    fn total(&mut self, record: &Record<'_>, field: usize) {
        let Some((debit, credit)) = self.shown(record) else { return };
        let shown = (i128::from(debit), i128::from(credit));
        let (part, all) = (self.above.part, self.above.all);
        self.above.part = (0, 0);
        if shown != part && shown != all {
            let two = self.amount_fields().1.is_some();
            let money = |(first, second): (i128, i128)| {
                let (first, second) = (Money::from_cents(first), Money::from_cents(second));
                if two { format!("{first} and {second}") } else { first.to_string() }
            };
            let message = format!("the total is not that of its rows: they add up to {}", money(part));
            let value = String::from_utf8_lossy(record.fields[field]).into_owned();
            let expected = format!("{}, or {} for all rows", money(part), money(all));
            let help = "export the report again; a row of it is missing or was changed";
            self.field_fault(record, field, Code::ControlTotal, &message, &value, &expected, help);
        }
    }

    fn amount_fields(&self) -> (usize, Option<usize>) {
        match self.plan.amounts {
            Sides::DebitCredit { debit, credit, .. } => (debit, Some(credit)),
            Sides::Signed { amount } | Sides::Natural { amount } | Sides::Indicated { amount, .. } => (amount, None),
        }
    }

    /// A field of the row that has an amount.
    fn shows_amount(&self, record: &Record<'_>) -> Option<usize> {
        let (first, second) = self.amount_fields();
        [Some(first), second].into_iter().flatten().find(|field| !record.fields[*field].is_empty())
    }

    /// The debit and the credit that a total row shows; nothing where they cannot be read.
    fn shown(&mut self, record: &Record<'_>) -> Option<(i64, i64)> {
        let (first, second) = self.amount_fields();
        let filled = |field: usize| !record.fields[field].is_empty();
        let debit = if filled(first) { self.cents(record, first)? } else { 0 };
        let credit = second.filter(|field| filled(*field)).map_or(Some(0), |field| self.cents(record, field))?;
        Some((debit, credit))
    }
}

/// True for a row of which the layout says that it is a total.
fn is_total(report: &Report, record: &Record<'_>) -> bool {
    report.totals.iter().any(|(field, start)| {
        let text = record.fields[*field];
        if start.is_empty() { text.is_empty() } else { text.starts_with(start) }
    })
}
