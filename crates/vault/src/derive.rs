//! Keys from keys, and keyed hashes.

use aws_lc_rs::{hkdf, hmac};

use crate::KeyBytes;
use crate::frame::{bytes32, framed};

/// Parts these derivations from those of any other program.
const SALT: &[u8] = b"outro vault 1";

/// HKDF-SHA-256 (RFC 5869): the key of `secret` for this label and these parts.
pub(crate) fn derive(secret: &[u8; 32], label: &str, parts: &[&[u8]]) -> KeyBytes {
    let info = [framed(&[label.as_bytes()]), framed(parts)].concat();
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(secret);
    let info = [info.as_slice()];
    let expanded = extracted.expand(&info, hkdf::HKDF_SHA256).expect("HKDF-SHA-256 gives 32 bytes");
    KeyBytes::filled(|key| expanded.fill(key).expect("HKDF-SHA-256 gives 32 bytes"))
}

/// A keyed hash, HMAC-SHA-256 (RFC 2104).
pub(crate) struct Mac(hmac::Key);

impl Mac {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The tag of the parts, each led by its length.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        bytes32(context.sign().as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_and_each_part_gives_another_key() {
        let keys = [
            derive(&[1; 32], "a", &[]),
            derive(&[1; 32], "b", &[]),
            derive(&[1; 32], "a", &[b"x"]),
            derive(&[1; 32], "a", &[b"x", b""]),
            derive(&[2; 32], "a", &[]),
        ];
        for (place, key) in keys.iter().enumerate() {
            assert!(keys[place + 1..].iter().all(|other| **other != **key));
        }
    }

    #[test]
    fn tags_keep_parts_apart() {
        let mac = Mac::new(&[1; 32]);
        assert_eq!(mac.tag(&[b"ab", b"c"]), mac.tag(&[b"ab", b"c"]));
        assert_ne!(mac.tag(&[b"ab", b"c"]), mac.tag(&[b"a", b"bc"]));
        assert_ne!(mac.tag(&[b"ab"]), Mac::new(&[2; 32]).tag(&[b"ab"]));
    }
}
