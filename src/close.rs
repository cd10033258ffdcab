//! The run of one quarter: a pure function of the book, its records and the earlier packs.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::adjust::Movement;
use crate::book::{Book, Shares, config};
use crate::checks::{self, Check};
use crate::diagnostics::{Code, Faults, Place};
use crate::domain::{Money, Quarter, parallel};
use crate::exceptions::{self, Exception};
use crate::exit_costs::{self, ExitCosts};
use crate::ingest::prior_pack::PriorPack;
use crate::ingest::quarter::Records;
use crate::journal::{self, EntryError, JournalEntry, Numbering, Posted, PostedRow};
use crate::rollforward::{self, RollRow};
use crate::scenario;
use crate::schedules::{self, Schedules};
use crate::sensitivity::{self, SensitivityResult};
use crate::statements::per_share::{diluted_shares, per_share};
use crate::statements::{self, Amounts, Comparative, StatementLine, Views};
use crate::targets::{self, TargetRow};
use crate::trial_balance::TrialBalance;

/// All that a run depends on.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub book: &'a Book,
    pub quarter: &'a Quarter,
    pub records: &'a Records,
    pub prior: Option<&'a PriorPack>,
    /// The real pack of the quarter before, for a scenario that opens with a pack of its own.
    pub real_prior: Option<&'a PriorPack>,
    /// The adjusted figures of the same quarter a year ago.
    pub prior_year: Option<&'a Comparative>,
}

/// One step of the impact bridge; amounts are effects on income.
#[derive(Debug, Clone)]
pub struct ImpactLine {
    pub line: &'static str,
    pub kind: &'static str,
    /// `cash`, `non-cash`, or nothing for a line that is both.
    pub cash: &'static str,
    pub amount: Money,
    /// Currency a share, four decimals.
    pub per_share: Option<Decimal>,
    pub total: bool,
}

/// Everything that a run has found out.
#[derive(Debug, Clone)]
pub struct Closed {
    /// The records as a scenario that opens with a pack of its own has them; none where they are as they were read.
    pub restated: Option<Records>,
    pub trial_balance: TrialBalance,
    pub schedules: Schedules,
    /// The entries that the adjustments require, in full.
    pub entries: Vec<JournalEntry>,
    /// Each line of them beside what the ledger holds of it already.
    pub posting: Vec<PostedRow>,
    /// The entries that are left to post.
    pub proposed: Vec<JournalEntry>,
    pub rolls: Vec<RollRow>,
    pub statements: Vec<StatementLine>,
    pub views: Views,
    pub impact: Vec<ImpactLine>,
    /// The costs of the exits that count, by exit, segment and type.
    pub exit_costs: ExitCosts,
    pub shares: Option<Shares>,
    /// By id.
    pub targets: Vec<TargetRow>,
    pub checks: Vec<Check>,
    pub exceptions: Vec<Exception>,
}

impl Closed {
    /// Net income of the quarter in a column.
    pub fn net_income(&self, column: impl Fn(&Amounts) -> Money) -> Money {
        statements::net_income(&self.statements, column)
    }

    /// The sum of the adjustments that go through income and are of the given nature; a charge is positive.
    #[must_use]
    pub fn charges(&self, cash: bool) -> Money {
        let totals = self.schedules.totals.iter();
        totals.filter(|row| row.movement.is_income() && row.movement.is_cash() == cash).map(|row| row.amount).sum()
    }
}

/// Closes a quarter.
///
/// # Errors
/// The faults that only the rules can find; nothing is measured in part.
pub fn close(inputs: Inputs<'_>) -> Result<Closed, Faults> {
    close_into(inputs, Faults::default())
}

/// As [`close`]; faults are added to `faults`, which may tell each to a sink.
///
/// # Errors
/// As for [`close`].
pub fn close_into(inputs: Inputs<'_>, faults: Faults) -> Result<Closed, Faults> {
    let Inputs { book, quarter, records, prior, real_prior, .. } = inputs;
    let restated = prior.zip(real_prior).map(|(own, real)| scenario::restated(book, quarter, records, own, real));
    let records = restated.as_ref().unwrap_or(records);
    let schedules = schedules::measure_into(book, quarter, records, prior, faults)?;
    let (rolls, books) =
        parallel::both(|| rollforward::build(&schedules, prior), || Books::of(inputs, records, &schedules));
    let Books { entries, posting, proposed, trial_balance, statements, views, exit_costs } = books?;
    let shares = book.shares.get(&quarter.id).copied();
    let of_checks = checks::Inputs {
        book,
        quarter,
        records,
        prior,
        trial_balance: &trial_balance,
        schedules: &schedules,
        entries: &entries,
        rolls: &rolls,
        statements: &statements,
        views: &views,
        exit_costs: &exit_costs,
    };
    let (checks, reviews) =
        parallel::both(|| checks::run(of_checks), || exceptions::reviews(&schedules, &records.ledger, shares, quarter));
    let exceptions = exceptions::of_checks(&checks).chain(reviews).collect();
    let targets = targets::standings(book, quarter, &statements, prior);
    let impact = impact(&schedules, &statements, shares);
    Ok(Closed {
        restated,
        trial_balance,
        schedules,
        entries,
        posting,
        proposed,
        rolls,
        statements,
        views,
        exit_costs,
        impact,
        shares,
        targets,
        checks,
        exceptions,
    })
}

/// The books with the adjustments in them.
struct Books {
    entries: Vec<JournalEntry>,
    posting: Vec<PostedRow>,
    proposed: Vec<JournalEntry>,
    trial_balance: TrialBalance,
    statements: Vec<StatementLine>,
    views: Views,
    exit_costs: ExitCosts,
}

impl Books {
    fn of(inputs: Inputs<'_>, records: &Records, schedules: &Schedules) -> Result<Self, Faults> {
        let Inputs { book, quarter, prior, .. } = inputs;
        let numbering = Numbering { quarter: &quarter.id, scenario: book.config.scenario.as_deref() };
        let unsound = |error: EntryError| match &error {
            EntryError::NoAccount { role, .. } => {
                let help = "name the account in closepack.toml, under [accounts]";
                configuration_fault(&error.to_string(), &format!("{role} = \"an account of the chart\""), help)
            }
            _ => {
                let help = "give each role of [accounts] an account of its own";
                configuration_fault(&error.to_string(), "accounts that make balanced entries", help)
            }
        };
        let entries =
            journal::propose(&schedules.adjustments, &book.config.accounts, numbering, quarter).map_err(unsound)?;
        // A scenario is measured as if nothing had been posted, and never posts.
        let nothing = Posted::default();
        let posted = if book.config.scenario.is_some() { &nothing } else { &records.ledger.posted };
        let (posting, proposed) = journal::remaining(&entries, posted, numbering, quarter).map_err(unsound)?;
        let mut trial_balance = TrialBalance::build(&records.opening_balances, &records.ledger);
        trial_balance.adjust(&proposed);
        if book.config.scenario.is_some() {
            trial_balance.take_back_posted();
        }
        let reported;
        let prior_quarter = if let Some(pack) = prior {
            Some(&pack.statements)
        } else {
            reported = book.calendar.previous(&quarter.id).and_then(|before| statements::reported(book, &before.id));
            reported.as_ref()
        };
        let positions = statements::positions(&trial_balance, &entries);
        let statements = statements::build(statements::Inputs {
            chart: &book.chart,
            positions: &positions,
            opens_fiscal_year: book.calendar.opens_fiscal_year(quarter),
            prior_quarter,
            prior_year: inputs.prior_year,
        });
        let relief = schedules.reserve_sums().into_iter().map(|(dimension, sums)| (dimension, sums.utilised_sale));
        let views = statements::views(book, quarter, &positions, &statements, relief);
        let no_costs = BTreeMap::new();
        let borne = prior.map_or(&no_costs, |pack| &pack.exit_costs);
        let exit_costs = exit_costs::build(book, quarter, schedules, borne);
        Ok(Self { entries, posting, proposed, trial_balance, statements, views, exit_costs })
    }
}

/// Measures a closed quarter again under each of the book's sensitivities, in the book's order. Nothing else depends on
/// it.
#[must_use]
pub fn sensitivities(inputs: Inputs<'_>, closed: &Closed) -> Vec<SensitivityResult> {
    let records = closed.restated.as_ref().unwrap_or(inputs.records);
    sensitivity::analyse(inputs.book, inputs.quarter, records, inputs.prior, &closed.schedules)
}

fn configuration_fault(message: &str, expected: &str, help: &str) -> Faults {
    let mut faults = Faults::default();
    faults.add(Code::Configuration, Place::file(config::FILE), message, "", expected, help);
    faults
}

/// The words of a movement in the bridge.
#[must_use]
pub const fn words(movement: Movement) -> &'static str {
    match movement {
        Movement::ReserveCharge => "Inventory reserve charged",
        Movement::ReserveUtilisedSale => "Inventory reserve used by sales",
        Movement::ReserveUtilisedScrap => "Inventory reserve used by scrapping",
        Movement::ReserveRelease => "Inventory reserve released",
        Movement::PrepaidCatchUp => "Advertising earned, not yet expensed",
        Movement::PrepaidWriteOff => "Prepaid advertising written off",
        Movement::PrepaidReceivable => "Prepaid advertising to be refunded",
        Movement::PrepaidTransfer => "Prepaid advertising that another brand takes over",
        Movement::AssetCatchUp => "Depreciation not yet recorded",
        Movement::AssetAccelerated => "Accelerated depreciation of abandoned assets",
        Movement::AssetWriteDown => "Fixed assets written down",
        Movement::AssetMoveCost => "Cost of fixed assets that another brand reuses",
        Movement::AssetMoveDepreciation => "Depreciation of fixed assets that another brand reuses",
        Movement::ObligationCharge => "Contract termination",
        Movement::RoyaltyAccrual => "Royalties owed, not yet accrued",
        Movement::SeveranceCharge => "Severance",
        Movement::RunningRoyalty => "Running royalties, not yet accrued",
        Movement::BuyoutDeferral => "Royalty buyout deferred over the sell-off",
        Movement::ObligationNonCurrent => "Obligations due after a year",
        Movement::DeferredTax => "Deferred tax on the adjustments",
    }
}

fn impact(schedules: &Schedules, lines: &[StatementLine], shares: Option<Shares>) -> Vec<ImpactLine> {
    let adjusted = statements::net_income(lines, Amounts::as_adjusted);
    let recorded = statements::net_income(lines, |amounts| amounts.as_recorded);
    let a_share = |amount: Money, by: Money| shares.and_then(|shares| per_share(amount, diluted_shares(by, shares), 4));
    let total = |line, amount: Money| ImpactLine {
        line,
        kind: "net-income",
        cash: "",
        amount,
        per_share: a_share(amount, amount),
        total: true,
    };
    let mut bridge = vec![total("Net income (loss) as recorded", recorded)];
    for movement in Movement::all().filter(|movement| movement.is_income()) {
        let rows = schedules.totals.iter().filter(|row| row.movement == movement);
        let amount: Money = rows.map(|row| -row.amount).sum();
        if !amount.is_zero() {
            let cash = if movement.is_cash() { "cash" } else { "non-cash" };
            let (line, kind) = (words(movement), movement.kind().name());
            bridge.push(ImpactLine { line, kind, cash, amount, per_share: a_share(amount, adjusted), total: false });
        }
    }
    bridge.push(total("Net income (loss) as adjusted", adjusted));
    bridge
}
