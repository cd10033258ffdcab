//! Texts that are compared and looked up for every line.

use hashbrown::HashTable;

/// Keys of several pieces, and what each stands for; all of it in few places of memory, so that it stays near the
/// processor.
#[derive(Default)]
pub struct Keys {
    short: HashTable<(Short, Known)>,
    long: HashTable<Long>,
    /// Keys by the numbers of their texts, for those who have these before the texts.
    numbered: HashTable<(Numbered, Known)>,
    /// The pieces of all long keys one after the other, each behind its length.
    texts: Vec<u8>,
}

/// What a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The place of its combination of codes among those of the pass.
    pub at: usize,
    /// The books take its lines.
    pub taken: bool,
}

/// A key of one or two pieces, all of it: a text of 8 to 32 bytes is told by its length, its first bytes and its last.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Short {
    first: u128,
    last: u128,
    /// Of the second piece, which has at most seven bytes.
    second: u64,
    lengths: [u8; 2],
}

/// A key that is not short.
struct Long {
    hash: u64,
    /// Where its pieces start, and how many they are.
    from: usize,
    pieces: usize,
    known: Known,
}

/// Most pieces of a key that has numbers.
pub const PIECES_MAX: usize = 5;

/// The texts of a key as numbers.
pub type Numbered = [u128; PIECES_MAX];

#[inline]
fn numbered(numbers: &Numbered) -> u64 {
    // Products that need not wait for each other; each has its own rotation, for pieces may have the same text.
    let products = numbers.iter().zip([5, 17, 29, 41, 53]).map(|(number, rotation)| {
        (*number as u64 ^ ((number >> 64) as u64).rotate_left(rotation)).wrapping_mul(ODD[0]).rotate_left(rotation)
    });
    let sum = products.fold(SEED, |sum, product| sum ^ product);
    mix(sum, ODD[1])
}

const LENGTH_BYTES: usize = size_of::<u32>();

impl Keys {
    /// What the key stands for.
    #[inline(always)]
    #[must_use]
    pub fn find(&self, key: &[&[u8]]) -> Option<Known> {
        match Short::of(key) {
            Some(short) => self.short.find(short.hash(), |(own, _)| *own == short).map(|(_, known)| *known),
            None => self.find_long(key),
        }
    }

    fn find_long(&self, key: &[&[u8]]) -> Option<Known> {
        let hash = hash(key);
        self.long.find(hash, |long| long.hash == hash && self.is(long, key)).map(|long| long.known)
    }

    /// What the key of the numbers stands for; where they are new, what the key of `texts` stands for, and the numbers
    /// from now on.
    #[inline]
    pub fn find_numbered<'t>(
        &mut self,
        numbers: &Numbered,
        texts: impl FnOnce() -> Option<Vec<&'t [u8]>>,
    ) -> Option<Known> {
        let hash = numbered(numbers);
        if let Some((_, known)) = self.numbered.find(hash, |(own, _)| own == numbers) {
            return Some(*known);
        }
        let known = self.find(&texts()?)?;
        self.numbered.insert_unique(hash, (*numbers, known), |(own, _)| numbered(own));
        Some(known)
    }

    /// Keeps a key that is not known.
    pub fn insert(&mut self, key: &[&[u8]], known: Known) {
        if let Some(short) = Short::of(key) {
            self.short.insert_unique(short.hash(), (short, known), |(own, _)| own.hash());
            return;
        }
        let (hash, from, pieces) = (hash(key), self.texts.len(), key.len());
        for piece in key {
            self.texts.extend_from_slice(&(piece.len() as u32).to_le_bytes());
            self.texts.extend_from_slice(piece);
        }
        self.long.insert_unique(hash, Long { hash, from, pieces, known }, |long| long.hash);
    }

    fn is(&self, long: &Long, key: &[&[u8]]) -> bool {
        let mut rest = &self.texts[long.from..];
        long.pieces == key.len()
            && key.iter().all(|piece| {
                let Some((length, texts)) = rest.split_first_chunk::<LENGTH_BYTES>() else { return false };
                let length = u32::from_le_bytes(*length) as usize;
                rest = texts.get(length..).unwrap_or_default();
                length == piece.len() && texts.get(..length).is_some_and(|text| same(text, piece))
            })
    }
}

impl Short {
    #[inline(always)]
    fn of(key: &[&[u8]]) -> Option<Self> {
        let (piece, (second, length)) = match key {
            [piece] => (piece, (0, u8::MAX)),
            [piece, second] => (piece, (seven(second)?, second.len() as u8)),
            _ => return None,
        };
        let (first, last) = match (ends_of::<16>(piece), ends_of::<8>(piece)) {
            ((Some(first), Some(last)), _) if piece.len() <= 32 => {
                (u128::from_le_bytes(*first), u128::from_le_bytes(*last))
            }
            ((None, _), (Some(first), Some(last))) => {
                (u128::from(u64::from_le_bytes(*first)), u128::from(u64::from_le_bytes(*last)))
            }
            _ => return None,
        };
        Some(Self { first, last, second, lengths: [piece.len() as u8, length] })
    }

    #[inline]
    fn hash(&self) -> u64 {
        let [first, last] = [self.first, self.last].map(|words| words as u64 ^ ((words >> 64) as u64).rotate_left(32));
        mix(first ^ ODD[0], last ^ self.second.rotate_left(16) ^ u64::from(self.lengths[0]) << 56)
    }
}

/// A text of at most seven bytes in a word; with its length, all of it.
#[inline]
fn seven(text: &[u8]) -> Option<u64> {
    match ends_of::<4>(text) {
        _ if text.len() > 7 => None,
        (Some(first), Some(last)) => {
            Some(u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)))
        }
        _ => Some(few(text)),
    }
}

/// Equality of short texts, without a call for each and with few branches: lengths vary from line to line.
#[inline(always)]
#[must_use]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        0..4 => few(one) == few(other),
        4..8 => ends_of::<4>(one) == ends_of::<4>(other),
        8..=16 => ends_of::<8>(one) == ends_of::<8>(other),
        17..=32 => ends_of::<16>(one) == ends_of::<16>(other),
        _ => one == other,
    }
}

/// The first and the last bytes of a text, which may overlap.
#[inline(always)]
fn ends_of<const N: usize>(text: &[u8]) -> (Option<&[u8; N]>, Option<&[u8; N]>) {
    (text.first_chunk(), text.last_chunk())
}

/// The bytes of a text of less than four, first, middle and last: each of them at least once.
#[inline(always)]
fn few(text: &[u8]) -> u64 {
    match text {
        [first, .., last] => u64::from(*first) << 16 | u64::from(text[text.len() / 2]) << 8 | u64::from(*last),
        [only] => u64::from(*only),
        [] => 0,
    }
}

/// A hash of texts. It decides no equality, only where to look.
#[inline]
#[must_use]
pub fn hash(texts: &[&[u8]]) -> u64 {
    texts.iter().fold(SEED, |sum, text| hash_text(sum, text))
}

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
/// Odd numbers with about as many ones as zeros.
const ODD: [u64; 2] = [0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB];

#[inline]
fn hash_text(mut sum: u64, text: &[u8]) -> u64 {
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first_chunk::<16>()
        && rest.len() > 32
    {
        sum = mix_words(first, sum);
        rest = behind;
    }
    let length = (text.len() as u64) << 56;
    if let (Some(first), Some(last), true) = (rest.first_chunk::<16>(), rest.last_chunk::<16>(), rest.len() > 16) {
        // Two products that need not wait for each other.
        return mix_words(first, ODD[1] ^ length).rotate_left(32) ^ mix_words(last, sum);
    }
    match (ends_of::<8>(rest), ends_of::<4>(rest)) {
        ((Some(first), Some(last)), _) => {
            mix(u64::from_le_bytes(*first) ^ ODD[0], u64::from_le_bytes(*last) ^ sum ^ length)
        }
        (_, (Some(first), Some(last))) => {
            let both = u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last));
            mix(both ^ ODD[0], sum ^ length)
        }
        _ => mix(few(rest) ^ ODD[0], sum ^ length),
    }
}

#[inline]
fn mix_words(words: &[u8; 16], sum: u64) -> u64 {
    let both = u128::from_le_bytes(*words);
    mix(both as u64 ^ ODD[0], (both >> 64) as u64 ^ sum)
}

/// Both halves of a product, folded.
#[inline]
fn mix(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Texts of all lengths of which many are alike.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[ab]{0,4}", "[ab]{4,9}", "aaaaaaaa[ab]{0,10}", "a{14}[ab]{0,4}a{14}[ab]{0,4}"]
    }

    proptest! {
        #[test]
        fn texts_are_the_same_where_their_bytes_are(one in text(), other in text()) {
            prop_assert_eq!(same(one.as_bytes(), other.as_bytes()), one == other);
            prop_assert!(same(one.as_bytes(), one.clone().as_bytes()));
        }

        /// Every key is found again, and no other in its place.
        #[test]
        fn keys_are_found_by_all_their_pieces(keys in prop::collection::vec(prop::collection::vec(text(), 1..4), 1..60)) {
            let pieces = |key: &Vec<String>| key.iter().map(|text| text.clone().into_bytes()).collect::<Vec<_>>();
            let (mut found, mut slow) = (Keys::default(), Vec::<Vec<String>>::new());
            for key in keys {
                let bytes = pieces(&key);
                let slices: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
                let at = slow.iter().position(|known| *known == key);
                prop_assert_eq!(found.find(&slices), at.map(|at| Known { at, taken: true }));
                if at.is_none() {
                    found.insert(&slices, Known { at: slow.len(), taken: true });
                    slow.push(key);
                }
            }
        }
    }

    #[test]
    fn numbers_stand_for_a_key_from_the_first_time_on() {
        let mut keys = Keys::default();
        let known = Known { at: 3, taken: false };
        keys.insert(&[b"IAA", b"6070"], known);
        assert_eq!(keys.find_numbered(&[1, 2, 0, 0, 0], || Some(vec![b"IAA", b"6071"])), None);
        assert_eq!(keys.find_numbered(&[1, 2, 0, 0, 0], || Some(vec![b"IAA", b"6070"])), Some(known));
        assert_eq!(keys.find_numbered(&[1, 2, 0, 0, 0], || None), Some(known));
        assert_eq!(keys.find_numbered(&[2, 1, 0, 0, 0], || None), None);
    }
}
