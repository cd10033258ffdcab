//! Sensitivities: every charge measured again with one judgement changed. Pure.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::adjust::inventory_reserve::{Changed, Judged, Known};
use crate::adjust::{Kind, Movement};
use crate::book::{Book, Sensitivity, SensitivityInput};
use crate::diagnostics::Faults;
use crate::domain::{Dimension, Money, Quarter};
use crate::ingest::prior_pack::PriorPack;
use crate::ingest::quarter::Records;
use crate::records::{Disposition, FixedAsset};
use crate::schedules::{self, MovementTotal, Schedules};

/// The net charge to income of each kind, in the order of [`Kind::ALL`]; relief is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charges([Money; Kind::ALL.len()]);

impl Charges {
    /// What the adjustments of the schedules charge to income.
    #[must_use]
    pub fn of(schedules: &Schedules) -> Self {
        let mut charges = [Money::ZERO; Kind::ALL.len()];
        for total in schedules.totals.iter().filter(|total| total.movement.is_income()) {
            charges[total.movement.kind() as usize] += total.amount;
        }
        Self(charges)
    }

    /// The charge of one kind, or of all together.
    #[must_use]
    pub fn get(&self, kind: Option<Kind>) -> Money {
        kind.map_or_else(|| self.0.iter().copied().sum(), |kind| self.0[kind as usize])
    }
}

/// Every kind, and last the total.
pub fn kinds() -> impl Iterator<Item = Option<Kind>> {
    Kind::ALL.into_iter().map(Some).chain([None])
}

/// A changed measurement that a rule refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

impl Refusal {
    /// The first fault in words, and how many there are.
    fn of(faults: &Faults) -> Self {
        let first = faults.sorted().first().map(|fault| format!("{}: {}", fault.place, fault.message));
        let first = first.unwrap_or_default();
        let more = faults.total().saturating_sub(1);
        Self(if more == 0 { first } else { format!("{first}, and {more} more") })
    }
}

/// One change of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepResult {
    /// Relative: -0.10 takes a tenth off.
    pub step: Decimal,
    pub changed: Result<Charges, Refusal>,
}

/// The changes of one input, beside the charges without them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitivityResult {
    pub id: String,
    pub input: SensitivityInput,
    pub base: Charges,
    pub steps: Vec<StepResult>,
}

/// Measures what a sensitivity changes once for each step of it.
///
/// Each time that input of every item is changed, and the schedule that depends on it is measured again by the same
/// rules from the same prior pack; what does not depend on it is not. What a rule refuses is told in the place of the
/// charges.
#[must_use]
pub fn analyse(
    book: &Book,
    quarter: &Quarter,
    records: &Records,
    prior: Option<&PriorPack>,
    base: &Schedules,
) -> Vec<SensitivityResult> {
    let income = base.totals.iter().filter(|total| total.movement.is_income());
    let mut by_dimension: BTreeMap<Dimension, Money> = BTreeMap::new();
    for total in income.filter(|total| total.movement != Movement::DeferredTax) {
        *by_dimension.entry(total.dimension.clone()).or_insert(Money::ZERO) += total.amount;
    }
    let quarter = Analysis { book, quarter, records, prior, base, by_dimension, charges: Charges::of(base) };
    let mut of_inventory = quarter.inventory().into_iter();
    let mut analysed = |sensitivity: &Sensitivity| {
        let of_step = |step: &Decimal| match stock_input(sensitivity.input) {
            Some(_) => of_inventory.next().unwrap_or(Ok(quarter.charges)),
            None => quarter.assets(*step),
        };
        let changed: Vec<_> = sensitivity.steps.iter().map(of_step).collect();
        let steps = sensitivity.steps.iter().zip(changed);
        let steps = steps.map(|(step, changed)| StepResult { step: *step, changed }).collect();
        SensitivityResult { id: sensitivity.id.clone(), input: sensitivity.input, base: quarter.charges, steps }
    };
    book.config.sensitivities.iter().map(&mut analysed).collect()
}

/// A measured quarter, with what its charges come to.
struct Analysis<'a> {
    book: &'a Book,
    quarter: &'a Quarter,
    records: &'a Records,
    prior: Option<&'a PriorPack>,
    base: &'a Schedules,
    /// The charges to income before tax.
    by_dimension: BTreeMap<Dimension, Money>,
    charges: Charges,
}

impl Analysis<'_> {
    /// The charges under every step of every sensitivity of the inventory, in the book's order: one walk over the items
    /// for all of them. The inventory is sound or not in every step alike.
    fn inventory(&self) -> Vec<Result<Charges, Refusal>> {
        let &Self { book, quarter, records, prior, base, .. } = self;
        let mut changes = Vec::new();
        for sensitivity in &book.config.sensitivities {
            let Some(input) = stock_input(sensitivity.input) else { continue };
            let factors = sensitivity.steps.iter().map(|step| Decimal::ONE + *step);
            changes.extend(factors.map(|factor| move |judged| changed(judged, input, factor)));
        }
        if changes.is_empty() {
            return Vec::new();
        }
        match schedules::inventory_differences(book, quarter, records, prior, base, &changes) {
            Ok(found) => {
                let of_step = |number| found.iter().map(move |(dimension, amounts)| (dimension, amounts[number]));
                (0..changes.len()).map(|number| Ok(self.with(Kind::InventoryReserve, of_step(number)))).collect()
            }
            Err(faults) => changes.iter().map(|_| Err(Refusal::of(&faults))).collect(),
        }
    }

    fn assets(&self, step: Decimal) -> Result<Charges, Refusal> {
        let mut register = self.records.fixed_assets.clone();
        register.iter_mut().for_each(|asset| change_fair_value(asset, Decimal::ONE + step));
        let charges = schedules::asset_charges(self.book, self.quarter, &register, self.prior);
        let mut differences = charges.map_err(|faults| Refusal::of(&faults))?;
        let of_assets =
            |total: &&MovementTotal| total.movement.kind() == Kind::FixedAssets && total.movement.is_income();
        for total in self.base.totals.iter().filter(of_assets) {
            *differences.entry(total.dimension.clone()).or_insert(Money::ZERO) -= total.amount;
        }
        let differences = differences.iter().map(|(dimension, amount)| (dimension, *amount));
        Ok(self.with(Kind::FixedAssets, differences))
    }

    /// The charges with those of one kind changed in each dimension, and with the tax that follows.
    fn with<'d>(&self, kind: Kind, differences: impl Iterator<Item = (&'d Dimension, Money)>) -> Charges {
        let mut charges = self.charges;
        for (dimension, difference) in differences {
            let before = self.by_dimension.get(dimension).copied().unwrap_or(Money::ZERO);
            charges.0[kind as usize] += difference;
            let benefits = [before, before + difference].map(|charge| schedules::tax_benefit(self.book, charge));
            if let [Some(before), Some(after)] = benefits {
                charges.0[Kind::IncomeTax as usize] += before - after;
            }
        }
        charges
    }
}

/// An input of the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StockInput {
    SellingPrice,
    ReplacementCost,
    ExpectedUnits,
    ScrapValue,
}

const fn stock_input(input: SensitivityInput) -> Option<StockInput> {
    match input {
        SensitivityInput::SellingPrice => Some(StockInput::SellingPrice),
        SensitivityInput::ReplacementCost => Some(StockInput::ReplacementCost),
        SensitivityInput::ExpectedUnits => Some(StockInput::ExpectedUnits),
        SensitivityInput::ScrapValue => Some(StockInput::ScrapValue),
        SensitivityInput::FairValue => None,
    }
}

/// An item's judgements with one of them changed: `input * (1 + step)`, exact in units and unit prices. Nothing for an
/// item that has no such input.
fn changed(mut judged: Judged, input: StockInput, factor: Decimal) -> Option<Changed> {
    let (value, known) = match input {
        StockInput::SellingPrice => (&mut judged.selling_price, Known::Cost),
        StockInput::ReplacementCost => (&mut judged.replacement_cost, Known::Cost),
        StockInput::ExpectedUnits => (&mut judged.expected_units, Known::Prices),
        StockInput::ScrapValue => (&mut judged.scrap_value, Known::Prices),
    };
    *value.as_mut()? *= factor;
    Some(Changed { judged, known })
}

/// To the nearest cent.
fn change_fair_value(asset: &mut FixedAsset, factor: Decimal) {
    if let Disposition::HeldForSale { fair_value, .. } | Disposition::HoldAndUse { fair_value, .. } =
        &mut asset.disposition
    {
        *fair_value = Money::round(fair_value.to_decimal() * factor);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::book::{Basis, Calendar, Chart, Choice, config};
    use crate::diagnostics::Place;
    use crate::ingest::ledger::Ledger;
    use crate::records::{Convention, DepreciationMethod, InventoryItem};

    fn day(text: &str) -> chrono::NaiveDate {
        text.parse().expect("a date of this test")
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal of this test")
    }

    fn quarter() -> Quarter {
        let (start, end) = (day("2004-02-29"), day("2004-05-29"));
        Quarter { id: "2004-Q2".to_owned(), start, end, fiscal_year: 2004 }
    }

    /// The embedded configuration under today's codification, with one sensitivity.
    fn book(input: &str, steps: &[&str]) -> Book {
        let mut config = config::parse(include_str!("../data/book/closepack.toml")).expect("the embedded book");
        config.policies.basis = Basis::UsGaap;
        let input = SensitivityInput::from_name(input).expect("an input");
        let steps = steps.iter().map(|step| decimal(step)).collect();
        config.sensitivities = vec![Sensitivity { id: "one".to_owned(), input, steps }];
        config.royalties = BTreeMap::new();
        let calendar = Calendar::new(vec![quarter()]);
        Book { config, calendar, chart: Chart::default(), shares: BTreeMap::new(), comparatives: BTreeMap::new() }
    }

    fn records() -> Records {
        Records {
            ledger: Ledger::default(),
            opening_balances: Vec::new(),
            inventory: Vec::new(),
            prepaid_advertising: Vec::new(),
            fixed_assets: Vec::new(),
            obligations: Vec::new(),
            installments: Vec::new(),
            sources: Vec::new(),
        }
    }

    /// 100 units at 20, of which 80 are expected to sell at 16 before the deadline, and the others bring 5.
    fn item() -> InventoryItem {
        let nothing = Decimal::ZERO;
        InventoryItem {
            origin: (&Place::line("2004-Q2/inventory.csv", 2)).into(),
            dimension: Dimension::new("IAA", "FETISH", "apparel"),
            pool: "fetish-apparel".into(),
            sku: "1".into(),
            description: String::new(),
            quantity_on_hand: decimal("100"),
            quantity_received: nothing,
            quantity_scrapped: nothing,
            quantity_returned: nothing,
            unit_cost: decimal("20"),
            replacement_cost: None,
            selling_price: Some(decimal("16")),
            cost_to_complete: nothing,
            selling_cost_rate: nothing,
            normal_margin_rate: None,
            expected_units: Some(decimal("80")),
            scrap_value: Some(decimal("5")),
            last_receipt_date: None,
            average_monthly_units: None,
            reserve_rate: None,
        }
    }

    /// Its first month costs 8.33; it is held for sale at a fair value of 10.05.
    fn asset() -> FixedAsset {
        let zero = Money::ZERO;
        FixedAsset {
            origin: Place::line("2004-Q2/fixed_assets.csv", 2),
            dimension: Dimension::new("IAA", "FETISH", "apparel"),
            asset_id: "1".to_owned(),
            component: "1".to_owned(),
            asset_group: String::new(),
            description: String::new(),
            cost: Money::from_cents(100_000),
            salvage_value: zero,
            in_service_date: day("2004-05-01"),
            life_months: 120,
            method: DepreciationMethod::StraightLine,
            convention: Convention::FullMonth,
            accumulated_depreciation: zero,
            disposition: Disposition::HeldForSale {
                decided: day("2004-05-26"),
                fair_value: Money::from_cents(1_005),
                cost_to_sell: zero,
            },
            transfer_to: None,
        }
    }

    fn analysed(book: &Book, records: &Records) -> SensitivityResult {
        let base = schedules::measure(book, &quarter(), records, None).expect("sound records");
        let mut results = analyse(book, &quarter(), records, None, &base);
        assert_eq!(results.len(), 1);
        results.remove(0)
    }

    /// The base charge of a kind in cents, and the difference that each step makes.
    fn differences(result: &SensitivityResult, kind: Option<Kind>) -> (i128, Vec<i128>) {
        let base = result.base.get(kind);
        let difference = |step: &StepResult| {
            let changed = step.changed.as_ref().expect("a step that is measured");
            (changed.get(kind) - base).cents()
        };
        (base.cents(), result.steps.iter().map(difference).collect())
    }

    #[test]
    fn unit_prices_and_units_change_exactly() {
        let records = Records { inventory: vec![Arc::new(item())], ..records() };
        for (input, steps, expected) in [
            // 14.40 a unit; at 24 the cost of 20 is the most.
            ("selling_price", &["-0.10", "0.50"][..], vec![12_800, -32_000]),
            // 72 units; all 100; no more than are on hand.
            ("expected_units", &["-0.10", "0.25", "0.50"][..], vec![8_800, -22_000, -22_000]),
            ("scrap_value", &["1"][..], vec![-10_000]),
            // Not an input of this basis, and not given.
            ("replacement_cost", &["-0.5"][..], vec![0]),
            ("fair_value", &["-0.5"][..], vec![0]),
        ] {
            let result = analysed(&book(input, steps), &records);
            assert_eq!(differences(&result, Some(Kind::InventoryReserve)), (62_000, expected.clone()), "{input}");
            assert_eq!(differences(&result, None), (62_000, expected), "{input}");
            assert!(differences(&result, Some(Kind::FixedAssets)).1.iter().all(|difference| *difference == 0));
        }
    }

    #[test]
    fn fair_values_change_to_the_nearest_cent() {
        let records = Records { inventory: vec![Arc::new(item())], fixed_assets: vec![asset()], ..records() };
        // 9.045 is 9.05; written down from 991.67, after a month of depreciation.
        let result = analysed(&book("fair_value", &["-0.10"]), &records);
        assert_eq!(differences(&result, Some(Kind::FixedAssets)), (833 + 98_162, vec![100]));
        assert_eq!(differences(&result, Some(Kind::InventoryReserve)), (62_000, vec![0]));
        assert_eq!(differences(&result, None), (62_000 + 98_995, vec![100]));
    }

    #[test]
    fn the_total_is_after_the_tax_effect() {
        let mut book = book("selling_price", &["-0.10"]);
        book.config.policies.valuation_allowance = false;
        book.config.policies.tax_rate = decimal("0.40");
        let result = analysed(&book, &Records { inventory: vec![Arc::new(item())], ..records() });
        assert_eq!(differences(&result, Some(Kind::IncomeTax)), (-24_800, vec![-5_120]));
        assert_eq!(differences(&result, None), (37_200, vec![7_680]));
    }

    #[test]
    fn a_change_that_a_rule_refuses_is_told() {
        let book = book("selling_price", &["-0.10", "0.10"]);
        let base = schedules::measure(&book, &quarter(), &records(), None).expect("no records");
        let late = InventoryItem { last_receipt_date: Some(day("2004-06-01")), ..item() };
        let late = Arc::new(late);
        let refused = Records { inventory: vec![late.clone(), late], ..records() };
        let results = analyse(&book, &quarter(), &refused, None, &base);
        for step in &results[0].steps {
            let Err(Refusal(why)) = &step.changed else { panic!("{step:?}") };
            assert_eq!(why, "2004-Q2/inventory.csv:2: the last receipt is after the quarter, and 1 more");
        }
    }
}
