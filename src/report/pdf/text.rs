//! The embedded fonts: the widths of their letters, and the breaking of text into lines.

use std::borrow::Cow;

use printpdf::{FontId, ParsedFont};

use super::PdfError;

const REGULAR: &[u8] = include_bytes!("../../../templates/fonts/IBMPlexSans-Regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../../../templates/fonts/IBMPlexSans-SemiBold.ttf");

/// Code points below this have their widths in a table; the others are looked up in the font.
const TABLED: usize = 0x250;

/// What is printed for a character that the font lacks.
const SUBSTITUTE: char = '?';

/// One of the two weights of the report's typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Semibold,
}

/// The two faces of the report, parsed once for each rendering.
pub struct Fonts {
    regular: Face,
    semibold: Face,
}

struct Face {
    parsed: ParsedFont,
    units_per_em: f32,
    /// Widths in font units; `None` for a character that the font lacks.
    widths: Vec<Option<u16>>,
}

impl Fonts {
    /// Parses the fonts that are compiled in.
    ///
    /// # Errors
    /// [`PdfError::Font`] when a font file is damaged.
    pub fn load() -> Result<Self, PdfError> {
        Ok(Self { regular: Face::parse(REGULAR)?, semibold: Face::parse(SEMIBOLD)? })
    }

    /// The faces under the fixed names that the pages refer to them by.
    pub fn into_faces(self) -> [(FontId, ParsedFont); 2] {
        [(font_id(Weight::Regular), self.regular.parsed), (font_id(Weight::Semibold), self.semibold.parsed)]
    }

    fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Semibold => &self.semibold,
        }
    }

    /// The width of a line of text, in points.
    pub fn width(&self, text: &str, weight: Weight, size: f32) -> f32 {
        self.face(weight).units(text) * size / self.face(weight).units_per_em
    }

    /// The width of the longest word of a text, in points: the narrowest column that need not break a word.
    pub fn longest_word(&self, text: &str, weight: Weight, size: f32) -> f32 {
        text.split_whitespace().map(|word| self.width(word, weight, size)).fold(0.0, f32::max)
    }

    /// The text with a stand-in for each character that cannot be printed. Line feeds stay.
    pub fn printable<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let fits = |letter: char| letter == '\n' || (!letter.is_control() && self.regular.advance(letter).is_some());
        if text.chars().all(fits) {
            return Cow::Borrowed(text);
        }
        let stand_in = |letter: char| match letter {
            letter if fits(letter) => letter,
            letter if letter.is_whitespace() || letter.is_control() => ' ',
            _ => SUBSTITUTE,
        };
        Cow::Owned(text.chars().map(stand_in).collect())
    }

    /// Breaks a text into lines no wider than `width`: at spaces, or within a word that alone is too wide.
    ///
    /// A text without words gives one empty line.
    pub fn wrap(&self, text: &str, weight: Weight, size: f32, width: f32) -> Vec<String> {
        let face = self.face(weight);
        // A hair of tolerance, so that a column measured from this very text does not break it.
        let room = (width + 0.01) * face.units_per_em / size;
        let space = face.units(" ");
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            let mut line = String::new();
            let mut used = 0.0;
            for word in paragraph.split_whitespace() {
                let length = face.units(word);
                if !line.is_empty() && used + space + length <= room {
                    line.push(' ');
                    line.push_str(word);
                    used += space + length;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                if length <= room {
                    line.push_str(word);
                    used = length;
                } else {
                    (line, used) = face.break_word(word, room, &mut lines);
                }
            }
            lines.push(line);
        }
        lines
    }
}

impl Face {
    fn parse(bytes: &[u8]) -> Result<Self, PdfError> {
        let parsed = ParsedFont::from_bytes(bytes, 0, &mut Vec::new()).ok_or(PdfError::Font)?;
        let widths = (0..TABLED).map(|code| u32::try_from(code).ok().and_then(|code| look_up(&parsed, code))).collect();
        let units_per_em = f32::from(parsed.font_metrics.units_per_em).max(1.0);
        Ok(Self { parsed, units_per_em, widths })
    }

    fn advance(&self, letter: char) -> Option<u16> {
        let code = u32::from(letter);
        match self.widths.get(code as usize) {
            Some(width) => *width,
            None => look_up(&self.parsed, code),
        }
    }

    fn units(&self, text: &str) -> f32 {
        let substitute = self.advance(SUBSTITUTE).unwrap_or_default();
        text.chars().map(|letter| f32::from(self.advance(letter).unwrap_or(substitute))).sum()
    }

    /// Cuts a word that is wider than a line; the full lines go to `lines`, the rest is returned with its width.
    fn break_word(&self, word: &str, room: f32, lines: &mut Vec<String>) -> (String, f32) {
        let mut line = String::new();
        let mut used = 0.0;
        for letter in word.chars() {
            let advance = f32::from(self.advance(letter).unwrap_or_default());
            if !line.is_empty() && used + advance > room {
                lines.push(self.cut_at_mark(&mut line));
                used = self.units(&line);
            }
            line.push(letter);
            used += advance;
        }
        (line, used)
    }

    /// Takes a full line off, ending at its last hyphen, slash or the like if it has one beyond its first third.
    fn cut_at_mark(&self, line: &mut String) -> String {
        let mark = line.char_indices().rfind(|(_, letter)| matches!(letter, '-' | '/' | '_' | ',' | ';'));
        match mark {
            Some((at, letter)) if at * 3 > line.len() && at + letter.len_utf8() < line.len() => {
                let rest = line.split_off(at + letter.len_utf8());
                std::mem::replace(line, rest)
            }
            _ => std::mem::take(line),
        }
    }
}

fn look_up(parsed: &ParsedFont, code: u32) -> Option<u16> {
    let glyph = parsed.lookup_glyph_index(code).filter(|glyph| *glyph != 0)?;
    Some(parsed.get_horizontal_advance(glyph))
}

/// The fixed name of a face. Six capitals, for its start becomes the tag of the embedded subset.
pub fn font_id(weight: Weight) -> FontId {
    match weight {
        Weight::Regular => FontId("PLEXRG".to_owned()),
        Weight::Semibold => FontId("PLEXSB".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_have_one_width_in_both_weights() -> Result<(), PdfError> {
        let fonts = Fonts::load()?;
        let widths = |weight| "0123456789".chars().map(move |digit| (digit, weight)).collect::<Vec<_>>();
        for (digit, weight) in widths(Weight::Regular).into_iter().chain(widths(Weight::Semibold)) {
            assert!((fonts.width(&digit.to_string(), weight, 10.0) - 6.0).abs() < 1e-4, "{digit} {weight:?}");
        }
        Ok(())
    }

    #[test]
    fn wraps_within_the_width_and_loses_nothing() -> Result<(), PdfError> {
        let fonts = Fonts::load()?;
        let text = "Accrued severance for 1,204 employees Donaudampfschifffahrtsgesellschaft of the exited locations";
        for width in [20.0, 45.0, 90.0, 400.0] {
            let lines = fonts.wrap(text, Weight::Regular, 9.0, width);
            for line in &lines {
                assert!(fonts.width(line, Weight::Regular, 9.0) <= width + 0.02, "{line:?} at {width}");
            }
            let kept = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(kept(&lines.concat()), kept(text));
        }
        assert_eq!(fonts.wrap("", Weight::Regular, 9.0, 50.0), [""]);
        assert_eq!(fonts.wrap("a\nb", Weight::Regular, 9.0, 50.0), ["a", "b"]);
        Ok(())
    }

    #[test]
    fn a_text_fits_in_its_own_width() -> Result<(), PdfError> {
        let fonts = Fonts::load()?;
        let text = "Cash held under the exit plan";
        let width = fonts.width(text, Weight::Semibold, 7.3);
        assert_eq!(fonts.wrap(text, Weight::Semibold, 7.3, width), [text]);
        Ok(())
    }

    #[test]
    fn prints_a_stand_in_for_what_the_font_lacks() -> Result<(), PdfError> {
        let fonts = Fonts::load()?;
        assert_eq!(fonts.printable("a\tb\u{4e2d}\u{7}"), "a b? ");
        assert!(matches!(fonts.printable("Größe – 5 €"), Cow::Borrowed(_)));
        Ok(())
    }
}
