use std::io::Write;

use super::*;
use crate::diagnostics::Code;
use crate::domain::hash::sha256_hex;
use crate::ingest::limits::{UNPACKED_RATIO_FREE, UNPACKED_RATIO_MAX};

struct Sample {
    folder: tempfile::TempDir,
    name: &'static str,
    bytes: Vec<u8>,
}

impl Sample {
    fn new(name: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        let (folder, bytes) = (tempfile::tempdir().unwrap(), bytes.into());
        std::fs::write(folder.path().join(name), &bytes).unwrap();
        Self { folder, name, bytes }
    }

    /// The text, once it is sure that the digest is that of the bytes on the disk.
    #[track_caller]
    fn text(&self, encoding: Encoding) -> String {
        let (text, digest) = read_text(self.folder.path(), self.name, encoding, TABLE_BYTES_MAX).unwrap();
        let expected = Digest { sha256: sha256_hex(&self.bytes), bytes: self.bytes.len() as u64 };
        assert_eq!(digest, expected);
        text
    }

    #[track_caller]
    fn fault(&self, encoding: Encoding) -> crate::diagnostics::Diagnostic {
        let mut faults = Faults::default();
        assert!(read_whole(self.folder.path(), self.name, encoding, &mut faults).is_none());
        assert_eq!(faults.total(), 1, "{faults}");
        faults.sorted()[0].clone()
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    let mut packer = zstd::Encoder::new(Vec::new(), 1).unwrap();
    // As the command `zstd` does; without it, damage is not always seen.
    packer.include_checksum(true).unwrap();
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

/// Lines that do not pack into nothing, longer than every buffer on the way.
fn long_text() -> String {
    (0_u64..60_000).map(|line| format!("{line},{:x}\n", line.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect()
}

#[test]
fn text_is_what_the_encoding_says() {
    use Encoding::{Latin1, Latin9, Utf8, Utf16, Windows1252};
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    for (encoding, bytes, expected) in [
        (Utf8, "Größe €\n".as_bytes().to_vec(), "Größe €\n"),
        (Utf8, b"\xEF\xBB\xBFa,b\n".to_vec(), "a,b\n"),
        (Latin1, b"\xEF\xBB\xBF\xC3\xA9\n".to_vec(), "é\n"),
        (Latin1, b"\xE9\xA4\x80\xFF\n".to_vec(), "é¤\u{80}ÿ\n"),
        (Latin9, b"\xE9\xA4\xBD\n".to_vec(), "é€œ\n"),
        (Windows1252, b"\xE9\x80\x93\n".to_vec(), "é€“\n"),
        (Utf16, utf16("a€\u{1F4B6}\n", u16::to_le_bytes), "a€\u{1F4B6}\n"),
        (Utf16, utf16("\u{FEFF}a€\n", u16::to_be_bytes), "a€\n"),
        (Utf8, utf16("\u{FEFF}a€\n", u16::to_le_bytes), "a€\n"),
        (Latin1, utf16("\u{FEFF}a€\n", u16::to_be_bytes), "a€\n"),
        (Utf8, Vec::new(), ""),
        (Latin9, b"a".to_vec(), "a"),
    ] {
        assert_eq!(Sample::new("a.csv", bytes.clone()).text(encoding), expected, "{encoding:?} {bytes:x?}");
        assert_eq!(Sample::new("a.csv.gz", gzip(&bytes)).text(encoding), expected, "{encoding:?} {bytes:x?}, packed");
    }
}

#[test]
fn long_texts_come_whole_in_every_encoding() {
    let text = long_text() + "é€\u{1F4B6}";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = [b"\xFE\xFF", &utf16[..]].concat();
    assert!(Sample::new("a.csv", marked).text(Encoding::Utf16) == text);
    let ascii = long_text();
    for encoding in [Encoding::Utf8, Encoding::Latin1, Encoding::Latin9, Encoding::Windows1252] {
        assert!(Sample::new("a.csv", ascii.as_str()).text(encoding) == ascii);
    }
}

#[test]
fn a_small_buffer_gets_every_byte() {
    let file = Sample::new("a.csv", "é€".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let mut source = Source::open(file.folder.path(), "a.csv", Encoding::Utf16).unwrap();
    let (mut byte, mut text) = ([0], Vec::new());
    while source.read(&mut byte).unwrap() == 1 {
        text.push(byte[0]);
    }
    assert_eq!(text, "é€".as_bytes());
}

#[test]
fn characters_that_an_encoding_lacks_are_told_with_their_line() {
    let long = long_text();
    let far = 1 + line_breaks(long.as_bytes());
    let behind = |bytes: &[u8]| [long.as_bytes(), bytes].concat();
    let utf16 = |units: &[u16]| units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>();
    for (encoding, bytes, line, value) in [
        (Encoding::Utf8, behind(b"a\xE9b\n"), far, ""),
        (Encoding::Windows1252, behind(b"ab\x81\n"), far, "81"),
        (Encoding::Windows1252, b"a\nb\n\x9D".to_vec(), 3, "9D"),
        (Encoding::Utf16, utf16(&[0x61, 0x0A, 0xD800, 0x62]), 2, "00 D8"),
        (Encoding::Utf16, [utf16(&[0x61, 0x0A]), vec![0x61]].concat(), 2, ""),
    ] {
        let fault = Sample::new("a.csv", bytes).fault(encoding);
        assert_eq!((fault.code, fault.place.line), (Code::NotUtf8, line), "{fault}");
        assert!(fault.value.ends_with(value), "{fault}");
    }
}

#[test]
fn encodings_that_nobody_named_are_told() {
    let utf16: Vec<u8> = "journal_id".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let fault = Sample::new("a.csv", utf16).fault(Encoding::Utf8);
    assert!(fault.message.contains("looks like UTF-16"), "{fault}");
    let fault = Sample::new("a.csv", b"\xFF\xFE\0\0a\0\0\0".to_vec()).fault(Encoding::Utf8);
    assert!(fault.message.contains("UTF-32"), "{fault}");
}

#[test]
fn packed_files_may_have_several_members() {
    let (first, second) = (long_text(), "the end\n".to_owned());
    let whole = first.clone() + &second;
    let pair = |pack: fn(&[u8]) -> Vec<u8>| [pack(first.as_bytes()), pack(b""), pack(second.as_bytes())].concat();
    assert!(Sample::new("a.csv.gz", pair(gzip)).text(Encoding::Utf8) == whole);
    assert!(Sample::new("a.csv.zst", pair(zstd)).text(Encoding::Utf8) == whole);
    // A frame that is skipped, as pzstd writes one before each of its own.
    let skipped = b"\x50\x2A\x4D\x18\x04\0\0\0size";
    assert!(Sample::new("a.csv.zst", [&skipped[..], &pair(zstd)].concat()).text(Encoding::Utf8) == whole);
}

#[test]
fn a_packed_file_that_ends_anywhere_too_early_is_truncated() {
    for (name, packed) in [("a.csv.gz", gzip(b"a,b\n1,2\n")), ("a.csv.zst", zstd(b"a,b\n1,2\n"))] {
        for length in 4..packed.len() {
            let fault = Sample::new(name, &packed[..length]).fault(Encoding::Utf8);
            assert_eq!(fault.code, Code::UnreadableFile, "{fault}");
            assert!(fault.message.ends_with("ends too early"), "{length} of {}: {fault}", packed.len());
        }
    }
    for (name, pack) in [("a.csv.gz", gzip as fn(&[u8]) -> Vec<u8>), ("a.csv.zst", zstd)] {
        let packed = pack(long_text().as_bytes());
        let fault = Sample::new(name, &packed[..packed.len() / 2]).fault(Encoding::Latin9);
        assert!(fault.message.ends_with("ends too early"), "{fault}");
    }
}

#[test]
fn what_follows_packed_text_is_told() {
    for (name, packed) in [("a.csv.gz", gzip(b"a,b\n")), ("a.csv.zst", zstd(b"a,b\n"))] {
        for garbage in [&b"x"[..], b"\0\0\0\0", b"a,b\n1,2\n"] {
            let fault = Sample::new(name, [&packed[..], garbage].concat()).fault(Encoding::Utf8);
            assert!(fault.message.ends_with("is not packed"), "{fault}");
        }
    }
}

#[test]
fn damaged_packed_files_are_told() {
    for (name, mut packed) in [("a.csv.gz", gzip(b"a,b\n1,2\n")), ("a.csv.zst", zstd(long_text().as_bytes()))] {
        let middle = packed.len() / 2;
        packed[middle] ^= 0xFF;
        let fault = Sample::new(name, packed).fault(Encoding::Utf8);
        assert_eq!(fault.code, Code::UnreadableFile, "{fault}");
        assert!(fault.message.contains("cannot be unpacked") || fault.message.contains("too early"), "{fault}");
    }
}

#[test]
fn a_name_and_its_file_agree() {
    for (name, bytes, words) in [
        ("a.csv", gzip(b"a"), "packed with gzip, and its name does not say so"),
        ("a.csv", zstd(b"a"), "packed with zstd, and its name does not say so"),
        ("a.csv.gz", b"a,b\n".to_vec(), "not packed with gzip"),
        ("a.csv.gz", zstd(b"a"), "not packed with gzip"),
        ("a.csv.zst", Vec::new(), "not packed with zstd"),
        ("a.csv", b"PK\x03\x04and more".to_vec(), "a workbook or a ZIP archive"),
        ("a.csv", b"PAR1\x15\x04\x15\x80".to_vec(), "it is Parquet"),
    ] {
        let fault = Sample::new(name, bytes).fault(Encoding::Utf8);
        assert_eq!(fault.code, Code::UnreadableFile, "{fault}");
        assert!(fault.message.contains(words), "{fault}");
    }
}

#[test]
fn a_file_that_grows_without_end_is_given_up() {
    let zeros = vec![0x20; usize::try_from(2 * UNPACKED_RATIO_FREE).unwrap()];
    let packed = zstd(&zeros);
    assert!(packed.len() as u64 * UNPACKED_RATIO_MAX < zeros.len() as u64, "the packed text is not small enough");
    let fault = Sample::new("a.csv.zst", packed).fault(Encoding::Utf8);
    assert_eq!(fault.code, Code::LimitExceeded, "{fault}");
    assert!(fault.message.contains("grows without end"), "{fault}");
}

#[test]
fn a_text_that_is_too_large_is_given_up() {
    let file = Sample::new("a.csv.gz", gzip(b"0123456789"));
    assert!(read_text(file.folder.path(), file.name, Encoding::Utf8, 10).is_ok());
    let error = read_text(file.folder.path(), file.name, Encoding::Utf8, 9).unwrap_err();
    assert!(matches!(error, StreamError::TooLarge { most: 9 }), "{error}");
}

#[test]
fn what_is_no_file_is_told() {
    let file = Sample::new("a.csv", "");
    let mut faults = Faults::default();
    assert_eq!(read_whole(file.folder.path(), "b.csv", Encoding::Utf8, &mut faults), None);
    assert_eq!(read_whole(file.folder.path(), ".", Encoding::Utf8, &mut faults), None);
    let codes: Vec<Code> = faults.sorted().iter().map(|fault| fault.code).collect();
    assert_eq!(codes, [Code::UnreadableFile, Code::MissingFile]);
}

#[test]
fn a_digest_is_of_the_whole_file_however_much_was_read() {
    let text = long_text();
    for (name, bytes) in [("a.csv", text.clone().into_bytes()), ("a.csv.gz", gzip(text.as_bytes()))] {
        let file = Sample::new(name, bytes);
        let mut source = Source::open(file.folder.path(), name, Encoding::Utf8).unwrap();
        let mut first = [0; 16];
        source.read_exact(&mut first).unwrap();
        assert!(source.bytes_read() >= 16);
        let digest = source.finish().unwrap();
        assert_eq!(digest, Digest { sha256: sha256_hex(&file.bytes), bytes: file.bytes.len() as u64 });
    }
}

#[test]
fn what_has_failed_once_fails_ever_after() {
    let packed = gzip(long_text().as_bytes());
    let file = Sample::new("a.csv.gz", &packed[..packed.len() / 2]);
    let mut source = Source::open(file.folder.path(), file.name, Encoding::Utf8).unwrap();
    let mut text = Vec::new();
    let expected = StreamError::Truncated { packing: packed::Packing::Gzip };
    for _ in 0..2 {
        assert_eq!(StreamError::from(source.read_to_end(&mut text).unwrap_err()), expected);
    }
    assert!(!text.is_empty());
    assert_eq!(source.finish(), Err(expected));
}
