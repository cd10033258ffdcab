//! Text of the sources, and the sums that the ledger must agree with.

use std::collections::BTreeMap;
use std::path::Path;

use closepack::domain::{Dimension as Key, Money};

use super::terms::Dimension;

/// The fields of a row; none needs quotes.
pub type Row = Vec<String>;

/// Cents by account and dimension, debit positive.
pub type Balances = BTreeMap<(String, Dimension), i64>;

/// A source with its header.
#[derive(Clone)]
pub struct Source {
    pub name: &'static str,
    pub header: &'static str,
    pub rows: Vec<Row>,
}

impl Source {
    fn text(&self) -> String {
        let rows = self.rows.iter().map(|row| {
            assert_eq!(
                row.len(),
                self.header.split(',').count(),
                "a row of {} is not as long as its header",
                self.name
            );
            row.join(",") + "\n"
        });
        format!("{}\n{}", self.header, rows.collect::<String>())
    }

    /// Writes the source to a quarter's folder of a book.
    pub fn write(&self, root: &Path, quarter: &str) {
        write(root, &format!("{quarter}/{}.csv", self.name), &self.text());
    }
}

/// A number of hundredths, such as cents.
pub fn hundredths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", number.abs() / 100, number.abs() % 100)
}

/// A number of ten-thousandths.
pub fn fine(number: i64) -> String {
    format!("{}.{:04}", number / 10_000, number % 10_000)
}

pub fn text(of: Option<impl ToString>) -> String {
    of.map(|value| value.to_string()).unwrap_or_default()
}

/// `amount * part / whole` rounded half away from zero, of positive numbers; nothing of nothing.
pub fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole == 0 {
        return 0;
    }
    let (product, whole) = (2 * i128::from(amount) * i128::from(part), i128::from(whole));
    i64::try_from((product + whole) / (2 * whole)).expect("small amounts")
}

pub fn cents(money: Money) -> i64 {
    i64::try_from(money.cents()).expect("small amounts")
}

pub fn key(dimension: &Dimension) -> Key {
    let [entity, brand, segment] = dimension;
    Key::new(entity, brand, segment)
}

pub fn of_key(key: &Key) -> Dimension {
    [key.entity.clone(), key.brand.clone(), key.segment.clone()]
}

/// Adds to a balance.
pub fn add(balances: &mut Balances, account: &str, dimension: &Dimension, amount: i64) {
    *balances.entry((account.to_owned(), dimension.clone())).or_insert(0) += amount;
}

/// Writes a file of a book.
pub fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("written");
}
