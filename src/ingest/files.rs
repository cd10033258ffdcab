//! Which files are a source's: the names, folders and patterns that a book gives, or the usual name.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::limits::FILES_MAX;
use super::table::unreadable;
use crate::diagnostics::{Code, Faults, Place};

/// Endings of the files that a folder stands for.
const ENDINGS: [&str; 6] = ["csv", "tsv", "txt", "xml", "parquet", "xlsx"];
/// Endings behind those, of packed files.
const PACKED: [&str; 2] = [".gz", ".zst"];
/// How many names a fault shows of what is there.
const SHOWN: usize = 12;

/// The files below `root/folder` that `patterns` name: each once, in the order of their bytes, as paths below `root`.
///
/// A pattern is a file's name, a folder, or has `*`, `?`, `[..]` or `**` for folders of any depth. A folder, or a
/// pattern that only folders match, stands for all files of known endings below them. Names that start with a point
/// are passed over. A pattern without a file is a fault, and so is a link that leads out of the book.
pub fn resolve(root: &Path, folder: &str, patterns: &[String], faults: &mut Faults) -> Vec<String> {
    let mut there = Vec::new();
    if let Err(error) = walk(root, &root.join(folder), "", &mut there) {
        // A folder that is missing has nothing in it, which is told of each pattern.
        if error.kind() != io::ErrorKind::NotFound {
            unreadable(folder, &error, faults);
            return Vec::new();
        }
    }
    let mut files = BTreeSet::new();
    for pattern in patterns {
        let named = named(folder, pattern, &there, faults);
        for found in named {
            match found.kind {
                Kind::Refused(why) => refuse(&below(folder, &found.path), why, faults),
                Kind::File | Kind::Folder => _ = files.insert(below(folder, &found.path)),
            }
        }
    }
    if files.len() > FILES_MAX {
        let (value, expected) = (files.len().to_string(), format!("at most {FILES_MAX} files"));
        let help = "name fewer, or put them together";
        let message = "the patterns of the source name too many files";
        faults.add(Code::LimitExceeded, Place::file(folder), message, &value, &expected, help);
        return Vec::new();
    }
    files.into_iter().collect()
}

/// The files of a source below `root/folder`: those that the book names, and else the usual one.
pub fn of(root: &Path, folder: &str, source: &str, named: &[String], faults: &mut Faults) -> Vec<String> {
    if named.is_empty() {
        usual(root, folder, source, faults).into_iter().collect()
    } else {
        resolve(root, folder, named, faults)
    }
}

/// The file of a source for which a book names none: `ledger.csv`, packed or not, `ledger.parquet`; of other sources
/// also a workbook, such as `inventory.xlsx`. Exactly one of them must be there.
pub fn usual(root: &Path, folder: &str, source: &str, faults: &mut Faults) -> Option<String> {
    let last = if source == "ledger" { "parquet" } else { "xlsx" };
    let names = ["csv", "csv.gz", "csv.zst", last].map(|ending| below(folder, &format!("{source}.{ending}")));
    let there: Vec<&String> = names.iter().filter(|name| root.join(name).symlink_metadata().is_ok()).collect();
    match there[..] {
        [] => {
            unreadable(&names[0], &io::ErrorKind::NotFound.into(), faults);
            None
        }
        [name] => match refusal(root, &root.join(name)) {
            Some(why) => {
                refuse(name, why, faults);
                None
            }
            None => Some(name.clone()),
        },
        [first, second, ..] => {
            let message = format!("the source {source} is there twice");
            let expected = format!("{first} or {second}");
            let help = "remove the one that is not the source, or name the files in closepack.toml";
            faults.add(Code::DuplicateKey, Place::file(second), message, "", &expected, help);
            None
        }
    }
}

/// Something that is there, by its path below the folder that was looked through.
struct Found {
    path: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    /// What is not read, and why.
    Refused(&'static str),
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Finds what is below a folder; `path` is how far below the first one it is.
fn walk(root: &Path, folder: &Path, path: &str, there: &mut Vec<Found>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        if shown.starts_with('.') {
            continue;
        }
        let path = below(path, &shown);
        let kind = kind(root, &entry, name.to_str().is_some())?;
        if kind == Kind::Folder {
            walk(root, &entry.path(), &path, there)?;
        }
        there.push(Found { path, kind });
    }
    Ok(())
}

fn kind(root: &Path, entry: &std::fs::DirEntry, named_in_utf8: bool) -> io::Result<Kind> {
    let kind = entry.file_type()?;
    Ok(if kind.is_symlink() {
        refusal(root, &entry.path()).map_or(Kind::File, Kind::Refused)
    } else if kind.is_dir() {
        Kind::Folder
    } else if named_in_utf8 {
        Kind::File
    } else {
        Kind::Refused("the file's name is not UTF-8")
    })
}

/// Why a path is not read that may be a link: what it leads to must be a file of the book.
fn refusal(root: &Path, path: &Path) -> Option<&'static str> {
    match (path.canonicalize(), root.canonicalize()) {
        (Ok(target), Ok(book)) if !target.starts_with(&book) => Some("the link leads out of the book"),
        (Ok(target), Ok(_)) if target.is_dir() => Some("the link leads to a folder"),
        // A link that leads nowhere is told of when it is opened.
        _ => None,
    }
}

fn refuse(file: &str, why: &str, faults: &mut Faults) {
    let help = "put the file itself into the book, under a plain name";
    faults.add(Code::UnreadableFile, Place::file(file), why, "", "a file of the book's folder", help);
}

const MATCHING: glob::MatchOptions =
    glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// What a pattern names of what is there: files, and what is refused.
fn named<'t>(folder: &str, pattern: &str, there: &'t [Found], faults: &mut Faults) -> Vec<&'t Found> {
    let name = pattern.trim_end_matches('/');
    let mut matching: Vec<&Found> = there.iter().filter(|found| found.path == name).collect();
    if matching.is_empty() {
        let Some(sound) = sound(folder, name, faults) else { return Vec::new() };
        matching = there.iter().filter(|found| sound.matches_with(&found.path, MATCHING)).collect();
    }
    let (folders, mut files): (Vec<&Found>, Vec<&Found>) =
        matching.into_iter().partition(|found| found.kind == Kind::Folder);
    if files.is_empty() {
        files = there.iter().filter(|found| folders.iter().any(|folder| stands_for(folder, found))).collect();
    }
    if files.is_empty() {
        nothing(folder, pattern, there, faults);
    }
    files
}

/// Whether a folder stands for a file.
fn stands_for(folder: &Found, found: &Found) -> bool {
    let below = found.path.strip_prefix(&folder.path).is_some_and(|rest| rest.starts_with('/'));
    let unpacked = PACKED.iter().find_map(|ending| found.path.strip_suffix(ending)).unwrap_or(&found.path);
    let known = ENDINGS.iter().any(|ending| unpacked.strip_suffix(ending).is_some_and(|name| name.ends_with('.')));
    below && known && found.kind != Kind::Folder
}

/// The pattern, where it is one and stays below its folder.
fn sound(folder: &str, pattern: &str, faults: &mut Faults) -> Option<glob::Pattern> {
    let strays = pattern.starts_with('/') || pattern.split('/').any(|part| part == "..");
    let (message, expected) = match glob::Pattern::new(pattern) {
        Ok(sound) if !strays => return Some(sound),
        Ok(_) => ("the pattern leads out of its folder".to_owned(), "a path below the folder, without '..'"),
        Err(error) => {
            (format!("the pattern cannot be read: {} at its character {}", error.msg, error.pos + 1), "a pattern")
        }
    };
    let help = "name a file or a folder, or write a pattern such as gl/*.csv or gl/**/*.parquet";
    faults.add(Code::Configuration, Place::file(&below(folder, pattern)), message, pattern, expected, help);
    None
}

fn nothing(folder: &str, pattern: &str, there: &[Found], faults: &mut Faults) {
    let mut names: Vec<&str> =
        there.iter().filter(|found| found.kind != Kind::Folder).map(|found| found.path.as_str()).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    let help = match (names.len(), more) {
        (0, _) => "export the file into the folder, which is empty or missing".to_owned(),
        (_, 0) => format!("correct the name; what is there: {shown}"),
        _ => format!("correct the name; what is there: {shown} and {more} more"),
    };
    let (place, message) = (Place::file(&below(folder, pattern)), "no file has such a name");
    faults.add(Code::MissingFile, place, message, pattern, "at least one file", &help);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(files: &[&str]) -> tempfile::TempDir {
        let book = tempfile::tempdir().unwrap();
        for file in files {
            let path = book.path().join("2004-Q1").join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        book
    }

    fn found(files: &[&str], patterns: &[&str]) -> (Vec<String>, Faults) {
        resolved(&book(files), patterns)
    }

    fn resolved(book: &tempfile::TempDir, patterns: &[&str]) -> (Vec<String>, Faults) {
        let mut faults = Faults::default();
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        (resolve(book.path(), "2004-Q1", &patterns, &mut faults), faults)
    }

    #[test]
    fn patterns_name_files() {
        let there =
            ["a.csv", "b.csv", "B.csv", "gl/1.csv.gz", "gl/2/x.parquet", "gl/2/y.xlsx", "gl/notes.md", "x [1].csv"];
        for (pattern, expected) in [
            ("a.csv", &["a.csv"][..]),
            ("?.csv", &["B.csv", "a.csv", "b.csv"]),
            ("*", &["B.csv", "a.csv", "b.csv", "x [1].csv"]),
            ("x [1].csv", &["x [1].csv"]),
            ("**/*.parquet", &["gl/2/x.parquet"]),
            ("gl", &["gl/1.csv.gz", "gl/2/x.parquet", "gl/2/y.xlsx"]),
            ("gl/", &["gl/1.csv.gz", "gl/2/x.parquet", "gl/2/y.xlsx"]),
            ("g*/[0-9]", &["gl/2/x.parquet", "gl/2/y.xlsx"]),
            ("gl/*", &["gl/1.csv.gz", "gl/notes.md"]),
        ] {
            let (files, faults) = found(&there, &[pattern]);
            let expected: Vec<String> = expected.iter().map(|file| format!("2004-Q1/{file}")).collect();
            assert_eq!(files, expected, "{pattern}");
            assert!(faults.is_empty(), "{faults}");
        }
    }

    #[test]
    fn each_file_is_named_once_and_the_order_of_patterns_does_not_count() {
        let there = ["b.csv", "a.csv", ".hidden.csv", ".old/c.csv"];
        let (files, faults) = found(&there, &["b.csv", "*.csv", "**/*"]);
        assert_eq!(files, ["2004-Q1/a.csv", "2004-Q1/b.csv"]);
        assert!(faults.is_empty(), "{faults}");
    }

    #[test]
    fn what_cannot_be_a_pattern_is_told() {
        for (pattern, code, words) in [
            ("c.csv", Code::MissingFile, "what is there: a.csv, gl/b.csv"),
            ("empty", Code::MissingFile, "no file has such a name"),
            (".hidden.csv", Code::MissingFile, "no file has such a name"),
            ("../2004-Q1/a.csv", Code::Configuration, "leads out of its folder"),
            ("/etc/*", Code::Configuration, "leads out of its folder"),
            ("a[.csv", Code::Configuration, "cannot be read"),
        ] {
            let (files, faults) = found(&["a.csv", "gl/b.csv", ".hidden.csv", "empty/.keep"], &[pattern]);
            assert!(files.is_empty(), "{pattern}: {files:?}");
            assert_eq!(faults.sorted()[0].code, code, "{pattern}");
            assert!(faults.to_string().contains(words), "{pattern}: {faults}");
        }
        let (_, faults) = resolved(&tempfile::tempdir().unwrap(), &["a.csv"]);
        assert!(faults.to_string().contains("empty or missing"), "{faults}");
    }

    #[test]
    fn links_stay_in_the_book() {
        use std::os::unix::fs::symlink;
        let (book, elsewhere) = (book(&["a.csv", "gl/b.csv"]), tempfile::tempdir().unwrap());
        std::fs::write(elsewhere.path().join("c.csv"), "").unwrap();
        let quarter = book.path().join("2004-Q1");
        symlink(quarter.join("a.csv"), quarter.join("inside.csv")).unwrap();
        symlink(elsewhere.path().join("c.csv"), quarter.join("outside.csv")).unwrap();
        symlink(elsewhere.path(), quarter.join("far")).unwrap();
        symlink(&quarter, quarter.join("gl/loop")).unwrap();
        assert_eq!(resolved(&book, &["inside.csv"]).0, ["2004-Q1/inside.csv"]);
        for pattern in ["outside.csv", "far", "gl/loop"] {
            let (files, faults) = resolved(&book, &[pattern]);
            assert!(files.is_empty(), "{pattern}: {files:?}");
            assert!(faults.to_string().contains("the link leads"), "{pattern}: {faults}");
        }
        symlink(elsewhere.path().join("c.csv"), quarter.join("ledger.csv")).unwrap();
        let mut faults = Faults::default();
        assert_eq!(usual(book.path(), "2004-Q1", "ledger", &mut faults), None);
        assert!(faults.to_string().contains("the link leads out of the book"), "{faults}");
    }

    #[test]
    fn too_many_files_are_a_fault() {
        let names: Vec<String> = (0..=FILES_MAX).map(|number| format!("{number}.csv")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (files, faults) = found(&names, &["*.csv"]);
        assert!(files.is_empty());
        assert_eq!(faults.sorted()[0].code, Code::LimitExceeded);
    }

    #[test]
    fn the_usual_file_is_the_only_one() {
        for (source, there, expected) in [
            ("ledger", &["ledger.csv"][..], Ok("2004-Q1/ledger.csv")),
            ("ledger", &["ledger.csv.zst"], Ok("2004-Q1/ledger.csv.zst")),
            ("ledger", &["ledger.parquet", "ledger.xlsx"], Ok("2004-Q1/ledger.parquet")),
            ("inventory", &["inventory.xlsx", "inventory.parquet"], Ok("2004-Q1/inventory.xlsx")),
            ("ledger", &["ledger.xlsx"], Err(Code::MissingFile)),
            ("inventory", &["inventory.csv", "inventory.csv.gz"], Err(Code::DuplicateKey)),
        ] {
            let (book, mut faults) = (book(there), Faults::default());
            let file = usual(book.path(), "2004-Q1", source, &mut faults);
            let found = file.as_deref().ok_or_else(|| faults.sorted()[0].code);
            assert_eq!(found, expected, "{there:?}");
        }
    }
}
