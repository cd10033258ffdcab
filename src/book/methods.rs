//! How a pool's reserve is estimated: the methods that a book may name, and their step tables.

use rust_decimal::Decimal;

/// A method that says what reserve an item needs. In the order in which a tie between methods is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Lower of cost and what the item will bring: the rule of every basis.
    LowerOfCost,
    /// By days since the last receipt.
    Ageing,
    /// By months of stock at the average monthly use.
    Coverage,
    /// By units issued in the quarter over units on hand.
    Movement,
    /// By the item's own rate.
    Specific,
}

impl Method {
    /// All methods with their names in the book and in the pack.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::LowerOfCost, "lower-of-cost"),
        (Self::Ageing, "ageing"),
        (Self::Coverage, "coverage"),
        (Self::Movement, "movement"),
        (Self::Specific, "specific"),
    ];

    /// The method of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(method, _)| *method)
    }

    /// The name in the book and in the pack.
    #[must_use]
    pub const fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// One step: from this value on, this rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Days, months, or issued units over units on hand, as the method measures; counted in.
    pub from: Decimal,
    /// Share of cost that is reserved.
    pub rate: Decimal,
}

/// Steps that rise by `from`: the last one that a value reaches gives the rate, and below the first it is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepTable {
    steps: Vec<Step>,
}

impl StepTable {
    /// A table of steps; nothing when they do not rise.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Option<Self> {
        steps.windows(2).all(|pair| pair[0].from < pair[1].from).then_some(Self { steps })
    }

    /// The rate at a value.
    #[must_use]
    pub fn rate(&self, value: Decimal) -> Decimal {
        self.steps.iter().rev().find(|step| step.from <= value).map_or(Decimal::ZERO, |step| step.rate)
    }

    /// The rate of the last step: that of a value without bound.
    #[must_use]
    pub fn last_rate(&self) -> Decimal {
        self.steps.last().map_or(Decimal::ZERO, |step| step.rate)
    }

    /// True without any step.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// The methods of a pool with their tables. The reserve is the largest that any of them gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Methods {
    named: Vec<Method>,
    pub ageing: StepTable,
    pub coverage: StepTable,
    pub movement: StepTable,
}

impl Methods {
    /// The methods of a pool; they are kept in their own order, each once. Never empty: none named is lower of cost.
    #[must_use]
    pub fn new(mut named: Vec<Method>, ageing: StepTable, coverage: StepTable, movement: StepTable) -> Self {
        named.sort_unstable();
        named.dedup();
        if named.is_empty() {
            named.push(Method::LowerOfCost);
        }
        Self { named, ageing, coverage, movement }
    }

    /// Lower of cost alone.
    #[must_use]
    pub fn lower_of_cost() -> Self {
        Self::new(Vec::new(), StepTable::default(), StepTable::default(), StepTable::default())
    }

    /// True when the pool uses the method.
    #[must_use]
    pub fn has(&self, method: Method) -> bool {
        self.named.contains(&method)
    }

    /// The methods in their order.
    #[must_use]
    pub fn named(&self) -> &[Method] {
        &self.named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(steps: &[(i64, i64)]) -> Option<StepTable> {
        let step = |(from, percent): &(i64, i64)| Step { from: (*from).into(), rate: Decimal::new(*percent, 2) };
        StepTable::new(steps.iter().map(step).collect())
    }

    /// The table of SAP's range of coverage for raw materials: a coverage of 4 months is devalued by 7 %.
    #[test]
    fn the_last_step_reached_gives_the_rate() {
        let table = table(&[(2, 3), (3, 5), (4, 7), (5, 10), (8, 15), (12, 25)]).expect("rising steps");
        let rate = |value: Decimal| (table.rate(value) * Decimal::ONE_HUNDRED).normalize().to_string();
        assert_eq!(rate(4.into()), "7");
        assert_eq!(rate(Decimal::new(399, 2)), "5");
        assert_eq!(rate(Decimal::new(199, 2)), "0");
        assert_eq!(rate(100.into()), "25");
        assert_eq!(table.last_rate(), Decimal::new(25, 2));
    }

    #[test]
    fn steps_must_rise() {
        assert_eq!(table(&[(2, 3), (2, 5)]), None);
        assert_eq!(table(&[(3, 3), (2, 5)]), None);
        assert!(table(&[]).is_some_and(|table| table.is_empty()));
    }

    #[test]
    fn methods_stand_in_their_order_and_are_never_none() {
        let none = StepTable::default;
        let methods = Methods::new(vec![Method::Specific, Method::Ageing, Method::Specific], none(), none(), none());
        assert_eq!(methods.named(), [Method::Ageing, Method::Specific]);
        assert!(Methods::lower_of_cost().has(Method::LowerOfCost));
        for (method, name) in Method::ALL {
            assert_eq!((Method::from_name(name), method.name()), (Some(method), name));
        }
    }

    #[test]
    fn a_table_has_no_rate_below_its_first_step_and_none_without_steps() {
        let one = table(&[(0, 40)]).expect("one step rises");
        assert_eq!((one.rate(Decimal::NEGATIVE_ONE), one.rate(Decimal::ZERO)), (Decimal::ZERO, Decimal::new(40, 2)));
        assert!(!one.is_empty());
        let none = StepTable::default();
        assert_eq!((none.rate(Decimal::ONE), none.last_rate()), (Decimal::ZERO, Decimal::ZERO));
    }

    #[test]
    fn a_pool_has_the_methods_that_it_names_and_no_other() {
        let none = StepTable::default;
        let aged = Methods::new(vec![Method::Ageing], none(), none(), none());
        assert!(aged.has(Method::Ageing) && !aged.has(Method::LowerOfCost));
        assert_eq!(Methods::lower_of_cost().named(), [Method::LowerOfCost]);
        assert_eq!(Method::from_name("fifo"), None);
    }
}
