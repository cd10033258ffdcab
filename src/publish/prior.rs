//! Opens a published pack, and trusts nothing of it that its manifest does not vouch for.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::manifest::{MANIFEST, Manifest, is_plain_name};
use super::stage::{self, FolderFault, IoFault};
use super::{CURRENT, RUNS, quarters_of};
use crate::domain::hash::sha256_hex;

/// A published pack, every file of it checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedPack {
    pub manifest: Manifest,
    /// SHA-256 of `manifest.json`, in lower-case hex.
    pub manifest_sha256: String,
    /// Those of the pack's files that were asked for, by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Says of a name whether the file is to be kept in memory; every file is checked whatever it says.
pub type Wanted<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// Why a published pack could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum PriorError {
    /// The quarter has no published pack at all. A pack that lost its files is altered, not missing.
    #[error("{} is missing; run that quarter first", path.display())]
    Missing { path: PathBuf },
    /// The pack is not what was published.
    #[error(
        "{file} of the published pack was altered: expected {expected}, found {found}; restore it from a copy, or \
             find out who changed it"
    )]
    Altered { file: String, expected: String, found: String },
    /// The manifest cannot be read as one.
    #[error("{} cannot be used: {why}; restore it from a copy", path.display())]
    UnreadableManifest { path: PathBuf, why: String },
    /// The disk refused.
    #[error("could not {action} {}: {source}; mend the cause and run again", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

impl From<IoFault> for PriorError {
    fn from(IoFault { action, path, source }: IoFault) -> Self {
        Self::Io { action, path, source }
    }
}

impl From<FolderFault> for PriorError {
    fn from(fault: FolderFault) -> Self {
        match fault {
            FolderFault::Io(fault) => fault.into(),
            FolderFault::Altered { file, expected, found } => Self::Altered { file, expected, found },
        }
    }
}

/// Opens a quarter's current pack of the real books and checks every file of it against its manifest.
///
/// `current` is looked up once, so a switch in the meantime does no harm.
///
/// # Errors
/// [`PriorError`]: missing, altered in any file (one too many counts, and so does the pack of a scenario), without a
/// readable manifest, or the disk's own.
pub fn open_current(out: &Path, quarter: &str, wanted: Wanted<'_>) -> Result<PublishedPack, PriorError> {
    open(out, None, quarter, wanted)
}

/// Opens a quarter's current pack of a scenario, as [`open_current`] does that of the real books.
///
/// # Errors
/// As for [`open_current`]; a pack of the real books, or of another scenario, is an altered one.
pub fn open_scenario(
    out: &Path,
    scenario: &str,
    quarter: &str,
    wanted: Wanted<'_>,
) -> Result<PublishedPack, PriorError> {
    open(out, Some(scenario), quarter, wanted)
}

fn open(out: &Path, scenario: Option<&str>, quarter: &str, wanted: Wanted<'_>) -> Result<PublishedPack, PriorError> {
    let quarters = quarters_of(out, scenario).filter(|_| is_plain_name(quarter));
    // A name that leads elsewhere has no pack here.
    let Some(folder) = quarters.map(|quarters| quarters.join(quarter)) else {
        return Err(PriorError::Missing { path: out.join(quarter).join(CURRENT) });
    };
    let current = folder.join(CURRENT);
    if !stage::exists(&current)? {
        return Err(PriorError::Missing { path: current });
    }
    let run_id = linked_run(&current)?;
    let dir = folder.join(RUNS).join(&run_id);
    let path = dir.join(MANIFEST);
    let altered = |expected: String, found: &str| PriorError::Altered {
        file: MANIFEST.to_owned(),
        expected,
        found: found.to_owned(),
    };
    let Some(bytes) = stage::read_plain(&path)? else {
        return Err(altered(format!("a file in {RUNS}/{run_id}"), "no plain file"));
    };
    let manifest_sha256 = sha256_hex(&bytes);
    let manifest = match Manifest::from_json(&bytes) {
        Ok(manifest) => manifest,
        Err(error) => return Err(PriorError::UnreadableManifest { path, why: error.to_string() }),
    };
    if manifest.quarter != quarter {
        return Err(altered(format!("quarter {quarter}"), &manifest.quarter));
    }
    if manifest.scenario.as_deref() != scenario {
        return Err(altered(books(scenario), &books(manifest.scenario.as_deref())));
    }
    if let Err(before) = manifest.goes_on_from_its_own() {
        return Err(altered("a prior pack of the same books".to_owned(), &books(Some(before))));
    }
    let of_inputs = manifest.run_id_of_inputs();
    if manifest.run_id != of_inputs {
        return Err(altered(format!("run id {of_inputs}, which its inputs give"), &manifest.run_id));
    }
    if manifest.run_id != run_id {
        return Err(altered(format!("run id {run_id}, as its folder is named"), &manifest.run_id));
    }
    let mut hashes: BTreeMap<String, String> =
        manifest.outputs.iter().map(|output| (output.path.clone(), output.sha256.clone())).collect();
    hashes.insert(MANIFEST.to_owned(), manifest_sha256.clone());
    let files = stage::read_verified(&dir, &hashes, &|name| name != MANIFEST && wanted(name))?;
    Ok(PublishedPack { manifest, manifest_sha256, files })
}

/// What a pack is of, in words.
fn books(scenario: Option<&str>) -> String {
    scenario.map_or_else(|| "a pack of the real books".to_owned(), |name| format!("a pack of the scenario {name}"))
}

/// The run that a `current` link names.
fn linked_run(current: &Path) -> Result<String, PriorError> {
    let altered = |found: String| PriorError::Altered {
        file: CURRENT.to_owned(),
        expected: format!("a link to {RUNS}/<run id>"),
        found,
    };
    let target = match std::fs::read_link(current) {
        Ok(target) => target,
        // What has no target is no link.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(altered("no link".to_owned())),
        Err(source) => return Err(PriorError::Io { action: "read the link", path: current.to_owned(), source }),
    };
    let mut parts = target.components();
    if let (Some(Component::Normal(runs)), Some(Component::Normal(run)), None) =
        (parts.next(), parts.next(), parts.next())
        && let Some(run) = run.to_str()
        && runs == RUNS
        && is_plain_name(run)
    {
        return Ok(run.to_owned());
    }
    Err(altered(format!("a link to {}", target.display())))
}
