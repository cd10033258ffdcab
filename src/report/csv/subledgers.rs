//! The schedules of the subledgers.

use super::sheet::{Encoded, Sheet, encoded};
use super::{Pieces, amounts, codes, date, dimension, line, one, plain};
use crate::book::Book;
use crate::close::Closed;
use crate::domain::Money;
use crate::exit_costs::caption;
use crate::records::TransferTo;
use crate::schedules::{Buyout, ReserveRow};

fn transfer(to: Option<&TransferTo>) -> [String; 2] {
    to.map_or_else(|| [String::new(), String::new()], |to| [to.brand.clone(), to.segment.clone()])
}

pub(super) fn inventory_reserve(closed: &Closed, pieces: &mut Pieces) {
    let mut sheet = Sheet::new(&[
        "entity",
        "brand",
        "segment",
        "pool",
        "sku",
        "quantity_on_hand",
        "unit_cost",
        "cost",
        "nrv",
        "market",
        "saleable",
        "excess",
        "method",
        "required",
        "opening",
        "utilised_sale",
        "utilised_scrap",
        "carried",
        "charge",
        "release",
        "closing",
        "releasable",
        "description",
        "source_line",
    ]);
    let of_one_pool = |a: &ReserveRow, b: &ReserveRow| a.key.dimension == b.key.dimension && a.key.group == b.key.group;
    for run in closed.schedules.inventory.chunk_by(of_one_pool) {
        let key = &run[0].key;
        let pool = encoded(&[&codes(&key.dimension)[..], &[&key.group]].concat());
        for row in run {
            reserve_row(&mut sheet, &pool, row);
            pieces.fill(&mut sheet);
        }
    }
    pieces.give(sheet.bytes());
}

fn reserve_row(sheet: &mut Sheet, pool: &Encoded, row: &ReserveRow) {
    let (item, found, roll) = (row.item.as_deref(), &row.measurement, &row.roll);
    let quantity = item.map(|item| item.quantity_on_hand).unwrap_or_default();
    sheet.encoded(pool).text(&row.key.item).numbers([Some(quantity), item.map(|item| item.unit_cost)]);
    sheet.amounts([found.cost]);
    sheet.numbers([found.nrv, found.market, found.saleable, found.excess].map(Some)).text(found.method);
    sheet.amounts([found.required, roll.opening, roll.utilised_sale, roll.utilised_scrap, roll.carried]);
    sheet.amounts([roll.charge, roll.release, roll.closing, roll.releasable]);
    sheet.text(item.map_or("", |item| &item.description)).numbers([item.and_then(|item| line(&item.origin))]).end();
}

pub(super) fn prepaid_advertising(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "entity",
        "brand",
        "segment",
        "contract_id",
        "amount_paid",
        "earned",
        "expensed_to_date",
        "catch_up",
        "refundable",
        "transferable",
        "write_off",
        "closing",
        "moved",
        "written_off_to_date",
        "moved_to_date",
        "vendor",
        "description",
        "source_line",
        "transferred",
        "transferred_to_date",
        "transfer_brand",
        "transfer_segment",
    ]);
    for row in &closed.schedules.prepaid {
        let (contract, found) = (&row.contract, &row.measurement);
        sheet.row(&fields![
            dimension(&contract.dimension),
            one(&*contract.contract_id),
            amounts([contract.amount_paid, found.earned, contract.expensed_to_date, found.catch_up]),
            amounts([contract.refundable, contract.transferable, found.write_off, found.closing]),
            amounts([found.moved, found.written_off_to_date, found.moved_to_date]),
            [contract.vendor.clone(), contract.description.clone(), contract.origin.line.to_string()],
            amounts([found.transferred, found.transferred_to_date]),
            transfer(contract.transfer_to.as_ref()),
        ]);
    }
    sheet.bytes()
}

pub(super) fn fixed_assets(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "entity",
        "brand",
        "segment",
        "asset_id",
        "component",
        "cost",
        "accumulated_depreciation",
        "catch_up",
        "carrying",
        "disposition",
        "measured",
        "write_down",
        "closing",
        "written_down_to_date",
        "asset_group",
        "description",
        "source_line",
        "at_decision",
        "decision_date",
        "transfer_brand",
        "transfer_segment",
        "transferred",
        "method",
        "convention",
    ]);
    for row in &closed.schedules.assets {
        let (asset, found) = (&row.asset, &row.measurement);
        sheet.row(&fields![
            dimension(&asset.dimension),
            [asset.asset_id.clone(), asset.component.clone()],
            amounts([asset.cost, asset.accumulated_depreciation, found.catch_up, found.carrying]),
            one(asset.disposition.name()),
            amounts([found.measured, found.write_down, found.closing, found.written_down_to_date]),
            [asset.asset_group.clone(), asset.description.clone(), asset.origin.line.to_string()],
            amounts([found.at_decision]),
            one(date(row.decided)),
            transfer(asset.transfer_to.as_ref()),
            amounts([if row.moves() || row.moved_before() { asset.cost } else { Money::ZERO }]),
            [asset.method.name().to_owned(), asset.convention.name().to_owned()],
        ]);
    }
    sheet.bytes()
}

pub(super) fn obligations(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "entity",
        "brand",
        "segment",
        "obligation_id",
        "payee",
        "kind",
        "opening",
        "incurred",
        "paid",
        "change",
        "closing",
        "current",
        "non_current",
        "charge",
        "amount",
        "accrued_to_date",
        "description",
        "source_line",
        "noted",
        "sold_to_date",
        "deferred",
        "paid_to_date",
    ]);
    for row in &closed.schedules.obligations {
        let (owed, found) = (&row.obligation, &row.measurement);
        let buyout = |of: fn(&Buyout) -> Money| row.buyout.as_ref().map_or(Money::ZERO, of);
        sheet.row(&fields![
            dimension(&owed.dimension),
            [owed.obligation_id.clone(), owed.payee.clone(), owed.kind.name().to_owned()],
            amounts([found.opening, found.incurred, found.paid, found.change, found.closing]),
            amounts([found.current, found.non_current, found.charge, owed.amount, owed.accrued_to_date]),
            [owed.description.clone(), owed.origin.line.to_string()],
            amounts([found.noted, buyout(|buyout| buyout.sold_to_date), buyout(|buyout| buyout.deferred)]),
            amounts([found.paid_to_date]),
        ]);
    }
    sheet.bytes()
}

pub(super) fn installments(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&["obligation_id", "due_date", "amount", "paid_date", "source_line"]);
    for part in &closed.schedules.installments {
        sheet.row(&[
            part.obligation_id.clone(),
            part.due_date.to_string(),
            part.amount.to_string(),
            date(part.paid_date),
            part.origin.line.to_string(),
        ]);
    }
    sheet.bytes()
}

pub(super) fn royalties(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "royalty_id",
        "entity",
        "brand",
        "segment",
        "pool",
        "payee",
        "rate",
        "from",
        "to",
        "net_sales",
        "required",
        "recorded",
        "amount",
    ]);
    for row in &closed.schedules.royalties {
        let royalty = &row.royalty;
        sheet.row(&fields![
            one(&*royalty.id),
            dimension(&royalty.dimension),
            [royalty.pool.clone(), royalty.payee.clone(), plain(row.rate)],
            [date(row.period.map(|(from, _)| from)), date(row.period.map(|(_, to)| to))],
            amounts([row.net_sales, row.required, row.recorded, row.charge()]),
        ]);
    }
    sheet.bytes()
}

pub(super) fn exit_costs(book: &Book, closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "event",
        "segment",
        "cost_type",
        "line",
        "cash",
        "this_quarter",
        "to_date",
        "expected_total",
        "opening",
        "incurred",
        "paid",
        "change",
        "closing",
        "completes",
    ]);
    for ((event, segment, kind), cost) in &closed.exit_costs {
        let cash = if kind.movement().is_cash() { "cash" } else { "non-cash" };
        sheet.row(&fields![
            [event.clone(), segment.clone(), kind.name().to_owned(), caption(book, *kind), cash.to_owned()],
            amounts([cost.this_quarter, cost.to_date, cost.expected_total]),
            amounts([cost.opening, cost.incurred, cost.paid, cost.change, cost.closing]),
            one(date(cost.completes)),
        ]);
    }
    sheet.bytes()
}
