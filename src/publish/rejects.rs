//! Where the list of a refused quarter's faults is: beside its packs, and never inside one.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::manifest::{MANIFEST, is_plain_name};
use super::quarters_of;
use super::stage::{self, IoFault};

/// The list's name in a quarter's folder.
const REJECTS: &str = "rejects.csv";
/// Begins the name of a list that is being written.
const STAGING_PREFIX: &str = ".staging-";

/// Why the list of faults was not written, or not removed.
#[derive(Debug, thiserror::Error)]
pub enum RejectsError {
    /// Something else is in its place, which is left alone.
    #[error("{} is not a plain file, and is left as it is", path.display())]
    NotAFile { path: PathBuf },
    /// The list would alter a pack.
    #[error("{} is inside a pack, which nothing is added to", path.display())]
    InsideAPack { path: PathBuf },
    /// The disk refused.
    #[error("could not {action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

impl From<IoFault> for RejectsError {
    fn from(IoFault { action, path, source }: IoFault) -> Self {
        Self::Io { action, path, source }
    }
}

/// The list of faults of a quarter of the real books, or of a scenario; nothing for a name that leads elsewhere.
#[must_use]
pub fn rejects_path(out: &Path, scenario: Option<&str>, quarter: &str) -> Option<PathBuf> {
    let quarters = quarters_of(out, scenario).filter(|_| is_plain_name(quarter))?;
    Some(quarters.join(quarter).join(REJECTS))
}

/// A list that is being written. It has its name once [`StagedRejects::finish`] gives it; until then the list of an
/// earlier run stays.
#[derive(Debug)]
#[must_use = "the list has no name before it is finished"]
pub struct StagedRejects {
    path: PathBuf,
    staging: PathBuf,
    file: File,
}

impl StagedRejects {
    /// Begins the list that will be at `path`; the caller alone writes it.
    ///
    /// # Errors
    /// [`RejectsError`], and nothing is changed.
    pub fn create(path: &Path) -> Result<Self, RejectsError> {
        let folder = folder_of(path);
        let Some(name) = path.file_name().filter(|_| !path.is_dir()) else {
            return Err(RejectsError::NotAFile { path: path.to_owned() });
        };
        if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(RejectsError::NotAFile { path: path.to_owned() });
        }
        if stage::exists(&folder.join(MANIFEST))? {
            return Err(RejectsError::InsideAPack { path: path.to_owned() });
        }
        stage::create_dir(&folder, &stage::sync_dir)?;
        let staging = folder.join(staging_name(name));
        let opened = OpenOptions::new().write(true).create(true).truncate(true).open(&staging);
        let file = stage::at("make", &staging, opened)?;
        Ok(Self { path: path.to_owned(), staging, file })
    }

    /// What the list is written to.
    ///
    /// # Errors
    /// [`RejectsError::Io`].
    pub fn writer(&self) -> Result<File, RejectsError> {
        Ok(stage::at("write", &self.staging, self.file.try_clone())?)
    }

    /// Gives the list its name, durably, in the place of that of an earlier run.
    ///
    /// # Errors
    /// [`RejectsError::Io`], and the list of an earlier run is as it was.
    pub fn finish(self) -> Result<(), RejectsError> {
        stage::at("sync", &self.staging, self.file.sync_all())?;
        stage::at("rename the list to", &self.path, fs::rename(&self.staging, &self.path))?;
        let folder = folder_of(&self.path);
        Ok(stage::at("sync", &folder, stage::sync_dir(&folder))?)
    }
}

impl Drop for StagedRejects {
    fn drop(&mut self) {
        // Nothing is there once the list has its name; what stays otherwise is written over by the next one.
        let _ = fs::remove_file(&self.staging);
    }
}

fn staging_name(name: &OsStr) -> OsString {
    let mut staging = OsString::from(STAGING_PREFIX);
    staging.push(name);
    staging
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|parent| *parent != Path::new("")).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// Removes the list of faults of a quarter that is published now, and what a run that died left of one.
///
/// # Errors
/// [`RejectsError`] when it is there and stays.
pub fn remove_rejects(out: &Path, scenario: Option<&str>, quarter: &str) -> Result<(), RejectsError> {
    let Some(path) = rejects_path(out, scenario, quarter) else { return Ok(()) };
    for path in [path.with_file_name(staging_name(OsStr::new(REJECTS))), path] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => stage::at("remove", &path, removed)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn write(path: &Path, text: &str) -> Result<(), RejectsError> {
        let staged = StagedRejects::create(path)?;
        staged.writer()?.write_all(text.as_bytes()).expect("written");
        staged.finish()
    }

    fn names(folder: &Path) -> Vec<String> {
        let name =
            |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name().into_string().expect("a name");
        let mut names: Vec<String> = fs::read_dir(folder).expect("a folder").map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn a_list_is_written_replaced_and_removed() {
        let out = tempfile::tempdir().expect("a folder");
        for scenario in [None, Some("today")] {
            let path = rejects_path(out.path(), scenario, "2004-Q2").expect("a path");
            write(&path, "first").expect("a list");
            write(&path, "second").expect("a list");
            assert_eq!(fs::read_to_string(&path).expect("the list"), "second");
            assert_eq!(names(&folder_of(&path)), [REJECTS]);
            fs::write(path.with_file_name(".staging-rejects.csv"), "of a run that died").expect("written");
            remove_rejects(out.path(), scenario, "2004-Q2").expect("removed");
            remove_rejects(out.path(), scenario, "2004-Q2").expect("nothing to remove");
            assert!(names(&folder_of(&path)).is_empty());
        }
        assert_eq!(rejects_path(out.path(), None, "../x"), None);
        assert_eq!(rejects_path(out.path(), Some(".."), "2004-Q2"), None);
    }

    #[test]
    fn a_list_that_is_not_finished_leaves_the_earlier_one() {
        let out = tempfile::tempdir().expect("a folder");
        let path = out.path().join("rejects.csv");
        write(&path, "first").expect("a list");
        drop(StagedRejects::create(&path).expect("begun"));
        assert_eq!(fs::read_to_string(&path).expect("the list"), "first");
        assert_eq!(names(out.path()), [REJECTS]);
    }

    #[test]
    fn what_is_no_list_is_left_alone() {
        let out = tempfile::tempdir().expect("a folder");
        let folder = out.path().join("folder");
        fs::create_dir(&folder).expect("a folder");
        let link = out.path().join("link");
        std::os::unix::fs::symlink("/dev/null", &link).expect("a link");
        for path in [folder.as_path(), link.as_path(), Path::new("/dev/null"), Path::new("..")] {
            assert!(matches!(StagedRejects::create(path), Err(RejectsError::NotAFile { .. })), "{}", path.display());
        }
        fs::write(folder.join(MANIFEST), "{}").expect("written");
        let inside = StagedRejects::create(&folder.join("rejects.csv"));
        assert!(matches!(inside, Err(RejectsError::InsideAPack { .. })));
        assert_eq!(names(out.path()), ["folder", "link"]);
    }
}
