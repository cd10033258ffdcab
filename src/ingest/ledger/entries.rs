//! Whether each journal entry balances and has each of its lines once, in memory that does not grow with the ledger.
//!
//! Lines of one entry that follow each other are a run. A run that balances, within which no line comes twice, is an
//! entry that is settled: all that stays of it is eight bytes, which say whether its journal id comes again. Other runs
//! are fragments; they stay until their entry balances. What eight bytes cannot decide (an id that comes again, more open
//! entries than [`Most::open`]) is not guessed: the ledger is read again for these entries alone, in [`super::recheck`].

use std::collections::BTreeMap;
use std::io::Result;

use hashbrown::HashTable;

use super::spill::Spill;
use crate::domain::parallel::joined;

/// Most ranges of lines that are kept of an open entry.
const RANGES_MAX: usize = 64;
/// Most line numbers that are kept of a run that goes on from chunk to chunk.
const LISTED_MAX: usize = 1 << 12;
/// What stands for line numbers that are not known.
const ALL_LINES: (i64, i64) = (i64::MIN, i64::MAX);
const PARTITIONS: usize = 64;
const BUFFER_BYTES: usize = 1 << 16;

/// How much of a ledger's entries is kept in memory.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    /// Entries that are open at once; what opens beyond is looked at again.
    pub open: usize,
    /// Entries that are looked at again one by one; where there are more, all are.
    pub again: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self { open: 1 << 14, again: 1 << 19 }
    }
}

/// What a balance is kept by: the entity, and whether its lines are set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// The entity's place among the book's codes.
    pub entity: u16,
    /// Zero for lines of the books; another number for each kind of lines that are set aside.
    pub aside: u32,
}

/// A group's debits less credits, in cents.
pub type Balance = (Group, i128);

/// A line of a ledger file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct At {
    /// The file's place among the ledger's.
    pub file: u32,
    pub line: u64,
}

/// The line numbers of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lines {
    /// The layout has none, so that nothing can come twice.
    None,
    /// Whole numbers that rise from line to line: the first and the last.
    Rising(i64, i64),
    /// Texts of which none comes twice; kept only of a run that may go on in the next chunk.
    Listed(Vec<Box<[u8]>>),
    /// Anything else.
    Unknown,
}

impl Lines {
    /// The lines of two parts of one run; `Unknown` where it cannot be told that each comes once.
    fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::None, Self::None) => Self::None,
            (Self::Rising(first, middle), Self::Rising(next, last)) if middle < next => Self::Rising(first, last),
            (Self::Listed(mut texts), Self::Listed(more)) => {
                texts.extend(more);
                texts.sort_unstable();
                if texts.len() > LISTED_MAX || texts.windows(2).any(|pair| pair[0] == pair[1]) {
                    Self::Unknown
                } else {
                    Self::Listed(texts)
                }
            }
            _ => Self::Unknown,
        }
    }
}

/// Lines of one entry that follow each other, where they are not known to be a whole entry that balances.
#[derive(Debug, Clone)]
pub struct Fragment {
    pub id: Box<[u8]>,
    pub hash: u64,
    pub balances: Vec<Balance>,
    pub lines: Lines,
    pub first: At,
    pub last: At,
    /// One of the lines has a fault, so that the balance says nothing.
    pub spoiled: bool,
}

/// What the runs of a chunk came to.
#[derive(Debug, Default)]
pub struct Part {
    /// The chunk's place among all chunks of the ledger, from zero.
    pub index: u64,
    /// The first run, and the last where it is another: only the chunks beside this one tell where they end. Lines
    /// without an id are a run as well, though no entry.
    pub head: Option<Fragment>,
    pub tail: Option<Fragment>,
    /// Hashes of the settled entries.
    pub settled: Vec<u64>,
    /// Hashes of entries within which a line comes twice.
    pub doubtful: Vec<u64>,
    pub fragments: Vec<Fragment>,
    /// A row that could not be read stands before the first run, or behind the last.
    pub begins_tainted: bool,
    pub ends_tainted: bool,
}

/// An entry that does not balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbalanced {
    pub id: String,
    pub group: Group,
    /// Debits less credits, in cents.
    pub cents: i128,
    pub first: At,
    pub last: At,
}

/// All entries of a ledger so far.
pub struct Entries {
    most: Most,
    open: HashTable<Fragments>,
    /// First and last runs of chunks that came before their turn, and whether their begin and end are tainted.
    waiting: BTreeMap<u64, ([Option<Fragment>; 2], [bool; 2])>,
    /// The chunk whose turn it is.
    turn: u64,
    /// The run with which the chunk before ended.
    carry: Option<Fragment>,
    /// A row that could not be read stands behind it.
    tainted: bool,
    /// Eight bytes an entry: its hash, whose last bit says that it must be looked at again.
    seen: Spill,
}

/// The fragments of an open entry, added up.
struct Fragments {
    sum: Fragment,
    /// The first and last line number of each fragment; a fragment of unknown lines has all numbers.
    ranges: Vec<(i64, i64)>,
}

/// The entries that are looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// Those whose hash is in the list, which is sorted.
    Some(Vec<u64>),
    All,
}

impl Again {
    /// True when the entry of the hash is looked at again.
    #[must_use]
    pub fn has(&self, hash: u64) -> bool {
        match self {
            Self::Some(hashes) => hashes.binary_search(&(hash & !1)).is_ok(),
            Self::All => true,
        }
    }

    /// True when no entry is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Some(hashes) if hashes.is_empty())
    }
}

/// What is known of a ledger's entries after one pass.
#[derive(Debug)]
pub struct Outcome {
    /// Entries that balance.
    pub balanced: u64,
    /// Entries that do not, or whose lines have faults of their own.
    pub others: u64,
    pub unbalanced: Vec<Unbalanced>,
    /// Entries that count in none of these.
    pub again: Again,
}

impl Entries {
    /// No entries yet.
    #[must_use]
    pub fn new(most: Most) -> Self {
        let seen = Spill::new(PARTITIONS, BUFFER_BYTES);
        Self { most, open: HashTable::new(), waiting: BTreeMap::new(), turn: 0, carry: None, tainted: false, seen }
    }

    /// Takes what a chunk's runs came to, in any order of chunks.
    ///
    /// # Errors
    /// A temporary file cannot be written.
    pub fn take(&mut self, part: &mut Part) -> Result<()> {
        for hash in part.settled.drain(..) {
            self.see(hash, false)?;
        }
        for hash in part.doubtful.drain(..) {
            self.see(hash, true)?;
        }
        for fragment in part.fragments.drain(..) {
            self.join(fragment)?;
        }
        let tainted = [&mut part.begins_tainted, &mut part.ends_tainted].map(std::mem::take);
        self.waiting.insert(part.index, ([part.head.take(), part.tail.take()], tainted));
        while let Some((runs, tainted)) = self.waiting.remove(&self.turn) {
            self.turn += 1;
            self.go_on(runs, tainted)?;
        }
        Ok(())
    }

    /// Puts together the run that a chunk's end has cut.
    fn go_on(&mut self, runs: [Option<Fragment>; 2], [begins_tainted, ends_tainted]: [bool; 2]) -> Result<()> {
        if let Some(before) = &mut self.carry {
            before.spoiled |= begins_tainted;
        }
        for mut run in runs.into_iter().flatten() {
            run.spoiled |= std::mem::take(&mut self.tainted);
            match self.carry.take() {
                Some(mut before) if before.id == run.id => {
                    before.go_on(run);
                    self.carry = Some(before);
                }
                before => {
                    self.carry = Some(run);
                    before.map_or(Ok(()), |whole| self.end_run(whole))?;
                }
            }
        }
        self.tainted |= ends_tainted;
        Ok(())
    }

    fn end_run(&mut self, run: Fragment) -> Result<()> {
        if run.id.is_empty() {
            return Ok(());
        }
        if run.settles() { self.see(run.hash, run.lines == Lines::Unknown) } else { self.join(run) }
    }

    fn see(&mut self, hash: u64, again: bool) -> Result<()> {
        let partition = (hash >> 58) as usize;
        self.seen.push(partition, &((hash & !1) | u64::from(again)).to_le_bytes())
    }

    fn join(&mut self, fragment: Fragment) -> Result<()> {
        let hash = fragment.hash;
        let same = |open: &Fragments| open.sum.hash == hash && open.sum.id == fragment.id;
        if let Ok(mut found) = self.open.find_entry(hash, same) {
            found.get_mut().join(fragment);
            if found.get().sum.settles() {
                let (entry, _) = found.remove();
                return self.see(hash, !entry.each_line_once());
            }
            return Ok(());
        }
        if self.open.len() >= self.most.open {
            return self.see(hash, true);
        }
        let entry = Fragments { ranges: Fragments::ranges(&fragment.lines), sum: fragment };
        self.open.insert_unique(hash, entry, |open| open.sum.hash);
        Ok(())
    }

    /// Ends the pass, on so many threads.
    ///
    /// # Errors
    /// A temporary file cannot be written or read.
    pub fn finish(mut self, threads: usize) -> Result<Outcome> {
        if let Some(last) = self.carry.take() {
            self.end_run(last)?;
        }
        let open: Vec<Fragments> = std::mem::take(&mut self.open).into_iter().collect();
        for entry in &open {
            self.see(entry.sum.hash, !entry.each_line_once())?;
        }
        let (mut single, mut doubtful) = (0, Vec::new());
        let most = self.most.again;
        let parts = std::thread::scope(|scope| {
            let parts = self.seen.split(threads);
            let threads: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || come_once(part, most))).collect();
            threads.into_iter().map(joined).collect::<Result<Vec<_>>>()
        })?;
        for (once, others) in parts {
            single += once;
            doubtful.extend(others);
        }
        if doubtful.len() > most {
            return Ok(Outcome { balanced: 0, others: 0, unbalanced: Vec::new(), again: Again::All });
        }
        let again = Again::Some(doubtful);
        let left: Vec<Fragment> = open.into_iter().map(|entry| entry.sum).filter(|sum| !again.has(sum.hash)).collect();
        let unbalanced = left.iter().filter(|sum| !sum.spoiled).flat_map(Fragment::unbalanced).collect();
        let others = left.len() as u64;
        Ok(Outcome { balanced: single - others, others, unbalanced, again })
    }
}

/// How many hashes come once and need no second look, and the others: these only while they are not too many.
fn come_once(mut seen: Spill, most: usize) -> Result<(u64, Vec<u64>)> {
    let (mut single, mut doubtful) = (0, Vec::new());
    let (mut bytes, mut hashes) = (Vec::new(), Vec::new());
    for partition in 0..seen.partitions() {
        seen.take(partition, &mut bytes)?;
        hashes.clear();
        hashes.extend(bytes.as_chunks().0.iter().map(|eight| u64::from_le_bytes(*eight)));
        hashes.sort_unstable();
        for same in hashes.chunk_by(|a, b| a & !1 == b & !1) {
            if same.len() == 1 && same[0] & 1 == 0 {
                single += 1;
            } else if doubtful.len() <= most {
                doubtful.push(same[0] & !1);
            }
        }
    }
    Ok((single, doubtful))
}

impl Fragment {
    /// Goes on with the next lines of the same run.
    fn go_on(&mut self, mut next: Self) {
        let lines = std::mem::replace(&mut self.lines, Lines::Unknown);
        self.lines = lines.then(std::mem::replace(&mut next.lines, Lines::Unknown));
        self.add(next);
    }

    fn add(&mut self, other: Self) {
        for (group, cents) in other.balances {
            add(&mut self.balances, group, cents);
        }
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.spoiled |= other.spoiled;
    }

    fn settles(&self) -> bool {
        self.balances.iter().all(|(_, cents)| *cents == 0)
    }

    fn unbalanced(&self) -> impl Iterator<Item = Unbalanced> {
        self.balances.iter().filter(|(_, cents)| *cents != 0).map(|(group, cents)| Unbalanced {
            id: String::from_utf8_lossy(&self.id).into_owned(),
            group: *group,
            cents: *cents,
            first: self.first,
            last: self.last,
        })
    }
}

impl Fragments {
    fn join(&mut self, other: Fragment) {
        let ranges = Self::ranges(&other.lines);
        self.sum.add(other);
        self.ranges.extend(ranges);
        if self.ranges.len() > RANGES_MAX {
            self.ranges = vec![ALL_LINES, ALL_LINES];
        }
    }

    fn ranges(lines: &Lines) -> Vec<(i64, i64)> {
        match lines {
            Lines::None => Vec::new(),
            Lines::Rising(first, last) => vec![(*first, *last)],
            Lines::Listed(_) => vec![ALL_LINES],
            // As if it were two fragments of the same lines: perhaps it is.
            Lines::Unknown => vec![ALL_LINES, ALL_LINES],
        }
    }

    fn each_line_once(&self) -> bool {
        let mut ranges = self.ranges.clone();
        ranges.sort_unstable();
        ranges.windows(2).all(|pair| pair[0].1 < pair[1].0)
    }
}

/// Adds to a group's balance.
pub fn add(balances: &mut Vec<Balance>, group: Group, cents: i128) {
    match balances.iter_mut().find(|(known, _)| *known == group) {
        Some((_, sum)) => *sum += cents,
        None => balances.push((group, cents)),
    }
}
