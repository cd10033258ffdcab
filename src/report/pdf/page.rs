//! Pages: drawing in points from the top left corner, and the running head and foot.

use printpdf::{Color, Line, LinePoint, Op, PaintMode, PdfFontHandle, PdfPage, Point, Pt, Rect, Rgb, TextItem};
use printpdf::{TextMatrix, WindingOrder};

use super::text::{Fonts, Weight, font_id};
use crate::report::model::{Document, Section};

/// The blank border of each page.
pub const MARGIN: f32 = 44.0;
const SHORT_SIDE: f32 = 612.0;
const LONG_SIDE: f32 = 792.0;
/// Kept free for the running foot, above the lower margin.
const FOOT: f32 = 20.0;
/// The band of a warning, within the upper margin of each page.
const BAND_TOP: f32 = 9.0;
const BAND_HEIGHT: f32 = 17.0;

/// A colour, its red, green and blue as bytes.
pub type Ink = [u8; 3];

/// The report's few colours; each differs from the others in greyscale too.
pub mod ink {
    use super::Ink;
    pub const TEXT: Ink = [0x1b, 0x1f, 0x27];
    pub const MUTED: Ink = [0x5c, 0x65, 0x73];
    pub const ACCENT: Ink = [0x1f, 0x36, 0x57];
    pub const RULE: Ink = [0x8b, 0x94, 0xa3];
    pub const HAIRLINE: Ink = [0xd9, 0xdd, 0xe3];
    pub const SHADE: Ink = [0xed, 0xf0, 0xf4];
    pub const WHITE: Ink = [0xff, 0xff, 0xff];
    pub const ALERT: Ink = [0xa3, 0x2a, 0x22];
    pub const ALERT_SHADE: Ink = [0xfb, 0xec, 0xea];
    pub const RISE: Ink = [0xa4, 0xc9, 0xad];
    pub const FALL: Ink = [0xae, 0x4f, 0x47];
}

/// How a piece of text looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub weight: Weight,
    pub size: f32,
    pub ink: Ink,
}

impl Style {
    /// Text in the regular weight.
    pub const fn regular(size: f32, ink: Ink) -> Self {
        Self { weight: Weight::Regular, size, ink }
    }

    /// Text in the semibold weight.
    pub const fn semibold(size: f32, ink: Ink) -> Self {
        Self { weight: Weight::Semibold, size, ink }
    }
}

/// One page's drawing operations. Lengths are points; `y` grows downwards from the upper edge.
pub struct Canvas {
    ops: Vec<Op>,
    width: f32,
    height: f32,
    state: State,
}

/// What the last operations have set, lest it be said again: dense tables make large pages.
#[derive(Default)]
struct State {
    in_text: bool,
    font: Option<(Weight, f32)>,
    fill: Option<Ink>,
    stroke: Option<(f32, Ink)>,
}

impl Canvas {
    fn new(landscape: bool) -> Self {
        let (width, height) = if landscape { (LONG_SIDE, SHORT_SIDE) } else { (SHORT_SIDE, LONG_SIDE) };
        Self { ops: Vec::new(), width, height, state: State::default() }
    }

    /// One line of text that starts at `x` and stands on `baseline`.
    pub fn text(&mut self, x: f32, baseline: f32, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        self.set_fill(style.ink);
        if !self.state.in_text {
            self.ops.push(Op::StartTextSection);
            self.state.in_text = true;
        }
        if self.state.font != Some((style.weight, style.size)) {
            let font = PdfFontHandle::External(font_id(style.weight));
            self.ops.push(Op::SetFont { font, size: Pt(hundredths(style.size)) });
            self.state.font = Some((style.weight, style.size));
        }
        let matrix = TextMatrix::Translate(Pt(hundredths(x)), Pt(hundredths(self.height - baseline)));
        self.ops.push(Op::SetTextMatrix { matrix });
        self.ops.push(Op::ShowText { items: vec![TextItem::Text(text.to_owned())] });
    }

    fn set_fill(&mut self, ink: Ink) {
        if self.state.fill != Some(ink) {
            self.ops.push(Op::SetFillColor { col: colour(ink) });
            self.state.fill = Some(ink);
        }
    }

    /// Shapes cannot be drawn among text.
    fn end_text(&mut self) {
        if self.state.in_text {
            self.ops.push(Op::EndTextSection);
            self.state.in_text = false;
        }
    }

    /// One line of text that ends at `right`.
    pub fn text_right(&mut self, fonts: &Fonts, right: f32, baseline: f32, text: &str, style: Style) {
        self.text(right - fonts.width(text, style.weight, style.size), baseline, text, style);
    }

    /// One line of text in the middle around `centre`.
    pub fn text_centre(&mut self, fonts: &Fonts, centre: f32, baseline: f32, text: &str, style: Style) {
        self.text(centre - fonts.width(text, style.weight, style.size) / 2.0, baseline, text, style);
    }

    /// A straight line of the given thickness.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), thickness: f32, ink: Ink) {
        let points = [from, to].map(|(x, y)| LinePoint { p: self.point(x, y), bezier: false }).to_vec();
        self.end_text();
        if self.state.stroke != Some((thickness, ink)) {
            self.ops.push(Op::SetOutlineColor { col: colour(ink) });
            self.ops.push(Op::SetOutlineThickness { pt: Pt(thickness) });
            self.state.stroke = Some((thickness, ink));
        }
        self.ops.push(Op::DrawLine { line: Line { points, is_closed: false } });
    }

    /// A filled rectangle whose upper left corner is at `x`, `y`.
    pub fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        let lower_left = self.point(x, y + height);
        let rectangle = Rect {
            x: lower_left.x,
            y: lower_left.y,
            width: Pt(hundredths(width)),
            height: Pt(hundredths(height)),
            mode: Some(PaintMode::Fill),
            winding_order: Some(WindingOrder::NonZero),
        };
        self.end_text();
        self.set_fill(ink);
        self.ops.push(Op::DrawRectangle { rectangle });
    }

    fn point(&self, x: f32, y: f32) -> Point {
        Point { x: Pt(hundredths(x)), y: Pt(hundredths(self.height - y)) }
    }
}

/// A hundredth of a point is finer than any printer; fewer digits make a smaller file.
fn hundredths(length: f32) -> f32 {
    (length * 100.0).round() / 100.0
}

fn colour(ink: Ink) -> Color {
    let [r, g, b] = ink.map(|part| (f32::from(part) / 255.0 * 1000.0).round() / 1000.0);
    Color::Rgb(Rgb { r, g, b, icc_profile: None })
}

/// The pages of a report while it is laid out: the last one is being filled, downwards from `y`.
pub struct Pages<'a> {
    pub fonts: &'a Fonts,
    document: &'a Document,
    section: &'a Section,
    pages: Vec<Canvas>,
    /// Where the next block goes.
    pub y: f32,
    /// Where the blocks of the page at hand start.
    top: f32,
}

impl<'a> Pages<'a> {
    /// No pages yet; `None` when the document has no section.
    pub fn new(fonts: &'a Fonts, document: &'a Document) -> Option<Self> {
        let section = document.sections.first()?;
        Some(Self { fonts, document, section, pages: Vec::new(), y: 0.0, top: 0.0 })
    }

    /// Starts a section on a new page and returns the page's number, from 1.
    pub fn start_section(&mut self, section: &'a Section, cover: bool) -> usize {
        self.section = section;
        if cover {
            self.pages.push(Canvas::new(section.landscape));
            self.draw_cover();
            self.top = self.y;
        } else {
            self.new_page();
        }
        self.pages.len()
    }

    /// Starts a page with the section's running head.
    pub fn new_page(&mut self) {
        self.pages.push(Canvas::new(self.section.landscape));
        self.draw_head();
        self.top = self.y;
    }

    /// The canvas of the page at hand.
    pub fn canvas(&mut self) -> &mut Canvas {
        if self.pages.is_empty() {
            self.new_page();
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// The left edge of the blocks.
    pub const fn left(&self) -> f32 {
        MARGIN
    }

    /// The width of the blocks.
    pub fn width(&self) -> f32 {
        (if self.section.landscape { LONG_SIDE } else { SHORT_SIDE }) - 2.0 * MARGIN
    }

    fn height(&self) -> f32 {
        if self.section.landscape { SHORT_SIDE } else { LONG_SIDE }
    }

    fn bottom(&self) -> f32 {
        self.height() - MARGIN - FOOT
    }

    /// The height that is left on the page at hand.
    pub fn room(&self) -> f32 {
        self.bottom() - self.y
    }

    /// The height of a continuation page, a little less where a head is to be of more than one line.
    pub fn page_room(&self) -> f32 {
        self.bottom() - MARGIN - 46.0
    }

    /// True when nothing but the head is on the page.
    pub fn at_top(&self) -> bool {
        self.y <= self.top + 0.01
    }

    /// Starts a new page unless `height` is left, or the page is still empty and so has no more to give.
    pub fn need(&mut self, height: f32) {
        if self.room() < height && !self.at_top() {
            self.new_page();
        }
    }

    fn draw_head(&mut self) {
        let (fonts, document, section) = (self.fonts, self.document, self.section);
        let (left, width) = (self.left(), self.width());
        let title = Style::semibold(13.0, ink::ACCENT);
        let company = Style::semibold(8.0, ink::TEXT);
        let period = Style::regular(8.0, ink::MUTED);
        let right_width = width * 0.42;
        let company_lines = fonts.wrap(&fonts.printable(&document.company), company.weight, company.size, right_width);
        let period_lines = fonts.wrap(&fonts.printable(&document.period), period.weight, period.size, right_width);
        let right_lines: Vec<_> = company_lines
            .iter()
            .map(|line| (line, company))
            .chain(period_lines.iter().map(|line| (line, period)))
            .collect();
        let widest =
            right_lines.iter().map(|(line, style)| fonts.width(line, style.weight, style.size)).fold(0.0, f32::max);
        let reference = fonts.printable(&section.reference);
        let indent = match reference.as_ref() {
            "" => 0.0,
            text => fonts.width(text, Weight::Semibold, title.size) + 10.0,
        };
        let titles =
            fonts.wrap(&fonts.printable(&section.title), title.weight, title.size, width - widest - indent - 18.0);

        let canvas = self.canvas();
        let top = MARGIN - 8.0;
        canvas.text(left, top + 13.0, &reference, Style::semibold(13.0, ink::RULE));
        for (place, line) in titles.iter().enumerate() {
            canvas.text(left + indent, top + 13.0 + 15.5 * place as f32, line, title);
        }
        for (place, (line, style)) in right_lines.iter().enumerate() {
            canvas.text_right(fonts, left + width, top + 8.0 + 10.5 * place as f32, line, *style);
        }
        let base = (top + 15.5 * titles.len() as f32).max(top + 10.5 * right_lines.len() as f32) + 6.0;
        canvas.line((left, base), (left + width, base), 0.9, ink::ACCENT);
        self.y = base + 16.0;
    }

    fn draw_cover(&mut self) {
        let (fonts, document, section) = (self.fonts, self.document, self.section);
        let (left, width) = (self.left(), self.width());
        let company = Style::semibold(11.0, ink::TEXT);
        let title = Style::semibold(30.0, ink::ACCENT);
        let period = Style::regular(16.0, ink::TEXT);
        let label = [section.reference.as_str(), section.title.as_str()].join("  ");
        let label = fonts.printable(label.trim()).into_owned();
        let lines =
            |text: &str, style: Style, width| fonts.wrap(&fonts.printable(text), style.weight, style.size, width);
        let company_lines = lines(&document.company, company, width * 0.6);
        let label_lines = lines(&label, Style::regular(9.0, ink::MUTED), width * 0.36);
        let title_lines = lines(&document.title, title, width);
        let period_lines = lines(&document.period, period, width);

        let canvas = self.canvas();
        let mut y = MARGIN;
        canvas.fill(left, y, width, 3.0, ink::ACCENT);
        y += 6.0;
        for (place, line) in label_lines.iter().enumerate() {
            canvas.text_right(
                fonts,
                left + width,
                y + 15.0 + 11.5 * place as f32,
                line,
                Style::regular(9.0, ink::MUTED),
            );
        }
        for line in &company_lines {
            y += 15.0;
            canvas.text(left, y, line, company);
        }
        y += 62.0;
        for line in &title_lines {
            canvas.text(left, y, line, title);
            y += 36.0;
        }
        y -= 6.0;
        for line in &period_lines {
            canvas.text(left, y, line, period);
            y += 21.0;
        }
        canvas.fill(left, y, 54.0, 2.0, ink::ACCENT);
        self.y = y + 34.0;
    }

    /// Draws the feet, now that the number of pages is known, and the bands of a warning, and gives up the pages.
    pub fn finish(mut self) -> Vec<PdfPage> {
        let count = self.pages.len().to_string();
        let style = Style::regular(7.5, ink::MUTED);
        let label = self.fonts.printable(&self.document.page_label).into_owned();
        let run = self.fonts.printable(&self.document.run).into_owned();
        let warning = self.document.warning.as_deref().map(|text| self.fonts.printable(text).into_owned());
        for (place, canvas) in self.pages.iter_mut().enumerate() {
            if let Some(warning) = &warning {
                canvas.band(self.fonts, warning);
            }
            let (left, right, y) = (MARGIN, canvas.width - MARGIN, canvas.height - MARGIN);
            canvas.line((left, y - 6.0), (right, y - 6.0), 0.4, ink::RULE);
            canvas.text(left, y + 5.0, &run, style);
            let numbered = label.replace("{pages}", &count).replace("{page}", &(place + 1).to_string());
            canvas.text_right(self.fonts, right, y + 5.0, &numbered, style);
        }
        self.pages.into_iter().map(Canvas::into_page).collect()
    }
}

impl Canvas {
    /// A warning from one edge of the page to the other, so that no copy of a part of it comes without one.
    fn band(&mut self, fonts: &Fonts, warning: &str) {
        const STYLE: Style = Style::semibold(9.5, ink::WHITE);
        self.fill(0.0, BAND_TOP, self.width, BAND_HEIGHT, ink::ALERT);
        let baseline = BAND_TOP + 12.0;
        self.text(MARGIN, baseline, warning, STYLE);
        self.text_right(fonts, self.width - MARGIN, baseline, warning, STYLE);
    }

    fn into_page(mut self) -> PdfPage {
        self.end_text();
        let frame = Rect::from_wh(Pt(self.width), Pt(self.height));
        PdfPage { media_box: frame.clone(), trim_box: frame.clone(), crop_box: frame, ops: self.ops }
    }
}
