//! Rows of the schedules to adjustments; movements of nothing are left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{AssetRow, ObligationRow, PrepaidRow, ReserveRow, RoyaltyRow, Schedules};
use crate::adjust::{
    Adjustment, Movement, fixed_assets, inventory_reserve, obligations, prepaid_advertising, royalties,
};
use crate::book::policies::{Choice, ReserveRelief};
use crate::book::{Basis, Book};
use crate::diagnostics::Place;
use crate::domain::{Dimension, Money, Quarter, parallel};
use crate::journal::Numbering;
use crate::records::{Disposition, ItemName, ObligationKind, Origin, Recognition};

/// The adjustments of all schedules, by movement, dimension and item.
pub(super) fn of(book: &Book, quarter: &Quarter, schedules: &Schedules) -> Vec<Adjustment> {
    let mut maker = Maker::new(book, quarter);
    // One movement after the other, as they will stand: millions of rows are then in order from the start.
    let movements = [Maker::reserve_charge, Maker::reserve_sale, Maker::reserve_scrap, Maker::reserve_release];
    let of_reserves = parallel::each(&movements, |of_movement| {
        let mut maker = Maker::new(book, quarter);
        schedules.inventory.iter().for_each(|row| of_movement(&mut maker, row));
        maker.adjustments
    });
    let mut of_reserves = of_reserves.into_iter();
    maker.adjustments = of_reserves.next().unwrap_or_default();
    of_reserves.for_each(|rows| maker.adjustments.extend(rows));
    schedules.prepaid.iter().for_each(|row| maker.prepaid(row));
    schedules.assets.iter().for_each(|row| maker.asset(row));
    schedules.obligations.iter().for_each(|row| maker.obligation(row));
    schedules.royalties.iter().for_each(|row| maker.royalty(row));
    maker.tax();
    let mut adjustments = maker.adjustments;
    adjustments.sort_by(|a, b| (a.movement, &a.dimension, &a.item).cmp(&(b.movement, &b.dimension, &b.item)));
    adjustments
}

/// What the fixed assets charge to income, by dimension.
pub(super) fn asset_charges(book: &Book, quarter: &Quarter, rows: &[AssetRow]) -> BTreeMap<Dimension, Money> {
    let mut maker = Maker::new(book, quarter);
    rows.iter().for_each(|row| maker.asset(row));
    let mut charges = BTreeMap::new();
    for row in maker.adjustments.iter().filter(|row| row.movement.is_income()) {
        *charges.entry(row.dimension.clone()).or_insert(Money::ZERO) += row.amount;
    }
    charges
}

/// The tax on a charge under a book's policies; nothing under a full valuation allowance. Relief is negative, as is the
/// charge whose tax it is.
#[must_use]
pub fn tax_benefit(book: &Book, charge: Money) -> Option<Money> {
    let policies = &book.config.policies;
    (!policies.valuation_allowance).then(|| Money::round(charge.to_decimal() * policies.tax_rate))
}

/// What all movements of one item share.
struct Subject<'a> {
    dimension: &'a Dimension,
    item: ItemName,
    policy: Arc<str>,
    origin: Origin,
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
    /// The words of the policies that reserves depend on, by method and unit of account.
    reserve_policies: BTreeMap<(&'static str, &'static str), Arc<str>>,
}

impl<'a> Maker<'a> {
    fn new(book: &'a Book, quarter: &'a Quarter) -> Self {
        let numbering = Numbering { quarter: &quarter.id, scenario: book.config.scenario.as_deref() };
        Self { book, numbering, adjustments: Vec::new(), reserve_policies: BTreeMap::new() }
    }

    fn basis(&self) -> Basis {
        self.book.config.policies.basis
    }

    fn add(&mut self, subject: &Subject<'_>, moved: Moved) {
        if moved.amount.is_zero() {
            return;
        }
        let entry_id = self.entry_id(moved.movement, &subject.dimension.entity);
        self.adjustments.push(Adjustment {
            movement: moved.movement,
            dimension: subject.dimension.clone(),
            item: subject.item.clone(),
            moved_to: moved.moved_to,
            rule: moved.rule,
            policy: subject.policy.clone(),
            carrying: moved.carrying,
            measured: moved.measured,
            amount: moved.amount,
            entry_id,
            origin: subject.origin.clone(),
        });
    }

    /// The entry's number; that of the adjustment before, where both are of one entry.
    fn entry_id(&self, movement: Movement, entity: &str) -> Arc<str> {
        let before = self.adjustments.last();
        let same = before.filter(|row| row.movement == movement && row.dimension.entity == entity);
        same.map_or_else(|| self.numbering.entry_id(movement, entity).into(), |row| row.entry_id.clone())
    }

    fn reserve_charge(&mut self, row: &ReserveRow) {
        let (roll, policies) = (&row.roll, &self.book.config.policies);
        let rule = inventory_reserve::citation(policies.basis, policies.market_test());
        let amounts = (roll.carried, roll.carried + roll.charge);
        self.reserve(row, Moved::new(Movement::ReserveCharge, rule, amounts, roll.charge));
    }

    fn reserve_sale(&mut self, row: &ReserveRow) {
        let amounts = (row.roll.opening, row.roll.opening - row.roll.utilised_sale);
        self.relief(row, Movement::ReserveUtilisedSale, amounts, row.roll.utilised_sale);
    }

    fn reserve_scrap(&mut self, row: &ReserveRow) {
        let amounts = (row.roll.opening - row.roll.utilised_sale, row.roll.carried);
        self.relief(row, Movement::ReserveUtilisedScrap, amounts, row.roll.utilised_scrap);
    }

    /// Relief when units leave, where the pack and not the ERP posts it.
    fn relief(&mut self, row: &ReserveRow, movement: Movement, amounts: (Money, Money), used: Money) {
        if self.book.config.policies.reserve_relief == ReserveRelief::Propose {
            let rule = inventory_reserve::release_citation(self.basis());
            self.reserve(row, Moved::new(movement, rule, amounts, -used));
        }
    }

    fn reserve_release(&mut self, row: &ReserveRow) {
        let (roll, rule) = (&row.roll, inventory_reserve::release_citation(self.basis()));
        let amounts = (roll.carried, roll.carried - roll.release);
        self.reserve(row, Moved::new(Movement::ReserveRelease, rule, amounts, -roll.release));
    }

    fn reserve(&mut self, row: &ReserveRow, moved: Moved) {
        if moved.amount.is_zero() {
            return;
        }
        let gone = || Origin::from(&Place::file(&format!("{}/inventory.csv", self.numbering.quarter)));
        let origin = row.item.as_ref().map_or_else(gone, |item| item.origin.clone());
        let policy = self.reserve_policy(row);
        self.add(&Subject { dimension: &row.key.dimension, item: row.name(), policy, origin }, moved);
    }

    fn reserve_policy(&mut self, row: &ReserveRow) -> Arc<str> {
        let (method, unit) = (row.measurement.method, self.book.unit_of_account(&row.key.group).name());
        let policies = &self.book.config.policies;
        let words = || {
            let (formula, relief) = (policies.cost_formula.name(), policies.reserve_relief.name());
            format!("method={method}; unit_of_account={unit}; cost_formula={formula}; reserve_relief={relief}").into()
        };
        self.reserve_policies.entry((method, unit)).or_insert_with(words).clone()
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
            item: contract.contract_id.as_str().into(),
            policy: format!("recognition={recognition}; production_advertising={production}").into(),
            origin: (&contract.origin).into(),
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
        let item = ItemName::of_group(&*asset.asset_id, &*asset.component);
        let subject = Subject {
            dimension: &dimension,
            item,
            policy: format!(
                "disposition={}; method={}; convention={}",
                asset.disposition.name(),
                asset.method.name(),
                asset.convention.name()
            )
            .into(),
            origin: (&asset.origin).into(),
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
            item: obligation.obligation_id.as_str().into(),
            policy: policy.into(),
            origin: (&obligation.origin).into(),
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
            item: royalty.id.as_str().into(),
            policy: format!("pool={}; rate={}", royalty.pool, row.rate.normalize()).into(),
            origin: (&Place::file(crate::book::config::FILE)).into(),
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
            let Some(benefit) = tax_benefit(self.book, charge) else { continue };
            let subject = Subject {
                dimension: &dimension,
                item: "tax effect".into(),
                policy: format!("tax_rate={}; valuation_allowance=false", rate.normalize()).into(),
                origin: (&Place::file(crate::book::config::FILE)).into(),
            };
            let amounts = (Money::ZERO, benefit);
            self.add(&subject, Moved::new(Movement::DeferredTax, rule, amounts, -benefit));
        }
    }
}
