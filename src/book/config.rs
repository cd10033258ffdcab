//! `closepack.toml`, checked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::layout::check;
use super::policies::{Basis, Choice, CostFormula, Policies, UnitOfAccount};
use super::raw::{RawConfig, RawEvent, RawNamed, RawPolicies, RawPool, RawRoyalty, RawSensitivity, RawStep, RawTarget};
use super::sources::SourceSpec;
use super::{Event, Method, Methods, Named, Pool, Royalty, Sensitivity, SensitivityInput, Step, StepTable, Target};
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::{Dimension, Money, plain_decimal};

/// The accounts that entries are posted to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostingAccounts {
    pub inventory: String,
    pub inventory_reserve: String,
    pub inventory_charge: String,
    pub prepaid_advertising: String,
    pub advertising_receivable: String,
    pub advertising_expense: String,
    pub advertising_write_off: String,
    pub fixed_assets: String,
    pub accumulated_depreciation: String,
    pub depreciation_expense: String,
    pub impairment_loss: String,
    pub obligations_current: String,
    pub obligations_non_current: String,
    pub royalty_expense: String,
    pub termination_expense: String,
    pub net_sales: String,
    pub cash: String,
    pub retained_earnings: String,
    /// Running royalties that were accrued.
    pub accrued_royalties: Option<String>,
    /// The part of a buyout that is deferred over a sell-off.
    pub deferred_royalty: Option<String>,
    pub severance_expense: Option<String>,
    pub deferred_tax_asset: Option<String>,
    pub income_tax_expense: Option<String>,
}

impl PostingAccounts {
    /// Every role with its account; a role that the book does not name is left out.
    #[must_use]
    pub fn roles(&self) -> Vec<(&'static str, &str)> {
        let optional = [
            ("accrued_royalties", &self.accrued_royalties),
            ("deferred_royalty", &self.deferred_royalty),
            ("severance_expense", &self.severance_expense),
            ("deferred_tax_asset", &self.deferred_tax_asset),
            ("income_tax_expense", &self.income_tax_expense),
        ];
        let mut roles = self.required_roles().to_vec();
        roles.extend(optional.into_iter().filter_map(|(role, account)| Some((role, account.as_deref()?))));
        roles
    }

    fn required_roles(&self) -> [(&'static str, &str); 18] {
        [
            ("inventory", &self.inventory),
            ("inventory_reserve", &self.inventory_reserve),
            ("inventory_charge", &self.inventory_charge),
            ("prepaid_advertising", &self.prepaid_advertising),
            ("advertising_receivable", &self.advertising_receivable),
            ("advertising_expense", &self.advertising_expense),
            ("advertising_write_off", &self.advertising_write_off),
            ("fixed_assets", &self.fixed_assets),
            ("accumulated_depreciation", &self.accumulated_depreciation),
            ("depreciation_expense", &self.depreciation_expense),
            ("impairment_loss", &self.impairment_loss),
            ("obligations_current", &self.obligations_current),
            ("obligations_non_current", &self.obligations_non_current),
            ("royalty_expense", &self.royalty_expense),
            ("termination_expense", &self.termination_expense),
            ("net_sales", &self.net_sales),
            ("cash", &self.cash),
            ("retained_earnings", &self.retained_earnings),
        ]
    }
}

/// The checked configuration of a book.
#[derive(Debug, Clone)]
pub struct Config {
    pub company: String,
    pub currency: String,
    /// What of the book is public and what is invented; printed on the report.
    pub notice: String,
    pub policies: Policies,
    /// The policies of each named scenario: those of the book with the scenario's own in their place.
    pub scenarios: BTreeMap<String, Policies>,
    /// The scenario whose policies are in force; none for the real books.
    pub scenario: Option<String>,
    /// The book's own policies, while those of a scenario are in force.
    pub replaced: Option<Policies>,
    pub accounts: PostingAccounts,
    pub entities: Vec<Named>,
    pub brands: Vec<Named>,
    pub segments: Vec<Named>,
    pub pools: BTreeMap<String, Pool>,
    pub events: BTreeMap<String, Event>,
    /// By id.
    pub royalties: BTreeMap<String, Royalty>,
    /// By id.
    pub targets: BTreeMap<String, Target>,
    /// In the book's order.
    pub sensitivities: Vec<Sensitivity>,
    /// The sources that the book says something of, by name.
    pub sources: BTreeMap<String, SourceSpec>,
}

impl Config {
    /// What the book says of a source; nothing where its files and columns are closepack's own.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&SourceSpec> {
        self.sources.get(name)
    }
}

/// Most decimals of a sensitivity's step.
const STEP_DECIMALS_MAX: u32 = 4;

/// The name of the configuration file in a book.
pub const FILE: &str = "closepack.toml";

/// Reads and checks the configuration's text. All faults of values come at once; a fault of form comes alone.
///
/// # Errors
/// Every fault, each with its line and column.
pub fn parse(text: &str) -> Result<Config, Faults> {
    let raw: RawConfig = toml::from_str(text).map_err(|error| form_fault(text, &error))?;
    let mut checker = Checker { text, whose: String::new(), faults: Faults::default() };
    let config = checker.config(raw);
    if checker.faults.is_empty() { Ok(config) } else { Err(checker.faults) }
}

/// The fault of a text that is no configuration at all.
pub(super) fn form_fault(text: &str, error: &toml::de::Error) -> Faults {
    let mut faults = Faults::default();
    let place = error.span().map_or_else(|| Place::file(FILE), |span| place_of(text, span.start));
    let value = error.span().and_then(|span| text.get(span)).unwrap_or_default();
    let value = value.lines().next().unwrap_or_default();
    let message = error.message().replace('\n', " ");
    let expected = "a configuration as the README describes it";
    let help = "correct or remove the key named above";
    faults.add(Code::Configuration, place, message.trim_end(), value, expected, help);
    faults
}

/// The place of a byte of the configuration's text.
pub(super) fn place_of(text: &str, offset: usize) -> Place {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut place = Place::line(FILE, 1);
    place.line += before.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
    place.column = before.len() - line_start + 1;
    place
}

struct Checker<'a> {
    text: &'a str,
    /// What a message says first: the scenario whose policies are looked at.
    whose: String,
    faults: Faults,
}

impl Checker<'_> {
    fn config(&mut self, raw: RawConfig) -> Config {
        let (entities, brands, segments) = (self.named(raw.entities), self.named(raw.brands), self.named(raw.segments));
        let events = self.events(raw.events, &brands);
        let policies = self.policies(&raw.policies);
        let scenarios = self.scenarios(&raw.scenarios, &policies);
        self.pools_fit(&raw.pools, &policies, &scenarios);
        let pools = self.pools(raw.pools, &events);
        let codes = [("entities", &entities), ("brands", &brands), ("segments", &segments)];
        let (sources, faults) = check::sources(self.text, &raw.layouts, &raw.sources);
        self.faults.extend(faults);
        Config {
            company: raw.company.name,
            currency: raw.company.currency,
            notice: raw.company.notice,
            policies,
            scenarios,
            scenario: None,
            replaced: None,
            accounts: raw.accounts,
            royalties: self.royalties(raw.royalties, codes, &pools),
            targets: self.targets(raw.targets),
            sensitivities: self.sensitivities(raw.sensitivities),
            sources,
            entities,
            brands,
            segments,
            pools,
            events,
        }
    }

    fn policies(&mut self, raw: &RawPolicies) -> Policies {
        for (key, given) in [
            ("basis", raw.basis.is_some()),
            ("first_quarter", raw.first_quarter.is_some()),
            ("tax_rate", raw.tax_rate.is_some()),
            ("valuation_allowance", raw.valuation_allowance.is_some()),
        ] {
            if !given {
                let message = format!("[policies] has no {key}");
                let help = "add the key; closepack assumes no answer to this question";
                self.faults.add(
                    Code::Configuration,
                    Place::file(FILE),
                    message,
                    "",
                    &format!("a value of {key}"),
                    help,
                );
            }
        }
        self.chosen(raw, &Policies::without_choosing(), &Place::file(FILE))
    }

    /// The policies with what is written in the place of what they were. A choice that was made before `table`, and
    /// no longer fits the others, is a fault of that place.
    fn chosen(&mut self, raw: &RawPolicies, before: &Policies, table: &Place) -> Policies {
        let policies = Policies {
            basis: self.choice(raw.basis.as_ref(), before.basis),
            first_quarter: raw.first_quarter.as_ref().map_or(&before.first_quarter, toml::Spanned::get_ref).clone(),
            tax_rate: raw.tax_rate.as_ref().map_or(before.tax_rate, |rate| self.rate(rate)),
            valuation_allowance: raw.valuation_allowance.unwrap_or(before.valuation_allowance),
            subledger_shows_write_downs: raw.subledger_shows_write_downs.unwrap_or(before.subledger_shows_write_downs),
            cost_formula: self.choice(raw.cost_formula.as_ref(), before.cost_formula),
            unit_of_account: self.choice(raw.unit_of_account.as_ref(), before.unit_of_account),
            reserve_relief: self.choice(raw.reserve_relief.as_ref(), before.reserve_relief),
            production_advertising: self.choice(raw.production_advertising.as_ref(), before.production_advertising),
            royalty_buyout: self.choice(raw.royalty_buyout.as_ref(), before.royalty_buyout),
            minimum_retention_days: raw.minimum_retention_days.unwrap_or(before.minimum_retention_days),
        };
        if policies.basis == Basis::Ifrs {
            let place = |text, written: Option<&toml::Spanned<String>>| {
                written.map_or_else(|| table.clone(), |value| place_of(text, value.span().start))
            };
            if policies.cost_formula == CostFormula::Lifo {
                let place = place(self.text, raw.cost_formula.as_ref());
                self.not_ifrs(place, "cost_formula", "lifo", "fifo, average or retail (IAS 2.25)");
            }
            if policies.unit_of_account == UnitOfAccount::Total {
                let place = place(self.text, raw.unit_of_account.as_ref());
                self.not_ifrs(place, "unit_of_account", "total", "item or category (IAS 2.29)");
            }
        }
        policies
    }

    fn not_ifrs(&mut self, place: Place, key: &str, value: &str, expected: &str) {
        let message = format!("{}the international standards do not allow {key} = \"{value}\"", self.whose);
        let help = "choose another value, or another basis";
        self.faults.add(Code::Configuration, place, message, value, expected, help);
    }

    fn choice<T: Choice>(&mut self, value: Option<&toml::Spanned<String>>, before: T) -> T {
        let Some(value) = value else { return before };
        T::from_name(value.get_ref()).unwrap_or_else(|| {
            let help = "choose one of the names";
            self.fault(value.span(), "not one of the choices", value.get_ref(), &T::expected(), help);
            before
        })
    }

    fn scenarios(
        &mut self,
        raw: &BTreeMap<toml::Spanned<String>, RawPolicies>,
        before: &Policies,
    ) -> BTreeMap<String, Policies> {
        let mut scenarios = BTreeMap::new();
        for (name, overrides) in raw {
            let sound = |text: &str| {
                text.len() <= 32
                    && !text.is_empty()
                    && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            };
            if !sound(name.get_ref()) {
                let expected = "lower-case letters, digits and '-', at most 32: it names a folder";
                self.fault(name.span(), "not a scenario's name", name.get_ref(), expected, "rename the scenario");
            }
            self.whose = format!("[scenarios.{}] ", name.get_ref());
            if let Some(first) = &overrides.first_quarter {
                let help = "remove the key: a scenario measures the same quarters otherwise";
                let expected = "a policy of measurement";
                self.fault(first.span(), "a scenario has no first quarter of its own", first.get_ref(), expected, help);
            }
            let table = place_of(self.text, name.span().start);
            scenarios.insert(name.get_ref().clone(), self.chosen(overrides, before, &table));
            self.whose.clear();
        }
        scenarios
    }

    fn royalties(
        &mut self,
        raw: Vec<RawRoyalty>,
        codes: [(&'static str, &Vec<Named>); 3],
        pools: &BTreeMap<String, Pool>,
    ) -> BTreeMap<String, Royalty> {
        let mut seen = BTreeSet::new();
        let mut royalties = BTreeMap::new();
        for row in raw {
            self.unique(&mut seen, &row.id);
            for ((table, known), value) in codes.iter().zip([&row.entity, &row.brand, &row.segment]) {
                if !known.iter().any(|named| named.code == *value.get_ref()) {
                    self.unknown(value, &format!("a code of [[{table}]]"));
                }
            }
            if !pools.contains_key(row.pool.get_ref()) {
                self.unknown(&row.pool, "a code of [[pools]]");
            }
            let dimension = Dimension::new(row.entity.get_ref(), row.brand.get_ref(), row.segment.get_ref());
            if royalties.values().any(|known: &Royalty| known.dimension == dimension) {
                let expected = "one royalty for each entity, brand and segment";
                let help = "add the rates together: the ledger's expense cannot be told apart";
                let message = "two royalties run on the same sales";
                self.fault(row.id.span(), message, row.id.get_ref(), expected, help);
            }
            let royalty = Royalty {
                id: row.id.get_ref().clone(),
                payee: row.payee,
                pool: row.pool.into_inner(),
                dimension,
                start: row.start.as_ref().map(|date| self.date(date)),
                end: row.end.as_ref().map(|date| self.date(date)),
            };
            royalties.insert(royalty.id.clone(), royalty);
        }
        royalties
    }

    fn targets(&mut self, raw: Vec<RawTarget>) -> BTreeMap<String, Target> {
        let mut seen = BTreeSet::new();
        let mut targets = BTreeMap::new();
        for row in raw {
            self.unique(&mut seen, &row.id);
            let above = Money::parse(row.above.get_ref()).unwrap_or_else(|error| {
                let message = format!("the amount {error}");
                let expected = "an amount in quotes such as \"30000000.00\"";
                self.fault(row.above.span(), &message, row.above.get_ref(), expected, "correct the amount");
                Money::ZERO
            });
            let (quarter, line, source) = (row.quarter, row.line, row.source);
            let origin = place_of(self.text, row.id.span().start);
            let target = Target { id: row.id.get_ref().clone(), quarter, line, above, source, origin };
            targets.insert(target.id.clone(), target);
        }
        targets
    }

    fn sensitivities(&mut self, raw: Vec<RawSensitivity>) -> Vec<Sensitivity> {
        let mut seen = BTreeSet::new();
        let mut sensitivities = Vec::new();
        for row in raw {
            self.unique(&mut seen, &row.id);
            let Some(input) = SensitivityInput::from_name(row.input.get_ref()) else {
                let expected = SensitivityInput::expected();
                self.fault(row.input.span(), "not an input", row.input.get_ref(), &expected, "choose one of the names");
                continue;
            };
            let steps = self.relative_steps(&row);
            sensitivities.push(Sensitivity { id: row.id.into_inner(), input, steps });
        }
        sensitivities
    }

    fn relative_steps(&mut self, row: &RawSensitivity) -> Vec<Decimal> {
        if row.steps.is_empty() {
            let help = "add a step, or remove the sensitivity";
            let message = "the sensitivity has no steps";
            self.fault(row.id.span(), message, row.id.get_ref(), "at least one step", help);
        }
        let mut steps = Vec::new();
        for written in &row.steps {
            let before = self.faults.total();
            let step = self.relative_step(written);
            if steps.contains(&step) && self.faults.total() == before {
                let help = "remove one of them";
                self.fault(written.span(), "the step is given twice", written.get_ref(), "each step once", help);
            }
            steps.push(step);
        }
        steps
    }

    fn relative_step(&mut self, value: &toml::Spanned<String>) -> Decimal {
        let step = plain_decimal(value.get_ref());
        // More decimals could make a unit price of more digits than a decimal has, which would not be exact.
        let sound = |step: &Decimal| {
            (-Decimal::ONE..=Decimal::TEN).contains(step) && !step.is_zero() && step.scale() <= STEP_DECIMALS_MAX
        };
        step.filter(sound).unwrap_or_else(|| {
            let expected =
                "a change in quotes from \"-1\" to \"10\", not nothing, of at most 4 decimals, such as \"-0.10\"";
            self.fault(value.span(), "not a step", value.get_ref(), expected, "correct the step");
            Decimal::ONE
        })
    }

    fn named(&mut self, raw: Vec<RawNamed>) -> Vec<Named> {
        let mut seen = BTreeSet::new();
        for row in &raw {
            self.unique(&mut seen, &row.code);
        }
        raw.into_iter().map(|row| Named { code: row.code.into_inner(), name: row.name }).collect()
    }

    fn events(&mut self, raw: Vec<RawEvent>, brands: &[Named]) -> BTreeMap<String, Event> {
        let mut seen = BTreeSet::new();
        let mut events = BTreeMap::new();
        for row in raw {
            self.unique(&mut seen, &row.id);
            for brand in &row.brands {
                if !brands.iter().any(|known| known.code == *brand.get_ref()) {
                    self.unknown(brand, "a code of [[brands]]");
                }
            }
            let event = Event {
                id: row.id.get_ref().clone(),
                kind: row.kind,
                date: self.date(&row.date),
                brands: row.brands.into_iter().map(toml::Spanned::into_inner).collect(),
                description: row.description,
            };
            events.insert(event.id.clone(), event);
        }
        events
    }

    fn pools(&mut self, raw: Vec<RawPool>, events: &BTreeMap<String, Event>) -> BTreeMap<String, Pool> {
        let mut seen = BTreeSet::new();
        let mut pools = BTreeMap::new();
        for row in raw {
            self.unique(&mut seen, &row.code);
            if let Some(event) = row.event.as_ref().filter(|event| !events.contains_key(event.get_ref())) {
                self.unknown(event, "an id of [[events]]");
            }
            let methods = self.methods(&row);
            let pool = Pool {
                code: row.code.get_ref().clone(),
                name: row.name,
                sell_off_deadline: row.sell_off_deadline.as_ref().map(|date| self.date(date)),
                royalty_rate: self.rate(&row.royalty_rate),
                event: row.event.map(toml::Spanned::into_inner),
                unit_of_account: row.unit_of_account.as_ref().map(|unit| self.choice(Some(unit), UnitOfAccount::Item)),
                methods,
            };
            pools.insert(pool.code.clone(), pool);
        }
        pools
    }

    /// A pool's own unit of account must be one of the basis, in the book and in each scenario that changes the basis.
    fn pools_fit(&mut self, rows: &[RawPool], policies: &Policies, scenarios: &BTreeMap<String, Policies>) {
        let changed = scenarios.iter().filter(|(_, changed)| changed.basis != policies.basis);
        let changed = changed.map(|(name, changed)| (format!("[scenarios.{name}] "), changed));
        for (whose, policies) in [(String::new(), policies)].into_iter().chain(changed) {
            self.whose = whose;
            let total =
                |unit: &&toml::Spanned<String>| UnitOfAccount::from_name(unit.get_ref()) == Some(UnitOfAccount::Total);
            let units = rows.iter().filter_map(|row| row.unit_of_account.as_ref()).filter(total);
            for unit in units.filter(|_| policies.basis == Basis::Ifrs) {
                let place = place_of(self.text, unit.span().start);
                self.not_ifrs(place, "unit_of_account", "total", "item or category (IAS 2.29)");
            }
        }
        self.whose.clear();
    }

    fn methods(&mut self, row: &RawPool) -> Methods {
        let mut named = Vec::new();
        for name in &row.methods {
            match Method::from_name(name.get_ref()) {
                Some(method) => named.push(method),
                None => {
                    let names = Method::ALL.map(|(_, name)| name).join(", ");
                    self.fault(name.span(), "not a method", name.get_ref(), &names, "choose one of the names");
                }
            }
        }
        let methods =
            Methods::new(named, self.steps(&row.ageing), self.steps(&row.coverage), self.steps(&row.movement));
        for (method, table, raw) in [
            (Method::Ageing, &methods.ageing, &row.ageing),
            (Method::Coverage, &methods.coverage, &row.coverage),
            (Method::Movement, &methods.movement, &row.movement),
        ] {
            let name = method.name();
            if methods.has(method) && raw.is_empty() {
                let message = format!("the method {name} has no step table");
                let expected = format!("{name} = [{{ from = \"...\", rate = \"...\" }}, ...]");
                self.fault(row.code.span(), &message, row.code.get_ref(), &expected, "add the steps to the pool");
            }
            if !methods.has(method) && !table.is_empty() {
                let message = format!("the pool has steps of {name} and does not use the method");
                let expected = format!("\"{name}\" among its methods");
                self.fault(
                    row.code.span(),
                    &message,
                    row.code.get_ref(),
                    &expected,
                    "name the method, or remove its steps",
                );
            }
        }
        if row.sell_off_deadline.is_some() && !methods.has(Method::LowerOfCost) {
            let message = "a pool with a sell-off deadline is measured at the lower of cost";
            let help = "add the method: the deadline works through it";
            self.fault(row.code.span(), message, row.code.get_ref(), "\"lower-of-cost\" among its methods", help);
        }
        methods
    }

    fn steps(&mut self, raw: &[RawStep]) -> StepTable {
        let mut steps = Vec::new();
        for step in raw {
            let from = plain_decimal(step.from.get_ref()).filter(|from| *from >= Decimal::ZERO);
            let from = from.unwrap_or_else(|| {
                let expected = "a decimal in quotes of zero or more, such as \"181\"";
                self.fault(step.from.span(), "not a step's start", step.from.get_ref(), expected, "correct the step");
                Decimal::ZERO
            });
            steps.push(Step { from, rate: self.rate(&step.rate) });
        }
        let found = StepTable::new(steps);
        if let (None, Some(first)) = (&found, raw.first()) {
            let help = "put the steps in order, each start once";
            self.fault(
                first.from.span(),
                "the steps do not rise",
                first.from.get_ref(),
                "steps that rise by from",
                help,
            );
        }
        found.unwrap_or_default()
    }

    fn unique(&mut self, seen: &mut BTreeSet<String>, code: &toml::Spanned<String>) {
        if !seen.insert(code.get_ref().clone()) {
            self.fault(
                code.span(),
                "the code is given twice",
                code.get_ref(),
                "each code once",
                "rename or remove one",
            );
        }
    }

    fn unknown(&mut self, value: &toml::Spanned<String>, expected: &str) {
        let help = "correct the name, or add what it names";
        self.fault(value.span(), "the name is not known", value.get_ref(), expected, help);
    }

    fn date(&mut self, value: &toml::Spanned<String>) -> NaiveDate {
        NaiveDate::parse_from_str(value.get_ref(), "%Y-%m-%d").unwrap_or_else(|_| {
            self.fault(
                value.span(),
                "not a date",
                value.get_ref(),
                "a date such as \"2004-05-26\"",
                "correct the date",
            );
            NaiveDate::MIN
        })
    }

    fn rate(&mut self, value: &toml::Spanned<String>) -> Decimal {
        let rate = plain_decimal(value.get_ref());
        rate.filter(|rate| (Decimal::ZERO..=Decimal::ONE).contains(rate)).unwrap_or_else(|| {
            let expected = "a decimal in quotes from \"0\" to \"1\", such as \"0.10\"";
            self.fault(value.span(), "not a rate", value.get_ref(), expected, "correct the rate");
            Decimal::ZERO
        })
    }

    fn fault(&mut self, span: Range<usize>, message: &str, value: &str, expected: &str, help: &str) {
        let place = place_of(self.text, span.start);
        self.faults.add(Code::Configuration, place, format!("{}{message}", self.whose), value, expected, help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pool's own unit of account is held to the standards as the book's is, also where only a scenario is by IFRS.
    #[test]
    fn a_pool_over_all_items_is_not_by_ifrs() {
        let embedded = include_str!("../../data/book/closepack.toml");
        let total = embedded.replacen("royalty_rate = \"0\"", "royalty_rate = \"0\"\nunit_of_account = \"total\"", 1);
        let faults = parse(&total).expect_err("the embedded book has a scenario by IFRS").to_string();
        assert!(faults.contains("[scenarios.ifrs]") && faults.contains("IAS 2.29"), "{faults}");
        let by_us = total.replace("[scenarios.ifrs]\nbasis = \"ifrs\"", "");
        assert!(parse(&by_us).is_ok());
        assert!(parse(&by_us.replace("\"us-gaap-2004\"", "\"ifrs\"")).is_err());
        assert!(parse(&total.replace("\"total\"", "\"category\"")).is_ok());
    }
}
