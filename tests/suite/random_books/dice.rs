//! A small generator of numbers: the same seed gives the same book on every machine and with every version of a crate.

use chrono::{Days, NaiveDate};

/// splitmix64.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ 0x9E37_79B9_7F4A_7C15)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from one to another, both counted.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        assert!(from <= to, "a range of the generator is empty");
        let width = to.abs_diff(from) + 1;
        from + i64::try_from(self.next() % width).expect("below the width")
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let last = i64::try_from(choices.len()).expect("a short list") - 1;
        &choices[usize::try_from(self.between(0, last)).expect("a place in the list")]
    }

    /// A part of a whole, from nothing to all of it.
    pub fn part_of(&mut self, whole: i64) -> i64 {
        self.between(0, whole.max(0))
    }

    /// A share of a whole in hundredths, rounded down.
    pub fn percent_of(&mut self, whole: i64, from: i64, to: i64) -> i64 {
        whole * self.between(from, to) / 100
    }

    pub fn day(&mut self, from: NaiveDate, to: NaiveDate) -> NaiveDate {
        let days = self.between(0, (to - from).num_days());
        from + Days::new(u64::try_from(days).expect("not negative"))
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            let other = self.between(0, i64::try_from(at).expect("a short list"));
            list.swap(at, usize::try_from(other).expect("a place in the list"));
        }
    }
}
