//! The choices of accounting policy: what a book may choose, what it gets without choosing, and where each comes from.

use rust_decimal::Decimal;

/// The accounting rules in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Today's codification.
    UsGaap,
    /// The rules in force for the reference case.
    UsGaap2004,
    /// International standards.
    Ifrs,
}

/// How inventory is costed, which decides the market test (ASC 330-10-35-1B and 35-1C; IAS 2.25).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostFormula {
    Fifo,
    Average,
    Lifo,
    Retail,
}

/// What a unit is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarketTest {
    /// Net realizable value (ASC 330-10-35-1B, IAS 2.9).
    NetRealizableValue,
    /// Replacement cost between the floor and the ceiling (ARB 43 ch. 4 st. 6, ASC 330-10-35-1C).
    ReplacementCost,
}

/// Over what cost and market are compared (ARB 43 ch. 4 st. 7, ASC 330-10-35-8; IAS 2.29).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitOfAccount {
    /// Each item on its own.
    Item,
    /// All items of one pool in one entity.
    Category,
    /// All items of one entity.
    Total,
}

/// Who posts the relief of a reserve when written-down stock leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReserveRelief {
    /// closepack proposes it.
    Propose,
    /// The ERP has booked it already.
    Booked,
}

/// When the production cost of advertising is expensed (SOP 93-7 par. 26, ASC 720-35-25-1; IAS 38.69).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductionAdvertising {
    FirstShowing,
    AsIncurred,
}

/// What a payment that ends a royalty also buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoyaltyBuyout {
    /// All of it is expense when the agreement is signed (SFAS 146, ASC 420-10-25-11).
    Expense,
    /// The part for the royalty-free sell-off is deferred over its sales.
    ProrateSellOff,
}

/// A choice by its names: in the book, in the pack and in messages.
pub trait Choice: Sized + Copy + PartialEq + 'static {
    /// Every value with its name.
    const NAMES: &'static [(Self, &'static str)];

    /// The value of a name.
    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(value, _)| *value)
    }

    /// The name of a value.
    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(value, _)| *value == self).map_or("", |(_, name)| name)
    }

    /// The names for a message: `a, b or c`.
    fn expected() -> String {
        let names: Vec<&str> = Self::NAMES.iter().map(|(_, name)| *name).collect();
        match names.as_slice() {
            [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => names.concat(),
        }
    }
}

impl Choice for Basis {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::UsGaap, "us-gaap"), (Self::UsGaap2004, "us-gaap-2004"), (Self::Ifrs, "ifrs")];
}

impl Choice for CostFormula {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Fifo, "fifo"), (Self::Average, "average"), (Self::Lifo, "lifo"), (Self::Retail, "retail")];
}

impl Choice for UnitOfAccount {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Item, "item"), (Self::Category, "category"), (Self::Total, "total")];
}

impl Choice for ReserveRelief {
    const NAMES: &'static [(Self, &'static str)] = &[(Self::Propose, "propose"), (Self::Booked, "booked")];
}

impl Choice for ProductionAdvertising {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::FirstShowing, "first-showing"), (Self::AsIncurred, "as-incurred")];
}

impl Choice for RoyaltyBuyout {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Expense, "expense"), (Self::ProrateSellOff, "prorate-sell-off")];
}

/// The choices of a book, or of one of its scenarios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    pub basis: Basis,
    /// The quarter that opens without a prior pack.
    pub first_quarter: String,
    /// Income tax rate on the adjustments.
    pub tax_rate: Decimal,
    /// A full valuation allowance: the adjustments have no tax effect (SFAS 109 par. 17(e), ASC 740-10-30-5(e)).
    pub valuation_allowance: bool,
    /// The registers already show what earlier packs wrote off and wrote down.
    pub subledger_shows_write_downs: bool,
    pub cost_formula: CostFormula,
    pub unit_of_account: UnitOfAccount,
    pub reserve_relief: ReserveRelief,
    pub production_advertising: ProductionAdvertising,
    pub royalty_buyout: RoyaltyBuyout,
    /// Days after which the benefits of employees who must stay are spread over their service (SFAS 146 par. 11,
    /// ASC 420-10-25-6 to 25-9).
    pub minimum_retention_days: u32,
}

/// One choice as it is shown: its key, what was chosen, what it is without choosing, and its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    pub key: &'static str,
    pub value: String,
    /// Empty for a key that must be given.
    pub default: &'static str,
    pub source: &'static str,
}

impl Policies {
    /// What a book gets without choosing. Basis, first quarter, tax rate and allowance have no default: a book must
    /// give them, and what stands here for them is nobody's choice.
    #[must_use]
    pub const fn without_choosing() -> Self {
        Self {
            basis: Basis::UsGaap,
            first_quarter: String::new(),
            tax_rate: Decimal::ZERO,
            valuation_allowance: true,
            subledger_shows_write_downs: false,
            cost_formula: CostFormula::Fifo,
            unit_of_account: UnitOfAccount::Item,
            reserve_relief: ReserveRelief::Propose,
            production_advertising: ProductionAdvertising::FirstShowing,
            royalty_buyout: RoyaltyBuyout::Expense,
            minimum_retention_days: 60,
        }
    }

    /// What a unit of inventory is compared with, by the basis and the cost formula.
    #[must_use]
    pub const fn market_test(&self) -> MarketTest {
        match (self.basis, self.cost_formula) {
            (Basis::UsGaap2004, _) | (Basis::UsGaap, CostFormula::Lifo | CostFormula::Retail) => {
                MarketTest::ReplacementCost
            }
            _ => MarketTest::NetRealizableValue,
        }
    }

    /// When the production cost of advertising is expensed; the international standards leave no choice.
    #[must_use]
    pub const fn production_advertising(&self) -> ProductionAdvertising {
        match self.basis {
            Basis::Ifrs => ProductionAdvertising::AsIncurred,
            _ => self.production_advertising,
        }
    }

    /// The keys in which two books differ, each with the value here and there.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<(&'static str, String, String)> {
        let pairs = self.rows().into_iter().zip(other.rows());
        let differing = pairs.filter(|(here, there)| here.value != there.value);
        differing.map(|(here, there)| (here.key, here.value, there.value)).collect()
    }

    /// Every choice, in the order of the book's description.
    #[must_use]
    pub fn rows(&self) -> Vec<PolicyRow> {
        let by_basis = |us: &'static str, us_2004: &'static str, ifrs: &'static str| match self.basis {
            Basis::UsGaap => us,
            Basis::UsGaap2004 => us_2004,
            Basis::Ifrs => ifrs,
        };
        let yes_no = |value: bool| if value { "true" } else { "false" };
        let row = |key, value: &str, default, source| PolicyRow { key, value: value.to_owned(), default, source };
        let allowance = yes_no(self.valuation_allowance);
        vec![
            row("basis", self.basis.name(), "", "the accounting rules in force"),
            row("first_quarter", &self.first_quarter, "", "the quarter that opens without a prior pack"),
            row(
                "cost_formula",
                self.cost_formula.name(),
                "fifo",
                by_basis("ASC 330-10-35-1B, 35-1C", "ARB 43 ch. 4 st. 4", "IAS 2.25"),
            ),
            row(
                "unit_of_account",
                self.unit_of_account.name(),
                "item",
                by_basis("ASC 330-10-35-8", "ARB 43 ch. 4 st. 7", "IAS 2.29"),
            ),
            row(
                "reserve_relief",
                self.reserve_relief.name(),
                "propose",
                by_basis("ASC 330-10-35-14", "SAB Topic 5.BB", "IAS 2.34"),
            ),
            row(
                "production_advertising",
                self.production_advertising().name(),
                by_basis("first-showing", "first-showing", "as-incurred"),
                by_basis("ASC 720-35-25-1", "SOP 93-7 par. 26", "IAS 38.69"),
            ),
            row(
                "royalty_buyout",
                self.royalty_buyout.name(),
                "expense",
                by_basis("ASC 420-10-25-11", "SFAS 146", "IAS 37.14"),
            ),
            row(
                "minimum_retention_days",
                &self.minimum_retention_days.to_string(),
                "60",
                by_basis("ASC 420-10-25-7", "SFAS 146 par. 11", "not used; IAS 19.165"),
            ),
            row("tax_rate", &self.tax_rate.to_string(), "", by_basis("ASC 740-10", "SFAS 109", "IAS 12")),
            row(
                "valuation_allowance",
                allowance,
                "",
                by_basis("ASC 740-10-30-5(e)", "SFAS 109 par. 17(e)", "IAS 12.24"),
            ),
            row(
                "subledger_shows_write_downs",
                yes_no(self.subledger_shows_write_downs),
                "false",
                "how the registers are exported",
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a book gets without choosing is told as the default under every basis: IFRS leaves no choice of when the
    /// production cost of advertising is expensed.
    #[test]
    fn the_default_is_what_a_book_gets_without_choosing() {
        for (basis, _) in Basis::NAMES {
            let policies = Policies { basis: *basis, ..Policies::without_choosing() };
            for row in policies.rows().into_iter().filter(|row| !row.default.is_empty()) {
                assert_eq!(row.value, row.default, "{} under {}", row.key, basis.name());
            }
        }
    }
}
