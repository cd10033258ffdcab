//! The schedules of the subledgers, and their roll-forwards.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Composed, Composer, money, row, text};
use crate::adjust::Kind;
use crate::domain::Money;
use crate::domain::money::round_to;
use crate::exit_costs::caption;
use crate::records::ObligationKind;
use crate::report::csv::plain;
use crate::report::model::{Align, Block, Cell, Row, RowKind, Table};
use crate::rollforward::RollRow;
use crate::schedules::ReserveRow;

impl Composer<'_> {
    fn pool_name(&self, code: &str) -> String {
        self.inputs.book.config.pools.get(code).map_or_else(|| code.to_owned(), |pool| pool.name.clone())
    }

    pub(super) fn pools(&self) -> Composed<Block> {
        let names = ["item", "cost", "required", "opening", "utilised", "charge", "release", "closing"];
        let mut table = self.table("pools", 1, &names)?;
        for (pool, rows) in self.by_pool() {
            let mut cells = vec![text(self.pool_name(pool))];
            cells.extend(pool_sums(&rows).map(money));
            table.rows.push(row(RowKind::Body, cells));
        }
        if !table.rows.is_empty() {
            let all: Vec<&ReserveRow> = self.inputs.closed.schedules.inventory.iter().collect();
            let mut cells = vec![self.total_words()?];
            cells.extend(pool_sums(&all).map(money));
            table.rows.push(row(RowKind::Total, cells));
        }
        Ok(self.shown(table))
    }

    fn by_pool(&self) -> BTreeMap<&str, Vec<&ReserveRow>> {
        let mut pools: BTreeMap<&str, Vec<&ReserveRow>> = BTreeMap::new();
        for row in &self.inputs.closed.schedules.inventory {
            pools.entry(&row.key.group).or_default().push(row);
        }
        pools
    }

    pub(super) fn inventory(&self) -> Composed<Block> {
        let names = [
            "sku",
            "description",
            "method",
            "units",
            "unit_cost",
            "nrv",
            "market",
            "excess",
            "cost",
            "required",
            "opening",
            "utilised",
            "charge",
            "release",
            "closing",
        ];
        let mut table = self.table("inventory", 3, &names)?;
        // The description gives up width, and not the method's short name.
        table.columns[1].wraps = true;
        table.columns[2].wraps = false;
        let gone = self.words.caption("gone")?;
        for (pool, rows) in self.by_pool() {
            let name = self.pool_name(pool);
            table.rows.push(group_row(&name, names.len()));
            for found in &rows {
                table.rows.push(row(RowKind::Body, reserve_cells(found, &gone)));
            }
            let mut cells = vec![self.subtotal_words(&name)?];
            cells.extend(std::iter::repeat_n(Cell::Empty, 7));
            cells.extend(pool_sums(&rows).map(money));
            table.rows.push(row(RowKind::Subtotal, cells));
        }
        if !table.rows.is_empty() {
            let all: Vec<&ReserveRow> = self.inputs.closed.schedules.inventory.iter().collect();
            let mut cells = vec![self.total_words()?];
            cells.extend(std::iter::repeat_n(Cell::Empty, 7));
            cells.extend(pool_sums(&all).map(money));
            table.rows.push(row(RowKind::Total, cells));
        }
        Ok(self.shown(table))
    }

    pub(super) fn prepaid(&self) -> Composed<Block> {
        let names = [
            "contract",
            "description",
            "paid_amount",
            "earned",
            "expensed",
            "catch_up",
            "refundable",
            "transferable",
            "write_off",
            "closing",
        ];
        let rows = self.inputs.closed.schedules.prepaid.iter().map(|found| {
            let (contract, measured) = (&found.contract, &found.measurement);
            let label = format!("{} {}", contract.vendor, contract.description);
            let amounts = [
                contract.amount_paid,
                measured.earned,
                contract.expensed_to_date,
                measured.catch_up,
                contract.refundable,
                contract.transferable,
                measured.write_off,
                measured.closing,
            ];
            (
                vec![text(&*contract.contract_id), text(format!("{} ({})", label.trim(), contract.dimension.brand))],
                amounts,
            )
        });
        self.footed("prepaid", 2, &names, rows)
    }

    pub(super) fn assets(&self) -> Composed<Block> {
        let names = [
            "asset",
            "disposition",
            "description",
            "cost",
            "accumulated",
            "catch_up",
            "carrying",
            "measured",
            "write_down",
            "closing",
        ];
        let rows = self.inputs.closed.schedules.assets.iter().map(|found| {
            let (asset, measured) = (&found.asset, &found.measurement);
            let label = format!("{} ({})", asset.description, asset.dimension.brand);
            let amounts = [
                asset.cost,
                asset.accumulated_depreciation,
                measured.catch_up,
                measured.carrying,
                measured.measured,
                measured.write_down,
                measured.closing,
            ];
            let item = format!("{} / {}", asset.asset_id, asset.component);
            (vec![text(item), text(asset.disposition.name()), text(label)], amounts)
        });
        self.footed("assets", 3, &names, rows)
    }

    pub(super) fn obligations(&self) -> Composed<Block> {
        let names = [
            "obligation",
            "description",
            "opening",
            "incurred",
            "paid",
            "change",
            "closing",
            "current",
            "non_current",
            "charge",
        ];
        let rows = self.inputs.closed.schedules.obligations.iter().map(|found| {
            let (owed, measured) = (&found.obligation, &found.measurement);
            let amounts = [
                measured.opening,
                measured.incurred,
                measured.paid,
                measured.change,
                measured.closing,
                measured.current,
                measured.non_current,
                measured.charge,
            ];
            (vec![text(&*owed.obligation_id), text(format!("{} ({})", owed.description, owed.payee))], amounts)
        });
        self.footed("obligations", 2, &names, rows)
    }

    /// Guarantees, which are noted and not recognised.
    pub(super) fn guarantees(&self) -> Composed<Block> {
        let noted = self.inputs.closed.schedules.obligations.iter();
        let noted = noted.filter(|row| row.obligation.kind == ObligationKind::Guarantee);
        let rows = noted.map(|row| {
            let owed = &row.obligation;
            let texts = vec![text(&*owed.obligation_id), text(&*owed.payee), text(&*owed.description)];
            (texts, [row.measurement.noted])
        });
        self.footed("guarantees", 3, &["obligation", "payee", "description", "amount"], rows)
    }

    pub(super) fn installments(&self) -> Composed<Block> {
        let names = ["obligation", "due", "paid_on", "amount"];
        let rows = self.inputs.closed.schedules.installments.iter().map(|part| {
            let paid = part.paid_date.map(|date| date.to_string()).unwrap_or_default();
            (vec![text(&*part.obligation_id), text(part.due_date.to_string()), text(paid)], [part.amount])
        });
        self.footed("installments", 3, &names, rows)
    }

    pub(super) fn royalties(&self) -> Composed<Block> {
        let names =
            ["royalty", "payee", "dimension", "from", "to", "rate", "net_sales", "required", "recorded", "charge"];
        let align = |at: usize| if at < 5 { Align::Left } else { Align::Right };
        let columns: Vec<(&str, Align, bool)> =
            names.iter().enumerate().map(|(at, name)| (*name, align(at), at == 1)).collect();
        let mut table = Table::new(self.words.caption("royalties")?, self.columns(&columns)?);
        for found in self.inputs.closed.schedules.royalties.iter().filter(|row| row.period.is_some()) {
            let royalty = &found.royalty;
            let (from, to) = found.period.unwrap_or_default();
            let mut cells = vec![text(&*royalty.id), text(&*royalty.payee), text(royalty.dimension.to_string())];
            cells.extend([text(from.to_string()), text(to.to_string()), Cell::Number(plain(found.rate))]);
            cells.extend([found.net_sales, found.required, found.recorded, found.charge()].map(money));
            table.rows.push(row(RowKind::Body, cells));
        }
        Ok(self.shown(table))
    }

    pub(super) fn exit_costs(&self) -> Composed<Block> {
        let names = ["event", "segment", "cost_type", "line", "this_quarter", "to_date", "expected_total"];
        let rows = self.inputs.closed.exit_costs.iter().map(|((event, segment, kind), cost)| {
            let caption = caption(self.inputs.book, *kind);
            let texts = vec![text(&**event), text(&**segment), text(kind.name()), text(caption)];
            (texts, [cost.this_quarter, cost.to_date, cost.expected_total])
        });
        self.footed("exit_costs", 4, &names, rows)
    }

    pub(super) fn exit_liability(&self) -> Composed<Block> {
        let names = ["event", "segment", "cost_type", "completes", "opening", "incurred", "paid", "change", "closing"];
        let rows = self.inputs.closed.exit_costs.iter().filter(|((_, _, kind), _)| kind.movement().is_cash());
        let rows = rows.map(|((event, segment, kind), cost)| {
            let completes = cost.completes.map(|day| day.to_string()).unwrap_or_default();
            let texts = vec![text(&**event), text(&**segment), text(kind.name()), text(completes)];
            (texts, [cost.opening, cost.incurred, cost.paid, cost.change, cost.closing])
        });
        self.footed("exit_liability", 4, &names, rows)
    }

    pub(super) fn rollforward(&self, kind: Kind) -> Composed<Block> {
        let names = ["item", "dimension", "opening", "charged", "utilised", "released", "paid", "closing"];
        let rows = self.inputs.closed.rolls.iter().filter(|row| row.kind == kind).map(|row: &RollRow| {
            let amounts = [row.opening, row.charged, row.utilised, row.released, row.paid, row.closing];
            (vec![text(&*row.item), text(row.dimension.to_string())], amounts)
        });
        let caption = self.words.caption_of("rollforward", &[("kind", kind.name().replace('_', " "))])?;
        self.footed_table(self.named(caption, 2, &names)?, rows)
    }
}

fn number(of: Decimal) -> Cell {
    Cell::Number(plain(of))
}

fn unit_price(of: Decimal) -> Cell {
    Cell::Number(round_to(of, 4).to_string())
}

fn group_row(name: &str, columns: usize) -> Row {
    let mut cells = vec![text(name)];
    cells.extend(std::iter::repeat_n(Cell::Empty, columns - 1));
    row(RowKind::Group, cells)
}

fn pool_sums(rows: &[&ReserveRow]) -> [Money; 7] {
    let sum = |amount: fn(&ReserveRow) -> Money| rows.iter().map(|row| amount(row)).sum();
    [
        sum(|row| row.measurement.cost),
        sum(|row| row.measurement.required),
        sum(|row| row.roll.opening),
        sum(|row| row.roll.utilised_sale + row.roll.utilised_scrap),
        sum(|row| row.roll.charge),
        sum(|row| row.roll.release),
        sum(|row| row.roll.closing),
    ]
}

/// An item's cells; one that is gone from the quarter's file has those words in place of its description.
fn reserve_cells(found: &ReserveRow, gone: &str) -> Vec<Cell> {
    let measured = &found.measurement;
    let mut cells = vec![text(&*found.key.item)];
    match &found.item {
        Some(item) => cells.extend([
            text(&*item.description),
            text(measured.method),
            number(item.quantity_on_hand),
            unit_price(item.unit_cost),
            unit_price(measured.nrv),
            unit_price(measured.market),
            number(measured.excess),
        ]),
        None => {
            cells.push(text(gone));
            cells.extend(std::iter::repeat_n(Cell::Empty, 6));
        }
    }
    cells.extend(pool_sums(&[found]).map(money));
    cells
}
