//! All sources of one quarter.

use std::path::Path;
use std::sync::Arc;

use super::SourceFile;
use super::book::Codes;
use super::ledger::{self, Ledger};
use super::parquet;
use super::subledger::{self, Against, Columns};
use super::table::Table;
use crate::book::Book;
use crate::diagnostics::{Code, Faults, Place};
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

/// Reads every source of the quarter's folder.
///
/// # Errors
/// All faults of all files.
pub fn read(root: &Path, book: &Book, quarter: &Quarter) -> Result<Records, Faults> {
    let mut faults = Faults::default();
    let codes = Codes::of(&book.config);
    let against = Against { book, codes: &codes };
    let ledger = read_ledger(root, book, &codes, quarter, &mut faults);
    let mut table = |name: &str, columns: Columns| {
        let file = format!("{}/{name}.csv", quarter.id);
        Table::read(root, &file, name, columns.required, columns.optional, &mut faults)
    };
    let opening = table("opening_balances", subledger::OPENING_BALANCES);
    let inventory = table("inventory", subledger::INVENTORY);
    let prepaid = table("prepaid_advertising", subledger::PREPAID_ADVERTISING);
    let assets = table("fixed_assets", subledger::FIXED_ASSETS);
    let obligations = table("obligations", subledger::OBLIGATIONS);
    let installments = table("installments", subledger::INSTALLMENTS);
    let rows = &mut faults;
    let opening_balances = read_rows(opening.as_ref(), |table| subledger::opening_balances(table, against, rows));
    let items = read_rows(inventory.as_ref(), |table| subledger::inventory(table, against, rows));
    let contracts = read_rows(prepaid.as_ref(), |table| subledger::prepaid_advertising(table, against, rows));
    let fixed_assets = read_rows(assets.as_ref(), |table| subledger::fixed_assets(table, against, rows));
    let owed = read_rows(obligations.as_ref(), |table| subledger::obligations(table, against, rows));
    let parts = read_rows(installments.as_ref(), |table| subledger::installments(table, &owed, rows));
    let tables = [opening, inventory, prepaid, assets, obligations, installments];
    match ledger {
        Some((ledger, source)) if faults.is_empty() => {
            let mut sources = vec![source];
            sources.extend(tables.into_iter().flatten().map(|table| table.source));
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

fn read_ledger(
    root: &Path,
    book: &Book,
    codes: &Codes,
    quarter: &Quarter,
    faults: &mut Faults,
) -> Option<(Ledger, SourceFile)> {
    let csv = format!("{}/ledger.csv", quarter.id);
    let columnar = format!("{}/ledger.parquet", quarter.id);
    let both = root.join(&csv).exists() && root.join(&columnar).exists();
    if both {
        let help = "remove the one that is not the ledger";
        let message = "the quarter has two ledgers";
        faults.add(Code::DuplicateKey, Place::file(&columnar), message, "", "ledger.csv or ledger.parquet", help);
        None
    } else if root.join(&columnar).exists() {
        parquet::read(root, &columnar, book, codes, quarter, faults)
    } else {
        ledger::read_csv(root, &csv, book, codes, quarter, faults)
    }
}
