//! `closepack.toml`: as written, then checked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Event, Named, Pool};
use crate::diagnostics::{Code, Diagnostic, Faults, Place};

/// The accounting rules in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Today's codification.
    UsGaap,
    /// The rules in force for the reference case.
    #[serde(rename = "us-gaap-2004")]
    UsGaap2004,
}

impl Basis {
    /// The name in the book and in the pack.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UsGaap => "us-gaap",
            Self::UsGaap2004 => "us-gaap-2004",
        }
    }
}

/// The choices of accounting policy.
#[derive(Debug, Clone)]
pub struct Policies {
    pub basis: Basis,
    /// The quarter that opens without a prior pack.
    pub first_quarter: String,
    /// Income tax rate on the adjustments, used unless the allowance is full.
    pub tax_rate: Decimal,
    /// A full valuation allowance: the adjustments have no tax effect (SFAS 109, ASC 740-10-30-5(e)).
    pub valuation_allowance: bool,
}

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
}

impl PostingAccounts {
    /// Every role with its account.
    #[must_use]
    pub fn roles(&self) -> [(&'static str, &str); 18] {
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
    pub accounts: PostingAccounts,
    pub entities: Vec<Named>,
    pub brands: Vec<Named>,
    pub segments: Vec<Named>,
    pub pools: BTreeMap<String, Pool>,
    pub events: BTreeMap<String, Event>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    company: RawCompany,
    policies: RawPolicies,
    accounts: PostingAccounts,
    entities: Vec<RawNamed>,
    brands: Vec<RawNamed>,
    segments: Vec<RawNamed>,
    #[serde(default)]
    pools: Vec<RawPool>,
    #[serde(default)]
    events: Vec<RawEvent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCompany {
    name: String,
    currency: String,
    #[serde(default)]
    notice: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicies {
    basis: Basis,
    first_quarter: String,
    tax_rate: toml::Spanned<String>,
    valuation_allowance: bool,
    #[serde(default)]
    subledger_shows_write_downs: Option<toml::Spanned<bool>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNamed {
    code: toml::Spanned<String>,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPool {
    code: toml::Spanned<String>,
    name: String,
    sell_off_deadline: Option<toml::Spanned<String>>,
    royalty_rate: toml::Spanned<String>,
    event: Option<toml::Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvent {
    id: toml::Spanned<String>,
    kind: String,
    date: toml::Spanned<String>,
    brands: Vec<toml::Spanned<String>>,
    description: String,
}

/// The name of the configuration file in a book.
pub const FILE: &str = "closepack.toml";

/// Reads and checks the configuration's text. All faults of values come at once; a fault of form comes alone.
///
/// # Errors
/// Every fault, each with its line and column.
pub fn parse(text: &str) -> Result<Config, Faults> {
    let raw: RawConfig = toml::from_str(text).map_err(|error| form_fault(text, &error))?;
    let mut checker = Checker { text, faults: Faults::default() };
    let config = checker.config(raw);
    if checker.faults.is_empty() { Ok(config) } else { Err(checker.faults) }
}

fn form_fault(text: &str, error: &toml::de::Error) -> Faults {
    let mut faults = Faults::default();
    let place = error.span().map_or_else(|| Place::file(FILE), |span| place_of(text, span.start));
    let value = error.span().and_then(|span| text.get(span)).unwrap_or_default();
    let value = value.lines().next().unwrap_or_default();
    faults.push(Diagnostic {
        place,
        code: Code::Configuration,
        message: error.message().replace('\n', " ").trim_end().to_owned(),
        value: value.to_owned(),
        expected: "a configuration as the README describes it".to_owned(),
        help: "correct or remove the key named above".to_owned(),
    });
    faults
}

fn place_of(text: &str, offset: usize) -> Place {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut place = Place::line(FILE, 1);
    place.line += before.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
    place.column = before.len() - line_start + 1;
    place
}

struct Checker<'a> {
    text: &'a str,
    faults: Faults,
}

impl Checker<'_> {
    fn config(&mut self, raw: RawConfig) -> Config {
        if let Some(key) = raw.policies.subledger_shows_write_downs.filter(|key| *key.get_ref()) {
            self.fault(
                key.span(),
                "subledgers that show earlier write-downs cannot be read yet",
                "true",
                "false",
                "export the registers before the write-downs, and set the key to false",
            );
        }
        let brands = self.named(raw.brands);
        let events = self.events(raw.events, &brands);
        let pools = self.pools(raw.pools, &events);
        Config {
            company: raw.company.name,
            currency: raw.company.currency,
            notice: raw.company.notice,
            policies: Policies {
                basis: raw.policies.basis,
                first_quarter: raw.policies.first_quarter,
                tax_rate: self.rate(&raw.policies.tax_rate),
                valuation_allowance: raw.policies.valuation_allowance,
            },
            accounts: raw.accounts,
            entities: self.named(raw.entities),
            brands,
            segments: self.named(raw.segments),
            pools,
            events,
        }
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
            let pool = Pool {
                code: row.code.get_ref().clone(),
                name: row.name,
                sell_off_deadline: row.sell_off_deadline.as_ref().map(|date| self.date(date)),
                royalty_rate: self.rate(&row.royalty_rate),
                event: row.event.map(toml::Spanned::into_inner),
            };
            pools.insert(pool.code.clone(), pool);
        }
        pools
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
        let rate = Decimal::from_str(value.get_ref()).ok();
        rate.filter(|rate| (Decimal::ZERO..=Decimal::ONE).contains(rate)).unwrap_or_else(|| {
            let expected = "a decimal in quotes from \"0\" to \"1\", such as \"0.10\"";
            self.fault(value.span(), "not a rate", value.get_ref(), expected, "correct the rate");
            Decimal::ZERO
        })
    }

    fn fault(&mut self, span: Range<usize>, message: &str, value: &str, expected: &str, help: &str) {
        let place = place_of(self.text, span.start);
        self.faults.add(Code::Configuration, place, message, value, expected, help);
    }
}
