//! closepack: a quarter-close batch job.
//!
//! The way of the data is one-directional: `ingest` turns bytes into checked `records`; `schedules` measures them by
//! the pure rules of `adjust`; `journal` turns adjustments into balanced entries; `trial_balance`, `rollforward`,
//! `statements` and `checks` say what follows; `close` walks through all of it as one pure function; `report` says it
//! as CSV and PDF bytes; `publish` puts bytes on disk so that no partial pack is ever seen. `cli` knows them all.

pub mod adjust;
pub mod book;
pub mod checks;
pub mod cli;
pub mod close;
pub mod diagnostics;
pub mod domain;
pub mod exceptions;
pub mod exit_costs;
pub mod ingest;
pub mod journal;
pub mod publish;
pub mod records;
pub mod report;
pub mod rollforward;
pub mod scenario;
pub mod schedules;
pub mod sensitivity;
pub mod statements;
pub mod targets;
pub mod trial_balance;
