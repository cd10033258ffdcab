//! The files of targets and of sensitivities.

use super::{Sheet, optional, plain};
use crate::book::Choice;
use crate::close::Closed;
use crate::sensitivity::{self, SensitivityResult};

/// One row a target, by id.
pub(super) fn targets(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&["target_id", "quarter", "line", "above", "actual", "status", "source"]);
    for row in &closed.targets {
        let target = &row.target;
        let (above, actual) = (target.above.to_string(), optional(row.actual));
        sheet.row(&[&*target.id, &target.quarter, &target.line, &above, &actual, row.standing.name(), &target.source]);
    }
    sheet.bytes()
}

/// One row a sensitivity, step and kind, and their `total`; the charge is positive. A step that a rule refuses has no
/// changed charge, and says why.
#[must_use]
pub fn sensitivity(sensitivities: &[SensitivityResult]) -> Vec<u8> {
    let mut sheet =
        Sheet::new(&["sensitivity_id", "input", "step", "kind", "base", "changed", "difference", "refused"]);
    for result in sensitivities {
        for step in &result.steps {
            for kind in sensitivity::kinds() {
                let base = result.base.get(kind);
                let changed = step.changed.as_ref().ok().map(|changed| changed.get(kind));
                let refused = step.changed.as_ref().err().map_or("", |refusal| &refusal.0);
                sheet.row(&[
                    result.id.as_str(),
                    result.input.name(),
                    &plain(step.step),
                    kind.map_or("total", crate::adjust::Kind::name),
                    &base.to_string(),
                    &optional(changed),
                    &optional(changed.map(|changed| changed - base)),
                    refused,
                ]);
            }
        }
    }
    sheet.bytes()
}
