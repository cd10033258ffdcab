//! What a quarter opens with: the figures of an earlier, verified pack.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use rust_decimal::Decimal;

use chrono::NaiveDate;

use crate::adjust::fixed_assets::{self, EarlierDecision, Earmark};
use crate::adjust::inventory_reserve::Opening;
use crate::adjust::obligations;
use crate::adjust::prepaid_advertising::Earlier;
use crate::domain::{Dimension, Money, parallel};
use crate::exit_costs::{self, CostType};
use crate::records::ItemKey;
use crate::targets::EarlierTarget;
use crate::trial_balance::AccountKey;

use super::table::Columns;

/// The figures of an earlier pack that a later quarter needs.
#[derive(Debug, Clone, Default)]
pub struct PriorPack {
    pub quarter: String,
    pub inventory: OpeningReserves,
    /// By contract; the group is empty.
    pub prepaid: BTreeMap<ItemKey, Earlier>,
    /// By asset (group) and component (item).
    pub assets: BTreeMap<ItemKey, fixed_assets::Earlier>,
    /// By obligation.
    pub obligations: BTreeMap<String, obligations::Opening>,
    /// What each exit has borne to date, by exit, segment and type of cost.
    pub exit_costs: BTreeMap<exit_costs::Key, Money>,
    /// Adjusted balances, debit positive.
    pub adjusted: BTreeMap<AccountKey, Money>,
    /// Adjusted figures by statement and line, as presented.
    pub statements: BTreeMap<(String, String), Money>,
    /// By target.
    pub targets: BTreeMap<String, EarlierTarget>,
    /// The scenario that the pack is of; none for the real books.
    pub scenario: Option<String>,
    /// What the registers show once the pack's entries are posted.
    pub ordinary: Ordinary,
}

/// What the reserves open with. There may be a million, so what the items of a pool have in common is there once.
#[derive(Debug, Clone, Default)]
pub struct OpeningReserves {
    /// By dimension and pool.
    stocks: Vec<OpeningStock>,
}

/// The items of one dimension and pool, in the order of their codes.
#[derive(Debug, Clone)]
pub struct OpeningStock {
    pub dimension: Dimension,
    pub pool: Arc<str>,
    pub items: Vec<(Arc<str>, Opening)>,
}

impl OpeningStock {
    fn new([entity, brand, segment, pool]: [&str; 4], first: (Arc<str>, Opening)) -> Self {
        Self { dimension: Dimension::new(entity, brand, segment), pool: pool.into(), items: vec![first] }
    }

    fn has(&self, [entity, brand, segment, pool]: [&str; 4]) -> bool {
        let own = &self.dimension;
        own.entity == entity && own.brand == brand && own.segment == segment && *self.pool == *pool
    }

    /// The key of an item of the stock.
    #[must_use]
    pub fn key(&self, item: &Arc<str>) -> ItemKey {
        ItemKey { dimension: self.dimension.clone(), group: self.pool.clone(), item: item.clone() }
    }
}

impl OpeningReserves {
    /// From stocks in any order, each with its items in any order; each item is there once.
    #[must_use]
    pub fn new(mut stocks: Vec<OpeningStock>) -> Self {
        stocks.sort_by(|a, b| (&a.dimension, &a.pool).cmp(&(&b.dimension, &b.pool)));
        stocks.dedup_by(|later, first| {
            let same = later.dimension == first.dimension && later.pool == first.pool;
            if same {
                first.items.append(&mut later.items);
            }
            same
        });
        stocks.iter_mut().for_each(|stock| stock.items.sort_by(|(a, _), (b, _)| a.cmp(b)));
        Self { stocks }
    }

    /// The stocks by dimension and pool.
    #[must_use]
    pub fn stocks(&self) -> &[OpeningStock] {
        &self.stocks
    }

    /// What an item opens with; nothing for one that the pack has not.
    #[must_use]
    pub fn get(&self, key: &ItemKey) -> Option<&Opening> {
        let stock = self.stocks.iter().find(|stock| stock.dimension == key.dimension && stock.pool == key.group)?;
        stock.items.binary_search_by(|(item, _)| item.cmp(&key.item)).ok().map(|at| &stock.items[at].1)
    }

    /// All items in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (ItemKey, &Opening)> {
        self.stocks.iter().flat_map(|stock| stock.items.iter().map(|(item, opening)| (stock.key(item), opening)))
    }
}

/// What registers show after a pack's entries: ordinary expense alone, without write-offs and write-downs.
#[derive(Debug, Clone, Default)]
pub struct Ordinary {
    /// Expensed of a contract to date; the group is empty.
    pub expensed: BTreeMap<ItemKey, Money>,
    /// Depreciated of an asset to date.
    pub depreciated: BTreeMap<ItemKey, Money>,
    /// Accrued of an obligation to date.
    pub accrued: BTreeMap<String, Money>,
}

/// A pack whose hashes agree but whose content is not what closepack writes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} of the pack of {quarter} cannot be read: {why}")]
pub struct PriorPackError {
    pub quarter: String,
    pub file: String,
    pub why: String,
}

impl PriorPack {
    /// The files that are read of a pack.
    pub const FILES: [&'static str; 8] = [
        RESERVES,
        "prepaid_advertising.csv",
        "fixed_assets.csv",
        "obligations.csv",
        "trial_balance.csv",
        "exit_costs.csv",
        "statements.csv",
        "targets.csv",
    ];

    /// Reads the figures from the pack's files, which are of a scenario or of the real books.
    ///
    /// # Errors
    /// [`PriorPackError`] for a file or a column that is missing, or a figure that is none.
    pub fn read(
        quarter: &str,
        scenario: Option<&str>,
        files: &BTreeMap<String, Vec<u8>>,
    ) -> Result<Self, PriorPackError> {
        let open = |file: &'static str| PackTable::open(quarter, file, files);
        let scenario = scenario.map(str::to_owned);
        let mut pack = Self { quarter: quarter.to_owned(), scenario, ..Self::default() };
        pack.inventory = opening_reserves(quarter, files)?;
        for row in open("prepaid_advertising.csv")?.rows() {
            let earlier = Earlier {
                written_off: row.money("written_off_to_date")?,
                moved: row.money("moved_to_date")?,
                transferred: row.money("transferred_to_date")?,
                earned: row.money("earned")?,
            };
            let key = row.key("", "contract_id")?;
            pack.ordinary.expensed.insert(key.clone(), row.money("expensed_to_date")? + row.money("catch_up")?);
            pack.prepaid.insert(key, earlier);
        }
        for row in open("fixed_assets.csv")?.rows() {
            let key = row.key("asset_id", "component")?;
            let depreciated = row.money("accumulated_depreciation")? + row.money("catch_up")?;
            pack.ordinary.depreciated.insert(key.clone(), depreciated);
            pack.assets.insert(key, earlier_asset(&row)?);
        }
        for row in open("obligations.csv")?.rows() {
            let opening = obligations::Opening {
                closing: Some(row.money("closing")?),
                non_current: Some(row.money("non_current")?),
                paid_to_date: Some(row.money("paid_to_date")?),
                sold_to_date: Some(row.money("sold_to_date")?),
                deferred: Some(row.money("deferred")?),
            };
            let id = row.text("obligation_id")?.to_owned();
            pack.ordinary.accrued.insert(id.clone(), row.money("accrued_to_date")? + row.money("charge")?);
            pack.obligations.insert(id, opening);
        }
        for row in open("trial_balance.csv")?.rows() {
            pack.adjusted.insert((row.text("account")?.to_owned(), row.dimension()?), row.money("adjusted")?);
        }
        for row in open("exit_costs.csv")?.rows() {
            let name = row.text("cost_type")?;
            let cost = CostType::from_name(name).ok_or_else(|| row.fault(format!("{name} is no type of cost")))?;
            let key = (row.text("event")?.to_owned(), row.text("segment")?.to_owned(), cost);
            pack.exit_costs.insert(key, row.money("to_date")?);
        }
        pack.statements = read_statements(quarter, files)?;
        for row in open("targets.csv")?.rows() {
            let actual = if row.text("actual")?.is_empty() { None } else { Some(row.money("actual")?) };
            let (quarter, line) = (row.text("quarter")?.to_owned(), row.text("line")?.to_owned());
            pack.targets.insert(row.text("target_id")?.to_owned(), EarlierTarget { quarter, line, actual });
        }
        Ok(pack)
    }
}

fn earlier_asset(row: &PackRow<'_>) -> Result<fixed_assets::Earlier, PriorPackError> {
    let disposition = row.text("disposition")?;
    let decision = match row.date("decision_date")? {
        None => None,
        Some(day) => Some(EarlierDecision {
            day,
            earmark: match disposition {
                "held-for-sale" => Earmark::HeldForSale,
                "abandon" => Earmark::Abandoned,
                "hold-and-use" => Earmark::HeldAndUsed,
                "reuse" => Earmark::Reused,
                other => return Err(row.fault(format!("disposition {other} has no decision"))),
            },
            at_decision: row.money("at_decision")?,
            measured: row.money("measured")?,
            closing: row.money("closing")?,
        }),
    };
    Ok(fixed_assets::Earlier { written_down: row.money("written_down_to_date")?, decision })
}

/// The adjusted figures of a pack's statements, by statement and line.
///
/// # Errors
/// [`PriorPackError`] as for [`PriorPack::read`].
pub fn read_statements(
    quarter: &str,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<BTreeMap<(String, String), Money>, PriorPackError> {
    let table = PackTable::open(quarter, "statements.csv", files)?;
    let mut lines = BTreeMap::new();
    for row in table.rows() {
        let key = (row.text("statement")?.to_owned(), row.text("line")?.to_owned());
        lines.insert(key, row.money("as_adjusted")?);
    }
    Ok(lines)
}

/// The name of the file that has every item's reserve.
const RESERVES: &str = "inventory_reserve.csv";

/// The closing reserves of a pack, which the next quarter opens with. There may be a million, so the file is read from
/// its start and from its middle at once.
fn opening_reserves(quarter: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<OpeningReserves, PriorPackError> {
    let (table, rows) = PackTable::open_header(quarter, RESERVES, files)?;
    let (first, second) = rows.split_at(record_near(rows, rows.len() / 2));
    let (first, second) = parallel::both(|| reserves_of(&table, first), || reserves_of(&table, second));
    let mut reserves = first?;
    reserves.extend(second?);
    Ok(OpeningReserves::new(reserves))
}

fn reserves_of(table: &PackTable, rows: &[u8]) -> Result<Vec<OpeningStock>, PriorPackError> {
    let mut stocks: Vec<OpeningStock> = Vec::new();
    table.each(rows, |row| {
        let codes = [row.text("entity")?, row.text("brand")?, row.text("segment")?, row.text("pool")?];
        let opening = Opening {
            reserve: Some(row.money("closing")?),
            units: row.decimal("quantity_on_hand")?,
            releasable: Some(row.money("releasable")?),
        };
        let item = (row.text("sku")?.into(), opening);
        // The file is in the order of the keys.
        match stocks.last_mut().filter(|stock| stock.has(codes)) {
            Some(stock) => stock.items.push(item),
            None => stocks.push(OpeningStock::new(codes, item)),
        }
        Ok(())
    })?;
    Ok(stocks)
}

/// Where the first record starts at or after a byte of well-formed CSV: a line feed ends one where the quotes before it
/// are even in number.
fn record_near(bytes: &[u8], near: usize) -> usize {
    let mut quoted = memchr::memchr_iter(b'"', &bytes[..near]).count() % 2 == 1;
    for at in memchr::memchr2_iter(b'"', b'\n', &bytes[near..]) {
        match bytes[near + at] {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            _ => return near + at + 1,
        }
    }
    bytes.len()
}

struct PackTable {
    quarter: String,
    file: &'static str,
    columns: Columns,
    records: Vec<csv::StringRecord>,
}

impl PackTable {
    fn open(quarter: &str, file: &'static str, files: &BTreeMap<String, Vec<u8>>) -> Result<Self, PriorPackError> {
        let (mut table, rows) = Self::open_header(quarter, file, files)?;
        let mut records = Vec::new();
        table.each(rows, |row| {
            records.push(row.record.clone());
            Ok(())
        })?;
        table.records = records;
        Ok(table)
    }

    /// The table without its rows, and the bytes of them.
    fn open_header<'a>(
        quarter: &str,
        file: &'static str,
        files: &'a BTreeMap<String, Vec<u8>>,
    ) -> Result<(Self, &'a [u8]), PriorPackError> {
        let fault = |why: String| PriorPackError { quarter: quarter.to_owned(), file: file.to_owned(), why };
        let bytes = files.get(file).ok_or_else(|| fault("the file is not in the pack".to_owned()))?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().map_err(|error| fault(error.to_string()))?;
        let columns = Columns::new(header.iter().enumerate().map(|(at, name)| (name.to_owned(), at)));
        let table = Self { quarter: quarter.to_owned(), file, columns, records: Vec::new() };
        // The header of a file of ours is one line.
        let rows = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        Ok((table, &bytes[rows..]))
    }

    /// Reads rows one by one.
    fn each(
        &self,
        rows: &[u8],
        mut take: impl FnMut(PackRow<'_>) -> Result<(), PriorPackError>,
    ) -> Result<(), PriorPackError> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(rows);
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|error| self.fault(error.to_string()))? {
            take(PackRow { table: self, record: &record })?;
        }
        Ok(())
    }

    fn rows(&self) -> impl Iterator<Item = PackRow<'_>> {
        self.records.iter().map(move |record| PackRow { table: self, record })
    }

    fn fault(&self, why: String) -> PriorPackError {
        PriorPackError { quarter: self.quarter.clone(), file: self.file.to_owned(), why }
    }
}

struct PackRow<'a> {
    table: &'a PackTable,
    record: &'a csv::StringRecord,
}

impl PackRow<'_> {
    fn fault(&self, why: String) -> PriorPackError {
        self.table.fault(why)
    }

    fn text(&self, column: &str) -> Result<&str, PriorPackError> {
        let at = self.table.columns.place(column).ok_or_else(|| self.fault(format!("it has no column {column}")))?;
        Ok(self.record.get(at).unwrap_or_default())
    }

    fn money(&self, column: &str) -> Result<Money, PriorPackError> {
        let text = self.text(column)?;
        Money::parse_sum(text).map_err(|error| self.fault(format!("{column} `{text}` {error}")))
    }

    fn decimal(&self, column: &str) -> Result<Decimal, PriorPackError> {
        let text = self.text(column)?;
        Decimal::from_str(text).map_err(|error| self.fault(format!("{column} `{text}`: {error}")))
    }

    fn date(&self, column: &str) -> Result<Option<NaiveDate>, PriorPackError> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        let day = super::table::iso_date(text);
        day.map(Some).ok_or_else(|| self.fault(format!("{column} `{text}` is not a date")))
    }

    fn dimension(&self) -> Result<Dimension, PriorPackError> {
        Ok(Dimension::new(self.text("entity")?, self.text("brand")?, self.text("segment")?))
    }

    fn key(&self, group: &str, item: &str) -> Result<ItemKey, PriorPackError> {
        let group = if group.is_empty() { "" } else { self.text(group)? };
        Ok(ItemKey::new(&self.dimension()?, group, self.text(item)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_starts_after_a_line_feed_that_no_quotes_hold() {
        let bytes = b"a,b\n\"x\ny\",c\nd,e\n";
        let starts: Vec<usize> = (0..=bytes.len()).map(|near| record_near(bytes, near)).collect();
        let expected = [4; 4].into_iter().chain([12; 8]).chain([16; 4]).chain([16]);
        assert_eq!(starts, expected.collect::<Vec<_>>());
    }

    /// Wherever the file is parted, all of its rows are read, in the order of their keys.
    #[test]
    fn reserves_are_read_from_both_halves() {
        let header = "entity,brand,segment,pool,sku,quantity_on_hand,closing,releasable\n";
        let rows = ["E,B,S,p,\"1\n,2\",5,1.00,0.00\n", "E,B,S,p,0,6,2.00,1.50\n", "E,A,S,q,0,7.5,3.00,0.00\n"];
        for count in 0..=rows.len() {
            let text = format!("{header}{}", rows[..count].concat());
            let files = BTreeMap::from([(RESERVES.to_owned(), text.into_bytes())]);
            let found = opening_reserves("2004-Q1", &files).expect("a file of a pack");
            assert_eq!(found.iter().count(), count);
            assert!(found.iter().map(|(key, _)| key).is_sorted());
            let key = ItemKey::new(&Dimension::new("E", "B", "S"), "p", "0");
            let reserve = found.get(&key).and_then(|opening| opening.reserve);
            assert_eq!(reserve, (count > 1).then_some(Money::from_cents(200)));
        }
    }
}
