//! A pack on its way to the disk, written while it is composed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::manifest::{MANIFEST, Manifest, ManifestOutput, OutputMeter, is_plain_name};
use super::stage::{self, FolderFault, IoFault, SyncDir};
use super::{CURRENT, PublishError, RUNS, SCENARIOS, current_target, quarters_of};
use crate::domain::hash::sha256_hex;

/// How publishing ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The pack was written, and `current` leads to it.
    New,
    /// The same pack was there, byte for byte: nothing was rewritten, and `current` leads to it.
    Already,
}

/// A pack that is being written, from any number of threads. No reader sees anything of it before [`Draft::publish`];
/// one that is dropped before leaves nothing behind.
///
/// Where the same run was published before, nothing is written: what is added is held against what is there.
#[derive(Debug)]
#[must_use = "nothing is published before `publish`"]
pub struct Draft {
    manifest: Manifest,
    /// The quarter's folder.
    quarter: PathBuf,
    /// The run's folder, once it is published.
    place: PathBuf,
    /// Where it is written; nothing when the run is there already.
    staging: Option<PathBuf>,
    /// Where `current` leads.
    before: Option<PathBuf>,
    /// What was added, by name; nothing yet for a file that is being written.
    outputs: Mutex<BTreeMap<String, Option<ManifestOutput>>>,
}

impl Draft {
    /// Begins a pack under `out`, where its manifest's scenario belongs. Its outputs are those that will be added,
    /// whatever the manifest lists.
    ///
    /// The caller holds the quarter's [`Lock`](super::Lock) from before it read earlier packs until the pack is
    /// published; leftovers of runs that died are removed on that understanding.
    ///
    /// # Errors
    /// [`PublishError`]; `current` is as it was.
    pub fn begin(out: &Path, manifest: Manifest) -> Result<Self, PublishError> {
        Self::begin_syncing(out, manifest, &stage::sync_dir)
    }

    pub(super) fn begin_syncing(out: &Path, manifest: Manifest, sync_dir: SyncDir<'_>) -> Result<Self, PublishError> {
        let quarter = quarter_of(out, &manifest)?;
        let runs = quarter.join(RUNS);
        stage::create_dir(&runs, sync_dir)?;
        let before = current_target(&quarter)?;
        stage::remove_leftovers(&runs, stage::STAGING_PREFIX)?;
        stage::remove_leftovers(&quarter, stage::LINK_PREFIX)?;
        let place = runs.join(&manifest.run_id);
        let staging = if stage::exists(&place)? {
            None
        } else {
            let staging = runs.join(format!("{}{}", stage::STAGING_PREFIX, manifest.run_id));
            stage::make_dir(&staging)?;
            Some(staging)
        };
        Ok(Self { manifest, quarter, place, staging, before, outputs: Mutex::default() })
    }

    /// Adds a file, piece by piece. It is durable, and has been read back, when this returns.
    ///
    /// # Errors
    /// [`PublishError`]; the pack can then not be published.
    pub fn add(&self, name: &str, pieces: impl IntoIterator<Item = Vec<u8>>) -> Result<(), PublishError> {
        self.claim(name)?;
        let mut meter = OutputMeter::new(name);
        if let Some(staging) = &self.staging {
            let mut file = stage::StagedFile::create(&staging.join(name))?;
            for piece in pieces {
                meter.add(&piece);
                file.write(&piece)?;
            }
            file.finish()?;
        } else {
            pieces.into_iter().for_each(|piece| meter.add(&piece));
        }
        let output = meter.finish();
        if let Some(staging) = &self.staging {
            stage::verify(staging, name, &output.sha256).map_err(|fault| not_read_back(staging, fault))?;
        }
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Some(output));
        Ok(())
    }

    /// Takes a name for a file, which nothing else may have.
    fn claim(&self, name: &str) -> Result<(), PublishError> {
        let refuse = |why| Err(PublishError::NotAPack { why });
        if !is_plain_name(name) {
            return refuse(format!("{name:?} cannot be the name of a file"));
        }
        if name == MANIFEST {
            return refuse(format!("{MANIFEST} is written from the manifest, and is no file of its own"));
        }
        let known = self.outputs.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), None);
        if known.is_some() { refuse(format!("{name} is there twice")) } else { Ok(()) }
    }

    /// Publishes the pack of all files that were added, and makes it the quarter's current one.
    ///
    /// # Errors
    /// [`PublishError`]. After any but [`PublishError::DurabilityUnknown`], `current` is as it was.
    pub fn publish(self) -> Result<Published, PublishError> {
        self.publish_syncing(&stage::sync_dir)
    }

    pub(super) fn publish_syncing(mut self, sync_dir: SyncDir<'_>) -> Result<Published, PublishError> {
        let added = std::mem::take(self.outputs.get_mut().unwrap_or_else(PoisonError::into_inner));
        self.manifest.outputs = Vec::with_capacity(added.len());
        for (name, output) in added {
            let half = || PublishError::NotAPack { why: format!("{name} was not written to its end") };
            self.manifest.outputs.push(output.ok_or_else(half)?);
        }
        let manifest = self.manifest.to_json().map_err(|error| PublishError::NotAPack { why: error.to_string() })?;
        let published = if let Some(staging) = &self.staging {
            self.complete(staging, &manifest, sync_dir)?;
            // It has its place, and is no leftover.
            self.staging = None;
            Published::New
        } else {
            let outputs = self.manifest.outputs.iter().map(|output| (output.path.clone(), output.sha256.clone()));
            let hashes = outputs.chain([(MANIFEST.to_owned(), sha256_hex(&manifest))]).collect();
            match stage::read_verified(&self.place, &hashes, &|_| false) {
                Ok(_) => Published::Already,
                Err(FolderFault::Io(fault)) => return Err(fault.into()),
                Err(FolderFault::Altered { file, expected, found }) => {
                    return Err(PublishError::Tampered { path: self.place.clone(), file, expected, found });
                }
            }
        };
        // Also for a run that was there: its publisher may have died before this.
        let runs = self.quarter.join(RUNS);
        sync_dir(&runs).map_err(|source| IoFault { action: "sync", path: runs, source })?;
        self.make_current(sync_dir)?;
        Ok(published)
    }

    /// Writes the manifest, looks at the folder, and gives it its place.
    fn complete(&self, staging: &Path, manifest: &[u8], sync_dir: SyncDir<'_>) -> Result<(), PublishError> {
        // The manifest is last: a folder that has one is whole.
        let mut file = stage::StagedFile::create(&staging.join(MANIFEST))?;
        file.write(manifest)?;
        file.finish()?;
        stage::sync_names(staging, sync_dir)?;
        let names = self.manifest.outputs.iter().map(|output| output.path.as_str()).chain([MANIFEST]).collect();
        stage::verify(staging, MANIFEST, &sha256_hex(manifest))
            .and_then(|()| stage::only_named(staging, &names))
            .map_err(|fault| not_read_back(staging, fault))?;
        Ok(stage::rename_to_new(staging, &self.place)?)
    }

    fn make_current(&self, sync_dir: SyncDir<'_>) -> Result<(), PublishError> {
        let (quarter, run_id) = (&self.quarter, &self.manifest.run_id);
        let target = Path::new(RUNS).join(run_id);
        if self.before.as_deref() != Some(target.as_path()) {
            let link = quarter.join(format!("{}{run_id}", stage::LINK_PREFIX));
            if let Err(fault) = stage::switch_link(&target, &link, &quarter.join(CURRENT)) {
                let _ = std::fs::remove_file(&link);
                return Err(fault.into());
            }
        }
        sync_dir(quarter).map_err(|source| PublishError::DurabilityUnknown { path: quarter.clone(), source })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(staging) = &self.staging {
            // Best effort: whatever stays is removed by the next run.
            let _ = std::fs::remove_dir_all(staging);
        }
    }
}

fn not_read_back(staging: &Path, fault: FolderFault) -> PublishError {
    match fault {
        FolderFault::Io(fault) => fault.into(),
        FolderFault::Altered { file, expected, found } => {
            PublishError::NotReadBack { path: staging.to_owned(), file, expected, found }
        }
    }
}

/// The folder of the pack's quarter; refuses a manifest that contradicts itself or leads elsewhere.
fn quarter_of(out: &Path, manifest: &Manifest) -> Result<PathBuf, PublishError> {
    let refuse = |why: String| Err(PublishError::NotAPack { why });
    let (quarter, run_id) = (&manifest.quarter, &manifest.run_id);
    if *run_id != manifest.run_id_of_inputs() {
        return refuse(format!("its run id {run_id} is not that of its inputs"));
    }
    if let Some(name) = [quarter, run_id].into_iter().find(|name| !is_plain_name(name)) {
        return refuse(format!("{name:?} cannot be the name of a folder"));
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
