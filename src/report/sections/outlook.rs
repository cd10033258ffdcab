//! What was promised, and what the charges depend on.

use rust_decimal::Decimal;

use super::{Composed, Composer, dashed, money, row, text};
use crate::adjust::Kind;
use crate::book::Choice;
use crate::report::csv::plain;
use crate::report::model::{Align, Block, Cell, Column, RowKind, Table};
use crate::sensitivity::{self, SensitivityResult, StepResult};

/// Steps that stand beside each other in one table.
const STEPS_PER_TABLE: usize = 8;

impl Composer<'_> {
    pub(super) fn targets(&self) -> Composed<Block> {
        let columns = [
            ("target", Align::Left, false),
            ("quarter", Align::Left, false),
            ("line", Align::Left, true),
            ("above", Align::Right, false),
            ("actual", Align::Right, false),
            ("status", Align::Left, false),
            ("source", Align::Left, true),
        ];
        let mut table = Table::new(self.words.caption("targets")?, self.columns(&columns)?);
        for found in &self.inputs.closed.targets {
            let target = &found.target;
            let mut cells = vec![text(&*target.id), text(&*target.quarter), text(&*target.line)];
            cells.extend([money(target.above), dashed(found.actual)]);
            cells.extend([text(found.standing.name()), text(&*target.source)]);
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }

    /// A block a sensitivity: the base charge of each kind, and a column a step with the difference from it.
    pub(super) fn sensitivities(&self) -> Composed<Vec<Block>> {
        let results = self.inputs.sensitivities;
        if results.is_empty() {
            return Ok(vec![Block::Paragraph(self.words.nothing().to_owned())]);
        }
        let mut blocks = Vec::new();
        for result in results {
            for steps in result.steps.chunks(STEPS_PER_TABLE) {
                blocks.push(self.sensitivity(result, steps)?);
            }
            for step in &result.steps {
                if let Err(refusal) = &step.changed {
                    let own = [("step", percent(step.step)), ("why", refusal.0.clone())];
                    blocks.push(Block::Paragraph(self.words.caption_of("refused", &own)?));
                }
            }
        }
        Ok(blocks)
    }

    fn sensitivity(&self, result: &SensitivityResult, steps: &[StepResult]) -> Composed<Block> {
        let own = [("id", result.id.clone()), ("input", result.input.name().replace('_', " "))];
        let mut columns = self.columns(&[("charge_of", Align::Left, true), ("base_charge", Align::Right, false)])?;
        let heading = |step: &StepResult| Column { heading: percent(step.step), align: Align::Right, wraps: false };
        columns.extend(steps.iter().map(heading));
        let mut table = Table::new(self.words.caption_of("sensitivity", &own)?, columns);
        let refused = self.words.caption("step_refused")?;
        for kind in sensitivity::kinds() {
            let base = result.base.get(kind);
            let name = kind.map_or_else(|| self.words.caption("total"), |kind| self.words.heading(Kind::name(kind)))?;
            let mut cells = vec![text(name), money(base)];
            cells.extend(steps.iter().map(|step| match &step.changed {
                Ok(changed) => money(changed.get(kind) - base),
                Err(_) => Cell::Number(refused.clone()),
            }));
            table.rows.push(row(if kind.is_none() { RowKind::Total } else { RowKind::Body }, cells));
        }
        Ok(self.shown(table))
    }
}

/// A relative step in percent with its sign, such as `-10%`.
fn percent(step: Decimal) -> String {
    let sign = if step.is_sign_positive() { "+" } else { "" };
    format!("{sign}{}%", plain(step * Decimal::ONE_HUNDRED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_printed_in_percent_with_their_sign() {
        for (step, printed) in [("-0.10", "-10%"), ("0.05", "+5%"), ("0.0025", "+0.25%"), ("-1", "-100%")] {
            assert_eq!(percent(step.parse().expect("a decimal of this test")), printed);
        }
    }
}
