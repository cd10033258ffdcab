//! The command line: arguments, the terminal, exit codes. Only this room knows clap.

mod demo;
mod init;
mod run;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{Days, NaiveDate};
use clap::{CommandFactory, Parser, Subcommand};

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

/// Runs the command of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let exit = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments, true),
        Command::Check(arguments) => run::run(&arguments, false),
        Command::Demo { dir } => demo::demo(&dir),
        Command::Init { from, source } => init::init(&from, &source),
        Command::Verify { out, quarter, scenario } => run::verify(&out, &quarter, scenario.as_deref()),
        Command::Calendar { book } => run::calendar(&book),
        Command::Completions { shell } => completions(shell),
        Command::Man => manual(),
    };
    ExitCode::from(exit as u8)
}

/// Prints one line; a reader that has gone away is no fault of ours.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints a diagnostic.
fn tell(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
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

fn manual() -> Exit {
    match clap_mangen::Man::new(Arguments::command()).render(&mut std::io::stdout()) {
        Ok(()) => Exit::Done,
        Err(error) => {
            tell(&format!("error: the manual page could not be written: {error}"));
            Exit::NotWritten
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        Arguments::command().debug_assert();
    }
}
