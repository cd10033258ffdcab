//! What the books would show at the opening of a quarter, had a scenario's entries been posted in the place of the real
//! ones. Pure.
//!
//! Registers and opening balances are exported from the real books: they hold what the real packs of earlier quarters
//! proposed. A scenario that goes on from a pack of its own would charge the difference again in each quarter, so what
//! the real pack of the quarter before brought to its close is taken out, and what the scenario's brought is put in.

use std::collections::BTreeMap;

use crate::book::Book;
use crate::diagnostics::Place;
use crate::domain::{Money, Quarter};
use crate::ingest::prior_pack::PriorPack;
use crate::ingest::quarter::Records;
use crate::records::{ItemKey, OpeningBalance};
use crate::trial_balance::AccountKey;

/// The records of a quarter as the scenario has them; `own` and `real` are its pack and the real one of the quarter
/// before. The ledger's activity stays as it is: no earlier pack has a part in it.
#[must_use]
pub fn restated(book: &Book, quarter: &Quarter, records: &Records, own: &PriorPack, real: &PriorPack) -> Records {
    let mut records = records.clone();
    let (of_own, of_real) = (&own.ordinary, &real.ordinary);
    let shows = book.config.policies.subledger_shows_write_downs;
    for contract in &mut records.prepaid_advertising {
        let key = ItemKey::new(&contract.dimension, "", &contract.contract_id);
        contract.expensed_to_date += difference(&key, &of_own.expensed, &of_real.expensed, |amount| *amount);
        if shows {
            let left = |earlier: &crate::adjust::prepaid_advertising::Earlier| earlier.written_off + earlier.moved;
            contract.expensed_to_date += difference(&key, &own.prepaid, &real.prepaid, left);
        }
    }
    for asset in &mut records.fixed_assets {
        let key = asset.key();
        asset.accumulated_depreciation += difference(&key, &of_own.depreciated, &of_real.depreciated, |amount| *amount);
        if shows {
            asset.accumulated_depreciation +=
                difference(&key, &own.assets, &real.assets, |earlier| earlier.written_down);
        }
    }
    for obligation in &mut records.obligations {
        let id = &obligation.obligation_id;
        obligation.accrued_to_date += difference(id, &of_own.accrued, &of_real.accrued, |amount| *amount);
    }
    records.opening_balances.extend(opening_differences(book, quarter, own, real));
    records
}

/// What the scenario's pack has of an item above what the real one has; nothing for an item that either lacks.
fn difference<K: Ord, T>(key: &K, own: &BTreeMap<K, T>, real: &BTreeMap<K, T>, of: impl Fn(&T) -> Money) -> Money {
    match (own.get(key), real.get(key)) {
        (Some(own), Some(real)) => of(own) - of(real),
        _ => Money::ZERO,
    }
}

/// The rows that turn the real opening balances into the scenario's, by account and dimension.
fn opening_differences(book: &Book, quarter: &Quarter, own: &PriorPack, real: &PriorPack) -> Vec<OpeningBalance> {
    let mut differences = opens_with(book, quarter, own);
    for (key, amount) in opens_with(book, quarter, real) {
        *differences.entry(key).or_insert(Money::ZERO) -= amount;
    }
    let origin = Place::file(&format!("{}/opening_balances.csv", quarter.id));
    let moved = differences.into_iter().filter(|(_, amount)| !amount.is_zero());
    moved
        .map(|((account, dimension), amount)| OpeningBalance { origin: origin.clone(), account, dimension, amount })
        .collect()
}

/// The balances that a quarter opens with after a pack: its adjusted ones; at a new fiscal year with the income
/// statement closed to retained earnings. Debit positive.
#[must_use]
pub fn opens_with(book: &Book, quarter: &Quarter, prior: &PriorPack) -> BTreeMap<AccountKey, Money> {
    let new_year = book.calendar.opens_fiscal_year(quarter);
    let mut opening = BTreeMap::new();
    for ((account, dimension), amount) in &prior.adjusted {
        let income = book.chart.account(account).is_some_and(|account| account.kind.is_income_statement());
        let to = if income && new_year { &book.config.accounts.retained_earnings } else { account };
        *opening.entry((to.clone(), dimension.clone())).or_insert(Money::ZERO) += *amount;
    }
    opening
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adjust::prepaid_advertising::Earlier;
    use crate::book::{Account, AccountType, Calendar, CashFlowClass, Chart, Section, config};
    use crate::domain::Dimension;
    use crate::ingest::ledger::Ledger;
    use crate::records::{PrepaidContract, Recognition};

    fn cents(cents: i128) -> Money {
        Money::from_cents(cents)
    }

    fn dimension() -> Dimension {
        Dimension::new("IAA", "FETISH", "apparel")
    }

    fn quarters() -> Vec<Quarter> {
        let quarter = |id: &str, start: &str, end: &str, fiscal_year| Quarter {
            id: id.to_owned(),
            start: start.parse().expect("a date"),
            end: end.parse().expect("a date"),
            fiscal_year,
        };
        vec![
            quarter("2004-Q3", "2004-05-30", "2004-08-28", 2004),
            quarter("2004-Q4", "2004-08-29", "2004-11-27", 2004),
            quarter("2005-Q1", "2004-11-28", "2005-02-26", 2005),
        ]
    }

    fn account(code: &str, kind: AccountType, section: Section) -> Account {
        Account {
            code: code.to_owned(),
            name: code.to_owned(),
            kind,
            debit_normal: matches!(kind, AccountType::Asset | AccountType::Expense),
            statement_line: code.to_owned(),
            section,
            cash_flow_class: CashFlowClass::Operating,
            cash_flow_contra: None,
            intercompany: None,
        }
    }

    fn book() -> Book {
        let config = config::parse(include_str!("../data/book/closepack.toml")).expect("the embedded book");
        let chart = Chart::new(vec![
            account("1410", AccountType::Asset, Section::CurrentAsset),
            account("6200", AccountType::Expense, Section::OperatingExpense),
        ]);
        let calendar = Calendar::new(quarters());
        Book { config, calendar, chart, shares: BTreeMap::new(), comparatives: BTreeMap::new() }
    }

    /// A pack that has expensed so much of the one contract of 100.00, and written off so much more.
    fn pack(expensed: i128, written_off: i128) -> PriorPack {
        let key = ItemKey::new(&dimension(), "", "AD-1");
        let mut pack = PriorPack::default();
        pack.ordinary.expensed.insert(key.clone(), cents(expensed));
        pack.ordinary.accrued.insert("OB-1".to_owned(), cents(expensed));
        pack.prepaid.insert(key, Earlier { written_off: cents(written_off), ..Earlier::NOTHING });
        pack.adjusted.insert(("1410".to_owned(), dimension()), cents(10_000 - expensed - written_off));
        pack.adjusted.insert(("6200".to_owned(), dimension()), cents(expensed + written_off));
        pack
    }

    fn records() -> Records {
        let contract = PrepaidContract {
            origin: Place::default(),
            dimension: dimension(),
            contract_id: "AD-1".to_owned(),
            vendor: String::new(),
            description: String::new(),
            amount_paid: cents(10_000),
            recognition: Recognition::Units { total: 1.into(), delivered: 0.into() },
            expensed_to_date: cents(4_000),
            refundable: Money::ZERO,
            transferable: Money::ZERO,
            transfer_to: None,
        };
        let opening = |account: &str, amount| OpeningBalance {
            origin: Place::default(),
            account: account.to_owned(),
            dimension: dimension(),
            amount: cents(amount),
        };
        Records {
            ledger: Ledger::default(),
            opening_balances: vec![opening("1410", 7_000), opening("6200", 3_000)],
            inventory: Vec::new(),
            prepaid_advertising: vec![contract],
            fixed_assets: Vec::new(),
            obligations: Vec::new(),
            installments: Vec::new(),
            sources: Vec::new(),
        }
    }

    fn opening(records: &Records, code: &str) -> i128 {
        let rows = records.opening_balances.iter().filter(|row| row.account == code);
        rows.map(|row| row.amount).sum::<Money>().cents()
    }

    /// Real: 30.00 expensed at the last close, 10.00 since. The scenario had expensed all of it at the last close.
    #[test]
    fn what_the_scenario_expensed_is_not_charged_again() {
        let found = restated(&book(), &quarters()[1], &records(), &pack(10_000, 0), &pack(3_000, 0));
        assert_eq!(found.prepaid_advertising[0].expensed_to_date, cents(11_000));
        assert_eq!((opening(&found, "1410"), opening(&found, "6200")), (0, 10_000));
    }

    #[test]
    fn write_offs_are_in_the_register_only_where_the_book_says_so() {
        let mut book = book();
        let expensed = |book: &Book| {
            let found = restated(book, &quarters()[1], &records(), &pack(3_000, 500), &pack(3_000, 200));
            found.prepaid_advertising[0].expensed_to_date
        };
        assert_eq!(expensed(&book), cents(4_000));
        book.config.policies.subledger_shows_write_downs = true;
        assert_eq!(expensed(&book), cents(4_300));
    }

    #[test]
    fn a_new_fiscal_year_opens_with_income_closed_to_retained_earnings() {
        let book = book();
        let found = restated(&book, &quarters()[2], &records(), &pack(10_000, 0), &pack(3_000, 0));
        assert_eq!((opening(&found, "1410"), opening(&found, "6200"), opening(&found, "3200")), (0, 3_000, 7_000));
    }

    #[test]
    fn the_same_packs_change_nothing() {
        let found = restated(&book(), &quarters()[1], &records(), &pack(3_000, 0), &pack(3_000, 0));
        assert_eq!(found.opening_balances.len(), 2);
        assert_eq!(found.prepaid_advertising[0].expensed_to_date, cents(4_000));
    }
}
