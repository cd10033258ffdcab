//! Standard error: faults and other troubles, for a person or for a program.

use std::io::{IsTerminal, Write};

use clap::ValueEnum;
use serde::Serialize;

use super::Exit;
use super::progress::Progress;
use super::rejects::Listed;
use crate::diagnostics::{Faults, Paint, json, render};
use crate::ingest::watch::{Silent, Watch};

/// How faults and other troubles are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ErrorFormat {
    /// For a person: each fault with its line, and a table of kinds when there are many
    #[default]
    Human,
    /// For a program: one JSON object a line, the last with the number of each kind
    Json,
}

/// Why a command ended before it was done.
#[derive(Debug)]
pub(super) enum Ended {
    /// The configuration is at fault.
    Configuration(Faults),
    /// The input was rejected, and perhaps listed.
    Rejected(Faults, Listed),
    Trouble(Trouble),
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// What went wrong that is no fault of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub exit: Exit,
    /// A sentence without its full stop.
    pub message: String,
    pub expected: String,
    pub help: String,
}

impl Trouble {
    /// A trouble of which no more is to be said than its message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), expected: String::new(), help: String::new() }
    }

    pub fn expected(self, expected: impl Into<String>) -> Self {
        Self { expected: expected.into(), ..self }
    }

    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }

    fn human(&self, paint: Paint) -> String {
        let what = if self.exit == Exit::NotNow { "not now" } else { "error" };
        let notes = render::notes(" ", &[("expected", &self.expected), ("help", &self.help)], paint);
        render::headline(what, &self.message, paint) + &notes
    }

    fn json(&self) -> serde_json::Result<String> {
        let object = TroubleObject {
            r#type: "error",
            severity: "error",
            exit: self.exit as u8,
            reason: self.exit.reason(),
            message: &self.message,
            expected: Some(self.expected.as_str()).filter(|text| !text.is_empty()),
            help: Some(self.help.as_str()).filter(|text| !text.is_empty()),
        };
        serde_json::to_string(&object)
    }
}

#[derive(Serialize)]
struct TroubleObject<'a> {
    r#type: &'static str,
    severity: &'static str,
    exit: u8,
    reason: &'static str,
    message: &'a str,
    expected: Option<&'a str>,
    help: Option<&'a str>,
}

/// Standard error, and what it takes.
pub(super) struct Terminal {
    format: ErrorFormat,
    paint: Paint,
    is_terminal: bool,
}

impl Terminal {
    /// Standard error as it is: colours where it is a terminal and `NO_COLOR` is not set (no-color.org).
    pub fn new(format: ErrorFormat) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colours = is_terminal && !refused && !dumb && format == ErrorFormat::Human;
        Self { format, paint: if colours { Paint::Colours } else { Paint::Plain }, is_terminal }
    }

    /// Who hears how far a read has come: a line of the terminal, or nobody.
    pub fn watch(&self) -> Box<dyn Watch> {
        if self.is_terminal && self.format == ErrorFormat::Human {
            Box::new(Progress::on_stderr())
        } else {
            Box::new(Silent)
        }
    }

    /// Tells why a command ended.
    pub fn ended(&self, ended: &Ended) -> Exit {
        match ended {
            Ended::Configuration(faults) => {
                self.faults(faults, &Listed::Nowhere);
                Exit::Usage
            }
            Ended::Rejected(faults, listed) => {
                self.faults(faults, listed);
                Exit::Rejected
            }
            Ended::Trouble(trouble) => {
                self.trouble(trouble);
                trouble.exit
            }
        }
    }

    /// Tells a trouble.
    pub fn trouble(&self, trouble: &Trouble) {
        match self.format {
            ErrorFormat::Human => tell(&trouble.human(self.paint)),
            ErrorFormat::Json => tell_json(trouble.json()),
        }
    }

    fn faults(&self, faults: &Faults, listed: &Listed) {
        match self.format {
            ErrorFormat::Human => tell(&render::faults(faults, self.paint, &note(faults, listed))),
            ErrorFormat::Json => {
                if let Listed::NotWritten(_) = listed {
                    tell_json(Trouble::new(Exit::Rejected, listed.to_string()).json());
                }
                tell_json(json::faults(faults, listed.path().as_deref()));
            }
        }
    }
}

/// Where the list of faults is, or how to have one.
fn note(faults: &Faults, listed: &Listed) -> String {
    match listed {
        Listed::Nowhere if !render::shows_all(faults) => "--rejects FILE lists every fault".to_owned(),
        listed => listed.to_string(),
    }
}

/// Prints to standard error; a reader that has gone away is no fault of ours.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}

fn tell_json(text: serde_json::Result<String>) {
    match text {
        Ok(text) => tell(&text),
        Err(error) => tell(&format!("{{\"type\":\"error\",\"message\":\"{error}\"}}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_told_to_people_and_programs() {
        let trouble = Trouble::new(Exit::NotNow, "the book has no folder \"2004-Q2\" yet").help("export it");
        let human = "not now: the book has no folder \"2004-Q2\" yet\n  = help: export it\n";
        assert_eq!(trouble.human(Paint::Plain), human);
        let json = r#"{"type":"error","severity":"error","exit":75,"reason":"not-now","message":"the book has no folder \"2004-Q2\" yet","expected":null,"help":"export it"}"#;
        assert_eq!(trouble.json().expect("text"), json);
    }
}
