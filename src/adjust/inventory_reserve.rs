//! The inventory reserve, item by item (ARB 43 ch. 4, ASC 330-10-35, IAS 2, SAB Topic 5.BB).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::book::policies::MarketTest;
use crate::book::{Basis, Method, Methods};
use crate::domain::{Money, allocate};
use crate::records::InventoryItem;

/// What the book adds to an item's measurement.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    pub market: MarketTest,
    /// Share of the selling price that a sale owes to the licensor.
    pub royalty_rate: Decimal,
    /// The sell-off deadline, only where it binds in the quarter.
    pub deadline: Option<NaiveDate>,
    pub methods: &'a Methods,
    /// The items that share one comparison of cost and market; none for an item on its own.
    pub group: Option<&'a str>,
}

/// What is judged of an item, and not counted: the inputs that a sensitivity changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Currency a unit.
    pub selling_price: Option<Decimal>,
    /// Currency a unit.
    pub replacement_cost: Option<Decimal>,
    /// Units expected to be sold before the pool's deadline.
    pub expected_units: Option<Decimal>,
    /// Currency a unit.
    pub scrap_value: Option<Decimal>,
}

impl Judged {
    /// What the subledger says.
    #[must_use]
    pub const fn of(item: &InventoryItem) -> Self {
        let InventoryItem { selling_price, replacement_cost, expected_units, scrap_value, .. } = *item;
        Self { selling_price, replacement_cost, expected_units, scrap_value }
    }
}

/// Other judgements than an item's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    pub judged: Judged,
    pub known: Known,
}

/// What holds of an item's measurement under other judgements too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The cost alone: a price is judged otherwise.
    Cost,
    /// The cost, net realizable value and market: units or scrap are judged otherwise.
    Prices,
}

/// An item to be measured. Items stand in the order of their keys, which decides who gets an odd cent.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    pub item: &'a InventoryItem,
    /// What is taken in the place of the item's own judgements; they are the same but in a sensitivity.
    pub judged: Judged,
    pub terms: Terms<'a>,
    /// What the last close says of it.
    pub opening: Opening,
}

impl<'a> Input<'a> {
    /// An item with the subledger's own judgements.
    #[must_use]
    pub const fn new(item: &'a InventoryItem, terms: Terms<'a>, opening: Opening) -> Self {
        Self { item, judged: Judged::of(item), terms, opening }
    }
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
    /// The largest reserve of the methods that go by a rate, which no judgement changes.
    pub by_rates: Money,
    /// What gives the reserve its amount: a method's name, or `returned`.
    pub method: &'static str,
    /// The reserve that the item needs: the largest of its pool's methods, from nothing to cost.
    pub required: Money,
}

impl Measurement {
    /// An item of which nothing is on hand, in a pool of these methods.
    #[must_use]
    pub fn nothing(methods: &Methods) -> Self {
        Self {
            cost: Money::ZERO,
            nrv: Decimal::ZERO,
            market: Decimal::ZERO,
            saleable: Decimal::ZERO,
            excess: Decimal::ZERO,
            by_rates: Money::ZERO,
            method: methods.named()[0].name(),
            required: Money::ZERO,
        }
    }
}

/// The name of the measurement of goods that customers returned.
pub const RETURNED: &str = "returned";

/// The citation of the lower-of-cost rule under a basis.
#[must_use]
pub const fn citation(basis: Basis, test: MarketTest) -> &'static str {
    match (basis, test) {
        (Basis::UsGaap, MarketTest::NetRealizableValue) => "ASC 330-10-35-1B",
        (Basis::UsGaap, MarketTest::ReplacementCost) => "ASC 330-10-35-1C",
        (Basis::UsGaap2004, _) => "ARB 43 ch. 4 st. 5-6",
        (Basis::Ifrs, _) => "IAS 2.9",
    }
}

/// The citation of what happens to the reserve after it was made, under a basis.
#[must_use]
pub const fn release_citation(basis: Basis) -> &'static str {
    match basis {
        Basis::UsGaap => "ASC 330-10-35-14, ASC 270-10-45-6",
        Basis::UsGaap2004 => "SAB Topic 5.BB, APB 28 par. 14",
        Basis::Ifrs => "IAS 2.33-34",
    }
}

/// Net realizable value of a unit: the selling price less royalty, selling cost and cost to complete, not below zero.
#[must_use]
pub fn net_realizable_value(item: &InventoryItem, judged: &Judged, royalty_rate: Decimal) -> Decimal {
    let price = judged.selling_price.unwrap_or_default();
    (price * (Decimal::ONE - item.selling_cost_rate - royalty_rate) - item.cost_to_complete).max(Decimal::ZERO)
}

/// Market of a unit: net realizable value, or replacement cost between the floor and the ceiling
/// (ARB 43 ch. 4 st. 6: not above net realizable value, not below it less the normal margin).
#[must_use]
pub fn market(item: &InventoryItem, judged: &Judged, nrv: Decimal, test: MarketTest) -> Decimal {
    match test {
        MarketTest::NetRealizableValue => nrv,
        MarketTest::ReplacementCost => {
            let margin = item.normal_margin_rate.unwrap_or_default() * judged.selling_price.unwrap_or_default();
            let floor = (nrv - margin).max(Decimal::ZERO);
            judged.replacement_cost.unwrap_or_default().min(nrv).max(floor)
        }
    }
}

/// Cost against what an item will bring, before any unit of account larger than the item is looked at.
#[derive(Debug, Clone, Copy)]
struct Comparison {
    cost: Money,
    nrv: Decimal,
    market: Decimal,
    saleable: Decimal,
    excess: Decimal,
    /// Cost less what the item will bring, no unit at more than its cost: zero or more.
    shortfall: Money,
}

impl Comparison {
    /// What the item will bring, whatever its cost.
    fn value(&self, scrap: Decimal) -> Money {
        Money::round(self.saleable * self.market + self.excess * scrap)
    }
}

/// The value of a unit that will not sell: at most its cost.
fn scrap(input: &Input<'_>) -> Decimal {
    input.item.unit_cost.min(input.judged.scrap_value.unwrap_or_default())
}

fn compare(input: &Input<'_>, quarter_end: NaiveDate) -> Comparison {
    let cost = Money::round(input.item.quantity_on_hand * input.item.unit_cost);
    compare_at(input, cost, prices(input), quarter_end)
}

/// Net realizable value and market of a unit.
fn prices(input: &Input<'_>) -> (Decimal, Decimal) {
    let (item, judged, terms) = (input.item, &input.judged, &input.terms);
    let nrv = net_realizable_value(item, judged, terms.royalty_rate);
    (nrv, market(item, judged, nrv, terms.market))
}

/// As [`compare`], at a cost and prices that are known.
fn compare_at(input: &Input<'_>, cost: Money, (nrv, market): (Decimal, Decimal), quarter_end: NaiveDate) -> Comparison {
    let (item, judged, terms) = (input.item, &input.judged, &input.terms);
    let quantity = item.quantity_on_hand;
    let saleable = match terms.deadline {
        Some(deadline) if deadline <= quarter_end => Decimal::ZERO,
        Some(_) => quantity.min(judged.expected_units.unwrap_or_default()),
        None => quantity,
    };
    let excess = quantity - saleable;
    // Most items are worth their cost, which needs no product.
    let recoverable = if excess.is_zero() && item.unit_cost <= market {
        cost
    } else {
        Money::round(saleable * item.unit_cost.min(market) + excess * scrap(input))
    };
    Comparison { cost, nrv, market, saleable, excess, shortfall: cost - recoverable }
}

/// What lower of cost requires of the items of units of account that are larger than the item: gains on some make up
/// for losses on others of the group (ARB 43 ch. 4 st. 7, ASC 330-10-35-10). The requirements stand in the order of
/// the inputs, with nothing for an item on its own; and there are none at all where every item is.
#[must_use]
pub fn group_requirements<'a>(
    inputs: impl Iterator<Item = Input<'a>> + Clone,
    quarter_end: NaiveDate,
) -> Vec<Option<Money>> {
    let mut groups: BTreeMap<&str, Vec<Member>> = BTreeMap::new();
    for (at, input) in inputs.clone().enumerate() {
        if let (Some(group), true) = (input.terms.group, input.terms.methods.has(Method::LowerOfCost)) {
            let found = compare(&input, quarter_end);
            let (cost, shortfall, value) = (found.cost, found.shortfall, found.value(scrap(&input)));
            groups.entry(group).or_default().push(Member { at, cost, shortfall, value });
        }
    }
    let items = if groups.is_empty() { 0 } else { inputs.count() };
    let mut requirements = vec![None; items];
    for (at, share) in groups.values().flat_map(|members| group_shares(members)) {
        requirements[at] = Some(share);
    }
    requirements
}

/// An item of a group.
struct Member {
    at: usize,
    cost: Money,
    shortfall: Money,
    value: Money,
}

/// The group's own shortfall, shared over the items that have one.
fn group_shares(members: &[Member]) -> Vec<(usize, Money)> {
    let sum = |amount: fn(&Member) -> Money| members.iter().map(amount).sum::<Money>();
    let shortfall = (sum(|member| member.cost) - sum(|member| member.value)).at_least_zero();
    let own: Vec<Money> = members.iter().map(|member| member.shortfall).collect();
    members.iter().map(|member| member.at).zip(allocate(shortfall, &own, &own)).collect()
}

/// Measures an item at the quarter's end; `of_group` is its part of [`group_requirements`], where it has one.
#[must_use]
pub fn measure(input: &Input<'_>, of_group: Option<Money>, quarter_end: NaiveDate) -> Measurement {
    let found = compare(input, quarter_end);
    conclude(input, &found, of_group.unwrap_or(found.shortfall), quarter_end)
}

/// The reserve that an item needs under other judgements than its own, of which `found` is the measurement: its cost and
/// what rates require stay as they are. The input's opening has no part in it.
#[must_use]
pub fn requirement(
    input: &Input<'_>,
    found: &Measurement,
    known: Known,
    of_group: Option<Money>,
    quarter_end: NaiveDate,
) -> Money {
    let prices = match known {
        Known::Cost => prices(input),
        Known::Prices => (found.nrv, found.market),
    };
    let compared = compare_at(input, found.cost, prices, quarter_end);
    let tested = input.terms.methods.has(Method::LowerOfCost);
    let lower_of_cost = if tested { of_group.unwrap_or(compared.shortfall) } else { Money::ZERO };
    let returned = returned_shortfall(input.item, compared.nrv);
    lower_of_cost.max(found.by_rates).max(returned).at_least_zero()
}

/// The largest of what the methods of the item's pool give, and of what returned goods need.
fn conclude(input: &Input<'_>, found: &Comparison, lower_of_cost: Money, quarter_end: NaiveDate) -> Measurement {
    let methods = input.terms.methods.named();
    let mut largest = (methods[0].name(), Money::ZERO);
    let mut by_rates = Money::ZERO;
    for method in methods {
        let amount = match *method {
            Method::LowerOfCost => lower_of_cost,
            rated => reserve_at(input.item, rate(input, rated, quarter_end)),
        };
        if *method != Method::LowerOfCost {
            by_rates = by_rates.max(amount);
        }
        if amount > largest.1 {
            largest = (method.name(), amount);
        }
    }
    let returned = returned_shortfall(input.item, found.nrv);
    if returned > largest.1 {
        largest = (RETURNED, returned);
    }
    let &Comparison { cost, nrv, market, saleable, excess, .. } = found;
    Measurement { cost, nrv, market, saleable, excess, by_rates, method: largest.0, required: largest.1 }
}

fn reserve_at(item: &InventoryItem, rate: Decimal) -> Money {
    Money::round(item.quantity_on_hand * item.unit_cost * rate)
}

/// The rate of a method for an item; nothing for an item of which nothing is on hand.
fn rate(input: &Input<'_>, method: Method, quarter_end: NaiveDate) -> Decimal {
    let (item, methods) = (input.item, input.terms.methods);
    if item.quantity_on_hand.is_zero() {
        return Decimal::ZERO;
    }
    match method {
        Method::LowerOfCost => Decimal::ZERO,
        Method::Ageing => {
            let days = item.last_receipt_date.map_or(0, |received| (quarter_end - received).num_days());
            methods.ageing.rate(days.into())
        }
        Method::Coverage => {
            let months = item.quantity_on_hand.checked_div(item.average_monthly_units.unwrap_or_default());
            months.map_or(methods.coverage.last_rate(), |months| methods.coverage.rate(months))
        }
        Method::Movement => match input.opening.reserve {
            // A new item has had no quarter to move in.
            None => Decimal::ZERO,
            Some(_) => {
                let issued = input.opening.units + item.quantity_received - item.quantity_on_hand;
                methods.movement.rate(issued.max(Decimal::ZERO) / item.quantity_on_hand)
            }
        },
        Method::Specific => item.reserve_rate.unwrap_or_default(),
    }
}

/// Goods that customers returned come back at net realizable value where that is below cost, whatever the method.
fn returned_shortfall(item: &InventoryItem, nrv: Decimal) -> Money {
    if item.quantity_returned.is_zero() {
        return Money::ZERO;
    }
    let returned = item.quantity_returned.min(item.quantity_on_hand);
    Money::round(returned * item.unit_cost) - Money::round(returned * item.unit_cost.min(nrv))
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

/// How much of a reserve may be released when the requirement falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseLimit {
    /// What the same fiscal year charged and still carries (APB 28 par. 14, ASC 270-10-45-6); beyond that the
    /// written-down amount is the new cost basis (SAB Topic 5.BB, ASC 330-10-35-14).
    SameFiscalYear { opens_fiscal_year: bool },
    /// All that is carried (IAS 2.33).
    Carried,
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
    /// What may still be released later.
    pub releasable: Money,
    /// More units on hand than opened and came in: a matter for a person, never negative use.
    pub unexplained_units: bool,
    /// The reserve was above cost, and more than the units that left took of it counts as used.
    pub above_cost: bool,
    /// The last close knows the item.
    pub known_before: bool,
}

impl RollForward {
    /// What it charges to income, relief by use aside; a release is negative.
    #[must_use]
    pub fn net_charge(&self) -> Money {
        self.charge - self.release
    }

    /// What it would charge under another requirement.
    #[must_use]
    pub fn net_charge_at(&self, required: Money) -> Money {
        let still_releasable = self.releasable - self.charge + self.release;
        let (charge, release) = settled(self.carried, still_releasable, required);
        charge - release
    }
}

/// What a requirement charges and releases.
fn settled(carried: Money, still_releasable: Money, required: Money) -> (Money, Money) {
    let charge = (required - carried).at_least_zero();
    (charge, (carried - required).at_least_zero().min(still_releasable))
}

/// Rolls an item's reserve from the last close to what is required now.
///
/// Units on hand at the last close leave first. A fall of the requirement is released up to the basis's limit.
#[must_use]
pub fn roll_forward(opening: Opening, units: Units, cost: Money, required: Money, limit: ReleaseLimit) -> RollForward {
    let reserve = opening.reserve.unwrap_or(Money::ZERO);
    let available = opening.units + units.received;
    let used = (available - units.on_hand).max(Decimal::ZERO).min(opening.units);
    // A reserve above cost has nothing left to reduce: what is beyond it has been used.
    let by_units = reserve.share(used, opening.units);
    let utilised = by_units.max(reserve - cost);
    let utilised_scrap = reserve.share(units.scrapped.min(used), opening.units).min(utilised);
    let carried = reserve - utilised;
    let still_releasable = match limit {
        ReleaseLimit::Carried => carried,
        ReleaseLimit::SameFiscalYear { opens_fiscal_year: true } => Money::ZERO,
        ReleaseLimit::SameFiscalYear { opens_fiscal_year: false } => {
            let before = opening.releasable.unwrap_or(Money::ZERO);
            (before - before.share(used, opening.units)).min(carried)
        }
    };
    let (charge, release) = settled(carried, still_releasable, required);
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
        above_cost: utilised > by_units,
        known_before: opening.reserve.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::{Step, StepTable};
    use crate::diagnostics::Place;
    use crate::domain::Dimension;

    fn item(quantity: i64, cost: i64, price: i64) -> InventoryItem {
        InventoryItem {
            origin: (&Place::line("inventory.csv", 2)).into(),
            dimension: Dimension::new("E", "B", "S"),
            pool: "p".into(),
            sku: "001".into(),
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
            quantity_returned: Decimal::ZERO,
            last_receipt_date: None,
            average_monthly_units: None,
            reserve_rate: None,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of this test")
    }

    fn terms(methods: &Methods) -> Terms<'_> {
        let market = MarketTest::NetRealizableValue;
        Terms { market, royalty_rate: Decimal::ZERO, deadline: None, methods, group: None }
    }

    fn measure_subledger(inputs: &[Input<'_>], end: NaiveDate) -> Vec<Measurement> {
        let of_groups = group_requirements(inputs.iter().copied(), end);
        let of_group = |at: usize| of_groups.get(at).copied().flatten();
        inputs.iter().enumerate().map(|(at, input)| measure(input, of_group(at), end)).collect()
    }

    fn one(sku: &InventoryItem, terms: Terms<'_>, end: &str) -> Measurement {
        measure_subledger(&[Input::new(sku, terms, Opening::default())], day(end))[0]
    }

    /// Cost 20; (replacement, net realizable value, normal profit) to the value carried in 2004 and today.
    #[test]
    fn lower_of_cost_or_market_known_answers() {
        let methods = Methods::lower_of_cost();
        for (replacement, nrv, profit, in_2004, today) in
            [(14, 16, 3, 14, 16), (10, 16, 3, 13, 16), (17, 16, 3, 16, 16), (25, 24, 3, 20, 20)]
        {
            let mut sku = item(1, 20, nrv);
            sku.replacement_cost = Some(replacement.into());
            sku.normal_margin_rate = Some(Decimal::from(profit) / Decimal::from(nrv));
            let carried = |market| {
                let found = one(&sku, Terms { market, ..terms(&methods) }, "2004-05-29");
                (found.cost - found.required).cents() / 100
            };
            assert_eq!(carried(MarketTest::ReplacementCost), in_2004);
            assert_eq!(carried(MarketTest::NetRealizableValue), today);
        }
    }

    /// Without a floor below nothing: a margin above the net realizable value leaves a floor of zero.
    #[test]
    fn the_floor_is_not_below_nothing() {
        let mut sku = item(1, 20, 10);
        sku.normal_margin_rate = Some(Decimal::ONE);
        sku.replacement_cost = Some(Decimal::ZERO);
        sku.cost_to_complete = Decimal::from(5);
        assert_eq!(market(&sku, &Judged::of(&sku), Decimal::from(5), MarketTest::ReplacementCost), Decimal::ZERO);
    }

    #[test]
    fn royalty_and_costs_come_off_the_price() {
        let mut sku = item(1, 20, 30);
        sku.selling_cost_rate = Decimal::new(10, 2);
        sku.cost_to_complete = Decimal::from(2);
        assert_eq!(net_realizable_value(&sku, &Judged::of(&sku), Decimal::new(10, 2)), Decimal::from(22));
        sku.cost_to_complete = Decimal::from(200);
        assert_eq!(net_realizable_value(&sku, &Judged::of(&sku), Decimal::ZERO), Decimal::ZERO);
    }

    #[test]
    fn beyond_the_deadline_everything_is_scrap() {
        let mut sku = item(10, 20, 30);
        sku.expected_units = Some(4.into());
        sku.scrap_value = Some(3.into());
        let methods = Methods::lower_of_cost();
        let terms = Terms { deadline: Some(day("2004-12-31")), ..terms(&methods) };
        let before = one(&sku, terms, "2004-11-27");
        assert_eq!((before.saleable, before.excess, before.required.cents()), (4.into(), 6.into(), 10_200));
        let after = one(&sku, terms, "2004-12-31");
        assert_eq!((after.saleable, after.excess, after.required.cents()), (0.into(), 10.into(), 17_000));
    }

    #[test]
    fn scrap_above_cost_makes_no_gain() {
        let mut sku = item(10, 20, 30);
        sku.expected_units = Some(Decimal::ZERO);
        sku.scrap_value = Some(25.into());
        let methods = Methods::lower_of_cost();
        let terms = Terms { deadline: Some(day("2004-12-31")), ..terms(&methods) };
        assert_eq!(one(&sku, terms, "2004-05-29").required, Money::ZERO);
    }

    fn steps(steps: &[(i64, i64)]) -> StepTable {
        let step = |(from, percent): &(i64, i64)| Step { from: (*from).into(), rate: Decimal::new(*percent, 2) };
        StepTable::new(steps.iter().map(step).collect()).expect("rising steps")
    }

    fn methods(named: &[Method]) -> Methods {
        Methods::new(
            named.to_vec(),
            steps(&[(181, 25), (366, 50)]),
            steps(&[(2, 3), (3, 5), (4, 7), (5, 10), (8, 15), (12, 25)]),
            steps(&[(0, 40), (1, 10), (2, 0)]),
        )
    }

    #[test]
    fn ageing_counts_the_days_since_the_last_receipt() {
        let only = methods(&[Method::Ageing]);
        let mut sku = item(10, 20, 0);
        for (received, required) in
            [("2003-12-01", 0), ("2003-11-30", 5_000), ("2003-05-30", 5_000), ("2003-05-29", 10_000)]
        {
            sku.last_receipt_date = Some(day(received));
            let found = one(&sku, terms(&only), "2004-05-29");
            assert_eq!((found.required.cents(), found.method), (required, "ageing"), "{received}");
        }
    }

    /// SAP's table for raw materials: a coverage of 4 months is devalued by 7 %.
    #[test]
    fn coverage_counts_months_of_stock() {
        let only = methods(&[Method::Coverage]);
        let mut sku = item(400, 1, 0);
        for (monthly, required) in [(100, 2_800), (101, 2_000), (201, 0), (0, 10_000)] {
            sku.average_monthly_units = Some(monthly.into());
            assert_eq!(one(&sku, terms(&only), "2004-05-29").required.cents(), required, "{monthly} a month");
        }
    }

    #[test]
    fn movement_counts_what_left_against_what_is_there() {
        let only = methods(&[Method::Movement]);
        let mut sku = item(100, 1, 0);
        sku.quantity_received = 50.into();
        let required = |units: i64, reserve| {
            let opening = Opening { reserve, units: units.into(), releasable: None };
            let input = Input::new(&sku, terms(&only), opening);
            measure_subledger(&[input], day("2004-05-29"))[0].required.cents()
        };
        let known = Some(Money::ZERO);
        // 50 opened and 50 came in: none left. 150 opened: 100 left, as many as are there. 250 opened: 200 left.
        assert_eq!([required(50, known), required(150, known), required(250, known)], [4_000, 1_000, 0]);
        assert_eq!(required(10, known), 4_000, "more on hand than came in has not moved");
        assert_eq!(required(50, None), 0, "a new item has had no quarter to move in");
    }

    #[test]
    fn the_largest_method_gives_the_reserve_and_its_name() {
        let all = methods(&[Method::LowerOfCost, Method::Ageing, Method::Specific]);
        let mut sku = item(10, 20, 18);
        sku.last_receipt_date = Some(day("2003-11-01"));
        sku.reserve_rate = Some(Decimal::new(10, 2));
        let found = one(&sku, terms(&all), "2004-05-29");
        assert_eq!((found.required.cents(), found.method), (5_000, "ageing"));
        sku.reserve_rate = Some(Decimal::new(30, 2));
        let found = one(&sku, terms(&all), "2004-05-29");
        assert_eq!((found.required.cents(), found.method), (6_000, "specific"));
        sku.selling_price = Some(14.into());
        assert_eq!(one(&sku, terms(&all), "2004-05-29").method, "lower-of-cost", "the first of two that agree");
        sku.quantity_on_hand = Decimal::ZERO;
        let found = one(&sku, terms(&all), "2004-05-29");
        assert_eq!((found.required, found.method), (Money::ZERO, "lower-of-cost"));
        let rated = methods(&[Method::Specific, Method::Ageing]);
        assert_eq!(Measurement::nothing(&rated).method, "ageing", "of an item that is gone, the first of its pool's");
    }

    #[test]
    fn returned_goods_come_back_at_net_realizable_value() {
        let only = methods(&[Method::Specific]);
        let mut sku = item(10, 20, 12);
        sku.reserve_rate = Some(Decimal::new(10, 2));
        sku.quantity_returned = 3.into();
        let found = one(&sku, terms(&only), "2004-05-29");
        assert_eq!((found.required.cents(), found.method), (2_400, "returned"));
        sku.quantity_returned = 30.into();
        assert_eq!(one(&sku, terms(&only), "2004-05-29").required.cents(), 8_000, "no more than are on hand");
        sku.selling_price = Some(25.into());
        assert_eq!(one(&sku, terms(&only), "2004-05-29").method, "specific");
    }

    /// Three items of cost 20: one will bring 16, one 15, one 26. Item by item the loss is 9 a unit; the group
    /// loses 3, shared by 4 and 5.
    #[test]
    fn a_group_sets_gains_against_losses() {
        let only = Methods::lower_of_cost();
        let items = [item(100, 20, 16), item(100, 20, 15), item(100, 20, 26)];
        let required = |group: Option<&str>| {
            let input = |item| Input::new(item, Terms { group, ..terms(&only) }, Opening::default());
            let inputs = items.each_ref().map(input);
            measure_subledger(&inputs, day("2004-05-29")).iter().map(|found| found.required.cents()).collect::<Vec<_>>()
        };
        assert_eq!(required(None), [40_000, 50_000, 0]);
        assert_eq!(required(Some("E/p")), [13_333, 16_667, 0]);
    }

    #[test]
    fn a_group_that_gains_needs_nothing_and_groups_do_not_mix() {
        let only = Methods::lower_of_cost();
        let items = [item(100, 20, 16), item(100, 20, 30), item(100, 20, 15)];
        let groups = [Some("a"), Some("a"), Some("b")];
        let inputs: Vec<Input<'_>> = items
            .iter()
            .zip(groups)
            .map(|(item, group)| Input::new(item, Terms { group, ..terms(&only) }, Opening::default()))
            .collect();
        let found = measure_subledger(&inputs, day("2004-05-29"));
        assert_eq!(found.iter().map(|row| row.required.cents()).collect::<Vec<_>>(), [0, 0, 50_000]);
    }

    const THIS_YEAR: ReleaseLimit = ReleaseLimit::SameFiscalYear { opens_fiscal_year: false };
    const NEW_YEAR: ReleaseLimit = ReleaseLimit::SameFiscalYear { opens_fiscal_year: true };

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
        let rolled =
            roll_forward(opening(10_000, 100, 0), units(90, 30, 10), cost, Money::from_cents(8_000), THIS_YEAR);
        assert_eq!(rolled.utilised_sale.cents(), 3_000);
        assert_eq!(rolled.utilised_scrap.cents(), 1_000);
        assert_eq!((rolled.carried.cents(), rolled.charge.cents(), rolled.closing.cents()), (6_000, 2_000, 8_000));
    }

    #[test]
    fn release_is_limited_to_the_fiscal_years_charge() {
        let cost = Money::from_cents(1_000_000);
        let rolled = roll_forward(opening(10_000, 100, 2_500), units(100, 0, 0), cost, Money::ZERO, THIS_YEAR);
        assert_eq!((rolled.release.cents(), rolled.closing.cents(), rolled.releasable.cents()), (2_500, 7_500, 0));
        let next_year = roll_forward(opening(10_000, 100, 2_500), units(100, 0, 0), cost, Money::ZERO, NEW_YEAR);
        assert_eq!((next_year.release.cents(), next_year.closing.cents()), (0, 10_000));
    }

    #[test]
    fn more_units_than_came_in_are_told_and_use_nothing() {
        let cost = Money::from_cents(1_000_000);
        let rolled =
            roll_forward(opening(10_000, 100, 0), units(150, 20, 0), cost, Money::from_cents(10_000), THIS_YEAR);
        assert!(rolled.unexplained_units);
        assert_eq!((rolled.carried.cents(), rolled.charge.cents()), (10_000, 0));
    }

    /// IAS 2.33: cost 500, written down to 450; net realizable value 520 gives 50 back, not 70.
    #[test]
    fn the_international_reversal_stops_at_cost() {
        let cost = Money::from_cents(50_000);
        let reversed = roll_forward(opening(5_000, 100, 0), units(100, 0, 0), cost, Money::ZERO, ReleaseLimit::Carried);
        assert_eq!((reversed.release.cents(), reversed.closing), (5_000, Money::ZERO));
        let in_part = roll_forward(
            opening(5_000, 100, 0),
            units(100, 0, 0),
            cost,
            Money::from_cents(2_000),
            ReleaseLimit::Carried,
        );
        assert_eq!((in_part.release.cents(), in_part.releasable.cents()), (3_000, 2_000));
    }

    /// A February loss of 360,000; the value has come back by 500,000 in August: the gain is 360,000.
    #[test]
    fn an_interim_recovery_is_limited_to_the_earlier_loss() {
        let cost = Money::from_cents(100_000_000);
        let february =
            roll_forward(opening(0, 100, 0), units(100, 0, 0), cost, Money::from_cents(36_000_000), THIS_YEAR);
        assert_eq!((february.charge.cents(), february.releasable.cents()), (36_000_000, 36_000_000));
        let may = Opening { reserve: Some(february.closing), units: 100.into(), releasable: Some(february.releasable) };
        let august = roll_forward(may, units(100, 0, 0), cost, Money::ZERO, THIS_YEAR);
        assert_eq!((august.release.cents(), august.closing), (36_000_000, Money::ZERO));
    }

    /// Skechers, reserve for obsolescence, 2012 to 2019, and two other registrants, in thousands: each year's closing is
    /// the next one's opening, and each foots with our arithmetic of a reserve: the units that left took their share.
    #[test]
    fn public_roll_forwards_foot() {
        for (opened, charged, used, closed) in [
            (11_959, 931, 4_041, 8_849),
            (8_849, 1_333, 6_697, 3_485),
            (3_485, 5_656, 6_140, 3_001),
            (3_001, 10_321, 10_041, 3_281),
            (3_281, 15_220, 7_573, 10_928),
            (10_928, 130, 4_039, 7_019),
            (7_019, 6_461, 2_344, 11_136),
            (11_136, 9_444, 14_816, 5_764),
            (48_428, 30_665, 25_155, 53_938),
            (1_445, 224, 95, 1_574),
        ] {
            // One unit for each thousand of the opening reserve and of what the year charged: what was used leaves.
            let reserve = opened + charged;
            let start = opening(reserve * 100_000, i64::try_from(reserve).expect("a small number"), 0);
            let left = i64::try_from(reserve - used).expect("a small number");
            let cost = Money::from_cents(100_000_000_000);
            let kept = Money::from_cents(closed * 100_000);
            let rolled = roll_forward(start, units(left, 0, 0), cost, kept, NEW_YEAR);
            assert_eq!((rolled.utilised_sale.cents(), rolled.closing), (used * 100_000, kept));
            assert_eq!((rolled.charge, rolled.release), (Money::ZERO, Money::ZERO));
        }
    }

    /// Registrant 881524: 1,574 less a release of 353 and 1,221 used is nothing. A release in the year of the charge.
    #[test]
    fn a_negative_charge_foots_as_a_release() {
        let cost = Money::from_cents(100_000_000_000);
        let start = opening(157_400_000, 1_574, 157_400_000);
        let rolled = roll_forward(start, units(353, 0, 0), cost, Money::ZERO, THIS_YEAR);
        assert_eq!((rolled.utilised_sale.cents(), rolled.release.cents()), (122_100_000, 35_300_000));
        assert_eq!(rolled.closing, Money::ZERO);
    }

    #[test]
    fn a_reserve_above_cost_has_been_used() {
        let small = Money::from_cents(4_000);
        let rolled = roll_forward(opening(10_000, 100, 0), units(100, 0, 100), small, Money::ZERO, NEW_YEAR);
        assert_eq!((rolled.utilised_sale.cents(), rolled.utilised_scrap.cents()), (6_000, 0));
        assert_eq!(rolled.closing.cents(), 4_000);
        assert!(rolled.above_cost && rolled.known_before);
        let enough = roll_forward(opening(10_000, 100, 0), units(100, 0, 0), small + small + small, small, NEW_YEAR);
        assert!(!enough.above_cost);
        let new = roll_forward(Opening::default(), units(100, 100, 0), small, small, NEW_YEAR);
        assert!(!new.above_cost && !new.known_before);
    }

    #[test]
    fn what_may_be_released_falls_with_use() {
        let cost = Money::from_cents(1_000_000);
        let rolled = roll_forward(opening(10_000, 100, 8_000), units(75, 0, 0), cost, Money::ZERO, THIS_YEAR);
        assert_eq!((rolled.carried.cents(), rolled.release.cents(), rolled.closing.cents()), (7_500, 6_000, 1_500));
        let more =
            roll_forward(opening(10_000, 100, 8_000), units(75, 0, 0), cost, Money::from_cents(9_000), THIS_YEAR);
        assert_eq!((more.charge.cents(), more.releasable.cents()), (1_500, 7_500));
    }

    /// Before its deadline one item will bring 4 * 30 + 6 * 3 = 138 and another 10 * 12 = 120, each at a cost of 200.
    /// Alone they lack 102 and 80; the group lacks 142, because what sells above cost counts in full.
    #[test]
    fn a_group_before_its_deadline_counts_what_scrap_will_bring() {
        let only = Methods::lower_of_cost();
        let mut items = [item(10, 20, 30), item(10, 20, 12)];
        for (row, expected) in items.iter_mut().zip([4, 10]) {
            row.expected_units = Some(expected.into());
            row.scrap_value = Some(3.into());
        }
        let required = |group: Option<&str>| {
            let terms = Terms { group, deadline: Some(day("2004-12-31")), ..terms(&only) };
            let inputs = items.each_ref().map(|item| Input::new(item, terms, Opening::default()));
            let found = measure_subledger(&inputs, day("2004-05-29"));
            [found[0].required.cents(), found[1].required.cents()]
        };
        assert_eq!(required(None), [10_200, 8_000]);
        assert_eq!(required(Some("E/p")), [7_958, 6_242]);
    }

    /// The group that a pool's items share matters to the market test alone.
    #[test]
    fn a_method_by_rate_looks_at_the_item_whatever_its_group() {
        let only = methods(&[Method::Specific]);
        let mut items = [item(10, 20, 5), item(10, 20, 500)];
        items[0].reserve_rate = Some(Decimal::new(25, 2));
        let terms = Terms { group: Some("E/p"), ..terms(&only) };
        let inputs = items.each_ref().map(|item| Input::new(item, terms, Opening::default()));
        let found = measure_subledger(&inputs, day("2004-05-29"));
        assert_eq!([found[0].required.cents(), found[1].required.cents()], [5_000, 0]);
    }

    #[test]
    fn units_that_came_in_explain_what_is_on_hand_and_a_new_item_is_no_surprise() {
        let cost = Money::from_cents(1_000_000);
        let unexplained = |start, moved| roll_forward(start, moved, cost, Money::ZERO, THIS_YEAR).unexplained_units;
        assert!(!unexplained(opening(10_000, 100, 0), units(120, 20, 0)));
        assert!(unexplained(opening(10_000, 100, 0), units(121, 20, 0)));
        assert!(!unexplained(Opening::default(), units(121, 20, 0)));
    }

    /// A new item opens at nothing, and what it needs is charged and may be released within its year.
    #[test]
    fn a_new_item_opens_at_nothing() {
        let cost = Money::from_cents(1_000_000);
        let needed = Money::from_cents(700);
        for (limit, releasable) in [(THIS_YEAR, 700), (NEW_YEAR, 700), (ReleaseLimit::Carried, 700)] {
            let rolled = roll_forward(Opening::default(), units(100, 100, 5), cost, needed, limit);
            assert_eq!(
                (rolled.opening, rolled.utilised_sale, rolled.utilised_scrap),
                (Money::ZERO, Money::ZERO, Money::ZERO)
            );
            assert_eq!((rolled.charge, rolled.release, rolled.closing), (needed, Money::ZERO, needed));
            assert_eq!(rolled.releasable.cents(), releasable);
        }
    }

    /// A quarter of the units left, a release of 1,000 of the 6,000 that may be released leaves 5,000 for later.
    #[test]
    fn a_release_in_part_leaves_the_rest_for_later() {
        let cost = Money::from_cents(1_000_000);
        let rolled =
            roll_forward(opening(10_000, 100, 8_000), units(75, 0, 0), cost, Money::from_cents(6_500), THIS_YEAR);
        assert_eq!((rolled.carried.cents(), rolled.charge, rolled.release.cents()), (7_500, Money::ZERO, 1_000));
        assert_eq!((rolled.closing.cents(), rolled.releasable.cents()), (6_500, 5_000));
    }

    /// The test of replacement cost is cited apart where today's codification still has it.
    #[test]
    fn each_basis_cites_its_own_literature() {
        let cited =
            |basis| [MarketTest::NetRealizableValue, MarketTest::ReplacementCost].map(|test| citation(basis, test));
        let [by_value, by_replacement] = cited(Basis::UsGaap);
        assert!(by_value.ends_with("35-1B") && by_replacement.ends_with("35-1C"));
        for (basis, measured, released) in [
            (Basis::UsGaap, "ASC 330", "ASC 330"),
            (Basis::UsGaap2004, "ARB 43", "SAB Topic 5.BB"),
            (Basis::Ifrs, "IAS 2.9", "IAS 2.33"),
        ] {
            assert!(cited(basis).iter().all(|text| text.starts_with(measured)));
            assert!(release_citation(basis).starts_with(released));
        }
    }

    /// 100 are on hand and 50 came in: where 150 opened, 100 have left, the stock once over; where 149 opened, 99.
    #[test]
    fn stock_has_moved_once_when_as_many_left_as_are_there() {
        let only = methods(&[Method::Movement]);
        let mut sku = item(100, 1, 0);
        sku.quantity_received = 50.into();
        let required = [149, 150, 249, 250].map(|units: i64| {
            let input = Input::new(&sku, terms(&only), opening(0, units, 0));
            measure_subledger(&[input], day("2004-05-29"))[0].required.cents()
        });
        assert_eq!(required, [4_000, 1_000, 1_000, 0]);
    }
}
