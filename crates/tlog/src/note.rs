//! Signed notes (C2SP `signed-note`): text, an empty line, and `— <name> <base64(key hash ‖ signature)>` for each
//! signature. Signatures are Ed25519 (RFC 8032).

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The signature type of Ed25519 in `signed-note`.
const TYPE: u8 = 1;

/// Why a signed text does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// The key is not a verifier key.
    #[error("the key is not of the form name+hash+key")]
    Key,
    /// The text has not the form that it must have.
    #[error("this is not a signed text of the expected form")]
    Form,
    /// It is signed by another key.
    #[error("the text is not signed by this key")]
    OtherKey,
    /// The signature does not fit the text.
    #[error("the signature does not fit: the text was changed")]
    Signature,
    /// The entry is not in the tree that the checkpoint is of.
    #[error("the log's tree does not hold it")]
    Inclusion,
}

/// A key that verifies, with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    /// The name of the key.
    pub name: String,
    /// The public key.
    pub key: [u8; 32],
}

impl Verifier {
    /// Reads `name+hash+base64(type ‖ key)`; only the one spelling that [`Self::to_string`] gives is read.
    pub fn parse(text: &str) -> Result<Self, Unverified> {
        let mut parts = text.splitn(3, '+');
        let (name, _, body) = (parts.next(), parts.next(), parts.next());
        let (Some(name), Some(body)) = (name, body) else { return Err(Unverified::Key) };
        let bytes = STANDARD.decode(body).map_err(|_| Unverified::Key)?;
        let key = bytes.strip_prefix(&[TYPE]).and_then(|key| key.try_into().ok()).ok_or(Unverified::Key)?;
        let verifier = Self { name: name.to_owned(), key };
        if verifier.to_string() == text { Ok(verifier) } else { Err(Unverified::Key) }
    }

    /// What tells signatures of this key from those of others.
    fn hash(&self) -> [u8; 4] {
        let bytes = [self.name.as_bytes(), b"\n", &[TYPE], &self.key].concat();
        let mut hash = [0; 4];
        hash.copy_from_slice(&digest::digest(&digest::SHA256, &bytes).as_ref()[..4]);
        hash
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = STANDARD.encode([&[TYPE], self.key.as_slice()].concat());
        write!(f, "{}+{}+{body}", self.name, hex::encode(self.hash()))
    }
}

/// The note of a text that ends with a newline, with its signature by this key.
pub fn signed(text: &str, by: &Verifier, signature: &[u8; 64]) -> String {
    let signature = STANDARD.encode([by.hash().as_slice(), signature].concat());
    format!("{text}\n\u{2014} {} {signature}\n", by.name)
}

/// Holds a note against a key; the text that was signed.
pub fn open_note<'a>(note: &'a str, key: &Verifier) -> Result<&'a str, Unverified> {
    let (text, signatures) = note.rsplit_once("\n\n").ok_or(Unverified::Form)?;
    // The newline that ends the text is part of what was signed.
    let text = note.get(..=text.len()).ok_or(Unverified::Form)?;
    if !signatures.ends_with('\n') {
        return Err(Unverified::Form);
    }
    let mut known = Err(Unverified::OtherKey);
    for line in signatures.lines() {
        let fields = line.strip_prefix("\u{2014} ").and_then(|line| line.split_once(' ')).ok_or(Unverified::Form)?;
        let bytes = STANDARD.decode(fields.1).map_err(|_| Unverified::Form)?;
        let (hash, signature) = bytes.split_first_chunk::<4>().ok_or(Unverified::Form)?;
        if fields.0 == key.name && *hash == key.hash() {
            let fits = UnparsedPublicKey::new(&ED25519, key.key).verify(text.as_bytes(), signature).is_ok();
            known = if fits { Ok(text) } else { return Err(Unverified::Signature) };
        }
    }
    known
}
