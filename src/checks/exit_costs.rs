//! The checks of the costs of exits: against the adjustments, and against the obligations.

use super::Checks;
use crate::adjust::Movement;
use crate::domain::{Dimension, Money};
use crate::exit_costs::CostType;
use crate::records::ObligationKind;

impl Checks<'_> {
    pub(super) fn exit_costs(&mut self) {
        let (book, quarter) = (self.inputs.book, self.inputs.quarter);
        let exits = |dimension: &Dimension| book.brand_event(&dimension.brand, quarter).is_some();
        for (kind, name) in CostType::ALL.into_iter().filter(|(kind, _)| !kind.movement().is_cash()) {
            let movements = match kind {
                CostType::InventoryMarkdown => vec![Movement::ReserveCharge, Movement::ReserveRelease],
                other => vec![other.movement()],
            };
            let totals = self.inputs.schedules.totals.iter();
            let adjusted: Money = totals
                .filter(|row| movements.contains(&row.movement) && exits(&row.dimension))
                .map(|row| row.amount)
                .sum();
            let costs = self.inputs.exit_costs.iter();
            let borne: Money = costs.filter(|((_, _, of), _)| *of == kind).map(|(_, cost)| cost.this_quarter).sum();
            let description = format!("Exit costs of type {name} are the adjustments of brands that end");
            self.amounts(format!("exit-costs:{name}"), description, adjusted, borne);
        }
        let rows = self.inputs.schedules.obligations.iter();
        let exit = |kind| matches!(kind, ObligationKind::ContractTermination | ObligationKind::Severance);
        let owed: Money = rows
            .filter(|row| exit(row.obligation.kind) && exits(&row.obligation.dimension))
            .map(|row| row.measurement.closing)
            .sum();
        let costs = self.inputs.exit_costs.values();
        let (closing, footed) = costs.fold((Money::ZERO, Money::ZERO), |(closing, footed), cost| {
            (closing + cost.closing, footed + cost.opening + cost.incurred + cost.change - cost.paid)
        });
        self.amounts("exit-liability", "The liability of exits is that of their obligations", owed, closing);
        self.amounts("exit-liability-foots", "The liability of exits foots", footed, closing);
    }
}
