//! What the random books exercise: a generator that stops making something fails.

use std::collections::{BTreeMap, BTreeSet};

use closepack::adjust::Movement;
use closepack::book::{Basis, Book, Method, UnitOfAccount};
use closepack::close::Closed;
use closepack::domain::Money;
use closepack::records::{Disposition, ObligationKind, Recognition};
use closepack::schedules::{AssetRow, ReserveRow};

use super::run::{Chain, Ran};

/// The least number of books in a thousand that must exercise each feature: about half of what was counted.
pub const LEAST: [(&str, usize); 62] = [
    ("ADV-CATCHUP", 463),
    ("ADV-REFUND", 203),
    ("ADV-TRANSFER", 136),
    ("ADV-WRITEOFF", 252),
    ("FA-ACCELERATED", 197),
    ("FA-CATCHUP", 490),
    ("FA-MOVE-COST", 178),
    ("FA-MOVE-DEPR", 178),
    ("FA-WRITEDOWN", 325),
    ("INV-CHARGE", 500),
    ("INV-RELEASE", 352),
    ("INV-SALE", 336),
    ("INV-SCRAP", 313),
    ("OBL-DEFERRAL", 67),
    ("OBL-NONCURRENT", 208),
    ("OBL-ROYALTY", 200),
    ("OBL-RUNNING", 187),
    ("OBL-SEVERANCE", 198),
    ("OBL-TERMINATION", 322),
    ("TAX-DEFERRED", 243),
    ("a subledger shows earlier write-downs", 170),
    ("abandoned asset runs down", 197),
    ("asset held for sale recovers", 57),
    ("asset held for sale written down", 163),
    ("asset impaired", 240),
    ("basis ifrs", 176),
    ("basis us-gaap", 166),
    ("basis us-gaap-2004", 157),
    ("buyout deferred", 67),
    ("component reused", 178),
    ("contract written off before", 203),
    ("deadline passed", 247),
    ("deferred buyout earned in part", 15),
    ("deferred tax on charges", 243),
    ("deferred tax on relief", 206),
    ("first showing", 251),
    ("guarantee noted", 271),
    ("impairment reversed under ifrs", 47),
    ("interim deferral", 122),
    ("item gone from the file", 271),
    ("loss shared over a category", 58),
    ("loss shared over an asset group", 13),
    ("loss shared over the total", 50),
    ("method ageing wins", 257),
    ("method coverage wins", 275),
    ("method lower-of-cost wins", 466),
    ("method movement wins", 190),
    ("method specific wins", 241),
    ("obligation becomes current", 103),
    ("obligation due after a year", 208),
    ("obligation estimated anew", 86),
    ("relief booked by the ERP", 163),
    ("reserve kept as the new cost basis", 97),
    ("reserve released in its fiscal year", 210),
    ("reserve reversed under ifrs", 142),
    ("returned goods win", 122),
    ("second test", 353),
    ("severance spread", 167),
    ("straight-line", 205),
    ("the fiscal year turns", 238),
    ("unexplained units", 58),
    ("units", 292),
];

/// Books by what they exercise.
#[derive(Default)]
pub struct Coverage {
    counts: BTreeMap<&'static str, usize>,
}

impl Coverage {
    pub fn add(&mut self, chain: &Chain) {
        let book = &chain.reader.book;
        let mut found = BTreeSet::new();
        for ran in &chain.quarters {
            let quarter = Features { book, ran, closed: &ran.pack.closed };
            quarter.all(&mut found);
        }
        for feature in found {
            *self.counts.entry(feature).or_insert(0) += 1;
        }
    }

    pub fn merge(&mut self, other: Self) {
        for (feature, count) in other.counts {
            *self.counts.entry(feature).or_insert(0) += count;
        }
    }

    /// The features that too few of so many books exercise.
    pub fn missing(&self, books: usize) -> Vec<String> {
        let count = |feature: &str| self.counts.get(feature).copied().unwrap_or(0);
        let few = LEAST.iter().filter(|(feature, least)| count(feature) * 1_000 < books * least);
        few.map(|(feature, least)| format!("{feature}: {} of {books}, not {least} of 1000", count(feature))).collect()
    }

    /// The features that no least number is known for.
    pub fn unknown(&self) -> Vec<&'static str> {
        self.counts.keys().copied().filter(|found| !LEAST.iter().any(|(feature, _)| feature == found)).collect()
    }
}

impl std::fmt::Display for Coverage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.counts.iter().try_for_each(|(feature, count)| writeln!(formatter, "{count:>7} {feature}"))
    }
}

struct Features<'a> {
    book: &'a Book,
    ran: &'a Ran,
    closed: &'a Closed,
}

impl Features<'_> {
    fn all(&self, found: &mut BTreeSet<&'static str>) {
        let policies = &self.book.config.policies;
        let quarter = self.book.calendar.quarter(&self.ran.id).expect("a quarter of the calendar");
        let turns = self.ran.prior.is_some() && self.book.calendar.opens_fiscal_year(quarter);
        for (feature, present) in [
            ("basis us-gaap", policies.basis == Basis::UsGaap),
            ("basis us-gaap-2004", policies.basis == Basis::UsGaap2004),
            ("basis ifrs", policies.basis == Basis::Ifrs),
            ("the fiscal year turns", turns),
            ("a subledger shows earlier write-downs", policies.subledger_shows_write_downs && self.shows()),
        ] {
            if present {
                found.insert(feature);
            }
        }
        self.movements(found);
        self.inventory(found);
        self.prepaid(found);
        self.assets(found);
        self.obligations(found);
    }

    fn shows(&self) -> bool {
        let assets = self.closed.schedules.assets.iter().any(|row| row.earlier.written_down > Money::ZERO);
        assets || self.closed.schedules.prepaid.iter().any(|row| row.earlier.written_off > Money::ZERO)
    }

    fn movements(&self, found: &mut BTreeSet<&'static str>) {
        found.extend(self.closed.schedules.adjustments.iter().map(|row| row.movement.code()));
        let taxes = |positive: bool| {
            let rows = self.closed.schedules.adjustments.iter();
            rows.filter(|row| row.movement == Movement::DeferredTax).any(|row| row.amount.is_negative() != positive)
        };
        found.extend(taxes(true).then_some("deferred tax on relief"));
        found.extend(taxes(false).then_some("deferred tax on charges"));
    }

    fn inventory(&self, found: &mut BTreeSet<&'static str>) {
        let ifrs = self.book.config.policies.basis == Basis::Ifrs;
        for row in &self.closed.schedules.inventory {
            if row.measurement.required > Money::ZERO {
                found.insert(winner(row.measurement.method));
            }
            if row.roll.release > Money::ZERO {
                found.insert(if ifrs { "reserve reversed under ifrs" } else { "reserve released in its fiscal year" });
            }
            found.extend(row.item.is_none().then_some("item gone from the file"));
            found.extend(row.roll.unexplained_units.then_some("unexplained units"));
            let passed = row.measurement.saleable.is_zero() && !row.measurement.excess.is_zero();
            found.extend(passed.then_some("deadline passed"));
            let (relieved, kept) = (row.roll.carried < row.roll.opening, row.roll.carried > row.measurement.required);
            found.extend((kept && row.roll.release.is_zero()).then_some("reserve kept as the new cost basis"));
            let booked = self.book.config.policies.reserve_relief == closepack::book::policies::ReserveRelief::Booked;
            found.extend((relieved && booked).then_some("relief booked by the ERP"));
        }
        for (unit, feature) in [
            (UnitOfAccount::Category, "loss shared over a category"),
            (UnitOfAccount::Total, "loss shared over the total"),
        ] {
            found.extend(self.shares_a_loss(unit).then_some(feature));
        }
    }

    /// True when gains on some items of a unit make up for a part of the losses on at least two others.
    fn shares_a_loss(&self, unit: UnitOfAccount) -> bool {
        let mut units: BTreeMap<(&str, &str), Vec<&ReserveRow>> = BTreeMap::new();
        for row in &self.closed.schedules.inventory {
            let (entity, pool) = (row.key.dimension.entity.as_str(), &*row.key.group);
            let measured = self.book.config.pools[pool].methods.has(Method::LowerOfCost);
            if row.item.is_some() && measured && self.book.unit_of_account(pool) == unit {
                let pool = if unit == UnitOfAccount::Category { pool } else { "" };
                units.entry((entity, pool)).or_default().push(row);
            }
        }
        units.values().any(|rows| {
            let losing = rows.iter().filter(|row| shortfall_and_gain(row).0 > Money::ZERO).count();
            let own: Money = rows.iter().map(|row| shortfall_and_gain(row).0).sum();
            let together: Money = rows.iter().map(|row| shortfall_and_gain(row).1).sum();
            losing > 1 && Money::ZERO < together && together < own
        })
    }

    fn prepaid(&self, found: &mut BTreeSet<&'static str>) {
        for row in &self.closed.schedules.prepaid {
            let (paid, earned) = (row.contract.amount_paid, row.measurement.earned);
            let partly = Money::ZERO < earned && earned < paid;
            found.extend(match row.contract.recognition {
                Recognition::InterimDeferral { .. } => partly.then_some("interim deferral"),
                Recognition::StraightLine { .. } => partly.then_some("straight-line"),
                Recognition::Units { .. } => partly.then_some("units"),
                Recognition::FirstShowing { .. } => (earned == paid).then_some("first showing"),
            });
            found.extend((row.earlier.written_off > Money::ZERO).then_some("contract written off before"));
        }
    }

    fn assets(&self, found: &mut BTreeSet<&'static str>) {
        let ifrs = self.book.config.policies.basis == Basis::Ifrs;
        let mut impaired: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &self.closed.schedules.assets {
            let loss = row.measurement.write_down;
            let tested_before = row.earlier.decision.is_some_and(|before| Some(before.day) != row.decided);
            found.extend((tested_before && row.decided.is_some()).then_some("second test"));
            found.extend(disposed(row, loss, ifrs));
            if loss > Money::ZERO && matches!(row.asset.disposition, Disposition::HoldAndUse { .. }) {
                *impaired.entry(&row.asset.asset_group).or_insert(0) += 1;
            }
        }
        let shared = impaired.iter().any(|(group, assets)| !group.is_empty() && *assets > 1);
        found.extend(shared.then_some("loss shared over an asset group"));
    }

    fn obligations(&self, found: &mut BTreeSet<&'static str>) {
        for row in &self.closed.schedules.obligations {
            let (amount, to_date) = (row.obligation.amount, row.measurement.incurred_to_date);
            let spread = row.obligation.kind == ObligationKind::Severance && Money::ZERO < to_date && to_date < amount;
            found.extend(spread.then_some("severance spread"));
            found.extend((row.measurement.noted > Money::ZERO).then_some("guarantee noted"));
            if let Some(buyout) = row.buyout {
                found.extend((buyout.deferred > Money::ZERO).then_some("buyout deferred"));
                let earns = Money::ZERO < buyout.deferred && buyout.deferred < buyout.deferred_before;
                found.extend(earns.then_some("deferred buyout earned in part"));
            }
            found.extend((row.measurement.non_current > Money::ZERO).then_some("obligation due after a year"));
            found.extend(row.measurement.reclassified.is_negative().then_some("obligation becomes current"));
            let estimated = !row.measurement.change.is_zero() && row.measurement.opening > Money::ZERO;
            found.extend(estimated.then_some("obligation estimated anew"));
        }
    }
}

fn winner(method: &str) -> &'static str {
    match method {
        "lower-of-cost" => "method lower-of-cost wins",
        "ageing" => "method ageing wins",
        "coverage" => "method coverage wins",
        "movement" => "method movement wins",
        "specific" => "method specific wins",
        "returned" => "returned goods win",
        other => panic!("the method {other} is not known"),
    }
}

/// What an item loses on its own, and its cost less its value: below nothing it gains.
fn shortfall_and_gain(row: &ReserveRow) -> (Money, Money) {
    let Some(item) = &row.item else { return (Money::ZERO, Money::ZERO) };
    let found = &row.measurement;
    let scrap = found.excess * item.unit_cost.min(item.scrap_value.unwrap_or_default());
    let capped = Money::round(found.saleable * found.market.min(item.unit_cost) + scrap);
    (found.cost - capped, found.cost - Money::round(found.saleable * found.market + scrap))
}

fn disposed(row: &AssetRow, loss: Money, ifrs: bool) -> Option<&'static str> {
    let (lost, gained) = (loss > Money::ZERO, loss.is_negative());
    match row.asset.disposition {
        Disposition::HoldAndUse { .. } if lost => Some("asset impaired"),
        Disposition::HoldAndUse { .. } if gained && ifrs => Some("impairment reversed under ifrs"),
        Disposition::HeldForSale { .. } if lost => Some("asset held for sale written down"),
        Disposition::HeldForSale { .. } if gained => Some("asset held for sale recovers"),
        Disposition::Abandon { .. } if lost => Some("abandoned asset runs down"),
        Disposition::Reuse { .. } if row.moves() => Some("component reused"),
        _ => None,
    }
}
