//! The chart of accounts and how its accounts are presented.

use std::collections::BTreeMap;

/// What kind of account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountType {
    Asset,
    Liability,
    Equity,
    Revenue,
    Expense,
}

impl AccountType {
    /// The names that a chart may use.
    pub const NAMES: &'static str = "asset, liability, equity, revenue or expense";

    /// The type of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "asset" => Self::Asset,
            "liability" => Self::Liability,
            "equity" => Self::Equity,
            "revenue" => Self::Revenue,
            "expense" => Self::Expense,
            _ => return None,
        })
    }

    /// True for the accounts of the income statement.
    #[must_use]
    pub const fn is_income_statement(self) -> bool {
        matches!(self, Self::Revenue | Self::Expense)
    }
}

/// The part of a statement that an account belongs to, in the order of presentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    Revenue,
    CostOfGoodsSold,
    OperatingExpense,
    OtherIncomeExpense,
    IncomeTax,
    CurrentAsset,
    NonCurrentAsset,
    CurrentLiability,
    NonCurrentLiability,
    Equity,
}

impl Section {
    /// All sections with their names in the chart.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Revenue, "revenue"),
        (Self::CostOfGoodsSold, "cost-of-goods-sold"),
        (Self::OperatingExpense, "operating-expense"),
        (Self::OtherIncomeExpense, "other-income-expense"),
        (Self::IncomeTax, "income-tax"),
        (Self::CurrentAsset, "current-asset"),
        (Self::NonCurrentAsset, "non-current-asset"),
        (Self::CurrentLiability, "current-liability"),
        (Self::NonCurrentLiability, "non-current-liability"),
        (Self::Equity, "equity"),
    ];

    /// The section of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(section, _)| *section)
    }

    /// True when accounts of the type may stand in the section.
    #[must_use]
    pub const fn holds(self, kind: AccountType) -> bool {
        match self {
            Self::Revenue => matches!(kind, AccountType::Revenue),
            Self::CostOfGoodsSold | Self::OperatingExpense => matches!(kind, AccountType::Expense),
            Self::OtherIncomeExpense | Self::IncomeTax => kind.is_income_statement(),
            Self::CurrentAsset | Self::NonCurrentAsset => matches!(kind, AccountType::Asset),
            Self::CurrentLiability | Self::NonCurrentLiability => matches!(kind, AccountType::Liability),
            Self::Equity => matches!(kind, AccountType::Equity),
        }
    }
}

/// What an account's movement is in the cash-flow statement (SFAS 95 par. 14 to 28, ASC 230-10-45; IAS 7.10 to 20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CashFlowClass {
    /// The cash that the statement explains; balance sheet accounts only.
    Cash,
    Operating,
    /// Balance sheet accounts only.
    Investing,
    /// Balance sheet accounts only.
    Financing,
    /// Income or expense without cash, added back to net income; income accounts only.
    NonCash,
}

impl CashFlowClass {
    /// All classes with their names in the chart.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Cash, "cash"),
        (Self::Operating, "operating"),
        (Self::Investing, "investing"),
        (Self::Financing, "financing"),
        (Self::NonCash, "non-cash"),
    ];

    /// The class of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(class, _)| *class)
    }

    /// True when accounts of the type may be of the class.
    #[must_use]
    pub const fn holds(self, kind: AccountType) -> bool {
        match self {
            Self::Operating => true,
            Self::NonCash => kind.is_income_statement(),
            Self::Cash | Self::Investing | Self::Financing => !kind.is_income_statement(),
        }
    }
}

/// One account.
#[derive(Debug, Clone)]
pub struct Account {
    pub code: String,
    pub name: String,
    pub kind: AccountType,
    /// Its balance is normally a debit; of a contra account the other side than its type's.
    pub debit_normal: bool,
    /// The caption under which it is presented.
    pub statement_line: String,
    pub section: Section,
    pub cash_flow_class: CashFlowClass,
    /// For a non-cash income account: the balance sheet account whose movement it explains.
    pub cash_flow_contra: Option<String>,
    /// The group of accounts that are eliminated on consolidation; they sum to nothing over the entities.
    pub intercompany: Option<String>,
}

/// The accounts by code, and the captions in the chart's order.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    accounts: BTreeMap<String, Account>,
    captions: Vec<(Section, String)>,
}

impl Chart {
    /// A chart from accounts in the file's order; a code that comes again is the reader's fault to tell.
    #[must_use]
    pub fn new(rows: Vec<Account>) -> Self {
        let mut chart = Self::default();
        for account in rows {
            let caption = (account.section, account.statement_line.clone());
            if !chart.captions.contains(&caption) {
                chart.captions.push(caption);
            }
            chart.accounts.insert(account.code.clone(), account);
        }
        chart.captions.sort_by_key(|(section, _)| *section);
        chart
    }

    /// The account of a code.
    #[must_use]
    pub fn account(&self, code: &str) -> Option<&Account> {
        self.accounts.get(code)
    }

    /// All accounts by code.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// The captions of one section, in the chart's order.
    pub fn captions(&self, section: Section) -> impl Iterator<Item = &str> {
        self.captions.iter().filter(move |(of, _)| *of == section).map(|(_, caption)| caption.as_str())
    }
}
