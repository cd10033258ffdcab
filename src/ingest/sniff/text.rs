//! The first bytes of a file as text: unpacked, and in the encoding that they have.

use std::io::Read;

use encoding_rs::{ISO_8859_15, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::book::Choice;
use crate::book::layout::Encoding;

/// The text of a file's first bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    pub encoding: Encoding,
    /// What could not be told of the encoding, as a sentence without its full stop.
    pub doubt: Option<String>,
}

/// Bytes of a text of which this many in a thousand are zero are UTF-16.
const ZEROS_PER_MILLE: usize = 250;

/// The unpacked bytes of a file, at most as many as asked for; nothing where it is packed and cannot be unpacked.
#[must_use]
pub fn unpacked(bytes: &[u8], most: u64) -> Option<Vec<u8>> {
    match bytes {
        [0x1f, 0x8b, ..] => beginning(flate2::read::MultiGzDecoder::new(bytes), most),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => beginning(zstd::stream::read::Decoder::new(bytes).ok()?, most),
        _ => Some(bytes.to_vec()),
    }
}

/// What can be read up to the limit or to where the bytes end, which may be in the middle.
fn beginning(reader: impl Read, most: u64) -> Option<Vec<u8>> {
    let mut found = Vec::new();
    let ended = reader.take(most).read_to_end(&mut found);
    (ended.is_ok() || !found.is_empty()).then_some(found)
}

/// The text of bytes, which may end in the middle of a letter.
#[must_use]
pub fn decoded(bytes: &[u8]) -> Decoded {
    let sure = |text: String, encoding| Decoded { text, encoding, doubt: None };
    let utf_16 = |bytes: &[u8], form: &'static encoding_rs::Encoding| {
        let even = &bytes[..bytes.len() / 2 * 2];
        sure(form.decode_without_bom_handling(even).0.into_owned(), Encoding::Utf16)
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => sure(String::from_utf8_lossy(rest).into_owned(), Encoding::Utf8),
        [0xff, 0xfe, rest @ ..] => utf_16(rest, UTF_16LE),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, UTF_16BE),
        _ if has_zeros_at(bytes, 1) => utf_16(bytes, UTF_16LE),
        _ => match utf_8(bytes) {
            Some(text) => sure(text.to_owned(), Encoding::Utf8),
            None => one_byte_a_letter(bytes),
        },
    }
}

/// The encoding that an XML text says it has; nothing for another text, and where the text says nothing.
#[must_use]
pub fn declared(text: &str) -> Option<Encoding> {
    let declaration = text.strip_prefix("<?xml")?.split("?>").next()?;
    let quoted = declaration.split("encoding=").nth(1)?;
    let name = quoted.split(['"', '\'']).nth(1)?.to_ascii_lowercase();
    // A text that was read as UTF-16 already says nothing new.
    Encoding::from_name(&name).filter(|encoding| *encoding != Encoding::Utf16)
}

/// The text of bytes that are said to be in an encoding of one byte a letter, or in UTF-8.
#[must_use]
pub fn in_encoding(bytes: &[u8], encoding: Encoding) -> Decoded {
    let form = match encoding {
        Encoding::Latin9 => ISO_8859_15,
        Encoding::Latin1 | Encoding::Windows1252 => WINDOWS_1252,
        Encoding::Utf8 | Encoding::Utf16 => return Decoded { encoding, ..decoded(bytes) },
    };
    Decoded { text: form.decode_without_bom_handling(bytes).0.into_owned(), encoding, doubt: None }
}

/// The bytes as UTF-8 up to a letter that is cut off; nothing where they are not.
fn utf_8(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok(),
        Err(_) => None,
    }
}

/// True where every second byte, from the first or the second on, is often zero, as in UTF-16 of Western texts.
fn has_zeros_at(bytes: &[u8], first: usize) -> bool {
    let looked_at = &bytes[..bytes.len().min(4_096)];
    let zeros = looked_at.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    zeros * 2_000 > looked_at.len() * ZEROS_PER_MILLE
}

/// Letters that ISO 8859-15 has changed, and bytes that only Windows writes, tell the three encodings apart; where
/// there are none, they agree.
fn one_byte_a_letter(bytes: &[u8]) -> Decoded {
    let differs = |byte: &&u8| matches!(**byte, 0xa4 | 0xa6 | 0xa8 | 0xb4 | 0xb8 | 0xbc..=0xbe);
    if bytes.iter().any(|byte| (0x80..0xa0).contains(byte)) {
        let text = WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
        return Decoded { text, encoding: Encoding::Windows1252, doubt: None };
    }
    let Some(byte) = bytes.iter().find(differs) else {
        let text = bytes.iter().map(|byte| char::from(*byte)).collect();
        return Decoded { text, encoding: Encoding::Latin1, doubt: None };
    };
    let text = ISO_8859_15.decode_without_bom_handling(bytes).0.into_owned();
    let letter = ISO_8859_15.decode_without_bom_handling(&[*byte]).0.into_owned();
    let doubt =
        format!("the encoding may be iso-8859-1 as well: the file has \"{}\" or \"{letter}\"", char::from(*byte));
    Decoded { text, encoding: Encoding::Latin9, doubt: Some(doubt) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(bytes: &[u8]) -> (Encoding, String) {
        let decoded = decoded(bytes);
        (decoded.encoding, decoded.text)
    }

    #[test]
    fn encodings_are_told_apart() {
        let prüfung = || "Prüfung".to_owned();
        assert_eq!(encoding("Prüfung".as_bytes()), (Encoding::Utf8, prüfung()));
        assert_eq!(encoding("\u{feff}Prüfung".as_bytes()), (Encoding::Utf8, prüfung()));
        assert_eq!(encoding(b"Pr\xfcfung"), (Encoding::Latin1, prüfung()));
        assert_eq!(encoding(b"Pr\xfcfung \x80"), (Encoding::Windows1252, "Prüfung €".to_owned()));
        let little: Vec<u8> = "Prüfung".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}Prüfung".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(encoding(&little), (Encoding::Utf16, prüfung()));
        assert_eq!(encoding(&big), (Encoding::Utf16, prüfung()));
        assert_eq!(encoding(&[b"\xff\xfe", &little[..]].concat()), (Encoding::Utf16, prüfung()));
    }

    #[test]
    fn a_letter_that_two_encodings_have_otherwise_is_a_doubt() {
        let decoded = decoded(b"10 \xa4");
        assert_eq!((decoded.encoding, decoded.text.as_str()), (Encoding::Latin9, "10 €"));
        assert!(decoded.doubt.is_some_and(|doubt| doubt.contains("\"¤\" or \"€\"")));
    }

    #[test]
    fn an_xml_text_says_its_encoding() {
        let of = |text: &str| declared(text);
        assert_eq!(of("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><AuditFile/>"), Some(Encoding::Latin1));
        assert_eq!(of("<?xml version='1.0' encoding='utf-8'?>"), Some(Encoding::Utf8));
        assert_eq!(
            (of("<?xml version=\"1.0\"?>"), of("encoding=\"iso-8859-1\""), of("<AuditFile/>")),
            (None, None, None)
        );
        assert_eq!(in_encoding(b"Pr\xfcfung", Encoding::Latin1).text, "Prüfung");
        assert_eq!(in_encoding(b"\xa4", Encoding::Latin9).text, "€");
    }

    #[test]
    fn a_letter_that_is_cut_off_is_left_out() {
        assert_eq!(encoding(&"Prü".as_bytes()[..3]), (Encoding::Utf8, "Pr".to_owned()));
    }

    #[test]
    fn packed_files_are_looked_into_as_far_as_they_go() {
        use std::io::Write;
        let text = "a,b\n".repeat(5_000);
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text.as_bytes()).expect("packed");
        let packed = packer.finish().expect("packed");
        assert_eq!(unpacked(&packed, 1 << 20).as_deref(), Some(text.as_bytes()));
        assert_eq!(unpacked(&packed, 10).as_deref(), Some(&text.as_bytes()[..10]));
        let cut = unpacked(&packed[..packed.len() - 9], 1 << 20).expect("its beginning");
        assert!(text.as_bytes().starts_with(&cut));
        assert_eq!(unpacked(b"\x1f\x8bnot packed", 10), None);
        let framed = zstd::stream::encode_all(text.as_bytes(), 1).expect("packed");
        assert_eq!(unpacked(&framed, 1 << 20).as_deref(), Some(text.as_bytes()));
    }
}
