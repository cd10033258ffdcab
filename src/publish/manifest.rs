//! What a pack says of itself: its inputs and outputs by hash, and the pack that it goes on from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::hash::hex;

/// Name of the manifest in a pack.
pub const MANIFEST: &str = "manifest.json";
/// Version of the manifest's layout.
pub const FORMAT_VERSION: u32 = 1;
/// Hex digits of a run id.
const RUN_ID_DIGITS: usize = 16;
/// Longest name of a file, a quarter or a run, in bytes; file systems take 255, and a prefix is put before it.
const NAME_BYTES_MAX: usize = 200;

/// A pack's manifest. The order of the fields is the order in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format_version: u32,
    pub closepack_version: String,
    pub company: String,
    pub quarter: String,
    pub basis: String,
    /// The scenario that was measured; none for the real books, whose manifests do not have the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    pub run_id: String,
    pub inputs: Vec<ManifestInput>,
    /// Every file of the pack but the manifest, by name.
    pub outputs: Vec<ManifestOutput>,
    pub prior: Option<ManifestPrior>,
}

/// One file that the run read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestInput {
    /// The source's name, such as `inventory`.
    pub source: String,
    /// Path within the book, with `/`.
    pub path: String,
    /// SHA-256 of its bytes, in lower-case hex.
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
    pub debit_total: Option<String>,
    pub credit_total: Option<String>,
}

/// One file that the run wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestOutput {
    /// Name in the pack's folder.
    pub path: String,
    /// SHA-256 of its bytes, in lower-case hex.
    pub sha256: String,
    pub bytes: u64,
    /// Rows of a CSV file, without its header.
    pub rows: Option<u64>,
}

/// The pack of the quarter before, which this one goes on from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestPrior {
    pub quarter: String,
    /// The scenario that it is of; none for a pack of the real books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    pub run_id: String,
    /// SHA-256 of its manifest, in lower-case hex.
    pub manifest_sha256: String,
}

/// Why bytes are no manifest, or a manifest no bytes.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON, or not the fields of a manifest.
    #[error("it is not a manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// Written by a closepack of another layout.
    #[error(
        "its format version is {found}, and this closepack reads {FORMAT_VERSION}; use the closepack that wrote it"
    )]
    FormatVersion { found: u64 },
    /// An output's name is none, or is listed twice.
    #[error("it lists {name:?}, which is listed twice or cannot be the name of a file of a pack")]
    OutputName { name: String },
}

/// The one field that every layout has.
#[derive(Deserialize)]
struct AnyVersion {
    format_version: u64,
}

impl Manifest {
    /// A manifest of this closepack with its run id, and no outputs yet. Inputs are listed by source and path.
    #[must_use]
    pub fn new(
        company: &str,
        quarter: &str,
        basis: &str,
        mut inputs: Vec<ManifestInput>,
        prior: Option<ManifestPrior>,
    ) -> Self {
        inputs.sort();
        let mut manifest = Self {
            format_version: FORMAT_VERSION,
            closepack_version: env!("CARGO_PKG_VERSION").to_owned(),
            company: company.to_owned(),
            quarter: quarter.to_owned(),
            basis: basis.to_owned(),
            scenario: None,
            run_id: String::new(),
            inputs,
            outputs: Vec::new(),
            prior,
        };
        manifest.run_id = manifest.run_id_of_inputs();
        manifest
    }

    /// The same manifest as one of a scenario, with the run id that follows; of the real books for none.
    #[must_use]
    pub fn under(mut self, scenario: Option<&str>) -> Self {
        self.scenario = scenario.map(str::to_owned);
        self.run_id = self.run_id_of_inputs();
        self
    }

    /// The real books go on from the real books, and a scenario from those or from itself.
    ///
    /// # Errors
    /// The scenario of the pack before, where that is neither.
    pub(super) fn goes_on_from_its_own(&self) -> Result<(), &str> {
        match self.prior.as_ref().and_then(|prior| prior.scenario.as_deref()) {
            Some(before) if self.scenario.as_deref() != Some(before) => Err(before),
            _ => Ok(()),
        }
    }

    /// The run id that the manifest's own inputs give; see [`run_id`].
    #[must_use]
    pub fn run_id_of_inputs(&self) -> String {
        let (version, prior) = (&self.closepack_version, self.prior.as_ref());
        run_id(version, &self.quarter, &self.basis, self.scenario.as_deref(), &self.inputs, prior)
    }

    /// The manifest as the bytes of `manifest.json`: indented JSON with a final newline.
    ///
    /// # Errors
    /// [`ManifestError::Json`], which no manifest is known to give.
    pub fn to_json(&self) -> Result<Vec<u8>, ManifestError> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads the bytes of a `manifest.json`.
    ///
    /// # Errors
    /// [`ManifestError`] for another layout, a field that is missing or not known, or an output that can be no file.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ManifestError> {
        let found = serde_json::from_slice::<AnyVersion>(bytes)?.format_version;
        if found != u64::from(FORMAT_VERSION) {
            return Err(ManifestError::FormatVersion { found });
        }
        let manifest: Self = serde_json::from_slice(bytes)?;
        let mut names = BTreeSet::new();
        for output in &manifest.outputs {
            let name = output.path.as_str();
            if !is_plain_name(name) || name == MANIFEST || !names.insert(name) {
                return Err(ManifestError::OutputName { name: name.to_owned() });
            }
        }
        Ok(manifest)
    }
}

/// A run's name: the first 16 hex digits of the SHA-256 of what decides its bytes.
///
/// Each part is listed with its length before it, so that no two listings read alike; inputs go in by source, path
/// and hash, in that order, however the caller lists them. A scenario adds its name and that of the pack it goes on
/// from, so that no scenario has the run id of the real books.
#[must_use]
pub fn run_id(
    closepack_version: &str,
    quarter: &str,
    basis: &str,
    scenario: Option<&str>,
    inputs: &[ManifestInput],
    prior: Option<&ManifestPrior>,
) -> String {
    let mut listed: Vec<[&str; 3]> =
        inputs.iter().map(|input| [input.source.as_str(), input.path.as_str(), input.sha256.as_str()]).collect();
    listed.sort_unstable();
    let mut head = vec![closepack_version, quarter, basis, prior.map_or("", |prior| &prior.manifest_sha256)];
    if let Some(scenario) = scenario {
        head.extend([scenario, prior.and_then(|prior| prior.scenario.as_deref()).unwrap_or("")]);
    }
    let mut hasher = Sha256::new();
    for part in head.iter().chain(listed.as_flattened()) {
        hasher.update(format!("{}:{part}\n", part.len()));
    }
    let mut digits = hex(&hasher.finalize());
    digits.truncate(RUN_ID_DIGITS);
    digits
}

/// True for a name that stays in its folder, is seen there and can be printed.
pub(super) fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && !name.starts_with('.')
        && !name.contains(|letter: char| letter == '/' || letter == '\\' || letter.is_control())
}

/// What the manifest says of a file, found out piece by piece.
pub(super) struct OutputMeter {
    path: String,
    hasher: Sha256,
    bytes: u64,
    rows: Option<RowCounter>,
}

impl OutputMeter {
    /// Of a file of this name; rows are counted where it is CSV.
    pub fn new(name: &str) -> Self {
        let rows = name.ends_with(".csv").then(RowCounter::default);
        Self { path: name.to_owned(), hasher: Sha256::new(), bytes: 0, rows }
    }

    /// Goes on with the next bytes.
    pub fn add(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
        self.bytes += piece.len() as u64;
        if let Some(rows) = &mut self.rows {
            rows.add(piece);
        }
    }

    /// What the file is.
    pub fn finish(self) -> ManifestOutput {
        let (sha256, rows) = (hex(&self.hasher.finalize()), self.rows.map(|rows| rows.rows()));
        ManifestOutput { path: self.path, sha256, bytes: self.bytes, rows }
    }
}

/// Counts the rows of a CSV file; a line feed within quotes ends no row.
#[derive(Default)]
struct RowCounter {
    quoted: bool,
    /// Rows that have ended, the header among them.
    ended: u64,
    /// Something stands behind the last end.
    open: bool,
}

impl RowCounter {
    fn add(&mut self, piece: &[u8]) {
        let mut after = None;
        for at in memchr::memchr2_iter(b'"', b'\n', piece) {
            match piece[at] {
                b'"' => self.quoted = !self.quoted,
                _ if self.quoted => {}
                _ => (self.ended, after) = (self.ended + 1, Some(at + 1)),
            }
        }
        self.open = after.map_or(self.open || !piece.is_empty(), |after| after < piece.len());
    }

    /// Rows without the header. The last may lack its line feed.
    fn rows(&self) -> u64 {
        (self.ended + u64::from(self.open)).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hash::sha256_hex;

    fn input(source: &str, path: &str) -> ManifestInput {
        ManifestInput {
            source: source.to_owned(),
            path: path.to_owned(),
            sha256: sha256_hex(path.as_bytes()),
            bytes: 1,
            rows: 1,
            debit_total: Some("1.00".to_owned()),
            credit_total: None,
        }
    }

    fn output(name: &str, pieces: &[&[u8]]) -> ManifestOutput {
        let mut meter = OutputMeter::new(name);
        pieces.iter().for_each(|piece| meter.add(piece));
        meter.finish()
    }

    #[test]
    fn the_run_id_follows_what_decides_the_bytes() {
        let inputs = [input("ledger", "2004-Q2/ledger.csv"), input("inventory", "2004-Q2/inventory.csv")];
        let turned = [inputs[1].clone(), inputs[0].clone()];
        let prior = |scenario: Option<&str>| ManifestPrior {
            quarter: "2004-Q1".to_owned(),
            scenario: scenario.map(str::to_owned),
            run_id: "0".to_owned(),
            manifest_sha256: "00".to_owned(),
        };
        let id = run_id("0.1.0", "2004-Q2", "us-gaap", None, &inputs, None);
        assert_eq!(id.len(), RUN_ID_DIGITS);
        assert_eq!(id, run_id("0.1.0", "2004-Q2", "us-gaap", None, &turned, None));
        let ids = BTreeSet::from([
            id,
            run_id("0.1.1", "2004-Q2", "us-gaap", None, &inputs, None),
            run_id("0.1.0", "2004-Q3", "us-gaap", None, &inputs, None),
            run_id("0.1.0", "2004-Q2", "ifrs", None, &inputs, None),
            run_id("0.1.0", "2004-Q2", "us-gaap", None, &inputs[..1], None),
            run_id("0.1.0", "2004-Q2", "us-gaap", None, &inputs, Some(&prior(None))),
            run_id("0.1.0", "2004-Q2u", "s-gaap", None, &inputs, None),
            run_id("0.1.0", "2004-Q2", "us-gaap", Some("a"), &inputs, None),
            run_id("0.1.0", "2004-Q2", "us-gaap", Some("b"), &inputs, None),
            run_id("0.1.0", "2004-Q2", "us-gaap", Some("a"), &inputs, Some(&prior(None))),
            run_id("0.1.0", "2004-Q2", "us-gaap", Some("a"), &inputs, Some(&prior(Some("a")))),
        ]);
        assert_eq!(ids.len(), 11);
    }

    #[test]
    fn json_goes_out_and_comes_back() {
        let mut manifest = Manifest::new("Acme", "2004-Q2", "us-gaap", vec![input("l", "l.csv")], None);
        manifest.outputs =
            [("a.csv", &b"h\n1\n"[..]), ("report.pdf", &[0])].map(|(name, bytes)| output(name, &[bytes])).into();
        let bytes = manifest.to_json().unwrap();
        assert!(bytes.starts_with(b"{\n  \"format_version\": 1,\n  \"closepack_version\""));
        assert!(bytes.ends_with(b"}\n"));
        let back = Manifest::from_json(&bytes).unwrap();
        assert_eq!(back, manifest);
        assert_eq!((back.outputs[0].rows, back.outputs[1].rows), (Some(1), None));
    }

    #[test]
    fn only_a_scenario_says_one() {
        let json = |manifest: &Manifest| String::from_utf8(manifest.to_json().unwrap()).unwrap();
        let real = Manifest::new("Acme", "2004-Q2", "ifrs", vec![], None);
        assert!(!json(&real).contains("scenario"));
        let tried = real.clone().under(Some("ifrs"));
        assert!(json(&tried).contains("\"scenario\": \"ifrs\""));
        assert_ne!(tried.run_id, real.run_id);
        assert_eq!(Manifest::from_json(json(&tried).as_bytes()).unwrap(), tried);
        assert_eq!(tried.under(None), real);
    }

    #[test]
    fn strange_manifests_are_refused() {
        let good =
            String::from_utf8(Manifest::new("Acme", "2004-Q2", "ifrs", vec![], None).to_json().unwrap()).unwrap();
        let more = good.replace("\"company\"", "\"colour\": 1, \"company\"");
        assert!(matches!(Manifest::from_json(more.as_bytes()), Err(ManifestError::Json(_))));
        let newer = good.replace("\"format_version\": 1", "\"format_version\": 2");
        assert!(matches!(Manifest::from_json(newer.as_bytes()), Err(ManifestError::FormatVersion { found: 2 })));
        for names in [&["../x"][..], &["manifest.json"], &["a", "a"], &[""], &[".lock"], &["a\nb"]] {
            let mut manifest = Manifest::new("Acme", "2004-Q2", "ifrs", vec![], None);
            for name in names {
                let path = (*name).to_owned();
                manifest.outputs.push(ManifestOutput { path, sha256: String::new(), bytes: 0, rows: None });
            }
            let read = Manifest::from_json(&manifest.to_json().unwrap());
            assert!(matches!(read, Err(ManifestError::OutputName { .. })), "{names:?}");
        }
    }

    #[test]
    fn rows_are_counted_as_a_reader_sees_them() {
        for (text, rows) in [
            ("", 0),
            ("h\n", 0),
            ("h", 0),
            ("h\n1\n2\n", 2),
            ("h\n1\n2", 2),
            ("h\n\"a\nb\"\n", 1),
            ("h\n\"a\"\"\n\"\n", 1),
        ] {
            let bytes = text.as_bytes();
            let whole = output("a.csv", &[bytes]);
            assert_eq!((whole.rows, whole.bytes), (Some(rows), bytes.len() as u64), "{text:?}");
            assert_eq!(whole.sha256, sha256_hex(bytes));
            for at in 0..=bytes.len() {
                assert_eq!(output("a.csv", &[&bytes[..at], &bytes[at..], b""]), whole, "{text:?} in pieces from {at}");
            }
            assert_eq!(output("a.pdf", &[bytes]).rows, None);
        }
    }
}
