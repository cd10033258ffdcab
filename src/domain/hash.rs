//! SHA-256 as the pack prints it.

use std::fmt::Write;
use std::io::{ErrorKind, Read};

use sha2::{Digest, Sha256};

/// SHA-256 of bytes, in lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// How much of a file is in memory while its hash is made.
const PIECE_BYTES: usize = 1 << 18;

/// SHA-256 of all that a reader gives, in lower-case hex.
///
/// # Errors
/// What the reader refuses.
pub fn sha256_hex_of(reader: &mut impl Read) -> std::io::Result<String> {
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; PIECE_BYTES]);
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(hex(&hasher.finalize())),
            Ok(length) => hasher.update(&piece[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Bytes in lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of FIPS 180-2.
    #[test]
    fn known_answer() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn the_hash_of_pieces_is_that_of_the_whole() {
        for length in [0, 1, PIECE_BYTES, 2 * PIECE_BYTES + 3] {
            let bytes = vec![7; length];
            assert_eq!(sha256_hex_of(&mut bytes.as_slice()).ok(), Some(sha256_hex(&bytes)));
        }
    }
}
