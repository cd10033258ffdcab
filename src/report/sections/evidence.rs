//! What the pack rests on: the checks, the policies and the sources.

use super::{Composed, Composer, dashed, money, row, text};
use crate::book::Choice;
use crate::checks::Status;
use crate::report::csv::plain;
use crate::report::model::{Align, Block, Cell, RowKind, Table};

impl Composer<'_> {
    pub(super) fn checks(&self) -> Composed<Block> {
        let columns = [
            ("status", Align::Left, false),
            ("check", Align::Left, true),
            ("expected", Align::Right, false),
            ("actual", Align::Right, false),
        ];
        let mut table = Table::new(self.words.caption("checks")?, self.columns(&columns)?);
        let value = |value: crate::checks::Value| match value {
            crate::checks::Value::Amount(amount) => money(amount),
            crate::checks::Value::Count(count) => Cell::Number(count.to_string()),
        };
        for check in &self.inputs.closed.checks {
            let (expected, actual) = match check.status {
                Status::NotApplicable => (Cell::Empty, Cell::Empty),
                _ => (value(check.expected), value(check.actual)),
            };
            let cells = vec![text(check.status.name()), text(&*check.description), expected, actual];
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }

    /// Each choice of policy, with what it is without choosing and where it comes from.
    pub(super) fn policies(&self) -> Composed<Block> {
        let columns = [
            ("policy", Align::Left, false),
            ("value", Align::Left, false),
            ("default", Align::Left, false),
            ("rule_source", Align::Left, true),
        ];
        let mut table = Table::new(self.words.caption("policies")?, self.columns(&columns)?);
        for found in self.inputs.book.config.policies.rows() {
            let cells = vec![text(found.key), text(found.value), text(found.default), text(found.source)];
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }

    /// What each pool chooses for itself.
    pub(super) fn pool_choices(&self) -> Composed<Block> {
        let columns = [
            ("pool", Align::Left, true),
            ("method", Align::Left, true),
            ("unit_of_account", Align::Left, false),
            ("deadline", Align::Left, false),
            ("royalty_rate", Align::Right, false),
        ];
        let mut table = Table::new(self.words.caption("pool_choices")?, self.columns(&columns)?);
        let book = self.inputs.book;
        for pool in book.config.pools.values() {
            let methods: Vec<&str> = pool.methods.named().iter().map(|method| method.name()).collect();
            let deadline = pool.sell_off_deadline.map(|day| day.to_string()).unwrap_or_default();
            let cells = vec![
                text(&*pool.name),
                text(methods.join(", ")),
                text(book.unit_of_account(&pool.code).name()),
                text(deadline),
                Cell::Number(plain(pool.royalty_rate)),
            ];
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }

    pub(super) fn sources(&self) -> Composed<Block> {
        let columns = [
            ("source", Align::Left, false),
            ("file", Align::Left, true),
            ("sha256", Align::Left, false),
            ("rows", Align::Right, false),
            ("debit", Align::Right, false),
            ("credit", Align::Right, false),
        ];
        let mut table = Table::new(self.words.caption("sources")?, self.columns(&columns)?);
        for file in self.inputs.sources {
            let rows = Cell::Number(file.rows.to_string());
            let totals = [dashed(file.debit_total), dashed(file.credit_total)];
            let mut cells = vec![text(&*file.source), text(&*file.path), text(&*file.sha256), rows];
            cells.extend(totals);
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }
}
