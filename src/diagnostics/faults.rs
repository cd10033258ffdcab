//! The collector of faults.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt;

use super::{Code, Diagnostic, Paint, Spot, render};

/// How many faults of one file and code are kept in full; the rest are counted.
pub const FAULTS_KEPT_PER_KIND: usize = 50;

/// Gets every fault as it is told.
type Sink = Box<dyn FnMut(&Diagnostic) + Send>;

/// Collects all faults of a book. Of each file and code it keeps the [`FAULTS_KEPT_PER_KIND`] that come first by
/// place, whatever the order in which they were told, and counts all.
#[derive(Default)]
pub struct Faults {
    /// By name.
    files: Vec<OfFile>,
    total: usize,
    sink: Option<Sink>,
}

/// The faults of one file.
#[derive(Debug)]
struct OfFile {
    name: String,
    codes: BTreeMap<Code, Kept>,
}

/// The faults of one file and code.
#[derive(Debug, Default)]
struct Kept {
    count: usize,
    /// The last of them is on top, so that it is known cheaply what comes too late to be kept.
    first: BinaryHeap<Diagnostic>,
}

impl Kept {
    /// True when a fault of this line would surely not be kept.
    fn is_beyond(&self, line: u64) -> bool {
        self.first.len() == FAULTS_KEPT_PER_KIND && self.first.peek().is_some_and(|last| line > last.place.line)
    }

    fn keep(&mut self, fault: Diagnostic) {
        if self.first.len() < FAULTS_KEPT_PER_KIND {
            self.first.push(fault);
        } else if let Some(mut last) = self.first.peek_mut()
            && fault < *last
        {
            *last = fault;
        }
    }
}

/// How many faults of one code there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindCount {
    pub code: Code,
    /// The files that have them.
    pub files: usize,
    pub count: usize,
}

/// What is kept of a file and code. A sorted list, because a map's entry would need the file's name as a text of its
/// own for each fault.
fn kept_of<'f>(files: &'f mut Vec<OfFile>, file: &str, code: Code) -> &'f mut Kept {
    let at = files.binary_search_by(|known| known.name.as_str().cmp(file)).unwrap_or_else(|at| {
        files.insert(at, OfFile { name: file.to_owned(), codes: BTreeMap::new() });
        at
    });
    files[at].codes.entry(code).or_default()
}

impl Faults {
    /// Faults that are also told to `sink`, each and in the order in which they are found: for a second reading, which
    /// lists what the first has only counted.
    #[must_use]
    pub fn telling(sink: impl FnMut(&Diagnostic) + Send + 'static) -> Self {
        Self { sink: Some(Box::new(sink)), ..Self::default() }
    }

    /// True when every fault is told to a sink. A reader then reads in the order of the file on one thread, adds to this
    /// very collection, and shows the record of each fault.
    #[must_use]
    pub const fn wants_all(&self) -> bool {
        self.sink.is_some()
    }

    /// Adds a fault.
    pub fn push(&mut self, fault: Diagnostic) {
        if let Some(sink) = &mut self.sink {
            sink(&fault);
        }
        let kept = kept_of(&mut self.files, &fault.place.file, fault.code);
        kept.count += 1;
        kept.keep(fault);
        self.total += 1;
    }

    /// Adds a fault, in one call.
    pub fn add(
        &mut self,
        code: Code,
        spot: impl Into<Spot>,
        message: impl Into<String>,
        value: &str,
        expected: &str,
        help: &str,
    ) {
        self.push(Diagnostic::new(code, spot, message, value, expected, help));
    }

    /// Adds a fault of a line that is made only when it may be kept: what comes after the faults that are kept costs
    /// two look-ups. The fault must be of this code, file and line.
    pub fn add_with(&mut self, code: Code, file: &str, line: u64, make: impl FnOnce() -> Diagnostic) {
        let wants_all = self.wants_all();
        let kept = kept_of(&mut self.files, file, code);
        if wants_all || !kept.is_beyond(line) {
            self.push(make());
        } else {
            kept.count += 1;
            self.total += 1;
        }
    }

    /// Takes over the faults of another stage or of a part of a file. The result is the same as if they had been told
    /// here.
    pub fn extend(&mut self, other: Faults) {
        self.total += other.total;
        for file in other.files {
            for (code, found) in file.codes {
                let faults = found.first.into_sorted_vec();
                if let Some(sink) = &mut self.sink {
                    faults.iter().for_each(&mut **sink);
                }
                let kept = kept_of(&mut self.files, &file.name, code);
                kept.count += found.count;
                faults.into_iter().for_each(|fault| kept.keep(fault));
            }
        }
    }

    /// True when nothing was wrong.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many faults there were, those that are only counted among them.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.total
    }

    /// True when no fault was only counted.
    #[must_use]
    pub fn all_kept(&self) -> bool {
        self.kept().count() == self.total
    }

    /// The kept faults, by place.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut faults: Vec<&Diagnostic> = self.kept().collect();
        faults.sort();
        faults
    }

    fn kept(&self) -> impl Iterator<Item = &Diagnostic> {
        self.files.iter().flat_map(|file| file.codes.values()).flat_map(|kept| &kept.first)
    }

    /// How many faults of each code there were, the most frequent first.
    #[must_use]
    pub fn summary(&self) -> Vec<KindCount> {
        let codes: BTreeSet<Code> = self.files.iter().flat_map(|file| file.codes.keys()).copied().collect();
        let count = |code: Code| {
            let found = self.files.iter().filter_map(|file| file.codes.get(&code));
            let (files, count) = found.fold((0, 0), |(files, count), kept| (files + 1, count + kept.count));
            KindCount { code, files, count }
        };
        let mut counts: Vec<KindCount> = codes.into_iter().map(count).collect();
        counts.sort_by_key(|kind| (std::cmp::Reverse(kind.count), kind.code));
        counts
    }

    /// Completes the kept faults that do not show their record yet.
    pub fn complete(&mut self, mut complete: impl FnMut(&mut Diagnostic)) {
        for kept in self.files.iter_mut().flat_map(|file| file.codes.values_mut()) {
            let mut faults = std::mem::take(&mut kept.first).into_sorted_vec();
            faults.iter_mut().filter(|fault| fault.source.is_none()).for_each(&mut complete);
            kept.first = faults.into();
        }
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Faults").field("total", &self.total).field("files", &self.files).finish_non_exhaustive()
    }
}

impl fmt::Display for Faults {
    /// The faults by place and one line with their number, as [`render::faults`] writes them without colours.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&render::faults(self, Paint::Plain, ""))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::super::{Place, SourceLine};
    use super::*;

    fn fault(code: Code, file: &str, line: u64, message: &str) -> Diagnostic {
        Diagnostic::new(code, Place::line(file, line), message, "", "", "")
    }

    fn told(faults: &Faults) -> (Vec<Diagnostic>, Vec<KindCount>, usize) {
        (faults.sorted().into_iter().cloned().collect(), faults.summary(), faults.total())
    }

    /// A fault of one of a few files, codes, lines and messages, so that many share their place.
    fn any_fault() -> impl Strategy<Value = Diagnostic> {
        let codes = prop::sample::select(vec![Code::BadDate, Code::BadAmount]);
        let files = prop::sample::select(vec!["a.csv", "b.csv"]);
        let messages = prop::sample::select(vec!["one", "two", "three"]);
        (codes, files, 1_u64..120, messages).prop_map(|(code, file, line, message)| fault(code, file, line, message))
    }

    proptest! {
        #[test]
        fn any_order_and_any_split_give_the_same(
            (found, shuffled) in prop::collection::vec(any_fault(), 0..600)
                .prop_flat_map(|found| (Just(found.clone()), Just(found).prop_shuffle())),
            parts in 1_usize..7,
        ) {
            let (mut sequential, mut lazy, mut merged) = (Faults::default(), Faults::default(), Faults::default());
            found.iter().for_each(|fault| sequential.push(fault.clone()));
            for fault in &shuffled {
                lazy.add_with(fault.code, &fault.place.file, fault.place.line, || fault.clone());
            }
            let mut split: Vec<Faults> = (0..parts).map(|_| Faults::default()).collect();
            for (at, fault) in shuffled.iter().enumerate() {
                split[at % parts].push(fault.clone());
            }
            split.into_iter().rev().for_each(|part| merged.extend(part));
            prop_assert_eq!(told(&sequential), told(&lazy));
            prop_assert_eq!(told(&sequential), told(&merged));
            prop_assert_eq!(sequential.total(), found.len());
        }
    }

    #[test]
    fn the_first_by_place_are_kept() {
        let mut faults = Faults::default();
        (1..=200).rev().for_each(|line| faults.push(fault(Code::BadDate, "a.csv", line, "m")));
        let lines: Vec<u64> = faults.sorted().iter().map(|fault| fault.place.line).collect();
        assert_eq!(lines, (1..=50).collect::<Vec<u64>>());
        assert_eq!((faults.total(), faults.all_kept()), (200, false));
    }

    /// Ten million faults of a kind are counted in a fraction of a second.
    #[test]
    fn a_fault_that_comes_too_late_is_not_made() {
        let mut faults = Faults::default();
        let mut made = 0;
        for line in 1..=10_000_000 {
            faults.add_with(Code::BadDate, "a.csv", line, || {
                made += 1;
                fault(Code::BadDate, "a.csv", line, "m")
            });
        }
        assert_eq!((made, faults.total()), (FAULTS_KEPT_PER_KIND, 10_000_000));
    }

    #[test]
    fn the_summary_has_the_most_frequent_first() {
        let mut faults = Faults::default();
        faults.push(fault(Code::BadAmount, "a.csv", 1, "m"));
        (1..=60).for_each(|line| faults.push(fault(Code::BadDate, "a.csv", line, "m")));
        faults.push(fault(Code::BadDate, "b.csv", 1, "m"));
        let expected = [(Code::BadDate, 2, 61), (Code::BadAmount, 1, 1)];
        assert_eq!(faults.summary(), expected.map(|(code, files, count)| KindCount { code, files, count }));
    }

    #[test]
    fn a_sink_is_told_every_fault_in_the_order_of_finding() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&lines);
        let mut faults = Faults::telling(move |fault| heard.lock().expect("a lock").push(fault.place.line));
        assert!(faults.wants_all() && !Faults::default().wants_all());
        (1..=100).rev().for_each(|line| faults.push(fault(Code::BadDate, "a.csv", line, "m")));
        faults.add_with(Code::BadDate, "a.csv", 500, || fault(Code::BadDate, "a.csv", 500, "m"));
        let mut part = Faults::default();
        part.push(fault(Code::BadDate, "a.csv", 7, "m"));
        faults.extend(part);
        let expected: Vec<u64> = (1..=100).rev().chain([500, 7]).collect();
        assert_eq!(*lines.lock().expect("a lock"), expected);
        assert_eq!((faults.total(), faults.sorted().len()), (102, FAULTS_KEPT_PER_KIND));
    }

    #[test]
    fn records_are_shown_where_they_are_found() {
        let mut faults = Faults::default();
        (1..=3).for_each(|line| faults.push(fault(Code::BadDate, "a.csv", line, "m")));
        faults.complete(|fault| fault.source = (fault.place.line == 2).then(|| SourceLine::new(b"x", None)));
        let shown = |faults: &Faults| faults.sorted().iter().map(|fault| fault.source.is_some()).collect::<Vec<bool>>();
        assert_eq!(shown(&faults), [false, true, false]);
        let mut asked = Vec::new();
        faults.complete(|fault| asked.push(fault.place.line));
        assert_eq!(asked, [1, 3]);
    }
}
