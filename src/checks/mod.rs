//! The named checks of a run, in order. Each has an expected value, an actual one and a tolerance of nothing.

mod exit_costs;
mod statements;
mod subledgers;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::adjust::Kind;
use crate::book::Book;
use crate::domain::{Money, Quarter};
use crate::exit_costs::ExitCosts;
use crate::ingest::ledger::SetAside;
use crate::ingest::prior_pack::PriorPack;
use crate::ingest::quarter::Records;
use crate::journal::JournalEntry;
use crate::rollforward::RollRow;
use crate::scenario::opens_with;
use crate::schedules::Schedules;
use crate::statements::{StatementLine, Views, net_income};
use crate::trial_balance::{Balance, TrialBalance};

/// What a check compares: amounts of money, or counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    Amount(Money),
    Count(u64),
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Amount(money) => money.fmt(formatter),
            Self::Count(count) => count.fmt(formatter),
        }
    }
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Pass,
    Fail,
    /// There is nothing to compare with, such as a prior pack in the first quarter.
    NotApplicable,
}

impl Status {
    /// The name in the pack.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// One check.
#[derive(Debug, Clone)]
pub struct Check {
    pub id: String,
    pub description: String,
    pub expected: Value,
    pub actual: Value,
    pub status: Status,
}

/// All that the checks look at.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub book: &'a Book,
    pub quarter: &'a Quarter,
    pub records: &'a Records,
    pub prior: Option<&'a PriorPack>,
    pub trial_balance: &'a TrialBalance,
    pub schedules: &'a Schedules,
    pub entries: &'a [JournalEntry],
    pub rolls: &'a [RollRow],
    pub statements: &'a [StatementLine],
    pub views: &'a Views,
    pub exit_costs: &'a ExitCosts,
}

/// Why a scenario is not compared with the ledger.
const OPENS_APART: &str = "(a scenario: the ledger was kept by the real books' entries, and cannot agree)";

/// Runs every check.
#[must_use]
pub fn run(inputs: Inputs<'_>) -> Vec<Check> {
    let mut checks = Checks { inputs, list: Vec::new() };
    checks.ledger();
    checks.opening();
    checks.subledgers();
    checks.roll_forwards();
    checks.entries();
    checks.statements();
    checks.exit_costs();
    checks.list
}

struct Checks<'a> {
    inputs: Inputs<'a>,
    list: Vec<Check>,
}

impl Checks<'_> {
    fn push(&mut self, id: impl Into<String>, description: impl Into<String>, expected: Value, actual: Value) {
        let status = if expected == actual { Status::Pass } else { Status::Fail };
        self.list.push(Check { id: id.into(), description: description.into(), expected, actual, status });
    }

    fn amounts(&mut self, id: impl Into<String>, description: impl Into<String>, expected: Money, actual: Money) {
        self.push(id, description, Value::Amount(expected), Value::Amount(actual));
    }

    /// True where the prior pack is a scenario's own: the ledger was kept with the entries of the real books.
    fn opens_apart(&self) -> bool {
        self.inputs.prior.is_some_and(|prior| prior.scenario.is_some())
    }

    /// A check against what the ledger carries. Where the prior pack is a scenario's own, a difference may be the real
    /// books' alone, such as of an asset that was sold at its real carrying amount, and so is no failure.
    fn against_ledger(&mut self, id: &str, description: &str, expected: Value, actual: Value) {
        if self.opens_apart() && expected != actual {
            self.not_applicable(id, &format!("{description} {OPENS_APART}"));
        } else {
            self.push(id, description, expected, actual);
        }
    }

    fn not_applicable(&mut self, id: &str, description: &str) {
        let (id, description, nothing) = (id.to_owned(), description.to_owned(), Value::Amount(Money::ZERO));
        let status = Status::NotApplicable;
        self.list.push(Check { id, description, expected: nothing, actual: nothing, status });
    }

    /// What reading has established line by line; a fault of any of these stops the run before it measures.
    fn ledger(&mut self) {
        let ledger = &self.inputs.records.ledger;
        let (debits, credits, lines) = (ledger.debits(), ledger.credits(), Value::Count(ledger.lines));
        let accounted: u64 = ledger.activity.values().map(|activity| activity.lines).sum();
        // Lines that a policy keeps out of the books; each is an exception.
        let aside = ledger.set_aside.len() as u64;
        let outside = ledger.set_aside.iter().filter(|line| line.kind == SetAside::OUTSIDE_QUARTER).count() as u64;
        self.amounts("ledger-debits-equal-credits", "Ledger debits equal credits", debits, credits);
        self.push(
            "ledger-lines-accounted",
            "Every ledger line is in the trial balance",
            lines,
            Value::Count(accounted + aside),
        );
        let found = ledger.established;
        for (id, description, expected, actual) in [
            ("ledger-entries-balance", "Every ledger entry balances", ledger.entries, found.balanced),
            ("ledger-dates", "Every ledger line is dated in the quarter", ledger.lines, found.dated + outside),
            (
                "ledger-accounts",
                "Every ledger line has an account of the chart",
                ledger.lines,
                found.known_accounts + aside,
            ),
        ] {
            self.push(id, description, Value::Count(expected), Value::Count(actual));
        }
        const TWICE: &str = "No journal line comes twice";
        if ledger.numbered {
            let distinct = Value::Count(found.distinct);
            self.push("ledger-duplicates", TWICE, lines, distinct);
        } else {
            self.not_applicable("ledger-duplicates", TWICE);
        }
    }

    fn opening(&mut self) {
        let balances = self.inputs.trial_balance;
        let mut entities: BTreeMap<&str, Money> = BTreeMap::new();
        for ((_, dimension), balance) in &balances.balances {
            *entities.entry(&dimension.entity).or_insert(Money::ZERO) += balance.opening;
        }
        for (entity, total) in entities {
            let description = format!("Opening balances of {entity} balance");
            self.amounts(format!("opening-balances:{entity}"), description, Money::ZERO, total);
        }
        let closing = balances.sum(|_| true, Balance::closing);
        let opening = balances.sum(|_| true, |balance| balance.opening);
        let moved = self.inputs.records.ledger.debits() - self.inputs.records.ledger.credits();
        self.amounts("opening-plus-activity", "Opening plus activity equals closing", opening + moved, closing);
        self.continuity();
    }

    /// The opening balances are the prior pack's adjusted ones; at a new fiscal year with the income statement closed
    /// to retained earnings.
    fn continuity(&mut self) {
        const ID: &str = "opening-continues-prior";
        let Some(prior) = self.inputs.prior else {
            return self.not_applicable(ID, "Accounts that do not open where the prior pack closed");
        };
        let expected = opens_with(self.inputs.book, self.inputs.quarter, prior);
        let opening = &self.inputs.trial_balance.balances;
        let keys: BTreeSet<_> = expected.keys().chain(opening.keys()).cloned().collect();
        let differing = keys.iter().filter(|key| {
            let found = opening.get(*key).map_or(Money::ZERO, |balance| balance.opening);
            expected.get(*key).copied().unwrap_or(Money::ZERO) != found
        });
        let count = Value::Count(differing.count() as u64);
        self.against_ledger(ID, "Accounts that do not open where the prior pack closed", Value::Count(0), count);
    }

    fn roll_forwards(&mut self) {
        for kind in Kind::SUBLEDGERS {
            let rows: Vec<&RollRow> = self.inputs.rolls.iter().filter(|row| row.kind == kind).collect();
            let footed: Money = rows.iter().map(|row| row.footed()).sum();
            let closing: Money = rows.iter().map(|row| row.closing).sum();
            let (name, words) = (kind.name(), kind.name().replace('_', " "));
            self.amounts(
                format!("roll-forward-foots:{name}"),
                format!("Roll-forward of {words} foots"),
                footed,
                closing,
            );
            let differing = rows.iter().filter(|row| row.footed() != row.closing).count() as u64;
            let description = format!("Items of {words} whose roll-forward does not foot");
            self.push(format!("roll-forward-items:{name}"), description, Value::Count(0), Value::Count(differing));
            let opening: Money = rows.iter().map(|row| row.opening).sum();
            let id = format!("roll-forward-opens:{name}");
            let description = format!("Roll-forward of {words} opens where the prior pack closed");
            match self.inputs.prior {
                None => self.not_applicable(&id, &description),
                Some(prior) => self.amounts(id, description, prior_closing(prior, kind), opening),
            }
        }
    }

    fn entries(&mut self) {
        let mut entities: BTreeMap<&str, (Money, Money)> = BTreeMap::new();
        for entry in self.inputs.entries {
            let sums = entities.entry(entry.entity()).or_insert((Money::ZERO, Money::ZERO));
            for line in entry.lines() {
                sums.0 += line.debit;
                sums.1 += line.credit;
            }
        }
        for (entity, (debits, credits)) in entities {
            let description = format!("Proposed entries of {entity} balance");
            self.amounts(format!("entries-balance:{entity}"), description, debits, credits);
        }
        for kind in Kind::ALL {
            let items = &self.inputs.schedules.totals;
            let items: Money = items
                .iter()
                .filter(|row| row.movement.kind() == kind && row.movement.is_income())
                .map(|row| row.amount)
                .sum();
            let lines = self.inputs.statements;
            let posted = -net_income(lines, |amounts| amounts.adjustments[kind as usize]);
            let description = format!("Item adjustments of {} are what income bears", kind.name().replace('_', " "));
            self.amounts(format!("adjustments-posted:{}", kind.name()), description, items, posted);
        }
    }
}

fn prior_closing(prior: &PriorPack, kind: Kind) -> Money {
    match kind {
        Kind::InventoryReserve => prior.inventory.iter().filter_map(|(_, opening)| opening.reserve).sum(),
        Kind::PrepaidAdvertising => prior.prepaid.values().map(|earlier| earlier.written_off).sum(),
        Kind::FixedAssets => prior.assets.values().map(|earlier| earlier.written_down).sum(),
        Kind::Obligations => prior.obligations.values().filter_map(|opening| opening.closing).sum(),
        Kind::IncomeTax => Money::ZERO,
    }
}
