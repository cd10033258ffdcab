//! The schedules of the subledgers, and their roll-forwards.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Composed, Composer, largest_of, money, row, shown_items, text};
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
        let mut total = [Money::ZERO; 7];
        for (pool, rows) in self.by_pool() {
            let mut cells = vec![text(self.pool_name(pool))];
            let sums = pool_sums(rows.iter().copied());
            total = plus(total, sums);
            cells.extend(sums.map(money));
            table.rows.push(row(RowKind::Body, cells));
        }
        if !table.rows.is_empty() {
            let mut cells = vec![self.total_words()?];
            cells.extend(total.map(money));
            table.rows.push(row(RowKind::Total, cells));
        }
        Ok(self.shown(table))
    }

    fn by_pool(&self) -> BTreeMap<&str, Vec<&ReserveRow>> {
        let mut pools: BTreeMap<&str, Vec<&ReserveRow>> = BTreeMap::new();
        for rows in self.inputs.closed.schedules.inventory.chunk_by(|a, b| a.key.group == b.key.group) {
            pools.entry(&rows[0].key.group).or_default().extend(rows);
        }
        pools
    }

    /// Every item with its reserve, or those with the largest amounts; then each pool has the others in one line.
    pub(super) fn inventory(&self) -> Composed<Vec<Block>> {
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
        let pools = self.by_pool();
        // Their cost is not what a reserve is about.
        let largest: Vec<Money> =
            pools.values().flatten().map(|found| largest_of(&reserve_amounts(found)[1..])).collect();
        let shown = shown_items(&largest);
        let (mut start, mut total) = (0, [Money::ZERO; 7]);
        for (pool, rows) in &pools {
            let of_pool = shown.iter().filter(|at| (start..start + rows.len()).contains(*at));
            let of_pool: Vec<&ReserveRow> = of_pool.map(|at| rows[at - start]).collect();
            let sums = pool_sums(rows.iter().copied());
            table.rows.extend(self.pool_rows(&self.pool_name(pool), &of_pool, rows.len(), sums)?);
            total = plus(total, sums);
            start += rows.len();
        }
        if !table.rows.is_empty() {
            table.rows.push(row(RowKind::Total, item_sums(self.total_words()?, total)));
        }
        let note = self.shown_of(shown.len(), largest.len(), "inventory_reserve.csv")?;
        Ok(note.into_iter().chain([self.shown(table)]).collect())
    }

    /// A pool's name, the items of it that are shown, what the others come to, and its subtotal.
    fn pool_rows(&self, name: &str, shown: &[&ReserveRow], items: usize, sums: [Money; 7]) -> Composed<Vec<Row>> {
        let gone = self.words.caption("gone")?;
        let mut rows = vec![group_row(name, ITEM_TEXTS + sums.len())];
        rows.extend(shown.iter().map(|found| row(RowKind::Body, reserve_cells(found, &gone))));
        if shown.len() < items {
            let others = minus(sums, pool_sums(shown.iter().copied()));
            rows.push(row(RowKind::Body, item_sums(self.others_words(items - shown.len())?, others)));
        }
        rows.push(row(RowKind::Subtotal, item_sums(self.subtotal_words(name)?, sums)));
        Ok(rows)
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

    /// The roll-forward of every item of a kind, or of those with the largest amounts and of the others in one line.
    pub(super) fn rollforward(&self, kind: Kind) -> Composed<Vec<Block>> {
        let names = ["item", "dimension", "opening", "charged", "utilised", "released", "paid", "closing"];
        let amounts = |row: &RollRow| [row.opening, row.charged, row.utilised, row.released, row.paid, row.closing];
        let rolls: Vec<&RollRow> = self.inputs.closed.rolls.iter().filter(|row| row.kind == kind).collect();
        let largest: Vec<Money> = rolls.iter().map(|row| largest_of(&amounts(row))).collect();
        let shown = shown_items(&largest);
        let mut rows: Vec<(Vec<Cell>, [Money; 6])> = shown
            .iter()
            .map(|at| rolls[*at])
            .map(|row| (vec![text(row.item.to_string()), text(row.dimension.to_string())], amounts(row)))
            .collect();
        if shown.len() < rolls.len() {
            let sum = |of: &mut dyn Iterator<Item = [Money; 6]>| of.fold([Money::ZERO; 6], plus);
            let all = sum(&mut rolls.iter().map(|row| amounts(row)));
            let others = minus(all, sum(&mut rows.iter().map(|(_, amounts)| *amounts)));
            rows.push((vec![self.others_words(rolls.len() - shown.len())?, Cell::Empty], others));
        }
        let caption = self.words.caption_of("rollforward", &[("kind", kind.name().replace('_', " "))])?;
        let table = self.footed_table(self.named(caption, 2, &names)?, rows.into_iter())?;
        Ok(self.shown_of(shown.len(), rolls.len(), "rollforward.csv")?.into_iter().chain([table]).collect())
    }
}

/// How many columns of the table of items are no sums.
const ITEM_TEXTS: usize = 8;

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

/// The cells of a line of sums under the table of items.
fn item_sums(words: Cell, sums: [Money; 7]) -> Vec<Cell> {
    let nothing = std::iter::repeat_n(Cell::Empty, ITEM_TEXTS - 1);
    std::iter::once(words).chain(nothing).chain(sums.map(money)).collect()
}

fn plus<const N: usize>(one: [Money; N], other: [Money; N]) -> [Money; N] {
    std::array::from_fn(|at| one[at] + other[at])
}

fn minus<const N: usize>(one: [Money; N], other: [Money; N]) -> [Money; N] {
    std::array::from_fn(|at| one[at] - other[at])
}

fn pool_sums<'a>(rows: impl Iterator<Item = &'a ReserveRow>) -> [Money; 7] {
    rows.map(reserve_amounts).fold([Money::ZERO; 7], plus)
}

/// Cost, required, opening, utilised, charge, release and closing.
fn reserve_amounts(row: &ReserveRow) -> [Money; 7] {
    let (found, roll) = (&row.measurement, &row.roll);
    let utilised = roll.utilised_sale + roll.utilised_scrap;
    [found.cost, found.required, roll.opening, utilised, roll.charge, roll.release, roll.closing]
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
    cells.extend(reserve_amounts(found).map(money));
    cells
}
