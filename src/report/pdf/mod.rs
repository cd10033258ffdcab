//! The report on paper: a document's blocks laid out on pages and written as a PDF.
//!
//! The bytes depend on the document alone: no clock, no random number, no path of a machine.

mod blocks;
mod chart;
mod format;
mod page;
mod table;
mod text;

use lopdf::{Dictionary, Object, StringFormat};
use printpdf::{PageAnnotId, PageAnnotation, PdfDocument, PdfFont, PdfPage, PdfSaveOptions};

use self::blocks::{Cards, Heading, Paragraph, SignOff};
use self::chart::ChartLayout;
use self::page::Pages;
use self::table::TableLayout;
use self::text::Fonts;
use super::model::{Block, Document, Section};

const PRODUCER: &str = "closepack";
/// The gap below a block that is not a heading.
const GAP: f32 = 16.0;
/// The gap above a heading that is not the first block of its page.
const HEADING_GAP: f32 = 4.0;

/// Why a report could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The document has no section, so it would have no page.
    #[error("the report has no section")]
    NoSection,
    /// A font that is compiled in cannot be read.
    #[error("a font of the report cannot be read")]
    Font,
    /// The drawing library reported an error.
    #[error("the PDF could not be built: {0}")]
    Build(String),
    /// The PDF could not be put into bytes.
    #[error("the PDF could not be written")]
    Write(#[from] std::io::Error),
}

/// Draws a report as the bytes of a PDF. The same document gives the same bytes.
///
/// # Errors
/// [`PdfError`] when the document has no section, or when the PDF cannot be built.
pub fn render(document: &Document) -> Result<Vec<u8>, PdfError> {
    let fonts = Fonts::load()?;
    let mut pages = Pages::new(&fonts, document).ok_or(PdfError::NoSection)?;
    let mut bookmarks = Vec::with_capacity(document.sections.len());
    for (place, section) in document.sections.iter().enumerate() {
        let page = pages.start_section(section, place == 0);
        let name = format!("{} {}", section.reference, section.title).trim().to_owned();
        bookmarks.push(PageAnnotation { name, page });
        draw_section(&mut pages, section, &document.continued);
    }
    let pages = pages.finish();
    write(document, pages, bookmarks, fonts)
}

/// A block fitted to the width of its section.
enum Piece {
    Heading(Heading),
    Paragraph(Paragraph),
    Cards(Cards),
    Table(TableLayout),
    Chart(ChartLayout),
    SignOff(SignOff),
}

impl Piece {
    fn new(pages: &Pages<'_>, block: &Block) -> Self {
        let (fonts, width) = (pages.fonts, pages.width());
        match block {
            Block::Heading(text) => Self::Heading(Heading::new(fonts, text, width)),
            Block::Paragraph(text) => Self::Paragraph(Paragraph::new(fonts, text, width)),
            Block::KeyFigures(figures) => Self::Cards(Cards::new(fonts, figures, width)),
            Block::Table(table) => Self::Table(TableLayout::new(fonts, table, width, pages.page_room())),
            Block::Waterfall(chart) => Self::Chart(ChartLayout::new(fonts, chart, width)),
            Block::SignOff(lines) => Self::SignOff(SignOff::new(fonts, lines, width)),
        }
    }

    /// The height that the start of the block takes, which must not be parted.
    fn lead_height(&self, fonts: &Fonts) -> f32 {
        match self {
            Self::Heading(heading) => heading.height(),
            Self::Paragraph(paragraph) => paragraph.lead_height(),
            Self::Cards(cards) => cards.lead_height(),
            Self::Table(table) => table.lead_height(fonts),
            Self::Chart(chart) => chart.lead_height(),
            Self::SignOff(lines) => lines.lead_height(),
        }
    }

    fn draw(&self, pages: &mut Pages<'_>, continued: &str) {
        match self {
            Self::Heading(heading) => heading.draw(pages),
            Self::Paragraph(paragraph) => paragraph.draw(pages),
            Self::Cards(cards) => cards.draw(pages),
            Self::Table(table) => table.draw(pages, continued),
            Self::Chart(chart) => chart.draw(pages),
            Self::SignOff(lines) => lines.draw(pages),
        }
    }
}

fn draw_section(pages: &mut Pages<'_>, section: &Section, continued: &str) {
    let pieces: Vec<Piece> = section.blocks.iter().map(|block| Piece::new(pages, block)).collect();
    for (place, piece) in pieces.iter().enumerate() {
        if let Piece::Heading(_) = piece {
            if !pages.at_top() {
                pages.y += HEADING_GAP;
            }
            // Headings in a row, and the start of the block below them, stand on one page.
            let rest = &pieces[place..];
            let headings = rest.iter().take_while(|piece| matches!(piece, Piece::Heading(_))).count();
            let lead = rest.iter().take(headings + 1).map(|piece| piece.lead_height(pages.fonts)).sum();
            pages.need(lead);
            piece.draw(pages, continued);
        } else {
            piece.draw(pages, continued);
            pages.y += GAP;
        }
    }
}

fn write(
    document: &Document,
    pages: Vec<PdfPage>,
    bookmarks: Vec<PageAnnotation>,
    fonts: Fonts,
) -> Result<Vec<u8>, PdfError> {
    let mut pdf = PdfDocument::new(&document.title);
    pdf.metadata.info.author.clone_from(&document.company);
    pdf.metadata.info.subject.clone_from(&document.period);
    pdf.metadata.info.creator = PRODUCER.to_owned();
    pdf.metadata.info.producer = PRODUCER.to_owned();
    // The library would give fonts and bookmarks random names; these are ours. Its dates stay at 1970.
    for (name, face) in fonts.into_faces() {
        pdf.resources.fonts.map.insert(name, PdfFont::new(face));
    }
    for (place, bookmark) in bookmarks.into_iter().enumerate() {
        pdf.bookmarks.map.insert(PageAnnotId(format!("{place:06}")), bookmark);
    }
    pdf.with_pages(pages);
    let mut warnings = Vec::new();
    let mut file = pdf.to_lopdf_document(&PdfSaveOptions::default(), &mut warnings);
    let is_error = |warning: &&printpdf::PdfWarnMsg| warning.severity == printpdf::PdfParseErrorSeverity::Error;
    if let Some(error) = warnings.iter().find(is_error) {
        return Err(PdfError::Build(error.msg.clone()));
    }
    complete(&mut file);
    compress(&mut file)?;
    let identity = identity(&file);
    file.trailer.set("ID", Object::Array(vec![identity.clone(), identity]));
    let mut bytes = Vec::new();
    file.save_to(&mut bytes)?;
    Ok(bytes)
}

/// Compresses the streams, on all processors: it is most of the work of a large report.
fn compress(file: &mut lopdf::Document) -> Result<(), PdfError> {
    let mut streams: Vec<_> = file
        .objects
        .values_mut()
        .filter_map(|object| object.as_stream_mut().ok())
        .filter(|stream| stream.allows_compression)
        .collect();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let share = streams.len().div_ceil(workers).max(1);
    let all = |part: &mut [&mut lopdf::Stream]| part.iter_mut().try_for_each(|stream| stream.compress());
    std::thread::scope(|scope| {
        let running: Vec<_> = streams.chunks_mut(share).map(|part| scope.spawn(move || all(part))).collect();
        running.into_iter().try_for_each(|worker| match worker.join() {
            Ok(outcome) => outcome.map_err(|error| PdfError::Build(error.to_string())),
            Err(_) => Err(PdfError::Build("a worker stopped".to_owned())),
        })
    })
}

/// Sets what the drawing library leaves out or gets wrong.
fn complete(file: &mut lopdf::Document) {
    if let Ok(catalog) = file.catalog_mut() {
        catalog.set("PageMode", Object::Name(b"UseOutlines".to_vec()));
        catalog.set("Lang", Object::string_literal("en-US"));
        let mut preferences = Dictionary::new();
        preferences.set("DisplayDocTitle", true);
        catalog.set("ViewerPreferences", preferences);
    }
    let info = file.trailer.get(b"Info").and_then(Object::as_reference);
    if let Ok(info) = info.and_then(|id| file.get_object_mut(id)).and_then(Object::as_dict_mut) {
        // These are empty.
        for key in [b"GTS_PDFXVersion".as_slice(), b"Identifier", b"Keywords"] {
            info.remove(key);
        }
    }
}

/// The file's identifier, from its content: an FNV-1a hash of 128 bits. It names the file and proves nothing.
fn identity(file: &lopdf::Document) -> Object {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    const START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let streams = file.objects.values().filter_map(|object| object.as_stream().ok());
    let hash = streams
        .flat_map(|stream| stream.content.iter())
        .fold(START, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME));
    Object::String(hash.to_be_bytes().to_vec(), StringFormat::Hexadecimal)
}

#[cfg(test)]
mod tests;
