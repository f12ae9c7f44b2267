//! Unambiguous framing, hashing and comparing.

use aws_lc_rs::{constant_time, digest};

/// Puts parts together so that no two lists of parts give the same bytes: each is led by its length.
pub(crate) fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// SHA-256 (FIPS 180-4) of the parts put one after the other, without any framing.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    bytes32(context.finish().as_ref())
}

/// SHA-256 of what comes piece by piece.
pub struct Sha256(digest::Context);

impl Default for Sha256 {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Sha256 {
    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The hash of all pieces.
    pub fn finish(self) -> [u8; 32] {
        bytes32(self.0.finish().as_ref())
    }
}

/// Whether two byte strings are equal, in a time that tells only their lengths.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// The 32 bytes that a SHA-256 or an HMAC of it is.
pub(crate) fn bytes32(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_keeps_parts_apart() {
        assert_ne!(framed(&[b"ab", b"c"]), framed(&[b"a", b"bc"]));
        assert_ne!(framed(&[b"ab"]), framed(&[b"ab", b""]));
    }

    #[test]
    fn sha256_is_the_known_one() {
        let abc = sha256(&[b"a", b"bc"]);
        assert_eq!(abc[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert!(constant_time_eq(&abc, &sha256(&[b"abc"])));
        assert!(!constant_time_eq(&abc, &abc[1..]));
        let mut pieces = Sha256::default();
        [b"a".as_slice(), b"", b"bc"].into_iter().for_each(|piece| pieces.update(piece));
        assert_eq!(pieces.finish(), abc);
    }
}
