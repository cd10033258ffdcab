//! The cash flow by the indirect method: cash received is positive (SFAS 95 par. 28, ASC 230-10-45-28, IAS 7.18(b)).
//!
//! What a non-cash account charged is added back, and taken out of the change of the balance sheet caption that it
//! moved, so that it is counted once: change in inventories = opening net - closing net - write-down.

use std::collections::BTreeMap;

use super::positions::{Positions, Takes, earned, taken};
use super::{Amounts, CASH_FLOW_YTD, Comparative, Line, NET_INCOME};
use crate::book::{Account, CashFlowClass, Chart, Section};
use crate::domain::Money;

pub const NET_CHANGE_IN_CASH: &str = "Net change in cash";
pub const BEGINNING_CASH: &str = "Cash at beginning of period";
pub const ENDING_CASH: &str = "Cash at end of period";

/// The classes of flows in the order of presentation, each with the line of its total.
const CLASSES: [(CashFlowClass, &str); 3] = [
    (CashFlowClass::Operating, "Net cash from operating activities"),
    (CashFlowClass::Investing, "Net cash from investing activities"),
    (CashFlowClass::Financing, "Net cash from financing activities"),
];

/// What a line of the cash flow is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Flow<'a> {
    NetIncome,
    /// The charge of the non-cash income accounts of a name, added back.
    AddBack(&'a str),
    /// The movement of a balance sheet caption's accounts of a class, without what is added back.
    Change(CashFlowClass, Section, &'a str),
}

impl Flow<'_> {
    const fn class(&self) -> CashFlowClass {
        match self {
            Self::NetIncome | Self::AddBack(_) => CashFlowClass::Operating,
            Self::Change(class, ..) => *class,
        }
    }
}

/// Every flow of the chart with its line, in the order of presentation.
fn flows(chart: &Chart) -> Vec<(Flow<'_>, String)> {
    let mut flows = vec![(Flow::NetIncome, NET_INCOME.to_owned())];
    for account in chart.accounts().filter(|account| account.cash_flow_class == CashFlowClass::NonCash) {
        let flow = Flow::AddBack(&account.name);
        if !flows.iter().any(|(known, _)| *known == flow) {
            flows.push((flow, account.name.clone()));
        }
    }
    let held = |class: CashFlowClass, section: Section, caption: &str| {
        let of = |account: &Account| (account.cash_flow_class, account.section) == (class, section);
        chart.accounts().any(|account| of(account) && account.statement_line == caption)
    };
    for (class, _) in CLASSES {
        for (section, _) in Section::ALL.into_iter().filter(|(section, _)| *section >= Section::CurrentAsset) {
            for caption in chart.captions(section).filter(|caption| held(class, section, caption)) {
                // A caption in two classes or sections has a line in each, and each line a name of its own.
                let line = format!("Change in {caption}");
                let taken = flows.iter().any(|(_, known)| *known == line);
                let line =
                    if taken { format!("{line} ({}, {})", class_name(class), section_name(section)) } else { line };
                flows.push((Flow::Change(class, section, caption), line));
            }
        }
    }
    flows
}

fn class_name(class: CashFlowClass) -> &'static str {
    CashFlowClass::ALL.iter().find(|(of, _)| *of == class).map_or("", |(_, name)| name)
}

fn section_name(section: Section) -> &'static str {
    Section::ALL.iter().find(|(of, _)| *of == section).map_or("", |(_, name)| name)
}

/// The cash flow of the quarter.
pub(super) fn of_quarter(chart: &Chart, positions: &Positions, takes: Takes<'_>) -> Vec<Line> {
    let mut amounts: BTreeMap<Flow<'_>, Amounts> = BTreeMap::new();
    amounts.insert(Flow::NetIncome, earned(chart, positions, takes, |position| position.activity));
    let mut beginning = Amounts::ZERO;
    let mut received = |flow, amount: Amounts| {
        let sum = amounts.entry(flow).or_insert(Amounts::ZERO);
        *sum = sum.plus(amount);
    };
    for (account, position) in taken(chart, positions, takes) {
        let moved = position.activity;
        match account.cash_flow_class {
            CashFlowClass::Cash => beginning.as_recorded += position.opening,
            CashFlowClass::NonCash => {
                received(Flow::AddBack(&account.name), moved);
                if let Some(contra) = account.cash_flow_contra.as_deref().and_then(|code| chart.account(code)) {
                    received(change_of(contra), moved.negated());
                }
            }
            _ if account.kind.is_income_statement() => {}
            _ => received(change_of(account), moved.negated()),
        }
    }
    lines(chart, beginning, |flow, _| amounts.get(&flow).copied().unwrap_or(Amounts::ZERO))
}

fn change_of(account: &Account) -> Flow<'_> {
    Flow::Change(account.cash_flow_class, account.section, &account.statement_line)
}

/// The cash flow of the year to date: the quarter's on top of the year's up to the quarter before, as adjusted.
/// Nothing when that is not known.
pub(super) fn to_date(chart: &Chart, quarter: &[Line], before: &Comparative) -> Option<Vec<Line>> {
    let figure = |line: &str| before.get(&(CASH_FLOW_YTD.to_owned(), line.to_owned())).copied();
    let beginning = Amounts::recorded(figure(BEGINNING_CASH)?);
    Some(lines(chart, beginning, |_, line| {
        let earlier = Amounts::recorded(figure(line).unwrap_or(Money::ZERO));
        let own = quarter.iter().find(|candidate| candidate.line == line);
        own.map_or(earlier, |own| own.amounts.plus(earlier))
    }))
}

/// The cash flow of a quarter that has no pack, from its reported figures by line.
pub(super) fn reported(chart: &Chart, net_income: Money, figure: impl Fn(&str) -> Option<Money>) -> Vec<Line> {
    let beginning = Amounts::recorded(figure(BEGINNING_CASH).unwrap_or(Money::ZERO));
    lines(chart, beginning, |flow, line| {
        let otherwise = if flow == Flow::NetIncome { net_income } else { Money::ZERO };
        Amounts::recorded(figure(line).unwrap_or(otherwise))
    })
}

/// The lines, from the amounts of the flows.
fn lines<'a>(chart: &'a Chart, beginning: Amounts, amounts: impl Fn(Flow<'a>, &str) -> Amounts) -> Vec<Line> {
    let flows = flows(chart);
    let mut list = Vec::new();
    let mut net = Amounts::ZERO;
    for (class, total) in CLASSES {
        let mut subtotal = Amounts::ZERO;
        for (flow, line) in flows.iter().filter(|(flow, _)| flow.class() == class) {
            let amounts = amounts(*flow, line);
            subtotal = subtotal.plus(amounts);
            list.push(Line { line: line.clone(), total: false, amounts });
        }
        net = net.plus(subtotal);
        list.push(Line { line: total.to_owned(), total: true, amounts: subtotal });
    }
    list.push(Line { line: NET_CHANGE_IN_CASH.to_owned(), total: true, amounts: net });
    list.push(Line { line: BEGINNING_CASH.to_owned(), total: false, amounts: beginning });
    list.push(Line { line: ENDING_CASH.to_owned(), total: true, amounts: beginning.plus(net) });
    list
}
