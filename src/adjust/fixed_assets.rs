//! Fixed assets that an exit touches: catch-up depreciation, then the write-down by disposition
//! (SFAS 144, ASC 360-10-35, IAS 36, IFRS 5, IAS 16.51).

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::book::Basis;
use crate::domain::money::round_to;
use crate::domain::{Money, allocate};
use crate::records::{Convention, DepreciationMethod, Disposition, FixedAsset};

/// What was to become of an asset by an earlier decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earmark {
    HeldForSale,
    Abandoned,
    /// Its new basis has been depreciated since.
    HeldAndUsed,
    /// Moved to another brand then: depreciated as before.
    Reused,
}

/// What an earlier pack measured under a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierDecision {
    pub day: NaiveDate,
    pub earmark: Earmark,
    /// Carrying amount on the day, before the write-down.
    pub at_decision: Money,
    /// Carrying amount after the write-downs to the last close, depreciation since the day aside.
    pub measured: Money,
    /// Carrying amount at the last close.
    pub closing: Money,
}

/// What earlier packs say of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// Written down to date, accelerated depreciation among it, recoveries taken off.
    pub written_down: Money,
    pub decision: Option<EarlierDecision>,
}

impl Earlier {
    /// No pack has measured the asset.
    pub const NOTHING: Self = Self { written_down: Money::ZERO, decision: None };
}

/// An asset with what earlier packs say of it.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    pub asset: &'a FixedAsset,
    pub earlier: Earlier,
}

/// An asset's measurement. Write-downs are positive losses, and negative recoveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    /// Depreciation that the rule requires to date less what the books have.
    pub catch_up: Money,
    /// Carrying amount on the day of the decision, before any write-down under it; at the quarter's end without one.
    pub at_decision: Money,
    /// What the measurement starts from: the carrying amount on the decision's day, less what earlier quarters wrote
    /// down under the same decision.
    pub carrying: Money,
    /// What the disposition allows it to be carried at.
    pub measured: Money,
    pub write_down: Money,
    pub written_down_to_date: Money,
    pub closing: Money,
}

/// Why an asset cannot be measured as its row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionFault {
    /// An earlier pack measured it under a decision, and the row has none.
    Removed { earlier: NaiveDate },
    /// The row's decision is before the one of an earlier pack.
    Earlier { earlier: NaiveDate },
    /// The row reuses, or stops reusing, an asset that another decision has measured.
    AlreadyMeasured { earlier: NaiveDate },
}

/// The citation of the rule under a basis and a disposition.
#[must_use]
pub const fn citation(basis: Basis, disposition: Disposition) -> &'static str {
    match (basis, disposition) {
        (Basis::UsGaap, Disposition::InUse | Disposition::Reuse { .. }) => "ASC 360-10-35-4",
        (Basis::UsGaap2004, Disposition::InUse | Disposition::Reuse { .. }) => "ARB 43 ch. 9C par. 5",
        (Basis::Ifrs, Disposition::InUse | Disposition::Reuse { .. }) => "IAS 16.50",
        (Basis::UsGaap, Disposition::HoldAndUse { .. }) => "ASC 360-10-35-17",
        (Basis::UsGaap, Disposition::HeldForSale { .. }) => "ASC 360-10-35-43",
        (Basis::UsGaap, Disposition::Abandon { .. }) => "ASC 360-10-35-47",
        (Basis::UsGaap2004, Disposition::HoldAndUse { .. }) => "SFAS 144 par. 7",
        (Basis::UsGaap2004, Disposition::HeldForSale { .. }) => "SFAS 144 par. 34",
        (Basis::UsGaap2004, Disposition::Abandon { .. }) => "SFAS 144 par. 28",
        (Basis::Ifrs, Disposition::HoldAndUse { .. }) => "IAS 36.59",
        (Basis::Ifrs, Disposition::HeldForSale { .. }) => "IFRS 5.15",
        (Basis::Ifrs, Disposition::Abandon { .. }) => "IAS 16.51",
    }
}

/// The citation of a write-down, or of what brings an asset back: `earlier` is the decision before.
#[must_use]
pub fn change_citation(
    basis: Basis,
    disposition: Disposition,
    earlier: Option<EarlierDecision>,
    write_down: Money,
) -> &'static str {
    let was_for_sale = earlier.is_some_and(|before| before.earmark == Earmark::HeldForSale);
    match (basis, disposition) {
        (Basis::UsGaap, Disposition::HoldAndUse { .. }) if was_for_sale => "ASC 360-10-35-44",
        (Basis::UsGaap2004, Disposition::HoldAndUse { .. }) if was_for_sale => "SFAS 144 par. 38",
        (Basis::Ifrs, Disposition::HoldAndUse { .. }) if was_for_sale => "IFRS 5.27",
        (Basis::UsGaap, Disposition::HeldForSale { .. }) if write_down.is_negative() => "ASC 360-10-35-40",
        (Basis::UsGaap2004, Disposition::HeldForSale { .. }) if write_down.is_negative() => "SFAS 144 par. 37",
        (Basis::Ifrs, Disposition::HeldForSale { .. }) if write_down.is_negative() => "IFRS 5.21",
        (Basis::Ifrs, Disposition::HoldAndUse { .. }) if write_down.is_negative() => "IAS 36.114",
        _ => citation(basis, disposition),
    }
}

/// Half-months of depreciation at a day: the day's own month counts in full, the month of service by the convention,
/// and none beyond the asset's life.
#[must_use]
pub fn half_months(asset: &FixedAsset, day: NaiveDate) -> u32 {
    let number = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month());
    let first = match asset.convention {
        Convention::FullMonth => 2,
        Convention::HalfMonth => 1,
        Convention::NextMonth => 0,
    };
    let passed = 2 * (number(day) - number(asset.in_service_date)) + first;
    u32::try_from(passed.max(0)).unwrap_or(u32::MAX).min(2 * asset.life_months)
}

/// Depreciation of an asset from its service to a day, in the ordinary course.
#[must_use]
pub fn depreciation_to(asset: &FixedAsset, day: NaiveDate) -> Money {
    let passed = half_months(asset, day);
    match asset.method {
        DepreciationMethod::StraightLine => {
            (asset.cost - asset.salvage_value).share(passed.into(), (2 * asset.life_months).into())
        }
        DepreciationMethod::DecliningBalance { percent } => declining_balance(asset, percent, passed),
    }
}

/// Year by year of the asset's own age: a multiple of the straight-line rate on what is left, or the straight line
/// over the remaining life once that is more; never below salvage. Rounded once, at the end: a year's share of a life
/// of thirds or sevenths has no last digit, and twelve places take away what a decimal could not hold of it, so that
/// a half cent is one.
fn declining_balance(asset: &FixedAsset, percent: u32, passed: u32) -> Money {
    let life = 2 * asset.life_months;
    let (cost, salvage) = (asset.cost.to_decimal(), asset.salvage_value.to_decimal());
    let mut left = cost;
    let mut age = 0;
    while age < passed {
        let span = 24.min(life - age);
        let by_rate = left * Decimal::from(percent) * Decimal::from(span) / Decimal::from(100 * life);
        let by_line = (left - salvage) * Decimal::from(span) / Decimal::from(life - age);
        let year = by_rate.max(by_line).min(left - salvage);
        let taken = span.min(passed - age);
        left -= year * Decimal::from(taken) / Decimal::from(span);
        age += taken;
    }
    Money::round(round_to(cost - left, 12))
}

/// Depreciation of a new basis from a day to a later one, over the remaining life (ASC 360-10-35-20, IAS 36.63).
fn depreciation_of_basis(asset: &FixedAsset, basis: Money, from: NaiveDate, to: NaiveDate) -> Money {
    let at_start = half_months(asset, from);
    let since = half_months(asset, to) - at_start;
    let remaining = 2 * asset.life_months - at_start;
    let depreciable = (basis - asset.salvage_value).at_least_zero();
    // Without any life left the basis has nothing to run over.
    if remaining == 0 { depreciable } else { depreciable.share(since.into(), remaining.into()) }
}

/// Where an asset stands in a quarter.
#[derive(Debug, Clone, Copy)]
enum Stage {
    /// No decision counts: ordinary depreciation to the quarter's end.
    Ordinary { carrying: Money },
    /// Measured for the first time under its decision.
    NewTest { day: NaiveDate, at_decision: Money },
    /// Held for sale before, and kept after all: `unsold` is what it would carry had it been depreciated all along.
    BackToUse { day: NaiveDate, carrying: Money, unsold: Money },
    /// Measured under the same decision before.
    SameTest { day: NaiveDate, at_decision: Money, carrying: Money },
}

fn stage(input: &Input<'_>, quarter_end: NaiveDate) -> Stage {
    let (asset, earlier) = (input.asset, &input.earlier);
    let ordinary = |day| asset.cost - depreciation_to(asset, day) - earlier.written_down;
    let reused = matches!(asset.disposition, Disposition::Reuse { .. });
    let Some(day) = decided(asset, quarter_end).filter(|_| !reused) else {
        return Stage::Ordinary { carrying: ordinary(quarter_end) };
    };
    match earlier.decision {
        None => Stage::NewTest { day, at_decision: ordinary(day) },
        Some(before) if before.day == day => {
            Stage::SameTest { day, at_decision: before.at_decision, carrying: before.measured }
        }
        Some(before) if before.earmark == Earmark::HeldAndUsed => {
            let since = depreciation_of_basis(asset, before.measured, before.day, day);
            Stage::NewTest { day, at_decision: before.measured - since }
        }
        Some(before)
            if before.earmark == Earmark::HeldForSale
                && matches!(asset.disposition, Disposition::HoldAndUse { .. }) =>
        {
            let missed = depreciation_of_basis(asset, before.at_decision, before.day, day);
            Stage::BackToUse { day, carrying: before.measured - missed, unsold: before.at_decision - missed }
        }
        Some(before) => Stage::NewTest { day, at_decision: before.closing },
    }
}

fn decided(asset: &FixedAsset, quarter_end: NaiveDate) -> Option<NaiveDate> {
    asset.disposition.decided().filter(|day| *day <= quarter_end)
}

/// Tells whether an asset's decision fits what earlier packs measured.
///
/// # Errors
/// [`DecisionFault`] for a decision that was taken back, goes back in time, or reuses an asset that was measured.
pub fn check(input: &Input<'_>, quarter_end: NaiveDate) -> Result<(), DecisionFault> {
    let Some(before) = input.earlier.decision else { return Ok(()) };
    let earlier = before.day;
    let reuses = matches!(input.asset.disposition, Disposition::Reuse { .. });
    match decided(input.asset, quarter_end) {
        None => Err(DecisionFault::Removed { earlier }),
        Some(day) if day < earlier => Err(DecisionFault::Earlier { earlier }),
        Some(_) if reuses != (before.earmark == Earmark::Reused) => Err(DecisionFault::AlreadyMeasured { earlier }),
        Some(_) => Ok(()),
    }
}

/// Measures all assets of a register at the quarter's end; the results stand in the order of the inputs, each of
/// which has passed [`check`].
///
/// Assets that are held and used are tested by asset group, which is why the register is measured as a whole.
#[must_use]
pub fn measure_register(inputs: &[Input<'_>], basis: Basis, quarter_end: NaiveDate) -> Vec<Measurement> {
    let stages: Vec<Stage> = inputs.iter().map(|input| stage(input, quarter_end)).collect();
    let losses = impairment_losses(inputs, &stages, basis);
    let measure = |((input, stage), loss)| measure(input, stage, loss, basis, quarter_end);
    inputs.iter().zip(stages).zip(losses).map(measure).collect()
}

fn measure(input: &Input<'_>, stage: Stage, impairment: Money, basis: Basis, quarter_end: NaiveDate) -> Measurement {
    let asset = input.asset;
    let (day, at_decision, carrying) = match stage {
        Stage::Ordinary { carrying } => (None, carrying, carrying),
        Stage::NewTest { day, at_decision } => (Some(day), at_decision, at_decision),
        Stage::BackToUse { day, carrying, .. } => (Some(day), carrying, carrying),
        Stage::SameTest { day, at_decision, carrying } => (Some(day), at_decision, carrying),
    };
    let (measured, since) = match (day, asset.disposition) {
        (Some(_), Disposition::HeldForSale { fair_value, cost_to_sell, .. }) => {
            // A later rise is a gain up to what was carried when it was classified (ASC 360-10-35-40, IFRS 5.21).
            (at_decision.min((fair_value - cost_to_sell).at_least_zero()), Money::ZERO)
        }
        (Some(day), Disposition::Abandon { cease_use, .. }) => {
            let left = abandoned(at_decision, asset.salvage_value, (day, cease_use), quarter_end);
            (left.min(carrying), Money::ZERO)
        }
        (Some(day), Disposition::HoldAndUse { .. }) => {
            let measured = match stage {
                Stage::BackToUse { unsold, .. } => unsold.min(worth(asset, basis)),
                _ => carrying - impairment,
            };
            (measured, depreciation_of_basis(asset, measured, day, quarter_end))
        }
        _ => (carrying, Money::ZERO),
    };
    let write_down = carrying - measured;
    let written_down_to_date = input.earlier.written_down + write_down;
    let closing = measured - since;
    Measurement {
        // What cost has lost and no write-down took is depreciation.
        catch_up: asset.cost - closing - written_down_to_date - asset.accumulated_depreciation,
        at_decision,
        carrying,
        measured,
        write_down,
        written_down_to_date,
        closing,
    }
}

/// The carrying amount of an asset to be abandoned: it runs down to salvage by the day until use ceases
/// (ASC 360-10-35-47 and 35-48).
fn abandoned(
    at_decision: Money,
    salvage: Money,
    (decided, cease_use): (NaiveDate, NaiveDate),
    quarter_end: NaiveDate,
) -> Money {
    let to_run_down = (at_decision - salvage).at_least_zero();
    if cease_use <= quarter_end {
        return at_decision - to_run_down;
    }
    let days = |from: NaiveDate, to: NaiveDate| Decimal::from((to - from).num_days());
    at_decision - to_run_down.share(days(decided, quarter_end), days(decided, cease_use))
}

/// The impairment loss of each asset that is held and used and newly tested, by asset group; an international
/// reversal is a negative loss. An impairment is measured once under its decision: a new test is a new decision.
fn impairment_losses(inputs: &[Input<'_>], stages: &[Stage], basis: Basis) -> Vec<Money> {
    let mut losses = vec![Money::ZERO; inputs.len()];
    let mut groups: BTreeMap<(&str, &str, usize), Vec<Tested>> = BTreeMap::new();
    for (at, (input, stage)) in inputs.iter().zip(stages).enumerate() {
        let asset = input.asset;
        let (Stage::NewTest { day, at_decision }, Disposition::HoldAndUse { .. }) = (*stage, asset.disposition) else {
            continue;
        };
        let unimpaired = asset.cost - depreciation_to(asset, day);
        // An asset without a group is tested alone, under its own place.
        let alone = if asset.asset_group.is_empty() { at } else { 0 };
        let group = (asset.dimension.entity.as_str(), asset.asset_group.as_str(), alone);
        let written_down = input.earlier.written_down;
        groups.entry(group).or_default().push(Tested { at, asset, at_decision, unimpaired, written_down });
    }
    for members in groups.values() {
        let shares = match basis {
            Basis::UsGaap | Basis::UsGaap2004 => us_losses(members),
            Basis::Ifrs => international_losses(members),
        };
        for (member, share) in members.iter().zip(shares) {
            losses[member.at] = share;
        }
    }
    losses
}

/// An asset under test.
struct Tested<'a> {
    at: usize,
    asset: &'a FixedAsset,
    at_decision: Money,
    /// What it would be carried at without any write-down.
    unimpaired: Money,
    /// What earlier quarters wrote down: no more comes back.
    written_down: Money,
}

impl Tested<'_> {
    /// What an international reversal may give back: up to the carrying amount without the impairment (IAS 36.117).
    fn room(&self) -> Money {
        (self.unimpaired - self.at_decision).min(self.written_down).at_least_zero()
    }
}

/// Fair value, cost to sell, undiscounted cash flows and value in use of an asset that is held and used.
fn amounts(asset: &FixedAsset) -> (Money, Money, Money, Option<Money>) {
    match asset.disposition {
        Disposition::HoldAndUse { fair_value, cost_to_sell, undiscounted_cash_flows, value_in_use, .. } => {
            (fair_value, cost_to_sell, undiscounted_cash_flows, value_in_use)
        }
        _ => (Money::ZERO, Money::ZERO, Money::ZERO, None),
    }
}

/// The higher of value in use and fair value less cost to sell (IAS 36.18).
fn recoverable(asset: &FixedAsset) -> Money {
    let (fair_value, cost_to_sell, _, value_in_use) = amounts(asset);
    value_in_use.unwrap_or(Money::ZERO).max((fair_value - cost_to_sell).at_least_zero())
}

/// What an asset that is kept after all is worth at most (ASC 360-10-35-44, SFAS 144 par. 38, IFRS 5.27).
fn worth(asset: &FixedAsset, basis: Basis) -> Money {
    match basis {
        Basis::UsGaap | Basis::UsGaap2004 => amounts(asset).0,
        Basis::Ifrs => recoverable(asset),
    }
}

/// Two steps: where the undiscounted cash flows do not recover the group's carrying amount, it is written down to fair
/// value, by carrying amount, no asset below its own fair value (ASC 360-10-35-17 and 35-28, SFAS 144 par. 7 and 14).
fn us_losses(members: &[Tested<'_>]) -> Vec<Money> {
    let carried: Vec<Money> = members.iter().map(|member| member.at_decision).collect();
    let total: Money = carried.iter().copied().sum();
    let cash_flows: Money = members.iter().map(|member| amounts(member.asset).2).sum();
    let fair_value: Money = members.iter().map(|member| amounts(member.asset).0).sum();
    let loss = if cash_flows < total { (total - fair_value).at_least_zero() } else { Money::ZERO };
    let most: Vec<Money> =
        members.iter().map(|member| (member.at_decision - amounts(member.asset).0).at_least_zero()).collect();
    allocate(loss, &carried, &most)
}

/// One step: the group is written down to its recoverable amount, by carrying amount, no asset below its own
/// (IAS 36.59, 36.104-105); or brought back, none above what it would be without the impairment (IAS 36.114, 36.117,
/// 36.122).
fn international_losses(members: &[Tested<'_>]) -> Vec<Money> {
    let carried: Vec<Money> = members.iter().map(|member| member.at_decision).collect();
    let total: Money = carried.iter().copied().sum();
    let worth: Money = members.iter().map(|member| recoverable(member.asset)).sum();
    if worth <= total {
        let most: Vec<Money> =
            members.iter().map(|member| (member.at_decision - recoverable(member.asset)).at_least_zero()).collect();
        return allocate(total - worth, &carried, &most);
    }
    let room: Vec<Money> = members.iter().map(Tested::room).collect();
    let reversal = (worth - total).min(room.iter().copied().sum());
    allocate(reversal, &carried, &room).into_iter().map(|share| -share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;
    use crate::domain::Dimension;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of this test")
    }

    fn asset(cost: i128, life_months: u32, accumulated: i128, disposition: Disposition) -> FixedAsset {
        FixedAsset {
            origin: Place::line("fixed_assets.csv", 2),
            dimension: Dimension::new("E", "B", "S"),
            asset_id: "A".to_owned(),
            component: "1".to_owned(),
            asset_group: "booth".to_owned(),
            description: String::new(),
            cost: Money::from_cents(cost),
            salvage_value: Money::ZERO,
            in_service_date: day("2003-06-15"),
            life_months,
            method: DepreciationMethod::StraightLine,
            convention: Convention::FullMonth,
            accumulated_depreciation: Money::from_cents(accumulated),
            disposition,
            transfer_to: None,
        }
    }

    fn one_under(asset: &FixedAsset, basis: Basis, earlier: Earlier, end: &str) -> Measurement {
        let input = Input { asset, earlier };
        assert_eq!(check(&input, day(end)), Ok(()));
        measure_register(&[input], basis, day(end))[0]
    }

    fn one(asset: &FixedAsset, earlier: Earlier, end: &str) -> Measurement {
        one_under(asset, Basis::UsGaap2004, earlier, end)
    }

    /// What the next quarter opens with.
    fn after(asset: &FixedAsset, found: &Measurement) -> Earlier {
        let decision = asset.disposition.decided().map(|day| EarlierDecision {
            day,
            earmark: match asset.disposition {
                Disposition::HeldForSale { .. } => Earmark::HeldForSale,
                Disposition::HoldAndUse { .. } => Earmark::HeldAndUsed,
                Disposition::Reuse { .. } => Earmark::Reused,
                Disposition::Abandon { .. } | Disposition::InUse => Earmark::Abandoned,
            },
            at_decision: found.at_decision,
            measured: found.measured,
            closing: found.closing,
        });
        Earlier { written_down: found.written_down_to_date, decision }
    }

    const NOTHING: Earlier = Earlier::NOTHING;

    #[test]
    fn months_count_by_convention_to_the_end_of_life() {
        let mut asset = asset(60_000, 60, 0, Disposition::InUse);
        assert_eq!(half_months(&asset, day("2003-06-15")), 2);
        assert_eq!(half_months(&asset, day("2004-05-26")), 24);
        assert_eq!(half_months(&asset, day("2003-05-31")), 0);
        assert_eq!(depreciation_to(&asset, day("2004-05-26")).cents(), 12_000);
        assert_eq!(depreciation_to(&asset, day("2030-01-01")).cents(), 60_000);
        asset.convention = Convention::HalfMonth;
        assert_eq!((half_months(&asset, day("2003-06-15")), half_months(&asset, day("2004-05-26"))), (1, 23));
        assert_eq!(depreciation_to(&asset, day("2004-05-26")).cents(), 11_500);
        assert_eq!(half_months(&asset, day("2003-05-31")), 0);
        asset.convention = Convention::NextMonth;
        assert_eq!((half_months(&asset, day("2003-06-30")), half_months(&asset, day("2004-05-26"))), (0, 22));
        assert_eq!(half_months(&asset, day("2008-06-01")), 120);
    }

    /// Cost 1,000.00, five years, double-declining: 400, 240, 144, then the straight line of what is left: 108, 108.
    #[test]
    fn declining_balance_switches_to_the_straight_line() {
        let mut asset = asset(100_000, 60, 0, Disposition::InUse);
        asset.method = DepreciationMethod::DecliningBalance { percent: 200 };
        asset.in_service_date = day("2000-01-01");
        let to = |asset: &FixedAsset, at: &str| depreciation_to(asset, day(at)).cents();
        let at_year_ends: Vec<i128> = (2000..=2005).map(|year| to(&asset, &format!("{year}-12-31"))).collect();
        assert_eq!(at_year_ends, [40_000, 64_000, 78_400, 89_200, 100_000, 100_000]);
        assert_eq!(to(&asset, "2000-06-30"), 20_000);
        assert_eq!(to(&asset, "2001-03-31"), 46_000);
        asset.salvage_value = Money::from_cents(30_000);
        let at_year_ends: Vec<i128> = (2000..=2004).map(|year| to(&asset, &format!("{year}-12-31"))).collect();
        assert_eq!(at_year_ends, [40_000, 64_000, 70_000, 70_000, 70_000], "never below salvage");
        asset.method = DepreciationMethod::DecliningBalance { percent: 150 };
        asset.salvage_value = Money::ZERO;
        let at_year_ends: Vec<i128> = (2000..=2004).map(|year| to(&asset, &format!("{year}-12-31"))).collect();
        assert_eq!(at_year_ends, [30_000, 51_000, 67_333, 83_667, 100_000]);
    }

    #[test]
    fn a_declining_balance_of_a_life_that_is_no_whole_year_ends_at_salvage() {
        let mut asset = asset(100_000, 30, 0, Disposition::InUse);
        asset.method = DepreciationMethod::DecliningBalance { percent: 200 };
        asset.convention = Convention::HalfMonth;
        assert_eq!(depreciation_to(&asset, day("2030-01-01")).cents(), 100_000);
    }

    /// Depreciation to the day is 7,508.035 and 7,917.505 exactly, by way of amounts without a last digit.
    #[test]
    fn a_declining_balance_of_a_half_cent_rounds_up() {
        let mut asset = asset(1_501_607, 27, 0, Disposition::InUse);
        asset.method = DepreciationMethod::DecliningBalance { percent: 150 };
        asset.salvage_value = Money::from_cents(4_484);
        asset.in_service_date = day("2003-06-01");
        assert_eq!(depreciation_to(&asset, day("2004-02-28")).cents(), 750_804);
        (asset.cost, asset.salvage_value) = (Money::from_cents(1_583_501), Money::from_cents(48_009));
        asset.method = DepreciationMethod::DecliningBalance { percent: 200 };
        (asset.life_months, asset.convention) = (56, Convention::HalfMonth);
        asset.in_service_date = day("2002-11-01");
        assert_eq!(depreciation_to(&asset, day("2004-02-28")).cents(), 791_751);
    }

    #[test]
    fn held_for_sale_is_the_lower_and_stops_depreciation() {
        let held = Disposition::HeldForSale {
            decided: day("2004-05-26"),
            fair_value: Money::from_cents(11_000),
            cost_to_sell: Money::from_cents(1_000),
        };
        let asset = asset(60_000, 60, 11_000, held);
        let first = one(&asset, NOTHING, "2004-05-29");
        assert_eq!((first.catch_up.cents(), first.carrying.cents(), first.write_down.cents()), (1_000, 48_000, 38_000));
        assert_eq!(first.closing.cents(), 10_000);
        let mut asset = asset;
        asset.accumulated_depreciation = Money::from_cents(12_000);
        let second = one(&asset, after(&asset, &first), "2004-08-28");
        assert_eq!((second.catch_up, second.write_down, second.closing), (Money::ZERO, Money::ZERO, first.closing));
    }

    #[test]
    fn an_abandoned_asset_runs_down_to_salvage_by_the_day() {
        let plan = Disposition::Abandon { decided: day("2004-05-26"), cease_use: day("2004-06-05") };
        let asset = asset(60_000, 60, 12_000, plan);
        let running = one(&asset, NOTHING, "2004-05-29");
        assert_eq!((running.write_down.cents(), running.closing.cents()), (14_400, 33_600));
        let ceased = one(&asset, after(&asset, &running), "2004-08-28");
        assert_eq!((ceased.write_down.cents(), ceased.closing), (33_600, Money::ZERO));
    }

    /// The fair value of an asset held for sale goes up: a gain, up to what it was carried at when it was classified.
    #[test]
    fn a_recovery_of_an_asset_held_for_sale_stops_at_its_classification() {
        let held = |fair_value: i128| Disposition::HeldForSale {
            decided: day("2004-05-26"),
            fair_value: Money::from_cents(fair_value),
            cost_to_sell: Money::ZERO,
        };
        let mut row = asset(60_000, 60, 12_000, held(10_000));
        let first = one(&row, NOTHING, "2004-05-29");
        row.disposition = held(30_000);
        let second = one(&row, after(&row, &first), "2004-08-28");
        assert_eq!((second.write_down.cents(), second.closing.cents()), (-20_000, 30_000));
        row.disposition = held(90_000);
        let third = one(&row, after(&row, &second), "2004-11-27");
        assert_eq!((third.write_down.cents(), third.closing.cents()), (-18_000, 48_000));
        assert_eq!((third.written_down_to_date, third.catch_up), (Money::ZERO, Money::ZERO));
    }

    fn held_and_used(decided: &str, fair_value: i128, flows: i128, in_use: Option<i128>) -> Disposition {
        Disposition::HoldAndUse {
            decided: day(decided),
            fair_value: Money::from_cents(fair_value),
            cost_to_sell: Money::ZERO,
            undiscounted_cash_flows: Money::from_cents(flows),
            value_in_use: in_use.map(Money::from_cents),
        }
    }

    fn group(assets: &[FixedAsset], basis: Basis, end: &str) -> Vec<Measurement> {
        let inputs: Vec<Input<'_>> = assets.iter().map(|asset| Input { asset, earlier: NOTHING }).collect();
        measure_register(&inputs, basis, day(end))
    }

    #[test]
    fn a_group_shares_its_loss_with_a_floor_at_fair_value() {
        let assets = [
            asset(10_000, 1_200, 0, held_and_used("2004-05-26", 9_000, 10_000, None)),
            asset(20_000, 1_200, 0, held_and_used("2004-05-26", 5_000, 10_000, None)),
        ];
        let found = group(&assets, Basis::UsGaap2004, "2004-05-29");
        let carrying: Money = found.iter().map(|row| row.carrying).sum();
        let loss: Money = found.iter().map(|row| row.write_down).sum();
        assert_eq!(carrying - loss, Money::from_cents(14_000));
        assert_eq!(found[0].measured.cents(), 9_000);
        assert_eq!(found[1].measured.cents(), 5_000);
    }

    /// Cash flows of the group decide: an asset that would fail alone is not impaired beside one that recovers.
    #[test]
    fn recoverable_groups_are_not_impaired() {
        let alone = asset(60_000, 60, 12_000, held_and_used("2004-05-26", 0, 48_000, None));
        assert_eq!(one(&alone, NOTHING, "2004-05-29").write_down, Money::ZERO);
        let short = asset(60_000, 60, 12_000, held_and_used("2004-05-26", 0, 47_999, None));
        assert_eq!(one(&short, NOTHING, "2004-05-29").write_down.cents(), 48_000);
        let rich = asset(60_000, 60, 12_000, held_and_used("2004-05-26", 48_000, 48_001, None));
        let found = group(&[short.clone(), rich.clone()], Basis::UsGaap, "2004-05-29");
        assert!(found.iter().all(|row| row.write_down.is_zero()));
        let mut apart = [short, rich];
        for row in &mut apart {
            row.asset_group = String::new();
        }
        let found = group(&apart, Basis::UsGaap, "2004-05-29");
        assert_eq!([found[0].write_down.cents(), found[1].write_down.cents()], [48_000, 0]);
    }

    /// One step, and the higher of the two values: the undiscounted cash flows do not count.
    #[test]
    fn the_international_test_has_one_step() {
        let row = asset(60_000, 60, 12_000, held_and_used("2004-05-26", 20_000, 1_000_000, Some(30_000)));
        let found = one_under(&row, Basis::Ifrs, NOTHING, "2004-05-29");
        assert_eq!((found.write_down.cents(), found.measured.cents()), (18_000, 30_000));
        let row = asset(60_000, 60, 12_000, held_and_used("2004-05-26", 35_000, 0, Some(30_000)));
        assert_eq!(one_under(&row, Basis::Ifrs, NOTHING, "2004-05-29").measured.cents(), 35_000);
        assert_eq!(one_under(&row, Basis::UsGaap, NOTHING, "2004-05-29").measured.cents(), 35_000);
    }

    #[test]
    fn cost_to_sell_comes_off_the_international_fair_value_only() {
        let mut row = asset(60_000, 60, 12_000, held_and_used("2004-05-26", 20_000, 0, None));
        if let Disposition::HoldAndUse { cost_to_sell, .. } = &mut row.disposition {
            *cost_to_sell = Money::from_cents(1_000);
        }
        assert_eq!(one_under(&row, Basis::Ifrs, NOTHING, "2004-05-29").measured.cents(), 19_000);
        assert_eq!(one_under(&row, Basis::UsGaap, NOTHING, "2004-05-29").measured.cents(), 20_000);
    }

    /// The new basis runs over the remaining 48 months: 12 months later a quarter of it is depreciated.
    #[test]
    fn the_new_basis_depreciates_over_the_remaining_life() {
        let mut row = asset(60_000, 60, 12_000, held_and_used("2004-05-26", 24_000, 0, None));
        let first = one(&row, NOTHING, "2004-05-29");
        assert_eq!((first.measured.cents(), first.closing.cents(), first.catch_up), (24_000, 24_000, Money::ZERO));
        row.accumulated_depreciation = Money::from_cents(12_000);
        let later = one(&row, after(&row, &first), "2005-05-28");
        assert_eq!((later.write_down, later.measured.cents(), later.closing.cents()), (Money::ZERO, 24_000, 18_000));
        assert_eq!(later.catch_up.cents(), 6_000);
    }

    /// A second test a year later: the US rules take a further loss and never give one back; the international ones
    /// bring the asset back to what it would be without the impairment: 60 % of cost after 24 of 60 months.
    #[test]
    fn a_second_test_goes_on_from_the_new_basis() {
        let mut row = asset(60_000, 60, 12_000, held_and_used("2004-05-26", 24_000, 0, None));
        let first = one(&row, NOTHING, "2004-05-29");
        row.disposition = held_and_used("2005-05-20", 10_000, 0, None);
        let worse = one(&row, after(&asset(0, 60, 0, held_and_used("2004-05-26", 0, 0, None)), &first), "2005-05-28");
        assert_eq!((worse.at_decision.cents(), worse.write_down.cents()), (18_000, 8_000));
        assert_eq!(worse.written_down_to_date.cents(), 32_000);
        row.disposition = held_and_used("2005-05-20", 90_000, 90_000, None);
        let earlier = after(&asset(0, 60, 0, held_and_used("2004-05-26", 0, 0, None)), &first);
        assert_eq!(one_under(&row, Basis::UsGaap, earlier, "2005-05-28").write_down, Money::ZERO);
        let back = one_under(&row, Basis::Ifrs, earlier, "2005-05-28");
        assert_eq!((back.write_down.cents(), back.measured.cents()), (-18_000, 36_000));
        assert_eq!(back.written_down_to_date.cents(), 6_000);
        row.disposition = held_and_used("2005-05-20", 20_000, 0, None);
        assert_eq!(one_under(&row, Basis::Ifrs, earlier, "2005-05-28").write_down.cents(), -2_000);
    }

    #[test]
    fn a_sale_that_becomes_certain_later_starts_from_the_last_close() {
        let plan = Disposition::Abandon { decided: day("2004-05-26"), cease_use: day("2004-06-05") };
        let mut row = asset(60_000, 60, 12_000, plan);
        let running = one(&row, NOTHING, "2004-05-29");
        let earlier = after(&row, &running);
        row.disposition = Disposition::HeldForSale {
            decided: day("2004-06-01"),
            fair_value: Money::from_cents(50_000),
            cost_to_sell: Money::ZERO,
        };
        let found = one(&row, earlier, "2004-08-28");
        assert_eq!(
            (found.at_decision, found.write_down, found.closing),
            (running.closing, Money::ZERO, running.closing)
        );
    }

    #[test]
    fn a_reused_component_depreciates_as_before() {
        let row = asset(60_000, 60, 12_000, Disposition::Reuse { decided: day("2004-05-26") });
        let ordinary = asset(60_000, 60, 12_000, Disposition::InUse);
        let first = one(&row, NOTHING, "2004-08-28");
        assert_eq!(first, one(&ordinary, NOTHING, "2004-08-28"));
        assert_eq!((first.catch_up.cents(), first.closing.cents()), (3_000, 45_000));
        assert_eq!(one(&row, after(&row, &first), "2004-11-27").closing.cents(), 42_000);
    }

    #[test]
    fn a_decision_is_not_taken_back_or_moved_back() {
        let decision = EarlierDecision {
            day: day("2004-05-26"),
            earmark: Earmark::Abandoned,
            at_decision: Money::ZERO,
            measured: Money::ZERO,
            closing: Money::ZERO,
        };
        let earlier = Earlier { written_down: Money::ZERO, decision: Some(decision) };
        let checked = |disposition| {
            let row = asset(60_000, 60, 0, disposition);
            check(&Input { asset: &row, earlier }, day("2004-08-28"))
        };
        let before = day("2004-05-26");
        assert_eq!(checked(Disposition::InUse), Err(DecisionFault::Removed { earlier: before }));
        let cease_use = day("2004-09-01");
        let abandon = |decided| Disposition::Abandon { decided: day(decided), cease_use };
        assert_eq!(checked(abandon("2004-05-25")), Err(DecisionFault::Earlier { earlier: before }));
        assert_eq!(checked(abandon("2004-05-26")), Ok(()));
        assert_eq!(checked(abandon("2004-08-29")), Err(DecisionFault::Removed { earlier: before }));
        let reuse = Disposition::Reuse { decided: day("2004-06-01") };
        assert_eq!(checked(reuse), Err(DecisionFault::AlreadyMeasured { earlier: before }));
    }

    #[test]
    fn the_straight_line_stops_at_salvage() {
        let mut row = asset(60_000, 60, 0, Disposition::InUse);
        row.salvage_value = Money::from_cents(12_000);
        assert_eq!(depreciation_to(&row, day("2004-05-26")).cents(), 9_600);
        assert_eq!(depreciation_to(&row, day("2030-01-01")).cents(), 48_000);
    }

    /// 600.00 less 120.00 of depreciation and 80.00 written down before.
    #[test]
    fn an_asset_without_a_decision_carries_what_earlier_write_downs_left() {
        let row = asset(60_000, 60, 11_500, Disposition::InUse);
        let earlier = Earlier { written_down: Money::from_cents(8_000), decision: None };
        let found = one(&row, earlier, "2004-05-29");
        assert_eq!((found.carrying.cents(), found.closing.cents(), found.catch_up.cents()), (40_000, 40_000, 500));
        assert_eq!((found.write_down, found.written_down_to_date.cents()), (Money::ZERO, 8_000));
    }

    /// After 12 of 60 months 504.00 is left, down to a salvage of 120.00: 3 of 10 days to the quarter's end.
    #[test]
    fn an_abandoned_asset_keeps_its_salvage() {
        let plan = Disposition::Abandon { decided: day("2004-05-26"), cease_use: day("2004-06-05") };
        let mut row = asset(60_000, 60, 9_600, plan);
        row.salvage_value = Money::from_cents(12_000);
        let running = one(&row, NOTHING, "2004-05-29");
        assert_eq!((running.write_down.cents(), running.closing.cents()), (11_520, 38_880));
        let ceased = one(&row, after(&row, &running), "2004-06-05");
        assert_eq!((ceased.write_down.cents(), ceased.closing.cents()), (26_880, 12_000));
    }

    /// It was written down below its salvage before: nothing is left to run down, and nothing comes back.
    #[test]
    fn an_abandoned_asset_below_its_salvage_stays_there() {
        let plan = Disposition::Abandon { decided: day("2004-05-26"), cease_use: day("2004-06-05") };
        let mut row = asset(60_000, 60, 9_600, plan);
        row.salvage_value = Money::from_cents(12_000);
        let decision = EarlierDecision {
            day: day("2004-03-01"),
            earmark: Earmark::Abandoned,
            at_decision: Money::from_cents(50_000),
            measured: Money::from_cents(10_000),
            closing: Money::from_cents(10_000),
        };
        let earlier = Earlier { written_down: Money::from_cents(40_000), decision: Some(decision) };
        for end in ["2004-05-29", "2004-08-28"] {
            let found = one(&row, earlier, end);
            assert_eq!(
                (found.at_decision.cents(), found.write_down, found.closing.cents()),
                (10_000, Money::ZERO, 10_000)
            );
        }
    }

    /// The basis above salvage runs over the remaining 48 months; a basis below salvage does not depreciate.
    #[test]
    fn the_new_basis_depreciates_to_salvage() {
        for (fair_value, after_a_year) in [(24_000, 21_000), (6_000, 6_000)] {
            let mut row = asset(60_000, 60, 9_600, held_and_used("2004-05-26", fair_value, 0, None));
            row.salvage_value = Money::from_cents(12_000);
            let first = one(&row, NOTHING, "2004-05-29");
            assert_eq!((first.write_down.cents(), first.closing.cents()), (50_400 - fair_value, fair_value));
            let later = one(&row, after(&row, &first), "2005-05-28");
            assert_eq!((later.write_down, later.closing.cents()), (Money::ZERO, after_a_year));
        }
    }

    /// Carried at 99.00, 198.00 and 99.00; fair values of 95.00, 150.00 and 120.00. The loss of 31.00 goes by carrying
    /// amount, 7.75 to the first: no more than 4.00 of it, and nothing to the third. The second bears the rest.
    #[test]
    fn the_assets_above_their_limit_bear_the_loss_of_the_group() {
        let tested = |cost, fair_value| asset(cost, 1_200, 0, held_and_used("2004-05-26", fair_value, 0, None));
        let assets = [tested(10_000, 9_500), tested(20_000, 15_000), tested(10_000, 12_000)];
        for basis in [Basis::UsGaap, Basis::UsGaap2004, Basis::Ifrs] {
            let found = group(&assets, basis, "2004-05-29");
            let losses: Vec<i128> = found.iter().map(|row| row.write_down.cents()).collect();
            assert_eq!(losses, [400, 2_700, 0], "{basis:?}");
        }
    }

    /// A year after their impairment the two carry 180.00 and 270.00, and would carry 360.00 each without it.
    #[test]
    fn a_group_comes_back_by_carrying_amount_and_not_above_what_it_would_be() {
        let measured_before = |cents: i128| Earlier {
            written_down: Money::from_cents(48_000 - cents),
            decision: Some(EarlierDecision {
                day: day("2004-05-26"),
                earmark: Earmark::HeldAndUsed,
                at_decision: Money::from_cents(48_000),
                measured: Money::from_cents(cents),
                closing: Money::from_cents(cents),
            }),
        };
        let losses = |basis, in_use: [i128; 2]| {
            let assets = in_use.map(|value| asset(60_000, 60, 12_000, held_and_used("2005-05-20", 0, 0, Some(value))));
            let earlier = [measured_before(24_000), measured_before(36_000)];
            let inputs = [0, 1].map(|at| Input { asset: &assets[at], earlier: earlier[at] });
            let found = measure_register(&inputs, basis, day("2005-05-28"));
            assert_eq!([found[0].carrying.cents(), found[1].carrying.cents()], [18_000, 27_000]);
            [found[0].write_down.cents(), found[1].write_down.cents()]
        };
        assert_eq!(losses(Basis::Ifrs, [40_000, 17_000]), [-4_800, -7_200]);
        assert_eq!(losses(Basis::Ifrs, [40_000, 30_000]), [-16_000, -9_000], "the second reaches its ceiling");
        assert_eq!(losses(Basis::Ifrs, [90_000, 90_000]), [-18_000, -9_000]);
        assert_eq!(losses(Basis::Ifrs, [30_000, 15_000]), [0, 0], "the group is worth what it carries");
    }

    #[test]
    fn each_basis_cites_its_own_literature_by_disposition() {
        let day = day("2004-05-26");
        let sold = Disposition::HeldForSale { decided: day, fair_value: Money::ZERO, cost_to_sell: Money::ZERO };
        let abandoned = Disposition::Abandon { decided: day, cease_use: day };
        let kept = held_and_used("2004-05-26", 0, 0, None);
        for (basis, ordinary, test, sale, end) in [
            (Basis::UsGaap, "ASC 360-10-35-4", "35-17", "35-43", "35-47"),
            (Basis::UsGaap2004, "ARB 43", "par. 7", "par. 34", "par. 28"),
            (Basis::Ifrs, "IAS 16", "IAS 36", "IFRS 5", "IAS 16.51"),
        ] {
            assert!(citation(basis, Disposition::InUse).starts_with(ordinary));
            assert_eq!(citation(basis, Disposition::Reuse { decided: day }), citation(basis, Disposition::InUse));
            for (disposition, paragraph) in [(kept, test), (sold, sale), (abandoned, end)] {
                assert!(citation(basis, disposition).contains(paragraph), "{basis:?} {disposition:?}");
            }
        }
    }

    /// Cost 1,000.00, salvage 100.00, five years at 150 %: 300, 210, 147, then half of the 243 above salvage twice.
    #[test]
    fn the_straight_line_that_a_declining_balance_ends_on_leads_to_salvage() {
        let mut row = asset(100_000, 60, 0, Disposition::InUse);
        row.method = DepreciationMethod::DecliningBalance { percent: 150 };
        row.in_service_date = day("2000-01-01");
        row.salvage_value = Money::from_cents(10_000);
        let at_year_ends = [2000, 2001, 2002, 2003, 2004].map(|year| {
            let year_end = NaiveDate::from_ymd_opt(year, 12, 31).expect("the last day of a year");
            depreciation_to(&row, year_end).cents()
        });
        assert_eq!(at_year_ends, [30_000, 51_000, 65_700, 77_850, 90_000]);
    }

    /// Held for sale in May 2004 at 480.00 with 48 months to run, kept a year later: 12 months were missed.
    #[test]
    fn an_asset_that_is_kept_after_all_makes_up_for_its_depreciation() {
        let held = |fair_value: i128| Disposition::HeldForSale {
            decided: day("2004-05-26"),
            fair_value: Money::from_cents(fair_value),
            cost_to_sell: Money::ZERO,
        };
        for (written_to, worth, write_down, closing) in [
            (90_000, 90_000, 0, 36_000),
            (90_000, 30_000, 6_000, 30_000),
            (20_000, 90_000, -28_000, 36_000),
            (20_000, 5_000, 3_000, 5_000),
        ] {
            let mut row = asset(60_000, 60, 12_000, held(written_to));
            let earlier = after(&row, &one(&row, NOTHING, "2004-05-29"));
            row.disposition = held_and_used("2005-05-20", worth, 90_000, Some(worth));
            for basis in [Basis::UsGaap, Basis::Ifrs] {
                let kept = one_under(&row, basis, earlier, "2005-05-28");
                assert_eq!((kept.write_down.cents(), kept.closing.cents()), (write_down, closing), "{basis:?}");
                assert_eq!((kept.catch_up.cents(), kept.carrying - kept.write_down), (12_000, kept.measured));
            }
        }
    }

    #[test]
    fn a_basis_without_any_life_left_is_depreciated_at_once() {
        let mut row = asset(60_000, 12, 60_000, held_and_used("2004-05-26", 24_000, 0, None));
        row.salvage_value = Money::from_cents(1_000);
        let decision = EarlierDecision {
            day: day("2004-05-26"),
            earmark: Earmark::HeldAndUsed,
            at_decision: Money::from_cents(48_000),
            measured: Money::from_cents(24_000),
            closing: Money::from_cents(24_000),
        };
        let earlier = Earlier { written_down: Money::from_cents(24_000), decision: Some(decision) };
        assert_eq!(one(&row, earlier, "2004-08-28").closing.cents(), 1_000);
    }

    /// Two entities call a group by the same name: each is tested on its own.
    #[test]
    fn groups_of_two_entities_do_not_mix() {
        let mut assets = [
            asset(60_000, 60, 12_000, held_and_used("2004-05-26", 10_000, 0, None)),
            asset(60_000, 60, 12_000, held_and_used("2004-05-26", 48_000, 900_000, None)),
        ];
        assets[1].dimension = Dimension::new("F", &assets[1].dimension.brand, &assets[1].dimension.segment);
        let found = group(&assets, Basis::UsGaap, "2004-05-29");
        assert_eq!([found[0].write_down.cents(), found[1].write_down.cents()], [38_000, 0]);
    }

    #[test]
    fn what_brings_an_asset_back_has_its_own_citation() {
        let day = day("2004-05-26");
        let sold = Disposition::HeldForSale { decided: day, fair_value: Money::ZERO, cost_to_sell: Money::ZERO };
        let kept = held_and_used("2004-05-26", 0, 0, None);
        let before = |earmark| {
            Some(EarlierDecision {
                day,
                earmark,
                at_decision: Money::ZERO,
                measured: Money::ZERO,
                closing: Money::ZERO,
            })
        };
        let (gain, loss) = (Money::from_cents(-1), Money::from_cents(1));
        for (basis, recovery, kept_after_all) in [
            (Basis::UsGaap, "ASC 360-10-35-40", "ASC 360-10-35-44"),
            (Basis::UsGaap2004, "SFAS 144 par. 37", "SFAS 144 par. 38"),
            (Basis::Ifrs, "IFRS 5.21", "IFRS 5.27"),
        ] {
            let for_sale = before(Earmark::HeldForSale);
            assert_eq!(change_citation(basis, sold, for_sale, gain), recovery);
            assert_eq!(change_citation(basis, sold, for_sale, loss), citation(basis, sold));
            assert_eq!(change_citation(basis, kept, for_sale, loss), kept_after_all);
            assert_eq!(change_citation(basis, kept, before(Earmark::HeldAndUsed), loss), citation(basis, kept));
        }
        assert_eq!(change_citation(Basis::Ifrs, kept, before(Earmark::HeldAndUsed), gain), "IAS 36.114");
    }

    /// Only a sale that was given up makes up for depreciation: a sale that becomes an abandonment, and an abandonment
    /// that is called off, go on from the last close.
    #[test]
    fn other_changes_of_mind_go_on_from_the_last_close() {
        let sale = Disposition::HeldForSale {
            decided: day("2004-05-26"),
            fair_value: Money::from_cents(20_000),
            cost_to_sell: Money::ZERO,
        };
        let mut row = asset(60_000, 60, 12_000, sale);
        let earlier = after(&row, &one(&row, NOTHING, "2004-05-29"));
        row.disposition = Disposition::Abandon { decided: day("2004-10-01"), cease_use: day("2004-10-11") };
        let given_up = one(&row, earlier, "2004-10-06");
        assert_eq!((given_up.at_decision.cents(), given_up.closing.cents()), (20_000, 10_000));
        let mut row = asset(60_000, 60, 12_000, Disposition::InUse);
        row.disposition = Disposition::Abandon { decided: day("2004-05-26"), cease_use: day("2004-06-05") };
        let earlier = after(&row, &one(&row, NOTHING, "2004-05-29"));
        row.disposition = held_and_used("2004-06-20", 33_600, 90_000, None);
        let called_off = one(&row, earlier, "2004-06-30");
        assert_eq!((called_off.at_decision.cents(), called_off.write_down), (33_600, Money::ZERO));
    }
}
