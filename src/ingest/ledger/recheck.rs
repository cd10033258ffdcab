//! Looks again at the entries that one pass could not decide: all their lines side by side, a part of them at a time.

use std::io::Result;
use std::sync::Arc;

use super::entries::{Again, At, Balance, Group, Unbalanced, add};
use super::spill::Spill;

const PARTITIONS: usize = 256;
const BUFFER_BYTES: usize = 1 << 15;

/// A line of an entry that is looked at again.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    pub id: &'a [u8],
    /// The line's number in its entry; none where the layout has none.
    pub line: Option<&'a [u8]>,
    pub group: Group,
    /// Debit less credit.
    pub cents: i64,
    pub at: At,
    /// The line has a fault, so that its entry's balance says nothing.
    pub spoiled: bool,
}

/// A line that comes twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    pub id: String,
    pub line: String,
    /// Where it comes again.
    pub at: At,
    /// Where it came first.
    pub first: At,
}

/// What the second look has found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub entries: u64,
    pub balanced: u64,
    /// Lines that come again.
    pub twice: u64,
}

/// Collects the lines of the entries that are looked at again.
pub struct Recheck {
    again: Arc<Again>,
    spill: Spill,
    bytes: Vec<u8>,
}

impl Recheck {
    /// A second look at these entries.
    #[must_use]
    pub fn new(again: Arc<Again>) -> Self {
        Self { again, spill: Spill::new(PARTITIONS, BUFFER_BYTES), bytes: Vec::new() }
    }

    /// True when the entry of the hash is one of them.
    #[must_use]
    pub fn wants(&self, hash: u64) -> bool {
        self.again.has(hash)
    }

    /// Adds a line of an entry that is wanted.
    ///
    /// # Errors
    /// A temporary file cannot be written.
    pub fn add(&mut self, hash: u64, item: Item<'_>) -> Result<()> {
        self.bytes.clear();
        item.write(&mut self.bytes);
        self.spill.push((hash >> 56) as usize, &self.bytes)
    }

    /// Tells of every entry that does not balance and every line that comes twice.
    ///
    /// # Errors
    /// A temporary file cannot be read.
    pub fn finish(mut self, unbalanced: &mut dyn FnMut(Unbalanced), twice: &mut dyn FnMut(Twice)) -> Result<Found> {
        let (mut found, mut bytes) = (Found::default(), Vec::new());
        for partition in 0..self.spill.partitions() {
            self.spill.take(partition, &mut bytes)?;
            let mut items = Vec::new();
            let mut rest = &bytes[..];
            while let Some(item) = Item::read(&mut rest) {
                items.push(item);
            }
            items.sort_unstable_by_key(|item| (item.id, item.line, item.at));
            for entry in items.chunk_by(|a, b| a.id == b.id) {
                found.entry(entry, unbalanced, twice);
            }
        }
        Ok(found)
    }
}

impl Found {
    fn entry(&mut self, lines: &[Item<'_>], unbalanced: &mut dyn FnMut(Unbalanced), twice: &mut dyn FnMut(Twice)) {
        self.entries += 1;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        for same in lines.chunk_by(|a, b| a.line.is_some() && a.line == b.line) {
            for again in &same[1..] {
                self.twice += 1;
                let line = text(again.line.unwrap_or_default());
                twice(Twice { id: text(again.id), line, at: again.at, first: same[0].at });
            }
        }
        let mut balances: Vec<Balance> = Vec::new();
        lines.iter().for_each(|line| add(&mut balances, line.group, i128::from(line.cents)));
        balances.retain(|(_, cents)| *cents != 0);
        self.balanced += u64::from(balances.is_empty());
        if lines.iter().any(|line| line.spoiled) {
            return;
        }
        balances.sort_unstable();
        let places = || lines.iter().map(|line| line.at);
        let (first, last) = (places().min().unwrap_or_default(), places().max().unwrap_or_default());
        for (group, cents) in balances {
            unbalanced(Unbalanced { id: text(lines[0].id), group, cents, first, last });
        }
    }
}

impl<'a> Item<'a> {
    fn write(&self, out: &mut Vec<u8>) {
        let line = self.line.unwrap_or_default();
        out.extend_from_slice(&(self.id.len() as u32).to_le_bytes());
        out.extend_from_slice(&(line.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.group.entity.to_le_bytes());
        out.extend_from_slice(&self.group.aside.to_le_bytes());
        out.extend_from_slice(&self.cents.to_le_bytes());
        out.extend_from_slice(&self.at.file.to_le_bytes());
        out.extend_from_slice(&self.at.line.to_le_bytes());
        out.push(u8::from(self.spoiled) | u8::from(self.line.is_some()) << 1);
        out.extend_from_slice(self.id);
        out.extend_from_slice(line);
    }

    /// Takes the next item off the bytes.
    fn read(bytes: &mut &'a [u8]) -> Option<Self> {
        let id_length = u32::from_le_bytes(number(bytes)?) as usize;
        let line_length = u32::from_le_bytes(number(bytes)?) as usize;
        let group = Group { entity: u16::from_le_bytes(number(bytes)?), aside: u32::from_le_bytes(number(bytes)?) };
        let cents = i64::from_le_bytes(number(bytes)?);
        let at = At { file: u32::from_le_bytes(number(bytes)?), line: u64::from_le_bytes(number(bytes)?) };
        let [marks] = number(bytes)?;
        let (id, rest) = bytes.split_at_checked(id_length)?;
        let (line, rest) = rest.split_at_checked(line_length)?;
        *bytes = rest;
        Some(Self { id, line: (marks & 2 != 0).then_some(line), group, cents, at, spoiled: marks & 1 != 0 })
    }
}

fn number<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (number, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*number)
}
