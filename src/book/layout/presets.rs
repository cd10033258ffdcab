//! The layouts that come with closepack: one file each below `data/layouts`, in the language in which books write theirs.

/// The preset that a source has for which a book names no layout.
pub const CANONICAL: &str = "canonical";

/// Every preset: its name, and its file.
const PRESETS: &[(&str, &str)] = &[
    (CANONICAL, include_str!("../../../data/layouts/canonical.toml")),
    ("ads", include_str!("../../../data/layouts/ads.toml")),
    ("ads-trial-balance", include_str!("../../../data/layouts/ads-trial-balance.toml")),
    ("ads-chart", include_str!("../../../data/layouts/ads-chart.toml")),
    ("fec", include_str!("../../../data/layouts/fec.toml")),
    ("saf-t", include_str!("../../../data/layouts/saf-t.toml")),
    ("sap", include_str!("../../../data/layouts/sap.toml")),
    ("sap-list", include_str!("../../../data/layouts/sap-list.toml")),
    ("quickbooks-journal", include_str!("../../../data/layouts/quickbooks-journal.toml")),
    ("xero", include_str!("../../../data/layouts/xero.toml")),
    ("netsuite", include_str!("../../../data/layouts/netsuite.toml")),
];

/// The names of all presets.
pub fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

/// The text of a preset.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
