//! The checks of the statements: against the trial balance, against each other, and of their parts against the whole.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checks, Value};
use crate::adjust::Kind;
use crate::book::{Account, CashFlowClass};
use crate::domain::{Dimension, Money};
use crate::statements::dimensions::{By, CONSOLIDATED};
use crate::statements::{
    self, Amounts, BALANCE_SHEET, CASH_FLOW, CASH_FLOW_YTD, CURRENT_YEAR_EARNINGS, Comparative, ENDING_CASH,
    GROSS_PROFIT, INCOME_BEFORE_TAX, INCOME_STATEMENT, INCOME_STATEMENT_YTD, NET_CHANGE_IN_CASH, NET_INCOME,
    StatementLine, TOTAL_ASSETS, TOTAL_LIABILITIES_AND_EQUITY, margin, tax,
};
use crate::trial_balance::Balance;

/// What the members of a view come to by line.
type ByOrder = BTreeMap<usize, Amounts>;

impl Checks<'_> {
    pub(super) fn statements(&mut self) {
        let assets = self.adjusted(BALANCE_SHEET, TOTAL_ASSETS);
        let financed = self.adjusted(BALANCE_SHEET, TOTAL_LIABILITIES_AND_EQUITY);
        let net = self.adjusted(INCOME_STATEMENT, NET_INCOME);
        let description = "Adjusted assets equal liabilities and equity";
        self.amounts("balance-sheet-balances", description, assets, financed);
        let income = |account: &Account| account.kind.is_income_statement();
        let from_balances = -self.sum(income, |balance| balance.debits - balance.credits + balance.adjustments);
        let description = "Adjusted net income equals the adjusted trial balance";
        self.amounts("income-equals-trial-balance", description, from_balances, net);
        let earned = self.adjusted(BALANCE_SHEET, CURRENT_YEAR_EARNINGS);
        let year = -self.sum(income, Balance::adjusted);
        let description = "Adjusted earnings of the year equal the adjusted trial balance";
        self.amounts("earnings-equal-trial-balance", description, year, earned);
        let to_date = self.adjusted(INCOME_STATEMENT_YTD, NET_INCOME);
        let description = "Adjusted net income of the year to date equals the balance sheet's earnings of the year";
        self.amounts("income-to-date-equals-earnings", description, earned, to_date);
        self.cash_flow();
        self.cash_flow_to_date();
        self.dimensions();
        self.intercompany();
        self.comparatives();
        self.views();
    }

    fn of(&self, statement: &str, line: &str, column: impl Fn(&Amounts) -> Money) -> Money {
        statements::amount_of(self.inputs.statements, statement, line, column)
    }

    fn adjusted(&self, statement: &str, line: &str) -> Money {
        self.of(statement, line, Amounts::as_adjusted)
    }

    /// The sum of a column of the trial balance over consolidated accounts.
    fn sum(&self, takes: impl Fn(&Account) -> bool, column: impl Fn(&Balance) -> Money) -> Money {
        let chart = &self.inputs.book.chart;
        let takes = |(account, _): &(String, Dimension)| {
            chart.account(account).is_some_and(|account| account.intercompany.is_none() && takes(account))
        };
        self.inputs.trial_balance.sum(takes, column)
    }

    fn cash_flow(&mut self) {
        let cash = |account: &Account| account.cash_flow_class == CashFlowClass::Cash;
        let recorded = self.sum(cash, Balance::activity);
        let flow = self.of(CASH_FLOW, NET_CHANGE_IN_CASH, |amounts| amounts.as_recorded);
        self.amounts("cash-flow-as-recorded", "The cash flow as recorded is what cash moved by", recorded, flow);
        let adjusted = self.sum(cash, |balance| balance.debits - balance.credits + balance.adjustments);
        let flow = self.adjusted(CASH_FLOW, NET_CHANGE_IN_CASH);
        self.amounts("cash-flow-as-adjusted", "The cash flow as adjusted is what cash moved by", adjusted, flow);
        for kind in Kind::ALL {
            let flow = self.of(CASH_FLOW, NET_CHANGE_IN_CASH, |amounts| amounts.adjustments[kind as usize]);
            let description = format!("Adjustments of {} move no cash", kind.name().replace('_', " "));
            self.amounts(format!("cash-flow-kind:{}", kind.name()), description, Money::ZERO, flow);
        }
        let end = self.adjusted(CASH_FLOW, ENDING_CASH);
        let description = "Cash at the end of the cash flow is that of the balance sheet";
        self.amounts("cash-flow-end", description, self.balance_sheet_cash(), end);
    }

    /// The captions of cash; the chart holds no other account in them.
    fn balance_sheet_cash(&self) -> Money {
        let cash = self.inputs.book.chart.accounts().filter(|account| account.cash_flow_class == CashFlowClass::Cash);
        let captions: BTreeSet<&str> = cash.map(|account| account.statement_line.as_str()).collect();
        captions.into_iter().map(|caption| self.adjusted(BALANCE_SHEET, caption)).sum()
    }

    fn cash_flow_to_date(&mut self) {
        let ids = [
            ("cash-flow-to-date-end", "Cash at the end of the year to date is that of the balance sheet"),
            ("cash-flow-to-date-income", "Net income of both statements of the year to date is the same"),
        ];
        if !self.inputs.statements.iter().any(|line| line.statement == CASH_FLOW_YTD) {
            ids.into_iter().for_each(|(id, description)| self.not_applicable(id, description));
            return;
        }
        let [(end, end_words), (income, income_words)] = ids;
        let (cash, flow) = (self.balance_sheet_cash(), self.adjusted(CASH_FLOW_YTD, ENDING_CASH));
        self.amounts(end, end_words, cash, flow);
        let to_date = self.adjusted(INCOME_STATEMENT_YTD, NET_INCOME);
        let flow = self.adjusted(CASH_FLOW_YTD, NET_INCOME);
        if self.inputs.book.calendar.opens_fiscal_year(self.inputs.quarter) {
            self.amounts(income, income_words, to_date, flow);
        } else {
            self.against_ledger(income, income_words, Value::Amount(to_date), Value::Amount(flow));
        }
    }

    /// The members of each view add up to the consolidated statement, in every line and column.
    fn dimensions(&mut self) {
        for statement in [INCOME_STATEMENT, BALANCE_SHEET] {
            let whole = self.inputs.statements.iter().filter(|line| line.statement == statement);
            let whole: Vec<&StatementLine> = whole.collect();
            for by in By::ALL {
                let parts = self.inputs.views.dimensions.iter();
                let parts = parts.filter(|part| part.statement == statement && part.by == by);
                let mut sums = ByOrder::new();
                for part in parts.filter(|part| part.member != CONSOLIDATED) {
                    let sum = sums.entry(part.order).or_insert(Amounts::ZERO);
                    *sum = [*sum, part.amounts].into_iter().sum();
                }
                if sums.is_empty() {
                    continue;
                }
                let differs = |(line, order): &(&&StatementLine, usize)| sums.get(order) != Some(&line.amounts);
                let differing = whole.iter().zip(1..).filter(differs).count() as u64;
                let id = format!("members-add-up:{statement}:{}", by.name());
                let description = format!(
                    "Lines of the {} by {} whose members do not add up",
                    statement.replace('-', " "),
                    by.name()
                );
                self.push(id, description, Value::Count(0), Value::Count(differing));
            }
        }
    }

    /// What consolidation eliminates sums to nothing over the entities, in each group.
    fn intercompany(&mut self) {
        let chart = &self.inputs.book.chart;
        let groups: BTreeSet<&str> = chart.accounts().filter_map(|account| account.intercompany.as_deref()).collect();
        for group in groups {
            let takes = |(account, _): &(String, Dimension)| {
                chart.account(account).is_some_and(|account| account.intercompany.as_deref() == Some(group))
            };
            let balances = self.inputs.trial_balance;
            let closing = balances.sum(takes, Balance::adjusted);
            let activity = balances.sum(takes, |balance| balance.debits - balance.credits + balance.adjustments);
            let description = format!("Balances of the intercompany group {group} sum to nothing over the entities");
            self.amounts(format!("intercompany:{group}"), description, Money::ZERO, closing);
            let description = format!("The quarter's activity of the intercompany group {group} sums to nothing");
            self.amounts(format!("intercompany-activity:{group}"), description, Money::ZERO, activity);
        }
    }

    /// Every reported figure of a quarter without a pack is a line of its statement, and a reported total is the sum of
    /// its lines.
    fn comparatives(&mut self) {
        let (id, description) = ("comparatives-as-shown", "Reported figures that no statement shows as they are");
        let book = self.inputs.book;
        if book.comparatives.is_empty() {
            return self.not_applicable(id, description);
        }
        let quarters: BTreeSet<&str> = book.comparatives.keys().map(|(quarter, ..)| quarter.as_str()).collect();
        let shown: BTreeMap<&str, Comparative> =
            quarters.into_iter().filter_map(|quarter| Some((quarter, statements::reported(book, quarter)?))).collect();
        let differing = book.comparatives.iter().filter(|((quarter, statement, line), amount)| {
            let figures = shown.get(quarter.as_str());
            figures.and_then(|figures| figures.get(&(statement.clone(), line.clone()))) != Some(amount)
        });
        let count = Value::Count(differing.count() as u64);
        self.push(id, description, Value::Count(0), count);
    }

    fn views(&mut self) {
        let recognised = self.inputs.views.tax.iter().filter(|line| line.line == tax::RECOGNISED);
        let recognised = recognised.map(|line| line.amount).sum();
        let posted = self.of(INCOME_STATEMENT, NET_INCOME, Amounts::adjusted_by)
            - self.of(INCOME_STATEMENT, INCOME_BEFORE_TAX, Amounts::adjusted_by);
        let description = "The tax effect that is recognised is what the income statement bears";
        self.amounts("tax-effect-posted", description, recognised, posted);
        let margin = margin::total(&self.inputs.views.margin);
        let gross = self.adjusted(INCOME_STATEMENT, GROSS_PROFIT);
        self.amounts("margin-adds-up", "Margins by brand and segment add up", gross, margin.gross_profit());
    }
}
