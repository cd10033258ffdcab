//! Puts a pack on disk so that no reader ever sees a part of one, and opens packs that were published.
//!
//! `<out>/<quarter>/runs/<run id>/` holds one run's pack and never changes. `<out>/<quarter>/current` is a relative
//! link to the pack that counts. A pack is staged beside its final place, synced, read back, renamed into `runs/`,
//! and then a new link is renamed over `current`: whoever reads sees the pack before or the pack after.
//!
//! A scenario's quarters are below `<out>/scenarios/<name>/`, in the same form. Where a pack goes follows from its
//! manifest alone, and whoever opens a pack says what it must be of: neither is ever taken for the other.
//!
//! `<out>/<quarter>/rejects.csv` lists what was wrong with a quarter that was refused last, until it is published.

mod lock;
mod manifest;
mod prior;
mod rejects;
mod stage;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

pub use lock::{Lock, LockError};
pub use manifest::{
    FORMAT_VERSION, MANIFEST, Manifest, ManifestError, ManifestInput, ManifestOutput, ManifestPrior, run_id,
};
pub use prior::{PriorError, PublishedPack, Wanted, open_current, open_scenario};
pub use rejects::{RejectsError, StagedRejects, rejects_path, remove_rejects};

use crate::domain::hash::sha256_hex;
use crate::domain::parallel;
use manifest::is_plain_name;
use stage::{FolderFault, IoFault, SyncDir};

/// Folder of a quarter that holds its runs.
const RUNS: &str = "runs";
/// Link of a quarter to the run that counts.
const CURRENT: &str = "current";
/// Folder of an output folder that holds the scenarios, each in a folder of its name; no quarter may be named so.
pub const SCENARIOS: &str = "scenarios";

/// Where the quarters of the real books are, or those of a scenario; nothing for a scenario whose name leads elsewhere.
fn quarters_of(out: &Path, scenario: Option<&str>) -> Option<PathBuf> {
    match scenario {
        None => Some(out.to_owned()),
        Some(name) => is_plain_name(name).then(|| out.join(SCENARIOS).join(name)),
    }
}

/// What one run wants to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// The quarter, as the manifest says.
    pub quarter: String,
    /// The run id, as the manifest says.
    pub run_id: String,
    /// The pack's files by name, without the manifest.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The manifest; its outputs are told from `files` when it is published, whatever it lists before.
    pub manifest: Manifest,
}

/// How publishing ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The pack was written, and `current` leads to it.
    New,
    /// The same pack was there, byte for byte: nothing was rewritten, and `current` leads to it.
    Already,
}

/// Why a pack was not published, or not surely.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The pack contradicts itself or has a name that no pack may have.
    #[error("the pack cannot be published: {why}; nothing was published; this is a fault of closepack, report it")]
    NotAPack { why: String },
    /// The disk refused.
    #[error("could not {action} {}: {source}; nothing was published, and current is as it was; mend the cause and \
             run again", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    /// What was written is not what came back.
    #[error("{file} did not read back as it was written in {}: expected {expected}, found {found}; nothing was \
             published, and current is as it was; check the disk and run again", path.display())]
    NotReadBack { path: PathBuf, file: String, expected: String, found: String },
    /// A run with the same inputs is there, and is not what this run would write.
    #[error("{file} in {} is not what this run writes from the same inputs: expected {expected}, found {found}; \
             nothing was published, and current is as it was; find out who changed it, move that folder away as \
             evidence and run again", path.display())]
    Tampered { path: PathBuf, file: String, expected: String, found: String },
    /// `current` is a file or a folder of somebody else's.
    #[error("{} is not a link; nothing was published; move it away and run again", path.display())]
    CurrentNotALink { path: PathBuf },
    /// The pack is live, but the disk did not confirm the switch.
    #[error("the pack is published and current leads to it, but {} could not be synced ({source}), so a power failure \
             may undo the switch; check the disk and run again, which confirms it", path.display())]
    DurabilityUnknown { path: PathBuf, source: io::Error },
}

impl From<IoFault> for PublishError {
    fn from(IoFault { action, path, source }: IoFault) -> Self {
        Self::Io { action, path, source }
    }
}

/// Publishes a pack under `out`, where its manifest's scenario belongs, and makes it the quarter's current one.
///
/// The caller holds the quarter's [`Lock`] from before it read earlier packs until this returns; leftovers of runs
/// that died are removed on that understanding.
///
/// # Errors
/// [`PublishError`]. After any but [`PublishError::DurabilityUnknown`], `current` is as it was.
pub fn publish(out: &Path, pack: &Pack) -> Result<Published, PublishError> {
    publish_syncing(out, pack, &stage::sync_dir)
}

fn publish_syncing(out: &Path, pack: &Pack, sync_dir: SyncDir<'_>) -> Result<Published, PublishError> {
    let quarter = check(pack, out)?;
    let runs = quarter.join(RUNS);
    stage::create_dir(&runs, sync_dir)?;
    let before = current_target(&quarter)?;
    stage::remove_leftovers(&runs, stage::STAGING_PREFIX)?;
    stage::remove_leftovers(&quarter, stage::LINK_PREFIX)?;

    let place = runs.join(&pack.run_id);
    let published = if stage::exists(&place)? {
        let (_, hashes) = completed(&pack.manifest, &pack.files)?;
        match stage::read_verified(&place, &hashes, &|_| false) {
            Ok(_) => Published::Already,
            Err(FolderFault::Io(fault)) => return Err(fault.into()),
            Err(FolderFault::Altered { file, expected, found }) => {
                return Err(PublishError::Tampered { path: place, file, expected, found });
            }
        }
    } else {
        let staging = runs.join(format!("{}{}", stage::STAGING_PREFIX, pack.run_id));
        if let Err(error) = write_run(&staging, &place, pack, sync_dir) {
            // Best effort: whatever stays is removed by the next run.
            let _ = std::fs::remove_dir_all(&staging);
            return Err(error);
        }
        Published::New
    };
    // Also for a run that was there: its publisher may have died before this.
    sync_dir(&runs).map_err(|source| IoFault { action: "sync", path: runs, source })?;

    let target = Path::new(RUNS).join(&pack.run_id);
    if before.as_deref() != Some(target.as_path()) {
        let link = quarter.join(format!("{}{}", stage::LINK_PREFIX, pack.run_id));
        if let Err(fault) = stage::switch_link(&target, &link, &quarter.join(CURRENT)) {
            let _ = std::fs::remove_file(&link);
            return Err(fault.into());
        }
    }
    sync_dir(&quarter).map_err(|source| PublishError::DurabilityUnknown { path: quarter, source })?;
    Ok(published)
}

/// Stages a run's folder, reads it back and renames it to its place.
fn write_run(staging: &Path, place: &Path, pack: &Pack, sync_dir: SyncDir<'_>) -> Result<(), PublishError> {
    let mut files: Vec<(&str, &[u8])> = pack.files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    files.sort_by_key(|(name, bytes)| (std::cmp::Reverse(bytes.len()), *name));
    stage::make_dir(staging)?;
    // The hashes are made while the disk is busy.
    let (written, hashed) =
        parallel::both(|| stage::write_files(staging, &files), || completed(&pack.manifest, &pack.files));
    written?;
    let (manifest, hashes) = hashed?;
    // The manifest is last: a folder that has one is whole.
    stage::write_files(staging, &[(MANIFEST, &manifest)])?;
    stage::sync_names(staging, sync_dir)?;
    stage::read_verified(staging, &hashes, &|_| false).map_err(|fault| match fault {
        FolderFault::Io(fault) => fault.into(),
        FolderFault::Altered { file, expected, found } => {
            PublishError::NotReadBack { path: staging.to_owned(), file, expected, found }
        }
    })?;
    Ok(stage::rename_to_new(staging, place)?)
}

/// The bytes of the manifest with its outputs, and the hashes of all files.
fn completed(
    manifest: &Manifest,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<(Vec<u8>, BTreeMap<String, String>), PublishError> {
    let manifest = manifest.clone().with_outputs(files);
    let bytes = manifest.to_json().map_err(|error| PublishError::NotAPack { why: error.to_string() })?;
    let outputs = manifest.outputs.into_iter().map(|output| (output.path, output.sha256));
    let hashes = outputs.chain([(MANIFEST.to_owned(), sha256_hex(&bytes))]).collect();
    Ok((bytes, hashes))
}

/// Refuses a pack that contradicts itself; gives the folder of its quarter.
fn check(pack: &Pack, out: &Path) -> Result<PathBuf, PublishError> {
    let refuse = |why: String| Err(PublishError::NotAPack { why });
    let (manifest, quarter) = (&pack.manifest, &pack.quarter);
    if *quarter != manifest.quarter || pack.run_id != manifest.run_id {
        return refuse(format!("it is of {quarter} {}, its manifest of another run", pack.run_id));
    }
    if manifest.run_id != manifest.run_id_of_inputs() {
        return refuse(format!("its run id {} is not that of its inputs", pack.run_id));
    }
    let names = pack.files.keys().chain([quarter, &pack.run_id]);
    if let Some(name) = names.into_iter().find(|name| !is_plain_name(name)) {
        return refuse(format!("{name:?} cannot be the name of a file"));
    }
    if pack.files.contains_key(MANIFEST) {
        return refuse(format!("{MANIFEST} is written from the manifest, and is no file of its own"));
    }
    if let Err(found) = manifest.goes_on_from_its_own() {
        return refuse(format!("it goes on from a pack of the scenario {found}"));
    }
    let Some(quarters) = quarters_of(out, manifest.scenario.as_deref()) else {
        return refuse("its scenario cannot be the name of a folder".to_owned());
    };
    if manifest.scenario.is_none() && quarter == SCENARIOS {
        return refuse(format!("{SCENARIOS} is no quarter"));
    }
    Ok(quarters.join(quarter))
}

/// Where `current` leads; nothing when there is none yet.
fn current_target(quarter: &Path) -> Result<Option<PathBuf>, PublishError> {
    let path = quarter.join(CURRENT);
    match std::fs::symlink_metadata(&path) {
        Ok(metadata) if !metadata.is_symlink() => Err(PublishError::CurrentNotALink { path }),
        Ok(_) => match std::fs::read_link(&path) {
            Ok(target) => Ok(Some(target)),
            Err(source) => Err(PublishError::Io { action: "read the link", path, source }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(PublishError::Io { action: "look at", path, source }),
    }
}

#[cfg(test)]
mod tests;
