//! Waterfall charts: upright bars, or lying ones when there are too many for the width.

use super::format;
use super::page::{Canvas, Ink, Pages, Style, ink};
use super::text::{Fonts, Weight};
use crate::domain::Money;
use crate::report::model::{Waterfall, WaterfallBar};

const CAPTION: Style = Style::semibold(9.5, ink::TEXT);
const CAPTION_LINE: f32 = 12.5;
const PLOT: f32 = 215.0;
/// Free space above the highest bar and below the lowest one, for their amounts.
const HEADROOM: f32 = 16.0;
const TEXT: f32 = 7.5;
/// Upright bars are given up for lying ones when their amounts would have to be smaller than this.
const LEAST_TEXT: f32 = 6.0;

/// A waterfall chart with its running totals.
pub struct ChartLayout {
    caption: Vec<String>,
    bars: Vec<Bar>,
    lowest: Money,
    highest: Money,
    size: f32,
    upright: bool,
    width: f32,
    label_lines: usize,
}

struct Bar {
    label: Vec<String>,
    printed: String,
    amount: Money,
    total: bool,
    from: Money,
    to: Money,
}

impl Bar {
    fn ink(&self) -> Ink {
        match (self.total, self.amount.is_negative()) {
            (true, _) => ink::ACCENT,
            (false, true) => ink::FALL,
            (false, false) => ink::RISE,
        }
    }
}

impl ChartLayout {
    /// Computes the running totals and fits the labels to a width.
    pub fn new(fonts: &Fonts, chart: &Waterfall, width: f32) -> Self {
        let slot = width / chart.bars.len().max(1) as f32;
        let mut bars = lay_bars(&chart.bars);
        let widest = bars.iter().map(|bar| fonts.width(&bar.printed, Weight::Semibold, 1.0)).fold(0.0, f32::max);
        let fitted = (slot * 0.96 / widest.max(0.1)).min(TEXT);
        let upright = fitted >= LEAST_TEXT;
        let size = if upright { fitted } else { TEXT };
        let label_width = if upright { slot * 0.94 } else { width * 0.3 };
        for (bar, source) in bars.iter_mut().zip(&chart.bars) {
            bar.label = fonts.wrap(&fonts.printable(&source.label), weight(bar), size, label_width);
        }
        let caption = match fonts.printable(&chart.caption).as_ref() {
            "" => Vec::new(),
            text => fonts.wrap(text, CAPTION.weight, CAPTION.size, width),
        };
        let label_lines = bars.iter().map(|bar| bar.label.len()).max().unwrap_or_default();
        let ends = || bars.iter().flat_map(|bar| [bar.from, bar.to]);
        let lowest = ends().fold(Money::ZERO, Money::min);
        let highest = ends().fold(Money::ZERO, Money::max);
        Self { caption, bars, lowest, highest, size, upright, width, label_lines }
    }

    /// The height that must be free on a page: all of an upright chart, the start of a lying one.
    pub fn lead_height(&self) -> f32 {
        let caption = self.caption.len() as f32 * CAPTION_LINE + 4.0;
        if self.upright {
            caption + PLOT + self.label_lines as f32 * self.size * 1.2 + 8.0
        } else {
            caption + self.bars.iter().take(4).map(|bar| self.lying_height(bar)).sum::<f32>()
        }
    }

    /// Where an amount lies between the lowest and the highest one, from 0 to 1.
    fn share(&self, amount: Money) -> f32 {
        let span = (self.highest - self.lowest).cents();
        if span == 0 {
            return 0.0;
        }
        // The one place where money becomes a float: a bar's length on paper. No printed amount comes from it.
        ((amount - self.lowest).cents() as f64 / span as f64) as f32
    }

    /// Draws the chart from where the pages stand.
    pub fn draw(&self, pages: &mut Pages<'_>) {
        pages.need(self.lead_height());
        let left = pages.left();
        for line in &self.caption {
            let y = pages.y;
            pages.canvas().text(left, y + 9.5, line, CAPTION);
            pages.y += CAPTION_LINE;
        }
        pages.y += 4.0;
        if self.upright {
            self.draw_upright(pages);
        } else {
            self.draw_lying(pages);
        }
    }

    fn draw_upright(&self, pages: &mut Pages<'_>) {
        let fonts = pages.fonts;
        let (left, top) = (pages.left(), pages.y);
        let slot = self.width / self.bars.len().max(1) as f32;
        let thick = (slot * 0.62).min(56.0);
        let footroom = if self.bars.iter().any(|bar| bar.amount.is_negative()) { HEADROOM } else { 2.0 };
        let level = |amount: Money| top + HEADROOM + (PLOT - HEADROOM - footroom) * (1.0 - self.share(amount));
        let zero = level(Money::ZERO);
        let canvas = pages.canvas();
        canvas.line((left, zero), (left + self.width, zero), 0.7, ink::MUTED);
        for (place, bar) in self.bars.iter().enumerate() {
            let middle = left + slot * (place as f32 + 0.5);
            let (from, to) = (level(bar.from), level(bar.to));
            canvas.fill(middle - thick / 2.0, from.min(to), thick, (from - to).abs().max(0.6), bar.ink());
            if place + 1 < self.bars.len() {
                let next = middle + slot - thick / 2.0;
                canvas.line((middle + thick / 2.0, to), (next, to), 0.5, ink::RULE);
            }
            let baseline = if bar.amount.is_negative() { from.max(to) + self.size + 1.5 } else { from.min(to) - 3.5 };
            let style = Style { weight: weight(bar), size: self.size, ink: ink::TEXT };
            let printed = fonts.width(&bar.printed, style.weight, style.size);
            if !bar.total && (baseline - self.size - 1.0..baseline + 3.0).contains(&zero) {
                clear(canvas, middle - printed / 2.0, baseline, printed, self.size);
            }
            canvas.text_centre(fonts, middle, baseline, &bar.printed, style);
            for (row, line) in bar.label.iter().enumerate() {
                let baseline = top + PLOT + self.size * (1.0 + 1.2 * row as f32) + 2.0;
                canvas.text_centre(fonts, middle, baseline, line, Style { weight: weight(bar), ..style });
            }
        }
        canvas.line((left, top + PLOT), (left + self.width, top + PLOT), 0.3, ink::HAIRLINE);
        pages.y = top + PLOT + self.label_lines as f32 * self.size * 1.2 + 8.0;
    }

    fn lying_height(&self, bar: &Bar) -> f32 {
        (bar.label.len() as f32 * self.size * 1.2 + 5.0).max(15.0)
    }

    fn draw_lying(&self, pages: &mut Pages<'_>) {
        let fonts = pages.fonts;
        let left = pages.left();
        let amounts = self.bars.iter().map(|bar| fonts.width(&bar.printed, Weight::Semibold, self.size));
        let start = left + self.width * 0.32;
        let length = (self.width * 0.68 - amounts.fold(0.0, f32::max) - 12.0).max(20.0);
        let level = |amount: Money| start + length * self.share(amount);
        for (place, bar) in self.bars.iter().enumerate() {
            let height = self.lying_height(bar);
            pages.need(height);
            let y = pages.y;
            let zero = level(Money::ZERO);
            let canvas = pages.canvas();
            canvas.line((zero, y), (zero, y + height), 0.7, ink::MUTED);
            let (from, to) = (level(bar.from), level(bar.to));
            let thick = 9.0;
            let upper = y + (height - thick) / 2.0;
            canvas.fill(from.min(to), upper, (from - to).abs().max(0.6), thick, bar.ink());
            if place + 1 < self.bars.len() {
                canvas.line((to, upper + thick), (to, y + height), 0.5, ink::RULE);
            }
            let style = Style { weight: weight(bar), size: self.size, ink: ink::TEXT };
            let block = bar.label.len() as f32 * self.size * 1.2;
            for (row, line) in bar.label.iter().enumerate() {
                let baseline = y + (height - block) / 2.0 + self.size * (0.95 + 1.2 * row as f32);
                canvas.text(left, baseline, line, style);
            }
            // The closing parenthesis of a negative amount hangs over the edge of the digits.
            let hung = if bar.amount.is_negative() { 0.0 } else { fonts.width(")", style.weight, self.size) };
            let right = left + self.width - hung;
            canvas.text_right(fonts, right, y + height / 2.0 + self.size * 0.35, &bar.printed, style);
            pages.y = y + height;
        }
    }
}

fn weight(bar: &Bar) -> Weight {
    if bar.total { Weight::Semibold } else { Weight::Regular }
}

/// Whitens the ground of an amount that would else be crossed by the zero line.
fn clear(canvas: &mut Canvas, x: f32, baseline: f32, width: f32, size: f32) {
    canvas.fill(x - 1.0, baseline - size * 0.85, width + 2.0, size * 1.1, ink::WHITE);
}

fn lay_bars(bars: &[WaterfallBar]) -> Vec<Bar> {
    let mut running = Money::ZERO;
    bars.iter()
        .map(|bar| {
            let from = if bar.total { Money::ZERO } else { running };
            running = if bar.total { bar.amount } else { running + bar.amount };
            let printed = format::money(bar.amount);
            Bar { label: Vec::new(), printed, amount: bar.amount, total: bar.total, from, to: running }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::pdf::PdfError;

    fn bar(cents: i128, total: bool) -> WaterfallBar {
        WaterfallBar { label: "Exit of a location".to_owned(), amount: Money::from_cents(cents), total }
    }

    #[test]
    fn steps_run_from_total_to_total() {
        let bars = lay_bars(&[bar(1_000, true), bar(-1_500, false), bar(200, false), bar(-300, true)]);
        let ends: Vec<_> = bars.iter().map(|bar| (bar.from.cents(), bar.to.cents())).collect();
        assert_eq!(ends, [(0, 1_000), (1_000, -500), (-500, -300), (0, -300)]);
    }

    #[test]
    fn bars_stay_within_the_plot() -> Result<(), PdfError> {
        let fonts = Fonts::load()?;
        for amounts in [vec![], vec![0, 0], vec![5, 6, 11], vec![-5, -6, -11], vec![i128::from(i64::MAX), -1, 7]] {
            let bars = amounts.iter().enumerate().map(|(place, cents)| bar(*cents, place == 0)).collect();
            let chart = ChartLayout::new(&fonts, &Waterfall { caption: String::new(), bars }, 524.0);
            for bar in &chart.bars {
                assert!((0.0..=1.0).contains(&chart.share(bar.from)) && (0.0..=1.0).contains(&chart.share(bar.to)));
            }
        }
        Ok(())
    }
}
