//! What a person must look at before signing: failed checks, and judgements that no rule makes.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::Shares;
use crate::checks::{Check, Status};
use crate::diagnostics::Place;
use crate::domain::Quarter;
use crate::ingest::ledger::{Ledger, SetAside};
use crate::records::Disposition;
use crate::schedules::{AssetRow, ReserveRow, Schedules};

/// A matter that a person must look at.
#[derive(Debug, Clone)]
pub struct Exception {
    pub id: String,
    /// `error` for a failed check, `review` for a judgement.
    pub severity: &'static str,
    pub kind: &'static str,
    pub message: String,
    pub place: Place,
    pub value: String,
}

impl Exception {
    fn review(id: String, kind: &'static str, message: String, place: Place, value: String) -> Self {
        Self { id, severity: "review", kind, message, place, value }
    }
}

/// The exceptions of failed checks; a run has them before its [`reviews`].
pub fn of_checks(checks: &[Check]) -> impl Iterator<Item = Exception> {
    checks.iter().filter(|check| check.status == Status::Fail).map(failed)
}

/// The judgements that no rule makes.
#[must_use]
pub fn reviews(schedules: &Schedules, ledger: &Ledger, shares: Option<Shares>, quarter: &Quarter) -> Vec<Exception> {
    let mut found = Vec::new();
    found.extend(unexplained_units(&schedules.inventory));
    found.extend(reserves_above_cost(&schedules.inventory));
    found.extend(items_under_another_key(&schedules.inventory));
    found.extend(groups_tested_in_part(&schedules.assets));
    found.extend(paid_before_incurred(schedules));
    found.extend(entries_of_earlier_quarters(ledger, quarter));
    found.extend(lines_set_aside(ledger));
    if shares.is_none() {
        let message = format!("shares.csv has no row for {}: amounts a share are left out", quarter.id);
        let place = Place::file("shares.csv");
        found.push(Exception::review("shares".to_owned(), "no-shares", message, place, String::new()));
    }
    found
}

fn failed(check: &Check) -> Exception {
    Exception {
        id: format!("check:{}", check.id),
        severity: "error",
        kind: "failed-check",
        message: format!("{}: expected {}, found {}", check.description, check.expected, check.actual),
        place: Place::default(),
        value: check.actual.to_string(),
    }
}

fn field(origin: &Place, column: &str) -> Place {
    Place { field: column.to_owned(), ..origin.clone() }
}

/// What stands in an id for an item: its dimension, its pool and its own code.
fn named(row: &ReserveRow) -> String {
    format!("{}:{}:{}", row.key.dimension, row.key.group, row.key.item)
}

fn unexplained_units(rows: &[ReserveRow]) -> impl Iterator<Item = Exception> {
    rows.iter().filter(|row| row.roll.unexplained_units).filter_map(|row| {
        let item = row.item.as_ref()?;
        let message = format!("{} has more units on hand than opened and came in", item.sku);
        let place = item.origin.field("quantity_on_hand");
        let value = item.quantity_on_hand.to_string();
        Some(Exception::review(format!("units:{}", named(row)), "unexplained-units", message, place, value))
    })
}

/// A reserve that was above cost counts as used for what is beyond: no unit that left explains it.
fn reserves_above_cost(rows: &[ReserveRow]) -> impl Iterator<Item = Exception> {
    rows.iter().filter(|row| row.roll.above_cost).filter_map(|row| {
        let item = row.item.as_ref()?;
        let message = format!("the cost of {} fell below its reserve without units that left", item.sku);
        let place = item.origin.field("unit_cost");
        let value = row.roll.opening.to_string();
        Some(Exception::review(format!("reserve:{}", named(row)), "reserve-above-cost", message, place, value))
    })
}

/// An item that is gone under one key and new under another of its entity has changed its pool, brand or segment: its
/// reserve counts as used, and its written-down cost is no longer known (SAB Topic 5.BB).
fn items_under_another_key(rows: &[ReserveRow]) -> Vec<Exception> {
    let key = |row: &ReserveRow| (row.key.dimension.entity.clone(), row.key.item.clone());
    let gone = || rows.iter().filter(|row| row.item.is_none() && !row.roll.opening.is_zero());
    // A file may have a million new items, of which no more than were gone can matter.
    let keys: BTreeSet<_> = gone().map(key).collect();
    if keys.is_empty() {
        return Vec::new();
    }
    let new = rows.iter().filter(|row| row.item.is_some() && !row.roll.known_before);
    let new: BTreeMap<_, &ReserveRow> = new.map(|row| (key(row), row)).filter(|(key, _)| keys.contains(key)).collect();
    gone()
        .filter_map(|row| {
            let now = new.get(&key(row))?;
            let place = now.item.as_ref().map(|item| item.origin.field("pool")).unwrap_or_default();
            let message = format!("{} stood in {} before: its reserve was not carried over", named(now), named(row));
            let value = row.roll.opening.to_string();
            Some(Exception::review(format!("moved:{}", named(now)), "item-under-another-key", message, place, value))
        })
        .collect()
}

/// An impairment test looks at all assets of a group: one that is not among them leaves its carrying amount out.
fn groups_tested_in_part(rows: &[AssetRow]) -> Vec<Exception> {
    let tested = |row: &AssetRow| {
        let new = row.decided.is_some() && row.earlier.decision.is_none_or(|before| Some(before.day) != row.decided);
        new && matches!(row.asset.disposition, Disposition::HoldAndUse { .. })
    };
    let group = |row: &AssetRow| (row.asset.dimension.entity.clone(), row.asset.asset_group.clone());
    let groups: BTreeSet<_> =
        rows.iter().filter(|row| tested(row) && !row.asset.asset_group.is_empty()).map(group).collect();
    let left_out = rows.iter().filter(|row| {
        let counts = matches!(row.asset.disposition, Disposition::InUse | Disposition::HoldAndUse { .. });
        counts && !tested(row) && groups.contains(&group(row))
    });
    left_out
        .map(|row| {
            let asset = &row.asset;
            let id = format!("group:{}:{}/{}", asset.dimension, asset.asset_id, asset.component);
            let message = format!(
                "{}/{} of the group {} is not in the group's test",
                asset.asset_id, asset.component, asset.asset_group
            );
            let (place, value) = (field(&asset.origin, "disposition"), row.measurement.closing.to_string());
            Exception::review(id, "group-tested-in-part", message, place, value)
        })
        .collect()
}

fn paid_before_incurred(schedules: &Schedules) -> impl Iterator<Item = Exception> {
    schedules.obligations.iter().filter(|row| row.measurement.closing.is_negative()).map(|row| {
        let owed = &row.obligation;
        let message = format!("{} was paid before it was incurred: a prepayment, not a liability", owed.obligation_id);
        let (place, value) = (field(&owed.origin, "incurred_date"), row.measurement.closing.to_string());
        Exception::review(format!("prepaid:{}", owed.obligation_id), "paid-before-incurred", message, place, value)
    })
}

/// A number of an earlier quarter is ordinary activity, such as an accrual that reverses itself; somebody must know.
fn entries_of_earlier_quarters(ledger: &Ledger, quarter: &Quarter) -> impl Iterator<Item = Exception> {
    ledger.earlier_entries.iter().map(|(journal_id, line)| {
        let message = "the ledger has an entry of an earlier quarter's number, and takes it as activity".to_owned();
        let place = field(&Place::line(&format!("{}/ledger", quarter.id), *line), "journal_id");
        let id = format!("earlier:{journal_id}");
        Exception::review(id, "entry-of-earlier-quarter", message, place, journal_id.clone())
    })
}

/// A ledger line that a policy keeps out of the books is told one by one, so that none is lost.
fn lines_set_aside(ledger: &Ledger) -> impl Iterator<Item = Exception> {
    ledger.set_aside.iter().map(|line| {
        let why =
            if line.kind == SetAside::OUTSIDE_QUARTER { "dated outside the quarter" } else { "in another currency" };
        let message = format!(
            "a line of entry {} is {why} and set aside by policy: account {}, {}",
            line.journal_id, line.account, line.dimension
        );
        let id = format!("{}:{}:{}", line.kind, line.place.file, line.place.line);
        Exception::review(id, line.kind, message, line.place.clone(), line.value.clone())
    })
}
