//! Folders written so that they survive a crash, and read so that a change is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::domain::hash::{sha256_hex, sha256_hex_of};
use crate::domain::parallel;

/// Begins the name of a folder that is being written.
pub(super) const STAGING_PREFIX: &str = ".staging-";
/// Begins the name of a link that is to become `current`.
pub(super) const LINK_PREFIX: &str = ".current-";

/// Bytes of a file that may wait for the disk: a large file is on its way there while the rest of it is composed.
const UNSYNCED_BYTES_MAX: usize = 32 << 20;

/// Makes a folder's entries durable; a parameter so that tests can let it fail.
pub(super) type SyncDir<'a> = &'a dyn Fn(&Path) -> io::Result<()>;

/// What the disk refused.
#[derive(Debug)]
pub(super) struct IoFault {
    pub action: &'static str,
    pub path: PathBuf,
    pub source: io::Error,
}

/// Adds what was tried, and where, to an error of the disk.
pub(super) fn at<T>(action: &'static str, path: &Path, result: io::Result<T>) -> Result<T, IoFault> {
    result.map_err(|source| IoFault { action, path: path.to_owned(), source })
}

/// Why a folder is not as expected.
#[derive(Debug)]
pub(super) enum FolderFault {
    Io(IoFault),
    Altered { file: String, expected: String, found: String },
}

impl From<IoFault> for FolderFault {
    fn from(fault: IoFault) -> Self {
        Self::Io(fault)
    }
}

/// Makes the entries of a folder durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Makes a folder with those above it, each durable in its parent.
pub(super) fn create_dir(dir: &Path, sync_dir: SyncDir<'_>) -> Result<(), IoFault> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = match dir.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    create_dir(parent, sync_dir)?;
    match fs::create_dir(dir) {
        // Somebody else made it first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => {}
        made => at("make the folder", dir, made)?,
    }
    at("sync", parent, sync_dir(parent))
}

/// True when something has this name, be it a link that leads nowhere.
pub(super) fn exists(path: &Path) -> Result<bool, IoFault> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(IoFault { action: "look at", path: path.to_owned(), source }),
    }
}

/// Removes what runs that died left in a folder.
pub(super) fn remove_leftovers(dir: &Path, prefix: &str) -> Result<(), IoFault> {
    for entry in at("list", dir, fs::read_dir(dir))? {
        let entry = at("list", dir, entry)?;
        if !entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()) {
            continue;
        }
        let path = entry.path();
        let is_dir = at("look at", &path, entry.file_type())?.is_dir();
        let removed = if is_dir { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        at("remove the leftover", &path, removed)?;
    }
    Ok(())
}

/// A file of a folder that is being written.
pub(super) struct StagedFile {
    file: File,
    path: PathBuf,
    /// Bytes that were written and are not durable.
    unsynced: usize,
}

impl StagedFile {
    /// Makes it; it must not be there.
    pub fn create(path: &Path) -> Result<Self, IoFault> {
        let file = at("make", path, OpenOptions::new().write(true).create_new(true).open(path))?;
        Ok(Self { file, path: path.to_owned(), unsynced: 0 })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), IoFault> {
        at("write", &self.path, self.file.write_all(bytes))?;
        self.unsynced += bytes.len();
        if self.unsynced > UNSYNCED_BYTES_MAX {
            at("sync", &self.path, self.file.sync_data())?;
            self.unsynced = 0;
        }
        Ok(())
    }

    /// Makes it durable; its name is so once the folder is synced.
    pub fn finish(self) -> Result<(), IoFault> {
        // A failed sync is told once only, so it is never tried again.
        at("sync", &self.path, self.file.sync_all())
    }
}

/// Makes a new folder.
pub(super) fn make_dir(dir: &Path) -> Result<(), IoFault> {
    at("make the folder", dir, fs::create_dir(dir))
}

/// Makes the names in a folder durable.
pub(super) fn sync_names(dir: &Path, sync_dir: SyncDir<'_>) -> Result<(), IoFault> {
    at("sync", dir, sync_dir(dir))
}

/// Looks at a folder that must hold exactly the named files with these SHA-256s, and gives those that are wanted.
pub(super) fn read_verified(
    dir: &Path,
    hashes: &BTreeMap<String, String>,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<BTreeMap<String, Vec<u8>>, FolderFault> {
    only_named(dir, &hashes.keys().map(String::as_str).collect())?;
    let named: Vec<_> = hashes.iter().collect();
    let files = parallel::each(&named, |(name, expected)| {
        if wanted(name) {
            let bytes = read_plain(&dir.join(name))?;
            has_hash(name, expected, bytes.as_deref().map(sha256_hex))?;
            Ok(bytes.map(|bytes| ((*name).clone(), bytes)))
        } else {
            verify(dir, name, expected).map(|()| None)
        }
    });
    files.into_iter().filter_map(Result::transpose).collect()
}

fn altered<T>(file: &str, expected: &str, found: &str) -> Result<T, FolderFault> {
    Err(FolderFault::Altered { file: file.to_owned(), expected: expected.to_owned(), found: found.to_owned() })
}

/// Looks at a file that must have this SHA-256.
pub(super) fn verify(dir: &Path, name: &str, expected: &str) -> Result<(), FolderFault> {
    has_hash(name, expected, hash_plain(&dir.join(name))?)
}

/// Refuses what is no folder, or has a file that is not named.
pub(super) fn only_named(dir: &Path, expected: &BTreeSet<&str>) -> Result<(), FolderFault> {
    let folder = dir.file_name().unwrap_or(OsStr::new(".")).to_string_lossy();
    if !at("look at", dir, fs::symlink_metadata(dir))?.is_dir() {
        return altered(&folder, "a folder", "something else");
    }
    let mut names = Vec::new();
    for entry in at("list", dir, fs::read_dir(dir))? {
        names.push(at("list", dir, entry)?.file_name());
    }
    names.sort();
    let stranger = names.iter().find(|name| name.to_str().is_none_or(|name| !expected.contains(name)));
    stranger.map_or(Ok(()), |name| altered(&name.to_string_lossy(), "no such file", "a file"))
}

/// Refuses a file without the hash; there is no hash where there is no plain file.
fn has_hash(name: &str, expected: &str, found: Option<String>) -> Result<(), FolderFault> {
    match found {
        Some(found) if found == expected => Ok(()),
        Some(found) => altered(name, &format!("sha256 {expected}"), &format!("sha256 {found}")),
        None => altered(name, &format!("sha256 {expected}"), "no plain file"),
    }
}

/// SHA-256 of a plain file, read in pieces; nothing when there is none, or a link or a folder in its stead.
fn hash_plain(path: &Path) -> Result<Option<String>, IoFault> {
    if !is_plain(path)? {
        return Ok(None);
    }
    let mut file = at("read", path, File::open(path))?;
    at("read", path, sha256_hex_of(&mut file)).map(Some)
}

/// True for a plain file; a link or a folder is none.
fn is_plain(path: &Path) -> Result<bool, IoFault> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(metadata.is_file()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(IoFault { action: "look at", path: path.to_owned(), source }),
    }
}

/// The bytes of a plain file; nothing when there is none, or a link or a folder in its stead.
pub(super) fn read_plain(path: &Path) -> Result<Option<Vec<u8>>, IoFault> {
    if is_plain(path)? { at("read", path, fs::read(path)).map(Some) } else { Ok(None) }
}

/// Renames a folder to a name that nothing has yet.
pub(super) fn rename_to_new(from: &Path, to: &Path) -> Result<(), IoFault> {
    let renamed = match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A filesystem without the flag. A plain rename never replaces a folder that has files, and the lock is held.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => fs::rename(from, to),
        renamed => renamed.map_err(io::Error::from),
    };
    at("rename the staged folder to", to, renamed)
}

/// Makes `current` lead to `target` in one step, by way of a new link beside it.
pub(super) fn switch_link(target: &Path, link: &Path, current: &Path) -> Result<(), IoFault> {
    at("make the link", link, std::os::unix::fs::symlink(target, link))?;
    at("switch", current, fs::rename(link, current))
}
