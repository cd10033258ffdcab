//! Bytes to disk, so that no partial pack is ever seen.
//!
//! A pack is staged beside its place, synced, read back, renamed into `runs/`, and only then does the link `current`
//! change, in one rename. Whatever stops the process leaves the last published pack whole.

mod lock;
mod manifest;
mod prior;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

pub use lock::{Lock, LockError};
pub use manifest::{Manifest, ManifestInput, ManifestOutput, ManifestPrior};
pub use prior::{PriorError, PublishedPack, open_current};

/// The manifest's name in a pack.
pub const MANIFEST_FILE: &str = "manifest.json";
/// The link to the last published run.
pub const CURRENT_LINK: &str = "current";

/// A pack that is ready to be published.
#[derive(Debug, Clone)]
pub struct Pack {
    pub quarter: String,
    pub run_id: String,
    /// All files but the manifest.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Its outputs are filled in when it is published.
    pub manifest: Manifest,
}

/// What publishing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    New,
    /// The same pack was there already, byte for byte.
    Already,
}

/// Why a pack was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("{path} could not be written: {source}; nothing was published, the earlier pack is untouched")]
    Io { path: PathBuf, source: Error },
    #[error("the published run {run_id} has another {file} than these inputs give; it was altered: move it away and run again")]
    Altered { run_id: String, file: String },
    #[error("{file} reads back otherwise than it was written; nothing was published: check the disk")]
    ReadBack { file: String },
    #[error("the pack is published, but the disk did not confirm it: {source}; run again to make sure of {path}")]
    DurabilityUnknown { path: PathBuf, source: Error },
}

fn io(path: &Path) -> impl FnOnce(Error) -> PublishError + '_ {
    |source| PublishError::Io { path: path.to_owned(), source }
}

/// Publishes a pack under `<out>/<quarter>/`. The caller holds the quarter's [`Lock`].
///
/// # Errors
/// [`PublishError`]; in every case but [`PublishError::DurabilityUnknown`] nothing has changed for a reader.
pub fn publish(out: &Path, pack: &Pack) -> Result<Published, PublishError> {
    let quarter = out.join(&pack.quarter);
    let runs = quarter.join("runs");
    std::fs::create_dir_all(&runs).map_err(io(&runs))?;
    let files = with_manifest(pack);
    let place = runs.join(&pack.run_id);
    let published = if place.exists() {
        same_as_published(&place, &pack.run_id, &files)?;
        Published::Already
    } else {
        stage(&runs, &place, &pack.run_id, &files)?;
        Published::New
    };
    switch(&quarter, &pack.run_id)?;
    Ok(published)
}

fn with_manifest(pack: &Pack) -> BTreeMap<String, Vec<u8>> {
    let mut manifest = pack.manifest.clone();
    manifest.outputs = pack.files.iter().map(|(path, bytes)| ManifestOutput::of(path, bytes)).collect();
    let mut files = pack.files.clone();
    files.insert(MANIFEST_FILE.to_owned(), manifest.to_bytes());
    files
}

fn same_as_published(place: &Path, run_id: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<(), PublishError> {
    for (name, bytes) in files {
        let path = place.join(name);
        let same = std::fs::read(&path).is_ok_and(|found| found == *bytes);
        if !same {
            return Err(PublishError::Altered { run_id: run_id.to_owned(), file: name.clone() });
        }
    }
    Ok(())
}

fn stage(runs: &Path, place: &Path, run_id: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<(), PublishError> {
    clear_leftovers(runs)?;
    let staging = runs.join(format!("{STAGING_PREFIX}{run_id}"));
    std::fs::create_dir(&staging).map_err(io(&staging))?;
    let staged = fill(&staging, files).and_then(|()| {
        rustix::fs::renameat_with(rustix::fs::CWD, &staging, rustix::fs::CWD, place, rustix::fs::RenameFlags::NOREPLACE)
            .map_err(|error| io(place)(error.into()))
    });
    if staged.is_err() {
        // The error above is the one to tell; a leftover is cleared by the next run.
        let _ = std::fs::remove_dir_all(&staging);
    }
    staged?;
    sync_folder(runs).map_err(io(runs))
}

const STAGING_PREFIX: &str = ".staging-";

fn clear_leftovers(runs: &Path) -> Result<(), PublishError> {
    for entry in std::fs::read_dir(runs).map_err(io(runs))? {
        let entry = entry.map_err(io(runs))?;
        if entry.file_name().to_string_lossy().starts_with(STAGING_PREFIX) {
            std::fs::remove_dir_all(entry.path()).map_err(io(&entry.path()))?;
        }
    }
    Ok(())
}

/// Writes and syncs every file, the manifest last, and reads each back.
fn fill(staging: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), PublishError> {
    let last = |name: &String| name == MANIFEST_FILE;
    let ordered = files.iter().filter(|(name, _)| !last(name)).chain(files.iter().filter(|(name, _)| last(name)));
    for (name, bytes) in ordered {
        let path = staging.join(name);
        let written = File::create_new(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(io(&path))?;
    }
    sync_folder(staging).map_err(io(staging))?;
    for (name, bytes) in files {
        let path = staging.join(name);
        if std::fs::read(&path).map_err(io(&path))? != *bytes {
            return Err(PublishError::ReadBack { file: name.clone() });
        }
    }
    Ok(())
}

/// Points `current` at the run, in one rename.
fn switch(quarter: &Path, run_id: &str) -> Result<(), PublishError> {
    let link = quarter.join(CURRENT_LINK);
    let target = Path::new("runs").join(run_id);
    if std::fs::read_link(&link).is_ok_and(|found| found == target) {
        return Ok(());
    }
    let fresh = quarter.join(".current-next");
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(&fresh)(error)),
        _ => {}
    }
    std::os::unix::fs::symlink(&target, &fresh).map_err(io(&fresh))?;
    std::fs::rename(&fresh, &link).map_err(io(&link))?;
    sync_folder(quarter).map_err(|source| PublishError::DurabilityUnknown { path: link, source })
}

fn sync_folder(path: &Path) -> Result<(), Error> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(text: &str) -> Pack {
        let manifest = Manifest::new("Company", "2004-Q2", "us-gaap", vec![ManifestInput::named("ledger", text)], None);
        let files = BTreeMap::from([("a.csv".to_owned(), text.as_bytes().to_vec())]);
        Pack { quarter: "2004-Q2".to_owned(), run_id: manifest.run_id.clone(), files, manifest }
    }

    fn current(out: &Path) -> String {
        std::fs::read_to_string(out.join("2004-Q2/current/a.csv")).expect("a published file")
    }

    #[test]
    fn publishes_once_and_switches_between_runs() {
        let out = tempfile::tempdir().expect("a folder");
        assert_eq!(publish(out.path(), &pack("one")).expect("published"), Published::New);
        assert_eq!(publish(out.path(), &pack("one")).expect("published"), Published::Already);
        assert_eq!(current(out.path()), "one");
        assert_eq!(publish(out.path(), &pack("two")).expect("published"), Published::New);
        assert_eq!(current(out.path()), "two");
        let first = out.path().join("2004-Q2/runs").join(pack("one").run_id).join("a.csv");
        assert_eq!(std::fs::read_to_string(first).expect("the earlier run"), "one");
        assert_eq!(open_current(out.path(), "2004-Q2").expect("whole").files["a.csv"], b"two");
    }

    #[test]
    fn finds_an_altered_run() {
        let out = tempfile::tempdir().expect("a folder");
        publish(out.path(), &pack("one")).expect("published");
        std::fs::write(out.path().join("2004-Q2/current/a.csv"), "other").expect("altered");
        assert!(matches!(publish(out.path(), &pack("one")), Err(PublishError::Altered { file, .. }) if file == "a.csv"));
        assert!(matches!(open_current(out.path(), "2004-Q2"), Err(PriorError::Altered { file, .. }) if file == "a.csv"));
    }

    #[test]
    fn finds_a_file_that_the_manifest_does_not_list() {
        let out = tempfile::tempdir().expect("a folder");
        publish(out.path(), &pack("one")).expect("published");
        std::fs::write(out.path().join("2004-Q2/current/b.csv"), "more").expect("added");
        assert!(matches!(open_current(out.path(), "2004-Q2"), Err(PriorError::Altered { file, .. }) if file == "b.csv"));
    }

    #[test]
    fn clears_what_a_killed_run_left() {
        let out = tempfile::tempdir().expect("a folder");
        let left = out.path().join("2004-Q2/runs/.staging-left");
        std::fs::create_dir_all(&left).expect("a leftover");
        publish(out.path(), &pack("one")).expect("published");
        assert!(!left.exists());
    }

    #[test]
    fn a_place_that_cannot_be_written_leaves_the_current_pack() {
        let out = tempfile::tempdir().expect("a folder");
        publish(out.path(), &pack("one")).expect("published");
        let runs = out.path().join("2004-Q2/runs");
        let aside = out.path().join("aside");
        std::fs::rename(&runs, &aside).expect("moved");
        std::fs::write(&runs, "a file in the way").expect("written");
        assert!(matches!(publish(out.path(), &pack("two")), Err(PublishError::Io { .. })));
        std::fs::remove_file(&runs).expect("removed");
        std::fs::rename(&aside, &runs).expect("moved back");
        assert_eq!(current(out.path()), "one");
    }
}
