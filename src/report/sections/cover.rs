//! The cover, the exceptions and the impact bridge.

use super::{Composed, Composer, ITEMS_SHOWN_MAX, grouped, money, row, signed, text};
use crate::checks::Status;
use crate::close;
use crate::domain::Money;
use crate::report::model::{Align, Block, Cell, KeyFigure, RowKind, SignOff, Table, Waterfall, WaterfallBar};
use crate::report::words::{SectionWords, WordsError};
use crate::statements::Amounts;
use crate::statements::per_share::{diluted_shares, per_share};

impl Composer<'_> {
    pub(super) fn key_figures(&self) -> Composed<Block> {
        let closed = self.inputs.closed;
        let failed = closed.checks.iter().any(|check| check.status == Status::Fail);
        let open = !closed.exceptions.is_empty();
        let adjusted = closed.net_income(Amounts::as_adjusted);
        let per_share = closed.shares.and_then(|shares| per_share(adjusted, diluted_shares(adjusted, shares), 2));
        let per_share = per_share.map_or_else(String::new, |amount| grouped(Money::round(amount)));
        let scenario = self.inputs.book.config.scenario.is_some();
        let status = self.words.figure(match (scenario, open) {
            (true, _) => "status_scenario",
            (false, true) => "status_open",
            (false, false) => "status_clean",
        })?;
        let figure = |name: &str, value: String, alert: bool| {
            Ok::<_, WordsError>(KeyFigure { label: self.words.figure(name)?, value, alert })
        };
        Ok(Block::KeyFigures(vec![
            figure("status", status, open || scenario)?,
            figure("as_recorded", grouped(closed.net_income(|amounts| amounts.as_recorded)), false)?,
            figure("as_adjusted", grouped(adjusted), false)?,
            figure("per_share", per_share, false)?,
            figure("non_cash", grouped(closed.charges(false)), false)?,
            figure("cash", grouped(closed.charges(true)), false)?,
            figure("checks", self.words.figure("checks_value")?, failed)?,
            figure("exceptions", closed.exceptions.len().to_string(), open)?,
        ]))
    }

    pub(super) fn cover(&self, words: &SectionWords, blocks: &mut Vec<Block>) -> Composed<()> {
        blocks.push(Block::Heading(words.heading_impact.clone()));
        blocks.push(self.impact_by_kind()?);
        blocks.push(Block::Heading(words.heading_sign_off.clone()));
        let labels = words.sign_off_labels.clone();
        blocks.push(Block::SignOff(SignOff { roles: words.sign_off.clone(), labels }));
        Ok(())
    }

    pub(super) fn exceptions(&self) -> Composed<Block> {
        let columns = [
            ("severity", Align::Left, false),
            ("message", Align::Left, true),
            ("place", Align::Left, true),
            ("value", Align::Right, false),
        ];
        let mut table = Table::new(self.words.caption("exceptions")?, self.columns(&columns)?);
        let exceptions = &self.inputs.closed.exceptions;
        // Failed checks are the first.
        for found in exceptions.iter().take(ITEMS_SHOWN_MAX) {
            let place = found.place.to_string();
            let cells =
                vec![text(found.severity), text(&*found.message), text(place), Cell::Number(found.value.clone())];
            table.rows.push(row(RowKind::Body, cells));
        }
        if exceptions.len() > ITEMS_SHOWN_MAX {
            let others = self.others_words(exceptions.len() - ITEMS_SHOWN_MAX)?;
            table.rows.push(row(RowKind::Subtotal, vec![Cell::Empty, others, text("exceptions.csv"), Cell::Empty]));
        }
        Ok(self.shown(table))
    }

    pub(super) fn impact(&self, caption: String) -> Composed<Block> {
        let mut table = self.named(caption, 2, &["line", "nature", "amount", "per_share"])?;
        for (at, line) in self.inputs.closed.impact.iter().enumerate() {
            let kind = match (line.total, at) {
                (false, _) => RowKind::Body,
                (true, 0) => RowKind::Subtotal,
                (true, _) => RowKind::Total,
            };
            let per_share = line.per_share.map_or(Cell::Empty, |amount| signed(amount, ""));
            table.rows.push(row(kind, vec![text(line.line), text(line.cash), money(line.amount), per_share]));
        }
        Ok(self.shown(table))
    }

    /// The bridge with one line a kind and nature, so that the cover is one page whatever moves.
    fn impact_by_kind(&self) -> Composed<Block> {
        let closed = self.inputs.closed;
        let mut table = self.named(String::new(), 2, &["line", "nature", "amount", "per_share"])?;
        let adjusted = closed.net_income(Amounts::as_adjusted);
        let share = |amount: Money| {
            let found = closed.shares.and_then(|shares| per_share(amount, diluted_shares(adjusted, shares), 4));
            found.map_or(Cell::Empty, |amount| signed(amount, ""))
        };
        let totals: Vec<&close::ImpactLine> = closed.impact.iter().filter(|line| line.total).collect();
        let total = |kind, line: &close::ImpactLine| {
            let per_share = line.per_share.map_or(Cell::Empty, |amount| signed(amount, ""));
            row(kind, vec![text(line.line), Cell::Empty, money(line.amount), per_share])
        };
        table.rows.extend(totals.first().map(|line| total(RowKind::Subtotal, line)));
        let steps = closed.impact.iter().filter(|line| !line.total);
        let mut sums: Vec<(&str, &str, Money)> = Vec::new();
        for step in steps {
            match sums.iter_mut().find(|(kind, cash, _)| (*kind, *cash) == (step.kind, step.cash)) {
                Some((_, _, sum)) => *sum += step.amount,
                None => sums.push((step.kind, step.cash, step.amount)),
            }
        }
        for (kind, cash, sum) in sums {
            let words = self.words.heading(kind)?;
            table.rows.push(row(RowKind::Body, vec![text(words), text(cash), money(sum), share(sum)]));
        }
        table.rows.extend(totals.last().map(|line| total(RowKind::Total, line)));
        Ok(self.shown(table))
    }

    pub(super) fn waterfall(&self) -> Composed<Waterfall> {
        let bar = |line: &close::ImpactLine| WaterfallBar {
            label: line.line.to_owned(),
            amount: line.amount,
            total: line.total,
        };
        let bars = self.inputs.closed.impact.iter().map(bar).collect();
        Ok(Waterfall { caption: self.words.caption("waterfall")?, bars })
    }
}
