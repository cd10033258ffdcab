//! `closepack.toml` as it is written: every key by its name, nothing checked but the form.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::config::PostingAccounts;
use super::layout::raw::{RawLayout, RawSource, Tables};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConfig {
    pub(super) company: RawCompany,
    pub(super) policies: RawPolicies,
    pub(super) accounts: PostingAccounts,
    pub(super) entities: Vec<RawNamed>,
    pub(super) brands: Vec<RawNamed>,
    pub(super) segments: Vec<RawNamed>,
    #[serde(default)]
    pub(super) pools: Vec<RawPool>,
    #[serde(default)]
    pub(super) events: Vec<RawEvent>,
    #[serde(default)]
    pub(super) royalties: Vec<RawRoyalty>,
    #[serde(default)]
    pub(super) targets: Vec<RawTarget>,
    #[serde(default)]
    pub(super) sensitivities: Vec<RawSensitivity>,
    #[serde(default)]
    pub(super) scenarios: BTreeMap<toml::Spanned<String>, RawPolicies>,
    #[serde(default)]
    pub(super) layouts: Tables<RawLayout>,
    #[serde(default)]
    pub(super) sources: Tables<RawSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCompany {
    pub(super) name: String,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) notice: String,
}

/// The policies as written; a scenario gives only those that it changes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPolicies {
    pub(super) basis: Option<toml::Spanned<String>>,
    pub(super) first_quarter: Option<toml::Spanned<String>>,
    pub(super) tax_rate: Option<toml::Spanned<String>>,
    pub(super) valuation_allowance: Option<bool>,
    pub(super) subledger_shows_write_downs: Option<bool>,
    pub(super) cost_formula: Option<toml::Spanned<String>>,
    pub(super) unit_of_account: Option<toml::Spanned<String>>,
    pub(super) reserve_relief: Option<toml::Spanned<String>>,
    pub(super) production_advertising: Option<toml::Spanned<String>>,
    pub(super) royalty_buyout: Option<toml::Spanned<String>>,
    pub(super) minimum_retention_days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNamed {
    pub(super) code: toml::Spanned<String>,
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPool {
    pub(super) code: toml::Spanned<String>,
    pub(super) name: String,
    pub(super) sell_off_deadline: Option<toml::Spanned<String>>,
    pub(super) royalty_rate: toml::Spanned<String>,
    pub(super) event: Option<toml::Spanned<String>>,
    #[serde(default)]
    pub(super) methods: Vec<toml::Spanned<String>>,
    pub(super) unit_of_account: Option<toml::Spanned<String>>,
    #[serde(default)]
    pub(super) ageing: Vec<RawStep>,
    #[serde(default)]
    pub(super) coverage: Vec<RawStep>,
    #[serde(default)]
    pub(super) movement: Vec<RawStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    pub(super) from: toml::Spanned<String>,
    pub(super) rate: toml::Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRoyalty {
    pub(super) id: toml::Spanned<String>,
    pub(super) payee: String,
    pub(super) pool: toml::Spanned<String>,
    pub(super) entity: toml::Spanned<String>,
    pub(super) brand: toml::Spanned<String>,
    pub(super) segment: toml::Spanned<String>,
    pub(super) start: Option<toml::Spanned<String>>,
    pub(super) end: Option<toml::Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTarget {
    pub(super) id: toml::Spanned<String>,
    pub(super) quarter: String,
    pub(super) line: String,
    pub(super) above: toml::Spanned<String>,
    pub(super) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSensitivity {
    pub(super) id: toml::Spanned<String>,
    pub(super) input: toml::Spanned<String>,
    pub(super) steps: Vec<toml::Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEvent {
    pub(super) id: toml::Spanned<String>,
    pub(super) kind: String,
    pub(super) date: toml::Spanned<String>,
    pub(super) brands: Vec<toml::Spanned<String>>,
    pub(super) description: String,
}
