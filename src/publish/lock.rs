//! One run of a quarter at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Error, Write};
use std::path::{Path, PathBuf};

/// Holds a quarter's lock until it is dropped; the system gives it up when the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock is not ours.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("another run of {quarter} holds {path} (process {holder}); try again when it has ended")]
    Busy { quarter: String, path: PathBuf, holder: String },
    #[error("{path} could not be locked: {source}")]
    Io { path: PathBuf, source: Error },
}

impl Lock {
    /// Takes the lock of a quarter under `out`, without waiting.
    ///
    /// # Errors
    /// [`LockError::Busy`] while another process holds it, [`LockError::Io`] when it cannot be made.
    pub fn acquire(out: &Path, quarter: &str) -> Result<Self, LockError> {
        let folder = out.join(quarter);
        let path = folder.join(".lock");
        let io = |source: Error| LockError::Io { path: path.clone(), source };
        std::fs::create_dir_all(&folder).map_err(io)?;
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = std::fs::read_to_string(&path).unwrap_or_default();
                return Err(LockError::Busy { quarter: quarter.to_owned(), path, holder: holder.trim().to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(io)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_refused_until_the_first_has_ended() {
        let out = tempfile::tempdir().expect("a folder");
        let first = Lock::acquire(out.path(), "2004-Q2").expect("the lock");
        assert!(matches!(Lock::acquire(out.path(), "2004-Q2"), Err(LockError::Busy { .. })));
        drop(first);
        assert!(Lock::acquire(out.path(), "2004-Q2").is_ok());
    }
}
