//! The command line: arguments, the terminal, exit codes. Only this room knows clap.

mod demo;
mod init;
mod progress;
mod rejects;
mod run;
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{Days, NaiveDate};
use clap::{CommandFactory, Parser, Subcommand};

use terminal::{Ended, ErrorFormat, Terminal, Trouble};

const EXIT_CODES: &str = "Exit codes:
  0   done; nothing to look at
  1   done, and there is something to look at: exceptions, differences
  2   usage or configuration
  3   input rejected: nothing was published
  4   output could not be written: nothing was published
  75  not now: another run holds the lock, or the quarter's inputs are not there yet";

/// Measures the non-cash charges and obligations of an exit from a quarter's ledgers, and writes a pack of CSV files
/// and one PDF.
#[derive(Parser)]
#[command(name = "closepack", version, after_help = EXIT_CODES, max_term_width = 100)]
struct Arguments {
    /// How faults and errors are written to standard error
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    error_format: ErrorFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Close a quarter and publish its pack
    Run(RunArguments),
    /// Do everything that a run does but publish
    Check(RunArguments),
    /// Write the embedded book and close its five quarters
    Demo {
        /// The folder to write: the book in `book`, the packs in `packs`
        #[arg(long, default_value = "closepack-demo")]
        dir: PathBuf,
    },
    /// Look at a file, and propose the tables of closepack.toml that read it
    Init {
        /// The file: text in any dialect, packed or not, a workbook, Parquet or SAF-T
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The source that the file is of, such as inventory
        #[arg(long, value_name = "NAME", default_value = "ledger")]
        source: String,
    },
    /// Check the published pack of a quarter against its manifest
    Verify {
        /// The folder that holds the packs
        #[arg(long)]
        out: PathBuf,
        /// The quarter, as the calendar names it, such as 2004-Q2
        #[arg(long)]
        quarter: String,
        /// The scenario whose pack is meant, in the place of the real one
        #[arg(long, value_name = "NAME")]
        scenario: Option<String>,
    },
    /// Print a book's fiscal calendar
    Calendar {
        /// The book's folder
        #[arg(long)]
        book: PathBuf,
    },
    /// Print a completion script for a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual page
    Man,
}

#[derive(clap::Args)]
struct RunArguments {
    /// The book's folder, which holds closepack.toml
    #[arg(long)]
    book: PathBuf,
    /// The quarter, as the calendar names it, such as 2004-Q2
    #[arg(long)]
    quarter: String,
    /// The folder that holds the packs, those of earlier quarters among them
    #[arg(long)]
    out: PathBuf,
    /// Measure the quarter under the policies of [scenarios.NAME] of closepack.toml; its pack goes below
    /// `scenarios/NAME` of the output folder, apart from the real ones, and is marked on every page
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// The day that the run is for; a quarter that has not ended by then is refused [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<NaiveDate>,
    /// Where the whole list of a refused quarter's faults is written, as CSV [default: a run writes `rejects.csv` beside
    /// the quarter's packs, a check writes none]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

fn parse_date(text: &str) -> Result<NaiveDate, String> {
    crate::ingest::table::iso_date(text).ok_or_else(|| "write a date such as 2004-05-30".to_owned())
}

/// How a command ended; the numbers are part of the contract with whoever starts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Done = 0,
    LookAt = 1,
    Usage = 2,
    Rejected = 3,
    NotWritten = 4,
    NotNow = 75,
}

impl Exit {
    /// The exit code in a word, for programs.
    const fn reason(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::LookAt => "look-at",
            Self::Usage => "usage",
            Self::Rejected => "rejected",
            Self::NotWritten => "not-written",
            Self::NotNow => "not-now",
        }
    }
}

/// Runs the command of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let exit = match Arguments::try_parse() {
        Ok(arguments) => {
            let terminal = Terminal::new(arguments.error_format);
            command(arguments.command, &terminal).unwrap_or_else(|ended| terminal.ended(&ended))
        }
        Err(error) => usage(&error),
    };
    ExitCode::from(exit as u8)
}

fn command(command: Command, terminal: &Terminal) -> Result<Exit, Ended> {
    match command {
        Command::Run(arguments) => run::run(&arguments, true, terminal),
        Command::Check(arguments) => run::run(&arguments, false, terminal),
        Command::Demo { dir } => demo::demo(&dir, terminal),
        Command::Init { from, source } => init::init(&from, &source),
        Command::Verify { out, quarter, scenario } => run::verify(&out, &quarter, scenario.as_deref()),
        Command::Calendar { book } => run::calendar(&book),
        Command::Completions { shell } => Ok(completions(shell)),
        Command::Man => manual(),
    }
}

/// Tells what is wrong with the arguments, or the help that they ask for.
fn usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() || !asks_for_json(std::env::args()) {
        // A reader that has gone away is no fault of ours.
        let _ = error.print();
        return if error.use_stderr() { Exit::Usage } else { Exit::Done };
    }
    let text = error.to_string();
    let message = text.trim_start_matches("error: ").trim_end();
    let help = "closepack --help names the commands and their arguments";
    Terminal::new(ErrorFormat::Json).trouble(&Trouble::new(Exit::Usage, message).help(help));
    Exit::Usage
}

/// Whether arguments that could not be read ask for errors as JSON.
fn asks_for_json(arguments: impl Iterator<Item = String>) -> bool {
    let arguments: Vec<String> = arguments.collect();
    arguments.contains(&"--error-format=json".to_owned())
        || arguments.windows(2).any(|pair| pair[0] == "--error-format" && pair[1] == "json")
}

/// Prints one line; a reader that has gone away is no fault of ours.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Today by the system's clock, in UTC: asked for here at the edge, and never published.
fn today() -> NaiveDate {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    NaiveDate::from_ymd_opt(1970, 1, 1)
        .and_then(|epoch| epoch.checked_add_days(Days::new(seconds / 86_400)))
        .unwrap_or(NaiveDate::MIN)
}

fn completions(shell: clap_complete::Shell) -> Exit {
    clap_complete::generate(shell, &mut Arguments::command(), "closepack", &mut std::io::stdout());
    Exit::Done
}

fn manual() -> Result<Exit, Ended> {
    let rendered = clap_mangen::Man::new(Arguments::command()).render(&mut std::io::stdout());
    let failed = |error| Trouble::new(Exit::NotWritten, format!("the manual page could not be written: {error}"));
    Ok(rendered.map(|()| Exit::Done).map_err(failed)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn json_is_asked_for_in_either_form() {
        let asks = |text: &str| asks_for_json(text.split(' ').map(str::to_owned));
        assert!(asks("closepack run --error-format json") && asks("closepack --error-format=json x"));
        assert!(!asks("closepack run --error-format human") && !asks("closepack json --error-format"));
    }
}
