//! Reads a published pack, and believes only what its manifest says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::{CURRENT_LINK, MANIFEST_FILE, Manifest};
use crate::ingest::sha256_hex;

/// A published pack that is whole.
#[derive(Debug, Clone)]
pub struct PublishedPack {
    pub manifest: Manifest,
    pub manifest_sha256: String,
    /// All files but the manifest.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PriorError {
    #[error("there is no published pack of {quarter}")]
    Missing { quarter: String },
    #[error("{file} of the pack of {quarter} is not what its manifest says: expected {expected}, found {found}")]
    Altered { quarter: String, file: String, expected: String, found: String },
    #[error("the manifest of {quarter} cannot be read: {why}")]
    Manifest { quarter: String, why: String },
    #[error("{path} cannot be read: {source}")]
    Io { path: PathBuf, source: Error },
}

/// Reads and verifies the pack that `current` points at: every listed file, and no other.
///
/// # Errors
/// [`PriorError`] names what is missing or altered.
pub fn open_current(out: &Path, quarter: &str) -> Result<PublishedPack, PriorError> {
    let folder = out.join(quarter).join(CURRENT_LINK);
    let (manifest, manifest_sha256) = read_manifest(&folder, quarter)?;
    let listed: BTreeSet<&str> = manifest.outputs.iter().map(|output| output.path.as_str()).collect();
    let altered = |file: &str, expected: &str, found: String| PriorError::Altered {
        quarter: quarter.to_owned(),
        file: file.to_owned(),
        expected: expected.to_owned(),
        found,
    };
    for name in names(&folder)? {
        if name != MANIFEST_FILE && !listed.contains(name.as_str()) {
            return Err(altered(&name, "no such file", "a file".to_owned()));
        }
    }
    let mut files = BTreeMap::new();
    for output in &manifest.outputs {
        let bytes = match std::fs::read(folder.join(&output.path)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(altered(&output.path, &output.sha256, "no file".to_owned()));
            }
            Err(source) => return Err(PriorError::Io { path: folder.join(&output.path), source }),
        };
        let found = sha256_hex(&bytes);
        if found != output.sha256 {
            return Err(altered(&output.path, &output.sha256, found));
        }
        files.insert(output.path.clone(), bytes);
    }
    Ok(PublishedPack { manifest, manifest_sha256, files })
}

fn read_manifest(folder: &Path, quarter: &str) -> Result<(Manifest, String), PriorError> {
    let path = folder.join(MANIFEST_FILE);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(PriorError::Missing { quarter: quarter.to_owned() });
        }
        Err(source) => return Err(PriorError::Io { path, source }),
    };
    let fault = |why: String| PriorError::Manifest { quarter: quarter.to_owned(), why };
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| fault(error.to_string()))?;
    if manifest.quarter != quarter {
        return Err(fault(format!("it is of {}", manifest.quarter)));
    }
    Ok((manifest, sha256_hex(&bytes)))
}

fn names(folder: &Path) -> Result<Vec<String>, PriorError> {
    let io = |source| PriorError::Io { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        names.push(entry.map_err(io)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
