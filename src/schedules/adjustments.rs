//! Rows of the schedules to adjustments; movements of nothing are left out.

use std::collections::BTreeMap;

use super::{AssetRow, ObligationRow, PrepaidRow, ReserveRow, RoyaltyRow, Schedules};
use crate::adjust::{
    Adjustment, Movement, fixed_assets, inventory_reserve, obligations, prepaid_advertising, royalties,
};
use crate::book::policies::{Choice, ReserveRelief};
use crate::book::{Basis, Book};
use crate::diagnostics::Place;
use crate::domain::{Dimension, Money, Quarter};
use crate::journal::Numbering;
use crate::records::{Disposition, ObligationKind, Recognition};

/// The adjustments of all schedules, by movement, dimension and item.
pub(super) fn of(book: &Book, quarter: &Quarter, schedules: &Schedules) -> Vec<Adjustment> {
    let numbering = Numbering { quarter: &quarter.id, scenario: book.config.scenario.as_deref() };
    let mut maker = Maker { book, numbering, adjustments: Vec::new() };
    schedules.inventory.iter().for_each(|row| maker.reserve(row));
    schedules.prepaid.iter().for_each(|row| maker.prepaid(row));
    schedules.assets.iter().for_each(|row| maker.asset(row));
    schedules.obligations.iter().for_each(|row| maker.obligation(row));
    schedules.royalties.iter().for_each(|row| maker.royalty(row));
    maker.tax();
    let mut adjustments = maker.adjustments;
    adjustments.sort_by(|a, b| (a.movement, &a.dimension, &a.item).cmp(&(b.movement, &b.dimension, &b.item)));
    adjustments
}

/// What all movements of one item share.
struct Subject<'a> {
    dimension: &'a Dimension,
    item: &'a str,
    policy: String,
    origin: Place,
}

/// One movement: what the books carry before and after it, and the amount.
struct Moved {
    movement: Movement,
    rule: &'static str,
    carrying: Money,
    measured: Money,
    amount: Money,
    moved_to: Option<Dimension>,
}

impl Moved {
    const fn new(movement: Movement, rule: &'static str, (carrying, measured): (Money, Money), amount: Money) -> Self {
        Self { movement, rule, carrying, measured, amount, moved_to: None }
    }
}

struct Maker<'a> {
    book: &'a Book,
    numbering: Numbering<'a>,
    adjustments: Vec<Adjustment>,
}

impl Maker<'_> {
    fn basis(&self) -> Basis {
        self.book.config.policies.basis
    }

    fn add(&mut self, subject: &Subject<'_>, moved: Moved) {
        if moved.amount.is_zero() {
            return;
        }
        let (dimension, item) = (subject.dimension, subject.item);
        let figure_id = format!("{}:{}:{dimension}:{item}", self.numbering.figures(), moved.movement.code());
        self.adjustments.push(Adjustment {
            figure_id,
            movement: moved.movement,
            dimension: dimension.clone(),
            item: item.to_owned(),
            moved_to: moved.moved_to,
            rule: moved.rule,
            policy: subject.policy.clone(),
            carrying: moved.carrying,
            measured: moved.measured,
            amount: moved.amount,
            entry_id: self.numbering.entry_id(moved.movement, &dimension.entity),
            origin: subject.origin.clone(),
        });
    }

    fn reserve(&mut self, row: &ReserveRow) {
        let policies = &self.book.config.policies;
        let (roll, relief) = (&row.roll, policies.reserve_relief);
        let gone = || Place::file(&format!("{}/inventory.csv", self.numbering.quarter));
        let item = format!("{}/{}", row.key.group, row.key.item);
        let policy = format!(
            "method={}; unit_of_account={}; cost_formula={}; reserve_relief={}",
            row.measurement.method,
            self.book.unit_of_account(&row.key.group).name(),
            policies.cost_formula.name(),
            relief.name()
        );
        let origin = row.item.as_ref().map_or_else(gone, |item| item.origin.clone());
        let subject = Subject { dimension: &row.key.dimension, item: &item, policy, origin };
        let measured = inventory_reserve::citation(policies.basis, policies.market_test());
        let kept = inventory_reserve::release_citation(policies.basis);
        let after_sale = roll.opening - roll.utilised_sale;
        if relief == ReserveRelief::Propose {
            let sold = (roll.opening, after_sale);
            self.add(&subject, Moved::new(Movement::ReserveUtilisedSale, kept, sold, -roll.utilised_sale));
            let scrapped = (after_sale, roll.carried);
            self.add(&subject, Moved::new(Movement::ReserveUtilisedScrap, kept, scrapped, -roll.utilised_scrap));
        }
        let charged = (roll.carried, roll.carried + roll.charge);
        self.add(&subject, Moved::new(Movement::ReserveCharge, measured, charged, roll.charge));
        let released = (roll.carried, roll.carried - roll.release);
        self.add(&subject, Moved::new(Movement::ReserveRelease, kept, released, -roll.release));
    }

    fn prepaid(&mut self, row: &PrepaidRow) {
        let (contract, found) = (&row.contract, &row.measurement);
        let recognition = match contract.recognition {
            Recognition::StraightLine { .. } => "straight-line",
            Recognition::FirstShowing { .. } => "first-showing",
            Recognition::Units { .. } => "units",
            Recognition::InterimDeferral { .. } => "interim-deferral",
        };
        let production = self.book.config.policies.production_advertising().name();
        let subject = Subject {
            dimension: &contract.dimension,
            item: &contract.contract_id,
            policy: format!("recognition={recognition}; production_advertising={production}"),
            origin: contract.origin.clone(),
        };
        let rule = prepaid_advertising::citation(self.basis(), contract.recognition);
        let recorded = row.recorded();
        let caught_up = recorded - found.catch_up;
        let moved = caught_up - found.moved;
        for (movement, amounts, amount) in [
            (Movement::PrepaidCatchUp, (recorded, caught_up), found.catch_up),
            (Movement::PrepaidReceivable, (caught_up, moved), found.moved),
            (Movement::PrepaidWriteOff, (moved, moved - found.write_off), found.write_off),
        ] {
            self.add(&subject, Moved::new(movement, rule, amounts, amount));
        }
        let amounts = (found.transferred, found.transferred);
        let moved_to = Some(row.transfer_dimension());
        let transfer = Moved::new(Movement::PrepaidTransfer, rule, amounts, found.transferred);
        self.add(&subject, Moved { moved_to, ..transfer });
    }

    fn asset(&mut self, row: &AssetRow) {
        let (asset, found) = (&row.asset, &row.measurement);
        let dimension = row.recorded_dimension();
        let item = format!("{}/{}", asset.asset_id, asset.component);
        let subject = Subject {
            dimension: &dimension,
            item: &item,
            policy: format!(
                "disposition={}; method={}; convention={}",
                asset.disposition.name(),
                asset.method.name(),
                asset.convention.name()
            ),
            origin: asset.origin.clone(),
        };
        let rule = fixed_assets::citation(self.basis(), asset.disposition);
        let ordinary = fixed_assets::citation(self.basis(), Disposition::InUse);
        let recorded = asset.cost - asset.accumulated_depreciation - row.earlier.written_down;
        let caught_up = (recorded, recorded - found.catch_up);
        self.add(&subject, Moved::new(Movement::AssetCatchUp, ordinary, caught_up, found.catch_up));
        let movement = match asset.disposition {
            Disposition::Abandon { .. } => Movement::AssetAccelerated,
            _ => Movement::AssetWriteDown,
        };
        let rule_of_change =
            fixed_assets::change_citation(self.basis(), asset.disposition, row.earlier.decision, found.write_down);
        self.add(&subject, Moved::new(movement, rule_of_change, (found.carrying, found.measured), found.write_down));
        if row.moves() {
            let accumulated = asset.cost - found.closing;
            for (movement, amount) in
                [(Movement::AssetMoveCost, asset.cost), (Movement::AssetMoveDepreciation, accumulated)]
            {
                let moved_to = Some(row.adjusted_dimension());
                self.add(&subject, Moved { moved_to, ..Moved::new(movement, rule, (amount, amount), amount) });
            }
        }
    }

    fn obligation(&mut self, row: &ObligationRow) {
        let (obligation, found) = (&row.obligation, &row.measurement);
        let policies = &self.book.config.policies;
        let policy = match obligation.kind {
            ObligationKind::ContractTermination => format!("royalty_buyout={}", policies.royalty_buyout.name()),
            ObligationKind::Severance => format!("minimum_retention_days={}", policies.minimum_retention_days),
            ObligationKind::RoyaltiesOwed | ObligationKind::Guarantee => String::new(),
        };
        let subject = Subject {
            dimension: &obligation.dimension,
            item: &obligation.obligation_id,
            policy,
            origin: obligation.origin.clone(),
        };
        let rule = obligations::citation(policies.basis, obligation.kind);
        let movement = match obligation.kind {
            ObligationKind::RoyaltiesOwed => Movement::RoyaltyAccrual,
            ObligationKind::Severance => Movement::SeveranceCharge,
            ObligationKind::ContractTermination | ObligationKind::Guarantee => Movement::ObligationCharge,
        };
        self.add(&subject, Moved::new(movement, rule, (found.carried, found.closing), found.charge));
        let before = found.non_current - found.reclassified;
        let amounts = (before, found.non_current);
        let split = obligations::classification_citation(policies.basis);
        self.add(&subject, Moved::new(Movement::ObligationNonCurrent, split, amounts, found.reclassified));
        if let Some(buyout) = row.buyout {
            let amounts = (buyout.deferred_before, buyout.deferred);
            let amount = buyout.deferred_before - buyout.deferred;
            let rule = obligations::BUYOUT_CHOICE;
            self.add(&subject, Moved::new(Movement::BuyoutDeferral, rule, amounts, amount));
        }
    }

    fn royalty(&mut self, row: &RoyaltyRow) {
        let royalty = &row.royalty;
        let subject = Subject {
            dimension: &royalty.dimension,
            item: &royalty.id,
            policy: format!("pool={}; rate={}", royalty.pool, row.rate.normalize()),
            origin: Place::file(crate::book::config::FILE),
        };
        let rule = royalties::citation(self.basis());
        let amounts = (row.recorded, row.required);
        self.add(&subject, Moved::new(Movement::RunningRoyalty, rule, amounts, row.charge()));
    }

    /// The tax effect of all adjustments of income, in each dimension; none under a full valuation allowance.
    fn tax(&mut self) {
        let policies = &self.book.config.policies;
        if policies.valuation_allowance {
            return;
        }
        let mut charges: BTreeMap<Dimension, Money> = BTreeMap::new();
        for row in self.adjustments.iter().filter(|row| row.movement.is_income()) {
            *charges.entry(row.dimension.clone()).or_insert(Money::ZERO) += row.amount;
        }
        let rate = policies.tax_rate;
        let rule = match policies.basis {
            Basis::UsGaap => "ASC 740-10-30",
            Basis::UsGaap2004 => "SFAS 109",
            Basis::Ifrs => "IAS 12.24",
        };
        for (dimension, charge) in charges {
            let benefit = Money::round(charge.to_decimal() * rate);
            let subject = Subject {
                dimension: &dimension,
                item: "tax effect",
                policy: format!("tax_rate={}; valuation_allowance=false", rate.normalize()),
                origin: Place::file(crate::book::config::FILE),
            };
            let amounts = (Money::ZERO, benefit);
            self.add(&subject, Moved::new(Movement::DeferredTax, rule, amounts, -benefit));
        }
    }
}
