//! Tables: columns measured from their content, rows kept together over pages, heads repeated.

use super::format;
use super::page::{Ink, Pages, Style, ink};
use super::text::{Fonts, Weight};
use crate::report::model::{Align, Cell, Row, RowKind, Table};

/// Sizes to try, in points: the first at which the table fits is taken. Those below 5.5 are for tables beyond reason.
const SIZES: [f32; 12] = [8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0, 4.5, 4.0, 3.5, 3.0];
/// Lengths in ems of the table's size.
const PAD: f32 = 0.45;
const LINE: f32 = 1.28;
const ABOVE_BELOW: f32 = 0.25;
const BASELINE: f32 = 0.97;
/// A column that wraps is not made narrower than this, unless all of its text is.
const LEAST_WRAPPED: f32 = 11.0;
/// A heading alone makes a column this wide at most.
const MOST_HEADING: f32 = 12.0;
/// A table that needs less than the page's width is stretched by this much at most.
const STRETCH: f32 = 1.6;
const CAPTION: Style = Style::semibold(9.5, ink::TEXT);
const CAPTION_LINE: f32 = 12.5;

/// A table fitted to the width of its section.
pub struct TableLayout {
    caption: String,
    size: f32,
    columns: Vec<ColumnLayout>,
    heading_lines: usize,
    rows: Vec<RowLayout>,
    width: f32,
}

struct ColumnLayout {
    /// From the table's left edge.
    left: f32,
    width: f32,
    /// The room kept for a closing parenthesis, right of the digits.
    hang: f32,
    align: Align,
    heading: Vec<String>,
}

struct RowLayout {
    kind: RowKind,
    cells: Vec<CellLayout>,
    height: f32,
}

struct CellLayout {
    lines: Vec<String>,
    numeric: bool,
    indent: f32,
    right: bool,
}

/// A cell's text before its column's width is known.
struct Draft {
    text: String,
    numeric: bool,
    /// The leading spaces of the text, as a width in ems.
    indent: f32,
}

/// What a column asks for, in ems.
#[derive(Debug, Clone, Copy, Default)]
struct Measure {
    /// The widest cell.
    natural: f32,
    /// The longest word of the cells.
    word: f32,
    /// The longest word of the heading.
    heading_word: f32,
    /// The heading on one line.
    heading: f32,
    /// The width of a closing parenthesis where the column has one.
    hang: f32,
    wraps: bool,
}

impl Measure {
    fn preferred(&self) -> f32 {
        self.natural.max(self.heading_word + self.hang) + 2.0 * PAD
    }

    fn least(&self) -> f32 {
        if !self.wraps {
            return self.preferred();
        }
        let text = self.natural.min(self.word.clamp(LEAST_WRAPPED, 2.0 * LEAST_WRAPPED));
        text.max(self.heading_word + self.hang) + 2.0 * PAD
    }
}

impl TableLayout {
    /// Fits a table to a width; rows higher than `page_room` are split.
    pub fn new(fonts: &Fonts, table: &Table, width: f32, page_room: f32) -> Self {
        let drafts: Vec<Vec<Draft>> =
            table.rows.iter().map(|row| row.cells.iter().map(|cell| draft(fonts, cell)).collect()).collect();
        let measures = measure(fonts, table, &drafts);
        let (size, widths) = fit(&measures, width);
        let width = widths.iter().sum();
        let mut left = 0.0;
        let columns: Vec<ColumnLayout> = table
            .columns
            .iter()
            .zip(&measures)
            .zip(widths)
            .map(|((column, measure), width)| {
                let hang = measure.hang * size;
                let inner = width - 2.0 * PAD * size - if column.align == Align::Right { hang } else { 0.0 };
                let heading = fonts.wrap(&fonts.printable(&column.heading), Weight::Semibold, size, inner);
                left += width;
                ColumnLayout { left: left - width, width, hang, align: column.align, heading }
            })
            .collect();
        let heading_lines = columns.iter().map(|column| column.heading.len()).max().unwrap_or_default();
        let caption = fonts.printable(&table.caption).into_owned();
        let mut layout = Self { caption, size, columns, heading_lines, rows: Vec::new(), width };
        let spare = page_room - layout.head_height(fonts, "") - 4.0 * size;
        let most_lines = ((spare / (LINE * size)) as usize).max(1);
        for (row, drafts) in table.rows.iter().zip(&drafts) {
            layout.lay_row(fonts, row, drafts, most_lines);
        }
        layout
    }

    fn lay_row(&mut self, fonts: &Fonts, row: &Row, drafts: &[Draft], most_lines: usize) {
        let weight = weight(row.kind);
        let spans = spans(row);
        let mut cells: Vec<CellLayout> = drafts
            .iter()
            .zip(&self.columns)
            .enumerate()
            .map(|(place, (draft, column))| {
                let width = if spans && place == 0 { self.width } else { column.width };
                let right = draft.numeric || column.align == Align::Right;
                let indent = if right { 0.0 } else { draft.indent * self.size };
                let inner = width - 2.0 * PAD * self.size - indent;
                let lines = match draft.text.as_str() {
                    "" => Vec::new(),
                    text => fonts.wrap(text, weight, self.size, inner),
                };
                CellLayout { lines, numeric: draft.numeric, indent, right }
            })
            .collect();
        // A row of more lines than a page has goes on as further rows.
        while cells.iter().any(|cell| cell.lines.len() > most_lines) {
            let take = |cell: &mut CellLayout| {
                let rest = cell.lines.split_off(most_lines.min(cell.lines.len()));
                let lines = std::mem::replace(&mut cell.lines, rest);
                CellLayout { lines, ..*cell }
            };
            let first = cells.iter_mut().map(take).collect();
            let kind = if row.kind == RowKind::Group { RowKind::Group } else { RowKind::Body };
            self.push_row(kind, first);
        }
        self.push_row(row.kind, cells);
    }

    fn push_row(&mut self, kind: RowKind, cells: Vec<CellLayout>) {
        let lines = cells.iter().map(|cell| cell.lines.len()).max().unwrap_or_default().max(1);
        let height = self.above(kind) + self.block(lines) + self.below(kind);
        self.rows.push(RowLayout { kind, cells, height });
    }

    fn block(&self, lines: usize) -> f32 {
        (lines as f32 * LINE + 2.0 * ABOVE_BELOW) * self.size
    }

    fn above(&self, kind: RowKind) -> f32 {
        if kind == RowKind::Group { 0.45 * self.size } else { 0.0 }
    }

    fn below(&self, kind: RowKind) -> f32 {
        match kind {
            RowKind::Total => 0.5 * self.size,
            RowKind::Subtotal => 0.25 * self.size,
            RowKind::Body | RowKind::Group => 0.0,
        }
    }

    fn head_height(&self, fonts: &Fonts, note: &str) -> f32 {
        let caption = match self.caption_lines(fonts, note).len() {
            0 => 0.0,
            lines => lines as f32 * CAPTION_LINE + 4.0,
        };
        caption + self.block(self.heading_lines)
    }

    fn caption_lines(&self, fonts: &Fonts, note: &str) -> Vec<String> {
        if self.caption.is_empty() {
            return Vec::new();
        }
        // A narrow table may have a caption wider than itself, but not wider than a portrait page.
        fonts.wrap(&format!("{}{note}", self.caption), CAPTION.weight, CAPTION.size, self.width.max(500.0))
    }

    /// The rows in runs that are not to be parted: a group with its next row, a total with its previous one.
    fn runs(&self) -> Vec<std::ops::Range<usize>> {
        let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
        for (place, row) in self.rows.iter().enumerate() {
            let after_group = place > 0 && self.rows[place - 1].kind == RowKind::Group;
            let closes = matches!(row.kind, RowKind::Subtotal | RowKind::Total);
            // The last row never goes over to a page alone.
            let last = place + 1 == self.rows.len();
            match runs.last_mut() {
                Some(run) if after_group || closes || last => run.end = place + 1,
                _ => runs.push(place..place + 1),
            }
        }
        runs
    }

    fn run_height(&self, run: &std::ops::Range<usize>) -> f32 {
        self.rows[run.clone()].iter().map(|row| row.height).sum()
    }

    /// The height of the head and the rows that must stand with it.
    pub fn lead_height(&self, fonts: &Fonts) -> f32 {
        let mut height = self.head_height(fonts, "");
        let mut rows = 0;
        for run in self.runs() {
            if rows >= 2 {
                break;
            }
            rows += run.len();
            height += self.run_height(&run);
        }
        height
    }

    /// Draws the table from where the pages stand, over as many pages as it takes.
    pub fn draw(&self, pages: &mut Pages<'_>, continued: &str) {
        let note = format!(" ({continued})");
        pages.need(self.lead_height(pages.fonts));
        self.draw_head(pages, "");
        let mut since_head = 0;
        for run in self.runs() {
            let mut needed = self.run_height(&run);
            for place in run {
                let row = &self.rows[place];
                if since_head > 0 && pages.room() < needed.max(row.height) {
                    self.draw_foot_rule(pages);
                    pages.new_page();
                    self.draw_head(pages, &note);
                    since_head = 0;
                }
                // Only the run's first row asks for the room of all; a run higher than a page is parted after all.
                needed = 0.0;
                let follows = self.rows.get(place + 1).map(|row| row.kind);
                self.draw_row(pages, row, follows);
                since_head += 1;
            }
        }
        if self.rows.last().is_none_or(|row| row.kind != RowKind::Total) {
            self.draw_foot_rule(pages);
        }
    }

    fn draw_foot_rule(&self, pages: &mut Pages<'_>) {
        let (left, y) = (pages.left(), pages.y);
        pages.canvas().line((left, y), (left + self.width, y), 0.5, ink::RULE);
    }

    fn draw_head(&self, pages: &mut Pages<'_>, note: &str) {
        let fonts = pages.fonts;
        let left = pages.left();
        let mut y = pages.y;
        let caption = self.caption_lines(fonts, note);
        let canvas = pages.canvas();
        for line in &caption {
            canvas.text(left, y + 9.5, line, CAPTION);
            y += CAPTION_LINE;
        }
        if !caption.is_empty() {
            y += 4.0;
        }
        let height = self.block(self.heading_lines);
        canvas.fill(left, y, self.width, height, ink::SHADE);
        let style = Style::semibold(self.size, ink::ACCENT);
        for column in &self.columns {
            // Headings stand on the last line of the head.
            let skipped = self.heading_lines - column.heading.len();
            for (place, line) in column.heading.iter().enumerate() {
                let baseline = y + (ABOVE_BELOW + BASELINE + LINE * (skipped + place) as f32) * self.size;
                let start = left + column.left;
                match column.align {
                    Align::Left => canvas.text(start + PAD * self.size, baseline, line, style),
                    Align::Right => {
                        let right = start + column.width - PAD * self.size - column.hang;
                        canvas.text_right(fonts, right, baseline, line, style);
                    }
                }
            }
        }
        y += height;
        canvas.line((left, y), (left + self.width, y), 0.8, ink::ACCENT);
        pages.y = y;
    }

    fn draw_row(&self, pages: &mut Pages<'_>, row: &RowLayout, follows: Option<RowKind>) {
        let fonts = pages.fonts;
        let (left, top) = (pages.left(), pages.y);
        let style = Style { weight: weight(row.kind), size: self.size, ink: row_ink(row.kind) };
        let canvas = pages.canvas();
        match row.kind {
            RowKind::Subtotal => canvas.line((left, top), (left + self.width, top), 0.5, ink::RULE),
            RowKind::Total => canvas.line((left, top), (left + self.width, top), 0.8, ink::TEXT),
            RowKind::Body | RowKind::Group => {}
        }
        let first = top + self.above(row.kind) + (ABOVE_BELOW + BASELINE) * self.size;
        for (cell, column) in row.cells.iter().zip(&self.columns) {
            let start = left + column.left;
            for (place, line) in cell.lines.iter().enumerate() {
                let baseline = first + LINE * self.size * place as f32;
                if !cell.right {
                    canvas.text(start + PAD * self.size + cell.indent, baseline, line, style);
                    continue;
                }
                // Digits end on one edge; the closing parenthesis of a negative number hangs over it.
                let hung = match (cell.numeric && line.ends_with(')'), column.hang > 0.0) {
                    (true, true) => fonts.width(")", style.weight, self.size),
                    _ => 0.0,
                };
                let right = start + column.width - PAD * self.size - column.hang + hung;
                canvas.text_right(fonts, right, baseline, line, style);
            }
        }
        let base = top + row.height;
        let span = ((left, base), (left + self.width, base));
        match row.kind {
            RowKind::Total => {
                for lift in [0.25, 0.5] {
                    let y = base - lift * self.size + 0.12 * self.size;
                    canvas.line((left, y), (left + self.width, y), 0.5, ink::TEXT);
                }
            }
            RowKind::Body if follows == Some(RowKind::Body) => canvas.line(span.0, span.1, 0.3, ink::HAIRLINE),
            RowKind::Group => canvas.line(span.0, span.1, 0.3, ink::RULE),
            RowKind::Body | RowKind::Subtotal => {}
        }
        pages.y = base;
    }
}

fn weight(kind: RowKind) -> Weight {
    if kind == RowKind::Body { Weight::Regular } else { Weight::Semibold }
}

fn row_ink(kind: RowKind) -> Ink {
    if kind == RowKind::Group { ink::ACCENT } else { ink::TEXT }
}

/// True when a group's name has the whole row to itself.
fn spans(row: &Row) -> bool {
    row.kind == RowKind::Group && row.cells.iter().skip(1).all(|cell| *cell == Cell::Empty)
}

fn draft(fonts: &Fonts, cell: &Cell) -> Draft {
    match cell {
        Cell::Empty => Draft { text: String::new(), numeric: false, indent: 0.0 },
        Cell::Text(text) => {
            let spaces = text.len() - text.trim_start_matches(' ').len();
            let indent = fonts.width(&text[..spaces], Weight::Regular, 1.0) * 2.0;
            Draft { text: fonts.printable(text).trim().to_owned(), numeric: false, indent }
        }
        Cell::Money(amount) => Draft { text: format::money(*amount), numeric: true, indent: 0.0 },
        Cell::Number(text) => Draft { text: fonts.printable(text).trim().to_owned(), numeric: true, indent: 0.0 },
    }
}

fn measure(fonts: &Fonts, table: &Table, drafts: &[Vec<Draft>]) -> Vec<Measure> {
    let parenthesis = fonts.width(")", Weight::Semibold, 1.0);
    let mut measures: Vec<Measure> = table
        .columns
        .iter()
        .map(|column| {
            let heading = fonts.printable(&column.heading);
            Measure {
                heading_word: fonts.longest_word(&heading, Weight::Semibold, 1.0),
                heading: heading.split('\n').map(|line| fonts.width(line, Weight::Semibold, 1.0)).fold(0.0, f32::max),
                wraps: column.wraps,
                ..Measure::default()
            }
        })
        .collect();
    for (place, measure) in measures.iter_mut().enumerate() {
        let negative = |row: &Vec<Draft>| row.get(place).is_some_and(|cell| cell.numeric && cell.text.ends_with(')'));
        measure.hang = if drafts.iter().any(negative) { parenthesis } else { 0.0 };
    }
    for (row, drafts) in table.rows.iter().zip(drafts) {
        let weight = weight(row.kind);
        let spans = spans(row);
        for (place, (draft, measure)) in drafts.iter().zip(&mut measures).enumerate() {
            if draft.text.is_empty() || (spans && place == 0) {
                continue;
            }
            let digits = if draft.numeric { draft.text.trim_end_matches(')') } else { draft.text.as_str() };
            let lines = digits.split('\n').map(|line| fonts.width(line, weight, 1.0)).fold(0.0, f32::max);
            measure.natural = measure.natural.max(lines + measure.hang + draft.indent);
            if measure.wraps {
                let word = fonts.longest_word(&draft.text, weight, 1.0) + draft.indent + measure.hang;
                measure.word = measure.word.max(word);
            }
        }
    }
    measures
}

/// The largest size at which the columns fit, and their widths at it in points.
fn fit(measures: &[Measure], width: f32) -> (f32, Vec<f32>) {
    for size in SIZES {
        let ems = width / size;
        let preferred: f32 = measures.iter().map(Measure::preferred).sum();
        if preferred <= ems {
            return (size, stretch(measures, ems).into_iter().map(|column| column * size).collect());
        }
        let least: f32 = measures.iter().map(Measure::least).sum();
        if least <= ems {
            let part = (ems - least) / (preferred - least);
            let column = |measure: &Measure| (measure.least() + (measure.preferred() - measure.least()) * part) * size;
            return (size, measures.iter().map(column).collect());
        }
    }
    // Beyond reason: every column gives up its share, and all cells wrap.
    let size = SIZES[6];
    let preferred: f32 = measures.iter().map(Measure::preferred).sum();
    (size, measures.iter().map(|measure| measure.preferred() / preferred * width).collect())
}

/// Shares out what is left of the width: first to headings that would wrap, then to the columns.
fn stretch(measures: &[Measure], ems: f32) -> Vec<f32> {
    let mut widths: Vec<f32> = measures.iter().map(Measure::preferred).collect();
    let wishes: Vec<f32> = measures
        .iter()
        .zip(&widths)
        .map(|(measure, width)| (measure.heading.min(MOST_HEADING) + measure.hang + 2.0 * PAD - width).max(0.0))
        .collect();
    let spare = ems - widths.iter().sum::<f32>();
    let wished: f32 = wishes.iter().sum();
    if wished > 0.0 {
        let part = (spare / wished).min(1.0);
        widths.iter_mut().zip(&wishes).for_each(|(width, wish)| *width += wish * part);
    }
    let used: f32 = widths.iter().sum();
    // A table with a column of running text takes the whole width, and half of what is left goes to that column.
    let wrapping = measures.iter().filter(|measure| measure.wraps).count();
    let full = wrapping > 0 || used * STRETCH * 1.25 >= ems;
    let left = (if full { ems - used } else { used * (STRETCH - 1.0) }).max(0.0);
    let to_wrapping = if wrapping > 0 { left / 2.0 } else { 0.0 };
    let each = (left - to_wrapping) / widths.len().max(1) as f32;
    for (width, measure) in widths.iter_mut().zip(measures) {
        *width += each + if measure.wraps { to_wrapping / wrapping as f32 } else { 0.0 };
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Money;
    use crate::report::model::Column;
    use crate::report::pdf::PdfError;

    fn table(columns: usize, rows: usize) -> Table {
        let column = |place: usize| Column {
            heading: format!("Balance of column {place}"),
            align: if place == 0 { Align::Left } else { Align::Right },
            wraps: place == 0,
        };
        let mut table = Table::new("A table", (0..columns).map(column).collect());
        for number in 0..rows {
            let mut cells = vec![Cell::Text(format!("Store {number} at a long street in a small town"))];
            let sign = if number % 2 == 0 { 1 } else { -1 };
            cells.extend((1..columns).map(|_| Cell::Money(Money::from_cents(sign * 123_456_789))));
            table.rows.push(Row { kind: RowKind::Body, cells });
        }
        table
    }

    #[test]
    fn columns_fit_their_content_and_the_page() -> Result<(), PdfError> {
        let fonts = Fonts::load()?;
        for columns in [1, 2, 5, 9, 14, 30] {
            let layout = TableLayout::new(&fonts, &table(columns, 4), 524.0, 600.0);
            assert!(layout.width <= 524.1, "{columns} columns take {}", layout.width);
            for row in &layout.rows {
                for (cell, column) in row.cells.iter().zip(&layout.columns) {
                    for line in &cell.lines {
                        let width = fonts.width(line, weight(row.kind), layout.size);
                        assert!(width <= column.width, "{line:?} in {} of {columns}", column.width);
                    }
                }
            }
        }
        Ok(())
    }

    #[test]
    fn wraps_before_it_shrinks() -> Result<(), PdfError> {
        let fonts = Fonts::load()?;
        let layout = TableLayout::new(&fonts, &table(7, 4), 524.0, 600.0);
        assert!((layout.size - SIZES[0]).abs() < 1e-6, "{}", layout.size);
        assert!(layout.rows.iter().any(|row| row.cells[0].lines.len() > 1));
        Ok(())
    }

    #[test]
    fn keeps_groups_and_totals_with_their_rows() -> Result<(), PdfError> {
        let fonts = Fonts::load()?;
        let mut table = table(3, 8);
        for (place, kind) in [
            (0, RowKind::Group),
            (3, RowKind::Subtotal),
            (4, RowKind::Group),
            (6, RowKind::Subtotal),
            (7, RowKind::Total),
        ] {
            table.rows[place].kind = kind;
        }
        let layout = TableLayout::new(&fonts, &table, 524.0, 600.0);
        assert_eq!(layout.runs(), [0..2, 2..4, 4..8]);
        Ok(())
    }

    #[test]
    fn splits_a_row_that_is_higher_than_a_page() -> Result<(), PdfError> {
        let fonts = Fonts::load()?;
        let mut table = table(7, 1);
        table.rows[0].cells[0] = Cell::Text("word ".repeat(3_000));
        let layout = TableLayout::new(&fonts, &table, 524.0, 600.0);
        assert!(layout.rows.len() > 1);
        for row in &layout.rows {
            assert!(row.height + layout.head_height(&fonts, " (continued)") <= 600.0);
        }
        Ok(())
    }
}
