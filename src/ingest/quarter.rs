//! All sources of one quarter.

use std::path::Path;
use std::sync::Arc;

use super::SourceFile;
use super::book::Codes;
use super::files;
use super::ledger::{self, Ledger};
use super::subledger::{self, Against};
use super::table::Table;
use super::watch::Watch;
use crate::book::Book;
use crate::book::layout::{SourceColumns, columns_of};
use crate::book::sources::SourceSpec;
use crate::diagnostics::Faults;
use crate::domain::Quarter;
use crate::records::{FixedAsset, Installment, InventoryItem, Obligation, OpeningBalance, PrepaidContract};

/// The checked records of a quarter.
#[derive(Debug, Clone)]
pub struct Records {
    pub ledger: Ledger,
    pub opening_balances: Vec<OpeningBalance>,
    /// In the order of their keys.
    pub inventory: Vec<Arc<InventoryItem>>,
    pub prepaid_advertising: Vec<PrepaidContract>,
    pub fixed_assets: Vec<FixedAsset>,
    pub obligations: Vec<Obligation>,
    pub installments: Vec<Installment>,
    /// The files read, in the order of the sources.
    pub sources: Vec<SourceFile>,
}

/// Reads every source of the quarter's folder, and adds what is wrong to `faults`: those of a second reading may tell
/// each to a sink. `watch` hears how far a long read has come.
///
/// # Errors
/// All faults of all files.
pub fn read(
    root: &Path,
    book: &Book,
    quarter: &Quarter,
    mut faults: Faults,
    watch: &dyn Watch,
) -> Result<Records, Faults> {
    let codes = Codes::of(&book.config);
    let against = Against { book, codes: &codes };
    let ledger = read_ledger((root, book, quarter), &codes, watch, &mut faults);
    let mut table = |name: &str| {
        let source = columns_of(name)?;
        let (files, spec) = files_of((root, book, quarter), source, &mut faults);
        Table::read(root, &files, source, &spec, &mut faults)
    };
    let opening = table("opening_balances");
    let inventory = table("inventory");
    let prepaid = table("prepaid_advertising");
    let assets = table("fixed_assets");
    let obligations = table("obligations");
    let installments = table("installments");
    let rows = &mut faults;
    let opening_balances = read_rows(opening.as_ref(), |table| subledger::opening_balances(table, against, rows));
    let items = read_rows(inventory.as_ref(), |table| subledger::inventory(table, against, rows));
    let contracts = read_rows(prepaid.as_ref(), |table| subledger::prepaid_advertising(table, against, rows));
    let fixed_assets = read_rows(assets.as_ref(), |table| subledger::fixed_assets(table, against, rows));
    let owed = read_rows(obligations.as_ref(), |table| subledger::obligations(table, against, rows));
    let parts = read_rows(installments.as_ref(), |table| subledger::installments(table, &owed, rows));
    let tables = [opening, inventory, prepaid, assets, obligations, installments];
    match ledger {
        Some((ledger, mut sources)) if faults.is_empty() => {
            sources.extend(tables.into_iter().flatten().flat_map(Table::into_sources));
            Ok(Records {
                ledger,
                opening_balances,
                inventory: items,
                prepaid_advertising: contracts,
                fixed_assets,
                obligations: owed,
                installments: parts,
                sources,
            })
        }
        _ => Err(faults),
    }
}

fn read_rows<T>(table: Option<&Table>, read: impl FnOnce(&Table) -> Vec<T>) -> Vec<T> {
    table.map(read).unwrap_or_default()
}

/// The files of a source, as paths within the book, and what the book says of them.
fn files_of(
    (root, book, quarter): (&Path, &Book, &Quarter),
    source: &SourceColumns,
    faults: &mut Faults,
) -> (Vec<String>, SourceSpec) {
    let spec = book.config.source(source.source).cloned().unwrap_or_else(|| SourceSpec::canonical(source));
    (files::of(root, &quarter.id, source.source, &spec.files, faults), spec)
}

fn read_ledger(
    (root, book, quarter): (&Path, &Book, &Quarter),
    codes: &Codes,
    watch: &dyn Watch,
    faults: &mut Faults,
) -> Option<(Ledger, Vec<SourceFile>)> {
    let (files, spec) = files_of((root, book, quarter), columns_of("ledger")?, faults);
    if files.is_empty() {
        return None;
    }
    let context = ledger::Context { root, book, codes, quarter, spec: &spec, watch };
    ledger::read(context, &files, faults)
}
