//! What is done with each line: checked, added up, and joined to its entry. One [`Pass`] a thread.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::entries::{At, Fragment, Group, Lines, Part, add};
use super::keys::{Keys, Known, hash, same};
use super::plan::{Plan, Sides, Text};
use super::recheck::{Item, Recheck};
use super::report::Above;
use super::{Established, SetAside};
use crate::book::Book;
use crate::book::layout::Negative;
use crate::book::sources::Outsiders;
use crate::diagnostics::{Code, FAULTS_KEPT_PER_KIND, Faults, Place, SourceLine, Spot};
use crate::domain::{Dimension, Money, Quarter};
use crate::ingest::book::Codes;
use crate::ingest::delimited::Marks;
use crate::ingest::delimited::split::field_range;
use crate::ingest::limits::SET_ASIDE_MAX;
use crate::ingest::record::Record;
use crate::ingest::values;
use crate::journal::Posted;
use crate::journal::number::{Carried, OwnNumbers};

/// What every line of a ledger is checked against.
pub struct Rules<'a> {
    pub book: &'a Book,
    pub codes: &'a Codes,
    pub quarter: &'a Quarter,
    pub outside_quarter: Outsiders,
    pub other_currencies: Outsiders,
    own: OwnNumbers,
    /// The letters that own numbers start with, and what finds their beginnings: most journal ids are told by these.
    initials: [u8; 2],
    prefixes: [Finder<'static>; 2],
    entities: Vec<&'a str>,
}

impl<'a> Rules<'a> {
    /// The rules of a quarter.
    #[must_use]
    pub fn new(book: &'a Book, codes: &'a Codes, quarter: &'a Quarter, policies: [Outsiders; 2]) -> Self {
        let entities = book.config.entities.iter().map(|entity| entity.code.as_str());
        let quarters = book.calendar.quarters().iter().map(|quarter| quarter.id.as_str());
        let own = OwnNumbers::new(&quarter.id, entities, quarters);
        let [outside_quarter, other_currencies] = policies;
        let prefixes = OwnNumbers::PREFIXES.map(Finder::new);
        let initials = OwnNumbers::PREFIXES.map(|prefix| prefix.as_bytes()[0]);
        let entities = codes.entities.iter().map(String::as_str).collect();
        Self { book, codes, quarter, outside_quarter, other_currencies, own, initials, prefixes, entities }
    }

    /// The entity of a group of an entry's lines.
    #[must_use]
    pub fn entity(&self, group: Group) -> &'a str {
        self.entities.get(usize::from(group.entity)).copied().unwrap_or_default()
    }

    fn group(&self, entity: &str, currency: &str) -> Option<Group> {
        let entity = u16::try_from(self.entities.iter().position(|known| *known == entity)?).ok()?;
        let aside =
            if currency == self.book.config.currency { 0 } else { (hash(&[currency.as_bytes()]) as u32) << 1 | 2 };
        Some(Group { entity, aside })
    }

    fn carried(&self, journal_id: &[u8]) -> Carried<'_> {
        let [one, other] = self.initials;
        if memchr2(one, other, journal_id).is_none()
            || self.prefixes.iter().all(|prefix| prefix.find(journal_id).is_none())
        {
            return Carried::Nothing;
        }
        self.own.carried_by(&String::from_utf8_lossy(journal_id))
    }
}

/// Most pieces of a key that need no room of their own.
const FEW_PIECES: usize = 8;
/// Marks the lines of an entry that are dated outside the quarter.
const OUTSIDE: u32 = 1;

/// An account in a dimension and a currency, as a file writes them, and what went through it. Each line is added to one:
/// what it does not need lies elsewhere.
pub(super) struct Combination {
    pub group: Option<Group>,
    account_known: bool,
    /// Every code is known, and the currency is one that is taken.
    sound: bool,
    /// The currency is not the book's, and a policy sets such lines aside.
    aside: bool,
    debit_normal: bool,
    pub debits: i128,
    pub credits: i128,
    pub lines: u64,
    pub days: Option<Box<Days>>,
    codes: Box<(String, Dimension)>,
}

/// What went through an account by day of the quarter.
pub(super) struct Days {
    /// Debit less credit, of the accounts that royalties are measured from.
    daily: Option<Vec<i128>>,
    /// Credits, of the account of accrued royalties.
    accrued: Option<Vec<i128>>,
}

/// Lines of one entry that follow each other.
#[derive(Default)]
pub(super) struct Run {
    pub open: bool,
    /// The fields of the journal id as read, one after the other, and where each ends.
    pub key: Vec<u8>,
    key_ends: Vec<usize>,
    pub id: Vec<u8>,
    hash: u64,
    pub own: Own,
    pub balances: Vec<(Group, i128)>,
    pub numbers: Vec<i64>,
    /// The line numbers, once they are no rising whole numbers.
    pub texts: Option<Vec<Box<[u8]>>>,
    first: u64,
    pub last: u64,
    spoiled: bool,
}

/// What a run's journal id says of closepack's own entries.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    #[default]
    Nothing,
    /// An entry of the quarter.
    This,
    Foreign,
}

#[derive(Clone, Copy)]
pub(super) struct Day {
    date: NaiveDate,
    /// Days since the quarter began; none for a day outside.
    pub of_quarter: Option<usize>,
    /// Days since 1970-01-01, where the text that it was read from is the date as ISO 8601 has it.
    pub plain: Option<i64>,
}

/// The amounts of a line, in cents; neither is negative.
#[derive(Clone, Copy)]
struct Amount {
    debit: i64,
    credit: i64,
}

/// The sums of a thread's lines.
#[derive(Debug, Default)]
pub struct Sums {
    pub activity: BTreeMap<(String, Dimension), (i128, i128, u64)>,
    pub daily: BTreeMap<(String, Dimension), BTreeMap<NaiveDate, Money>>,
    pub accrued: BTreeMap<Dimension, BTreeMap<NaiveDate, Money>>,
    pub posted: Posted,
    pub earlier_entries: BTreeMap<String, u64>,
    pub established: Established,
    /// Lines read, those set aside among them, and their amounts in cents.
    pub lines: u64,
    pub debits: i128,
    pub credits: i128,
    pub set_aside: Vec<SetAside>,
    pub set_aside_lines: u64,
    /// The first and last date of a line.
    pub first_day: Option<NaiveDate>,
    pub last_day: Option<NaiveDate>,
    /// Lines of one field, which may stand below the last row of a report only, and the line of that row.
    pub footers: Vec<u64>,
    pub last_line: u64,
    /// The first line, with its journal id.
    pub first_run: Option<(u64, String)>,
}

impl Sums {
    /// Takes the sums of another thread or file in.
    pub fn add(&mut self, other: Self) {
        for (key, (debits, credits, lines)) in other.activity {
            let sum = self.activity.entry(key).or_default();
            *sum = (sum.0 + debits, sum.1 + credits, sum.2 + lines);
        }
        for (key, days) in other.daily {
            add_days(self.daily.entry(key).or_default(), days);
        }
        for (key, days) in other.accrued {
            add_days(self.accrued.entry(key).or_default(), days);
        }
        self.posted.extend(other.posted);
        for (id, line) in other.earlier_entries {
            let first = self.earlier_entries.entry(id).or_insert(line);
            *first = line.min(*first);
        }
        self.established.dated += other.established.dated;
        self.established.known_accounts += other.established.known_accounts;
        self.established.distinct += other.established.distinct;
        self.lines += other.lines;
        self.debits += other.debits;
        self.credits += other.credits;
        self.set_aside.extend(other.set_aside);
        self.set_aside_lines += other.set_aside_lines;
        self.first_run = [self.first_run.take(), other.first_run].into_iter().flatten().min();
        self.first_day = [self.first_day, other.first_day].into_iter().flatten().min();
        self.last_day = self.last_day.max(other.last_day);
    }
}

fn add_days(sums: &mut BTreeMap<NaiveDate, Money>, days: BTreeMap<NaiveDate, Money>) {
    for (day, amount) in days {
        *sums.entry(day).or_insert(Money::ZERO) += amount;
    }
}

/// The fields of the plan's texts that are a whole field, as most are: these need not be made.
struct Plain {
    journal_id: Option<usize>,
    journal_line: Option<usize>,
    date: Option<usize>,
}

impl Plain {
    fn new(plan: &Plan) -> Self {
        Self {
            journal_id: plan.journal_id.field().filter(|_| !opens(plan)),
            journal_line: plan.journal_line.as_ref().and_then(Text::field),
            date: plan.date.field(),
        }
    }
}

/// One thread's pass over a file. Feed it chunks of lines in any order of chunks.
pub struct Pass<'a> {
    rules: &'a Rules<'a>,
    pub(super) plan: &'a Plan,
    plain: Plain,
    file: &'a str,
    file_index: u32,
    marks: Marks,
    pub(super) combinations: Vec<Combination>,
    /// Finds them by the pieces of a record that say them.
    pub(super) keys: Keys,
    pub(super) run: Run,
    runs: u64,
    part: Part,
    pub(super) day_text: Vec<u8>,
    pub(super) day: Option<Day>,
    pub(super) sums: Sums,
    /// The lines of entries that are looked at again go there.
    pub(super) recheck: Option<Recheck>,
    scratch: Vec<u8>,
    error: Option<std::io::Error>,
    pub(super) above: Above,
    /// A row that could not be read stands before the next one, and may be of its entry.
    pub(super) tainted: bool,
    pub faults: Faults,
}

impl<'a> Pass<'a> {
    /// A pass over a file of the ledger, which is its `file_index`-th.
    #[must_use]
    pub fn new(rules: &'a Rules<'a>, plan: &'a Plan, (file, file_index): (&'a str, u32), marks: Marks) -> Self {
        Self {
            rules,
            plan,
            plain: Plain::new(plan),
            file,
            file_index,
            marks,
            combinations: Vec::new(),
            keys: Keys::default(),
            run: Run::default(),
            runs: 0,
            part: Part::default(),
            day_text: Vec::new(),
            day: None,
            sums: Sums::default(),
            recheck: None,
            scratch: Vec::new(),
            error: None,
            above: Above::default(),
            tainted: false,
            faults: Faults::default(),
        }
    }

    /// Sends the lines of the entries that are looked at again to a second look.
    pub fn recheck(&mut self, recheck: Recheck) {
        self.recheck = Some(recheck);
    }

    /// Lines so far.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.sums.lines
    }

    /// The entries could not be told of a chunk.
    pub fn failed(&mut self, error: std::io::Error) {
        self.error = Some(error);
    }

    /// Ends a chunk, and gives what its runs came to.
    pub fn end_chunk(&mut self, index: u64) -> &mut Part {
        self.end_run(true);
        self.runs = 0;
        self.part.index = index;
        self.part.ends_tainted = self.tainted;
        // A second look has all chunks in the file's order.
        self.tainted &= self.recheck.is_some();
        &mut self.part
    }

    /// Ends the pass.
    ///
    /// # Errors
    /// A temporary file could not be written.
    pub fn finish(mut self) -> std::io::Result<(Sums, Faults, Option<Recheck>)> {
        if let Some(error) = self.error {
            return Err(error);
        }
        for combination in self.combinations.drain(..) {
            combination.add_to(&mut self.sums, self.rules.quarter);
        }
        Ok((self.sums, self.faults, self.recheck))
    }

    /// Checks and adds a line whose dimension is told by its fields.
    pub fn record(&mut self, record: &Record<'_>) {
        if self.plan.report.is_some() { self.row(record) } else { self.by_fields(record) }
    }

    pub(super) fn by_fields(&mut self, record: &Record<'_>) {
        let plan = self.plan;
        let pieces = plan.dimension.len();
        let mut few: [&[u8]; FEW_PIECES] = [b""; FEW_PIECES];
        if let Some(key) = few.get_mut(..pieces) {
            key.iter_mut().zip(&plan.dimension).for_each(|(piece, at)| *piece = record.fields[*at]);
            return self.line(record, key, None);
        }
        let key: Vec<&[u8]> = plan.dimension.iter().map(|at| record.fields[*at]).collect();
        self.line(record, &key, None);
    }

    /// The place of a combination of codes that is known, and whose lines the books take; `key` has the pieces of a
    /// record that together say its dimension and currency.
    #[must_use]
    #[inline(always)]
    pub fn taken(&self, key: &[&[u8]]) -> Option<usize> {
        self.keys.find(key).filter(|known| known.taken).map(|known| known.at)
    }

    /// Checks and adds a line, whose combination of codes is `known` where [`Pass::taken`] knew it: only then may the
    /// fields that say it be missing from the record.
    pub fn keyed(&mut self, record: &Record<'_>, key: &[&[u8]], known: Option<usize>) {
        if self.plan.report.is_some() { self.row(record) } else { self.line(record, key, known) }
    }

    /// A row could not be read: the entries beside it may lack a line, and are not judged.
    pub(super) fn taint(&mut self) {
        self.part.begins_tainted |= self.runs == 0 && !self.run.open;
        self.run.spoiled = true;
        self.tainted = true;
        self.look_again(None, None, 0);
    }

    /// Takes a line of one field.
    pub(super) fn footer(&mut self, line: u64) {
        if self.sums.footers.len() < FAULTS_KEPT_PER_KIND {
            self.sums.footers.push(line);
        }
    }

    fn line(&mut self, record: &Record<'_>, key: &[&[u8]], known: Option<usize>) {
        self.sums.lines += 1;
        self.sums.last_line = record.number;
        let goes_on = match self.plain.journal_id {
            Some(at) => self.run.open && same(record.fields[at], &self.run.key),
            None => !self.above.opened && self.run.goes_on(self.plan, record.fields),
        };
        if !goes_on {
            self.end_run(false);
            self.start_run(record);
        }
        // A run that goes on behind a row that could not be read is tainted itself, and the next one is not.
        self.tainted = false;
        let at = known.unwrap_or_else(|| self.combination(record, key));
        let day = self.day(record);
        let amount = self.amount(record, self.combinations[at].debit_normal);
        if !self.combinations[at].sound {
            self.tell_codes(record, at);
        }
        let outside = day.is_some_and(|day| day.of_quarter.is_none());
        if outside || self.combinations[at].aside {
            self.outsider(record, at, outside);
        }
        let Amount { debit, credit } = amount.unwrap_or(Amount { debit: 0, credit: 0 });
        self.sums.debits += i128::from(debit);
        self.sums.credits += i128::from(credit);
        let group = self.combinations[at]
            .group
            .map(|group| if outside { Group { aside: group.aside | OUTSIDE, ..group } } else { group });
        self.enter(record, group.filter(|_| amount.is_some() && day.is_some()), debit - credit);
        if !outside && !self.combinations[at].aside {
            self.add(record, at, day, Amount { debit, credit });
        }
    }

    fn add(&mut self, record: &Record<'_>, at: usize, day: Option<Day>, amount: Amount) {
        let combination = &mut self.combinations[at];
        combination.debits += i128::from(amount.debit);
        combination.credits += i128::from(amount.credit);
        combination.lines += 1;
        if self.run.own != Own::Nothing {
            return self.own_line(record, at, amount);
        }
        if let (Some(days), Some(day)) = (&mut combination.days, day.and_then(|day| day.of_quarter)) {
            days.add(day, amount.debit, amount.credit);
        }
    }

    /// Sets a line of closepack's own entries aside.
    #[cold]
    fn own_line(&mut self, record: &Record<'_>, at: usize, amount: Amount) {
        let rules = self.rules;
        let id = String::from_utf8_lossy(&self.run.id).into_owned();
        let (account, dimension) = &*self.combinations[at].codes;
        let (message, expected, help) = match rules.carried(id.as_bytes()) {
            Carried::Own(entry) if entry.entity == dimension.entity => {
                let cents = Money::from_cents(i128::from(amount.debit - amount.credit));
                let key = (entry.movement, entry.entity);
                return self.sums.posted.add(key, account, dimension, cents, &id);
            }
            Carried::Own(entry) => (
                "the line is of another entity than the entry that its journal id names",
                format!("lines of {}", entry.entity),
                "post each of closepack's entries in its own entity",
            ),
            _ => (
                "the journal id is closepack's, and names no entry of this quarter or an earlier one",
                format!("a number that journal_entries.csv of {} proposes", rules.quarter.id),
                "entries of a later quarter belong in its ledger, and a scenario's are never posted",
            ),
        };
        self.fault(record, &self.plan.journal_id, Code::OwnEntry, message, &id, &expected, help);
    }

    fn start_run(&mut self, record: &Record<'_>) {
        let (plan, run) = (self.plan, &mut self.run);
        run.start(plan, record);
        run.spoiled = self.tainted;
        if opens(plan) {
            if std::mem::take(&mut self.above.opened) {
                let between = if run.id.is_empty() { "" } else { " " };
                self.above.id = [&run.id[..], format!("{between}(line {})", record.number).as_bytes()].concat();
            }
            run.call(&self.above.id);
        }
        if self.tainted {
            self.look_again(None, None, 0);
        }
        self.look_at_id(record.number);
    }

    /// Looks at the journal id of a run that has started.
    pub(super) fn look_at_id(&mut self, line: u64) {
        let (rules, run) = (self.rules, &mut self.run);
        if self.sums.first_run.is_none() {
            self.sums.first_run = Some((line, String::from_utf8_lossy(&run.id).into_owned()));
        }
        run.own = match rules.carried(&run.id) {
            Carried::Nothing => Own::Nothing,
            Carried::Earlier => {
                let id = String::from_utf8_lossy(&run.id).into_owned();
                let first = self.sums.earlier_entries.entry(id).or_insert(line);
                *first = line.min(*first);
                Own::Nothing
            }
            Carried::Own(_) => Own::This,
            Carried::Foreign => Own::Foreign,
        };
    }

    pub(super) fn end_run(&mut self, ends_chunk: bool) {
        if !std::mem::take(&mut self.run.open) {
            return;
        }
        self.runs += 1;
        let (hash, first) = (self.run.hash, self.runs == 1);
        // Lines without an id are no entry; where a chunk is cut, they say what stands beside a row that has faults.
        if self.run.id.is_empty() && !first && !ends_chunk {
            return;
        }
        if !first && !ends_chunk && self.run.settles() {
            self.part.settled.push(hash);
            return;
        }
        let fragment = self.run.fragment(self.file_index, self.plan.journal_line.is_some());
        if first {
            self.part.head = Some(fragment);
        } else if ends_chunk {
            self.part.tail = Some(fragment);
        } else if fragment.lines == Lines::Unknown {
            self.part.doubtful.push(hash);
        } else if fragment.balances.iter().all(|(_, cents)| *cents == 0) {
            self.part.settled.push(hash);
        } else {
            self.part.fragments.push(fragment);
        }
    }

    /// Joins a line to its entry; a line without a group has a fault.
    fn enter(&mut self, record: &Record<'_>, group: Option<Group>, cents: i64) {
        if self.run.id.is_empty() {
            let (value, expected, help) = ("", "the number of the line's journal entry", "fill in the field");
            return self.fault(
                record,
                &self.plan.journal_id,
                Code::EmptyValue,
                "the field is empty",
                value,
                expected,
                help,
            );
        }
        self.run.last = record.number;
        self.run.spoiled |= group.is_none();
        if let Some(group) = group {
            add(&mut self.run.balances, group, i128::from(cents));
        }
        let line = self.plan.journal_line.as_ref();
        if let Some(text) = line {
            let number = match self.plain.journal_line {
                Some(at) => record.fields[at],
                None => {
                    self.scratch.clear();
                    text.of(record.fields, &mut self.scratch).unwrap_or_default()
                }
            };
            if number.is_empty() {
                self.run.spoiled = true;
                self.look_again(None, None, cents);
                let (message, expected, help) = ("the field is empty", "a value", "fill in the field");
                return self.fault(record, text, Code::EmptyValue, message, "", expected, help);
            }
            self.run.count(number);
            self.sums.established.distinct += 1;
        }
        if self.recheck.is_some() {
            let mut scratch = Vec::new();
            let line = line.and_then(|text| text.of(record.fields, &mut scratch).ok());
            self.look_again(line, group, cents);
        }
    }

    /// Sends a line of the run to the second look, if its entry is wanted there; without a group, the run is spoiled.
    fn look_again(&mut self, line: Option<&[u8]>, group: Option<Group>, cents: i64) {
        if self.run.id.is_empty() {
            return;
        }
        let Some(recheck) = self.recheck.as_mut().filter(|recheck| recheck.wants(self.run.hash)) else { return };
        let at = At { file: self.file_index, line: self.run.last };
        let (spoiled, group) = (group.is_none(), group.unwrap_or(Group { entity: 0, aside: 0 }));
        let item = Item { id: &self.run.id, line, group, cents, at, spoiled };
        if let Err(error) = recheck.add(self.run.hash, item) {
            self.error = Some(error);
        }
    }

    /// The place of the record's combination of codes, added where it is new.
    fn combination(&mut self, record: &Record<'_>, key: &[&[u8]]) -> usize {
        if let Some(known) = self.keys.find(key) {
            return known.at;
        }
        let at = self.combinations.len();
        let combination = self.new_combination(record);
        self.keys.insert(key, Known { at, taken: combination.sound && !combination.aside });
        self.combinations.push(combination);
        at
    }

    fn new_combination(&self, record: &Record<'_>) -> Combination {
        let (plan, rules) = (self.plan, self.rules);
        let text = |text: &Text| {
            let mut bytes = Vec::new();
            let mapped = text.write(record.fields, &mut bytes).is_ok();
            if mapped { String::from_utf8_lossy(&bytes).into_owned() } else { String::new() }
        };
        let (account, currency) = (text(&plan.account), text(&plan.currency));
        let dimension = Dimension::new(&text(&plan.entity), &text(&plan.brand), &text(&plan.segment));
        let known = rules.book.chart.account(&account);
        let accounts = &rules.book.config.accounts;
        let foreign = currency != rules.book.config.currency;
        let aside = foreign && rules.other_currencies == Outsiders::SetAside && !currency.is_empty();
        let codes = rules.codes;
        let dimension_known = codes.entities.contains(&dimension.entity)
            && codes.brands.contains(&dimension.brand)
            && codes.segments.contains(&dimension.segment);
        let royalties = account == accounts.net_sales || account == accounts.royalty_expense;
        let accrued = accounts.accrued_royalties.as_deref() == Some(account.as_str());
        let days = |wanted: bool| wanted.then(|| vec![0; days_of(rules.quarter)]);
        Combination {
            group: rules.group(&dimension.entity, &currency),
            account_known: known.is_some(),
            sound: known.is_some() && dimension_known && (aside || !foreign),
            aside,
            debit_normal: known.is_none_or(|account| account.debit_normal),
            debits: 0,
            credits: 0,
            lines: 0,
            days: (royalties || accrued).then(|| Box::new(Days { daily: days(royalties), accrued: days(accrued) })),
            codes: Box::new((account, dimension)),
        }
    }

    /// The line's day, where it is a date.
    fn day(&mut self, record: &Record<'_>) -> Option<Day> {
        if let (Some(at), Some(day)) = (self.plain.date, self.day)
            && same(record.fields[at], &self.day_text)
        {
            self.sums.established.dated += u64::from(day.of_quarter.is_some());
            return Some(day);
        }
        self.next_day(record)
    }

    fn next_day(&mut self, record: &Record<'_>) -> Option<Day> {
        let mut text = Vec::new();
        let mapped = self.plan.date.write(record.fields, &mut text).is_ok();
        let read = if mapped { values::date(&text, &self.plan.dates) } else { Err(values::DateError::NotADate) };
        match read {
            Ok(date) => {
                let quarter = self.rules.quarter;
                self.sums.first_day = Some(self.sums.first_day.map_or(date, |first| first.min(date)));
                self.sums.last_day = self.sums.last_day.max(Some(date));
                let since = usize::try_from((date - quarter.start).num_days()).ok();
                let plain = is_plain(date, &text).then(|| date.to_epoch_days().into());
                self.day = Some(Day { date, of_quarter: since.filter(|_| quarter.contains(date)), plain });
                self.sums.established.dated += u64::from(quarter.contains(date));
            }
            Err(error) => {
                self.day = None;
                // A date that is carried down is told where it stands.
                if self.above.repeats != Some(record.number) || self.day_text != text {
                    self.tell_date(record, &text, error);
                }
            }
        }
        self.day_text = text;
        self.day
    }

    fn tell_date(&mut self, record: &Record<'_>, text: &[u8], error: values::DateError) {
        let value = String::from_utf8_lossy(text).into_owned();
        let forms: Vec<&str> = self.plan.dates.iter().map(|format| format.pattern.as_str()).collect();
        let date = &self.plan.date;
        match error {
            values::DateError::NotADate => {
                let expected = values::expected_date(&self.plan.dates);
                let help = "correct the date, or name its form in the layout's dates";
                self.fault(record, date, Code::BadDate, "not a date", &value, &expected, help);
            }
            values::DateError::Ambiguous(one, other) => {
                let message = format!("the date can be {one} and {other}");
                let help = format!(
                    "name the one form that the file has, such as dates = [\"{}\"], in [sources.ledger.dialect]",
                    forms[0]
                );
                let expected = "a date that can be read in one way";
                self.fault(record, date, Code::AmbiguousDate, &message, &value, expected, &help);
            }
        }
    }

    /// A line that the quarter's books do not take in: a fault, or set aside.
    #[cold]
    fn outsider(&mut self, record: &Record<'_>, at: usize, outside: bool) {
        let (rules, plan) = (self.rules, self.plan);
        let quarter = rules.quarter;
        if outside && rules.outside_quarter == Outsiders::Refuse {
            let value = self.day.map(|day| day.date.to_string()).unwrap_or_default();
            let message = format!("the date is outside {}", quarter.id);
            let expected = format!("a date from {} to {}", quarter.start, quarter.end);
            let help = "move the line to its own quarter's ledger, or set such lines aside with outside_quarter = \"set-aside\" in [sources.ledger]";
            return self.fault(record, &plan.date, Code::OutsideQuarter, &message, &value, &expected, help);
        }
        self.sums.set_aside_lines += 1;
        if self.sums.set_aside.len() < SET_ASIDE_MAX {
            let (field, kind) = if outside {
                (&plan.date, SetAside::OUTSIDE_QUARTER)
            } else {
                (&plan.currency, SetAside::OTHER_CURRENCY)
            };
            let (account, dimension) = &*self.combinations[at].codes;
            self.sums.set_aside.push(SetAside {
                place: self.place(record, field).place,
                kind,
                value: self.value(record, field),
                journal_id: String::from_utf8_lossy(&self.run.id).into_owned(),
                account: account.clone(),
                dimension: dimension.clone(),
            });
        }
    }

    /// Tells which of a line's codes are not known.
    #[cold]
    fn tell_codes(&mut self, record: &Record<'_>, at: usize) {
        let (rules, plan) = (self.rules, self.plan);
        let combination = &self.combinations[at];
        let (dimension, account_known) = (combination.codes.1.clone(), combination.account_known);
        if !account_known {
            let help = "add the account to the chart, or correct the code (leading zeros count)";
            let (message, expected) = ("the account is not in the chart", "an account of chart_of_accounts.csv");
            let value = self.value(record, &plan.account);
            self.fault(record, &plan.account, Code::UnknownAccount, message, &value, expected, help);
        }
        for (name, text, code, known, expected) in [
            ("entity", &plan.entity, &dimension.entity, &rules.codes.entities, "a code of [[entities]]"),
            ("brand", &plan.brand, &dimension.brand, &rules.codes.brands, "a code of [[brands]]"),
            ("segment", &plan.segment, &dimension.segment, &rules.codes.segments, "a code of [[segments]]"),
        ] {
            if !known.contains(code) {
                let value = self.value(record, text);
                let help =
                    "correct the code, or add it to closepack.toml, or say what it stands for in the layout's values";
                self.fault(record, text, Code::UnknownValue, &format!("{name} is not known"), &value, expected, help);
            }
        }
        let (currency, own) = (self.value(record, &plan.currency), &rules.book.config.currency);
        if currency != *own && !self.combinations[at].aside {
            let help = "export the ledger in the book's currency, or set such lines aside with other_currencies = \"set-aside\" in [sources.ledger]";
            let message = "another currency than the book's";
            self.fault(record, &plan.currency, Code::Currency, message, &currency, own, help);
        }
    }

    /// The line's amounts; nothing where they cannot be read.
    fn amount(&mut self, record: &Record<'_>, debit_normal: bool) -> Option<Amount> {
        let plan = self.plan;
        match &plan.amounts {
            Sides::DebitCredit { debit, credit, negative } => self.two_columns(record, (*debit, *credit), *negative),
            Sides::Signed { amount } => self.one_column(record, *amount).map(Amount::signed),
            Sides::Natural { amount } => {
                self.one_column(record, *amount).map(|cents| Amount::signed(if debit_normal { cents } else { -cents }))
            }
            Sides::Indicated { amount, indicator, debit, credit } => {
                let side = record.fields[*indicator].trim_ascii();
                let is = |known: &[Vec<u8>]| known.iter().any(|text| text == side);
                let cents = self.one_column(record, *amount);
                if is(debit) {
                    return cents.map(Amount::signed);
                }
                if is(credit) {
                    return cents.map(|cents| Amount::signed(-cents));
                }
                self.tell_indicator(record, *indicator, debit, credit);
                None
            }
        }
    }

    fn one_column(&mut self, record: &Record<'_>, amount: usize) -> Option<i64> {
        let cents = self.cents(record, amount)?;
        self.show((cents, 0));
        Some(cents)
    }

    fn two_columns(
        &mut self,
        record: &Record<'_>,
        (debit, credit): (usize, usize),
        negative: Negative,
    ) -> Option<Amount> {
        let empty = |at: usize| {
            record.fields[at].is_empty() || (self.plan.numbers.padded && record.fields[at].trim_ascii().is_empty())
        };
        let (field, cents) = match (empty(debit), empty(credit)) {
            (false, true) => (debit, self.cents(record, debit)?),
            (true, false) => (credit, self.cents(record, credit)?),
            (true, true) => return self.no_side(record, (debit, credit), "neither debit nor credit has an amount"),
            (false, false) => match (self.cents(record, debit)?, self.cents(record, credit)?) {
                (cents, 0) => (debit, cents),
                (0, cents) => (credit, cents),
                _ => return self.no_side(record, (debit, credit), "debit and credit both have an amount"),
            },
        };
        if cents < 0 && negative == Negative::Refused {
            let help = "write a negative debit as a credit, and a negative credit as a debit";
            let value = String::from_utf8_lossy(record.fields[field]).into_owned();
            let (message, expected) = ("the amount is negative", "an amount of zero or more");
            self.field_fault(record, field, Code::BadAmount, message, &value, expected, help);
            return None;
        }
        self.show(if field == debit { (cents, 0) } else { (0, cents) });
        Some(Amount::signed(if field == debit { cents } else { -cents }))
    }

    /// Counts what a line's amount columns show, where a total below may say what it comes to.
    fn show(&mut self, shown: (i64, i64)) {
        if self.plan.report.is_some() {
            self.above.add(shown);
        }
    }

    fn no_side(&mut self, record: &Record<'_>, (debit, credit): (usize, usize), message: &str) -> Option<Amount> {
        let help = "write the amount on one side and leave the other empty";
        let [first, second] = [debit, credit].map(|field| String::from_utf8_lossy(record.fields[field]));
        let value = if first.is_empty() { String::new() } else { format!("{first} and {second}") };
        self.field_fault(record, debit, Code::BadAmount, message, &value, "an amount in one of the two columns", help);
        None
    }

    fn tell_indicator(&mut self, record: &Record<'_>, field: usize, debit: &[Vec<u8>], credit: &[Vec<u8>]) {
        let list =
            |texts: &[Vec<u8>]| texts.iter().map(|text| String::from_utf8_lossy(text)).collect::<Vec<_>>().join(" or ");
        let expected = format!("{} for a debit, {} for a credit", list(debit), list(credit));
        let value = String::from_utf8_lossy(record.fields[field]).into_owned();
        let help = "correct the field, or list the text in the layout's debit_is or credit_is";
        self.field_fault(
            record,
            field,
            Code::Indicator,
            "the side of the amount is not known",
            &value,
            &expected,
            help,
        );
    }

    #[inline]
    pub(super) fn cents(&mut self, record: &Record<'_>, field: usize) -> Option<i64> {
        match values::cents(record.fields[field], &self.plan.numbers) {
            Ok(cents) => Some(cents),
            Err(error) => {
                let value = String::from_utf8_lossy(record.fields[field]).into_owned();
                let place = self.place_of(record, field);
                crate::ingest::table::amount_fault(&value, error, place, &mut self.faults);
                None
            }
        }
    }

    /// The field as the file writes it; of a text of several fields, all with what joins them.
    fn value(&self, record: &Record<'_>, text: &Text) -> String {
        let mut bytes = Vec::new();
        match text.write(record.fields, &mut bytes) {
            Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(unmapped) => String::from_utf8_lossy(&unmapped).into_owned(),
        }
    }

    fn place(&self, record: &Record<'_>, text: &Text) -> Spot {
        match text.fields().first() {
            Some(field) => self.place_of(record, *field),
            None => Spot::from(Place::line(self.file, record.number)),
        }
    }

    /// Where a field stands, with the line that it stands on: a record may have several.
    fn place_of(&self, record: &Record<'_>, field: usize) -> Spot {
        let mut place = Place::line(self.file, record.number);
        place.field.clone_from(&self.plan.names[field]);
        let raw = record.raw;
        let Some(range) = field_range(raw, self.plan.wanted[field], self.marks).filter(|_| !raw.is_empty()) else {
            return Spot::from(place);
        };
        let start = memrchr(b'\n', &raw[..range.start]).map_or(0, |before| before + 1);
        let end = memchr(b'\n', &raw[range.start..]).map_or(raw.len(), |length| range.start + length);
        place.line += memchr_iter(b'\n', &raw[..start]).count() as u64;
        place.column = range.start - start + 1;
        let line = raw[start..end].strip_suffix(b"\r").unwrap_or(&raw[start..end]);
        let field = range.start - start..range.end.min(end) - start;
        Spot::shown(place, SourceLine::new(line, Some(field)))
    }

    #[expect(clippy::too_many_arguments, reason = "one call a fault, each argument a part of the message")]
    pub(super) fn fault(
        &mut self,
        record: &Record<'_>,
        text: &Text,
        code: Code,
        message: &str,
        value: &str,
        expected: &str,
        help: &str,
    ) {
        let place = self.place(record, text);
        self.faults.add(code, place, message, value, expected, help);
    }

    #[expect(clippy::too_many_arguments, reason = "one call a fault, each argument a part of the message")]
    pub(super) fn field_fault(
        &mut self,
        record: &Record<'_>,
        field: usize,
        code: Code,
        message: &str,
        value: &str,
        expected: &str,
        help: &str,
    ) {
        let place = self.place_of(record, field);
        self.faults.add(code, place, message, value, expected, help);
    }
}

impl Amount {
    /// A signed amount: debit positive.
    fn signed(cents: i64) -> Self {
        Self { debit: cents.max(0), credit: (-cents).max(0) }
    }
}

impl Run {
    fn goes_on(&self, plan: &Plan, fields: &[&[u8]]) -> bool {
        if opens(plan) {
            return self.open;
        }
        let mut start = 0;
        self.open
            && plan.journal_id.fields().iter().zip(&self.key_ends).all(|(at, end)| {
                let is_same = same(fields[*at], &self.key[start..*end]);
                start = *end;
                is_same
            })
    }

    fn start(&mut self, plan: &Plan, record: &Record<'_>) {
        self.key.clear();
        self.key_ends.clear();
        for at in plan.journal_id.fields() {
            self.key.extend_from_slice(record.fields[*at]);
            self.key_ends.push(self.key.len());
        }
        self.id.clear();
        if plan.journal_id.write(record.fields, &mut self.id).is_err() {
            self.id.clear();
        }
        self.begin(record.number);
    }

    /// Starts with a line whose journal id is a field as it stands.
    pub fn start_plain(&mut self, id: &[u8], line: u64) {
        for text in [&mut self.key, &mut self.id] {
            text.clear();
            text.extend_from_slice(id);
        }
        self.key_ends.clear();
        self.key_ends.push(id.len());
        self.spoiled = false;
        self.begin(line);
    }

    fn begin(&mut self, line: u64) {
        self.open = true;
        self.hash = hash(&[&self.id]);
        self.balances.clear();
        self.numbers.clear();
        self.texts = None;
        self.first = line;
        self.last = line;
    }

    /// Goes by an id that is not that of its first line.
    fn call(&mut self, id: &[u8]) {
        self.id.clear();
        self.id.extend_from_slice(id);
        self.hash = hash(&[id]);
    }

    /// Counts a line by its number.
    fn count(&mut self, text: &[u8]) {
        if self.texts.is_none() {
            match whole_number(text).filter(|number| self.numbers.last().is_none_or(|last| last < number)) {
                Some(number) => return self.numbers.push(number),
                None => {
                    self.texts =
                        Some(self.numbers.iter().map(|number| Box::from(number.to_string().as_bytes())).collect())
                }
            }
        }
        if let Some(texts) = &mut self.texts {
            texts.push(Box::from(text));
        }
    }

    /// True for an entry that balances, with lines that rise from one to the next.
    fn settles(&self) -> bool {
        self.texts.is_none() && self.balances.iter().all(|(_, cents)| *cents == 0)
    }

    fn fragment(&mut self, file: u32, numbered: bool) -> Fragment {
        let at = |line| At { file, line };
        Fragment {
            id: Box::from(&self.id[..]),
            hash: self.hash,
            balances: self.balances.clone(),
            lines: self.lines(numbered),
            first: at(self.first),
            last: at(self.last),
            spoiled: self.spoiled,
        }
    }

    fn lines(&mut self, numbered: bool) -> Lines {
        match (self.texts.take(), &self.numbers[..]) {
            _ if !numbered => Lines::None,
            (None, [first, .., last] | [first @ last]) => Lines::Rising(*first, *last),
            (None, []) => Lines::Unknown,
            (Some(mut texts), _) => {
                texts.sort_unstable();
                let twice = texts.windows(2).any(|pair| pair[0] == pair[1]);
                if twice { Lines::Unknown } else { Lines::Listed(texts) }
            }
        }
    }
}

impl Days {
    /// Adds a line's amounts, in cents.
    pub fn add(&mut self, day: usize, debit: i64, credit: i64) {
        if let Some(daily) = &mut self.daily {
            daily[day] += i128::from(debit - credit);
        }
        if let Some(accrued) = &mut self.accrued {
            accrued[day] += i128::from(credit);
        }
    }
}

impl Combination {
    fn add_to(self, sums: &mut Sums, quarter: &Quarter) {
        let by_day = |days: Vec<i128>| {
            let dated = quarter.start.iter_days().zip(days).filter(|(_, cents)| *cents != 0);
            dated.map(|(day, cents)| (day, Money::from_cents(cents))).collect::<Vec<_>>()
        };
        let key = *self.codes;
        let Days { daily, accrued } = self.days.map_or(Days { daily: None, accrued: None }, |days| *days);
        for (day, amount) in daily.map(by_day).into_iter().flatten() {
            *sums.daily.entry(key.clone()).or_default().entry(day).or_insert(Money::ZERO) += amount;
        }
        for (day, amount) in accrued.map(by_day).into_iter().flatten() {
            *sums.accrued.entry(key.1.clone()).or_default().entry(day).or_insert(Money::ZERO) += amount;
        }
        if self.account_known {
            sums.established.known_accounts += self.lines;
        }
        if self.lines > 0 {
            let activity = sums.activity.entry(key).or_default();
            activity.0 += self.debits;
            activity.1 += self.credits;
            activity.2 += self.lines;
        }
    }
}

/// True where rows open journals, whatever their ids.
fn opens(plan: &Plan) -> bool {
    plan.report.as_ref().is_some_and(|report| report.opens.is_some())
}

/// True for the text that ISO 8601 has for a date of four digits for the year.
fn is_plain(date: NaiveDate, text: &[u8]) -> bool {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text else { return false };
    let digits = |digits: &[u8]| digits.iter().fold(0, |sum, digit| sum * 10 + i32::from(digit.wrapping_sub(b'0')));
    let parts = [digits(&[*y0, *y1, *y2, *y3]), digits(&[*m0, *m1]), digits(&[*d0, *d1])];
    parts == [date.year(), date.month() as i32, date.day() as i32]
        && text.iter().filter(|byte| **byte != b'-').all(u8::is_ascii_digit)
}

fn days_of(quarter: &Quarter) -> usize {
    usize::try_from((quarter.end - quarter.start).num_days() + 1).unwrap_or(0)
}

/// A number as it is counted: digits without leading zeros, few enough for 64 bits.
#[inline]
pub(super) fn whole_number(text: &[u8]) -> Option<i64> {
    let counted = matches!(text, [b'0'] | [b'1'..=b'9', ..]) && text.len() <= 18 && text.iter().all(u8::is_ascii_digit);
    counted.then(|| text.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}
