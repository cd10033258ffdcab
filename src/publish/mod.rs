//! Puts a pack on disk so that no reader ever sees a part of one, and opens packs that were published.
//!
//! `<out>/<quarter>/runs/<run id>/` holds one run's pack and never changes. `<out>/<quarter>/current` is a relative
//! link to the pack that counts. A pack is staged beside its final place while it is composed, each file synced and
//! read back; it is renamed into `runs/`, and then a new link is renamed over `current`: whoever reads sees the pack before or the pack after.
//!
//! A scenario's quarters are below `<out>/scenarios/<name>/`, in the same form. Where a pack goes follows from its
//! manifest alone, and whoever opens a pack says what it must be of: neither is ever taken for the other.
//!
//! `<out>/<quarter>/rejects.csv` lists what was wrong with a quarter that was refused last, until it is published.

mod draft;
mod lock;
mod manifest;
mod prior;
mod rejects;
mod stage;

use std::io;
use std::path::{Path, PathBuf};

pub use draft::{Draft, Published};
pub use lock::{Lock, LockError};
pub use manifest::{
    FORMAT_VERSION, MANIFEST, Manifest, ManifestError, ManifestInput, ManifestOutput, ManifestPrior, run_id,
};
pub use prior::{PriorError, PublishedPack, Wanted, open_current, open_scenario};
pub use rejects::{RejectsError, StagedRejects, rejects_path, remove_rejects};

use manifest::is_plain_name;
use stage::IoFault;

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
