//! Runs the program in a hermetic environment, on copies of the embedded book.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const QUARTERS: [&str; 5] = ["2004-Q1", "2004-Q2", "2004-Q3", "2004-Q4", "2005-Q1"];

/// The repository's own folder.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs closepack with no environment but what it is given here.
pub fn closepack(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_closepack")).args(arguments).env_clear().output().expect("the program starts")
}

/// The exit code of a run.
pub fn code(output: &Output) -> i32 {
    output.status.code().expect("the program ended by itself")
}

/// What was said on standard error.
pub fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("messages are UTF-8")
}

/// A folder with a copy of the embedded book, and a place for packs.
pub struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&repository().join("data/book"), &folder.path().join("book"));
        Self { folder }
    }

    pub fn book(&self) -> PathBuf {
        self.folder.path().join("book")
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    pub fn command(&self, command: &str, quarter: &str) -> Output {
        let (book, out) = (self.book(), self.out());
        closepack(&[
            command,
            "--book",
            book.to_str().expect("a path"),
            "--out",
            out.to_str().expect("a path"),
            "--quarter",
            quarter,
            "--as-of",
            "2005-06-01",
        ])
    }

    /// Runs the quarters up to and with the last; each must succeed.
    pub fn run_through(&self, last: &str) {
        for quarter in QUARTERS {
            let output = self.command("run", quarter);
            assert_eq!(code(&output), 0, "{quarter}: {}", errors(&output));
            if quarter == last {
                return;
            }
        }
    }

    /// Rewrites a file of the book.
    pub fn edit(&self, file: &str, change: impl FnOnce(String) -> String) {
        let path = self.book().join(file);
        let text = std::fs::read_to_string(&path).expect("a file of the book");
        std::fs::write(path, change(text)).expect("written");
    }

    /// The line (one-based) of a file that holds a text.
    pub fn line_of(&self, file: &str, text: &str) -> usize {
        let found = std::fs::read_to_string(self.book().join(file)).expect("a file of the book");
        1 + found.lines().position(|line| line.contains(text)).expect("a line with the text")
    }

    /// Rewrites a field of a file's line (one-based, the header is line 1); the fields before it need no quotes.
    pub fn set(&self, file: &str, line: usize, column: &str, value: &str) {
        self.edit(file, |text| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let at = lines[0].split(',').position(|name| name == column).expect("a column of the file");
            let mut fields = split(&lines[line - 1]);
            fields[at] = value.to_owned();
            lines[line - 1] = fields.join(",");
            lines.join("\n") + "\n"
        });
    }
}

fn split(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        if letter == '"' {
            quoted = !quoted;
        }
        if letter == ',' && !quoted {
            fields.push(String::new());
        } else if let Some(last) = fields.last_mut() {
            last.push(letter);
        }
    }
    fields
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder of the book") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// The files of a published pack by name.
pub fn pack(out: &Path, quarter: &str) -> std::collections::BTreeMap<String, Vec<u8>> {
    let folder = out.join(quarter).join("current");
    std::fs::read_dir(folder)
        .expect("a published pack")
        .map(|entry| entry.expect("an entry"))
        .map(|entry| {
            let name = entry.file_name().into_string().expect("a plain name");
            (name, std::fs::read(entry.path()).expect("a readable file"))
        })
        .collect()
}

/// The rows of a CSV file of a pack, each by its headings.
pub fn rows(bytes: &[u8]) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().collect::<Result<_, _>>().expect("a CSV file of the pack")
}
