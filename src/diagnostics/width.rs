//! How wide letters are on a terminal, so that a caret stands under the right one.

/// Letters that take no column: what is put over or into the letter before.
const COMBINING: &[(u32, u32)] = &[
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05BD),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0E34, 0x0E3A),
    (0x0E47, 0x0E4E),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x200C, 0x200D),
    (0x20D0, 0x20FF),
    (0x3099, 0x309A),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
];

/// Letters that take two columns (Unicode Standard Annex 11: wide and fullwidth), in coarse ranges.
const WIDE: &[(u32, u32)] = &[
    (0x1100, 0x115F),
    (0x2E80, 0x303E),
    (0x3041, 0x33FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA000, 0xA4CF),
    (0xA960, 0xA97C),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE6F),
    (0xFF01, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x1F300, 0x1F64F),
    (0x1F680, 0x1F6FF),
    (0x1F900, 0x1F9FF),
    (0x1FA70, 0x1FAFF),
    (0x20000, 0x3FFFD),
];

/// The columns that a letter takes; control characters are escaped before.
pub(super) fn columns(letter: char) -> usize {
    let within = |ranges: &[(u32, u32)]| {
        let code = u32::from(letter);
        ranges.iter().any(|(first, last)| (*first..=*last).contains(&code))
    };
    match letter {
        ' '..='~' => 1,
        _ if within(COMBINING) => 0,
        _ if within(WIDE) => 2,
        _ => 1,
    }
}

/// A letter as a terminal may show it: what would move the cursor, hide itself or turn the text around is escaped.
pub(super) fn shown(letter: char) -> String {
    match letter {
        '\t' => "    ".to_owned(),
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => letter.escape_unicode().to_string(),
        '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => letter.escape_unicode().to_string(),
        _ if letter.is_control() => letter.escape_default().to_string(),
        _ => letter.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_their_width() {
        for (letter, width) in [('a', 1), ('é', 1), ('\u{301}', 0), ('中', 2), ('ｱ', 1), ('€', 1), ('📦', 2), ('한', 2)]
        {
            assert_eq!(columns(letter), width, "{letter}");
        }
    }

    #[test]
    fn what_would_disturb_a_terminal_is_escaped() {
        for (letter, text) in [
            ('\u{1b}', "\\u{1b}"),
            ('\n', "\\n"),
            ('\r', "\\r"),
            ('\0', "\\u{0}"),
            ('\u{202e}', "\\u{202e}"),
            ('\u{9b}', "\\u{9b}"),
            ('\t', "    "),
            ('é', "é"),
        ] {
            assert_eq!(shown(letter), text);
        }
    }
}
