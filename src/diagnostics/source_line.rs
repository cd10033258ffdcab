//! The record in which a fault is, as it stands in its file.

use std::ops::Range;

use super::width;

/// Most bytes of a record that are kept on either side of where the fault is.
const KEPT_BYTES: usize = 1 << 10;
/// Stands for what was cut off.
const ELLIPSIS: &str = "...";

/// The text of a record, cut around the field where it is long, and where in it the field is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLine {
    text: String,
    /// Bytes of the field in the text; none where the fault is the whole record's.
    mark: Option<(usize, usize)>,
    cut_before: bool,
    cut_after: bool,
}

/// What is drawn of a record: at most so many columns, and where the carets go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub text: String,
    /// The columns before the carets, and how many carets there are; none where nothing is marked.
    pub carets: Option<(usize, usize)>,
}

impl SourceLine {
    /// A record's bytes without regard to their encoding, and the bytes of the field in them. The line break at the
    /// end is left out; bytes that are not UTF-8 are shown as `\xE9`.
    #[must_use]
    pub fn new(record: &[u8], field: Option<Range<usize>>) -> Self {
        let mut end = record.len();
        while end > 0 && matches!(record[end - 1], b'\n' | b'\r') {
            end -= 1;
        }
        let record = &record[..end];
        let field = field.map(|field| field.start.min(end)..field.end.clamp(field.start.min(end), end));
        let focus = field.clone().unwrap_or(0..0);
        let from = boundary(record, focus.start.saturating_sub(KEPT_BYTES));
        let to = boundary(record, focus.end.min(focus.start + KEPT_BYTES).saturating_add(KEPT_BYTES).min(end));
        let at = |offset: usize| escaped(&record[from..offset.clamp(from, to)]).len();
        Self {
            text: escaped(&record[from..to]),
            mark: field.map(|field| (at(field.start), at(field.end))),
            cut_before: from > 0,
            cut_after: to < end,
        }
    }

    /// The record as it was kept, with `...` where it was cut.
    #[must_use]
    pub fn text(&self) -> String {
        let ellipsis = |cut: bool| if cut { ELLIPSIS } else { "" };
        format!("{}{}{}", ellipsis(self.cut_before), self.text, ellipsis(self.cut_after))
    }

    /// The text of the field; nothing where the fault is the whole record's.
    #[must_use]
    pub fn marked(&self) -> Option<&str> {
        self.mark.and_then(|(start, end)| self.text.get(start..end))
    }

    /// The part around the field that fits into so many columns, the ellipses not counted.
    pub(super) fn window(&self, columns: usize) -> Window {
        let cells: Vec<Cell> = self.text.char_indices().map(|(at, letter)| Cell::new(at, letter)).collect();
        let index = |offset: usize| cells.partition_point(|cell| cell.at < offset);
        let field = self.mark.map_or(0..0, |(start, end)| index(start)..index(end));
        let seen = fitting(&cells, field.clone(), columns);
        let (before, after) = (seen.start > 0 || self.cut_before, seen.end < cells.len() || self.cut_after);
        let mut text = if before { ELLIPSIS.to_owned() } else { String::new() };
        let margin = text.len();
        text.extend(cells[seen.clone()].iter().map(|cell| cell.shown.as_str()));
        if after {
            text.push_str(ELLIPSIS);
        }
        let carets = self.mark.map(|_| {
            let marked = field.start.max(seen.start)..field.end.min(seen.end).max(field.start);
            (margin + width_of(&cells[seen.start..marked.start]), width_of(&cells[marked]).max(1))
        });
        Window { text, carets }
    }
}

/// One letter of a record, as it is drawn.
struct Cell {
    at: usize,
    shown: String,
    width: usize,
}

impl Cell {
    fn new(at: usize, letter: char) -> Self {
        let shown = width::shown(letter);
        let width = shown.chars().map(width::columns).sum();
        Self { at, shown, width }
    }
}

fn width_of(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| cell.width).sum()
}

/// The cells that fit: the field first, then as much on either side as there is room for.
fn fitting(cells: &[Cell], field: Range<usize>, columns: usize) -> Range<usize> {
    let mut left = columns;
    let mut fits = |cell: &Cell, spare: usize| {
        let fits = cell.width + spare <= left;
        left -= if fits { cell.width } else { 0 };
        fits
    };
    let mut seen = field.start..field.start;
    while seen.end < field.end && fits(&cells[seen.end], 0) {
        seen.end += 1;
    }
    // Half of the room is for what is before the field, unless what follows needs less.
    let follows = width_of(&cells[seen.end..]);
    let spare = follows.min(columns.saturating_sub(width_of(&cells[seen.clone()])) / 2);
    while seen.start > 0 && fits(&cells[seen.start - 1], spare) {
        seen.start -= 1;
    }
    while seen.end < cells.len() && fits(&cells[seen.end], 0) {
        seen.end += 1;
    }
    seen
}

/// The nearest offset at or before this one that does not cut a letter in two.
fn boundary(bytes: &[u8], offset: usize) -> usize {
    let is_inside = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    // A letter has at most four bytes; more in a row is no UTF-8, and may be cut anywhere.
    (offset.saturating_sub(3)..=offset).rev().find(|at| !is_inside(*at)).unwrap_or(offset)
}

/// The bytes as text; those that are no UTF-8 are shown by their value.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(record: &str, field: &str, columns: usize, text: &str, carets: &str) {
        let start = record.find(field).expect("the field");
        let window = SourceLine::new(record.as_bytes(), Some(start..start + field.len())).window(columns);
        let (before, count) = window.carets.expect("a mark");
        assert_eq!((window.text.as_str(), " ".repeat(before) + &"^".repeat(count)), (text, carets.to_owned()));
    }

    #[test]
    fn a_short_record_is_shown_whole() {
        check("a,12.345,c\n", "12.345", 100, "a,12.345,c", "  ^^^^^^");
        check("a,12.345,c\r\n", "c", 100, "a,12.345,c", "         ^");
    }

    #[test]
    fn an_empty_field_has_one_caret() {
        let window = SourceLine::new(b"a,,c", Some(2..2)).window(100);
        assert_eq!(window, Window { text: "a,,c".to_owned(), carets: Some((2, 1)) });
        let at_the_end = SourceLine::new(b"a,b,\n", Some(4..4)).window(100);
        assert_eq!(at_the_end, Window { text: "a,b,".to_owned(), carets: Some((4, 1)) });
    }

    #[test]
    fn a_record_without_a_mark_has_no_carets() {
        assert_eq!(SourceLine::new(b"a,b", None).window(100), Window { text: "a,b".to_owned(), carets: None });
    }

    #[test]
    fn carets_stand_under_wide_letters() {
        check("Müller,12.345", "12.345", 100, "Müller,12.345", "       ^^^^^^");
        check("倉庫,12.345", "12.345", 100, "倉庫,12.345", "     ^^^^^^");
        check("x,倉庫", "倉庫", 100, "x,倉庫", "  ^^^^");
        check("e\u{301},1.005", "1.005", 100, "e\u{301},1.005", "  ^^^^^");
    }

    #[test]
    fn tabs_and_control_characters_are_readable() {
        check("a\t12.345\tc", "12.345", 100, "a    12.345    c", "     ^^^^^^");
        check("\"two\nlines\",1.005", "1.005", 100, "\"two\\nlines\",1.005", "             ^^^^^");
        check("\u{1b}[2J,1.005", "1.005", 100, "\\u{1b}[2J,1.005", "          ^^^^^");
    }

    #[test]
    fn a_long_record_is_cut_around_the_field() {
        let long = format!("{},12.345,{}", "a".repeat(300), "b".repeat(300));
        check(&long, "12.345", 20, "...aaaaaa,12.345,bbbbbb...", "          ^^^^^^");
        let at_the_start = format!("12.345,{}", "b".repeat(300));
        check(&at_the_start, "12.345", 20, "12.345,bbbbbbbbbbbbb...", "^^^^^^");
        let at_the_end = format!("{},12.345", "a".repeat(300));
        check(&at_the_end, "12.345", 20, "...aaaaaaaaaaaaa,12.345", "                 ^^^^^^");
    }

    #[test]
    fn a_field_that_is_longer_than_the_window_fills_it() {
        let long = format!("a,{},b", "x".repeat(300));
        check(&long, &"x".repeat(300), 10, "...xxxxxxxxxx...", "   ^^^^^^^^^^");
    }

    #[test]
    fn a_huge_record_is_kept_in_part() {
        let record = format!("{},12.345,{}", "é".repeat(1 << 19), "é".repeat(1 << 19));
        let start = (1 << 20) + 1;
        let line = SourceLine::new(record.as_bytes(), Some(start..start + 6));
        assert!(line.text().len() < 4 * KEPT_BYTES);
        assert_eq!(line.marked(), Some("12.345"));
        assert!(line.text().starts_with("...é") && line.text().ends_with("é..."));
        assert!(SourceLine::new(record.as_bytes(), Some(0..record.len())).text().len() < 4 * KEPT_BYTES);
    }

    #[test]
    fn bytes_of_another_encoding_are_shown_by_value() {
        let line = SourceLine::new(b"caf\xe9,1.005", Some(5..10));
        assert_eq!((line.text().as_str(), line.marked()), ("caf\\xE9,1.005", Some("1.005")));
        assert!(SourceLine::new(&[0x80; 5000], Some(2500..2501)).text().len() < 10 * KEPT_BYTES);
    }

    #[test]
    fn a_mark_outside_the_record_is_at_its_end() {
        let window = SourceLine::new(b"ab\n", Some(7..9)).window(100);
        assert_eq!(window.carets, Some((2, 1)));
    }
}
