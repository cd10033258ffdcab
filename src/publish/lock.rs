//! One run of a quarter at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::manifest::is_plain_name;
use super::quarters_of;
use super::stage::{self, IoFault};

/// Name of the lock file in a quarter's folder.
const LOCK: &str = ".lock";
/// Most bytes that are read of another run's lock file.
const HOLDER_BYTES_MAX: u64 = 20;

/// Holds a quarter of an output folder; dropping it, or the end of the process, lets go.
#[derive(Debug)]
#[must_use = "the lock is held for as long as this lives"]
pub struct Lock {
    file: File,
}

/// Why a quarter could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run holds the quarter.
    #[error("another run ({holder}) holds {}; run again when it has ended", path.display())]
    Busy { path: PathBuf, holder: String },
    /// The lock file could not be made or locked.
    #[error("could not {action} {}: {source}; mend the cause and run again", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

impl From<IoFault> for LockError {
    fn from(IoFault { action, path, source }: IoFault) -> Self {
        Self::Io { action, path, source }
    }
}

impl Lock {
    /// Locks a quarter of the real books, without waiting; makes the folder when there is none.
    ///
    /// # Errors
    /// [`LockError::Busy`] when another run holds it, [`LockError::Io`] when the disk refuses.
    pub fn acquire(out: &Path, quarter: &str) -> Result<Self, LockError> {
        Self::acquire_of(out, None, quarter)
    }

    /// Locks a quarter of a scenario, or of the real books: a scenario never waits for the books, nor they for it.
    ///
    /// # Errors
    /// As for [`Lock::acquire`].
    pub fn acquire_of(out: &Path, scenario: Option<&str>, quarter: &str) -> Result<Self, LockError> {
        let quarters = quarters_of(out, scenario).filter(|_| is_plain_name(quarter));
        let Some(folder) = quarters.map(|quarters| quarters.join(quarter)) else {
            let why = "the name of a quarter or of a scenario is one plain file name";
            let source = io::Error::new(io::ErrorKind::InvalidInput, why);
            return Err(LockError::Io { action: "make the folder", path: out.join(quarter), source });
        };
        stage::create_dir(&folder, &stage::sync_dir)?;
        let path = folder.join(LOCK);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = match opened {
            Ok(file) => file,
            Err(source) => return Err(LockError::Io { action: "open", path, source }),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Busy { holder: holder(&file), path }),
            Err(TryLockError::Error(source)) => return Err(LockError::Io { action: "lock", path, source }),
        }
        let written = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        match written {
            Ok(()) => Ok(Self { file }),
            Err(source) => Err(LockError::Io { action: "write", path, source }),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The content only helps a message; closing the file lets go of the lock.
        let _ = self.file.set_len(0);
    }
}

/// Who holds a lock, by the lock file's content.
fn holder(file: &File) -> String {
    let mut text = String::new();
    let read = file.take(HOLDER_BYTES_MAX).read_to_string(&mut text);
    match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(pid)) => format!("process {pid}"),
        _ => "its process is not known".to_owned(),
    }
}
