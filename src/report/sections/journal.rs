//! The proposed journal entries, and what of the required ones the ledger holds already.

use std::collections::BTreeMap;

use super::{Composed, Composer, money, row, text};
use crate::adjust::{Kind, Movement};
use crate::close;
use crate::domain::Money;
use crate::journal::JournalEntry;
use crate::report::model::{Align, Block, Cell, RowKind, Table};
use crate::report::words::Schedule;

impl Composer<'_> {
    pub(super) fn journal(&self) -> Composed<Block> {
        let columns = [
            ("account", Align::Left, true),
            ("dimension", Align::Left, false),
            ("figure", Align::Left, false),
            ("debit", Align::Right, false),
            ("credit", Align::Right, false),
        ];
        let mut table = Table::new(self.words.caption("entries")?, self.columns(&columns)?);
        let mut posted = Money::ZERO;
        for entry in &self.inputs.closed.proposed {
            let head = self.entry_head(entry)?;
            table.rows.push(row(RowKind::Group, vec![text(head), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]));
            for line in entry.lines() {
                let side = |amount: Money| if amount.is_zero() { Cell::Empty } else { money(amount) };
                let name = self.inputs.book.chart.account(&line.account).map(|account| account.name.as_str());
                let account = format!("{} {}", line.account, name.unwrap_or_default());
                let cells = vec![
                    text(account),
                    text(line.dimension.to_string()),
                    text(&*line.figure_id),
                    side(line.debit),
                    side(line.credit),
                ];
                table.rows.push(row(RowKind::Body, cells));
            }
            let total = entry.total();
            posted += total;
            let words = self.subtotal_words(entry.id())?;
            table.rows.push(row(RowKind::Subtotal, vec![words, Cell::Empty, Cell::Empty, money(total), money(total)]));
        }
        if !table.rows.is_empty() {
            let cells = vec![self.total_words()?, Cell::Empty, Cell::Empty, money(posted), money(posted)];
            table.rows.push(row(RowKind::Total, cells));
        }
        Ok(self.shown(table))
    }

    /// Each entry that the ledger holds already, in part or in full: debits required, posted and left.
    pub(super) fn posting(&self) -> Composed<Block> {
        let mut sums: BTreeMap<&str, (Movement, [Money; 3])> = BTreeMap::new();
        for line in &self.inputs.closed.posting {
            let sum = sums.entry(&line.entry_id).or_insert((line.movement, [Money::ZERO; 3]));
            for (total, amount) in sum.1.iter_mut().zip([line.required, line.posted, line.proposed()]) {
                *total += amount.at_least_zero();
            }
        }
        let rows = sums.into_iter().filter(|(_, (_, [_, posted, _]))| !posted.is_zero());
        let rows = rows.map(|(id, (movement, amounts))| (vec![text(id), text(close::words(movement))], amounts));
        self.footed("posting", 2, &["entry", "what", "required", "posted", "proposed"], rows)
    }

    /// Names an entry, what it posts, and the schedule that supports it.
    fn entry_head(&self, entry: &JournalEntry) -> Composed<String> {
        let schedule = match entry.movement().kind() {
            Kind::InventoryReserve => Schedule::Inventory,
            Kind::PrepaidAdvertising => Schedule::Prepaid,
            Kind::FixedAssets => Schedule::Assets,
            Kind::Obligations => Schedule::Obligations,
            Kind::IncomeTax => Schedule::Measures,
        };
        let section = self.words.sections().iter().find(|section| section.schedule == schedule);
        let reference = section.map(|section| section.reference.clone()).unwrap_or_default();
        let totals = self.inputs.closed.schedules.totals.iter();
        let of_entry = |movement, entity: &str| movement == entry.movement() && entity == entry.entity();
        let items = totals.filter(|row| of_entry(row.movement, &row.dimension.entity)).map(|row| row.items);
        let items: usize = items.sum();
        self.words.caption_of(
            "entry_head",
            &[
                ("entry", entry.id().to_owned()),
                ("what", close::words(entry.movement()).to_owned()),
                ("items", items.to_string()),
                ("schedule", reference),
            ],
        )
    }
}
