//! The manifest: what went in, what came out, and the run's name, which follows from what went in.

use serde::{Deserialize, Serialize};

use crate::ingest::sha256_hex;

/// The version of the manifest's form.
const FORMAT: u32 = 1;

/// A pack's manifest. It names no clock and no machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    pub closepack: String,
    pub company: String,
    pub quarter: String,
    pub basis: String,
    pub run_id: String,
    pub inputs: Vec<ManifestInput>,
    pub prior: Option<ManifestPrior>,
    pub outputs: Vec<ManifestOutput>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestInput {
    pub source: String,
    /// Within the book.
    pub path: String,
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
    pub debit_total: Option<String>,
    pub credit_total: Option<String>,
}

/// A file of the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestOutput {
    pub path: String,
    pub sha256: String,
    pub bytes: u64,
    /// Rows under the header, of a CSV file.
    pub rows: Option<u64>,
}

/// The pack that the quarter opens with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestPrior {
    pub quarter: String,
    pub run_id: String,
    pub manifest_sha256: String,
}

impl Manifest {
    /// A manifest without outputs; its run id is a hash of everything that the figures depend on.
    #[must_use]
    pub fn new(
        company: &str,
        quarter: &str,
        basis: &str,
        inputs: Vec<ManifestInput>,
        prior: Option<ManifestPrior>,
    ) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let mut listing = format!("closepack {version}\nquarter {quarter}\nbasis {basis}\n");
        for input in &inputs {
            listing.push_str(&format!("input {}\t{}\t{}\n", input.source, input.path, input.sha256));
        }
        if let Some(prior) = &prior {
            listing.push_str(&format!("prior {}\t{}\n", prior.quarter, prior.manifest_sha256));
        }
        let run_id = sha256_hex(listing.as_bytes())[..16].to_owned();
        Self {
            format: FORMAT,
            closepack: version.to_owned(),
            company: company.to_owned(),
            quarter: quarter.to_owned(),
            basis: basis.to_owned(),
            run_id,
            inputs,
            prior,
            outputs: Vec::new(),
        }
    }

    /// The manifest as indented JSON with a final newline.
    ///
    /// # Panics
    /// Never: the manifest has only texts and numbers, which JSON can always hold.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("texts and numbers make JSON");
        bytes.push(b'\n');
        bytes
    }
}

impl ManifestOutput {
    /// The entry of a file.
    #[must_use]
    pub fn of(path: &str, bytes: &[u8]) -> Self {
        let rows = path.ends_with(".csv").then(|| csv::Reader::from_reader(bytes).records().count() as u64);
        Self { path: path.to_owned(), sha256: sha256_hex(bytes), bytes: bytes.len() as u64, rows }
    }
}

#[cfg(test)]
impl ManifestInput {
    /// An input of a test, whose hash stands for its content.
    pub(super) fn named(source: &str, content: &str) -> Self {
        Self {
            source: source.to_owned(),
            path: format!("{source}.csv"),
            sha256: sha256_hex(content.as_bytes()),
            bytes: content.len() as u64,
            rows: 1,
            debit_total: None,
            credit_total: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_id_follows_from_what_went_in() {
        let of = |quarter, content| {
            Manifest::new("C", quarter, "us-gaap", vec![ManifestInput::named("ledger", content)], None).run_id
        };
        assert_eq!(of("2004-Q2", "a"), of("2004-Q2", "a"));
        assert_ne!(of("2004-Q2", "a"), of("2004-Q2", "b"));
        assert_ne!(of("2004-Q2", "a"), of("2004-Q3", "a"));
    }
}
