//! A company small enough to be added up by hand.

use chrono::NaiveDate;

use super::dimensions::{By, CONSOLIDATED, CONTINUING, ELIMINATIONS, WIND_DOWN};
use super::*;
use crate::adjust::Movement;
use crate::book::{AccountType, Calendar, CashFlowClass, Event, Named, Section, Shares, config};
use crate::journal::{JournalEntry, JournalLine};
use crate::trial_balance::{Balance, TrialBalance};

fn whole(units: i128) -> Money {
    Money::from_cents(units * 100)
}

fn account(code: &str, line: &str, section: Section, class: CashFlowClass) -> Account {
    let kind = [AccountType::Asset, AccountType::Liability, AccountType::Equity, AccountType::Revenue];
    let kind = kind.into_iter().find(|kind| section.holds(*kind)).unwrap_or(AccountType::Expense);
    Account {
        code: code.to_owned(),
        name: line.to_owned(),
        kind,
        debit_normal: matches!(kind, AccountType::Asset | AccountType::Expense),
        statement_line: line.to_owned(),
        section,
        cash_flow_class: class,
        cash_flow_contra: None,
        intercompany: None,
    }
}

fn chart() -> Chart {
    use CashFlowClass::{Cash, Financing, Investing, NonCash, Operating};
    let mut tax = account("71", "Income taxes", Section::IncomeTax, Operating);
    tax.kind = AccountType::Expense;
    let non_cash = |code: &str, name: &str, line: &str, section, contra: &str| Account {
        name: name.to_owned(),
        cash_flow_contra: Some(contra.to_owned()),
        ..account(code, line, section, NonCash)
    };
    let group = |account: Account| Account { intercompany: Some("loans".to_owned()), ..account };
    Chart::new(vec![
        account("10", "Cash", Section::CurrentAsset, Cash),
        account("13", "Inventories, net", Section::CurrentAsset, Operating),
        account("139", "Inventories, net", Section::CurrentAsset, Operating),
        group(account("18", "Due from affiliates", Section::CurrentAsset, Financing)),
        account("15", "Equipment, net", Section::NonCurrentAsset, Investing),
        group(account("28", "Due to affiliates", Section::CurrentLiability, Financing)),
        account("20", "Accounts payable", Section::CurrentLiability, Operating),
        account("32", "Retained earnings", Section::Equity, Financing),
        account("40", "Net sales", Section::Revenue, Operating),
        account("50", "Cost of goods sold", Section::CostOfGoodsSold, Operating),
        non_cash("51", "Inventory write-down", "Cost of goods sold", Section::CostOfGoodsSold, "139"),
        non_cash("64", "Depreciation", "Depreciation", Section::OperatingExpense, "15"),
        tax,
    ])
}

/// Opening balances of the year, and what the quarter did, debit positive: brand A of entity E ends, B of F goes on.
///
/// A sold for 500 what cost 300, bought 100 of stock on credit and depreciates 20; B sold for 200 what cost 80, paid 30
/// for equipment and lent 60 to entity E.
fn trial_balance() -> TrialBalance {
    let mut books = TrialBalance::default();
    for (code, entity, brand, opening, moved) in [
        ("10", "E", "A", 1_000, 500 + 60),
        ("13", "E", "A", 400, 100 - 300),
        ("139", "E", "A", -50, 0),
        ("15", "E", "A", 200, -20),
        ("28", "E", "A", 0, -60),
        ("20", "E", "A", -150, -100),
        ("32", "E", "A", -1_400, 0),
        ("40", "E", "A", 0, -500),
        ("50", "E", "A", 0, 300),
        ("64", "E", "A", 0, 20),
        ("10", "F", "B", 300, 200 - 30 - 60),
        ("13", "F", "B", 200, -80),
        ("15", "F", "B", 0, 30),
        ("18", "F", "B", 0, 60),
        ("32", "F", "B", -500, 0),
        ("40", "F", "B", 0, -200),
        ("50", "F", "B", 0, 80),
    ] {
        let (debits, credits) = (whole(moved).at_least_zero(), whole(-moved).at_least_zero());
        let (opening, nothing) = (whole(opening), Money::ZERO);
        let balance = Balance { opening, debits, credits, posted: nothing, adjustments: nothing };
        books.balances.insert((code.to_owned(), Dimension::new(entity, brand, "s")), balance);
    }
    books
}

/// The write-down of 70 of A's stock.
fn entries() -> Vec<JournalEntry> {
    let line = |account: &str, debit, credit| JournalLine {
        account: account.to_owned(),
        dimension: Dimension::new("E", "A", "s"),
        debit: whole(debit),
        credit: whole(credit),
        figure_id: String::new(),
    };
    let lines = vec![line("51", 70, 0), line("139", 0, 70)];
    let end = NaiveDate::from_ymd_opt(2004, 5, 29).expect("a date");
    vec![JournalEntry::try_new("CP".to_owned(), Movement::ReserveCharge, end, lines).expect("a balanced entry")]
}

fn made(prior_quarter: Option<&Comparative>, opens_fiscal_year: bool) -> Vec<StatementLine> {
    let (chart, positions) = (chart(), positions(&trial_balance(), &entries()));
    build(Inputs { chart: &chart, positions: &positions, opens_fiscal_year, prior_quarter, prior_year: None })
}

/// As recorded, the inventory column, as adjusted; in whole units.
fn shown(lines: &[StatementLine], statement: &str, line: &str) -> [i128; 3] {
    let found = lines.iter().find(|found| found.statement == statement && found.line == line).expect("a line");
    let amounts = &found.amounts;
    [amounts.as_recorded, amounts.adjustments[0], amounts.as_adjusted()].map(|amount| amount.cents() / 100)
}

#[test]
fn the_statements_add_up() {
    let lines = made(None, true);
    assert_eq!(shown(&lines, INCOME_STATEMENT, GROSS_PROFIT), [320, -70, 250]);
    assert_eq!(shown(&lines, INCOME_STATEMENT, NET_INCOME), [300, -70, 230]);
    // 1,560 + 410 of cash, 150 + 120 of stock, 180 + 30 of equipment; the loan between the entities is no asset.
    assert_eq!(shown(&lines, BALANCE_SHEET, TOTAL_ASSETS), [2_450, -70, 2_380]);
    assert_eq!(shown(&lines, BALANCE_SHEET, TOTAL_LIABILITIES_AND_EQUITY), [2_450, -70, 2_380]);
    assert_eq!(shown(&lines, BALANCE_SHEET, "Due from affiliates"), [0, 0, 0]);
}

/// The write-down is added back once: stock fell by 280 before it, and the change in inventories stays 280.
#[test]
fn a_charge_without_cash_is_counted_once() {
    let lines = made(None, true);
    let flow = |line| shown(&lines, CASH_FLOW, line);
    assert_eq!(flow(NET_INCOME), [300, -70, 230]);
    assert_eq!(flow("Inventory write-down"), [0, 70, 70]);
    assert_eq!(flow("Depreciation"), [20, 0, 20]);
    assert_eq!(flow("Change in Inventories, net"), [280, 0, 280]);
    assert_eq!(flow("Change in Accounts payable"), [100, 0, 100]);
    assert_eq!(flow("Net cash from operating activities"), [700, 0, 700]);
    assert_eq!(flow("Change in Equipment, net"), [-30, 0, -30]);
    assert_eq!(flow("Net cash from financing activities"), [0, 0, 0]);
    assert_eq!(flow(NET_CHANGE_IN_CASH), [670, 0, 670]);
    assert_eq!(flow(BEGINNING_CASH), [1_300, 0, 1_300]);
    assert_eq!(flow(ENDING_CASH), [1_970, 0, 1_970]);
}

/// Own entries in the ledger are no part of what is recorded, and their columns hold them all the same.
#[test]
fn posted_entries_are_set_aside() {
    let mut books = trial_balance();
    let key = |code: &str| (code.to_owned(), Dimension::new("E", "A", "s"));
    let nothing = || Balance {
        opening: Money::ZERO,
        debits: Money::ZERO,
        credits: Money::ZERO,
        posted: Money::ZERO,
        adjustments: Money::ZERO,
    };
    let charge = books.balances.entry(key("51")).or_insert_with(nothing);
    (charge.debits, charge.posted) = (whole(70), whole(70));
    let reserve = books.balances.entry(key("139")).or_insert_with(nothing);
    (reserve.credits, reserve.posted) = (whole(70), whole(-70));
    let (chart, positions) = (chart(), positions(&books, &entries()));
    let found = build(Inputs {
        chart: &chart,
        positions: &positions,
        opens_fiscal_year: true,
        prior_quarter: None,
        prior_year: None,
    });
    for (one, other) in found.iter().zip(made(None, true)) {
        assert_eq!((&one.line, one.amounts), (&other.line, other.amounts));
    }
}

#[test]
fn a_year_to_date_goes_on_from_the_quarter_before() {
    let figure = |line: &str, amount| ((CASH_FLOW_YTD.to_owned(), line.to_owned()), whole(amount));
    let before = Comparative::from([
        figure(NET_INCOME, 10),
        figure("Change in Accounts payable", -25),
        figure(NET_CHANGE_IN_CASH, -15),
        figure(BEGINNING_CASH, 1_315),
        figure(ENDING_CASH, 1_300),
    ]);
    let lines = made(Some(&before), false);
    let flow = |line| shown(&lines, CASH_FLOW_YTD, line);
    assert_eq!(flow(NET_INCOME), [310, -70, 240]);
    assert_eq!(flow("Change in Accounts payable"), [75, 0, 75]);
    assert_eq!(flow(NET_CHANGE_IN_CASH), [655, 0, 655]);
    assert_eq!(flow(BEGINNING_CASH), [1_315, 0, 1_315]);
    assert_eq!(flow(ENDING_CASH), [1_970, 0, 1_970]);
    assert!(!made(None, false).iter().any(|line| line.statement == CASH_FLOW_YTD), "made from nothing");
    assert_eq!(shown(&made(None, true), CASH_FLOW_YTD, NET_CHANGE_IN_CASH), [670, 0, 670]);
}

fn book() -> Book {
    let text = include_str!("../../data/book/closepack.toml");
    let mut config = config::parse(text).expect("the embedded configuration");
    let named = |codes: [&str; 2]| codes.map(|code| Named { code: code.to_owned(), name: code.to_owned() }).to_vec();
    (config.entities, config.brands) = (named(["E", "F"]), named(["A", "B"]));
    config.segments = named(["s", "t"]);
    let date = |month, day| NaiveDate::from_ymd_opt(2004, month, day).expect("a date");
    let event = Event {
        id: "end".to_owned(),
        kind: "brand-exit".to_owned(),
        date: date(5, 26),
        brands: ["A".to_owned()].into(),
        description: String::new(),
    };
    config.events = [("end".to_owned(), event)].into();
    let quarter = |id: &str, start, end| Quarter { id: id.to_owned(), start, end, fiscal_year: 2004 };
    let quarters = vec![quarter("Q1", date(1, 1), date(2, 28)), quarter("Q2", date(2, 29), date(5, 29))];
    let shares = |basic: i64| Shares { basic: basic.into(), incremental: 50.into() };
    Book {
        config,
        calendar: Calendar::new(quarters),
        chart: chart(),
        shares: [("Q1".to_owned(), shares(100)), ("Q2".to_owned(), shares(130))].into(),
        comparatives: BTreeMap::new(),
    }
}

#[test]
fn members_add_up_to_the_whole() {
    let (book, positions) = (book(), positions(&trial_balance(), &entries()));
    let quarter = book.calendar.quarter("Q2").expect("a quarter");
    let found = dimensions::build(&book, quarter, &positions);
    let amount = |statement: &str, by: By, member: &str, line: &str| {
        let mut of = found.iter().filter(|row| row.statement == statement && row.by == by && row.member == member);
        of.find(|row| row.line == line).expect("a line").amounts.as_adjusted().cents() / 100
    };
    let net = |by, member| amount(INCOME_STATEMENT, by, member, NET_INCOME);
    assert_eq!([net(By::WindDown, WIND_DOWN), net(By::WindDown, CONTINUING)], [110, 120]);
    assert_eq!([net(By::Brand, "A"), net(By::Brand, "B")], [110, 120]);
    assert_eq!([net(By::Segment, "s"), net(By::Segment, "t")], [230, 0]);
    let assets = |member| amount(BALANCE_SHEET, By::Entity, member, TOTAL_ASSETS);
    assert_eq!([assets("E"), assets("F"), assets(ELIMINATIONS), assets(CONSOLIDATED)], [1_820, 620, -60, 2_380]);
}

#[test]
fn a_quarter_before_the_event_has_nothing_in_wind_down() {
    let (book, positions) = (book(), positions(&trial_balance(), &[]));
    let quarter = book.calendar.quarter("Q1").expect("a quarter");
    let found = dimensions::build(&book, quarter, &positions);
    let wound = found.iter().filter(|row| row.member == WIND_DOWN);
    assert!(wound.clone().count() > 0 && wound.clone().all(|row| row.amounts == Amounts::ZERO));
}

#[test]
fn a_loss_does_not_dilute() {
    let book = book();
    let quarter = book.calendar.quarter("Q2").expect("a quarter");
    let mut lines = made(None, true);
    for line in lines.iter_mut().filter(|line| line.line == NET_INCOME) {
        line.amounts = Amounts { as_recorded: whole(90), ..Amounts::ZERO };
        line.amounts.adjustments[0] = whole(-181);
    }
    let found = per_share::build(&book, quarter, &lines);
    let figure = |period: &str, measure: &str, column: &str| {
        let mut rows = found.iter().filter(|row| row.period == period && row.measure == measure);
        let row = rows.find(|row| row.column == column).expect("a figure");
        (row.shares.normalize().to_string(), row.per_share.expect("a figure").to_string())
    };
    let pair = |shares: &str, per_share: &str| (shares.to_owned(), per_share.to_owned());
    assert_eq!(figure("quarter", "basic", "as-recorded"), pair("130", "0.6923"));
    assert_eq!(figure("quarter", "diluted", "as-recorded"), pair("180", "0.5000"));
    assert_eq!(figure("quarter", "diluted", "as-adjusted"), pair("130", "-0.7000"));
    assert_eq!(figure("year-to-date", "diluted", "as-recorded"), pair("165", "0.5455"));
    assert_eq!(figure("year-to-date", "basic", "as-adjusted"), pair("115", "-0.7913"));
}

#[test]
fn shares_of_a_year_need_all_of_its_quarters() {
    let mut book = book();
    book.shares.remove("Q1");
    let quarter = book.calendar.quarter("Q2").expect("a quarter");
    let periods: Vec<&str> = per_share::build(&book, quarter, &made(None, true)).iter().map(|row| row.period).collect();
    assert_eq!(periods, ["quarter"; 4]);
}

#[test]
fn a_full_allowance_leaves_no_tax_effect() {
    let (book, positions) = (book(), positions(&trial_balance(), &entries()));
    let mut policies = book.config.policies.clone();
    let amounts = |policies: &_| -> Vec<i128> {
        tax::build(&book.chart, policies, &positions).iter().map(|line| line.amount.cents()).collect()
    };
    assert_eq!(amounts(&policies), [-7_000, 2_800, -2_800, 0]);
    policies.valuation_allowance = false;
    assert_eq!(amounts(&policies), [-7_000, 2_800, 0, 2_800]);
}

#[test]
fn materiality_is_a_percentage_of_the_base_without_its_sign() {
    let mut lines = made(None, true);
    for line in lines.iter_mut().filter(|line| line.line == INCOME_BEFORE_TAX) {
        line.amounts.as_recorded = whole(-70);
    }
    lines.retain(|line| line.line != TOTAL_EQUITY);
    let rows = materiality::build(&chart(), &lines);
    let percent = |base: &str, kind: &str| {
        let row = rows.iter().find(|row| row.base == base && row.kind_name() == kind).expect("a row");
        row.percent.map(|percent| percent.to_string())
    };
    assert_eq!(rows.len(), 7 * (Kind::ALL.len() + 1));
    assert_eq!(percent("Net sales", "all").as_deref(), Some("-10.00"));
    assert_eq!(percent(NET_INCOME, "inventory_reserve").as_deref(), Some("-30.43"));
    assert_eq!(percent(INCOME_BEFORE_TAX, "all").as_deref(), Some("-50.00"));
    assert_eq!(percent(INCOME_BEFORE_TAX, "obligations").as_deref(), Some("0.00"));
    assert_eq!(percent(TOTAL_EQUITY, "all"), None);
}

/// A sold stock whose reserve was 40: without that relief its margin of 130 would be 90.
#[test]
fn the_margin_tells_of_stock_written_down_before() {
    let positions = positions(&trial_balance(), &entries());
    let at = Dimension::new("E", "A", "s");
    let rows = margin::build(&chart(), &positions, [(&at, whole(40))].into_iter());
    let brands: Vec<&str> = rows.iter().map(|row| row.brand.as_str()).collect();
    assert_eq!(brands, ["A", "B"]);
    let of = rows[0].margin;
    assert_eq!((of.gross_profit(), of.gross_profit_without_relief()), (whole(130), whole(90)));
    let rate = |profit| of.rate(profit).map(|rate| rate.to_string());
    assert_eq!((rate(of.gross_profit()).as_deref(), rate(whole(90)).as_deref()), (Some("0.2600"), Some("0.1800")));
    assert_eq!(margin::total(&rows).gross_profit(), whole(250));
}

/// The year to date of reported quarters needs every quarter of the year.
#[test]
fn reported_quarters_add_up_to_the_year() {
    let mut book = book();
    let mut report = |quarter: &str, statement: &str, line: &str, amount| {
        book.comparatives.insert((quarter.to_owned(), statement.to_owned(), line.to_owned()), whole(amount));
    };
    report("Q1", INCOME_STATEMENT, "Net sales", 100);
    report("Q2", INCOME_STATEMENT, "Net sales", 30);
    report("Q2", CASH_FLOW, "Change in Inventories, net", 5);
    report("Q2", CASH_FLOW, BEGINNING_CASH, 7);
    let figures = reported(&book, "Q2").expect("figures");
    let figure = |statement: &str, line: &str| {
        figures.get(&(statement.to_owned(), line.to_owned())).map(|amount| amount.cents() / 100)
    };
    assert_eq!(figure(INCOME_STATEMENT, NET_INCOME), Some(30));
    assert_eq!(figure(INCOME_STATEMENT_YTD, NET_INCOME), Some(130));
    assert_eq!(figure(CASH_FLOW, ENDING_CASH), Some(42));
    assert_eq!(figure(CASH_FLOW_YTD, ENDING_CASH), None);
    assert_eq!(figure(BALANCE_SHEET, TOTAL_ASSETS), None);
    assert_eq!(reported(&book, "Q3"), None);
}
