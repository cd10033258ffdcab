//! What must always hold, over random inputs.

use chrono::NaiveDate;
use closepack::adjust::inventory_reserve::{
    Input, Judged, Known, Measurement, Opening, ReleaseLimit, Terms, Units, measure, requirement, roll_forward,
};
use closepack::book::policies::MarketTest;
use closepack::book::{Method, Methods, StepTable};
use closepack::diagnostics::Place;
use closepack::domain::{Dimension, Money, allocate};
use closepack::records::InventoryItem;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn cents() -> impl Strategy<Value = i64> {
    0_i64..10_000
}

prop_compose! {
    fn item()(
        quantity in 0_i64..5_000, cost in cents(), price in cents(), replacement in cents(), margin in 0_i64..100,
        expected in 0_i64..5_000, scrap in cents(), selling in 0_i64..50, complete in 0_i64..500,
    ) -> InventoryItem {
        InventoryItem {
            origin: (&Place::line("inventory.csv", 2)).into(),
            dimension: Dimension::new("E", "B", "S"),
            pool: "p".into(),
            sku: "1".into(),
            description: String::new(),
            quantity_on_hand: quantity.into(),
            quantity_received: Decimal::ZERO,
            quantity_scrapped: Decimal::ZERO,
            unit_cost: Decimal::new(cost, 2),
            replacement_cost: Some(Decimal::new(replacement, 2)),
            selling_price: Some(Decimal::new(price, 2)),
            cost_to_complete: Decimal::new(complete, 2),
            selling_cost_rate: Decimal::new(selling, 2),
            normal_margin_rate: Some(Decimal::new(margin, 2)),
            expected_units: Some(expected.into()),
            scrap_value: Some(Decimal::new(scrap, 2)),
            quantity_returned: Decimal::ZERO,
            last_receipt_date: None,
            average_monthly_units: None,
            reserve_rate: None,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn required_is_between_nothing_and_cost(item in item(), in_2004: bool, deadline: Option<bool>) {
        let market = if in_2004 { MarketTest::ReplacementCost } else { MarketTest::NetRealizableValue };
        let methods = Methods::lower_of_cost();
        let end = NaiveDate::from_ymd_opt(2004, 5, 29).expect("a date");
        let later = NaiveDate::from_ymd_opt(2004, 12, 31).expect("a date");
        let terms = Terms {
            market,
            royalty_rate: Decimal::new(10, 2),
            deadline: deadline.map(|passed| if passed { end } else { later }),
            methods: &methods,
            group: None,
        };
        let found = measure(&Input::new(&item, terms, Opening::default()), None, end);
        prop_assert!(Money::ZERO <= found.required && found.required <= found.cost);
        prop_assert_eq!(found.saleable + found.excess, item.quantity_on_hand);
    }

    /// What a sensitivity measures again is what measuring everything again would give.
    #[test]
    fn a_changed_judgement_needs_no_second_measurement(
        own in item(), other in item(), returned in 0_i64..300, rate in 0_i64..=100, in_2004: bool, dated: bool,
        opening in 0_i128..10_000_000, share in 0_i128..=100, releasable in 0_i128..10_000_000, opens_year: bool,
        specific: bool, tested: bool,
    ) {
        let (returned, rate) = (returned.into(), Some(Decimal::new(rate, 2)));
        let own = InventoryItem { quantity_returned: returned, reserve_rate: rate, ..own };
        let end = NaiveDate::from_ymd_opt(2004, 5, 29).expect("a date");
        let named = [(specific, Method::Specific), (tested, Method::LowerOfCost)];
        let named = named.into_iter().filter(|(is_named, _)| *is_named).map(|(_, method)| method).collect();
        let methods = Methods::new(named, StepTable::default(), StepTable::default(), StepTable::default());
        let market = if in_2004 { MarketTest::ReplacementCost } else { MarketTest::NetRealizableValue };
        let deadline = if dated { NaiveDate::from_ymd_opt(2004, 12, 31) } else { None };
        let terms = Terms { market, royalty_rate: Decimal::new(5, 2), deadline, methods: &methods, group: None };
        let units = Units { on_hand: own.quantity_on_hand, received: 0.into(), scrapped: 0.into() };
        let before = Opening {
            reserve: Some(Money::from_cents(opening)),
            units: own.quantity_on_hand,
            releasable: Some(Money::from_cents(releasable)),
        };
        let limit = ReleaseLimit::SameFiscalYear { opens_fiscal_year: opens_year };
        let roll = |found: Measurement| roll_forward(before, units, found.cost, found.required, limit);
        let input = Input::new(&own, terms, before);
        let found = measure(&input, None, end);
        let Judged { selling_price, replacement_cost, .. } = Judged::of(&own);
        let units_alone = Input { judged: Judged { selling_price, replacement_cost, ..Judged::of(&other) }, ..input };
        let required = requirement(&units_alone, &found, Known::Prices, None, end);
        prop_assert_eq!(required, measure(&units_alone, None, end).required);
        let input = Input { judged: Judged::of(&other), ..input };
        let changed = measure(&input, None, end);
        let required = requirement(&input, &found, Known::Cost, None, end);
        prop_assert_eq!(required, changed.required);
        prop_assert_eq!(roll(found).net_charge_at(required), roll(changed).net_charge());
        prop_assert_eq!(roll(found).net_charge_at(found.required), roll(found).net_charge());
        let of_group = Some(Money::from_cents(opening * share / 100));
        prop_assert_eq!(requirement(&input, &found, Known::Cost, of_group, end), measure(&input, of_group, end).required);
    }

    #[test]
    fn reserves_roll_forward(
        reserve in 0_i128..10_000_000, units in 1_i64..1_000, releasable in 0_i128..10_000_000,
        on_hand in 0_i64..2_000, received in 0_i64..1_000, scrapped in 0_i64..1_000,
        cost in 0_i128..20_000_000, share in 0_i128..=100, opens_year: bool,
    ) {
        let opening = Opening {
            reserve: Some(Money::from_cents(reserve)),
            units: units.into(),
            releasable: Some(Money::from_cents(releasable)),
        };
        let units = Units { on_hand: on_hand.into(), received: received.into(), scrapped: scrapped.into() };
        let (cost, required) = (Money::from_cents(cost), Money::from_cents(cost * share / 100));
        let limit = ReleaseLimit::SameFiscalYear { opens_fiscal_year: opens_year };
        let rolled = roll_forward(opening, units, cost, required, limit);
        let footed = rolled.opening - rolled.utilised_sale - rolled.utilised_scrap + rolled.charge - rolled.release;
        prop_assert_eq!(footed, rolled.closing);
        prop_assert!(rolled.charge.is_zero() || rolled.release.is_zero());
        prop_assert!(Money::ZERO <= rolled.closing && rolled.closing <= cost);
        prop_assert!(rolled.closing >= required);
        for part in [rolled.utilised_sale, rolled.utilised_scrap, rolled.charge, rolled.release, rolled.releasable] {
            prop_assert!(!part.is_negative());
        }
        prop_assert!(rolled.release <= Money::from_cents(releasable));
    }

    #[test]
    fn allocation_adds_up_and_keeps_its_limits(
        parts in prop::collection::vec((1_i128..1_000_000, 0_i128..1_000_000), 1..12), loss in 0_i128..5_000_000,
    ) {
        let weights: Vec<Money> = parts.iter().map(|(weight, _)| Money::from_cents(*weight)).collect();
        let limits: Vec<Money> = parts.iter().map(|(_, limit)| Money::from_cents(*limit)).collect();
        let shares = allocate(Money::from_cents(loss), &weights, &limits);
        let total: Money = shares.iter().copied().sum();
        let most: Money = limits.iter().copied().sum();
        prop_assert_eq!(total, Money::from_cents(loss).min(most));
        for (share, limit) in shares.iter().zip(&limits) {
            prop_assert!(!share.is_negative() && share <= limit);
        }
    }

    #[test]
    fn money_reads_back_what_it_prints(cents in -1_000_000_000_000_i128..1_000_000_000_000) {
        let money = Money::from_cents(cents);
        prop_assert_eq!(Money::parse(&money.to_string()), Ok(money));
    }
}
