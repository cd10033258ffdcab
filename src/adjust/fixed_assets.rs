//! Fixed assets that an exit touches: catch-up depreciation, then the write-down by disposition
//! (SFAS 144, ASC 360-10-35).

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::book::Basis;
use crate::domain::Money;
use crate::records::{Disposition, FixedAsset};

/// An asset's measurement. Write-downs are positive losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    /// Depreciation that the rule requires to date less what the books have.
    pub catch_up: Money,
    /// Cost less depreciation to the decision, and less what earlier packs wrote down.
    pub carrying: Money,
    /// What the disposition allows it to be carried at.
    pub measured: Money,
    pub write_down: Money,
    pub written_down_to_date: Money,
    pub closing: Money,
}

/// The citation of the rule under a basis and a disposition.
#[must_use]
pub const fn citation(basis: Basis, disposition: Disposition) -> &'static str {
    match (basis, disposition) {
        (_, Disposition::InUse) => "ordinary depreciation",
        (Basis::UsGaap, Disposition::HoldAndUse { .. }) => "ASC 360-10-35-17",
        (Basis::UsGaap, Disposition::HeldForSale { .. }) => "ASC 360-10-35-43",
        (Basis::UsGaap, Disposition::Abandon { .. }) => "ASC 360-10-35-47",
        (Basis::UsGaap2004, Disposition::HoldAndUse { .. }) => "SFAS 144 par. 7",
        (Basis::UsGaap2004, Disposition::HeldForSale { .. }) => "SFAS 144 par. 34",
        (Basis::UsGaap2004, Disposition::Abandon { .. }) => "SFAS 144 par. 28",
    }
}

/// Months of depreciation at a day: the month of service counts in full, and so does the day's own.
#[must_use]
pub fn months_in_service(asset: &FixedAsset, day: NaiveDate) -> u32 {
    let number = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month());
    let months = number(day) - number(asset.in_service_date) + 1;
    u32::try_from(months.max(0)).map_or(asset.life_months, |months| months.min(asset.life_months))
}

/// Straight-line depreciation of an asset to a day.
#[must_use]
pub fn depreciation_to(asset: &FixedAsset, day: NaiveDate) -> Money {
    let months = Decimal::from(months_in_service(asset, day));
    (asset.cost - asset.salvage_value).share(months, Decimal::from(asset.life_months))
}

/// An asset with what earlier packs wrote down of it.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    pub asset: &'a FixedAsset,
    pub written_down_before: Money,
}

/// Measures all assets of a register at the quarter's end; the results stand in the order of the inputs.
///
/// Assets that are held and used are tested by asset group, which is why the register is measured as a whole.
#[must_use]
pub fn measure_register(inputs: &[Input<'_>], quarter_end: NaiveDate) -> Vec<Measurement> {
    let losses = impairment_losses(inputs, quarter_end);
    inputs.iter().zip(losses).map(|(input, loss)| measure(*input, loss, quarter_end)).collect()
}

fn decided(asset: &FixedAsset, quarter_end: NaiveDate) -> Option<NaiveDate> {
    asset.disposition.decided().filter(|day| *day <= quarter_end)
}

fn carrying(input: &Input<'_>, quarter_end: NaiveDate) -> Money {
    let day = decided(input.asset, quarter_end).unwrap_or(quarter_end);
    input.asset.cost - depreciation_to(input.asset, day) - input.written_down_before
}

fn measure(input: Input<'_>, impairment: Money, quarter_end: NaiveDate) -> Measurement {
    let asset = input.asset;
    let day = decided(asset, quarter_end).unwrap_or(quarter_end);
    let depreciated = depreciation_to(asset, day);
    let carrying = carrying(&input, quarter_end);
    let measured = match asset.disposition {
        disposition if disposition.decided().is_none_or(|day| day > quarter_end) => carrying,
        Disposition::InUse => carrying,
        Disposition::HeldForSale { fair_value, cost_to_sell, .. } => {
            carrying.min((fair_value - cost_to_sell).at_least_zero())
        }
        Disposition::Abandon { decided, cease_use } => abandoned(asset, decided, cease_use, quarter_end).min(carrying),
        Disposition::HoldAndUse { .. } => carrying - impairment,
    };
    let write_down = carrying - measured;
    let after = depreciation_after(asset, measured, quarter_end);
    Measurement {
        catch_up: depreciated + after - asset.accumulated_depreciation,
        carrying,
        measured,
        write_down,
        written_down_to_date: input.written_down_before + write_down,
        closing: measured - after,
    }
}

/// The carrying amount of an asset to be abandoned: it runs down to salvage by the day until use ceases.
fn abandoned(asset: &FixedAsset, decided: NaiveDate, cease_use: NaiveDate, quarter_end: NaiveDate) -> Money {
    let at_decision = asset.cost - depreciation_to(asset, decided);
    let to_run_down = (at_decision - asset.salvage_value).at_least_zero();
    if cease_use <= quarter_end {
        return at_decision - to_run_down;
    }
    let days = |from: NaiveDate, to: NaiveDate| Decimal::from((to - from).num_days());
    at_decision - to_run_down.share(days(decided, quarter_end), days(decided, cease_use))
}

/// Depreciation of the new basis of an asset that is held and used, from its decision to the quarter's end.
fn depreciation_after(asset: &FixedAsset, basis: Money, quarter_end: NaiveDate) -> Money {
    let Disposition::HoldAndUse { decided, .. } = asset.disposition else { return Money::ZERO };
    if decided > quarter_end {
        return Money::ZERO;
    }
    let at_decision = months_in_service(asset, decided);
    let since = months_in_service(asset, quarter_end) - at_decision;
    let remaining = asset.life_months - at_decision;
    (basis - asset.salvage_value).at_least_zero().share(Decimal::from(since), Decimal::from(remaining))
}

/// The impairment loss of each asset that is held and used: carrying less fair value of its group where the
/// undiscounted cash flows do not recover it, by carrying amount, no asset below its own fair value.
fn impairment_losses(inputs: &[Input<'_>], quarter_end: NaiveDate) -> Vec<Money> {
    let mut losses = vec![Money::ZERO; inputs.len()];
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, input) in inputs.iter().enumerate() {
        let tested = matches!(input.asset.disposition, Disposition::HoldAndUse { .. });
        // An impairment is measured once, at its decision; its new basis is not tested again without a new decision.
        if tested && decided(input.asset, quarter_end).is_some() && input.written_down_before.is_zero() {
            groups.entry(group_name(input.asset, at)).or_default().push(at);
        }
    }
    for members in groups.values() {
        for (at, loss) in group_losses(inputs, members, quarter_end) {
            losses[at] = loss;
        }
    }
    losses
}

fn group_name(asset: &FixedAsset, at: usize) -> String {
    if asset.asset_group.is_empty() { format!("\u{0}{at}") } else { asset.asset_group.clone() }
}

fn group_losses(inputs: &[Input<'_>], members: &[usize], quarter_end: NaiveDate) -> Vec<(usize, Money)> {
    let held = |at: usize| match inputs[at].asset.disposition {
        Disposition::HoldAndUse { fair_value, undiscounted_cash_flows, .. } => (fair_value, undiscounted_cash_flows),
        _ => (Money::ZERO, Money::ZERO),
    };
    let carried: Vec<Money> = members.iter().map(|at| carrying(&inputs[*at], quarter_end)).collect();
    let total: Money = carried.iter().copied().sum();
    let cash_flows: Money = members.iter().map(|at| held(*at).1).sum();
    let fair_value: Money = members.iter().map(|at| held(*at).0).sum();
    let loss = if cash_flows < total { (total - fair_value).at_least_zero() } else { Money::ZERO };
    let most: Vec<Money> =
        members.iter().zip(&carried).map(|(at, carried)| (*carried - held(*at).0).at_least_zero()).collect();
    members.iter().copied().zip(allocate(loss, &carried, &most)).collect()
}

/// Shares a loss by weight, in cents by largest remainder, none above its own limit; what a limit holds back goes to
/// the others.
#[must_use]
pub fn allocate(loss: Money, weights: &[Money], limits: &[Money]) -> Vec<Money> {
    let mut shares = vec![Money::ZERO; weights.len()];
    let mut left = loss;
    loop {
        let open: Vec<usize> = (0..weights.len()).filter(|at| shares[*at] < limits[*at]).collect();
        let weight: i128 = open.iter().map(|at| weights[*at].cents()).sum();
        if left.is_zero() || weight <= 0 {
            return shares;
        }
        let before = left;
        for (at, part) in largest_remainder(left.cents(), &open, weights, weight) {
            let taken = Money::from_cents(part).min(limits[at] - shares[at]);
            shares[at] += taken;
            left -= taken;
        }
        if left == before {
            return shares;
        }
    }
}

fn largest_remainder(cents: i128, open: &[usize], weights: &[Money], weight: i128) -> Vec<(usize, i128)> {
    let mut parts: Vec<(usize, i128)> = open.iter().map(|at| (*at, cents * weights[*at].cents() / weight)).collect();
    let given: i128 = parts.iter().map(|(_, part)| part).sum();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|at| (std::cmp::Reverse(cents * weights[parts[*at].0].cents() % weight), *at));
    for at in by_remainder.into_iter().take(usize::try_from(cents - given).unwrap_or(0)) {
        parts[at].1 += 1;
    }
    parts
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
            accumulated_depreciation: Money::from_cents(accumulated),
            disposition,
        }
    }

    fn one(asset: &FixedAsset, before: i128, end: &str) -> Measurement {
        let inputs = [Input { asset, written_down_before: Money::from_cents(before) }];
        measure_register(&inputs, day(end))[0]
    }

    #[test]
    fn full_months_from_service_to_the_end_of_life() {
        let asset = asset(60_000, 60, 0, Disposition::InUse);
        assert_eq!(months_in_service(&asset, day("2003-06-15")), 1);
        assert_eq!(months_in_service(&asset, day("2004-05-26")), 12);
        assert_eq!(months_in_service(&asset, day("2003-05-31")), 0);
        assert_eq!(depreciation_to(&asset, day("2004-05-26")).cents(), 12_000);
        assert_eq!(depreciation_to(&asset, day("2030-01-01")).cents(), 60_000);
    }

    #[test]
    fn held_for_sale_is_the_lower_and_stops_depreciation() {
        let held = Disposition::HeldForSale {
            decided: day("2004-05-26"),
            fair_value: Money::from_cents(11_000),
            cost_to_sell: Money::from_cents(1_000),
        };
        let asset = asset(60_000, 60, 11_000, held);
        let first = one(&asset, 0, "2004-05-29");
        assert_eq!((first.catch_up.cents(), first.carrying.cents(), first.write_down.cents()), (1_000, 48_000, 38_000));
        assert_eq!(first.closing.cents(), 10_000);
        let mut asset = asset;
        asset.accumulated_depreciation = Money::from_cents(12_000);
        let second = one(&asset, 38_000, "2004-08-28");
        assert_eq!((second.catch_up, second.write_down, second.closing), (Money::ZERO, Money::ZERO, first.closing));
    }

    #[test]
    fn an_abandoned_asset_runs_down_to_salvage_by_the_day() {
        let plan = Disposition::Abandon { decided: day("2004-05-26"), cease_use: day("2004-06-05") };
        let asset = asset(60_000, 60, 12_000, plan);
        let running = one(&asset, 0, "2004-05-29");
        assert_eq!((running.write_down.cents(), running.closing.cents()), (14_400, 33_600));
        let ceased = one(&asset, 14_400, "2004-08-28");
        assert_eq!((ceased.write_down.cents(), ceased.closing), (33_600, Money::ZERO));
    }

    #[test]
    fn a_group_shares_its_loss_with_a_floor_at_fair_value() {
        let held = |fair_value: i128, flows: i128| Disposition::HoldAndUse {
            decided: day("2004-05-26"),
            fair_value: Money::from_cents(fair_value),
            undiscounted_cash_flows: Money::from_cents(flows),
        };
        let assets = [asset(10_000, 1_200, 0, held(9_000, 10_000)), asset(20_000, 1_200, 0, held(5_000, 10_000))];
        let inputs = assets.each_ref().map(|asset| Input { asset, written_down_before: Money::ZERO });
        let found = measure_register(&inputs, day("2003-06-30").max(day("2004-05-29")));
        let carrying: Money = found.iter().map(|row| row.carrying).sum();
        let loss: Money = found.iter().map(|row| row.write_down).sum();
        assert_eq!(carrying - loss, Money::from_cents(14_000));
        assert_eq!(found[0].measured.cents(), 9_000);
        assert_eq!(found[1].measured.cents(), 5_000);
    }

    #[test]
    fn recoverable_assets_are_not_impaired() {
        let plan = Disposition::HoldAndUse {
            decided: day("2004-05-26"),
            fair_value: Money::ZERO,
            undiscounted_cash_flows: Money::from_cents(48_000),
        };
        assert_eq!(one(&asset(60_000, 60, 12_000, plan), 0, "2004-05-29").write_down, Money::ZERO);
    }

    #[test]
    fn allocation_adds_up_to_the_cent() {
        let cents = |values: &[i128]| values.iter().copied().map(Money::from_cents).collect::<Vec<_>>();
        let shares = allocate(Money::from_cents(100), &cents(&[1, 1, 1]), &cents(&[100, 100, 100]));
        assert_eq!(shares, cents(&[34, 33, 33]));
        let limited = allocate(Money::from_cents(100), &cents(&[1, 1, 1]), &cents(&[10, 100, 100]));
        assert_eq!(limited, cents(&[10, 45, 45]));
    }
}
