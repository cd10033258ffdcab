//! The small blocks of a section: headings, paragraphs, headline figures and lines to sign on.

use super::page::{Pages, Style, ink};
use super::text::{Fonts, Weight};
use crate::report::model::{self, KeyFigure};

const HEADING: Style = Style::semibold(12.0, ink::ACCENT);
const HEADING_LINE: f32 = 15.5;
const BODY: Style = Style::regular(9.5, ink::TEXT);
const BODY_LINE: f32 = 13.5;
/// Longer lines than this are hard to read.
const LONGEST_LINE: f32 = 540.0;
const CARD_GAP: f32 = 10.0;
const CARD_PAD: f32 = 10.0;
const LEAST_CARD: f32 = 118.0;
const LABEL: Style = Style::regular(8.0, ink::MUTED);
const LABEL_LINE: f32 = 10.5;
const VALUE: f32 = 16.0;
const LEAST_VALUE: f32 = 9.0;
const SIGN_HEIGHT: f32 = 31.0;
/// The share of the width that the roles take.
const SIGN_ROLE: f32 = 0.18;

/// A heading within a section.
pub struct Heading(Vec<String>);

impl Heading {
    /// Breaks a heading to a width.
    pub fn new(fonts: &Fonts, text: &str, width: f32) -> Self {
        Self(fonts.wrap(&fonts.printable(text), HEADING.weight, HEADING.size, width))
    }

    /// The height of the heading and the gap below it.
    pub fn height(&self) -> f32 {
        self.0.len() as f32 * HEADING_LINE + 6.0
    }

    /// Draws the heading; the caller sees to it that what follows is on the same page.
    pub fn draw(&self, pages: &mut Pages<'_>) {
        let left = pages.left();
        for line in &self.0 {
            let y = pages.y;
            pages.canvas().text(left, y + HEADING.size, line, HEADING);
            pages.y += HEADING_LINE;
        }
        pages.y += 6.0;
    }
}

/// Running text.
pub struct Paragraph(Vec<String>);

impl Paragraph {
    /// Breaks a paragraph to a width.
    pub fn new(fonts: &Fonts, text: &str, width: f32) -> Self {
        Self(fonts.wrap(&fonts.printable(text), BODY.weight, BODY.size, width.min(LONGEST_LINE)))
    }

    /// The height of the lines that must stand together at the paragraph's start.
    pub fn lead_height(&self) -> f32 {
        // Of three lines none may be left alone at either end.
        let lines = if self.0.len() <= 3 { self.0.len() } else { 2 };
        lines as f32 * BODY_LINE
    }

    /// Draws the paragraph, over pages if need be.
    pub fn draw(&self, pages: &mut Pages<'_>) {
        let left = pages.left();
        pages.need(self.lead_height());
        for (place, line) in self.0.iter().enumerate() {
            // The last two lines stay together.
            let lines = if place + 2 == self.0.len() { 2.0 } else { 1.0 };
            pages.need(lines * BODY_LINE);
            let y = pages.y;
            pages.canvas().text(left, y + BODY.size, line, BODY);
            pages.y += BODY_LINE;
        }
    }
}

/// Headline figures on cards, in rows of cards of one size.
pub struct Cards {
    cards: Vec<Card>,
    in_row: usize,
    card_width: f32,
    card_height: f32,
}

struct Card {
    label: Vec<String>,
    value: Vec<String>,
    alert: bool,
    size: f32,
}

impl Cards {
    /// Fits the figures on cards.
    pub fn new(fonts: &Fonts, figures: &[KeyFigure], width: f32) -> Self {
        let most = (((width + CARD_GAP) / (LEAST_CARD + CARD_GAP)) as usize).max(1);
        let rows = figures.len().div_ceil(most).max(1);
        let in_row = figures.len().div_ceil(rows).max(1);
        let card_width = (width - CARD_GAP * (in_row - 1) as f32) / in_row as f32;
        let inner = card_width - 2.0 * CARD_PAD;
        let values: Vec<_> = figures.iter().map(|figure| fonts.printable(&figure.value)).collect();
        // All values are of one size: the largest at which each fits on its card, or else they wrap.
        let widest = values.iter().map(|text| fonts.width(text, Weight::Semibold, 1.0)).fold(0.1, f32::max);
        let size = (inner / widest).clamp(LEAST_VALUE, VALUE);
        let cards: Vec<Card> = figures
            .iter()
            .zip(values)
            .map(|(figure, value)| Card {
                label: fonts.wrap(&fonts.printable(&figure.label), LABEL.weight, LABEL.size, inner),
                value: fonts.wrap(&value, Weight::Semibold, size, inner),
                alert: figure.alert,
                size,
            })
            .collect();
        let height = |card: &Card| {
            card.label.len() as f32 * LABEL_LINE + card.value.len() as f32 * card.size * 1.2 + 2.0 * CARD_PAD - 1.0
        };
        let card_height = cards.iter().map(height).fold(0.0, f32::max);
        Self { cards, in_row, card_width, card_height }
    }

    /// The height of the first row of cards.
    pub fn lead_height(&self) -> f32 {
        self.card_height
    }

    /// Draws the cards; a row is not parted.
    pub fn draw(&self, pages: &mut Pages<'_>) {
        for (place, row) in self.cards.chunks(self.in_row).enumerate() {
            if place > 0 {
                pages.y += CARD_GAP;
            }
            pages.need(self.card_height);
            let (left, y) = (pages.left(), pages.y);
            let canvas = pages.canvas();
            for (place, card) in row.iter().enumerate() {
                let x = left + (self.card_width + CARD_GAP) * place as f32;
                let (ground, mark, text) = match card.alert {
                    true => (ink::ALERT_SHADE, ink::ALERT, ink::ALERT),
                    false => (ink::SHADE, ink::ACCENT, ink::TEXT),
                };
                canvas.fill(x, y, self.card_width, self.card_height, ground);
                canvas.fill(x, y, if card.alert { 5.0 } else { 2.0 }, self.card_height, mark);
                let mut base = y + CARD_PAD - 2.5;
                for line in &card.label {
                    base += LABEL_LINE;
                    canvas.text(x + CARD_PAD, base, line, LABEL);
                }
                for line in &card.value {
                    base += card.size * 1.2;
                    canvas.text(x + CARD_PAD, base, line, Style::semibold(card.size, text));
                }
            }
            pages.y = y + self.card_height;
        }
    }
}

/// Lines to sign on, one for each role; they stand together.
pub struct SignOff {
    /// Each role, broken to its column.
    roles: Vec<Vec<String>>,
    labels: Vec<String>,
}

impl SignOff {
    /// Breaks the roles to their column.
    pub fn new(fonts: &Fonts, lines: &model::SignOff, width: f32) -> Self {
        let column = width * SIGN_ROLE;
        let wrap = |role: &String| fonts.wrap(&fonts.printable(role), Weight::Semibold, BODY.size, column);
        let labels = lines.labels.iter().map(|label| fonts.printable(label).into_owned()).collect();
        Self { roles: lines.roles.iter().map(wrap).collect(), labels }
    }

    /// The height of all lines.
    pub fn lead_height(&self) -> f32 {
        self.roles.iter().map(|role| Self::role_height(role)).sum()
    }

    fn role_height(role: &[String]) -> f32 {
        SIGN_HEIGHT + role.len().saturating_sub(1) as f32 * BODY_LINE
    }

    /// Draws the lines.
    pub fn draw(&self, pages: &mut Pages<'_>) {
        pages.need(self.lead_height());
        for role in &self.roles {
            let height = Self::role_height(role);
            // Only lines that do not fit one page together are parted.
            pages.need(height);
            let (left, top, width) = (pages.left(), pages.y, pages.width());
            let base = top + height - 12.0;
            let canvas = pages.canvas();
            for (place, line) in role.iter().rev().enumerate() {
                canvas.text(left, base - BODY_LINE * place as f32, line, Style::semibold(BODY.size, ink::TEXT));
            }
            let start = left + width * SIGN_ROLE;
            let gap = 14.0;
            let length = (left + width - start + gap) / self.labels.len().max(1) as f32;
            for (place, label) in self.labels.iter().enumerate() {
                let x = start + length * place as f32;
                canvas.line((x, base), (x + length - gap, base), 0.6, ink::TEXT);
                canvas.text(x, base + 9.5, label, LABEL);
            }
            pages.y = top + height;
        }
    }
}
