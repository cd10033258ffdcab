//! The statements.

use super::{Composed, Composer, dashed, money, row, text};
use crate::report::model::{Block, RowKind};
use crate::statements;

impl Composer<'_> {
    pub(super) fn statement(&self, caption: &str, statement: &str) -> Composed<Block> {
        let names = [
            "line",
            "as_recorded",
            "inventory_reserve",
            "prepaid_advertising",
            "fixed_assets",
            "obligations",
            "as_adjusted",
            "prior_quarter",
            "prior_year",
        ];
        let mut table = self.table(caption, 1, &names)?;
        for line in self.inputs.closed.statements.iter().filter(|line| line.statement == statement) {
            let last = [statements::NET_INCOME, statements::TOTAL_ASSETS, statements::TOTAL_LIABILITIES_AND_EQUITY];
            let kind = match line.total {
                true if last.contains(&line.line.as_str()) => RowKind::Total,
                true => RowKind::Subtotal,
                false => RowKind::Body,
            };
            let mut cells = vec![text(&*line.line), money(line.amounts.as_recorded)];
            cells.extend(line.amounts.adjustments.map(money));
            cells.extend([money(line.amounts.as_adjusted()), dashed(line.prior_quarter), dashed(line.prior_year)]);
            table.rows.push(row(kind, cells));
        }
        Ok(self.shown(table))
    }
}
