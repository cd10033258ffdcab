//! The inventory reserve, item by item (ARB 43 ch. 4, ASC 330-10-35, SAB Topic 5.BB).

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::book::Basis;
use crate::domain::Money;
use crate::records::InventoryItem;

/// What the pool of an item adds to its measurement.
#[derive(Debug, Clone, Copy)]
pub struct PoolTerms {
    /// Share of the selling price that a sale owes to the licensor.
    pub royalty_rate: Decimal,
    /// The sell-off deadline, only where it binds in the quarter.
    pub deadline: Option<NaiveDate>,
}

/// What an item is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    /// Quantity on hand times unit cost.
    pub cost: Money,
    /// Net realizable value, currency a unit.
    pub nrv: Decimal,
    /// The value a unit is compared with, currency a unit.
    pub market: Decimal,
    /// Units that are expected to sell.
    pub saleable: Decimal,
    /// Units that are worth their scrap value.
    pub excess: Decimal,
    /// The reserve that the item needs: cost less recoverable amount, never below zero.
    pub required: Money,
}

/// The citation of the lower-of-cost rule under a basis.
#[must_use]
pub const fn citation(basis: Basis) -> &'static str {
    match basis {
        Basis::UsGaap => "ASC 330-10-35-1B",
        Basis::UsGaap2004 => "ARB 43 ch. 4 st. 5-6",
    }
}

/// Net realizable value of a unit: the selling price less royalty, selling cost and cost to complete, not below zero.
#[must_use]
pub fn net_realizable_value(item: &InventoryItem, royalty_rate: Decimal) -> Decimal {
    let price = item.selling_price.unwrap_or_default();
    (price * (Decimal::ONE - item.selling_cost_rate - royalty_rate) - item.cost_to_complete).max(Decimal::ZERO)
}

/// Market of a unit under a basis: net realizable value, or replacement cost between the floor and the ceiling
/// (ARB 43 ch. 4 st. 6: not above net realizable value, not below it less the normal margin).
#[must_use]
pub fn market(item: &InventoryItem, nrv: Decimal, basis: Basis) -> Decimal {
    match basis {
        Basis::UsGaap => nrv,
        Basis::UsGaap2004 => {
            let margin = item.normal_margin_rate.unwrap_or_default() * item.selling_price.unwrap_or_default();
            let floor = (nrv - margin).max(Decimal::ZERO);
            item.replacement_cost.unwrap_or_default().min(nrv).max(floor)
        }
    }
}

/// Measures an item at the quarter's end.
#[must_use]
pub fn measure(item: &InventoryItem, basis: Basis, terms: PoolTerms, quarter_end: NaiveDate) -> Measurement {
    let quantity = item.quantity_on_hand;
    let nrv = net_realizable_value(item, terms.royalty_rate);
    let market = market(item, nrv, basis);
    let saleable = match terms.deadline {
        Some(deadline) if deadline <= quarter_end => Decimal::ZERO,
        Some(_) => quantity.min(item.expected_units.unwrap_or_default()),
        None => quantity,
    };
    let excess = quantity - saleable;
    let scrap = item.unit_cost.min(item.scrap_value.unwrap_or_default().max(Decimal::ZERO));
    let cost = Money::round(quantity * item.unit_cost);
    let recoverable = Money::round(saleable * item.unit_cost.min(market) + excess * scrap);
    Measurement { cost, nrv, market, saleable, excess, required: cost - recoverable }
}

/// What the prior pack says of an item; nothing at all for a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opening {
    pub reserve: Option<Money>,
    /// Units on hand at the last close.
    pub units: Decimal,
    /// What was charged in the fiscal year and may still be released (ASC 270-10-45-6).
    pub releasable: Option<Money>,
}

/// What happened to an item's units in the quarter.
#[derive(Debug, Clone, Copy)]
pub struct Units {
    pub on_hand: Decimal,
    pub received: Decimal,
    pub scrapped: Decimal,
}

/// The roll-forward of an item's reserve. All amounts are positive reserves; charge and release are never both above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollForward {
    pub opening: Money,
    pub utilised_sale: Money,
    pub utilised_scrap: Money,
    pub carried: Money,
    pub charge: Money,
    pub release: Money,
    pub closing: Money,
    /// What may still be released later in the fiscal year.
    pub releasable: Money,
    /// More units on hand than opened and came in: a matter for a person, never negative use.
    pub unexplained_units: bool,
}

/// Rolls an item's reserve from the last close to what is required now.
///
/// Units on hand at the last close leave first. A fall of the requirement is released only up to what the same fiscal
/// year charged and still carries; otherwise the written-down amount is the new cost basis (SAB Topic 5.BB).
#[must_use]
pub fn roll_forward(
    opening: Opening,
    units: Units,
    cost: Money,
    required: Money,
    opens_fiscal_year: bool,
) -> RollForward {
    let reserve = opening.reserve.unwrap_or(Money::ZERO);
    let available = opening.units + units.received;
    let used = (available - units.on_hand).max(Decimal::ZERO).min(opening.units);
    // A reserve above cost has nothing left to reduce: what is beyond it has been used.
    let utilised = reserve.share(used, opening.units).max(reserve - cost);
    let utilised_scrap = reserve.share(units.scrapped.min(used), opening.units).min(utilised);
    let carried = reserve - utilised;
    let before = if opens_fiscal_year { Money::ZERO } else { opening.releasable.unwrap_or(Money::ZERO) };
    let still_releasable = (before - before.share(used, opening.units)).min(carried);
    let charge = (required - carried).at_least_zero();
    let release = (carried - required).at_least_zero().min(still_releasable);
    RollForward {
        opening: reserve,
        utilised_sale: utilised - utilised_scrap,
        utilised_scrap,
        carried,
        charge,
        release,
        closing: carried + charge - release,
        releasable: still_releasable - release + charge,
        unexplained_units: units.on_hand > available && opening.reserve.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;
    use crate::domain::Dimension;

    fn item(quantity: i64, cost: i64, price: i64) -> InventoryItem {
        InventoryItem {
            origin: Place::line("inventory.csv", 2),
            dimension: Dimension::new("E", "B", "S"),
            pool: "p".to_owned(),
            sku: "001".to_owned(),
            description: String::new(),
            quantity_on_hand: quantity.into(),
            quantity_received: Decimal::ZERO,
            quantity_scrapped: Decimal::ZERO,
            unit_cost: cost.into(),
            replacement_cost: None,
            selling_price: Some(price.into()),
            cost_to_complete: Decimal::ZERO,
            selling_cost_rate: Decimal::ZERO,
            normal_margin_rate: None,
            expected_units: None,
            scrap_value: None,
        }
    }

    const NO_TERMS: PoolTerms = PoolTerms { royalty_rate: Decimal::ZERO, deadline: None };

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of this test")
    }

    /// Cost 20; (replacement, net realizable value, normal profit) to the value carried in 2004 and today.
    #[test]
    fn lower_of_cost_or_market_known_answers() {
        for (replacement, nrv, profit, in_2004, today) in
            [(14, 16, 3, 14, 16), (10, 16, 3, 13, 16), (17, 16, 3, 16, 16), (25, 24, 3, 20, 20)]
        {
            let mut sku = item(1, 20, nrv);
            sku.replacement_cost = Some(replacement.into());
            sku.normal_margin_rate = Some(Decimal::from(profit) / Decimal::from(nrv));
            let carried = |basis| {
                let found = measure(&sku, basis, NO_TERMS, day("2004-05-29"));
                (found.cost - found.required).cents() / 100
            };
            assert_eq!(carried(Basis::UsGaap2004), in_2004);
            assert_eq!(carried(Basis::UsGaap), today);
        }
    }

    #[test]
    fn royalty_and_costs_come_off_the_price() {
        let mut sku = item(1, 20, 30);
        sku.selling_cost_rate = Decimal::new(10, 2);
        sku.cost_to_complete = Decimal::from(2);
        assert_eq!(net_realizable_value(&sku, Decimal::new(10, 2)), Decimal::from(22));
        sku.cost_to_complete = Decimal::from(200);
        assert_eq!(net_realizable_value(&sku, Decimal::ZERO), Decimal::ZERO);
    }

    #[test]
    fn beyond_the_deadline_everything_is_scrap() {
        let mut sku = item(10, 20, 30);
        sku.expected_units = Some(4.into());
        sku.scrap_value = Some(3.into());
        let terms = PoolTerms { royalty_rate: Decimal::ZERO, deadline: Some(day("2004-12-31")) };
        let before = measure(&sku, Basis::UsGaap, terms, day("2004-11-27"));
        assert_eq!((before.saleable, before.excess, before.required.cents()), (4.into(), 6.into(), 10_200));
        let after = measure(&sku, Basis::UsGaap, terms, day("2004-12-31"));
        assert_eq!((after.saleable, after.excess, after.required.cents()), (0.into(), 10.into(), 17_000));
    }

    #[test]
    fn scrap_above_cost_makes_no_gain() {
        let mut sku = item(10, 20, 30);
        sku.expected_units = Some(Decimal::ZERO);
        sku.scrap_value = Some(25.into());
        let terms = PoolTerms { royalty_rate: Decimal::ZERO, deadline: Some(day("2004-12-31")) };
        assert_eq!(measure(&sku, Basis::UsGaap, terms, day("2004-05-29")).required, Money::ZERO);
    }

    fn opening(reserve: i128, units: i64, releasable: i128) -> Opening {
        Opening {
            reserve: Some(Money::from_cents(reserve)),
            units: units.into(),
            releasable: Some(Money::from_cents(releasable)),
        }
    }

    fn units(on_hand: i64, received: i64, scrapped: i64) -> Units {
        Units { on_hand: on_hand.into(), received: received.into(), scrapped: scrapped.into() }
    }

    #[test]
    fn units_of_the_last_close_leave_first() {
        let cost = Money::from_cents(1_000_000);
        let rolled = roll_forward(opening(10_000, 100, 0), units(90, 30, 10), cost, Money::from_cents(8_000), false);
        assert_eq!(rolled.utilised_sale.cents(), 3_000);
        assert_eq!(rolled.utilised_scrap.cents(), 1_000);
        assert_eq!((rolled.carried.cents(), rolled.charge.cents(), rolled.closing.cents()), (6_000, 2_000, 8_000));
    }

    #[test]
    fn release_is_limited_to_the_fiscal_years_charge() {
        let cost = Money::from_cents(1_000_000);
        let rolled = roll_forward(opening(10_000, 100, 2_500), units(100, 0, 0), cost, Money::ZERO, false);
        assert_eq!((rolled.release.cents(), rolled.closing.cents(), rolled.releasable.cents()), (2_500, 7_500, 0));
        let next_year = roll_forward(opening(10_000, 100, 2_500), units(100, 0, 0), cost, Money::ZERO, true);
        assert_eq!((next_year.release.cents(), next_year.closing.cents()), (0, 10_000));
    }

    #[test]
    fn more_units_than_came_in_are_told_and_use_nothing() {
        let cost = Money::from_cents(1_000_000);
        let rolled = roll_forward(opening(10_000, 100, 0), units(150, 20, 0), cost, Money::from_cents(10_000), false);
        assert!(rolled.unexplained_units);
        assert_eq!((rolled.carried.cents(), rolled.charge.cents()), (10_000, 0));
    }
}
