//! Finds where fields and records end in a chunk of whole records: 64 bytes at a time, without branches on the text.

use memchr::memchr;
use wide::u8x16;

use super::Marks;

/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// Where the fields of a text end.
#[derive(Debug, Default)]
pub struct Ends {
    /// Room for the places of the fields' ends, of which the first `count` are taken. It is kept from text to text, and
    /// there is always room for a block's.
    room: Vec<u32>,
    count: usize,
}

impl Ends {
    /// The place of the delimiter or line break behind each field. A line break among them ends a record.
    #[must_use]
    pub fn fields(&self) -> &[u32] {
        &self.room[..self.count]
    }

    /// Takes the place behind one more field.
    pub fn push(&mut self, place: u32) {
        self.make_room();
        self.room[self.count] = place;
        self.count += 1;
    }

    /// Takes the ends within a block that starts at `base`.
    #[inline]
    fn take(&mut self, mut ends: u64, base: u32) {
        self.make_room();
        let Some(room) = self.room[self.count..].first_chunk_mut::<BLOCK>() else { return };
        let mut count = 0;
        while ends != 0 {
            room[count % BLOCK] = base.wrapping_add(ends.trailing_zeros());
            ends &= ends - 1;
            count += 1;
        }
        self.count += count;
    }

    #[inline]
    fn make_room(&mut self) {
        if self.room.len() < self.count + BLOCK {
            self.room.resize((2 * self.room.len()).max(64 * BLOCK), 0);
        }
    }

    fn clear(&mut self) {
        self.count = 0;
    }
}

/// A quote stands where RFC 4180 has none: within a field without quotes, or before more text of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrayQuote;

/// Writes the places of all delimiters and line breaks that end a field.
///
/// # Errors
/// [`StrayQuote`] when the number of quotes does not say what they enclose; [`index_exactly`] then tells the fields.
pub fn index(text: &[u8], marks: Marks, ends: &mut Ends) -> Result<(), StrayQuote> {
    ends.clear();
    let mut state = State { inside: 0, after_end: 1, after_close: 0, after_return: 0 };
    let mut blocks = text.chunks_exact(BLOCK);
    let mut base = 0;
    for block in &mut blocks {
        ends.take(state.ends(block, marks)?, base);
        base += BLOCK as u32;
    }
    let mut last = [b'\n'; BLOCK];
    let rest = blocks.remainder();
    last[..rest.len()].copy_from_slice(rest);
    let within = !(u64::MAX << rest.len());
    ends.take(state.ends(&last, marks)? & within, base);
    Ok(())
}

/// What goes over from one block to the next: one bit each, but `inside`, which is all bits or none.
struct State {
    /// The text is within quotes.
    inside: u64,
    /// The byte before ended a field.
    after_end: u64,
    /// The byte before closed a quote.
    after_close: u64,
    /// The byte before was a carriage return behind a closed quote: the record must end.
    after_return: u64,
}

impl State {
    /// The ends of fields in a block, as bits.
    #[inline]
    fn ends(&mut self, block: &[u8], marks: Marks) -> Result<u64, StrayQuote> {
        let separators = equal(block, [marks.delimiter, b'\n']);
        if !marks.quoted {
            return Ok(separators);
        }
        let quotes = equal(block, [b'"']);
        if quotes == 0 && self.after_close == 0 && self.after_return == 0 {
            let ends = separators & !self.inside;
            self.after_end = ends >> (BLOCK - 1);
            return Ok(ends);
        }
        let inside = running_parity(quotes) ^ self.inside;
        self.inside = 0_u64.wrapping_sub(inside >> (BLOCK - 1));
        let ends = separators & !inside;
        let (opening, closing) = (quotes & inside, quotes & !inside);
        let may_open = ((ends | closing) << 1) | self.after_end | self.after_close;
        let follows_close = (closing << 1) | self.after_close;
        let odd = follows_close & !(ends | opening);
        if opening & !may_open != 0 || (odd | self.after_return != 0 && !self.ends_record(block, odd)) {
            return Err(StrayQuote);
        }
        self.after_end = ends >> (BLOCK - 1);
        self.after_close = closing >> (BLOCK - 1);
        Ok(ends)
    }

    /// True where what follows closed quotes is a carriage return, and a line break follows that.
    fn ends_record(&mut self, block: &[u8], follows: u64) -> bool {
        let returns = follows & equal(block, [b'\r']);
        let behind = (returns << 1) | self.after_return;
        self.after_return = returns >> (BLOCK - 1);
        follows == returns && behind & !equal(block, [b'\n']) == 0
    }
}

/// For each bit, whether the number of ones up to and with it is odd.
fn running_parity(mut bits: u64) -> u64 {
    for distance in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << distance;
    }
    bits
}

/// The bytes of a block that are one of some, as bits.
#[inline]
fn equal<const N: usize>(block: &[u8], bytes: [u8; N]) -> u64 {
    let wanted = bytes.map(u8x16::splat);
    let mut mask = 0;
    for (at, part) in block.as_chunks().0.iter().enumerate() {
        let part = u8x16::new(*part);
        let found = wanted.iter().fold(u8x16::ZERO, |found, wanted| found | part.simd_eq(*wanted));
        mask |= u64::from(found.to_bitmask()) << (16 * at);
    }
    mask
}

/// As [`index`], byte by byte, where a quote within a field is a letter. True when there was such a quote.
pub fn index_exactly(text: &[u8], marks: Marks, ends: &mut Ends) -> bool {
    ends.clear();
    let (mut quoted, mut fresh, mut closed, mut stray) = (false, true, false, false);
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        let ends_field = !quoted && (byte == marks.delimiter || byte == b'\n');
        if quoted {
            let doubled = byte == b'"' && text.get(at + 1) == Some(&b'"');
            closed = byte == b'"' && !doubled;
            quoted = !closed;
            at += usize::from(doubled);
        } else if ends_field {
            ends.push(at as u32);
            closed = false;
        } else if byte == b'"' && marks.quoted {
            stray |= !fresh;
            quoted = fresh;
        } else {
            stray |= closed && !text[at..].starts_with(b"\r\n");
        }
        fresh = ends_field;
        at += 1;
    }
    stray
}

/// Where a field stands in the text of one record; nothing where the record has fewer fields.
#[must_use]
pub fn field_range(record: &[u8], field: usize, marks: Marks) -> Option<std::ops::Range<usize>> {
    let mut ends = Ends::default();
    index_exactly(record, marks, &mut ends);
    ends.push(u32::try_from(record.len()).ok()?);
    let ends = ends.fields();
    let end = *ends.get(field)? as usize;
    let start = field.checked_sub(1).map_or(0, |before| ends[before] as usize + 1);
    Some(start..end)
}

/// True for a field without quotes, and for one within quotes whose inner quotes are doubled.
#[must_use]
pub fn well_formed(field: &[u8], marks: Marks) -> bool {
    match field {
        [b'"', inner @ .., b'"'] => {
            inner.split(|byte| *byte == b'"').enumerate().skip(1).all(|(at, part)| at % 2 == 0 || part.is_empty())
                && memchr::memchr_iter(b'"', inner).count().is_multiple_of(2)
        }
        _ => !marks.quoted || memchr(b'"', field).is_none(),
    }
}

/// A field without its quotes, where none within it is doubled; nothing otherwise.
#[must_use]
pub fn plain(field: &[u8], marks: Marks) -> Option<&[u8]> {
    match field {
        [b'"', inner @ .., b'"'] if marks.quoted => memchr(b'"', inner).is_none().then_some(inner),
        _ => Some(field),
    }
}

/// A field as it is meant: without its quotes, and one quote for each two within it.
#[must_use]
pub fn unquoted(field: &[u8], marks: Marks) -> Vec<u8> {
    let inner = match field {
        [b'"', inner @ .., b'"'] if marks.quoted => inner,
        _ => return field.to_vec(),
    };
    let mut text = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().peekable();
    while let Some(byte) = bytes.next() {
        text.push(*byte);
        if *byte == b'"' && bytes.peek() == Some(&&b'"') {
            bytes.next();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ends(text: &[u8]) -> Result<Vec<u32>, StrayQuote> {
        let mut ends = Ends::default();
        index(text, Marks::CSV, &mut ends).map(|()| ends.fields().to_vec())
    }

    fn exact(text: &[u8]) -> (Vec<u32>, bool) {
        let mut ends = Ends::default();
        let stray = index_exactly(text, Marks::CSV, &mut ends);
        (ends.fields().to_vec(), stray)
    }

    #[test]
    fn quotes_enclose_delimiters_and_line_breaks() {
        assert_eq!(ends(b"a,\"b,\n\"\"x\"\r\n,\n"), Ok(vec![1, 11, 12, 13]));
        assert_eq!(ends(b""), Ok(vec![]));
        assert_eq!(ends(b"\"\",\"\"\n"), Ok(vec![2, 5]));
    }

    #[test]
    fn stray_quotes_are_told() {
        for text in [
            &b"5\" pipe,x\n"[..],
            b"\"a\"b,c\n",
            b"a, \"b\"\n",
            b"x\"\"y,\n",
            b"\"a\"\r,b\n",
            b"\"a\"\rb\n",
            b"\"a\"\r\"b\"\n",
        ] {
            assert!(exact(text).1);
            assert_eq!(ends(text), Err(StrayQuote), "{}", String::from_utf8_lossy(text));
        }
        let far = [&b"a,".repeat(100)[..], b"x\"y\n"].concat();
        assert_eq!(ends(&far), Err(StrayQuote));
    }

    #[test]
    fn a_bar_and_no_quotes() {
        let mut ends = Ends::default();
        let marks = Marks { delimiter: b'|', quoted: false };
        assert_eq!(index(b"a|\"b\n\"|c\n", marks, &mut ends), Ok(()));
        assert_eq!(ends.fields(), [1, 4, 6, 8]);
    }

    #[test]
    fn quotes_come_off() {
        assert_eq!(plain(b"\"a,b\"", Marks::CSV), Some(&b"a,b"[..]));
        assert_eq!(plain(b"\"a\"\"b\"", Marks::CSV), None);
        assert_eq!(plain(b"ab", Marks::CSV), Some(&b"ab"[..]));
        assert_eq!(unquoted(b"\"a\"\"b\"", Marks::CSV), b"a\"b");
        assert_eq!(plain(b"\"", Marks::CSV), Some(&b"\""[..]));
    }

    proptest! {
        /// Where no quote is stray, the two ways of finding ends agree; and one is told stray by both or by none.
        #[test]
        fn both_ways_agree(text in "([ab,\"\r\n]|,\"|\",|\"\r\n){0,200}") {
            // A chunk ends with a record; a quote that is open at its end is the cutter's to find.
            let text = format!("{text}\n");
            let (slow, stray) = exact(text.as_bytes());
            match ends(text.as_bytes()) {
                Ok(fast) => {
                    prop_assert!(!stray);
                    prop_assert_eq!(fast, slow);
                }
                Err(StrayQuote) => prop_assert!(stray),
            }
        }

        /// Records that the `csv` crate writes come back as their fields.
        #[test]
        fn what_the_csv_crate_writes_is_found(rows in prop::collection::vec(prop::collection::vec("[a-c,\"\n é]{0,12}", 3), 1..40)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).expect("memory");
            }
            let text = writer.into_inner().expect("memory");
            let ends = ends(&text).expect("well-formed quotes");
            let mut start = 0;
            let mut fields = Vec::new();
            for end in ends {
                let end = end as usize;
                fields.push(String::from_utf8(unquoted(&text[start..end], Marks::CSV)).expect("text"));
                start = end + 1;
            }
            prop_assert_eq!(fields, rows.concat());
        }
    }
}
