//! A random book: a folder that is written quarter by quarter, each from what the pack before it says.

use std::path::Path;

use closepack::ingest::prior_pack::PriorPack;

use super::contracts::Contracts;
use super::dice::Dice;
use super::ledger;
use super::owed::Owed;
use super::register::Register;
use super::sheet::{Balances, Source, write};
use super::stock::Stock;
use super::terms::Terms;

const CHART: &str = include_str!("../../../data/book/chart_of_accounts.csv");
const CONFIGURATION: &str = include_str!("../../../data/book/closepack.toml");

/// The sources of one quarter.
pub struct Quarterly {
    pub sources: Vec<Source>,
}

/// A book in the making.
pub struct RandomBook {
    dice: Dice,
    pub terms: Terms,
    stock: Stock,
    contracts: Contracts,
    register: Register,
    owed: Owed,
}

impl RandomBook {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let terms = Terms::random(&mut dice);
        let stock = Stock::random(&mut dice, &terms);
        let contracts = Contracts::random(&mut dice, &terms);
        let register = Register::random(&mut dice, &terms);
        let owed = Owed::random(&mut dice, &terms, &stock.selling_off(&terms));
        Self { dice, terms, stock, contracts, register, owed }
    }

    /// Writes everything but the quarters.
    pub fn write_terms(&mut self, root: &Path) {
        let accounts = CONFIGURATION.split_once("[accounts]").expect("a table of accounts").1;
        let accounts = accounts.split_once("[[").expect("tables after it").0;
        write(root, "closepack.toml", &self.terms.toml(&format!("[accounts]{accounts}")));
        write(root, "chart_of_accounts.csv", CHART);
        write(root, "calendar.csv", &self.terms.calendar_csv());
        let mut shares = "quarter,basic_shares,incremental_shares\n".to_owned();
        for quarter in &self.terms.calendar {
            if self.dice.chance(80) {
                shares += &format!("{},{},{}\n", quarter.id, self.dice.between(1, 9_000), self.dice.between(0, 500));
            }
        }
        write(root, "shares.csv", &shares);
        write(root, "comparatives.csv", "quarter,statement,line,amount,source\n");
    }

    /// The sources of a quarter, of those that are run.
    pub fn quarter(&mut self, at: usize, prior: Option<&PriorPack>) -> Quarterly {
        let Self { dice, terms, .. } = self;
        let quarter = &terms.run()[at];
        let selling_off = self.stock.selling_off(terms);
        let mut controls = Balances::new();
        let inventory = self.stock.quarter(dice, terms, quarter, prior, &mut controls);
        let prepaid = self.contracts.quarter(dice, terms, (at, quarter), prior, &mut controls);
        let assets = self.register.quarter(dice, terms, quarter, prior, &mut controls);
        let [obligations, installments] = self.owed.quarter(dice, terms, &selling_off, quarter, prior, &mut controls);
        let opening = match prior {
            None => ledger::first_opening(dice, terms, &controls),
            Some(pack) => ledger::next_opening(pack, quarter.fiscal_year != terms.run()[at - 1].fiscal_year),
        };
        let entries = ledger::ledger(dice, terms, quarter, &opening, &controls);
        let balances = ledger::opening_source(dice, &opening);
        Quarterly { sources: vec![entries, balances, inventory, prepaid, assets, obligations, installments] }
    }
}

impl Quarterly {
    /// Writes the sources to the quarter's folder of a book.
    pub fn write(&self, root: &Path, quarter: &str) {
        self.sources.iter().for_each(|source| source.write(root, quarter));
    }

    pub fn ledger(&self) -> &Source {
        self.sources.iter().find(|source| source.name == "ledger").expect("a ledger")
    }
}
