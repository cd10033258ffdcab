//! The files of the statements and of what is seen in them.

use super::{Sheet, amounts, one, optional, plain};
use crate::adjust::Kind;
use crate::close::Closed;
use crate::domain::Money;
use crate::statements::margin::{self, Margin};
use crate::statements::{Amounts, StatementLine};

/// The kinds whose columns stand before `as_adjusted` in `statements.csv`; those of later kinds come after all others.
const SUBLEDGERS: [Kind; 4] = [Kind::InventoryReserve, Kind::PrepaidAdvertising, Kind::FixedAssets, Kind::Obligations];

/// One row a line of a statement, in the order of presentation.
pub(super) fn lines(closed: &Closed) -> Vec<u8> {
    let (first, last): (Vec<Kind>, Vec<Kind>) = Kind::ALL.into_iter().partition(|kind| SUBLEDGERS.contains(kind));
    let names = |kinds: &[Kind]| kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>();
    let mut header = vec!["statement", "order", "line", "as_recorded"];
    header.extend(names(&first));
    header.extend(["as_adjusted", "prior_quarter", "prior_year"]);
    header.extend(names(&last));
    let mut sheet = Sheet::new(&header);
    for (line, order) in closed.statements.iter().zip(1..) {
        let StatementLine { statement, amounts: found, prior_quarter, prior_year, .. } = line;
        let kinds = |kinds: &[Kind]| kinds.iter().map(|kind| found.adjustments[*kind as usize].to_string()).collect();
        let (first, last): (Vec<String>, Vec<String>) = (kinds(&first), kinds(&last));
        let mut fields = vec![(*statement).to_owned(), order.to_string(), line.line.clone()];
        fields.push(found.as_recorded.to_string());
        fields.extend(first);
        fields.extend([found.as_adjusted().to_string(), optional(*prior_quarter), optional(*prior_year)]);
        fields.extend(last);
        sheet.row(&fields);
    }
    sheet.bytes()
}

fn columns(of: &Amounts) -> Vec<String> {
    let columns = [of.as_recorded].into_iter().chain(of.adjustments).chain([of.as_adjusted()]);
    columns.map(|amount| amount.to_string()).collect()
}

/// One row a line of a statement of a member, by statement, view and member.
pub(super) fn dimensions(closed: &Closed) -> Vec<u8> {
    let mut header = vec!["statement", "order", "line", "by", "member", "as_recorded"];
    header.extend(Kind::ALL.map(Kind::name));
    header.push("as_adjusted");
    let mut sheet = Sheet::new(&header);
    for row in &closed.views.dimensions {
        let mut fields = vec![row.statement.to_owned(), row.order.to_string(), row.line.clone()];
        fields.extend([row.by.name().to_owned(), row.member.clone()]);
        fields.extend(columns(&row.amounts));
        sheet.row(&fields);
    }
    sheet.bytes()
}

/// One row a period, measure and column.
pub(super) fn per_share(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&["period", "measure", "column", "net_income", "shares", "per_share"]);
    for row in &closed.views.per_share {
        let per_share = row.per_share.map(|amount| amount.to_string()).unwrap_or_default();
        let (net_income, shares) = (row.net_income.to_string(), plain(row.shares));
        sheet.row(&[row.period, row.measure, row.column, &net_income, &shares, &per_share]);
    }
    sheet.bytes()
}

/// One row a line; amounts are effects on income.
pub(super) fn tax(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&["line", "rate", "amount"]);
    for row in &closed.views.tax {
        sheet.row(&[row.line, &row.rate.map(plain).unwrap_or_default(), &row.amount.to_string()]);
    }
    sheet.bytes()
}

/// One row a base and kind; `all` is every kind together.
pub(super) fn materiality(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&["base", "kind", "amount", "adjustments", "percent"]);
    for row in &closed.views.materiality {
        let percent = row.percent.map(|percent| percent.to_string()).unwrap_or_default();
        sheet.row(&[row.base, row.kind_name(), &row.amount.to_string(), &row.adjustments.to_string(), &percent]);
    }
    sheet.bytes()
}

/// One row a brand and segment, and their `total`.
pub(super) fn margin(closed: &Closed) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "brand",
        "segment",
        "net_sales",
        "cost_of_goods_sold",
        "gross_profit",
        "gross_margin_rate",
        "relief",
        "gross_profit_without_relief",
        "gross_margin_rate_without_relief",
    ]);
    let mut row = |brand: &str, segment: &str, of: Margin| {
        let (with, without) = (of.gross_profit(), of.gross_profit_without_relief());
        let rate = |profit: Money| one(of.rate(profit).map(|rate| rate.to_string()).unwrap_or_default());
        sheet.row(&fields![
            [brand.to_owned(), segment.to_owned()],
            amounts([of.net_sales, of.cost_of_goods_sold, with]),
            rate(with),
            amounts([of.relief, without]),
            rate(without),
        ]);
    };
    for found in &closed.views.margin {
        row(&found.brand, &found.segment, found.margin);
    }
    row("total", "", margin::total(&closed.views.margin));
    sheet.bytes()
}
