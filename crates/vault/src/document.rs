//! Documents sealed under an unguessable id: the server keeps the hash of the id and the ciphertext,
//! and only who shows the id can have the document opened.

use outro_model::Random;
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::derive::derive;
use crate::{SystemRandom, Tampered};

/// Seals a document under a secret of 256 random bits that is not kept here. `label` says what the
/// document is for: it opens under the same label alone.
pub fn seal_under(secret: &[u8; 32], label: &str, plaintext: &[u8]) -> Vec<u8> {
    let random: &dyn Random = &SystemRandom;
    document_key(secret, label).seal(random, &[b"document", label.as_bytes()], plaintext)
}

/// Opens what [`seal_under`] sealed.
pub fn open_under(secret: &[u8; 32], label: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Tampered> {
    document_key(secret, label).open(&[b"document", label.as_bytes()], sealed)
}

fn document_key(secret: &[u8; 32], label: &str) -> Aead {
    Aead::new(&derive(secret, "document", &[label.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_under_its_secret_and_label_alone() {
        let sealed = seal_under(&[7; 32], "receipt", b"what went");
        assert_eq!(**open_under(&[7; 32], "receipt", &sealed).unwrap(), *b"what went");
        assert_eq!(open_under(&[8; 32], "receipt", &sealed), Err(Tampered));
        assert_eq!(open_under(&[7; 32], "takeout", &sealed), Err(Tampered));
    }
}
