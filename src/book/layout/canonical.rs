//! The canonical columns of each source: what the layouts of its files may map.

/// A source and its canonical columns. A ledger's debit and credit are not among them: a layout's amounts tell of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceColumns {
    /// The source's name, such as `inventory`.
    pub source: &'static str,
    /// Columns that every file must have, or that the book gives a value.
    pub required: &'static [&'static str],
    /// Columns that a layout may do without. Where one maps them, its files must have them.
    pub expected: &'static [&'static str],
    /// Columns that a file may lack.
    pub optional: &'static [&'static str],
}

/// The ledger's name among the sources.
const LEDGER: &str = "ledger";

impl SourceColumns {
    /// All names, those that are required first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.expected).chain(self.optional).copied()
    }

    /// True for a column of the source.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// True where the lines are debits and credits.
    #[must_use]
    pub fn has_sides(&self) -> bool {
        self.source == LEDGER
    }
}

/// The columns of a source; nothing for a name that is none.
#[must_use]
pub fn columns_of(source: &str) -> Option<&'static SourceColumns> {
    SOURCES.iter().find(|columns| columns.source == source)
}

/// Every source that a book may map.
pub const SOURCES: &[SourceColumns] = &[
    SourceColumns {
        source: LEDGER,
        required: &["journal_id", "effective_date", "entity", "account", "brand", "segment", "currency"],
        expected: &["journal_line"],
        optional: &["description", "source"],
    },
    SourceColumns {
        source: "opening_balances",
        required: &["entity", "account", "brand", "segment", "amount"],
        expected: &[],
        optional: &[],
    },
    SourceColumns {
        source: "inventory",
        required: &["entity", "brand", "segment", "pool", "sku", "quantity_on_hand", "unit_cost"],
        expected: &[],
        optional: &[
            "description",
            "quantity_received",
            "quantity_scrapped",
            "quantity_returned",
            "replacement_cost",
            "selling_price",
            "cost_to_complete",
            "selling_cost_rate",
            "normal_margin_rate",
            "expected_units",
            "scrap_value",
            "last_receipt_date",
            "average_monthly_units",
            "reserve_rate",
        ],
    },
    SourceColumns {
        source: "prepaid_advertising",
        required: &["entity", "brand", "segment", "contract_id", "amount_paid", "recognition", "expensed_to_date"],
        expected: &[],
        optional: &[
            "vendor",
            "description",
            "service_start",
            "service_end",
            "first_showing",
            "units_total",
            "units_delivered",
            "refundable_amount",
            "transferable_amount",
            "transfer_brand",
            "transfer_segment",
        ],
    },
    SourceColumns {
        source: "fixed_assets",
        required: &[
            "entity",
            "brand",
            "segment",
            "asset_id",
            "component",
            "cost",
            "salvage_value",
            "in_service_date",
            "life_months",
            "accumulated_depreciation",
        ],
        expected: &[],
        optional: &[
            "asset_group",
            "description",
            "method",
            "convention",
            "disposition",
            "decision_date",
            "cease_use_date",
            "fair_value",
            "cost_to_sell",
            "undiscounted_cash_flows",
            "value_in_use",
            "transfer_brand",
            "transfer_segment",
        ],
    },
    SourceColumns {
        source: "obligations",
        required: &[
            "entity",
            "brand",
            "segment",
            "obligation_id",
            "kind",
            "amount",
            "incurred_date",
            "accrued_to_date",
        ],
        expected: &[],
        optional: &["payee", "description", "service_end"],
    },
    SourceColumns {
        source: "installments",
        required: &["obligation_id", "due_date", "amount"],
        expected: &[],
        optional: &["paid_date"],
    },
    SourceColumns {
        source: "chart_of_accounts",
        required: &["account", "name", "type", "normal_balance", "statement_line", "section", "cash_flow_class"],
        expected: &[],
        optional: &["cash_flow_contra", "intercompany"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_of_a_source_has_two_ranks() {
        for columns in SOURCES {
            let names: Vec<&str> = columns.names().collect();
            let once: std::collections::BTreeSet<&str> = names.iter().copied().collect();
            assert_eq!(once.len(), names.len(), "{}", columns.source);
            assert_eq!(columns_of(columns.source), Some(columns));
        }
        assert_eq!(columns_of("stock"), None);
    }
}
