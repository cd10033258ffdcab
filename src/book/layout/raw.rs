//! Layouts and sources as they are written: every key by its name, nothing checked but the form.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

/// A text with its place in the file.
pub(super) type Text = Spanned<String>;

/// Tables by their names.
pub(in crate::book) type Tables<T> = BTreeMap<Text, Spanned<T>>;

/// A layout: of a preset, or of a book's `[layouts.NAME]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::book) struct RawLayout {
    pub(super) extends: Option<Text>,
    pub(super) source: Option<Text>,
    pub(super) shape: Option<Text>,
    pub(super) own_names: Option<bool>,
    pub(super) other_columns: Option<Text>,
    #[serde(default)]
    pub(super) dialect: RawDialect,
    #[serde(default)]
    pub(super) columns: Tables<RawColumn>,
    pub(super) amounts: Option<Vec<Spanned<RawAmounts>>>,
    pub(super) totals: Option<Vec<Spanned<RawTotal>>>,
}

/// `[sources.NAME]` of a book.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::book) struct RawSource {
    pub(super) files: Option<Spanned<RawNames>>,
    pub(super) layout: Option<Text>,
    pub(super) sheet: Option<Text>,
    pub(super) outside_quarter: Option<Text>,
    pub(super) other_currencies: Option<Text>,
    #[serde(default)]
    pub(super) dialect: RawDialect,
    #[serde(default)]
    pub(super) columns: Tables<RawColumn>,
    pub(super) amounts: Option<Vec<Spanned<RawAmounts>>>,
    pub(super) totals: Option<Vec<Spanned<RawTotal>>>,
}

/// The dialect's keys that are written; a table that lies over another gives only those that it changes.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDialect {
    pub(super) encoding: Option<Text>,
    pub(super) delimiter: Option<Text>,
    pub(super) quoted: Option<bool>,
    pub(super) title_rows: Option<bool>,
    pub(super) ruled: Option<bool>,
    pub(super) trimmed: Option<bool>,
    pub(super) decimal: Option<Text>,
    pub(super) thousands: Option<Text>,
    pub(super) trailing_minus: Option<bool>,
    pub(super) parentheses: Option<bool>,
    pub(super) currency_signs: Option<Spanned<Vec<Text>>>,
    pub(super) padded: Option<bool>,
    pub(super) dates: Option<Spanned<RawNames>>,
}

/// One text, or a list of texts.
pub(super) struct RawNames(pub(super) Vec<Text>);

/// Where a canonical column comes from: a heading, several to choose from, a table that says more, or `false`.
pub(super) enum RawColumn {
    Headings(Vec<Text>),
    Absent,
    Table(Box<RawOrigin>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOrigin {
    pub(super) from: Option<Spanned<RawNames>>,
    pub(super) join: Option<Spanned<Vec<Text>>>,
    pub(super) with: Option<Text>,
    pub(super) value: Option<Text>,
    pub(super) values: Option<Spanned<BTreeMap<Text, Text>>>,
    pub(super) after: Option<Text>,
    pub(super) until: Option<Text>,
    pub(super) carried: Option<Spanned<bool>>,
    pub(super) opens: Option<Spanned<RawNames>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAmounts {
    pub(super) debit: Option<Text>,
    pub(super) credit: Option<Text>,
    pub(super) negative: Option<Text>,
    pub(super) amount: Option<Text>,
    pub(super) sign: Option<Text>,
    pub(super) indicator: Option<Text>,
    pub(super) debit_is: Option<Spanned<RawNames>>,
    pub(super) credit_is: Option<Spanned<RawNames>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTotal {
    pub(super) column: Text,
    pub(super) starts_with: Option<Text>,
    pub(super) empty: Option<bool>,
}

// An untagged enum would lose the places of what is in it, so the two that are written in several ways are read by hand.
// A text that stands alone gets its place from what is around it.

impl<'de> Deserialize<'de> for RawNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match RawColumn::deserialize(deserializer)? {
            RawColumn::Headings(names) => Ok(Self(names)),
            RawColumn::Absent | RawColumn::Table(_) => Err(D::Error::custom("wanted a text or a list of texts")),
        }
    }
}

impl<'de> Deserialize<'de> for RawColumn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Column)
    }
}

struct Column;

impl<'de> Visitor<'de> for Column {
    type Value = RawColumn;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a list of texts, a table, or false")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<RawColumn, E> {
        // The place is that of the whole value, which every user of these types has around it.
        Ok(RawColumn::Headings(vec![Spanned::new(0..0, text.to_owned())]))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<RawColumn, E> {
        if value { Err(E::custom("wanted a text, a list of texts, a table, or false")) } else { Ok(RawColumn::Absent) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, texts: A) -> Result<RawColumn, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(texts)).map(RawColumn::Headings)
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<RawColumn, A::Error> {
        RawOrigin::deserialize(MapAccessDeserializer::new(table)).map(|origin| RawColumn::Table(Box::new(origin)))
    }
}
