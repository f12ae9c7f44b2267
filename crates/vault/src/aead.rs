//! Sealing of small things: AES-256-GCM-SIV (RFC 8452) under random nonces.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use outro_model::{Random, random_bytes};
use zeroize::Zeroizing;

use crate::{Tampered, frame::framed};

/// The first byte of everything that is sealed.
const VERSION: u8 = 1;
const TAG: usize = 16;
const START: usize = 1 + NONCE_LEN;

/// How much longer the sealed form is than its plaintext: version, nonce, tag.
pub const SEALED_OVERHEAD: usize = START + TAG;

/// A key that seals. The expanded key lies in memory of AWS-LC, which cleanses it when freed.
pub(crate) struct Aead(LessSafeKey);

impl Aead {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM_SIV, key).expect("a key of 256 bits is a key of AES-256");
        Self(LessSafeKey::new(key))
    }

    /// `version ‖ nonce ‖ ciphertext ‖ tag`, bound to `context`: it opens with the same context alone.
    pub(crate) fn seal(&self, random: &dyn Random, context: &[&[u8]], plaintext: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random_bytes(random);
        let mut out = Vec::with_capacity(plaintext.len() + SEALED_OVERHEAD);
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plaintext);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, associated(context), &mut out[START..]);
        out.extend_from_slice(tag.expect("less than 2^36 bytes can be sealed").as_ref());
        out
    }

    /// What was sealed, or [`Tampered`].
    pub(crate) fn open(&self, context: &[&[u8]], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Tampered> {
        if sealed.len() < SEALED_OVERHEAD || sealed[0] != VERSION {
            return Err(Tampered);
        }
        let nonce = Nonce::try_assume_unique_for_key(&sealed[1..START]).map_err(|_| Tampered)?;
        let mut text = Zeroizing::new(sealed[START..].to_vec());
        let opened = self.0.open_in_place(nonce, associated(context), &mut text);
        let length = opened.map_err(|_| Tampered)?.len();
        text.truncate(length);
        Ok(text)
    }
}

fn associated(context: &[&[u8]]) -> Aad<Vec<u8>> {
    let mut bytes = framed(context);
    bytes.push(VERSION);
    Aad::from(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::SystemRandom;

    proptest! {
        #[test]
        fn opens_with_the_same_key_and_context_alone(text: Vec<u8>, at: usize, bit in 0u8..8, cut: usize) {
            let (key, other) = (Aead::new(&[1; 32]), Aead::new(&[2; 32]));
            let sealed = key.seal(&SystemRandom, &[b"a", b"b"], &text);
            prop_assert_eq!(sealed.len(), text.len() + SEALED_OVERHEAD);
            prop_assert_eq!(&*key.open(&[b"a", b"b"], &sealed).unwrap(), &text);
            prop_assert_eq!(other.open(&[b"a", b"b"], &sealed), Err(Tampered));
            prop_assert_eq!(key.open(&[b"ab"], &sealed), Err(Tampered));
            prop_assert_eq!(key.open(&[b"a", b"b", b""], &sealed), Err(Tampered));
            let mut flipped = sealed.clone();
            let place = at % sealed.len();
            flipped[place] ^= 1 << bit;
            prop_assert_eq!(key.open(&[b"a", b"b"], &flipped), Err(Tampered));
            prop_assert_eq!(key.open(&[b"a", b"b"], &sealed[..cut % sealed.len()]), Err(Tampered));
        }
    }

    #[test]
    fn each_sealing_is_another() {
        let key = Aead::new(&[1; 32]);
        assert_ne!(key.seal(&SystemRandom, &[], b"same"), key.seal(&SystemRandom, &[], b"same"));
    }

    /// RFC 8452, appendix C.2: the first vector of AEAD_AES_256_GCM_SIV.
    #[test]
    fn is_the_algorithm_of_the_rfc() {
        let mut key = [0; 32];
        key[0] = 1;
        let mut nonce = [0; 12];
        nonce[0] = 3;
        let (key, nonce) = (Aead::new(&key), Nonce::assume_unique_for_key(nonce));
        let tag = key.0.seal_in_place_separate_tag(nonce, Aad::empty(), &mut []).unwrap();
        assert_eq!(tag.as_ref()[..4], [0x07, 0xf5, 0xf4, 0x16]);
    }
}
