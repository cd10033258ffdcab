//! Folders written so that they survive a crash, and read so that a change is seen.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::domain::hash::sha256_hex;

/// Begins the name of a folder that is being written.
pub(super) const STAGING_PREFIX: &str = ".staging-";
/// Begins the name of a link that is to become `current`.
pub(super) const LINK_PREFIX: &str = ".current-";

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

/// Writes a new folder of files in the order given, all of it durable.
pub(super) fn write_folder(dir: &Path, files: &[(&str, &[u8])], sync_dir: SyncDir<'_>) -> Result<(), IoFault> {
    at("make the folder", dir, fs::create_dir(dir))?;
    for (name, bytes) in files {
        let path = dir.join(name);
        let mut file = at("make", &path, OpenOptions::new().write(true).create_new(true).open(&path))?;
        at("write", &path, file.write_all(bytes))?;
        // A failed sync is told once only, so it is never tried again.
        at("sync", &path, file.sync_all())?;
    }
    at("sync", dir, sync_dir(dir))
}

/// Reads a folder that must hold exactly the named files with these SHA-256s.
pub(super) fn read_verified(
    dir: &Path,
    hashes: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Vec<u8>>, FolderFault> {
    let altered = |file: String, expected: &str, found: &str| {
        Err(FolderFault::Altered { file, expected: expected.to_owned(), found: found.to_owned() })
    };
    let folder = dir.file_name().unwrap_or(OsStr::new(".")).to_string_lossy().into_owned();
    if !at("look at", dir, fs::symlink_metadata(dir))?.is_dir() {
        return altered(folder, "a folder", "something else");
    }
    let mut names = Vec::new();
    for entry in at("list", dir, fs::read_dir(dir))? {
        names.push(at("list", dir, entry)?.file_name());
    }
    names.sort();
    for name in names {
        if name.to_str().is_none_or(|name| !hashes.contains_key(name)) {
            return altered(name.to_string_lossy().into_owned(), "no such file", "a file");
        }
    }
    let mut files = BTreeMap::new();
    for (name, expected) in hashes {
        let Some(bytes) = read_plain(&dir.join(name))? else {
            return altered(name.clone(), &format!("sha256 {expected}"), "no plain file");
        };
        let found = sha256_hex(&bytes);
        if found != *expected {
            return altered(name.clone(), &format!("sha256 {expected}"), &format!("sha256 {found}"));
        }
        files.insert(name.clone(), bytes);
    }
    Ok(files)
}

/// The bytes of a plain file; nothing when there is none, or a link or a folder in its stead.
pub(super) fn read_plain(path: &Path) -> Result<Option<Vec<u8>>, IoFault> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => at("read", path, fs::read(path)).map(Some),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(IoFault { action: "look at", path: path.to_owned(), source }),
    }
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
